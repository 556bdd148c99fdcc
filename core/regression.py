"""Fitting a line by least squares, from sufficient statistics of the centred data."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.optimizers import Objective
from core.primitives import FloatArray


class LinearRegression:
    r"""Mean squared error of the line :math:`\hat y = w x + b` over a data set.

    The data are read once. With centred features :math:`u = x - \bar x`, the loss about the optimum is

    .. math:: L(w, b) = L^\star + \overline{u^2}\,(w - w^\star)^2
              + \bigl(b - b^\star + \bar x (w - w^\star)\bigr)^2,

    in which nothing cancels, so calendar years and huge offsets cost no digits, and a step costs the same
    for five points as for ten million.

    Parameters
    ----------
    features, targets
        One-dimensional arrays of the same length, at least one point, all finite.

    Raises
    ------
    ValueError
        If the shapes differ, there is no point, or a number is not finite.

    Examples
    --------
    >>> fit = LinearRegression([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])
    >>> round(fit.loss(0.5, 1.0), 2), tuple(round(number, 10) for number in fit.solution)
    (2.75, (0.6, 2.2))
    """

    def __init__(self, features: Any, targets: Any) -> None:
        self.features = np.array(features, dtype=np.float64)
        self.targets = np.array(targets, dtype=np.float64)
        if self.features.ndim != 1 or self.features.shape != self.targets.shape:
            raise ValueError("features and targets must be two lists of numbers of the same length")
        if self.features.size == 0:
            raise ValueError("a fit needs at least one point")
        if not (np.isfinite(self.features).all() and np.isfinite(self.targets).all()):
            raise ValueError("features and targets must be finite numbers")
        with np.errstate(all="ignore"):
            self._summarize()

    def _summarize(self) -> None:
        self.feature_mean = float(self.features.mean())
        self.target_mean = float(self.targets.mean())
        centred = self.features - self.feature_mean
        self.feature_mean += float(centred.mean())
        centred = self.features - self.feature_mean
        self.feature_variance = float(np.mean(centred * centred))
        covariance = float(np.mean(centred * (self.targets - self.target_mean)))
        self.has_unique_solution = self.feature_variance > 0.0
        self._slope = covariance / self.feature_variance if self.has_unique_solution else 0.0
        residuals = self.targets - self.target_mean - self._slope * centred
        self._intercept = self.target_mean + float(residuals.mean()) - self._slope * self.feature_mean
        self.minimum_loss = float(np.mean((residuals - residuals.mean()) ** 2))

    @property
    def solution(self) -> tuple[float, float]:
        """Optimum ``(w, b)`` in closed form; NaN where all x are equal, so that many lines are best."""
        return (self._slope, self._intercept) if self.has_unique_solution else (np.nan, np.nan)

    def loss(self, w: Any, b: Any) -> Any:
        """Mean squared error; `w` and `b` are numbers or arrays that broadcast."""
        slope_off, level_off = self._deviations(w, b)
        with np.errstate(all="ignore"):
            return self.minimum_loss + self.feature_variance * slope_off * slope_off + level_off * level_off

    def gradient(self, w: Any, b: Any) -> tuple[Any, Any]:
        """Partial derivatives of the loss for `w` and `b`."""
        slope_off, level_off = self._deviations(w, b)
        with np.errstate(all="ignore"):
            for_w = 2.0 * (self.feature_variance * slope_off + self.feature_mean * level_off)
            return for_w, 2.0 * level_off

    def _deviations(self, w: Any, b: Any) -> tuple[Any, Any]:
        """Distance from the optimal slope, and from the optimal height at the mean of x."""
        with np.errstate(all="ignore"):
            slope_off = np.subtract(w, self._slope)
            level_off = np.subtract(b, self._intercept) + self.feature_mean * slope_off
        return _plain(slope_off), _plain(level_off)

    def residuals(self, w: float, b: float) -> FloatArray:
        """Prediction minus target for each point."""
        with np.errstate(all="ignore"):
            return w * self.features + b - self.targets

    @property
    def hessian(self) -> FloatArray:
        """Second derivatives of the loss, the same everywhere: shape (2, 2) for (w, b)."""
        mean = self.feature_mean
        with np.errstate(all="ignore"):
            return 2.0 * np.array([[self.feature_variance + mean * mean, mean], [mean, 1.0]])

    @property
    def curvatures(self) -> tuple[float, float]:
        """Eigenvalues of the Hessian, the smaller first; the smaller without cancellation."""
        matrix = self.hessian
        half_trace = float(matrix[0, 0] + matrix[1, 1]) / 2.0
        half_gap = float(np.hypot((matrix[0, 0] - matrix[1, 1]) / 2.0, matrix[0, 1]))
        largest = half_trace + half_gap
        return 4.0 * self.feature_variance / largest, largest

    @property
    def learning_rate_limit(self) -> float:
        """Gradient descent converges below 2/λmax and diverges above it."""
        return 2.0 / self.curvatures[1]

    def value_and_grad(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Loss and gradient at ``point = (w, b)``."""
        for_w, for_b = self.gradient(point[0], point[1])
        return float(self.loss(point[0], point[1])), np.array([for_w, for_b])

    @property
    def objective(self) -> Objective:
        """What :func:`core.optimizers.minimize` wants: a quadratic, whose Hessian tells which rates are safe.

        Examples
        --------
        >>> from core.optimizers import GradientDescent, minimize
        >>> fit = LinearRegression([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])
        >>> minimize(fit.objective, [0.5, 1.0], GradientDescent(0.1), steps=0).divergence.safe_rate
        0.04
        """
        hessian = self.hessian
        return Objective(self.value_and_grad, lambda point: hessian, is_quadratic=True)


def _plain(number: Any) -> Any:
    """Make a float of what is no array."""
    return number if np.ndim(number) else float(number)
