"""Sums and products together with their rounding errors, so that what cancels loses no digits.

A rounded sum or product of two doubles differs from the exact one by a number that is a double itself.
Plain arithmetic finds it, on floats as on arrays:

>>> two_sum(1e16, 1.0)
(1e+16, 1.0)
>>> two_product(1.0 + 2.0**-30, 1.0 - 2.0**-30)
(1.0, -8.673617379884035e-19)
"""

from __future__ import annotations

from typing import Any

SPLITTER = 2.0**27 + 1.0
"""A double times this falls apart into two halves of 26 bits."""


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Return the rounded sum and its error, which together are exactly a + b.

    Notes
    -----
    Knuth, *The Art of Computer Programming*, volume 2, section 4.2.2, theorem B. Beyond the largest
    double the error is NaN.
    """
    total = a + b
    rest = total - a
    return total, (a - (total - rest)) + (b - rest)


def two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """Return the rounded product and its error, which together are exactly a·b.

    Notes
    -----
    Dekker, *A floating-point technique for extending the available precision* (1971). Beyond about 1e300
    the error is NaN, and below about 1e-290 it is rounded itself.
    """
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def _halves(a: Any) -> tuple[Any, Any]:
    """Split into two numbers of half the bits, whose products are exact."""
    scaled = SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high
