"""Letters that run over their ranges in the tabs with a transport bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.scenes.backprop_state import BackpropState
from core.scenes.gradient_state import GradientState, type_formula
from core.scenes.letters import with_range
from core.scenes.state import State
from gui.tab import Tab
from gui.tabs.backprop import BackpropTab
from gui.tabs.gradient import GradientTab
from tests.gui.tabs import LEFT, open_window, settle, undo

SURFACE = with_range(type_formula(GradientState(), "a x^2 + y^2"), "a", 0.5, 1.5)
NEURON = with_range(BackpropState(), "w", 0.0, 1.0)


def letter(name: str, field: str) -> Callable[[Any], float]:
    return lambda state: dict(getattr(state, field))[name]


@pytest.mark.parametrize(
    ("kind", "state", "name", "value", "ends"),
    [
        (GradientTab, SURFACE, "a", letter("a", "parameters"), (0.5, 1.5)),
        (BackpropTab, NEURON, "w", letter("w", "values"), (0.0, 1.0)),
    ],
)
def test_letter_runs_while_the_transport_bar_rests(
    qtbot: QtBot,
    kind: type[Tab],
    state: State,
    name: str,
    value: Callable[[Any], float],
    ends: tuple[float, float],
) -> None:
    tab: Any = open_window(qtbot, kind, state).current
    settle()
    began = tab.state
    usual = tab.playback.speed
    sliders = tab.sweep._sliders
    seen: list[float] = []
    tab.store.changed.connect(lambda _key: seen.append(value(tab.state)))
    sliders.animate_clicked.emit(name)
    assert tab.players.playing(f"letter {name}")
    tab.playback.set_speed(960.0)
    qtbot.waitUntil(lambda: len(seen) > 5)
    assert tab.transport.button("play").accessibleName() == "Play (Space)"
    tab.playback.pause()
    settle()
    assert ends[0] <= min(seen) < max(seen) <= ends[1]
    assert tab.state.step == state.step  # type: ignore[attr-defined]
    undo(tab)
    assert tab.state == began
    QTest.mouseClick(tab.transport.button("back"), LEFT)
    settle()
    assert value(tab.state) == value(state)
    assert tab.playback.speed == usual
