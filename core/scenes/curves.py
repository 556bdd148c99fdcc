"""Curves of a function of x over a window: sampled, broken at jumps and poles, and fitted in height."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from core.autodiff import value_and_grad
from core.breaks import HIGHEST, leaps, usual_heights
from core.primitives import FloatArray
from core.scenes.state import Numbers, expression_of
from core.smoothness import Slope, slope_at

SAMPLES = 1201
"""Points of a curve: about two a pixel column."""

Heights = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Curve:
    """Read-only points of a curve; NaN makes a gap."""

    x: FloatArray
    y: FloatArray


def read_only(*arrays: FloatArray) -> tuple[FloatArray, ...]:
    """Protect arrays that a cache hands out again and again."""
    for array in arrays:
        array.setflags(write=False)
    return arrays


def curve_through(function: Callable[[Any], Any], x: FloatArray, y: FloatArray) -> Curve:
    """Make a curve of the samples `y` of `function` at `x`, with a gap wherever the function leaps."""
    heights = np.where(np.isfinite(y), y, np.nan)
    heights[1:][leaps(function, x, heights)] = np.nan
    return Curve(*read_only(x, heights))


@lru_cache(maxsize=64)
def curve_and_slopes(formula: str, parameters: Numbers, left: float, right: float) -> tuple[Curve, Curve]:
    """Sample a valid formula and its derivative between two edges."""
    expression, numbers = expression_of(formula), dict(parameters)

    def slopes(x: FloatArray) -> FloatArray:
        y, gradient = value_and_grad(expression, {**numbers, "x": x})
        slope: FloatArray = gradient.get("x", np.where(np.isnan(y), np.nan, 0.0))
        return slope

    def heights(x: FloatArray) -> FloatArray:
        y: FloatArray = expression.evaluate({**numbers, "x": x})
        return y

    x = np.linspace(left, right, SAMPLES)
    return curve_through(heights, x, heights(x)), curve_through(slopes, x, slopes(x))


@lru_cache(maxsize=64)
def slope_of(formula: str, parameters: Numbers, x: float) -> Slope:
    """Find value and derivative of a valid formula at x, or why there is none."""
    return slope_at(expression_of(formula), {**dict(parameters), "x": x}, "x")


def fitted_heights(y: FloatArray, also: float = math.nan) -> Heights | None:
    """Choose a window's lower and upper edge that shows the curve well.

    All of a bounded curve is shown; of one that runs away to a pole, what most of it needs.

    Parameters
    ----------
    y
        Heights of the curve; NaN in its gaps.
    also
        A height that should be in the window too, if it is not too far away.

    Returns
    -------
    tuple or None
        None where nothing is defined.
    """
    usual = usual_heights(y)
    if usual is None:
        return None
    low, high = usual
    span = high - low
    known = np.clip(y[np.isfinite(y)], -HIGHEST, HIGHEST)
    lowest, highest = float(known.min()), float(known.max())
    low = lowest if lowest > low - 0.6 * span else low - 0.1 * span
    high = highest if highest < high + 0.6 * span else high + 0.1 * span
    if low - 3.0 * span < also < high + 3.0 * span:
        low, high = min(low, also), max(high, also)
    span = high - low
    if span <= 1e-9 * max(abs(low), abs(high)) or span == 0.0:
        span = max(abs(low), abs(high)) or 1.0
    return max(low - 0.18 * span, -HIGHEST), min(high + 0.25 * span, HIGHEST)
