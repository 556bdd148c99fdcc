"""The immutable expression tree.

An expression is a constant, a variable, or a primitive applied to expressions. Equal expressions are
the *same object* (they are interned when they are built), so a shared subexpression is stored,
evaluated and differentiated once, and comparing two of them costs nothing. Every walk over a tree is a
loop over :attr:`Expression.nodes`, operands first, so depth is no danger.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, final

import numpy as np
from numpy.typing import NDArray

from core.interning import Interned
from core.primitives import NamedFloat, Operand, Primitive, quiet

if TYPE_CHECKING:
    from core.program import Program
    from core.program_floats import FloatFunction

Result = TypeVar("Result")

GREEK: dict[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lam": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ",
    "sigma": "σ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
"""Greek letters by the names that stand for them in typed text (λ is ``lam``, as in NumPy code)."""


class Expression(Operand):
    r"""A formula; build one with :func:`core.parse`, :func:`trace`, or Python operators.

    Attributes
    ----------
    operands
        The expressions that this one is made of; empty for constants and variables.
    varies
        Whether a variable is in it: only then has it derivatives.

    Examples
    --------
    >>> from core.parser import parse
    >>> f = parse("3 x^2 + sin(x y)")
    >>> print(f.names, f.evaluate({"x": 2.0, "y": 0.0}), f.latex())
    ('x', 'y') 12.0 3 {x}^{2} + \sin\left(x y\right)
    >>> print(f.substitute({"y": 2}) * 5)
    (3*x**2 + sin(x*2))*5

    Equal formulas are one object, and a subexpression that occurs twice is stored once:

    >>> parse("sin(x) + 1") is np.sin(parse("x")) + 1, len(parse("sin(x)*sin(x)").nodes)
    (True, 3)
    """

    is_formula = True
    operands: tuple[Expression, ...] = ()
    varies: bool = False

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Expression:
        """Build the expression of `primitive` applied to `operands`, numbers among them made constants."""
        return Apply(primitive, *(as_expression(operand) for operand in operands))

    def __bool__(self) -> bool:
        raise TypeError("a formula has no truth value of its own; use where(condition, a, b)")

    @cached_property
    def nodes(self) -> tuple[Expression, ...]:
        """Each different subexpression once, operands before what is made of them, this one last."""
        order: dict[Expression, None] = {}
        stack: list[Expression] = [self]
        while stack:
            node = stack[-1]
            for operand in node.operands:
                if operand not in order:
                    stack.append(operand)
                    break
            else:
                order[node] = None
                stack.pop()
        return tuple(order)

    @cached_property
    def operand_places(self) -> tuple[tuple[int, ...], ...]:
        """For each of the nodes, where its operands stand among them."""
        places = {node: place for place, node in enumerate(self.nodes)}
        return tuple([tuple([places[operand] for operand in node.operands]) for node in self.nodes])

    @cached_property
    def activity(self) -> tuple[bool, ...]:
        """For each of the nodes, whether a variable is in it."""
        return tuple([node.varies for node in self.nodes])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Free letters, in order of appearance."""
        return tuple([node.name for node in self.nodes if isinstance(node, Variable)])

    def fold(self, visit: Callable[[Expression, tuple[Result, ...]], Result]) -> Result:
        """Compute a result for each node from the results of its operands, and return this one's."""
        results: dict[Expression, Result] = {}
        for node in self.nodes:
            results[node] = visit(node, tuple(results[operand] for operand in node.operands))
        return results[self]

    def evaluate(self, values: Mapping[str, Any] | None = None) -> Any:
        """Compute the formula with NumPy.

        Parameters
        ----------
        values
            A real number or array for each name; arrays broadcast. Further names only take part in the
            broadcasting.

        Returns
        -------
        float or ndarray
            float64 of the broadcast shape; NaN outside the domain, ±inf on overflow, without warnings.

        Raises
        ------
        TypeError
            If `values` does not map names to numbers.
        ValueError
            If a name has no value, a value is not made of real numbers, or the shapes don't broadcast.

        Examples
        --------
        >>> from core.parser import parse
        >>> parse("sqrt(x)").evaluate({"x": np.array([4.0, -1.0])})
        array([ 2., nan])
        """
        given = {} if values is None else values
        if type(given) is not dict:
            require_named("values", given)
        return self.program.compute(given)[0]

    def primals(self, arrays: Mapping[str, Any]) -> list[Any]:
        """Compute the value of each of the nodes from float64 numbers and arrays, without checks."""
        primals: list[Any] = []
        with quiet():
            for node, places in zip(self.nodes, self.operand_places, strict=True):
                if isinstance(node, Apply):
                    primals.append(node.primitive.compute(*[primals[place] for place in places]))
                else:
                    primals.append(
                        arrays[node.name] if isinstance(node, Variable) else node.evaluate_constant()
                    )
        return primals

    def evaluate_carefully(self, values: Mapping[str, Any]) -> Any:
        """Compute the stable form node by node, each by its row of the table.

        Parameters
        ----------
        values
            A float64 or float64 array for each name.
        """
        return self.stable_form.primals(values)[-1]

    @cached_property
    def stable_form(self) -> Expression:
        """A formula of the same value in which nothing cancels; it is computed in the place of this one."""
        from core.stable import stable  # the table of stable forms is made of expressions

        return stable(self)

    @cached_property
    def program(self) -> Program:
        """The formula, compiled when it is first evaluated."""
        from core.program import value_program  # programs are made of expressions, so they are loaded later

        return value_program(self)

    @cached_property
    def gradient_program(self) -> Program | None:
        """The formula and its partial derivatives, compiled when they are first needed.

        None if the derivative passes through a jump, which the tape looks after.
        """
        from core.autodiff import value_and_derivatives
        from core.program import gradient_program

        return gradient_program(self, lambda values: value_and_derivatives(self, values))

    @cached_property
    def hessian_program(self) -> FloatFunction | None:
        """The formula, its first and its second derivatives, compiled when they are first needed.

        None if a derivative passes through a jump, which the tape looks after.
        """
        from core.program_hessian import hessian_program

        return hessian_program(self)

    def evaluate_constant(self) -> Any:
        """Value of a constant as NumPy wants it; only constants have one."""
        raise TypeError(f"{self} is no constant")

    def substitute(self, replacements: Mapping[str, Any]) -> Expression:
        """Put expressions or numbers in the place of names."""
        swapped = {name: as_expression(value) for name, value in replacements.items()}

        def visit(node: Expression, operands: tuple[Expression, ...]) -> Expression:
            if isinstance(node, Apply):
                return Apply(node.primitive, *operands)
            return swapped.get(node.name, node) if isinstance(node, Variable) else node

        return self.fold(visit)

    def depends_on(self, name: str) -> bool:
        """Tell whether the letter `name` occurs."""
        return name in self.names

    def latex(self, names: Mapping[str, str] | None = None, *, inline: bool = False) -> str:
        """LaTeX of the formula.

        Parameters
        ----------
        names
            How single variables are written, where they are not written as themselves.
        inline
            Whether quotients are written with a slash, so that the formula stays on one level.
        """
        from core import printing  # printing reads expressions, so it is loaded after them

        return printing.latex(self, names or {}, inline=inline)

    def python(self) -> str:
        """NumPy source of the formula.

        It needs ``import math``, ``import numpy as np``, and for polygamma functions ``import core.special``.
        """
        from core import printing

        return printing.python(self)

    def __str__(self) -> str:
        from core import printing

        return printing.text(self)

    def __repr__(self) -> str:
        return f"<Expression {self}>"


