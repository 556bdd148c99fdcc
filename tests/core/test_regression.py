"""The line fit: the numbers of the issue, hand-computed sums, and ill-conditioned data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.regression import LinearRegression

X, Y = [1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 4.0, 5.0, 4.0, 5.0]
FIT = LinearRegression(X, Y)


def test_loss_and_gradient_by_hand() -> None:
    # residuals 0.5 x + 1 − y: −0.5, −2, −2.5, −1, −1.5
    assert FIT.residuals(0.5, 1.0).tolist() == [-0.5, -2.0, -2.5, -1.0, -1.5]
    squares = 0.25 + 4.0 + 6.25 + 1.0 + 2.25
    assert FIT.loss(0.5, 1.0) == pytest.approx(squares / 5, abs=1e-15)
    assert FIT.loss(0.5, 1.0) == pytest.approx(2.75, abs=1e-15)
    for_w, for_b = FIT.gradient(0.5, 1.0)
    assert for_w == pytest.approx(2 / 5 * (-0.5 * 1 - 2 * 2 - 2.5 * 3 - 1 * 4 - 1.5 * 5), abs=1e-14)
    assert for_b == pytest.approx(2 / 5 * (-0.5 - 2 - 2.5 - 1 - 1.5), abs=1e-14)
    assert (round(for_w, 10), round(for_b, 10)) == (-9.4, -3.0)


def test_optimum_and_limit() -> None:
    assert FIT.solution == pytest.approx((0.6, 2.2), abs=1e-14)
    assert FIT.minimum_loss == pytest.approx(0.48, abs=1e-15)
    assert FIT.loss(*FIT.solution) == pytest.approx(0.48, abs=1e-15)
    assert FIT.gradient(*FIT.solution) == pytest.approx((0.0, 0.0), abs=1e-13)
    np.testing.assert_allclose(FIT.hessian, [[22.0, 6.0], [6.0, 2.0]], rtol=1e-15)
    assert f"{FIT.learning_rate_limit:.4f}" == "0.0845"
    assert FIT.curvatures == pytest.approx(tuple(np.linalg.eigvalsh(FIT.hessian)), rel=1e-12)


def test_value_and_grad_is_what_minimize_wants() -> None:
    loss, gradient = FIT.value_and_grad(np.array([0.5, 1.0]))
    assert loss == pytest.approx(2.75) and type(loss) is float
    assert gradient == pytest.approx([-9.4, -3.0])


def exact(features: Any, targets: Any, w: float, b: float) -> tuple[Any, Any, Any, Any, Any]:
    """Loss, gradient and optimum by the textbook sums at 64 bits of mantissa."""
    x, y = np.asarray(features, np.longdouble), np.asarray(targets, np.longdouble)
    residuals = np.longdouble(w) * x + np.longdouble(b) - y
    u = x - x.mean()
    slope = (u * (y - y.mean())).sum() / (u * u).sum()
    return (
        (residuals**2).mean(),
        2 * (residuals * x).mean(),
        2 * residuals.mean(),
        slope,
        y.mean() - slope * x.mean(),
    )


random = np.random.default_rng(3)
YEARS = np.arange(1900.0, 2025.0)
HARD = {
    "calendar years": (YEARS, 0.02 * YEARS - 25.0 + random.normal(0.0, 0.3, YEARS.size)),
    "x near a million": (1e6 + np.linspace(0.0, 1.0, 50), random.normal(0.0, 1.0, 50)),
    "y near a billion": (np.linspace(0.0, 1.0, 50), 1e9 + random.normal(0.0, 1.0, 50)),
    "seconds since 1970": (1.7e9 + 60.0 * np.arange(40.0), random.normal(20.0, 5.0, 40)),
    "tiny numbers": (1e-9 * np.arange(1.0, 9.0), 1e-9 * random.normal(0.0, 1.0, 8)),
    "two points": (np.array([2020.0, 2021.0]), np.array([1.0, 3.0])),
}


@pytest.mark.skipif(np.finfo(np.longdouble).eps > 1e-18, reason="no floating point wider than double here")
@pytest.mark.parametrize("name", HARD)
def test_ill_conditioned_data(name: str) -> None:
    features, targets = HARD[name]
    fit = LinearRegression(features, targets)
    w, b = float(fit.solution[0]) * 1.1 + 0.01, float(fit.solution[1]) * 0.9
    loss, for_w, for_b, slope, intercept = exact(features, targets, w, b)
    assert fit.loss(w, b) == pytest.approx(float(loss), rel=1e-9)
    assert fit.gradient(w, b)[0] == pytest.approx(float(for_w), rel=1e-9)
    assert fit.gradient(w, b)[1] == pytest.approx(float(for_b), rel=1e-9)
    assert fit.solution[0] == pytest.approx(float(slope), rel=1e-9)
    assert fit.solution[1] == pytest.approx(float(intercept), rel=1e-9, abs=1e-9)
    wide = np.asarray(features, np.longdouble)
    product = 4 * ((wide**2).mean() - wide.mean() ** 2)
    trace = 2 * (wide**2).mean() + 2
    largest = (trace + np.sqrt(trace**2 - 4 * product)) / 2
    assert fit.curvatures[1] == pytest.approx(float(largest), rel=1e-12)
    assert fit.curvatures[0] == pytest.approx(float(4 * np.var(wide) / largest), rel=1e-9)
    assert fit.learning_rate_limit == pytest.approx(float(2 / largest), rel=1e-12)


@pytest.mark.parametrize("x", [0.0, 3.0, 0.1, 1e9 + 0.1, 2024.3, 1 / 3])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 1001])
def test_zero_variance_has_no_unique_line(x: float, count: int) -> None:
    fit = LinearRegression(np.full(count, x), np.linspace(0.0, 4.0, count))
    assert not fit.has_unique_solution
    assert np.isnan(fit.solution).all()
    assert fit.curvatures[0] == 0.0
    residuals = 0.5 * x + 1.0 - np.linspace(0.0, 4.0, count)
    assert fit.loss(0.5, 1.0) == pytest.approx(np.mean(residuals**2), rel=1e-9)
    assert fit.gradient(0.5, 1.0) == pytest.approx(
        (2 * np.mean(residuals * x), 2 * np.mean(residuals)), rel=1e-9
    )


def test_grids_of_weights_broadcast() -> None:
    w, b = np.linspace(0.0, 1.0, 4)[:, np.newaxis], np.linspace(1.0, 3.0, 5)
    losses = FIT.loss(w, b)
    assert type(FIT.loss(0.5, 1.0)) is type(FIT.gradient(0.5, 1.0)[0]) is float
    for_w, for_b = FIT.gradient(w, b)
    assert losses.shape == for_w.shape == for_b.shape == (4, 5)
    for row, column in np.ndindex(4, 5):
        assert losses[row, column] == FIT.loss(w[row, 0], b[column])


@pytest.mark.parametrize(
    ("features", "targets", "message"),
    [
        ([1, 2], [1, 2, 3], "two lists of numbers of the same length"),
        ([[1, 2]], [[1, 2]], "two lists of numbers of the same length"),
        (1.0, 2.0, "two lists"),
        ([], [], "at least one point"),
        ([1, np.nan], [1, 2], "must be finite"),
        ([1, 2], [1, np.inf], "must be finite"),
        (["a", "b"], [1, 2], "could not convert"),
        ([1, [2, 3]], [1, 2], "inhomogeneous"),
    ],
)
def test_misuse_is_told(features: Any, targets: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LinearRegression(features, targets)


def test_the_data_are_copied() -> None:
    features = np.array(X)
    fit = LinearRegression(features, Y)
    features[0] = 99.0
    assert fit.features.tolist() == X


@pytest.mark.parametrize("size", [1e160, 1e307, 1e-160, 5e-324])
def test_extreme_data_raise_nothing(size: float) -> None:
    fit = LinearRegression(np.array(X) * size, np.array(Y) * size)
    for number in (*fit.solution, fit.loss(0.5, 1.0), *fit.gradient(0.5, 1.0), fit.learning_rate_limit):
        assert isinstance(float(number), float)
