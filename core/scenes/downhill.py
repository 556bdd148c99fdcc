"""The way straight down from a point, as descent at a rate next to nothing follows it, to where it ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

Point = tuple[float, float]

FLOW_STEPS = 400
"""At most so many steps follow the way straight down; Rosenbrock's valley takes 300."""

LONGEST_TIME = 1e300
"""Longest step in time along the way down."""

AWAY = 1e15
"""So many times as far from the start as the start is from the origin there is no end."""

UNSTEADY, STEADY = 0.2, 0.05
"""A step is too long, or could be longer, if the gradient there differs from what the Hessian says by more
or less than such a part of the gradient here."""

GONE, STILL = 1e-13, 1e-6
"""The gradient, as a part of the first one, and the last step, as a part of the way, at the end of it."""


class Slopes(NamedTuple):
    """Value, gradient and Hessian of a function of x and y at a point."""

    value: float
    across: float
    up: float
    xx: float
    xy: float
    yy: float

    @property
    def steepness(self) -> float:
        """Length of the gradient."""
        return math.hypot(self.across, self.up)

    @property
    def lowest(self) -> float:
        """Smaller eigenvalue of the Hessian, as accurate as steps down the way need it."""
        return self.xx / 2.0 + self.yy / 2.0 - math.hypot(self.xx / 2.0 - self.yy / 2.0, self.xy)

    @property
    def largest(self) -> float:
        """Largest entry of the Hessian."""
        return max(abs(self.xx), abs(self.xy), abs(self.yy))

    @property
    def are_finite(self) -> bool:
        """Whether all of it exists."""
        return all(map(math.isfinite, self))

    def missed(self, there: Slopes, step: Point) -> float:
        """How far the gradient after a step is from what this Hessian says."""
        x, y = step
        across = there.across - self.across - (self.xx * x + self.xy * y)
        return math.hypot(across, there.up - self.up - (self.xy * x + self.yy * y))


def flow(slopes_at: Callable[[float, float], Slopes], start: Point) -> Point | None:
    """Follow the way down to where the gradient is zero.

    Its differential equation is solved by the implicit Euler method, whose steps grow until they are
    Newton's.

    Parameters
    ----------
    slopes_at
        Gives value, gradient and Hessian; NaN for what does not exist.

    Returns
    -------
    tuple or None
        None if it does not get there: out of the domain, down without end, or along a way too long.

    Examples
    --------
    >>> def bowl(x, y):
    ...     return Slopes(x * x + 5.0 * y * y, 2.0 * x, 10.0 * y, 2.0, 0.0, 10.0)
    >>> x, y = flow(bowl, (3.0, 1.0))
    >>> abs(x) < 1e-12 and abs(y) < 1e-12
    True
    """
    here = slopes_at(*start)
    if not here.are_finite:
        return None
    point, moved, first = start, math.inf, here.steepness
    farthest = AWAY * (1.0 + math.hypot(*start))
    time = min(0.1 / (here.largest or 1.0), LONGEST_TIME)
    for _ in range(FLOW_STEPS):
        slope = here.steepness
        if slope == 0.0 or (slope <= GONE * first and moved <= STILL * math.dist(point, start)):
            return point
        lowest = here.lowest
        if 1.0 / time + lowest <= 0.0:
            time = min(-0.5 / lowest, LONGEST_TIME) if lowest else LONGEST_TIME
        step = _step(here, 1.0 / time)
        place = point[0] + step[0], point[1] + step[1]
        there = slopes_at(*place)
        missed = here.missed(there, step)
        if there.value <= here.value and missed <= UNSTEADY * slope:
            if place == point:
                return point
            point, here, moved = place, there, math.hypot(*step)
            if math.dist(point, start) > farthest or not here.are_finite:
                return None
            time = min(4.0 * time if missed <= STEADY * slope else time, LONGEST_TIME)
        elif math.hypot(*step) <= 1e-12 * math.hypot(*point) + 1e-300:
            return point  # rounding is all that is left, or a corner
        else:
            time /= 4.0
    return None


def _step(here: Slopes, shift: float) -> Point:
    """Solve for the step that the Hessian, its diagonal shifted so that it is positive, takes to −∇f."""
    a, b, c, x, y = here.xx + shift, here.xy, here.yy + shift, -here.across, -here.up
    if a >= c:  # the larger pivot first
        second = _quotient(y - b / a * x, c - b / a * b)
        return (x - b * second) / a, second
    first = _quotient(x - b / c * y, a - b / c * b)
    return first, (y - b * first) / c


def _quotient(above: float, below: float) -> float:
    return above / below if below else 0.0
