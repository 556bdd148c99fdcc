"""A function of x and y seen from above: shares between least and greatest value, and isolines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.expression import Expression
from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.state import DEFAULT_PARAMETER, Numbers, View, expression_of, free_letters

COORDINATES = ("x", "y")

IndexArray = npt.NDArray[np.intp]

COLUMNS = 241
"""Grid points along each side of the view; every other of them reaches both edges too."""

COARSE_COLUMNS = 121
"""So many while the function itself changes all the time: each other one, in a quarter of the time."""

LEVELS = 12
"""Isolines that are wanted; rounding them to numbers that can be read may leave fewer."""

FAR_OUT = 5.0
"""Values farther from the middle one than so many times the usual distance are not what the map is for."""

USUAL = 2.6
"""How far usual values reach above the least, as a multiple of what three quarters stay below."""

SEARCHED = 96
"""So many lines of the grid, or a few more, are searched for places on a level curve, which labels avoid."""

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, eq=False)
class LevelMap:
    """The values of a function on a grid, and how to show them; all arrays are read-only.

    Attributes
    ----------
    x, y
        Coordinates of the columns and rows.
    heights
        The values; NaN where there are none, and around poles, where no isoline should run.
    shares
        From 0 at the least value in view to 1 at the greatest, on a scale that is logarithmic in the
        distance above the least one if most values lie near it; NaN where there are no values.
    levels, labels
        The isolines and what is written on them.
    usual
        From the least value to the greatest that is not rare; NaN, NaN where there are no values.
    """

    x: FloatArray
    y: FloatArray
    heights: FloatArray
    shares: FloatArray
    levels: tuple[float, ...]
    labels: tuple[str, ...]
    usual: tuple[float, float]

    @property
    def is_empty(self) -> bool:
        """Whether the function has no value anywhere in view."""
        return math.isnan(self.usual[0])

    def crossings(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Find where the function passes through `level` along some of the lines of the grid."""
        return _crossings(self, level)


