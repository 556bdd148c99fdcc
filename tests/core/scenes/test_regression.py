"""The Regression scene: its numbers, its gestures, and everything that can be odd about data."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.presets import DATA_SETS
from core.regression import LinearRegression
from core.scenes.regression import RegressionScene, compute, to_python
from core.scenes.regression_state import (
    FIRST_HORIZON,
    LARGEST_STEP,
    OPTIMIZER_TITLES,
    RegressionState,
    fitted,
    present,
    stepped,
    with_intercept,
    with_intercept_through,
    with_learning_rate,
    with_momentum,
    with_optimizer,
    with_point,
    with_point_moved,
    with_preset,
    with_slope,
    with_slope_through,
    with_start,
    with_step,
    without_point,
)
from core.scenes.state import StateError, from_json, to_json

FIRST = RegressionState()
AT_START = replace(FIRST, step=0)
EQUAL_X = replace(FIRST, points=((2.0, 3.0), (2.0, 5.0), (2.0, 1.0)))
ONE_POINT = replace(FIRST, points=((2.0, 3.0),))


def assert_same(one: Any, other: Any) -> None:
    """Compare scenes, whose arrays have no single truth value."""
    if isinstance(one, np.ndarray):
        assert np.array_equal(one, other, equal_nan=True)
    elif hasattr(one, "__dataclass_fields__"):
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        assert one == other or (one != one and other != other)


def assert_finite_where_shown(scene: RegressionScene) -> None:
    for view in (scene.data_view, scene.landscape_view, scene.loss_view):
        assert all(map(math.isfinite, view)) and view[0] < view[1] and view[2] < view[3]
    for lower, upper in (scene.slope_range, scene.intercept_range, scene.rate_range):
        assert math.isfinite(lower) and math.isfinite(upper) and lower < upper
    assert scene.loss_view[2] > 0
    assert 0 <= scene.step <= scene.descent.last_step


# The numbers of the first picture ----------------------------------------------------------------


def test_the_start_has_the_loss_and_gradient_that_one_computes_by_hand() -> None:
    scene = compute(AT_START)
    residuals = [0.5 * x + 1.0 - y for x, y in FIRST.points]
    assert residuals == [-0.5, -2.0, -2.5, -1.0, -1.5]
    assert scene.loss == pytest.approx(2.75, abs=1e-12)
    for_w = 2 / 5 * (-0.5 * 1 - 2.0 * 2 - 2.5 * 3 - 1.0 * 4 - 1.5 * 5)
    for_b = 2 / 5 * (-0.5 - 2.0 - 2.5 - 1.0 - 1.5)
    assert scene.gradient == pytest.approx((for_w, for_b), abs=1e-12)
    assert scene.gradient == pytest.approx((-9.4, -3.0), abs=1e-12)


def test_the_first_picture_shows_step_32() -> None:
    scene = compute(FIRST)
    assert (round(scene.w, 4), round(scene.b, 4), round(scene.loss, 4)) == (0.7565, 1.6349, 0.5381)
    assert tuple(round(part, 4) for part in scene.gradient) == (0.0529, -0.1911)
    assert scene.limit == pytest.approx(0.0845, abs=5e-5)
    assert (scene.optimum.w, scene.optimum.b) == pytest.approx((0.6, 2.2), abs=1e-12)
    assert scene.optimum.loss == pytest.approx(0.48, abs=1e-12)
    assert scene.descent.last_step == FIRST_HORIZON
    assert (scene.slope_range, scene.intercept_range, scene.rate_range) == ((-1, 2), (-1, 5), (0, 0.1))
    assert not scene.warning


def test_the_sums_and_the_closed_form_are_written_out() -> None:
    scene = compute(FIRST)
    slope, level = (" ".join("/".join(p) if isinstance(p, tuple) else p for p in s) for s in scene.sums)
    assert slope == r"= 2/5 ( 0.39 \cdot 1 - 0.85 \cdot 2 - 1.10 \cdot 3 + 0.66 \cdot 4 + 0.42 \cdot 5 )"
    assert level == "= 2/5 ( 0.39 - 0.85 - 1.10 + 0.66 + 0.42 )"
    assert scene.optimum.w_pieces[1:] == ("=", ("6", "10"), "=", "0.6")
    assert scene.optimum.b_pieces[1:] == ("=", "4", "-", "0.6", r"\cdot", "3", "=", "2.2")
    assert scene.optimum.loss_latex == r"L^{\star} = 0.48"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (replace(FIRST, points=FIRST.points * 2), ("0.39", r"\cdots", "0.42")),
        (replace(AT_START, points=((-2.0, 9.0), (1.0, 0.0))), ("{-9.00}", "(" + "{-2})", "1.50")),
        (replace(AT_START, points=((1.0, 4e7),)), (r"{-4.00 \cdot 10^{7}}",)),
    ],
)
def test_long_negative_and_huge_sums_stay_readable(state: RegressionState, expected: tuple[str, ...]) -> None:
    pieces = [piece for piece in compute(state).sums[0] if isinstance(piece, str)]
    assert [piece for piece in expected if piece not in pieces] == []


def test_rounded_values_are_not_said_to_be_equal() -> None:
    thirds = compute(replace(FIRST, points=((0.0, 0.0), (1.0, 1.0), (2.0, 0.0), (3.0, 2.0))))
    assert thirds.optimum.w_pieces[-2:] == ("=", "0.5")
    assert compute(replace(FIRST, points=((0.0, 0.0), (3.0, 1.0)))).optimum.w_pieces[-2:] == (
        r"\approx",
        "0.3333",
    )


# Same state, same scene --------------------------------------------------------------------------

STATES = {
    "first": FIRST,
    "start": AT_START,
    "momentum": replace(FIRST, optimizer="momentum", loss_scale="excess"),
    "diverging": replace(FIRST, learning_rate=0.2, step=5_000),
    "climbing": replace(FIRST, learning_rate=-0.1),
    "equal x": EQUAL_X,
    "one point": ONE_POINT,
    "exact": replace(FIRST, points=((0.0, 1.0), (1.0, 3.0), (2.0, 5.0)), step=500, loss_scale="excess"),
    "tiny": replace(FIRST, points=((1e-12, 2e-12), (3e-12, 1e-12)), learning_rate=1e-12),
    "huge": replace(FIRST, points=((1e12, 2e12), (3e12, -1e12)), learning_rate=1e12),
    "largest": replace(FIRST, points=((1e100, -1e100), (-1e100, 1e100)), start=(1e100, -1e100)),
    "saved huge": replace(FIRST, points=((1e300, 1e300), (-1e300, 1e300)), start=(1e300, 1e300)),
    "views": replace(FIRST, data_view=(-1e300, 1e300, -1e300, 1e300), landscape_view=(1.0, 1.1, 5, 5.1)),
    "zoomed losses": replace(FIRST, loss_view=(3.0, 7.0, 0.5, 0.7)),
    "negative step": replace(FIRST, step=-3),
    "huge step": replace(FIRST, step=10**18),
    "flat line": replace(FIRST, start=(0.0, 3.0), step=0),
    "years": with_preset(FIRST, DATA_SETS[-1], 1.1),
}


@pytest.mark.parametrize("name", STATES)
def test_the_same_state_gives_the_same_scene(name: str) -> None:
    state = STATES[name]
    scene = compute(state)
    assert_same(scene, compute(replace(state)))
    assert_finite_where_shown(scene)
    assert compute(replace(state)).landscape is scene.landscape
    assert compute(replace(state)).descent is scene.descent


@pytest.mark.parametrize("name", STATES)
def test_every_state_survives_json(name: str) -> None:
    state = STATES[name]
    again = from_json(RegressionState, to_json(state))
    assert again == state
    assert_same(compute(again), compute(state))


@pytest.mark.parametrize(
    "damage",
    [
        {"points": ()},
        {"optimizer": "magic"},
        {"loss_scale": "sideways"},
        {"loss_view": (1.0, 2.0)},
        {"momentum": 1.0},
        {"momentum": math.nan},
        {"slope_range": (2.0, 2.0)},
        {"rate_range": (0.0, math.inf)},
    ],
)
def test_a_damaged_state_is_refused(damage: dict[str, Any]) -> None:
    with pytest.raises(StateError, match=next(iter(damage))):
        replace(FIRST, **damage)


def test_a_step_computes_neither_landscape_nor_descent_anew() -> None:
    scene = compute(FIRST)
    later = compute(replace(FIRST, step=40))
    assert later.landscape is scene.landscape and later.descent is scene.descent
    assert later.optimum is scene.optimum
    assert not scene.landscape.shades.flags.writeable and not scene.descent.losses.flags.writeable


# Gestures ----------------------------------------------------------------------------------------


def test_another_slope_or_intercept_starts_anew_and_keeps_the_other() -> None:
    w, b = present(FIRST)
    assert with_slope(FIRST, 2.0) == replace(FIRST, start=(2.0, b), step=0)
    assert with_intercept(FIRST, -1.0) == replace(FIRST, start=(w, -1.0), step=0)
    assert with_start(FIRST, 0.1, 0.2) == replace(FIRST, start=(0.1, 0.2), step=0)


@pytest.mark.parametrize(("x", "y"), [(5.8, 2.0), (3.0, 6.0), (5.9, -4.0)])
def test_the_slope_handle_turns_the_line_about_its_intercept(x: float, y: float) -> None:
    w, b = present(with_slope_through(FIRST, x, y))
    assert b == present(FIRST)[1]
    assert w * x + b == pytest.approx(y)


def test_the_slope_handle_survives_the_intercept_itself() -> None:
    w, _ = present(with_slope_through(FIRST, 0.0, 3.0))
    assert math.isfinite(w) and w > 0


@pytest.mark.parametrize("x", [0.0, -3.0, 2000.0])
def test_the_intercept_handle_shifts_the_line(x: float) -> None:
    w, b = present(with_intercept_through(FIRST, x, 7.0))
    assert w == present(FIRST)[0]
    assert w * x + b == pytest.approx(7.0)


def test_the_handles_stand_on_the_line_in_view() -> None:
    scene = compute(FIRST)
    assert scene.intercept_handle == (0.0, scene.b)
    x, y = scene.slope_handle
    assert 5.5 < x < 6.15 and y == pytest.approx(scene.w * x + scene.b)
    left = compute(replace(FIRST, data_view=(1.0, 6.0, 0.0, 6.0))).intercept_handle
    assert 1.0 < left[0] < 1.5
    hidden = compute(replace(FIRST, data_view=(1.0, 6.0, 100.0, 106.0)))
    assert all(map(math.isnan, (*hidden.intercept_handle, *hidden.slope_handle)))


@pytest.mark.parametrize(("left", "letter"), [(-0.5, "b"), (1.0, r"\text{shift}")])
def test_the_intercept_handle_is_called_b_only_where_its_height_is_b(left: float, letter: str) -> None:
    assert compute(replace(FIRST, data_view=(left, 6.0, 0.0, 6.0))).intercept_letter == letter


def ranges(state: RegressionState) -> tuple[Any, ...]:
    scene = compute(state)
    return scene.slope_range, scene.intercept_range, scene.rate_range


def test_slider_ranges_stay_while_points_move_and_steps_are_taken() -> None:
    before = ranges(FIRST)
    for after in (
        with_point_moved(FIRST, 0, -40.0, 90.0),
        with_point(FIRST, 900.0, -7.0),
        without_point(FIRST, 2),
        with_step(replace(FIRST, learning_rate=0.09), 300),
        with_slope(FIRST, 1.9),
        with_intercept(with_step(replace(FIRST, learning_rate=0.09), 300), 2.0),
    ):
        assert ranges(after) == before
    moved = with_point_moved(FIRST, 0, -40.0, 90.0)
    assert ranges(fitted(moved, 1.1)) != before
    assert ranges(with_preset(FIRST, DATA_SETS[-1], 1.1)) != before


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (with_slope(FIRST, 7.5), ((-1, 8), (-1, 5), (0, 0.1))),
        (with_slope(with_slope(FIRST, 7.5), 0.0), ((-1, 8), (-1, 5), (0, 0.1))),
        (with_intercept(FIRST, -100.0), ((-1, 2), (-100, 5), (0, 0.1))),
        (with_learning_rate(FIRST, 0.35), ((-1, 2), (-1, 5), (0, 0.4))),
        (with_optimizer(FIRST, "momentum"), ((-1, 2), (-1, 5), (0, 0.2))),
        (with_slope(FIRST, 1e90), ((-1, 2), (-1, 5), (0, 0.1))),
    ],
)
def test_a_slider_grows_to_a_value_that_leaves_it(state: RegressionState, expected: tuple[Any, ...]) -> None:
    assert ranges(state) == tuple(pytest.approx(ends) for ends in expected)


def test_points_are_moved_added_and_removed() -> None:
    assert with_point_moved(FIRST, 1, 2.5, 3.0).points[1] == (2.5, 3.0)
    assert with_point(FIRST, 6.0, 1.0).points == (*FIRST.points, (6.0, 1.0))
    assert without_point(FIRST, 0).points == FIRST.points[1:]
    assert without_point(ONE_POINT, 0) is ONE_POINT
    for gone in (-1, 5):
        assert without_point(FIRST, gone) is FIRST
        assert with_point_moved(FIRST, gone, 0.0, 0.0) is FIRST


def test_steps_go_forward_back_and_nowhere_else() -> None:
    assert stepped(FIRST, 1).step == 33
    assert stepped(FIRST, -40).step == 0
    assert with_step(FIRST, 5_000).step == 5_000
    assert with_step(FIRST, 10**12).step == LARGEST_STEP
    assert compute(with_step(FIRST, 10**12)).can_go_on is False
    assert compute(with_step(FIRST, FIRST_HORIZON + 1)).descent.last_step == 2 * FIRST_HORIZON


def test_a_preset_brings_points_start_rate_and_views() -> None:
    for preset in DATA_SETS:
        state = with_preset(FIRST, preset, 1.1)
        assert state.points == preset.points and state.step == 0
        assert state.start == preset.start and state.learning_rate == preset.learning_rate
        x0, x1, y0, y1 = state.data_view
        assert all(x0 < x < x1 and y0 < y < y1 for x, y in state.points)
        scene = compute(state)
        assert_finite_where_shown(scene)
        assert not scene.warning, preset.key
        w0, w1, b0, b1 = state.landscape_view
        assert (w1 - w0) / (b1 - b0) == pytest.approx(1.1)
        assert w0 < scene.optimum.w < w1 and b0 < scene.optimum.b < b1
        assert w0 < scene.start[0] < w1 and b0 < scene.start[1] < b1


@pytest.mark.parametrize("state", [EQUAL_X, ONE_POINT, STATES["tiny"], STATES["largest"]])
def test_all_can_be_brought_into_view(state: RegressionState) -> None:
    assert_finite_where_shown(compute(fitted(replace(state, loss_view=(1.0, 2.0, 1.0, 2.0)), 1.3)))
    assert fitted(replace(state, loss_view=(1.0, 2.0, 1.0, 2.0)), 1.3).loss_view == ()


@pytest.mark.parametrize(
    ("step", "words", "brought"), [(0, "", True), (20, "Ctrl+0 shows it", True), (300, "far out", False)]
)
def test_a_point_outside_the_landscape_is_said_to_be_there(step: int, words: str, brought: bool) -> None:
    state = with_step(replace(FIRST, learning_rate=0.09), step)
    sentence = compute(state).out_of_view
    assert words in sentence and bool(words) == bool(sentence)
    shown = fitted(state, 1.1)
    assert (compute(shown).out_of_view == "") == brought
    left, right, bottom, top = shown.landscape_view
    assert left < 0.5 < 0.6 < right and bottom < 1.0 < 2.2 < top


# Optimum, limit, divergence ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "words"),
    [(EQUAL_X, "All x are equal"), (ONE_POINT, "One point"), (STATES["saved huge"], "too large")],
)
def test_where_there_is_no_best_line_the_reason_is_given(state: RegressionState, words: str) -> None:
    optimum = compute(state).optimum
    assert math.isnan(optimum.w) and math.isnan(optimum.b)
    assert optimum.w_pieces == optimum.b_pieces == ()
    assert words in optimum.reason
    assert not compute(FIRST).optimum.reason


@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum"])
def test_the_loss_falls_below_the_limit_and_grows_above_it(optimizer: str) -> None:
    state = replace(FIRST, optimizer=optimizer, step=2_000)
    limit = compute(state).limit
    below, above = (compute(with_learning_rate(state, factor * limit)) for factor in (0.99, 1.01))
    assert not below.warning
    assert below.loss == pytest.approx(0.48, abs=1e-3)
    assert above.loss > 1e6
    assert above.warning.startswith(f"Above ${above.limit_latex}$ the loss grows.")


def test_the_limit_of_momentum_is_its_own() -> None:
    plain, heavy = compute(FIRST), compute(replace(FIRST, optimizer="momentum"))
    assert heavy.limit == pytest.approx(1.9 * plain.limit)
    assert plain.limit_latex == r"2 / {\lambda}_{\max} = 0.0845"
    assert heavy.limit_latex == r"2 (1 + {\beta}) / {\lambda}_{\max} = 0.1606"


def test_less_momentum_has_a_lower_limit_and_another_way() -> None:
    heavy = replace(FIRST, optimizer="momentum")
    light = with_momentum(heavy, 0.5)
    assert compute(light).limit == pytest.approx(1.5 * compute(FIRST).limit)
    assert (compute(heavy).momentum, compute(light).momentum, compute(FIRST).momentum) == (0.9, 0.5, None)
    assert compute(with_momentum(heavy, 0.0)).loss == pytest.approx(compute(FIRST).loss)
    assert [with_momentum(heavy, typed).momentum for typed in (-1.0, 7.0)] == [0.0, 0.999]


def test_divergence_stops_and_says_so() -> None:
    state = with_step(replace(FIRST, learning_rate=1.0), 10_000)
    scene = compute(state)
    assert scene.step == scene.descent.last_step == state.step < 10_000
    assert scene.warning == scene.descent.stopped
    assert scene.warning.startswith(f"Diverged at step {scene.step + 1}: the step grew ")
    assert "because the learning rate 1 is above 2/λmax = 0.0845" in scene.warning
    assert scene.warning.endswith("; try the learning rate 0.04.")
    assert not scene.can_go_on
    assert math.isfinite(scene.loss)
    assert stepped(state, 5) == state
    assert "Diverged" not in compute(stepped(state, -1)).warning


def test_a_start_without_a_finite_loss_is_said_to_be_one() -> None:
    scene = compute(STATES["largest"])
    assert scene.step == 0 and scene.loss == math.inf and not scene.can_go_on
    assert "overflows at the start" in scene.warning


def test_a_negative_rate_is_flagged_and_takes_no_step() -> None:
    scene = compute(STATES["climbing"])
    assert "uphill" in scene.warning and "above 0" in scene.warning
    assert scene.at_start and not scene.can_go_on
    assert with_learning_rate(STATES["climbing"], FIRST.learning_rate) == FIRST


def test_a_rate_of_zero_is_flagged() -> None:
    scene = compute(with_learning_rate(FIRST, 0.0))
    assert scene.warning.startswith("At 0 no step moves the line")
    assert (scene.step, scene.w, scene.b) == (32, *FIRST.start)


@pytest.mark.parametrize("optimizer", list(OPTIMIZER_TITLES))
@pytest.mark.parametrize("points", [FIRST.points, DATA_SETS[-1].points, ((1e7, 2.0), (3e7, -1e8))])
def test_a_rate_above_the_limit_is_flagged_at_once_with_cause_and_a_rate_that_works(
    optimizer: str, points: tuple[tuple[float, float], ...]
) -> None:
    state = replace(AT_START, optimizer=optimizer, points=points)
    limit = compute(state).limit
    for factor in (1.001, 2.0, 1e3, 1e12):
        scene = compute(with_learning_rate(state, factor * limit))
        assert scene.warning.startswith(
            f"Above ${scene.limit_latex}$ the loss grows. Try the learning rate $"
        )
        why = scene.descent.divergence
        assert why is not None and why.safe_rate is not None
        slower = compute(with_step(with_learning_rate(state, why.safe_rate), 50))
        assert not slower.warning
        assert slower.loss < scene.loss
    for factor in (1e-12, 0.5, 0.999):
        scene = compute(with_learning_rate(state, factor * limit))
        assert not scene.warning and scene.descent.divergence is None


# Curves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["first", "start", "equal x", "years", "tiny"])
def test_the_level_curve_has_the_present_loss_everywhere(name: str) -> None:
    scene = compute(STATES[name])
    fit = LinearRegression(*np.array(scene.points).T)
    w, b = scene.level_curve
    known = np.isfinite(w)
    assert known.sum() >= 4
    assert np.allclose(fit.loss(w[known], b[known]), scene.loss, rtol=1e-6)


def test_the_excess_falls_far_below_what_the_loss_can_tell() -> None:
    scene = compute(replace(FIRST, step=3_000, loss_scale="excess"))
    assert 0.0 < np.nanmin(scene.curve) < 1e-25
    at_32 = compute(replace(FIRST, loss_scale="excess"))
    assert at_32.curve[32] == pytest.approx(at_32.loss - 0.48, rel=1e-9)


def test_the_landscape_is_light_at_the_optimum_and_dark_far_off() -> None:
    land = compute(FIRST).landscape
    row, column = np.unravel_index(np.argmin(land.shades), land.shades.shape)
    assert land.shades.max() == 1.0 and land.shades.min() < 0.05
    # The valley is flat along its length: the least of the grid is near its floor, w + b/3 = 4/3.
    assert land.w[column] * 3 + land.b[row] == pytest.approx(4.0, abs=0.05)
    fit = LinearRegression(*np.array(FIRST.points).T)
    assert land.losses[5, 9] == fit.loss(land.w[9], land.b[5])


def test_the_arrow_points_against_the_gradient() -> None:
    scene = compute(AT_START)
    assert scene.downhill is not None
    (w, b), (tip_w, tip_b) = scene.downhill
    assert (w, b) == (0.5, 1.0)
    assert (tip_w - w) * scene.gradient[1] == pytest.approx((tip_b - b) * scene.gradient[0])
    assert tip_w > w and tip_b > b


def test_squares_stand_where_the_line_is_not() -> None:
    assert compute(FIRST).residuals.rightward.tolist() == [True, False, False, True, True]
    assert compute(with_start(FIRST, -0.5, 1.0)).residuals.rightward.tolist() == [True] * 5


NUMBERS = st.floats(-1e300, 1e300) | st.floats(-10.0, 10.0) | st.sampled_from([0.0, 1e-300, 1.0])


@settings(max_examples=150)
@example([(0.0, 5e-324)], (0.0, 0.0), 0.0, 0, False, "loss")
@example([(0.0, 3.4e-170)], (6170365.0, 0.0), 0.0, 0, False, "excess")
@given(
    points=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=7),
    start=st.tuples(NUMBERS, NUMBERS),
    rate=NUMBERS,
    step=st.integers(-5, 300),
    momentum=st.booleans(),
    scale=st.sampled_from(["loss", "excess"]),
)
def test_no_data_raise_or_warn(
    points: list[tuple[float, float]],
    start: tuple[float, float],
    rate: float,
    step: int,
    momentum: bool,
    scale: str,
) -> None:
    state = RegressionState(
        tuple(points), start, rate, "momentum" if momentum else "gradient_descent", step, scale
    )
    assert_finite_where_shown(compute(state))
    state = with_point_moved(with_slope_through(with_point(state, *start), *points[0]), 0, rate, rate)
    assert_finite_where_shown(compute(state))
    assert from_json(RegressionState, to_json(state)) == state
    in_view = fitted(state, 1.1)
    compute(with_slope_through(in_view, 0.0, 1.0))


@pytest.mark.parametrize("optimizer", ["gradient_descent", "momentum"])
def test_the_script_computes_what_is_shown(optimizer: str) -> None:
    state = replace(FIRST, optimizer=optimizer, momentum=0.7)
    run = subprocess.run(
        [sys.executable, "-c", to_python(state)], capture_output=True, text=True, check=True, timeout=600
    )
    printed = [float(word) for line in run.stdout.splitlines() for word in line.split("=")[1].split()]
    scene = compute(state)
    assert printed == pytest.approx([scene.w, scene.b, scene.loss], rel=1e-9)


@pytest.mark.parametrize(
    ("points", "rate"),
    [
        (FIRST.points, 0.06),
        (((0.0, 1.0), (2.0, 1.0), (4.0, 3.0)), 0.07),
    ],
)
def test_the_usual_rate_suits_the_data(points: tuple[tuple[float, float], ...], rate: float) -> None:
    scene = compute(replace(FIRST, points=points, learning_rate=9.0))
    assert scene.usual_rate == pytest.approx(rate, rel=0.1)
    assert not scene.usual_rate > scene.limit
