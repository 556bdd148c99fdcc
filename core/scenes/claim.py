"""The user's own derivative, checked: right, wrong with the slip that explains it, or not readable."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.check import Check, Diagnosis, check_gradient
from core.differentiate import Step
from core.primitives import FloatArray
from core.scenes.curves import Curve, curve_and_slopes, fitted_heights
from core.scenes.rule_steps import derivation_of
from core.scenes.state import Numbers, Problem, expression_of, read_formula

HALVINGS = 50
"""How often the interval is halved in which a claim begins to be defined."""

NEARLY = 0.999
"""A distance that is this part of the largest one is no smaller."""

LONGEST_TYPESET = 24
"""An inner derivative of more characters than this stays text, so that a line can be broken in it."""

Edges = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """A place where both derivatives are compared."""

    x: float
    claimed: float
    exact: float

    @property
    def apart(self) -> float:
        """Distance of both."""
        return abs(self.claimed - self.exact)


@dataclass(frozen=True, eq=False)
class ClaimedCurve:
    """The claim over the visible x.

    Attributes
    ----------
    curve
        Its points.
    worst
        Where a wrong claim is farthest from the derivative; None for a right one, and for one that is wrong
        only for other values of the letters.
    """

    curve: Curve
    worst: Place | None


@dataclass(frozen=True)
class Verdict:
    """What is said of a claimed derivative.

    Attributes
    ----------
    agrees
        Whether it is right.
    sentence
        The verdict with its evidence.
    explanation
        Which slip leads to it, or empty; formulas in it are LaTeX between dollar signs.
    step, rule
        Number and name of the step of the derivation where the slip is; 0 and empty if there is none.
    """

    agrees: bool
    sentence: str
    explanation: str = ""
    step: int = 0
    rule: str = ""


def judge(text: str, formula: str, parameters: Numbers, x: float, domain: Edges) -> Verdict | Problem | None:
    """Judge typed text as the derivative of a formula.

    Parameters
    ----------
    text
        What the user claims; None is returned for no text at all.
    formula, parameters
        The function, and the values of its letters.
    x
        The present point, where a wrong claim is compared if it differs there.
    domain
        The visible x, over which the claim is compared.
    """
    if not text.strip():
        return None
    problem = claim_problem(text, formula)
    if problem is not None:
        return problem
    check = _check(text, formula, parameters, domain)
    if not check.compared:
        return Verdict(False, "Nothing to compare: the derivative and this are not both defined in view.")
    where = _undefined(text, formula, parameters, domain)
    if check.agrees:
        return right(check, where)
    evidence = _evidence(check, text, formula, parameters, x, domain) + where
    return wrong(check, derivation_of(formula).explained(), evidence)


def claimed_curve(text: str, formula: str, parameters: Numbers, domain: Edges) -> ClaimedCurve | None:
    """Draw a claim over the visible x; None where there is none, or none that can be read.

    Equal arguments give the very same object.
    """
    if not text.strip() or claim_problem(text, formula) is not None:
        return None
    return _claimed_curve(text, formula, parameters, domain)


def claim_problem(text: str, formula: str, coordinates: tuple[str, ...] = ("x",)) -> Problem | None:
    """Say why typed text cannot be a derivative of a formula, or None if it can."""
    claimed = read_formula(text)
    if isinstance(claimed, Problem):
        return claimed
    strange = [name for name in claimed.names if name not in (*expression_of(formula).names, *coordinates)]
    return Problem(f"The function has no letter {strange[0]}.", text.find(strange[0])) if strange else None


@lru_cache(maxsize=64)
def _claimed_curve(text: str, formula: str, parameters: Numbers, domain: Edges) -> ClaimedCurve:
    curve, _ = curve_and_slopes(text, parameters, *domain)
    agrees = _check(text, formula, parameters, domain).agrees
    return ClaimedCurve(curve, None if agrees else _worst(text, formula, parameters, domain))


@lru_cache(maxsize=64)
def _check(text: str, formula: str, parameters: Numbers, domain: Edges) -> Check:
    return check_gradient(expression_of(formula), expression_of(text), domain=domain, values=dict(parameters))


def right(check: Check, where: str) -> Verdict:
    """Say that a claim is right, and where it is undefined all the same."""
    difference = _power_of_ten(check.largest_difference)
    return Verdict(True, f"Correct. Largest difference over {check.compared} points: {difference}.{where}")


def wrong(check: Check, steps: tuple[Step, ...], evidence: str) -> Verdict:
    """Say that a claim is wrong, with the evidence, and in which step the slip is that explains it."""
    sentence = f"Not equal. {evidence}"
    if check.diagnosis is None:
        return Verdict(False, sentence)
    finding = check.diagnosis.findings[0]
    rule = steps[finding.step - 1].rule if 0 < finding.step <= len(steps) else ""
    return Verdict(False, sentence, _explanation(check.diagnosis), finding.step if rule else 0, rule)


def _explanation(diagnosis: Diagnosis) -> str:
    sentence = diagnosis.sentence
    for inner in [finding.inner for finding in diagnosis.findings if finding.inner is not None]:
        if len(str(inner)) <= LONGEST_TYPESET:
            sentence = sentence.replace(
                f"inner derivative {inner} of", f"inner derivative ${inner.latex()}$ of"
            )
    return sentence


def _evidence(check: Check, text: str, formula: str, parameters: Numbers, x: float, domain: Edges) -> str:
    """Compare both derivatives at the present point, if they can be told apart there, and at the worst."""
    here, worst = _at_point(text, formula, parameters, x), _worst(text, formula, parameters, domain)
    if worst is None:
        return _for_other_letters(check) if here is None else _compared(here)
    if here is None:
        return _compared(worst)
    if here.apart >= NEARLY * worst.apart:
        return f"{_compared(here)} Nowhere do they differ more."
    most = f"{written(worst.claimed)}, not {written(worst.exact)}"
    return f"{_compared(here)} They differ most at x = {written_place(worst.x)}: {most}."


def _for_other_letters(check: Check) -> str:
    """Compare both where the letters have other values than the present ones, by which they agree."""
    letters = ", ".join(f"{name} = {written(value)}" for name, value in check.worst.items() if name != "x")
    place = _compared(Place(check.worst["x"], check.claimed_there, check.exact_there))
    return f"With {letters}, {place[0].lower()}{place[1:]}" if letters else place


def _compared(place: Place) -> str:
    x, claimed, exact = written_place(place.x), written(place.claimed), written(place.exact)
    return f"At x = {x} it gives {claimed}, but f′(x) = {exact}."


def _at_point(text: str, formula: str, parameters: Numbers, x: float) -> Place | None:
    """Both derivatives at the present point, if they can be told apart there in four decimals."""
    values = {**dict(parameters), "x": x}
    claimed = float(expression_of(text).evaluate(values))
    exact = float(derivation_of(formula).derivative.evaluate(values))
    told_apart = math.isfinite(claimed) and math.isfinite(exact) and written(claimed) != written(exact)
    return Place(x, claimed, exact) if told_apart else None


def _worst(text: str, formula: str, parameters: Numbers, domain: Edges) -> Place | None:
    """Where both are farthest apart for the present letters; None where they cannot be told apart.

    Next to a pole the distance has no largest value: heights count only as far as they matter to the eye.
    Of places with the same distance it is the one in the middle.
    """
    x, claimed, exact = _both(text, formula, parameters, domain)
    comparable = np.isfinite(claimed) & np.isfinite(exact)
    heights = fitted_heights(np.concatenate((claimed[comparable], exact[comparable])))
    if heights is None:
        return None
    apart = np.where(comparable, np.abs(np.clip(claimed, *heights) - np.clip(exact, *heights)), -1.0)
    farthest = np.flatnonzero(apart >= NEARLY * apart.max())
    place = int(farthest[np.argmin(np.abs(farthest - x.size // 2))])
    found = Place(float(x[place]), float(claimed[place]), float(exact[place]))
    return found if written(found.claimed) != written(found.exact) else None


def _both(
    text: str, formula: str, parameters: Numbers, domain: Edges
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sample the claim and the derivative at the same visible x."""
    claimed = curve_and_slopes(text, parameters, *domain)[0]
    exact = curve_and_slopes(formula, parameters, *domain)[1]
    return claimed.x, claimed.y, exact.y


