"""What a user can choose in the Derivative tab, and every way in which it changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.primitives import FloatArray
from core.scenes.curves import Heights, curve_and_slopes, fitted_heights, slope_of
from core.scenes.state import (
    LARGEST_NUMBER,
    FormulaState,
    Numbers,
    StateError,
    View,
    check_formula,
    check_view,
    type_text,
)

if TYPE_CHECKING:
    from core.presets import FunctionPreset

SMALLEST_H, LARGEST_H = 1e-16, 1.0

HAND_H = 1.0 / 1000.0
"""Smallest h that a drag in the plot reaches, as a part of the view's width."""

SHRINK = 10.0 ** (-1.0 / 25.0)
"""What h is multiplied by in one step towards 0."""

SHRUNK_H = 1e-8
"""Where h stops on its way to 0: below it the rounding error takes over."""

SHRUNK_SINGLE_H = 3e-4
"""Where it stops if forward differences are computed in single precision."""

NUDGE = 1.0 / 200.0
"""How far one arrow key moves the point, as a part of the view's width."""

COORDINATES = ("x",)

MOST_DECIMALS = 6
"""So many decimals of x are shown, and more only if the view is that narrow."""

FARTHEST = 0.1 * LARGEST_NUMBER
"""How far from 0 a typed x may be, for the view around it must be a view of numbers too."""

CLOSEST = 1e-6
"""Half the width of a view around x is at least this part of x, so that there are numbers in it."""

HOME = (-5.0, 5.0)
"""The x range that a fitted window starts from."""

MOST, LOW = 0.9, 0.25
"""A new function is brought into sight unless this part of it is in view, or if it is that flat there."""

EMPTY = (-1.0, 1.0)
"""Heights of a plot in which nothing is defined."""

FITTING_WIDTHS = (10.0, 2.0, 40.0, 200.0, 2000.0)
"""Widths that a fitted window tries, until enough of the function is defined in it."""


@dataclass(frozen=True)
class DerivativeState(FormulaState):
    """What the user chose.

    Attributes
    ----------
    text, formula, parameters
        What was typed.
    x, h
        The point, and the step of the secant.
    view
        Visible part of the function's plot.
    slope_range
        Visible heights of the derivative's plot.
    all_methods
        Whether all numerical derivatives are compared, not only three.
    method
        Key of the one whose theory is shown then.
    precision
        In which they are computed: "float64" or "float32".
    claim
        What the user says f′(x) is.
    marked_step
        Number of the step of the derivation that is marked; 0 for none.
    open_parts
        Places in the tree below that step that are open, as ``"0.1"``.
    show_raw
        Whether the derivative is also shown as the rules give it, untidied.
    exercise, exercise_moves
        Whether the user chooses the rules, and the choices and hints so far.
    shown, taylor_degree
        What of `EXTRAS` is shown, and the degree of the Taylor polynomial.
    walk_open
        Whether the walk downhill is shown.
    walk_method, walk_rate, walk_step
        Its method by the name in `MOST_STEPS`, the learning rate of gradient descent, and how many steps
        were taken from the point.
    """

    text: str = "sin(a*x)*exp(-x^2/8)"
    formula: str = "sin(a*x)*exp(-x^2/8)"
    parameters: Numbers = (("a", 1.2),)
    x: float = 0.8
    h: float = 0.5
    view: View = (-5.0, 5.0, -1.12, 1.42)
    slope_range: tuple[float, float] = (-1.05, 1.35)
    all_methods: bool = False
    method: str = "central"
    precision: str = "float64"
    claim: str = ""
    marked_step: int = 0
    open_parts: tuple[str, ...] = ()
    show_raw: bool = False
    exercise: bool = False
    exercise_moves: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    taylor_degree: int = 3
    walk_open: bool = False
    walk_method: str = "gradient_descent"
    walk_rate: float = 0.3
    walk_step: int = 0

    def check(self) -> None:
        """Refuse what no user can choose."""
        from core.finite_difference import METHODS, PRECISIONS
        from core.scenes.derivative_exercise import MOVES  # only now: a start needs the state, not its check
        from core.scenes.derivative_extras import check_extras
        from core.scenes.walk_path import check_walk

        super().check()
        check_formula(self.formula, COORDINATES, self.parameters)
        check_view(self.view)
        check_view((*self.view[:2], *self.slope_range))
        if not SMALLEST_H <= self.h <= LARGEST_H:
            raise StateError(f"h has a wrong value: {self.h}")
        check_extras(self.shown, self.taylor_degree)
        if self.method not in (method.key for method in METHODS):
            raise StateError(f"method has a wrong value: {self.method[:40]}")
        if self.precision not in PRECISIONS:
            raise StateError(f"precision has a wrong value: {self.precision[:40]}")
        check_walk(self.walk_method, self.walk_rate, self.walk_step)
        strange = set(self.exercise_moves) - set(MOVES)
        if strange:
            raise StateError(f"exercise_moves has a wrong value: {sorted(strange)[0][:40]}")


