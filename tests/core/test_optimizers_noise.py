"""Descent on gradients with noise: seeded, by the step, and of the size that was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from core import parse
from core.optimizers import (
    OPTIMIZERS,
    ExponentialDecay,
    GradientDescent,
    Objective,
    minimize,
    noisy,
    race,
)
from core.optimizers.objective import of_formula
from core.regression import LinearRegression

BOWL = parse("x^2 + 4 y^2")
HERE = {"x": 1.0, "y": -1.0}


def test_noise_has_the_scale_and_losses_are_exact():
    path = minimize(noisy(BOWL, 0.5, seed=3), HERE, GradientDescent(0.01), 4000)
    x, y = path.points.T
    np.testing.assert_allclose(path.losses, x**2 + 4 * y**2, rtol=1e-13)
    noise = path.gradients - np.stack([2 * x, 8 * y], axis=1)
    assert noise.std(axis=0) == pytest.approx([0.5, 0.5], rel=0.05)
    assert np.abs(noise.mean(axis=0)).max() < 4 * 0.5 / 4000**0.5
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.06
    assert abs(np.corrcoef(noise[1:, 0], noise[:-1, 0])[0, 1]) < 0.06


def test_cloud_around_the_minimum_is_as_wide_as_theory_says():
    rate, scale = 0.1, 0.5
    path = minimize(noisy(BOWL, scale, seed=1), HERE, GradientDescent(rate), 5000)
    for curvature, coordinate in zip((2.0, 8.0), path.points[100:].T, strict=True):
        shrinking = 1.0 - rate * curvature
        assert coordinate.std() == pytest.approx(rate * scale / (1.0 - shrinking**2) ** 0.5, rel=0.1)


def test_same_seed_same_run_other_seed_other_run():
    paths = [minimize(noisy(BOWL, 1.0, seed), HERE, GradientDescent(0.1), 100) for seed in (5, 5, 6)]
    assert np.array_equal(paths[0].points, paths[1].points)
    assert not np.allclose(paths[0].points[-1], paths[2].points[-1])


def test_noise_belongs_to_the_step_so_a_path_moves_smoothly():
    rough = noisy(BOWL, 1.0, seed=2)
    first, second = (minimize(rough, {"x": x, "y": 1.0}, GradientDescent(0.1), 50) for x in (1.0, 1.001))
    np.testing.assert_allclose(
        second.points[:, 0] - first.points[:, 0], 0.001 * 0.8 ** np.arange(51), atol=1e-12
    )
    paths = race(rough, HERE, {"a": GradientDescent(0.01), "b": GradientDescent(0.2)}, 9)
    exact = np.array([2.0, 8.0])
    noise = [path.gradients - path.points * exact for path in paths.values()]
    np.testing.assert_allclose(*noise, atol=1e-12)


def test_rate_that_falls_comes_to_rest_where_a_constant_one_does_not():
    rough = noisy(BOWL, 1.0)
    falling = minimize(rough, HERE, GradientDescent(0.1, schedule=ExponentialDecay(0.997)), 3000)
    constant = minimize(rough, HERE, GradientDescent(0.1), 3000)
    assert falling.losses[-500:].mean() < 0.02 * constant.losses[-500:].mean()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_runs_on_noise(name):
    path = minimize(noisy(BOWL, 0.01), HERE, OPTIMIZERS[name](), 30)
    assert np.isfinite(path.points).all()
    assert path.losses[-1] < path.losses[0]


def test_no_noise_is_the_exact_descent_of_functions_too():
    fit = LinearRegression([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])
    exact = minimize(fit.objective, [0.0, 0.0], GradientDescent(0.05), 50)
    still = minimize(noisy(fit.objective, 0.0), [0.0, 0.0], GradientDescent(0.05), 50)
    assert np.array_equal(exact.points, still.points)
    rough = minimize(noisy(fit.value_and_grad, 0.1), [0.0, 0.0], GradientDescent(0.05), 50)
    assert not np.array_equal(exact.points, rough.points)


def test_rate_above_the_limit_is_flagged_and_chance_below_it_never():
    why = minimize(noisy(BOWL, 1.0), HERE, GradientDescent(0.3), 5).divergence
    assert why.limit == pytest.approx(0.25)
    assert why.safe_rate < 0.25
    for seed in range(320, 330):  # by chance the steps of 327 grow uphill
        rough = noisy(lambda p: (float(p[0] ** 4 / 4 + p @ p), [p[0] ** 3 + 2 * p[0], 2 * p[1]]), 1.0, seed)
        assert minimize(rough, [0.1, 0.1], GradientDescent(0.05), 5).divergence is None


def test_an_estimate_of_ones_own_is_drawn_by_the_number_of_the_step():
    seen = []

    def draw(step):
        seen.append(step)
        return lambda point: (float(point @ point), 2.0 * point + step)

    path = minimize(Objective(lambda point: (0.0, point), draw=draw), [1.0], GradientDescent(0.1), 3)
    assert seen[:4] == [0, 1, 2, 3]
    assert path.gradients[:, 0] - 2.0 * path.points[:, 0] == pytest.approx([0.0, 1.0, 2.0, 3.0])


def test_long_runs_on_noise_are_compiled_and_the_same_to_the_last_bit():
    rough = noisy(parse("x^2 + 4 y^2 + cos(x y)"), 0.5, seed=3)
    by_hand = Objective(rough.value_and_grad, rough.hessian, draw=rough.draw)
    for key, kind in OPTIMIZERS.items():
        compiled = minimize(rough, HERE, kind(0.02), 300)
        careful = minimize(by_hand, [1.0, -1.0], kind(0.02), 300)
        assert np.array_equal(compiled.points, careful.points), key
        assert np.array_equal(compiled.gradients, careful.gradients), key


def test_noise_moves_a_letter_that_does_not_occur():
    flat = of_formula(parse("x^2"), ("x", "y"))
    path = minimize(noisy(flat, 1.0, seed=5), {"x": 1.0, "y": 2.0}, GradientDescent(0.1), 100)
    assert (np.diff(path.points[:, 1]) != 0.0).all()
