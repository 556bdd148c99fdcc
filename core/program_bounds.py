"""Bounds of results, which prove without looking at each point of a grid that all are finite.

A row and a column tell the least and the greatest value that each operation can have (*interval
arithmetic*). Rounding respects the order of numbers, so the bounds of sums, products and quotients hold
for rounded results too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from core.primitives import FloatArray
from core.program_plan import Step

Interval = tuple[float, float]
"""The least and the greatest value."""

FARTHEST = 1e300
"""What stays nearer to 0 than this is taken for finite."""

WIDER = 1e-12
"""Relative error that functions of NumPy and of the standard library may have at most."""


def interval(values: FloatArray) -> Interval:
    """Return the least and the greatest of some values; NaN if one is NaN."""
    return float(np.minimum.reduce(values, axis=None)), float(np.maximum.reduce(values, axis=None))


def _product(a: Interval, b: Interval) -> Interval:
    corners = a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]
    return min(corners), max(corners)


def _square(a: Interval, _: Interval) -> Interval:
    corners = a[0] * a[0], a[1] * a[1]
    return 0.0 if a[0] <= 0.0 <= a[1] else min(corners), max(corners)


def _quotient(a: Interval, b: Interval) -> Interval:
    if b[0] <= 0.0 <= b[1]:
        return -math.inf, math.inf
    corners = a[0] / b[0], a[0] / b[1], a[1] / b[0], a[1] / b[1]
    return min(corners), max(corners)


def _exponential(a: Interval, _: Interval) -> Interval:
    low, high = (math.exp(min(end, 700.0)) for end in a)
    return low * (1.0 - WIDER), math.inf if a[1] > 700.0 else high * (1.0 + WIDER)


def _sine(_a: Interval, _b: Interval) -> Interval:
    return -1.0 - WIDER, 1.0 + WIDER


BOUNDS: dict[Callable[..., Any], Callable[[Interval, Interval], Interval]] = {
    np.add: lambda a, b: (a[0] + b[0], a[1] + b[1]),
    np.subtract: lambda a, b: (a[0] - b[1], a[1] - b[0]),
    np.multiply: _product,
    np.divide: _quotient,
    np.negative: lambda a, _: (-a[1], -a[0]),
    np.exp: _exponential,
    np.sin: _sine,
    np.cos: _sine,
}
"""By its function, the bounds of an operation from those of its operands; a new one is one new row."""


def can_be_bounded(steps: Iterable[Step]) -> bool:
    """Tell whether bounds are known for all operations."""
    return all(function in BOUNDS for function, *_ in steps)


def is_finite(bounds: Interval) -> bool:
    """Tell whether nothing between two bounds is infinite or NaN."""
    return -FARTHEST < bounds[0] <= bounds[1] < FARTHEST


def stay_finite(steps: Iterable[Step], known: Mapping[int, Interval]) -> bool:
    """Tell whether nothing that is known is infinite or NaN, and no step can make it so.

    Parameters
    ----------
    steps
        Operations that have bounds.
    known
        Bounds of what the steps read, by slots.
    """
    if not all(map(is_finite, known.values())):
        return False
    bounds = {-1: (0.0, 0.0), **known}
    for function, first, second, _, target in steps:
        bound = _square if function is np.multiply and first == second else BOUNDS[function]
        bounds[target] = bound(bounds[first], bounds[second])
        if not is_finite(bounds[target]):
            return False
    return True
