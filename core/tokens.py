"""Typed text → tokens: every character is known, or refused with its position.

All limits stand here and in :mod:`core.parser`, and are checked before anything is built: text can be
hostile. Nothing here, or after it, evaluates text as code.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, NoReturn

from core.expression import GREEK
from core.primitives import BY_ALIAS, PI, TAU, E, NamedFloat

MAX_LENGTH = 1000
"""Longest text that is read, in characters."""

LONGEST_PRODUCT = 3
"""Longest run of letters that, when no known name is in it, is read as a product of them."""

CLOSE = 0.6
"""How like a known name a word must be for that name to be suggested."""

CONSTANTS: dict[str, NamedFloat] = {"pi": PI, "e": E, "tau": TAU}

FUNCTIONS = {name: row for name, row in BY_ALIAS.items() if not row.symbol or name in ("pow", "mod")}
"""Everything that a person can call, by each name it may be typed as."""

LETTER_OR_FUNCTION = frozenset(FUNCTIONS) & frozenset(GREEK)
"""Greek names that are a function before a bracket and a letter elsewhere."""

NAMES = frozenset((*FUNCTIONS, *CONSTANTS, *GREEK))
"""Every name of more than a letter that stands for one thing."""

LONGEST_NAME = max(map(len, NAMES))

# fmt: off
RESERVED = frozenset((
    "and", "or", "not", "in", "is", "if", "else", "for", "as", "def", "del", "try",
    "lambda", "from", "import", "with", "while", "pass", "int", "len", "map", "set", "str", "sum",
))
# fmt: on
"""Words of programming languages, which are never read as products of letters."""

MISSING_FUNCTIONS = frozenset({"cis", "prelu"})
"""Functions that Nabla lacks and that would otherwise be read as products of letters: cis x as c*i*s*x."""

SPACES = " \t\u00a0\u2002\u2003\u2009\u202f"
SIGNS = dict.fromkeys("−–", "-") | dict.fromkeys("×·⋅∙∗", "*") | dict.fromkeys("÷∕", "/")
SIGNS |= {"≤": "<=", "≥": ">=", "≠": "!="}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
LETTERS = {letter: name for name, letter in GREEK.items()} | {"π": "pi", "τ": "tau", "µ": "mu", "ϕ": "phi"}
OPERATORS = (*["**", "//", "<=", ">=", "==", "!="], *"+-*/%^<>(){}|,√")

_LETTER = re.compile(rf"(?:{'|'.join(GREEK)}|[A-Za-z])[0-9]*(?:_[A-Za-z0-9]+)?")
_IMAGINARY = re.compile(r"[jJ](?![A-Za-z0-9_])")
_OPENING = re.compile(rf"[{SPACES}]*\(")
_PIECE = re.compile(
    rf"""
    (?P<run> [A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)? )
    | (?P<operator> {"|".join(map(re.escape, OPERATORS))} )
    | (?P<number> 0[xX][0-9a-fA-F]+ | (?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
    | (?P<spaces> [{SPACES}]+ )
    | (?P<sign> [{"".join(SIGNS)}] )
    | (?P<letter> [{"".join(LETTERS)}] )
    | (?P<superscript> [{"".join(SUPERSCRIPTS)}]+ )
    | (?P<unknown> . )
    """,
    re.VERBOSE | re.DOTALL,
)
"""What text falls into: pieces of one kind each, so that nothing is skipped unseen."""


class ParseError(ValueError):
    """Text that is no formula.

    Attributes
    ----------
    message
        One sentence that says what is wrong.
    position
        Index of the faulty character in the typed text; its length if something is missing at the end.
    hint
        What to try, in one sentence.
    partner
        Index of a character that belongs to the fault, such as the bracket that is not closed.
    suggestion
        ``(start, end, text)``: putting `text` in the place of that part probably mends it.

    Examples
    --------
    >>> from core.parser import parse
    >>> try:
    ...     parse("2 + sin(x")
    ... except ParseError as error:
    ...     print(f"at {error.position}: {error}", error.suggestion)
    at 9: The bracket after sin is not closed. Add “)”. (9, 9, ')')
    """

    def __init__(
        self,
        message: str,
        position: int,
        hint: str = "",
        *,
        partner: int | None = None,
        suggestion: tuple[int, int, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint
        self.partner = partner
        self.suggestion = suggestion

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Token(NamedTuple):
    """One word of the language.

    Attributes
    ----------
    kind
        ``number``, ``name``, ``function``, ``operator``, ``superscript`` or ``end``.
    text
        The operator, the variable's or function's name, the digits.
    start, end
        Where it stands in the typed text.
    """

    kind: str
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Split typed text into tokens, the last of which is of the kind ``end``.

    Raises
    ------
    ParseError
        At the first character or word that is not of the language.
    """
    if len(text) > MAX_LENGTH:
        raise ParseError(f"The formula is longer than {MAX_LENGTH} characters.", MAX_LENGTH, "Shorten it.")
    tokens: list[Token] = []
    for piece in _PIECE.finditer(text):
        kind = piece.lastgroup
        start, end = piece.span()
        if kind == "operator":
            tokens.append(Token(kind, piece[0], start, end))
        elif kind == "run":
            tokens += _words(text, piece[0], start, end)
        elif kind and kind != "spaces":
            tokens.append(_READERS[kind](text, piece[0], start, end))
    end = len(text)
    tokens.append(Token("end", "", end, end))
    return tokens


def _number(text: str, digits: str, start: int, end: int) -> Token:
    following = text[end : end + 1]
    if following == "." or (digits.endswith(".") and following.isdigit()):
        raise ParseError("A number has two decimal points.", end, "Keep one of them.")
    if following == "_":
        raise ParseError("A number has no underscores.", end, "Write the digits without “_”.")
    if _IMAGINARY.match(text, end):
        raise ParseError(
            "Nabla computes with real numbers only.", end, "Write j*… if j is a letter of yours."
        )
    return Token("number", digits, start, end)


def _sign(text: str, sign: str, start: int, end: int) -> Token:
    return Token("operator", SIGNS[sign], start, end)


def _greek_letter(text: str, letter: str, start: int, end: int) -> Token:
    name = LETTERS[letter]
    is_function = name in LETTER_OR_FUNCTION and _is_called(text, end)
    return Token("function" if is_function else "name", name, start, end)


def _superscript(text: str, raised: str, start: int, end: int) -> Token:
    digits = "".join(SUPERSCRIPTS[character] for character in raised)
    if not re.fullmatch(r"[+-]?[0-9]+", digits):
        raise ParseError("The raised sign needs a number after it.", start, "For example x⁻².")
    return Token("superscript", digits, start, end)


def _unknown(text: str, character: str, start: int, end: int) -> NoReturn:
    if character == "=":
        raise ParseError("A formula has no “=” in it.", start, "Type only what stands to the right of it.")
    if character in "[]":
        raise ParseError("Square brackets have no meaning here.", start, "Use round brackets.")
    if character in "\r\n":
        raise ParseError("A formula stands on one line.", start, "Remove the line break.")
    shown = f"“{character}”" if character.isprintable() else f"the character U+{ord(character):04X}"
    raise ParseError(f"There is no meaning for {shown} here.", start, "Remove it.")


_READERS: dict[str, Callable[[str, str, int, int], Token]] = {
    "number": _number,
    "sign": _sign,
    "letter": _greek_letter,
    "superscript": _superscript,
    "unknown": _unknown,
}
"""How a piece of each kind that is always one token is read: from the text, the piece, and its ends."""


# Words -------------------------------------------------------------------------------------------


def _words(text: str, run: str, start: int, end: int) -> list[Token]:
    """Split a run of letters and digits into known names and single letters: ``2xsin`` as 2·x·sin."""
    if text.startswith("_", end):
        raise ParseError(f"“{run}_” is no name.", end, "A subscript is a letter or digits, as in x_2.")
    called = _is_called(text, end)
    known = _known_word(run, called=called)
    if known:
        return [Token(*known, start, end)]
    if run.lower() in RESERVED:
        what = f"There is no function “{run}”." if called else f"“{run}” is no word of this language."
        raise ParseError(what, start, "Remove it.")
    if run.lower() in MISSING_FUNCTIONS:
        raise _unknown_name(text, start, end)
    tokens = _split_run(run, start, called=called)
    _check_product(text, tokens, start, end)
    return tokens


def _is_called(text: str, end: int) -> bool:
    return _OPENING.match(text, end) is not None


def _known_word(word: str, *, called: bool = False) -> tuple[str, str] | None:
    """Kind and name of a word that stands for one thing."""
    if len(word) == 1 and word.isalpha():
        return "name", word
    lowered = word.lower()
    if lowered in FUNCTIONS and (called or word not in LETTER_OR_FUNCTION):
        return "function", lowered
    if lowered in CONSTANTS or lowered in GREEK:
        return "name", lowered
    return ("name", word) if _LETTER.fullmatch(word) else None


def _split_run(run: str, start: int, *, called: bool) -> list[Token]:
    tokens: list[Token] = []
    index = 0
    while index < len(run):
        length = _longest_known(run, index)
        word = run[index : index + length]
        last = index + length == len(run)
        kind, name = _known_word(word, called=called and last) or ("name", word)
        tokens.append(Token(kind, name, start + index, start + index + length))
        index += length
    return tokens


def _longest_known(run: str, index: int) -> int:
    """Length of the longest known function, constant or Greek name, or of a letter with its subscript."""
    for end in range(min(len(run), index + LONGEST_NAME), index + 1, -1):
        if run[index:end].lower() in NAMES:
            return end - index
    letter = _LETTER.match(run, index)
    return letter.end() - index if letter else 1


def _check_product(text: str, tokens: list[Token], start: int, end: int) -> None:
    """Refuse runs of letters that look like a word that Nabla does not know."""
    unknown = 0
    for token in tokens:
        single = token.kind == "name" and len(token.text) == 1
        unknown = unknown + 1 if single else 0
        if unknown > LONGEST_PRODUCT or not token.text[0].isalpha():
            raise _unknown_name(text, start, end)
    if end - start == LONGEST_PRODUCT and (meant := _meant_function(text[start:end].lower())):
        raise _unknown_name(text, start, end, meant)
    if not _is_called(text, end) or tokens[-1].kind == "function":
        return
    has_function = any(token.kind == "function" for token in tokens)
    if has_function or (unknown == len(tokens) and unknown >= LONGEST_PRODUCT):
        raise _unknown_name(text, start, end)


def _meant_function(word: str) -> str:
    """Find a function whose name has the same letters in another order, or begins with them; or none."""
    letters = sorted(word)
    return _closest(word, (name for name in FUNCTIONS if sorted(name) == letters or name.startswith(word)))


def _closest(word: str, names: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(word, list(names), n=1, cutoff=CLOSE)), "")


def _unknown_name(text: str, start: int, end: int, meant: str = "") -> ParseError:
    word = text[start:end]
    close = meant or _closest(word.lower(), (*FUNCTIONS, *CONSTANTS))
    kind = "function" if _is_called(text, end) else "name"
    message = f"There is no {kind} “{word if len(word) <= 24 else word[:24] + '…'}”."
    if close:
        return ParseError(message, start, f"Did you mean {close}?", suggestion=(start, end, close))
    hint = (
        f"A product is written {'*'.join(word)}."
        if word.isalpha() and len(word) <= 6
        else "Check the spelling."
    )
    return ParseError(message, start, hint)
