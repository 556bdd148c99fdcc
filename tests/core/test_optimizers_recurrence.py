"""A descent that is where it has been before takes no step twice, and ends up the same to the last bit."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from core import parse
from core.descent_loop import DescentLoop
from core.optimizers import (
    LBFGS,
    OPTIMIZERS,
    Adam,
    Constant,
    DampedNewton,
    ExponentialDecay,
    FirstOrder,
    GradientDescent,
    Momentum,
    Nesterov,
    Newton,
    Objective,
    Optimizer,
    StepDecay,
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


FIRST_ORDER_CASES = [
    (GradientDescent(0.01), HIMMELBLAU, (0.2, 0.9)),
    (Momentum(0.008, beta=0.3), HIMMELBLAU, (0.2, 0.9)),
    (Nesterov(0.008, beta=0.3), HIMMELBLAU, (0.2, 0.9)),
    (GradientDescent(1.0), "x^2 + y^2", (0.3, -0.7)),  # from one side to the other
    (GradientDescent(0.5), "|x| + y^2", (0.3, 1.0)),  # over a kink and back
]


@pytest.mark.parametrize(("optimizer", "text", "start"), FIRST_ORDER_CASES)
def test_a_compiled_loop_ends_where_its_steps_come_again(monkeypatch, optimizer, text, start):
    taken = [0]
    plain = DescentLoop.function

    def function(self, *kind):
        loop = plain(self, *kind)

        def counted(*given):
            taken[0] += given[-5] - given[-6]
            return loop(*given)

        return counted

    monkeypatch.setattr(DescentLoop, "function", function)
    exact = of_formula(parse(text), ("x", "y"))
    path = minimize(exact, start, optimizer, 10 * STEPS)
    assert path.steps == 10 * STEPS
    assert 0 < taken[0] <= STEPS
    plain_path = minimize(replace(exact, expression=None), start, optimizer, STEPS)
    assert path.points[: STEPS + 1].tobytes() == plain_path.points.tobytes()
    assert path.gradients[: STEPS + 1].tobytes() == plain_path.gradients.tobytes()
    assert path.losses[: STEPS + 1].tobytes() == plain_path.losses.tobytes()


def test_a_loop_that_reads_the_number_of_its_step_does_not_repeat_itself():
    exact = of_formula(parse("(x - 1)^2 + y^4"), ("x", "y"))
    for optimizer in (Adam(0.5), GradientDescent(1.0, schedule=StepDecay(period=700, gamma=0.9))):
        path = minimize(exact, (0.5, 0.0), optimizer, 800)
        assert_same(path, minimize(replace(exact, expression=None), (0.5, 0.0), optimizer, 800))


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


# What a reader of the library may write


class Nudged(Newton):
    """Reads the number of the step, which Newton's method does not."""

    def advance(self, objective, here, memory, step):  # type: ignore[no-untyped-def]
        there, memory = super().advance(objective, here, memory, step)
        return (objective.evaluate(here.point + 0.1) if step >= 20 else there), memory


class Falling(Constant):
    """Halves the rate on the way, which a constant schedule does not."""

    def factor(self, step):  # type: ignore[no-untyped-def]
        return np.where(np.asarray(step) < 20, 1.0, 0.5)


def test_a_subclass_that_reads_the_step_takes_all_of_its_steps() -> None:
    path = minimize(parse("x^2 + y^2"), {"x": 1.0, "y": 1.0}, Nudged(), 30)
    assert path.points[-1] == pytest.approx([1.1, 1.1])


def test_a_schedule_of_ones_own_is_followed() -> None:
    path = minimize(parse(BETWEEN_TWO_POINTS), {"x": 0.0, "y": 1.0}, Newton(schedule=Falling()), 40)
    assert path.points[-1, 0] == pytest.approx(-1.7687, abs=1e-3)
