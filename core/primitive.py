"""What a row of the table of operations is, and what a row can be applied to.

The rows themselves stand in :mod:`core.primitives`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

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


class Operand:
    """Anything other than a number that an operation can be applied to.

    A subclass defines :meth:`apply`; Python's operators and NumPy's universal functions then reach
    the rows of the table by themselves. Expressions build a larger expression, dual numbers carry a
    tangent along.
    """

    __slots__ = ()

    is_formula: ClassVar[bool] = False
    """Whether it is written for people to read rather than computed."""

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Apply `primitive` to `operands`, at least one of which is of this class."""
        raise NotImplementedError

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        primitive = BY_UFUNC.get(ufunc)
        if primitive is None or method != "__call__" or options:
            return NotImplemented
        return primitive(*inputs)

    def __add__(self, other: Any) -> Any:
        return PRIMITIVES["add"](self, other)

    def __radd__(self, other: Any) -> Any:
        return PRIMITIVES["add"](other, self)

    def __sub__(self, other: Any) -> Any:
        return PRIMITIVES["subtract"](self, other)

    def __rsub__(self, other: Any) -> Any:
        return PRIMITIVES["subtract"](other, self)

    def __mul__(self, other: Any) -> Any:
        return PRIMITIVES["multiply"](self, other)

    def __rmul__(self, other: Any) -> Any:
        return PRIMITIVES["multiply"](other, self)

    def __truediv__(self, other: Any) -> Any:
        return PRIMITIVES["divide"](self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return PRIMITIVES["divide"](other, self)

    def __pow__(self, other: Any) -> Any:
        return PRIMITIVES["power"](self, other)

    def __rpow__(self, other: Any) -> Any:
        return PRIMITIVES["power"](other, self)

    def __mod__(self, other: Any) -> Any:
        return PRIMITIVES["mod"](self, other)

    def __rmod__(self, other: Any) -> Any:
        return PRIMITIVES["mod"](other, self)

    def __floordiv__(self, other: Any) -> Any:
        return PRIMITIVES["floor_divide"](self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return PRIMITIVES["floor_divide"](other, self)

    def __neg__(self) -> Any:
        return PRIMITIVES["negative"](self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return PRIMITIVES["abs"](self)

    def __lt__(self, other: Any) -> Any:
        return PRIMITIVES["less"](self, other)

    def __le__(self, other: Any) -> Any:
        return PRIMITIVES["less_equal"](self, other)

    def __gt__(self, other: Any) -> Any:
        return PRIMITIVES["greater"](self, other)

    def __ge__(self, other: Any) -> Any:
        return PRIMITIVES["greater_equal"](self, other)


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


_WRITTEN_NAME = re.compile(r"\\(?:operatorname\{\{)?([A-Za-z0-9]+)(?:\}\})?\\left\(\{0\}")

PRIMITIVES: dict[str, Primitive] = {}
"""Every row by its name."""

BY_ALIAS: dict[str, Primitive] = {}
"""Every row by each name that a person may type."""

BY_UFUNC: dict[Any, Primitive] = {}
"""Rows by the NumPy universal function that computes them, so that NumPy code can be traced."""


def define_row(
    name: str, compute: Callable[..., Any], *partials: LocalDerivative, **fields: Any
) -> Primitive:
    """Enter a row in the table, under its name, its aliases and its universal function.

    Parameters
    ----------
    name, compute, partials, fields
        See :class:`Primitive`. The complex form of a universal function that has one need not be given.
    """
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


def define_operator(
    name: str,
    symbol: str,
    precedence: int,
    compute: Callable[..., Any],
    *partials: LocalDerivative,
    **fields: Any,
) -> Primitive:
    """Enter the row of an operator that stands between its operands; see :func:`define_row`."""
    fields.setdefault("latex", f"{{0}} {symbol} {{1}}")
    return define_row(
        name,
        compute,
        *partials,
        symbol=symbol,
        precedence=precedence,
        source=f"{{0}} {symbol} {{1}}",
        **fields,
    )


def define_function(
    name: str, compute: Callable[..., Any], *partials: LocalDerivative, **fields: Any
) -> Primitive:
    """Enter the row of a function that is called by its name; see :func:`define_row`.

    Its rule is named as formulas write the function: "Derivative of arctan", whatever people type.
    """
    places = ", ".join(f"{{{place}}}" for place in range(len(partials)))
    fields.setdefault("latex", rf"\operatorname{{{{{name}}}}}\left({places}\right)")
    written = _WRITTEN_NAME.match(fields["latex"])
    fields.setdefault("rule", f"Derivative of {written[1] if written else name}")
    if "source" not in fields:
        fields["source"] = f"np.{compute.__name__}({places})"
    return define_row(name, compute, *partials, **fields)
