"""Special functions against mpmath, at poles, and where they overflow."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from core import special

ARGUMENTS = np.concatenate([np.linspace(-9.9, 9.9, 44), np.geomspace(1e-6, 1e8, 30)])


@pytest.mark.parametrize("order", [0, 1, 2, 3, 7])
def test_polygamma_is_that_of_mpmath(order: int) -> None:
    with mpmath.workdps(40):
        exact = np.array([float(mpmath.polygamma(order, argument)) for argument in ARGUMENTS])
    np.testing.assert_allclose(special.polygamma(order, ARGUMENTS), exact, rtol=1e-11)


@pytest.mark.parametrize("pole", [0.0, -1.0, -7.0, -math.inf])
def test_polygamma_has_no_value_at_a_pole(pole: float) -> None:
    assert np.isnan(special.polygamma(0, pole)) and np.isnan(special.polygamma(3, pole))


@pytest.mark.parametrize("order", [-1.0, 0.5, math.nan, math.inf])
def test_polygamma_needs_a_whole_order(order: float) -> None:
    assert np.isnan(special.polygamma(order, 2.0))


def test_polygamma_broadcasts_orders() -> None:
    got = special.polygamma([[0.0], [1.0]], [1.0, 2.0, math.nan])
    assert got.shape == (2, 3)
    assert got[0, 0] == pytest.approx(-0.5772156649015329)
    assert got[1, 0] == pytest.approx(math.pi**2 / 6)
    assert np.isnan(got[:, 2]).all()


@pytest.mark.parametrize(
    ("function", "argument", "result"),
    [
        (special.gamma, 0.0, math.nan),
        (special.gamma, -3.0, math.nan),
        (special.gamma, 171.7, math.inf),
        (special.gamma, -1e-310, -math.inf),
        (special.gamma, 1e-310, math.inf),
        (special.lgamma, -3.0, math.nan),
        (special.lgamma, 0.0, math.nan),
        (special.lgamma, 1e308, math.inf),
        (special.erf, 1e10, 1.0),
        (special.erfc, 1e10, 0.0),
        (special.erfc, -1e10, 2.0),
        (special.erf, math.nan, math.nan),
    ],
)
def test_limit(function: object, argument: float, result: float) -> None:
    assert callable(function)
    np.testing.assert_equal(float(function(argument)), result)


def test_arrays_of_any_shape() -> None:
    assert special.erf(np.zeros((2, 3))).shape == (2, 3)
    assert special.gamma(np.array([])).shape == (0,)
