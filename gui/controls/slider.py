"""Sliders: a value on a line, linear or logarithmic, perhaps with a part that is forbidden."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.controls.focus import Ringed
from gui.numbers import format_number
from gui.theme import FOCUS_RING, Theme, mixed

OVERHANG = 9
"""Room on both sides of the track for the knob and its focus ring."""
_KNOB = 6.5
_TRACK = 4


class Slider(Ringed):
    """A slider that proposes values and is placed by `show_value`.

    Attributes
    ----------
    pressed, released : Signal
        A gesture began, ended. A key press is a gesture of its own.
    moved : Signal
        float; the value under the pointer.
    reset : Signal
        Double-click: back to the default.
    """

    pressed = Signal()
    moved = Signal(float)
    released = Signal()
    reset = Signal()

    def __init__(
        self,
        theme: Theme,
        lower: float = 0.0,
        upper: float = 1.0,
        *,
        logarithmic: bool = False,
        decimals: int = 2,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lower, self._upper = lower, upper
        self._logarithmic = logarithmic
        self._decimals = decimals
        self._value = lower
        self._limit: float | None = None
        self._dragging = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(24)
        self.setMinimumWidth(40 + 2 * OVERHANG)

    def show_value(self, value: float) -> None:
        """Place the knob; a value outside the range stands at its end. Emits nothing."""
        if value != self._value:
            self._value = value
            self.setAccessibleDescription(format_number(value, self._decimals))
            self.update()

    def show_range(self, lower: float, upper: float) -> None:
        """Change the ends; emits nothing."""
        if (lower, upper) != (self._lower, self._upper):
            self._lower, self._upper = lower, upper
            self.update()

    def show_limit(self, limit: float | None) -> None:
        """Mark the part beyond `limit` as forbidden; None marks nothing."""
        if limit != self._limit:
            self._limit = limit
            self.update()

    def x_of(self, value: float) -> float:
        """Give the x of `value` in the widget, at most at the ends of the track."""
        return OVERHANG + self._share(value) * self._length()

    def value_at(self, x: float) -> float:
        """Give the value under `x`, rounded to what a person can aim at."""
        share = min(max((x - OVERHANG) / self._length(), 0.0), 1.0)
        if share in (0.0, 1.0):
            return self._upper if share else self._lower
        if self._logarithmic:
            value = self._lower * (self._upper / self._lower) ** share
            return float(f"{value:.3g}")
        return round(self._lower + share * (self._upper - self._lower), self._places())

    def _places(self) -> int:
        """Give the decimals to round to: those displayed, or more when the range is short."""
        span = abs(self._upper - self._lower)
        return max(self._decimals, 2 - math.floor(math.log10(span))) if span > 0 else self._decimals

    def _length(self) -> float:
        return max(self.width() - 2 * OVERHANG, 1)

    def _share(self, value: float) -> float:
        lower, upper = self._lower, self._upper
        if math.isnan(value) or upper == lower:
            return 0.0
        if not self._logarithmic:
            return min(max((value - lower) / (upper - lower), 0.0), 1.0)
        if value <= 0:
            return 0.0
        return min(max(math.log(value / lower) / math.log(upper / lower), 0.0), 1.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag, with the knob at the pointer."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._dragging = True
        self.pressed.emit()
        self.moved.emit(self.value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Propose the value under the pointer."""
        if self._dragging:
            self.moved.emit(self.value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        if self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = False
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the default."""
        self.reset.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrow keys, by tens with Shift, to the ends with Home and End."""
        sign = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}.get(
            Qt.Key(event.key())
        )
        ends = {Qt.Key.Key_Home: self._lower, Qt.Key.Key_End: self._upper}
        if sign is None and Qt.Key(event.key()) not in ends:
            super().keyPressEvent(event)
            return
        self.ringed = True
        if sign is None:
            value = ends[Qt.Key(event.key())]
        else:
            step = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.01
            value = self.value_at(self.x_of(self._value) + sign * step * self._length())
        self.pressed.emit()
        self.moved.emit(value)
        self.released.emit()
        self.update()

    def hideEvent(self, event: QEvent) -> None:
        """End a drag that can no longer end by itself."""
        if self._dragging:
            self._dragging = False
            self.released.emit()

    def sizeHint(self) -> QSize:
        """Give a usual length."""
        return QSize(120 + 2 * OVERHANG, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track, forbidden part, knob and focus ring."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() // 2
        top = middle - _TRACK // 2
        knob = self.x_of(self._value)
        painter.setBrush(QColor(theme.track))
        painter.drawRoundedRect(QRectF(OVERHANG, top, self._length(), _TRACK), 2, 2)
        limit = None if self._limit is None else round(self.x_of(self._limit))
        if limit is not None and limit < OVERHANG + self._length():
            self._paint_forbidden(painter, limit, top)
        painter.setBrush(QColor(theme.second if self.isEnabled() else theme.border))
        painter.drawRoundedRect(QRectF(OVERHANG, top, knob - OVERHANG, _TRACK), 2, 2)
        if limit is not None and limit < OVERHANG + self._length():
            painter.fillRect(QRectF(limit - 1, middle - 9, 2, 18), QColor(theme.fault.mark))
        centre = QPointF(knob, middle)
        if self.ringed:
            painter.setPen(QPen(QColor(theme.ink), FOCUS_RING))
            painter.setBrush(QColor(theme.card))
            painter.drawEllipse(centre, 9.5, 9.5)
        light = theme.name == "light"
        painter.setPen(QPen(QColor(theme.second), 1.0) if light else Qt.PenStyle.NoPen)
        fill = theme.card if light else theme.ink
        if self.underMouse() or self._dragging:
            fill = mixed(theme.second, fill, 0.12)
        painter.setBrush(QColor(fill))
        painter.drawEllipse(centre, _KNOB, _KNOB)

    def _paint_forbidden(self, painter: QPainter, limit: int, top: int) -> None:
        end = OVERHANG + self._length()
        hatch = QRectF(limit, top, end - limit, _TRACK)
        painter.save()
        painter.setClipRect(hatch)
        painter.setPen(QPen(QColor(self._theme.fault.mark), 1.5))
        for x in range(limit - 4, int(end) + 4, 5):
            painter.drawLine(QPointF(x, top + _TRACK + 0.5), QPointF(x + _TRACK + 1, top - 0.5))
        painter.restore()

    def enterEvent(self, event: QEvent) -> None:
        """Shade the knob under the pointer."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the shade away."""
        self.update()
