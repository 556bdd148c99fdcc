"""The Derivative tab's scene: numbers, sentences, and what a user can do."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.presets import FUNCTIONS
from core.scenes.curves import fitted_heights
from core.scenes.derivative import (
    SHRUNK_H,
    SMALLEST_H,
    DerivativeScene,
    DerivativeState,
    at_exactly,
    choose_preset,
    compute,
    fit_view,
    nudged,
    shrunk,
    to_python,
    type_formula,
    with_h,
    with_point_beyond,
    with_x,
)
from core.scenes.derivative_methods import error_plot
from core.scenes.state import StateError, from_json, to_json
from core.scenes.zoom import zoom_at_point

by_key = {"ids": lambda preset: preset.key}


def state_of(formula: str, x: float = 0.8, **changes: object) -> DerivativeState:
    return replace(type_formula(DerivativeState(), formula), x=x, **changes)


def scene_of(formula: str, x: float = 0.8, **changes: object) -> DerivativeScene:
    return compute(state_of(formula, x, **changes))


def estimates(scene: DerivativeScene) -> dict[str, float]:
    return {row.key: row.value for row in scene.methods.estimates}


# Numbers


@pytest.mark.parametrize(
    ("formula", "x", "value", "slope"),
    [
        ("x^2", 3.0, 9.0, 6.0),
        ("x^3", 2.0, 8.0, 12.0),
        ("(x^2+1)^3", 2.0, 125.0, 300.0),
        ("5", 1.0, 5.0, 0.0),
        ("e^x", 0.0, 1.0, 1.0),
    ],
)
def test_value_and_slope(formula, x, value, slope):
    scene = scene_of(formula, x)
    assert (scene.slope.value, scene.slope.derivative) == (value, slope)
    assert scene.reason == ""


def test_forward_difference_of_the_square():
    values = estimates(scene_of("x^2", 3.0, h=1e-7))
    assert f"{values['forward']:.6f}" == "6.000000"
    assert values["exact"] == 6.0


def test_table_of_the_first_function():
    scene = compute(DerivativeState())
    table = [(row.title, f"{row.value:.8f}", f"{row.error:.1e}") for row in scene.methods.estimates]
    assert table == [
        ("exact", "0.48406898", "nan"),
        ("forward", "0.10663068", "3.8e-01"),
        ("central", "0.46119111", "2.3e-02"),
        ("complex step", "0.50737060", "2.3e-02"),
    ]
    assert f"{scene.secant_slope:.4f}" == "0.1066"
    assert f"{scene.gap:.3f}" == "0.189"


def test_error_curves_have_their_known_shape():
    plot = error_plot(scene_of("e^(sin x)", 1.3).methods)
    best = {key: float(np.nanmin(error)) for key, _, error in plot.curves}
    assert 1e-10 < best["forward"] < 2e-7
    assert 1e-14 < best["central"] < 1e-9
    assert best["complex_step"] < 2e-14
    low, high = plot.range
    assert all(low <= np.nanmin(error) and np.nanmax(error) <= high for _, _, error in plot.curves)


def test_derivation_of_the_chain_rule():
    scene = scene_of("(x^2+1)^3", 2.0)
    assert [step.number for step in scene.steps] == list(range(1, len(scene.steps) + 1))
    assert scene.steps[0].rule == "Chain rule"
    assert scene.latex.startswith("f(x) = ")
    assert scene.derivative_latex.startswith("f'(x) = ")


def test_triangle_and_secant():
    scene = scene_of("x^2", 3.0, view=(-5.0, 5.0, -3.0, 14.0), h=0.5)
    assert scene.run == 1.0
    assert scene.triangle == ((3.0, 9.0), (4.0, 9.0), (4.0, 15.0))
    assert scene.secant_point == (3.5, 12.25)
    assert scene.secant_slope == 6.5
    assert scene.gap == 0.25


def test_triangle_turns_to_the_left_near_the_right_edge():
    scene = scene_of("x^2", 4.5, view=(-5.0, 5.0, -3.0, 14.0))
    assert scene.triangle == ((3.5, 11.25), (4.5, 11.25), (4.5, 20.25))


# Where there is no derivative


@pytest.mark.parametrize(
    ("formula", "x", "sentence"),
    [
        ("|x|", 0.0, "Corner: slope −1 on the left, 1 on the right."),
        ("cbrt(x^2)", 0.0, "Cusp"),
        ("cbrt(x)", 0.0, "Vertical tangent"),
        ("sign(x)", 0.0, "Jump"),
        ("sqrt(x)", 0.0, "Edge"),
        ("ln(x)", -2.0, "Not defined here"),
        ("exp(1e4 x)", 1.0, "infinite"),
    ],
)
def test_no_derivative_has_a_reason(formula, x, sentence):
    scene = scene_of(formula, x)
    assert math.isnan(scene.slope.derivative)
    assert sentence in scene.reason
    assert scene.triangle is None
    assert math.isnan(estimates(scene)["exact"])


@pytest.mark.parametrize(
    ("formula", "view", "notice"),
    [
        ("sqrt(-1-x^2)", (-5.0, 5.0, -1.0, 1.0), "Not defined anywhere in view."),
        ("x^2+9", (-5.0, 5.0, -1.0, 1.0), "The curve is above the view. Ctrl+0 brings it back."),
        ("-x^2-9", (-5.0, 5.0, -1.0, 1.0), "The curve is below the view. Ctrl+0 brings it back."),
        ("x", (-5.0, 5.0, -1.0, 1.0), ""),
    ],
)
def test_notice_over_an_empty_plot(formula, view, notice):
    assert scene_of(formula, 0.5, view=view).notice == notice


@pytest.mark.parametrize(
    ("formula", "gap_at"),
    [
        ("tan(x)", math.pi / 2),
        ("1/(x-0.003)", 0.003),
        ("sign(x-0.003)", 0.003),
        ("floor(x)", 1.0),
        ("where(x<0.003, x, x+1)", 0.003),
    ],
)
def test_curve_is_broken_where_the_function_leaps(formula, gap_at):
    curve = scene_of(formula).curve
    place = int(np.searchsorted(curve.x, gap_at))
    assert np.isnan(curve.y[place - 1 : place + 2]).any()


@pytest.mark.parametrize("formula", ["cbrt(x)", "|x|", "tanh(1000x)", "sin(40x)", "exp(x)", "x^9"])
def test_steep_but_continuous_curve_is_whole(formula):
    assert np.isfinite(scene_of(formula).curve.y).all()


# Bad text


@pytest.mark.parametrize("text", ["", "   ", "sin(", "epx(x)", "x=3", "§", "(" * 600])
def test_bad_text_keeps_the_last_function(text):
    before = compute(DerivativeState())
    scene = compute(type_formula(DerivativeState(), text))
    assert scene.text == text
    assert scene.problem is not None
    assert 0 <= scene.problem.position <= len(text)
    assert scene.latex == before.latex
    assert scene.curve is before.curve


# The same state, the same scene


@pytest.mark.parametrize("preset", FUNCTIONS, **by_key)
def test_same_state_same_scene(preset):
    state = choose_preset(DerivativeState(), preset)
    first, second = compute(state), compute(state)
    for field in fields(DerivativeScene):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if field.name in ("curve", "slope_curve", "steps"):
            assert one is other, field.name
        else:
            assert repr(one) == repr(other), field.name


@pytest.mark.parametrize("preset", FUNCTIONS, **by_key)
def test_preset_survives_json_and_stands_in_view(preset):
    state = choose_preset(DerivativeState(), preset)
    assert from_json(DerivativeState, to_json(state)) == state
    scene = compute(state)
    assert scene.problem is None
    assert scene.notice == ""
    assert state.view[0] <= scene.x <= state.view[1]
    assert state.view[2] <= scene.slope.value <= state.view[3]


def test_moving_the_point_leaves_the_curves_alone():
    first, second = compute(DerivativeState()), compute(replace(DerivativeState(), x=1.7, h=0.01))
    assert first.curve is second.curve
    assert first.slope_curve is second.slope_curve
    assert first.steps is second.steps
    assert not first.curve.y.flags.writeable


@pytest.mark.parametrize(
    "changes",
    [
        {"formula": "sin("},
        {"formula": "b*x"},
        {"view": [5, -5, 0, 1]},
        {"view": [0, 0, 0, 1]},
        {"slope_range": [1, 1]},
        {"h": 0},
        {"h": -1},
        {"h": 2},
    ],
)
def test_json_that_no_user_could_choose_is_refused(changes):
    content = json.loads(to_json(DerivativeState())) | changes
    with pytest.raises(StateError):
        from_json(DerivativeState, json.dumps(content))


# What a user does


def test_point_stays_in_view_on_places_that_can_be_told_apart():
    state = DerivativeState()
    assert with_x(state, 1.23456).x == 1.23
    assert with_x(state, 77.0).x == 5.0
    assert with_x(state, -77.0).x == -5.0
    close = replace(state, view=(0.8, 0.8001, -1.0, 1.0))
    assert with_x(close, 0.80001234567).x == pytest.approx(0.80001234567, abs=1e-7)


@pytest.mark.parametrize(
    ("x", "decimals"), [(0.8, 2), (0.123456, 6), (1 / 3, 6), (-4.0, 2), (0.123, 3), (1e-12, 6)]
)
def test_typed_place_is_taken_and_shown_exactly(x, decimals):
    state = at_exactly(DerivativeState(), x)
    assert state == replace(DerivativeState(), x=x)
    assert compute(state).x_decimals == decimals


@pytest.mark.parametrize("x", [5.5, -123.456, 1e9, 1e17, -1e300, 1.7e308])
def test_view_goes_to_a_typed_place_outside(x):
    state = at_exactly(type_formula(DerivativeState(), "x/2"), x)
    assert state.x == (x if abs(x) < 1e299 else math.copysign(1e299, x))
    assert state.view[0] < state.x < state.view[1]
    assert state.view[2] <= compute(state).slope.value <= state.view[3]
    from_json(DerivativeState, to_json(state))


def test_arrow_keys_move_by_a_two_hundredth_of_the_view():
    state = DerivativeState()
    assert nudged(state, 1).x == 0.85
    assert nudged(state, -10).x == pytest.approx(0.3)


def test_h_stays_positive():
    state = DerivativeState()
    assert with_h(state, 0.0).h == SMALLEST_H
    assert with_h(state, -1.0).h == SMALLEST_H
    assert with_h(state, 5.0).h == 1.0
    assert with_h(state, 1e-40).h == SMALLEST_H
    assert with_point_beyond(state, 1.05).h == pytest.approx(0.25)
    assert with_point_beyond(state, -3.0).h == 0.01


def test_h_shrinks_to_where_it_stops():
    state = DerivativeState()
    assert shrunk(state, 25).h == pytest.approx(0.05)
    assert shrunk(shrunk(state, 7), -7).h == pytest.approx(0.5)
    assert shrunk(state, 10_000).h == SHRUNK_H
    assert shrunk(replace(state, h=1e-12), 3).h == 1e-12
    assert shrunk(state, -10_000).h == 1.0


def test_new_function_comes_into_sight():
    state = type_formula(DerivativeState(), "1000 + x^2")
    scene = compute(state)
    assert scene.notice == ""
    assert state.view[2] < 1000.64 < state.view[3]
    assert state.view[:2] == DerivativeState().view[:2]


def test_function_that_is_flat_in_view_is_brought_nearer():
    state = type_formula(DerivativeState(), "x^3")
    assert state.view[3] > 100
    state = type_formula(state, "x^3/(1+x^2)")
    assert state.view[3] < 10
    assert state.slope_range[1] < 5


@pytest.mark.parametrize(
    ("before", "formula", "x"),
    [
        ("sin(x)", "1/x", 0.8),
        ("1", "1/x", 0.3),
        ("sin(x)", "log(x)", 0.2),
        ("x", "|x|", -2.0),
        ("sin(x)", "x^2", 0.4),
    ],
)
def test_new_function_shows_its_point_in_both_plots(before, formula, x):
    state = type_formula(state_of(before, x), formula)
    scene = compute(state)
    assert state.view[2] < scene.slope.value < state.view[3]
    assert state.slope_range[0] < scene.slope.derivative < state.slope_range[1]
    for curve, (low, high) in ((scene.curve, state.view[2:]), (scene.slope_curve, state.slope_range)):
        known = curve.y[np.isfinite(curve.y)]
        assert np.mean((known > low) & (known < high)) > 0.85


def test_nothing_to_see_has_a_plain_axis():
    state = type_formula(type_formula(DerivativeState(), "1e9 x"), "sqrt(-x^2-1)")
    assert state.view == (-5.0, 5.0, -1.0, 1.0)
    assert state.slope_range == (-1.0, 1.0)


def test_similar_function_leaves_the_view_alone():
    assert type_formula(DerivativeState(), "sin(x)").view == DerivativeState().view


@pytest.mark.parametrize(
    ("formula", "x", "low", "high"),
    [("sin(x)", 0.0, -1.0, 1.0), ("x^2", 1.0, 0.0, 25.0), ("tan(x)", 0.0, -5.0, 5.0), ("7", 0.0, 7.0, 7.0)],
)
def test_fitted_view_shows_what_matters(formula, x, low, high):
    state = fit_view(state_of(formula, x, view=(3.0, 3.1, 50.0, 60.0)))
    assert state.view[:2] == (-5.0, 5.0)
    bottom, top = state.view[2:]
    assert bottom < low
    assert top > high
    assert top - bottom < 3 * max(high - low, 5.0)


def test_fitted_view_goes_where_the_function_is():
    state = fit_view(state_of("sqrt(x-30)", 40.0))
    assert state.view[0] <= 40.0 <= state.view[1]
    assert np.isfinite(compute(state).curve.y).mean() > 0.2


def test_fitted_heights_of_nothing():
    assert fitted_heights(np.full(5, np.nan)) is None


# The magnifying glass


def test_zoom_keeps_the_slopes_of_the_plot():
    scene = compute(DerivativeState())
    zoom = zoom_at_point(scene, (0.43, 1.0))
    left, right, bottom, top = scene.view
    assert (zoom.view[1] - zoom.view[0]) * zoom.magnification == pytest.approx((right - left) * 0.43)
    assert (zoom.view[3] - zoom.view[2]) * zoom.magnification == pytest.approx(top - bottom)
    assert zoom.magnification == pytest.approx(2.867, abs=1e-3)
    assert zoom.point == (0.8, scene.slope.value)
    assert zoom.beyond == pytest.approx(scene.secant_point)
    assert abs(zoom.on_tangent[1] - zoom.beyond[1]) == pytest.approx(scene.gap)


@pytest.mark.parametrize("h", [1.0, 0.3, 1e-2, 1e-5, 1e-8, 1e-12, 1e-16])
def test_zoom_shrinks_with_h_and_shows_what_matters(h):
    zoom = zoom_at_point(compute(replace(DerivativeState(), h=h)), (0.43, 1.0))
    left, right, bottom, top = zoom.view
    for x, y in (zoom.point, zoom.beyond, zoom.on_tangent):
        assert left < x < right
        assert bottom < y < top
    unit = h if zoom.in_steps else 1.0
    assert (right - left) * unit == pytest.approx(3 * h, rel=0.01)
    assert zoom.in_steps == (h < 3e-3)


@pytest.mark.parametrize(
    ("formula", "view"),
    [("x^2", (0.7, 0.9, 0.5, 0.8)), ("x^2", (-5.0, 5.0, 0.6, 0.7)), ("exp(50x)", (-5.0, 5.0, 0.0, 1.0))],
)
def test_zoom_never_makes_smaller(formula, view):
    scene = scene_of(formula, 0.8, view=view, h=1.0)
    zoom = zoom_at_point(scene, (0.43, 1.0))
    assert zoom.magnification == 1.0
    left, right, bottom, top = zoom.view
    assert left < zoom.point[0] < right
    assert bottom < zoom.point[1] < top


def test_zoom_where_nothing_is_defined():
    zoom = zoom_at_point(scene_of("ln(x)", -2.0), (0.43, 1.0))
    assert np.isfinite(zoom.view).all()
    assert np.isnan(zoom.curve.y).all()


# Nothing is ever raised

NUMBERS = st.one_of(
    st.floats(-1e300, 1e300), st.sampled_from([0.0, 1.0, -1.0, 1e-12, -1e12, 1e-300, math.pi])
)
SPANS = st.floats(1e-12, 1e12)


@given(
    formula=st.sampled_from(
        [preset.formula for preset in FUNCTIONS] + ["x", "1/x", "x^x", "5", "exp(exp x)"]
    ),
    x=NUMBERS,
    h=st.floats(1e-16, 1.0),
    a=NUMBERS,
    left=st.floats(-1e12, 1e12),
    width=SPANS,
    bottom=st.floats(-1e12, 1e12),
    height=SPANS,
)
def test_any_state_has_a_scene(formula, x, h, a, left, width, bottom, height):
    right, top = max(left + width, np.nextafter(left, np.inf)), max(bottom + height, bottom + 1e-3)
    state = replace(
        state_of(formula, x),
        h=h,
        parameters=(("a", a),),
        view=(left, float(right), bottom, top),
        slope_range=(bottom, top),
    )
    scene = compute(state)
    zoom_at_point(scene, (0.4, 1.0))
    for follower in (
        fit_view(state),
        nudged(state, 3),
        with_x(state, -x),
        at_exactly(state, -x),
        shrunk(state, 9),
    ):
        assert follower.view[0] < follower.view[1]
        assert follower.view[2] < follower.view[3]
        from_json(DerivativeState, to_json(follower))
        compute(follower)


def test_python_script_says_what_the_tab_shows(capsys):
    state = state_of("sin(a*x)*exp(-x^2/8)")
    exec(compile(to_python(state), "<script>", "exec"), {})
    scene = compute(state)
    printed = [float(line.split("=")[1]) for line in capsys.readouterr().out.splitlines()]
    assert printed == pytest.approx([scene.slope.value, scene.slope.derivative, scene.secant_slope])


@pytest.mark.parametrize("formula", ["sqrt(1 - x^2)", "arcsin(x)", "x*sqrt(1 - x)"])
def test_the_magnified_curve_reaches_its_upright_end(formula) -> None:
    scene = compute(type_formula(DerivativeState(), formula))
    curve = zoom_at_point(scene, (0.43, 1.0)).curve
    last = np.flatnonzero(np.isfinite(curve.y))[-1]
    assert (curve.x[last], curve.y[last]) == (1.0, pytest.approx(math.pi / 2 if "arc" in formula else 0.0))
    assert np.all(np.diff(curve.x) >= 0.0)
