"""Reverse mode, forward mode, the symbolic derivative and the complex step against mpmath and each other.

Random formulas are compared with mpmath in :mod:`tests.core.test_random_expressions`. Here they are taken to
points where nothing is smooth: ``NABLA_LONG=10`` tries 3,000 and makes them anew at each run; without it
they are the same 300 every time.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import finite_difference
from core.autodiff import (
    forward_pass,
    grad,
    hessian,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)
from core.differentiate import differentiate
from core.expression import Apply, Constant, Expression, Variable
from core.parser import parse
from core.primitives import PRIMITIVES
from tests.core import witnesses
from tests.core.cases import number, rows
from tests.core.rounding import assert_same, careful, rounding

LONG = int(os.environ.get("NABLA_LONG", "1"))
COMPLEX_STEP = finite_difference.METHODS[-1]
EXPRESSIONS = rows("expressions.jsonl")
ids = [f"{case['expr']}@{case['vars'].get('x', '')}" for case in EXPRESSIONS]


# The order of the backward pass -------------------------------------------------------------------


def test_fan_out() -> None:
    assert value_and_grad(parse("x*x + x"), {"x": 3.0}) == (12.0, {"x": 7.0})


@pytest.mark.parametrize(
    ("text", "values", "value", "gradient"),
    [
        ("x^2", {"x": 3.0}, 9.0, {"x": 6.0}),
        ("x^3", {"x": 2.0}, 8.0, {"x": 12.0}),
        ("(x^2+1)^3", {"x": 2.0}, 125.0, {"x": 300.0}),
        ("x^2 + 3 x y + y^2", {"x": 2.0, "y": 3.0}, 31.0, {"x": 13.0, "y": 12.0}),
        ("x^2 + y^2", {"x": 3.0, "y": 4.0}, 25.0, {"x": 6.0, "y": 8.0}),
        ("x*x*x*x", {"x": 2.0}, 16.0, {"x": 32.0}),
        ("(x+x)*(x+x)", {"x": 3.0}, 36.0, {"x": 24.0}),
        ("sin(x)*sin(x) + cos(x)*cos(x)", {"x": 1.1}, 1.0, {"x": 0.0}),
        ("x - x", {"x": 5.0}, 0.0, {"x": 0.0}),
        ("7", {}, 7.0, {}),
        ("x", {"x": 5.0}, 5.0, {"x": 1.0}),
    ],
)
def test_numbers_that_must_come_out(
    text: str, values: dict[str, float], value: float, gradient: dict[str, float]
) -> None:
    got, slopes = value_and_grad(parse(text), values)
    assert got == pytest.approx(value, abs=1e-15)
    assert slopes == pytest.approx(gradient, abs=1e-15)
    assert grad(parse(text), values) == slopes


def test_neuron() -> None:
    loss = parse("(sigmoid(w x + b) - y)^2")
    values = {"x": 2.0, "y": 1.0, "w": 0.5, "b": 0.1}
    tape = forward_pass(loss, {name: np.float64(number) for name, number in values.items()})
    by_text = {str(node.expression): node.primal for node in tape}
    value, gradient = value_and_grad(loss, values)
    assert f"{by_text['w*x + b']:.4f} {by_text['sigmoid(w*x + b)']:.4f} {value:.4f}" == "1.1000 0.7503 0.0624"
    assert f"{gradient['w']:.4f} {gradient['b']:.4f}" == "-0.1872 -0.0936"


def test_vjp_and_jvp_are_transposes() -> None:
    expression = parse("x^2 y + sin(x z)")
    at = {"x": 0.7, "y": -1.2, "z": 2.3}
    tangents = {"x": 0.3, "y": 1.1}
    value, pullback = vjp(expression, at)
    again, moving = jvp(expression, at, tangents)
    pulled = pullback(2.5)
    assert value == again
    assert 2.5 * moving == pytest.approx(sum(pulled[name] * tangents.get(name, 0.0) for name in at))


# Where rules are delicate -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values", "gradient"),
    [
        ("x**0", {"x": 0.0}, {"x": 0.0}),
        ("x**1", {"x": 0.0}, {"x": 1.0}),
        ("x**2", {"x": 0.0}, {"x": 0.0}),
        ("x**1.5", {"x": 0.0}, {"x": 0.0}),
        ("x**0.5", {"x": 0.0}, {"x": math.inf}),
        ("x**2", {"x": -3.0}, {"x": -6.0}),
        ("x**y", {"x": 0.0, "y": 2.0}, {"x": 0.0, "y": 0.0}),
        ("x**y", {"x": -2.0, "y": 2.0}, {"x": -4.0, "y": math.nan}),
        ("x**x", {"x": 0.0}, {"x": -math.inf}),
        ("where(x > 0, log(x), x)", {"x": -1.0}, {"x": 1.0}),
        ("where(x > 0, sqrt(x), 0)", {"x": 0.0}, {"x": 0.0}),
        ("where(x > 1, 1/x, x)", {"x": 0.0}, {"x": 1.0}),
        ("0*sqrt(x)", {"x": 0.0}, {"x": 0.0}),
        ("1/(1 + exp(-x))", {"x": -800.0}, {"x": 0.0}),
        ("log(x)", {"x": -2.0}, {"x": math.nan}),
        ("log(x) + y", {"x": -2.0, "y": 1.0}, {"x": math.nan, "y": math.nan}),
        ("floor(x)", {"x": 2.0}, {"x": math.nan}),
        ("floor(x)", {"x": 2.5}, {"x": 0.0}),
        ("x%1", {"x": 3.0}, {"x": math.nan}),
        ("sqrt(x) - cbrt(x)", {"x": 0.0}, {"x": math.nan}),
        ("1e308*x + 1e308*x", {"x": 1.0}, {"x": math.inf}),
        ("x/y", {"x": 1e300, "y": 1e200}, {"x": 1e-200, "y": -1e-100}),
        ("tanh(x)", {"x": 20.0}, {"x": 4 * math.exp(-40.0)}),
        ("sigmoid(x)", {"x": -1000.0}, {"x": 0.0}),
        ("log(1 + exp(x))", {"x": -40.0}, {"x": math.exp(-40.0)}),
    ],
)
def test_delicate_rules(text: str, values: dict[str, float], gradient: dict[str, float]) -> None:
    expression = parse(text)
    got = grad(expression, values)
    for name, wanted in gradient.items():
        np.testing.assert_allclose(got[name], wanted, rtol=1e-13)
        _, forward = jvp(expression, values, {name: 1.0})
        np.testing.assert_allclose(forward, wanted, rtol=1e-13)


@pytest.mark.parametrize("case", EXPRESSIONS, ids=ids)
def test_gradient_exists_where_the_cases_say_so(case: dict[str, Any]) -> None:
    value, gradient = value_and_grad(parse(case["expr"]), case["vars"])
    undefined = math.isnan(value)
    for name, slope in gradient.items():
        stated = case["grad"][name]
        if undefined:
            assert math.isnan(slope)
        elif stated is not None and "hard" not in case.get("tags", []):
            assert math.isnan(slope) == math.isnan(number(stated))


@pytest.mark.parametrize("case", EXPRESSIONS, ids=ids)
def test_modes_agree_on_the_cases(case: dict[str, Any]) -> None:
    expression, at = parse(case["expr"]), case["vars"]
    value, gradient = value_and_grad(expression, at)
    np.testing.assert_allclose(value, expression.evaluate(at), rtol=1e-12)
    plain = not case.get("tags")
    for name, reverse in gradient.items():
        again, forward = jvp(expression, at, {name: 1.0})
        np.testing.assert_allclose(again, value, rtol=1e-12)
        np.testing.assert_allclose(forward, reverse, rtol=1e-12)
        if plain:
            symbolic = differentiate(expression, name)
            np.testing.assert_allclose(symbolic.derivative.evaluate(at), reverse, rtol=1e-10, atol=1e-14)
            np.testing.assert_allclose(symbolic.raw.evaluate(at), reverse, rtol=1e-10, atol=1e-14)
            estimate = finite_difference.estimate(COMPLEX_STEP, expression, at, name, 1e-30)
            if finite_difference.along_complex(expression, at, name) is not None:
                np.testing.assert_allclose(estimate, reverse, rtol=1e-10, atol=1e-14)


# Arrays -------------------------------------------------------------------------------------------


def test_arrays_give_the_same_as_one_point_after_another() -> None:
    expression = parse("where(x > y, x^2 y, sin(x)/y) + max(x, 0)^y")
    x, y = np.linspace(-2.0, 2.0, 9)[:, np.newaxis], np.array([0.5, 1.5, 2.5])
    value, gradient = value_and_grad(expression, {"x": x, "y": y})
    assert value.shape == gradient["x"].shape == gradient["y"].shape == (9, 3)
    for row, column in np.ndindex(9, 3):
        one, slopes = value_and_grad(expression, {"x": x[row, 0], "y": y[column]})
        np.testing.assert_equal(value[row, column], one)
        np.testing.assert_equal(gradient["x"][row, column], slopes["x"])
        np.testing.assert_equal(gradient["y"][row, column], slopes["y"])


def test_gradient_has_the_shape_of_the_value() -> None:
    values = {"x": np.zeros((2, 1)), "y": 1.0, "unused": np.zeros(3)}
    value, gradient = value_and_grad(parse("x + y"), values)
    assert value.shape == gradient["x"].shape == gradient["y"].shape == (2, 3)
    moved, tangent = jvp(parse("x"), {"x": 1.0}, {"x": np.array([1.0, 2.0])})
    assert moved == 1.0 and tangent.tolist() == [1.0, 2.0]
    assert value_and_grad(parse("x^2"), {"x": np.array([])})[1]["x"].shape == (0,)


def test_jumps_in_an_array_are_nan_one_by_one() -> None:
    slopes = grad(parse("x - floor(x)"), {"x": np.array([0.5, 1.0, 1.5])})["x"]
    np.testing.assert_equal(slopes, [1.0, math.nan, 1.0])


def test_jvp_and_vjp_of_arrays_are_those_of_each_element() -> None:
    expression = parse("where(x > y, x^2 y, sin(x)/y) + max(x, 0)^y")
    x, y = np.linspace(-2.0, 2.0, 9)[:, np.newaxis], np.array([0.5, 1.5, 2.5])
    along_x, along_y = np.linspace(0.0, 1.0, 9)[:, np.newaxis], np.array([1.0, 0.0, -2.0])
    cotangent = np.linspace(-1.0, 1.0, 27).reshape(9, 3)
    value, moved = jvp(expression, {"x": x, "y": y}, {"x": along_x, "y": along_y})
    same, pullback = vjp(expression, {"x": x, "y": y})
    pulled = pullback(cotangent)
    assert value.shape == moved.shape == pulled["x"].shape == pulled["y"].shape == (9, 3)
    np.testing.assert_equal(value, same)
    for row, column in np.ndindex(9, 3):
        at = {"x": float(x[row, 0]), "y": float(y[column])}
        directions = {"x": float(along_x[row, 0]), "y": float(along_y[column])}
        np.testing.assert_equal(moved[row, column], jvp(expression, at, directions)[1])
        one = vjp(expression, at)[1](cotangent[row, column])
        np.testing.assert_equal([pulled["x"][row, column], pulled["y"][row, column]], [one["x"], one["y"]])


@pytest.mark.parametrize("cotangent", [2, np.float32(2.0), [1.0, 2.0, 3.0], np.ones((2, 1)), np.ones((1, 3))])
def test_a_cotangent_broadcasts_to_the_value(cotangent: Any) -> None:
    value, pullback = vjp(parse("x y"), {"x": np.arange(3.0), "y": np.ones((2, 1))})
    assert value.shape == (2, 3)
    np.testing.assert_array_equal(
        pullback(cotangent)["y"], np.asarray(cotangent) * np.arange(3.0) * np.ones((2, 1))
    )


@pytest.mark.parametrize("cotangent", [[1.0, 2.0], np.ones((3, 1)), np.ones((1, 2, 3))])
def test_a_cotangent_of_another_shape_is_refused(cotangent: Any) -> None:
    pullback = vjp(parse("x y"), {"x": np.arange(3.0), "y": np.ones((2, 1))})[1]
    with pytest.raises(
        ValueError, match=r"the cotangent of shape .* does not fit the value of shape \(2, 3\)"
    ):
        pullback(cotangent)


# Misuse -------------------------------------------------------------------------------------------

PRODUCT = parse("x y")
AT = {"x": 1.0, "y": 2.0}


@pytest.mark.parametrize("function", [grad, value_and_grad, vjp, hessian, jvp, jacobian])
@pytest.mark.parametrize(
    ("expression", "values", "error", "message"),
    [
        (PRODUCT, {"x": 1.0}, ValueError, "no value for y: give one as"),
        (PRODUCT, {"x": "1", "y": 2.0}, ValueError, "x must be a real number"),
        (PRODUCT, {"x": 1.0, "y": None}, ValueError, "y must be a real number"),
        (PRODUCT, {"x": 1.0, "y": 1j}, ValueError, "y must be a real number"),
        (PRODUCT, {"x": 1.0, "y": 10**400}, ValueError, "y must be a real number"),
        (PRODUCT, 2.0, TypeError, "values must give each name its number"),
        (PRODUCT, [1.0, 2.0], TypeError, "list does not"),
        ("x y", AT, TypeError, "make one of text with parse"),
        (math.sin, AT, TypeError, "with trace"),
    ],
)
def test_misuse_is_told(
    function: Callable[..., Any], expression: Any, values: Any, error: type[Exception], message: str
) -> None:
    arguments = [[expression] if function is jacobian else expression, values]
    with pytest.raises(error, match=message):
        function(*arguments, *([{"x": 1.0}] if function is jvp else []))


@pytest.mark.parametrize("function", [grad, value_and_grad, vjp, lambda f, at: jacobian([f], at)])
def test_shapes_that_do_not_broadcast_are_told(function: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="broadcast"):
        function(PRODUCT, {"x": np.zeros(2), "y": np.zeros(3)})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: jvp(PRODUCT, AT, {"x": 1j}), ValueError, "x must be a real number"),
        (lambda: jvp(PRODUCT, AT, {"z": 1.0}), ValueError, "for z, which has no value: the letters are x, y"),
        (lambda: jvp(parse("7"), {}, {"z": 1.0}), ValueError, "there are no letters"),
        (lambda: jvp(PRODUCT, AT, 1.0), TypeError, "tangents must give each name its number"),
        (lambda: vjp(PRODUCT, AT)[1]("1"), ValueError, "the cotangent must be a real number"),
        (lambda: hessian(PRODUCT, {"x": 1.0, "y": np.zeros(3)}), ValueError, "y must be one number, not an"),
        (lambda: hessian(PRODUCT, {"x": 1.0, "y": [1.0]}), ValueError, "y must be one number, not an array"),
        (lambda: jacobian(PRODUCT, AT), TypeError, r"give one as \[expression\]"),
        (lambda: jacobian(3, AT), TypeError, "a list of expressions, not of int"),
        (lambda: jacobian("xy", AT), TypeError, "make one of text with parse"),
        (lambda: jacobian([PRODUCT], AT, "xy"), TypeError, "names must be a list of letters"),
        (lambda: jacobian([PRODUCT], AT, ["z"]), ValueError, "nothing to differentiate for z: the letters"),
    ],
)
def test_misuse_of_single_functions_is_told(
    call: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call()


# Several expressions ------------------------------------------------------------------------------


def test_jacobian_has_a_row_for_each_expression_and_a_column_for_each_letter() -> None:
    expressions = [parse("x y^2"), parse("sin(y) + z"), parse("7")]
    at = {"x": 2.0, "y": 0.5, "z": 1.0}
    wanted = [[0.25, 2.0, 0.0], [0.0, math.cos(0.5), 1.0], [0.0, 0.0, 0.0]]
    np.testing.assert_allclose(jacobian(expressions, at), wanted, rtol=1e-15)
    by_name = dict(zip("abc", expressions, strict=True))
    np.testing.assert_array_equal(jacobian(by_name, at), jacobian(expressions, at))
    np.testing.assert_allclose(jacobian(expressions, at, ("z", "x")), np.array(wanted)[:, [2, 0]])


def test_jacobian_of_arrays_has_their_shape_behind_rows_and_columns() -> None:
    x, y = np.array([[1.0], [2.0]]), np.array([3.0, 4.0, 5.0])
    got = jacobian([parse("x y"), parse("x^2")], {"x": x, "y": y})
    assert got.shape == (2, 2, 2, 3)
    whole = np.ones((2, 3))
    np.testing.assert_array_equal(got, [[y * whole, x * whole], [2.0 * x * whole, 0.0 * whole]])


def test_jacobian_is_nan_where_the_gradient_is() -> None:
    got = jacobian(
        [parse("log(x)"), parse("floor(x)"), parse("x")], {"x": np.array([-1.0, 1.0]), "y": 1.0}, ["x", "y"]
    )
    np.testing.assert_equal(got[:, 0], [[math.nan, 1.0], [math.nan, math.nan], [1.0, 1.0]])
    np.testing.assert_equal(got[:, 1], [[math.nan, 0.0], [0.0, 0.0], [0.0, 0.0]])


def test_jacobian_of_nothing_is_empty() -> None:
    assert jacobian([], {}).shape == (0, 0)
    assert jacobian([], {"x": 1.0}, ["x"]).shape == (0, 1)
    assert jacobian([parse("3"), parse("4")], {}).shape == (2, 0)
    assert jacobian([parse("3")], {"x": np.ones(5)}).shape == (1, 0, 5)


def test_hessian_is_the_jacobian_of_the_gradient() -> None:
    expression = parse("sin(x y) exp(-x^2)/(1+y^2)")
    at = {"x": 0.7, "y": -1.3}
    slopes = [differentiate(expression, name).derivative for name in expression.names]
    np.testing.assert_allclose(jacobian(slopes, at, expression.names), hessian(expression, at), rtol=1e-12)


# Saturation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["sigmoid", "tanh", "softplus", "silu", "elu", "erf", "erfc", "atan", "asinh"]
)
@pytest.mark.parametrize("x", [-1000.0, -400.0, -40.0, -20.0, 20.0, 40.0, 400.0, 1000.0])
def test_derivatives_are_exact_where_a_function_saturates(name: str, x: float) -> None:
    expression = Apply(PRIMITIVES[name], Variable("x"))
    value, slopes = value_and_grad(expression, {"x": x})
    with mpmath.workdps(1000):
        function, step = witnesses.WITNESSES[name].function, mpmath.mpf(10) ** -300
        below, here, above = (function(mpmath.mpf(x) + move) for move in (-step, 0, step))
        slope, bend = (above - below) / (2 * step), (above - 2 * here + below) / step**2
        exact = [float(number) for number in (here, slope, bend)]
    many = value_and_grad(expression, {"x": np.array([x])})
    taped, pullback = vjp(expression, {"x": x})
    ways = {
        "compiled": (value, slopes["x"]),
        "array": (many[0][0], many[1]["x"][0]),
        "reverse": (taped, pullback(1.0)["x"]),
        "forward": jvp(expression, {"x": x}, {"x": 1.0}),
        "symbolic": (value, differentiate(expression, "x").derivative.evaluate({"x": x})),
    }
    if name != "tanh" or abs(x) < 350.0:  # beyond, the cosh² in the rule of tanh overflows
        ways["twice"] = (value, slopes["x"], hessian(expression, {"x": x})[0, 0])
    for way, got in ways.items():
        assert got == pytest.approx(exact[: len(got)], rel=1e-12, abs=1e-300), way


@pytest.mark.parametrize("z", [-1000.0, -30.0, 0.0, 30.0, 1000.0])
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_logistic_loss_has_the_gradient_of_the_textbook(z: float, label: float) -> None:
    slope = grad(parse("softplus(z) - y z"), {"z": z, "y": label})["z"]
    with mpmath.workdps(500):
        exact = float(1 / (1 + mpmath.exp(-mpmath.mpf(z))) - label)
    assert slope == pytest.approx(exact, rel=1e-12, abs=1e-16)


# Second derivatives -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x^2 + 3 x y + y^2", {"x": 2.0, "y": 3.0}),
        ("(1-x)^2 + 100 (y-x^2)^2", {"x": -1.2, "y": 1.0}),
        ("x*x*x + x*x", {"x": 1.7}),
        ("sin(x y) exp(-x^2) / (1 + y^2)", {"x": 0.7, "y": -1.3}),
        ("x^y", {"x": 1.7, "y": 2.3}),
        ("atan2(y, x) + hypot(x, y)", {"x": 0.7, "y": 1.3}),
        ("where(x > y, x^3 y, y^2)", {"x": 1.2, "y": 0.4}),
        ("max(x^3, y) + |x y|", {"x": 1.2, "y": -0.4}),
        ("(sigmoid(w x + b) - y)^2", {"x": 2.0, "y": 1.0, "w": 0.5, "b": 0.1}),
        ("gamma(x) + digamma(x)", {"x": 1.7}),
        ("x mod y", {"x": 5.3, "y": 1.7}),
    ],
)
def test_hessian_is_that_of_mpmath(text: str, values: dict[str, float]) -> None:
    expression = parse(text)
    got = hessian(expression, values)
    for row, first in enumerate(expression.names):
        for column, second in enumerate(expression.names):
            exact = witnesses.second_partial(expression, values, first, second)
            assert got[row, column] == pytest.approx(float(exact), rel=1e-10, abs=1e-12)


def curved_rows() -> list[Any]:
    rows = (row for row in PRIMITIVES.values() if row.arity == 1 and not row.jumps)
    return [pytest.param(Apply(row, Variable("x")), id=row.name) for row in rows]


@pytest.mark.parametrize("expression", curved_rows())
def test_second_derivative_of_every_row(expression: Apply) -> None:
    for (x,) in witnesses.WITNESSES[expression.primitive.name].points:
        if 1e-3 < abs(x) < 100.0:
            exact = float(witnesses.second_partial(expression, {"x": x}, "x", "x"))
            assert hessian(expression, {"x": x})[0, 0] == pytest.approx(exact, rel=1e-9, abs=1e-11), x


@pytest.mark.parametrize(
    ("text", "values", "exact"),
    [
        ("x**0", {"x": 0.0}, [[0.0]]),
        ("x**1", {"x": 0.0}, [[0.0]]),
        ("x**2", {"x": 0.0}, [[2.0]]),
        ("x**3", {"x": -2.0}, [[-12.0]]),
        ("floor(x)", {"x": 1.0}, [[math.nan]]),
        ("floor(x)", {"x": 1.5}, [[0.0]]),
        ("sqrt(x)", {"x": -1.0}, [[math.nan]]),
        ("x y", {"x": 0.0, "y": 0.0}, [[0.0, 1.0], [1.0, 0.0]]),
        ("3", {}, np.empty((0, 0))),
    ],
)
def test_hessian_at_delicate_points(text: str, values: dict[str, float], exact: Any) -> None:
    np.testing.assert_equal(hessian(parse(text), values), exact)


def test_hessian_takes_numbers_of_every_type() -> None:
    expression = parse("x^2 y + y^3")
    for x, y in ((1, 2), (np.float64(1.0), np.int32(2)), (np.array(1.0), True + 1), (np.float32(1.0), 2.0)):
        assert hessian(expression, {"x": x, "y": y, "unused": [1.0, 2.0]}).tolist() == [
            [4.0, 2.0],
            [2.0, 12.0],
        ]


# Random formulas ----------------------------------------------------------------------------------

LEAVES: st.SearchStrategy[Expression] = st.sampled_from(
    [Variable("x"), Variable("y"), *map(Constant, (-2.0, -0.5, 0.3, 1.0, 2.0, 3.0))]
)


def applied(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def apply(row: Any) -> st.SearchStrategy[Expression]:
        operands = [inner] * row.arity
        if row.name == "polygamma":
            operands[0] = st.sampled_from([Constant(0.0), Constant(1.0), Constant(2.0)])
        return st.tuples(*operands).map(lambda chosen: Apply(row, *chosen))

    return st.sampled_from(list(PRIMITIVES.values())).flatmap(apply)


FORMULAS = st.recursive(LEAVES, applied, max_leaves=8)


@settings(
    max_examples=300 * LONG,
    derandomize=LONG == 1,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    FORMULAS, st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 1e200]), st.sampled_from([-1.0, 0.0, 1.0, -1e-300])
)
def test_forward_is_reverse_at_any_point(expression: Expression, x: float, y: float) -> None:
    at = {"x": x, "y": y}
    value, gradient = value_and_grad(expression, at)
    tape = careful(expression, at)
    assert_same([value, *gradient.values()], tape, rounding(expression, at))
    assert_same([expression.evaluate(at)], tape[:1], rounding(expression, at))
    for name, reverse in gradient.items():
        again, forward = jvp(expression, at, {name: 1.0})
        np.testing.assert_equal(again, tape[0])
        assert not math.isnan(value) or math.isnan(reverse)
        if math.isfinite(forward) and math.isfinite(reverse):
            assert forward == pytest.approx(reverse, rel=1e-6, abs=1e-6 * (1.0 + abs(value)))
    assert hessian(expression, at).shape == (len(expression.names),) * 2


# One point and many -------------------------------------------------------------------------------


@pytest.mark.parametrize("case", EXPRESSIONS, ids=ids)
def test_one_point_is_computed_as_an_array_of_them_is(case: dict[str, Any]) -> None:
    expression = parse(case["expr"])
    numbers = {name: number(value) for name, value in case["vars"].items()}
    value, gradient = value_and_grad(expression, numbers)
    values, gradients = value_and_grad(
        expression, {name: np.array([each, each]) for name, each in numbers.items()}
    )
    assert isinstance(value, float)
    np.testing.assert_allclose(values, [value, value], rtol=1e-14)
    for name, slope in gradient.items():
        assert isinstance(slope, float)
        np.testing.assert_allclose(gradients[name], [slope, slope], rtol=1e-13)


def test_structure_is_told_for_each_node() -> None:
    expression = parse("2 * 3 + x * x")
    for place, (node, places) in enumerate(zip(expression.nodes, expression.operand_places, strict=True)):
        assert tuple(expression.nodes[each] for each in places) == node.operands
        assert all(each < place for each in places)
    active = dict(zip(expression.nodes, expression.activity, strict=True))
    assert active[Variable("x")] and active[expression] and not active[Constant(2.0)]
