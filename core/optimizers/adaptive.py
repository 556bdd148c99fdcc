r"""Optimisers that give each coordinate a step length of its own.

All of them divide by a running measure of how large the gradient of that coordinate has been. What stands
before the gradient, or before its average, is kept in the memory as ``effective_step``: the learning
rate that the coordinate really had in that step. Powers of β with the step number t correct the bias of
averages that started at zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.optimizers.base import FirstOrder, Memory, learning_rate_field
from core.optimizers.hyperparameters import hyperparameter
from core.optimizers.substeps import (
    ADAPTED_MOVE,
    ADAPTED_RATE,
    CORRECTED_FIRST,
    CORRECTED_SECOND,
    FIRST_MOMENT,
    GRADIENT,
    SCALED_MOVE,
    SECOND_MOMENT,
    SubStep,
    new_point,
)
from core.primitives import FloatArray, greater, where


def epsilon_field(default: float = 1e-8) -> Any:
    """Declare the number that keeps a divisor away from zero."""
    return hyperparameter(
        default, "epsilon", r"\varepsilon", "keeps the divisor away from zero", minimum=1e-30
    )


def beta1_field() -> Any:
    """Declare the share of the first moment that survives a step."""
    return hyperparameter(
        0.9, "beta 1", r"\beta_1", "share of the average gradient that is kept at each step", below=1.0
    )


def beta2_field() -> Any:
    """Declare the share of the second moment that survives a step."""
    return hyperparameter(
        0.999,
        "beta 2",
        r"\beta_2",
        "share of the average squared gradient that is kept at each step",
        below=1.0,
    )


@dataclass(frozen=True)
class AdaGrad(FirstOrder):
    r"""Each coordinate slows down with all the gradient it has seen.

    .. math:: s \leftarrow s + g^2, \quad \theta \leftarrow \theta - \frac{\eta}{\sqrt{s} + \varepsilon}\, g

    Rare features keep long steps, frequent ones get short ones; but the sum never forgets, so every step
    gets shorter for ever.

    Attributes
    ----------
    epsilon
        Keeps the divisor away from zero.

    Notes
    -----
    Duchi, Hazan and Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*
    (2011). As ``torch.optim.Adagrad``.

    Examples
    --------
    At a constant slope the steps shrink like 1/√t:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x"), {"x": 0.0}, AdaGrad(1.0), steps=4)
    >>> path.displacements[:, 0].round(3).tolist()
    [-1.0, -0.707, -0.577, -0.5]
    """

    epsilon: float = epsilon_field(1e-10)
    title: ClassVar[str] = "AdaGrad"
    latex: ClassVar[str] = (
        r"s \leftarrow s + {g}^{2}, \quad \theta \leftarrow \theta - \frac{\eta}{\sqrt{s} + \varepsilon} \, g"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "squared_sum": "s",
        "effective_step": r"\frac{\eta}{\sqrt{s} + \varepsilon}",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        SubStep(
            "sum of squares", r"s \leftarrow s + g^2", "squared_sum", "{squared_sum_before} + {gradient}²"
        ),
        SubStep(
            "step factors",
            r"\alpha = \eta / (\sqrt{s} + \varepsilon)",
            "effective_step",
            "{rate} / (√{squared_sum} + {epsilon})",
        ),
        SCALED_MOVE,
    )

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Add to the sum of squares and divide by its root."""
        squared_sum = memory["squared_sum"] + gradient * gradient
        effective = self.rate(step) / (np.sqrt(squared_sum) + self.epsilon)
        return point - effective * gradient, {"squared_sum": squared_sum, "effective_step": effective}


