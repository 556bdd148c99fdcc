"""Numerical derivatives: what they print, how fast their errors shrink, and what single precision costs."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from core import finite_difference
from core.autodiff import grad
from core.finite_difference import (
    METHODS,
    PRECISIONS,
    DifferenceMethod,
    Precision,
    along,
    along_complex,
    backward_difference,
    central_difference,
    complex_step,
    estimate,
    estimate_with_error,
    five_point,
    forward_difference,
    gradient,
    method_named,
)
from core.parser import parse
from core.richardson import RICHARDSON_AMPLIFICATION, ridders
from tests.core import witnesses

FORWARD, BACKWARD, CENTRAL, FIVE_POINT, RICHARDSON, COMPLEX = METHODS
method_ids = [method.key for method in METHODS]
every_method = pytest.mark.parametrize("method", METHODS, ids=method_ids)
every_precision = pytest.mark.parametrize("precision", PRECISIONS)

SIMPLE = [method for method in METHODS if method is not RICHARDSON]
"""Methods whose order shows: Richardson's reaches the rounding error before."""

FUNCTIONS = [
    ("exp(sin(x))", 1.3),
    ("sin(x) exp(x)", 1.0),
    ("log(x)", 0.1),
    ("sqrt(x)", 0.01),
    ("tanh(3x)/x", -0.7),
    ("x^5 - 3x^2 + 1", 1.7),
    ("atan(x)^3 cos(20x)", 0.9),
    ("sigmoid(x)", -4.0),
]


def square(x: Any) -> Any:
    return x * x


def test_the_methods() -> None:
    assert method_ids == ["forward", "backward", "central", "five_point", "richardson", "complex_step"]
    assert [method.order for method in METHODS] == [1, 1, 2, 4, 20, 2]
    assert [method.is_complex for method in METHODS] == [False] * 5 + [True]
    assert all(method.title and method.latex for method in METHODS)


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
    assert forward_difference(square, 3.0, 0.5) == 6.5
    assert backward_difference(square, 3.0, 0.5) == 5.5
    assert central_difference(square, 3.0, 0.5) == 6.0
    assert complex_step(square, 3.0, 0.5) == 6.0


def test_five_points_by_hand() -> None:
    """(f(1) - 8 f(2) + 8 f(4) - f(5))/12 around 3, where x⁴ is still differentiated exactly and x⁵ is not."""
    assert five_point(lambda x: x**4, 3.0, 1.0) == (1 - 8 * 16 + 8 * 256 - 625) / 12 == 108.0
    assert five_point(lambda x: x**5, 3.0, 1.0) == (1 - 8 * 32 + 8 * 1024 - 3125) / 12 == 401.0


@every_method
def test_evaluations_are_counted(method: DifferenceMethod) -> None:
    points: set[complex] = set()

    def function(x: Any) -> Any:
        points.add(complex(x))
        return np.exp(x)

    method.estimate(function, 0.4, 0.1)
    assert len(points) == method.evaluations


@pytest.mark.parametrize("method", SIMPLE, ids=[method.key for method in SIMPLE])
def test_order_of_convergence(method: DifferenceMethod) -> None:
    expression, at = parse("exp(sin(2x))"), {"x": 0.4}
    exact = 2.0 * math.cos(0.8) * math.exp(math.sin(0.8))
    steps = np.array([1e-2, 1e-3])
    errors = np.abs(estimate(method, expression, at, "x", steps) - exact)
    assert math.log10(errors[0] / errors[1]) == pytest.approx(method.order, abs=0.05)


@pytest.mark.parametrize("method", SIMPLE, ids=[method.key for method in SIMPLE])
def test_truncation_terms_are_what_the_method_makes_of_powers(method: DifferenceMethod) -> None:
    """At 0 with the step 1 the estimate for tᵏ is the weight of the k-th term, or 0 where there is none."""
    weights = dict(method.truncation)
    for k in range(2, 1 + max(weights)):

        def power(t: Any, k: int = k) -> Any:
            result = t
            for _ in range(k - 1):
                result = result * t
            return result

        assert method.estimate(power, 0.0, 1.0) == pytest.approx(weights.get(k, 0.0), abs=1e-12)


