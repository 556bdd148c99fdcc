"""The field in which people type a formula, with the fault shown where it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.controls.buttons import IconButton
from gui.controls.examples import ExampleGroups, ExamplesPopup
from gui.controls.line_edit import LineEdit
from gui.controls.notice import Notice
from gui.formula import FormulaLabel, plain_text
from gui.icons import paint_icon
from gui.theme import FIELD_HEIGHT, FOCUS_RING, RADIUS, Theme, code_font, mixed

_LONGEST = 2000
_BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")
_WORD = re.compile(r"[^\W\d]\w*")
_CARET_HEIGHT = 10


class CodeEdit(LineEdit):
    """A line of code without a frame of its own.

    Attributes
    ----------
    left : Signal
        Esc was pressed.
    focus_changed : Signal
        The focus came or went.
    """

    left = Signal()
    focus_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(code_font())
        self.setFrame(False)
        self.setMaxLength(_LONGEST)
        self.setStyleSheet("QLineEdit, QLineEdit:focus { background: transparent; border: 0; padding: 0; }")

    def x_of(self, position: int) -> float:
        """Give the x of the left edge of the character at `position`."""
        metrics = QFontMetricsF(self.font())
        cursor = self.cursorRect().center().x()
        return (
            cursor
            - metrics.horizontalAdvance(self.text()[: self.cursorPosition()])
            + metrics.horizontalAdvance(self.text()[:position])
        )

    def leave(self) -> None:
        """Tell of it, and give the focus away."""
        self.left.emit()
        super().leave()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the frame."""
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the frame."""
        super().focusOutEvent(event)
        self.focus_changed.emit()


class _Frame(QWidget):
    """The rounded box, its border and the tint behind one character."""

    def __init__(self, theme: Theme, edit: CodeEdit) -> None:
        super().__init__()
        self._theme = theme
        self._edit = edit
        self.tinted: int | None = None
        self.setFixedHeight(FIELD_HEIGHT)
        edit.focus_changed.connect(self.update)
        edit.cursorPositionChanged.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw border, background and tint."""
        theme = self._theme
        strong = self._edit.fault or self._edit.hasFocus()
        colour = theme.fault.mark if self._edit.fault else theme.ink if strong else theme.border
        width = FOCUS_RING if strong else 1.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colour), width))
        painter.setBrush(QColor(theme.field))
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), RADIUS, RADIUS)
        if self.tinted is not None:
            left = self._edit.x() + self._edit.x_of(self.tinted)
            right = self._edit.x() + self._edit.x_of(self.tinted + 1)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mixed(theme.fault.mark, theme.field, 0.18)))
            painter.drawRoundedRect(QRectF(left, 7, right - left, 16), 2, 2)


