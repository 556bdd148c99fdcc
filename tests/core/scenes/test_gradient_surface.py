"""The surface holds the function's own values, and all that lies on it lies on it."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from core import parse
from core.presets import SURFACES
from core.scenes.gradient import compute
from core.scenes.gradient_camera import (
    FIRST_CAMERA,
    HIGHEST,
    LOWEST,
    MOST_ZOOM,
    looked_at_first,
    turned,
    zoomed,
)
from core.scenes.gradient_state import GradientState, choose_preset, type_formula
from core.scenes.gradient_surface import ARROW, PLANE, SurfaceScene
from core.scenes.state import StateError, from_json, to_json
from core.scenes.surface_box import HEIGHT, Box

HOLES = ["log(x*y)", "sqrt(4-x^2-y^2)", "1/x", "sqrt(x)*sqrt(y)"]
HOSTILE = [
    "3",
    "0",
    "1e300*x",
    "1e-300*x",
    "1/(x^2+y^2)",
    "exp(x^2*y^2)",
    "log(-1-x^2)",
    "1e308*sin(x)",
    *HOLES,
]


def shown(text: str, **choices: object) -> SurfaceScene:
    state = replace(type_formula(GradientState(), text), plane="surface", **choices)
    scene = compute(state).surface
    assert scene is not None
    return scene


def value_at(text: str, x: float, y: float) -> float:
    return float(parse(text).evaluate({"x": x, "y": y}))


def test_the_map_needs_no_surface() -> None:
    assert compute(GradientState()).surface is None


@pytest.mark.parametrize("text", ["(x^2+y-11)^2+(x+y^2-7)^2", "x^2-y^2", "sin(x)*cos(y)"])
def test_corners_have_the_function_s_values(text: str) -> None:
    mesh = shown(text).mesh
    corners = mesh.vertices.reshape(mesh.rows.size, mesh.columns.size, 3)
    for row, column in [(0, 0), (40, 71), (120, 120), (77, 3)]:
        x, y = mesh.columns[column], mesh.rows[row]
        value = value_at(text, x, y)
        assert mesh.box.value(mesh.box.up(value)) == pytest.approx(value)
        at = mesh.box.place(x, y, value)
        at[2] = np.clip(at[2], -HEIGHT, 2 * HEIGHT)
        assert corners[row, column] == pytest.approx(at, abs=1e-6)


@pytest.mark.parametrize("text", ["(x^2+y-11)^2+(x+y^2-7)^2", "sin(x)*cos(y)", "exp(-x^2)+y"])
def test_normals_are_at_right_angles_to_the_surface(text: str) -> None:
    mesh = shown(text).mesh
    normals = mesh.normals.reshape(mesh.rows.size, mesh.columns.size, 3)
    row, column, h = 60, 47, 1e-5
    x, y = mesh.columns[column], mesh.rows[row]
    ahead = [
        mesh.box.place(x + h * i, y + h * j, value_at(text, x + h * i, y + h * j))
        for i, j in ((1, 0), (0, 1))
    ]
    here = mesh.box.place(x, y, value_at(text, x, y))
    for there in ahead:
        way = (there - here) / np.linalg.norm(there - here)
        assert abs(way @ normals[row, column]) < 0.02
    assert np.allclose(np.linalg.norm(normals, axis=-1), 1.0, atol=1e-5)
    assert (normals[..., 2] > 0.0).all()


@pytest.mark.parametrize("text", HOLES)
def test_faces_keep_away_from_where_there_is_no_value(text: str) -> None:
    mesh = shown(text).mesh
    missing = np.isnan(mesh.heights).ravel()
    assert missing.any()
    assert len(mesh.faces)
    assert not missing[mesh.faces].any()


def test_a_cell_with_one_corner_missing_keeps_the_other_half() -> None:
    for text in ("sqrt(x+y+0.013)", "sqrt(x-y+0.013)", "sqrt(-x-y)", "sqrt(y-x)"):
        mesh = shown(text).mesh
        known = ~np.isnan(mesh.heights)
        cells = known[:-1, :-1].astype(int) + known[:-1, 1:] + known[1:, :-1] + known[1:, 1:]
        wanted = 2 * int((cells == 4).sum()) + int((cells == 3).sum())
        assert (cells == 3).any()
        assert len(mesh.faces) == wanted


def test_every_face_looks_up_and_none_is_double() -> None:
    mesh = shown("x^2-y^2").mesh
    a, b, c = (mesh.vertices[mesh.faces[:, corner]].astype(float) for corner in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()
    width, depth = mesh.box.sides
    areas = np.cross(b - a, c - a)[:, 2] / 2
    assert areas.sum() == pytest.approx(width * depth, rel=1e-5)
    assert len(np.unique(np.sort(mesh.faces, axis=1), axis=0)) == len(mesh.faces)


def test_colours_are_those_of_the_map() -> None:
    scene = shown("(x^2+y-11)^2+(x+y^2-7)^2")
    plan, mesh = scene.mesh.plan, scene.mesh
    for row, column in [(0, 0), (60, 60), (120, 119)]:
        source = (
            int(np.flatnonzero(plan.y == mesh.rows[row])[0]),
            int(np.flatnonzero(plan.x == mesh.columns[column])[0]),
        )
        assert mesh.shares[row * mesh.columns.size + column] == pytest.approx(plan.shares[source], abs=1e-6)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_is_typed_the_surface_is_finite(text: str) -> None:
    scene = shown(text)
    mesh = scene.mesh
    assert mesh.box.low < mesh.box.high
    for array in (mesh.vertices, mesh.normals, mesh.shares):
        assert np.isfinite(array).all()
    assert (scene.point is None) == bool(scene.note)
    for path in scene.paths:
        assert not np.isinf(path.points).any()
    json.dumps(scene.note)


def test_moving_p_or_the_eye_leaves_the_surface_as_it_is() -> None:
    state = replace(GradientState(), plane="surface")
    before = compute(state).surface
    for change in ({"point": (1.0, 2.0)}, {"step": 3}, {"camera": (10.0, 20.0, 2.0)}):
        after = compute(replace(state, **change)).surface
        assert before is not None
        assert after is not None
        assert after.mesh is before.mesh
    other = compute(replace(state, view=(-1.0, 1.0, -1.0, 1.0))).surface
    assert other is not None
    assert before is not None
    assert other.mesh is not before.mesh


# P and its tangent plane


@pytest.mark.parametrize("preset", SURFACES, ids=lambda preset: preset.key)
def test_p_stands_on_the_surface(preset: object) -> None:
    state = replace(choose_preset(GradientState(), preset), plane="surface")  # type: ignore[arg-type]
    scene = compute(state)
    part = scene.surface
    assert part is not None
    if part.point is not None:
        assert part.mesh.box.point(*part.point[:2]) == pytest.approx(state.point)
        assert part.mesh.box.value(part.point[2]) == pytest.approx(scene.value)
        assert part.foot == pytest.approx([*part.point[:2], 0.0], abs=1e-12)
    else:
        assert not part.mesh.box.holds(scene.value)


@pytest.mark.parametrize(
    ("text", "point"),
    [("(x^2+y-11)^2+(x+y^2-7)^2", (0.2, 0.9)), ("x^2-y^2", (-1.5, 0.4)), ("sin(x)*y", (2.0, 1.0))],
)
def test_the_tangent_plane_rises_as_finite_differences_do(text: str, point: tuple[float, float]) -> None:
    scene = shown(text, point=point)
    assert scene.tangent is not None
    box, h, (x, y) = scene.mesh.box, 1e-5, point
    slopes = (
        (value_at(text, x + h, y) - value_at(text, x - h, y)) / (2 * h),
        (value_at(text, x, y + h) - value_at(text, x, y - h)) / (2 * h),
    )
    for corner in scene.tangent.corners:
        across, along = box.point(corner[0], corner[1])
        plane = value_at(text, x, y) + slopes[0] * (across - x) + slopes[1] * (along - y)
        assert box.value(corner[2]) == pytest.approx(plane, rel=1e-6, abs=1e-6)
        assert np.linalg.norm(corner - scene.point) == pytest.approx(math.sqrt(2) * PLANE)


def test_arrows_lie_in_the_tangent_plane_and_point_up_and_down_the_gradient() -> None:
    scene = shown("(x^2+y-11)^2+(x+y^2-7)^2")
    assert scene.tangent is not None
    assert scene.point is not None
    assert scene.tangent.uphill is not None
    assert scene.tangent.downhill is not None
    up = scene.tangent.uphill - scene.point
    assert np.linalg.norm(up) == pytest.approx(ARROW)
    assert scene.point - scene.tangent.downhill == pytest.approx(up)
    assert up[2] > 0
    assert up[0] / up[1] == pytest.approx(-20.028 / -41.684)
    a, b, _, d = scene.tangent.corners
    assert np.cross(b - a, d - a) @ up == pytest.approx(0.0, abs=1e-12)


def test_at_a_minimum_the_plane_is_level_and_there_are_no_arrows() -> None:
    scene = shown("x^2+y^2", point=(0.0, 0.0))
    assert scene.tangent is not None
    assert np.ptp(scene.tangent.corners[:, 2]) == 0.0
    assert (scene.tangent.uphill, scene.tangent.downhill) == (None, None)


@pytest.mark.parametrize(
    ("text", "point", "note"),
    [
        ("1/(x^2+y^2)", (0.1, 0.1), "P lies above the part of the surface that is drawn."),
        ("log(x^2+y^2)", (0.0, 0.001), "P lies below the part of the surface that is drawn."),
        ("log(x*y)", (-1.0, 1.0), "P is not on the surface: f has no value there."),
        ("abs(x)+y", (0.0, 1.0), ""),
    ],
)
def test_where_p_is_not_seen_it_says_why(text: str, point: tuple[float, float], note: str) -> None:
    scene = shown(text, point=point)
    assert scene.note == note
    assert (scene.point is None) == bool(note)
    assert scene.tangent is None


# Descents


@pytest.mark.parametrize("preset", ["himmelblau", "rosenbrock", "saddle", "bowl"])
def test_descents_lie_on_the_surface_between_their_steps_too(preset: str) -> None:
    chosen = next(each for each in SURFACES if each.key == preset)
    scene = compute(replace(choose_preset(GradientState(), chosen), plane="surface", step=12)).surface
    assert scene is not None
    assert [path.key for path in scene.paths] == [
        "gradient_descent",
        "momentum",
        "nesterov",
        "rmsprop",
        "adam",
    ]
    for path in scene.paths:
        assert 2 < len(path.steps) <= 13
        inside = path.points[~np.isnan(path.points[:, 0])]
        assert len(inside) > 5
        for across, along, height in inside[:: max(1, len(inside) // 40)]:
            x, y = scene.mesh.box.point(across, along)
            value = value_at(chosen.formula, x, y)
            assert scene.mesh.box.value(height) == pytest.approx(value, rel=1e-6, abs=1e-6)
        gaps = np.hypot(*np.diff(path.points[:, :2], axis=0).T)
        assert np.nanmax(gaps) < 0.03


def test_a_descent_that_leaves_the_box_ends_at_its_edge() -> None:
    scene = shown("x^2-y^2", point=(-1.5, 0.4), step=60)
    for path in scene.paths:
        known = path.points[~np.isnan(path.points).any(axis=1)]
        assert (np.abs(known[:, :2]) <= 0.5 + 1e-9).all()
        assert (known[:, 2] >= -1e-9).all()
        assert (known[:, 2] <= HEIGHT + 1e-9).all()


def test_thousands_of_steps_stay_few_points() -> None:
    scene = shown("(1 - x)^2 + 100(y - x^2)^2", step=2000)
    assert max(len(path.points) for path in scene.paths) < 10_000


# Lines of sight


@pytest.mark.parametrize("place", [(0.0, 0.0), (1.0, 2.0), (-3.0, 2.5)])
def test_a_line_of_sight_finds_the_point_that_it_was_aimed_at(place: tuple[float, float]) -> None:
    text = "x^2/4+y"
    mesh = shown(text).mesh
    aim = mesh.box.place(*place, value_at(text, *place))
    eye = np.array((1.5, -1.2, 1.3))
    assert mesh.seen(eye, (aim - eye) / np.linalg.norm(aim - eye)) == pytest.approx(place, abs=2e-3)


def test_a_hill_hides_what_is_behind_it() -> None:
    text = "exp(-4*x^2)"
    mesh = shown(text).mesh
    aim = mesh.box.place(2.0, 0.0, value_at(text, 2.0, 0.0))
    eye = np.array((-2.5, 0.0, 0.6))
    seen = mesh.seen(eye, aim - eye)
    assert seen is not None
    assert -2.0 < seen[0] < 0.0


def test_a_look_at_the_sky_finds_nothing() -> None:
    mesh = shown("x^2+y^2").mesh
    assert mesh.seen(np.array((0.0, 0.0, 3.0)), np.array((0.0, 0.0, 1.0))) is None
    assert mesh.seen(np.array((5.0, 0.0, 0.3)), np.array((0.0, 1.0, 0.0))) is None


def test_a_box_has_one_scale_for_x_and_y() -> None:
    box = Box((-2.0, 6.0, 1.0, 3.0), -1.0, 4.0)
    assert box.sides == (1.0, 0.25)
    assert box.place(-2.0, 3.0, 4.0) == pytest.approx((-0.5, 0.125, HEIGHT))
    assert box.place(2.0, 2.0, -1.0) == pytest.approx((0.0, 0.0, 0.0))


# The eye


def test_the_eye_walks_around_and_stops_at_the_top() -> None:
    state = GradientState()
    assert turned(turned(state, 200.0, 10.0), 160.0, -10.0).camera == pytest.approx(FIRST_CAMERA)
    assert turned(state, 0.0, 500.0).camera[1] == HIGHEST
    assert turned(state, 0.0, -500.0).camera[1] == LOWEST
    assert zoomed(state, 1e9).camera[2] == MOST_ZOOM
    assert looked_at_first(zoomed(turned(state, 3.0, 4.0), 2.0)).camera == FIRST_CAMERA


def test_a_state_with_a_surface_survives_json() -> None:
    state = zoomed(turned(replace(GradientState(), plane="surface"), 31.7, -12.3), 1.7)
    assert from_json(GradientState, to_json(state)) == state


@pytest.mark.parametrize("camera", [(200.0, 0.0, 1.0), (0.0, 91.0, 1.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1e9)])
def test_no_eye_where_no_gesture_can_put_it(camera: tuple[float, float, float]) -> None:
    with pytest.raises(StateError, match="camera"):
        from_json(GradientState, to_json(replace(GradientState(), camera=camera)))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("exp(-x^2-y^2)", 0.0, 1.0),
        ("-exp(-x^2-y^2)", -1.0, 0.0),
        ("x^2-y^2", -27.6, 27.0),
        ("3", 1.5, 4.5),
        ("1/(x^2+y^2)", 0.0, 0.28),
    ],
)
def test_the_box_is_as_high_as_what_is_worth_seeing(text: str, low: float, high: float) -> None:
    box = shown(text).mesh.box
    assert box.low == pytest.approx(low, abs=0.06 * (high - low))
    assert box.high == pytest.approx(high, abs=0.06 * (high - low))
