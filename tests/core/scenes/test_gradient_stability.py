"""Limits and forecasts of the Gradient tab, against runs that are really made."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.optimizers import GradientDescent, minimize
from core.optimizers.stability import shown
from core.parser import parse
from core.scenes.destination import heading_of, minimum_below
from core.scenes.gradient_stability import Stability, stability
from core.scenes.gradient_state import GradientState, type_formula, with_learning_rate
from core.scenes.race import RACERS, Racer, optimizer_of
from core.scenes.race_paths import Course, Ground

HIMMELBLAU = GradientState()
MINIMA = [(3.0, 2.0), (-2.805118, 3.131313), (-3.77931, -3.283186), (3.584428, -1.848127)]


def at_rate(state: GradientState, rate: float, step: int = 0) -> Stability:
    return stability(replace(with_learning_rate(replace(state, step=0), rate), step=step))


def typed(text: str, point: tuple[float, float] = (0.2, 0.9)) -> GradientState:
    return replace(type_formula(HIMMELBLAU, text), point=point)


def bounds(found: Stability) -> dict[str, tuple[float, float]]:
    return {bound.key: (bound.curvature, bound.limit) for bound in found.bounds}


# Limits


def test_the_minimum_at_the_end_of_rosenbrocks_valley_is_found_from_its_other_end() -> None:
    found = minimum_below("(1-x)^2+100(y-x^2)^2", (), (-1.2, 1.0))
    assert found is not None
    assert found.point == pytest.approx((1.0, 1.0), abs=1e-9)


def test_the_limit_of_the_picture() -> None:
    found = stability(HIMMELBLAU)
    assert found.caption == r"2/{\lambda}_{\max} = 0.0243"
    assert found.shaded is not None
    assert found.shaded.curvature == pytest.approx(82.28, abs=0.005)
    assert found.shaded.place == "(3.00, 2.00)"
    assert "arrives" in found.reason
    assert (found.warning, found.safe_rate) == ("", None)


def test_the_bounds_are_eigenvalues_of_a_matrix_of_differences() -> None:
    state = replace(HIMMELBLAU, step=30)
    f = parse(state.formula)

    def largest(x: float, y: float, h: float = 1e-4) -> float:
        at = [[f.evaluate({"x": x + i * h, "y": y + j * h}) for j in (-1, 0, 1)] for i in (-1, 0, 1)]
        xx = (at[2][1] - 2 * at[1][1] + at[0][1]) / h**2
        yy = (at[1][2] - 2 * at[1][1] + at[1][0]) / h**2
        xy = (at[2][2] - at[2][0] - at[0][2] + at[0][0]) / (4 * h**2)
        return float(np.linalg.eigvalsh([[xx, xy], [xy, yy]])[1])

    path = minimize(f, {"x": 0.2, "y": 0.9}, GradientDescent(0.012), 30).points
    found = bounds(stability(state))
    assert found["point"][0] == pytest.approx(largest(0.2, 0.9), abs=1e-3)
    assert found["so_far"][0] == pytest.approx(max(largest(*point) for point in path), abs=1e-3)
    assert found["minimum"][0] == pytest.approx(largest(3.0, 2.0), abs=1e-3)
    assert math.isnan(found["point"][1])  # f curves down at P: no rate is too large there
    assert found["minimum"][1] == pytest.approx(2.0 / largest(3.0, 2.0), rel=1e-5)


@pytest.mark.parametrize(
    ("key", "factor", "minimum"),
    [
        ("gradient_descent", 2.0, (3.0, 2.0)),
        ("momentum", 3.8, MINIMA[3]),
        ("nesterov", 3.8 / 2.8, (3.0, 2.0)),
    ],
)
def test_each_method_has_its_limit_at_the_minimum_it_reaches(
    key: str, factor: float, minimum: tuple[float, float]
) -> None:
    found = stability(replace(HIMMELBLAU, selected=key))
    assert found.shaded is not None
    assert found.shaded.limit == pytest.approx(factor / found.shaded.curvature)
    racer = next(racer for racer in RACERS if racer.optimizer == key)
    path = minimize(parse(HIMMELBLAU.formula), {"x": 0.2, "y": 0.9}, optimizer_of(racer), 3000)
    assert path.points[-1] == pytest.approx(minimum, abs=1e-5)
    place = ", ".join(f"{part:.2f}" for part in minimum).replace("-", "−")
    assert found.shaded.place == f"({place})"


@pytest.mark.parametrize("key", ["rmsprop", "adam"])
def test_methods_without_a_theory_say_so(key: str) -> None:
    found = stability(replace(HIMMELBLAU, selected=key))
    assert (found.shaded, found.caption, found.warning) == (None, "", "")
    assert [outlook.modes for outlook in found.outlooks] == [()]
    assert "sets no limit" in found.outlooks[0].sentence


@pytest.mark.parametrize(
    ("text", "key", "limit"),
    [
        ("x^2-y^2", "ahead", 1.0),  # down without end along y: the path tells
        ("x+y", None, math.nan),
        ("-x^2-y^2", None, math.nan),
        ("log(x)+y", None, math.nan),
        ("1/0*x", None, math.nan),
        ("3", None, math.nan),
        ("(x^2+y^2-1)^2", "minimum", 0.25),  # a valley: one of its points
        ("x^2", "minimum", 1.0),
        ("abs(x)+y^2", "ahead", 1.0),  # a corner is no minimum with a curvature
    ],
)
def test_what_is_shaded_where_there_is_no_isolated_minimum(text: str, key: str | None, limit: float) -> None:
    found = stability(typed(text))
    if key is None:
        assert found.shaded is None and found.reason == ""
    else:
        assert found.shaded is not None
        assert (found.shaded.key, found.shaded.limit) == (key, pytest.approx(limit, rel=1e-6))
        assert found.reason


def test_the_limit_stays_while_the_slider_goes_beyond_it() -> None:
    limits = {shown(at_rate(HIMMELBLAU, rate).shaded.limit) for rate in (1e-5, 0.02, 0.025, 0.03, 0.1, 1.0)}  # type: ignore[union-attr]
    assert limits == {"0.0243"}


# Where it leads


@pytest.mark.parametrize(
    "start", [(0.2, 0.9), (-4.0, 4.0), (-1.0, -4.0), (4.5, -3.0), (0.0, 5.0), (-0.5, -1.1)]
)
def test_the_way_down_is_that_of_a_slow_descent(start: tuple[float, float]) -> None:
    at = dict(zip("xy", start, strict=True))
    slow = minimize(parse(HIMMELBLAU.formula), at, GradientDescent(1e-4), 20000).points[-1]
    found = minimum_below(HIMMELBLAU.formula, (), start)
    assert found is not None
    assert found.point == pytest.approx(tuple(slow), abs=1e-6)
    assert min(math.dist(found.point, minimum) for minimum in MINIMA) < 1e-5


@pytest.mark.parametrize(
    ("text", "minimum"),
    [
        ("(1-x)^2+100*(y-x^2)^2", (1.0, 1.0)),
        ("1e-9*(x^2+10*y^2)", (0.0, 0.0)),
        ("1e9*(x-1)^2+y^2", (1.0, 0.0)),
        ("x^4+y^4", None),  # too flat at the end
        ("exp(x)+y^2", None),  # down without end
        ("sqrt(x)+y^2", None),  # out of the domain
        ("x*y", None),
    ],
)
def test_which_ways_down_lead_to_a_minimum(text: str, minimum: tuple[float, float] | None) -> None:
    found = minimum_below(text, (), (0.7, 1.1))
    if minimum is None:
        assert found is None
    else:
        assert found is not None
        assert found.point == pytest.approx(minimum, abs=1e-7)


def test_at_a_saddle_there_is_no_minimum() -> None:
    assert minimum_below("x^2-y^2+y^4", (), (1.0, 0.0)) is None
    beside = minimum_below("x^2-y^2+y^4", (), (1.0, 1e-6))
    assert beside is not None and beside.point == pytest.approx((0.0, math.sqrt(0.5)), abs=1e-7)


def test_a_run_that_swings_about_a_minimum_does_not_arrive() -> None:
    racer = RACERS[0]._replace(settings=(("learning_rate", 0.03),))
    found, arrives = heading_of(Course(Ground(HIMMELBLAU.formula, (), (0.2, 0.9)), (), racer))
    assert found is not None and found.point == pytest.approx((3.0, 2.0))
    assert not arrives


# The forecast


def racer(key: str, rate: float) -> Racer:
    beta = () if key == "gradient_descent" else (("beta", 0.5),)
    return Racer(key, True, (("learning_rate", rate), *beta))


@pytest.mark.parametrize("key", ["gradient_descent", "momentum", "nesterov"])
@pytest.mark.parametrize("rate", [0.004, 0.012, 0.016])
def test_the_factor_at_the_minimum_is_that_of_a_long_run(key: str, rate: float) -> None:
    runner = racer(key, rate)
    state = replace(HIMMELBLAU, racers=(runner,), selected=key, step=0)
    found = stability(state)
    start = found.outlooks[0].place
    assert start == "(3.00, 2.00)"
    predicted = max(mode.factor for mode in found.outlooks[0].modes)
    path = minimize(parse(state.formula), {"x": 3.02, "y": 2.03}, optimizer_of(runner), 400)
    away = np.hypot(*(path.points - (3.0, 2.0)).T)
    for velocity in path.internals.values():
        away = np.maximum(away, rate * np.hypot(*velocity.T))
    known = np.flatnonzero((away > 1e-11) & (away < 1e-3))
    measured = (away[known[-1]] / away[known[0]]) ** (1.0 / (known[-1] - known[0]))
    assert measured == pytest.approx(predicted, rel=0.05)


@pytest.mark.parametrize(
    ("rate", "sentence"),
    [
        (0.012, "Converges without oscillating: error × 0.691 a step."),
        (0.02, "Converges, oscillating along (0.92, 0.38): error × 0.646 a step."),
        (0.03, "Diverges along (0.92, 0.38): error × 1.47 a step."),
        (0.1, "Diverges: error × 7.23 a step."),
    ],
)
def test_the_forecast_in_words(rate: float, sentence: str) -> None:
    assert at_rate(HIMMELBLAU, rate).outlooks[0].sentence == sentence


def test_the_best_rate() -> None:
    best = stability(HIMMELBLAU).outlooks[0].best
    assert best is not None
    assert best.rate == pytest.approx(2.0 / (25.715729 + 82.284271), rel=1e-6)
    assert best.factor == pytest.approx(0.5238, abs=1e-4)


def test_a_schedule_makes_the_rate_of_the_next_step_count() -> None:
    halved = racer("gradient_descent", 0.03)._replace(
        schedule="step", schedule_settings=(("period", 10), ("gamma", 0.5))
    )
    state = replace(HIMMELBLAU, racers=(halved,))
    early, late = (stability(replace(state, step=step)).outlooks[0].modes[1].factor for step in (0, 10))
    assert (early, late) == (pytest.approx(1.4685, abs=1e-4), pytest.approx(0.2343, abs=1e-4))


# What goes wrong


def test_below_the_limit_nothing_is_said() -> None:
    for rate in (1e-5, 0.001, 0.012, 0.02):
        assert at_rate(HIMMELBLAU, rate, 9).warning == ""


def test_divergence_is_foretold_and_then_explained() -> None:
    before, after = at_rate(HIMMELBLAU, 0.1), at_rate(HIMMELBLAU, 0.1, 5)
    path = minimize(parse(HIMMELBLAU.formula), {"x": 0.2, "y": 0.9}, GradientDescent(0.1), 100)
    assert path.stopped is not None and path.stopped.startswith("Diverged at step 6")
    limit = r"$2/{\lambda}_{\max} = 0.0243$"
    assert before.warning == f"Above {limit} the loss grows: from P it diverges at step 6. [Use 0.02](0.02)"
    lengths = np.hypot(*np.diff(path.points, axis=0).T)
    growth = float(np.median(lengths[1:] / lengths[:-1]))
    assert f"{growth:.1e}" == "8.2e+07" and (np.diff(lengths) > 0.0).all() and len(lengths) == 5
    assert after.warning == (
        "The step grew 8.2 × 10⁷× for 4 steps: 0.1 is above "
        r"$2/{\lambda}_{\max} = 0.00679$ on the path (curvature 294) "
        "and above $0.0243$ at (3.00, 2.00). [Use 0.02](0.02)"
    )
    assert before.safe_rate == after.safe_rate == 0.02
    assert at_rate(HIMMELBLAU, before.safe_rate or 0.0).warning == ""


def test_a_rate_that_is_too_large_on_the_way_only() -> None:
    state = replace(HIMMELBLAU, point=(5.0, 5.0), view=(-6.0, 6.0, -6.0, 6.0))
    found = at_rate(state, 0.022)
    assert found.shaded is not None and found.shaded.limit > 0.022
    assert found.warning.startswith("From P it diverges at step ")
    assert "on the path allows" in found.warning


def test_a_run_that_stays_near_but_never_rests() -> None:
    found = at_rate(HIMMELBLAU, 0.03)
    assert "it cannot come to rest at (3.00, 2.00)." in found.warning
    assert found.safe_rate == 0.02


@pytest.mark.parametrize("key", ["gradient_descent", "momentum", "nesterov"])
def test_quadratics_are_flagged_at_once_above_the_limit_and_never_below(key: str) -> None:
    for curvature in 10.0 ** np.arange(-5.0, 6.0, 2.0):
        for rate in 10.0 ** np.arange(-6.0, 6.5, 1.0):
            optimizer = optimizer_of(racer(key, float(rate)))
            limit = optimizer.learning_rate_limit(float(curvature))
            assert limit is not None
            text = f"{float(curvature) / 2!r}*(x-0.3)^2+{float(curvature) / 8!r}*y^2"
            state = replace(typed(text), racers=(racer(key, float(rate)),), selected=key, step=0)
            found = stability(state)
            assert found.shaded is not None
            assert found.shaded.limit == pytest.approx(limit, rel=1e-6)
            assert bool(found.warning) is bool(rate > limit), (curvature, rate)
            assert (found.safe_rate is not None) is bool(rate > limit)
            if found.safe_rate is not None:
                assert found.safe_rate <= limit


def test_equal_choices_give_the_same_object() -> None:
    assert stability(HIMMELBLAU) is stability(replace(HIMMELBLAU, direction=50.0))


@pytest.mark.parametrize(
    ("text", "start"), [("ln(x)+y", (1e155, 1.0)), ("ln(x)+y", (1e160, 1.0)), ("y-x^4", (1e-80, 0.0))]
)
def test_a_curvature_next_to_nothing_leads_to_no_minimum(text: str, start: tuple[float, float]) -> None:
    assert minimum_below(text, (), start) is None
