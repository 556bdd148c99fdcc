"""Hyperparameters: what a person can set on an optimiser or a schedule, and in which range."""

from __future__ import annotations

import math
from abc import ABC
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, ClassVar

import numpy as np


@dataclass(frozen=True)
class Hyperparameter:
    r"""What a person can set, and in which range.

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
    minimum, maximum
        The smallest and the largest number that are allowed.
    below
        A number that it must stay below.
    is_whole
        Whether it must be a whole number.
    meaning
        What it does, in one sentence.

    Examples
    --------
    >>> from core.optimizers import Momentum
    >>> beta = Momentum.hyperparameters()[1]
    >>> beta.title, beta.symbol, beta.default, beta.meaning
    ('momentum', '\\beta', 0.9, 'share of the velocity that is kept at each step')
    >>> beta.required(1.0)
    Traceback (most recent call last):
        ...
    ValueError: beta must be a number of at least 0 and below 1, not 1.0
    """

    name: str
    title: str
    symbol: str
    default: float
    minimum: float
    maximum: float
    below: float
    is_whole: bool
    meaning: str

    def required(self, value: Any) -> float:
        """Return `value` as a float, or as an int where only whole numbers are allowed.

        Raises
        ------
        ValueError
            If it is no such number in the range.
        """
        kinds = (int, np.integer) if self.is_whole else (int, float, np.integer, np.floating)
        if isinstance(value, kinds) and not isinstance(value, bool):
            number = int(value) if self.is_whole else float(value)
            if self.minimum <= number <= self.maximum and number < self.below:
                return number
        kind = "a whole number" if self.is_whole else "a number"
        raise ValueError(f"{self.name} must be {kind} {self._range}, not {value!r}")

    @property
    def _range(self) -> str:
        if math.isfinite(self.maximum):
            return f"from {self.minimum:g} to {self.maximum:g}"
        bound = f" and below {self.below:g}" if math.isfinite(self.below) else ""
        return f"of at least {self.minimum:g}{bound}"


def hyperparameter(
    default: float,
    title: str,
    symbol: str,
    meaning: str,
    *,
    minimum: float = 0.0,
    maximum: float = math.inf,
    below: float = math.inf,
) -> Any:
    """Declare a field as a hyperparameter; one whose default is an int is whole."""
    described = {
        "title": title,
        "symbol": symbol,
        "default": default,
        "minimum": minimum,
        "maximum": maximum,
        "below": below,
        "is_whole": isinstance(default, int),
        "meaning": meaning,
    }
    return field(default=default, metadata={"hyperparameter": described})


@dataclass(frozen=True)
class Adjustable(ABC):
    """What has hyperparameters: they are its fields, and are checked when it is made.

    Attributes
    ----------
    title
        Its name as people know it.
    latex
        Its formula.
    """

    title: ClassVar[str]
    latex: ClassVar[str]

    def __post_init__(self) -> None:
        for described in self.hyperparameters():
            object.__setattr__(self, described.name, described.required(getattr(self, described.name)))

    @classmethod
    def hyperparameters(cls) -> tuple[Hyperparameter, ...]:
        """Every hyperparameter, the learning rate of an optimiser first.

        Examples
        --------
        >>> from core.optimizers import Momentum
        >>> [(each.name, each.title, each.default) for each in Momentum.hyperparameters()]
        [('learning_rate', 'learning rate', 0.001), ('beta', 'momentum', 0.9)]
        """
        return _described(cls)


@cache
def _described(kind: type[Adjustable]) -> tuple[Hyperparameter, ...]:
    return tuple(
        Hyperparameter(name=each.name, **each.metadata["hyperparameter"])
        for each in fields(kind)
        if "hyperparameter" in each.metadata
    )
