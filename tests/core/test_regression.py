"""The line fit: the numbers of the issue, hand-computed sums, and ill-conditioned data."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from core.optimizers import GradientDescent, minimize
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


def exact(features: Any, targets: Any, w: float, b: float) -> dict[str, Any]:
    """Loss, gradient, optimum and curvatures by the textbook sums, of the same doubles, to 60 digits."""
    with mpmath.workdps(60):
        x, y = [mpmath.mpf(float(each)) for each in features], [mpmath.mpf(float(each)) for each in targets]
        count = len(x)
        x_mean, y_mean = mpmath.fsum(x) / count, mpmath.fsum(y) / count
        products = mpmath.fsum((p - x_mean) * (q - y_mean) for p, q in zip(x, y, strict=True))
        variance = mpmath.fsum((p - x_mean) ** 2 for p in x) / count
        slope = products / count / variance
        intercept = y_mean - slope * x_mean

        def loss(slope: Any, intercept: Any) -> Any:
            return mpmath.fsum((slope * p + intercept - q) ** 2 for p, q in zip(x, y, strict=True)) / count

        residuals = [mpmath.mpf(w) * p + mpmath.mpf(b) - q for p, q in zip(x, y, strict=True)]
        trace, determinant = 2 * (variance + x_mean**2 + 1), 4 * variance
        largest = (trace + mpmath.sqrt(trace**2 - 4 * determinant)) / 2
        return {
            "loss": loss(mpmath.mpf(w), mpmath.mpf(b)),
            "for_w": 2 * mpmath.fsum(r * p for r, p in zip(residuals, x, strict=True)) / count,
            "for_b": 2 * mpmath.fsum(residuals) / count,
            "slope": slope,
            "intercept": intercept,
            "minimum": loss(slope, intercept),
            "largest": largest,
            "smallest": determinant / largest,
            "residuals": residuals,
        }


def noisy(features: Any, w: float, b: float, noise: float) -> tuple[Any, Any]:
    return features, w * features + b + np.random.default_rng(3).normal(0.0, noise, features.size)


YEARS = np.arange(1900.0, 2025.0)
UNIT = np.random.default_rng(4).uniform(0.0, 1.0, 60)
HARD = {
    "calendar years": noisy(YEARS, 0.02, -25.0, 0.3),
    "calendar years, noise 1e-9": noisy(YEARS, 0.02, -25.0, 1e-9),
    "x near a million": noisy(1e6 + UNIT, 0.0, 0.0, 1.0),
    "x near a million, noise 1e-9": noisy(1e6 + UNIT, 2.0, 1.0, 1e-9),
    "noise 1e-9": noisy(UNIT, 2.0, 1.0, 1e-9),
    "y near a billion": noisy(UNIT, 0.0, 1e9, 1.0),
    "seconds since 1970": noisy(1.7e9 + 60.0 * np.arange(40.0), 0.0, 20.0, 5.0),
    "successive seconds": noisy(1.7e9 + np.arange(40.0), 2.0, 1.0, 1e-6),
    "tiny numbers": noisy(1e-9 * np.arange(1.0, 9.0), 1.0, 0.0, 1e-9),
    "two points": (np.array([2020.0, 2021.0]), np.array([1.0, 3.0])),
    "many blocks": noisy(1e4 + np.linspace(0.0, 1.0, 9_000), 1.0, 0.0, 1e-6),
}


@pytest.mark.parametrize("place", ["at the optimum", "along the valley", "far", "near"])
@pytest.mark.parametrize("name", HARD)
def test_ill_conditioned_data(name: str, place: str) -> None:
    features, targets = HARD[name]
    fit = LinearRegression(features, targets)
    w, b = {
        "at the optimum": fit.solution,
        "along the valley": (fit.solution[0] + 1e-6, fit.solution[1] - 1e-6 * features.mean()),
        "far": (fit.solution[0] * 1.1 + 0.01, fit.solution[1] * 0.9),
        "near": (fit.solution[0], fit.solution[1] + 1e-9),
    }[place]
    truth = exact(features, targets, w, b)
    for loss in (fit.loss(w, b), fit.value_and_grad(np.array([w, b]))[0], fit.loss(np.array([w]), b)[0]):
        assert loss == pytest.approx(float(truth["loss"]), rel=1e-12, abs=1e-40)
    room = 1e-12 * float(truth["largest"] * truth["loss"]) ** 0.5
    for slopes in (fit.gradient(w, b), fit.value_and_grad(np.array([w, b]))[1]):
        assert slopes[0] == pytest.approx(float(truth["for_w"]), rel=1e-9, abs=room)
        assert slopes[1] == pytest.approx(float(truth["for_b"]), rel=1e-9, abs=room)
    np.testing.assert_allclose(
        fit.residuals(w, b), np.array(truth["residuals"], dtype=np.float64), rtol=1e-13, atol=1e-28
    )
    best = fit.residuals(*fit.solution)
    np.testing.assert_allclose(fit.least_residuals, best, atol=1e-3 * np.abs(best).max() + 1e-28)
    np.testing.assert_allclose(
        fit.centred_residuals(w, b), fit.residuals(w, b), atol=1e-12 * best.std() + room
    )


@pytest.mark.parametrize("name", HARD)
def test_closed_form_and_curvatures_of_ill_conditioned_data(name: str) -> None:
    features, targets = HARD[name]
    fit = LinearRegression(features, targets)
    truth = exact(features, targets, *fit.solution)
    noise = float(truth["minimum"]) ** 0.5 / features.std()
    room = 1e-15 * (abs(fit.solution[0]) + noise)
    assert fit.solution[0] == pytest.approx(float(truth["slope"]), abs=room)
    room = 1e-15 * abs(fit.solution[1]) + room * np.abs(features).max()
    assert fit.solution[1] == pytest.approx(float(truth["intercept"]), abs=room)
    assert fit.minimum_loss == pytest.approx(float(truth["minimum"]), rel=1e-12, abs=1e-40)
    assert fit.curvatures[1] == pytest.approx(float(truth["largest"]), rel=1e-12)
    assert fit.curvatures[0] == pytest.approx(float(truth["smallest"]), rel=1e-9)
    assert fit.learning_rate_limit == pytest.approx(float(2 / truth["largest"]), rel=1e-12)
    assert fit.condition_number == pytest.approx(float(truth["largest"] / truth["smallest"]), rel=1e-9)


@pytest.mark.parametrize("name", HARD)
def test_standardised_features_make_a_round_bowl(name: str) -> None:
    features, targets = HARD[name]
    fit = LinearRegression(features, targets)
    standardised = fit.standardised()
    bowl = standardised.fit
    assert bowl.features.mean() == pytest.approx(0.0, abs=1e-12)
    assert bowl.features.std() == pytest.approx(1.0, rel=1e-12)
    assert bowl.condition_number == pytest.approx(1.0, rel=1e-7)
    assert bowl.learning_rate_limit == pytest.approx(1.0, rel=1e-7)
    np.testing.assert_allclose(standardised.mean, features.mean(), rtol=1e-12)
    np.testing.assert_allclose(standardised.scale, features.std(), rtol=1e-9)
    path = minimize(bowl.objective, [0.0, 0.0], GradientDescent(0.5), steps=3)
    w, b = standardised.to_original(*path.points[-1])
    reach = np.abs(features).max() / features.std()
    assert w == pytest.approx(fit.solution[0], abs=1e-14 * np.abs(targets).max() / features.std())
    assert b == pytest.approx(fit.solution[1], abs=1e-14 * reach * np.abs(targets).max())
    assert standardised.from_original(w, b) == pytest.approx(
        tuple(path.points[-1]), rel=1e-14, abs=1e-15 * (abs(w) + abs(b)) * np.abs(features).max()
    )
    slopes, heights = standardised.to_original(path.points[:, 0], path.points[:, 1])
    assert (slopes[-1], heights[-1]) == (w, b) and type(w) is type(b) is float
    there = standardised.to_original(0.3, 0.7)
    np.testing.assert_allclose(
        fit.residuals(*there), bowl.residuals(0.3, 0.7), atol=1e-14 * reach * (1.0 + np.abs(targets).max())
    )


def test_conditioning_of_the_five_points() -> None:
    # Hessian [[22, 6], [6, 2]]: eigenvalues 12 ± √136
    root = 136.0**0.5
    assert FIT.condition_number == pytest.approx((12.0 + root) / (12.0 - root), rel=1e-13)
    standardised = FIT.standardised()
    assert (standardised.mean, standardised.scale) == (3.0, 2.0**0.5)
    assert standardised.fit.solution == pytest.approx((0.6 * 2.0**0.5, 4.0), rel=1e-15)


def test_equal_features_cannot_be_standardised() -> None:
    fit = LinearRegression([2.0, 2.0], [1.0, 3.0])
    assert fit.condition_number == np.inf
    with pytest.raises(ValueError, match="only if they vary"):
        fit.standardised()


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
