from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QTabBar, QWidget
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot

from gui.controls import Card, Inspector
from gui.late_tab import LateTab
from gui.shortcuts import KEY_HELP, ShortcutSheet
from gui.status_bar import StatusBar, parse_hint
from gui.tab import Tab
from gui.tab_bar import TabRow
from gui.tabs import TABS
from gui.tabs.derivative import DerivativeTab
from gui.tabs.gradient import GradientTab
from gui.theme import DARK, LIGHT
from gui.window import Window
from tests.gui.plain_tabs import CountingTab, StillTab
from tests.gui.tabs import open_window, settle

Key, Modifier = Qt.Key, Qt.KeyboardModifier
NONE, SHIFT, CTRL = Modifier.NoModifier, Modifier.ShiftModifier, Modifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window((CountingTab, StillTab), "light")
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def press(key: Key, modifiers: Modifier = NONE) -> None:
    """Press a key where the keyboard is, as a person would: some turns of the event loop after the last."""
    QApplication.processEvents()
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifiers)


def type_text(text: str) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


def part(window: Window, kind: type[Any]) -> Any:
    """Return the window's present widget of a kind; there may be old ones that wait to be deleted."""
    return window.centralWidget().findChild(kind)


def menu(window: Window, *path: str) -> QAction:
    actions = window.menuBar().actions()
    for name in path[:-1]:
        submenu = next(action for action in actions if action.text() == name).menu()
        assert isinstance(submenu, QMenu)
        actions = submenu.actions()
    return next(action for action in actions if action.text().split("\t")[0] == path[-1])


def value(window: Window) -> int:
    return int(window.store.state("counting").value)


def test_it_opens_on_the_first_tab_and_builds_no_other(window: Window) -> None:
    assert (window.width(), window.height()) == (1280, 800)
    assert (window.minimumWidth(), window.minimumHeight()) == (960, 640)
    assert isinstance(window.current, CountingTab)
    assert window.findChildren(StillTab) == []
    assert window.current.label.text() == "0"


def test_the_heights_are_those_of_the_design(window: Window) -> None:
    assert window.menuBar().height() == 28
    assert part(window, TabRow).height() == 36
    assert part(window, StatusBar).height() == 24
    assert window.current.height() == 800 - 28 - 36 - 24


def test_ctrl_and_a_number_change_tabs(window: Window) -> None:
    press(Key.Key_2, CTRL)
    assert window.current.key == "still"
    assert window.current.isVisible()
    press(Key.Key_1, CTRL)
    assert window.current.key == "counting"


def test_a_click_on_its_word_changes_tabs(window: Window) -> None:
    bar = part(window, QTabBar)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, NONE, bar.tabRect(1).center())
    assert window.current.key == "still"
    assert menu(window, "View", "Still").isChecked()


def test_arrows_walk_along_the_tabs_that_have_the_keyboard(window: Window) -> None:
    bar = part(window, QTabBar)
    bar.setFocus(Qt.FocusReason.TabFocusReason)
    press(Key.Key_Right)
    assert window.current.key == "still"
    assert bar.hasFocus()
    press(Key.Key_Left)
    assert window.current.key == "counting"


def test_a_tab_that_was_hidden_catches_up_when_shown(window: Window) -> None:
    window.show_tab("still")
    window.store.edit("counting", value=7)
    window.store.flush()
    window.show_tab("counting")
    assert window.current.label.text() == "7"


def test_only_the_visible_tab_renders_and_only_what_is_new(window: Window, qtbot: QtBot) -> None:
    counting = window.current
    rendered = len(counting.renders)
    for step in range(5):
        counting.edited(value=step + 1)
    window.store.flush()
    window.store.begin("counting")
    window.store.end("counting")
    assert len(counting.renders) == rendered + 1
    window.show_tab("still")
    window.store.edit("counting", value=50)
    window.store.flush()
    assert len(counting.renders) == rendered + 1


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([(Key.Key_Period, NONE)], 21),
        ([(Key.Key_Comma, NONE)], 19),
        ([(Key.Key_Greater, SHIFT)], 30),
        ([(Key.Key_Less, SHIFT)], 10),
        ([(Key.Key_R, NONE)], 0),
        ([(Key.Key_R, SHIFT)], 0),
        ([(Key.Key_Period, CTRL)], 20),
        ([(Key.Key_R, CTRL)], 20),
        ([(Key.Key_F, NONE), (Key.Key_B, NONE), (Key.Key_X, NONE)], 20),
    ],
)
def test_single_keys_command_the_tab(window: Window, keys: list[tuple[Key, Modifier]], expected: int) -> None:
    window.store.edit("counting", value=20)
    for key, modifiers in keys:
        press(key, modifiers)
    assert value(window) == expected


