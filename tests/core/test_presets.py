"""Every preset does what its row says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core import hessian, minimize, parse, value_and_grad
from core.optimizers import OPTIMIZERS, Adam, GradientDescent, Momentum
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
    expression, values = parse(preset.formula), dict(preset.parameters)
    assert set(expression.names) == {"x", "y", *values}
    left, right, bottom, top = preset.view
    assert left <= preset.start[0] <= right
    assert bottom <= preset.start[1] <= top
    for x, y in preset.minima:
        at = {**values, "x": x, "y": y}
        _, gradient = value_and_grad(expression, at)
        assert math.hypot(gradient["x"], gradient["y"]) < 1e-9
        assert np.linalg.eigvalsh(_hessian(preset, (x, y))).min() > 0
        assert left <= x <= right
        assert bottom <= y <= top
    heights = [expression.evaluate({**values, "x": x, "y": y}) for x, y in preset.minima]
    assert all(heights[0] <= height + 1e-12 for height in heights)


def _on(preset):
    """Give the surface as a function of x and y alone."""
    return parse(preset.formula).substitute(dict(preset.parameters))


def _hessian(preset, place):
    return hessian(_on(preset), dict(zip("xy", place, strict=True)))


def _arrival(preset, optimizer, steps):
    """Run to the first step with a gradient below 1e-3: its number and place, or None and the last place."""
    path = minimize(
        _on(preset), dict(zip("xy", map(float, preset.start), strict=True)), optimizer, steps=steps
    )
    flat = np.flatnonzero(np.hypot(*path.gradients.T) < 1e-3)
    return (int(flat[0]), path.points[flat[0]]) if flat.size else (None, path.points[-1])


LIMITS = {
    "bowl": 1.0,
    "valley": 0.2,
    "rosenbrock": 0.0020,
    "mild_rosenbrock": 0.0197,
    "himmelblau": 0.0243,
    "beale": 0.041,
    "booth": 0.111,
    "matyas": 2.0,
    "camel": 0.453,
    "rastrigin": 0.0050,
    "styblinski_tang": 0.058,
    "mccormick": 0.5,
    "two_wells": 0.064,
}
"""2/λmax of the Hessian at the lowest minimum, or at the one that the rates reach."""


@pytest.mark.parametrize("preset", [preset for preset in SURFACES if preset.minima], **by_key)
def test_rate_of_gradient_descent_is_below_the_limit(preset):
    steepest = np.linalg.eigvalsh(_hessian(preset, preset.minima[0])).max()
    assert 2.0 / steepest == pytest.approx(LIMITS[preset.key], rel=0.03)
    assert dict(preset.rates)["gradient_descent"] < 2.0 / steepest


LOWEST, SECOND, FOURTH = 0, 1, 3

ARRIVALS = [
    ("bowl", (37, LOWEST), (95, LOWEST), (124, LOWEST)),
    ("valley", (79, LOWEST), (161, LOWEST), (159, LOWEST)),
    ("rosenbrock", (None, LOWEST), (1359, LOWEST), (675, LOWEST)),
    ("mild_rosenbrock", (1495, LOWEST), (169, LOWEST), (238, LOWEST)),
    ("himmelblau", (39, LOWEST), (214, FOURTH), (182, LOWEST)),
    ("beale", (1560, LOWEST), (154, LOWEST), (202, LOWEST)),
    ("booth", (94, LOWEST), (176, LOWEST), (206, LOWEST)),
    ("matyas", (769, LOWEST), (245, LOWEST), (95, LOWEST)),
    ("camel", (37, LOWEST), (130, LOWEST), (116, LOWEST)),
    ("rastrigin", (22, SECOND), (197, SECOND), (205, SECOND)),
    ("styblinski_tang", (36, SECOND), (210, LOWEST), (205, SECOND)),
    ("mccormick", (29, SECOND), (119, SECOND), (114, SECOND)),
    ("two_wells", (89, SECOND), (207, LOWEST), (169, LOWEST)),
]
"""Steps of gradient descent, momentum 0.9 and Adam to a gradient below 1e-3, and which minimum they reach."""


@pytest.mark.parametrize(("key", "descent", "momentum", "adam"), ARRIVALS)
def test_rates_do_what_the_line_says(key, descent, momentum, adam):
    preset = next(preset for preset in SURFACES if preset.key == key)
    rates = dict(preset.rates)
    methods = (
        (GradientDescent(rates["gradient_descent"]), descent),
        (Momentum(rates["momentum"], beta=0.9), momentum),
        (Adam(rates["adam"]), adam),
    )
    for optimizer, (steps, minimum) in methods:
        arrived, place = _arrival(preset, optimizer, 5000 if steps is None else 2 * steps)
        assert arrived == (None if steps is None else pytest.approx(steps, rel=0.03)), optimizer.title
        assert math.dist(place, preset.minima[minimum]) < 0.2, optimizer.title


def test_every_surface_has_its_arrivals_or_no_minimum():
    assert {row[0] for row in ARRIVALS} == {preset.key for preset in SURFACES if preset.minima}
    assert all(set(dict(preset.rates)) <= set(OPTIMIZERS) for preset in SURFACES)


@pytest.mark.parametrize("preset", [preset for preset in SURFACES if not preset.minima], **by_key)
def test_every_way_leaves_a_saddle(preset):
    saddle = np.linalg.eigvalsh(_hessian(preset, (0.0, 0.0)))
    assert saddle[0] < 0.0 < saddle[1]
    for key, rate in preset.rates:
        arrived, place = _arrival(preset, OPTIMIZERS[key](rate), 400)
        assert arrived is None
        assert math.hypot(*place) > 10.0, key


def test_himmelblau_diverges_at_a_large_rate():
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
