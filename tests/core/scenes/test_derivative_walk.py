"""Walking downhill on the curve: where the steps lead, how they are drawn, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from core.scenes.derivative import DerivativeState, choose_preset, compute, type_formula, with_x
from core.scenes.derivative_walk import (
    WalkScene,
    can_walk_on,
    walk_scene,
    walked,
    with_walk_method,
    with_walk_open,
    with_walk_rate,
    with_walk_step,
)
from core.scenes.state import StateError, from_json, to_json
from core.scenes.walk_path import MOST_STEPS, goal

DESCENT, NEWTON = "gradient_descent", "newton"


def state_of(formula: str, x: float, method: str = DESCENT, rate: float = 0.3) -> DerivativeState:
    typed = replace(type_formula(DerivativeState(), formula), x=x, walk_rate=rate)
    return with_walk_open(with_walk_method(typed, method), True)


def scene_of(state: DerivativeState, step: int = 0) -> WalkScene:
    scene = walk_scene(with_walk_step(state, step))
    assert scene is not None
    return scene


def cubic(x: float) -> float:
    return x**3 - 3.0 * x


def cubic_slope(x: float) -> float:
    return 3.0 * x**2 - 3.0


# Steps


def test_gradient_descent_goes_against_the_slope_times_the_rate() -> None:
    x, by_hand = -0.9, [-0.9]
    for _ in range(4):
        x -= 0.1 * cubic_slope(x)
        by_hand.append(x)
    scene = scene_of(state_of("x^3 - 3x", -0.9, rate=0.1), 4)
    assert scene.path.x == pytest.approx(by_hand, rel=1e-14)
    assert scene.path.y == pytest.approx([cubic(x) for x in by_hand], rel=1e-14)


def test_newton_goes_to_the_vertex() -> None:
    x, by_hand = 0.4, [0.4]
    for _ in range(3):
        x -= cubic_slope(x) / (6.0 * x)
        by_hand.append(x)
    scene = scene_of(state_of("x^3 - 3x", 0.4, NEWTON), 3)
    assert scene.path.x == pytest.approx(by_hand, rel=1e-12)
    assert scene.vertex is not None
    assert scene.vertex[0] == pytest.approx(x - cubic_slope(x) / (6.0 * x), rel=1e-12)


def test_learning_rate_is_none_of_newtons_business() -> None:
    slow, fast = (scene_of(state_of("x^3 - 3x", 0.4, NEWTON, rate), 3) for rate in (1e-3, 5.0))
    assert slow.path.x.tolist() == fast.path.x.tolist()


def test_each_step_is_drawn_along_the_tangent_and_then_down_to_the_curve() -> None:
    scene = scene_of(state_of("x^3 - 3x", 1.8, rate=0.05), 3)
    for step in range(3):
        here, there = map(float, scene.path.x[step : step + 2])
        model, drop = (scene.models, scene.drops) if step < 2 else (scene.last_model, scene.last_drop)
        rows = slice(3 * step, 3 * step + 3) if step < 2 else slice(0, 3)
        end = cubic(here) + cubic_slope(here) * (there - here)
        assert model.x[rows] == pytest.approx([here, there, math.nan], nan_ok=True)
        assert model.y[rows] == pytest.approx([cubic(here), end, math.nan], nan_ok=True)
        assert drop.x[rows] == pytest.approx([there, there, math.nan], nan_ok=True)
        assert drop.y[rows] == pytest.approx([end, cubic(there), math.nan], nan_ok=True)
    assert scene.models.x.size == 6


def test_a_step_of_newton_is_drawn_along_its_parabola() -> None:
    scene = scene_of(state_of("x^3 - 3x", 0.4, NEWTON), 1)
    x, y = scene.last_model.x[:-1], scene.last_model.y[:-1]
    parabola = cubic(0.4) + cubic_slope(0.4) * (x - 0.4) + 0.5 * 2.4 * (x - 0.4) ** 2
    assert y == pytest.approx(parabola, rel=1e-12)
    assert (x[0], x[-1]) == pytest.approx((0.4, float(scene.path.x[1])))
    assert y[-1] == y.min()
    whole = scene_of(state_of("x^3 - 3x", 0.4, NEWTON))
    assert whole.parabola is not None
    assert np.interp(x, whole.parabola.x, whole.parabola.y) == pytest.approx(parabola, abs=0.01)


@pytest.mark.parametrize("method", MOST_STEPS)
def test_steps_end_at_the_last_one_there_is(method: str) -> None:
    state = with_walk_step(state_of("x^3 - 3x", 0.4, method), 10**6)
    assert 0 < state.walk_step < MOST_STEPS[method]
    assert not can_walk_on(state)
    assert can_walk_on(walked(state, -1))
    assert walked(state, 5).walk_step == state.walk_step
    assert walked(state, -(10**6)).walk_step == 0


# The minimum ahead


@pytest.mark.parametrize(
    ("formula", "x", "function", "near"),
    [
        ("x^3 - 3x", -0.9, lambda x: x**3 - 3 * x, 1.0),
        ("sin(x)*exp(-x/5)", 2.0, lambda x: mpmath.sin(x) * mpmath.exp(-x / 5), 4.5),
        ("x ln(x)", 2.0, lambda x: x * mpmath.log(x), 0.4),
        ("(x^2+1)^3", 2.0, lambda x: (x**2 + 1) ** 3, 0.1),
    ],
)
def test_minimum_ahead_and_its_limit(
    formula: str, x: float, function: Callable[[float], float], near: float
) -> None:
    place = float(mpmath.findroot(lambda t: mpmath.diff(function, t), near))
    curvature = float(mpmath.diff(function, place, 2))
    row = scene_of(state_of(formula, x)).rows[-1]
    assert row.name == "minimum"
    assert row.x == pytest.approx(place, abs=1e-7)
    assert row.curvature == pytest.approx(curvature, rel=1e-6)
    assert row.limit == pytest.approx(2.0 / curvature, rel=1e-6)


@pytest.mark.parametrize(
    ("formula", "x"),
    [("e^x", 1.0), ("-1/x", -1.0), ("1/x", -1.0), ("tan(x)", 0.7), ("ln(x)", 2.0), ("x", 0.0), ("x^2", 0.0)],
)
def test_no_minimum_where_the_curve_falls_on_or_ends(formula: str, x: float) -> None:
    assert goal(formula, (), x, 10.0) is None


def test_corner_and_flat_minimum_are_told_apart() -> None:
    corner, flat, round_ = (goal(formula, (), 1.3, 8.0) for formula in ("|x|", "x^4", "x^2"))
    assert corner is not None and flat is not None and round_ is not None
    assert (corner.corner, corner.flat) == (True, False)
    assert (flat.corner, flat.flat) == (False, True)
    assert (round_.corner, round_.flat) == (False, False)


# Words


@pytest.mark.parametrize(
    ("formula", "x", "rate", "said"),
    [
        ("x^2", 3.0, 0.3, "1 − η f″ = 0.4: it comes nearer from one side."),
        ("x^2", 3.0, 0.5, "1 − η f″ = 0: one step nearly arrives."),
        ("x^2", 3.0, 0.8, "1 − η f″ = −0.6: it jumps from side to side, ever nearer."),
        ("x^2", 3.0, 1.0, "1 − η f″ = −1: it jumps from side to side and comes no nearer."),
        ("x^2", 3.0, 1.2, "1 − η f″ = −1.4: it jumps from side to side, ever farther."),
        ("(x^2+1)^3", 2.0, 0.3, "But at P η is above 2/f″ = 0.00317: the first steps may leap far away."),
        ("x^4", 1.0, 0.1, "At the minimum x = 0 f″ = 0"),
        ("|x|", 1.3, 0.3, "Downhill is the corner at x = 0."),
        ("e^x", 1.0, 0.3, "No minimum lies near that way"),
        ("x^2", 0.0, 0.3, "The slope at P is 0"),
    ],
)
def test_prediction_of_gradient_descent(formula: str, x: float, rate: float, said: str) -> None:
    assert said in scene_of(state_of(formula, x, rate=rate)).prediction


@pytest.mark.parametrize("rate", [0.05, 0.3, 1.1])
def test_prediction_comes_true(rate: float) -> None:
    state = replace(DerivativeState(), walk_open=True, walk_rate=rate)
    place, curvature = -1.1182572839402267, 1.4728483257108518
    scene = scene_of(state, 60)
    distances = scene.path.x - place
    near = np.flatnonzero(np.abs(distances[:-1]) > 1e-6)[-1]
    assert distances[near + 1] / distances[near] == pytest.approx(1.0 - rate * curvature, abs=2e-3)


@pytest.mark.parametrize(
    ("formula", "x", "said"),
    [
        (
            "x^2",
            3.0,
            "f″ = 2 > 0: the parabola opens upwards, and the step leads to its lowest point, x = 0.",
        ),
        (
            "x^3 - 3x",
            -0.5,
            "f″ = −3 < 0: the parabola opens downwards, and the step leads to its top, x = −1.25:",
        ),
        ("x^3 - 3x", 0.0, "f″ = 0 here"),
        ("x", 1.0, "there is no step"),
    ],
)
def test_prediction_of_newton(formula: str, x: float, said: str) -> None:
    assert said in scene_of(state_of(formula, x, NEWTON)).prediction


@pytest.mark.parametrize(
    ("formula", "x", "method", "rate", "step", "kind", "said"),
    [
        ("x^2", 3.0, DESCENT, 0.3, 500, "correct", "Converged after 31 steps at x = 0, f = 0: a minimum"),
        ("x^2", 3.0, DESCENT, 0.3, 10, "plain", ""),
        ("x^2", 3.0, DESCENT, 1.0, 4, "warning", "It jumps to and fro between x = −3 and 3."),
        (
            "x^2",
            3.0,
            DESCENT,
            1.2,
            9,
            "warning",
            "each step is 1.4 times as long as the one before, for η = 1.2",
        ),
        ("x^2", 3.0, DESCENT, 1.2, 2000, "warning", "Diverged at step 1052"),
        ("x^3 - 3x", -1.2, DESCENT, 0.3, 100, "warning", "f falls without end"),
        ("ln(x)", 2.0, DESCENT, 0.5, 20, "warning", "Stopped at step 5: f is not defined there."),
        ("sqrt(x)", -1.0, DESCENT, 0.3, 3, "warning", "No walk can start here: f has no value at P."),
        ("|x|", 0.0, DESCENT, 0.3, 3, "warning", "No walk can start here: f has no slope at P."),
        ("x", 1.0, DESCENT, 0.3, 2000, "plain", "The walk shows 2000 steps at most."),
        ("x^3 - 3x", -0.1, NEWTON, 0.3, 50, "warning", "x = −1, f = 2: a maximum, for f″ = −6 < 0."),
        ("x^3 - 3x", 0.4, NEWTON, 0.3, 50, "correct", "x = 1, f = −2: a minimum, for f″ = 6 > 0."),
        ("e^x", 1.0, NEWTON, 0.3, 50, "plain", "the slope has all but faded"),
        ("x^4/4 - x^2 + 2x", 0.0, NEWTON, 0.3, 50, "warning", "It jumps to and fro between x = 1 and 0."),
        ("x^3/3 + x", 0.3, NEWTON, 0.3, 50, "plain", "The walk shows 50 steps at most."),
    ],
)
def test_outcome(formula: str, x: float, method: str, rate: float, step: int, kind: str, said: str) -> None:
    scene = scene_of(state_of(formula, x, method, rate), step)
    assert said in scene.outcome
    assert bool(said) == bool(scene.outcome)
    assert scene.kind == kind


@pytest.mark.parametrize(
    ("formula", "x", "rate"), [("x^2", 3.0, 1.2), ("(x^2+1)^3", 2.0, 0.3), ("x^2", 3.0, 1.0)]
)
def test_offered_rate_is_safe(formula: str, x: float, rate: float) -> None:
    state = state_of(formula, x, rate=rate)
    offered = scene_of(state, 1200).safe_rate
    assert offered is not None
    safe = scene_of(with_walk_rate(state, offered), 2000)
    assert safe.kind != "warning"
    assert abs(safe.path.x[-1]) < 1e-4
    assert (np.diff(safe.path.y) <= 0.0).all()


# The state


def test_nothing_is_computed_while_it_is_folded_away() -> None:
    assert compute(DerivativeState()).walk is None


def test_equal_choices_give_the_very_same_scene() -> None:
    state = replace(DerivativeState(), walk_open=True, walk_step=5)
    assert walk_scene(state) is walk_scene(replace(state, h=0.1, claim="x", slope_range=(-9.0, 9.0)))


def test_moving_the_point_moves_the_start_and_keeps_the_number_of_steps() -> None:
    state = replace(DerivativeState(), walk_open=True, walk_step=5)
    scene = compute(with_x(state, 0.5)).walk
    assert scene is not None
    assert (scene.step, scene.path.x[0]) == (5, 0.5)


def test_another_function_starts_anew() -> None:
    state = replace(DerivativeState(), walk_open=True, walk_step=5)
    assert type_formula(state, "x^2").walk_step == 0
    assert with_walk_method(state, NEWTON).walk_step == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"walk_method": "adam"},
        {"walk_rate": 0.0},
        {"walk_rate": -1.0},
        {"walk_step": -1},
        {"walk_step": 51, "walk_method": NEWTON},
        {"ranges": (("a", 1.0, 1.0),)},
    ],
)
def test_json_that_no_user_could_choose_is_refused(changes: dict[str, object]) -> None:
    text = to_json(replace(DerivativeState(), **changes))  # type: ignore[arg-type]
    with pytest.raises(StateError):
        from_json(DerivativeState, text)


@pytest.mark.parametrize("method", MOST_STEPS)
@pytest.mark.parametrize(
    ("formula", "x"),
    [
        ("sin(1/x)", 0.01),
        ("1/(x-x)", 1.0),
        ("floor(x)", 0.5),
        ("x^x", 0.01),
        ("1e300*x^3", 2.0),
        ("1e-300*x^2", 1.0),
        ("tan(x)", 1.5707963),
        ("x^2", 1e12),
        ("x^2", 1e-12),
        ("5", 1.0),
        ("gamma(x)", -1.5),
    ],
)
def test_any_walk_has_a_scene(method: str, formula: str, x: float) -> None:
    typed = type_formula(DerivativeState(), formula)
    state = replace(typed, x=x, walk_open=True, walk_method=method)
    for rate in (1e-12, 0.3, 1e12):
        for step in (0, 1, 7, 2000):
            scene = scene_of(with_walk_rate(state, rate), step)
            assert scene.step <= MOST_STEPS[method]
            assert np.isfinite(scene.path.x).all()
            assert scene.rate_range[0] < scene.rate_range[1]


def test_every_preset_can_be_walked() -> None:
    from core.presets import FUNCTIONS

    for preset in FUNCTIONS:
        state = replace(choose_preset(DerivativeState(), preset), walk_open=True)
        scene = scene_of(state, 3)
        assert scene.prediction or scene.outcome
