"""What a hand does on the surface of the Gradient tab, where the pointer is at a pixel of its picture."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.primitives import FloatArray
from core.scenes.gradient_direction import ROUND, gradient_and_level, turned_to, vector_of
from core.scenes.gradient_state import GradientState, with_point
from core.scenes.gradient_surface import RING, SurfaceScene
from core.scenes.surface_camera import SurfaceCamera

ALONG_PLANE = 1e-6
"""Lines of sight that rise by less than this part of their length never reach a level plane."""

SAME_SIGHT = 1e-6
"""Lines of sight at a smaller angle, in radians, are one: a pixel is a thousand times as large."""


def point_moved(
    state: GradientState, scene: SurfaceScene, camera: SurfaceCamera, pixel: tuple[float, float], reach: float
) -> GradientState:
    """Move P to what is seen at a pixel.

    That is the nearest critical point that is seen within so many pixels, else the point of the surface
    there, else the one in the level plane through P.

    Parameters
    ----------
    state, scene
        The choices, and what stands on the surface.
    camera
        The eye.
    pixel
        Right and down in the picture.
    reach
        Pixels within which P snaps.
    """
    nearest = _critical_near(scene, camera, pixel, reach)
    if nearest is not None:
        return replace(state, point=nearest)
    mesh, sight = scene.mesh, camera.sight(*pixel)
    at = mesh.seen(camera.eye, sight)
    if at is None and scene.point is not None and abs(sight[2]) > ALONG_PLANE:
        way = (scene.point[2] - camera.eye[2]) / sight[2]
        across, along = (camera.eye + way * sight)[:2].tolist()
        at = mesh.box.point(across, along) if way > 0.0 else None
    return state if at is None else with_point(state, *at)


def _critical_near(
    scene: SurfaceScene, camera: SurfaceCamera, pixel: tuple[float, float], reach: float
) -> tuple[float, float] | None:
    """Find the nearest critical point that is seen within reach of a pixel."""
    critical = scene.critical
    ways = np.hypot(*(camera.to_pixels(critical.places)[:, :2] - pixel).T)
    for index in np.argsort(ways).tolist():
        if ways[index] > reach:
            return None
        if not scene.mesh.hides(camera.eye, critical.places[index]):
            return critical.points[index].x, critical.points[index].y
    return None


def direction_turned(
    state: GradientState, scene: SurfaceScene, camera: SurfaceCamera, pixel: tuple[float, float], reach: float
) -> GradientState:
    """Turn u, in the tangent plane at P, towards a pixel.

    It snaps to the gradient and to the level tangent where their ends are within so many pixels of its own.
    At a corner, where no plane touches the surface, it goes to the end that is seen nearest to the pixel.

    Parameters
    ----------
    state, scene, camera, pixel, reach
        As those of `point_moved`.
    """
    if scene.point is None or scene.direction is None:
        return state
    if scene.tangent is None or not scene.direction.flat:
        way = _nearest_way(scene.point, scene.direction.ring, camera, pixel)
        return state if way is None else turned_to(state, round(_angle_of(way), ROUND))
    normal = scene.tangent.normal
    way = _way_towards(scene.point, normal, camera, pixel)
    if way is None:
        return state
    steepness = math.hypot(1.0, *(normal[:2] / normal[2]).tolist())
    angle = round(_angle_of(way), ROUND + math.ceil(math.log10(steepness)))
    here = _end_of_u(scene.point, normal, camera, angle)
    for wanted in gradient_and_level(state):
        if math.dist(_end_of_u(scene.point, normal, camera, wanted), here) <= reach:
            return turned_to(state, wanted)
    return turned_to(state, angle)


def _angle_of(way: FloatArray) -> float:
    return math.degrees(math.atan2(way[1], way[0]))


def _nearest_way(
    here: FloatArray, ring: FloatArray, camera: SurfaceCamera, pixel: tuple[float, float]
) -> FloatArray | None:
    """Find the way from P to the place on a ring that is seen nearest to a pixel."""
    ways = np.hypot(*(camera.to_pixels(ring)[:, :2] - pixel).T)
    if np.isnan(ways).all():
        return None
    way: FloatArray = ring[np.nanargmin(ways)] - here
    return way


def _way_towards(
    here: FloatArray, normal: FloatArray, camera: SurfaceCamera, pixel: tuple[float, float]
) -> FloatArray | None:
    """Find the way in a plane through P that is seen to lead from P towards a pixel."""
    to_point, sight = here - camera.eye, camera.sight(*pixel)
    to_point /= np.linalg.norm(to_point)
    across = np.cross(to_point, sight)
    way: FloatArray = np.cross(across, normal)
    apart, upright = np.linalg.norm(across), np.linalg.norm(normal)
    if apart < SAME_SIGHT or np.linalg.norm(way) <= ALONG_PLANE * apart * upright:
        return None  # the pixel is that of P, or the plane is seen from its edge
    return way if way @ (sight - (sight @ to_point) * to_point) >= 0.0 else -way


def _end_of_u(
    here: FloatArray, normal: FloatArray, camera: SurfaceCamera, angle: float
) -> tuple[float, float]:
    """Give the pixel at which u, in a plane through P, ends at an angle in degrees."""
    vector = np.array(vector_of(angle))
    way = np.append(vector, -(vector @ normal[:2]) / normal[2])
    x, y = camera.to_pixels(here + RING * way / np.linalg.norm(way))[:2].tolist()
    return x, y
