"""Learning-rate schedules: how the learning rate changes with the number of the step.

A schedule maps the number of a step, counted from 1, to a factor of the learning rate. The decays begin
with the factor 1 and then agree with the schedulers of ``torch.optim.lr_scheduler`` that are stepped
once after every step. A factor is written with NumPy alone, so `Schedule.factor` takes one step, an
array of steps (to draw the schedule), or an expression.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from core.optimizers.hyperparameters import Adjustable, hyperparameter


def period_field(default: int, meaning: str) -> Any:
    """Declare a number of steps."""
    return hyperparameter(default, "period", "T", meaning, minimum=1)


def factor_field(default: float, title: str, symbol: str, meaning: str) -> Any:
    """Declare a factor of the learning rate."""
    return hyperparameter(default, title, symbol, meaning, maximum=1.0)


@dataclass(frozen=True)
class Schedule(Adjustable):
    """A factor of the learning rate for each step.

    Attributes
    ----------
    title
        Its name as people know it.
    latex
        The learning rate of step t.

    Examples
    --------
    Every optimiser takes one, and one of one's own is a factor:

    >>> from core.optimizers import GradientDescent
    >>> class Harmonic(Schedule):
    ...     def factor(self, step):
    ...         return 1.0 / step
    >>> GradientDescent(0.6, schedule=Harmonic()).rate(np.arange(1, 4)).round(6).tolist()
    [0.6, 0.3, 0.2]
    """

    @abstractmethod
    def factor(self, step: Any) -> Any:
        """Return what the learning rate is multiplied by at a step; the first step is 1."""


@dataclass(frozen=True)
class Constant(Schedule):
    r"""The same learning rate at every step: :math:`\eta_t = \eta`.

    Notes
    -----
    On noisy gradients it ends in a cloud around the minimum, of a size that grows with η: Robbins and Monro,
    *A Stochastic Approximation Method* (1951), need rates that fall.

    Examples
    --------
    >>> Constant().factor(np.arange(1, 4)).tolist()
    [1.0, 1.0, 1.0]
    """

    title: ClassVar[str] = "Constant"
    latex: ClassVar[str] = r"\eta_t = \eta"

    def factor(self, step: Any) -> Any:
        """Return 1."""
        return 1.0 + 0.0 * step


@dataclass(frozen=True)
class StepDecay(Schedule):
    r"""A drop after every `period` steps: :math:`\eta_t = \eta\,\gamma^{\lfloor (t-1)/T \rfloor}`.

    Attributes
    ----------
    period
        Steps T between two drops.
    gamma
        Factor γ of each drop.

    Notes
    -----
    He and others, *Deep Residual Learning for Image Recognition* (2016), whose rate falls to a tenth twice.
    As ``torch.optim.lr_scheduler.StepLR``.

    Examples
    --------
    >>> StepDecay(period=2, gamma=0.5).factor(np.arange(1, 6)).tolist()
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    period: int = period_field(100, "steps between two drops")
    gamma: float = factor_field(0.1, "gamma", r"\gamma", "factor of each drop")
    title: ClassVar[str] = "Step decay"
    latex: ClassVar[str] = r"\eta_t = \eta \, {\gamma}^{\left\lfloor (t-1)/T \right\rfloor}"

    def factor(self, step: Any) -> Any:
        """Return γ to the number of drops so far."""
        return self.gamma ** np.floor((step - 1.0) / self.period)


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    r"""The same relative loss at every step: :math:`\eta_t = \eta\,\gamma^{t-1}`.

    Attributes
    ----------
    gamma
        Factor γ from one step to the next.

    Notes
    -----
    With γ = exp(−1/τ) the rate of a physical cooling with the time constant τ, as in Kirkpatrick, Gelatt and
    Vecchi, *Optimization by Simulated Annealing* (1983). As ``torch.optim.lr_scheduler.ExponentialLR``.

    Examples
    --------
    >>> ExponentialDecay(gamma=0.5).factor(np.arange(1, 5)).tolist()
    [1.0, 0.5, 0.25, 0.125]
    """

    gamma: float = factor_field(0.99, "gamma", r"\gamma", "factor from one step to the next")
    title: ClassVar[str] = "Exponential decay"
    latex: ClassVar[str] = r"\eta_t = \eta \, {\gamma}^{t-1}"

    def factor(self, step: Any) -> Any:
        """Return γ to the number of steps before this one."""
        return self.gamma ** (step - 1.0)


