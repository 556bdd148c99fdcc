"""Walking downhill on the curve: the steps as they are drawn, and in words what is to come and what came."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.optimizers import Divergence, Trajectory
from core.optimizers.stability import shown
from core.primitives import FloatArray
from core.scenes.curves import Curve, read_only
from core.scenes.derivative_state import DerivativeState
from core.scenes.walk_path import (
    LARGEST_RATE,
    MOST_STEPS,
    SMALLEST_RATE,
    Goal,
    Local,
    goal,
    local,
    walk,
    why_not,
)

Point = tuple[float, float]

METHODS = (("gradient_descent", "Gradient descent"), ("newton", "Newton"))
"""The methods by the names that states use, as people know them."""

USUAL_RATES = (1e-3, 10.0)
"""Ends of the learning rate's slider, if the rate and its limit lie well between them."""

PARABOLA, ARC = 241, 25
"""Points of the whole parabola, and of the part along which a step of Newton's method is drawn."""

TO_AND_FRO = 1e-6
"""Every second place is the same if it moves by no more than this part of a step."""

SETTLED = 1e-6
"""A walk has arrived if the parabola there has its vertex no farther away than this part of the whole way."""

LEAP = 1000.0
"""A growth of the steps beyond this is not worth a number."""

NEARLY = 1e-9
"""A factor as small as this is zero, as is a place compared with the distance to it."""


@dataclass(frozen=True)
class WalkRow:
    """A line of the table: a place with its curvature and the learning rate 2/f″ that it allows."""

    name: str
    x: float
    curvature: float
    limit: float


@dataclass(frozen=True, eq=False)
class WalkScene:
    """All that is shown of a walk.

    Attributes
    ----------
    method, learning_rate
        As chosen.
    rate_range
        Ends of the slider.
    step, can_go_on
        How many steps are shown, and whether there is another.
    path
        The point before the first and after each step, on the curve.
    models, drops
        For each step but the last what it follows, the tangent or the parabola of Newton's method, and the
        way from its end to the curve; gaps between them.
    last_model, last_drop
        The same of the last step.
    parabola, vertex
        Of Newton's method, at the present point, with the place that the next step leads to.
    rows
        The table.
    limit
        Learning rate above which the walk does not settle in the minimum ahead, or that the curvature at P
        allows if none is known; NaN without a limit.
    prediction
        What is to come, in one or two sentences.
    outcome, kind
        What came, or why no walk can start, and the sign before it: "plain", "correct" or "warning".
    safe_rate
        Learning rate to offer instead; None for none.
    """

    method: str
    learning_rate: float
    rate_range: Point
    step: int
    can_go_on: bool
    path: Curve
    models: Curve
    drops: Curve
    last_model: Curve
    last_drop: Curve
    parabola: Curve | None
    vertex: Point | None
    rows: tuple[WalkRow, ...]
    limit: float
    prediction: str
    outcome: str
    kind: str
    safe_rate: float | None


# What a user can do ------------------------------------------------------------------------------


def with_walk_open(state: DerivativeState, shown_: bool) -> DerivativeState:
    """Show the walk, or fold it away."""
    return replace(state, walk_open=shown_)


def with_walk_method(state: DerivativeState, method: str) -> DerivativeState:
    """Choose the method; the walk starts anew."""
    return replace(state, walk_method=method, walk_step=0)


def with_walk_rate(state: DerivativeState, learning_rate: float) -> DerivativeState:
    """Choose the learning rate, which is positive."""
    return replace(state, walk_rate=min(max(learning_rate, SMALLEST_RATE), LARGEST_RATE))


def with_walk_step(state: DerivativeState, step: int) -> DerivativeState:
    """Go to a step, or to the last one there is."""
    wanted = replace(state, walk_step=min(max(step, 0), MOST_STEPS[state.walk_method]))
    return replace(wanted, walk_step=_steps_taken(wanted))


def walked(state: DerivativeState, count: int) -> DerivativeState:
    """Take a number of steps from the one that is shown, back if it is negative."""
    return with_walk_step(state, _steps_taken(state) + count)


def can_walk_on(state: DerivativeState) -> bool:
    """Tell whether there is another step."""
    taken = _steps_taken(state)
    return _steps_taken(with_walk_step(state, taken + 1)) > taken


