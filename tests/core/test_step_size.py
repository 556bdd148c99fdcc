"""Prediction of the best step: the law at many points, and rounding errors by hand."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from core.finite_difference import METHODS, PRECISIONS, DifferenceMethod, Precision, method_named
from core.parser import parse
from core.step_size import ErrorLaw, error_law, rounding_noise, suggested_step, unit_roundoff

every_method = pytest.mark.parametrize("method", METHODS, ids=[method.key for method in METHODS])


def test_roundoff() -> None:
    assert unit_roundoff("float64") == 2.0**-53
    assert unit_roundoff("float32") == 2.0**-24


@pytest.mark.parametrize("order", [1, 2, 4, 20])
def test_the_best_step_is_the_least_of_the_sum(order: int) -> None:
    """A search over all steps finds no better one."""
    law = ErrorLaw(order, 3.7, 2.1e-16, 0.0)
    steps = 10.0 ** np.linspace(-16.0, 1.0, 200_001)
    total = law.truncation(steps) + law.rounding(steps)
    assert law.best_step == pytest.approx(steps[np.argmin(total)], rel=1e-3)
    assert law.least_error == pytest.approx(total.min(), rel=1e-6)


def test_laws_of_the_textbook() -> None:
    """Forward differences of eˣ at 0: sqrt(4u) and 2·sqrt(u); x + h is near 0, so x is not rounded."""
    law = error_law(method_named("forward"), parse("exp(x)"), {"x": 0.0}, "x")
    unit = 2.0**-53
    assert law.order == 1
    assert law.truncation_factor == 0.5
    assert law.rounding_factor == 2.0 * unit
    assert law.best_step == pytest.approx(math.sqrt(4.0 * unit))
    assert law.least_error == pytest.approx(2.0 * math.sqrt(unit), rel=1e-6)


@every_method
def test_truncation_factors_by_mpmath(method: DifferenceMethod) -> None:
    k, weight = method.truncation[0]
    law = error_law(method, parse("sin(x) exp(y x)"), {"x": 0.4, "y": 1.3}, "x")
    with mpmath.workdps(100):
        series = mpmath.taylor(lambda x: mpmath.sin(x) * mpmath.exp(mpmath.mpf(1.3) * x), mpmath.mpf(0.4), k)
    assert law.order == method.order
    assert law.truncation_factor == pytest.approx(abs(weight * float(series[k])), rel=1e-8)


@every_method
@pytest.mark.parametrize("precision", PRECISIONS)
def test_many_points_at_once(method: DifferenceMethod, precision: Precision) -> None:
    f = parse("exp(sin(x)) y")
    values = {"x": np.array([[0.0], [1.3], [math.pi / 2]]), "y": np.array([1.0, -3.0])}
    law = error_law(method, f, values, "x", precision)
    steps = suggested_step(method, f, values, "x", precision)
    assert law.best_step.shape == law.least_error.shape == steps.shape == (3, 2)
    for row, column in np.ndindex(3, 2):
        at = {"x": values["x"][row, 0], "y": values["y"][column]}
        single = error_law(method, f, at, "x", precision)
        assert law.best_step[row, column] == pytest.approx(single.best_step, rel=1e-9)
        assert steps[row, column] == pytest.approx(suggested_step(method, f, at, "x", precision), rel=1e-9)


def test_rounding_noise_by_hand() -> None:
    def noise(text: str, **values: float) -> tuple[float, ...]:
        return tuple(map(float, rounding_noise(parse(text), values, "x")))

    # x is rounded by x, which costs 3·2x²·x = 2·9, and the result by x² = 9
    assert noise("x^2", x=3.0)[0] == 18.0 + 9.0
    # the terms 4, −4 and 1 of the sum, its first part, and x itself, of which the output is independent
    assert noise("x^2 - 2x + 1", x=1.0)[0] == 1.0 + 2.0 + 1.0
    assert noise("(x - 1)^2", x=1.0)[0] == 0.0
    # what is constant is wrong by the same amount everywhere
    assert noise("x + 1000 y", x=1.0, y=5.0)[0] == 1.0 + 5001.0
    assert noise("exp(y)", x=1.0, y=5.0) == (0.0, 0.0)
    # of the derivative: 2x for the division by h, and (x²)′ = 2x for the rounding of x²
    assert noise("x^2", x=3.0)[1] == 6.0 + 6.0


def test_rounding_the_point_costs_its_share_of_the_curvature() -> None:
    complex_step, f, x = method_named("complex_step"), parse("exp(50x)"), 0.1
    double, single = (error_law(complex_step, f, {"x": x}, "x", precision) for precision in PRECISIONS)
    moved = abs(float(np.float32(x)) - x) * 2500.0 * math.exp(5.0)
    assert single.floor == pytest.approx(2.0**29 * double.floor + moved, rel=1e-6)


def test_cancellation_asks_for_larger_steps() -> None:
    """Two forms of one function: the one that cancels is noisier, and the noise is really there."""
    central = method_named("central")
    plain = error_law(central, parse("(x-1)^3"), {"x": 1.01}, "x")
    expanded = error_law(central, parse("x^3 - 3x^2 + 3x - 1"), {"x": 1.01}, "x")
    assert expanded.rounding_factor > 100.0 * plain.rounding_factor
    assert expanded.best_step > 4.0 * plain.best_step


def test_steps_that_are_suggested_are_safe() -> None:
    forward, central, complex_step = map(method_named, ("forward", "central", "complex_step"))
    assert suggested_step(central, parse("x^2"), {"x": 0.0}, "x") == pytest.approx(2.0 ** (-53 / 3))
    assert suggested_step(central, parse("x^2"), {"x": -1e6}, "x") == pytest.approx(1e6 * 2.0 ** (-53 / 3))
    assert suggested_step(forward, parse("x^2"), {"x": 0.0}, "x") == 2.0**-52
    assert suggested_step(forward, parse("1 + 1e-40x^2"), {"x": 3.0}, "x") == 3.0
    assert suggested_step(central, parse("|x|"), {"x": 0.0}, "x") == pytest.approx(2.0 ** (-53 / 3))
    assert suggested_step(complex_step, parse("x^2"), {"x": 5.0}, "x") == 5.0 * 2.0**-106
    assert suggested_step(central, parse("y"), {"y": 1.0}, "x") == pytest.approx(2.0 ** (-53 / 3))
