"""First-order optimisers, and descent with every internal kept.

Each optimiser is one class: its hyperparameters are fields, `init` makes its memory for a start, and
`update` says where the next point is. Formulas and defaults are those that PyTorch documents.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.autodiff import value_and_grad
from core.expression import Expression
from core.primitives import FloatArray

Memory = dict[str, FloatArray]
"""What an optimiser remembers between steps, such as the velocity; one array a name."""

Objective = Callable[[FloatArray], tuple[float, FloatArray]]
"""A function of a point that returns the loss there and its gradient."""


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule that makes the next point from a gradient.

    Attributes
    ----------
    learning_rate
        Factor η of the step.
    title
        Its name as people know it.
    latex
        The update formula.
    """

    learning_rate: float = 0.01
    title: ClassVar[str]
    latex: ClassVar[str]

    def init(self, point: FloatArray) -> Memory:
        """Memory before the first step."""
        return {}

    @abstractmethod
    def update(self, point: FloatArray, gradient: FloatArray, memory: Memory) -> tuple[FloatArray, Memory]:
        """Return the next point and the memory after this step."""


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    r"""Steepest descent: :math:`\theta \leftarrow \theta - \eta \nabla L`."""

    title: ClassVar[str] = "Gradient descent"
    latex: ClassVar[str] = r"\theta \leftarrow \theta - \eta \, {\nabla} L"

    def update(self, point: FloatArray, gradient: FloatArray, memory: Memory) -> tuple[FloatArray, Memory]:
        """Step against the gradient."""
        return point - self.learning_rate * gradient, memory


@dataclass(frozen=True)
class Momentum(Optimizer):
    r"""Heavy ball: :math:`v \leftarrow \beta v + \nabla L,\ \theta \leftarrow \theta - \eta v`.

    Notes
    -----
    Polyak (1964), written as in ``torch.optim.SGD(momentum=β, dampening=0)``: the learning rate stands
    outside the velocity, and the first velocity is the first gradient.

    Attributes
    ----------
    beta
        Share of the velocity that is kept at each step.
    """

    beta: float = 0.9
    title: ClassVar[str] = "Momentum"
    latex: ClassVar[str] = r"v \leftarrow \beta v + {\nabla} L, \quad \theta \leftarrow \theta - \eta \, v"

    def init(self, point: FloatArray) -> Memory:
        """Start at rest."""
        return {"velocity": np.zeros_like(point)}

    def update(self, point: FloatArray, gradient: FloatArray, memory: Memory) -> tuple[FloatArray, Memory]:
        """Add the gradient to the velocity and step against it."""
        velocity = self.beta * memory["velocity"] + gradient
        return point - self.learning_rate * velocity, {"velocity": velocity}


OPTIMIZERS: dict[str, type[Optimizer]] = {"gradient_descent": GradientDescent, "momentum": Momentum}
"""Every optimiser by the name that states and files use."""


@dataclass(frozen=True)
class Trajectory:
    """The way of one descent, with every internal kept.

    Attributes
    ----------
    points
        Shape ``(steps + 1, k)``: the start and the point after each step.
    losses
        Shape ``(steps + 1,)``: the loss at each point.
    gradients
        Shape ``(steps + 1, k)``: the gradient at each point.
    internals
        For each name in the optimiser's memory, its value before the first and after each step.
    stopped
        Why it ended early, in one sentence, or None. All that is kept is finite.
    """

    points: FloatArray
    losses: FloatArray
    gradients: FloatArray
    internals: dict[str, FloatArray]
    stopped: str | None = None

    @property
    def steps(self) -> int:
        """Number of steps that were taken."""
        return len(self.points) - 1


def minimize(
    objective: Expression | Objective,
    start: Mapping[str, float] | Any,
    optimizer: Optimizer,
    steps: int,
    *,
    fixed: Mapping[str, float] | None = None,
) -> Trajectory:
    """Descend from a start.

    Parameters
    ----------
    objective
        An expression, or a function of a point that returns loss and gradient.
    start
        For an expression a number for each name that moves; for a function the first point.
    optimizer
        One of `OPTIMIZERS`, with its hyperparameters.
    steps
        How many steps to take; fewer are taken if the numbers overflow or leave the domain.
    fixed
        Numbers for the names of an expression that stay as they are.

    Raises
    ------
    ValueError
        If a name has no number, or the loss or gradient is not finite at the start.

    Examples
    --------
    >>> from core.parser import parse
    >>> path = minimize(parse("x^2 + y^2"), {"x": 3.0, "y": 4.0}, GradientDescent(0.1), steps=2)
    >>> path.points[-1].round(2).tolist()
    [1.92, 2.56]
    """
    if isinstance(objective, Expression):
        function, point = _objective_of(objective, start, fixed or {})
    else:
        function, point = _checked(objective), np.atleast_1d(np.array(start, dtype=np.float64))
    loss, gradient = function(point)
    if not _is_finite(loss, gradient, point):
        raise ValueError(
            f"the loss has no finite value and gradient at the start {_shown(point)}; choose another"
        )
    points, losses, gradients = [point], [loss], [gradient]
    memory = optimizer.init(point)
    memories = [memory]
    stopped = None
    for step in range(1, steps + 1):
        with np.errstate(all="ignore"):
            point, memory = optimizer.update(point, gradient, memory)
            loss, gradient = function(point)
        if not _is_finite(loss, gradient, point):
            stopped = _why_stopped(step, losses, loss, point)
            break
        points.append(point)
        losses.append(loss)
        gradients.append(gradient)
        memories.append(memory)
    internals = {name: np.array([kept[name] for kept in memories]) for name in memories[0]}
    return Trajectory(np.array(points), np.array(losses), np.array(gradients), internals, stopped)


def _checked(objective: Objective) -> Objective:
    """Make the gradient an array of its own, of the shape of the point."""

    def function(point: FloatArray) -> tuple[float, FloatArray]:
        loss, gradient = objective(point)
        array = np.array(gradient, dtype=np.float64)
        if array.shape != point.shape:
            raise ValueError(
                f"the gradient has the shape {array.shape}, the point {point.shape}: give one number for each"
            )
        return float(loss), array

    return function


def _objective_of(
    expression: Expression, start: Mapping[str, float], fixed: Mapping[str, float]
) -> tuple[Objective, FloatArray]:
    names = [name for name in expression.names if name not in fixed]
    missing = [name for name in names if name not in start]
    if missing:
        raise ValueError(f"no start for {', '.join(missing)}: give a number for each letter that moves")
    names += [name for name in start if name not in names and name not in fixed]

    def function(point: FloatArray) -> tuple[float, FloatArray]:
        moving = dict(zip(names, point, strict=True))
        value, gradient = value_and_grad(expression, {**fixed, **moving})
        return value, np.array([gradient.get(name, 0.0) for name in names])

    return function, np.array([float(start[name]) for name in names])


def _is_finite(loss: float, gradient: FloatArray, point: FloatArray) -> bool:
    return math.isfinite(loss) and bool(np.isfinite(gradient).all() and np.isfinite(point).all())


def _why_stopped(step: int, losses: list[float], loss: float, point: FloatArray) -> str:
    if math.isinf(loss) or not np.isfinite(point).all() or (len(losses) > 1 and losses[-1] > losses[0]):
        return f"Diverged: at step {step} the numbers overflow. Try a smaller learning rate."
    if math.isnan(loss):
        return f"Stopped at step {step}: the loss is not defined there."
    return f"Stopped at step {step}: the gradient is not defined there."


def _shown(point: FloatArray) -> str:
    return "(" + ", ".join(f"{coordinate:g}" for coordinate in point) + ")"
