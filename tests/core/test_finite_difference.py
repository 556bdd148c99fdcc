"""Numerical derivatives: what they print, and how fast their errors shrink."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core.autodiff import grad
from core.finite_difference import (
    METHODS,
    DifferenceMethod,
    along,
    along_complex,
    central_difference,
    complex_step,
    estimate,
    forward_difference,
)
from core.parser import parse

FORWARD, CENTRAL, COMPLEX = METHODS
method_ids = [method.key for method in METHODS]


def test_the_three_methods() -> None:
    assert method_ids == ["forward", "central", "complex_step"]
    assert [method.is_complex for method in METHODS] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "values", "name", "slope"),
    [
        ("x^2", {"x": 3.0}, "x", "6.000000"),
        ("x^3", {"x": 2.0}, "x", "12.000001"),
        ("x^2 + 3 x y + y^2", {"x": 2.0, "y": 3.0}, "x", "13.000000"),
        ("x^2 + 3 x y + y^2", {"x": 2.0, "y": 3.0}, "y", "12.000000"),
    ],
)
def test_forward_difference_as_it_is_printed(
    text: str, values: dict[str, float], name: str, slope: str
) -> None:
    assert f"{estimate(FORWARD, parse(text), values, name, 1e-7):.6f}" == slope


def test_by_hand() -> None:
    def square(x: Any) -> Any:
        return x * x

    assert forward_difference(square, 3.0, 0.5) == 6.5
    assert central_difference(square, 3.0, 0.5) == 6.0
    assert complex_step(square, 3.0, 0.5) == 6.0


@pytest.mark.parametrize("method", METHODS, ids=method_ids)
def test_order_of_convergence(method: DifferenceMethod) -> None:
    expression, at = parse("exp(sin(2x))"), {"x": 0.4}
    exact = 2.0 * math.cos(0.8) * math.exp(math.sin(0.8))
    steps = np.array([1e-2, 1e-3])
    errors = np.abs(estimate(method, expression, at, "x", steps) - exact)
    assert math.log10(errors[0] / errors[1]) == pytest.approx(method.order, abs=0.05)


@pytest.mark.parametrize(
    ("method", "h", "low", "high"),
    [
        (FORWARD, 1e-8, 1e-10, 1e-7),
        (CENTRAL, 1e-5, 1e-13, 1e-9),
        (FORWARD, 1e-12, 1e-6, 1e-2),
        (CENTRAL, 1e-12, 1e-6, 1e-2),
        (COMPLEX, 1e-8, 0.0, 1e-15),
        (COMPLEX, 1e-30, 0.0, 1e-15),
        (COMPLEX, 1e-200, 0.0, 1e-15),
    ],
)
def test_error_as_measured(method: DifferenceMethod, h: float, low: float, high: float) -> None:
    got = estimate(method, parse("sin(x) exp(x)"), {"x": 1.0}, "x", h)
    exact = (math.sin(1.0) + math.cos(1.0)) * math.e
    assert low <= abs(got / exact - 1.0) <= high


def test_complex_step_is_exact_to_the_last_digits() -> None:
    for text, x in [
        ("x^2", 3.0),
        ("x^3", -2.0),
        ("|x|^3", -1.3),
        ("sigmoid(x)", -40.0),
        ("logaddexp(x, 999)", 1000.0),
    ]:
        expression = parse(text)
        exact = grad(expression, {"x": x})["x"]
        assert estimate(COMPLEX, expression, {"x": x}, "x", 1e-30) == pytest.approx(exact, rel=1e-15)


@pytest.mark.parametrize("method", METHODS, ids=method_ids)
def test_steps_and_points_may_be_arrays(method: DifferenceMethod) -> None:
    expression = parse("x^2 y")
    steps = np.array([1e-4, 1e-5, 1e-6])
    one_by_one = [estimate(method, expression, {"x": 3.0, "y": 2.0}, "x", h) for h in steps]
    np.testing.assert_allclose(estimate(method, expression, {"x": 3.0, "y": 2.0}, "x", steps), one_by_one)
    points = np.array([1.0, 2.0, 3.0])
    slopes = estimate(method, expression, {"x": points, "y": 2.0}, "x", 1e-6)
    np.testing.assert_allclose(slopes, 4.0 * points, rtol=1e-5)


@pytest.mark.parametrize("method", METHODS, ids=method_ids)
@pytest.mark.parametrize(("text", "x"), [("log(x)", -2.0), ("sqrt(x)", -1.0), ("x/x", 0.0)])
def test_none_outside_the_domain(method: DifferenceMethod, text: str, x: float) -> None:
    assert math.isnan(estimate(method, parse(text), {"x": x}, "x", 1e-6))


@pytest.mark.parametrize("method", METHODS, ids=method_ids)
def test_no_step_gives_no_slope(method: DifferenceMethod) -> None:
    assert math.isnan(estimate(method, parse("x^2"), {"x": 3.0}, "x", 0.0))


@pytest.mark.parametrize("method", METHODS, ids=method_ids)
def test_a_letter_that_does_not_occur_has_slope_0(method: DifferenceMethod) -> None:
    assert estimate(method, parse("x^2"), {"x": 3.0}, "t", 1e-6) == 0.0


def test_operations_without_a_complex_form() -> None:
    expression = parse("erf(x) + y")
    assert along_complex(expression, {"x": 1.0, "y": 2.0}, "x") is None
    assert math.isnan(estimate(COMPLEX, expression, {"x": 1.0, "y": 2.0}, "x", 1e-30))
    assert np.isnan(estimate(COMPLEX, expression, {"x": np.zeros(3), "y": 2.0}, "x", 1e-30)).shape == (3,)
    assert estimate(COMPLEX, expression, {"x": 1.0, "y": 2.0}, "y", 1e-30) == 1.0


def test_all_but_one_letter_are_kept() -> None:
    expression = parse("x^2 + 10 y + 2")
    assert along(expression, {"x": 3.0, "y": 1.0}, "y")(2.0) == 31.0
    in_complex = along_complex(expression, {"x": 3.0, "y": 1.0}, "y")
    assert in_complex is not None and in_complex(2.0 + 1j) == 31.0 + 10j


def test_misuse_is_told() -> None:
    with pytest.raises(ValueError, match="no value for x"):
        estimate(FORWARD, parse("x^2"), {}, "x", 1e-6)
    with pytest.raises(ValueError, match="no value for y"):
        along_complex(parse("x y"), {"x": 1.0}, "x")
