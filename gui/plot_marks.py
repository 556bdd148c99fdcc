"""Marks on a plot: arrows, markers, and the path of a descent with a dot for each step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from gui.array_paths import path_through, polygon_through
from gui.marker_shapes import SHAPES
from gui.plot_axes import Projection
from gui.plot_item import PlotItem, PointsItem, area_of, halo_pen, make_pen
from gui.plot_paths import Array, cut_segments, straight

if TYPE_CHECKING:
    from gui.plots import Plot

Point = tuple[float, float]
_Look = tuple[str, float, float, bool, int, int | None]
"""Shape, size and ring of a marker, whether it is hollow, and its colours."""

FAR_VIEWS = 2.0
"""Steps between two points that are both so many views outside only cross the picture."""

MOST_CROSSING = 16
"""So many of those are drawn; a descent that diverges would make a solid block of them."""

FEW_STAMPS = 24
"""So many markers are put into a path one by one."""

FEW_STEPS = 100
"""Paths of fewer are not searched for points at which they rest."""

MOST_DASHED = 1500
"""So many lines are dashed at most, for each dash costs as much as a line."""

FRACTIONS = 4
"""A marker is drawn at the nearest of so many places within a pixel."""

WIDEST = 2.0**20
"""More pixels than a plot has in a row."""


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
        self._around_shaft = self._around_tip = QPen(Qt.PenStyle.NoPen)

    def attached(self, plot: Plot) -> None:
        """Learn the colour of the halo."""
        super().attached(plot)
        self._around_shaft = halo_pen(self._pen, self.plot_colour, 1)
        self._around_tip = QPen(self.plot_colour, 2)
        self._around_tip.setJoinStyle(Qt.PenJoinStyle.RoundJoin)

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
        painter.setPen(self._around_shaft)
        painter.drawPath(self._shaft)
        painter.setPen(self._around_tip)
        painter.drawPolygon(self._tip)
        painter.setPen(self._pen)
        painter.drawPath(self._shaft)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawPolygon(self._tip)


def marker_path(shape: str, radius: float) -> QPainterPath:
    """Give the outline of a marker around (0, 0)."""
    path = QPainterPath()
    if shape == "disc":
        path.addEllipse(QPointF(0, 0), radius, radius)
    else:
        path.addPolygon(QPolygonF([QPointF(x * radius, y * radius) for x, y in SHAPES[shape]]))
        path.closeSubpath()
    return path


class Marker(PointsItem):
    """One shape of constant size at one point or at many.

    Parameters
    ----------
    colour : str
        Mark colour.
    shape : str
        "disc", or one of `gui.marker_shapes.SHAPES`.
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
        self._name = shape
        self._places: list[QPointF] = []

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
        ratio = painter.device().devicePixelRatioF()
        grown = ratio * FRACTIONS
        outline = self._outline.rgba() if self._outline is not None else None
        look = (self._name, self._size, self._ring, self._hollow, self._colour.rgba(), outline)
        ground = self.plot_colour.rgba()
        for place in self._places:
            (x, across), (y, down) = (divmod(round(grown * each), FRACTIONS) for each in place.toTuple())
            picture, reach = _picture(look, ground, across, down, ratio)
            painter.drawPixmap(QPointF((x - reach) / ratio, (y - reach) / ratio), picture)


@lru_cache(maxsize=1024)
def _picture(look: _Look, ground: int, across: int, down: int, ratio: float) -> tuple[QPixmap, int]:
    """Draw a marker some fractions of a pixel beside its place; also give how far the picture reaches."""
    shape, size, ring, hollow, ink, outline = look
    reach = math.ceil((size + ring + 3) * ratio)
    picture = QPixmap(2 * reach + 1, 2 * reach + 1)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(reach + across / FRACTIONS, reach + down / FRACTIONS)
    painter.scale(ratio, ratio)
    path = marker_path(shape, size - 1 if hollow else size)
    colour, paper = QColor.fromRgba(ink), QColor.fromRgba(ground)
    if ring:
        around = QPen(paper, 2 * ring + (2 if hollow else 0))
        around.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, around)
    line = QPen(colour, 2) if hollow else QPen(Qt.PenStyle.NoPen)
    painter.setPen(line if outline is None else QPen(QColor.fromRgba(outline), 1))
    painter.setBrush(paper if hollow else colour)
    painter.drawPath(path)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture, reach


