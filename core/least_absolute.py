"""The line with the least mean absolute error, exactly."""

from __future__ import annotations

import math

import numpy as np

from core.primitives import FloatArray

HALVINGS = 200
"""More than enough to narrow any bracket of slopes down to neighbouring doubles."""


def least_absolute_line(features: FloatArray, targets: FloatArray, slope: float) -> tuple[float, int]:
    """Find a line with the least sum of absolute residuals.

    For a given slope the best height is the median of y − wx, so the loss becomes a convex function of the
    slope alone. Its subgradient changes sign at the optimum, which bisection finds however the points lie.
    Some best line passes through two of the points: the second one follows from a weighted median.

    Parameters
    ----------
    features, targets
        Arrays of one length; features vary.
    slope
        Where to start.

    Returns
    -------
    slope, pivot
        The slope, and the index of a point that the line passes through.

    Notes
    -----
    Bloomfield and Steiger, *Least Absolute Deviations* (1983), for the line through a point.
    """
    slope = _best_slope(features, targets, slope)
    heights = targets - slope * features
    pivot = int(np.argmin(np.abs(heights - np.median(heights))))
    return _best_slope_through(pivot, features, targets), pivot


def _subgradient(features: FloatArray, targets: FloatArray, slope: float) -> float:
    """Differentiate the loss, with the best height for each slope; at a kink take a slope between the two.

    Points on the line take the sign that makes all signs sum to 0, which is what a best height means.
    """
    heights = targets - slope * features
    signs = np.sign(heights - np.median(heights))
    on_line = signs == 0.0
    if on_line.any():
        signs[on_line] = -signs.sum() / np.count_nonzero(on_line)
    return -float(np.mean(signs * features))


def _best_slope(features: FloatArray, targets: FloatArray, slope: float) -> float:
    """Bracket the change of sign, then halve the bracket."""
    first = _subgradient(features, targets, slope)
    if first == 0.0:
        return slope
    residuals = targets - slope * features
    width = float(np.std(residuals) / np.std(features)) or math.ulp(slope)
    near, far = slope, slope - math.copysign(width, first)
    while math.isfinite(far) and _subgradient(features, targets, far) * first > 0.0:
        width *= 2.0
        near, far = far, far - math.copysign(width, first)
    for _ in range(HALVINGS):
        middle = near + 0.5 * (far - near)
        if middle in (near, far):
            break
        if _subgradient(features, targets, middle) * first > 0.0:
            near = middle
        else:
            far = middle
    return far if math.isfinite(far) else near


def _best_slope_through(pivot: int, features: FloatArray, targets: FloatArray) -> float:
    """Slope of the best line through one point: the median of the slopes to the others, by distance."""
    across, up = features - features[pivot], targets - targets[pivot]
    apart = across != 0.0
    slopes, weights = up[apart] / across[apart], np.abs(across[apart])
    order = np.argsort(slopes)
    passed = np.cumsum(weights[order])
    return float(slopes[order[np.searchsorted(passed, 0.5 * passed[-1])]])
