"""Critical points of a function of two variables in a rectangle: where its gradient is zero.

The gradient is sampled on a grid. From each cell in which both partial derivatives change their sign, and
from each sample where the gradient is smallest around, Newton's method runs with the exact Hessian, all
starts at once. What it finds counts only if the gradient really dies away towards it, as it does at no kink,
jump or pole. The eigenvalues of the Hessian tell what kind it is, or values around it where they do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from core.autodiff import value_and_grad
from core.differentiate import differentiate
from core.expression import Expression
from core.primitives import FloatArray
from core.program import Program, gradient_program
from core.program_hessian import second_order_program

SAMPLES = 97
"""Samples along each side of the rectangle."""

SPREAD = ((0.5, 0.5), (0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))
"""Places in a cell from which Newton's method starts, in parts of its sides: a cell may hold several."""

MOST_CELLS = 3200
"""Where more cells than these are hopeful, their critical points cannot be told apart."""

MOST = 1500
"""More critical points than this cannot be told apart, and none of them are given."""

ALONE = 4.0
"""Two degenerate points so many cells apart, or farther, are not parts of one line."""

ROUNDS, MORE_ROUNDS = 14, 60
"""Steps of Newton's method that all starts take, and those that come near slowly."""

LONGEST_STEP = 1.0
"""Longest step, in cells."""

FARTHEST = 3.0
"""So many cells from its start a point is given up: other starts are nearer to what is there."""

ARRIVED = 1e-7
"""A further step as long as this part of a cell changes nothing that is seen."""

SAME = 1e-4
"""Points nearer than this part of a cell are one."""

NEAR, NEARER = 0.25, 0.25 / 16.0
"""Distances in cells at which the gradient is looked at around a point that was found."""

DYING = 0.7
"""The gradient at the smaller distance is at most this part of that at the larger one."""

NOTHING = 1e-13
"""Gradients smaller than this part of the steepest one are rounding, or a region that is flat."""

SINGULAR = 1e-9
"""An eigenvalue smaller than this part of the other one is zero but for rounding."""

NOISE = 8.0 * float(np.finfo(np.float64).eps)
"""A gradient that changes the value by less than this part of it over the rectangle is rounding."""

ROUNDING = 1e-13
"""Differences of values smaller than this part of them are rounding."""

TOO_MANY = "There are too many critical points in view to mark them."
REGION = "The gradient is zero in a whole region, which is not marked."
LINE = "The gradient is zero along a whole line, which is not marked."

BoolArray = npt.NDArray[np.bool_]


class Kind(Enum):
    """What is at a critical point, by the word that names it."""

    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    SADDLE = "saddle"
    DEGENERATE = "degenerate"


class CriticalPoint(NamedTuple):
    """A place where the gradient is zero.

    Attributes
    ----------
    x, y, value
        Where, and the value of the function there.
    kind
        What it is.
    smaller, larger
        Eigenvalues of the Hessian.
    """

    x: float
    y: float
    value: float
    kind: Kind
    smaller: float
    larger: float


@dataclass(frozen=True)
class CriticalPoints:
    """All that were found.

    Attributes
    ----------
    points
        From the lowest value to the highest.
    note
        Why some or all are left out, in a sentence, or empty.
    """

    points: tuple[CriticalPoint, ...]
    note: str = ""


