"""Reverse mode, forward mode, the symbolic derivative and the complex step against mpmath and each other.

The environment variable ``NABLA_LONG`` multiplies the number of random formulas: ``NABLA_LONG=10`` tries
3,000 and makes them anew at each run; without it they are the same 300 every time.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core import finite_difference
from core.autodiff import (
    Dual,
    Node,
    backward_pass,
    forward_pass,
    grad,
    hessian,
    jvp,
    value_and_grad,
    vjp,
)
from core.differentiate import differentiate
from core.expression import Apply, Constant, Expression, Variable
from core.parser import parse
from core.primitives import PRIMITIVES, sin
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


def test_tape_and_shares() -> None:
    tape = forward_pass(parse("x*x + x"), {"x": np.float64(3.0)})
    assert [str(node.expression) for node in tape] == ["x", "x*x", "x*x + x"]
    assert [node.operands for node in tape] == [(), (0, 0), (1, 0)]
    assert [float(node.primal) for node in tape] == [3.0, 9.0, 12.0]
    assert [tuple(map(float, node.local_derivatives)) for node in tape] == [(), (3.0, 3.0), (1.0, 1.0)]
    swept = backward_pass(tape)
    assert [float(cotangent) for cotangent in swept.cotangents] == [7.0, 1.0, 1.0]
    assert [
        (share.node, share.place, share.operand, float(share.contribution)) for share in swept.shares
    ] == [
        (2, 0, 1, 1.0),
        (2, 1, 0, 1.0),
        (1, 0, 0, 3.0),
        (1, 1, 0, 3.0),
    ]
    for share in swept.shares:
        assert share.cotangent * share.local_derivative == share.contribution


def test_constants_have_no_local_derivative() -> None:
    tape = forward_pass(parse("x^2 + sin(2)"), {"x": np.float64(3.0)})
    by_text = {str(node.expression): node for node in tape}
    assert by_text["x**2"].local_derivatives == (6.0, None)
    assert by_text["sin(2)"].local_derivatives == (None,)


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


@pytest.mark.parametrize("function", [grad, value_and_grad, vjp, hessian])
def test_misuse_is_told(function: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="no value for y: give one as"):
        function(parse("x y"), {"x": 1.0})
    with pytest.raises(ValueError, match="x must be a real number"):
        function(parse("x y"), {"x": "1", "y": 2.0})


def test_misuse_of_jvp_and_hessian_is_told() -> None:
    with pytest.raises(ValueError, match="x must be a real number"):
        jvp(parse("x"), {"x": 1.0}, {"x": 1j})
    with pytest.raises(ValueError, match="x must be one number, not an array"):
        hessian(parse("x^2"), {"x": np.zeros(3)})


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


def test_dual_numbers_carry_their_derivative() -> None:
    moved = sin(Dual(0.5, 1.0)) * 2.0 + 1.0
    assert moved.primal == pytest.approx(2.0 * math.sin(0.5) + 1.0)
    assert moved.tangent == pytest.approx(2.0 * math.cos(0.5))


# Random formulas ----------------------------------------------------------------------------------

AT = {"x": 1.37, "y": -0.83}
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


def is_moderate(tape: tuple[Node, ...]) -> bool:
    """Tell whether the formula is far from kinks, jumps and poles, and no intermediate value is extreme.

    Elsewhere doubles and many digits rightly differ.
    """
    for node in tape:
        if not isinstance(node.expression, Apply):
            continue
        row = node.expression.primitive
        primals = [tape[operand].primal for operand in node.operands]
        slopes = [0.0 if local is None else local for local in node.local_derivatives]
        if not all(math.isfinite(number) and abs(number) < 1e4 for number in [node.primal, *slopes]):
            return False
        if node.primal != 0.0 and abs(node.primal) < 1e-4:
            return False
        if row.name == "power" and primals[0] == 0.0:
            return False  # 0**y*log(0), as a formula, is 0 times infinity
        for side in (-1e-7, 1e-7):
            for place in range(row.arity):
                if node.local_derivatives[place] is None:
                    continue
                moved = [primal + side * (index == place) for index, primal in enumerate(primals)]
                beside = row(*moved)
                with np.errstate(all="ignore"):
                    slope = row.partials[place](beside, *moved)
                if not (abs(beside - node.primal) < 1e-2 and abs(slope - slopes[place]) < 1e-2):
                    return False
    return True


def assert_modes_agree(expression: Expression, at: dict[str, float]) -> None:
    """Hold reverse mode against mpmath, and every other way against reverse mode."""
    numbers = {name: np.float64(value) for name, value in at.items()}
    tape = forward_pass(expression, numbers)
    shares = backward_pass(tape).shares
    size = max([1.0, *(abs(float(share.contribution)) for share in shares)])
    value, gradient = value_and_grad(expression, at)
    with mpmath.workdps(witnesses.DIGITS):
        exact_value = float(witnesses.value(expression, at))
    assert value == pytest.approx(exact_value, rel=1e-9, abs=1e-9)
    for name, reverse in gradient.items():
        exact = float(witnesses.partial(expression, at, name))
        derivation = differentiate(expression, name)
        ways = {
            "mpmath": exact,
            "forward": jvp(expression, at, {name: 1.0})[1],
            "symbolic": derivation.derivative.evaluate(at),
            "untidied": derivation.raw.evaluate(at),
        }
        if finite_difference.along_complex(expression, at, name) is not None:
            ways["complex step"] = finite_difference.estimate(COMPLEX_STEP, expression, at, name, 1e-30)
        for way, other in ways.items():
            assert abs(reverse - other) <= 1e-9 * size, (
                f"{way}: ∂/∂{name} {expression} is {reverse}, not {other}"
            )


@settings(
    max_examples=300 * LONG,
    derandomize=LONG == 1,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(FORMULAS)
def test_modes_agree_on_random_formulas(expression: Expression) -> None:
    assume(isinstance(expression, Apply) and expression.names)
    assume(is_moderate(forward_pass(expression, {name: np.float64(value) for name, value in AT.items()})))
    assert_modes_agree(expression, {name: AT[name] for name in expression.names})


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


@pytest.mark.parametrize("name", ["sin", "sigmoid", "multiply", "power"])
def test_a_rule_that_is_off_by_a_two_thousandth_is_found_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = PRIMITIVES[name]
    first = right.partials[0]
    wrong = replace(
        right, name=f"wrong_{name}", partials=(lambda *numbers: 1.0005 * first(*numbers), *right.partials[1:])
    )
    monkeypatch.setitem(PRIMITIVES, wrong.name, wrong)
    monkeypatch.setitem(witnesses.WITNESSES, wrong.name, witnesses.WITNESSES[name])
    operands = (Variable("x") + 1.0, Variable("x") * 0.7)[: right.arity]
    assert_modes_agree(Apply(right, *operands), {"x": 0.8})
    with pytest.raises(AssertionError, match="mpmath: ∂/∂x"):
        assert_modes_agree(Apply(wrong, *operands), {"x": 0.8})


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
