"""Cheaper ways to the same value, applied while a program is recorded.

NumPy's general power takes as long as a hundred multiplications, a division as long as two, and a
minus sign is one whole pass over an array. The rules here know such things. They hold to the last digits
wherever every number on the way is finite; what is not finite is computed again by the careful code, so
a rule may overflow where the careful code does not, but it must then *show* infinity or NaN, in a result
or in a witness (:meth:`~core.recorder.Recorder.require_finite`).
"""

from __future__ import annotations

import math

from core import primitives as rows
from core.recorder import Register, Rule, is_power_of_two

LARGEST_EXPANDED_POWER = 16
"""Whole powers up to this are multiplications; beyond, their rounding errors add up."""

SMALLEST_FACTOR, LARGEST_FACTOR = 1e-6, 1e6
"""Factors that are put off within these bounds neither lose digits nor hide an overflow."""


def _multiply(left: Register, right: Register) -> Register:
    factor = left.factor * right.factor
    if left.is_number or right.is_number:
        number, other = (left, right) if left.is_number else (right, left)
        if number.factor == 1.0:
            return other
        if factor == 0.0 and other.place in other.recorder.finite:
            return other.recorder.number(0.0)
        both = left.is_number and right.is_number
        if both or other.factor == 1.0 or _may_wait(factor):
            return other.core.times(factor)
    elif left.factor == right.factor == 1.0:
        return left.recorder.emit(rows.multiply, left, right)
    elif _may_wait(left.factor) and _may_wait(right.factor) and _may_wait(factor):
        return left.recorder.emit(rows.multiply, left.core, right.core).times(factor)
    return left.recorder.emit(rows.multiply, left, right)


def _may_wait(factor: float) -> bool:
    return factor == 0.0 or SMALLEST_FACTOR <= abs(factor) <= LARGEST_FACTOR


def _negative(operand: Register) -> Register:
    return operand.times(-1.0)


def _divide(over: Register, under: Register) -> Register:
    factor = over.factor / under.factor if under.factor else math.nan
    if under.is_number and over.is_number and under.factor:
        return over.recorder.number(factor)
    if not _may_wait(factor):
        return over.recorder.emit(rows.divide, over, under)
    if over.is_number:
        return _multiple_of_reciprocal(factor, under.core)
    if not is_power_of_two(under.factor):
        return over.recorder.emit(rows.divide, over.core, under).times(over.factor)
    return over.core.times(factor) if under.is_number else _quotient(over.core, under.core).times(factor)


def _multiple_of_reciprocal(factor: float, under: Register) -> Register:
    """``factor / under``, by multiplication if the reciprocal is known."""
    recorder = under.recorder
    known = _known_reciprocal(under)
    if known is not None:
        return known.times(factor)
    if abs(factor) == 1.0:
        return recorder.emit(rows.divide, recorder.number(1.0), under).times(factor)
    return recorder.emit(rows.divide, recorder.number(factor), under)


def _quotient(over: Register, under: Register) -> Register:
    """``over / under``, by multiplication if the reciprocal is known."""
    root = _square_root_of_product(under)
    if root is not None:
        quotient = over.recorder.recorded(rows.divide, over, root)
        inverse = _recorded_reciprocal(root)
        if quotient is not None and inverse is not None:
            return _multiply(quotient, inverse)
    known = _known_reciprocal(under)
    return over.recorder.emit(rows.divide, over, under) if known is None else _multiply(over, known)


def _recorded_reciprocal(under: Register) -> Register | None:
    return under.recorder.recorded(rows.divide, under.recorder.number(1.0), under)


def _known_reciprocal(under: Register) -> Register | None:
    """``1 / under`` if it is recorded, or cheap: ``(1/v)²`` of a square, ``1 + tan²`` of a cos²."""
    known = _recorded_reciprocal(under)
    root = _square_root_of_product(under)
    if known is not None or root is None:
        return known
    inverse = _recorded_reciprocal(root)
    if inverse is not None:
        return _multiply(inverse, inverse)
    made_by = under.recorder.instruction(root)
    if made_by is None or made_by.primitive is not rows.cos:
        return None
    tangent = under.recorder.recorded(rows.tan, Register(under.recorder, 1.0, made_by.operands[0]))
    return None if tangent is None else _add(under.recorder.number(1.0), _multiply(tangent, tangent))


def _square_root_of_product(register: Register) -> Register | None:
    """``v`` if the register was made as ``v * v``."""
    made_by = register.recorder.instruction(register)
    if made_by is None or made_by.primitive is not rows.multiply or len(set(made_by.operands)) > 1:
        return None
    return Register(register.recorder, 1.0, made_by.operands[0])


