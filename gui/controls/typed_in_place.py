"""A piece of text that a click turns into a line in which it can be typed."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from gui.controls.focus import FocusRing
from gui.controls.line_edit import RETURN, LineEdit
from gui.theme import ui_font


class _Line(LineEdit):
    """The line that stands over a number while it is typed.

    Attributes
    ----------
    ended : Signal
        Return was pressed, or the focus went elsewhere in the window.
    """

    ended = Signal()

    def leave(self) -> None:
        """Give the focus away, with the number as it was."""
        self.setModified(False)
        super().leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep Return, which would open the line again."""
        if event.key() in RETURN:
            self.ended.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell of it, unless another window came to the front."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.ended.emit()


class TypedInPlace(QWidget):
    """What shows a text and, once it is made editable, lets a click or Return turn it into a line of text.

    A subclass draws `text` while there is no line, and says where the line stands.

    Attributes
    ----------
    committed : Signal
        str; the person changed the text and pressed Return or left it. Esc leaves without.
    text : str
        What is shown.
    """

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self._line: LineEdit | None = None

    def make_editable(self, ink: str, name: str, tip: str = "Click to type") -> None:
        """Offer to type; the ring that shows the keyboard is of this ink."""
        line = _Line(self)
        line.setFont(ui_font(13))
        line.setMaxLength(64)
        line.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        line.setAccessibleName(name)
        line.ended.connect(self._finish)
        line.textEdited.connect(lambda: self.refuse(""))
        line.hide()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(tip)
        FocusRing(self, ink)
        self._line = line

    @property
    def editable(self) -> bool:
        """Whether the text can be typed."""
        return self._line is not None

    @property
    def line(self) -> LineEdit | None:
        """The line in which the text is being typed; None while it is only shown."""
        return None if self._line is None or self._line.isHidden() else self._line

    def place_line(self, place: QRect) -> None:
        """Say where the line stands."""
        if self._line is not None:
            self._line.setGeometry(place)

    def edit(self) -> None:
        """Turn an editable number into a line of text."""
        if self._line is not None:
            self._line.setText(self.text)
            self._line.show()
            self._line.setFocus(Qt.FocusReason.OtherFocusReason)
            self._line.selectAll()
            self.update()

    def refuse(self, sentence: str) -> None:
        """Mark what was typed as refused and say why in the tooltip; "" takes the mark away."""
        if self._line is not None:
            self._line.mark_fault(bool(sentence))
            self._line.setToolTip(sentence)
            self._line.setAccessibleDescription(sentence)

    def _finish(self) -> None:
        """Propose what was typed; the line stays only as long as it is refused and has the focus."""
        line = self.line
        if line is None:
            return
        changed = line.isModified()
        line.setModified(False)
        if changed:
            self.committed.emit(line.text())
        if not (line.fault and line.hasFocus()):
            self._close(line)

    def _close(self, line: LineEdit) -> None:
        self.refuse("")
        if line.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        line.hide()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to type."""
        if self._line is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        else:
            self.edit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin to type with Return."""
        if self._line is not None and event.key() in RETURN:
            self.edit()
        else:
            super().keyPressEvent(event)
