"""The computation graph of a formula as it is drawn: nodes with letters and symbols, edges with rules.

Drawn nodes differ from the lines of the tape in two ways. What no letter is in counts as one constant,
drawn beside each of its consumers; and a constant exponent (or the base e) is part of the node's symbol.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core.expression import Apply, Constant, Expression, Variable, as_expression
from core.primitives import PRIMITIVES, E, less, power
from core.printing import name_latex
from core.scenes.graph_layout import Point, lay_out
from core.scenes.state import expression_of
from core.simplify import simplify

INPUT, CONSTANT, OPERATION = "input", "constant", "operation"

LETTERS = "uzpevsqrhgmtkdnc"
"""Names of intermediate values, in the order of the tape; more nodes than letters are v₁, v₂, …"""

OUTPUT_LETTERS = "LJEFQ"

_SYMBOLS = {
    "add": "+",
    "subtract": "-",
    "multiply": r"\times",
    "divide": r"\div",
    "negative": r"-(\,\cdot\,)",
    "mod": r"\bmod",
    "abs": r"|\cdot|",
    "where": r"\text{if}",
    "logaddexp": r"\ln\sum e",
    "power": r"{(\,\cdot\,)}^{(\cdot)}",
}


@dataclass(frozen=True)
class GraphNode:
    """A node of the drawn graph.

    Attributes
    ----------
    kind
        ``"input"``, ``"constant"`` or ``"operation"``.
    name, latex
        The letter that stands for its value, and its LaTeX; a constant has no letter, and its LaTeX is
        the number.
    symbol
        LaTeX of an operation's symbol.
    title
        The symbol in plain text, for sentences.
    rule
        Textbook name of an operation's differentiation rule.
    domain
        Sentence that says where the operation is defined, or empty.
    line
        Index of its line on the tape.
    order
        Place among the operations, in which the forward pass comes to them; −1 for leaves.
    place
        Column and row.
    """

    kind: str
    name: str
    latex: str
    symbol: str
    title: str
    rule: str
    domain: str
    line: int
    order: int
    place: Point


@dataclass(frozen=True)
class GraphEdge:
    """An operand of an operation.

    Attributes
    ----------
    source, target
        Indices of the nodes.
    operand
        Which operand of the target it is on the tape.
    lane, lanes
        Place among the edges between the same two nodes, and how many there are.
    bends
        Points that it passes through.
    active
        Whether a derivative flows through it: a letter is in the source.
    derivative, rule
        LaTeX of the local derivative, as a fraction of ∂ and in terms of the letters.
    is_number
        Whether the rule is a mere number.
    """

    source: int
    target: int
    operand: int
    lane: int
    lanes: int
    bends: tuple[Point, ...]
    active: bool
    derivative: str
    rule: str
    is_number: bool


@dataclass(frozen=True, eq=False)
class Graph:
    """The drawn graph of one formula, always the same object for the same formula.

    Attributes
    ----------
    nodes, edges
        Operands before consumers, the output last; edges by consumer and operand.
    operations
        Indices of the operations in the order of the tape.
    incoming, outgoing
        For each node, the indices of its edges.
    columns
        How many columns the layout has.
    letter
        LaTeX of the letter that the whole formula is called by, normally L.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    operations: tuple[int, ...]
    incoming: tuple[tuple[int, ...], ...]
    outgoing: tuple[tuple[int, ...], ...]
    columns: int
    letter: str

    @property
    def output(self) -> int:
        """Index of the node that the whole formula computes."""
        return len(self.nodes) - 1

    def index_of(self, name: str) -> int:
        """Index of the input `name`, or −1."""
        return next((i for i, node in enumerate(self.nodes) if node.kind == INPUT and node.name == name), -1)


@dataclass(frozen=True)
class _Drawn:
    """A node before it has a letter and a place."""

    kind: str
    expression: Expression
    operands: tuple[tuple[int, int], ...] = ()
    """For each drawn operand, the index of its node and its place among the operands on the tape."""


@lru_cache(maxsize=32)
def graph_of(formula: str) -> Graph:
    """Draw the graph of a valid formula."""
    expression = expression_of(formula)
    drawn = _drawn_nodes(expression)
    names = _letters(expression, drawn)
    layout = lay_out([[index for index, _ in node.operands] for node in drawn])
    line = {node: index for index, node in enumerate(expression.nodes)}
    nodes: list[GraphNode] = []
    operations: list[int] = []
    for index, node in enumerate(drawn):
        order = -1
        if node.kind == OPERATION:
            order = len(operations)
            operations.append(index)
        place = (float(layout.columns[index]), layout.rows[index])
        nodes.append(_node(node, names[index], line[node.expression], order, place))
    edges = tuple(_edges(drawn, names, layout.bends))
    return Graph(
        tuple(nodes),
        edges,
        tuple(operations),
        tuple(tuple(i for i, edge in enumerate(edges) if edge.target == node) for node in range(len(nodes))),
        tuple(tuple(i for i, edge in enumerate(edges) if edge.source == node) for node in range(len(nodes))),
        max(layout.columns) + 1,
        nodes[-1].latex if nodes[-1].kind == OPERATION else OUTPUT_LETTERS[0],
    )


def _drawn_nodes(expression: Expression) -> list[_Drawn]:
    drawn: list[_Drawn] = []
    index: dict[Expression, int] = {}
    for node in expression.nodes:
        if not node.varies:
            continue
        operands = []
        for place, operand in enumerate(node.operands):
            if operand.varies:
                operands.append((index[operand], place))
            elif not _in_symbol(node, place):
                drawn.append(_Drawn(CONSTANT, operand))
                operands.append((len(drawn) - 1, place))
        index[node] = len(drawn)
        kind = INPUT if isinstance(node, Variable) else OPERATION
        drawn.append(_Drawn(kind, node, tuple(operands)))
    return drawn or [_Drawn(CONSTANT, expression)]


