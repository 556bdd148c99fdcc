"""A function of x and y as a surface: triangles in a box, and where a line of sight meets them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.primitives import FloatArray
from core.scenes.level_map import LevelMap
from core.scenes.surface_box import HEIGHT, Box

Float32Array = npt.NDArray[np.float32]
FaceArray = npt.NDArray[np.uint32]

LARGEST = 1e306
"""Neither end of the box lies beyond this, so that its height, a hundred times over, is a number as well."""

SPIKY, HILL = 0.25, 8.0
"""If usual values end below such a part of what one in twenty exceeds, the top is so many times that."""

STRIDE = 2
"""Every second column and row of the map is enough for a smooth surface."""

ROOM = 0.02
"""The box is a little higher than the values, so that a minimum between the corners is in it."""

MARGIN = HEIGHT
"""Values farther above or below the box are drawn as if they were so far away, for single precision."""

NEARER = 0.03
"""What lies before a place hides it if it is so much nearer to the eye."""

SIGHT_SAMPLES = 480
"""Points at which a line of sight is compared with the surface."""


@dataclass(frozen=True, eq=False)
class SurfaceMesh:
    """A surface as triangles, in the coordinates of its box; all arrays are read-only.

    Attributes
    ----------
    plan
        The map of which this is the surface; the colours come from its shares.
    box
        The coordinates.
    columns, rows
        x and y of the corners, in the function's own units.
    heights : array, shape (rows, columns)
        Heights in the box; NaN where the function has no value or a pole.
    vertices, normals : array, shape (rows × columns, 3)
        Corners and upward normals; those of corners without a value belong to no face.
    shares : array, shape (rows × columns,)
        Where each value stands on the map's scale, from 0 to 1.
    faces : array, shape (n, 3)
        Triangles as rows of indices; none has a corner without a value or lies wholly outside the box.
    """

    plan: LevelMap
    box: Box
    columns: FloatArray
    rows: FloatArray
    heights: FloatArray
    vertices: Float32Array
    normals: Float32Array
    shares: Float32Array
    faces: FaceArray

    def height_at(self, across: FloatArray, along: FloatArray) -> FloatArray:
        """Interpolate heights between the corners; NaN outside the floor and where a corner has none."""
        xs, ys = self.box.across(self.columns), self.box.along(self.rows)
        column = np.clip(np.searchsorted(xs, across) - 1, 0, xs.size - 2)
        row = np.clip(np.searchsorted(ys, along) - 1, 0, ys.size - 2)
        right = (across - xs[column]) / (xs[column + 1] - xs[column])
        up = (along - ys[row]) / (ys[row + 1] - ys[row])
        z = self.heights
        low = z[row, column] * (1.0 - right) + z[row, column + 1] * right
        high = z[row + 1, column] * (1.0 - right) + z[row + 1, column + 1] * right
        inside = (right >= 0.0) & (right <= 1.0) & (up >= 0.0) & (up <= 1.0)
        return np.where(inside, low * (1.0 - up) + high * up, np.nan)

    def seen(self, eye: FloatArray, direction: FloatArray) -> tuple[float, float] | None:
        """Find the point of the surface that one sees from `eye` in a direction.

        Parameters
        ----------
        eye, direction : array, shape (3,)
            In the coordinates of the box.

        Returns
        -------
        (float, float) or None
            x and y, or None if the line of sight misses the surface.
        """
        at = self._meeting(eye, direction)
        return None if at is None else self.box.point(float(at[0]), float(at[1]))

    def hides(self, eye: FloatArray, place: FloatArray) -> bool:
        """Tell whether the surface is between an eye and a place, clearly nearer than the place."""
        way = place - eye
        at = self._meeting(eye, way)
        return at is not None and bool(np.linalg.norm(at - eye) < np.linalg.norm(way) - NEARER)

    def _meeting(self, eye: FloatArray, direction: FloatArray) -> FloatArray | None:
        """Find where in the box a line of sight first meets the surface."""
        width, depth = self.box.sides
        first, last = _inside(eye, direction, (width / 2.0, depth / 2.0))
        if not first < last:
            return None
        way = np.linspace(first, last, SIGHT_SAMPLES)
        points = eye + way[:, None] * direction
        above = points[:, 2] - self.height_at(points[:, 0], points[:, 1])
        with np.errstate(all="ignore"):
            crosses = np.flatnonzero(above[:-1] * above[1:] <= 0.0)
        if not crosses.size:
            return None
        index = crosses[0]
        before, after = above[index], above[index + 1]
        part = before / (before - after) if before != after else 0.0
        at: FloatArray = points[index] + part * (points[index + 1] - points[index])
        return at


def _inside(eye: FloatArray, direction: FloatArray, halves: tuple[float, float]) -> tuple[float, float]:
    """Between which multiples of the direction a line of sight is inside the box."""
    first, last = 0.0, math.inf
    ranges = ((-halves[0], halves[0]), (-halves[1], halves[1]), (0.0, HEIGHT))
    for start, step, (low, high) in zip(eye, direction, ranges, strict=True):
        if abs(step) < 1e-12:
            if not low <= start <= high:
                return 0.0, 0.0
            continue
        ends = sorted(((low - start) / step, (high - start) / step))
        first, last = max(first, ends[0]), min(last, ends[1])
    return float(first), float(last)


@lru_cache(maxsize=4)
def surface_mesh(plan: LevelMap) -> SurfaceMesh:
    """Make the surface of a map; the very same map gives the very same object."""
    view = (float(plan.x[0]), float(plan.x[-1]), float(plan.y[0]), float(plan.y[-1]))
    picked = np.unique(np.append(np.arange(0, plan.x.size, STRIDE), plan.x.size - 1))
    columns, rows, values = plan.x[picked], plan.y[picked], plan.heights[np.ix_(picked, picked)]
    box = Box(view, *_range(plan.usual, values))
    exact = box.up(values)
    heights = np.clip(exact, -MARGIN, HEIGHT + MARGIN)
    known = ~np.isnan(heights)
    corners = np.stack(
        np.broadcast_arrays(box.across(columns)[None, :], box.along(rows)[:, None], heights), axis=-1
    )
    vertices = np.where(known[..., None], corners, 0.0).reshape(-1, 3).astype(np.float32)
    normals = _normals(exact, box.across(columns), box.along(rows)).reshape(-1, 3).astype(np.float32)
    shares = np.nan_to_num(plan.shares[np.ix_(picked, picked)]).ravel().astype(np.float32)
    faces = _faces(heights, known)
    for array in (columns, rows, heights, vertices, normals, shares, faces):
        array.setflags(write=False)
    return SurfaceMesh(plan, box, columns, rows, heights, vertices, normals, shares, faces)


def _range(usual: tuple[float, float], values: FloatArray) -> tuple[float, float]:
    """Values from floor to top: the usual ones with some room, or much where all are one.

    Where nearly all values are as low as the usual ones, as around a single hill, the hill is what matters.
    """
    low, high = usual
    if math.isnan(low):
        return -1.0, 1.0
    rare, highest = np.nanpercentile(values, (95.0, 100.0)).tolist()
    if high / 2.0 - low / 2.0 < SPIKY * (rare / 2.0 - low / 2.0):
        high = min(highest, low + HILL * min(rare - low, LARGEST / HILL))
    reach = high / 2.0 - low / 2.0
    flat = not reach > 1e-12 * max(abs(low), abs(high))
    room = 0.5 * max(abs(low), 1.0) if flat else 2.0 * ROOM * reach
    return max(low - room, -LARGEST), min(high + room, LARGEST)


def _normals(heights: FloatArray, across: FloatArray, along: FloatArray) -> FloatArray:
    """Upward unit normals from the slopes to the neighbours that have a value."""
    with np.errstate(all="ignore"):
        right = _slopes(heights, across)
        up = _slopes(heights.T, along).T
        length = np.hypot(np.hypot(right, up), 1.0)
        normals = np.stack((-right / length, -up / length, 1.0 / length), axis=-1)
    known = np.isfinite(normals).all(axis=-1, keepdims=True)
    return np.where(known, normals, (0.0, 0.0, 1.0))


def _slopes(heights: FloatArray, along: FloatArray) -> FloatArray:
    """Mean of the slopes to the left and to the right, or the one of them that is known."""
    steps = np.diff(heights, axis=1) / np.diff(along)
    gap = np.full((len(heights), 1), np.nan)
    left, right = np.hstack((gap, steps)), np.hstack((steps, gap))
    mean = (left + right) / 2.0
    one = np.where(np.isnan(left), right, left)
    return np.where(np.isnan(mean), np.where(np.isnan(one), 0.0, one), mean)


def _faces(heights: FloatArray, known: npt.NDArray[np.bool_]) -> FaceArray:
    """Two triangles for each cell, one where one corner has no value, none outside the box."""
    index = np.arange(heights.size).reshape(heights.shape)
    a, b, c, d = (
        index[:-1, :-1].ravel(),
        index[:-1, 1:].ravel(),
        index[1:, :-1].ravel(),
        index[1:, 1:].ravel(),
    )
    missing = ~known.ravel()
    other_way = missing[b] | missing[c]  # cut from a to d, so that one triangle avoids the missing corner
    halves = (
        np.column_stack((a, b, np.where(other_way, d, c))),
        np.column_stack((d, c, np.where(other_way, a, b))),
    )
    faces = np.concatenate(halves)
    faces = faces[~missing[faces].any(axis=1)]
    levels = heights.ravel()[faces]
    inside = (levels.min(axis=1, initial=np.inf) <= HEIGHT) & (levels.max(axis=1, initial=-np.inf) >= 0.0)
    return np.ascontiguousarray(faces[inside], dtype=np.uint32)
