"""How large the learning rate may be: the limit on its slider, and the card that predicts the descent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.scenes.convergence import Mode
from core.scenes.gradient import GradientScene
from core.scenes.gradient_stability import Stability
from core.scenes.gradient_state import with_learning_rate
from core.scenes.race_edits import rescued
from core.scenes.rate_outlook import Outlook
from gui.controls import Card, Cell, Column, Notice, NumberTable, SliderRow, text_label
from gui.numbers import format_narrow, format_number, format_significant
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.tabs.gradient import GradientTab

ABSENT = "–"

SMALLEST_PLAIN, LARGEST_PLAIN = 1e-4, 1e6
"""Limits between are written without a power of ten."""


class RateLimit(QWidget):
    """The limit of the learning rate on its slider, and below it what is wrong with the present rate.

    Attributes
    ----------
    accepted : Signal
        The person took the rate that was offered.
    notice : Notice
        The sentence.
    """

    accepted = Signal()

    def __init__(self, theme: Theme, rate: SliderRow) -> None:
        super().__init__()
        self._rate = rate
        self.notice = Notice(theme)
        self.notice.activated.connect(lambda _key: self.accepted.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.notice)
        self.hide()

    def show_scene(self, scene: GradientScene) -> None:
        """Shade the slider and say what is wrong."""
        found = scene.stability
        limit = None if found.shaded is None else found.shaded.limit
        self._rate.show_limit(limit, "" if found.warning else found.caption)
        self._rate.setToolTip(found.reason)
        self.notice.show_notice(found.warning, "warning")
        self.setVisible(bool(found.warning))


class StabilityCard(Card):
    """The largest curvatures with their limits, and what each step is going to do at the minimum and at P.

    Attributes
    ----------
    rate_chosen : Signal
        float; the person took the best rate.
    bounds : NumberTable
        Largest curvature and limit at each place.
    outlooks : tuple of OutlookView
        At the minimum and at P.
    """

    rate_chosen = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Stability", collapsible=True)
        self._star = theme.optimum.mark
        self.bounds = NumberTable(theme, _bound_columns(""), name="Largest curvature and rate limit")
        self.outlooks = (OutlookView(theme), OutlookView(theme))
        self.body.addWidget(self.bounds)
        for view in self.outlooks:
            self.body.addWidget(view)
            view.rate_chosen.connect(self.rate_chosen)
        self._found: Stability | None = None
        self.show_folded(True)
        self.fold_toggled.connect(lambda _folded: self._show_found())

    def show_scene(self, scene: GradientScene) -> None:
        """Show limits and prediction of the selected optimiser, once they can be seen."""
        self._found = scene.stability
        self.show_note(scene.stability.title)
        self._show_found()

    def _show_found(self) -> None:
        found = self._found
        if self.folded or found is None:
            return
        self.bounds.show_columns(_bound_columns(found.limit_latex))
        self.bounds.show_rows(_bound_rows(found, self._star))
        for place, view in enumerate(self.outlooks):
            view.show_outlook(found.outlooks[place] if place < len(found.outlooks) else None)


def _bound_columns(limit_latex: str) -> tuple[Column, ...]:
    return (
        Column("largest curvature", align="left", right=0.38),
        Column(latex=r"{\lambda}_{\max}", right=0.6),
        Column(latex=limit_latex or r"{\eta}_{\max}", right=1.0),
    )


def _bound_rows(found: Stability, star: str) -> list[tuple[Cell | str, ...]]:
    rows: list[tuple[Cell | str, ...]] = []
    for bound in found.bounds:
        chosen = bound is found.shaded
        limit = ABSENT if math.isnan(bound.limit) else _limit(bound.limit)
        rows.append(
            (
                Cell(
                    bound.place,
                    bold=chosen,
                    icon="star" if bound.key == "minimum" else "",
                    icon_colour=star,
                ),
                format_narrow(bound.curvature, 2),
                Cell(limit, bold=chosen),
            )
        )
    return rows


def _limit(value: float) -> str:
    """Write a limit with three digits, as a power of ten where that is far from 1."""
    return format_significant(value) if SMALLEST_PLAIN <= value < LARGEST_PLAIN else format_number(value, 2)


class OutlookView(QWidget):
    """What the steps do along each eigendirection of one place, in numbers and in a sentence.

    Attributes
    ----------
    rate_chosen : Signal
        float; the person took the best rate.
    table : NumberTable
        A row for each direction.
    sentence, best : Notice
        The forecast, and the best rate with its link.
    """

    rate_chosen = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._title = text_label("", theme.second)
        columns = (
            Column(latex=r"\lambda", align="left", right=0.18),
            Column("along", right=0.42),
            Column("× a step", right=0.63),
            Column("", right=0.85),
            Column("to 1/10", right=1.0),
        )
        self.table = NumberTable(theme, columns, name="Convergence along the eigendirections")
        self.sentence, self.best = Notice(theme), Notice(theme)
        self.best.activated.connect(lambda key: self.rate_chosen.emit(float(key)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 3, 0, 0)
        column.setSpacing(5)
        for widget in (self._title, self.table, self.sentence, self.best):
            column.addWidget(widget)

    def show_outlook(self, outlook: Outlook | None) -> None:
        """Show an outlook; None hides it."""
        self.setVisible(outlook is not None)
        if outlook is None:
            return
        title = f"Steps {outlook.place}" if outlook.place.startswith("at") else f"Steps near {outlook.place}"
        self._title.setText(title)
        self._title.setVisible(bool(outlook.place))
        self.table.setVisible(bool(outlook.modes))
        self.table.show_rows([_mode_row(mode) for mode in outlook.modes])
        self.sentence.show_notice(outlook.sentence)
        self.best.show_notice(outlook.best_sentence)


def _mode_row(mode: Mode) -> tuple[str, ...]:
    steps = mode.steps_per_digit
    return (
        format_narrow(mode.curvature, 2),
        _unit_vector(mode.direction),
        format_narrow(mode.factor, 3),
        mode.behaviour,
        ABSENT if math.isnan(steps) else format_narrow(steps, 1),
    )


def _unit_vector(direction: tuple[float, float]) -> str:
    """Write a direction with two decimals, or without if it is that of an axis."""
    x, y = (round(part, 2) + 0.0 for part in direction)
    digits = 0 if 0.0 in (x, y) else 2
    return f"({format_number(x, digits)}, {format_number(y, digits)})"


def connect_stability(tab: GradientTab) -> None:
    """Let the links of a tab's notice and card choose the learning rate, each as one entry of the history."""
    tab.inspector.descent.limit.accepted.connect(lambda: tab.become(rescued(tab.state)))
    tab.inspector.stability.rate_chosen.connect(lambda rate: tab.become(with_learning_rate(tab.state, rate)))