def _steps_taken(state: DerivativeState) -> int:
    if why_not(state.formula, state.parameters, state.x):
        return 0
    return _walk(state, state.walk_step).steps


def _walk(state: DerivativeState, steps: int) -> Trajectory:
    """Walk so many steps; the learning rate of gradient descent makes no difference to the other method."""
    rate = state.walk_rate if state.walk_method == "gradient_descent" else DerivativeState.walk_rate
    return walk(state.formula, state.parameters, state.x, state.walk_method, rate, steps)


# What is shown -----------------------------------------------------------------------------------


def walk_scene(state: DerivativeState) -> WalkScene | None:
    """Compute what is shown; None while the walk is folded away. Equal choices give the very same object."""
    if not state.walk_open:
        return None
    return _walk_scene(
        replace(
            DerivativeState(),
            formula=state.formula,
            parameters=state.parameters,
            x=state.x,
            view=(*state.view[:2], 0.0, 1.0),
            walk_method=state.walk_method,
            walk_rate=state.walk_rate,
            walk_step=state.walk_step,
        )
    )


@lru_cache(maxsize=16)
def _walk_scene(state: DerivativeState) -> WalkScene:
    problem = why_not(state.formula, state.parameters, state.x)
    newton = state.walk_method == "newton"
    start = local(state.formula, state.parameters, state.x)
    ahead = None
    if not problem:
        ahead = goal(state.formula, state.parameters, state.x, state.view[1] - state.view[0])
    limit = start.limit if ahead is None or ahead.corner or ahead.flat else ahead.at.limit
    path = _no_path(start) if problem else _walk(state, state.walk_step)
    now = local(state.formula, state.parameters, float(path.points[-1, 0]))
    can_go_on = not problem and can_walk_on(state)
    if problem:
        outcome = _Outcome(problem, "warning")
    else:
        followed = can_go_on or path.steps == MOST_STEPS[state.walk_method]
        known = path if followed else _walk(state, path.steps + 1)  # tells why there is no further step
        outcome = _outcome(known, now, newton=newton, limit=limit, can_go_on=can_go_on)
    parts = _parts(path, newton=newton)
    parabola, vertex = _parabola(now, state.view[:2]) if newton and not problem else (None, None)
    return WalkScene(
        method=state.walk_method,
        learning_rate=state.walk_rate,
        rate_range=_rate_range(state.walk_rate, limit),
        step=path.steps,
        can_go_on=can_go_on,
        path=Curve(*read_only(path.points[:, 0].copy(), path.losses.copy())),
        models=parts[0],
        drops=parts[1],
        last_model=parts[2],
        last_drop=parts[3],
        parabola=parabola,
        vertex=vertex,
        rows=_rows(start, now, path.steps, ahead),
        limit=math.nan if newton else limit,
        prediction="" if problem else _newton_words(now) if newton else _descent_words(start, ahead, state),
        outcome=outcome.sentence,
        kind=outcome.kind,
        safe_rate=outcome.safe_rate,
    )


def _no_path(start: Local) -> Trajectory:
    one = np.array([[start.x]])
    nothing = np.full(1, math.nan)
    return Trajectory(one, nothing, nothing[:, None], {}, np.empty(0))


def _parts(path: Trajectory, *, newton: bool) -> tuple[Curve, Curve, Curve, Curve]:
    """Models and drops of all steps but the last, and of the last."""
    if not path.steps:
        empty = Curve(*read_only(np.empty(0), np.empty(0)))
        return empty, empty, empty, empty
    x, moved = path.points[:-1], path.displacements
    bends = path.internals["eigenvalues"][1:] if newton else np.zeros_like(x)
    along = np.linspace(0.0, 1.0, ARC if newton else 2) * moved
    with np.errstate(all="ignore"):
        heights = path.losses[:-1, None] + path.gradients[:-1] * along + 0.5 * bends * along**2
    ends = path.points[1:]
    drops = np.column_stack((ends, ends)), np.column_stack((heights[:, -1], path.losses[1:]))
    models = x + along, heights
    earlier, last = slice(-1), slice(-1, None)
    return (
        _pieces(*models, earlier),
        _pieces(*drops, earlier),
        _pieces(*models, last),
        _pieces(*drops, last),
    )


