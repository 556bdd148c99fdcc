"""Numbers, displayed and typed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.numbers import (
    format_error,
    format_field,
    format_narrow,
    format_number,
    format_significant,
    latex_number,
    parse_number,
    parse_numbers,
)

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.75624, 4, "0.7562"),
        (0.8, 2, "0.80"),
        (-0.1911, 4, "−0.1911"),
        (137.0812, 2, "137.08"),
        (0.0, 4, "0.0000"),
        (-0.0, 4, "0.0000"),
        (1e-9, 4, "1.000 × 10⁻⁹"),
        (-1.5e-9, 2, "−1.50 × 10⁻⁹"),
        (-0.00001, 4, "−1.000 × 10⁻⁵"),
        (12345678.0, 4, "1.235 × 10⁷"),
        (5e-324, 4, "4.941 × 10⁻³²⁴"),
        (NAN, 4, "none"),
        (INF, 4, "∞"),
        (-INF, 4, "−∞"),
    ],
)
def test_numbers(value: float, digits: int, text: str) -> None:
    assert format_number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.38, "3.8 × 10⁻¹"),
        (2.2e-16, "2.2 × 10⁻¹⁶"),
        (0.0, "0"),
        (3.0, "3.0 × 10⁰"),
        (NAN, "none"),
        (INF, "∞"),
    ],
)
def test_errors(value: float, text: str) -> None:
    assert format_error(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "latex"),
    [
        (0.4841, 4, "0.4841"),
        (-0.5, 2, "{-0.50}"),
        (-1.234e-12, 4, r"{-1.234 \times 10^{-12}}"),
        (NAN, 4, r"\text{none}"),
        (INF, 4, r"{\infty}"),
        (-INF, 4, r"{-\infty}"),
    ],
)
def test_numbers_in_formulas(value: float, digits: int, latex: str) -> None:
    assert latex_number(value, digits) == latex


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5", 1.5),
        ("1,5", 1.5),
        ("1e-3", 1e-3),
        ("1E+3", 1000.0),
        ("−2", -2.0),
        ("-2", -2.0),
        ("+2", 2.0),
        (" 7 ", 7.0),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5.0),
        ("1e−3", 1e-3),
        ("0,500", 0.5),
        ("1.500", 1.5),
        ("1,5000", 1.5),
        ("3.8 × 10⁻¹", 0.38),
        ("1,500", None),
        ("12,345", None),
        ("1,234,567", None),
        ("1.2.3", None),
        ("1 000", None),
        ("1_000", None),
        ("", None),
        (".", None),
        ("-", None),
        ("e5", None),
        ("1e", None),
        ("nan", None),
        ("inf", None),
        ("∞", None),
        ("none", None),
        ("1e999", None),
        ("0x10", None),
        ("٣", None),
        ("１", None),
        ("1+1", None),
        ("1\n2", None),
    ],
)
def test_typed_numbers_are_read_or_refused(text: str, value: float | None) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        *((text, (3.0, 4.0)) for text in ("3, 4", "(3, 4)", "3 4", "3,4", "3; 4", " ( 3 , 4 ) ", "3 ,4")),
        ("1,5, −2,5", (1.5, -2.5)),
        ("1,5 2,5", (1.5, 2.5)),
        ("1.5,2.5", (1.5, 2.5)),
        ("(−1.20, 3.8 × 10⁻¹)", (-1.2, 0.38)),
        ("3", None),
        ("1,2,3", None),
        ("1, 2, 3", None),
        ("(3, 4", None),
        ("a, b", None),
        ("3, nan", None),
        ("", None),
        ("()", None),
    ],
)
def test_typed_pairs_are_read_or_refused(text: str, numbers: tuple[float, ...] | None) -> None:
    assert parse_numbers(text, 2) == numbers


def test_one_number_may_stand_in_brackets() -> None:
    assert parse_numbers("(1,5)", 1) == (1.5,)


@given(st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    assert parse_numbers(text, 2) is None or len(parse_numbers(text, 2) or ()) == 2
    value = parse_number(text)
    assert value is None or math.isfinite(value)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 8))
def test_fields_show_what_can_be_typed_back(value: float, digits: int) -> None:
    read = parse_number(format_field(value, digits))
    assert read is not None
    assert read == pytest.approx(value, rel=0.51 * 10.0 ** (1 - max(digits, 1)), abs=0.51 * 10.0**-digits)


@given(st.floats(), st.integers(0, 8))
def test_no_ascii_minus_is_displayed(value: float, digits: int) -> None:
    for text in (format_number(value, digits), format_error(value), format_field(value, digits)):
        assert "-" not in text
        assert text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.06, 4, "0.0600"), (2.5e-12, 2, "2.5e−12"), (3.0, 0, "3"), (NAN, 2, "none"), (1e12, 2, "1e12")],
)
def test_fields(value: float, digits: int, text: str) -> None:
    assert format_field(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.500"),
        (1.0, "1.000"),
        (0.0034, "0.0034"),
        (-0.003456, "−0.00346"),
        (0.05, "0.050"),
        (0.00012345, "0.000123"),
        (1e-5, "1e−5"),
        (1.2345e-8, "1.23e−8"),
        (1e-16, "1e−16"),
        (0.0, "0.000"),
        (NAN, "none"),
    ],
)
def test_small_numbers_keep_their_digits(value: float, text: str) -> None:
    assert format_significant(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (23.634, 2, "23.63"),
        (0.4, 2, "0.40"),
        (1001.6, 2, "1002"),
        (-556.04, 1, "−556"),
        (5764.5, 1, "5764"),
        (94.84, 1, "94.8"),
        (2e300, 2, "2 × 10³⁰⁰"),
        (0.0, 2, "0.00"),
        (0.9756, 3, "0.976"),
        (4e-6, 3, "4 × 10⁻⁶"),
        (math.nan, 2, "none"),
        (math.inf, 2, "∞"),
    ],
)
def test_narrow_numbers_have_few_digits(value: float, digits: int, text: str) -> None:
    assert format_narrow(value, digits) == text
