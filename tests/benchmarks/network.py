"""Goal 6: loss and all gradients of a multilayer perceptron, against plain NumPy written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from core.network import Network, random_network
from tests.benchmarks.measure import Row, ratio
from tests.benchmarks.optional import load

SIZES = (2, 16, 16, 1)
EXAMPLES = 1_000
LIMIT = 0.7

Weights = list[Any]


def by_hand(weights: Weights, biases: Weights, x: Any, y: Any) -> tuple[float, Weights, Weights]:
    """Mean squared error and its gradient, as they are typed from the four equations."""
    first = np.tanh(x @ weights[0] + biases[0])
    second = np.tanh(first @ weights[1] + biases[1])
    residuals = second @ weights[2] + biases[2] - y
    loss = np.mean(residuals**2)
    third_delta = 2 * residuals / residuals.size
    second_delta = (third_delta @ weights[2].T) * (1 - second**2)
    first_delta = (second_delta @ weights[1].T) * (1 - first**2)
    slopes = [x.T @ first_delta, first.T @ second_delta, second.T @ third_delta]
    return loss, slopes, [delta.sum(axis=0) for delta in (first_delta, second_delta, third_delta)]


def _check(network: Network, weights: Weights, biases: Weights, x: Any, y: Any) -> None:
    loss, gradient = network.value_and_grad(x, y)
    expected = by_hand(weights, biases, x, y)
    assert np.isclose(loss, expected[0], rtol=1e-12)
    for layer, slopes, shifts in zip(gradient, *expected[1:], strict=True):
        assert np.allclose(layer.weights, slopes, rtol=1e-9, atol=1e-14)
        assert np.allclose(layer.biases, shifts, rtol=1e-9, atol=1e-14)


def measure() -> Iterator[Row]:
    """Yield the rows of goal 6 that concern the perceptron."""
    network = random_network(SIZES, seed=1)
    generator = np.random.default_rng(0)
    x = generator.normal(size=(EXAMPLES, SIZES[0]))
    y = np.sin(x[:, :1]) * x[:, 1:]
    weights = [layer.weights for layer in network.layers]
    biases = [layer.biases for layer in network.layers]
    _check(network, weights, biases, x, y)
    ours = partial(network.value_and_grad, x, y)
    what = f"perceptron {'-'.join(map(str, SIZES))}, N = {EXAMPLES:,}, loss and gradient"
    yield Row("6", f"{what} / hand", ratio(ours, partial(by_hand, weights, biases, x, y)), LIMIT)
    torch = load("torch")
    if not torch:
        yield Row("6", f"{what} / torch", None, note="torch is not installed (pip install nabla[bench])")
        return
    yield Row("6", f"{what} / torch", ratio(ours, _with_torch(torch, weights, biases, x, y)))


def _with_torch(torch: Any, weights: Weights, biases: Weights, x: Any, y: Any) -> Any:
    parameters = [torch.tensor(array, requires_grad=True) for array in (*weights, *biases)]
    inputs, targets = torch.tensor(x), torch.tensor(y)

    def run() -> Any:
        a, b, c, a_bias, b_bias, c_bias = parameters
        hidden = torch.tanh(torch.tanh(inputs @ a + a_bias) @ b + b_bias)
        loss = torch.mean((hidden @ c + c_bias - targets) ** 2)
        return loss, torch.autograd.grad(loss, parameters)

    return run
