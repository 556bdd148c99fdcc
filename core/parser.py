"""Typed text → expression, by precedence climbing over the tokens of :mod:`core.tokens`.

Two notations are read, and may be mixed: Python's (``sin(a*x)*exp(-x**2/8)``) and the one that people
write (``2 sin 3x cos y``, ``|x|``, ``sin^2 x``, ``x²``, ``3xy``). Implicit multiplication binds like
``*``; a function without brackets takes the product that follows, up to the next function or sign.
"""

from __future__ import annotations

import math

from core import primitives as rows
from core.expression import Apply, Constant, Expression, Variable
from core.primitives import PRIMITIVES, Primitive
from core.tokens import CONSTANTS, FUNCTIONS, ParseError, Token, tokenize

MAX_NESTING = 50
"""Deepest nesting of brackets, functions, exponents and signs."""

MAX_OPERATIONS = 200
"""Most operations in one formula."""

COMPARISONS = {
    "<": rows.less,
    "<=": rows.less_equal,
    ">": rows.greater,
    ">=": rows.greater_equal,
    "==": rows.equal,
    "!=": rows.not_equal,
}
SUMS = {"+": rows.add, "-": rows.subtract}
PRODUCTS = {"*": rows.multiply, "/": rows.divide, "//": rows.floor_divide, "%": rows.mod, "mod": rows.mod}
POWERS = ("^", "**")
CLOSING = {"(": ")", "{": "}", "|": "|"}
CHAINED = (rows.minimum, rows.maximum)
"""Functions of two operands that may be given more: max(x, 1, 2)."""


