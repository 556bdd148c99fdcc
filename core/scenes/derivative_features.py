"""What is marked on the graph of f: zeros, extrema, inflections, ends; and how the point keeps to them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.autodiff import value_and_grad
from core.breaks import Break, one_sided_limits
from core.features import Kind, find_features
from core.primitives import FloatArray
from core.scenes.curves import read_only, slope_of
from core.scenes.derivative_state import MOST_DECIMALS, DerivativeState, with_x, x_decimals
from core.scenes.fine_curves import fine_curves
from core.scenes.rule_steps import derivation_of
from core.scenes.state import Numbers, View, expression_of
from core.smoothness import Failure, Slope

EXTREMA = (Kind.MAXIMUM, Kind.MINIMUM)

LEVEL = (Kind.ZERO, *EXTREMA, Kind.LEVEL_INFLECTION)
"""Zeros of f and f′: what the point snaps to."""

SAME = 1e-9
"""Places nearer than this part of the view's width are one."""

ROUNDING = 1e-12
"""How far beside a place, as a part of it, the sign of what is zero there has changed."""

BROKEN = (Failure.CORNER, Failure.CUSP, Failure.VERTICAL_TANGENT, Failure.JUMP, Failure.EDGE)
"""Failures at which a side may have a tangent of its own."""

