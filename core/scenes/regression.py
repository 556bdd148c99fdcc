"""The Regression tab asks which line fits the points best, and how descent finds it."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace

import numpy as np

from core.optimizers import OPTIMIZERS, Optimizer
from core.presets import DATA_SETS, DataPreset
from core.primitives import FloatArray
from core.regression import LinearRegression
from core.scenes.regression_fit import (
    Descent,
    Landscape,
    Optimum,
    Point,
    Points,
    descend,
    fit_of,
    landscape_of,
    level_curve,
    limit_of,
    optimum_of,
    round_up,
    slider_ranges,
)
from core.scenes.regression_text import Pieces, gradient_sums
from core.scenes.state import State, StateError, View

FIRST_HORIZON = 120
"""How many steps are computed ahead at first; twice as many whenever the steps taken reach the end."""

LARGEST_STEP = 7_680
LARGEST_PARAMETER = 1e100
LARGEST_RATE = 1e100

PRESETS = DATA_SETS
"""Ready data sets."""

OPTIMIZER_TITLES = {key: kind.title for key, kind in OPTIMIZERS.items()}
"""The optimisers by the names that states use, as people know them."""

LOSS_SCALES = ("loss", "excess")
"""What the plot of the steps shows: L, or L − L*."""

SMALLEST_LIMIT = 1e-290
SMALLEST_LOSS = 1e-290
SMALLEST_SHARE = 1e-18
"""Losses below this share of the first one are out of the automatic view."""

LARGEST_GROWTH = 1e3
"""So many times the losses so far are in the automatic view, if the steps to come grow so large."""


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
        The step size, and the optimiser by its name in `OPTIMIZERS`.
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

    def __post_init__(self) -> None:
        """Refuse what no gesture makes, such as a damaged file."""
        if not self.points:
            raise StateError("points has a wrong value: a fit needs at least one point")
        if self.optimizer not in OPTIMIZERS:
            raise StateError(f"optimizer has a wrong value: {self.optimizer[:40]}")
        if self.loss_scale not in LOSS_SCALES:
            raise StateError(f"loss_scale has a wrong value: {self.loss_scale[:40]}")
        if len(self.loss_view) not in (0, 4):
            raise StateError("loss_view has a wrong value: four numbers or none")


@dataclass(frozen=True, eq=False)
class Residuals:
    """What the line misses at each point.

    Attributes
    ----------
    x, y, predicted
        The data, and the line's height at each x.
    rightward
        Whether the square of each error stands on the right of its point: the side where the line is not.
    """

    x: FloatArray
    y: FloatArray
    predicted: FloatArray
    rightward: FloatArray


@dataclass(frozen=True, eq=False)
class RegressionScene:
    """All that the tab shows.

    Attributes
    ----------
    points
        The data.
    w, b, loss
        Slope, intercept and loss at the present step.
    start, at_start
        Slope and intercept at step 0, and whether that is where one is.
    step, can_go_on
        The present step, and whether another can be taken.
    optimizer, learning_rate, loss_scale
        As chosen.
    data_view, landscape_view, loss_view
        Visible parts of the three plots.
    intercept_handle, slope_handle, start_label
        Where the handles of the line and the name of the start line stand; NaN for nowhere.
    residuals
        The errors with their squares.
    landscape
        The loss over (w, b); the same object as long as the data and the view stay.
    level_curve
        Points (w, b) of equal loss with the present one, as two rows.
    descent
        The way, computed some steps ahead; the same object until what it depends on changes.
    trace
        The points (w, b) from the start to the present step, as two rows.
    downhill
        Tail and tip of the arrow −∇L, or None where the gradient is 0.
    curve
        What the plot of the steps shows after each of them.
    gradient, sums
        ∂L/∂w and ∂L/∂b, and the sums that they are.
    optimum
        The closed form.
    slope_range, intercept_range, rate_range
        Ends of the sliders.
    limit, limit_latex
        Learning rate above which the loss grows (NaN for none), and its formula.
    warning
        Why the learning rate is bad, or where descent ended: one sentence or more, or empty.
    """

    points: Points
    w: float
    b: float
    loss: float
    start: Point
    at_start: bool
    step: int
    can_go_on: bool
    optimizer: str
    learning_rate: float
    loss_scale: str
    data_view: View
    landscape_view: View
    loss_view: View
    intercept_handle: Point
    slope_handle: Point
    start_label: Point
    residuals: Residuals
    landscape: Landscape
    level_curve: FloatArray
    descent: Descent
    trace: FloatArray
    downhill: tuple[Point, Point] | None
    curve: FloatArray
    gradient: Point
    sums: tuple[Pieces, Pieces]
    optimum: Optimum
    slope_range: Point
    intercept_range: Point
    rate_range: Point
    limit: float
    limit_latex: str
    warning: str


NOWHERE: Point = (math.nan, math.nan)


def compute(state: RegressionState) -> RegressionScene:
    """Compute the whole scene from the state."""
    fit = fit_of(state.points)
    descent = _descent_of(state)
    step = min(max(state.step, 0), descent.last_step)
    w, b = float(descent.w[step]), float(descent.b[step])
    slope_gradient, level_gradient = (float(part) for part in fit.gradient(w, b))
    optimum = optimum_of(state.points)
    curve = descent.losses if state.loss_scale == "loss" else descent.excesses
    limit, limit_latex = limit_of(fit, _optimizer(state))
    residuals = _residuals(fit, w, b)
    return RegressionScene(
        points=state.points,
        w=w,
        b=b,
        loss=float(descent.losses[step]),
        start=(float(descent.w[0]), float(descent.b[0])),
        at_start=step == 0,
        step=step,
        can_go_on=step < LARGEST_STEP and not (descent.stopped and step == descent.last_step),
        optimizer=state.optimizer,
        learning_rate=state.learning_rate,
        loss_scale=state.loss_scale,
        data_view=state.data_view,
        landscape_view=state.landscape_view,
        loss_view=_loss_view(state, curve, step, optimum.loss),
        intercept_handle=_intercept_handle(w, b, state.data_view),
        slope_handle=_slope_handle(w, b, state.data_view),
        start_label=_start_label(state.start, state.data_view) if step else NOWHERE,
        residuals=residuals,
        landscape=landscape_of(state.points, state.landscape_view),
        level_curve=level_curve(fit, optimum, w, b, state.landscape_view),
        descent=descent,
        trace=np.array([descent.w[: step + 1], descent.b[: step + 1]]),
        downhill=_downhill(w, b, slope_gradient, level_gradient, state.landscape_view),
        curve=curve,
        gradient=(slope_gradient, level_gradient),
        sums=gradient_sums((residuals.predicted - residuals.y).tolist(), fit.features.tolist()),
        optimum=optimum,
        slope_range=slider_ranges(state.points)[0],
        intercept_range=slider_ranges(state.points)[1],
        rate_range=(0.0, round_up(1.1 * limit) if math.isfinite(limit) and limit > SMALLEST_LIMIT else 1.0),
        limit=limit,
        limit_latex=limit_latex,
        warning=_warning(state, descent, step, limit, limit_latex),
    )


# What gestures do --------------------------------------------------------------------------------


def with_start(state: RegressionState, w: float, b: float) -> RegressionState:
    """Start anew at a slope and an intercept."""
    return replace(state, start=(_bounded(w), _bounded(b)), step=0)


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
    side = math.copysign(1.0, _slope_handle(w, b, state.data_view)[0])
    nearest = 0.01 * (state.data_view[1] - state.data_view[0])
    return with_slope(state, (y - b) / (side * max(side * x, nearest, sys.float_info.min)))


def with_intercept_through(state: RegressionState, x: float, y: float) -> RegressionState:
    """Shift the line up or down until it runs through a point."""
    return with_intercept(state, y - present(state)[0] * x)


def with_step(state: RegressionState, step: int) -> RegressionState:
    """Go to a step, or as near to it as descent comes."""
    wanted = min(max(step, 0), LARGEST_STEP)
    return replace(state, step=min(wanted, _descent_of(replace(state, step=wanted)).last_step))


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
    return replace(state, learning_rate=min(max(rate, -LARGEST_RATE), LARGEST_RATE))


def with_preset(state: RegressionState, preset: DataPreset, aspect: float) -> RegressionState:
    """Load points with their start and learning rate, and show all of it."""
    points = tuple((float(x), float(y)) for x, y in preset.points)
    start = (float(preset.start[0]), float(preset.start[1]))
    loaded = replace(state, points=points, start=start, learning_rate=preset.learning_rate, step=0)
    return fitted(replace(loaded, optimizer="gradient_descent"), aspect)


def fitted(state: RegressionState, aspect: float) -> RegressionState:
    """Show all that matters in the three plots.

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
    return replace(
        state,
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
    descent = _descent_of(state)
    step = min(max(state.step, 0), descent.last_step)
    return float(descent.w[step]), float(descent.b[step])


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
    centres = [state.start, (optimum.w, optimum.b)]
    if math.isfinite(optimum.w):
        reach = 3.0 * max(abs(a - b) for a, b in zip(*centres, strict=True))
        here = present(state)
        if max(abs(here[0] - optimum.w), abs(here[1] - optimum.b)) <= reach:
            centres.append(here)
    else:
        centres.pop()
    w, b = np.array(centres).T
    smallest = 0.25 * (slider_ranges(state.points)[0][1] - slider_ranges(state.points)[0][0])
    w_middle, b_middle = float(w.min() + w.max()) / 2, float(b.min() + b.max()) / 2
    smallest = max(smallest, 1e-9 * abs(w_middle), 1e-9 * abs(b_middle))
    half = max(0.98 * float(np.ptp(b)), 0.98 * float(np.ptp(w)) / aspect, smallest)
    return (w_middle - aspect * half, w_middle + aspect * half, b_middle - half, b_middle + half)


def _optimizer(state: RegressionState) -> Optimizer:
    return OPTIMIZERS[state.optimizer](learning_rate=state.learning_rate)


def _descent_of(state: RegressionState) -> Descent:
    horizon = FIRST_HORIZON
    while horizon < min(state.step, LARGEST_STEP):
        horizon *= 2
    return descend(state.points, state.start, _optimizer(state), horizon)


# Parts of the scene ------------------------------------------------------------------------------


def _residuals(fit: LinearRegression, w: float, b: float) -> Residuals:
    errors = fit.residuals(w, b)
    return Residuals(fit.features, fit.targets, fit.targets + errors, (errors > 0) == (w >= 0))


def _inset(view: View) -> View:
    across, up = 0.045 * (view[1] - view[0]), 0.05 * (view[3] - view[2])
    return view[0] + across, view[1] - across, view[2] + up, view[3] - up


def _visible(w: float, b: float, view: View) -> tuple[float, float] | None:
    """Give the range of x in which a line is inside the view, or None."""
    left, right, bottom, top = view
    if not (math.isfinite(w) and math.isfinite(b)):
        return None
    if w == 0.0:
        return (left, right) if bottom <= b <= top else None
    ends = sorted(((bottom - b) / w, (top - b) / w))
    left, right = max(left, ends[0]), min(right, ends[1])
    return (left, right) if left < right else None


def _intercept_handle(w: float, b: float, view: View) -> Point:
    """At x = 0, or at the left end of what is seen of the line."""
    if view[0] <= 0.0 <= view[1] and view[2] <= b <= view[3]:
        return 0.0, b
    seen = _visible(w, b, _inset(view))
    return (seen[0], w * seen[0] + b) if seen else NOWHERE


def _slope_handle(w: float, b: float, view: View) -> Point:
    """At the right end of what is seen of the line, or at the left one if the right one is at x = 0."""
    seen = _visible(w, b, _inset(view))
    if seen is None:
        return NOWHERE
    x = seen[1] if abs(seen[1]) >= 0.02 * (view[1] - view[0]) else seen[0]
    return x, w * x + b


def _start_label(start: Point, view: View) -> Point:
    seen = _visible(*start, view)
    if seen is None:
        return NOWHERE
    x = seen[0] + 0.795 * (seen[1] - seen[0])
    return x, start[0] * x + start[1]


def _downhill(w: float, b: float, for_w: float, for_b: float, view: View) -> tuple[Point, Point] | None:
    """Point an arrow against the gradient; it tells the direction, and is an eighth of the view long."""
    steepness = math.hypot(for_w, for_b)
    if not 0.0 < steepness < math.inf:
        return None
    length = 0.122 * min(view[1] - view[0], view[3] - view[2])
    return (w, b), (w - length * for_w / steepness, b - length * for_b / steepness)


def _loss_view(state: RegressionState, curve: FloatArray, step: int, least: float) -> View:
    """Show all steps; of losses that grow beyond all bounds, little more than those up to the present."""
    if len(state.loss_view) == 4:
        return state.loss_view[0], state.loss_view[1], state.loss_view[2], state.loss_view[3]
    horizon = max(float(FIRST_HORIZON), float(len(curve) - 1))
    known = curve[np.isfinite(curve) & (curve >= SMALLEST_LOSS)]
    if not known.size:
        return 0.0, horizon, 0.1, 10.0
    so_far = np.nanmax(curve[: step + 1], initial=float(known[0]))
    top = min(float(known.max()), LARGEST_GROWTH * float(so_far))
    shown = known[known >= SMALLEST_SHARE * min(top, float(known[0]))]
    bottom = float(shown.min())
    if state.loss_scale == "loss" and least >= max(SMALLEST_SHARE * top, SMALLEST_LOSS):
        bottom = min(bottom, least)
    decades = max(math.log10(top) - math.log10(bottom), 0.3)
    low, high = math.log10(bottom) - 0.1 * decades, math.log10(top) + 0.21 * decades
    return 0.0, horizon, 10.0 ** min(max(low, -300.0), 290.0), 10.0 ** min(high, 300.0)


def _warning(state: RegressionState, descent: Descent, step: int, limit: float, latex: str) -> str:
    sentences = []
    if state.learning_rate < 0.0:
        sentences.append("Below 0 the loss grows: each step goes uphill.")
    elif state.learning_rate > limit:
        sentences.append(f"Above ${latex}$ the loss grows.")
    if descent.stopped and step == descent.last_step:
        sentences.append(descent.stopped)
    return " ".join(sentences)


def to_python(state: RegressionState) -> str:
    """NumPy script that takes the steps that the tab shows."""
    momentum = state.optimizer == "momentum"
    rule = "velocity = 0.9 * velocity + gradient\n    theta = theta - learning_rate * velocity"
    return (
        "import numpy as np\n\n"
        f"x = np.array({[x for x, _ in state.points]!r})\n"
        f"y = np.array({[y for _, y in state.points]!r})\n"
        f"theta = np.array({list(state.start)!r})  # w, b\n"
        f"learning_rate = {state.learning_rate!r}\n"
        + ("velocity = np.zeros(2)\n" if momentum else "")
        + f"for _ in range({with_step(state, state.step).step}):\n"
        "    residual = theta[0] * x + theta[1] - y\n"
        "    gradient = 2 * np.array([np.mean(residual * x), np.mean(residual)])\n"
        f"    {rule if momentum else 'theta = theta - learning_rate * gradient'}\n"
        "w, b = theta\n"
        "print('w, b =', w, b)\n"
        "print('L    =', np.mean((w * x + b - y) ** 2))\n"
    )
