"""What is minimised: a loss with its gradient and, where it is known, its Hessian."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core import autodiff
from core.expression import Apply, Constant, Expression, real_values
from core.primitives import FloatArray

ValueAndGrad = Callable[[FloatArray], tuple[float, FloatArray]]
"""A function of a point that returns the loss there and its gradient."""


class Evaluation(NamedTuple):
    """A point with its loss and gradient."""

    point: FloatArray
    loss: float
    gradient: FloatArray

    @property
    def is_finite(self) -> bool:
        """Whether the point, the loss and the gradient are all finite numbers."""
        return (
            math.isfinite(self.loss)
            and bool(np.isfinite(self.gradient).all())
            and bool(np.isfinite(self.point).all())
        )


@dataclass(frozen=True)
class Objective:
    """A loss as a function of one array, the parameters.

    Attributes
    ----------
    value_and_grad
        Returns the loss at a point and its gradient.
    hessian
        Returns the matrix of second derivatives at a point, or None if nobody knows it. Newton's method
        cannot do without; of the others it tells whether their learning rate is stable.
    is_quadratic
        Whether the Hessian is the same everywhere. Then stability is known before the first step.

    Examples
    --------
    >>> bowl = Objective(lambda p: (float(p @ p), 2 * p), lambda p: 2 * np.eye(2), is_quadratic=True)
    >>> bowl.evaluate(np.array([3.0, 4.0])).loss
    25.0
    """

    value_and_grad: ValueAndGrad
    hessian: Callable[[FloatArray], FloatArray] | None = None
    is_quadratic: bool = False

    def evaluate(self, point: FloatArray) -> Evaluation:
        """Compute loss and gradient at a point, in memory that the function cannot write to later."""
        loss, gradient = self.value_and_grad(point)
        return Evaluation(point, float(loss), np.array(gradient, dtype=np.float64))

    def curvature(self, point: FloatArray) -> float | None:
        """Largest eigenvalue of the Hessian; None without a Hessian, or where it is not finite."""
        if self.hessian is None or not point.size:
            return None
        with np.errstate(all="ignore"):
            matrix = self.hessian(point)
        return float(np.linalg.eigvalsh(matrix)[-1]) if np.isfinite(matrix).all() else None


def objective_of(
    objective: Expression | Objective | ValueAndGrad, start: Any, fixed: Mapping[str, float]
) -> tuple[Objective, FloatArray]:
    """Make one `Objective` and one first point of all that can be minimised.

    Raises
    ------
    ValueError
        If a name has no number, or what is given as the start is none.
    """
    if isinstance(objective, Expression):
        return _of_expression(objective, start, fixed)
    try:
        point = np.array(start, dtype=np.float64, ndmin=1)
    except (TypeError, ValueError):
        raise ValueError("the start of a function must be a list of numbers, as [1.0, 2.0]") from None
    return objective if isinstance(objective, Objective) else Objective(objective), point


def _of_expression(
    expression: Expression, start: Any, fixed: Mapping[str, float]
) -> tuple[Objective, FloatArray]:
    if not isinstance(start, Mapping):
        raise ValueError('the start of an expression gives each letter its number, as {"x": 1.0}')
    formula = expression.substitute(real_values(fixed, ()))
    missing = [name for name in formula.names if name not in start]
    if missing:
        raise ValueError(f"no start for {', '.join(missing)}: give a number for each letter that moves")
    names = list(formula.names) + [name for name in start if name not in formula.names and name not in fixed]
    numbers = real_values({name: start[name] for name in names}, names)
    if any(np.ndim(number) for number in numbers.values()):
        raise ValueError("the start must give one number for each letter")
    known = len(formula.names)

    def value_and_grad(point: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = autodiff.value_and_grad(formula, dict(zip(names, point, strict=True)))
        return float(np.mean(value)), np.array([gradient.get(name, 0.0) for name in names])

    def hessian(point: FloatArray) -> FloatArray:
        matrix = np.zeros((len(names), len(names)))
        matrix[:known, :known] = autodiff.hessian(formula, dict(zip(names, point, strict=True)))
        return matrix

    quadratic = formula.fold(_degree) <= 2.0
    return Objective(value_and_grad, hessian, quadratic), np.array([numbers[name] for name in names])


def _degree(node: Expression, degrees: tuple[float, ...]) -> float:
    """Degree of a node that is written as a polynomial; infinite for all others."""
    if not isinstance(node, Apply):
        return 0.0 if isinstance(node, Constant) else 1.0
    if not any(degrees):
        return 0.0
    match node.primitive.name:
        case "add" | "subtract" | "negative":
            return max(degrees)
        case "multiply":
            return sum(degrees)
        case "divide" if degrees[1] == 0.0:
            return degrees[0]
        case "power" if isinstance(node.operands[1], Constant):
            exponent = node.operands[1].value
            return degrees[0] * exponent if exponent >= 0.0 and exponent.is_integer() else math.inf
    return math.inf
