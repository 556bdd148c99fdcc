"""What one sees walking through P along one axis."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.breaks import is_continuous
from core.primitives import FloatArray
from core.scenes.curves import Curve, curve_through, read_only
from core.scenes.gradient_state import GradientState, Point
from core.scenes.level_map import COORDINATES, LevelMap, surface
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
    bottom, top = state.value_range or value_range(plan, slope.value)
    view = (left, right, bottom, top)
    curve = _slice_curve(state.formula, state.parameters, axis, state.point[1 - axis], left, right)
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


def value_range(plan: LevelMap, value: float) -> tuple[float, float]:
    """Choose heights that suit the map, so that they stay while P is dragged, and that show f(P)."""
    low, high = (0.0, 0.0) if plan.is_empty else plan.usual
    if math.isfinite(value):
        low, high = min(low, value), max(high, value)
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
