r"""Taylor polynomials: all higher derivatives at a point, by arithmetic on power series.

With :math:`u(t) = u_0 + u_1 t + u_2 t^2 + \dots` the chain rule :math:`y' = \varphi(u)\,u'` of an operation
compares coefficients of :math:`t^{k-1}`:

.. math:: k\,y_k = \sum_{j=1}^{k} j\,u_j\,\varphi_{k-j}

where the local derivative φ is the one in the table of primitives, computed on the power series itself. So
a row that knows its first derivative knows all of them, and the time grows with the cube of the order,
where symbolic derivatives of derivatives grow exponentially.

Notes
-----
Griewank and Walther, *Evaluating Derivatives*, 2nd edition (2008), chapter 13. That a coefficient is computed
when it is first asked for, so that φ may be made of y, is the idea of McIlroy, *Power series, power serious*,
Journal of Functional Programming 9 (1999).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.expression import Apply, Expression, Variable, real_values
from core.primitives import FloatArray, Operand, Primitive, quiet

Known = dict[Any, "Series"]
"""Results of operations on series by operation and operands, so that none is done twice."""


class Series(Operand):
    """A power series whose coefficients are computed when they are first asked for.

    Examples
    --------
    The letter is the series x + 1·t; what is computed from it is a series too:

    >>> t = Series(0.0, None, (), {})
    >>> square = np.exp(t) * np.exp(t)
    >>> [round(float(square.coefficient(order)), 6) for order in range(4)]
    [1.0, 2.0, 2.0, 1.333333]
    """

    __slots__ = ("_coefficients", "_known", "_locals", "_operands", "_primitive")

    def __init__(
        self, first: Any, primitive: Primitive | None, operands: tuple[Any, ...], known: Known
    ) -> None:
        self._coefficients = [first] if primitive is not None else [first, 1.0]
        self._primitive = primitive
        self._operands = operands
        self._known = known
        self._locals: list[tuple[Series, Any]] | None = None

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Series:
        """Build the series of `primitive` applied to `operands`, or find the one that was built before."""
        key = (primitive, *map(_identity, operands))
        if key not in self._known:
            self._known[key] = Series(primitive(*map(_first, operands)), primitive, operands, self._known)
        return self._known[key]

    def coefficient(self, order: int) -> Any:
        """Coefficient of t to the power `order`."""
        while len(self._coefficients) <= order:
            self._coefficients.append(0.0 if self._primitive is None else self._next(self._primitive))
        return self._coefficients[order]

    def _next(self, row: Primitive) -> Any:
        order = len(self._coefficients)
        if self._locals is None:
            self._locals = self._local_derivatives(row)
        total: Any = 0.0
        for operand, local in self._locals:
            for index in range(1 if isinstance(local, Series) else order, order + 1):
                factor = _coefficient(local, order - index)
                total = total + index * _product(operand.coefficient(index), factor)
        return total / order

    def _local_derivatives(self, row: Primitive) -> list[tuple[Series, Any]]:
        """Each operand that is a series, with the local derivative for it; NaN where the value jumps."""
        jump = False if row.jumps is None else row.jumps(*map(_first, self._operands))
        locals_: list[tuple[Series, Any]] = []
        for partial, operand in zip(row.partials, self._operands, strict=True):
            if isinstance(operand, Series):
                local = partial(self, *self._operands)
                locals_.append((operand, local + np.where(jump, np.nan, 0.0) if np.any(jump) else local))
        return locals_


def _identity(operand: Any) -> Any:
    """Make a number a key of its own: 0 and −0 are different."""
    if isinstance(operand, Series):
        return operand
    return float(operand).hex() if np.ndim(operand) == 0 else id(operand)


def _first(value: Any) -> Any:
    return value.coefficient(0) if isinstance(value, Series) else value


def _coefficient(value: Any, order: int) -> Any:
    if isinstance(value, Series):
        return value.coefficient(order)
    return 0.0 if order else value


def _product(left: Any, right: Any) -> Any:
    """Product in which a zero wins against infinity and NaN: what stands still cannot change a result."""
    if isinstance(left, float) and isinstance(right, float):
        return 0.0 if left == 0.0 or right == 0.0 else left * right
    return np.where(np.equal(left, 0.0) | np.equal(right, 0.0), 0.0, np.multiply(left, right))


def taylor_coefficients(
    expression: Expression, values: Mapping[str, Any], name: str, order: int
) -> FloatArray:
    r"""Coefficients :math:`a_k = f^{(k)}(x)/k!` of the Taylor polynomial in one letter.

    Parameters
    ----------
    expression
        The function.
    values
        A real number or array for each letter: the point; arrays broadcast.
    name
        The letter that varies; for one that does not occur all coefficients but the first are 0.
    order
        Up to which power of t the polynomial :math:`f(x + t) \approx \sum_k a_k t^k` is wanted.

    Returns
    -------
    ndarray
        Shape ``(order + 1, …)``, followed by the common shape of the values. All NaN outside the domain; NaN
        from the first derivative on that jumps at the point.

    Raises
    ------
    ValueError
        If a letter has no value, or the order is negative.

    Examples
    --------
    The beginning of 1 + t + t²/2 + t³/6:

    >>> from core.parser import parse
    >>> taylor_coefficients(parse("exp(x)"), {"x": 0.0}, "x", 3).tolist()
    [1.0, 1.0, 0.5, 0.16666666666666666]

    The third derivative is 3! times the coefficient:

    >>> float(taylor_coefficients(parse("x^3"), {"x": 2.0}, "x", 3)[3] * 3 * 2 * 1)
    6.0
    """
    if order < 0:
        raise ValueError(f"the order of a Taylor polynomial is at least 0, not {order}")
    arrays = real_values(values, expression.names)
    known: Known = {}

    def visit(node: Expression, operands: tuple[Any, ...]) -> Any:
        if isinstance(node, Apply):
            result = node.primitive(*operands)
        elif isinstance(node, Variable):
            result = arrays[node.name]
            result = Series(result, None, (), known) if node.name == name else result
        else:
            result = node.evaluate_constant()
        _coefficient(result, order)
        return result

    with quiet():
        polynomial = expression.fold(visit)
        coefficients = [_coefficient(polynomial, power) for power in range(order + 1)]
    shape = np.broadcast_shapes(*map(np.shape, arrays.values()))
    result = np.stack([np.broadcast_to(np.asarray(a, dtype=np.float64), shape) for a in coefficients])
    undefined = np.logical_or.accumulate(np.isnan(result), axis=0)
    return np.where(undefined, np.nan, result)
