"""What a frame of a drag in the Gradient tab does not compute, counted by calls."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core import critical_points, generated
from core.optimizers import Objective
from core.scenes import destination, gradient_slices, rate_outlook
from core.scenes.gradient import compute
from core.scenes.gradient_state import GradientState, type_formula
from core.scenes.level_map import surface
from core.scenes.surface_hessian import surface_hessian

HIMMELBLAU = GradientState()
WITH_LETTER = type_formula(HIMMELBLAU, "(x^2 + a y - 11)^2 + (x + y^2 - 7)^2")


def dragged(frame: int) -> GradientState:
    """P somewhere else in every frame."""
    return replace(HIMMELBLAU, point=(3.0 * math.sin(0.1 * frame), 2.0 * math.cos(0.07 * frame)))


def moved(frame: int) -> GradientState:
    """The letter has another number in every frame."""
    return replace(WITH_LETTER, parameters=(("a", 1.0 + 0.01 * frame),))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], list[Any]]:
    """Count calls of a function of a module or class."""

    def counting(owner: Any, name: str) -> list[Any]:
        made: list[Any] = []
        plain = getattr(owner, name)

        def counted(*given: Any, **named: Any) -> Any:
            made.append(given)
            return plain(*given, **named)

        monkeypatch.setattr(owner, name, counted)
        return made

    return counting


@pytest.mark.parametrize("frames", [dragged, moved])
def test_a_frame_leaves_what_a_folded_card_shows(frames: Any, calls: Any) -> None:
    best, along = calls(rate_outlook, "best_rate"), calls(destination, "largest_curvatures")
    scenes = [compute(frames(400 + frame)) for frame in range(3)]
    assert not best and not along
    for scene in scenes:
        assert [bound.key for bound in scene.stability.bounds] == ["point", "so_far", "ahead", "minimum"]
        assert len(scene.stability.outlooks) == 2
    assert len(best) == len(along) == 3


def test_a_frame_with_another_p_searches_nothing_on_the_surface(calls: Any) -> None:
    compute(dragged(500))
    searches, leaps = calls(critical_points, "_newton"), calls(gradient_slices, "curve_through")
    first = compute(dragged(501))
    assert compute(dragged(502)).map is first.map
    assert not searches and not leaps


@pytest.mark.parametrize(
    "text", ["x^2 - y^2", "sin(3x) exp(-y^2)", "|x - y| + tanh(40x)", "x^4 y + cos(x y)"]
)
def test_a_slice_that_cannot_leap_is_the_one_that_was_searched_for_leaps(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = replace(type_formula(HIMMELBLAU, text), point=(0.3, 0.7))
    found = compute(state).slices
    gradient_slices._slice_curve.cache_clear()
    monkeypatch.setattr(gradient_slices, "_never_leaps", lambda formula, parameters: False)
    searched = compute(state).slices
    assert found is not None and searched is not None
    for ours, theirs in zip(found, searched, strict=True):
        assert ours.curve is not theirs.curve
        assert np.array_equal(ours.curve.y, theirs.curve.y, equal_nan=True)
        assert np.array_equal(ours.curve.x, theirs.curve.x)


def test_a_race_that_was_run_before_is_taken_by_its_loops(calls: Any) -> None:
    for frame in range(600, 608):
        compute(dragged(frame))
    evaluations = calls(Objective, "evaluate")
    scene = compute(dragged(608))
    runs = len(scene.race.runs)
    assert all(run.step == 9 for run in scene.race.runs)
    assert len(evaluations) <= 2 * (runs + 1)  # the start and the first step, of the long run too


def test_a_letter_that_moves_compiles_nothing_anew() -> None:
    for frame in range(700, 712):
        compute(moved(frame))
    before = generated._code.cache_info().misses
    for frame in range(712, 716):
        compute(moved(frame))
    assert generated._code.cache_info().misses == before


# The Hessian with letters


@pytest.mark.parametrize(
    ("formula", "parameters"),
    [
        ("(x^2 + a y - 11)^2 + (x + y^2 - 7)^2", (("a", 1.3),)),
        ("a x^2 + b sin(x y) exp(-y)", (("a", -0.5), ("b", 2.0))),
        ("a y^2", (("a", 3.0),)),
        ("|x|^a + y^2", (("a", 2.5),)),
        ("0 a + y", (("a", 2.5),)),
        ("x^4 - 3x y^2", ()),
    ],
)
def test_the_hessian_is_that_of_differences(formula: str, parameters: Any) -> None:
    f, h = surface(formula, parameters), 1e-4
    second = surface_hessian(formula, parameters)
    for x, y in ((0.7, -0.4), (-1.2, 0.9), (2.0, 1.5)):
        at = [[f.evaluate({"x": x + i * h, "y": y + j * h}) for j in (-1, 0, 1)] for i in (-1, 0, 1)]
        xx = (at[2][1] - 2 * at[1][1] + at[0][1]) / h**2
        yy = (at[1][2] - 2 * at[1][1] + at[1][0]) / h**2
        xy = (at[2][2] - at[2][0] - at[0][2] + at[0][0]) / (4 * h * h)
        assert second(x, y) == pytest.approx(np.array([[xx, xy], [xy, yy]]), rel=1e-4, abs=1e-4)


def test_a_number_that_saves_the_digits_is_put_into_the_formula() -> None:
    """The second derivative of (1 − cos x)/x² at x is −1/12 + x²/120 − …."""
    for x in (1e-3, 1e-5):
        found = surface_hessian("(a - cos(x))/x^2 + y^2", (("a", 1.0),))(x, 0.0)
        assert found == pytest.approx(np.array([[-1.0 / 12.0, 0.0], [0.0, 2.0]]), rel=1e-4)


@pytest.mark.parametrize(
    ("formula", "point"),
    [("a log(x) + y", (-1.0, 0.0)), ("a |x| + y^2 floor(x)", (0.5, 1.0)), ("x^a + y", (-1.0, 1.0))],
)
def test_where_the_formula_is_not_defined_the_hessian_says_what_it_says_without_letters(
    formula: str, point: tuple[float, float]
) -> None:
    given = surface_hessian(formula, (("a", 0.5),))(*point)
    written = surface_hessian(formula.replace("a ", "0.5 ").replace("^a", "^0.5"), ())(*point)
    assert np.array_equal(given, written, equal_nan=True)
