"""The error of a numerical derivative against its step size: measured, and as theory has it.

On logarithmic axes the curve of a difference quotient is a V. From the right it falls along the truncation
error, with the order of the method as its slope; on the left it rises along the rounding error, with slope
−1. In single precision the whole V stands higher and further to the right, which is why checks of gradients
fail there with steps that are good in double precision:

>>> from core.parser import parse
>>> f = parse("exp(sin(x))")
>>> for precision in ("float64", "float32"):
...     curve = error_curve(f, {"x": 1.3}, "x", "forward", precision=precision)
...     digits = correct_digits(curve.exact + curve.measured_error, curve.exact)
...     power = math.log10(curve.measured_step)
...     print(f"{precision}: {digits:.0f} digits with the best h, about 1e{power:.0f}")
float64: 7 digits with the best h, about 1e-8
float32: 3 digits with the best h, about 1e-3
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.expression import Expression, real_values
from core.finite_difference import (
    DifferenceMethod,
    Precision,
    checked_precision,
    checked_steps,
    estimate,
    method_named,
)
from core.primitives import FloatArray
from core.smoothness import slope_at
from core.step_size import ErrorLaw, error_law, unit_roundoff

STEPS: FloatArray = 10.0 ** np.linspace(-16.0, 0.0, 321)
"""Step sizes of a curve where none are given: twenty in a decade."""

STEPS.setflags(write=False)

WINDOW, SAMPLE = 1.0, 21
"""The typical error at a step is the median of this many errors from so many decades around it."""

SETTLED = 4.0
"""Typical errors up to this many times the floor count as equally good."""

DIGITS = 17.0
"""Digits that are enough to tell a double from every other; no estimate counts as better."""


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    """How far one method is from the exact derivative at one point, for many step sizes.

    Attributes
    ----------
    method, precision
        What was computed, and in which arithmetic.
    exact
        The derivative; NaN where there is none, and then all errors are NaN.
    h
        The step sizes, shape ``(n,)``.
    error
        Absolute errors, ``|estimate - exact|``, of the same shape; NaN where the function is not defined
        at a point that the method needs. They are never below `floor`.
    floor
        What an error is raised to that is smaller, since a logarithmic axis has no 0: the rounding error of
        the exact derivative in this precision. An estimate that near is right to the last digit, and how
        near exactly means nothing.
    law
        The prediction: order, truncation and rounding.
    measured_step, measured_error
        Where the typical error is least, and how large it is there. The typical error is the median over a
        decade of steps, for a single estimate can be right by luck. Errors up to four times the floor count
        as equally good, and of equally good steps the largest is named.

    Examples
    --------
    >>> from core.parser import parse
    >>> curve = error_curve(parse("exp(x)"), {"x": 0.0}, "x", "central", hs=[1e-1, 1e-2, 1e-3])
    >>> np.log10(curve.error).round(1).tolist()
    [-2.8, -4.8, -6.8]
    >>> np.log10(curve.truncation).round(1).tolist()
    [-2.8, -4.8, -6.8]
    >>> f"{curve.predicted_step:.0e}"
    '7e-06'
    """

    method: DifferenceMethod
    precision: Precision
    exact: float
    h: FloatArray
    error: FloatArray
    floor: float
    law: ErrorLaw
    measured_step: float
    measured_error: float

    @property
    def truncation(self) -> FloatArray:
        """Predicted truncation error at each step, a line of slope ``law.order``."""
        return np.asarray(self.law.truncation(self.h))

    @property
    def rounding(self) -> FloatArray:
        """Predicted rounding error at each step, a line of slope −1 down to a floor."""
        return np.asarray(self.law.rounding(self.h))

    @property
    def predicted_step(self) -> float:
        """Best step by theory; infinite where only rounding errs, 0 where only truncation does."""
        return float(self.law.best_step)

    @property
    def predicted_error(self) -> float:
        """Error that theory expects there."""
        return float(self.law.least_error)


def error_curve(
    expression: Expression,
    values: Mapping[str, float],
    name: str,
    method: DifferenceMethod | str,
    hs: Any = None,
    precision: Precision = "float64",
    exact: float | None = None,
) -> ErrorCurve:
    """Measure the error of a method for many step sizes at once, and predict it.

    Parameters
    ----------
    expression
        The function.
    values
        One real number for each letter: the point.
    name
        The letter it is differentiated for.
    method
        A row of :data:`core.finite_difference.METHODS` or its key.
    hs
        Step sizes, shape ``(n,)``; `STEPS` if none are given.
    precision
        In which the estimates are computed: "float64" or "float32". The exact derivative is that at the
        values as given, so rounding them to single precision is a part of the error.
    exact
        The true derivative, if a better one than that of :func:`core.grad` is at hand.

    Raises
    ------
    ValueError
        If there is no such method or precision, a letter has no value or several, or a step is not above 0.

    Examples
    --------
    Too small a step is as bad as one that is too large:

    >>> from core.parser import parse
    >>> curve = error_curve(parse("sin(x)"), {"x": 1.0}, "x", "forward", hs=[1e-2, 1e-8, 1e-14])
    >>> [bool(error < 1e-4) for error in curve.error]
    [False, True, False]
    """
    method = method_named(method) if isinstance(method, str) else method
    checked_precision(precision)
    point = _one_point(values, expression)
    steps = STEPS if hs is None else np.atleast_1d(checked_steps(hs))
    if steps.ndim > 1:
        raise ValueError(f"the step sizes must be one row of numbers, not of shape {steps.shape}")
    if exact is None:
        exact = float(slope_at(expression, point, name).derivative)
    floor = _floor(exact, expression.evaluate(point), point.get(name, 0.0), unit_roundoff(precision))
    with np.errstate(all="ignore"):
        error = np.abs(estimate(method, expression, point, name, steps, precision) - exact)
    error = np.where(np.isfinite(error), np.maximum(error, floor), np.nan)
    error.setflags(write=False)
    best_step, best_error = _best(steps, error, SETTLED * floor)
    law = error_law(method, expression, point, name, precision)
    return ErrorCurve(method, precision, exact, steps, error, floor, law, best_step, best_error)


def _one_point(values: Mapping[str, Any], expression: Expression) -> dict[str, float]:
    point: dict[str, float] = {}
    for letter, value in real_values(values, expression.names).items():
        if np.ndim(value):
            raise ValueError(
                f"{letter} must be one number, not an array: an error curve belongs to one point"
            )
        point[letter] = float(value)
    return point


def _floor(exact: float, value: float, x: float, unit: float) -> float:
    """Find the rounding error of the derivative; where it is 0, that of f/x; and if that is 0, of 1."""
    for scale in (abs(exact), abs(value) / max(1.0, abs(x))):
        if 0.0 < unit * scale < math.inf:
            return unit * scale
    return unit


def _best(steps: FloatArray, error: FloatArray, good: float) -> tuple[float, float]:
    """Find the step of the least typical error, the largest of them if there are several good ones."""
    order = np.argsort(steps)
    steps, error = steps[order], error[order]
    typical = np.where(np.isnan(error), np.inf, _typical(np.log10(steps), error))
    least = float(typical.min(initial=math.inf))
    if math.isinf(least):
        return math.nan, math.nan
    step = np.flatnonzero(typical <= max(least, good))[-1]
    return float(steps[step]), float(typical[step])


def _typical(decades: FloatArray, error: FloatArray) -> FloatArray:
    """Take the median of the errors near each step, from a sample of them that is spread evenly."""
    reach = WINDOW / 2.0 + 1e-9
    first = np.searchsorted(decades, decades - reach)
    last = np.searchsorted(decades, decades + reach) - 1
    places = np.rint(np.linspace(first, last, SAMPLE, axis=1)).astype(np.intp)
    near = np.sort(error[places], axis=1)
    middle = np.maximum(np.isfinite(near).sum(axis=1) - 1, 0) // 2
    median: FloatArray = near[np.arange(len(error)), middle]
    return median


def correct_digits(estimated: Any, exact: Any) -> Any:
    r"""Count the significant digits to which estimates are right: :math:`-\log_{10}` of the relative error.

    Parameters
    ----------
    estimated, exact
        Numbers or arrays that broadcast.

    Returns
    -------
    float or ndarray
        From 0 (not even the first digit) to 17 (equal); NaN where a number is NaN. Where the exact number is
        0, no digit is significant: there the absolute error counts, which tells the number of zeros after the
        decimal point.

    Examples
    --------
    >>> round(correct_digits(3.14, math.pi), 1)
    3.3
    >>> correct_digits(1.0, 1.0), correct_digits(0.0625, 0.0) > 1, correct_digits(-2.0, 2.0)
    (17.0, True, 0.0)
    """
    with np.errstate(all="ignore"):
        size = np.where(np.equal(exact, 0.0), 1.0, np.abs(exact))
        error = np.abs(np.subtract(estimated, exact, dtype=np.float64)) / size
        digits = np.where(np.equal(estimated, exact), DIGITS, np.clip(-np.log10(error), 0.0, DIGITS))
    return float(digits) if digits.ndim == 0 else digits
