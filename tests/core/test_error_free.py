"""Sums and products with their errors, against exact fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from operator import add, mul
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.error_free import two_product, two_sum

NUMBERS = st.floats(min_value=-1e120, max_value=1e120).filter(lambda a: a == 0.0 or abs(a) > 1e-120)
CASES: list[tuple[Callable[[Any, Any], tuple[Any, Any]], Callable[[Any, Any], Any]]] = [
    (two_sum, add),
    (two_product, mul),
]


@pytest.mark.parametrize(("transformation", "exact"), CASES)
@given(a=NUMBERS, b=NUMBERS)
def test_nothing_is_lost(transformation: Any, exact: Any, a: float, b: float) -> None:
    result, error = transformation(a, b)
    assert result == exact(a, b)
    assert Fraction(result) + Fraction(error) == exact(Fraction(a), Fraction(b))


@pytest.mark.parametrize(("transformation", "exact"), CASES)
def test_arrays_as_numbers(transformation: Any, exact: Any) -> None:
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 100)) * 10.0 ** random.integers(-8, 9, size=(2, 100))
    results, errors = transformation(a, b)
    for x, y, result, error in zip(a, b, results, errors, strict=True):
        assert Fraction(result) + Fraction(error) == exact(Fraction(x), Fraction(y))
    assert np.count_nonzero(errors) > 50
