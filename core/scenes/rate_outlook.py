"""What the quadratic at a place says of the steps to come: how fast they converge there, or why not."""

from __future__ import annotations

from dataclasses import dataclass

from core.optimizers import FirstOrder, Optimizer
from core.optimizers.stability import shown
from core.scenes.convergence import BestRate, Mode, best_rate, has_theory, modes
from core.scenes.destination import hessian_at
from core.scenes.rate_limits import RateLimits, place

WIDE = 1.001
"""Rates that differ by this factor are told apart."""


@dataclass(frozen=True)
class Outlook:
    """What the quadratic at one place says of the steps to come.

    Attributes
    ----------
    place
        "at P" or the coordinates of the minimum.
    modes
        For each eigendirection; empty where there is no theory or no Hessian.
    sentence
        All of it in a sentence, or why nothing can be said.
    best
        Rate of the fastest convergence, or None where there is none.
    """

    place: str
    modes: tuple[Mode, ...]
    sentence: str
    best: BestRate | None = None

    @property
    def best_sentence(self) -> str:
        """The best rate in a sentence, with ``[words](rate)`` where a click should choose it; or empty."""
        if self.best is None:
            return ""
        if self.best.highest > self.best.lowest * WIDE:
            rates = f"Best from {shown(self.best.lowest)} to {shown(self.best.highest)}"
        else:
            rates = f"Best rate {shown(self.best.rate)}"
        return f"{rates}: error × {shown(self.best.factor)} a step. [Use it]({self.best.rate:.3g})"


def outlooks(limits: RateLimits) -> tuple[Outlook, ...]:
    """Tell what the steps do at the minimum ahead, if there is one, and at P."""
    optimizer, goal, step, ground = limits.optimizer, limits.goal, limits.step, limits.course.ground
    if not has_theory(optimizer):
        return (Outlook("", (), _no_theory(optimizer)),)
    found = []
    if goal is not None:
        there = modes(optimizer, goal.hessian, step + 1)
        best = best_rate(optimizer, *goal.curvatures)
        found.append(Outlook(place(goal.point), there, forecast(there), best))
    here = hessian_at(ground.formula, ground.parameters, ground.start)
    if here is None:
        found.append(Outlook("at P", (), "f has no second derivatives at P."))
    else:
        found.append(Outlook("at P", modes(optimizer, here, step + 1), ""))
    return tuple(found)


def _no_theory(optimizer: Optimizer) -> str:
    if isinstance(optimizer, FirstOrder):
        return (
            f"{optimizer.title} scales each coordinate by the slopes it has seen, so the curvature alone "
            "sets no limit and no factor a step."
        )
    return f"{optimizer.title} divides by the curvature itself, so the curvature sets no limit."


def forecast(found: tuple[Mode, ...]) -> str:
    """Tell in a sentence what steps do near a minimum, from the modes there."""
    moving = [mode for mode in found if mode.behaviour != "at rest"] or list(found)
    slowest = max(mode.factor for mode in moving)
    growing = [mode for mode in found if mode.behaviour == "diverging"]
    swinging = [mode for mode in found if mode.behaviour == "oscillating"]
    factor = f"error × {shown(slowest)} a step"
    if growing:
        return f"Diverges{_along(growing, found)}: {factor}."
    if abs(slowest - 1.0) <= 1e-12:
        return f"Neither converges nor diverges: {factor}."
    if swinging:
        return f"Converges, oscillating{_along(swinging, found)}: {factor}."
    return f"Converges without oscillating: {factor}."


def _along(some: list[Mode], found: tuple[Mode, ...]) -> str:
    if len(some) == len(found):
        return ""
    x, y = (f"{part:.2g}".replace("-", "−") for part in some[0].direction)
    return f" along ({x}, {y})"
