"""What each numerical derivative makes of the step h, and which step would be best for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from core.difference_error import correct_digits, error_curve
from core.expression import Expression
from core.finite_difference import (
    DifferenceMethod,
    Precision,
    along_complex,
    estimate,
    estimate_with_error,
    method_named,
)
from core.primitives import FloatArray
from core.scenes.curves import read_only, slope_of
from core.scenes.derivative_state import LARGEST_H, SMALLEST_H, DerivativeState, with_h
from core.scenes.error_curves import COMPARED, SHOWN, ErrorCurve, ErrorCurves, error_curves
from core.scenes.state import Numbers, expression_of
from core.smoothness import Slope


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
    digits
        To how many significant digits it is right, from 0 to 17; NaN where there is no error.
    own_error
        What the method itself says about its error, without knowing the exact derivative; NaN if it does not.
    """

    key: str
    title: str
    value: float
    error: float
    digits: float = math.nan
    own_error: float = math.nan


@dataclass(frozen=True, eq=False)
class MethodsScene:
    """The numerical derivatives at the present point and step.

    What takes longer is computed from it when it is to be seen: `error_plot`, `best_step`.

    Attributes
    ----------
    formula, parameters, x, h
        What they are derivatives of, where, and with which step.
    precision
        In which they are computed: "float64" or "float32".
    every
        Whether all methods are compared.
    method
        The chosen one of them.
    exact
        The exact derivative; NaN where there is none.
    estimates
        The table; the exact one first.
    """

    formula: str
    parameters: Numbers
    x: float
    h: float
    precision: Precision
    every: bool
    method: str
    exact: float
    estimates: tuple[Estimate, ...]

    @property
    def methods(self) -> tuple[DifferenceMethod, ...]:
        """The methods that are compared."""
        return COMPARED if self.every else SHOWN


@dataclass(frozen=True, eq=False)
class BestStep:
    r"""What theory and measurement say about the step of one method at one point.

    Attributes
    ----------
    key, title
        The method.
    problem
        Sentence that says why there is nothing to say; empty if there is.
    order
        The power p in the truncation error :math:`C h^p`.
    cancels
        Whether rounding errors grow as h shrinks, as R/h.
    predicted, predicted_error
        The best step by theory, and the error with it. The step is infinite where the formula is exact, so
        that only rounding errs, and NaN without a prediction.
    measured, measured_error, digits
        The step of the least typical error among the steps of the plot, that error, and to how many digits
        it leaves the derivative right.
    h, truncation, rounding
        The lines of theory in the plot: both parts of the error at each step.
    """

    key: str
    title: str
    problem: str
    order: int
    cancels: bool
    predicted: float
    predicted_error: float
    measured: float
    measured_error: float
    digits: float
    h: FloatArray
    truncation: FloatArray
    rounding: FloatArray

    @property
    def places(self) -> tuple[float, ...]:
        """Steps that are marked as the best: the predicted one and the measured one, where h can go."""
        return tuple(h for h in (self.predicted, self.measured) if SMALLEST_H <= h <= LARGEST_H)


@dataclass(frozen=True, eq=False)
class ErrorPlot:
    """The plot of the errors over the step size.

    Attributes
    ----------
    curves
        For each method its error over the step sizes; the same objects as long as the point stays.
    range
        Lower and upper edge of the plot.
    points
        For each method its key and the error at the present h, as drawn on its curve.
    exact
        Keys of the methods that have no error at any step size; they are drawn at the least one.
    best
        Of the chosen method, where all are compared; else None.
    """

    curves: tuple[ErrorCurve, ...]
    range: tuple[float, float]
    points: tuple[tuple[str, float], ...]
    exact: tuple[str, ...]
    best: BestStep | None

    @property
    def note(self) -> str:
        """What is to be said over the plot, or empty."""
        everyone = bool(self.curves) and len(self.exact) == len(self.curves)
        return "Every estimate is exact here, with any h." if everyone else ""


