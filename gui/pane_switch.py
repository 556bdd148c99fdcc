"""Which panes of a tab are in sight."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSplitter, QWidget


class PaneSwitch(QObject):
    """Shows the enlarged pane alone, or all panes that are not hidden.

    Attributes
    ----------
    choices : dict of str to bool
        What the user chose to show or hide, by key; the other panes are shown where there is room.

    Signals
    -------
    changed()
        Other panes may be in sight now.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choices: dict[str, bool] = {}
        self._panes: dict[str, QWidget] = {}
        self._titles: dict[str, str] = {}
        self._splitters: tuple[QSplitter, ...] = ()
        self._enlarged = ""
        self._left_out: Collection[str] = ()

    def add(self, key: str, pane: QWidget, title: str = "") -> None:
        """Take a pane in; one with a title may be hidden."""
        self._panes[key] = pane
        if title:
            self._titles[key] = title

    def hide_empty(self, *splitters: QSplitter) -> None:
        """Keep these out of sight while they have no pane to show, inner ones first."""
        self._splitters = splitters

    def offered(self) -> tuple[tuple[str, str], ...]:
        """Give key and title of each pane that may be hidden."""
        return tuple(self._titles.items())

    def shown(self, key: str) -> bool:
        """Tell whether a pane is in sight."""
        return not self._panes[key].isHidden()

    def show(self, key: str, shown: bool) -> None:
        """Show or hide a pane, beside all others."""
        self.choices[key] = shown
        self._enlarged = ""
        self.refresh()

    def enlarge(self, key: str) -> None:
        """Give all the room to one pane, or share it again."""
        self._enlarged = "" if self._enlarged == key else key
        self.refresh()

    def share(self) -> None:
        """Show all panes again if one is enlarged."""
        if self._enlarged:
            self.enlarge(self._enlarged)

    def leave_out(self, keys: Collection[str]) -> None:
        """Hide these panes for want of room, unless the user chose to see them."""
        if keys != self._left_out:
            self._left_out = keys
            self.refresh()

    def refresh(self) -> None:
        """Show what should be in sight."""
        for key, pane in self._panes.items():
            wanted = self.choices.get(key, key not in self._left_out)
            pane.setVisible(key == self._enlarged if self._enlarged else wanted)
        for splitter in self._splitters:
            parts = map(splitter.widget, range(splitter.count()))
            splitter.setVisible(any(part is not None and not part.isHidden() for part in parts))
        self.changed.emit()
