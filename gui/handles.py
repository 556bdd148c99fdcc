"""What can be taken by hand on a plot: points and lines that propose where they should go.

A handle never moves itself. It tells where the pointer wants it, and stands where it is placed.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gui.plot_axes import Projection
from gui.plot_item import PlotItem, area_of, halo_pen, make_pen
from gui.plot_paths import line_ends, pixel_direction
from gui.theme import FOCUS_RING, Theme

HIT_RADIUS = 12.0
LINE_HIT_RADIUS = 6.0
HALO_RADIUS = 15.0
HALO_OPACITY = 0.16
FOCUS_RADIUS = 11.0


class _Signals(QObject):
    pressed = Signal()
    moved = Signal(float, float, bool)
    released = Signal()
    cancelled = Signal()
    nudged = Signal(int, int, bool)
    removed = Signal()


class Draggable(PlotItem):
    """The gesture that all handles share; `gui.plots.Plot` leads it.

    Attributes
    ----------
    name : str
        What a screen reader says when the handle has the focus.
    dragging, hovered, ringed : bool
        How it looks now; `ringed` shows the keyboard focus.

    Signals
    -------
    pressed()
        The pointer took it.
    moved(x: float, y: float, alt: bool)
        Where the pointer wants it, in the plot's numbers; the last place of a drag always comes. With Alt
        held down nothing should snap.
    released()
        The drag is over.
    cancelled()
        Esc ended the drag: all should be as it was when it was pressed. No `released` follows.
    nudged(dx: int, dy: int, shift: bool)
        An arrow key was pressed while it had the focus: right and up are 1.
    removed()
        Delete or Backspace was pressed while it had the focus.
    """

    hit_radius = HIT_RADIUS

    def __init__(self, theme: Theme, colour: str, name: str) -> None:
        super().__init__()
        self.name = name
        self.dragging = False
        self.hovered = False
        self.ringed = False
        self._colour = QColor(colour)
        self._ink = QColor(theme.ink)
        self._paper = QColor(theme.plot)
        self._signals = _Signals()
        self.pressed = self._signals.pressed
        self.moved = self._signals.moved
        self.released = self._signals.released
        self.cancelled = self._signals.cancelled
        self.nudged = self._signals.nudged
        self.removed = self._signals.removed
        self._x = self._y = math.nan
        self._at = QPointF(math.nan, math.nan)
        self._grip = QPointF()

    @property
    def shown(self) -> bool:
        """Whether it can be seen and taken."""
        return self.isVisible() and not self._bounds.isEmpty()

    def distance(self, pixel: QPointF) -> float:
        """Give how far a pixel is from it; infinite while it is out of view."""
        raise NotImplementedError

    def look(
        self, *, hovered: bool | None = None, dragging: bool | None = None, ringed: bool | None = None
    ) -> None:
        """Change how it looks, in the respects given."""
        before = (self.hovered, self.dragging, self.ringed)
        self.hovered = self.hovered if hovered is None else hovered
        self.dragging = self.dragging if dragging is None else dragging
        self.ringed = self.ringed if ringed is None else ringed
        if before != (self.hovered, self.dragging, self.ringed):
            self.update()

    def press(self, pixel: QPointF) -> None:
        """Be taken at a pixel, which may be a little beside it: it will not jump to the pointer."""
        self._grip = self._at - pixel
        self.look(dragging=True)
        self.pressed.emit()

    def drag(self, pixel: QPointF, alt: bool) -> None:
        """Propose the place to which the pointer has come."""
        if self.projection is not None:
            target = pixel + self._grip
            self.moved.emit(*self.projection.from_pixels(target.x(), target.y()), alt)

    def release(self) -> None:
        """Be let go."""
        self.look(dragging=False)
        self.released.emit()

    def cancel(self) -> None:
        """Be let go as if nothing had happened."""
        self.look(dragging=False)
        self.cancelled.emit()


class DragHandle(Draggable):
    """A point that can be taken with the pointer or moved with the arrow keys.

    Parameters
    ----------
    theme : Theme
        For ring and focus.
    colour : str
        Mark colour of what it stands for.
    hollow : bool
        Whether it is an open circle.
    radius : float
        In pixels, without the ring.
    name : str
        What a screen reader says.
    """

    level = 20.0
    clipped = False

    def __init__(
        self,
        theme: Theme,
        colour: str,
        *,
        hollow: bool = False,
        radius: float | None = None,
        name: str = "Point",
    ) -> None:
        super().__init__(theme, colour, name)
        self._hollow = hollow
        self._radius = radius if radius is not None else 6.0 if hollow else 6.5

    def place(self, x: float, y: float) -> None:
        """Stand at a point; it cannot be seen where a number is NaN or out of view. Emits nothing."""
        if (x, y) != (self._x, self._y):
            self._x, self._y = x, y
            self.reproject()

    def clear(self) -> None:
        """Stand nowhere."""
        self.place(math.nan, math.nan)

    def _lay_out(self, projection: Projection) -> None:
        x, y = projection.to_pixels(self._x, self._y)
        self._at = QPointF(x, y)
        reach = HALO_RADIUS + 2
        inside = projection.contains(x, y)
        self.set_bounds(QRectF(x - reach, y - reach, 2 * reach, 2 * reach) if inside else QRectF())

    def distance(self, pixel: QPointF) -> float:
        """Give the distance from its middle."""
        if not self.shown:
            return math.inf
        return math.hypot(pixel.x() - self._at.x(), pixel.y() - self._at.y())

    def _draw(self, painter: QPainter) -> None:
        if self._bounds.isEmpty():
            return
        painter.setPen(Qt.PenStyle.NoPen)
        if self.hovered or self.dragging:
            halo = QColor(self._colour)
            halo.setAlphaF(HALO_OPACITY)
            painter.setBrush(halo)
            painter.drawEllipse(self._at, HALO_RADIUS, HALO_RADIUS)
        painter.setBrush(self._paper)
        if self.ringed:
            painter.setPen(QPen(self._ink, FOCUS_RING))
            painter.drawEllipse(self._at, FOCUS_RADIUS, FOCUS_RADIUS)
            painter.setPen(Qt.PenStyle.NoPen)
        ring = self._radius + (1.25 if self._hollow else 2.0)
        painter.drawEllipse(self._at, ring, ring)
        if self._hollow:
            painter.setPen(QPen(self._colour, 2))
            painter.drawEllipse(self._at, self._radius - 0.75, self._radius - 0.75)
        else:
            painter.setBrush(self._colour)
            painter.drawEllipse(self._at, self._radius, self._radius)


class DragLine(Draggable):
    """A straight line that can be taken anywhere along its length.

    It is told where one of its points stands, and proposes where that point should go.

    Parameters
    ----------
    theme : Theme
        For halo and focus.
    colour : str
        Line colour.
    width : float
        In pixels; hovering makes it wider.
    name : str
        What a screen reader says.
    """

    level = 4.5
    hit_radius = LINE_HIT_RADIUS

    def __init__(self, theme: Theme, colour: str, width: float = 2.25, *, name: str = "Line") -> None:
        super().__init__(theme, colour, name)
        self._pen = make_pen(colour, width)
        self._dx, self._dy = 1.0, 0.0
        self._ends: tuple[float, ...] | None = None

    def place(self, x: float, y: float, dx: float, dy: float) -> None:
        """Run through (`x`, `y`) along (`dx`, `dy`); nowhere where a number is NaN. Emits nothing."""
        if (x, y, dx, dy) != (self._x, self._y, self._dx, self._dy):
            self._x, self._y, self._dx, self._dy = x, y, dx, dy
            self.reproject()

    def clear(self) -> None:
        """Run nowhere."""
        self.place(math.nan, math.nan, 1.0, 0.0)

    def _lay_out(self, projection: Projection) -> None:
        x, y = projection.to_pixels(self._x, self._y)
        self._at = QPointF(x, y)
        self._ends = line_ends(x, y, *pixel_direction(self._dx, self._dy, projection), projection)
        if self._ends is None:
            self.set_bounds(QRectF())
            return
        ax, ay, bx, by = self._ends
        bounds = QRectF(QPointF(ax, ay), QPointF(bx, by)).normalized().adjusted(-6, -6, 6, 6)
        self.set_bounds(bounds & area_of(projection, 12))

    def distance(self, pixel: QPointF) -> float:
        """Give the distance from the line, at right angles to it."""
        if self._ends is None or not self.shown:
            return math.inf
        ax, ay, bx, by = self._ends
        length = math.hypot(bx - ax, by - ay)
        return abs((bx - ax) * (pixel.y() - ay) - (by - ay) * (pixel.x() - ax)) / length

    def _draw(self, painter: QPainter) -> None:
        if self._ends is None:
            return
        ax, ay, bx, by = self._ends
        path = QPainterPath(QPointF(ax, ay))
        path.lineTo(bx, by)
        if self.ringed:
            painter.strokePath(path, halo_pen(self._pen, self._ink, FOCUS_RING + 1.5))
            painter.strokePath(path, halo_pen(self._pen, self._paper, 1.5))
        if self.hovered or self.dragging:
            halo = QColor(self._colour)
            halo.setAlphaF(HALO_OPACITY)
            painter.strokePath(path, halo_pen(self._pen, halo, 3))
        painter.strokePath(path, self._pen)
