"""Objects that only hold one another are collected once nothing moves."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.scenes.gradient_state import GradientState
from gui import collection
from gui.collection import Collection, leave_out_the_start
from gui.store import Store


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self
        self.crowd = [[] for _ in range(collection.FEW + 1)]


@pytest.fixture
def store(qtbot: QtBot) -> Iterator[Store]:
    limits = gc.get_threshold()
    gc.collect()
    leave_out_the_start()
    yield Store({"gradient": GradientState()})
    gc.set_threshold(*limits)
    gc.unfreeze()


def change(store: Store, x: float) -> None:
    store.edit("gradient", point=(x, 0.0))
    store.flush()


def test_what_is_left_of_a_drag_goes_once_nothing_changes(store: Store) -> None:
    Collection(store, quiet=0)
    knot = weakref.ref(Knot())
    assert knot() is not None
    change(store, 1.25)
    QTest.qWait(1)
    assert knot() is None


def test_nothing_is_collected_while_a_button_is_held(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    Collection(store, quiet=0)
    knot = weakref.ref(Knot())
    held = Qt.MouseButton.LeftButton
    monkeypatch.setattr(QApplication, "mouseButtons", staticmethod(lambda: held))
    change(store, 1.25)
    QTest.qWait(1)
    assert knot() is not None
    held = Qt.MouseButton.NoButton
    QTest.qWait(1)
    assert knot() is None
