"""The limit on the learning rate's slider, its notice, and the card that predicts the descent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget

from core.presets import SURFACES
from core.scenes.gradient_state import (
    GradientState,
    choose_preset,
    type_formula,
    with_learning_rate,
    with_step,
)
from core.scenes.race_edits import added, selected, with_setting
from gui.controls import Notice, NumberTable
from gui.formula import formula as gui_formula
from gui.tabs.gradient import GradientTab
from tests.gui.tabs import LEFT, NONE, Key, key, settle, show, undo

START = GradientState()


def click_link(notice: Notice) -> None:
    """Click on the link at the end of a notice, where the cursor becomes a hand."""
    label = notice.findChild(QLabel)
    assert label is not None
    area = notice.parentWidget()
    while not isinstance(area, QScrollArea):
        area = area.parentWidget()
    area.ensureWidgetVisible(notice)
    settle()
    for y in range(label.height() - 8, 0, -6):
        for x in range(label.width() - 4, 0, -6):
            QTest.mouseMove(label, QPoint(x, y))
            if label.cursor().shape() is Qt.CursorShape.PointingHandCursor:
                QTest.mouseClick(label, LEFT, NONE, QPoint(x, y))
                settle()
                return
    raise AssertionError("no link under the pointer")


def unfold(tab: GradientTab) -> None:
    card = tab.inspector.stability
    header = next(part for part in card.findChildren(QWidget) if part.accessibleName() == "Stability")
    QTest.mouseClick(header, LEFT)
    settle()
    assert not card.folded


def crimson_share(tab: GradientTab) -> float:
    """Where the crimson mark of the limit stands, as a share of the slider's length."""
    slider = tab.inspector.descent.rate.slider
    picture = slider.grab().toImage()
    wanted = QColor(tab.theme.fault.mark)
    row = 4  # above the track: only the mark reaches so high
    columns = [x for x in range(picture.width()) if picture.pixelColor(x, row) == wanted]
    return columns[0] / picture.width() if columns else 1.0


def test_the_slider_is_shaded_from_the_limit_on(tab: GradientTab) -> None:
    rate = tab.inspector.descent.rate
    expected = rate.slider.x_of(0.024306) / rate.slider.width()
    assert crimson_share(tab) == pytest.approx(expected, abs=0.02)
    assert not tab.inspector.descent.limit.isVisible()
    assert "(3.00, 2.00)" in rate.toolTip()


def test_a_method_without_a_limit_has_no_shade(tab: GradientTab) -> None:
    show(tab, replace(START, selected="adam"))
    assert crimson_share(tab) == 1.0


def dead_at(rate: float, step: int = 40) -> GradientState:
    return replace(with_learning_rate(replace(START, step=0), rate), step=step)


def test_a_rate_above_the_limit_is_explained_and_mended_in_one_click(tab: GradientTab) -> None:
    show(tab, dead_at(0.1))
    card = tab.inspector.descent
    notice, dead = card.limit.notice, tab.scene.race.runs[0]
    assert notice.isVisible() and dead.diverged and dead.loss > 1e100
    assert notice.text.startswith(
        "The step grew 8.2 × 10⁷× for 4 steps: 0.1 is above 2/λ_max = 0.00679 on the"
    )
    assert notice.text.endswith("Use 0.02")
    assert card.ended.text == "Diverged at step 6."
    click_link(notice)
    assert tab.state.learning_rate == 0.02
    assert (
        not notice.isVisible() and card.ended.text.startswith("Converged") is tab.scene.race.runs[0].converged
    )
    alive, ghost = tab.scene.race.runs[0], tab.scene.race.ghosts[0]
    assert alive.loss < 1e-9 and alive.points[0].tolist() == list(START.point) and not alive.stopped
    assert ghost.points.tolist() == dead.points.tolist(), "the dead run stays as a ghost"
    undo(tab)
    assert (tab.state.racers, tab.state.forks, tab.state.step) == (dead_at(0.1).racers, (), 40)


def test_a_slider_that_is_dragged_on_a_dead_run_begins_it_anew_with_each_number(tab: GradientTab) -> None:
    show(tab, dead_at(0.1))
    slider = tab.inspector.descent.rate.slider
    QTest.mousePress(slider, LEFT, NONE, QPoint(round(slider.x_of(0.1)), 12))
    for rate in (0.08, 0.02, 0.015, 0.01):
        QTest.mouseMove(slider, QPoint(round(slider.x_of(rate)), 12))
        settle()
        run = tab.scene.race.runs[0]
        assert run.optimizer.learning_rate == pytest.approx(rate, rel=0.05)
        assert (run.diverged or len(run.points) == 41) and run.forked == 0
        assert set(run.learning_rates.tolist()) == {tab.state.learning_rate}, "from P on"
    QTest.mouseRelease(slider, LEFT, NONE, QPoint(round(slider.x_of(0.01)), 12))
    settle()
    assert [fork.step for fork in tab.state.forks] == [0] and tab.scene.race.runs[0].loss < 1e-3
    QTest.mousePress(slider, LEFT, NONE, QPoint(round(slider.x_of(0.01)), 12))
    QTest.mouseMove(slider, QPoint(round(slider.x_of(0.005)), 12))
    QTest.mouseRelease(slider, LEFT, NONE, QPoint(round(slider.x_of(0.005)), 12))
    settle()
    assert [fork.step for fork in tab.state.forks] == [0, 40], "a living run is forked"
    undo(tab)
    undo(tab)
    assert (tab.state.racers, tab.state.forks, tab.state.step) == (dead_at(0.1).racers, (), 40)


