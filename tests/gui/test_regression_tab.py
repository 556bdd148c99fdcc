"""The Regression tab in the real window: what is shown, and every way to change it by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.presets import DATA_SETS
from core.scenes.regression import compute
from core.scenes.regression_state import RegressionState, present
from gui.controls import Notice, NumberField, Slider
from gui.tabs.regression import RegressionTab
from gui.window import Window
from tests.gui.mouse import double_click, drag, move, wheel
from tests.gui.tabs import CTRL, NONE, SHIFT, Key, click_pane_entry, open_window, pane_entries, settle

FIRST = RegressionState()


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    return open_window(qtbot, RegressionTab)


@pytest.fixture
def tab(window: Window) -> RegressionTab:
    assert isinstance(window.current, RegressionTab)
    return window.current


def press(key: Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    settle()
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifiers)
    settle()


def show(tab: RegressionTab, **changes: Any) -> RegressionState:
    """Put a state in without a trace in the history."""
    tab.edited(recorded=False, **changes)
    settle()
    return state(tab)


def state(tab: RegressionTab) -> RegressionState:
    assert isinstance(tab.state, RegressionState)
    return tab.state


def entries(tab: RegressionTab) -> int:
    """Count the entries of the history by undoing and redoing all of them."""
    count = 0
    while tab.store.can_undo(tab.key):
        tab.store.undo(tab.key)
        count += 1
    for _ in range(count):
        tab.store.redo(tab.key)
    settle()
    return count


def picture(tab: RegressionTab) -> QImage:
    settle()
    return tab.grab().toImage()


def slide(slider: Slider, start: float, end: float, steps: int = 5) -> None:
    """Drag the knob from the place of one value to that of another."""
    middle = slider.height() // 2
    xs = [round(slider.x_of(start + (end - start) * k / steps)) for k in range(steps + 1)]
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(slider, left, NONE, QPoint(xs[0], middle))
    for x in xs[1:]:
        QTest.mouseMove(slider, QPoint(x, middle))
    QTest.mouseRelease(slider, left, NONE, QPoint(xs[-1], middle))
    settle()


def warning_of(tab: RegressionTab) -> Notice:
    """Return the sentence under the learning rate."""
    notice = tab.inspector.descent.rate.findChild(Notice)
    assert isinstance(notice, Notice)
    return notice


def type_number(field: NumberField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    for character in text:
        if ord(character) < 128:
            QTest.keyClicks(field, character)
        else:
            field.insert(character)
    QTest.keyClick(field, Key.Key_Return)
    settle()


# What is shown -----------------------------------------------------------------------------------


def test_it_opens_on_the_picture(tab: RegressionTab) -> None:
    cards = tab.inspector
    assert (cards.formula.slope.field.text(), cards.formula.intercept.field.text()) == ("0.7565", "1.6349")
    assert cards.formula.loss.text() == "0.5381"
    assert [label.text() for label in cards.gradient.numbers] == ["0.0529", "−0.1911"]
    assert cards.gradient.sums[0].text == "= 2/5 ( 0.39 · 1 - 0.85 · 2 - 1.10 · 3 + 0.66 · 4 + 0.42 · 5 )"
    assert cards.gradient.sums[1].text == "= 2/5 ( 0.39 - 0.85 - 1.10 + 0.66 + 0.42 )"
    assert cards.optimum.slope.text.endswith("= 6/10 = 0.6")
    assert cards.optimum.intercept.text.endswith("= 4 - 0.6 · 3 = 2.2")
    assert cards.optimum.loss.latex == r"L^{\star} = 0.48"
    assert cards.optimum.reason.isHidden()
    assert cards.descent.rate.field.text() == "0.0600"
    assert cards.descent.optimizer.text() == "Gradient descent"
    assert cards.data.table.texts() == [["x", "1", "2", "3", "4", "5"], ["y", "2", "4", "5", "4", "5"]]
    assert tab.data.loss_label.text == r"L = \text{mean area} = 0.5381"
    assert tab.losses.plot.pill == "32"
    assert tab.losses.value_label.text == "L = 0.5381"
    assert tab.losses.least_label.text == r"L^{\star} = 0.48"
    assert (tab.data.start_label.text, tab.landscape.start_label.text) == ("start", "start")


STATES = {
    "first": FIRST,
    "start": replace(FIRST, step=0),
    "past the limit": replace(FIRST, learning_rate=0.09),
    "diverged": replace(FIRST, learning_rate=0.5, step=9_999),
    "momentum": replace(FIRST, optimizer="momentum", loss_scale="excess", step=7),
    "equal x": replace(FIRST, points=((2.0, 3.0), (2.0, 5.0), (2.0, 1.0))),
    "one point": replace(FIRST, points=((2.0, 3.0),)),
    "many points": replace(FIRST, points=FIRST.points * 3),
    "huge": replace(FIRST, points=((1e12, 2e12), (3e12, -1e12)), learning_rate=1e12),
    "tiny": replace(FIRST, points=((1e-12, 2e-12), (3e-12, 1e-12))),
    "overflow": replace(FIRST, points=((1e100, 1.0), (-1e100, 3.0)), start=(1e100, 0.0)),
    "zoomed": replace(
        FIRST,
        data_view=(2.0, 3.0, 4.0, 5.0),
        landscape_view=(0.5, 0.7, 2.1, 2.3),
        loss_view=(20.0, 40.0, 0.4, 1.0),
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_rendering_one_state_after_another_equals_rendering_it_afresh(
    tab: RegressionTab, qtbot: QtBot, name: str
) -> None:
    for other in ("many points", "diverged", "equal x"):
        tab.store.replace_state(tab.key, STATES[other])
        settle()
    tab.store.replace_state(tab.key, STATES[name])
    settle()
    fresh_window = Window((RegressionTab,), "light")
    qtbot.addWidget(fresh_window)
    fresh_window.store.replace_state("regression", STATES[name])
    fresh_window.show()
    settle()
    fresh = fresh_window.current
    assert isinstance(fresh, RegressionTab)
    for shown in (tab, fresh):
        shown.setFocus()
        QTest.mouseMove(shown, QPoint(1, 1))
    assert state(tab) == state(fresh)
    assert picture(tab) == picture(fresh)


def test_squares_are_square_on_the_screen(tab: RegressionTab) -> None:
    plot = tab.data.plot
    scene = compute(state(tab))
    heights = [
        abs(plot.to_pixels(x, y).y() - plot.to_pixels(x, predicted).y())
        for x, y, predicted in zip(
            scene.residuals.x, scene.residuals.y, scene.residuals.predicted, strict=True
        )
    ]
    assert [box.height() for box in tab.data.squares.boxes] == pytest.approx(heights)
    assert [box.width() for box in tab.data.squares.boxes] == pytest.approx(heights)


def test_overlapping_squares_are_darker(tab: RegressionTab) -> None:
    show(tab, step=0)
    boxes = tab.data.squares.boxes
    pairs = [a & b for k, a in enumerate(boxes) for b in boxes[:k] if (a & b).isValid()]
    plot = tab.data.plot
    image = plot.viewport().grab().toImage()

    def lightness(x: float, y: float) -> float:
        ratio = image.devicePixelRatio()
        return image.pixelColor(round(x * ratio), round(y * ratio)).lightnessF()

    twice = max(pairs, key=lambda both: both.width() * both.height())
    once = max(boxes, key=lambda box: box.height())
    overlapped = lightness(twice.center().x() + 2, twice.center().y() + 2)
    assert overlapped < lightness(once.right() - 4, once.bottom() - 4) - 0.03


def test_the_path_of_a_diverging_descent_stays_small(tab: RegressionTab) -> None:
    scene = compute(show(tab, learning_rate=0.09, step=300))
    assert max(abs(scene.trace[0])) > 1e14
    path, projection = tab.landscape.path, tab.landscape.plot.projection
    assert 5 < len(path.lines) < 100
    for line in path.lines:
        for end in (line.p1(), line.p2()):
            assert projection.contains(end.x(), end.y(), 11.0)
    before = tab.landscape.heat, scene.landscape, scene.descent
    later = compute(show(tab, step=301))
    assert (tab.landscape.heat, later.landscape, later.descent) == before
    assert len(path.lines) < 100


def test_it_is_said_where_the_point_left_the_landscape(tab: RegressionTab) -> None:
    show(tab, learning_rate=0.09, step=20)
    assert "Ctrl+0" in tab.landscape.out_of_view.text and not tab.landscape.point.shown
    press(Key.Key_0, CTRL)
    assert tab.landscape.out_of_view.text == "" and tab.landscape.point.shown


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("past the limit", "Above 2 / λmax = 0.0845 the loss grows. Try the learning rate 0.04."),
        ("diverged", "Diverged at step"),
        ("overflow", "The loss overflows at the start"),
    ],
)
def test_what_is_wrong_is_said_under_the_learning_rate(tab: RegressionTab, name: str, sentence: str) -> None:
    tab.store.replace_state(tab.key, STATES[name])
    settle()
    warning = warning_of(tab)
    assert warning.isVisible()
    assert sentence in warning.text.replace("\\max", "max").replace("_", "")
    tab.store.replace_state(tab.key, FIRST)
    settle()
    assert not warning.isVisible()


@pytest.mark.parametrize("name", ["equal x", "one point"])
def test_without_a_best_line_the_optimum_reads_none(tab: RegressionTab, name: str) -> None:
    tab.store.replace_state(tab.key, STATES[name])
    settle()
    card = tab.inspector.optimum
    assert card.slope.text == "w^★ = none"
    assert card.intercept.text == "b^★ = none"
    assert card.reason.isVisible() and "many" in card.reason.text


# By hand -----------------------------------------------------------------------------------------


def test_a_data_point_is_dragged_freely(tab: RegressionTab) -> None:
    drag(tab.data.plot, (2.0, 4.0), (2.6, 2.9))
    settle()
    assert state(tab).points[1] == pytest.approx((2.6, 2.9), abs=0.02)
    assert [state(tab).points[k] for k in (0, 2, 3, 4)] == [FIRST.points[k] for k in (0, 2, 3, 4)]
    assert state(tab).step == 32
    assert entries(tab) == 1
    tab.store.undo(tab.key)
    settle()
    assert state(tab).points == FIRST.points
    assert tab.inspector.formula.loss.text() == "0.5381"


def test_escape_takes_a_drag_back(tab: RegressionTab) -> None:
    drag(tab.data.plot, (2.0, 4.0), (2.6, 2.9), drop=False)
    assert state(tab).points != FIRST.points
    QTest.keyClick(tab.data.plot, Key.Key_Escape)
    settle()
    assert state(tab).points == FIRST.points
    assert entries(tab) == 0


def test_a_double_click_adds_a_point_which_can_be_dragged_and_removed(tab: RegressionTab) -> None:
    double_click(tab.data.plot, (3.5, 1.5))
    settle()
    assert len(state(tab).points) == 6
    assert state(tab).points[5] == pytest.approx((3.5, 1.5), abs=0.02)
    assert [len(row) for row in tab.inspector.data.table.texts()] == [7, 7]
    drag(tab.data.plot, state(tab).points[5], (4.5, 2.5))
    assert state(tab).points[5] == pytest.approx((4.5, 2.5), abs=0.03)
    press(Key.Key_Delete)
    assert state(tab).points == FIRST.points
    press(Key.Key_Delete)  # the handle that has the focus stands nowhere now
    assert state(tab).points == FIRST.points
    assert entries(tab) == 3


def test_the_last_point_stays(tab: RegressionTab) -> None:
    show(tab, points=((2.0, 4.0),))
    drag(tab.data.plot, (2.0, 4.0), (2.0, 4.5))
    press(Key.Key_Delete)
    assert len(state(tab).points) == 1
    assert tab.data.refusal.text == "At least one point stays."
    press(Key.Key_Up)
    assert tab.data.refusal.text == ""


def test_the_intercept_handle_changes_nothing_else(tab: RegressionTab) -> None:
    w, b = present(FIRST)
    drag(tab.data.plot, (0.0, b), (0.7, 3.0))
    settle()
    assert present(state(tab)) == pytest.approx((w, 3.0), abs=0.02)
    assert present(state(tab))[0] == w
    assert state(tab).step == 0
    assert entries(tab) == 1


def test_the_intercept_handle_at_the_edge_shifts_the_line(tab: RegressionTab) -> None:
    show(tab, data_view=(1.0, 6.0, 0.0, 6.6))
    handle = compute(state(tab)).intercept_handle
    assert handle[0] > 1.0
    assert tab.data.intercept_letter.text == r"\text{shift}"
    w, b = present(FIRST)
    drag(tab.data.plot, handle, (handle[0] + 0.5, handle[1] + 1.0))
    assert present(state(tab)) == pytest.approx((w, b + 1.0), abs=0.02)


def test_the_slope_handle_changes_nothing_else(tab: RegressionTab) -> None:
    _, b = present(FIRST)
    handle = compute(FIRST).slope_handle
    drag(tab.data.plot, handle, (handle[0], 3.0))
    settle()
    w, intercept = present(state(tab))
    assert intercept == b
    assert w * handle[0] + b == pytest.approx(3.0, abs=0.02)
    assert tab.inspector.formula.slope.field.text() == f"{w:.4f}"
    assert entries(tab) == 1


def test_the_point_in_the_landscape_becomes_the_new_start(tab: RegressionTab) -> None:
    drag(tab.landscape.plot, present(FIRST), (1.2, 2.5))
    settle()
    assert state(tab).start == pytest.approx((1.2, 2.5), abs=0.01)
    assert state(tab).step == 0
    assert tab.losses.plot.pill == "0"
    assert tab.landscape.start_label.text == ""
    assert entries(tab) == 1


def test_the_step_line_goes_through_history_by_whole_steps(tab: RegressionTab) -> None:
    drag(tab.losses.plot, (32.0, 2.0), (10.3, 1.0))
    assert state(tab).step == 10
    drag(tab.losses.plot, (10.0, 2.0), (100.0, 2.0))
    assert state(tab).step == 100
    drag(tab.losses.plot, (100.0, 2.0), (-30.0, 2.0))
    settle()
    assert state(tab).step == 0
    assert tab.inspector.formula.loss.text() == "2.7500"
    assert entries(tab) == 3


@pytest.mark.parametrize(
    ("card", "row", "wanted"), [("formula", "slope", 1.5), ("formula", "intercept", 4.0)]
)
def test_the_sliders_move_the_line(tab: RegressionTab, card: str, row: str, wanted: float) -> None:
    slider_row = getattr(getattr(tab.inspector, card), row)
    index = 0 if row == "slope" else 1
    before = present(FIRST)
    slide(slider_row.slider, before[index], wanted)
    after = present(state(tab))
    assert after[index] == pytest.approx(wanted, abs=0.05)
    assert after[1 - index] == before[1 - index]
    assert state(tab).step == 0
    assert entries(tab) == 1


def test_the_learning_rate_is_slid_and_typed(tab: RegressionTab) -> None:
    row = tab.inspector.descent.rate
    slide(row.slider, 0.06, 0.02)
    assert state(tab).learning_rate == pytest.approx(0.02, abs=1e-3)
    assert state(tab).step == 32
    type_number(row.field, "0,09")
    assert state(tab).learning_rate == 0.09
    assert warning_of(tab).isVisible()
    type_number(row.field, "quick")
    assert state(tab).learning_rate == 0.09
    type_number(row.field, "−1e-3")
    assert state(tab).learning_rate == -0.001
    assert "uphill" in warning_of(tab).text
    assert entries(tab) == 3


def test_numbers_are_typed_for_slope_intercept_and_step(tab: RegressionTab) -> None:
    cards = tab.inspector.formula
    type_number(cards.slope.field, "7.5")
    assert state(tab).start == (7.5, present(FIRST)[1])
    type_number(cards.intercept.field, "-1e2")
    assert state(tab).start == (7.5, -100.0)
    tab.transport.step_chosen.emit(1_000_000_000)
    settle()
    assert state(tab).step == compute(state(tab)).descent.last_step


def test_the_optimiser_and_the_scale_are_chosen(tab: RegressionTab) -> None:
    tab.inspector.descent.optimizer.chosen.emit("momentum")
    settle()
    assert tab.inspector.descent.optimizer.text() == "Momentum"
    segments = tab.losses.scale
    QTest.mouseClick(segments, Qt.MouseButton.LeftButton, NONE, segments.segment_centre("excess").toPoint())
    settle()
    assert state(tab).loss_scale == "excess"
    assert tab.losses.least_label.text == ""
    assert entries(tab) == 2


def test_momentum_is_shown_for_its_optimiser_and_adjusted(tab: RegressionTab) -> None:
    row = tab.inspector.descent.momentum
    assert not row.isVisible()
    tab.inspector.descent.optimizer.chosen.emit("momentum")
    settle()
    assert row.isVisible() and row.field.text() == "0.900"
    type_number(row.field, "0.5")
    assert state(tab).momentum == 0.5
    assert compute(state(tab)).limit_latex.endswith("= 0.1268")
    slide(row.slider, 0.5, 0.7)
    assert state(tab).momentum == pytest.approx(0.7, abs=0.02)
    assert entries(tab) == 3


# Keys --------------------------------------------------------------------------------------------


def test_arrow_keys_move_the_focused_handle(tab: RegressionTab) -> None:
    drag(tab.data.plot, (2.0, 4.0), (2.5, 4.0))
    x, y = state(tab).points[1]
    width, height = FIRST.data_view[1] - FIRST.data_view[0], FIRST.data_view[3] - FIRST.data_view[2]
    press(Key.Key_Right)
    press(Key.Key_Up, SHIFT)
    assert state(tab).points[1] == pytest.approx((x + width / 200, y + height / 20))
    assert entries(tab) == 2
    drag(tab.data.plot, compute(state(tab)).slope_handle, (5.8, 4.0))
    w, b = present(state(tab))
    press(Key.Key_Up)
    assert present(state(tab))[0] > w and present(state(tab))[1] == b
    drag(tab.data.plot, compute(state(tab)).intercept_handle, (0.0, 2.0))
    w, b = present(state(tab))
    press(Key.Key_Down)
    assert present(state(tab)) == pytest.approx((w, b - height / 200))
    drag(tab.landscape.plot, present(state(tab)), (1.0, 2.0))
    w, b = present(state(tab))
    press(Key.Key_Left)
    assert present(state(tab))[0] < w and present(state(tab))[1] == b


def test_tab_reaches_the_points_and_the_step_line(tab: RegressionTab) -> None:
    tab.take_focus()
    press(Key.Key_Tab)
    press(Key.Key_Up)
    moved = [a != b for a, b in zip(state(tab).points, FIRST.points, strict=True)]
    line = present(state(tab)) != present(FIRST)
    assert sum(moved) + line == 1
    tab.losses.plot.setFocus(Qt.FocusReason.TabFocusReason)
    step = state(tab).step
    press(Key.Key_Right)
    press(Key.Key_Right, SHIFT)
    assert state(tab).step == step + 11


def test_keys_step_back_reset_and_play(tab: RegressionTab, qtbot: QtBot) -> None:
    press(Key.Key_R)
    assert state(tab).step == 0
    assert tab.inspector.formula.loss.text() == "2.7500"
    press(Key.Key_Period)
    press(Key.Key_Period, SHIFT)
    press(Key.Key_Comma)
    assert state(tab).step == 10
    tab.playback.set_speed(200)
    press(Key.Key_Space)
    assert tab.playing
    qtbot.waitUntil(lambda: state(tab).step > 20)
    press(Key.Key_Space)
    assert not tab.playing
    press(Key.Key_Z, CTRL)
    assert state(tab).step == 10


def test_the_transport_buttons_do_the_same(tab: RegressionTab, qtbot: QtBot) -> None:
    bar = tab.transport
    for name, step in (("forward", 33), ("back", 32), ("reset", 0)):
        bar.button(name).click()
        settle()
        assert state(tab).step == step
    assert not bar.button("back").isEnabled()
    bar.button("play").click()
    qtbot.waitUntil(lambda: state(tab).step > 1)
    bar.button("play").click()
    assert not tab.playing


def test_play_stops_where_descent_diverges(tab: RegressionTab, qtbot: QtBot) -> None:
    last = compute(show(tab, learning_rate=1.0, step=10_000)).descent.last_step
    show(tab, step=last - 5)
    tab.playback.set_speed(200)
    press(Key.Key_Space)
    qtbot.waitUntil(lambda: not tab.playing)
    assert state(tab).step == last
    assert "Diverged" in warning_of(tab).text
    assert not tab.transport.button("forward").isEnabled()


def test_a_gesture_pauses(tab: RegressionTab) -> None:
    press(Key.Key_Space)
    assert tab.playing
    drag(tab.data.plot, (2.0, 4.0), (2.5, 4.0))
    assert not tab.playing


# Views and presets -------------------------------------------------------------------------------


def test_zooming_and_panning_leave_no_trace_in_the_history(tab: RegressionTab) -> None:
    for pane in (tab.data, tab.landscape, tab.losses):
        x0, x1, y0, y1 = pane.plot.view
        wheel(pane.plot, (x0 + 0.7 * (x1 - x0), y0 + 0.2 * (y1 - y0)), 2)
        settle()
        assert pane.plot.view[1] - pane.plot.view[0] < x1 - x0
    assert state(tab).data_view == tab.data.plot.view
    assert state(tab).landscape_view == tab.landscape.plot.view
    assert state(tab).loss_view == tab.losses.plot.view
    assert entries(tab) == 0
    press(Key.Key_0, CTRL)
    assert state(tab).loss_view == ()
    assert tab.losses.plot.view[:2] == (0.0, 120.0)
    assert all(tab.data.points[k].shown for k in range(5))


def test_the_landscape_is_painted_to_its_edges_whatever_its_shape(window: Window, tab: RegressionTab) -> None:
    window.resize(960, 640)
    settle()
    for view in (None, (-30.0, 30.0, -1.0, 1.0)):
        if view is not None:
            show(tab, landscape_view=view)
        settle()
        assert compute(state(tab)).landscape.w[0] == pytest.approx(tab.landscape.plot.view[0])
        assert compute(state(tab)).landscape.b[-1] == pytest.approx(tab.landscape.plot.view[3])
        x0, x1, y0, y1 = tab.landscape.plot.view
        projection = tab.landscape.plot.projection
        assert (x1 - x0) / (y1 - y0) == pytest.approx(projection.width / projection.height)


@pytest.mark.parametrize("preset", DATA_SETS, ids=lambda preset: preset.key)
def test_each_data_set_is_one_entry(tab: RegressionTab, preset: Any) -> None:
    show(tab, points=((0.0, 0.0), (1.0, 7.0)))
    tab.choose_example(preset.key)
    settle()
    assert state(tab).points == preset.points
    assert state(tab).step == 0
    assert warning_of(tab).isHidden()
    assert sum(handle.shown for handle in tab.data.points) == len(preset.points)
    assert entries(tab) == 1


def test_the_gallery_offers_every_data_set(tab: RegressionTab) -> None:
    keys = [key for _, entries in tab.examples() for key, _ in entries]
    assert keys == [preset.key for preset in DATA_SETS]
    offered = [action for action in tab.inspector.data.menu.actions() if action.isEnabled() and action.text()]
    assert len(offered) == len(DATA_SETS)
    offered[1].trigger()
    settle()
    assert state(tab).points == DATA_SETS[1].points


def test_one_pane_takes_all_the_room_and_gives_it_back(tab: RegressionTab) -> None:
    panes = (tab.data, tab.landscape, tab.losses)
    before = [pane.size() for pane in panes]
    for pane in panes:
        pane.header.expand_toggled.emit()
        settle()
        assert [other.isVisible() for other in panes] == [other is pane for other in panes]
        pane.header.expand_toggled.emit()
        settle()
    assert [pane.size() for pane in panes] == before


def test_hovering_a_handle_shows_the_open_hand(tab: RegressionTab) -> None:
    move(tab.data.plot, (3.0, 5.0))
    assert tab.data.plot.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor
    move(tab.data.plot, (5.5, 1.0))
    assert tab.data.plot.viewport().cursor().shape() != Qt.CursorShape.OpenHandCursor


def test_the_least_loss_moves_up_where_the_intercept_needs_the_room(tab: RegressionTab) -> None:
    card = tab.inspector.optimum
    assert card.loss.isVisible() and not card.loss_above.isVisible()
    show(tab, points=(*FIRST.points[:4], (5.123, 5.123)))
    assert card.loss_above.isVisible() and not card.loss.isVisible()
    assert card.loss_above.latex == compute(state(tab)).optimum.loss_latex


def test_the_theme_changes_colours_and_nothing_else(window: Window, tab: RegressionTab) -> None:
    show(tab, step=12, loss_scale="excess")
    before = tab.state
    window.set_theme("dark")
    settle()
    dark = window.current
    assert isinstance(dark, RegressionTab) and dark is not tab
    assert dark.state == before
    assert dark.losses.plot.pill == "12"


def test_the_view_menu_hides_panes_and_brings_them_back(window: Window, tab: RegressionTab) -> None:
    assert pane_entries(window) == {"Loss landscape": True, "Loss at each step": True}
    click_pane_entry(window, "Loss landscape")
    click_pane_entry(window, "Loss at each step")
    assert (tab.data.isVisible(), tab.landscape.isVisible(), tab.losses.isVisible()) == (True, False, False)
    click_pane_entry(window, "Loss landscape")
    assert tab.landscape.isVisible()


@pytest.mark.parametrize("preset", [preset for preset in DATA_SETS if preset.key in ("five", "years")])
def test_a_double_click_gives_the_learning_rate_of_the_data_set(tab: RegressionTab, preset: Any) -> None:
    tab.choose_example(preset.key)
    tab.edited(learning_rate=1e-8)
    settle()
    slider = tab.inspector.descent.rate.slider
    QTest.mouseDClick(slider, Qt.MouseButton.LeftButton, NONE, QPoint(40, 12))
    settle()
    assert state(tab).learning_rate == preset.learning_rate
