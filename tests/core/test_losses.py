"""Losses of a residual: numbers by hand, finite differences, and what each says about corners."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.losses import RESIDUAL_LOSSES, AbsoluteError, Huber, SquaredError, residual_loss

LOSSES = [*(residual_loss(name) for name in RESIDUAL_LOSSES), Huber(delta=0.25), Huber(delta=40.0)]
SMOOTH = np.array([-90.0, -7.3, -1.2, -0.6, -0.1, 0.1, 0.6, 1.2, 7.3, 90.0])
"""Residuals at which all of LOSSES have two derivatives."""


@pytest.mark.parametrize(
    ("loss", "values", "derivatives", "curvatures"),
    [
        (SquaredError(), [9.0, 0.25, 0.0, 4.0], [-6.0, -1.0, 0.0, 4.0], [2.0, 2.0, 2.0, 2.0]),
        (AbsoluteError(), [3.0, 0.5, 0.0, 2.0], [-1.0, -1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]),
        (Huber(), [2.5, 0.125, 0.0, 1.5], [-1.0, -0.5, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]),
        (Huber(2.0), [4.0, 0.125, 0.0, 2.0], [-2.0, -0.5, 0.0, 2.0], [0.0, 1.0, 1.0, 1.0]),
    ],
)
def test_by_hand(loss: Any, values: list[float], derivatives: list[float], curvatures: list[float]) -> None:
    residuals = np.array([-3.0, -0.5, 0.0, 2.0])
    assert loss.value(residuals).tolist() == values
    assert loss.derivative(residuals).tolist() == derivatives
    assert loss.curvature(residuals).tolist() == curvatures


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_derivatives_are_those_of_the_value(loss: Any) -> None:
    h = 1e-5
    slopes = (loss.value(SMOOTH + h) - loss.value(SMOOTH - h)) / (2.0 * h)
    bends = (loss.derivative(SMOOTH + h) - loss.derivative(SMOOTH - h)) / (2.0 * h)
    np.testing.assert_allclose(loss.derivative(SMOOTH), slopes, rtol=1e-8)
    np.testing.assert_allclose(loss.curvature(SMOOTH), bends, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_every_loss_is_convex_even_and_described(loss: Any) -> None:
    residuals = np.linspace(-50.0, 50.0, 2001)
    values = loss.value(residuals)
    assert values.min() == values[1000] == 0.0
    np.testing.assert_allclose(values, values[::-1], rtol=1e-12)
    assert (np.diff(loss.derivative(residuals)) >= 0.0).all()
    if loss.largest_curvature is None:
        assert loss.convention
    else:
        assert loss.curvature(residuals).max() == loss.largest_curvature
    assert loss.title and loss.latex.startswith(r"\frac{1}{n}") and RESIDUAL_LOSSES[loss.name] is type(loss)
    for function in (loss.value, loss.derivative, loss.curvature):
        assert np.isnan(function(np.array([np.nan]))).all()


def test_huber_joins_without_a_kink() -> None:
    loss = Huber(1.5)
    beside = np.array([1.5 - 1e-9, 1.5, 1.5 + 1e-9])
    np.testing.assert_allclose(loss.value(beside), 1.125, rtol=1e-8)
    np.testing.assert_allclose(loss.derivative(beside), 1.5, rtol=1e-8)
    assert loss.curvature(beside).tolist() == [1.0, 1.0, 0.0]


@pytest.mark.parametrize("delta", [0.0, -1.0, np.nan, np.inf, True, "1"])
def test_delta_must_be_positive(delta: Any) -> None:
    with pytest.raises(ValueError, match="delta must be a positive number"):
        Huber(delta)


@pytest.mark.parametrize("loss", ["l2", "", 3, None, Huber])
def test_unknown_losses_are_refused_with_the_choice(loss: Any) -> None:
    with pytest.raises(ValueError, match="choose of mse, mae, huber"):
        residual_loss(loss)