class _Caret(QWidget):
    """The strip under the box with the triangle that points at the faulty character."""

    def __init__(self, theme: Theme, edit: CodeEdit) -> None:
        super().__init__()
        self._theme = theme
        self._edit = edit
        self.position = 0
        self.setFixedHeight(_CARET_HEIGHT)
        edit.cursorPositionChanged.connect(self.update)
        self.hide()

    def x_position(self) -> float:
        """Give the x of the middle of the faulty word or character."""
        text = self._edit.text()
        word = _WORD.match(text, self.position)
        end = word.end() if word else min(self.position + 1, len(text))
        middle = (self._edit.x_of(self.position) + self._edit.x_of(end)) / 2
        return min(max(self._edit.x() + middle, 6.0), self.width() - 6.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the triangle."""
        centre = QPointF(self.x_position(), 6)
        paint_icon(QPainter(self), "caret", centre, self._theme.fault.mark)


class ExpressionField(QWidget):
    """A formula as text: prefix, code, an arrow that opens examples, and the fault below.

    Attributes
    ----------
    edited : Signal
        str; the text after every change by the person.
    chosen : Signal
        str; the key of the example that was picked.
    edit : CodeEdit
        The line itself.
    """

    edited = Signal(str)
    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        prefix_latex: str = "",
        *,
        placeholder: str = "",
        examples: ExampleGroups = (),
        example_lines: Mapping[str, str] | None = None,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._position = 0
        self._suggestion: tuple[int, int, str] | None = None
        self._current = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.edit = CodeEdit()
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(name or plain_text(prefix_latex))
        self._frame = _Frame(theme, self.edit)
        self._caret = _Caret(theme, self.edit)
        self._notice = Notice(theme)
        self._popup = ExamplesPopup(theme, examples, example_lines or {}, self) if examples else None
        self._build(theme, prefix_latex)
        self.edit.textEdited.connect(self._take)
        self._notice.activated.connect(self._use_suggestion)
        if self._popup is not None:
            self._popup.chosen.connect(self.chosen)

    def _build(self, theme: Theme, prefix_latex: str) -> None:
        row = QHBoxLayout(self._frame)
        row.setContentsMargins(7 if not prefix_latex else 10, 0, 8, 0)
        row.setSpacing(0)
        self._prefix = FormulaLabel("", 15, theme.ink)
        self._prefix.setFixedWidth(0)
        row.addWidget(self._prefix)
        if prefix_latex:
            row.addSpacing(5)
        self.show_prefix(prefix_latex)
        row.addWidget(self.edit, 1)
        if self._popup is not None:
            arrow = IconButton(theme, "chevron", "Examples (Alt+↓)", size=(22, 22), colour=theme.muted)
            arrow.clicked.connect(self.open_examples)
            row.addWidget(arrow)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._frame)
        column.addWidget(self._caret)
        column.addWidget(self._notice)

    @property
    def error(self) -> str:
        """The sentence that is shown below, or ""."""
        return "" if self._notice.isHidden() else self._notice.text

    def show_prefix(self, latex: str) -> None:
        """Show what stands before the text, such as "f(x) ="."""
        if latex != self._prefix.latex:
            self._prefix.show_formula(latex)
            self._prefix.setFixedWidth(self._prefix.sizeHint().width())

    def show_text(self, text: str) -> None:
        """Show `text`, with the cursor where it was; emits nothing."""
        if text == self.edit.text():
            return
        cursor = self.edit.cursorPosition() if self.edit.hasFocus() else 0
        self.edit.setText(text)
        self.edit.setCursorPosition(min(cursor, len(text)))

    def show_current(self, key: str) -> None:
        """Remember which example is shown, so that the list opens there."""
        self._current = key

    def show_error(
        self,
        message: str,
        position: int,
        partner: int | None = None,
        suggestion: tuple[int, int, str] | None = None,
    ) -> None:
        """Show what is wrong with the text, and where.

        Parameters
        ----------
        message : str
            One sentence.
        position : int
            Index of the faulty character; the length of the text points behind its end.
        partner : int, optional
            Index of the bracket that the fault belongs to; tinted.
        suggestion : tuple of int, int, str, optional
            Where a part of the text begins and ends, and what would do instead; offered as a link.
        """
        self._position = min(max(position, 0), len(self.edit.text()))
        self._suggestion = suggestion
        self.edit.mark_fault(True)
        self._frame.tinted = partner if partner is not None and partner < len(self.edit.text()) else None
        self._frame.update()
        self._caret.position = self._position
        self._caret.show()
        self._caret.update()
        self._notice.show_notice(_with_link(message, suggestion[2] if suggestion else ""), "warning")
        self.edit.setAccessibleDescription(self._notice.text)

    def show_ok(self) -> None:
        """Show that the text is right."""
        if not self.edit.fault:
            return
        self.edit.mark_fault(False)
        self._frame.tinted = None
        self._frame.update()
        self._caret.hide()
        self._notice.show_notice("", "warning")
        self.edit.setAccessibleDescription("")

    def open_examples(self) -> None:
        """Open the list of examples below the field."""
        if self._popup is not None:
            self._popup.open_under(self._frame, self._current)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the examples with Alt+Down."""
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_examples()
        else:
            super().keyPressEvent(event)

    def _take(self, text: str) -> None:
        clean = _BREAKS.sub(" ", text)
        if clean != text:
            cursor = self.edit.cursorPosition()
            self.edit.setText(clean)
            self.edit.setCursorPosition(min(cursor, len(clean)))
        self.edited.emit(clean)

    def _use_suggestion(self) -> None:
        if self._suggestion is None:
            return
        start, end, text = self._suggestion
        typed = self.edit.text()
        self.edit.setText(typed[:start] + text + typed[end:])
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.setCursorPosition(start + len(text))
        self.edited.emit(self.edit.text())


def _with_link(message: str, suggestion: str) -> str:
    """Make a link of the suggestion where the message names it, or else of a few words behind it.

    A sign by itself would be too narrow to hit, so its quotes or the word before it belong to the link.
    """
    plain = message.replace("$", "").replace("[", "(").replace("]", ")")
    if not suggestion:
        return plain
    word = suggestion.isalnum()
    sign = re.escape(suggestion)
    named = rf"(?<!\w){sign}(?!\w)" if word else rf"“{sign}”|\w+ {sign}(?= )"
    found = list(re.finditer(named, plain))
    if not found:
        offer = f"Did you mean [{suggestion}](use)?" if word else f"[Write “{suggestion}”](use)"
        return f"{plain.rstrip()} {offer}"
    last = found[-1]
    return f"{plain[: last.start()]}[{last[0]}](use){plain[last.end() :]}"
