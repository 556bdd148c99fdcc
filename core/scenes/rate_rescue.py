"""A learning rate with which a run that goes wrong would live, found by running it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from core.scenes.destination import minimum_below
from core.scenes.gradient_state import SMALLEST_RATE
from core.scenes.race_forks import with_changed
from core.scenes.race_paths import Course, Racer, optimizer_of, path_on
from core.scenes.rate_limits import RateLimits, limits_of
from core.scenes.state import with_number

BELOW = 0.9
"""The first rate that is tried, as a part of the limit, or of the rate that fails where that is less."""

TRIALS_HERE, TRIALS_FROM_START = 3, 12
"""So many rates, each half of the one before, are tried from the present step, and then from P."""


class Rescue(NamedTuple):
    """A learning rate that was tried and descends, and from where.

    Attributes
    ----------
    rate
        The learning rate.
    anew
        Whether the run has to begin anew from P, since nothing helps it where it is.
    """

    rate: float
    anew: bool


def rescue_of(limits: RateLimits) -> Rescue | None:
    """Try rates from the largest one on until one descends: from the present step, else from P."""
    course, shaded = limits.course, limits.shaded
    last = min(limits.step, path_on(course, limits.step).steps)
    limit = math.inf if shaded is None else shaded.limit
    if last > 0 and not _is_doomed(limits, last):
        for racer in _slower(course.racer, min(limit, limits.rate), TRIALS_HERE):
            (changed,), forks = with_changed((course.racer,), course.forks, racer, last)
            if _lives(Course(course.ground, forks, changed), last):
                return Rescue(racer.learning_rate, anew=False)
    if course.own_forks:
        limit = _limit_below_the_start(course, limit)
    for racer in _slower(course.racer, min(limit, course.racer.learning_rate), TRIALS_FROM_START):
        if _lives(Course(course.ground, (), racer), 0):
            return Rescue(racer.learning_rate, anew=last > 0)
    return None


def _is_doomed(limits: RateLimits, last: int) -> bool:
    """Tell whether a run diverges and has begun to, so that nothing helps it where it is."""
    run = limits.run
    return run is None or (run.diverged and not last == run.last_change < run.steps)


def _limit_below_the_start(course: Course, otherwise: float) -> float:
    ground = course.ground
    minimum = minimum_below(ground.formula, ground.parameters, ground.start)
    limit = None if minimum is None else optimizer_of(course.racer).learning_rate_limit(minimum.curvatures[1])
    return otherwise if limit is None else limit


def _slower(racer: Racer, rate: float, trials: int) -> Iterator[Racer]:
    """Give the racer with slower and slower rates."""
    rate *= BELOW
    for _ in range(trials):
        if rate < SMALLEST_RATE:
            return
        slower = rounded_down(rate)
        yield racer._replace(settings=with_number(racer.settings, "learning_rate", slower))
        rate /= 2.0


def _lives(course: Course, step: int) -> bool:
    limits = limits_of(course, step)
    run = limits.run
    return (
        run is not None
        and not run.diverged
        and run.divergence is None
        and run.descends
        and not limits.is_exceeded
    )


def rounded_down(value: float) -> float:
    """Keep one digit of a number, or two if the first is 1.

    Examples
    --------
    >>> rounded_down(0.0219), rounded_down(0.00199), rounded_down(300.0)
    (0.02, 0.0019, 300.0)
    """
    exponent = math.floor(math.log10(value))
    places = 1 if value < 2.0 * 10.0**exponent else 0
    digits = math.floor(value / 10.0 ** (exponent - places) * (1.0 + 1e-12))
    return float(f"{digits}e{exponent - places}")
