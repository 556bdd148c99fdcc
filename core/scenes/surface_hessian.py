"""Second derivatives of a surface, compiled once for all numbers of its letters."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from core.autodiff import hessian, value_and_grad
from core.differentiate import differentiate
from core.expression import Expression
from core.primitives import FloatArray
from core.program import Program
from core.program_hessian import second_order_program
from core.scenes.level_map import COORDINATES, surface
from core.scenes.state import Numbers, expression_of

Hessian = Callable[[float, float], FloatArray]
"""Gives the matrix of second derivatives in x and y, NaN where one does not exist, in memory of its own."""


SecondOrder = Callable[[float, float], tuple[float, ...] | None]
"""Gives value, gradient, and the second derivatives by x, by both and by y; None if one is not finite."""


@lru_cache(maxsize=64)
def surface_hessian(formula: str, parameters: Numbers) -> Hessian:
    """Give the Hessian of a valid formula of x and y, whose letters have numbers."""
    expression, known = surface(formula, parameters), second_order(formula, parameters)
    places = [COORDINATES.index(name) for name in expression.names]

    def matrix(x: float, y: float) -> FloatArray:
        results = known(x, y)
        if results is not None:
            _, _, _, xx, xy, yy = results
            return np.array(((xx, xy), (xy, yy)))
        careful = np.zeros((2, 2))
        with np.errstate(all="ignore"):
            careful[np.ix_(places, places)] = hessian(expression, {"x": x, "y": y})
        return careful

    return matrix


@lru_cache(maxsize=64)
def second_order(formula: str, parameters: Numbers) -> SecondOrder:
    """Give value and derivatives of a valid formula of x and y where all are finite.

    A program for the numbers of the letters would have to be recorded anew whenever a letter moves, so one
    with the letters among its variables computes it. Where a number lets the formula be rewritten to one in
    which nothing cancels, as 1 in the place of a in ``a - cos(x)``, the program is made for the numbers.
    """
    known = _with_letters(formula, parameters)
    program, numbers = known if known is not None else (_with_numbers(formula, parameters), {})
    if program is None:
        return lambda x, y: None
    at, names = program.at, program.names

    def results(x: float, y: float) -> tuple[float, ...] | None:
        values = {**numbers, "x": x, "y": y}
        return at(*[values[name] for name in names])

    return results


def largest_curvatures(formula: str, parameters: Numbers, points: FloatArray) -> FloatArray:
    """Give the largest eigenvalue of the Hessian at points, rows of x and y; NaN where there is none."""
    with np.errstate(all="ignore"):
        xx, xy, yy = _entries(formula, parameters, points)
        largest = xx / 2.0 + yy / 2.0 + np.hypot(xx / 2.0 - yy / 2.0, xy)
    return np.where(np.isfinite(largest), largest, np.nan)


def _entries(
    formula: str, parameters: Numbers, points: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the second derivatives by x, by both, and by y."""
    x, y = np.ascontiguousarray(points.T)
    known = _with_letters(formula, parameters)
    if known is not None:
        program, numbers = known
        at = {**{name: np.array(number) for name, number in numbers.items()}, "x": x, "y": y}
        results, all_finite = program.arrays(*[at[name] for name in program.names])
        if all_finite and results[0].shape == x.shape:
            return results[3], results[4], results[5]
    rows = [value_and_grad(partial, {"x": x, "y": y})[1] for partial in _partials(formula, parameters)]
    zero = np.zeros(len(points))
    return rows[0].get("x", 0.0) + zero, rows[0].get("y", 0.0) + zero, rows[1].get("y", 0.0) + zero


def _with_letters(formula: str, parameters: Numbers) -> tuple[Program, dict[str, float]] | None:
    """Give a program for all numbers of the letters, and the numbers; None where it is not as good."""
    program, expression = _program(formula), surface(formula, parameters)
    if program is None or expression.stable_form is not expression:
        return None
    letters = set(program.names).difference(COORDINATES)
    numbers = {name: float(number) for name, number in parameters if name in letters}
    return (program, numbers) if letters == numbers.keys() else None


@lru_cache(maxsize=64)
def _with_numbers(formula: str, parameters: Numbers) -> Program | None:
    return second_order_program(surface(formula, parameters), COORDINATES, lambda values: ())


@lru_cache(maxsize=64)
def _program(formula: str) -> Program | None:
    expression = expression_of(formula)
    if expression.stable_form is not expression or not set(COORDINATES) & set(expression.names):
        return None
    return second_order_program(expression, COORDINATES, lambda values: ())


@lru_cache(maxsize=16)
def _partials(formula: str, parameters: Numbers) -> tuple[Expression, ...]:
    """Partial derivatives, whose gradients are the rows of the Hessian."""
    expression = surface(formula, parameters)
    return tuple(differentiate(expression, name).derivative for name in COORDINATES)
