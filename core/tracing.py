"""From Python code to a formula: a function is called once with letters in the place of numbers.

The letters are :class:`Traced` expressions. They take part in Python's operators and NumPy's functions and
remember what was done with them; where Python wants a number to decide or to compute with, they say what to
write instead.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from core.expression import Apply, Constant, Expression, Variable, as_expression
from core.primitives import BY_UFUNC, PI, PRIMITIVES, Primitive


def _row(name: str) -> Callable[..., Any]:
    return lambda *operands: PRIMITIVES[name](*operands)


def _clip(value: Any, low: Any = None, high: Any = None, **bounds: Any) -> Any:
    low, high = bounds.pop("min", low), bounds.pop("max", high)
    if bounds or (low is None and high is None):
        raise TypeError("np.clip is traced as np.clip(x, low, high) only")
    if low is None or high is None:
        return PRIMITIVES["max"](value, low) if high is None else PRIMITIVES["min"](value, high)
    return PRIMITIVES["clip"](value, low, high)


def _where(condition: Any, *chosen: Any) -> Any:
    if len(chosen) != 2:
        raise TypeError("np.where is traced as np.where(condition, a, b) only")
    return PRIMITIVES["where"](condition, *chosen)


def _heaviside(value: Any, at_zero: Any) -> Any:
    step = PRIMITIVES["heaviside"](value)
    if not isinstance(at_zero, Expression) and at_zero == 0.5:
        return step
    return PRIMITIVES["where"](PRIMITIVES["equal"](value, 0.0), at_zero, step)


NUMPY_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.clip: _clip,
    np.sinc: _row("sinc"),
    np.heaviside: _heaviside,
    np.square: lambda value: value**2.0,
    np.reciprocal: lambda value: 1.0 / value,
    np.exp2: lambda value: 2.0**value,
    np.positive: lambda value: value,
    np.fabs: _row("abs"),
    np.float_power: _row("power"),
    np.deg2rad: lambda value: value * PI / 180.0,
    np.radians: lambda value: value * PI / 180.0,
    np.rad2deg: lambda value: value * 180.0 / PI,
    np.degrees: lambda value: value * 180.0 / PI,
}
"""NumPy's functions that are no row of the table, written with its rows."""


class Traced(Expression):
    """A value of a function while it is traced.

    Attributes
    ----------
    expression
        The formula that computes it.
    """

    expression: Expression

    def __new__(cls, expression: Expression) -> Traced:
        """Wrap an expression."""
        traced = super().__new__(cls)
        traced.expression = expression
        traced.operands = (expression,)
        traced.varies = expression.varies
        return traced

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Traced:
        """Build the formula of `primitive` applied to `operands`."""
        return Traced(Apply(primitive, *(as_expression(operand) for operand in operands)))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__":
            raise TypeError(f"np.{ufunc.__name__}.{method} works on arrays; a formula is one number")
        if options:
            raise TypeError(f"np.{ufunc.__name__} is traced without options, not with {', '.join(options)}")
        written = NUMPY_FUNCTIONS.get(ufunc) or BY_UFUNC.get(ufunc)
        if written is None:
            _refuse(ufunc.__name__)
        return written(*inputs)

    def __array_function__(self, function: Any, _types: Any, operands: Any, options: Any) -> Any:
        written = NUMPY_FUNCTIONS.get(function)
        if written is None:
            _refuse(function.__name__)
        return written(*operands, **options)

    def __eq__(self, other: object) -> Any:
        return PRIMITIVES["equal"](self, other)

    def __ne__(self, other: object) -> Any:
        return PRIMITIVES["not_equal"](self, other)

    __hash__ = Expression.__hash__

    def __bool__(self) -> bool:
        raise TypeError(
            "while a function is traced, its arguments are letters and decide nothing. Instead of if, and, "
            "or, not, min and max write np.where(condition, a, b), np.minimum and np.maximum"
        )

    def __float__(self) -> float:
        raise TypeError(
            "while a function is traced, its arguments are letters, not numbers: instead of math's functions "
            "use NumPy's, such as np.sin for math.sin"
        )


def _refuse(name: str) -> NoReturn:
    raise TypeError(
        f"np.{name} cannot be traced: use operators, np.where, np.clip, and NumPy's universal functions that "
        "a formula has, such as np.sin"
    )


def traced(function: Callable[..., Any]) -> Expression:
    """Call a function with letters, and return the formula of what it returns; see :func:`core.trace`."""
    if not callable(function) or isinstance(function, type):
        raise TypeError(f"trace takes a Python function, not {_kind(function)}; text is for parse")
    positional, named = _letters(function)
    result = function(*map(Traced, positional), **{name: Traced(letter) for name, letter in named.items()})
    try:
        return _as_typed(as_expression(result))
    except TypeError:
        raise TypeError(
            f"the function returned {_kind(result)}, which is no formula: return one number, made of the "
            "arguments with operators and NumPy's functions"
        ) from None


def _kind(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return "nothing" if value is None else f"an object of type {type(value).__name__}"


def _letters(function: Callable[..., Any]) -> tuple[list[Variable], dict[str, Variable]]:
    """Make a letter of each parameter without a default: those given by position, and by name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        raise TypeError(
            f"the parameters of {function!r} are not known: wrap it, as in lambda x: function(x)"
        ) from None
    positional: list[Variable] = []
    named: dict[str, Variable] = {}
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            raise TypeError(
                f"*{parameter.name} has no fixed number of letters: wrap the function, as in "
                "lambda x, y: function(x, y)"
            )
        if parameter.kind is parameter.VAR_KEYWORD or parameter.default is not parameter.empty:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = _letter(parameter.name)
        else:
            positional.append(_letter(parameter.name))
    return positional, named


def _letter(name: str) -> Variable:
    """Read a parameter's name as the parser reads it, for a formula's text is to be read back."""
    from core.parser import parse  # the parser makes expressions, so it is loaded after them
    from core.tokens import ParseError

    try:
        letter = parse(name)
    except ParseError:
        letter = None
    if isinstance(letter, Variable):
        return letter
    raise TypeError(
        f"the parameter {name} cannot be a letter of a formula: name it by one letter or the name of a Greek "
        "one, if you like with digits or a subscript, as x, lam, w1 or w_out"
    )


def _as_typed(expression: Expression) -> Expression:
    """Leave out the wrappers that were built into other expressions, and write numbers as the parser does.

    It reads −2 as the number 2 with a sign.
    """

    def visit(node: Expression, operands: tuple[Expression, ...]) -> Expression:
        if isinstance(node, Traced):
            return operands[0]
        if isinstance(node, Constant) and math.copysign(1.0, node.value) < 0.0:
            return Apply(PRIMITIVES["negative"], Constant(-node.value))
        return Apply(node.primitive, *operands) if isinstance(node, Apply) else node

    return expression.fold(visit)
