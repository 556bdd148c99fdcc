"""What a user can choose in the Gradient tab, and every way in which it changes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from core.presets import SURFACES, SurfacePreset
from core.scenes.gradient_camera import FIRST_CAMERA, Camera, check_camera
from core.scenes.level_map import COORDINATES, level_map
from core.scenes.race import RACERS, Race, check_racers, race
from core.scenes.race_forks import with_changed, with_new_start
from core.scenes.race_paths import MAX_STEPS, Fork, Ground, Racer
from core.scenes.state import (
    LARGEST_NUMBER,
    FormulaState,
    Numbers,
    StateError,
    View,
    check_formula,
    check_view,
    type_text,
    with_number,
)

PRESETS = SURFACES
"""The ready surfaces that the tab offers."""

SMALLEST_RATE, LARGEST_RATE = 1e-12, 1e6

LARGEST_NOISE, LARGEST_SEED = 1e6, 999_999

COLUMNS, PLANES = ("slices", "descent"), ("map", "surface")
"""What can stand beside the map, and how the function can be drawn."""

EXTRAS = ("field", "ellipse", "model", "newton", "along_u", "polar", "basins")
"""What can be drawn besides: a field of gradients, the ellipse of the curvature, level curves of the
quadratic model, Newton's step, the slice along u, the polar plot of D_u f, and the basins of attraction."""

NUDGE = 1.0 / 200.0
"""How far one arrow key moves the point, as a part of the view."""

FARTHEST = 0.1 * LARGEST_NUMBER
"""How far from 0 a typed coordinate may be, for the view that holds it must be one of numbers too."""

ROOM = 0.05
"""How much farther than P a view reaches that grew to hold it, as a part of its size."""

FITTING_WIDTHS = (10.4, 2.0, 40.0, 200.0, 2000.0)
"""Widths that a fitted window tries, until enough of the function is defined in it."""

CLOSEST = 1e-9
"""No fitted window is narrower than this part of how far it is from 0, for numbers tell no more apart."""

ENOUGH = 0.2
"""The part of a fitted window in which the function should be defined."""

Point = tuple[float, float]


@dataclass(frozen=True)
class GradientState(FormulaState):
    """What the user chose.

    Attributes
    ----------
    text, formula, parameters
        What was typed.
    point
        P, from which descent starts.
    racers, selected
        The optimisers that descend from P, and the key of the one whose learning rate the slider sets.
    step
        The step that is shown; a descent that ends before it stays at its last one.
    reach
        The farthest step that was played since the race was set up, as far as which its losses are shown.
    view
        Visible part of the plane.
    value_range
        Visible values of the two slices: lower and upper edge, or empty for what suits the function.
    direction
        Angle of the direction u, in degrees from the x axis.
    column
        What stands beside the map: "slices" or "descent".
    plane
        How the function is drawn: "map" or "surface".
    shown
        What else is drawn, of `EXTRAS`.
    partial, rule_step, rule_parts
        The coordinate whose partial derivative is explained step by step, number of the step that is open, 0
        for none, and places in its tree that are open, as ``"0.1"``.
    claims
        What the user says ∂f/∂x and ∂f/∂y are.
    forks
        Where in the middle of a run a racer was given other settings, in order.
    noise, seed
        Standard deviation of the noise in each coordinate of the gradients, 0 for none, and its seed.
    camera
        From where the surface is looked at.
    """

    text: str = "(x^2+y-11)^2+(x+y^2-7)^2"
    formula: str = "(x^2+y-11)^2+(x+y^2-7)^2"
    parameters: Numbers = ()
    point: Point = (0.2, 0.9)
    racers: tuple[Racer, ...] = RACERS
    selected: str = "gradient_descent"
    step: int = 9
    view: View = (-5.2, 5.2, -4.95, 5.25)
    value_range: tuple[float, ...] = ()
    direction: float = 20.0
    column: str = "slices"
    plane: str = "map"
    shown: tuple[str, ...] = ()
    partial: str = "x"
    rule_step: int = 0
    rule_parts: tuple[str, ...] = ()
    claims: tuple[str, str] = ("", "")
    forks: tuple[Fork, ...] = ()
    noise: float = 0.0
    seed: int = 1
    camera: Camera = FIRST_CAMERA
    reach: int = 0

    def check(self) -> None:
        """Refuse what no user can choose."""
        super().check()
        check_formula(self.formula, COORDINATES, self.parameters)
        check_view(self.view)
        if self.value_range and not (
            len(self.value_range) == 2 and self.value_range[0] < self.value_range[1]
        ):
            raise StateError("value_range has a wrong value: two numbers in order, or none")
        check_racers(self.racers, self.selected, self.forks)
        if not 0.0 <= self.noise <= LARGEST_NOISE:
            raise StateError(f"noise has a wrong value: {self.noise}")
        if not 0 <= self.seed <= LARGEST_SEED:
            raise StateError(f"seed has a wrong value: {self.seed}")
        if self.column not in COLUMNS:
            raise StateError(f"column has a wrong value: {self.column[:40]}")
        if self.plane not in PLANES:
            raise StateError(f"plane has a wrong value: {self.plane[:40]}")
        if not set(self.shown) <= set(EXTRAS):
            raise StateError("shown has a wrong value: something unknown")
        check_camera(self.camera)
        if not 0 <= self.step <= MAX_STEPS:
            raise StateError(f"step has a wrong value: {self.step}")
        if not 0 <= self.reach <= MAX_STEPS:
            raise StateError(f"reach has a wrong value: {self.reach}")
        if self.partial not in COORDINATES:
            raise StateError(f"partial has a wrong value: {self.partial[:40]}")
        if self.rule_step < 0:
            raise StateError(f"rule_step has a wrong value: {self.rule_step}")
        if not abs(self.direction) <= 360.0:
            raise StateError(f"direction has a wrong value: {self.direction}")

    @property
    def racer(self) -> Racer:
        """The selected racer."""
        return next(racer for racer in self.racers if racer.optimizer == self.selected)

    @property
    def learning_rate(self) -> float:
        """Learning rate of the selected racer."""
        return self.racer.learning_rate

    @property
    def ground(self) -> Ground:
        """What the race is run on."""
        return Ground(self.formula, self.parameters, self.point, self.noise, self.seed)


