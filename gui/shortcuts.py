"""The keys that work everywhere: what each does, and the sheet that lists them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from gui.status_bar import HintText
from gui.theme import CARD_RADIUS, Theme, ui_font

TEN = 10


@dataclass(frozen=True)
class Command:
    """Something that a single key, or an entry of the Tools menu, does in the current tab.

    Attributes
    ----------
    name
        A method of `gui.tab.Tab`.
    title
        What the menu and the sheet say.
    key
        What is typed, and printed on the key.
    shifted
        What some keyboards type for the same key with Shift: ten times as many steps.
    """

    name: str
    title: str
    key: str
    shifted: str = ""


COMMANDS = (
    Command("play_or_pause", "Play or pause", "Space"),
    Command("step_forward", "Step", ".", ".>:"),
    Command("step_back", "Step back", ",", ",<;"),
    Command("reset", "Reset", "R"),
    Command("slower", "Slower", "["),
    Command("faster", "Faster", "]"),
    Command("forward_pass", "Forward pass", "F"),
    Command("backward_pass", "Backward pass", "B"),
)

_PLAIN = {" " if command.key == "Space" else command.key.lower(): command for command in COMMANDS}
_SHIFTED = {text: command for command in COMMANDS for text in command.shifted}
_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)

KEY_HELP = (
    ("<kbd>Space</kbd>", "play or pause"),
    ("<kbd>.</kbd> <kbd>,</kbd>", "step, step back; with <kbd>Shift</kbd> ten"),
    ("<kbd>R</kbd>", "reset"),
    ("<kbd>[</kbd> <kbd>]</kbd>", "slower, faster"),
    ("<kbd>F</kbd> <kbd>B</kbd>", "whole forward pass, backward pass"),
    (
        "<kbd>←</kbd> <kbd>↑</kbd> <kbd>→</kbd> <kbd>↓</kbd>",
        "move the point; with <kbd>Shift</kbd> ten times as far",
    ),
    ("<kbd>Home</kbd> <kbd>End</kbd>", "previous, next extremum (Derivative)"),
    ("<kbd>Alt</kbd>", "held while dragging: no snapping"),
    ("<kbd>Tab</kbd>", "go to the next point or field"),
    ("<kbd>Esc</kbd>", "take back a drag; leave a field, an enlarged pane"),
    ("<kbd>Return</kbd>", "take what was typed; leave a field that was clicked"),
    ("<kbd>Alt</kbd> <kbd>↓</kbd>", "in a function field: open the examples"),
    ("<kbd>Ctrl</kbd> <kbd>1</kbd> … <kbd>4</kbd>", "change tabs"),
    ("<kbd>Ctrl</kbd> <kbd>Z</kbd>", "undo; with <kbd>Shift</kbd> redo"),
    ("<kbd>Ctrl</kbd> <kbd>0</kbd>", "fit the plots"),
    ("<kbd>Ctrl</kbd> <kbd>E</kbd>", "export a picture"),
    ("<kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>C</kbd>", "copy the picture"),
    ("<kbd>F11</kbd>", "full screen"),
    ("<kbd>Ctrl</kbd> <kbd>Q</kbd>", "quit"),
    ("<kbd>F1</kbd>", "this list; <kbd>Esc</kbd> or a click closes it"),
)


def command_for(event: QKeyEvent) -> tuple[Command, int] | None:
    """Return the command that a key press asks for and how many times, or None.

    The typed character decides, not the key: brackets, for one, need AltGr on many keyboards.
    """
    text = event.text().lower()
    if event.modifiers() & _MODIFIERS and text not in ("[", "]"):
        return None
    if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and text in _SHIFTED:
        return _SHIFTED[text], TEN
    command = _PLAIN.get(text)
    if command is None or (event.isAutoRepeat() and command.name == "play_or_pause"):
        return None
    return command, 1


class ShortcutSheet(QWidget):
    """A card over the window that lists the keys; a click or Esc puts it away.

    Signals
    -------
    closed
        The sheet went away.
    """

    closed = Signal()

    def __init__(self, parent: QWidget, theme: Theme, about: str) -> None:
        super().__init__(parent)
        self._behind = parent
        self._theme = theme
        self.setAccessibleName("Keyboard shortcuts")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._card = QWidget(self)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        title = QLabel("Keyboard shortcuts")
        title.setFont(ui_font(15, QFont.Weight.DemiBold))
        column.addWidget(title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, texts in enumerate(KEY_HELP):
            for column_number, text in enumerate(texts):
                cell = HintText(theme, 12.5)
                cell.show_hint(text)
                cell.setMinimumWidth(cell.sizeHint().width())
                grid.addWidget(cell, row, column_number)
        column.addLayout(grid)
        note = QLabel(about)
        note.setFont(ui_font(11))
        note.setStyleSheet(f"color: {theme.muted}")
        column.addWidget(note)
        self.hide()

    def open(self) -> None:
        """Show the sheet over the whole of its parent."""
        self.setGeometry(self._behind.rect())
        self._card.adjustSize()
        self._card.move(self.rect().center() - self._card.rect().center())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: go away."""
        self._close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: go away on Esc, and let no key through to what lies behind."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Space):
            self._close()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: dim what lies behind and draw the card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shade = QColor(0, 0, 0, 96)
        painter.fillRect(self.rect(), shade)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.setBrush(QColor(self._theme.card))
        card = QRectF(QPointF(self._card.pos()), self._card.size().toSizeF())
        painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)

    def _close(self) -> None:
        self.hide()
        self.closed.emit()
