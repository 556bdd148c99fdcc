"""The drawn graph: items built once, filled by scenes, walked by mouse and keys."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.scenes.backprop import compute
from core.scenes.backprop_state import BackpropState, at_step, last_step_of, preset, select, type_formula
from gui.graph_items import READABLE
from gui.graph_view import GraphView
from gui.theme import DARK, LIGHT

LEFT = Qt.MouseButton.LeftButton
NEURON = BackpropState()


@pytest.fixture
def view(qtbot: Any) -> GraphView:
    made = GraphView(LIGHT)
    qtbot.addWidget(made)
    made.resize(940, 337)
    made.show()
    return made


def shown(view: GraphView) -> list[Any]:
    return [
        [(item.pos().toTuple(), item.labels()) for item in view.nodes],
        [item.labels() for item in view.edges],
        view.zoom,
        view.decimals,
    ]


def drag(view: GraphView, start: QPoint, way: QPoint) -> None:
    QTest.mousePress(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    for share in (0.25, 0.5, 1.0):
        place = QPointF(start) + QPointF(way) * share
        QApplication.sendEvent(
            view.viewport(),
            QMouseEvent(
                QMouseEvent.Type.MouseMove,
                place,
                view.viewport().mapToGlobal(place),
                Qt.MouseButton.NoButton,
                LEFT,
                Qt.KeyboardModifier.NoModifier,
            ),
        )
    QTest.mouseRelease(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start + way)


def test_the_neuron_reads_as_in_the_picture(view: GraphView) -> None:
    view.show_scene(compute(NEURON))
    assert [item.labels() for item in view.edges] == [
        ("0.5000", "× 2", "−0.1872"),
        ("2.0000", "× 0.5", "−0.0468"),
        ("1.0000", "× 1", "−0.0936"),
        ("0.1000", "× 1", "−0.0936"),
        ("1.1000", "× 0.1874", "−0.0936"),
        ("0.7503", "× 1", "−0.4995"),
        ("1.0000", "× −1", "0.4995"),
        ("−0.2497", "× −0.4995", "−0.4995"),
    ]
    assert view.nodes[-1].labels() == ("0.0624", "1")
    rows = {item.node.name: round(item.pos().y()) for item in view.nodes}
    assert len({rows[name] for name in "uzpeL"}) == 1
    assert rows["w"] < rows["u"] < rows["x"] < rows["b"] == rows["y"]


def test_unreached_numbers_are_hidden(view: GraphView) -> None:
    view.show_scene(compute(at_step(NEURON, 2)))
    assert [item.labels() for item in view.edges][4:] == [
        ("1.1000", "", ""),
        ("", "", ""),
        ("1.0000", "", ""),
        ("", "", ""),
    ]
    assert view.nodes[-1].labels() == ("", "")


def test_a_fork_shows_its_sum(view: GraphView) -> None:
    view.show_scene(compute(preset("fork")))
    assert view.nodes[0].labels()[1] == "3 + 3 + 1 = 7"
    view.show_scene(compute(at_step(preset("fork"), 3)))
    assert view.nodes[0].labels()[1] == "1 + …"


def test_items_are_built_once_for_a_graph(view: GraphView) -> None:
    view.show_scene(compute(NEURON))
    nodes, edges = list(view.nodes), list(view.edges)
    view.show_scene(compute(replace(NEURON, step=4, selected=2, values=(("w", 7.0),))))
    assert view.nodes == nodes and view.edges == edges


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_showing_one_then_another_is_showing_the_other(qtbot: Any, theme: Any) -> None:
    states = [NEURON, preset("two_layers"), at_step(preset("fork"), 3), select(NEURON, 4)]
    for first, second in itertools.permutations(states, 2):
        views = [GraphView(theme), GraphView(theme)]
        for made in views:
            qtbot.addWidget(made)
            made.resize(800, 300)
        views[0].show_scene(compute(first))
        for made in views:
            made.show_scene(compute(second))
        assert shown(views[0]) == shown(views[1])
        assert views[0].grab().toImage() == views[1].grab().toImage()


def test_a_click_picks_a_node_and_a_click_beside_picks_none(view: GraphView, qtbot: Any) -> None:
    view.show_scene(compute(NEURON))
    chosen: list[int] = []
    view.node_chosen.connect(chosen.append)
    for node in (5, 0, 8):
        QTest.mouseClick(view.viewport(), LEFT, pos=view.centre_of(node))
    QTest.mouseClick(view.viewport(), LEFT, pos=QPoint(500, 20))
    assert chosen == [5, 0, 8, -1]


def test_arrow_keys_walk_from_node_to_node(view: GraphView) -> None:
    state = NEURON
    view.show_scene(compute(state))
    names = []

    def choose(node: int) -> None:
        nonlocal state
        state = select(state, node)
        view.show_scene(compute(state))
        names.append(view.nodes[node].node.name if node >= 0 else "")

    view.node_chosen.connect(choose)
    for key in ["Right", "Right", "Right", "Down", "Left", "Left", "Up", "Escape"]:
        QTest.keyClick(view, getattr(Qt.Key, f"Key_{key}"))
    assert names == ["u", "z", "p", "y", "b", "x", "w", ""]


def test_the_background_pans_and_the_wheel_zooms(view: GraphView) -> None:
    view.show_scene(compute(NEURON))
    before = view.centre_of(2)
    drag(view, QPoint(500, 20), QPoint(60, 30))
    assert view.centre_of(2) - before == QPoint(60, 30)
    place = QPointF(view.centre_of(4))
    view.wheelEvent(
        QWheelEvent(
            place,
            view.viewport().mapToGlobal(place),
            QPoint(),
            QPoint(0, 240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
    )
    assert view.zoom > 1.2
    assert (view.centre_of(4) - place.toPoint()).manhattanLength() <= 2
    view.fit()
    assert view.zoom == 1.0 and view.centre_of(2) == before


LONG = (
    "sin(a*b+c)*exp(-d^2/(e1+1))+log(f1^2+1)/(1+g^2)-tanh(h*k+m)*sqrt(n^2+p^2)+(q-r)^3"
    "+sin(sin(sin(sin(sin(sin(sin(s)))))))"
)


def is_seen(view: GraphView, node: int) -> bool:
    return view.viewport().rect().contains(view.centre_of(node))


def test_a_long_formula_is_readable_at_first_and_fit_shows_all_of_it(view: GraphView) -> None:
    state = type_formula(NEURON, LONG)
    view.show_scene(compute(state))
    assert view.zoom == READABLE
    assert not all(is_seen(view, node) for node in range(len(view.nodes)))
    view.fit()
    assert view.zoom < READABLE
    assert all(is_seen(view, node) for node in range(len(view.nodes)))
    view.resize(620, 237)
    QApplication.processEvents()
    assert all(is_seen(view, node) for node in range(len(view.nodes)))


def test_steps_bring_their_node_into_view(view: GraphView) -> None:
    view.resize(620, 237)
    state = at_step(type_formula(NEURON, LONG), 0)
    for step in range(last_step_of(state) + 1):
        scene = compute(at_step(state, step))
        view.show_scene(scene)
        assert scene.progress.current < 0 or is_seen(view, scene.progress.current)
    assert view.zoom == READABLE


def test_a_small_drawing_leaves_out_the_numbers_of_all_but_the_present_step(view: GraphView) -> None:
    scene = compute(type_formula(NEURON, LONG))
    view.show_scene(scene)
    view.fit()
    whole = view.grab().toImage()
    current = [state.is_current for state in scene.edges]
    for place, (item, is_current) in enumerate(zip(view.edges, current, strict=True)):
        if not is_current:
            item.show_state(
                replace(scene.edges[place], local=None, value=None), direction="", computed=True, decimals=2
            )
    assert view.grab().toImage() == whole
    for place, (item, is_current) in enumerate(zip(view.edges, current, strict=True)):
        if is_current:
            item.show_state(
                replace(scene.edges[place], local=None), direction="backward", computed=True, decimals=2
            )
    assert view.grab().toImage() != whole


@pytest.mark.parametrize("text", ["x*x + x", "x*y + x*sin(x) + x"])
def test_a_sum_of_gradients_erases_no_arrow(view: GraphView, text: str) -> None:
    view.show_scene(compute(type_formula(NEURON, text)))
    whole = view.grab().toImage()
    for item in view.nodes:
        item.setOpacity(0.0)
    arrows = view.grab().toImage()
    boxes = [view.mapFromScene(item.shape().boundingRect().translated(item.pos())) for item in view.nodes]
    around = [box.boundingRect().adjusted(-9, -9, 9, 9) for box in boxes]
    erased = [
        (x, y)
        for x in range(arrows.width())
        for y in range(arrows.height())
        if arrows.pixelColor(x, y) != QColor(LIGHT.plot)
        and whole.pixelColor(x, y) == QColor(LIGHT.plot)
        and not any(box.contains(x, y) for box in around)
    ]
    assert erased == []


def test_a_drag_that_starts_beside_the_nodes_selects_nothing(view: GraphView) -> None:
    view.show_scene(compute(NEURON))
    chosen: list[int] = []
    view.node_chosen.connect(chosen.append)
    drag(view, QPoint(500, 20), QPoint(-40, 10))
    assert chosen == []


def test_a_smaller_pane_has_two_decimals_and_no_node_leaves_it(view: GraphView) -> None:
    view.show_scene(compute(NEURON))
    view.resize(620, 237)
    QApplication.processEvents()
    assert view.edges[4].labels() == ("1.10", "× 0.19", "−0.09")
    for node in range(len(view.nodes)):
        assert view.viewport().rect().adjusted(10, 10, -10, -10).contains(view.centre_of(node))


@pytest.mark.parametrize(
    "text",
    [
        "(v1*sigmoid(w1*x1+w2*x2+b1)+v2*sigmoid(w3*x1+w4*x2+b2)-y)^2",
        "sigmoid(sigmoid(sigmoid(sigmoid(sigmoid(w*x)))))",
        "-y*log(sigmoid(w*x+b)) - (1-y)*log(1-sigmoid(w*x+b))",
        "x*x + x*sin(x) + x",
        "x",
        "1 + 2",
        "+".join(f"sin(a{k}*x)" for k in range(60)),
    ],
)
@pytest.mark.parametrize("size", [(940, 337), (620, 237)])
def test_nodes_of_any_graph_stand_apart(view: GraphView, text: str, size: tuple[int, int]) -> None:
    view.resize(*size)
    view.show_scene(compute(type_formula(NEURON, text)))
    boxes = [item.shape().boundingRect().translated(item.pos()) for item in view.nodes]
    assert not any(one.intersects(other) for one, other in itertools.combinations(boxes, 2))
    view.grab()
