"""What the level map shows on demand: the field of gradients, curvature, quadratic model, Newton's step."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.autodiff import value_and_grad
from core.primitives import FloatArray
from core.scenes.curves import Curve, read_only
from core.scenes.gradient_curvature import Curvature
from core.scenes.gradient_state import EXTRAS, GradientState, Point
from core.scenes.legend import LegendRow
from core.scenes.level_map import COORDINATES, LevelMap, surface
from core.scenes.state import Numbers, View

TITLES = {
    "field": "Gradient field",
    "ellipse": "Curvature ellipse",
    "model": "Quadratic model",
    "newton": "Newton step",
    "along_u": "Slice along u",
    "polar": "Polar plot of the slope",
    "basins": "Basins of attraction",
}
"""What can be shown, by the keys of the state, with its title."""

ARROWS = 23
"""Arrows of the field across the view."""

SHORTEST, LONGEST = 0.3, 0.86
"""Lengths of the field's arrows, in parts of the distance between two."""

RARE = 3.0
"""So many percent of the field's magnitudes are below where its scale begins."""

DECADES = 6.0
"""The scale of the field spans so many powers of ten at most."""

AXIS = 0.13
"""Longer half axis of the ellipse, as a part of the view's width."""

OUTLINE = 121
"""Points of the ellipse."""

MODEL = 81
"""Grid points of the quadratic model along each side of the view."""


@dataclass(frozen=True, eq=False)
class Field:
    """Arrows of the gradient on a regular grid; arrays are read-only.

    Attributes
    ----------
    ends
        One row x, y of the tail, x, y of the tip for each arrow.
    shares
        Where its magnitude is on a logarithmic scale from `least` (0) to `greatest` (1).
    least, greatest
        The ends of the scale.
    """

    ends: FloatArray
    shares: FloatArray
    least: float
    greatest: float


@dataclass(frozen=True)
class Axis:
    """An axis of the curvature through P: both ends, and the eigenvalue that belongs to it."""

    start: Point
    end: Point
    eigenvalue: float


@dataclass(frozen=True, eq=False)
class Ellipse:
    """Where the second-order part of f is one constant: short where f bends most.

    Attributes
    ----------
    axes
        Along the eigenvectors, that of the smaller eigenvalue first.
    outline
        The ellipse; None where the eigenvalues are not of one sign.
    """

    axes: tuple[Axis, Axis]
    outline: Curve | None


@dataclass(frozen=True, eq=False)
class QuadraticModel:
    """The Taylor polynomial of second degree about P, on a grid, with the levels of the map."""

    x: FloatArray
    y: FloatArray
    heights: FloatArray
    levels: tuple[float, ...]


BELOW_SLICES = ("along_u", "polar")
"""Those of `EXTRAS` that stand below the slices, not on the map."""


@dataclass(frozen=True, eq=False)
class ExtrasScene:
    """What is asked for; None for what is not, or does not exist.

    Attributes
    ----------
    shown
        What is asked for.
    field, ellipse, model
        As they are called.
    newton
        End of Newton's step from P.
    legend
        A line for each that is drawn on the map, or why it is not.
    """

    shown: tuple[str, ...]
    field: Field | None = None
    ellipse: Ellipse | None = None
    model: QuadraticModel | None = None
    newton: Point | None = None
    legend: tuple[LegendRow, ...] = ()


def with_shown(state: GradientState, key: str, shown: bool) -> GradientState:
    """Show or hide one of `EXTRAS`; the slices come back where it is shown below them."""
    kept = tuple(each for each in EXTRAS if (shown if each == key else each in state.shown))
    column = "slices" if shown and key in BELOW_SLICES else state.column
    return replace(state, shown=kept, column=column)


