"""Every preset does what its row says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core import hessian, minimize, parse, value_and_grad
from core.optimizers import GradientDescent
from core.presets import DATA_SETS, FUNCTIONS, GRAPHS, SURFACES
from core.regression import LinearRegression

by_key = {"ids": lambda preset: preset.key}


@pytest.mark.parametrize("table", [FUNCTIONS, SURFACES, DATA_SETS, GRAPHS])
def test_keys_are_unique(table):
    assert len({preset.key for preset in table}) == len(table)


@pytest.mark.parametrize("preset", FUNCTIONS, **by_key)
def test_function_is_visible_in_its_window(preset):
    expression = parse(preset.formula)
    assert set(expression.names) == {"x", *dict(preset.parameters)}
    left, right, bottom, top = preset.view
    assert left < preset.x < right
    heights = expression.evaluate({**dict(preset.parameters), "x": np.linspace(left, right, 400)})
    visible = (heights > bottom) & (heights < top)
    assert visible.mean() > 0.3
    value = expression.evaluate({**dict(preset.parameters), "x": preset.x})
    assert bottom < value < top


@pytest.mark.parametrize(
    ("key", "slope"),
    [("parabola", 6.0), ("power", 12.0), ("chain", 300.0), ("cubic", 3.75), ("quotient", 0.48)],
)
def test_function_has_the_slope_that_its_line_promises(key, slope):
    preset = next(preset for preset in FUNCTIONS if preset.key == key)
    assert value_and_grad(parse(preset.formula), {"x": preset.x})[1]["x"] == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize("preset", SURFACES, **by_key)
def test_surface_starts_in_its_window_and_its_minima_are_minima(preset):
    expression = parse(preset.formula)
    assert set(expression.names) == {"x", "y"}
    left, right, bottom, top = preset.view
    assert left <= preset.start[0] <= right
    assert bottom <= preset.start[1] <= top
    for x, y in preset.minima:
        _, gradient = value_and_grad(expression, {"x": x, "y": y})
        assert math.hypot(gradient["x"], gradient["y"]) < 1e-9
        assert np.linalg.eigvalsh(hessian(expression, {"x": x, "y": y})).min() > 0
        assert left <= x <= right
        assert bottom <= y <= top


@pytest.mark.parametrize("preset", [preset for preset in SURFACES if preset.minima], **by_key)
def test_descent_goes_down_at_the_preset_rate(preset):
    start = dict(zip("xy", preset.start, strict=True))
    path = minimize(parse(preset.formula), start, GradientDescent(preset.learning_rate), steps=200)
    assert path.stopped is None
    assert path.losses[-1] < path.losses[0]


def test_saddle_escapes_and_himmelblau_diverges_at_a_large_rate():
    saddle = next(preset for preset in SURFACES if preset.key == "saddle")
    path = minimize(parse(saddle.formula), {"x": -1.5, "y": 0.01}, GradientDescent(0.1), steps=100)
    assert path.losses[-1] < -1e3
    himmelblau = next(preset for preset in SURFACES if preset.key == "himmelblau")
    path = minimize(parse(himmelblau.formula), {"x": 0.0, "y": 0.0}, GradientDescent(0.1), steps=100)
    assert path.stopped is not None
    assert path.losses[5] > 1e6


@pytest.mark.parametrize("preset", DATA_SETS, **by_key)
def test_data_preset_descends_below_its_limit(preset):
    features, targets = zip(*preset.points, strict=True)
    fit = LinearRegression(features, targets)
    assert preset.learning_rate < fit.learning_rate_limit
    path = minimize(fit.value_and_grad, preset.start, GradientDescent(preset.learning_rate), steps=50)
    assert (np.diff(path.losses) <= 1e-12 * path.losses[0]).all()


@pytest.mark.parametrize("key", ["anscombe_1", "anscombe_2", "anscombe_3", "anscombe_4"])
def test_anscombe_sets_share_one_line(key):
    preset = next(preset for preset in DATA_SETS if preset.key == key)
    features, targets = zip(*preset.points, strict=True)
    assert LinearRegression(features, targets).solution == pytest.approx((0.5, 3.0), abs=2.5e-3)


@pytest.mark.parametrize("preset", GRAPHS, **by_key)
def test_graph_preset_names_every_letter(preset):
    expression = parse(preset.formula)
    assert set(expression.names) == dict(preset.values).keys()
    assert set(preset.learn) <= set(expression.names)
    value, gradient = value_and_grad(expression, dict(preset.values))
    assert math.isfinite(value)
    assert all(math.isfinite(number) for number in gradient.values())
