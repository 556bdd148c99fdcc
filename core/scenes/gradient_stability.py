"""How large a learning rate may be, and how fast it converges, told before the descent is played."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from core.optimizers.stability import shown
from core.scenes.destination import course, destination
from core.scenes.downhill import Point
from core.scenes.gradient_state import GradientState
from core.scenes.race_paths import Racer, optimizer_of
from core.scenes.rate_limits import Bound, RateLimits, equation, limit_latex
from core.scenes.rate_outlook import Outlook, outlooks
from core.scenes.rate_warning import divergence_so_far, safe_rate_of, warning_of
from core.scenes.state import Numbers


@dataclass(frozen=True, eq=False)
class Stability:
    """Limits of the learning rate of the selected optimiser, and what they mean.

    Attributes
    ----------
    title
        Name of the optimiser.
    limit_latex
        How a limit follows from the curvature, as LaTeX; empty for methods whose limit it does not tell.
    limits
        All limits.
    shaded
        The bound whose limit the slider shows: at the minimum, else along the path, else at P; or None.
    reason
        Why that one, in a sentence.
    warning
        What is wrong with the learning rate, or empty; with ``$LaTeX$``, and with ``[words](rate)`` where a
        click should choose a rate.
    safe_rate
        The rate of that link, which descends; None where there is none.
    """

    title: str
    limit_latex: str
    limits: RateLimits
    shaded: Bound | None
    reason: str
    warning: str
    safe_rate: float | None

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """At P, along the path so far and ahead, and at the minimum that the descent heads for.

        They are computed when they are asked for, since the card that shows them is mostly folded.
        """
        return self.limits.bounds

    @cached_property
    def outlooks(self) -> tuple[Outlook, ...]:
        """At the minimum, if there is one, and at P; computed when they are asked for."""
        return outlooks(self.limits)

    @property
    def caption(self) -> str:
        """The shaded limit as LaTeX, such as ``2/λmax = 0.0243``; or empty."""
        return "" if self.shaded is None else equation(self.limit_latex, self.shaded.limit)


def stability(state: GradientState) -> Stability:
    """Tell how large the learning rate of the selected racer may be, and how fast it converges.

    Equal choices give the very same object.
    """
    return _stability(state.formula, state.parameters, state.point, state.racer, state.step)


@lru_cache(maxsize=64)
def _stability(formula: str, parameters: Numbers, point: Point, racer: Racer, step: int) -> Stability:
    optimizer = optimizer_of(racer)
    run = course(formula, parameters, point, racer)
    goal, arrives = destination(formula, parameters, point, racer)
    limits = RateLimits(formula, parameters, point, optimizer, run, goal, step)
    shaded = limits.shaded
    rate = float(optimizer.rate(step + 1))
    warning, safe_rate = "", None
    if run is not None:
        seen = (
            divergence_so_far(formula, parameters, point, racer, min(step, run.steps))
            if run.divergence
            else None
        )
        warning = warning_of(optimizer, rate, run, seen, shaded, goal, arrives)
    if warning and run is not None:
        safe_rate = safe_rate_of(run.divergence, shaded)
        warning += f" [Use {shown(safe_rate)}]({safe_rate!r})" if safe_rate is not None else ""
    return Stability(
        optimizer.title,
        limit_latex(optimizer),
        limits,
        shaded,
        _reason(shaded, arrives),
        warning,
        safe_rate,
    )


def _reason(shaded: Bound | None, arrives: bool) -> str:
    if shaded is None:
        return ""
    return {
        "minimum": f"At the minimum {shaded.place}, "
        + ("where this descent arrives." if arrives else "where a slow descent from P leads."),
        "ahead": "For the largest curvature on the path: it heads for no minimum.",
        "point": "For the curvature at P: it heads for no minimum.",
    }[shaded.key]
