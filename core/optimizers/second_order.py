"""Optimisers that know the curvature, or measure it on their way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from core.optimizers.base import Memory, NoStep, Optimizer, learning_rate_field
from core.optimizers.hyperparameters import hyperparameter
from core.optimizers.line_search import backtrack, search_wolfe
from core.optimizers.objective import Evaluation, Objective
from core.optimizers.substeps import GRADIENT, SubStep, new_point
from core.primitives import FloatArray


def armijo_field() -> Any:
    """Declare the share of the promised fall that a line search asks for."""
    return hyperparameter(
        1e-4, "Armijo constant", "c_1", "share of the promised fall that is enough", below=1.0
    )


@dataclass(frozen=True)
class _Counted(Optimizer):
    """An optimiser that tells in its memory what each step cost.

    That are the evaluations of the gradient, trials of a line search among them; a Hessian is worth one for
    each coordinate.
    """

    def evaluations(self, internals: Mapping[str, FloatArray], steps: int) -> FloatArray:
        """Add up those of each step."""
        return np.cumsum(internals["evaluations"][: steps + 1])


@dataclass(frozen=True)
class Newton(_Counted):
    r"""To where the slope of the quadratic that fits the loss here is zero.

    .. math:: \theta \leftarrow \theta - \eta H^{-1} g

    On a quadratic the first step arrives. Near a minimum the number of right digits doubles with every
    step. Far from it nothing is promised: it goes to a maximum or a saddle as readily as to a minimum.

    Notes
    -----
    Nocedal and Wright, *Numerical Optimization* (2006), section 2.2. H⁻¹g is taken in the eigenvectors of H.
    Along those of eigenvalue 0 it stays put if the gradient is 0 there too; otherwise there is no step.

    Examples
    --------
    The minimum of x³/3 − 2x is √2 = 1.41421356…: one, three, six digits are right after so many steps:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> minimize(parse("x^3/3 - 2x"), {"x": 1.0}, Newton(), steps=4).points[:, 0].round(9).tolist()
    [1.0, 1.5, 1.416666667, 1.414215686, 1.414213562]
    """

    learning_rate: float = learning_rate_field(1.0)
    title: ClassVar[str] = "Newton"
    is_autonomous: ClassVar[bool] = True
    latex: ClassVar[str] = r"\theta \leftarrow \theta - \eta \, {H}^{-1} {\nabla} L"
    internals: ClassVar[Mapping[str, str]] = {
        "direction": "p",
        "eigenvalues": r"\lambda",
        "evaluations": "n",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        SubStep("curvatures", r"\lambda(H), \; H = {\nabla}^2 f(\theta)", "eigenvalues"),
        SubStep("direction", r"p = -H^{-1} g", "direction"),
        new_point(r"\theta \leftarrow \theta + \eta\, p", "{point} + {rate} · {direction}"),
    )

    def init(self, point: FloatArray) -> Memory:
        """Zeros; the count is one number for all coordinates."""
        return super().init(point) | {"evaluations": np.zeros(())}

    def advance(
        self, objective: Objective, here: Evaluation, memory: Memory, step: int
    ) -> tuple[Evaluation, Memory]:
        """Solve for the step in the eigenvectors of the Hessian."""
        values, vectors = spectrum(objective, here.point)
        along = vectors.T @ here.gradient
        largest = float(np.abs(values).max(initial=0.0))
        flat = np.abs(values) <= len(values) * np.finfo(np.float64).eps * largest
        if np.abs(along[flat]).max(initial=0.0) > 1e-12 * np.abs(along).max(initial=0.0):
            raise NoStep("the Hessian is singular there, so Newton's step does not exist. Try damped Newton.")
        direction = -(vectors @ np.where(flat, 0.0, along / np.where(flat, 1.0, values)))
        there = objective.evaluate(here.point + self.rate(step) * direction)
        return there, {
            "direction": direction,
            "eigenvalues": values,
            "evaluations": np.array(1.0 + len(values)),
        }


@dataclass(frozen=True)
class DampedNewton(_Counted):
    r"""Newton's step made safe: always downhill, and shortened until the loss falls.

    .. math:: p = -|H|^{-1} g, \quad \theta \leftarrow \theta + \alpha p, \quad
              L(\theta + \alpha p) \le L(\theta) + c_1 \alpha\, g^T p

    |H| has the eigenvectors of H and the absolute values of its eigenvalues (tiny ones are raised), so that
    p goes down also where the loss curves down, and saddles repel. α starts at η and is multiplied by the
    backtracking factor until Armijo's condition holds.

    Attributes
    ----------
    backtracking
        Factor of the step from one trial to the next.
    armijo
        Share c₁ of the promised fall that is enough.

    Notes
    -----
    Nocedal and Wright, *Numerical Optimization* (2006), algorithm 3.1 and section 3.4; Dauphin and others,
    *Identifying and attacking the saddle point problem* (2014), for the absolute values.

    Examples
    --------
    From beside a saddle Newton's step goes to the saddle, the damped one to a minimum:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> for optimizer in (Newton(), DampedNewton()):
    ...     path = minimize(parse("x^2 - 2y^2 + y^4"), {"x": 1.0, "y": 0.1}, optimizer, steps=20)
    ...     print(optimizer.title, abs(path.points[-1]).round(6).tolist())
    Newton [0.0, 0.0]
    Damped Newton [0.0, 1.0]
    """

    learning_rate: float = learning_rate_field(1.0)
    backtracking: float = hyperparameter(
        0.5,
        "backtracking factor",
        r"\tau",
        "factor of the step from one trial to the next",
        minimum=0.01,
        below=1.0,
    )
    armijo: float = armijo_field()
    title: ClassVar[str] = "Damped Newton"
    is_autonomous: ClassVar[bool] = True
    latex: ClassVar[str] = (
        r"p = -{\left|H\right|}^{-1} {\nabla} L, \quad \theta \leftarrow \theta + \alpha \, p, \quad "
        r"\alpha \leftarrow \tau \, \alpha \; \text{until} \; "
        r"L(\theta + \alpha p) \le L(\theta) + c_1 \alpha \, {p}^{T} {\nabla} L"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "direction": "p",
        "eigenvalues": r"\lambda",
        "step_length": r"\alpha",
        "evaluations": "n",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        SubStep("curvatures", r"\lambda(H), \; H = {\nabla}^2 f(\theta)", "eigenvalues"),
        SubStep("direction", r"p = -|H|^{-1} g", "direction"),
        SubStep("step length", r"\alpha \; \text{by backtracking from} \; \eta", "step_length"),
        new_point(r"\theta \leftarrow \theta + \alpha\, p", "{point} + {step_length} · {direction}"),
    )

    def init(self, point: FloatArray) -> Memory:
        """Zeros; the step length and the count are one number for all coordinates."""
        return super().init(point) | {"step_length": np.zeros(()), "evaluations": np.zeros(())}

    def advance(
        self, objective: Objective, here: Evaluation, memory: Memory, step: int
    ) -> tuple[Evaluation, Memory]:
        """Turn the Hessian positive, solve, and backtrack."""
        values, vectors = spectrum(objective, here.point)
        sizes = np.abs(values)
        largest = float(sizes.max(initial=0.0))
        curvatures = np.maximum(sizes, 1e-8 * largest) if largest > 0.0 else np.ones_like(sizes)
        direction = -(vectors @ ((vectors.T @ here.gradient) / curvatures))
        counted, count = counting(objective)
        there, length = backtrack(
            counted, here, direction, self.rate(step), shrink=self.backtracking, share=self.armijo
        )
        return there, {
            "direction": direction,
            "eigenvalues": values,
            "step_length": np.array(length),
            "evaluations": np.array(float(count() + len(values))),
        }


@dataclass(frozen=True)
class LBFGS(_Counted):
    r"""Newton's method with a curvature that is learned from the last few steps.

    .. math:: p = -B g, \quad \theta \leftarrow \theta + \alpha p, \quad
              s = \theta_{t+1} - \theta_t, \quad y = g_{t+1} - g_t

    B stands for the inverse Hessian. It is never written down: the two-loop recursion applies it by going
    once backwards and once forwards through the newest pairs (s, y), and starts between the loops from
    :math:`\gamma = s^T y / y^T y` of the newest pair. The step length α meets Wolfe's conditions.

    Attributes
    ----------
    history
        Number of pairs that are remembered.
    armijo
        Share c₁ of the promised fall that is enough.
    wolfe
        Share c₂ of the slope at the start that the slope at the end may have.

    Notes
    -----
    Liu and Nocedal, *On the limited memory BFGS method for large scale optimization* (1989); Nocedal and
    Wright, *Numerical Optimization* (2006), algorithm 7.4. The first step is at most 1 long in sum, as in
    ``torch.optim.LBFGS``; that line search is another one, so the iterates are not the same.

    Examples
    --------
    A valley a thousand times steeper across than along, in which gradient descent takes thousands of steps:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x^2 + 1000y^2"), {"x": 5.0, "y": 1.0}, LBFGS(), 100, tolerance=1e-6)
    >>> path.converged, path.steps < 20
    (True, True)
    """

    learning_rate: float = learning_rate_field(1.0)
    history: int = hyperparameter(10, "history", "m", "number of pairs that are remembered", minimum=1)
    armijo: float = armijo_field()
    wolfe: float = hyperparameter(
        0.9, "Wolfe constant", "c_2", "share of the first slope that the last slope may have", below=1.0
    )
    title: ClassVar[str] = "L-BFGS"
    is_autonomous: ClassVar[bool] = True
    latex: ClassVar[str] = (
        r"p = -B \, {\nabla} L, \quad \theta \leftarrow \theta + \alpha \, p, \quad "
        r"s = \Delta \theta, \quad y = \Delta {\nabla} L, \quad "
        r"B \approx {H}^{-1} \; \text{from the last} \; m \; \text{pairs} \; (s, y)"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "direction": "p",
        "step_length": r"\alpha",
        "steps": "s",
        "gradient_changes": "y",
        "evaluations": "n",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        SubStep("direction", r"p = -B g, \; B \approx H^{-1}", "direction"),
        SubStep("step length", r"\alpha \; \text{by Wolfe's conditions}", "step_length"),
        new_point(r"\theta \leftarrow \theta + \alpha\, p", "{point} + {step_length} · {direction}"),
    )

    def init(self, point: FloatArray) -> Memory:
        """Zeros: as many pairs as are remembered, the newest last, and pairs of zeros where none is yet."""
        pairs = np.zeros((self.history, *point.shape))
        return {
            "direction": np.zeros_like(point),
            "step_length": np.zeros(()),
            "steps": pairs,
            "gradient_changes": pairs,
            "evaluations": np.zeros(()),
        }

    def advance(
        self, objective: Objective, here: Evaluation, memory: Memory, step: int
    ) -> tuple[Evaluation, Memory]:
        """Take the two-loop direction, search along it, and remember the pair it gives."""
        direction = -two_loop(here.gradient, memory["steps"], memory["gradient_changes"])
        first = self.rate(step)
        if not memory["steps"].any():
            first = first * min(1.0, 1.0 / max(float(np.abs(here.gradient).sum()), np.finfo(np.float64).tiny))
        counted, count = counting(objective)
        there, length = search_wolfe(
            counted, here, direction, first, share=self.armijo, flattening=self.wolfe
        )
        moved, change = there.point - here.point, there.gradient - here.gradient
        steps, changes = memory["steps"], memory["gradient_changes"]
        if float(moved @ change) > np.finfo(np.float64).eps * float(change @ change):
            steps, changes = np.vstack([steps[1:], moved]), np.vstack([changes[1:], change])
        return there, {
            "direction": direction,
            "step_length": np.array(length),
            "steps": steps,
            "gradient_changes": changes,
            "evaluations": np.array(float(count())),
        }


def counting(objective: Objective) -> tuple[Objective, Callable[[], int]]:
    """Give an objective that counts how often it is evaluated, and the count so far."""
    count = 0

    def counted(point: FloatArray) -> tuple[Any, Any]:
        nonlocal count
        count += 1
        return objective.value_and_grad(point)

    return replace(objective, value_and_grad=counted), lambda: count


def spectrum(objective: Objective, point: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Eigenvalues of the Hessian at a point, ascending, and its eigenvectors as columns.

    Raises
    ------
    NoStep
        If a second derivative does not exist there.
    ValueError
        If the objective has no Hessian.
    """
    if objective.hessian is None:
        raise ValueError(
            "Newton's method needs second derivatives: minimise an expression, or an "
            "Objective(value_and_grad, hessian)"
        )
    matrix = objective.hessian(point)
    if not np.isfinite(matrix).all():
        raise NoStep("a second derivative is not defined there.")
    values, vectors = np.linalg.eigh(matrix)
    return values, vectors


def two_loop(gradient: FloatArray, steps: FloatArray, changes: FloatArray) -> FloatArray:
    """Multiply the gradient by the inverse Hessian that the pairs of steps and gradient changes imply.

    Parameters
    ----------
    steps, changes
        One pair a row, the newest last; rows of zeros are passed over.
    """
    products = np.einsum("ij,ij->i", steps, changes)
    known = [row for row in range(len(steps)) if products[row] > 0.0]
    result = gradient.copy()
    shares = {}
    for row in reversed(known):
        shares[row] = float(steps[row] @ result) / products[row]
        result = result - shares[row] * changes[row]
    if known:
        newest = known[-1]
        result = result * (products[newest] / float(changes[newest] @ changes[newest]))
    for row in known:
        share = shares[row] - float(changes[row] @ result) / products[row]
        result = result + share * steps[row]
    return result
