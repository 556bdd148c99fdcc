"""How typed text falls into words."""

from __future__ import annotations

import pytest

from core.expression import GREEK
from core.tokens import (
    CONSTANTS,
    FUNCTIONS,
    LETTERS,
    MAX_LENGTH,
    MISSING_FUNCTIONS,
    RESERVED,
    SIGNS,
    SPACES,
    ParseError,
    tokenize,
)


def words(text: str) -> list[str]:
    return [f"{token.kind[0]}:{token.text}" for token in tokenize(text)[:-1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2xsin(x)", "n:2 n:x f:sin o:( n:x o:)"),
        ("3xy", "n:3 n:x n:y"),
        ("abc", "n:a n:b n:c"),
        ("w1x_2", "n:w1 n:x_2"),
        ("x_max", "n:x_max"),
        ("sinx", "f:sin n:x"),
        ("xpi", "n:x n:pi"),
        ("PI e E", "n:pi n:e n:E"),
        ("Sin SIN", "f:sin f:sin"),
        ("Alpha beta", "n:alpha n:beta"),
        ("2Alphax", "n:2 n:alpha n:x"),
        ("gamma x", "n:gamma n:x"),
        ("gamma (x)", "f:gamma o:( n:x o:)"),
        ("xgamma(3)", "n:x f:gamma o:( n:3 o:)"),
        ("sigma(x)", "f:sigma o:( n:x o:)"),
        ("σ(x)", "f:sigma o:( n:x o:)"),
        ("σ x", "n:sigma n:x"),
        ("θ λ π τ", "n:theta n:lam n:pi n:tau"),
        ("lam", "n:lam"),
        ("1.5e-3x", "n:1.5e-3 n:x"),
        ("2e", "n:2 n:e"),
        ("2e x", "n:2 n:e n:x"),
        (".5 5.", "n:.5 n:5."),
        ("0xFF", "n:0xFF"),
        ("x² x⁻¹²", "n:x s:2 n:x s:-12"),
        ("x−1×2÷3·4", "n:x o:- n:1 o:* n:2 o:/ n:3 o:* n:4"),
        ("x≤1≥2≠3", "n:x o:<= n:1 o:>= n:2 o:!= n:3"),
        ("x**2//3==4", "n:x o:** n:2 o:// n:3 o:== n:4"),
        ("log2x", "f:log2 n:x"),
        ("lnx", "f:ln n:x"),
        ("{x}|y|√z", "o:{ n:x o:} o:| n:y o:| o:√ n:z"),
        ("2jx", "n:2 n:j n:x"),
        ("", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert " ".join(words(text)) == expected


def test_tokens_know_where_they_stand() -> None:
    text = " 2 sin  x² "
    tokens = tokenize(text)
    assert [(token.start, token.end) for token in tokens] == [(1, 2), (3, 6), (8, 9), (9, 10), (11, 11)]
    assert tokens[-1].kind == "end"


@pytest.mark.parametrize("name", [*FUNCTIONS, *CONSTANTS, *GREEK])
def test_every_known_word_is_one_token_in_either_case(name: str) -> None:
    for written in (name, name.upper(), name.capitalize()):
        if len(name) > 1:
            assert len(words(written)) == 1
            assert words(written)[0][2:] == name


@pytest.mark.parametrize("letter", LETTERS)
def test_every_greek_letter_is_one_token(letter: str) -> None:
    assert len(words(letter)) == 1


@pytest.mark.parametrize("sign", SIGNS)
def test_every_other_sign_is_an_operator(sign: str) -> None:
    assert words(f"x{sign}y")[1] == f"o:{SIGNS[sign]}"


@pytest.mark.parametrize("space", SPACES)
def test_spaces_separate(space: str) -> None:
    assert words(f"x{space}y") == ["n:x", "n:y"]


@pytest.mark.parametrize("word", sorted(RESERVED | MISSING_FUNCTIONS))
def test_words_of_other_languages_are_never_products(word: str) -> None:
    for text in (word, word.upper(), f"2 {word}", f"{word}(x)", f"{word} x"):
        with pytest.raises(ParseError) as caught:
            tokenize(text)
        assert text[caught.value.position :].startswith((word, word.upper()))


@pytest.mark.parametrize(
    "text", ["abcd", "sin2x", "sin_x", "pi_2x", "foo(x)", "cosinus(x)", "sinx(x)", "versin_1", "abc (x)"]
)
def test_what_looks_like_a_word_is_no_product(text: str) -> None:
    with pytest.raises(ParseError, match=r"There is no (name|function)"):
        tokenize(text)


@pytest.mark.parametrize(
    ("word", "meant"), [("epx", "exp"), ("sni", "sin"), ("lgo", "log"), ("Sqr", "sqrt"), ("ata", "atan")]
)
def test_a_function_with_a_slip_in_its_name_is_no_product(word: str, meant: str) -> None:
    for text in (word, f"2{word}", f"{word}(x)", f"x + {word} y"):
        with pytest.raises(ParseError, match=f"Did you mean {meant}?") as caught:
            tokenize(text)
        start = text.index(word)
        assert caught.value.suggestion == (start, start + len(word), meant)


def test_a_long_unknown_word_is_shown_in_part() -> None:
    with pytest.raises(ParseError) as caught:
        tokenize("b" * 900)
    assert caught.value.message == f"There is no name “{'b' * 24}…”."
    assert caught.value.hint == "Check the spelling."


def test_length_is_limited_before_anything_else() -> None:
    assert len(tokenize("x" + "+x" * (MAX_LENGTH // 2 - 1))) == MAX_LENGTH
    with pytest.raises(ParseError, match="longer than 1000") as caught:
        tokenize("\0" * (MAX_LENGTH + 1))
    assert caught.value.position == MAX_LENGTH


def test_error_carries_its_parts() -> None:
    error = ParseError("Message.", 3, "Hint.", partner=1, suggestion=(0, 2, "x"))
    assert str(error) == "Message. Hint."
    assert str(ParseError("Message.", 3)) == "Message."
    assert (error.position, error.partner, error.suggestion) == (3, 1, (0, 2, "x"))
    assert isinstance(error, ValueError)
