"""The Regression tab asks which line fits the points best, and how descent finds it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.primitives import FloatArray
from core.regression import LinearRegression
from core.scenes.regression_fit import (
    SMALLEST_LIMIT,
    Descent,
    Landscape,
    Optimum,
    Point,
    Points,
    fit_of,
    landscape_of,
    level_curve,
    limit_of,
    optimum_of,
)
from core.scenes.regression_line import (
    NOWHERE,
    intercept_handle,
    intercept_letter,
    slope_handle,
    start_label,
)
from core.scenes.regression_state import (
    FIRST_HORIZON,
    LARGEST_STEP,
    PRESETS,
    RegressionState,
    descent_of,
    optimizer_of,
    with_step,
    within_reach,
)
from core.scenes.regression_text import Pieces, gradient_sums, short
from core.scenes.state import View

SMALLEST_LOSS = 1e-290
SMALLEST_SHARE = 1e-18
"""Losses below this share of the first one are out of the automatic view."""

LARGEST_GROWTH = 1e3
"""So many times the losses so far are in the automatic view, if the steps to come grow so large."""


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
    optimizer, learning_rate, momentum, loss_scale
        As chosen; `momentum` is None where the optimiser has none.
    data_view, landscape_view, loss_view
        Visible parts of the three plots.
    intercept_handle, slope_handle, start_label
        Where the handles of the line and the name of the start line stand; NaN for nowhere.
    intercept_letter
        What the handle of the intercept is called where it stands, in LaTeX.
    out_of_view
        A sentence if the present (w, b) is outside the landscape's view, or empty.
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
    usual_rate
        The learning rate that suits the data: that of the ready data set, or half the limit.
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
    momentum: float | None
    loss_scale: str
    data_view: View
    landscape_view: View
    loss_view: View
    intercept_handle: Point
    slope_handle: Point
    start_label: Point
    intercept_letter: str
    out_of_view: str
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
    usual_rate: float
    limit: float
    limit_latex: str
    warning: str


def compute(state: RegressionState) -> RegressionScene:
    """Compute the whole scene from the state."""
    fit = fit_of(state.points)
    descent = descent_of(state)
    step = min(max(state.step, 0), descent.last_step)
    w, b = float(descent.w[step]), float(descent.b[step])
    slope_gradient, level_gradient = (float(part) for part in fit.gradient(w, b))
    optimum = optimum_of(state.points)
    curve = descent.losses if state.loss_scale == "loss" else descent.excesses
    limit, limit_latex = limit_of(fit, optimizer_of(state))
    residuals = _residuals(fit, w, b)
    return RegressionScene(
        points=state.points,
        w=w,
        b=b,
        loss=float(descent.losses[step]),
        start=(float(descent.w[0]), float(descent.b[0])),
        at_start=step == 0,
        step=step,
        can_go_on=(
            step < LARGEST_STEP
            and state.learning_rate >= 0.0
            and not (descent.stopped and step == descent.last_step)
        ),
        optimizer=state.optimizer,
        learning_rate=state.learning_rate,
        momentum=state.momentum if state.optimizer == "momentum" else None,
        loss_scale=state.loss_scale,
        data_view=state.data_view,
        landscape_view=state.landscape_view,
        loss_view=_loss_view(state, curve, step, optimum.loss),
        intercept_handle=intercept_handle(w, b, state.data_view),
        slope_handle=slope_handle(w, b, state.data_view),
        start_label=start_label(state.start, state.data_view) if step else NOWHERE,
        intercept_letter=intercept_letter(b, state.data_view),
        out_of_view=_out_of_view(state, w, b),
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
        slope_range=state.slope_range,
        intercept_range=state.intercept_range,
        rate_range=state.rate_range,
        usual_rate=_usual_rate(state, limit),
        limit=limit,
        limit_latex=limit_latex,
        warning=_warning(state, descent, step, limit, limit_latex),
    )


# Parts of the scene ------------------------------------------------------------------------------


def _residuals(fit: LinearRegression, w: float, b: float) -> Residuals:
    errors = fit.residuals(w, b)
    return Residuals(fit.features, fit.targets, fit.targets + errors, (errors > 0) == (w >= 0))


def _out_of_view(state: RegressionState, w: float, b: float) -> str:
    left, right, bottom, top = state.landscape_view
    if left <= w <= right and bottom <= b <= top:
        return ""
    if within_reach(state):
        return "(w, b) is out of view: Ctrl+0 shows it"
    return "(w, b) is far out of view"


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


def _usual_rate(state: RegressionState, limit: float) -> float:
    for preset in PRESETS:
        if preset.points == state.points:
            return preset.learning_rate
    if not (math.isfinite(limit) and limit > SMALLEST_LIMIT):
        return RegressionState.learning_rate
    return float(f"{limit / 2:.2g}")


def _warning(state: RegressionState, descent: Descent, step: int, limit: float, latex: str) -> str:
    ended = descent.stopped if step == descent.last_step else ""
    if state.learning_rate < 0.0:
        rate = "Below 0 each step would go uphill: choose a learning rate above 0."
    elif state.learning_rate == 0.0:
        rate = "At 0 no step moves the line: choose a learning rate above 0."
    elif state.learning_rate > limit and not (ended and descent.divergence):
        rate = f"Above ${latex}$ the loss grows.{_advice(descent)}"
    else:
        rate = ""
    return " ".join(filter(None, (rate, ended)))


def _advice(descent: Descent) -> str:
    if descent.divergence is None or descent.divergence.safe_rate is None:
        return ""
    return f" Try the learning rate ${short(descent.divergence.safe_rate)}$."


def to_python(state: RegressionState) -> str:
    """NumPy script that takes the steps that the tab shows."""
    momentum = state.optimizer == "momentum"
    rule = (
        f"velocity = {state.momentum!r} * velocity + gradient\n    theta = theta - learning_rate * velocity"
    )
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
