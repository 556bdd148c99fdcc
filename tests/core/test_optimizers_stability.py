"""Divergence is told at once, with its cause and a rate that is safe; convergence is never called so."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core import parse
from core.optimizers import (
    LBFGS,
    OPTIMIZERS,
    Adam,
    ExponentialDecay,
    GradientDescent,
    Momentum,
    Nesterov,
    Newton,
    Objective,
    RMSProp,
    minimize,
)
from core.regression import LinearRegression

LIMITED = [GradientDescent, Momentum, Nesterov]


def quadratic(curvatures, rotation_seed=0, knows_hessian=True):
    size = len(curvatures)
    axes = np.linalg.qr(np.random.default_rng(rotation_seed).normal(size=(size, size)))[0]
    matrix = axes @ np.diag(curvatures) @ axes.T

    def value_and_grad(point):
        return 0.5 * float(point @ matrix @ point), matrix @ point

    return Objective(value_and_grad, (lambda point: matrix) if knows_hessian else None, knows_hessian)


@pytest.mark.parametrize("kind", LIMITED)
def test_rate_above_the_limit_is_flagged_at_once_and_below_it_never(kind):
    random = np.random.default_rng(1)
    for seed in range(100):
        largest = 10.0 ** random.uniform(-5, 5)
        objective = quadratic([largest * random.uniform(1e-4, 1), largest], seed)
        optimizer = kind(10.0 ** random.uniform(-6, 6))
        path = minimize(objective, random.normal(size=2), optimizer, steps=3)
        above = optimizer.learning_rate > optimizer.learning_rate_limit(largest)
        assert (path.divergence is not None) == above
        if above:
            why = path.divergence
            assert why.step == 0
            assert why.curvature == pytest.approx(largest, rel=1e-9)
            assert why.limit == pytest.approx(optimizer.stability_constant / largest, rel=1e-9)
            assert 0.0 < why.safe_rate < why.limit
            assert f"above {kind.stability_formula} = " in why.reason


@pytest.mark.parametrize("kind", LIMITED)
@pytest.mark.parametrize(("factor", "diverges"), [(0.999, False), (1.001, True)])
def test_limit_is_where_the_loss_turns_from_falling_to_growing(kind, factor, diverges):
    limit = kind().learning_rate_limit(8.0)
    for knows_hessian in (True, False):
        objective = quadratic([0.5, 8.0], knows_hessian=knows_hessian)
        path = minimize(objective, [1.0, 2.0], kind(limit * factor), steps=8_000)
        assert (path.losses[-1] > path.losses[0]) == diverges
        assert (path.divergence is not None) == diverges
        assert path.stopped is None


@pytest.mark.parametrize("kind", LIMITED)
def test_without_a_hessian_growth_is_flagged_above_the_limit_and_never_below(kind):
    random = np.random.default_rng(2)
    for seed in range(60):
        curvatures = 10.0 ** random.uniform(-3, 3, size=3)
        objective = quadratic(curvatures, seed, knows_hessian=False)
        limit = kind().learning_rate_limit(curvatures.max())
        ratio = random.choice([random.uniform(0.01, 0.999), random.uniform(1.5, 20.0)])
        path = minimize(objective, random.normal(size=3), kind(limit * ratio), steps=40)
        assert (path.divergence is not None) == (ratio > 1.0)
        if path.divergence is not None:
            assert path.divergence.curvature <= curvatures.max() * (1.0 + 1e-9)
            assert path.divergence.safe_rate < limit


def test_overflow_says_growth_curvature_limit_and_safe_rate():
    path = minimize(parse("4x^2"), {"x": 1.0}, GradientDescent(0.5), steps=1000)
    assert path.stopped == f"Diverged at step {path.steps + 1}: {path.divergence.reason}"
    assert path.divergence.reason == (
        f"the step grew 3× for {path.steps - 1} steps, because the learning rate 0.5 is above 2/λmax = 0.25 "
        "(curvature λmax = 8); try the learning rate 0.1."
    )
    assert np.isfinite(path.points).all()
    assert np.isfinite(path.losses).all()


def test_safe_rate_of_a_function_that_is_no_quadratic_descends():
    himmelblau = parse("(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
    path = minimize(himmelblau, {"x": 0.0, "y": 0.0}, GradientDescent(0.1), steps=100)
    why = path.divergence
    assert path.stopped.startswith("Diverged at step ")
    assert why.learning_rate > why.limit
    again = minimize(himmelblau, {"x": 0.0, "y": 0.0}, GradientDescent(why.safe_rate), steps=100)
    assert again.divergence is None
    assert again.losses[-1] < again.losses[0]


def test_growth_that_has_not_overflowed_is_told_on_other_functions_too():
    path = minimize(parse("x^2 + 0.1 sin(x)"), {"x": 1.0}, GradientDescent(1.5), steps=8)
    assert path.stopped is None
    assert path.divergence.growing_steps >= 4
    assert path.divergence.growth == pytest.approx(2.0, rel=0.1)


def test_crossing_a_sharp_valley_is_no_divergence():
    path = minimize(parse("(1-x)^2 + 5(y-x^2)^2"), {"x": -1.2, "y": 1.0}, Momentum(0.01), steps=200)
    assert path.divergence is None
    assert path.losses[-1] < path.losses[0]


def test_schedule_that_falls_below_the_limit_in_time_is_no_divergence():
    optimizer = GradientDescent(0.3, schedule=ExponentialDecay(0.9))
    path = minimize(parse("4x^2"), {"x": 1.0}, optimizer, steps=200)
    assert path.divergence is None
    assert path.losses[-1] < 1e-3


def test_divergence_of_newton_names_the_growth_but_no_rate():
    path = minimize(parse("sqrt(1 + x^2)"), {"x": 2.0}, Newton(), steps=50)
    assert "the Hessian is singular there" in path.stopped
    assert path.divergence.limit is None
    assert path.divergence.safe_rate is None
    assert path.divergence.growing_steps >= 2
    assert path.divergence.reason.endswith("; try another optimiser or start.")


def test_a_way_without_a_bottom_is_not_blamed_on_the_rate():
    path = minimize(parse("x^2 - y^2"), {"x": 1.0, "y": 0.1}, GradientDescent(0.1), steps=10_000)
    assert path.stopped.endswith("the loss falls without end; this way leads to no minimum.")
    assert path.divergence is None


@pytest.mark.parametrize(
    ("formula", "start", "sentence"),
    [
        ("x + log(x)", 0.05, "the loss is not defined there."),
        ("x + floor(10x)/100", 0.15, "the gradient is not defined there."),
    ],
)
def test_leaving_the_domain_is_told_apart_from_divergence(formula, start, sentence):
    path = minimize(parse(formula), {"x": start}, GradientDescent(0.05), steps=100)
    assert path.stopped.endswith(sentence)
    assert path.divergence is None


def test_regression_on_huge_data_is_flagged_with_a_rate_that_works():
    years = np.arange(1990, 2021) * 1e6
    fit = LinearRegression(years, 3e-6 * years + 1.0)
    for rate in 10.0 ** np.arange(-6.0, 7.0):
        path = minimize(fit.objective, [0.0, 0.0], GradientDescent(float(rate)), steps=50)
        assert path.divergence.safe_rate < fit.learning_rate_limit
        again = minimize(fit.objective, [0.0, 0.0], GradientDescent(path.divergence.safe_rate), steps=50)
        assert again.divergence is None
        assert again.losses[-1] < again.losses[0]


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("rate", [1e-6, 1.0, 1e6, 1e300])
def test_no_rate_makes_an_optimizer_fail_or_keep_what_is_not_finite(name, rate):
    surface = parse("(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
    path = minimize(surface, {"x": 0.5, "y": -0.5}, OPTIMIZERS[name](rate), steps=30)
    assert np.isfinite(path.points).all()
    assert all(np.isfinite(kept).all() for kept in path.internals.values())
    assert path.steps == 30 or path.stopped.endswith(".")
    assert "-" not in (path.stopped or "").replace("L-BFGS", "")


@pytest.mark.parametrize("optimizer", [Adam(0.5), RMSProp(0.5), LBFGS(), Newton()])
def test_optimizers_that_converge_are_not_called_divergent(optimizer):
    path = minimize(quadratic([0.01, 100.0]), [3.0, -2.0], optimizer, steps=300)
    assert path.divergence is None
    assert path.losses[-1] < path.losses[0]
    assert math.isfinite(path.losses[-1])


@pytest.mark.parametrize("rate", [0.1, 1.0, 1e6])
@pytest.mark.parametrize("kind", LIMITED)
def test_a_leap_far_away_still_names_a_rate_that_works_here(kind, rate):
    himmelblau = parse("(x^2 + y - 11)^2 + (x + y^2 - 7)^2")

    def value_and_grad(point):
        x, y = point
        first, second = x * x + y - 11, x + y * y - 7
        return first**2 + second**2, np.array([4 * x * first + 2 * second, 2 * first + 4 * y * second])

    for objective, start in ((himmelblau, {"x": 0.5, "y": 0.0}), (value_and_grad, [0.5, 0.0])):
        why = minimize(objective, start, kind(rate), steps=100).divergence
        assert 1e-4 < why.safe_rate < 0.05
        assert why.limit is None or why.safe_rate < why.limit < rate
        again = minimize(objective, start, kind(why.safe_rate), steps=500)
        assert again.divergence is None
        assert again.losses[-1] < 1e-3


@pytest.mark.parametrize("rate", [0.1, 1e-290])
def test_memory_that_overflows_before_the_point_does_is_not_kept(rate):
    steep = Objective(lambda point: (1e200 * float(point[0]), np.array([1e200])))
    path = minimize(steep, [1.0], Adam(rate), steps=5)
    assert path.steps == 0
    assert path.stopped == "Diverged at step 1: the numbers overflow; try another optimiser or start."
    assert path.divergence.safe_rate is None


def test_growth_is_told_where_no_second_derivative_exists():
    objective = Objective(
        lambda point: (float(point @ point), 2 * point), lambda point: np.full((1, 1), np.nan)
    )
    path = minimize(objective, [1.0], GradientDescent(2.0), steps=1000)
    assert path.divergence.growth == pytest.approx(3.0)
    assert path.divergence.curvature is None
    assert 0.0 < path.divergence.safe_rate < 1.0
