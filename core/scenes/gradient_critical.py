"""Critical points in view, how P keeps to them, and which minimum a descent heads for."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.critical_kinds import Kind
from core.critical_points import CriticalPoint as CriticalPoint  # scenes carry it
from core.critical_points import CriticalPoints, find_critical_points
from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.destination import heading_of
from core.scenes.gradient_state import GradientState, with_point
from core.scenes.level_map import COORDINATES, surface
from core.scenes.race import course_of
from core.scenes.state import DEFAULT_PARAMETER, Numbers, View, expression_of, free_letters

TILES = 16.0
"""The searched window moves in steps of its size over this, so that a pan seldom starts a new search."""

KEPT = 8
"""So many searches are kept; each may have found hundreds of points, which the garbage collector visits."""


@dataclass(frozen=True, eq=False)
class CriticalMarks:
    """Critical points in view; the same object as long as function and view stay.

    Attributes
    ----------
    points
        All of them.
    minima, maxima, saddles, degenerate
        Their places by kind: shape (2, n), x above y.
    note
        Why some are not marked, in a sentence, or empty.
    """

    points: tuple[CriticalPoint, ...]
    minima: FloatArray
    maxima: FloatArray
    saddles: FloatArray
    degenerate: FloatArray
    note: str


@lru_cache(maxsize=KEPT)
def critical_marks(formula: str, parameters: Numbers, view: View) -> CriticalMarks:
    """Give the critical points of a valid formula in a view."""
    known = _around(formula, parameters, view)
    left, right, bottom, top = view
    points = tuple(point for point in known.points if left <= point.x <= right and bottom <= point.y <= top)
    minima, maxima, saddles, degenerate = read_only(
        *(
            np.array([(point.x, point.y) for point in points if point.kind is kind]).reshape(-1, 2).T
            for kind in (Kind.MINIMUM, Kind.MAXIMUM, Kind.SADDLE, Kind.DEGENERATE)
        )
    )
    return CriticalMarks(points, minima, maxima, saddles, degenerate, known.note)


def _around(formula: str, parameters: Numbers, view: View) -> CriticalPoints:
    """Search a window that is a little larger than the view, and the same for views close by."""
    size = max(view[1] - view[0], view[3] - view[2])
    tile = 2.0 ** math.ceil(math.log2(size)) / TILES
    window = [
        (math.floor if place % 2 == 0 else math.ceil)(edge / tile) * tile for place, edge in enumerate(view)
    ]
    if not all(map(math.isfinite, window)) or window[0] == window[1] or window[2] == window[3]:
        window = list(view)
    return _search(formula, parameters, (window[0], window[1], window[2], window[3]))


@lru_cache(maxsize=KEPT)
def _search(formula: str, parameters: Numbers, window: View) -> CriticalPoints:
    expression, known = expression_of(formula), dict(parameters)
    letters = free_letters(expression, COORDINATES)
    numbers = {name: known.get(name, DEFAULT_PARAMETER) for name in letters}
    return find_critical_points(expression, numbers, COORDINATES, window)


def point_here(state: GradientState, marks: CriticalMarks) -> CriticalPoint | None:
    """Give the critical point on which P stands exactly."""
    return next((point for point in marks.points if (point.x, point.y) == state.point), None)


def snapped(state: GradientState, x: float, y: float, reach: float) -> GradientState:
    """Move P to a place, or to the nearest critical point within `reach` of it."""
    marks = critical_marks(state.formula, state.parameters, state.view)
    distances = [(math.hypot(point.x - x, point.y - y), index) for index, point in enumerate(marks.points)]
    distance, index = min(distances, default=(math.inf, 0))
    if distance > reach:
        return with_point(state, x, y)
    return replace(state, point=(marks.points[index].x, marks.points[index].y))


def heading(state: GradientState) -> CriticalPoint | None:
    """Give the minimum that the selected descent heads for, with all that was changed on its way."""
    goal, _ = heading_of(course_of(state.ground, state.racer, state.forks), state.step)
    if goal is None:
        return None
    (x, y), (smaller, larger) = goal.point, goal.curvatures
    value = float(surface(state.formula, state.parameters).evaluate({"x": x, "y": y}))
    return CriticalPoint(x, y, value, Kind.MINIMUM, smaller, larger)
