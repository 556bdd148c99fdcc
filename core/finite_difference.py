"""Numerical derivatives from values alone: the witnesses against which exact ones are checked.

Every method is a row of `METHODS`, so tables and plots that compare them pick a new one up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.expression import Apply, Expression, Variable, real_values
from core.primitives import quiet

Function = Callable[[Any], Any]


def forward_difference(function: Function, x: Any, h: Any) -> Any:
    r"""Slope of the secant, :math:`(f(x+h) - f(x))/h`, whose error is of the order of h."""
    with np.errstate(all="ignore"):
        return np.divide(function(np.add(x, h)) - function(x), h)


def central_difference(function: Function, x: Any, h: Any) -> Any:
    r"""Symmetric slope :math:`(f(x+h) - f(x-h))/(2h)`, whose error is of the order of h²."""
    with np.errstate(all="ignore"):
        return np.divide(function(np.add(x, h)) - function(np.subtract(x, h)), np.multiply(2.0, h))


def complex_step(function: Function, x: Any, h: Any) -> Any:
    r"""Complex step :math:`\operatorname{Im} f(x+ih)/h`: no difference is taken, so nothing cancels.

    Its error is of the order of h² and reaches machine precision at any small h.

    Notes
    -----
    Squire and Trapp, *Using complex variables to estimate derivatives of real functions*, SIAM Review
    40 (1998). The function must be computed in complex arithmetic.
    """
    with np.errstate(all="ignore"):
        return np.divide(np.imag(function(np.add(x, np.multiply(1j, h)))), h)


@dataclass(frozen=True)
class DifferenceMethod:
    """One way to a numerical derivative.

    Attributes
    ----------
    key, title
        Its name in code and on the screen.
    latex
        The formula.
    order
        The error shrinks like h to this power.
    estimate
        Function of ``(function, x, h)``.
    is_complex
        Whether it needs the function in complex arithmetic.
    """

    key: str
    title: str
    latex: str
    order: int
    estimate: Callable[[Function, Any, Any], Any]
    is_complex: bool = False


METHODS: tuple[DifferenceMethod, ...] = (
    DifferenceMethod("forward", "forward", r"\frac{f(x+h)-f(x)}{h}", 1, forward_difference),
    DifferenceMethod("central", "central", r"\frac{f(x+h)-f(x-h)}{2h}", 2, central_difference),
    DifferenceMethod(
        "complex_step",
        "complex step",
        r"\frac{\operatorname{Im} f(x+ih)}{h}",
        2,
        complex_step,
        is_complex=True,
    ),
)


def along(expression: Expression, values: Mapping[str, Any], name: str) -> Function:
    """Return the real function of the one letter `name`, all other letters kept at `values`."""

    def function(x: Any) -> Any:
        return expression.evaluate({**values, name: x})

    return function


def along_complex(expression: Expression, values: Mapping[str, Any], name: str) -> Function | None:
    """Return the same function in complex arithmetic, or None where an operation has no complex form."""
    varying: dict[Expression, bool] = {}
    for node in expression.nodes:
        varying[node] = node is Variable(name) or any(varying[operand] for operand in node.operands)
        if isinstance(node, Apply) and varying[node] and node.primitive.analytic is None:
            return None
    fixed = real_values(values, (other for other in expression.names if other != name))

    def function(x: Any) -> Any:
        def visit(node: Expression, operands: tuple[Any, ...]) -> Any:
            if isinstance(node, Apply):
                return node.primitive.analytic(*operands) if varying[node] else node.primitive(*operands)  # type: ignore[misc]
            if isinstance(node, Variable):
                return x if node.name == name else fixed[node.name]
            return node.evaluate_constant()

        with quiet():
            return expression.fold(visit)

    return function


def estimate(
    method: DifferenceMethod, expression: Expression, values: Mapping[str, Any], name: str, h: Any
) -> Any:
    """Numerical partial derivative for `name` at `values`.

    Returns
    -------
    float or ndarray
        NaN where the function is not defined, or where the method needs complex arithmetic that an
        operation of the formula does not have.
    """
    x = real_values(values, expression.names).get(name, 0.0)
    function = (along_complex if method.is_complex else along)(expression, values, name)
    if function is None:
        return np.full(np.broadcast_shapes(np.shape(x), np.shape(h)), np.nan)[()]
    slope = method.estimate(function, x, h)
    value = expression.evaluate(values)
    if isinstance(value, float) and isinstance(slope, float):
        return math.nan if math.isnan(value) else slope
    return np.where(np.isnan(value), np.nan, slope)[()]
