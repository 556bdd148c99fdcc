"""Where a curve turns so often that its strokes run into one another.

Qt fills the outline of a whole stroke at once, in a time that grows with the square of how often it lies over
itself: seconds for tan(1000 x). So where single strokes cannot be seen, a bar from the lowest to the highest
point is drawn in each pixel column, and the rest of the curve in pieces with few turns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.plot_axes import Projection

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

CROWDED = 3
"""So many turns and gaps in a pixel column and its neighbours are too many to be told apart."""

TALL = 4.0
"""Bars are drawn only where the points of a column are so many pixels apart."""

OFTEN = 24
"""The stroke of a curve with fewer turns and gaps is quickly filled, wherever they are."""

TURNS = 4
"""A piece has at most so many turns and gaps."""


class Bars(NamedTuple):
    """Filled rectangles, in pixels; arrays of equal count."""

    left: Array
    right: Array
    top: Array
    bottom: Array


NO_BARS = Bars(*(np.empty(0) for _ in Bars._fields))


def turns_often(y: Array) -> bool:
    """Tell whether a curve turns so often in all that its whole stroke would take long."""
    return int(np.count_nonzero(_marks(y))) >= OFTEN


def without_crowds(x: Array, y: Array, projection: Projection, width: float) -> tuple[Array, Array, Bars]:
    """Take out of a curve, given in pixels, what is drawn as bars.

    Parameters
    ----------
    x, y
        Its points; NaN makes a gap. Only where x never falls can there be bars.
    projection
        Says where the area is.
    width
        Of the stroke, by half of which the bars reach beyond the points.

    Returns
    -------
    x, y
        The rest of the curve, with a gap for each row of bars; the same arrays where there are none.
    bars
        At most one for each pixel column of the area.
    """
    marks = _marks(y)
    if np.count_nonzero(marks) < CROWDED or not (np.diff(x) >= 0.0).all():
        return x, y, NO_BARS
    with np.errstate(all="ignore"):
        columns = np.floor(np.clip(x, projection.left - 2, projection.right + 2) - projection.left) + 2
    columns = columns.astype(np.intp)
    count = int(projection.width) + 6
    low, high = _extent(columns, y, count)
    low, high = _with_neighbours(np.fmin, low), _with_neighbours(np.fmax, high)
    many = np.zeros(count)
    np.add.at(many, columns, marks)
    many = _with_neighbours(np.add, many)
    crowded = (many >= CROWDED) & (high - low >= TALL)
    crowded[[0, -1]] = False
    if not crowded.any():
        return x, y, NO_BARS
    return *_without(x, y, crowded[columns]), _bars(crowded, low, high, projection, width)


def pieces(y: Array) -> list[slice]:
    """Divide a curve into pieces with few turns, each beginning with the last point of the one before."""
    cuts = np.flatnonzero(_marks(y))[TURNS::TURNS]
    starts, ends = [0, *cuts.tolist()], [*(cuts + 1).tolist(), y.size]
    return [slice(start, end) for start, end in zip(starts, ends, strict=True)]


def _marks(y: Array) -> Flags:
    """Tell at which points the curve turns round, up or down, or begins a gap."""
    marks: Flags = np.isnan(y)
    marks[1:] &= ~marks[:-1]
    with np.errstate(invalid="ignore"):
        signs = np.sign(np.diff(y))
        marks[1:-1] |= signs[:-1] * signs[1:] < 0.0
    return marks


def _extent(columns: NDArray[np.intp], y: Array, count: int) -> tuple[Array, Array]:
    """Give the least and the greatest y of each column; NaN where there is none."""
    low, high = np.full((2, count), np.nan)
    starts = np.flatnonzero(np.diff(columns, prepend=-1))
    low[columns[starts]] = np.fmin.reduceat(y, starts)
    high[columns[starts]] = np.fmax.reduceat(y, starts)
    return low, high


def _with_neighbours(combine: np.ufunc, columns: Array) -> Array:
    """Combine each column with the ones to its left and right, as wide as a stroke is."""
    wider = columns.copy()
    wider[1:] = combine(wider[1:], columns[:-1])
    wider[:-1] = combine(wider[:-1], columns[1:])
    return wider


def _without(x: Array, y: Array, crowded: Flags) -> tuple[Array, Array]:
    """Leave one gap for each row of crowded points, between its first and its last."""
    inner = np.zeros(x.size, dtype=bool)
    inner[1:-1] = crowded[:-2] & crowded[1:-1] & crowded[2:]
    first = inner.copy()
    first[1:] &= ~inner[:-1]
    kept = ~inner | first
    return x[kept], np.where(first, np.nan, y)[kept]


def _bars(crowded: Flags, low: Array, high: Array, projection: Projection, width: float) -> Bars:
    chosen = np.flatnonzero(crowded)
    half = width / 2
    top = np.maximum(low[chosen] - half, projection.top - 1)
    bottom = np.minimum(high[chosen] + half, projection.bottom + 1)
    columns: Array = np.asarray(projection.left - 2.0 + chosen, dtype=np.float64)
    begins, ends = ~crowded[chosen - 1], ~crowded[chosen + 1]
    left = columns - np.where(begins, half, 0.0)
    right = columns + np.where(ends, 1.0 + half, 1.0)
    seen = bottom > top
    return Bars(left[seen], right[seen], top[seen], bottom[seen])