def methods_scene(state: DerivativeState, slope: Slope) -> MethodsScene:
    """Compute the table for the chosen point and step."""
    expression = expression_of(state.formula)
    methods = COMPARED if state.all_methods else SHOWN
    exact = Estimate("exact", "exact", slope.derivative, math.nan)
    rows = (_estimate(method, expression, state, slope.derivative) for method in methods)
    return MethodsScene(
        formula=state.formula,
        parameters=state.parameters,
        x=state.x,
        h=state.h,
        precision=_precision(state),
        every=state.all_methods,
        method=state.method,
        exact=slope.derivative,
        estimates=(exact, *rows),
    )


def _precision(state: DerivativeState) -> Precision:
    return "float32" if state.precision == "float32" else "float64"


def _estimate(
    method: DifferenceMethod, expression: Expression, state: DerivativeState, exact: float
) -> Estimate:
    values = {**dict(state.parameters), "x": state.x}
    precision = _precision(state)
    own_error = math.nan
    if method.key == "richardson":
        value, own_error = map(float, estimate_with_error(expression, values, "x", state.h, precision))
    else:
        value = float(estimate(method, expression, values, "x", state.h, precision))
    value = value if math.isfinite(value) else math.nan
    digits = float(correct_digits(value, exact))
    return Estimate(method.key, method.title, value, abs(value - exact), digits, own_error)


def error_plot(scene: MethodsScene) -> ErrorPlot:
    """Compute the plot of the errors, which is needed only where it is in sight."""
    errors = _curves(scene)
    return ErrorPlot(
        errors.curves,
        errors.range,
        tuple((row.key, max(row.error, errors.floor)) for row in scene.estimates[1:]),
        errors.exact,
        best_step(scene) if scene.every else None,
    )


def _curves(scene: MethodsScene) -> ErrorCurves:
    return error_curves(scene.formula, scene.parameters, scene.x, scene.methods, scene.precision)


def best_step(scene: MethodsScene) -> BestStep:
    """Find the best step of the chosen method; the same object as long as point and method stay."""
    return _best_step(scene.formula, scene.parameters, scene.x, scene.method, scene.precision)


@lru_cache(maxsize=64)
def _best_step(formula: str, parameters: Numbers, x: float, key: str, precision: Precision) -> BestStep:
    expression, method = expression_of(formula), method_named(key)
    values = {**dict(parameters), "x": x}
    exact = slope_of(formula, parameters, x).derivative
    curve = error_curve(expression, values, "x", method, precision=precision, exact=exact)
    problem = ""
    if not math.isfinite(exact):
        problem = "no derivative here, so no error."
    elif method.is_complex and along_complex(expression, values, "x") is None:
        problem = "no estimate, for f uses an operation without a complex form."
    elif math.isnan(curve.measured_step):
        problem = "no estimate, for f is not defined where the method needs it."
    truncation, rounding = curve.truncation, curve.rounding
    read_only(truncation, rounding)
    least = float(correct_digits(exact + curve.measured_error, exact))
    return BestStep(
        key=key,
        title=method.title,
        problem=problem,
        order=int(curve.law.order),
        cancels=bool(curve.law.rounding_factor > 0.0),
        predicted=curve.predicted_step,
        predicted_error=curve.predicted_error,
        measured=curve.measured_step,
        measured_error=curve.measured_error,
        digits=least,
        h=curve.h,
        truncation=truncation,
        rounding=rounding,
    )


def toggle_all_methods(state: DerivativeState) -> DerivativeState:
    """Compare all methods, or the usual three again."""
    return replace(state, all_methods=not state.all_methods)


def choose_method(state: DerivativeState, key: str) -> DerivativeState:
    """Choose the method whose theory is shown; what is none of those compared changes nothing."""
    return replace(state, method=key) if key in {method.key for method in COMPARED} else state


def with_precision(state: DerivativeState, precision: str) -> DerivativeState:
    """Choose the precision in which the numerical derivatives are computed."""
    return replace(state, precision=precision)


def with_h_near(state: DerivativeState, h: float, reach: float) -> DerivativeState:
    """Choose h, or a step that is marked as the best if it is nearer than a factor of `reach`."""
    if state.all_methods and h > 0.0:
        best = _best_step(state.formula, state.parameters, state.x, state.method, _precision(state))
        ratios = {abs(math.log(h / place)): place for place in best.places}
        nearest = min(ratios, default=math.inf)
        if nearest <= math.log(reach):
            return with_h(state, ratios[nearest])
    return with_h(state, h)
