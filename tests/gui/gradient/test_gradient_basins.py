"""Basins of attraction on the map: switched on, computed in the background, stopped, begun anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.optimizers import OPTIMIZERS
from core.presets import SURFACES
from core.scenes import basins as core
from core.scenes.basins import Progress
from core.scenes.gradient_state import GradientState, choose_preset, type_formula
from gui.controls import IconButton
from gui.tabs import gradient_basins
from gui.tabs.derivative import DerivativeTab
from gui.tabs.gradient import GradientTab
from gui.tabs.gradient_basins import BasinsLayer
from gui.window import Window
from tests.gui.mouse import drag, wheel
from tests.gui.tabs import LEFT, Key, key, settle, show, undo

SMALL = (8, 16, 32)
ON = replace(GradientState(), shown=("basins",))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Survey few starts."""
    monkeypatch.setattr(core, "SIZES", SMALL)


@pytest.fixture
def layer(tab: GradientTab) -> Iterator[BasinsLayer]:
    yield tab.map.basins
    tab.map.basins.stop()
    assert threads() == []


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> list[core.BasinRequest]:
    """Let each piece take its time; give the surveys that were begun."""
    begun: list[core.BasinRequest] = []

    def survey(request: core.BasinRequest) -> Iterator[Progress]:
        begun.append(request)
        for piece in core.survey(request):
            yield piece
            time.sleep(0.15)

    monkeypatch.setattr(gradient_basins, "survey", survey)
    return begun


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "background" in thread.name]


def finished(layer: BasinsLayer) -> bool:
    return not layer.computing and layer.shown is not None and layer.shown.size == SMALL[-1]


def test_a_click_in_the_list_shows_them_and_another_hides_them(
    tab: GradientTab, layer: BasinsLayer, qtbot: QtBot
) -> None:
    plain = tab.map.plot.grab().toImage()
    for shown in (True, False):
        QTest.mouseClick(tab.map.show_button, LEFT)
        box = tab.map.show_button.list.boxes["basins"]
        QTest.mouseClick(box, LEFT)
        tab.map.show_button.list.close()
        settle()
        assert ("basins" in tab.state.shown) is shown
        if shown:
            qtbot.waitUntil(lambda: finished(layer))
            assert [row[2] for row in layer.key.rows] == [
                "Basins of Gradient descent",
                *("(−3.78, −3.28)", "(−2.81, 3.13)", "(3.00, 2.00)", "(3.58, −1.85)"),
            ]
            assert not layer.key.box.intersects(tab.map.arrow_scale.box)
            coloured = tab.map.plot.grab().toImage()
            assert coloured != plain
    assert layer.shown is None
    assert layer.key.rows == ()
    assert tab.map.plot.grab().toImage() == plain


def test_each_basin_is_tinted_as_its_key_says(tab: GradientTab, layer: BasinsLayer, qtbot: QtBot) -> None:
    show(tab, replace(ON, racers=(ON.racer._replace(runs=False),)))
    qtbot.waitUntil(lambda: finished(layer))
    settle()
    picture = tab.map.plot.grab().toImage()
    colours = {}
    for place, name in (
        ((-4.3, 1.7), "(−2.81, 3.13)"),
        ((4.4, -1.2), "(3.58, −1.85)"),
        ((3.7, 3.7), "(3.00, 2.00)"),
    ):
        at = tab.map.plot.to_pixels(*place).toPoint()
        shown = {
            picture.pixelColor(at.x() + dx, at.y() + dy).name()
            for dx in range(-8, 9, 4)
            for dy in range(-8, 9, 4)
        }
        (colour,) = (row[0] for row in layer.key.rows if row[2] == name)
        assert colour.lower() in shown
        colours[name] = colour
    assert len(set(colours.values())) == 3


def test_a_minimum_keeps_its_colour_whatever_method_is_selected(
    tab: GradientTab, layer: BasinsLayer, qtbot: QtBot
) -> None:
    (wells,) = (preset for preset in SURFACES if preset.key == "two_wells")
    start = replace(choose_preset(ON, wells), shown=("basins",))
    colours: dict[str, set[str]] = {}
    for racer in start.racers:
        show(tab, replace(start, selected=racer.optimizer))
        qtbot.waitUntil(lambda racer=racer: finished(layer) and layer.shown.request.racer == racer)
        assert layer.key.rows[0][2] == f"Basins of {OPTIMIZERS[racer.optimizer].title}"
        for colour, end, words, _ in layer.key.rows[1:]:
            if end is not None and end.point is not None:
                colours.setdefault(words, set()).add(colour)
    assert len(colours) >= 2
    assert all(len(seen) == 1 for seen in colours.values())
    assert len(set.union(*colours.values())) == len(colours)


def test_they_sharpen_stage_by_stage_with_progress(
    tab: GradientTab, layer: BasinsLayer, slow: list[core.BasinRequest], qtbot: QtBot
) -> None:
    show(tab, ON)
    sizes: list[int] = []

    def noted() -> bool:
        if layer.shown is not None and layer.shown.size not in sizes:
            sizes.append(layer.shown.size)
            if layer.shown.size < SMALL[-1]:
                assert layer.progress.isVisible()
                assert "%" in layer.progress._words.text()
        return finished(layer)

    qtbot.waitUntil(noted)
    assert sizes == list(SMALL)
    assert not layer.progress.isVisible()


