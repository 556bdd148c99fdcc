"""Why a derivative does not exist at a point."""

from __future__ import annotations

import math

import pytest

from core.parser import parse
from core.primitives import PRIMITIVES
from core.smoothness import Failure, Slope, slope_at
from tests.core.cases import rows

INF = math.inf


def at(text: str, x: float = 0.0, name: str = "x", **values: float) -> Slope:
    return slope_at(parse(text), {"x": x, **values}, name)


@pytest.mark.parametrize(
    ("text", "x", "failure", "left", "right"),
    [
        ("|x|", 0.0, Failure.CORNER, -1.0, 1.0),
        ("abs(x - 2)", 2.0, Failure.CORNER, -1.0, 1.0),
        ("relu(x)", 0.0, Failure.CORNER, 0.0, 1.0),
        ("max(x, -2x)", 0.0, Failure.CORNER, -2.0, 1.0),
        ("where(x > 0, x, 0.01x)", 0.0, Failure.CORNER, 0.01, 1.0),
        ("max(0, 1 - |x|)", 0.0, Failure.CORNER, 1.0, -1.0),
        ("sqrt(x^2)", 0.0, Failure.CORNER, -1.0, 1.0),
        ("|x| + 1e6", 0.0, Failure.CORNER, -1.0, 1.0),
        ("sqrt(|x|)", 0.0, Failure.CUSP, -INF, INF),
        ("cbrt(x^2)", 0.0, Failure.CUSP, -INF, INF),
        ("|x|^0.9", 0.0, Failure.CUSP, -INF, INF),
        ("1 - sqrt(|x|)", 0.0, Failure.CUSP, INF, -INF),
        ("cbrt(x)", 0.0, Failure.VERTICAL_TANGENT, INF, INF),
        ("-cbrt(x)", 0.0, Failure.VERTICAL_TANGENT, -INF, -INF),
        ("sign(x) |x|^0.9", 0.0, Failure.VERTICAL_TANGENT, INF, INF),
        ("floor(x)", 1.0, Failure.JUMP, 0.0, 0.0),
        ("sign(x)", 0.0, Failure.JUMP, 0.0, 0.0),
        ("x + (x > 2)", 2.0, Failure.JUMP, 1.0, 1.0),
        ("where(x > 1, x + 1, x)", 1.0, Failure.JUMP, 1.0, 1.0),
        ("where(x < 1, x + 1, x)", 1.0, Failure.JUMP, 1.0, 1.0),
        ("x mod 1", 3.0, Failure.JUMP, 1.0, 1.0),
        ("round(x)", 2.5, Failure.JUMP, 0.0, 0.0),
        ("1e-7 floor(x)", 1.0, Failure.JUMP, 0.0, 0.0),
    ],
)
def test_kind_of_failure(text: str, x: float, failure: Failure, left: float, right: float) -> None:
    slope = at(text, x)
    assert slope.failure is failure
    assert math.isnan(slope.derivative)
    assert (slope.left, slope.right) == pytest.approx((left, right), abs=1e-6)
    assert slope.value == parse(text).evaluate({"x": x})


@pytest.mark.parametrize(
    ("text", "x", "left", "right"),
    [
        ("sqrt(x)", 0.0, math.nan, INF),
        ("asin(x)", 1.0, INF, math.nan),
        ("acos(x)", -1.0, math.nan, -INF),
        ("x^1.5 sqrt(x)/|x|^0 + |x|", 0.0, math.nan, 1.0),
        ("x^x", 0.0, math.nan, -INF),
    ],
)
def test_edge_of_the_domain(text: str, x: float, left: float, right: float) -> None:
    slope = at(text, x)
    assert slope.failure is Failure.EDGE
    assert math.isnan(slope.derivative)
    assert math.isnan(slope.left) == math.isnan(left) and math.isnan(slope.right) == math.isnan(right)