def type_formula(state: DerivativeState, text: str) -> DerivativeState:
    """Take in typed text; the plots keep the last valid formula.

    Where much of a new function or its derivative, or the point, is out of sight, the plots move to it.
    """
    typed = type_text(state, text, COORDINATES)
    return typed if typed.formula == state.formula else _in_sight(_without_steps(typed))


def choose_preset(state: DerivativeState, preset: FunctionPreset) -> DerivativeState:
    """Load a ready example; the step h stays."""
    left, right, bottom, top = map(float, preset.view)
    loaded = replace(
        type_text(state, preset.formula, COORDINATES),
        parameters=tuple((name, float(value)) for name, value in preset.parameters),
        x=float(preset.x),
        view=(left, right, bottom, top),
        claim="",
    )
    return replace(_without_steps(loaded), slope_range=_fitted_slopes(loaded))


def _without_steps(state: DerivativeState) -> DerivativeState:
    """Forget what was opened and found out in the derivation of another function, and the walk on it."""
    return replace(state, marked_step=0, open_parts=(), exercise_moves=(), walk_step=0)


def with_claim(state: DerivativeState, text: str) -> DerivativeState:
    """Take in what the user says the derivative is."""
    return replace(state, claim=text, marked_step=0)


def with_x(state: DerivativeState, x: float) -> DerivativeState:
    """Move the point: it stays in view, on places that the shown decimals tell apart."""
    left, right = state.view[:2]
    return replace(state, x=min(max(round(x, x_decimals(state.view)), left), right))


def at_exactly(state: DerivativeState, x: float) -> DerivativeState:
    """Put the point on exactly this place; the view moves there if it does not contain it."""
    left, right = state.view[:2]
    moved = replace(state, x=min(max(x, -FARTHEST), FARTHEST))
    if left <= moved.x <= right:
        return moved
    half = max((right - left) / 2.0, CLOSEST * abs(moved.x))
    return _in_sight(replace(moved, view=(moved.x - half, moved.x + half, *state.view[2:])))


def nudged(state: DerivativeState, steps: int) -> DerivativeState:
    """Move the point by a number of small steps to the right."""
    return with_x(state, state.x + steps * NUDGE * (state.view[1] - state.view[0]))


def with_h(state: DerivativeState, h: float) -> DerivativeState:
    """Choose the step of the secant, within what doubles can show."""
    return replace(state, h=min(max(SMALLEST_H, h), LARGEST_H))


def with_point_beyond(state: DerivativeState, x: float) -> DerivativeState:
    """Choose h by where x + h was dragged to; left of the point it stays as small as a hand can tell."""
    return with_h(state, max(x - state.x, HAND_H * (state.view[1] - state.view[0])))


