"""Of what kind a critical point is: by the Hessian's eigenvalues, or by values where they do not tell."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

from core.critical_field import Field
from core.eigen import SINGULAR, eigen
from core.primitives import FloatArray

NEAR = 0.25
"""Distance in cells at which values are looked at around a degenerate point."""

ROUNDS = 3
"""Steps of Newton's method down to the floor of a valley."""

ROUNDING = 1e-13
"""Differences of values smaller than this part of them are rounding."""


class Kind(Enum):
    """What is at a critical point, by the word that names it."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    SADDLE = "saddle"
    DEGENERATE = "degenerate"


KINDS = tuple(Kind)

BoolArray = npt.NDArray[np.bool_]


def kinds_of(
    field: Field, places: FloatArray, values: FloatArray, bends: Sequence[FloatArray], cell: FloatArray
) -> list[Kind]:
    """Tell of what kind critical points are.

    Two eigenvalues of the Hessian that are not zero tell it. Where one is zero there is a valley or a ridge,
    whose floor is followed to both sides, as far as a part of a cell, for the function may fall along it
    where no circle of samples meets it: (y − x²)(y − 3x²) grows from 0 along each straight line, and is
    negative between the parabolas. Where both are zero, values on a small circle are all there is.

    Parameters
    ----------
    field
        The function.
    places, values
        The points as rows x, y, and the values there.
    bends
        The second derivatives: twice by x, by both, twice by y.
    cell
        Width and height of what counts as near.
    """
    smaller, larger, cosine, sine = eigen(*bends)
    is_larger = np.abs(larger) >= np.abs(smaller)
    steep, other = np.where(is_larger, larger, smaller), np.where(is_larger, smaller, larger)
    kinds = _judged(np.stack((smaller, larger)) > 0.0, np.stack((smaller, larger)) < 0.0)
    rounding = _is_rounding(field, places, values, steep, cell)
    valley = (np.abs(other) <= SINGULAR * np.abs(steep)) & (steep != 0.0) & ~rounding
    flat = (steep == 0.0) | rounding
    if valley.any():
        across = np.where(is_larger, (cosine, sine), (-sine, cosine)).T[valley]
        floor = _along_the_floor(field, places[valley], across, cell)
        above, below = _compared(floor, values[valley])
        bends_up = steep[valley] > 0.0
        kinds[valley] = _judged(np.vstack((above, bends_up)), np.vstack((below, ~bends_up)))
    if flat.any():
        kinds[flat] = _judged(*_compared(_on_a_circle(field, places[flat], cell), values[flat]))
    return [KINDS[index] for index in kinds.tolist()]


def _judged(above: BoolArray, below: BoolArray) -> npt.NDArray[np.intp]:
    """Give indices of kinds; a column for each point says where the function is above, and below it."""
    both = above.any(axis=0) & below.any(axis=0)
    cases = {Kind.SADDLE: both, Kind.MINIMUM: above.all(axis=0), Kind.MAXIMUM: below.all(axis=0)}
    indices = [KINDS.index(kind) for kind in cases]
    return np.select(list(cases.values()), indices, KINDS.index(Kind.DEGENERATE)).astype(np.intp)


def _compared(heights: FloatArray, values: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Tell which heights, a column for each point, are above and which below the value, not by rounding."""
    change = heights - values
    slack = ROUNDING * np.maximum(np.abs(heights), np.abs(values))
    return change > slack, change < -slack


def _is_rounding(
    field: Field, places: FloatArray, values: FloatArray, steep: FloatArray, cell: FloatArray
) -> BoolArray:
    """Tell where the Hessian is rounding: it changes no value nearby, and is nothing beside those around."""
    result: BoolArray = np.abs(steep) * cell.max() ** 2 <= ROUNDING * np.abs(values)
    if result.any():
        largest = np.zeros(np.count_nonzero(result))
        for away in (NEAR * cell, -NEAR * cell):
            smaller, larger, _, _ = eigen(*field.bends(*(places[result] + away).T)[3:])
            largest = np.fmax(largest, np.fmax(np.abs(smaller), np.abs(larger)))
        result[result] = np.abs(steep[result]) <= SINGULAR * largest
    return result


def _along_the_floor(field: Field, places: FloatArray, across: FloatArray, cell: FloatArray) -> FloatArray:
    """Give the values on the floor of each valley, or on its ridge, to both sides; rows of a side each.

    From beside the point, Newton's method goes to where the slope across the valley is zero.
    """
    along = np.column_stack((-across[:, 1], across[:, 0]))
    away = along * (NEAR / np.abs(along / cell).max(axis=1))[:, None]
    at = np.concatenate((places + away, places - away))
    a, b = np.concatenate((across, across)).T
    for _ in range(ROUNDS):
        _, x, y, xx, xy, yy = field.bends(*at.T)
        step = -(a * x + b * y) / (a * a * xx + 2.0 * a * b * xy + b * b * yy)
        at = at + np.column_stack((step * a, step * b))
    return field.slopes(*at.T)[0].reshape(2, -1)


def _on_a_circle(field: Field, places: FloatArray, cell: FloatArray) -> FloatArray:
    """Give the values around each place, a row for each direction."""
    angles = np.linspace(0.0, 2.0 * np.pi, 32, endpoint=False)
    circle = NEAR * np.column_stack((np.cos(angles), np.sin(angles))) * cell
    around = places[None, :, :] + circle[:, None, :]
    return field.slopes(around[..., 0], around[..., 1])[0]
