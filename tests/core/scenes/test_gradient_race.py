"""The race of the Gradient tab: forks and ghosts, noise, who runs and how, tuning, and the script."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from core import parse
from core.optimizers import OPTIMIZERS, SCHEDULES, GradientDescent, Momentum, minimize, noisy
from core.presets import SURFACES, SurfacePreset
from core.scenes.gradient import compute, to_python
from core.scenes.gradient_state import (
    GradientState,
    choose_preset,
    restarted,
    type_formula,
    with_learning_rate,
    with_point,
    with_step,
)
from core.scenes.race import RACERS, Race
from core.scenes.race_edits import (
    added,
    removed,
    selected,
    usual_noise,
    with_noise,
    with_rates,
    with_runner,
    with_schedule,
    with_schedule_setting,
    with_seed,
    with_setting,
)
from core.scenes.race_paths import MAX_STEPS, Fork, Racer
from core.scenes.race_tuning import race_tuning
from core.scenes.state import StateError, from_json, to_json

START = GradientState()
HILLS = parse(START.formula)
HERE = {"x": 0.2, "y": 0.9}


def race(state: GradientState) -> Race:
    again = from_json(GradientState, to_json(state))
    assert again == state
    return compute(again).race


def loss(state: GradientState, key: str) -> float:
    run = race(state).run(key)
    assert run is not None
    return run.loss


def everyone(state: GradientState = START) -> GradientState:
    for key in OPTIMIZERS:
        state = added(state, key)
    return state


# Running


@pytest.mark.parametrize("key", OPTIMIZERS)
@pytest.mark.parametrize("step", [0, 1, 15, 16, 64, 300, 1000])
def test_each_optimiser_runs_as_minimize_does(key: str, step: int) -> None:
    state = replace(added(START, key), step=step)
    run = race(state).run(key)
    assert run is not None
    path = minimize(HILLS, HERE, run.optimizer, step)
    assert np.array_equal(run.points, path.points) and np.array_equal(run.losses, path.losses)
    assert {name: len(kept) for name, kept in run.internals.items()} == dict.fromkeys(
        path.internals, len(path.points)
    )
    assert len(run.learning_rates) == run.step


def test_what_was_asked_before_makes_no_difference() -> None:
    state = with_learning_rate(replace(START, step=0), 0.05)
    first = [(run.points, run.divergence, run.stopped) for run in race(replace(state, step=12)).runs]
    race(with_step(state, 5000))
    again = [(run.points, run.divergence, run.stopped) for run in race(replace(state, step=12)).runs]
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one[0], other[0]) and one[1:] == other[1:]


def test_points_are_x_and_y_whatever_comes_first_in_the_formula() -> None:
    state = replace(type_formula(START, "y^2 + x"), point=(5.0, 1.0), step=1)
    run = race(state).runs[0]
    assert run.points[1] == pytest.approx((5.0 - 0.012, 1.0 - 0.024))


def test_a_race_goes_on_while_one_does_and_ends_with_the_last() -> None:
    state = with_step(with_learning_rate(replace(START, step=0), 1.0), 100)
    there = race(state)
    assert there.step == 100 and there.can_go_on
    assert there.endings == () and there.runs[0].ending.startswith("diverged at step")
    assert race(selected(state, "adam")).endings == (f"Gradient descent {there.runs[0].ending}.",)
    for key in ("momentum", "nesterov", "rmsprop", "adam"):
        state = with_runner(state, key, False)
    assert race(state).step == there.runs[0].step and not race(state).can_go_on
    assert not race(with_runner(state, "gradient_descent", False)).can_go_on


def test_standings_list_those_who_do_not_run() -> None:
    rows = race(with_runner(START, "nesterov", False)).standings
    assert [row.title for row in rows] == ["Gradient descent", "Momentum", "Nesterov", "RMSProp", "Adam"]
    assert [row.runs for row in rows] == [True, True, False, True, True]
    assert np.isnan(rows[2].loss) and round(rows[0].loss, 2) == 0.62


# Forks


def test_a_rate_changed_on_the_way_forks_with_the_memory_and_leaves_a_ghost() -> None:
    state = with_learning_rate(replace(selected(START, "momentum"), step=9), 0.001)
    assert [(fork.step, fork.racer) for fork in state.forks] == [(9, RACERS[1])]
    later = replace(state, step=20)
    run, ghost = race(later).run("momentum"), race(later).ghosts[0]
    assert run is not None and run.forked == 9 and ghost.forked == 0
    whole = minimize(HILLS, HERE, Momentum(0.006, 0.9), 20)
    assert np.array_equal(ghost.points, whole.points)
    assert np.array_equal(run.points[:10], whole.points[:10])
    velocity, point = whole.internals["velocity"][9], whole.points[9]
    for step in (10, 11):
        velocity = 0.9 * velocity + run.gradients[step - 1]
        point = point - 0.001 * velocity
        np.testing.assert_allclose(run.points[step], point, rtol=1e-12)
    assert race(replace(state, step=5)).run("momentum").forked == 0  # type: ignore[union-attr]


def test_many_changes_at_one_step_are_one_fork_and_changing_back_is_none() -> None:
    state = replace(START, step=9)
    for rate in np.linspace(0.013, 0.03, 50):
        state = with_learning_rate(state, float(rate))
    assert len(state.forks) == 1 and state.learning_rate == 0.03
    back = with_learning_rate(state, 0.012)
    assert back.forks == () and back.racers == START.racers


def test_at_step_0_a_change_starts_anew() -> None:
    state = with_learning_rate(with_learning_rate(replace(START, step=9), 0.001), 0.002)
    again = with_learning_rate(replace(state, step=0), 0.003)
    assert again.forks == ()
    run = race(replace(again, step=7)).run("gradient_descent")
    assert run is not None
    assert np.array_equal(run.points, minimize(HILLS, HERE, GradientDescent(0.003), 7).points)


def test_forks_follow_one_another_and_a_change_before_them_forgets_them() -> None:
    state = START
    for step, rate in ((9, 0.001), (15, 0.02), (21, 0.005)):
        state = with_learning_rate(replace(state, step=step), rate)
    assert [fork.step for fork in state.forks] == [9, 15, 21]
    rates = race(replace(state, step=24)).runs[0].learning_rates
    assert rates.tolist() == [0.012] * 9 + [0.001] * 6 + [0.02] * 6 + [0.005] * 3
    earlier = with_learning_rate(replace(state, step=12), 0.1)
    assert [(fork.step, fork.racer.learning_rate) for fork in earlier.forks] == [(9, 0.012), (12, 0.001)]


def test_a_run_that_diverged_begins_anew_and_leaves_itself_as_a_ghost() -> None:
    bowl = replace(type_formula(START, "3x^2 + y^2"), point=(1.0, 0.5), step=0)
    forked = with_learning_rate(replace(with_learning_rate(bowl, 0.1), step=9), 1e5)
    for living, forks in ((with_learning_rate(bowl, 1e5), []), (forked, [9])):
        wild = replace(living, step=100)
        dead = race(wild).runs[0]
        assert 20 < dead.step < 100 and dead.diverged
        tamed = with_learning_rate(wild, 0.1)
        assert [fork.step for fork in tamed.forks] == [*forks, 0]
        run, ghost = race(tamed).runs[0], race(tamed).ghosts[0]
        path = minimize(parse("3x^2 + y^2"), {"x": 1.0, "y": 0.5}, GradientDescent(0.1), 100)
        assert np.array_equal(run.points, path.points) and not run.stopped and run.forked == 0
        assert np.array_equal(ghost.points, dead.points), "the dead run stays in sight"
        again = with_learning_rate(replace(tamed, step=20), 0.2)
        assert [fork.step for fork in again.forks] == [*forks, 0, 20], "who lives goes on from here"
        assert np.array_equal(race(again).runs[0].points[:21], path.points[:21])
        assert np.array_equal(race(again).ghosts[0].points, path.points[:21])
        assert "step > 9" not in to_python(again) and "step > 20" in to_python(again)
        once_more = with_learning_rate(replace(with_learning_rate(again, 1e5), step=200), 0.05)
        assert [fork.step for fork in once_more.forks] == [20, 0], "only the run that died last is kept"


def test_ghosts_go_when_the_race_begins_anew() -> None:
    state = with_learning_rate(replace(START, step=9), 0.001)
    assert len(race(state).ghosts) == 1
    for other in (
        restarted(state),
        with_point(state, 1.0, 1.0),
        type_formula(state, "x^2 + y^2"),
        choose_preset(state, SURFACES[0]),
        with_rates(state, {}),
    ):
        assert other.forks == () and race(other).ghosts == ()
    assert with_point(state, *state.point).forks == state.forks


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_hyperparameter_of_every_optimiser_can_be_changed_on_the_way(key: str) -> None:
    state = replace(added(START, key), step=5)
    for setting in race(state).setup.settings:
        for value in (setting.lower, setting.upper, -1e9, 1e12):
            changed = with_setting(state, setting.name, value)
            assert len(changed.forks) <= 1
            assert race(replace(changed, step=12)).run(key) is not None
    assert race(replace(with_learning_rate(state, 1e-3), step=12)).ghosts[0].key == key


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_sets_the_rates(schedule: str) -> None:
    state = replace(with_schedule(replace(START, step=0), schedule), step=9)
    rates = race(state).runs[0].learning_rates
    np.testing.assert_allclose(rates, 0.012 * SCHEDULES[schedule]().factor(np.arange(1.0, 10.0)))
    for setting in race(state).setup.schedule_settings:
        low = with_schedule_setting(replace(state, step=0), setting.name, setting.lower)
        value = int(setting.lower) if setting.is_whole else setting.lower
        factors = SCHEDULES[schedule](**{setting.name: value}).factor(np.arange(1.0, 10.0))
        np.testing.assert_allclose(race(replace(low, step=9)).runs[0].learning_rates, 0.012 * factors)


# Who takes part


def test_optimisers_are_added_and_removed() -> None:
    state = everyone()
    assert [racer.optimizer for racer in state.racers][5:] == [k for k in OPTIMIZERS if k not in _keys(START)]
    assert race(state).setup.missing == () and state.selected == "lbfgs"
    assert len(race(state).runs) == len(OPTIMIZERS)
    state = removed(state, "lbfgs")
    assert state.selected == "damped_newton" and "lbfgs" in dict(race(state).setup.missing)
    for key in _keys(state):
        state = removed(state, key)
    assert len(state.racers) == 1 and not race(state).setup.can_leave


def _keys(state: GradientState) -> list[str]:
    return [racer.optimizer for racer in state.racers]


def test_removing_a_racer_takes_its_forks_along() -> None:
    state = with_learning_rate(replace(START, step=9), 0.001)
    state = removed(state, "gradient_descent")
    assert state.forks == () and state.selected == "momentum"


# Noise


def test_noise_is_the_same_for_all_and_for_every_time() -> None:
    state = with_noise(START, 5.0)
    rough = noisy(HILLS, 5.0, seed=1)
    for run in race(state).runs:
        path = minimize(rough, HERE, run.optimizer, 9)
        assert np.array_equal(run.points, path.points)
    other = race(with_seed(state, 2))
    assert not np.array_equal(other.runs[0].points, race(state).runs[0].points)
    assert race(with_noise(state, 0.0)).runs[0].loss == race(START).runs[0].loss
    assert with_noise(state, -3.0).noise == 0.0 and with_seed(state, -3.0).seed == 0


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimiser_can_be_followed_on_noise(key: str) -> None:
    run = race(with_noise(replace(added(START, key), step=40), 3.0)).run(key)
    assert run is not None and np.isfinite(run.points).all()


@pytest.mark.parametrize("preset", SURFACES, ids=lambda each: each.key)
def test_usual_noise_is_seen_beside_the_gradient_and_does_not_drown_it(preset: SurfacePreset) -> None:
    state = choose_preset(START, preset)
    slope = compute(state).magnitude
    noise = usual_noise(slope)
    assert 0.09 * slope < noise < 0.21 * slope
    assert noise == float(f"{noise:.1g}")
    exact, noisy_runs = race(replace(state, step=40)), race(with_noise(replace(state, step=40), noise))
    size = state.view[1] - state.view[0]
    for run, other in zip(exact.runs, noisy_runs.runs, strict=True):
        if not run.stopped and preset.minima:
            assert np.abs(other.points[-1] - run.points[-1]).max() < 0.6 * size
    assert [usual_noise(slope) for slope in (0.0, np.nan, 1e300)] == [0.1, 0.1, 1e6]


# Tuning


def test_tuning_finds_rates_that_are_better_than_those_of_before() -> None:
    *_, found = race_tuning(START)
    assert found.share == 1.0 and found.rates.keys() == set(_keys(START))
    assert found.rates["gradient_descent"] < 0.0243
    tuned = with_rates(replace(START, step=60), found.rates)
    assert tuned.forks == () and tuned.step == 60
    for racer in tuned.racers:
        assert racer.learning_rate == found.rates[racer.optimizer]
    assert dict(tuned.racers[1].settings)["beta"] == 0.9


@pytest.mark.parametrize("preset", [each for each in SURFACES if each.minima], ids=lambda each: each.key)
def test_tuned_racers_are_never_far_behind_those_of_the_preset(preset: SurfacePreset) -> None:
    before = choose_preset(GradientState(), preset)
    *_, found = race_tuning(before)
    assert found.rates.keys() == {racer.optimizer for racer in before.racers if racer.runs}
    lowest = min(run.losses.min() for run in race(replace(before, step=1500)).runs)
    for step in (500, 1500):
        old = race(replace(before, step=step)).runs
        new = race(with_rates(replace(before, step=step), found.rates)).runs
        lowest = min(lowest, *(run.losses.min() for run in new))
        for usual, tuned in zip(old, new, strict=True):
            tiny = 1e-9 * (usual.losses[0] - lowest)
            assert tuned.loss - lowest <= 4.0 * (usual.loss - lowest) + tiny, usual.key


def test_tuning_leaves_out_who_cannot_come_down_and_who_does_not_run() -> None:
    newton = replace(START, racers=(Racer("newton", True, (("learning_rate", 1.0),)),), selected="newton")
    *_, found = race_tuning(newton)
    assert found.rates == {}
    assert list(race_tuning(with_runner(newton, "newton", False))) == []
    assert list(race_tuning(replace(START, point=(np.nan, 0.0)))) == []


# States and scripts


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("forks", (Fork(-1, RACERS[0]),)),
        ("forks", (Fork(0, RACERS[0]), Fork(7, RACERS[0]), Fork(7, RACERS[0]))),
        ("forks", (Fork(MAX_STEPS + 1, RACERS[0]),)),
        ("forks", (Fork(5, RACERS[0]), Fork(5, RACERS[0]))),
        ("forks", (Fork(7, RACERS[0]), Fork(5, RACERS[0]))),
        ("forks", (Fork(5, Racer("newton", True, (("learning_rate", 1.0),))),)),
        ("forks", (Fork(5, RACERS[0]._replace(settings=())),)),
        ("forks", tuple(Fork(step, RACERS[0]) for step in range(1, 1002))),
        ("noise", -1.0),
        ("seed", -1),
    ],
)
def test_damaged_races_are_refused(field: str, value: object) -> None:
    with pytest.raises(StateError):
        from_json(GradientState, to_json(replace(START, **{field: value})))  # type: ignore[arg-type]


LINE = re.compile(r"(.+): step (\d+), \((.+), (.+)\), f = (.+)")


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("noise", [0.0, 2.0])
def test_the_script_runs_the_same_race(
    schedule: str, noise: float, capsys: pytest.CaptureFixture[str]
) -> None:
    state = everyone(with_noise(START, noise))
    for key in OPTIMIZERS:
        state = with_schedule(selected(replace(state, step=4), key), schedule)
        state = with_learning_rate(replace(state, step=8), 1.5 * state.learning_rate)
    state = replace(state, step=30)
    exec(to_python(state), {})
    printed = [LINE.fullmatch(line) for line in capsys.readouterr().out.splitlines()[3:]]
    there = {run.title: run for run in race(state).runs}
    names = [match[1] for match in printed if match is not None]
    assert len(names) == len(printed)
    assert set(there) - set(names) == {"Newton", "Damped Newton", "L-BFGS"}
    for match in printed:
        assert match is not None
        run = there[match[1]]
        assert int(match[2]) == run.step
        np.testing.assert_allclose([float(match[3]), float(match[4])], run.points[-1], rtol=1e-9)
        assert float(match[5]) == pytest.approx(run.loss, rel=1e-6)
