"""What the Derivative tab shows on demand: normal, osculating circle, Taylor polynomial, f″."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from core.autodiff import value_and_grad
from core.primitives import FloatArray
from core.scenes.curves import SAMPLES, Curve, curve_through, fitted_heights, read_only
from core.scenes.legend import LegendRow
from core.scenes.rule_steps import derivation_of
from core.scenes.state import Numbers, StateError, View, expression_of
from core.smoothness import Slope
from core.taylor import taylor_coefficients

if TYPE_CHECKING:
    from core.scenes.derivative_state import DerivativeState

EXTRAS = {
    "normal": "Normal line",
    "circle": "Osculating circle",
    "taylor": "Taylor polynomial",
    "second": "f″ in the Derivative pane",
    "features": "Zeros, extrema, inflections",
}
"""What can be shown, by the keys of the state, with its title."""

SMALLEST_DEGREE, LARGEST_DEGREE = 1, 8

CIRCLE_POINTS = 240
"""Points on each half of a circle, closer to one another where it touches the curve."""

FINEST = 1e-4
"""Parts of a large circle of this length, in views, look straight."""

TERMS = 2
"""So many terms of a polynomial stand on one line."""

DIGITS = 3
"""Significant digits of its numbers."""

SIDES = (1e-6, 1e-7), (1e4, 1e3)
"""Distances from which both sides of the point are compared: parts of the view, at least so many doubles."""

DIFFERENT = 1e-3
"""A relative difference between them that rounding does not make."""

SEEN = 0.9
"""The derivative's plot grows unless this part of f″ is in view."""

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Circle:
    """The circle that touches the curve with the same second derivative."""

    centre: Point
    radius: float
    outline: Curve


@dataclass(frozen=True, eq=False)
class Polynomial:
    """The Taylor polynomial about the point, written on one or more lines."""

    degree: int
    latex: tuple[str, ...]
    curve: Curve


@dataclass(frozen=True, eq=False)
class ExtrasScene:
    """What this module adds to the scene; None for what is not asked for or does not exist.

    Attributes
    ----------
    shown, degree
        What is asked for, and the degree of the Taylor polynomial.
    normal
        Direction of the normal line through the point.
    circle, taylor
        The osculating circle and the Taylor polynomial.
    second
        f″.
    legend
        A line for each that is asked for in the function's plot.
    """

    shown: tuple[str, ...]
    degree: int
    normal: Point | None = None
    circle: Circle | None = None
    taylor: Polynomial | None = None
    second: Curve | None = None
    legend: tuple[LegendRow, ...] = ()


def check_extras(shown: tuple[str, ...], degree: int) -> None:
    """Refuse what cannot be shown.

    Raises
    ------
    StateError
        The message says what is wrong.
    """
    if len(set(shown)) < len(shown) or not set(shown) <= EXTRAS.keys():
        raise StateError(f"shown has a wrong value: {', '.join(shown)[:40]}")
    if not SMALLEST_DEGREE <= degree <= LARGEST_DEGREE:
        raise StateError(f"taylor_degree has a wrong value: {degree}")


def extras_scene(state: DerivativeState, slope: Slope) -> ExtrasScene:
    """Compute what is asked for."""
    scene = ExtrasScene(state.shown, state.taylor_degree)
    if "second" in state.shown:
        second = second_derivative(state.formula, state.parameters, *state.view[:2])
        scene = replace(scene, second=second)
    for key, add in (("normal", _with_normal), ("circle", _with_circle), ("taylor", _with_taylor)):
        if key in state.shown:
            scene = add(scene, state, slope)
    return scene


