"""Special functions that NumPy lacks, as functions of float64 arrays.

The error function and the gamma function come from the standard library, one element at a time; the
polygamma functions, which are their derivatives' building blocks, from their asymptotic series.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.polynomial import polynomial

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""Bernoulli numbers of even index 2, 4, …, 16."""

ASYMPTOTIC_FROM = 20.0
"""Above this argument the asymptotic series of ψ is exact to double precision."""


def _elementwise(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """Array form of a function of the standard library that raises outside its domain."""

    def compute(value: float) -> float:
        try:
            return function(value)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.copysign(math.inf, value)

    vectorized = np.frompyfunc(compute, 1, 1)

    def compute_array(value: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.asarray(vectorized(value), dtype=np.float64)

    return compute_array


erf = _elementwise(math.erf)
erfc = _elementwise(math.erfc)
gamma = _elementwise(math.gamma)
lgamma = _elementwise(
    lambda value: math.nan if value <= 0 and value == math.floor(value) else math.lgamma(value)
)


def polygamma(order: Any, value: Any) -> Any:
    r"""Polygamma function :math:`\psi^{(n)}(x)`, the (n+1)-th derivative of :math:`\ln \Gamma(x)`.

    Parameters
    ----------
    order
        Whole number n ≥ 0; n = 0 is the digamma function.
    value
        Real argument; NaN is returned at the poles 0, −1, −2, …

    Notes
    -----
    The recurrence (NIST DLMF 5.15.5) shifts the argument up to 20, where the asymptotic series (5.15.8)
    takes over. Negative arguments go through the reflection formula (5.15.6), whose derivatives of the
    cotangent are polynomials in the cotangent.
    """
    order, value = np.broadcast_arrays(
        np.asarray(order, dtype=np.float64), np.asarray(value, dtype=np.float64)
    )
    result = np.full(value.shape, np.nan)
    with np.errstate(all="ignore"):
        _fill_orders(order, value, result)
    return result


def _fill_orders(order: Any, value: Any, result: Any) -> None:
    for whole in np.unique(order[np.isfinite(order)]):
        if whole < 0 or whole != math.floor(whole):
            continue
        chosen = order == whole
        result[chosen] = _polygamma_of_order(int(whole), value[chosen])


def _polygamma_of_order(order: int, value: Any) -> Any:
    reflected = value < 0.5
    positive = _polygamma_positive(order, np.where(reflected, 1.0 - value, value))
    cotangent = 1.0 / np.tan(math.pi * (value - np.round(value)))
    reflection = _cotangent_derivative(order, cotangent)
    mirrored = (-1.0) ** order * positive - reflection
    result = np.where(reflected, mirrored, positive)
    return np.where((value <= 0) & (value == np.floor(value)), np.nan, result)


def _cotangent_derivative(order: int, cotangent: Any) -> Any:
    """Find the n-th derivative of π cot(πx) from the value of cot(πx), by c′ = −π(1 + c²)."""
    coefficients = np.array([0.0, math.pi])
    for _ in range(order):
        coefficients = polynomial.polymul(polynomial.polyder(coefficients), [-math.pi, 0.0, -math.pi])
    return polynomial.polyval(cotangent, coefficients)


def _polygamma_positive(order: int, value: Any) -> Any:
    sign = (-1.0) ** (order + 1)
    shifted = np.asarray(value, dtype=np.float64)
    total = np.zeros_like(shifted)
    for _ in range(int(ASYMPTOTIC_FROM)):
        small = shifted < ASYMPTOTIC_FROM
        if not small.any():
            break
        term = math.factorial(order) / shifted ** (order + 1)
        total = np.where(small, total + sign * term, total)
        shifted = np.where(small, shifted + 1.0, shifted)
    return total + _polygamma_asymptotic(order, shifted)


def _polygamma_asymptotic(order: int, value: Any) -> Any:
    if order == 0:
        series = np.log(value) - 0.5 / value
        for index, number in enumerate(BERNOULLI, start=1):
            series = series - number / (2 * index * value ** (2 * index))
        return series
    series = math.factorial(order - 1) / value**order + math.factorial(order) / (2.0 * value ** (order + 1))
    for index, number in enumerate(BERNOULLI, start=1):
        growth = math.factorial(2 * index + order - 1) / math.factorial(2 * index)
        series = series + number * growth / value ** (2 * index + order)
    return (-1.0) ** (order + 1) * series
