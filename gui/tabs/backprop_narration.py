"""The strip under the graph that says what a step did, with its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.scenes.backprop_words import Line, Narration, Term
from gui.formula import Formula, formula, plain_text
from gui.graph_items import short_number
from gui.numbers import format_number, latex_number
from gui.theme import NARROW_WINDOW, Theme, ui_font

STRIP_HEIGHT = 46
_SIZE = 13.5
_GAP = 5.0
_LINE_GAP, _NARROW_LINE_GAP = 28.0, 22.0
_SMALLEST = 0.7
_DERIVATIVE = re.compile(r"\\frac\{\{\\partial\} (.+?)\}\{\{\\partial\} ((?:[^{}]|\{[^{}]*\})+)\}")


def factor_latex(value: float, digits: int = 4) -> str:
    """Write a number without zeros at its end, for a formula."""
    latex = latex_number(value, digits)
    if "." not in latex or "times" in latex:
        return latex
    number = latex.strip("{}").rstrip("0").rstrip(".")
    return f"{{{number}}}" if number.startswith("-") else number


def typeset(theme: Theme, term: Term, size: float = _SIZE) -> list[Formula]:
    """Typeset a term in the colour of its role; a negative factor comes in brackets."""
    colour = {
        "value": theme.function.text,
        "gradient": theme.derivative.text,
    }.get(term.role, theme.ink)
    if term.number is None:
        return [formula(term.latex, size, colour)]
    latex = factor_latex(term.number) if term.is_factor else latex_number(term.number)
    number = formula(latex, size, colour)
    if term.is_factor and latex.startswith("{-"):
        return [formula("(", size, colour), number, formula(")", size, colour)]
    return [number]


def spoken(latex: str) -> str:
    """Write a formula with derivatives as plain text: ∂L/∂w."""
    return (
        plain_text(_DERIVATIVE.sub(r"\\partial \1/\\partial \2", latex)).replace("∂ ", "∂").replace("_", "")
    )


def line_text(line: Line) -> str:
    """Write a line as plain text."""
    words = []
    for term in line:
        if term.number is None:
            words.append(spoken(term.latex))
        else:
            words.append(short_number(term.number) if term.is_factor else format_number(term.number))
    return " ".join(words)


def line_width(theme: Theme, line: Line, size: float = _SIZE) -> float:
    """Give the width of a line as `paint_line` draws it."""
    pieces = [typeset(theme, term, size) for term in line]
    return sum(sum(piece.width for piece in part) for part in pieces) + _GAP * max(len(pieces) - 1, 0)


def paint_line(
    painter: QPainter, theme: Theme, line: Line, x: float, baseline: float, scale: float = 1.0
) -> float:
    """Draw a line from `x` and give the x of its end."""
    for term in line:
        for piece in typeset(theme, term):
            piece.paint(painter, x, baseline, scale)
            x += piece.width * scale
        x += _GAP * scale
    return x - _GAP * scale


class NarrationStrip(QWidget):
    """One line: a dot in the colour of the pass, a sentence, and formulas.

    Attributes
    ----------
    title : str
        The sentence, in full.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._narration: Narration | None = None
        self.title = ""
        self.setFixedHeight(STRIP_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_narration(self, narration: Narration) -> None:
        """Say this."""
        if narration == self._narration:
            return
        self._narration = narration
        self.title = narration.title
        self.setAccessibleName(narration.title)
        self.setAccessibleDescription("; ".join(self.texts()))
        self.setToolTip("\n".join([narration.title, *self.texts()]))
        self.update()

    def texts(self) -> list[str]:
        """Give the formulas as plain text."""
        return [line_text(line) for line in self._narration.lines] if self._narration else []

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the strip; where it is narrow the sentence shortens, then the formulas shrink."""
        theme, narration = self._theme, self._narration
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.panel))
        painter.fillRect(QRectF(0, 0, self.width(), 1), QColor(theme.hairline))
        if narration is None:
            return
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        dots = {"value": theme.function.mark, "gradient": theme.derivative.mark}
        painter.setBrush(QColor(dots.get(narration.role, theme.muted)))
        painter.drawEllipse(QPointF(20.5, middle), 4.5, 4.5)
        font = ui_font(12.5, QFont.Weight.DemiBold)
        metrics = QFontMetricsF(font)
        gap = _LINE_GAP if self.window().width() >= NARROW_WINDOW else _NARROW_LINE_GAP
        lines, needed = self._fitting(narration.lines, gap)
        title = narration.title
        room = self.width() - 32 - 14
        if lines and metrics.horizontalAdvance(title) + gap + needed > room:
            title = narration.short_title
        title = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        painter.setPen(QColor(theme.ink))
        painter.drawText(QPointF(32, middle + 4.5), title)
        x = 32 + metrics.horizontalAdvance(title) + gap
        scale = min(1.0, (self.width() - 14 - x) / needed) if needed else 1.0
        for line in lines:
            x = paint_line(painter, theme, line, x, middle + 4.5, scale) + gap * scale

    def _fitting(self, lines: Sequence[Line], gap: float) -> tuple[list[Line], float]:
        """Give the lines that fit when they are drawn small, and their width at full size."""
        assert self._narration is not None
        metrics = QFontMetricsF(ui_font(12.5, QFont.Weight.DemiBold))
        room = self.width() - 46 - gap - metrics.horizontalAdvance(self._narration.short_title)
        fitting: list[Line] = []
        total = 0.0
        for line in lines:
            width = line_width(self._theme, line) + (gap if fitting else 0.0)
            if fitting and total + width > room / _SMALLEST:
                break
            fitting.append(line)
            total += width
        return fitting, total
