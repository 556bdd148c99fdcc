"""A race of optimisers down one surface: who runs, how, and where each has got to at a step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from core.optimizers import OPTIMIZERS, Divergence, Optimizer, Trajectory
from core.primitives import FloatArray
from core.scenes.level_map import MINUS
from core.scenes.race_paths import (
    MAX_STEPS,
    Course,
    Fork,
    Ground,
    Racer,
    optimizer_of,
    path_on,
    refusal_at,
)
from core.scenes.race_setup import Setup, has_allowed_settings, setup_of
from core.scenes.state import StateError

CONVERGED = 1e-12
"""A slope smaller than the steepest on the path by this factor is zero but for rounding."""

MOST_FORKS = 1000
"""So many changes on the way are kept."""

RACERS = (
    Racer("gradient_descent", True, (("learning_rate", 0.012),)),
    Racer("momentum", True, (("learning_rate", 0.006), ("beta", 0.9))),
    Racer("nesterov", True, (("learning_rate", 0.006), ("beta", 0.9))),
    Racer("rmsprop", True, (("learning_rate", 0.1), ("alpha", 0.9))),
    Racer("adam", True, (("learning_rate", 0.25),)),
)
"""Who runs at first."""


@dataclass(frozen=True, eq=False)
class Run:
    """One runner up to the step that is shown; all arrays are read-only.

    Attributes
    ----------
    key, title
        Its optimiser: key of `core.optimizers.OPTIMIZERS`, and name.
    optimizer
        The optimiser with its hyperparameters.
    points, losses, gradients, internals, learning_rates
        As in `core.optimizers.Trajectory`, up to the step that is shown or to its own last one.
    stopped
        Why it has no further step, or empty.
    divergence
        Why it diverges, or None.
    converged
        Whether rounding is all that is left of the slope.
    forked
        The step from which it goes on with other settings than its ghost, or 0.
    """

    key: str
    title: str
    optimizer: Optimizer
    points: FloatArray
    losses: FloatArray
    gradients: FloatArray
    internals: dict[str, FloatArray]
    learning_rates: FloatArray
    stopped: str
    divergence: Divergence | None
    converged: bool = False
    forked: int = 0

    @property
    def step(self) -> int:
        """Number of its last step."""
        return len(self.points) - 1

    @property
    def loss(self) -> float:
        """Value of the function at its last step."""
        return float(self.losses[-1])

    @property
    def ending(self) -> str:
        """What became of it in a few words, such as "diverged at step 12"; empty while it runs."""
        words = self.stopped.split(":")[0]
        return words[:1].lower() + words[1:] if words else "converged" * self.converged

    @property
    def diverged(self) -> bool:
        """Whether it ended because its steps grew beyond all numbers."""
        return self.stopped.startswith("Diverged")

    @property
    def note(self) -> str:
        """Remark where nothing is wrong: that it has arrived, that no more steps are shown; or empty."""
        remarks = []
        if self.converged:
            slope = float(np.hypot(*self.gradients[-1]))
            size = f"{slope:.0e}".replace("e-0", "e-").replace("-", MINUS) if slope else "0"
            remarks.append(f"Converged: ‖∇f‖ = {size}.")
        if self.step == MAX_STEPS:
            remarks.append(f"The path shows {MAX_STEPS} steps at most.")
        return " ".join(remarks)


class Standing(NamedTuple):
    """One row of the table of racers.

    Attributes
    ----------
    key, title
        Its optimiser: key of `core.optimizers.OPTIMIZERS`, and name.
    runs
        Whether it takes part.
    learning_rate
        Its learning rate.
    loss
        Value of the function at the step that is shown or at its last one; NaN if it does not run.
    stopped
        Whether it ended before.
    """

    key: str
    title: str
    runs: bool
    learning_rate: float
    loss: float
    stopped: bool


@dataclass(frozen=True, eq=False)
class Race:
    """All runners at one step.

    Attributes
    ----------
    step
        The step that is shown, or the last one that any has; who ended before it stays at its last one.
    racers
        Everyone who is set up, running or not.
    runs
        Those who take part, in the same order; empty where no descent can start at P.
    selected
        Key of the racer whose rate the slider sets and whose path is drawn thickest.
    ghosts
        Where those would be at this step whose settings were changed on the way, had they not been.
    refusal
        Why no descent can start at P, or empty.
    can_go_on
        Whether anyone has a further step.
    setup
        What can be set on the selected racer.
    noise, seed
        Standard deviation of the noise in the gradients, 0 for none, and its seed.
    """

    step: int
    racers: tuple[Racer, ...]
    runs: tuple[Run, ...]
    selected: str
    setup: Setup
    noise: float
    seed: int
    ghosts: tuple[Run, ...] = ()
    refusal: str = ""
    can_go_on: bool = False

    def run(self, key: str) -> Run | None:
        """Give the run of an optimiser, or None if it takes no part."""
        return next((run for run in self.runs if run.key == key), None)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The table of all racers."""
        return tuple(self._standing(racer) for racer in self.racers)

    def _standing(self, racer: Racer) -> Standing:
        run = self.run(racer.optimizer)
        return Standing(
            racer.optimizer,
            OPTIMIZERS[racer.optimizer].title,
            racer.runs,
            racer.learning_rate,
            math.nan if run is None else run.loss,
            run is not None and bool(run.stopped),
        )

    @property
    def endings(self) -> tuple[str, ...]:
        """What became of those that are not selected and ended, one sentence for each."""
        return tuple(
            f"{run.title} {run.ending}." for run in self.runs if run.stopped and run.key != self.selected
        )