@dataclass(frozen=True, eq=False)
class _Field:
    """Value, gradient and Hessian of a function of two letters, with numbers for all others."""

    expression: Expression
    names: tuple[str, str]
    numbers: dict[str, Any]

    def slopes(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give the value and both partial derivatives; NaN where one of them is not finite."""
        at = self._at(x, y)
        program = _first_order(self.expression, self.names)
        if program is None:
            value, gradient = value_and_grad(self.expression, at)
            parts = [gradient.get(name, 0.0) for name in self.names]
        else:
            value, *parts = program.compute({name: at[name] for name in program.names if name in at})
        shape = np.broadcast_shapes(x.shape, y.shape)
        value, across, up = (_spread(part, shape) for part in (value, *parts))
        return value, *_where_known(value, across, up)

    def bends(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, ...]:
        """Give value, partial and second derivatives: twice by the first letter, by both, by the second."""
        program = _second_order(self.expression, self.names)
        if program is None:
            return *self.slopes(x, y), *_bends(self.expression, self.names, self._at(x, y))
        at = self._at(x, y)
        results = program.compute({name: at[name] for name in program.names if name in at})
        value, across, up, *bends = (_spread(part, x.shape) for part in results)
        return value, *_where_known(value, across, up), *bends

    def _at(self, x: FloatArray, y: FloatArray) -> dict[str, Any]:
        return {**self.numbers, self.names[0]: x, self.names[1]: y}


def find_critical_points(
    expression: Expression,
    values: Mapping[str, Any],
    names: tuple[str, str],
    window: tuple[float, float, float, float],
) -> CriticalPoints:
    """Find where the gradient is zero.

    Parameters
    ----------
    expression
        The function.
    values
        A number for each letter but the two.
    names
        The two letters that vary.
    window
        The rectangle: from and to of the first letter, from and to of the second.

    Returns
    -------
    CriticalPoints
        Where a whole line or region is critical, or where there are too many to be told apart, they are left
        out, and the note says so.

    Raises
    ------
    ValueError
        If a letter has no value.

    Examples
    --------
    >>> from core.parser import parse
    >>> found = find_critical_points(parse("x^3 - 3x + y^2"), {}, ("x", "y"), (-2.0, 2.0, -2.0, 2.0))
    >>> for point in found.points:
    ...     print(point.kind.value, point.x, point.y, point.value, point.smaller, point.larger)
    minimum 1.0 0.0 -2.0 2.0 6.0
    saddle -1.0 0.0 2.0 -6.0 2.0
    """
    field = _Field(expression, names, {name: values[name] for name in values if name not in names})
    x, y = np.linspace(window[0], window[1], SAMPLES), np.linspace(window[2], window[3], SAMPLES)
    cell = np.array((x[1] - x[0], y[1] - y[0]))
    with np.errstate(all="ignore"):
        heights, across, up = field.slopes(x[None, :], y[:, None])
        size = np.hypot(across, up)
        quiet = size <= NOISE * np.abs(heights) / (SAMPLES * cell.max())
        flat = np.zeros((SAMPLES - 1, SAMPLES - 1), dtype=np.bool_)
        if quiet.any():
            across, up, size = (np.where(quiet, 0.0, part) for part in (across, up, size))
            flat = _over_corners(np.logical_and, quiet)
        hopeful = _has_zero(across) & _has_zero(up) & ~flat
        if np.count_nonzero(hopeful) > MOST_CELLS:
            return CriticalPoints((), TOO_MANY)
        starts = _starts(x, y, hopeful, _lowest(size))
        found = _distinct(field, _newton(field, starts, cell), cell, window)
        steepest = float(np.nanmax(size, initial=0.0))
        found = found[_dies_away(field, found, cell, steepest)]
        points = _classified(field, found, cell)
        alone = _isolated(points, cell)
    kept = [point for point, single in zip(points, alone, strict=True) if single]
    if len(kept) > MOST:
        return CriticalPoints((), TOO_MANY)
    note = REGION if flat.any() else LINE if len(kept) < len(points) else ""
    return CriticalPoints(tuple(sorted(kept, key=lambda point: (point.value, point.x, point.y))), note)


@lru_cache(maxsize=32)
def _partials(expression: Expression, names: tuple[str, str]) -> tuple[Expression, Expression]:
    first, second = (differentiate(expression, name).derivative for name in names)
    return first, second


def _spread(values: Any, shape: tuple[int, ...]) -> FloatArray:
    """Give values a shape, such as those that depend on one letter only."""
    return values if np.shape(values) == shape else np.broadcast_to(values, shape)


def _where_known(value: FloatArray, across: FloatArray, up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Keep partial derivatives where all three are finite."""
    known = np.isfinite(value) & np.isfinite(across) & np.isfinite(up)
    if known.all():
        return across, up
    return np.where(known, across, np.nan), np.where(known, up, np.nan)


@lru_cache(maxsize=32)
def _first_order(expression: Expression, names: tuple[str, str]) -> Program | None:
    """Compile value and both partial derivatives; where they are not finite, the tape computes them."""

    def carefully(at: Mapping[str, Any]) -> Sequence[Any]:
        value, gradient = value_and_grad(expression, at)
        return value, *(gradient.get(name, 0.0) for name in names)

    return gradient_program(expression, carefully, names)


@lru_cache(maxsize=32)
def _second_order(expression: Expression, names: tuple[str, str]) -> Program | None:
    """Compile all derivatives at once; where they are not finite, the partial ones are differentiated."""

    def carefully(at: Mapping[str, Any]) -> Sequence[Any]:
        value, gradient = value_and_grad(expression, at)
        bends = _bends(expression, names, at)
        return value, *(gradient.get(name, 0.0) for name in names), *bends

    return second_order_program(expression, names, carefully)


def _bends(expression: Expression, names: tuple[str, str], at: Mapping[str, Any]) -> tuple[FloatArray, ...]:
    """Give the second derivatives: twice by the first letter, by both, twice by the second."""
    by_first, by_second = (value_and_grad(each, at)[1] for each in _partials(expression, names))
    a, b = names
    zero = np.zeros(np.broadcast_shapes(*map(np.shape, at.values())))
    parts = by_first.get(a, 0.0), by_first.get(b, 0.0), by_second.get(b, 0.0)
    return tuple(np.asarray(part) + zero for part in parts)


def _isolated(points: list[CriticalPoint], cell: FloatArray) -> BoolArray:
    """Tell which points are no part of a whole line, on which the Hessian is singular again and again."""
    singular = np.array([is_singular(point.smaller, point.larger) for point in points], dtype=np.bool_)
    places = np.array([(point.x, point.y) for point in points]).reshape(-1, 2)[singular] / cell
    result = np.ones(len(points), dtype=np.bool_)
    result[singular] = _has_fewer_neighbours(places, ALONE, 3)
    return result


def _has_fewer_neighbours(places: FloatArray, distance: float, count: int) -> BoolArray:
    """Tell around which places fewer than so many are nearer than a distance along each axis, itself one.

    Squares as wide as the distance decide for most: those in a crowded one are all near each other, and the
    few left need to look only at the squares around theirs. Comparing each with each took seconds and a
    gigabyte where thousands of rounding errors look like critical points.
    """
    squares: dict[tuple[int, int], list[int]] = {}
    for row, (across, up) in enumerate(np.floor(places / distance).astype(np.int64).tolist()):
        squares.setdefault((across, up), []).append(row)
    result = np.zeros(len(places), dtype=np.bool_)
    for (across, up), rows in squares.items():
        if len(rows) >= count:
            continue
        around = [squares.get((across + right, up + rise), []) for right in (-1, 0, 1) for rise in (-1, 0, 1)]
        candidates = places[[row for near in around for row in near]]
        for row in rows:
            near = (np.abs(candidates - places[row]) < distance).all(axis=1)
            result[row] = np.count_nonzero(near) < count
    return result


# Starts ------------------------------------------------------------------------------------------


def _starts(x: FloatArray, y: FloatArray, hopeful: BoolArray, lowest: BoolArray) -> FloatArray:
    """Give places as rows x, y: several in each hopeful cell, and the samples that are lowest around."""
    row, column = np.nonzero(hopeful)
    width, height = x[1] - x[0], y[1] - y[0]
    places = [np.column_stack((x[column] + part * width, y[row] + rise * height)) for part, rise in SPREAD]
    row, column = np.nonzero(lowest)
    chosen = slice(None, None, 1 + row.size // MOST_CELLS)
    return np.concatenate((*places, np.column_stack((x[column[chosen]], y[row[chosen]]))))


def _over_corners(combine: Callable[[Any, Any], Any], values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Combine what is at the four corners of each cell."""
    sides = combine(values[:-1], values[1:])
    return combine(sides[:, :-1], sides[:, 1:])  # type: ignore[no-any-return]


def _has_zero(values: FloatArray) -> BoolArray:
    """Tell in which cells a function on the grid changes its sign, or is zero at a corner."""
    least, greatest = _over_corners(np.minimum, values), _over_corners(np.maximum, values)
    result: BoolArray = (least <= 0.0) & (greatest >= 0.0)
    return result


def _lowest(values: FloatArray) -> BoolArray:
    """Tell which samples are not above any of their neighbours."""
    known = np.where(np.isnan(values), np.inf, values)
    least = np.pad(known, 1, constant_values=np.inf)
    least = np.minimum(np.minimum(least[:-2], least[1:-1]), least[2:])
    least = np.minimum(np.minimum(least[:, :-2], least[:, 1:-1]), least[:, 2:])
    result: BoolArray = np.isfinite(known) & (known <= least)
    return result


# Newton's method ---------------------------------------------------------------------------------


def _newton(field: _Field, starts: FloatArray, cell: FloatArray) -> FloatArray:
    """Let all starts run; those that arrive are given, as rows x, y."""
    arrived = []
    places, origins = starts, starts
    for turn in range(MORE_ROUNDS):
        if not len(places):
            break
        step = _step(field, places)
        size = np.abs(step / cell).max(axis=1, initial=0.0)
        there = size <= ARRIVED
        arrived.append(places[there] + step[there])
        size_allowed = np.minimum(1.0, LONGEST_STEP / np.maximum(size, 1e-300))
        places = places + step * size_allowed[:, None]
        going = ~there & np.isfinite(size) & (np.abs((places - origins) / cell).max(axis=1) <= FARTHEST)
        if turn >= ROUNDS:  # only what comes near slowly, as to a degenerate point
            going &= size < 0.5
        places, origins = places[going], origins[going]
    return np.concatenate(arrived) if arrived else np.empty((0, 2))


def _step(field: _Field, places: FloatArray) -> FloatArray:
    """Newton's step, along eigenvectors of which the eigenvalue is zero none."""
    _, across, up, xx, xy, yy = field.bends(*places.T)
    smaller, larger, cosine, sine = eigen(xx, xy, yy)
    size = np.maximum(np.abs(smaller), np.abs(larger))
    along, beside = across * cosine + up * sine, up * cosine - across * sine
    by_larger, by_smaller = (
        np.where(part == 0.0, 0.0, -part * root / (root * root + (1e-12 * size) ** 2))
        for part, root in ((along, larger), (beside, smaller))
    )
    return np.column_stack((by_larger * cosine - by_smaller * sine, by_larger * sine + by_smaller * cosine))


def eigen(xx: Any, xy: Any, yy: Any) -> tuple[Any, Any, Any, Any]:
    """Eigenvalues of symmetric matrices of two rows, and the direction that belongs to the larger one.

    Parameters
    ----------
    xx, xy, yy
        The three different entries; numbers or arrays.

    Returns
    -------
    smaller, larger, cosine, sine
        The eigenvector of the smaller one is at a right angle: ``(-sine, cosine)``.

    Examples
    --------
    >>> [float(part) for part in eigen(2.0, 0.0, 5.0)]
    [2.0, 5.0, 0.0, 1.0]
    >>> [float(part) for part in eigen(2e300, 0.0, 2.0)]
    [2.0, 2e+300, 1.0, 0.0]
    """
    middle, half = xx / 2.0 + yy / 2.0, xx / 2.0 - yy / 2.0
    spread = np.hypot(half, xy)
    angle = 0.5 * np.arctan2(xy, half)
    cosine, sine = np.cos(angle), np.sin(angle)
    cosine = np.where((xy == 0.0) & (half < 0.0), 0.0, cosine)
    apart = xy == 0.0  # then the difference would lose a small one beside a large one
    smaller = np.where(apart, np.minimum(xx, yy), middle - spread)
    larger = np.where(apart, np.maximum(xx, yy), middle + spread)
    return smaller, larger, cosine, sine


def is_singular(smaller: float, larger: float) -> bool:
    """Tell whether one of two eigenvalues is zero but for rounding, so that they leave the kind open.

    Examples
    --------
    >>> is_singular(2.0, 1e6), is_singular(0.0, 1.0), is_singular(0.0, 0.0)
    (False, True, True)
    """
    sizes = abs(smaller), abs(larger)
    return min(sizes) <= SINGULAR * max(sizes)


# What was found ----------------------------------------------------------------------------------


def _distinct(
    field: _Field, places: FloatArray, cell: FloatArray, window: tuple[float, float, float, float]
) -> FloatArray:
    """Keep one of those that are the same, on round numbers if these are as good."""
    left, right, bottom, top = window
    places = places[np.isfinite(places).all(axis=1)]
    if not len(places):
        return places
    places = _apart(places / cell, places)
    if len(places) <= MOST:
        places = _rounded(field, places, cell)
        places = _apart(places / cell, places)
    in_window = np.clip(places, (left, bottom), (right, top))
    return in_window[(np.abs(in_window - places) <= ARRIVED * cell).all(axis=1)]


def _apart(units: FloatArray, places: FloatArray) -> FloatArray:
    """Keep the first of those in one square; the squares are moved, so that none is cut by their sides."""
    for shift in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.5, 0.5)):
        squares = np.round(units / SAME + shift)
        first = np.sort(np.unique(squares[:, 0] + 1j * squares[:, 1], return_index=True)[1])
        units, places = units[first], places[first]
    return places


def _rounded(field: _Field, places: FloatArray, cell: FloatArray) -> FloatArray:
    """Take the roundest place nearby whose gradient is no larger."""
    _, across, up = field.slopes(*places.T)
    least, best = np.hypot(across, up), places.copy()
    for digits in (3, 5, 7):
        near = _to_decimals(places, digits - np.floor(np.log10(cell)))
        far = np.abs(near - places).max(axis=1) > 2 * ARRIVED * cell.max()
        near[far] = places[far]
        _, across, up = field.slopes(*near.T)
        size = np.where(far, np.nan, np.hypot(across, up))
        better = size < least if digits > 3 else size <= least
        best[better] = near[better]
        least = np.where(better, size, least)
    return best + 0.0


def _to_decimals(places: FloatArray, decimals: FloatArray) -> FloatArray:
    """Round each column to so many decimals, to the very numbers that people would type.

    Examples
    --------
    >>> _to_decimals(np.array([[0.30000000000000004, 1234.5]]), np.array([3.0, -2.0])).tolist()
    [[0.3, 1200.0]]
    """
    fine, coarse = 10.0 ** np.maximum(decimals, 0.0), 10.0 ** np.maximum(-decimals, 0.0)
    result: FloatArray = np.round(places / coarse * fine) / fine * coarse
    return result


def _around(field: _Field, places: FloatArray, distance: FloatArray) -> FloatArray:
    """Largest gradient at some places around each."""
    directions = np.array(((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (0.7, 0.7), (-0.7, -0.7)))
    around = places + (directions * distance)[:, None, :]
    _, across, up = field.slopes(around[..., 0], around[..., 1])
    result: FloatArray = np.hypot(across, up).max(axis=0)
    return result


def _dies_away(field: _Field, places: FloatArray, cell: FloatArray, steepest: float) -> BoolArray:
    """Tell at which places the gradient becomes ever smaller, and is more than nothing around."""
    if not len(places):
        return np.zeros(0, dtype=np.bool_)
    _, across, up = field.slopes(*places.T)
    here, near, nearer = (
        np.hypot(across, up),
        _around(field, places, NEAR * cell),
        _around(field, places, NEARER * cell),
    )
    result: BoolArray = (here <= DYING * nearer) & (nearer <= DYING * near) & (near > NOTHING * steepest)
    return result & ((here <= NOTHING * near) | _turns(field, places, across / here, up / here, here, cell))


def _turns(
    field: _Field,
    places: FloatArray,
    across: FloatArray,
    up: FloatArray,
    here: FloatArray,
    cell: FloatArray,
) -> BoolArray:
    """Tell where what is left of the gradient, in its own direction, is small beside what is around.

    Where it is as large around, there is a slope that never dies away, only much steeper ones across.
    """
    largest = np.zeros(len(places))
    for side in (1.0, -1.0):
        for along, rise in ((side, 0.0), (0.0, side)):
            _, x, y = field.slopes(*(places + np.array((along, rise)) * NEARER * cell).T)
            largest = np.fmax(largest, np.abs(x * across + y * up))
    result: BoolArray = here <= DYING * largest
    return result


def _classified(field: _Field, places: FloatArray, cell: FloatArray) -> list[CriticalPoint]:
    if not len(places):
        return []
    x, y = places.T
    values, _, _, *bends = field.bends(x, y)
    smaller, larger, _, _ = eigen(*bends)
    sizes = np.abs(smaller), np.abs(larger)
    singular = np.minimum(*sizes) <= SINGULAR * np.maximum(*sizes)
    sampled = iter(_sampled_kinds(field, places[singular], values[singular], cell))
    points = []
    columns = (x, y, values, smaller, larger, singular)
    for across, up, value, low, high, is_open in zip(*(each.tolist() for each in columns), strict=True):
        if is_open:
            kind = next(sampled)
        else:
            kind = Kind.MINIMUM if low > 0.0 else Kind.MAXIMUM if high < 0.0 else Kind.SADDLE
        if math.isfinite(value) and math.isfinite(low) and math.isfinite(high):
            points.append(CriticalPoint(across, up, value + 0.0, kind, low + 0.0, high + 0.0))
    return points


SAMPLED = (Kind.SADDLE, Kind.MINIMUM, Kind.MAXIMUM, Kind.DEGENERATE)


def _sampled_kinds(field: _Field, places: FloatArray, values: FloatArray, cell: FloatArray) -> list[Kind]:
    """Judge by the values on a small circle around each place."""
    if not len(places):
        return []
    angles = np.linspace(0.0, 2.0 * np.pi, 32, endpoint=False)
    circle = NEAR * np.column_stack((np.cos(angles), np.sin(angles))) * cell
    around = places[:, None, :] + circle[None, :, :]
    heights = field.slopes(around[..., 0], around[..., 1])[0]
    change = heights - values[:, None]
    slack = ROUNDING * np.maximum(np.abs(heights), np.abs(values)[:, None])
    above, below = change > slack, change < -slack
    saddle = above.any(axis=1) & below.any(axis=1)
    minimum, maximum = above.all(axis=1), below.all(axis=1)
    kinds = np.select((saddle, minimum, maximum), (0, 1, 2), 3)
    return [SAMPLED[index] for index in kinds.tolist()]
