"""Expressions as text that the parser reads back, as LaTeX, and as NumPy source."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.expression import GREEK, Apply, Constant, Expression, Variable, is_whole
from core.primitives import NamedFloat, divide, exp, less, multiply, negative, power, subtract, where

SIGN, ATOM = 4, 6
"""Precedence of a leading sign and of what never needs brackets; see `Primitive.precedence`."""


@dataclass(frozen=True)
class _Written:
    """A piece of text and how tightly its outermost operation binds."""

    text: str
    precedence: int


def text(expression: Expression) -> str:
    """Write in the notation that the parser reads: ``sin(a*x)*exp(-x**2/8)``."""
    return expression.fold(_text_node).text


def python(expression: Expression) -> str:
    """Write as NumPy source: ``np.sin(a*x)*np.exp(-x**2/8)``."""
    return _as_number(expression, expression.fold(_python_node)).text


def _text_node(node: Expression, operands: tuple[_Written, ...]) -> _Written:
    if isinstance(node, Constant):
        return _number(node.value, _text_of_number(node.value))
    if isinstance(node, Variable):
        return _Written(node.name, ATOM)
    assert isinstance(node, Apply)
    if node.primitive.symbol:
        return _operation(node, operands)
    return _Written(f"{node.primitive.name}({', '.join(operand.text for operand in operands)})", ATOM)


def _python_node(node: Expression, operands: tuple[_Written, ...]) -> _Written:
    if isinstance(node, Constant):
        return _number(node.value, _python_number(node.value))
    if not isinstance(node, Apply):
        return _text_node(node, operands)
    if not node.names and not math.isfinite(value := node.evaluate()):
        return _number(value, _python_number(value))  # Python's own numbers would raise, or never end
    conditions = 1 if node.primitive is where else 0
    operands = operands[:conditions] + tuple(
        _as_number(operand, written)
        for operand, written in zip(node.operands[conditions:], operands[conditions:], strict=True)
    )
    if node.primitive.symbol:
        return _operation(node, operands)
    return _Written(node.primitive.source.format(*(operand.text for operand in operands)), ATOM)


def _as_number(node: Expression, written: _Written) -> _Written:
    """Make 1.0 or 0.0 of NumPy's truth values, which do not add up like numbers."""
    if isinstance(node, Apply) and node.primitive.precedence == less.precedence:
        return _Written(f"1.0*({written.text})", multiply.precedence)
    return written


def _operation(node: Apply, operands: tuple[_Written, ...]) -> _Written:
    row = node.primitive
    if row is negative:
        reach = _sign_reach(node.operands[0])
        return _Written(f"-{_bracket(operands[0], reach)}", reach)
    left, right = operands
    if row is power:
        return _Written(f"{_bracket(left, ATOM)}**{_bracket(right, SIGN)}", row.precedence)
    gap = " " if row.precedence < multiply.precedence or row.symbol == "%" else ""
    left_reach = row.precedence + (row.precedence == less.precedence)  # comparisons are not chained
    right_text = f"({right.text})" if right.text.startswith("-") else _bracket(right, row.precedence + 1)
    return _Written(f"{_bracket(left, left_reach)}{gap}{row.symbol}{gap}{right_text}", row.precedence)


def _sign_reach(operand: Expression) -> int:
    """How tightly the operand of a minus sign must bind to go without brackets.

    −x/4 may stand for −(x/4): both are the same double.
    """
    product = isinstance(operand, Apply) and operand.primitive in (multiply, divide)
    return multiply.precedence if product else SIGN


def _bracket(written: _Written, precedence: int) -> str:
    return written.text if written.precedence >= precedence else f"({written.text})"


def _number(value: float, written: str) -> _Written:
    return _Written(written, SIGN if written.startswith("-") else _precedence_of_text(written))


def _precedence_of_text(written: str) -> int:
    return multiply.precedence if "/" in written else ATOM


def _text_of_number(value: float) -> str:
    if isinstance(value, NamedFloat):
        return value.text
    if math.isnan(value):
        return "0/0"
    if math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    return str(int(value)) if is_whole(value) and abs(value) < 1e15 else repr(value)


def _python_number(value: float) -> str:
    if isinstance(value, NamedFloat):
        return re.sub(r"\b(pi|e|log|sqrt)\b", r"np.\1", value.text.replace("tau", "math.tau"))
    if not math.isfinite(value):
        return f"np.{value}" if value == value and value > 0 else ("-np.inf" if value < 0 else "np.nan")
    return _text_of_number(value)


# LaTeX -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Typeset:
    """LaTeX as it stands in a line, and on one level for exponents (x/4 rather than a fraction)."""

    display: str
    inline: str
    precedence: int


def latex(expression: Expression, names: Mapping[str, str], *, inline: bool = False) -> str:
    """Write as LaTeX; `names` overrides how single variables are written, `inline` avoids fractions."""

    def visit(node: Expression, operands: tuple[_Typeset, ...]) -> _Typeset:
        if isinstance(node, Constant):
            written = number_latex(node.value)
            return _Typeset(written, written, SIGN if written.startswith("-") else ATOM)
        if isinstance(node, Variable):
            written = names.get(node.name) or name_latex(node.name)
            return _Typeset(written, written, ATOM)
        assert isinstance(node, Apply)
        return _typeset_apply(node, operands)

    written = expression.fold(visit)
    return written.inline if inline else written.display


