"""What `from core import …` gives: the names that DESIGN.md promises, and one clear error for each misuse."""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import core
from core import (
    ParseError,
    check_gradient,
    differentiate,
    grad,
    hessian,
    jacobian,
    jvp,
    minimize,
    parse,
    race,
    trace,
    value_and_grad,
    vjp,
)
from core.optimizers import Adam, GradientDescent

PROMISED = {
    "Derivation", "Expression", "ParseError", "check_gradient", "differentiate", "grad", "hessian",
    "jacobian", "jvp", "minimize", "parse", "race", "trace", "value_and_grad", "vjp",
}  # fmt: skip

BOWL = parse("x^2 + x y + y^2")
START = {"x": 1.0, "y": 2.0}
RAGGED = [[1.0, 2.0], [3.0]]


def test_promised_names_are_exported() -> None:
    assert PROMISED.issubset(core.__all__)
    assert core.__all__ == sorted(core.__all__, key=lambda name: (name[0].islower(), name))
    for name in core.__all__:
        assert getattr(core, name).__doc__


def test_the_promised_lines_run() -> None:
    f = parse("x^2 + 3 x y + y^2")
    at = {"x": 2.0, "y": 3.0}
    assert f.names == ("x", "y") and f.evaluate(at) == 31.0
    assert value_and_grad(f, at) == (31.0, {"x": 13.0, "y": 12.0})
    assert differentiate(f, "x").derivative.evaluate(at) == 13.0
    assert parse(str(f)) is f and f.latex() and f.python()
    assert str(trace(lambda x, y: np.sin(x) * y**2)) == "sin(x)*y**2"
    assert hessian(f, at).tolist() == [[2.0, 3.0], [3.0, 2.0]]
    assert jacobian([f], at).tolist() == [[13.0, 12.0]]
    path = minimize(parse("(1-x)^2 + y^2"), at, Adam(learning_rate=0.1), steps=1000)
    assert path.points.shape == path.gradients.shape == (1001, 2) and path.losses.shape == (1001,)
    assert path.stopped is None
    paths = race(BOWL, START, {"slow": GradientDescent(0.01), "fast": GradientDescent(0.2)}, 10)
    assert paths["fast"].losses[-1] < paths["slow"].losses[-1]


def descend(expression: Any, values: Any) -> Any:
    return minimize(expression, values, GradientDescent(0.1), steps=3)


EVALUATE: list[Any] = [
    pytest.param(function, id=name)
    for name, function in {
        "evaluate": lambda f, at: f.evaluate(at),
        "value_and_grad": value_and_grad,
        "grad": grad,
        "vjp": vjp,
        "jvp": lambda f, at: jvp(f, at, {"x": 1.0}),
        "jacobian": lambda f, at: jacobian([f], at),
        "hessian": hessian,
        "minimize": descend,
    }.items()
]


