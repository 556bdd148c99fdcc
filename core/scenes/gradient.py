"""The Gradient tab asks which way is up, how steep, and where one gets by going down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.differentiate import differentiate
from core.expression import Expression
from core.finite_difference import METHODS, estimate
from core.scenes.basins import BasinRequest, basins
from core.scenes.gradient_claims import ClaimsScene, claims_scene
from core.scenes.gradient_curvature import Curvature, curvature_at
from core.scenes.gradient_local import LocalPicture, local_picture
from core.scenes.gradient_rules import RulesScene, rules_scene
from core.scenes.gradient_slices import Slice, slice_along
from core.scenes.gradient_stability import Stability, stability
from core.scenes.gradient_state import GradientState, Point, decimals, race_of
from core.scenes.gradient_surface import SurfaceScene, surface_scene
from core.scenes.level_map import COLUMNS, COORDINATES, LevelMap, level_map, surface
from core.scenes.race import Race
from core.scenes.race_progress import Progress, progress
from core.scenes.race_script import race_script
from core.scenes.state import (
    Parameter,
    Problem,
    View,
    expression_of,
    parameters_of,
    read_formula,
)
from core.scenes.surface_hessian import surface_hessian
from core.smoothness import Failure, Slope, slope_at

STEP_SIZE = 1e-5
"""h of the central differences, for coordinates up to 1 in size; in proportion to larger ones."""

SHORTEST_ARROW, LONGEST_ARROW = 0.06, 0.16
"""Lengths of the arrows for ‖∇f‖ = 1e-6 and 1e6, as parts of the view's width."""

SCALE_ORDERS = (-6, 0, 6)
"""Powers of ten that the scale of the arrows marks."""

CORNER_MARK = 0.024
"""Side of the right-angle mark, as a part of the view's width."""

CENTRAL = next(method for method in METHODS if method.key == "central")

SIDES = {"x": ("on the left", "on the right"), "y": ("below", "above")}


@dataclass(frozen=True)
class Comparison:
    """One row of the table: a quantity exactly, by central differences, and how far they are apart."""

    key: str
    exact: float
    central: float
    error: float


@dataclass(frozen=True, eq=False)
class GradientScene:
    """All that the tab shows.

    Attributes
    ----------
    text, problem
        The typed text, and what is wrong with it, if anything.
    latex, partials_latex
        The formula as ``f = …``, and the right sides of both partial derivatives.
    parameters
        The sliders.
    view, map
        Visible part of the plane, and the function over it; the map is the same object as long as formula,
        parameters and view stay.
    notice
        Sentence over an empty map, or empty.
    point, decimals
        P, and how many decimals of it can be told apart in this view.
    value, gradient, magnitude
        f, ∇f and ‖∇f‖ at P; NaN where they do not exist.
    reason
        Why one of them does not exist, or that P is critical; or empty.
    uphill, downhill
        Ends of the arrows of ∇f and −∇f that start at P; None where there is no direction.
    arrow_scale
        Powers of ten of ‖∇f‖, and how long their arrows are, as parts of the view's width; or empty.
    corner
        The right-angle mark between gradient and level curve, as three points, or None.
    level
        Value of the level curve through P; NaN if there is none.
    level_label
        Where its value is written, or None.
    comparisons
        The table of partial derivatives.
    slices
        Along x and along y, or None while the race stands in their place.
    curvature
        At P.
    local
        What else is to be seen around P.
    learning_rate
        Of the selected racer.
    race
        All optimisers from P; the same object as long as what it depends on stays.
    progress
        How far the race has come, or None while the slices are shown.
    rules
        The steps of a partial derivative.
    claims
        The user's own partial derivatives, and the verdicts on them.
    surface
        What stands on the surface, or None while the map is shown.
    stability
        Limits of the selected optimiser's learning rate, and what its steps are going to do.
    basins
        Which basins of attraction are drawn, computed apart by `core.scenes.basins.survey`; None while off.
    """

    text: str
    problem: Problem | None
    latex: str
    partials_latex: tuple[str, str]
    parameters: tuple[Parameter, ...]
    view: View
    map: LevelMap
    notice: str
    point: Point
    decimals: int
    value: float
    gradient: tuple[float, float]
    magnitude: float
    reason: str
    uphill: Point | None
    downhill: Point | None
    arrow_scale: tuple[tuple[int, float], ...]
    corner: tuple[Point, Point, Point] | None
    level: float
    level_label: Point | None
    comparisons: tuple[Comparison, ...]
    slices: tuple[Slice, Slice] | None
    curvature: Curvature
    local: LocalPicture
    learning_rate: float
    race: Race
    progress: Progress | None
    rules: RulesScene
    claims: ClaimsScene
    surface: SurfaceScene | None
    stability: Stability
    basins: BasinRequest | None


