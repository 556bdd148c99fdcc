"""Goal 5: steps of gradient descent, a race of optimisers, and a step on ten million points."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from math import sqrt
from typing import Any

import numpy as np

from core import parse, value_and_grad
from core.optimizers import (
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    FirstOrder,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSProp,
)
from core.program_descent import DescentSteps, descent_program
from core.regression import LinearRegression
from tests.benchmarks.measure import Row, ratio

STEPS = 10_000
TEXT = "(1-x)^2 + 5(y-x^2)^2"
START = (-1.2, 1.0)
RATE, BETA, BETA1, BETA2, EPSILON = 0.001, 0.9, 0.9, 0.999, 1e-8


def gradient_descent(steps: int) -> Any:
    x, y = START
    kept = array("d")
    for _ in range(steps):
        u, w = 1.0 - x, y - x * x
        x, y = x - RATE * (-2.0 * u - 20.0 * x * w), y - RATE * (10.0 * w)
        u, w = 1.0 - x, y - x * x
        kept.extend((x, y, u * u + 5.0 * w * w))
    return kept


def descent_with_shared_terms(steps: int) -> Any:
    x, y = START
    kept = array("d")
    u, w = 1.0 - x, y - x * x
    for _ in range(steps):
        gx, gy = -2.0 * u - 20.0 * x * w, 10.0 * w
        x, y = x - RATE * gx, y - RATE * gy
        u, w = 1.0 - x, y - x * x
        kept.extend((x, y, u * u + 5.0 * w * w, gx, gy))
    return kept


def momentum(steps: int, *, ahead: bool = False) -> Any:
    x, y = START
    kept = array("d")
    p = q = 0.0
    u, w = 1.0 - x, y - x * x
    for _ in range(steps):
        gx, gy = -2.0 * u - 20.0 * x * w, 10.0 * w
        p, q = BETA * p + gx, BETA * q + gy
        if ahead:
            x, y = x - RATE * (gx + BETA * p), y - RATE * (gy + BETA * q)
        else:
            x, y = x - RATE * p, y - RATE * q
        u, w = 1.0 - x, y - x * x
        kept.extend((x, y, u * u + 5.0 * w * w, gx, gy, p, q))
    return kept


def scaled(steps: int, keep: float, add: float) -> Any:
    """AdaGrad (keep 1, add 1) and RMSProp."""
    x, y = START
    kept = array("d")
    p = q = 0.0
    u, w = 1.0 - x, y - x * x
    for _ in range(steps):
        gx, gy = -2.0 * u - 20.0 * x * w, 10.0 * w
        p, q = keep * p + add * gx * gx, keep * q + add * gy * gy
        sx, sy = RATE / (sqrt(p) + EPSILON), RATE / (sqrt(q) + EPSILON)
        x, y = x - sx * gx, y - sy * gy
        u, w = 1.0 - x, y - x * x
        kept.extend((x, y, u * u + 5.0 * w * w, gx, gy, p, q, sx, sy))
    return kept


def adam(steps: int, decay: float = 0.0) -> Any:
    x, y = START
    kept = array("d")
    p = q = r = s = 0.0
    u, w = 1.0 - x, y - x * x
    for step in range(1, steps + 1):
        gx, gy = -2.0 * u - 20.0 * x * w, 10.0 * w
        p, q = BETA1 * p + (1.0 - BETA1) * gx, BETA1 * q + (1.0 - BETA1) * gy
        r, s = BETA2 * r + (1.0 - BETA2) * gx * gx, BETA2 * s + (1.0 - BETA2) * gy * gy
        first, second = 1.0 - BETA1**step, 1.0 - BETA2**step
        mx, my, vx, vy = p / first, q / first, r / second, s / second
        sx, sy = RATE / (sqrt(vx) + EPSILON), RATE / (sqrt(vy) + EPSILON)
        shrink = 1.0 - RATE * decay
        x, y = x * shrink - sx * mx, y * shrink - sy * my
        u, w = 1.0 - x, y - x * x
        kept.extend((x, y, u * u + 5.0 * w * w, gx, gy, p, q, r, s, mx, my, vx, vy, sx, sy))
    return kept


def adamax(steps: int) -> Any:
    x, y = START
    kept = array("d")
    p = q = r = s = 0.0
    u, w = 1.0 - x, y - x * x
    for step in range(1, steps + 1):
        gx, gy = -2.0 * u - 20.0 * x * w, 10.0 * w
        p, q = BETA1 * p + (1.0 - BETA1) * gx, BETA1 * q + (1.0 - BETA1) * gy
        r, s = max(BETA2 * r, abs(gx) + EPSILON), max(BETA2 * s, abs(gy) + EPSILON)
        rate = RATE / (1.0 - BETA1**step)
        sx, sy = rate / r, rate / s
        x, y = x - sx * p, y - sy * q
        u, w = 1.0 - x, y - x * x
        kept.extend((x, y, u * u + 5.0 * w * w, gx, gy, p, q, r, s, sx, sy))
    return kept


RUNNERS: tuple[tuple[FirstOrder, Callable[[int], Any]], ...] = (
    (GradientDescent(RATE), descent_with_shared_terms),
    (Momentum(RATE), momentum),
    (Nesterov(RATE), lambda steps: momentum(steps, ahead=True)),
    (AdaGrad(RATE, epsilon=EPSILON), lambda steps: scaled(steps, 1.0, 1.0)),
    (RMSProp(RATE), lambda steps: scaled(steps, 0.99, 0.01)),
    (Adam(RATE), adam),
    (AdaMax(RATE), adamax),
    (AdamW(RATE), lambda steps: adam(steps, 0.01)),
)
"""Optimisers, each with its loop typed by hand, which keeps the same path and internals."""


def measure() -> Iterator[Row]:
    """Yield the rows of goal 5."""
    loops = [loop(optimizer) for optimizer, _ in RUNNERS]
    for (optimizer, by_hand), run in zip(RUNNERS, loops, strict=True):
        points = np.array(by_hand(50)).reshape(50, -1)[:, :2]
        assert np.allclose(run(50).points, points, rtol=1e-9), optimizer.title
    yield Row(
        "5",
        "one step of gradient descent / inlined floats that keep as much",
        ratio(lambda: loops[0](STEPS), lambda: descent_with_shared_terms(STEPS), rounds=25),
        1.2,
    )
    yield Row(
        "5",
        "the same / inlined floats that keep points and losses alone",
        ratio(lambda: loops[0](STEPS), lambda: gradient_descent(STEPS), rounds=25),
    )
    yield Row(
        "5",
        f"race of 8 optimisers × {STEPS:,} steps, all kept / inlined floats",
        ratio(
            lambda: [run(STEPS) for run in loops],
            lambda: [by_hand(STEPS) for _, by_hand in RUNNERS],
            rounds=9,
        ),
        1.2,
    )
    many, few = _regression_step(10**7), _regression_step(10**2)
    yield Row("5", "regression step at N = 10⁷ / at N = 10²", ratio(many, few), 1.1)


def loop(optimizer: FirstOrder) -> Callable[[int], DescentSteps]:
    """Return the compiled descent from the start."""
    formula = parse(TEXT)
    point = np.array(START)
    memory = optimizer.init(point)
    program = descent_program(formula, ("x", "y"), optimizer, list(memory))
    assert program is not None
    gradient = list(value_and_grad(formula, dict(zip("xy", START, strict=True)))[1].values())
    return lambda steps: program.run(optimizer, point, gradient, memory, 1, steps)


def _regression_step(count: int) -> Callable[[], Any]:
    random = np.random.default_rng(0)
    x = random.normal(size=count)
    fit = LinearRegression(x, 2.0 * x + 1.0)
    point = np.array([0.5, 0.5])
    return lambda: point - 0.1 * fit.value_and_grad(point)[1]
