"""Marks on a plot: arrows, markers, and the path of a descent with a dot for each step."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from gui.array_paths import polygon_through
from gui.plot_axes import Projection
from gui.plot_item import PlotItem, area_of, halo_pen, make_pen
from gui.plot_paths import Array, cut_segments, straight

Point = tuple[float, float]

FAR_VIEWS = 2.0
"""Steps between two points that are both so many views outside only cross the picture."""

MOST_CROSSING = 16
"""So many of those are drawn; a descent that diverges would make a solid block of them."""


class Arrow(PlotItem):
    """An arrow from a tail to a tip, with a head of constant size and a thin halo.

    Parameters
    ----------
    colour : str
        Of shaft and head.
    width : float
        Of the shaft, in pixels.
    head : float
        Length of the head in pixels; arrows shorter than it shrink it.
    """

    level = 6.0

    def __init__(self, colour: str, width: float = 2.75, head: float = 12.0) -> None:
        super().__init__()
        self._pen = make_pen(colour, width)
        self._pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._colour = QColor(colour)
        self._head = head
        self._ends: tuple[Point, Point] = ((math.nan, math.nan), (math.nan, math.nan))
        self._shaft = QPainterPath()
        self._tip = QPolygonF()

    def show(self, tail: Point, tip: Point) -> None:
        """Draw from `tail` to `tip`; nothing where a number is NaN or infinite, or where both are one."""
        if (tail, tip) != self._ends:
            self._ends = (tail, tip)
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((math.nan, math.nan), (math.nan, math.nan))

    def _lay_out(self, projection: Projection) -> None:
        tail, (x, y) = (projection.to_pixels(*end) for end in self._ends)
        self._shaft, self._tip = QPainterPath(), QPolygonF()
        length = math.hypot(x - tail[0], y - tail[1])
        if 0.5 < length < math.inf:
            along, down = (x - tail[0]) / length, (y - tail[1]) / length
            head = min(self._head, length)
            neck_x, neck_y = x - head * along, y - head * down
            self._shaft = straight(tail, (neck_x + along, neck_y + down), projection)
            if projection.contains(x, y, 50):
                half = head / 2
                self._tip = QPolygonF(
                    [
                        QPointF(x, y),
                        QPointF(neck_x - half * down, neck_y + half * along),
                        QPointF(neck_x + half * down, neck_y - half * along),
                    ]
                )
        bounds = self._shaft.controlPointRect() | self._tip.boundingRect()
        empty = self._shaft.isEmpty() and self._tip.isEmpty()
        self.set_bounds(QRectF() if empty else bounds.adjusted(-4, -4, 4, 4) & area_of(projection, 20))

    def _draw(self, painter: QPainter) -> None:
        halo = QPen(self.plot_colour, 2)
        halo.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(halo_pen(self._pen, self.plot_colour, 1))
        painter.drawPath(self._shaft)
        painter.setPen(halo)
        painter.drawPolygon(self._tip)
        painter.setPen(self._pen)
        painter.drawPath(self._shaft)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawPolygon(self._tip)


def _corners(count: int, start: float, inner: float = 1.0) -> list[Point]:
    """Corners on the unit circle; with `inner`, every second one at that radius."""
    return [
        (radius * math.cos(angle), radius * math.sin(angle))
        for index in range(count)
        for radius, angle in [
            (inner if index % 2 and inner != 1 else 1.0, start + 2 * math.pi * index / count)
        ]
    ]


SHAPES: dict[str, list[Point]] = {
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "diamond": _corners(4, 0.0),
    "triangle": _corners(3, -math.pi / 2),
    "triangle_down": _corners(3, math.pi / 2),
    "star": _corners(10, -math.pi / 2, 0.42),
}
"""Corners of each marker with radius 1, y downwards; a disc has none."""


def marker_path(shape: str, radius: float) -> QPainterPath:
    """Give the outline of a marker around (0, 0)."""
    path = QPainterPath()
    if shape == "disc":
        path.addEllipse(QPointF(0, 0), radius, radius)
    else:
        path.addPolygon(QPolygonF([QPointF(x * radius, y * radius) for x, y in SHAPES[shape]]))
        path.closeSubpath()
    return path


class Marker(PlotItem):
    """One shape of constant size at one point or at many.

    Parameters
    ----------
    colour : str
        Mark colour.
    shape : {"disc", "square", "diamond", "triangle", "triangle_down", "star"}
        What is drawn.
    size : float
        Radius in pixels.
    hollow : bool
        Whether only the outline is coloured, 2 px wide, and the inside is the plot's colour.
    ring : float
        Width of the border in the plot's colour around it.
    outline : str or None
        Colour of a thin outline, as around the optimum's star.
    """

    level = 7.0

    def __init__(
        self,
        colour: str,
        shape: str = "disc",
        size: float = 5.5,
        *,
        hollow: bool = False,
        ring: float = 1.5,
        outline: str | None = None,
    ) -> None:
        super().__init__()
        self._colour = QColor(colour)
        self._hollow = hollow
        self._ring = ring
        self._outline = QColor(outline) if outline else None
        self._size = size
        self._shape = marker_path(shape, size - 1 if hollow else size)
        self._x: ArrayLike = ()
        self._y: ArrayLike = ()
        self._places: list[QPointF] = []

    def show(self, x: ArrayLike, y: ArrayLike) -> None:
        """Put it at one point, or at each of many; NaN and infinity are left out."""
        if x is not self._x or y is not self._y:
            self._x, self._y = x, y
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((), ())

    def _lay_out(self, projection: Projection) -> None:
        pixels = (np.asarray(each).ravel().tolist() for each in projection.to_pixels(self._x, self._y))
        reach = self._size + self._ring + 2
        places = [(x, y) for x, y in zip(*pixels, strict=True) if projection.contains(x, y, reach)]
        self._places = [QPointF(x, y) for x, y in places]
        if not places:
            self.set_bounds(QRectF())
            return
        across, down = zip(*places, strict=True)
        corners = QRectF(QPointF(min(across), min(down)), QPointF(max(across), max(down)))
        self.set_bounds(corners.adjusted(-reach, -reach, reach, reach))

    def _draw(self, painter: QPainter) -> None:
        ring = QPen(self.plot_colour, 2 * self._ring + (2 if self._hollow else 0))
        ring.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        line = QPen(self._colour, 2) if self._hollow else QPen(Qt.PenStyle.NoPen)
        if self._outline is not None:
            line = QPen(self._outline, 1)
        fill = self.plot_colour if self._hollow else self._colour
        for place in self._places:
            painter.translate(place)
            if self._ring:
                painter.strokePath(self._shape, ring)
            painter.setPen(line)
            painter.setBrush(fill)
            painter.drawPath(self._shape)
            painter.translate(-place)


class PathWithDots(PlotItem):
    """A path of steps: a line with a small dot at each of its points, over a thin halo.

    Attributes
    ----------
    lines : list of QLineF
        What is drawn of the steps, in pixels; steps that look like one are drawn once.
    """

    level = 5.0

    def __init__(self, colour: str, width: float = 1.75, dot: float = 2.25, halo: float = 1.0) -> None:
        super().__init__()
        self.lines: list[QLineF] = []
        self._pen = make_pen(colour, width)
        self._pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._halo = halo
        self._dots = QPolygonF()
        self._dot_pen = make_pen(colour, 2 * dot)
        self._x: ArrayLike = ()
        self._y: ArrayLike = ()

    def show(self, x: ArrayLike, y: ArrayLike) -> None:
        """Draw the steps through these points; the very same arrays as before cost nothing."""
        if x is not self._x or y is not self._y:
            self._x, self._y = x, y
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((), ())

    def _lay_out(self, projection: Projection) -> None:
        x, y = (np.atleast_1d(pixels) for pixels in projection.to_pixels(self._x, self._y))
        inside = (x > projection.left - 5) & (x < projection.right + 5)
        inside &= (y > projection.top - 5) & (y < projection.bottom + 5)
        # Dots on one and the same pixel look like one: ten thousand steps cost no more than is seen.
        apart = np.unique(np.column_stack((x[inside], y[inside])).round(), axis=0, return_index=True)[1]
        self._dots = polygon_through(x[inside][apart], y[inside][apart])
        ends = _distinct_steps(x, y, projection)
        self.lines = [QLineF(*each) for each in ends.tolist()]
        bounds = self._dots.boundingRect()
        if self.lines:
            across, down = ends[:, 0::2], ends[:, 1::2]
            corners = (QPointF(across.min(), down.min()), QPointF(across.max(), down.max()))
            bounds |= QRectF(*corners).adjusted(0, 0, 1, 1)
        reach = self._dot_pen.widthF() + self._halo
        self.set_bounds(bounds.adjusted(-reach, -reach, reach, reach) & area_of(projection, 20))

    def _draw(self, painter: QPainter) -> None:
        painter.setPen(halo_pen(self._dot_pen, self.plot_colour, self._halo))
        painter.drawPoints(self._dots)
        # One by one: in a single path Qt would look for every crossing. And flat: round ends, which the dots
        # hide, cost twenty times as much.
        around = halo_pen(self._pen, self.plot_colour, self._halo)
        around.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(around)
        painter.drawLines(self.lines)
        painter.setPen(self._pen)
        painter.drawLines(self.lines)
        painter.setPen(self._dot_pen)
        painter.drawPoints(self._dots)


def _distinct_steps(x: Array, y: Array, projection: Projection) -> Array:
    """Give the ends of the lines to draw for steps, as rows x, y, x, y: only those that look different."""
    index, ends, _ = cut_segments(x, y, projection, 10.0)
    rounded = ends.round()
    backwards = rounded[:, 0] > rounded[:, 2]
    rounded[backwards] = rounded[backwards][:, [2, 3, 0, 1]]
    chosen = np.sort(np.unique(rounded, axis=0, return_index=True)[1])
    index, ends = index[chosen], ends[chosen]
    across, down = FAR_VIEWS * projection.width, FAR_VIEWS * projection.height
    far = (x < projection.left - across) | (x > projection.right + across)
    far |= (y < projection.top - down) | (y > projection.bottom + down)
    crossing = far[index] & far[index + 1]
    kept: Array = ends[~crossing | (np.cumsum(crossing) <= MOST_CROSSING)]
    return kept