@pytest.mark.parametrize("way", ["Esc", "cross"])
def test_they_are_stopped_and_keep_what_has_arrived(
    tab: GradientTab, layer: BasinsLayer, slow: list[core.BasinRequest], qtbot: QtBot, way: str
) -> None:
    show(tab, ON)
    qtbot.waitUntil(lambda: layer.shown is not None)
    if way == "Esc":
        key(tab, Key.Key_Escape)
    else:
        QTest.mouseClick(layer.progress.findChild(IconButton), LEFT)
        settle()
    assert not layer.computing
    assert not layer.progress.isVisible()
    size = layer.shown.size
    qtbot.wait(400)
    assert layer.shown.size == size < SMALL[-1]
    assert threads() == []
    assert "basins" in tab.state.shown


def test_another_view_begins_anew_and_the_old_one_comes_back_at_once(
    tab: GradientTab, layer: BasinsLayer, slow: list[core.BasinRequest], qtbot: QtBot
) -> None:
    show(tab, ON)
    qtbot.waitUntil(lambda: finished(layer))
    first = layer.shown
    wheel(tab.map.plot, (0.0, 0.0), 2)
    settle()
    qtbot.waitUntil(lambda: finished(layer) and layer.shown is not first)
    assert layer.shown.request.view == tab.scene.view
    assert [request.view for request in slow] == [first.request.view, tab.scene.view]
    show(tab, replace(tab.state, view=first.request.view))
    assert layer.shown is first
    assert len(slow) == 2


def test_moving_p_computes_nothing_and_another_rate_does(
    tab: GradientTab, layer: BasinsLayer, slow: list[core.BasinRequest], qtbot: QtBot
) -> None:
    show(tab, ON)
    qtbot.waitUntil(lambda: finished(layer))
    drag(tab.map.plot, tab.state.point, (1.0, -2.0))
    key(tab, Key.Key_Period)
    qtbot.wait(200)
    assert len(slow) == 1
    field = tab.inspector.descent.rate.field
    QTest.mouseClick(field, LEFT)
    field.selectAll()
    QTest.keyClicks(field, "0.022")
    QTest.keyClick(field, Key.Key_Return)
    settle()
    qtbot.waitUntil(lambda: finished(layer) and layer.shown.request.racer.learning_rate == 0.022)
    undo(tab)
    assert layer.shown.request.racer.learning_rate == 0.012


def test_what_nobody_sees_is_not_computed(
    window: Window, tab: GradientTab, layer: BasinsLayer, slow: list[core.BasinRequest], qtbot: QtBot
) -> None:
    tab.map.hide()
    show(tab, ON)
    qtbot.wait(250)
    assert slow == []
    tab.map.show()
    qtbot.waitUntil(lambda: finished(layer))
    show(tab, replace(ON, view=(-4.0, 4.0, -4.0, 4.0)))
    qtbot.waitUntil(lambda: len(slow) == 2)
    tab.map.hide()
    assert not layer.computing
    qtbot.waitUntil(lambda: threads() == [])


def test_a_hidden_tab_computes_nothing(qtbot: QtBot, slow: list[core.BasinRequest]) -> None:
    window = Window((GradientTab, DerivativeTab), "light")
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    settle()
    tab = window.current
    assert isinstance(tab, GradientTab)
    show(tab, ON)
    qtbot.waitUntil(lambda: len(slow) == 1)
    window.show_tab("derivative")
    settle()
    assert window.current is not tab
    assert not tab.map.basins.computing
    qtbot.waitUntil(lambda: threads() == [])
    window.show_tab("gradient")
    settle()
    assert window.current is tab
    qtbot.waitUntil(lambda: finished(tab.map.basins))
    window.close()


def test_closing_in_the_middle_leaves_no_thread(
    window: Window, tab: GradientTab, slow: list[core.BasinRequest], qtbot: QtBot
) -> None:
    show(tab, ON)
    qtbot.waitUntil(lambda: len(slow) == 1)
    assert threads() != []
    window.close()
    assert threads() == []


@pytest.mark.parametrize("name", ["newton", "damped_newton", "lbfgs"])
def test_methods_without_basins_say_so(tab: GradientTab, layer: BasinsLayer, name: str) -> None:
    racer = ON.racer._replace(optimizer=name, settings=(("learning_rate", 1.0),))
    show(tab, replace(ON, racers=(racer,), selected=name))
    ((_, _, words, _),) = layer.key.rows
    assert "first-order methods" in words
    assert not layer.computing


@pytest.mark.parametrize(
    ("text", "rate", "words"),
    [("x^2+10y^2", 0.11, "diverges"), ("x+y", 0.1, "no rest"), ("sqrt(x+6)", 0.3, "leaves")],
)
def test_other_ends_are_named(
    tab: GradientTab, layer: BasinsLayer, qtbot: QtBot, text: str, rate: float, words: str
) -> None:
    typed = type_formula(ON, text)
    settings = (("learning_rate", rate),)
    show(tab, replace(typed, racers=(ON.racer._replace(settings=settings),)))
    qtbot.waitUntil(lambda: finished(layer))
    assert any(words in row[2] for row in layer.key.rows)
    assert np.isfinite(layer.shown.shares).all()
