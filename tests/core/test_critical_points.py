"""Critical points against lists known from elsewhere, and against finite differences."""

from __future__ import annotations

import math
import tracemalloc
from collections import Counter

import numpy as np
import pytest

from core.critical_points import _has_fewer_neighbours, find_critical_points
from core.parser import parse
from core.presets import SURFACES, SurfacePreset

VIEW = (-5.0, 5.0, -5.0, 5.0)


def kinds(text: str, window: tuple[float, float, float, float] = VIEW) -> dict[str, int]:
    found = find_critical_points(parse(text), {}, ("x", "y"), window)
    return dict(Counter(point.kind.value for point in found.points))


@pytest.mark.parametrize("preset", SURFACES, ids=lambda preset: preset.key)
def test_the_known_minima_are_found(preset: SurfacePreset) -> None:
    left, right, bottom, top = map(float, preset.view)
    expression = parse(preset.formula)
    letters = dict(preset.parameters)
    found = find_critical_points(expression, letters, ("x", "y"), (left, right, bottom, top)).points
    minima = [(point.x, point.y) for point in found if point.kind.value == "minimum"]
    for x, y in preset.minima:
        assert min(math.hypot(x - a, y - b) for a, b in minima) < 1e-9
    h = 1e-5
    for point in found:
        at = {**letters, "x": point.x, "y": point.y}
        for name in ("x", "y"):
            ahead, behind = ({**at, name: at[name] + side * h} for side in (1.0, -1.0))
            slope = (expression.evaluate(ahead) - expression.evaluate(behind)) / (2 * h)
            assert abs(slope) < 1e-4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(x^2+y-11)^2+(x+y^2-7)^2", {"minimum": 4, "saddle": 4, "maximum": 1}),
        ("x^4 + y^4", {"minimum": 1}),
        ("x^3 - 3x y^2", {"saddle": 1}),
        ("-x^2 - y^2", {"maximum": 1}),
        ("sqrt(x^2 + y^2)", {}),
        ("|x| + |y|", {}),
        ("1/(x^2 + y^2)", {}),
        ("tan(x) + y^2", {}),
        ("x", {}),
    ],
)
def test_kinds(text: str, expected: dict[str, int]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("(y - x^2)*(y - 3x^2)", "saddle"),  # Peano: a minimum along each straight line, and yet none
        ("(x - 2y)^2 + x^3", "saddle"),
        ("(x - 2y)^2 - x^4", "saddle"),
        ("(x - 2y)^2 - (x + y)^4", "saddle"),
        ("10^9*(x - 2y)^2 - (x + y)^2", "saddle"),
        ("x^2 - y^4", "saddle"),
        ("x^2 + y^3", "saddle"),
        ("(x - 2y)^2 + x^4", "minimum"),
        ("x^2 + y^4", "minimum"),
        ("-(x - 2y)^2 - x^4", "maximum"),
        ("x^4 + y^4", "minimum"),
        ("x^2 + y^2 + 10^12", "minimum"),
        ("sin(x*y)/(x*y)", "degenerate"),
    ],
)
def test_valleys_and_ridges_are_followed_where_the_hessian_does_not_tell(text: str, kind: str) -> None:
    found = find_critical_points(parse(text), {}, ("x", "y"), (-5.0, 5.0, -4.0, 5.0))
    at_origin = [point.kind.value for point in found.points if math.hypot(point.x, point.y) < 1e-4]
    assert at_origin == [kind]


def test_all_of_rastrigin() -> None:
    window = (-5.12, 5.12, -5.12, 5.12)
    text = "20 + x^2 - 10cos(2 pi x) + y^2 - 10cos(2 pi y)"
    assert kinds(text, window) == {"minimum": 121, "saddle": 220, "maximum": 100}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("7", "whole region"),
        ("x^2", "whole line"),
        ("(x-y)^2", "whole line"),
        ("sin(30x)*sin(30y)", "too many"),
    ],
)
def test_what_cannot_be_marked_is_said(text: str, words: str) -> None:
    found = find_critical_points(parse(text), {}, ("x", "y"), VIEW)
    assert found.points == ()
    assert words in found.note


@pytest.mark.parametrize(
    "text", ["10^6*x^2+y", "10^12*x^2+y", "10^6*(x+y)^2+x-y", "x^2+10^(-7)*y", "sin(cos(tan(x)))+y"]
)
def test_a_slope_beside_which_others_are_far_steeper_is_not_zero(text: str) -> None:
    found = find_critical_points(parse(text), {}, ("x", "y"), VIEW)
    assert (found.points, found.note) == ((), "")


# Thousands of rounding errors


def test_neighbours_are_counted_as_by_comparing_each_with_each() -> None:
    generator = np.random.default_rng(3)
    for spread in (1.0, 6.0, 30.0, 200.0):
        places = spread * generator.normal(size=(300, 2))
        near = (np.abs(places[:, None, :] - places[None, :, :]) < 4.0).all(axis=2)
        assert np.array_equal(_has_fewer_neighbours(places, 4.0, 3), near.sum(axis=1) < 3)


def test_thousands_of_false_zeros_do_not_flood_the_memory() -> None:
    tracemalloc.start()
    try:
        find_critical_points(parse("sin(x*y)/(x*y)"), {}, ("x", "y"), VIEW)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60e6


def test_a_letter_without_a_number_is_told() -> None:
    with pytest.raises(ValueError, match="no value for k"):
        find_critical_points(parse("x^2 + k y^2"), {}, ("x", "y"), (-1.0, 1.0, -1.0, 1.0))


def test_a_point_on_the_edge_is_found_whatever_rounding_did_to_it() -> None:
    found = find_critical_points(parse("tanh(x y)"), {}, ("x", "y"), (0.0, 300.0, -40.0, 40.0))
    assert [(point.kind.value, point.x) for point in found.points] == [("saddle", 0.0)]
