"""The Backprop tab in the window: passes, sliders, typing, steps, undo."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from core.presets import GRAPHS
from core.scenes.backprop_state import BackpropState, at_step, preset, select, type_formula, with_value
from gui.formula import FormulaLabel
from gui.tabs.backprop import BackpropTab
from gui.window import Window
from tests.gui.tabs import click_pane_entry, open_window, pane_entries, settle

LEFT = Qt.MouseButton.LeftButton
KEY = BackpropTab.key


@pytest.fixture
def window(qtbot: Any) -> Iterator[Window]:
    made = open_window(qtbot, BackpropTab)
    yield made
    made.close()


@pytest.fixture
def tab(window: Window) -> BackpropTab:
    assert isinstance(window.current, BackpropTab)
    return window.current


def press(tab: BackpropTab, keys: str) -> None:
    for key in keys:
        QTest.keyClick(tab.window(), key)
        tab.store.flush()


def drag(widget: QWidget, start: QPointF, end: QPointF) -> None:
    QTest.mousePress(widget, LEFT, pos=start.toPoint())
    for share in (0.3, 0.6, 1.0):
        place = start + (end - start) * share
        event = QMouseEvent(
            QMouseEvent.Type.MouseMove,
            place,
            widget.mapToGlobal(place),
            Qt.MouseButton.NoButton,
            LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(widget, event)
    QTest.mouseRelease(widget, LEFT, pos=end.toPoint())


def write(tab: BackpropTab, text: str) -> None:
    edit = tab.inspector.formula.field.edit
    edit.setFocus()
    edit.selectAll()
    if text:
        QTest.keyClicks(edit, text)
    else:
        QTest.keyClick(edit, Qt.Key.Key_Delete)
    tab.store.flush()


def undo_entries(tab: BackpropTab) -> int:
    count = 0
    while tab.store.can_undo(KEY):
        tab.store.undo(KEY)
        count += 1
    tab.store.flush()
    return count


def shown(tab: BackpropTab) -> list[Any]:
    inspector = tab.inspector
    rows = inspector.inputs.sliders.rows.items()
    return [
        [(item.pos().toTuple(), item.labels()) for item in tab.graph.nodes],
        [item.labels() for item in tab.graph.edges],
        (tab.narration.title, tab.narration.texts()),
        (tab.chain.view.texts(), tab.chain.header.remark.text()),
        tab.dots.text,
        inspector.formula.field.edit.text(),
        inspector.formula.field.error,
        inspector.formula.preview.latex,
        inspector.formula.preview.dimmed,
        [(name, row.field.text(), inspector.inputs.sliders.boxes[name].isChecked()) for name, row in rows],
        inspector.table.texts(),
        inspector.step.updates.texts(),
        inspector.step.rate.field.text(),
        inspector.step.button.isEnabled(),
        [tab.transport.button(name).isEnabled() for name in ("reset", "back", "play", "forward")],
    ]


def test_the_window_opens_with_everything_computed(tab: BackpropTab) -> None:
    assert tab.narration.title == "Node × passes the gradient back"
    assert tab.narration.texts()[0] == "∂L/∂w = ∂L/∂u · x = −0.0936 · 2 = −0.1872"
    assert tab.dots.text == "step 10 of 10"
    assert tab.inspector.table.texts() == [
        ["∂ L/∂ w", "−0.187175", "−0.187175", "1.2 × 10⁻¹¹"],
        ["∂ L/∂ b", "−0.093587", "−0.093587", "6.3 × 10⁻¹³"],
        ["∂ L/∂ x", "−0.046794", "−0.046794", "2.4 × 10⁻¹²"],
        ["∂ L/∂ y", "0.499480", "0.499480", "6.4 × 10⁻¹³"],
    ]
    assert [row[1:] for row in tab.inspector.step.updates.texts()] == [
        ["0.5000", "→", "0.6872"],
        ["0.1000", "→", "0.1936"],
        ["0.0624", "→", "0.0298"],
    ]
    assert [[row[0], *row[2:]] for row in tab.chain.view.texts()] == [
        ["∂u/∂w", "2", "−0.1872"],
        ["∂z/∂u", "1", "−0.0936"],
        ["∂p/∂z", "0.1874", "−0.0936"],
        ["∂e/∂p", "1", "−0.4995"],
        ["∂L/∂e", "−0.4995", "−0.4995"],
    ]


def test_factors_stand_under_their_nodes(tab: BackpropTab) -> None:
    for factor in tab.scene.chain.factors:
        node = tab.graph.nodes[factor.node]
        here = tab.graph.mapTo(tab, tab.graph.mapFromScene(node.pos())).x()
        assert tab.chain.view.mapTo(tab, QPoint(round(tab.graph.x_of(factor.node)), 0)).x() == here


@pytest.mark.parametrize(
    ("keys", "step"),
    [
        ("R", 0),
        ("R.", 1),
        ("R...,", 2),
        (",", 9),
        ("F", 5),
        ("F.", 6),
        ("RB", 10),
        (".", 10),
        ("R,", 0),
        ("FB,,", 8),
    ],
)
def test_keys_go_through_the_passes(tab: BackpropTab, keys: str, step: int) -> None:
    press(tab, keys.lower())
    assert tab.state.step == step
    assert tab.dots.text == f"step {step} of 10"


def test_ten_steps_at_once(tab: BackpropTab) -> None:
    press(tab, "r")
    QTest.keyClick(tab.window(), Qt.Key.Key_Greater, Qt.KeyboardModifier.ShiftModifier)
    assert tab.state.step == 10


def test_the_dots_are_clicked(tab: BackpropTab) -> None:
    for step in (1, 5, 6, 9):
        QTest.mouseClick(tab.dots, LEFT, pos=tab.dots.dot_centre(step).toPoint())
        assert tab.state.step == step
    tab.store.flush()
    QTest.keyClick(tab.dots, Qt.Key.Key_Left)
    assert tab.state.step == 8


def test_the_transport_buttons(tab: BackpropTab) -> None:
    for name, step in (("reset", 0), ("forward", 1), ("forward", 2), ("back", 1)):
        QTest.mouseClick(tab.transport.button(name), LEFT)
        tab.store.flush()
        assert tab.state.step == step
    assert undo_entries(tab) == 4


def test_playing_starts_again_from_the_beginning_and_is_one_entry(tab: BackpropTab, qtbot: Any) -> None:
    tab.playback.set_speed(60)
    QTest.keyClick(tab.window(), Qt.Key.Key_Space)
    assert tab.playing and tab.state.step == 1
    qtbot.waitUntil(lambda: not tab.playing)
    assert tab.state.step == 10
    assert undo_entries(tab) == 0  # it ended where it began
    press(tab, "f")
    QTest.keyClick(tab.window(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not tab.playing)
    assert undo_entries(tab) == 2


def test_a_step_stops_the_clock(tab: BackpropTab) -> None:
    QTest.keyClick(tab.window(), Qt.Key.Key_Space)
    press(tab, ",")
    assert not tab.playing and tab.state.step == 0


@pytest.mark.parametrize(
    ("node", "title"),
    [(5, "Node σ: derivative of the sigmoid"), (1, "Input x"), (7, "Node −: difference rule")],
)
def test_a_click_on_a_node_shows_its_rule(tab: BackpropTab, node: int, title: str) -> None:
    QTest.mouseClick(tab.graph.viewport(), LEFT, pos=tab.graph.centre_of(node))
    tab.store.flush()
    assert tab.narration.title == title
    press(tab, ",")
    assert tab.narration.title == "Node + passes the gradient back"


def test_the_keyboard_selects_nodes(tab: BackpropTab) -> None:
    assert tab.graph.hasFocus()
    for _ in range(2):
        QTest.keyClick(tab.graph, Qt.Key.Key_Right)
        tab.store.flush()
    assert tab.narration.title == "Node +: sum rule"
    QTest.keyClick(tab.graph, Qt.Key.Key_Escape)
    tab.store.flush()
    assert tab.narration.title == "Node × passes the gradient back"


def test_clicking_an_input_or_a_segment_chooses_the_chain_rule(tab: BackpropTab) -> None:
    QTest.mouseClick(tab.graph.viewport(), LEFT, pos=tab.graph.centre_of(3))
    assert tab.state.chosen == "b"
    segments = tab.chain.header.segments
    QTest.mouseClick(segments, LEFT, pos=segments.segment_centre("y").toPoint())
    tab.store.flush()
    assert tab.state.chosen == "y" and len(tab.chain.view.texts()) == 2


def test_a_slider_drag_recomputes_both_passes_and_is_one_entry(tab: BackpropTab) -> None:
    slider = tab.inspector.inputs.sliders.rows["w"].slider
    drag(slider, QPointF(slider.x_of(0.5), 12), QPointF(slider.x_of(2.0), 12))
    tab.store.flush()
    w = dict(tab.state.values)["w"]
    assert w == pytest.approx(2.0, abs=0.05)
    assert tab.graph.edges[0].labels()[0] == f"{w:.4f}"
    assert tab.state.step == 10
    assert undo_entries(tab) == 1
    assert tab.state == BackpropState()


def test_a_number_is_typed(tab: BackpropTab) -> None:
    field = tab.inspector.inputs.sliders.rows["x"].field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "-1,5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dict(tab.state.values)["x"] == -1.5
    assert undo_entries(tab) == 1


def test_learn_boxes_and_learning_rate(tab: BackpropTab) -> None:
    QTest.mouseClick(tab.inspector.inputs.sliders.boxes["x"], LEFT)
    tab.store.flush()
    assert tab.state.learn == ("w", "b", "x")
    assert len(tab.inspector.step.updates.texts()) == 4
    slider = tab.inspector.step.rate.slider
    drag(slider, QPointF(slider.x_of(1.0), 12), QPointF(slider.x_of(10.0), 12))
    assert tab.state.learning_rate == pytest.approx(10.0, rel=0.05)
    assert undo_entries(tab) == 2


def test_the_button_takes_a_gradient_step(tab: BackpropTab) -> None:
    button = tab.inspector.step.button
    QTest.mouseClick(button, LEFT)
    tab.store.flush()
    assert tab.inspector.step.updates.texts()[-1][1] == "0.0298"
    assert tab.inspector.inputs.sliders.rows["w"].field.text() == "0.69"
    assert undo_entries(tab) == 1
    tab.store.redo(KEY)
    assert dict(tab.state.values)["w"] == pytest.approx(0.687175, abs=1e-6)


def test_nothing_learns(tab: BackpropTab) -> None:
    for name in ("w", "b"):
        QTest.mouseClick(tab.inspector.inputs.sliders.boxes[name], LEFT)
    tab.store.flush()
    assert not tab.inspector.step.button.isEnabled()
    assert tab.inspector.step.obstacle.text == "Tick the letters that are to learn."


def test_typing_a_formula_is_one_entry(tab: BackpropTab) -> None:
    write(tab, "tanh(w*x)*v")
    assert tab.dots.text == "step 6 of 6"
    assert [item.node.name for item in tab.graph.nodes] == ["w", "x", "u", "z", "v", "L"]
    assert list(tab.inspector.inputs.sliders.rows) == ["w", "x", "v"]
    assert undo_entries(tab) == 1
    assert tab.inspector.formula.field.edit.text() == BackpropState().text


@pytest.mark.parametrize("text", ["(w*x", "w*", "foo(x)", "@"])
def test_bad_text_leaves_the_graph_alone(tab: BackpropTab, text: str) -> None:
    before = shown(tab)[:4]
    write(tab, text)
    assert tab.inspector.formula.field.edit.text() == text
    assert tab.inspector.formula.field.error
    assert tab.inspector.formula.preview.dimmed
    if text == "@":
        assert shown(tab)[:4] == before


def test_empty_text_asks_for_a_formula(tab: BackpropTab) -> None:
    write(tab, "")
    assert not tab.inspector.formula.field.error
    assert tab.inspector.formula.note.isVisibleTo(tab)


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("log(x-5)", "L is not defined here: the logarithm needs a number above 0."),
        ("1/(x-2)", "L is infinite here."),
    ],
)
def test_what_does_not_exist_reads_none_with_the_reason(tab: BackpropTab, text: str, remark: str) -> None:
    write(tab, text)
    assert tab.inspector.formula.remark.text == remark
    assert tab.graph.nodes[-1].labels()[0] in ("none", "∞")
    assert not tab.inspector.step.button.isEnabled()
    tab.grab()


def test_examples_load_with_both_passes_done(window: Window, tab: BackpropTab) -> None:
    for _, rows in tab.examples():
        for key, _ in rows:
            tab.choose_example(key)
            tab.store.flush()
            assert tab.state == preset(key)
            tab.grab()
    assert undo_entries(tab) == len([key for _, rows in tab.examples() for key, _ in rows])


STATES = [
    BackpropState(),
    at_step(BackpropState(), 3),
    select(preset("cross_entropy"), 4),
    preset("fork"),
    type_formula(BackpropState(), "log(x - 5"),
    with_value(type_formula(BackpropState(), "log(x)/y"), "x", -1e12),
    type_formula(BackpropState(), "1 + 2"),
    type_formula(BackpropState(), "a+b+c+d+f+g+h+k+l"),
]


def test_rendering_one_then_another_is_rendering_the_other(qtbot: Any) -> None:
    fresh = {}
    for index, state in enumerate(STATES):
        window = Window((BackpropTab,), theme="dark")
        qtbot.addWidget(window)
        window.store.replace_state(KEY, state)
        window.show()
        window.store.flush()
        fresh[index] = shown(window.current)  # type: ignore[arg-type]
        window.close()
    window = Window((BackpropTab,), theme="dark")
    qtbot.addWidget(window)
    window.show()
    for first, second in itertools.permutations(range(len(STATES)), 2):
        for index in (first, second):
            window.store.replace_state(KEY, STATES[index])
            window.store.flush()
        assert shown(window.current) == fresh[second]  # type: ignore[arg-type]
    window.close()


def test_the_smallest_window_has_two_decimals_and_still_works(window: Window, tab: BackpropTab) -> None:
    window.resize(960, 640)
    QApplication.processEvents()
    assert tab.graph.edges[4].labels() == ("1.10", "× 0.19", "−0.09")
    assert tab.chain.view.texts()[-1][-1] == "−0.5"
    for step in range(1, 11):
        QTest.mouseClick(tab.dots, LEFT, pos=tab.dots.dot_centre(step).toPoint())
        assert tab.state.step == step
    window.grab()


def test_the_chain_rule_gives_way_to_a_larger_graph(tab: BackpropTab) -> None:
    before = tab.graph.height()
    tab.header.expand_toggled.emit()
    QApplication.processEvents()
    assert tab.graph.height() > before and tab.chain.isHidden()
    tab.header.expand_toggled.emit()
    assert not tab.chain.isHidden()


def test_the_view_menu_hides_the_chain_rule_and_brings_it_back(window: Window, tab: BackpropTab) -> None:
    assert pane_entries(window) == {"Chain rule": True}
    click_pane_entry(window, "Chain rule")
    assert not tab.chain.isVisible()
    click_pane_entry(window, "Chain rule")
    assert tab.chain.isVisible()


def test_a_formula_with_an_l_names_its_value_j(tab: BackpropTab) -> None:
    prefix = tab.inspector.formula.field.findChild(FormulaLabel)
    assert prefix is not None
    assert prefix.latex == "L ="
    write(tab, "L*x")
    assert prefix.latex == "J ="
    assert prefix.width() == prefix.sizeHint().width()


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)])
def test_the_preview_of_a_long_formula_stays_readable(
    window: Window, tab: BackpropTab, size: tuple[int, int]
) -> None:
    window.resize(*size)
    write(tab, "sin(a*b+c)*exp(-d^2/(e1+1))+log(f1^2+1)/(1+g^2)-tanh(h*k+m)*sqrt(n^2+p^2)+(q-r)^3")
    settle()
    preview = tab.inspector.formula.preview
    assert preview.width() >= preview.sizeHint().width() * 11 / 19
    assert preview.height() >= preview.sizeHint().height()
    assert tab.inspector.width() <= 345


def test_a_formula_of_new_letters_can_learn_at_once(tab: BackpropTab) -> None:
    write(tab, "(m*x + k)^2")
    assert tab.inspector.step.button.isEnabled()
    assert tab.inspector.inputs.sliders.boxes["m"].isChecked()
    assert not tab.inspector.inputs.sliders.boxes["x"].isChecked()


def test_the_dots_have_room_in_a_small_window(window: Window, tab: BackpropTab) -> None:
    window.resize(960, 640)
    settle()
    first, second, last = (tab.dots.dot_centre(step).x() for step in (1, 2, 10))
    assert second - first > 12
    assert last < tab.dots.width() - 4


def test_the_ready_graphs_are_offered_by_group(tab: BackpropTab) -> None:
    assert [title for title, _ in tab.examples()] == ["Neurons", "Shapes of graphs"]
    assert [key for _, rows in tab.examples() for key, _ in rows] == [row.key for row in GRAPHS]


def test_a_change_of_theme_keeps_everything(window: Window, tab: BackpropTab) -> None:
    press(tab, ",,")
    before = shown(tab)
    window.set_theme("dark")
    QApplication.processEvents()
    assert shown(window.current) == before  # type: ignore[arg-type]
