"""Typed text → tokens: every character is known, or refused with its position.

All limits stand here and in :mod:`core.parser`, and are checked before anything is built: text can be
hostile. Nothing here, or after it, evaluates text as code.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

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

# fmt: off
RESERVED = frozenset((
    "and", "or", "not", "in", "is", "if", "else", "for", "as", "def", "del", "try",
    "lambda", "from", "import", "with", "while", "pass", "int", "len", "map", "set", "str", "sum",
))
# fmt: on
"""Words of programming languages, which are never read as products of letters."""

MISSING_FUNCTIONS = frozenset({
    "sech", "csch", "coth", "asech", "acsch", "acoth", "acot", "asec", "acsc", "arccot", "arcsec", "arccsc",
    "arcctg", "sinc", "cis", "logit", "expit", "erfi", "erfinv", "selu", "celu", "mish", "prelu", "signum",
})  # fmt: skip
"""Functions that Nabla lacks and that would otherwise be read as another one: sech x as sec(h*x)."""

SPACES = " \t\u00a0\u2002\u2003\u2009\u202f"
SIGNS = dict.fromkeys("−–", "-") | dict.fromkeys("×·⋅∙∗", "*") | dict.fromkeys("÷∕", "/")
SIGNS |= {"≤": "<=", "≥": ">=", "≠": "!="}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
LETTERS = {letter: name for name, letter in GREEK.items()} | {"π": "pi", "τ": "tau", "µ": "mu", "ϕ": "phi"}
OPERATORS = (*["**", "//", "<=", ">=", "==", "!="], *"+-*/%^<>(){}|,√")

_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_LETTER = re.compile(rf"(?:{'|'.join(GREEK)}|[A-Za-z])[0-9]*(?:_[A-Za-z0-9]+)?")
_RUN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)?")


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


@dataclass(frozen=True)
class Token:
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
    position = 0
    while position < len(text):
        if text[position] in SPACES:
            position += 1
            continue
        tokens.extend(_next_tokens(text, position))
        position = tokens[-1].end
    end = len(text)
    return [*tokens, Token("end", "", end, end)]


def _next_tokens(text: str, position: int) -> list[Token]:
    character = text[position]
    if character.isascii() and character.isalpha():
        return _words(text, position)
    if match := _NUMBER.match(text, position):
        return [_number(text, match)]
    if character in LETTERS:
        kind, name = _known_word(LETTERS[character], called=_is_called(text, position + 1)) or ("name", "")
        return [Token(kind, name, position, position + 1)]
    if character in SUPERSCRIPTS:
        return [_superscript(text, position)]
    if character in SIGNS:
        return [Token("operator", SIGNS[character], position, position + 1)]
    for operator in OPERATORS:
        if text.startswith(operator, position):
            return [Token("operator", operator, position, position + len(operator))]
    raise _unknown_character(text, position)


def _number(text: str, match: re.Match[str]) -> Token:
    start, end = match.span()
    following = text[end : end + 1]
    if following == "." or (match[0].endswith(".") and following.isdigit()):
        raise ParseError("A number has two decimal points.", end, "Keep one of them.")
    if following == "_":
        raise ParseError("A number has no underscores.", end, "Write the digits without “_”.")
    if re.match(r"[jJ](?![A-Za-z0-9_])", text[end : end + 2]):
        raise ParseError(
            "Nabla computes with real numbers only.", end, "Write j*… if j is a letter of yours."
        )
    return Token("number", match[0], start, end)


def _superscript(text: str, position: int) -> Token:
    end = position
    while end < len(text) and text[end] in SUPERSCRIPTS:
        end += 1
    digits = "".join(SUPERSCRIPTS[character] for character in text[position:end])
    if not re.fullmatch(r"[+-]?[0-9]+", digits):
        raise ParseError("The raised sign needs a number after it.", position, "For example x⁻².")
    return Token("superscript", digits, position, end)


def _unknown_character(text: str, position: int) -> ParseError:
    character = text[position]
    if character == "=":
        return ParseError(
            "A formula has no “=” in it.", position, "Type only what stands to the right of it."
        )
    if character in "[]":
        return ParseError("Square brackets have no meaning here.", position, "Use round brackets.")
    if character in "\r\n":
        return ParseError("A formula stands on one line.", position, "Remove the line break.")
    shown = f"“{character}”" if character.isprintable() else f"the character U+{ord(character):04X}"
    return ParseError(f"There is no meaning for {shown} here.", position, "Remove it.")


# Words -------------------------------------------------------------------------------------------


def _words(text: str, position: int) -> list[Token]:
    """Split a run of letters and digits into known names and single letters: ``2xsin`` as 2·x·sin."""
    match = _RUN.match(text, position)
    assert match is not None
    run = match[0]
    end = match.end()
    if text[end : end + 1] == "_":
        raise ParseError(f"“{run}_” is no name.", end, "A subscript is a letter or digits, as in x_2.")
    known = _known_word(run, called=_is_called(text, end))
    if known:
        return [Token(*known, position, end)]
    if run.lower() in RESERVED and not _is_called(text, end):
        raise ParseError(f"“{run}” is no word of this language.", position, "Remove it.")
    if run.lower() in RESERVED | MISSING_FUNCTIONS:
        raise _unknown_name(text, position, end)
    tokens = _split_run(run, position, called=_is_called(text, end))
    _check_product(text, tokens, position, end)
    return tokens


def _is_called(text: str, end: int) -> bool:
    return text[end:].lstrip(SPACES).startswith("(")


def _known_word(word: str, *, called: bool = False) -> tuple[str, str] | None:
    """Kind and name of a word that stands for one thing."""
    lowered = word.lower() if len(word) > 1 else word
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
    for end in range(len(run), index + 1, -1):
        word = run[index:end].lower()
        if word in FUNCTIONS or word in CONSTANTS or word in GREEK:
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
