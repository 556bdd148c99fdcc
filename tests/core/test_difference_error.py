"""The error against the step size: measured against mpmath, and as theory predicts it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core.difference_error import STEPS, ErrorCurve, correct_digits, error_curve
from core.finite_difference import METHODS, PRECISIONS, DifferenceMethod, Precision, estimate
from core.parser import parse
from tests.core import witnesses

every_method = pytest.mark.parametrize("method", METHODS, ids=[method.key for method in METHODS])
every_precision = pytest.mark.parametrize("precision", PRECISIONS)

FUNCTIONS = [
    ("exp(sin(x))", 1.3),
    ("sin(x) exp(x)", 1.0),
    ("log(x)", 0.1),
    ("sqrt(x)", 0.001),
    ("1/x", 0.01),
    ("sin(100x)", 1.1),
    ("sin(x)", math.pi),
    ("x^9 - 3x^2", 1.1),
    ("1e6 + x^3", 1.0),
    ("log(1+x^2) tanh(x)/(1+x^2)", 0.7),
    ("gelu(x)", 0.4),
    ("sigmoid(x)", 5.0),
]


def curve_of(
    text: str, x: float, method: DifferenceMethod | str, precision: Precision = "float64", hs: Any = None
) -> ErrorCurve:
    exact = float(witnesses.partial(parse(text), {"x": x}, "x"))
    return error_curve(parse(text), {"x": x}, "x", method, hs, precision, exact)


@pytest.mark.parametrize(
    ("method", "precision", "step", "error"),
    [
        ("forward", "float64", 1e-8, 6e-8),
        ("backward", "float64", 1e-8, 6e-8),
        ("central", "float64", 5e-6, 8e-11),
        ("five_point", "float64", 4e-4, 5e-13),
        ("richardson", "float64", 1.0, 6e-15),
        ("complex_step", "float64", 1e-8, 3e-16),
        ("forward", "float32", 3e-4, 6e-4),
        ("backward", "float32", 3e-4, 6e-4),
        ("central", "float32", 4e-3, 3e-5),
        ("five_point", "float32", 2e-2, 7e-6),
        ("richardson", "float32", 0.7, 2e-6),
        ("complex_step", "float32", 2e-4, 3e-7),
    ],
)
def test_known_best_steps(method: str, precision: Precision, step: float, error: float) -> None:
    """Relative errors of e^(sin x) at 1.3, to a factor of 3."""
    curve = curve_of("exp(sin(x))", 1.3, method, precision)
    assert step / 4.0 < curve.measured_step < 4.0 * step
    assert error / 3.0 < curve.measured_error / curve.exact < 3.0 * error


@every_method
@every_precision
@pytest.mark.parametrize(("text", "x"), FUNCTIONS)
def test_prediction_and_measurement_agree(
    method: DifferenceMethod, precision: Precision, text: str, x: float
) -> None:
    """The best step to a factor of 30, if the curve reaches that far; the least error to a factor of 30."""
    curve = curve_of(text, x, method, precision)
    if text.startswith("gelu") and method.is_complex:
        assert np.isnan(curve.error).all()
        return
    predicted = min(curve.predicted_step, curve.h[-1])
    assert predicted / 30.0 < curve.measured_step < 30.0 * predicted
    if curve.predicted_step <= curve.h[-1]:
        least = max(curve.predicted_error, curve.floor)
        assert least / 30.0 < curve.measured_error < 30.0 * least
    taken = float(np.interp(math.log(predicted), np.log(curve.h), curve.error))
    assert taken < 100.0 * max(curve.measured_error, curve.floor)


@every_method
@every_precision
def test_slopes_are_those_of_theory(method: DifferenceMethod, precision: Precision) -> None:
    """Right of the best step the error is the truncation error, left of it as large as the rounding error."""
    curve = curve_of("exp(sin(x))", 1.3, method, precision)
    assert curve.law.order == method.order or method.key == "richardson"
    falling = (curve.truncation > 10.0 * curve.rounding) & (curve.h < 0.2)
    np.testing.assert_allclose(curve.error[falling], curve.truncation[falling], rtol=0.4)
    assert falling.any() or method.key == "richardson"
    drawn = np.diff(np.log10(curve.truncation[STEPS > 1e-8])) / np.diff(np.log10(STEPS[STEPS > 1e-8]))
    np.testing.assert_allclose(drawn, curve.law.order, rtol=1e-6)
    if method.amplification:
        rising = (curve.rounding > 30.0 * curve.truncation) & (curve.h > 100.0 * np.finfo(precision).eps)
        typical = np.median(curve.error[rising] / curve.rounding[rising])
        assert 0.03 < typical < 1.0
        assert curve.rounding[0] / curve.rounding[1] == pytest.approx(STEPS[1] / STEPS[0], rel=1e-6)


@pytest.mark.parametrize("method", ["forward", "central"])
def test_a_tiny_step_spoils_half_of_the_digits(method: str) -> None:
    """At h = 1e-12 both are wrong by about 1e-4."""
    near = 10.0 ** np.linspace(-12.3, -11.7, 41)
    curve = curve_of("sin(x) exp(x)", 1.0, method, hs=near)
    assert 1e-5 < np.median(curve.error / curve.exact) < 1e-3


def test_a_step_that_single_precision_does_not_see_gives_no_slope() -> None:
    curve = curve_of("exp(x)", 1.0, "forward", "float32")
    np.testing.assert_allclose(curve.error[curve.h < 2e-8], math.e, rtol=1e-6)


@every_method
@every_precision
def test_each_error_is_that_of_one_estimate(method: DifferenceMethod, precision: Precision) -> None:
    f, at = parse("x^2 sin(y)"), {"x": 1.5, "y": 0.7}
    steps = [0.1, 1e-5, 1e-3]
    curve = error_curve(f, at, "y", method, steps, precision)
    exact = 1.5**2 * math.cos(0.7)
    assert curve.exact == pytest.approx(exact, rel=1e-15)
    assert curve.h.tolist() == steps
    for h, error in zip(steps, curve.error, strict=True):
        got = estimate(method, f, at, "y", h, precision)
        assert error == max(abs(got - curve.exact), curve.floor)


def test_an_inflection_point_raises_the_order() -> None:
    """The second derivative of the sine is 0 at 0 and tiny at the double nearest to π."""
    for x in (0.0, math.pi):
        assert curve_of("sin(x)", x, "forward").law.order == 2
        assert curve_of("sin(x)", x, "central").law.order == 2
    assert curve_of("sin(x)", 0.3, "forward").law.order == 1


def test_zero_errors_are_raised_to_the_floor() -> None:
    curve = curve_of("cos(x)", 0.0, "central")
    assert curve.exact == 0.0
    assert curve.floor == np.finfo(float).eps / 2.0
    assert (curve.error == curve.floor).all()
    assert curve.measured_step == 1.0
    assert curve_of("8cos(x)", 0.0, "central").floor == 4.0 * np.finfo(float).eps
    assert curve_of("x", 2.0, "complex_step", "float32").floor == np.finfo(np.float32).eps / 2.0
    assert curve_of("x^2", 3.0, "complex_step").floor == 3.0 * np.finfo(float).eps


def test_polynomials_have_no_truncation_error() -> None:
    for key in ("central", "five_point", "richardson", "complex_step"):
        curve = curve_of("x^2", 3.0, key)
        assert math.isinf(curve.predicted_step) and not curve.truncation.any()
        assert curve.predicted_error < 1e-14
    assert math.isinf(curve_of("7x - 2", 3.0, "forward").predicted_step)


def test_nothing_to_round_means_the_smaller_the_better() -> None:
    curve = curve_of("x^2", 0.0, "forward")
    assert curve.predicted_step == curve.predicted_error == 0.0
    assert curve.measured_step < 1e-15


@every_method
@every_precision
@pytest.mark.parametrize(
    ("text", "x"), [("log(x)", -1.0), ("|x|", 0.0), ("sqrt(x)", 0.0), ("floor(x)", 2.0), ("1/x", 0.0)]
)
def test_no_derivative_no_curve(method: DifferenceMethod, precision: Precision, text: str, x: float) -> None:
    curve = error_curve(parse(text), {"x": x}, "x", method, precision=precision)
    assert math.isnan(curve.exact) and np.isnan(curve.error).all()
    assert math.isnan(curve.measured_step) and math.isnan(curve.measured_error)
    assert curve.truncation.shape == curve.rounding.shape == curve.h.shape


@every_method
@pytest.mark.parametrize(
    ("text", "x"),
    [("exp(x)", 709.0), ("exp(-x)", 800.0), ("1e300 x^2", 1e3), ("1e-320 x", 1.0), ("x", 1e300), ("5", 1.0)],
)
def test_extreme_numbers_are_quiet(method: DifferenceMethod, text: str, x: float) -> None:
    for precision in PRECISIONS:
        curve = error_curve(parse(text), {"x": x}, "x", method, precision=precision)
        assert curve.floor > 0.0
        assert not (curve.error < curve.floor).any()


def test_outside_the_domain_on_one_side() -> None:
    curve = curve_of("log(x)", 0.1, "central")
    assert np.isnan(curve.error[curve.h > 0.11]).all() and np.isfinite(curve.error[curve.h < 0.09]).all()
    assert np.isnan(curve_of("erf(x)", 0.1, "complex_step").error).all()


def test_the_typical_error_is_not_fooled_by_luck() -> None:
    """A single step at which the two errors cancel is not the best one."""
    curve = curve_of("exp(sin(x))", 1.3, "forward")
    assert np.nanmin(curve.error) < curve.measured_error / 5.0


def test_given_steps_may_be_few_many_unordered_or_none() -> None:
    shuffled = np.random.default_rng(1).permutation(STEPS)
    ordered, mixed = (curve_of("exp(x)", 1.0, "central", hs=hs) for hs in (STEPS, shuffled))
    assert mixed.measured_step == ordered.measured_step
    assert curve_of("exp(x)", 1.0, "central", hs=1e-3).measured_step == 1e-3
    many = curve_of("exp(x)", 1.0, "central", hs=10.0 ** np.linspace(-16, 0, 20_001))
    assert 0.2 < many.measured_step / ordered.measured_step < 5.0
    none = curve_of("exp(x)", 1.0, "central", hs=[])
    assert none.error.shape == (0,) and math.isnan(none.measured_step)


def test_arrays_are_read_only() -> None:
    curve = curve_of("exp(x)", 1.0, "central")
    for array in (curve.h, curve.error):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


def test_misuse_is_told() -> None:
    f, at = parse("x^2"), {"x": 3.0}
    with pytest.raises(ValueError, match="no method 'euler': choose one of forward, backward"):
        error_curve(f, at, "x", "euler")
    with pytest.raises(ValueError, match="no precision 'half'"):
        error_curve(f, at, "x", "central", precision="half")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no value for x"):
        error_curve(f, {}, "x", "central")
    with pytest.raises(ValueError, match="x must be one number, not an array"):
        error_curve(f, {"x": [1.0, 2.0]}, "x", "central")  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="h must be a finite number above 0"):
        error_curve(f, at, "x", "central", [1e-3, -1e-3])
    with pytest.raises(ValueError, match="one row of numbers"):
        error_curve(f, at, "x", "central", [[1e-3]])


# Digits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimated", "exact", "digits"),
    [
        (3.14, math.pi, 3.295),
        (1.001, 1.0, 3.0),
        (-1.001, -1.0, 3.0),
        (1001e200, 1e203, 3.0),
        (1.0, 1.0, 17.0),
        (1.0 + 2.0**-52, 1.0, 15.65),
        (2.0, 1.0, 0.0),
        (-1.0, 1.0, 0.0),
        (1e30, 1.0, 0.0),
        (math.inf, 1.0, 0.0),
        (0.0, 0.0, 17.0),
        (1e-5, 0.0, 5.0),
        (1e-300, 0.0, 17.0),
        (7.0, 0.0, 0.0),
    ],
)
def test_correct_digits(estimated: float, exact: float, digits: float) -> None:
    got = correct_digits(estimated, exact)
    assert isinstance(got, float) and got == pytest.approx(digits, abs=1e-2)


def test_correct_digits_of_arrays_and_of_nothing() -> None:
    got = correct_digits(np.array([1.1, 1.0, math.nan]), 1.0)
    np.testing.assert_allclose(got, [1.0, 17.0, math.nan], atol=1e-9)
    assert math.isnan(correct_digits(1.0, math.nan))
