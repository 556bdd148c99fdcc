"""Zeros, extrema and inflections against closed forms and mpmath's root finder."""

from __future__ import annotations

import itertools
import math

import mpmath
import numpy as np
import pytest

from core.features import MOST, Feature, Kind, find_features, sign_changes
from core.parser import parse

WINDOWS = ((-5.0, 5.0), (-4.7, 5.2))
"""The first has a sample at 0, the second has none at any round number."""


def found(formula: str, left: float, right: float, *kinds: Kind) -> list[float]:
    return [each.x for each in find_features(parse(formula), {}, "x", left, right) if each.kind in kinds]


ROOTS = [
    ("sin(1.2*x)*exp(-x^2/8)", lambda x: mpmath.sin(mpmath.mpf("1.2") * x) * mpmath.exp(-(x**2) / 8)),
    ("x^5 - x - 1", lambda x: x**5 - x - 1),
    ("exp(x) - 3", lambda x: mpmath.exp(x) - 3),
    ("cos(x) - x", lambda x: mpmath.cos(x) - x),
    ("ln(x^2 + 1) - 2", lambda x: mpmath.log(x**2 + 1) - 2),
    ("x^3 - 2x^2 - x + 1", lambda x: x**3 - 2 * x**2 - x + 1),
    ("tanh(x) - x/2", lambda x: mpmath.tanh(x) - x / 2),
]


@pytest.mark.parametrize(("formula", "witness"), ROOTS)
@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("window", WINDOWS)
def test_they_are_the_roots_of_the_function_and_its_derivatives(formula, witness, order, window) -> None:
    def derivative(x):
        return mpmath.diff(witness, x, order) if order else witness(x)

    kinds = (
        (Kind.ZERO,),
        (Kind.MAXIMUM, Kind.MINIMUM),
        (Kind.INFLECTION, Kind.LEVEL_INFLECTION),
    )[order]
    places = found(formula, *window, *kinds)
    with mpmath.workdps(30):
        coarse = np.linspace(*window, 400)
        signs = [mpmath.sign(derivative(mpmath.mpf(x))) for x in coarse]
        crossings = sum(a * b < 0 for a, b in itertools.pairwise(signs)) + signs.count(0)
        roots = [mpmath.findroot(derivative, mpmath.mpf(x)) for x in places]
    assert len(places) == crossings
    for x, root in zip(places, roots, strict=True):
        assert x == pytest.approx(float(root), rel=1e-14, abs=1e-14)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    ("formula", "kind", "places"),
    [
        ("x^2", Kind.ZERO, [0.0]),
        ("x^2", Kind.MINIMUM, [0.0]),
        ("(x-0.3)^2", Kind.ZERO, [0.3]),
        ("(x^2-2)^2", Kind.ZERO, [-math.sqrt(2), math.sqrt(2)]),
        ("x^4-4x^2+4", Kind.ZERO, [-math.sqrt(2), math.sqrt(2)]),
        ("x^2 + 1e-9", Kind.ZERO, []),
        ("sin(x)^2", Kind.ZERO, [-math.pi, 0.0, math.pi]),
        ("abs(sin(x))", Kind.ZERO, [-math.pi, 0.0, math.pi]),
        ("abs(x)", Kind.MINIMUM, [0.0]),
        ("abs(x^2-1)", Kind.MINIMUM, [-1.0, 1.0]),
        ("abs(x^2-1)", Kind.MAXIMUM, [0.0]),
        ("abs(x^2-1)", Kind.INFLECTION, []),
        ("cbrt(x^2)", Kind.MINIMUM, [0.0]),
        ("cbrt(x)", Kind.INFLECTION, [0.0]),
        ("x^3", Kind.LEVEL_INFLECTION, [0.0]),
        ("x*abs(x)", Kind.LEVEL_INFLECTION, [0.0]),
        ("sqrt(4-x^2)", Kind.ZERO, [-2.0, 2.0]),
        ("sqrt(x)", Kind.ZERO, [0.0]),
        ("ln(x)", Kind.ZERO, [1.0]),
        ("x^2-1e-6", Kind.ZERO, [-0.001, 0.001]),
        ("exp(-(1000(x-0.3))^2)", Kind.MAXIMUM, [0.3]),
        ("tan(x)", Kind.ZERO, [-math.pi, 0.0, math.pi]),
        ("1/cos(x)^2", Kind.MINIMUM, [-math.pi, 0.0, math.pi]),
        ("1/cos(x)^2", Kind.MAXIMUM, []),
        ("where(x<0, -x, x+1)", Kind.MINIMUM, []),
        ("x-floor(x)-0.5", Kind.ZERO, [n + 0.5 for n in range(-5, 5)]),
        ("tanh(1000x)", Kind.ZERO, [0.0]),
        ("x^x", Kind.MINIMUM, [math.exp(-1)]),
    ],
)
def test_closed_forms(formula: str, kind: Kind, places: list[float], window: tuple[float, float]) -> None:
    wanted = [x for x in places if window[0] <= x <= window[1]]
    assert found(formula, *window, kind) == pytest.approx(wanted, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    "formula",
    [
        "1/x", "1/x^2", "sign(x)", "x/abs(x)", "heaviside(x) - 0.5", "floor(x)", "3", "0*x", "max(0, x)",
        "sin(x)^2 + cos(x)^2", "(x+1)^2 - x^2 - 2x", "atan(1/x)", "1/(x-x)", "sqrt(-1-x^2)", "1/floor(x)",
        "sin(2x) - 2sin(x)*cos(x)", "tan(x) - sin(x)/cos(x)", "exp(x)^2/exp(2x)", "cos(2x) + 2sin(x)^2",
        "(sin(x)+cos(x))^2 - sin(2x)", "(x+0.1)^3 - x^3 - 0.3x^2 - 0.03x - 0.002",
    ],
)  # fmt: skip
def test_nothing_is_found_where_nothing_is(formula: str, window: tuple[float, float]) -> None:
    assert find_features(parse(formula), {}, "x", *window) == ()


