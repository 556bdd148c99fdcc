"""Numbers as people write them: displayed with a true minus sign, typed with a point or a comma."""

from __future__ import annotations

import math
import re

MINUS = "\N{MINUS SIGN}"
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LARGEST_PLAIN = 1e6
_MOST_ZEROS = 6
"""A place with more decimals than this is written with a power of ten if it begins with zeros."""
_MOST_DIGITS = 16
"""Digits behind the first that a double has."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}(?![0-9])")
_SCIENTIFIC = re.compile(r"\s*×\s*10([⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_BETWEEN = re.compile(r"\s*;\s*|\s*,\s+|\s+,\s*|\s+")
_PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def format_number(value: float, digits: int = 4) -> str:
    """Write `value` with `digits` decimals, or as a power of ten where that would hide it.

    Numbers that do not exist read "none", and no number reads "−0.0000".
    """
    if math.isnan(value):
        return "none"
    if math.isinf(value):
        return "∞" if value > 0 else MINUS + "∞"
    if value != 0 and not (0.5 * 10.0**-digits <= abs(value) < _LARGEST_PLAIN):
        return _scientific(value, min(digits, 3))
    return f"{value or 0.0:.{digits}f}".replace("-", MINUS)


def format_narrow(value: float, digits: int = 2) -> str:
    """Write `value` for a narrow column: "23.63", "556.0", "1507", and "2 × 10³⁰⁰" where it needs a power."""
    if not math.isfinite(value) or "×" in format_number(value, digits):
        return format_number(value, 0)
    size = max(0, math.floor(math.log10(abs(value)))) if value else 0
    return format_number(value, max(0, digits - max(0, size - 1)))


def format_place(value: float, decimals: int, width: float, most: int = _MOST_DIGITS) -> str:
    """Write a place on an axis of a visible width, with `decimals` where numbers are of a usual size.

    Elsewhere it has a power of ten, and as many digits as tell a five hundredth of the width: "1.20 × 10⁻¹²",
    but at most so many behind the first.
    """
    size = math.floor(math.log10(abs(value))) if value and math.isfinite(value) else 0
    if value == 0.0 and decimals > _MOST_ZEROS:
        return format_number(0.0, 2)
    if math.isfinite(value) and (abs(value) >= _LARGEST_PLAIN or (decimals > _MOST_ZEROS and size < -3)):
        digits = size + math.ceil(math.log10(500.0) - math.log10(max(width, 1e-300)) - 1e-9)
        return _scientific(value, min(max(digits, 2), most))
    return format_number(value, decimals)


def format_error(value: float) -> str:
    """Write how large an error is: two digits and a power of ten, as in "3.8 × 10⁻¹"."""
    if math.isnan(value) or math.isinf(value):
        return format_number(value)
    return "0" if value == 0 else _scientific(value, 1)


def format_field(value: float, digits: int = 4) -> str:
    """Write `value` the way it can be typed back: "0.0600", or "2.5e−12" where decimals would hide it."""
    if not math.isfinite(value):
        return format_number(value)
    if value != 0 and not (0.5 * 10.0**-digits <= abs(value) < 1e9):
        text = f"{value:.{max(digits, 1)}g}"
        if math.isinf(float(text)):  # rounded up, out of range
            text = repr(value)
        text = text.replace("e-0", "e-").replace("e+", "e")
    else:
        text = f"{value or 0.0:.{digits}f}"
    return text.replace("-", MINUS)


def format_significant(value: float, digits: int = 3) -> str:
    """Write `value` like `format_field`, but with as many significant digits below 1: "0.0034", "0.00346"."""
    if not 1e-4 <= abs(value) < 1.0:
        return format_field(value, digits)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{value:.{places}f}"
    kept = len(text) - (places - digits)
    return (text[:kept] + text[kept:].rstrip("0")).replace("-", MINUS)


def latex_number(value: float, digits: int = 4) -> str:
    """Write `value` for a formula; the braces keep stray gaps away from a leading minus."""
    if math.isnan(value):
        return r"\text{none}"
    if math.isinf(value):
        return r"{\infty}" if value > 0 else r"{-\infty}"
    text = format_number(value, digits).replace(MINUS, "-")
    mantissa, times, power = text.partition(" × 10")
    if times:
        return rf"{{{mantissa} \times 10^{{{power.translate(_PLAIN_DIGITS)}}}}}"
    return f"{{{text}}}" if text.startswith("-") else text


def parse_number(text: str) -> float | None:
    """Read a finite number typed by a person, the same under every locale; None if it is not one.

    A point and a comma both mark decimals. "1,500" is refused, because it may mean 1.5 or 1500. The
    forms that this program displays ("−2", "3.8 × 10⁻¹") are read back too.
    """
    plain = _plain(text)
    if not _NUMBER.fullmatch(plain) or _GROUPED.match(plain):
        return None
    value = float(plain.replace(",", "."))
    return value if math.isfinite(value) else None


def parse_numbers(text: str, count: int) -> tuple[float, ...] | None:
    """Read `count` numbers typed by a person: "3, 4", "(3, 4)", "3; 4" or "3 4"; None if they are not that.

    Between two numbers a comma without a space is enough where it cannot mark decimals: "3,4".
    """
    plain = _plain(text)
    if plain.startswith("(") and plain.endswith(")"):
        plain = plain[1:-1].strip()
    for parts in (_BETWEEN.split(plain), plain.split(",")):
        numbers = [parse_number(part) for part in parts]
        if len(parts) == count and None not in numbers:
            return tuple(number for number in numbers if number is not None)
    return None


def _plain(text: str) -> str:
    """Write minus signs and powers of ten the way Python does."""
    plain = _SCIENTIFIC.sub(lambda match: "e" + match[1].translate(_PLAIN_DIGITS), text.strip())
    return plain.replace(MINUS, "-")


def _scientific(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}".replace("-", MINUS)