def _pieces(x: FloatArray, y: FloatArray, rows: slice) -> Curve:
    """Make one curve of the rows, with gaps between them."""
    gap = ((0, 0), (0, 1))
    joined = [np.pad(each[rows], gap, constant_values=math.nan).ravel() for each in (x, y)]
    return Curve(*read_only(*joined))


def _parabola(now: Local, edges: Point) -> tuple[Curve | None, Point | None]:
    """Second-order model at a place, over the visible x, and its vertex."""
    if not math.isfinite(now.newton_step):
        return None, None
    x = np.linspace(*edges, PARABOLA)
    with np.errstate(all="ignore"):
        y = now.value + now.slope * (x - now.x) + 0.5 * now.curvature * (x - now.x) ** 2
    return Curve(*read_only(x, y)), (now.x + now.newton_step, now.value + 0.5 * now.slope * now.newton_step)


def _rows(start: Local, now: Local, step: int, ahead: Goal | None) -> tuple[WalkRow, ...]:
    rows = [WalkRow("P", start.x, start.curvature, start.limit)]
    if step:
        rows.append(WalkRow(f"step {step}", now.x, now.curvature, now.limit))
    if ahead is not None:
        curvature = 0.0 if ahead.flat else ahead.at.curvature
        limit = math.nan if ahead.flat or ahead.corner else ahead.at.limit
        name = "corner" if ahead.corner else "minimum"
        rows.append(WalkRow(name, _near_zero(ahead.at.x, start.x), curvature, limit))
    return tuple(rows)


def _rate_range(learning_rate: float, limit: float) -> Point:
    """Whole powers of ten with room on both sides of the rate and its limit."""
    lower, upper = USUAL_RATES
    for each in (learning_rate, limit):
        if SMALLEST_RATE < each < LARGEST_RATE:
            lower = min(lower, 10.0 ** math.floor(math.log10(each / 10.0)))
            upper = max(upper, 10.0 ** math.ceil(math.log10(each * 2.0)))
    return lower, upper


# In words ----------------------------------------------------------------------------------------


def _near_zero(x: float, start: float) -> float:
    """Write 0 for what differs from it by rounding only."""
    return 0.0 if abs(x) < NEARLY * abs(x - start) else x


def _descent_words(start: Local, ahead: Goal | None, state: DerivativeState) -> str:
    if start.slope == 0.0:
        return "The slope at P is 0: gradient descent stays here, whether this is a minimum or not."
    if ahead is None:
        return "No minimum lies near that way: f falls on, or ends."
    place = shown(_near_zero(ahead.at.x, start.x), 4)
    if ahead.corner:
        return (
            f"Downhill is the corner at x = {place}. The slope does not shrink towards it, so the steps do "
            "not either: the walk jumps to and fro around it."
        )
    if ahead.flat:
        return f"At the minimum x = {place} f″ = 0: near it the steps get shorter and shorter."
    factor = 1.0 - state.walk_rate * ahead.at.curvature
    factor = 0.0 if abs(factor) < NEARLY else factor
    return (
        f"Near the minimum x = {place} each step multiplies the distance by 1 − η f″ = {shown(factor)}: "
        f"{_course(factor)}.{_leap(start, state.walk_rate) if abs(factor) < 1.0 else ''}"
    )


def _leap(start: Local, learning_rate: float) -> str:
    """Warn of a learning rate that suits the minimum but not the start."""
    if not learning_rate > start.limit * (1.0 + NEARLY):
        return ""
    return f" But at P η is above 2/f″ = {shown(start.limit)}: the first steps may leap far away."


def _course(factor: float) -> str:
    """Say how the distance to a minimum goes on if each step multiplies it by a factor below 1."""
    if factor > 0.0:
        return "it comes nearer from one side"
    if factor == 0.0:
        return "one step nearly arrives"
    if factor > -1.0:
        return "it jumps from side to side, ever nearer"
    if factor == -1.0:
        return "it jumps from side to side and comes no nearer"
    return "it jumps from side to side, ever farther"


