"""The tape: a formula worked through node by node, with every number kept for whoever wants to look at it.

A *forward pass* computes the **primal** of every node of the formula and its **local derivatives**,
one for each operand. A *backward pass* then goes through the nodes in the opposite order and hands each
operand its share of the **cotangent**, the derivative of the output for that node: cotangent of the
node times local derivative. Shares that arrive on several ways are summed, which is all that the
multivariable chain rule says.

Both passes work on numbers, on arrays, and on dual numbers, which carry a **tangent** along: a backward pass
on those gives second derivatives (forward over reverse). The vocabulary is that of JAX's *autodidax*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core.expression import Apply, Expression, Variable
from core.primitives import Operand, Primitive, quiet


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

    Examples
    --------
    >>> from core.parser import parse
    >>> last = forward_pass(parse("3 x^2"), {"x": np.float64(2.0)})[-1]
    >>> str(last.expression), last.operands, float(last.primal), last.local_derivatives[0]
    ('3*x**2', (0, 3), 12.0, None)
    >>> float(last.local_derivatives[1])
    3.0
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

    Examples
    --------
    >>> from core.parser import parse
    >>> for share in backward_pass(forward_pass(parse("x*x"), {"x": np.float64(3.0)})).shares:
    ...     print(share.node, share.place, share.operand, share.contribution)
    1 0 0 3.0
    1 1 0 3.0
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

    Examples
    --------
    >>> from core.parser import parse
    >>> swept = backward_pass(forward_pass(parse("x*x"), {"x": np.float64(3.0)}))
    >>> float(swept.cotangents[0]), sum(float(share.contribution) for share in swept.shares)
    (6.0, 6.0)
    """

    cotangents: tuple[Any, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Dual(Operand):
    """A number that carries its derivative along: ``primal + tangent·ε`` with ``ε² = 0``.

    Attributes
    ----------
    primal
        The number, or an array of them.
    tangent
        Its derivative in the direction that is looked at.

    Examples
    --------
    >>> x = Dual(3.0, 1.0)
    >>> square = x * x + 2 * x
    >>> float(square.primal), float(square.tangent)
    (15.0, 8.0)
    """

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
        seed_primal, seed_tangent = primal_and_tangent(seed)
        local_primal, local_tangent = primal_and_tangent(local_derivative)
        with quiet():
            tangent = _contribution(seed_tangent, local_primal) + _contribution(seed_primal, local_tangent)
        return Dual(_contribution(seed_primal, local_primal), tangent)
    with quiet():
        return np.where(np.equal(seed, 0.0), 0.0, np.multiply(seed, local_derivative))[()]


def primal_and_tangent(value: Any) -> tuple[Any, Any]:
    """Take a number apart; one that is not dual stands still.

    Examples
    --------
    >>> primal_and_tangent(Dual(3.0, 1.0)), primal_and_tangent(5.0)
    ((3.0, 1.0), (5.0, 0.0))
    """
    return (value.primal, value.tangent) if isinstance(value, Dual) else (value, 0.0)


def forward_pass(expression: Expression, values: Mapping[str, Any]) -> tuple[Node, ...]:
    """Record the tape: every node's primal and local derivatives at `values`.

    Parameters
    ----------
    values
        A float64, a float64 array or a `Dual` for each name; they are not checked.

    Examples
    --------
    >>> from core.parser import parse
    >>> for node in forward_pass(parse("x*x + x"), {"x": np.float64(3.0)}):
    ...     print(node.expression, "=", node.primal)
    x = 3.0
    x*x = 9.0
    x*x + x = 12.0
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
            jump = (
                row.jumps(*(primal_and_tangent(primal)[0] for primal in primals))
                if row.jumps is not None
                else False
            )
            local = tuple(
                _no_derivative_at(jump, partial(result, *primals)) if active[place] else None
                for partial, place in zip(row.partials, places, strict=True)
            )
            tape.append(Node(node, places, result, local))
    return tuple(tape)


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

    Examples
    --------
    >>> from core.parser import parse
    >>> tape = forward_pass(parse("x*x + x"), {"x": np.float64(3.0)})
    >>> for node, cotangent in zip(tape, backward_pass(tape).cotangents):
    ...     print("∂/∂(", node.expression, ") =", cotangent)
    ∂/∂( x ) = 7.0
    ∂/∂( x*x ) = 1.0
    ∂/∂( x*x + x ) = 1.0
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


def variable_cotangents(tape: Sequence[Node], seed: Any = 1.0) -> dict[str, Any]:
    """Run the backward pass, and keep what arrives at the variables: the partial derivatives.

    Examples
    --------
    >>> from core.parser import parse
    >>> tape = forward_pass(parse("x y"), {"x": np.float64(3.0), "y": np.float64(5.0)})
    >>> {name: float(slope) for name, slope in variable_cotangents(tape).items()}
    {'x': 5.0, 'y': 3.0}
    """
    return {
        node.expression.name: cotangent
        for node, cotangent in zip(tape, backward_pass(tape, seed).cotangents, strict=True)
        if isinstance(node.expression, Variable)
    }
