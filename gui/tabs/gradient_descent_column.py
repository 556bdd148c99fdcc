"""The race beside the map: the loss of every runner, who leads, and what the selected one did."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from core.scenes import gradient_state as choices
from core.scenes import race_cursor as cursor
from core.scenes.gradient import GradientScene
from core.scenes.race_progress import LossLine, Progress
from gui.controls import PaneHeader, Segmented
from gui.formula import formula
from gui.handles import DragLine
from gui.plot_lines import Curve
from gui.plot_marks import Marker
from gui.tabs.gradient_scores import ScorePane
from gui.tabs.gradient_substeps import SubStepPane
from gui.tabs.layout import BELOW, column, splitter
from gui.tabs.pane import FixedPlot, Pane
from gui.tabs.racer_signs import SHAPES, sign_of
from gui.theme import Theme, text_width

if TYPE_CHECKING:
    from gui.tabs.gradient import GradientTab

SELECTED, OTHER, AHEAD = 2.5, 1.75, 0.35
"""Widths of the lines, and opacity of what lies beyond the step that is shown."""

GHOST = 0.45
"""Opacity of a ghost."""

SIZES = [200, 165, 300]
"""Heights of the panes at first."""

LOSS_HEIGHT, LOW_LOSS_HEIGHT = 170, 146
"""Least height of the loss pane in pixels, and in a low column."""

LOW = 560
"""A column less high than this has little room for the inside of a step."""


class _Lane:
    """The items of one optimiser on the plot of the loss."""

    def __init__(self, plot: FixedPlot, theme: Theme, key: str) -> None:
        sign = sign_of(key, theme)
        self._done = plot.add(Curve(sign.colour, OTHER, still=False), level=4.6)
        self._chosen = plot.add(Curve(sign.colour, SELECTED, still=False), level=5.2)
        self._ahead = plot.add(Curve(sign.colour, 1.0, opacity=AHEAD, still=False), level=4.0)
        self._ghost = plot.add(Curve(sign.colour, 1.5, style="dashed", opacity=GHOST, still=False), level=4.4)
        self._end = plot.add(Marker(sign.colour, sign.shape, 5.0))

    def show(self, line: LossLine | None, ghost: LossLine | None, *, selected: bool) -> None:
        """Draw a run, or nothing, and its ghost."""
        if line is None:
            for item in (self._done, self._chosen, self._ahead, self._end):
                item.clear()
        else:
            shown, hidden = (self._chosen, self._done) if selected else (self._done, self._chosen)
            hidden.clear()
            until = line.step + 1
            shown.show(line.steps[:until], line.heights[:until])
            self._ahead.show(line.steps[line.step :], line.heights[line.step :])
            self._end.show(line.step, line.height)
        if ghost is None:
            self._ghost.clear()
        else:
            self._ghost.show(ghost.steps[: ghost.step + 1], ghost.heights[: ghost.step + 1])


TITLES = {
    "": ("Loss (log scale)",),
    "minimum ahead": ("Loss above minimum ahead", "Above minimum", "Loss"),
    "lowest minimum in view": ("Loss above lowest minimum", "Above lowest min.", "Loss"),
    "lowest value seen": ("Loss above lowest seen", "Above lowest", "Loss"),
}
"""Titles of the plot of the loss by where its axis has its zero; the first that fits is taken."""

TITLE, NOTE = (12, QFont.Weight.DemiBold), 13.5
"""Letters of a header's title, and of a formula after it."""

AROUND_TITLE = 30.0
"""Pixels at both sides of a title and the formula after it, and between them."""


