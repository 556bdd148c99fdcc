"""What a step of a pass did, in words and in formulas with the numbers filled in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from core.expression import Apply, Constant, Expression, Variable
from core.scenes.backprop_graph import CONSTANT, INPUT, OPERATION, Graph, GraphNode, named_operands
from core.scenes.backprop_passes import FORWARD, Passes, Progress
from core.scenes.state import expression_of

INK, VALUE, GRADIENT = "ink", "value", "gradient"
"""Roles of a term, which decide its colour."""


@dataclass(frozen=True)
class Term:
    """A piece of a formula in one colour: LaTeX or a number.

    Attributes
    ----------
    role
        ``"ink"``, ``"value"`` (forward) or ``"gradient"`` (backward).
    latex
        The piece, or empty for a number.
    number
        The number, or None.
    is_factor
        Whether the number is written short (2, 0.5), and in brackets where it is negative.
    """

    role: str
    latex: str = ""
    number: float | None = None
    is_factor: bool = False


Line = tuple[Term, ...]

EQUALS, TIMES, PLUS, ADDS = (Term(INK, latex) for latex in ("=", r"\cdot", "+", "{+}{=}"))


@dataclass(frozen=True)
class Narration:
    """What stands in the strip under the graph.

    Attributes
    ----------
    title, short_title
        A sentence, and its beginning for small windows.
    role
        Colour of the dot before it.
    lines
        Formulas, side by side.
    """

    title: str
    short_title: str
    role: str
    lines: tuple[Line, ...]


def derivative_of(graph: Graph, node: GraphNode) -> str:
    """LaTeX of the derivative of the output for a node."""
    return rf"\frac{{{{\partial}} {graph.letter}}}{{{{\partial}} {node.latex}}}"


def narrate_step(formula: str, graph: Graph, passes: Passes, progress: Progress) -> Narration:
    """Say what the present step did."""
    if progress.current < 0:
        lines = tuple(
            (Term(INK, node.latex), EQUALS, Term(VALUE, number=passes.values[index]))
            for index, node in enumerate(graph.nodes)
            if node.kind == INPUT
        )
        return Narration("The inputs have their values", "Inputs", INK, lines)
    node = graph.nodes[progress.current]
    short = f"Node {node.title}"
    if obstacle := _obstacle(graph, passes, progress.current, progress.direction):
        role = VALUE if progress.direction == FORWARD else GRADIENT
        return Narration(f"{short} {obstacle}", short, role, ())
    if progress.direction == FORWARD:
        calculation = _calculation(formula, graph, passes, progress.current)
        rules = _rules(graph, passes, progress.current, with_numbers=True)
        return Narration(f"{short} computes its value", short, VALUE, (calculation, *rules))
    return Narration(
        f"{short} passes the gradient back", short, GRADIENT, tuple(_shares(graph, passes, progress.current))
    )


def narrate_node(formula: str, graph: Graph, passes: Passes, progress: Progress, selected: int) -> Narration:
    """Say by which rule a selected node works, with the numbers that the passes have reached."""
    node = graph.nodes[selected]
    if node.kind == CONSTANT:
        return Narration(f"Constant {node.title}: no gradient is wanted for it", "Constant", INK, ())
    total = tuple(_total(graph, passes, progress, selected))
    if node.kind == INPUT:
        value = (Term(INK, node.latex), EQUALS, Term(VALUE, number=passes.values[selected]))
        return Narration(f"Input {node.title}", f"Input {node.title}", INK, (value, *total))
    short = f"Node {node.title}"
    computed = progress.computed[selected]
    name = (Term(INK, node.latex), EQUALS, Term(INK, _in_letters(formula, graph, selected).latex()))
    if computed and (obstacle := _obstacle(graph, passes, selected, FORWARD)):
        return Narration(f"{short} {obstacle}", short, INK, (name,))
    rules = tuple(_rules(graph, passes, selected, with_numbers=computed))
    lines = (_calculation(formula, graph, passes, selected) if computed else name, *rules, *total)
    return Narration(f"{short}: {node.rule[:1].lower()}{node.rule[1:]}", short, INK, lines)


def _obstacle(graph: Graph, passes: Passes, index: int, direction: str) -> str:
    """Say why a node has no value, or hands nothing back, in place of a calculation with none."""
    if math.isnan(passes.values[index]):
        domain = graph.nodes[_origin(graph, passes, index)].domain
        return f"is not defined: {domain}" if domain else "is not defined"
    shares = [passes.shares[edge] for edge in graph.incoming[index] if graph.edges[edge].active]
    if direction != FORWARD and shares and all(map(math.isnan, shares)):
        return f"has no gradient to pass back. {passes.remark}".rstrip(" .")
    return ""


def _origin(graph: Graph, passes: Passes, index: int) -> int:
    """Find the node at which a value is lost that is missing at this one."""
    while True:
        sources = (graph.edges[edge].source for edge in graph.incoming[index])
        before = next((source for source in sources if math.isnan(passes.values[source])), -1)
        if before < 0:
            return index
        index = before


def _calculation(formula: str, graph: Graph, passes: Passes, index: int) -> Line:
    """Write the operation in letters, with numbers, and its value: p = σ(z) = σ(1.1) = 0.7503."""
    node = graph.nodes[index]
    numbers = {}
    for edge in (graph.edges[i] for i in graph.incoming[index]):
        if edge.active:
            numbers[edge.operand] = passes.values[edge.source]
    expression = expression_of(formula).nodes[node.line]
    assert isinstance(expression, Apply)
    filled = Apply(
        expression.primitive,
        *(
            Constant(_rounded(numbers[place])) if place in numbers else operand
            for place, operand in enumerate(expression.operands)
        ),
    )
    letters = _in_letters(formula, graph, index)
    return (
        Term(INK, node.latex),
        EQUALS,
        Term(INK, letters.latex()),
        EQUALS,
        Term(VALUE, filled.latex()),
        EQUALS,
        Term(VALUE, number=passes.values[index]),
    )


def _in_letters(formula: str, graph: Graph, index: int) -> Expression:
    node = graph.nodes[index]
    expression = expression_of(formula).nodes[node.line]
    if isinstance(expression, Variable) or node.kind != OPERATION:
        return expression
    assert isinstance(expression, Apply)
    letters = {
        graph.edges[i].operand: graph.nodes[graph.edges[i].source].name
        for i in graph.incoming[index]
        if graph.edges[i].active
    }
    return Apply(expression.primitive, *named_operands(expression, letters))


def _rounded(value: float) -> float:
    if not math.isfinite(value) or value == 0.0:
        return value
    return round(value, 4) if 1e-3 <= abs(value) < 1e6 else float(f"{value:.3g}")


def _rules(graph: Graph, passes: Passes, index: int, *, with_numbers: bool) -> Iterator[Line]:
    """Local derivatives: ∂p/∂z = p(1 − p) = 0.1874."""
    for edge_index in graph.incoming[index]:
        edge = graph.edges[edge_index]
        if edge.active and edge.lane == 0:
            value = Term(VALUE, number=passes.locals[edge_index], is_factor=True)
            rule = (Term(INK, edge.derivative), EQUALS, Term(INK if edge.is_number else VALUE, edge.rule))
            known = with_numbers and not edge.is_number and not math.isnan(passes.locals[edge_index])
            yield (*rule, EQUALS, value) if known else rule


def _shares(graph: Graph, passes: Passes, index: int) -> Iterator[Line]:
    """Write what a node hands back to its operands: ∂L/∂w = ∂L/∂u · x = −0.0936 · 2 = −0.1872."""
    node = graph.nodes[index]
    for edge_index in graph.incoming[index]:
        edge = graph.edges[edge_index]
        if not edge.active or math.isnan(passes.shares[edge_index]):
            continue
        source = graph.nodes[edge.source]
        forks = len(graph.outgoing[edge.source]) > 1
        yield (
            Term(GRADIENT, derivative_of(graph, source)),
            ADDS if forks else EQUALS,
            Term(GRADIENT, derivative_of(graph, node)),
            TIMES,
            Term(INK, _bracketed(edge.rule)),
            EQUALS,
            Term(GRADIENT, number=passes.gradients[index]),
            TIMES,
            Term(VALUE, number=passes.locals[edge_index], is_factor=True),
            EQUALS,
            Term(GRADIENT, number=passes.shares[edge_index]),
        )


def _bracketed(rule: str) -> str:
    """Put a sum or a signed number into brackets, so that it can be a factor."""
    is_sum = any(sign in rule.partition(r"\left(")[0] for sign in (" + ", " - "))
    if rule.startswith("-"):
        return rf"\left({{{rule}}}\right)"
    return rf"\left({rule}\right)" if is_sum else rule


def _total(graph: Graph, passes: Passes, progress: Progress, index: int) -> Iterator[Line]:
    """Write the gradient for a node with the shares that it is the sum of."""
    if not progress.complete[index]:
        return
    derivative = Term(GRADIENT, derivative_of(graph, graph.nodes[index]))
    shares = [passes.shares[edge] for edge in graph.outgoing[index]]
    terms: list[Term] = [derivative, EQUALS]
    if 1 < len(shares) <= 4 and not math.isnan(passes.gradients[index]):
        for place, share in enumerate(shares):
            terms += [PLUS] if place else []
            terms.append(Term(GRADIENT, number=share, is_factor=True))
        terms.append(EQUALS)
    yield (*terms, Term(GRADIENT, number=passes.gradients[index]))
