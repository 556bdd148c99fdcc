"""The verdict on a derivative that the user typed."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from core.scenes.claim import Verdict, claimed_curve, judge
from core.scenes.state import Problem

FORMULA = "sin(a*x)*exp(-x^2/8)"
LETTERS = (("a", 1.2),)
VIEW = (-5.0, 5.0)


def verdict(text: str, formula: str = FORMULA, x: float = 0.8) -> Verdict:
    found = judge(text, formula, LETTERS if "a" in formula else (), x, VIEW)
    assert isinstance(found, Verdict)
    return found


def test_right_derivative_is_correct_with_its_largest_difference() -> None:
    found = verdict("exp(-x^2/8)*(a*cos(a*x)-x/4*sin(a*x))")
    assert found.agrees
    assert found.sentence.startswith("Correct. Largest difference over 200 points: ")
    assert "× 10⁻¹" in found.sentence


def test_wrong_derivative_names_the_step_and_the_slip() -> None:
    found = verdict("exp(-x^2/8)*(cos(a*x)-x/4*sin(a*x))")
    assert not found.agrees
    assert found.sentence == (
        "Not equal. At x = 0.80 it gives 0.3782, but f′(x) = 0.4841. They differ most at x = 0: 1, not 1.2."
    )
    assert found.explanation == "This is what one gets when the inner derivative $a$ of step 2 is left out."
    assert (found.step, found.rule) == (2, "Chain rule")


def test_wrong_derivative_that_agrees_at_the_point_is_shown_at_the_worst_point() -> None:
    found = verdict("2x + x*(x-1)", "x^2", x=1.0)
    assert not found.agrees
    assert found.sentence == "Not equal. At x = −5.00 it gives 20, but f′(x) = −10."


def test_constant_difference_is_nowhere_larger() -> None:
    assert verdict("2x + 1", "x^2").sentence.endswith("Nowhere do they differ more.")


def test_derivative_that_is_right_for_the_present_letters_only_is_shown_with_others() -> None:
    found = judge("cos(x)", "sin(a x)", (("a", 1.0),), 0.8, VIEW)
    assert isinstance(found, Verdict)
    assert not found.agrees
    said = re.fullmatch(
        r"Not equal\. With a = (.*), at x = (.*) it gives (.*), but f′\(x\) = (.*)\.", found.sentence
    )
    assert said is not None
    a, x, claimed, exact = (float(number.replace("−", "-")) for number in said.groups())
    assert (claimed, exact) == pytest.approx((math.cos(x), a * math.cos(a * x)), abs=1e-3)


@pytest.mark.parametrize(
    ("text", "formula", "agrees", "where"),
    [
        ("x^(-2/3)/3", "cbrt(x)", True, "for x below 0, where f′ exists."),
        ("2x + x/x - 1", "x^2", True, "at x = 0, where f′ exists."),
        ("2*sqrt(x*(x-1))", "x^2", False, "from x = 0 to 1.00, where f′ exists."),
        ("2x + 0*sqrt(2-x)", "x^2", True, "for x above 2.00, where f′ exists."),
        ("2x + 0*sqrt(sin(3x))", "x^2", True, "and elsewhere, where f′ exists."),
    ],
)
def test_derivative_says_where_it_is_undefined_although_the_function_has_one(
    text: str, formula: str, agrees: bool, where: str
) -> None:
    found = verdict(text, formula)
    assert found.agrees == agrees
    assert "It is undefined" in found.sentence
    assert found.sentence.endswith(where)


# The claim as a curve


def test_claim_is_drawn_with_the_place_where_it_is_farthest_off() -> None:
    shown = claimed_curve("exp(-x^2/8)*(cos(a*x)-x/4*sin(a*x))", FORMULA, LETTERS, VIEW)
    assert shown is not None
    by_hand = np.exp(-(shown.curve.x**2) / 8) * (
        np.cos(1.2 * shown.curve.x) - shown.curve.x / 4 * np.sin(1.2 * shown.curve.x)
    )
    assert shown.curve.y == pytest.approx(by_hand, abs=1e-14)
    assert shown.worst is not None
    assert (shown.worst.x, shown.worst.claimed, shown.worst.exact) == pytest.approx((0.0, 1.0, 1.2))


@pytest.mark.parametrize(
    ("text", "formula"), [("2x", "x^2"), ("x^(-2/3)/3", "cbrt(x)"), ("1+tan(x)^2", "tan(x)")]
)
def test_right_claim_has_no_worst_place(text: str, formula: str) -> None:
    shown = claimed_curve(text, formula, (), VIEW)
    assert shown is not None
    assert shown.worst is None


def test_worst_place_is_not_lost_in_a_pole() -> None:
    shown = claimed_curve("(1+tan(x)^2)*(1+0.5*sin(x))", "tan(x)", (), VIEW)
    assert shown is not None
    assert shown.worst is not None
    assert abs(shown.worst.exact) < 1e3


@pytest.mark.parametrize("text", ["", "  ", "cos(", "2*q"])
def test_no_curve_of_what_cannot_be_read(text: str) -> None:
    assert claimed_curve(text, "x^2", (), VIEW) is None


def test_the_same_claim_is_the_very_same_curve() -> None:
    one, other = (claimed_curve("2x", "x^2", (), VIEW) for _ in range(2))
    assert one is other


@pytest.mark.parametrize(
    ("text", "message"),
    [("2*q", "The function has no letter q."), ("cos(", "ends too early"), ("epx(x)", "Did you mean exp?")],
)
def test_text_that_cannot_be_a_derivative_is_a_problem(text: str, message: str) -> None:
    found = judge(text, "x^2", (), 1.0, VIEW)
    assert isinstance(found, Problem)
    assert message in found.message


def test_nothing_typed_is_no_verdict_and_nothing_in_view_is_no_agreement() -> None:
    assert judge("  ", "x^2", (), 1.0, VIEW) is None
    found = judge("1/x", "ln(x)", (), -1.0, (-3.0, -1.0))
    assert isinstance(found, Verdict)
    assert not found.agrees
    assert "Nothing to compare" in found.sentence
