"""Arrays of pixels into painter paths, whatever the numbers are.

Qt's stroker slows down or gives up on coordinates far outside the picture, so lines are cut near its edges
first; their visible parts keep their direction exactly.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

from gui.array_paths import path_through, write_corners
from gui.plot_axes import Projection

Array = NDArray[np.float64]

OUTSIDE = 400.0
"""How many pixels beyond the area lines are kept."""

NEAR = 1e4
"""Nearer pixels need no cutting."""

FARTHEST_ANCHOR = 1e12
"""A line through a point farther away than this would be drawn at a wrong place by rounding."""

LONG_LINE = 50
"""Lines of so many points are faster built one by one, shorter ones all together."""


def polyline(x: Array, y: Array, projection: Projection) -> QPainterPath:
    """Join points, given in pixels, by straight lines; NaN makes a gap.

    Parameters
    ----------
    x, y : array
        Pixels of equal count.
    projection : Projection
        Says where the area is.
    """
    near = (np.abs(x) < NEAR) & (np.abs(y) < NEAR)
    if near.all():
        return path_through(x, y)
    unknown = np.isnan(x) | np.isnan(y)
    if not np.all(near | unknown):
        return _cut_polyline(x, y, projection)
    return _lines_between_gaps(x, y, unknown)


def _lines_between_gaps(x: Array, y: Array, unknown: NDArray[np.bool_]) -> QPainterPath:
    """Join the known points by lines, which end at the others."""
    gaps = np.flatnonzero(unknown)
    lines = np.column_stack((np.append(0, gaps + 1), np.append(gaps, x.size)))
    lines = lines[lines[:, 1] - lines[:, 0] > 1]
    if len(lines) * LONG_LINE > x.size:
        joined = np.zeros(x.size, dtype=np.int32)
        joined[:-1] = ~(unknown[:-1] | unknown[1:])
        return path_through(np.where(unknown, 0.0, x), np.where(unknown, 0.0, y), joined)
    path = QPainterPath()
    path.reserve(x.size)
    points = QPolygonF()
    for start, end in lines.tolist():
        write_corners(points, x[start:end], y[start:end])
        path.addPolygon(points)
    return path


def straight(start: tuple[float, float], end: tuple[float, float], projection: Projection) -> QPainterPath:
    """Join two points, given in pixels, by a straight line; nothing if one is NaN."""
    if all(abs(pixel) < NEAR for pixel in (*start, *end)):
        path = QPainterPath(QPointF(*start))
        path.lineTo(*end)
        return path
    x, y = np.array((start, end)).T
    return polyline(x, y, projection)


def _cut_polyline(x: Array, y: Array, projection: Projection) -> QPainterPath:
    _, ends, follows = cut_segments(x, y, projection)
    joined = np.ones(2 * len(ends), dtype=np.int32)
    joined[1:-1:2] = follows
    return path_through(ends[:, 0::2].ravel(), ends[:, 1::2].ravel(), joined)


def cut_segments(
    x: Array, y: Array, projection: Projection, outside: float = OUTSIDE
) -> tuple[NDArray[np.intp], Array, NDArray[np.bool_]]:
    """Cut the lines between successive points, given in pixels, to the area and `outside` pixels around it.

    Returns
    -------
    index : array
        Of the first point of each line of which something is left.
    ends : array
        What is left of it, as rows x, y, x, y.
    follows : array
        For all but the first of them: whether it begins where the one before it ends.
    """
    box = (
        projection.left - outside,
        projection.right + outside,
        projection.top - outside,
        projection.bottom + outside,
    )
    if x.size > 1 and box[0] <= x.min() and x.max() <= box[1] and box[2] <= y.min() and y.max() <= box[3]:
        whole = np.column_stack((x[:-1], y[:-1], x[1:], y[1:]))
        return np.arange(x.size - 1), whole, np.ones(x.size - 2, dtype=np.bool_)
    start, end = _cut(x[:-1], y[:-1], x[1:], y[1:], box)
    seen = end > start
    index, start, end = np.flatnonzero(seen), start[seen], end[seen]
    ax, ay, bx, by = x[:-1][seen], y[:-1][seen], x[1:][seen], y[1:][seen]
    back_start, back_end = _cut(bx, by, ax, ay, box)
    ends = np.empty((ax.size, 4))
    # Measured from the nearer end, because seen from one at 1e300 all of the picture is one point.
    for place, forth, back in ((0, start, back_end), (1, end, back_start)):
        from_a = np.maximum(np.abs(ax), np.abs(ay)) <= np.maximum(np.abs(bx), np.abs(by))
        ends[:, 2 * place] = np.where(from_a, ax + forth * (bx - ax), bx + back * (ax - bx))
        ends[:, 2 * place + 1] = np.where(from_a, ay + forth * (by - ay), by + back * (ay - by))
    return index, ends, (np.diff(index) == 1) & (end[:-1] == 1) & (start[1:] == 0)


def _cut(
    ax: Array, ay: Array, bx: Array, by: Array, box: tuple[float, float, float, float]
) -> tuple[Array, Array]:
    """Give the fractions between which each segment from a to b is in the box (Liang and Barsky)."""
    start, end = np.zeros(ax.size), np.ones(ax.size)
    with np.errstate(all="ignore"):
        for origin, change, low, high in ((ax, bx - ax, box[0], box[1]), (ay, by - ay, box[2], box[3])):
            first, second = (low - origin) / change, (high - origin) / change
            still = change == 0
            missed = still & ((origin < low) | (origin > high))
            enter = np.where(still, 0.0, np.minimum(first, second))
            leave = np.where(still, np.where(missed, -1.0, 1.0), np.maximum(first, second))
            start, end = np.maximum(start, enter), np.minimum(end, leave)
    unknown = np.isnan(start) | np.isnan(end)
    return np.where(unknown, 1.0, start), np.where(unknown, 0.0, end)


def line_ends(x: float, y: float, dx: float, dy: float, projection: Projection) -> tuple[float, ...] | None:
    """Cut the endless line through the pixel (`x`, `y`) to a little more than the area.

    Returns
    -------
    tuple or None
        x, y of both ends; None where the line misses the area or is not a line.
    """
    length = math.hypot(dx, dy)
    if not all(map(math.isfinite, (x, y, dx, dy))) or length == 0 or max(abs(x), abs(y)) > FARTHEST_ANCHOR:
        return None
    margin = 8.0
    far = 4 * (abs(x) + abs(y) + projection.right + projection.bottom) / length
    ax, ay, bx, by = x - dx * far, y - dy * far, x + dx * far, y + dy * far
    start, end = 0.0, 1.0
    for origin, change, low, high in (
        (ax, bx - ax, projection.left - margin, projection.right + margin),
        (ay, by - ay, projection.top - margin, projection.bottom + margin),
    ):
        if change == 0:
            if not low <= origin <= high:
                return None
            continue
        first, second = (low - origin) / change, (high - origin) / change
        start, end = max(start, min(first, second)), min(end, max(first, second))
    if not end > start:
        return None
    return (ax + start * (bx - ax), ay + start * (by - ay), ax + end * (bx - ax), ay + end * (by - ay))


def pixel_direction(dx: float, dy: float, projection: Projection) -> tuple[float, float]:
    """Turn a direction in numbers into one in pixels, of length 1; a logarithmic axis counts per decade.

    Returns NaN for no direction.
    """
    x0, x1, y0, y1 = projection.view
    if projection.log_x:
        x0, x1 = math.log10(x0), math.log10(x1)
    if projection.log_y:
        y0, y1 = math.log10(y0), math.log10(y1)
    across, up = float(dx) / (x1 - x0) * projection.width, float(dy) / (y1 - y0) * projection.height
    if math.isinf(up) and math.isfinite(across):
        across, up = 0.0, math.copysign(1.0, up)
    length = math.hypot(across, up)
    if length == 0:
        return math.nan, math.nan
    return across / length, -up / length