BESIDE = 1e-3
"""From how far away a side of the point is looked at, as a part of the view's width."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Mark:
    """A place on the curve that has a name, or several, such as "zero, minimum"."""

    x: float
    y: float
    kinds: tuple[Kind, ...]

    @property
    def title(self) -> str:
        """Its names in one line."""
        return ", ".join(kind.value for kind in self.kinds)


@dataclass(frozen=True, eq=False)
class Ends:
    """Ends of the curve where it leaps or stops: filled where they belong to it, else open."""

    filled_x: FloatArray
    filled_y: FloatArray
    open_x: FloatArray
    open_y: FloatArray


@dataclass(frozen=True)
class FeaturesScene:
    """What this module adds to the scene.

    Attributes
    ----------
    ends
        The same object as long as function and view stay.
    marks
        Those that are shown all the time; under the pointer, :func:`marks_in_view` are.
    half_tangents
        At a point without derivative, from the point to the edge of the view: the tangents of its sides.
    """

    ends: Ends
    marks: tuple[Mark, ...]
    half_tangents: tuple[tuple[Point, Point], ...]


def features_scene(state: DerivativeState, slope: Slope) -> FeaturesScene:
    """Compute it."""
    window = state.formula, state.parameters, *state.view[:2]
    return FeaturesScene(
        ends_in_view(*window),
        marks_in_view(*window) if "features" in state.shown else (),
        _half_tangents(state, slope),
    )


@lru_cache(maxsize=64)
def marks_in_view(formula: str, parameters: Numbers, left: float, right: float) -> tuple[Mark, ...]:
    """Find zeros, extrema and inflections of a valid formula between two edges, those at one place as one."""
    marks: list[Mark] = []
    for feature in find_features(expression_of(formula), dict(parameters), "x", left, right):
        last = marks[-1] if marks else None
        if last is not None and feature.x - last.x <= SAME * (right - left):
            marks[-1] = replace(last, kinds=(*last.kinds, feature.kind))
        else:
            marks.append(Mark(feature.x, feature.y, (feature.kind,)))
    return tuple(marks)


@lru_cache(maxsize=64)
def ends_in_view(formula: str, parameters: Numbers, left: float, right: float) -> Ends:
    """Find the ends of the curve of a valid formula between two edges."""
    filled: list[Point] = []
    hollow: list[Point] = []
    for each in fine_curves(formula, parameters, left, right).breaks:
        if math.isfinite(each.value):
            filled.append((each.x, each.value))
        hollow += [(each.x, limit) for limit in _open_limits(each)]
    return Ends(*read_only(*np.array(filled).reshape(-1, 2).T, *np.array(hollow).reshape(-1, 2).T))


def _open_limits(found: Break) -> list[float]:
    limits = {found.left, found.right} - {found.value}
    return sorted(limit for limit in limits if math.isfinite(limit))


# One-sided tangents ------------------------------------------------------------------------------


def _half_tangents(state: DerivativeState, slope: Slope) -> tuple[tuple[Point, Point], ...]:
    if slope.failure not in BROKEN or not math.isfinite(slope.value):
        return ()
    attached = _attached_sides(state) if slope.failure is Failure.JUMP else (True, True)
    start = (state.x, slope.value)
    return tuple(
        (start, _far_end(start, slant, side, state.view))
        for slant, side, runs_on in zip((slope.left, slope.right), (-1.0, 1.0), attached, strict=True)
        if runs_on and not math.isnan(slant)
    )


def _attached_sides(state: DerivativeState) -> tuple[bool, bool]:
    """Tell on which sides of a jump the curve begins at the point itself."""
    expression, numbers = expression_of(state.formula), dict(state.parameters)
    x = np.array([state.x])
    width = np.array([BESIDE * (state.view[1] - state.view[0])])
    value = slope_of(state.formula, state.parameters, state.x).value
    left, right = one_sided_limits(lambda x: expression.evaluate({**numbers, "x": x}), x, width)
    return bool(left[0] == value), bool(right[0] == value)


def _far_end(start: Point, slant: float, side: float, view: View) -> Point:
    """Follow a half line to the edge of the view."""
    if math.isinf(slant):
        return start[0], start[1] + math.copysign(view[3] - view[2], slant * side)
    x = view[0] if side < 0.0 else view[1]
    return x, start[1] + slant * (x - start[0])


# The point ---------------------------------------------------------------------------------------


def snapped(state: DerivativeState, x: float, reach: float, ticks: Iterable[float] = ()) -> DerivativeState:
    """Drag the point to x, or to exactly a zero of f or f′, else to a tick, if one is near enough.

    Parameters
    ----------
    state
        Before.
    x
        Where the hand wants it.
    reach
        How near is near enough, on the x axis.
    ticks
        Labelled places of the x axis.
    """
    marks = marks_in_view(state.formula, state.parameters, *state.view[:2])
    level = [mark.x for mark in marks if any(kind in LEVEL for kind in mark.kinds)]
    for places in (level, ticks):
        nearest = min(places, key=lambda place: abs(place - x), default=math.inf)
        if abs(nearest - x) <= reach:
            return replace(state, x=min(max(nearest, state.view[0]), state.view[1]))
    return with_x(state, x)


def at_next_extremum(state: DerivativeState, direction: int) -> DerivativeState:
    """Put the point on the next extremum in view: to the right, or to the left for a negative `direction`."""
    marks = marks_in_view(state.formula, state.parameters, *state.view[:2])
    apart = SAME * (state.view[1] - state.view[0])
    beyond = [
        mark.x
        for mark in marks
        if any(kind in EXTREMA for kind in mark.kinds) and (mark.x - state.x) * direction > apart
    ]
    return replace(state, x=min(beyond, key=lambda x: abs(x - state.x))) if beyond else state


def shown_decimals(state: DerivativeState) -> int:
    """Count the decimals of x: those that the view tells apart, or as many as a typed place has.

    A place that the point snapped to has endless ones, and needs no more than the view tells apart.
    """
    decimals = x_decimals(state.view, state.x)
    if round(state.x, MOST_DECIMALS) == state.x:
        return decimals
    return x_decimals(state.view) if _changes_sign(state) else decimals


def _changes_sign(state: DerivativeState) -> bool:
    """Tell whether f, f′ or f″ changes its sign at the point, as at every place that the point snaps to."""
    around = np.array([state.x - ROUNDING * abs(state.x), state.x + ROUNDING * abs(state.x)])
    values = {**dict(state.parameters), "x": around}
    with np.errstate(all="ignore"):
        heights, gradient = value_and_grad(expression_of(state.formula), values)
        if _unlike(heights) or _unlike(gradient.get("x", around)):
            return True
        _, bends = value_and_grad(derivation_of(state.formula).derivative, values)
    return _unlike(bends.get("x", heights))


def _unlike(pair: FloatArray) -> bool:
    signs = np.sign(np.broadcast_to(pair, 2))
    return bool(signs[0] * signs[1] < 0.0)
