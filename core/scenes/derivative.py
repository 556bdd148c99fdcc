"""The Derivative tab asks what the slope is here, and how one knows."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.autodiff import value_and_grad
from core.differentiate import differentiate
from core.expression import Expression
from core.finite_difference import METHODS, along, estimate
from core.primitives import FloatArray
from core.scenes.state import (
    Numbers,
    Parameter,
    Problem,
    State,
    View,
    expression_of,
    parameters_of,
    read_formula,
    type_text,
)
from core.smoothness import Failure, Slope, slope_at

SAMPLES = 1201
"""Points of a curve: about two a pixel column."""

SMALLEST_H, LARGEST_H = 1e-16, 1.0

ERROR_STEPS = 10.0 ** np.linspace(-16.0, 0.0, 321)
"""Step sizes of the error curves."""

COORDINATES = ("x",)

ErrorCurve = tuple[str, FloatArray, FloatArray]
"""Key of a method, step sizes, and the error at each."""


@dataclass(frozen=True)
class DerivativeState(State):
    """What the user chose.

    Attributes
    ----------
    text, formula
        What stands in the field, and the last text that was a valid formula.
    parameters
        Values of the free letters.
    x, h
        The point, and the step of the secant.
    view
        Visible part of the function's plot.
    slope_range
        Visible heights of the derivative's plot.
    """

    text: str = "sin(a*x)*exp(-x^2/8)"
    formula: str = "sin(a*x)*exp(-x^2/8)"
    parameters: Numbers = (("a", 1.2),)
    x: float = 0.8
    h: float = 0.5
    view: View = (-5.0, 5.0, -1.12, 1.42)
    slope_range: tuple[float, float] = (-1.05, 1.35)


@dataclass(frozen=True, eq=False)
class Curve:
    """Read-only points of a curve; NaN makes a gap."""

    x: FloatArray
    y: FloatArray


@dataclass(frozen=True)
class Segment:
    """A straight piece between two points."""

    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class Estimate:
    """One row of the table of numerical derivatives.

    Attributes
    ----------
    key, title
        The method.
    value
        Its estimate; NaN where it has none.
    error
        Distance from the exact derivative; NaN where either does not exist, and for the exact row.
    """

    key: str
    title: str
    value: float
    error: float


@dataclass(frozen=True)
class RuleStep:
    """One line of the derivation: number, textbook name, LaTeX."""

    number: int
    rule: str
    latex: str


@dataclass(frozen=True, eq=False)
class DerivativeScene:
    """All that the tab shows.

    Attributes
    ----------
    text, problem
        The typed text, and what is wrong with it, if anything.
    latex, derivative_latex
        The formula and its derivative, as ``f(x) = …`` and ``f'(x) = …``.
    parameters
        The sliders.
    curve, slope_curve
        f and f′ over the visible x; the same objects as long as what they depend on stays.
    notice
        Sentence over an empty plot, or empty.
    slope, reason
        Value and derivative at the point, and in words why there is none.
    tangent, triangle, run
        The tangent across the view, the corners of the slope triangle, and its horizontal side; None
        where there is no derivative.
    secant, secant_point, secant_slope
        The secant across the view, the point at x + h, and its slope; None and NaN where not defined.
    gap
        At x + h, from the curve to the tangent.
    estimates
        The table of numerical derivatives; the exact one first.
    error_curves
        For each method its error over the step sizes, log-log material: ``(key, h, error)``.
    steps
        The derivation.
    """

    text: str
    problem: Problem | None
    latex: str
    derivative_latex: str
    parameters: tuple[Parameter, ...]
    x: float
    h: float
    view: View
    slope_range: tuple[float, float]
    curve: Curve
    slope_curve: Curve
    notice: str
    slope: Slope
    reason: str
    tangent: Segment | None
    triangle: tuple[tuple[float, float], ...] | None
    run: float
    secant: Segment | None
    secant_point: tuple[float, float] | None
    secant_slope: float
    gap: Segment | None
    estimates: tuple[Estimate, ...]
    error_curves: tuple[ErrorCurve, ...]
    steps: tuple[RuleStep, ...]


def type_formula(state: DerivativeState, text: str) -> DerivativeState:
    """Take in typed text; the plots keep the last valid formula."""
    return type_text(state, text, COORDINATES)


def with_h(state: DerivativeState, h: float) -> DerivativeState:
    """Choose the step of the secant, within what doubles can show."""
    return replace(state, h=min(max(h, SMALLEST_H), LARGEST_H))


def compute(state: DerivativeState) -> DerivativeScene:
    """Compute the whole scene from the state."""
    typed = read_formula(state.text)
    expression = expression_of(state.formula)
    numbers = dict(state.parameters)
    values = {**numbers, "x": state.x}
    curve, slope_curve = _curves(state.formula, state.parameters, state.view[0], state.view[1])
    latex, derivative_latex, steps = _derivation(state.formula)
    slope = slope_at(expression, values, "x")
    tangent = _line(state.x, slope.value, slope.derivative, state.view)
    secant_value = float(along(expression, values, "x")(state.x + state.h))
    secant_slope = (secant_value - slope.value) / state.h
    run = _nice_run(state.view)
    return DerivativeScene(
        text=state.text,
        problem=typed if isinstance(typed, Problem) else None,
        latex=latex,
        derivative_latex=derivative_latex,
        parameters=parameters_of(expression, COORDINATES, state.parameters),
        x=state.x,
        h=state.h,
        view=state.view,
        slope_range=state.slope_range,
        curve=curve,
        slope_curve=slope_curve,
        notice="" if np.isfinite(curve.y).any() else "Not defined anywhere in view.",
        slope=slope,
        reason=_reason(slope),
        tangent=tangent,
        triangle=_triangle(state.x, slope, run) if tangent else None,
        run=run,
        secant=_line(state.x, slope.value, secant_slope, state.view),
        secant_point=(state.x + state.h, secant_value) if math.isfinite(secant_value) else None,
        secant_slope=secant_slope,
        gap=_gap(state, slope, secant_value),
        estimates=_estimates(expression, state, slope),
        error_curves=_error_curves(state.formula, state.parameters, state.x),
        steps=steps,
    )


@lru_cache(maxsize=64)
def _curves(formula: str, parameters: Numbers, left: float, right: float) -> tuple[Curve, Curve]:
    x = np.linspace(left, right, SAMPLES)
    y, gradient = value_and_grad(expression_of(formula), {**dict(parameters), "x": x})
    slope = gradient.get("x", np.where(np.isnan(y), np.nan, 0.0))
    y, slope = _without_jumps(x, y, slope)
    for array in (x, y, slope):
        array.setflags(write=False)
    return Curve(x, y), Curve(x, slope)


def _without_jumps(x: FloatArray, y: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Break the curve where two neighbours differ by what the slopes between them do not explain."""
    y, slope = np.where(np.isfinite(y), y, np.nan), np.where(np.isfinite(slope), slope, np.nan)
    with np.errstate(all="ignore"):
        rise = np.diff(y)
        known = np.nan_to_num(slope)
        explained = 0.5 * (known[1:] + known[:-1]) * np.diff(x)
        spread = float(np.nanpercentile(y, 95) - np.nanpercentile(y, 5)) if np.isfinite(y).any() else 0.0
        broken = (np.abs(rise - explained) > 0.5 * np.abs(rise)) & (np.abs(rise) > 0.02 * spread)
    y[1:][broken] = np.nan
    return y, slope


