"""Every row of the table against mpmath: values, local derivatives, and what is written of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import core.special
from core.autodiff import grad, hessian
from core.expression import Apply, Variable
from core.finite_difference import complex_step
from core.parser import parse
from core.primitives import (
    BY_ALIAS,
    BY_UFUNC,
    PRIMITIVES,
    SELU_ALPHA,
    SELU_SCALE,
    NamedFloat,
    Operand,
    Primitive,
    quiet,
)
from core.smoothness import Failure, slope_at
from tests.core.witnesses import DIGITS, WITNESSES

TOLERANCE = 1e-12


WITNESSED = [pytest.param(row, id=name) for name, row in PRIMITIVES.items() if name in WITNESSES]
ROWS = [pytest.param(row, id=name) for name, row in PRIMITIVES.items()]


def doubles(operands: tuple[float, ...]) -> tuple[np.float64, ...]:
    return tuple(np.float64(operand) for operand in operands)


def near(got: Any, exact: Any, tolerance: float = TOLERANCE) -> bool:
    return math.isclose(float(got), float(exact), rel_tol=tolerance, abs_tol=1e-290)


def assert_value(row: Primitive, operands: tuple[float, ...]) -> None:
    with mpmath.workdps(DIGITS):
        exact = WITNESSES[row.name].function(*map(mpf, operands))
    got = row(*doubles(operands))
    assert near(got, exact), f"{row.name}{operands} is {got}, not {float(exact)}"


def assert_local_derivative(row: Primitive, operands: tuple[float, ...], place: int) -> None:
    orders = tuple(int(index == place) for index in range(row.arity))
    with mpmath.workdps(2 * DIGITS):
        h = abs(mpf(operands[place] or 1.0)) * mpf(10) ** -30
        exact = mpmath.diff(WITNESSES[row.name].function, tuple(map(mpf, operands)), orders, h=h)
    numbers = doubles(operands)
    with np.errstate(all="ignore"):
        got = row.partials[place](row(*numbers), *numbers)
    message = f"∂{row.name}/∂(operand {place}) at {operands} is {got}, not {float(exact)}"
    assert near(got, exact, 1e-11), message


def defined_places(row: Primitive, operands: tuple[float, ...]) -> list[int]:
    """Places of the operands that there is a derivative for at these operands."""
    if row.name in ("polygamma", "spherical_jn"):
        return [1]
    if row.name == "power" and operands[0] < 0:
        return [0]
    return list(range(row.arity))


def test_every_row_has_a_witness() -> None:
    missing = sorted(set(PRIMITIVES) - set(WITNESSES))
    assert not missing, (
        f"no independent value for {', '.join(missing)}: add the function of mpmath, and points of its "
        "domain, to WITNESSES in tests/core/witnesses.py"
    )


def test_no_witness_is_left_over() -> None:
    assert set(WITNESSES) <= set(PRIMITIVES)


@pytest.mark.parametrize("row", WITNESSED)
def test_value_is_that_of_mpmath(row: Primitive) -> None:
    for operands in WITNESSES[row.name].points:
        assert_value(row, operands)


@pytest.mark.parametrize("row", WITNESSED)
def test_local_derivative_is_that_of_mpmath(row: Primitive) -> None:
    for operands in WITNESSES[row.name].points:
        for place in defined_places(row, operands):
            assert_local_derivative(row, operands, place)


@pytest.mark.parametrize("row", WITNESSED)
def test_a_rule_that_is_off_by_a_two_thousandth_is_found_out(row: Primitive) -> None:
    for place, right in enumerate(row.partials):
        partials = list(row.partials)
        partials[place] = lambda *operands, right=right: 1.0005 * right(*operands)
        wrong = replace(row, partials=tuple(partials))
        slopes = [
            (operands, right(row(*doubles(operands)), *doubles(operands)))
            for operands in WITNESSES[row.name].points
            if place in defined_places(row, operands)
        ]
        for operands, slope in slopes:
            if abs(slope) > 1e-280:
                with pytest.raises(AssertionError, match=f"∂{row.name}/∂"):
                    assert_local_derivative(wrong, operands, place)


def points_of(row: Primitive) -> tuple[tuple[float, ...], ...]:
    """Points of the domain: those of the witness, or for a row that has none yet, of a grid."""
    if row.name in WITNESSES:
        return WITNESSES[row.name].points
    axis = (-2.3, -0.6, 0.3, 0.7, 1.9)
    return tuple(zip(*(np.roll(axis, place).tolist() for place in range(row.arity)), strict=True))


# What holds for every row, also for one that nobody has written a test for ------------------------


@pytest.mark.parametrize("row", ROWS)
def test_local_derivatives_fit_the_values_beside(row: Primitive) -> None:
    for operands in points_of(row):
        for place in defined_places(row, operands):
            numbers = doubles(operands)
            h = 1e-6 * (abs(operands[place]) or 1.0)
            sides = [
                row(*(number + side * h * (index == place) for index, number in enumerate(numbers)))
                for side in (-1.0, 1.0)
            ]
            result = row(*numbers)
            with np.errstate(all="ignore"):
                got = row.partials[place](result, *numbers)
                estimate = np.divide(sides[1] - sides[0], 2.0 * h)
            if np.isfinite(estimate) and np.isfinite(got) and h < 1.0:
                allowed = 1e-3 * max(abs(got), abs(estimate)) + 1e-14 * abs(result) / h
                assert abs(got - estimate) <= allowed, (row.name, operands, got, estimate)


@pytest.mark.parametrize("row", ROWS)
def test_the_complex_form_has_the_same_value_and_slope(row: Primitive) -> None:
    if row.analytic is None:
        assert not np.isnan(row(*doubles(points_of(row)[0])))
        return
    for operands in points_of(row):
        numbers = doubles(operands)
        result = row(*numbers)
        extreme = any(abs(operand) > 700 or 0 < abs(operand) < 1e-100 for operand in operands)
        if not np.isfinite(result) or extreme:
            continue
        with np.errstate(all="ignore"):
            complex_value = np.real(row.analytic(*(number + 0j for number in numbers)))
            assert math.isclose(complex_value, result, rel_tol=1e-11, abs_tol=1e-15), (row.name, operands)
            for place in defined_places(row, operands):

                def along(moved: Any, place: int = place, numbers: Any = numbers) -> Any:
                    return row.analytic(*(moved if i == place else n for i, n in enumerate(numbers)))

                slope = complex_step(along, numbers[place], 1e-30)
                exact = row.partials[place](result, *numbers)
                assert math.isclose(slope, exact, rel_tol=1e-9, abs_tol=1e-12), (row.name, operands, place)


@pytest.mark.parametrize("row", ROWS)
def test_numpy_source_computes_the_same(row: Primitive) -> None:
    names = [Variable(name) for name in "xyz"[: row.arity]]
    source = Apply(row, *names).python()
    for operands in points_of(row):
        values = dict(zip("xyz", doubles(operands), strict=False))
        with np.errstate(all="ignore"):
            got = eval(source, {"np": np, "math": math, "core": core}, values)
        assert near(got, row(*doubles(operands))), (source, operands)


@pytest.mark.parametrize("row", ROWS)
def test_row_is_written_and_read_back(row: Primitive) -> None:
    expression = Apply(row, *(Variable(name) for name in "xyz"[: row.arity]))
    assert parse(str(expression)) is expression
    assert expression.latex().count("{") == expression.latex().count("}")
    assert row.rule
    assert repr(row) == f"<primitive {row.name}>"


@pytest.mark.parametrize("row", ROWS)
def test_row_takes_arrays_and_nan(row: Primitive) -> None:
    columns = [np.array(column) for column in zip(*points_of(row), strict=True)]
    got = row(*columns)
    assert got.dtype == np.float64
    one_by_one = np.array([row(*doubles(operands)) for operands in points_of(row)])
    np.testing.assert_allclose(got, one_by_one, rtol=1e-14)
    assert row(*(np.array([]) for _ in columns)).shape == (0,)
    assert np.isnan(row(*([np.float64("nan")] * row.arity)))


def test_names_people_type_lead_to_one_row_each() -> None:
    names = [name for row in PRIMITIVES.values() for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names)) == len(BY_ALIAS)
    for row in PRIMITIVES.values():
        assert BY_ALIAS.get(row.inverse, row) in PRIMITIVES.values()
        assert not row.inverse or PRIMITIVES[row.inverse].inverse == row.name


@pytest.mark.parametrize(("names", "row"), [
    ("expit logistic", "sigmoid"), ("signum", "sign"), ("celu", "elu"), ("arcsec", "asec"),
    ("arcsech arsech", "asech"), ("arccsc arccosec", "acsc"), ("arccsch arcsch", "acsch"),
    ("arccot arcctg", "acot"), ("arccoth arcoth", "acoth"), ("cosech", "csch"), ("cth", "coth"),
])  # fmt: skip
def test_other_names(names: str, row: str) -> None:
    for name in names.split():
        assert parse(f"{name}(x)") is Apply(PRIMITIVES[row], Variable("x"))


def test_raised_to_minus_one_a_function_is_inverted() -> None:
    for name, inverse in [("sec", "asec"), ("coth", "acoth"), ("sigmoid", "logit"), ("erf", "erfinv")]:
        assert parse(f"{name}^-1(x)") is Apply(PRIMITIVES[inverse], Variable("x"))
        assert parse(f"{inverse}({name}(0.6))").evaluate() == pytest.approx(0.6, rel=1e-14)


@pytest.mark.parametrize("name", ["asinh", "acosh", "acsch"])
def test_slopes_far_out_do_not_underflow(name: str) -> None:
    for x in (1e160, 1e200, 1e300):
        slope = grad(parse(f"{name}(x)"), {"x": x})["x"]
        with mpmath.workdps(700):
            exact = mpmath.diff(WITNESSES[name].function, mpf(x), h=mpf(x) / 10**40)
        assert near(slope, exact)


def test_sinc_and_its_derivatives_near_zero() -> None:
    for x in (0.0, 1e-300, -1e-8, 1e-4, 0.01, 0.3):
        with mpmath.workdps(60):
            wanted = [float(mpmath.diff(mpmath.sincpi, mpf(x), order)) for order in (0, 1, 2)]
        formula = parse("sinc(x)")
        got = [formula.evaluate({"x": x}), grad(formula, {"x": x})["x"], hessian(formula, {"x": x})[0, 0]]
        assert got == pytest.approx(wanted, rel=1e-13, abs=1e-40)


# Kinks, jumps and domains -------------------------------------------------------------------------

KINKS = [
    ("abs(x)", 0.0, (-1.0, 1.0), 0.0),
    ("relu(x)", 0.0, (0.0, 1.0), 0.0),
    ("leaky_relu(x)", 0.0, (0.01, 1.0), 0.01),
    ("selu(x)", 0.0, (SELU_SCALE * SELU_ALPHA, SELU_SCALE), SELU_SCALE * SELU_ALPHA),
    ("max(x, 0)", 0.0, (0.0, 1.0), 0.5),
    ("min(x, 0)", 0.0, (1.0, 0.0), 0.5),
    ("clip(x, -1, 2)", -1.0, (0.0, 1.0), 0.0),
    ("clip(x, -1, 2)", 2.0, (1.0, 0.0), 0.0),
]


@pytest.mark.parametrize(("text", "x", "sides", "convention"), KINKS)
def test_slope_at_a_kink_is_the_stated_convention(
    text: str, x: float, sides: tuple[float, float], convention: float
) -> None:
    expression = parse(text)
    assert isinstance(expression, Apply)
    row = expression.primitive
    assert row.convention
    assert row.kinks is not None and row.kinks(
        *(operand.evaluate({"x": x}) for operand in expression.operands)
    )
    assert grad(expression, {"x": x})["x"] == convention
    slope = slope_at(expression, {"x": x}, "x")
    assert slope.failure is Failure.CORNER
    assert (slope.left, slope.right) == pytest.approx(sides, rel=1e-8)


def test_every_row_with_a_kink_states_its_convention_and_is_in_the_table() -> None:
    with_kink = {row.name for row in PRIMITIVES.values() if row.kinks is not None}
    tested = {name for name in with_kink if any(text.startswith(f"{name}(") for text, *_ in KINKS)}
    assert with_kink == tested
    assert all(PRIMITIVES[name].convention for name in with_kink)


JUMPS = {
    "mod": (6.0, 2.0),
    "floor_divide": (6.0, 2.0),
    "less": (1.0, 1.0),
    "less_equal": (1.0, 1.0),
    "greater": (1.0, 1.0),
    "greater_equal": (1.0, 1.0),
    "equal": (1.0, 1.0),
    "not_equal": (1.0, 1.0),
    "sign": (0.0,),
    "floor": (3.0,),
    "ceil": (3.0,),
    "round": (2.5,),
    "heaviside": (0.0,),
}


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.jumps], ids=lambda row: row.name)
def test_no_derivative_at_a_jump_and_one_beside(row: Primitive) -> None:
    assert row.name in JUMPS, f"name a point where {row.name} jumps in JUMPS"
    expression = Apply(row, *(Variable(name) for name in "xy"[: row.arity]))
    at = dict(zip("xy", JUMPS[row.name], strict=False))
    jump = slope_at(expression, at, "x")
    assert jump.failure is Failure.JUMP and math.isnan(jump.derivative)
    beside = slope_at(expression, {**at, "x": at["x"] + 0.25}, "x")
    assert beside.failure is None and math.isfinite(beside.derivative)


def test_where_mod_jumps_is_exact() -> None:
    assert grad(parse("x % y"), {"x": 1.0, "y": 0.1}) == {"x": 1.0, "y": -9.0}
    assert not PRIMITIVES["mod"].jumps(np.float64(1.0), np.float64(0.1))  # the double 0.1 is above 1/10
    assert PRIMITIVES["mod"].jumps(np.float64(1.0), np.float64(0.125))


OUTSIDE = {
    "divide": (0.0, 0.0),
    "mod": (1.0, 0.0),
    "floor_divide": (0.0, 0.0),
    "power": (-1.0, 0.5),
    "log": (-2.0,),
    "log2": (-2.0,),
    "log10": (-2.0,),
    "log1p": (-2.0,),
    "sqrt": (-1e-9,),
    "asin": (1.0001,),
    "acos": (-1.0001,),
    "acosh": (0.9999,),
    "atanh": (1.5,),
    "asec": (0.5,),
    "acsc": (-0.999,),
    "asech": (-0.5,),
    "acoth": (0.5,),
    "logit": (1.5,),
    "erfinv": (1.5,),
    "spherical_jn": (0.5, 1.0),
    "gamma": (-1.0,),
    "lgamma": (-1.0,),
    "digamma": (0.0,),
    "polygamma": (0.5, 1.0),
}
POLES = {
    "sec": "cos",
    "csc": "sin",
    "cot": "sin",
    "csch": "other than 0",
    "coth": "other than 0",
    "acsch": "other than 0",
}


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.domain], ids=lambda row: row.name)
def test_outside_its_domain_a_row_is_nan_and_its_sentence_is_told(row: Primitive) -> None:
    if row.name in POLES:
        assert POLES[row.name] in row.domain
        assert not np.isfinite(row(np.float64(0.0))) or row.name == "sec"
        return
    assert row.name in OUTSIDE, f"name a point outside the domain of {row.name} in OUTSIDE"
    operands = OUTSIDE[row.name]
    expression = Apply(row, *(Variable(name) for name in "xy"[: row.arity]))
    slope = slope_at(expression, dict(zip("xy", operands, strict=False)), "x")
    assert math.isnan(slope.value)
    assert slope.failure is Failure.OUTSIDE_DOMAIN
    assert slope.operation == row.domain


def test_nan_only_outside_the_domain() -> None:
    for name, witness in WITNESSES.items():
        for operands in witness.points:
            assert np.isfinite(PRIMITIVES[name](*doubles(operands))), (name, operands)


# Hand values, and limits of double precision ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "operands", "result"),
    [
        ("round", (0.5,), 0.0),
        ("round", (1.5,), 2.0),
        ("round", (2.5,), 2.0),
        ("round", (-0.5,), 0.0),
        ("floor", (-0.5,), -1.0),
        ("ceil", (0.5,), 1.0),
        ("sign", (0.0,), 0.0),
        ("heaviside", (0.0,), 0.5),
        ("mod", (-1.3, 0.5), 0.2),
        ("mod", (7.5, -3.0), -1.5),
        ("floor_divide", (7.5, -3.0), -3.0),
        ("less", (1.0, 1.0), 0.0),
        ("less_equal", (1.0, 1.0), 1.0),
        ("equal", (1.0, 1.0), 1.0),
        ("not_equal", (1.0, 1.0), 0.0),
        ("power", (0.0, 0.0), 1.0),
        ("power", (0.0, -1.0), math.inf),
        ("atan2", (0.0, -1.0), math.pi),
        ("hypot", (3e200, 4e200), 5e200),
        ("sigmoid", (-1000.0,), 0.0),
        ("sigmoid", (1000.0,), 1.0),
        ("softplus", (1000.0,), 1000.0),
        ("gamma", (5.0,), 24.0),
        ("gamma", (200.0,), math.inf),
        ("gamma", (-1e-310,), -math.inf),
        ("sinc", (0.0,), 1.0),
        ("sinc", (0.5,), 2.0 / math.pi),
        ("spherical_jn", (0.0, 0.0), 1.0),
        ("spherical_jn", (1.0, 0.0), 0.0),
        ("asec", (2.0,), math.pi / 3.0),
        ("asec", (-2.0,), 2.0 * math.pi / 3.0),
        ("acot", (0.0,), math.pi / 2.0),
        ("acot", (-1.0,), 0.75 * math.pi),
        ("asech", (1.0,), 0.0),
        ("asech", (0.0,), math.inf),
        ("acoth", (1.0,), math.inf),
        ("sech", (1000.0,), 0.0),
        ("coth", (-1000.0,), -1.0),
        ("logit", (0.5,), 0.0),
        ("logit", (1.0,), math.inf),
        ("erfinv", (-1.0,), -math.inf),
        ("erfi", (30.0,), math.inf),
        ("mish", (-1000.0,), 0.0),
        ("mish", (1000.0,), 1000.0),
        ("log", (0.0,), -math.inf),
        ("clip", (5.0, 0.0, 1.0), 1.0),
        ("where", (2.0, 3.0, 4.0), 3.0),
    ],
)
def test_hand_value(name: str, operands: tuple[float, ...], result: float) -> None:
    assert PRIMITIVES[name](*doubles(operands)) == pytest.approx(result, rel=1e-15)


def test_overflow_is_silent() -> None:
    assert PRIMITIVES["exp"](np.array([710.0, -746.0])).tolist() == [math.inf, 0.0]


def test_named_number_is_a_float_with_a_name() -> None:
    number = NamedFloat(math.pi, "pi", r"\pi")
    assert number == math.pi and (number.text, number.latex) == ("pi", r"\pi")


def test_operand_reaches_the_rows_through_operators() -> None:
    class Recorder(Operand):
        def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
            return primitive.name, operands[0] is self

    it = Recorder()
    assert [it + 1, it - 1, it * 1, it / 1, it**1, it % 1, it // 1] == [
        (name, True) for name in ("add", "subtract", "multiply", "divide", "power", "mod", "floor_divide")
    ]
    assert [1 + it, 1 - it, 1 * it, 1 / it, 1**it, 1 % it, 1 // it] == [
        (name, False) for name in ("add", "subtract", "multiply", "divide", "power", "mod", "floor_divide")
    ]
    assert [-it, abs(it), it < 1, it <= 1, it > 1, it >= 1] == [
        (name, True) for name in ("negative", "abs", "less", "less_equal", "greater", "greater_equal")
    ]
    assert +it is it
    with pytest.raises(NotImplementedError):
        Operand().apply(PRIMITIVES["sin"], (1,))


@pytest.mark.parametrize("ufunc", list(BY_UFUNC), ids=lambda ufunc: ufunc.__name__)
def test_numpy_function_reaches_its_row(ufunc: Any) -> None:
    names = [Variable(name) for name in "xyz"[: ufunc.nin]]
    assert ufunc(*names) is Apply(BY_UFUNC[ufunc], *names)


def test_numpy_functions_without_a_row_are_refused() -> None:
    with pytest.raises(TypeError):
        np.square(Variable("x"))
    with pytest.raises(TypeError):
        np.add.reduce(Variable("x"))
    with pytest.raises(TypeError):
        np.sin(Variable("x"), dtype=np.float64)


def test_quiet_nests_and_ends() -> None:
    with quiet(), np.errstate(all="raise"):
        with pytest.raises(FloatingPointError):
            np.log(np.float64(0.0))
        with quiet():  # already quiet: what stands between is left as it is
            pass
    with quiet():
        with quiet():
            assert PRIMITIVES["log"](np.float64(0.0)) == -math.inf
        assert PRIMITIVES["divide"](np.float64(1.0), np.float64(0.0)) == math.inf
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.log(np.float64(0.0))
    assert PRIMITIVES["log"](np.float64(0.0)) == -math.inf


def test_quiet_ends_with_an_exception() -> None:
    with pytest.raises(KeyError), quiet():
        raise KeyError
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.log(np.float64(0.0))
    assert PRIMITIVES["log"](np.float64(0.0)) == -math.inf
