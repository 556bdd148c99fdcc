"""The tree: one object for equal formulas, evaluation, substitution, tracing."""

from __future__ import annotations

import gc
import math
import pickle
import threading
import weakref
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from core.expression import (
    Apply,
    Constant,
    Expression,
    Variable,
    as_expression,
    broadcast_result,
    is_whole,
    trace,
)
from core.parser import parse
from core.primitives import PI, PRIMITIVES, E

x, y = Variable("x"), Variable("y")


def test_equal_formulas_are_one_object() -> None:
    assert x**2 + 1 is parse("x^2+1")
    assert parse("sin(x)*sin(x)").operands[0] is parse("sin(x)*sin(x)").operands[1]
    assert Constant(0.0) is not Constant(-0.0)
    assert Constant(math.pi) is not Constant(PI)
    assert Constant(math.nan) is Constant(math.nan)


def test_unused_formulas_are_forgotten() -> None:
    kept = parse("cos(r)^3 + sqrt(r) + 12.25")
    kept.evaluate({"r": 1.0})
    known = weakref.ref(kept)
    assert known() is parse("cos(r)^3 + sqrt(r) + 12.25")
    del kept
    gc.collect()
    assert known() is None


def test_threads_may_build_formulas_at_once() -> None:
    built: list[Expression] = []

    def build() -> None:
        built.extend(parse(f"x^{power} + {power}*x") for power in range(2, 60))

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 4 * 58
    assert {str(expression) for expression in built} == {f"x**{n} + {n}*x" for n in range(2, 60)}


def test_nodes_come_once_and_after_their_operands() -> None:
    expression = parse("(x+y)^2 + sin(x+y)")
    nodes = expression.nodes
    assert len(nodes) == len(set(nodes)) == 7
    assert nodes[-1] is expression
    for place, node in enumerate(nodes):
        assert all(nodes.index(operand) < place for operand in node.operands)


def test_names_in_order_of_appearance() -> None:
    assert parse("b*x + a*sin(x) + w_1 - pi").names == ("b", "x", "a", "w_1")
    assert parse("2 pi").names == ()
    assert parse("a x").depends_on("x") and not parse("a x").depends_on("y")


def test_deep_trees_are_walked_without_recursion() -> None:
    expression: Any = x
    for _ in range(20_000):
        expression = -expression
    assert expression.evaluate({"x": 2.0}) == 2.0
    assert len(expression.nodes) == 20_001


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ({"x": 2, "y": 3}, 19.0),
        ({"x": np.int64(2), "y": np.float32(3)}, 19.0),
        ({"x": True, "y": 3.0}, 13.0),
        ({"x": np.array(2.0), "y": 3.0}, 19.0),
    ],
)
def test_scalars_give_a_float(values: dict[str, Any], result: float) -> None:
    got = parse("x^2 + x y + y^2").evaluate(values)
    assert type(got) is float
    assert got == result


def test_arrays_broadcast() -> None:
    column, row = np.arange(3.0)[:, np.newaxis], np.arange(4.0)
    got = parse("x + 10 y").evaluate({"x": column, "y": row})
    assert got.shape == (3, 4) and got.dtype == np.float64 and got[2, 3] == 32.0
    assert parse("2").evaluate({"x": row}).tolist() == [2.0] * 4
    assert parse("x").evaluate({"x": np.array([])}).shape == (0,)
    assert parse("x^2").evaluate({"x": [1, 2, 3]}).tolist() == [1.0, 4.0, 9.0]


def test_result_is_no_view_of_what_was_given() -> None:
    given = np.arange(3.0)
    parse("x").evaluate({"x": given})[0] = 7.0
    assert given[0] == 0.0
    broadcast_result(np.float64(1.0), [given])[0] = 7.0


