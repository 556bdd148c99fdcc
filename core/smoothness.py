"""Why a derivative does not exist at a point: outside the domain, corner, cusp, vertical tangent, jump.

Where an operation of the formula sits on a kink or a jump, and where the derivative is not finite, the
function is looked at from both sides, at distances that shrink towards the point.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from core.autodiff import value_and_grad
from core.expression import Apply, Expression, real_values
from core.primitives import quiet
from core.tape import forward_pass

DISTANCES = 10.0 ** -np.arange(4.0, 10.0)
"""Distances from the point, relative to its size, from which both sides are looked at."""


class Failure(Enum):
    """Ways in which a function has no derivative at a point."""

    OUTSIDE_DOMAIN = "outside the domain"
    INFINITE = "infinite"
    CORNER = "corner"
    CUSP = "cusp"
    VERTICAL_TANGENT = "vertical tangent"
    JUMP = "jump"
    EDGE = "edge of the domain"


@dataclass(frozen=True)
class Slope:
    """The derivative of f at one point, or the reason why there is none.

    Attributes
    ----------
    value
        f there; NaN outside the domain.
    derivative
        f′ there; NaN where it does not exist.
    failure
        Why it does not exist, or None.
    left, right
        One-sided slopes (±inf where the curve stands upright, NaN where that side is not defined).
    operation
        The reason's domain sentence, if an operation of the formula has one.
    """

    value: float
    derivative: float
    failure: Failure | None = None
    left: float = math.nan
    right: float = math.nan
    operation: str = ""


def slope_at(expression: Expression, values: Mapping[str, Any], name: str) -> Slope:
    """Find the derivative for `name` at `values`, or the kind of failure where there is none."""
    numbers = real_values(values, expression.names)
    value, gradient = value_and_grad(expression, numbers)
    derivative = gradient.get(name, math.nan if math.isnan(value) else 0.0)
    if math.isnan(value):
        return Slope(value, math.nan, Failure.OUTSIDE_DOMAIN, operation=_outside(expression, numbers))
    if math.isinf(value):
        return Slope(value, math.nan, Failure.INFINITE)
    if math.isfinite(derivative) and not may_break(expression, numbers):
        return Slope(value, derivative)
    return _from_both_sides(expression, numbers, name, value, derivative)


def may_break(expression: Expression, values: Mapping[str, Any]) -> bool:
    """Tell whether an operation sits on one of its kinks or jumps, so that there may be no derivative.

    Parameters
    ----------
    values
        A number for each name.

    Examples
    --------
    >>> from core.parser import parse
    >>> [may_break(parse("|x| + y"), {"x": x, "y": 1.0}) for x in (0.0, 2.0)]
    [True, False]
    """
    breaking = [
        (test, places)
        for node, places in zip(expression.nodes, expression.operand_places, strict=True)
        if isinstance(node, Apply)
        for test in (node.primitive.kinks, node.primitive.jumps)
        if test is not None
    ]
    if not breaking:
        return False
    primals = expression.primals(values)
    with quiet():
        return any(bool(test(*[primals[place] for place in places])) for test, places in breaking)


def _outside(expression: Expression, values: Mapping[str, Any]) -> str:
    """Sentence of the first operation whose operands are numbers but whose result is none."""
    tape = forward_pass(expression, values)
    for node in tape:
        if isinstance(node.expression, Apply) and np.isnan(node.primal):
            operands = [tape[operand].primal for operand in node.operands]
            if not any(np.isnan(operand) for operand in operands) and node.expression.primitive.domain:
                return node.expression.primitive.domain
    return ""


def _from_both_sides(
    expression: Expression, values: Mapping[str, Any], name: str, value: float, derivative: float
) -> Slope:
    x = float(values.get(name, 0.0))
    scale = max(abs(x), 1.0)
    (left_values, left_slopes), (right_values, right_slopes) = (
        _side(expression, values, name, x, side * scale * DISTANCES) for side in (-1.0, 1.0)
    )
    left, right = _limit(left_slopes), _limit(right_slopes)
    if np.isnan(left_values).any() or np.isnan(right_values).any():
        return Slope(value, math.nan, Failure.EDGE, left, right)
    if _jumps(value, left_values) or _jumps(value, right_values):
        return Slope(value, math.nan, Failure.JUMP, left, right)
    if math.isinf(left) and math.isinf(right):
        failure = Failure.VERTICAL_TANGENT if left == right else Failure.CUSP
        return Slope(value, math.nan, failure, left, right)
    if _agree(left, right):
        return Slope(value, derivative if math.isfinite(derivative) else (left + right) / 2.0)
    return Slope(value, math.nan, Failure.CORNER, left, right)


def _side(
    expression: Expression, values: Mapping[str, Any], name: str, x: float, offsets: Any
) -> tuple[Any, Any]:
    side_values, gradient = value_and_grad(expression, {**values, name: x + offsets})
    return side_values, gradient.get(name, np.zeros_like(side_values))


def _limit(slopes: Any) -> float:
    """Slope that the sequence tends to: infinite if it keeps growing as the distance shrinks."""
    sizes = np.abs(slopes[-3:])
    with np.errstate(invalid="ignore"):
        earlier, later = np.diff(sizes)
    grows_on = later > 0.5 * earlier > 0.005 * sizes[-1] and sizes[-1] > 1e-3
    if np.isinf(sizes).any() or grows_on:
        return math.copysign(math.inf, float(slopes[-1]))
    return float(slopes[-1])


def _jumps(value: float, side_values: Any) -> bool:
    """Tell whether f stays away from f(x) as the side closes in, by more than rounding explains."""
    gaps = np.abs(side_values - value)
    rounding = 1e-12 * max(abs(value), abs(side_values[-1]))
    return bool(gaps[-1] > rounding and gaps[-1] > 0.9 * gaps[-3])


def _agree(left: float, right: float) -> bool:
    return (
        math.isfinite(left)
        and math.isfinite(right)
        and abs(left - right) <= 1e-6 * max(1.0, abs(left), abs(right))
    )