def _add(left: Register, right: Register) -> Register:
    recorder = left.recorder
    if left.place == right.place and (left.is_number or left.factor * right.factor > 0.0):
        return left.core.times(left.factor + right.factor)  # of unlike signs it may be ∞ − ∞
    for number, other in ((left, right), (right, left)):
        if number.is_number and number.factor == 0.0:
            return other
    common = abs(left.factor) if abs(left.factor) == abs(right.factor) else 1.0
    if common != 1.0 and is_power_of_two(common) and _may_wait(common):
        return _add(left.times(1.0 / common), right.times(1.0 / common)).times(common)
    if left.factor < 0.0 and right.factor < 0.0:
        return recorder.emit(rows.add, left.times(-1.0), right.times(-1.0)).times(-1.0)
    if right.factor < 0.0:
        return recorder.emit(rows.subtract, left, right.times(-1.0))
    if left.factor < 0.0:
        return recorder.emit(rows.subtract, right, left.times(-1.0))
    return recorder.emit(rows.add, left, right)


def _subtract(left: Register, right: Register) -> Register:
    return _add(left, right.times(-1.0))


def _power(base: Register, exponent: Register) -> Register:
    number = exponent.factor
    if not exponent.is_number or base.is_number or not abs(number) <= LARGEST_EXPANDED_POWER:
        return base.recorder.emit(rows.power, base, exponent)
    if not (2.0 * number).is_integer():
        return base.recorder.emit(rows.power, base, exponent)
    if number < 0.0:  # the power of 1/x, because that of x may overflow, which its reciprocal would hide
        base = _divide(base.recorder.number(1.0), base)
    return _root_or_whole_power(base, abs(number))


def _root_or_whole_power(base: Register, exponent: float) -> Register:
    """Multiply by squaring; half a power more is a square root."""
    whole = int(exponent)
    if exponent != whole:
        root = base.recorder.emit(rows.sqrt, base)
        return _multiply(_root_or_whole_power(base, whole), root) if whole else root
    if whole == 0:
        return base.recorder.number(1.0)
    pulled_out = is_power_of_two(base.factor) and 1.0 <= abs(base.factor) <= LARGEST_FACTOR
    factor = base.factor**whole if pulled_out else 1.0
    pulled_out = pulled_out and _may_wait(factor)
    raised = _repeated_product(base.core if pulled_out else base, whole)
    return raised.times(factor) if pulled_out else raised


def _repeated_product(base: Register, exponent: int) -> Register:
    """Multiply the squares of squares, highest first, so that x⁷ and its derivative's x⁶ share x⁴·x²."""
    squares = [base]
    while 2 ** len(squares) <= exponent:
        squares.append(base.recorder.emit(rows.multiply, squares[-1], squares[-1]))
    product = squares.pop()
    for level in range(len(squares) - 1, -1, -1):
        if exponent & 2**level:
            product = base.recorder.emit(rows.multiply, product, squares[level])
    return product


def _sigmoid(operand: Register) -> Register:
    """σ(u) = 1/(1 + e⁻ᵘ); but σ(u) = eᵘ·σ(−u) where σ(−u) is known, which is what its derivative needs."""
    recorder = operand.recorder
    grown = recorder.recorded(rows.exp, operand)
    if grown is not None:
        mirrored = recorder.recorded(rows.add, recorder.number(1.0), grown)
        known = None if mirrored is None else recorder.recorded(rows.divide, recorder.number(1.0), mirrored)
        if known is not None:
            return _multiply(grown, known)
    grown = rows.exp(operand.times(-1.0))
    recorder.require_finite(grown)
    return _divide(recorder.number(1.0), _add(recorder.number(1.0), grown))


def _atan2(over: Register, under: Register) -> Register:
    """Leave points with y = ±0 to the careful code: rules lose the sign, which chooses between π and −π.

    If y is a constant, the sign is right, and that of x = ±0 may matter.
    """
    recorder = over.recorder
    recorder.require_finite(_divide(recorder.number(1.0), under if over.is_number else over))
    return recorder.emit(rows.atan2, over, under)


RULES: dict[str, Rule] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "negative": _negative,
    "power": _power,
    "sigmoid": _sigmoid,
    "atan2": _atan2,
    "sec": lambda u: 1.0 / rows.cos(u),
    "csc": lambda u: 1.0 / rows.sin(u),
    "cot": lambda u: 1.0 / rows.tan(u),
    "clip": lambda u, low, high: rows.minimum(rows.maximum(u, low), high),
    "relu": lambda u: rows.maximum(u, 0.0),
    "leaky_relu": lambda u: rows.maximum(u, 0.01 * u),
    "softplus": lambda u: rows.maximum(u, 0.0) + rows.log1p(rows.exp(-rows.absolute(u))),
    "silu": lambda u: u * rows.sigmoid(u),
}
"""By the name of a row, a function that records the same value in a cheaper way."""
