"""Descent with every internal kept, of one optimiser or of many in a race."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from core.expression import Expression
from core.optimizers.base import FirstOrder, NoStep, Optimizer
from core.optimizers.endings import Ending, ending_at
from core.optimizers.objective import Evaluation, Objective, ValueAndGrad, objective_of
from core.optimizers.record import Record
from core.optimizers.recurrence import Recurrence
from core.optimizers.schedules import Constant
from core.optimizers.stability import Course, Divergence, diagnose, shown
from core.primitives import FloatArray
from core.program_descent import WORTH_COMPILING, DescentSteps, descent_program

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

    Examples
    --------
    >>> from core.optimizers import Momentum
    >>> from core.parser import parse
    >>> path = minimize(parse("x^2 + y^2"), {"x": 3.0, "y": 4.0}, Momentum(0.1), steps=10)
    >>> path.points.shape, path.losses.shape, path.learning_rates.shape
    ((11, 2), (11,), (10,))
    >>> path.internals["velocity"][1].tolist(), path.displacements[0].round(6).tolist()
    ([6.0, 8.0], [-0.6, -0.8])
    >>> path.stopped is None, path.converged
    (True, False)
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
        For an expression a number for each name that moves, and for names that do not occur in it, which
        then rest; for a function the first point.
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
        If a name has no number or two, the loss or gradient is not finite at the start, the objective returns
        something else than a real loss and a gradient of the shape of the point, the optimiser is none or
        needs a Hessian that the objective does not have, or `steps` or `tolerance` is out of range.
    TypeError
        If the objective is nothing that can be minimised.

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
    function, point = objective_of(objective, start, fixed)
    require_run(optimizer, steps, tolerance)
    with np.errstate(all="ignore"):
        first = _first(function, point)
        descent = Descent(function, Record(first, optimizer.init(first.point)), optimizer)
        descent.run(int(steps), tolerance)
        return descent.trajectory()


def require_run(optimizer: Any, steps: Any, tolerance: Any) -> None:
    """Raise a ValueError unless these can be the optimiser, the steps and the tolerance of a descent."""
    if not isinstance(optimizer, Optimizer):
        raise ValueError(
            f"the optimizer must be one of core.optimizers with its hyperparameters, as Adam(0.1), not "
            f"{optimizer!r}"
        )
    if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
        raise ValueError(f"steps must be a whole number that is not negative, not {steps!r}")
    real = (int, float, np.integer, np.floating)
    if tolerance is not None and not (isinstance(tolerance, real) and tolerance >= 0.0):
        raise ValueError(f"tolerance must be a number that is not negative, not {tolerance!r}")


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

    Raises
    ------
    ValueError, TypeError
        As `minimize`, and if there is no optimiser.

    Examples
    --------
    >>> from core.parser import parse
    >>> from core.optimizers import Adam, Newton
    >>> runners = {"Adam": Adam(0.1), "Newton": Newton()}
    >>> paths = race(parse("x^2 + 10y^2"), {"x": 3.0, "y": 1.0}, runners, 100, tolerance=1e-3)
    >>> paths["Newton"].steps, paths["Newton"].converged
    (1, True)
    """
    if not isinstance(optimizers, Mapping) or not optimizers:
        raise ValueError('a race needs at least one optimiser by its name, as {"Adam": Adam(0.1)}')
    return {
        name: minimize(objective, start, optimizer, steps, fixed=fixed, tolerance=tolerance)
        for name, optimizer in optimizers.items()
    }


