"""The search for the best learning rate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core import parse
from core.optimizers import (
    OPTIMIZERS,
    GradientDescent,
    Momentum,
    Newton,
    Objective,
    Optimizer,
    RMSProp,
    minimize,
    tune,
    tuning,
)
from core.optimizers.rate_search import NEAR_ENOUGH
from core.optimizers.tuning import TRIALS


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [(2.0, 2.0), (2.0, 6.0), (1.0, 20.0), (2e-3, 0.1), (1e4, 9e4)],
)
def test_gradient_descent_on_a_quadratic_is_best_near_the_theory(smaller: float, larger: float) -> None:
    bowl = parse(f"{smaller / 2!r}*x^2 + {larger / 2!r}*y^2")
    best = tune(bowl, {"x": 3.0, "y": -2.0}, GradientDescent())
    assert best is not None and best.arrived
    assert best.learning_rate == pytest.approx(2.0 / (smaller + larger), rel=0.06)
    shrinking = (larger - smaller) / (larger + smaller)
    assert best.steps <= 3 + np.log(NEAR_ENOUGH) / np.log(max(shrinking, 1e-9)) * 1.15


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_no_other_rate_gets_lower_in_as_many_steps(key: str) -> None:
    optimizer: Optimizer = OPTIMIZERS[key]()
    hills = parse("x^2 + 4 y^2 + sin(3x)")
    start = {"x": 2.0, "y": 1.0}
    best = tune(hills, start, optimizer, 100)
    assert best is not None
    first = minimize(hills, start, optimizer, 0).losses[0]
    for rate in np.geomspace(1e-3, 1.0, 7):
        path = minimize(hills, start, OPTIMIZERS[key](float(rate)), 100)
        if np.isfinite(path.losses).all() and path.stopped is None and path.divergence is None:
            assert best.loss <= path.losses[-1] + 1e-3 * (first - best.loss)


def test_a_rate_that_is_only_lucky_is_not_the_best() -> None:
    lucky = 10.0**-0.5
    hole = 1.0 - 2.0 * lucky  # where the first step with that rate ends, and with no other

    def bowl(point: np.ndarray) -> tuple[float, np.ndarray]:
        (x,) = point
        return (-10.0, 0.0 * point) if abs(x - hole) < 1e-6 else (float(x * x), 2.0 * point)

    path = minimize(Objective(bowl, names=()), [1.0], GradientDescent(lucky), 1)
    assert path.losses[-1] == -10.0
    best = tune(Objective(bowl, names=()), [1.0], GradientDescent())
    assert best is not None
    assert best.learning_rate == pytest.approx(0.5, rel=0.04)
    assert best.arrived and best.loss == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", {"x": 0.2, "y": 0.9}),
        ("(1 - x)^2 + 100 (y - x^2)^2", {"x": -1.2, "y": 1.0}),
        ("x^4 + y^2", {"x": 2.0, "y": 1.0}),
    ],
)
def test_most_rates_beside_the_best_one_are_nearly_as_good(text: str, start: dict[str, float]) -> None:
    function = parse(text)
    for optimizer in (RMSProp(alpha=0.9), RMSProp()):
        best = tune(function, start, optimizer)
        assert best is not None
        first = minimize(function, start, optimizer, 0).losses[0]
        losses = []
        for factor in (0.972, 0.98, 0.988, 0.996, 1.004, 1.012, 1.02, 1.028):
            rate = best.learning_rate * factor
            losses.append(minimize(function, start, replace(optimizer, learning_rate=rate), 500).losses.min())
        assert np.median(losses) - best.loss <= 0.01 * (first - best.loss)


def test_where_nothing_leads_down_there_is_no_best() -> None:
    assert tune(parse("x^2 - y^2"), {"x": 0.0, "y": 0.0}, GradientDescent()) is None
    assert tune(parse("x + y^2"), {"x": 1.0, "y": 1.0}, Newton()) is None
    assert tune(parse("sqrt(x)"), {"x": 1.0}, GradientDescent(), 500) is not None


def test_the_search_tells_how_far_it_is_and_can_be_left() -> None:
    search = tuning(parse("x^2"), {"x": 1.0}, Momentum(), 20)
    assert [next(search).tried for _ in range(3)] == [1, 2, 3]
    assert [step.tried for step in search] == list(range(4, TRIALS + 1))


def test_a_function_is_tuned_like_a_formula() -> None:
    bowl = Objective(lambda point: (float(point @ point), 2.0 * point), names=())
    ours, theirs = (
        tune(bowl, [1.0, 2.0], GradientDescent()),
        tune(parse("x^2 + y^2"), {"x": 1.0, "y": 2.0}, GradientDescent()),
    )
    assert ours is not None and theirs is not None
    assert ours.learning_rate == pytest.approx(theirs.learning_rate, rel=0.1)


WELLS = "x^2 + y^2 - 2e^(-((x-1)^2+y^2)/0.2) - 3e^(-((x+1)^2+y^2)/0.2)"


@pytest.mark.parametrize("key", ["gradient_descent", "momentum", "adam", "rmsprop", "adadelta"])
@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("(1 - x)^2 + 100 (y - x^2)^2", -1.2, 1.0),
        (WELLS, 0.75, 1.0),
        ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", 0.0, 0.0),
    ],
)
def test_who_has_arrived_stays_and_no_dip_counts(text: str, x: float, y: float, key: str) -> None:
    function, start = parse(text), {"x": x, "y": y}
    best = tune(function, start, OPTIMIZERS[key](), 1000)
    assert best is not None
    path = minimize(function, start, OPTIMIZERS[key](best.learning_rate), 1000)
    slopes = np.hypot(*path.gradients.T)
    if best.arrived:
        assert slopes[best.steps :].max() <= NEAR_ENOUGH * slopes[0] < slopes[best.steps - 1]
        assert best.steps <= 900
    assert best.loss == path.losses[900:].max()


def test_no_rate_above_the_limit_at_the_minimum_ahead_is_the_best() -> None:
    """With 0.0032 descent is lower after some hundred steps, but it can never rest at (1, 1)."""
    valley, start = parse("(1 - x)^2 + 100 (y - x^2)^2"), {"x": -1.2, "y": 1.0}
    limit = 2.0 / np.linalg.eigvalsh([[802.0, -400.0], [-400.0, 200.0]])[-1]
    assert not minimize(valley, start, GradientDescent(0.0032), 500).losses[-1] > 1.0
    for steps in (300, 2000):
        best = tune(valley, start, GradientDescent(), steps)
        assert best is not None
        assert 0.5 * limit < best.learning_rate < limit


@pytest.mark.parametrize("key", ["gradient_descent", "momentum", "adam", "rmsprop"])
def test_without_a_minimum_there_is_no_best(key: str) -> None:
    for text in ("x^2 - y^2", "x^2 + 3x*y + y^2", "x*y"):
        assert tune(parse(text), {"x": -1.5, "y": 0.01}, OPTIMIZERS[key]()) is None
