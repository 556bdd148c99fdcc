from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.presets import SURFACES, SurfacePreset
from core.scenes.gradient import compute, to_python
from core.scenes.gradient_state import (
    GradientState,
    at_exactly,
    choose_preset,
    fit_view,
    nudged,
    stepped,
    type_formula,
    with_learning_rate,
    with_point,
    with_slice_view,
    with_step,
)
from core.scenes.level_map import COARSE_COLUMNS, level_map
from core.scenes.race import RACERS, Run
from core.scenes.race_paths import MAX_STEPS
from core.scenes.state import StateError, from_json, to_json

HIMMELBLAU = GradientState()
SMALL_VIEW = (-4.0, 4.0, -4.0, 4.0)


def state_of(formula: str, x: float = 2.0, y: float = 3.0, **changes: object) -> GradientState:
    state = replace(type_formula(GradientState(), formula), point=(x, y), view=SMALL_VIEW)
    return replace(state, **changes)


def descent(state: GradientState) -> Run:
    """Where the selected racer has got to."""
    run = compute(state).race.run(state.selected)
    assert run is not None
    return run


STATES = [
    HIMMELBLAU,
    state_of("x^2+3xy+y^2"),
    state_of("a x^2 + b sin(y)", parameters=(("a", 0.5), ("b", 2.0)), value_range=(-1.0, 3.0)),
    state_of("sqrt(x-3)", 1.0, 1.0),
    replace(state_of("x^2"), text="x^2 + ("),
    *(choose_preset(HIMMELBLAU, preset) for preset in SURFACES),
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.text)
def test_the_same_state_gives_the_same_scene_and_survives_json(state: GradientState) -> None:
    again = from_json(GradientState, to_json(state))
    assert again == state
    first, second = compute(state), compute(again)
    assert first.map is second.map
    assert first.race is second.race
    for one, other in zip(first.slices, second.slices, strict=True):
        assert one.curve is other.curve
    for name in ("value", "gradient", "comparisons", "curvature", "uphill", "level_label", "reason"):
        assert repr(getattr(first, name)) == repr(getattr(second, name))


def test_the_gradient_of_a_quadratic_exactly_and_by_central_differences() -> None:
    scene = compute(state_of("x^2+3xy+y^2"))
    assert scene.gradient == (13.0, 12.0)
    x, y = scene.comparisons
    assert (x.exact, y.exact) == (13.0, 12.0)
    assert x.central == pytest.approx(13.0, abs=1e-8)
    assert y.central == pytest.approx(12.0, abs=1e-8)
    assert max(x.error, y.error) < 1e-8
    assert scene.partials_latex == ("2 x + 3 y", "3 x + 2 y")


def test_value_and_magnitude_at_three_four() -> None:
    scene = compute(state_of("x^2+y^2", 3.0, 4.0))
    assert scene.value == 25.0
    assert scene.gradient == (6.0, 8.0)
    assert f"{scene.magnitude:.4f}" == "10.0000"


def test_himmelblau_as_in_the_picture() -> None:
    scene = compute(HIMMELBLAU)
    assert round(scene.value, 2) == 137.08
    assert [round(part, 4) for part in scene.gradient] == [-20.028, -41.684]
    assert round(scene.magnitude, 2) == 46.25
    assert [round(scene.curvature.smaller, 2), round(scene.curvature.larger, 2)] == [-38.75, -14.65]
    assert scene.curvature.shape == "curves down"
    assert scene.race.step == 9
    assert [round(run.loss, 2) for run in scene.race.runs] == [0.62, 10.89, 3.67, 22.36, 19.11]


# Arrows and marks


@pytest.mark.parametrize("factor", [1e-12, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e12])
def test_arrows_can_be_read_whatever_the_size_of_the_gradient(factor: float) -> None:
    scene = compute(state_of(f"{factor!r}*(x + 2y)", 0.0, 0.0))
    width = SMALL_VIEW[1] - SMALL_VIEW[0]
    assert scene.uphill is not None and scene.downhill is not None
    assert 0.0599 * width <= math.hypot(*scene.uphill) <= 0.1601 * width
    assert scene.uphill[1] / scene.uphill[0] == pytest.approx(2.0)
    assert scene.downhill == pytest.approx((-scene.uphill[0], -scene.uphill[1]))


