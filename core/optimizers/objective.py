"""What is minimised: a loss with its gradient and, where it is known, its Hessian."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from core import autodiff
from core.expression import Apply, Constant, Expression, real_values
from core.primitives import FloatArray

ValueAndGrad = Callable[[FloatArray], tuple[float, FloatArray]]
"""A function of a point that returns the loss there and its gradient."""

FEW = 8
"""So many numbers are handled faster by Python than by NumPy."""


class Evaluation(NamedTuple):
    """A point with its loss and gradient.

    Examples
    --------
    >>> from core.optimizers import Objective
    >>> here = Objective(lambda point: (point @ point, 2 * point)).evaluate(np.array([3.0, 4.0]))
    >>> here.loss, here.gradient.tolist(), here.is_finite
    (25.0, [6.0, 8.0], True)
    """

    point: FloatArray
    loss: float
    gradient: FloatArray

    @property
    def is_finite(self) -> bool:
        """Whether the point, the loss and the gradient are all finite numbers."""
        return math.isfinite(self.loss) and all_finite(self.gradient) and all_finite(self.point)


def all_finite(array: FloatArray) -> bool:
    """Tell whether all is finite; a few numbers are looked at one by one, which is faster.

    Examples
    --------
    >>> all_finite(np.array([1.0, 2.0])), all_finite(np.array([[1.0], [np.nan]]))
    (True, False)
    """
    if array.size <= FEW:
        return all(map(math.isfinite, array.ravel().tolist()))
    return bool(np.isfinite(array).all())


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
    draw
        What a step sees of a loss that is estimated, such as by a mini-batch or with noise: given the number
        of a step, from 1 (0 for the start), it returns the `value_and_grad` of that step. The same number
        gives the same function, so every run can be repeated. None if every step sees `value_and_grad`.
    noise
        What `draw` adds to the exact gradient at a step, given the shape of the point, if that is all it
        does. Then long descents on a formula are compiled too.
    expression, names
        The formula that `value_and_grad` computes, if it is one, and its letters in the order of the
        point's coordinates. Then long descents are compiled, and a start may be given by letters.

    Examples
    --------
    >>> bowl = Objective(lambda p: (float(p @ p), 2 * p), lambda p: 2 * np.eye(2), is_quadratic=True)
    >>> bowl.evaluate(np.array([3.0, 4.0])).loss
    25.0
    """

    value_and_grad: ValueAndGrad
    hessian: Callable[[FloatArray], FloatArray] | None = None
    is_quadratic: bool = False
    draw: Callable[[int], ValueAndGrad] | None = None
    noise: Callable[[int, tuple[int, ...]], FloatArray] | None = None
    expression: Expression | None = None
    names: tuple[str, ...] = ()

    def at_step(self, step: int) -> Objective:
        """Return what a step sees of the objective."""
        return self if self.draw is None else replace(self, value_and_grad=self.draw(step))

    def evaluate(self, point: FloatArray) -> Evaluation:
        """Compute loss and gradient at a point, in memory that the function cannot write to later.

        Raises
        ------
        ValueError
            If the function returns something else than one real number and one for each coordinate.
        """
        result = self.value_and_grad(point)
        try:
            loss, gradient = result
            slopes = np.array(gradient)
        except (TypeError, ValueError):
            raise ValueError(f"{WANTED}, not {result!r}") from None
        if type(loss) is not float:
            loss = _real_number(loss)
        if slopes.dtype.kind not in "fiu":
            raise ValueError(f"{WANTED}; its gradient was {gradient!r}")
        if slopes.shape != point.shape:
            raise ValueError(
                f"the gradient has shape {slopes.shape}, the point {point.shape}: give one derivative for "
                "each coordinate"
            )
        return Evaluation(point, loss, slopes.astype(np.float64, copy=False))

    def curvature(self, point: FloatArray) -> float | None:
        """Largest eigenvalue of the Hessian; None without a Hessian, or where it is not finite."""
        if self.hessian is None or not point.size:
            return None
        with np.errstate(all="ignore"):
            matrix = self.hessian(point)
        return float(np.linalg.eigvalsh(matrix)[-1]) if np.isfinite(matrix).all() else None


WANTED = "the objective must return its loss, a real number, and its gradient, a list of them"


def _real_number(loss: Any) -> float:
    number = np.asarray(loss)
    if number.shape != () or number.dtype.kind not in "fiu":
        raise ValueError(f"{WANTED}; its loss was {loss!r}")
    return float(number)


