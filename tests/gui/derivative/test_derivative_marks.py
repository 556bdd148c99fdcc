"""Marks, snapping, half tangents and the "Show" list of the Derivative tab, under real mouse and keys."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.scenes.derivative import DerivativeState, type_formula
from core.scenes.derivative_extras import EXTRAS
from gui.tabs.derivative import DerivativeTab
from gui.theme import LIGHT
from gui.window import Window
from tests.gui.mouse import drag, move, release
from tests.gui.tabs import LEFT, Key, Modifier, key, settle, show, undo

VIEW = (-5.0, 5.0, -2.0, 2.0)


def state_of(formula: str, x: float = 0.8, **changes: object) -> DerivativeState:
    return replace(type_formula(DerivativeState(), formula), x=x, view=VIEW, **changes)


def point(tab: DerivativeTab) -> tuple[float, float]:
    return tab.scene.x, tab.scene.slope.value


def share_of(tab: DerivativeTab, colour: str, place: tuple[float, float], reach: int = 3) -> float:
    """Tell how much of a small square of the function's plot has about this colour."""
    settle()
    picture = tab.function.plot.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    bits = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.width(), 4)
    at = tab.function.plot.to_pixels(*place).toPoint()
    square = bits[at.y() - reach : at.y() + reach + 1, at.x() - reach : at.x() + reach + 1, 2::-1]
    wanted = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)])
    return float(np.mean(np.abs(square.astype(int) - wanted).max(axis=2) < 40))


# Marks


def test_pointer_brings_out_the_marks_and_the_name_of_the_nearest(tab: DerivativeTab) -> None:
    marks = tab.function.marks
    assert marks.marks == ()
    move(tab.function.plot, (-3.4, 0.25))
    assert len(marks.marks) == 11
    assert marks.label.text == "maximum (−3.41, 0.19)"
    move(tab.function.plot, (0.05, -0.05))
    assert marks.label.text == "zero, inflection (0.00, 0.00)"
    move(tab.function.plot, (-3.5, -0.9))
    assert marks.label.text == ""
    QApplication.sendEvent(tab.function.plot.viewport(), QEvent(QEvent.Type.Leave))
    assert marks.marks == ()
    assert marks.label.text == ""


def test_marks_follow_the_formula_under_the_pointer(tab: DerivativeTab) -> None:
    move(tab.function.plot, (0.0, 0.9))
    show(tab, state_of("cos(x)"))
    move(tab.function.plot, (0.05, 0.95))
    assert tab.function.marks.label.text == "maximum (0.00, 1.00)"
    show(tab, state_of("-abs(x)"))
    move(tab.function.plot, (0.05, 0.05))
    assert tab.function.marks.label.text == "zero, maximum (0.00, 0.00)"


def test_a_named_mark_is_drawn_on_the_curve(tab: DerivativeTab) -> None:
    place = (-3.412, 0.19)
    assert share_of(tab, LIGHT.second, place, 1) < 0.3
    move(tab.function.plot, (-4.0, 1.0))
    assert share_of(tab, LIGHT.second, place, 1) > 0.7


# Snapping


def test_dragged_point_snaps_to_an_extremum_exactly(tab: DerivativeTab) -> None:
    show(tab, state_of("sin(x)", x=0.8))
    plot = tab.function.plot
    pixel = 10.0 / plot.projection.width
    drag(plot, point(tab), (math.pi / 2 + 4 * pixel, 0.3), drop=False)
    settle()
    assert tab.state.x == math.pi / 2
    assert tab.function.plot.pill == "1.57"
    assert tab.function.marks.label.text == "maximum (1.57, 1.00)"
    release(plot, (math.pi / 2 + 4 * pixel, 0.3))
    settle()
    assert tab.state.x == math.pi / 2
    undo(tab)
    assert tab.state.x == 0.8


def test_it_does_not_snap_from_afar_or_with_alt(tab: DerivativeTab) -> None:
    show(tab, state_of("sin(x)", x=0.8))
    plot = tab.function.plot
    pixel = 10.0 / plot.projection.width
    drag(plot, point(tab), (math.pi / 2 + 9 * pixel, 0.3))
    settle()
    assert tab.state.x == round(tab.state.x, 2) != round(math.pi / 2, 2)
    drag(plot, point(tab), (math.pi / 2 + 2 * pixel, 0.3), modifiers=Modifier.AltModifier)
    settle()
    assert tab.state.x != math.pi / 2
    assert tab.state.x == pytest.approx(math.pi / 2 + 2 * pixel, abs=0.02)


