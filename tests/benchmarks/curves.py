"""Goal 1: a value and its derivative over many points, against NumPy written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from core import parse, value_and_grad
from tests.benchmarks.measure import Row, geometric_mean, ratio
from tests.benchmarks.optional import autograd_rows, jax_rows, sympy_rows, torch_rows

Pair = tuple[Any, Any]


def square(x: Any) -> Pair:
    return x * x, 2 * x


def cube(x: Any) -> Pair:
    u = x * x + 1
    squared = u * u
    return squared * u, 6 * x * squared


def wave(x: Any) -> Pair:
    bell, sine = np.exp(x * x * -0.5), np.sin(x)
    return sine * bell, bell * (np.cos(x) - x * sine)


def sigmoid(x: Any) -> Pair:
    value = 1 / (1 + np.exp(-x))
    return value, value * (1 - value)


def quotient(x: Any) -> Pair:
    under = 1 + x * x
    logarithm, tangent = np.log(under), np.tanh(x)
    value = logarithm * tangent / under
    return value, (2 * x / under * tangent + logarithm * (1 - tangent * tangent) - 2 * x * value) / under


def long(x: Any) -> Pair:
    square = x * x
    bell, under, growth = np.exp(square * -0.25), 1 + square, np.exp(x * 0.5)
    root, logarithm = np.sqrt(1 + square), np.log(under)
    polynomial = ((square - 3) * x + 2) * bell
    slope = (3 * square - 3) * bell - 0.5 * x * polynomial
    value = polynomial + logarithm / root + growth / under - np.arctan(x) * root
    twice = 2 * x / under
    slope = slope + (twice - logarithm * x / under) / root + growth * (0.5 - twice) / under
    return value, slope - 1 / root - np.arctan(x) * x / root


CURVES: dict[str, Callable[[Any], Pair]] = {
    "x^2": square,
    "(x^2+1)^3": cube,
    "sin(x)*exp(-x^2/2)": wave,
    "sigmoid(x)": sigmoid,
    "log(1+x^2)*tanh(x)/(1+x^2)": quotient,
    "(x^3-3x+2)*exp(-x^2/4) + log(1+x^2)/sqrt(1+x^2) + exp(x/2)/(1+x^2) - atan(x)*sqrt(1+x^2)": long,
}
"""Formulas, each with the value and derivative that a careful person would type."""

LIMITS = {1_000_000: (0.60, 1.0), 2_000: (1.25, 1.8)}
"""For each number of points the geometric mean to reach, and the worst single ratio."""


def measure() -> Iterator[Row]:
    """Yield the rows of goal 1."""
    for points, (mean_limit, worst_limit) in LIMITS.items():
        x = np.linspace(-3.0, 3.0, points)
        ratios, called = [], []
        for text, by_hand in CURVES.items():
            formula = parse(text)
            _check(value_and_grad(formula, {"x": x}), by_hand(x), text)
            program = formula.gradient_program
            assert program is not None
            ratios.append(ratio(partial(program.arrays, x), partial(by_hand, x)))
            called.append(ratio(partial(value_and_grad, formula, {"x": x}), partial(by_hand, x)))
            shown = text if len(text) < 40 else text[:29] + "…"
            yield Row("1", f"{points:,} points: {shown} / hand", ratios[-1], worst_limit)
        yield Row("1", f"{points:,} points: geometric mean / hand", geometric_mean(ratios), mean_limit)
        yield Row("1", f"{points:,} points: the same through value_and_grad", geometric_mean(called))
        for others in (sympy_rows, autograd_rows, jax_rows, torch_rows):
            yield from others("1", points, CURVES)


def _check(ours: Any, by_hand: Pair, text: str) -> None:
    assert np.allclose(ours[0], by_hand[0], rtol=1e-9, atol=1e-12), text
    assert np.allclose(ours[1]["x"], by_hand[1], rtol=1e-6, atol=1e-9), text