def compute(state: GradientState, columns: int = COLUMNS) -> GradientScene:
    """Compute the whole scene from the state, with a map of so many columns and rows."""
    typed = read_formula(state.text)
    latex, partials_latex = _formulas(state.formula)
    plan = level_map(state.formula, state.parameters, state.view, columns)
    expression = surface(state.formula, state.parameters)
    at = dict(zip(COORDINATES, state.point, strict=True))
    slopes = slope_at(expression, at, "x"), slope_at(expression, at, "y")
    value, gradient = slopes[0].value, (slopes[0].derivative, slopes[1].derivative)
    magnitude = math.hypot(*gradient)
    curvature = curvature_at(surface_hessian(state.formula, state.parameters)(*state.point), value)
    local = local_picture(state, plan, slopes, curvature)
    uphill = None if local.here else _arrow_tip(state, gradient, magnitude)
    has_curve = math.isfinite(value) and bool(plan.levels)
    runners = race_of(state)
    return GradientScene(
        text=state.text,
        problem=typed if isinstance(typed, Problem) else None,
        latex=latex,
        partials_latex=partials_latex,
        parameters=parameters_of(expression_of(state.formula), COORDINATES, state.parameters, state.ranges),
        view=state.view,
        map=plan,
        notice="Not defined anywhere in view." if plan.is_empty else "",
        point=state.point,
        decimals=decimals(state.view),
        value=value if math.isfinite(value) else math.nan,
        gradient=gradient,
        magnitude=magnitude,
        reason=_reason(slopes, magnitude, local),
        uphill=uphill,
        downhill=_mirrored(uphill, state.point) if uphill else None,
        arrow_scale=ARROW_SCALE if uphill else (),
        corner=_corner(state, gradient, magnitude) if uphill else None,
        level=value if has_curve else math.nan,
        level_label=_level_label(plan, state, value) if has_curve else None,
        comparisons=_comparisons(expression, at, gradient),
        slices=(slice_along(state, 0, plan, slopes[0]), slice_along(state, 1, plan, slopes[1]))
        if state.column == "slices"
        else None,
        curvature=curvature,
        local=local,
        learning_rate=state.learning_rate,
        race=runners,
        progress=progress(state, runners),
        rules=rules_scene(state),
        claims=claims_scene(state),
        surface=surface_scene(state, plan, runners, slopes, local),
        stability=stability(state),
        basins=basins(state),
    )


@lru_cache(maxsize=64)
def _formulas(formula: str) -> tuple[str, tuple[str, str]]:
    expression = expression_of(formula)
    partials = [differentiate(expression, name).derivative.latex() for name in COORDINATES]
    return f"f = {expression.latex()}", (partials[0], partials[1])


# Arrows ------------------------------------------------------------------------------------------


def _arrow_tip(state: GradientState, gradient: tuple[float, float], magnitude: float) -> Point | None:
    """End of the gradient's arrow, whose length grows with the magnitude's order."""
    if not (math.isfinite(magnitude) and magnitude > 0.0):
        return None
    length = _arrow_part(math.log10(magnitude)) * (state.view[1] - state.view[0])
    (x, y), (dx, dy) = state.point, gradient
    return x + length * (dx / magnitude), y + length * (dy / magnitude)


def _arrow_part(order: float) -> float:
    """Length of the arrow of a magnitude 10^order, as a part of the view's width."""
    return SHORTEST_ARROW + (LONGEST_ARROW - SHORTEST_ARROW) * min(max((order + 6.0) / 12.0, 0.0), 1.0)


ARROW_SCALE = tuple((order, _arrow_part(order)) for order in SCALE_ORDERS)


def _mirrored(tip: Point, point: Point) -> Point:
    return 2.0 * point[0] - tip[0], 2.0 * point[1] - tip[1]


