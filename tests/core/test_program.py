"""Programs compute what the careful code computes, conventions included, in every one of their ways."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from core import memory, parse, value_and_grad
from core import primitives as rows
from core.expression import Apply, Constant, Expression, Variable
from core.program import OFTEN, Program
from core.program_arrays import BLOCK
from tests.core.rounding import assert_same, careful, rounding

EDGES = np.array([
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 0.3, -1.7, 5.0, 20.0, -40.0, 1e-8, -1e8,
    710.0, -700.0, 1000.0, -1000.0, np.inf, -np.inf, np.nan, np.pi / 2.0,
])  # fmt: skip

FORMULAS = [
    "x", "3", "x^2", "x^-3", "x^0.5", "x^1.5", "x^-0.5", "x^0", "x^17", "2^x", "x^x", "-x^2", "x - x", "x/x",
    "1/x", "x/3", "2x/(4y)", "1/x + 1/x^2", "(x+y)/(x-y)", "0*log(x)", "log(x)", "sqrt(x)", "exp(x)*y",
    "sin(x)*exp(-x^2/2)", "tan(x)", "tanh(x)", "sigmoid(x)", "sigmoid(-x)", "sigmoid(x)*sigmoid(-x)",
    "log(sigmoid(x))", "softplus(x)", "relu(x)", "leaky_relu(x)", "silu(x)", "elu(x)", "gelu(x)", "abs(x)",
    "max(x, y)", "min(x, 2)", "clip(x, -1, 1)", "where(x > 0, log(x), x)", "where(x < y, 1, 2)",
    "sqrt(where(x > 0, 0, 0))", "x*(y > 0)", "floor(x)", "sign(x)*x", "x % y", "sec(x)", "csc(x)", "cot(x)",
    "hypot(x, y)", "atan2(y, x)", "erf(x)", "gamma(x)", "lgamma(x)", "1/gamma(x)", "heaviside(x)",
    "(x^2+y-11)^2 + (x+y^2-7)^2", "100(y-x^2)^2 + (1-x)^2", "exp(-1/x^2)", "atan(1/x)", "1e999*x", "x/(y-y)",
    "log(1+x^2)*tanh(x)/(1+x^2)", "sqrt(x^0 - 1)", "2*x + 2*y", "-x - y", "(3x)*(5y)", "1e-200x*1e-200y",
]  # fmt: skip


def compiled(formula: Expression, values: dict[str, Any]) -> list[Any]:
    value, gradient = value_and_grad(formula, values)
    alone = formula.evaluate(values)
    assert np.array_equal(alone, value, equal_nan=True) or np.allclose(alone, value, 1e-14, equal_nan=True)
    return [value, *gradient.values()]


@pytest.mark.parametrize("text", FORMULAS)
def test_programs_keep_the_conventions_at_edges(text: str) -> None:
    formula = parse(text)
    names = formula.names
    grid = {name: EDGES.reshape((-1, 1) if place else (1, -1)) for place, name in enumerate(names)}
    room = rounding(formula, grid) if names else 0.0
    assert_same(compiled(formula, grid), careful(formula, grid), room)
    if not names:
        return
    generator = np.random.default_rng(1)
    for _ in range(OFTEN + 2):
        row = {name: generator.permutation(EDGES) for name in names}
        assert_same(compiled(formula, row), careful(formula, row), rounding(formula, row))
        point = {name: float(values[0]) for name, values in row.items()}
        assert_same(compiled(formula, point), careful(formula, point), rounding(formula, point))


def random_formula(generator: random.Random, depth: int) -> Expression:
    if depth == 0 or generator.random() < 0.15:
        number = generator.choice([2.0, 3.0, 0.5, -1.0, 0.0, 1.0, -2.0, 0.1, 1.0 / 3.0])
        return generator.choice([Variable("x"), Variable("y"), Constant(number)])
    arithmetic = [rows.add, rows.subtract, rows.multiply, rows.divide, rows.power, rows.negative]
    others = [row for row in rows.PRIMITIVES.values() if row.name != "polygamma"]
    row = generator.choice(arithmetic if generator.random() < 0.5 else others)
    return Apply(row, *(random_formula(generator, depth - 1) for _ in range(row.arity)))


@pytest.mark.parametrize("seed", range(150))
def test_programs_agree_with_the_tape_on_random_formulas(seed: int) -> None:
    formula = random_formula(random.Random(seed), 3)
    x = np.array([-2.5, -1.0, -0.3, 0.2, 1.0, 1.7, 2.6])
    for values in ({"x": x[None, :], "y": 1.1 * x[:, None]}, {"x": 0.7, "y": x}, {"x": -0.4, "y": 1.3}):
        assert_same(compiled(formula, values), careful(formula, values), rounding(formula, values))


@pytest.mark.parametrize("shapes", [
    [(3 * BLOCK + 5,), ()], [(2, BLOCK), (2, 1)], [(300, 1), (1, 70)], [(1, 3, 1), (BLOCK, 1, 1)],
    [(0,), ()], [(1,), (5, 1)], [(1, 1), (1, 1)], [(2, 3), (2, 3)], [(3, 100_000), (1, 100_000)],
])  # fmt: skip
def test_arrays_of_every_size_and_shape(shapes: list[tuple[int, ...]]) -> None:
    formula = parse("sin(x)*y^2 + 3x/(1+y^2) + x")
    generator = np.random.default_rng(0)
    values = {name: generator.normal(size=shape) for name, shape in zip("xy", shapes, strict=True)}
    ours = compiled(formula, values)
    assert_same(ours, careful(formula, values), 1e-14)
    assert all(result.flags.writeable and result.flags.c_contiguous for result in ours)
    for number, result in enumerate(ours):
        assert not any(np.shares_memory(result, other) for other in [*ours[:number], *values.values()])


def test_one_bad_element_is_mended_and_the_others_left() -> None:
    x = np.linspace(-1.0, 1.0, 4 * BLOCK + 1)
    value, gradient = value_and_grad(parse("log(x)"), {"x": x})
    assert np.array_equal(np.isnan(value), x < 0.0)
    assert value[2 * BLOCK] == -np.inf
    assert np.array_equal(np.isnan(gradient["x"]), x < 0.0)


@pytest.mark.parametrize("value", [2, True, np.float32(2.0), np.int8(2), np.array(2.0), np.float64(2.0)])
def test_every_kind_of_number_gives_a_float(value: Any) -> None:
    result = parse("x^2 + 1").evaluate({"x": value})
    assert type(result) is float
    assert result == float(value) ** 2 + 1.0


@pytest.mark.parametrize("value", [[1.0, 2.0], np.array([1, 2]), np.array([1.0, 2.0], dtype=np.float32)])
def test_every_kind_of_array_gives_float64(value: Any) -> None:
    result = parse("x^2").evaluate({"x": value})
    assert result.dtype == np.float64
    assert result.tolist() == [1.0, 4.0]


def test_further_names_take_part_in_the_broadcasting() -> None:
    values = {"x": 2.0, "other": np.zeros((2, 3))}
    value, gradient = value_and_grad(parse("x^2"), values)
    assert value.tolist() == [[4.0] * 3] * 2
    assert gradient["x"].tolist() == [[4.0] * 3] * 2
    assert parse("3").evaluate(values).shape == (2, 3)


@pytest.mark.parametrize(("values", "words"), [
    ({}, "no value for x"), ({"y": 1.0}, "no value for x"), ({"x": "2"}, "real number"), ({"x": 1j}, "real"),
    ({"x": None}, "real number"), ({"x": np.zeros(2), "y": np.zeros(3)}, "broadcast"),
])  # fmt: skip
def test_misuse_is_told(values: dict[str, Any], words: str) -> None:
    formula = parse("x + y") if len(values) > 1 else parse("x")
    with pytest.raises(ValueError, match=words):
        formula.evaluate(values)


def instructions(text: str) -> list[str]:
    program = parse(text).gradient_program
    assert isinstance(program, Program)
    return [instruction.primitive.name for instruction in program.recording.instructions]


@pytest.mark.parametrize(("text", "most"), [
    ("x^2", 2), ("(x^2+1)^3", 6), ("sin(x)*exp(-x^2/2)", 9), ("sigmoid(x)", 6), ("1/x", 3), ("tan(x)", 3),
    ("x*y + y*x", 4), ("3*(5*x)", 1), ("x^4", 4), ("x^16", 8), ("-(-x)", 0),
])  # fmt: skip
def test_no_instruction_too_many(text: str, most: int) -> None:
    assert len(instructions(text)) <= most


def test_costly_operations_are_replaced() -> None:
    assert "power" not in instructions("x^5 + x^-2 + sqrt(x)*x^1.5")
    assert "power" in instructions("x^0.3")
    assert instructions("tan(x)").count("cos") == 0


def test_a_program_with_jumps_is_left_to_the_tape() -> None:
    assert parse("floor(x)").gradient_program is None
    assert parse("where(x > 0, x, -x)").gradient_program is not None


def test_the_same_formula_is_compiled_once() -> None:
    formula = parse("x^2 + sin(x)")
    assert parse("x^2 + sin(x)").gradient_program is formula.gradient_program


def test_a_program_tells_where_a_result_is_not_finite() -> None:
    program = parse("1/x").program
    assert program.at(2.0) == (0.5,)
    assert program.at(0.0) is None
    assert program.at(float("nan")) is None
    assert program.arrays(np.array([1.0, 2.0]))[1]
    assert not program.arrays(np.array([1.0, 0.0]))[1]


@pytest.mark.parametrize(("text", "values"), [
    ("sigmoid(x)^0.01", {"x": -720.0}), ("1e300*sigmoid(x)", {"x": -720.0}), ("1e200*x^-16", {"x": 1e20}),
    ("1e300*x^-3", {"x": 1e103}), ("1e-50*(1e150*x^-1.5)", {"x": 1e206}),
    ("1/(1 + 0*(x*y))", {"x": 1e200, "y": 1e200}),
    ("tanh(x/(-2) + x)", {"x": np.inf}), ("atan(exp(x) - 0.5*exp(x))", {"x": 1000.0}),
])  # fmt: skip
def test_no_overflow_is_hidden(text: str, values: dict[str, float]) -> None:
    formula = parse(text)
    at = {name: np.float64(value) for name, value in values.items()}
    assert_same(compiled(formula, values), careful(formula, at))
    arrays = {name: np.array([0.5, value, 2.0]) for name, value in values.items()}
    for _ in range(OFTEN + 1):
        assert_same(compiled(formula, arrays), careful(formula, arrays), 1e-14)


@pytest.mark.parametrize(
    "text",
    ["atan2(y, x)", "atan2(0 - y, x)", "atan2(-(y - 0), x)", "atan2(y^0.5, x)", "x + atan2(-0, 0 - y)"],
)
def test_the_sign_of_zero_chooses_the_angle(text: str) -> None:
    formula = parse(text)
    values = {"x": np.array([-1.0, 1.0, -1.0, 1.0]), "y": np.array([0.0, 0.0, -0.0, -0.0])}
    assert_same(compiled(formula, values), careful(formula, values))
    for x, y in zip(values["x"], values["y"], strict=True):
        point = {"x": float(x), "y": float(y)}
        assert_same(compiled(formula, point), careful(formula, point))


@pytest.mark.parametrize("text", [
    "floor(x^3/x)", "where(0.1x + 0.2x > 0.3x, 1, 2)", "floor((x/10)*10)", "abs(0.1x + 0.2x - 0.3x)",
    "(x^2 - 7x) % x", "max(x^5, x^4*x)", "(-3)^(x/3*3)", "(-3)^(x^2*x^-2)",
])  # fmt: skip
def test_rounding_falls_on_the_same_side_of_a_jump(text: str) -> None:
    formula = parse(text)
    values = {"x": np.arange(1.0, 300.0) / 10.0}
    np.testing.assert_array_equal(formula.evaluate(values), careful(formula, values)[0])
    assert_same(compiled(formula, values), careful(formula, values), 1e-14)


def test_workers_compute_at_once_as_if_alone() -> None:
    x, y = np.linspace(-3.0, 3.0, 300)[None, :], np.linspace(-2.0, 2.0, 280)[:, None]
    row = np.linspace(-1.0, 2.0, 500)
    formulas = [parse(text) for text in ("sin(x)*exp(-x^2/2)", "log(x) + sigmoid(x)^2", "x^-3 + sqrt(x)")]
    surface = parse("(x^2+y-11)^2 + log(x+y^2-7)/x")
    jobs: list[tuple[Expression, dict[str, Any]]] = [
        *((formula, {"x": row}) for formula in formulas),
        *((formula, {"x": np.linspace(-3.0, 3.0, 5 * BLOCK)}) for formula in formulas),
        (surface, {"x": x, "y": y}), (surface, {"x": x.copy(), "y": 2.0}), (surface, {"x": 0.5, "y": 3.0}),
    ]  # fmt: skip
    expected = [(careful(*job), rounding(*job)) for job in jobs]

    def work(number: int) -> None:
        formula, values = jobs[number % len(jobs)]
        kept = compiled(formula, values)
        again = compiled(formula, values)
        their, room = expected[number % len(jobs)]
        assert_same(kept, their, room)
        assert_same(again, their, room)

    with ThreadPoolExecutor(max_workers=8) as pool:
        for done in [pool.submit(work, number) for number in range(40 * len(jobs))]:
            done.result()


def test_threads_that_build_the_same_formula_get_the_same_object() -> None:
    barrier = threading.Barrier(8)

    def build(number: int) -> list[Expression]:
        barrier.wait()
        return [parse(f"sin(a{k}*x) + a{k}^2") for k in range(100, 140)]

    with ThreadPoolExecutor(max_workers=8) as pool:
        built = list(pool.map(build, range(8)))
    assert all(one is other for each in built for one, other in zip(each, built[0], strict=True))


def test_memory_is_used_again_only_when_nobody_holds_it() -> None:
    first = memory.empty((300, 300))
    address = first.ctypes.data
    view = first[10:]
    del first
    assert memory.empty((300, 300)).ctypes.data != address
    del view
    again = [memory.empty((90_000,)) for _ in range(3)]
    assert address in [array.ctypes.data for array in again]
    assert memory.empty((3, 4)).shape == (3, 4)


def test_memory_of_few_sizes_is_kept() -> None:
    for size in range(memory.KEPT_SIZES + 3):
        memory.empty((memory.SMALLEST + size,))
    assert len(memory._kept) <= memory.KEPT_SIZES