class Descent:
    """One descent on its way: what is kept of it grows with each step.

    Attributes
    ----------
    record
        Everything so far.
    past_rates
        Learning rates of steps that were taken before, perhaps with other hyperparameters.
    """

    def __init__(self, objective: Objective, record: Record, optimizer: Optimizer) -> None:
        self.objective = objective
        self.optimizer = optimizer
        self.record = record
        self.past_rates: FloatArray = np.empty(0)
        self.stopped: str | None = None
        self.converged = False
        self.diverged = False

    def run(self, steps: int, tolerance: float | None) -> None:
        """Take up to so many steps, and say why if it ends early.

        A compiled loop, where there is one, takes all steps but the first, by which it is checked, and those
        that it leaves to be taken with care. Where it comes to rest, or goes round in the last digits, no
        step is computed twice.
        """
        loop = self._loop(steps)
        recurrence = Recurrence() if self._recurs() else None
        checked = False
        while not self._has_converged(tolerance) and self.record.steps < steps:
            before = self.record.state
            if not self._take_step():
                break
            if recurrence is not None:
                period = recurrence.period(self.record.fingerprint)
                if period:
                    self.record.repeat(period, steps - self.record.steps)
            if loop is None:
                continue
            if not self.record.has_finite_memory:
                break
            rest = steps - self.record.steps
            if checked:
                self.record.extend(loop(*self.record.state, rest, tolerance))
                continue
            taken = loop(*before, rest + 1, tolerance)
            if not len(taken.points):
                continue
            checked = self._is_same_step(taken)
            if not checked:
                loop = None
            elif self._goes_on_from_here(taken):
                self.record.extend(taken.after_the_first)
        self._forget_overflow()

    def _recurs(self) -> bool:
        """Tell whether equal states have equal futures: nothing but the state decides on a step."""
        return (
            "is_autonomous" in vars(type(self.optimizer))  # a subclass may read the step
            and self.optimizer.is_autonomous
            and type(self.optimizer.schedule) is Constant
            and self.objective.expression is not None
            and self.objective.draw is None
        )

    def _loop(self, steps: int) -> Callable[..., DescentSteps] | None:
        """Give the compiled loop; None if there is none, or a descent of so few steps does not need it.

        Of the rates of a schedule the loop may know another last bit, so that short descents, which are
        compiled if there were others before, would depend on what was done before.
        """
        objective, optimizer = self.objective, self.optimizer
        if steps < WORTH_COMPILING and not isinstance(optimizer.schedule, Constant):
            return None
        noise = objective.noise
        if objective.expression is None or (objective.draw is not None and noise is None):
            return None
        if not isinstance(optimizer, FirstOrder) or type(optimizer).advance is not FirstOrder.advance:
            return None
        memory, shape = self.record.memory, self.record.first.point.shape
        if any(np.shape(kept) != shape for kept in memory.values()):
            return None
        program = descent_program(objective.expression, objective.names, optimizer, list(memory), steps=steps)
        if program is None:
            return None
        rows = None if noise is None else lambda step: noise(step, shape).tolist()
        return partial(program.run, optimizer, noise=rows)

    def _is_same_step(self, by_loop: DescentSteps) -> bool:
        """Tell whether the loop took the last step as the optimiser did.

        The steps differ if an `update` that someone wrote mixes coordinates or draws random numbers.
        """
        return self._goes_on_from_here(by_loop) or all(
            np.allclose(ours, theirs, rtol=1e-9, atol=0.0) for ours, theirs in self._compared(by_loop)
        )

    def _goes_on_from_here(self, by_loop: DescentSteps) -> bool:
        """Tell whether the first step of the loop is the last one to the last bit."""
        return all(ours.tobytes() == theirs.tobytes() for ours, theirs in self._compared(by_loop))

    def _compared(self, by_loop: DescentSteps) -> list[tuple[FloatArray, FloatArray]]:
        there, memory = self.record.last, self.record.memory
        return [
            (by_loop.points[0], there.point),
            *((kept[0], np.asarray(memory[name])) for name, kept in by_loop.memories.items()),
        ]

    def _take_step(self) -> bool:
        """Take one step with care, and tell whether there was one."""
        here, step = self.record.last, self.record.steps + 1
        try:
            there, memory = self.optimizer.advance(
                self.objective.at_step(step), here, self.record.memory, step
            )
        except NoStep as reason:
            self.stopped = f"Stopped at step {step}: {reason}"
            course = self._course()
            self.diverged = course.growing_steps > 1 and course.losses[-1] > course.losses[0]
            return False
        if not there.is_finite:
            self._leave(step, there)
            return False
        self.record.append(there, memory)
        return True

    def _forget_overflow(self) -> None:
        """Drop the last steps if their memory overflowed while the point did not; it never recovers."""
        while not self.record.has_finite_memory:
            self.record.drop_last()
            self.diverged, self.converged, self.stopped = True, False, None

    def _has_converged(self, tolerance: float | None) -> bool:
        if tolerance is None:
            return False
        norm = float(np.linalg.norm(self.record.last.gradient))
        if norm > tolerance:
            return False
        self.converged = True
        taken = self.record.steps
        self.stopped = (
            f"Converged after {taken} step{'s' * (taken != 1)}: the gradient is {shown(norm, 2)} long, "
            f"within the tolerance {shown(tolerance)}."
        )
        return True

    def _leave(self, step: int, there: Evaluation) -> None:
        """Say why the point of this step cannot be kept."""
        reach = np.abs(there.point).max(initial=0.0)
        ending = ending_at(self.record.first.loss, self.record.last.loss, reach, there.loss)
        if ending == Ending.FALLS_WITHOUT_END:
            self.stopped = (
                f"Stopped at step {step}: the loss falls without end; this way leads to no minimum."
            )
        elif ending == Ending.DIVERGED:
            self.diverged = True
        else:
            missing = "loss" if math.isnan(there.loss) else "gradient"
            self.stopped = f"Stopped at step {step}: the {missing} is not defined there."

    def _course(self) -> Course:
        kept = self.record.stacked()
        return Course(kept.points, kept.losses, kept.gradients, self._rates(ahead=1), self.diverged)

    def trajectory(self) -> Trajectory:
        """Everything that was kept, and the diagnosis."""
        course = self._course()
        divergence = None
        if not self.converged:
            divergence = diagnose(course, self.optimizer, self.objective, self._descends)
        stopped = self.stopped
        if self.diverged and divergence is not None and stopped is None:
            stopped = f"Diverged at step {len(course.points)}: {divergence.reason}"
        return Trajectory(
            course.points,
            course.losses,
            course.gradients,
            self.record.stacked().memories,
            course.rates[:-1],
            stopped,
            self.converged,
            divergence,
        )

    def _rates(self, ahead: int) -> FloatArray:
        """Learning rate of each step that was taken, and of so many to come."""
        later = np.arange(len(self.past_rates) + 1.0, self.record.steps + ahead + 1.0)
        rates = np.asarray(self.optimizer.rate(later), dtype=np.float64)
        return np.concatenate((self.past_rates, rates))[: self.record.steps + ahead]

    def _descends(self, learning_rate: float) -> bool:
        """Tell whether another learning rate leads down from the same start, to where it is stable."""
        slower = replace(self.optimizer, learning_rate=learning_rate)
        first = self.record.first
        trial = Descent(self.objective, Record(first, slower.init(first.point)), slower)
        trial.run(TRIAL_STEPS, None)
        last = trial.record.last
        if trial.stopped is not None or trial.diverged or last.loss > self.record.first.loss:
            return False
        curvature = self.objective.curvature(last.point)
        if curvature is None:
            curvature = float(trial._course().secant_curvatures[-TRIAL_STEPS // 4 :].max())
        limit = slower.learning_rate_limit(curvature)
        return limit is None or learning_rate <= 0.9 * limit


def _first(objective: Objective, point: FloatArray) -> Evaluation:
    first = objective.at_step(0).evaluate(point)
    if not first.is_finite:
        coordinates = ", ".join(shown(coordinate, 6) for coordinate in point.ravel())
        raise ValueError(
            f"the loss has no finite value and gradient at the start ({coordinates}); choose another"
        )
    return first
