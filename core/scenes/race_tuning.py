"""The best learning rate of every runner, so that a race is fair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from core.optimizers import FirstOrder, Optimizer, tuning
from core.optimizers.tuning import TRIALS
from core.scenes.gradient_state import GradientState
from core.scenes.level_map import COORDINATES
from core.scenes.race_paths import objective_on, optimizer_of, refusal_at

BUDGET = 2000
"""Steps of each trial."""

NOISY, SLOW = 500, 200
"""The same with noise, which is drawn step by step, and for methods that need a Hessian or a search."""


class RaceTuning(NamedTuple):
    """How far the search has come.

    Attributes
    ----------
    share
        From 0 to 1.
    title
        Whose rate is sought.
    rates
        The best learning rates so far by optimiser; one that no rate leads to a minimum is left out.
    """

    share: float
    title: str
    rates: dict[str, float]


def race_tuning(state: GradientState) -> Iterator[RaceTuning]:
    """Search for all runners, one after the other, and tell after each trial how far the search has come."""
    ground = state.ground
    runners = [racer for racer in state.racers if racer.runs]
    if refusal_at(ground.formula, ground.parameters, ground.start):
        return
    objective = objective_on(ground.formula, ground.parameters, ground.noise, ground.seed)
    at = dict(zip(COORDINATES, ground.start, strict=True))
    rates: dict[str, float] = {}
    for place, racer in enumerate(runners):
        optimizer = optimizer_of(racer)
        for search in tuning(objective, at, optimizer, _budget(optimizer, ground.noise)):
            if search.best is not None:
                rates[racer.optimizer] = search.best.learning_rate
            share = (place + search.tried / TRIALS) / len(runners)
            yield RaceTuning(share, optimizer.title, dict(rates))


def _budget(optimizer: Optimizer, noise: float) -> int:
    if not isinstance(optimizer, FirstOrder):
        return SLOW
    return NOISY if noise else BUDGET
