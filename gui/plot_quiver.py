"""Many small arrows on a plot, whose tone tells how strong each is."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPen

from gui.plot_axes import Projection
from gui.plot_item import CACHED, PlotItem, area_of

Array = NDArray[np.float64]

TONES = 6
PALEST, DARKEST = 0.3, 0.95
"""Opacity of the weakest arrows and of the strongest."""

HEAD, LONGEST_HEAD = 0.38, 5.0
"""Length of a head as a part of its arrow, and at most in pixels."""

SPREAD = 0.55
"""Half of a head's width as a part of its length."""


class Quiver(PlotItem):
    """Arrows in one colour, all drawn as lines; their drawing is kept while they stay.

    Attributes
    ----------
    count : int
        How many arrows are shown.
    """

    level = 1.6

    def __init__(self, colour: str, width: float = 1.2) -> None:
        super().__init__()
        self._pens = []
        for tone in np.linspace(PALEST, DARKEST, TONES):
            tint = QColor(colour)
            tint.setAlphaF(float(tone))
            self._pens.append(QPen(tint, width))
        self._ends: ArrayLike = np.empty((0, 4))
        self._shares: ArrayLike = np.empty(0)
        self._lines: list[list[QLineF]] = []
        self.setCacheMode(CACHED)

    @property
    def count(self) -> int:
        """How many arrows are shown."""
        return len(np.atleast_1d(self._shares))

    def show(self, ends: ArrayLike, shares: ArrayLike) -> None:
        """Draw an arrow for each row x, y of its tail, x, y of its tip.

        The shares, from 0 to 1, say how strong each is. The very same arrays as before cost nothing.
        """
        if ends is not self._ends or shares is not self._shares:
            self._ends, self._shares = ends, shares
            self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        if self.count:
            self.show(np.empty((0, 4)), np.empty(0))

    def _lay_out(self, projection: Projection) -> None:
        ends = np.asarray(self._ends, dtype=np.float64).reshape(-1, 4)
        tail_x, tail_y = projection.to_pixels(ends[:, 0], ends[:, 1])
        tip_x, tip_y = projection.to_pixels(ends[:, 2], ends[:, 3])
        tone = np.minimum((np.asarray(self._shares) * TONES).astype(np.intp), TONES - 1)
        lines = _arrows(tail_x, tail_y, tip_x, tip_y)
        seen = np.isfinite(lines).all(axis=(1, 2)) & (np.abs(lines) < 1e5).all(axis=(1, 2))
        self._lines = [
            [QLineF(*line) for line in lines[seen & (tone == each)].reshape(-1, 4).tolist()]
            for each in range(TONES)
        ]
        self.set_bounds(area_of(projection))

    def _draw(self, painter: QPainter) -> None:
        for pen, lines in zip(self._pens, self._lines, strict=True):
            if lines:
                painter.setPen(pen)
                painter.drawLines(lines)


def _arrows(tail_x: Array, tail_y: Array, tip_x: Array, tip_y: Array) -> Array:
    """Give shaft and both sides of the head of each arrow, as lines of shape (n, 3, 4)."""
    across, down = tip_x - tail_x, tip_y - tail_y
    length = np.hypot(across, down)
    with np.errstate(all="ignore"):
        head = np.minimum(HEAD * length, LONGEST_HEAD) / length
    back_x, back_y = tip_x - head * across, tip_y - head * down
    side_x, side_y = -SPREAD * head * down, SPREAD * head * across
    lines = [
        (tail_x, tail_y, tip_x, tip_y),
        (back_x + side_x, back_y + side_y, tip_x, tip_y),
        (back_x - side_x, back_y - side_y, tip_x, tip_y),
    ]
    return np.stack([np.stack(line, axis=-1) for line in lines], axis=1)
