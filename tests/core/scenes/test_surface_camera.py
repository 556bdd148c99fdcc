"""The eye before a box: what it sees where, and back."""

from __future__ import annotations

import numpy as np
import pytest

from core.scenes.surface_box import HEIGHT
from core.scenes.surface_camera import SurfaceCamera

EYES = [(-62.0, 40.0, 1.0), (10.0, 0.0, 3.0), (179.0, 90.0, 0.5), (120.0, 25.0, 8.0)]


@pytest.fixture(params=EYES, ids=str)
def camera(request: pytest.FixtureRequest) -> SurfaceCamera:
    return SurfaceCamera(*request.param, 640.0, 480.0, HEIGHT)


PLACES = np.array([(0.3, -0.2, 0.1), (-0.5, 0.5, HEIGHT), (0.0, 0.0, 0.0)])


def test_a_place_is_on_the_line_of_sight_through_its_pixel(camera: SurfaceCamera) -> None:
    for place, (x, y, distance) in zip(PLACES, camera.to_pixels(PLACES), strict=True):
        sight = camera.sight(x, y)
        way = place - camera.eye
        assert np.linalg.norm(np.cross(way, sight)) < 1e-9
        assert way @ -camera.towards == pytest.approx(distance)


def test_pixels_and_depth_are_those_of_opengl(camera: SurfaceCamera) -> None:
    """The matrices go to OpenGL, which divides by the last coordinate and maps -1…1 to the picture."""
    for place, (x, y, distance) in zip(PLACES, camera.to_pixels(PLACES), strict=True):
        clip = camera.projection @ camera.modelview @ np.append(place, 1.0)
        cube = clip[:3] / clip[3]
        assert x == pytest.approx((cube[0] + 1.0) * 320.0)
        assert y == pytest.approx((1.0 - cube[1]) * 240.0)
        assert -1.0 < cube[2] < 1.0
        assert camera.before_eye(np.array((cube[2] + 1.0) / 2.0)) == pytest.approx(distance)


def test_the_middle_of_the_box_is_in_the_middle_of_the_picture(camera: SurfaceCamera) -> None:
    assert camera.to_pixels(camera.middle)[:2] == pytest.approx((320.0, 240.0))


@pytest.mark.parametrize("size", [(640.0, 480.0), (300.0, 700.0), (1200.0, 500.0)])
@pytest.mark.parametrize("azimuth", range(-180, 181, 30))
def test_at_first_the_whole_box_is_seen(size: tuple[float, float], azimuth: int) -> None:
    corners = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, HEIGHT)])
    for elevation in (0.0, 40.0, 90.0):
        camera = SurfaceCamera(azimuth, elevation, 1.0, *size, HEIGHT)
        x, y, _ = camera.to_pixels(corners).T
        assert (x > 0).all()
        assert (x < size[0]).all()
        assert (y > 0).all()
        assert (y < size[1]).all()


def test_up_is_up_and_x_grows_to_the_right_at_first() -> None:
    camera = SurfaceCamera(*EYES[0], 640.0, 480.0, HEIGHT)
    low, high = camera.to_pixels(np.array(((0.0, 0.0, 0.0), (0.0, 0.0, HEIGHT))))
    left, right = camera.to_pixels(np.array(((-0.5, 0.0, 0.0), (0.5, 0.0, 0.0))))
    near, far = camera.to_pixels(np.array(((0.0, -0.5, 0.0), (0.0, 0.5, 0.0))))
    assert high[1] < low[1]
    assert left[0] < right[0]
    assert near[2] < far[2]
