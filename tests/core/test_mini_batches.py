"""Mini-batches: every point once an epoch, the same again from the same seed, and the right gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.line_fit import LineFit
from core.mini_batches import MiniBatches
from core.model_fit import ModelFit
from core.optimizers import OPTIMIZERS, Adam, ExponentialDecay, FirstOrder, GradientDescent, race
from core.regression import LinearRegression

RANDOM = np.random.default_rng(8)
X = RANDOM.uniform(0.0, 2.0, 103)
Y = 2.0 * X - 1.0 + RANDOM.normal(0.0, 0.3, 103)
FITS: dict[str, Any] = {
    "line": LinearRegression(X, Y),
    "huber": LineFit(X, Y, "huber"),
    "mae": LineFit(X, Y, "mae"),
    "model": ModelFit("w x + b", X, Y),
}
PULLS: dict[str, Any] = {
    "line": lambda r: 2.0 * r,
    "huber": lambda r: np.clip(r, -1.0, 1.0),
    "mae": np.sign,
    "model": lambda r: 2.0 * r,
}
"""What each loss makes of its residuals, written out again."""


@pytest.mark.parametrize("size", [1, 10, 25, 102, 103])
def test_every_epoch_takes_each_point_once(size: int) -> None:
    batches = MiniBatches(FITS["line"], size, seed=4)
    steps = batches.steps_per_epoch
    assert steps == int(np.ceil(103 / size))
    drawn = [batches.indices(step) for step in range(3 * steps)]
    epochs = [np.concatenate(drawn[start : start + steps]) for start in (0, steps, 2 * steps)]
    for epoch in epochs:
        assert sorted(epoch) == list(range(103))
    assert all(len(batch) == size for batch in drawn[: steps - 1])
    assert not np.array_equal(epochs[0], epochs[1]) and not np.array_equal(epochs[1], epochs[2])


@pytest.mark.parametrize("name", FITS)
def test_steps_follow_the_gradient_of_their_batch(name: str) -> None:
    batches = MiniBatches(FITS[name], 7, seed=2)
    rate = 0.05
    path = batches.minimize([0.3, 0.1], GradientDescent(rate), steps=40)
    w, b = 0.3, 0.1
    for step, batch in enumerate(map(batches.indices, range(41))):
        pulls = PULLS[name](w * X[batch] + b - Y[batch])
        slopes = np.array([np.mean(pulls * X[batch]), np.mean(pulls)])
        np.testing.assert_allclose(path.points[step], [w, b], rtol=1e-11)
        np.testing.assert_allclose(path.gradients[step], slopes, rtol=1e-9, atol=1e-13)
        w, b = w - rate * slopes[0], b - rate * slopes[1]


@pytest.mark.parametrize("name", FITS)
def test_losses_are_those_of_all_points(name: str) -> None:
    path = MiniBatches(FITS[name], 5, seed=1).minimize([0.0, 0.0], Adam(0.05), steps=30)
    for point, loss in zip(path.points, path.losses, strict=True):
        r = point[0] * X + point[1] - Y
        values = {"mae": np.abs(r), "huber": np.where(np.abs(r) <= 1.0, 0.5 * r * r, np.abs(r) - 0.5)}
        assert loss == pytest.approx(values.get(name, r * r).mean(), rel=1e-12)


@pytest.mark.parametrize("name", FITS)
def test_the_same_seed_gives_the_same_path(name: str) -> None:
    batches = MiniBatches(FITS[name], 9, seed=5)
    first, second = (batches.minimize([0.0, 0.0], Adam(0.05), 50) for _ in range(2))
    assert np.array_equal(first.points, second.points) and np.array_equal(first.gradients, second.gradients)
    other = MiniBatches(FITS[name], 9, seed=6).minimize([0.0, 0.0], Adam(0.05), 50)
    assert not np.array_equal(first.points, other.points)


@pytest.mark.parametrize("name", FITS)
def test_runners_of_a_race_meet_the_same_batches(name: str) -> None:
    batches = MiniBatches(FITS[name], 9, seed=5)
    runners = {"slow": GradientDescent(0.02), "adam": Adam(0.05), "again": GradientDescent(0.02)}
    paths = race(batches.objective, [0.0, 0.0], runners, 30)
    assert np.array_equal(paths["slow"].points, paths["again"].points)
    for runner, path in paths.items():
        assert np.array_equal(path.points, batches.minimize([0.0, 0.0], runners[runner], 30).points)
        assert np.array_equal(path.gradients[0], paths["adam"].gradients[0])


@pytest.mark.parametrize("name", FITS)
def test_a_batch_of_all_points_is_full_descent(name: str) -> None:
    w, b = 1.4, -0.3
    fit = FITS[name]
    pulls = PULLS[name](w * X + b - Y)
    batch = MiniBatches(fit, 103).indices(0)
    np.testing.assert_allclose(
        fit.batch_gradient(np.array([w, b]), batch), [np.mean(pulls * X), np.mean(pulls)], rtol=1e-11
    )


@pytest.mark.parametrize("name", FITS)
def test_a_decaying_rate_arrives(name: str) -> None:
    batches = MiniBatches(FITS[name], 16, seed=3)
    decaying = GradientDescent(0.2, schedule=ExponentialDecay(0.995))
    path = batches.minimize([0.0, 0.0], decaying, steps=200 * batches.steps_per_epoch)
    best = FITS[name].solution
    if name == "model":
        best = FITS["line"].solution
    assert path.points[-1] == pytest.approx(best, abs=0.02)
    assert path.stopped is None and path.divergence is None


@pytest.mark.parametrize("kind", list(OPTIMIZERS.values()), ids=list(OPTIMIZERS))
def test_second_order_is_refused_and_first_order_descends(kind: Any) -> None:
    batches = MiniBatches(FITS["line"], 10)
    if issubclass(kind, FirstOrder):
        assert batches.minimize([0.0, 0.0], kind(), steps=20).steps == 20
    else:
        with pytest.raises(ValueError, match=f"{kind.title} compares .* first order, such as Adam"):
            batches.minimize([0.0, 0.0], kind(), steps=20)


@pytest.mark.parametrize("name", ["line", "model"])
def test_divergence_above_the_limit_is_told_and_noise_is_not(name: str) -> None:
    limit = FITS["line"].learning_rate_limit
    batches = MiniBatches(FITS[name], 4, seed=0)
    why = batches.minimize([0.0, 0.0], GradientDescent(1.01 * limit), steps=3).divergence
    assert why is not None and why.limit == pytest.approx(limit) and why.step == 0
    blown = batches.minimize([0.0, 0.0], GradientDescent(50.0 * limit), steps=10_000)
    assert blown.stopped is not None and blown.stopped.startswith("Diverged at step")
    for seed in range(60):
        trembling = MiniBatches(FITS["huber"], 2, seed).minimize([2.0, -1.0], GradientDescent(0.5), steps=9)
        assert trembling.divergence is None and trembling.stopped is None


def test_ill_conditioned_batches() -> None:
    x = 1e6 + np.linspace(0.0, 1.0, 64)
    y = 2.0 * (x - 1e6) + 1.0
    fit = LinearRegression(x, y)
    w, b = 2.25, 1.5 - 2.25e6
    batch = np.array([3, 40, 17])
    r = 0.25 * (x[batch] - 1e6) + 0.5
    slopes = fit.batch_gradient(np.array([w, b]), batch)
    np.testing.assert_allclose(slopes, [2.0 * np.mean(r * x[batch]), 2.0 * np.mean(r)], rtol=1e-12)


@pytest.mark.parametrize("size", [0, -1, 104, 2.0, True, "8"])
def test_sizes_out_of_range_are_refused(size: Any) -> None:
    with pytest.raises(ValueError, match="size must be a whole number from 1 to 103"):
        MiniBatches(FITS["line"], size)


@pytest.mark.parametrize("seed", [-1, 1.5, None, True])
def test_seeds_that_are_none_are_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match="seed must be a whole number"):
        MiniBatches(FITS["line"], 10, seed)