def test_dragged_point_snaps_to_a_labelled_tick(tab: DerivativeTab) -> None:
    plot = tab.function.plot
    assert 3.0 in plot.x_ticks
    drag(plot, point(tab), (3.0 + 40.0 / plot.projection.width, 0.3))
    settle()
    assert tab.state.x == 3.0


def test_escape_takes_a_snapped_drag_back(tab: DerivativeTab) -> None:
    show(tab, state_of("sin(x)", x=0.8))
    drag(tab.function.plot, point(tab), (math.pi / 2, 0.3), drop=False)
    settle()
    assert tab.state.x == math.pi / 2
    QTest.keyClick(tab.function.plot, Key.Key_Escape)
    settle()
    assert tab.state.x == 0.8


def test_home_and_end_go_from_extremum_to_extremum(tab: DerivativeTab) -> None:
    show(tab, state_of("sin(x)", x=0.8))
    tab.take_focus()
    key(tab, Key.Key_End)
    assert tab.state.x == math.pi / 2
    key(tab, Key.Key_Home)
    assert tab.state.x == pytest.approx(-math.pi / 2, abs=1e-15)
    tab.function.plot.setFocus(Qt.FocusReason.TabFocusReason)
    key(tab, Key.Key_End, times=5)
    assert tab.state.x == pytest.approx(3 * math.pi / 2)
    undo(tab)
    assert tab.state.x == 0.8


def test_arrow_keys_do_not_snap(tab: DerivativeTab) -> None:
    show(tab, state_of("sin(x)", x=1.57))
    tab.take_focus()
    key(tab, Key.Key_Right)
    assert tab.state.x == 1.62
    key(tab, Key.Key_Left)
    assert tab.state.x == 1.57


# Ends and one-sided tangents


def test_a_jump_has_a_filled_and_an_open_end(tab: DerivativeTab) -> None:
    show(tab, state_of("where(x<0, -1, 1)", x=3.0, h=0.5))
    assert share_of(tab, LIGHT.function.mark, (0.0, 1.0), 2) > 0.9
    assert share_of(tab, LIGHT.plot, (0.0, -1.0), 1) > 0.9
    assert share_of(tab, LIGHT.function.mark, (0.0, -1.0), 6) > 0.12
    assert share_of(tab, LIGHT.function.mark, (0.0, 0.5), 3) == 0.0


def test_a_corner_has_two_half_tangents(tab: DerivativeTab) -> None:
    show(tab, state_of("abs(x) + x^2", x=0.0))
    for place in ((-1.5, 1.5), (1.5, 1.5)):
        assert share_of(tab, LIGHT.derivative.mark, place, 1) > 0.4
    for place in ((-1.5, -1.5), (1.5, -1.5)):
        assert share_of(tab, LIGHT.derivative.mark, place, 3) == 0.0
    assert tab.inspector.readouts.row.reason == "Corner: slope −1 on the left, 1 on the right."
    show(tab, replace(tab.state, x=1.0))
    assert share_of(tab, LIGHT.derivative.mark, (-1.5, 1.5), 3) == 0.0


# The "Show" list


def open_list(tab: DerivativeTab) -> None:
    QTest.mouseClick(tab.function.show_button, LEFT)
    settle()
    assert tab.function.show_button.list.isVisible()


def test_each_entry_is_ticked_shown_and_undone(tab: DerivativeTab) -> None:
    boxes = tab.function.show_button.list.boxes
    for name, title in EXTRAS.items():
        assert boxes[name].accessibleName() == title
        open_list(tab)
        QTest.mouseClick(boxes[name], LEFT)
        settle()
        assert tab.state.shown == (name,)
        assert boxes[name].isChecked()
        tab.function.show_button.list.close()
        undo(tab)
        assert tab.state.shown == ()
        assert not boxes[name].isChecked()


