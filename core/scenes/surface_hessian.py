"""Second derivatives of a surface, compiled once for all numbers of its letters."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from core.autodiff import hessian
from core.primitives import FloatArray
from core.program import Program
from core.program_hessian import second_order_program
from core.scenes.level_map import COORDINATES, surface
from core.scenes.state import Numbers, expression_of

Hessian = Callable[[float, float], FloatArray]
"""Gives the matrix of second derivatives in x and y, NaN where one does not exist, in memory of its own."""


@lru_cache(maxsize=64)
def surface_hessian(formula: str, parameters: Numbers) -> Hessian:
    """Give the Hessian of a valid formula of x and y, whose letters have numbers.

    A program for the numbers would have to be recorded anew whenever a letter moves, so one with the letters
    among its variables computes it. Where that is not finite, and where a number lets the formula be
    rewritten to one in which nothing cancels, as 1 in the place of a in ``a - cos(x)``, the formula with the
    numbers in it decides.
    """
    expression = surface(formula, parameters)
    places = [COORDINATES.index(name) for name in expression.names]

    def with_numbers(x: float, y: float) -> FloatArray:
        matrix = np.zeros((2, 2))
        with np.errstate(all="ignore"):
            matrix[np.ix_(places, places)] = hessian(expression, {"x": x, "y": y})
        return matrix

    program = _with_letters(formula) if parameters else None
    if program is None or expression.stable_form is not expression:
        return with_numbers
    numbers = dict(parameters)
    if not numbers.keys() >= set(program.names).difference(COORDINATES):
        return with_numbers

    def with_letters(x: float, y: float) -> FloatArray:
        known = {**numbers, "x": x, "y": y}
        results = program.at(*[known[name] for name in program.names])
        if results is None:
            return with_numbers(x, y)
        _, _, _, xx, xy, yy = results
        return np.array(((xx, xy), (xy, yy)))

    return with_letters


@lru_cache(maxsize=64)
def _with_letters(formula: str) -> Program | None:
    expression = expression_of(formula)
    if expression.stable_form is not expression:
        return None
    return second_order_program(expression, COORDINATES, lambda values: ())
