"""The window is seen before all of it is built, and nothing that the user does meanwhile is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.tabs import TABS
from gui.tabs.derivative import DerivativeTab
from gui.tabs.derivative_first import FirstLook
from gui.window import Window

ROOT = Path(__file__).resolve().parents[2]

LATE = ("ziamath", "latex2mathml", "contourpy", "pyqtgraph", "core.optimizers", "core.check", "gui.controls")


def open_quickly(qtbot: QtBot, size: tuple[int, int] = (1280, 800)) -> Window:
    window = Window(TABS, "light", quick=True)
    qtbot.addWidget(window)
    window.resize(*size)
    window.show()
    return window


def first_look(window: Window) -> FirstLook:
    look = window.findChild(FirstLook)
    assert isinstance(look, FirstLook)
    return look


def test_a_first_look_imports_nothing_that_it_does_not_show() -> None:
    program = (
        "import sys; from PySide6.QtWidgets import QApplication; app = QApplication([]); import gui.app;"
        "from gui.tabs import TABS; from gui.window import Window;"
        "window = Window(TABS, 'light', quick=True);"
        f"print([name for name in {LATE!r} if name in sys.modules])"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_window_is_whole_after_it_was_painted(qtbot: QtBot) -> None:
    window = open_quickly(qtbot)
    assert not window.findChildren(DerivativeTab)
    qtbot.waitUntil(lambda: bool(window.findChildren(DerivativeTab)))
    assert window.current.isVisible()
    qtbot.waitUntil(lambda: not window.findChildren(FirstLook))


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)])
def test_the_first_plot_is_where_it_stays(qtbot: QtBot, size: tuple[int, int]) -> None:
    window = open_quickly(qtbot, size)
    plot = first_look(window).plot
    place, around, view = plot.mapTo(window, plot.rect().topLeft()), QSize(plot.size()), plot.view
    tab = window.current
    assert isinstance(tab, DerivativeTab)
    QApplication.processEvents()
    then = tab.function.plot
    assert (then.mapTo(window, then.rect().topLeft()), then.size(), then.view) == (place, around, view)


def test_a_key_that_comes_before_the_rest_moves_the_point(qtbot: QtBot) -> None:
    window = open_quickly(qtbot)
    window.activateWindow()
    before = window.store.state("derivative").x
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Right)
    assert window.store.state("derivative").x > before


def test_whatever_asks_for_the_tab_gets_all_of_it(qtbot: QtBot) -> None:
    window = open_quickly(qtbot)
    assert isinstance(window.current, DerivativeTab)
    window.set_theme("dark")
    assert isinstance(window.current, DerivativeTab)


def test_a_theme_that_comes_before_the_rest_leaves_a_whole_window(qtbot: QtBot) -> None:
    window = open_quickly(qtbot)
    window.set_theme("dark")
    assert isinstance(window.current, DerivativeTab)


@pytest.mark.parametrize("late", TABS, ids=lambda late: late.key)
def test_a_late_tab_says_what_its_class_says(late) -> None:
    kind = late.load()
    assert (late.key, late.title, late.initial) == (kind.key, kind.title, kind.initial)
