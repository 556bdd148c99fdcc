"""Differences of like functions, logarithms of sums and slopes of powers that neither cancel nor overflow.

Like those of :mod:`core.remainders`, these rows stand in no table and are not typed by anybody.

A difference of exponentials, square roots or logarithms takes three operands: u, v and the difference d of
both, which its maker found by algebra and not by subtraction; ``exp(x + h) - exp(x)`` has d = h. Where v and
d share no letter, as there, the derivative is that for v and d, in which nothing cancels. Those whose names
end in ``apart`` have the derivatives for u and v.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.primitive import LocalDerivative, Primitive
from core.primitives import LN_2, exp, expm1, hypot, log, sqrt, tanh, zero_wins


def _row(name: str, compute: Callable[..., Any], *partials: LocalDerivative, domain: str = "") -> Primitive:
    places = ", ".join(f"{{{place}}}" for place in range(len(partials)))
    return Primitive(
        name,
        compute,
        partials,
        rule=f"Derivative of {name}",
        latex=rf"\operatorname{{{{{name}}}}}\left({places}\right)",
        source=f"{name}({places})",
        domain=domain,
    )


def _stands_still(y: Any, u: Any, v: Any, d: Any) -> float:
    return 0.0


def _exp_difference(u: Any, v: Any, d: Any) -> Any:
    return np.exp(np.maximum(u, v)) * -np.expm1(-np.abs(d)) * np.sign(d)


def _sqrt_difference(u: Any, v: Any, d: Any) -> Any:
    total = np.sqrt(u) + np.sqrt(v)
    return np.where(total == 0.0, 0.0, d / total)


def _log_difference(u: Any, v: Any, d: Any) -> Any:
    near = np.where(v > 0.0, np.log1p(d / v), np.nan)
    return np.where(np.abs(d) < 0.5 * v, near, np.log(u) - np.log(v))


exp_difference: Primitive = _row(
    "exp_difference",
    _exp_difference,
    _stands_still,
    lambda y, u, v, d: y,
    lambda y, u, v, d: exp(u),
)
exp_difference_apart: Primitive = _row(
    "exp_difference_apart",
    _exp_difference,
    lambda y, u, v, d: exp(u),
    lambda y, u, v, d: -exp(v),
    _stands_still,
)
sqrt_difference: Primitive = _row(
    "sqrt_difference",
    _sqrt_difference,
    _stands_still,
    lambda y, u, v, d: -y / (2.0 * sqrt(u) * sqrt(v)),
    lambda y, u, v, d: 1.0 / (2.0 * sqrt(u)),
    domain="the square root needs a number that is not negative",
)
sqrt_difference_apart: Primitive = _row(
    "sqrt_difference_apart",
    _sqrt_difference,
    lambda y, u, v, d: 1.0 / (2.0 * sqrt(u)),
    lambda y, u, v, d: -1.0 / (2.0 * sqrt(v)),
    _stands_still,
    domain="the square root needs a number that is not negative",
)
log_difference: Primitive = _row(
    "log_difference",
    _log_difference,
    _stands_still,
    lambda y, u, v, d: -(d / v) / u,
    lambda y, u, v, d: 1.0 / u,
    domain="the logarithm needs a number above 0",
)
log_difference_apart: Primitive = _row(
    "log_difference_apart",
    _log_difference,
    lambda y, u, v, d: 1.0 / u,
    lambda y, u, v, d: -1.0 / v,
    _stands_still,
    domain="the logarithm needs a number above 0",
)


def _root_less_itself(u: Any, root: Any) -> Any:
    length = np.hypot(u, root)
    return np.where(u > 0.0, root / (length + np.abs(u)) * root, length - u)


root_less_itself: Primitive = _row(
    "root_less_itself",
    _root_less_itself,
    lambda y, u, root: -y / hypot(u, root),
    lambda y, u, root: root / hypot(u, root),
)
"""√(u² + r²) − u."""


def _log_cosh(u: Any) -> Any:
    size = np.abs(u)
    small = np.log1p(2.0 * np.sinh(np.minimum(size, 1.0) / 2.0) ** 2)
    return np.where(size < 1.0, small, size + np.log1p(np.exp(-2.0 * size)) - LN_2)


log_cosh: Primitive = _row("log_cosh", _log_cosh, lambda y, u: tanh(u))


def _log_of_one_minus_exp(u: Any) -> Any:
    return np.where(u > -LN_2, np.log(-np.expm1(u)), np.log1p(-np.exp(u)))


log_of_one_minus_exp: Primitive = _row(
    "log_of_one_minus_exp",
    _log_of_one_minus_exp,
    lambda y, u: -1.0 / expm1(-u),
    domain="the logarithm needs a number above 0",
)
"""ln(1 − eᵘ) for u < 0, by the two ways of Mächler, Accurately computing log(1 − exp(−|a|)) (2012)."""


def _power_times_log(u: Any, v: Any) -> Any:
    smooth = np.equal(u, 0.0) & np.greater(v, 0.0)
    return np.where(smooth, 0.0, np.power(u, v) * np.log(u))


power_times_log: Primitive = _row(
    "power_times_log",
    _power_times_log,
    lambda y, u, v: zero_wins(v, power_times_log(u, v - 1.0)) + u ** (v - 1.0),
    lambda y, u, v: zero_wins(y, log(u)),
    domain="the logarithm needs a number above 0",
)
"""uᵛ ln u, the derivative of uᵛ for v: 0 at u = 0 as 0ᵛ is, if v > 0."""

power_slope: Primitive = _row(
    "power_slope",
    lambda u, v: zero_wins(v, np.power(u, v - 1.0)),
    lambda y, u, v: zero_wins(v, power_slope(u, v - 1.0)),
    lambda y, u, v: u ** (v - 1.0) + zero_wins(v, power_times_log(u, v - 1.0)),
    domain="a negative base needs a whole exponent",
)
"""v uᵛ⁻¹, the derivative of uᵛ for u: 0 at v = 0 as u⁰ is 1 everywhere."""