@every_method
def test_amplification_is_what_wrong_values_cost(method: DifferenceMethod) -> None:
    """Values that are each wrong by ±1, in the worst way."""
    if method is RICHARDSON:
        assert method.amplification == RICHARDSON_AMPLIFICATION == pytest.approx(3.9)
        return
    signs = {-2.0: 1.0, -1.0: -1.0, 0.0: -1.0 if method is FORWARD else 1.0, 1.0: 1.0, 2.0: -1.0}

    def wrong(x: Any) -> Any:
        return signs[float(np.real(x))]

    assert method.estimate(wrong, 0.0, 1.0) == pytest.approx(method.amplification)


@pytest.mark.parametrize(
    ("method", "h", "low", "high"),
    [
        (FORWARD, 1e-8, 1e-10, 1e-7),
        (BACKWARD, 1e-8, 1e-10, 1e-7),
        (CENTRAL, 1e-5, 1e-13, 1e-9),
        (FIVE_POINT, 1e-3, 1e-15, 1e-12),
        (RICHARDSON, 0.5, 0.0, 1e-14),
        (FORWARD, 1e-12, 1e-6, 1e-3),
        (CENTRAL, 1e-12, 1e-6, 1e-3),
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


@every_method
@every_precision
def test_steps_and_points_may_be_arrays(method: DifferenceMethod, precision: Precision) -> None:
    expression = parse("x^2 y")
    steps = np.array([1e-1, 1e-2, 1e-3])
    point = {"x": 3.0, "y": 2.0}
    one_by_one = [estimate(method, expression, point, "x", h, precision) for h in steps]
    np.testing.assert_array_equal(estimate(method, expression, point, "x", steps, precision), one_by_one)
    points = np.array([1.0, 2.0, 3.0])
    slopes = estimate(method, expression, {"x": points, "y": 2.0}, "x", 1e-3, precision)
    np.testing.assert_allclose(slopes, 4.0 * points, rtol=3e-3)
    assert estimate(method, expression, {"x": points[:, None], "y": 2.0}, "x", steps, precision).shape == (
        3,
        3,
    )


@every_method
@every_precision
@pytest.mark.parametrize(("text", "x"), [("log(x)", -2.0), ("sqrt(x)", -1.0), ("x/x", 0.0)])
def test_none_outside_the_domain(method: DifferenceMethod, precision: Precision, text: str, x: float) -> None:
    assert math.isnan(estimate(method, parse(text), {"x": x}, "x", 1e-6, precision))


@every_method
def test_no_step_gives_no_slope(method: DifferenceMethod) -> None:
    assert math.isnan(method.estimate(square, 3.0, 0.0))


@every_method
@every_precision
def test_a_letter_that_does_not_occur_has_slope_0(method: DifferenceMethod, precision: Precision) -> None:
    assert estimate(method, parse("x^2"), {"x": 3.0}, "t", 1e-6, precision) == 0.0


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


# Richardson ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "x"), FUNCTIONS)
def test_richardson_is_near_machine_precision_and_knows_its_error(text: str, x: float) -> None:
    expression = parse(text)
    exact = float(witnesses.partial(expression, {"x": x}, "x"))
    slope, error = estimate_with_error(expression, {"x": x}, "x", min(0.1, abs(x) / 2))
    assert isinstance(slope, float) and isinstance(error, float)
    assert abs(slope / exact - 1.0) < 1e-11
    assert abs(slope - exact) <= 30.0 * error
    assert error < 1e-9 * abs(exact)
    assert slope == estimate(RICHARDSON, expression, {"x": x}, "x", min(0.1, abs(x) / 2))


def test_richardson_takes_less_where_its_first_steps_leave_the_domain() -> None:
    slope, error = estimate_with_error(parse("log(x)"), {"x": 0.1}, "x", 0.25)
    assert abs(slope - 10.0) <= error < 1e-2


def test_terms_of_richardson_are_those_of_the_extrapolation() -> None:
    """The polynomial through zᵐ at ten nodes z = 1/1.4²ⁱ, at 0, by Lagrange's formula at many digits."""
    with mpmath.workdps(60):
        nodes = [mpmath.mpf(1.4) ** (-2 * step) for step in range(10)]
        for k, weight in RICHARDSON.truncation:
            exact = sum(
                node ** ((k - 1) // 2)
                * mpmath.fprod(other / (other - node) for other in nodes if other != node)
                for node in nodes
            )
            assert weight == pytest.approx(float(exact), rel=1e-9)


def test_richardson_says_that_it_does_not_know() -> None:
    assert estimate_with_error(parse("|x|"), {"x": 1e-3}, "x", 0.1)[1] > 1e-2
    assert all(map(math.isnan, estimate_with_error(parse("log(x)"), {"x": -1.0}, "x", 0.1)))
    assert all(map(math.isnan, ridders(np.sqrt, 1e-9, 1.0)))


def test_each_element_stops_by_itself() -> None:
    steps = np.array([1.0, 1e-3, 1e-9])
    points = np.array([[0.3], [2.0]])
    slopes, errors = ridders(np.sin, points, steps)
    assert slopes.shape == errors.shape == (2, 3)
    for row, column in np.ndindex(2, 3):
        assert (slopes[row, column], errors[row, column]) == ridders(np.sin, points[row, 0], steps[column])


# Single precision ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "exp(sin(x)) y + 0.1",
        "sigmoid(x) gelu(y x)",
        "where(x > 1, x^3, gamma(x))",
        "max(x, y) + |x| + x mod 3",
    ],
)
def test_every_operation_is_rounded_to_single_precision(text: str) -> None:
    expression, values = parse(text), {"x": 1.3, "y": 0.7}
    function = along(expression, values, "x", "float32")
    single = function(np.float32(1.3))
    assert single.dtype == function(np.full(3, 1.3, dtype=np.float32)).dtype == np.float32
    exact = expression.evaluate(values)
    assert 0.0 < abs(float(single) - exact) < 1e-6 * abs(exact)


def test_single_precision_by_hand() -> None:
    """0.1 is rounded, 16777216 + 1 does not exist, and nothing in between is wider than 24 bits."""
    at = {"x": 16777216.0}
    assert along(parse("x + 0.1"), {"x": 0.0}, "x", "float32")(np.float32(0.0)) == np.float32(0.1)
    assert along(parse("x + 1 - x"), at, "x", "float32")(np.float32(at["x"])) == 0.0
    assert along(parse("x + 1 - x"), at, "x")(at["x"]) == 1.0
    assert along(parse("y x/y"), {**at, "y": 0.1}, "x", "float32")(np.float32(3.0)).dtype == np.float32


def test_constants_points_and_steps_are_rounded_once() -> None:
    x = np.linspace(0.1, 9.0, 200)
    single, tenth, h = x.astype(np.float32), np.float32(0.1), np.float32(1e-3)
    np.testing.assert_array_equal(along(parse("0.1x"), {"x": x}, "x", "float32")(single), tenth * single)
    got = estimate("forward", parse("0.1x"), {"x": x}, "x", 1e-3, "float32")
    np.testing.assert_array_equal(got, (tenth * (single + h) - tenth * single) / h)


def test_complex_single_precision() -> None:
    function = along_complex(parse("exp(x) + |x| + (x > 0)"), {"x": 1.0}, "x", "float32")
    assert function is not None and function(np.complex64(1 + 1e-3j)).dtype == np.complex64


@pytest.mark.parametrize(
    ("method", "h", "low", "high"),
    [
        (FORWARD, 3e-4, 1e-5, 3e-3),
        (FORWARD, 1e-8, 0.999, 1.001),
        (CENTRAL, 1e-8, 0.999, 1.001),
        (CENTRAL, 1e-5, 1e-4, 0.2),
        (CENTRAL, 5e-3, 1e-7, 1e-4),
        (FIVE_POINT, 3e-2, 1e-8, 1e-5),
        (RICHARDSON, 0.5, 0.0, 3e-6),
        (COMPLEX, 1e-8, 0.0, 3e-7),
        (COMPLEX, 1e-30, 0.0, 3e-7),
    ],
)
def test_error_in_single_precision(method: DifferenceMethod, h: float, low: float, high: float) -> None:
    """The step 1e-8, right in double precision, finds no slope at all: x + h is x."""
    got = estimate(method, parse("sin(x) exp(x)"), {"x": 1.0}, "x", h, "float32")
    exact = (math.sin(1.0) + math.cos(1.0)) * math.e
    assert isinstance(got, float)
    assert low <= abs(got / exact - 1.0) <= high


# Gradients ----------------------------------------------------------------------------------------

WORST = {
    "float64": (3e-6, 3e-6, 1e-8, 1e-10, 1e-11, 1e-14),
    "float32": (5e-2, 5e-2, 3e-3, 5e-4, 1e-4, 2e-5),
}
"""Relative errors that the methods keep, with steps of their own choice."""


@every_method
@every_precision
@pytest.mark.parametrize(("text", "x"), FUNCTIONS)
def test_gradient_chooses_a_good_step(
    method: DifferenceMethod, precision: Precision, text: str, x: float
) -> None:
    expression = parse(text)
    exact = float(witnesses.partial(expression, {"x": x}, "x"))
    found = gradient(expression, {"x": x}, method, precision=precision)
    assert list(found) == ["x"]
    assert abs(found["x"] / exact - 1.0) < WORST[precision][METHODS.index(method)]


@every_method
def test_gradient_by_key_with_a_step_of_ones_own(method: DifferenceMethod) -> None:
    f, at = parse("x^2 + 3 x y + y^2"), {"x": 2.0, "y": 3.0}
    found = gradient(f, at, method.key, 1e-3)
    assert list(found) == ["x", "y"]
    assert found == {name: estimate(method, f, at, name, 1e-3) for name in found}
    assert found == pytest.approx({"x": 13.0, "y": 12.0}, abs=2e-3)


@every_method
def test_gradient_at_many_points(method: DifferenceMethod) -> None:
    expression = parse("exp(sin(x)) y + y^3")
    values = {"x": np.linspace(-3.0, 3.0, 7)[:, None], "y": np.array([0.5, 2.0])}
    found, exact = gradient(expression, values, method), grad(expression, values)
    for name in "xy":
        assert found[name].shape == (7, 2)
        np.testing.assert_allclose(found[name], exact[name], rtol=1e-6)


@every_method
@pytest.mark.parametrize(
    ("text", "x", "slope"),
    [
        ("x", 2.0, 1.0),
        ("x^2", 0.0, 0.0),
        ("(x - 1)^2", 1.0, 0.0),
        ("x^2 - 2x + 1", 1.0, 0.0),
        ("relu(x)", 0.4, 1.0),
        ("relu(x)", -0.4, 0.0),
        ("|x|", 1e9, 1.0),
        ("3 + 0x", 5.0, 0.0),
        ("cos(x)", 0.0, 0.0),
        ("x^3", 1e-9, 0.0),
        ("1e300 x^3", 1.0, 3e300),
    ],
)
def test_gradient_where_a_prediction_is_degenerate(
    method: DifferenceMethod, text: str, x: float, slope: float
) -> None:
    assert gradient(parse(text), {"x": x}, method)["x"] == pytest.approx(slope, rel=1e-6, abs=1e-6)


@every_method
def test_gradient_outside_the_domain(method: DifferenceMethod) -> None:
    assert math.isnan(gradient(parse("log(x)"), {"x": -1.0}, method)["x"])


def test_it_is_reached_as_a_module_of_core() -> None:
    assert finite_difference.gradient(parse("x^2"), {"x": 3.0})["x"] == pytest.approx(6.0)
    assert gradient(parse("2"), {}) == {}


# Misuse -------------------------------------------------------------------------------------------


def test_misuse_is_told() -> None:
    f, at = parse("x^2"), {"x": 3.0}
    with pytest.raises(ValueError, match="no value for x"):
        estimate(FORWARD, f, {}, "x", 1e-6)
    with pytest.raises(ValueError, match="no value for y"):
        along_complex(parse("x y"), {"x": 1.0}, "x")
    with pytest.raises(ValueError, match="no value for x"):
        gradient(f, {})
    with pytest.raises(
        ValueError, match="no method 'newton': choose one of forward, backward, central, five_p"
    ):
        gradient(f, at, "newton")
    with pytest.raises(ValueError, match="no method 'newton'"):
        method_named("newton")
    for call in (along, along_complex):
        with pytest.raises(ValueError, match="no precision 'float16': choose float64 or float32"):
            call(f, at, "x", "float16")  # type: ignore[operator]


@pytest.mark.parametrize("h", [0.0, -1e-3, math.nan, math.inf, [1e-3, 0.0], "small", 1j])
def test_a_step_is_above_0(h: Any) -> None:
    f, at = parse("x^2"), {"x": 3.0}
    for call in (
        lambda: estimate("central", f, at, "x", h),
        lambda: estimate_with_error(f, at, "x", h),
        lambda: gradient(f, at, h=h),
    ):
        with pytest.raises(ValueError, match="step size h must be a finite number above 0"):
            call()