@dataclass(frozen=True)
class AdaDelta(FirstOrder):
    r"""Each coordinate steps as far as it lately stepped, measured in gradients it lately saw.

    .. math:: v \leftarrow \rho v + (1-\rho) g^2, \quad
              \Delta = \frac{\sqrt{u + \varepsilon}}{\sqrt{v + \varepsilon}}\, g, \quad
              u \leftarrow \rho u + (1-\rho) \Delta^2, \quad \theta \leftarrow \theta - \eta \Delta

    The ratio has the unit of θ over the unit of g, so that no learning rate has to be found; η = 1.

    Attributes
    ----------
    rho
        Share ρ of both averages that is kept at each step.
    epsilon
        Under the roots; it also sets the very first steps.

    Notes
    -----
    Zeiler, *ADADELTA: An Adaptive Learning Rate Method* (2012). As ``torch.optim.Adadelta``.

    Examples
    --------
    It starts with tiny steps, for no step was made yet. That the loss has another unit changes nothing:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> for loss in ("x", "1000x"):
    ...     path = minimize(parse(loss), {"x": 0.0}, AdaDelta(), steps=3)
    ...     print(path.displacements[:, 0].round(4).tolist())
    [-0.0032, -0.0032, -0.0033]
    [-0.0032, -0.0032, -0.0033]
    """

    learning_rate: float = learning_rate_field(1.0)
    rho: float = hyperparameter(0.9, "rho", r"\rho", "share of both averages that is kept", below=1.0)
    epsilon: float = epsilon_field(1e-6)
    title: ClassVar[str] = "AdaDelta"
    latex: ClassVar[str] = (
        r"v \leftarrow \rho v + (1-\rho) {g}^{2}, \quad "
        r"\Delta = \frac{\sqrt{u + \varepsilon}}{\sqrt{v + \varepsilon}} \, g, \quad "
        r"u \leftarrow \rho u + (1-\rho) {\Delta}^{2}, \quad \theta \leftarrow \theta - \eta \, \Delta"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "squared_gradient": "v",
        "squared_step": "u",
        "effective_step": r"\eta \frac{\sqrt{u + \varepsilon}}{\sqrt{v + \varepsilon}}",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        SubStep(
            "mean of squares",
            r"v \leftarrow \rho v + (1 - \rho)\, g^2",
            "squared_gradient",
            "{rho} · {squared_gradient_before} + (1 − {rho}) · {gradient}²",
        ),
        SubStep(
            "step factors",
            r"\alpha = \eta \sqrt{u + \varepsilon} / \sqrt{v + \varepsilon}",
            "effective_step",
            "{rate} · √({squared_step_before} + {epsilon}) / √({squared_gradient} + {epsilon})",
        ),
        SubStep(
            "mean of squared steps",
            r"u \leftarrow \rho u + (1 - \rho)\, (\alpha g / \eta)^2",
            "squared_step",
            "{rho} · {squared_step_before} + (1 − {rho}) · ({effective_step} · {gradient} / {rate})²",
        ),
        SCALED_MOVE,
    )

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Scale the gradient by the ratio of the two averages."""
        squared_gradient = self.rho * memory["squared_gradient"] + (1.0 - self.rho) * (gradient * gradient)
        ratio = np.sqrt(memory["squared_step"] + self.epsilon) / np.sqrt(squared_gradient + self.epsilon)
        delta = ratio * gradient
        squared_step = self.rho * memory["squared_step"] + (1.0 - self.rho) * (delta * delta)
        rate = self.rate(step)
        return point - rate * delta, {
            "squared_gradient": squared_gradient,
            "squared_step": squared_step,
            "effective_step": rate * ratio,
        }


@dataclass(frozen=True)
class RMSProp(FirstOrder):
    r"""AdaGrad that forgets: the root of a running mean square takes the place of the sum.

    .. math:: v \leftarrow \alpha v + (1-\alpha) g^2, \quad
              \theta \leftarrow \theta - \frac{\eta}{\sqrt{v} + \varepsilon}\, g

    Attributes
    ----------
    alpha
        Share α of the mean square that is kept at each step.
    epsilon
        Keeps the divisor away from zero.

    Notes
    -----
    Tieleman and Hinton, *Neural Networks for Machine Learning*, lecture 6.5 (2012). As
    ``torch.optim.RMSprop``, which does not correct the bias of the first steps.

    Examples
    --------
    The mean square starts at 0, so the first step is 1/√(1 − α) = 10 times the learning rate:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x + 1000y"), {"x": 0.0, "y": 0.0}, RMSProp(0.01), steps=3)
    >>> path.displacements.round(4).tolist()
    [[-0.1, -0.1], [-0.0709, -0.0709], [-0.058, -0.058]]
    """

    alpha: float = hyperparameter(
        0.99, "alpha", r"\alpha", "share of the mean square that is kept at each step", below=1.0
    )
    epsilon: float = epsilon_field()
    title: ClassVar[str] = "RMSProp"
    latex: ClassVar[str] = (
        r"v \leftarrow \alpha v + (1-\alpha) {g}^{2}, \quad "
        r"\theta \leftarrow \theta - \frac{\eta}{\sqrt{v} + \varepsilon} \, g"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "second_moment": "v",
        "effective_step": r"\frac{\eta}{\sqrt{v} + \varepsilon}",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        SubStep(
            "mean of squares",
            r"v \leftarrow \alpha v + (1 - \alpha)\, g^2",
            "second_moment",
            "{alpha} · {second_moment_before} + (1 − {alpha}) · {gradient}²",
        ),
        SubStep(
            "step factors",
            r"a = \eta / (\sqrt{v} + \varepsilon)",
            "effective_step",
            "{rate} / (√{second_moment} + {epsilon})",
        ),
        new_point(r"\theta \leftarrow \theta - a\, g", "{point} − {effective_step} · {gradient}"),
    )

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Average the squares and divide by the root."""
        second = self.alpha * memory["second_moment"] + (1.0 - self.alpha) * (gradient * gradient)
        effective = self.rate(step) / (np.sqrt(second) + self.epsilon)
        return point - effective * gradient, {"second_moment": second, "effective_step": effective}


