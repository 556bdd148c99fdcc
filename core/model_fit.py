"""Fitting any formula to data: y = an expression in x and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from core.autodiff import value_and_grad
from core.differentiate import differentiate
from core.expression import Expression, real_values
from core.losses import ResidualLoss, SquaredError, residual_loss
from core.optimizers import Objective, Optimizer, Trajectory, minimize
from core.parser import parse
from core.primitives import FloatArray
from core.regression import paired_data
from core.tape import Dual, forward_pass, primal_and_tangent, variable_cotangents

BLOCK = 8_192
"""Points are gone through in blocks of so many, whose slopes stay in the cache."""


class ModelFit:
    r"""Mean loss :math:`L(\theta) = \frac{1}{n} \sum_i \rho(f(x_i; \theta) - y_i)` of a model.

    The engine differentiates the model for its parameters: with the Jacobian
    :math:`J_{ij} = \partial f(x_i) / \partial \theta_j`, the gradient is the mean of
    :math:`\rho'(r_i)\, J_i`.

    Parameters
    ----------
    model
        The right-hand side of y = …, as text or as an expression.
    features, targets
        Values of x and y: one-dimensional arrays of the same length, at least one point, all finite.
    parameters
        The letters to be fitted, in the order in which points have them; all but x unless told.
    feature
        The letter that stands for the data.
    loss
        One of `core.losses.RESIDUAL_LOSSES` by name, or one with its own numbers, as ``Huber(delta=0.5)``.

    Attributes
    ----------
    model, features, targets, feature
        The parameters of that name; the model as an expression.
    parameters
        The letters that are fitted.
    loss_of_residuals
        The loss ρ.

    Raises
    ------
    ValueError
        If the data cannot be fitted, there is no such loss, the model does not contain the feature's letter,
        has no parameters, or has letters that are neither; `ParseError` if the text is no formula.
    TypeError
        If the model is neither text nor an expression.

    Examples
    --------
    >>> from core.optimizers import LBFGS
    >>> x = np.linspace(0.0, 4.0, 50)
    >>> fit = ModelFit("a exp(-b x) + c", x, 3.0 * np.exp(-1.5 * x) + 0.5)
    >>> path = fit.minimize({"a": 1.0, "b": 1.0, "c": 0.0}, LBFGS(), steps=100, tolerance=1e-10)
    >>> dict(zip(fit.parameters, path.points[-1].round(6).tolist()))
    {'a': 3.0, 'b': 1.5, 'c': 0.5}

    What is linear in its parameters, such as a polynomial, has a closed form:

    >>> ModelFit("a + b x + c x^2", [0, 1, 2, 3], [1, 4, 9, 16]).solution.round(9).tolist()
    [1.0, 2.0, 1.0]
    """

    def __init__(
        self,
        model: Expression | str,
        features: Any,
        targets: Any,
        parameters: Sequence[str] | None = None,
        *,
        feature: str = "x",
        loss: ResidualLoss | str = "mse",
    ) -> None:
        self.model = parse(model) if isinstance(model, str) else model
        if not isinstance(self.model, Expression):
            raise TypeError(f"a model is text or an expression, not {type(model).__name__}")
        self.features, self.targets = paired_data(features, targets)
        self.feature = feature
        self.loss_of_residuals = residual_loss(loss)
        letters = tuple(name for name in self.model.names if name != feature)
        self.parameters = letters if parameters is None else tuple(parameters)
        self._require_letters(letters)

    def _require_letters(self, letters: Sequence[str]) -> None:
        if not self.model.depends_on(self.feature):
            raise ValueError(
                f"the model {self.model} does not contain {self.feature}, the letter of the data: write it "
                "into the model, or name another letter with feature="
            )
        if not self.parameters:
            raise ValueError(f"the model {self.model} has no parameters to fit: give it a letter beside x")
        if len(set(self.parameters)) < len(self.parameters) or not set(self.parameters) <= set(letters):
            raise ValueError(
                f"parameters must be different letters of the model ({', '.join(letters)}), "
                f"not {', '.join(self.parameters)}"
            )
        if left := [name for name in letters if name not in self.parameters]:
            raise ValueError(
                f"{', '.join(left)} is neither data nor a parameter: fit it too, or substitute a number"
            )

    def point(self, parameters: Mapping[str, float] | Any) -> FloatArray:
        """Make an array, in the order of `parameters`, of a number for each letter.

        Raises
        ------
        ValueError
            If there is not one real number for each.
        """
        if isinstance(parameters, Mapping):
            if unknown := [name for name in parameters if name not in self.parameters]:
                raise ValueError(
                    f"{', '.join(unknown)} is no parameter: they are {', '.join(self.parameters)}"
                )
            numbers = real_values(parameters, self.parameters)
            parameters = [numbers[name] for name in self.parameters]
        try:
            point = np.array(parameters, dtype=np.float64)
        except (TypeError, ValueError):
            point = np.empty(0)
        if point.shape != (len(self.parameters),):
            raise ValueError(f"give one number for each parameter: {', '.join(self.parameters)}")
        return point

    def predictions(self, parameters: Mapping[str, float] | Any, features: Any = None) -> FloatArray:
        """Value of the model at the data's x, or at others; NaN outside the model's domain."""
        x = self.features if features is None else np.asarray(features, dtype=np.float64)
        values = dict(zip(self.parameters, map(float, self.point(parameters)), strict=True))
        return np.asarray(self.model.evaluate({**values, self.feature: x}))

    def residuals(self, parameters: Mapping[str, float] | Any) -> FloatArray:
        """Prediction minus target for each point."""
        with np.errstate(all="ignore"):
            return self.predictions(parameters) - self.targets

    def jacobian(self, parameters: Mapping[str, float] | Any) -> FloatArray:
        """Differentiate each prediction for each parameter: shape (n, k)."""
        return self._linearise(self.point(parameters), slice(None))[1].T

    def loss(self, parameters: Mapping[str, float] | Any) -> float:
        """Mean loss; NaN if a prediction is."""
        with np.errstate(all="ignore"):
            return float(np.mean(self.loss_of_residuals.value(self.residuals(parameters))))

    def gradient(self, parameters: Mapping[str, float] | Any) -> dict[str, float]:
        """Differentiate the mean loss for each parameter."""
        slopes = self.batch_gradient(self.point(parameters), slice(None))
        return dict(zip(self.parameters, map(float, slopes), strict=True))

    def value_and_grad(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Mean loss and its gradient at a point that has the parameters in their order."""
        loss, gradient = 0.0, np.zeros(len(self.parameters))
        with np.errstate(all="ignore"):
            for start in range(0, self.targets.size, BLOCK):
                residuals, slopes = self._linearise(point, slice(start, start + BLOCK))
                loss += float(self.loss_of_residuals.value(residuals).sum())
                gradient += self._pull(residuals, slopes)
        return loss / self.targets.size, gradient / self.targets.size

    def loss_at(self, point: FloatArray) -> float:
        """Loss over all points."""
        return self.loss(point)

    def batch_gradient(self, point: FloatArray, indices: Any) -> FloatArray:
        """Gradient of the loss over the chosen points alone."""
        residuals, slopes = self._linearise(point, indices)
        return self._pull(residuals, slopes) / residuals.size

    def _pull(self, residuals: FloatArray, slopes: FloatArray) -> FloatArray:
        """Sum of the derivatives of each point's loss."""
        with np.errstate(all="ignore"):
            return np.asarray(np.einsum("ij,j->i", slopes, self.loss_of_residuals.derivative(residuals)))

    def _linearise(self, point: FloatArray, indices: Any) -> tuple[FloatArray, FloatArray]:
        """Residuals of the chosen points, and a row of slopes for each parameter."""
        values: dict[str, Any] = dict(zip(self.parameters, map(float, point), strict=True))
        values[self.feature] = self.features[indices]
        predictions, slopes = value_and_grad(self.model, values)
        with np.errstate(all="ignore"):
            residuals = predictions - self.targets[indices]
        return residuals, np.array([slopes[name] for name in self.parameters])

    def gauss_newton(self, point: FloatArray) -> FloatArray:
        r"""Mean of :math:`\rho''(r_i)\, J_i^T J_i`: the Hessian without the curvature of the model.

        It is never indefinite, and near a good fit it is nearly the Hessian. Newton's method with it is the
        Gauss–Newton method:

        >>> from core.optimizers import DampedNewton
        >>> x = np.array([0.0, 1.0, 2.0, 3.0])
        >>> fit = ModelFit("a exp(-b x)", x, 2.0 * np.exp(-0.7 * x))
        >>> method = Objective(fit.value_and_grad, fit.gauss_newton)
        >>> minimize(method, [1.0, 0.1], DampedNewton(), steps=10).points[-1].round(9).tolist()
        [2.0, 0.7]
        """
        residuals, slopes = self._linearise(point, slice(None))
        with np.errstate(all="ignore"):
            bent = slopes * self.loss_of_residuals.curvature(residuals)
            return np.asarray(np.einsum("ij,kj->ik", bent, slopes)) / self.targets.size

    def hessian(self, point: FloatArray) -> FloatArray:
        """Exact second derivatives of the loss: shape (k, k); NaN where one does not exist."""
        matrix = self.gauss_newton(point)
        if self.is_linear:
            return matrix
        with np.errstate(all="ignore"):
            pulls = self.loss_of_residuals.derivative(self.residuals(point))
            for column, moving in enumerate(self.parameters):
                for row, bend in enumerate(self._bends(point, moving)):
                    matrix[row, column] += np.mean(pulls * bend)
            return 0.5 * (matrix + matrix.T)

    def _bends(self, point: FloatArray, moving: str) -> list[Any]:
        """Second derivatives of the model for one parameter and each, by the backward pass on duals."""
        values: dict[str, Any] = {
            name: Dual(np.float64(number), 1.0) if name == moving else np.float64(number)
            for name, number in zip(self.parameters, point, strict=True)
        }
        tape = forward_pass(self.model, {**values, self.feature: self.features})
        cotangents = variable_cotangents(tape)
        return [primal_and_tangent(cotangents[name])[1] for name in self.parameters]

    @cached_property
    def is_linear(self) -> bool:
        """Whether the model is linear in its parameters, as polynomials in x are."""
        partials = (differentiate(self.model, name).derivative for name in self.parameters)
        return not any(partial.depends_on(name) for partial in partials for name in self.parameters)

    @property
    def is_quadratic(self) -> bool:
        """Whether the loss is a quadratic, so that it has a closed form and one curvature everywhere."""
        return self.is_linear and isinstance(self.loss_of_residuals, SquaredError)

    @cached_property
    def solution(self) -> FloatArray:
        """Optimum in closed form, by least squares; NaN if many points are as good.

        Raises
        ------
        ValueError
            If the model is not linear in its parameters, or errors are not squared: use `minimize`.
        """
        if not self.is_quadratic:
            raise ValueError(
                f"only a model that is linear in its parameters has a closed form, and only for squared "
                f"errors: minimise {self.model} from a start instead"
            )
        zeros = np.zeros(len(self.parameters))
        residuals, slopes = self._linearise(zeros, slice(None))
        scales = np.linalg.norm(slopes, axis=1)
        if not (np.isfinite(slopes).all() and np.isfinite(residuals).all() and scales.all()):
            return np.full_like(zeros, np.nan)
        design = (slopes / scales[:, None]).T
        found, _, rank, _ = np.linalg.lstsq(design, -residuals, rcond=None)
        if rank < len(zeros):
            return np.full_like(zeros, np.nan)
        found += np.linalg.lstsq(design, -(residuals + design @ found), rcond=None)[0]
        return np.asarray(found / scales)

    @property
    def objective(self) -> Objective:
        """What :func:`core.optimizers.minimize` wants; its points have the parameters in their order."""
        return Objective(self.value_and_grad, self.hessian, self.is_quadratic)

    def minimize(
        self,
        start: Mapping[str, float] | Any,
        optimizer: Optimizer,
        steps: int,
        *,
        tolerance: float | None = None,
    ) -> Trajectory:
        """Descend from a start, as :func:`core.optimizers.minimize` does.

        Parameters
        ----------
        start
            A number for each parameter, by its letter or in their order.
        optimizer, steps, tolerance
            As there.

        Raises
        ------
        ValueError
            If a parameter has no number, or the model no value at one of the points.
        """
        point = self.point(start)
        undefined = self.features[np.isnan(self.predictions(point))]
        if undefined.size:
            numbers = ", ".join(
                f"{name} = {number:g}" for name, number in zip(self.parameters, point, strict=True)
            )
            raise ValueError(
                f"with {numbers} the model {self.model} is not defined at {undefined.size} of "
                f"{self.targets.size} points, the first {self.feature} = {undefined[0]:g}: choose another "
                "start, or leave out those points"
            )
        return minimize(self.objective, point, optimizer, steps, tolerance=tolerance)