def _undefined(text: str, formula: str, parameters: Numbers, domain: Edges) -> str:
    """Say where the claim is undefined although the derivative exists, or nothing."""
    x, _, exact = _both(text, formula, parameters, domain)
    values = expression_of(text).evaluate({**dict(parameters), "x": x})
    missing = np.flatnonzero(np.isfinite(exact) & ~np.isfinite(values))
    if not missing.size:
        return ""
    first = int(missing[0])
    gaps = np.flatnonzero(np.diff(missing) > 1)
    last = int(missing[gaps[0]]) if gaps.size else int(missing[-1])
    start = _edge(text, parameters, float(x[first]), float(x[max(first - 1, 0)]))
    end = _edge(text, parameters, float(x[last]), float(x[min(last + 1, x.size - 1)]))
    if first == last:
        where = f"at x = {written_place(float(x[first]))}"
    elif first == 0:
        where = "everywhere in view" if last == x.size - 1 else f"for x below {written_place(end)}"
    else:
        where = (
            f"for x above {written_place(start)}"
            if last == x.size - 1
            else f"from x = {written_place(start)} to {written_place(end)}"
        )
    return f" It is undefined {where}{' and elsewhere' if gaps.size else ''}, where f′ exists."


def _edge(text: str, parameters: Numbers, undefined: float, defined: float) -> float:
    """Find where a claim begins to be defined, between a place where it is not and one where it is."""
    expression, numbers = expression_of(text), dict(parameters)
    for _ in range(HALVINGS):
        middle = 0.5 * (undefined + defined)
        if math.isfinite(float(expression.evaluate({**numbers, "x": middle}))):
            defined = middle
        else:
            undefined = middle
    return defined


def written_place(x: float) -> str:
    """Write a place with two decimals, or more where that would hide it."""
    if x == 0.0 or abs(x) < 1e-12:
        return "0"
    if not 1e-2 <= abs(x) < 1e5:
        return written(x)
    decimals = max(2, len(f"{x:.4f}".rstrip("0").partition(".")[2])) if abs(x) < 1e3 else 2
    return f"{x:.{decimals}f}".replace("-", "−")


def written(value: float) -> str:
    """Write a number with four decimals, or as a power of ten where those would hide it."""
    return (
        f"{value:.4f}".rstrip("0").rstrip(".").replace("-", "−")
        if 1e-3 <= abs(value) < 1e5
        else _power_of_ten(value)
    )


def _power_of_ten(value: float) -> str:
    if value == 0.0 or not math.isfinite(value):
        return "0" if value == 0.0 else str(value).replace("-", "−")
    mantissa, exponent = f"{value:.1e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa.replace('-', '−')} × 10{raised}"
