"""The one focus ring: 2 px of ink around whatever the keyboard is on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from gui.theme import FOCUS_RING, RADIUS

_REACH = 4
_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.OtherFocusReason,
)


_AWAY = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""The window is left for a while, or a menu is open: the focus comes back to where it was."""


def by_keyboard(event: QFocusEvent) -> bool:
    """Tell whether the focus came by the keyboard, so that it must be shown."""
    return event.reason() in _BY_KEYBOARD


def leaves(event: QFocusEvent) -> bool:
    """Tell whether the focus is lost for good, not just until a menu closes or the window comes back."""
    return event.lostFocus() and event.reason() not in _AWAY


class Ringed(QWidget):
    """A widget that draws a focus ring of its own.

    Attributes
    ----------
    ringed : bool
        Whether to draw it: the focus came by keyboard, or keys were pressed since.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ringed = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring when the focus came by keyboard."""
        if event.reason() not in _AWAY:
            self.ringed = by_keyboard(event)
            self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring, unless the focus comes back."""
        if leaves(event):
            self.ringed = False
            self.update()


class FocusRing(QWidget):
    """A ring around one widget, drawn over its parent so that the widget needs no room for it.

    It shows itself when its widget gets the focus by keyboard, and follows the widget. A button that got
    it by a click has no ring, and lets Space go on to play or pause.
    """

    def __init__(self, target: QWidget, colour: str, radius: float = RADIUS) -> None:
        super().__init__(target)
        self._target = target
        self._colour = QColor(colour)
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        target.installEventFilter(self)
        target.destroyed.connect(self.deleteLater)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the widget's focus, place and size."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            passes = self.isHidden() and isinstance(watched, QAbstractButton)
            event.setAccepted(not passes)
            return passes
        if kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent) and by_keyboard(event):
            self._place()
            self.show()
        elif kind == QEvent.Type.Hide or (isinstance(event, QFocusEvent) and leaves(event)):
            self.hide()
        elif kind in (QEvent.Type.Move, QEvent.Type.Resize) and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        parent = self._target.parentWidget() or self._target
        if self.parentWidget() is not parent:
            self.setParent(parent)
        here = self._target.geometry() if parent is not self._target else self._target.rect()
        self.setGeometry(here.adjusted(-_REACH, -_REACH, _REACH, _REACH))
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._colour, FOCUS_RING))
        half = FOCUS_RING / 2
        radius = self._radius + _REACH - half
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)
