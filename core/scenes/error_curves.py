"""How far numerical derivatives are from the exact one, for every step size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.finite_difference import METHODS, DifferenceMethod, Precision, estimate
from core.primitives import FloatArray
from core.scenes.curves import read_only, slope_of
from core.scenes.state import Numbers, expression_of

COMPARED: tuple[DifferenceMethod, ...] = tuple(method for method in METHODS if method.key != "backward")
"""The methods that can be compared on the screen; the backward difference would only hide the forward one."""

SHOWN: tuple[DifferenceMethod, ...] = tuple(
    method for method in COMPARED if method.key in ("forward", "central", "complex_step")
)
"""Those that are compared unless all are asked for."""

ERROR_STEPS: FloatArray = 10.0 ** np.linspace(-16.0, 0.0, 321)
"""Step sizes of the error curves."""

ErrorCurve = tuple[str, FloatArray, FloatArray]
"""Key of a method, step sizes, and the error at each."""


@dataclass(frozen=True, eq=False)
class ErrorCurves:
    """Errors of several methods at one point, over the step size.

    Attributes
    ----------
    curves
        One for each method.
    floor
        The least error that is drawn: a logarithmic plot has no 0.
    range
        Lower and upper edge of a plot of them.
    """

    curves: tuple[ErrorCurve, ...]
    floor: float
    range: tuple[float, float]


@lru_cache(maxsize=64)
def error_curves(
    formula: str,
    parameters: Numbers,
    x: float,
    methods: tuple[DifferenceMethod, ...] = SHOWN,
    precision: Precision = "float64",
) -> ErrorCurves:
    """Compute how far each method is from the exact derivative at x; NaN where it has no estimate."""
    expression = expression_of(formula)
    values = {**dict(parameters), "x": x}
    exact = slope_of(formula, parameters, x).derivative
    floor = float(np.finfo(precision).eps) / 4.0 * max(abs(exact), 1e-280)
    curves: list[ErrorCurve] = []
    for method in methods:
        with np.errstate(all="ignore"):
            error = np.abs(estimate(method, expression, values, "x", ERROR_STEPS, precision) - exact)
        error = np.where(np.isfinite(error), np.maximum(error, floor), np.nan)
        read_only(error)
        curves.append((method.key, ERROR_STEPS, error))
    return ErrorCurves(tuple(curves), floor, _error_range(curves))


def _error_range(curves: list[ErrorCurve]) -> tuple[float, float]:
    """Edges in even powers of ten, so that they keep still while the point moves."""
    known = np.concatenate([error[np.isfinite(error)] for _, _, error in curves])
    if not known.size:
        return 1e-18, 1e2
    low, high = (math.log10(value) for value in (known.min(), known.max()))
    return 10.0 ** max(2 * math.floor(low / 2), -300), 10.0 ** min(2 * math.floor(high / 2) + 4, 300)
