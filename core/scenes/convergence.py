"""How fast an optimiser converges on a quadratic: a factor a step for each eigendirection of the Hessian."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.optimizers import Constant, FirstOrder, Optimizer
from core.primitives import FloatArray

NEGLIGIBLE = 1e-7
"""Roots that are so near to each other, or to 1 in size, differ by rounding only."""

APART = 1e-6
"""The curvatures that a rate is balanced between differ at least by this share."""

TIE = 1e-9
"""Factors that are less apart are equal."""

HALVINGS = 36
"""So often the interval that holds the best rate is cut in two."""

DIGITS = 10
"""So many digits of a curvature decide the best rate."""


@dataclass(frozen=True)
class Mode:
    """What a step does to the distance from the critical point of a quadratic, along one eigenvector.

    Attributes
    ----------
    curvature
        Eigenvalue λ of the Hessian.
    direction
        Unit eigenvector; its first coordinate that is not 0 is positive.
    factor
        Size of the dominant root of the recursion: in the long run each step multiplies the distance by it.
    behaviour
        "monotone", "oscillating", "diverging", or "at rest" where the distance stays as it is.
    """

    curvature: float
    direction: tuple[float, float]
    factor: float
    behaviour: str

    @property
    def steps_per_digit(self) -> float:
        """Steps that make the distance ten times smaller: 0 if one is more than enough; NaN if none do."""
        if not self.factor < 1.0:
            return math.nan
        return math.log(10.0) / -math.log(self.factor) if self.factor > 0.0 else 0.0


def has_theory(optimizer: Optimizer) -> bool:
    """Tell whether steps on a quadratic are a linear recursion, so that factors exist."""
    return isinstance(optimizer, FirstOrder) and optimizer.stability_constant is not None


def dominant_root(optimizer: Optimizer, curvature: float, step: int = 1) -> complex:
    r"""Root of largest size of the recursion that an optimiser is on :math:`\lambda x^2/2`.

    The recursion is read off the optimiser's own `update`, which is linear in point and memory: for gradient
    descent the root is :math:`1 - \eta\lambda`; with momentum there are two.

    Parameters
    ----------
    curvature
        λ.
    step
        Number of the step, which a schedule looks at.

    Examples
    --------
    >>> from core.optimizers import GradientDescent, Momentum
    >>> round(dominant_root(GradientDescent(0.25), 2.0).real, 12)
    0.5
    >>> round(abs(dominant_root(Momentum(0.1, beta=0.81), 2.0)), 12)
    0.9
    """
    assert isinstance(optimizer, FirstOrder)
    names = tuple(optimizer.internals)
    columns = []
    for unit in range(1 + len(names)):
        point, *kept = (1.0 if place == unit else 0.0 for place in range(1 + len(names)))
        memory = dict(zip(names, kept, strict=True))
        point, memory = optimizer.update(point, curvature * point, memory, step)
        columns.append([float(part) for part in (point, *(memory[name] for name in names))])
    if not all(math.isfinite(part) for column in columns for part in column):
        return complex(math.inf)
    return _largest_eigenvalue(columns)


def _largest_eigenvalue(matrix: list[list[float]]) -> complex:
    """Eigenvalue of largest size of a matrix or its transpose; the small ones by their formulas."""
    if len(matrix) == 1:
        return complex(matrix[0][0])
    if len(matrix) > 2:
        roots = np.linalg.eigvals(np.array(matrix))
        return complex(roots[np.argmax(np.abs(roots))])
    (a, b), (c, d) = matrix
    middle, half = a / 2.0 + d / 2.0, a / 2.0 - d / 2.0
    square = half * half + b * c
    if square < 0.0:
        return complex(middle, math.sqrt(-square))
    return complex(middle + math.copysign(math.sqrt(square), middle))


def modes(optimizer: Optimizer, hessian: FloatArray, step: int = 1) -> tuple[Mode, ...]:
    """Tell what a step does along each eigenvector of a Hessian, the smaller eigenvalue first."""
    curvatures, vectors = np.linalg.eigh(hessian)
    found = []
    for curvature, vector in zip(curvatures.tolist(), vectors.T, strict=True):
        root = dominant_root(optimizer, curvature, step)
        sign = -1.0 if next((part for part in vector if abs(part) > 1e-12), 1.0) < 0.0 else 1.0
        x, y = (float(sign * part) + 0.0 for part in vector)
        found.append(Mode(curvature, (x, y), abs(root), _behaviour(root)))
    return tuple(found)


def _behaviour(root: complex) -> str:
    size = abs(root)
    if abs(size - 1.0) <= 1e-12:
        return "at rest" if root.real > 0.0 and abs(root.imag) <= NEGLIGIBLE else "oscillating"
    if size > 1.0:
        return "diverging"
    return "oscillating" if root.real < 0.0 or abs(root.imag) > NEGLIGIBLE * size else "monotone"


@dataclass(frozen=True)
class BestRate:
    """Constant learning rates of the fastest convergence, one or all between two, and their factor a step."""

    lowest: float
    highest: float
    factor: float

    @property
    def rate(self) -> float:
        """One of them, in the middle."""
        return math.sqrt(self.lowest) * math.sqrt(self.highest)


def best_rate(optimizer: Optimizer, smallest: float, largest: float) -> BestRate | None:
    r"""Find the learning rate at which a quadratic converges fastest, between two curvatures.

    At that rate the directions of smallest and of largest curvature converge equally fast; for gradient
    descent it is :math:`2/(\lambda_{\min}+\lambda_{\max})`. With momentum all rates between two are equally
    good, if β is large enough for both directions to oscillate.

    Returns
    -------
    BestRate or None
        None where there is no such rate: no theory, or a direction that does not curve up.

    Examples
    --------
    >>> from core.optimizers import GradientDescent
    >>> best = best_rate(GradientDescent(), 1.0, 4.0)
    >>> round(best.rate, 9), round(best.factor, 9)
    (0.4, 0.6)
    """
    if not has_theory(optimizer) or not 0.0 < smallest <= largest < math.inf:
        return None
    largest = max(largest, smallest * (1.0 + APART))
    return _balanced(optimizer, _rounded(smallest), _rounded(largest))


def _rounded(curvature: float) -> float:
    """Drop the digits in which one and the same minimum differs from search to search."""
    return float(f"{curvature:.{DIGITS}g}")


@lru_cache(maxsize=64)
def _balanced(optimizer: Optimizer, smallest: float, largest: float) -> BestRate:
    """Find the rate at which the directions of two curvatures converge equally fast."""
    constant = optimizer.stability_constant
    assert constant is not None

    def factors(rate: float) -> tuple[float, float]:
        steady = replace(optimizer, learning_rate=rate, schedule=Constant())
        return abs(dominant_root(steady, smallest)), abs(dominant_root(steady, largest))

    def lead(rate: float) -> float:
        slow, fast = factors(rate)
        return slow - fast

    ends = []
    for level in (TIE, -TIE):
        low, high = 0.0, constant / largest
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if lead(middle) > level else (low, middle)
        ends.append(high)
    return BestRate(ends[0], ends[1], max(factors(ends[0])))
