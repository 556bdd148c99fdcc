r"""A multilayer perceptron whose backpropagation reads as the textbook's four equations.

A layer computes :math:`z^l = a^{l-1} W^l + b^l` and :math:`a^l = \varphi(z^l)`; a batch is a matrix with
one example a row. With the errors :math:`\delta^l = \partial L / \partial z^l`,

.. math::
    \delta^L &= \nabla_{a} L \odot \varphi'(z^L)                      &\text{(BP1)} \\
    \delta^l &= (\delta^{l+1} {W^{l+1}}^{\!\top}) \odot \varphi'(z^l) &\text{(BP2)} \\
    \partial L / \partial b^l &= \textstyle\sum_i \delta^l_i          &\text{(BP3)} \\
    \partial L / \partial W^l &= {a^{l-1}}^{\!\top} \delta^l          &\text{(BP4)}

(Nielsen, *Neural Networks and Deep Learning*, chapter 2, with examples in rows.) BP1 is :attr:`Loss.error`;
the others are :func:`hidden_error`, :func:`bias_gradient` and :func:`weight_gradient`.

Large batches are worked through in blocks of examples: small enough for the processor's cache and for one
thread of BLAS (see `BLOCK_SIZE` and `BLOCK_PRODUCTS`), in memory that the next block uses again
(:mod:`core.memory`). Every result has memory of its own all the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from core.memory import empty
from core.primitives import FloatArray

BLOCK_SIZE = 2**14
"""A layer has no more values for one block of a batch, so that a block stays in the cache."""

BLOCK_PRODUCTS = 2**18
"""A block's matrix product multiplies no more pairs of numbers: a larger one wakes BLAS's other threads, and
waiting for them can take thirty times as long as the product wherever the processor has other work."""


@dataclass(frozen=True)
class Activation:
    """A function between the layers, computed into memory that is given.

    Attributes
    ----------
    name
        What states and files call it.
    function
        a = φ(z), from z and the array to write a into.
    slope
        φ′(z) told by a alone, from a and the array to write the slope into.

    Examples
    --------
    The slope is told by the output alone, so no z need be kept for the way back:

    >>> tanh = ACTIVATIONS["tanh"]
    >>> a = tanh.function(np.array([-1.0, 0.0, 20.0]), np.empty(3))
    >>> tanh.slope(a, np.empty(3)).round(3).tolist()
    [0.42, 1.0, 0.0]
    """

    name: str
    function: Callable[[FloatArray, FloatArray], FloatArray]
    slope: Callable[[FloatArray, FloatArray], FloatArray]


def _sigmoid(z: FloatArray, out: FloatArray) -> FloatArray:
    """Return (1 + tanh(z/2))/2, which overflows nowhere."""
    np.multiply(z, 0.5, out=out)
    np.tanh(out, out=out)
    np.add(out, 1.0, out=out)
    return np.multiply(out, 0.5, out=out)


def _sigmoid_slope(a: FloatArray, out: FloatArray) -> FloatArray:
    """Return a(1 − a)."""
    np.subtract(1.0, a, out=out)
    return np.multiply(a, out, out=out)


def _tanh_slope(a: FloatArray, out: FloatArray) -> FloatArray:
    """Return 1 − a²."""
    np.multiply(a, a, out=out)
    return np.subtract(1.0, out, out=out)


def _one(a: FloatArray, out: FloatArray) -> FloatArray:
    out.fill(1.0)
    return out


def _relu(z: FloatArray, out: FloatArray) -> FloatArray:
    return np.maximum(z, 0.0, out=out)


def _relu_slope(a: FloatArray, out: FloatArray) -> FloatArray:
    """Return 1 above 0, and 0 elsewhere, at the kink too."""
    return np.heaviside(a, 0.0, out=out)


def _softplus(z: FloatArray, out: FloatArray) -> FloatArray:
    """Return log(1 + eᶻ)."""
    return np.logaddexp(0.0, z, out=out)


def _softplus_slope(a: FloatArray, out: FloatArray) -> FloatArray:
    """Return sigmoid(z) = 1 − e⁻ᵃ, because eᵃ = 1 + eᶻ."""
    np.negative(a, out=out)
    np.expm1(out, out=out)
    return np.negative(out, out=out)


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("identity", np.positive, _one),
        Activation("sigmoid", _sigmoid, _sigmoid_slope),
        Activation("tanh", np.tanh, _tanh_slope),
        Activation("relu", _relu, _relu_slope),
        Activation("softplus", _softplus, _softplus_slope),
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

    Examples
    --------
    For a cross-entropy with its own output function, the error is prediction minus target (BP1):

    >>> loss = LOSSES["cross_entropy"]
    >>> z, target = np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]])
    >>> prediction = loss.output(z)
    >>> prediction.tolist(), round(loss.value(z, target), 6), loss.error(prediction, target).tolist()
    ([[0.5, 0.5]], 0.693147, [[-0.5, 0.5]])
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
            lambda z: _sigmoid(z, np.empty_like(z)),
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
    """Weights of shape (inputs, outputs) and one bias an output.

    Examples
    --------
    >>> layer = Layer(np.array([[1.0, -1.0], [2.0, 0.5]]), np.array([0.0, 10.0]))
    >>> weighted_input(np.array([[1.0, 1.0]]), layer).tolist()
    [[3.0, 9.5]]
    """

    weights: FloatArray
    biases: FloatArray


@dataclass(frozen=True)
class LayerPass:
    """What one layer saw and did in a forward pass: its input a^{l−1}, its z, and its output a.

    Examples
    --------
    >>> layers = Layer(np.array([[2.0]]), np.array([1.0])), Layer(np.array([[3.0]]), np.zeros(1))
    >>> network = Network(layers, activation="relu")
    >>> for passed in network.forward([[1.0], [-1.0]]):
    ...     print(passed.inputs.T, passed.z.T, passed.outputs.T)
    [[ 1. -1.]] [[ 3. -1.]] [[3. 0.]]
    [[3. 0.]] [[9. 0.]] [[9. 0.]]
    """

    inputs: FloatArray
    z: FloatArray
    outputs: FloatArray


def weighted_input(a: FloatArray, layer: Layer) -> FloatArray:
    """Return z = a W + b: what a layer makes of the outputs `a` of the layer before.

    Examples
    --------
    Two examples through a layer from two inputs to one output:

    >>> layer = Layer(np.array([[2.0], [3.0]]), np.array([10.0]))
    >>> weighted_input(np.array([[1.0, 0.0], [1.0, 1.0]]), layer).tolist()
    [[12.0], [15.0]]
    """
    z = np.matmul(a, layer.weights, out=empty((len(a), layer.weights.shape[1])))
    return np.add(z, layer.biases, out=z)


def hidden_error(delta: FloatArray, after: Layer, a: FloatArray, activation: Activation) -> FloatArray:
    """BP2: the error of a hidden layer, from the error `delta` of the layer after it and its own outputs `a`.

    Examples
    --------
    >>> after = Layer(np.array([[2.0], [3.0]]), np.zeros(1))
    >>> hidden_error(np.array([[1.0]]), after, np.array([[0.5, 0.0]]), ACTIVATIONS["relu"]).tolist()
    [[2.0, 0.0]]
    """
    back = np.matmul(delta, after.weights.T, out=empty(a.shape))
    return np.multiply(back, activation.slope(a, empty(a.shape)), out=back)


def bias_gradient(delta: FloatArray) -> FloatArray:
    """BP3: the errors summed over the examples, as a product that takes a fifth of a sum's time.

    Examples
    --------
    >>> bias_gradient(np.array([[1.0, 0.0], [0.5, 2.0]])).tolist()
    [1.5, 2.0]
    """
    return np.asarray(np.ones(len(delta)) @ delta)


def weight_gradient(a: FloatArray, delta: FloatArray) -> FloatArray:
    """BP4: a layer's inputs `a` times its errors, summed over the examples.

    Examples
    --------
    >>> weight_gradient(np.array([[1.0, 3.0]]), np.array([[10.0, 0.5]])).tolist()
    [[10.0, 0.5], [30.0, 1.5]]
    """
    return np.asarray(a.T @ delta)


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

    Examples
    --------
    Gradient descent on XOR, which no single layer can tell:

    >>> inputs, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> network = random_network((2, 8, 1), loss="binary_cross_entropy", seed=1)
    >>> for _ in range(500):
    ...     value, gradient = network.value_and_grad(inputs, targets)
    ...     for layer, slope in zip(network.layers, gradient):
    ...         layer.weights[...] -= 2.0 * slope.weights
    ...         layer.biases[...] -= 2.0 * slope.biases
    >>> network.predict(inputs).round().ravel().tolist()
    [0.0, 1.0, 1.0, 0.0]
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

    @np.errstate(all="ignore")
    def forward(self, inputs: Any) -> tuple[LayerPass, ...]:
        """Forward pass: what every layer saw and did, for a batch of shape (examples, inputs)."""
        activation = ACTIVATIONS[self.activation]
        a = self._batch(inputs)
        passes = []
        for layer in self.layers[:-1]:
            z = weighted_input(a, layer)
            passes.append(LayerPass(a, z, activation.function(z, empty(z.shape))))
            a = passes[-1].outputs
        z = weighted_input(a, self.layers[-1])
        passes.append(LayerPass(a, z, LOSSES[self.loss].output(z)))
        return tuple(passes)

    @np.errstate(all="ignore")
    def backward(self, passes: Sequence[LayerPass], delta: FloatArray) -> tuple[Layer, ...]:
        """Backward pass from the error of the last layer: BP2 to BP4, layer by layer."""
        activation = ACTIVATIONS[self.activation]
        gradients: list[Layer] = []
        for index in range(len(self.layers) - 1, -1, -1):
            a = passes[index].inputs
            gradients.append(Layer(weight_gradient(a, delta), bias_gradient(delta)))
            if index:
                delta = hidden_error(delta, self.layers[index], a, activation)
        return tuple(reversed(gradients))

    def predict(self, inputs: Any) -> FloatArray:
        """Output of the last layer for a batch."""
        return self.forward(inputs)[-1].outputs

    @np.errstate(all="ignore")
    def value_and_grad(self, inputs: Any, targets: Any) -> tuple[float, tuple[Layer, ...]]:
        """Mean loss over a batch, and its derivatives in the shape of the layers.

        Parameters
        ----------
        inputs
            Of shape (examples, inputs), or (inputs,) for one example.
        targets
            Of shape (examples, outputs); (examples,) will do for one output, (outputs,) for one example.

        Raises
        ------
        ValueError
            If inputs or targets do not fit the layers, or there are none.
        """
        batch = self._batch(inputs)
        parts = self._parts(batch, self._targets(targets, len(batch)))
        value, gradient = next(parts)
        for more, part in parts:
            value += more
            for total, addend in zip(gradient, part, strict=True):
                np.add(total.weights, addend.weights, out=total.weights)
                np.add(total.biases, addend.biases, out=total.biases)
        return value, gradient

    def _parts(self, batch: FloatArray, targets: FloatArray) -> Iterator[tuple[float, tuple[Layer, ...]]]:
        """Yield what each block of a batch has in the mean loss and in its gradient."""
        loss = LOSSES[self.loss]
        rows = self._rows_of_a_block()
        for start in range(0, len(batch), rows):
            block = slice(start, start + rows)
            passes = self.forward(batch[block])
            share = len(passes[-1].z) / len(batch)
            delta = loss.error(passes[-1].outputs, targets[block])
            delta *= share
            yield share * loss.value(passes[-1].z, targets[block]), self.backward(passes, delta)

    def _rows_of_a_block(self) -> int:
        """Examples whose widest layer and whose largest matrix product are within the bounds of a block."""
        shapes = [layer.weights.shape for layer in self.layers]
        widest: int = max(map(max, shapes))
        return max(1, min(BLOCK_SIZE // widest, BLOCK_PRODUCTS // max(map(math.prod, shapes))))

    def _batch(self, inputs: Any) -> FloatArray:
        batch = np.atleast_2d(np.asarray(inputs, dtype=np.float64))
        expected = self.layers[0].weights.shape[0]
        if batch.ndim != 2 or batch.shape[1] != expected:
            raise ValueError(f"the network takes {expected} inputs an example, not {np.shape(inputs)}")
        return batch

    def _targets(self, targets: Any, examples: int) -> FloatArray:
        given = np.atleast_1d(np.asarray(targets, dtype=np.float64))
        outputs = self.layers[-1].weights.shape[1]
        if given.ndim == 1:
            given = given[:, None] if outputs == 1 else given[None]
        if given.shape != (examples, outputs):
            raise ValueError(f"targets of shape {np.shape(targets)} for {examples} × {outputs} outputs")
        if not examples:
            raise ValueError("there is no mean loss of no examples; give at least one")
        return given


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

    Examples
    --------
    >>> network = random_network((2, 16, 1), activation="relu", seed=3)
    >>> [layer.weights.shape for layer in network.layers]
    [(2, 16), (16, 1)]
    >>> network.predict([[0.5, -1.0], [2.0, 0.0], [0.0, 0.0]]).shape
    (3, 1)
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