def extras_scene(
    state: GradientState,
    plan: LevelMap,
    value: float,
    gradient: tuple[float, float],
    bend: Curvature,
) -> ExtrasScene:
    """Compute what is asked for."""
    scene = ExtrasScene(state.shown)
    if "field" in state.shown:
        scene = _with_field(scene, state)
    if "ellipse" in state.shown:
        scene = _with_ellipse(scene, state, bend)
    known = math.isfinite(value) and all(map(math.isfinite, gradient)) and math.isfinite(bend.larger)
    if "model" in state.shown:
        scene = _with_model(scene, state, plan, value, gradient, bend) if known else _without(scene, "model")
    if "newton" in state.shown:
        scene = _with_newton(scene, state, gradient, bend) if known else _without(scene, "newton")
    return scene


MISSING = {
    "model": "No quadratic model: no second derivatives here",
    "newton": "No Newton step: no second derivatives here",
}


def _without(scene: ExtrasScene, key: str) -> ExtrasScene:
    return _noted(scene, LegendRow(key, MISSING[key], drawn=False))


def _noted(scene: ExtrasScene, row: LegendRow) -> ExtrasScene:
    return replace(scene, legend=(*scene.legend, row))


# The field ---------------------------------------------------------------------------------------


def _with_field(scene: ExtrasScene, state: GradientState) -> ExtrasScene:
    arrows = gradient_field(state.formula, state.parameters, state.view)
    if not arrows.shares.size:
        return _noted(
            scene, LegendRow("field", "No gradient field: it is zero, or nowhere defined", drawn=False)
        )
    scale = f"‖∇f‖ from {_short(arrows.least)} to {_short(arrows.greatest)}, logarithmic"
    return _noted(replace(scene, field=arrows), LegendRow("field", f"gradient field: {scale}"))


@lru_cache(maxsize=16)
def gradient_field(formula: str, parameters: Numbers, view: View) -> Field:
    """Compute the arrows of a view; they keep their places while it is panned.

    Equal arguments give the very same object.
    """
    spacing = (view[1] - view[0]) / ARROWS
    x, y = (
        np.arange(math.floor(low / spacing), math.ceil(high / spacing) + 1) * spacing
        for low, high in (view[:2], view[2:])
    )
    grid_x, grid_y = (each.ravel() for each in np.meshgrid(x, y))
    with np.errstate(all="ignore"):
        _, gradient = value_and_grad(surface(formula, parameters), {"x": grid_x, "y": grid_y})
        across, up = (np.zeros(grid_x.shape) + gradient.get(name, 0.0) for name in COORDINATES)
        size = np.hypot(across, up)
        known = np.isfinite(size) & (size > 0.0)
        across, up, size = across[known], up[known], size[known]
        if not size.size:
            return Field(np.empty((0, 4)), np.empty(0), math.nan, math.nan)
        greatest = float(size.max())
        least = max(float(np.percentile(size, RARE)), greatest * 10.0**-DECADES)
        span = math.log10(greatest / least)
        shares = np.clip(np.log10(size / least) / span, 0.0, 1.0) if span > 1e-9 else np.ones(size.shape)
        half = 0.5 * spacing * (SHORTEST + (LONGEST - SHORTEST) * shares) / size
        ends = np.column_stack(
            (
                grid_x[known] - half * across,
                grid_y[known] - half * up,
                grid_x[known] + half * across,
                grid_y[known] + half * up,
            )
        )
    read_only(ends, shares)
    return Field(ends, shares, least, greatest)


def _short(value: float) -> str:
    mantissa, _, power = f"{value:.2g}".partition("e")
    if not power:
        return mantissa.replace("-", "−")
    return f"{mantissa} × 10{str(int(power)).translate(str.maketrans('0123456789-', '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'))}"


# At P --------------------------------------------------------------------------------------------


def _with_ellipse(scene: ExtrasScene, state: GradientState, bend: Curvature) -> ExtrasScene:
    if not math.isfinite(bend.larger):
        return _noted(scene, LegendRow("ellipse", "No curvature here: no second derivatives", drawn=False))
    if bend.larger == bend.smaller == 0.0:
        return _noted(scene, LegendRow("ellipse", "No curvature here: the Hessian is zero", drawn=False))
    axes = _axes(state, bend)
    if bend.singular:
        return _noted(
            replace(scene, ellipse=Ellipse(axes, None)),
            LegendRow("ellipse", "curvature: none along one axis, so no ellipse"),
        )
    if bend.smaller < 0.0 < bend.larger:
        return _noted(
            replace(scene, ellipse=Ellipse(axes, None)),
            LegendRow("ellipse", "curvature: up along the solid axis, down along the dashed one"),
        )
    outline = _outline(state.point, axes)
    words = "up" if bend.smaller > 0.0 else "down"
    return _noted(
        replace(scene, ellipse=Ellipse(axes, outline)),
        LegendRow("ellipse", f"curvature ellipse: bends {words}, most along the short axis"),
    )