def with_shown(state: DerivativeState, key: str, shown: bool) -> DerivativeState:
    """Show or hide one of :data:`EXTRAS`; where f″ would be out of sight, the derivative's plot grows."""
    kept = tuple(each for each in EXTRAS if (shown if each == key else each in state.shown))
    changed = replace(state, shown=kept)
    if key != "second" or not shown:
        return changed
    y = second_derivative(state.formula, state.parameters, *state.view[:2]).y
    low, high = state.slope_range
    known, fitted = y[np.isfinite(y)], fitted_heights(y)
    if fitted is None or np.mean((known >= low) & (known <= high)) >= SEEN:
        return changed
    return replace(changed, slope_range=(min(low, fitted[0]), max(high, fitted[1])))


def with_degree(state: DerivativeState, degree: int) -> DerivativeState:
    """Choose the degree of the Taylor polynomial."""
    return replace(state, taylor_degree=min(max(degree, SMALLEST_DEGREE), LARGEST_DEGREE))


@lru_cache(maxsize=32)
def second_derivative(formula: str, parameters: Numbers, left: float, right: float) -> Curve:
    """Sample f″ of a valid formula between two edges."""
    expression, derivative = expression_of(formula), derivation_of(formula).derivative
    numbers = dict(parameters)

    def bends(x: FloatArray) -> FloatArray:
        values = {**numbers, "x": x}
        slopes, gradient = value_and_grad(derivative, values)
        known = np.isfinite(expression.evaluate(values)) & np.isfinite(slopes)
        bend: FloatArray = np.where(known, gradient.get("x", 0.0), np.nan)
        return bend

    x = np.linspace(left, right, SAMPLES)
    return curve_through(bends, x, bends(x))


@lru_cache(maxsize=64)
def _coefficients(formula: str, parameters: Numbers, x: float, width: float) -> FloatArray:
    """Give f⁽ᵏ⁾/k! at x; NaN from the first one on that is another on the left than on the right.

    A kink has a conventional derivative that is not seen in the numbers, but those beside it stay apart
    however near one comes.
    """
    expression, numbers = expression_of(formula), dict(parameters)
    far, near = (
        max(width * share, spread * np.spacing(abs(x))) for share, spread in zip(*SIDES, strict=True)
    )
    places = x + np.array((0.0, -far, far, -near, near))
    here, *sides = taylor_coefficients(expression, {**numbers, "x": places}, "x", LARGEST_DEGREE).T
    gap, nearer_gap = np.abs(sides[1] - sides[0]), np.abs(sides[3] - sides[2])
    apart = (nearer_gap > 0.5 * gap) & (nearer_gap > DIFFERENT * (np.abs(sides[3]) + np.abs(sides[2])))
    result: FloatArray = np.where(np.logical_or.accumulate(apart), np.nan, here)
    return result


def _with_normal(scene: ExtrasScene, state: DerivativeState, slope: Slope) -> ExtrasScene:
    if not math.isfinite(slope.derivative):
        return _noted(scene, LegendRow("normal", "No normal: no derivative here", drawn=False))
    return _noted(replace(scene, normal=(-slope.derivative, 1.0)), LegendRow("normal", "normal line"))


def _with_circle(scene: ExtrasScene, state: DerivativeState, slope: Slope) -> ExtrasScene:
    bend = 2.0 * float(_coefficients(state.formula, state.parameters, state.x, _width(state))[2])
    if not (math.isfinite(slope.derivative) and math.isfinite(bend)):
        return _noted(
            scene, LegendRow("circle", "No osculating circle: no second derivative here", drawn=False)
        )
    if bend == 0.0:
        return _noted(scene, LegendRow("circle", "No osculating circle: f″ = 0 here", drawn=False))
    circle = _osculating((state.x, slope.value), slope.derivative, bend, state.view)
    if circle is None:
        return _noted(scene, LegendRow("circle", "No osculating circle: it is too large", drawn=False))
    text = f"osculating circle, radius {_plain(circle.radius)}"
    return _noted(replace(scene, circle=circle), LegendRow("circle", text))


