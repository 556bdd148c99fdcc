"""The slope along u, and what is shown at P on demand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.scenes.gradient import compute
from core.scenes.gradient_direction import pointed, turned_to
from core.scenes.gradient_state import EXTRAS, GradientState, type_formula


def state_of(text: str, x: float, y: float, **changes: object) -> GradientState:
    return replace(type_formula(GradientState(), text), point=(x, y), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("angle", [-170.0, -35.0, 0.0, 20.0, 90.0, 180.0])
def test_the_slope_along_u_is_that_of_finite_differences(angle: float) -> None:
    scene = compute(replace(GradientState(), direction=angle))
    dx, dy = 1e-6 * math.cos(math.radians(angle)), 1e-6 * math.sin(math.radians(angle))

    def f(x: float, y: float) -> float:
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    slope = (f(0.2 + dx, 0.9 + dy) - f(0.2 - dx, 0.9 - dy)) / 2e-6
    assert scene.local.direction.derivative == pytest.approx(slope, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "angle", "derivative", "one_sided", "words"),
    [
        ("sqrt(x^2+y^2)", 20.0, 1.0, True, "one-sided slope is 1"),
        ("|x| + y", 0.0, 1.0, True, "back along −u it is 1"),
        ("|x| + y", 90.0, 1.0, False, "f has a slope along u"),
        ("cbrt(x*y^2)", 45.0, math.sqrt(0.5), False, "f has a slope along u"),
    ],
)
def test_without_a_gradient_what_is_defined_is_said(
    text: str, angle: float, derivative: float, one_sided: bool, words: str
) -> None:
    direction = compute(state_of(text, 0.0, 0.0, direction=angle)).local.direction
    assert direction.derivative == pytest.approx(derivative, rel=1e-6)
    assert direction.one_sided == one_sided
    assert words in direction.remark


def test_u_turned_keeps_its_angle_between_both_ends() -> None:
    for asked, kept in ((190.0, -170.0), (-180.0, 180.0), (360.0, 0.0)):
        assert turned_to(GradientState(), asked).direction == kept
    assert pointed(GradientState(), 0.0, 0.0, 5.0).direction == 20.0


def test_the_polar_plot_is_two_circles_where_f_is_differentiable() -> None:
    scene = compute(replace(GradientState(), shown=("polar",)))
    polar, gradient = scene.local.polar, np.array(scene.gradient)
    assert polar is not None
    for curve, middle in ((polar.rising, gradient / 2), (polar.falling, -gradient / 2)):
        known = np.isfinite(curve.x)
        far = np.hypot(curve.x[known] - middle[0], curve.y[known] - middle[1])
        assert np.allclose(far, scene.magnitude / 2)


def test_newtons_step_of_a_quadratic_ends_at_its_minimum() -> None:
    extras = compute(state_of("(x-1)^2 + 3(y+2)^2 + x*y", 3.0, 1.0, shown=("newton",))).local.extras
    solution = np.linalg.solve([[2.0, 1.0], [1.0, 6.0]], [2.0, -12.0])
    assert extras.newton == pytest.approx(tuple(solution))
    assert "minimum" in extras.legend[0].text


def test_dragging_p_and_turning_u_keep_field_and_marks() -> None:
    state = replace(GradientState(), shown=EXTRAS)
    first = compute(state).local
    moved = compute(replace(state, point=(1.0, 1.0), direction=70.0)).local
    assert first.extras.field is moved.extras.field
    assert first.marks is moved.marks


@pytest.mark.parametrize("width", [1e-9, 1.0, 1e9, 1e100])
@pytest.mark.parametrize(
    "text", ["7", "x", "sqrt(x)+y", "1/(x^2+y^2)", "ln(x*y)", "floor(x)+y^2", "e^(x^2+y^2)"]
)
def test_awkward_states_have_a_scene(text: str, width: float) -> None:
    for x, y in ((0.0, 0.0), (-0.3 * width, 0.2 * width)):
        view = (-width, width, -width, width)
        scene = compute(state_of(text, x, y, view=view, shown=EXTRAS))
        assert scene.local.direction.angle == 20.0
