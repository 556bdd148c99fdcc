"""What one sees walking through P along one axis."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.breaks import is_continuous
from core.primitives import FloatArray
from core.scenes.curves import Curve, curve_through, read_only
from core.scenes.gradient_state import GradientState, Point, with_slice_view
from core.scenes.level_map import COORDINATES, LevelMap, level_map, surface
from core.scenes.state import Numbers, View
from core.smoothness import Slope

SAMPLES = 601
"""Points of a slice."""

HALVINGS = 40
"""How often the way from the last sample to the edge of the domain is halved, to follow a logarithm down."""

TANGENT_REACH = 0.19
"""How far a slice's tangent goes to each side, as a part of the width, if it is not steep."""

MARGIN = 0.06
"""Room above and below the usual values in the slices, as a part of their range."""

FLAT = 0.03
"""Slices that usually rise by less than this part of the common range would look level in it."""

HIGHEST = 4e299
"""Values beyond this are not asked of a plot."""


@dataclass(frozen=True)
class Segment:
    """A straight piece between two points."""

    start: Point
    end: Point


@dataclass(frozen=True, eq=False)
class Slice:
    """What one sees walking through P along one axis.

    Attributes
    ----------
    curve
        f along the axis; the same object as long as what it depends on stays.
    derivative
        The partial derivative at P; NaN where there is none.
    tangent
        A piece of the tangent line, or None.
    view
        Visible part of the slice's plot.
    """

    curve: Curve
    derivative: float
    tangent: Segment | None
    view: View


def slice_along(state: GradientState, axis: int, plan: LevelMap, slope: Slope) -> Slice:
    """Cut the surface through P along one axis, whose slope there is known."""
    left, right = state.view[2 * axis : 2 * axis + 2]
    curve = _slice_curve(state.formula, state.parameters, axis, state.point[1 - axis], left, right)
    if is_flat_along(plan, axis):
        bottom, top = _own_range(curve, slope.value)
    else:
        bottom, top = state.value_range or value_range(plan, slope.value)
    view = (left, right, bottom, top)
    return Slice(curve, slope.derivative, tangent_piece(state.point[axis], slope, view), view)


@lru_cache(maxsize=64)
def _slice_curve(
    formula: str, parameters: Numbers, axis: int, other: float, left: float, right: float
) -> Curve:
    expression = surface(formula, parameters)

    def heights(along: FloatArray) -> FloatArray:
        values: FloatArray = expression.evaluate({COORDINATES[axis]: along, COORDINATES[1 - axis]: other})
        return values

    return _sampled(heights, left, right, _never_leaps(formula, parameters))


@lru_cache(maxsize=64)
def line_curve(
    formula: str, parameters: Numbers, point: Point, vector: Point, left: float, right: float
) -> Curve:
    """Sample f on the straight line through a point along a unit vector, by the way from the point."""
    expression = surface(formula, parameters)

    def heights(way: FloatArray) -> FloatArray:
        at = {name: start + part * way for name, start, part in zip(COORDINATES, point, vector, strict=True)}
        values: FloatArray = expression.evaluate(at)
        return values

    return _sampled(heights, left, right, _never_leaps(formula, parameters))


@lru_cache(maxsize=64)
def _never_leaps(formula: str, parameters: Numbers) -> bool:
    return is_continuous(surface(formula, parameters))


@lru_cache(maxsize=8)
def _places(left: float, right: float) -> FloatArray:
    return read_only(np.linspace(left, right, SAMPLES))[0]


def _sampled(
    heights: Callable[[FloatArray], FloatArray], left: float, right: float, never_leaps: bool
) -> Curve:
    x = _places(left, right)
    y = heights(x)
    edges = _near_edges(heights, x, y)
    if edges.size:
        x = np.union1d(x, edges)
        y = heights(x)
    if never_leaps:
        return Curve(*read_only(x, np.where(np.isfinite(y), y, np.nan)))
    return curve_through(heights, x, y)


def _near_edges(function: Callable[[FloatArray], FloatArray], x: FloatArray, y: FloatArray) -> FloatArray:
    """Find places ever nearer to where the function begins or ends between two of the samples."""
    known = np.isfinite(y)
    before = np.flatnonzero(known[1:] != known[:-1])
    if not before.size:
        return x[:0]
    inside = np.where(known[before], x[before], x[before + 1])
    outside = np.where(known[before], x[before + 1], x[before])
    found = []
    for _ in range(HALVINGS):
        middle = inside / 2.0 + outside / 2.0
        defined = np.isfinite(function(middle))
        inside, outside = np.where(defined, middle, inside), np.where(defined, outside, middle)
        found.append(middle[defined])
    return np.concatenate(found)


def with_slice_moved(state: GradientState, axis: int, view: View) -> GradientState:
    """Take in where a slice was moved to; one with heights of its own has none for the other to follow."""
    moved = with_slice_view(state, axis, view)
    flat = is_flat_along(level_map(state.formula, state.parameters, state.view), axis)
    return replace(moved, value_range=state.value_range) if flat else moved


@lru_cache(maxsize=16)
def is_flat_along(plan: LevelMap, axis: int) -> bool:
    """Whether slices along an axis rise so little, beside the others, that they have heights of their own."""
    if plan.is_empty:
        return False
    halves, across = plan.heights / 2.0, 1 - axis  # of the grid, whose rows go along x
    rises = np.fmax.reduce(halves, axis=across) - np.fmin.reduce(halves, axis=across)
    rises = rises[np.isfinite(rises)]
    span = plan.usual[1] / 2.0 - plan.usual[0] / 2.0
    return bool(rises.size and 0.0 < float(np.median(rises)) < FLAT * span)


def _own_range(curve: Curve, value: float) -> tuple[float, float]:
    """Choose heights that suit a single curve."""
    known = np.append(curve.y[np.isfinite(curve.y)], value if math.isfinite(value) else ())
    return _with_margin(float(known.min()), float(known.max())) if known.size else (0.0, 1.0)


def value_range(plan: LevelMap, value: float) -> tuple[float, float]:
    """Choose heights that suit the map, so that they stay while P is dragged, and that show f(P)."""
    low, high = (0.0, 0.0) if plan.is_empty else plan.usual
    if math.isfinite(value):
        low, high = min(low, value), max(high, value)
    return _with_margin(low, high)


def _with_margin(low: float, high: float) -> tuple[float, float]:
    low, high = max(low, -HIGHEST), min(high, HIGHEST)
    span = high - low
    if span <= 1e-9 * max(abs(low), abs(high)) or span == 0.0:
        span = max(abs(low), abs(high)) or 1.0
    return low - MARGIN * span, high + MARGIN * span


def tangent_piece(at: float, slope: Slope, view: View) -> Segment | None:
    """Piece of the tangent about a point, shorter where it is steep."""
    if not (math.isfinite(slope.value) and math.isfinite(slope.derivative)):
        return None
    width, height = view[1] - view[0], view[3] - view[2]
    steepness = math.hypot(1.0 / (TANGENT_REACH * width), slope.derivative / (0.25 * height))
    if steepness == 0.0:  # the window is wider than numbers can tell
        return None
    reach = 1.0 / steepness
    rise = slope.derivative * reach
    return Segment((at - reach, slope.value - rise), (at + reach, slope.value + rise))
