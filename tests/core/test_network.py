"""The perceptron's gradients against differences of its own loss, and its losses against their formulas."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest

from core.network import ACTIVATIONS, LOSSES, Layer, Network, hidden_error, random_network

EXAMPLES = 12


def batch(loss, seed=1):
    generator = np.random.default_rng(seed)
    inputs = generator.normal(size=(EXAMPLES, 2))
    if loss == "cross_entropy":
        return inputs, np.eye(3)[generator.integers(0, 3, EXAMPLES)]
    wave = np.sin(3.0 * inputs[:, :1]) * inputs[:, 1:]
    return inputs, wave if loss == "mse" else (wave > 0).astype(float)


def network(activation, loss):
    return random_network(
        (2, 5, 4, 3 if loss == "cross_entropy" else 1),
        activation=activation,
        loss=loss,
        seed=3,
    )


def nudged(net, layer, part, place, by):
    array = getattr(net.layers[layer], part).copy()
    array[place] += by
    layers = list(net.layers)
    layers[layer] = replace(net.layers[layer], **{part: array})
    return replace(net, layers=tuple(layers))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_gradient_equals_the_difference_of_losses(activation, loss):
    net = network(activation, loss)
    inputs, targets = batch(loss)
    _, gradient = net.value_and_grad(inputs, targets)
    h = 1e-6
    for layer, found in enumerate(gradient):
        for part in ("weights", "biases"):
            for place in np.ndindex(getattr(found, part).shape):
                after, before = (
                    nudged(net, layer, part, place, by).value_and_grad(inputs, targets)[0] for by in (h, -h)
                )
                assert getattr(found, part)[place] == pytest.approx((after - before) / (2 * h), abs=2e-8)


def test_a_wrong_gradient_would_be_noticed():
    net = network("tanh", "mse")
    inputs, targets = batch("mse")
    found = net.value_and_grad(inputs, targets)[1][1].weights[2, 1]
    after, before = (
        nudged(net, 1, "weights", (2, 1), by).value_and_grad(inputs, targets)[0] for by in (1e-6, -1e-6)
    )
    assert 1.0005 * found != pytest.approx((after - before) / 2e-6, abs=2e-8)


def test_losses_by_hand():
    net = Network((Layer(np.array([[2.0]]), np.array([1.0])),), loss="mse")
    value, (gradient,) = net.value_and_grad([[1.0], [2.0]], [[4.0], [3.0]])
    assert value == pytest.approx((1.0 + 4.0) / 2)
    assert gradient.weights == pytest.approx(np.array([[-1.0 * 1.0 + 2.0 * 2.0]]))
    assert gradient.biases == pytest.approx(np.array([1.0]))
    binary = replace(net, loss="binary_cross_entropy")
    p = 1 / (1 + np.exp(-3.0))
    assert binary.value_and_grad([[1.0]], [[1.0]])[0] == pytest.approx(-np.log(p))
    assert binary.predict([[1.0]]) == pytest.approx(p)


@pytest.mark.parametrize("z", [-1000.0, 1000.0])
def test_cross_entropy_neither_saturates_nor_overflows(z):
    net = Network((Layer(np.array([[1.0]]), np.array([0.0])),), loss="binary_cross_entropy")
    value, (gradient,) = net.value_and_grad([[z]], [[0.0 if z > 0 else 1.0]])
    assert value == pytest.approx(1000.0)
    assert gradient.biases == pytest.approx(np.array([np.sign(z)]))
    wide = Network((Layer(np.array([[1.0, -1.0]]), np.zeros(2)),), loss="cross_entropy")
    value, _ = wide.value_and_grad([[z]], [[0.0, 1.0] if z > 0 else [1.0, 0.0]])
    assert value == pytest.approx(2000.0)


@pytest.mark.parametrize("sizes", [(2, 16, 16, 1), (2, 70, 90, 1), (2, 1)])
def test_large_batch_in_blocks_equals_the_mean_over_examples(sizes):
    net = random_network(sizes, seed=5)
    generator = np.random.default_rng(2)
    inputs, targets = generator.normal(size=(1203, 2)), generator.normal(size=(1203, 1))
    value, gradient = net.value_and_grad(inputs, targets)
    single = [net.value_and_grad(inputs[i : i + 1], targets[i : i + 1]) for i in range(len(inputs))]
    assert value == pytest.approx(np.mean([loss for loss, _ in single]), rel=1e-12)
    for layer, found in enumerate(gradient):
        for part in ("weights", "biases"):
            mean = np.mean([getattr(parts[layer], part) for _, parts in single], axis=0)
            assert getattr(found, part) == pytest.approx(mean, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_result_has_memory_of_its_own(activation):
    net = random_network((2, 16, 16, 1), activation=activation, seed=5)
    generator = np.random.default_rng(2)
    inputs, targets = generator.normal(size=(1000, 2)), generator.normal(size=(1000, 1))
    given = inputs.copy(), targets.copy()
    passes, (_, gradient) = net.forward(inputs), net.value_and_grad(inputs, targets)
    error = hidden_error(targets, net.layers[2], passes[1].outputs, ACTIVATIONS[activation])
    results = [error, *(array for layer in (*passes, *gradient) for array in vars(layer).values())]
    kept = [array.copy() for array in results]
    net.value_and_grad(5.0 - inputs, targets)
    net.backward(passes, np.ones((1000, 1)))
    assert all((array == before).all() for array, before in zip(results, kept, strict=True))
    assert (inputs == given[0]).all()
    assert (targets == given[1]).all()


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("identity", lambda z: z),
        ("sigmoid", lambda z: 1 / (1 + mpmath.exp(-z))),
        ("tanh", mpmath.tanh),
        ("relu", lambda z: max(z, 0)),
        ("softplus", lambda z: mpmath.log(1 + mpmath.exp(z))),
    ],
)
def test_activations_and_slopes_as_far_as_they_go(activation, function):
    z = np.array([[-1e308, -800.0, -30.0, -1.0, 0.5, 30.0, 800.0, 1e308]])
    row = ACTIVATIONS[activation]
    a = row.function(z, np.empty_like(z))
    slopes = row.slope(a, np.empty_like(z))
    with mpmath.workdps(800):
        for place in range(1, z.size - 1):
            at = mpmath.mpf(z[0, place])
            assert a[0, place] == pytest.approx(float(function(at)), rel=1e-14, abs=1e-15)
            assert slopes[0, place] == pytest.approx(float(mpmath.diff(function, at)), rel=1e-14, abs=1e-15)
    assert np.isfinite(a).all()
    assert np.isfinite(slopes).all()


def test_the_slope_of_relu_at_its_kink_is_0():
    kink = np.zeros((1, 1))
    assert ACTIVATIONS["relu"].slope(kink, np.empty_like(kink)) == 0.0


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_weights_that_have_run_away_give_no_warnings(activation, loss):
    net = network(activation, loss)
    far = replace(net, layers=tuple(Layer(1e300 * each.weights, each.biases) for each in net.layers))
    value, gradient = far.value_and_grad(*batch(loss))
    assert isinstance(value, float)
    assert far.predict(batch(loss)[0]).shape == batch(loss)[1].shape
    assert [each.weights.shape for each in gradient] == [each.weights.shape for each in net.layers]


def test_targets_may_be_a_row_of_numbers_where_it_is_clear_what_they_are():
    inputs, targets = batch("mse")
    one = network("tanh", "mse")
    assert one.value_and_grad(inputs, targets[:, 0])[0] == one.value_and_grad(inputs, targets)[0]
    inputs, targets = batch("cross_entropy")
    three = network("tanh", "cross_entropy")
    expected = three.value_and_grad(inputs[:1], targets[:1])[0]
    assert three.value_and_grad(inputs[0], targets[0])[0] == expected


def test_softmax_sums_to_one_and_training_goes_down():
    net = network("tanh", "cross_entropy")
    inputs, targets = batch("cross_entropy")
    assert net.predict(inputs).sum(axis=1) == pytest.approx(np.ones(EXAMPLES))
    before, _ = net.value_and_grad(inputs, targets)
    for _ in range(200):
        _, gradient = net.value_and_grad(inputs, targets)
        layers = tuple(
            Layer(layer.weights - 0.5 * step.weights, layer.biases - 0.5 * step.biases)
            for layer, step in zip(net.layers, gradient, strict=True)
        )
        net = replace(net, layers=layers)
    assert net.value_and_grad(inputs, targets)[0] < 0.5 * before


def test_forward_pass_keeps_what_every_layer_saw_and_did():
    net = network("sigmoid", "mse")
    inputs, _ = batch("mse")
    passes = net.forward(inputs)
    assert [layer.inputs.shape[1] for layer in passes] == [2, 5, 4]
    assert passes[0].outputs is passes[1].inputs
    assert passes[0].z == pytest.approx(inputs @ net.layers[0].weights + net.layers[0].biases)


def test_same_seed_same_weights():
    one, other = random_network((2, 3, 1), seed=7), random_network((2, 3, 1), seed=7)
    assert all((a.weights == b.weights).all() for a, b in zip(one.layers, other.layers, strict=True))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: random_network((2, 1), activation="step"), "no activation 'step'"),
        (lambda: random_network((2, 1), loss="zero-one"), "no loss 'zero-one'"),
        (
            lambda: Network(
                (
                    Layer(np.ones((2, 3)), np.zeros(3)),
                    Layer(np.ones((2, 1)), np.zeros(1)),
                )
            ),
            "3 outputs meets",
        ),
        (lambda: random_network((2, 1)).predict([[1.0, 2.0, 3.0]]), "takes 2 inputs"),
        (
            lambda: random_network((2, 1)).value_and_grad([[1.0, 2.0]], [[1.0, 2.0]]),
            "targets of shape",
        ),
        (
            lambda: random_network((2, 3)).value_and_grad(np.ones((4, 2)), np.ones((3, 4))),
            r"shape \(3, 4\) for 4 × 3 outputs",
        ),
        (lambda: random_network((2, 1)).value_and_grad(np.ones((0, 2)), []), "at least one"),
    ],
)
def test_misuse_is_told(make, message):
    with pytest.raises(ValueError, match=message):
        make()
