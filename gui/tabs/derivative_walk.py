"""Walking downhill in the Derivative tab: the card, and the steps in the plot of the function."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.scenes import derivative_walk as core
from core.scenes.derivative_state import DerivativeState
from core.scenes.derivative_walk import METHODS, USUAL_RATES, WalkRow, WalkScene
from gui.controls import (
    Card,
    Cell,
    Column,
    IconButton,
    Inspector,
    LegendEntry,
    Notice,
    NumberField,
    NumberTable,
    Segmented,
    SliderRow,
    text_label,
)
from gui.label_places import Crowd, around, put_words, words_size
from gui.numbers import format_number, latex_number
from gui.players import Player, Players
from gui.plot_labels import Label
from gui.plot_lines import Curve
from gui.plot_marks import Marker, PathWithDots
from gui.plots import Plot
from gui.tab import Tab
from gui.theme import Theme

KEY = "walk"
"""Of the walk among what the clock plays."""

SPEED = 4.0
"""Steps per second at first."""

STEP_LABEL = 12.5

BUTTONS = {
    "reset": ("reset", "Back to P"),
    "back": ("back", "One step back"),
    "play": ("play", "Walk"),
    "forward": ("forward", "One step"),
}
"""Icon and name of each button."""


class WalkTransport(QWidget):
    """Buttons for the steps of the walk, and which step is shown.

    Attributes
    ----------
    buttons : dict of IconButton
        "reset", "back", "play", "forward".
    step_chosen : Signal
        int; a step was typed.
    """

    step_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.buttons = {key: IconButton(theme, *names) for key, names in BUTTONS.items()}
        self.step = NumberField(theme, decimals=0, width=54, name="Step of the walk")
        self.step.committed.connect(lambda value: self.step_chosen.emit(max(0, round(min(value, 1e9)))))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(text_label("Step", theme.muted))
        row.addWidget(self.step)

    def show_walk(self, walk: WalkScene, playing: bool) -> None:
        """Show the step, and what can be done; emits nothing."""
        self.step.show_value(walk.step)
        self.buttons["play"].show_icon(*(("pause", "Pause") if playing else BUTTONS["play"]))
        self.buttons["play"].setEnabled(playing or walk.can_go_on or walk.step > 0)
        self.buttons["forward"].setEnabled(walk.can_go_on)
        for key in ("reset", "back"):
            self.buttons[key].setEnabled(walk.step > 0)


class WalkCard(Card):
    """Method and learning rate, the steps, what is to come and what came.

    Attributes
    ----------
    method : Segmented
        Gradient descent or Newton's method.
    rate : SliderRow
        The learning rate of gradient descent, with its limit.
    transport : WalkTransport
        The steps.
    prediction, outcome : Notice
        In words; the outcome may offer a learning rate.
    table : NumberTable
        Curvature and limit at P, at the present step, and at the minimum.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Walk downhill", collapsible=True)
        self.method = Segmented(theme, METHODS, latex=False, name="Method")
        self.rate = SliderRow(
            theme,
            r"\eta",
            *USUAL_RATES,
            default=DerivativeState.walk_rate,
            logarithmic=True,
            decimals=3,
            significant=True,
        )
        self.transport = WalkTransport(theme)
        self.prediction, self.outcome = Notice(theme), Notice(theme)
        columns = (
            Column(align="left", right=0.3),
            Column(latex="x", right=0.52),
            Column(latex="f''", right=0.76),
            Column(latex="2/f''", right=1.0),
        )
        self.table = NumberTable(theme, columns, name="Curvature and limit")
        for widget in (
            self.method,
            self.rate,
            self.transport,
            self.prediction,
            self.table,
            self.outcome,
        ):
            self.body.addWidget(widget)
        self.show_folded(True)

    def show_walk(self, walk: WalkScene | None, playing: bool) -> None:
        """Show a walk; only the title while there is none."""
        self.show_folded(walk is None)
        if walk is None:
            return
        self.method.show_choice(walk.method)
        self.rate.setVisible(walk.method == "gradient_descent")
        self.rate.show_range(*walk.rate_range)
        self.rate.show_value(walk.learning_rate)
        limited = not math.isnan(walk.limit)
        caption = rf"2/f'' = {latex_number(walk.limit, 3)}" if limited else ""
        self.rate.show_limit(walk.limit if limited else None, caption)
        self.transport.show_walk(walk, playing)
        self.prediction.show_notice(walk.prediction)
        self.table.show_rows([_cells(row) for row in walk.rows])
        offer = f" [Take η = {walk.safe_rate:g}]({walk.safe_rate!r})" if walk.safe_rate is not None else ""
        self.outcome.show_notice(walk.outcome + offer, walk.kind)


def _cells(row: WalkRow) -> tuple[Cell, ...]:
    name = Cell(latex="P") if row.name == "P" else Cell(row.name)
    return (name, *(Cell(_brief(number)) for number in (row.x, row.curvature, row.limit)))


def _brief(value: float) -> str:
    text = format_number(value, 3)
    return format_number(value, 1) if "×" in text else text


