"""The box in which a surface stands: the scales of x, y and values inside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.primitives import FloatArray
from core.scenes.state import View

HEIGHT = 0.55
"""Height of the box, where the longer side of its floor is 1: low enough to look down on every slope."""

STEEPEST = 1e9
"""Slopes in the box are no steeper than this."""


@dataclass(frozen=True)
class Box:
    """The box in which the surface stands, and the coordinates inside it.

    x and y have one scale, so that the longer side of the view is 1; the middle of the floor is the origin.
    Upwards the values from `low` to `high` take `HEIGHT`.

    Attributes
    ----------
    view
        The part of the plane that is the floor.
    low, high
        Values at the floor and at the top.
    """

    view: View
    low: float
    high: float

    @property
    def span(self) -> float:
        """The longer side of the view, in its own units."""
        return max(self.view[1] - self.view[0], self.view[3] - self.view[2])

    @property
    def sides(self) -> tuple[float, float]:
        """Extent of the floor along x and y; the longer one is 1."""
        return (self.view[1] - self.view[0]) / self.span, (self.view[3] - self.view[2]) / self.span

    def across(self, x: float | FloatArray) -> FloatArray:
        """Map x into the box."""
        return (np.asarray(x) - (self.view[0] / 2.0 + self.view[1] / 2.0)) / self.span

    def along(self, y: float | FloatArray) -> FloatArray:
        """Map y into the box."""
        return (np.asarray(y) - (self.view[2] / 2.0 + self.view[3] / 2.0)) / self.span

    def up(self, value: float | FloatArray) -> FloatArray:
        """Map values to heights in the box, also outside it; no overflow for any finite value."""
        unit = max(abs(self.low), abs(self.high))
        with np.errstate(all="ignore"):
            share = (np.asarray(value) / unit - self.low / unit) / (self.high / unit - self.low / unit)
            return HEIGHT * share

    def place(self, x: float | FloatArray, y: float | FloatArray, value: float | FloatArray) -> FloatArray:
        """Map points to the box; the result has one more axis, of length 3."""
        return np.stack(np.broadcast_arrays(self.across(x), self.along(y), self.up(value)), axis=-1)

    def point(self, across: float, along: float) -> tuple[float, float]:
        """Give x and y of a place in the box."""
        return (
            self.view[0] / 2.0 + self.view[1] / 2.0 + across * self.span,
            self.view[2] / 2.0 + self.view[3] / 2.0 + along * self.span,
        )

    def value(self, height: float) -> float:
        """Give the value at a height in the box."""
        share = height / HEIGHT
        return self.low * (1.0 - share) + self.high * share

    def tangents(self, vectors: FloatArray, derivatives: FloatArray) -> FloatArray:
        """Give the ways of unit length along which a function rises as its derivatives say.

        Parameters
        ----------
        vectors : array, shape (n, 2)
            Unit vectors in the plane.
        derivatives : array, shape (n,)
            Slopes of the function along them.

        Returns
        -------
        array, shape (n, 3)
            In the coordinates of the box; what is too steep for them is nearly upright.
        """
        with np.errstate(all="ignore"):
            steep = derivatives / (self.high / 2.0 - self.low / 2.0) * (self.span / 2.0 * HEIGHT)
        steep = np.clip(steep, -STEEPEST, STEEPEST)
        return np.column_stack((vectors, steep)) / np.hypot(1.0, steep)[:, None]

    def holds(self, value: float) -> bool:
        """Tell whether a value lies between floor and top."""
        return self.low <= value <= self.high
