"""Descent with every internal kept, of one optimiser or of many in a race."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.expression import Expression
from core.optimizers.base import Memory, NoStep, Optimizer
from core.optimizers.objective import Evaluation, Objective, ValueAndGrad, objective_of
from core.optimizers.stability import Course, Divergence, diagnose, shown
from core.primitives import FloatArray

TRIAL_STEPS = 100
"""So many steps at most show whether a learning rate is safe."""


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
    learning_rates
        Shape ``(steps,)``: the learning rate of each step, as its schedule made it.
    stopped
        Why it ended early, in one sentence, or None. All that is kept is finite.
    converged
        Whether it ended because the gradient is within the tolerance.
    divergence
        Why it diverges, or None if it does not. It may be set although nothing overflowed yet.
    """

    points: FloatArray
    losses: FloatArray
    gradients: FloatArray
    internals: dict[str, FloatArray]
    learning_rates: FloatArray
    stopped: str | None = None
    converged: bool = False
    divergence: Divergence | None = None

    @property
    def steps(self) -> int:
        """Number of steps that were taken."""
        return len(self.points) - 1

    @property
    def displacements(self) -> FloatArray:
        """Shape ``(steps, k)``: how each step moved the point."""
        return np.diff(self.points, axis=0)


def minimize(
    objective: Expression | Objective | ValueAndGrad,
    start: Mapping[str, float] | Any,
    optimizer: Optimizer,
    steps: int,
    *,
    fixed: Mapping[str, float] | None = None,
    tolerance: float | None = None,
) -> Trajectory:
    """Descend from a start.

    Parameters
    ----------
    objective
        An expression, an `Objective`, or a function of a point that returns loss and gradient.
    start
        For an expression a number for each name that moves; for a function the first point.
    optimizer
        One of `OPTIMIZERS`, with its hyperparameters.
    steps
        How many steps to take; fewer are taken if the numbers overflow or leave the domain.
    fixed
        Numbers for the names of an expression that stay as they are.
    tolerance
        Stop as soon as the Euclidean norm of the gradient is at most this.

    Raises
    ------
    ValueError
        If a name has no number, the loss or gradient is not finite at the start, the gradient does not have
        the shape of the point, or the optimiser needs a Hessian that the objective does not have.

    Examples
    --------
    >>> from core.parser import parse
    >>> from core.optimizers import GradientDescent
    >>> path = minimize(parse("x^2 + y^2"), {"x": 3.0, "y": 4.0}, GradientDescent(0.1), steps=2)
    >>> path.points[-1].round(2).tolist()
    [1.92, 2.56]

    A rate above the limit is told at once, with its cause:

    >>> why = minimize(parse("4x^2"), {"x": 1.0}, GradientDescent(0.5), steps=5).divergence
    >>> why.growth, why.curvature, why.limit_formula, why.limit, why.safe_rate
    (3.0, 8.0, '2/λmax', 0.25, 0.1)
    """
    function, point = objective_of(objective, start, fixed or {})
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
        raise ValueError(f"steps must be a whole number that is not negative, not {steps!r}")
    if tolerance is not None and not tolerance >= 0.0:
        raise ValueError(f"tolerance must be a number that is not negative, not {tolerance!r}")
    with np.errstate(all="ignore"):
        descent = _Descent(function, _first(function, point), optimizer)
        descent.run(int(steps), tolerance)
        return descent.trajectory()


def race(
    objective: Expression | Objective | ValueAndGrad,
    start: Mapping[str, float] | Any,
    optimizers: Mapping[str, Optimizer],
    steps: int,
    *,
    fixed: Mapping[str, float] | None = None,
    tolerance: float | None = None,
) -> dict[str, Trajectory]:
    """Let many optimisers descend from one start.

    Parameters
    ----------
    optimizers
        The runners by the names that their trajectories get.
    objective, start, steps, fixed, tolerance
        As for `minimize`.

    Examples
    --------
    >>> from core.parser import parse
    >>> from core.optimizers import Adam, Newton
    >>> runners = {"Adam": Adam(0.1), "Newton": Newton()}
    >>> paths = race(parse("x^2 + 10y^2"), {"x": 3.0, "y": 1.0}, runners, 100, tolerance=1e-3)
    >>> paths["Newton"].steps, paths["Newton"].converged
    (1, True)
    """
    return {
        name: minimize(objective, start, optimizer, steps, fixed=fixed, tolerance=tolerance)
        for name, optimizer in optimizers.items()
    }