def check_racers(racers: tuple[Racer, ...], selected: str, forks: tuple[Fork, ...] = ()) -> None:
    """Refuse racers that are none.

    Raises
    ------
    StateError
        The message says what is wrong.
    """
    keys = [racer.optimizer for racer in racers]
    if len(set(keys)) < len(keys) or selected not in keys:
        raise StateError("racers has a wrong value: each optimiser once, the selected one among them")
    for racer in racers:
        _check_settings("racers", racer)
    for fork in forks:
        _check_settings("forks", fork.racer)
        if fork.racer.optimizer not in keys or not 0 <= fork.step <= MAX_STEPS:
            raise StateError("forks has a wrong value: each of a racer, at one of its steps")
    for key in keys:
        steps = [fork.step for fork in forks if fork.racer.optimizer == key]
        if any(0 < later <= earlier for earlier, later in pairwise(steps)):
            raise StateError("forks has a wrong value: they are not in order")
    if len(forks) > MOST_FORKS:
        raise StateError(f"forks has a wrong value: more than {MOST_FORKS}")


def _check_settings(field: str, racer: Racer) -> None:
    try:
        optimizer_of(racer)
        known = racer.learning_rate >= 0.0 and has_allowed_settings(racer)
    except (KeyError, TypeError, ValueError):
        known = False
    if not known:
        raise StateError(f"{field} has a wrong value: {racer.optimizer[:40]}")


@lru_cache(maxsize=8)
def race(
    ground: Ground, racers: tuple[Racer, ...], forks: tuple[Fork, ...], selected: str, step: int
) -> Race:
    """Let all racers descend to a step; equal arguments give the very same object."""
    refusal = refusal_at(ground.formula, ground.parameters, ground.start)
    setup = setup_of(racers, selected)
    if refusal:
        return Race(0, racers, (), selected, setup, ground.noise, ground.seed, refusal=refusal)
    step = min(max(step, 0), MAX_STEPS)
    courses = [course_of(ground, racer, forks) for racer in racers if racer.runs]
    runs = tuple(run_on(course, step) for course in courses)
    ghosts = tuple(run_on(course.before_the_last_fork, step) for course in courses if course.forks)
    reached = max((run.step for run in runs), default=step)
    can_go_on = reached < MAX_STEPS and any(run.step == step and not run.stopped for run in runs)
    return Race(
        reached,
        racers,
        runs,
        selected,
        setup,
        ground.noise,
        ground.seed,
        ghosts,
        can_go_on=can_go_on,
    )


def course_of(ground: Ground, racer: Racer, forks: tuple[Fork, ...]) -> Course:
    """Give all that the path of a racer depends on."""
    own = tuple(
        fork._replace(racer=fork.racer._replace(runs=True))
        for fork in forks
        if fork.racer.optimizer == racer.optimizer
    )
    return Course(ground, own, racer._replace(runs=True))


def run_on(course: Course, step: int) -> Run:
    """Follow a course to a step, or to its end."""
    path = path_on(course, step)
    last = min(step, path.steps)
    stopped = (path.stopped or "") if last == path.steps else ""
    optimizer = optimizer_of(course.racer)
    return Run(
        course.racer.optimizer,
        optimizer.title,
        optimizer,
        path.points[: last + 1],
        path.losses[: last + 1],
        path.gradients[: last + 1],
        {name: kept[: last + 1] for name, kept in path.internals.items()},
        path.learning_rates[:last],
        stopped,
        path.divergence,
        not stopped and _has_arrived(path, last),
        next((fork.step for fork in course.forks[-1:] if fork.step <= last), 0),
    )


def _has_arrived(path: Trajectory, last: int) -> bool:
    slopes = np.hypot(*path.gradients[: last + 1].T)
    return last > 0 and bool(slopes[-1] <= CONVERGED * slopes.max())