def test_longer_arrow_for_a_greater_gradient() -> None:
    lengths = [
        math.hypot(*(compute(state_of(f"{size}x", 0.0, 0.0)).uphill or (0, 0))) for size in (0.01, 1, 100)
    ]
    assert lengths == sorted(lengths) and lengths[0] < lengths[-1]


def test_the_right_angle_mark_is_square() -> None:
    scene = compute(HIMMELBLAU)
    assert scene.corner is not None
    across, far, along = (np.subtract(corner, scene.point) for corner in scene.corner)
    assert across @ along == pytest.approx(0.0, abs=1e-12)
    assert along @ np.array(scene.gradient) > 0.0
    assert np.linalg.norm(across) == pytest.approx(np.linalg.norm(along))
    assert far == pytest.approx(across + along)


def test_the_level_label_stands_on_the_level_curve() -> None:
    scene = compute(HIMMELBLAU)
    assert scene.level_label is not None
    x, y = scene.level_label
    value = (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2
    assert value == pytest.approx(scene.level, rel=0.01)


# Level map


@pytest.mark.parametrize("preset", SURFACES, ids=lambda preset: preset.key)
def test_every_surface_has_a_map_from_zero_to_one_and_rising_levels(preset: object) -> None:
    scene = compute(choose_preset(HIMMELBLAU, preset))  # type: ignore[arg-type]
    assert float(np.nanmin(scene.map.shares)) == 0.0
    assert float(np.nanmax(scene.map.shares)) == 1.0
    assert len(scene.map.levels) >= 7
    assert list(scene.map.levels) == sorted(set(scene.map.levels))
    assert len(set(scene.map.labels)) == len(scene.map.labels)


def test_levels_crowd_near_the_minimum_of_a_steep_bowl_and_are_even_on_a_plane() -> None:
    steep = np.diff(level_map("x^4+y^4", (), SMALL_VIEW).levels)
    assert steep[-1] > 5.0 * steep[0]
    even = np.diff(level_map("x+y", (), SMALL_VIEW).levels)
    assert even == pytest.approx(even[0])


@pytest.mark.parametrize("preset", SURFACES, ids=lambda preset: preset.key)
def test_a_coarse_map_is_the_fine_one_at_each_other_point(preset: SurfacePreset) -> None:
    state = choose_preset(GradientState(), preset)
    coarse, fine = compute(state, COARSE_COLUMNS), compute(state)
    assert coarse.map.x.size == COARSE_COLUMNS
    assert coarse.map.x == pytest.approx(fine.map.x[::2], abs=1e-12 * np.ptp(fine.map.x))
    scale = np.nanmax(np.abs(fine.map.heights))
    known = ~np.isnan(fine.map.heights[::2, ::2]) & ~np.isnan(coarse.map.heights)
    assert coarse.map.heights[known] == pytest.approx(fine.map.heights[::2, ::2][known], abs=1e-9 * scale)
    assert np.abs(coarse.map.shares - fine.map.shares[::2, ::2])[known].max() < 0.05
    assert (coarse.value, coarse.gradient, coarse.race) == (fine.value, fine.gradient, fine.race)


def test_crossings_lie_on_the_level_in_both_directions() -> None:
    plan = level_map("x^2 + 100y^2", (), SMALL_VIEW)
    xs, ys = plan.crossings(4.0)
    assert xs**2 + 100 * ys**2 == pytest.approx(4.0, rel=0.05)
    assert np.ptp(xs) > 3.8


def test_no_isoline_runs_along_a_pole() -> None:
    plan = level_map("1/x", (), SMALL_VIEW)
    xs, _ = plan.crossings(0.0)
    assert xs.size == 0


@pytest.mark.parametrize(
    "formula",
    ["1e300*(x^2+y^2)", "1e-300*(x+y)", "exp(99x)", "1e12 + x", "1/x", "ln(x^2+y^2)", "x^y", "7", "floor(x)"],
)
def test_extreme_surfaces_give_finite_shares_and_levels(formula: str) -> None:
    scene = compute(state_of(formula, 1.0, 1.0))
    known = scene.map.shares[~np.isnan(scene.map.shares)]
    assert known.size and known.min() >= 0.0 and known.max() <= 1.0
    assert all(map(math.isfinite, scene.map.levels))
    for part in scene.slices:
        assert part.view[2] < part.view[3] and all(map(math.isfinite, part.view))


def test_a_function_without_values_says_so() -> None:
    scene = compute(state_of("sqrt(-1-x^2)"))
    assert scene.notice == "Not defined anywhere in view."
    assert scene.map.levels == () and math.isnan(scene.level)


# Where there is no gradient


@pytest.mark.parametrize(
    ("formula", "x", "y", "reason"),
    [
        ("sqrt(x-3)", 1.0, 1.0, "Not defined here: the square root of a negative number is not real."),
        ("1/(x^2+y^2)", 0.0, 0.0, "infinite"),
        ("|x| + y", 0.0, 1.0, "∂f/∂x does not exist: a corner, slope −1 on the left and 1 on the right."),
        ("x + |y|", 1.0, 0.0, "∂f/∂y does not exist: a corner, slope −1 below and 1 above."),
        ("cbrt(y)", 1.0, 0.0, "∂f/∂y does not exist: the slope grows beyond all bounds."),
    ],
)
def test_no_gradient_reads_none_says_why_and_descent_does_not_start(
    formula: str, x: float, y: float, reason: str
) -> None:
    scene = compute(state_of(formula, x, y))
    assert math.isnan(scene.magnitude)
    assert reason in scene.reason or scene.reason.startswith("Not defined here")
    assert scene.uphill is None and scene.downhill is None and scene.corner is None
    assert scene.race.refusal.startswith("Descent cannot start")
    assert (scene.race.step, scene.race.runs, scene.race.can_go_on) == (0, (), False)


def test_a_critical_point_has_a_gradient_but_no_arrow() -> None:
    scene = compute(state_of("x^2+y^2", 0.0, 0.0))
    assert scene.magnitude == 0.0
    assert scene.uphill is None
    assert scene.reason == "A critical point, minimum: the gradient is zero."


@pytest.mark.parametrize(
    ("formula", "shape"),
    [
        ("x^2+y^2", "curves up"),
        ("-x^2-3y^2", "curves down"),
        ("x y", "saddle"),
        ("(x+y)^2", "flat direction"),
        ("x+y", "flat"),
        ("sqrt(x-5)", "none"),
    ],
)
def test_the_shape_in_words(formula: str, shape: str) -> None:
    assert compute(state_of(formula)).curvature.shape == shape


@pytest.mark.parametrize(
    ("formula", "gradient"), [("7", (0.0, 0.0)), ("x^2", (4.0, 0.0)), ("y^2", (0.0, 6.0))]
)
def test_functions_of_fewer_letters(formula: str, gradient: tuple[float, float]) -> None:
    scene = compute(state_of(formula))
    assert scene.gradient == gradient
    assert scene.race.step == 9


# Slices


def test_the_tangents_touch_the_slices_at_p() -> None:
    scene = compute(HIMMELBLAU)
    for axis, part in enumerate(scene.slices):
        assert part.tangent is not None
        start, end = np.array(part.tangent.start), np.array(part.tangent.end)
        assert (start + end) / 2.0 == pytest.approx((scene.point[axis], scene.value))
        assert (end - start)[1] / (end - start)[0] == pytest.approx(scene.gradient[axis])


def test_a_slice_runs_down_to_the_edge_of_the_pane_at_a_pole() -> None:
    for part in compute(state_of("log(x*y)", 1.0, 1.0)).slices:
        assert np.nanmin(part.curve.y) < part.view[2]
        assert (np.diff(part.curve.x) > 0.0).all()


def test_dragging_keeps_the_heights_of_the_slices() -> None:
    views = [compute(with_point(HIMMELBLAU, x, 0.5)).slices[0].view for x in (-1.0, 0.0, 1.0)]
    assert views[0] == views[1] == views[2]


def test_a_moved_slice_takes_the_map_and_the_other_slice_along() -> None:
    moved = with_slice_view(HIMMELBLAU, 0, (-2.6, 2.6, 0.0, 100.0))
    assert moved.view == pytest.approx((-2.6, 2.6, -2.4, 2.7))
    assert [part.view[2:] for part in compute(moved).slices] == [(0.0, 100.0)] * 2
    fitted = fit_view(moved)
    assert fitted.value_range == ()
    assert compute(fitted).slices[0].view[:2] == fitted.view[:2]


# Descent


def alone(state: GradientState) -> GradientState:
    """Only the selected racer runs."""
    racers = (racer._replace(runs=racer.optimizer == state.selected) for racer in state.racers)
    return replace(state, racers=tuple(racers))


def test_stepping_forth_and_back() -> None:
    state = with_step(HIMMELBLAU, 0)
    assert descent(state).points.tolist() == [[0.2, 0.9]]
    state = stepped(state, 1)
    assert descent(state).points[1] == pytest.approx((0.2 + 0.012 * 20.028, 0.9 + 0.012 * 41.684))
    assert stepped(state, -5).step == 0


@pytest.mark.parametrize("formula", ["x^2 + 3y^2", "3y^2 + x^2"])
def test_a_long_descent_is_the_same_in_chunks(formula: str) -> None:
    state = alone(with_learning_rate(state_of(formula, 3.0, 1.0, step=0), 0.01))
    x, y = state.point
    for _ in range(300):
        x, y = x - 0.01 * 2.0 * x, y - 0.01 * 6.0 * y
    assert descent(with_step(state, 300)).points[-1] == pytest.approx((x, y))
    assert with_step(state, 10**9).step == MAX_STEPS


def test_descent_that_overflows_stops_at_the_last_finite_step_and_says_so() -> None:
    state = stepped(alone(with_learning_rate(with_step(HIMMELBLAU, 0), 1.0)), 100)
    run = descent(state)
    assert 0 < state.step < 20
    assert run.stopped.startswith(f"Diverged at step {state.step + 1}: the step grew ")
    assert run.ending == f"diverged at step {state.step + 1}"
    assert "because the learning rate 1 is above 2/λmax" in run.stopped
    assert "; try the learning rate 0.0" in run.stopped
    assert not compute(state).race.can_go_on
    assert np.isfinite(run.points).all() and math.isfinite(run.loss)
    assert descent(stepped(state, -1)).stopped == ""
    assert descent(replace(state, step=50)).step == state.step


def test_descent_that_overflows_in_a_later_chunk_counts_from_the_start() -> None:
    state = alone(with_learning_rate(state_of("x^2 - y^2", 1.0, 0.5, step=0), 0.4))
    state = stepped(stepped(state, 300), MAX_STEPS)
    assert 500 < state.step < 1500
    assert descent(state).stopped == (
        f"Stopped at step {state.step + 1}: the loss falls without end; this way leads to no minimum."
    )
    state = alone(with_learning_rate(state_of("3x^2 + y^2", 1.0, 0.5, step=0), 0.5))
    state = stepped(stepped(state, 300), MAX_STEPS)
    assert 500 < state.step < 1500
    assert descent(state).stopped == (
        f"Diverged at step {state.step + 1}: the step grew 2× for {state.step - 1} steps, because the "
        "learning rate 0.5 is above 2/λmax = 0.333 (curvature λmax = 6); try the learning rate 0.1."
    )


def test_descent_that_leaves_the_domain_says_so() -> None:
    state = alone(with_learning_rate(state_of("ln(x) + y^2", 0.5, 0.0, step=0), 0.3))
    assert "not defined" in descent(stepped(state, 50)).stopped


def test_the_most_steps_that_are_shown_are_no_fault() -> None:
    state = with_step(alone(with_learning_rate(state_of("x^2 + y^2", step=0), 1e-6)), MAX_STEPS)
    assert (descent(state).stopped, compute(state).race.can_go_on) == ("", False)
    assert descent(state).note == "The path shows 20000 steps at most."


@pytest.mark.parametrize(("step", "note"), [(9, ""), (100, "Converged: ‖∇f‖ = "), (2000, "Converged")])
def test_a_descent_that_has_arrived_says_so(step: int, note: str) -> None:
    run = descent(with_step(HIMMELBLAU, step))
    assert run.stopped == "" and run.note.startswith(note) and bool(run.note) == bool(note)
    assert run.step == step


def test_moving_p_keeps_the_number_of_steps() -> None:
    run = descent(with_point(HIMMELBLAU, 1.0, 1.0))
    assert run.step == 9
    assert tuple(run.points[0]) == (1.0, 1.0)


# What the user does


def test_typing_keeps_the_last_valid_formula() -> None:
    typed = type_formula(HIMMELBLAU, "x^2 + ")
    scene = compute(typed)
    assert scene.problem is not None and scene.text == "x^2 + "
    assert scene.map is compute(HIMMELBLAU).map


def test_letters_become_parameters_and_change_the_surface() -> None:
    scene = compute(state_of("a x^2 + y^2"))
    assert [(parameter.name, parameter.value) for parameter in scene.parameters] == [("a", 1.0)]
    assert scene.gradient == (4.0, 6.0)
    assert compute(state_of("a x^2 + y^2", parameters=(("a", 3.0),))).gradient == (12.0, 6.0)


def test_p_stays_in_view_and_moves_by_small_steps() -> None:
    assert with_point(HIMMELBLAU, 99.0, -99.0).point == (5.2, -4.95)
    assert nudged(HIMMELBLAU, 1, 0).point == pytest.approx((0.25, 0.9))
    assert nudged(HIMMELBLAU, 0, -10).point == pytest.approx((0.2, 0.39))


def test_a_typed_place_is_exact_and_the_view_grows_to_hold_it() -> None:
    inside = at_exactly(HIMMELBLAU, math.pi, -1.0)
    assert (inside.point, inside.view) == ((math.pi, -1.0), HIMMELBLAU.view)
    assert nudged(inside, 0, 1).point[0] == math.pi
    outside = at_exactly(HIMMELBLAU, 1e5, -1.0)
    left, right, bottom, top = outside.view
    assert outside.point == (1e5, -1.0)
    assert (left, bottom, top) == (-5.2, -4.95, 5.25) and 1e5 < right < 1.1e5
    from_json(GradientState, to_json(at_exactly(HIMMELBLAU, 1e305, -1e305)))


def test_in_a_wide_view_p_moves_on_places_that_can_be_told_apart() -> None:
    wide = replace(HIMMELBLAU, view=(-5e6, 5e6, -5e6, 5e6))
    assert with_point(wide, 1234567.8, 0.9).point == (1230000.0, 0.9)


def test_fitting_brings_the_view_of_the_example_back_with_p_in_it() -> None:
    moved = replace(HIMMELBLAU, view=(50.0, 60.0, 70.0, 80.0))
    assert fit_view(moved).view == (-6.0, 6.0, -6.0, 6.0)
    left, right, bottom, top = fit_view(replace(moved, point=(7.0, 0.0))).view
    assert (left, bottom, top) == (-6.0, -6.0, 6.0) and 7.0 < right < 8.0


def test_fitting_an_unknown_function_shows_p() -> None:
    state = replace(state_of("x^2 + y^3", 60.0, -70.0), value_range=(0.0, 1.0))
    view = fit_view(state).view
    assert view[0] <= 60.0 <= view[1] and view[2] <= -70.0 <= view[3]
    assert fit_view(state).value_range == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("step", -1),
        ("racers", (RACERS[0]._replace(settings=(("learning_rate", -1.0),)),)),
        ("racers", (RACERS[0]._replace(settings=()),)),
        ("racers", (RACERS[0]._replace(settings=(("learning_rate", 0.1), ("speed", 1.0))),)),
        ("racers", (RACERS[0]._replace(schedule="never"),)),
        ("racers", (RACERS[0], RACERS[0])),
        ("selected", "newton"),
        ("column", "rows"),
        ("plane", "globe"),
        ("shown", ("moon",)),
        ("view", (1.0, 0.0, 0.0, 1.0)),
        ("formula", "("),
        ("value_range", (1.0,)),
    ],
)
def test_damaged_states_are_refused(field: str, value: object) -> None:
    with pytest.raises(StateError):
        from_json(GradientState, to_json(replace(HIMMELBLAU, **{field: value})))


@pytest.mark.parametrize("formula", ["(x^2+y-11)^2+(x+y^2-7)^2", "a x + 3", "7"])
def test_the_script_prints_what_the_tab_shows(formula: str, capsys: pytest.CaptureFixture[str]) -> None:
    state = state_of(formula, 0.2, 0.9, step=2)
    scene = compute(state)
    exec(to_python(state), {})
    printed = capsys.readouterr().out
    assert float(printed.splitlines()[0].removeprefix("f(P)     = ")) == pytest.approx(scene.value)
    assert [line.split(":")[0] for line in printed.splitlines()[3:]] == [run.title for run in scene.race.runs]
