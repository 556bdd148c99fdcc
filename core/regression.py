"""Fitting a line by least squares, from sufficient statistics of the centred data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core.error_free import two_product, two_sum
from core.optimizers import Objective
from core.primitives import FloatArray

BLOCK = 8_192
"""Data are summed in blocks of so many points, which stay in the cache and on one thread."""


class LinearRegression:
    r"""Mean squared error of the line :math:`\hat y = w x + b` over a data set.

    The data are read once. With centred features :math:`u = x - \bar x`, the loss about the optimum is

    .. math:: L(w, b) = L^\star + \overline{u^2}\,(w - w^\star)^2
              + \bigl(b - b^\star + \bar x (w - w^\star)\bigr)^2,

    in which nothing cancels, so calendar years and huge offsets cost no digits, and a step costs the same
    for five points as for ten million. The optimum and the mean of x are kept to twice the digits of a
    double, because the rounding of :math:`b^\star` alone may be larger than the noise of the data.

    Parameters
    ----------
    features, targets
        One-dimensional arrays of the same length, at least one point, all finite.

    Attributes
    ----------
    features, targets
        Copies of the data.
    feature_mean, target_mean
        Means of x and y.
    feature_variance
        Mean squared distance of x from its mean.
    has_unique_solution
        Whether x varies, so that there is one best line.
    minimum_loss
        Loss L* of the best line.

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
        self.features, self.targets = paired_data(features, targets)
        with np.errstate(all="ignore"):
            self._summarize()

    def _summarize(self) -> None:
        self.feature_mean = float(self.features.mean())
        self.target_mean = float(self.targets.mean())
        self.feature_mean += _mean(self.features, self.feature_mean)
        self._feature_mean_rest = _mean(self.features, self.feature_mean)
        variance, covariance = self._centred_products()
        self.feature_variance = variance
        self.has_unique_solution = variance > 0.0
        self._slope = covariance / variance if self.has_unique_solution else 0.0
        self._intercept = self.target_mean - self._slope * self.feature_mean
        slope_rest, level_rest, _ = self._rest()
        before = self._slope
        self._slope -= slope_rest
        self._intercept -= level_rest + self.feature_mean * (self._slope - before)
        self._slope_rest, self._level_rest, self.minimum_loss = self._rest()

    def _blocks(self) -> range:
        return range(0, self.features.size, BLOCK)

    def _centred_products(self) -> tuple[float, float]:
        """Variance of x, and its covariance with y."""
        sums = []
        for start in self._blocks():
            u = self._centred(slice(start, start + BLOCK))
            y = self.targets[start : start + BLOCK] - self.target_mean
            sums.append((u @ u, u @ y))
        variance, covariance = np.sum(sums, axis=0) / self.features.size
        return float(variance), float(covariance)

    def _rest(self) -> tuple[float, float, float]:
        """Measure by how much the rounded optimum is too steep, and too high at the mean; and L*."""
        sums = []
        for start in self._blocks():
            part = slice(start, start + BLOCK)
            residuals = _residuals(self._slope, self._intercept, self.features[part], self.targets[part])
            sums.append((residuals.sum(), residuals @ self._centred(part), residuals @ residuals))
        level, product, square = map(float, np.sum(sums, axis=0) / self.features.size)
        slope = product / self.feature_variance if self.has_unique_solution else 0.0
        return slope, level, max(square - level * level - slope * product, 0.0)

    def _centred(self, part: Any) -> FloatArray:
        """X minus its mean, for some of the points."""
        return np.asarray((self.features[part] - self.feature_mean) - self._feature_mean_rest)

    @property
    def solution(self) -> tuple[float, float]:
        """Optimum ``(w, b)`` in closed form; NaN where all x are equal, so that many lines are best."""
        return (self._slope, self._intercept) if self.has_unique_solution else (np.nan, np.nan)

    def loss(self, w: Any, b: Any) -> Any:
        """Mean squared error; `w` and `b` are numbers or arrays that broadcast."""
        slope_off, level_off = self.deviations(w, b)
        with np.errstate(all="ignore"):
            return self.minimum_loss + self.feature_variance * slope_off * slope_off + level_off * level_off

    def gradient(self, w: Any, b: Any) -> tuple[Any, Any]:
        """Partial derivatives of the loss for `w` and `b`."""
        slope_off, level_off = self.deviations(w, b)
        with np.errstate(all="ignore"):
            for_w = 2.0 * (self.feature_variance * slope_off + self.feature_mean * level_off)
            return for_w, 2.0 * level_off

    def deviations(self, w: Any, b: Any) -> tuple[Any, Any]:
        """Distance from the optimal slope, and from the optimal height at the mean of x.

        Both are right to the last digits, even along the valley where the terms of the second cancel.
        """
        if not np.ndim(w) and not np.ndim(b):
            return self._deviations(float(w), float(b))
        with np.errstate(all="ignore"):
            return self._deviations(np.asarray(w, dtype=np.float64), np.asarray(b, dtype=np.float64))

    def _deviations(self, w: Any, b: Any) -> tuple[Any, Any]:
        slope, slope_error = two_sum(w, -self._slope)
        height, height_error = two_sum(b, -self._intercept)
        rise, rise_error = two_product(slope, self.feature_mean)
        level, level_error = two_sum(height, rise)
        error = level_error + height_error + rise_error + self._level_rest
        error = error + self.feature_mean * slope_error + self._feature_mean_rest * slope
        return _corrected(slope, slope_error + self._slope_rest), _corrected(level, error)

    def residuals(self, w: float, b: float) -> FloatArray:
        """Prediction minus target for each point, rounded once."""
        with np.errstate(all="ignore"):
            return _residuals(float(w), float(b), self.features, self.targets)

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
    def condition_number(self) -> float:
        """Largest curvature over smallest; infinite where all x are equal.

        Gradient descent needs a number of steps of its order for each further digit: the largest curvature
        limits the learning rate, the smallest then sets the pace.

        Examples
        --------
        >>> years = LinearRegression([2000, 2010, 2020], [1.0, 2.0, 4.0])
        >>> f"{years.condition_number:.1e}"
        '2.4e+11'
        >>> round(years.standardised().fit.condition_number, 9)
        1.0
        """
        smallest, largest = self.curvatures
        return largest / smallest if smallest > 0.0 else math.inf

    @property
    def learning_rate_limit(self) -> float:
        """Gradient descent converges below 2/λmax and diverges above it."""
        return 2.0 / self.curvatures[1]

    def standardised(self) -> StandardisedFit:
        """Fit the same targets to z = (x − x̄)/σ, which has mean 0 and variance 1.

        Raises
        ------
        ValueError
            If all x are equal.
        """
        scale = math.sqrt(self.feature_variance)
        if not 0.0 < scale < math.inf:
            raise ValueError("features can be standardised only if they vary, and their variance is finite")
        fit = LinearRegression(self.centred_features / scale, self.targets)
        return StandardisedFit(fit, self.feature_mean, scale)

    def value_and_grad(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Loss and gradient at ``point = (w, b)``."""
        slope_off, level_off = self._deviations(float(point[0]), float(point[1]))
        loss = self.minimum_loss + self.feature_variance * slope_off * slope_off + level_off * level_off
        for_w = 2.0 * (self.feature_variance * slope_off + self.feature_mean * level_off)
        return loss, np.array([for_w, 2.0 * level_off])

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

    def loss_at(self, point: FloatArray) -> float:
        """Loss over all points at ``point = (w, b)``."""
        return float(self.loss(point[0], point[1]))

    def batch_gradient(self, point: FloatArray, indices: Any) -> FloatArray:
        """Gradient of the loss over the chosen points alone, at ``point = (w, b)``."""
        pulls = 2.0 * self.centred_residuals(point[0], point[1], indices)
        return np.array(self.pulled_together(pulls, indices))

    def centred_residuals(self, w: Any, b: Any, indices: Any = slice(None)) -> FloatArray:
        """Residuals from those of the best line: two operations a point, and nothing that cancels.

        Parameters
        ----------
        w, b
            Numbers, or arrays that broadcast against the points.
        indices
            Which points; all of them unless told.
        """
        slope_off, level_off = self.deviations(w, b)
        with np.errstate(all="ignore"):
            tilted = self.centred_features[indices] * slope_off
            return np.asarray(tilted + (self.least_residuals[indices] + level_off))

    def pulled_together(self, pulls: FloatArray, indices: Any = slice(None)) -> tuple[Any, Any]:
        """Partial derivatives for `w` and `b` from the derivative of each point's loss for its residual.

        Parameters
        ----------
        pulls
            One for each of the chosen points, along the last axis.
        """
        with np.errstate(all="ignore"):
            for_b = pulls.sum(axis=-1) / pulls.shape[-1]
            tilt = (pulls * self.centred_features[indices]).sum(axis=-1) / pulls.shape[-1]
            return tilt + self.feature_mean * for_b, for_b

    @cached_property
    def centred_features(self) -> FloatArray:
        """Distance of each x from the mean."""
        with np.errstate(all="ignore"):
            return self._centred(slice(None))

    @cached_property
    def least_residuals(self) -> FloatArray:
        """Residuals of the best line."""
        with np.errstate(all="ignore"):
            residuals = _residuals(self._slope, self._intercept, self.features, self.targets)
            return residuals - self._slope_rest * self.centred_features - self._level_rest


@dataclass(frozen=True)
class StandardisedFit:
    """The same line over standardised features, where the loss is a round bowl.

    Whatever x was, the curvatures are 2 and 2, the condition number is 1 and the limit of the learning rate
    1, so that gradient descent with the rate ½ arrives in one step.

    Attributes
    ----------
    fit
        The regression of y on z.
    mean, scale
        What x was shifted and divided by: z = (x − mean)/scale.

    Examples
    --------
    >>> years = LinearRegression([2000, 2010, 2020], [1.0, 2.0, 4.0])
    >>> standardised = years.standardised()
    >>> f"{years.learning_rate_limit:.1e}", standardised.fit.learning_rate_limit
    ('2.5e-07', 1.0)
    >>> w, b = standardised.to_original(*standardised.fit.solution)
    >>> round(w, 12), round(b, 9)
    (0.15, -299.166666667)
    """

    fit: LinearRegression
    mean: float
    scale: float

    def to_original(self, w: Any, b: Any) -> tuple[Any, Any]:
        """Slope and intercept over x of the line that has `w` and `b` over z."""
        with np.errstate(all="ignore"):
            slope = np.divide(w, self.scale)
            return _plain(slope), _plain(np.subtract(b, slope * self.mean))

    def from_original(self, w: Any, b: Any) -> tuple[Any, Any]:
        """Slope and intercept over z of the line that has `w` and `b` over x."""
        with np.errstate(all="ignore"):
            return _plain(np.multiply(w, self.scale)), _plain(np.add(b, np.multiply(w, self.mean)))


def paired_data(features: Any, targets: Any) -> tuple[FloatArray, FloatArray]:
    """Copy the data of a fit.

    Raises
    ------
    ValueError
        If they are not two lists of the same length, with one point at least, all finite.

    Examples
    --------
    >>> paired_data([0, 1, 2], [1.5, 3, 4.5])
    (array([0., 1., 2.]), array([1.5, 3. , 4.5]))
    >>> paired_data([0, 1], [1.5, np.nan])
    Traceback (most recent call last):
        ...
    ValueError: features and targets must be finite numbers: leave out points that are not
    """
    x, y = np.array(features, dtype=np.float64), np.array(targets, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(
            "features and targets must be two lists of numbers of the same length, not of shapes "
            f"{x.shape} and {y.shape}"
        )
    if x.size == 0:
        raise ValueError("a fit needs at least one point")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("features and targets must be finite numbers: leave out points that are not")
    return x, y


def _mean(values: FloatArray, origin: float) -> float:
    """Mean distance from an origin."""
    sums = [(values[start : start + BLOCK] - origin).sum() for start in range(0, values.size, BLOCK)]
    return float(np.sum(sums)) / values.size


def _residuals(w: float, b: float, x: FloatArray, y: FloatArray) -> FloatArray:
    """Prediction minus target, computed with twice the digits of a double."""
    product, product_error = two_product(x, w)
    difference, difference_error = two_sum(product, -y)
    total, total_error = two_sum(difference, b)
    return np.asarray(_corrected(total, total_error + difference_error + product_error))


def _corrected(rounded: Any, error: Any) -> Any:
    """Add the error to a rounded result, except where the result is too large for its error to be known."""
    if isinstance(rounded, float):
        return rounded + error if math.isfinite(error) else rounded
    return rounded + np.where(np.isfinite(error), error, 0.0)


def _plain(number: Any) -> Any:
    """Make a float of what is no array."""
    return number if np.ndim(number) else float(number)