def test_the_cards_tell_of_the_forked_run(tab: GradientTab) -> None:
    wells = next(each for each in SURFACES if each.title == "two wells")
    state = with_step(selected(choose_preset(START, wells), "momentum"), 30)
    state = with_learning_rate(with_step(with_setting(state, "beta", 0.6), 50), 0.05)
    show(tab, with_step(state, 200))
    unfold(tab)
    assert tab.inspector.stability.bounds.texts()[-1] == ["(−0.94, 0.00)", "31.40", "0.102"]
    assert tab.inspector.curvature.table.texts()[-1][0] == "(−0.94, 0.00)"


def test_the_link_can_be_reached_by_keys(tab: GradientTab) -> None:
    show(tab, with_learning_rate(START, 0.03))
    label = tab.inspector.descent.limit.notice.findChild(QLabel)
    assert label is not None
    tab.inspector.descent.rate.field.setFocus(Qt.FocusReason.TabFocusReason)
    key(tab, Key.Key_Tab, times=2)  # past the table
    assert QApplication.focusWidget() is label
    key(tab, Key.Key_Tab)  # on to the link in it
    key(tab, Key.Key_Return)
    settle()
    assert tab.state.learning_rate == 0.02


def test_dragging_the_knob_over_the_limit_says_so_at_once(tab: GradientTab) -> None:
    slider = tab.inspector.descent.rate.slider
    notice = tab.inspector.descent.limit.notice
    start = QPoint(round(slider.x_of(0.012)), 12)
    beyond = QPoint(round(slider.x_of(0.2)), 12)
    QTest.mousePress(slider, LEFT, NONE, start)
    QTest.mouseMove(slider, beyond)
    settle()
    assert notice.isVisible()
    assert "the loss grows: from step 9 on it diverges" in notice.text
    QTest.mouseMove(slider, start)
    settle()
    assert not notice.isVisible()
    QTest.mouseRelease(slider, LEFT, NONE, start)


def test_the_card_is_folded_at_first_and_predicts_what_will_happen(tab: GradientTab) -> None:
    card = tab.inspector.stability
    assert card.folded
    unfold(tab)
    assert card.bounds.texts() == [
        ["at P", "−14.65", "–"],
        ["path so far", "79.10", "0.0253"],
        ["path, 59 steps", "82.28", "0.0243"],
        ["(3.00, 2.00)", "82.28", "0.0243"],
    ]
    near, at_p = card.outlooks
    assert near.table.texts() == [
        ["25.72", "(0.38, −0.92)", "0.691", "monotone", "6.2"],
        ["82.28", "(0.92, 0.38)", "0.013", "monotone", "0.5"],
    ]
    assert near.sentence.text == "Converges without oscillating: error × 0.691 a step."
    assert [row[3] for row in at_p.table.texts()] == ["diverging", "diverging"]


def test_the_best_rate_is_one_click_away(tab: GradientTab) -> None:
    unfold(tab)
    best = tab.inspector.stability.outlooks[0].best
    tab.inspector.ensureWidgetVisible(best)
    assert best.text == "Best rate 0.0185: error × 0.524 a step. Use it"
    click_link(best)
    assert tab.state.learning_rate == 0.0185
    undo(tab)
    assert tab.state.racers == START.racers


@pytest.mark.parametrize(
    "text", ["log(x)", "1/x", "3", "x", "sqrt(x*y)", "1/0*x", "-x^2-y^2", "abs(x)+abs(y)", "x*y"]
)
def test_functions_without_a_minimum(tab: GradientTab, text: str) -> None:
    unfold(tab)
    for point in ((-1.0, 1.0), (0.0, 0.0), (1.0, 1.0)):
        show(tab, replace(type_formula(START, text), point=point))
        assert tab.inspector.stability.bounds.texts()[0][0] == "at P"


def test_other_methods_say_that_there_is_no_theory(tab: GradientTab) -> None:
    unfold(tab)
    show(tab, replace(START, selected="adam"))
    near, at_p = tab.inspector.stability.outlooks
    assert "sets no limit" in near.sentence.text
    assert not near.table.isVisible() and not at_p.isVisible()


def assert_columns_apart(table: NumberTable) -> None:
    """Check that what stands in a column ends before what stands in the next one begins."""
    for row in table._rows:
        end = -1.0
        for cell, column, (left, right) in zip(row, table._columns, table._boxes(), strict=True):
            width = table._cell_width(cell)
            start = left if column.align == "left" else right - width
            assert not cell.plain or start >= end + 1.0, table.texts()
            end = start + width


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)])
@pytest.mark.parametrize("formula", ["", "(1 - x)^2 + 100(y - x^2)^2", "1e300*x^2+y^2", "1e-7x^2+2e5*y^2"])
def test_columns_never_run_together(tab: GradientTab, formula: str, size: tuple[int, int]) -> None:
    tab.window().resize(*size)
    unfold(tab)
    state = type_formula(START, formula) if formula else START
    for key_ in ("gradient_descent", "momentum", "nesterov"):
        show(tab, selected(added(state, key_), key_))
        card = tab.inspector.stability
        for table in (card.bounds, *(view.table for view in card.outlooks), tab.inspector.curvature.table):
            assert_columns_apart(table)
        (_, _, (left, right)) = card.bounds._boxes()
        assert gui_formula(card.bounds._columns[2].latex, 10, "#000000").width <= right - left
