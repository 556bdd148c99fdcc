"""Sliders for whatever can be set on an optimiser or a schedule."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.scenes.race_setup import Setting
from gui.controls import SliderRow
from gui.theme import Theme


class SettingSliders(QWidget):
    """A slider for each number that can be set; those of other optimisers wait, hidden.

    Attributes
    ----------
    rows : dict of str to SliderRow
        The rows that are shown, by name.

    Signals
    -------
    pressed(), released()
        A slider was taken, let go.
    moved(name: str, value: float)
        A slider proposes a value.
    committed(name: str, value: float)
        A value was typed, or its default asked for.
    """

    pressed = Signal()
    released = Signal()
    moved = Signal(str, float)
    committed = Signal(str, float)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: dict[str, SliderRow] = {}
        self._made: dict[Setting, SliderRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)

    def show_settings(self, settings: Sequence[Setting]) -> None:
        """Show these numbers and no others; emits nothing."""
        shown = {each.name: self._row(each) for each in settings}
        if shown != self.rows:
            for row in self._made.values():
                row.setVisible(row in shown.values())
            for place, row in enumerate(shown.values()):
                self._column.removeWidget(row)
                self._column.insertWidget(place, row)
            self.rows = shown
            self.setVisible(bool(shown))
        for each in settings:
            shown[each.name].show_value(each.value)

    def _row(self, setting: Setting) -> SliderRow:
        kind = setting._replace(value=0.0)
        if kind not in self._made:
            self._made[kind] = self._new_row(setting)
        return self._made[kind]

    def _new_row(self, setting: Setting) -> SliderRow:
        name = setting.name
        row = SliderRow(
            self._theme,
            setting.symbol,
            setting.lower,
            setting.upper,
            default=setting.default,
            logarithmic=setting.logarithmic,
            decimals=0 if setting.is_whole else 4,
            parent=self,
        )
        row.setToolTip(f"{setting.title}: {setting.meaning}")
        row.pressed.connect(self.pressed)
        row.released.connect(self.released)
        row.moved.connect(lambda value: self.moved.emit(name, value))
        row.committed.connect(lambda value: self.committed.emit(name, value))
        return row
