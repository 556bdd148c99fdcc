"""The user's own derivative, checked: right, wrong with the slip that explains it, or not readable."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from core.check import Check, check_gradient
from core.differentiate import Derivation, differentiate
from core.scenes.state import Numbers, Problem, expression_of, read_formula


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
        Which slip leads to it, or empty.
    step, rule
        Number and name of the step of the derivation where the slip is; 0 and empty if there is none.
    """

    agrees: bool
    sentence: str
    explanation: str = ""
    step: int = 0
    rule: str = ""


def judge(
    text: str, formula: str, parameters: Numbers, x: float, domain: tuple[float, float]
) -> Verdict | Problem | None:
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
    claimed = read_formula(text)
    if isinstance(claimed, Problem):
        return claimed
    function = expression_of(formula)
    strange = [name for name in claimed.names if name not in (*function.names, "x")]
    if strange:
        return Problem(f"The function has no letter {strange[0]}.", text.find(strange[0]))
    check = _check(text, formula, parameters, domain)
    if not check.compared:
        return Verdict(False, "Nothing to compare: the derivative and this are not both defined in view.")
    if check.agrees:
        return _right(check)
    return _wrong(check, formula, _at_point(text, formula, parameters, x) or _at_worst(check))


@lru_cache(maxsize=64)
def derivation_of(formula: str) -> Derivation:
    """Differentiate a formula for x; the derivation of one formula is made once."""
    return differentiate(expression_of(formula), "x")


@lru_cache(maxsize=64)
def _check(text: str, formula: str, parameters: Numbers, domain: tuple[float, float]) -> Check:
    return check_gradient(expression_of(formula), expression_of(text), domain=domain, values=dict(parameters))


def _right(check: Check) -> Verdict:
    where = (
        f" It is undefined at some x in view, such as {_short(check.undefined[0])}."
        if check.undefined
        else ""
    )
    difference = _power_of_ten(check.largest_difference)
    return Verdict(True, f"Correct. Largest difference over {check.compared} points: {difference}.{where}")


def _wrong(check: Check, formula: str, place: tuple[float, float, float]) -> Verdict:
    x, claimed, exact = place
    sentence = f"Not equal. At x = {_short(x)} it gives {_short(claimed)}, but f′(x) = {_short(exact)}."
    if check.diagnosis is None:
        return Verdict(False, sentence)
    finding = check.diagnosis.findings[0]
    steps = derivation_of(formula).explained()
    rule = steps[finding.step - 1].rule if 0 < finding.step <= len(steps) else ""
    return Verdict(False, sentence, check.diagnosis.sentence, finding.step if rule else 0, rule)


def _at_point(text: str, formula: str, parameters: Numbers, x: float) -> tuple[float, float, float] | None:
    """Both derivatives at the present point, if they can be told apart there in four decimals."""
    values = {**dict(parameters), "x": x}
    claimed = float(expression_of(text).evaluate(values))
    exact = float(derivation_of(formula).derivative.evaluate(values))
    told_apart = math.isfinite(claimed) and math.isfinite(exact) and _short(claimed) != _short(exact)
    return (x, claimed, exact) if told_apart else None


def _at_worst(check: Check) -> tuple[float, float, float]:
    return check.worst["x"], check.claimed_there, check.exact_there


def _short(value: float) -> str:
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
