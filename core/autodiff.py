"""Automatic differentiation: a tape, and the two passes over it.

A *forward pass* computes the **primal** of every node of the formula and its **local derivatives**,
one for each operand. A *backward pass* then goes through the nodes in the opposite order and hands each
operand its share of the **cotangent**, the derivative of the output for that node: cotangent of the
node times local derivative. Shares that arrive on several ways are summed, which is all that the
multivariable chain rule says. Forward mode (`jvp`) carries a **tangent** along instead.

The vocabulary is that of JAX's *autodidax*. Exact second derivatives come from running the backward
pass on dual numbers (forward over reverse): the same code, with numbers that carry a tangent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core.expression import Apply, Expression, Variable, broadcast_result, real_values
from core.primitives import FloatArray, Operand, Primitive, quiet


class Node(NamedTuple):
    """One line of the tape after its forward pass.

    Attributes
    ----------
    expression
        The subexpression that this node computes.
    operands
        Indices of the nodes it is computed from.
    primal
        Its value.
    local_derivatives
        The derivative of this node for each operand; None for an operand that no variable is in.
    """

    expression: Expression
    operands: tuple[int, ...]
    primal: Any
    local_derivatives: tuple[Any, ...]


class Share(NamedTuple):
    """What one node hands back to one of its operands in the backward pass.

    Attributes
    ----------
    node, place, operand
        Index of the node that hands back, the operand's place in it, and the index of the operand.
    cotangent, local_derivative
        The two factors.
    contribution
        Their product, which is added to the operand's cotangent.
    """

    node: int
    place: int
    operand: int
    cotangent: Any
    local_derivative: Any
    contribution: Any


@dataclass(frozen=True)
class BackwardPass:
    """Result of a backward pass.

    Attributes
    ----------
    cotangents
        Derivative of the output for each node, in the order of the tape.
    shares
        Every contribution, in the order in which it was handed back.
    """

    cotangents: tuple[Any, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Dual(Operand):
    """A number that carries its derivative along: ``primal + tangent·ε`` with ``ε² = 0``."""

    primal: Any
    tangent: Any

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Dual:
        """Compute the primal, and the tangent by the chain rule."""
        primals = [operand.primal if isinstance(operand, Dual) else operand for operand in operands]
        with quiet():
            result = primitive(*primals)
            tangent: Any = 0.0
            for partial, operand in zip(primitive.partials, operands, strict=True):
                if isinstance(operand, Dual):
                    tangent = tangent + _contribution(operand.tangent, partial(result, *primals))
        return Dual(result, tangent)


def _contribution(seed: Any, local_derivative: Any) -> Any:
    """Product in which a seed of exactly 0 wins even against an infinite local derivative.

    What does not reach the output cannot change it: the branch of a `where` that was not chosen, the
    exponent 0 of a power.
    """
    if isinstance(seed, float) and isinstance(local_derivative, float):
        return np.float64(0.0 if seed == 0.0 else float(seed) * float(local_derivative))
    if isinstance(seed, Dual) or isinstance(local_derivative, Dual):
        seed_primal, seed_tangent = _parts(seed)
        local_primal, local_tangent = _parts(local_derivative)
        with quiet():
            tangent = _contribution(seed_tangent, local_primal) + _contribution(seed_primal, local_tangent)
        return Dual(_contribution(seed_primal, local_primal), tangent)
    with quiet():
        return np.where(np.equal(seed, 0.0), 0.0, np.multiply(seed, local_derivative))[()]


def _parts(value: Any) -> tuple[Any, Any]:
    return (value.primal, value.tangent) if isinstance(value, Dual) else (value, 0.0)


def forward_pass(expression: Expression, values: Mapping[str, Any]) -> tuple[Node, ...]:
    """Record the tape: every node's primal and local derivatives at `values`.

    Parameters
    ----------
    values
        A float, an array or a `Dual` for each name.
    """
    nodes, active = expression.nodes, expression.activity
    tape: list[Node] = []
    with quiet():
        for node, places in zip(nodes, expression.operand_places, strict=True):
            if not isinstance(node, Apply):
                primal = values[node.name] if isinstance(node, Variable) else node.evaluate_constant()
                tape.append(Node(node, (), primal, ()))
                continue
            row = node.primitive
            primals = [tape[place].primal for place in places]
            result = row(*primals)
            jump = row.jumps(*map(_primal, primals)) if row.jumps is not None else False
            local = tuple(
                _no_derivative_at(jump, partial(result, *primals)) if active[place] else None
                for partial, place in zip(row.partials, places, strict=True)
            )
            tape.append(Node(node, places, result, local))
    return tuple(tape)


def expression_activity(expression: Expression) -> dict[Expression, bool]:
    """Tell for each node whether a variable is in it: only those have derivatives."""
    return dict(zip(expression.nodes, expression.activity, strict=True))


def _primal(value: Any) -> Any:
    return value.primal if isinstance(value, Dual) else value


def _no_derivative_at(jump: Any, local_derivative: Any) -> Any:
    """Where the value jumps there is no derivative, whatever the slopes beside the jump."""
    if jump is False or not np.any(jump):
        return local_derivative
    if isinstance(local_derivative, Dual):
        return Dual(np.where(jump, np.nan, local_derivative.primal), local_derivative.tangent)
    return np.where(jump, np.nan, local_derivative)[()]


def backward_pass(tape: Sequence[Node], seed: Any = 1.0) -> BackwardPass:
    """Hand the cotangent `seed` of the last node back through the tape.

    Nodes are visited in the reverse of the order in which they were computed, so that a node hands back
    only when all of its own cotangent has arrived, also where the graph forks.
    """
    cotangents: list[Any] = [0.0] * len(tape)
    cotangents[-1] = seed
    shares: list[Share] = []
    with quiet():
        for position in range(len(tape) - 1, -1, -1):
            node, cotangent = tape[position], cotangents[position]
            for place, (operand, local) in enumerate(zip(node.operands, node.local_derivatives, strict=True)):
                if local is None:
                    continue
                contribution = _contribution(cotangent, local)
                cotangents[operand] = cotangents[operand] + contribution
                shares.append(Share(position, place, operand, cotangent, local, contribution))
    return BackwardPass(tuple(cotangents), tuple(shares))


def value_and_grad(expression: Expression, values: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Value and all partial derivatives by one forward and one backward pass.

    Both passes are compiled to a program; points where it meets infinity or NaN go over the tape.

    Parameters
    ----------
    values
        A real number or array for each name; arrays broadcast, and derivatives are taken element by
        element.

    Returns
    -------
    value, gradient
        `gradient` maps each name of the expression to its partial derivative, of the shape of `value`;
        NaN where the value is NaN or no derivative exists.

    Raises
    ------
    ValueError
        If a name has no value, or a value is not made of real numbers.

    Examples
    --------
    >>> from core.parser import parse
    >>> value_and_grad(parse("x^2 + 3 x y + y^2"), {"x": 2.0, "y": 3.0})
    (31.0, {'x': 13.0, 'y': 12.0})
    """
    program = expression.gradient_program
    if program is None:
        value, pullback = vjp(expression, values)
        return value, pullback(1.0)
    results = program.compute(values)
    return results[0], dict(zip(program.names, results[1:], strict=True))


