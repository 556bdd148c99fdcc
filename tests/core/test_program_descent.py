"""Descent as a compiled loop is, bit by bit, descent with care."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from core import parse, value_and_grad
from core.expression import Expression
from core.optimizers import (
    OPTIMIZERS,
    SCHEDULES,
    Adam,
    FirstOrder,
    GradientDescent,
    Momentum,
    Objective,
    Optimizer,
    StepDecay,
    Trajectory,
    minimize,
)
from core.program_descent import DescentSteps, descent_program

FORMULA = parse("(1-x)^2 + 5(y-x^2)^2 + where(x > 0, x^3, 0)")
START = {"x": -1.2, "y": 1.0}
FIRST_ORDER = {name: kind for name, kind in OPTIMIZERS.items() if issubclass(kind, FirstOrder)}
LONG = 300


def carefully(
    formula: Expression, start: dict[str, float], optimizer: Optimizer, steps: int, **options: Any
) -> Trajectory:
    """Descend on a function that nobody knows to be a formula: NumPy takes the steps one by one."""

    def function(point: Any) -> Any:
        value, gradient = value_and_grad(formula, dict(zip(start, point.tolist(), strict=True)))
        return value, [gradient.get(name, 0.0) for name in start]

    return minimize(Objective(function), list(start.values()), optimizer, steps, **options)


def assert_same_bits(path: Trajectory, careful: Trajectory) -> None:
    pairs = [
        (path.points, careful.points),
        (path.losses, careful.losses),
        (path.gradients, careful.gradients),
    ]
    assert path.internals.keys() == careful.internals.keys()
    pairs += [(kept, careful.internals[name]) for name, kept in path.internals.items()]
    pairs.append((path.learning_rates, careful.learning_rates))
    for ours, theirs in pairs:
        np.testing.assert_array_equal(ours, theirs)
    assert path.converged == careful.converged
    assert (path.stopped is None) == (careful.stopped is None)


def run(optimizer: FirstOrder, steps: int, **options: Any) -> DescentSteps:
    first = minimize(FORMULA, START, optimizer, 0)
    memory = {name: kept[0] for name, kept in first.internals.items()}
    program = descent_program(FORMULA, tuple(START), optimizer, list(memory))
    assert program is not None
    return program.run(optimizer, first.points[0], first.gradients[0], memory, 1, steps, **options)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_every_first_order_optimiser_has_a_loop_and_takes_the_same_steps(name: str) -> None:
    optimizer = FIRST_ORDER[name](schedule=StepDecay(period=20, gamma=0.7))
    path, steps = carefully(FORMULA, START, optimizer, LONG), run(optimizer, LONG)
    assert len(steps.points) == LONG
    for ours, theirs in [
        (steps.points, path.points), (steps.losses, path.losses), (steps.gradients, path.gradients),
        *((steps.memories[kept], path.internals[kept]) for kept in path.internals),
    ]:  # fmt: skip
        np.testing.assert_array_equal(ours, theirs[1:])
    assert_same_bits(minimize(FORMULA, START, optimizer, LONG), path)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", ["momentum", "radam"])
def test_every_schedule_makes_the_same_rates(name: str, schedule: str) -> None:
    optimizer = FIRST_ORDER[name](0.004, schedule=SCHEDULES[schedule]())
    path, careful = minimize(FORMULA, START, optimizer, LONG), carefully(FORMULA, START, optimizer, LONG)
    if schedule == "cosine":  # NumPy's cosine may differ from that of the standard library in the last bit
        np.testing.assert_allclose(path.points, careful.points, rtol=1e-12)
    else:
        assert_same_bits(path, careful)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", {"x": 0.5, "y": -0.5}),
        ("sin(3x) exp(-y^2/2) + log(1 + x^2 + y^2) + tanh(x y)/(1 + x^2)", {"x": 0.7, "y": -0.4}),
        ("abs(x) + abs(y)^1.5 + max(x, y)", {"x": 1.0, "y": 2.0}),
        ("x^2 + y^2", {"y": 3.0, "x": 1.0}),
        ("x^2", {"x": 3.0, "z": 1.0}),
        ("cosh(x) - 2^x", {"x": -2.5}),
        ("(x - 1)^2 + where(x > 0, sqrt(x), -x)", {"x": -1.0}),
        ("floor(x) + x^2", {"x": 2.5}),
        ("x^2 + 0 sqrt(x)", {"x": 2.0}),
    ],
)
@pytest.mark.parametrize("optimizer", [GradientDescent(0.01), Momentum(0.02), Adam(0.05)])
@pytest.mark.parametrize("tolerance", [None, 1e-3])
def test_same_bits_on_every_formula(
    text: str, start: dict[str, float], optimizer: FirstOrder, tolerance: float | None
) -> None:
    formula = parse(text)
    path = minimize(formula, start, optimizer, LONG, tolerance=tolerance)
    ordered = dict(zip([*formula.names, *(set(start) - set(formula.names))], path.points[0], strict=True))
    assert_same_bits(path, carefully(formula, ordered, optimizer, LONG, tolerance=tolerance))


@pytest.mark.parametrize(
    ("text", "start", "optimizer", "sentence"),
    [
        ("x^2 + y^4", {"x": 3.0, "y": 4.0}, GradientDescent(0.5), "Diverged at step "),
        ("4x^2", {"x": 1.0}, GradientDescent(0.26), "Diverged at step "),
        ("x^2 - y^2", {"x": 1.0, "y": 0.1}, GradientDescent(0.1), "the loss falls without end"),
        ("x + log(x)", {"x": 5.0}, GradientDescent(0.01), "the loss is not defined there."),
        ("sqrt(x)", {"x": 9.0}, GradientDescent(0.11), "the loss is not defined there."),
        ("exp(x^2)", {"x": 2.0}, Momentum(1.0), "Diverged at step "),
        ("1e160 x + y", {"x": 1.0, "y": 1.0}, Adam(0.1), "Diverged at step 1: the numbers overflow"),
        ("x^2 + y^2", {"x": 1.0, "y": 1.0}, GradientDescent(0.1), "Converged after "),
    ],
)
def test_it_ends_for_the_same_reason(
    text: str, start: dict[str, float], optimizer: FirstOrder, sentence: str
) -> None:
    path = minimize(parse(text), start, optimizer, 20_000, tolerance=1e-9)
    careful = carefully(parse(text), start, optimizer, 20_000, tolerance=1e-9)
    assert_same_bits(path, careful)
    assert path.stopped is not None
    assert sentence in path.stopped
    if not path.stopped.startswith("Diverged"):  # whose reason knows the Hessian of a formula
        assert path.stopped == careful.stopped


def test_fixed_letters_are_numbers_of_the_loop() -> None:
    path = minimize(parse("a (x - b)^2"), {"x": 5.0}, Momentum(0.01), LONG, fixed={"a": 0.5, "b": 3.0})
    assert_same_bits(path, carefully(parse("0.5 (x - 3)^2"), {"x": 5.0}, Momentum(0.01), LONG))


def test_hyperparameters_are_no_part_of_the_program() -> None:
    programs = {descent_program(FORMULA, ("x", "y"), GradientDescent(rate), []) for rate in (0.1, 0.2)}
    assert len(programs) == 1
    assert not np.allclose(run(GradientDescent(0.01), 3).points, run(GradientDescent(0.02), 3).points)


def test_a_letter_that_does_not_occur_stays() -> None:
    program = descent_program(parse("x^2"), ("x", "y"), GradientDescent(0.1), [])
    assert program is not None
    steps = program.run(GradientDescent(0.1), [1.0, 5.0], [2.0, 0.0], {}, 1, 2)
    assert steps.points.round(12).tolist() == [[0.8, 5.0], [0.64, 5.0]]


def test_it_ends_before_a_step_that_is_not_finite() -> None:
    steps = run(GradientDescent(1.0), 100)
    assert 0 < len(steps.points) < 20
    assert np.isfinite(steps.losses).all()


def test_it_ends_before_a_step_that_leaves_the_domain() -> None:
    program = descent_program(parse("sqrt(x)"), ("x",), GradientDescent(3.0), [])
    assert program is not None
    steps = program.run(GradientDescent(3.0), [2.0], [0.125**0.5], {}, 1, 10)
    assert steps.points.round(3).tolist() == [[0.939]]


def test_it_ends_before_a_step_on_which_an_overflow_could_pass_unseen() -> None:
    program = descent_program(parse("sigmoid(x)"), ("x",), GradientDescent(), [])
    assert program is not None
    for gradient, steps in ((0.0, 5), (-400.0, 5), (800.0, 0)):  # e⁸⁰⁰ overflows, and 1/∞ = 0 looks innocent
        assert len(program.run(GradientDescent(1.0), [0.0], [gradient], {}, 1, 5).points) == steps


@pytest.mark.parametrize("tolerance", [1e-3, 1e-7])
def test_it_ends_after_the_step_whose_gradient_is_within_the_tolerance(tolerance: float) -> None:
    steps = run(GradientDescent(0.05), 10_000, tolerance=tolerance)
    lengths = np.linalg.norm(steps.gradients, axis=1)
    assert lengths[-1] <= tolerance * (1.0 + 1e-8)
    assert (lengths[:-1] > tolerance).all()


@pytest.mark.parametrize("steps", [255, 256, 257, 511, 512, 513])
def test_it_ends_at_the_tolerance_also_where_a_chunk_ends(steps: int) -> None:
    lengths = np.linalg.norm(run(GradientDescent(0.005), 600).gradients, axis=1)
    assert (lengths[: steps - 1] > lengths[steps - 1]).all()
    found = run(GradientDescent(0.005), 600, tolerance=float(lengths[steps - 1]))
    assert len(found.points) == steps


def test_no_steps() -> None:
    steps = run(GradientDescent(0.1), 0)
    assert steps.points.shape == (0, 2)
    assert steps.losses.shape == (0,)


@dataclass(frozen=True)
class Branching(GradientDescent):
    """Looks at a number, which a loop that is written once cannot."""

    def update(self, point: Any, gradient: Any, memory: Any, step: Any) -> Any:
        return super().update(point, np.where(gradient < 0.0, -gradient, gradient), memory, step)


@dataclass(frozen=True)
class Clipped(GradientDescent):
    """Asks for what a recorded value does not have."""

    def update(self, point: Any, gradient: Any, memory: Any, step: Any) -> Any:
        return super().update(point, gradient / max(1.0, (gradient**2).sum() ** 0.5), memory, step)


@dataclass(frozen=True)
class Averaging(GradientDescent):
    """Mixes the coordinates, which cannot be seen on one of them."""

    def update(self, point: Any, gradient: Any, memory: Any, step: Any) -> Any:
        return super().update(point, gradient + np.mean(gradient), memory, step)


@dataclass(frozen=True)
class Restless(GradientDescent):
    """Moves at random."""

    def update(self, point: Any, gradient: Any, memory: Any, step: Any) -> Any:
        return super().update(point, gradient + np.random.default_rng(int(step)).normal(), memory, step)


class Counting(GradientDescent):
    """Takes steps of its own."""

    def advance(self, objective: Any, here: Any, memory: Any, step: int) -> Any:
        there = super().advance(objective, here, memory, step)[0]
        return there._replace(loss=there.loss + step), {}


@pytest.mark.parametrize("kind", [Branching, Clipped, Averaging, Restless, Counting])
def test_optimisers_of_ones_own_are_taken_at_their_word(kind: type[GradientDescent]) -> None:
    path = minimize(FORMULA, START, kind(0.001), LONG)
    assert path.steps > 20
    assert_same_bits(path, carefully(FORMULA, START, kind(0.001), LONG))


def test_where_there_is_no_loop() -> None:
    assert descent_program(parse("floor(x)"), ("x",), GradientDescent(0.1), []) is None
    assert descent_program(parse("x^2"), ("x",), Branching(0.1), []) is None
    assert descent_program(parse("x^2"), ("x",), Clipped(0.1), []) is None
    assert descent_program(parse("x^2"), ("x",), replace(GradientDescent(0.1), learning_rate=0.2), [])
