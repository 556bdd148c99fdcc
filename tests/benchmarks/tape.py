"""Goal 6: reverse mode on a graph of ten scalar operations, against an engine in micrograd's manner."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from core import parse, value_and_grad
from core.autodiff import backward_pass, forward_pass
from tests.benchmarks.measure import Row, ratio

TEXT = "tanh(x*y + 3x) * (x + y*y) - exp(x)/(1 + y*y)"
POINT = {"x": 0.5, "y": -1.5}


class Scalar:
    """A number of a graph that is built while it is computed; each knows how to hand its gradient back."""

    def __init__(self, value: float, operands: tuple[Scalar, ...] = ()) -> None:
        self.value = value
        self.gradient = 0.0
        self.operands = operands
        self.hand_back: Callable[[], None] = lambda: None

    def __add__(self, other: Any) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        result = Scalar(self.value + other.value, (self, other))

        def hand_back() -> None:
            self.gradient += result.gradient
            other.gradient += result.gradient

        result.hand_back = hand_back
        return result

    def __mul__(self, other: Any) -> Scalar:
        other = other if isinstance(other, Scalar) else Scalar(other)
        result = Scalar(self.value * other.value, (self, other))

        def hand_back() -> None:
            self.gradient += other.value * result.gradient
            other.gradient += self.value * result.gradient

        result.hand_back = hand_back
        return result

    def of(self, value: float, slope: float) -> Scalar:
        """Return a function of this number, of which value and slope are known."""
        result = Scalar(value, (self,))

        def hand_back() -> None:
            self.gradient += slope * result.gradient

        result.hand_back = hand_back
        return result

    def tanh(self) -> Scalar:
        value = math.tanh(self.value)
        return self.of(value, 1.0 - value * value)

    def exp(self) -> Scalar:
        value = math.exp(self.value)
        return self.of(value, value)

    def reciprocal(self) -> Scalar:
        return self.of(1.0 / self.value, -1.0 / self.value**2)

    def backward(self) -> None:
        """Set the gradient of every number that this one is made of."""
        order: list[Scalar] = []
        seen: set[Scalar] = set()

        def visit(node: Scalar) -> None:
            if node not in seen:
                seen.add(node)
                for operand in node.operands:
                    visit(operand)
                order.append(node)

        visit(self)
        self.gradient = 1.0
        for node in reversed(order):
            node.hand_back()


def by_graph() -> tuple[float, float]:
    x, y = Scalar(POINT["x"]), Scalar(POINT["y"])
    squared = y * y
    result = (x * y + x * 3.0).tanh() * (x + squared) + x.exp() * (squared + 1.0).reciprocal() * -1.0
    result.backward()
    return x.gradient, y.gradient


def measure() -> Iterator[Row]:
    """Yield the rows of goal 6 that concern the tape."""
    formula = parse(TEXT)
    for ours, theirs in zip(value_and_grad(formula, POINT)[1].values(), by_graph(), strict=True):
        assert math.isclose(ours, theirs, rel_tol=1e-9)
    faster = 1.0 / ratio(lambda: value_and_grad(formula, POINT), by_graph)
    yield Row(
        "6", "reverse mode on 10 scalars: times faster than a graph of objects", faster, 2.5, at_most=False
    )
    faster = 1.0 / ratio(lambda: backward_pass(forward_pass(formula, POINT)), by_graph)
    yield Row(
        "6", "the tape with every node and share kept: times faster", faster, note="it explains, step by step"
    )
