"""The chain rule for one input: a product along its only way to the output, or a sum over its ways."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from core.scenes.backprop_graph import INPUT, Graph
from core.scenes.backprop_passes import Passes, Progress

MOST_WAYS = 6
"""How many ways are written out."""


@dataclass(frozen=True)
class Factor:
    """A factor of the product, which stands under its node.

    Attributes
    ----------
    node
        Index of the node that is differentiated.
    derivative, rule, is_number
        As in the graph's edge.
    local
        Its number, or None where there is none or the forward pass has not reached it.
    running
        Product of this and all factors to its right, or None likewise for the backward pass.
    """

    node: int
    derivative: str
    rule: str
    is_number: bool
    local: float | None
    running: float | None


@dataclass(frozen=True)
class Way:
    """One of several ways from the input to the output.

    Attributes
    ----------
    latex
        The letters that it passes.
    locals
        Local derivatives along it, from the input on; None where there is none or it is not yet known.
    product
        Their product, or None where there is none or the backward pass has not come through.
    """

    latex: str
    locals: tuple[float | None, ...]
    product: float | None


@dataclass(frozen=True)
class Chain:
    """The chain rule for the chosen input.

    Attributes
    ----------
    chosen
        Its name, or empty where the formula has no letter.
    derivative
        LaTeX of ∂L/∂w.
    node
        Index of the input's node, or −1.
    factors
        The factors from left to right, if there is a single way.
    ways, count
        The first few ways if there are several, and how many there are.
    total
        The gradient, or None where there is none or it is not yet complete.
    remark
        A sentence on how to read it, or why there is no gradient.
    """

    chosen: str
    derivative: str
    node: int
    factors: tuple[Factor, ...]
    ways: tuple[Way, ...]
    count: int
    total: float | None
    remark: str


def chain_of(graph: Graph, passes: Passes, progress: Progress, chosen: str) -> Chain:
    """Write the chain rule for the input `chosen`, or the first input if it is none of the formula."""
    start = graph.index_of(chosen)
    if start < 0:
        start = next((i for i, node in enumerate(graph.nodes) if node.kind == INPUT), -1)
    if start < 0:
        return Chain("", "", -1, (), (), 0, None, "There is no letter to differentiate for.")
    node = graph.nodes[start]
    derivative = rf"\frac{{{{\partial}} {graph.letter}}}{{{{\partial}} {node.latex}}}"
    exists = not math.isnan(passes.gradients[start])
    total = passes.gradients[start] if progress.complete[start] and exists else None
    count = _count_ways(graph)[start]
    if count == 1:
        factors = tuple(_factors(graph, passes, progress, next(_ways(graph, start))))
        remark = "each factor stands under its node; the product runs right to left" if factors else ""
        remark = remark if exists else passes.remark
        return Chain(node.name, derivative, start, factors, (), 1, total, remark)
    ways: list[Way] = []
    for way in _ways(graph, start):
        if len(ways) == MOST_WAYS:
            break
        ways.append(_way(graph, passes, progress, start, way))
    shown = f"{count:,}".replace(",", "\u2009") if count < 1_000_000 else "over a million"
    if not exists:
        return Chain(node.name, derivative, start, (), tuple(ways), count, total, passes.remark)
    remark = f"{shown} ways from {node.name} to {graph.letter}: the gradient is the sum"
    return Chain(node.name, derivative, start, (), tuple(ways), count, total, remark)


def _count_ways(graph: Graph) -> list[int]:
    count = [0] * len(graph.nodes)
    count[graph.output] = 1
    for node in range(graph.output - 1, -1, -1):
        count[node] = sum(count[graph.edges[edge].target] for edge in graph.outgoing[node])
    return count


def _ways(graph: Graph, start: int) -> Iterator[tuple[int, ...]]:
    """Give the edges of each way to the output, shortest index first, one at a time."""
    stack: list[tuple[int, tuple[int, ...]]] = [(start, ())]
    while stack:
        node, way = stack.pop()
        if node == graph.output:
            yield way
            continue
        stack.extend((graph.edges[edge].target, (*way, edge)) for edge in reversed(graph.outgoing[node]))


def _factors(graph: Graph, passes: Passes, progress: Progress, way: tuple[int, ...]) -> Iterator[Factor]:
    for index in way:
        edge = graph.edges[index]
        yield Factor(
            edge.target,
            edge.derivative,
            edge.rule,
            edge.is_number,
            _existing(passes.locals[index]) if progress.computed[edge.target] else None,
            _existing(passes.shares[index]) if progress.handed_back[edge.target] else None,
        )


def _way(graph: Graph, passes: Passes, progress: Progress, start: int, way: tuple[int, ...]) -> Way:
    targets = [graph.edges[edge].target for edge in way]
    local = tuple(
        _existing(passes.locals[edge]) if progress.computed[target] else None
        for edge, target in zip(way, targets, strict=True)
    )
    letters = [graph.nodes[node].latex for node in (start, *targets)]
    if len(letters) > 7:
        letters = [*letters[:3], r"\cdots", *letters[-3:]]
    arrived = all(progress.handed_back[target] for target in targets)
    product = _existing(_product([passes.locals[edge] for edge in way])) if arrived else None
    return Way(r" \to ".join(letters), local, product)


def _existing(number: float) -> float | None:
    return None if math.isnan(number) else number


def _product(factors: list[float]) -> float:
    """Product in which a zero wins even against infinity, as in the backward pass."""
    return 0.0 if 0.0 in factors else math.prod(factors)