def objective_of(
    objective: Expression | Objective | ValueAndGrad, start: Any, fixed: Mapping[str, float] | None = None
) -> tuple[Objective, FloatArray]:
    """Make one `Objective` and one first point of all that can be minimised.

    Raises
    ------
    TypeError
        If it is nothing that can be minimised.
    ValueError
        If a letter has no number or two, is fixed but does not occur, or what is given as the start is none.
    """
    if isinstance(objective, Expression):
        formula = with_fixed(objective, fixed, start)
        rest = [name for name in _by_letters(start) if name not in formula.names]
        whole = of_formula(formula, (*formula.names, *rest))
        return whole, _point(whole.names, start)
    if fixed:
        raise ValueError("fixed letters belong to an expression; a function has none")
    if not isinstance(objective, Objective):
        if not callable(objective):
            raise TypeError(
                f"{objective!r} cannot be minimised: give an expression (parse makes one of text), an "
                "Objective, or a function of a point that returns loss and gradient"
            )
        objective = Objective(objective)
    if objective.expression is not None and isinstance(start, Mapping):
        unknown = [str(name) for name in start if name not in objective.names]
        if unknown:
            raise ValueError(f"{', '.join(unknown)} does not occur: it has {', '.join(objective.names)}")
        return objective, _point(objective.names, start)
    return objective, _listed(start)


def of_formula(formula: Expression, names: Sequence[str]) -> Objective:
    """Make an objective of a formula and its letters, in order; there may be letters that do not occur."""
    places = [names.index(name) for name in formula.names]
    whole = places == list(range(len(names)))

    def value_and_grad(point: FloatArray) -> tuple[float, FloatArray]:
        numbers = point.tolist()
        program = formula.gradient_program
        chosen = numbers if whole else [numbers[place] for place in places]
        results = None if program is None else program.at(*chosen)
        if results is None:
            value, slopes = autodiff.value_and_grad(formula, dict(zip(formula.names, chosen, strict=True)))
            results = value, *(slopes[name] for name in formula.names)
        if whole:
            return results[0], np.array(results[1:])
        gradient = np.zeros(len(names))
        gradient[places] = results[1:]
        return results[0], gradient

    def hessian(point: FloatArray) -> FloatArray:
        numbers = point.tolist()
        known = autodiff.hessian(
            formula, {name: numbers[place] for name, place in zip(formula.names, places, strict=True)}
        )
        if whole:
            return known
        matrix = np.zeros((len(names), len(names)))
        matrix[np.ix_(places, places)] = known
        return matrix

    quadratic = formula.fold(_degree) <= 2.0
    return Objective(value_and_grad, hessian, quadratic, expression=formula, names=tuple(names))


def with_fixed(expression: Expression, fixed: Mapping[str, float] | None, moving: Any) -> Expression:
    """Put the numbers of the letters that stay into a formula; none of them may be among those that move."""
    if not fixed:
        return expression
    if not isinstance(fixed, Mapping):
        raise ValueError('fixed gives each letter that stays its number, as {"a": 1.0}')
    for name in fixed:
        if name not in expression.names:
            raise ValueError(
                f"the fixed letter {name} does not occur: it has {', '.join(expression.names) or 'none'}"
            )
        if name in moving:
            raise ValueError(f"{name} is fixed and has a start: a letter either stays or moves")
    numbers = real_values(fixed, ())
    if any(np.ndim(number) for number in numbers.values()):
        raise ValueError("fixed must give one number for each letter")
    return expression.substitute(numbers)


def _by_letters(start: Any) -> Mapping[str, Any]:
    if not isinstance(start, Mapping):
        raise ValueError('the start of an expression gives each letter its number, as {"x": 1.0}')
    return start


def _point(names: Sequence[str], start: Mapping[str, Any]) -> FloatArray:
    missing = [name for name in names if name not in start]
    if missing:
        raise ValueError(f"no start for {', '.join(missing)}: give a number for each letter that moves")
    numbers = real_values({name: start[name] for name in names}, names)
    if any(np.ndim(number) for number in numbers.values()):
        raise ValueError("the start must give one number for each letter")
    return np.array([numbers[name] for name in names])


def _listed(start: Any) -> FloatArray:
    try:
        point = np.array(start, ndmin=1)
    except (TypeError, ValueError):
        point = np.array("ragged", ndmin=1)
    if point.dtype.kind not in "fiu" or point.ndim > 1:
        raise ValueError(f"the start of a function must be a list of numbers, as [1.0, 2.0], not {start!r}")
    return point.astype(np.float64, copy=False)


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
