"""The learning rate with which an optimiser gets lowest, or first to the bottom, from one start."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from core.expression import Expression
from core.optimizers.base import FirstOrder, Optimizer
from core.optimizers.descent import minimize
from core.optimizers.objective import Objective, ValueAndGrad, objective_of
from core.primitives import FloatArray

COARSE = 10.0 ** np.arange(-8.0, 2.1, 0.5)
"""Learning rates that are tried first."""

REFINEMENTS = (10.0 ** (1.0 / 6.0), 10.0 ** (1.0 / 24.0), 10.0 ** (1.0 / 96.0))
"""Factors from one rate to the next about the best so far."""

BESIDE = 3
"""So many rates are tried on each side of the best so far."""

TRIALS = len(COARSE) + 2 * BESIDE * len(REFINEMENTS)
"""So many learning rates are tried."""

NEIGHBOURS = (0.97, 0.985, 1.015, 1.03)
"""Times a rate: rates beside it, which show whether it is good or only lucky."""

NEAR_ENOUGH = 1e-6
"""A descent has arrived where the gradient is this part of what it was at the start; of two that end at the
same loss but for this part of the way down, the one with fewer steps is better."""


class Trial(NamedTuple):
    """One descent with one learning rate.

    Attributes
    ----------
    learning_rate
        Its learning rate.
    loss
        The loss where it ended.
    steps
        Steps, each with one gradient, that it took until it had arrived, or all that it had.
    arrived
        Whether the gradient was small enough in the end.

    Examples
    --------
    Newton's method knows how long its step is; it arrives with the first:

    >>> from core.optimizers import Newton
    >>> from core.parser import parse
    >>> best = tune(parse("x^2 + 9y^2"), {"x": 5.0, "y": 1.0}, Newton())
    >>> best.learning_rate, best.loss, best.steps, best.arrived
    (1.0, 0.0, 1, True)
    """

    learning_rate: float
    loss: float
    steps: int
    arrived: bool


class Tuning(NamedTuple):
    """How far a search has come.

    Attributes
    ----------
    tried
        How many of `TRIALS` learning rates were tried.
    best
        The best of them; None if all of them diverged, went uphill or left the domain.

    Examples
    --------
    At the bottom no learning rate leads farther down:

    >>> from core.optimizers import GradientDescent
    >>> from core.parser import parse
    >>> next(tuning(parse("x^2"), {"x": 0.0}, GradientDescent()))
    Tuning(tried=1, best=None)
    """

    tried: int
    best: Trial | None


def tune(
    objective: Expression | Objective | ValueAndGrad,
    start: Mapping[str, float] | Any,
    optimizer: Optimizer,
    steps: int = 500,
) -> Trial | None:
    """Find the learning rate that suits an optimiser best on a function from a start.

    A rate counts for no more than the middle one of itself and four rates within 3 % of it: a descent that
    happens to step right on the minimum, while those with slightly other rates do not, is luck.

    Parameters
    ----------
    objective, start
        As for `minimize`.
    optimizer
        Whose learning rate is sought; its other hyperparameters and its schedule stay.
    steps
        The budget of each descent.

    Returns
    -------
    Trial or None
        The best one; None if no learning rate leads down.

    Examples
    --------
    On a quadratic gradient descent is fastest at 2/(λmin + λmax), here with the curvatures 2 and 18:

    >>> from core.optimizers import GradientDescent
    >>> from core.parser import parse
    >>> best = tune(parse("x^2 + 9y^2"), {"x": 5.0, "y": 1.0}, GradientDescent())
    >>> round(best.learning_rate, 2), best.arrived
    (0.1, True)
    """
    *_, last = tuning(objective, start, optimizer, steps)
    return last.best


def tuning(
    objective: Expression | Objective | ValueAndGrad,
    start: Mapping[str, float] | Any,
    optimizer: Optimizer,
    steps: int = 500,
) -> Iterator[Tuning]:
    """Search as `tune` does, and tell after each learning rate how far the search has come.

    So a program can search in slices, show the progress, and stop when it likes.

    Examples
    --------
    >>> from core.optimizers import Adam
    >>> from core.parser import parse
    >>> shares = [search.tried / TRIALS for search in tuning(parse("x^2"), {"x": 1.0}, Adam(), 50)]
    >>> len(shares) == TRIALS, shares[-1]
    (True, 1.0)
    """
    function, point = objective_of(objective, start)
    found: list[_Candidate] = []
    first = function.evaluate(point)
    tried = 0
    for rate in COARSE:
        tried += 1
        _try(function, point, replace(optimizer, learning_rate=float(rate)), steps, found, first.loss)
        yield Tuning(tried, _best(found, first.loss))
    for factor in REFINEMENTS:
        best = _best(found, first.loss)
        for power in (*range(-BESIDE, 0), *range(1, BESIDE + 1)):
            tried += 1
            if best is not None:
                rate = best.learning_rate * factor**power
                _try(function, point, replace(optimizer, learning_rate=rate), steps, found, first.loss)
            yield Tuning(tried, _best(found, first.loss))


class _Candidate(NamedTuple):
    """A trial, and what it counts for: its loss, and its steps until it had arrived, or infinity."""

    trial: Trial
    loss: float
    steps: float


def _try(
    objective: Objective,
    point: FloatArray,
    optimizer: Optimizer,
    steps: int,
    found: list[_Candidate],
    first_loss: float,
) -> None:
    """Try a rate, with its neighbours if it may be the best, and keep it if its descent came down."""
    trial = _descent(objective, point, optimizer, steps)
    if trial is None:
        return
    if found and trial.loss > _enough(found, first_loss):
        found.append(_Candidate(trial, trial.loss, _until_arrival(trial)))
        return
    rates = [trial.learning_rate * factor for factor in NEIGHBOURS]
    beside = [_descent(objective, point, replace(optimizer, learning_rate=rate), steps) for rate in rates]
    losses = sorted(math.inf if each is None else each.loss for each in (trial, *beside))
    arrivals = sorted(math.inf if each is None else _until_arrival(each) for each in (trial, *beside))
    middle = len(losses) // 2
    loss, arrival = max(trial.loss, losses[middle]), max(_until_arrival(trial), arrivals[middle])
    found.append(_Candidate(trial, loss, arrival))


def _descent(objective: Objective, point: FloatArray, optimizer: Optimizer, steps: int) -> Trial | None:
    """Run one descent; None if it does not come down."""
    slope = float(np.linalg.norm(objective.at_step(0).evaluate(point).gradient))
    path = minimize(objective, _start(objective, point), optimizer, steps, tolerance=NEAR_ENOUGH * slope)
    broke_off = path.stopped is not None and not path.converged and isinstance(optimizer, FirstOrder)
    if path.divergence is not None or broke_off or not path.losses[-1] < path.losses[0]:
        return None
    return Trial(optimizer.learning_rate, float(path.losses[-1]), path.steps, path.converged)


def _until_arrival(trial: Trial) -> float:
    return trial.steps if trial.arrived else math.inf


def _start(objective: Objective, point: FloatArray) -> Any:
    return dict(zip(objective.names, point.tolist(), strict=True)) if objective.names else point


def _enough(found: list[_Candidate], first_loss: float) -> float:
    """Give the loss below which none is better than another but for a tiny part of the way down."""
    lowest = min(each.loss for each in found)
    return lowest + NEAR_ENOUGH * (first_loss - lowest) if math.isfinite(lowest) else math.inf


def _best(found: list[_Candidate], first_loss: float) -> Trial | None:
    """Lowest loss; among those as low but for a tiny part of the way, fewest steps, then the lower loss."""
    if not found:
        return None
    enough = _enough(found, first_loss)
    low = [each for each in found if each.loss <= enough]
    return min(low, key=_order).trial


def _order(candidate: _Candidate) -> tuple[float, ...]:
    trial = candidate.trial
    return candidate.steps, _until_arrival(trial), candidate.loss, trial.loss
