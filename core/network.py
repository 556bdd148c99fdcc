r"""A multilayer perceptron whose backpropagation reads as the textbook's four equations.

A layer computes :math:`z^l = a^{l-1} W^l + b^l` and :math:`a^l = \varphi(z^l)`; a batch is a matrix with
one example a row. With the errors :math:`\delta^l = \partial L / \partial z^l`,

.. math::
    \delta^L &= \nabla_{a} L \odot \varphi'(z^L)                      &\text{(BP1)} \\
    \delta^l &= (\delta^{l+1} {W^{l+1}}^{\!\top}) \odot \varphi'(z^l) &\text{(BP2)} \\
    \partial L / \partial b^l &= \textstyle\sum_i \delta^l_i          &\text{(BP3)} \\
    \partial L / \partial W^l &= {a^{l-1}}^{\!\top} \delta^l          &\text{(BP4)}

(Nielsen, *Neural Networks and Deep Learning*, chapter 2, with examples in rows.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from core.primitives import FloatArray

BLOCK_BYTES = 64 * 1024
"""Size of a layer's values for one block of a batch: larger ones are fetched anew from the system."""


@dataclass(frozen=True)
class Activation:
    """A function between the layers.

    Attributes
    ----------
    name
        What states and files call it.
    function
        φ(z).
    slope
        φ′, from z and a = φ(z), whichever is cheaper.
    """

    name: str
    function: Callable[[FloatArray], FloatArray]
    slope: Callable[[FloatArray, FloatArray], FloatArray]


def _sigmoid(z: FloatArray) -> FloatArray:
    return 0.5 * (1.0 + np.tanh(0.5 * z))


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("identity", lambda z: z, lambda z, a: np.ones_like(z)),
        Activation("sigmoid", _sigmoid, lambda z, a: a * (1.0 - a)),
        Activation("tanh", np.tanh, lambda z, a: 1.0 - a * a),
        Activation(
            "relu",
            lambda z: np.maximum(z, 0.0),
            lambda z, a: (z > 0.0).astype(np.float64),
        ),
        Activation("softplus", lambda z: np.logaddexp(0.0, z), lambda z, a: _sigmoid(z)),
    )
}
"""Every activation by name; a new one is one new row."""


@dataclass(frozen=True)
class Loss:
    """What the output is measured by.

    Attributes
    ----------
    name
        What states and files call it.
    output
        Turns the last layer's z into the prediction.
    value
        Mean loss over the batch, from z and the targets.
    error
        BP1: derivative of the mean loss for z, from the prediction and the targets.
    """

    name: str
    output: Callable[[FloatArray], FloatArray]
    value: Callable[[FloatArray, FloatArray], float]
    error: Callable[[FloatArray, FloatArray], FloatArray]


def _mean_squared_error(z: FloatArray, targets: FloatArray) -> float:
    residuals = z - targets
    return float(np.einsum("ij,ij->", residuals, residuals)) / residuals.size


def _binary_cross_entropy(z: FloatArray, targets: FloatArray) -> float:
    return float(np.mean(np.logaddexp(0.0, z) - targets * z))


def _softmax(z: FloatArray) -> FloatArray:
    grown = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def _categorical_cross_entropy(z: FloatArray, targets: FloatArray) -> float:
    shifted = z - z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(np.mean(np.sum(targets * (log_sum - shifted), axis=1)))


LOSSES: dict[str, Loss] = {
    loss.name: loss
    for loss in (
        Loss(
            "mse",
            lambda z: z,
            _mean_squared_error,
            lambda p, y: (2.0 / p.size) * (p - y),
        ),
        Loss(
            "binary_cross_entropy",
            _sigmoid,
            _binary_cross_entropy,
            lambda p, y: (p - y) / p.size,
        ),
        Loss(
            "cross_entropy",
            _softmax,
            _categorical_cross_entropy,
            lambda p, y: (p - y) / len(p),
        ),
    )
}
"""Every loss by name. Cross-entropies take z itself, so they neither saturate nor overflow."""


@dataclass(frozen=True)
class Layer:
    """Weights of shape (inputs, outputs) and one bias an output."""

    weights: FloatArray
    biases: FloatArray


@dataclass(frozen=True)
class LayerPass:
    """What one layer saw and did in a forward pass: its input a^{l−1}, its z, and its output a."""

    inputs: FloatArray
    z: FloatArray
    outputs: FloatArray