def _axes(state: GradientState, bend: Curvature) -> tuple[Axis, Axis]:
    """Lay both axes through P, in the proportion of one over the square root of the curvature."""
    longest, (cosine, sine) = AXIS * (state.view[1] - state.view[0]), bend.direction
    sizes = [abs(bend.smaller), abs(bend.larger)]
    least = max(sizes) if bend.singular else min(sizes)
    axes = []
    for value, size, (along, up) in zip(
        (bend.smaller, bend.larger), sizes, ((-sine, cosine), (cosine, sine)), strict=True
    ):
        flat = bend.singular and size < max(sizes)
        length = longest * (1.0 if flat else math.sqrt(least / size))
        (x, y), dx, dy = state.point, length * along, length * up
        axes.append(Axis((x - dx, y - dy), (x + dx, y + dy), 0.0 if flat else value))
    return axes[0], axes[1]


def _outline(point: Point, axes: tuple[Axis, Axis]) -> Curve:
    angles = np.linspace(0.0, 2.0 * math.pi, OUTLINE)
    x, y = (
        point[place]
        + np.cos(angles) * (axes[0].end[place] - point[place])
        + np.sin(angles) * (axes[1].end[place] - point[place])
        for place in (0, 1)
    )
    return Curve(*read_only(x, y))


def _with_model(
    scene: ExtrasScene,
    state: GradientState,
    plan: LevelMap,
    value: float,
    gradient: tuple[float, float],
    bend: Curvature,
) -> ExtrasScene:
    x, y = np.linspace(*state.view[:2], MODEL), np.linspace(*state.view[2:], MODEL)
    across, up = x[None, :] - state.point[0], y[:, None] - state.point[1]
    cosine, sine = bend.direction
    with np.errstate(all="ignore"):
        by_larger, by_smaller = cosine * across + sine * up, cosine * up - sine * across
        heights = value + gradient[0] * across + gradient[1] * up
        heights = heights + 0.5 * (bend.larger * by_larger**2 + bend.smaller * by_smaller**2)
    levels = tuple(sorted({*plan.levels, value}))
    read_only(x, y, heights)
    model = QuadraticModel(x, y, heights, levels)
    return _noted(replace(scene, model=model), LegendRow("model", "level curves of the quadratic model at P"))


def _with_newton(
    scene: ExtrasScene, state: GradientState, gradient: tuple[float, float], bend: Curvature
) -> ExtrasScene:
    if bend.singular:
        return _noted(scene, LegendRow("newton", "No Newton step: Hessian singular", drawn=False))
    if gradient == (0.0, 0.0):
        return _noted(scene, LegendRow("newton", "No Newton step: the gradient is zero", drawn=False))
    cosine, sine = bend.direction
    along = -(gradient[0] * cosine + gradient[1] * sine) / bend.larger
    beside = -(gradient[1] * cosine - gradient[0] * sine) / bend.smaller
    end = (
        state.point[0] + along * cosine - beside * sine,
        state.point[1] + along * sine + beside * cosine,
    )
    if not all(map(math.isfinite, end)):
        return _noted(scene, LegendRow("newton", "No Newton step: it is too long", drawn=False))
    kind = {"curves up": "minimum", "curves down": "maximum"}.get(bend.shape, "saddle")
    left, right, bottom, top = state.view
    inside = left <= end[0] <= right and bottom <= end[1] <= top
    place = f"({_short(end[0])}, {_short(end[1])})" + ("" if inside else ", out of view")
    return _noted(
        replace(scene, newton=end), LegendRow("newton", f"Newton step to the model’s {kind} {place}")
    )
