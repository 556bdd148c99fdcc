"""The paths of descents along a surface."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.primitives import FloatArray
from core.scenes.curves import read_only
from core.scenes.level_map import IndexArray, surface
from core.scenes.race import Run
from core.scenes.state import Numbers
from core.scenes.surface_box import HEIGHT, Box
from core.scenes.surface_mesh import SurfaceMesh

PIECE = 1.0 / 120.0
"""A step of a descent is followed along the surface in pieces of this length."""

MOST_POINTS = 4000
"""So many points a path has at most, apart from its steps."""


@dataclass(frozen=True, eq=False)
class SurfacePath:
    """One descent along the surface; all arrays are read-only.

    Attributes
    ----------
    key, title
        The optimiser.
    points : array, shape (n, 3)
        The path, close enough to follow every hill between two steps; NaN where it is not in the box.
    steps : array, shape (k, 3)
        The start and each step, NaN where not in the box.
    """

    key: str
    title: str
    points: FloatArray
    steps: FloatArray

    @property
    def has_end(self) -> bool:
        """Whether its last step, which is not its start, is in the box."""
        return len(self.steps) > 1 and not bool(np.isnan(self.steps[-1, 0]))


@lru_cache(maxsize=64)
def surface_path(mesh: SurfaceMesh, formula: str, parameters: Numbers, run: Run) -> SurfacePath:
    """Lay a descent on the surface; equal arguments give the very same object."""
    box, function = mesh.box, surface(formula, parameters)
    x, y = _between(box, run.points)
    with np.errstate(all="ignore"):
        values = np.broadcast_to(function.evaluate({"x": x, "y": y}), x.shape)
        points = kept_inside(box, box.place(x, y, values))
        steps = kept_inside(box, box.place(run.points[:, 0], run.points[:, 1], run.losses))
    read_only(points, steps)
    return SurfacePath(run.key, run.title, points, steps)


def _between(box: Box, steps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Divide the ways from step to step, as far as they are over the floor, into short pieces.

    NaN stands where the descent leaves the floor.
    """
    if len(steps) < 2:
        return steps[:, 0], steps[:, 1]
    start, way = steps[:-1], np.diff(steps, axis=0)
    first, last = _over_floor(box, start, way)
    crossing = np.flatnonzero(first <= last)
    start, way, first, last = start[crossing], way[crossing], first[crossing], last[crossing]
    pieces = np.maximum((last - first) * np.hypot(*way.T) / box.span / PIECE, 1.0)
    pieces *= min(1.0, MOST_POINTS / max(pieces.sum(), 1.0))
    counts: IndexArray = np.ceil(pieces).astype(np.intp) + 1
    ends = np.cumsum(counts)
    index = np.repeat(np.arange(counts.size), counts)
    share = (np.arange(index.size) - np.repeat(ends - counts, counts)) / (counts[index] - 1)
    part = first[index] + share * (last - first)[index]
    x, y = (start[index] + part[:, None] * way[index]).T
    leaves = ends[last < 1.0]
    return np.insert(x, leaves, np.nan), np.insert(y, leaves, np.nan)


def _over_floor(box: Box, start: FloatArray, way: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the part of each way, from 0 to 1, that is over the floor; its end before its start if none is."""
    first, last = np.zeros(len(start)), np.ones(len(start))
    for axis in (0, 1):
        low, high = box.view[2 * axis], box.view[2 * axis + 1]
        with np.errstate(all="ignore"):
            ends = np.sort(
                ((low - start[:, axis]) / way[:, axis], (high - start[:, axis]) / way[:, axis]), axis=0
            )
        inside = (start[:, axis] >= low) & (start[:, axis] <= high)
        still = way[:, axis] == 0.0
        first = np.maximum(first, np.where(still, np.where(inside, 0.0, 2.0), ends[0]))
        last = np.minimum(last, np.where(still, 1.0, ends[1]))
    return first, last


def kept_inside(box: Box, points: FloatArray) -> FloatArray:
    """Put NaN for all that is not in the box."""
    width, depth = box.sides
    x, y, z = points.T
    inside = (np.abs(x) <= width / 2.0) & (np.abs(y) <= depth / 2.0) & (z >= -1e-9) & (z <= HEIGHT + 1e-9)
    return np.where(inside[:, None], points, np.nan)
