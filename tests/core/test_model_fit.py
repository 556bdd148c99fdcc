"""Models typed as formulas: derivatives against differences and hand, fits against known parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.expression import trace
from core.losses import RESIDUAL_LOSSES, Huber
from core.model_fit import ModelFit
from core.optimizers import (
    LBFGS,
    OPTIMIZERS,
    Adam,
    DampedNewton,
    GradientDescent,
    Newton,
    Objective,
    minimize,
)
from core.parser import parse
from core.regression import LinearRegression
from core.tokens import ParseError

RANDOM = np.random.default_rng(11)
X = np.linspace(0.2, 3.0, 40)
MODELS: dict[str, tuple[str, dict[str, float]]] = {
    "decay": ("a exp(-b x) + c", {"a": 1.3, "b": 0.8, "c": 0.4}),
    "sine": ("a sin(b x + c)", {"a": 1.3, "b": 0.8, "c": 0.4}),
    "logistic": ("a / (1 + exp(-b (x - c)))", {"a": 2.0, "b": 1.5, "c": 1.1}),
    "power": ("a x^b", {"a": 1.3, "b": 0.7}),
    "saturation": ("a x / (b + x)", {"a": 2.0, "b": 0.6}),
    "hinge": ("a max(x, b) + c", {"a": 1.5, "b": 1.23, "c": 0.2}),
    "quadratic": ("a + b x + c x^2", {"a": 1.0, "b": -2.0, "c": 0.5}),
    "one letter": ("k x", {"k": 1.7}),
}
"""Models, each with true parameters."""
LOSSES = [*RESIDUAL_LOSSES, Huber(delta=0.05)]


def noisy(name: str, noise: float = 0.1) -> tuple[str, dict[str, float], Any]:
    text, truth = MODELS[name]
    return text, truth, parse(text).evaluate({**truth, "x": X}) + RANDOM.normal(0.0, noise, X.size)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("name", MODELS)
def test_derivatives_are_those_of_the_loss(name: str, loss: Any) -> None:
    text, truth, y = noisy(name)
    fit = ModelFit(text, X, y, list(truth), loss=loss)
    point = np.array(list(truth.values())) * 1.05
    value, gradient = fit.value_and_grad(point)
    assert value == fit.loss(point) == fit.loss(dict(zip(truth, point, strict=True)))
    assert list(fit.gradient(point).values()) == gradient.tolist() and list(fit.gradient(point)) == list(
        truth
    )
    h = 1e-6
    differences = [(fit.loss(point + d) - fit.loss(point - d)) / (2 * h) for d in h * np.eye(len(point))]
    np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-9)
    rows = [
        (fit.value_and_grad(point + d)[1] - fit.value_and_grad(point - d)[1]) / (2 * h)
        for d in h * np.eye(len(point))
    ]
    matrix = fit.hessian(point)
    np.testing.assert_allclose(matrix, rows, rtol=1e-5, atol=1e-7)
    assert np.array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(fit.gauss_newton(point))[0] >= -1e-12


@pytest.mark.parametrize("name", MODELS)
def test_jacobian_predictions_and_residuals(name: str) -> None:
    text, truth, y = noisy(name)
    fit = ModelFit(text, X, y, list(truth))
    expected = np.array([parse(text).evaluate({**truth, "x": float(x)}) for x in X])
    np.testing.assert_allclose(fit.predictions(truth), expected, rtol=1e-13)
    np.testing.assert_allclose(fit.residuals(truth), expected - y, rtol=1e-12, atol=1e-14)
    assert fit.predictions(truth, [1.0, 2.0]).shape == (2,)
    h = 1e-6
    point = fit.point(truth)
    columns = [
        (fit.predictions(point + d) - fit.predictions(point - d)) / (2 * h) for d in h * np.eye(len(point))
    ]
    np.testing.assert_allclose(fit.jacobian(truth), np.array(columns).T, rtol=1e-6, atol=1e-9)


def test_decay_by_hand() -> None:
    # f = 2 e^(−x): 2 and 2/e at 0 and 1; ∂a = e^(−x), ∂b = −2x e^(−x)
    fit = ModelFit("a exp(-b x)", [0.0, 1.0], [1.0, 0.0])
    e = np.exp(-1.0)
    assert fit.parameters == ("a", "b")
    assert fit.loss({"a": 2.0, "b": 1.0}) == pytest.approx((1.0 + 4.0 * e * e) / 2.0, rel=1e-15)
    expected = {"a": (2.0 + 4.0 * e * e) / 2.0, "b": -(8.0 * e * e) / 2.0}
    assert fit.gradient({"b": 1.0, "a": 2.0}) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "hinge"])
def test_true_parameters_are_found_again(name: str) -> None:
    text, truth, _ = noisy(name)
    fit = ModelFit(text, X, parse(text).evaluate({**truth, "x": X}), list(truth))
    start = {letter: 1.2 * value for letter, value in truth.items()}
    path = fit.minimize(start, LBFGS(), steps=300, tolerance=1e-11)
    assert path.points[-1] == pytest.approx(list(truth.values()), rel=1e-6)
    method = minimize(Objective(fit.value_and_grad, fit.gauss_newton), fit.point(start), DampedNewton(), 40)
    assert method.points[-1] == pytest.approx(list(truth.values()), rel=1e-9)


@pytest.mark.parametrize("kind", list(OPTIMIZERS.values()), ids=list(OPTIMIZERS))
def test_every_optimizer_fits_a_model(kind: Any) -> None:
    text, truth, y = noisy("decay", 0.01)
    fit = ModelFit(text, X, y)
    start = {letter: 1.1 * value for letter, value in truth.items()}
    best = fit.minimize(start, LBFGS(), steps=100, tolerance=1e-8).losses[-1]
    path = fit.minimize(start, kind(), steps=40)
    assert path.stopped is None or "within rounding" in path.stopped
    assert best <= path.losses[-1] * (1.0 + 1e-9) and path.losses[-1] < path.losses[0]


def test_a_robust_loss_ignores_an_outlier() -> None:
    text, truth, y = noisy("decay", 0.01)
    y[20] = 50.0
    found = {}
    for loss in ("mse", Huber(0.05)):
        fit = ModelFit(text, X, y, list(truth), loss=loss)
        point = fit.minimize(truth, LBFGS(), steps=500, tolerance=1e-9).points[-1]
        found[str(loss)] = np.abs(fit.predictions(point) - parse(text).evaluate({**truth, "x": X})).max()
    assert found["mse"] > 0.3 and found["Huber(delta=0.05)"] < 0.05


def test_a_line_is_the_linear_regression() -> None:
    y = 2.0 * X - 1.0 + RANDOM.normal(0.0, 0.3, X.size)
    fit, line = ModelFit("w x + b", X, y), LinearRegression(X, y)
    assert fit.is_quadratic and fit.solution == pytest.approx(line.solution, rel=1e-12)
    np.testing.assert_allclose(fit.hessian(np.zeros(2)), line.hessian, rtol=1e-12)
    limit = line.learning_rate_limit
    below = minimize(fit.objective, [0.0, 0.0], GradientDescent(0.99 * limit), steps=50)
    assert below.divergence is None
    np.testing.assert_allclose(
        below.points,
        minimize(line.objective, [0.0, 0.0], GradientDescent(0.99 * limit), 50).points,
        rtol=1e-9,
        atol=1e-12,
    )
    why = fit.minimize({"w": 0.0, "b": 0.0}, GradientDescent(1.01 * limit), steps=0).divergence
    assert why is not None and why.limit == pytest.approx(limit, rel=1e-9)
    newton = fit.minimize([0.0, 0.0], Newton(), steps=1)
    assert newton.points[-1] == pytest.approx(line.solution, rel=1e-9)


def test_divergence_on_a_model_names_a_rate_that_descends() -> None:
    text, truth, y = noisy("decay", 0.01)
    fit = ModelFit(text, X, y)
    why = fit.minimize(truth, GradientDescent(30.0), steps=1000).divergence
    assert why is not None and why.safe_rate is not None
    path = fit.minimize(truth, GradientDescent(why.safe_rate), steps=300)
    assert path.stopped is None and path.losses[-1] <= path.losses[0]


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_polynomials_have_a_closed_form(degree: int) -> None:
    letters = "abcdk"[: degree + 1]
    text = " + ".join(f"{letter} x^{power}" for power, letter in enumerate(letters))
    y = np.sin(2.0 * X) + 0.1 * X
    fit = ModelFit(text, X, y, list(letters))
    assert fit.is_linear
    expected = np.linalg.lstsq(np.vander(X, degree + 1, increasing=True), y, rcond=None)[0]
    np.testing.assert_allclose(fit.solution, expected, rtol=1e-9)
    np.testing.assert_allclose(fit.value_and_grad(fit.solution)[1], 0.0, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "linear"),
    [
        ("a sin(x) + b cos(x) + 3", True),
        ("(a + b) x", True),
        ("(a + b x)/(1 + x^2)", True),
        ("a b x", False),
        ("a exp(b x)", False),
        ("relu(a x)", False),
        ("a^2 x", False),
    ],
)
def test_linear_models_are_known(text: str, linear: bool) -> None:
    assert ModelFit(text, X, X).is_linear is linear


def test_closed_form_with_what_is_known_already() -> None:
    fit = ModelFit("a sin(x) + 3 + x", X, 2.0 * np.sin(X) + 3.0 + X)
    assert fit.solution == pytest.approx([2.0], rel=1e-14)
    assert np.isnan(ModelFit("(a + b) x", X, X).solution).all()
    for fit in (ModelFit("a exp(b x)", X, X), ModelFit("a + b x", X, X, loss="mae")):
        with pytest.raises(
            ValueError, match="only a model that is linear in its parameters has a closed form"
        ):
            fit.solution  # noqa: B018


def test_cubics_of_calendar_years_have_their_closed_form() -> None:
    years = np.arange(1990.0, 2021.0)
    y = 3.0 + 0.5 * (years - 2005.0) + 0.01 * (years - 2005.0) ** 2
    fit = ModelFit("a + b t + c t^2", years, y, feature="t")
    np.testing.assert_allclose(fit.residuals(fit.solution), 0.0, atol=1e-7)


def test_a_model_may_be_traced_from_python() -> None:
    model = trace(lambda x, a, b: a * np.tanh(b * x))
    fit = ModelFit(model, X, 2.0 * np.tanh(0.5 * X))
    path = fit.minimize({"a": 1.0, "b": 1.0}, Adam(0.05), steps=3000)
    assert path.points[-1] == pytest.approx([2.0, 0.5], abs=1e-3)


def test_a_point_on_the_edge_of_the_domain_keeps_its_derivatives() -> None:
    fit = ModelFit("a x^b", [0.0, 1.0, 2.0], [0.0, 2.0, 5.0])
    value, gradient = fit.value_and_grad(np.array([2.0, 1.5]))
    e = np.array([0.0, 0.0, 2.0 * 2.0**1.5 - 5.0])
    assert value == pytest.approx((e**2).mean())
    slopes = [2 * np.mean(e * [0.0, 1.0, 2.0**1.5]), 2 * np.mean(e * [0, 0, 2 * 2.0**1.5 * np.log(2.0)])]
    assert gradient.tolist() == pytest.approx(slopes)
    assert np.isfinite(fit.hessian(np.array([2.0, 1.5]))).all()


def test_outside_the_domain() -> None:
    fit = ModelFit("a ln(x - b)", [1.0, 2.0, 3.0], [0.0, 1.0, 2.0])
    assert np.isnan(fit.predictions({"a": 1.0, "b": 1.5})).tolist() == [True, False, False]
    assert np.isnan(fit.loss({"a": 1.0, "b": 1.5}))
    with pytest.raises(ValueError, match=r"a = 1, b = 2.5 .* not defined at 2 of 3 points, the first x = 1:"):
        fit.minimize({"a": 1.0, "b": 2.5}, Adam(), steps=5)
    path = fit.minimize({"a": -1.0, "b": 0.5}, GradientDescent(5.0), steps=50)
    assert path.stopped is not None and np.isfinite(path.points).all()


@pytest.mark.parametrize("size", [1e160, 1e300, 1e-300])
def test_extreme_data_raise_nothing(size: float) -> None:
    fit = ModelFit("a exp(-b x) + c", X * size, X * size)
    value, gradient = fit.value_and_grad(np.array([1.0, 2.0, 3.0]))
    assert type(value) is float and gradient.shape == (3,)
    assert fit.hessian(np.array([1.0, 2.0, 3.0])).shape == (3, 3)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("a + b", X, X), {}, "does not contain x"),
        (("a t", X, X), {}, "does not contain x, the letter of the data"),
        (("2 x + 1", X, X), {}, "has no parameters to fit"),
        (("a x + b", X, X, ["a"]), {}, "b is neither data nor a parameter"),
        (("a x", X, X, ["a", "k"]), {}, r"different letters of the model \(a\), not a, k"),
        (("a x", X, X, ["a", "a"]), {}, "different letters"),
        (("a x", X, X, ["a", "x"]), {}, "different letters"),
        (("a x", X, X[1:]), {}, "same length, not of shapes"),
        (("a x", [], []), {}, "at least one point"),
        (("a x", [1.0, np.nan], [1.0, 2.0]), {}, "must be finite"),
        (("a x", [1.0, 2.0], [1.0, np.inf]), {}, "must be finite"),
        (("a x", X, X), {"loss": "l2"}, "choose of mse, mae, huber"),
        (("a t", X, X), {"feature": "u"}, "does not contain u"),
    ],
)
def test_misuse_is_told(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ModelFit(*arguments, **options)


def test_text_that_is_no_formula() -> None:
    with pytest.raises(ParseError):
        ModelFit("a x +", X, X)
    with pytest.raises(TypeError, match="text or an expression, not float"):
        ModelFit(2.0, X, X)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"a": 1.0}, "no value for b"),
        ({"a": 1.0, "b": 1.0, "c": 1.0}, "c is no parameter: they are a, b"),
        ({"a": 1.0, "b": "two"}, "b must be a real number"),
        ([1.0], "one number for each parameter: a, b"),
        ([1.0, "x"], "one number for each parameter"),
        (3.0, "one number for each parameter"),
        ({"a": [1.0, 2.0], "b": 1.0}, "one number for each parameter"),
    ],
)
def test_starts_that_do_not_fit_are_refused(start: Any, message: str) -> None:
    fit = ModelFit("a x + b", X, X)
    with pytest.raises(ValueError, match=message):
        fit.minimize(start, Adam(), steps=1)
    with pytest.raises(ValueError, match=message):
        fit.loss(start)