@dataclass(frozen=True)
class _Moments(FirstOrder):
    """Two running averages: of the gradient and of its size."""

    learning_rate: float = learning_rate_field(0.001)
    beta1: float = beta1_field()
    beta2: float = beta2_field()
    epsilon: float = epsilon_field()

    def first_moment(self, gradient: Any, memory: Memory) -> Any:
        """Update the running average of the gradient."""
        return self.beta1 * memory["first_moment"] + (1.0 - self.beta1) * gradient

    def second_moment(self, gradient: Any, memory: Memory) -> Any:
        """Update the running average of the squared gradient."""
        return self.beta2 * memory["second_moment"] + (1.0 - self.beta2) * (gradient * gradient)


@dataclass(frozen=True)
class Adam(_Moments):
    r"""Momentum over RMSProp, with the bias of the first steps corrected.

    .. math:: m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad
              \hat m = \frac{m}{1-\beta_1^t}, \quad \hat v = \frac{v}{1-\beta_2^t}, \quad
              \theta \leftarrow \theta - \frac{\eta}{\sqrt{\hat v} + \varepsilon}\, \hat m

    The very first step has length η in every coordinate, whatever the gradient.

    Attributes
    ----------
    beta1, beta2
        Shares of the two averages that are kept at each step.
    epsilon
        Keeps the divisor away from zero; it stands outside the root.

    Notes
    -----
    Kingma and Ba, *Adam: A Method for Stochastic Optimization* (2015). As ``torch.optim.Adam``.

    Examples
    --------
    Two steps on a slope that is a thousand times steeper along y:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x + 1000y"), {"x": 0.0, "y": 0.0}, Adam(0.1), steps=2)
    >>> path.points.round(6).tolist()
    [[0.0, 0.0], [-0.1, -0.1], [-0.2, -0.2]]
    >>> path.internals["first_moment"].round(6).tolist()
    [[0.0, 0.0], [0.1, 100.0], [0.19, 190.0]]
    """

    title: ClassVar[str] = "Adam"
    latex: ClassVar[str] = (
        r"m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) {g}^{2}, \quad "
        r"\hat{m} = \frac{m}{1-{\beta_1}^{t}}, \quad \hat{v} = \frac{v}{1-{\beta_2}^{t}}, \quad "
        r"\theta \leftarrow \theta - \frac{\eta}{\sqrt{\hat{v}} + \varepsilon} \, \hat{m}"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "first_moment": "m",
        "second_moment": "v",
        "corrected_first_moment": r"\hat{m}",
        "corrected_second_moment": r"\hat{v}",
        "effective_step": r"\frac{\eta}{\sqrt{\hat{v}} + \varepsilon}",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        FIRST_MOMENT,
        SECOND_MOMENT,
        CORRECTED_FIRST,
        CORRECTED_SECOND,
        ADAPTED_RATE,
        ADAPTED_MOVE,
    )

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Average the gradient and its square, correct both, and step."""
        first, second = self.first_moment(gradient, memory), self.second_moment(gradient, memory)
        corrected_first = first / (1.0 - self.beta1**step)
        corrected_second = second / (1.0 - self.beta2**step)
        effective = self.rate(step) / (np.sqrt(corrected_second) + self.epsilon)
        return point - effective * corrected_first, {
            "first_moment": first,
            "second_moment": second,
            "corrected_first_moment": corrected_first,
            "corrected_second_moment": corrected_second,
            "effective_step": effective,
        }


@dataclass(frozen=True)
class AMSGrad(_Moments):
    r"""Adam that divides by the largest second moment so far, so that no steep place is forgotten.

    .. math:: m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad
              w \leftarrow \max(w, v), \quad
              \theta \leftarrow \theta - \frac{\eta}{\sqrt{w/(1-\beta_2^t)} + \varepsilon}\,
              \frac{m}{1-\beta_1^t}

    Attributes
    ----------
    beta1, beta2
        Shares of the two averages that are kept at each step.
    epsilon
        Keeps the divisor away from zero.

    Notes
    -----
    Reddi, Kale and Kumar, *On the Convergence of Adam and Beyond* (2018). As
    ``torch.optim.Adam(amsgrad=True)``, which takes the maximum before the bias is corrected.

    Examples
    --------
    After a steep wall the second moment fades, but the largest one, which it divides by, does not:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x^4"), {"x": 2.0}, AMSGrad(0.5, beta2=0.5), steps=4)
    >>> path.internals["second_moment"][:, 0].round().tolist()
    [0.0, 512.0, 347.0, 186.0, 94.0]
    >>> path.internals["largest_second_moment"][:, 0].round().tolist()
    [0.0, 512.0, 512.0, 512.0, 512.0]
    """

    title: ClassVar[str] = "AMSGrad"
    latex: ClassVar[str] = (
        r"m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) {g}^{2}, \quad "
        r"w \leftarrow \max\left(w, v\right), \quad \hat{m} = \frac{m}{1-{\beta_1}^{t}}, \quad "
        r"\hat{w} = \frac{w}{1-{\beta_2}^{t}}, \quad "
        r"\theta \leftarrow \theta - \frac{\eta}{\sqrt{\hat{w}} + \varepsilon} \, \hat{m}"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "first_moment": "m",
        "second_moment": "v",
        "largest_second_moment": "w",
        "corrected_first_moment": r"\hat{m}",
        "effective_step": r"\frac{\eta}{\sqrt{\hat{w}} + \varepsilon}",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        FIRST_MOMENT,
        SECOND_MOMENT,
        SubStep(
            "largest squares",
            r"w \leftarrow \max(w, v)",
            "largest_second_moment",
            "max({largest_second_moment_before}, {second_moment})",
        ),
        CORRECTED_FIRST,
        SubStep(
            "step factors",
            r"\alpha = \eta / (\sqrt{w / (1 - \beta_2^t)} + \varepsilon)",
            "effective_step",
            "{rate} / (√({largest_second_moment} / (1 − {beta2}^{t})) + {epsilon})",
        ),
        ADAPTED_MOVE,
    )

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Step as Adam does, with the largest second moment so far."""
        first, second = self.first_moment(gradient, memory), self.second_moment(gradient, memory)
        largest = np.maximum(memory["largest_second_moment"], second)
        corrected = first / (1.0 - self.beta1**step)
        effective = self.rate(step) / (np.sqrt(largest / (1.0 - self.beta2**step)) + self.epsilon)
        return point - effective * corrected, {
            "first_moment": first,
            "second_moment": second,
            "largest_second_moment": largest,
            "corrected_first_moment": corrected,
            "effective_step": effective,
        }


