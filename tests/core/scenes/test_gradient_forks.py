"""What is said of a racer describes the run that is shown, forks included; witnesses are runs made here."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core import parse
from core.optimizers import Momentum, minimize, resume
from core.presets import SURFACES
from core.scenes.gradient import compute
from core.scenes.gradient_critical import heading
from core.scenes.gradient_stability import stability
from core.scenes.gradient_state import GradientState, choose_preset, with_learning_rate, with_step
from core.scenes.race import Run
from core.scenes.race_edits import rescued, selected, with_noise, with_schedule, with_setting
from core.scenes.rate_warning import growth_on
from core.scenes.state import from_json, to_json

HIMMELBLAU = GradientState()


def preset(title: str, key: str = "gradient_descent") -> GradientState:
    found = next(each for each in SURFACES if each.title == title)
    return selected(choose_preset(GradientState(), found), key)


def at_rate(state: GradientState, rate: float, step: int) -> GradientState:
    return with_step(with_learning_rate(replace(state, step=0), rate), step)


def run_of(state: GradientState) -> Run:
    again = from_json(GradientState, to_json(state))
    assert again == state
    run = compute(again).race.run(state.selected)
    assert run is not None
    return run


def forked_momentum() -> GradientState:
    """Momentum in the two wells, whose inertia is cut at step 30 and whose rate is changed at step 50."""
    state = with_step(preset("two wells", "momentum"), 30)
    return with_learning_rate(with_step(with_setting(state, "beta", 0.6), 50), 0.05)


def test_limits_and_curvature_are_those_where_the_forked_run_arrives() -> None:
    state = forked_momentum()
    wells = parse(state.formula)
    x, y = state.point
    first = minimize(wells, {"x": x, "y": y}, Momentum(0.01, 0.9), 30)
    second = resume(wells, first, Momentum(0.01, 0.6), 50, step=30)
    whole = resume(wells, second, Momentum(0.05, 0.6), 2000, step=50)
    end = whole.points[-1]
    assert end == pytest.approx((-0.9363, 0.0), abs=1e-4)
    for step in (50, 60, 200, 1500):
        found, ahead = stability(replace(state, step=step)), heading(replace(state, step=step))
        assert ahead is not None and (ahead.x, ahead.y) == pytest.approx(tuple(end), abs=1e-6)
        assert found.shaded is not None and found.shaded.place == "(−0.94, 0.00)"
        assert found.shaded.curvature == pytest.approx(ahead.larger) == pytest.approx(31.4, abs=0.01)
        assert found.shaded.limit == pytest.approx(2.0 * 1.6 / ahead.larger)
        assert found.warning == "" and "arrives" in found.reason
    assert run_of(replace(state, step=2000)).points == pytest.approx(whole.points)


def test_the_path_so_far_is_the_one_on_the_screen() -> None:
    for state in (forked_momentum(), with_noise(at_rate(HIMMELBLAU, 0.01, 20), 5.0)):
        for step in (0, 12, 40, 70):
            shown = replace(state, step=step)
            f, h, met = parse(state.formula), 1e-4, []
            for x, y in run_of(shown).points:
                at = [[f.evaluate({"x": x + i * h, "y": y + j * h}) for j in (-1, 0, 1)] for i in (-1, 0, 1)]
                xx = (at[2][1] - 2 * at[1][1] + at[0][1]) / h**2
                yy = (at[1][2] - 2 * at[1][1] + at[1][0]) / h**2
                xy = (at[2][2] - at[2][0] - at[0][2] + at[0][0]) / (4 * h**2)
                met.append(np.linalg.eigvalsh([[xx, xy], [xy, yy]])[1])
            so_far = next(bound for bound in stability(shown).bounds if bound.key == "so_far")
            assert so_far.curvature == pytest.approx(max(met), rel=1e-4, abs=1e-3)


def test_only_steps_that_grew_since_the_fork_are_counted() -> None:
    calm = with_learning_rate(with_step(preset("two wells", "momentum"), 9), 0.25)
    for step in (9, 20, 35):
        assert "grew" not in stability(replace(calm, step=step)).warning
    wild = with_learning_rate(HIMMELBLAU, 0.1)
    assert HIMMELBLAU.step == 9 and "grew" not in stability(wild).warning
    said = set()
    for step in range(10, 40):
        shown = with_step(wild, step)
        lengths = np.hypot(*np.diff(run_of(shown).points[9:], axis=0).T)
        longer = lengths[1:] > lengths[:-1]
        count = len(longer) if longer.all() else int(np.argmin(longer[::-1]))
        warning = stability(shown).warning
        assert ("grew" in warning) is (count >= 2), step
        if count >= 2:
            growth = float(np.median((lengths[1:] / lengths[:-1])[-count:]))
            told = growth_on(stability(shown).limits.course, step)
            assert told is not None and told == (pytest.approx(growth), count)
            assert f"× for {count} steps: 0.1 is above" in warning
            said.add(count)
    assert len(said) > 4


@pytest.mark.parametrize(
    ("state", "rate", "least"),
    [
        (HIMMELBLAU, 0.1, 0.01),
        (replace(HIMMELBLAU, point=(0.0, 0.0)), 0.1, 0.01),
        (preset("Rosenbrock"), 0.09, 0.001),
        (preset("Rosenbrock", "momentum"), 0.1, 0.0005),
        (selected(HIMMELBLAU, "momentum"), 0.3, 0.005),
        (selected(HIMMELBLAU, "nesterov"), 0.3, 0.005),
        (preset("Beale"), 1.0, 0.005),
        (preset("bowl"), 1.5, 0.5),
    ],
)
def test_the_offered_rate_brings_a_dead_run_to_life(state: GradientState, rate: float, least: float) -> None:
    dead = at_rate(state, rate, 300)
    dead = replace(dead, step=300)
    last = run_of(dead)
    assert last.diverged or dead.formula == preset("bowl").formula
    cause = stability(dead).warning
    assert f"{rate:g} is above $2" in cause
    alive = rescued(dead)
    offered = alive.learning_rate
    assert least <= offered < rate and f"({offered!r})" in cause
    x, y = state.point
    optimizer = replace(last.optimizer, learning_rate=offered)
    path = minimize(parse(state.formula), {"x": x, "y": y}, optimizer, 20_000)
    assert path.stopped is None and np.hypot(*path.gradients[-1]) < 1e-6, "it comes to rest"
    run = run_of(alive)
    assert np.array_equal(run.points, path.points[:301]) and not run.stopped
    assert stability(alive).warning == ""
    if last.diverged:
        assert np.array_equal(compute(alive).race.ghosts[0].points, last.points)


def test_a_rate_that_is_taken_while_the_run_lives_goes_on_from_there() -> None:
    swinging = at_rate(HIMMELBLAU, 0.03, 15)
    assert not run_of(swinging).stopped
    alive = rescued(swinging)
    assert [fork.step for fork in alive.forks] == [15] and stability(alive).warning == ""
    assert np.hypot(*run_of(replace(alive, step=1000)).gradients[-1]) < 1e-6
    assert rescued(alive) is alive, "nothing is offered where nothing is wrong"


def test_a_run_that_is_doomed_begins_anew_before_it_is_dead() -> None:
    alive = rescued(at_rate(HIMMELBLAU, 0.1, 4))
    assert [fork.step for fork in alive.forks] == [0] and alive.learning_rate == 0.02
    assert run_of(replace(alive, step=1000)).converged


def test_a_fork_just_made_too_fast_is_made_slower_where_it_is() -> None:
    arrived = with_step(HIMMELBLAU, 30)
    alive = rescued(with_learning_rate(arrived, 0.1))
    assert [fork.step for fork in alive.forks] == [30] and stability(alive).warning == ""


def test_the_rate_that_killed_is_named_whatever_is_set_later() -> None:
    fork = with_learning_rate(with_step(at_rate(HIMMELBLAU, 0.01, 20), 20), 0.2)
    dead = with_step(fork, 200)
    run = run_of(replace(dead, step=200))
    assert run.divergence is not None and run.divergence.learning_rate == 0.2
    assert "0.2 is above" in stability(dead).warning
    assert "the learning rate 0.2 is above" in run.stopped


def test_where_no_rate_that_can_be_set_descends_none_is_offered() -> None:
    state = replace(HIMMELBLAU, text="1e200*x^2+y^2", formula="1e200*x^2+y^2", point=(0.0, 1.0))
    dead = at_rate(replace(state, point=(1e-190, 1.0)), 0.1, 5)
    found = stability(dead)
    assert found.warning and found.rescue is None and rescued(dead) is dead


def test_a_run_that_hardly_moved_is_told_of() -> None:
    text = "1e-305*x+(y-5)^2"
    state = replace(HIMMELBLAU, text=text, formula=text, point=(0.0, 5.0))
    assert 0.0 < -run_of(state).points[-1][0] < 1e-300
    assert stability(state).bounds


@pytest.mark.parametrize("key", ["gradient_descent", "momentum", "adam"])
@pytest.mark.parametrize("text", ["x*y", "log(x)+y", "1/(x^2+y^2)", "x", "exp(x^2+y^2)", "abs(x)+y^2"])
def test_forks_on_awkward_surfaces_are_told_of(key: str, text: str) -> None:
    for point in ((1.0, 1.0), (-1.0, 0.5), (0.0, 0.0)):
        state = replace(selected(HIMMELBLAU, key), text=text, formula=text, point=point, step=0)
        for step, rate in ((5, 0.5), (30, 1e3), (60, 1e-3), (400, 10.0)):
            state = rescued(with_schedule(with_learning_rate(with_step(state, step), rate), "cosine"))
            found = compute(state)
            assert math.isfinite(found.learning_rate) and found.stability.bounds
