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
        (special.erfinv, 1.0, math.inf),
        (special.erfinv, -1.0, -math.inf),
        (special.erfinv, 1.0000001, math.nan),
        (special.erfinv, math.nan, math.nan),
        (special.erfi, 27.0, math.inf),
        (special.erfi, -math.inf, -math.inf),
        (special.erfi, math.nan, math.nan),
    ],
)
def test_limit(function: object, argument: float, result: float) -> None:
    assert callable(function)
    np.testing.assert_equal(float(function(argument)), result)


def test_arrays_of_any_shape() -> None:
    assert special.erf(np.zeros((2, 3))).shape == (2, 3)
    assert special.gamma(np.array([])).shape == (0,)


def test_inverse_error_function_is_that_of_mpmath() -> None:
    tails = 1.0 - np.geomspace(1e-16, 0.5, 40)
    arguments = np.concatenate([np.geomspace(1e-300, 0.5, 40), -np.linspace(0.0, 0.99, 25), tails])
    with mpmath.workdps(60):
        exact = np.array([float(mpmath.erfinv(mpmath.mpf(argument))) for argument in arguments])
    np.testing.assert_allclose(special.erfinv(arguments), exact, rtol=1e-14)


def test_imaginary_error_function_is_that_of_mpmath() -> None:
    arguments = np.concatenate([np.geomspace(1e-300, 26.0, 60), -np.linspace(0.0, 8.0, 33)])
    with mpmath.workdps(60):
        exact = np.array([float(mpmath.erfi(mpmath.mpf(argument))) for argument in arguments])
    np.testing.assert_allclose(special.erfi(arguments), exact, rtol=3e-13)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 6, 12])
def test_spherical_bessel_functions_are_those_of_mpmath(order: int) -> None:
    arguments = np.concatenate([np.geomspace(1e-20, 300.0, 60), -np.linspace(0.05, 30.05, 40)])
    with mpmath.workdps(60):
        exact = np.array([
            float(mpmath.sqrt(mpmath.pi / (2 * abs(x))) * mpmath.besselj(order + mpmath.mpf("0.5"), abs(x)))
            * (-1.0 if x < 0 and order % 2 else 1.0)
            for x in map(mpmath.mpf, arguments.tolist())
        ])  # fmt: skip
    got = special.spherical_jn(order, arguments)
    np.testing.assert_allclose(got, exact, rtol=1e-12, atol=1e-15 if order < 6 else 1e-14)
    small = np.abs(arguments) < max(order, 1)
    np.testing.assert_allclose(got[small], exact[small], rtol=1e-13)


def test_spherical_bessel_functions_at_zero_and_of_no_order() -> None:
    np.testing.assert_array_equal(special.spherical_jn([0.0, 1.0, 4.0], 0.0), [1.0, 0.0, 0.0])
    assert special.spherical_jn(-1, 2.0) == pytest.approx(math.cos(2.0) / 2.0)
    assert np.isnan(special.spherical_jn([0.5, -2.0, math.nan, math.inf], 1.0)).all()
