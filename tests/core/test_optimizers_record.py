"""A record gives back what it was given, step by step or in blocks."""

from __future__ import annotations

import numpy as np

from core.optimizers.objective import Evaluation
from core.optimizers.record import Record
from core.program_descent import DescentSteps


def evaluation(number: float) -> Evaluation:
    return Evaluation(np.full(2, number), number, np.full(2, -number))


def block(*numbers: float) -> DescentSteps:
    pairs = np.repeat(np.array(numbers), 2).reshape(-1, 2)
    return DescentSteps(pairs, np.array(numbers), -pairs, {"velocity": 10.0 * pairs})


def filled() -> Record:
    record = Record(evaluation(0.0), {"velocity": np.zeros(2)})
    record.append(evaluation(1.0), {"velocity": np.full(2, 10.0)})
    record.extend(block(2.0, 3.0, 4.0))
    record.extend(block())
    record.append(evaluation(5.0), {"velocity": np.full(2, 50.0)})
    return record


def test_steps_and_blocks_come_back_in_order() -> None:
    record = filled()
    kept = record.stacked()
    assert record.steps == 5
    assert kept.losses.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert kept.points.tolist() == [[n, n] for n in range(6)]
    assert kept.gradients.tolist() == [[-n, -n] for n in range(6)]
    assert kept.memories["velocity"].tolist() == [[10 * n, 10 * n] for n in range(6)]


def test_the_last_step_can_be_dropped_until_the_start_is_left() -> None:
    for stacks_first in (False, True):
        record = filled()
        if stacks_first:
            record.stacked()
        for number in (5, 4, 3, 2, 1, 0):
            point, gradient, memory, next_step = record.state
            assert record.last.loss == number == record.steps
            assert (point.tolist(), gradient.tolist()) == ([number] * 2, [-number] * 2)
            assert memory["velocity"].tolist() == [10 * number] * 2
            assert next_step == number + 1
            if number:
                record.drop_last()
        assert record.stacked().losses.tolist() == [0.0]
