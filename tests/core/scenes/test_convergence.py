"""The predicted convergence on quadratics, against long runs and the formulas of the books."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.optimizers import Adam, GradientDescent, Momentum, Nesterov, Newton, Optimizer, minimize
from core.parser import parse
from core.scenes.convergence import best_rate, dominant_root, has_theory, modes

METHODS = [
    GradientDescent(0.1),
    Momentum(0.1, beta=0.3),
    Momentum(0.02, beta=0.9),
    Nesterov(0.1, beta=0.3),
    Nesterov(0.02, beta=0.9),
]
CURVATURES = [0.5, 2.0, 7.0, 19.0]


def measured_factor(optimizer: Optimizer, curvature: float) -> float:
    """Growth a step of the distance, and of the velocity with it, over the second half of a long run."""
    path = minimize(parse(f"{curvature / 2!r}*x^2"), {"x": 1.0}, optimizer, 400)
    size = np.abs(path.points[:, 0])
    for kept in path.internals.values():
        size = np.maximum(size, np.abs(kept[:, 0]) * optimizer.learning_rate)
    known = np.flatnonzero(size > 1e-290)
    first, last = known[len(known) // 2], known[-1]
    return float((size[last] / size[first]) ** (1.0 / (last - first)))


@pytest.mark.parametrize("optimizer", METHODS, ids=repr)
@pytest.mark.parametrize("curvature", CURVATURES)
def test_the_factor_is_that_of_a_long_run(optimizer: Optimizer, curvature: float) -> None:
    predicted = abs(dominant_root(optimizer, curvature))
    assert predicted == pytest.approx(measured_factor(optimizer, curvature), rel=0.02)


def test_gradient_descent_has_one_minus_rate_times_curvature() -> None:
    for rate, curvature in ((0.1, 3.0), (0.1, 17.0), (0.1, 25.0), (0.1, -2.0)):
        assert dominant_root(GradientDescent(rate), curvature) == pytest.approx(1.0 - rate * curvature)


@pytest.mark.parametrize("method", [GradientDescent, Momentum, Nesterov])
def test_the_limit_is_where_the_factor_passes_one(method: type[Optimizer]) -> None:
    for curvature in (1e-6, 0.3, 1.0, 82.3, 1e6):
        limit = method().learning_rate_limit(curvature)
        assert limit is not None
        for share, stable in ((0.999, True), (1.001, False)):
            root = dominant_root(method(limit * share), curvature)
            assert (abs(root) < 1.0) is stable


@pytest.mark.parametrize(
    ("rate", "curvature", "behaviour"),
    [
        (0.1, 4.0, "monotone"),
        (0.1, 15.0, "oscillating"),
        (0.1, 25.0, "diverging"),
        (0.1, -1.0, "diverging"),
        (0.1, 0.0, "at rest"),
        (0.0, 4.0, "at rest"),
        (0.1, 20.0, "oscillating"),
    ],
)
def test_behaviour(rate: float, curvature: float, behaviour: str) -> None:
    along_x, _ = modes(GradientDescent(rate), np.diag([curvature, 1e9]))
    assert along_x.behaviour == behaviour
    assert along_x.direction == (1.0, 0.0)


def test_steps_for_a_digit() -> None:
    slow, fast = modes(GradientDescent(0.1), np.diag([1.0, 10.0]))
    assert slow.factor**slow.steps_per_digit == pytest.approx(0.1)
    assert fast.steps_per_digit == pytest.approx(0.0, abs=0.1)
    _, growing = modes(GradientDescent(0.1), np.diag([1.0, 30.0]))
    assert math.isnan(growing.steps_per_digit)


@pytest.mark.parametrize(("smallest", "largest"), [(1.0, 1.0), (0.5, 9.0), (25.7, 82.3), (1e-3, 1e3)])
def test_the_best_rate_of_gradient_descent(smallest: float, largest: float) -> None:
    best = best_rate(GradientDescent(), smallest, largest)
    assert best is not None
    assert best.rate == pytest.approx(2.0 / (smallest + largest), rel=1e-6)
    assert best.factor == pytest.approx((largest - smallest) / (largest + smallest), abs=1e-6)


@pytest.mark.parametrize("optimizer", METHODS, ids=repr)
def test_no_rate_is_better_than_the_best(optimizer: Optimizer) -> None:
    best = best_rate(optimizer, 0.7, 11.0)
    limit = optimizer.learning_rate_limit(11.0)
    assert best is not None and limit is not None
    factors = [
        max(
            abs(dominant_root(replace(optimizer, learning_rate=rate), curvature)) for curvature in (0.7, 11.0)
        )
        for rate in np.linspace(0.0, limit, 2001)
    ]
    assert best.factor == pytest.approx(min(factors), abs=2e-3)
    assert best.factor <= min(factors) + 1e-6


def test_with_enough_momentum_many_rates_are_equally_good() -> None:
    best = best_rate(Momentum(beta=0.81), 1.0, 4.0)
    assert best is not None
    assert best.factor == pytest.approx(0.9, abs=1e-4)
    assert best.lowest == pytest.approx((1.0 - 0.9) ** 2, rel=1e-2)
    assert best.highest == pytest.approx((1.0 + 0.9) ** 2 / 4.0, rel=1e-2)


def test_where_there_is_no_best_rate() -> None:
    assert best_rate(GradientDescent(), -1.0, 2.0) is None
    assert best_rate(GradientDescent(), 0.0, 2.0) is None
    assert best_rate(Adam(), 1.0, 2.0) is None


def test_which_methods_have_a_theory() -> None:
    assert all(has_theory(method()) for method in (GradientDescent, Momentum, Nesterov))
    assert not any(has_theory(method()) for method in (Adam, Newton))