@dataclass(frozen=True)
class AdaMax(_Moments):
    r"""Adam with the largest recent gradient in the place of the root mean square.

    .. math:: m \leftarrow \beta_1 m + (1-\beta_1) g, \quad
              u \leftarrow \max(\beta_2 u, |g| + \varepsilon), \quad
              \theta \leftarrow \theta - \frac{\eta}{(1-\beta_1^t)\, u}\, m

    Attributes
    ----------
    beta1
        Share of the average gradient that is kept at each step.
    beta2
        Factor by which the largest gradient fades at each step.
    epsilon
        Keeps the divisor away from zero.

    Notes
    -----
    Kingma and Ba, *Adam: A Method for Stochastic Optimization* (2015), section 7.1. As
    ``torch.optim.Adamax``.

    Examples
    --------
    The largest gradient so far fades by the share 1 − β₂ at each step, until a larger one comes:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x^4"), {"x": 2.0}, AdaMax(0.5, beta2=0.5), steps=3)
    >>> path.gradients[:-1, 0].round(2).tolist()
    [32.0, 13.5, 2.08]
    >>> path.internals["largest_gradient"][1:, 0].round(2).tolist()
    [32.0, 16.0, 8.0]
    """

    learning_rate: float = learning_rate_field(0.002)
    beta2: float = hyperparameter(
        0.999, "beta 2", r"\beta_2", "factor by which the largest gradient fades at each step", below=1.0
    )
    title: ClassVar[str] = "AdaMax"
    latex: ClassVar[str] = (
        r"m \leftarrow \beta_1 m + (1-\beta_1) g, \quad "
        r"u \leftarrow \max\left(\beta_2 u, \left|g\right| + \varepsilon\right), \quad "
        r"\theta \leftarrow \theta - \frac{\eta}{(1-{\beta_1}^{t}) \, u} \, m"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "first_moment": "m",
        "largest_gradient": "u",
        "effective_step": r"\frac{\eta}{(1-{\beta_1}^{t}) \, u}",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        FIRST_MOMENT,
        SubStep(
            "largest gradient",
            r"u \leftarrow \max(\beta_2 u,\, |g| + \varepsilon)",
            "largest_gradient",
            "max({beta2} · {largest_gradient_before}, |{gradient}| + {epsilon})",
        ),
        SubStep(
            "step factors",
            r"\alpha = \eta / ((1 - \beta_1^t)\, u)",
            "effective_step",
            "{rate} / ((1 − {beta1}^{t}) · {largest_gradient})",
        ),
        new_point(r"\theta \leftarrow \theta - \alpha\, m", "{point} − {effective_step} · {first_moment}"),
    )

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Fade the largest gradient and divide by it."""
        first = self.first_moment(gradient, memory)
        largest = np.maximum(self.beta2 * memory["largest_gradient"], np.abs(gradient) + self.epsilon)
        effective = self.rate(step) / (1.0 - self.beta1**step) / largest
        return point - effective * first, {
            "first_moment": first,
            "largest_gradient": largest,
            "effective_step": effective,
        }


@dataclass(frozen=True)
class NAdam(_Moments):
    r"""Adam with Nesterov's look ahead.

    .. math:: \mu_t = \beta_1 \left(1 - \tfrac12\, 0.96^{t\psi}\right), \quad
              m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad
              \hat m = \frac{\mu_{t+1}\, m}{1 - \prod_{i=1}^{t+1} \mu_i}
              + \frac{(1-\mu_t)\, g}{1 - \prod_{i=1}^{t} \mu_i}, \quad
              \theta \leftarrow \theta - \frac{\eta}{\sqrt{\hat v} + \varepsilon}\, \hat m

    Attributes
    ----------
    beta1, beta2
        Shares of the two averages that are kept at each step.
    epsilon
        Keeps the divisor away from zero.
    momentum_decay
        How fast ψ the momentum μ rises from half of β₁ to β₁.

    Notes
    -----
    Dozat, *Incorporating Nesterov Momentum into Adam* (2016). As ``torch.optim.NAdam``.

    Examples
    --------
    The first step is a little longer than the learning rate, whatever the slope. The momentum rises slowly:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x + 1000y"), {"x": 0.0, "y": 0.0}, NAdam(0.1), steps=2)
    >>> path.displacements.round(4).tolist()
    [[-0.1056, -0.1056], [-0.0784, -0.0784]]
    >>> round(NAdam().momentum(1), 3), round(NAdam().momentum(100_000), 3)
    (0.45, 0.9)
    """

    learning_rate: float = learning_rate_field(0.002)
    momentum_decay: float = hyperparameter(
        0.004, "momentum decay", r"\psi", "how fast the momentum rises from half of beta 1 to beta 1"
    )
    title: ClassVar[str] = "NAdam"
    latex: ClassVar[str] = (
        r"\mu_t = \beta_1 \left( 1 - \frac{1}{2} {0.96}^{t \psi} \right), \quad "
        r"m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) {g}^{2}, \quad "
        r"p \leftarrow p \, \mu_t, \quad "
        r"\hat{m} = \frac{\mu_{t+1} m}{1 - p \, \mu_{t+1}} + \frac{(1-\mu_t) g}{1 - p}, \quad "
        r"\hat{v} = \frac{v}{1-{\beta_2}^{t}}, \quad "
        r"\theta \leftarrow \theta - \frac{\eta}{\sqrt{\hat{v}} + \varepsilon} \, \hat{m}"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "first_moment": "m",
        "second_moment": "v",
        "momentum_product": "p",
        "corrected_first_moment": r"\hat{m}",
        "corrected_second_moment": r"\hat{v}",
        "effective_step": r"\frac{\eta}{\sqrt{\hat{v}} + \varepsilon}",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        FIRST_MOMENT,
        SECOND_MOMENT,
        SubStep("product of momenta", r"p \leftarrow p\, \mu_t", "momentum_product"),
        SubStep(
            "corrected mean",
            r"\hat m = \mu_{t+1} m / (1 - p\, \mu_{t+1}) + (1 - \mu_t)\, g / (1 - p)",
            "corrected_first_moment",
        ),
        CORRECTED_SECOND,
        ADAPTED_RATE,
        ADAPTED_MOVE,
    )

    def init(self, point: FloatArray) -> Memory:
        """Zeros, and the empty product, which is 1."""
        return super().init(point) | {"momentum_product": np.ones_like(point)}

    def momentum(self, step: Any) -> Any:
        """Momentum μ of a step."""
        return self.beta1 * (1.0 - 0.5 * 0.96 ** (step * self.momentum_decay))

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Step along the average as it will be, with the newest gradient in it once more."""
        first, second = self.first_moment(gradient, memory), self.second_moment(gradient, memory)
        now, ahead = self.momentum(step), self.momentum(step + 1)
        product = memory["momentum_product"] * now
        corrected_first = ahead * first / (1.0 - product * ahead) + (1.0 - now) * gradient / (1.0 - product)
        corrected_second = second / (1.0 - self.beta2**step)
        effective = self.rate(step) / (np.sqrt(corrected_second) + self.epsilon)
        return point - effective * corrected_first, {
            "first_moment": first,
            "second_moment": second,
            "momentum_product": product,
            "corrected_first_moment": corrected_first,
            "corrected_second_moment": corrected_second,
            "effective_step": effective,
        }


