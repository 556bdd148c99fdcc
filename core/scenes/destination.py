"""Where a descent leads: a long run of the optimiser itself, and the minimum downhill from a point."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from core.optimizers import Divergence, Objective, Trajectory, minimize, resume
from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.downhill import Point, Slopes, flow
from core.scenes.race_paths import MAX_STEPS, Course, Racer, objective_on, optimizer_of, path_on
from core.scenes.state import Numbers
from core.scenes.surface_hessian import largest_curvatures, second_order, surface_hessian

LONG_RUN = 1000
"""So many steps from the last change of settings on show where a run gets to, and as many again if it is
followed farther."""

ARRIVED = 0.01
"""A run that ends so near to a minimum, as a part of its way there, has arrived."""

AT_REST = 1e-9
"""A gradient that is shorter than the first one by this factor ends a long run."""

FLAT = 1e-10
"""A curvature below this share of the largest one is zero but for rounding."""

SAME = 1e-6
"""Ends that differ by such a part of the way there are one."""

MOST_DIGITS = 1e16
"""A double tells no more apart."""

SHRINKING = 0.01
"""Newton's steps near a minimum shrink faster than by this factor, but for rounding."""

SETTLED, EXPLAINED = 1e-12, 1e-9
"""Parts of the distances that a last Newton step, and a slope that no curvature explains, may stand for."""


@dataclass(frozen=True, eq=False)
class LongRun:
    """A run from P, with all that was changed on its way, to where it rests; all arrays are read-only.

    Attributes
    ----------
    formula, parameters
        On which function.
    points
        Shape ``(steps + 1, 2)``.
    diverged
        Whether it left the finite numbers, growing.
    divergence
        Why it diverges, or None.
    last_change
        The step from which on the settings are those of today; 0 if they always were.
    descends
        Whether it ends lower than it began with these settings, and still sinks at the end.
    """

    formula: str
    parameters: Numbers
    points: FloatArray
    diverged: bool
    divergence: Divergence | None
    last_change: int
    descends: bool

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.points) - 1

    @cached_property
    def curvatures(self) -> FloatArray:
        """Largest curvature met until each point, shape ``(steps + 1,)``; NaN where there is none so far."""
        largest = largest_curvatures(self.formula, self.parameters, self.points)
        met = np.maximum.accumulate(np.where(np.isnan(largest), -np.inf, largest))
        return read_only(np.where(np.isinf(met), np.nan, met))[0]


@dataclass(frozen=True, eq=False)
class Minimum:
    """A local minimum with its Hessian, which is read-only; on the floor of a valley one curvature is 0."""

    point: Point
    hessian: FloatArray

    @property
    def is_isolated(self) -> bool:
        """Whether it is a single point, not one of many along a valley."""
        smaller, larger = self.curvatures
        return smaller > FLAT * larger

    @property
    def curvatures(self) -> tuple[float, float]:
        """Eigenvalues of the Hessian, the smaller one first."""
        smaller, larger = np.linalg.eigvalsh(self.hessian).tolist()
        return smaller, larger


def hessian_at(formula: str, parameters: Numbers, point: Point) -> FloatArray | None:
    """Hessian in x and y; None where it does not exist."""
    matrix = surface_hessian(formula, parameters)(*map(float, point))
    return matrix if np.isfinite(matrix).all() else None