@pytest.mark.parametrize(
    ("text", "x", "row"),
    [
        ("log(x)", -2.0, "log"),
        ("1 + sqrt(x - 5)", 3.0, "sqrt"),
        ("asin(2x)", 3.0, "asin"),
        ("sin(x)/x", 0.0, "divide"),
        ("x^0.5", -1.0, "power"),
        ("log(sqrt(x))", -1.0, "sqrt"),
    ],
)
def test_outside_the_domain_names_the_operation(text: str, x: float, row: str) -> None:
    slope = at(text, x)
    assert slope.failure is Failure.OUTSIDE_DOMAIN
    assert math.isnan(slope.value) and math.isnan(slope.derivative)
    assert slope.operation == PRIMITIVES[row].domain


@pytest.mark.parametrize("text", ["0/0 + x", "1e999 - 1e999 + x"])
def test_outside_the_domain_for_no_operation_of_a_sentence(text: str) -> None:
    slope = at(text)
    assert slope.failure is Failure.OUTSIDE_DOMAIN
    assert slope.operation in ("", PRIMITIVES["divide"].domain)


@pytest.mark.parametrize(
    ("text", "x", "value"), [("1/x", 0.0, INF), ("log(x)", 0.0, -INF), ("exp(x)", 1000.0, INF)]
)
def test_infinite(text: str, x: float, value: float) -> None:
    slope = at(text, x)
    assert (slope.failure, slope.value) == (Failure.INFINITE, value)
    assert math.isnan(slope.derivative)


@pytest.mark.parametrize(
    ("text", "x", "derivative"),
    [
        ("x^2", 3.0, 6.0),
        ("(x^2+1)^3", 2.0, 300.0),
        ("x |x|", 0.0, 0.0),
        ("|x|^3", 0.0, 0.0),
        ("max(x, x)", 1.0, 1.0),
        ("|x| - |x| + x", 0.0, 1.0),
        ("elu(x)", 0.0, 1.0),
        ("where(x > 0, x^2, -x^2)", 0.0, 0.0),
        ("where(x > 0, sin(x), x)", 0.0, 1.0),
        ("floor(x)", 1.5, 0.0),
        ("sin(pi round(x)) + x", 2.5, 1.0),
        ("x*(2 > 1)", 0.3, 1.0),
        ("floor(2) x", 0.3, 2.0),
        ("|x|", 1e-9, 1.0),
        ("7", 1.0, 0.0),
    ],
)
def test_smooth_points(text: str, x: float, derivative: float) -> None:
    slope = at(text, x)
    assert slope.failure is None
    assert slope.derivative == pytest.approx(derivative, abs=1e-8)


def test_partial_derivative_along_one_letter() -> None:
    hypotenuse = slope_at(parse("hypot(x, y)"), {"x": 0.0, "y": 0.0}, "y")
    assert (hypotenuse.failure, hypotenuse.left, hypotenuse.right) == (Failure.CORNER, -1.0, 1.0)
    assert at("|x| + y^2", 0.0, "y", y=3.0).derivative == 6.0
    assert at("|x| y", 0.0, "x", y=3.0).failure is Failure.CORNER
    assert at("x^2", 3.0, "t").derivative == 0.0
    assert at("|x|", 0.0, "t").derivative == 0.0
    assert math.isnan(at("log(x)", -1.0, "t").derivative)


KINKS = [row for row in rows("expressions.jsonl") if "kink" in row.get("tags", [])]


@pytest.mark.parametrize("case", KINKS, ids=[case["expr"] for case in KINKS])
def test_kinks_of_the_cases_are_named(case: dict[str, dict[str, float]]) -> None:
    for name, sides in case["kink"].items():
        slope = slope_at(parse(str(case["expr"])), case["vars"], name)
        assert slope.failure is Failure.CORNER
        assert sorted((slope.left, slope.right)) == pytest.approx(sides, abs=1e-6)


def test_misuse_is_told() -> None:
    with pytest.raises(ValueError, match="no value for x"):
        slope_at(parse("x"), {}, "x")


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_words(failure: Failure) -> None:
    assert failure.value == failure.value.lower()
