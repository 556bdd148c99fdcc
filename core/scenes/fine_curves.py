"""Curves of f and f′ for the eye: finer where even samples would miss spikes, ends, or what oscillates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from core.autodiff import value_and_grad
from core.breaks import Break, Function, find_breaks, leaps, usual_heights
from core.features import sign_changes
from core.primitives import FloatArray
from core.scenes.curves import SAMPLES, Curve, curve_and_slopes, read_only
from core.scenes.state import Numbers, expression_of

RESOLUTION = 1.0 / 1600.0
"""How far from the curve its chords may be, as a part of its usual heights: a quarter of a pixel."""

INSIDE = 16
"""So many places are looked at between two samples that are not enough."""

GOLDEN = 0.6180339887498949
"""They are multiples of this, modulo 1, so that no oscillation is in step with them."""


@dataclass(frozen=True, eq=False)
class FineCurves:
    """What is drawn over a window.

    Attributes
    ----------
    curve, slope_curve
        f and f′. Between two neighbouring samples, half a pixel apart, the lowest and the highest place
        found are enough to show whatever is there.
    breaks
        Jumps, holes and ends of f.
    """

    curve: Curve
    slope_curve: Curve
    breaks: tuple[Break, ...]


@lru_cache(maxsize=64)
def fine_curves(formula: str, parameters: Numbers, left: float, right: float) -> FineCurves:
    """Sample a valid formula and its derivative between two edges, as finely as they need.

    Where even samples are enough the curves are the very objects of
    :func:`core.scenes.curves.curve_and_slopes`.
    """
    expression, numbers = expression_of(formula), dict(parameters)

    def both(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        y, gradient = value_and_grad(expression, {**numbers, "x": x})
        slopes = gradient.get("x", np.where(np.isnan(y), np.nan, 0.0))
        return np.where(np.isfinite(y), y, np.nan), np.where(np.isfinite(slopes), slopes, np.nan)

    def height(x: FloatArray) -> Any:
        return expression.evaluate({**numbers, "x": x})

    def slope(x: FloatArray) -> Any:
        return both(x)[1]

    x = np.linspace(left, right, SAMPLES)
    with np.errstate(all="ignore"):
        y, slopes = both(x)
        breaks = find_breaks(height, x, y)
        turns = sign_changes(slope, x, slopes)
        missed = _missed_turns(x, y, turns, height)
        rough = _rough(y) | _off_chord(x, y, slopes)
        rough[np.searchsorted(x, missed) - 1] = True
        rough_slopes = rough | _rough(slopes)
        if not rough_slopes.any() and not breaks:
            return FineCurves(*curve_and_slopes(formula, parameters, left, right), ())
        between = _places_between(x, np.flatnonzero(rough_slopes), missed)
        heights_between, slopes_between = (each.reshape(between.shape) for each in both(between.ravel()))
        chosen = rough[rough_slopes]
        curve = _joined(height, x, y, between[chosen], heights_between[chosen], breaks)
        slope_curve = _joined(slope, x, slopes, between, slopes_between, ())
    return FineCurves(curve, slope_curve, breaks)


def _tolerance(y: FloatArray) -> float:
    usual = usual_heights(y)
    return np.inf if usual is None else max(RESOLUTION * (usual[1] - usual[0]), np.finfo(float).tiny)


def _missed_turns(x: FloatArray, y: FloatArray, turns: FloatArray, height: Function) -> FloatArray:
    """Choose the places where f turns and stands out from the chord between the samples around it."""
    turns = turns[(turns > x[0]) & (turns < x[-1])]
    if not turns.size:
        return turns
    stands_out = np.abs(np.asarray(height(turns)) - np.interp(turns, x, y)) > _tolerance(y)
    missed: FloatArray = turns[stands_out]
    return missed


def _rough(y: FloatArray) -> Any:
    """Tell which intervals have a chord too far from the curve, or an end of the curve in them."""
    bends = np.abs(y[:-2] - 2.0 * y[1:-1] + y[2:]) / 8.0
    known = np.isfinite(y)
    rough = known[:-1] != known[1:]
    bent = bends > _tolerance(y)
    rough[:-1] |= bent
    rough[1:] |= bent
    return rough


def _off_chord(x: FloatArray, y: FloatArray, slopes: FloatArray) -> Any:
    """Tell which intervals the curve enters or leaves in another direction than their chord has.

    So an oscillation is seen even if all samples of it are alike.
    """
    width = np.diff(x)
    chords = np.diff(y) / width
    off = np.fmax(np.abs(slopes[:-1] - chords), np.abs(slopes[1:] - chords)) * width / 4.0
    return off > _tolerance(np.concatenate((y, y[:-1] + 0.5 * slopes[:-1] * width)))


def _places_between(x: FloatArray, intervals: Any, turns: FloatArray) -> FloatArray:
    """Choose places inside each of some intervals, the given ones among them, in ascending order."""
    shares = np.sort(np.arange(1, INSIDE + 1) * GOLDEN % 1.0)
    places = x[intervals, None] + shares * (x[intervals + 1] - x[intervals])[:, None]
    rows = np.searchsorted(intervals, np.searchsorted(x, turns) - 1)
    places[rows, 0] = turns
    ordered: FloatArray = np.sort(places, axis=1)
    return ordered


def _joined(
    function: Function,
    x: FloatArray,
    y: FloatArray,
    between: FloatArray,
    heights: FloatArray,
    breaks: tuple[Break, ...],
) -> Curve:
    """Put the lowest and the highest place of each interval among the samples, and part them at leaps."""
    rows = np.arange(len(between))
    extremes = [
        np.where(np.isnan(heights), np.inf, heights).argmin(axis=1),
        np.where(np.isnan(heights), -np.inf, heights).argmax(axis=1),
    ]
    x = np.concatenate((x, *(between[rows, column] for column in extremes)))
    y = np.concatenate((y, *(heights[rows, column] for column in extremes)))
    x, first = np.unique(x, return_index=True)
    y = y[first]
    ends = np.array([each.x for each in breaks])
    if ends.size:
        elsewhere = ~np.isin(x, ends)
        x, y = x[elsewhere], y[elsewhere]
    leaping = np.flatnonzero(leaps(function, x, y))
    leaping = leaping[~np.isin(leaping, np.searchsorted(x, ends) - 1)]
    sides = np.array([(each.left, np.nan, each.right) for each in breaks]).reshape(-1)
    x = np.concatenate((x, x[leaping], np.repeat(ends, 3)))
    y = np.concatenate((y, np.full(leaping.size, np.nan), sides))
    order = np.argsort(x, kind="stable")
    return Curve(*read_only(x[order], y[order]))
