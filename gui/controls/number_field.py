"""A field for one number, the same under every locale."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from gui.numbers import format_field, parse_number
from gui.theme import Theme, ui_font

_REFUSAL = "Write a number such as 1.5, 1,5, 1e-3 or −2."


def is_undo(event: QKeyEvent) -> bool:
    """Tell whether a key press means undo or redo, which belong to the whole application."""
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


class NumberField(QLineEdit):
    """A right-aligned number that is edited as text.

    Attributes
    ----------
    committed : Signal
        float; the person changed the text to a number and pressed Return or left the field.
    """

    committed = Signal(float)

    def __init__(
        self,
        theme: Theme,
        *,
        decimals: int = 2,
        width: int = 62,
        height: int = 24,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._decimals = decimals
        self._value: float | None = None
        self.setFont(ui_font(12.5))
        self.setFixedSize(QSize(width, height))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setMaxLength(64)
        self.setAccessibleName(name)
        self.editingFinished.connect(self._commit)
        self.textEdited.connect(self._clear_fault)

    def show_value(self, value: float) -> None:
        """Show `value`, unless the person is typing, or typed what was refused; emits nothing."""
        refused = bool(self.property("fault")) and value == self._value
        if self.isModified() and (self.hasFocus() or refused):
            return
        self._value = value
        text = format_field(value, self._decimals)
        if text != self.text():
            self.setText(text)
        self.setCursorPosition(0)
        self._mark_fault(False)

    def _commit(self) -> None:
        if not self.isModified():
            return
        value = parse_number(self.text())
        self._mark_fault(value is None)
        if value is None:
            return
        self.setModified(False)
        self._value = value
        self.committed.emit(value)

    def _clear_fault(self) -> None:
        self._mark_fault(False)

    def _mark_fault(self, fault: bool) -> None:
        if bool(self.property("fault")) != fault:
            self.setProperty("fault", fault)
            self.setToolTip(_REFUSAL if fault else "")
            self.setAccessibleDescription(_REFUSAL if fault else "")
            self.style().unpolish(self)
            self.style().polish(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select all, so that typing replaces the number."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave on Esc, with the number as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self.setModified(False)
            if self._value is not None:
                self.show_value(self._value)
            self.clearFocus()
        elif is_undo(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Leave undo and redo to the application."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and is_undo(event):
            event.ignore()
            return False
        return super().event(event)
