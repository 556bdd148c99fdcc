"""Stable forms against mpmath: every row of the table, at every magnitude, and in every way to write it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from core import remainders
from core.autodiff import forward_pass, hessian, jvp, value_and_grad, vjp
from core.differentiate import differentiate
from core.expression import Apply, Constant, Expression, Variable
from core.matching import opposite
from core.parser import parse
from core.primitives import exp, expm1, sigmoid, sin
from core.program import OFTEN
from core.remainders import Expanded, remainder
from core.rewriting import LETTERS, Rule
from core.stable import TABLE, stable
from tests.core import witnesses
from tests.core.rounding import assert_same, careful

# mpmath -------------------------------------------------------------------------------------------


def digits_for(values: dict[str, float]) -> int:
    """Digits at which nothing is lost although terms differ by as many magnitudes as these numbers."""
    magnitudes = [abs(math.log10(abs(value))) for value in values.values() if value]
    exponentials = [min(abs(value), 1000.0) for value in values.values()]
    return 150 + int(4.0 * max(magnitudes, default=0.0) + max(exponentials))


def exact(formula: Expression, values: dict[str, Any]) -> Any:
    """Value of the typed formula; NaN where it has none."""
    try:
        value = witnesses.value(formula, values)
    except (ZeroDivisionError, ValueError):
        return mpmath.nan
    return value if isinstance(value, mpf) else mpmath.nan


def exact_slope(formula: Expression, values: dict[str, float], name: str) -> Any:
    h = min(abs(mpf(values[name])) or 1, 1) * mpf(10) ** -40
    sides = [exact(formula, {**values, name: mpf(values[name]) + side * h}) for side in (-1, 1)]
    return (sides[1] - sides[0]) / (2 * h)


def close(got: float, wanted: Any, tolerance: float, room: float = 1e-290) -> bool:
    if mpmath.isnan(wanted):
        return math.isnan(got)
    if abs(wanted) > 1e308:
        return math.isinf(got) or abs(got) > 1e307
    return abs(got - wanted) <= tolerance * abs(wanted) + room


MAGNITUDES = (
    0.0, 1e-300, -1e-300, 1e-160, -1e-30, 1e-16, 1e-12, -1e-12, 1e-8, -1e-8, 1e-5, -1e-3, 0.02, -0.1, 0.29,
    0.31, -0.39, 0.41, 0.49, -0.51, 0.7, -0.97, 1.02, -1.4, 2.7, -5.3, 12.3, -20.0, 36.5, 40.0, -40.0, 300.0,
    -300.0, 709.0, 1000.0, -1000.0, 1e5, -1e8, 1e16, 1e150, -1e200, 1e300,
)  # fmt: skip
OTHERS = (0.3, -2.5, 1000.0, -1000.0, 1e-9, 40.0)


def points_of(formula: Expression) -> Iterator[dict[str, float]]:
    first, *others = formula.names
    if not others:
        yield from ({first: u} for u in MAGNITUDES)
        return
    for place, u in enumerate(MAGNITUDES[::2]):
        chosen = [OTHERS[(place + turn) % len(OTHERS)] for turn in range(len(others))]
        yield {first: u, **dict(zip(others, chosen, strict=True))}
        if place % 3 == 0:
            yield {first: u, **dict.fromkeys(others, u * (1.0 - 1e-9))}


def ids(rule: Rule) -> str:
    return rule.pattern


def formula_of(rule: Rule) -> Expression:
    """The pattern as a person types it: any positive number for a."""
    return parse(rule.pattern).substitute({"a": 2.0})


@pytest.mark.parametrize("rule", TABLE, ids=ids)
def test_every_row_is_used(rule: Rule) -> None:
    formula = formula_of(rule)
    form = formula.stable_form
    assert form is not formula
    assert set(form.names) == set(formula.names)
    assert set(formula.names) <= set(LETTERS)


@pytest.mark.parametrize("rule", TABLE, ids=ids)
def test_value_and_gradient_are_those_of_mpmath(rule: Rule) -> None:
    formula = formula_of(rule)
    for values in points_of(formula):
        if is_limit(rule, values):
            continue
        with mpmath.workdps(digits_for(values)):
            wanted = exact(formula, values)
            value, gradient = value_and_grad(formula, values)
            assert close(value, wanted, 1e-12), (values, value, float(wanted))
            assert close(formula.evaluate(values), wanted, 1e-12), values
            if mpmath.isnan(wanted) or abs(wanted) > 1e290 or is_edge(formula, values):
                continue
            for name, slope in gradient.items():
                slope_wanted = exact_slope(formula, values, name)
                room = 1e-290 if values[name] else 1e-70
                assert close(slope, slope_wanted, 1e-9, room), (values, name, slope, float(slope_wanted))


def is_limit(rule: Rule, values: dict[str, float]) -> bool:
    """Tell whether the row may have the limit of a slope that the formula by itself does not have."""
    return rule.name.startswith("slope of a power") and min(values.values()) <= 0.0


def is_edge(formula: Expression, values: dict[str, float]) -> bool:
    """Tell whether a point is on the edge of the domain, where differences have no second side."""
    sides = [exact(formula, {**values, name: values[name] + side * mpf(10) ** -50})
             for name in values for side in (-1, 1)]  # fmt: skip
    return any(mpmath.isnan(side) for side in sides)


@pytest.mark.parametrize("rule", [rule for rule in TABLE if rule.hole], ids=ids)
def test_holes_are_kept_and_only_they(rule: Rule) -> None:
    formula = formula_of(rule)
    at = {"u": np.array([-1e-300, 0.0, 1e-300])}
    value, gradient = value_and_grad(formula, at)
    np.testing.assert_array_equal(np.isnan(value), [False, True, False])
    np.testing.assert_array_equal(np.isnan(gradient["u"]), [False, True, False])
    assert math.isnan(formula.evaluate({"u": 0.0}))


def test_names_of_rows_are_unique() -> None:
    assert len({rule.pattern for rule in TABLE}) == len(TABLE)


# Recognition --------------------------------------------------------------------------------------

WRITTEN = [
    ("exp(x) - 1", ["-1 + exp(x)", "e^x - 1", "-(1 - exp(x))", "exp(x) + (-1)"]),
    ("1 - exp(-x)", ["-exp(-x) + 1", "1 - e^-x"]),
    ("log(1 + x)", ["log(x + 1)", "ln(1 + x)", "ln(-(-1 - x))"]),
    ("log(1 + x^2 + y^2)", ["log(x^2 + 1 + y^2)", "ln(x^2 + y^2 + 1)"]),
    ("log(1 + exp(x))", ["ln(exp(x) + 1)", "ln(1 + e^x)"]),
    ("1/(1 + exp(-x))", ["1/(exp(-x) + 1)", "(1 + e^-x)^-1", "exp(x)/(1 + exp(x))"]),
    ("(1 - cos(x))/x^2", ["-(cos(x) - 1)/x^2", "(1 - cos(x))/(x*x)", "(1 - cos(x))/x/x", "(1-cos(x))*x^-2"]),
    ("(x - sin(x))/x^3", ["-(sin(x) - x)/x^3", "(-sin(x) + x)/(x^2*x)"]),
    ("sin(x)^2/x^2", ["(sin(x)/x)^2", "sin(x)*sin(x)/(x*x)", "sin(x)/x*sin(x)/x"]),
    ("exp(x) - 1 - x", ["exp(x) - x - 1", "exp(x) - (x + 1)", "-1 + exp(x) - x"]),
    ("log(exp(x) + exp(y))", ["ln(e^x + e^y)"]),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", ["(e^x - e^-x)/(e^x + e^-x)", "sinh(x)/cosh(x)"]),
]


@pytest.mark.parametrize(("text", "others"), WRITTEN, ids=[text for text, _ in WRITTEN])
def test_order_signs_and_notation_are_no_matter(text: str, others: list[str]) -> None:
    wanted = parse(text)
    for other in others:
        written = parse(other)
        assert written.stable_form is not written, other
        for x in (-3.0, -1e-9, 1e-9, 0.4):
            values = {"x": x, "y": 0.7}
            got, truth = value_and_grad(written, values), value_and_grad(wanted, values)
            np.testing.assert_allclose(got[0], truth[0], rtol=1e-14, err_msg=other)
            for name, slope in got[1].items():
                np.testing.assert_allclose(slope, truth[1][name], rtol=1e-12, err_msg=other)


FORMS = [
    ("-log(1/(1 + exp(-x)))", "--softplus(-x)"),
    ("log(1 - sigmoid(x))", "-softplus(x)"),
    ("-(y*log(sigmoid(z)) + (1-y)*log(1-sigmoid(z)))", "-(y*(-softplus(-z)) + (1 - y)*(-softplus(z)))"),
    ("log(exp(x)/(exp(x) + exp(y)))", "-softplus(y - x)"),
    ("log(exp(x)/(exp(x) + exp(y) + exp(z)))", "-softplus(logaddexp(y - x, z - x))"),
    ("exp(-x)/(1 + exp(-x))^2", "sigmoid(x)*sigmoid(-x)"),
    ("2/(1 + exp(-2x)) - 1", "tanh(2*x/2)"),
    ("a*x/(1 + exp(-k*x))", "a*x*sigmoid(k*x)"),
    ("2/(exp(x) + exp(-x))", "sech(x)"),
    ("sqrt(1 + exp(x) - 1)", "sqrt(1 + exp(x) - 1)"),
]


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_rows_build_on_one_another(text: str, form: str) -> None:
    assert str(parse(text).stable_form) == form


@pytest.mark.parametrize("text", [
    "x", "3", "x^2 + 3x y", "sin(x)", "sin(x)/y", "sin(x)*exp(-x^2/2)", "exp(x) + 1", "exp(x) - 2",
    "2 - cos(x)", "1 + cos(x)", "log(2 + x) + log(x)", "log(x)", "log(x - 2)", "1/(2 + exp(x))",
    "sin(x)/(1 + x)",
    "cos(x)/x", "(1 - cos(x))/sin(x)^0", "sqrt(2 + x) - 1", "tan(x) - 2x", "exp(x) - x", "sin(2)*y",
    "0*sin(x)", "log(1 + x - 1)", "log(x^2 + (1 - 1))", "sqrt(x^2 - 1) - x", "sqrt(x^2 + y) - x",
    "x^3*log(x)", "3*x^(3 - 1)",
])  # fmt: skip
def test_what_is_no_row_is_left_alone(text: str) -> None:
    formula = parse(text)
    form = stable(formula)
    assert re.sub(r"\W", "", str(form)) == re.sub(r"\W", "", str(formula)) or "remainder" in str(form)
    for x in (-2.5, 0.3, 1.7):
        at = {"x": x, "y": 0.6}
        primal = formula.primals({name: np.float64(value) for name, value in at.items()})[-1]
        np.testing.assert_allclose(formula.evaluate(at), primal, rtol=1e-15)


@pytest.mark.parametrize("text", [
    "where(exp(x) - 1 > 0, x, -x)", "abs(exp(x) - 1)", "floor(log(1 + x))", "sign(1 - cos(x))",
    "x^(exp(y) - 1)", "relu(log(1 + x))", "max(sin(x) - x, 0)",
])  # fmt: skip
def test_what_decides_a_jump_or_kink_is_computed_as_it_is_typed(text: str) -> None:
    formula = parse(text)
    assert formula.stable_form is formula


# What stays as it was typed, and what is computed -------------------------------------------------


def test_what_is_written_and_explained_is_what_was_typed() -> None:
    formula = parse("(1 - cos(x))/x^2")
    assert formula.stable_form is not formula
    assert str(formula) == "(1 - cos(x))/x**2"
    assert formula.python() == "(1 - np.cos(x))/x**2"
    assert "cos" in formula.latex()
    tape = forward_pass(formula, {"x": np.float64(1e-9)})
    assert [str(node.expression) for node in tape] == [str(node) for node in formula.nodes]
    assert tape[-1].primal == 0.0
    assert "remainder" not in str(differentiate(formula, "x").derivative)


CURVES = [
    ("(1-cos(x))/x**2", 1e-8), ("(1-cos(x))/x**2", 0.7), ("x-sin(x)", 1e-5), ("log(1+exp(x))", -40.0),
    ("log(1+exp(x))", 1000.0), ("(exp(x)-1)/x", -1e-7), ("log(1+x)/x", 1e-6), ("tan(x)/x", 1e-4),
    ("sqrt(1+x)-1", 1e-9), ("sqrt(x+1)-sqrt(x)", 1e12), ("atan(x)/x", -1e-3), ("log(cosh(x))", 1e-6),
    ("log(cosh(x))", 30.0), ("1/(1+exp(-x))", -700.0), ("sinh(x)/x", 1e-5), ("x/(exp(x)-1)", 1e-6),
    ("log(x+1)-log(x)", 1e9), ("sqrt(x^2+1)-x", 1e7), ("sinc(x)", 1e-6), ("log(1-exp(-x))", 1e-9),
]  # fmt: skip


@pytest.mark.parametrize(("text", "x"), CURVES)
def test_all_modes_and_second_derivatives(text: str, x: float) -> None:
    formula, at = parse(text), {"x": x}
    with mpmath.workdps(300):
        h = abs(mpf(x)) * mpf(10) ** -40
        left, middle, right = (exact(formula, {"x": mpf(x) + side * h}) for side in (-1, 0, 1))
        first, second = (right - left) / (2 * h), (right - 2 * middle + left) / h**2
    value, pullback = vjp(formula, at)
    assert close(value, middle, 1e-12)
    assert close(pullback(1.0)["x"], first, 1e-9)
    assert close(jvp(formula, at, {"x": 1.0})[1], first, 1e-9)
    assert close(hessian(formula, at)[0, 0], second, 1e-7), (hessian(formula, at), float(second))


@pytest.mark.parametrize("text", [rule.pattern for rule in TABLE if parse(rule.pattern).names == ("u",)])
def test_arrays_points_and_programs_compute_the_same(text: str) -> None:
    formula = parse(text)
    u = np.array([value for value in MAGNITUDES if abs(value) < 30.0])
    for _ in range(OFTEN + 2):
        value, gradient = value_and_grad(formula, {"u": u})
    assert_same([value, gradient["u"]], careful(formula, {"u": u}), 1e-14)
    for place, number in enumerate(u):
        one, slopes = value_and_grad(formula, {"u": float(number)})
        np.testing.assert_allclose(value[place], one, rtol=1e-13)
        np.testing.assert_allclose(gradient["u"][place], slopes["u"], rtol=1e-11, atol=1e-290)


def test_derivatives_are_stable_as_far_as_the_table_goes() -> None:
    softplus = differentiate(parse("log(1 + exp(x))"), "x").derivative
    assert [softplus.evaluate({"x": x}) for x in (-1000.0, 1000.0)] == [0.0, 1.0]
    loss = differentiate(parse("-log(1/(1 + exp(-x)))"), "x").derivative
    assert loss.evaluate({"x": -1000.0}) == -1.0
    logistic = differentiate(parse("1/(1 + exp(-x))"), "x").derivative
    assert logistic.evaluate({"x": -1000.0}) == 0.0
    assert logistic.evaluate({"x": -40.0}) == pytest.approx(math.exp(-40.0), rel=1e-14)


@pytest.mark.parametrize(
    ("text", "name", "values", "slope"),
    [
        ("x**y", "y", {"x": 0.0, "y": 2.0}, 0.0),
        ("x**y", "x", {"x": 0.0, "y": 2.0}, 0.0),
        ("x**y", "x", {"x": 0.0, "y": 1.0}, 1.0),
        ("x**y", "x", {"x": 0.0, "y": 0.0}, 0.0),
        ("x**x", "x", {"x": 0.0}, -math.inf),
        ("asinh(x)", "x", {"x": -1e200}, 1e-200),
        ("acosh(x)", "x", {"x": 1e200}, 1e-200),
        ("asinh(x)", "x", {"x": 1e-200}, 1.0),
        ("acsch(x)", "x", {"x": 1e100}, -1e-200),
    ],
)
def test_written_derivatives_agree_with_reverse_mode_at_the_edges(
    text: str, name: str, values: dict[str, float], slope: float
) -> None:
    formula = parse(text)
    derivation = differentiate(formula, name)
    assert value_and_grad(formula, values)[1][name] == pytest.approx(slope, rel=1e-14)
    assert derivation.derivative.evaluate(values) == pytest.approx(slope, rel=1e-14)
    assert derivation.raw.evaluate(values) == pytest.approx(slope, rel=1e-14)


def test_slopes_of_powers_have_no_value_outside_the_domain() -> None:
    assert math.isnan(parse("x**y*log(x)").evaluate({"x": -1e-8, "y": 1000.0}))
    assert math.isnan(parse("y*x**(y - 1)").evaluate({"x": -1.0, "y": 0.5}))


def test_holes_of_powers_with_a_fixed_exponent_are_kept() -> None:
    assert math.isnan(parse("x^2*log(x)").evaluate({"x": 0.0}))
    assert math.isnan(parse("x*log(x)").evaluate({"x": 0.0}))


def test_a_formula_of_many_terms_is_no_danger() -> None:
    many = parse("+".join(["exp(x)"] * 100) + "-1")
    assert many.stable_form is many
    deep: Expression = Variable("x")
    for _ in range(3000):
        deep = deep + 1.0
    assert Apply(parse("exp(x)").primitive, deep).evaluate({"x": -3000.0}) == 1.0  # type: ignore[attr-defined]


# Remainders ---------------------------------------------------------------------------------------

EXPANDED = [value for value in vars(remainders).values() if isinstance(value, Expanded)]
SERIES = {
    **{name: witnesses.WITNESSES[name].function for name in witnesses.WITNESSES},
    "sqrt1p": lambda u: mpmath.sqrt(1 + u),
}


@pytest.mark.parametrize("of", EXPANDED, ids=lambda of: of.name)
def test_coefficients_are_those_of_mpmath(of: Expanded) -> None:
    with mpmath.workdps(60):
        wanted = mpmath.taylor(SERIES[of.name], 0, 12)
    assert of.coefficients[:13] == pytest.approx([float(c) for c in wanted], rel=1e-14, abs=1e-40)


@pytest.mark.parametrize("of", EXPANDED, ids=lambda of: of.name)
@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_derivatives_of_what_is_expanded(of: Expanded, order: int) -> None:
    for u in (-0.9, -0.45, 0.35, 0.8, *((2.5, 40.0) if of.name not in ("asin", "atanh", "tan") else ())):
        with mpmath.workdps(80):
            wanted = mpmath.diff(SERIES[of.name], mpf(u), order)
        assert of.derivative(order, np.float64(u)) == pytest.approx(float(wanted), rel=1e-10), (u, order)


@pytest.mark.parametrize("of", EXPANDED, ids=lambda of: of.name)
@pytest.mark.parametrize("over", [0, 1, 2])
def test_higher_derivatives_of_remainders(of: Expanded, over: int) -> None:
    coefficients = [mpf(c) for c in of.coefficients[:2]]
    for u, order in product((-0.7, -0.42, -0.2, -1e-3, 1e-2, 0.28, 0.33, 0.6), (1, 2, 3)):

        def quotient(moved: Any) -> Any:
            return (SERIES[of.name](moved) - coefficients[0] - coefficients[1] * moved) / moved**over

        with mpmath.workdps(120):
            wanted = mpmath.diff(quotient, mpf(u), order)
        row = remainder(of, 2, over, order - 1)
        got = row.partials[0](None, np.float64(u))
        assert close(got, wanted, 1e-10), (u, order, got, float(wanted))
        assert row.partials[0](None, np.array([u, 5e-4]))[0] == pytest.approx(float(got), rel=1e-13)


# Pieces of the comparison -------------------------------------------------------------------------


def test_a_formula_that_jumps_elsewhere_has_exact_second_derivatives_too() -> None:
    bent = hessian(parse("(1 - cos(x))/x^2 + floor(y)"), {"x": 1e-6, "y": 0.5})
    np.testing.assert_allclose(bent, [[-1.0 / 12.0, 0.0], [0.0, 0.0]], rtol=1e-11)


def test_opposites_have_no_two_signs_in_a_row() -> None:
    x, y = Variable("x"), Variable("y")
    for formula, negated in [
        (-x, "x"), (x - y, "y - x"), (-x * y, "x*y"), (Constant(-2.0) * x, "2*x"),
        (Constant(-2.0) / x / y, "2/x/y"), (2.0 * x, "-2*x"), (x + y, "-(x + y)"), (Constant(4.0), "-4"),
    ]:  # fmt: skip
        assert str(opposite(formula)) == negated
        assert (opposite(formula) + formula).evaluate({"x": 0.7, "y": 1.9}) == 0.0


def test_coefficients_that_are_negative_numbers_are_signs() -> None:
    x = Variable("x")
    assert (exp(x) + Constant(-1.0)).stable_form is expm1(x)
    assert (1.0 / (1.0 + exp(Constant(-2.0) * x))).stable_form is sigmoid(2.0 * x)
    assert str((Constant(-1.0) * sin(x) / x).stable_form) == f"-{(sin(x) / x).stable_form}"