def test_f_and_b_run_the_passes(window: Window) -> None:
    window.show_tab("still")
    press(Key.Key_F)
    press(Key.Key_B)
    window.store.flush()
    assert window.current.label.text() == "0  forward backward"


def test_space_plays_and_pauses_and_one_undo_takes_all_of_it_back(window: Window, qtbot: QtBot) -> None:
    press(Key.Key_Space)
    qtbot.waitUntil(lambda: value(window) >= 3)
    assert window.current.playing
    press(Key.Key_Space)
    assert not window.current.playing
    press(Key.Key_Z, CTRL)
    assert value(window) == 0
    assert not window.store.can_undo("counting")


def test_playing_ends_at_the_last_step(window: Window, qtbot: QtBot) -> None:
    window.store.edit("counting", value=97)
    press(Key.Key_Space)
    qtbot.waitUntil(lambda: not window.current.playing)
    assert value(window) == 100
    assert window.current.label.text() == "100"


@pytest.mark.parametrize("key", [Key.Key_Period, Key.Key_Comma, Key.Key_R])
def test_a_step_by_hand_stops_the_clock(window: Window, key: Key) -> None:
    press(Key.Key_Space)
    press(key)
    assert not window.current.playing


def test_undo_stops_the_clock(window: Window) -> None:
    press(Key.Key_Space)
    press(Key.Key_Z, CTRL)
    assert not window.current.playing
    assert value(window) == 0


def test_brackets_change_the_speed(window: Window) -> None:
    window.current.playback.set_speed(8)
    press(Key.Key_BracketRight)
    assert window.current.playback.speed == 16
    press(Key.Key_BracketLeft)
    press(Key.Key_BracketLeft)
    assert window.current.playback.speed == 4


def test_the_clock_stops_when_its_tab_goes_out_of_sight(window: Window) -> None:
    counting = window.current
    press(Key.Key_Space)
    window.show_tab("still")
    assert not counting.playing


def test_the_clock_stops_with_the_window(window: Window) -> None:
    press(Key.Key_Space)
    window.close()
    assert not window.current.playing


def test_keys_type_in_a_text_field_and_esc_leaves_it(window: Window) -> None:
    window.store.edit("counting", value=20)
    window.current.field.setFocus()
    type_text("r.,[] b")
    assert window.current.field.text() == "r.,[] b"
    assert value(window) == 20
    press(Key.Key_Escape)
    assert QApplication.focusWidget() is window.current
    press(Key.Key_R)
    assert value(window) == 0


@pytest.mark.parametrize("kind", [DerivativeTab, GradientTab])
def test_arrow_keys_move_the_point_again_once_esc_has_left_a_field(qtbot: QtBot, kind: type[Tab]) -> None:
    tab = open_window(qtbot, kind).current
    fields = [field for field in tab.findChildren(QLineEdit) if field.isVisible()]
    assert len(fields) >= 2
    for field in fields:
        QTest.mouseClick(field, Qt.MouseButton.LeftButton)
        before = tab.state
        press(Key.Key_Escape)
        press(Key.Key_Right)
        assert tab.state != before


def test_space_on_a_button_presses_the_button(window: Window) -> None:
    window.current.button.setFocus()
    press(Key.Key_Space)
    assert window.current.presses == 1
    assert not window.current.playing


def test_space_after_a_click_on_a_button_plays(window: Window) -> None:
    QTest.mouseClick(window.current.button, Qt.MouseButton.LeftButton)
    press(Key.Key_Space)
    assert window.current.presses == 1
    assert window.current.playing


@pytest.mark.parametrize("redo", [(Key.Key_Z, CTRL | SHIFT), (Key.Key_Y, CTRL)])
def test_undo_and_redo_by_key(window: Window, redo: tuple[Key, Modifier]) -> None:
    press(Key.Key_Period)
    press(Key.Key_Z, CTRL)
    assert value(window) == 0
    window.store.flush()
    press(*redo)
    assert value(window) == 1


