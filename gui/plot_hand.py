"""What pointer and keys do to one plot: take handles, push the paper, go from handle to handle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from gui.handles import Draggable, DragHandle
from gui.plot_axes import Projection, View

if TYPE_CHECKING:
    from gui.plots import Plot

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
COMMANDS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
"""Keys pressed together with one of these belong to the window."""


class Hand:
    """One gesture at a time on a plot, led from press to release.

    Attributes
    ----------
    handles : list of Draggable
        All handles of the plot, in the order of the Tab key.
    focused : Draggable or None
        The one that the arrow keys move.
    """

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self.handles: list[Draggable] = []
        self.focused: Draggable | None = None
        self._hovered: Draggable | None = None
        self._grabbed: Draggable | None = None
        self._pan: tuple[QPointF, Projection] | None = None
        self._pointer = QPointF()

    @property
    def busy(self) -> bool:
        """Whether something is being dragged."""
        return self._grabbed is not None or self._pan is not None

    @property
    def holds_paper(self) -> bool:
        """Whether the paper is being dragged."""
        return self._pan is not None

    def handle_at(self, pixel: QPointF) -> Draggable | None:
        """Give the handle that would be taken: the nearest point in reach, else the nearest line."""
        for points in (True, False):
            near = [
                (handle.distance(pixel), -index, handle)
                for index, handle in enumerate(self.handles)
                if isinstance(handle, DragHandle) == points and handle.distance(pixel) <= handle.hit_radius
            ]
            if near:
                return min(near, key=lambda entry: entry[:2])[2]
        return None

    def press(self, pixel: QPointF, *, on_paper: bool) -> None:
        """Take the handle at a pixel, else the paper."""
        self.release()
        self._pointer = pixel
        handle = self.handle_at(pixel)
        if handle is None and not on_paper:
            return
        self._plot.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        if handle is None:
            self._pan = (pixel, self._plot.projection)
            return
        self._grabbed = handle
        self.focus(handle, ringed=False)
        handle.press(pixel)

    def move(self, pixel: QPointF, alt: bool) -> None:
        """Drag what was taken to a pixel; with nothing in hand, show what could be taken there."""
        moved = pixel != self._pointer
        self._pointer = pixel
        if not self.busy:
            self.hover(self.handle_at(pixel))
        elif moved and self._grabbed is not None:
            self._grabbed.drag(pixel, alt)
        elif moved and self._pan is not None:
            start, projection = self._pan
            way = pixel - start
            self._plot.move_view(projection.panned(way.x(), way.y()))

    def release(self) -> None:
        """Let go of what was taken, if anything was."""
        handle = self._let_go()
        if handle is not None:
            handle.release()

    def cancel(self) -> None:
        """Let go as if nothing had happened."""
        before: View | None = self._pan[1].view if self._pan is not None else None
        handle = self._let_go()
        if handle is not None:
            handle.cancel()
        elif before is not None:
            self._plot.move_view(before)

    def _let_go(self) -> Draggable | None:
        handle, self._grabbed, self._pan = self._grabbed, None, None
        self._show_cursor()
        return handle

    def hover(self, handle: Draggable | None) -> None:
        """Show `handle` as the one that could be taken."""
        if handle is not self._hovered:
            if self._hovered is not None:
                self._hovered.look(hovered=False)
            if handle is not None:
                handle.look(hovered=True)
            self._hovered = handle
        self._show_cursor()

    def _show_cursor(self) -> None:
        if not self.busy:
            over = self._hovered is not None
            self._plot.viewport().setCursor(
                Qt.CursorShape.OpenHandCursor if over else Qt.CursorShape.ArrowCursor
            )

    def focus(self, handle: Draggable | None, *, ringed: bool) -> None:
        """Give the arrow keys to `handle`; the ring shows it where the keyboard is used."""
        if self.focused is not None and self.focused is not handle:
            self.focused.look(ringed=False)
        self.focused = handle
        if handle is not None:
            handle.look(ringed=ringed)
            self._plot.setAccessibleDescription(handle.name)

    def focus_next(self, forward: bool) -> bool:
        """Go to the next handle in view, or the one before; False past the last one."""
        handles = [handle for handle in self.handles if handle.shown]
        if self.focused in handles:
            index = handles.index(self.focused) + (1 if forward else -1)
        else:
            index = 0 if forward else len(handles) - 1
        if not 0 <= index < len(handles):
            return False
        self.focus(handles[index], ringed=True)
        return True

    def key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Do what a key says; False if it means nothing here."""
        if key == Qt.Key.Key_Escape and self.busy:
            self.cancel()
            return True
        handle = self.focused
        if handle is None or self.busy or modifiers & COMMANDS:
            return False
        if key in ARROWS:
            handle.look(ringed=True)
            shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            handle.nudged.emit(*ARROWS[Qt.Key(key)], shift)
            return True
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            handle.removed.emit()
            return True
        return False
