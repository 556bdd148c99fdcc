"""The user's own partial derivatives, judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

import core.check
from core.presets import SURFACES
from core.scenes.claim import Verdict
from core.scenes.gradient_claims import claims_scene, swap_claims, with_gradient_claim
from core.scenes.gradient_rules import choose_partial, rules_scene
from core.scenes.gradient_state import GradientState, choose_preset, type_formula
from core.scenes.state import Problem, from_json, to_json

QUADRATIC = replace(
    type_formula(GradientState(), "x^2+3xy+y^2"), point=(2.0, 3.0), view=(-5.0, 5.0, -5.0, 5.0)
)
HIMMELBLAU = GradientState()


def judged(state: GradientState, for_x: str, for_y: str = "") -> list[Verdict | Problem | None]:
    return list(claims_scene(replace(state, claims=(for_x, for_y))).verdicts)


def verdict(state: GradientState, for_x: str = "", for_y: str = "") -> Verdict:
    found = [each for each in judged(state, for_x, for_y) if each is not None]
    assert isinstance(found[0], Verdict)
    return found[0]


def test_right_partials_in_any_form_are_correct() -> None:
    for found in judged(QUADRATIC, "3y + x + x", "(6x + 4y)/2"):
        assert isinstance(found, Verdict) and found.agrees
        assert found.sentence.startswith("Correct. Largest difference over 400 points:")


def test_nothing_typed_is_no_verdict() -> None:
    assert judged(QUADRATIC, "", "  ") == [None, None]


def test_a_wrong_one_is_compared_at_p_and_at_the_worst_place() -> None:
    found = verdict(QUADRATIC, "2x + 3y + 2y")
    assert not found.agrees
    assert found.sentence == (
        "Not equal. At P it gives 19, but ∂f/∂x = 13. They differ most at (−5.00, −5.00): −35, not −25."
    )
    at_worst = verdict(replace(QUADRATIC, point=(0.0, 0.0)), "2x + 3y + x^2 y")
    assert at_worst.sentence.startswith("Not equal. At (−5.00, ")


def test_a_constant_difference_is_nowhere_larger() -> None:
    assert verdict(QUADRATIC, "2x + 3y + 1").sentence.endswith("Nowhere do they differ more.")


SLIPS = [
    ("x^2 + y^2", "2x + 2y", "y is not taken as a constant in step 1"),
    ("x^2 y", "2x y + x^2", "y is not taken as a constant in step 1"),
    ("x^2 y^2", "4x y", "both factors are differentiated, although y is a constant in step 1"),
    ("x^2 y", "2x", "the constant factor is lost in step 1"),
    ("x^2 + y^2", "2x + y^2", "the derivative of a constant is not taken as 0 in step 1"),
    ("sin(x y)", "cos(x y)", "the inner derivative $y$ of step 1 is left out"),
    ("x^2 + sin(x y)", "2x + x cos(x y)", "one differentiates for y instead of x in step 3"),
    (
        "(x^2+y-11)^2+(x+y^2-7)^2",
        "2(x^2+y-11)+2(x+y^2-7)",
        "the inner derivative $2 x$ of step 2 is left out",
    ),
]


@pytest.mark.parametrize(("formula", "claim", "slip"), SLIPS)
def test_the_slip_is_named_with_its_step(formula, claim, slip) -> None:
    state = type_formula(QUADRATIC, formula)
    found = verdict(state, claim)
    assert found.explanation == f"This is what one gets when {slip}."
    assert found.step and rules_scene(state).steps[found.step - 1].rule == found.rule
    turned = formula.translate(str.maketrans("xy", "yx"))
    mirrored = verdict(type_formula(QUADRATIC, turned), for_y=claim.translate(str.maketrans("xy", "yx")))
    assert mirrored.explanation
    assert (
        mirrored.rule
        == rules_scene(choose_partial(type_formula(QUADRATIC, turned), "y")).steps[mirrored.step - 1].rule
    )


def test_the_other_partial_is_recognised() -> None:
    assert verdict(QUADRATIC, "3x + 2y").explanation == "This is ∂f/∂y: the other coordinate was varied."
    assert not claims_scene(replace(QUADRATIC, claims=("3x + 2y", ""))).swapped


def test_swapped_partials_are_recognised_and_put_right() -> None:
    swapped = replace(QUADRATIC, claims=("3x + 2y", "2x + 3y"))
    assert claims_scene(swapped).swapped
    right = claims_scene(swap_claims(swapped))
    assert not right.swapped
    assert all(isinstance(found, Verdict) and found.agrees for found in right.verdicts)
    symmetric = replace(type_formula(QUADRATIC, "x y + y x/2"), claims=("1.5y", "1.5x"))
    assert not claims_scene(symmetric).swapped


def test_a_claim_with_letters_is_checked_for_other_values_too() -> None:
    state = type_formula(QUADRATIC, "a x^2 + y")
    assert verdict(state, "2a x").agrees
    assert not verdict(state, "2x").agrees


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("2x + 3z", "The function has no letter z.", 6),
        ("2(x + y", "The bracket is not closed. Add “)”.", 7),
        ("2x +", None, 4),
    ],
)
def test_text_that_cannot_be_read_is_a_problem(text, message, position) -> None:
    found = judged(QUADRATIC, text)[0]
    assert isinstance(found, Problem)
    assert found.position == position
    assert message is None or found.message == message


def test_the_other_coordinate_may_stand_in_a_claim_even_if_the_function_has_only_one() -> None:
    assert verdict(type_formula(QUADRATIC, "x^2"), "2x + y - y").agrees
    assert verdict(type_formula(QUADRATIC, "x^2"), for_y="0").agrees
    assert not verdict(type_formula(QUADRATIC, "x^2"), for_y="2x").agrees
    assert verdict(type_formula(QUADRATIC, "3y"), "3").explanation.startswith("This is ∂f/∂y")


def test_where_a_claim_is_undefined_is_said() -> None:
    found = verdict(QUADRATIC, "sqrt(2x + 3y)^2")
    assert found.agrees
    assert "It is undefined at (−5.00, −5.00) and elsewhere, where ∂f/∂x exists." in found.sentence


def test_nothing_defined_in_view_is_no_agreement() -> None:
    state = type_formula(replace(QUADRATIC, view=(-5.0, -1.0, -5.0, -1.0)), "ln(x) + y")
    assert verdict(state, "1/x").sentence.startswith("Nothing to compare")


@pytest.mark.parametrize(
    "view",
    [
        (-5e-10, 5e-10, -5e-10, 5e-10),
        (-5e8, 5e8, -5e8, 5e8),
        (0.0, 1e200, 0.0, 1e200),
        (-1e300, 1e300, -1e300, 1e300),
    ],
)
def test_any_view_is_judged(view) -> None:
    for formula in ("x^2+3xy+y^2", "ln(x)+ln(y)", "1/(x+y)"):
        state = replace(type_formula(QUADRATIC, formula), view=view)
        for claims in (("2x + 3y", "3x + 2y"), ("x", "y + 1")):
            assert all(claims_scene(replace(state, claims=claims)).verdicts)


def test_claims_are_typed_and_kept() -> None:
    state = with_gradient_claim(with_gradient_claim(HIMMELBLAU, 0, "x"), 1, "y")
    assert state.claims == ("x", "y")
    assert from_json(GradientState, to_json(state)) == state
    assert choose_preset(state, SURFACES[0]).claims == ("", "")


def test_the_slip_is_not_looked_for_again_while_the_map_or_a_letter_is_dragged(monkeypatch) -> None:
    looked = []

    def counted(*arguments, **others):
        looked.append(arguments)
        return found(*arguments, **others)

    found = core.check.diagnose
    monkeypatch.setattr(core.check, "diagnose", counted)
    state = replace(type_formula(QUADRATIC, "c (x^2+y-11)^2+(x+y^2-7)^2"), claims=("2(x^2+y-11) + x y^3", ""))
    for shift in range(20):
        moved = (-5.0 + 0.01 * shift, 5.0 + 0.02 * shift, -5.0, 5.0)
        letters = (("c", 1.0 + 0.1 * shift),)
        shown = claims_scene(replace(state, view=moved, parameters=letters)).verdicts[0]
        assert isinstance(shown, Verdict) and not shown.agrees
    assert len(looked) == 1
