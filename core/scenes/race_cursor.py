"""The cursor that goes through the steps of a race, on an axis that stays as it is while it is held."""

from __future__ import annotations

import math
from dataclasses import replace

from core.scenes.gradient_state import GradientState, race_of, with_step
from core.scenes.race_paths import MAX_STEPS

SHORTEST = 16
"""So many steps are in view at least."""


def farthest(state: GradientState) -> int:
    """Give the farthest step that was played, as far as which the race is followed."""
    return max(state.reach, race_of(state).step)


def axis_end(state: GradientState) -> int:
    """Give the last step on the axis: the next power of two, so that it stays for many steps.

    Examples
    --------
    >>> axis_end(GradientState(step=2, reach=80)), axis_end(GradientState(step=9))
    (128, 16)
    """
    end, step = _end(state.reach), race_of(state).step
    return end if step <= end else _end(step)


def _end(step: int) -> int:
    return min(max(SHORTEST, 1 << step.bit_length()), MAX_STEPS)


def taken(state: GradientState) -> GradientState:
    """Take the cursor: from now on the axis depends on how far the race was played before."""
    return replace(state, reach=farthest(state))


def dragged(state: GradientState, place: float) -> GradientState:
    """Move the cursor to a place on the axis, no farther than its end; the axis stays as it is."""
    if math.isnan(place):
        return state
    step = round(min(max(place, 0.0), float(axis_end(state))))
    wanted = replace(state, step=step)
    return replace(wanted, step=race_of(wanted).step)


def let_go(state: GradientState) -> GradientState:
    """Let the axis go as far as the cursor came; at its end it grows, so that one can drag on."""
    return with_step(state, state.step)
