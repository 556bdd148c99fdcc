"""What the lines on a plot mean, in one of its corners."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from core.scenes.legend import LegendRow
from gui.formula import formula, plain_text
from gui.label_places import Crowd
from gui.plot_axes import Projection
from gui.plot_item import PlotItem, make_pen
from gui.theme import Theme, ui_font

ROW = 19.0
SWATCH = 18.0
WORDS, FORMULA = 12, 13
INSET = 8.0
"""Pixels between the legend and the edges of the plot."""

PADDING = 6.0

CORNERS = ((False, False), (True, False), (False, True), (True, True))
"""Of the plot: whether at its right, and whether at its lower edge."""

Lines = dict[str, tuple[str, str]]
"""Colour and style of each line by its key."""


class Legend(PlotItem):
    """What thin lines on a plot mean, in a corner over a backing in the colour of the plot.

    Attributes
    ----------
    rows : tuple of LegendRow
        What it says.
    box : QRectF
        Where it stands, in pixels; empty for no rows.
    """

    level = 8.5

    def __init__(self, theme: Theme, lines: Lines) -> None:
        super().__init__()
        self.rows: tuple[LegendRow, ...] = ()
        self.box = QRectF()
        self._ink, self._muted = theme.second, theme.muted
        self._pens = {key: make_pen(colour, 1.75, style) for key, (colour, style) in lines.items()}
        self._font = ui_font(WORDS)
        self._right = self._low = False

    def show(self, rows: tuple[LegendRow, ...], right: bool = False, low: bool = False) -> None:
        """Say this from now on, in this corner."""
        if (rows, right, low) != (self.rows, self._right, self._low):
            self.rows, self._right, self._low = rows, right, low
            self.reproject()

    def show_where_free(self, rows: tuple[LegendRow, ...], crowd: Crowd) -> None:
        """Say this in the corner where it is now while that is free, else in the freest."""
        self.show(rows, self._right, self._low)
        if not rows or self.projection is None:
            return
        now = self._right, self._low
        corners = sorted(CORNERS, key=lambda corner: corner != now)
        boxes = [self.place(self.projection, *corner) for corner in corners]
        best = crowd.freest(boxes)
        if best is not None:
            self.show(rows, *corners[boxes.index(best)])

    @property
    def text(self) -> str:
        """All rows in plain words."""
        return "; ".join(row.text or plain_text(row.latex) for row in self.rows)

    def place(self, projection: Projection, right: bool, low: bool) -> QRectF:
        """Give the box that it would need in a corner."""
        width = max((SWATCH + 8.0 + self._width(row) for row in self.rows), default=0.0) + 2 * PADDING
        height = ROW * len(self.rows) + 2 * PADDING
        left = projection.right - INSET - width if right else projection.left + INSET
        top = projection.bottom - INSET - height if low else projection.top + INSET
        return QRectF(max(left, projection.left + 2.0), top, width, height)

    def row_boxes(self) -> list[QRectF]:
        """Give the place of each row, in pixels."""
        left, top = self.box.left(), self.box.top() + PADDING
        widths = [SWATCH + 8.0 + self._width(row) + 2 * PADDING for row in self.rows]
        return [QRectF(left, top + ROW * index, width, ROW) for index, width in enumerate(widths)]

    def _width(self, row: LegendRow) -> float:
        if row.latex:
            return formula(row.latex, FORMULA, self._ink).width
        return QFontMetricsF(self._font).horizontalAdvance(row.text)

    def _lay_out(self, projection: Projection) -> None:
        self.box = self.place(projection, self._right, self._low) if self.rows else QRectF()
        self.set_bounds(self.box)

    def _draw(self, painter: QPainter) -> None:
        backing = QColor(self.plot_colour)
        backing.setAlphaF(0.86)
        left = self.box.left() + PADDING
        for index, row in enumerate(self.rows):
            middle = self.box.top() + PADDING + ROW * (index + 0.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(backing)
            painter.drawRect(self.row_boxes()[index])
            if row.drawn:
                painter.setPen(self._pens[row.key])
                painter.drawLine(QPointF(left, middle), QPointF(left + SWATCH, middle))
            start = left + SWATCH + 8.0
            if row.latex:
                shown = formula(row.latex, FORMULA, self._ink)
                shown.paint(painter, start, round(middle + 0.32 * FORMULA))
            else:
                painter.setFont(self._font)
                painter.setPen(QColor(self._ink if row.drawn else self._muted))
                baseline = middle + QFontMetricsF(self._font).capHeight() / 2
                painter.drawText(QPointF(start, round(baseline)), row.text)
