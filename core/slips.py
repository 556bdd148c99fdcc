"""The classic slips of differentiation, one row each: what goes wrong at one step of a derivation.

A row says for which pieces the slip is possible and what derivative it makes of them, from the values
and derivatives of the operands. Derivations with a slip are computed with plain arrays at sample
points, so that hundreds of them are tried in an instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.expression import Apply
from core.primitives import (
    add,
    cos,
    divide,
    exp,
    log2,
    log10,
    multiply,
    negative,
    power,
    sin,
    sqrt,
    subtract,
)
from core.primitives import log as natural_log


@dataclass(frozen=True)
class Piece:
    """One step at the sample points.

    Attributes
    ----------
    node
        The subexpression.
    value
        Its values.
    operands, derivatives
        Values and (possibly wrong) derivatives of its operands; None for the derivative of a constant.
    local
        Local derivatives for the operands that vary, None for the others.
    others
        Derivatives of its operands for the other coordinates, as if those varied instead; None for an operand
        without one, and no entry at all where there is only one coordinate.
    """

    node: Apply
    value: Any
    operands: tuple[Any, ...]
    derivatives: tuple[Any, ...]
    local: tuple[Any, ...]
    others: tuple[Any, ...] = ()

    @property
    def varying(self) -> tuple[int, ...]:
        """Places of the operands that depend on the letter."""
        return tuple(place for place, derivative in enumerate(self.derivatives) if derivative is not None)

    def derivative(self) -> Any:
        """Return the right derivative."""
        return sum(self.local[place] * self.derivatives[place] for place in self.varying)

    def other_derivative(self, places: Iterable[int]) -> Any:
        """Return what the operands at some places add to the derivative for the other coordinates."""
        return sum(self.local[place] * self.others[place] for place in places)

    @property
    def with_others(self) -> tuple[int, ...]:
        """Places of the operands that depend on another coordinate."""
        return tuple(place for place, derivative in enumerate(self.others) if derivative is not None)

    @property
    def held(self) -> tuple[int, ...]:
        """Places of the operands that are constant only because the other coordinates are."""
        return tuple(place for place in self.with_others if self.derivatives[place] is None)


@dataclass(frozen=True)
class Slip:
    """One row of `SLIPS`.

    Attributes
    ----------
    key
        Its name in code.
    sentence
        What went wrong, to follow 'This is what one gets when'; ``{inner}`` may stand in it, and ``{letter}``
        and ``{other}`` for the letter of the derivative and another coordinate.
    applies
        Whether it is possible at a piece.
    wrong
        The derivative that it makes.
    """

    key: str
    sentence: str
    applies: Callable[[Piece], bool]
    wrong: Callable[[Piece], Any]


def _is(*primitives: Any) -> Callable[[Piece], bool]:
    return lambda piece: piece.node.primitive in primitives


def _both_vary(primitive: Any) -> Callable[[Piece], bool]:
    return lambda piece: piece.node.primitive is primitive and len(piece.varying) == 2


def _quotient(piece: Piece) -> bool:
    return piece.node.primitive is divide and 1 in piece.varying


def _has_inner(piece: Piece) -> bool:
    """Tell whether it is a function, or a power, of something more than the letter itself."""
    if len(piece.varying) != 1 or piece.node.primitive in (
        add,
        subtract,
        multiply,
        negative,
        divide,
    ):
        return False
    return isinstance(piece.node.operands[piece.varying[0]], Apply)


def _power(piece: Piece) -> bool:
    return piece.node.primitive is power and piece.varying == (0,)


def _exponential(piece: Piece) -> bool:
    return (piece.node.primitive is power and piece.varying == (1,)) or piece.node.primitive is exp


def _multiple(piece: Piece) -> bool:
    row = piece.node.primitive
    return (row is multiply and len(piece.varying) == 1) or (row is divide and piece.varying == (0,))


def _rate(piece: Piece, place: int) -> Any:
    """Return the derivative of an operand; 0 for a constant."""
    derivative = piece.derivatives[place]
    return 0.0 if derivative is None else derivative


def _exponent_parts(piece: Piece) -> tuple[Any, Any, Any]:
    """Return base, exponent and the exponent's derivative of aᵘ or eᵘ."""
    if piece.node.primitive is exp:
        return np.e, piece.operands[0], piece.derivatives[0]
    return piece.operands[0], piece.operands[1], piece.derivatives[1]