def test_undo_concerns_the_tab_in_view(window: Window) -> None:
    press(Key.Key_Period)
    window.show_tab("still")
    press(Key.Key_Z, CTRL)
    assert value(window) == 1


def test_the_menu_offers_only_what_works_now(window: Window) -> None:
    undo, redo = menu(window, "Edit", "Undo"), menu(window, "Edit", "Redo")
    assert (undo.isEnabled(), redo.isEnabled()) == (False, False)
    menu(window, "Tools", "Step").trigger()
    window.store.flush()
    assert (undo.isEnabled(), redo.isEnabled()) == (True, False)
    undo.trigger()
    window.store.flush()
    assert (undo.isEnabled(), redo.isEnabled()) == (False, True)
    assert menu(window, "Tools", "Play or pause").isEnabled()
    assert not menu(window, "Tools", "Forward pass").isEnabled()
    window.show_tab("still")
    assert not menu(window, "Tools", "Play or pause").isEnabled()
    assert not menu(window, "Tools", "Faster").isEnabled()
    assert menu(window, "Tools", "Forward pass").isEnabled()


def test_the_examples_are_those_of_the_tab_in_view(window: Window) -> None:
    row = part(window, TabRow)
    entries = row.findChild(QMenu).actions()
    assert [entry.text() for entry in entries if entry.text()] == ["Small", "R && D", "Large", "x²"]
    entries[-1].trigger()
    window.store.flush()
    assert window.current.label.text() == "0 two"
    window.show_tab("still")
    assert row.findChild(QMenu).isEmpty()


class BrokenTab(StillTab):
    """Cannot be built."""

    key = "broken"
    title = "Broken"

    def build(self) -> None:
        raise ArithmeticError("no such tab")


@pytest.mark.parametrize("way", ["click", "menu"])
def test_a_tab_that_cannot_be_built_is_not_marked(qtbot: QtBot, way: str) -> None:
    window = Window((CountingTab, BrokenTab), "light")
    qtbot.addWidget(window)
    window.show()
    bar = part(window, QTabBar)
    with capture_exceptions() as raised:
        if way == "click":
            QTest.mouseClick(bar, Qt.MouseButton.LeftButton, NONE, bar.tabRect(1).center())
        else:
            menu(window, "View", "Broken").trigger()
    assert [kind for kind, *_ in raised] == [ArithmeticError]
    assert window.current.key == "counting"
    assert bar.tabText(bar.currentIndex()) == "Counting"
    assert menu(window, "View", "Counting").isChecked()


def test_a_new_theme_keeps_states_history_tab_and_speed(window: Window) -> None:
    press(Key.Key_Period)
    window.current.playback.set_speed(16)
    old = window.current
    menu(window, "View", "Theme", "Dark").trigger()
    assert window.theme is DARK
    assert window.current is not old
    assert window.current.theme is DARK
    QApplication.processEvents()
    assert window.current.hasFocus()
    assert window.current.label.text() == "1"
    assert window.current.playback.speed == 16
    press(Key.Key_Z, CTRL)
    assert value(window) == 0
    rendered = len(old.renders)
    window.store.flush()
    assert len(old.renders) == rendered


@pytest.mark.parametrize("kind", TABS, ids=lambda kind: kind.key)
def test_a_new_theme_keeps_cards_open_and_the_inspector_where_it_was(qtbot: QtBot, kind: LateTab) -> None:
    def folded() -> dict[str, bool]:
        return {card.accessibleName(): card.folded for card in window.current.findChildren(Card)}

    window = Window((kind,), "light")
    qtbot.addWidget(window)
    window.show()
    settle()
    titles = {card.accessibleName() for card in window.current.findChildren(Card)}
    for header in window.current.findChildren(QWidget):
        if header.focusPolicy() == Qt.FocusPolicy.TabFocus and header.accessibleName() in titles:
            QTest.mouseClick(header, Qt.MouseButton.LeftButton)
            settle()
    bar = window.current.findChild(Inspector).verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before, scrolled = folded(), bar.value()
    window.set_theme("dark")
    settle()
    assert folded() == before
    assert window.current.findChild(Inspector).verticalScrollBar().value() == scrolled


