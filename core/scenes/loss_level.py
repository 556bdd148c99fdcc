"""What is subtracted from the loss so that it has a logarithm, and one that falls to the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.critical_kinds import Kind
from core.primitives import FloatArray
from core.scenes.gradient_critical import critical_marks, heading

if TYPE_CHECKING:
    from core.scenes.gradient_state import GradientState

PLACES = ("", "minimum ahead", "lowest minimum in view", "lowest value seen")
"""Where f has the level: nowhere if it is 0, at a minimum, or a little above it."""

NEGLIGIBLE = 1e-9
"""A level is 0 if it is below this part of the loss at the start."""

ROUNDING = 1e-12
"""Values that are below a minimum by less than this part of the loss at the start are at it."""

BELOW = 0.01
"""The level is so far below the lowest value where no minimum is known, as a part of the range."""


def loss_level(state: GradientState, losses: Sequence[FloatArray]) -> tuple[float, str]:
    """Choose the level, and say where f has it.

    It is the value at the minimum that the selected racer heads for, as long as nobody comes below it, else
    that at the lowest minimum in view. Where values are lower still, or no minimum is known, it is 0 if all
    are positive, and otherwise a little less than the lowest one, so that no single step seems to arrive.

    Parameters
    ----------
    state
        The surface with its view, and the selected racer.
    losses
        Of each racer, as far as they are known.

    Returns
    -------
    (float, str)
        The level, and its place, of `PLACES`; both empty for 0.
    """
    lowest = min((float(each.min()) for each in losses), default=0.0)
    highest = max((float(each[0]) for each in losses), default=1.0)
    for value, place in _minima(state):
        if lowest >= value - ROUNDING * max(abs(highest), abs(value)):
            value = min(value, lowest)
            is_zero = abs(value) <= NEGLIGIBLE * max(abs(highest), NEGLIGIBLE)
            return (0.0, "") if is_zero else (value, place)
    if lowest > 0.0:
        return 0.0, ""
    return lowest - BELOW * max(highest - lowest, NEGLIGIBLE), PLACES[3]


def _minima(state: GradientState) -> list[tuple[float, str]]:
    """List values at minima that are known, and what the minima are."""
    ahead = heading(state)
    found = [] if ahead is None else [(ahead.value, PLACES[1])]
    marks = critical_marks(state.formula, state.parameters, state.view)
    values = [point.value for point in marks.points if point.kind is Kind.MINIMUM]
    return [*found, (min(values), PLACES[2])] if values else found
