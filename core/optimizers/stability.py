"""Why a descent diverges: the growth of its steps, the curvature it met, and a rate that is safe."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from core.optimizers.base import FirstOrder, Optimizer
from core.optimizers.objective import Objective
from core.optimizers.schedules import Constant
from core.primitives import FloatArray

GROWING_STEPS = 4
"""So many steps in a row must grow, uphill, before the growth counts."""

RATE_TRIALS = 40
"""At most so many learning rates are tried, each about a third of the one before."""

INSPECTED_POINTS = 16
"""So many points from the start, and from where the growth began, are searched for a curvature too large."""


@dataclass(frozen=True)
class Divergence:
    """Why a descent diverges.

    Attributes
    ----------
    step
        Number of steps that were taken when it began; 0 where it was clear from the start.
    learning_rate
        The learning rate of the step from there.
    growth
        By how much each step at the end was longer than the one before (the median), or None if they did
        not grow.
    growing_steps
        How many steps in a row grew until the end.
    curvature
        The curvature that the learning rate was too large for, or the largest one met: the largest
        eigenvalue of the Hessian, or where no Hessian is known what the change of the gradient along a
        step shows of it; None if nothing is known.
    limit
        The largest stable learning rate for that curvature, or None if the optimiser has no such limit.
    limit_formula
        How the limit follows from the curvature, such as ``2/λmax``.
    safe_rate
        A learning rate that descends from the same start, or None if none was found, or the method is one
        of second order.

    Examples
    --------
    >>> import textwrap
    >>> from core.optimizers import GradientDescent, minimize
    >>> from core.parser import parse
    >>> why = minimize(parse("4x^2"), {"x": 1.0}, GradientDescent(0.5), steps=5).divergence
    >>> print(textwrap.fill(why.reason, 80))
    the step grew 3× for 4 steps, because the learning rate 0.5 is above 2/λmax =
    0.25 (curvature λmax = 8); try the learning rate 0.1.
    """

    step: int
    learning_rate: float
    growth: float | None
    growing_steps: int
    curvature: float | None
    limit: float | None
    limit_formula: str
    safe_rate: float | None

    @property
    def reason(self) -> str:
        """All of it in one sentence."""
        causes = []
        if self.growth is not None:
            steps = "1 step" if self.growing_steps == 1 else f"{self.growing_steps} steps"
            causes.append(f"the step grew {shown(self.growth, 2)}× for {steps}")
        if self.curvature is not None and self.limit is not None and self.learning_rate > self.limit:
            causes.append(
                f"the learning rate {shown(self.learning_rate)} is above {self.limit_formula} = "
                f"{shown(self.limit)} (curvature λmax = {shown(self.curvature)})"
            )
        cause = ", because ".join(causes) or "the numbers overflow"
        return f"{cause}; {self._advice}."

    @property
    def _advice(self) -> str:
        if self.safe_rate is not None:
            return f"try the learning rate {shown(self.safe_rate)}"
        return "try another optimiser or start"


def shown(value: float, digits: int = 3) -> str:
    """Write a number for people: few digits, and the sign that is not a hyphen."""
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−") if exponent else mantissa.replace("-", "−")


@dataclass(frozen=True)
class Course:
    """What `diagnose` looks at: where a descent has been.

    Attributes
    ----------
    points, losses, gradients
        As in `core.optimizers.Trajectory`.
    rates
        Learning rate of each step, and of the next one: shape ``(steps + 1,)``.
    diverged
        Whether it is known to have diverged, since the next step left the finite numbers.
    """

    points: FloatArray
    losses: FloatArray
    gradients: FloatArray
    rates: FloatArray
    diverged: bool

    @property
    def lengths(self) -> FloatArray:
        """Length of each step."""
        return _norms(np.diff(self.points, axis=0))

    @property
    def growing_steps(self) -> int:
        """How many steps in a row, up to the last, were longer than the one before."""
        lengths = self.lengths
        shrinking = np.flatnonzero(~(lengths[1:] > lengths[:-1]))
        return max(len(lengths) - 1 - (int(shrinking[-1]) + 1 if shrinking.size else 0), 0)

    @property
    def secant_curvatures(self) -> FloatArray:
        """Change of the gradient over length, for each step: never above the largest curvature crossed."""
        changes, lengths = _norms(np.diff(self.gradients, axis=0)), self.lengths
        with np.errstate(all="ignore"):
            return np.where(lengths > 0.0, changes / lengths, 0.0)


def diagnose(
    course: Course, optimizer: Optimizer, objective: Objective, descends: Callable[[float], bool]
) -> Divergence | None:
    """Tell whether and why a descent diverges.

    On a quadratic whose Hessian is known the learning rate alone decides, whatever the steps look like so
    far. Otherwise a descent diverges if it has overflowed, or if its last steps grow uphill, across a
    curvature that the learning rate is too large for. Where each step sees another estimate of the loss,
    such growth may be chance and proves nothing.

    Parameters
    ----------
    descends
        Tells whether a learning rate leads down from the same start.
    """
    if objective.is_quadratic and isinstance(optimizer.schedule, Constant):
        curvature = objective.curvature(course.points[0])
        limit = None if curvature is None else optimizer.learning_rate_limit(curvature)
        if limit is not None and optimizer.learning_rate > limit * (1.0 + 1e-12):
            changed = np.flatnonzero(course.rates != optimizer.learning_rate)
            step = int(changed[-1]) + 1 if changed.size else 0
            return _explained(course, optimizer, step, curvature, lambda rate: True, local=True)
        if limit is not None and not course.diverged:
            return None
    if not course.diverged and (objective.draw is not None or not _climbs(course, optimizer)):
        return None
    began = max(len(course.points) - 1 - course.growing_steps, 0)
    step, curvature = _curvature_met(course, optimizer, objective, began)
    return _explained(course, optimizer, step, curvature, descends, local=objective.hessian is not None)


def _climbs(course: Course, optimizer: Optimizer) -> bool:
    constant = optimizer.stability_constant
    if constant is None or (np.diff(course.losses[-GROWING_STEPS - 1 :]) <= 0.0).any():
        return False
    growing = course.growing_steps
    if growing < GROWING_STEPS:
        return False
    speeds = course.secant_curvatures * course.rates[:-1]
    return bool(speeds[-growing:].max() > constant * (1.0 + 1e-6))


def _curvature_met(
    course: Course, optimizer: Optimizer, objective: Objective, began: int
) -> tuple[int, float | None]:
    """First curvature that the learning rate is too large for, else the largest, and where it was met."""
    if objective.hessian is None:
        met = course.secant_curvatures
        exceeded = np.flatnonzero(met * course.rates[:-1] > (optimizer.stability_constant or np.inf))
        if objective.is_quadratic or not exceeded.size:
            return began, float(met.max()) if met.size else None
        return int(exceeded[0]), float(met[exceeded[0]])
    largest: float | None = None
    for step, point in _inspected(course.points, began):
        curvature = objective.curvature(point)
        if curvature is None:
            continue
        largest = curvature if largest is None else max(largest, curvature)
        limit = optimizer.learning_rate_limit(curvature)
        if limit is not None and float(course.rates[step]) > limit:
            return step, curvature
    return began, largest


def _inspected(points: FloatArray, began: int) -> Iterator[tuple[int, FloatArray]]:
    """Points on the way with the steps before them: the first ones, then those where the growth began."""
    yield from _leap_and_after(points, 0)
    if began:
        yield from _leap_and_after(points, began)


def _leap_and_after(points: FloatArray, first: int) -> Iterator[tuple[int, FloatArray]]:
    """Give a point, its step, which may be a leap, from near to far, and the points after it."""
    yield first, points[first]
    for part in 8.0 ** np.arange(-12.0, 0.0) if len(points) > first + 1 else ():
        yield first, points[first] + part * (points[first + 1] - points[first])
    for step in range(first + 1, min(len(points), first + INSPECTED_POINTS)):
        yield step, points[step]


def _explained(
    course: Course,
    optimizer: Optimizer,
    step: int,
    curvature: float | None,
    descends: Callable[[float], bool],
    *,
    local: bool,
) -> Divergence:
    growing = course.growing_steps
    lengths = course.lengths[-growing - 1 :]
    with np.errstate(all="ignore"):
        growth = float(np.median(lengths[1:] / lengths[:-1])) if growing else None
    limit = None if curvature is None else optimizer.learning_rate_limit(curvature)
    safe_rate = _safe_rate(optimizer, limit if local else None, descends)
    if limit is not None and safe_rate is not None and safe_rate > limit:
        curvature = limit = None  # the gradient changed so much over a leap, not over a step of use
    return Divergence(
        step=step,
        learning_rate=float(course.rates[step]),
        growth=growth if growth is None or math.isfinite(growth) else None,
        growing_steps=growing,
        curvature=curvature,
        limit=limit,
        limit_formula=optimizer.stability_formula,
        safe_rate=safe_rate,
    )


def _safe_rate(optimizer: Optimizer, limit: float | None, descends: Callable[[float], bool]) -> float | None:
    """Half of the limit, or a tenth of the rate, in one digit, and less until it leads down."""
    if not isinstance(optimizer, FirstOrder):
        return None  # shorter steps do not help a method that goes to saddles and maxima too
    rate = optimizer.learning_rate / 10.0 if limit is None else min(limit / 2.0, optimizer.learning_rate)
    for _ in range(RATE_TRIALS):
        if not 1e-300 < rate < math.inf:
            return None
        rate = _rounded_down(rate)
        if descends(rate):
            return rate
        rate /= 3.0
    return None


def _rounded_down(value: float) -> float:
    """One significant digit."""
    exponent = math.floor(math.log10(value))
    digit = min(max(math.floor(value / 10.0**exponent), 1), 9)
    return float(f"{digit}e{exponent}")


def _norms(rows: FloatArray) -> FloatArray:
    """Euclidean length of each row, without overflow."""
    largest = np.abs(rows).max(axis=1, initial=0.0)
    scale = np.where(largest > 0.0, largest, 1.0)
    norms: FloatArray = scale * np.sqrt(np.sum((rows / scale[:, None]) ** 2, axis=1))
    return norms
