"""Higher derivatives by power series, against mpmath."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from core.expression import Apply, Variable
from core.parser import parse
from core.primitives import PRIMITIVES, Primitive
from core.taylor import taylor_coefficients
from tests.core import witnesses
from tests.core.witnesses import WITNESSES

ORDER = 5

WITNESSED = [pytest.param(row, id=name) for name, row in PRIMITIVES.items() if name in WITNESSES]


@pytest.mark.parametrize("row", WITNESSED)
def test_every_operation(row: Primitive) -> None:
    """Along each operand in turn, at some of its points, all others kept."""
    if row.name == "polygamma":
        pytest.skip("its first operand is a whole number; gamma and digamma go through it")
    letters = "xyz"[: row.arity]
    expression = Apply(row, *map(Variable, letters))
    for operands in WITNESSES[row.name].points[:: max(1, len(WITNESSES[row.name].points) // 6)]:
        values = dict(zip(letters, operands, strict=True))
        if any(abs(operand) > 1e3 or 0.0 < abs(operand) < 1e-3 for operand in operands):
            continue
        for name in letters:
            got = taylor_coefficients(expression, values, name, ORDER)
            if np.isnan(got).any():
                continue
            with mpmath.workdps(80):
                exact = mpmath.taylor(
                    lambda moved, name=name, at=values: witnesses.value(expression, {**at, name: moved}),
                    mpf(values[name]),
                    ORDER,
                    chop=False,
                )
            size = max(abs(float(coefficient)) for coefficient in exact)
            for ours, theirs in zip(got, exact, strict=True):
                assert abs(ours - float(theirs)) <= 1e-9 * abs(float(theirs)) + 1e-11 * size, (values, name)


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("exp(sin(x))", 1.3),
        ("tan(x)", 1.3),
        ("sigmoid(3x+1) gelu(x^2)", 0.4),
        ("sqrt(x^2+1) sin(3x)/(1+exp(-x)) + atan(x)^3", 0.7),
        ("x^x", 1.7),
        ("1/(1 - x)", 0.5),
    ],
)
def test_high_orders(text: str, x: float) -> None:
    expression = parse(text)
    got = taylor_coefficients(expression, {"x": x}, "x", 21)
    with mpmath.workdps(120):
        exact = mpmath.taylor(lambda moved: witnesses.value(expression, {"x": moved}), mpf(x), 21, chop=False)
    np.testing.assert_allclose(got, [float(coefficient) for coefficient in exact], rtol=1e-8, atol=1e-13)


def test_by_hand() -> None:
    assert taylor_coefficients(parse("(1+x)^3"), {"x": 0.0}, "x", 4).tolist() == [1.0, 3.0, 3.0, 1.0, 0.0]
    assert taylor_coefficients(parse("x^2"), {"x": 0.0}, "x", 3).tolist() == [0.0, 0.0, 1.0, 0.0]
    assert taylor_coefficients(parse("x y^2"), {"x": 3.0, "y": 2.0}, "y", 3).tolist() == [
        12.0,
        12.0,
        3.0,
        0.0,
    ]
    chosen = parse("where(x < 1, x^2, sqrt(x - 0.5))")
    assert taylor_coefficients(chosen, {"x": 0.5}, "x", 2).tolist() == [0.25, 1.0, 1.0]
    assert taylor_coefficients(parse("7"), {}, "x", 2).tolist() == [7.0, 0.0, 0.0]
    assert taylor_coefficients(parse("x"), {"x": 2.0}, "t", 1).tolist() == [2.0, 0.0]
    assert taylor_coefficients(parse("1/x"), {"x": -0.0}, "x", 0).tolist() == [-math.inf]


def test_arrays() -> None:
    values = {"x": np.array([[0.3], [1.7]]), "y": np.array([0.5, 1.0, 2.0])}
    expression = parse("exp(x y) + y^x")
    got = taylor_coefficients(expression, values, "x", 4)
    assert got.shape == (5, 2, 3)
    for row, column in np.ndindex(2, 3):
        at = {"x": values["x"][row, 0], "y": values["y"][column]}
        np.testing.assert_allclose(
            got[:, row, column], taylor_coefficients(expression, at, "x", 4), rtol=1e-14
        )


def test_what_does_not_exist_is_nan() -> None:
    def undefined(text: str, x: float) -> list[bool]:
        return np.isnan(taylor_coefficients(parse(text), {"x": x}, "x", 3)).tolist()

    assert undefined("log(x)", -1.0) == [True, True, True, True]
    assert undefined("floor(x)", 2.0) == [False, True, True, True]
    assert undefined("relu(x)", 0.0) == [False, False, True, True]
    assert undefined("relu(x)", 1.0) == [False, False, False, False]
    assert undefined("where(x > 0, x^2, -x^2)", 0.5) == [False, False, False, False]


def test_a_jump_at_one_point_leaves_the_others_alone() -> None:
    got = taylor_coefficients(parse("(x mod 2 + 1)^3"), {"x": np.array([2.0, 3.5])}, "x", 3)
    np.testing.assert_allclose(got[:, 1], [2.5**3, 3 * 2.5**2, 3 * 2.5, 1.0])
    assert got[0, 0] == 1.0 and np.isnan(got[1:, 0]).all()


def test_a_long_formula_is_no_danger() -> None:
    got = taylor_coefficients(parse("+".join(["x"] * 180)), {"x": 1.0}, "x", 2)
    assert got.tolist() == [180.0, 180.0, 0.0]


def test_misuse_is_told() -> None:
    with pytest.raises(ValueError, match="at least 0, not -1"):
        taylor_coefficients(parse("x"), {"x": 1.0}, "x", -1)
    with pytest.raises(ValueError, match="no value for x"):
        taylor_coefficients(parse("x"), {}, "x", 1)
