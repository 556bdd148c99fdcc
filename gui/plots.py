"""One plot: a view on numbers with its axes, and everything that the hand can do to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from gui.handles import Draggable
from gui.plot_axes import Projection, View, equal_view, sane_range
from gui.plot_hand import Hand
from gui.plot_item import Layout, PlotItem
from gui.plot_labels import AxisPill, Label, Message
from gui.plot_lines import Guide
from gui.plot_paper import Paper
from gui.theme import Theme

TOP = 6
BOTTOM = 27
NOTCH = 120
"""Wheel units of one notch."""

ZOOM_PER_NOTCH = 0.85
NUDGE = 1 / 200
"""How far an arrow key moves, as a part of the view; with Shift ten times that."""

DEFAULT_RANGE = {False: (-1.0, 1.0), True: (0.1, 10.0)}
"""What is shown at first on an axis, linear or logarithmic."""

Item = TypeVar("Item", bound=PlotItem)


class _Area(QGraphicsItem):
    """Holds the items that stop at the edge of the drawing area."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.rect = QRectF()

    def cover(self, rect: QRectF) -> None:
        self.prepareGeometryChange()
        self.rect = rect

    def boundingRect(self) -> QRectF:
        return self.rect

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.rect)
        return path

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        pass  # it only clips


@contextmanager
def together(plots: Iterable[Plot]) -> Iterator[None]:
    """Show a scene on several plots inside this context, and every item is laid out once, at its end."""
    with ExitStack() as stack:
        for plot in plots:
            stack.enter_context(plot.layout_of_items)
        yield