@dataclass(frozen=True)
class Network:
    """A multilayer perceptron.

    Attributes
    ----------
    layers
        From the first to the last.
    activation
        Name of the activation of every layer but the last, which is linear up to its loss.
    loss
        Name of the loss.
    """

    layers: tuple[Layer, ...]
    activation: str = "tanh"
    loss: str = "mse"

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(
                f"there is no activation {self.activation!r}; choose of {', '.join(ACTIVATIONS)}"
            )
        if self.loss not in LOSSES:
            raise ValueError(f"there is no loss {self.loss!r}; choose of {', '.join(LOSSES)}")
        for before, after in pairwise(self.layers):
            if before.weights.shape[1] != after.weights.shape[0]:
                given, taken = before.weights.shape[1], after.weights.shape[0]
                raise ValueError(f"a layer of {given} outputs meets one of {taken} inputs")

    def forward(self, inputs: Any) -> tuple[LayerPass, ...]:
        """Forward pass: what every layer saw and did, for a batch of shape (examples, inputs)."""
        activation = ACTIVATIONS[self.activation]
        a = self._batch(inputs)
        passes = []
        for layer in self.layers[:-1]:
            z = a @ layer.weights
            z += layer.biases
            passes.append(LayerPass(a, z, activation.function(z)))
            a = passes[-1].outputs
        z = a @ self.layers[-1].weights + self.layers[-1].biases
        passes.append(LayerPass(a, z, LOSSES[self.loss].output(z)))
        return tuple(passes)

    def predict(self, inputs: Any) -> FloatArray:
        """Output of the last layer for a batch."""
        return self.forward(inputs)[-1].outputs

    def value_and_grad(self, inputs: Any, targets: Any) -> tuple[float, tuple[Layer, ...]]:
        """Mean loss over a batch, and its derivatives in the shape of the layers.

        Raises
        ------
        ValueError
            If inputs or targets do not fit the layers.
        """
        batch = self._batch(inputs)
        expected = np.asarray(targets, dtype=np.float64).reshape(len(batch), -1)
        outputs = self.layers[-1].weights.shape[1]
        if expected.shape[1] != outputs:
            raise ValueError(f"targets of shape {expected.shape} for {outputs} outputs an example")
        gradient = tuple(Layer(0.0 * layer.weights, 0.0 * layer.biases) for layer in self.layers)
        value = 0.0
        rows = self._rows_of_a_block()
        for start in range(0, len(batch), rows):
            block = slice(start, start + rows)
            share = len(batch[block]) / len(batch)
            value += share * self._add_gradient(batch[block], expected[block], share, gradient)
        return value, gradient

    def _add_gradient(
        self,
        inputs: FloatArray,
        targets: FloatArray,
        share: float,
        gradient: tuple[Layer, ...],
    ) -> float:
        """Add the gradient of one block of a batch, weighted by its share, and return the block's loss."""
        loss = LOSSES[self.loss]
        passes = self.forward(inputs)
        delta = share * loss.error(passes[-1].outputs, targets)
        for total, part in zip(gradient, self.backward(passes, delta), strict=True):
            np.add(total.weights, part.weights, out=total.weights)
            np.add(total.biases, part.biases, out=total.biases)
        return loss.value(passes[-1].z, targets)

    def _rows_of_a_block(self) -> int:
        """Examples whose widest layer still fits into a small allocation, which costs no page faults."""
        widest: int = max(max(layer.weights.shape) for layer in self.layers)
        return max(1, BLOCK_BYTES // (8 * widest))

    def backward(self, passes: Sequence[LayerPass], delta: FloatArray) -> tuple[Layer, ...]:
        """Backward pass from the error of the last layer: BP2 to BP4, layer by layer."""
        activation = ACTIVATIONS[self.activation]
        gradients: list[Layer] = []
        for index in range(len(self.layers) - 1, -1, -1):
            gradients.append(Layer(passes[index].inputs.T @ delta, delta.sum(axis=0)))
            if index:
                before = passes[index - 1]
                delta = delta @ self.layers[index].weights.T
                delta *= activation.slope(before.z, before.outputs)
        return tuple(reversed(gradients))

    def _batch(self, inputs: Any) -> FloatArray:
        batch = np.atleast_2d(np.asarray(inputs, dtype=np.float64))
        expected = self.layers[0].weights.shape[0]
        if batch.shape[1] != expected:
            raise ValueError(f"the network takes {expected} inputs an example, not {batch.shape[1]}")
        return batch


def random_network(
    sizes: Sequence[int], *, activation: str = "tanh", loss: str = "mse", seed: int = 0
) -> Network:
    """Draw a network's weights.

    Parameters
    ----------
    sizes
        Number of inputs, of units in each hidden layer, and of outputs: ``(2, 16, 16, 1)``.
    seed
        The same seed gives the same weights.

    Notes
    -----
    Weights are normal with variance 1/n for n inputs (LeCun), 2/n before ReLU (He et al., 2015); biases
    start at 0.
    """
    generator = np.random.default_rng(seed)
    gain = 2.0 if activation == "relu" else 1.0
    layers = tuple(
        Layer(
            generator.normal(0.0, math.sqrt(gain / before), (before, after)),
            np.zeros(after),
        )
        for before, after in pairwise(sizes)
    )
    return Network(layers, activation, loss)
