"""The one table of operations.

Everything that Nabla can differentiate is made of the rows of this table. A row holds what every
other part of the program needs to know about an operation: how NumPy computes it, its local
derivatives, the name of the textbook rule, how it is written, and where it is not smooth. The parser,
the printer, the symbolic derivative, forward mode and reverse mode all read the same row, so a new
function is one new row and nothing else.

A local derivative is written once, with the operations of this very table::

    sin = _unary("sin", np.sin, lambda y, x: cos(x), ...)

Because ``cos(x)`` computes a number when ``x`` is a number or an array, and builds a formula when
``x`` is an :class:`Operand` such as an expression, the same line serves arithmetic and algebra.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core import special

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
LocalDerivative = Callable[..., Any]


_is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Let NumPy go on to NaN and infinity without warnings; primitives that are called inside know of it.

    A pass over a formula is quiet as a whole, for doing so at each operation costs more than a number does.
    """
    if _is_quiet.get():
        yield
        return
    token = _is_quiet.set(True)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        _is_quiet.reset(token)


class NamedFloat(float):
    """A number that is written by its name: π rather than 3.141592653589793.

    Attributes
    ----------
    text
        What the parser reads back as the same number.
    latex
        How it is typeset.
    """

    text: str
    latex: str

    def __new__(cls, value: float, text: str, latex: str) -> NamedFloat:
        """Make the number `value` that is written as `text`."""
        number = super().__new__(cls, value)
        number.text = text
        number.latex = latex
        return number

    def __getnewargs__(self) -> tuple[float, str, str]:  # type: ignore[override]
        return float(self), self.text, self.latex


PI = NamedFloat(math.pi, "pi", r"\pi")
E = NamedFloat(math.e, "e", "e")
TAU = NamedFloat(math.tau, "tau", r"\tau")
LN_2 = NamedFloat(math.log(2.0), "log(2)", r"\ln\left(2\right)")
LN_10 = NamedFloat(math.log(10.0), "log(10)", r"\ln\left(10\right)")
SQRT_2 = NamedFloat(math.sqrt(2.0), "sqrt(2)", r"\sqrt{2}")
SQRT_PI = NamedFloat(math.sqrt(math.pi), "sqrt(pi)", r"\sqrt{\pi}")
SQRT_TAU = NamedFloat(math.sqrt(math.tau), "sqrt(2*pi)", r"\sqrt{2\pi}")