@lru_cache(maxsize=64)
def _derivation(formula: str) -> tuple[str, str, tuple[RuleStep, ...]]:
    expression = expression_of(formula)
    derivation = differentiate(expression, "x")
    steps = tuple(
        RuleStep(number, step.rule, step.latex())
        for number, step in enumerate(derivation.explained(), start=1)
    )
    return f"f(x) = {expression.latex()}", f"f'(x) = {derivation.derivative.latex()}", steps


@lru_cache(maxsize=64)
def _error_curves(
    formula: str, parameters: Numbers, x: float
) -> tuple[tuple[str, FloatArray, FloatArray], ...]:
    expression = expression_of(formula)
    values = {**dict(parameters), "x": x}
    exact = slope_at(expression, values, "x").derivative
    curves = []
    for method in METHODS:
        with np.errstate(all="ignore"):
            error = np.abs(estimate(method, expression, values, "x", ERROR_STEPS) - exact)
        error = np.maximum(error, np.finfo(float).eps / 4.0 * max(abs(exact), np.finfo(float).tiny))
        error.setflags(write=False)
        curves.append((method.key, ERROR_STEPS, error))
    return tuple(curves)


def _estimates(expression: Expression, state: DerivativeState, slope: Slope) -> tuple[Estimate, ...]:
    values = {**dict(state.parameters), "x": state.x}
    rows = [Estimate("exact", "exact", slope.derivative, math.nan)]
    for method in METHODS:
        value = float(estimate(method, expression, values, "x", state.h))
        value = value if math.isfinite(value) else math.nan
        rows.append(Estimate(method.key, method.title, value, abs(value - slope.derivative)))
    return tuple(rows)


