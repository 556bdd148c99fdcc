"""The learning rate with which an optimiser is first at a minimum and stays there, or gets lowest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from core.expression import Expression
from core.optimizers.base import Optimizer
from core.optimizers.objective import Objective, ValueAndGrad, objective_of
from core.optimizers.rate_search import LARGEST_RATE, RateSearch, Trial

COARSE = tuple(float(f"{rate:.3g}") for rate in LARGEST_RATE * 10.0 ** np.arange(-10.0, 0.1, 0.5))
"""Learning rates that are tried first."""

REFINEMENTS = (10.0 ** (1.0 / 6.0), 10.0 ** (1.0 / 24.0), 10.0 ** (1.0 / 96.0))
"""Factors from one rate to the next about the best so far."""

BESIDE = 3
"""So many rates are tried on each side of the best so far."""

TRIALS = len(COARSE) + 1 + 2 * BESIDE * len(REFINEMENTS)
"""So many learning rates are tried, the present one among them."""


class Tuning(NamedTuple):
    """How far a search has come.

    Attributes
    ----------
    tried
        How many of `TRIALS` learning rates were tried.
    best
        The best of them; None if all of them diverged, went uphill, left the domain or rest at a saddle, or
        if none comes to rest and some fall without end.

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

    The best is the one that is first at rest, at the lowest minimum that any finds, and stays there. If none
    is within a quarter of the steps, it is the one that is never far behind: four times on the way its loss
    is held against the lowest of any rate, and the largest factor between them counts. A rate with which no
    descent can stay at the minimum that it heads for, being above the limit there, is out. Any other counts
    for no more than the middle one of itself and four rates within 3 % of it: a descent that happens to step
    right on the minimum, while those with slightly other rates do not, is luck. If one of the four does not
    come down, it does not count at all.

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
        The best one; None if no learning rate leads down to a minimum.

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
    search = RateSearch(*objective_of(objective, start), optimizer, steps)
    tried = 0
    for rate in (*COARSE, optimizer.learning_rate):
        tried += 1
        search.try_rate(rate)
        yield Tuning(tried, search.best)
    for factor in REFINEMENTS:
        best = search.best
        for power in (*range(-BESIDE, 0), *range(1, BESIDE + 1)):
            tried += 1
            if best is not None:
                search.try_rate(_three_digits(best.learning_rate * factor**power))
            yield Tuning(tried, search.best)


def _three_digits(rate: float) -> float:
    """Round to three digits, which is how a rate is shown."""
    return float(f"{rate:.3g}")
