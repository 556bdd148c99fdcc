"""Numbers to look at, and to type where that makes sense: a typeset label over a larger figure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.controls.figures import draw_figures, figures_width
from gui.controls.focus import FocusRing
from gui.controls.line_edit import LineEdit
from gui.controls.notice import Notice
from gui.formula import formula, plain_text
from gui.theme import Theme, ui_font

_HEIGHT = 44
_GAP = 12
_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LINE_TOP = 19
"""Where the line begins in which a number is typed."""


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
        if event.key() in _RETURN:
            self.ended.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell of it, unless another window came to the front."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.ended.emit()


class Readout(QWidget):
    """One number under its label; where it is editable, a click or Return turns it into a line of text.

    Attributes
    ----------
    committed : Signal
        str; the person changed the text and pressed Return or left it. Esc leaves without.
    text : str
        The number that is shown.
    """

    committed = Signal(str)

    def __init__(
        self,
        theme: Theme,
        label_latex: str,
        colour: str,
        *,
        indent: int = 0,
        editable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._indent = indent
        self._label = label_latex
        self._colour = colour
        self._name = plain_text(label_latex)
        self.text = ""
        self.setFont(ui_font(18, QFont.Weight.Medium))
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._line = self._build_line() if editable else None

    def _build_line(self) -> LineEdit:
        line = _Line(self)
        line.setFont(ui_font(13))
        line.setMaxLength(64)
        line.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        line.setAccessibleName(self._name)
        line.ended.connect(self._finish)
        line.textEdited.connect(lambda: self.refuse(""))
        line.hide()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip("Click to type")
        FocusRing(self, self._theme.ink)
        return line

    @property
    def line(self) -> LineEdit | None:
        """The line in which the number is being typed; None while it is only shown."""
        return None if self._line is None or self._line.isHidden() else self._line

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

    def show_text(self, text: str) -> None:
        """Show the number `text`."""
        if text != self.text:
            self.text = text
            self.setAccessibleName(f"{self._name} {text}")
            self.update()

    def sizeHint(self) -> QSize:
        """Give the room for label and number."""
        number = figures_width(self.text, self.font())
        label = formula(self._label, 15, self._colour).width
        return QSize(int(max(number, label)) + 2 + self._indent, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Give a small width: label and number shrink to their room."""
        return QSize(30, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both, shrunk if they would not fit; a line under the number offers to edit it."""
        painter = QPainter(self)
        label = formula(self._label, 15, self._colour)
        room = max(self.width() - self._indent - 2, 1)
        label.paint(painter, self._indent, 15, min(1.0, room / label.width))
        if self.line is not None:
            return
        painter.setPen(QColor(self._colour))
        width = figures_width(self.text, self.font())
        scale = min(1.0, room / width) if width else 1.0
        if self._line is not None and self.underMouse():
            painter.fillRect(QRectF(self._indent, 42, width * scale, 1), QColor(self._theme.muted))
        painter.translate(self._indent, 38)
        painter.scale(scale, scale)
        draw_figures(painter, 0, 0, self.text, self.font())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line over the number."""
        if self._line is not None:
            width = self.width() - self._indent - (_GAP if not self._indent else 0)
            self._line.setGeometry(self._indent, _LINE_TOP, max(width, 1), _HEIGHT - _LINE_TOP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to type."""
        if self._line is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        else:
            self.edit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin to type with Return."""
        if self._line is not None and event.key() in _RETURN:
            self.edit()
        else:
            super().keyPressEvent(event)


class ReadoutRow(QWidget):
    """Readouts side by side with hairlines between them, and a reason below when one reads "none".

    Attributes
    ----------
    committed : Signal
        int, str; the text of the readout in this place was changed by the person.
    readouts : tuple of Readout
        From the left.
    """

    committed = Signal(int, str)

    def __init__(
        self,
        theme: Theme,
        readouts: Sequence[tuple[str, str]],
        *,
        stretch: Sequence[int] = (),
        editable: Collection[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Build a readout for each (label LaTeX, colour).

        Relative widths are given by `stretch`, the places whose number can be typed by `editable`.
        """
        super().__init__(parent)
        self._theme = theme
        self.readouts = tuple(
            Readout(theme, label, colour, indent=_GAP if k else 0, editable=k in editable)
            for k, (label, colour) in enumerate(readouts)
        )
        for k, readout in enumerate(self.readouts):
            readout.committed.connect(partial(self.committed.emit, k))
        self._reason = Notice(theme)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for k, readout in enumerate(self.readouts):
            row.addWidget(readout, stretch[k] if stretch else 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(row)
        column.addWidget(self._reason)

    @property
    def reason(self) -> str:
        """The sentence below, or ""."""
        return "" if self._reason.isHidden() else self._reason.text

    def show_texts(self, texts: Sequence[str]) -> None:
        """Show one number in each readout."""
        for readout, text in zip(self.readouts, texts, strict=True):
            readout.show_text(text)

    def show_reason(self, reason: str | None) -> None:
        """Show a muted sentence below, such as why there is no derivative; None hides it."""
        self._reason.show_notice(reason or "", "plain")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the hairlines between the readouts."""
        painter = QPainter(self)
        for readout in self.readouts[1:]:
            painter.fillRect(QRectF(readout.x(), readout.y(), 1, _HEIGHT), QColor(self._theme.hairline))
