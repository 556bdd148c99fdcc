"""Tidy forms: how they read, that they are never longer, and that they have the same value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core.differentiate import differentiate
from core.expression import Apply, Constant, Expression, Variable
from core.parser import parse
from core.primitives import PRIMITIVES
from core.simplify import Tidied, simplify, size
from tests.core.cases import rows

EXPRESSIONS = [row["expr"] for row in rows("expressions.jsonl")]


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("x + x", "2*x"),
        ("x - x", "0"),
        ("2 x + 3 x", "5*x"),
        ("x*x", "x**2"),
        ("x*x^2*x", "x**4"),
        ("x/x", "1"),
        ("x^3/x", "x**2"),
        ("x/x^3", "1/x**2"),
        ("x*x^(y-1)", "x**y"),
        ("3 x^2 x^(y-1)", "3*x*x**y"),
        ("y*x^(y-1)", "y*x**(y - 1)"),
        ("x^1", "x"),
        ("x^0", "1"),
        ("(x^2)^3", "x**6"),
        ("(2 x)^2", "4*x**2"),
        ("1*x + 0*y", "x"),
        ("0*x", "0"),
        ("x + 0", "x"),
        ("2*3*x", "6*x"),
        ("x*2", "2*x"),
        ("x/2 + x/3", "5*x/6"),
        ("2/4*x", "x/2"),
        ("0.5 x + 0.25 x", "0.75*x"),
        ("-(-x)", "x"),
        ("-(x - y)", "-(x - y)"),
        ("-x + y", "y - x"),
        ("-x - y", "-x - y"),
        ("x - (y - z)", "x - y + z"),
        ("x*(-y)", "-x*y"),
        ("(-x)/(-y)", "x/y"),
        ("(-1)^3*x", "-x"),
        ("sin(x)*2", "2*sin(x)"),
        ("sin(x)*x", "x*sin(x)"),
        ("exp(x) y + exp(x)", "exp(x)*(y + 1)"),
        ("cos(0)*x", "x"),
        ("log(e) x", "x"),
        ("exp(0) + x", "1 + x"),
        ("sqrt(1) x", "x"),
        ("where(x > 0, y, y)", "y"),
        ("where(x > 0, y*1, y+0)", "y"),
        ("2^0.5", "2**0.5"),
        ("1/3", "1/3"),
        ("pi*x*pi", "pi**2*x"),
        ("x^2^3", "x**8"),
        ("e^(2 x - x)", "e**x"),
    ],
)
def test_tidy_form(text: str, tidy: str) -> None:
    assert str(simplify(parse(text))) == tidy


UNTIDY = (
    "x/0; 0/0; 0^-1*x; x/(y - y); 1e999 - 1; sin(1); 1e300*1e300*x; x/(1e300*1e300); 1e300*1e300 + x; "
    "2^100 x; 9e15^60 x; (0*x)^-1; 2^2^2^2^2; max(x, 0/0); heaviside(0) x; 1 < 2; 0.1^20 x"
)


@pytest.mark.parametrize("text", UNTIDY.split("; "))
def test_what_cannot_be_tidied_keeps_its_value(text: str) -> None:
    expression = parse(text)
    tidy = simplify(expression)
    assert size(tidy) <= size(expression)
    at = dict.fromkeys(expression.names, 1.7)
    np.testing.assert_allclose(tidy.evaluate(at), expression.evaluate(at), rtol=1e-15)


@pytest.mark.parametrize("count", [2, 25, 30, 90])
def test_coefficients_beyond_doubles(count: int) -> None:
    for operator in "*/":
        expression = parse(operator.join(["x", *["9e15"] * count]))
        tidy = simplify(expression)
        exact = expression.evaluate({"x": 1.0})
        np.testing.assert_allclose(tidy.evaluate({"x": 1.0}), exact, rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_never_longer_and_the_same_value(text: str) -> None:
    random = np.random.default_rng(7)
    expression = parse(text)
    pieces = [expression]
    for name in expression.names:
        derivation = differentiate(expression, name)
        pieces += [derivation.raw, derivation.derivative]
    for piece in pieces:
        tidy = simplify(piece)
        assert size(tidy) <= size(piece)
        assert set(tidy.names) <= set(piece.names)
        at = {name: random.uniform(-2.0, 2.0, 40) for name in expression.names}
        before, after = piece.evaluate(at), tidy.evaluate(at)
        there = np.isfinite(before)
        np.testing.assert_allclose(np.asarray(after)[there], before[there], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_tidy_twice_is_tidy(text: str) -> None:
    once = simplify(parse(text))
    assert size(simplify(once)) == size(once)


def every_row() -> list[Any]:
    trees = [Apply(row, *(Variable(name) for name in "xyz"[: row.arity])) for row in PRIMITIVES.values()]
    return [pytest.param(tree, id=tree.primitive.name) for tree in trees]


@pytest.mark.parametrize("expression", every_row())
def test_a_lone_operation_is_tidy(expression: Expression) -> None:
    assert simplify(expression) is expression


def test_size_counts_what_is_written_out() -> None:
    assert size(parse("x")) == 1
    assert size(parse("sin(x)*sin(x)")) == 5


def test_formulas_that_share_pieces_share_the_work() -> None:
    tidied: Tidied = {}
    first = simplify(parse("sin(x + x)"), tidied)
    known = len(tidied)
    assert simplify(parse("sin(x + x)"), tidied) is first
    assert len(tidied) == known


def test_decimals_stay_decimals_and_fractions_fractions() -> None:
    assert str(simplify(parse("0.1 x + 0.2 x"))) == "0.3*x"
    assert str(simplify(parse("x/10 + 2 x/10"))) == "3*x/10"
    assert simplify(Constant(math.nan)) is Constant(math.nan)
