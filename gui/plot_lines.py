"""Lines and areas on a plot: curves, straight lines, triangles, squares."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPolygonF

from gui.plot_axes import Projection
from gui.plot_crowding import NO_BARS, pieces, turns_often, without_crowds
from gui.plot_item import CACHED, NOT_CACHED, PathItem, PlotItem, PointsItem, area_of, make_pen
from gui.plot_paths import cut_segments, line_ends, pixel_direction, polyline, straight
from gui.plot_strokes import stroke_outline
from gui.plot_thinning import thinned

DENSE = 2.0
"""Only a curve with more points a pixel can have turns that the eye cannot tell apart."""

Point = tuple[float, float]


class Curve(PlotItem):
    """A line through many points, with gaps where they are NaN or infinite.

    Parameters
    ----------
    colour : str
        Line colour.
    width : float
        Line width in pixels.
    style : {"solid", "dashed", "dotted"}
        How it is drawn.
    opacity : float
        From 0 to 1.
    still : bool
        Whether it stays the same in most frames; its drawing is then kept while it does.
    """

    def __init__(
        self,
        colour: str,
        width: float = 2.5,
        *,
        style: str = "solid",
        opacity: float = 1.0,
        still: bool = True,
    ) -> None:
        super().__init__()
        self._pen = make_pen(colour, width, style, opacity)
        self._x: ArrayLike = ()
        self._y: ArrayLike = ()
        self._still = still
        self._wide = style == "solid" and width > 1
        self._lines: list[QPainterPath] = []
        self._outlines: list[QPainterPath] = []
        self._bars: list[QRectF] = []

    def show(self, x: ArrayLike, y: ArrayLike) -> None:
        """Draw through the points; the very same arrays as before cost nothing."""
        same = x is self._x and y is self._y
        if self._still and same != (self.cacheMode() == CACHED):
            self.setCacheMode(CACHED if same else NOT_CACHED)
        if not same:
            self._x, self._y = x, y
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((), ())

    @property
    def elements(self) -> int:
        """How many points and bars are painted."""
        return len(self._bars) + sum(path.elementCount() for path in (*self._lines, *self._outlines))

    def _lay_out(self, projection: Projection) -> None:
        x, y = thinned(*projection.to_pixels(self._x, self._y))
        bars, parts = NO_BARS, [slice(0, y.size)]
        if np.size(self._x) > DENSE * projection.width and turns_often(y):
            x, y, bars = without_crowds(x, y, projection, self._pen.widthF())
            parts = pieces(y) if self._pen.color().alphaF() == 1.0 else [slice(0, y.size)]
        self._lines, self._outlines = [], []
        for part in parts:
            outline = stroke_outline(x[part], y[part], self._pen.widthF()) if self._wide else None
            if outline is None:
                self._lines.append(polyline(x[part], y[part], projection))
            else:
                self._outlines.append(outline)
        self._bars = []
        if bars is not NO_BARS:
            edges = zip(*(edge.tolist() for edge in bars), strict=True)
            self._bars = [QRectF(left, top, right - left, bottom - top) for left, right, top, bottom in edges]
        margin = self._pen.widthF() / 2 + 1
        bounds = QRectF()
        for path in (*self._lines, *self._outlines):
            if not path.isEmpty():
                bounds |= path.controlPointRect().adjusted(-margin, -margin, margin, margin)
        for bar in self._bars:
            bounds |= bar
        self.set_bounds(bounds & area_of(projection, 20))

    def _draw(self, painter: QPainter) -> None:
        for outline in self._outlines:
            painter.fillPath(outline, self._pen.color())
        painter.setPen(self._pen)
        for line in self._lines:
            painter.drawPath(line)
        if self._bars:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._pen.color())
            painter.drawRects(self._bars)


class Zigzag(PointsItem):
    """A line that turns at nearly every point, such as rounding errors: an opaque `Curve`, quicker to paint.

    Its steps are stroked one by one; the outline of the whole, which lies over itself everywhere, would take
    four to seven times as long.
    """

    def __init__(self, colour: str, width: float) -> None:
        super().__init__()
        self._pen = make_pen(colour, width)
        self._pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        self._steps: list[QLineF] = []

    def _lay_out(self, projection: Projection) -> None:
        x, y = thinned(*projection.to_pixels(self._x, self._y))
        _, ends, _ = cut_segments(x, y, projection)
        self._steps = [QLineF(*step) for step in ends.tolist()]
        bounds = QRectF()
        if self._steps:
            across, down = ends[:, 0::2], ends[:, 1::2]
            corners = QPointF(across.min(), down.min()), QPointF(across.max(), down.max())
            margin = self._pen.widthF() + 1
            bounds = QRectF(*corners).adjusted(-margin, -margin, margin, margin)
        self.set_bounds(bounds & area_of(projection, 20))

    def _draw(self, painter: QPainter) -> None:
        painter.setPen(self._pen)
        painter.drawLines(self._steps)


class Line(PathItem):
    """A straight line without ends, through a point and along a direction."""

    level = 3.5

    def __init__(
        self,
        colour: str,
        width: float = 1.75,
        *,
        style: str = "solid",
        opacity: float = 1.0,
        halo: float = 0.0,
    ) -> None:
        super().__init__(make_pen(colour, width, style, opacity), halo=halo)
        self._point: Point = (math.nan, math.nan)
        self._direction: Point = (1.0, 0.0)

    def show(self, point: Point, direction: Point) -> None:
        """Draw through `point` along `direction`; nothing where a number is NaN or infinite."""
        if (point, direction) != (self._point, self._direction):
            self._point, self._direction = point, direction
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((math.nan, math.nan), (1.0, 0.0))

    def _lay_out(self, projection: Projection) -> None:
        x, y = projection.to_pixels(*self._point)
        ends = line_ends(x, y, *pixel_direction(*self._direction, projection), projection)
        path = QPainterPath()
        if ends is not None:
            path.moveTo(ends[0], ends[1])
            path.lineTo(ends[2], ends[3])
        self.set_path(path, projection)


class Guide(PlotItem):
    """A thin dotted upright line over the whole height: where a value on the x axis stands."""

    level = 2.0

    def __init__(
        self, colour: str, *, style: str = "dotted", width: float = 1.0, opacity: float = 0.32
    ) -> None:
        super().__init__()
        self._pen = make_pen(colour, width, style, opacity)
        self._value = math.nan
        self._x: float | None = None

    def show(self, value: float) -> None:
        """Stand at `value`; NaN takes the line away."""
        if value != self._value and not (math.isnan(value) and math.isnan(self._value)):
            self._value = value
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show(math.nan)

    def _lay_out(self, projection: Projection) -> None:
        x = projection.to_pixels(self._value, projection.view[2])[0]
        inside = projection.left - 1 <= x <= projection.right + 1
        self._x = math.floor(x) + 0.5 if inside else None
        half = self._pen.widthF() / 2 + 1
        self.set_bounds(
            QRectF(self._x - half, projection.top, 2 * half, projection.height) if self._x else QRectF()
        )

    def _draw(self, painter: QPainter) -> None:
        if self._x is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._pen.widthF() > 1)
            painter.setPen(self._pen)
            painter.drawLine(QPointF(self._x, self._bounds.top()), QPointF(self._x, self._bounds.bottom()))


class Segment(PathItem):
    """A straight line between two points, on demand with small caps across its ends."""

    level = 4.0

    def __init__(
        self,
        colour: str,
        width: float = 1.5,
        *,
        style: str = "solid",
        opacity: float = 1.0,
        caps: float = 0.0,
        halo: float = 0.0,
    ) -> None:
        super().__init__(make_pen(colour, width, style, opacity), halo=halo)
        self._caps = caps
        self._ends: tuple[Point, Point] = ((math.nan, math.nan), (math.nan, math.nan))

    def show(self, start: Point, end: Point) -> None:
        """Draw from `start` to `end`; nothing where a number is NaN or infinite."""
        if (start, end) != self._ends:
            self._ends = (start, end)
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((math.nan, math.nan), (math.nan, math.nan))

    def _lay_out(self, projection: Projection) -> None:
        (ax, ay), (bx, by) = (projection.to_pixels(*end) for end in self._ends)
        path = straight((ax, ay), (bx, by), projection)
        length = math.hypot(bx - ax, by - ay)
        if self._caps and 0 < length < math.inf and not path.isEmpty():
            half = self._caps / 2 / length
            across, down = -(by - ay) * half, (bx - ax) * half
            for x, y in ((ax, ay), (bx, by)):
                if projection.contains(x, y, 50):
                    path.moveTo(x - across, y - down)
                    path.lineTo(x + across, y + down)
        self.set_path(path, projection)


def _near(pixel: float) -> float:
    return min(max(pixel, -5000.0), 5000.0)


class Polygon(PathItem):
    """A filled area inside corners, such as the slope triangle."""

    level = 2.5

    def __init__(self, colour: str, *, fill: float = 0.12, width: float = 1.5, opacity: float = 1.0) -> None:
        tint = QColor(colour)
        tint.setAlphaF(fill)
        super().__init__(make_pen(colour, width, opacity=opacity), QBrush(tint))
        self._x: ArrayLike = ()
        self._y: ArrayLike = ()

    def show(self, x: ArrayLike, y: ArrayLike) -> None:
        """Put the corners; nothing is drawn where one is NaN or infinite."""
        if x is self._x and y is self._y:
            return
        self._x, self._y = x, y
        self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((), ())

    def _lay_out(self, projection: Projection) -> None:
        x, y = projection.to_pixels(self._x, self._y)
        corners = [(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        path = QPainterPath()
        if len(corners) > 2 and all(math.isfinite(a) and math.isfinite(b) for a, b in corners):
            path.addPolygon(QPolygonF([QPointF(_near(a), _near(b)) for a, b in corners]))
            path.closeSubpath()
        self.set_path(path, projection)


class Squares(PathItem):
    """Many upright rectangles in one item, such as squared errors; darker where they overlap.

    Attributes
    ----------
    boxes : list of QRectF
        The rectangles in pixels.
    """

    level = 2.5

    def __init__(self, colour: str, *, fill: float = 0.13, width: float = 1.0, opacity: float = 0.5) -> None:
        tint = QColor(colour)
        tint.setAlphaF(fill)
        pen = make_pen(colour, width, opacity=opacity)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        super().__init__(pen, QBrush(tint))
        self._corners: ArrayLike = np.empty((0, 4))
        self.boxes: list[QRectF] = []

    def show(self, corners: ArrayLike) -> None:
        """Put one rectangle for each row x, y, x of the opposite corner, y of the opposite corner."""
        self._corners = corners
        self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show(np.empty((0, 4)))

    def _lay_out(self, projection: Projection) -> None:
        corners = np.asarray(self._corners, dtype=np.float64).reshape(-1, 4)
        x, y = projection.to_pixels(corners[:, 0::2], corners[:, 1::2])
        sides = np.clip(np.column_stack((x, y)), -5000, 5000)
        self.set_boxes(
            [
                QRectF(QPointF(ax, ay), QPointF(bx, by)).normalized()
                for ax, bx, ay, by in sides[np.isfinite(sides).all(axis=1)].tolist()
            ],
            projection,
        )

    def set_boxes(self, boxes: list[QRectF], projection: Projection) -> None:
        """Draw these rectangles, in pixels, from now on."""
        self.boxes = boxes
        path = QPainterPath()
        for box in boxes:
            path.addRect(box)
        self.set_path(path, projection)

    def _draw(self, painter: QPainter) -> None:
        painter.setPen(self._pen)
        painter.setBrush(self._brush)
        for box in self.boxes:  # apart, for one path would be hollow where two of its rectangles overlap
            painter.drawRect(box)