class Ring(PlotItem):
    """A thin circle of constant size around a point."""

    level = 2.8

    def __init__(self, colour: str, radius: float, *, width: float = 1.0, opacity: float = 0.45) -> None:
        super().__init__()
        self._pen = make_pen(colour, width, opacity=opacity)
        self._radius = radius
        self._x = self._y = math.nan
        self._middle: QPointF | None = None

    def show(self, x: float, y: float) -> None:
        """Draw around a point; nothing where a number is NaN or infinite."""
        if (x, y) != (self._x, self._y):
            self._x, self._y = x, y
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show(math.nan, math.nan)

    def _lay_out(self, projection: Projection) -> None:
        x, y = map(float, projection.to_pixels(self._x, self._y))
        self._middle = QPointF(x, y) if projection.contains(x, y, self._radius) else None
        reach = self._radius + 2
        self.set_bounds(QRectF(x - reach, y - reach, 2 * reach, 2 * reach) if self._middle else QRectF())

    def _draw(self, painter: QPainter) -> None:
        if self._middle is not None:
            painter.setPen(self._pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._middle, self._radius, self._radius)


class PathWithDots(PointsItem):
    """A path of steps: a line with a small dot at each of its points, over a thin halo.

    Parameters
    ----------
    colour : str
        Of line and dots.
    width, dot, halo : float
        Of the line, of a dot's radius, and of the halo, in pixels; without a radius there are no dots.
    shape : str
        "disc", or one of `gui.marker_shapes.SHAPES`, for the dots.
    style : str
        "solid" or "dashed".
    opacity : float
        Of all.

    Attributes
    ----------
    lines : list of QLineF
        What is drawn of the steps, in pixels; steps that look like one are drawn once.
    """

    level = 5.0

    def __init__(
        self,
        colour: str,
        width: float = 1.75,
        dot: float = 2.25,
        halo: float = 1.0,
        *,
        shape: str = "disc",
        style: str = "solid",
        opacity: float = 1.0,
    ) -> None:
        super().__init__()
        self.lines: list[QLineF] = []
        self._look = (colour, width, dot)
        self._style, self._opacity = style, opacity
        self._halo = halo
        self._shape = shape
        self._dots = QPolygonF()
        self._shapes = QPainterPath()
        self._dashes = QPainterPath()
        self._make_pens()

    def _make_pens(self) -> None:
        colour, width, dot = self._look
        self._pen = make_pen(colour, width, self._style, self._opacity)
        self._pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self._dot_pen = make_pen(colour, 2 * dot, opacity=self._opacity)

    def show_weight(self, width: float, dot: float) -> None:
        """Draw the line and the dots as thick as this from now on."""
        if (width, dot) != self._look[1:]:
            self._look = (self._look[0], width, dot)
            self._make_pens()
            self.reproject()

    def _lay_out(self, projection: Projection) -> None:
        x, y = (np.atleast_1d(pixels) for pixels in projection.to_pixels(self._x, self._y))
        x, y = _without_rests(x, y)
        dots = self._lay_out_dots(x, y, projection)
        ends = _distinct_steps(x, y, projection)
        if self._style == "solid":
            self.lines = [QLineF(*each) for each in ends.tolist()]
        else:
            self._dashes = _joined(ends)
        bounds = dots
        if len(ends):
            left, top = ends.reshape(-1, 2).min(axis=0).tolist()
            right, bottom = ends.reshape(-1, 2).max(axis=0).tolist()
            bounds |= QRectF(left, top, right - left + 1, bottom - top + 1)
        reach = self._dot_pen.widthF() + self._pen.widthF() + self._halo
        self.set_bounds(bounds.adjusted(-reach, -reach, reach, reach) & area_of(projection, 20))

    def _lay_out_dots(self, x: Array, y: Array, projection: Projection) -> QRectF:
        """Lay out the dots that can be told apart, and give their bounds."""
        dot = self._look[2]
        if not dot:
            return QRectF()
        inside = (x > projection.left - 5) & (x < projection.right + 5)
        inside &= (y > projection.top - 5) & (y < projection.bottom + 5)
        x, y = x[inside], y[inside]
        apart = _first_of_each(x, y)
        x, y = x[apart], y[apart]
        if self._shape == "disc":
            self._dots = polygon_through(x, y)
            return self._dots.boundingRect()
        self._shapes = _stamped(SHAPES[self._shape], dot, x, y)
        return self._shapes.controlPointRect()

    def _draw(self, painter: QPainter) -> None:
        if self._shape == "disc" and self._look[2]:
            painter.setPen(halo_pen(self._dot_pen, self.plot_colour, self._halo))
            painter.drawPoints(self._dots)
        self._draw_lines(painter)
        if not self._look[2]:
            return
        if self._shape == "disc":
            painter.setPen(self._dot_pen)
            painter.drawPoints(self._dots)
        else:
            painter.fillPath(self._shapes, self._dot_pen.color())

    def _draw_lines(self, painter: QPainter) -> None:
        if self._style != "solid":
            painter.strokePath(self._dashes, self._pen)
            return
        # One by one: in a single path Qt would look for every crossing. And flat: round ends, which the dots
        # hide, cost twenty times as much.
        around = halo_pen(self._pen, self.plot_colour, self._halo)
        around.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(around)
        painter.drawLines(self.lines)
        painter.setPen(self._pen)
        painter.drawLines(self.lines)


