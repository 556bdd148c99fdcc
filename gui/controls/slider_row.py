"""A slider with its letter, its number, its range and its limit."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.controls.buttons import Button
from gui.controls.card import text_label
from gui.controls.focus import FocusRing
from gui.controls.notice import Notice, paint_caption
from gui.controls.number_field import NumberField
from gui.controls.slider import OVERHANG, Slider
from gui.formula import FormulaLabel, plain_text
from gui.numbers import parse_number
from gui.theme import Theme

_LABEL_WIDTH = 17
_CAPTION_HEIGHT = 19


class _Letter(FormulaLabel):
    """The typeset name of a slider; clickable when it has a range to set."""

    clicked = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell that the letter was clicked."""
        self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Space and Return click."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class SliderRow(QWidget):
    """A letter, its slider and a field for the exact number.

    Values typed outside the range are allowed: the knob then stands at its end. With `keeps_room`, what
    stands below does not move when there is no limit, or no caption, for a while.

    Attributes
    ----------
    pressed, released : Signal
        A slider gesture began, ended.
    moved : Signal
        float; proposed during a slider gesture.
    committed : Signal
        float; typed, or the default after a double-click.
    range_chosen : Signal
        float, float; new ends, typed after a click on the letter (only with `adjustable`).
    animate_clicked : Signal
        The Animate button was pressed (only with `adjustable`).
    slider, field : Slider, NumberField
        The two parts.
    """

    pressed = Signal()
    moved = Signal(float)
    released = Signal()
    committed = Signal(float)
    range_chosen = Signal(float, float)
    animate_clicked = Signal()

    def __init__(
        self,
        theme: Theme,
        label_latex: str,
        lower: float,
        upper: float,
        *,
        default: float,
        logarithmic: bool = False,
        decimals: int = 2,
        significant: bool = False,
        colour: str = "",
        adjustable: bool = False,
        keeps_room: bool = False,
        trailing: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._default = default
        self._lower, self._upper = lower, upper
        self._limit: tuple[float, str] | None = None
        self._keeps_room = keeps_room
        self._warning = Notice(theme, self)
        name = plain_text(label_latex)
        self.slider = Slider(theme, lower, upper, logarithmic=logarithmic, decimals=decimals, name=name)
        self.field = NumberField(theme, decimals=decimals, significant=significant, name=name)
        self._letter = _Letter(label_latex, 15, colour or theme.ink, Qt.AlignmentFlag.AlignHCenter)
        self._letter.setFixedSize(max(_LABEL_WIDTH, self._letter.sizeHint().width()), 24)
        self._range_row = self._build_range(decimals) if adjustable else None
        self._build(trailing)
        self.slider.pressed.connect(self.pressed)
        self.slider.moved.connect(self.moved)
        self.slider.released.connect(self.released)
        self.slider.reset.connect(lambda: self.committed.emit(self._default))
        self.field.committed.connect(self.committed)
        self.show_value(default)
        self._place_caption()

    def _build(self, trailing: QWidget | None) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._letter)
        row.addWidget(self.slider, 1)
        row.addSpacing(1)
        row.addWidget(self.field)
        if trailing is not None:
            row.addSpacing(10)
            row.addWidget(trailing)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(row)
        self._caption_room = QWidget(self)
        self._caption_room.setFixedHeight(_CAPTION_HEIGHT)
        self._caption_room.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._caption_room.hide()
        self._column.addWidget(self._caption_room)
        if self._range_row is not None:
            self._column.addWidget(self._range_row)
        self._column.addWidget(self._warning)
        self._warning.setContentsMargins(0, 5, 0, 0)

    def _build_range(self, decimals: int) -> QWidget:
        theme = self._theme
        self._letter.setCursor(Qt.CursorShape.PointingHandCursor)
        self._letter.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._letter.setToolTip("Set the range")
        self._letter.clicked.connect(self._toggle_range)
        FocusRing(self._letter, theme.ink, 2)
        name = self._letter.accessibleName()
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(_LABEL_WIDTH + OVERHANG, 8, 0, 0)
        layout.setSpacing(8)
        self._ends = []
        for word, value in (("from", self._lower), ("to", self._upper)):
            layout.addWidget(text_label(word, theme.muted))
            end = NumberField(theme, decimals=decimals, width=50, name=f"{name} {word}")
            end.show_value(value)
            end.committed.connect(self._choose_range)
            layout.addWidget(end)
            self._ends.append(end)
        layout.addStretch(1)
        self._animate = Button(theme, "Animate", icon="play", height=24)
        self._animate.clicked.connect(self.animate_clicked)
        layout.addWidget(self._animate)
        row.hide()
        return row

    def _toggle_range(self) -> None:
        if self._range_row is not None:
            self._range_row.setVisible(self._range_row.isHidden())
            self._letter.setAccessibleDescription("" if self._range_row.isHidden() else "range shown")

    def _choose_range(self, _value: float) -> None:
        lower, upper = (parse_number(end.text()) for end in self._ends)
        in_order = lower is not None and upper is not None and lower < upper
        self.show_warning(None if in_order else "The first number must be the smaller one.")
        if lower is not None and upper is not None and in_order:
            self.range_chosen.emit(lower, upper)

    def show_value(self, value: float) -> None:
        """Show `value` in the slider and the field; emits nothing."""
        self.slider.show_value(value)
        self.field.show_value(value)

    def show_range(self, lower: float, upper: float) -> None:
        """Change the ends of the slider; emits nothing."""
        self._lower, self._upper = lower, upper
        self.slider.show_range(lower, upper)
        if self._range_row is not None:
            self.show_warning(None)
            for end, value in zip(self._ends, (lower, upper), strict=True):
                end.show_value(value)

    def show_default(self, default: float) -> None:
        """Change what a double-click goes back to; emits nothing."""
        self._default = default

    def show_animating(self, animating: bool) -> None:
        """Show whether the value runs by itself (only with `adjustable`)."""
        self._animate.show_icon("pause" if animating else "play")
        self._animate.setToolTip("Stop" if animating else "Let the value run to and fro over its range")

    def show_limit(self, limit: float | None, caption: str = "") -> None:
        """Mark the part beyond `limit` as forbidden, with a LaTeX caption under the mark."""
        shown = None if limit is None else (limit, caption)
        if shown == self._limit:
            return
        self._limit = shown
        self.slider.show_limit(limit)
        self._place_caption()

    def show_warning(self, sentence: str | None) -> None:
        """Show a crimson sentence below, instead of the limit's caption; None hides it."""
        self._warning.show_notice(sentence or "", "warning")
        self._place_caption()

    def _place_caption(self) -> None:
        has_caption = self._keeps_room or (self._limit is not None and bool(self._limit[1]))
        has_caption = has_caption and self._warning.isHidden()
        if has_caption or not self._caption_room.isHidden():
            self.update()
        self._caption_room.setVisible(has_caption)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the limit's caption."""
        limit, caption = self._limit or (0.0, "")
        if not caption or self._caption_room.isHidden():
            return
        track = QRectF(self.slider.geometry().adjusted(OVERHANG, 0, -OVERHANG, 0))
        box = QRectF(track.left(), 24, track.width(), _CAPTION_HEIGHT + 3)
        painter = QPainter(self)
        paint_caption(painter, self._theme, caption, self.slider.x() + self.slider.x_of(limit), box)
