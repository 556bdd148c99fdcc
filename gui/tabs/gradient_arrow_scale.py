"""How long the gradient's arrow is for a magnitude: a ruler in the lower left corner of the map."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gui.formula import formula
from gui.plot_axes import Projection
from gui.plot_item import CACHED, PlotItem, make_pen
from gui.theme import Theme, text_width, ui_font

TITLE, NUMBER = r"\|{\nabla} f\|", 11
TITLE_SIZE = 12
INSET, GAP = 10.0, 7.0
TICK = 3.0
"""Half of the length of a tick, in pixels."""

HEIGHT = 19.0
MARGIN = 5.0
BACKING = 0.8
"""Opacity of what is behind it."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Marks = tuple[tuple[int, float], ...]


class ArrowScale(PlotItem):
    """A ruler as long as the longest arrow, with a tick where the arrow of a power of ten would end.

    Attributes
    ----------
    marks : tuple of (int, float)
        Powers of ten and lengths in pixels; none hide it.
    box : QRectF
        Where it stands, in pixels; empty for nothing.
    """

    level = 2.6

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.marks: Marks = ()
        self.box = QRectF()
        self._title = theme.derivative.text
        self._font = ui_font(NUMBER)
        self._pen = make_pen(theme.second, 1.0)
        self._lines: list[QLineF] = []
        self._start = QPointF()
        self.setCacheMode(CACHED)

    def show(self, marks: Marks) -> None:
        """Show these lengths from now on."""
        if marks != self.marks:
            self.marks = marks
            self.reproject()

    def _lay_out(self, projection: Projection) -> None:
        self.box, self._lines = QRectF(), []
        if self.marks:
            left = round(projection.left + INSET)
            line = round(projection.bottom - INSET) - 0.5
            start = left + round(formula(TITLE, TITLE_SIZE, self._title).width + GAP) + 0.5
            lengths = [length for _, length in self.marks]
            self._start = QPointF(start, line)
            self._lines = [QLineF(start, line, start + lengths[-1], line)]
            self._lines += [QLineF(start + x, line - TICK, start + x, line + TICK) for x in (0.0, *lengths)]
            right = start + lengths[-1] + text_width(_power_of_ten(self.marks[-1][0]), NUMBER) / 2
            self.box = QRectF(left, line + TICK - HEIGHT, right - left, HEIGHT)
        self.set_bounds(self.box.adjusted(-MARGIN, -1.0, MARGIN, 3.0) if self.marks else QRectF())

    def _draw(self, painter: QPainter) -> None:
        backing = QColor(self.plot_colour)
        backing.setAlphaF(BACKING)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(backing)
        painter.drawRoundedRect(self._bounds, 4.0, 4.0)
        painter.setPen(self._pen)
        painter.drawLines(self._lines)
        title = formula(TITLE, TITLE_SIZE, self._title)
        title.paint(painter, self.box.left(), round(self._start.y() + 0.3 * TITLE_SIZE))
        painter.setFont(self._font)
        for order, length in self.marks:
            words = _power_of_ten(order)
            middle = self._start.x() + length - text_width(words, NUMBER) / 2
            painter.drawText(QPointF(round(middle), self._start.y() - TICK - 3.0), words)


def _power_of_ten(order: int) -> str:
    """Write 10^order in a line."""
    return "1" if order == 0 else f"10{str(order).translate(SUPERSCRIPTS)}"