@lru_cache(maxsize=2)
def _crossings(plan: LevelMap, level: float) -> tuple[FloatArray, FloatArray]:
    every = max(1, len(plan.x) // SEARCHED)
    plan_x, plan_y = plan.x[::every], plan.y[::every]
    heights = np.ascontiguousarray(plan.heights[::every, ::every])
    column, row, part = _passages(heights, level)
    row_up, column_up, part_up = _passages(np.ascontiguousarray(heights.T), level)
    across = plan_x[column] + part * (plan_x[1] - plan_x[0])
    up = plan_y[row_up] + part_up * (plan_y[1] - plan_y[0])
    x, y = np.concatenate((across, plan_x[column_up])), np.concatenate((plan_y[row], up))
    read_only(x, y)
    return x, y


def _passages(heights: FloatArray, level: float) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Give the column before each passage along a row, the row, and the part of the step to it."""
    above = heights > level
    changes = above[:, :-1] != above[:, 1:]
    row, column = np.divmod(np.flatnonzero(changes), changes.shape[1])
    with np.errstate(all="ignore"):
        before, after = heights[row, column] - level, heights[row, column + 1] - level
        passes = before * after < 0.0
        row, column, before, after = row[passes], column[passes], before[passes], after[passes]
        return column, row, before / (before - after)


@dataclass(frozen=True)
class _Scale:
    """Shares of a range: logarithmic in the distance from its lower end, or linear where `bend` is inf."""

    lowest: float
    highest: float
    bend: float

    def shares(self, values: FloatArray) -> FloatArray:
        """Map values to 0…1; all in one piece of memory, since there are many of them."""
        reach = self.highest - self.lowest
        shares = values - self.lowest
        np.maximum(shares, 0.0, out=shares)
        np.minimum(shares, reach, out=shares)
        if math.isinf(self.bend):
            return np.divide(shares, reach, out=shares)
        np.divide(shares, self.bend, out=shares)
        np.log1p(shares, out=shares)
        np.divide(shares, math.log1p(reach / self.bend), out=shares)
        return np.minimum(shares, 1.0, out=shares)

    def value(self, share: float) -> float:
        """Give the value that has this share."""
        reach = self.highest - self.lowest
        if math.isinf(self.bend):
            return self.lowest + share * reach
        return self.lowest + self.bend * math.expm1(share * math.log1p(reach / self.bend))


@lru_cache(maxsize=64)
def surface(formula: str, parameters: Numbers) -> Expression:
    """Expression of x and y alone: the other letters are replaced by their numbers."""
    expression = expression_of(formula)
    known = dict(parameters)
    letters = free_letters(expression, COORDINATES)
    return expression.substitute({name: known.get(name, DEFAULT_PARAMETER) for name in letters})


@lru_cache(maxsize=16)
def level_map(formula: str, parameters: Numbers, view: View, columns: int = COLUMNS) -> LevelMap:
    """Evaluate a formula of x and y over a view, on a grid of so many columns and as many rows.

    Equal arguments give the very same object.
    """
    x, y = np.linspace(view[0], view[1], columns), np.linspace(view[2], view[3], columns)
    values = surface(formula, parameters).evaluate({"x": x[None, :], "y": y[:, None]})
    finite = np.isfinite(values)
    known = values.ravel() if finite.all() else values[finite]
    values = values if known.size == values.size else np.where(finite, values, np.nan)
    unit = max(float(known.max()), -float(known.min())) if known.size else 0.0
    unit = unit or 1.0
    lowest, middle, frequent, highest = _spread(known / unit)
    heights = _cut_at_poles(values, lowest * unit, highest * unit)
    levels: tuple[float, ...] = ()
    if highest > lowest:
        scale = _Scale(lowest, highest, _bend(lowest, middle, highest))
        shares = scale.shares(values / unit)
        levels = _levels(scale, unit)
    else:
        shares = np.where(np.isnan(values), np.nan, 0.0)
    read_only(x, y, heights, shares)
    return LevelMap(x, y, heights, shares, levels, _labels(levels), (lowest * unit, frequent * unit))


def _spread(known: FloatArray) -> tuple[float, float, float, float]:
    """Least, middle, greatest usual and greatest value, values near a pole left out."""
    if not known.size:
        return math.nan, math.nan, math.nan, math.nan
    rare_low, middle, upper, rare_high = (float(part) for part in np.percentile(known, (5, 50, 75, 95)))
    lowest = max(float(known.min()), rare_low - FAR_OUT * (middle - rare_low))
    highest = min(float(known.max()), rare_high + FAR_OUT * (rare_high - middle))
    if lowest == highest:  # flat but for a few places
        lowest, highest = float(known.min()), float(known.max())
    return lowest, middle, min(lowest + USUAL * (upper - lowest), highest), highest


def _bend(lowest: float, middle: float, highest: float) -> float:
    """Distance above the least value at which the scale turns from linear to logarithmic.

    The middle value gets a share of one half on an even surface, and up to two thirds on one of which most
    lies low, so that valleys stand out against the rest.
    """
    reach, half = highest - lowest, middle - lowest
    if half >= 0.49 * reach:
        return math.inf
    share = 2.0 / 3.0 - half / reach / 3.0
    low, high = 1e-9, 1e6
    for _ in range(60):
        bend = math.sqrt(low * high)
        if math.log1p(half / reach / bend) > share * math.log1p(1.0 / bend):
            low = bend
        else:
            high = bend
    return bend * reach or math.inf  # of values too close together for a finer scale


def _cut_at_poles(values: FloatArray, lowest: float, highest: float) -> FloatArray:
    """Leave out neighbours of which one is far above and the other far below all usual values."""
    heights = values.copy()
    if not lowest < highest:
        return heights
    above, below = values >= highest, values <= lowest
    for axis in (0, 1):
        high, low = np.swapaxes(above, 0, axis), np.swapaxes(below, 0, axis)
        jump = (high[1:] & low[:-1]) | (low[1:] & high[:-1])
        if not jump.any():
            continue
        cut = np.swapaxes(heights, 0, axis)
        cut[1:][jump] = np.nan
        cut[:-1][jump] = np.nan
    return heights


def _levels(scale: _Scale, unit: float) -> tuple[float, ...]:
    """Choose levels at equal shares, each rounded as coarsely as the distance to the one below allows."""
    if math.isinf(scale.bend):
        return _even_levels(scale.lowest * unit, scale.highest * unit)
    levels: list[float] = []
    below = scale.lowest * unit
    for part in range(1, LEVELS):
        wanted = scale.value(part / LEVELS) * unit
        rounded = _rounded(wanted, wanted - below)
        if rounded > (levels[-1] if levels else scale.lowest * unit):
            levels.append(rounded)
        below = wanted
    return tuple(levels)


def _even_levels(lowest: float, highest: float) -> tuple[float, ...]:
    step = _nice_below(1.5 * (highest / LEVELS - lowest / LEVELS))
    if not step > 0.0 or not math.isfinite(lowest / step):
        return ()
    first = math.floor(lowest / step) + 1
    levels = (float(f"{(first + index) * step:.15g}") for index in range(3 * LEVELS))
    return tuple(level for level in levels if lowest < level < highest)


def _rounded(level: float, gap: float) -> float:
    step = _nice_below(gap)
    return float(f"{round(level / step) * step:.15g}") if step > 0.0 else level


def _nice_below(length: float) -> float:
    """Largest of 1, 2, 5 times a power of ten that is not above `length`; 0 if that is hardly a number."""
    if not length > 1e-290:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(length))
    return max(step * unit for step in (1.0, 2.0, 5.0) if step == 1.0 or step * unit <= length)


def _labels(levels: tuple[float, ...]) -> tuple[str, ...]:
    """Write the levels with as few digits as tell them apart."""
    for digits in (6, 15):
        labels = tuple(f"{level:.{digits}g}".replace("e+", "e").replace("-", MINUS) for level in levels)
        if len(set(labels)) == len(labels):
            break
    return labels
