"""How far a race has come: the loss at each step, and who leads after equally many evaluations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from core.optimizers.stability import shown
from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.loss_level import loss_level
from core.scenes.race import Race, Run, course_of
from core.scenes.race_cursor import axis_end, farthest
from core.scenes.race_internals import Internals, internals_of
from core.scenes.race_paths import Course, optimizer_of, path_on
from core.scenes.state import View

if TYPE_CHECKING:
    from core.scenes.gradient_state import GradientState

SLOPE = 1e-3
"""A method has arrived when the gradient is shorter than this."""

DEEPEST = 1e-16
"""The axis of the loss reaches down to this part of its top."""

HIGHEST = 1e3
"""A run that diverges is followed up to so many times the loss at the start."""

ROOM = 0.04
"""Room around the curves, as a part of the view."""


@dataclass(frozen=True, eq=False)
class LossLine:
    """The loss of one runner; arrays are read-only and the same objects as long as they stay.

    Attributes
    ----------
    key
        Its optimiser.
    steps, heights
        Numbers of all steps that are known, also beyond the one that is shown, and the loss there as the
        axis has it, which is positive.
    step, height
        Where it is at the step that is shown.
    is_ghost
        Whether its settings were changed on the way.
    """

    key: str
    steps: FloatArray
    heights: FloatArray
    step: int
    height: float
    is_ghost: bool


@dataclass(frozen=True)
class Score:
    """One row of the scoreboard.

    Attributes
    ----------
    key, title
        The optimiser.
    evaluations
        Gradient evaluations spent until `loss`.
    loss
        f there.
    arrived
        Evaluations until ‖∇f‖ was below `SLOPE`, or NaN.
    failed
        Whether it ended before with a fault, such as divergence.
    missing
        What is said instead of a number where it has not arrived: "diverged", or "not yet".
    """

    key: str
    title: str
    evaluations: float
    loss: float
    arrived: float
    failed: bool
    missing: str


@dataclass(frozen=True, eq=False)
class Progress:
    """All that the column shows.

    Attributes
    ----------
    quantity
        What the axis of the loss is of, as LaTeX: f, or how far it is above a level.
    level_place
        Where f has this level, of `core.scenes.loss_level.PLACES`.
    lines
        The loss of each runner, and of ghosts.
    view
        Visible part of the plot of the loss.
    step
        The step that is shown.
    budget
        Gradient evaluations after which the scores are compared.
    scores
        Best first.
    internals
        What the selected racer did in its last step.
    note
        Why there is nothing to draw, or empty.
    """

    quantity: str
    level_place: str
    lines: tuple[LossLine, ...]
    view: View
    step: int
    budget: float
    scores: tuple[Score, ...]
    internals: Internals
    note: str


def progress(state: GradientState, race: Race) -> Progress | None:
    """Tell how far the race has come; None while the slices are shown."""
    if state.column != "descent":
        return None
    selected = next(racer for racer in race.racers if racer.optimizer == race.selected)
    internals = internals_of(race.run(race.selected), optimizer_of(selected).title)
    followed = [(_course(state, run, ghost), run, ghost) for run, ghost in _followed(race)]
    known = farthest(state)
    level, place = loss_level(
        state, [path_on(course, known).losses for course, _, ghost in followed if not ghost]
    )
    above = [float(run.losses[0]) - level for run in race.runs]
    floor = DEEPEST * max((each for each in above if each > 0.0), default=1.0)
    lines = tuple(_line(course, run, known, level, floor, ghost) for course, run, ghost in followed)
    budget, scores = scoreboard(race.runs, race.step)
    return Progress(
        _quantity(level),
        place,
        lines,
        _view(lines, float(axis_end(state))),
        race.step,
        budget,
        scores,
        internals,
        race.refusal or _note(lines),
    )


def scoreboard(runs: tuple[Run, ...], step: int) -> tuple[float, tuple[Score, ...]]:
    """Compare runs after equally many gradient evaluations: as many as each that goes on has spent."""
    spent = {run.key: run.optimizer.evaluations(run.internals, run.step) for run in runs}
    going = [spent[run.key][-1] for run in runs if run.step == step and not run.stopped]
    budget = float(min(going, default=max((each[-1] for each in spent.values()), default=0.0)))
    scores = []
    for run in runs:
        last = int(np.searchsorted(spent[run.key], budget, side="right")) - 1
        slopes = np.hypot(*run.gradients[: last + 1].T)
        there = np.flatnonzero(slopes < SLOPE)
        arrived = float(spent[run.key][there[0]]) if there.size else math.nan
        scores.append(
            Score(
                run.key,
                run.title,
                float(spent[run.key][last]),
                float(run.losses[last]),
                arrived,
                bool(run.stopped) and last == run.step,
                "diverged" if run.diverged else "not yet",
            )
        )
    return budget, tuple(sorted(scores, key=lambda score: score.loss))


def _course(state: GradientState, run: Run, ghost: bool) -> Course:
    racer = next(racer for racer in state.racers if racer.optimizer == run.key)
    course = course_of(state.ground, racer, state.forks)
    return course.before_the_last_fork if ghost else course


def _followed(race: Race) -> list[tuple[Run, bool]]:
    return [(run, False) for run in race.runs] + [(run, True) for run in race.ghosts]


def _quantity(level: float) -> str:
    if not level:
        return "f"
    number = shown(abs(level), 4)
    return rf"f {'-' if level > 0 else '+'} {number}".replace("−", "-")


def _line(course: Course, run: Run, known: int, level: float, floor: float, ghost: bool) -> LossLine:
    steps, heights = _known(course, len(path_on(course, known).losses), level, floor)
    return LossLine(run.key, steps, heights, run.step, float(heights[run.step]), ghost)


@lru_cache(maxsize=64)
def _known(course: Course, length: int, level: float, floor: float) -> tuple[FloatArray, FloatArray]:
    """Give all steps of a course that are known; a loss at the level lies on the floor of the axis."""
    losses = path_on(course, length - 1).losses[:length]
    steps, heights = read_only(np.arange(float(len(losses))), np.maximum(losses - level, floor))
    return steps, heights


def _view(lines: tuple[LossLine, ...], right: float) -> View:
    """Choose a view from step 0 to the last step on the axis that holds all that is known there."""
    heights = [line.heights[: int(right) + 1] for line in lines]
    known = np.concatenate(heights) if heights else np.array([1.0])
    top = min(float(known.max()), HIGHEST * max((float(each[0]) for each in heights), default=1.0))
    bottom = max(float(known.min()), DEEPEST * top)
    if bottom >= top * 0.99:
        bottom, top = top / 10.0, top * 10.0
    room = (top / bottom) ** ROOM
    return -ROOM * right, right * (1.0 + ROOM), float(bottom / room), float(top * room)


def _note(lines: tuple[LossLine, ...]) -> str:
    return "" if lines else "No optimiser runs."