def _line(x: float, y: float, slope: float, view: View) -> Segment | None:
    """A line through a point, across the whole width of the view."""
    if not (math.isfinite(y) and math.isfinite(slope)):
        return None
    ends = [(edge, y + slope * (edge - x)) for edge in view[:2]]
    return Segment(ends[0], ends[1]) if all(math.isfinite(height) for _, height in ends) else None


def _nice_run(view: View) -> float:
    """A run of 1, 2 or 5 times a power of ten, about a tenth of the view's width."""
    wanted = (view[1] - view[0]) / 10.0
    magnitude = 10.0 ** math.floor(math.log10(wanted))
    return max(step * magnitude for step in (1.0, 2.0, 5.0) if step * magnitude <= wanted * 1.0001)


def _triangle(x: float, slope: Slope, run: float) -> tuple[tuple[float, float], ...]:
    y = slope.value
    return ((x, y), (x + run, y), (x + run, y + slope.derivative * run))


def _gap(state: DerivativeState, slope: Slope, secant_value: float) -> Segment | None:
    on_tangent = slope.value + slope.derivative * state.h
    if not (math.isfinite(on_tangent) and math.isfinite(secant_value)):
        return None
    return Segment((state.x + state.h, secant_value), (state.x + state.h, on_tangent))


def _reason(slope: Slope) -> str:
    """Say in one sentence why there is no derivative."""
    if slope.failure is None:
        return ""
    if slope.failure is Failure.CORNER:
        return (
            f"Corner: slope {_slope_text(slope.left)} on the left, {_slope_text(slope.right)} on the right."
        )
    because = f": {slope.operation}" if slope.operation else ""
    return {
        Failure.OUTSIDE_DOMAIN: f"Not defined here{because}.",
        Failure.INFINITE: "The value is infinite here: a pole, or beyond the largest number.",
        Failure.CUSP: "Cusp: the curve stands upright and turns back.",
        Failure.VERTICAL_TANGENT: "Vertical tangent: the slope grows beyond all bounds.",
        Failure.JUMP: "Jump: the value leaps here, so there is no slope.",
        Failure.EDGE: "Edge of the domain: there is a curve on one side only.",
    }[slope.failure]


def _slope_text(slope: float) -> str:
    if math.isinf(slope):
        return "∞" if slope > 0 else "−∞"
    return f"{slope:.4g}".replace("-", "−")


def to_python(state: DerivativeState) -> str:
    """NumPy script that computes what the tab shows at the point."""
    numbers = "\n".join(f"{name} = {value!r}" for name, value in state.parameters)
    expression = expression_of(state.formula)
    return (
        f"import math\n\nimport numpy as np\n\n{numbers}\nx = {state.x!r}\nh = {state.h!r}\n\n\n"
        f"def f(x):\n    return {expression.python()}\n\n\n"
        f"def derivative(x):\n    return {differentiate(expression, 'x').derivative.python()}\n\n\n"
        "print('f(x)   =', f(x))\nprint(\"f'(x)  =\", derivative(x))\n"
        "print('secant =', (f(x + h) - f(x)) / h)\n"
    )
