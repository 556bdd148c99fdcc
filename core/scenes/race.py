"""A race of optimisers down one surface: who runs, how, and where each has got to at a step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from core.optimizers import OPTIMIZERS, SCHEDULES, Divergence, Optimizer, Trajectory, minimize
from core.primitives import FloatArray
from core.scenes.level_map import COORDINATES, surface
from core.scenes.state import Numbers, StateError

FIRST_HORIZON = 16
"""A run is computed so far at first, and twice as far each time it is followed farther."""


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


RACERS = (
    Racer("gradient_descent", True, (("learning_rate", 0.012),)),
    Racer("momentum", True, (("learning_rate", 0.006), ("beta", 0.9))),
    Racer("nesterov", True, (("learning_rate", 0.006), ("beta", 0.9))),
    Racer("rmsprop", True, (("learning_rate", 0.1),)),
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

    @property
    def step(self) -> int:
        """Number of its last step."""
        return len(self.points) - 1

    @property
    def loss(self) -> float:
        """Value of the function at its last step."""
        return float(self.losses[-1])


@dataclass(frozen=True, eq=False)
class Race:
    """All runners at one step.

    Attributes
    ----------
    step
        The step that is shown; a runner that ended before it stays at its last one.
    racers
        Everyone who is set up, running or not.
    runs
        Those who take part, in the same order; empty where no descent can start at P.
    selected
        Key of the racer whose rate the slider sets and whose path is drawn thickest.
    """

    step: int
    racers: tuple[Racer, ...]
    runs: tuple[Run, ...]
    selected: str

    def run(self, key: str) -> Run | None:
        """Give the run of an optimiser, or None if it takes no part."""
        return next((run for run in self.runs if run.key == key), None)


def optimizer_of(racer: Racer) -> Optimizer:
    """Make the optimiser that a racer is set up as."""
    schedule = SCHEDULES[racer.schedule](**dict(racer.schedule_settings))
    return OPTIMIZERS[racer.optimizer](**dict(racer.settings), schedule=schedule)


def check_racers(racers: tuple[Racer, ...], selected: str) -> None:
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
        try:
            optimizer_of(racer)
            known = racer.learning_rate >= 0.0
        except (KeyError, TypeError, ValueError):
            known = False
        if not known:
            raise StateError(f"racers has a wrong value: {racer.optimizer[:40]}")


@lru_cache(maxsize=64)
def race(
    formula: str,
    parameters: Numbers,
    start: tuple[float, float],
    racers: tuple[Racer, ...],
    selected: str,
    step: int,
) -> Race:
    """Let all racers descend to a step; equal arguments give the very same object."""
    runs = [_run(formula, parameters, start, racer, step) for racer in racers if racer.runs]
    return Race(step, racers, tuple(run for run in runs if run is not None), selected)


def _run(
    formula: str, parameters: Numbers, start: tuple[float, float], racer: Racer, step: int
) -> Run | None:
    horizon = FIRST_HORIZON
    while horizon <= step:
        horizon *= 2
    path = _trajectory(formula, parameters, start, racer, horizon)
    if path is None:
        return None
    last = min(step, path.steps)
    optimizer = optimizer_of(racer)
    return Run(
        racer.optimizer,
        optimizer.title,
        optimizer,
        path.points[: last + 1],
        path.losses[: last + 1],
        path.gradients[: last + 1],
        {name: kept[: last + 1] for name, kept in path.internals.items()},
        path.learning_rates[:last],
        (path.stopped or "") if last == path.steps else "",
        path.divergence,
    )


@lru_cache(maxsize=128)
def _trajectory(
    formula: str, parameters: Numbers, start: tuple[float, float], racer: Racer, steps: int
) -> Trajectory | None:
    expression = surface(formula, parameters)
    at = dict(zip(COORDINATES, start, strict=True))
    try:
        path = minimize(expression, at, optimizer_of(racer), steps)
    except ValueError:
        return None
    for kept in (path.points, path.losses, path.gradients, path.learning_rates, *path.internals.values()):
        kept.flags.writeable = False
    return path