def race_of(state: GradientState) -> Race:
    """Let all racers descend from P as far as the state says; equal choices give the very same object."""
    return race(state.ground, state.racers, state.forks, state.selected, state.step)


def type_formula(state: GradientState, text: str) -> GradientState:
    """Take in typed text; the plots keep the last valid formula."""
    typed = type_text(state, text, COORDINATES)
    if typed.formula == state.formula:
        return typed
    return replace(typed, value_range=(), forks=(), reach=0, rule_step=0, rule_parts=())


def choose_preset(state: GradientState, preset: SurfacePreset) -> GradientState:
    """Load a ready example, at the start of its descent."""
    left, right, bottom, top = map(float, preset.view)
    x, y = map(float, preset.start)
    return replace(
        type_text(state, preset.formula, COORDINATES),
        parameters=tuple((name, float(value)) for name, value in preset.parameters),
        point=(x, y),
        racers=_with_rates(state.racers, dict(preset.rates)),
        step=0,
        reach=0,
        forks=(),
        view=(left, right, bottom, top),
        value_range=(),
        rule_step=0,
        rule_parts=(),
        claims=("", ""),
    )


def with_point(state: GradientState, x: float, y: float) -> GradientState:
    """Move P: it stays in view, on places that the view tells apart, but for a coordinate that stays."""
    places = _places(state.view)
    left, right, bottom, top = state.view
    x = x if x == state.point[0] else round(x, places)
    y = y if y == state.point[1] else round(y, places)
    return _from(state, (min(max(x, left), right), min(max(y, bottom), top)))


def at_exactly(state: GradientState, x: float, y: float) -> GradientState:
    """Put P on exactly this place; the view grows if it does not contain it."""
    point = (min(max(x, -FARTHEST), FARTHEST), min(max(y, -FARTHEST), FARTHEST))
    moved = _from(state, point)
    if _holds(state.view, point):
        return moved
    return replace(moved, view=_grown(state.view, point), value_range=())


def _from(state: GradientState, point: Point) -> GradientState:
    """Let the race begin elsewhere: what was changed on the old way is over."""
    return state if point == state.point else replace(state, point=point, forks=(), reach=0)


def nudged(state: GradientState, right: int, up: int) -> GradientState:
    """Move P by a number of small steps."""
    left_edge, right_edge, bottom, top = state.view
    x, y = state.point
    return with_point(state, x + right * NUDGE * (right_edge - left_edge), y + up * NUDGE * (top - bottom))


def with_learning_rate(state: GradientState, learning_rate: float) -> GradientState:
    """Choose the learning rate of the selected racer, which is positive."""
    rate = min(max(learning_rate, SMALLEST_RATE), LARGEST_RATE)
    racer = state.racer
    return with_racer(state, racer._replace(settings=with_number(racer.settings, "learning_rate", rate)))


