"""What data and settings alone decide in the Regression tab: landscape, descent, optimum, limits.

The costly parts are computed once and come back as the same read-only arrays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.optimizers import Divergence, Momentum, Optimizer, minimize
from core.primitives import FloatArray
from core.regression import LinearRegression
from core.scenes.regression_text import Pieces, closed_form, decimals, short
from core.scenes.state import View

Point = tuple[float, float]
Points = tuple[Point, ...]

SMALLEST_RANGE, LARGEST_RANGE = 1e-100, 1e100
"""Sliders are neither shorter nor longer than this."""

LARGEST_STRETCH = 30.0
"""A slider grows to no more than about so many times its length at once."""

SMALLEST_LIMIT = 1e-290
"""Limits of the learning rate below this are as good as 0."""

GRID = 160
LEVELS = (1 / 48, 1 / 24, *(k / 12 for k in range(1, 12)))
"""Sizes of the isolines, which are ellipses, as shares of the largest one in view."""

LEVEL_CURVE_POINTS = 721


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss over a part of the (w, b) plane.

    Attributes
    ----------
    w, b
        Coordinates of columns and rows.
    losses
        Shape ``(len(b), len(w))``.
    shades
        The losses on a log scale, from 0 at the optimum to 1 at the largest in view.
    levels
        Losses of the isolines.
    """

    w: FloatArray
    b: FloatArray
    losses: FloatArray
    shades: FloatArray
    levels: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Descent:
    """The way down from the start, as far as it was computed.

    Attributes
    ----------
    steps
        0, 1, 2, …
    w, b
        Slope and intercept after each step.
    losses, excesses
        L, and L − L*, after each step; the latter is NaN where it is 0, which has no place on a log scale.
    stopped
        Why it ended early, in a sentence, or empty.
    divergence
        Why it diverges, known from the start, or None.
    """

    steps: FloatArray
    w: FloatArray
    b: FloatArray
    losses: FloatArray
    excesses: FloatArray
    stopped: str
    divergence: Divergence | None

    @property
    def last_step(self) -> int:
        """Number of the last step."""
        return len(self.steps) - 1


@dataclass(frozen=True)
class Optimum:
    """The best line in closed form.

    Attributes
    ----------
    w, b, loss
        Slope, intercept and least loss; w and b are NaN where there is not one best line.
    w_pieces, b_pieces
        How each comes about, in LaTeX with the numbers of these data filled in.
    loss_latex
        The least loss, with its letter.
    reason
        Why there is not one best line, or empty.
    """

    w: float
    b: float
    loss: float
    w_pieces: Pieces
    b_pieces: Pieces
    loss_latex: str
    reason: str


@lru_cache(maxsize=64)
def fit_of(points: Points) -> LinearRegression:
    """Read the data once."""
    return LinearRegression([x for x, _ in points], [y for _, y in points])


@lru_cache(maxsize=16)
def descend(points: Points, start: Point, optimizer: Optimizer, horizon: int) -> Descent:
    """Take `horizon` steps from the start, or as many as there are; nothing is raised."""
    fit = fit_of(points)
    try:
        path = minimize(fit.objective, start, optimizer, horizon)
    except ValueError:
        places, losses = np.array([start]), np.array([float(fit.loss(*start))])
        stopped = "The loss overflows at the start: choose a smaller slope or intercept, or nearer points."
        divergence = None
    else:
        places, losses = path.points, path.losses
        stopped, divergence = path.stopped or "", path.divergence
    excesses = _excesses(fit, places[:, 0], places[:, 1])
    arrays = (np.arange(float(len(places))), places[:, 0].copy(), places[:, 1].copy(), losses, excesses)
    for array in arrays:
        array.setflags(write=False)
    return Descent(*arrays, stopped=stopped, divergence=divergence)


def _excesses(fit: LinearRegression, w: FloatArray, b: FloatArray) -> FloatArray:
    """L − L* without cancellation: the mean squared distance from the best line, at the data's x."""
    slope, intercept = fit.solution if fit.has_unique_solution else (0.0, fit.target_mean)
    with np.errstate(all="ignore"):
        best = slope * fit.features + intercept
    if not np.isfinite(best).all():
        return np.full_like(w, np.nan)
    excesses = np.asarray(LinearRegression(fit.features, best).loss(w, b))
    return np.where(np.isfinite(excesses) & (excesses > 0.0), excesses, np.nan)


@lru_cache(maxsize=16)
def landscape_of(points: Points, view: View) -> Landscape:
    """Compute the loss on a grid over the view."""
    fit = fit_of(points)
    w, b = np.linspace(view[0], view[1], GRID), np.linspace(view[2], view[3], GRID)
    losses = np.asarray(fit.loss(w[None, :], b[:, None]))
    losses = np.where(np.isfinite(losses), losses, np.nan)
    with np.errstate(all="ignore"):
        excess = losses - fit.minimum_loss
        largest = np.nanmax(excess) if np.isfinite(excess).any() else np.float64(np.nan)
        scale = np.float64(min(fit.minimum_loss, 0.02 * largest) or 0.02 * largest)
        shades = np.log1p(np.maximum(excess, 0.0) / scale) / np.log1p(largest / scale)
        levels = fit.minimum_loss + largest * np.square(LEVELS)
    for array in (w, b, losses, shades):
        array.setflags(write=False)
    return Landscape(w, b, losses, shades, tuple(float(level) for level in levels))


