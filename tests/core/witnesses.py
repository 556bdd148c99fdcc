"""What mpmath says about every row of the table: independent values at many digits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import mpmath
from mpmath import mpf

from core.expression import Apply, Constant, Expression, Variable
from core.primitives import SELU_ALPHA, SELU_SCALE

DIGITS = 40

Points = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Witness:
    """A row's function in mpmath, and points of its domain away from kinks and jumps."""

    function: Callable[..., Any]
    points: Points


def grid(*axes: tuple[float, ...]) -> Points:
    return tuple(product(*axes))


REAL = (-27.3, -3.7, -1.25, -0.4, -1e-5, 2e-7, 0.3, 0.8, 1.9, 4.2, 31.7)
SMALL = (-5.1, -1.25, -0.4, -1e-5, 2e-7, 0.3, 0.8, 1.9, 4.2)
POSITIVE = (1e-12, 0.3, 0.8, 1.9, 4.2, 55.5, 1e12)
UNIT = (-0.9999, -0.5, -1e-5, 0.2, 0.6, 0.97)
OUTSIDE_UNIT = (-31.7, -1.25, -1.01, 1.001, 1.3, 4.2)
FEW = (-2.17, -0.43, 0.73, 1.93)
FACTORIAL = (-3.6, -1.25, -0.4, 1e-3, 0.3, 1.0, 1.45, 2.0, 4.2, 19.9, 20.1, 48.3)


def spherical_jn(order: Any, u: Any) -> Any:
    size = abs(u)
    value = mpmath.sqrt(mpmath.pi / (2 * size)) * mpmath.besselj(order + mpf("0.5"), size)
    return value if u > 0 or order % 2 == 0 else -value


def truth(test: Callable[..., bool]) -> Callable[..., Any]:
    return lambda u, v: mpf(1) if test(u, v) else mpf(0)


def step(u: Any) -> Any:
    return mpf(0) if u < 0 else mpf(1) if u > 0 else mpf("0.5")


