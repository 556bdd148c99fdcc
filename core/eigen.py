"""Eigenvalues of symmetric matrices of two rows, many at once."""

from __future__ import annotations

from typing import Any

import numpy as np

SINGULAR = 1e-9
"""An eigenvalue smaller than this part of the other one is zero but for rounding."""


def eigen(xx: Any, xy: Any, yy: Any) -> tuple[Any, Any, Any, Any]:
    """Eigenvalues of symmetric matrices of two rows, and the direction that belongs to the larger one.

    Parameters
    ----------
    xx, xy, yy
        The three different entries; numbers or arrays.

    Returns
    -------
    smaller, larger, cosine, sine
        The eigenvector of the smaller one is at a right angle: ``(-sine, cosine)``.

    Examples
    --------
    >>> [float(part) for part in eigen(2.0, 0.0, 5.0)]
    [2.0, 5.0, 0.0, 1.0]
    >>> [float(part) for part in eigen(2e300, 0.0, 2.0)]
    [2.0, 2e+300, 1.0, 0.0]
    """
    middle, half = xx / 2.0 + yy / 2.0, xx / 2.0 - yy / 2.0
    spread = np.hypot(half, xy)
    angle = 0.5 * np.arctan2(xy, half)
    cosine, sine = np.cos(angle), np.sin(angle)
    cosine = np.where((xy == 0.0) & (half < 0.0), 0.0, cosine)
    apart = xy == 0.0  # then the difference would lose a small one beside a large one
    smaller = np.where(apart, np.minimum(xx, yy), middle - spread)
    larger = np.where(apart, np.maximum(xx, yy), middle + spread)
    return smaller, larger, cosine, sine


def is_singular(smaller: float, larger: float) -> bool:
    """Tell whether one of two eigenvalues is zero but for rounding, so that they leave the kind open.

    Examples
    --------
    >>> is_singular(2.0, 1e6), is_singular(0.0, 1.0), is_singular(0.0, 0.0)
    (False, True, True)
    """
    sizes = abs(smaller), abs(larger)
    return min(sizes) <= SINGULAR * max(sizes)
