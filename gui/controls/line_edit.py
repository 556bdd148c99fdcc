"""A line of text whose undo belongs to the application."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.controls.focus import leaves

RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def is_undo(event: QKeyEvent) -> bool:
    """Tell whether a key press means undo or redo."""
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


class LineEdit(QLineEdit):
    """A line edit that passes undo and redo on, and that Esc leaves.

    One that was clicked is left by Return too, so that the next key plays or steps; one that was reached by
    Tab stays where the keyboard is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clicked = False

    @property
    def fault(self) -> bool:
        """Whether the text is marked as refused."""
        return bool(self.property("fault"))

    def mark_fault(self, fault: bool) -> None:
        """Mark the text as refused, or take the mark away."""
        if self.fault != fault:
            self.setProperty("fault", fault)
            self.style().unpolish(self)
            self.style().polish(self)

    def leave(self) -> None:
        """Give the focus away."""
        self.clearFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Esc and Return; pass undo and redo on."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif is_undo(event):
            event.ignore()
        else:
            super().keyPressEvent(event)
            if event.key() in RETURN and self._clicked and not self.fault:
                self.clearFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember that the mouse was here."""
        self._clicked = True
        super().mousePressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget the mouse, unless the focus comes back."""
        super().focusOutEvent(event)
        if leaves(event):
            self._clicked = False

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the application's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and is_undo(event):
            event.ignore()
            return False
        return super().event(event)
