"""Symbolic derivatives and the named rule steps that lead to them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from core.autodiff import grad
from core.differentiate import Derivation, Step, differentiate
from core.expression import Apply, Expression, Variable
from core.parser import parse
from core.primitives import PRIMITIVES, Primitive
from core.simplify import ONE, ZERO, size
from tests.core.cases import rows
from tests.core.witnesses import WITNESSES

PLAIN = [row for row in rows("expressions.jsonl") if not row.get("tags")]


def all_steps(step: Step) -> Iterator[Step]:
    yield step
    for part in step.parts:
        yield from all_steps(part)


def rules(text: str) -> list[str]:
    return [step.rule for step in differentiate(parse(text), "x").explained()]


@pytest.mark.parametrize(
    ("text", "derivative"),
    [
        ("7", "0"),
        ("y", "0"),
        ("x", "1"),
        ("x^2", "2*x"),
        ("x^3", "3*x**2"),
        ("(x^2+1)^3", "6*x*(x**2 + 1)**2"),
        ("x^2 + 3 x y + y^2", "2*x + 3*y"),
        ("sin(2x)", "2*cos(2*x)"),
        ("e^x", "e**x"),
        ("e^(2x)", "2*e**(2*x)"),
        ("exp(-x^2)", "-2*x*exp(-x**2)"),
        ("2^x", "2**x*log(2)"),
        ("1/x", "-1/x**2"),
        ("x/(x+1)", "1/(x + 1)**2"),
        ("log(x)", "1/x"),
        ("sqrt(x)", "1/(2*sqrt(x))"),
        ("tan(x)", "1/cos(x)**2"),
        ("5 - x", "-1"),
        ("x - sin(x)", "1 - cos(x)"),
        ("|x|", "sign(x)"),
        ("floor(x)", "0"),
        ("where(x > 0, x^2, -x)", "where(x > 0, 2*x, -1)"),
        ("where(x > 0, 1, 2)", "0"),
        ("x mod 3", "1"),
    ],
)
def test_derivative(text: str, derivative: str) -> None:
    assert str(differentiate(parse(text), "x").derivative) == derivative


@pytest.mark.parametrize(("text", "x", "slope"), [("x^2", 3, 6), ("x^3", 2, 12), ("(x^2+1)^3", 2, 300)])
def test_numbers_that_must_come_out(text: str, x: float, slope: float) -> None:
    derivation = differentiate(parse(text), "x")
    assert derivation.derivative.evaluate({"x": x}) == slope
    assert derivation.raw.evaluate({"x": x}) == slope
    assert derivation.steps.derivative is derivation.derivative


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", ["Constant rule"]),
        ("x", ["Derivative of the variable"]),
        ("x^2", ["Power rule"]),
        ("3 x^2", ["Power rule"]),
        ("5 sin(x)", ["Constant multiple rule", "Derivative of sin"]),
        ("sin(x)/5", ["Constant multiple rule", "Derivative of sin"]),
        ("x^2 + sin(x)", ["Sum rule", "Power rule", "Derivative of sin"]),
        ("x^2 - sin(x)", ["Difference rule", "Power rule", "Derivative of sin"]),
        ("x^2 sin(x)", ["Product rule", "Power rule", "Derivative of sin"]),
        ("sin(x)/x^2", ["Quotient rule", "Derivative of sin", "Power rule"]),
        ("sin(x^2)", ["Chain rule", "Power rule"]),
        ("(x^2+1)^3", ["Chain rule", "Sum rule", "Power rule"]),
        ("e^x", ["Exponential rule"]),
        ("2^(x^2)", ["Exponential rule", "Power rule"]),
        ("exp(x)", ["Exponential rule"]),
        ("x^x", ["General power rule"]),
        ("sin(x)^(x^2)", ["General power rule", "Derivative of sin", "Power rule"]),
        ("log(x)", ["Logarithm rule"]),
        ("sqrt(x)", ["Root rule"]),
        ("sigmoid(x)", ["Derivative of the sigmoid"]),
        ("atan(x)", ["Derivative of arctan"]),
        ("arcsin(x)", ["Derivative of arcsin"]),
        ("atanh(x)", ["Derivative of artanh"]),
        ("atan2(x, 2)", ["Derivative of atan2"]),
        ("floor(x)", ["Step function"]),
        ("where(x > 0, x^2, x)", ["Piece by piece", "Power rule"]),
        ("sin(x) + cos(y)", ["Sum rule", "Derivative of sin"]),
        ("sin(x) sin(x)", ["Product rule", "Derivative of sin"]),
    ],
)
def test_rules_by_name(text: str, expected: list[str]) -> None:
    assert rules(text) == expected


def test_the_issue_example_step_by_step() -> None:
    steps = differentiate(parse("(x^2+1)^3"), "x").explained()
    assert [(step.rule, str(step.piece), str(step.derivative)) for step in steps] == [
        ("Chain rule", "(x**2 + 1)**3", "6*x*(x**2 + 1)**2"),
        ("Sum rule", "x**2 + 1", "2*x"),
        ("Power rule", "x**2", "2*x"),
    ]


def central(expression: Expression, at: dict[str, float], name: str) -> float:
    h = 1e-5
    above, below = (expression.evaluate({**at, name: at[name] + side * h}) for side in (1.0, -1.0))
    return (above - below) / (2.0 * h)


@pytest.mark.parametrize("row", PLAIN, ids=[row["expr"] for row in PLAIN])
def test_every_step_differentiates_its_piece(row: dict[str, Any]) -> None:
    expression, at = parse(row["expr"]), row["vars"]
    for name in expression.names:
        derivation = differentiate(expression, name)
        for step in all_steps(derivation.steps):
            assert step.name == name
            assert [part.piece for part in step.parts] == list(step.piece.operands)
            estimate = central(step.piece, at, name)
            for derivative in (step.derivative, step.raw):
                exact = derivative.evaluate(at)
                assert exact == pytest.approx(estimate, rel=1e-4, abs=1e-5), step
            assert size(step.derivative) <= max(size(step.raw), 1)


def points_of(name: str) -> list[dict[str, float]]:
    """Points of the domain, without those where a simplified formula rightly overflows on the way."""
    return [
        dict(zip("xyz", operands, strict=False))
        for operands in WITNESSES[name].points
        if all(number == 0.0 or 1e-100 < abs(number) < 1e100 for number in operands)
    ]


@pytest.mark.parametrize("row", [pytest.param(row, id=name) for name, row in PRIMITIVES.items()])
def test_derivative_of_every_row_is_that_of_reverse_mode(row: Primitive) -> None:
    expression = Apply(row, *(Variable(letter) for letter in "xyz"[: row.arity]))
    for letter in expression.names:
        derivation = differentiate(expression, letter)
        for at in points_of(row.name):
            exact = grad(expression, at)[letter]
            if math.isfinite(exact):
                for derivative in (derivation.derivative, derivation.raw):
                    np.testing.assert_allclose(derivative.evaluate(at), exact, rtol=1e-11, atol=1e-250)


def test_a_letter_that_does_not_occur() -> None:
    derivation = differentiate(parse("sin(x)"), "t")
    assert derivation.derivative is ZERO and derivation.raw is ZERO
    assert [step.rule for step in derivation.explained()] == ["Constant rule"]
    assert differentiate(Variable("t"), "t").derivative is ONE


def test_pieces_of_piecewise_functions_do_not_disturb_each_other() -> None:
    derivative = differentiate(parse("where(x > 0, sqrt(x), -x)"), "x").derivative
    assert derivative.evaluate({"x": -1.0}) == -1.0
    assert derivative.evaluate({"x": 4.0}) == 0.25


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("7", r"{\left(7\right)}' = 0"),
        ("x", "x' = 1"),
        ("x^2", r"{\left({x}^{2}\right)}' = 2 x"),
        ("x^2 sin(x)", r"{\left(u \, v\right)}' = u' v + u \, v'"),
        ("sin(x)/x^2", r"{\left(\frac{u}{v}\right)}' = \frac{u' v - u \, v'}{{v}^{2}}"),
        ("x^2 + sin(x)", r"{\left(u + v\right)}' = u' + v'"),
        ("x + 1", r"{\left(x + 1\right)}' = 1"),
        (
            "sin(x^2)",
            r"{\left(\sin\left({x}^{2}\right)\right)}' = "
            r"\cos\left({x}^{2}\right) \cdot {\left({x}^{2}\right)}'",
        ),
        ("sin(2x)", r"{\left(\sin\left(2 x\right)\right)}' = \cos\left(2 x\right) \cdot 2"),
        ("sin(-x)", r"{\left(\sin\left(-x\right)\right)}' = \cos\left(-x\right) \cdot \left(-1\right)"),
        ("5 sin(x)", r"{\left(5 \, \sin\left(x\right)\right)}' = 5 \, \cos\left(x\right)"),
        ("e^x", r"{\left({e}^{x}\right)}' = {e}^{x}"),
        (
            "where(x > 0, x^2, x)",
            r"{\left(\begin{cases}{x}^{2} & x > 0 \\ x & \text{otherwise}\end{cases}\right)}' = "
            r"\begin{cases}2 x & x > 0 \\ 1 & \text{otherwise}\end{cases}",
        ),
    ],
)
def test_step_as_a_line_of_latex(text: str, line: str) -> None:
    assert differentiate(parse(text), "x").steps.latex() == line


@pytest.mark.parametrize("row", PLAIN, ids=[row["expr"] for row in PLAIN])
def test_latex_of_every_step_balances(row: dict[str, Any]) -> None:
    expression = parse(row["expr"])
    for name in expression.names:
        for step in differentiate(expression, name).explained():
            line = step.latex()
            assert line.count("{") == line.count("}")
            assert line.count(r"\left") == line.count(r"\right")


@pytest.mark.parametrize(
    "text",
    [
        "+".join(f"x_{place}" for place in range(110)),
        "*".join(f"sin({place}x)" for place in range(1, 40)),
        "+".join(f"sin({place}x)" for place in range(1, 60)),
        "x*" * 199 + "x",
        "sin(" * 49 + "x" + ")" * 49,
        "^".join("x" * 50),
        "1e300*1e300*x + x/9e15/9e15/9e15/9e15",
        "/".join(f"(x+{place})" for place in range(60)),
    ],
)
def test_long_formulas_are_differentiated(text: str) -> None:
    expression = parse(text)
    derivation = differentiate(expression, expression.names[0])
    assert isinstance(derivation, Derivation)
    at = {name: 0.9 for name in expression.names}
    exact = grad(expression, at)[expression.names[0]]
    assert derivation.derivative.evaluate(at) == pytest.approx(exact, rel=1e-8, abs=1e-12)