def parse(text: str) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text
        At most 1,000 characters, 200 operations, nested 50 deep.

    Returns
    -------
    Expression
        Its :attr:`~core.expression.Expression.names` are the free letters.

    Raises
    ------
    ParseError
        With one sentence, the position of the fault, and a hint. Nothing else is ever raised for text.

    Examples
    --------
    >>> print(parse("x^2 + 3 x y + y^2"))
    x**2 + 3*x*y + y**2
    >>> print(parse("2 sin 3x cos y"))
    2*sin(3*x)*cos(y)
    """
    if not text.strip():
        raise ParseError("The formula is empty.", 0, "Type a function, for example sin(x)/x.")
    return _Parser(tokenize(text)).parse()


class _Parser:
    """One pass over the tokens of one text."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = -1
        self._next = Token("start", "", 0, 0)
        self._sign = ""
        self._nesting = 0
        self._operations = 0
        self._open_bars = 0

    def parse(self) -> Expression:
        self._take()
        expression = self._comparison()
        if self._next.kind != "end":
            raise self._unexpected()
        return expression

    # Tokens

    def _take(self) -> Token:
        """Return the next token and go on to the one after it, whose sign is noted if it is an operator."""
        taken = self._next
        self._index += 1
        self._next = following = self._tokens[self._index]
        self._sign = following.text if following.kind == "operator" else ""
        return taken

    def _unexpected(self) -> ParseError:
        token = self._next
        if token.kind == "end":
            return ParseError(
                "The formula ends too early.", token.start, "Something is missing after the last sign."
            )
        if token.text == ")" and not self._operand_is_missing():
            return ParseError("This bracket was never opened.", token.start, "Remove it, or add “(” before.")
        if token.kind == "number":
            return ParseError(
                "Two numbers stand side by side.",
                token.start,
                "Write * between them.",
                suggestion=(token.start, token.start, "*"),
            )
        if token.text == "," and not self._operand_is_missing():
            return self._stray_comma()
        return ParseError(
            f"“{token.text}” cannot stand here.", token.start, "Something is missing before it."
        )

    def _operand_is_missing(self) -> bool:
        """Tell whether an operator, a comma or nothing stands before the next token."""
        if self._index == 0:
            return True
        previous = self._tokens[self._index - 1]
        return previous.kind in ("operator", "function") and previous.text not in (")", "}", "|")

    def _stray_comma(self) -> ParseError:
        comma = self._next
        neighbours = self._tokens[self._index - 1], self._tokens[self._index + 1]
        if all(token.kind == "number" for token in neighbours):
            return ParseError(
                "A decimal number has a point, not a comma.",
                comma.start,
                "Commas stand between the arguments of a function.",
                suggestion=(comma.start, comma.end, "."),
            )
        return ParseError(
            "The comma is outside a function.",
            comma.start,
            "Commas stand between the arguments of a function.",
        )

    def _apply(self, row: Primitive, token: Token, *operands: Expression) -> Expression:
        self._operations += 1
        if self._operations > MAX_OPERATIONS:
            raise ParseError(
                f"The formula has more than {MAX_OPERATIONS} operations.", token.start, "Shorten it."
            )
        return Apply(row, *operands)

    def _deeper(self, token: Token) -> None:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise ParseError(
                f"The formula is nested more than {MAX_NESTING} deep.", token.start, "Simplify it."
            )

    # Grammar, from the loosest binding to the tightest

    def _comparison(self) -> Expression:
        left = self._sum()
        if self._sign not in COMPARISONS:
            return left
        token = self._take()
        compared = self._apply(COMPARISONS[token.text], token, left, self._sum())
        if self._sign in COMPARISONS:
            raise ParseError(
                "Comparisons cannot be chained.", self._next.start, "Multiply two comparisons instead."
            )
        return compared

    def _sum(self) -> Expression:
        left = self._product()
        while self._sign in SUMS:
            token = self._take()
            left = self._apply(SUMS[token.text], token, left, self._product())
        return left

    def _product(self, *, stop_at_function: bool = False) -> Expression:
        left = self._signed()
        while True:
            if stop_at_function and self._next.kind == "function":
                return left
            if self._sign in PRODUCTS or self._is_mod():
                token = self._take()
                left = self._apply(PRODUCTS[token.text], token, left, self._signed())
            elif self._starts_factor():
                left = self._apply(rows.multiply, self._next, left, self._powered())
            else:
                return left

    def _is_mod(self) -> bool:
        return self._next.kind == "function" and self._next.text == "mod"

    def _starts_factor(self) -> bool:
        """Tell whether a factor follows without a sign between: implicit multiplication."""
        kind = self._next.kind
        if kind == "operator":
            return self._sign in ("(", "{", "√") or (self._sign == "|" and not self._open_bars)
        if kind == "number":
            return self._tokens[self._index - 1].kind != "number"
        return kind in ("name", "function")

    def _signed(self) -> Expression:
        if self._sign not in SUMS:
            return self._powered()
        token = self._take()
        self._deeper(token)
        operand = self._signed()
        self._nesting -= 1
        return self._apply(rows.negative, token, operand) if token.text == "-" else operand

    def _powered(self) -> Expression:
        return self._raise(self._atom())

    def _raise(self, base: Expression) -> Expression:
        """Read the exponents that follow `base`; powers associate to the right."""
        if self._next.kind == "superscript":
            token = self._take()
            return self._raise(self._apply(rows.power, token, base, Constant(float(token.text))))
        if self._sign not in POWERS:
            return base
        token = self._take()
        self._deeper(token)
        exponent = self._exponent()
        self._nesting -= 1
        return self._apply(rows.power, token, base, exponent)

    def _exponent(self) -> Expression:
        if self._sign not in SUMS:
            return self._powered()
        token = self._take()
        self._deeper(token)
        exponent = self._exponent()
        self._nesting -= 1
        return self._apply(rows.negative, token, exponent) if token.text == "-" else exponent

    # Atoms

    def _atom(self) -> Expression:
        token = self._next
        if token.kind == "number":
            self._take()
            return Constant(_literal(token.text))
        if token.kind == "name":
            self._take()
            return Constant(CONSTANTS[token.text]) if token.text in CONSTANTS else Variable(token.text)
        if token.kind == "function":
            return self._call(self._take())
        if self._sign in ("(", "{", "|"):
            return self._bracketed(self._take())
        if self._sign == "√":
            return self._apply(rows.sqrt, self._take(), self._tight_argument(token))
        raise self._unexpected()

    def _bracketed(self, opening: Token) -> Expression:
        bars_outside, self._open_bars = self._open_bars, int(opening.text == "|")
        self._deeper(opening)
        inner = self._comparison()
        self._close(opening)
        self._nesting -= 1
        self._open_bars = bars_outside
        if opening.text == "|":
            return self._apply(rows.absolute, opening, inner)
        if opening.text == "{" and not (self._sign in POWERS or self._before(opening, *POWERS)):
            raise ParseError("Braces only group a base or an exponent.", opening.start, "Use round brackets.")
        return inner

    def _before(self, token: Token, *operators: str) -> bool:
        index = self._tokens.index(token)
        return index > 0 and self._tokens[index - 1].text in operators

    def _close(self, opening: Token, what: str = "") -> None:
        closing = CLOSING[opening.text]
        if self._sign == closing:
            self._take()
            return
        if self._next.kind == "end" or self._sign in (")", "}", "|"):
            named = {"(": "bracket", "{": "brace", "|": "bar"}[opening.text]
            raise ParseError(
                f"The {named}{f' after {what}' if what else ''} is not closed.",
                self._next.start,
                f"Add “{closing}”.",
                partner=opening.start,
                suggestion=(self._next.start, self._next.start, closing),
            )
        raise self._unexpected()

    # Functions

    def _call(self, token: Token) -> Expression:
        row = FUNCTIONS[token.text]
        exponent: Expression | None = None
        inverse = row
        if self._next.kind == "superscript" or self._sign in POWERS:
            inverse, exponent = self._function_exponent(token, row)
        called = self._called(token, inverse)
        return called if exponent is None else self._apply(rows.power, token, called, exponent)

    def _function_exponent(self, token: Token, row: Primitive) -> tuple[Primitive, Expression | None]:
        """Read the exponent in ``sin^2 x``, a power of the value, or in ``sin^-1 x``, the inverse."""
        sign = self._take()
        if sign.kind == "superscript":
            exponent: Expression = Constant(float(sign.text))
        else:
            negated = self._sign == "-" and bool(self._take())
            exponent = self._atom_without_call(token)
            exponent = Apply(rows.negative, exponent) if negated else exponent
        if exponent.names or float(exponent.evaluate()) != -1.0:
            return row, exponent
        if not row.inverse:
            raise ParseError(
                f"{token.text}^-1 could mean two things.",
                sign.start,
                f"Write 1/{token.text}(…) for the reciprocal.",
            )
        return PRIMITIVES[row.inverse], None

    def _atom_without_call(self, function: Token) -> Expression:
        if self._next.kind in ("number", "name") or self._sign in ("(", "{"):
            return self._atom()
        raise ParseError(
            f"{function.text} needs an argument.", self._next.start, f"Write {function.text}(x)."
        )

    def _called(self, token: Token, row: Primitive) -> Expression:
        if self._sign == "(":
            return self._with_arguments(token, row)
        if row.arity > 1 or not self._starts_factor():
            raise ParseError(
                f"{token.text} needs {'an argument' if row.arity == 1 else f'{row.arity} arguments'}.",
                self._next.start,
                f"Write {token.text}({', '.join('xyz'[: row.arity])}).",
            )
        return self._apply(row, token, self._tight_argument(token))

    def _tight_argument(self, token: Token) -> Expression:
        """Read the argument of a function without brackets: a product, up to the next function."""
        self._deeper(token)
        argument = (
            self._powered()
            if self._next.kind == "function" or token.text == "√"
            else self._product(stop_at_function=True)
        )
        self._nesting -= 1
        return argument

    def _with_arguments(self, token: Token, row: Primitive) -> Expression:
        opening = self._take()
        bars_outside, self._open_bars = self._open_bars, 0
        self._deeper(opening)
        if self._sign == ")":
            raise ParseError(f"{token.text} needs an argument.", self._next.start, f"Write {token.text}(x).")
        arguments = [self._comparison()]
        while self._sign == ",":
            self._take()
            arguments.append(self._comparison())
        self._close(opening, token.text)
        self._nesting -= 1
        self._open_bars = bars_outside
        return self._apply_arguments(token, row, arguments)

    def _apply_arguments(self, token: Token, row: Primitive, arguments: list[Expression]) -> Expression:
        if row in CHAINED and len(arguments) > row.arity:
            result = arguments[0]
            for argument in arguments[1:]:
                result = self._apply(row, token, result, argument)
            return result
        if len(arguments) != row.arity:
            wanted = "1 argument" if row.arity == 1 else f"{row.arity} arguments"
            raise ParseError(
                f"{token.text} takes {wanted}, not {len(arguments)}.",
                token.start,
                "Check the commas and brackets.",
            )
        return self._apply(row, token, *arguments)


def _literal(digits: str) -> float:
    """Make a literal a float64 at once, so that no size of it costs anything."""
    if digits[:2].lower() != "0x":
        return float(digits)
    try:
        return float(int(digits, 16))
    except OverflowError:
        return math.inf
