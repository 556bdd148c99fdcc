"""How large a learning rate may be, and how fast it converges, told before the descent is played."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.optimizers import Divergence, FirstOrder, Optimizer, minimize
from core.optimizers.stability import shown
from core.scenes.convergence import BestRate, Mode, best_rate, has_theory, modes
from core.scenes.destination import Course, Minimum, Point, course, destination, hessian_at
from core.scenes.gradient_state import GradientState
from core.scenes.level_map import COORDINATES, surface
from core.scenes.race_paths import Racer, optimizer_of
from core.scenes.state import Numbers

ORDER = ("minimum", "ahead", "point")
"""Which limit the slider shows, the first that exists; where a run blows up, its path says nothing of use."""

WIDE = 1.001
"""Rates that differ by this factor are told apart."""

SEEN = 2
"""So many steps that grew in a row are worth a sentence."""


@dataclass(frozen=True)
class Bound:
    """A place, its largest curvature, and the largest stable learning rate there.

    Attributes
    ----------
    key
        "point", "so_far", "ahead" or "minimum".
    place
        In words: "at P", "path so far", "path ahead", or the coordinates of the minimum.
    curvature
        Largest eigenvalue of the Hessian; NaN where there is none.
    limit
        Learning rate above which steps along it grow; NaN where there is none.
    """

    key: str
    place: str
    curvature: float
    limit: float


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


@dataclass(frozen=True, eq=False)
class Stability:
    """Limits of the learning rate of the selected optimiser, and what they mean.

    Attributes
    ----------
    title
        Name of the optimiser.
    limit_latex
        How a limit follows from the curvature, as LaTeX; empty for methods whose limit it does not tell.
    bounds
        At P, along the path so far and ahead, and at the minimum that the descent heads for.
    shaded
        The bound whose limit the slider shows: at the minimum, else along the path, else at P; or None.
    reason
        Why that one, in a sentence.
    outlooks
        At the minimum, if there is one, and at P.
    warning
        What is wrong with the learning rate, or empty; with ``$LaTeX$``, and with ``[words](rate)`` where a
        click should choose a rate.
    safe_rate
        The rate of that link, which descends; None where there is none.
    """

    title: str
    limit_latex: str
    bounds: tuple[Bound, ...]
    shaded: Bound | None
    reason: str
    outlooks: tuple[Outlook, ...]
    warning: str
    safe_rate: float | None

    @property
    def caption(self) -> str:
        """The shaded limit as LaTeX, such as ``2/λmax = 0.0243``; or empty."""
        return "" if self.shaded is None else self._equation(self.shaded.limit)

    def _equation(self, limit: float) -> str:
        return equation(self.limit_latex, limit)


def equation(limit_latex: str, limit: float) -> str:
    """Write how a limit follows from the curvature, and what it is, as LaTeX."""
    mantissa, e, exponent = shown(limit).partition("e")
    number = (rf"{mantissa} \times 10^{{{exponent}}}" if e else mantissa).replace("−", "-")
    return f"{limit_latex} = {number}"


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
    bounds = _bounds(formula, parameters, point, optimizer, run, goal, step)
    shaded = _shaded(bounds, ("minimum", "point") if run is None or run.diverged else ORDER)
    rate = float(optimizer.rate(step + 1))
    warning, safe_rate = "", None
    if run is not None:
        seen = (
            _divergence_so_far(formula, parameters, point, racer, min(step, run.steps))
            if run.divergence
            else None
        )
        warning = _warning(optimizer, rate, run, seen, shaded, goal, arrives)
    if warning and run is not None:
        safe_rate = _safe_rate(run.divergence, shaded)
        warning += f" [Use {shown(safe_rate)}]({safe_rate!r})" if safe_rate is not None else ""
    return Stability(
        optimizer.title,
        limit_latex(optimizer),
        bounds,
        shaded,
        _reason(shaded, arrives),
        _outlooks(formula, parameters, point, optimizer, goal, step),
        warning,
        safe_rate,
    )


def limit_latex(optimizer: Optimizer) -> str:
    r"""Write how the limit of an optimiser follows from the curvature, such as ``2/{\lambda}_{\max}``."""
    latex = optimizer.stability_formula.replace(" ", "")
    return latex.replace("λmax", r"{\lambda}_{\max}").replace("β", r"{\beta}").replace("+", " + ")


# Limits -------------------------------------------------------------------------------------------


def _bounds(
    formula: str,
    parameters: Numbers,
    point: Point,
    optimizer: Optimizer,
    run: Course | None,
    goal: Minimum | None,
    step: int,
) -> tuple[Bound, ...]:
    here = hessian_at(formula, parameters, point)
    found = [("point", "at P", math.nan if here is None else float(np.linalg.eigvalsh(here)[1]))]
    if run is not None:
        found.append(("so_far", "path so far", float(run.curvatures[min(step, run.steps)])))
        found.append(("ahead", f"path, {run.steps} steps", float(run.curvatures[-1])))
    if goal is not None:
        found.append(("minimum", place(goal.point), goal.curvatures[1]))
    bounds = []
    for key, where, curvature in found:
        limit = optimizer.learning_rate_limit(curvature)
        bounds.append(Bound(key, where, curvature, math.nan if limit is None else limit))
    return tuple(bounds)


def _shaded(bounds: tuple[Bound, ...], order: tuple[str, ...]) -> Bound | None:
    limited = {bound.key: bound for bound in bounds if math.isfinite(bound.limit)}
    return next((limited[key] for key in order if key in limited), None)


def _reason(shaded: Bound | None, arrives: bool) -> str:
    if shaded is None:
        return ""
    return {
        "minimum": f"At the minimum {shaded.place}, "
        + ("where this descent arrives." if arrives else "where a slow descent from P leads."),
        "ahead": "For the largest curvature on the path: it heads for no minimum.",
        "point": "For the curvature at P: it heads for no minimum.",
    }[shaded.key]


def place(point: Point) -> str:
    """Write a place with two decimals."""
    x, y = (f"{round(part, 2) + 0.0:.2f}" if abs(part) < 1e4 else f"{part:.2e}" for part in point)
    return f"({x}, {y})".replace("-", "−")


# What goes wrong ----------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _divergence_so_far(
    formula: str, parameters: Numbers, start: Point, racer: Racer, step: int
) -> Divergence | None:
    """Divergence as far as the path is shown; None if it does not show yet."""
    at = dict(zip(COORDINATES, start, strict=True))
    why = minimize(surface(formula, parameters), at, optimizer_of(racer), step).divergence
    return why if why is not None and why.growth is not None and why.growing_steps >= SEEN else None


def _warning(
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


def _safe_rate(divergence: Divergence | None, shaded: Bound | None) -> float | None:
    """Rate that was tried and descends, or half of the limit in one digit."""
    if divergence is not None and divergence.safe_rate is not None:
        return divergence.safe_rate
    if divergence is None and shaded is not None:
        half = shaded.limit / 2.0
        exponent = math.floor(math.log10(half))
        return float(f"{max(math.floor(half / 10.0**exponent), 1)}e{exponent}")
    return None


# What is to come ----------------------------------------------------------------------------------


def _outlooks(
    formula: str, parameters: Numbers, point: Point, optimizer: Optimizer, goal: Minimum | None, step: int
) -> tuple[Outlook, ...]:
    if not has_theory(optimizer):
        return (Outlook("", (), _no_theory(optimizer)),)
    outlooks = []
    if goal is not None:
        found = modes(optimizer, goal.hessian, step + 1)
        best = best_rate(optimizer, *goal.curvatures)
        outlooks.append(Outlook(place(goal.point), found, forecast(found), best))
    here = hessian_at(formula, parameters, point)
    if here is None:
        outlooks.append(Outlook("at P", (), "f has no second derivatives at P."))
    else:
        found = modes(optimizer, here, step + 1)
        outlooks.append(Outlook("at P", found, ""))
    return tuple(outlooks)


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
