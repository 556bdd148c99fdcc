"""Descent that is interrupted, taken up again, and forked."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from core import parse
from core.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SCHEDULES,
    Adam,
    GradientDescent,
    Momentum,
    Optimizer,
    Trajectory,
    minimize,
    noisy,
    resume,
)

HILLS = parse("(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
HERE = {"x": 0.2, "y": 0.9}
RATES = {"gradient_descent": 0.01, "momentum": 0.003, "nesterov": 0.003, "adagrad": 0.3, "adadelta": 5.0}


def optimizer_of(key: str, schedule: str = "constant") -> Optimizer:
    return OPTIMIZERS[key](RATES.get(key, 0.1), schedule=SCHEDULES[schedule]())


def assert_same(one: Trajectory, other: Trajectory) -> None:
    for field in fields(Trajectory):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if field.name == "internals":
            assert ours.keys() == theirs.keys()
            assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
        else:
            assert np.array_equal(ours, theirs), field.name


@pytest.mark.parametrize("key", OPTIMIZERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_descent_in_pieces_is_the_descent_in_one(key: str, schedule: str) -> None:
    optimizer = optimizer_of(key, schedule)
    whole = minimize(HILLS, HERE, optimizer, 200)
    path = minimize(HILLS, HERE, optimizer, 10)
    for steps in (11, 90, 200):
        path = resume(HILLS, path, optimizer, steps)
    assert_same(path, whole)
    assert_same(resume(HILLS, whole, optimizer, 10, step=10), minimize(HILLS, HERE, optimizer, 10))


@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_pieces_end_for_the_same_reason(rate: float) -> None:
    bad = GradientDescent(rate)
    for formula in (HILLS, parse("3x^2 + y^2"), parse("ln(x) + y^2"), parse("x^2 - y^2")):
        whole = minimize(formula, HERE, bad, 3000)
        path = minimize(formula, HERE, bad, 3)
        for steps in (5, 100, 3000):
            path = resume(formula, path, bad, steps)
        assert_same(path, whole)


def test_pieces_meet_the_same_noise() -> None:
    rough = noisy(HILLS, 5.0, seed=4)
    whole = minimize(rough, HERE, Adam(0.1), 50)
    assert_same(resume(rough, minimize(rough, HERE, Adam(0.1), 20), Adam(0.1), 50), whole)


def test_a_fork_keeps_the_way_the_memory_and_the_number_of_the_step() -> None:
    before = minimize(HILLS, HERE, Adam(0.25), 30)
    fork = resume(HILLS, before, Adam(0.01), 12, step=10)
    assert np.array_equal(fork.points[:11], before.points[:11])
    point, m, v = (
        before.points[10],
        *(before.internals[name][10] for name in ("first_moment", "second_moment")),
    )
    for step in (11, 12):
        g = np.array(
            [
                2 * (2 * point[0] * (point[0] ** 2 + point[1] - 11) + (point[0] + point[1] ** 2 - 7)),
                2 * ((point[0] ** 2 + point[1] - 11) + 2 * point[1] * (point[0] + point[1] ** 2 - 7)),
            ]
        )
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        point = point - 0.01 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        np.testing.assert_allclose(fork.points[step], point, rtol=1e-12)
    assert fork.learning_rates.tolist() == [0.25] * 10 + [0.01] * 2


@pytest.mark.parametrize("history", [3, 20])
def test_a_history_that_changes_its_length_keeps_the_newest_pairs(history: int) -> None:
    before = minimize(HILLS, HERE, LBFGS(), 6)
    fork = resume(HILLS, before, replace(LBFGS(), history=history), 9)
    assert np.array_equal(fork.points[:7], before.points)
    assert fork.internals["steps"].shape[1:] == (history, 2)
    assert np.array_equal(fork.internals["steps"][6, -3:], before.internals["steps"][6, -3:])
    assert fork.losses[-1] < before.losses[-1]


@pytest.mark.parametrize(
    ("step", "steps", "optimizer", "said"),
    [
        (11, 20, Momentum(0.01), "the path has the steps 0 to 10, not 11"),
        (-1, 20, Momentum(0.01), "the path has the steps"),
        (None, 9, Momentum(0.01), "must be at least 10, not 9"),
        (None, 20, Adam(0.01), "cannot go on from the memory of another"),
        (None, 20, "Momentum", "must be one of core.optimizers"),
    ],
)
def test_what_cannot_be_resumed_says_why(
    step: int | None, steps: int, optimizer: Optimizer, said: str
) -> None:
    path = minimize(HILLS, HERE, Momentum(0.003), 10)
    with pytest.raises(ValueError, match=said):
        resume(HILLS, path, optimizer, steps, step=step)


def test_a_divergence_names_the_rate_and_the_curvature_of_where_it_came_from() -> None:
    calm = minimize(HILLS, HERE, GradientDescent(0.01), 40)
    wild = resume(HILLS, calm, GradientDescent(0.2), 60, step=25)
    died = wild.divergence
    assert died is not None and died.learning_rate == 0.2 and died.step >= 25
    assert died.curvature is not None and died.curvature * 0.2 > 2.0
    late = resume(HILLS, wild, GradientDescent(0.001), 80).divergence
    assert late is not None and late.learning_rate == 0.2, "a rate that came too late has killed no one"