@pytest.mark.parametrize(("left", "right"), [(-1e-12, 3e-12), (-1e12, 3e12), (99.0, 101.0), (-1e-3, 1e-3)])
def test_scale_does_not_matter(left: float, right: float) -> None:
    middle, unit = (left + right) / 2, (right - left) / 4
    values = {"m": middle, "u": unit}
    found = find_features(parse("((x-m)/u)^3 - (x-m)/u"), values, "x", left, right)
    places = [(each.x - middle) / unit for each in found]
    turn = 1 / math.sqrt(3)
    assert places == pytest.approx([-1, -turn, 0, 0, turn, 1], abs=1e-9)


def test_an_endless_number_of_zeros_stays_bounded() -> None:
    features = find_features(parse("sin(1/x)"), {}, "x", -1.0, 1.0)
    zeros = [each.x for each in features if each.kind is Kind.ZERO]
    assert 5 < len(zeros) <= MOST
    for x in zeros:
        assert 1 / (math.pi * x) == pytest.approx(round(1 / (math.pi * x)), abs=1e-6)


def test_too_many_to_be_told_apart_are_none() -> None:
    assert find_features(parse("sin(2000x)"), {}, "x", -5.0, 5.0) == ()


def test_letters_have_numbers() -> None:
    assert find_features(parse("(x-a)*b"), {"a": 2.0, "b": 3.0}, "x", 0.0, 5.0) == (
        Feature(Kind.ZERO, 2.0, 0.0),
    )


def test_sign_changes_include_those_at_a_sample() -> None:
    x = np.linspace(-1.0, 1.0, 5)
    assert sign_changes(np.sin, x, np.sin(x)).tolist() == [0.0]


@pytest.mark.parametrize("places", [1, 7, 60, 500])
def test_changes_of_sign_without_a_slope_take_few_passes(places) -> None:
    """Interpolation does not help where nothing bends: halving alone would take fifty passes."""
    passes = 0

    def square(x):
        nonlocal passes
        passes += 1
        return np.sign(np.sin(np.pi * (x + 0.1)))

    x = np.linspace(0.05, places + 0.05, 11 * places + 3)
    with np.errstate(all="ignore"):
        found = sign_changes(square, x, square(x))
    assert found == pytest.approx(np.arange(1, places + 1) - 0.1, abs=1e-13)
    assert passes <= 45 if places > 100 else passes <= 30


def test_a_very_long_product_has_its_zeros_and_extrema_marked_but_no_inflections() -> None:
    product = parse("*".join(f"sin({k}*x)" for k in range(1, 40)))
    found = find_features(product, {}, "x", 0.05, 0.2)
    zeros = [feature.x for feature in found if feature.kind is Kind.ZERO]
    wanted = sorted({m / k for k in range(1, 40) for m in range(1, 40) if 0.05 < m * math.pi / k < 0.2})
    assert zeros == pytest.approx([math.pi * each for each in wanted])
    assert {feature.kind for feature in found} == {Kind.ZERO, Kind.MAXIMUM, Kind.MINIMUM}
