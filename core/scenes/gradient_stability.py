"""How large a learning rate may be, and how fast it converges, told before the descent is played."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from core.scenes.gradient_state import GradientState
from core.scenes.race import course_of
from core.scenes.race_paths import Course
from core.scenes.rate_limits import Bound, RateLimits, equation, limit_latex, limits_of, plain_number
from core.scenes.rate_outlook import Outlook, outlooks
from core.scenes.rate_rescue import Rescue, rescue_of
from core.scenes.rate_warning import warning_of


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
    rescue
        The rate of that link, with which the run was tried and descends; None where there is none.
    """

    title: str
    limit_latex: str
    limits: RateLimits
    shaded: Bound | None
    reason: str
    warning: str
    rescue: Rescue | None

    @property
    def safe_rate(self) -> float | None:
        """The rate that is offered, or None."""
        return None if self.rescue is None else self.rescue.rate

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
    return _stability(course_of(state.ground, state.racer, state.forks), state.step)


@lru_cache(maxsize=64)
def _stability(course: Course, step: int) -> Stability:
    limits = limits_of(course, step)
    warning = warning_of(limits)
    rescue = rescue_of(limits) if warning else None
    if rescue is not None:
        warning += f" [Use {plain_number(rescue.rate)}]({rescue.rate!r})"
    return Stability(
        limits.optimizer.title,
        limit_latex(limits.optimizer),
        limits,
        limits.shaded,
        _reason(limits),
        warning,
        rescue,
    )


def _reason(limits: RateLimits) -> str:
    shaded, run = limits.shaded, limits.run
    if shaded is None:
        return ""
    since = f"step {run.last_change}" if run is not None and run.last_change else "P"
    return {
        "minimum": f"At the minimum {shaded.place}, "
        + ("where this descent arrives." if limits.arrives else f"where a slow descent from {since} leads."),
        "ahead": "For the largest curvature on the path: it heads for no minimum.",
        "point": "For the curvature at P: it heads for no minimum.",
    }[shaded.key]