def connect_walk(card: WalkCard, tab: Tab, players: Players, inspector: Inspector) -> None:
    """Let the card's gestures change the state of the tab, and its buttons choose what the clock plays."""

    def choose_step(step: int) -> None:
        tab.playback.pause()
        players.choose(KEY)
        tab.become(core.with_walk_step(tab.state, step))
        card.transport.step.show_value(tab.state.walk_step)

    def fold(folded: bool) -> None:
        players.leave(KEY)
        tab.become(core.with_walk_open(tab.state, not folded), recorded=False)
        if not folded:
            tab.store.flush()  # so that the card has its height when the list is scrolled
            QTimer.singleShot(0, card, lambda: inspector.ensureWidgetVisible(card, 0, 8))

    def run(command: str) -> None:
        players.choose(KEY)
        tab.run(command)

    def choose_rate(rate: float) -> None:
        tab.playback.pause()
        tab.become(core.with_walk_rate(tab.state, rate))
        card.rate.show_value(tab.state.walk_rate)

    def choose_method(method: str) -> None:
        tab.playback.pause()
        tab.become(core.with_walk_method(tab.state, method))

    players.add(KEY, _player(tab))
    card.fold_toggled.connect(fold)
    card.method.chosen.connect(choose_method)
    card.rate.pressed.connect(tab.take_hold)
    card.rate.released.connect(tab.gesture_ended)
    card.rate.moved.connect(lambda rate: tab.become(core.with_walk_rate(tab.state, rate)))
    card.rate.committed.connect(choose_rate)
    card.outcome.activated.connect(lambda rate: choose_rate(float(rate)))
    for key, command in (("reset", "reset"), ("back", "step_back"), ("forward", "step_forward")):
        card.transport.buttons[key].clicked.connect(lambda *_, command=command: run(command))
    card.transport.buttons["play"].clicked.connect(lambda: players.toggle(KEY))
    card.transport.step_chosen.connect(choose_step)


def _player(tab: Tab) -> Player:
    def forward(count: int) -> bool:
        tab.become(core.walked(tab.state, count), merge="walk")
        return core.can_walk_on(tab.state)

    def begin() -> None:
        if not core.can_walk_on(tab.state):
            tab.become(core.with_walk_step(tab.state, 0))

    return Player(
        forward,
        lambda count: tab.become(core.walked(tab.state, -count), merge="walk"),
        lambda: tab.become(core.with_walk_step(tab.state, 0)),
        begin,
        SPEED,
    )


class WalkOnPlot:
    """The steps of a walk on the curve: each along the tangent, or the parabola, and from there to the curve.

    Parameters
    ----------
    plot
        That of the function.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        hue = theme.descent
        self._plot = plot
        self.legend = (LegendEntry(hue.mark, "walk"),)
        self._parabola = plot.add(Curve(hue.mark, 1.25, style="dashed", still=False), level=3.0)
        self._vertex = plot.add(Marker(hue.mark, size=4.5, hollow=True), level=6.9)
        self._drops = plot.add(Curve(hue.mark, 1.25, style="dotted", opacity=0.8, still=False), level=4.1)
        self._models = plot.add(Curve(hue.mark, 1.5, opacity=0.75, still=False), level=4.2)
        self._last_drop = plot.add(Curve(hue.mark, 1.75, style="dotted", still=False), level=4.3)
        self._last_model = plot.add(Curve(hue.mark, 2.75, still=False), level=4.4)
        self._dots = plot.add(PathWithDots(hue.mark, dot=2.75), level=6.8)
        self._now = plot.add(Marker(hue.mark, size=6.0), level=7.2)
        self._label = plot.add(Label(hue.text, STEP_LABEL, typeset=False))
        self._walk: WalkScene | None = None

    def show(self, walk: WalkScene | None) -> None:
        """Draw a walk, or none; the same one as before costs nothing."""
        if walk is self._walk:
            return
        self._walk = walk
        if walk is None:
            self._clear()
            return
        for curve, points in (
            (self._models, walk.models),
            (self._drops, walk.drops),
            (self._last_model, walk.last_model),
            (self._last_drop, walk.last_drop),
        ):
            curve.show(points.x, points.y)
        x, y = walk.path.x, walk.path.y
        apart = np.full(x.size, math.nan)  # a gap after each point: dots without lines between them
        self._dots.show(np.column_stack((x, apart)).ravel(), np.column_stack((y, apart)).ravel())
        self._now.show(float(x[-1]), float(y[-1]))
        self._show_parabola(walk)

    def _show_parabola(self, walk: WalkScene) -> None:
        if walk.parabola is None or walk.vertex is None:
            self._parabola.clear()
            self._vertex.clear()
        else:
            self._parabola.show(walk.parabola.x, walk.parabola.y)
            self._vertex.show(*walk.vertex)

    def _clear(self) -> None:
        for curve in (self._models, self._drops, self._last_model, self._last_drop, self._parabola):
            curve.clear()
        for mark in (self._dots, self._now, self._vertex, self._label):
            mark.clear()

    def crowd_in(self, crowd: Crowd) -> None:
        """Keep the labels of the plot away from the walk."""
        if self._walk is not None:
            crowd.add_points(self._walk.path.x, self._walk.path.y)
            crowd.add_points(self._walk.last_model.x, self._walk.last_model.y)
            crowd.add_disc(float(self._walk.path.x[-1]), float(self._walk.path.y[-1]), 8)

    def write_step(self, crowd: Crowd) -> None:
        """Write which step is shown beside its point, where there is room."""
        if self._walk is None:
            return
        if not self._walk.step:
            self._label.clear()
            return
        words = f"step {self._walk.step}"
        projection = self._plot.projection
        x, y = map(float, projection.to_pixels(self._walk.path.x[-1], self._walk.path.y[-1]))
        box = None
        if projection.contains(x, y):
            box = crowd.freest(around(x, y, words_size(words, STEP_LABEL), 10.0))
        put_words(self._label, words, STEP_LABEL, box, projection)
        if box is not None:
            crowd.add_box(box)
