"""Goal 2: from a newly typed function to its first arrays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median
from typing import Any

import numpy as np

from core import parse, value_and_grad
from tests.benchmarks.measure import Row, ratio
from tests.benchmarks.optional import load

TEXT = "sin({0}*x)*exp(-x^2/2) + log(1+x^2)/({0}+x^2)"
"""The number makes it a function that nobody has seen yet."""


def measure() -> Iterator[Row]:
    """Yield the rows of goal 2."""
    x = np.linspace(-3.0, 3.0, 2_000)
    numbers = count(2)

    def ours() -> Any:
        return value_and_grad(parse(TEXT.format(next(numbers))), {"x": x})

    milliseconds = 1e3 * median(_once(ours) for _ in range(50))
    yield Row("2", "new function to arrays at 2,000 points: milliseconds", milliseconds, 1.0)
    sympy, jax = load("sympy"), load("jax")

    def with_sympy() -> Any:
        letter = sympy.Symbol("x")
        formula = sympy.sympify(TEXT.format(next(numbers)))
        return sympy.lambdify([letter], [formula, formula.diff(letter)], "numpy", cse=True)(x)

    def with_jax() -> Any:
        number = float(next(numbers))

        def function(x: Any) -> Any:
            bell = jax.numpy.exp(-(x**2) / 2)
            return jax.numpy.sin(number * x) * bell + jax.numpy.log(1 + x**2) / (number + x**2)

        return jax.block_until_ready(jax.jit(jax.vmap(jax.value_and_grad(function)))(x))

    yield _times_faster("sympy", sympy and with_sympy, ours, 25)
    yield _times_faster("JAX jit", jax and with_jax, ours, 100)


def _times_faster(
    library: str, theirs: Callable[[], Any] | None, ours: Callable[[], Any], limit: float
) -> Row:
    what = f"new function to arrays: times faster than {library}"
    if not theirs:
        return Row("2", what, None, limit, False, f"{library} is not installed (pip install nabla[bench])")
    return Row("2", what, 1.0 / ratio(ours, theirs, rounds=31), limit, at_most=False)


def _once(candidate: Callable[[], Any]) -> float:
    start = time.perf_counter()
    candidate()
    return time.perf_counter() - start
