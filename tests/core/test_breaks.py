"""Jumps, holes and ends of curves, whose places and sides are known by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.breaks import Break, find_breaks, leaps, one_sided_limits
from core.parser import parse

NAN = math.nan
WINDOWS = ((-5.0, 5.0), (-4.7, 5.2), (-0.31, 0.37), (-40.0, 41.3))


def breaks_of(formula: str, left: float, right: float) -> tuple[Break, ...]:
    expression = parse(formula)

    def function(x):
        return expression.evaluate({"x": x})

    x = np.linspace(left, right, 1201)
    return find_breaks(function, x, function(x))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("sign(x)", [(0.0, 0.0, -1.0, 1.0)]),
        ("heaviside(x)", [(0.0, 0.5, 0.0, 1.0)]),
        ("x/abs(x)", [(0.0, NAN, -1.0, 1.0)]),
        ("sqrt(x)", [(0.0, 0.0, NAN, 0.0)]),
        ("sin(x)/x", [(0.0, NAN, 1.0, 1.0)]),
        ("where(x<0.3, 1, x/10)", [(0.3, 0.03, 1.0, 0.03)]),
        ("where(x<=0.3, 1, x/10)", [(0.3, 1.0, 1.0, 0.03)]),
        ("exp(1/x)", [(0.0, NAN, 0.0, NAN)]),
        ("1/x", []),
        ("ln(x)", []),
        ("1/x^2", []),
        ("sin(1/x)", []),
        ("abs(x)", []),
        ("cbrt(x)", []),
        ("tanh(1e6 x)", []),
        ("1/(x-x)", []),
    ],
)
def test_known_breaks(formula: str, wanted: list[tuple[float, ...]], window: tuple[float, float]) -> None:
    found = [(each.x, each.value, each.left, each.right) for each in breaks_of(formula, *window)]
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert one == pytest.approx(other, rel=1e-6, abs=1e-9, nan_ok=True)
        assert one[0] == other[0]


def test_a_staircase_is_closed_on_one_side() -> None:
    for n, each in zip(range(-4, 6), breaks_of("floor(x)", -4.7, 5.2), strict=True):
        assert each == Break(n, n, n - 1, n)
    for n, each in zip(range(-4, 6), breaks_of("ceil(x)", -4.7, 5.2), strict=True):
        assert each == Break(n, n, n, n + 1)


def test_thirds_fall_on_the_upper_stair() -> None:
    steps = breaks_of("floor(3x)", 0.1, 2.0)
    assert [each.x for each in steps] == pytest.approx([n / 3 for n in range(1, 7)], rel=1e-15)
    assert all(each.value == each.right == each.left + 1 for each in steps)


def test_an_arc_is_closed_at_both_ends() -> None:
    left, right = breaks_of("sqrt(4-x^2)", -5.0, 5.0)
    assert (left.x, left.value, left.right) == (-2.0, 0.0, 0.0)
    assert (right.x, right.value, right.left) == (2.0, 0.0, 0.0)
    assert math.isnan(left.left)
    assert math.isnan(right.right)


def test_too_many_to_be_told_apart_are_none() -> None:
    assert breaks_of("floor(100x)", -5.0, 5.0) == ()


@pytest.mark.parametrize("width", [0.01, 1.0, 10.0, 100.0, 400.0])
def test_no_chord_crosses_a_jump_or_a_pole(width: float) -> None:
    x = np.linspace(-0.517 * width, 0.483 * width, 1201)
    for formula, where in (("tan(x)", math.pi), ("mod(x,1)", 1.0), ("floor(x)", 1.0), ("sign(x)", math.inf)):
        expression = parse(formula)
        leaping = leaps(lambda x, e=expression: e.evaluate({"x": x}), x, expression.evaluate({"x": x}))
        offset = math.pi / 2 if formula == "tan(x)" else 0.0
        if math.isinf(where):
            crossed = (x[:-1] < 0.0) & (x[1:] >= 0.0)
        else:
            crossed = np.floor((x[:-1] - offset) / where) < np.floor((x[1:] - offset) / where)
        assert leaping[crossed].all(), (formula, width)
        assert not leaping[~crossed].any(), (formula, width)


def test_limits_of_what_oscillates_or_runs_away_do_not_exist() -> None:
    with np.errstate(all="ignore"):
        for function in (lambda x: np.sin(1 / x), lambda x: 1 / x, lambda x: np.log(np.abs(x))):
            sides = one_sided_limits(function, np.array([0.0]), np.array([0.01]))
            assert np.isnan(sides).all()


def test_a_continuous_side_has_exactly_the_value() -> None:
    x = np.array([0.1, 0.7, 3.0])
    left, right = one_sided_limits(np.cos, x, np.full(3, 0.01))
    assert (left == np.cos(x)).all()
    assert (right == np.cos(x)).all()
