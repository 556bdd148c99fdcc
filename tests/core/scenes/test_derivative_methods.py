"""The numerical derivatives of the Derivative tab: table, errors over the step size, best step."""

from __future__ import annotations

import cmath
import math
from dataclasses import replace

import numpy as np
import pytest

from core.finite_difference import METHODS, PRECISIONS
from core.presets import FUNCTIONS
from core.scenes.derivative import DerivativeState, choose_preset, compute, shrunk, shrunk_end, type_formula
from core.scenes.derivative_methods import (
    BestStep,
    ErrorPlot,
    Estimate,
    MethodsScene,
    best_step,
    choose_method,
    error_plot,
    toggle_all_methods,
    with_h_near,
    with_precision,
)
from core.scenes.error_curves import COMPARED, error_curves
from core.scenes.state import StateError, from_json, to_json

KEYS = [method.key for method in COMPARED]
WAVE = "sin(1.2*x)*exp(-x^2/8)"
X = 0.8


def state_of(formula: str = WAVE, x: float = X, **changes: object) -> DerivativeState:
    return replace(type_formula(DerivativeState(), formula), x=x, **{"all_methods": True, **changes})


def scene_of(formula: str = WAVE, x: float = X, **changes: object) -> MethodsScene:
    return compute(state_of(formula, x, **changes)).methods


def rows(scene: MethodsScene) -> dict[str, Estimate]:
    return {row.key: row for row in scene.estimates}


def errors(plot: ErrorPlot) -> dict[str, np.ndarray]:
    return {key: error for key, _, error in plot.curves}


# The table


def test_three_methods_are_compared_unless_all_are_asked_for():
    few = compute(DerivativeState()).methods
    assert list(rows(few)) == ["exact", "forward", "central", "complex_step"]
    assert list(rows(scene_of())) == ["exact", *KEYS]
    assert toggle_all_methods(toggle_all_methods(DerivativeState())) == DerivativeState()


def test_every_row_is_its_formula():
    def f(x):
        return cmath.sin(1.2 * x) * cmath.exp(-x * x / 8)

    def real(x):
        return f(x).real

    h = 0.01
    slope = (1.2 * math.cos(1.2 * X) - X / 4 * math.sin(1.2 * X)) * math.exp(-X * X / 8)
    wanted = {
        "exact": slope,
        "forward": (real(X + h) - real(X)) / h,
        "central": (real(X + h) - real(X - h)) / (2 * h),
        "five_point": (real(X - 2 * h) - 8 * real(X - h) + 8 * real(X + h) - real(X + 2 * h)) / (12 * h),
        "richardson": slope,
        "complex_step": f(X + 1j * h).imag / h,
    }
    table = rows(scene_of(h=h))
    assert {key: row.value for key, row in table.items()} == pytest.approx(wanted, rel=1e-12)
    for key in KEYS:
        assert table[key].error == pytest.approx(abs(wanted[key] - slope), abs=1e-12)


@pytest.mark.parametrize(("formula", "h"), [(WAVE, 1e-3), ("exp(x)/x", 1e-5), ("x^5", 0.3)])
def test_digits_are_those_on_which_estimate_and_exact_value_agree(formula, h):
    table = rows(scene_of(formula, 1.7, h=h))
    exact = table["exact"].value
    for key in KEYS:
        row, digits = table[key], math.floor(table[key].digits)
        if digits < 17:
            assert 10.0 ** -(digits + 1) < abs(row.value - exact) / abs(exact) <= 10.0**-digits, key
        else:
            assert row.value == exact


def test_richardson_knows_about_how_wrong_it_is():
    table = rows(scene_of(h=0.5))
    assert table["richardson"].error <= table["richardson"].own_error < 1e-12
    assert all(math.isnan(row.own_error) for key, row in table.items() if key != "richardson")