def _quotient_of(
    numerator: Callable[[Any, Any, Any, Any], Any], power_of_denominator: int
) -> Callable[[Piece], Any]:
    def wrong(piece: Piece) -> Any:
        u, v = piece.operands
        return numerator(u, v, _rate(piece, 0), _rate(piece, 1)) / v**power_of_denominator

    return wrong


def _with(piece: Piece, inner: Any) -> tuple[Any, ...]:
    """Operands of a piece with the varying one replaced."""
    place = piece.varying[0]
    return (*piece.operands[:place], inner, *piece.operands[place + 1 :])


def _log_factor(piece: Piece) -> Any:
    """Return what turns a derivative into one without its factor ln a."""
    if piece.node.primitive is power:
        return 1.0 / natural_log(piece.operands[0])
    return natural_log(2.0 if piece.node.primitive is log2 else 10.0)


def _as_power(piece: Piece) -> Any:
    base, exponent, rate = _exponent_parts(piece)
    return exponent * base ** (exponent - 1.0) * rate


def _sum_of_two(piece: Piece) -> bool:
    return piece.node.primitive in (add, subtract) and len(piece.varying) == 2


def _kept_constant(piece: Piece) -> Any:
    """Differentiate a constant that is added or subtracted to 1 instead of 0."""
    place = 1 - piece.varying[0]
    sign = -1.0 if piece.node.primitive is subtract and place == 1 else 1.0
    return piece.derivative() + sign


def _kept_constant_itself(piece: Piece) -> Any:
    place = 1 - piece.varying[0]
    sign = -1.0 if piece.node.primitive is subtract and place == 1 else 1.0
    return piece.derivative() + sign * piece.operands[place]


def _sum_with_constant(piece: Piece) -> bool:
    return piece.node.primitive in (add, subtract) and len(piece.varying) == 1


def _without(place: int) -> Callable[[Piece], Any]:
    """Differentiate only the other term of a sum."""
    return lambda piece: piece.local[1 - place] * piece.derivatives[1 - place]


