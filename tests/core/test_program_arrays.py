"""Grids are computed with less work than point by point, and with the same results."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from mpmath import mp

from core import memory, parse, value_and_grad
from core.program_arrays import BLOCK
from core.program_bounds import BOUNDS, interval
from tests.core.rounding import assert_same, careful, rounding

SURFACES = [
    "(x^2+y-11)^2 + (x+y^2-7)^2", "(1-x)^2 + 100(y-x^2)^2", "sin(x)cos(y)", "exp(-(x^2+y^2))", "x^2 + y^2",
    "sin(x^2+y^2)/(1+x^2+y^2)", "20 + x^2 - 10cos(2 pi x) + y^2 - 10cos(2 pi y)",
    "e^((x-1)^2/3 - y/7)*sin(x)", "sin(x^2 + y^2)^2 + cos(x^2 + y^2)^2/(2 + sin(x^2 + y^2))",
    "(x^4 - 16x^2 + 5x + y^4 - 16y^2 + 5y)/2", "sin(x + y) + (x - y)^2 - 1.5x + 2.5y + 1", "cos(x - 3y)*x",
    "2e^(-((x-1)^2+y^2)/0.2) - 3e^(-((x+1)^2+y^2)/0.2)", "1/(2 + sin(x^2 + y^2))", "exp(exp(-x^2 - y^2))",
    "log(1 + exp(x + y))", "sqrt(x - 0.1) + y", "sqrt(x^2 + y^2 - 1)", "-(x^2 + y^2) - 3", "y",
    "tanh(x*y)/(x - y)", "x - x + y",
    "cos(x^2 + y^2 + x + 1) + sin(x^2 + y^2)*(x^2 + y^2)", "exp(2(x - y)) + 2(x - y)",
    "abs(x^2 + y^2 - 4)",
]  # fmt: skip


def on_grid(text: str, x: Any, y: Any) -> list[Any]:
    value, gradient = value_and_grad(parse(text), {"x": x, "y": y})
    return [value, *gradient.values()]


@pytest.mark.parametrize("text", SURFACES)
@pytest.mark.parametrize(("low", "high"), [(-3.0, 3.0), (0.1, 2.0), (-40.0, 25.0), (-900.0, 900.0)])
def test_a_grid_has_the_values_of_its_points(text: str, low: float, high: float) -> None:
    formula = parse(text)
    x, y = np.linspace(low, high, 260)[None, ::2], np.linspace(high, low - 1.0, 331)[:, None]
    values = {name: {"x": x, "y": y}[name] for name in formula.names}
    if len(values) < 2:
        values = {"x": x, "y": y}
    room = rounding(formula, values)
    value, gradient = value_and_grad(formula, values)
    assert_same([value, *gradient.values()], careful(formula, values), room)


@pytest.mark.parametrize("text", ["sin(x^2 + y^2)*exp(x + y)", "x^2 + y^2 - 3", "(x^2 + y - 1)^2"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e200, 1e308])
def test_one_bad_row_leaves_the_others(text: str, bad: float) -> None:
    formula = parse(text)
    x, y = np.linspace(0.0, 2.0, 200)[None, :], np.linspace(0.0, 2.0, 300)[:, None].copy()
    y[250] = bad
    values = {"x": x, "y": y}
    assert_same(on_grid(text, x, y), careful(formula, values), rounding(formula, values))


def test_a_box_of_three_variables() -> None:
    text = "exp(-x^2 - y^2 - z^2) + sin(x + y) + (x^2 + y^2 + z^2 - 1)^2"
    formula = parse(text)
    values = {
        name: np.linspace(0.0, 2.0, length).reshape([-1 if axis == place else 1 for axis in range(3)])
        for place, (name, length) in enumerate((("x", 30), ("y", 41), ("z", 50)))
    }
    value, gradient = value_and_grad(formula, values)
    assert_same([value, *gradient.values()], careful(formula, values), rounding(formula, values))


def test_a_sine_of_a_small_difference_keeps_its_digits() -> None:
    x = np.linspace(1.0, 2.0, 64)
    y = x + 1e-9
    sine = on_grid("sin(x - y)", x[None, :], y[:, None])[0]
    for i in range(64):
        with mp.workdps(40):
            expected = mp.sin(mp.mpf(x[i]) - mp.mpf(y[i]))
            assert abs(sine[i, i] / float(expected) - 1.0) < 1e-14


@pytest.mark.parametrize(
    "text", ["0.1(x - y)", "x - y + 0.001 - 0.001x^0", "(x - 3.7) - (y - 3.7)", "3x - (y + y + y)"]
)
@pytest.mark.parametrize("apart", [0.0, 1e-5])
def test_a_small_difference_is_as_exact_as_at_a_point(text: str, apart: float) -> None:
    axis = np.linspace(1e6, 2e6, 100) + 0.1
    value = on_grid(text, axis[None, :], axis[:, None] + apart)[0]
    at_points = [parse(text).evaluate({"x": float(x), "y": float(x) + apart}) for x in axis]
    assert np.diagonal(value).tolist() == pytest.approx(at_points, rel=1e-12, abs=0.0)


def test_squares_of_sine_and_cosine_sum_to_one() -> None:
    axis = np.linspace(20.0, 30.0, 100)
    for text in ("sin(x^2 + y^2)^2 + cos(x^2 + y^2)^2", "sqrt(sin(x^2 + y^2)^2)^2 + cos(x^2 + y^2)^2"):
        value = on_grid(text, axis[None, :] / 2.0, axis[:, None])[0]
        np.testing.assert_allclose(value, 1.0, rtol=2e-15)


@pytest.mark.parametrize(("x", "y", "power"), [
    (1000.0, 999.0, 1.0), (-800.0, -790.0, -10.0), (-740.0, -40.0, -700.0), (720.0, 20.0, 700.0),
])  # fmt: skip
def test_powers_of_e_neither_overflow_nor_vanish_on_the_way(x: float, y: float, power: float) -> None:
    steps = np.arange(40) / 64.0
    value, slope, _ = on_grid("exp(x - y)", (x + steps)[None, :], (y + steps)[:, None])
    expected = np.exp(power + steps[None, :] - steps[:, None])
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    np.testing.assert_allclose(slope, expected, rtol=1e-13)


@pytest.mark.parametrize("text", [
    "floor(x^2 + y^2 - 0.3 + x)", "where(x^2 + y^2 + 0.1 > 2.9 + 0.01x, 1, 2)", "sign(x^2/3 + y^2/7 - 0.2)",
    "(x^2 + y + 0.1) % 0.1", "floor(10*(x^2 + y^2))", "floor(exp(log(x) + log(y)))",
])  # fmt: skip
def test_rounding_falls_on_the_same_side_of_a_jump(text: str) -> None:
    formula = parse(text)
    axis = np.arange(1.0, 300.0) / 10.0
    values = {"x": axis[None, :], "y": axis[:, None]}
    np.testing.assert_array_equal(formula.evaluate(values), careful(formula, values)[0])


@pytest.mark.parametrize(("text", "finite"), [
    ("x*y + x^2", True), ("1/(1 + x^2 + y^2)", True), ("exp(x*y)", False), ("1/(x - y)", False),
    ("1/(x^2 + y^2 - 800)", False), ("exp(30 - x + y)/(1 + x^2)", True), ("sin(x)/y", False),
    ("abs(x)^1.5 + y", True), ("cbrt(x) + y", False),
    ("exp(x^2 - y^2 - 10)/(exp(x) - exp(y))", False),
])  # fmt: skip
def test_a_program_tells_whether_all_of_a_grid_is_finite(text: str, finite: bool) -> None:
    program = parse(text).gradient_program
    assert program is not None
    axis = np.linspace(-30.0, 30.0, 301)
    results, is_finite = program.arrays(axis[None, :], axis[:, None])
    assert is_finite == finite
    assert is_finite == all(np.isfinite(result).all() for result in results)


@pytest.mark.parametrize("function", BOUNDS, ids=lambda function: function.__name__)
def test_bounds_hold_for_all_values(function: Any) -> None:
    generator = np.random.default_rng(3)
    for scale in (1e-3, 1.0, 30.0, 1e5):
        for shift in (-2.0, 0.0, 0.9, 3.0):
            a, b = (
                scale * (generator.normal(size=400) + shift * sign) for sign in (1.0, generator.choice(3))
            )
            with np.errstate(all="ignore"):
                result = function(a, b) if function.nin == 2 else function(a)
            low, high = BOUNDS[function](interval(a), interval(b))
            assert np.all((low <= result) & (result <= high))


def test_results_stay_when_others_are_computed() -> None:
    axis = np.linspace(-2.0, 2.0, 300)
    kept = [on_grid("sin(x^2+y^2)*y", axis[None, :] + shift, axis[:, None]) for shift in range(4)]
    copies = [[array.copy() for array in arrays] for arrays in kept]
    for shift in range(4, 9):
        on_grid("sin(x^2+y^2)*y", axis[None, :] + shift, axis[:, None])
    for arrays, expected in zip(kept, copies, strict=True):
        for array, other in zip(arrays, expected, strict=True):
            np.testing.assert_array_equal(array, other)
            assert array.flags.writeable
            assert type(array) is np.ndarray


def test_memory_lives_as_long_as_a_view_of_it() -> None:
    first = memory.empty((BLOCK,))
    address = first.ctypes.data
    view = first.reshape(2, -1)[1:].view(np.int64)
    del first
    assert memory.empty((BLOCK - 5,)).ctypes.data != address
    del view
    assert address in [array.ctypes.data for array in [memory.empty((BLOCK - 7,)) for _ in range(4)]]


def test_random_sums_and_products_on_a_grid() -> None:
    generator = random.Random(5)
    x, y = np.linspace(0.05, 1.9, 70)[None, :], np.linspace(-1.2, 1.7, 50)[:, None]

    def formula(depth: int) -> str:
        if depth == 0:
            return generator.choice(["x", "y", "x^2", "y^2", "0.7", "3"])
        left, right = formula(depth - 1), formula(depth - 1)
        whole = generator.choice(["{0} + {1}", "{0} - {1}", "{0}*{1}", "-{0}", "{0}/4", "{0}/(2 + sin({1}))"])
        inner = generator.choice(["{}", "{}", "sin({}/9)", "cos({}/9)", "exp(-({})/30)"])
        return inner.format("(" + whole.format(f"({left})", f"({right})") + ")")

    for _ in range(120):
        text = formula(generator.choice([2, 3, 4]))
        tree = parse(text)
        if set(tree.names) == {"x", "y"}:
            values = {"x": x, "y": y}
            value, gradient = value_and_grad(tree, values)
            assert_same([value, *gradient.values()], careful(tree, values), rounding(tree, values))
