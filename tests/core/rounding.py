"""What rounding explains: compiled programs round otherwise than the tape, and never differ in more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.autodiff import vjp
from core.expression import Expression


def careful(formula: Expression, values: Mapping[str, Any]) -> list[Any]:
    """Value and derivatives from the tape."""
    value, pullback = vjp(formula, values)
    return [value, *pullback(1.0).values()]


def rounding(formula: Expression, values: Mapping[str, Any]) -> Any:
    """How far the careful results themselves move when the point moves by a rounding error."""
    here = careful(formula, values)
    largest: Any = 0.0
    with np.errstate(all="ignore"):
        for factor in (1.0 + 1e-15, 1.0 - 1e-15):
            there = careful(formula, {name: value * factor for name, value in values.items()})
            for one, other in zip(here, there, strict=True):
                moved = np.abs(np.subtract(one, other))
                largest = np.maximum(largest, np.where(np.isfinite(moved), moved, 0.0))
        return 10.0 * largest + 1e-14


def assert_same(ours: list[Any], theirs: list[Any], room: Any = 0.0) -> None:
    """Same types, same shapes, same infinities and NaN, and equal to 1e-12 (or within `room`)."""
    assert len(ours) == len(theirs)
    for our, their in zip(ours, theirs, strict=True):
        assert type(our) is type(their)
        assert np.shape(our) == np.shape(their)
        assert np.array_equal(np.isnan(our), np.isnan(their))
        infinite = np.isinf(our) | np.isinf(their)
        assert np.array_equal(np.where(infinite, our, 0.0), np.where(infinite, their, 0.0), equal_nan=True)
        with np.errstate(all="ignore"):
            near = np.abs(np.subtract(our, their)) <= 1e-12 * np.abs(their) + room + 1e-300
        assert np.all(near | ~np.isfinite(their)), (our, their)
