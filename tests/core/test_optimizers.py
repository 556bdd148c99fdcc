"""Optimisers, schedules, and what a descent keeps and says."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
import pytest

from core import parse
from core.expression import Variable
from core.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SCHEDULES,
    AdaGrad,
    Adam,
    AdamW,
    Constant,
    CosineDecay,
    DampedNewton,
    ExponentialDecay,
    FirstOrder,
    GradientDescent,
    NAdam,
    Newton,
    Objective,
    StepDecay,
    WarmUp,
    minimize,
    race,
)

FIRST_ORDER = [name for name, kind in OPTIMIZERS.items() if issubclass(kind, FirstOrder)]
ROSENBROCK = parse("(1 - x)^2 + 100 (y - x^2)^2")
ROSENBROCK_START = {"x": -1.2, "y": 1.0}
BOWL = parse("x^2 + 10 y^2")
BOWL_START = {"x": 3.0, "y": -1.0}


@pytest.mark.parametrize("kind", [*OPTIMIZERS.values(), *SCHEDULES.values()])
def test_every_optimizer_and_schedule_describes_itself(kind):
    assert kind.title
    assert r"\eta" in kind.latex or "p = " in kind.latex
    assert kind.latex.count("{") == kind.latex.count("}")
    assert len(re.findall(r"\\left\b", kind.latex)) == len(re.findall(r"\\right\b", kind.latex))
    assert ":math:`" in kind.__doc__ or ".. math::" in kind.__doc__
    source = kind.__doc__.split("Notes\n")[1]
    assert re.search(r"\*[^*]+\*[^()]*\((18|19|20)\d\d\)", source)
    made = kind()
    assert made == kind()
    for each in kind.hyperparameters():
        assert each.title
        assert each.symbol
        assert each.meaning
        assert each.minimum <= each.default <= each.maximum
        assert each.default < each.below
        assert getattr(made, each.name) == each.default
        assert any(each.name in (base.__doc__ or "") for base in kind.__mro__)
    described = {each.name for each in kind.hyperparameters()}
    assert {field.name for field in dataclasses.fields(kind)} - described <= {"schedule", "then"}


@pytest.mark.parametrize("kind", OPTIMIZERS.values())
def test_the_learning_rate_comes_first(kind):
    assert kind.hyperparameters()[0].name == "learning_rate"


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_internal_is_kept_for_every_step_and_has_a_sign(name):
    optimizer = OPTIMIZERS[name]()
    path = minimize(BOWL, BOWL_START, optimizer, steps=7)
    assert path.points.shape == path.gradients.shape == (8, 2)
    assert path.losses.shape == (8,)
    assert path.learning_rates.shape == (7,)
    assert path.displacements.shape == (7, 2)
    assert path.internals.keys() == optimizer.internals.keys()
    for kept in path.internals.values():
        assert len(kept) == 8
        assert np.isfinite(kept).all()
    assert path.losses[-1] < path.losses[0]


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_update_works_on_floats_and_builds_formulas(name):
    optimizer = OPTIMIZERS[name](schedule=CosineDecay(20))
    point, gradient, step = np.array([1.5, -0.5]), np.array([0.7, -2.0]), 6
    memory = {key: np.full(2, 0.3) for key in optimizer.init(point)}
    there, after = optimizer.update(point, gradient, memory, step)

    floats = {key: 0.3 for key in memory}
    assert optimizer.update(1.5, 0.7, floats, step)[0] == pytest.approx(there[0], rel=1e-15)

    letters = {key: Variable(key) for key in memory}
    formula, formulas = optimizer.update(Variable("theta"), Variable("g"), letters, Variable("t"))
    values = {**floats, "theta": 1.5, "g": 0.7, "t": 6.0}
    assert formula.evaluate(values) == pytest.approx(there[0], rel=1e-14)
    for key, of_memory in formulas.items():
        assert of_memory.evaluate(values) == pytest.approx(after[key][0], rel=1e-14)


@pytest.mark.parametrize(
    "name", ["adagrad", "rmsprop", "adam", "amsgrad", "adamw", "adamax", "nadam", "radam"]
)
def test_effective_step_times_the_average_is_the_displacement(name):
    path = minimize(BOWL, BOWL_START, OPTIMIZERS[name](0.05), steps=30)
    averaged = path.internals.get("corrected_first_moment", path.gradients[:-1])[-30:]
    if name == "adamax":
        averaged = path.internals["first_moment"][1:]
    if name in {"adagrad", "rmsprop"}:
        averaged = path.gradients[:-1]
    moved = -path.internals["effective_step"][1:] * averaged
    if name == "adamw":
        moved -= 0.05 * 0.01 * path.points[:-1]
    np.testing.assert_allclose(path.displacements, moved, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (Constant(), [1, 1, 1, 1, 1, 1]),
        (StepDecay(3, 0.1), [1, 1, 1, 0.1, 0.1, 0.1]),
        (ExponentialDecay(0.5), [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]),
        (CosineDecay(2), [1, 0.5, 0, 0, 0, 0]),
        (CosineDecay(4, 0.5), [1, 0.75 + 0.125 * 2**1.5 / 2, 0.75, 0.75 - 0.125 * 2**1.5 / 2, 0.5, 0.5]),
        (WarmUp(2), [0.5, 1, 1, 1, 1, 1]),
        (WarmUp(2, ExponentialDecay(0.5)), [0.5, 1, 0.5, 0.25, 0.125, 0.0625]),
    ],
)
def test_schedule_gives_the_learning_rate_of_each_step(schedule, factors):
    assert schedule.factor(np.arange(1, 7)) == pytest.approx(factors, abs=1e-15)
    assert [float(schedule.factor(step)) for step in range(1, 7)] == pytest.approx(factors, abs=1e-15)
    path = minimize(parse("x^2"), {"x": 1.0}, GradientDescent(0.1, schedule=schedule), steps=6)
    assert path.learning_rates == pytest.approx(0.1 * np.array(factors, dtype=float), abs=1e-16)
    assert path.displacements[:, 0] == pytest.approx(-path.learning_rates * path.gradients[:-1, 0])


@pytest.mark.parametrize("kind", SCHEDULES.values())
def test_every_schedule_gives_factors_from_0_to_1_and_formulas(kind):
    schedule = kind()
    factors = schedule.factor(np.arange(1, 1001))
    assert ((factors >= 0.0) & (factors <= 1.0)).all()
    assert schedule.latex.startswith(r"\eta_t = ")
    formula = schedule.factor(Variable("t"))
    assert [formula.evaluate({"t": step}) for step in (1.0, 7.0, 500.0)] == pytest.approx(
        factors[[0, 6, 499]], rel=1e-12
    )


def test_newton_arrives_on_a_quadratic_in_one_step():
    path = minimize(parse("x^2 + x y + 3 y^2 - x"), {"x": 5.0, "y": -7.0}, Newton(), 10, tolerance=1e-10)
    assert path.steps == 1
    assert path.points[-1] == pytest.approx([6 / 11, -1 / 11], abs=1e-12)
    assert path.stopped.startswith("Converged after 1 step: the gradient is ")


def test_newton_stays_where_nothing_moves_it_along_a_flat_direction():
    path = minimize(parse("(x + y - 1)^2"), {"x": 3.0, "y": 2.0}, Newton(), 5, tolerance=1e-9)
    assert path.converged
    assert path.points[-1] == pytest.approx([1.0, 0.0], abs=1e-12)


def test_newton_says_that_the_hessian_is_singular_or_missing():
    path = minimize(parse("x + y^2"), {"x": 1.0, "y": 1.0}, Newton(), 5)
    assert path.steps == 0
    assert path.divergence is None
    assert path.stopped.startswith("Stopped at step 1: the Hessian is singular there")
    path = minimize(parse("x^1.5"), {"x": 0.0}, Newton(), 5)
    assert path.stopped == "Stopped at step 1: a second derivative is not defined there."
    with pytest.raises(ValueError, match="needs second derivatives"):
        minimize(lambda point: (float(point @ point), 2 * point), [1.0], Newton(), 5)


@pytest.mark.parametrize("optimizer", [DampedNewton(), LBFGS(), LBFGS(history=3)])
@pytest.mark.parametrize(
    ("formula", "start", "minimum"),
    [
        ("(1 - x)^2 + 100 (y - x^2)^2", {"x": -1.2, "y": 1.0}, 0.0),
        ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", {"x": 0.0, "y": 0.0}, 0.0),
        ("sqrt(1 + x^2) + sqrt(1 + y^2)", {"x": 20.0, "y": -3.0}, 2.0),
        ("exp(x) - 3x", {"x": -5.0}, 3.0 - 3.0 * math.log(3.0)),
    ],
)
def test_second_order_methods_with_a_line_search_arrive_and_never_climb(optimizer, formula, start, minimum):
    path = minimize(parse(formula), start, optimizer, 100, tolerance=1e-8)
    assert path.converged
    assert path.losses[-1] == pytest.approx(minimum, abs=1e-12)
    assert (np.diff(path.losses) <= 1e-14 * np.abs(path.losses[:-1])).all()


def test_damped_newton_leaves_a_saddle_that_newton_goes_to():
    formula, start = parse("x^2 + y^4/4 - y^2/2"), {"x": 1.0, "y": 0.1}
    assert minimize(formula, start, Newton(), 20).points[-1] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert minimize(formula, start, DampedNewton(), 20).points[-1] == pytest.approx([0.0, 1.0], abs=1e-9)


def test_damped_newton_halves_the_step_until_the_loss_falls():
    path = minimize(parse("sqrt(1 + x^2)"), {"x": 2.0}, DampedNewton(), 1)
    assert path.internals["step_length"].tolist() == [0.0, 0.25]
    assert path.points[-1, 0] == pytest.approx(2.0 - 0.25 * 10.0)


def test_lbfgs_goes_on_where_the_slope_never_flattens():
    path = minimize(parse("-x"), {"x": 0.0}, LBFGS(), 3)
    assert path.steps == 3
    assert (np.diff(path.losses) < 0.0).all()


def test_a_gradient_that_points_uphill_is_told():
    wrong = Objective(lambda point: (float(point @ point), -2 * point))
    path = minimize(wrong, [1.0, 2.0], LBFGS(), 5)
    assert path.steps == 0
    assert "no step along the direction lowers the loss" in path.stopped


@pytest.mark.parametrize("optimizer", [DampedNewton(), LBFGS(), Newton(), GradientDescent(0.01)])
def test_descent_rests_at_the_minimum(optimizer):
    path = minimize(BOWL, {"x": 0.0, "y": 0.0}, optimizer, 10)
    assert path.steps == 10
    assert path.stopped is None
    assert (path.points == 0.0).all()


def test_lbfgs_equals_the_dense_formula_on_a_quadratic():
    random = np.random.default_rng(4)
    factor = random.normal(size=(6, 6))
    matrix = factor @ factor.T + np.eye(6)
    objective = Objective(lambda point: (0.5 * float(point @ matrix @ point), matrix @ point))
    path = minimize(objective, random.normal(size=6), LBFGS(), 60, tolerance=1e-9)
    assert path.converged
    assert path.internals["steps"].shape == (path.steps + 1, 10, 6)
    steps, changes = path.internals["steps"][4][-4:], path.internals["gradient_changes"][4][-4:]
    inverse = np.eye(6) * (steps[-1] @ changes[-1]) / (changes[-1] @ changes[-1])
    for s, y in zip(steps, changes, strict=True):
        left = np.eye(6) - np.outer(s, y) / (s @ y)
        inverse = left @ inverse @ left.T + np.outer(s, s) / (s @ y)
    assert path.internals["direction"][5] == pytest.approx(-inverse @ path.gradients[4], rel=1e-9)


def test_tolerance_stops_and_says_so():
    path = minimize(BOWL, BOWL_START, GradientDescent(0.05), 1000, tolerance=1e-6)
    norms = np.linalg.norm(path.gradients, axis=1)
    assert path.converged
    assert norms[-1] <= 1e-6 < norms[-2]
    assert path.stopped.startswith(f"Converged after {path.steps} steps: the gradient is ")
    assert path.stopped.endswith("within the tolerance 1e−6.")
    assert minimize(BOWL, {"x": 0.0, "y": 0.0}, Adam(), 9, tolerance=0.0).steps == 0
    assert minimize(BOWL, BOWL_START, Newton(), 1, tolerance=1e-6).converged


def test_race_runs_every_optimizer_from_one_start():
    runners = {kind.title: kind() for kind in OPTIMIZERS.values()}
    paths = race(ROSENBROCK, ROSENBROCK_START, runners, 50)
    assert paths.keys() == runners.keys()
    for title, path in paths.items():
        assert path.points[0].tolist() == [-1.2, 1.0]
        alone = minimize(ROSENBROCK, ROSENBROCK_START, runners[title], 50)
        assert np.array_equal(path.points, alone.points)
    assert min(paths, key=lambda title: paths[title].losses[-1]) in {"Newton", "Damped Newton", "L-BFGS"}


def test_fixed_letters_stay_and_further_letters_rest():
    formula = parse("(w x + b - y)^2")
    path = minimize(
        formula,
        {"w": 0.0, "b": 0.0, "z": 5.0},
        DampedNewton(),
        20,
        fixed={"x": 2.0, "y": 3.0},
        tolerance=1e-9,
    )
    assert path.converged
    w, b, z = path.points[-1]
    assert 2.0 * w + b == pytest.approx(3.0)
    assert z == 5.0


def test_adamw_without_decay_is_adam_and_nadam_starts_from_the_empty_product():
    adam = minimize(BOWL, BOWL_START, Adam(0.1), 30)
    assert np.array_equal(adam.points, minimize(BOWL, BOWL_START, AdamW(0.1, weight_decay=0.0), 30).points)
    assert minimize(BOWL, BOWL_START, NAdam(), 1).internals["momentum_product"][0].tolist() == [1.0, 1.0]
    first = minimize(BOWL, BOWL_START, AdaGrad(0.5), 1)
    assert np.abs(first.displacements) == pytest.approx(np.full((1, 2), 0.5))


@pytest.mark.parametrize(
    ("formula", "quadratic"),
    [
        ("3", True),
        ("2x - y", True),
        ("-(x + 2y - 1)^2/3 + x y", True),
        ("sin(2) x^2", True),
        ("x^3", False),
        ("x^2 y", False),
        ("1/x", False),
        ("sqrt(x^2)", False),
        ("2^x", False),
        ("x^0.5", False),
    ],
)
def test_quadratic_formulas_are_known_as_such(formula, quadratic):
    from core.optimizers.objective import objective_of

    assert objective_of(parse(formula), {"x": 1.0, "y": 1.0}, {})[0].is_quadratic == quadratic
