"""Second derivatives compiled: the backward pass recorded on numbers that carry their tangents along.

It is the forward-over-reverse of :func:`core.autodiff.hessian`, done once on registers instead of at each
point on numbers. All directions go along in one pass; tangents that are 0 whatever the point are never
written down, and half of the symmetric matrix is not computed at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

from core.expression import Apply, Expression, Variable
from core.peephole import RULES
from core.primitives import Operand, Primitive
from core.program import Careful, Program, record_values, variables_of
from core.program_floats import FloatFunction
from core.recorder import Recorder, Register

Tangents = Mapping[str, Register]
"""How a value moves with each letter; a letter that it does not move with is left out."""


@final
class Moving(Operand):
    """A register that carries its tangents along.

    Attributes
    ----------
    primal
        The value to be computed.
    tangents
        Its derivative for each letter that it depends on.
    """

    __slots__ = ("primal", "tangents")

    def __init__(self, primal: Register, tangents: Tangents) -> None:
        self.primal = primal
        self.tangents = tangents

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Moving:
        """Record the primal, and the tangents by the chain rule."""
        recorder = self.primal.recorder
        moving = [_moving(recorder, operand) for operand in operands]
        return push_forward(primitive, primitive(*(operand.primal for operand in moving)), moving)


def _moving(recorder: Recorder, value: Any) -> Moving:
    return value if isinstance(value, Moving) else Moving(recorder.register(value), {})


def push_forward(primitive: Primitive, result: Register, operands: list[Moving]) -> Moving:
    """Give a recorded result the tangents that its operands hand on.

    A tangent that meets a local derivative of 0 is dropped and becomes a witness: 0 is the product only
    while it is finite.
    """
    primals = [operand.primal for operand in operands]
    tangents: dict[str, Register] = {}
    for partial, operand in zip(primitive.partials, operands, strict=True):
        if not operand.tangents:
            continue
        local = result.recorder.register(partial(result, *primals))
        for letter, tangent in operand.tangents.items():
            if local.is_number and local.factor == 0.0:
                result.recorder.require_finite(tangent)
                continue
            share = tangent * local
            tangents[letter] = tangents[letter] + share if letter in tangents else share
    return Moving(result, tangents)


def second_order_program(expression: Expression, moving: Sequence[str], carefully: Careful) -> Program | None:
    """Compile value, gradient and second derivatives for some of the letters.

    Parameters
    ----------
    moving
        Those that are differentiated for; all others only have their numbers.
    carefully
        Computes the same results where they are not all finite.

    Returns
    -------
    Program or None
        Its results are the value, the gradient, and the lower half of the Hessian row by row. None where the
        derivative passes through an operation whose value jumps.

    Examples
    --------
    >>> from core.parser import parse
    >>> program = second_order_program(parse("a x^2 y + y^3"), ("x", "y"), lambda values: ())
    >>> program.names, program.at(1.0, 1.0, 2.0)
    (('a', 'x', 'y'), (10.0, 4.0, 13.0, 4.0, 2.0, 12.0))
    """
    recorder, form = Recorder(expression.names, RULES), expression.stable_form
    values = record_values(recorder, form, variables_of(recorder, expression.names))
    cotangents = _cotangents(recorder, form, _forward(recorder, form, values, frozenset(moving)))
    if cotangents is None:
        return None
    zero = Moving(recorder.number(0.0), {})
    gradient = [cotangents.get(Variable(name), zero) for name in moving]
    lower = [
        slope.tangents.get(name, zero.primal)
        for row, slope in enumerate(gradient, start=1)
        for name in moving[:row]
    ]
    results = [values[form], *(slope.primal for slope in gradient), *lower]
    return Program(expression.names, recorder.recording(results), len(results), carefully)


def hessian_program(expression: Expression) -> FloatFunction | None:
    """Compile value, gradient and second derivatives at one point to a function of plain floats.

    Returns
    -------
    function or None
        It takes a float for each name and returns the value, the gradient, the lower half of the Hessian
        row by row, and witnesses, all of which must be finite for the others to count; it raises an
        `ArithmeticError` or `ValueError` where the standard library does. None where the derivative passes
        through an operation whose value jumps.
    """
    program = second_order_program(expression, expression.names, lambda values: ())
    return None if program is None else program.floats


def _forward(
    recorder: Recorder,
    expression: Expression,
    values: Mapping[Expression, Register],
    letters: frozenset[str],
) -> dict[Expression, Moving]:
    moving: dict[Expression, Moving] = {}
    for node in expression.nodes:
        if isinstance(node, Apply):
            operands = [moving[operand] for operand in node.operands]
            moving[node] = push_forward(node.primitive, values[node], operands)
        else:
            tangents = {}
            if isinstance(node, Variable) and node.name in letters:
                tangents[node.name] = recorder.number(1.0)
            moving[node] = Moving(values[node], tangents)
    return moving


def _cotangents(
    recorder: Recorder, expression: Expression, moving: Mapping[Expression, Moving]
) -> dict[Expression, Moving] | None:
    """Record the backward pass; None where it meets an operation whose value jumps."""
    cotangents = {expression: Moving(recorder.number(1.0), {})}
    for node in reversed(expression.nodes):
        cotangent = cotangents.get(node)
        if cotangent is None or not isinstance(node, Apply):
            continue
        if node.primitive.jumps is not None:
            return None
        operands = [moving[operand] for operand in node.operands]
        for partial, operand in zip(node.primitive.partials, node.operands, strict=True):
            if not operand.varies:
                continue
            local = _moving(recorder, partial(moving[node], *operands))
            if local.primal.is_number and local.primal.factor == 0.0 and not local.tangents:
                for register in (cotangent.primal, *cotangent.tangents.values()):
                    recorder.require_finite(register)
                continue
            share = cotangent * local
            cotangents[operand] = cotangents[operand] + share if operand in cotangents else share
    return cotangents
