"""How far to go along a direction that leads downhill."""

from __future__ import annotations

import math
import sys

from core.optimizers.base import NoStep
from core.optimizers.objective import Evaluation, Objective
from core.primitives import FloatArray

TRIALS = 60
"""Halvings or doublings after which a line search gives up."""

FLAT = (
    "no step along the direction lowers the loss: it rests within rounding, or its gradient is wrong there."
)
"""Why a line search gives up."""


def slope_along(gradient: FloatArray, direction: FloatArray) -> float:
    """Compute the derivative of the loss along a direction."""
    return float(gradient @ direction)


def highest_loss(here: Evaluation, length: float, slope: float, share: float, first: float) -> float:
    """Loss up to which a step of some length has gone down enough (Armijo's condition).

    The loss must fall by a share of what the slope promises. Only where the whole promise of the first
    trial is lost in the rounding of the loss, a few roundings are forgiven.
    """
    rounding = sys.float_info.epsilon * abs(here.loss)
    promised = here.loss + share * length * slope
    if -first * slope <= 1000.0 * rounding:
        return promised + 4.0 * rounding
    return min(promised, math.nextafter(here.loss, -math.inf))


def backtrack(
    objective: Objective,
    here: Evaluation,
    direction: FloatArray,
    first: float,
    *,
    shrink: float,
    share: float,
) -> tuple[Evaluation, float]:
    """Shorten the step until the loss falls enough.

    Parameters
    ----------
    direction
        A direction of descent.
    first
        Length of the first trial, in units of `direction`.
    shrink
        Factor of the length from one trial to the next.
    share
        Share of the promised fall that is enough.

    Returns
    -------
    there, length
        The evaluated new point, and the length that leads to it.

    Raises
    ------
    NoStep
        If no length is short enough.
    """
    slope = slope_along(here.gradient, direction)
    length = first
    for _ in range(TRIALS):
        there = objective.evaluate(here.point + length * direction)
        if there.is_finite and there.loss <= highest_loss(here, length, slope, share, first):
            return there, length
        length *= shrink
    raise NoStep(FLAT)


def search_wolfe(
    objective: Objective,
    here: Evaluation,
    direction: FloatArray,
    first: float,
    *,
    share: float,
    flattening: float,
) -> tuple[Evaluation, float]:
    """Find a length where the loss has fallen enough and its slope has risen enough (Wolfe's conditions).

    The length is doubled while the slope is still steep and bisected once it was too long. The rise of the
    slope is what makes the curvature that a quasi-Newton method measures positive.

    Parameters
    ----------
    direction
        A direction of descent.
    first
        Length of the first trial, in units of `direction`.
    share
        Share of the promised fall that is enough.
    flattening
        The slope at the end is at most this share of the slope at the start.

    Notes
    -----
    Lewis and Overton, *Nonsmooth optimization via quasi-Newton methods* (2013), algorithm 2.6. Where
    rounding or a kink keeps the slope from rising, the longest step that went down is taken.
    """
    slope = slope_along(here.gradient, direction)
    shortest, longest, length = 0.0, math.inf, first
    best: tuple[Evaluation, float] | None = None
    for _ in range(TRIALS):
        there = objective.evaluate(here.point + length * direction)
        if not (there.is_finite and there.loss <= highest_loss(here, length, slope, share, first)):
            longest = length
        else:
            best = (there, length)
            if slope_along(there.gradient, direction) >= flattening * slope:
                return best
            shortest = length
        length = 2.0 * length if math.isinf(longest) else 0.5 * (shortest + longest)
    if best is None:
        raise NoStep(FLAT)
    return best
