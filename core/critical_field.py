"""Value, gradient and Hessian of a function of two letters at many places at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from core.autodiff import value_and_grad
from core.differentiate import differentiate
from core.expression import Expression
from core.primitives import FloatArray
from core.program import Program, gradient_program
from core.program_hessian import second_order_program


@dataclass(frozen=True, eq=False)
class Field:
    """Value, gradient and Hessian of a function of two letters, with numbers for all others."""

    expression: Expression
    names: tuple[str, str]
    numbers: dict[str, Any]

    def slopes(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give the value and both partial derivatives; NaN where one of them is not finite."""
        at = self._at(x, y)
        program = _first_order(self.expression, self.names)
        if program is None:
            value, gradient = value_and_grad(self.expression, at)
            parts = [gradient.get(name, 0.0) for name in self.names]
        else:
            value, *parts = program.compute({name: at[name] for name in program.names if name in at})
        shape = np.broadcast_shapes(x.shape, y.shape)
        value, across, up = (_spread(part, shape) for part in (value, *parts))
        return value, *_where_known(value, across, up)

    def bends(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, ...]:
        """Give value, partial and second derivatives: twice by the first letter, by both, by the second."""
        program = _second_order(self.expression, self.names)
        if program is None:
            return *self.slopes(x, y), *_bends(self.expression, self.names, self._at(x, y))
        at = self._at(x, y)
        results = program.compute({name: at[name] for name in program.names if name in at})
        value, across, up, *bends = (_spread(part, x.shape) for part in results)
        return value, *_where_known(value, across, up), *bends

    def _at(self, x: FloatArray, y: FloatArray) -> dict[str, Any]:
        return {**self.numbers, self.names[0]: x, self.names[1]: y}


@lru_cache(maxsize=32)
def _partials(expression: Expression, names: tuple[str, str]) -> tuple[Expression, Expression]:
    first, second = (differentiate(expression, name).derivative for name in names)
    return first, second


def _spread(values: Any, shape: tuple[int, ...]) -> FloatArray:
    """Give values a shape, such as those that depend on one letter only."""
    return values if np.shape(values) == shape else np.broadcast_to(values, shape)


def _where_known(value: FloatArray, across: FloatArray, up: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Keep partial derivatives where all three are finite."""
    known = np.isfinite(value) & np.isfinite(across) & np.isfinite(up)
    if known.all():
        return across, up
    return np.where(known, across, np.nan), np.where(known, up, np.nan)


@lru_cache(maxsize=32)
def _first_order(expression: Expression, names: tuple[str, str]) -> Program | None:
    """Compile value and both partial derivatives; where they are not finite, the tape computes them."""

    def carefully(at: Mapping[str, Any]) -> Sequence[Any]:
        value, gradient = value_and_grad(expression, at)
        return value, *(gradient.get(name, 0.0) for name in names)

    return gradient_program(expression, carefully, names)


@lru_cache(maxsize=32)
def _second_order(expression: Expression, names: tuple[str, str]) -> Program | None:
    """Compile all derivatives at once; where they are not finite, the partial ones are differentiated."""

    def carefully(at: Mapping[str, Any]) -> Sequence[Any]:
        value, gradient = value_and_grad(expression, at)
        bends = _bends(expression, names, at)
        return value, *(gradient.get(name, 0.0) for name in names), *bends

    return second_order_program(expression, names, carefully)


def _bends(expression: Expression, names: tuple[str, str], at: Mapping[str, Any]) -> tuple[FloatArray, ...]:
    """Give the second derivatives: twice by the first letter, by both, twice by the second."""
    by_first, by_second = (value_and_grad(each, at)[1] for each in _partials(expression, names))
    a, b = names
    zero = np.zeros(np.broadcast_shapes(*map(np.shape, at.values())))
    parts = by_first.get(a, 0.0), by_first.get(b, 0.0), by_second.get(b, 0.0)
    return tuple(np.asarray(part) + zero for part in parts)
