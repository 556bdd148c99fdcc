"""Descents with one learning rate each, from one start, and which of them is the best."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from core.optimizers.base import FirstOrder, Optimizer
from core.optimizers.descent import Trajectory, minimize
from core.optimizers.objective import Objective
from core.optimizers.second_order import DampedNewton
from core.primitives import FloatArray

LARGEST_RATE = 100.0
"""If the largest of many rates is the best and has not settled, f has no minimum that way."""

NEIGHBOURS = (0.97, 0.985, 1.015, 1.03)
"""Times a rate: rates beside it, which show whether it is good or only lucky."""

NEAR_ENOUGH = 1e-6
"""A descent is at rest where the gradient is this part of what it was at the start; of two that end at the
same loss but for this part of the way down, the one with fewer steps is better."""

LOOKS = (0.25, 0.5, 0.75, 1.0)
"""A descent is judged after these parts of its steps, so that a race is fair while it is short and later."""

STRETCH = 0.1
"""Each look takes the highest loss of this part of the steps before it: who dips by luck is not low."""

AT_ONCE = 0.25
"""Who is at rest after this part of the steps is ahead of all that end no lower."""

STILL_FALLING = 1 / 3
"""A descent that makes this part of its way down in the second half of its steps has not settled: one that
falls without end at a constant speed makes a half."""

AHEAD = 50
"""Newton steps to the minimum that a descent heads for."""

FAR = 1e50
"""A descent that breaks off downhill with a coordinate beyond was on an endless way down."""


class Trial(NamedTuple):
    """One descent with one learning rate.

    Attributes
    ----------
    learning_rate
        Its learning rate.
    loss
        The highest loss in the last tenth of its steps.
    steps
        Steps, each with one gradient, after which it was at rest for good, or all that it took.
    arrived
        Whether it came to rest and stayed there to the end, with a rate that is stable there.

    Examples
    --------
    Newton's method knows how long its step is; it arrives with the first:

    >>> from core.optimizers import Newton, tune
    >>> from core.parser import parse
    >>> best = tune(parse("x^2 + 9y^2"), {"x": 5.0, "y": 1.0}, Newton())
    >>> best.learning_rate, best.loss, best.steps, best.arrived
    (1.0, 0.0, 1, True)
    """

    learning_rate: float
    loss: float
    steps: int
    arrived: bool


class _Run(NamedTuple):
    """A descent, or what one counts for beside its neighbours.

    Attributes
    ----------
    trial
        The descent itself.
    unsettled
        0 if its loss settles, 1 if it is still on its way down, 2 if it does not come down.
    highest
        The highest loss before each of the `LOOKS`.
    arrival
        Steps until it is at rest for good, or infinity.
    """

    trial: Trial
    unsettled: int
    highest: tuple[float, ...]
    arrival: float


class RateSearch:
    """The learning rates that were tried with one budget.

    Parameters
    ----------
    objective, point
        What is minimised, and the start.
    optimizer
        Whose learning rate is sought.
    steps
        The budget of each descent.
    """

    def __init__(self, objective: Objective, point: FloatArray, optimizer: Optimizer, steps: int) -> None:
        self.objective, self.point, self.steps = objective, point, steps
        self._optimizer = optimizer
        first = objective.at_step(0).evaluate(point)
        self._first_loss = first.loss
        self._rest = NEAR_ENOUGH * float(np.linalg.norm(first.gradient))
        self._found: list[_Run] = []
        self._falls = self._is_a_saddle()

    def _is_a_saddle(self) -> bool:
        """Tell whether it is a quadratic without a minimum."""
        if not self.objective.is_quadratic or self.objective.hessian is None or not self.point.size:
            return False
        curvatures = np.linalg.eigvalsh(self.objective.hessian(self.point))
        return bool(curvatures[0] < -NEAR_ENOUGH * abs(curvatures[-1]))

    @property
    def best(self) -> Trial | None:
        """The best so far."""
        if not self._found:
            return None
        best = self._best_of(self._found)
        falls = self._falls and not best.trial.arrived
        farther = best.unsettled and best.trial.learning_rate >= LARGEST_RATE
        return None if falls or farther else best.trial

    def try_rate(self, rate: float) -> None:
        """Try a rate, with its neighbours if it may be the best, and keep it if its descent came down."""
        run = self._run(rate)
        if run.unsettled == NOT_DOWN:
            return
        if self._best_of([*self._found, run]) is run:
            neighbours = [self._run(rate * factor) for factor in NEIGHBOURS]
            run = _no_better_than_the_middle(run, neighbours)
        if run.unsettled != NOT_DOWN:
            self._found.append(run)

    def _best_of(self, runs: Sequence[_Run]) -> _Run:
        """Of those that settle, the first at the lowest minimum, or the one that is never far behind."""
        least = min(run.unsettled for run in runs)
        runs = [run for run in runs if run.unsettled == least]
        lowest = min(min(run.highest) for run in runs)
        tiny = NEAR_ENOUGH * (self._first_loss - lowest)
        at_once = [
            run for run in runs if run.arrival <= AT_ONCE * self.steps and run.highest[-1] <= lowest + tiny
        ]
        if at_once:
            return min(at_once, key=lambda run: (run.arrival, run.trial.steps, run.highest[-1]))

        logs = np.log(np.maximum(np.array([run.highest for run in runs]) - lowest, tiny))
        behind = (logs - logs.min(axis=0)).max(axis=1)
        order = zip(behind.tolist(), logs.sum(axis=1).tolist(), (run.arrival for run in runs), strict=True)
        return min(zip(order, range(len(runs)), runs, strict=True))[2]

    def _run(self, rate: float) -> _Run:
        """Run one descent."""
        optimizer = replace(self._optimizer, learning_rate=rate)
        is_plain = isinstance(optimizer, FirstOrder)
        path = minimize(
            self.objective,
            _start(self.objective, self.point),
            optimizer,
            self.steps,
            tolerance=None if is_plain else self._rest,
        )
        broke_off = path.stopped is not None and not path.converged and is_plain
        first, last = float(path.losses[0]), float(path.losses[-1])
        if broke_off and last < first and np.abs(path.points[-1]).max(initial=0.0) > FAR:
            self._falls = True
        highest = tuple(self._highest_before(path, look) for look in LOOKS)
        half_way = float(path.losses[min(self.steps // 2, path.steps)])
        unsettled = int(half_way - last > STILL_FALLING * (first - last))
        if path.divergence is not None or broke_off or not max(highest) < first:
            return _Run(Trial(rate, highest[-1], path.steps, False), NOT_DOWN, highest, math.inf)
        arrival = self._arrival(path)
        if not self._can_stay(path, optimizer, math.isfinite(arrival)):
            unsettled = NOT_DOWN
        arrived = math.isfinite(arrival)
        trial = Trial(rate, highest[-1], int(arrival) if arrived else path.steps, arrived)
        return _Run(trial, unsettled, highest, arrival)

    def _highest_before(self, path: Trajectory, look: float) -> float:
        """Give the highest loss of a stretch; a descent that ended before stays where it is."""
        end = min(round(look * self.steps), path.steps)
        begin = min(round((1.0 - STRETCH) * look * self.steps), path.steps)
        return float(path.losses[begin : end + 1].max())

    def _arrival(self, path: Trajectory) -> float:
        """Give the steps until it is at rest for good; infinity if it is not, or only just."""
        with np.errstate(over="ignore"):
            slopes = np.linalg.norm(path.gradients.reshape(path.steps + 1, -1), axis=1)
        moving = np.flatnonzero(slopes > self._rest)
        steps = int(moving[-1]) + 1 if moving.size else 0
        stays = path.converged or steps <= (1.0 - STRETCH) * path.steps
        return steps if stays else math.inf

    def _can_stay(self, path: Trajectory, optimizer: Optimizer, arrived: bool) -> bool:
        """Tell whether it stays at the minimum where it is or that it heads for; at a saddle none does."""
        if self.objective.hessian is None or self.objective.draw is not None:
            return True
        end = path.points[-1]
        if not arrived:
            if optimizer.learning_rate_limit(1.0) is None:
                return True
            ahead = minimize(
                self.objective, _start(self.objective, end), DampedNewton(), AHEAD, tolerance=self._rest
            )
            if not ahead.converged:
                return True
            end = ahead.points[-1]
        with np.errstate(all="ignore"):
            matrix = self.objective.hessian(end)
        if not np.isfinite(matrix).all() or not matrix.size:
            return True
        smallest, largest = np.linalg.eigvalsh(matrix)[[0, -1]]
        if smallest < -NEAR_ENOUGH * abs(largest):
            return not arrived
        limit = optimizer.learning_rate_limit(float(largest))
        return limit is None or float(optimizer.rate(max(path.steps, 1))) <= limit


NOT_DOWN = 2
"""Of a descent that does not come down."""


def _no_better_than_the_middle(run: _Run, neighbours: Sequence[_Run]) -> _Run:
    """Let a descent count for no more than the middle one of itself and its neighbours, all of them safe."""
    runs = [run, *neighbours]
    middle = len(runs) // 2

    def worse(of: Callable[[_Run], Any]) -> Any:
        return max(of(run), sorted(map(of, runs))[middle])

    if any(each.unsettled == NOT_DOWN for each in runs):
        return run._replace(unsettled=NOT_DOWN)
    highest = tuple(worse(partial(_highest_at, look=look)) for look in range(len(LOOKS)))
    return _Run(run.trial, worse(lambda each: each.unsettled), highest, worse(lambda each: each.arrival))


def _highest_at(run: _Run, look: int) -> float:
    return run.highest[look]


def _start(objective: Objective, point: FloatArray) -> Any:
    return dict(zip(objective.names, point.tolist(), strict=True)) if objective.names else point
