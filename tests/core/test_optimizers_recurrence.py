"""A descent that is where it has been before takes no step twice, and ends up the same to the last bit."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from core import parse
from core.optimizers import (
    LBFGS,
    OPTIMIZERS,
    DampedNewton,
    ExponentialDecay,
    FirstOrder,
    Newton,
    Objective,
    Optimizer,
    Trajectory,
    minimize,
    noisy,
    resume,
)
from core.optimizers.objective import of_formula
from core.scenes.race import Racer, race
from core.scenes.race_paths import Ground

STEPS = 2000
ENOUGH = 100
"""Evaluations after which every descent below is at rest or goes round."""

HIMMELBLAU = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"
BETWEEN_TWO_POINTS = "x^4/4 - x^2 + 2x + y^2"
"""Newton's method goes from x = 0 to 1 and back."""

CASES = [
    *((kind(), HIMMELBLAU, (0.2, 0.9)) for kind in (Newton, DampedNewton, LBFGS)),
    *((kind(), "(x - 1)^2 + 3(y + 2)^2", (2.0, 1.0)) for kind in (Newton, DampedNewton, LBFGS)),
    *((kind(), "(1 - x)^2 + 100(y - x^2)^2", (-1.2, 1.0)) for kind in (Newton, DampedNewton, LBFGS)),
    *((kind(), HIMMELBLAU, (3.0, 2.0)) for kind in (Newton, DampedNewton, LBFGS)),
    (Newton(), BETWEEN_TWO_POINTS, (0.0, 1.0)),
]


def counted(objective: Objective) -> tuple[Objective, list[int]]:
    """Count evaluations of an objective."""
    count = [0]

    def value_and_grad(point):
        count[0] += 1
        return objective.value_and_grad(point)

    return replace(objective, value_and_grad=value_and_grad), count


def plainly(objective: Objective, start: tuple[float, float], optimizer: Optimizer) -> Trajectory:
    """Take every step: of a function that is no formula nobody knows that it gives the same twice."""
    return minimize(replace(objective, expression=None), start, optimizer, STEPS)


def assert_same(one: Trajectory, other: Trajectory) -> None:
    for field in fields(Trajectory):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if field.name == "internals":
            assert ours.keys() == theirs.keys()
            assert all(ours[name].tobytes() == theirs[name].tobytes() for name in ours)
        elif isinstance(ours, np.ndarray):
            assert ours.tobytes() == theirs.tobytes(), field.name
        else:
            assert ours == theirs, field.name


@pytest.mark.parametrize(("optimizer", "text", "start"), CASES)
def test_steps_that_come_again_are_not_computed_again(optimizer, text, start):
    exact = of_formula(parse(text), ("x", "y"))
    objective, count = counted(exact)
    path = minimize(objective, start, optimizer, STEPS)
    assert path.steps == STEPS
    assert count[0] < ENOUGH
    assert_same(path, plainly(exact, start, optimizer))


def test_pieces_are_the_whole():
    formula, at = parse(BETWEEN_TWO_POINTS), {"x": 0.0, "y": 1.0}
    path = minimize(formula, at, Newton(), 7)
    assert_same(resume(formula, path, Newton(), 41), minimize(formula, at, Newton(), 41))


def test_what_changes_from_step_to_step_is_computed_at_each():
    exact = of_formula(parse(HIMMELBLAU), ("x", "y"))
    for objective, optimizer in (
        (exact, Newton(schedule=ExponentialDecay(0.999))),
        (noisy(exact, 0.1, seed=2), Newton()),
    ):
        path = minimize(objective, (3.0, 2.0), optimizer, 50)
        assert_same(path, minimize(replace(objective, expression=None), (3.0, 2.0), optimizer, 50))


def test_a_long_race_spends_few_evaluations_on_those_at_rest(monkeypatch):
    count = [0]
    plain = Objective.evaluate

    def evaluate(self, point):
        count[0] += 1
        return plain(self, point)

    monkeypatch.setattr(Objective, "evaluate", evaluate)
    keys = [key for key, kind in OPTIMIZERS.items() if not issubclass(kind, FirstOrder)]
    racers = tuple(Racer(key, True, (("learning_rate", 1.0),)) for key in keys)
    found = race(Ground(HIMMELBLAU, (), (0.2031, 0.9)), racers, (), keys[0], STEPS)
    assert [run.step for run in found.runs] == [STEPS] * 3
    assert count[0] < 3 * ENOUGH
