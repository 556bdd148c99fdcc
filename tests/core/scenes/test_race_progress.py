"""The race beside the map: losses that have a logarithm, scores at equal cost, steps told line by line."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core import parse
from core.optimizers import OPTIMIZERS
from core.scenes.gradient import compute
from core.scenes.gradient_state import (
    PRESETS,
    GradientState,
    choose_preset,
    type_formula,
    with_column,
    with_learning_rate,
    with_step,
)
from core.scenes.race import Racer
from core.scenes.race_edits import with_noise
from core.scenes.race_internals import written
from core.scenes.state import View

HIMMELBLAU = with_column(GradientState(), "descent")


def on(formula: str, **changes: object) -> GradientState:
    return replace(type_formula(HIMMELBLAU, formula), **changes)


def racer(key: str, rate: float) -> Racer:
    return Racer(key, True, (("learning_rate", rate),))


def test_only_what_stands_beside_the_map_is_computed() -> None:
    assert compute(GradientState()).progress is None
    scene = compute(HIMMELBLAU)
    assert scene.slices is None and scene.progress is not None


def test_the_loss_is_drawn_as_it_is_where_the_minimum_is_at_zero() -> None:
    found = compute(HIMMELBLAU).progress
    assert found is not None and found.quantity == "f" and found.step == 9
    line = next(line for line in found.lines if line.key == "gradient_descent")
    assert line.steps[line.step] == 9.0
    assert line.height == pytest.approx(compute(HIMMELBLAU).race.runs[0].loss)
    assert line.heights[0] == pytest.approx(10.06**2 + 5.99**2)
    assert len(line.steps) > 10, "what lies ahead is known too"
    left, right, bottom, top = found.view
    assert left < 0.0 and right > 9.0 and 0.0 < bottom < line.height < 137.0 < top


@pytest.mark.parametrize(
    ("formula", "quantity", "level"),
    [("x^2 + y^2 + 5", "f - 5", 5.0), ("x^2 + y^2 - 3", "f + 3", -3.0), ("x^2 + y^2", "f", 0.0)],
)
def test_what_the_minimum_has_is_taken_off(formula: str, quantity: str, level: float) -> None:
    scene = compute(with_learning_rate(on(formula), 0.1))
    found = scene.progress
    assert found is not None and found.quantity == quantity
    run = scene.race.runs[0]
    assert found.lines[0].height == pytest.approx(run.loss - level, abs=1e-12)


WELLS = next(preset for preset in PRESETS if preset.key == "two_wells")


@pytest.mark.parametrize("noise", [0.0, 0.5, 3.0])
def test_the_axis_ends_at_a_known_minimum_however_noisy_the_steps_are(noise: float) -> None:
    state = with_noise(with_column(choose_preset(GradientState(), WELLS), "descent"), noise)
    for step in (0, 60, 200):
        found = compute(with_step(state, step)).progress
        assert found is not None
        deepest = found.level_place == "lowest minimum in view"
        bottom = {True: -2.0631, False: -1.0927}[deepest]
        assert found.quantity == f"f + {-bottom:.4g}"
        assert deepest or found.level_place == "minimum ahead"
        for line, run in zip(found.lines, compute(with_step(state, step)).race.runs, strict=True):
            assert line.heights[: run.step + 1] == pytest.approx(run.losses - bottom, abs=1e-4)
            assert deepest or run.losses.min() >= bottom - 1e-4, "nobody came below the minimum ahead"
        if noise:
            assert found.view[2] > 1e-9, "no single step dives"


@pytest.mark.parametrize(
    ("formula", "view"), [("x^2 - y^2", None), ("(x^2-1)^2 + x/2 + y^2", (0.5, 2, -1, 1))]
)
def test_below_all_known_minima_no_step_seems_to_arrive(formula: str, view: View | None) -> None:
    state = on(formula, point=(0.9, 0.5), view=view or HIMMELBLAU.view)
    found = compute(with_step(with_noise(with_learning_rate(state, 0.05), 6.0), 40)).progress
    assert found is not None and found.level_place == "lowest value seen"
    heights = np.concatenate([line.heights for line in found.lines])
    assert heights.min() > 1e-3 * heights[0]


@pytest.mark.parametrize("formula", ["x^2 - y^2", "x + y"])
def test_losses_that_fall_without_end_have_a_logarithm_all_the_same(formula: str) -> None:
    levels = set()
    for step in range(5, 12):
        found = compute(with_step(on(formula), step)).progress
        assert found is not None
        levels.add(found.quantity)
        for line in found.lines:
            assert np.isfinite(line.heights).all() and (line.heights > 0.0).all()
            assert line.height > 0.0
        assert all(map(math.isfinite, found.view)) and found.view[2] > 0.0
    assert len(levels) == 1, "the axis stays while steps are taken"


def test_a_racer_that_hits_the_minimum_stays_in_view() -> None:
    racers = (racer("newton", 1.0), racer("gradient_descent", 0.05))
    state = with_step(on("x^2 + 10y^2", racers=racers, selected="newton", point=(2.0, 1.0)), 5)
    found = compute(state).progress
    assert found is not None
    line = next(line for line in found.lines if line.key == "newton")
    assert found.view[2] < line.height < found.view[3]


def test_a_diverging_run_does_not_hide_the_others() -> None:
    found = compute(with_step(with_learning_rate(HIMMELBLAU, 0.1), 20)).progress
    assert found is not None
    assert found.view[3] < 1e7


def test_a_run_that_failed_is_marked() -> None:
    found = compute(with_step(with_learning_rate(HIMMELBLAU, 0.3), 50)).progress
    assert found is not None
    assert [score.key for score in found.scores if score.failed] == ["gradient_descent"]
    assert [score.key for score in found.scores if score.missing == "diverged"] == ["gradient_descent"]
    assert {score.missing for score in found.scores} == {"diverged", "not yet"}


def test_scores_compare_at_equal_cost() -> None:
    racers = (racer("newton", 1.0), racer("lbfgs", 1.0), racer("gradient_descent", 0.01))
    state = with_step(on("x^2 + 10y^2 + x*y", racers=racers, selected="newton", point=(2.0, 1.0)), 4)
    found = compute(state).progress
    assert found is not None
    scores = {score.key: score for score in found.scores}
    assert found.budget == 4.0, "of those that go on, gradient descent has spent least"
    assert scores["newton"].evaluations == 3.0, "one of the gradient, two for the Hessian"
    assert scores["newton"].arrived == 3.0 and math.isnan(scores["gradient_descent"].arrived)
    assert [score.loss for score in found.scores] == sorted(score.loss for score in found.scores)
    run = compute(state).race.run("gradient_descent")
    assert run is not None and scores["gradient_descent"].loss == run.losses[4]


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_the_last_step_of_every_optimiser_is_told(key: str) -> None:
    rate = 1.0 if key in ("newton", "damped_newton", "lbfgs") else 0.01
    state = on("x^2 + 3y^2 + x*y", racers=(racer(key, rate),), selected=key, point=(2.0, 1.0))
    at_start = compute(replace(state, step=0)).progress
    assert at_start is not None and at_start.internals.note == "No step was taken yet."
    assert [line.result for line in at_start.internals.lines] == [""] * len(OPTIMIZERS[key].substeps)
    scene = compute(replace(state, step=1))
    assert scene.progress is not None
    told = scene.progress.internals
    assert told.title == OPTIMIZERS[key].title and told.step == 1
    f, h = parse("x^2 + 3y^2 + x*y"), 1e-6
    ahead = [f.evaluate({"x": 2.0 + dx, "y": 1.0 + dy}) for dx, dy in ((h, 0.0), (0.0, h))]
    behind = [f.evaluate({"x": 2.0 - dx, "y": 1.0 - dy}) for dx, dy in ((h, 0.0), (0.0, h))]
    slope = [(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]
    arrows = dict(told.arrows)
    assert arrows["gradient"] == pytest.approx(slope, rel=1e-6)
    assert told.lines[0].result == written(np.array([5.0, 8.0]), 4) == "(5, 8)"
    run = scene.race.runs[0]
    assert arrows["step"] == pytest.approx((run.points[1] - run.points[0]).tolist())
    assert told.lines[-1].result == written(run.points[1], 4)


def test_where_nothing_runs_it_says_so() -> None:
    idle = tuple(each._replace(runs=False) for each in HIMMELBLAU.racers)
    found = compute(replace(HIMMELBLAU, racers=idle)).progress
    assert found is not None and found.note == "No optimiser runs." and not found.scores
    assert found.internals.note == "It does not run."
    nowhere = compute(on("sqrt(x) + y", point=(-1.0, 0.0))).progress
    assert nowhere is not None and nowhere.note.startswith("Descent cannot start")
    flat = compute(on("7")).progress
    assert flat is not None and flat.note == "" and flat.view[2] < 7.0 < flat.view[3]