class LossPane(Pane):
    """The loss at each step on a logarithmic axis, with a cursor that goes through the steps.

    Attributes
    ----------
    step : DragLine
        The step that is shown.
    """

    def __init__(self, theme: Theme) -> None:
        plot = FixedPlot(theme, log_y=True, left=38, right=12)
        plot.setMinimumHeight(LOSS_HEIGHT)
        super().__init__(PaneHeader(theme, "Loss (log scale)"), plot)
        self._theme = theme
        self._shown: Progress | None = None
        self._lanes = {key: _Lane(plot, theme, key) for key in SHAPES}
        self.step = plot.add(DragLine(theme, theme.ink, 1.5, name="Step"))

    def show_progress(self, found: Progress, selected: str) -> None:
        """Place all items."""
        self._shown = found
        self._show_titles(found)
        self.plot.show_view(found.view)
        self.plot.show_message(found.note or None)
        lines = {line.key: line for line in found.lines if not line.is_ghost}
        ghosts = {line.key: line for line in found.lines if line.is_ghost}
        for key, lane in self._lanes.items():
            lane.show(lines.get(key), ghosts.get(key), selected=key == selected)
        if found.note:
            self.step.clear()
            self.plot.show_x_pill(None, "")
        else:
            middle = math.sqrt(found.view[2]) * math.sqrt(found.view[3])
            self.step.place(found.step, middle, 0.0, 1.0)
            self.plot.show_x_pill(found.step, str(found.step), guide="none")

    def _show_titles(self, found: Progress) -> None:
        """Say what the axis is of, in as many words as there is room for."""
        place, colour = found.level_place, self._theme.loss.text
        room = self.width() - AROUND_TITLE - formula(found.quantity, NOTE, colour).width
        fitting = (title for title in TITLES[place] if text_width(title, *TITLE) <= room)
        self.header.show_title(next(fitting, TITLES[place][-1]))
        self.header.show_note(latex=found.quantity, colour=colour)
        above = f"How far f is above the {place}, on a log scale." if place else "f on a log scale."
        self.header.setToolTip(above)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write titles as the new width has room for."""
        super().resizeEvent(event)
        if self._shown is not None:
            self._show_titles(self._shown)


class DescentColumn(QWidget):
    """All of it, from the top.

    Attributes
    ----------
    loss, scores, substeps
        The three panes.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.loss, self.scores, self.substeps = LossPane(theme), ScorePane(theme), SubStepPane(theme)
        self._theme = theme
        panes = splitter(BELOW, (self.loss, self.scores, self.substeps), (2, 0, 3))
        panes.setSizes(SIZES)
        self.setLayout(column(panes))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave more room for the inside of a step where there is little."""
        super().resizeEvent(event)
        low = self.height() < LOW
        self.loss.plot.setMinimumHeight(LOW_LOSS_HEIGHT if low else LOSS_HEIGHT)
        self.substeps.compass.show_low(low)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the same as under the plot."""
        QPainter(self).fillRect(self.rect(), QColor(self._theme.plot))

    def show_scene(self, scene: GradientScene) -> None:
        """Show the race; nothing while the slices stand here."""
        if scene.progress is None:
            return
        self.loss.show_progress(scene.progress, scene.race.selected)
        self.scores.show_progress(scene.progress)
        self.substeps.show_internals(scene.progress.internals)


class ColumnSwitch(QWidget):
    """Chooses what stands beside the map.

    Attributes
    ----------
    choice : Segmented
        Slices or descent.
    """

    def __init__(self, theme: Theme, beside: dict[str, QWidget]) -> None:
        super().__init__()
        self._beside = beside
        self.choice = Segmented(
            theme, (("slices", "Slices"), ("descent", "Descent")), latex=False, name="Beside the map"
        )
        self.setLayout(column(self.choice))
        self.setToolTip("Choose what stands beside the map")

    def show_column(self, key: str) -> None:
        """Show one of them and hide the other."""
        self.choice.show_choice(key)
        for name, widget in self._beside.items():
            widget.setVisible(name == key)


def connect_column(switch: ColumnSwitch, pane: LossPane, tab: GradientTab) -> None:
    """Let the switch and the cursor change the state of the tab."""
    switch.choice.chosen.connect(lambda key: tab.become(choices.with_column(tab.state, key)))
    pane.step.released.connect(lambda: tab.become(cursor.let_go(tab.state)))  # still a part of the gesture
    tab.follow(pane.step, lambda x, _y: tab.become(cursor.dragged(tab.state, x)))
    pane.step.pressed.connect(lambda: tab.become(cursor.taken(tab.state), recorded=False))
    pane.step.nudged.connect(
        lambda dx, _dy, shift: tab.become(
            choices.stepped(tab.state, dx * (10 if shift else 1)), merge="cursor"
        )
    )
