"""The base of all that lies on a plot.

An item is built once and has one cheap setter, `show`, in the numbers of the plot. It keeps those numbers
and draws in pixels, so that pens, heads and markers keep their size, and nothing far away reaches Qt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.plot_axes import Projection

if TYPE_CHECKING:
    from gui.plots import Plot

PEN_STYLES = {"solid": None, "dashed": (6.0, 5.0), "dotted": (2.0, 3.0)}
"""Lengths of dash and gap in pixels."""

CACHED = QGraphicsItem.CacheMode.DeviceCoordinateCache
NOT_CACHED = QGraphicsItem.CacheMode.NoCache


def make_pen(colour: str, width: float, style: str = "solid", opacity: float = 1.0) -> QPen:
    """Give a pen whose dashes are measured in pixels, whatever its width."""
    tint = QColor(colour)
    tint.setAlphaF(opacity)
    pen = QPen(tint, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    dashes = PEN_STYLES[style]
    if dashes is not None:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([length / width for length in dashes])
    return pen


class Layout:
    """Lets the items of a plot wait until all of them have their numbers, to be laid out only once.

    It is a context: what is shown inside is laid out at the end of the outermost one.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._waiting: dict[PlotItem, None] = {}

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            waiting, self._waiting = self._waiting, {}
            for item in waiting:
                item.reproject()

    def postpones(self, item: PlotItem) -> bool:
        """Tell whether to wait, and remember the item if so."""
        if self._depth:
            self._waiting[item] = None
        return bool(self._depth)


class PlotItem(QGraphicsItem):
    """Something on a plot: keeps numbers, draws pixels.

    Attributes
    ----------
    level : float
        Where it lies unless `Plot.add` is told otherwise; greater is nearer.
    clipped : bool
        Whether it stops at the edge of the drawing area.
    """

    level = 3.0
    clipped = True

    def __init__(self) -> None:
        super().__init__()
        self.projection: Projection | None = None
        self.plot_colour = QColor()
        self._layout = Layout()
        self._bounds = QRectF()
        self.setVisible(False)

    def show(self, *numbers: Any, **options: Any) -> None:
        """Show these numbers from now on; each kind of item says which."""
        raise NotImplementedError

    def attached(self, plot: Plot) -> None:
        """Learn the colours of the plot that took the item in, and when to be laid out."""
        self.plot_colour = QColor(plot.theme.plot)
        self._layout = plot.layout_of_items

    def project(self, projection: Projection) -> None:
        """Follow the plot to another view or size."""
        self.projection = projection
        self.reproject()

    def reproject(self) -> None:
        """Draw the kept numbers anew, if the item is on a plot that has a size."""
        if self.projection is not None and not self._layout.postpones(self):
            self._lay_out(self.projection)
            self.update()

    def _lay_out(self, projection: Projection) -> None:
        """Turn the kept numbers into pixels and tell the bounds of the drawing."""
        raise NotImplementedError

    def _draw(self, painter: QPainter) -> None:
        """Draw the pixels."""
        raise NotImplementedError

    def set_bounds(self, bounds: QRectF) -> None:
        """Say which pixels the item may touch; one that touches none is hidden, for Qt paints all others."""
        if bounds != self._bounds:
            if bounds.isEmpty():
                self.setVisible(False)  # while Qt still knows what to wipe out
            self.prepareGeometryChange()
            self._bounds = bounds
            if not bounds.isEmpty():
                self.setVisible(True)

    def boundingRect(self) -> QRectF:
        """Give the pixels that may be touched."""
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw; Qt asks only once numbers and a size are known."""
        self._draw(painter)


class PointsItem(PlotItem):
    """What is drawn at many points, or through them; NaN and infinity are left out."""

    def __init__(self) -> None:
        super().__init__()
        self._x: ArrayLike = ()
        self._y: ArrayLike = ()

    def show(self, x: ArrayLike, y: ArrayLike) -> None:
        """Draw at one point, or at many; the very same arrays as before cost nothing."""
        if x is not self._x or y is not self._y:
            self._x, self._y = x, y
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((), ())


def area_of(projection: Projection, margin: float = 0.0) -> QRectF:
    """Give the drawing area, `margin` pixels wider on each side."""
    return QRectF(
        projection.left - margin,
        projection.top - margin,
        projection.width + 2 * margin,
        projection.height + 2 * margin,
    )


class PathItem(PlotItem):
    """An item that is one painter path, perhaps with a halo in the colour of the plot below it."""

    def __init__(self, pen: QPen, brush: QBrush | None = None, halo: float = 0.0) -> None:
        super().__init__()
        self._path = QPainterPath()
        self._pen = pen
        self._brush = brush if brush is not None else QBrush(Qt.BrushStyle.NoBrush)
        self._halo = halo

    def set_path(self, path: QPainterPath, projection: Projection) -> None:
        """Draw this path, in pixels, from now on."""
        self._path = path
        margin = self._pen.widthF() / 2 + self._halo + 1
        bounds = path.controlPointRect().adjusted(-margin, -margin, margin, margin)
        self.set_bounds(bounds & area_of(projection, 20) if not path.isEmpty() else QRectF())

    def _draw(self, painter: QPainter) -> None:
        if self._halo:
            painter.setPen(halo_pen(self._pen, self.plot_colour, self._halo))
            painter.drawPath(self._path)
        painter.setPen(self._pen)
        painter.setBrush(self._brush)
        painter.drawPath(self._path)


def halo_pen(pen: QPen, colour: QColor, halo: float) -> QPen:
    """Give the pen that draws `halo` pixels of `colour` on both sides of what `pen` draws."""
    wider = QPen(colour, pen.widthF() + 2 * halo)
    wider.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    wider.setCapStyle(Qt.PenCapStyle.RoundCap)
    return wider
