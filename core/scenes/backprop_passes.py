"""The numbers of both passes on the drawn graph, and how far a step has come in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.expression import Apply, Expression, real_values
from core.scenes.backprop_graph import OPERATION, Graph, graph_of
from core.scenes.state import Numbers, expression_of
from core.tape import Node, backward_pass, forward_pass

FORWARD, BACKWARD = "forward", "backward"


@dataclass(frozen=True, eq=False)
class Passes:
    """Everything that the two passes compute.

    Attributes
    ----------
    values, gradients
        Primal and cotangent of each drawn node; NaN where there is none.
    locals, shares
        Local derivative of each drawn edge, and what is handed back along it.
    remark
        Sentence on an operation outside its domain, on an overflow or on a kink, or empty.
    """

    values: tuple[float, ...]
    gradients: tuple[float, ...]
    locals: tuple[float, ...]
    shares: tuple[float, ...]
    remark: str


@dataclass(frozen=True)
class Progress:
    """What a step has reached.

    Attributes
    ----------
    step, last
        The step, and that at which everything is computed.
    direction
        Which pass the step belongs to; empty before the first.
    current
        Index of the node that the step is about, or −1.
    computed, handed_back
        For each node whether its value is known, and whether it has handed its gradient to its operands.
    complete
        For each node whether its gradient has arrived from all its consumers.
    """

    step: int
    last: int
    direction: str
    current: int
    computed: tuple[bool, ...]
    handed_back: tuple[bool, ...]
    complete: tuple[bool, ...]


@lru_cache(maxsize=128)
def passes_of(formula: str, numbers: Numbers) -> Passes:
    """Run both passes; `numbers` has exactly the letters of the formula."""
    graph, expression = graph_of(formula), expression_of(formula)
    tape = forward_pass(expression, real_values(dict(numbers), expression.names))
    backward = backward_pass(tape)
    handed = {(share.node, share.place): float(share.contribution) for share in backward.shares}
    values = tuple(float(tape[node.line].primal) for node in graph.nodes)
    exists = not math.isnan(values[-1])
    gradients = tuple(float(backward.cotangents[node.line]) if exists else math.nan for node in graph.nodes)
    local, shares = [], []
    for edge in graph.edges:
        line = graph.nodes[edge.target].line
        derivative = tape[line].local_derivatives[edge.operand]
        known = derivative is not None and not math.isnan(values[edge.target])
        local.append(float(derivative) if known else math.nan)
        shares.append(handed.get((line, edge.operand), math.nan) if exists else math.nan)
    return Passes(values, gradients, tuple(local), tuple(shares), _remark(graph, expression, tape))


def _remark(graph: Graph, expression: Expression, tape: Sequence[Node]) -> str:
    value, kink = float(tape[-1].primal), ""
    for line, node in zip(tape, expression.nodes, strict=True):
        if not isinstance(node, Apply):
            continue
        row = node.primitive
        operands = [tape[operand].primal for operand in line.operands]
        if math.isnan(value):
            if np.isnan(line.primal) and not any(np.isnan(operand) for operand in operands):
                because = f": {row.domain}" if row.domain else ""
                return f"{graph.letter} is not defined here{because}."
            continue
        with np.errstate(all="ignore"):
            if row.kinks is not None and bool(row.kinks(*operands)):
                kink = f"A corner: {row.convention}."
            if row.jumps is not None and bool(row.jumps(*operands)):
                kink = f"The value of {row.name.replace('_', ' ')} jumps here, so it has no slope."
    return f"{graph.letter} is infinite here." if math.isinf(value) else kink


def last_step(graph: Graph) -> int:
    """Each operation is one step of the forward and one of the backward pass."""
    return 2 * len(graph.operations)


def progress_of(graph: Graph, step: int) -> Progress:
    """Tell what has been reached after `step` steps."""
    count = len(graph.operations)
    last = last_step(graph)
    step = min(max(step, 0), last)
    order = step - 1 if step <= count else last - step
    computed = tuple(node.kind != OPERATION or node.order < step for node in graph.nodes)
    handed_back = tuple(node.kind == OPERATION and node.order >= last - step for node in graph.nodes)
    started = step > count or not count
    complete = tuple(
        started and all(handed_back[graph.edges[edge].target] for edge in graph.outgoing[index])
        for index in range(len(graph.nodes))
    )
    direction = "" if not step else FORWARD if step <= count else BACKWARD
    current = graph.operations[order] if step else -1
    return Progress(step, last, direction, current, computed, handed_back, complete)