def with_racer(state: GradientState, changed: Racer) -> GradientState:
    """Set a racer up otherwise, from the step that is shown on.

    One that has diverged by then, from where no settings lead back, begins anew from P.
    """
    run = race_of(state).run(changed.optimizer)
    if run is not None and run.diverged:
        return anew(state, changed)
    racers, forks = with_changed(state.racers, state.forks, changed, state.step if run is None else run.step)
    return replace(state, racers=racers, forks=forks, reach=0)


def anew(state: GradientState, changed: Racer) -> GradientState:
    """Let a racer begin anew from P with other settings; the run that it leaves becomes its ghost."""
    racers, forks = with_new_start(state.racers, state.forks, changed)
    return replace(state, racers=racers, forks=forks, reach=0)


def _with_rates(racers: tuple[Racer, ...], rates: dict[str, float]) -> tuple[Racer, ...]:
    """Set racers up as they are at first but for these rates; who runs stays, as do the others."""
    usual = {racer.optimizer: racer for racer in RACERS}

    def set_up(racer: Racer) -> Racer:
        rate = rates.get(racer.optimizer)
        if rate is None:
            return racer
        fresh = usual.get(racer.optimizer, racer)
        return fresh._replace(runs=racer.runs, settings=with_number(fresh.settings, "learning_rate", rate))

    return tuple(map(set_up, racers))


def with_step(state: GradientState, step: int) -> GradientState:
    """Go to a step, or to the last one there is."""
    wanted = replace(state, step=min(max(step, 0), MAX_STEPS))
    step = race_of(wanted).step
    return replace(wanted, step=step, reach=max(state.reach, step))


def stepped(state: GradientState, count: int) -> GradientState:
    """Take a number of steps from the one that is shown, back if it is negative."""
    return with_step(state, race_of(state).step + count)


def restarted(state: GradientState) -> GradientState:
    """Go back to the start of the race; what was changed on the way is over."""
    return replace(state, step=0, reach=0, forks=())


def with_slice_view(state: GradientState, axis: int, view: View) -> GradientState:
    """Take in where a slice was moved to: along it the map follows, upwards the other slice does.

    Parameters
    ----------
    axis
        0 for the slice along x, 1 for the one along y.
    view
        What the slice's plot shows.
    """
    sides = [state.view[:2], state.view[2:]]
    growth = (view[1] - view[0]) / (sides[axis][1] - sides[axis][0])
    other = sides[1 - axis]
    middle, half = other[0] / 2.0 + other[1] / 2.0, (other[1] - other[0]) / 2.0 * growth
    sides[axis], sides[1 - axis] = view[:2], (middle - half, middle + half)
    moved = (*sides[0], *sides[1])
    if (
        not all(abs(edge) <= LARGEST_NUMBER for edge in moved)
        or not moved[0] < moved[1]
        or not moved[2] < moved[3]
    ):
        return state
    return replace(state, view=moved, value_range=view[2:])


def with_column(state: GradientState, column: str) -> GradientState:
    """Choose what stands beside the map, of `COLUMNS`."""
    return replace(state, column=column)


def fit_view(state: GradientState) -> GradientState:
    """Choose windows that show the function, P and the end of its path."""
    for preset in PRESETS:
        if preset.formula == state.formula:
            left, right, bottom, top = map(float, preset.view)
            return replace(state, view=_grown((left, right, bottom, top), state.point), value_range=())
    for middle in ((0.0, 0.0), state.point):
        x, y = middle
        farthest = max(abs(x), abs(y))
        for width in (*FITTING_WIDTHS, farthest):
            if width <= CLOSEST * farthest:
                continue
            half = width / 2.0
            view = (x - half, x + half, y - half, y + half)
            known = ~np.isnan(level_map(state.formula, state.parameters, view).shares)
            if _holds(view, state.point) and known.mean() > ENOUGH:
                return replace(state, view=view, value_range=())
    return replace(state, value_range=())


def decimals(view: View) -> int:
    """Decimals that tell a thousandth of the view's width."""
    return max(0, _places(view))


def _places(view: View) -> int:
    """Count decimals in the same way, below zero the digits that a wide view does not tell apart."""
    width = max(min(view[1] - view[0], view[3] - view[2]), 1e-300)
    return min(math.ceil(3.0 - math.log10(width) - 1e-9), 300)


def _grown(view: View, point: Point) -> View:
    """Move the edges of a view out, with some room, as far as the point asks for."""
    edges = []
    for low, high, at in ((*view[:2], point[0]), (*view[2:], point[1])):
        room = ROOM * (max(high, at) - min(low, at))
        edges += [low if low <= at else at - room, high if at <= high else at + room]
    left, right, bottom, top = edges
    return left, right, bottom, top


def _holds(view: View, point: Point) -> bool:
    return view[0] <= point[0] <= view[1] and view[2] <= point[1] <= view[3]
