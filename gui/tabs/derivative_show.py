"""The "Show" button of the function's plot, and the list of check boxes that drops from it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from core.scenes.derivative import DerivativeScene
from core.scenes.derivative_extras import (
    EXTRAS,
    LARGEST_DEGREE,
    SMALLEST_DEGREE,
    with_degree,
    with_shown,
)
from gui.controls import Button, CheckBox, Segmented, text_label
from gui.tab import Tab
from gui.theme import CARD_RADIUS, Theme

HEIGHT = 22
INDENT = 25
MARGIN = 4
"""Pixels that the list keeps from the edges of the window."""

STEPS: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class _Row(QWidget):
    """A check box with its words; a click on either is one."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self.box = CheckBox(theme, title)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.box)
        row.addWidget(text_label(title, theme.ink), 1)
        self.setFixedHeight(24)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick or clear the box."""
        if self.rect().contains(event.position().toPoint()):
            self.box.click()


class ShowList(QFrame):
    """What can be shown, as a popup: Tab or arrow keys move, Space ticks, Esc or a click outside closes.

    Attributes
    ----------
    chosen : Signal
        str, bool; an entry of `EXTRAS` was ticked or cleared.
    degree_chosen : Signal
        int; the degree of the Taylor polynomial.
    boxes : dict of str to CheckBox
        By the keys of `EXTRAS`.
    degree : Segmented
        Below the Taylor polynomial.
    """

    chosen = Signal(str, bool)
    degree_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAccessibleName("What is shown")
        self.boxes: dict[str, CheckBox] = {}
        degrees = [(str(each), str(each)) for each in range(SMALLEST_DEGREE, LARGEST_DEGREE + 1)]
        self.degree = Segmented(theme, degrees, latex=False, name="Degree of the Taylor polynomial")
        self.degree.chosen.connect(lambda degree: self.degree_chosen.emit(int(degree)))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(3)
        for key, title in EXTRAS.items():
            row = _Row(theme, title)
            row.box.chosen.connect(partial(self.chosen.emit, key))
            self.boxes[key] = row.box
            column.addWidget(row)
            if key == "taylor":
                line = QHBoxLayout()
                line.setContentsMargins(INDENT, 0, 0, 3)
                line.addWidget(self.degree)
                column.addLayout(line)

    def show_choices(self, shown: tuple[str, ...], degree: int) -> None:
        """Show what is ticked; emits nothing."""
        for key, box in self.boxes.items():
            box.show_checked(key in shown)
        self.degree.show_choice(str(degree))

    def open_under(self, button: QWidget) -> None:
        """Open below a button, its right edge on the button's, inside the window."""
        window = button.window()
        room = QRect(window.mapToGlobal(QPoint()), window.size()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        corner = button.mapToGlobal(QPoint(button.width(), button.height() + 3))
        size = self.sizeHint()
        left = min(max(corner.x() - size.width(), room.left()), room.right() + 1 - size.width())
        top = min(max(corner.y(), room.top()), room.bottom() + 1 - size.height())
        self.setGeometry(QRect(QPoint(left, top), size))
        self.show()
        next(iter(self.boxes.values())).setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from box to box with the arrow keys as well."""
        boxes = list(self.boxes.values())
        step = STEPS.get(event.key(), 0)
        focused = self.focusWidget()
        if step and focused in boxes:
            boxes[(boxes.index(focused) + step) % len(boxes)].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rounded card behind the rows."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.setBrush(QColor(self._theme.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)


class ShowButton(Button):
    """The button that opens the list.

    Attributes
    ----------
    list : ShowList
        The list.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Show", chevron=True, height=HEIGHT)
        self.setToolTip("Choose what else is drawn")
        self.list = ShowList(theme, self)
        self.clicked.connect(lambda: self.list.open_under(self))

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show what is chosen; emits nothing."""
        self.list.show_choices(scene.extras.shown, scene.extras.degree)


def connect_show(button: ShowButton, tab: Tab) -> None:
    """Let the choices in the list change the state of the tab."""
    button.list.chosen.connect(lambda key, shown: tab.become(with_shown(tab.state, key, shown)))
    button.list.degree_chosen.connect(
        lambda degree: tab.become(with_shown(with_degree(tab.state, degree), "taylor", True))
    )
