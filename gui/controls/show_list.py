"""The "Show" button of a plot, and the list of check boxes that drops from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.controls.buttons import Button
from gui.controls.card import text_label
from gui.controls.choices import CheckBox
from gui.controls.popup import Popup
from gui.theme import Theme

HEIGHT, PADDING = 22, 8
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


class ShowList(Popup):
    """What can be shown, as a popup: Tab or arrow keys move, Space ticks, Esc or a click outside closes.

    Parameters
    ----------
    titles : dict of str to str
        What is written beside each box, by key.
    below : dict of str to QWidget
        Further controls that belong to some of them.

    Attributes
    ----------
    chosen : Signal
        str, bool; the entry with this key was ticked or cleared.
    boxes : dict of str to CheckBox
        By key.
    """

    chosen = Signal(str, bool)

    def __init__(
        self, theme: Theme, titles: Mapping[str, str], below: Mapping[str, QWidget], parent: QWidget
    ) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("What is shown")
        self.boxes: dict[str, CheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(3)
        for key, title in titles.items():
            row = _Row(theme, title)
            row.box.chosen.connect(partial(self.chosen.emit, key))
            self.boxes[key] = row.box
            column.addWidget(row)
            if key in below:
                line = QHBoxLayout()
                line.setContentsMargins(INDENT, 0, 0, 3)
                line.addWidget(below[key])
                column.addLayout(line)

    def show_choices(self, shown: Collection[str]) -> None:
        """Show what is ticked; emits nothing."""
        for key, box in self.boxes.items():
            box.show_checked(key in shown)

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


class ShowButton(Button):
    """The button that opens the list.

    Attributes
    ----------
    list : ShowList
        The list.
    """

    def __init__(
        self, theme: Theme, titles: Mapping[str, str], below: Mapping[str, QWidget] | None = None
    ) -> None:
        super().__init__(theme, "Show", chevron=True, height=HEIGHT, padding=PADDING)
        self.setToolTip("Choose what else is drawn")
        self.list = ShowList(theme, titles, below or {}, self)
        self.clicked.connect(lambda: self.list.open_under(self))