def _in_symbol(node: Expression, place: int) -> bool:
    """Tell whether a constant operand is written in the symbol of the node: an exponent, the base e."""
    if not isinstance(node, Apply) or node.primitive is not power:
        return False
    operand = node.operands[place]
    return place == 1 or (isinstance(operand, Constant) and operand.value is E)


def _letters(expression: Expression, drawn: list[_Drawn]) -> list[str]:
    """Give each node a letter that is not taken by the formula; the output is L."""
    taken = set(expression.names)
    exponential = any(
        (isinstance(node, Constant) and node.value is E)
        or (isinstance(node, Apply) and node.primitive is PRIMITIVES["exp"])
        for node in expression.nodes
    )
    output = next(letter for letter in (*OUTPUT_LETTERS, "L_out") if letter not in taken)
    free = [letter for letter in LETTERS if letter not in taken and not (letter == "e" and exponential)]
    wanted = sum(node.kind == OPERATION for node in drawn) - 1
    if wanted > len(free):
        free = [name for name in (f"v{number}" for number in range(1, 2 * wanted + 1)) if name not in taken]
    letters = iter(free)
    names = []
    for node in drawn[:-1]:
        if isinstance(node.expression, Variable):
            names.append(node.expression.name)
        else:
            names.append(next(letters) if node.kind == OPERATION else "")
    last = drawn[-1].expression
    return [*names, last.name if isinstance(last, Variable) else output]


def _node(drawn: _Drawn, name: str, line: int, order: int, place: Point) -> GraphNode:
    expression = drawn.expression
    if isinstance(expression, Apply) and drawn.kind == OPERATION:
        row = expression.primitive
        return GraphNode(
            kind=OPERATION,
            name=name,
            latex=name_latex(name),
            symbol=_symbol(expression),
            title=_title(expression),
            rule=row.rule,
            domain=row.domain,
            line=line,
            order=order,
            place=place,
        )
    latex = name_latex(name) if drawn.kind == INPUT else expression.latex()
    return GraphNode(drawn.kind, name, latex, "", name or str(expression), "", "", line, order, place)


def _symbol(node: Apply) -> str:
    """LaTeX of an operation without its operands."""
    row = node.primitive
    if row is power and isinstance(node.operands[0], Constant) and node.operands[0].value is E:
        return r"{e}^{(\cdot)}"
    if row is power and not node.operands[1].varies:
        return rf"{{(\,\cdot\,)}}^{{{node.operands[1].latex()}}}"
    if row.name in _SYMBOLS:
        return _SYMBOLS[row.name]
    name, bracket, _ = row.latex.partition(r"\left({0}")
    if bracket and name and "{1}" not in name:
        return name.format()
    return row.latex.format(*[r"\cdot"] * row.arity)


def _title(node: Apply) -> str:
    """Return the symbol of an operation for use within a sentence."""
    row = node.primitive
    if row is power:
        base, exponent = node.operands
        if isinstance(base, Constant) and base.value is E:
            return "exp"
        return "( · )²" if isinstance(exponent, Constant) and exponent.value == 2.0 else "power"
    shown = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷", "negative": "−", "sigmoid": "σ"}
    return shown.get(row.name, "ln" if row.name == "log" else row.symbol or row.name)


def _edges(
    drawn: list[_Drawn], names: list[str], bends: tuple[tuple[Point, ...], ...]
) -> Iterator[GraphEdge]:
    count = 0
    for target, node in enumerate(drawn):
        sources = [source for source, _ in node.operands]
        for lane_index, (source, place) in enumerate(node.operands):
            active = drawn[source].kind != CONSTANT
            rule = _rule(drawn, names, target, place) if active else None
            top, bottom = name_latex(names[target]), name_latex(names[source]) if active else ""
            yield GraphEdge(
                source=source,
                target=target,
                operand=place,
                lane=sources[:lane_index].count(source),
                lanes=sources.count(source),
                bends=bends[count],
                active=active,
                derivative=rf"\frac{{{{\partial}} {top}}}{{{{\partial}} {bottom}}}" if active else "",
                rule=_rule_latex(rule) if rule is not None else "",
                is_number=isinstance(rule, Constant),
            )
            count += 1


def _rule(drawn: list[_Drawn], names: list[str], target: int, place: int) -> Expression:
    """Local derivative in terms of the letters of the node and its operands."""
    node = drawn[target].expression
    assert isinstance(node, Apply)
    result = Variable(names[target])
    operands = named_operands(node, drawn_names(drawn, names, target))
    row = node.primitive
    in_result = _IN_TERMS_OF_RESULT.get(row.name)
    return simplify(as_expression(in_result(result) if in_result else row.partials[place](result, *operands)))


_IN_TERMS_OF_RESULT: dict[str, Any] = {
    "sigmoid": lambda y: y * (1.0 - y),
    "tanh": lambda y: 1.0 - y**2.0,
}
"""Local derivatives as textbooks write them; the table has the forms that lose no digits."""


def drawn_names(drawn: list[_Drawn], names: list[str], target: int) -> dict[int, str]:
    """Letter of each operand, by its place on the tape, that has one."""
    return {place: names[source] for source, place in drawn[target].operands if names[source]}


def named_operands(node: Expression, letters: dict[int, str]) -> list[Expression]:
    """Operands of a node, those with a letter replaced by it."""
    return [
        Variable(letters[place]) if place in letters else operand
        for place, operand in enumerate(node.operands)
    ]


def _rule_latex(rule: Expression) -> str:
    condition = isinstance(rule, Apply) and rule.primitive.precedence == less.precedence
    return rf"\left[{rule.latex()}\right]" if condition else rule.latex()
