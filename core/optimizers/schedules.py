"""Learning-rate schedules: how the learning rate changes with the number of the step.

A schedule maps the number of a step, counted from 1, to a factor of the learning rate. The decays begin
with the factor 1 and then agree with the schedulers of ``torch.optim.lr_scheduler`` that are stepped
once after every step. A factor is written with NumPy alone, so `Schedule.factor` takes one step, an
array of steps (to draw the schedule), or an expression.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np


@dataclass(frozen=True)
class Schedule(ABC):
    """A factor of the learning rate for each step.

    Attributes
    ----------
    title
        Its name as people know it.
    latex
        The learning rate of step t.
    """

    title: ClassVar[str]
    latex: ClassVar[str]

    @abstractmethod
    def factor(self, step: Any) -> Any:
        """Return what the learning rate is multiplied by at a step; the first step is 1."""


@dataclass(frozen=True)
class Constant(Schedule):
    r"""The same learning rate at every step: :math:`\eta_t = \eta`."""

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

    Examples
    --------
    >>> StepDecay(period=2, gamma=0.5).factor(np.arange(1, 6)).tolist()
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    period: int = 100
    gamma: float = 0.1
    title: ClassVar[str] = "Step decay"
    latex: ClassVar[str] = r"\eta_t = \eta \, {\gamma}^{\left\lfloor (t-1)/T \right\rfloor}"

    def __post_init__(self) -> None:
        _require_steps("period", self.period)
        _require_factor("gamma", self.gamma)

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
    """

    gamma: float = 0.99
    title: ClassVar[str] = "Exponential decay"
    latex: ClassVar[str] = r"\eta_t = \eta \, {\gamma}^{t-1}"

    def __post_init__(self) -> None:
        _require_factor("gamma", self.gamma)

    def factor(self, step: Any) -> Any:
        """Return γ to the number of steps before this one."""
        return self.gamma ** (step - 1.0)


@dataclass(frozen=True)
class CosineDecay(Schedule):
    r"""Half a cosine wave from 1 down to `floor` over `period` steps, and `floor` from then on.

    .. math:: \eta_t = \eta \left(\eta_{\min} + \tfrac{1 - \eta_{\min}}{2}
              \left(1 + \cos \tfrac{\pi (t-1)}{T}\right)\right)

    Attributes
    ----------
    period
        Steps T to the lowest factor.
    floor
        The lowest factor.

    Notes
    -----
    Loshchilov and Hutter, *SGDR: Stochastic Gradient Descent with Warm Restarts* (2017), without the
    restarts.

    Examples
    --------
    >>> CosineDecay(period=4).factor(np.array([1, 3, 5, 9])).round(12).tolist()
    [1.0, 0.5, 0.0, 0.0]
    """

    period: int = 100
    floor: float = 0.0
    title: ClassVar[str] = "Cosine decay"
    latex: ClassVar[str] = (
        r"\eta_t = \eta \left( \eta_{min} + \frac{1 - \eta_{min}}{2} "
        r"\left( 1 + \cos\left( \frac{\pi (t-1)}{T} \right) \right) \right)"
    )

    def __post_init__(self) -> None:
        _require_steps("period", self.period)
        _require_factor("floor", self.floor)

    def factor(self, step: Any) -> Any:
        """Return the height of the wave."""
        done = np.minimum((step - 1.0) / self.period, 1.0)
        return self.floor + (1.0 - self.floor) * 0.5 * (1.0 + np.cos(np.pi * done))


@dataclass(frozen=True)
class WarmUp(Schedule):
    r"""A rise in equal steps to 1 over the first `period` steps, and another schedule after them.

    Attributes
    ----------
    period
        Steps T until the full learning rate: the factor of step t is t/T.
    then
        The schedule that follows; its first step is the last one of the rise.

    Notes
    -----
    Goyal and others, *Accurate, Large Minibatch SGD* (2017): early gradients are large and early
    averages are rough, so the first steps are kept short.

    Examples
    --------
    >>> WarmUp(period=4).factor(np.arange(1, 7)).tolist()
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    period: int = 10
    then: Schedule = field(default_factory=Constant)
    title: ClassVar[str] = "Warm-up"
    latex: ClassVar[str] = r"\eta_t = \eta \, \min\left( \frac{t}{T}, 1 \right)"

    def __post_init__(self) -> None:
        _require_steps("period", self.period)

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


def _require_steps(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"{name} must be a whole number of steps, at least 1, not {value!r}")


def _require_factor(name: str, value: Any) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must be a number from 0 to 1, not {value!r}")