SLIPS: tuple[Slip, ...] = (
    Slip(
        "inner",
        "the inner derivative {inner} is left out",
        _has_inner,
        lambda p: p.local[p.varying[0]],
    ),
    Slip(
        "inner_twice",
        "the outer derivative is taken at the inner derivative instead of at the inner function",
        _has_inner,
        lambda p: p.node.primitive(*_with(p, p.derivatives[p.varying[0]])),
    ),
    Slip(
        "power_not_reduced",
        "the exponent is not reduced by 1",
        _power,
        lambda p: p.operands[1] * p.value * p.derivatives[0],
    ),
    Slip(
        "coefficient_forgotten",
        "the exponent is not brought down as a factor",
        _power,
        lambda p: p.operands[0] ** (p.operands[1] - 1.0) * p.derivatives[0],
    ),
    Slip(
        "power_integrated",
        "the power is integrated instead of differentiated",
        _power,
        lambda p: p.operands[0] ** (p.operands[1] + 1.0) / (p.operands[1] + 1.0) * p.derivatives[0],
    ),
    Slip(
        "power_raised",
        "the exponent is raised by 1 instead of reduced",
        _power,
        lambda p: p.operands[1] * p.operands[0] ** (p.operands[1] + 1.0) * p.derivatives[0],
    ),
    Slip(
        "product_of_derivatives",
        "the product is differentiated as u′v′",
        _both_vary(multiply),
        lambda p: p.derivatives[0] * p.derivatives[1],
    ),
    Slip(
        "product_first_only",
        "only the first factor is differentiated, so u v′ is missing",
        _both_vary(multiply),
        lambda p: p.derivatives[0] * p.operands[1],
    ),
    Slip(
        "product_second_only",
        "only the second factor is differentiated, so u′v is missing",
        _both_vary(multiply),
        lambda p: p.operands[0] * p.derivatives[1],
    ),
    Slip(
        "product_minus",
        "the two parts of the product rule are subtracted instead of added",
        _both_vary(multiply),
        lambda p: p.derivatives[0] * p.operands[1] - p.operands[0] * p.derivatives[1],
    ),
    Slip(
        "quotient_swapped",
        "the terms of the quotient rule are swapped (uv′ − u′v)",
        _quotient,
        _quotient_of(lambda u, v, du, dv: u * dv - du * v, 2),
    ),
    Slip(
        "quotient_unsquared",
        "the denominator of the quotient rule is not squared",
        _quotient,
        _quotient_of(lambda u, v, du, dv: du * v - u * dv, 1),
    ),
    Slip(
        "quotient_plus",
        "the terms of the quotient rule are added instead of subtracted",
        _quotient,
        _quotient_of(lambda u, v, du, dv: du * v + u * dv, 2),
    ),
    Slip(
        "quotient_of_derivatives",
        "the quotient is differentiated as u′/v′",
        _both_vary(divide),
        _quotient_of(lambda u, v, du, dv: du * v / dv, 1),
    ),
    Slip(
        "sign_of_cosine",
        "the sign of the derivative of the cosine is lost",
        _is(cos),
        lambda p: -p.derivative(),
    ),
    Slip(
        "sign_of_sine",
        "the derivative of the sine gets a minus sign",
        _is(sin),
        lambda p: -p.derivative(),
    ),
    Slip(
        "logarithm_of_base",
        "the factor ln a of an exponential or logarithm to the base a is forgotten",
        lambda p: (_exponential(p) and p.node.primitive is power) or p.node.primitive in (log2, log10),
        lambda p: p.derivative() * _log_factor(p),
    ),
    Slip(
        "exponential_as_power",
        "the exponential is treated as a power, u·aᵘ⁻¹",
        _exponential,
        lambda p: _as_power(p),
    ),
    Slip(
        "varying_exponent_as_power",
        "the power rule is used although the exponent varies too, so uᵛ ln(u) v′ is missing",
        _both_vary(power),
        lambda p: p.local[0] * p.derivatives[0],
    ),
    Slip(
        "varying_base_as_exponential",
        "the exponential rule is used although the base varies too, so v uᵛ⁻¹ u′ is missing",
        _both_vary(power),
        lambda p: p.local[1] * p.derivatives[1],
    ),
    Slip(
        "logarithm_kept",
        "the derivative of the logarithm is left as a logarithm",
        _is(natural_log),
        lambda p: natural_log(p.derivatives[0]),
    ),
    Slip(
        "half_of_root",
        "the factor ½ of the root is lost",
        _is(sqrt),
        lambda p: 2.0 * p.derivative(),
    ),
    Slip(
        "half_of_root_and_inner",
        "both the factor ½ of the root and the inner derivative {inner} are left out",
        lambda p: p.node.primitive is sqrt and _has_inner(p),
        lambda p: 2.0 * p.local[0],
    ),
    Slip(
        "root_not_inverted",
        "the root goes to the numerator instead of the denominator",
        _is(sqrt),
        lambda p: 0.5 * p.value * p.derivatives[0],
    ),
    Slip(
        "constant_kept",
        "the derivative of a constant is not taken as 0",
        _sum_with_constant,
        _kept_constant_itself,
    ),
    Slip(
        "constant_to_one",
        "the derivative of a constant is taken as 1",
        _sum_with_constant,
        _kept_constant,
    ),
    Slip(
        "multiple_lost",
        "the constant factor is lost",
        _multiple,
        lambda p: p.derivatives[p.varying[0]],
    ),
    Slip(
        "first_term_dropped",
        "the first term of the sum is dropped",
        _sum_of_two,
        _without(0),
    ),
    Slip(
        "second_term_dropped",
        "the second term of the sum is dropped",
        _sum_of_two,
        _without(1),
    ),
    Slip(
        "term_sign",
        "the sign of the second term is wrong",
        _sum_of_two,
        lambda p: p.local[0] * p.derivatives[0] - p.local[1] * p.derivatives[1],
    ),
    Slip(
        "multiple_dropped_to_zero",
        "the constant factor is differentiated as well, so that the whole product vanishes",
        _multiple,
        lambda p: 0.0 * p.derivative(),
    ),
    Slip("sign_lost", "the minus sign is lost", _is(negative), lambda p: p.derivatives[0]),
    Slip(
        "other_not_constant",
        "{other} is not taken as a constant",
        lambda p: bool(p.held),
        lambda p: p.derivative() + p.other_derivative(p.held),
    ),
    Slip(
        "other_letter",
        "one differentiates for {other} instead of {letter}",
        lambda p: bool(p.with_others),
        lambda p: p.other_derivative(p.with_others),
    ),
    Slip(
        "other_factor_differentiated",
        "both factors are differentiated, although {other} is a constant",
        lambda p: p.node.primitive is multiply and bool(p.held) and bool(p.varying),
        lambda p: p.derivatives[p.varying[0]] * p.others[p.held[0]],
    ),
)
"""Every slip that a diagnosis may find. A new one is a new row."""
