"""Normal, osculating circle, Taylor polynomial and f″, against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from core.scenes.derivative import DerivativeScene, DerivativeState, compute, type_formula
from core.scenes.derivative_extras import EXTRAS, ExtrasScene, with_degree, with_shown
from core.scenes.state import StateError, from_json, to_json

VIEW = (-5.0, 5.0, -3.0, 3.0)


def scene_of(formula: str, x: float, *shown: str, degree: int = 3) -> DerivativeScene:
    state = type_formula(DerivativeState(), formula)
    return compute(replace(state, x=x, view=VIEW, shown=shown, taylor_degree=degree))


def extras_of(formula: str, x: float, *shown: str, degree: int = 3) -> ExtrasScene:
    return scene_of(formula, x, *shown, degree=degree).extras


def test_nothing_is_computed_unasked() -> None:
    extras = extras_of("sin(x)", 1.0)
    assert (extras.normal, extras.circle, extras.taylor, extras.second, extras.legend) == (None,) * 4 + ((),)


@pytest.mark.parametrize(("formula", "x"), [("sin(x)", 1.0), ("x^2", 0.0), ("exp(x)", -2.0)])
def test_normal_is_perpendicular_to_the_tangent(formula: str, x: float) -> None:
    scene = scene_of(formula, x, "normal")
    assert scene.extras.normal is not None
    across, up = scene.extras.normal
    assert across * 1.0 + up * scene.slope.derivative == pytest.approx(0.0)
    assert math.hypot(across, up) > 0.5


@pytest.mark.parametrize(
    ("formula", "x", "centre", "radius"),
    [
        ("x^2", 0.0, (0.0, 0.5), 0.5),
        ("-x^2", 0.0, (0.0, -0.5), 0.5),
        ("sqrt(4-x^2)", 1.0, (0.0, 0.0), 2.0),
        ("-sqrt(9-x^2)", -2.0, (0.0, 0.0), 3.0),
        ("cosh(x)", 0.7, (0.7 - math.sinh(0.7) * math.cosh(0.7), 2 * math.cosh(0.7)), math.cosh(0.7) ** 2),
    ],
)
def test_osculating_circle(formula, x, centre, radius) -> None:
    circle = extras_of(formula, x, "circle").circle
    assert circle is not None
    assert circle.centre == pytest.approx(centre, abs=1e-12)
    assert circle.radius == pytest.approx(radius)
    away = np.hypot(circle.outline.x - centre[0], circle.outline.y - centre[1])
    assert away == pytest.approx(np.full(away.size, radius))


def test_a_huge_circle_is_exact_where_it_touches() -> None:
    circle = extras_of("1e-10 x^2 + x", 0.0, "circle").circle
    assert circle is not None
    seen = np.abs(circle.outline.x) < 5.0
    assert seen.sum() > 20
    assert circle.outline.y[seen] == pytest.approx(circle.outline.x[seen], abs=1e-7)


@pytest.mark.parametrize(("formula", "x"), [("exp(x)", 0.3), ("sin(x)", -1.0), ("1/(1+x^2)", 0.5)])
@pytest.mark.parametrize("degree", [1, 4, 8])
def test_taylor_polynomial(formula: str, x: float, degree: int) -> None:
    functions = {"exp(x)": mpmath.exp, "sin(x)": mpmath.sin, "1/(1+x^2)": lambda t: 1 / (1 + t * t)}
    extras = extras_of(formula, x, "taylor", degree=degree)
    assert extras.taylor is not None
    with mpmath.workdps(40):
        coefficients = mpmath.taylor(functions[formula], mpmath.mpf(x), degree)
        for place, height in list(zip(extras.taylor.curve.x, extras.taylor.curve.y, strict=True))[::100]:
            exact = sum(a * (mpmath.mpf(place) - mpmath.mpf(x)) ** k for k, a in enumerate(coefficients))
            assert height == pytest.approx(float(exact), rel=1e-11, abs=1e-11)


@pytest.mark.parametrize(
    ("formula", "x", "degree", "lines"),
    [
        ("exp(x)", 0.0, 3, ("T_{3}(x) = 1 + x", r"+ 0.5 \, x^{2} + 0.167 \, x^{3}")),
        ("x^2", 1.0, 2, (r"T_{2}(x) = 1 + 2 \, (x - 1)", "+ (x - 1)^{2}")),
        ("-x", -2.0, 3, ("T_{3}(x) = 2 - (x + 2)",)),
        ("sin(x)", 0.0, 4, (r"T_{4}(x) = x - 0.167 \, x^{3}",)),
        ("0*x", 0.0, 2, ("T_{2}(x) = 0",)),
        ("1e-9 x", 0.0, 1, (r"T_{1}(x) = 1 \cdot 10^{-9} \, x",)),
        ("-cos(x)", 0.0, 1, ("T_{1}(x) = - 1",)),
    ],
)
def test_its_formula(formula: str, x: float, degree: int, lines: tuple[str, ...]) -> None:
    extras = extras_of(formula, x, "taylor", degree=degree)
    assert tuple(row.latex for row in extras.legend) == lines
    assert [row.drawn for row in extras.legend] == [True] + [False] * (len(lines) - 1)


@pytest.mark.parametrize(
    ("formula", "x", "words"),
    [
        ("abs(x)", 0.0, ["no derivative", "no second derivative", "no first derivative"]),
        ("ln(x)", -1.0, ["no derivative", "no second derivative", "no first derivative"]),
        ("x*abs(x)", 0.0, ["normal line", "no second derivative", "no second derivative"]),
        ("2x+1", 0.5, ["normal line", "f″ = 0", ""]),
        ("x^2*abs(x)", 0.0, ["normal line", "f″ = 0", "no third derivative"]),
        ("max(0, x)^2 + x", 0.0, ["normal line", "no second derivative", "no second derivative"]),
    ],
)
def test_what_does_not_exist_is_not_drawn_and_says_why(formula: str, x: float, words: list[str]) -> None:
    extras = extras_of(formula, x, "normal", "circle", "taylor")
    for row, word in zip(extras.legend, words, strict=True):
        assert word in row.text
        assert row.drawn == (not row.text.startswith("No"))
    assert (extras.normal is not None) == (words[0] == "normal line")
    assert extras.circle is None
    assert (extras.taylor is not None) == (words[2] == "")


def test_second_derivative() -> None:
    second = extras_of("sin(2x)", 0.0, "second").second
    assert second is not None
    assert second.y == pytest.approx(-4 * np.sin(2 * second.x))
    kinked = extras_of("abs(x)^3", 0.0, "second").second
    assert kinked is not None
    assert kinked.y == pytest.approx(6 * np.abs(kinked.x), abs=1e-12)
    outside = extras_of("ln(x)", 1.0, "second").second
    assert outside is not None
    assert np.isnan(outside.y[outside.x < 0]).all()


def test_showing_the_second_derivative_brings_it_into_sight() -> None:
    state = replace(type_formula(DerivativeState(), "sin(5x)"), slope_range=(-6.0, 6.0))
    shown = with_shown(state, "second", True)
    assert shown.shown == ("second",)
    assert shown.slope_range[0] <= -25.0
    assert shown.slope_range[1] >= 25.0
    assert with_shown(shown, "second", False) == replace(shown, shown=())
    assert with_shown(shown, "second", True).slope_range == shown.slope_range


@pytest.mark.parametrize("key", EXTRAS)
def test_each_is_shown_and_hidden(key: str) -> None:
    state = DerivativeState()
    shown = with_shown(state, key, True)
    assert shown.shown == (key,)
    assert from_json(DerivativeState, to_json(shown)) == shown
    assert with_shown(shown, key, False).shown == ()


def test_degree_stays_in_range() -> None:
    assert [with_degree(DerivativeState(), degree).taylor_degree for degree in (-1, 5, 99)] == [1, 5, 8]


@pytest.mark.parametrize(
    "change", [{"shown": ("tea",)}, {"shown": ("normal", "normal")}, {"taylor_degree": 9}]
)
def test_saved_nonsense_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(StateError):
        from_json(DerivativeState, to_json(replace(DerivativeState(), **change)))
