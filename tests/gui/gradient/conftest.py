"""The window with the Gradient tab alone, for all tests of that tab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from gui.tabs.gradient import GradientTab
from gui.window import Window
from tests.gui.tabs import open_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    window = open_window(qtbot, GradientTab)
    yield window
    window.current.playback.pause()


@pytest.fixture
def tab(window: Window) -> GradientTab:
    assert isinstance(window.current, GradientTab)
    return window.current