@final
class Constant(Expression):
    """A number, with the name it is written by if it has one (π, e)."""

    value: float
    _number: np.float64

    def __new__(cls, value: float) -> Constant:
        """Return the one constant of this value and name."""
        key = (float(value).hex(), value.text if isinstance(value, NamedFloat) else "")
        found = _constants.get(key)
        if found is not None:
            return found
        node = super().__new__(cls)
        node.value = value if isinstance(value, NamedFloat) else float(value)
        node._number = np.float64(value)
        return _constants.add(key, node)

    def evaluate_constant(self) -> Any:
        """Value as a float64, which NumPy handles faster than a Python float's subclass."""
        return self._number

    def __reduce__(self) -> Any:
        return Constant, (self.value,)


@final
class Variable(Expression):
    """A letter (or a letter with a digit or subscript) that stands for a number."""

    name: str
    varies = True

    def __new__(cls, name: str) -> Variable:
        """Return the one variable of this name."""
        found = _variables.get(name)
        if found is not None:
            return found
        node = super().__new__(cls)
        node.name = name
        return _variables.add(name, node)

    def __reduce__(self) -> Any:
        return Variable, (self.name,)


@final
class Apply(Expression):
    """A primitive applied to as many expressions as it takes."""

    primitive: Primitive

    def __new__(cls, primitive: Primitive, *operands: Expression) -> Apply:
        """Return the one expression of this primitive and these operands."""
        if len(operands) != len(primitive.partials):
            raise ValueError(f"{primitive.name} takes {primitive.arity} operands, not {len(operands)}")
        key = (primitive, operands)
        found = _applications.get(key)
        if found is not None:
            return found
        node = super().__new__(cls)
        node.primitive = primitive
        node.operands = operands
        node.varies = any([operand.varies for operand in operands])
        return _applications.add(key, node)

    def __reduce__(self) -> Any:
        return _rebuild, (self.primitive.name, self.operands)


