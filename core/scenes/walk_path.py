"""Downhill on a curve from a point: the steps, and the minimum that lies that way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.autodiff import value_and_grad
from core.expression import Expression
from core.optimizers import OPTIMIZERS, Optimizer, Trajectory, minimize
from core.primitives import FloatArray
from core.scenes.curves import slope_of
from core.scenes.state import DEFAULT_PARAMETER, Numbers, StateError, expression_of
from core.taylor import taylor_coefficients

MOST_STEPS = {"gradient_descent": 2000, "newton": 50}
"""The methods by their names in `OPTIMIZERS`, and how many of their steps can be followed."""

SMALLEST_RATE, LARGEST_RATE = 1e-12, 1e12

AHEAD = (4, 16, 64, 256, 1024, 4096)
"""So many steps are computed at once."""

CONVERGED = 1e-12
"""A slope smaller than the first one by this factor is zero but for rounding."""

SEARCHED = 3.0
"""How far from the point a minimum is looked for, as a multiple of the view's width."""

PLACES = 1201
"""At so many places on that way."""

HALVINGS, PARTS = 9, 65
"""How often, and by how many places, the interval with the minimum is divided."""

FLAT = 1e-6
"""A second derivative is zero but for rounding if it changes the slope, over the way there, by no more than
this part of the slope at its start."""


def check_walk(method: str, learning_rate: float, step: int) -> None:
    """Refuse a walk that no user can choose.

    Raises
    ------
    StateError
        The message says what is wrong.
    """
    if method not in MOST_STEPS:
        raise StateError(f"walk_method has a wrong value: {method[:40]}")
    if not SMALLEST_RATE <= learning_rate <= LARGEST_RATE:
        raise StateError(f"walk_rate has a wrong value: {learning_rate}")
    if not 0 <= step <= MOST_STEPS[method]:
        raise StateError(f"walk_step has a wrong value: {step}")


@dataclass(frozen=True)
class Local:
    """Value and first two derivatives at one place; NaN where one does not exist."""

    x: float
    value: float
    slope: float
    curvature: float

    @property
    def limit(self) -> float:
        """Learning rate 2/f″ above which gradient descent leaves a minimum like this; NaN without one."""
        return 2.0 / self.curvature if self.curvature > 0.0 else math.nan

    @property
    def newton_step(self) -> float:
        """How far from here the parabola that fits has its vertex; NaN where it has none."""
        return -self.slope / self.curvature if self.curvature else math.nan


@dataclass(frozen=True)
class Goal:
    """The first place downhill where the curve turns up.

    Attributes
    ----------
    at
        The place.
    corner
        Whether the slope leaps there, so that there is no second derivative.
    flat
        Whether the second derivative is zero there.
    """

    at: Local
    corner: bool = False
    flat: bool = False


@lru_cache(maxsize=64)
def function_of_x(formula: str, parameters: Numbers) -> Expression:
    """Expression of x alone: the letters of a valid formula are replaced by their numbers."""
    expression, known = expression_of(formula), dict(parameters)
    letters = [name for name in expression.names if name != "x"]
    return expression.substitute({name: known.get(name, DEFAULT_PARAMETER) for name in letters})


@lru_cache(maxsize=256)
def local(formula: str, parameters: Numbers, x: float) -> Local:
    """Value and first two derivatives of a valid formula at x."""
    coefficients = taylor_coefficients(function_of_x(formula, parameters), {"x": x}, "x", 2)
    value, slope, half = map(float, coefficients)
    return Local(x, value, slope, 2.0 * half)


def optimizer_of(method: str, learning_rate: float) -> Optimizer:
    """Optimiser that takes the steps; Newton's step goes all the way to the vertex."""
    return OPTIMIZERS[method](learning_rate) if method == "gradient_descent" else OPTIMIZERS[method]()


def why_not(formula: str, parameters: Numbers, x: float) -> str:
    """Why no walk can begin at x, or an empty text."""
    slope = slope_of(formula, parameters, x)
    if not math.isfinite(slope.value):
        return "No walk can start here: f has no value at P."
    if slope.failure is not None or not math.isfinite(slope.derivative):
        return "No walk can start here: f has no slope at P."
    return ""


