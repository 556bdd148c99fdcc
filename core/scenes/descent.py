"""Gradient descent as a tab follows it: step by step, as far as the user has gone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.autodiff import value_and_grad
from core.differentiate import differentiate
from core.expression import Expression
from core.optimizers import GradientDescent, Objective, minimize
from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.level_map import COORDINATES, MINUS, surface
from core.scenes.state import Numbers
from core.smoothness import slope_at

MAX_STEPS = 2000
"""Longest descent that can be followed."""

CONVERGED = 1e-12
"""A slope smaller than the steepest on the path by this factor is zero but for rounding."""

FIRST_CHUNK, LARGEST_CHUNK = 16, 256
"""Steps are computed in chunks that double at first, so that a short path stays cheap while it is dragged."""


@dataclass(frozen=True, eq=False)
class Descent:
    """The points of a descent up to the step that is shown; all arrays are read-only.

    Attributes
    ----------
    x, y
        The start and the point after each step.
    value, slope
        f and ‖∇f‖ at the last of them.
    stopped
        What is wrong, so that there is no further step, in one sentence, or an empty text.
    converged
        Whether rounding is all that is left of the slope.
    """

    x: FloatArray
    y: FloatArray
    value: float
    slope: float
    stopped: str
    converged: bool = False

    @property
    def step(self) -> int:
        """Number of the last step."""
        return len(self.x) - 1

    @property
    def can_go_on(self) -> bool:
        """Whether there is a further step."""
        return not self.stopped and self.step < MAX_STEPS

    @property
    def note(self) -> str:
        """Remark where nothing is wrong: that descent has arrived, that no more steps are shown; or empty."""
        remarks = []
        if self.converged:
            size = f"{self.slope:.0e}".replace("e-0", "e-").replace("-", MINUS) if self.slope else "0"
            remarks.append(f"Converged: ‖∇f‖ = {size}.")
        if self.step == MAX_STEPS:
            remarks.append(f"The path shows {MAX_STEPS} steps at most.")
        return " ".join(remarks)


@dataclass(frozen=True, eq=False)
class _Run:
    points: FloatArray
    losses: FloatArray
    gradients: FloatArray
    stopped: str | None


@lru_cache(maxsize=64)
def descent(
    formula: str, parameters: Numbers, start: tuple[float, float], learning_rate: float, step: int
) -> Descent:
    """Descend `step` steps, or as many as there are; equal arguments give the very same object."""
    value, why = _beginning(formula, parameters, start)
    if why:
        x, y = read_only(np.array(start[:1]), np.array(start[1:]))
        return Descent(x, y, value, math.nan, why)
    step = min(max(step, 0), MAX_STEPS)
    run = _run(formula, parameters, start, learning_rate, _horizon(step))
    last = min(step, len(run.points) - 1)
    x, y = run.points[: last + 1, 0], run.points[: last + 1, 1]
    ended = run.stopped if last == len(run.points) - 1 else None
    slopes = np.hypot(*run.gradients[: last + 1].T)
    converged = last > 0 and not ended and bool(slopes[-1] <= CONVERGED * slopes.max())
    return Descent(x, y, float(run.losses[last]), float(slopes[-1]), ended or "", converged)


def _beginning(formula: str, parameters: Numbers, start: tuple[float, float]) -> tuple[float, str]:
    """Value at the start, and why no descent can begin there, or an empty text."""
    expression = surface(formula, parameters)
    at = dict(zip(COORDINATES, start, strict=True))
    slopes = [slope_at(expression, at, name) for name in COORDINATES]
    value, gradient = value_and_grad(expression, at)
    if not math.isfinite(value):
        return math.nan, "Descent cannot start: f has no value at P."
    if any(slope.failure for slope in slopes) or not all(map(math.isfinite, gradient.values())):
        return value, "Descent cannot start: f has no gradient at P."
    return value, ""


def _horizon(step: int) -> int:
    """End of the chunk that holds the step after `step`."""
    end = FIRST_CHUNK
    while end <= step:
        end += min(end, LARGEST_CHUNK)
    return end


@lru_cache(maxsize=64)
def _run(
    formula: str, parameters: Numbers, start: tuple[float, float], learning_rate: float, end: int
) -> _Run:
    """Descend to a horizon, going on from the one before it: plain descent remembers nothing."""
    if end == FIRST_CHUNK:
        return _descend(formula, parameters, start, learning_rate, end)
    before = _run(formula, parameters, start, learning_rate, max(end // 2, end - LARGEST_CHUNK))
    if before.stopped is not None:
        return before
    if np.array_equal(before.points[-1], before.points[-2]):  # every further step is like this one
        return _standing(before, end)
    x, y = before.points[-1]
    more = _descend(formula, parameters, (x, y), learning_rate, end - (len(before.points) - 1))
    if more.stopped is not None:  # counts its steps, and judges the loss, from its own start
        return _descend(formula, parameters, start, learning_rate, end)
    points, losses, gradients = read_only(
        np.concatenate((before.points, more.points[1:])),
        np.concatenate((before.losses, more.losses[1:])),
        np.concatenate((before.gradients, more.gradients[1:])),
    )
    return _Run(points, losses, gradients, None)


def _standing(before: _Run, end: int) -> _Run:
    """Repeat the last point of a run up to a horizon."""
    more = ((0, end + 1 - len(before.points)), (0, 0))
    points, losses, gradients = read_only(
        np.pad(before.points, more, mode="edge"),
        np.pad(before.losses, more[0], mode="edge"),
        np.pad(before.gradients, more, mode="edge"),
    )
    return _Run(points, losses, gradients, None)


def _descend(
    formula: str, parameters: Numbers, start: tuple[float, float], learning_rate: float, steps: int
) -> _Run:
    expression = surface(formula, parameters)

    def objective(point: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = value_and_grad(expression, dict(zip(COORDINATES, point, strict=True)))
        return value, np.array([gradient.get(name, 0.0) for name in COORDINATES])

    def hessian(point: FloatArray) -> FloatArray:
        at = dict(zip(COORDINATES, point, strict=True))
        rows = [value_and_grad(partial, at)[1] for partial in _partials(formula, parameters)]
        return np.array([[row.get(name, 0.0) for name in COORDINATES] for row in rows])

    path = minimize(Objective(objective, hessian), start, GradientDescent(learning_rate), steps)
    points, losses, gradients = read_only(path.points, path.losses, path.gradients)
    return _Run(points, losses, gradients, path.stopped)


@lru_cache(maxsize=16)
def _partials(formula: str, parameters: Numbers) -> tuple[Expression, ...]:
    """Partial derivatives, whose gradients are the rows of the Hessian."""
    expression = surface(formula, parameters)
    return tuple(differentiate(expression, name).derivative for name in COORDINATES)
