"""What the tests of the tabs share: a window with one tab, its keys and its View menu."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.scenes.state import State
from gui.tab import Tab
from gui.window import Window

Key, Modifier = Qt.Key, Qt.KeyboardModifier
LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, CTRL = Modifier.NoModifier, Modifier.ShiftModifier, Modifier.ControlModifier


def open_window(qtbot: QtBot, kind: type[Tab], state: State | None = None) -> Window:
    """Show a window with one tab, in `state` or in its first one, and give it the keyboard."""
    window = Window((kind,), "light")
    qtbot.addWidget(window)
    if state is not None:
        window.store.replace_state(kind.key, state)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    settle()
    return window


def settle() -> None:
    """Let every waiting render happen."""
    for _ in range(4):
        QApplication.processEvents()


def key(tab: Tab, code: Key, modifiers: Modifier = NONE, times: int = 1) -> None:
    """Press a key where the keyboard is."""
    for _ in range(times):
        QTest.keyClick(QApplication.focusWidget() or tab, code, modifiers)
    settle()


def undo(tab: Tab) -> None:
    key(tab, Key.Key_Z, CTRL)


def redo(tab: Tab) -> None:
    key(tab, Key.Key_Z, CTRL | SHIFT)


def undone(tab: Tab) -> Any:
    """Undo once through the window's shortcut and give the state that is left."""
    undo(tab)
    return tab.state


def redone(tab: Tab) -> Any:
    """Redo once through the window's shortcut and give the state that is back."""
    redo(tab)
    return tab.state


def show(tab: Tab, shown: State) -> None:
    """Edit the tab into a state."""
    tab.become(shown)
    settle()


def type_in(tab: Tab, text: str) -> None:
    """Replace the whole text of the formula field, key by key."""
    edit = tab.inspector.formula.field.edit  # type: ignore[attr-defined]
    QTest.mouseClick(edit, LEFT)
    edit.selectAll()
    if text:
        QTest.keyClicks(edit, text)
    else:
        QTest.keyClick(edit, Key.Key_Delete)
    settle()


def _open_view_menu(window: Window) -> QMenu:
    menu = next(action.menu() for action in window.menuBar().actions() if action.text() == "View")
    assert isinstance(menu, QMenu)
    menu.popup(window.mapToGlobal(QPoint(100, 30)))
    settle()
    return menu


def pane_entries(window: Window) -> dict[str, bool]:
    """Open the View menu and read which panes it offers, and which of them are ticked."""
    menu = _open_view_menu(window)
    titles = {title for _, title in window.current.panes()}
    entries = {action.text(): action.isChecked() for action in menu.actions() if action.text() in titles}
    menu.close()
    return entries


def click_pane_entry(window: Window, title: str) -> None:
    """Open the View menu and click on a pane."""
    menu = _open_view_menu(window)
    action = next(action for action in menu.actions() if action.text() == title)
    QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
    settle()
