"""One rule of a derivation in letters, and with the numbers of a point filled in.

The operands of the outermost operation of a piece are called u and v, as in the rules.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from core.differentiate import CONSTANT_RULE, VARIABLE_RULE, Step
from core.expression import Apply, Expression, Variable, as_expression
from core.primitives import PRIMITIVES, add, divide, multiply, power, subtract, where
from core.simplify import ONE, ZERO, simplify
from core.smoothness import slope_at

OPERANDS = (("u", "v"), ("s", "t"), ("m", "n"), ("U", "V"))
"""What the operands may be called: the first pair that holds no letter of the formula."""

NAMED = ("Sum rule", "Difference rule", "Product rule", "Quotient rule")
"""Rules in letters, where every operand has its letter, whatever it is."""

UNDEFINED = r"\text{none}"
"""What is written for a number that does not exist."""

LONGEST = 400
"""Characters of LaTeX beyond which a rule with its numbers is not written out."""


def free_pair(expression: Expression) -> tuple[str, str]:
    """Find two letters for operands that the formula leaves free."""
    return next((pair for pair in OPERANDS if not set(pair) & set(expression.names)), OPERANDS[-1])


def operand_letters(step: Step, pair: tuple[str, str]) -> tuple[str, ...]:
    """Give each operand its letter; none for a constant or the variable, which speak for themselves."""
    piece = step.piece
    if not isinstance(piece, Apply):
        return ()
    if step.rule in NAMED:
        return pair
    free = iter(pair)
    first = 1 if piece.primitive is where else 0
    return tuple(
        next(free, "")
        if place >= first and operand.depends_on(step.name) and not isinstance(operand, Variable)
        else ""
        for place, operand in enumerate(piece.operands)
    )


def at_point(expression: Expression, values: Mapping[str, float], name: str) -> tuple[float, float]:
    """Compute an expression and its derivative for a letter at the point; NaN where they do not exist."""
    slope = slope_at(expression, values, name)
    return slope.value, slope.derivative


def number_text(value: float) -> str:
    r"""Write a number with four decimals, or four digits if it is small, without closing zeros.

    Examples
    --------
    >>> number_text(0.5), number_text(2 / 3), number_text(2 / 3e4)
    ('0.5', '0.6667', '6.667 \\cdot {10}^{-5}')
    """
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value == 0.0:
        return "0"
    if not 1e-4 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.3e}".split("e")
        return rf"{mantissa.rstrip('0').rstrip('.')} \cdot {{10}}^{{{int(exponent)}}}"
    digits = max(4, 3 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def filled_in(
    step: Step, letters: tuple[str, ...], values: Mapping[str, float], name: str
) -> tuple[str, ...]:
    """Write the rule in letters, then with numbers, then its result; fewer where that says nothing new.

    Parameters
    ----------
    letters
        What each operand is called (`operand_letters`).
    values
        The number of each letter at the point.
    name
        What the piece is called.
    """
    result = number_text(at_point(step.piece, values, step.name)[1])
    if not isinstance(step.piece, Apply) or step.rule in (CONSTANT_RULE, VARIABLE_RULE):
        return (f"{name}' = {result}",)
    rule = _in_letters(step, letters, values)
    symbols = rule.latex(inline=True)
    if step.rule not in NAMED:  # 1/u u' would leave open what is divided
        symbols = re.sub(r"(?<=[\w})]) (?:\\, )?(?=[a-zA-Z]')", r" \\cdot ", symbols)
    if not rule.names:
        return (f"{name}' = {result}",)
    if result == UNDEFINED:
        return f"{name}' = {symbols}", f"= {UNDEFINED}"
    filled = _as_sum_of_numbers(rule.latex(_numbers(step, letters, values), inline=True))
    if len(symbols) + len(filled) > LONGEST:
        return (f"{name}' = {result}",)
    return (f"{name}' = {symbols}", f"= {filled}") + ((f"= {result}",) if filled != result else ())


def _numbers(step: Step, letters: tuple[str, ...], values: Mapping[str, float]) -> dict[str, str]:
    """Give the number for each letter, its own or that of an operand; negative ones in brackets."""
    known = dict(values)
    for letter, part in zip(letters, step.parts, strict=True):
        if letter:
            known[letter], known[f"{letter}'"] = at_point(part.piece, values, step.name)
    written = {letter: number_text(value) for letter, value in known.items()}
    return {
        letter: rf"\left({number}\right)" if number.startswith("-") else number
        for letter, number in written.items()
    }


def _as_sum_of_numbers(latex: str) -> str:
    """Write products with dots, negative numbers with brackets where they need them, exponents of e in a row.

    What stands in a row costs little to typeset again when the point moves.
    """
    latex = re.sub(r"\{e\}\^\{([^{}]*)\}", r"\\exp\\left(\1\\right)", latex)
    number = r"\\left\((-[^(){}]*)\\right\)"
    latex = re.sub(rf"\\left\({number}\\right\)", r"\\left(\1\\right)", latex)
    latex = re.sub(rf"\^\{{{number}\}}", r"^{\1}", latex)
    latex = re.sub(rf"^{number}(?!\^)", r"\1", latex)
    return re.sub(r"(?<=[\d})]) (?:\\, )?(?=\{?\\left\(-)", r" \\cdot ", latex)


def _in_letters(step: Step, letters: tuple[str, ...], values: Mapping[str, float]) -> Expression:
    """Write the derivative of the piece in the letters of its operands and their derivatives."""
    assert isinstance(step.piece, Apply)
    row = step.piece.primitive
    operands = [
        Variable(letter) if letter else operand
        for letter, operand in zip(letters, step.piece.operands, strict=True)
    ]
    primes = [
        Variable(f"{letter}'") if letter else part.derivative
        for letter, part in zip(letters, step.parts, strict=True)
    ]
    if row is where:
        return primes[1] if step.parts[0].piece.evaluate(values) else primes[2]
    if row in (PRIMITIVES["max"], PRIMITIVES["min"]):
        first, second = (part.piece.evaluate(values) for part in step.parts)
        return primes[0] if (first > second) == (row.name == "max") else primes[1]
    if row in (add, subtract):
        return Apply(row, *primes)
    if row is divide:
        constant = not step.parts[1].piece.depends_on(step.name)
        return Apply(divide, primes[0], operands[1]) if constant else _quotient(operands, primes)
    if row is multiply and all(part.piece.depends_on(step.name) for part in step.parts):
        return Apply(add, _product(primes[0], operands[1]), _product(operands[0], primes[1]))
    return _by_chain(Apply(row, *operands), primes, step)


def _quotient(operands: list[Expression], primes: list[Expression]) -> Expression:
    over, under = operands
    difference = Apply(subtract, _product(primes[0], under), _product(over, primes[1]))
    return Apply(divide, difference, Apply(power, under, as_expression(2.0)))


def _by_chain(piece: Apply, primes: list[Expression], step: Step) -> Expression:
    """Sum local derivative times inner derivative over the operands that vary."""
    terms = [
        _product(simplify(as_expression(piece.primitive.partials[place](piece, *piece.operands))), prime)
        for place, prime in enumerate(primes)
        if step.parts[place].derivative is not ZERO
    ]
    total: Expression = terms[0] if terms else ZERO
    for term in terms[1:]:
        total = Apply(add, total, term)
    return total


def _product(left: Expression, right: Expression) -> Expression:
    """Multiply, leaving out a factor 1."""
    if left is ONE or right is ONE:
        return right if left is ONE else left
    return Apply(multiply, left, right)
