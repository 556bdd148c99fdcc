"""Numbers to look at, and to type where that makes sense: a typeset label over a larger figure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.controls.figures import draw_figures, figures_width
from gui.controls.notice import Notice
from gui.controls.typed_in_place import TypedInPlace
from gui.formula import formula, plain_text
from gui.theme import Theme, ui_font

_HEIGHT = 44
_GAP = 12
_LINE_TOP = 19
"""Where the line begins in which a number is typed."""
_NUMBER_TOP = 22
"""Below the label, above the number."""


class Readout(TypedInPlace):
    """One number under its label; where it is editable, a click or Return turns it into a line of text.

    It is opaque, in the colour of a card, so that what lies below need not be painted when numbers change.
    With `indent` there is a hairline at its left.

    Attributes
    ----------
    text : str
        The number that is shown.
    """

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
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFont(ui_font(18, QFont.Weight.Medium))
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if editable:
            self.make_editable(self._theme.ink, self._name)

    def show_text(self, text: str) -> None:
        """Show the number `text`."""
        if text != self.text:
            self.text = text
            self.setAccessibleName(f"{self._name} {text}")
            self.update(0, _NUMBER_TOP, self.width(), _HEIGHT - _NUMBER_TOP)

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
        painter.fillRect(event.rect(), QColor(self._theme.card))
        if self._indent:
            painter.fillRect(QRectF(0, 0, 1, _HEIGHT), QColor(self._theme.hairline))
        room = max(self.width() - self._indent - 2, 1)
        if event.rect().top() < _NUMBER_TOP:
            label = formula(self._label, 15, self._colour)
            label.paint(painter, self._indent, 15, min(1.0, room / label.width))
        if self.line is not None:
            return
        painter.setPen(QColor(self._colour))
        width = figures_width(self.text, self.font())
        scale = min(1.0, room / width) if width else 1.0
        if self.editable and self.underMouse():
            painter.fillRect(QRectF(self._indent, 42, width * scale, 1), QColor(self._theme.muted))
        painter.translate(self._indent, 38)
        painter.scale(scale, scale)
        draw_figures(painter, 0, 0, self.text, self.font())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line over the number."""
        width = self.width() - self._indent - (_GAP if not self._indent else 0)
        self.place_line(QRect(self._indent, _LINE_TOP, max(width, 1), _HEIGHT - _LINE_TOP))


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