def _newton_words(now: Local) -> str:
    if math.isnan(now.curvature):
        return "f″ does not exist here, so there is no parabola to step on."
    if now.curvature == 0.0:
        return "f″ = 0 here: the parabola is a straight line without a vertex, so there is no step."
    bend, vertex = shown(now.curvature), shown(_near_zero(now.x + now.newton_step, now.x), 4)
    if now.curvature > 0.0:
        return (
            f"f″ = {bend} > 0: the parabola opens upwards, and the step leads to its lowest point, "
            f"x = {vertex}."
        )
    return (
        f"f″ = {bend} < 0: the parabola opens downwards, and the step leads to its top, x = {vertex}: "
        "uphill, towards a maximum."
    )


@dataclass(frozen=True)
class _Outcome:
    sentence: str = ""
    kind: str = "plain"
    safe_rate: float | None = None


def _outcome(path: Trajectory, now: Local, *, newton: bool, limit: float, can_go_on: bool) -> _Outcome:
    """Say how the walk has gone so far, or why there is no further step."""
    if not path.steps and (can_go_on or not now.slope or (newton and not math.isfinite(now.newton_step))):
        return _Outcome()
    if path.converged:
        return _arrived(path, now)
    if path.divergence is not None:
        return _diverging(path.divergence, path.steps, ended=not can_go_on, newton=newton)
    cycle = _cycle(path, math.nan if newton else limit)
    if can_go_on or cycle.sentence:
        return cycle
    if path.stopped is None:
        return _Outcome(f"The walk shows {path.steps} steps at most.")
    return _ended(path, now, newton=newton)


def _arrived(path: Trajectory, now: Local) -> _Outcome:
    steps = f"{path.steps} step{'' if path.steps == 1 else 's'}"
    start, value = float(path.points[0, 0]), _near_zero(now.value, float(path.losses[0]))
    if not abs(now.newton_step) <= SETTLED * abs(now.x - start):
        return _Outcome(f"After {steps} the slope has all but faded: f′ = {shown(now.slope, 2)}.")
    bend = f"f″ = {shown(now.curvature)}"
    place = f"Converged after {steps} at x = {shown(_near_zero(now.x, start), 4)}, f = {shown(value, 4)}"
    if now.curvature > 0.0:
        return _Outcome(f"{place}: a minimum, for {bend} > 0.", "correct")
    return _Outcome(
        f"{place}: a maximum, for {bend} < 0. Newton’s method looks for f′ = 0, high or low.", "warning"
    )


def _diverging(found: Divergence, steps: int, *, ended: bool, newton: bool) -> _Outcome:
    when = f"Diverged at step {steps + 1}: " if ended else "It diverges: "
    causes = []
    if found.growth is not None and found.growing_steps > 0:
        times = f"{shown(found.growth, 2)} times as long as" if found.growth < LEAP else "far longer than"
        causes.append(f"each step is {times} the one before")
    if found.limit is not None and found.learning_rate > found.limit:
        causes.append(f"η = {shown(found.learning_rate)} is above 2/f″ = {shown(found.limit)}")
    if newton:
        causes.append("far from a minimum Newton’s method promises nothing")
    cause = ", for ".join(causes) or "the numbers overflow"
    return _Outcome(f"{when}{cause}.", "warning", found.safe_rate)


def _cycle(path: Trajectory, limit: float) -> _Outcome:
    """Say that a walk jumps to and fro, where it does."""
    if path.steps < 4:
        return _Outcome()
    before, between, now = (float(x) for x in path.points[-3:, 0])
    if now == between or abs(now - before) > TO_AND_FRO * abs(now - between):
        return _Outcome()
    safe_rate = None if math.isnan(limit) else float(f"{limit / 2.0:.1g}")
    return _Outcome(
        f"It jumps to and fro between x = {shown(between, 4)} and {shown(now, 4)}.", "warning", safe_rate
    )


def _ended(path: Trajectory, now: Local, *, newton: bool) -> _Outcome:
    if newton and not math.isfinite(now.newton_step):
        return _Outcome(f"Stopped after {path.steps} steps: here the parabola has no vertex.", "warning")
    sentence = (path.stopped or "").replace("the loss", "f").replace("the gradient", "the slope")
    return _Outcome(sentence, "warning")
