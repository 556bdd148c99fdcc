"""Marks, ends, one-sided tangents, snapping, and fine curves of the Derivative tab."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.features import Kind
from core.scenes.curves import curve_and_slopes
from core.scenes.derivative import DerivativeScene, DerivativeState, compute, type_formula, with_x
from core.scenes.derivative_features import at_next_extremum, marks_in_view, snapped
from core.scenes.fine_curves import fine_curves

VIEW = (-5.0, 5.0, -3.0, 3.0)


def state_of(formula: str, x: float = 0.0, **changes: object) -> DerivativeState:
    return replace(type_formula(DerivativeState(), formula), x=x, view=VIEW, **changes)


def scene_of(formula: str, x: float = 0.0) -> DerivativeScene:
    return compute(state_of(formula, x))


def points(x: np.ndarray, y: np.ndarray) -> list[tuple[float, float]]:
    return list(zip(x.tolist(), y.tolist(), strict=True))


# Ends


@pytest.mark.parametrize(
    ("formula", "filled", "hollow"),
    [
        ("sign(x)", [(0, 0)], [(0, -1), (0, 1)]),
        ("where(x<2, 1, -1)", [(2, -1)], [(2, 1)]),
        ("sqrt(x)", [(0, 0)], []),
        ("x/abs(x)", [], [(0, -1), (0, 1)]),
        ("sin(x)/x", [], [(0, 1)]),
        ("tan(x)", [], []),
        ("1/x", [], []),
        ("sin(x)", [], []),
    ],
)
def test_ends_are_filled_where_they_belong_to_the_curve(formula, filled, hollow) -> None:
    ends = scene_of(formula).features.ends
    assert points(ends.filled_x, ends.filled_y) == filled
    assert points(ends.open_x, ends.open_y) == hollow


def test_ends_are_the_same_object_while_the_point_moves() -> None:
    assert scene_of("floor(x)", 0.5).features.ends is scene_of("floor(x)", 1.5).features.ends


# Curves


def heights_near(curve, x: float, reach: float) -> np.ndarray:
    return curve.y[np.abs(curve.x - x) <= reach]


@pytest.mark.parametrize(("thin", "width"), [(1e3, 10.0), (1e3, 0.5), (1e3, 50.0), (1e5, 0.5)])
def test_a_thin_spike_is_drawn_to_its_top(thin: float, width: float) -> None:
    curve = fine_curves(f"exp(-({thin}(x-0.3))^2)", (), 0.1 - width / 2, 0.1 + width / 2).curve
    assert np.nanmax(curve.y) > 0.97
    assert not np.isnan(curve.y).any()


def test_a_thin_spike_on_a_hill_is_drawn_to_its_top() -> None:
    curve = fine_curves("cos(x-0.3) + exp(-(3000(x-0.3))^2)", (), -5.004, 5.0).curve
    assert np.nanmax(curve.y) > 1.97


@pytest.mark.parametrize("factor", [50.0, 377.0, 2 * math.pi * 1200 / 200])
def test_a_fast_oscillation_fills_its_band(factor: float) -> None:
    curve = fine_curves(f"sin({factor}x)", (), -100.0, 100.0).curve
    columns = curve.y[: curve.y.size // 120 * 120].reshape(120, -1)
    assert (np.nanmax(columns, axis=1) > 0.9).all()
    assert (np.nanmin(columns, axis=1) < -0.9).all()


def test_sin_of_a_pole_keeps_its_band_and_its_size() -> None:
    curve = fine_curves("sin(1/x)", (), -1.0, 1.0).curve
    near = heights_near(curve, 0.0, 0.02)
    assert np.nanmax(near) > 0.99
    assert np.nanmin(near) < -0.99
    assert curve.x.size < 5000


def test_the_curve_runs_up_to_its_ends_and_not_across() -> None:
    curve = fine_curves("where(x<2, x, -x)", (), -5.0, 5.0).curve
    at = np.flatnonzero(curve.x == 2.0)
    assert curve.y[at] == pytest.approx([2.0, math.nan, -2.0], nan_ok=True)
    arc = fine_curves("sqrt(x)", (), -5.0, 5.0).curve
    assert arc.x[np.isfinite(arc.y)][0] == 0.0
    assert arc.y[np.isfinite(arc.y)][0] == 0.0


@pytest.mark.parametrize("formula", ["tan(x)", "1/x", "floor(x)", "sign(x)", "x/abs(x)", "mod(x,1)"])
@pytest.mark.parametrize("width", [0.7, 10.0, 61.0])
def test_no_line_crosses_a_pole_or_a_jump(formula: str, width: float) -> None:
    curve = fine_curves(formula, (), -0.52 * width, 0.48 * width).curve
    joined = np.isfinite(curve.y[:-1]) & np.isfinite(curve.y[1:])
    with np.errstate(invalid="ignore"):
        fall = np.diff(curve.y) * (-1.0 if formula in ("floor(x)", "sign(x)", "x/abs(x)") else 1.0)
    wrong = fall > 1e-6 if formula == "1/x" else fall < -1e-6
    assert not (joined & wrong).any()


def test_a_smooth_curve_is_not_sampled_again() -> None:
    fine = fine_curves("sin(x)", (), -5.0, 5.0)
    assert (fine.curve, fine.slope_curve) == curve_and_slopes("sin(x)", (), -5.0, 5.0)


# One-sided tangents


def slopes(scene: DerivativeScene) -> list[tuple[float, float]]:
    """For each half line the side on which it is, and its slope."""
    found = []
    for (x, y), (far_x, far_y) in scene.features.half_tangents:
        across, up = far_x - x, far_y - y
        found.append((np.sign(across), up / across if across else math.copysign(math.inf, up)))
    return found


@pytest.mark.parametrize(
    ("formula", "x", "wanted"),
    [
        ("abs(x)", 0.0, [(-1, -1.0), (1, 1.0)]),
        ("max(x, 2x)", 0.0, [(-1, 1.0), (1, 2.0)]),
        ("cbrt(x)", 0.0, [(0, -math.inf), (0, math.inf)]),
        ("-cbrt(x)", 0.0, [(0, math.inf), (0, -math.inf)]),
        ("cbrt(x^2)", 0.0, [(0, math.inf), (0, math.inf)]),
        ("sqrt(x)", 0.0, [(0, math.inf)]),
        ("sqrt(4-x)", 4.0, [(0, math.inf)]),
        ("floor(x)", 1.0, [(1, 0.0)]),
        ("sign(x)", 0.0, []),
        ("sin(x)", 0.5, []),
        ("1/x", 0.0, []),
    ],
)
def test_each_side_has_its_tangent(formula: str, x: float, wanted: list[tuple[int, float]]) -> None:
    scene = scene_of(formula, x)
    assert np.array(slopes(scene)).ravel() == pytest.approx(np.array(wanted).ravel())
    assert all(start == (x, scene.slope.value) for start, _ in scene.features.half_tangents)


# Marks and snapping


def test_features_at_one_place_are_one_mark() -> None:
    marks = marks_in_view("x^2", (), -5.0, 5.0)
    assert [(mark.x, mark.y, mark.title) for mark in marks] == [(0.0, 0.0, "zero, minimum")]


def test_marks_stay_only_when_asked_for() -> None:
    assert scene_of("sin(x)").features.marks == ()
    shown = compute(state_of("sin(x)", shown=("features",))).features.marks
    assert {kind for mark in shown for kind in mark.kinds} >= {Kind.ZERO, Kind.MAXIMUM, Kind.MINIMUM}


@pytest.mark.parametrize(
    ("x", "reach", "ticks", "where"),
    [
        (1.55, 0.05, (), math.pi / 2),
        (-1.6, 0.05, (), -math.pi / 2),
        (3.16, 0.05, (), math.pi),
        (3.16, 0.01, (), 3.16),
        (2.03, 0.05, (1.0, 2.0), 2.0),
        (3.03, 0.12, (3.0, 3.2), math.pi),
        (2.07, 0.05, (2.0,), 2.07),
        (7.0, 0.05, (), 5.0),
    ],
)
def test_point_snaps_to_zeros_of_f_and_its_derivative_then_to_ticks(x, reach, ticks, where) -> None:
    assert snapped(state_of("sin(x)"), x, reach, ticks).x == pytest.approx(where, abs=1e-15)


def test_point_snaps_to_a_level_inflection_but_not_to_a_slanted_one() -> None:
    assert snapped(state_of("(x-1)^3 + 1"), 1.02, 0.05).x == 1.0
    assert snapped(state_of("x^3 - 3x + 1"), 0.02, 0.05).x == 0.02


def test_a_snapped_place_is_exact_and_shown_briefly() -> None:
    state = snapped(state_of("cos(x)"), 1.55, 0.05)
    assert state.x == math.pi / 2
    assert compute(state).x_decimals == 2
    assert compute(replace(state, x=1.234567891)).x_decimals == 6


def test_nudges_do_not_snap() -> None:
    assert with_x(state_of("cos(x)"), 1.5699).x == 1.57


def test_extrema_are_reached_one_after_another() -> None:
    state = state_of("sin(x)", 0.0)
    rightward = [state := at_next_extremum(state, 1) for _ in range(3)]
    assert [each.x for each in rightward] == pytest.approx([math.pi / 2, 3 * math.pi / 2, 3 * math.pi / 2])
    assert at_next_extremum(state, -1).x == pytest.approx(math.pi / 2)
    assert at_next_extremum(state_of("abs(x)", 2.0), -1).x == 0.0


@pytest.mark.parametrize("x", [math.pi / 2, 1.234567891, 0.5])
def test_the_decimals_of_a_place_need_no_search_for_features(x, monkeypatch) -> None:
    searched = []
    monkeypatch.setattr("core.scenes.derivative_features.find_features", lambda *_: searched.append(1) or ())
    state = replace(type_formula(DerivativeState(), "sin(x) + 0.25*cos(2*x)*0"), x=x)
    assert compute(state).x_decimals == (2 if x in (math.pi / 2, 0.5) else 6)
    assert not searched
