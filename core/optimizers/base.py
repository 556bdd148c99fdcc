"""What every optimiser is: a rule for the next point, with its formula and its hyperparameters."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np

from core.optimizers.objective import Evaluation, Objective
from core.optimizers.schedules import Constant, Schedule
from core.primitives import FloatArray

Memory = dict[str, Any]
"""What an optimiser knows after a step, such as the velocity: a number or an array for each name."""


@dataclass(frozen=True)
class Hyperparameter:
    """What a person can set on an optimiser, and in which range.

    Attributes
    ----------
    name
        Name of the field.
    title
        What people call it.
    symbol
        LaTeX of the sign that stands for it in the formula.
    default
        Its value unless it is set.
    minimum, below
        The smallest number that is allowed, and the number that it must stay below.
    is_whole
        Whether it must be a whole number.
    meaning
        What it does, in one sentence.
    """

    name: str
    title: str
    symbol: str
    default: float
    minimum: float
    below: float
    is_whole: bool
    meaning: str

    def require(self, value: Any) -> None:
        """Raise a ValueError unless `value` is a number in the range."""
        kinds = (int, np.integer) if self.is_whole else (int, float, np.integer, np.floating)
        if isinstance(value, bool) or not isinstance(value, kinds) or not self.minimum <= value < self.below:
            kind = "a whole number" if self.is_whole else "a number"
            bound = f" and below {self.below:g}" if math.isfinite(self.below) else ""
            raise ValueError(f"{self.name} must be {kind} of at least {self.minimum:g}{bound}, not {value!r}")


def hyperparameter(
    default: float,
    title: str,
    symbol: str,
    meaning: str,
    *,
    minimum: float = 0.0,
    below: float = math.inf,
) -> Any:
    """Declare a field of an optimiser as a hyperparameter; one whose default is an int is whole."""
    described = {
        "title": title,
        "symbol": symbol,
        "default": default,
        "minimum": minimum,
        "below": below,
        "is_whole": isinstance(default, int),
        "meaning": meaning,
    }
    return field(default=default, metadata={"hyperparameter": described})


def learning_rate_field(default: float) -> Any:
    """Declare the learning rate with an optimiser's own default."""
    return hyperparameter(default, "learning rate", r"\eta", "factor of every step")


@dataclass(frozen=True)
class Optimizer(ABC):
    """A rule that makes the next point.

    Attributes
    ----------
    learning_rate
        Factor η of the step.
    schedule
        How the learning rate changes from step to step.
    title
        Its name as people know it.
    latex
        The update formula, in which g is the gradient.
    internals
        LaTeX of the sign of each name in the optimiser's memory.
    stability_formula
        How the largest stable learning rate follows from the largest curvature λmax, or empty where the
        curvature alone does not tell.
    """

    learning_rate: float = learning_rate_field(0.01)
    schedule: Schedule = field(default_factory=Constant, kw_only=True)
    title: ClassVar[str]
    latex: ClassVar[str]
    internals: ClassVar[Mapping[str, str]] = {}
    stability_formula: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for described in self.hyperparameters():
            described.require(getattr(self, described.name))
        if not isinstance(self.schedule, Schedule):
            raise ValueError(f"schedule must be one of core.optimizers.SCHEDULES, not {self.schedule!r}")

    @classmethod
    def hyperparameters(cls) -> tuple[Hyperparameter, ...]:
        """Every hyperparameter of this optimiser, the learning rate first.

        Examples
        --------
        >>> from core.optimizers import Momentum
        >>> [(each.name, each.title, each.default) for each in Momentum.hyperparameters()]
        [('learning_rate', 'learning rate', 0.001), ('beta', 'momentum', 0.9)]
        """
        return tuple(
            Hyperparameter(name=each.name, **each.metadata["hyperparameter"])
            for each in fields(cls)
            if "hyperparameter" in each.metadata
        )

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
    """The rule of an optimiser has no next point; the message says why in one sentence."""


class FirstOrder(Optimizer):
    """An optimiser that needs the gradient alone, and moves each coordinate by the same arithmetic.

    Because `update` is plain arithmetic and NumPy functions without a branch on what it computes, it
    works on numbers, on arrays, and on expressions: from those it builds the formulas of the step.
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
