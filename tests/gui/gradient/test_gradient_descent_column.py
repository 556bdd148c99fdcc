"""The race beside the map: the switch, the cursor through the steps, the scores, and the inside of a step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest

from core.optimizers import OPTIMIZERS
from core.scenes.gradient_state import (
    PRESETS,
    GradientState,
    choose_preset,
    type_formula,
    with_learning_rate,
    with_step,
)
from core.scenes.race import Racer
from core.scenes.race_internals import written
from gui.tabs.gradient import GradientTab
from gui.tabs.gradient_substeps import CAPTION, GAP, MARGIN
from gui.theme import ui_font
from tests.gui.mouse import drag
from tests.gui.tabs import LEFT, NONE, SHIFT, Key, key, settle, show, undo

IDLE = tuple(racer._replace(runs=False) for racer in GradientState().racers)


def choose(tab: GradientTab, index: int) -> None:
    """Click on one of the two halves of the switch."""
    switch = tab.columns.choice
    place = QPoint(switch.width() * (1 + 2 * index) // 4, switch.height() // 2)
    QTest.mouseClick(switch, LEFT, NONE, place)
    settle()


@pytest.fixture
def column(tab: GradientTab) -> GradientTab:
    choose(tab, 1)
    return tab


def test_the_switch_puts_the_race_in_the_place_of_the_slices(tab: GradientTab) -> None:
    assert tab.slices[0].isVisible() and not tab.descent.isVisible()
    choose(tab, 1)
    assert tab.state.column == "descent"
    assert tab.descent.isVisible() and not tab.slices[0].isVisible()
    assert tab.scene.slices is None
    undo(tab)
    assert tab.slices[0].isVisible() and not tab.descent.isVisible()
    assert tab.scene.progress is None


def test_the_scores_say_who_leads_and_at_what_cost(column: GradientTab) -> None:
    rows = column.descent.scores.table.texts()
    assert [row[0] for row in rows] == ["Gradient descent", "Nesterov", "Momentum", "Adam", "RMSProp"]
    assert rows[0][1:] == ["0.62", "not yet"]
    key(column, Key.Key_Period, SHIFT, times=5)
    rows = column.descent.scores.table.texts()
    assert next(row for row in rows if row[0].startswith("Gradient"))[2].isdigit()


def test_the_cursor_goes_through_the_steps(column: GradientTab) -> None:
    plot = column.descent.loss.plot
    assert plot.pill == "9"
    drag(plot, (9.0, 1.0), (4.0, 1.0))
    settle()
    assert column.state.step == 4 and plot.pill == "4"
    undo(column)
    assert column.state.step == 9
    drag(plot, (9.0, 1.0), (14.2, 1.0))
    settle()
    assert column.state.step == 14


def test_the_cursor_moves_with_the_arrow_keys(column: GradientTab) -> None:
    drag(column.descent.loss.plot, (9.0, 1.0), (9.0, 1.0))
    settle()
    QTest.keyClick(column.descent.loss.plot, Key.Key_Right)
    QTest.keyClick(column.descent.loss.plot, Key.Key_Right, SHIFT)
    settle()
    assert column.state.step == 20
    QTest.keyClick(column.descent.loss.plot, Key.Key_Left)
    settle()
    assert column.state.step == 19


def test_choosing_a_racer_tells_its_last_step(column: GradientTab) -> None:
    pane = column.descent.substeps
    assert [line.title for line in pane.list.lines] == ["gradient", "new point"]
    table = column.inspector.descent.table
    QTest.mouseClick(table, LEFT, NONE, table.row_rect(4).center().toPoint())
    settle()
    assert [line.title for line in pane.list.lines][1:3] == ["mean of gradients", "mean of squares"]
    adam = column.scene.race.run("adam")
    assert pane.list.lines[-1].result == written(adam.points[9], 4)
    before = pane.list.lines
    key(column, Key.Key_Period)
    assert pane.list.lines != before


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimiser_is_shown_at_work(column: GradientTab, name: str) -> None:
    racers = (Racer(name, True, (("learning_rate", 0.05),)),)
    show(column, replace(column.state, racers=racers, selected=name, step=3))
    pane = column.descent.substeps
    assert pane.list.lines and all(line.result for line in pane.list.lines)
    assert pane.compass.isVisible()
    assert not column.descent.grab().isNull()


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            replace(GradientState(), racers=IDLE),
            "No",
        ),
        (replace(type_formula(GradientState(), "ln(x)+y"), point=(-1.0, 0.0)), "Descent cannot start"),
    ],
)
def test_where_nothing_runs_the_plot_says_so(column: GradientTab, state: GradientState, message: str) -> None:
    show(column, replace(state, column="descent"))
    assert column.descent.loss.plot.message.startswith(message)
    assert column.descent.scores.table.texts() == []
    assert not column.descent.substeps.compass.isVisible()


def test_it_plays_and_a_changed_rate_leaves_a_ghost(column: GradientTab) -> None:
    column.playback.set_speed(600.0)
    key(column, Key.Key_Space)
    for _ in range(20):
        QTest.qWait(15)
    key(column, Key.Key_Space)
    reached = column.state.step
    assert reached > 30 and column.descent.loss.plot.pill == str(reached)
    field = column.inspector.descent.rate.field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.02")
    QTest.keyClick(field, Key.Key_Return)
    settle()
    assert [line.key for line in column.scene.progress.lines if line.is_ghost] == ["gradient_descent"]


@pytest.mark.parametrize("size", [(960, 640), (1280, 800)])
def test_names_are_whole_and_values_give_way(column: GradientTab, size: tuple[int, int]) -> None:
    column.window().resize(*size)
    settle()
    table = column.descent.scores.table
    for rate in (0.012, 0.3):
        for step in (0, 9, 60, 900, 1900):
            show(column, with_step(with_learning_rate(GradientState(column="descent"), rate), step))
            scores = column.scene.progress.scores
            assert [row[0].text for row in table._rows] == [score.title for score in scores]
            ends = [end for _, end in table._boxes()]
            for row in table._rows:
                assert table._cell_width(row[0]) + table._cell_width(row[1]) < ends[1]
                if size[0] == 1280:
                    assert table._cell_width(row[2]) < ends[2] - ends[1]
            assert len(ends) == (3 if size[0] == 1280 else 2)


def test_short_names_leave_room_for_the_arrivals_in_a_small_window(column: GradientTab) -> None:
    column.window().resize(960, 640)
    runners = tuple(
        racer._replace(runs=racer.optimizer in ("adam", "rmsprop")) for racer in GradientState().racers
    )
    show(column, replace(column.state, racers=runners, selected="adam", step=300))
    table = column.descent.scores.table
    assert [row[0] for row in table.texts()] == ["Adam", "RMSProp"]
    assert all(row[2].isdigit() for row in table.texts())
    show(column, replace(column.state, step=9))
    assert [row[2] for row in table.texts()] == ["not yet", "not yet"]


@pytest.mark.parametrize("width", [196, 276])
def test_captions_of_sub_steps_are_whole(column: GradientTab, width: int) -> None:
    shown = column.descent.substeps.list
    metrics = QFontMetricsF(ui_font(CAPTION))
    for name in OPTIMIZERS:
        racers = (Racer(name, True, (("learning_rate", 0.05),)),)
        show(column, replace(column.state, racers=racers, selected=name, step=3))
        shown.resize(width, shown.height())
        for line, top, below in zip(shown.lines, shown._tops, [*shown._tops[1:], shown._height], strict=True):
            caption, result = (metrics.horizontalAdvance(text) for text in (f"1  {line.title}", line.result))
            head = below - top - GAP - shown._formula_height(line) - shown._filled_height(line)
            assert max(caption, result) < width - 2 * MARGIN
            assert caption + result < width - 2 * MARGIN or head > 30, "one below the other"


def test_why_there_is_nothing_to_tell_wraps(column: GradientTab) -> None:
    column.window().resize(960, 640)
    show(column, replace(column.state, step=0))
    note = column.descent.substeps.note
    assert note.isVisible() and note.text() == "No step was taken yet."
    room = note.contentsRect().width()
    assert note.heightForWidth(note.width()) <= note.height()
    longest = max(map(QFontMetricsF(note.font()).horizontalAdvance, note.text().split()))
    assert longest < room
    key(column, Key.Key_Period)
    assert not note.isVisible()


def test_a_small_window_shows_more_than_one_sub_step(column: GradientTab) -> None:
    column.window().resize(960, 640)
    settle()
    pane = column.descent.substeps
    show(column, replace(column.state, selected="adam"))
    top = pane.list.mapTo(pane, QPoint(0, 0)).y()
    assert pane.compass.grab().height() >= 50
    assert pane.height() - top > pane.list._tops[1] + 30
    column.window().resize(1280, 800)
    settle()
    assert pane.compass.height() == 84


def test_slices_that_come_back_show_nothing_twice(column: GradientTab) -> None:
    window = column.window()
    drag(column.map.plot, column.state.point, (-2.08, 2.74))
    settle()
    choose(column, 0)
    QTest.qWait(100)
    plot = column.slices[0].plot
    area = plot.rect().translated(plot.mapTo(window, QPoint(0, 0)))
    on_screen = window.screen().grabWindow(window.winId()).toImage().copy(area)
    assert on_screen == window.grab(area).toImage().convertToFormat(on_screen.format())


def test_the_header_says_from_where_the_loss_is_measured(column: GradientTab) -> None:
    header, titles = column.descent.loss.header, []
    wells = next(preset for preset in PRESETS if preset.key == "two_wells")
    start = replace(choose_preset(column.state, wells), column="descent")
    for state in (
        GradientState(column="descent"),
        start,
        with_step(start, 80),
        type_formula(GradientState(column="descent"), "x^2 - 3.456e-5 - 0*y + y^2"),
        type_formula(GradientState(column="descent"), "x + y"),
    ):
        for size in ((1280, 800), (960, 640)):
            column.window().resize(*size)
            show(column, state)
            titles.append(header.accessibleName())
            assert header._title_end() <= header.width() - 2
    assert titles[:6] == [
        "Loss (log scale)",
        "Loss (log scale)",
        "Loss above minimum ahead",
        "Above minimum",
        "Loss above lowest minimum",
        "Above lowest min.",
    ]
    assert titles[-2] == "Loss above lowest seen" and header.toolTip().startswith("How far f is above")