def _with_taylor(scene: ExtrasScene, state: DerivativeState, slope: Slope) -> ExtrasScene:
    degree = state.taylor_degree
    coefficients = _coefficients(state.formula, state.parameters, state.x, _width(state))[: degree + 1]
    missing = np.flatnonzero(~np.isfinite(coefficients))
    order = 1 if not math.isfinite(slope.derivative) else int(missing[0]) if missing.size else 0
    if order or missing.size:
        text = f"No Taylor polynomial: no {_ordinal(order)} derivative here"
        return _noted(scene, LegendRow("taylor", text, drawn=False))
    x = np.linspace(*state.view[:2], SAMPLES)
    with np.errstate(all="ignore"):
        y = np.polynomial.polynomial.polyval(x - state.x, coefficients)
    latex = _polynomial_latex(state.x, coefficients.tolist())
    polynomial = Polynomial(degree, latex, Curve(*read_only(x, np.where(np.isfinite(y), y, np.nan))))
    rows = (LegendRow("taylor", latex=line, drawn=line is latex[0]) for line in latex)
    return _noted(replace(scene, taylor=polynomial), *rows)


def _width(state: DerivativeState) -> float:
    return state.view[1] - state.view[0]


def _noted(scene: ExtrasScene, *rows: LegendRow) -> ExtrasScene:
    return replace(scene, legend=(*scene.legend, *rows))


def _osculating(point: Point, slope: float, bend: float, view: View) -> Circle | None:
    """Give the circle with radius (1 + f′²)^1.5 / |f″|, whose centre is on the normal; None beyond numbers.

    Its points are counted from the one where it touches, so that a large circle stays exact there.
    """
    length = math.hypot(1.0, slope)
    radius = length * length * (length / abs(bend)) if length < 1e100 else math.inf
    if not radius < 1e150:
        return None
    across, up = math.copysign(1.0, bend) * np.array((-slope / length, 1.0 / length))
    nearest = min(max(FINEST * math.hypot(view[1] - view[0], view[3] - view[2]) / radius, 1e-12), 0.01)
    half = np.geomspace(nearest, math.pi, CIRCLE_POINTS)
    angles = np.concatenate((-half[::-1], [0.0], half))
    along, inward = radius * np.sin(angles), 2.0 * radius * np.sin(angles / 2.0) ** 2
    x = point[0] + along / length + inward * across
    y = point[1] + along * (slope / length) + inward * up
    centre = (point[0] + radius * float(across), point[1] + radius * float(up))
    return Circle(centre, radius, Curve(*read_only(x, y)))


def _ordinal(order: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(order, f"{order}th")


def _plain(value: float) -> str:
    """Write a positive number in words of the interface."""
    mantissa, _, exponent = f"{value:.{DIGITS}g}".partition("e")
    if not exponent:
        return mantissa
    return f"{mantissa} × 10{str(int(exponent)).translate(str.maketrans('0123456789-', '⁰¹²³⁴⁵⁶⁷⁸⁹⁻'))}"


def _number_latex(value: float) -> str:
    mantissa, _, exponent = f"{value:.{DIGITS}g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _polynomial_latex(x: float, coefficients: list[float]) -> tuple[str, ...]:
    """Write T(x) = a + b (x − x₀) + …, without terms that are 0, on as many lines as it needs."""
    base = "x" if x == 0.0 else rf"(x {'-' if x > 0.0 else '+'} {_number_latex(abs(x))})"
    terms = [_term_latex(power, value, base) for power, value in enumerate(coefficients) if value != 0.0]
    first = terms[0].removeprefix("+ ") if terms else "0"
    terms = [f"T_{{{len(coefficients) - 1}}}(x) = {first}", *terms[1:]]
    return tuple(" ".join(terms[start : start + TERMS]) for start in range(0, len(terms), TERMS))


def _term_latex(power: int, value: float, base: str) -> str:
    sign, number = "-" if value < 0.0 else "+", _number_latex(abs(value))
    factor = "" if power == 0 else base if power == 1 else rf"{base}^{{{power}}}"
    if not factor:
        return f"{sign} {number}"
    return f"{sign} {factor}" if number == "1" else rf"{sign} {number} \, {factor}"
