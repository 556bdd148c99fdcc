"""Check my gradient: what the user says both partial derivatives are, judged over the region in view."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.autodiff import value_and_grad
from core.check import Check, Diagnosis, check_gradient
from core.primitives import BoolArray, FloatArray
from core.scenes.claim import Verdict, claim_problem, right, written, written_place, wrong
from core.scenes.curves import fitted_heights
from core.scenes.gradient_rules import other
from core.scenes.gradient_state import GradientState, Point, decimals
from core.scenes.level_map import COORDINATES
from core.scenes.rule_steps import derivation_of
from core.scenes.state import Numbers, Problem, View, expression_of

POINTS = 400
"""At so many points in view a claim is compared."""

SIDE = 41
"""Places along each side of the view among which the worst one is looked for."""


@dataclass(frozen=True)
class ClaimsScene:
    """The two claims, and what is said of them.

    Attributes
    ----------
    texts
        What was typed for ∂f/∂x and ∂f/∂y.
    verdicts
        Of each: None for no text, a problem for one that cannot be read.
    swapped
        Whether each is the other one's derivative.
    """

    texts: tuple[str, str]
    verdicts: tuple[Verdict | Problem | None, Verdict | Problem | None]
    swapped: bool


@dataclass(frozen=True)
class Spot:
    """A place where a claim and the derivative are compared."""

    point: Point
    claimed: float
    exact: float

    @property
    def told_apart(self) -> bool:
        """Whether both are defined and differ in the digits that are written."""
        finite = math.isfinite(self.claimed) and math.isfinite(self.exact)
        return finite and written(self.claimed) != written(self.exact)


def claims_scene(state: GradientState) -> ClaimsScene:
    """Judge both claims."""
    texts = state.claims
    verdicts = [_judge(state, name, text) for name, text in zip(COORDINATES, texts, strict=True)]
    wrong_ones = [isinstance(verdict, Verdict) and not verdict.agrees for verdict in verdicts]
    swapped = all(wrong_ones) and all(
        _is_other(state, name, text) for name, text in zip(COORDINATES, texts, strict=True)
    )
    return ClaimsScene(texts, (verdicts[0], verdicts[1]), swapped)


def with_gradient_claim(state: GradientState, axis: int, text: str) -> GradientState:
    """Take in what the user says a partial derivative is."""
    claims = (text, state.claims[1]) if axis == 0 else (state.claims[0], text)
    return replace(state, claims=claims)


def swap_claims(state: GradientState) -> GradientState:
    """Put each claim into the other one's place."""
    return replace(state, claims=(state.claims[1], state.claims[0]))


def _judge(state: GradientState, name: str, text: str) -> Verdict | Problem | None:
    if not text.strip():
        return None
    problem = claim_problem(text, state.formula, COORDINATES)
    if problem is not None:
        return problem
    check = _check(text, state.formula, state.parameters, name, state.view)
    if not check.compared:
        return Verdict(False, "Nothing to compare: the derivative and this are not both defined in view.")
    where = _undefined(text, state.formula, state.parameters, name, state.view)
    if check.agrees:
        return right(check, where)
    evidence = _evidence(state, name, text, check) + where
    steps = derivation_of(state.formula, name).explained()
    if _is_other(state, name, text):
        explanation = f"This is ∂f/∂{other(name)}: the other coordinate was varied."
        return replace(wrong(check, steps, evidence), explanation=explanation, step=1, rule=steps[0].rule)
    return wrong(replace(check, diagnosis=_diagnosis(state, name, text)), steps, evidence)


@lru_cache(maxsize=64)
def _check(
    text: str, formula: str, parameters: Numbers, name: str, view: View, explained: bool = False
) -> Check:
    ends = {"x": view[:2], "y": view[2:]}
    return check_gradient(
        expression_of(formula),
        expression_of(text),
        name,
        domain=ends[name],
        values=dict(parameters),
        points=POINTS,
        region={other(name): ends[other(name)]},
        explained=explained,
    )


def _diagnosis(state: GradientState, name: str, text: str) -> Diagnosis | None:
    """Find the slip that explains a wrong claim.

    That takes long, and hardly depends on what is in view or on the letters: a window near the present one
    and letters of size 1 do, so that it is not looked for again while the map or a slider is dragged.
    """
    nearby = (*_near(*state.view[:2]), *_near(*state.view[2:]))
    letters = tuple((letter, math.copysign(1.0, value)) for letter, value in state.parameters)
    return _check(text, state.formula, letters, name, nearby, True).diagnosis