def walk(
    formula: str, parameters: Numbers, x: float, method: str, learning_rate: float, steps: int
) -> Trajectory:
    """Take steps from a place where the slope exists; fewer if the walk ends before.

    The steps are computed some ahead, so that the next ones are known already. That a walk diverges is said
    only if it still does at the end of those.

    Parameters
    ----------
    method
        One of `MOST_STEPS`.
    learning_rate
        Of gradient descent.
    """
    ahead = _walk(formula, parameters, x, method, learning_rate, next(end for end in AHEAD if end > steps))
    if ahead.steps <= steps:
        return ahead
    if ahead.divergence is not None:  # its numbers are those of so many steps
        return _walk(formula, parameters, x, method, learning_rate, steps)
    kept = {name: values[: steps + 1] for name, values in ahead.internals.items()}
    return Trajectory(
        ahead.points[: steps + 1],
        ahead.losses[: steps + 1],
        ahead.gradients[: steps + 1],
        kept,
        ahead.learning_rates[:steps],
    )


@lru_cache(maxsize=64)
def _walk(
    formula: str, parameters: Numbers, x: float, method: str, learning_rate: float, steps: int
) -> Trajectory:
    start = local(formula, parameters, x)
    rounding = 4.0 * np.finfo(np.float64).eps * abs(x * start.curvature)
    tolerance = max(CONVERGED * abs(start.slope), rounding if math.isfinite(rounding) else 0.0)
    function, optimizer = function_of_x(formula, parameters), optimizer_of(method, learning_rate)
    return minimize(function, {"x": x}, optimizer, steps, tolerance=tolerance)


@lru_cache(maxsize=64)
def goal(formula: str, parameters: Numbers, x: float, width: float) -> Goal | None:
    """Find the first minimum downhill from x, within some times the width of the view.

    None is returned where the curve falls on, or breaks off before, and where it is level at x.
    """
    start = local(formula, parameters, x)
    if not math.isfinite(start.slope) or start.slope == 0.0:
        return None
    down = -math.copysign(1.0, start.slope)
    way = np.linspace(x, x + down * SEARCHED * width, PLACES)
    found = _turn(formula, parameters, way, down)
    if found is None:
        return None
    left, right = found
    for _ in range(HALVINGS):
        finer = _turn(formula, parameters, np.linspace(left, right, PARTS), down)
        if finer is None or finer == (left, right):
            break
        left, right = finer
    return _goal_between(formula, parameters, start, left, right)


def _turn(formula: str, parameters: Numbers, way: FloatArray, down: float) -> tuple[float, float] | None:
    """Neighbours on a way between which it stops to lead down; None if it does not, or breaks off."""
    function = function_of_x(formula, parameters)
    values, gradient = value_and_grad(function, {"x": way})
    slopes = down * np.asarray(gradient.get("x", np.zeros_like(way)))
    stops = np.flatnonzero(~(slopes[1:] < 0.0))
    if not stops.size:
        return None
    first = int(stops[0])
    if not (np.isfinite(slopes[first + 1]) and np.isfinite(values[: first + 2]).all()):
        return None
    return float(way[first]), float(way[first + 1])


def _goal_between(formula: str, parameters: Numbers, start: Local, left: float, right: float) -> Goal | None:
    """Say what lies between two places that are as near as doubles allow; None for a leap."""
    before, after = local(formula, parameters, left), local(formula, parameters, right)
    if abs(after.value - before.value) > 1e-6 * abs(before.value - start.value):
        return None
    if abs(after.slope - before.slope) > 1e-6 * abs(start.slope):
        return Goal(after, corner=True)
    nearer = before if abs(before.slope) < abs(after.slope) else after
    flat = not abs(nearer.curvature * (nearer.x - start.x)) > FLAT * abs(start.slope)
    return Goal(nearer, flat=flat)