def _without_rests(x: Array, y: Array) -> tuple[Array, Array]:
    """Leave out points, given in pixels, at which the path has not left the place of the one before."""
    if x.size < FEW_STEPS:
        return x, y
    with np.errstate(all="ignore"):
        moved = (np.diff(x.round(1)) != 0) | (np.diff(y.round(1)) != 0)
    kept = np.append(True, moved)
    return x[kept], y[kept]


def _first_of_each(x: Array, y: Array) -> NDArray[np.intp]:
    """Tell the first of all points on each pixel: dots on one pixel look like one."""
    if x.size < FEW_STEPS:
        return _firsts(list(zip(x.round().tolist(), y.round().tolist(), strict=True)))
    return np.sort(np.unique(x.round() + 1j * y.round(), return_index=True)[1])


def _firsts(keys: Sequence[object]) -> NDArray[np.intp]:
    """Tell the first of each kind; for a few keys this is quicker without NumPy."""
    first: dict[object, int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    return np.fromiter(first.values(), dtype=np.intp, count=len(first))


def _stamped(corners: Sequence[Point], size: float, x: Array, y: Array) -> QPainterPath:
    """Put a marker at each place, all of them in one path."""
    if x.size < FEW_STAMPS:
        return _stamped_one_by_one(corners, size, x, y)
    outline = size * np.array([*corners, corners[0]])
    across, down = x[:, None] + outline[:, 0], y[:, None] + outline[:, 1]
    joined = np.ones(across.shape, dtype=np.int32)
    joined[:, -1] = 0
    path = path_through(across.ravel(), down.ravel(), joined.ravel())
    path.setFillRule(Qt.FillRule.WindingFill)
    return path


def _stamped_one_by_one(corners: Sequence[Point], size: float, x: Array, y: Array) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    outline = QPolygonF([QPointF(size * across, size * down) for across, down in (*corners, corners[0])])
    for across, down in zip(x.tolist(), y.tolist(), strict=True):
        path.addPolygon(outline.translated(across, down))
    return path


def _joined(ends: Array) -> QPainterPath:
    """Join lines, rows x, y, x, y, of which one begins where the one before it ends, so that dashes go on."""
    ends = ends[:MOST_DASHED]
    if not len(ends):
        return QPainterPath()
    joined = np.ones(2 * len(ends), dtype=np.int32)
    joined[1:-1:2] = (ends[1:, :2] == ends[:-1, 2:]).all(axis=1)
    return path_through(ends[:, 0::2].ravel(), ends[:, 1::2].ravel(), joined)


def _first_either_way(ends: Array) -> NDArray[np.intp]:
    """Tell the first of all lines, rows x, y, x, y in whole pixels, that are the same forth or back."""
    if len(ends) < FEW_STEPS:
        return _firsts([frozenset(((a, b), (c, d))) for a, b, c, d in ends.tolist()])
    first, second = (ends[:, k] * WIDEST + ends[:, k + 1] for k in (0, 2))
    backwards = first > second
    first[backwards], second[backwards] = second[backwards], first[backwards]
    return np.sort(np.unique(first + 1j * second, return_index=True)[1])


def _distinct_steps(x: Array, y: Array, projection: Projection) -> Array:
    """Give the ends of the lines to draw for steps, as rows x, y, x, y: only those that look different."""
    index, ends, _ = cut_segments(x, y, projection, 10.0)
    chosen = _first_either_way(ends.round())
    index, ends = index[chosen], ends[chosen]
    if index.size <= MOST_CROSSING:
        return ends
    across, down = FAR_VIEWS * projection.width, FAR_VIEWS * projection.height
    far = (x < projection.left - across) | (x > projection.right + across)
    far |= (y < projection.top - down) | (y > projection.bottom + down)
    crossing = far[index] & far[index + 1]
    kept: Array = ends[~crossing | (np.cumsum(crossing) <= MOST_CROSSING)]
    return kept