def _near(low: float, high: float) -> tuple[float, float]:
    """Give an interval that stays while the given one moves or grows a little."""
    width = 2.0 ** round(math.log2(min(high - low, 1e299)))
    middle = width * round((low / 2.0 + high / 2.0) / width)
    return middle - width, middle + width


def _is_other(state: GradientState, name: str, text: str) -> bool:
    """Tell whether a claim is the derivative for the other coordinate."""
    check = _check(text, state.formula, state.parameters, other(name), state.view)
    return check.agrees


# Evidence ----------------------------------------------------------------------------------------


def _evidence(state: GradientState, name: str, text: str, check: Check) -> str:
    """Compare both at P, if they can be told apart there, and at the worst place in view."""
    here = _at_point(state, name, text)
    worst = _worst(text, state.formula, state.parameters, name, state.view)
    if worst is None:
        worst = Spot((check.worst["x"], check.worst["y"]), check.claimed_there, check.exact_there)
    if not here.told_apart:
        return _compared(worst, name, _place(worst.point))
    if abs(here.claimed - here.exact) >= abs(worst.claimed - worst.exact):
        return f"{_compared(here, name, 'P')} Nowhere do they differ more."
    most = f"{written(worst.claimed)}, not {written(worst.exact)}"
    return f"{_compared(here, name, 'P')} They differ most at {_place(worst.point)}: {most}."


def _compared(spot: Spot, name: str, where: str) -> str:
    claimed, exact = written(spot.claimed), written(spot.exact)
    return f"At {where} it gives {claimed}, but ∂f/∂{name} = {exact}."


def _place(point: Point) -> str:
    return f"({written_place(point[0])}, {written_place(point[1])})"


def _at_point(state: GradientState, name: str, text: str) -> Spot:
    values = {**dict(state.parameters), **dict(zip(COORDINATES, state.point, strict=True))}
    claimed = float(expression_of(text).evaluate(values))
    exact = float(derivation_of(state.formula, name).derivative.evaluate(values))
    return Spot(state.point, claimed, exact)


@lru_cache(maxsize=16)
def _worst(text: str, formula: str, parameters: Numbers, name: str, view: View) -> Spot | None:
    """Where both are farthest apart in view; None where they cannot be told apart.

    Next to a pole the distance has no largest value: heights count only as far as they matter to the eye.
    """
    x, y, claimed, exact = _both(text, formula, parameters, name, view)
    comparable = np.isfinite(claimed) & np.isfinite(exact)
    heights = fitted_heights(np.concatenate((claimed[comparable], exact[comparable])))
    if heights is None:
        return None
    apart = np.where(comparable, np.abs(np.clip(claimed, *heights) - np.clip(exact, *heights)), -1.0)
    row, column = np.unravel_index(int(np.argmax(apart)), apart.shape)
    spot = Spot((float(x[column]), float(y[row])), float(claimed[row, column]), float(exact[row, column]))
    return spot if spot.told_apart else None


def _both(
    text: str, formula: str, parameters: Numbers, name: str, view: View
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Compute a claim and the derivative on a grid of short numbers over the view."""
    places = decimals(view)
    x, y = (np.linspace(*ends, SIDE).round(places) for ends in (view[:2], view[2:]))
    values = {**dict(parameters), "x": x[None, :], "y": y[:, None]}
    value, gradient = value_and_grad(expression_of(formula), values)
    exact = np.where(np.isfinite(value), gradient.get(name, 0.0), np.nan)
    claimed = expression_of(text).evaluate(values)
    shape = (SIDE, SIDE)
    return x, y, np.broadcast_to(claimed, shape), np.broadcast_to(exact, shape)


@lru_cache(maxsize=16)
def _undefined(text: str, formula: str, parameters: Numbers, name: str, view: View) -> str:
    """Say where the claim is undefined although the derivative exists, or nothing."""
    x, y, claimed, exact = _both(text, formula, parameters, name, view)
    missing: BoolArray = np.isfinite(exact) & ~np.isfinite(claimed)
    if not missing.any():
        return ""
    row, column = (int(places[0]) for places in np.nonzero(missing))
    where = "everywhere in view" if missing.all() else f"at {_place((float(x[column]), float(y[row])))}"
    many = " and elsewhere" if 1 < missing.sum() < missing.size else ""
    return f" It is undefined {where}{many}, where ∂f/∂{name} exists."
