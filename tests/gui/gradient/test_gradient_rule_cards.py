"""The cards with rule steps and with the user's own gradient, under real mouse and keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.scenes.gradient_rules import choose_rule
from core.scenes.gradient_state import GradientState, type_formula
from gui.controls import Card, Notice
from gui.tabs.gradient import GradientTab
from gui.tabs.gradient_rules import GradientClaimCard, RulesCard, coloured
from tests.gui.tabs import LEFT, NONE, Key, key, open_window, redo, settle, show, undo

QUADRATIC = replace(
    type_formula(GradientState(), "x^2+3xy+y^2"), point=(2.0, 3.0), view=(-5.0, 5.0, -5.0, 5.0)
)


@pytest.fixture
def steps(tab: GradientTab) -> RulesCard:
    show(tab, QUADRATIC)
    return tab.inspector.rules


@pytest.fixture
def claims(tab: GradientTab, steps: RulesCard) -> GradientClaimCard:
    unfold(tab.inspector.claims)
    return tab.inspector.claims


def click(widget: QWidget, place: QPoint) -> None:
    QTest.mouseClick(widget, LEFT, NONE, place)
    settle()


def unfold(card: Card) -> None:
    header = card._header
    assert header is not None
    click(header, header.rect().center())


def click_row(card: RulesCard, row: int) -> None:
    click(card.table, card.table.row_rect(row).center().toPoint())


def choose(card: RulesCard, name: str) -> None:
    click(card.coordinate, card.coordinate.segment_centre(name).toPoint())


def write(tab: GradientTab, axis: int, text: str) -> None:
    edit = tab.inspector.claims.claims[axis].field.edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    settle()


def follow_link(notice: Notice) -> None:
    """Press the link of a sentence with the keyboard."""
    label = notice.findChild(QLabel)
    assert label is not None
    label.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(label, Key.Key_Tab)
    QTest.keyClick(label, Key.Key_Return)
    settle()


# Steps


def test_both_cards_are_folded_at_first(tab: GradientTab) -> None:
    for card in (tab.inspector.rules, tab.inspector.claims):
        assert card.folded
        assert card.height() < 50


def test_unfolding_shows_the_steps_for_x(tab: GradientTab, steps: RulesCard) -> None:
    assert steps.table.texts() == []
    unfold(steps)
    assert [row[1] for row in steps.table.texts()] == ["Sum rule", "Sum rule", "Power rule"]
    assert steps.constant.text() == "y is a constant"
    assert steps.result.latex.endswith("= 2 x + 3 y")


def test_the_switch_shows_the_steps_for_y(tab: GradientTab, steps: RulesCard) -> None:
    unfold(steps)
    choose(steps, "y")
    assert tab.state.partial == "y"
    assert [row[1] for row in steps.table.texts()] == ["Sum rule", "Power rule"]
    assert steps.constant.text() == "x is a constant"
    undo(tab)
    assert tab.state.partial == "x"
    redo(tab)
    assert tab.state.partial == "y"


def test_a_clicked_step_opens_with_the_numbers_of_p_and_closes(tab: GradientTab, steps: RulesCard) -> None:
    unfold(steps)
    click_row(steps, 0)
    details = steps.table.details
    assert details.isVisible()
    assert details.texts() == [
        "x^2 + 3 x y + y^2 → 2 x + 3 y",
        "u = x^2 + 3 x y = 22 u' = 13 Step 2, sum rule",
        "v = y^2 = 9 v' = 0 Constant rule: y is a constant here",
        "f' = u' + v'",
        "= 13 + 0",
        "= 13",
        "A prime stands for ∂/∂x: y is a constant here.",
    ]
    tab.become(replace(tab.state, point=(1.0, 1.0)))
    settle()
    assert details.texts()[-2] == "= 5"
    click_row(steps, 0)
    assert not details.isVisible()


def test_a_chosen_step_colours_its_piece(tab: GradientTab, steps: RulesCard) -> None:
    unfold(steps)
    assert not steps.whole.isVisible()
    click_row(steps, 2)
    assert steps.whole.isVisible()
    colour = tab.theme.function.text
    assert steps.whole.latex == rf"f = \textcolor{{{colour}}}{{{{x}}^{{2}}}} + 3 x y + {{y}}^{{2}}"


def test_parts_are_opened_and_lead_to_other_steps(tab: GradientTab, steps: RulesCard) -> None:
    unfold(steps)
    click_row(steps, 0)
    details = steps.table.details

    def click_part(place: int) -> None:
        box = details.part_rect(place)
        click(details, QRectF(30, box.top(), 60, box.height()).center().toPoint())

    click_part(0)
    assert tab.state.rule_step == 2
    click_part(1)
    assert tab.state.rule_parts == ("1",)
    assert len(details._parts) == 4


def test_keys_walk_the_list_and_the_switch(tab: GradientTab, steps: RulesCard) -> None:
    unfold(steps)
    steps.coordinate.setFocus()
    key(tab, Key.Key_Right)
    assert tab.state.partial == "y"
    steps.table.setFocus()
    key(tab, Key.Key_Down)
    key(tab, Key.Key_Return)
    assert tab.state.rule_step == 2


def test_a_state_with_an_open_step_is_shown_once_the_card_is_unfolded(qtbot: QtBot) -> None:
    window = open_window(qtbot, GradientTab, choose_rule(QUADRATIC, 3))
    tab = window.current
    assert isinstance(tab, GradientTab)
    unfold(tab.inspector.rules)
    assert tab.inspector.rules.table.details.isVisible()


def test_terms_are_coloured_one_by_one() -> None:
    assert coloured("a + \ue000b - c\ue001 + d", "#1") == r"a + \textcolor{#1}{b} - \textcolor{#1}{c} + d"


# Claims


def test_right_and_wrong_claims_are_judged(tab: GradientTab, claims: GradientClaimCard) -> None:
    for_x, for_y = claims.claims
    write(tab, 0, "2x+3y")
    assert for_x.notice.text.startswith("Correct.")
    assert for_y.notice.text == ""
    write(tab, 1, "3x")
    assert for_y.notice.text.startswith("Not equal. At P it gives 6, but ∂f/∂y = 12.")
    assert tab.state.claims == ("2x+3y", "3x")


def test_typing_a_claim_is_one_entry(tab: GradientTab, claims: GradientClaimCard) -> None:
    write(tab, 0, "2x+3y")
    undo(tab)
    assert tab.state.claims == ("", "")
    assert claims.claims[0].notice.text == ""


def test_a_fault_is_shown_below_its_field_and_put_right_by_its_suggestion(
    tab: GradientTab, claims: GradientClaimCard
) -> None:
    write(tab, 0, "2(x+y")
    field = claims.claims[0].field
    assert field.error == "The bracket is not closed. Add “)”."
    assert claims.claims[1].field.error == ""
    key(tab, Key.Key_End)
    QTest.keyClicks(field.edit, ")")
    settle()
    assert field.error == ""


def test_a_verdict_leads_to_its_step(tab: GradientTab, claims: GradientClaimCard, steps: RulesCard) -> None:
    assert steps.folded
    write(tab, 1, "3x+y")
    assert "Show step 2, power rule" in claims.claims[1].notice.text
    follow_link(claims.claims[1].notice)
    assert not steps.folded
    assert (tab.state.partial, tab.state.rule_step) == ("y", 2)
    assert steps.table.details.isVisible()
    assert tab.inspector.rect().intersects(
        QRectF(steps.table.mapTo(tab.inspector, QPoint(0, 0)), steps.table.size()).toRect()
    )


def test_swapped_claims_are_said_to_be_and_swapped(tab: GradientTab, claims: GradientClaimCard) -> None:
    write(tab, 0, "3x+2y")
    write(tab, 1, "2x+3y")
    assert claims.swapped.text.startswith("These are swapped")
    follow_link(claims.swapped)
    assert tab.state.claims == ("2x+3y", "3x+2y")
    assert claims.swapped.text == ""
    assert all(claim.notice.text.startswith("Correct.") for claim in claims.claims)


def test_another_function_judges_them_anew_and_an_example_clears_them(
    tab: GradientTab, claims: GradientClaimCard
) -> None:
    write(tab, 0, "2x+3y")
    tab.become(type_formula(tab.state, "x^2+y^2"))
    settle()
    assert claims.claims[0].notice.text.startswith("Not equal.")
    tab.choose_example("bowl")
    settle()
    assert claims.claims[0].field.edit.text() == ""
