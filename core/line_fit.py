"""A line under any loss of its residuals: what an outlier does to it, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from core.least_absolute import least_absolute_line
from core.losses import AbsoluteError, ResidualLoss, SquaredError, residual_loss
from core.optimizers import DampedNewton, Objective, minimize
from core.primitives import FloatArray
from core.regression import LinearRegression

BLOCK = 65_536
"""So many residuals are held at once while the loss is computed on a grid."""


class LineFit:
    r"""Mean of :math:`\rho(w x_i + b - y_i)` over a data set, for any loss ρ of `core.losses`.

    Unlike squared errors, other losses have no sufficient statistics, so a step takes all points. Residuals
    come from those of the least-squares line (:class:`~core.regression.LinearRegression`), so that large
    offsets cost no digits here either.

    Parameters
    ----------
    features, targets
        One-dimensional arrays of the same length, at least one point, all finite.
    loss
        One of `core.losses.RESIDUAL_LOSSES` by name, or one with its own numbers, as ``Huber(delta=0.5)``.

    Attributes
    ----------
    data
        The least-squares fit of the same data.
    loss_of_residuals
        The loss ρ.

    Raises
    ------
    ValueError
        If the data cannot be fitted, or there is no such loss.

    Examples
    --------
    One point in five lies far off the line y = x. Least squares turn over to reach it, the others stay:

    >>> x, y = [1, 2, 3, 4, 5], [1, 2, 3, 4, -5]
    >>> for loss in ("mse", "huber", "mae"):
    ...     print(loss, [round(number, 3) for number in LineFit(x, y, loss).solution])
    mse [-1.0, 4.0]
    huber [0.5, 1.0]
    mae [1.0, 0.0]
    """

    def __init__(self, features: Any, targets: Any, loss: ResidualLoss | str = "mae") -> None:
        self.loss_of_residuals = residual_loss(loss)
        self.data = LinearRegression(features, targets)

    @property
    def targets(self) -> FloatArray:
        """What is to be predicted."""
        return self.data.targets

    def residuals(self, w: float, b: float) -> FloatArray:
        """Prediction minus target for each point."""
        return self.data.residuals(w, b)

    def loss(self, w: Any, b: Any) -> Any:
        """Mean loss; `w` and `b` are numbers or arrays that broadcast."""
        rows = self._in_blocks(w, b, lambda r: np.mean(self.loss_of_residuals.value(r), axis=-1))
        return rows if rows.ndim else float(rows)

    def gradient(self, w: Any, b: Any) -> tuple[Any, Any]:
        """Partial derivatives of the loss for `w` and `b`; at a corner as the loss's convention says."""
        rho = self.loss_of_residuals
        pairs = self._in_blocks(
            w, b, lambda r: np.stack(self.data.pulled_together(rho.derivative(r)), axis=-1)
        )
        for_w, for_b = pairs[..., 0], pairs[..., 1]
        return (for_w, for_b) if for_w.ndim else (float(for_w), float(for_b))

    def _in_blocks(self, w: Any, b: Any, reduce: Callable[[FloatArray], FloatArray]) -> FloatArray:
        """Compute something of the residuals, which stand along the last axis, for each (w, b)."""
        slopes, heights = np.broadcast_arrays(np.asarray(w, np.float64), np.asarray(b, np.float64))
        rows = max(1, BLOCK // self.targets.size)
        parts = []
        with np.errstate(all="ignore"):
            for start in range(0, slopes.size, rows):
                part = slice(start, start + rows)
                pair = slopes.reshape(-1, 1)[part], heights.reshape(-1, 1)[part]
                parts.append(reduce(self.data.centred_residuals(*pair)))
        joined = np.concatenate(parts) if parts else reduce(np.empty((0, self.targets.size)))
        return joined.reshape(slopes.shape + joined.shape[1:])

    def hessian(self, w: float, b: float) -> FloatArray:
        """Second derivatives of the loss at one point: shape (2, 2) for (w, b).

        Absolute errors have none but 0, so Newton's method cannot use them.
        """
        curvatures = self.loss_of_residuals.curvature(self.data.centred_residuals(w, b))
        u, mean = self.data.centred_features, self.data.feature_mean
        with np.errstate(all="ignore"):
            flat, mixed, steep = (float(np.mean(curvatures * power)) for power in (np.ones_like(u), u, u * u))
            across = mixed + mean * flat
            return np.array([[steep + mean * (mixed + across), across], [across, flat]])

    @cached_property
    def solution(self) -> tuple[float, float]:
        """Optimum ``(w, b)``; NaN where all x are equal, or too large to be squared.

        Absolute errors may have other lines as good.
        Squared errors have a closed form, absolute errors a line through two of the points, and Huber's loss
        is minimised by Newton's method.
        """
        if isinstance(self.loss_of_residuals, SquaredError):
            return self.data.solution
        if not (np.isfinite(self.data.solution).all() and np.isfinite(self.data.feature_variance)):
            return np.nan, np.nan
        if isinstance(self.loss_of_residuals, AbsoluteError):
            return self._absolute_solution
        return self._newton_solution()

    @cached_property
    def _absolute_solution(self) -> tuple[float, float]:
        slope, pivot = least_absolute_line(self.data.centred_features, self.targets, self.data.solution[0])
        return slope, float(self.targets[pivot] - slope * self.data.features[pivot])

    def _newton_solution(self) -> tuple[float, float]:
        """Descend over standardised features from the line of least absolute errors.

        That line has two points in the core of the loss, where it is curved. Far lines may have none.
        """
        standardised = self.data.standardised()
        bowl = LineFit(standardised.fit.features, self.targets, self.loss_of_residuals)
        point = standardised.from_original(*self._absolute_solution)
        pulls = np.abs(self.loss_of_residuals.derivative(bowl.data.centred_residuals(*point)))
        path = minimize(bowl.objective, point, DampedNewton(), 100, tolerance=1e-14 * float(pulls.max()))
        slope, height = standardised.to_original(*path.points[-1])
        return slope, height

    @property
    def minimum_loss(self) -> float:
        """Loss of the best line; NaN where all x are equal."""
        return self.loss_at(np.array(self.solution))

    @property
    def learning_rate_limit(self) -> float | None:
        """Gradient descent converges below this; None if no constant rate does, as for absolute errors.

        It is 2 over the largest curvature that any (w, b) can have. Where some residuals are beyond Huber's
        δ the curvature is less, and larger rates descend too.
        """
        most = self.loss_of_residuals.largest_curvature
        return None if most is None else self.data.learning_rate_limit * (2.0 / most)

    @property
    def objective(self) -> Objective:
        """What :func:`core.optimizers.minimize` wants.

        Examples
        --------
        A constant rate never settles in the corner of absolute errors; one that decays does:

        >>> from core.optimizers import ExponentialDecay, GradientDescent
        >>> fit = LineFit([1, 2, 3, 4, 5], [1, 2, 3, 4, -5], "mae")
        >>> decaying = GradientDescent(0.3, schedule=ExponentialDecay(0.99))
        >>> minimize(fit.objective, [0.0, 0.0], decaying, steps=1000).points[-1].round(3).tolist()
        [1.0, 0.0]
        """
        quadratic = self.loss_of_residuals.name == "mse"
        return Objective(self.value_and_grad, lambda point: self.hessian(*map(float, point)), quadratic)

    def value_and_grad(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Loss and gradient at ``point = (w, b)``."""
        with np.errstate(all="ignore"):
            residuals = self.data.centred_residuals(point[0], point[1])
            loss = float(np.mean(self.loss_of_residuals.value(residuals)))
            return loss, np.array(self.data.pulled_together(self.loss_of_residuals.derivative(residuals)))

    def loss_at(self, point: FloatArray) -> float:
        """Loss over all points at ``point = (w, b)``."""
        residuals = self.data.centred_residuals(point[0], point[1])
        with np.errstate(all="ignore"):
            return float(np.mean(self.loss_of_residuals.value(residuals)))

    def batch_gradient(self, point: FloatArray, indices: Any) -> FloatArray:
        """Gradient of the loss over the chosen points alone, at ``point = (w, b)``."""
        residuals = self.data.centred_residuals(point[0], point[1], indices)
        return np.array(self.data.pulled_together(self.loss_of_residuals.derivative(residuals), indices))
