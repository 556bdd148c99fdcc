"""The window with the Derivative tab alone, for all tests of that tab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from gui.tabs.derivative import DerivativeTab
from gui.window import Window
from tests.gui.tabs import open_window


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    window = open_window(qtbot, DerivativeTab)
    yield window
    window.current.playback.pause()


@pytest.fixture
def tab(window: Window) -> DerivativeTab:
    assert isinstance(window.current, DerivativeTab)
    return window.current
