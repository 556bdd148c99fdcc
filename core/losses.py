r"""What a residual costs: squared error, absolute error, and Huber's loss between them.

A residual r is prediction minus target. The loss of a fit is the mean of ρ(r) over its points, and its
gradient the mean of ρ′(r) times the gradient of the prediction. So ρ′ says how hard a point pulls: with
squared errors twice as hard when it is twice as far, with absolute errors always the same. That is why one
outlier can drag a least-squares line away, and hardly moves the others.

>>> residuals = np.array([-0.5, 0.0, 1.0, 100.0])
>>> for name in RESIDUAL_LOSSES:
...     print(name, residual_loss(name).derivative(residuals).tolist())
mse [-1.0, 0.0, 2.0, 200.0]
mae [-1.0, 0.0, 1.0, 1.0]
huber [-0.5, 0.0, 1.0, 1.0]
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.primitives import FloatArray


class ResidualLoss(ABC):
    """A convex function ρ of the residual r, smallest at 0.

    Attributes
    ----------
    name
        What states and files call it.
    title
        Its name as people know it.
    latex
        The mean of ρ over n points.
    convention
        What is taken for a derivative where there is none, or empty.
    largest_curvature
        Upper bound of ρ″; None where there is none, because ρ has a corner.

    Examples
    --------
    A loss of one's own fits like the others; log cosh is smooth at 0, and straight far from it:

    >>> from core.line_fit import LineFit
    >>> class LogCosh(ResidualLoss):
    ...     name = title = "log cosh"
    ...     largest_curvature = 1.0
    ...     def value(self, residuals):
    ...         return np.logaddexp(residuals, -residuals) - np.log(2.0)
    ...     def derivative(self, residuals):
    ...         return np.tanh(residuals)
    ...     def curvature(self, residuals):
    ...         return 1.0 - np.tanh(residuals) ** 2
    >>> fit = LineFit([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 90.0], LogCosh())

    The last point lies 87 off; it pulls the slope as hard as 1·3/4, and not as 87·3/4:

    >>> [round(slope, 6) for slope in fit.gradient(1.0, 0.0)]
    [-0.75, -0.25]
    """

    name: ClassVar[str]
    title: ClassVar[str]
    latex: ClassVar[str]
    convention: ClassVar[str] = ""
    largest_curvature: ClassVar[float | None]

    @abstractmethod
    def value(self, residuals: FloatArray) -> FloatArray:
        """Compute ρ(r) for each residual."""

    @abstractmethod
    def derivative(self, residuals: FloatArray) -> FloatArray:
        """Compute ρ′(r) for each residual."""

    @abstractmethod
    def curvature(self, residuals: FloatArray) -> FloatArray:
        """Compute ρ″(r) for each residual."""


@dataclass(frozen=True)
class SquaredError(ResidualLoss):
    """Squared error ρ = r²: best where the noise is normal, and at the mercy of outliers.

    Examples
    --------
    An outlier a hundred times as far away pulls a hundred times as hard:

    >>> SquaredError().derivative(np.array([1.0, 100.0])).tolist()
    [2.0, 200.0]
    """

    name: ClassVar[str] = "mse"
    title: ClassVar[str] = "Mean squared error"
    latex: ClassVar[str] = r"\frac{1}{n} \sum_i r_i^2"
    largest_curvature: ClassVar[float | None] = 2.0

    def value(self, residuals: FloatArray) -> FloatArray:
        """r²."""
        return residuals * residuals

    def derivative(self, residuals: FloatArray) -> FloatArray:
        """2r."""
        return 2.0 * residuals

    def curvature(self, residuals: FloatArray) -> FloatArray:
        """2 everywhere; only NaN stays NaN."""
        return np.where(np.isnan(residuals), np.nan, 2.0)


@dataclass(frozen=True)
class AbsoluteError(ResidualLoss):
    """Absolute error ρ = |r|: the median's loss, which an outlier moves no more than any other point.

    Examples
    --------
    >>> AbsoluteError().derivative(np.array([-0.5, 0.0, 1.0, 100.0])).tolist()
    [-1.0, 0.0, 1.0, 1.0]
    """

    name: ClassVar[str] = "mae"
    title: ClassVar[str] = "Mean absolute error"
    latex: ClassVar[str] = r"\frac{1}{n} \sum_i \left| r_i \right|"
    convention: ClassVar[str] = (
        "the slope of |r| at 0 is taken as 0, between its one-sided slopes −1 and 1; its curvature is 0"
    )
    largest_curvature: ClassVar[float | None] = None

    def value(self, residuals: FloatArray) -> FloatArray:
        """|r|."""
        return np.abs(residuals)

    def derivative(self, residuals: FloatArray) -> FloatArray:
        """Sign of r, and 0 at the corner."""
        return np.sign(residuals)

    def curvature(self, residuals: FloatArray) -> FloatArray:
        """0, also at the corner; only NaN stays NaN."""
        return 0.0 * np.sign(residuals)


@dataclass(frozen=True)
class Huber(ResidualLoss):
    """Huber's loss: ½r² up to δ, and beyond it the straight line that goes on from there.

    Attributes
    ----------
    delta
        Size δ of the residual from which a point is treated as an outlier.

    Raises
    ------
    ValueError
        If `delta` is not a positive number.

    Notes
    -----
    Huber, *Robust estimation of a location parameter* (1964), as ``torch.nn.HuberLoss``. For large δ it is
    half of the squared error.

    Examples
    --------
    >>> Huber(delta=1.5).value(np.array([1.0, 1.5, 2.0])).tolist()
    [0.5, 1.125, 1.875]
    """

    delta: float = 1.0
    name: ClassVar[str] = "huber"
    title: ClassVar[str] = "Huber"
    latex: ClassVar[str] = (
        r"\frac{1}{n} \sum_i \begin{cases} \frac{1}{2} r_i^2 & \left| r_i \right| \le \delta \\ "
        r"\delta \left( \left| r_i \right| - \frac{1}{2} \delta \right) & \text{otherwise} \end{cases}"
    )
    convention: ClassVar[str] = "at |r| = δ the curvature is taken as 1, that of the inner side"
    largest_curvature: ClassVar[float | None] = 1.0

    def __post_init__(self) -> None:
        kinds = (int, float, np.integer, np.floating)
        if isinstance(self.delta, bool) or not isinstance(self.delta, kinds) or not 0 < self.delta < math.inf:
            raise ValueError(f"delta must be a positive number, not {self.delta!r}")

    def value(self, residuals: FloatArray) -> FloatArray:
        """½r² or δ(|r| − ½δ)."""
        clipped = self.derivative(residuals)
        return clipped * (residuals - 0.5 * clipped)

    def derivative(self, residuals: FloatArray) -> FloatArray:
        """r, but no more than δ."""
        return np.clip(residuals, -self.delta, self.delta)

    def curvature(self, residuals: FloatArray) -> FloatArray:
        """1 up to δ, 0 beyond; only NaN stays NaN."""
        return np.where(np.isnan(residuals), np.nan, np.abs(residuals) <= self.delta)


RESIDUAL_LOSSES: dict[str, type[ResidualLoss]] = {
    kind.name: kind for kind in (SquaredError, AbsoluteError, Huber)
}
"""Every loss of a residual by name; a new one is one new class."""


def residual_loss(loss: ResidualLoss | str) -> ResidualLoss:
    """Return the loss of a name with its defaults; leave a loss as it is.

    Raises
    ------
    ValueError
        If there is no such loss.

    Examples
    --------
    >>> residual_loss("huber"), residual_loss(Huber(delta=0.5))
    (Huber(delta=1.0), Huber(delta=0.5))
    >>> residual_loss("rmse")
    Traceback (most recent call last):
        ...
    ValueError: there is no loss 'rmse'; choose of mse, mae, huber
    """
    if isinstance(loss, ResidualLoss):
        return loss
    if not isinstance(loss, str) or loss not in RESIDUAL_LOSSES:
        raise ValueError(f"there is no loss {loss!r}; choose of {', '.join(RESIDUAL_LOSSES)}")
    return RESIDUAL_LOSSES[loss]()
