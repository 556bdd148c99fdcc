"""The numerical derivatives of the Derivative tab, under real mouse and keys."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from core.scenes.derivative import DerivativeState, type_formula
from core.scenes.derivative_methods import best_step
from core.scenes.error_curves import COMPARED, error_curves
from gui.controls.figures import figures_width
from gui.tabs.derivative import DerivativeTab
from gui.tabs.derivative_methods import ErrorPane
from gui.theme import LIGHT, ui_font
from tests.gui.mouse import click, drag, pixel
from tests.gui.tabs import SHIFT, Key, Modifier, key, settle, show, undo

LEFT = Qt.MouseButton.LeftButton
ALL = replace(DerivativeState(), all_methods=True, h=1e-3)
METHODS = [method.key for method in COMPARED]


def click_on(widget: QWidget, place: QPoint | None = None) -> None:
    QTest.mouseClick(widget, LEFT, Modifier.NoModifier, place or widget.rect().center())
    settle()


def click_row(tab: DerivativeTab, row: int) -> None:
    table = tab.inspector.numerical.methods
    click_on(table, table.row_rect(row).center().toPoint())


def click_title(card: QWidget) -> None:
    title = card.childAt(QPoint(60, 16))
    assert title is not None
    click_on(title)


def words_on(plot_owner: ErrorPane) -> list[str]:
    """Read all labels that can be seen in the plot of the errors."""
    labels = (item for item in plot_owner.plot.scene().items() if hasattr(item, "text"))
    return [item.text for item in labels if item.text and not item.boundingRect().isEmpty()]


# All methods


def test_all_methods_are_compared_on_demand(tab: DerivativeTab) -> None:
    card = tab.inspector.numerical
    assert card.table.isVisible() and not card.methods.isVisible() and not card.theory.isVisible()
    click_on(card.switch)
    assert card.methods.isVisible() and not card.table.isVisible()
    assert card.methods.texts() == [
        ["exact", "0.48406898", "–", "–"],
        ["forward", "0.10663068", "3.8 × 10⁻¹", "0"],
        ["central", "0.46119111", "2.3 × 10⁻²", "1"],
        ["five-point", "0.48308305", "9.9 × 10⁻⁴", "2"],
        ["Richardson", "0.48406898", "1.4 × 10⁻¹⁵", "14"],
        ["complex step", "0.50737060", "2.3 × 10⁻²", "1"],
    ]
    assert card.theory.text.startswith("central: error C·h² + ε/h; best near h = 1.3 × 10⁻⁵ (measured ")
    assert card.theory.text.endswith("), 10 digits.")
    assert {"forward", "central", "complex step"} <= set(words_on(tab.errors))
    tab.pane_switch.enlarge("errors")
    settle()
    assert {method.title for method in COMPARED} <= set(words_on(tab.errors))
    tab.pane_switch.enlarge("errors")
    settle()
    click_on(card.switch)
    assert tab.state == DerivativeState()
    assert not {"five-point", "Richardson", "slope −1"} & set(words_on(tab.errors))


def test_the_switch_is_pressed_by_keyboard_and_undone(tab: DerivativeTab) -> None:
    tab.inspector.numerical.switch.setFocus(Qt.FocusReason.TabFocusReason)
    key(tab, Key.Key_Return)
    assert tab.state.all_methods
    undo(tab)
    assert tab.state == DerivativeState()


@pytest.mark.parametrize("large", [False, True])
def test_words_of_the_errors_lie_on_nothing(tab: DerivativeTab, large: bool) -> None:
    if large:
        tab.pane_switch.enlarge("errors")
    titles = {each.title: each.key for each in COMPARED}
    for method in METHODS:
        show(tab, replace(ALL, method=method))
        plot = tab.errors.plot
        names = [item for item in plot.scene().items() if getattr(item, "text", "") in titles]
        assert len(names) >= (5 if large else 3)
        boxes = [item.boundingRect().adjusted(5, 5, -5, -5) for item in names]
        assert not any(a.intersects(b) for k, a in enumerate(boxes) for b in boxes[:k]), method
        chosen = next(key for key in titles.values() if key == tab.state.method)
        for item, box in zip(names, boxes, strict=True):
            for _, steps, error in tab.errors.plot_shown.curves if titles[item.text] != chosen else ():
                x, y = plot.projection.to_pixels(steps, error)
                inside = (x > box.left()) & (x < box.right()) & (y > box.top()) & (y < box.bottom())
                assert not inside.any(), (method, item.text)


def test_a_curve_tells_its_name_where_the_pointer_rests(tab: DerivativeTab, qtbot: QtBot) -> None:
    show(tab, replace(ALL, h=1e-16))
    plot = tab.errors.plot
    curves = {key: (steps, error) for key, steps, error in tab.errors.plot_shown.curves}
    steps, error = curves["five_point"]
    at = pixel(plot, (0.1, float(error[np.argmin(np.abs(np.log(steps / 0.1)))])))
    for place, shown in ((at, True), (at + QPoint(0, 60), False)):
        event = QHelpEvent(QHelpEvent.Type.ToolTip, place, plot.viewport().mapToGlobal(place))
        QApplication.sendEvent(plot.viewport(), event)
        qtbot.waitUntil(lambda shown=shown: QToolTip.isVisible() is shown)
        assert not shown or QToolTip.text() == "five-point"


@pytest.mark.parametrize("text", ["3", "0", "2^0.5"])
def test_errors_of_a_constant_lie_on_a_floor_that_can_be_read(tab: DerivativeTab, text: str) -> None:
    show(tab, type_formula(DerivativeState(), text))
    plot = tab.errors.plot
    assert plot.message == "Every estimate is exact here, with any h."
    assert plot.view[2] == pytest.approx(1e-22)
    assert 1e-16 < plot.view[3] < 1.0
    show(tab, replace(type_formula(DerivativeState(), "x^2"), x=0.0))
    assert plot.message == ""
    assert {"forward", "complex step: exact", "central: exact"} <= set(words_on(tab.errors))


@pytest.mark.parametrize("value", [0.48406898, -0.48406898, -749999.9385, 1e-5, -1.234e-12, 99999.5])
def test_no_cell_reaches_into_the_next_one(tab: DerivativeTab, value: float) -> None:
    show(tab, replace(type_formula(ALL, f"{value!r}*exp(x)"), x=0.0))
    table = tab.inspector.numerical.methods
    width = table.width() - 12
    assert 298 <= width <= 299
    font, ends = ui_font(12.5), [0.645, 0.882, 1.0]
    for name, *numbers in table.texts():
        right = 6 + 18 + figures_width(name, font)
        for text, end in zip(numbers, ends, strict=True):
            left = 6 + width * end - figures_width(text, font)
            assert left >= right + 3, (name, text)
            right = 6 + width * end


def test_a_method_is_chosen_by_its_row(tab: DerivativeTab) -> None:
    show(tab, ALL)
    click_row(tab, 4)
    assert tab.state.method == "richardson"
    text = tab.inspector.numerical.theory.text
    assert text.startswith("Richardson: error C·h²⁰ + ε/h; best with a large h, near 3.4")
    assert "Here it estimates its own error as " in text
    click_row(tab, 0)
    assert tab.state.method == "richardson"
    undo(tab)
    assert tab.state == ALL


def test_a_method_is_chosen_by_the_arrow_keys(tab: DerivativeTab) -> None:
    show(tab, ALL)
    tab.inspector.numerical.methods.setFocus(Qt.FocusReason.TabFocusReason)
    key(tab, Key.Key_Down)
    assert tab.state.method == "five_point"
    key(tab, Key.Key_Up)
    assert tab.state.method == "central"
    key(tab, Key.Key_Up)
    assert tab.state.method == "forward"
    key(tab, Key.Key_Up)
    assert tab.state.method == "forward"
    key(tab, Key.Key_Down)
    assert tab.state.method == "central"


@pytest.mark.parametrize("method", ["forward", "five_point", "complex_step"])
def test_a_method_is_chosen_by_its_curve(tab: DerivativeTab, method: str) -> None:
    show(tab, replace(ALL, h=1e-16, method="richardson"))
    step = {"forward": 1e-4, "five_point": 0.1, "complex_step": 1e-12}[method]
    errors = {key: (steps, error) for key, steps, error in tab.errors.plot_shown.curves}
    steps, error = errors[method]
    height = float(error[np.argmin(np.abs(np.log(steps / step)))])
    click(tab.errors.plot, (step, height))
    settle()
    assert tab.state.method == method


def test_a_curve_cannot_be_chosen_among_three(tab: DerivativeTab) -> None:
    error = abs(tab.scene.methods.estimates[1].error)
    click(tab.errors.plot, (1e-4, error * 2e-4))
    settle()
    assert tab.state == DerivativeState()


def test_theory_follows_the_chosen_method(tab: DerivativeTab) -> None:
    tab.pane_switch.enlarge("errors")
    for method, slope in (("forward", 1), ("central", 2), ("five_point", 4)):
        show(tab, replace(ALL, method=method))
        words = words_on(tab.errors)
        assert {f"slope {slope}", "slope −1"} <= set(words)
        assert [word.split()[0] for word in words if word[-1] in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹" or "0.00" in word].count(
            "best"
        ) == 1
        assert sum(word.startswith("measured") for word in words) == 1


def test_sentences_of_the_other_kinds(tab: DerivativeTab) -> None:
    def said(state: DerivativeState) -> str:
        show(tab, state)
        return tab.inspector.numerical.theory.text

    assert "nothing cancels; good up to h = 7.5 × 10⁻⁸" in said(replace(ALL, method="complex_step"))
    cubic = replace(type_formula(ALL, "x^3-2x"), method="five_point")
    assert said(cubic).startswith("five-point: exact but for rounding, which costs ε/h; best with a large h")
    assert said(replace(type_formula(ALL, "abs(x)"), x=0.0)) == "central: no derivative here, so no error."


# Precision


def test_single_precision_by_mouse_and_keyboard(tab: DerivativeTab) -> None:
    switch, card = tab.errors.precision, tab.inspector.numerical
    show(tab, replace(DerivativeState(), h=1e-12))
    double = card.table.texts()
    click_on(switch, switch.segment_centre("float32").toPoint())
    assert tab.state.precision == "float32"
    single = card.table.texts()
    assert single[0] == double[0]
    assert single[1] == ["forward", "0.00000000", "4.8 × 10⁻¹"]
    assert card.single.isVisible() and card.single.text.startswith("Computed in float32")
    switch.setFocus(Qt.FocusReason.TabFocusReason)
    key(tab, Key.Key_Left)
    assert tab.state.precision == "float64" and card.table.texts() == double
    assert not card.single.isVisible()
    undo(tab)
    assert tab.state.precision == "float32"


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_h_shrinks_to_where_the_precision_ends(tab: DerivativeTab, precision: str) -> None:
    show(tab, replace(DerivativeState(), precision=precision))
    assert not tab.step_forward(10_000)
    assert tab.state.h == {"float64": 1e-8, "float32": 3e-4}[precision]


@pytest.mark.parametrize(("width", "options"), [(300, "float64"), (240, "64"), (200, "")])
def test_the_switch_leaves_room_for_the_title(qtbot: QtBot, width: int, options: str) -> None:
    pane = ErrorPane(LIGHT)
    qtbot.addWidget(pane)
    pane.resize(width, 270)
    pane.show()
    settle()
    assert pane.precision.isVisible() == bool(options)
    if options:
        assert pane.precision.accessibleDescription() == options
        assert pane.precision.x() >= 98
        assert pane.precision.geometry().right() < width - 40


# The line at h


def test_the_line_snaps_to_the_best_step(tab: DerivativeTab) -> None:
    show(tab, replace(ALL, method="central"))
    plot, best = tab.errors.plot, best_step(tab.scene.methods)
    beside = plot.from_pixels(plot.to_pixels(best.predicted, 1e-3) + QPoint(4, 0))[0]
    drag(plot, (1e-3, 1e-15), (beside, 1e-15))
    settle()
    assert tab.state.h == best.predicted
    undo(tab)
    assert tab.state.h == 1e-3
    drag(plot, (1e-3, 1e-15), (beside, 1e-15), modifiers=Modifier.AltModifier)
    settle()
    assert tab.state.h == pytest.approx(beside, rel=0.2) and tab.state.h != best.predicted


def test_the_line_does_not_snap_to_what_is_not_shown(tab: DerivativeTab) -> None:
    show(tab, replace(DerivativeState(), h=1e-3))
    plot, best = tab.errors.plot, best_step(tab.scene.methods)
    drag(plot, (1e-3, 1e-15), (best.predicted, 1e-15))
    settle()
    assert tab.state.h not in best.places


def test_arrows_move_the_line_past_the_best_step(tab: DerivativeTab) -> None:
    best = best_step(tab.scene.methods)
    show(tab, replace(ALL, h=best.predicted))
    click(tab.errors.plot, (best.predicted, 1e-15))
    key(tab, Key.Key_Right)
    assert tab.state.h == pytest.approx(best.predicted * 1.1)
    key(tab, Key.Key_Left, SHIFT)
    assert tab.state.h == pytest.approx(best.predicted * 0.11)


# Only what is to be seen


def test_a_hidden_pane_costs_nothing(tab: DerivativeTab) -> None:
    show(tab, ALL)
    tab.show_pane("errors", False)
    before = error_curves.cache_info().misses
    show(tab, replace(ALL, x=1.234))
    assert error_curves.cache_info().misses == before
    assert tab.inspector.numerical.methods.texts()[0][1] == "−0.16484022"
    tab.show_pane("errors", True)
    settle()
    assert error_curves.cache_info().misses == before + 1


def test_a_folded_card_catches_up(tab: DerivativeTab) -> None:
    card = tab.inspector.numerical
    show(tab, ALL)
    click_title(card)
    assert card.folded
    show(tab, replace(ALL, method="forward"))
    click_title(card)
    assert card.theory.isVisible() and card.theory.text.startswith("forward:")


STATES = [
    ALL,
    replace(DerivativeState(), precision="float32"),
    replace(ALL, method="richardson", h=0.3),
    replace(type_formula(ALL, "abs(x)"), x=0.0),
    replace(ALL, method="complex_step", precision="float32", h=1e-9),
    DerivativeState(),
    replace(type_formula(ALL, "lgamma(x)"), x=2.5, method="complex_step"),
    replace(type_formula(ALL, "x^3"), x=1.0, method="five_point"),
]


@pytest.mark.parametrize("second", range(len(STATES)))
def test_one_state_after_another_looks_as_it_does_afresh(tab: DerivativeTab, second: int) -> None:
    def picture() -> list[np.ndarray]:
        settle()
        images = [widget.grab().toImage() for widget in (tab.errors, tab.inspector.numerical)]
        return [np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4).copy() for image in images]

    show(tab, STATES[second])
    afresh = picture()
    for first in (STATES[second - 1], STATES[second - 2]):
        show(tab, first)
    show(tab, STATES[second])
    for shown, wanted in zip(picture(), afresh, strict=True):
        assert shown.shape == wanted.shape
        assert np.count_nonzero((shown != wanted).any(axis=1)) <= 10


def test_every_method_has_a_marker_at_h(tab: DerivativeTab) -> None:
    show(tab, ALL)
    assert all(math.isfinite(row.error) for row in tab.scene.methods.estimates[1:])
    marks = [item for item in tab.errors.markers.values() if not item.boundingRect().isEmpty()]
    assert len(marks) == len(COMPARED)