@lru_cache(maxsize=64)
def optimum_of(points: Points) -> Optimum:
    """Solve for the best line, or say why there is not one."""
    fit = fit_of(points)
    w, b = fit.solution
    loss_latex = rf"L^{{\star}} = {short(fit.minimum_loss)}"
    if not all(map(math.isfinite, (w, b, fit.minimum_loss, fit.feature_variance))):
        if fit.has_unique_solution:
            reason = "The numbers are too large for the closed form."
        elif len(points) == 1:
            reason = "One point does not decide a line: many run through it."
        else:
            reason = "All x are equal, so many lines fit equally well."
        return Optimum(math.nan, math.nan, fit.minimum_loss, (), (), loss_latex, reason)
    return Optimum(w, b, fit.minimum_loss, *closed_form(fit), loss_latex, "")


@lru_cache(maxsize=64)
def slider_ranges(points: Points) -> tuple[Point, Point]:
    """Give the ends of the sliders for w and b: round numbers about the optimum, as far as data spread."""
    fit = fit_of(points)
    optimum = optimum_of(points)
    centre = (optimum.w, optimum.b) if not optimum.reason else (0.0, fit.target_mean)
    with np.errstate(all="ignore"):
        spread = float(fit.targets.std()) or abs(fit.target_mean) or 1.0
        slope = 2.0 * spread / math.sqrt(fit.feature_variance) if fit.feature_variance else 2.0
    level = max(2.5 * spread, 1.1 * abs(centre[0] * fit.feature_mean))
    return _round_range(centre[0], slope), _round_range(centre[1], level)


def level_curve(fit: LinearRegression, optimum: Optimum, w: float, b: float, view: View) -> FloatArray:
    """Trace L(w, b) = present loss exactly, with most points near the present one.

    Seen from the optimum, s = w − w* and t = b − b* + x̄ s make the loss L* + Var(x) s² + t².
    """
    spread = math.sqrt(fit.feature_variance) if math.isfinite(fit.feature_variance) else math.nan
    mean = fit.feature_mean
    with np.errstate(all="ignore"):
        if optimum.reason:
            level = abs(b + mean * w - fit.target_mean)
            ends = np.array([view[0], view[1], math.nan])
            heights = fit.target_mean - mean * ends
            return np.array([np.tile(ends, 2), np.concatenate((heights - level, heights + level))])
        s, t = w - optimum.w, b - optimum.b + mean * (w - optimum.w)
        radius = math.hypot(spread * s, t)
        turn = np.linspace(-1.0, 1.0, LEVEL_CURVE_POINTS)
        angle = math.atan2(t, spread * s) + math.pi * np.sign(turn) * np.abs(turn) ** 2
        across = radius / spread * np.cos(angle)
        return np.array([optimum.w + across, optimum.b + radius * np.sin(angle) - mean * across])


def limit_of(fit: LinearRegression, optimizer: Optimizer) -> tuple[float, str]:
    """Give the learning rate above which an optimiser diverges on these data, and its formula."""
    with np.errstate(all="ignore"):
        limit, latex = fit.learning_rate_limit, "2"
    if isinstance(optimizer, Momentum):
        limit, latex = (1.0 + optimizer.beta) * limit, r"2 (1 + {\beta})"
    if not math.isfinite(limit):
        return math.nan, ""
    return limit, rf"{latex} / {{\lambda}}_{{\max}} = {decimals(limit)}"


def rate_range(points: Points, kind: type[Optimizer]) -> Point:
    """Give the ends of the slider for the learning rate: from 0 to a little beyond the largest limit."""
    limit, _ = limit_of(fit_of(points), Momentum(beta=0.999) if kind is Momentum else kind())
    return 0.0, round_up(1.1 * limit) if math.isfinite(limit) and limit > SMALLEST_LIMIT else 1.0


def stretched(ends: Point, value: float) -> Point:
    """Give the same ends of a slider, unless the value is beyond one of them, which then moves out to it.

    For a value out of all proportion, such as one from a descent that diverged, nothing moves.
    """
    lower, upper = ends
    if max(value - upper, lower - value) > LARGEST_STRETCH * (upper - lower):
        return ends
    if value > upper:
        return lower, round_up(max(value, SMALLEST_RANGE)) if value > 0.0 else 0.0
    if value < lower:
        return -round_up(max(-value, SMALLEST_RANGE)) if value < 0.0 else 0.0, upper
    return ends


def round_up(value: float) -> float:
    """Give the next number of two digits or less that is good to read."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        m * power for m in (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0) if m * power >= value
    )


def _round_range(centre: float, half: float) -> Point:
    """Give ends about `half` on both sides of the centre, as round as a third of that."""
    if not (math.isfinite(centre) and SMALLEST_RANGE < half < LARGEST_RANGE):
        return -1.0, 1.0
    half = max(half, 1e-9 * abs(centre))
    power = 10.0 ** math.floor(math.log10(half))
    step = next(m * power for m in (5.0, 2.0, 1.0, 0.5, 0.2) if m * power <= half / 2.5)
    lower, upper = round((centre - half) / step) * step, round((centre + half) / step) * step
    return (lower, upper) if lower < upper else (centre - half, centre + half)
