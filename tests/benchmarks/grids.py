"""Goal 3: a surface and both partial derivatives on a grid, against NumPy on a full mesh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from core import parse, value_and_grad
from tests.benchmarks.measure import Row, geometric_mean, ratio

SIDE = 512

Triple = tuple[Any, Any, Any]


def himmelblau(x: Any, y: Any) -> Triple:
    a = x * x + y - 11
    b = x + y * y - 7
    return a * a + b * b, 4 * x * a + 2 * b, 2 * a + 4 * y * b


def rosenbrock(x: Any, y: Any) -> Triple:
    a, b = 1 - x, y - x * x
    return a * a + 100 * b * b, -2 * a - 400 * x * b, 200 * b


def waves(x: Any, y: Any) -> Triple:
    sine, cosine = np.sin(x), np.cos(y)
    return sine * cosine, np.cos(x) * cosine, -sine * np.sin(y)


def bell(x: Any, y: Any) -> Triple:
    value = np.exp(-(x * x + y * y))
    return value, -2 * x * value, -2 * y * value


def ripple(x: Any, y: Any) -> Triple:
    squared = x * x + y * y
    sine, cosine, under = np.sin(squared), np.cos(squared), 1 / (1 + squared)
    value = sine * under
    slope = 2 * (cosine - value) * under
    return value, x * slope, y * slope


SURFACES: dict[str, tuple[Callable[[Any, Any], Triple], float | None]] = {
    "(x^2+y-11)^2+(x+y^2-7)^2": (himmelblau, None),
    "(1-x)^2+100(y-x^2)^2": (rosenbrock, None),
    "sin(x)cos(y)": (waves, 0.2),
    "exp(-(x^2+y^2))": (bell, None),
    "sin(x^2+y^2)/(1+x^2+y^2)": (ripple, None),
}
"""Formulas, each typed by hand for a full mesh, with the ratio to reach if it is separable."""


def measure() -> Iterator[Row]:
    """Yield the rows of goal 3."""
    axis = np.linspace(-3.0, 3.0, SIDE)
    row, column = axis[None, :], axis[:, None]
    mesh = np.meshgrid(axis, axis)
    ratios = []
    for text, (by_hand, limit) in SURFACES.items():
        formula = parse(text)
        value, gradient = value_and_grad(formula, {"x": row, "y": column})
        for result, expected in zip((value, gradient["x"], gradient["y"]), by_hand(*mesh), strict=True):
            assert np.allclose(result, expected, rtol=1e-9, atol=1e-9), text
        ours = partial(value_and_grad, formula, {"x": row, "y": column})
        ratios.append(ratio(ours, partial(by_hand, *mesh)))
        yield Row("3", f"{SIDE}² grid with both partials: {text} / hand", ratios[-1], limit)
    yield Row("3", f"{SIDE}² grid with both partials: geometric mean / hand", geometric_mean(ratios), 0.45)
