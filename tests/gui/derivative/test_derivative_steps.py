"""The steps of the Derivative tab, opened, drawn and found out by real mouse and keys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from core.scenes.derivative import DerivativeState, type_formula
from core.scenes.derivative_exercise import RULES
from gui.formula import FormulaLabel, formula
from gui.plots import Plot
from gui.tabs.derivative import DerivativeTab
from gui.tabs.derivative_steps import StepsCard
from gui.tabs.long_formula import LongFormula, lines_of, terms
from tests.gui.tabs import LEFT, NONE, Key, key, redo, settle, show, type_in, undo


def card(tab: DerivativeTab) -> StepsCard:
    return tab.inspector.steps


def click_in(widget: QWidget, box: QRectF) -> None:
    QTest.mouseClick(widget, LEFT, NONE, box.center().toPoint())
    settle()


def click_row(tab: DerivativeTab, row: int) -> None:
    click_in(card(tab).table, card(tab).table.row_rect(row))


def click_part(tab: DerivativeTab, place: int) -> None:
    details = card(tab).table.details
    box = details.part_rect(place)
    click_in(details, QRectF(30, box.top(), 60, box.height()))


def press(button: QAbstractButton) -> None:
    QTest.mouseClick(button, LEFT)
    settle()


def choose_rule(tab: DerivativeTab, title: str) -> None:
    """Open the menu of rules with the keyboard and click on a rule."""
    field = card(tab).exercise.rules
    field.setFocus()
    QTest.keyClick(field, Key.Key_Down)
    settle()
    menu = field.findChild(QMenu)
    action = next(action for action in menu.actions() if action.text() == title)
    QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
    settle()


def rules(tab: DerivativeTab) -> list[str]:
    return [row[1] for row in card(tab).table.texts()]


def answer(tab: DerivativeTab) -> str:
    return card(tab).exercise.answer.text


def drawn_at(plot: Plot, x: float, y: float, colour: str) -> bool:
    """Tell whether a colour is to be seen within two pixels of a place."""
    settle()
    picture = plot.viewport().grab().toImage()
    wanted, middle = QColor(colour), plot.to_pixels(x, y).toPoint()
    return any(
        near(picture.pixelColor(middle + QPoint(dx, dy)), wanted)
        for dx in range(-2, 3)
        for dy in range(-2, 3)
    )


def near(seen: QColor, wanted: QColor) -> bool:
    pairs = zip(seen.getRgb()[:3], wanted.getRgb()[:3], strict=True)
    return all(abs(one - other) < 40 for one, other in pairs)


def colours_of(widget: QWidget) -> set[str]:
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), np.uint32) & 0xFFFFFF
    return {f"#{pixel:06X}" for pixel in np.unique(pixels)}


# Opening


def test_a_clicked_step_unfolds_and_folds_and_is_undone(qtbot: QtBot, tab: DerivativeTab) -> None:
    details = card(tab).table.details
    folded = card(tab).height()
    assert not details.isVisible()
    click_row(tab, 1)
    assert details.isVisible()
    assert details.texts() == [
        "sin(a x) → a cos(a x)",
        "u = a x = 0.96 u' = 1.2 Constant multiple rule",
        "g' = cos(u) · u'",
        "= cos(0.96) · 1.2",
        "= 0.6882",
    ]
    qtbot.waitUntil(lambda: card(tab).height() > folded + 80)
    assert card(tab).table.row_rect(2).top() == details.geometry().bottom() + 1
    click_row(tab, 1)
    assert not details.isVisible()
    assert card(tab).height() == folded
    undo(tab)
    assert tab.state.marked_step == 2
    undo(tab)
    redo(tab)
    assert details.isVisible()


def test_steps_below_an_open_one_are_hit_where_they_are_drawn(tab: DerivativeTab) -> None:
    click_row(tab, 0)
    table = card(tab).table
    click_in(table, QRectF(30, table.details.geometry().bottom() + 2 * 29, 100, 29))
    assert tab.state.marked_step == 4


def test_a_step_is_opened_by_keys(tab: DerivativeTab) -> None:
    table = card(tab).table
    table.setFocus(Qt.FocusReason.TabFocusReason)
    key(tab, Key.Key_Down)
    assert tab.state.marked_step == 0
    key(tab, Key.Key_Return)
    assert tab.state.marked_step == 2
    key(tab, Key.Key_Tab)
    assert QApplication.focusWidget() is table.details
    key(tab, Key.Key_Return)
    assert tab.state.open_parts == ("0",)
    key(tab, Key.Key_Down)
    key(tab, Key.Key_Return)
    assert tab.state.open_parts == ("0",)
    key(tab, Key.Key_Up)
    key(tab, Key.Key_Space)
    assert tab.state.open_parts == ()


def test_a_part_opens_and_another_leads_to_its_step(tab: DerivativeTab) -> None:
    click_row(tab, 1)
    click_part(tab, 0)
    assert [text.split(" ")[0] for text in card(tab).table.details.texts()[1:4]] == ["u", "a", "x"]
    click_part(tab, 0)
    assert tab.state.open_parts == ()
    click_row(tab, 0)
    click_part(tab, 1)
    assert tab.state.marked_step == 3


def test_the_numbers_follow_the_point(tab: DerivativeTab) -> None:
    click_row(tab, 0)
    tab.setFocus()
    key(tab, Key.Key_Right, times=4)
    assert f"{tab.scene.slope.derivative:.4f}" in card(tab).table.details.texts()[-2]
    assert len(card(tab).table.details.texts()) == 8


def test_the_piece_is_coloured_and_the_rest_of_the_formula_grey(tab: DerivativeTab) -> None:
    preview, theme = tab.inspector.formula.preview, tab.theme
    before = preview.height()
    assert theme.muted not in colours_of(preview)
    click_row(tab, 2)
    assert {theme.muted, theme.function.text} <= colours_of(preview)
    assert preview.height() == before
    click_row(tab, 0)
    assert theme.muted not in colours_of(preview)


def test_colour_of_a_part_ends_where_the_part_ends(qtbot: QtBot) -> None:
    coloured = FormulaLabel(r"a = \textcolor{#FF0000}{\sin\left(x\right)} + {e}^{b}", 20, "#0000FF")
    qtbot.addWidget(coloured)
    coloured.resize(coloured.sizeHint())
    picture = coloured.grab().toImage()
    before, after = formula("a =", 20, "#0000FF").width, formula("+ {e}^{b}", 20, "#0000FF").width

    def reddish(columns: range) -> bool:
        pixels = (picture.pixelColor(x, y) for x in columns for y in range(picture.height()))
        return any(pixel.red() > 200 and pixel.blue() < 100 for pixel in pixels)

    assert not reddish(range(int(before)))
    assert not reddish(range(int(picture.width() - after + 3), picture.width()))
    assert reddish(range(picture.width()))


def test_the_piece_and_its_derivative_are_drawn(tab: DerivativeTab) -> None:
    theme, x = tab.theme, -3.8
    value, slope = np.sin(1.2 * x), 1.2 * np.cos(1.2 * -2.6)
    assert not drawn_at(tab.function.plot, x, value, theme.function.mark)
    click_row(tab, 1)
    assert drawn_at(tab.function.plot, x, value, theme.function.mark)
    show(tab, replace(tab.state, slope_range=(-2.0, 2.0)))
    assert drawn_at(tab.slope.plot, -2.6, slope, theme.derivative.mark)
    click_row(tab, 1)
    assert not drawn_at(tab.function.plot, x, value, theme.function.mark)


def test_a_step_without_derivative_here_says_none(tab: DerivativeTab) -> None:
    show(tab, replace(type_formula(tab.state, "|x| + x^2"), x=0.0, marked_step=2))
    assert card(tab).table.details.texts()[-1] == "= none"


def test_the_step_of_a_slip_is_opened_in_a_folded_card(tab: DerivativeTab) -> None:
    card(tab).show_folded(True)
    show(tab, replace(tab.state, claim="exp(-x^2/8)*(cos(a*x)-x/4*sin(a*x))"))
    tab.inspector.claim.notice.activated.emit("2")
    settle()
    assert card(tab).table.details.isVisible()
    assert tab.scene.derivation.chosen.number == 2


# The result


def test_the_raw_form_is_disclosed(tab: DerivativeTab) -> None:
    area = card(tab).result
    assert not area.raw.isVisible()
    press(area.disclosure)
    assert area.raw.isVisible()
    assert area.sentence.text.startswith("Equal to the tidy form. Algebra turns")
    assert area.disclosure.accessibleName() == "Hide the untidied form"
    press(area.disclosure)
    assert not area.raw.isVisible()
    assert not area.sentence.isVisible()


def test_a_long_result_goes_on_in_further_lines(tab: DerivativeTab) -> None:
    area = card(tab).result
    assert area.result.isVisible()
    show(tab, type_formula(tab.state, "(x^3+2x)/(1+exp(-x)*sin(x)^2)"))
    assert not area.result.isVisible()
    assert len(area.long_result.lines) > 1


def test_a_formula_is_split_before_its_signs_only() -> None:
    assert terms(r"a - {x}^{2 - 1} + \left(b - c\right)") == ["a", "- {x}^{2 - 1}", "+ (b", "- c)"]
    cases = r"\begin{cases}2 x + 1 & x > 0 \\ 0 & \text{otherwise}\end{cases} + 1"
    assert len(terms(cases)) == 2


def test_too_many_lines_end_with_an_ellipsis(qtbot: QtBot) -> None:
    assert lines_of(["a", "b"], 300) == [r"a \; b"]
    assert lines_of(["a", "b"], 10) == ["a", "b"]
    formula = LongFormula("#000000")
    qtbot.addWidget(formula)
    formula.show_formula(" + ".join(rf"\sin\left({k} x\right)" for k in range(100)))
    assert len(formula.lines) == 7
    assert formula.lines[-1].endswith("\\text{…}")


WIDE = [
    "(x^3+2x)/(1+exp(-x)*sin(x)^2)",
    "where(x<0, x^2, sqrt(x))*3",
    "sin(" * 8 + "x" + ")" * 8,
    "derivative + of + many + letters + x^2 sin(x)",
    "polygamma(1, x) gamma(x)^x",
]


@pytest.mark.parametrize("formula", WIDE)
def test_nothing_is_wider_than_its_card(tab: DerivativeTab, formula: str) -> None:
    state = type_formula(DerivativeState(), formula)
    for changes in (
        {"marked_step": 1, "show_raw": True},
        {"exercise": True, "exercise_moves": ("sum", "hint")},
    ):
        show(tab, replace(state, **changes))
        inside = tab.inspector.widget()
        assert inside.minimumSizeHint().width() <= tab.inspector.viewport().width()
        assert inside.width() <= tab.inspector.viewport().width()


# The exercise


def test_the_exercise_is_played_to_its_end(tab: DerivativeTab) -> None:
    press(card(tab).switch)
    assert rules(tab) == []
    assert not card(tab).result.isVisible()
    choose_rule(tab, "Product rule")
    assert rules(tab) == ["Product rule"]
    assert answer(tab) == "Right: product rule."
    choose_rule(tab, "Sum rule")
    assert answer(tab).startswith("The sum rule is for two terms with a plus between them; here something")
    assert rules(tab) == ["Product rule"]
    press(card(tab).exercise.hint)
    assert answer(tab).startswith("Look at what is done last")
    for title in ("Chain rule", "Chain rule", "Power rule"):
        choose_rule(tab, title)
    assert rules(tab) == ["Product rule", "Chain rule", "Chain rule", "Power rule"]
    assert answer(tab) == "All 4 steps are found: 1 wrong choice, 1 hint."
    assert card(tab).result.isVisible()
    assert not card(tab).exercise.rules.isVisible()
    click_row(tab, 2)
    assert card(tab).table.details.isVisible()
    press(card(tab).exercise.again)
    assert rules(tab) == []


def test_found_steps_stay_closed_while_there_are_rules_to_find(tab: DerivativeTab) -> None:
    show(tab, replace(tab.state, exercise=True, exercise_moves=("product",)))
    click_row(tab, 0)
    assert tab.state.marked_step == 0


def test_hints_run_out(tab: DerivativeTab) -> None:
    press(card(tab).switch)
    for _ in range(3):
        press(card(tab).exercise.hint)
    assert answer(tab) == "It is “Product rule”."
    assert not card(tab).exercise.hint.isEnabled()


def test_a_choice_is_taken_back_by_button_and_by_key(tab: DerivativeTab) -> None:
    press(card(tab).switch)
    assert not card(tab).exercise.back.isEnabled()
    choose_rule(tab, "Product rule")
    choose_rule(tab, "Power rule")
    undo(tab)
    assert answer(tab) == "Right: product rule."
    press(card(tab).exercise.back)
    assert rules(tab) == []
    assert answer(tab) == ""
    undo(tab)
    assert rules(tab) == ["Product rule"]


def test_the_piece_in_question_is_shown(tab: DerivativeTab) -> None:
    show(tab, replace(tab.state, exercise=True, exercise_moves=("product",)))
    assert drawn_at(tab.function.plot, -3.8, np.sin(1.2 * -3.8), tab.theme.function.mark)
    assert {tab.theme.muted, tab.theme.function.text} <= colours_of(tab.inspector.formula.preview)


def test_the_menu_offers_every_rule_and_gives_nothing_away(tab: DerivativeTab) -> None:
    press(card(tab).switch)
    field = card(tab).exercise.rules
    assert [action.text() for action in field.findChild(QMenu).actions()] == [rule.title for rule in RULES]
    assert field.text() == ""


def test_another_function_begins_another_exercise(tab: DerivativeTab) -> None:
    press(card(tab).switch)
    choose_rule(tab, "Product rule")
    type_in(tab, "x^3")
    assert rules(tab) == []
    choose_rule(tab, "Power rule")
    assert answer(tab).startswith("The one step is found")


def test_the_exercise_is_left(tab: DerivativeTab) -> None:
    press(card(tab).switch)
    assert card(tab).switch.text() == "Show the steps"
    card(tab).switch.setFocus()
    key(tab, Key.Key_Return)
    assert len(rules(tab)) == 4
    assert card(tab).switch.text() == "You choose"


def test_arrows_beside_the_list_of_steps_move_the_point(tab: DerivativeTab) -> None:
    tab.inspector.steps.table.setFocus()
    before = tab.state
    key(tab, Key.Key_Right)
    assert tab.state.x > before.x and tab.state.marked_step == before.marked_step
    key(tab, Key.Key_Left)
    assert tab.state.x == pytest.approx(before.x)
