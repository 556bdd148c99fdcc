"""Goal 5: steps of descent, a race of optimisers, many starts, and a step on ten million points."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from functools import partial
from math import sqrt
from typing import Any

import numpy as np

from core import parse
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
    Trajectory,
    descend_all,
    minimize,
    race,
)
from core.regression import LinearRegression
from tests.benchmarks.measure import Row, ratio
from tests.benchmarks.optional import load

STEPS = 10_000
FORMULA = parse("(1-x)^2 + 5(y-x^2)^2")
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


RUNNERS: tuple[tuple[FirstOrder, Callable[[int], Any], str], ...] = (
    (GradientDescent(RATE), descent_with_shared_terms, "SGD"),
    (Momentum(RATE), momentum, ""),
    (Nesterov(RATE), lambda steps: momentum(steps, ahead=True), ""),
    (AdaGrad(RATE, epsilon=EPSILON), lambda steps: scaled(steps, 1.0, 1.0), ""),
    (RMSProp(RATE), lambda steps: scaled(steps, 0.99, 0.01), ""),
    (Adam(RATE), adam, "Adam"),
    (AdaMax(RATE), adamax, ""),
    (AdamW(RATE), lambda steps: adam(steps, 0.01), ""),
)
"""Optimisers, each with its loop typed by hand, which keeps the same path and internals; and its name in
``torch.optim``, if it is compared with it."""

SIDE = 64
"""Descents start from a grid of so many points a side."""


def numpy_descent(steps: int) -> Any:
    """Gradient descent on 2-vectors."""
    point = np.array(START)
    kept = []
    for _ in range(steps):
        u, w = 1.0 - point[0], point[1] - point[0] ** 2
        gradient = np.array([-2.0 * u - 20.0 * point[0] * w, 10.0 * w])
        point = point - RATE * gradient
        kept.append(point)
    return np.array(kept)


def ours(optimizer: FirstOrder, steps: int) -> Trajectory:
    """Descend as anyone would call it."""
    return minimize(FORMULA, dict(zip("xy", START, strict=True)), optimizer, steps)


def measure() -> Iterator[Row]:
    """Yield the rows of goal 5."""
    for optimizer, by_hand, _ in RUNNERS:
        points = np.array(by_hand(STEPS)).reshape(STEPS, -1)[:, :2]
        assert np.allclose(ours(optimizer, STEPS).points[1:], points, rtol=1e-9), optimizer.title
    descent = RUNNERS[0][0]
    yield Row(
        "5",
        f"minimize, {STEPS:,} steps of gradient descent / inlined floats",
        ratio(lambda: ours(descent, STEPS), lambda: descent_with_shared_terms(STEPS), rounds=25),
        1.2,
    )
    yield Row(
        "5",
        "the same / inlined floats that keep points and losses alone",
        ratio(lambda: ours(descent, STEPS), lambda: gradient_descent(STEPS), rounds=25),
    )
    yield Row(
        "5",
        "the same / NumPy 2-vectors that keep points alone",
        ratio(lambda: ours(descent, STEPS), lambda: numpy_descent(STEPS), rounds=9),
    )
    runners = {optimizer.title: optimizer for optimizer, _, _ in RUNNERS}
    start = dict(zip("xy", START, strict=True))
    yield Row(
        "5",
        f"race of 8 optimisers × {STEPS:,} steps, all kept / inlined floats",
        ratio(
            lambda: race(FORMULA, start, runners, STEPS),
            lambda: [by_hand(STEPS) for _, by_hand, _ in RUNNERS],
            rounds=9,
        ),
        1.2,
    )
    yield from _torch_rows()
    yield _many_starts_row()
    many, few = _regression_step(10**7), _regression_step(10**2)
    yield Row("5", "regression step at N = 10⁷ / at N = 10²", ratio(many, few), 1.1)


def _torch_rows() -> Iterator[Row]:
    """Compare a thousand steps with those of torch.optim, which keeps nothing."""
    torch = load("torch")
    for optimizer, _, name in RUNNERS:
        if not name:
            continue
        what = f"torch.optim.{name} / minimize, 1,000 steps of {optimizer.title}"
        if torch is None:
            yield Row("5", what, None, note="torch is not installed (pip install nabla[bench])")
            continue
        theirs = partial(_torch_descent, torch, name)
        assert np.allclose(ours(optimizer, 100).points[-1], theirs(100), rtol=1e-9), name
        yield Row("5", what, ratio(partial(theirs, 1000), partial(ours, optimizer, 1000), rounds=7))


def _torch_descent(torch: Any, name: str, steps: int) -> list[float]:
    point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, name)([point], lr=RATE)
    for _ in range(steps):
        optimizer.zero_grad()
        x, y = point
        ((1.0 - x) ** 2 + 5.0 * (y - x**2) ** 2).backward()
        optimizer.step()
    found: list[float] = point.tolist()
    return found


def _many_starts_row() -> Row:
    side = np.linspace(-1.0, 1.0, SIDE)
    starts = np.stack([each.ravel() for each in np.meshgrid(side, side)], axis=1)

    def by_hand() -> Any:
        x, y = starts[:, 0].copy(), starts[:, 1].copy()
        for _ in range(200):
            u, w = 1.0 - x, y - x * x
            x, y = x - RATE * (-2.0 * u - 20.0 * x * w), y - RATE * (10.0 * w)
        return np.stack([x, y], axis=1)

    def by_descend_all() -> Any:
        return descend_all(FORMULA, starts, GradientDescent(RATE), 200).points

    assert np.allclose(by_descend_all(), by_hand(), rtol=1e-9)
    what = f"descend_all, {SIDE}² starts × 200 steps / NumPy by hand, nothing checked"
    return Row("5", what, ratio(by_descend_all, by_hand, rounds=15))


def _regression_step(count: int) -> Callable[[], Any]:
    random = np.random.default_rng(0)
    x = random.normal(size=count)
    fit = LinearRegression(x, 2.0 * x + 1.0)
    point = np.array([0.5, 0.5])
    return lambda: point - 0.1 * fit.value_and_grad(point)[1]
