"""Formulas as text, as LaTeX, and as NumPy source."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import core.special
from core.expression import Constant, Expression, Variable
from core.parser import parse
from core.primitives import LN_2, LN_10, PI, PRIMITIVES, SQRT_2, SQRT_PI, SQRT_TAU, TAU, E
from core.printing import name_latex, number_latex, split_name
from tests.core.cases import rows

x, y, z = Variable("x"), Variable("y"), Variable("z")
EXPRESSIONS = [row["expr"] for row in rows("expressions.jsonl")]
NEGATIVE = PRIMITIVES["negative"]
TREES: list[Expression] = [
    x - (y - z),
    x - (y + z),
    x + (y + z),
    x / (y / z),
    x * (y * z),
    x * (y / z),
    (x**y) ** z,
    x ** (y**z),
    (-x) ** 2,
    -(x**2),
    NEGATIVE(NEGATIVE(x)),
    x - (-y),
    x + (-y),
    x * (-y),
    (-x) * y,
    -(x * y),
    -(x / y),
    -(x + y),
    -(x % y),
    -(x // y),
    (x % y) % z,
    x % (y % z),
    x * (y % z),
    (x * y) % z,
    x ** (-y),
    x ** -(y * z),
    2.0**-x,
    (x < y) * (y < z),
    (x < y) < z,
    x < (y < z),
    (x < y) + 1,
    -(x < y),
    Constant(-2.0) ** x,
    Constant(-2.0) * x,
    x - Constant(-2.0),
    -Constant(-2.0),
    Constant(1e-5) ** x,
    Constant(1e300) * x,
    Constant(0.1) + Constant(1 / 3) * x,
    Constant(math.inf) - x,
    Constant(-math.inf) - x,
    Constant(math.nan) ** x,
    Constant(TAU) ** x,
    x / Constant(TAU),
    x / Constant(SQRT_TAU),
    Constant(LN_2) * Constant(LN_10) * Constant(SQRT_2) * Constant(SQRT_PI) * Constant(PI) ** Constant(E),
    Variable("gamma") * (x + 1),
    PRIMITIVES["gamma"](x) * (y + 1),
    Variable("lam") * Variable("w_1") * Variable("x1"),
]
VALUES = {"x": np.float64(1.3), "y": np.float64(-0.7), "z": np.float64(2.1)}


def values_for(expression: Expression) -> dict[str, Any]:
    return {name: VALUES.get(name, np.float64(0.9)) for name in expression.names}


def all_formulas() -> list[Any]:
    typed = [pytest.param(parse(text), id=text) for text in EXPRESSIONS]
    built = [pytest.param(tree, id=f"tree {place}") for place, tree in enumerate(TREES)]
    return typed + built


@pytest.mark.parametrize("expression", all_formulas())
def test_text_is_read_back_to_the_same_bits(expression: Expression) -> None:
    values = values_for(expression)
    again = parse(str(expression))
    np.testing.assert_equal(again.evaluate(values), expression.evaluate(values))
    assert str(again) == str(expression)


@pytest.mark.parametrize("expression", all_formulas())
def test_python_source_computes_the_same(expression: Expression) -> None:
    values = values_for(expression)
    scope = {"np": np, "math": math, "core": core, **values}
    with np.errstate(all="ignore"):
        exec(f"result = {expression.python()}", scope)
    np.testing.assert_allclose(scope["result"], expression.evaluate(values), rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("sin(a x) exp(-x^2/8)", "sin(a*x)*exp(-x**2/8)"),
        ("x^2 + 3 x y + y^2", "x**2 + 3*x*y + y**2"),
        ("-(x/4)", "-x/4"),
        ("(-x)^2", "(-x)**2"),
        ("1 - (2 - x)", "1 - (2 - x)"),
        ("(x < 1) < y", "(x < 1) < y"),
        ("5 x mod 3", "5*x % 3"),
        ("2 x // 3", "2*x//3"),
        ("|x|", "abs(x)"),
        ("max(x, 1, 2)", "max(max(x, 1), 2)"),
        ("1000000", "1000000"),
        ("1e-9 x", "1e-09*x"),
        ("1e999", "1e999"),
        ("π τ e", "pi*tau*e"),
    ],
)
def test_text(text: str, written: str) -> None:
    assert str(parse(text)) == written


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("sin(a x) exp(-x^2/8)", "np.sin(a*x)*np.exp(-x**2/8)"),
        ("x^tau", "x**math.tau"),
        ("e^(pi x)", "np.e**(np.pi*x)"),
        ("(x < 1) + (x < 2)", "1.0*(x < 1) + 1.0*(x < 2)"),
        ("where(x > 0, x, 2)", "np.where(x > 0, x, 2)"),
        ("x < 1", "1.0*(x < 1)"),
        ("10^10^10 x", "np.inf*x"),
        ("x (1/0)", "x*np.inf"),
        ("-1/0 + x", "-np.inf + x"),
        ("x + 0/0", "x + np.nan"),
        ("(x^2+1)^(1/3)", "(x**2 + 1)**(1/3)"),
        ("softplus(relu(x))", "np.logaddexp(0, np.maximum(x, 0))"),
    ],
)
def test_python(text: str, source: str) -> None:
    assert parse(text).python() == source


@pytest.mark.parametrize(
    ("text", "typeset"),
    [
        ("x^2", "{x}^{2}"),
        ("2 x", "2 x"),
        ("2*3", r"2 \cdot 3"),
        ("x (-2)", r"x \cdot \left(-2\right)"),
        ("x/4", r"\frac{x}{4}"),
        ("e^(x/4)", r"{e}^{x/4}"),
        ("exp(-x^2/8)", r"{e}^{-{x}^{2}/8}"),
        ("exp((x+1)/(2y))", r"{e}^{\left(x + 1\right)/\left(2 y\right)}"),
        ("sin^2 x", r"\sin^{2}\left(x\right)"),
        ("sqrt(x)^2", r"{\sqrt{x}}^{2}"),
        ("|x|", r"\left|x\right|"),
        ("(x+1)^2", r"{\left(x + 1\right)}^{2}"),
        ("(x+1)(x-1)", r"\left(x + 1\right) \left(x - 1\right)"),
        ("2 sin(x)", r"2 \, \sin\left(x\right)"),
        ("x - (-y)", r"x - \left(-y\right)"),
        ("x - (y + 1)", r"x - \left(y + 1\right)"),
        ("x < 1", "x < 1"),
        ("x mod 3", r"x \bmod 3"),
        ("where(x > 0, x, 0)", r"\begin{cases}x & x > 0 \\ 0 & \text{otherwise}\end{cases}"),
        ("max(x, 1)", r"\max\left(x, 1\right)"),
        ("sigmoid(w x + b)", r"\sigma\left(w x + b\right)"),
        ("-(x y)", "-x y"),
        ("(-(x y)) + 1", "-x y + 1"),
        ("(x+1) sin x", r"\left(x + 1\right) \, \sin\left(x\right)"),
        ("(x+1) y", r"\left(x + 1\right) \, y"),
        ("1/2 x", r"\frac{1}{2} x"),
        ("2 (1/x)", r"2 \cdot \frac{1}{x}"),
        ("pi r^2", r"\pi {r}^{2}"),
    ],
)
def test_latex(text: str, typeset: str) -> None:
    assert parse(text).latex() == typeset


def test_latex_names_can_be_overridden() -> None:
    assert parse("w x").latex({"w": r"\hat{w}"}) == r"\hat{w} x"


@pytest.mark.parametrize("expression", all_formulas())
def test_latex_brackets_balance(expression: Expression) -> None:
    typeset = expression.latex()
    assert typeset.count("{") == typeset.count("}")
    assert typeset.count(r"\left") == typeset.count(r"\right")


@pytest.mark.parametrize(
    ("name", "typeset"),
    [
        ("x", "x"),
        ("w1", "{w}_{1}"),
        ("x_12", "{x}_{12}"),
        ("x_a", "{x}_{a}"),
        ("x_max", r"{x}_{\mathrm{max}}"),
        ("lam", r"\lambda"),
        ("theta", r"\theta"),
        ("theta_0", r"{\theta}_{0}"),
    ],
)
def test_name_latex(name: str, typeset: str) -> None:
    assert name_latex(name) == typeset
    assert split_name(name)[0] in typeset or name.startswith("lam")


@pytest.mark.parametrize(
    ("value", "typeset"),
    [
        (2.0, "2"),
        (-0.5, "-0.5"),
        (1e-9, r"1 \cdot 10^{-9}"),
        (2.5e300, r"2.5 \cdot 10^{300}"),
        (math.inf, r"\infty"),
        (-math.inf, r"-\infty"),
        (math.nan, r"\text{none}"),
        (PI, r"\pi"),
        (LN_2, r"\ln\left(2\right)"),
    ],
)
def test_number_latex(value: float, typeset: str) -> None:
    assert number_latex(value) == typeset


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x*x", r"x \cdot x"),
        ("2*x*x*y", r"2 x \cdot x y"),
        ("x*x^2", r"x \cdot {x}^{2}"),
        ("x1*x1", r"{x}_{1} \cdot {x}_{1}"),
        ("x1*x2", r"{x}_{1} {x}_{2}"),
        ("x*y*x", "x y x"),
    ],
)
def test_a_letter_times_itself_has_a_dot(text: str, latex: str) -> None:
    assert parse(text).latex() == latex