def shrunk_end(state: DerivativeState) -> float:
    """Tell where h stops on its way to 0: near the best step of forward differences."""
    return SHRUNK_SINGLE_H if state.precision == "float32" else SHRUNK_H


def shrunk(state: DerivativeState, steps: int) -> DerivativeState:
    """Take h some steps towards 0, or back if `steps` is negative."""
    end = shrunk_end(state)
    if steps > 0 and state.h <= end:
        return state
    h = state.h * SHRINK ** min(max(steps, -1000), 1000)
    return with_h(state, max(h, end) if steps > 0 else h)


def fit_view(state: DerivativeState) -> DerivativeState:
    """Choose windows that show the function, its derivative, and the point."""
    left, right = _fitted_width(state)
    fitted = replace(state, view=(left, right, *state.view[2:]))
    curve, _ = curve_and_slopes(fitted.formula, fitted.parameters, left, right)
    heights = fitted_heights(curve.y, _value(fitted)) or state.view[2:]
    return replace(fitted, view=(left, right, *heights), slope_range=_fitted_slopes(fitted))


def _in_sight(state: DerivativeState) -> DerivativeState:
    """Fit the height of each plot in which too little of its curve, or not the point, can be seen."""
    curve, slope_curve = curve_and_slopes(state.formula, state.parameters, *state.view[:2])
    slope = slope_of(state.formula, state.parameters, state.x)
    return replace(
        state,
        view=(*state.view[:2], *_seen(curve.y, state.view[2:], slope.value)),
        slope_range=_seen(slope_curve.y, state.slope_range, slope.derivative),
    )


def _seen(y: FloatArray, heights: Heights, also: float) -> Heights:
    """Keep the heights of a plot if the curve fills them well and `also` is between them, else fit them."""
    fitted = fitted_heights(y, also)
    if fitted is None:
        return EMPTY
    flat = fitted[1] - fitted[0] < LOW * (heights[1] - heights[0])
    outside = also < heights[0] or also > heights[1]
    return fitted if flat or outside or _share_between(y, *heights) < MOST else heights


def _share_between(y: FloatArray, low: float, high: float) -> float:
    """Tell which part of a curve that is defined somewhere lies between two heights."""
    known = y[np.isfinite(y)]
    return float(np.mean((known >= low) & (known <= high)))


def _fitted_width(state: DerivativeState) -> tuple[float, float]:
    middle = sum(HOME) / 2.0 if HOME[0] <= state.x <= HOME[1] else state.x
    for width in (*FITTING_WIDTHS, 4.0 * abs(state.x)):
        left, right = middle - width / 2.0, middle + width / 2.0
        if width < CLOSEST * abs(state.x) or not -LARGEST_NUMBER < left < state.x < right < LARGEST_NUMBER:
            continue
        curve, _ = curve_and_slopes(state.formula, state.parameters, left, right)
        if np.isfinite(curve.y).mean() > 0.2:
            return left, right
    return state.view[:2]


def _fitted_slopes(state: DerivativeState) -> tuple[float, float]:
    _, slope_curve = curve_and_slopes(state.formula, state.parameters, *state.view[:2])
    slope = slope_of(state.formula, state.parameters, state.x)
    return fitted_heights(slope_curve.y, slope.derivative) or state.slope_range


def _value(state: DerivativeState) -> float:
    return slope_of(state.formula, state.parameters, state.x).value


def x_decimals(view: View, x: float = 0.0) -> int:
    """Count the decimals that tell a five hundredth of the view's width, at least two.

    Some more are counted where x has them, so that a typed place is shown as it was typed.
    """
    width = max(view[1] - view[0], 1e-300)
    needed = min(max(2, math.ceil(math.log10(500.0) - math.log10(width) - 1e-9)), 300)
    return next(
        (places for places in range(needed, MOST_DECIMALS) if round(x, places) == x),
        max(needed, MOST_DECIMALS),
    )
