"""Where a descent leads: a long run of the optimiser itself, and the minimum downhill from a point."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from core.optimizers import Divergence, Objective, minimize
from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.downhill import Point, Slopes, flow
from core.scenes.race_paths import Racer, objective_on, optimizer_of
from core.scenes.state import Numbers
from core.scenes.surface_hessian import largest_curvatures, second_order, surface_hessian

LONG_RUN = 1000
"""So many steps show where a run gets to."""

ARRIVED = 0.01
"""A run that ends so near to a minimum, as a part of its way there, has arrived."""

AT_REST = 1e-9
"""A gradient that is shorter than the first one by this factor ends a long run."""

FLAT = 1e-10
"""A curvature below this share of the largest one is zero but for rounding."""

SAME = 1e-6
"""Ends that differ by such a part of the way there are one."""

SHRINKING = 0.01
"""Newton's steps near a minimum shrink faster than by this factor, but for rounding."""

SETTLED, EXPLAINED = 1e-12, 1e-9
"""Parts of the distances that a last Newton step, and a slope that no curvature explains, may stand for."""


@dataclass(frozen=True, eq=False)
class Course:
    """A long run from P; all arrays are read-only.

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
    """

    formula: str
    parameters: Numbers
    points: FloatArray
    diverged: bool
    divergence: Divergence | None

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


@lru_cache(maxsize=64)
def course(formula: str, parameters: Numbers, start: Point, racer: Racer) -> Course | None:
    """Let a racer run on from P until it rests; None where no descent can start.

    Equal arguments give the very same object.
    """
    objective = objective_on(formula, parameters)
    at = np.array(start)
    slope = math.hypot(*objective.value_and_grad(at)[1].tolist())
    tolerance = AT_REST * slope if slope < math.inf else 0.0
    try:
        path = minimize(objective, at, optimizer_of(racer), LONG_RUN, tolerance=tolerance)
    except ValueError:
        return None
    diverged = path.divergence is not None and (path.stopped or "").startswith("Diverged")
    return Course(formula, parameters, read_only(path.points)[0], diverged, path.divergence)


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
    steps, unexplained, size = [], 0.0, 0.0
    for _ in range(2):
        assert objective.hessian is not None
        matrix = objective.hessian(end)
        if not np.isfinite(matrix).all():
            return None
        gradient = objective.value_and_grad(end)[1]
        steps.append(np.linalg.pinv(matrix, FLAT) @ gradient)
        unexplained = float(np.linalg.norm(gradient - matrix @ steps[-1]))
        size = float(np.abs(matrix).max())
        end = end - steps[-1]
    lengths = [float(np.linalg.norm(step)) for step in steps]
    distances = float(np.linalg.norm(end)) + math.dist(start, end)
    shrinks = lengths[1] <= max(SHRINKING * lengths[0], SETTLED * distances)
    return end if shrinks and unexplained <= EXPLAINED * size * distances else None


@lru_cache(maxsize=64)
def destination(formula: str, parameters: Numbers, start: Point, racer: Racer) -> tuple[Minimum | None, bool]:
    """Find the minimum that a racer heads for, and tell whether it arrives there.

    That is where its own long run ends, if that is at a minimum; otherwise, as where the rate is too large
    to come to rest anywhere or too small to get there, the one that lies straight down from P.
    """
    run = course(formula, parameters, start, racer)
    if run is None:
        return None, False
    end = (float(run.points[-1, 0]), float(run.points[-1, 1]))
    if not run.diverged:
        reached = minimum_below(formula, parameters, _rounded(end, start))
        if reached is not None and _rests_at(reached, run, racer, start):
            return reached, True
    return minimum_below(formula, parameters, start), False


def _rounded(end: Point, start: Point) -> Point:
    """Drop the digits in which runs to one minimum differ, so that it is searched for once."""
    way = math.dist(end, start)
    digit = 10.0 ** math.floor(math.log10(SAME * way)) if 0.0 < way < math.inf else 0.0
    if not digit:
        return end
    x, y = (round(part / digit) * digit for part in end)
    return x, y


def _rests_at(minimum: Minimum, run: Course, racer: Racer, start: Point) -> bool:
    end, optimizer = run.points[-1], optimizer_of(racer)
    limit = optimizer.learning_rate_limit(minimum.curvatures[1])
    if limit is not None and float(optimizer.rate(run.steps + 1)) > limit:
        return False
    return math.dist(end, minimum.point) <= ARRIVED * math.dist(start, minimum.point) + 1e-12
