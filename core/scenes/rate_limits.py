"""The largest stable learning rates of an optimiser: at P, along its path, and at the minimum ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.optimizers import Optimizer
from core.optimizers.stability import shown
from core.scenes.destination import Course, Minimum, hessian_at
from core.scenes.downhill import Point
from core.scenes.state import Numbers

ORDER, BLOWN_UP = ("minimum", "ahead", "point"), ("minimum", "point")
"""Which limit the slider shows, the first that exists; where a run blows up, its path says nothing of use."""


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
    formula, parameters, point
        The function, and P.
    optimizer
        Whose rate it is.
    run
        Where it goes from P, or None.
    goal
        The minimum that it heads for, or None.
    step
        The step that is shown.
    """

    formula: str
    parameters: Numbers
    point: Point
    optimizer: Optimizer
    run: Course | None
    goal: Minimum | None
    step: int

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
        here = hessian_at(self.formula, self.parameters, self.point)
        return self._bound("point", "at P", math.nan if here is None else float(np.linalg.eigvalsh(here)[1]))

    @cached_property
    def so_far(self) -> Bound | None:
        """Along the path to the step that is shown; None where there is no path."""
        if self.run is None:
            return None
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


def limit_latex(optimizer: Optimizer) -> str:
    r"""Write how the limit of an optimiser follows from the curvature, such as ``2/{\lambda}_{\max}``."""
    latex = optimizer.stability_formula.replace(" ", "")
    return latex.replace("λmax", r"{\lambda}_{\max}").replace("β", r"{\beta}").replace("+", " + ")


def equation(limit_latex: str, limit: float) -> str:
    """Write how a limit follows from the curvature, and what it is, as LaTeX."""
    mantissa, e, exponent = shown(limit).partition("e")
    number = (rf"{mantissa} \times 10^{{{exponent}}}" if e else mantissa).replace("−", "-")
    return f"{limit_latex} = {number}"


def place(point: Point) -> str:
    """Write a place with two decimals."""
    x, y = (f"{round(part, 2) + 0.0:.2f}" if abs(part) < 1e4 else f"{part:.2e}" for part in point)
    return f"({x}, {y})".replace("-", "−")
