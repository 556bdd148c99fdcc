"""The verdict on a derivative that the user typed."""

from __future__ import annotations

import pytest

from core.scenes.claim import Verdict, judge
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
    assert found.sentence == "Not equal. At x = 0.8 it gives 0.3782, but f′(x) = 0.4841."
    assert found.explanation == "This is what one gets when the inner derivative a of step 2 is left out."
    assert (found.step, found.rule) == (2, "Chain rule")


def test_wrong_derivative_that_agrees_at_the_point_is_shown_at_the_worst_point() -> None:
    found = verdict("2x + x*(x-1)", "x^2", x=1.0)
    assert not found.agrees
    assert "At x = 1 " not in found.sentence


def test_derivative_that_is_undefined_where_the_function_has_one_says_so() -> None:
    found = verdict("x^(-2/3)/3", "cbrt(x)")
    assert found.agrees
    assert "undefined at some x in view, such as −" in found.sentence


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