def name_latex(name: str) -> str:
    """LaTeX of a variable: ``w1`` as w with the subscript 1, ``eta`` as the Greek letter."""
    letter, subscript = split_name(name)
    base = {"lam": r"\lambda"}.get(letter, f"\\{letter}") if letter in GREEK else letter
    if not subscript:
        return base
    short = len(subscript) == 1 or subscript.isdigit()
    return f"{{{base}}}_{{{subscript}}}" if short else rf"{{{base}}}_{{\mathrm{{{subscript}}}}}"


def split_name(name: str) -> tuple[str, str]:
    """Split a variable's name into its letter and its subscript."""
    match = re.fullmatch(r"([A-Za-z]+?)_?(\d+|(?<=_)\w+)", name)
    return (match[1], match[2]) if match else (name, "")


def number_latex(value: float) -> str:
    """LaTeX of a number: powers of ten written out, named numbers by their name."""
    if isinstance(value, NamedFloat):
        return value.latex
    if math.isnan(value):
        return r"\text{none}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    mantissa, _, exponent = _text_of_number(value).partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _typeset_apply(node: Apply, operands: tuple[_Typeset, ...]) -> _Typeset:
    row = node.primitive
    if row is exp:
        raised = f"{{e}}^{{{operands[0].inline}}}"
        return _Typeset(raised, raised, power.precedence)
    if row is power:
        raised = _power(node, operands)
        return _Typeset(raised, raised, power.precedence)
    if row is divide:
        fraction = rf"\frac{{{operands[0].display}}}{{{operands[1].display}}}"
        slashed = f"{_within(operands[0], 3, inline=True)}/{_within(operands[1], SIGN, inline=True)}"
        return _Typeset(fraction, slashed, multiply.precedence)
    compose = _OPERATORS.get(row.name, _compose_row)
    precedence = row.precedence if row.symbol else ATOM
    if row is negative and _sign_reach(node.operands[0]) < SIGN:
        precedence = multiply.precedence
    return _Typeset(compose(node, operands, False), compose(node, operands, True), precedence)


def _within(operand: _Typeset, precedence: int, *, inline: bool) -> str:
    written = operand.inline if inline else operand.display
    return written if operand.precedence >= precedence else rf"\left({written}\right)"


def _power(node: Apply, operands: tuple[_Typeset, ...]) -> str:
    base, exponent = node.operands
    if (
        isinstance(base, Apply)
        and isinstance(exponent, Constant)
        and exponent.value > 0
        and base.primitive.latex.endswith(r"\left({0}\right)")
    ):
        name, bracket, rest = operands[0].display.partition(r"\left(")
        return f"{name}^{{{operands[1].inline}}}{bracket}{rest}"
    return f"{{{_within(operands[0], ATOM, inline=False)}}}^{{{operands[1].inline}}}"


def _compose_product(node: Apply, operands: tuple[_Typeset, ...], inline: bool) -> str:
    left = _within(operands[0], _sign_reach(node.operands[0]), inline=inline)
    right = _within(operands[1], SIGN if inline else _sign_reach(node.operands[1]), inline=inline)
    if right.startswith("-"):
        return rf"{left} \cdot \left({right}\right)"
    if _meet_in_one_letter(*node.operands):
        return rf"{left} \cdot {right}"
    if right.lstrip("{")[0].isdigit() or (right.startswith(r"\frac") and left[-1].isdigit()):
        return rf"{left} \cdot {right}"
    after_bracket = left.endswith(r"\right)") and not right.startswith("\\")
    command = right.startswith(("\\", "{e}^")) and not right.startswith(r"\left")
    return rf"{left} \, {right}" if command or after_bracket else f"{left} {right}"


def _meet_in_one_letter(left: Expression, right: Expression) -> bool:
    """Tell whether a product would read as one word with a letter twice: xx, 2xx²."""
    while isinstance(left, Apply) and left.primitive is multiply:
        left = left.operands[1]
    while isinstance(right, Apply) and right.primitive in (multiply, power):
        right = right.operands[0]
    return isinstance(left, Variable) and left == right


def _compose_sign(node: Apply, operands: tuple[_Typeset, ...], inline: bool) -> str:
    return f"-{_within(operands[0], _sign_reach(node.operands[0]), inline=inline)}"


def _compose_sum(node: Apply, operands: tuple[_Typeset, ...], inline: bool) -> str:
    left = _within(operands[0], node.primitive.precedence, inline=inline)
    right = _within(operands[1], node.primitive.precedence + (node.primitive is subtract), inline=inline)
    if right.startswith("-"):
        right = rf"\left({right}\right)"
    return f"{left} {node.primitive.symbol} {right}"


def _compose_row(node: Apply, operands: tuple[_Typeset, ...], inline: bool) -> str:
    reach = node.primitive.precedence + 1 if node.primitive.symbol else 0
    parts = (_within(operand, reach, inline=inline) for operand in operands)
    return node.primitive.latex.format(*parts)


_OPERATORS: dict[str, Callable[[Apply, tuple[_Typeset, ...], bool], str]] = {
    "multiply": _compose_product,
    "negative": _compose_sign,
    "add": _compose_sum,
    "subtract": _compose_sum,
}