def value_and_derivatives(expression: Expression, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Value and partial derivatives from the tape, which is spared the points outside the domain."""
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
    """All partial derivatives; see :func:`value_and_grad`."""
    return value_and_grad(expression, values)[1]


def vjp(expression: Expression, values: Mapping[str, Any]) -> tuple[Any, Callable[[Any], dict[str, Any]]]:
    """Value, and the function that pulls a cotangent of the value back to the variables."""
    arrays = real_values(values, expression.names)
    tape = forward_pass(expression, arrays)
    value = broadcast_result(tape[-1].primal, arrays.values())

    def pullback(cotangent: Any) -> dict[str, Any]:
        cotangents = backward_pass(tape, cotangent).cotangents
        return {
            node.expression.name: _where_defined(value, derivative, arrays)
            for node, derivative in zip(tape, cotangents, strict=True)
            if isinstance(node.expression, Variable)
        }

    return value, pullback


def jvp(expression: Expression, values: Mapping[str, Any], tangents: Mapping[str, Any]) -> tuple[Any, Any]:
    """Value, and the derivative along `tangents` by forward mode.

    Parameters
    ----------
    tangents
        How fast each name moves; a name that is not given stands still.
    """
    arrays = real_values(values, expression.names)
    directions = real_values(tangents, ())
    tape = forward_pass(expression, arrays)
    moving: list[tuple[Any, Any]] = []
    for node in tape:
        if isinstance(node.expression, Variable):
            direction = directions.get(node.expression.name, 0.0)
            moving.append((direction, np.not_equal(direction, 0.0)))
        else:
            moving.append(_push_forward(node, moving))
    value = broadcast_result(tape[-1].primal, arrays.values())
    return value, _where_defined(value, moving[-1][0], arrays)


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


def hessian(expression: Expression, values: Mapping[str, Any]) -> FloatArray:
    """Exact second derivatives, by the backward pass on dual numbers.

    Parameters
    ----------
    values
        A real number for each name.

    Returns
    -------
    ndarray
        Shape ``(k, k)`` in the order of ``expression.names``; NaN where a second derivative does not exist.

    Raises
    ------
    ValueError
        If a name has no value, or a value is not one real number.
    """
    arrays = real_values(values, expression.names)
    names = expression.names
    for name in names:
        if np.ndim(arrays[name]):
            raise ValueError(f"{name} must be one number, not an array: a Hessian belongs to one point")
    result = np.empty((len(names), len(names)))
    for column, moving in enumerate(names):
        duals = {name: Dual(arrays[name], 1.0 if name == moving else 0.0) for name in names}
        tape = forward_pass(expression, duals)
        cotangents = backward_pass(tape).cotangents
        by_name = {
            node.expression.name: cotangent
            for node, cotangent in zip(tape, cotangents, strict=True)
            if isinstance(node.expression, Variable)
        }
        undefined = np.isnan(_primal(tape[-1].primal))
        for row, name in enumerate(names):
            slope, curvature = _parts(by_name[name])
            result[row, column] = np.nan if undefined or np.isnan(slope) else curvature
    return result


def _where_defined(value: Any, derivative: Any, arrays: Mapping[str, Any]) -> Any:
    """Keep a derivative only where the function has a value."""
    if isinstance(value, float) and isinstance(derivative, float):
        return math.nan if math.isnan(value) else float(derivative)
    masked = np.where(np.isnan(value), np.nan, derivative)[()]
    return broadcast_result(masked, arrays.values())
