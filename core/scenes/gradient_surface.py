"""What stands on the surface of the Gradient tab: P, its tangent plane, arrows and the descents."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.gradient_camera import Camera
from core.scenes.level_map import IndexArray, LevelMap, surface
from core.scenes.race import Race, Run
from core.scenes.state import Numbers
from core.scenes.surface_mesh import HEIGHT, Box, SurfaceMesh, surface_mesh

if TYPE_CHECKING:
    from core.scenes.gradient_state import GradientState

ARROW = 0.2
"""Length of the arrows along the surface; the floor is 1 wide."""

PLANE = 0.15
"""Half the side of the piece of the tangent plane."""

PIECE = 1.0 / 120.0
"""A step of a descent is followed along the surface in pieces of this length."""

MOST_POINTS = 4000
"""So many points a path has at most, apart from its steps."""


@dataclass(frozen=True, eq=False)
class SurfacePath:
    """One descent along the surface; all arrays are read-only.

    Attributes
    ----------
    key, title
        The optimiser.
    points : array, shape (n, 3)
        The path, close enough to follow every hill between two steps; NaN where it is not in the box.
    steps : array, shape (k, 3)
        The start and each step, NaN where not in the box.
    """

    key: str
    title: str
    points: FloatArray
    steps: FloatArray

    @property
    def has_end(self) -> bool:
        """Whether its last step, which is not its start, is in the box."""
        return len(self.steps) > 1 and not bool(np.isnan(self.steps[-1, 0]))


@dataclass(frozen=True, eq=False)
class Tangent:
    """The tangent plane at P, in the coordinates of the box.

    Attributes
    ----------
    corners : array, shape (4, 3)
        A square of the plane around P, one pair of its sides along the gradient.
    uphill, downhill : array, shape (3,), or None
        Ends of the arrows from P along the surface; None where the gradient is zero.
    """

    corners: FloatArray
    uphill: FloatArray | None
    downhill: FloatArray | None


@dataclass(frozen=True, eq=False)
class SurfaceScene:
    """All that is drawn on the surface, in the coordinates of its box.

    Attributes
    ----------
    camera
        From where it is looked at.
    mesh
        The surface; the same object as long as the map is.
    point : array, shape (3,), or None
        P on the surface; None where it has no value or lies above or below the box.
    foot : array, shape (3,)
        P on the floor.
    tangent
        The tangent plane, or None where there is none or P is not seen.
    paths
        The descents, in the order of the racers.
    selected
        Key of the one that is drawn thickest.
    note
        Why P is not seen, or empty.
    """

    camera: Camera
    mesh: SurfaceMesh
    point: FloatArray | None
    foot: FloatArray
    tangent: Tangent | None
    paths: tuple[SurfacePath, ...]
    selected: str
    note: str


def surface_scene(
    state: GradientState, plan: LevelMap, race: Race, value: float, gradient: tuple[float, float]
) -> SurfaceScene | None:
    """Compute what stands on the surface; None while the map is shown.

    Parameters
    ----------
    state, plan
        The choices and the map over their view.
    race
        The descents from P.
    value, gradient
        f and its gradient at P; NaN where they do not exist.
    """
    if state.plane != "surface":
        return None
    mesh = surface_mesh(plan)
    box = mesh.box
    shown = box.holds(value)
    return SurfaceScene(
        camera=state.camera,
        mesh=mesh,
        point=box.place(*state.point, value) if shown else None,
        foot=box.place(*state.point, box.low),
        tangent=_tangent(box, state.point, value, gradient) if shown else None,
        paths=tuple(_path(mesh, state.formula, state.parameters, run) for run in race.runs),
        selected=state.selected,
        note="" if shown else _note(box, value),
    )


def _note(box: Box, value: float) -> str:
    if not math.isfinite(value):
        return "P is not on the surface: f has no value there."
    side = "above" if value > box.high else "below"
    return f"P lies {side} the part of the surface that is drawn."


def _tangent(
    box: Box, point: tuple[float, float], value: float, gradient: tuple[float, float]
) -> Tangent | None:
    magnitude = math.hypot(*gradient)
    if not math.isfinite(magnitude):
        return None
    here = box.place(*point, value)
    if magnitude == 0.0:
        along, across = np.array((1.0, 0.0, 0.0)), np.array((0.0, 1.0, 0.0))
    else:
        x, y = gradient[0] / magnitude, gradient[1] / magnitude
        slope = _slope(box, magnitude)
        length = math.hypot(1.0, slope)
        along = np.array((x / length, y / length, slope / length))
        across = np.array((-y, x, 0.0))
    signs = ((1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0))
    corners = np.array([here + PLANE * (u * along + v * across) for u, v in signs])
    if magnitude == 0.0:
        return Tangent(corners, None, None)
    return Tangent(corners, here + ARROW * along, here - ARROW * along)


def _slope(box: Box, magnitude: float) -> float:
    """Steepness in the box of a surface as steep as `magnitude`, kept finite."""
    reach = box.high - box.low
    return min(magnitude / reach * box.span * HEIGHT, 1e9) if math.isfinite(reach) else 0.0


@lru_cache(maxsize=64)
def _path(mesh: SurfaceMesh, formula: str, parameters: Numbers, run: Run) -> SurfacePath:
    """Lay a descent on the surface; equal arguments give the very same object."""
    box, function = mesh.box, surface(formula, parameters)
    x, y = _between(box, run.points)
    with np.errstate(all="ignore"):
        values = np.broadcast_to(function.evaluate({"x": x, "y": y}), x.shape)
        points = _kept_inside(box, box.place(x, y, values))
        steps = _kept_inside(box, box.place(run.points[:, 0], run.points[:, 1], run.losses))
    read_only(points, steps)
    return SurfacePath(run.key, run.title, points, steps)


def _between(box: Box, steps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Divide the ways from step to step, as far as they are over the floor, into short pieces.

    NaN stands where the descent leaves the floor.
    """
    if len(steps) < 2:
        return steps[:, 0], steps[:, 1]
    start, way = steps[:-1], np.diff(steps, axis=0)
    first, last = _over_floor(box, start, way)
    crossing = np.flatnonzero(first <= last)
    start, way, first, last = start[crossing], way[crossing], first[crossing], last[crossing]
    pieces = np.maximum((last - first) * np.hypot(*way.T) / box.span / PIECE, 1.0)
    pieces *= min(1.0, MOST_POINTS / max(pieces.sum(), 1.0))
    counts: IndexArray = np.ceil(pieces).astype(np.intp) + 1
    ends = np.cumsum(counts)
    index = np.repeat(np.arange(counts.size), counts)
    share = (np.arange(index.size) - np.repeat(ends - counts, counts)) / (counts[index] - 1)
    part = first[index] + share * (last - first)[index]
    x, y = (start[index] + part[:, None] * way[index]).T
    leaves = ends[last < 1.0]
    return np.insert(x, leaves, np.nan), np.insert(y, leaves, np.nan)


def _over_floor(box: Box, start: FloatArray, way: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the part of each way, from 0 to 1, that is over the floor; its end before its start if none is."""
    first, last = np.zeros(len(start)), np.ones(len(start))
    for axis in (0, 1):
        low, high = box.view[2 * axis], box.view[2 * axis + 1]
        with np.errstate(all="ignore"):
            ends = np.sort(
                ((low - start[:, axis]) / way[:, axis], (high - start[:, axis]) / way[:, axis]), axis=0
            )
        inside = (start[:, axis] >= low) & (start[:, axis] <= high)
        still = way[:, axis] == 0.0
        first = np.maximum(first, np.where(still, np.where(inside, 0.0, 2.0), ends[0]))
        last = np.minimum(last, np.where(still, 1.0, ends[1]))
    return first, last


def _kept_inside(box: Box, points: FloatArray) -> FloatArray:
    """Put NaN for all that is not in the box."""
    width, depth = box.sides
    x, y, z = points.T
    inside = (np.abs(x) <= width / 2.0) & (np.abs(y) <= depth / 2.0) & (z >= -1e-9) & (z <= HEIGHT + 1e-9)
    return np.where(inside[:, None], points, np.nan)
