"""The scoreboard of a race: who leads after equally many evaluations of the gradient."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.scenes.race_progress import Progress, Score
from gui.controls import Cell, Column, NumberTable, PaneHeader
from gui.controls.figures import figures_width
from gui.numbers import format_error, format_field, format_number
from gui.tabs.layout import column
from gui.tabs.racer_signs import sign_of
from gui.theme import Theme

NARROW = 240
"""A column less wide than this has no room for long names."""

SIGN, LINED_SIGN = 18.0, 30.0
"""Room of a sign before a name, without and with a piece of line."""

SHORT_VALUE = "8e−88"
"""A value for which there should be room before the arrivals."""

MANY = 10.0
"""From here on values can do with fewer decimals."""

NAME_GAP = 6.0
"""Pixels between a name and the value behind it."""

MARGIN = 14
"""Pixels at the left and right of the scoreboard."""


class ScorePane(QWidget):
    """Who leads; where room is short, values have fewer digits, and arrivals are left out for whole names.

    Attributes
    ----------
    table : NumberTable
        A row for each runner, best first.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: Progress | None = None
        self._header = PaneHeader(theme, "Scores")
        self.table = NumberTable(
            theme, _columns(True, 1.0), row_height=21, name="Scores at equal cost", ground=theme.plot
        )
        self.table.setToolTip(
            "f after equally many evaluations of the gradient; a Hessian counts as two. Red: ended before, "
            "with a fault. Arrived, where there is room for it: evaluations until ‖∇f‖ < 0.001."
        )
        body = column(self._header)
        inner = column(self.table)
        inner.setContentsMargins(MARGIN, 0, MARGIN, 8)
        body.addLayout(inner)
        self.setLayout(body)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    @property
    def is_narrow(self) -> bool:
        """Whether there is no room for long names."""
        return self.width() < NARROW

    def show_progress(self, found: Progress) -> None:
        """Show the standings."""
        self._shown = found
        evaluations = "evaluation" if found.budget == 1 else "evaluations"
        of_what = "∇f" if self.is_narrow else f"{evaluations} of ∇f"
        self._header.show_note(f"after {found.budget:.0f} {of_what}")
        with_arrivals, end = self._divided(found.scores)
        self.table.show_columns(_columns(with_arrivals, end / self._room))
        self.table.show_rows([self._row(score, with_arrivals, end) for score in found.scores])

    @property
    def _room(self) -> float:
        """Width of the table."""
        return float(max(self.width() - 2 * MARGIN, 1))

    @property
    def _sign(self) -> float:
        return SIGN if self.is_narrow else LINED_SIGN

    def _divided(self, scores: tuple[Score, ...]) -> tuple[bool, float]:
        """Tell whether there is room for the arrivals beside all names, and where the values end."""
        font = self.table.font()
        widest = max((figures_width(score.missing, font) for score in scores), default=0.0)
        end = self._room - widest - NAME_GAP
        names = (QFontMetricsF(font).horizontalAdvance(score.title) for score in scores)
        needed = self._sign + max(names, default=0.0) + NAME_GAP + figures_width(SHORT_VALUE, font)
        return (True, end) if needed <= end else (False, self._room)

    def _row(self, score: Score, with_arrivals: bool, end: float) -> tuple[Cell, ...]:
        sign, theme = sign_of(score.key, self._theme), self._theme
        name, loss = self._fitted(score, end)
        cells = (
            Cell(name, icon=sign.icon, icon_colour=sign.colour, line=not self.is_narrow),
            Cell(loss, colour=theme.fault.text if score.failed else ""),
        )
        if not with_arrivals:
            return cells
        arrived = not math.isnan(score.arrived)
        text = f"{score.arrived:.0f}" if arrived else score.missing
        return (*cells, Cell(text, colour="" if arrived else theme.muted))

    def _fitted(self, score: Score, end: float) -> tuple[str, str]:
        """Write the value with so few digits that the whole name fits before it; cut the name off at last."""
        font, text = self.table.font(), ""
        metrics = QFontMetricsF(font)
        for text in _written(score.loss):
            room = end - figures_width(text, font) - NAME_GAP - self._sign
            if metrics.horizontalAdvance(score.title) <= room:
                return score.title, text
        return metrics.elidedText(score.title, Qt.TextElideMode.ElideRight, room), text

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write names as the new width has room for."""
        super().resizeEvent(event)
        if self._shown is not None:
            self.show_progress(self._shown)


def _columns(with_arrivals: bool, end: float) -> tuple[Column, ...]:
    columns = (Column("", align="left", right=end * 0.75), Column("f", right=end))
    return (*columns, Column("arrived", right=1.0)) if with_arrivals else columns


def _written(loss: float) -> tuple[str, ...]:
    """Write a value with two decimals, and then with fewer digits where it is long."""
    usual = format_number(loss, 2)
    if "×" in usual:
        return usual, format_error(loss), format_number(loss, 0), format_field(loss, 1)
    return (usual, format_number(loss, 1), format_number(loss, 0)) if abs(loss) >= MANY else (usual,)