def long_run(course: Course, step: int = 0) -> LongRun | None:
    """Let a racer run on until it rests, far beyond a step; None where no descent can start.

    What lies before the last change of settings is as it was, noise included; what lies behind it is without
    noise. Equal arguments give the very same object, and so do all steps that the run reaches beyond.
    """
    since = max(step - course.last_change, 0)
    horizon = course.last_change + LONG_RUN * (since // LONG_RUN + 1)
    if not course.forks and course.ground.noise:
        course = course._replace(ground=course.ground._replace(noise=0.0, seed=0))
    return _long_run(course, min(horizon, MAX_STEPS))


@lru_cache(maxsize=64)
def _long_run(course: Course, horizon: int) -> LongRun | None:
    formula, parameters, start, *_ = course.ground
    objective = objective_on(formula, parameters)
    slope = math.hypot(*objective.value_and_grad(np.array(start))[1].tolist())
    tolerance = AT_REST * slope if slope < math.inf else 0.0
    try:
        path = _followed(course, objective, horizon, tolerance)
    except ValueError:
        return None
    diverged = path.divergence is not None and (path.stopped or "").startswith("Diverged")
    changed = min(course.last_change, path.steps)
    return LongRun(
        formula,
        parameters,
        read_only(path.points)[0],
        diverged,
        path.divergence,
        changed,
        _descends(path.losses[changed:]),
    )


def _descends(losses: FloatArray) -> bool:
    """Tell whether losses end lower than they began, and swing no higher at the end than before."""
    tail = losses[-(len(losses) // 4) - 2 :]
    half = len(tail) // 2
    return bool(losses[-1] <= losses[0] and tail[half:].max() <= tail[:half].max(initial=-np.inf))


def _followed(course: Course, objective: Objective, horizon: int, tolerance: float) -> Trajectory:
    optimizer = optimizer_of(course.racer)
    if not course.last_change:
        return minimize(objective, np.array(course.ground.start), optimizer, horizon, tolerance=tolerance)
    before = path_on(course.before_the_last_fork, course.last_change)
    known = min(course.last_change, before.steps)
    return resume(objective, before, optimizer, horizon, step=known, tolerance=tolerance)


@lru_cache(maxsize=64)
def minimum_below(formula: str, parameters: Numbers, start: Point) -> Minimum | None:
    """Find the minimum to which the way straight down leads, which descent at a small rate follows.

    Returns
    -------
    Minimum or None
        None where the way leads to none: out of the domain, down without end, to a saddle, or where f is too
        flat for Newton's method to find its end.
    """
    second = surface_hessian(formula, parameters)
    objective = replace(objective_on(formula, parameters), hessian=lambda at: second(*at.tolist()))
    with np.errstate(all="ignore"):
        rest = flow(slopes_on(formula, parameters), start)
        end = None if rest is None else _polished(objective, np.array(rest), start)
    if end is None:
        return None
    point = (float(end[0]), float(end[1]))
    matrix = hessian_at(formula, parameters, point)
    if matrix is None:
        return None
    smaller, larger = np.linalg.eigvalsh(matrix)
    if not (larger > 0.0 and smaller > -FLAT * larger):
        return None
    matrix.flags.writeable = False
    return Minimum(point, matrix)


@lru_cache(maxsize=64)
def slopes_on(formula: str, parameters: Numbers) -> Callable[[float, float], Slopes]:
    """Give value, gradient and Hessian at a point."""
    known, second = second_order(formula, parameters), surface_hessian(formula, parameters)
    objective = objective_on(formula, parameters)

    def slopes(x: float, y: float) -> Slopes:
        results = known(x, y)
        if results is not None:
            return Slopes(*results)
        value, gradient = objective.value_and_grad(np.array((x, y)))
        (across, up), ((xx, xy), (_, yy)) = gradient.tolist(), second(x, y).tolist()
        return Slopes(value, across, up, xx, xy, yy)

    return slopes


def _polished(objective: Objective, end: FloatArray, start: Point) -> FloatArray | None:
    """Take a Newton step; None if the next one would not be much shorter, as where f is flat."""
    steps, explained = [], True
    for _ in range(2):
        assert objective.hessian is not None
        matrix = objective.hessian(end)
        if not np.isfinite(matrix).all():
            return None
        gradient = objective.value_and_grad(end)[1]
        steps.append(np.linalg.pinv(matrix, FLAT) @ gradient)
        end = end - steps[-1]
        sizes = np.abs(matrix).max(axis=1) * (float(np.linalg.norm(end)) + math.dist(start, end))
        explained = bool((np.abs(gradient - matrix @ steps[-1]) <= EXPLAINED * sizes).all())
    lengths = [float(np.linalg.norm(step)) for step in steps]
    distances = float(np.linalg.norm(end)) + math.dist(start, end)
    shrinks = lengths[1] <= max(SHRINKING * lengths[0], SETTLED * distances)
    return end if shrinks and explained else None


def heading_of(course: Course, step: int = 0) -> tuple[Minimum | None, bool]:
    """Find the minimum that a racer heads for on its course, and tell whether it arrives there.

    That is where its own long run ends, if that is at a minimum; otherwise, as where the rate is too large
    to come to rest anywhere or too small to get there, the one that lies straight down from P, or from where
    its settings were changed last.
    """
    return end_of(long_run(course, step), course.racer)


@lru_cache(maxsize=64)
def end_of(run: LongRun | None, racer: Racer) -> tuple[Minimum | None, bool]:
    """Find the minimum to which a long run leads, and tell whether it arrives there."""
    if run is None:
        return None, False
    formula, parameters = run.formula, run.parameters
    start, changed, end = (_place(run, step) for step in (0, run.last_change, -1))
    if not run.diverged:
        reached = minimum_below(formula, parameters, _rounded(end, start))
        if reached is not None and _rests_at(reached, run, racer, start):
            return reached, True
    return minimum_below(formula, parameters, changed), False


def _place(run: LongRun, step: int) -> Point:
    x, y = run.points[step].tolist()
    return x, y


def _rounded(end: Point, start: Point) -> Point:
    """Drop the digits in which runs to one minimum differ, so that it is searched for once."""
    way = math.dist(end, start)
    digit = 10.0 ** math.floor(math.log10(SAME * way)) if 0.0 < way < math.inf else 0.0
    if not digit or math.hypot(*end) > MOST_DIGITS * digit:
        return end
    x, y = (round(part / digit) * digit for part in end)
    return x, y


def _rests_at(minimum: Minimum, run: LongRun, racer: Racer, start: Point) -> bool:
    end, optimizer = run.points[-1], optimizer_of(racer)
    limit = optimizer.learning_rate_limit(minimum.curvatures[1])
    if limit is not None and float(optimizer.rate(run.steps + 1)) > limit:
        return False
    return math.dist(end, minimum.point) <= ARRIVED * math.dist(start, minimum.point) + 1e-12
