"""What a user can choose in the Regression tab, and every way in which it changes."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace

import numpy as np

from core.optimizers import OPTIMIZERS, Momentum, Optimizer
from core.presets import DATA_SETS, DataPreset
from core.scenes.regression_fit import (
    Descent,
    Point,
    Points,
    descend,
    optimum_of,
    rate_range,
    slider_ranges,
    stretched,
)
from core.scenes.regression_line import slope_handle
from core.scenes.state import State, StateError, View

FIRST_HORIZON = 120
"""How many steps are computed ahead at first; twice as many whenever the steps taken reach the end."""

LARGEST_STEP = 7_680

LARGEST_PARAMETER = 1e100

LARGEST_RATE = 1e100

LARGEST_MOMENTUM = 0.999

REACH = 30.0
"""All that matters takes in the present point up to so many times as far from the optimum as the start."""

PRESETS = DATA_SETS
"""Ready data sets."""

OPTIMIZER_TITLES = {key: OPTIMIZERS[key].title for key in ("gradient_descent", "momentum")}
"""The optimisers by the names that states use, as people know them."""

LOSS_SCALES = ("loss", "excess")
"""What the plot of the steps shows: L, or L − L*."""


@dataclass(frozen=True)
class RegressionState(State):
    """What the user chose.

    Attributes
    ----------
    points
        The data, at least one pair (x, y).
    start
        Slope and intercept that descent starts from.
    learning_rate, optimizer
        The step size, and the optimiser by its name in `OPTIMIZER_TITLES`.
    momentum
        Share β of the velocity that Momentum keeps at each step, from 0 to `LARGEST_MOMENTUM`.
    slope_range, intercept_range, rate_range
        Ends of the sliders; those that suit the data when they were loaded or all was brought into view,
        moved out to values chosen since.
    step
        How many steps were taken.
    loss_scale
        One of `LOSS_SCALES`.
    data_view, landscape_view
        Visible parts of the data and of the (w, b) plane.
    loss_view
        Visible part of the plot of the steps; empty for all of it.
    """

    points: Points = ((1.0, 2.0), (2.0, 4.0), (3.0, 5.0), (4.0, 4.0), (5.0, 5.0))
    start: Point = (0.5, 1.0)
    learning_rate: float = 0.06
    optimizer: str = "gradient_descent"
    step: int = 32
    loss_scale: str = "loss"
    data_view: View = (-0.355, 6.15, 0.0, 6.6)
    landscape_view: View = (-0.6225, 1.9175, 0.62, 2.98)
    loss_view: tuple[float, ...] = ()
    momentum: float = 0.9
    slope_range: Point = (-1.0, 2.0)
    intercept_range: Point = (-1.0, 5.0)
    rate_range: Point = (0.0, 0.1)

    def __post_init__(self) -> None:
        """Refuse what no gesture makes, such as a damaged file."""
        if not self.points:
            raise StateError("points has a wrong value: a fit needs at least one point")
        if self.optimizer not in OPTIMIZER_TITLES:
            raise StateError(f"optimizer has a wrong value: {self.optimizer[:40]}")
        if self.loss_scale not in LOSS_SCALES:
            raise StateError(f"loss_scale has a wrong value: {self.loss_scale[:40]}")
        if len(self.loss_view) not in (0, 4):
            raise StateError("loss_view has a wrong value: four numbers or none")
        if not 0.0 <= self.momentum <= LARGEST_MOMENTUM:
            raise StateError(f"momentum has a wrong value: {self.momentum}")
        for name in ("slope_range", "intercept_range", "rate_range"):
            lower, upper = getattr(self, name)
            if not -math.inf < lower < upper < math.inf:
                raise StateError(f"{name} has a wrong value: its ends are not in order")


def with_start(state: RegressionState, w: float, b: float) -> RegressionState:
    """Start anew at a slope and an intercept."""
    w, b = _bounded(w), _bounded(b)
    return replace(
        state,
        start=(w, b),
        step=0,
        slope_range=stretched(state.slope_range, w),
        intercept_range=stretched(state.intercept_range, b),
    )


def with_slope(state: RegressionState, w: float) -> RegressionState:
    """Start anew with another slope and the present intercept."""
    return with_start(state, w, present(state)[1])


def with_intercept(state: RegressionState, b: float) -> RegressionState:
    """Start anew with the present slope and another intercept."""
    return with_start(state, present(state)[0], b)


def with_slope_through(state: RegressionState, x: float, y: float) -> RegressionState:
    """Turn the line about its intercept until it runs through a point.

    Near x = 0, where no slope does that, the point counts as a little farther out, on the handle's side.
    """
    w, b = present(state)
    side = math.copysign(1.0, slope_handle(w, b, state.data_view)[0])
    nearest = 0.01 * (state.data_view[1] - state.data_view[0])
    return with_slope(state, (y - b) / (side * max(side * x, nearest, sys.float_info.min)))


def with_intercept_through(state: RegressionState, x: float, y: float) -> RegressionState:
    """Shift the line up or down until it runs through a point."""
    return with_intercept(state, y - present(state)[0] * x)


def with_step(state: RegressionState, step: int) -> RegressionState:
    """Go to a step, or as near to it as descent comes."""
    wanted = min(max(step, 0), LARGEST_STEP)
    return replace(state, step=min(wanted, descent_of(replace(state, step=wanted)).last_step))


def stepped(state: RegressionState, count: int) -> RegressionState:
    """Take some steps, backwards if `count` is negative."""
    return with_step(state, with_step(state, state.step).step + count)


def with_point(state: RegressionState, x: float, y: float) -> RegressionState:
    """Add a point."""
    return replace(state, points=(*state.points, (_bounded(x), _bounded(y))))


def with_point_moved(state: RegressionState, index: int, x: float, y: float) -> RegressionState:
    """Put a point elsewhere."""
    if not 0 <= index < len(state.points):
        return state
    moved = (_bounded(x), _bounded(y))
    return replace(state, points=(*state.points[:index], moved, *state.points[index + 1 :]))


def without_point(state: RegressionState, index: int) -> RegressionState:
    """Take a point away; the last one stays."""
    if not 0 <= index < len(state.points) or len(state.points) == 1:
        return state
    return replace(state, points=(*state.points[:index], *state.points[index + 1 :]))


def with_learning_rate(state: RegressionState, rate: float) -> RegressionState:
    """Choose the learning rate."""
    rate = min(max(rate, -LARGEST_RATE), LARGEST_RATE)
    return replace(state, learning_rate=rate, rate_range=stretched(state.rate_range, rate))


def with_optimizer(state: RegressionState, name: str) -> RegressionState:
    """Choose the optimiser; the slider of the learning rate then reaches its limit."""
    ends = rate_range(state.points, OPTIMIZERS[name])
    return replace(state, optimizer=name, rate_range=stretched(ends, state.learning_rate))


def with_momentum(state: RegressionState, momentum: float) -> RegressionState:
    """Choose how much of the velocity Momentum keeps."""
    return replace(state, momentum=min(max(momentum, 0.0), LARGEST_MOMENTUM))


def with_preset(state: RegressionState, preset: DataPreset, aspect: float) -> RegressionState:
    """Load points with their start and learning rate, and show all of it."""
    points = tuple((float(x), float(y)) for x, y in preset.points)
    start = (float(preset.start[0]), float(preset.start[1]))
    loaded = replace(state, points=points, start=start, learning_rate=preset.learning_rate, step=0)
    return fitted(replace(loaded, optimizer="gradient_descent"), aspect)


def fitted(state: RegressionState, aspect: float) -> RegressionState:
    """Show all that matters in the three plots, and on the sliders.

    Parameters
    ----------
    state
        With what there is to show.
    aspect
        Width of the landscape's plot divided by its height, for its axes have one scale.
    """
    x, y = np.array(state.points).T
    left, right = _with_zero(float(x.min()), float(x.max()))
    bottom, top = _with_zero(float(y.min()), float(y.max()))
    width, height = right - left, top - bottom
    for_slope, for_intercept = slider_ranges(state.points)
    for_rate = rate_range(state.points, OPTIMIZERS[state.optimizer])
    return replace(
        state,
        slope_range=stretched(for_slope, state.start[0]),
        intercept_range=stretched(for_intercept, state.start[1]),
        rate_range=stretched(for_rate, state.learning_rate),
        data_view=(
            left - 0.07 * width,
            right + 0.23 * width,
            bottom - (0.15 * height if bottom else 0.0),
            top + 0.32 * height,
        ),
        landscape_view=_fitted_landscape(state, aspect),
        loss_view=(),
    )


def present(state: RegressionState) -> Point:
    """Slope and intercept at the present step."""
    descent = descent_of(state)
    step = min(max(state.step, 0), descent.last_step)
    return float(descent.w[step]), float(descent.b[step])


def optimizer_of(state: RegressionState) -> Optimizer:
    """Give the optimiser with its learning rate and momentum."""
    kind = OPTIMIZERS[state.optimizer]
    rate = max(state.learning_rate, 0.0)
    if kind is Momentum:
        return Momentum(learning_rate=rate, beta=state.momentum)
    return kind(learning_rate=rate)


def descent_of(state: RegressionState) -> Descent:
    """Descend at least as far as the state says; equal choices give the very same object."""
    horizon = FIRST_HORIZON
    while horizon < min(state.step, LARGEST_STEP):
        horizon *= 2
    if state.learning_rate < 0.0:
        horizon = 0
    return descend(state.points, state.start, optimizer_of(state), horizon)


def within_reach(state: RegressionState) -> bool:
    """Tell whether the present (w, b) is near enough to be shown together with the start and the optimum."""
    optimum, here = optimum_of(state.points), present(state)
    centre = (optimum.w, optimum.b) if math.isfinite(optimum.w) else state.start
    distances = [max(abs(w - centre[0]), abs(b - centre[1])) for w, b in (state.start, here)]
    return distances[1] <= REACH * max(distances[0], _span(state))


def _span(state: RegressionState) -> float:
    lower, upper = slider_ranges(state.points)[0]
    return upper - lower


def _bounded(value: float) -> float:
    return min(max(value, -LARGEST_PARAMETER), LARGEST_PARAMETER)


def _with_zero(lower: float, upper: float) -> tuple[float, float]:
    """Take 0 in where it is near, and never give an empty range."""
    if lower == upper:
        half = 0.5 * abs(lower) or 1.0
        lower, upper = lower - half, upper + half
    span = upper - lower
    return (0.0 if 0 < lower <= 0.75 * span else lower), (0.0 if 0 > upper >= -0.75 * span else upper)


def _fitted_landscape(state: RegressionState, aspect: float) -> View:
    optimum = optimum_of(state.points)
    centres = [state.start]
    if math.isfinite(optimum.w):
        centres.append((optimum.w, optimum.b))
    if within_reach(state):
        centres.append(present(state))
    w, b = np.array(centres).T
    smallest = 0.25 * _span(state)
    w_middle, b_middle = float(w.min() + w.max()) / 2, float(b.min() + b.max()) / 2
    smallest = max(smallest, 1e-9 * abs(w_middle), 1e-9 * abs(b_middle))
    half = max(0.98 * float(np.ptp(b)), 0.98 * float(np.ptp(w)) / aspect, smallest)
    return (w_middle - aspect * half, w_middle + aspect * half, b_middle - half, b_middle + half)
