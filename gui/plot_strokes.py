"""The outline of a wide line, as an area to be filled: several times as fast as Qt's own stroker.

Qt puts an arc at each point of a line. On a smooth curve these cannot be seen, so here two neighbouring
steps meet in one corner on each side, and only the ends of the line and its sharp corners are rounded.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainterPath

from gui.array_paths import polygon_through

Array = NDArray[np.float64]

STRAIGHT = 0.8
"""Cosine of the angle by which a line may turn at a point without being rounded there."""

FINE = 2.0
"""Corners of lines up to so many pixels wide are rounded by one point on the arc, of wider ones by three."""

FEWEST, MOST_LINES = 200, 60
"""A line with fewer points or more gaps is left to Qt."""

SHORT = 1e-6
"""Points nearer than so many pixels are one."""

NEAR = 1e4
"""A line that goes farther away than so many pixels is left to Qt."""

_ARC = np.linspace(0.0, np.pi, 9)[1:-1]
_CAP = np.sin(_ARC), np.cos(_ARC)
"""Points of a round end: how far along the line, and how far to its side."""


def stroke_outline(x: Array, y: Array, width: float) -> QPainterPath | None:
    """Outline a line through points, with round corners and ends.

    Parameters
    ----------
    x, y : array
        Pixels; NaN makes a gap.
    width : float
        Of the line, in pixels.

    Returns
    -------
    QPainterPath or None
        To be filled; None for a line that is better drawn with a pen.
    """
    if x.size < FEWEST:
        return None
    known = ~(np.isnan(x) | np.isnan(y))
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    if known.all():
        return path if _add_line(path, x, y, width) else None
    edges = np.flatnonzero(np.diff(known, prepend=False, append=False))
    if edges.size > 2 * MOST_LINES:
        return None
    for start, end in edges.reshape(-1, 2).tolist():
        if not _add_line(path, x[start:end], y[start:end], width):
            return None
    return path


def _add_line(path: QPainterPath, x: Array, y: Array, width: float) -> bool:
    """Add the outline of a line without gaps; return False if it goes too far away."""
    if not max(x.max(), y.max(), -x.min(), -y.min()) < NEAR:
        return False
    across, down = x[1:] - x[:-1], y[1:] - y[:-1]
    length = np.sqrt(across * across + down * down)  # quicker than hypot, and nothing is far
    moved = length > SHORT
    if not moved.all():
        apart = np.append(True, moved)
        x, y = x[apart], y[apart]
        across, down = np.diff(x), np.diff(y)
        length = np.hypot(across, down)
    if length.size:
        path.addPolygon(polygon_through(*_around(x, y, across / length, down / length, width)))
        path.closeSubpath()
    return True


def _around(x: Array, y: Array, across: Array, down: Array, width: float) -> tuple[Array, Array]:
    """Give the corners of the outline of a line whose steps have these directions."""
    half = width / 2.0
    steps = np.empty((2, x.size + 1))
    steps[0, 1:-1], steps[1, 1:-1] = across, down
    steps[:, 0], steps[:, -1] = steps[:, 1], steps[:, -2]
    (come_x, come_y), (go_x, go_y) = steps[:, :-1], steps[:, 1:]
    straight = come_x * go_x + come_y * go_y
    corner = np.flatnonzero(straight < STRAIGHT)
    straight[corner] = 1.0
    longer = half / (1.0 + straight)
    left_x, left_y = -(come_y + go_y) * longer, (come_x + go_x) * longer
    right_x, right_y = x - left_x, y - left_y
    left_x += x
    left_y += y
    if corner.size:
        arcs = _corner_arcs(come_x[corner], come_y[corner], go_x[corner], go_y[corner], half)
        count = arcs.shape[1]
        places = np.repeat(np.arange(x.size), _counts(x.size, corner, count))
        at = np.flatnonzero(np.append(True, np.diff(places) > 0))[corner][:, None] + np.arange(count)
        left_x, left_y, right_x, right_y = (each[places] for each in (left_x, left_y, right_x, right_y))
        for each, base, arc in (
            (left_x, x, arcs[..., 0]),
            (left_y, y, arcs[..., 1]),
            (right_x, x, arcs[..., 2]),
            (right_y, y, arcs[..., 3]),
        ):
            each[at] = base[corner][:, None] + arc
    end_x, end_y = _cap(x[-1], y[-1], across[-1], down[-1], half)
    start_x, start_y = _cap(x[0], y[0], -across[0], -down[0], half)
    return (
        np.concatenate((left_x, end_x, right_x[::-1], start_x)),
        np.concatenate((left_y, end_y, right_y[::-1], start_y)),
    )


def _counts(size: int, corner: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    counts = np.ones(size, dtype=np.intp)
    counts[corner] = count
    return counts


def _cap(x: float, y: float, across: float, down: float, half: float) -> tuple[Array, Array]:
    """Give the points of a half circle, from the left of a direction to its right."""
    along, aside = _CAP
    return x + half * (along * across - aside * down), y + half * (along * down + aside * across)


def _corner_arcs(come_x: Array, come_y: Array, go_x: Array, go_y: Array, half: float) -> Array:
    """Give what goes around corners, from their places: an arc outside, inside the way through the middle.

    Returns
    -------
    array
        For each corner and each point of its arcs: x, y on the left, x, y on the right.
    """
    out_x, out_y = come_x - go_x, come_y - go_y
    length = np.hypot(out_x, out_y)
    out_x, out_y = out_x / length, out_y / length
    to_left = np.where(come_x * go_y - come_y * go_x > 0.0, 1.0, -1.0)  # then the right side is outside
    first_x, first_y, last_x, last_y = to_left * come_y, -to_left * come_x, to_left * go_y, -to_left * go_x
    outside = [(first_x, first_y), (out_x, out_y), (last_x, last_y)]
    if half > FINE / 2.0:
        outside[1:2] = [_between(outside[0], outside[1]), outside[1], _between(outside[1], outside[2])]
    outer = half * np.array(outside).transpose(2, 0, 1)
    inner = np.zeros_like(outer)
    inner[:, 0], inner[:, -1] = -outer[:, 0], -outer[:, -1]
    left = np.where(to_left[:, None, None] > 0.0, inner, outer)
    right = np.where(to_left[:, None, None] > 0.0, outer, inner)
    return np.concatenate((left, right), axis=2)


def _between(one: tuple[Array, Array], other: tuple[Array, Array]) -> tuple[Array, Array]:
    """Give the direction halfway between two."""
    x, y = one[0] + other[0], one[1] + other[1]
    length = np.hypot(x, y)
    return x / length, y / length
