"""Special functions that NumPy lacks, as functions of float64 arrays.

The error function and the gamma function come from the standard library, one element at a time; the
polygamma functions, which are their derivatives' building blocks, from their asymptotic series; the spherical
Bessel functions, of which the derivatives of sin(x)/x are made, from their recurrence and power series.
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


NEWTON_STEPS = 8
"""Steps of Newton's iteration for the inverse error function; it gains nothing after six."""

ERFI_ASYMPTOTIC_FROM = 6.0
ERFI_TERMS = 130
"""Terms of the power series of erfi that count up to there."""

SPHERICAL_TERMS = 12
"""Terms of the power series of a spherical Bessel function that count up to its order, or 1."""


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


def _inverse_error_function(value: float) -> float:
    """Newton's iteration: on erf, or in the tail on ln erfc, which is nearly a parabola there."""
    size = abs(value)
    if not size < 1.0:
        return math.copysign(math.inf, value) if size == 1.0 else math.nan
    if size < 0.5:
        root = size * math.sqrt(math.pi) / 2.0
        for _ in range(NEWTON_STEPS):
            root -= (math.erf(root) - size) * math.exp(root * root) * math.sqrt(math.pi) / 2.0
        return math.copysign(root, value)
    tail = 1.0 - size
    root = math.sqrt(-math.log(tail))
    for _ in range(NEWTON_STEPS):
        rest = math.erfc(root)
        root += (math.log(rest) - math.log(tail)) * rest * math.exp(root * root) * math.sqrt(math.pi) / 2.0
    return math.copysign(root, value)


erfinv = _elementwise(_inverse_error_function)


def erfi(value: Any) -> Any:
    r"""Imaginary error function :math:`\frac{2}{\sqrt\pi} \int_0^x e^{t^2}\,dt`.

    Notes
    -----
    Up to 6 the power series (NIST DLMF 7.6.1), whose terms have one sign; beyond, the asymptotic
    series (7.12.1).
    """
    value = np.asarray(value, dtype=np.float64)
    with np.errstate(all="ignore"):
        near = np.minimum(np.abs(value), ERFI_ASYMPTOTIC_FROM)
        term = near.copy()
        total = term.copy()
        for index in range(1, ERFI_TERMS):
            term = term * near * near / index
            total = total + term / (2 * index + 1)
        far = np.maximum(np.abs(value), ERFI_ASYMPTOTIC_FROM)
        share = np.ones_like(far)
        series = share.copy()
        for index in range(1, int(ERFI_ASYMPTOTIC_FROM**2)):
            share = share * (2 * index - 1) / (2.0 * far * far)
            series = series + share
        grown = np.where(np.isinf(far), far, np.exp(far * far) / far * series)
        size = np.where(np.abs(value) < ERFI_ASYMPTOTIC_FROM, 2.0 * total, grown) / math.sqrt(math.pi)
        return np.where(np.isnan(value), np.nan, np.copysign(size, value))[()]


def sinc(value: Any) -> Any:
    """Complex form of :func:`numpy.sinc`, sin(πz)/(πz)."""
    turned = math.pi * value
    near = np.abs(turned) < 1.0
    far = np.sin(turned) / np.where(near, 1.0, turned)
    return np.where(near, _spherical_jn_series(0, np.where(near, turned, 0.0)), far)


def spherical_jn(order: Any, value: Any) -> Any:
    r"""Spherical Bessel function :math:`j_n(x)`; :math:`j_0(x) = \sin(x)/x`, and 1 at 0.

    Parameters
    ----------
    order
        Whole number n ≥ −1 (:math:`j_{-1}(x) = \cos(x)/x`).
    value
        Real argument.

    Notes
    -----
    Where x exceeds the order, the recurrence (NIST DLMF 10.51.1) upwards from j₀ and j₁; below, where that
    cancels, the power series (10.53.1). Exact to the last digits for the first dozens of orders.
    """
    order, value = np.broadcast_arrays(
        np.asarray(order, dtype=np.float64), np.asarray(value, dtype=np.float64)
    )
    result = np.full(value.shape, np.nan)
    with np.errstate(all="ignore"):
        for whole in np.unique(order[np.isfinite(order)]):
            if whole >= -1 and whole == math.floor(whole):
                chosen = order == whole
                result[chosen] = _spherical_jn_of_order(int(whole), value[chosen])
    return result[()]


def _spherical_jn_of_order(order: int, value: Any) -> Any:
    before, now = np.cos(value) / value, np.sin(value) / value
    if order < 0:
        return before
    for index in range(order):
        before, now = now, (2 * index + 1) / value * now - before
    reach = max(order, 1)
    return np.where(np.abs(value) > reach, now, _spherical_jn_series(order, np.clip(value, -reach, reach)))


def _spherical_jn_series(order: int, value: Any) -> Any:
    term = np.ones_like(value)
    for factor in range(1, order + 1):
        term = term * value / (2 * factor + 1)
    total = term
    for index in range(1, SPHERICAL_TERMS + order):
        term = term * value * value / (-2.0 * index * (2 * (order + index) + 1))
        total = total + term
    return total


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
