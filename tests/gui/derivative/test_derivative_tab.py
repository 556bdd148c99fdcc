"""The Derivative tab under real mouse and keys."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from core.presets import FUNCTIONS
from core.scenes.derivative import DerivativeState, choose_preset, type_formula
from core.scenes.state import from_json, to_json
from gui.controls import Notice
from gui.tabs.derivative import DerivativeTab
from gui.window import Window
from tests.gui.mouse import click, drag, move, press, release, wheel
from tests.gui.tabs import (
    CTRL,
    NONE,
    SHIFT,
    Key,
    Modifier,
    click_pane_entry,
    key,
    pane_entries,
    redone,
    settle,
    show,
    type_in,
    undone,
)

ALT = Modifier.AltModifier


def state(tab: DerivativeTab) -> DerivativeState:
    return tab.state


def readouts(tab: DerivativeTab) -> list[str]:
    return [readout.text for readout in tab.inspector.readouts.row.readouts]


def point(tab: DerivativeTab) -> tuple[float, float]:
    scene = tab.scene
    return scene.x, scene.slope.value


# What is seen


def test_first_sight(tab: DerivativeTab) -> None:
    assert readouts(tab) == ["0.80", "0.7562", "0.4841"]
    assert tab.inspector.numerical.table.texts() == [
        ["exact", "0.48406898", "–"],
        ["forward", "0.10663068", "3.8 × 10⁻¹"],
        ["central", "0.46119111", "2.3 × 10⁻²"],
        ["complex step", "0.50737060", "2.3 × 10⁻²"],
    ]
    rules = [row[1] for row in tab.inspector.steps.table.texts()]
    assert rules == ["Product rule", "Chain rule", "Chain rule", "Power rule"]
    assert tab.function.plot.pill == tab.slope.plot.pill == "0.80"
    assert tab.errors.plot.pill == "0.5"
    assert [row.field.text() for row in tab.inspector.formula.letters.rows.values()] == ["1.20"]


STATES = [
    DerivativeState(),
    replace(DerivativeState(), x=-2.0, h=1e-6, parameters=(("a", 2.9),)),
    replace(DerivativeState(), text="epx(x)", x=4.9),
    replace(type_formula(DerivativeState(), "b x + c^2 + d"), x=1.0),
    type_formula(DerivativeState(), ""),
    replace(type_formula(DerivativeState(), "ln(x)"), x=-2.0, h=1e-16),
    replace(type_formula(DerivativeState(), "tan(x)"), x=1.5, h=1.0),
    replace(type_formula(DerivativeState(), "1e12 x^2"), x=1e-12),
    replace(type_formula(DerivativeState(), "1e300 * x^3"), x=2.0, view=(-1e100, 1e100, -1e299, 1e299)),
    *(
        choose_preset(DerivativeState(), preset)
        for preset in FUNCTIONS
        if preset.key in ("corner", "jump", "chain", "cancellation")
    ),
]


@pytest.mark.parametrize("second", range(len(STATES)))
def test_rendering_one_state_after_another_equals_rendering_it_afresh(
    qtbot: QtBot, tab: DerivativeTab, second: int
) -> None:
    show(tab, STATES[second])
    afresh = picture(tab)
    for first in (STATES[second - 1], STATES[second - 2]):
        show(tab, first)
    show(tab, STATES[second])
    assert_alike(picture(tab), afresh)


def picture(tab: DerivativeTab) -> list[np.ndarray]:
    """Pixels of the four plots and of the cards."""
    settle()
    widgets: list[QWidget] = [pane.plot for pane in (tab.function, tab.slope, tab.zoom, tab.errors)]
    images = [widget.grab().toImage() for widget in (*widgets, tab.inspector.widget())]
    return [np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4).copy() for image in images]


def assert_alike(shown: list[np.ndarray], wanted: list[np.ndarray]) -> None:
    """Compare pictures; where Qt draws a letter in two parts, a pixel of its edge may differ."""
    for one, other in zip(shown, wanted, strict=True):
        assert one.shape == other.shape
        assert np.count_nonzero((one != other).any(axis=1)) <= 10


@pytest.mark.parametrize("shown", STATES)
def test_every_shown_state_survives_json(shown: DerivativeState) -> None:
    assert from_json(DerivativeState, to_json(shown)) == shown
    assert json.loads(to_json(shown))["version"] == 1


def test_no_derivative_reads_none_with_its_reason(tab: DerivativeTab) -> None:
    tab.choose_example("corner")
    settle()
    assert readouts(tab) == ["0.00", "0.0000", "none"]
    assert tab.inspector.readouts.row.reason == "Corner: slope −1 on the left, 1 on the right."
    assert tab.inspector.numerical.table.texts()[0] == ["exact", "none", "–"]
    assert tab.errors.plot.message == "No derivative here, so no error."


def test_undefined_function_says_so(tab: DerivativeTab) -> None:
    type_in(tab, "sqrt(-1-x^2)")
    assert tab.function.plot.message == "Not defined anywhere in view."
    assert tab.zoom.plot.message == "Not defined here."
    assert readouts(tab) == ["0.80", "none", "none"]


# Dragging


def test_point_is_dragged_along_the_curve(tab: DerivativeTab) -> None:
    plot = tab.function.plot
    drag(plot, point(tab), (-2.0, 1.2))
    settle()
    assert state(tab).x == pytest.approx(-2.0, abs=0.02)
    place = plot.to_pixels(*point(tab))
    assert tab.function.point.distance(place) < 1
    assert undone(tab) == DerivativeState()
    assert redone(tab).x == pytest.approx(-2.0, abs=0.02)


def test_point_stops_at_the_edge_of_the_view(tab: DerivativeTab) -> None:
    drag(tab.function.plot, point(tab), (5.2, 0.0))
    settle()
    assert state(tab).x == 5.0


def test_escape_takes_a_drag_back(tab: DerivativeTab) -> None:
    plot = tab.function.plot
    drag(plot, point(tab), (3.0, 0.0), drop=False)
    settle()
    assert state(tab).x == pytest.approx(3.0, abs=0.02)
    QTest.keyClick(plot, Key.Key_Escape)
    settle()
    assert state(tab) == DerivativeState()
    assert not tab.store.can_undo(tab.key)


def test_point_can_be_fetched_back_from_where_nothing_is_defined(tab: DerivativeTab) -> None:
    show(tab, replace(type_formula(DerivativeState(), "sqrt(x)"), x=2.0, view=(-5.0, 5.0, -1.0, 3.0)))
    drag(tab.function.plot, point(tab), (-2.0, 0.5))
    settle()
    assert readouts(tab)[1:] == ["none", "none"]
    drag(tab.function.plot, (state(tab).x, 0.0), (1.0, 0.0))
    settle()
    assert readouts(tab)[1] == f"{math.sqrt(state(tab).x):.4f}"
    assert state(tab).x == pytest.approx(1.0, abs=0.02)


def test_tangent_is_dragged_along_the_curve(tab: DerivativeTab) -> None:
    scene, plot = tab.scene, tab.function.plot
    x = -1.0
    on_tangent = (x, scene.slope.value + scene.slope.derivative * (x - scene.x))
    drag(plot, on_tangent, (on_tangent[0] - 1.5, on_tangent[1]))
    settle()
    assert state(tab).x == pytest.approx(0.8 - 1.5, abs=0.03)
    assert undone(tab) == DerivativeState()


def test_open_circle_changes_h(tab: DerivativeTab) -> None:
    plot = tab.function.plot
    drag(plot, tab.scene.secant_point, (1.05, 0.9))
    settle()
    assert state(tab).h == pytest.approx(0.25, abs=0.02)
    assert state(tab).x == 0.8
    drag(plot, tab.scene.secant_point, (-3.0, 0.9))
    settle()
    assert state(tab).h == pytest.approx(0.01)
    assert undone(tab).h == pytest.approx(0.25, abs=0.02)
    assert undone(tab) == DerivativeState()


def test_line_in_the_error_plot_changes_h(tab: DerivativeTab) -> None:
    plot = tab.errors.plot
    drag(plot, (0.5, 1e-9), (1e-6, 1e-9))
    settle()
    assert state(tab).h == pytest.approx(1e-6, rel=0.3)
    drag(plot, (state(tab).h, 1e-9), (1e-30, 1e-9))
    settle()
    assert state(tab).h == 1e-16
    undone(tab)
    assert undone(tab) == DerivativeState()


@pytest.mark.parametrize("name", ["zoom", "errors"])
def test_small_plots_stay_where_they_are(tab: DerivativeTab, name: str) -> None:
    plot = getattr(tab, name).plot
    before = plot.view
    middle = plot.projection.from_pixels(70, 60)
    drag(plot, middle, plot.projection.from_pixels(120, 90))
    wheel(plot, middle, 3)
    settle()
    assert plot.view == before
    assert state(tab) == DerivativeState()


# Typing x


def type_x(tab: DerivativeTab, text: str) -> QLineEdit:
    readout = tab.inspector.readouts.row.readouts[0]
    QTest.mouseClick(readout, Qt.MouseButton.LeftButton)
    line = readout.line
    assert line is not None
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Key.Key_Return)
    settle()
    return line


def test_typed_x_is_taken_exactly(tab: DerivativeTab) -> None:
    type_x(tab, "1,2345")
    assert state(tab).x == 1.2345
    assert readouts(tab)[0] == tab.function.plot.pill == "1.2345"
    assert state(tab).view == DerivativeState().view
    assert undone(tab) == DerivativeState()


def test_typed_x_outside_takes_the_view_along(tab: DerivativeTab) -> None:
    type_in(tab, "x^2")
    type_x(tab, "12")
    assert state(tab).view[:2] == (7.0, 17.0)
    assert readouts(tab) == ["12.00", "144.0000", "24.0000"]
    assert tab.function.point.shown


def test_text_that_is_no_x_is_refused(tab: DerivativeTab) -> None:
    line = type_x(tab, "abc")
    assert line.isVisible()
    assert line.toolTip().startswith("Write a number")
    assert state(tab) == DerivativeState()
    line.clearFocus()
    assert not line.isVisible()


# View


@pytest.mark.parametrize("name", ["function", "slope"])
def test_dragging_the_paper_and_turning_the_wheel_move_both_plots(tab: DerivativeTab, name: str) -> None:
    plot = getattr(tab, name).plot
    drag(plot, (-4.0, -0.5), (-3.0, -0.5))
    settle()
    assert state(tab).view[:2] == pytest.approx((-6.0, 4.0), abs=0.02)
    assert tab.function.plot.view[:2] == tab.slope.plot.view[:2] == state(tab).view[:2]
    wheel(plot, (-1.0, 0.2), 2)
    settle()
    left, right = state(tab).view[:2]
    assert right - left == pytest.approx(10 * 0.85**2, abs=0.05)
    assert tab.scene.curve.x[0] == left
    assert tab.scene.curve.x[-1] == right
    assert not tab.store.can_undo(tab.key)


def test_fit(tab: DerivativeTab) -> None:
    show(tab, replace(DerivativeState(), view=(30.0, 31.0, 5.0, 6.0)))
    key(tab, Key.Key_0, CTRL)
    assert state(tab).view[:2] == (-5.0, 5.0)
    assert tab.function.plot.message == ""
    assert tab.function.point.shown


def test_small_plots_hide_in_a_small_window(window: Window, tab: DerivativeTab) -> None:
    assert tab.zoom.isVisible()
    window.resize(960, 640)
    settle()
    assert not tab.zoom.isVisible()
    assert not tab.errors.isVisible()
    window.resize(1280, 800)
    settle()
    assert tab.errors.isVisible()


def test_the_view_menu_hides_panes_and_brings_them_back(window: Window, tab: DerivativeTab) -> None:
    assert pane_entries(window) == {"Zoom at the point": True, "Error versus h": True}
    click_pane_entry(window, "Error versus h")
    assert tab.zoom.isVisible() and not tab.errors.isVisible()
    click_pane_entry(window, "Zoom at the point")
    assert not tab.zoom.isVisible()
    assert tab.function.width() == tab.width() - tab.inspector.width()
    window.resize(960, 640)
    settle()
    click_pane_entry(window, "Zoom at the point")
    assert tab.zoom.isVisible() and not tab.errors.isVisible()
    assert pane_entries(window) == {"Zoom at the point": True, "Error versus h": False}
    window.set_theme("dark")
    settle()
    assert pane_entries(window) == {"Zoom at the point": True, "Error versus h": False}


def test_a_small_window_gets_a_pane_back_from_the_view_menu(window: Window, tab: DerivativeTab) -> None:
    window.resize(960, 640)
    settle()
    assert pane_entries(window) == {"Zoom at the point": False, "Error versus h": False}
    click_pane_entry(window, "Error versus h")
    assert tab.errors.isVisible() and not tab.zoom.isVisible()
    assert tab.errors.plot.pill == "0.5"
    tab.function.header.expand_toggled.emit()
    assert pane_entries(window) == {"Zoom at the point": False, "Error versus h": False}
    click_pane_entry(window, "Error versus h")
    assert tab.errors.isVisible() and tab.slope.isVisible()


def test_a_pane_is_enlarged_and_brought_back(tab: DerivativeTab) -> None:
    before = picture(tab)
    tab.zoom.header.expand_toggled.emit()
    settle()
    visible = [pane.isVisible() for pane in (tab.function, tab.slope, tab.zoom, tab.errors)]
    assert visible == [False, False, True, False]
    tab.zoom.header.expand_toggled.emit()
    settle()
    assert_alike(picture(tab), before)


def test_rows_of_panes_stay_level(tab: DerivativeTab) -> None:
    left, right = (pane.parentWidget() for pane in (tab.function, tab.zoom))
    assert isinstance(left, QSplitter)
    assert isinstance(right, QSplitter)
    handle = left.handle(1)
    middle = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, NONE, middle)
    QTest.mouseMove(handle, middle + QPoint(0, -60))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, NONE, middle + QPoint(0, -60))
    settle()
    assert left.sizes() == right.sizes()
    assert tab.slope.height() > 300


# Keys


def test_arrow_keys_move_the_point_before_anything_was_clicked(tab: DerivativeTab) -> None:
    key(tab, Key.Key_Right)
    assert state(tab).x == 0.85
    key(tab, Key.Key_Left, SHIFT)
    assert state(tab).x == 0.35
    assert undone(tab) == DerivativeState()


def test_arrow_keys_move_the_point_after_a_click_on_the_paper(tab: DerivativeTab) -> None:
    click(tab.function.plot, (-4.0, -0.5))
    key(tab, Key.Key_Right, SHIFT)
    assert state(tab).x == pytest.approx(1.3)


def test_tab_key_reaches_every_handle(tab: DerivativeTab) -> None:
    tab.function.plot.setFocus(Qt.FocusReason.TabFocusReason)
    names = []
    for _ in range(3):
        focused = tab.function.plot.focused_handle
        assert focused is not None
        assert focused.ringed
        names.append(focused.name)
        QTest.keyClick(tab.function.plot, Key.Key_Tab)
    assert sorted(names) == ["Point P", "Point at x + h", "Tangent"]


def test_arrow_keys_move_what_was_clicked(tab: DerivativeTab) -> None:
    click(tab.function.plot, tab.scene.secant_point)
    key(tab, Key.Key_Right)
    assert state(tab).h == pytest.approx(0.55)
    key(tab, Key.Key_Left, SHIFT)
    assert state(tab).h == pytest.approx(0.055)
    assert state(tab).x == 0.8
    click(tab.function.plot, point(tab))
    key(tab, Key.Key_Left, times=2)
    assert state(tab).x == pytest.approx(0.7)
    click(tab.errors.plot, (state(tab).h, 1e-9))
    key(tab, Key.Key_Right, SHIFT)
    assert state(tab).h == pytest.approx(0.55)


def test_step_and_back_and_reset(tab: DerivativeTab) -> None:
    key(tab, Key.Key_Period)
    assert state(tab).h == pytest.approx(0.5 * 10 ** (-1 / 25))
    key(tab, Key.Key_Comma)
    assert state(tab).h == pytest.approx(0.5)
    for _ in range(5):
        QTest.keyClick(tab, ">", SHIFT)
    settle()
    assert state(tab).h == pytest.approx(0.005)
    key(tab, Key.Key_R)
    assert state(tab).h == 0.5


def test_h_goes_to_zero_and_is_one_entry(qtbot: QtBot, tab: DerivativeTab) -> None:
    tab.playback.set_speed(960)
    QTest.mouseClick(tab.inspector.numerical.play, Qt.MouseButton.LeftButton)
    assert tab.playing
    qtbot.waitUntil(lambda: not tab.playing)
    settle()
    assert state(tab).h == 1e-8
    assert tab.inspector.numerical.table.texts()[1][1] == "0.48406898"
    assert undone(tab) == DerivativeState()


def test_space_plays_and_pauses(qtbot: QtBot, tab: DerivativeTab) -> None:
    key(tab, Key.Key_Space)
    assert tab.playing
    qtbot.waitUntil(lambda: state(tab).h < 0.4)
    key(tab, Key.Key_Space)
    assert not tab.playing
    assert undone(tab) == DerivativeState()


def test_playing_at_the_end_begins_anew(qtbot: QtBot, tab: DerivativeTab) -> None:
    show(tab, replace(DerivativeState(), h=1e-9))
    key(tab, Key.Key_Space)
    assert 0.1 < state(tab).h < 0.5
    key(tab, Key.Key_Space)
    assert undone(tab).h == 1e-9


def test_dragging_stops_the_clock(tab: DerivativeTab) -> None:
    key(tab, Key.Key_Space)
    press(tab.function.plot, point(tab))
    assert not tab.playing
    release(tab.function.plot, point(tab))


def test_hiding_stops_the_clock(window: Window, tab: DerivativeTab) -> None:
    key(tab, Key.Key_Space)
    window.hide()
    assert not tab.playing


# Typing


def test_typing_a_function(tab: DerivativeTab) -> None:
    type_in(tab, "(x^2+1)^3")
    show(tab, replace(state(tab), x=2.0))
    assert readouts(tab) == ["2.00", "125.0000", "300.0000"]
    assert tab.inspector.formula.preview.latex.startswith("f(x) = ")
    assert not any(row.isVisible() for row in tab.inspector.formula.letters.rows.values())
    undone(tab)
    assert undone(tab) == DerivativeState()


def test_typing_is_one_entry(tab: DerivativeTab) -> None:
    type_in(tab, "x^2 + b")
    assert state(tab).formula == "x^2 + b"
    assert undone(tab) == DerivativeState()
    assert redone(tab).text == "x^2 + b"
    assert tab.inspector.formula.field.edit.text() == "x^2 + b"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sin(a*x", "The bracket after sin is not closed. Add “)”."),
        ("epx(x)", "There is no function “epx”. Did you mean exp?"),
        ("x+", "The formula ends too early. Something is missing after the last sign."),
    ],
)
def test_bad_text_says_what_is_wrong_and_keeps_the_plot(tab: DerivativeTab, text: str, sentence: str) -> None:
    curve = tab.scene.curve
    type_in(tab, text)
    card = tab.inspector.formula
    assert card.field.edit.text() == text
    assert card.field.error == sentence
    assert card.preview.dimmed
    assert tab.scene.formula != text
    if state(tab).formula == DerivativeState().formula:
        assert tab.scene.curve is curve
    type_in(tab, "x")
    assert card.field.error == ""
    assert not card.preview.dimmed


def test_suggestion_is_clicked(tab: DerivativeTab) -> None:
    type_in(tab, "a + epx(x)")
    notice = tab.inspector.formula.field.findChild(Notice)
    notice.findChildren(QLabel)[-1].linkActivated.emit("exp")
    settle()
    assert state(tab).formula == "a + exp(x)"
    assert tab.inspector.formula.field.error == ""


def test_picked_example_is_loaded(tab: DerivativeTab) -> None:
    tab.inspector.formula.field.chosen.emit("power")
    settle()
    assert readouts(tab) == ["2.00", "8.0000", "12.0000"]


def test_empty_field_shows_a_hint_instead_of_a_fault(tab: DerivativeTab) -> None:
    type_in(tab, "")
    card = tab.inspector.formula
    assert card.field.error == ""
    assert card.note.isVisible()
    assert readouts(tab)[0] == "0.80"


def test_keys_type_while_the_field_has_focus(tab: DerivativeTab) -> None:
    type_in(tab, "x . r")
    assert state(tab).text == "x . r"
    assert not tab.playing
    key(tab, Key.Key_Escape)
    key(tab, Key.Key_Right)
    assert state(tab).x == 0.85


def test_free_letters_get_sliders_in_order(tab: DerivativeTab) -> None:
    type_in(tab, "c + a x")
    card = tab.inspector.formula
    shown = [name for name, row in card.letters.rows.items() if row.isVisible()]
    assert sorted(shown, key=lambda name: card.letters.rows[name].y()) == ["c", "a"]
    assert card.letters.rows["a"].field.text() == "1.20"
    assert card.letters.rows["c"].field.text() == "1.00"


def test_slider_moves_its_letter(tab: DerivativeTab) -> None:
    slider = tab.inspector.formula.letters.rows["a"].slider
    start, end = (QPoint(round(slider.x_of(value)), 12) for value in (1.2, -2.0))
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, NONE, start)
    for x in range(start.x(), end.x(), -5):
        QTest.mouseMove(slider, QPoint(x, 12))
    QTest.mouseMove(slider, end)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, NONE, end)
    settle()
    assert dict(state(tab).parameters)["a"] == pytest.approx(-2.0, abs=0.05)
    assert undone(tab) == DerivativeState()


def test_number_outside_the_slider_widens_it(tab: DerivativeTab) -> None:
    row = tab.inspector.formula.letters.rows["a"]
    enter(row.field, "-7,5")
    assert dict(state(tab).parameters)["a"] == -7.5
    assert row.slider.x_of(-7.5) < row.slider.x_of(-3.0)
    assert undone(tab) == DerivativeState()
    assert row.slider.x_of(-7.5) == row.slider.x_of(-3.0)


def enter(field: Any, text: str) -> None:
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Key.Key_Return)
    settle()


@pytest.mark.parametrize(
    ("typed", "h", "shown"),
    [
        ("1e-7", 1e-7, "1e−7"),
        ("0,25", 0.25, "0.250"),
        ("0.0034", 0.0034, "0.0034"),
        ("-1", 1e-16, "1e−16"),
        ("0", 1e-16, "1e−16"),
        ("7", 1.0, "1.000"),
        ("x", 0.5, "x"),
    ],
)
def test_h_is_typed(tab: DerivativeTab, typed: str, h: float, shown: str) -> None:
    field = tab.inspector.numerical.step.field
    enter(field, typed)
    assert state(tab).h == h
    assert field.text() == shown
    enter(field, "9")
    assert field.text() == "1.000"


def test_h_slider_is_logarithmic(tab: DerivativeTab) -> None:
    slider = tab.inspector.numerical.step.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, NONE, QPoint(round(slider.x_of(1e-8)), 12))
    settle()
    assert state(tab).h == pytest.approx(1e-8, rel=0.3)
    assert undone(tab) == DerivativeState()


# Examples


def test_examples_are_loaded_and_undone(tab: DerivativeTab) -> None:
    for preset in FUNCTIONS:
        tab.choose_example(preset.key)
        settle()
        assert state(tab).formula == preset.formula
        assert tab.function.plot.message == ""
        assert tab.function.point.shown
        if state(tab) != DerivativeState():
            assert undone(tab) == DerivativeState()


def test_menu_lists_all_examples(tab: DerivativeTab) -> None:
    listed = [entry for _, entries in tab.examples() for entry, _ in entries]
    assert listed == [preset.key for preset in FUNCTIONS]


def test_hovered_point_offers_itself(tab: DerivativeTab) -> None:
    move(tab.function.plot, point(tab))
    assert tab.function.point.hovered
    assert tab.function.plot.viewport().cursor().shape() == Qt.CursorShape.OpenHandCursor


def test_alt_down_opens_the_examples(tab: DerivativeTab) -> None:
    edit = tab.inspector.formula.field.edit
    QTest.mouseClick(edit, Qt.MouseButton.LeftButton)
    QTest.keyClick(edit, Key.Key_Down, ALT)
    settle()
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


def claim_in(tab: DerivativeTab, text: str) -> None:
    edit = tab.inspector.claim.field.edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    settle()


def test_my_own_derivative_is_checked_and_the_step_of_a_slip_is_shown(tab: DerivativeTab) -> None:
    card = tab.inspector.claim
    claim_in(tab, "exp(-x^2/8)*(a*cos(a*x)-x/4*sin(a*x))")
    assert card.notice.text.startswith("Correct. Largest difference over 200 points")
    claim_in(tab, "exp(-x^2/8)*(cos(a*x)-x/4*sin(a*x))")
    assert card.notice.text.startswith("Not equal. At x = 0.80 it gives 0.3782, but f′(x) = 0.4841.")
    assert "the inner derivative a of step 2 is left out" in card.notice.text
    assert card.notice.text.endswith("Show step 2, chain rule")
    card.notice.activated.emit("2")
    settle()
    assert tab.scene.marked_step == 2
    claim_in(tab, "cos(")
    assert "ends too early" in card.field.error
    assert card.notice.text == ""
    assert undone(tab).claim != "cos("
