"""Symbolic differentiation as a tree of named rule steps.

Each step differentiates one piece of the formula by one textbook rule, from the local derivatives in
the table of primitives and the derivatives of the piece's own operands (the chain rule).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from core.expression import Apply, Constant, Expression, Variable, as_expression, require_expression
from core.primitives import add, divide, multiply, negative, power, subtract, where
from core.simplify import ONE, ZERO, Tidied, simplify

CONSTANT_RULE = "Constant rule"
VARIABLE_RULE = "Derivative of the variable"
CONSTANT_MULTIPLE_RULE = "Constant multiple rule"
CHAIN_RULE = "Chain rule"
POWER_RULE = "Power rule"
EXPONENTIAL_RULE = "Exponential rule"
GENERAL_POWER_RULE = "General power rule"

GENERIC_LATEX = {
    "Sum rule": r"{\left(u + v\right)}' = u' + v'",
    "Difference rule": r"{\left(u - v\right)}' = u' - v'",
    "Product rule": r"{\left(u \, v\right)}' = u' v + u \, v'",
    "Quotient rule": r"{\left(\frac{u}{v}\right)}' = \frac{u' v - u \, v'}{{v}^{2}}",
}
"""Rules that are shown in letters, because written out they would repeat the whole formula."""


@dataclass(frozen=True)
class Step:
    """One application of one rule.

    Attributes
    ----------
    rule
        Textbook name of the rule.
    piece
        The subexpression that the rule is applied to.
    name
        The letter that it is differentiated for.
    parts
        The steps that differentiate the operands of the piece, in their order; a constant operand has one
        too, by the constant rule.
    raw
        The derivative as the rule gives it, before tidying.
    derivative
        The same derivative, tidied.
    """

    rule: str
    piece: Expression
    name: str
    parts: tuple[Step, ...]
    raw: Expression
    derivative: Expression

    @property
    def is_trivial(self) -> bool:
        """Whether the result needs no explanation: constants, the variable, multiples of it."""
        return not self.derivative.depends_on(self.name) and self.rule not in (CHAIN_RULE, POWER_RULE)

    def latex(self, tidied: Tidied | None = None) -> str:
        """One line of LaTeX: the piece primed = the rule applied, inner derivatives still primed.

        Steps of one derivation that share `tidied` tidy what they have in common once.
        """
        if self.rule in GENERIC_LATEX and not all(part.is_trivial for part in self.parts):
            return GENERIC_LATEX[self.rule]
        return f"{_primed(self.piece)} = {self._applied(tidied)}"

    def _applied(self, tidied: Tidied | None) -> str:
        if not isinstance(self.piece, Apply) or all(part.is_trivial for part in self.parts):
            if self.rule in (CHAIN_RULE, EXPONENTIAL_RULE):
                inner = [part.derivative.latex(inline=True) for part in self.parts]
                return self._applied_with(inner, tidied)
            return self.derivative.latex(inline=True)
        if self.rule in (CONSTANT_MULTIPLE_RULE, GENERAL_POWER_RULE, POWER_RULE, where.rule):
            return self.derivative.latex(inline=True)
        return self._applied_with(
            [
                part.derivative.latex(inline=True) if part.is_trivial else _primed(part.piece)
                for part in self.parts
            ],
            tidied,
        )

    def _applied_with(self, inner: list[str], tidied: Tidied | None) -> str:
        assert isinstance(self.piece, Apply)
        terms = []
        for index, part in enumerate(self.parts):
            if part.derivative is ZERO:
                continue
            local = simplify(_local_derivative(self.piece, index), tidied).latex(inline=True)
            terms.append(
                local if inner[index] == "1" else rf"{_grouped(local)} \cdot {_grouped(inner[index])}"
            )
        return " + ".join(terms)

    def walk(self) -> Iterator[Step]:
        """Yield this step and all below it that need an explanation, outermost first, each piece once.

        Constant multiples inside one another are one step, which a power rule inside explains alone.
        """
        seen: set[Expression] = set()
        queue = [self]
        while queue:
            step = queue.pop(0)
            if step.piece in seen or step.is_trivial:
                continue
            seen.add(step.piece)
            core = step._without_constant_multiples()
            merged = core is not step and core.rule == POWER_RULE
            yield replace(step, rule=POWER_RULE) if merged else step
            queue = ([] if merged else [core] if core is not step else list(step.parts)) + queue

    def _without_constant_multiples(self) -> Step:
        step = self
        while step.rule == CONSTANT_MULTIPLE_RULE:
            step = next(part for part in step.parts if part.rule != CONSTANT_RULE)
        return step


@dataclass(frozen=True)
class Derivation:
    """The derivative of a formula together with the way to it.

    Attributes
    ----------
    expression
        What was differentiated.
    name
        The letter it was differentiated for.
    steps
        The outermost rule step, the root of the tree.

    Examples
    --------
    >>> from core.parser import parse
    >>> derivation = differentiate(parse("3 sin(x^2)"), "x")
    >>> print(derivation.derivative)
    6*x*cos(x**2)
    >>> for step in derivation.explained():
    ...     print(step.rule, "of", step.piece, "gives", step.derivative)
    Constant multiple rule of 3*sin(x**2) gives 6*x*cos(x**2)
    Chain rule of sin(x**2) gives 2*x*cos(x**2)
    Power rule of x**2 gives 2*x
    """

    expression: Expression
    name: str
    steps: Step

    @property
    def derivative(self) -> Expression:
        """The tidy derivative."""
        return self.steps.derivative

    @property
    def raw(self) -> Expression:
        """The derivative as the rules give it, equal to the tidy one."""
        return self.steps.raw

    def explained(self) -> tuple[Step, ...]:
        """Return the steps worth showing, outermost first."""
        return tuple(self.steps.walk()) or (self.steps,)


def differentiate(expression: Expression, name: str) -> Derivation:
    """Differentiate a formula for one of its letters.

    Parameters
    ----------
    expression
        Any formula of the table's primitives.
    name
        The letter; one that does not occur gives the derivative 0.

    Raises
    ------
    TypeError
        If `expression` is no expression, or `name` is no text.

    Examples
    --------
    >>> from core.parser import parse
    >>> print(differentiate(parse("(x^2+1)^3"), "x").derivative)
    6*x*(x**2 + 1)**2
    """
    require_expression(expression)
    if not isinstance(name, str):
        raise TypeError(f"name must be that of a letter, as 'x', not {name!r}")
    return _derivation(expression, name)


@lru_cache(maxsize=64)
def _derivation(expression: Expression, name: str) -> Derivation:
    """Differentiate a formula once for all who ask."""
    tidied: Tidied = {}

    def visit(node: Expression, parts: tuple[Step, ...]) -> Step:
        rule = _rule(node, name)
        raw = _raw_derivative(node, name, rule, parts)
        return Step(rule, node, name, parts, raw, simplify(_combine(node, rule, parts, raw), tidied))

    return Derivation(expression, name, expression.fold(visit))


def _rule(node: Expression, name: str) -> str:
    if not node.depends_on(name):
        return CONSTANT_RULE
    if not isinstance(node, Apply):
        return VARIABLE_RULE
    row, operands = node.primitive, node.operands
    varying = [operand.depends_on(name) for operand in operands]
    if row is multiply and not all(varying):
        return CONSTANT_MULTIPLE_RULE
    if row is divide and not varying[1]:
        return CONSTANT_MULTIPLE_RULE
    if row is power:
        return _power_rule(operands[0], varying)
    if row.symbol or len(operands) > 1 or isinstance(operands[0], Variable):
        return row.rule
    return CHAIN_RULE


def _power_rule(base: Expression, varying: list[bool]) -> str:
    if all(varying):
        return GENERAL_POWER_RULE
    if varying[1]:
        return EXPONENTIAL_RULE
    return POWER_RULE if isinstance(base, Variable) else CHAIN_RULE


def _local_derivative(node: Apply, index: int) -> Expression:
    return as_expression(node.primitive.partials[index](node, *node.operands))


def _raw_derivative(node: Expression, name: str, rule: str, parts: tuple[Step, ...]) -> Expression:
    if rule == CONSTANT_RULE:
        return ZERO
    if rule == VARIABLE_RULE:
        return ONE
    assert isinstance(node, Apply)
    return _combine(node, rule, parts, None)


def _combine(node: Expression, rule: str, parts: tuple[Step, ...], raw: Expression | None) -> Expression:
    """Put the derivatives of the operands together: the raw ones, or the tidy ones to tidy further."""
    if not isinstance(node, Apply) or rule == CONSTANT_RULE:
        return raw if raw is not None else ZERO
    inner = [part.raw if raw is None else part.derivative for part in parts]
    if node.primitive is divide and rule != CONSTANT_MULTIPLE_RULE:
        return _quotient(node, inner)
    if node.primitive is where:
        return Apply(where, node.operands[0], inner[1], inner[2])
    return _chain(node, inner)


def _quotient(node: Apply, inner: list[Expression]) -> Expression:
    """(u/v)′ = (u′v − uv′)/v², or −uv′/v² where u is constant."""
    over, under = node.operands
    square = Apply(power, under, Constant(2.0))
    if inner[0] is ZERO:
        return Apply(divide, Apply(negative, Apply(multiply, over, inner[1])), square)
    difference = Apply(subtract, Apply(multiply, inner[0], under), Apply(multiply, over, inner[1]))
    return Apply(divide, difference, square)


def _chain(node: Apply, inner: list[Expression]) -> Expression:
    """Sum of local derivative times inner derivative over the operands that vary."""
    total: Expression | None = None
    for index, derivative in enumerate(inner):
        if derivative is ZERO:
            continue
        local = _local_derivative(node, index)
        if node.primitive in (add, subtract):
            total = derivative if total is None else Apply(node.primitive, total, derivative)
            if node.primitive is subtract and inner[0] is ZERO:
                total = Apply(negative, derivative)
            continue
        term = Apply(multiply, local, derivative)
        total = term if total is None else Apply(add, total, term)
    return ZERO if total is None else total


def _primed(piece: Expression) -> str:
    written = piece.latex(inline=True)
    return f"{written}'" if isinstance(piece, Variable) else rf"{{\left({written}\right)}}'"


def _grouped(latex: str) -> str:
    """Put brackets around what a product sign would tear apart."""
    depth = 0
    for position, character in enumerate(latex):
        depth += (character in "{(") - (character in "})")
        if depth == 0 and character in "+-" and (position or character == "-"):
            return rf"\left({latex}\right)"
    return latex