@dataclass(frozen=True)
class RAdam(_Moments):
    r"""Adam that warms up by itself: it divides only once the variance of its divisor is bounded.

    .. math:: \rho_\infty = \frac{2}{1-\beta_2} - 1, \quad
              \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1-\beta_2^t}, \quad
              r = \sqrt{\frac{(\rho_t-4)(\rho_t-2)\rho_\infty}{(\rho_\infty-4)(\rho_\infty-2)\rho_t}}, \quad
              \theta \leftarrow \theta - \eta\, \hat m \begin{cases}
              r \sqrt{1-\beta_2^t} / (\sqrt v + \varepsilon) & \rho_t > 5 \\ 1 & \text{otherwise}\end{cases}

    Attributes
    ----------
    beta1, beta2
        Shares of the two averages that are kept at each step.
    epsilon
        Keeps the divisor away from zero.

    Notes
    -----
    Liu and others, *On the Variance of the Adaptive Learning Rate and Beyond* (2020). As
    ``torch.optim.RAdam``.

    Examples
    --------
    The first five steps are those of momentum, as long as the slope 10 makes them. Then it divides:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("10x"), {"x": 0.0}, RAdam(0.1), steps=7)
    >>> path.displacements[:, 0].round(4).tolist()
    [-1.0, -1.0, -1.0, -1.0, -1.0, -0.0026, -0.0033]
    """

    title: ClassVar[str] = "RAdam"
    latex: ClassVar[str] = (
        r"m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) {g}^{2}, \quad "
        r"\hat{m} = \frac{m}{1-{\beta_1}^{t}}, \quad "
        r"\rho_t = \rho_\infty - \frac{2 t {\beta_2}^{t}}{1-{\beta_2}^{t}}, \quad "
        r"r = \sqrt{\frac{(\rho_t-4)(\rho_t-2)\rho_\infty}{(\rho_\infty-4)(\rho_\infty-2)\rho_t}}, \quad "
        r"\theta \leftarrow \theta - \eta \, \hat{m} \begin{cases}"
        r"r \frac{\sqrt{1-{\beta_2}^{t}}}{\sqrt{v} + \varepsilon} & \rho_t > 5 \\ 1 & \text{otherwise}"
        r"\end{cases}"
    )
    internals: ClassVar[Mapping[str, str]] = {
        "first_moment": "m",
        "second_moment": "v",
        "corrected_first_moment": r"\hat{m}",
        "effective_step": r"\eta \, r \frac{\sqrt{1-{\beta_2}^{t}}}{\sqrt{v} + \varepsilon}",
    }
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        FIRST_MOMENT,
        SECOND_MOMENT,
        CORRECTED_FIRST,
        SubStep(
            "step factors",
            r"\alpha = \eta r \sqrt{1 - \beta_2^t} / (\sqrt{v} + \varepsilon), \; \text{or} \; \eta",
            "effective_step",
        ),
        ADAPTED_MOVE,
    )

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Step with momentum alone at first, then as Adam with the rectified divisor."""
        first, second = self.first_moment(gradient, memory), self.second_moment(gradient, memory)
        corrected = first / (1.0 - self.beta1**step)
        fading = self.beta2**step
        longest = 2.0 / (1.0 - self.beta2) - 1.0
        length = longest - 2.0 * step * fading / (1.0 - fading)
        tractable = np.maximum(length, 5.0)
        ratio = (tractable - 4.0) * (tractable - 2.0) * longest
        rectifier = np.sqrt(ratio / ((longest - 4.0) * (longest - 2.0) * tractable))
        divided = rectifier * np.sqrt(1.0 - fading) / (np.sqrt(second) + self.epsilon)
        effective = self.rate(step) * where(greater(length, 5.0), divided, 1.0)
        return point - effective * corrected, {
            "first_moment": first,
            "second_moment": second,
            "corrected_first_moment": corrected,
            "effective_step": effective + 0.0 * first,
        }


@dataclass(frozen=True)
class AdamW(Adam):
    r"""Adam with weight decay that is not divided: :math:`\theta \leftarrow (1 - \eta\lambda)\,\theta` first.

    .. math:: \theta \leftarrow (1 - \eta\lambda)\,\theta - \frac{\eta}{\sqrt{\hat v} + \varepsilon}\, \hat m

    A penalty in the loss would be averaged and divided like any gradient, so that coordinates with large
    gradients would hardly decay. Decay beside the step treats all alike. It pulls towards 0, so with λ > 0
    the resting point is not the minimum of the loss.

    Attributes
    ----------
    weight_decay
        Share λ of the parameters, times the learning rate, that is taken off at each step.

    Notes
    -----
    Loshchilov and Hutter, *Decoupled Weight Decay Regularization* (2019). As ``torch.optim.AdamW``.

    Examples
    --------
    Where the loss is flat, the decay alone is left: each step keeps the share 1 − ηλ:

    >>> from core.optimizers import minimize
    >>> path = minimize(lambda point: (0.0, [0.0]), [1.0], AdamW(0.1, weight_decay=0.5), steps=3)
    >>> path.points[:, 0].round(6).tolist()
    [1.0, 0.95, 0.9025, 0.857375]
    """

    weight_decay: float = hyperparameter(
        0.01, "weight decay", r"\lambda", "share of the parameters that fades, times the learning rate"
    )
    title: ClassVar[str] = "AdamW"
    latex: ClassVar[str] = (
        r"m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) {g}^{2}, \quad "
        r"\hat{m} = \frac{m}{1-{\beta_1}^{t}}, \quad \hat{v} = \frac{v}{1-{\beta_2}^{t}}, \quad "
        r"\theta \leftarrow (1 - \eta \lambda) \theta "
        r"- \frac{\eta}{\sqrt{\hat{v}} + \varepsilon} \, \hat{m}"
    )
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        FIRST_MOMENT,
        SECOND_MOMENT,
        CORRECTED_FIRST,
        CORRECTED_SECOND,
        ADAPTED_RATE,
        SubStep(
            "faded point",
            r"\theta' = (1 - \eta \lambda)\, \theta",
            lambda known: (1.0 - known["rate"] * known["weight_decay"]) * known["point"],
            "(1 − {rate} · {weight_decay}) · {point}",
        ),
        new_point(
            r"\theta \leftarrow \theta' - \alpha\, \hat m",
            "(1 − {rate} · {weight_decay}) · {point} − {effective_step} · {corrected_first_moment}",
        ),
    )

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Fade the parameters, then step as Adam does."""
        return super().update(point * (1.0 - self.rate(step) * self.weight_decay), gradient, memory, step)