@pytest.mark.parametrize(("choice", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_the_chrome_is_in_the_colours_of_the_theme(window: Window, choice: str, theme: Any) -> None:
    window.set_theme(choice)
    QApplication.processEvents()
    shot = window.grab().toImage()
    assert shot.pixelColor(700, 10) == QColor(theme.window)
    assert shot.pixelColor(700, 63) == QColor(theme.border)
    assert shot.pixelColor(40, 62) == QColor(theme.ink)
    assert shot.pixelColor(700, 776) == QColor(theme.border)


def test_the_system_theme_follows_the_desktop(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    window.set_theme("system")
    for scheme, theme in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
        monkeypatch.setattr("gui.window.system_theme", lambda theme=theme: theme)
        QGuiApplication.styleHints().colorSchemeChanged.emit(scheme)
        assert window.current.theme is theme
    window.set_theme("dark")
    QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert window.current.theme is DARK


def test_the_status_bar_gives_hints_and_hides_the_keys_when_narrow(window: Window) -> None:
    bar = part(window, StatusBar)
    left, right = bar.findChildren(QWidget)
    assert (left.text, right.text) == ("Drag P, or press ←.", ". step")
    assert right.isVisible()
    window.resize(1099, 700)
    assert not right.isVisible()
    window.resize(1100, 700)
    assert right.isVisible()
    window.show_tab("still")
    assert bar.text == "Nothing moves here."


def test_a_message_takes_the_place_of_the_hints_for_a_while(window: Window, qtbot: QtBot) -> None:
    bar = part(window, StatusBar)
    bar._timer.setInterval(10)
    window.report("1 < 2 went <b>wrong</b>", fault=True)
    assert bar.text == "1 < 2 went <b>wrong</b>"
    qtbot.waitUntil(lambda: bar.text == "Drag P, or press ←.")


@pytest.mark.parametrize(
    ("markup", "runs"),
    [
        ("", []),
        ("plain", [("text", "plain")]),
        ("<kbd>,</kbd> back", [("kbd", ","), ("text", " back")]),
        ("a &lt; <b>b</b>", [("text", "a < "), ("b", "b")]),
    ],
)
def test_hints_are_split_into_runs(markup: str, runs: list[tuple[str, str]]) -> None:
    assert [(run.kind, run.text) for run in parse_hint(markup)] == runs


@pytest.mark.parametrize("key", [Key.Key_Escape, Key.Key_Return])
def test_f1_lists_the_keys_and_esc_puts_the_list_away(window: Window, key: Key) -> None:
    press(Key.Key_F1)
    sheet = part(window, ShortcutSheet)
    assert sheet.isVisible()
    assert {"export a picture", "copy the picture", "quit"} <= {text for _, text in KEY_HELP}
    assert "held while dragging: no snapping" in {text for _, text in KEY_HELP}
    press(Key.Key_Period)
    assert value(window) == 0
    window.resize(1000, 700)
    assert sheet.size() == window.centralWidget().size()
    press(key)
    assert not sheet.isVisible()
    press(Key.Key_Period)
    assert value(window) == 1


def test_a_click_puts_the_list_of_keys_away(window: Window) -> None:
    window.show_shortcuts()
    sheet = part(window, ShortcutSheet)
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, NONE, QPoint(5, 5))
    assert not sheet.isVisible()


def test_full_screen_and_back(window: Window) -> None:
    press(Key.Key_F11)
    assert window.isFullScreen()
    press(Key.Key_F11)
    assert not window.isFullScreen()


def test_export_asks_for_a_file_and_says_how_it_went(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.export_picture()
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "out.png"))
    dialog.close()
    assert part(window, StatusBar).text == f"The picture is in {tmp_path / 'out.png'}"
    assert QImage(str(tmp_path / "out.png")).width() == 1280
    window.write_picture(str(tmp_path / "missing" / "out.png"))
    assert "there is no such folder" in part(window, StatusBar).text


def test_copy_puts_the_picture_on_the_clipboard(window: Window) -> None:
    window.copy_picture()
    assert QGuiApplication.clipboard().image().width() == 1280


@pytest.mark.parametrize(
    "act",
    [
        lambda window: window.set_theme("dark"),
        lambda window: window.show_tab("still"),
        lambda window: window.resize(960, 640),
    ],
)
def test_whatever_happens_while_playing_nothing_fails(
    window: Window, qtbot: QtBot, act: Callable[[Window], None]
) -> None:
    press(Key.Key_Space)
    act(window)
    qtbot.wait(50)
