"""The Derivative tab asks what the slope is here, and how one knows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.finite_difference import along
from core.presets import FUNCTIONS
from core.scenes.claim import ClaimedCurve, Verdict, claimed_curve, judge
from core.scenes.curves import Curve, slope_of
from core.scenes.derivative_extras import ExtrasScene, extras_scene
from core.scenes.derivative_features import FeaturesScene, features_scene, shown_decimals
from core.scenes.derivative_methods import MethodsScene, methods_scene
from core.scenes.derivative_state import (
    COORDINATES,
    LARGEST_H,
    SHRUNK_H,
    SMALLEST_H,
    DerivativeState,
    at_exactly,
    choose_preset,
    fit_view,
    nudged,
    shrunk,
    shrunk_end,
    type_formula,
    with_claim,
    with_h,
    with_point_beyond,
    with_x,
)
from core.scenes.derivative_steps import StepsScene, steps_scene
from core.scenes.derivative_walk import WalkScene, walk_scene
from core.scenes.fine_curves import fine_curves
from core.scenes.rule_steps import RuleStep, derivation_of, rule_steps
from core.scenes.state import Numbers, Parameter, Problem, View, expression_of, parameters_of, read_formula
from core.smoothness import Failure, Slope

__all__ = [
    "FUNCTIONS",
    "LARGEST_H",
    "SHRUNK_H",
    "SMALLEST_H",
    "DerivativeScene",
    "DerivativeState",
    "Point",
    "Verdict",
    "at_exactly",
    "choose_preset",
    "compute",
    "fit_view",
    "nudged",
    "shrunk",
    "shrunk_end",
    "to_python",
    "type_formula",
    "with_claim",
    "with_h",
    "with_point_beyond",
    "with_x",
]

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class DerivativeScene:
    """All that the tab shows.

    Attributes
    ----------
    text, problem
        The typed text, and what is wrong with it, if anything.
    formula, numbers
        What is drawn: the last valid formula, and the values of its letters.
    latex, derivative_latex
        The formula and its derivative, as ``f(x) = …`` and ``f'(x) = …``.
    parameters
        The sliders.
    x, x_decimals, h
        The point, how many decimals tell neighbouring places apart, and the step.
    view, slope_range
        What the two plots show.
    curve, slope_curve
        f and f′ over the visible x; the same objects as long as what they depend on stays.
    notice, slope_notice
        Sentence over an empty plot, or empty.
    slope, reason
        Value and derivative at the point, and in words why there is none.
    triangle, run
        Corners of the slope triangle: its start, its right angle, its end; and the length of its
        horizontal side. None where there is no derivative.
    secant_point, secant_slope
        The point at x + h, and the slope of the secant; None and NaN where not defined.
    gap
        At x + h, the distance from the curve to the tangent; NaN where either is not defined.
    methods
        The table of numerical derivatives.
    steps
        The derivation.
    claim, verdict
        The user's own derivative, and the verdict on it: None for no text, a problem for one that cannot
        be read.
    marked_step
        Number of the step that is marked; 0 for none.
    derivation
        What is opened of the steps, and the exercise.
    features, extras
        Marks, ends and one-sided tangents; and what is shown on demand.
    walk
        The walk downhill; None while it is folded away.
    claimed
        The claim as a curve over the visible x; None where it cannot be read.
    """

    text: str
    problem: Problem | None
    formula: str
    numbers: Numbers
    latex: str
    derivative_latex: str
    parameters: tuple[Parameter, ...]
    x: float
    x_decimals: int
    h: float
    view: View
    slope_range: tuple[float, float]
    curve: Curve
    slope_curve: Curve
    notice: str
    slope_notice: str
    slope: Slope
    reason: str
    triangle: tuple[Point, Point, Point] | None
    run: float
    secant_point: Point | None
    secant_slope: float
    gap: float
    methods: MethodsScene
    steps: tuple[RuleStep, ...]
    claim: str
    verdict: Verdict | Problem | None
    marked_step: int
    derivation: StepsScene
    features: FeaturesScene
    extras: ExtrasScene
    walk: WalkScene | None
    claimed: ClaimedCurve | None


def compute(state: DerivativeState) -> DerivativeScene:
    """Compute the whole scene from the state."""
    typed = read_formula(state.text)
    expression = expression_of(state.formula)
    numbers = dict(state.parameters)
    values = {**numbers, "x": state.x}
    fine = fine_curves(state.formula, state.parameters, *state.view[:2])
    latex, derivative_latex = _formulas(state.formula)
    slope = slope_of(state.formula, state.parameters, state.x)
    x_beyond = state.x + state.h
    value_beyond = float(along(expression, values, "x")(x_beyond))
    run = _nice_run(state.view)
    return DerivativeScene(
        text=state.text,
        problem=typed if isinstance(typed, Problem) else None,
        formula=state.formula,
        numbers=state.parameters,
        latex=latex,
        derivative_latex=derivative_latex,
        parameters=parameters_of(expression, COORDINATES, state.parameters, state.ranges),
        x=state.x,
        x_decimals=shown_decimals(state),
        h=state.h,
        view=state.view,
        slope_range=state.slope_range,
        curve=fine.curve,
        slope_curve=fine.slope_curve,
        notice=_notice(fine.curve, state.view[2:], "Not defined anywhere in view."),
        slope_notice=_notice(fine.slope_curve, state.slope_range, "No derivative anywhere in view."),
        slope=slope,
        reason=_reason(slope),
        triangle=_triangle(state, slope, run),
        run=run,
        secant_point=(x_beyond, value_beyond) if math.isfinite(value_beyond) else None,
        secant_slope=(value_beyond - slope.value) / state.h,
        gap=abs(slope.value + slope.derivative * state.h - value_beyond),
        methods=methods_scene(state, slope),
        steps=rule_steps(state.formula),
        claim=state.claim,
        verdict=judge(state.claim, state.formula, state.parameters, state.x, state.view[:2]),
        marked_step=state.marked_step,
        derivation=steps_scene(state),
        features=features_scene(state, slope),
        extras=extras_scene(state, slope),
        walk=walk_scene(state),
        claimed=claimed_curve(state.claim, state.formula, state.parameters, state.view[:2]),
    )


@lru_cache(maxsize=64)
def _formulas(formula: str) -> tuple[str, str]:
    derivative = derivation_of(formula).derivative
    return f"f(x) = {expression_of(formula).latex()}", f"f'(x) = {derivative.latex()}"


def _notice(curve: Curve, heights: tuple[float, float], undefined: str) -> str:
    known = curve.y[np.isfinite(curve.y)]
    if not known.size:
        return undefined
    if known.max() < heights[0]:
        return "The curve is below the view. Ctrl+0 brings it back."
    if known.min() > heights[1]:
        return "The curve is above the view. Ctrl+0 brings it back."
    return ""


def _nice_run(view: View) -> float:
    """Choose a run of 1, 2 or 5 times a power of ten, about a tenth of the view's width."""
    wanted = max((view[1] - view[0]) / 10.0, 1e-300)
    magnitude = 10.0 ** math.floor(math.log10(wanted))
    return max(step * magnitude for step in (0.5, 1.0, 2.0, 5.0) if step * magnitude <= wanted * 1.0001)


def _triangle(state: DerivativeState, slope: Slope, run: float) -> tuple[Point, Point, Point] | None:
    """Place the slope triangle to the right of the point, or to its left near the right edge."""
    if not math.isfinite(slope.derivative):
        return None
    start = state.x if state.x + run <= state.view[1] else state.x - run
    low, high = (slope.value + slope.derivative * (x - state.x) for x in (start, start + run))
    return (start, low), (start + run, low), (start + run, high)


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
        f"def derivative(x):\n    return {derivation_of(state.formula).derivative.python()}\n\n\n"
        "print('f(x)   =', f(x))\nprint(\"f'(x)  =\", derivative(x))\n"
        "print('secant =', (f(x + h) - f(x)) / h)\n"
    )