def test_a_click_on_the_words_ticks_too(tab: DerivativeTab) -> None:
    open_list(tab)
    row = tab.function.show_button.list.boxes["circle"].parentWidget()
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 40, 12))
    settle()
    assert tab.state.shown == ("circle",)


def test_list_is_worked_by_keys_and_closed_by_escape(tab: DerivativeTab) -> None:
    tab.function.show_button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(tab.function.show_button, Key.Key_Return)
    settle()
    listed = tab.function.show_button.list
    assert listed.isVisible()
    for code in (Key.Key_Down, Key.Key_Space, Key.Key_Tab, Key.Key_Space):
        QTest.keyClick(listed.focusWidget(), code)
    settle()
    assert tab.state.shown == ("circle", "taylor")
    QTest.keyClick(listed.focusWidget(), Key.Key_Tab)
    QTest.keyClick(listed.focusWidget(), Key.Key_Right)
    settle()
    assert tab.state.taylor_degree == 4
    QTest.keyClick(listed.focusWidget(), Key.Key_Escape)
    settle()
    assert not listed.isVisible()


def test_a_degree_brings_the_polynomial(tab: DerivativeTab) -> None:
    open_list(tab)
    degree = tab.function.show_button.degree
    QTest.mouseClick(degree, LEFT, pos=degree.segment_centre("5").toPoint())
    settle()
    assert (tab.state.shown, tab.state.taylor_degree) == (("taylor",), 5)
    assert tab.function.extras.legend.text.startswith("T_5(x) = 0.756 + 0.484")
    tab.function.show_button.list.close()
    undo(tab)
    assert (tab.state.shown, tab.state.taylor_degree) == ((), 3)


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)])
def test_list_stays_inside_the_window(tab: DerivativeTab, window: Window, size: tuple[int, int]) -> None:
    window.resize(*size)
    settle()
    open_list(tab)
    listed = tab.function.show_button.list
    corner = window.mapFromGlobal(listed.mapToGlobal(QPoint(0, 0)))
    assert window.rect().contains(corner)
    assert window.rect().contains(corner + QPoint(listed.width() - 1, listed.height() - 1))
    assert listed.width() >= listed.sizeHint().width()


def test_legend_says_what_is_drawn_and_what_is_not(tab: DerivativeTab) -> None:
    show(tab, state_of("x^2 - 1", x=0.0, shown=("normal", "circle")))
    assert tab.function.extras.legend.text == "normal line; osculating circle, radius 0.5"
    assert share_of(tab, LIGHT.muted, (0.0, -0.5), 1) > 0.5
    show(tab, state_of("abs(x)", x=0.0, shown=("normal", "circle", "second")))
    assert tab.function.extras.legend.text == (
        "No normal: no derivative here; No osculating circle: no second derivative here"
    )
    show(tab, state_of("abs(x)", x=0.0))
    assert tab.function.extras.legend.text == ""


def test_legend_stays_inside_the_plot(tab: DerivativeTab) -> None:
    for x in (-4.5, -1.0, 0.0, 2.0, 4.5):
        show(tab, replace(DerivativeState(), x=x, shown=("normal", "circle", "taylor"), taylor_degree=8))
        projection, box = tab.function.plot.projection, tab.function.extras.legend.box
        assert projection.left <= box.left()
        assert box.right() <= projection.right
        assert projection.top <= box.top()
        assert box.bottom() <= projection.bottom


def test_second_derivative_joins_the_pane_and_its_legend(tab: DerivativeTab) -> None:
    before = tab.slope.header.grab().toImage()
    show(tab, replace(DerivativeState(), shown=("second",)))
    assert tab.slope.header.grab().toImage() != before
    show(tab, DerivativeState())
    assert tab.slope.header.grab().toImage() == before


def test_legend_lies_over_no_label_of_the_secant(tab: DerivativeTab) -> None:
    for x in (-3.0, -1.0, 0.8, 2.0, 4.0):
        show(tab, replace(DerivativeState(), x=x, shown=tuple(EXTRAS), taylor_degree=4))
        legend = tab.function.extras.legend
        label = tab.function._secant_label.boundingRect().adjusted(3, 3, -3, -3)
        assert not any(row.intersects(label) for row in legend.row_boxes())