def test_single_precision_is_that_of_float32_arithmetic():
    x, h = np.float32(3.1), np.float32(1e-3)
    table = rows(scene_of("x^2", 3.1, h=1e-3, precision="float32"))
    assert table["forward"].value == float(((x + h) ** 2 - x**2) / h)
    assert table["central"].value == float(((x + h) ** 2 - (x - h) ** 2) / (np.float32(2) * h))
    assert table["exact"].value == 6.2
    tiny = rows(scene_of("x^2", 3.1, h=1e-12, precision="float32"))
    assert tiny["forward"].value == tiny["central"].value == 0.0
    assert tiny["forward"].digits == 0.0


def test_a_method_that_cannot_be_computed_has_no_estimate():
    table = rows(scene_of("lgamma(x)", 2.5, h=1e-3))
    assert math.isnan(table["complex_step"].value) and math.isnan(table["complex_step"].digits)
    assert table["central"].digits > 5


# The errors


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("key", KEYS)
def test_points_lie_on_their_curves(key, precision):
    scene = scene_of(h=1e-4, precision=precision)
    plot = error_plot(scene)
    steps = plot.curves[0][1]
    place = int(np.argmin(np.abs(np.log(steps / scene.h))))
    assert dict(plot.points)[key] == pytest.approx(errors(plot)[key][place], rel=1e-6)


def test_single_precision_is_worse_everywhere_and_best_with_a_larger_step():
    for key in ("forward", "central", "five_point"):
        double, single = (best_step(scene_of(method=key, precision=each)) for each in PRECISIONS)
        assert single.measured > 30 * double.measured
        assert single.measured_error > 1000 * double.measured_error
        assert single.digits < double.digits - 3


def test_curves_and_theory_are_the_same_objects_while_only_h_moves():
    one, other = (error_plot(scene_of(h=h)) for h in (1e-3, 1e-5))
    assert one.curves is other.curves and one.best is other.best
    assert not one.curves[0][2].flags.writeable and not one.best.truncation.flags.writeable


def test_curves_wait_until_the_plot_is_to_be_seen():
    before = error_curves.cache_info().misses
    scene = scene_of(x=0.123456)
    assert error_curves.cache_info().misses == before
    error_plot(scene)
    assert error_curves.cache_info().misses == before + 1


def test_no_theory_among_three_methods():
    assert error_plot(compute(DerivativeState()).methods).best is None


# The best step


@pytest.mark.parametrize(("key", "order"), [("forward", 1), ("central", 2), ("five_point", 4)])
def test_lines_of_theory_meet_the_measured_curve(key, order):
    plot = error_plot(scene_of(method=key))
    best, measured = plot.best, errors(plot)[key]
    assert best.order == order and best.cancels
    right = (best.h > 5 * best.predicted) & (best.h < 0.04)
    assert np.count_nonzero(right) > 5
    assert best.truncation[right] == pytest.approx(measured[right], rel=0.1)
    left = (best.h > 1e-13) & (best.h < best.predicted / 100)
    assert 0.01 < np.median(measured[left] / best.rounding[left]) < 1.5
    slope = np.diff(np.log(best.rounding[left])) / np.diff(np.log(best.h[left]))
    assert slope == pytest.approx(-1.0, abs=0.01)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("key", KEYS)
def test_nothing_is_much_better_than_the_best_step(key, precision):
    scene = scene_of(method=key, precision=precision)
    best, error = best_step(scene), errors(error_plot(scene))[key]
    at_best = error[(best.h > best.measured / 2) & (best.h < best.measured * 2)]
    assert np.median(at_best) < 10 * np.nanquantile(error, 0.05)
    if math.isfinite(best.predicted) and best.predicted <= 1.0:
        assert best.measured / 10 < best.predicted < best.measured * 10


def test_cubes_are_differentiated_exactly_by_five_points():
    best = best_step(scene_of("x^3 - 2x", 1.5, method="five_point"))
    assert best.predicted == math.inf and best.measured > 0.1
    assert best.places == (best.measured,)


def test_the_complex_step_has_no_cancellation():
    best = best_step(scene_of(method="complex_step"))
    assert not best.cancels and best.digits > 14.5


