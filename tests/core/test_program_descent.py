"""Compiled descent takes the same steps as the optimisers one by one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from core import parse
from core.optimizers import OPTIMIZERS, FirstOrder, GradientDescent, StepDecay, minimize
from core.program_descent import DescentSteps, descent_program

FORMULA = parse("(1-x)^2 + 5(y-x^2)^2 + where(x > 0, x^3, 0)")
START = {"x": -1.2, "y": 1.0}
FIRST_ORDER = {name: kind for name, kind in OPTIMIZERS.items() if issubclass(kind, FirstOrder)}


def run(optimizer: FirstOrder, steps: int, **options: Any) -> DescentSteps:
    first = minimize(FORMULA, START, optimizer, 0)
    memory = {name: kept[0] for name, kept in first.internals.items()}
    program = descent_program(FORMULA, tuple(START), optimizer, list(memory))
    assert program is not None
    return program.run(optimizer, first.points[0], first.gradients[0], memory, 1, steps, **options)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_every_first_order_optimiser_takes_the_same_steps(name: str) -> None:
    optimizer = FIRST_ORDER[name](schedule=StepDecay(period=20, gamma=0.7))
    path, steps = minimize(FORMULA, START, optimizer, 60), run(optimizer, 60)
    for ours, theirs in [
        (steps.points, path.points), (steps.losses, path.losses), (steps.gradients, path.gradients),
        *((steps.memories[kept], path.internals[kept]) for kept in path.internals),
    ]:  # fmt: skip
        assert np.allclose(ours, theirs[1:], rtol=1e-9, atol=1e-12)


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


def test_it_ends_after_the_step_whose_gradient_is_within_the_tolerance() -> None:
    steps = run(GradientDescent(0.05), 10_000, tolerance=1e-3)
    lengths = np.linalg.norm(steps.gradients, axis=1)
    assert lengths[-1] <= 1e-3
    assert (lengths[:-1] > 1e-3).all()


def test_no_steps() -> None:
    steps = run(GradientDescent(0.1), 0)
    assert steps.points.shape == (0, 2)
    assert steps.losses.shape == (0,)


@dataclass(frozen=True)
class Branching(GradientDescent):
    """Looks at a number, which a loop that is written once cannot."""

    def update(self, point: Any, gradient: Any, memory: Any, step: Any) -> Any:
        return super().update(point, -gradient if gradient < 0.0 else gradient, memory, step)


def test_where_there_is_no_loop() -> None:
    assert descent_program(parse("floor(x)"), ("x",), GradientDescent(0.1), []) is None
    assert descent_program(parse("x^2"), ("x",), Branching(0.1), []) is None
    assert descent_program(parse("x^2"), ("x",), replace(GradientDescent(0.1), learning_rate=0.2), [])
