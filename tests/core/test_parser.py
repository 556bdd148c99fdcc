"""Typed text: what it means, what is refused, and what is said about it.

The environment variable ``NABLA_LONG`` multiplies the number of random texts: ``NABLA_LONG=10`` tries
200,000 and makes them anew at each run; without it they are the same 20,000 every time.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.autodiff import value_and_grad
from core.expression import Expression, Variable
from core.parser import MAX_NESTING, MAX_OPERATIONS, parse
from core.tokens import FUNCTIONS, LETTERS, MAX_LENGTH, SPACES, SUPERSCRIPTS, ParseError
from core.tokens import SIGNS as SIGNS_OF_UNICODE
from tests.core.cases import number, rows, shared_rows
from tests.effort import work_within

LONG = int(os.environ.get("NABLA_LONG", "1"))
EXPRESSIONS = rows("expressions.jsonl")
HOSTILE = rows("hostile_expressions.jsonl")


def close(got: float, wanted: float, tolerance: float) -> bool:
    if math.isnan(wanted) or math.isinf(wanted):
        return got == wanted or (math.isnan(got) and math.isnan(wanted))
    return abs(got - wanted) <= tolerance * abs(wanted)


def ids(cases: list[dict[str, Any]], key: str) -> list[str]:
    return [case[key].encode("unicode_escape").decode()[:40] or "empty" for case in cases]


OUT_OF_REACH = ("(x+1)**2-x**2-2*x-1", "sin(pi*x)")
"""Differences of large polynomials and multiples of the double nearest π: truth needs more digits."""


# Facts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", EXPRESSIONS, ids=ids(EXPRESSIONS, "expr"))
def test_value(case: dict[str, Any]) -> None:
    got = parse(case["expr"]).evaluate(case["vars"])
    accepted = [number(case["value"])]
    if not {"cancel", "saturation"} & set(case.get("tags", [])) or case["expr"] in OUT_OF_REACH:
        accepted.append(number(case["float64"]))
    assert any(close(got, wanted, 1e-12) for wanted in accepted), (got, accepted)


@pytest.mark.parametrize("case", EXPRESSIONS, ids=ids(EXPRESSIONS, "expr"))
def test_gradient(case: dict[str, Any]) -> None:
    _, gradient = value_and_grad(parse(case["expr"]), case["vars"])
    for name, wanted in case["grad"].items():
        got = gradient.get(name, 0.0)
        if wanted is None:
            low, high = case["kink"][name]
            assert low <= got <= high or math.isnan(got)
        else:
            assert close(got, number(wanted), 1e-9) or abs(got - number(wanted)) < 1e-300


HUMAN = [case for case in EXPRESSIONS if case["notation"] == "human"]


@pytest.mark.parametrize("case", HUMAN, ids=ids(HUMAN, "expr"))
def test_human_notation_means_what_it_means_in_python(case: dict[str, Any]) -> None:
    human, python = parse(case["expr"]), parse(case["python"])
    np.testing.assert_equal(human.evaluate(case["vars"]), python.evaluate(case["vars"]))
    assert human.names == python.names


def test_copies_of_the_cases_are_those_of_the_shared_folder() -> None:
    assert shared_rows("expressions.jsonl") == EXPRESSIONS
    assert [case for case in shared_rows("hostile_expressions.jsonl") if len(case["text"]) < 300] == HOSTILE


# Hostile text -------------------------------------------------------------------------------------


def result_within(text: str, most_calls: int) -> Expression | ParseError:
    """Parse with a limit on how many functions are called."""
    with work_within(most_calls):
        try:
            return parse(text)
        except ParseError as error:
            return error


def assert_handled(case: dict[str, Any]) -> None:
    text, want = case["text"], case["want"]
    outcome = result_within(text, 100_000)
    if isinstance(outcome, ParseError):
        assert want != "number", outcome
        assert 0 <= outcome.position <= len(text)
        assert outcome.message.endswith(".")
        assert "\n" not in str(outcome)
        return
    assert want != "reject", outcome
    assert type(outcome.evaluate(dict.fromkeys(outcome.names, 1.3))) is float
    array = outcome.evaluate({"x": np.array([1.3, -2.0]), **dict.fromkeys(outcome.names, np.full(2, 1.3))})
    assert array.dtype == np.float64 and array.shape == (2,)


@pytest.mark.parametrize("case", HOSTILE, ids=ids(HOSTILE, "text"))
def test_hostile_text(
    case: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert_handled(case)
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


def test_hostile_text_of_the_shared_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cases = shared_rows("hostile_expressions.jsonl")
    monkeypatch.chdir(tmp_path)
    for case in cases:
        assert_handled(case)
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "x" + ")" * 499,
        "sin " * 240 + "x",
        "-" * 999 + "x",
        "√" * 999 + "x",
        "x^-" * 330 + "x",
        "x^" * 490 + "x",
        "x" + "²  " * 330,
        "|" * 999,
        "{" * 999,
        "max(" * 200,
        "x<" * 490 + "x",
        "0x" + "f" * 998,
        "9" * 1000,
        "1e" + "9" * 998,
        "a" * 1000,
        "abcde" * 200,
        "x" * 999 + "(",
        "arctan" * 166 + "q",
        "sin^" * 249 + "x",
        "max(" + "x," * 400 + "x)",
    ],
)
def test_text_at_the_limits(text: str) -> None:
    assert_handled({"text": text, "want": "either"})


def test_operation_limit() -> None:
    assert parse("x" + "+x" * MAX_OPERATIONS).names == ("x",)
    with pytest.raises(ParseError, match=f"more than {MAX_OPERATIONS} operations"):
        parse("x" + "+x" * (MAX_OPERATIONS + 1))


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("sin(", ")"), ("-", ""), ("2^", ""), ("|(", ")|")]
)
def test_nesting_limit(opening: str, closing: str) -> None:
    deep = MAX_NESTING // (2 if opening == "|(" else 1)
    assert parse(opening * deep + "x" + closing * deep).names == ("x",)
    with pytest.raises(ParseError, match=f"nested more than {MAX_NESTING} deep"):
        parse(opening * (deep + 1) + "x" + closing * (deep + 1))


# Random text --------------------------------------------------------------------------------------

WORDS = [
    *FUNCTIONS,
    *"xyzeabw",
    "w1",
    "x_2",
    "pi",
    "theta",
    "sinc",
    "and",
    "mod",
    "1",
    "0.5",
    "1e9",
    "0x1F",
    "2j",
]
SIGNS = [*"+-*/%^<>(){}|,√.²⁻π−×≤", "**", "//", "==", "!=", " ", "  ", "=", "!", "_", "'", "[", "\n"]
LINES = [case["expr"] for case in EXPRESSIONS]
UNDERSTOOD = [*LETTERS, *SIGNS_OF_UNICODE, *SUPERSCRIPTS, *SPACES, *"xy2()+-|√"]
BLOCKS = [(0x20, 0x7F), (0, 0x20), (0x80, 0x250), (0x370, 0x530), (0x2000, 0x2300), (0, 0x110000)]
"""Ranges of Unicode: plain text, controls, letters, Greek and Cyrillic, signs, and everything."""


def soup(generator: random.Random) -> str:
    """Words and signs of the language, and some that are none."""
    return "".join(generator.choices(WORDS + SIGNS, k=generator.randrange(30)))


def unicode_text(generator: random.Random) -> str:
    """Letters and signs of all the world, most of which the language has."""
    strange = generator.choice([0.0, 0.1, 1.0])
    characters = generator.choices(UNDERSTOOD, k=generator.randrange(30))
    for place in range(len(characters)):
        if generator.random() < strange:
            characters[place] = chr(generator.randrange(*generator.choice(BLOCKS)))
    return "".join(characters)


def mutated_line(generator: random.Random) -> str:
    """A valid line in which one piece was replaced by a piece of another, or of any text."""
    line = generator.choice(LINES)
    other = generator.choice([generator.choice(LINES), unicode_text(generator), soup(generator), ""])
    start, end = sorted((generator.randint(0, len(line)), generator.randint(0, len(line))))
    if generator.random() < 0.5:
        end = min(end, start + 2)
    return line[:start] + other[: generator.randint(0, min(len(other), 12))] + line[end:]


def assert_understood_or_refused(text: str) -> None:
    outcome = result_within(text, 100_000)
    if isinstance(outcome, ParseError):
        assert 0 <= outcome.position <= len(text)
        if outcome.partner is not None:
            assert 0 <= outcome.partner < outcome.position
        if outcome.suggestion is not None:
            start, end, replacement = outcome.suggestion
            assert 0 <= start <= end <= len(text) and text[start:end] != replacement
        return
    values = dict.fromkeys(outcome.names, 1.3)
    got = outcome.evaluate(values)
    assert type(got) is float
    np.testing.assert_equal(parse(str(outcome)).evaluate(values), got)


@pytest.mark.parametrize("number", range(20))
@pytest.mark.parametrize(("make", "share"), [(soup, 300), (unicode_text, 200), (mutated_line, 500)])
def test_any_text_is_understood_or_refused(
    make: Callable[[random.Random], str], share: int, number: int
) -> None:
    generator = random.Random(number if LONG == 1 else None)
    for _ in range(share * LONG):
        text = make(generator)
        try:
            assert_understood_or_refused(text)
        except Exception as error:
            error.add_note(f"The text was {text!r}.")
            raise


# Meaning ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("-x^2", "-(x**2)"),
        ("2^3^2", "2**(3**2)"),
        ("2^-x^2", "2**(-(x**2))"),
        ("x^+2", "x**2"),
        ("x/2y", "(x/2)*y"),
        ("1/2 sin x", "(1/2)*sin(x)"),
        ("x - -2", "x - (-2)"),
        ("sin 2x cos 3x", "sin(2*x)*cos(3*x)"),
        ("sin x/2", "sin(x/2)"),
        ("sin x + 1", "sin(x) + 1"),
        ("sin x^2", "sin(x**2)"),
        ("sin sin x", "sin(sin(x))"),
        ("sin (x)^2", "sin(x)**2"),
        ("sin(x) y", "sin(x)*y"),
        ("sin |x|", "sin(abs(x))"),
        ("sin^2 x", "sin(x)**2"),
        ("sin²x", "sin(x)**2"),
        ("sin^n x", "sin(x)**n"),
        ("sin^-2 x", "sin(x)**-2"),
        ("sin^(-2) x", "sin(x)**(-2)"),
        ("sin^-1 x", "asin(x)"),
        ("sin⁻¹ x", "asin(x)"),
        ("sin^(-1)(x)", "asin(x)"),
        ("sin^{-1} x", "asin(x)"),
        ("log^-1(x)", "exp(x)"),
        ("acosh^-1 x", "cosh(x)"),
        ("√x", "sqrt(x)"),
        ("√2x", "sqrt(2)*x"),
        ("√x²", "sqrt(x**2)"),
        ("√(x+1)", "sqrt(x+1)"),
        ("x√2", "x*sqrt(2)"),
        ("√sin x", "sqrt(sin(x))"),
        ("|x|y|z|", "abs(x)*y*abs(z)"),
        ("||x|-2|", "abs(abs(x)-2)"),
        ("|x(|y|+1)|", "abs(x*(abs(y)+1))"),
        ("|sin(|x|)|", "abs(sin(abs(x)))"),
        ("x mod 3 y", "(x%3)*y"),
        ("mod(x, 3)", "x%3"),
        ("sin x mod 2", "sin(x)%2"),
        ("pow(x, 3)", "x**3"),
        ("max(x, 1, y)", "max(max(x, 1), y)"),
        ("min(x, 1, y, 2)", "min(min(min(x, 1), y), 2)"),
        ("ln x", "log(x)"),
        ("tg x", "tan(x)"),
        ("swish(x)", "silu(x)"),
        ("{x+1}^{2}", "(x+1)**(2)"),
        ("e^{-x}", "e**(-x)"),
        ("x < 1 + y", "x < (1 + y)"),
        ("where(x >= 0, x, -x)", "where((x >= 0), x, -x)"),
        ("2(x+1)(x-1)", "2*(x+1)*(x-1)"),
        ("x(2)", "x*2"),
        ("x 2", "x*2"),
        ("sin(x)2^3", "sin(x)*2**3"),
        ("0x10", "16"),
        ("Alpha", "alpha"),
    ],
)
def test_meaning(text: str, meaning: str) -> None:
    assert parse(text) is parse(meaning)


def test_equal_letters_are_equal_variables() -> None:
    assert parse("x") is Variable("x")
    assert parse("θ + ϕ + µ + theta_0").names == ("theta", "phi", "mu", "theta_0")


# What is said about mistakes ----------------------------------------------------------------------

MISTAKES: list[tuple[str, int, int | None, str, str, tuple[int, int, str] | None]] = [
    ("", 0, None, "The formula is empty.", "for example sin(x)/x", None),
    ("   ", 0, None, "The formula is empty.", "Type a function", None),
    ("(x+1", 4, 0, "The bracket is not closed.", "Add “)”", (4, 4, ")")),
    ("2(x+(1-x)", 9, 1, "The bracket is not closed.", "Add “)”", (9, 9, ")")),
    ("sin(x", 5, 3, "The bracket after sin is not closed.", "Add “)”", (5, 5, ")")),
    ("sin((x+1)", 9, 3, "The bracket after sin is not closed.", "Add “)”", (9, 9, ")")),
    ("|x+1", 4, 0, "The bar is not closed.", "Add “|”", (4, 4, "|")),
    ("x^{2+1", 6, 2, "The brace is not closed.", "Add “}”", (6, 6, "}")),
    ("(x}", 2, 0, "The bracket is not closed.", "Add “)”", (2, 2, ")")),
    ("x+1)", 3, None, "This bracket was never opened.", "Remove it", None),
    ("exp(x))", 6, None, "This bracket was never opened.", "Remove it", None),
    ("(x+)", 3, None, "“)” cannot stand here.", "missing before it", None),
    ("()", 1, None, "“)” cannot stand here.", "missing before it", None),
    (")", 0, None, "“)” cannot stand here.", "missing before it", None),
    ("epx(x)", 0, None, "There is no function “epx”.", "Did you mean exp?", (0, 3, "exp")),
    ("2 sqr(x)", 2, None, "There is no function “sqr”.", "Did you mean sqrt?", (2, 5, "sqrt")),
    ("arctn(x)", 0, None, "There is no function “arctn”.", "Did you mean arctan?", (0, 5, "arctan")),
    ("sin2x", 0, None, "There is no name “sin2x”.", "Did you mean sin?", (0, 5, "sin")),
    ("zyxw", 0, None, "There is no name “zyxw”.", "A product is written z*y*x*w.", None),
    ("sum(x)", 0, None, "There is no function “sum”.", "Remove it.", None),
    ("x and y", 2, None, "“and” is no word of this language.", "Remove it.", None),
    ("x+", 2, None, "The formula ends too early.", "missing after the last sign", None),
    ("x^", 2, None, "The formula ends too early.", "missing", None),
    ("*x", 0, None, "“*” cannot stand here.", "missing before it", None),
    ("x+*2", 2, None, "“*” cannot stand here.", "missing before it", None),
    ("x^^2", 2, None, "“^” cannot stand here.", "missing before it", None),
    ("y = x^2", 2, None, "A formula has no “=” in it.", "to the right of it", None),
    ("f(x) = x", 5, None, "A formula has no “=” in it.", "to the right of it", None),
    ("2 3", 2, None, "Two numbers stand side by side.", "Write * between them.", (2, 2, "*")),
    ("x^2 3", 4, None, "Two numbers stand side by side.", "Write * between them.", (4, 4, "*")),
    ("1,5 x", 1, None, "A decimal number has a point, not a comma.", "Commas", (1, 2, ".")),
    ("x, y", 1, None, "The comma is outside a function.", "Commas stand between", None),
    (", x", 0, None, "“,” cannot stand here.", "missing before it", None),
    ("sin", 3, None, "sin needs an argument.", "Write sin(x).", None),
    ("sin()", 4, None, "sin needs an argument.", "Write sin(x).", None),
    ("sin -x", 4, None, "sin needs an argument.", "Write sin(x).", None),
    ("sin^2", 5, None, "sin needs an argument.", "Write sin(x).", None),
    ("sin^", 4, None, "sin needs an argument.", "Write sin(x).", None),
    ("sin+1", 3, None, "sin needs an argument.", "Write sin(x).", None),
    ("max", 3, None, "max needs 2 arguments.", "Write max(x, y).", None),
    ("max x", 4, None, "max needs 2 arguments.", "Write max(x, y).", None),
    ("max(x)", 0, None, "max takes 2 arguments, not 1.", "Check the commas", None),
    ("sin(x, y)", 0, None, "sin takes 1 argument, not 2.", "Check the commas", None),
    ("clip(x, 1)", 0, None, "clip takes 3 arguments, not 2.", "Check the commas", None),
    ("sin(x,)", 6, None, "“)” cannot stand here.", "missing before it", None),
    ("sin(x,,y)", 6, None, "“,” cannot stand here.", "missing before it", None),
    ("abs^-1 x", 3, None, "abs^-1 could mean two things.", "1/abs(…)", None),
    ("x[1]", 1, None, "Square brackets have no meaning here.", "round brackets", None),
    ("{x} + 1", 0, None, "Braces only group a base or an exponent.", "round brackets", None),
    ("0 < x < 1", 6, None, "Comparisons cannot be chained.", "Multiply two", None),
    ("x\n+1", 1, None, "A formula stands on one line.", "line break", None),
    ("x!", 1, None, "There is no meaning for “!” here.", "Remove it.", None),
    ("x\0", 1, None, "There is no meaning for the character U+0000 here.", "Remove it.", None),
    ("х", 0, None, "There is no meaning for “х” here.", "Remove it.", None),
    ("1.2.3", 3, None, "A number has two decimal points.", "Keep one", None),
    ("1..2", 2, None, "A number has two decimal points.", "Keep one", None),
    ("1_000", 1, None, "A number has no underscores.", "without “_”", None),
    ("2j", 1, None, "Nabla computes with real numbers only.", "j*…", None),
    ("x_", 1, None, "“x_” is no name.", "as in x_2", None),
    ("x⁻", 1, None, "The raised sign needs a number after it.", "x⁻²", None),
    ("x" * 3 + "+" + "x" * 997, 1000, None, "The formula is longer than 1000 characters.", "Shorten", None),
]


@pytest.mark.parametrize(
    ("text", "position", "partner", "message", "hint", "suggestion"),
    MISTAKES,
    ids=[row[0][:12] for row in MISTAKES],
)
def test_mistake(
    text: str,
    position: int,
    partner: int | None,
    message: str,
    hint: str,
    suggestion: tuple[int, int, str] | None,
) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    error = caught.value
    assert error.message == message
    assert hint in error.hint
    assert (error.position, error.partner, error.suggestion) == (position, partner, suggestion)


MENDED = [
    (text, suggestion) for text, *_, suggestion in MISTAKES if suggestion and text not in ("sin2x", "(x}")
]


@pytest.mark.parametrize(("text", "suggestion"), MENDED)
def test_suggestion_mends_the_text(text: str, suggestion: tuple[int, int, str]) -> None:
    start, end, replacement = suggestion
    assert isinstance(parse(text[:start] + replacement + text[end:]), Expression)


def test_limits_are_those_that_are_stated() -> None:
    assert (MAX_LENGTH, MAX_OPERATIONS, MAX_NESTING) == (1000, 200, 50)
