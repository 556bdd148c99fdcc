"""The bar that runs time: reset, back, play, forward, step and speed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpacerItem, QWidget

from gui.controls.buttons import IconButton
from gui.controls.card import text_label
from gui.controls.number_field import NumberField
from gui.controls.slider import OVERHANG, Slider
from gui.theme import NARROW_WINDOW, TRANSPORT_HEIGHT, Theme

GAPS, NARROW_GAPS = (8, 6, 6, 31), (5, 3, 2, 30)
"""Pixels after each button, in a usual window and in a small one."""


class TransportBar(QWidget):
    """Transport buttons, the step and the speed.

    Attributes
    ----------
    reset, back, play_toggled, forward : Signal
        The button was pressed.
    step_chosen : Signal
        int; a step was typed.
    speed_changed : Signal
        float; steps a second, from the slider.
    """

    reset = Signal()
    back = Signal()
    play_toggled = Signal()
    forward = Signal()
    step_chosen = Signal(int)
    speed_changed = Signal(float)

    def __init__(
        self,
        theme: Theme,
        *,
        speeds: tuple[float, float] = (1.0, 144.0),
        default_speed: float = 8.0,
        middle: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Build the bar; `middle` stands in the place of the step field."""
        super().__init__(parent)
        self._theme = theme
        self.setFixedHeight(TRANSPORT_HEIGHT)
        self._buttons = {
            "reset": IconButton(theme, "reset", "Reset (R)"),
            "back": IconButton(theme, "back", "Back (,)"),
            "play": IconButton(theme, "play", "Play (Space)", size=(40, 30), primary=True, scale=0.9),
            "forward": IconButton(theme, "forward", "Step (.)"),
        }
        self._step = NumberField(theme, decimals=0, width=46, height=26, name="Step")
        self._speed = Slider(theme, *speeds, logarithmic=True, decimals=1, name="Speed")
        self._speed_text = text_label("", theme.second)
        self._build(middle)
        self._buttons["reset"].clicked.connect(self.reset)
        self._buttons["back"].clicked.connect(self.back)
        self._buttons["play"].clicked.connect(self.play_toggled)
        self._buttons["forward"].clicked.connect(self.forward)
        self._step.committed.connect(lambda value: self.step_chosen.emit(max(0, round(min(value, 1e9)))))
        self._speed.moved.connect(self.speed_changed)
        self._speed.reset.connect(lambda: self.speed_changed.emit(default_speed))
        self.show_state(step=0, playing=False, can_back=False, can_forward=True, speed=default_speed)

    def _build(self, middle: QWidget | None) -> None:
        row = self._row = QHBoxLayout(self)
        row.setSpacing(0)
        self._gaps = [QSpacerItem(0, 0) for _ in self._buttons]
        for button, gap in zip(self._buttons.values(), self._gaps, strict=True):
            row.addWidget(button)
            row.addItem(gap)
        if middle is None:
            row.addWidget(text_label("Step", self._theme.muted))
            row.addSpacing(12)
            row.addWidget(self._step)
        else:
            row.addWidget(middle)
        row.addStretch(1)
        row.addWidget(text_label("Speed", self._theme.muted))
        row.addSpacing(12 - OVERHANG)
        row.addWidget(self._speed)
        self._speed_text.setFixedWidth(90 - OVERHANG)
        self._speed_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._speed_text)
        self._fit(narrow=False)

    def add(self, widget: QWidget) -> None:
        """Put one more control after the step."""
        self._row.insertSpacing(self._row.count() - 5, 16)
        self._row.insertWidget(self._row.count() - 5, widget)

    def _fit(self, *, narrow: bool) -> None:
        """Move together in a narrow window, without the speed in words."""
        self._row.setContentsMargins(*((12, 1, 3, 0) if narrow else (14, 1, 12, 0)))
        for gap, width in zip(self._gaps, NARROW_GAPS if narrow else GAPS, strict=True):
            gap.changeSize(width, 0)
        self._speed.setFixedWidth((100 if narrow else 110) + 2 * OVERHANG)
        self._speed_text.setVisible(not narrow)
        self._row.invalidate()

    @property
    def speed_text(self) -> QLabel:
        """The label "8 steps / s"."""
        return self._speed_text

    def button(self, name: str) -> IconButton:
        """Give the button "reset", "back", "play" or "forward"."""
        return self._buttons[name]

    def show_state(
        self, *, step: int, playing: bool, can_back: bool, can_forward: bool, speed: float
    ) -> None:
        """Show all of the bar; emits nothing."""
        self._step.show_value(step)
        if playing:
            self._buttons["play"].show_icon("pause", "Pause (Space)")
        else:
            self._buttons["play"].show_icon("play", "Play (Space)")
        self._buttons["play"].setEnabled(playing or can_forward)
        self._buttons["back"].setEnabled(can_back)
        self._buttons["reset"].setEnabled(can_back or playing)
        self._buttons["forward"].setEnabled(can_forward)
        self._speed.show_value(speed)
        figure = f"{speed:.0f}" if speed >= 10 or speed == round(speed) else f"{speed:.1f}"
        self._speed_text.setText(f"{figure} step{'' if figure == '1' else 's'} / s")

    def resizeEvent(self, event: QEvent) -> None:
        """Hide the speed text in a narrow window."""
        self._fit(narrow=self.window().width() < NARROW_WINDOW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line above and the separator after the buttons."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        painter.fillRect(QRectF(0, 0, self.width(), 1), QColor(self._theme.border))
        x = self._buttons["forward"].geometry().right() + 1 + self._gaps[-1].sizeHint().width() // 2 + 1
        painter.fillRect(QRectF(x, self.height() / 2 - 10, 1, 20), QColor(self._theme.border))