def _corner(
    state: GradientState, gradient: tuple[float, float], magnitude: float
) -> tuple[Point, Point, Point]:
    """Right-angle mark at P between the gradient and the level curve."""
    side = CORNER_MARK * (state.view[1] - state.view[0])
    (x, y), along, up = state.point, side * gradient[0] / magnitude, side * gradient[1] / magnitude
    across = (up, -along)
    return (
        (x + across[0], y + across[1]),
        (x + across[0] + along, y + across[1] + up),
        (x + along, y + up),
    )


def _level_label(plan: LevelMap, state: GradientState, level: float) -> Point | None:
    """Place on the level curve, a good way beside P, on the side that has more room."""
    left, right, bottom, top = state.view
    width, (x, y) = right - left, state.point
    wanted = x - 0.4 * width if x > left + 0.45 * width else x + 0.3 * width
    xs, ys = plan.crossings(level)
    inside = (xs > left + 0.04 * width) & (xs < right - 0.2 * width)
    inside &= (ys > bottom + 0.05 * width) & (ys < top - 0.05 * width)
    xs, ys = xs[inside], ys[inside]
    if not xs.size:
        return None
    nearest = int(np.argmin(np.abs((xs - wanted) / width) + np.abs((ys - y) / width)))
    return float(xs[nearest]), float(ys[nearest])


# Numbers -----------------------------------------------------------------------------------------


def _comparisons(
    expression: Expression, at: dict[str, float], gradient: tuple[float, float]
) -> tuple[Comparison, ...]:
    numerical = []
    for name in COORDINATES:
        h = STEP_SIZE * max(abs(at[name]), 1.0)
        slope = float(estimate(CENTRAL, expression, at, name, h))
        numerical.append(slope if math.isfinite(slope) else math.nan)
    return tuple(
        Comparison(key, exact, central, abs(central - exact))
        for key, exact, central in zip(COORDINATES, gradient, numerical, strict=True)
    )


def _reason(slopes: tuple[Slope, Slope], magnitude: float, local: LocalPicture) -> str:
    """Say in a sentence why there is no gradient, or that it is zero."""
    if slopes[0].failure is Failure.OUTSIDE_DOMAIN:
        because = f": {slopes[0].operation}" if slopes[0].operation else ""
        return f"Not defined here{because}."
    if slopes[0].failure is Failure.INFINITE:
        return "The value is infinite here: a pole, or beyond the largest number."
    for name, slope in zip(COORDINATES, slopes, strict=True):
        if slope.failure is not None:
            because = f"∂f/∂{name} does not exist: {_failure(slope, SIDES[name])}."
            return f"{because} {local.direction.remark}".strip()
    if local.here is not None:
        return f"A critical point, {local.here.kind.value}: the gradient is zero."
    return "A critical point: the gradient is zero." if magnitude == 0.0 else local.direction.remark


def _failure(slope: Slope, sides: tuple[str, str]) -> str:
    if slope.failure is Failure.CORNER:
        return f"a corner, slope {_short(slope.left)} {sides[0]} and {_short(slope.right)} {sides[1]}"
    assert slope.failure is not None
    return {
        Failure.CUSP: "a cusp",
        Failure.VERTICAL_TANGENT: "the slope grows beyond all bounds",
        Failure.JUMP: "the value leaps",
        Failure.EDGE: "the edge of the domain",
    }[slope.failure]


def _short(slope: float) -> str:
    return f"{slope:.4g}".replace("-", "−").replace("inf", "∞")


def to_python(state: GradientState) -> str:
    """NumPy script that computes what the tab shows at the point, and lets all racers descend from it."""
    expression = expression_of(state.formula)
    numbers = "".join(f"{name} = {value!r}\n" for name, value in state.parameters)
    partials = ", ".join(differentiate(expression, name).derivative.python() for name in COORDINATES)
    return (
        f"import math\n\nimport numpy as np\n\n{numbers}point = {state.point!r}\n\n\n"
        f"def f(x, y):\n    return {expression.python()}\n\n\n"
        f"def gradient(x, y):\n    return np.array([{partials}], dtype=float)\n"
        "\n\nprint('f(P)     =', f(*point))\nprint('gradient =', gradient(*point))\n"
        "print('size     =', math.hypot(*gradient(*point)))\n"
        f"{race_script(state.ground, state.racers, state.forks, race_of(state).step)}"
    )
