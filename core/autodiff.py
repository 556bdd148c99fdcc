"""Automatic differentiation: derivatives of a formula at numbers, exact up to rounding.

Reverse mode (`vjp`, `grad`) hands cotangents back over the tape of :mod:`core.tape`, and forward mode (`jvp`)
carries a **tangent** along it. Exact second derivatives come from running the backward pass on dual numbers
(forward over reverse): the same code, with numbers that carry a tangent.

Two ways lead to each derivative. The tape knows every convention, and keeps every number for whoever wants
to look at it. A compiled program (:mod:`core.program`, :mod:`core.program_hessian`) is many times faster,
and hands over to the tape wherever it meets infinity or NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.expression import (
    Expression,
    Variable,
    broadcast_result,
    real_values,
    require_expression,
    require_named,
)
from core.primitives import FloatArray
from core.tape import Dual, Node, backward_pass, forward_pass, primal_and_tangent, variable_cotangents

__all__ = [
    "backward_pass",
    "forward_pass",
    "grad",
    "hessian",
    "jacobian",
    "jvp",
    "value_and_derivatives",
    "value_and_grad",
    "vjp",
]


def value_and_grad(expression: Expression, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Value and all partial derivatives by one forward and one backward pass.

    Both passes are compiled to a program; points where it meets infinity or NaN go over the tape.

    Parameters
    ----------
    values
        A real number or array for each name; arrays broadcast, and derivatives are taken element by
        element. Further names only take part in the broadcasting.

    Returns
    -------
    value, gradient
        `gradient` maps each name of the expression to its partial derivative, of the shape of `value`;
        NaN where the value is NaN or no derivative exists.

    Raises
    ------
    TypeError
        If `expression` is no expression, or `values` does not map names to numbers.
    ValueError
        If a name has no value, a value is not made of real numbers, or the shapes don't broadcast.

    Examples
    --------
    >>> from core.parser import parse
    >>> value_and_grad(parse("x^2 + 3 x y + y^2"), {"x": 2.0, "y": 3.0})
    (31.0, {'x': 13.0, 'y': 12.0})
    """
    require_expression(expression)
    require_named("values", values)
    program = expression.gradient_program
    if program is None:
        value, pullback = vjp(expression, values)
        return value, pullback(1.0)
    results = program.compute(values)
    return results[0], dict(zip(program.names, results[1:], strict=True))


