"""What the selected optimiser did in its last step, line by line with its numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.optimizers.stability import shown
from core.scenes.race import Run

DIGITS, FEW = 4, 3
"""Digits of a result, and of the numbers that are filled in."""

_SLOT = re.compile(r"\{(\w+)\}")


Vector = tuple[str, tuple[float, float]]
"""A name and a vector in x and y."""


@dataclass(frozen=True)
class Line:
    """One line of the update formula.

    Attributes
    ----------
    title
        What it computes, in a word or two.
    latex
        The line with its letters.
    filled
        Its right side with numbers, or empty.
    result
        What it gives.
    """

    title: str
    latex: str
    filled: str
    result: str


@dataclass(frozen=True)
class Internals:
    """The last step of the selected racer.

    Attributes
    ----------
    title
        Name of the optimiser.
    step
        Number of the step that is told.
    lines
        What it did, in order.
    arrows
        g before the step, what was made of it, and the way that it went: a name and a vector each.
    note
        Why there is nothing to tell, or empty.
    """

    title: str
    step: int
    lines: tuple[Line, ...]
    arrows: tuple[Vector, ...]
    note: str = ""


BETWEEN = {"velocity": "velocity", "corrected_first_moment": "mean of g", "direction": "direction"}
"""What optimisers make of the gradient before they step, by its name in their memory."""


def internals_of(run: Run | None, title: str) -> Internals:
    """Tell the last step of a run; of none, or of one that has taken no step, why there is none."""
    if run is None:
        return Internals(title, 0, (), (), "It does not run.")
    if not run.step:
        return Internals(title, 0, _unfilled(run), (), "No step was taken yet.")
    step = run.step
    start, there, gradient = run.points[step - 1], run.points[step], run.gradients[step - 1]
    known = run.optimizer.quantities(
        {"point": start, "gradient": gradient}, {"point": there}, run.internals, step
    )
    known["rate"] = float(run.learning_rates[step - 1])
    lines = tuple(
        Line(
            each.title,
            each.latex,
            _SLOT.sub(lambda slot: written(known[slot.group(1)], FEW), each.filled),
            written(each.result(known), DIGITS),
        )
        for each in run.optimizer.substeps
    )
    return Internals(
        title,
        step,
        lines,
        (
            ("gradient", _pair(gradient)),
            *((words, _pair(known[name])) for name, words in BETWEEN.items() if name in run.internals),
            ("step", _pair(there - start)),
        ),
    )


def _unfilled(run: Run) -> tuple[Line, ...]:
    return tuple(Line(each.title, each.latex, "", "") for each in run.optimizer.substeps)


def written(value: Any, digits: int) -> str:
    """Write a number, or the pair of numbers in x and y.

    Examples
    --------
    >>> written(0.1, 3), written(np.array([-20.028, 1e-7]), 3)
    ('0.1', '(−20, 1e−7)')
    """
    if np.ndim(value):
        return f"({', '.join(shown(float(each), digits) for each in np.ravel(value)[:2])})"
    return shown(float(value), digits)


def _pair(vector: Any) -> tuple[float, float]:
    return float(vector[0]), float(vector[1])
