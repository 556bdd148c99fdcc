"""The steps of both passes as dots that can be clicked."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import FOCUS_RING, Theme, ui_font

_PITCH, _RADIUS = 14.0, 4.5
_FORWARD, _BACKWARD = "Forward", "Backward"


class PassDots(QWidget):
    """Forward ●●●●● Backward ●●●●● step 10 of 10.

    Attributes
    ----------
    step_chosen : Signal
        int; the dot that the person clicked, or went to with the arrow keys.
    """

    step_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._step, self._last = 0, 0
        self._font = ui_font(12.5)
        self.setFixedHeight(30)
        self.setMinimumWidth(230)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Steps of the passes")

    def show_step(self, step: int, last: int) -> None:
        """Show how far the passes have come; emits nothing."""
        if (step, last) == (self._step, self._last):
            return
        if last != self._last:
            self.updateGeometry()
        self._step, self._last = step, last
        self.setAccessibleDescription(self.text)
        self.update()

    @property
    def text(self) -> str:
        """The words after the dots."""
        return f"step {self._step} of {self._last}"

    def sizeHint(self) -> QSize:
        """Give the room for all dots side by side, up to a limit."""
        dots = min(self._last * _PITCH, 380.0)
        return QSize(round(self._words_width() + dots + 20), 30)

    def dot_centre(self, step: int) -> QPointF:
        """Give the middle of the dot of a step, from 1 on."""
        forward, backward, pitch, _ = self._places()
        count = self._last // 2
        x = forward + (step - 0.5) * pitch if step <= count else backward + (step - count - 0.5) * pitch
        return QPointF(x, self.height() / 2)

    def _words_width(self) -> float:
        metrics = QFontMetricsF(self._font)
        words = metrics.horizontalAdvance(_FORWARD) + metrics.horizontalAdvance(_BACKWARD)
        return words + metrics.horizontalAdvance(f"step {self._last} of {self._last}") + 50

    def _shows_words(self) -> bool:
        """Tell whether there is room for "step 3 of 10"."""
        return self.width() >= self._words_width() + min(self._last * 8.0, 200.0)

    def _places(self) -> tuple[float, float, float, float]:
        """Give the x of the first forward dot and of the first backward dot, their pitch, and the end."""
        metrics = QFontMetricsF(self._font)
        first, second = metrics.horizontalAdvance(_FORWARD) + 7, metrics.horizontalAdvance(_BACKWARD) + 7
        words = metrics.horizontalAdvance(f"step {self._last} of {self._last}") + 20
        room = self.width() - first - second - 26 - (words if self._shows_words() else 0)
        pitch = min(_PITCH, room / self._last) if self._last else _PITCH
        count = self._last // 2
        backward = first + count * pitch + 20 + second
        return first, backward, pitch, backward + count * pitch

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw words and dots."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        forward, backward, pitch, end = self._places()
        baseline = self.height() / 2 + 4.5
        metrics = QFontMetricsF(self._font)
        painter.setPen(QColor(theme.function.text))
        painter.drawText(QPointF(0, baseline), _FORWARD)
        painter.setPen(QColor(theme.derivative.text))
        painter.drawText(QPointF(backward - 7 - metrics.horizontalAdvance(_BACKWARD), baseline), _BACKWARD)
        if self._shows_words():
            painter.setPen(QColor(theme.muted))
            painter.drawText(QPointF(end + 14, baseline), self.text)
        for step in range(1, self._last + 1):
            hue = theme.function.mark if step <= self._last // 2 else theme.derivative.mark
            self._paint_dot(painter, step, hue, pitch)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.ink), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(forward - 4, 3, end - forward + 8, self.height() - 6), 6, 6)

    def _paint_dot(self, painter: QPainter, step: int, hue: str, pitch: float) -> None:
        centre = self.dot_centre(step)
        radius = min(_RADIUS, pitch * 0.36)
        painter.setPen(QPen(QColor(hue), min(1.25, radius / 2)))
        painter.setBrush(QColor(hue) if step <= self._step else QColor(self._theme.plot))
        painter.drawEllipse(centre, radius - 0.5, radius - 0.5)
        if step == self._step:
            painter.setPen(QPen(QColor(self._theme.ink), 1.75))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, max(radius + 2.75, 4.0), max(radius + 2.75, 4.0))

    def _step_at(self, x: float) -> int | None:
        forward, backward, pitch, end = self._places()
        count = self._last // 2
        if not count or x > end + 6 or x < forward - 6:
            return None
        if x < backward - 6:
            return (
                min(max(int((x - forward) // pitch) + 1, 1), count)
                if x <= forward + count * pitch + 6
                else None
            )
        return count + min(max(int((x - backward) // pitch) + 1, 1), count)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the dot under the pointer."""
        step = self._step_at(event.position().x())
        if step is not None and event.button() == Qt.MouseButton.LeftButton:
            self.step_chosen.emit(step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go through the steps with the arrow keys."""
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None:
            event.ignore()
        else:
            self.step_chosen.emit(min(max(self._step + way, 0), self._last))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the focus ring."""
        self.update()
