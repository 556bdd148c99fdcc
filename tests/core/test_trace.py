"""Python functions written with NumPy become formulas that compute the same, or are refused with a reason."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from core import parse, trace, value_and_grad
from core.expression import Expression
from core.primitives import BY_UFUNC
from core.tracing import NUMPY_FUNCTIONS

INSIDE = (0.3, 0.7, 0.6)
"""A point of the domain of nearly every function."""


def with_default(x: Any, power: float = 3.0) -> Any:
    return x**power


def by_name(x: Any, *, w: Any, flip: bool = True) -> Any:
    return -w * x if flip else w * x


def with_options(x: Any, **options: Any) -> Any:
    return x + len(options)


class Neuron:
    def __init__(self, weight: float) -> None:
        self.weight = weight

    def output(self, x: Any, b: Any) -> Any:
        return np.tanh(self.weight * x + b)

    def __call__(self, x: Any) -> Any:
        return self.output(x, 0.0)

    @staticmethod
    def square(y: Any) -> Any:
        return y**2


def step_by_step(x: Any) -> Any:
    total = 0.0
    for power in range(3):
        total += x**power
    return total


captured = parse("y^2 + 1")


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (with_default, "x**3"),
        (partial(with_default, power=2.0), "x**2"),
        (by_name, "-w*x"),
        (with_options, "x + 0"),
        (Neuron(2.0).output, "tanh(2*x + b)"),
        (Neuron(2.0), "tanh(2*x + 0)"),
        (Neuron.square, "y**2"),
        (step_by_step, "0 + x**0 + x**1 + x**2"),
        (np.sin, "sin(x)"),
        (lambda x: captured * x, "(y^2+1)*x"),
        (lambda x: x * captured + captured, "x*(y^2+1) + (y^2+1)"),
        (lambda x: captured, "y^2 + 1"),
        (lambda x: np.where(x > 0, x, 0.5 * x), "where(x > 0, x, 0.5*x)"),
        (lambda x: np.where(x == 0, 1, 2), "where(x == 0, 1, 2)"),
        (lambda x: np.where(x != 1, 1, 2), "where(x != 1, 1, 2)"),
        (lambda x, y: (x <= y) * (y < 3), "(x <= y)*(y < 3)"),
        (lambda x: np.clip(x, -1, 1), "clip(x, -1, 1)"),
        (lambda x: np.clip(x, 0, None), "max(x, 0)"),
        (lambda x: np.clip(x, None, 2), "min(x, 2)"),
        (lambda x: np.clip(x, min=0, max=2), "clip(x, 0, 2)"),
        (lambda x: np.heaviside(x, 0.5), "heaviside(x)"),
        (lambda x: np.heaviside(x, 1.0), "where(x == 0, 1, heaviside(x))"),
        (lambda x: np.square(x) + np.exp2(x), "x**2 + 2**x"),
        (lambda λ, x1, w_out: λ * x1 + w_out, "lam*x1 + w_out"),
        (lambda x, /, y: x - y, "x - y"),
        (lambda x, y: 3, "3"),
        (lambda x: True, "1"),
        (lambda x: np.array([x, 2 * x]) @ np.array([3.0, 4.0]), "x*3 + 2*x*4"),
    ],
)
def test_formula(function: Callable[..., Any], text: str) -> None:
    assert trace(function) is parse(text)


def functions() -> list[Any]:
    every = dict.fromkeys([*BY_UFUNC, *NUMPY_FUNCTIONS])
    return [pytest.param(function, id=function.__name__) for function in every]


@pytest.mark.parametrize("function", functions())
def test_every_function_of_numpy_computes_what_it_computes_untraced(function: Any) -> None:
    count = (
        function.nin if isinstance(function, np.ufunc) else {"where": 3, "clip": 3}.get(function.__name__, 1)
    )
    point = (1.3,) if function is np.arccosh else INSIDE[:count]
    letters = ("x", "y", "t")[:count]
    source = f"lambda {', '.join(letters)}: function({', '.join(letters)})"
    traced = trace(eval(source, {"function": function}))
    at = dict(zip(letters, point, strict=True))
    assert traced.evaluate(at) == pytest.approx(float(function(*point)), rel=1e-14, abs=1e-15)
    assert parse(str(traced)) is traced


def test_a_traced_function_has_the_gradient_of_its_text() -> None:
    def loss(w: Any, b: Any) -> Any:
        residual = np.maximum(w * 2.0 + b, 0.0) - 1.0
        return np.where(np.abs(residual) < 0.5, 0.5 * residual**2, 0.5 * (np.abs(residual) - 0.25))

    text = parse("where(abs(max(2w+b,0)-1) < 0.5, 0.5(max(2w+b,0)-1)^2, 0.5(abs(max(2w+b,0)-1)-0.25))")
    at = {"w": 0.6, "b": 0.1}
    assert value_and_grad(trace(loss), at) == value_and_grad(text, at)


def branches(x: Any) -> Any:
    return x if x > 0 else -x


def equality(x: Any) -> Any:
    return 1.0 if x == 0 else x


def both(x: Any) -> Any:
    return np.where(x > 0 and x < 1, x, 0.0)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (branches, r"np\.where\(condition, a, b\)"),
        (equality, r"np\.where\(condition, a, b\)"),
        (both, "Instead of if, and, or, not, min and max"),
        (lambda x: max(x, 0), r"np\.maximum"),
        (lambda x, y: x != y or y, "Instead of if"),
        (lambda x: math.sin(x), r"np\.sin for math\.sin"),
        (lambda x: float(x), "letters, not numbers"),
        (lambda x: np.sum(x), r"np\.sum cannot be traced"),
        (lambda x: np.linalg.norm(x), "cannot be traced|norm"),
        (lambda x: np.spacing(x), r"np\.spacing cannot be traced"),
        (lambda x: np.add.reduce(x), r"np\.add\.reduce works on arrays"),
        (lambda x: np.sin(x, where=True), "without options, not with where"),
        (lambda x: np.where(x > 0), r"np\.where\(condition, a, b\) only"),
        (lambda x: np.clip(x, None, None), r"np\.clip\(x, low, high\) only"),
        (lambda x: np.clip(x, 0, 1, dtype=float), r"np\.clip\(x, low, high\) only"),
        (lambda x: x[0], "not subscriptable"),
        (lambda x: x + "1", "not of str"),
        (lambda x: x * np.ones(2), "not of ndarray"),
        (lambda x: np.ones(2) * x, "not of ndarray"),
        (lambda x: (x, x**2), "the function returned a tuple of 2"),
        (lambda x: [x], "the function returned a list of 1"),
        (lambda x: None, "the function returned nothing"),
        (lambda x: 1j * 2, "the function returned an object of type complex"),
        (lambda x: np.array([x]), "the function returned an object of type ndarray"),
        (lambda *xs: xs[0], r"\*xs has no fixed number of letters"),
        (lambda learning_rate: learning_rate, "the parameter learning_rate cannot be a letter"),
        (lambda e: e, "the parameter e cannot be a letter"),
        (lambda pi: pi, "the parameter pi cannot be a letter"),
        (lambda sin: sin, "the parameter sin cannot be a letter"),
        (lambda xy: xy, "the parameter xy cannot be a letter"),
        (lambda é: é, "the parameter é cannot be a letter"),
        (lambda _x: _x, "the parameter _x cannot be a letter"),
        ("x^2", "text is for parse"),
        (parse("x^2"), "trace takes a Python function"),
        (float, "trace takes a Python function"),
        (3.0, "trace takes a Python function"),
    ],
)
def test_what_is_no_formula_is_refused_with_a_reason(function: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        trace(function)


def test_a_function_without_known_parameters_is_refused() -> None:
    with pytest.raises(ValueError):
        inspect.signature(min)
    with pytest.raises(TypeError, match="wrap it, as in lambda x"):
        trace(min)


def test_errors_of_the_function_itself_come_through() -> None:
    with pytest.raises(ZeroDivisionError):
        trace(lambda x: x / (1 // 0))


def test_text_of_a_traced_formula_is_read_back() -> None:
    formula = trace(lambda omega, t, w_1: np.sin(omega * t) ** -2 / (-0.5 + np.exp(-w_1)) - 1e-300 * -0.0)
    assert isinstance(formula, Expression)
    assert parse(str(formula)) is formula
    assert formula.names == ("omega", "t", "w_1")
