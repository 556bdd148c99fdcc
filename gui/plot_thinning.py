"""Fewer points for the same line: Qt's stroker takes its time for each of them, however flat the line is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FLAT = 0.01
"""How many pixels a line may move when points are left out."""

BLOCK = 8
"""In a flat piece one of so many points is kept, in one that is nearly flat every other."""


def thinned(x: Array, y: Array) -> tuple[Array, Array]:
    r"""Leave out the points, given in pixels, without which the line through them looks the same.

    Gaps, ends and spikes stay. Where each point is at most :math:`\delta` aside of the line between its
    neighbours, a line over m points is at most :math:`\delta m^2/4` aside of them all.

    Returns
    -------
    x, y : array
        The same arrays if there are too few points to spare any.
    """
    blocks = (x.size - 2) // BLOCK
    if blocks < 1:
        return x, y
    end = 1 + blocks * BLOCK
    aside = _aside(x[: end + 1], y[: end + 1]).reshape(blocks, BLOCK)
    kept = np.ones(x.size, dtype=bool)
    inside = kept[1:end].reshape(blocks, BLOCK)
    inside[:, 0::2] = aside[:, 0::2] > FLAT
    flat = aside.max(axis=1) <= FLAT * 4 / BLOCK**2
    inside[flat, : BLOCK - 1] = False
    return x[kept], y[kept]


def _aside(x: Array, y: Array) -> Array:
    """Give how far each inner point is from the line between its neighbours, infinite at gaps and spikes."""
    with np.errstate(all="ignore"):
        across, down = np.diff(x), np.diff(y)
        back_x, on_x, back_y, on_y = across[:-1], across[1:], down[:-1], down[1:]
        distance = np.abs(back_x * on_y - back_y * on_x) / np.hypot(back_x + on_x, back_y + on_y)
        forward = back_x * on_x + back_y * on_y > 0
        return np.where(forward & (distance < np.inf), distance, np.inf)
