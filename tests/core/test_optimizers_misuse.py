"""Misuse of the optimisers raises one error that says what is wrong and what to try."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core import parse
from core.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SCHEDULES,
    Adam,
    CosineDecay,
    DampedNewton,
    ExponentialDecay,
    GradientDescent,
    Momentum,
    Newton,
    Objective,
    RMSProp,
    StepDecay,
    WarmUp,
    descend_all,
    minimize,
    noisy,
    race,
)

BOWL = parse("x^2 + 10 y^2")
HERE = {"x": 3.0, "y": -1.0}
RATE = GradientDescent(0.1)
WANTED = "the objective must return its loss, a real number, and its gradient, a list of them"
A_LIST = r"the start of a function must be a list of numbers, as \[1.0, 2.0\], not "


def bowl(point: Any) -> Any:
    return float(point @ point), 2.0 * point


def spoiled_later(point: Any) -> Any:
    return float(point @ point), 2.0 * point if point[0] == 1.0 else None


@pytest.mark.parametrize(
    ("objective", "start", "options", "sentence"),
    [
        # the start
        (BOWL, {}, {}, "no start for x, y: give a number for each letter that moves"),
        (BOWL, {"x": 1.0}, {}, "no start for y: give a number for each letter that moves"),
        (BOWL, [1.0, 2.0], {}, "the start of an expression gives each letter its number"),
        (BOWL, None, {}, "the start of an expression gives each letter its number"),
        (BOWL, {"x": 1.0, "y": "a"}, {}, "y must be a real number"),
        (BOWL, {"x": 1.0, "y": None}, {}, "y must be a real number"),
        (BOWL, {"x": 1.0, "y": 1j}, {}, "y must be a real number"),
        (BOWL, {"x": 1.0, "y": [1.0, 2.0]}, {}, "the start must give one number for each letter"),
        (BOWL, {"x": 1.0, "y": math.inf}, {}, r"the loss has no finite .* at the start \(1, inf\)"),
        (BOWL, {"x": math.nan, "y": 1.0}, {}, r"the loss has no finite .* at the start \(nan, 1\)"),
        (parse("log(x)"), {"x": -1.0}, {}, r"the loss has no finite value and gradient at the start \(−1\)"),
        (bowl, "start", {}, A_LIST + "'start'"),
        (bowl, {"x": 1.0}, {}, A_LIST),
        (bowl, None, {}, A_LIST + "None"),
        (bowl, [1.0, [2.0]], {}, A_LIST),
        (bowl, [[1.0, 2.0]], {}, A_LIST),
        (bowl, ["1.0"], {}, A_LIST),
        (bowl, np.array([1j]), {}, A_LIST),
        (bowl, [1.0, math.nan], {}, "the loss has no finite"),
        (noisy(BOWL, 0.1), {"x": 1.0}, {}, "no start for y"),
        (noisy(BOWL, 0.1), {"x": 1.0, "y": 1.0, "z": 1.0}, {}, "z does not occur: it has x, y"),
        # letters that stay
        (BOWL, HERE, {"fixed": {"a": 1.0}}, "the fixed letter a does not occur: it has x, y"),
        (BOWL, HERE, {"fixed": {"y": 1.0}}, "y is fixed and has a start: a letter either stays or moves"),
        (BOWL, {"x": 1.0}, {"fixed": {"y": [1.0, 2.0]}}, "fixed must give one number for each letter"),
        (BOWL, {"x": 1.0}, {"fixed": {"y": "b"}}, "y must be a real number"),
        (BOWL, {"x": 1.0}, {"fixed": {"y": math.nan}}, "the loss has no finite"),
        (BOWL, {"x": 1.0}, {"fixed": ["y"]}, "fixed gives each letter that stays its number"),
        (bowl, [1.0], {"fixed": {"y": 1.0}}, "fixed letters belong to an expression"),
        # steps, tolerance, optimiser
        (BOWL, HERE, {"steps": -1}, "steps must be a whole number that is not negative, not -1"),
        (BOWL, HERE, {"steps": 2.5}, "steps must be a whole number"),
        (BOWL, HERE, {"steps": True}, "steps must be a whole number"),
        (BOWL, HERE, {"steps": "9"}, "steps must be a whole number"),
        (BOWL, HERE, {"tolerance": -1.0}, "tolerance must be a number that is not negative, not -1.0"),
        (BOWL, HERE, {"tolerance": math.nan}, "tolerance must be a number that is not negative"),
        (BOWL, HERE, {"tolerance": "small"}, "tolerance must be a number that is not negative"),
        (BOWL, HERE, {"optimizer": Adam}, "the optimizer must be one of core.optimizers with its hyper"),
        (BOWL, HERE, {"optimizer": "adam"}, "the optimizer must be one of core.optimizers"),
        (bowl, [1.0], {"optimizer": Newton()}, "Newton's method needs second derivatives"),
        (bowl, [1.0], {"optimizer": DampedNewton()}, "Newton's method needs second derivatives"),
        # what a function returns
        (lambda point: None, [1.0], {}, f"{WANTED}, not None"),
        (lambda point: 1.0, [1.0], {}, f"{WANTED}, not 1.0"),
        (lambda point: (1.0, [1.0], 2.0), [1.0], {}, f"{WANTED}, not "),
        (lambda point: (1.0, [1.0, [2.0]]), [1.0, 2.0], {}, f"{WANTED}, not "),
        (lambda point: (1.0, None), [1.0], {}, f"{WANTED}; its gradient was None"),
        (lambda point: (1.0, ["2"]), [1.0], {}, f"{WANTED}; its gradient was "),
        (lambda point: (1.0, [1j]), [1.0], {}, f"{WANTED}; its gradient was "),
        (lambda point: (1j, [1.0]), [1.0], {}, f"{WANTED}; its loss was 1j"),
        (lambda point: (None, [1.0]), [1.0], {}, f"{WANTED}; its loss was None"),
        (lambda point: ("1", [1.0]), [1.0], {}, f"{WANTED}; its loss was '1'"),
        (lambda point: ([1.0, 2.0], [1.0]), [1.0], {}, f"{WANTED}; its loss was "),
        (lambda point: (1.0, [1.0]), [1.0, 2.0], {}, r"the gradient has shape \(1,\), the point \(2,\)"),
        (lambda point: (1.0, 1.0), [1.0, 2.0], {}, r"the gradient has shape \(\), the point \(2,\)"),
        (lambda point: (math.nan, [1.0]), [1.0], {}, "the loss has no finite"),
        (Objective(spoiled_later), [1.0], {}, f"{WANTED}; its gradient was None"),
    ],
)
def test_misuse_of_minimize(objective: Any, start: Any, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}"):
        minimize(objective, start, **{"steps": 5, "optimizer": RATE, **options})


@pytest.mark.parametrize("objective", ["x^2", None, 3.0])
def test_what_cannot_be_minimised(objective: Any) -> None:
    with pytest.raises(TypeError, match="cannot be minimised: give an expression"):
        minimize(objective, {"x": 1.0}, RATE, 5)
    with pytest.raises(TypeError, match="cannot be minimised: give an expression"):
        noisy(objective, 1.0)


@pytest.mark.parametrize("runners", [{}, [RATE], None])
def test_a_race_needs_runners_with_names(runners: Any) -> None:
    with pytest.raises(ValueError, match=r"^a race needs at least one optimiser by its name"):
        race(BOWL, HERE, runners, 5)


@pytest.mark.parametrize(
    ("kind", "options", "sentence"),
    [
        (GradientDescent, {"schedule": 0.5}, "schedule must be a schedule, one of Constant, StepDecay"),
        (GradientDescent, {"schedule": StepDecay}, "schedule must be a schedule, one of"),
        (Momentum, {"beta": 1.0}, "beta must be a number of at least 0 and below 1, not 1.0"),
        (Adam, {"beta2": -0.1}, "beta2 must be a number of at least 0 and below 1, not -0.1"),
        (RMSProp, {"epsilon": 0.0}, "epsilon must be a number of at least 1e-30, not 0.0"),
        (LBFGS, {"history": 0}, "history must be a whole number of at least 1, not 0"),
        (LBFGS, {"history": 2.5}, "history must be a whole number of at least 1, not 2.5"),
        (StepDecay, {"period": 0}, "period must be a whole number of at least 1, not 0"),
        (WarmUp, {"period": 2.5}, "period must be a whole number of at least 1, not 2.5"),
        (WarmUp, {"then": 0.5}, "then must be a schedule, one of"),
        (ExponentialDecay, {"gamma": 1.5}, "gamma must be a number from 0 to 1, not 1.5"),
        (CosineDecay, {"floor": -1.0}, "floor must be a number from 0 to 1, not -1.0"),
    ],
)
def test_hyperparameter_outside_its_range(kind: Any, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}"):
        kind(**options)


@pytest.mark.parametrize("kind", [*OPTIMIZERS.values(), *SCHEDULES.values()])
@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf, -math.inf, "0.1", None, True, 1j, [0.1]])
def test_every_hyperparameter_is_checked(kind: Any, value: Any) -> None:
    for described in kind.hyperparameters():
        with pytest.raises(ValueError, match=f"^{described.name} must be a (whole )?number "):
            kind(**{described.name: value})


def test_numbers_of_numpy_and_whole_numbers_are_as_good() -> None:
    assert Adam(np.float64(0.5)) == Adam(0.5) == Adam(learning_rate=np.float32(0.5))
    assert repr(GradientDescent(1)) == repr(GradientDescent(1.0))
    assert LBFGS(history=np.int64(3)) == LBFGS(history=3)


def test_the_learning_rate_zero_stands_still() -> None:
    for kind in OPTIMIZERS.values():
        if kind not in (DampedNewton, LBFGS):
            path = minimize(BOWL, HERE, kind(learning_rate=0.0), 100)
            assert path.steps == 100
            assert (path.displacements == 0.0).all()
            assert path.divergence is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"starts": [1.0, 2.0]}, r"starts must be numbers in the shape \(n, 2\), a column for each of x, y"),
        ({"starts": [[1.0]]}, r"starts must be numbers in the shape \(n, 2\).* in the shape \(1, 1\)"),
        ({"starts": [["a", "b"]]}, "starts must be numbers"),
        ({"starts": [[1.0, 2.0], [1.0]]}, "starts must be numbers"),
        ({"names": ("x",)}, "each letter .*stand for x: no column for y"),
        ({"names": ("x", "y", "x")}, "each letter .*: one letter has two"),
        ({"fixed": {"y": 1.0}, "names": ("x", "y")}, "y is fixed and has a start"),
        ({"fixed": {"a": 1.0}}, "the fixed letter a does not occur"),
        ({"optimizer": Newton()}, "Newton is no optimiser of first order"),
        ({"optimizer": Adam}, "the optimizer must be one of"),
        ({"steps": -1}, "steps must be a whole number"),
        ({"tolerance": -1.0}, "tolerance must be"),
        ({"expression": bowl}, "many starts descend on an expression"),
    ],
)
def test_misuse_of_descend_all(options: dict[str, Any], sentence: str) -> None:
    usual = {"expression": BOWL, "starts": [[1.0, 2.0]], "optimizer": RATE, "steps": 5}
    with pytest.raises(ValueError, match=f"^{sentence}"):
        descend_all(**{**usual, **options})


@pytest.mark.parametrize(
    ("scale", "seed", "sentence"),
    [
        (-1.0, 0, "scale must be a number that is not negative, not -1.0"),
        (math.nan, 0, "scale must be"),
        (math.inf, 0, "scale must be"),
        ("1", 0, "scale must be"),
        (1.0, -1, "seed must be a whole number that is not negative, not -1"),
        (1.0, 0.5, "seed must be"),
    ],
)
def test_misuse_of_noise(scale: Any, seed: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}"):
        noisy(BOWL, scale, seed)
