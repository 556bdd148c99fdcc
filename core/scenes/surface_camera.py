"""Where the points of a box in space are on the screen, and what a pixel looks at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.primitives import FloatArray

FIELD = 26.0
"""Degrees that the eye sees from the bottom to the top: few, so that heights can be compared."""

RADIUS = 0.83
"""So far from its middle the eye sees the box at zoom 1."""

REACH = 1.6
"""Depth is told apart so far before and behind the middle of the box."""


@dataclass(frozen=True)
class SurfaceCamera:
    """An eye that looks at the middle of a box, whose floor is 1 wide and has the origin in its middle.

    Attributes
    ----------
    azimuth, elevation
        Where the eye is, in degrees.
    zoom
        1 shows the whole box.
    width, height
        The picture, in pixels.
    top
        Height of the box.
    """

    azimuth: float
    elevation: float
    zoom: float
    width: float
    height: float
    top: float

    @cached_property
    def towards(self) -> FloatArray:
        """Unit vector from the middle to the eye."""
        around, up = math.radians(self.azimuth), math.radians(self.elevation)
        return np.array(
            (math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up)), dtype=float
        )

    @cached_property
    def middle(self) -> FloatArray:
        """What the eye looks at."""
        return np.array((0.0, 0.0, 0.42 * self.top))

    @cached_property
    def distance(self) -> float:
        """From the eye to the middle."""
        return RADIUS / math.tan(math.radians(FIELD) / 2.0) * max(1.0, self.height / self.width)

    @cached_property
    def eye(self) -> FloatArray:
        """Place of the eye."""
        return self.middle + self.distance * self.towards

    @cached_property
    def modelview(self) -> FloatArray:
        """Matrix (4, 4) into the axes of the eye: right, up, and backwards."""
        around = math.radians(self.azimuth)
        right = np.array((-math.sin(around), math.cos(around), 0.0))
        turn = np.stack((right, np.cross(self.towards, right), self.towards))
        matrix = np.eye(4)
        matrix[:3, :3] = turn
        matrix[:3, 3] = -turn @ self.eye
        return matrix

    @cached_property
    def projection(self) -> FloatArray:
        """Matrix (4, 4) from the axes of the eye to OpenGL's cube."""
        scale = self.zoom / math.tan(math.radians(FIELD) / 2.0)
        near, far = max(self.distance - REACH, 0.05), self.distance + REACH
        matrix = np.zeros((4, 4))
        matrix[0, 0], matrix[1, 1] = scale * self.height / self.width, scale
        matrix[2, 2], matrix[2, 3] = -(far + near) / (far - near), -2.0 * far * near / (far - near)
        matrix[3, 2] = -1.0
        return matrix

    @cached_property
    def _to_screen(self) -> FloatArray:
        """Matrix (3, 4) to the distance before the eye, and to pixels times that."""
        x, y, _, distance = self.projection @ self.modelview
        width, height = self.width / 2.0, self.height / 2.0
        return np.stack((width * (x + distance), height * (distance - y), distance))

    def to_pixels(self, points: FloatArray) -> FloatArray:
        """Map points to the screen.

        Parameters
        ----------
        points : array, shape (..., 3)
            In the coordinates of the box; NaN stays NaN.

        Returns
        -------
        array, shape (..., 3)
            Pixels right and down, and how far before the eye.
        """
        seen: FloatArray = points @ self._to_screen[:, :3].T + self._to_screen[:, 3]
        seen[..., :2] /= seen[..., 2:]
        return seen

    def before_eye(self, depth: NDArray[np.floating[Any]]) -> FloatArray:
        """Give how far before the eye something of OpenGL's depth is, which runs from 0 to 1."""
        scale, shift = self.projection[2, 2:]
        before: FloatArray = shift / (2.0 * depth - 1.0 + scale)
        return before

    def sight(self, x: float, y: float) -> FloatArray:
        """Give the unit vector along which the eye sees a pixel."""
        across = (2.0 * x / self.width - 1.0) / self.projection[0, 0]
        up = (1.0 - 2.0 * y / self.height) / self.projection[1, 1]
        way: FloatArray = self.modelview[:3, :3].T @ np.array((across, up, -1.0))
        way /= np.linalg.norm(way)
        return way
