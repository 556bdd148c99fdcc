"""Paths of racers, computed as far as they are followed and kept so that nothing is computed twice."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import lru_cache
from typing import Any, NamedTuple

from core.autodiff import value_and_grad
from core.optimizers import (
    OPTIMIZERS,
    SCHEDULES,
    FirstOrder,
    Objective,
    Optimizer,
    Trajectory,
    minimize,
    noisy,
    resume,
)
from core.optimizers.hyperparameters import Adjustable
from core.optimizers.objective import of_formula
from core.scenes.curves import read_only
from core.scenes.level_map import COORDINATES, surface
from core.scenes.state import Numbers
from core.smoothness import slope_at

MAX_STEPS = 20_000
"""Longest descent that can be followed."""

FIRST_HORIZON = 12
"""A path is computed so far at first."""

QUICK_CHUNK, SLOW_CHUNK = 512, 32
"""It gets longer by so many steps at most: those of compiled loops, and those that are taken one by one."""

KEPT_STEPS = 600_000
"""So many steps of all paths together are kept."""


class Racer(NamedTuple):
    """One runner of a race, as the user set it up.

    Attributes
    ----------
    optimizer
        Key of `core.optimizers.OPTIMIZERS`; each runs once at most.
    runs
        Whether it takes part.
    settings
        Its hyperparameters by name, the learning rate among them; those left out have their defaults.
    schedule, schedule_settings
        Key of `core.optimizers.SCHEDULES`, and its hyperparameters.
    """

    optimizer: str
    runs: bool
    settings: Numbers
    schedule: str = "constant"
    schedule_settings: Numbers = ()

    @property
    def learning_rate(self) -> float:
        """Its learning rate."""
        return dict(self.settings)["learning_rate"]


class Fork(NamedTuple):
    """A change of settings in the middle of a run, or a new run from P after one that is dead.

    Attributes
    ----------
    step
        The last step with the old settings; 0 where all began anew.
    racer
        The racer with the old settings.
    """

    step: int
    racer: Racer


class Ground(NamedTuple):
    """Where a race is run, the same for all.

    Attributes
    ----------
    formula, parameters
        The function and the numbers of its letters.
    start
        The point where all begin.
    noise, seed
        Standard deviation of the noise in each coordinate of the gradients, 0 for none, and its seed.
    """

    formula: str
    parameters: Numbers
    start: tuple[float, float]
    noise: float = 0.0
    seed: int = 0


class Course(NamedTuple):
    """All that a path depends on.

    Attributes
    ----------
    ground
        Where it begins, and on what.
    forks
        Changes of settings on the way, in the order in which they were made.
    racer
        Who runs, with the settings after the last fork.
    """

    ground: Ground
    forks: tuple[Fork, ...]
    racer: Racer

    @property
    def own_forks(self) -> tuple[Fork, ...]:
        """The changes that are part of the path: those since it last began anew."""
        return since_the_start(self.forks)

    @property
    def last_change(self) -> int:
        """The step from which on the settings are those of today; 0 if they always were."""
        return self.forks[-1].step if self.forks else 0

    @property
    def before_the_last_fork(self) -> Course:
        """The course that the last fork left."""
        return Course(self.ground, self.forks[:-1], self.forks[-1].racer)


def since_the_start(forks: tuple[Fork, ...]) -> tuple[Fork, ...]:
    """Give those forks of one racer that were made since it last began anew."""
    begun = [place + 1 for place, fork in enumerate(forks) if fork.step == 0]
    return forks[begun[-1] :] if begun else forks


@lru_cache(maxsize=256)
def optimizer_of(racer: Racer) -> Optimizer:
    """Make the optimiser that a racer is set up as; equal racers have the very same."""
    schedule = SCHEDULES[racer.schedule](**_whole(dict(racer.schedule_settings), SCHEDULES[racer.schedule]))
    kind = OPTIMIZERS[racer.optimizer]
    return kind(**_whole(dict(racer.settings), kind), schedule=schedule)


def _whole(settings: dict[str, float], kind: type[Adjustable]) -> dict[str, Any]:
    """Make whole numbers of those that have to be; a state has floats only."""
    whole = {each.name for each in kind.hyperparameters() if each.is_whole}
    return {
        name: int(value) if name in whole and float(value).is_integer() else value
        for name, value in settings.items()
    }


@lru_cache(maxsize=64)
def refusal_at(formula: str, parameters: Numbers, start: tuple[float, float]) -> str:
    """Say why no descent can begin at a point, or nothing."""
    expression = surface(formula, parameters)
    at = dict(zip(COORDINATES, start, strict=True))
    slopes = [slope_at(expression, at, name) for name in COORDINATES]
    value, gradient = value_and_grad(expression, at)
    if not math.isfinite(value):
        return "Descent cannot start: f has no value at P."
    if any(slope.failure for slope in slopes) or not all(map(math.isfinite, gradient.values())):
        return "Descent cannot start: f has no gradient at P."
    return ""


@lru_cache(maxsize=16)
def objective_on(formula: str, parameters: Numbers, noise: float = 0.0, seed: int = 0) -> Objective:
    """Make what the racers minimise."""
    exact = of_formula(surface(formula, parameters), COORDINATES)
    return noisy(exact, noise, seed) if noise else exact


def path_on(course: Course, step: int) -> Trajectory:
    """Follow a course to a step and a little farther, or to its end; all arrays are read-only.

    How far depends on the course and the step alone, so the same choices give the same path, its judgement
    included. Its start must be one at which a descent can begin.
    """
    horizon = _horizon(course, min(step, MAX_STEPS))
    while course.forks and horizon <= course.forks[-1].step:
        course = course.before_the_last_fork
    return _kept_paths.follow(course, horizon)


def _horizon(course: Course, step: int) -> int:
    """Give the number of steps to compute for the step to be seen and the next one to be known."""
    quick = issubclass(OPTIMIZERS[course.racer.optimizer], FirstOrder)
    chunk = QUICK_CHUNK if quick else SLOW_CHUNK
    end = FIRST_HORIZON
    while end <= step and end < chunk:
        end *= 4 if quick else 2
    if end <= step:
        end = (step // chunk + 1) * chunk
    return min(end, MAX_STEPS)


class _Paths:
    """The longest path of each course that was followed lately, and what was asked of it last."""

    def __init__(self) -> None:
        self._longest: OrderedDict[Course, Trajectory] = OrderedDict()
        self._answers: dict[Course, tuple[int, Trajectory]] = {}
        self._steps = 0

    def follow(self, course: Course, horizon: int) -> Trajectory:
        """Return the path up to a horizon, the same object as long as the horizon stays."""
        known = self._answers.get(course)
        if known is None or known[0] != horizon:
            known = (horizon, self._computed(course, horizon))
        self._keep(course, known)
        return known[1]

    def _computed(self, course: Course, horizon: int) -> Trajectory:
        ground = course.ground
        objective = objective_on(ground.formula, ground.parameters, ground.noise, ground.seed)
        optimizer = optimizer_of(course.racer)
        longest = self._longest.get(course)
        if longest is not None:
            if longest.stopped is not None and longest.steps < horizon:
                return longest
            known = min(longest.steps, horizon)
            return _sealed(resume(objective, longest, optimizer, horizon, step=known))
        if course.forks:
            fork = course.forks[-1]
            before = path_on(course.before_the_last_fork, fork.step)
            known = min(fork.step, before.steps)
            return _sealed(resume(objective, before, optimizer, horizon, step=known))
        at = dict(zip(COORDINATES, ground.start, strict=True))
        return _sealed(minimize(objective, at, optimizer, horizon))

    def _keep(self, course: Course, answer: tuple[int, Trajectory]) -> None:
        path = answer[1]
        longest = self._longest.get(course)
        self._answers[course] = answer
        if longest is None or longest.steps < path.steps:
            self._steps += path.steps - (longest.steps if longest is not None else 0)
            self._longest[course] = path
        self._longest.move_to_end(course)
        while self._steps > KEPT_STEPS and len(self._longest) > 1:
            forgotten = next(iter(self._longest))
            self._steps -= self._longest.pop(forgotten).steps
            del self._answers[forgotten]


def _sealed(path: Trajectory) -> Trajectory:
    arrays = (path.points, path.losses, path.gradients, path.learning_rates, *path.internals.values())
    read_only(*arrays)
    return path


_kept_paths = _Paths()
