"""A line under every loss, against sums by hand and exhaustive search, and with an outlier."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from core.line_fit import LineFit
from core.losses import RESIDUAL_LOSSES, Huber
from core.optimizers import Adam, ExponentialDecay, GradientDescent, Newton, minimize
from core.regression import LinearRegression

X, Y = [1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 4.0, 5.0, 4.0, 5.0]
LOSSES = [*RESIDUAL_LOSSES, Huber(delta=0.3)]
ALL = pytest.mark.parametrize("loss", LOSSES, ids=str)


def test_by_hand() -> None:
    # residuals 0.5 x + 1 − y: −0.5, −2, −2.5, −1, −1.5
    fit = LineFit(X, Y, "mae")
    assert fit.loss(0.5, 1.0) == pytest.approx(7.5 / 5, rel=1e-15)
    assert fit.gradient(0.5, 1.0) == pytest.approx((-3.0, -1.0), rel=1e-15)
    fit = LineFit(X, Y, Huber(1.5))
    assert fit.loss(0.5, 1.0) == pytest.approx((0.125 + 1.875 + 2.625 + 0.5 + 1.125) / 5, rel=1e-15)
    pulls = [-0.5, -1.5, -1.5, -1.0, -1.5]
    tilt = sum(pull * x for pull, x in zip(pulls, X, strict=True))
    assert fit.gradient(0.5, 1.0) == pytest.approx((tilt / 5, sum(pulls) / 5), rel=1e-14)
    inside = np.array([1.0, 4.0])  # residuals within δ; the one on it is rounded to either side
    matrix = fit.hessian(0.5, 1.01)
    assert matrix[1, 1] == pytest.approx(3 / 5) and matrix[0, 1] == pytest.approx((inside.sum() + 5) / 5)
    assert matrix[0, 0] == pytest.approx(((inside**2).sum() + 25) / 5)


def test_squared_errors_are_the_linear_regression() -> None:
    fit, line = LineFit(X, Y, "mse"), LinearRegression(X, Y)
    assert fit.solution == line.solution and fit.learning_rate_limit == line.learning_rate_limit
    assert fit.minimum_loss == pytest.approx(0.48, rel=1e-14)
    np.testing.assert_allclose(fit.hessian(3.0, 4.0), [[22.0, 6.0], [6.0, 2.0]], rtol=1e-14)
    start = minimize(fit.objective, [0.5, 1.0], GradientDescent(0.08), 100)
    other = minimize(line.objective, [0.5, 1.0], GradientDescent(0.08), 100)
    np.testing.assert_allclose(start.points, other.points, rtol=1e-12)
    assert minimize(fit.objective, [0.0, 0.0], GradientDescent(0.1), 0).divergence is not None


@ALL
def test_derivatives_are_those_of_the_loss(loss: Any) -> None:
    random = np.random.default_rng(2)
    fit = LineFit(random.normal(2.0, 1.0, 40), random.standard_t(2.0, 40), loss)
    w, b, h = 0.3, -0.2, 1e-6
    slopes = fit.gradient(w, b)
    assert slopes[0] == pytest.approx((fit.loss(w + h, b) - fit.loss(w - h, b)) / (2 * h), rel=1e-7)
    assert slopes[1] == pytest.approx((fit.loss(w, b + h) - fit.loss(w, b - h)) / (2 * h), rel=1e-7)
    value, gradient = fit.value_and_grad(np.array([w, b]))
    assert (value, tuple(gradient)) == (pytest.approx(fit.loss(w, b)), pytest.approx(slopes))
    columns = [np.subtract(fit.gradient(w + h, b), fit.gradient(w - h, b)) / (2 * h)]
    columns += [np.subtract(fit.gradient(w, b + h), fit.gradient(w, b - h)) / (2 * h)]
    np.testing.assert_allclose(fit.hessian(w, b), np.array(columns), rtol=1e-6, atol=1e-9)


@ALL
def test_grids_of_weights_broadcast(loss: Any) -> None:
    random = np.random.default_rng(0)
    fit = LineFit(random.normal(size=3000), random.normal(size=3000), loss)
    w, b = np.linspace(-1.0, 1.0, 6)[:, np.newaxis], np.linspace(1.0, 3.0, 9)
    losses, slopes = fit.loss(w, b), fit.gradient(w, b)
    assert losses.shape == slopes[0].shape == slopes[1].shape == (6, 9)
    for row, column in np.ndindex(6, 9):
        at = float(w[row, 0]), float(b[column])
        assert losses[row, column] == pytest.approx(fit.loss(*at), rel=1e-13)
        assert (slopes[0][row, column], slopes[1][row, column]) == pytest.approx(fit.gradient(*at), abs=1e-13)
    assert type(fit.loss(0.5, 1.0)) is type(fit.gradient(0.5, 1.0)[0]) is float
    assert fit.loss(np.empty((0, 2)), 1.0).shape == (0, 2)


def test_an_outlier_moves_squared_errors_alone() -> None:
    x = np.arange(20.0)
    clean = 2.0 * x + 1.0 + 0.1 * np.sin(7.0 * x)
    spoilt = np.where(x == 18.0, -500.0, clean)
    moved = {}
    for loss in ("mse", "huber", "mae"):
        before, after = LineFit(x, clean, loss).solution, LineFit(x, spoilt, loss).solution
        moved[loss] = max(abs(after[0] - before[0]), abs(after[1] - before[1]))
    assert moved["mse"] > 5.0 and moved["huber"] < 0.5 and moved["mae"] < 0.1
    further = np.where(x == 18.0, -1e9, clean)
    for loss in ("huber", "mae"):
        assert LineFit(x, further, loss).solution == pytest.approx(
            LineFit(x, spoilt, loss).solution, abs=1e-6
        )


@pytest.mark.parametrize("whole", [False, True])
def test_least_absolute_errors_against_all_lines_through_two_points(whole: bool) -> None:
    random = np.random.default_rng(5)
    for _ in range(60):
        count = int(random.integers(2, 12))
        x, y = random.integers(0, 8, (2, count)) if whole else random.standard_t(1.5, (2, count))
        if np.ptp(x) == 0.0:
            continue
        fit = LineFit(x, y, "mae")
        losses = [
            np.mean(np.abs((y[j] - y[i]) / (x[j] - x[i]) * (x - x[i]) + y[i] - y))
            for i, j in combinations(range(count), 2)
            if x[i] != x[j]
        ]
        assert fit.minimum_loss == pytest.approx(min(losses), rel=1e-12, abs=1e-13 * np.abs(y).max())


@pytest.mark.parametrize(
    ("x", "y", "least"),
    [  # where bisection begins on a line through several points that is not the best one
        ([3.0, 4.0, 4.0, 0.0, 0.0], [2.0, 0.0, 0.0, 1.0, 0.0], 0.55),
        ([3.0, 1.0, 1.0, 0.0, 3.0], [0.0, 0.0, 0.0, 2.0, 0.0], 0.4),
        ([0.0, 4.0, 4.0, 1.0, 2.0], [1.0, 0.0, 0.0, 2.0, 2.0], 1.4 / 3.0),
    ],
)
def test_least_absolute_errors_where_points_tie(x: list[float], y: list[float], least: float) -> None:
    assert LineFit(x, y, "mae").minimum_loss == pytest.approx(least, rel=1e-14)


@pytest.mark.parametrize("delta", [1e-3, 0.1, 0.3, 1.0, 3.0, 1e3])
@pytest.mark.parametrize("whole", [False, True])
def test_huber_solution_has_no_gradient(delta: float, whole: bool) -> None:
    random = np.random.default_rng(6)
    for _ in range(12):
        count = int(random.integers(2, 12))
        x, y = random.integers(0, 8, (2, count)) if whole else random.standard_t(3.0, (2, count))
        if np.ptp(x) == 0.0:
            continue
        w, b = LineFit(x, y, Huber(delta)).solution
        pulls = np.clip(w * x + b - y, -delta, delta)
        assert (pulls.mean(), (pulls * x).mean()) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_huber_lies_between_the_others() -> None:
    x, y = np.arange(6.0), np.array([0.0, 1.0, 2.5, 3.0, 4.0, -9.0])
    assert LineFit(x, y, Huber(1e4)).solution == pytest.approx(LineFit(x, y, "mse").solution, rel=1e-12)
    assert LineFit(x, y, Huber(1e-6)).solution == pytest.approx(LineFit(x, y, "mae").solution, abs=1e-5)


@pytest.mark.parametrize("loss", ["mae", "huber"])
@pytest.mark.parametrize("offset", [1e6, 1.7e9])
def test_large_offsets_cost_no_digits(loss: str, offset: float) -> None:
    u = np.arange(16.0)
    y = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0, 9.0, 7.0, 9.0, 3.0])
    here, there = LineFit(u, y, loss), LineFit(u + offset, y, loss)
    assert there.solution[0] == pytest.approx(here.solution[0], rel=1e-12)
    assert there.minimum_loss == pytest.approx(here.minimum_loss, rel=1e-6)  # b is rounded
    w, b = 0.25, 2.0
    assert there.loss(w, b - w * offset) == pytest.approx(here.loss(w, b), rel=1e-14)
    for_w, for_b = here.gradient(w, b)
    assert there.gradient(w, b - w * offset) == pytest.approx((for_w + offset * for_b, for_b), rel=1e-13)


def test_optimisers_reach_the_solution() -> None:
    random = np.random.default_rng(1)
    x = random.normal(size=51)
    y = 2.0 * x - 1.0 + random.standard_t(1.5, 51)
    for loss in LOSSES:
        fit = LineFit(x, y, loss)
        slow = Adam(0.1, schedule=ExponentialDecay(0.99))
        path = minimize(fit.objective, [0.0, 0.0], slow, steps=1500)
        assert path.points[-1] == pytest.approx(fit.solution, abs=1e-3) and path.divergence is None
    rate = LineFit(x, y, "huber").learning_rate_limit
    assert rate == pytest.approx(2.0 * LinearRegression(x, y).learning_rate_limit)
    path = minimize(LineFit(x, y, "huber").objective, [9.0, 9.0], GradientDescent(0.9 * rate), steps=400)
    assert (np.diff(path.losses) <= 1e-14).all()
    assert LineFit(x, y, "mae").learning_rate_limit is None
    stuck = minimize(LineFit(x, y, "mae").objective, [0.0, 0.0], Newton(), steps=5)
    assert stuck.stopped is not None and "singular" in stuck.stopped


@ALL
def test_zero_variance_has_no_unique_line(loss: Any) -> None:
    fit = LineFit([2.0, 2.0, 2.0], [1.0, 2.0, 6.0], loss)
    assert np.isnan(fit.solution).all() and np.isnan(fit.minimum_loss)
    np.testing.assert_allclose(fit.residuals(1.0, 1.0), [2.0, 1.0, -3.0])
    expected = {"mse": 14.0, "mae": 6.0, "huber": 1.5 + 0.5 + 2.5}
    if isinstance(loss, str):
        assert fit.loss(1.0, 1.0) == pytest.approx(expected[loss] / 3)


def test_exact_data_are_fitted_exactly() -> None:
    x = np.arange(1.0, 10.0)
    for loss in LOSSES:
        assert LineFit(x, 3.0 * x - 2.0, loss).solution == pytest.approx((3.0, -2.0), abs=1e-14)
    assert LineFit(x, 3.0 * x - 2.0, "mae").solution == (3.0, -2.0)


def test_misuse_is_told() -> None:
    with pytest.raises(ValueError, match="there is no loss 'l1'; choose of mse, mae, huber"):
        LineFit(X, Y, "l1")
    with pytest.raises(ValueError, match="same length, not of shapes"):
        LineFit(X, Y[1:])


@pytest.mark.parametrize("size", [1e160, 1e307, 1e-160, 5e-324])
@ALL
def test_extreme_data_raise_nothing(size: float, loss: Any) -> None:
    fit = LineFit(np.array(X) * size, np.array(Y) * size, loss)
    for number in (*fit.solution, fit.loss(0.5, 1.0), *fit.gradient(0.5, 1.0)):
        assert isinstance(number, float)
