"""What lies under everything on a plot: paper, grid, zero axes and tick labels."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap

from gui.plot_axes import Projection, Tick, ticks
from gui.plot_item import PlotItem
from gui.plot_tick_fitting import FittedTicks, fitted
from gui.theme import Theme, text_width, ui_font

SIZE, POWER_SIZE = 11, 8
"""Pixels of the numbers, and of their exponents."""

LABEL_GAP, EDGE = 7, 2
"""Pixels between the drawing area and the labels on its left, and left of those at least."""

MARGIN = LABEL_GAP + EDGE


class Paper(PlotItem):
    """Chooses the ticks of a view and draws what stays the same until the view changes.

    It is an item rather than the background of the plot, so that Qt draws it and all that lies on it in one
    go when the view changes; it keeps its picture until then.

    Parameters
    ----------
    theme : Theme
        Colours.
    grid : bool
        Whether there are grid lines.

    Attributes
    ----------
    x_boxes : list of QRectF
        Places of the labels on the x axis.
    x_ticks : tuple of Tick
        What they say.
    y_ticks : FittedTicks
        What those on the left say.
    """

    level = -1.0
    clipped = False

    def __init__(self, theme: Theme, *, grid: bool) -> None:
        super().__init__()
        self.setZValue(self.level)
        self._theme = theme
        self._grid = grid
        self._font = ui_font(SIZE)
        self._power_font = ui_font(POWER_SIZE)
        self._metrics = QFontMetricsF(self._font)
        self.x_ticks: tuple[Tick, ...] = ()
        self.y_ticks = FittedTicks(())
        self._picture = QPixmap()
        self.x_boxes: list[QRectF] = []

    def cover(self, size: QSize) -> None:
        """Be as large as the plot."""
        self.set_bounds(QRectF(QPointF(), size))

    def _lay_out(self, projection: Projection) -> None:
        self._picture = QPixmap()
        p = projection
        x0, x1, y0, y1 = p.view
        self.x_ticks = ticks(x0, x1, p.width, log=p.log_x, width=self._width)
        chosen = ticks(y0, y1, p.height, log=p.log_y)
        self.y_ticks = FittedTicks(chosen) if p.log_y else fitted(chosen, p.left - MARGIN, self._width)
        self.x_boxes = []
        for tick in self.x_ticks:
            x, width = p.to_pixels(tick.value, y0)[0], self._width(tick)
            left = max(1.0, min(x - width / 2, self._bounds.width() - 1 - width))
            self.x_boxes.append(QRectF(left, p.bottom + 5, width, self._metrics.height() + 2))

    def _width(self, tick: Tick) -> float:
        return text_width(tick.text, SIZE) + (text_width(tick.exponent, POWER_SIZE) if tick.exponent else 0)

    def _draw(self, painter: QPainter) -> None:
        ratio = painter.device().devicePixelRatioF()
        if self._picture.isNull() or self._picture.devicePixelRatioF() != ratio:
            self._picture = self._drawn(ratio)
        painter.drawPixmap(QPointF(), self._picture)

    def _drawn(self, ratio: float) -> QPixmap:
        picture = QPixmap((self._bounds.size() * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.plot))
        if self.projection is not None:
            painter = QPainter(picture)
            self._draw_lines(painter, self.projection)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_labels(painter, self.projection)
            painter.end()
        return picture

    def _draw_lines(self, painter: QPainter, p: Projection) -> None:
        if self._grid:
            painter.setPen(QPen(QColor(self._theme.grid), 1))
            for tick in self.x_ticks:
                _draw_upright(painter, p, tick.value)
            for tick in self.y_ticks.ticks:
                _draw_level(painter, p, tick.value)
        painter.setPen(QPen(QColor(self._theme.zero_axis), 1))
        if not p.log_x and p.view[0] <= 0 <= p.view[1]:
            _draw_upright(painter, p, 0.0)
        if not p.log_y and p.view[2] <= 0 <= p.view[3]:
            _draw_level(painter, p, 0.0)

    def _draw_labels(self, painter: QPainter, p: Projection) -> None:
        painter.setPen(QColor(self._theme.muted))
        for tick, box in zip(self.x_ticks, self.x_boxes, strict=True):
            self._draw_label(painter, tick, box)
        height = self._metrics.height()
        for tick in self.y_ticks.ticks:
            y, width = p.to_pixels(p.view[0], tick.value)[1], self._width(tick)
            top = max(0.0, min(y - height / 2, p.bottom - height / 2 + 2))
            left = max(EDGE, p.left - LABEL_GAP - width)
            self._draw_label(painter, tick, QRectF(left, top, width, height))
        self._draw_notes(painter, p)

    def _draw_notes(self, painter: QPainter, p: Projection) -> None:
        """Write what the labels on the left have in common above the first of them, or else below it."""
        height, notes = self._metrics.height(), self.y_ticks.notes
        if not notes:
            return
        first = min(p.to_pixels(p.view[0], tick.value)[1] for tick in self.y_ticks.ticks)
        above = first - height / 2 - len(notes) * height
        top = above if above >= 0.0 else first + height / 2
        for line, note in enumerate(notes):
            width = self._width(note)
            left = max(EDGE, p.left - LABEL_GAP - width)
            self._draw_label(painter, note, QRectF(left, top + line * height, width, height))

    def _draw_label(self, painter: QPainter, tick: Tick, box: QRectF) -> None:
        baseline = round(box.center().y() + self._metrics.capHeight() / 2)
        painter.setFont(self._font)
        painter.drawText(QPointF(box.left(), baseline), tick.text)
        if tick.exponent:
            left = box.left() + text_width(tick.text, SIZE)
            painter.setFont(self._power_font)
            painter.drawText(QPointF(left, baseline - 4), tick.exponent)


def _draw_upright(painter: QPainter, p: Projection, value: float) -> None:
    x = int(p.to_pixels(value, p.view[2])[0])
    painter.drawLine(x, int(p.top), x, int(p.bottom) - 1)


def _draw_level(painter: QPainter, p: Projection, value: float) -> None:
    y = int(p.to_pixels(p.view[0], value)[1])
    painter.drawLine(int(p.left), y, int(p.right) - 1, y)
