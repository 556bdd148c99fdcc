"""Optimisers against iterates computed by hand and against PyTorch's formulas written out again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core.autodiff import grad
from core.optimizers import OPTIMIZERS, FirstOrder, GradientDescent, Momentum, Nesterov, Optimizer, minimize
from core.parser import parse
from core.regression import LinearRegression

SUITED: dict[str, dict[str, float]] = {
    "gradient_descent": {"learning_rate": 0.01},
    "momentum": {"learning_rate": 0.01},
    "nesterov": {"learning_rate": 0.01},
    "adagrad": {"learning_rate": 1.0},
    "adadelta": {"learning_rate": 10.0, "rho": 0.99},
    "newton": {"learning_rate": 1.0},
    "damped_newton": {"learning_rate": 1.0},
    "lbfgs": {"learning_rate": 1.0},
}
"""Hyperparameters with which each optimiser arrives on a bowl; a rate of 0.1 for those not named."""

LIMITED = (GradientDescent, Momentum, Nesterov)
"""Those whose learning rate has a limit on every quadratic."""

BOWL = parse("x^2 + y^2")
VALLEY = parse("(1-x)^2 + 100 (y-x^2)^2")


def test_gradient_descent_by_hand() -> None:
    path = minimize(BOWL, {"x": 3.0, "y": 4.0}, GradientDescent(0.25), steps=3)
    assert path.points.tolist() == [[3.0, 4.0], [1.5, 2.0], [0.75, 1.0], [0.375, 0.5]]
    assert path.losses.tolist() == [25.0, 6.25, 1.5625, 0.390625]
    assert path.gradients.tolist() == [[6.0, 8.0], [3.0, 4.0], [1.5, 2.0], [0.75, 1.0]]
    assert (path.steps, path.stopped, path.internals) == (3, None, {})


def test_momentum_by_hand() -> None:
    path = minimize(parse("x^2"), {"x": 4.0}, Momentum(0.25, beta=0.5), steps=3)
    # v: 8; 0.5·8 + 4 = 8; 0.5·8 + 0 = 4
    assert path.points[:, 0].tolist() == [4.0, 2.0, 0.0, -1.0]
    assert path.internals["velocity"][:, 0].tolist() == [0.0, 8.0, 8.0, 4.0]


def torch_sgd(expression: Any, start: dict[str, float], rate: float, momentum: float, steps: int) -> Any:
    """The loop that PyTorch documents for torch.optim.SGD, with dampening 0."""
    names = list(start)
    theta = np.array(list(start.values()))
    buffer = None
    points = [theta]
    for _ in range(steps):
        slopes = grad(expression, dict(zip(names, theta, strict=True)))
        g = np.array([slopes[name] for name in names])
        if momentum != 0.0:
            buffer = g if buffer is None else momentum * buffer + g
            g = buffer
        theta = theta - rate * g
        points.append(theta)
    return np.array(points)


@pytest.mark.parametrize(
    ("optimizer", "momentum"),
    [
        (GradientDescent(1e-3), 0.0),
        (Momentum(1e-3), 0.9),
        (Momentum(5e-4, beta=0.5), 0.5),
        (Momentum(1e-3, 0.0), 0.0),
    ],
)
def test_formulas_are_those_of_pytorch(optimizer: Optimizer, momentum: float) -> None:
    start = {"x": -1.2, "y": 1.0}
    path = minimize(VALLEY, start, optimizer, steps=200)
    exact = torch_sgd(VALLEY, start, optimizer.learning_rate, momentum, 200)
    np.testing.assert_allclose(path.points, exact, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_descends_and_keeps_everything(name: str) -> None:
    kind = OPTIMIZERS[name]
    optimizer = kind(**SUITED.get(name, {"learning_rate": 0.1}))
    path = minimize(BOWL, {"x": 3.0, "y": 4.0}, optimizer, steps=600)
    assert path.stopped is None
    assert path.points.shape == path.gradients.shape == (601, 2)
    assert path.losses.shape == (601,)
    assert path.internals.keys() == kind.internals.keys()
    for key, first in optimizer.init(path.points[0]).items():
        assert path.internals[key].shape == (601, *first.shape)
    if issubclass(kind, FirstOrder):
        assert all(values.shape == (601, 2) for values in path.internals.values())
    else:
        assert path.losses[10] < 1e-20
    assert path.losses[-1] < 1e-6 * path.losses[0]
    for point, loss, slopes in zip(path.points, path.losses, path.gradients, strict=True):
        at = {"x": point[0], "y": point[1]}
        assert loss == BOWL.evaluate(at) and slopes.tolist() == list(grad(BOWL, at).values())
    assert kind.title and kind.latex


@pytest.mark.parametrize("kind", LIMITED)
@pytest.mark.parametrize("rate", [1.1, 10.0, 1e300])
def test_divergence_stops_and_names_a_smaller_rate_that_descends(kind: type[Optimizer], rate: float) -> None:
    quartic, start = parse("x^2 + y^4"), {"x": 3.0, "y": 4.0}
    path = minimize(quartic, start, kind(learning_rate=rate), steps=100_000)
    assert path.divergence is not None and path.divergence.safe_rate is not None
    assert path.stopped == f"Diverged at step {path.steps + 1}: {path.divergence.reason}"
    assert path.stopped.endswith(f"; try the learning rate {path.divergence.safe_rate:g}.")
    assert path.divergence.safe_rate < rate
    slower = minimize(quartic, start, kind(learning_rate=path.divergence.safe_rate), steps=1000)
    assert slower.stopped is None and slower.losses[-1] < 0.1 * slower.losses[0]


@pytest.mark.parametrize("kind", list(OPTIMIZERS.values()), ids=list(OPTIMIZERS))
@pytest.mark.parametrize("rate", [1.1, 10.0, 1e300])
def test_whatever_the_rate_all_that_is_kept_is_finite(kind: type[Optimizer], rate: float) -> None:
    path = minimize(parse("x^2 + y^4"), {"x": 3.0, "y": 4.0}, kind(learning_rate=rate), steps=500)
    for kept in (path.points, path.losses, path.gradients, *path.internals.values()):
        assert np.isfinite(kept).all()
        assert len(kept) == path.steps + 1
    assert path.steps == 500 or path.stopped is not None


def test_leaving_the_domain_stops() -> None:
    path = minimize(parse("sqrt(x)"), {"x": 0.01}, GradientDescent(1.0), steps=10)
    assert path.stopped == "Stopped at step 1: the loss is not defined there."
    assert path.points.tolist() == [[0.01]]


def test_missing_gradient_stops() -> None:
    path = minimize(parse("x + floor(x)"), {"x": 2.5}, GradientDescent(0.5), steps=10)
    assert path.stopped == "Stopped at step 1: the gradient is not defined there."


@pytest.mark.parametrize(
    ("text", "start", "message"),
    [
        ("log(x)", {"x": -1.0}, r"no finite value and gradient at the start \(−1\)"),
        ("1/x", {"x": 0.0}, r"at the start \(0\)"),
        ("sqrt(x)", {"x": 0.0}, "choose another"),
        ("floor(x)", {"x": 1.0}, "choose another"),
        ("x", {"x": math.inf}, "at the start"),
        ("x", {"x": math.nan}, "at the start"),
        ("x y", {"x": 1.0}, "no start for y: give a number for each letter that moves"),
    ],
)
def test_bad_start_is_told(text: str, start: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        minimize(parse(text), start, GradientDescent(), steps=1)


def test_some_letters_may_stay() -> None:
    path = minimize(
        parse("(w x - y)^2"), {"w": 0.0}, GradientDescent(0.1), steps=1, fixed={"x": 1.0, "y": 2.0}
    )
    assert path.points.tolist() == [[0.0], [0.4]]


def test_a_letter_that_does_not_occur_stays() -> None:
    path = minimize(parse("x^2"), {"x": 1.0, "t": 5.0}, GradientDescent(0.25), steps=1)
    assert path.points.tolist() == [[1.0, 5.0], [0.5, 5.0]]


def test_no_steps() -> None:
    assert minimize(BOWL, {"x": 3.0, "y": 4.0}, GradientDescent(), steps=0).points.tolist() == [[3.0, 4.0]]


def test_a_function_of_a_point() -> None:
    fit = LinearRegression([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])
    path = minimize(fit.value_and_grad, [0.5, 1.0], GradientDescent(0.05), steps=2000)
    assert (
        minimize(fit.objective, [0.5, 1.0], GradientDescent(0.05), 2000).points.tolist()
        == path.points.tolist()
    )
    assert path.losses[0] == pytest.approx(2.75)
    np.testing.assert_allclose(path.points[-1], [0.6, 2.2], atol=1e-9)


def test_a_function_that_reuses_its_memory() -> None:
    gradient = np.empty(1)

    def square(point: Any) -> Any:
        np.multiply(2.0, point, out=gradient)
        return point[0] ** 2, gradient

    start = np.array([4.0])
    path = minimize(square, start, GradientDescent(0.25), steps=2)
    start[0] = 9.0
    assert path.points.tolist() == [[4.0], [2.0], [1.0]]
    assert path.gradients.tolist() == [[8.0], [4.0], [2.0]]


def test_a_function_may_give_a_list() -> None:
    path = minimize(lambda point: (point[0] ** 2, [2.0 * point[0]]), 4.0, GradientDescent(0.25), steps=1)
    assert path.points.tolist() == [[4.0], [2.0]]


def test_a_gradient_of_another_shape_is_told() -> None:
    with pytest.raises(ValueError, match=r"the gradient has shape \(1,\), the point \(2,\)"):
        minimize(lambda point: (1.0, [1.0]), [1.0, 2.0], GradientDescent(), steps=1)


@pytest.mark.parametrize(("factor", "diverges"), [(0.99, False), (1.01, True)])
def test_the_learning_rate_limit_divides_convergence_from_divergence(factor: float, diverges: bool) -> None:
    fit = LinearRegression([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])
    rate = factor * fit.learning_rate_limit
    path = minimize(fit.value_and_grad, [0.5, 1.0], GradientDescent(rate), steps=3000)
    assert bool(path.losses[-1] > path.losses[0]) is diverges
