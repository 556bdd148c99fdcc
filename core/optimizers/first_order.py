"""Gradient descent and its two classic accelerations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.optimizers.base import FirstOrder, Memory, learning_rate_field
from core.optimizers.hyperparameters import hyperparameter
from core.optimizers.substeps import GRADIENT, SubStep, new_point

VELOCITY = SubStep(
    "velocity", r"v \leftarrow \beta v + g", "velocity", "{beta} · {velocity_before} + {gradient}"
)


def momentum_field() -> Any:
    """Declare the share of the velocity that survives a step."""
    return hyperparameter(
        0.9, "momentum", r"\beta", "share of the velocity that is kept at each step", below=1.0
    )


@dataclass(frozen=True)
class GradientDescent(FirstOrder):
    r"""Steepest descent: :math:`\theta \leftarrow \theta - \eta\, g` with :math:`g = \nabla L(\theta)`.

    Along an eigenvector of the Hessian with eigenvalue λ, a step multiplies the distance to the minimum by
    :math:`1 - \eta\lambda`. It shrinks while :math:`\eta < 2/\lambda`, so the largest curvature sets the
    limit and the smallest sets the pace.

    Notes
    -----
    Cauchy, *Méthode générale pour la résolution des systèmes d'équations simultanées* (1847). As
    ``torch.optim.SGD``.

    Examples
    --------
    The slope of x² is 2x, so each step takes off the share 2η; the limit 2/λ is 1 for the curvature 2:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> minimize(parse("x^2"), {"x": 1.0}, GradientDescent(0.25), steps=3).points[:, 0].tolist()
    [1.0, 0.5, 0.25, 0.125]
    >>> GradientDescent(0.25).learning_rate_limit(curvature=2.0)
    1.0
    """

    learning_rate: float = learning_rate_field(0.001)
    title: ClassVar[str] = "Gradient descent"
    latex: ClassVar[str] = r"\theta \leftarrow \theta - \eta \, {\nabla} L"
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        new_point(r"\theta \leftarrow \theta - \eta\, g", "{point} − {rate} · {gradient}"),
    )
    stability_formula: ClassVar[str] = "2/λmax"

    @property
    def stability_constant(self) -> float:
        """The 2 of 2/λmax."""
        return 2.0

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Step against the gradient."""
        return point - self.rate(step) * gradient, memory


@dataclass(frozen=True)
class Momentum(FirstOrder):
    r"""Heavy ball: :math:`v \leftarrow \beta v + g,\ \theta \leftarrow \theta - \eta v`.

    Gradients that keep their direction add up to :math:`1/(1-\beta)` times one of them; gradients that
    alternate cancel. So a ball rolls along a valley instead of bouncing between its walls.

    Attributes
    ----------
    beta
        Share β of the velocity that is kept at each step.

    Notes
    -----
    Polyak, *Some methods of speeding up the convergence of iteration methods* (1964), written as in
    ``torch.optim.SGD(momentum=β, dampening=0)``: the learning rate stands outside the velocity, and the
    first velocity is the first gradient. On a quadratic it converges below :math:`2(1+\beta)/\lambda_{\max}`.

    Examples
    --------
    Downhill at a constant slope 1 it speeds up, towards twice the learning rate a step:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x"), {"x": 0.0}, Momentum(0.1, beta=0.5), steps=4)
    >>> path.displacements[:, 0].round(6).tolist()
    [-0.1, -0.15, -0.175, -0.1875]
    >>> path.internals["velocity"][:, 0].tolist()
    [0.0, 1.0, 1.5, 1.75, 1.875]
    """

    learning_rate: float = learning_rate_field(0.001)
    beta: float = momentum_field()
    title: ClassVar[str] = "Momentum"
    latex: ClassVar[str] = r"v \leftarrow \beta v + {\nabla} L, \quad \theta \leftarrow \theta - \eta \, v"
    internals: ClassVar[Mapping[str, str]] = {"velocity": "v"}
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        VELOCITY,
        new_point(r"\theta \leftarrow \theta - \eta\, v", "{point} − {rate} · {velocity}"),
    )
    stability_formula: ClassVar[str] = "2(1 + β)/λmax"

    @property
    def stability_constant(self) -> float:
        """Where the root of the recursion at −1 leaves the unit circle."""
        return 2.0 * (1.0 + self.beta)

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Add the gradient to the velocity and step against it."""
        velocity = self.beta * memory["velocity"] + gradient
        return point - self.rate(step) * velocity, {"velocity": velocity}


@dataclass(frozen=True)
class Nesterov(FirstOrder):
    r"""Momentum that looks ahead.

    .. math:: v \leftarrow \beta v + g, \quad \theta \leftarrow \theta - \eta (g + \beta v)

    The step uses the velocity that the next step is going to have if the gradient stays the same, so it
    brakes before the valley rises.

    Attributes
    ----------
    beta
        Share β of the velocity that is kept at each step.

    Notes
    -----
    Nesterov, *A method for solving the convex programming problem with convergence rate O(1/k²)* (1983), in
    the form of Sutskever and others, *On the importance of initialization and momentum in deep learning*
    (2013), written as in ``torch.optim.SGD(momentum=β, nesterov=True)``. On a quadratic it converges below
    :math:`2(1+\beta)/((1+2\beta)\lambda_{\max})`, less than plain momentum.

    Examples
    --------
    At a constant slope 1 its steps are those of `Momentum`, one step ahead:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> path = minimize(parse("x"), {"x": 0.0}, Nesterov(0.1, beta=0.5), steps=3)
    >>> path.displacements[:, 0].round(6).tolist()
    [-0.15, -0.175, -0.1875]
    """

    learning_rate: float = learning_rate_field(0.001)
    beta: float = momentum_field()
    title: ClassVar[str] = "Nesterov"
    latex: ClassVar[str] = (
        r"v \leftarrow \beta v + {\nabla} L, \quad "
        r"\theta \leftarrow \theta - \eta \left( {\nabla} L + \beta v \right)"
    )
    internals: ClassVar[Mapping[str, str]] = {"velocity": "v"}
    substeps: ClassVar[tuple[SubStep, ...]] = (
        GRADIENT,
        VELOCITY,
        SubStep(
            "look ahead",
            r"d = g + \beta v",
            lambda known: known["gradient"] + known["beta"] * known["velocity"],
            "{gradient} + {beta} · {velocity}",
        ),
        new_point(
            r"\theta \leftarrow \theta - \eta\, d",
            "{point} − {rate} · ({gradient} + {beta} · {velocity})",
        ),
    )
    stability_formula: ClassVar[str] = "2(1 + β)/((1 + 2β) λmax)"

    @property
    def stability_constant(self) -> float:
        """Where the root of the recursion at −1 leaves the unit circle."""
        return 2.0 * (1.0 + self.beta) / (1.0 + 2.0 * self.beta)

    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Add the gradient to the velocity and step against the velocity to come."""
        velocity = self.beta * memory["velocity"] + gradient
        ahead = gradient + self.beta * velocity
        return point - self.rate(step) * ahead, {"velocity": velocity}
