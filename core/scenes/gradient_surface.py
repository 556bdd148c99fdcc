"""What stands on the surface of the Gradient tab: P with its plane, arrows and u, marks and descents."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.critical_kinds import Kind
from core.critical_points import CriticalPoint
from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.gradient_camera import Camera
from core.scenes.gradient_critical import CriticalMarks
from core.scenes.gradient_direction import is_smooth, slopes_around
from core.scenes.gradient_local import LocalPicture
from core.scenes.gradient_state import GradientState, Point
from core.scenes.level_map import LevelMap
from core.scenes.race import Race
from core.scenes.surface_box import Box
from core.scenes.surface_mesh import SurfaceMesh, surface_mesh
from core.scenes.surface_paths import SurfacePath, kept_inside, surface_path
from core.smoothness import Slope

ARROW = 0.2
"""Length of the arrows along the surface; the floor is 1 wide."""

PLANE = 0.15
"""Half the side of the piece of the tangent plane."""

RING = 0.125
"""Radius of the ring in the tangent plane on which u is turned."""

RING_POINTS = 121

ON_MAP = {
    "field": "gradient field",
    "ellipse": "curvature ellipse",
    "model": "quadratic model",
    "newton": "Newton step",
    "basins": "basins of attraction",
}
"""What can be shown besides, but not on the surface."""


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

    @property
    def normal(self) -> FloatArray:
        """A vector upwards, at right angles to the plane."""
        a, b, _, d = self.corners
        return np.cross(d - a, b - a)


@dataclass(frozen=True, eq=False)
class SurfaceDirection:
    """The direction u at P as a tangent of the surface: it rises as f does along u.

    Attributes
    ----------
    ring : array, shape (n, 3)
        Where its end is in every direction, so far from P: a circle in the tangent plane, or around a corner
        what the slopes to each side make of it; NaN in directions in which f has no slope.
    flat
        Whether the ring is that circle.
    tip : array, shape (3,)
        The end of u; as high as P where f has no slope along u.
    """

    ring: FloatArray
    flat: bool
    tip: FloatArray


@dataclass(frozen=True, eq=False)
class CriticalPlaces:
    """Critical points that are in the box; the same object as long as surface and view stay.

    Attributes
    ----------
    points
        All of them.
    places : array, shape (n, 3)
        Where each of them is in the box.
    of_kind
        Places, of shape (k, 3), by the word that names the kind.
    """

    points: tuple[CriticalPoint, ...]
    places: FloatArray
    of_kind: Mapping[str, FloatArray]


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
    direction
        u, or None where P is not seen.
    critical
        The critical points.
    paths
        The descents, in the order of the racers.
    ghosts
        Where those would be whose settings were changed on the way.
    selected
        Key of the one that is drawn thickest.
    note
        Why P is not seen, and what of the extras is drawn on the map alone; or empty.
    """

    camera: Camera
    mesh: SurfaceMesh
    point: FloatArray | None
    foot: FloatArray
    tangent: Tangent | None
    direction: SurfaceDirection | None
    critical: CriticalPlaces
    paths: tuple[SurfacePath, ...]
    ghosts: tuple[SurfacePath, ...]
    selected: str
    note: str


def surface_scene(
    state: GradientState, plan: LevelMap, race: Race, slopes: tuple[Slope, Slope], local: LocalPicture
) -> SurfaceScene | None:
    """Compute what stands on the surface; None while the map is shown.

    Parameters
    ----------
    state, plan
        The choices and the map over their view.
    race
        The descents from P.
    slopes
        f and its partial derivatives at P; NaN where they do not exist.
    local
        What else there is to see around P.
    """
    if state.plane != "surface":
        return None
    mesh = surface_mesh(plan)
    box, value = mesh.box, slopes[0].value
    point = box.place(*state.point, value) if box.holds(value) else None
    gradient = (0.0, 0.0) if local.here is not None else _gradient(slopes)  # not what rounding leaves of it
    tangent = None if point is None else _tangent(box, point, gradient)
    runs, ghosts = (
        tuple(surface_path(mesh, state.formula, state.parameters, run) for run in group)
        for group in (race.runs, race.ghosts)
    )
    return SurfaceScene(
        camera=state.camera,
        mesh=mesh,
        point=point,
        foot=box.place(*state.point, box.low),
        tangent=tangent,
        direction=None if point is None else _direction(state, box, point, tangent, slopes, local),
        critical=_critical_places(mesh, local.marks),
        paths=runs,
        ghosts=ghosts,
        selected=state.selected,
        note=" ".join(filter(None, (_note(box, value) if point is None else "", _absent(state.shown)))),
    )


def _gradient(slopes: tuple[Slope, Slope]) -> Point:
    return slopes[0].derivative, slopes[1].derivative


def _note(box: Box, value: float) -> str:
    if not math.isfinite(value):
        return "P is not on the surface: f has no value there."
    side = "above" if value > box.high else "below"
    return f"P lies {side} the part of the surface that is drawn."


def _absent(shown: tuple[str, ...]) -> str:
    names = [name for key, name in ON_MAP.items() if key in shown]
    return f"Drawn on the map only: {', '.join(names)}." if names else ""


def _tangent(box: Box, here: FloatArray, gradient: Point) -> Tangent | None:
    """Lay the tangent plane against the surface at a place; None where there is no gradient."""
    magnitude = math.hypot(*gradient)
    if not math.isfinite(magnitude):
        return None
    x, y = (gradient[0] / magnitude, gradient[1] / magnitude) if magnitude else (1.0, 0.0)
    along, across = box.tangents(np.array(((x, y), (-y, x))), np.array((magnitude, 0.0)))
    signs = ((1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0))
    corners = np.array([here + PLANE * (u * along + v * across) for u, v in signs])
    if not magnitude:
        return Tangent(corners, None, None)
    return Tangent(corners, here + ARROW * along, here - ARROW * along)


def _direction(
    state: GradientState,
    box: Box,
    here: FloatArray,
    tangent: Tangent | None,
    slopes: tuple[Slope, Slope],
    local: LocalPicture,
) -> SurfaceDirection:
    flat = tangent is not None and is_smooth(state)
    if tangent is not None and flat:
        first, second = tangent.corners[[0, 0]] - tangent.corners[[1, 3]]  # the plane's sides
        turn = np.linspace(0.0, 2.0 * math.pi, RING_POINTS)[:, None]
        ring = here + RING / (2.0 * PLANE) * (np.cos(turn) * first + np.sin(turn) * second)
    else:
        angles, lengths = slopes_around(state, _gradient(slopes))
        ring = here + RING * box.tangents(np.column_stack((np.cos(angles), np.sin(angles))), lengths)
    slope = local.direction.derivative if math.isfinite(local.direction.derivative) else 0.0
    (way,) = box.tangents(np.array((local.direction.vector,)), np.array((slope,)))
    return SurfaceDirection(ring, flat, here + RING * way)


@lru_cache(maxsize=8)
def _critical_places(mesh: SurfaceMesh, marks: CriticalMarks) -> CriticalPlaces:
    found = np.array([(point.x, point.y, point.value) for point in marks.points]).reshape(-1, 3)
    places = kept_inside(mesh.box, mesh.box.place(*found.T))
    known = ~np.isnan(places[:, 0])
    points = tuple(point for point, kept in zip(marks.points, known.tolist(), strict=True) if kept)
    (places,) = read_only(places[known])
    kinds = {kind.value: read_only(places[[point.kind is kind for point in points]])[0] for kind in Kind}
    return CriticalPlaces(points, places, kinds)
