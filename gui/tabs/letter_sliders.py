"""Sliders for the free letters of a formula."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.scenes.state import DEFAULT_PARAMETER, Parameter
from gui.controls import SliderRow
from gui.theme import Theme


class LetterSliders(QWidget):
    """A slider for each free letter, in the order in which they appear.

    Attributes
    ----------
    rows : dict of str to SliderRow
        By letter.

    Signals
    -------
    pressed(), released()
        A slider was taken, let go.
    moved(name: str, value: float)
        A slider proposes a value.
    committed(name: str, value: float)
        A value was typed, or its default asked for.
    range_chosen(name: str, lower: float, upper: float)
        Other ends of a slider were typed.
    animate_clicked(name: str)
        A letter is to run over its range by itself, or to stop.
    """

    pressed = Signal()
    released = Signal()
    moved = Signal(str, float)
    committed = Signal(str, float)
    range_chosen = Signal(str, float, float)
    animate_clicked = Signal(str)

    def __init__(self, theme: Theme, spacing: int = 5) -> None:
        super().__init__()
        self._theme = theme
        self.rows: dict[str, SliderRow] = {}
        self._taken = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(spacing)

    def show_letters(self, letters: Sequence[Parameter]) -> None:
        """Show these letters and no others; emits nothing."""
        names = [letter.name for letter in letters]
        for name in [name for name in self.rows if name not in names]:
            row = self.rows.pop(name)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for place, letter in enumerate(letters):
            row = self.rows.get(letter.name) or self._new_row(letter)
            if self._column.indexOf(row) != place:
                self._column.removeWidget(row)
                self._column.insertWidget(place, row)
            if letter.name != self._taken:
                row.show_range(*letter.range)
            row.show_value(letter.value)
        self.rows = {name: self.rows[name] for name in names}
        self.setVisible(bool(letters))

    def show_animating(self, name: str) -> None:
        """Show that this letter runs by itself, or with an empty name that none does; emits nothing."""
        for each, row in self.rows.items():
            row.show_animating(each == name)

    def default_of(self, name: str) -> float:
        """Give what a double-click on a slider goes back to."""
        return DEFAULT_PARAMETER

    def beside(self, letter: Parameter) -> QWidget | None:
        """Make what stands at the right of a slider."""
        return None

    def _new_row(self, letter: Parameter) -> SliderRow:
        name = letter.name
        row = SliderRow(
            self._theme,
            letter.latex,
            *letter.range,
            default=self.default_of(name),
            adjustable=True,
            trailing=self.beside(letter),
        )
        row.pressed.connect(lambda: self._take(name))
        row.released.connect(self._let_go)
        row.moved.connect(lambda value: self.moved.emit(name, value))
        row.committed.connect(lambda value: self.committed.emit(name, value))
        row.range_chosen.connect(lambda lower, upper: self.range_chosen.emit(name, lower, upper))
        row.animate_clicked.connect(lambda: self.animate_clicked.emit(name))
        self.rows[name] = row
        return row

    def _take(self, name: str) -> None:
        self._taken = name
        self.pressed.emit()

    def _let_go(self) -> None:
        self._taken = ""
        self.released.emit()
