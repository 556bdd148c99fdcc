"""The Gradient tab under real mouse and keys."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from core.presets import SURFACES
from core.scenes.gradient import GradientScene
from core.scenes.gradient_state import GradientState, choose_preset, type_formula, with_learning_rate
from core.scenes.state import from_json, to_json
from gui.controls import SliderRow
from gui.tabs.gradient import GradientTab
from gui.tabs.gradient_formula import terms
from gui.window import Window
from tests.gui.mouse import drag, release, wheel
from tests.gui.tabs import (
    CTRL,
    LEFT,
    NONE,
    SHIFT,
    Key,
    click_pane_entry,
    key,
    open_window,
    pane_entries,
    redone,
    settle,
    show,
    type_in,
    undone,
)


def state(tab: GradientTab) -> GradientState:
    return tab.state


def scene(tab: GradientTab) -> GradientScene:
    assert isinstance(tab.scene, GradientScene)
    return tab.scene


def alone(state: GradientState) -> GradientState:
    """Only the selected racer runs."""
    racers = (racer._replace(runs=racer.optimizer == state.selected) for racer in state.racers)
    return replace(state, racers=tuple(racers))


def readouts(tab: GradientTab) -> list[str]:
    return [readout.text for readout in tab.inspector.point.readouts.readouts]


def table(tab: GradientTab) -> list[list[str]]:
    return tab.inspector.point.table.texts()


def step_shown(tab: GradientTab) -> str:
    return tab.transport._step.text()


# What is seen


def test_first_sight(tab: GradientTab) -> None:
    assert readouts(tab) == ["(0.2, 0.9)", "137.08", "46.25"]
    assert [row[1:] for row in table(tab)] == [
        ["−20.0280", "−20.0280", "1.3 × 10⁻⁹"],
        ["−41.6840", "−41.6840", "1.4 × 10⁻⁹"],
        ["−33.0769", "", "u at 20°"],
    ]
    assert tab.inspector.curvature.table.texts() == [
        ["at P", "−38.75", "−14.65", "curves down"],
        ["(3.00, 2.00)", "25.72", "82.28", "minimum"],
    ]
    assert tab.inspector.descent.table.texts() == [
        ["Gradient descent", "0.012", "0.62"],
        ["Momentum", "0.006", "10.89"],
        ["Nesterov", "0.006", "3.67"],
        ["RMSProp", "0.100", "22.36"],
        ["Adam", "0.250", "19.11"],
    ]
    assert [pane.plot.pill for pane in tab.slices] == ["0.2", "0.9"]
    assert step_shown(tab) == "9"


def test_the_numbers_of_two_quadratics(tab: GradientTab) -> None:
    show(tab, replace(type_formula(GradientState(), "x^2+3xy+y^2"), point=(2.0, 3.0)))
    assert [row[1:3] for row in table(tab)][:2] == [["13.0000", "13.0000"], ["12.0000", "12.0000"]]
    show(tab, replace(type_formula(GradientState(), "x^2+y^2"), point=(3.0, 4.0)))
    assert readouts(tab) == ["(3, 4)", "25.00", "10.00"]


def test_the_map_has_equal_axes_and_covers_the_whole_plot(tab: GradientTab, window: Window) -> None:
    for size in ((1280, 800), (960, 640), (1100, 900)):
        window.resize(*size)
        settle()
        plot = tab.map.plot
        left, right, bottom, top = plot.view
        assert (right - left) / plot.projection.width == pytest.approx(
            (top - bottom) / plot.projection.height
        )
        assert state(tab).view == plot.view
        plan = scene(tab).map
        assert (plan.x[0], plan.x[-1], plan.y[0], plan.y[-1]) == pytest.approx(plot.view)


def test_resizing_back_gives_the_same_view(tab: GradientTab, window: Window) -> None:
    before = state(tab).view
    for size in ((960, 640), (1600, 700), (1280, 800)):
        window.resize(*size)
        settle()
    assert state(tab).view == before


def test_the_slices_are_narrower_in_a_small_window(tab: GradientTab, window: Window) -> None:
    assert tab.slices[0].width() == 276
    window.resize(960, 640)
    settle()
    assert tab.slices[0].width() == 196


STATES = [
    GradientState(),
    choose_preset(GradientState(), SURFACES[0]),
    replace(type_formula(GradientState(), "a*x^2 + sin(b y)"), parameters=(("a", 2.0), ("b", -1.5))),
    replace(type_formula(GradientState(), "sqrt(x) + y"), point=(-1.0, 2.0)),
    replace(GradientState(), text="x^2 + (", step=0),
    replace(GradientState(), text=""),
    with_learning_rate(replace(GradientState(), step=30), 0.5),
    type_formula(GradientState(), "7"),
]


@pytest.mark.parametrize("last", range(len(STATES)))
def test_rendering_one_state_after_another_equals_rendering_it_afresh(qtbot: QtBot, last: int) -> None:
    used = open_window(qtbot, GradientTab).current
    assert isinstance(used, GradientTab)
    for earlier in (STATES[last - 1], STATES[last - 2], STATES[last]):
        show(used, earlier)
    fresh = open_window(qtbot, GradientTab, STATES[last]).current
    assert state(used).view == pytest.approx(fresh.state.view)
    show(used, replace(state(used), view=fresh.state.view))
    differing = np.abs(pixels(used) - pixels(fresh)).max(axis=-1)
    assert differing.max() <= 32, "more than the edge of an isoline that moved by a rounding error"
    assert np.count_nonzero(differing) <= 200


def pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage()
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4).astype(int)


def test_a_state_from_a_file_is_shown_with_its_view(qtbot: QtBot) -> None:
    saved = replace(GradientState(), point=(1e-7, 2e-7), view=(-1e-6, 1e-6, -1e-6, 1e-6))
    tab = open_window(qtbot, GradientTab, from_json(GradientState, to_json(saved))).current
    assert tab.state.view[1] == pytest.approx(1e-6, rel=0.1)


def test_dark_colours_keep_the_state(tab: GradientTab, window: Window) -> None:
    before = state(tab)
    window.set_theme("dark")
    settle()
    assert isinstance(window.current, GradientTab)
    assert readouts(window.current) == readouts(tab)
    assert window.current.state.point == before.point
    assert window.current.state.view == pytest.approx(before.view)


# Dragging


def test_p_is_dragged_anywhere_and_everything_follows(tab: GradientTab) -> None:
    drag(tab.map.plot, (0.2, 0.9), (3.0, 2.0))
    settle()
    assert state(tab).point == pytest.approx((3.0, 2.0), abs=0.02)
    assert scene(tab).race.step == 9
    assert [pane.plot.pill for pane in tab.slices] == [f"{part:g}" for part in state(tab).point]
    moved = state(tab)
    assert undone(tab).point == (0.2, 0.9)
    assert redone(tab) == moved


def test_escape_takes_a_drag_back(tab: GradientTab) -> None:
    drag(tab.map.plot, (0.2, 0.9), (2.0, -1.0), drop=False)
    settle()
    assert state(tab).point != (0.2, 0.9)
    QTest.keyClick(tab.map.plot, Key.Key_Escape)
    release(tab.map.plot, (2.0, -1.0))
    settle()
    assert state(tab).point == (0.2, 0.9)
    assert not tab.store.can_undo("gradient")


@pytest.mark.parametrize(("axis", "expected"), [(0, (-1.5, 0.9)), (1, (0.2, -1.5))])
def test_p_is_dragged_along_a_slice(tab: GradientTab, axis: int, expected: tuple[float, float]) -> None:
    start = (state(tab).point[axis], scene(tab).value)
    drag(tab.slices[axis].plot, start, (-1.5, 300.0))
    settle()
    assert state(tab).point == pytest.approx(expected, abs=0.05)
    assert state(tab).point[1 - axis] == expected[1 - axis]
    assert undone(tab).point == (0.2, 0.9)


def test_p_does_not_leave_the_view(tab: GradientTab) -> None:
    drag(tab.map.plot, (0.2, 0.9), (9.0, -9.0))
    settle()
    _, right, bottom, _ = state(tab).view
    assert state(tab).point == (right, bottom)


def test_the_map_is_panned_and_zoomed_without_a_trace_in_the_history(tab: GradientTab) -> None:
    before = state(tab).view
    drag(tab.map.plot, (-2.0, -2.0), (-1.0, -2.0))
    settle()
    assert state(tab).view[0] == pytest.approx(before[0] - 1.0, abs=0.02)
    wheel(tab.map.plot, (0.0, 0.0), 2)
    settle()
    assert state(tab).view[1] - state(tab).view[0] < 0.8 * (before[1] - before[0])
    assert scene(tab).map.x[0] == state(tab).view[0]
    assert not tab.store.can_undo("gradient")
    key(tab, Key.Key_0, CTRL)
    assert state(tab).view[2:] == pytest.approx((-6.0, 6.0))


def test_a_slice_is_panned_with_the_map(tab: GradientTab) -> None:
    before = state(tab).view
    drag(tab.slices[0].plot, (-3.0, 300.0), (-2.0, 200.0))
    settle()
    assert state(tab).view[0] == pytest.approx(before[0] - 1.0, abs=0.05)
    assert state(tab).view[2:] == pytest.approx(before[2:], abs=0.05)
    assert tab.slices[0].plot.view[2:] == tab.slices[1].plot.view[2:] == state(tab).value_range


def slide(row: SliderRow, value: float) -> None:
    """Drag the knob of a slider to a value."""
    slider = row.slider
    places = [QPoint(round(slider.x_of(end)), slider.height() // 2) for end in (slider._value, value)]
    QTest.mousePress(slider, LEFT, NONE, places[0])
    QTest.mouseMove(slider, places[1])
    QTest.mouseRelease(slider, LEFT, NONE, places[1])
    settle()


def test_the_learning_rate_is_dragged_on_a_logarithmic_slider(tab: GradientTab) -> None:
    slide(tab.inspector.descent.rate, 0.001)
    assert state(tab).learning_rate == pytest.approx(0.001, rel=0.1)
    assert [fork.step for fork in state(tab).forks] == [9]
    assert (undone(tab).learning_rate, state(tab).forks) == (0.012, ())


@pytest.mark.parametrize(("typed", "rate"), [("1e-3", 1e-3), ("0,05", 0.05), ("7", 7.0), ("-1", 1e-12)])
def test_the_learning_rate_is_typed(tab: GradientTab, typed: str, rate: float) -> None:
    field = tab.inspector.descent.rate.field
    QTest.mouseClick(field, LEFT)
    field.selectAll()
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Key.Key_Return)
    settle()
    assert state(tab).learning_rate == rate
    assert undone(tab).learning_rate == 0.012


# Keys


def test_arrow_keys_move_p_from_the_start(tab: GradientTab) -> None:
    key(tab, Key.Key_Right)
    key(tab, Key.Key_Up, SHIFT)
    assert state(tab).point == pytest.approx((0.25, 1.41), abs=0.011)
    assert undone(tab).point == (0.2, 0.9)


def test_arrow_keys_move_the_focused_point_of_each_plot(tab: GradientTab) -> None:
    for pane, code, expected in (
        (tab.map, Key.Key_Down, (0.2, 0.85)),
        (tab.slices[0], Key.Key_Left, (0.15, 0.85)),
        (tab.slices[1], Key.Key_Right, (0.15, 0.9)),
    ):
        pane.plot.setFocus(Qt.FocusReason.TabFocusReason)
        key(tab, code)
        assert state(tab).point == pytest.approx(expected, abs=0.011)


def test_keys_step_and_reset(tab: GradientTab) -> None:
    for code, modifiers, step in (
        (Key.Key_R, NONE, 0),
        (Key.Key_Period, NONE, 1),
        (Key.Key_Period, SHIFT, 11),
        (Key.Key_Comma, NONE, 10),
        (Key.Key_Comma, SHIFT, 0),
    ):
        key(tab, code, modifiers)
        assert (state(tab).step, step_shown(tab)) == (step, str(step))
    assert undone(tab).step == 10


# Typing


def type_point(tab: GradientTab, text: str) -> QLineEdit:
    readout = tab.inspector.point.readouts.readouts[0]
    QTest.mouseClick(readout, LEFT)
    line = readout.line
    assert line is not None
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Key.Key_Return)
    settle()
    return line


@pytest.mark.parametrize("text", ["(3, 4)", "3, 4"])
def test_p_is_typed_exactly(tab: GradientTab, text: str) -> None:
    type_in(tab, "x^2+y^2")
    type_point(tab, text)
    assert state(tab).point == (3.0, 4.0)
    assert readouts(tab) == ["(3, 4)", "25.00", "10.00"]
    assert [row[1] for row in table(tab)] == ["6.0000", "8.0000", "8.3743"]
    key(tab, Key.Key_Escape)
    key(tab, Key.Key_Right)
    assert state(tab).point[1] == 4.0 and state(tab).point[0] > 3.0


def test_a_p_typed_outside_is_in_view(tab: GradientTab) -> None:
    before = state(tab).view
    type_point(tab, "20, -7")
    left, right, bottom, top = state(tab).view
    assert left < 20.0 < right and bottom < -7.0 < top
    assert tab.map.point.shown and tab.map.plot.view == state(tab).view
    assert readouts(tab)[0] == "(20, −7)"
    assert undone(tab).point == (0.2, 0.9)
    assert state(tab).view == pytest.approx(before)


def test_text_that_is_no_place_is_refused(tab: GradientTab) -> None:
    line = type_point(tab, "3")
    assert line.isVisible() and line.toolTip() == "Write two numbers such as (3, 4)."
    key(tab, Key.Key_Escape)
    assert not line.isVisible()
    assert state(tab).point == (0.2, 0.9)
    key(tab, Key.Key_Up)
    assert state(tab).point[1] > 0.9


def test_p_reads_what_f_is_computed_at_however_wide_the_view(tab: GradientTab) -> None:
    show(tab, replace(GradientState(), point=(1.25, -0.875), view=(-5e6, 5e6, -5e6, 5e6)))
    assert readouts(tab)[0] == "(1.25, −0.875)"
    assert [pane.plot.pill for pane in tab.slices] == ["1.25", "−0.875"]


def test_typing_a_formula_is_one_entry_and_keeps_the_last_valid_one(tab: GradientTab) -> None:
    type_in(tab, "x^2 + a*y^2 + (")
    assert tab.inspector.formula.field.error
    assert tab.inspector.formula.preview.dimmed
    assert state(tab).formula == "x^2 + a*y^2 "
    assert [name for name, row in tab.inspector.formula.letters.rows.items() if row.isVisible()] == ["a"]
    assert undone(tab).text == GradientState().text
    assert tab.inspector.formula.field.error == ""
    assert [row for row in tab.inspector.formula.letters.rows.values() if row.isVisible()] == []


def test_the_partial_derivatives_are_typeset(tab: GradientTab) -> None:
    type_in(tab, "x^2 + x*y")
    assert tab.inspector.formula.preview.latex == "f = {x}^{2} + x y"
    assert [label.latex.split("=")[1] for label in tab.inspector.formula.partials] == [" 2 x + y", " x"]


def test_an_empty_text_asks_for_a_function(tab: GradientTab) -> None:
    type_in(tab, "")
    assert tab.inspector.formula.note.isVisible()
    assert tab.inspector.formula.field.error == ""
    assert readouts(tab)[1] == "137.08"


def test_a_letter_becomes_a_slider(tab: GradientTab) -> None:
    type_in(tab, "a*x + y")
    slide(tab.inspector.formula.letters.rows["a"], 2.0)
    assert dict(state(tab).parameters)["a"] == pytest.approx(2.0, abs=0.05)
    assert scene(tab).gradient[0] == dict(state(tab).parameters)["a"]
    assert dict(undone(tab).parameters)["a"] == 1.0


def test_no_gradient_reads_none_with_the_reason_and_hides_the_arrows(tab: GradientTab) -> None:
    show(tab, replace(type_formula(GradientState(), "sqrt(x) + y"), point=(-1.0, 2.0)))
    assert readouts(tab)[1:] == ["none", "none"]
    assert tab.inspector.point.readouts.reason.startswith("Not defined here")
    assert tab.map._uphill.boundingRect().isEmpty()
    assert tab.inspector.descent.ended.text == "Descent cannot start: f has no value at P."
    assert not tab.transport.button("play").isEnabled()
    key(tab, Key.Key_Space)
    assert not tab.playing


def test_a_function_defined_nowhere_says_so(tab: GradientTab) -> None:
    type_in(tab, "sqrt(-1-x^2)")
    assert tab.map.plot.message == "Not defined anywhere in view."


def test_long_sums_go_on_in_further_lines(tab: GradientTab) -> None:
    assert terms(r"a + \left(b + c\right) - {x}^{a + b}") == ["a", r"+ \left(b + c\right)", "- {x}^{a + b}"]
    tab.choose_example("beale")
    settle()
    formula = tab.inspector.formula
    assert formula.preview.lines == 3
    assert formula.preview.sizeHint().width() <= 296


def test_tab_goes_through_the_maps_header_from_the_left_and_on_to_p(tab: GradientTab) -> None:
    tab.map.show_button.setFocus(Qt.FocusReason.TabFocusReason)
    names = []
    for _ in range(3):
        key(tab, Key.Key_Tab)
        names.append(QApplication.focusWidget().accessibleName())
    assert names[:2] == ["Map or surface", "Enlarge this pane"]
    key(tab, Key.Key_Right)
    assert state(tab).point[0] > 0.2


# Descent


def test_the_buttons_of_the_bar(tab: GradientTab) -> None:
    for name, step in (("reset", 0), ("forward", 1), ("forward", 2), ("back", 1)):
        QTest.mouseClick(tab.transport.button(name), LEFT)
        settle()
        assert state(tab).step == step
    assert tab.inspector.descent.table.texts()[0][0] == "Gradient descent"


def test_playing_takes_steps_until_paused_and_is_one_entry(tab: GradientTab, qtbot: QtBot) -> None:
    key(tab, Key.Key_R)
    tab.playback.set_speed(60.0)
    QTest.mouseClick(tab.transport.button("play"), LEFT)
    qtbot.waitUntil(lambda: state(tab).step >= 5)
    QTest.mouseClick(tab.transport.button("play"), LEFT)
    settle()
    assert not tab.playing
    assert undone(tab).step == 0
    assert undone(tab).step == 9


def test_playing_stops_by_itself_where_descent_overflows(tab: GradientTab, qtbot: QtBot) -> None:
    show(tab, alone(with_learning_rate(replace(GradientState(), step=0), 0.5)))
    tab.playback.set_speed(60.0)
    key(tab, Key.Key_Space)
    qtbot.waitUntil(lambda: not tab.playing)
    settle()
    (run,) = scene(tab).race.runs
    assert tab.inspector.descent.ended.isVisible()
    assert tab.inspector.descent.ended.text == f"Diverged at step {run.step + 1}."
    assert "The step grew " in tab.inspector.descent.limit.notice.text
    assert np.isfinite(run.points).all() and math.isfinite(run.loss)
    assert not tab.transport.button("forward").isEnabled()
    key(tab, Key.Key_Comma)
    assert not tab.inspector.descent.ended.isVisible()


def test_p_can_be_dragged_while_descent_plays(tab: GradientTab, qtbot: QtBot) -> None:
    tab.playback.set_speed(60.0)
    tab.play_or_pause()
    drag(tab.map.plot, (0.2, 0.9), (1.0, -2.0))
    settle()
    assert tab.playing
    assert state(tab).point == pytest.approx((1.0, -2.0), abs=0.02)


def test_a_step_is_typed(tab: GradientTab) -> None:
    field = tab.transport._step
    QTest.mouseClick(field, LEFT)
    field.selectAll()
    QTest.keyClicks(field, "40")
    QTest.keyClick(field, Key.Key_Return)
    settle()
    assert state(tab).step == 40
    assert scene(tab).race.runs[0].loss < 1e-6


def test_the_last_step_that_is_shown_is_told_without_a_warning(tab: GradientTab) -> None:
    show(tab, alone(with_learning_rate(replace(GradientState(), step=0), 1e-6)))
    tab.become(replace(state(tab), step=20_000))
    settle()
    ended = tab.inspector.descent.ended
    assert (ended.text, ended._shown[1]) == ("The path shows 20000 steps at most.", "plain")
    assert not tab.transport.button("forward").isEnabled()


# Examples and panes


def test_examples_are_shown_whole(tab: GradientTab) -> None:
    for preset in SURFACES[::4]:
        tab.choose_example(preset.key)
        settle()
        assert state(tab).text == preset.formula
        assert state(tab).point == preset.start
        assert tab.inspector.formula.field.error == ""
        shown, wanted = state(tab).view, preset.view
        assert shown[0] <= wanted[0] + 1e-9 and shown[1] >= wanted[1] - 1e-9
        assert shown[2] <= wanted[2] + 1e-9 and shown[3] >= wanted[3] - 1e-9


def test_choosing_an_example_is_one_entry(tab: GradientTab) -> None:
    before = state(tab)
    tab.choose_example("rosenbrock")
    settle()
    assert undone(tab) == before


def test_an_example_sets_its_rates_and_letters(tab: GradientTab) -> None:
    tab.become(with_learning_rate(state(tab), 0.5))
    tab.choose_example("valley")
    settle()
    rates = {racer.optimizer: racer.learning_rate for racer in state(tab).racers}
    assert [rates[key] for key in ("gradient_descent", "momentum", "adam")] == [0.1, 0.01, 0.1]
    assert state(tab).step == 0
    assert [(letter.name, letter.value) for letter in scene(tab).parameters] == [("k", 10.0)]
    assert list(tab.inspector.formula.letters.rows) == ["k"]


def test_the_menu_says_why_each_example_is_worth_looking_at(tab: GradientTab) -> None:
    lines = {key: text for _, entries in tab.examples() for key, text in entries}
    assert lines["valley"] == "valley: steep across, slow along; k makes it narrower"
    assert all(preset.remark in lines[preset.key] for preset in SURFACES)


@pytest.mark.parametrize("way", ["button", "Esc"])
def test_the_map_is_enlarged_and_made_small_again(tab: GradientTab, way: str) -> None:
    before = tab.map.width()
    tab.map.header.expand_toggled.emit()
    settle()
    assert tab.map.width() > before + 200
    if way == "button":
        tab.map.header.expand_toggled.emit()
    else:
        key(tab, Key.Key_Escape)
    settle()
    assert tab.map.width() == before


def test_the_view_menu_hides_the_slices_and_brings_them_back(window: Window, tab: GradientTab) -> None:
    assert pane_entries(window) == {"Slices and descent": True}
    click_pane_entry(window, "Slices and descent")
    assert not any(pane.isVisible() for pane in tab.slices)
    assert tab.map.width() == tab.width() - tab.inspector.width()
    click_pane_entry(window, "Slices and descent")
    assert all(pane.isVisible() for pane in tab.slices)


def test_the_splitters_move(tab: GradientTab) -> None:
    splitter = tab.findChildren(QSplitter)[0]
    middle = splitter.handle(1).rect().center()
    start = splitter.sizes()[0]
    QTest.mousePress(splitter.handle(1), LEFT, NONE, middle)
    QTest.mouseMove(splitter.handle(1), middle - QPoint(80, 0))
    QTest.mouseRelease(splitter.handle(1), LEFT, NONE, middle - QPoint(80, 0))
    settle()
    assert splitter.sizes()[0] < start - 40
    assert state(tab).view == tab.map.plot.view
