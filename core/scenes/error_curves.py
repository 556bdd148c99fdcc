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

LEAST = 1e-20
"""The least error that is drawn where the derivative is 0, as a part of the largest one."""

LEAST_SPAN = 8.0
"""So many powers of ten a plot reaches above the least error at least."""

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
        The least error that is drawn: a logarithmic plot has no 0. Where the derivative is 0 itself, it is
        `LEAST` of the largest error.
    exact
        Keys of the methods without any error, which lie on the floor.
    range
        Lower and upper edge of a plot of them.
    """

    curves: tuple[ErrorCurve, ...]
    floor: float
    exact: tuple[str, ...]
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
    errors = []
    for method in methods:
        with np.errstate(all="ignore"):
            error = np.abs(estimate(method, expression, values, "x", ERROR_STEPS, precision) - exact)
        errors.append(np.where(np.isfinite(error), error, np.nan))
    floor = float(np.finfo(precision).eps) / 4.0 * max(abs(exact), 1e-280)
    if exact == 0.0:
        floor = max(floor, LEAST * (float(np.fmax.reduce(np.array(errors), axis=None, initial=0.0)) or 1.0))
    faultless = tuple(
        method.key
        for method, error in zip(methods, errors, strict=True)
        if float(np.fmax.reduce(error, initial=-1.0)) == 0.0
    )
    curves: list[ErrorCurve] = []
    for method, error in zip(methods, errors, strict=True):
        drawn = np.maximum(error, floor)
        read_only(drawn)
        curves.append((method.key, ERROR_STEPS, drawn))
    return ErrorCurves(tuple(curves), floor, faultless, _error_range(curves))


def _error_range(curves: list[ErrorCurve]) -> tuple[float, float]:
    """Edges in even powers of ten beyond all errors, so that they keep still while the point moves."""
    known = np.concatenate([error[np.isfinite(error)] for _, _, error in curves])
    if not known.size:
        return 1e-18, 1e2
    low, high = (math.log10(value) for value in (known.min(), known.max()))
    high = max(high, low + LEAST_SPAN)
    return 10.0 ** max(2 * math.ceil(low / 2) - 2, -300), 10.0 ** min(2 * math.floor(high / 2) + 4, 300)