@pytest.mark.parametrize("function", EVALUATE)
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "no (value|start) for x, y"),
        ({"x": 1.0}, "no (value|start) for y"),
        ({"X": 1.0, "y": 2.0}, "no (value|start) for x"),
        ({"x": "1", "y": 2.0}, "x must be a real number"),
        ({"x": None, "y": 2.0}, "x must be a real number"),
        ({"x": 1j, "y": 2.0}, "x must be a real number"),
        ({"x": [1.0, "a"], "y": 2.0}, "x must be a real number"),
        ({"x": 10**400, "y": 2.0}, "x must be a real number"),
        (
            {"x": RAGGED, "y": 2.0},
            "x must be .* or an array of them: the lists in it are not all of one length",
        ),
        ({"x": 1.0, "y": RAGGED}, "y must be a real number"),
    ],
)
def test_values_that_are_no_real_numbers_are_told(
    function: Callable[..., Any], values: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        function(BOWL, values)


@pytest.mark.parametrize("function", EVALUATE[:-1])
@pytest.mark.parametrize("values", [3.0, 0.0, "x", "", [], [("x", 1.0)], np.zeros(2), {"x", "y"}])
def test_values_without_names_are_told(function: Callable[..., Any], values: Any) -> None:
    with pytest.raises(
        TypeError, match=f"^values must give each name its .*; {type(values).__name__} does not"
    ):
        function(BOWL, values)


@pytest.mark.parametrize("start", [3.0, "x", [("x", 1.0)], np.zeros(2)])
def test_a_start_without_names_is_told(start: Any) -> None:
    with pytest.raises(ValueError, match="the start of an expression gives each letter its number"):
        descend(BOWL, start)


@pytest.mark.parametrize("values", [START, MappingProxyType(START), ChainMap({"x": 1.0}, {"y": 2.0})])
@pytest.mark.parametrize("function", EVALUATE[:-1])
def test_any_mapping_gives_values(function: Callable[..., Any], values: Any) -> None:
    function(BOWL, values)


def test_what_has_no_letters_needs_no_values() -> None:
    assert parse("2 * 3").evaluate() == parse("2 * 3").evaluate({}) == 6.0
    with pytest.raises(ValueError, match="no value for x, y"):
        BOWL.evaluate()


@pytest.mark.parametrize("function", EVALUATE[:6])
def test_further_names_only_broadcast(function: Callable[..., Any]) -> None:
    function(BOWL, {**START, "t": 7.0})


@pytest.mark.parametrize("function", [*EVALUATE[1:7], lambda f, at: differentiate(f, "x")])
@pytest.mark.parametrize("expression", ["x^2", 3.0, None, math.sin])
def test_what_is_no_expression_is_told(function: Callable[..., Any], expression: Any) -> None:
    with pytest.raises(TypeError, match=f"not of {type(expression).__name__}: make one of text with parse"):
        function(expression, START)


@pytest.mark.parametrize("name", [None, 0, ("x",), parse("x")])
def test_a_letter_that_is_no_text_is_told(name: Any) -> None:
    with pytest.raises(TypeError, match="name must be that of a letter, as 'x', not"):
        differentiate(BOWL, name)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: parse(""), "."),
        (lambda: parse("2 +"), "."),
        (lambda: parse("sin(x"), "."),
        (lambda: check_gradient("x^2", "2x +"), "."),
        (lambda: check_gradient("x^^2", "2x"), "."),
    ],
)
def test_text_that_is_no_formula_has_a_position_and_a_hint(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        call()
    assert caught.value.position >= 0 and caught.value.hint


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: check_gradient("x^2", "2y"), "the claim has the letter y"),
        (lambda: check_gradient("x^2", "2x", domain=(1.0, 1.0)), "no interval"),
        (lambda: check_gradient("x^2", "2x", domain=(0.0, math.inf)), "no interval"),
        (lambda: check_gradient("x^2", "2x", domain=3.0), "no interval"),
        (lambda: check_gradient("x^2", "2x", domain=("a", "b")), "no interval"),
        (lambda: check_gradient("x^2", "2x", points=0), "points must be"),
        (lambda: check_gradient("x^2", "2x", points=2.5), "points must be"),
        (lambda: check_gradient("a x^2", "2a x", values={"a": "1"}), "a must be a real number"),
        (lambda: check_gradient("a x^2", "2a x", values={"a": [1.0, 2.0]}), "a must be one number"),
        (lambda: check_gradient("x^2", "2x", 3), "name must be that of a letter"),
        (lambda: check_gradient(3.0, "2x"), "must be an expression or text, not"),
        (lambda: check_gradient("x^2", None), "must be an expression or text, not"),
    ],
)
def test_misuse_of_the_checker_is_told(call: Callable[[], Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: minimize(BOWL, START, GradientDescent(0.1), steps=-1), "steps must be a whole number"),
        (lambda: minimize(BOWL, START, GradientDescent(0.1), steps=1.5), "steps must be a whole number"),
        (lambda: minimize(BOWL, {"x": math.nan, "y": 1.0}, GradientDescent(0.1), steps=1), "at the start"),
        (lambda: minimize(BOWL, {"x": math.inf, "y": 1.0}, GradientDescent(0.1), steps=1), "at the start"),
        (lambda: minimize(parse("log(x)"), {"x": -1.0}, GradientDescent(0.1), steps=1), "at the start"),
        (lambda: minimize(BOWL, {"x": [1.0, 2.0], "y": 1.0}, GradientDescent(0.1), 1), "one number for each"),
        (lambda: minimize(BOWL, START, GradientDescent(0.1), 1, tolerance=-1.0), "tolerance must be"),
        (lambda: GradientDescent(-0.1), "learning_rate must be"),
        (lambda: GradientDescent("fast"), "learning_rate must be"),  # type: ignore[arg-type]
    ],
)
def test_misuse_of_descent_is_told(call: Callable[[], Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()
