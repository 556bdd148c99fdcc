"""Where a graph's nodes and edges lie in pixels, for a pane of a given size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from core.scenes.backprop_graph import CONSTANT, INPUT, Graph, GraphEdge
from gui.graph_labels import LabelPlaces

MARGIN = 8.0
"""Least distance of a sum of gradients to the edge of the pane."""
_NARROW_PANE = 760
_CLOSEST, _WIDEST = 104.0, 260.0
_LOWEST, _HIGHEST = 84.0, 139.0
_TWO_DECIMALS = 136.0
"""With columns closer than this, values have two decimals."""
_APART = 3.6
"""Distance of either arrow from the middle of its edge."""
_SAMPLES = 20
_BERNSTEIN = tuple(
    ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    for t in (k / _SAMPLES for k in range(_SAMPLES + 1))
)


@dataclass(frozen=True)
class Arrangement:
    """A graph in pixels.

    Attributes
    ----------
    boxes
        Rectangle of each node.
    spacing
        Distance of two columns.
    decimals
        How many decimals there is room for.
    sum_sides
        For each node whether a sum of gradients stands above it (−1), below it (1) or nowhere (0).
    content
        Rectangle of everything, labels included.
    row_height, middle, left
        Distance of two rows, y of row 0 and x of column 0.
    """

    boxes: tuple[QRectF, ...]
    spacing: float
    decimals: int
    sum_sides: tuple[int, ...]
    content: QRectF
    row_height: float
    middle: float
    left: float

    def point(self, column: float, row: float) -> QPointF:
        """Give the middle of a place of the layout."""
        return QPointF(self.left + column * self.spacing, self.middle + row * self.row_height)


def arrange(graph: Graph, width: float, height: float) -> Arrangement:
    """Spread the layout over a pane, no closer than is readable."""
    narrow = width < _NARROW_PANE
    left, right = (36.0, 46.0) if narrow else (62.0, 80.0)
    gaps = max(graph.columns - 1, 1)
    spacing = min(max((width - left - right) / gaps, _CLOSEST), _WIDEST)
    taken = spacing * (graph.columns - 1) + left + right
    left += max(0.0, (width - taken) / 2)
    rows = [row for node in graph.nodes for row in (node.place[1],)]
    rows += [row for edge in graph.edges for _, row in edge.bends]
    top, bottom = min(rows), max(rows)
    room = height - (80.0 if narrow else 110.0)
    row_height = min(max(room / max(bottom - top, 0.1), _LOWEST), _HIGHEST)
    middle = height / 2 - row_height * (top + bottom) / 2 - (0.0 if bottom > top else 6.0)
    places = Arrangement(
        (), spacing, 2 if spacing < _TWO_DECIMALS else 4, (), QRectF(), row_height, middle, left
    )
    boxes = tuple(
        _box(node.kind, places.point(*node.place), narrow or row_height < 90) for node in graph.nodes
    )
    content = boxes[0]
    for box in boxes:
        content = content.united(box)
    for edge in graph.edges:
        for bend in edge.bends:
            content = content.united(
                QRectF(places.point(*bend) - QPointF(1, 22), places.point(*bend) + QPointF(1, 22))
            )
    output = boxes[-1].center()
    content = content.united(QRectF(output.x() - 40, output.y() - 66, 80, 142))
    sides = tuple(_sum_side(graph, node, row_height) for node in range(len(boxes)))
    for box, side in zip(boxes, sides, strict=True):
        if side:
            content = content.united(sum_rect(box, side, 140.0, MARGIN))
    content = content.adjusted(-4, -6, 4, 6)
    return Arrangement(boxes, spacing, places.decimals, sides, content, row_height, middle, left)


def _box(kind: str, centre: QPointF, small: bool) -> QRectF:
    size = {
        INPUT: (46.0, 42.0) if small else (56.0, 50.0),
        CONSTANT: (40.0, 30.0) if small else (44.0, 32.0),
    }.get(kind, (52.0, 50.0) if small else (64.0, 58.0))
    return QRectF(centre.x() - size[0] / 2, centre.y() - size[1] / 2, *size)


@dataclass(frozen=True)
class Route:
    """The way of one edge.

    Attributes
    ----------
    forward, backward
        The two arrows' lines, the forward one from source to target, the other from target to source.
    middle
        Where the local derivative stands.
    normal
        Unit vector from there to the side of the forward value.
    """

    forward: QPolygonF
    backward: QPolygonF
    middle: QPointF
    normal: QPointF


def routes(graph: Graph, places: Arrangement) -> tuple[Route, ...]:
    """Find the way of every edge between the nodes, and a spot on it for its numbers."""
    ways = [_pieces(graph, places, index) for index in range(len(graph.edges))]
    sums = [
        sum_rect(box, side, 130.0, MARGIN)
        for box, side in zip(places.boxes, places.sum_sides, strict=True)
        if side
    ]
    labels = LabelPlaces([*places.boxes, *sums], places.spacing, places.decimals)
    spots = {}
    for index in sorted(range(len(ways)), key=lambda index: not _is_straight(graph, graph.edges[index])):
        last = _with_directions(ways[index][-1])
        spots[index] = labels.spot([(point, _left_of(direction)) for point, direction in last])
    found = []
    for index, pieces in enumerate(ways):
        way = _with_directions([point for k, piece in enumerate(pieces) for point in piece[1 if k else 0 :]])
        forward = [point + _left_of(direction) * _APART for point, direction in way]
        backward = [point - _left_of(direction) * _APART for point, direction in reversed(way)]
        found.append(Route(QPolygonF(forward), QPolygonF(backward), *spots[index]))
    return tuple(found)


def _pieces(graph: Graph, places: Arrangement, index: int) -> list[list[QPointF]]:
    """Give the way of an edge in pieces, each from one column to the next."""
    edge = graph.edges[index]
    source, target = places.boxes[edge.source], places.boxes[edge.target]
    if index in _turning(graph):
        return [_quarter(source, target)]
    start = QPointF(source.right() + 3, source.center().y() + _spread(graph, incoming=False)[index])
    end = QPointF(target.left() - 4, target.center().y() + _spread(graph, incoming=True)[index])
    bulge = (edge.lane - (edge.lanes - 1) / 2) * 100.0
    if edge.bends:
        bends = [places.point(*bend) for bend in edge.bends]
        around = _detour(source, bends, start, index in _leaving(graph))
        return [*around, _wave(around[-1][-1], end, bulge)]
    return [_wave(start, end, bulge)]


def _is_straight(graph: Graph, edge: GraphEdge) -> bool:
    level = graph.nodes[edge.source].place[1] == graph.nodes[edge.target].place[1]
    return level and not edge.bends and edge.lanes == 1


@lru_cache(maxsize=8)
def _spread(graph: Graph, *, incoming: bool) -> tuple[float, ...]:
    """Spread the ends of the edges at the left side of their targets, or at the right of their sources."""
    offsets = [0.0] * len(graph.edges)
    elsewhere = _turning(graph) if incoming else _leaving(graph)
    for node, ends in enumerate(graph.incoming if incoming else graph.outgoing):
        row = graph.nodes[node].place[1]
        edges = [edge for edge in ends if edge not in elsewhere]
        if len(edges) < 2:
            continue
        for side in (-1.0, 1.0):
            falls = {edge: side * (_other_row(graph, edge, incoming) - row) for edge in edges}
            beside = sorted((edge for edge in edges if falls[edge] > 0.02), key=falls.__getitem__)
            for place, edge in enumerate(beside, start=1):
                offsets[edge] = side * (14.0 if incoming else 8.0) * place / len(beside)
    return tuple(offsets)


def _other_row(graph: Graph, index: int, incoming: bool) -> float:
    """Row that an edge comes from, or leads to, spread for several edges between the same nodes."""
    edge = graph.edges[index]
    if edge.bends:
        return edge.bends[-1 if incoming else 0][1]
    row = graph.nodes[edge.source if incoming else edge.target].place[1]
    return row + 0.2 * (edge.lane - (edge.lanes - 1) / 2)


@lru_cache(maxsize=4)
def _taken(graph: Graph) -> dict[float, list[float]]:
    """Rows of all nodes and bends, by column."""
    taken: dict[float, list[float]] = {}
    for column, row in (
        *(node.place for node in graph.nodes),
        *(bend for edge in graph.edges for bend in edge.bends),
    ):
        taken.setdefault(column, []).append(row)
    return taken


def is_free(graph: Graph, node: int, side: int, reach: float) -> bool:
    """Tell whether nothing stands above (side −1) or below (1) a node within `reach` rows."""
    column, row = graph.nodes[node].place
    return not any(0 < (other - row) * side < reach for other in _taken(graph)[column])


def sum_rect(box: QRectF, side: int, width: float, edge: float) -> QRectF:
    """Give the place of a sum of gradients at a node: towards the left, as far as the edge of the pane."""
    left = max(box.right() + 4 - width, min(edge, box.left() - 2))
    return QRectF(left, box.top() - 42 if side < 0 else box.bottom() + 6, width, 36)


def _sum_side(graph: Graph, node: int, row_height: float) -> int:
    """Choose where the sum of what comes back to a forking node stands."""
    shares = [edge for edge in graph.outgoing[node] if graph.edges[edge].active]
    row = graph.nodes[node].place[1]
    used = {1 if graph.edges[edge].bends[0][1] > row else -1 for edge in shares if edge in _leaving(graph)}
    free = (side for side in (-1, 1) if side not in used and is_free(graph, node, side, 110 / row_height))
    return next(free, 0) if len(shares) > 1 else 0


@lru_cache(maxsize=4)
def _leaving(graph: Graph) -> frozenset[int]:
    """Find the edges with bends that may leave their source at the bottom or the top."""
    leaving = set()
    for index, edge in enumerate(graph.edges):
        if edge.bends and len(graph.outgoing[edge.source]) > 1:
            fall = edge.bends[0][1] - graph.nodes[edge.source].place[1]
            side = 1 if fall > 0 else -1
            if abs(fall) >= 0.5 and is_free(graph, edge.source, side, abs(fall) + 0.5):
                leaving.add(index)
    return frozenset(leaving)


@lru_cache(maxsize=4)
def _turning(graph: Graph) -> frozenset[int]:
    """Find the edges that may turn into the bottom or the top of their target: nothing is in the way."""
    turning = set()
    for index, edge in enumerate(graph.edges):
        fall = graph.nodes[edge.source].place[1] - graph.nodes[edge.target].place[1]
        if edge.bends or edge.target == graph.output or abs(fall) < 0.9:
            continue
        if is_free(graph, edge.target, 1 if fall > 0 else -1, abs(fall) + 0.9):
            turning.add(index)
    return frozenset(turning)


def _wave(start: QPointF, end: QPointF, bulge: float = 0.0) -> list[QPointF]:
    """Give points of an S from left to right, level at both ends."""
    if abs(start.y() - end.y()) < 0.5 and not bulge:
        return [start, end]
    half = (end.x() - start.x()) * (0.5 if not bulge else 0.35)
    first, second = start + QPointF(half, bulge), end - QPointF(half, -bulge)
    return _cubic(start, first, second, end)


def _detour(
    source: QRectF, bends: Sequence[QPointF], start: QPointF, leaves_below: bool
) -> list[list[QPointF]]:
    """Give the pieces of a way around nodes up to its last bend; level where it passes a column."""
    half = QPointF(source.width() / 2, 0)
    pieces = []
    for place, bend in enumerate(bends):
        if not place and leaves_below:
            down = 1 if bend.y() > start.y() else -1
            start = QPointF(source.center().x(), source.center().y() + down * (source.height() / 2 + 3))
            way = bend - half - start
            turn = start + QPointF(0, 0.7 * way.y())
            pieces.append(_cubic(start, turn, bend - half - QPointF(0.6 * way.x(), 0), bend - half))
        else:
            pieces.append(_wave(start, bend - half))
        pieces.append([bend - half, bend + half])
        start = bend + half
    return pieces


def _quarter(source: QRectF, target: QRectF) -> list[QPointF]:
    """Give points of a turn from the right of a node to the bottom, or the top, of the next."""
    below = source.center().y() > target.center().y()
    start = QPointF(source.right() + 4, source.center().y())
    end = QPointF(target.center().x(), target.bottom() + 4 if below else target.top() - 4)
    across, up = end.x() - start.x(), end.y() - start.y()
    return _cubic(start, start + QPointF(0.66 * across, 0), end - QPointF(0, 0.62 * up), end)


def _cubic(start: QPointF, first: QPointF, second: QPointF, end: QPointF) -> list[QPointF]:
    return [start * a + first * b + second * c + end * d for a, b, c, d in _BERNSTEIN]


def _with_directions(points: Sequence[QPointF]) -> list[tuple[QPointF, QPointF]]:
    last = len(points) - 1
    return [
        (point, _unit(points[min(k + 1, last)] - points[max(k - 1, 0)])) for k, point in enumerate(points)
    ]


def _unit(vector: QPointF) -> QPointF:
    length = math.hypot(vector.x(), vector.y())
    return vector / length if length else QPointF(1, 0)


def _left_of(direction: QPointF) -> QPointF:
    """Give the unit vector to the left of a direction, which is up for one that leads to the right."""
    return QPointF(direction.y(), -direction.x())
