"""The largest stable learning rates of an optimiser: at P, along its path, and at the minimum ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.optimizers import Optimizer
from core.optimizers.stability import shown
from core.scenes.destination import LongRun, Minimum, end_of, hessian_at, long_run
from core.scenes.downhill import Point
from core.scenes.race_paths import Course, optimizer_of, path_on
from core.scenes.surface_hessian import largest_curvatures

ORDER, BLOWN_UP = ("minimum", "ahead", "point"), ("minimum", "point")
"""Which limit the slider shows, the first that exists; where a run blows up, its path says nothing of use."""

PLAIN = 1e4
"""Numbers above are written with a power of ten."""

RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Bound:
    """A place, its largest curvature, and the largest stable learning rate there.

    Attributes
    ----------
    key
        "point", "so_far", "ahead" or "minimum".
    place
        In words: "at P", "path so far", "path ahead", or the coordinates of the minimum.
    curvature
        Largest eigenvalue of the Hessian; NaN where there is none.
    limit
        Learning rate above which steps along it grow; NaN where there is none.
    """

    key: str
    place: str
    curvature: float
    limit: float


@dataclass(frozen=True, eq=False)
class RateLimits:
    """The limits of a learning rate, each of which is found when it is first asked for.

    Attributes
    ----------
    course
        Whose rate it is, where it began, and what was changed on the way.
    run
        Where it goes, or None.
    goal, arrives
        The minimum that it heads for, or None, and whether it gets there.
    step
        The step that is shown.
    """

    course: Course
    run: LongRun | None
    goal: Minimum | None
    arrives: bool
    step: int

    @property
    def optimizer(self) -> Optimizer:
        """With the settings of today."""
        return optimizer_of(self.course.racer)

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self.optimizer.rate(self.step + 1))

    @property
    def is_exceeded(self) -> bool:
        """Whether the learning rate is above the limit that the slider shows."""
        return self.shaded is not None and self.rate > self.shaded.limit * (1.0 + 1e-12)

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """At P, along the path so far and ahead, and at the minimum that the descent heads for."""
        known = self.at_point, self.so_far, self.ahead, self.minimum
        return tuple(bound for bound in known if bound is not None)

    @property
    def shaded(self) -> Bound | None:
        """The bound whose limit the slider shows: at the minimum, else along the path, else at P; or None."""
        known = (self._bound_at(key) for key in self._order)
        return next((bound for bound in known if bound is not None and math.isfinite(bound.limit)), None)

    @property
    def _order(self) -> tuple[str, ...]:
        return BLOWN_UP if self.run is None or self.run.diverged else ORDER

    def _bound_at(self, key: str) -> Bound | None:
        """Find one bound, and no other."""
        if key == "minimum":
            return self.minimum
        return self.ahead if key == "ahead" else self.at_point

    @cached_property
    def at_point(self) -> Bound:
        """At P."""
        ground = self.course.ground
        here = hessian_at(ground.formula, ground.parameters, ground.start)
        return self._bound("point", "at P", math.nan if here is None else float(np.linalg.eigvalsh(here)[1]))

    @cached_property
    def so_far(self) -> Bound | None:
        """Along the path to the step that is shown; None where there is no path."""
        if self.run is None:
            return None
        ground = self.course.ground
        if ground.noise:
            points = path_on(self.course, self.step).points[: self.step + 1]
            met = largest_curvatures(ground.formula, ground.parameters, points)
            curvature = float(np.nanmax(met)) if np.isfinite(met).any() else math.nan
        else:
            curvature = float(self.run.curvatures[min(self.step, self.run.steps)])
        return self._bound("so_far", "path so far", curvature)

    @cached_property
    def ahead(self) -> Bound | None:
        """Along the whole path; None where there is none."""
        if self.run is None:
            return None
        return self._bound("ahead", f"path, {self.run.steps} steps", float(self.run.curvatures[-1]))

    @cached_property
    def minimum(self) -> Bound | None:
        """At the minimum; None where it heads for none."""
        if self.goal is None:
            return None
        return self._bound("minimum", place(self.goal.point), self.goal.curvatures[1])

    def _bound(self, key: str, where: str, curvature: float) -> Bound:
        limit = self.optimizer.learning_rate_limit(curvature)
        return Bound(key, where, curvature, math.nan if limit is None else limit)


def limits_of(course: Course, step: int) -> RateLimits:
    """Follow a course to where it leads, and give the limits on the way."""
    run = long_run(course, step)
    goal, arrives = end_of(run, course.racer)
    return RateLimits(course, run, goal, arrives, step)


def limit_latex(optimizer: Optimizer) -> str:
    r"""Write how the limit of an optimiser follows from the curvature, such as ``2/{\lambda}_{\max}``."""
    latex = optimizer.stability_formula.replace(" ", "")
    return latex.replace("λmax", r"{\lambda}_{\max}").replace("β", r"{\beta}").replace("+", " + ")


def equation(limit_latex: str, limit: float) -> str:
    """Write how a limit follows from the curvature, and what it is, as LaTeX."""
    return f"{limit_latex} = {latex_number(limit)}"


def latex_number(value: float) -> str:
    """Write a number with three digits as LaTeX."""
    mantissa, e, exponent = shown(value).partition("e")
    return (rf"{mantissa} \times 10^{{{exponent}}}" if e else mantissa).replace("−", "-")


def plain_number(value: float, digits: int = 3) -> str:
    """Write a number in a sentence.

    Examples
    --------
    >>> plain_number(0.1), plain_number(243.7, 2), plain_number(8.2e7, 2)
    ('0.1', '240', '8.2 × 10⁷')
    """
    mantissa, e, exponent = shown(value, digits).partition("e")
    if e and 1.0 < value < PLAIN:
        return f"{float(shown(value, digits)):.0f}"
    return f"{mantissa} × 10{exponent.translate(RAISED)}" if e else mantissa


def place(point: Point) -> str:
    """Write a place with two decimals."""
    x, y = (f"{round(part, 2) + 0.0:.2f}" if abs(part) < 1e4 else f"{part:.2e}" for part in point)
    return f"({x}, {y})".replace("-", "−")
