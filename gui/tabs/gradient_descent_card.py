"""The card of the race: the learning rate of the selected racer, and how far all have come."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.scenes.gradient import GradientScene
from core.scenes.gradient_state import GradientState
from core.scenes.race import Race, Standing
from gui.controls import Card, Cell, Column, Notice, NumberTable, SliderRow
from gui.controls.card import BLEED
from gui.numbers import format_number
from gui.tabs.gradient_stability import RateLimit
from gui.tabs.racer_signs import sign_of
from gui.theme import Theme

SLOWEST, FASTEST = 1e-5, 1.0
"""Ends of the learning rate's slider; other rates can be typed."""


class DescentCard(Card):
    """The learning rate, where the racers have come, and why the selected one ended.

    Attributes
    ----------
    rate : SliderRow
        The learning rate of the selected racer.
    limit : RateLimit
        How large the learning rate may be; what is wrong with it stands below the table.
    table : NumberTable
        A row for each racer.
    ended, others : Notice
        Why the selected racer has no further step, or that it has arrived; and which others have none.
    selected : Signal
        str; the key of the racer whose row was picked.
    checked : Signal
        str, bool; whether this racer shall take part.
    """

    selected = Signal(str)
    checked = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Descent")
        self._theme = theme
        self._keys: tuple[str, ...] = ()
        self.rate = SliderRow(
            theme,
            r"\eta",
            SLOWEST,
            FASTEST,
            default=GradientState().learning_rate,
            logarithmic=True,
            decimals=4,
            keeps_room=True,
        )
        self.limit = RateLimit(theme, self.rate)
        self.table = NumberTable(
            theme, _columns(0), row_height=25, selectable=True, checkable=True, name="Racers"
        )
        self.table.row_chosen.connect(lambda row: self.selected.emit(self._keys[row]))
        self.table.row_checked.connect(lambda row, checked: self.checked.emit(self._keys[row], checked))
        self.ended, self.others = Notice(theme), Notice(theme)
        self.body.addWidget(self.rate)
        self.add_wide(self.table)
        self.add_wide(self._below(self.limit, self.ended, self.others))

    def _below(self, *notices: QWidget) -> QWidget:
        """Put what is wrong below the table, whose rows then stay under the pointer."""
        below = QWidget()
        rows = QVBoxLayout(below)
        rows.setContentsMargins(BLEED, 0, BLEED, 0)
        rows.setSpacing(5)
        for notice in notices:
            rows.addWidget(notice)
        return below

    def show_scene(self, scene: GradientScene) -> None:
        """Show the rate and the standings."""
        race = scene.race
        self.rate.show_value(scene.learning_rate)
        self.limit.show_scene(scene)
        standings = race.standings
        self._keys = tuple(each.key for each in standings)
        self.table.show_columns(_columns(race.step))
        self.table.show_rows(
            [self._row(each) for each in standings],
            selected=self._keys.index(race.selected),
            checked=[each.runs for each in standings],
        )
        self._show_endings(race, explained=bool(scene.stability.warning))

    def _row(self, racer: Standing) -> tuple[Cell, ...]:
        sign, theme = sign_of(racer.key, self._theme), self._theme
        loss = "" if math.isnan(racer.loss) else format_number(racer.loss, 2)
        return (
            Cell(racer.title, icon=sign.icon, icon_colour=sign.colour, line=True),
            Cell(_rate(racer.learning_rate), colour=theme.muted),
            Cell(loss, colour=theme.fault.text if racer.stopped else ""),
        )

    def _show_endings(self, race: Race, *, explained: bool) -> None:
        """Say what became of the selected one, and in a word which others have no further step.

        Why it diverged is said once, with the learning rate, where that is at fault.
        """
        run = race.run(race.selected)
        stopped = race.refusal or (run.stopped if run is not None else "")
        if run is not None and run.diverged and explained:
            stopped = f"{run.ending[:1].upper()}{run.ending[1:]}."
        note = run.note if run is not None else ""
        self.ended.show_notice(stopped or note, "warning" if stopped else "plain")
        self.others.show_notice(" ".join(race.endings), "warning")


def _columns(step: int) -> tuple[Column, ...]:
    return (
        Column("optimiser", align="left", right=0.52),
        Column(latex=r"\eta", right=0.715),
        Column(f"f at step {step}", right=1.0),
    )


def _rate(value: float) -> str:
    """Write a learning rate with three decimals, and a small one with two digits."""
    return f"{value:.3f}" if 0.0005 <= value < 1000.0 else format_number(value, 3)