class Plot(QGraphicsView):
    """A plot with grid and ticks, whose items and handles are given in its own numbers.

    The wheel zooms about the pointer, a drag on the background moves the paper. Tab goes through the handles,
    arrow keys move the one with the focus.

    Parameters
    ----------
    theme : Theme
        Colours.
    equal : bool
        Whether one unit is equally long on both axes; the view then shows at least what is asked for.
    log_x, log_y : bool
        Which axes are logarithmic.
    x_latex, y_latex : str or None
        Letters at the ends of the axes.
    left, right : int
        Room beside the drawing area in pixels; plots above one another align if they have the same.
    grid : bool
        Whether there are grid lines; a heat map hides them anyway.

    Attributes
    ----------
    layout_of_items : Layout
        A context in which items wait until the last number is known; see `together`.

    Signals
    -------
    view_changed(view: tuple)
        The user moved or zoomed, or the shape of an equal plot changed. Never for `show_view`.
    double_clicked(x: float, y: float)
        On the background, in the plot's numbers.
    resized()
        The plot has a new size, or was shown at first, and all items have followed.
    """

    view_changed = Signal(tuple)
    double_clicked = Signal(float, float)
    resized = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        equal: bool = False,
        log_x: bool = False,
        log_y: bool = False,
        x_latex: str | None = None,
        y_latex: str | None = None,
        left: int = 44,
        right: int = 14,
        grid: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._equal = equal
        self._log_x, self._log_y = log_x, log_y
        self._left, self._right = left, right
        self._wanted: View = (*DEFAULT_RANGE[log_x], *DEFAULT_RANGE[log_y])
        self._linked: list[Plot] = []
        self._paper = Paper(theme, grid=grid)
        self._configure_view()

        self._items: list[PlotItem] = []
        self.layout_of_items = Layout()
        self._hand = Hand(self)

        self._area = _Area()
        for item in (self._paper, self._area):
            self.scene().addItem(item)
        self.projection = self._project()
        self._pill = AxisPill(theme)
        self._lay_out()
        self.add(self._pill)
        self._guide = self.add(Guide(theme.ink))
        self._solid_guide = self.add(Guide(theme.ink, style="solid", width=1.5, opacity=1.0))
        self._message = self.add(Message(theme))
        self._letters = self._axis_letters(x_latex, y_latex)

    def _configure_view(self) -> None:
        self.setScene(QGraphicsScene(self))
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(self._left + self._right + 20, TOP + BOTTOM + 20)

    def _axis_letters(self, x_latex: str | None, y_latex: str | None) -> list[Label]:
        letters = []
        for latex, across, down, align in ((x_latex, 1.0, 1.0, "right"), (y_latex, 0.0, 0.0, "left")):
            if latex:
                label = self.add(Label(self.theme.ink, 15, align=align))
                sign = 1 - 2 * across
                label.pin(across, down, latex, (6 * sign, 14 if down == 0 else -13))
                letters.append(label)
        return letters

    # Items

    def add(self, item: Item, level: float | None = None) -> Item:
        """Take an item or a handle in, for good.

        Parameters
        ----------
        item : PlotItem
            Whatever should be drawn.
        level : float, optional
            Where it lies; greater is nearer. By default each kind has its own.
        """
        item.attached(self)
        item.setZValue(item.level if level is None else level)
        if item.clipped:
            item.setParentItem(self._area)
        else:
            self.scene().addItem(item)
        self._items.append(item)
        if isinstance(item, Draggable):
            self._hand.handles.append(item)
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        item.project(self.projection)
        return item

    def show_x_pill(
        self, value: float | None, text: str, colour: str | None = None, *, guide: str = "dotted"
    ) -> None:
        """Show the current value on the x axis.

        Parameters
        ----------
        value : float or None
            Where; None takes pill and guide away.
        text : str
            What the pill says.
        colour : str, optional
            Of the pill; ink by default.
        guide : {"dotted", "solid", "none"}
            The upright line over it.
        """
        place = float("nan") if value is None else value
        self._pill.show(place, text, colour)
        self._guide.show(place if guide == "dotted" else float("nan"))
        self._solid_guide.show(place if guide == "solid" else float("nan"))

    def show_message(self, text: str | None) -> None:
        """Write a sentence in the middle, such as why nothing can be drawn; None takes it away."""
        self._message.show(text or "")

    @property
    def message(self) -> str:
        """The sentence in the middle, or an empty text."""
        return self._message.text

    @property
    def pill(self) -> str:
        """What the pill on the x axis says, or an empty text while it is out of view."""
        return self._pill.text

    # View

    @property
    def view(self) -> View:
        """What is visible: x from, x to, y from, y to."""
        return self.projection.view

    def show_view(self, view: View) -> None:
        """Show these numbers, or the nearest that can be drawn; emits nothing.

        A plot with equal axes shows more on one of them if its shape asks for it.
        """
        if tuple(view) != self.view:
            self._take_view(self._sane(view))

    @property
    def x_ticks(self) -> tuple[float, ...]:
        """The labelled places of the x axis."""
        return tuple([tick.value for tick in self._paper.x_ticks])

    def link_x(self, other: Plot) -> None:
        """Keep to the same x range as `other`, whichever of the two is moved."""
        self._linked.append(other)
        other._linked.append(self)
        other._follow_x(self.view)

    def to_pixels(self, x: float, y: float) -> QPointF:
        """Give the place of a point, in pixels of the viewport."""
        across, down = self.projection.to_pixels(x, y)
        return QPointF(float(across), float(down))

    def from_pixels(self, pixel: QPointF) -> tuple[float, float]:
        """Give the numbers at a pixel of the viewport."""
        return self.projection.from_pixels(pixel.x(), pixel.y())

    def nudge_step(self, dx: int, dy: int, shift: bool) -> tuple[float, float]:
        """Give how far an arrow key moves a point, in the numbers of axes that are not logarithmic."""
        x0, x1, y0, y1 = self.view
        share = NUDGE * (10 if shift else 1)
        return dx * (x1 - x0) * share, dy * (y1 - y0) * share

    def _sane(self, view: View) -> View:
        x0, x1 = sane_range(float(view[0]), float(view[1]), log=self._log_x)
        y0, y1 = sane_range(float(view[2]), float(view[3]), log=self._log_y)
        return x0, x1, y0, y1

    def _project(self) -> Projection:
        width = max(1, self.width() - self._left - self._right)
        height = max(1, self.height() - TOP - BOTTOM)
        view = self._sane(equal_view(self._wanted, width, height)) if self._equal else self._wanted
        return Projection(view, self._left, TOP, width, height, self._log_x, self._log_y)

    def _take_view(self, view: View) -> None:
        self._wanted = view
        self._reproject()
        for other in self._linked:
            other._follow_x(self.view)

    def _follow_x(self, view: View) -> None:
        if self.view[:2] != view[:2]:
            self._take_view((*view[:2], *self.view[2:]))

    def _reproject(self) -> None:
        projection = self._project()
        if projection != self.projection:
            self.projection = projection
            self._lay_out()

    def _lay_out(self) -> None:
        projection = self.projection
        self._area.cover(QRectF(projection.left, projection.top, projection.width, projection.height))
        self._paper.cover(self.size())
        self._paper.project(projection)
        self._pill.avoid(self._paper.x_boxes)
        for item in self._items:
            item.project(projection)

    def move_view(self, view: View) -> None:
        """Show what the hand asks for, and tell of it; beyond what numbers can do, nothing happens."""
        sane = self._sane(view)
        if any(abs(a - b) > 1e-9 * abs(a) for a, b in zip(sane, view, strict=True)):
            return
        before = self.view
        self._take_view(sane)
        if self.view != before:
            self.view_changed.emit(self.view)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep one scene unit one pixel; an equal plot finds its new view."""
        super().resizeEvent(event)
        self.setSceneRect(0, 0, self.width(), self.height())
        before = self.view
        self._reproject()
        if self.view != before:
            self.view_changed.emit(self.view)
        self.resized.emit()

    # Events: the hand decides

    def handle_at(self, pixel: QPointF) -> Draggable | None:
        """Give the handle that the pointer would take at a pixel of the viewport."""
        return self._hand.handle_at(pixel)

    @property
    def focused_handle(self) -> Draggable | None:
        """The handle that the arrow keys would move."""
        return self._hand.focused

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a handle, or the paper."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._hand.press(event.position(), on_paper=self._area.rect.contains(event.position()))
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Tell of a double click on the paper; on a handle it is one more press."""
        self.mousePressEvent(event)
        if self._hand.holds_paper and event.button() == Qt.MouseButton.LeftButton:
            self._hand.release()
            self.double_clicked.emit(*self.from_pixels(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer with what was taken, else show what could be."""
        self._hand.move(event.position(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go, after a last move to where the button was released."""
        if event.button() == Qt.MouseButton.LeftButton:
            alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            self._hand.move(event.position(), alt)
            self._hand.release()
            self._hand.move(event.position(), alt)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Show nothing as hovered once the pointer has gone."""
        self._hand.hover(None)
        super().leaveEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """End a drag whose plot disappears."""
        self._hand.release()
        self._hand.hover(None)
        super().hideEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        turned = event.angleDelta().y()
        if turned and self._area.rect.contains(event.position()):
            factor = ZOOM_PER_NOTCH ** max(-4.0, min(turned / NOTCH, 4.0))
            self.move_view(self.projection.zoomed(factor, event.position().x(), event.position().y()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move or remove the handle with the focus, or cancel a drag; other keys are left to the window."""
        event.setAccepted(self._hand.key(event.key(), event.modifiers()))

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Leave it to the window."""
        event.ignore()

    def event(self, event: QEvent) -> bool:
        """Claim Esc during a drag before any shortcut gets it."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._hand.busy
        ):
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go to the next handle, and from the last one on to the next widget."""
        return self._hand.focus_next(forward) or QWidget.focusNextPrevChild(self, forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by Tab, begin at the first handle, or at the last."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._hand.focus(None, ringed=False)
            self._hand.focus_next(event.reason() is Qt.FocusReason.TabFocusReason)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the focus ring away; the handle is remembered."""
        super().focusOutEvent(event)
        if self._hand.focused is not None:
            self._hand.focused.look(ringed=False)
