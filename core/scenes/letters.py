"""Free letters of a formula: the ranges of their sliders, and sweeping a letter over its range."""

from __future__ import annotations

import math
from dataclasses import replace

from core.scenes.state import AnyLetterState, Range, with_range_of

SWEEP_STEPS = 240
"""Steps from one end of a range to the other."""


def with_range(state: AnyLetterState, name: str, lower: float, upper: float) -> AnyLetterState:
    """Choose the range of a letter's slider; ends that are not in order change nothing."""
    if not -math.inf < lower < upper < math.inf:
        return state
    return replace(state, ranges=with_range_of(state.ranges, name, (lower, upper)))


def swept(range_: Range, step: int) -> float:
    """Value at a step of a sweep to and fro, which slows down at the ends.

    The value is rounded to what such a sweep can tell apart.

    Examples
    --------
    >>> [swept((-3.0, 3.0), step) for step in (0, 120, 240, 360, 480)]
    [-3.0, 0.0, 3.0, 0.0, -3.0]
    """
    lower, upper = range_
    share = 0.5 - 0.5 * math.cos(math.pi * step / SWEEP_STEPS)
    value = lower * (1.0 - share) + upper * share
    return round(value, min(4 - math.floor(math.log10(upper - lower)), 300)) + 0.0


def sweep_step(range_: Range, value: float) -> int:
    """Step on the way up that is nearest to a value; beyond the range the nearest end.

    Examples
    --------
    >>> sweep_step((-3.0, 3.0), 0.0), sweep_step((-3.0, 3.0), 7.0)
    (120, 240)
    """
    lower, upper = range_
    share = min(max((value - lower) / (upper - lower), 0.0), 1.0)
    return round(SWEEP_STEPS * math.acos(1.0 - 2.0 * share) / math.pi)
