"""How a surface bends at a point: the Hessian, its eigenvalues, and the shape in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.eigen import eigen
from core.primitives import FloatArray

FLAT = 1e-9
"""An eigenvalue smaller than this part of the other one is zero but for rounding."""


@dataclass(frozen=True)
class Curvature:
    """Eigenvalues of the Hessian, the smaller one first, and the shape in words; NaN and "none".

    Attributes
    ----------
    smaller, larger, shape
        Eigenvalues and shape.
    direction
        Unit eigenvector of the larger one; that of the smaller one is at a right angle.
    """

    smaller: float
    larger: float
    shape: str
    direction: tuple[float, float] = (math.nan, math.nan)

    @property
    def singular(self) -> bool:
        """Whether an eigenvalue is zero but for rounding."""
        sizes = abs(self.smaller), abs(self.larger)
        return not min(sizes) >= FLAT * max(sizes) > 0.0


NONE = Curvature(math.nan, math.nan, "none")


def curvature_at(second: FloatArray, value: float) -> Curvature:
    """Find how a function of x and y bends where it has this Hessian and value."""
    size = float(np.abs(second).max())
    if not math.isfinite(size) or not math.isfinite(value):
        return NONE
    if size == 0.0:
        return Curvature(0.0, 0.0, "flat", (1.0, 0.0))
    (xx, xy), (yx, yy) = (second / size).tolist()
    smaller, larger, cosine, sine = map(float, eigen(xx, (xy + yx) / 2.0, yy))
    return Curvature(smaller * size, larger * size, _shape(smaller, larger), (cosine, sine))


def _shape(smaller: float, larger: float) -> str:
    if min(abs(smaller), abs(larger)) < FLAT:
        return "flat direction"
    if smaller > 0.0:
        return "curves up"
    return "curves down" if larger < 0.0 else "saddle"
