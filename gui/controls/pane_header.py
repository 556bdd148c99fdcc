"""The line over a plot: its title, what its colours mean, and its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.controls.buttons import IconButton
from gui.formula import formula, plain_text
from gui.theme import NARROW_WINDOW, PANE_HEADER_HEIGHT, Theme, kept_font, mixed, text_width

_LEFT = 14
_SPACINGS = ((10, 0), (6, 4))
"""Pixels before an entry of the legend, and how much shorter a line is: usually, and where room is short."""

_SWATCHES = {"line": 16, "dash": 20, "arrow": 16, "square": 9, "dot": 9, "area": 10, "pill": 26}


@dataclass(frozen=True)
class LegendEntry:
    """What one colour means.

    Attributes
    ----------
    colour : str
        ``#RRGGBB``.
    text, latex : str
        The meaning, in words or typeset.
    style : str
        "line", "dash", "arrow", "square" (open), "dot", "area" or "pill" (with ×).
    """

    colour: str
    text: str = ""
    latex: str = ""
    style: str = "line"


class PaneHeader(QWidget):
    """Title, note and legend; the legend hides in a narrow window, and its last entries where room is short.

    Attributes
    ----------
    expand_toggled : Signal
        The button at the right was pressed (only with `expandable`).
    """

    expand_toggled = Signal()

    def __init__(
        self,
        theme: Theme,
        title: str,
        legend: Sequence[LegendEntry] = (),
        *,
        note: str = "",
        expandable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._legend = tuple(legend)
        self._note, self._note_latex, self._note_colour = note, "", ""
        self.setFixedHeight(PANE_HEADER_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._controls: list[QWidget] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(_LEFT, 0, 8, 0)
        self._row.setSpacing(6)
        self._row.addStretch(1)
        if expandable:
            button = IconButton(theme, "expand", "Enlarge this pane", colour=theme.second)
            button.clicked.connect(self.expand_toggled)
            self._row.addWidget(button)
            self._controls.append(button)

    def add(self, widget: QWidget) -> None:
        """Put a control at the right, before the expand button."""
        self._row.insertWidget(1, widget)
        self._controls.append(widget)

    def lead_focus_to(self, widget: QWidget) -> None:
        """Let Tab go through the controls from the left, and from the last one to what is below."""
        for here, there in pairwise((*reversed(self._controls), widget)):
            QWidget.setTabOrder(here, there)

    def show_title(self, title: str) -> None:
        """Change the title."""
        if title != self._title:
            self._title = title
            self.setAccessibleName(title)
            self.update()

    def show_note(self, note: str = "", *, latex: str = "", colour: str = "") -> None:
        """Show a muted remark, or a coloured formula, after the title."""
        if (note, latex, colour) != (self._note, self._note_latex, self._note_colour):
            self._note, self._note_latex, self._note_colour = note, latex, colour
            self.setAccessibleDescription(note or plain_text(latex))
            beside = ceil(self._name_end()) + 2
            self.update(beside, 0, self.width() - beside, self.height())

    def show_legend(self, legend: Sequence[LegendEntry]) -> None:
        """Change what the colours mean."""
        if tuple(legend) != self._legend:
            self._legend = tuple(legend)
            self.update()

    def legend_shown(self) -> tuple[LegendEntry, ...]:
        """Give the entries for which there is room."""
        return self._fitting()[0]

    def _fitting(self) -> tuple[tuple[LegendEntry, ...], tuple[int, int]]:
        """Give the entries for which there is room, and how they are spaced."""
        if self.window().width() < NARROW_WINDOW:
            return (), _SPACINGS[0]
        room = self._room() - self._title_end()
        for count in range(len(self._legend), 0, -1):
            entries = self._legend[:count]
            for gap, shorter in _SPACINGS:
                if sum(self._entry_width(entry, shorter) + gap for entry in entries) <= room:
                    return entries, (gap, shorter)
        return (), _SPACINGS[0]

    def _room(self) -> float:
        lefts = [widget.x() - 6 for widget in self._controls]
        return min([self.width() - 8, *lefts])

    def _entry_width(self, entry: LegendEntry, shorter: int) -> float:
        words = (
            formula(entry.latex, 13.5, self._theme.second).width
            if entry.latex
            else text_width(entry.text, 12)
        )
        return _swatch_width(entry, shorter) + 6 + words

    def _name_end(self) -> float:
        return _LEFT + text_width(self._title, 12, QFont.Weight.DemiBold)

    def _title_end(self) -> float:
        x = self._name_end()
        if self._note_latex:
            return x + 12 + formula(self._note_latex, 13.5, self._note_colour or self._theme.muted).width
        return x + (10 + text_width(self._note, 12) if self._note else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw title, note and legend."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), QColor(theme.plot))
        x = self._name_end()
        if event.rect().left() < x:
            painter.setFont(kept_font(12, QFont.Weight.DemiBold))
            painter.setPen(QColor(theme.ink))
            self._words(painter, _LEFT, self._title)
        if self._note_latex:
            self._typeset(painter, x + 12, self._note_latex, self._note_colour or theme.muted)
        elif self._note:
            painter.setFont(kept_font(12))
            painter.setPen(QColor(theme.muted))
            self._words(painter, x + 10, self._note)
        x = self._title_end()
        entries, (gap, shorter) = self._fitting()
        for entry in entries:
            x += gap
            width = _swatch_width(entry, shorter)
            self._swatch(painter, entry, x, width)
            words = x + width + 6
            if entry.latex:
                self._typeset(painter, words, entry.latex, theme.second)
            else:
                painter.setFont(kept_font(12))
                painter.setPen(QColor(theme.second))
                self._words(painter, words, entry.text)
            x += self._entry_width(entry, shorter)

    def _words(self, painter: QPainter, x: float, text: str) -> None:
        box = QRectF(x, -1, self.width(), self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _typeset(self, painter: QPainter, x: float, latex: str, colour: str) -> None:
        formula(latex, 13.5, colour).paint(painter, round(x), 20)

    def _swatch(self, painter: QPainter, entry: LegendEntry, x: float, width: int) -> None:
        middle = PANE_HEADER_HEIGHT / 2
        colour = QColor(entry.colour)
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        left, right = QPointF(x, middle), QPointF(x + width, middle)
        match entry.style:
            case "dash":
                for k in range(3):
                    painter.drawLine(QPointF(x + 7.5 * k, middle), QPointF(x + 7.5 * k + 5, middle))
            case "square":
                painter.drawRoundedRect(QRectF(x + 1, middle - 3.5, 7, 7), 1, 1)
            case "dot":
                painter.setBrush(colour)
                painter.drawEllipse(QPointF(x + 4.5, middle), 3.5, 3.5)
            case "area":
                painter.setPen(QPen(colour, 1))
                painter.setBrush(QColor(mixed(entry.colour, self._theme.plot, 0.14)))
                painter.drawRect(QRectF(x + 0.5, middle - 5, 10, 10))
            case "pill":
                box = QRectF(x + 0.5, middle - 7, 25, 14)
                painter.setPen(QPen(QColor(self._theme.border), 1))
                painter.drawRoundedRect(box, 7, 7)
                painter.setPen(colour)
                painter.setFont(kept_font(11))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "×")
            case "arrow":
                painter.drawLine(left, QPointF(x + width - 5, middle))
                painter.setBrush(colour)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.drawPolygon(
                    [right, QPointF(x + width - 7, middle - 4), QPointF(x + width - 7, middle + 4)]
                )
            case _:
                painter.drawLine(left, right)


def _swatch_width(entry: LegendEntry, shorter: int) -> int:
    return _SWATCHES[entry.style] - (shorter if entry.style in ("line", "arrow") else 0)