WITNESSES: dict[str, Witness] = {
    "add": Witness(lambda u, v: u + v, grid(REAL, FEW)),
    "subtract": Witness(lambda u, v: u - v, grid(REAL, FEW)),
    "multiply": Witness(lambda u, v: u * v, grid(REAL, FEW)),
    "divide": Witness(lambda u, v: u / v, (*grid(REAL, FEW), (1e300, 1e200), (3e-200, 7e-180))),
    "mod": Witness(lambda u, v: u - v * mpmath.floor(u / v), grid(REAL, FEW)),
    "floor_divide": Witness(lambda u, v: mpmath.floor(u / v), grid(REAL, FEW)),
    "negative": Witness(lambda u: -u, grid(REAL)),
    "power": Witness(
        lambda u, v: u**v,
        (*grid((1e-3, 0.7, 1.9, 13.0), (-3.0, -0.5, 0.0, 0.5, 1.0, 2.0, 7.3)), (-1.3, 2.0), (-1.3, -3.0)),
    ),
    "less": Witness(truth(lambda u, v: u < v), grid(REAL, FEW)),
    "less_equal": Witness(truth(lambda u, v: u <= v), grid(REAL, FEW[:2])),
    "greater": Witness(truth(lambda u, v: u > v), grid(REAL, FEW[:2])),
    "greater_equal": Witness(truth(lambda u, v: u >= v), grid(REAL, FEW[:2])),
    "equal": Witness(truth(lambda u, v: u == v), grid(REAL, FEW[:1])),
    "not_equal": Witness(truth(lambda u, v: u != v), grid(REAL, FEW[:1])),
    "exp": Witness(mpmath.exp, grid(REAL)),
    "expm1": Witness(mpmath.expm1, grid(REAL)),
    "log": Witness(mpmath.log, grid(POSITIVE)),
    "log2": Witness(lambda u: mpmath.log(u, 2), grid(POSITIVE)),
    "log10": Witness(mpmath.log10, grid(POSITIVE)),
    "log1p": Witness(mpmath.log1p, grid((-0.999, -0.4, -1e-9, *POSITIVE))),
    "logaddexp": Witness(
        lambda u, v: mpmath.log(mpmath.exp(u) + mpmath.exp(v)),
        (*grid(REAL, FEW), (1000.0, 999.0), (-1000.0, -1001.0)),
    ),
    "sqrt": Witness(mpmath.sqrt, grid(POSITIVE)),
    "cbrt": Witness(lambda u: mpmath.sign(u) * mpmath.cbrt(abs(u)), grid(REAL)),
    "sin": Witness(mpmath.sin, grid((*REAL, 1e22))),
    "cos": Witness(mpmath.cos, grid((*REAL, 1e22))),
    "tan": Witness(mpmath.tan, grid(REAL)),
    "sec": Witness(mpmath.sec, grid(REAL)),
    "csc": Witness(mpmath.csc, grid(REAL)),
    "cot": Witness(mpmath.cot, grid(REAL)),
    "asin": Witness(mpmath.asin, grid(UNIT)),
    "acos": Witness(mpmath.acos, grid(UNIT)),
    "atan": Witness(mpmath.atan, grid(REAL)),
    "atan2": Witness(mpmath.atan2, (*grid(SMALL, FEW), (3e200, 4e200))),
    "hypot": Witness(mpmath.hypot, (*grid(SMALL, FEW), (3e200, 4e200))),
    "sinh": Witness(mpmath.sinh, grid(REAL)),
    "cosh": Witness(mpmath.cosh, grid(REAL)),
    "tanh": Witness(mpmath.tanh, grid((*REAL, -1000.0))),
    "asinh": Witness(mpmath.asinh, grid((*REAL, 1e-10))),
    "acosh": Witness(mpmath.acosh, grid((1.0001, 1.9, 4.2, 55.5))),
    "atanh": Witness(mpmath.atanh, grid(UNIT)),
    "asec": Witness(mpmath.asec, grid(OUTSIDE_UNIT)),
    "acsc": Witness(mpmath.acsc, grid(OUTSIDE_UNIT)),
    "acot": Witness(lambda u: mpmath.pi / 2 - mpmath.atan(u), grid((*REAL, 1e9))),
    "sech": Witness(mpmath.sech, grid((*REAL, -600.0))),
    "csch": Witness(mpmath.csch, grid((*REAL, -600.0))),
    "coth": Witness(mpmath.coth, grid((*REAL, -600.0))),
    "asech": Witness(mpmath.asech, grid((1e-12, 0.2, 0.6, 0.97, 0.9999, 1.0 - 1e-9))),
    "acsch": Witness(mpmath.acsch, grid((*REAL, 1e9))),
    "acoth": Witness(mpmath.acoth, grid((*OUTSIDE_UNIT, 1e9))),
    "abs": Witness(abs, grid(REAL)),
    "sign": Witness(mpmath.sign, grid(REAL)),
    "floor": Witness(mpmath.floor, grid(REAL)),
    "ceil": Witness(mpmath.ceil, grid(REAL)),
    "round": Witness(mpmath.nint, grid(REAL)),
    "heaviside": Witness(step, grid(REAL)),
    "max": Witness(lambda u, v: max(u, v), grid(REAL, FEW)),
    "min": Witness(lambda u, v: min(u, v), grid(REAL, FEW)),
    "clip": Witness(lambda u, low, high: min(max(u, low), high), grid(REAL, (-2.3, -0.7), (0.1, 1.7))),
    "where": Witness(lambda condition, u, v: u if condition else v, grid((0.0, 1.0, -0.5), FEW, FEW)),
    "sigmoid": Witness(lambda u: 1 / (1 + mpmath.exp(-u)), grid((*REAL, -700.0, 700.0))),
    "softplus": Witness(lambda u: mpmath.log1p(mpmath.exp(u)), grid((*REAL, -700.0, 700.0))),
    "relu": Witness(lambda u: max(u, mpf(0)), grid(REAL)),
    "leaky_relu": Witness(lambda u: u if u > 0 else mpf(0.01) * u, grid(REAL)),
    "elu": Witness(lambda u: u if u > 0 else mpmath.expm1(u), grid(REAL)),
    "silu": Witness(lambda u: u / (1 + mpmath.exp(-u)), grid(REAL)),
    "mish": Witness(lambda u: u * mpmath.tanh(mpmath.log1p(mpmath.exp(u))), grid((*REAL, -600.0, 600.0))),
    "selu": Witness(
        lambda u: mpf(SELU_SCALE) * (u if u > 0 else mpf(SELU_ALPHA) * mpmath.expm1(u)), grid(REAL)
    ),
    "logit": Witness(lambda u: mpmath.log(u / (1 - u)), grid((1e-12, 0.2, 0.4999999, 0.6, 0.97, 1.0 - 1e-9))),
    "gelu": Witness(lambda u: u * mpmath.ncdf(u), grid(SMALL)),
    "erf": Witness(mpmath.erf, grid(SMALL)),
    "erfi": Witness(mpmath.erfi, grid((*SMALL, 6.3, -20.3))),
    "erfinv": Witness(mpmath.erfinv, grid((-0.9999, -0.5, -1e-5, 0.2, 0.4999, 0.6, 0.97, 1.0 - 1e-13))),
    "sinc": Witness(mpmath.sincpi, grid((*REAL, 1e-9, 1000.3))),
    "spherical_jn": Witness(spherical_jn, grid((0.0, 1.0, 2.0, 5.0), (*REAL, 1e-9))),
    "erfc": Witness(mpmath.erfc, grid((*SMALL, 20.3))),
    "gamma": Witness(mpmath.gamma, grid(FACTORIAL)),
    "lgamma": Witness(lambda u: mpmath.log(abs(mpmath.gamma(u))), grid(FACTORIAL)),
    "digamma": Witness(mpmath.digamma, grid(FACTORIAL)),
    "polygamma": Witness(
        lambda order, u: mpmath.polygamma(int(order), u), grid((0.0, 1.0, 2.0, 5.0), FACTORIAL)
    ),
}


def value(expression: Expression, values: Mapping[str, Any]) -> Any:
    """Evaluate a whole formula in mpmath, from the very doubles that the constants and `values` are."""

    def visit(node: Expression, operands: tuple[Any, ...]) -> Any:
        if isinstance(node, Apply):
            return WITNESSES[node.primitive.name].function(*operands)
        if isinstance(node, Variable):
            return mpmath.mpmathify(values[node.name])
        assert isinstance(node, Constant)
        return mpf(float(node.value))

    return expression.fold(visit)


def partial(expression: Expression, values: Mapping[str, Any], name: str) -> Any:
    """Derivative of the same for one name, by differences at `DIGITS` digits."""
    with mpmath.workdps(DIGITS):
        return mpmath.diff(lambda moved: value(expression, {**values, name: moved}), mpf(values[name]))


def second_partial(expression: Expression, values: Mapping[str, Any], first: str, second: str) -> Any:
    """Second derivative of the same for two names."""

    def slope(moved: Any) -> Any:
        at = {**values, second: moved}
        return mpmath.diff(lambda inner: value(expression, {**at, first: inner}), mpmath.mpmathify(at[first]))

    with mpmath.workdps(3 * DIGITS):
        return mpmath.diff(slope, mpf(values[second]))
