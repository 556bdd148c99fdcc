"""What lies under everything on a plot: paper, grid, zero axes and tick labels."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.plot_axes import Projection, Tick, ticks
from gui.theme import Theme, ui_font

LABEL_GAP = 7
"""Pixels between the drawing area and the labels on its left."""


class Paper:
    """Chooses the ticks of a view and draws what stays the same until the view changes.

    Parameters
    ----------
    theme : Theme
        Colours.
    grid : bool
        Whether there are grid lines.
    """

    def __init__(self, theme: Theme, *, grid: bool) -> None:
        self._theme = theme
        self._grid = grid
        self._font = ui_font(11)
        self._power_font = ui_font(8)
        self._metrics = QFontMetricsF(self._font)
        self._power_metrics = QFontMetricsF(self._power_font)
        self._projection: Projection | None = None
        self._x_ticks: tuple[Tick, ...] = ()
        self._y_ticks: tuple[Tick, ...] = ()
        self._x_boxes: list[QRectF] = []

    def lay_out(self, projection: Projection, widget_width: float) -> list[QRectF]:
        """Choose the ticks of a view; give the places of the labels on the x axis."""
        p = self._projection = projection
        x0, x1, y0, y1 = p.view
        self._x_ticks = ticks(x0, x1, p.width, log=p.log_x, width=self._width)
        self._y_ticks = ticks(y0, y1, p.height, log=p.log_y)
        self._x_boxes = []
        for tick in self._x_ticks:
            x, width = float(p.to_pixels(tick.value, y0)[0]), self._width(tick)
            left = max(1.0, min(x - width / 2, widget_width - 1 - width))
            self._x_boxes.append(QRectF(left, p.bottom + 5, width, self._metrics.height() + 2))
        return self._x_boxes

    def _width(self, tick: Tick) -> float:
        return self._metrics.horizontalAdvance(tick.text) + self._power_metrics.horizontalAdvance(
            tick.exponent
        )

    def draw(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Draw everything, where it lies in `rect`."""
        painter.fillRect(rect, QColor(self._theme.plot))
        if self._projection is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            self._draw_lines(painter, self._projection)
            painter.restore()
            self._draw_labels(painter, self._projection)

    def _draw_lines(self, painter: QPainter, p: Projection) -> None:
        if self._grid:
            painter.setPen(QPen(QColor(self._theme.grid), 1))
            for tick in self._x_ticks:
                _draw_upright(painter, p, tick.value)
            for tick in self._y_ticks:
                _draw_level(painter, p, tick.value)
        painter.setPen(QPen(QColor(self._theme.zero_axis), 1))
        if not p.log_x and p.view[0] <= 0 <= p.view[1]:
            _draw_upright(painter, p, 0.0)
        if not p.log_y and p.view[2] <= 0 <= p.view[3]:
            _draw_level(painter, p, 0.0)

    def _draw_labels(self, painter: QPainter, p: Projection) -> None:
        painter.setPen(QColor(self._theme.muted))
        for tick, box in zip(self._x_ticks, self._x_boxes, strict=True):
            self._draw_label(painter, tick, box)
        height = self._metrics.height()
        for tick in self._y_ticks:
            y, width = float(p.to_pixels(p.view[0], tick.value)[1]), self._width(tick)
            top = max(0.0, min(y - height / 2, p.bottom - height / 2 + 2))
            left = max(2.0, p.left - LABEL_GAP - width)
            self._draw_label(painter, tick, QRectF(left, top, width, height))

    def _draw_label(self, painter: QPainter, tick: Tick, box: QRectF) -> None:
        baseline = round(box.center().y() + self._metrics.capHeight() / 2)
        painter.setFont(self._font)
        painter.drawText(QPointF(box.left(), baseline), tick.text)
        if tick.exponent:
            left = box.left() + self._metrics.horizontalAdvance(tick.text)
            painter.setFont(self._power_font)
            painter.drawText(QPointF(left, baseline - 4), tick.exponent)


def _draw_upright(painter: QPainter, p: Projection, value: float) -> None:
    x = int(p.to_pixels(value, p.view[2])[0])
    painter.drawLine(x, int(p.top), x, int(p.bottom) - 1)


def _draw_level(painter: QPainter, p: Projection, value: float) -> None:
    y = int(p.to_pixels(p.view[0], value)[1])
    painter.drawLine(int(p.left), y, int(p.right) - 1, y)
