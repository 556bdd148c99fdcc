"""Where the nodes of a computation graph stand: in layers, the main chain on the middle row.

The column of a node follows from the longest way to the output, so that an operand always stands left
of what is computed from it, and a side input one column before its consumer. A way that skips columns
passes through *bends*, which keep a place free for it between the nodes; all ways out of one node share
them. Within a column the order is that of the operands, improved by barycentre sweeps where ways cross
(Sugiyama, Tagawa and Toda, 1981); the heights are least squares with least distances.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
"""Column and row."""

NODE_GAP = 1.0
"""Least distance of two nodes in a column, in rows."""

SIBLING_GAP = 1.26
"""The same for two leaves with the same consumer, which both have their labels beside them."""

BEND_GAP = 0.75
"""Least distance of a bend to a node or to another bend."""

SWEEPS = 8


@dataclass(frozen=True)
class Layout:
    """Places of all nodes, in columns and rows; row 0 is the middle, and rows grow downwards.

    Attributes
    ----------
    columns, rows
        For each node.
    bends
        For each edge, in the order of the consumers and of their operands, the points that it passes
        through between its ends.
    chain
        The main chain, from the deepest leaf to the output.
    """

    columns: tuple[int, ...]
    rows: tuple[float, ...]
    bends: tuple[tuple[Point, ...], ...]
    chain: tuple[int, ...]


def lay_out(operands: Sequence[Sequence[int]]) -> Layout:
    """Place the nodes of a graph.

    Parameters
    ----------
    operands
        For each node the indices of what it is computed from, operands before consumers; every node
        leads to the last one.
    """
    columns = _columns(operands)
    chain = _chain(operands)
    web = _Web(operands, columns)
    order = _fewest_crossings(web, _operand_order(web))
    rows = _rows(web, order, chain)
    bends = tuple(
        tuple(
            (float(column), rows[web.bends[source, column]])
            for column in range(columns[source] + 1, columns[target])
        )
        for target, sources in enumerate(operands)
        for source in sources
    )
    return Layout(columns, tuple(rows[: len(operands)]), bends, chain)


def _columns(operands: Sequence[Sequence[int]]) -> tuple[int, ...]:
    distance = [0] * len(operands)
    for node in range(len(operands) - 1, -1, -1):
        for operand in operands[node]:
            distance[operand] = max(distance[operand], distance[node] + 1)
    return tuple(max(distance) - steps for steps in distance)


def _chain(operands: Sequence[Sequence[int]]) -> tuple[int, ...]:
    depth: list[int] = []
    for sources in operands:
        depth.append(1 + max((depth[source] for source in sources), default=-1))
    chain = [len(operands) - 1]
    while operands[chain[-1]]:
        chain.append(max(operands[chain[-1]], key=depth.__getitem__))
    return tuple(reversed(chain))


class _Web:
    """Nodes and bends with their neighbours in the columns left and right of them.

    Attributes
    ----------
    count
        How many of the spots are nodes; bends have the indices after them.
    column
        Of each spot.
    left, right
        Neighbours of each spot; to the left in the order of the operands.
    bends
        The spot of each bend, by the node that its ways come from and its column.
    """

    def __init__(self, operands: Sequence[Sequence[int]], columns: Sequence[int]) -> None:
        self.count = len(operands)
        self.column = list(columns)
        self.left: list[list[int]] = [[] for _ in operands]
        self.right: list[list[int]] = [[] for _ in operands]
        self.bends: dict[tuple[int, int], int] = {}
        for target, sources in enumerate(operands):
            for source in dict.fromkeys(sources):
                self._join(source, target)

    def _join(self, source: int, target: int) -> None:
        before = source
        for column in range(self.column[source] + 1, self.column[target]):
            bend = self.bends.get((source, column))
            if bend is None:
                bend = self.bends[source, column] = len(self.column)
                self.column.append(column)
                self.left.append([])
                self.right.append([])
                self._link(before, bend)
            before = bend
        self._link(before, target)

    def _link(self, before: int, after: int) -> None:
        self.left[after].append(before)
        self.right[before].append(after)

    def is_bend(self, spot: int) -> bool:
        return spot >= self.count

    def is_leaf(self, spot: int) -> bool:
        return not self.left[spot]

    def gap(self, upper: int, lower: int) -> float:
        """Least distance of two neighbours in a column."""
        if self.is_bend(upper) or self.is_bend(lower):
            return BEND_GAP
        siblings = len(self.right[upper]) == 1 and self.right[upper] == self.right[lower]
        return SIBLING_GAP if siblings and self.is_leaf(upper) and self.is_leaf(lower) else NODE_GAP


Order = list[list[int]]
"""For each column its spots from top to bottom."""


def _operand_order(web: _Web) -> Order:
    """Order in which a walk from the output, upper operand first, meets the spots: a tree never crosses."""
    order: Order = [[] for _ in range(max(web.column) + 1)]
    seen = set()
    stack = [web.count - 1]
    while stack:
        spot = stack.pop()
        if spot in seen:
            continue
        seen.add(spot)
        order[web.column[spot]].append(spot)
        stack.extend(reversed(web.left[spot]))
    return order


def _fewest_crossings(web: _Web, order: Order) -> Order:
    best, fewest = order, _crossings(web, order)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        order = [list(column) for column in order]
        columns = range(1, len(order)) if sweep % 2 else range(len(order) - 2, -1, -1)
        for column in columns:
            beside, neighbours = (column - 1, web.left) if sweep % 2 else (column + 1, web.right)
            place = {spot: float(index) for index, spot in enumerate(order[beside])}
            centre = {
                spot: _mean([place[other] for other in neighbours[spot]], float(index))
                for index, spot in enumerate(order[column])
            }
            order[column].sort(key=centre.__getitem__)
        crossings = _crossings(web, order)
        if crossings < fewest:
            best, fewest = order, crossings
    return best


def _crossings(web: _Web, order: Order) -> int:
    """Count pairs of ways that cross, between each two columns."""
    total = 0
    for column, beside in zip(order[1:], order, strict=False):
        place = {spot: index for index, spot in enumerate(beside)}
        passed: list[int] = []
        for spot in column:
            ends = [place[other] for other in web.left[spot]]
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _rows(web: _Web, order: Order, chain: Sequence[int]) -> list[float]:
    """Heights near those of the neighbours; the main chain stays on row 0, its leaf if it stands alone."""
    rows = [0.0] * len(web.column)
    pinned = {spot for spot in chain if not web.is_leaf(spot) or len(order[0]) == 1}
    backwards = range(len(order) - 1, -1, -1)
    for column in backwards:
        wanted = [_mean([rows[other] for other in web.right[spot]], 0.0) for spot in order[column]]
        _settle(web, order[column], wanted, pinned, rows)
    for sweep in range(SWEEPS):
        for column in backwards if sweep % 2 else range(len(order)):
            wanted = [
                _mean([rows[other] for other in (*web.left[spot], *web.right[spot])], 0.0)
                for spot in order[column]
            ]
            _settle(web, order[column], wanted, pinned, rows)
    return rows


def _settle(
    web: _Web, spots: Sequence[int], wanted: Sequence[float], pinned: Iterable[int], rows: list[float]
) -> None:
    """Give the spots of a column the rows nearest to the wanted ones that keep order and distances."""
    offsets = [0.0]
    for upper, lower in pairwise(spots):
        offsets.append(offsets[-1] + web.gap(upper, lower))
    level = _rising([row - offset for row, offset in zip(wanted, offsets, strict=True)])
    fixed = next((index for index, spot in enumerate(spots) if spot in pinned), None)
    if fixed is not None:
        bound = -offsets[fixed]
        above = _rising([wanted[index] - offsets[index] for index in range(fixed)])
        below = _rising([wanted[index] - offsets[index] for index in range(fixed + 1, len(spots))])
        level = [min(z, bound) for z in above] + [bound] + [max(z, bound) for z in below]
    for spot, z, offset in zip(spots, level, offsets, strict=True):
        rows[spot] = z + offset


def _rising(values: Sequence[float]) -> list[float]:
    """Nearest sequence that never falls: neighbours in the wrong order are pooled."""
    pools: list[tuple[float, int]] = []
    for value in values:
        total, count = value, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, members = pools.pop()
            total, count = total + before, count + members
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]
