"""The same curves in sympy, autograd, JAX and torch, as far as they are installed (the extra `bench`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from core import parse, value_and_grad
from tests.benchmarks.measure import Row, geometric_mean, ratio


def load(name: str) -> Any:
    """Import a module of the extra `bench`, or return None."""
    try:
        return import_module(name)
    except ImportError:
        return None


def _rows(
    goal: str,
    points: int,
    texts: Mapping[str, Any],
    library: str,
    build: Callable[[str], Callable[[], Any]] | None,
) -> Iterator[Row]:
    what = f"{points:,} points: geometric mean / {library}"
    if build is None:
        yield Row(goal, what, None, note=f"{library} is not installed (pip install nabla[bench])")
        return
    x = np.linspace(-3.0, 3.0, points)
    ratios = []
    for text in texts:
        formula = parse(text)
        ratios.append(ratio(partial(value_and_grad, formula, {"x": x}), build(text), rounds=11))
    yield Row(goal, what, geometric_mean(ratios))


def sympy_rows(goal: str, points: int, texts: Mapping[str, Any]) -> Iterator[Row]:
    """Compare with sympy's ``lambdify(cse=True)`` of the value and the derivative."""
    sympy = load("sympy")
    x = np.linspace(-3.0, 3.0, points)

    def build(text: str) -> Callable[[], Any]:
        letter = sympy.Symbol("x")
        formula = sympy_formula(sympy, text)
        function = sympy.lambdify([letter], [formula, formula.diff(letter)], "numpy", cse=True)
        return lambda: function(x)

    yield from _rows(goal, points, texts, "sympy lambdify with cse", build if sympy else None)


def sympy_formula(sympy: Any, text: str) -> Any:
    """Read our notation with sympy, by way of our own printer."""
    names = {"sigmoid": lambda u: 1 / (1 + sympy.exp(-u))}
    return sympy.sympify(str(parse(text)), locals=names)


def autograd_rows(goal: str, points: int, texts: Mapping[str, Any]) -> Iterator[Row]:
    """Compare with autograd's ``elementwise_grad``."""
    autograd = load("autograd")
    x = np.linspace(-3.0, 3.0, points)

    def build(text: str) -> Callable[[], Any]:
        numpy = import_module("autograd.numpy")
        function = _numpy_function(text, numpy)
        gradient = autograd.elementwise_grad(function)
        return lambda: (function(x), gradient(x))

    yield from _rows(goal, points, texts, "autograd", build if autograd else None)


def jax_rows(goal: str, points: int, texts: Mapping[str, Any]) -> Iterator[Row]:
    """Compare with a warm ``jax.jit`` in double precision."""
    jax = load("jax")

    def build(text: str) -> Callable[[], Any]:
        jax.config.update("jax_enable_x64", True)
        function = _numpy_function(text, jax.numpy)
        slope = jax.vmap(jax.grad(function))
        compiled = jax.jit(lambda x: (function(x), slope(x)))
        x = jax.numpy.linspace(-3.0, 3.0, points)
        return lambda: jax.block_until_ready(compiled(x))

    yield from _rows(goal, points, texts, "warm JAX jit", build if jax else None)


def torch_rows(goal: str, points: int, texts: Mapping[str, Any]) -> Iterator[Row]:
    """Compare with torch's autograd on the processor."""
    torch = load("torch")

    def build(text: str) -> Callable[[], Any]:
        function = _numpy_function(text, torch)
        x = torch.linspace(-3.0, 3.0, points, dtype=torch.float64, requires_grad=True)

        def run() -> Any:
            value = function(x)
            return value, torch.autograd.grad(value.sum(), x)

        return run

    yield from _rows(goal, points, texts, "torch", build if torch else None)


def _numpy_function(text: str, module: Any) -> Callable[[Any], Any]:
    """Run our formula with another library's functions: each row by the name it has there."""
    formula = parse(text)

    def function(x: Any) -> Any:
        def visit(node: Any, operands: tuple[Any, ...]) -> Any:
            if not operands:
                return x if node.names else float(node.value)
            call: Callable[..., Any] = FUNCTIONS.get(node.primitive.name, _by_name)
            return call(module, node.primitive, *operands)

        return formula.fold(visit)

    return function


def _by_name(module: Any, row: Any, *operands: Any) -> Any:
    name = row.compute.__name__
    return getattr(module, name if hasattr(module, name) else row.name)(*operands)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda module, row, u, v: u + v,
    "subtract": lambda module, row, u, v: u - v,
    "multiply": lambda module, row, u, v: u * v,
    "divide": lambda module, row, u, v: u / v,
    "negative": lambda module, row, u: -u,
    "power": lambda module, row, u, v: u**v,
    "sigmoid": lambda module, row, u: 1 / (1 + module.exp(-u)),
}
