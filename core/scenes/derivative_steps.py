"""The rule steps of the Derivative tab: which one is open, its piece in the plots, the exercise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.check import check_gradient
from core.differentiate import Step
from core.primitives import FloatArray
from core.scenes.curves import Curve, curve_and_slopes, slope_of
from core.scenes.derivative_exercise import HINT, MOST_MOVES, Exercise, exercise_of
from core.scenes.derivative_state import DerivativeState
from core.scenes.rule_steps import (
    ChosenStep,
    chosen_step,
    derivation_of,
    marked_latex,
    piece_name,
    toggled,
)
from core.scenes.state import Numbers, expression_of
from core.simplify import simplify
from core.smoothness import Slope


@dataclass(frozen=True, eq=False)
class Piece:
    """The piece of a step, as a function of its own.

    Attributes
    ----------
    name
        Its letter; f where the piece is the whole function.
    latex
        The piece itself.
    marked_latex
        ``f(x) = …`` with each occurrence of the piece between `MARK` and `END_OF_MARK`.
    is_whole
        Whether the piece is f itself.
    curve, slope_curve
        The piece and its derivative over the visible x; the same objects as long as those stay.
    slope
        Value and derivative at the point.
    notice
        Why there is nothing, or nothing new, to see of it in the plots, or empty.
    """

    name: str
    latex: str
    marked_latex: str
    is_whole: bool
    curve: Curve
    slope_curve: Curve
    slope: Slope
    notice: str


@dataclass(frozen=True)
class RawForm:
    """The derivative as the rules give it, and how it was compared with the tidy form."""

    latex: str
    sentence: str


@dataclass(frozen=True, eq=False)
class StepsScene:
    """What the card of the steps shows beyond its list.

    Attributes
    ----------
    piece
        What is marked in the formula and drawn: that of the chosen step, or of the question of the exercise.
    chosen
        The step that is open.
    raw
        The untidied result, where it is asked for.
    exercise
        The exercise, while it is on.
    inline_latex
        The result on one level, ``f'(x) = …`` without fractions, which can be broken into lines.
    """

    piece: Piece | None = None
    chosen: ChosenStep | None = None
    raw: RawForm | None = None
    exercise: Exercise | None = None
    inline_latex: str = ""


def steps_scene(state: DerivativeState) -> StepsScene:
    """Compute what the card of the steps shows."""
    exercise = exercise_of(state.formula, state.exercise_moves) if state.exercise else None
    asked = exercise is not None and not exercise.finished
    steps = derivation_of(state.formula).explained()
    number = exercise.done + 1 if exercise is not None and asked else state.marked_step
    step = steps[number - 1] if 0 < number <= len(steps) else None
    return StepsScene(
        piece=_piece(state, step) if step else None,
        chosen=_chosen(state, number) if step and not asked else None,
        raw=_raw_form(state.formula, state.parameters, state.view[:2])
        if state.show_raw and not asked
        else None,
        exercise=exercise,
        inline_latex=_inline_result(state.formula),
    )


@lru_cache(maxsize=64)
def _inline_result(formula: str) -> str:
    return f"f'(x) = {derivation_of(formula).derivative.latex(inline=True)}"


# What the user does -------------------------------------------------------------------------------


def choose_step(state: DerivativeState, number: int) -> DerivativeState:
    """Open a step of the list, or close it if it is open."""
    return replace(state, marked_step=0 if number == state.marked_step else number, open_parts=())


def show_step(state: DerivativeState, number: int) -> DerivativeState:
    """Open a step that something speaks of; an exercise, which might hide it, is left."""
    return replace(state, marked_step=number, open_parts=(), exercise=False, exercise_moves=())


def toggle_part(state: DerivativeState, path: str) -> DerivativeState:
    """Open or close a line of the tree."""
    return replace(state, open_parts=toggled(state.open_parts, path))


def toggle_raw(state: DerivativeState) -> DerivativeState:
    """Show the derivative as the rules give it below the tidy one, or hide it."""
    return replace(state, show_raw=not state.show_raw)


def toggle_exercise(state: DerivativeState) -> DerivativeState:
    """Begin the exercise from its first step, or leave it."""
    return replace(
        state, exercise=not state.exercise, exercise_moves=(), marked_step=0, open_parts=(), show_raw=False
    )


def restart_exercise(state: DerivativeState) -> DerivativeState:
    """Begin the exercise again."""
    return replace(state, exercise_moves=(), marked_step=0, open_parts=(), show_raw=False)


def move_in_exercise(state: DerivativeState, move: str) -> DerivativeState:
    """Choose a rule by its key, or ask for a hint; nothing happens where that means nothing."""
    exercise = exercise_of(state.formula, state.exercise_moves)
    spent = move == HINT and not exercise.hints_left
    if exercise.finished or spent or len(state.exercise_moves) >= MOST_MOVES:
        return state
    return replace(state, exercise_moves=(*state.exercise_moves, move))


def take_move_back(state: DerivativeState) -> DerivativeState:
    """Take back the last choice or hint of the exercise."""
    return replace(state, exercise_moves=state.exercise_moves[:-1], marked_step=0, open_parts=())


# The piece ----------------------------------------------------------------------------------------


def _piece(state: DerivativeState, step: Step) -> Piece:
    expression = expression_of(state.formula)
    whole, name = step.piece is expression, piece_name(expression, step.piece)
    text = str(step.piece)
    curve, slope_curve = curve_and_slopes(text, state.parameters, *state.view[:2])
    return Piece(
        name=name,
        latex=step.piece.latex(inline=True),
        marked_latex=marked_latex(state.formula, text),
        is_whole=whole,
        curve=curve,
        slope_curve=slope_curve,
        slope=slope_of(text, state.parameters, state.x),
        notice=_notice(name, whole, (curve, state.view[2:]), (slope_curve, state.slope_range)),
    )


def _notice(name: str, whole: bool, *plots: tuple[Curve, tuple[float, float]]) -> str:
    if whole:
        return "This piece is f itself: its curves are drawn already."
    curve = plots[0][0]
    if np.isfinite(curve.y).all() and np.ptp(curve.y) == 0.0:
        return f"{name} is constant in view."
    sentences = [
        sentence
        for letter, (curve, heights) in zip((name, f"{name}′"), plots, strict=True)
        if (sentence := _out_of_sight(letter, curve.y, heights))
    ]
    return " ".join(sentences)


def _out_of_sight(letter: str, y: FloatArray, heights: tuple[float, float]) -> str:
    known = y[np.isfinite(y)]
    if not known.size:
        return f"{letter} is not defined anywhere in view."
    low, high = float(known.min()), float(known.max())
    if low > heights[1] or high < heights[0]:
        return f"{letter} runs {'above' if low > heights[1] else 'below'} its plot."
    return ""


def _chosen(state: DerivativeState, number: int) -> ChosenStep:
    return chosen_step(state.formula, number, {**dict(state.parameters), "x": state.x}, state.open_parts)


# Raw and tidy -------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _raw_form(formula: str, parameters: Numbers, domain: tuple[float, float]) -> RawForm:
    """Write the raw derivative and compare it and the tidy one with automatic differentiation."""
    derivation = derivation_of(formula)
    raw, tidy = derivation.raw, derivation.derivative
    latex = f"f'(x) = {raw.latex(inline=True)}"
    if raw is tidy:
        return RawForm(latex, "There was nothing to tidy: both forms are the same.")
    function, values = expression_of(formula), dict(parameters)
    checks = [check_gradient(function, form, domain=domain, values=values) for form in (raw, tidy)]
    compared = min(check.compared for check in checks)
    algebra = simplify(raw) is tidy
    proof = "Algebra turns the first into the second. " if algebra else ""
    if not compared:
        return RawForm(latex, f"Equal to the tidy form. {proof}There is no derivative in view to compare.")
    if not all(check.agrees for check in checks):
        x = next(check.worst["x"] for check in checks if not check.agrees)
        return RawForm(
            latex, f"{proof}In numbers they differ by rounding, most at x = {x:.4g}.".replace("-", "−")
        )
    largest = max(check.largest_difference for check in checks)
    return RawForm(
        latex,
        f"Equal to the tidy form. {proof}Both agree with automatic differentiation at {compared} points "
        f"in view; the largest difference is {_power_of_ten(largest)}.",
    )


def _power_of_ten(value: float) -> str:
    if value == 0.0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
