"""P and u dragged over the surface, given by pixels of its picture."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core import parse
from core.scenes.gradient import compute
from core.scenes.gradient_camera import FIRST_CAMERA
from core.scenes.gradient_direction import turned_to, vector_of
from core.scenes.gradient_state import GradientState, type_formula
from core.scenes.gradient_surface import RING, SurfaceScene
from core.scenes.surface_box import HEIGHT
from core.scenes.surface_camera import SurfaceCamera
from core.scenes.surface_hand import direction_turned, point_moved

HIMMELBLAU = "(x^2+y-11)^2+(x+y^2-7)^2"
FROM_ABOVE = (-90.0, 90.0, 1.0)
EYES = [FIRST_CAMERA, (100.0, 15.0, 2.0), FROM_ABOVE]


def shown(text: str, **choices: object) -> tuple[GradientState, SurfaceScene]:
    state = replace(type_formula(GradientState(), text), plane="surface", **choices)
    scene = compute(state).surface
    assert scene is not None
    return state, scene


def eye(*camera: float) -> SurfaceCamera:
    return SurfaceCamera(*camera, 660.0, 630.0, HEIGHT)


def pixel_of(scene: SurfaceScene, camera: SurfaceCamera, x: float, y: float, value: float) -> np.ndarray:
    return camera.to_pixels(scene.mesh.box.place(x, y, value))[:2]


def value_at(text: str, x: float, y: float) -> float:
    return float(parse(text).evaluate({"x": x, "y": y}))


# P


@pytest.mark.parametrize("aim", [(1.0, 0.5), (-1.0, 2.0), (3.0, -0.5)])
@pytest.mark.parametrize("camera", [FIRST_CAMERA, FROM_ABOVE], ids=["aslant", "from above"])
def test_p_goes_to_the_point_that_is_seen_at_the_pixel(aim: tuple[float, float], camera: tuple) -> None:
    text = "x^2/4+y"
    state, scene = shown(text, point=(0.0, 0.0))
    pixel = pixel_of(scene, eye(*camera), *aim, value_at(text, *aim))
    assert point_moved(state, scene, eye(*camera), tuple(pixel), 6.0).point == pytest.approx(aim, abs=0.02)


@pytest.mark.parametrize("camera", [FIRST_CAMERA, FROM_ABOVE], ids=["aslant", "from above"])
def test_p_snaps_on_a_critical_point_within_so_many_pixels(camera: tuple) -> None:
    state, scene = shown(HIMMELBLAU)
    minimum = pixel_of(scene, eye(*camera), 3.0, 2.0, 0.0)
    for away, snaps in (((0.0, 5.5), True), ((-4.0, -4.0), True), ((6.5, 0.0), False), ((0.0, -9.0), False)):
        there = tuple(minimum + away)
        point = point_moved(state, scene, eye(*camera), there, 6.0).point
        assert (point == pytest.approx((3.0, 2.0), abs=1e-12)) == snaps, away
        free = point_moved(state, scene, eye(*camera), there, 0.0).point
        assert free != pytest.approx((3.0, 2.0), abs=1e-3)


def test_p_stands_exactly_on_the_point_on_which_it_snaps() -> None:
    state, scene = shown(HIMMELBLAU)
    for point, place in zip(scene.critical.points, scene.critical.places, strict=True):
        pixel = tuple(eye(*FROM_ABOVE).to_pixels(place)[:2])
        moved = point_moved(state, scene, eye(*FROM_ABOVE), pixel, 6.0)
        assert moved.point == (point.x, point.y)
        there = compute(moved)
        assert there.local.here is not None
        assert there.surface is not None and there.surface.tangent is not None
        assert there.surface.tangent.uphill is None


def test_p_does_not_snap_on_a_point_behind_the_hill() -> None:
    text = "4*exp(-(x+1)^2-y^2) - exp(-(x-2)^2-y^2)"
    state, scene = shown(text, point=(-4.0, -4.0), view=(-5.0, 5.0, -5.0, 5.0))
    hidden = next(
        place
        for point, place in zip(scene.critical.points, scene.critical.places, strict=True)
        if point.x > 1.0
    )
    for azimuth, snaps in ((180.0, False), (0.0, True)):
        camera = eye(azimuth, 30.0, 1.0)
        pixel = tuple(camera.to_pixels(hidden)[:2])
        moved = point_moved(state, scene, camera, pixel, 6.0)
        assert (moved.point[0] > 1.0) == snaps


def test_beside_the_surface_p_moves_in_its_own_level_plane() -> None:
    text = "sqrt(4-x^2-y^2)"
    state, scene = shown(text, point=(0.5, 0.5))
    camera = eye(*FROM_ABOVE)
    height = value_at(text, 0.5, 0.5)
    pixel = pixel_of(scene, camera, 3.0, -3.0, height)
    moved = point_moved(state, scene, camera, tuple(pixel), 6.0)
    assert moved.point == pytest.approx((3.0, -3.0), abs=0.02)


def test_a_look_that_meets_nothing_leaves_p_where_it_is() -> None:
    state, scene = shown("x^2+y^2", point=(1.0, 1.0))
    camera = eye(30.0, 0.0, 1.0)
    assert point_moved(state, scene, camera, (330.0, 2.0), 6.0) is state


# u


@pytest.mark.parametrize("camera", EYES, ids=str)
@pytest.mark.parametrize(
    ("text", "point"),
    [
        (HIMMELBLAU, (0.2, 0.9)),
        ("(1 - x)^2 + 100(y - x^2)^2", (-1.2, 1.0)),
        ("x^2+y^2", (0.0, 0.0)),
        ("x+2y", (1.0, 1.0)),
        ("abs(x)+abs(y)", (0.0, 0.0)),
        ("1e300*x*y", (1.0, 1.0)),
        ("1e-300*(x^2+y^2)", (1.0, 1.0)),
    ],
)
def test_u_follows_the_pointer_around_its_ring(text: str, point: tuple[float, float], camera: tuple) -> None:
    state, scene = shown(text, point=point)
    for angle in range(-175, 181, 23):
        wanted = compute(turned_to(state, float(angle))).surface
        assert wanted is not None and wanted.direction is not None
        pixel = eye(*camera).to_pixels(wanted.direction.tip)[:2]
        turned = direction_turned(state, scene, eye(*camera), tuple(pixel), 0.0)
        there = compute(turned).surface
        assert there is not None and there.direction is not None
        assert np.hypot(*(eye(*camera).to_pixels(there.direction.tip)[:2] - pixel)) < 3.0


def test_u_keeps_the_direction_of_a_pointer_far_from_its_ring() -> None:
    state, scene = shown("x^2+y^2", point=(0.0, 0.0))
    camera = eye(*FROM_ABOVE)
    middle = camera.to_pixels(scene.point)[:2]
    for away, angle in (((400.0, 0.0), 0.0), ((0.0, -30.0), 90.0), ((-90.0, 90.0), -135.0)):
        turned = direction_turned(state, scene, camera, tuple(middle + away), 0.0)
        assert turned.direction == pytest.approx(angle, abs=0.11)


@pytest.mark.parametrize("camera", [FIRST_CAMERA, FROM_ABOVE], ids=["aslant", "from above"])
def test_u_snaps_to_the_gradient_and_to_the_level_tangent(camera: tuple) -> None:
    state, scene = shown("(1 - x)^2 + 100(y - x^2)^2", point=(-1.2, 1.0))
    gradient = (-215.6, -88.0)
    steepest = math.degrees(math.atan2(gradient[1], gradient[0]))
    for quarter in range(4):
        wanted = steepest + 90.0 * quarter
        scene_there = compute(turned_to(state, wanted)).surface
        assert scene_there is not None and scene_there.direction is not None
        pixel = eye(*camera).to_pixels(scene_there.direction.tip)[:2] + 2.0
        turned = direction_turned(state, scene, eye(*camera), tuple(pixel), 6.0)
        assert math.cos(math.radians(turned.direction - wanted)) == pytest.approx(1.0, abs=1e-12)
        free = direction_turned(state, scene, eye(*camera), tuple(pixel), 0.0)
        assert free.direction != turned.direction


def test_u_at_the_middle_of_its_ring_or_without_p_stays() -> None:
    state, scene = shown("x^2+y^2", point=(0.0, 0.0))
    camera = eye(*FROM_ABOVE)
    middle = tuple(camera.to_pixels(scene.point)[:2])
    assert direction_turned(state, scene, camera, middle, 6.0) is state
    state, scene = shown("log(x*y)", point=(-1.0, 1.0))
    assert scene.direction is None
    assert direction_turned(state, scene, camera, (100.0, 100.0), 6.0) is state


def test_u_seen_from_the_edge_of_its_plane_stays() -> None:
    state, scene = shown("x^2+y^2", point=(0.0, 0.0))
    assert scene.point is not None
    camera = replace(eye(20.0, 0.0, 1.0), top=scene.point[2] / 0.42)
    assert camera.eye[2] == pytest.approx(scene.point[2])
    x, y = camera.to_pixels(scene.point)[:2]
    assert direction_turned(state, scene, camera, (x + 30.0, y), 0.0) is state


# What is on the surface


@pytest.mark.parametrize(
    ("text", "point"),
    [(HIMMELBLAU, (0.2, 0.9)), ("x^2-y^2", (-1.5, 0.4)), ("sin(x)*y", (2.0, 1.0))],
)
@pytest.mark.parametrize("angle", [0.0, 20.0, -140.0])
def test_u_rises_as_finite_differences_do(text: str, point: tuple[float, float], angle: float) -> None:
    _, scene = shown(text, point=point, direction=angle)
    assert scene.direction is not None
    box, h, (x, y), (dx, dy) = scene.mesh.box, 1e-5, point, vector_of(angle)
    slope = (value_at(text, x + h * dx, y + h * dy) - value_at(text, x - h * dx, y - h * dy)) / (2 * h)
    across, along = box.point(*scene.direction.tip[:2])
    run = math.hypot(across - x, along - y)
    assert ((across - x) / run, (along - y) / run) == pytest.approx((dx, dy), abs=1e-9)
    assert box.value(scene.direction.tip[2]) == pytest.approx(value_at(text, x, y) + slope * run, rel=1e-6)
    assert np.linalg.norm(scene.direction.tip - scene.point) == pytest.approx(RING)


def test_the_ring_is_a_circle_in_the_tangent_plane_through_the_end_of_u() -> None:
    _, scene = shown(HIMMELBLAU)
    assert scene.direction is not None and scene.tangent is not None
    ways = scene.direction.ring - scene.point
    assert np.linalg.norm(ways, axis=1) == pytest.approx(RING)
    assert np.abs(ways @ scene.tangent.normal).max() < 1e-12
    assert np.linalg.norm(scene.direction.ring - scene.direction.tip, axis=1).min() < 0.005


def test_around_a_corner_the_ring_rises_on_every_side() -> None:
    _, scene = shown("abs(x)+abs(y)", point=(0.0, 0.0), direction=0.0)
    assert scene.direction is not None
    assert not scene.direction.flat
    rise = scene.direction.ring[:, 2] - scene.point[2]
    assert (rise > 0.0).all()
    assert np.linalg.norm(scene.direction.ring - scene.direction.tip, axis=1).min() < 0.005


def test_where_f_leaps_u_lies_level() -> None:
    _, scene = shown("floor(x)+y*0", point=(1.0, 0.5), direction=180.0)
    assert scene.direction is not None
    assert scene.direction.tip[2] == scene.point[2]


def test_critical_points_stand_at_their_height_and_by_their_kind() -> None:
    _, scene = shown(HIMMELBLAU)
    box = scene.mesh.box
    kinds = {kind: len(places) for kind, places in scene.critical.of_kind.items()}
    assert kinds == {"minimum": 4, "saddle": 4, "maximum": 1, "degenerate": 0}
    for point, place in zip(scene.critical.points, scene.critical.places, strict=True):
        assert box.point(*place[:2]) == pytest.approx((point.x, point.y))
        assert box.value(place[2]) == pytest.approx(value_at(HIMMELBLAU, point.x, point.y), abs=1e-6)


def test_critical_points_above_the_box_are_left_out() -> None:
    text = "exp(-x^2-y^2)/1e-3 + 1/(1+(x-3)^2+(y-3)^2)"
    _, scene = shown(text)
    assert len(scene.critical.points) == len(scene.critical.places)
    assert not np.isnan(scene.critical.places).any()


def test_critical_points_and_descents_stay_the_same_objects_while_the_eye_moves() -> None:
    state, scene = shown(HIMMELBLAU)
    there = compute(replace(state, camera=(10.0, 20.0, 2.0))).surface
    assert there is not None
    assert there.critical is scene.critical
    assert all(a is b for a, b in zip(there.paths, scene.paths, strict=True))


def test_what_is_drawn_on_the_map_alone_is_named() -> None:
    _, scene = shown(HIMMELBLAU, shown=("field", "polar", "newton"))
    assert scene.note == "Drawn on the map only: gradient field, Newton step."
