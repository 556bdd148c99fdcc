r"""What is left of a function without the beginning of its Taylor series, and such rests over powers.

:math:`1 - \cos x`, :math:`x - \sin x`, :math:`(e^x - 1)/x` and :math:`(1 - \cos x)/x^2` are all of one form,

.. math:: Q(u) = \frac{1}{u^m} \Bigl( f(u) - \sum_{j<k} \frac{f^{(j)}(0)}{j!}\,u^j \Bigr)

and :func:`remainder` makes the row of an operation for any f, k and m, and for the derivative of any order n
of such a quotient. Near 0, where the difference would cancel, it sums the rest of the series; elsewhere it
computes what is written. The local derivative of a row is the row of the next order, so that nothing cancels
in a derivative of any order either.

The rows are not typed by anybody and have no place in the table: :mod:`core.stable` puts them in the place of
what is typed. A rest over a power keeps the hole that the quotient has at 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.polynomial import polynomial

from core.primitive import Primitive

SMALLEST_TERM = 1e-19
"""Terms of a series that are smaller than this, relative to the first, are left out."""

MOST_TERMS = 80


@dataclass(frozen=True)
class Expanded:
    """A function with its Taylor series about 0.

    Attributes
    ----------
    name
        What it is called.
    coefficients
        :math:`f^{(j)}(0)/j!` for j = 0, 1, …
    derivative
        Computes the derivative of an order, which is 0 or more, from an array.
    near
        Where the series is summed: arguments that are smaller in absolute value.
    remainders
        By the number of terms that are taken away, a way to compute the rest that is exact also far from 0,
        for the functions that come back to their beginning there, or that have one in NumPy.
    """

    name: str
    coefficients: tuple[float, ...]
    derivative: Callable[[int, Any], Any]
    near: float
    remainders: dict[int, Callable[[Any], Any]]

    def __hash__(self) -> int:
        return hash(self.name)


def _cycle(*functions: Callable[[Any], Any]) -> Callable[[int, Any], Any]:
    """Repeat derivatives: sin, cos, −sin, −cos."""
    return lambda order, u: functions[order % len(functions)](u)


def _arcsine_like(function: np.ufunc, sign: float) -> Callable[[int, Any], Any]:
    """Differentiate arsinh (sign 1) or arcsin (−1), by (1 ± u²) f⁽ⁿ⁺²⁾ = ∓((2n+1) u f⁽ⁿ⁺¹⁾ + n² f⁽ⁿ⁾)."""

    def derivative(order: int, u: Any) -> Any:
        if order == 0:
            return function(u)
        root = np.hypot(1.0, u) if sign > 0.0 else np.sqrt((1.0 - u) * (1.0 + u))
        before, now = np.zeros_like(u), 1.0 / root
        for index in range(order - 1):
            following = -sign * ((2 * index + 1) * u * now + index**2 * before) / root / root
            before, now = now, following
        return now

    return derivative


def _arctangent(order: int, u: Any) -> Any:
    """Differentiate arctan: (n−1)! sinⁿδ sin(nδ) with a changing sign, where δ = arccot u."""
    if order == 0:
        return np.arctan(u)
    angle = np.arctan2(1.0, np.abs(u))
    size = math.factorial(order - 1) * np.sin(angle) ** order * np.sin(order * angle)
    return size if order % 2 else -np.sign(u) * size


def _area_tangent(order: int, u: Any) -> Any:
    if order == 0:
        return np.arctanh(u)
    poles = (1.0 - u) ** -order - (-1.0 - u) ** -order
    return math.factorial(order - 1) / 2.0 * poles


def _tangent_like(function: np.ufunc, slope: Callable[[Any], Any], sign: float) -> Callable[[int, Any], Any]:
    """Differentiate tan (sign 1) or tanh (−1): the first derivative times a polynomial in the function."""

    def derivative(order: int, u: Any) -> Any:
        value = function(u)
        if order == 0:
            return value
        factor = np.array([1.0])
        for _ in range(order - 1):
            inner = polynomial.polymul([1.0, 0.0, sign], polynomial.polyder(factor))
            factor = polynomial.polyadd(polynomial.polymul([0.0, 2.0 * sign], factor), inner)
        return slope(u) * polynomial.polyval(value, factor)

    return derivative


def _logarithm(order: int, u: Any) -> Any:
    if order == 0:
        return np.log1p(u)
    return (-1.0) ** (order - 1) * math.factorial(order - 1) / (1.0 + u) ** order


def _root(order: int, u: Any) -> Any:
    return math.prod(0.5 - index for index in range(order)) * (1.0 + u) ** (0.5 - order)


def _slope_of_tanh(u: Any) -> Any:
    return 1.0 / np.cosh(u) ** 2


def _slope_of_tan(u: Any) -> Any:
    return 1.0 / np.cos(u) ** 2


def _every_other(coefficients: Callable[[int], float], first: int) -> tuple[float, ...]:
    return tuple(coefficients(j) if j % 2 == first else 0.0 for j in range(MOST_TERMS))


def _tangent_coefficients(sign: float) -> tuple[float, ...]:
    """Coefficients of tan (sign 1) and tanh (sign −1), from y′ = 1 ± y²."""
    coefficients = [0.0, 1.0]
    for order in range(1, MOST_TERMS - 1):
        square = math.fsum(coefficients[j] * coefficients[order - j] for j in range(order + 1))
        coefficients.append(sign * square / (order + 1))
    return tuple(coefficients)


def _central_binomial(j: int) -> float:
    """Coefficient of arcsin at an odd power: (j−1 choose (j−1)/2) / (2^(j−1) j)."""
    half = (j - 1) // 2
    return math.comb(2 * half, half) / float(4**half * j)


def _binomial_of_one_half(j: int) -> float:
    return math.prod((0.5 - index) / (index + 1) for index in range(j))


def _alternating(j: int) -> float:
    return -1.0 if j % 4 > 1 else 1.0


EXP = Expanded(
    "exp",
    tuple(1.0 / math.factorial(j) for j in range(MOST_TERMS)),
    _cycle(np.exp),
    1.0,
    {1: np.expm1},
)
SIN = Expanded(
    "sin",
    _every_other(lambda j: _alternating(j) / math.factorial(j), 1),
    _cycle(np.sin, np.cos, lambda u: -np.sin(u), lambda u: -np.cos(u)),
    1.0,
    {1: np.sin},
)
COS = Expanded(
    "cos",
    _every_other(lambda j: _alternating(j) / math.factorial(j), 0),
    _cycle(np.cos, lambda u: -np.sin(u), lambda u: -np.cos(u), np.sin),
    1.0,
    {2: lambda u: -2.0 * np.sin(u / 2.0) ** 2},
)
SINH = Expanded(
    "sinh",
    _every_other(lambda j: 1.0 / math.factorial(j), 1),
    _cycle(np.sinh, np.cosh),
    1.0,
    {1: np.sinh},
)
COSH = Expanded(
    "cosh",
    _every_other(lambda j: 1.0 / math.factorial(j), 0),
    _cycle(np.cosh, np.sinh),
    1.0,
    {2: lambda u: 2.0 * np.sinh(u / 2.0) ** 2},
)
TAN = Expanded("tan", _tangent_coefficients(1.0), _tangent_like(np.tan, _slope_of_tan, 1.0), 0.5, {1: np.tan})
TANH = Expanded(
    "tanh", _tangent_coefficients(-1.0), _tangent_like(np.tanh, _slope_of_tanh, -1.0), 0.5, {1: np.tanh}
)
ASIN = Expanded(
    "asin", _every_other(_central_binomial, 1), _arcsine_like(np.arcsin, -1.0), 0.4, {1: np.arcsin}
)
ASINH = Expanded(
    "asinh",
    _every_other(lambda j: _alternating(j) * _central_binomial(j), 1),
    _arcsine_like(np.arcsinh, 1.0),
    0.4,
    {1: np.arcsinh},
)
ATAN = Expanded("atan", _every_other(lambda j: _alternating(j) / j, 1), _arctangent, 0.4, {1: np.arctan})
ATANH = Expanded("atanh", _every_other(lambda j: 1.0 / j, 1), _area_tangent, 0.4, {1: np.arctanh})
LOG1P = Expanded(
    "log1p",
    (0.0, *((-1.0) ** (j - 1) / j for j in range(1, MOST_TERMS))),
    _logarithm,
    0.3,
    {1: np.log1p},
)
SQRT1P = Expanded(
    "sqrt1p",
    tuple(_binomial_of_one_half(j) for j in range(MOST_TERMS)),
    _root,
    0.3,
    {1: lambda u: u / (np.sqrt(1.0 + u) + 1.0)},
)


@cache
def remainder(of: Expanded, taken: int, over: int = 0, order: int = 0) -> Primitive:
    """Make the row of a rest of a series.

    Parameters
    ----------
    of
        The function f.
    taken
        How many terms of its series are taken away, k.
    over
        By which power of u the rest is divided, m ≤ k; above 0 the row is NaN at u = 0.
    order
        How many times the quotient is differentiated, n.

    Returns
    -------
    Primitive
        One object for the same arguments. It stands in no table.

    Examples
    --------
    1 − cos x over x², but for the sign:

    >>> row = remainder(COS, 2, 2)
    >>> float(row(1e-9)), float(row(0.0)), float(row.partials[0](-0.5, 1e-9))
    (-0.5, nan, 8.333333333333333e-11)
    """
    series = _Series(of, taken, over, order)
    return Primitive(
        f"remainder_{of.name}_{taken}_{over}_{order}",
        series,
        (lambda y, u: remainder(of, taken, over, order + 1)(u),),
        rule="Derivative of a remainder",
        latex=rf"\operatorname{{{{R}}}}^{{{{({order})}}}}_{{{{{taken},{over}}}}}\left[{of.name}\right]\left({{0}}\right)",
        source=f"remainder_{of.name}_{taken}_{over}_{order}({{0}})",
        domain="the quotient needs a number other than 0" if over else "",
    )


class _Series:
    """Computes a remainder: by its series near 0, as it is written elsewhere."""

    def __init__(self, of: Expanded, taken: int, over: int, order: int) -> None:
        self.of, self.taken, self.over, self.order = of, taken, over, order
        first = max(taken, over + order)
        terms = [
            of.coefficients[j] * math.perm(j - over, order) if j >= first else 0.0
            for j in range(over + order, MOST_TERMS)
        ]
        self.power = next(place for place, term in enumerate(terms) if term)
        terms = terms[self.power :]
        self.stride = 2 if not any(terms[1::2]) else 1
        terms = terms[:: self.stride]
        sizes = [abs(term) * of.near ** (self.stride * place) for place, term in enumerate(terms)]
        needed = max(place for place, size in enumerate(sizes) if size > SMALLEST_TERM * sizes[0])
        self.terms = tuple(reversed(terms[: needed + 1]))

    def __call__(self, u: Any) -> Any:
        """Compute for a float64 or an array."""
        if isinstance(u, float):
            if u == 0.0 and self.over:
                return np.float64(math.nan)
            return self._near(u) if abs(u) < self.of.near else self._far(np.float64(u))
        u = np.asarray(u)
        near = np.abs(u) < self.of.near
        if near.all():
            result = np.asarray(self._near(u))
        else:
            result = np.array(self._far(u))
            if near.any():
                result[near] = self._near(u[near])
        if self.over:
            result = np.where(u == 0.0, np.nan, result)
        return result

    def _near(self, u: Any) -> Any:
        step = u * u if self.stride == 2 else u
        total: Any = self.terms[0]
        for term in self.terms[1:]:
            total = total * step + term
        for _ in range(self.power):
            total = total * u
        return total + 0.0 * u if len(self.terms) == 1 and not self.power else total

    def _far(self, u: Any) -> Any:
        if self.order == 0 and self.taken in self.of.remainders:
            return _divided(self.of.remainders[self.taken](u), self.over, u)
        total = self._quotient(u)
        for j, coefficient in enumerate(self.of.coefficients[: self.taken]):
            power = j - self.over
            factor = coefficient * math.prod(power - index for index in range(self.order))
            if factor:
                total = total - factor * u ** float(power - self.order)
        return total

    def _quotient(self, u: Any) -> Any:
        """Differentiate f over the power, by (u Q)⁽ⁿ⁾ = u Q⁽ⁿ⁾ + n Q⁽ⁿ⁻¹⁾."""
        quotients = [self.of.derivative(order, u) for order in range(self.order + 1)]
        for _ in range(self.over):
            for order, above in enumerate(quotients):
                below = order * quotients[order - 1] if order else 0.0
                quotients[order] = (above - below) / u
        return quotients[self.order]


def _divided(value: Any, power: int, u: Any) -> Any:
    """Divide again and again, for the power itself may overflow."""
    for _ in range(power):
        value = value / u
    return value