@pytest.mark.parametrize(
    ("formula", "x", "key", "problem"),
    [
        ("abs(x)", 0.0, "central", "no derivative"),
        ("ln(x)", -1.0, "forward", "no derivative"),
        ("lgamma(x)", 2.5, "complex_step", "complex form"),
        ("floor(x)", 1.0, "richardson", "no derivative"),
    ],
)
def test_why_there_is_nothing_to_say(formula, x, key, problem):
    assert problem in best_step(scene_of(formula, x, method=key)).problem


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("preset", FUNCTIONS, ids=lambda preset: preset.key)
def test_presets_have_a_table_and_a_plot(preset, precision):
    state = replace(choose_preset(DerivativeState(), preset), all_methods=True, precision=precision)
    for key in KEYS:
        scene = compute(replace(state, method=key)).methods
        plot = error_plot(scene)
        assert plot.range[0] < plot.range[1]
        assert isinstance(plot.best, BestStep)
        assert plot.best.problem or 0.0 <= plot.best.digits <= 17.0
        assert plot.best.problem or plot.best.places


# What a user can do


def test_h_snaps_to_the_best_steps():
    state = state_of(method="central")
    best = best_step(compute(state).methods)
    for place in best.places:
        assert with_h_near(state, place * 1.2, 1.5).h == place
    assert with_h_near(state, best.predicted * 100, 1.5).h == best.predicted * 100
    assert with_h_near(state, -1.0, 1.5).h == 1e-16
    assert with_h_near(replace(state, all_methods=False), best.predicted * 1.2, 1.5).h == best.predicted * 1.2


def test_h_snaps_to_the_nearer_of_two_places():
    state = state_of(method="central")
    low, high = sorted(best_step(compute(state).methods).places)
    assert with_h_near(state, low * 0.99, 1e3).h == low
    assert with_h_near(state, high * 1.01, 1e3).h == high


def test_only_compared_methods_can_be_chosen():
    state = state_of()
    assert choose_method(state, "richardson").method == "richardson"
    assert choose_method(state, "exact") == choose_method(state, "backward") == state


@pytest.mark.parametrize("changes", [{"method": "sideways"}, {"precision": "float16"}])
def test_nonsense_is_refused(changes):
    with pytest.raises(StateError, match=f"{next(iter(changes))} has a wrong value"):
        from_json(DerivativeState, to_json(replace(DerivativeState(), **changes)))


def test_h_stops_on_its_way_to_0_near_the_best_step_of_forward_differences():
    for precision in PRECISIONS:
        state = with_precision(state_of(method="forward"), precision)
        end = shrunk(state, 10_000).h
        assert end == shrunk_end(state)
        best = best_step(compute(state).methods)
        assert best.predicted / 10 < end < best.predicted * 10
        assert shrunk(replace(state, h=end / 3), 3).h == end / 3


@pytest.mark.parametrize(
    ("formula", "exact", "bottom", "top"),
    [
        ("3", KEYS, 1e-22, 1e-10),
        ("x^2", ["central", "five_point", "richardson", "complex_step"], 1e-22, 1e2),
        ("10^(-30)*x^2", ["central", "five_point", "richardson", "complex_step"], 1e-52, 1e-28),
        ("10^30*x^2", ["central", "five_point", "richardson", "complex_step"], 1e8, 1e32),
    ],
)
def test_where_the_derivative_is_0_the_plot_goes_down_as_far_as_errors_can_be_read(
    formula: str, exact: list[str], bottom: float, top: float
):
    plot = error_plot(scene_of(formula, 0.0))
    assert [key for key in KEYS if key in plot.exact] == [key for key in KEYS if key in exact]
    low, high = plot.range
    assert math.log10(low) == pytest.approx(math.log10(bottom), abs=1e-6)
    assert math.log10(high) == pytest.approx(math.log10(top), abs=2.001)
    for key, error in errors(plot).items():
        assert (error > low).all()
        assert bool(error.max() == error.min()) is (key in exact)
    assert bool(plot.note) is (len(exact) == len(KEYS))


def test_a_method_without_any_estimate_is_left_out_without_a_warning() -> None:
    complex_step = next(method for method in METHODS if method.key == "complex_step")
    curves = error_curves("erf(x)-erf(x)", (), 0.5, (complex_step,))
    assert all(np.isnan(errors).all() for _, _, errors in curves.curves)