@dataclass(frozen=True)
class CosineDecay(Schedule):
    r"""Half a cosine wave from 1 down to `floor` over `period` steps, and `floor` from then on.

    .. math:: \eta_t = \eta \left(\eta_{\min} + \tfrac{1 - \eta_{\min}}{2}
              \left(1 + \cos\left(\pi \min\left(\tfrac{t-1}{T}, 1\right)\right)\right)\right)

    Attributes
    ----------
    period
        Steps T to the lowest factor.
    floor
        The lowest factor.

    Notes
    -----
    Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts* (2017), without the
    restarts. As ``torch.optim.lr_scheduler.CosineAnnealingLR`` over its first period.

    Examples
    --------
    >>> CosineDecay(period=4).factor(np.array([1, 3, 5, 9])).round(12).tolist()
    [1.0, 0.5, 0.0, 0.0]
    """

    period: int = period_field(100, "steps to the lowest factor")
    floor: float = factor_field(0.0, "floor", r"\eta_{min}", "the lowest factor")
    title: ClassVar[str] = "Cosine decay"
    latex: ClassVar[str] = (
        r"\eta_t = \eta \left( \eta_{min} + \frac{1 - \eta_{min}}{2} "
        r"\left( 1 + \cos\left( \pi \min\left( \frac{t-1}{T}, 1 \right) \right) \right) \right)"
    )

    def factor(self, step: Any) -> Any:
        """Return the height of the wave."""
        done = np.minimum((step - 1.0) / self.period, 1.0)
        return self.floor + (1.0 - self.floor) * 0.5 * (1.0 + np.cos(np.pi * done))


@dataclass(frozen=True)
class WarmUp(Schedule):
    r"""A rise in equal steps to 1 over the first `period` steps, and another schedule after them.

    .. math:: \eta_t = \eta\, \min\left(\tfrac{t}{T}, 1\right) s\left(\max(t - T + 1, 1)\right)

    Attributes
    ----------
    period
        Steps T until the full learning rate: the factor of step t is t/T.
    then
        The schedule s that follows; its first step is the last one of the rise.

    Notes
    -----
    Goyal and others, *Accurate, Large Minibatch SGD* (2017): early gradients are large and early
    averages are rough, so the first steps are kept short. The rise is that of
    ``torch.optim.lr_scheduler.LinearLR(start_factor=1/T, total_iters=T-1)``.

    Examples
    --------
    >>> WarmUp(period=4).factor(np.arange(1, 7)).tolist()
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    period: int = period_field(10, "steps until the full learning rate")
    then: Schedule = field(default_factory=Constant)
    title: ClassVar[str] = "Warm-up"
    latex: ClassVar[str] = (
        r"\eta_t = \eta \, \min\left( \frac{t}{T}, 1 \right) \, "
        r"s\left( \max\left( t - T + 1, 1 \right) \right)"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        require_schedule("then", self.then)

    def factor(self, step: Any) -> Any:
        """Return the rise times the factor of the schedule that follows."""
        rise = np.minimum(step / self.period, 1.0)
        return rise * self.then.factor(np.maximum(step - self.period + 1.0, 1.0))


SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Constant,
    "step": StepDecay,
    "exponential": ExponentialDecay,
    "cosine": CosineDecay,
    "warm_up": WarmUp,
}
"""Every schedule by the name that states and files use."""


def require_schedule(name: str, value: Any) -> None:
    """Raise a ValueError unless `value` is a schedule."""
    if not isinstance(value, Schedule):
        known = ", ".join(kind.__name__ for kind in SCHEDULES.values())
        raise ValueError(f"{name} must be a schedule, one of {known} as in StepDecay(100), not {value!r}")
