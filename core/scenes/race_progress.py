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
from core.scenes.destination import destination
from core.scenes.level_map import surface
from core.scenes.race import Race, Run, course_of
from core.scenes.race_internals import Internals, internals_of
from core.scenes.race_paths import MAX_STEPS, Course, optimizer_of, path_on
from core.scenes.state import View

if TYPE_CHECKING:
    from core.scenes.gradient_state import GradientState

SLOPE = 1e-3
"""A method has arrived when the gradient is shorter than this."""

DEEPEST = 1e-16
"""The axis of the loss reaches down to this part of its top."""

HIGHEST = 1e3
"""A run that diverges is followed up to so many times the loss at the start."""

NEGLIGIBLE = 1e-9
"""A minimum is at 0 if its value is below this part of the loss at the start."""

SHORTEST = 16
"""So many steps are in view at least."""

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
        axis has it; NaN where that is not positive.
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
    """

    key: str
    title: str
    evaluations: float
    loss: float
    arrived: float


@dataclass(frozen=True, eq=False)
class Progress:
    """All that the column shows.

    Attributes
    ----------
    quantity
        What the axis of the loss is of, as LaTeX: f, or what it is above its lowest value.
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
    level = _level(state, race)
    followed = [(run, False) for run in race.runs] + [(run, True) for run in race.ghosts]
    lines = tuple(_line(_course(state, run, ghost), run, level, ghost) for run, ghost in followed)
    budget, scores = scoreboard(race.runs, race.step)
    return Progress(
        _quantity(level),
        lines,
        _view(lines, race.step),
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
            Score(run.key, run.title, float(spent[run.key][last]), float(run.losses[last]), arrived)
        )
    return budget, tuple(sorted(scores, key=lambda score: score.loss))


def _course(state: GradientState, run: Run, ghost: bool) -> Course:
    racer = next(racer for racer in state.racers if racer.optimizer == run.key)
    course = course_of(state.ground, racer, state.forks)
    return course.before_the_last_fork if ghost else course


def _level(state: GradientState, race: Race) -> float:
    """Choose what is subtracted from the loss so that it has a logarithm, and one that falls to the end.

    That is the lowest value that is known: at the minimum ahead, or seen on the way. It is 0 where that is as
    good as 0, and where nothing is known but positive losses.
    """
    seen = [float(run.losses.min()) for run in race.runs]
    goal, _ = destination(state.formula, state.parameters, state.point, state.racer)
    if goal is None and all(value > 0.0 for value in seen):
        return 0.0
    if goal is not None:
        x, y = goal.point
        seen.append(float(surface(state.formula, state.parameters).evaluate({"x": x, "y": y})))
    lowest = min((value for value in seen if math.isfinite(value)), default=0.0)
    highest = max((abs(float(run.losses[0])) for run in race.runs), default=1.0)
    return 0.0 if abs(lowest) <= NEGLIGIBLE * highest else lowest


def _quantity(level: float) -> str:
    if not level:
        return "f"
    number = shown(abs(level), 4)
    return rf"f {'-' if level > 0 else '+'} {number}".replace("−", "-")


def _line(course: Course, run: Run, level: float, ghost: bool) -> LossLine:
    steps, heights = _heights(course, run.step, level)
    height = float(heights[run.step])
    return LossLine(run.key, steps, heights, run.step, height, ghost)


@lru_cache(maxsize=64)
def _known(course: Course, length: int, level: float) -> tuple[FloatArray, FloatArray]:
    losses = path_on(course, length - 1).losses[:length]
    above = losses - level
    heights = np.where(above > 0.0, above, np.nan)
    steps, heights = read_only(np.arange(float(len(heights))), heights)
    return steps, heights


def _heights(course: Course, step: int, level: float) -> tuple[FloatArray, FloatArray]:
    """Give all steps of a course that are known when it is followed to a step."""
    return _known(course, len(path_on(course, step).losses), level)


def _view(lines: tuple[LossLine, ...], step: int) -> View:
    longest = max((float(line.steps[-1]) for line in lines), default=0.0)
    right = min(max(longest, float(step), SHORTEST), float(MAX_STEPS))
    heights = [line.heights[np.isfinite(line.heights)] for line in lines]
    known = np.concatenate([each for each in heights if each.size] or [np.array([1.0])])
    starts = [each[0] for each in heights if each.size]
    top = min(float(known.max()), HIGHEST * max(starts, default=1.0))
    bottom = max(float(known.min()), DEEPEST * top)
    if bottom >= top * 0.99:
        bottom, top = top / 10.0, top * 10.0
    room = (top / bottom) ** ROOM
    return -ROOM * right, right * (1.0 + ROOM), bottom / room, top * room


def _note(lines: tuple[LossLine, ...]) -> str:
    if not lines:
        return "No optimiser runs."
    if not any(np.isfinite(line.heights).any() for line in lines):
        return "The loss does not change."
    return ""
