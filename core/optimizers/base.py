"""What every optimiser is: a rule for the next point, with its formula and its hyperparameters."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from core.optimizers.hyperparameters import Adjustable, hyperparameter
from core.optimizers.objective import Evaluation, Objective
from core.optimizers.schedules import Constant, Schedule, require_schedule
from core.optimizers.substeps import SubStep
from core.primitives import FloatArray

Memory = dict[str, Any]
"""What an optimiser knows after a step, such as the velocity: a number or an array for each name."""


def learning_rate_field(default: float) -> Any:
    """Declare the learning rate with an optimiser's own default."""
    return hyperparameter(default, "learning rate", r"\eta", "factor of every step")


@dataclass(frozen=True)
class Optimizer(Adjustable):
    """A rule that makes the next point.

    Attributes
    ----------
    learning_rate
        Factor η of the step. With 0 the point stays where it is.
    schedule
        How the learning rate changes from step to step.
    title
        Its name as people know it.
    latex
        The update formula, in which g is the gradient.
    internals
        LaTeX of the sign of each name in the optimiser's memory.
    substeps
        What it does within a step, line by line.
    stability_formula
        How the largest stable learning rate follows from the largest curvature λmax, or empty where the
        curvature alone does not tell.
    is_autonomous
        Whether a step follows from point, memory and learning rate alone, so that the same steps come again
        from where it has been before.

    Examples
    --------
    >>> from core.optimizers import Adam, StepDecay
    >>> Adam(0.1, schedule=StepDecay(period=10, gamma=0.5)).rate(np.array([1, 10, 11, 21])).tolist()
    [0.1, 0.1, 0.05, 0.025]
    >>> Adam(0.1, beta1=1.5)
    Traceback (most recent call last):
        ...
    ValueError: beta1 must be a number of at least 0 and below 1, not 1.5
    """

    learning_rate: float = learning_rate_field(0.01)
    schedule: Schedule = field(default_factory=Constant, kw_only=True)
    internals: ClassVar[Mapping[str, str]] = {}
    substeps: ClassVar[tuple[SubStep, ...]] = ()
    stability_formula: ClassVar[str] = ""
    is_autonomous: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_schedule("schedule", self.schedule)

    def rate(self, step: Any) -> Any:
        """Learning rate of a step; the first step is 1."""
        return self.learning_rate * self.schedule.factor(step)

    @property
    def stability_constant(self) -> float | None:
        """Largest learning rate times curvature with which a quadratic converges, or None."""
        return None

    def learning_rate_limit(self, curvature: float) -> float | None:
        """Learning rate above which descent on a quadratic of this largest curvature diverges, or None."""
        constant = self.stability_constant
        return constant / curvature if constant is not None and curvature > 0.0 else None

    def init(self, point: FloatArray) -> Memory:
        """Memory before the first step: zeros."""
        return {name: np.zeros_like(point) for name in self.internals}

    def evaluations(self, internals: Mapping[str, FloatArray], steps: int) -> FloatArray:
        """Gradient evaluations spent until each point: one a step, unless a kind of optimiser says more.

        Parameters
        ----------
        internals
            As in `core.optimizers.Trajectory`.
        steps
            How many steps were taken.

        Returns
        -------
        ndarray
            Shape ``(steps + 1,)``, from 0; the evaluation at the start belongs to the first step.

        Examples
        --------
        >>> from core.optimizers import Adam
        >>> Adam().evaluations({}, steps=3).tolist()
        [0.0, 1.0, 2.0, 3.0]
        """
        return np.arange(steps + 1.0)

    def quantities(
        self,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        internals: Mapping[str, FloatArray],
        step: int,
    ) -> dict[str, Any]:
        """Gather what a step computed with, for its `substeps`.

        Parameters
        ----------
        before, after
            ``point`` and ``gradient`` before the step, and ``point`` after it.
        internals
            As in `core.optimizers.Trajectory`.
        step
            Number of the step, from 1.

        Returns
        -------
        dict
            Hyperparameters by name, ``rate`` of this step, ``t`` its number, ``point``, ``gradient``,
            ``new_point``, and each internal as ``name_before`` and ``name``.

        Examples
        --------
        >>> from core.optimizers import Momentum
        >>> known = Momentum(0.1, beta=0.5).quantities(
        ...     {"point": 1.0, "gradient": 2.0}, {"point": 0.8}, {"velocity": np.array([0.0, 2.0])}, step=1
        ... )
        >>> [known[name] for name in ("beta", "rate", "velocity_before", "velocity", "new_point")]
        [0.5, 0.1, 0.0, 2.0, 0.8]
        """
        known: dict[str, Any] = {each.name: getattr(self, each.name) for each in self.hyperparameters()}
        for name, kept in internals.items():
            known[f"{name}_before"], known[name] = kept[step - 1], kept[step]
            if not np.ndim(kept[step]):
                known[f"{name}_before"], known[name] = float(kept[step - 1]), float(kept[step])
        return {**known, **before, "new_point": after["point"], "rate": float(self.rate(step)), "t": step}

    @abstractmethod
    def advance(
        self, objective: Objective, here: Evaluation, memory: Memory, step: int
    ) -> tuple[Evaluation, Memory]:
        """Take one step.

        Parameters
        ----------
        objective
            What is minimised.
        here
            The point to leave, with its loss and gradient.
        memory
            What `init` or the step before returned.
        step
            Number of this step, from 1.

        Raises
        ------
        NoStep
            If the rule does not say where to go from here.
        """


class NoStep(Exception):
    """The rule of an optimiser has no next point; the message says why in one sentence.

    Examples
    --------
    It is caught on the way, and told as the end of the path:

    >>> from core.optimizers import Newton, minimize
    >>> from core.parser import parse
    >>> minimize(parse("x + y^2"), {"x": 1.0, "y": 1.0}, Newton(), steps=5).stopped
    "Stopped at step 1: the Hessian is singular there, so Newton's step does not exist. Try damped Newton."
    """


class FirstOrder(Optimizer):
    """An optimiser that needs the gradient alone, and moves each coordinate by the same arithmetic.

    Because `update` is plain arithmetic and NumPy functions without a branch on what it computes, it
    works on numbers, on arrays, and on expressions: from those it builds the formulas of the step.

    Examples
    --------
    An optimiser of one's own is an `update`; this one looks at the sign of the slope alone:

    >>> from core.optimizers import minimize
    >>> from core.parser import parse
    >>> class SignDescent(FirstOrder):
    ...     def update(self, point, gradient, memory, step):
    ...         return point - self.rate(step) * np.sign(gradient), memory
    >>> minimize(parse("x^2 + 9y^4"), {"x": 2.0, "y": 1.0}, SignDescent(0.25), steps=2).points.tolist()
    [[2.0, 1.0], [1.75, 0.75], [1.5, 0.5]]
    """

    @abstractmethod
    def update(self, point: Any, gradient: Any, memory: Memory, step: Any) -> tuple[Any, Memory]:
        """Return the next point and the memory after this step; the first step is 1."""

    def advance(
        self, objective: Objective, here: Evaluation, memory: Memory, step: int
    ) -> tuple[Evaluation, Memory]:
        """Update the point, and evaluate the objective at the new one."""
        point, memory = self.update(here.point, here.gradient, memory, step)
        return objective.evaluate(point), memory
