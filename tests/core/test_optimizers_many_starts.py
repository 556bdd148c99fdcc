"""Descents from many starts end where each of them ends alone."""

from __future__ import annotations

import numpy as np
import pytest

from core import parse
from core.optimizers import (
    OPTIMIZERS,
    Adam,
    CosineDecay,
    Ending,
    FirstOrder,
    GradientDescent,
    Momentum,
    descend_all,
    descend_in_blocks,
    minimize,
)

FOUR_WELLS = "(x^2 + y - 11)^2 + (x + y^2 - 7)^2"
HIMMELBLAU = parse(FOUR_WELLS)
WELLS = np.array([[3.0, 2.0], [-2.805118, 3.131312], [-3.779310, -3.283186], [3.584428, -1.848126]])
FIRST_ORDER = {name: kind for name, kind in OPTIMIZERS.items() if issubclass(kind, FirstOrder)}


def compare(formula, optimizer, starts, steps, **options):
    names = [name for name in formula.names if name not in options.get("fixed", {})]
    ends = descend_all(formula, starts, optimizer, steps, **options)
    for row, start in enumerate(starts):
        path = minimize(formula, dict(zip(names, start, strict=True)), optimizer, steps, **options)
        assert ends.points[row] == pytest.approx(path.points[-1], rel=1e-9, abs=1e-12)
        assert ends.losses[row] == pytest.approx(path.losses[-1], rel=1e-9, abs=1e-12)
        assert ends.steps[row] == path.steps
        assert ends.converged[row] == path.converged
        assert ends.diverged[row] == (path.stopped or "").startswith("Diverged")
        unbounded = "falls without end" in (path.stopped or "")
        assert (ends.endings[row] == Ending.FALLS_WITHOUT_END) == unbounded
        assert (ends.endings[row] == Ending.LEFT_DOMAIN) == ("not defined" in (path.stopped or ""))
        assert (ends.endings[row] == Ending.OUT_OF_STEPS) == (path.stopped is None)
    return ends


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_every_first_order_optimizer_ends_where_it_ends_alone(name):
    starts = np.random.default_rng(0).uniform(-5, 5, (12, 2))
    optimizer = FIRST_ORDER[name](0.01, schedule=CosineDecay(300))
    compare(HIMMELBLAU, optimizer, starts, 150, tolerance=0.1)


@pytest.mark.parametrize(
    ("text", "optimizer", "steps", "tolerance", "endings"),
    [
        (
            "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
            GradientDescent(0.02),
            1500,
            1e-6,
            {"CONVERGED", "OUT_OF_STEPS"},
        ),
        (FOUR_WELLS, Momentum(0.02), 1500, 1e-6, {"CONVERGED", "DIVERGED"}),
        ("x + log(x)/2 + (y - 1)^2", GradientDescent(0.1), 1500, None, {"LEFT_DOMAIN"}),
        ("x^2 - y^2", GradientDescent(0.5), 1500, None, {"FALLS_WITHOUT_END"}),
        ("x^2 + y^4", GradientDescent(0.9), 1500, 1e-9, {"DIVERGED", "OUT_OF_STEPS"}),
        ("1e200 x + y", Adam(0.1), 1500, None, {"DIVERGED"}),
        ("sin(x) cos(y) + exp(-x^2)", Adam(0.1), 60, 1e-9, {"OUT_OF_STEPS"}),
        ("x + floor(x) + y^2", GradientDescent(0.5), 60, None, {"LEFT_DOMAIN", "OUT_OF_STEPS"}),
    ],
)
def test_every_ending(text, optimizer, steps, tolerance, endings):
    starts = np.random.default_rng(1).integers(1, 40, (30, 2)) / 8.0
    starts = starts[starts[:, 0] % 1.0 != 0.0]
    ends = compare(parse(text), optimizer, starts, steps, tolerance=tolerance)
    assert {Ending(ending).name for ending in ends.endings} == endings
    assert np.isfinite(ends.points).all()
    assert np.isfinite(ends.losses).all()


def test_basins_of_attraction():
    side = np.linspace(-5.0, 5.0, 100)
    starts = np.stack([each.ravel() for each in np.meshgrid(side, side)], axis=1)
    ends = descend_all(HIMMELBLAU, starts, GradientDescent(0.01), 1000, tolerance=1e-9)
    assert ends.converged.all()
    distances = np.linalg.norm(ends.points[:, None] - WELLS, axis=2)
    assert distances.min(axis=1).max() < 1e-5
    assert np.bincount(distances.argmin(axis=1)).min() > 1000
    assert 1 <= ends.steps.min() < ends.steps.max() < 1000


def test_starts_without_a_finite_loss_stay_where_they_are():
    starts = [[-1.0], [4.0], [np.nan], [np.inf]]
    ends = descend_all(parse("x - log(x)"), starts, GradientDescent(0.5), 100, tolerance=1e-9)
    assert [Ending(ending).name for ending in ends.endings] == [
        "LEFT_DOMAIN", "CONVERGED", "LEFT_DOMAIN", "LEFT_DOMAIN",
    ]  # fmt: skip
    assert ends.steps.tolist()[::2] == [0, 0]
    np.testing.assert_array_equal(ends.points[[0, 2, 3], 0], [-1.0, np.nan, np.inf])
    assert ends.points[1, 0] == pytest.approx(1.0)


def test_letters_may_stay_rest_or_be_ordered():
    formula = parse("(a x + y)^2 + y^2")
    starts = np.random.default_rng(2).normal(size=(5, 2))
    compare(formula, GradientDescent(0.1), starts, 50, fixed={"a": 2.0})
    turned = descend_all(
        formula, starts[:, ::-1], GradientDescent(0.1), 50, names=("y", "x"), fixed={"a": 2.0}
    )
    straight = descend_all(formula, starts, GradientDescent(0.1), 50, fixed={"a": 2.0})
    assert np.array_equal(turned.points, straight.points[:, ::-1])
    resting = descend_all(parse("x^2"), starts, GradientDescent(0.1), 50, names=("x", "z"))
    assert np.array_equal(resting.points[:, 1], starts[:, 1])


def test_no_starts_and_no_steps():
    assert descend_all(HIMMELBLAU, np.empty((0, 2)), Adam(), 10, tolerance=1.0).points.shape == (0, 2)
    ends = descend_all(HIMMELBLAU, WELLS, Adam(), 0)
    assert np.array_equal(ends.points, WELLS)
    assert (ends.endings == Ending.OUT_OF_STEPS).all()
    assert descend_all(HIMMELBLAU, [[3.0, 2.0]], Adam(), 9, tolerance=1e-3).steps.tolist() == [0]


def test_blocks_cover_all_starts_in_order_and_can_be_left():
    starts = np.random.default_rng(3).uniform(-5, 5, (9000, 2))
    whole = descend_all(HIMMELBLAU, starts, Momentum(0.005), 20)
    covered = []
    for rows, ends in descend_in_blocks(HIMMELBLAU, starts, Momentum(0.005), 20):
        assert np.array_equal(ends.points, whole.points[rows])
        covered.extend(range(*rows.indices(len(starts))))
    assert covered == list(range(9000))
    assert next(descend_in_blocks(HIMMELBLAU, starts, Momentum(0.005), 20))[0].start == 0


def test_starts_are_not_written_to():
    starts = WELLS + 0.5
    before = starts.copy()
    descend_all(HIMMELBLAU, starts, GradientDescent(0.01), 10)
    assert np.array_equal(starts, before)
