"""What a learning rate does that no one wants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.optimizers import Divergence
from core.scenes.destination import LongRun
from core.scenes.race_paths import Course, path_on
from core.scenes.rate_limits import Bound, RateLimits, equation, latex_number, limit_latex, plain_number

SEEN, GREW = 2, 1.01
"""So many steps in a row that grew, and by this factor each, are worth a sentence."""

ALIKE = 1.1
"""A limit on the path that is not lower than the one ahead by this factor is not worth a word."""


class Growth(NamedTuple):
    """How steps grew: by how much each was longer than the one before (the median), and how many did."""

    factor: float
    steps: int


def growth_on(course: Course, step: int) -> Growth | None:
    """Look at how the steps of a path grew until the one that is shown, since settings were changed last.

    Returns
    -------
    Growth or None
        None if they did not.
    """
    path = path_on(course, step)
    last = min(step, path.steps)
    first = max((fork.step for fork in course.own_forks if fork.step < last), default=0)
    with np.errstate(all="ignore"):
        lengths = np.hypot(*np.diff(path.points[first : last + 1], axis=0).T)
        ratios = lengths[1:] / lengths[:-1]
    others = np.flatnonzero(~(ratios > 1.0))
    growing = ratios[others[-1] + 1 if others.size else 0 :]
    if len(growing) < SEEN:
        return None
    factor = float(np.median(growing))
    return Growth(factor, len(growing)) if GREW <= factor < np.inf else None


def warning_of(limits: RateLimits) -> str:
    """Say what the learning rate does that no one wants, first of all what can be seen; or nothing."""
    run = limits.run
    if run is None:
        return ""
    seen = growth_on(limits.course, limits.step) if run.divergence is not None else None
    if seen is not None:
        factor = plain_number(seen.factor, 2 if seen.factor >= 1.1 else 3)
        return f"The step grew {factor}× for {seen.steps} steps: {_cause(limits, run)}."
    if run.diverged and limits.step >= run.steps and run.divergence is not None:
        cause = _cause(limits, run)
        return f"The learning rate {cause.removeprefix('the learning rate ')}."
    return _foretold(limits, run)


def _cause(limits: RateLimits, run: LongRun) -> str:
    """Name the rate that was too large, and what for: each limit with its place."""
    why, shaded, formula = run.divergence, limits.shaded, limit_latex(limits.optimizer)
    rate = limits.rate if why is None else why.learning_rate
    where = _where(shaded) if shaded is not None and rate > shaded.limit * (1.0 + 1e-12) else ""
    if why is not None and why.limit is not None and why.curvature is not None and _was_exceeded(why):
        if where and shaded is not None and shaded.limit < ALIKE * why.limit:
            return f"{plain_number(rate)} is above ${equation(formula, shaded.limit)}$ {where}"
        met = f"on the path (curvature {plain_number(why.curvature)})"
        cause = f"{plain_number(rate)} is above ${equation(formula, why.limit)}$ {met}"
        if where and shaded is not None:
            cause += f" and above ${latex_number(shaded.limit)}$ {where}"
        return cause
    if where and shaded is not None:
        return f"{plain_number(rate)} is above ${equation(formula, shaded.limit)}$ {where}"
    return f"the learning rate {plain_number(rate)} is too large here"


def _was_exceeded(why: Divergence) -> bool:
    return why.limit is not None and why.curvature is not None and why.learning_rate > why.limit


def _where(bound: Bound) -> str:
    return {"minimum": f"at {bound.place}", "ahead": "on the path", "point": "at P"}[bound.key]


def _foretold(limits: RateLimits, run: LongRun) -> str:
    """Say what is going to happen."""
    shaded, formula = limits.shaded, limit_latex(limits.optimizer)
    since = f"from step {run.last_change} on" if run.last_change else "from P"
    ends = f"{since} it diverges at step {run.steps + 1}" if run.diverged else ""
    if shaded is not None and limits.is_exceeded:
        above = f"Above ${equation(formula, shaded.limit)}$ "
        if run.diverged or run.divergence is not None:
            return above + ("the loss grows: " + ends if ends else "the loss grows") + "."
        if shaded.key == "minimum":
            return above + f"it cannot come to rest at {shaded.place}."
        return above + "steps along the largest curvature grow."
    if not ends or run.divergence is None:
        return ""
    why = run.divergence
    if _was_exceeded(why) and why.limit is not None and why.curvature is not None:
        cause = (
            f"the curvature {plain_number(why.curvature)} on the path allows ${equation(formula, why.limit)}$"
        )
    else:
        cause = "the learning rate is too large for the slopes on the way"
    return f"{ends[0].upper()}{ends[1:]}: {cause}."