class _Descent:
    """One descent on its way: what is kept of it grows with each step."""

    def __init__(self, objective: Objective, first: Evaluation, optimizer: Optimizer) -> None:
        self.objective = objective
        self.optimizer = optimizer
        self.evaluations = [first]
        self.memories: list[Memory] = [optimizer.init(first.point)]
        self.stopped: str | None = None
        self.converged = False
        self.diverged = False

    def run(self, steps: int, tolerance: float | None) -> None:
        """Take up to so many steps, and say why if it ends early."""
        for step in range(1, steps + 1):
            here, memory = self.evaluations[-1], self.memories[-1]
            if self._has_converged(here, tolerance):
                break
            try:
                there, memory = self.optimizer.advance(self.objective, here, memory, step)
            except NoStep as reason:
                self.stopped = f"Stopped at step {step}: {reason}"
                course = self._course()
                self.diverged = course.growing_steps > 1 and course.losses[-1] > course.losses[0]
                break
            if not there.is_finite:
                self._leave(step, there)
                break
            self.evaluations.append(there)
            self.memories.append(memory)
        else:
            self._has_converged(self.evaluations[-1], tolerance)
        self._forget_overflow()

    def _forget_overflow(self) -> None:
        """Drop the last steps if their memory overflowed while the point did not; it never recovers."""
        while not all(np.isfinite(kept).all() for kept in self.memories[-1].values()):
            self.memories.pop()
            self.evaluations.pop()
            self.diverged, self.converged, self.stopped = True, False, None

    def _has_converged(self, here: Evaluation, tolerance: float | None) -> bool:
        if tolerance is None:
            return False
        norm = float(np.linalg.norm(here.gradient))
        if norm > tolerance:
            return False
        self.converged = True
        taken = len(self.evaluations) - 1
        self.stopped = (
            f"Converged after {taken} step{'s' * (taken != 1)}: the gradient is {shown(norm, 2)} long, "
            f"within the tolerance {shown(tolerance)}."
        )
        return True

    def _leave(self, step: int, there: Evaluation) -> None:
        """Say why the point of this step cannot be kept."""
        losses = [kept.loss for kept in self.evaluations]
        huge = not np.isfinite(there.point).all() or np.abs(there.point).max(initial=0.0) > 1e100
        if there.loss == -math.inf or (huge and losses[-1] < min(losses[0], 0.0)):
            self.stopped = (
                f"Stopped at step {step}: the loss falls without end; this way leads to no minimum."
            )
        elif huge or math.isinf(there.loss) or losses[-1] > losses[0]:
            self.diverged = True
        elif math.isnan(there.loss):
            self.stopped = f"Stopped at step {step}: the loss is not defined there."
        else:
            self.stopped = f"Stopped at step {step}: the gradient is not defined there."

    def _course(self) -> Course:
        points, losses, gradients = (np.array(column) for column in zip(*self.evaluations, strict=True))
        return Course(points, losses, gradients, self.diverged)

    def trajectory(self) -> Trajectory:
        """Everything that was kept, and the diagnosis."""
        course = self._course()
        divergence = None
        if not self.converged:
            divergence = diagnose(course, self.optimizer, self.objective, self._descends)
        stopped = self.stopped
        if self.diverged and divergence is not None and stopped is None:
            stopped = f"Diverged at step {len(self.evaluations)}: {divergence.reason}"
        return Trajectory(
            course.points,
            course.losses,
            course.gradients,
            {name: np.array([memory[name] for memory in self.memories]) for name in self.memories[0]},
            np.asarray(self.optimizer.rate(np.arange(1.0, len(course.points))), dtype=np.float64),
            stopped,
            self.converged,
            divergence,
        )

    def _descends(self, learning_rate: float) -> bool:
        """Tell whether another learning rate leads down from the same start, to where it is stable."""
        slower = replace(self.optimizer, learning_rate=learning_rate)
        trial = _Descent(self.objective, self.evaluations[0], slower)
        trial.run(TRIAL_STEPS, None)
        last = trial.evaluations[-1]
        if trial.stopped is not None or trial.diverged or last.loss > self.evaluations[0].loss:
            return False
        curvature = self.objective.curvature(last.point)
        if curvature is None:
            curvature = float(trial._course().secant_curvatures[-TRIAL_STEPS // 4 :].max())
        limit = slower.learning_rate_limit(curvature)
        return limit is None or learning_rate <= 0.9 * limit


def _first(objective: Objective, point: FloatArray) -> Evaluation:
    first = objective.evaluate(point)
    if first.gradient.shape != point.shape:
        raise ValueError(
            f"the gradient has shape {first.gradient.shape}, the point {point.shape}: give one derivative "
            "for each coordinate"
        )
    if not first.is_finite:
        coordinates = ", ".join(shown(coordinate, 6) for coordinate in point.ravel())
        raise ValueError(
            f"the loss has no finite value and gradient at the start ({coordinates}); choose another"
        )
    return first