def value_and_derivatives(expression: Expression, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Value and partial derivatives from the tape, which is spared the points outside the domain.

    Parameters
    ----------
    values
        Float64 numbers, or float64 arrays of one shape.

    Examples
    --------
    >>> from core.parser import parse
    >>> value_and_derivatives(parse("sqrt(x)"), {"x": np.array([4.0, -1.0])})
    (array([ 2., nan]), array([0.25,  nan]))
    """
    value = np.asarray(expression.evaluate_carefully(values))
    defined = ~np.isnan(value)
    derivatives = [np.full(value.shape, np.nan) for _ in expression.names]
    if defined.any():
        inside = {name: values[name][defined] if value.ndim else values[name] for name in expression.names}
        gradient = vjp(expression, inside)[1](1.0)
        for name, derivative in zip(expression.names, derivatives, strict=True):
            derivative[defined] = gradient[name]
    return value, *derivatives


def grad(expression: Expression, values: Mapping[str, Any]) -> dict[str, Any]:
    """All partial derivatives; see :func:`value_and_grad`, which gives the value as well.

    Examples
    --------
    >>> from core.parser import parse
    >>> grad(parse("x^2 y"), {"x": np.array([1.0, 2.0]), "y": 3.0})
    {'x': array([ 6., 12.]), 'y': array([1., 4.])}
    """
    return value_and_grad(expression, values)[1]


def vjp(expression: Expression, values: Mapping[str, Any]) -> tuple[Any, Callable[[Any], dict[str, Any]]]:
    """Value, and the function that pulls a cotangent of the value back to the variables: reverse mode.

    Parameters
    ----------
    values
        As for :func:`value_and_grad`.

    Returns
    -------
    value, pullback
        ``pullback(cotangent)`` maps each name to the cotangent times the partial derivative, element by
        element. A cotangent is a real number, or an array that broadcasts to the shape of `value`.

    Raises
    ------
    TypeError, ValueError
        As :func:`value_and_grad`; the pullback raises ValueError for a cotangent that does not fit.

    Examples
    --------
    >>> from core.parser import parse
    >>> value, pullback = vjp(parse("x y"), {"x": 2.0, "y": 5.0})
    >>> value, pullback(1.0), pullback(10.0)
    (10.0, {'x': 5.0, 'y': 2.0}, {'x': 50.0, 'y': 20.0})
    """
    require_expression(expression)
    require_named("values", values)
    arrays = real_values(values, expression.names)
    tape = forward_pass(expression.stable_form, arrays)
    value = broadcast_result(tape[-1].primal, arrays.values())

    def pullback(cotangent: Any) -> dict[str, Any]:
        seed = real_values({"the cotangent": cotangent}, ())["the cotangent"]
        if np.ndim(seed) and not _fits(np.shape(seed), np.shape(value)):
            raise ValueError(
                f"the cotangent of shape {np.shape(seed)} does not fit the value of shape {np.shape(value)}"
            )
        by_name = variable_cotangents(tape, seed)
        return {name: _where_defined(value, by_name[name], arrays) for name in expression.names}

    return value, pullback


def _fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    """Whether an array broadcasts to a shape."""
    return len(shape) <= len(into) and all(
        size in (1, room) for size, room in zip(shape[::-1], into[::-1], strict=False)
    )


def jvp(expression: Expression, values: Mapping[str, Any], tangents: Mapping[str, Any]) -> tuple[Any, Any]:
    """Value, and the derivative along `tangents`: forward mode.

    Parameters
    ----------
    values
        As for :func:`value_and_grad`.
    tangents
        How fast each name moves; a name that is not given stands still.

    Returns
    -------
    value, tangent
        The tangent is NaN where the value is NaN or no derivative exists.

    Raises
    ------
    TypeError, ValueError
        As :func:`value_and_grad`, for values and tangents alike; ValueError too for the tangent of a name
        that neither the expression nor `values` has.

    Examples
    --------
    >>> from core.parser import parse
    >>> jvp(parse("x y"), {"x": 2.0, "y": 5.0}, {"x": 1.0, "y": 0.1})
    (10.0, 5.2)
    """
    require_expression(expression)
    require_named("values", values)
    require_named("tangents", tangents)
    arrays = real_values(values, expression.names)
    for name in tangents:
        if name not in arrays:
            raise ValueError(f"a tangent is given for {name}, which has no value: {_letters(expression)}")
    directions = real_values(tangents, ())
    tape = forward_pass(expression.stable_form, arrays)
    moving: list[tuple[Any, Any]] = []
    for node in tape:
        if isinstance(node.expression, Variable):
            direction = directions.get(node.expression.name, 0.0)
            moving.append((direction, np.not_equal(direction, 0.0)))
        else:
            moving.append(_push_forward(node, moving))
    value = broadcast_result(tape[-1].primal, arrays.values())
    return value, _where_defined(value, moving[-1][0], arrays)


def _letters(*expressions: Expression) -> str:
    names = dict.fromkeys(name for expression in expressions for name in expression.names)
    return f"the letters are {', '.join(names)}" if names else "there are no letters"


def _push_forward(node: Node, moving: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    """Tangent of a node, and whether it moves at all: what stands still adds nothing to it.

    Neither does an operand with the local derivative 0, so that both modes know the same zeros.
    """
    total: Any = 0.0
    moves: Any = False
    for operand, local in zip(node.operands, node.local_derivatives, strict=True):
        if local is not None:
            tangent, operand_moves = moving[operand]
            counts = np.logical_and(operand_moves, np.not_equal(local, 0.0))
            with np.errstate(all="ignore"):
                total = total + np.where(counts, np.multiply(tangent, local), 0.0)[()]
            moves = np.logical_or(moves, operand_moves)
    return total, moves


def jacobian(
    expressions: Sequence[Expression] | Mapping[str, Expression],
    values: Mapping[str, Any],
    names: Sequence[str] | None = None,
) -> FloatArray:
    """Matrix of all first derivatives of several expressions: a row for each, a column for each name.

    Parameters
    ----------
    expressions
        The m expressions; of a mapping its values in their order.
    values
        As for :func:`value_and_grad`.
    names
        The k letters to differentiate for. Without them all letters, in order of appearance over all
        expressions.

    Returns
    -------
    ndarray
        Shape ``(m, k)``; for arrays ``(m, k, ...)`` with the shape that all values broadcast to behind, so
        that ``jacobian(...)[i, j]`` is always the derivative of expression i for letter j. A letter that
        an expression does not contain has the derivative 0 there. NaN where the expression's value is NaN
        or no derivative exists.

    Raises
    ------
    TypeError
        If `expressions` is not made of expressions, `names` is one text, or `values` has no names.
    ValueError
        As :func:`value_and_grad`, and if one of `names` is neither a letter nor has a value.

    Examples
    --------
    From polar coordinates to Cartesian ones:

    >>> from core.parser import parse
    >>> polar = {"x": parse("r cos(phi)"), "y": parse("r sin(phi)")}
    >>> jacobian(polar, {"r": 2.0, "phi": 0.0})
    array([[ 1., -0.],
           [ 0.,  2.]])
    """
    rows = _rows(expressions)
    letters = tuple(dict.fromkeys(name for row in rows for name in row.names))
    require_named("values", values)
    if isinstance(names, str):
        raise TypeError(f"names must be a list of letters, as [{names!r}], not one text")
    columns = letters if names is None else tuple(names)
    for name in columns:
        if name not in letters and name not in values:
            raise ValueError(f"there is nothing to differentiate for {name}: {_letters(*rows)}")
    slopes = [_row_of_slopes(row, values, columns) for row in rows]
    return np.array(slopes) if slopes else np.zeros((0, len(columns)))


def _rows(expressions: Any) -> tuple[Expression, ...]:
    if isinstance(expressions, Expression):
        raise TypeError("a Jacobian is of several expressions: give one as [expression]")
    try:
        rows = tuple(expressions.values() if isinstance(expressions, Mapping) else expressions)
    except TypeError:
        raise TypeError(
            f"a Jacobian is of a list of expressions, not of {type(expressions).__name__}"
        ) from None
    for row in rows:
        require_expression(row)
    return rows


def _row_of_slopes(expression: Expression, values: Mapping[str, Any], columns: Sequence[str]) -> FloatArray:
    value, gradient = value_and_grad(expression, values)
    still = np.where(np.isnan(value), np.nan, 0.0)
    slopes = [gradient.get(name, still) for name in columns]
    return np.array(slopes).reshape((len(columns), *np.shape(value)))


def hessian(expression: Expression, values: Mapping[str, Any]) -> FloatArray:
    """Exact second derivatives: the backward pass on numbers that carry a tangent (forward over reverse).

    The pass is compiled when an expression is first asked for; points where the program meets infinity or
    NaN, and expressions whose value jumps, go over the tape.

    Parameters
    ----------
    values
        A real number for each name.

    Returns
    -------
    ndarray
        Shape ``(k, k)`` in the order of ``expression.names``, symmetric; NaN where a second derivative does
        not exist.

    Raises
    ------
    TypeError
        If `expression` is no expression, or `values` does not map names to numbers.
    ValueError
        If a name has no value, or a value is not one real number.

    Examples
    --------
    >>> from core.parser import parse
    >>> hessian(parse("x^2 y + y^3"), {"x": 1.0, "y": 2.0})
    array([[ 4.,  2.],
           [ 2., 12.]])
    """
    require_expression(expression)
    require_named("values", values)
    names = expression.names
    point: list[Any] = [values.get(name) for name in names]
    if not all(type(number) is float for number in point):
        point = _one_point(expression, values)
    results = _finite_second_order(expression, point)
    if results is None:
        return _hessian_by_tape(expression, dict(zip(names, map(np.float64, point), strict=True)))
    matrix = np.empty((len(names), len(names)))
    place = 1 + len(names)
    for row in range(len(names)):
        for column in range(row + 1):
            matrix[row, column] = matrix[column, row] = results[place]
            place += 1
    return matrix


def _one_point(expression: Expression, values: Mapping[str, Any]) -> list[Any]:
    arrays = real_values(values, expression.names)
    for name in expression.names:
        if np.ndim(arrays[name]):
            raise ValueError(f"{name} must be one number, not an array: a Hessian belongs to one point")
    return [float(arrays[name]) for name in expression.names]


def _finite_second_order(expression: Expression, point: Sequence[float]) -> tuple[float, ...] | None:
    """Run the compiled program; None where there is none, or one of its results is not finite."""
    program = expression.hessian_program
    if program is None:
        return None
    try:
        results = program(*point)
    except (ArithmeticError, ValueError):
        return None
    total = sum(results)
    return results if total - total == 0.0 else None


def _hessian_by_tape(expression: Expression, point: Mapping[str, Any]) -> FloatArray:
    """Run the backward pass on dual numbers, once for each column."""
    names = expression.names
    result = np.empty((len(names), len(names)))
    for column, moving in enumerate(names):
        duals = {name: Dual(point[name], 1.0 if name == moving else 0.0) for name in names}
        tape = forward_pass(expression.stable_form, duals)
        by_name = variable_cotangents(tape)
        undefined = np.isnan(primal_and_tangent(tape[-1].primal)[0])
        for row, name in enumerate(names):
            slope, curvature = primal_and_tangent(by_name[name])
            result[row, column] = np.nan if undefined or np.isnan(slope) else curvature
    return result


def _where_defined(value: Any, derivative: Any, arrays: Mapping[str, Any]) -> Any:
    """Keep a derivative only where the function has a value."""
    if isinstance(value, float) and isinstance(derivative, float):
        return math.nan if math.isnan(value) else float(derivative)
    masked = np.where(np.isnan(value), np.nan, derivative)[()]
    return broadcast_result(masked, arrays.values())
