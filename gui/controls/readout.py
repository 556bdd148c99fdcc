"""Numbers to look at: a typeset label over a larger figure."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from gui.controls.figures import draw_figures, figures_width
from gui.controls.notice import Notice
from gui.formula import formula, plain_text
from gui.theme import Theme, ui_font

_HEIGHT = 44
_GAP = 12


class Readout(QWidget):
    """One number under its label.

    Attributes
    ----------
    text : str
        The number that is shown.
    """

    def __init__(
        self, label_latex: str, colour: str, *, indent: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._indent = indent
        self._label = label_latex
        self._colour = colour
        self.text = ""
        self.setFont(ui_font(18, QFont.Weight.Medium))
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str) -> None:
        """Show the number `text`."""
        if text != self.text:
            self.text = text
            self.setAccessibleName(f"{plain_text(self._label)} {text}")
            self.updateGeometry()
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
        """Draw both, shrunk if they would not fit."""
        painter = QPainter(self)
        label = formula(self._label, 15, self._colour)
        room = max(self.width() - self._indent - 2, 1)
        label.paint(painter, self._indent, 15, min(1.0, room / label.width))
        painter.setPen(QColor(self._colour))
        width = figures_width(self.text, self.font())
        scale = min(1.0, room / width) if width else 1.0
        painter.translate(self._indent, 38)
        painter.scale(scale, scale)
        draw_figures(painter, 0, 0, self.text, self.font())


class ReadoutRow(QWidget):
    """Readouts side by side with hairlines between them, and a reason below when one reads "none".

    Attributes
    ----------
    readouts : tuple of Readout
        From the left.
    """

    def __init__(
        self,
        theme: Theme,
        readouts: Sequence[tuple[str, str]],
        *,
        stretch: Sequence[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        """Build a readout for each (label LaTeX, colour); `stretch` gives relative widths."""
        super().__init__(parent)
        self._theme = theme
        self.readouts = tuple(
            Readout(label, colour, indent=_GAP if k else 0) for k, (label, colour) in enumerate(readouts)
        )
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