_constants: Interned[Constant] = Interned()
_variables: Interned[Variable] = Interned()
_applications: Interned[Apply] = Interned()


def _rebuild(name: str, operands: tuple[Expression, ...]) -> Apply:
    from core.primitives import PRIMITIVES

    return Apply(PRIMITIVES[name], *operands)


def as_expression(value: Any) -> Expression:
    """Make an expression of a number; leave an expression as it is."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, (int, float, np.integer, np.floating)):
        return Constant(value if isinstance(value, NamedFloat) else float(value))
    raise TypeError(f"a formula is made of numbers and expressions, not of {type(value).__name__}")


def require_expression(expression: Any) -> None:
    """Raise a TypeError unless it is an expression."""
    if not isinstance(expression, Expression):
        raise TypeError(
            f"a derivative is taken of an expression, not of {type(expression).__name__}: make one of text "
            "with parse, of a Python function with trace"
        )


def require_named(what: str, values: Any) -> None:
    """Raise a TypeError unless `values` gives names their numbers."""
    if type(values) is not dict and not isinstance(values, Mapping):
        raise TypeError(
            f"{what} must give each name its number, as {{'x': 1.0}}; {type(values).__name__} does not"
        )


def real_values(values: Mapping[str, Any], needed: Iterable[str]) -> dict[str, Any]:
    """Check the numbers that names stand for and make them float64.

    Raises
    ------
    TypeError
        If `values` does not map names to numbers.
    ValueError
        If a needed name is missing, or a value is not made of real numbers.
    """
    require_named("values", values)
    missing = [name for name in needed if name not in values]
    if missing:
        raise ValueError(f"no value for {', '.join(missing)}: give one as {{{missing[0]!r}: 1.0}}")
    arrays: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, float):
            arrays[name] = np.float64(value)
            continue
        array = _as_array(name, value)
        if array.dtype.kind not in "fiub":
            raise ValueError(f"{name} must be a real number or an array of them, not {array.dtype}")
        arrays[name] = array.astype(np.float64)[()]
    return arrays


def _as_array(name: str, value: Any) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a real number or an array of them: the lists in it are not all of one length"
        ) from None


def broadcast_result(result: Any, values: Iterable[Any]) -> Any:
    """Give a result the common shape of the values it was computed from; a scalar becomes a float."""
    if isinstance(result, float) and all(isinstance(value, float) for value in values):
        return float(result)
    shape = np.broadcast_shapes(np.shape(result), *(np.shape(value) for value in values))
    if shape == ():
        return float(result)
    array = np.asarray(result, dtype=np.float64)
    return array if array.shape == shape else np.broadcast_to(array, shape).copy()


def trace(function: Callable[..., Any]) -> Expression:
    """Turn a Python function written with operators and NumPy's universal functions into a formula.

    Parameters
    ----------
    function
        Called once, with a letter for each parameter that has no default; a parameter with a default keeps
        it. ``np.where``, ``np.clip`` and comparisons are traced too, ``==`` and ``!=`` among them.

    Raises
    ------
    TypeError
        If it uses something else, such as ``if`` or `math`'s functions; if it does not return one number;
        or if a parameter's name is none that a formula's text can have for a letter.

    Examples
    --------
    >>> print(trace(lambda x, y: np.sin(x) * y**2))
    sin(x)*y**2
    >>> print(trace(lambda w, b=0.5: np.where(w > 0, w, 0.1 * w) + b))
    where(w > 0, w, 0.1*w) + 0.5
    """
    from core.tracing import traced  # tracing makes expressions, so it is loaded after them

    return traced(function)


def is_whole(value: float) -> bool:
    """Tell whether a number is a whole number that a double holds exactly."""
    return math.isfinite(value) and value == math.floor(value) and abs(value) < 2.0**53
