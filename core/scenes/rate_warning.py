"""What a learning rate does that no one wants, and a rate that does not."""

from __future__ import annotations

import math
from functools import lru_cache

from core.optimizers import Divergence, Optimizer, minimize
from core.optimizers.stability import shown
from core.scenes.destination import Course, Minimum
from core.scenes.downhill import Point
from core.scenes.level_map import COORDINATES, surface
from core.scenes.race_paths import Racer, optimizer_of
from core.scenes.rate_limits import Bound, equation, limit_latex
from core.scenes.state import Numbers

SEEN = 2
"""So many steps that grew in a row are worth a sentence."""


@lru_cache(maxsize=64)
def divergence_so_far(
    formula: str, parameters: Numbers, start: Point, racer: Racer, step: int
) -> Divergence | None:
    """Divergence as far as the path is shown; None if it does not show yet."""
    at = dict(zip(COORDINATES, start, strict=True))
    why = minimize(surface(formula, parameters), at, optimizer_of(racer), step).divergence
    return why if why is not None and why.growth is not None and why.growing_steps >= SEEN else None


def warning_of(
    optimizer: Optimizer,
    rate: float,
    run: Course,
    seen: Divergence | None,
    shaded: Bound | None,
    goal: Minimum | None,
    arrives: bool,
) -> str:
    """Say what the learning rate does that no one wants, first of all what can be seen."""
    formula = limit_latex(optimizer)
    too_fast = shaded is not None and rate > shaded.limit * (1.0 + 1e-12)
    if seen is not None and seen.growth is not None:
        grew = f"The step grew {shown(seen.growth, 2)}× for {seen.growing_steps} steps"
        if too_fast and shaded is not None:
            return f"{grew}: {shown(rate)} is above ${equation(formula, shaded.limit)}$."
        if seen.limit is not None and seen.learning_rate > seen.limit:
            return (
                f"{grew}: {shown(seen.learning_rate)} is above ${equation(formula, seen.limit)}$ on the way."
            )
        return f"{grew}: the learning rate {shown(rate)} is too large here."
    ends = f"from P it diverges at step {run.steps + 1}" if run.diverged else ""
    if too_fast and shaded is not None:
        above = f"Above ${equation(formula, shaded.limit)}$ "
        if run.diverged or run.divergence is not None:
            return above + ("the loss grows: " + ends if ends else "the loss grows") + "."
        if shaded.key == "minimum" and goal is not None:
            return above + f"it cannot come to rest at {shaded.place}."
        return above + "steps along the largest curvature grow."
    if ends and run.divergence is not None:
        why = run.divergence
        if why.limit is not None and why.curvature is not None and why.learning_rate > why.limit:
            cause = (
                f": the curvature {shown(why.curvature)} on the way allows ${equation(formula, why.limit)}$"
            )
        else:
            cause = ": the learning rate is too large for the slopes on the way"
        return f"{ends[0].upper()}{ends[1:]}{cause}."
    return ""


def safe_rate_of(divergence: Divergence | None, shaded: Bound | None) -> float | None:
    """Rate that was tried and descends, or half of the limit in one digit."""
    if divergence is not None and divergence.safe_rate is not None:
        return divergence.safe_rate
    if divergence is None and shaded is not None:
        half = shaded.limit / 2.0
        exponent = math.floor(math.log10(half))
        return float(f"{max(math.floor(half / 10.0**exponent), 1)}e{exponent}")
    return None
