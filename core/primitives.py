"""The one table of operations.

Everything that Nabla can differentiate is made of the rows of this table. A row holds what every
other part of the program needs to know about an operation: how NumPy computes it, its local
derivatives, the name of the textbook rule, how it is written, and where it is not smooth. The parser,
the printer, the symbolic derivative, forward mode and reverse mode all read the same row, so a new
function is one new row and nothing else.

A local derivative is written once, with the operations of this very table::

    sin = define_function("sin", np.sin, lambda y, x: cos(x), ...)

Because ``cos(x)`` computes a number when ``x`` is a number or an array, and builds a formula when
``x`` is an :class:`Operand` such as an expression, the same line serves arithmetic and algebra.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from core import special
from core.primitive import BY_ALIAS as BY_ALIAS
from core.primitive import BY_UFUNC as BY_UFUNC
from core.primitive import PRIMITIVES as PRIMITIVES
from core.primitive import BoolArray as BoolArray
from core.primitive import FloatArray as FloatArray
from core.primitive import LocalDerivative as LocalDerivative
from core.primitive import NamedFloat as NamedFloat
from core.primitive import Operand as Operand
from core.primitive import Primitive as Primitive
from core.primitive import define_function, define_operator, define_row
from core.primitive import quiet as quiet

PI = NamedFloat(math.pi, "pi", r"\pi")
E = NamedFloat(math.e, "e", "e")
TAU = NamedFloat(math.tau, "tau", r"\tau")
LN_2 = NamedFloat(math.log(2.0), "log(2)", r"\ln\left(2\right)")
LN_10 = NamedFloat(math.log(10.0), "log(10)", r"\ln\left(10\right)")
SQRT_2 = NamedFloat(math.sqrt(2.0), "sqrt(2)", r"\sqrt{2}")
SQRT_PI = NamedFloat(math.sqrt(math.pi), "sqrt(pi)", r"\sqrt{\pi}")
SQRT_TAU = NamedFloat(math.sqrt(math.tau), "sqrt(2*pi)", r"\sqrt{2\pi}")


def zero_wins(factor: Any, other: Any) -> Any:
    """Multiply, with a zero factor that wins even against infinity (as in ``0 * x**-1`` at 0)."""
    if isinstance(factor, Operand):
        return factor * other
    if isinstance(other, Operand):
        return 0.0 if np.all(np.equal(factor, 0.0)) else factor * other
    if isinstance(factor, float) and isinstance(other, float):
        return np.float64(0.0 if factor == 0.0 else float(factor) * float(other))
    with quiet():
        return np.where(np.equal(factor, 0.0), 0.0, np.multiply(factor, other))


def _at_integer(value: Any) -> Any:
    return np.equal(value, np.floor(value))


def _at_multiple(value: Any, divisor: Any) -> Any:
    return np.equal(np.mod(value, divisor), 0.0)


def _no_slope(result: Any, *operands: Any) -> float:
    return 0.0


def _comparison(name: str, symbol: str, ufunc: np.ufunc, latex: str) -> Primitive:
    """Row of a comparison: 1 where it holds, 0 where it does not, NaN where a side is NaN."""

    def compute(left: Any, right: Any) -> Any:
        undefined = np.isnan(left) | np.isnan(right)
        return np.where(undefined, np.nan, np.asarray(ufunc(left, right), dtype=np.float64))

    def analytic(left: Any, right: Any) -> Any:
        return compute(np.real(left), np.real(right))

    primitive = define_operator(
        name,
        symbol,
        1,
        compute,
        _no_slope,
        _no_slope,
        rule="Step function",
        latex=f"{{0}} {latex} {{1}}",
        jumps=np.equal,
        analytic=analytic,
    )
    BY_UFUNC[ufunc] = primitive
    return primitive


def _step(compute: np.ufunc) -> Callable[[Any], Any]:
    """Complex form of a function that is constant between its jumps."""
    return lambda value: compute(np.real(value))


# Operators ---------------------------------------------------------------------------------------

add: Primitive = define_operator(
    "add", "+", 2, np.add, lambda y, u, v: 1.0, lambda y, u, v: 1.0, rule="Sum rule"
)
subtract: Primitive = define_operator(
    "subtract", "-", 2, np.subtract, lambda y, u, v: 1.0, lambda y, u, v: -1.0, rule="Difference rule"
)
multiply: Primitive = define_operator(
    "multiply",
    "*",
    3,
    np.multiply,
    lambda y, u, v: v,
    lambda y, u, v: u,
    rule="Product rule",
    latex=r"{0} \cdot {1}",
)
divide: Primitive = define_operator(
    "divide",
    "/",
    3,
    np.divide,
    lambda y, u, v: 1.0 / v,
    lambda y, u, v: -y / v,
    rule="Quotient rule",
    latex=r"\frac{{{0}}}{{{1}}}",
    domain="the denominator must not be 0",
)
mod: Primitive = define_operator(
    "mod",
    "%",
    3,
    np.mod,
    lambda y, u, v: 1.0,
    lambda y, u, v: -floor_divide(u, v),
    rule="Remainder rule",
    latex=r"{0} \bmod {1}",
    domain="the divisor must not be 0",
    jumps=_at_multiple,
    analytic=lambda u, v: u - v * np.floor_divide(np.real(u), np.real(v)),
)
floor_divide: Primitive = define_operator(
    "floor_divide",
    "//",
    3,
    np.floor_divide,
    _no_slope,
    _no_slope,
    rule="Step function",
    latex=r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor",
    domain="the divisor must not be 0",
    jumps=_at_multiple,
    analytic=lambda u, v: np.floor_divide(np.real(u), np.real(v)),
)
negative: Primitive = define_row(
    "negative",
    np.negative,
    lambda y, u: -1.0,
    rule="Constant multiple rule",
    latex="-{0}",
    source="-{0}",
    symbol="-",
    precedence=4,
)
power: Primitive = define_operator(
    "power",
    "**",
    5,
    np.power,
    lambda y, u, v: zero_wins(v, u ** (v - 1.0)),
    lambda y, u, v: zero_wins(y, log(u)),
    rule="Power rule",
    latex="{{{0}}}^{{{1}}}",
    aliases=("pow",),
    domain="a negative base needs a whole exponent",
)
less: Primitive = _comparison("less", "<", np.less, "<")
less_equal: Primitive = _comparison("less_equal", "<=", np.less_equal, r"\le")
greater: Primitive = _comparison("greater", ">", np.greater, ">")
greater_equal: Primitive = _comparison("greater_equal", ">=", np.greater_equal, r"\ge")
equal: Primitive = _comparison("equal", "==", np.equal, "=")
not_equal: Primitive = _comparison("not_equal", "!=", np.not_equal, r"\ne")

# Exponentials, logarithms and roots --------------------------------------------------------------


def _logaddexp(left: Any, right: Any) -> Any:
    ordered = np.real(left) >= np.real(right)
    larger, smaller = np.where(ordered, left, right), np.where(ordered, right, left)
    return larger + np.log1p(np.exp(smaller - larger))


exp: Primitive = define_function(
    "exp", np.exp, lambda y, u: y, rule="Exponential rule", latex="{{e}}^{{{0}}}", inverse="log", precedence=5
)
expm1: Primitive = define_function(
    "expm1", np.expm1, lambda y, u: exp(u), rule="Exponential rule", inverse="log1p"
)
log: Primitive = define_function(
    "log",
    np.log,
    lambda y, u: 1.0 / u,
    rule="Logarithm rule",
    latex=r"\ln\left({0}\right)",
    aliases=("ln",),
    inverse="exp",
    domain="the logarithm needs a number above 0",
)
log2: Primitive = define_function(
    "log2",
    np.log2,
    lambda y, u: 1.0 / (u * LN_2),
    rule="Logarithm rule",
    latex=r"\log_{{2}}\left({0}\right)",
    domain="the logarithm needs a number above 0",
)
log10: Primitive = define_function(
    "log10",
    np.log10,
    lambda y, u: 1.0 / (u * LN_10),
    rule="Logarithm rule",
    latex=r"\log_{{10}}\left({0}\right)",
    aliases=("lg",),
    domain="the logarithm needs a number above 0",
)
log1p: Primitive = define_function(
    "log1p",
    np.log1p,
    lambda y, u: 1.0 / (1.0 + u),
    rule="Logarithm rule",
    latex=r"\ln\left(1+{0}\right)",
    inverse="expm1",
    domain="log1p needs a number above −1",
)
logaddexp: Primitive = define_function(
    "logaddexp",
    np.logaddexp,
    lambda y, u, v: sigmoid(u - v),
    lambda y, u, v: sigmoid(v - u),
    rule="Logarithm rule",
    latex=r"\ln\left(e^{{{0}}}+e^{{{1}}}\right)",
    analytic=_logaddexp,
)
sqrt: Primitive = define_function(
    "sqrt",
    np.sqrt,
    lambda y, u: 1.0 / (2.0 * y),
    rule="Root rule",
    latex=r"\sqrt{{{0}}}",
    domain="the square root needs a number that is not negative",
)
cbrt: Primitive = define_function(
    "cbrt",
    np.cbrt,
    lambda y, u: 1.0 / (3.0 * y**2.0),
    rule="Root rule",
    latex=r"\sqrt[3]{{{0}}}",
    analytic=lambda u: _sign_of_real(u) * (_sign_of_real(u) * u) ** (1.0 / 3.0),
)

# Trigonometry ------------------------------------------------------------------------------------


def _atan2(over: Any, under: Any) -> Any:
    """Complex form by the quotient that is at most 1, so that nothing cancels."""
    side = math.pi * _sign_of_real(over)
    steep = side / 2.0 - np.arctan(under / over)
    flat = np.arctan(over / under) + np.where(np.real(under) < 0, side, 0.0)
    return np.where(np.abs(np.real(over)) > np.abs(np.real(under)), steep, flat)


def _trigonometric(
    name: str, compute: Callable[..., Any], partial: LocalDerivative, **fields: Any
) -> Primitive:
    fields.setdefault("latex", rf"\{name}\left({{0}}\right)")
    return define_function(name, compute, partial, **fields)


def _reciprocal(name: str, of: np.ufunc, partial: LocalDerivative, **fields: Any) -> Primitive:
    def compute(value: Any) -> Any:
        return 1.0 / of(value)

    source = f"(1/np.{of.__name__}({{0}}))"
    return _trigonometric(name, compute, partial, source=source, analytic=compute, **fields)


sin: Primitive = _trigonometric("sin", np.sin, lambda y, u: cos(u), inverse="asin")
cos: Primitive = _trigonometric("cos", np.cos, lambda y, u: -sin(u), inverse="acos")
tan: Primitive = _trigonometric(
    "tan", np.tan, lambda y, u: 1.0 / cos(u) ** 2.0, inverse="atan", aliases=("tg",)
)
sec: Primitive = _reciprocal(
    "sec", np.cos, lambda y, u: y * tan(u), inverse="asec", domain="the secant needs cos ≠ 0"
)
csc: Primitive = _reciprocal(
    "csc",
    np.sin,
    lambda y, u: -y * cot(u),
    aliases=("cosec",),
    inverse="acsc",
    domain="the cosecant needs sin ≠ 0",
)
cot: Primitive = _reciprocal(
    "cot",
    np.tan,
    lambda y, u: -1.0 / sin(u) ** 2.0,
    aliases=("ctg", "cotg"),
    inverse="acot",
    domain="the cotangent needs sin ≠ 0",
)
asin: Primitive = _trigonometric(
    "asin",
    np.arcsin,
    lambda y, u: 1.0 / sqrt((1.0 - u) * (1.0 + u)),
    latex=r"\arcsin\left({0}\right)",
    aliases=("arcsin",),
    inverse="sin",
    domain="the arcsine needs a number from −1 to 1",
)
acos: Primitive = _trigonometric(
    "acos",
    np.arccos,
    lambda y, u: -1.0 / sqrt((1.0 - u) * (1.0 + u)),
    latex=r"\arccos\left({0}\right)",
    aliases=("arccos",),
    inverse="cos",
    domain="the arccosine needs a number from −1 to 1",
)
atan: Primitive = _trigonometric(
    "atan",
    np.arctan,
    lambda y, u: 1.0 / (1.0 + u**2.0),
    latex=r"\arctan\left({0}\right)",
    aliases=("arctan", "arctg"),
    inverse="tan",
)
atan2: Primitive = define_function(
    "atan2",
    np.arctan2,
    lambda y, u, v: (v / hypot(u, v)) / hypot(u, v),
    lambda y, u, v: -(u / hypot(u, v)) / hypot(u, v),
    aliases=("arctan2",),
    analytic=_atan2,
)
hypot: Primitive = define_function(
    "hypot",
    np.hypot,
    lambda y, u, v: u / y,
    lambda y, u, v: v / y,
    rule="Root rule",
    analytic=lambda u, v: np.sqrt(u * u + v * v),
)


def _long_root(value: Any) -> Any:
    root = np.sqrt(1.0 + value * value)
    return np.where(np.isinf(root), np.abs(value), root)


root_of_one_plus_square = Primitive(
    "root_of_one_plus_square",
    _long_root,
    (lambda y, u: u / y,),
    rule="Root rule",
    latex=r"\sqrt{{1+{{{0}}}^{{2}}}}",
    source="np.sqrt(1 + ({0})**2)",
)
"""√(1 + u²) of a u whose square overflows; it is not typed and stands in no table."""


def _root_of_one_plus_square(value: Any) -> Any:
    """√(1 + u²), as it is written in formulas, and so that u² cannot overflow elsewhere."""
    if isinstance(value, Operand) and value.is_formula:
        return sqrt(1.0 + value**2.0)
    return root_of_one_plus_square(value)


def _asec(value: Any) -> Any:
    return np.arccos(1.0 / value)


def _acsc(value: Any) -> Any:
    return np.arcsin(1.0 / value)


asec: Primitive = _trigonometric(
    "asec",
    _asec,
    lambda y, u: 1.0 / (absolute(u) * sqrt((u - 1.0) * (u + 1.0))),
    latex=r"\operatorname{{arcsec}}\left({0}\right)",
    source="np.arccos(1/({0}))",
    aliases=("arcsec",),
    inverse="sec",
    domain="the arcsecant needs a number of at least 1 or at most −1",
    analytic=_asec,
)
acsc: Primitive = _trigonometric(
    "acsc",
    _acsc,
    lambda y, u: -1.0 / (absolute(u) * sqrt((u - 1.0) * (u + 1.0))),
    latex=r"\operatorname{{arccsc}}\left({0}\right)",
    source="np.arcsin(1/({0}))",
    aliases=("arccsc", "arccosec"),
    inverse="csc",
    domain="the arccosecant needs a number of at least 1 or at most −1",
    analytic=_acsc,
)
acot: Primitive = _trigonometric(
    "acot",
    lambda u: np.arctan2(1.0, u),
    lambda y, u: -1.0 / (1.0 + u**2.0),
    latex=r"\operatorname{{arccot}}\left({0}\right)",
    source="np.arctan2(1, {0})",
    aliases=("arccot", "arcctg"),
    inverse="cot",
    analytic=lambda u: math.pi / 2.0 - np.arctan(u),
)
"""The angle between 0 and π whose cotangent is u, π/2 − arctan u: smooth at 0, unlike arctan(1/u)."""

# Hyperbolic functions ----------------------------------------------------------------------------

sinh: Primitive = _trigonometric("sinh", np.sinh, lambda y, u: cosh(u), inverse="asinh", aliases=("sh",))
cosh: Primitive = _trigonometric("cosh", np.cosh, lambda y, u: sinh(u), inverse="acosh", aliases=("ch",))
tanh: Primitive = _trigonometric(
    "tanh", np.tanh, lambda y, u: 1.0 / cosh(u) ** 2.0, inverse="atanh", aliases=("th",)
)
asinh: Primitive = define_function(
    "asinh",
    np.arcsinh,
    lambda y, u: 1.0 / _root_of_one_plus_square(u),
    aliases=("arcsinh", "arsinh"),
    latex=r"\operatorname{{arsinh}}\left({0}\right)",
    inverse="sinh",
)
acosh: Primitive = define_function(
    "acosh",
    np.arccosh,
    lambda y, u: 1.0 / (sqrt(u - 1.0) * sqrt(u + 1.0)),
    aliases=("arccosh", "arcosh"),
    latex=r"\operatorname{{arcosh}}\left({0}\right)",
    inverse="cosh",
    domain="the inverse hyperbolic cosine needs a number of at least 1",
)
atanh: Primitive = define_function(
    "atanh",
    np.arctanh,
    lambda y, u: 1.0 / ((1.0 - u) * (1.0 + u)),
    aliases=("arctanh", "artanh"),
    latex=r"\operatorname{{artanh}}\left({0}\right)",
    inverse="tanh",
    domain="the inverse hyperbolic tangent needs a number between −1 and 1",
)


def _asech(value: Any) -> Any:
    """Inverse of sech by arsinh(√(1 − u²)/u), which is exact near 0 and near 1."""
    result = np.arcsinh(np.sqrt((1.0 - value) * (1.0 + value)) / value)
    return np.where(np.real(value) < 0.0, np.nan, result)


def _acsch(value: Any) -> Any:
    return np.arcsinh(1.0 / value)


def _acoth(value: Any) -> Any:
    """Inverse of coth by ln((|u|+1)/(|u|−1))/2, written so that nothing cancels near ±1 and far out."""
    side = _sign_of_real(value)
    return side * 0.5 * np.log1p(2.0 / (side * value - 1.0))


sech: Primitive = _reciprocal(
    "sech",
    np.cosh,
    lambda y, u: -y * tanh(u),
    latex=r"\operatorname{{sech}}\left({0}\right)",
    inverse="asech",
)
csch: Primitive = _reciprocal(
    "csch",
    np.sinh,
    lambda y, u: -y * coth(u),
    latex=r"\operatorname{{csch}}\left({0}\right)",
    aliases=("cosech",),
    inverse="acsch",
    domain="the hyperbolic cosecant needs a number other than 0",
)
coth: Primitive = _reciprocal(
    "coth",
    np.tanh,
    lambda y, u: -(csch(u) ** 2.0),
    aliases=("cth",),
    inverse="acoth",
    domain="the hyperbolic cotangent needs a number other than 0",
)
asech: Primitive = define_function(
    "asech",
    _asech,
    lambda y, u: -1.0 / (u * sqrt((1.0 - u) * (1.0 + u))),
    latex=r"\operatorname{{arsech}}\left({0}\right)",
    source="np.where(({0}) < 0, np.nan, np.arcsinh(np.sqrt((1 - ({0}))*(1 + ({0})))/({0})))",
    aliases=("arcsech", "arsech"),
    inverse="sech",
    domain="the inverse hyperbolic secant needs a number above 0 and at most 1",
    analytic=_asech,
)
acsch: Primitive = define_function(
    "acsch",
    _acsch,
    lambda y, u: -1.0 / (absolute(u) * _root_of_one_plus_square(u)),
    latex=r"\operatorname{{arcsch}}\left({0}\right)",
    source="np.arcsinh(1/({0}))",
    aliases=("arccsch", "arcsch"),
    inverse="csch",
    domain="the inverse hyperbolic cosecant needs a number other than 0",
    analytic=_acsch,
)
acoth: Primitive = define_function(
    "acoth",
    _acoth,
    lambda y, u: 1.0 / ((1.0 - u) * (1.0 + u)),
    latex=r"\operatorname{{arcoth}}\left({0}\right)",
    source="np.arctanh(1/({0}))",
    aliases=("arccoth", "arcoth"),
    inverse="coth",
    domain="the inverse hyperbolic cotangent needs a number above 1 or below −1",
    analytic=_acoth,
)

# Pieces, steps and corners -----------------------------------------------------------------------


def _sign_of_real(value: Any) -> Any:
    if isinstance(value, float):
        return -1.0 if value < 0 else 1.0
    return np.where(np.real(value) < 0, -1.0, 1.0)


def _where(condition: Any, chosen: Any, otherwise: Any) -> Any:
    picked = np.where(np.not_equal(np.real(condition), 0.0), chosen, otherwise)
    return np.where(np.isnan(np.real(condition)), np.nan, picked)


absolute: Primitive = define_function(
    "abs",
    np.absolute,
    lambda y, u: sign(u),
    rule="Absolute value",
    latex=r"\left|{0}\right|",
    source="np.abs({0})",
    kinks=lambda u: np.equal(u, 0.0),
    convention="the slope of |u| at 0 is taken as 0, between its one-sided slopes −1 and 1",
    analytic=lambda u: _sign_of_real(u) * u,
)
sign: Primitive = define_function(
    "sign",
    np.sign,
    _no_slope,
    rule="Step function",
    aliases=("signum",),
    jumps=lambda u: np.equal(u, 0.0),
    analytic=_step(np.sign),
)
floor: Primitive = define_function(
    "floor",
    np.floor,
    _no_slope,
    rule="Step function",
    latex=r"\left\lfloor {0} \right\rfloor",
    jumps=_at_integer,
    analytic=_step(np.floor),
)
ceil: Primitive = define_function(
    "ceil",
    np.ceil,
    _no_slope,
    rule="Step function",
    latex=r"\left\lceil {0} \right\rceil",
    jumps=_at_integer,
    analytic=_step(np.ceil),
)
rint: Primitive = define_function(
    "round",
    np.rint,
    _no_slope,
    rule="Step function",
    jumps=lambda u: _at_integer(u - 0.5),
    analytic=_step(np.rint),
)
heaviside: Primitive = define_function(
    "heaviside",
    lambda u: np.heaviside(u, 0.5),
    _no_slope,
    rule="Step function",
    latex=r"H\left({0}\right)",
    source="np.heaviside({0}, 0.5)",
    jumps=lambda u: np.equal(u, 0.0),
    analytic=lambda u: np.heaviside(np.real(u), 0.5),
)
maximum: Primitive = define_function(
    "max",
    np.maximum,
    lambda y, u, v: greater(u, v) + 0.5 * equal(u, v),
    lambda y, u, v: greater(v, u) + 0.5 * equal(u, v),
    rule="Larger of two",
    latex=r"\max\left({0}, {1}\right)",
    kinks=np.equal,
    convention="where both operands are equal, each takes half of the slope",
    analytic=lambda u, v: np.where(np.real(u) >= np.real(v), u, v),
)
minimum: Primitive = define_function(
    "min",
    np.minimum,
    lambda y, u, v: less(u, v) + 0.5 * equal(u, v),
    lambda y, u, v: less(v, u) + 0.5 * equal(u, v),
    rule="Smaller of two",
    latex=r"\min\left({0}, {1}\right)",
    kinks=np.equal,
    convention="where both operands are equal, each takes half of the slope",
    analytic=lambda u, v: np.where(np.real(u) <= np.real(v), u, v),
)
clip: Primitive = define_function(
    "clip",
    lambda u, low, high: np.minimum(np.maximum(u, low), high),
    lambda y, u, low, high: greater(u, low) * less(u, high),
    lambda y, u, low, high: less_equal(u, low) * less(low, high),
    lambda y, u, low, high: greater_equal(maximum(u, low), high),
    rule="Larger of two",
    source="np.clip({0}, {1}, {2})",
    kinks=lambda u, low, high: np.equal(u, low) | np.equal(u, high),
    convention="on a bound the slope is taken as 0",
    analytic=lambda u, low, high: np.where(
        np.maximum(np.real(u), np.real(low)) >= np.real(high),
        high,
        np.where(np.real(u) <= np.real(low), low, u),
    ),
)
where: Primitive = define_function(
    "where",
    _where,
    _no_slope,
    lambda y, condition, u, v: not_equal(condition, 0.0),
    lambda y, condition, u, v: equal(condition, 0.0),
    rule="Piece by piece",
    latex=r"\begin{{cases}}{1} & {0} \\ {2} & \text{{otherwise}}\end{{cases}}",
    source="np.where({0}, {1}, {2})",
    convention="where the pieces meet, the slope is that of the piece in force",
    analytic=_where,
)

# Activations and the error function --------------------------------------------------------------


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
"""The two constants of Klambauer et al., Self-normalizing neural networks (2017)."""


def _sigmoid(value: Any) -> Any:
    small = np.exp(-_sign_of_real(value) * value)
    if isinstance(value, float):
        return (small if value < 0 else 1.0) / (1.0 + small)
    return np.where(np.real(value) < 0, small, 1.0) / (1.0 + small)


def _softplus(value: Any) -> Any:
    return _relu(value) + np.log1p(np.exp(-_sign_of_real(value) * value))


def _complex_mish(value: Any) -> Any:
    """Compute u tanh(ln(1 + eᵘ)), the tanh by the quotient of polynomials in e^(−|u|) that it is."""
    small = np.exp(-_sign_of_real(value) * value)
    falling = (small * small + 2.0 * small) / (small * small + 2.0 * small + 2.0)
    rising = (1.0 + 2.0 * small) / (1.0 + 2.0 * small + 2.0 * small * small)
    return value * np.where(np.real(value) < 0, falling, rising)


def _logit(value: Any) -> Any:
    """ln(u/(1 − u)), by 2 artanh(2u − 1) near 1/2, where the quotient is near 1 and rounded."""
    middle = np.abs(np.real(value) - 0.5) < 0.25
    return np.where(middle, 2.0 * np.arctanh(2.0 * value - 1.0), np.log(value) - np.log1p(-value))


def _relu(value: Any) -> Any:
    return np.where(np.real(value) > 0, value, 0.0 * value)


sigmoid: Primitive = define_function(
    "sigmoid",
    _sigmoid,
    lambda y, u: sigmoid(u) * sigmoid(-u),
    rule="Derivative of the sigmoid",
    latex=r"\sigma\left({0}\right)",
    source="(1/(1 + np.exp(-({0}))))",
    aliases=("logistic", "sigma", "expit"),
    inverse="logit",
    analytic=_sigmoid,
)
softplus: Primitive = define_function(
    "softplus",
    lambda u: np.logaddexp(0.0, u),
    lambda y, u: sigmoid(u),
    source="np.logaddexp(0, {0})",
    analytic=_softplus,
)
relu: Primitive = define_function(
    "relu",
    lambda u: np.maximum(u, 0.0),
    lambda y, u: greater(u, 0.0),
    rule="Derivative of ReLU",
    latex=r"\operatorname{{ReLU}}\left({0}\right)",
    source="np.maximum({0}, 0)",
    kinks=lambda u: np.equal(u, 0.0),
    convention="the slope of ReLU at 0 is taken as 0, as PyTorch does",
    analytic=_relu,
)
leaky_relu: Primitive = define_function(
    "leaky_relu",
    lambda u: np.where(u > 0, u, 0.01 * u),
    lambda y, u: where(greater(u, 0.0), 1.0, 0.01),
    rule="Derivative of leaky ReLU",
    latex=r"\operatorname{{LeakyReLU}}\left({0}\right)",
    source="np.where(({0}) > 0, {0}, 0.01*({0}))",
    kinks=lambda u: np.equal(u, 0.0),
    convention="the slope at 0 is taken as 0.01, as PyTorch does",
    analytic=lambda u: np.where(np.real(u) > 0, u, 0.01 * u),
)
elu: Primitive = define_function(
    "elu",
    lambda u: np.where(u > 0, u, np.expm1(np.minimum(u, 0.0))),
    lambda y, u: exp(minimum(u, 0.0)),
    rule="Derivative of ELU",
    latex=r"\operatorname{{ELU}}\left({0}\right)",
    source="np.where(({0}) > 0, {0}, np.expm1(np.minimum({0}, 0)))",
    aliases=("celu",),
    analytic=lambda u: np.where(np.real(u) > 0, u, np.expm1(u)),
)
silu: Primitive = define_function(
    "silu",
    lambda u: u * _sigmoid(u),
    lambda y, u: sigmoid(u) * (1.0 + u * sigmoid(-u)),
    rule="Derivative of SiLU",
    latex=r"\operatorname{{SiLU}}\left({0}\right)",
    source="(({0})/(1 + np.exp(-({0}))))",
    aliases=("swish",),
    analytic=lambda u: u * _sigmoid(u),
)
mish: Primitive = define_function(
    "mish",
    lambda u: u * np.tanh(np.logaddexp(0.0, u)),
    lambda y, u: tanh(softplus(u)) + u * sigmoid(u) * sech(softplus(u)) ** 2.0,
    rule="Derivative of Mish",
    latex=r"\operatorname{{Mish}}\left({0}\right)",
    source="(({0})*np.tanh(np.logaddexp(0, {0})))",
    analytic=_complex_mish,
)
selu: Primitive = define_function(
    "selu",
    lambda u: SELU_SCALE * np.where(u > 0, u, SELU_ALPHA * np.expm1(np.minimum(u, 0.0))),
    lambda y, u: SELU_SCALE * where(greater(u, 0.0), 1.0, SELU_ALPHA * exp(minimum(u, 0.0))),
    rule="Derivative of SELU",
    latex=r"\operatorname{{SELU}}\left({0}\right)",
    source=f"({SELU_SCALE!r}*np.where(({{0}}) > 0, {{0}}, {SELU_ALPHA!r}*np.expm1(np.minimum({{0}}, 0))))",
    kinks=lambda u: np.equal(u, 0.0),
    convention="the slope of SELU at 0 is taken as that of its left side, about 1.758, as PyTorch does",
    analytic=lambda u: SELU_SCALE * np.where(np.real(u) > 0, u, SELU_ALPHA * np.expm1(u)),
)
logit: Primitive = define_function(
    "logit",
    _logit,
    lambda y, u: 1.0 / (u * (1.0 - u)),
    rule="Logarithm rule",
    source=(
        "np.where(np.abs(({0}) - 0.5) < 0.25, 2*np.arctanh(2*({0}) - 1), np.log({0}) - np.log1p(-({0})))"
    ),
    inverse="sigmoid",
    domain="the logit needs a number between 0 and 1",
    analytic=_logit,
)
gelu: Primitive = define_function(
    "gelu",
    lambda u: 0.5 * u * special.erfc(-u / SQRT_2),
    lambda y, u: 0.5 * erfc(-u / SQRT_2) + u * exp(-(u**2.0) / 2.0) / SQRT_TAU,
    rule="Derivative of GELU",
    latex=r"\operatorname{{GELU}}\left({0}\right)",
    source="(0.5*({0})*np.vectorize(math.erfc)(-({0})/np.sqrt(2)))",
)
erf: Primitive = define_function(
    "erf",
    special.erf,
    lambda y, u: 2.0 * exp(-(u**2.0)) / SQRT_PI,
    rule="Derivative of the error function",
    inverse="erfinv",
    source="np.vectorize(math.erf)({0})",
)
erfc: Primitive = define_function(
    "erfc",
    special.erfc,
    lambda y, u: -2.0 * exp(-(u**2.0)) / SQRT_PI,
    rule="Derivative of the error function",
    source="np.vectorize(math.erfc)({0})",
)
erfi: Primitive = define_function(
    "erfi",
    special.erfi,
    lambda y, u: 2.0 * exp(u**2.0) / SQRT_PI,
    rule="Derivative of the error function",
    source="core.special.erfi({0})",
)
erfinv: Primitive = define_function(
    "erfinv",
    special.erfinv,
    lambda y, u: exp(y**2.0) * SQRT_PI / 2.0,
    rule="Derivative of the error function",
    latex=r"\operatorname{{erf}}^{{-1}}\left({0}\right)",
    source="core.special.erfinv({0})",
    inverse="erf",
    domain="the inverse error function needs a number between −1 and 1",
)
sinc: Primitive = define_function(
    "sinc",
    np.sinc,
    lambda y, u: -PI * spherical_jn(1.0, PI * u),
    analytic=special.sinc,
)
"""sin(πx)/(πx), 1 at 0, as NumPy and signal processing have it: its zeros are the whole numbers. (The other
sinc, sin(x)/x, is typed as it stands, or as ``spherical_jn(0, x)``.)"""


def _slope_of_spherical_jn(y: Any, order: Any, u: Any) -> Any:
    """(n jₙ₋₁ − (n+1) jₙ₊₁)/(2n+1): nothing cancels near 0, where j₋₁ has a pole but comes times 0."""
    formula = isinstance(u, Operand) and u.is_formula
    lower = (spherical_jn if formula else spherical_jn_or_zero)(order - 1.0, u)
    return (order * lower - (order + 1.0) * spherical_jn(order + 1.0, u)) / (2.0 * order + 1.0)


spherical_jn: Primitive = define_function(
    "spherical_jn",
    special.spherical_jn,
    lambda y, order, u: math.nan,
    _slope_of_spherical_jn,
    rule="Derivative of the spherical Bessel function",
    latex=r"{{j}}_{{{0}}}\left({1}\right)",
    source="core.special.spherical_jn({0}, {1})",
    domain="the spherical Bessel function needs a whole order that is not negative",
)
spherical_jn_or_zero = replace(
    spherical_jn,
    name="spherical_jn_or_zero",
    compute=lambda order, u: np.where(np.less(order, 0.0), 0.0, special.spherical_jn(order, u)),
)
"""The same, and 0 for negative orders; it is not typed and stands in no table."""
gamma: Primitive = define_function(
    "gamma",
    special.gamma,
    lambda y, u: y * digamma(u),
    rule="Derivative of the gamma function",
    latex=r"\Gamma\left({0}\right)",
    source="np.vectorize(math.gamma)({0})",
    domain="the gamma function has poles at 0, −1, −2, …",
)
lgamma: Primitive = define_function(
    "lgamma",
    special.lgamma,
    lambda y, u: digamma(u),
    rule="Derivative of the gamma function",
    latex=r"\ln\left|\Gamma\left({0}\right)\right|",
    source="np.vectorize(math.lgamma)({0})",
    domain="the gamma function has poles at 0, −1, −2, …",
)
digamma: Primitive = define_function(
    "digamma",
    lambda u: special.polygamma(0, u),
    lambda y, u: polygamma(1.0, u),
    rule="Derivative of the gamma function",
    latex=r"\psi\left({0}\right)",
    source="core.special.polygamma(0, {0})",
    domain="the gamma function has poles at 0, −1, −2, …",
)
polygamma: Primitive = define_function(
    "polygamma",
    special.polygamma,
    lambda y, order, u: math.nan,
    lambda y, order, u: polygamma(order + 1.0, u),
    rule="Derivative of the gamma function",
    latex=r"{{\psi}}^{{\left({0}\right)}}\left({1}\right)",
    source="core.special.polygamma({0}, {1})",
    domain="the polygamma function needs a whole order and has poles at 0, −1, −2, …",
)
