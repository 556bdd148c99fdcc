"""The window: menus, tabs, keys, status line."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gui import __version__
from gui.export import ExportError, picture
from gui.late_tab import InitialStates, LateTab
from gui.quick_start import QuickStart
from gui.shortcuts import COMMANDS, ShortcutSheet, command_for
from gui.status_bar import StatusBar
from gui.store import Store
from gui.tab_bar import TabRow
from gui.theme import DARK, LIGHT, MENU_HEIGHT, THEMES, Theme, apply_theme

if TYPE_CHECKING:
    from gui.arrangement import Arrangement
    from gui.tab import Tab

MINIMUM_SIZE = (960, 640)
INITIAL_SIZE = (1280, 800)
THEME_CHOICES = {"system": "As the system", "light": "Light", "dark": "Dark"}


class Window(QMainWindow):
    """The one window of Nabla.

    A tab is built when it is first shown. A change of theme builds everything anew from the states in the
    store, so nothing else need know how to change colours.

    Parameters
    ----------
    tabs
        The tabs, in their order.
    theme
        ``"light"``, ``"dark"``, or ``"system"`` to follow the desktop.
    key
        The tab to show; the first one by default.
    quick
        Whether a tab with a first look is built only after that was painted.

    Attributes
    ----------
    store : Store
        The states of all tabs.
    current : Tab
        The tab in view.
    """

    def __init__(
        self,
        tabs: Sequence[type[Tab] | LateTab],
        theme: str = "system",
        *,
        key: str | None = None,
        quick: bool = False,
    ) -> None:
        super().__init__()
        self._kinds = {kind.key: kind for kind in tabs}
        self._pages: dict[str, Tab] = {}
        self._arrangements: dict[str, Arrangement] = {}
        self._key = key or next(iter(self._kinds))
        self._start: QuickStart | None = None
        self._choice = theme
        self._sheet: ShortcutSheet | None = None
        self.store = Store(InitialStates(tabs), self)
        self.setWindowTitle("Nabla")
        self.setMinimumSize(*MINIMUM_SIZE)
        self.resize(*INITIAL_SIZE)
        self._build_menus()
        self._dress(quick=quick)
        self.store.changed.connect(self._store_changed)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_theme_changed)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_changed)

    @property
    def current(self) -> Tab:
        """The tab in view."""
        if self._start is not None:
            self._start.finish()
        return self._pages[self._key]

    @property
    def theme(self) -> Theme:
        """The colours in use."""
        return THEMES[self._choice] if self._choice in THEMES else system_theme()

    def show_tab(self, key: str) -> None:
        """Bring the tab ``key`` into view, building it if need be."""
        if key == self._key and key in self._pages:
            return
        if key not in self._pages:
            try:
                self._pages[key] = self._built(key)
            except Exception:
                self._mark_current()
                raise
        self._key = key
        page = self._pages[key]
        self._stack.setCurrentWidget(page)
        if key in self._arrangements:
            self._arrangements.pop(key).restore(page)
        self._mark_current()
        self._status.show_hints(page.hint, page.keys)
        self._show_what_works()
        if not self._tab_row.has_tab_focus:
            page.take_focus()

    def _built(self, key: str) -> Tab:
        page = self._kinds[key](self.store, self.theme)
        page.playback.set_speed(page.speed)
        if key in self._arrangements:
            self._arrangements[key].prepare(page)
        page.pane_switch.refresh()
        self._stack.addWidget(page)
        return page

    def _mark_current(self) -> None:
        """Mark the tab in view, whatever was clicked."""
        if self._key in self._pages:
            self._tab_row.show_current(self._key, self.current.examples())
            self._tab_actions[self._key].setChecked(True)

    def set_theme(self, choice: str) -> None:
        """Dress the window in ``"light"``, ``"dark"`` or the ``"system"`` colours."""
        self._theme_actions[choice].setChecked(True)
        if choice != self._choice:
            self._choice = choice
            self._dress()

    def report(self, message: str, *, fault: bool = False) -> None:
        """Say something in the status bar."""
        self._status.show_message(message, fault=fault)

    def undo(self) -> None:
        """Take back the last change in the current tab."""
        self.current.playback.pause()
        self.store.undo(self._key)

    def redo(self) -> None:
        """Do again what was undone in the current tab."""
        self.current.playback.pause()
        self.store.redo(self._key)

    def export_picture(self) -> None:
        """Ask for a file and write what the window shows to it."""
        dialog = QFileDialog(self, "Export picture", f"nabla-{self._key}.png", "PNG picture (*.png)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.fileSelected.connect(self.write_picture)
        dialog.open()

    def write_picture(self, path: str) -> None:
        """Write what the window shows to ``path`` and say how that went."""
        try:
            picture(self, path)
        except ExportError as error:
            self.report(f"No picture was written. {error}", fault=True)
        else:
            self.report(f"The picture is in {path}")

    def copy_picture(self) -> None:
        """Put what the window shows on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.grab())
        self.report("The picture is on the clipboard.")

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_shortcuts(self) -> None:
        """List the keys."""
        if self._sheet is None:
            centre = self.centralWidget()
            assert centre is not None
            self._sheet = ShortcutSheet(centre, self.theme, _about())
            self._sheet.closed.connect(lambda: self.current.take_focus())
        self._sheet.open()

    # Qt.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: the keys that no focused widget wanted."""
        typing = isinstance(QApplication.focusWidget(), QLineEdit)
        if event.key() == Qt.Key.Key_Escape:
            self.current.pane_switch.share()
            self.current.take_focus()
        elif not typing and (found := command_for(event)):
            command, count = found
            self.current.run(command.name, count)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: keep the sheet of shortcuts over everything."""
        super().resizeEvent(event)
        if self._sheet is not None and self._sheet.isVisible():
            self._sheet.open()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt: stop every clock, for a timer outlives a closed window."""
        for page in self._pages.values():
            page.playback.pause()
        super().closeEvent(event)

    # Building.

    def _dress(self, *, quick: bool = False) -> None:
        """Build all that has a colour, in the present theme."""
        self._start = None
        if self._pages:
            self._arrangements |= _arrangements(self._pages)
        for page in self._pages.values():
            page.retire()
        self._pages.clear()
        theme = self.theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, theme)
        self.menuBar().setFont(application.font())  # the desktop has a font of its own for menu bars
        self._tab_row = TabRow([(kind.key, kind.title) for kind in self._kinds.values()], theme)
        self._tab_row.chosen.connect(self.show_tab)
        self._tab_row.example_chosen.connect(lambda key: self.current.choose_example(key))
        self._stack = QStackedWidget()
        self._status = StatusBar(theme)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tab_row)
        column.addWidget(self._stack, 1)
        column.addWidget(self._status)
        self.setCentralWidget(centre)
        self._sheet = None
        kind = self._kinds[self._key]
        look = kind.first_look() if quick and isinstance(kind, LateTab) else None
        if look is None:
            self.show_tab(self._key)
        else:
            self._show_first_look(look(theme, self.store.state(self._key)))

    def _show_first_look(self, look: Any) -> None:
        """Show only this of the current tab until it has been painted."""

        def finish() -> None:
            self._start = None
            self.show_tab(self._key)
            look.deleteLater()

        self._stack.addWidget(look)
        self._tab_row.show_current(self._key, ())
        self._start = QuickStart(look.painted, finish, look)

    def _build_menus(self) -> None:
        bar = self.menuBar()
        bar.setFixedHeight(MENU_HEIGHT)
        file = bar.addMenu("File")
        self._add(file, "Export picture…", self.export_picture, "Ctrl+E")
        file.addSeparator()
        self._add(file, "Quit", self.close, "Ctrl+Q")
        edit = bar.addMenu("Edit")
        self._undo = self._add(edit, "Undo", self.undo, "Ctrl+Z")
        self._redo = self._add(edit, "Redo", self.redo, "Ctrl+Shift+Z", "Ctrl+Y")
        edit.addSeparator()
        self._add(edit, "Copy picture", self.copy_picture, "Ctrl+Shift+C")
        self._build_view_menu(bar.addMenu("View"))
        tools = bar.addMenu("Tools")
        self._commands = {}
        for (
            command
        ) in COMMANDS:  # their keys are only shown: as shortcuts they would be taken from text fields
            title = f"{command.title}\t{command.key}"
            self._commands[command.name] = self._add(tools, title, partial(self._run, command.name))
        self._add(bar.addMenu("Help"), "Keyboard shortcuts", self.show_shortcuts, "F1")

    def _build_view_menu(self, view: QMenu) -> None:
        tabs = QActionGroup(self)
        self._tab_actions = {}
        view.aboutToShow.connect(self._offer_panes)
        for number, kind in enumerate(self._kinds.values(), 1):
            action = self._add(view, kind.title, partial(self.show_tab, kind.key), f"Ctrl+{number}")
            action.setCheckable(True)
            tabs.addAction(action)
            self._tab_actions[kind.key] = action
        view.addSeparator()
        self._view_menu, self._pane_actions = view, list[QAction]()
        self._after_panes = self._add(view, "Fit", lambda: self.current.fit_view(), "Ctrl+0")
        self._add(view, "Full screen", self.toggle_full_screen, "F11")
        themes = QActionGroup(self)
        self._theme_actions = {}
        menu = view.addMenu("Theme")
        for choice, title in THEME_CHOICES.items():
            action = self._add(menu, title, partial(self.set_theme, choice))
            action.setCheckable(True)
            action.setChecked(choice == self._choice)
            themes.addAction(action)
            self._theme_actions[choice] = action

    def _offer_panes(self) -> None:
        """List the panes of the current tab that may be hidden."""
        view = self._view_menu
        for old in self._pane_actions:
            view.removeAction(old)
            old.deleteLater()
        self._pane_actions.clear()
        for key, title in self.current.panes():
            action = QAction(title, self, checkable=True, checked=self.current.pane_shown(key))
            action.triggered.connect(lambda shown, key=key: self.current.show_pane(key, shown))
            view.insertAction(self._after_panes, action)
            self._pane_actions.append(action)
        if self._pane_actions:
            self._pane_actions.append(view.insertSeparator(self._after_panes))

    def _run(self, command: str) -> None:
        self.current.run(command)

    def _add(self, menu: QMenu, text: str, slot: Callable[[], object], *keys: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda _checked=False: slot())
        menu.addAction(action)
        return action

    # Following the store and the system.

    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Give the keyboard to the tab when a field lets go of it and nothing else takes it."""
        left = isinstance(before, QLineEdit) and before.window() is self
        if left and now is None and self.isActiveWindow() and self._key in self._pages:
            self.current.take_focus()

    def _store_changed(self, key: str) -> None:
        if key == self._key:
            self._show_what_works()

    def _show_what_works(self) -> None:
        self._undo.setEnabled(self.store.can_undo(self._key))
        self._redo.setEnabled(self.store.can_redo(self._key))
        for name, action in self._commands.items():
            action.setEnabled(self.current.offers(name))

    def _system_theme_changed(self) -> None:
        if self._choice == "system":
            self._dress()


def system_theme() -> Theme:
    """Return the colours that go with the desktop's."""
    return DARK if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


def _about() -> str:
    from importlib import metadata  # only now: few look at the sheet

    versions = ", ".join(
        f"{name} {metadata.version(package)}"
        for name, package in (
            ("PySide6", "PySide6-Essentials"),
            ("pyqtgraph", "pyqtgraph"),
            ("NumPy", "numpy"),
        )
    )
    return f"Nabla {__version__}, MIT licence. Python {platform.python_version()}, {versions}."


def _arrangements(pages: Mapping[str, Tab]) -> dict[str, Arrangement]:
    from gui.arrangement import Arrangement  # needs all controls, which the first picture does not wait for

    return {key: Arrangement.of(page) for key, page in pages.items()}
