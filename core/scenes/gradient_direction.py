"""The direction u at P: how it is turned, the slope of f along it, and f along it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.autodiff import value_and_grad
from core.expression import Expression, Variable
from core.primitives import FloatArray
from core.scenes.curves import Curve, read_only
from core.scenes.gradient_slices import Segment, line_curve, tangent_piece, value_range
from core.scenes.gradient_state import GradientState, Point
from core.scenes.level_map import COORDINATES, LevelMap, surface
from core.scenes.state import Numbers, View
from core.smoothness import Slope, may_break, slope_at

STEP, LARGE_STEP = 1.0, 15.0
"""Degrees that an arrow key turns u, and with Shift."""

ROUND = 1
"""Decimals of an angle in degrees that was dragged."""

AGREEING = 1e-6
"""Slopes that differ by less than this part of them are the same."""

ALONG = "t"
"""The letter of the way along u."""

POLAR_ANGLES = 361
"""Directions in which the polar plot is computed."""

CLOSE = 1e-5, 1e-6
"""Distances from P, in parts of its size, at which a slope in one direction is looked at."""

ROOM = 1.12
"""How much farther the polar plot reaches than its longest slope."""


@dataclass(frozen=True)
class Direction:
    """u, and the slope of f along it.

    Attributes
    ----------
    angle, vector
        u in degrees from the x axis, and as a unit vector.
    derivative
        D_u f; the one-sided one where the other side has another; NaN where there is none.
    one_sided
        Whether it holds only on the way along u, and not for the way back.
    remark
        What is to be said about it, in a sentence, or empty.
    """

    angle: float
    vector: Point
    derivative: float
    one_sided: bool = False
    remark: str = ""


@dataclass(frozen=True, eq=False)
class SliceAlongU:
    """f on the way through P along u.

    Attributes
    ----------
    curve
        Its heights by the way t from P.
    tangent
        A piece of the tangent line, or None; on the side along u alone where the slope is one-sided.
    view
        Visible part.
    """

    curve: Curve
    tangent: Segment | None
    view: View


@dataclass(frozen=True, eq=False)
class PolarPlot:
    """How long D_u f is in every direction.

    Attributes
    ----------
    rising, falling
        Outline of the directions in which f rises, and of those in which it falls, where it is as long as
        the slope down; each is a circle where f is differentiable.
    radius
        The longest slope, or 1 where all are zero; u is turned on a ring of this radius.
    ring
        That ring.
    view
        What the plot shows.
    tip
        Where u meets the outline; None where there is no slope.
    notice
        Why there is nothing to see, in a sentence, or empty.
    """

    rising: Curve
    falling: Curve
    radius: float
    ring: Curve
    view: View
    tip: Point | None
    notice: str


def turned_to(state: GradientState, angle: float) -> GradientState:
    """Turn u to an angle in degrees, which is kept between -180 and 180."""
    return replace(state, direction=_kept(angle))


def turned(state: GradientState, steps: int, large: bool) -> GradientState:
    """Turn u by a number of steps."""
    angle = state.direction + steps * (LARGE_STEP if large else STEP)
    return turned_to(state, round(angle, ROUND))


def pointed(state: GradientState, across: float, up: float, reach: float) -> GradientState:
    """Turn u this way, or to a gradient or level tangent that is nearer than `reach` degrees."""
    if across == 0.0 and up == 0.0:
        return state
    angle = math.degrees(math.atan2(up, across))
    for wanted in gradient_and_level(state):
        if abs(_kept(wanted - angle)) <= reach:
            return turned_to(state, wanted)
    return turned_to(state, round(angle, ROUND))


def gradient_and_level(state: GradientState) -> tuple[float, ...]:
    """Angles of the gradient at P, of its opposite, and of the level tangent both ways; none without one."""
    expression = surface(state.formula, state.parameters)
    at = dict(zip(COORDINATES, state.point, strict=True))
    slopes = [slope_at(expression, at, name).derivative for name in COORDINATES]
    if not all(map(math.isfinite, slopes)) or slopes == [0.0, 0.0]:
        return ()
    steepest = math.degrees(math.atan2(slopes[1], slopes[0]))
    return tuple(steepest + 90.0 * quarter for quarter in range(4))


def _kept(angle: float) -> float:
    kept = math.remainder(angle, 360.0)
    return 180.0 if kept == -180.0 else kept + 0.0


def vector_of(angle: float) -> Point:
    """Give the unit vector of an angle in degrees; exact along the axes."""
    quarters, rest = divmod(angle, 90.0)
    if rest == 0.0:
        return ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarters) % 4]
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))


def direction_at(state: GradientState, slopes: tuple[Slope, Slope]) -> Direction:
    """Find the slope along u, given those along both axes."""
    vector = vector_of(state.direction)
    if not math.isfinite(slopes[0].value):
        return Direction(state.direction, vector, math.nan)
    gradient = slopes[0].derivative, slopes[1].derivative
    product = gradient[0] * vector[0] + gradient[1] * vector[1]
    if is_smooth(state) and math.isfinite(product):
        return Direction(state.direction, vector, product)
    slope = _slope_along(state.formula, state.parameters, state.point, vector)
    return Direction(state.direction, vector, *_judged(slope, product))


def is_smooth(state: GradientState) -> bool:
    """Whether ∇f at P says all about the slopes there: no operation sits on a kink, a jump or an edge."""
    expression = surface(state.formula, state.parameters)
    at = dict(zip(COORDINATES, state.point, strict=True))
    if not all(map(math.isfinite, value_and_grad(expression, at)[1].values())):
        return False
    return not may_break(expression, at)


def _judged(slope: Slope, product: float) -> tuple[float, bool, str]:
    """Give the slope along u, whether it is one-sided, and what is to be said."""
    if math.isfinite(slope.derivative):
        if not math.isfinite(product):
            return slope.derivative, False, "No gradient here, but f has a slope along u."
        if abs(product - slope.derivative) <= AGREEING * max(1.0, abs(product)):
            return product, False, ""
        return slope.derivative, False, "Not differentiable here: the slope along u is not ∇f·u."
    if math.isfinite(slope.right):
        back = f"; back along −u it is {_short(-slope.left)}" if math.isfinite(slope.left) else ""
        return slope.right, True, f"Along u the one-sided slope is {_short(slope.right)}{back}."
    return math.nan, False, "There is no slope along u."


def _short(value: float) -> str:
    return f"{value + 0.0:.4g}".replace("-", "−")


@lru_cache(maxsize=64)
def _slope_along(formula: str, parameters: Numbers, point: Point, vector: Point) -> Slope:
    return slope_at(_along(surface(formula, parameters), point, vector), {ALONG: 0.0}, ALONG)


def _along(expression: Expression, point: Point, vector: Point) -> Expression:
    """Write a function of x and y as one of the way from a point along a vector."""
    way = Variable(ALONG)
    return expression.substitute(
        {name: start + part * way for name, start, part in zip(COORDINATES, point, vector, strict=True)}
    )


# Panes -------------------------------------------------------------------------------------------


def slice_along_u(state: GradientState, direction: Direction, plan: LevelMap, value: float) -> SliceAlongU:
    """Cut the surface through P along u."""
    half = (state.view[1] - state.view[0]) / 2.0
    bottom, top = state.value_range or value_range(plan, value)
    view = (-half, half, bottom, top)
    curve = line_curve(state.formula, state.parameters, state.point, direction.vector, -half, half)
    tangent = tangent_piece(0.0, Slope(value, direction.derivative), view)
    if tangent is not None and direction.one_sided:
        tangent = Segment((0.0, value), tangent.end)
    return SliceAlongU(curve, tangent, view)


def polar_plot(state: GradientState, direction: Direction, slopes: tuple[Slope, Slope]) -> PolarPlot:
    """Compute D_u f in every direction."""
    angles, lengths = slopes_around(state, (slopes[0].derivative, slopes[1].derivative))
    longest = float(np.nanmax(np.abs(lengths), initial=0.0))
    rising, falling = (
        Curve(*read_only(each * np.cos(angles), each * np.sin(angles)))
        for each in (np.where(lengths >= 0.0, lengths, np.nan), np.where(lengths <= 0.0, -lengths, np.nan))
    )
    radius = longest if math.isfinite(longest) and longest > 0.0 else 1.0
    reach = ROOM * radius
    length = abs(direction.derivative)
    tip = (length * direction.vector[0], length * direction.vector[1]) if math.isfinite(length) else None
    return PolarPlot(
        rising, falling, radius, _ring(radius), (-reach, reach, -reach, reach), tip, _notice(lengths)
    )


def slopes_around(state: GradientState, gradient: Point) -> tuple[FloatArray, FloatArray]:
    """Give directions all around P, as angles in radians, and the slope in each; NaN where there is none."""
    if is_smooth(state) and all(map(math.isfinite, gradient)):
        start, longest = math.atan2(gradient[1], gradient[0]), math.hypot(*gradient)
        angles = start + np.linspace(-0.5 * math.pi, 1.5 * math.pi, POLAR_ANGLES)
        return angles, longest * np.cos(angles - start)
    return _slopes_at_corner(state.formula, state.parameters, state.point)


@lru_cache(maxsize=8)
def _slopes_at_corner(formula: str, parameters: Numbers, point: Point) -> tuple[FloatArray, FloatArray]:
    angles = np.linspace(0.0, 2.0 * math.pi, POLAR_ANGLES)
    angles, lengths = read_only(angles, _one_sided(surface(formula, parameters), point, angles))
    return angles, lengths


def _notice(lengths: FloatArray) -> str:
    if np.isnan(lengths).all():
        return "No slope in any direction."
    return "" if np.nanmax(np.abs(lengths)) > 0.0 else "Level: the slope is 0 in every direction."


@lru_cache(maxsize=8)
def _ring(radius: float) -> Curve:
    angles = np.linspace(0.0, 2.0 * math.pi, POLAR_ANGLES)
    return Curve(*read_only(radius * np.cos(angles), radius * np.sin(angles)))


def _one_sided(expression: Expression, point: Point, angles: FloatArray) -> FloatArray:
    """Give the slope in each direction that is found ever closer to the point; NaN where there is none."""
    scale = max(abs(point[0]), abs(point[1]), 1.0)
    unit = np.cos(angles), np.sin(angles)
    found = []
    with np.errstate(all="ignore"):
        for distance in CLOSE:
            at = {
                name: start + distance * scale * part
                for name, start, part in zip(COORDINATES, point, unit, strict=True)
            }
            value, gradient = value_and_grad(expression, at)
            slope = sum(gradient.get(name, 0.0) * part for name, part in zip(COORDINATES, unit, strict=True))
            found.append(np.where(np.isfinite(value), slope, np.nan))
        same = np.abs(found[1] - found[0]) <= 1e-2 * np.maximum(np.abs(found[0]), 1e-3)
    result: FloatArray = np.where(same, found[1], np.nan)
    return result