@pytest.mark.parametrize(
    ("text", "x", "result"),
    [
        ("log(x)", -2.0, math.nan),
        ("1/x", 0.0, math.inf),
        ("exp(x)", 1000.0, math.inf),
        ("x/x", 0.0, math.nan),
        ("0x10*x", 1.5, 24.0),
        ("1e999 - 1e999", 0.0, math.nan),
    ],
)
def test_no_warning_outside_the_domain(text: str, x: float, result: float) -> None:
    np.testing.assert_equal(parse(text).evaluate({"x": x}), result)
    np.testing.assert_equal(parse(text).evaluate({"x": np.array([x])}), [result])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "no value for x, y: give one as {'x': 1.0}"),
        ({"x": 1.0}, "no value for y"),
        ({"x": 1j, "y": 1.0}, "x must be a real number or an array of them, not complex128"),
        ({"x": "1", "y": 1.0}, "x must be a real number"),
        ({"x": None, "y": 1.0}, "x must be a real number"),
        ({"x": 10**400, "y": 1.0}, "x must be a real number"),
        ({"x": np.zeros(2), "y": np.zeros(3)}, "could not be broadcast"),
    ],
)
def test_misuse_is_told(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse("x y").evaluate(values)


def test_substitute() -> None:
    assert parse("a x^2 + b").substitute({"a": 3, "b": y}) is parse("3 x^2 + y")
    assert parse("x y").substitute({"x": y, "y": x}) is parse("y x")
    assert parse("x").substitute({"z": 1.0}) is x


def test_a_formula_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="where"):
        bool(x < 1)


def test_only_constants_have_a_value_of_their_own() -> None:
    with pytest.raises(TypeError, match="no constant"):
        x.evaluate_constant()
    assert Constant(PI).evaluate_constant() == math.pi


def test_operand_count_is_checked() -> None:
    with pytest.raises(ValueError, match="sin takes 1 operands, not 2"):
        Apply(PRIMITIVES["sin"], x, y)


@pytest.mark.parametrize("value", ["x", None, 1j, np.zeros(3), [1.0], Fraction(1, 2)])
def test_only_numbers_become_constants(value: Any) -> None:
    with pytest.raises(TypeError, match="a formula is made of numbers and expressions"):
        as_expression(value)


def test_pickle_gives_the_same_object() -> None:
    expression = parse("sin(pi x)^2 + e^(-x/4) - w_1")
    assert pickle.loads(pickle.dumps(expression)) is expression
    assert Constant(E) in pickle.loads(pickle.dumps(expression)).nodes


def test_representation_shows_the_formula() -> None:
    assert repr(x**2) == "<Expression x**2>"


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x, y: np.sin(x) * y**2, "sin(x)*y**2"),
        (lambda x: np.maximum(x, 0) + abs(x), "max(x, 0) + abs(x)"),
        (lambda x: np.float64(2) * x, "2*x"),
        (lambda x: 2 / np.sqrt(1 + x**2), "2/sqrt(1 + x**2)"),
        (lambda x: (x > 0) * x, "(x > 0)*x"),
        (lambda x: -x % 3 // 2, "-x % 3//2"),
        (lambda x: 3, "3"),
        (lambda x: np.arctan2(x, 1.5), "atan2(x, 1.5)"),
    ],
)
def test_trace_turns_numpy_code_into_a_formula(function: Any, text: str) -> None:
    expression = trace(function)
    assert str(expression) == text
    assert expression is parse(text)


@pytest.mark.parametrize(
    "function", [lambda x: math.sin(x), lambda x: np.round(x), lambda x: 1 if x > 0 else 2, lambda x: x[0]]
)
def test_trace_refuses_what_is_no_formula(function: Any) -> None:
    with pytest.raises(TypeError):
        trace(function)


@pytest.mark.parametrize(
    ("value", "whole"),
    [(3.0, True), (-0.0, True), (0.5, False), (2.0**53, False), (math.inf, False), (math.nan, False)],
)
def test_is_whole(value: float, whole: bool) -> None:
    assert is_whole(value) is whole