class Operand:
    """Anything other than a number that an operation can be applied to.

    A subclass defines :meth:`apply`; Python's operators and NumPy's universal functions then reach
    the rows of the table by themselves. Expressions build a larger expression, dual numbers carry a
    tangent along.
    """

    __slots__ = ()

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Apply `primitive` to `operands`, at least one of which is of this class."""
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        primitive = BY_UFUNC.get(ufunc)
        if primitive is None or method != "__call__" or options:
            return NotImplemented
        return primitive(*inputs)

    def __add__(self, other: Any) -> Any:
        return add(self, other)

    def __radd__(self, other: Any) -> Any:
        return add(other, self)

    def __sub__(self, other: Any) -> Any:
        return subtract(self, other)

    def __rsub__(self, other: Any) -> Any:
        return subtract(other, self)

    def __mul__(self, other: Any) -> Any:
        return multiply(self, other)

    def __rmul__(self, other: Any) -> Any:
        return multiply(other, self)

    def __truediv__(self, other: Any) -> Any:
        return divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return divide(other, self)

    def __pow__(self, other: Any) -> Any:
        return power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return power(other, self)

    def __mod__(self, other: Any) -> Any:
        return mod(self, other)

    def __rmod__(self, other: Any) -> Any:
        return mod(other, self)

    def __floordiv__(self, other: Any) -> Any:
        return floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return floor_divide(other, self)

    def __neg__(self) -> Any:
        return negative(self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return absolute(self)

    def __lt__(self, other: Any) -> Any:
        return less(self, other)

    def __le__(self, other: Any) -> Any:
        return less_equal(self, other)

    def __gt__(self, other: Any) -> Any:
        return greater(self, other)

    def __ge__(self, other: Any) -> Any:
        return greater_equal(self, other)


@dataclass(frozen=True, eq=False, slots=True)
class Primitive:
    """One row of the table.

    Attributes
    ----------
    name
        What a person types to call it, and what identifies it in saved files.
    compute
        NumPy function of float64 arrays that broadcast; NaN outside the domain.
    partials
        One local derivative for each operand, called as ``partial(result, *operands)``.
    rule
        Textbook name of its differentiation rule.
    latex
        LaTeX with ``{0}``, ``{1}`` for the operands.
    source
        NumPy source with ``{0}``, ``{1}`` for the operands.
    symbol, precedence
        Text between (or before) the operands of an operator, and how tightly it binds: 1 comparison,
        2 sum, 3 product, 4 sign, 5 power. Functions have no symbol and bind tightest (6).
    aliases
        Other names that people type for it.
    inverse
        Name of the inverse function that ``f^-1`` means, where that is customary.
    domain
        Sentence that says where it is defined, or empty if that is everywhere.
    kinks
        Where the local derivative is a convention, because the one-sided slopes differ: a function of
        the operands that is true there.
    jumps
        Where the value itself jumps, so that no derivative exists.
    convention
        Sentence that states the value the local derivative takes at a kink.
    analytic
        The same function for complex numbers, or None where there is none.
    """

    name: str
    compute: Callable[..., Any]
    partials: tuple[LocalDerivative, ...]
    rule: str
    latex: str
    source: str
    symbol: str = ""
    precedence: int = 6
    aliases: tuple[str, ...] = ()
    inverse: str = ""
    domain: str = ""
    kinks: Callable[..., Any] | None = None
    jumps: Callable[..., Any] | None = None
    convention: str = ""
    analytic: Callable[..., Any] | None = None

    @property
    def arity(self) -> int:
        """Number of operands."""
        return len(self.partials)

    def __call__(self, *operands: Any) -> Any:
        """Compute with numbers and arrays; build with operands of any other kind."""
        for operand in operands:
            if isinstance(operand, Operand):
                return operand.apply(self, operands)
        if _is_quiet.get():
            return self.compute(*operands)
        with np.errstate(all="ignore"):
            return self.compute(*operands)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


PRIMITIVES: dict[str, Primitive] = {}
"""Every row by its name."""

BY_ALIAS: dict[str, Primitive] = {}
"""Every row by each name that a person may type."""

BY_UFUNC: dict[Any, Primitive] = {}
"""Rows by the NumPy universal function that computes them, so that NumPy code can be traced."""


def _row(name: str, compute: Callable[..., Any], *partials: LocalDerivative, **fields: Any) -> Primitive:
    if "analytic" not in fields and isinstance(compute, np.ufunc):
        complex_loop = any(signature.startswith("D" * compute.nin) for signature in compute.types)
        fields["analytic"] = compute if complex_loop else None
    primitive = Primitive(name, compute, partials, **fields)
    PRIMITIVES[name] = primitive
    if isinstance(compute, np.ufunc):
        BY_UFUNC[compute] = primitive
    for alias in (name, *primitive.aliases):
        BY_ALIAS[alias] = primitive
    return primitive


def _operator(
    name: str,
    symbol: str,
    precedence: int,
    compute: Callable[..., Any],
    *partials: LocalDerivative,
    **fields: Any,
) -> Primitive:
    fields.setdefault("latex", f"{{0}} {symbol} {{1}}")
    return _row(
        name,
        compute,
        *partials,
        symbol=symbol,
        precedence=precedence,
        source=f"{{0}} {symbol} {{1}}",
        **fields,
    )


def _function(name: str, compute: Callable[..., Any], *partials: LocalDerivative, **fields: Any) -> Primitive:
    places = ", ".join(f"{{{place}}}" for place in range(len(partials)))
    fields.setdefault("rule", f"Derivative of {name}")
    fields.setdefault("latex", rf"\operatorname{{{{{name}}}}}\left({places}\right)")
    if "source" not in fields:
        fields["source"] = f"np.{compute.__name__}({places})"
    return _row(name, compute, *partials, **fields)


def _zero_wins(factor: Any, other: Any) -> Any:
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

    primitive = _operator(
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

add: Primitive = _operator("add", "+", 2, np.add, lambda y, u, v: 1.0, lambda y, u, v: 1.0, rule="Sum rule")
subtract: Primitive = _operator(
    "subtract", "-", 2, np.subtract, lambda y, u, v: 1.0, lambda y, u, v: -1.0, rule="Difference rule"
)
multiply: Primitive = _operator(
    "multiply",
    "*",
    3,
    np.multiply,
    lambda y, u, v: v,
    lambda y, u, v: u,
    rule="Product rule",
    latex=r"{0} \cdot {1}",
)
divide: Primitive = _operator(
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
mod: Primitive = _operator(
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
floor_divide: Primitive = _operator(
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
negative: Primitive = _row(
    "negative",
    np.negative,
    lambda y, u: -1.0,
    rule="Constant multiple rule",
    latex="-{0}",
    source="-{0}",
    symbol="-",
    precedence=4,
)
power: Primitive = _operator(
    "power",
    "**",
    5,
    np.power,
    lambda y, u, v: _zero_wins(v, u ** (v - 1.0)),
    lambda y, u, v: _zero_wins(y, log(u)),
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


exp: Primitive = _function(
    "exp", np.exp, lambda y, u: y, rule="Exponential rule", latex="{{e}}^{{{0}}}", inverse="log", precedence=5
)
expm1: Primitive = _function("expm1", np.expm1, lambda y, u: exp(u), rule="Exponential rule", inverse="log1p")
log: Primitive = _function(
    "log",
    np.log,
    lambda y, u: 1.0 / u,
    rule="Logarithm rule",
    latex=r"\ln\left({0}\right)",
    aliases=("ln",),
    inverse="exp",
    domain="the logarithm needs a number above 0",
)
log2: Primitive = _function(
    "log2",
    np.log2,
    lambda y, u: 1.0 / (u * LN_2),
    rule="Logarithm rule",
    latex=r"\log_{{2}}\left({0}\right)",
    domain="the logarithm needs a number above 0",
)
log10: Primitive = _function(
    "log10",
    np.log10,
    lambda y, u: 1.0 / (u * LN_10),
    rule="Logarithm rule",
    latex=r"\log_{{10}}\left({0}\right)",
    aliases=("lg",),
    domain="the logarithm needs a number above 0",
)
log1p: Primitive = _function(
    "log1p",
    np.log1p,
    lambda y, u: 1.0 / (1.0 + u),
    rule="Logarithm rule",
    latex=r"\ln\left(1+{0}\right)",
    inverse="expm1",
    domain="log1p needs a number above −1",
)
logaddexp: Primitive = _function(
    "logaddexp",
    np.logaddexp,
    lambda y, u, v: sigmoid(u - v),
    lambda y, u, v: sigmoid(v - u),
    rule="Logarithm rule",
    latex=r"\ln\left(e^{{{0}}}+e^{{{1}}}\right)",
    analytic=_logaddexp,
)
sqrt: Primitive = _function(
    "sqrt",
    np.sqrt,
    lambda y, u: 1.0 / (2.0 * y),
    rule="Root rule",
    latex=r"\sqrt{{{0}}}",
    domain="the square root needs a number that is not negative",
)
cbrt: Primitive = _function(
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
    return _function(name, compute, partial, **fields)


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
sec: Primitive = _reciprocal("sec", np.cos, lambda y, u: y * tan(u), domain="the secant needs cos ≠ 0")
csc: Primitive = _reciprocal(
    "csc", np.sin, lambda y, u: -y * cot(u), aliases=("cosec",), domain="the cosecant needs sin ≠ 0"
)
cot: Primitive = _reciprocal(
    "cot",
    np.tan,
    lambda y, u: -1.0 / sin(u) ** 2.0,
    aliases=("ctg", "cotg"),
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
atan2: Primitive = _function(
    "atan2",
    np.arctan2,
    lambda y, u, v: (v / hypot(u, v)) / hypot(u, v),
    lambda y, u, v: -(u / hypot(u, v)) / hypot(u, v),
    aliases=("arctan2",),
    analytic=_atan2,
)
hypot: Primitive = _function(
    "hypot",
    np.hypot,
    lambda y, u, v: u / y,
    lambda y, u, v: v / y,
    rule="Root rule",
    analytic=lambda u, v: np.sqrt(u * u + v * v),
)

# Hyperbolic functions ----------------------------------------------------------------------------

sinh: Primitive = _trigonometric("sinh", np.sinh, lambda y, u: cosh(u), inverse="asinh", aliases=("sh",))
cosh: Primitive = _trigonometric("cosh", np.cosh, lambda y, u: sinh(u), inverse="acosh", aliases=("ch",))
tanh: Primitive = _trigonometric(
    "tanh", np.tanh, lambda y, u: 1.0 / cosh(u) ** 2.0, inverse="atanh", aliases=("th",)
)
asinh: Primitive = _function(
    "asinh",
    np.arcsinh,
    lambda y, u: 1.0 / sqrt(1.0 + u**2.0),
    aliases=("arcsinh", "arsinh"),
    latex=r"\operatorname{{arsinh}}\left({0}\right)",
    inverse="sinh",
)
acosh: Primitive = _function(
    "acosh",
    np.arccosh,
    lambda y, u: 1.0 / sqrt((u - 1.0) * (u + 1.0)),
    aliases=("arccosh", "arcosh"),
    latex=r"\operatorname{{arcosh}}\left({0}\right)",
    inverse="cosh",
    domain="the inverse hyperbolic cosine needs a number of at least 1",
)
atanh: Primitive = _function(
    "atanh",
    np.arctanh,
    lambda y, u: 1.0 / ((1.0 - u) * (1.0 + u)),
    aliases=("arctanh", "artanh"),
    latex=r"\operatorname{{artanh}}\left({0}\right)",
    inverse="tanh",
    domain="the inverse hyperbolic tangent needs a number between −1 and 1",
)

# Pieces, steps and corners -----------------------------------------------------------------------


def _sign_of_real(value: Any) -> Any:
    if isinstance(value, float):
        return -1.0 if value < 0 else 1.0
    return np.where(np.real(value) < 0, -1.0, 1.0)


def _where(condition: Any, chosen: Any, otherwise: Any) -> Any:
    picked = np.where(np.not_equal(np.real(condition), 0.0), chosen, otherwise)
    return np.where(np.isnan(np.real(condition)), np.nan, picked)


absolute: Primitive = _function(
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
sign: Primitive = _function(
    "sign",
    np.sign,
    _no_slope,
    rule="Step function",
    jumps=lambda u: np.equal(u, 0.0),
    analytic=_step(np.sign),
)
floor: Primitive = _function(
    "floor",
    np.floor,
    _no_slope,
    rule="Step function",
    latex=r"\left\lfloor {0} \right\rfloor",
    jumps=_at_integer,
    analytic=_step(np.floor),
)
ceil: Primitive = _function(
    "ceil",
    np.ceil,
    _no_slope,
    rule="Step function",
    latex=r"\left\lceil {0} \right\rceil",
    jumps=_at_integer,
    analytic=_step(np.ceil),
)
rint: Primitive = _function(
    "round",
    np.rint,
    _no_slope,
    rule="Step function",
    jumps=lambda u: _at_integer(u - 0.5),
    analytic=_step(np.rint),
)
heaviside: Primitive = _function(
    "heaviside",
    lambda u: np.heaviside(u, 0.5),
    _no_slope,
    rule="Step function",
    latex=r"H\left({0}\right)",
    source="np.heaviside({0}, 0.5)",
    jumps=lambda u: np.equal(u, 0.0),
    analytic=lambda u: np.heaviside(np.real(u), 0.5),
)
maximum: Primitive = _function(
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
minimum: Primitive = _function(
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
clip: Primitive = _function(
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
where: Primitive = _function(
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


def _sigmoid(value: Any) -> Any:
    small = np.exp(-_sign_of_real(value) * value)
    if isinstance(value, float):
        return (small if value < 0 else 1.0) / (1.0 + small)
    return np.where(np.real(value) < 0, small, 1.0) / (1.0 + small)


def _relu(value: Any) -> Any:
    return np.where(np.real(value) > 0, value, 0.0 * value)


sigmoid: Primitive = _function(
    "sigmoid",
    _sigmoid,
    lambda y, u: sigmoid(u) * sigmoid(-u),
    rule="Derivative of the sigmoid",
    latex=r"\sigma\left({0}\right)",
    source="(1/(1 + np.exp(-({0}))))",
    aliases=("logistic", "sigma"),
    analytic=_sigmoid,
)
softplus: Primitive = _function(
    "softplus",
    lambda u: np.logaddexp(0.0, u),
    lambda y, u: sigmoid(u),
    source="np.logaddexp(0, {0})",
    analytic=lambda u: _relu(u) + np.log1p(np.exp(-_sign_of_real(u) * u)),
)
relu: Primitive = _function(
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
leaky_relu: Primitive = _function(
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
elu: Primitive = _function(
    "elu",
    lambda u: np.where(u > 0, u, np.expm1(np.minimum(u, 0.0))),
    lambda y, u: exp(minimum(u, 0.0)),
    rule="Derivative of ELU",
    latex=r"\operatorname{{ELU}}\left({0}\right)",
    source="np.where(({0}) > 0, {0}, np.expm1(np.minimum({0}, 0)))",
    analytic=lambda u: np.where(np.real(u) > 0, u, np.expm1(u)),
)
silu: Primitive = _function(
    "silu",
    lambda u: u * _sigmoid(u),
    lambda y, u: sigmoid(u) * (1.0 + u * sigmoid(-u)),
    rule="Derivative of SiLU",
    latex=r"\operatorname{{SiLU}}\left({0}\right)",
    source="(({0})/(1 + np.exp(-({0}))))",
    aliases=("swish",),
    analytic=lambda u: u * _sigmoid(u),
)
gelu: Primitive = _function(
    "gelu",
    lambda u: 0.5 * u * special.erfc(-u / SQRT_2),
    lambda y, u: 0.5 * erfc(-u / SQRT_2) + u * exp(-(u**2.0) / 2.0) / SQRT_TAU,
    rule="Derivative of GELU",
    latex=r"\operatorname{{GELU}}\left({0}\right)",
    source="(0.5*({0})*np.vectorize(math.erfc)(-({0})/np.sqrt(2)))",
)
erf: Primitive = _function(
    "erf",
    special.erf,
    lambda y, u: 2.0 * exp(-(u**2.0)) / SQRT_PI,
    rule="Derivative of the error function",
    source="np.vectorize(math.erf)({0})",
)
erfc: Primitive = _function(
    "erfc",
    special.erfc,
    lambda y, u: -2.0 * exp(-(u**2.0)) / SQRT_PI,
    rule="Derivative of the error function",
    source="np.vectorize(math.erfc)({0})",
)
gamma: Primitive = _function(
    "gamma",
    special.gamma,
    lambda y, u: y * digamma(u),
    rule="Derivative of the gamma function",
    latex=r"\Gamma\left({0}\right)",
    source="np.vectorize(math.gamma)({0})",
    domain="the gamma function has poles at 0, −1, −2, …",
)
lgamma: Primitive = _function(
    "lgamma",
    special.lgamma,
    lambda y, u: digamma(u),
    rule="Derivative of the gamma function",
    latex=r"\ln\left|\Gamma\left({0}\right)\right|",
    source="np.vectorize(math.lgamma)({0})",
    domain="the gamma function has poles at 0, −1, −2, …",
)
digamma: Primitive = _function(
    "digamma",
    lambda u: special.polygamma(0, u),
    lambda y, u: polygamma(1.0, u),
    rule="Derivative of the gamma function",
    latex=r"\psi\left({0}\right)",
    source="core.special.polygamma(0, {0})",
    domain="the gamma function has poles at 0, −1, −2, …",
)
polygamma: Primitive = _function(
    "polygamma",
    special.polygamma,
    lambda y, order, u: math.nan,
    lambda y, order, u: polygamma(order + 1.0, u),
    rule="Derivative of the gamma function",
    latex=r"{{\psi}}^{{\left({0}\right)}}\left({1}\right)",
    source="core.special.polygamma({0}, {1})",
    domain="the polygamma function needs a whole order and has poles at 0, −1, −2, …",
)
