"""A start in two strokes: a first look is painted, then the rest is built."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, SignalInstance

LATEST = 1000
"""Milliseconds after which the rest is built even if nothing was painted, as in a hidden window."""

_INPUT = frozenset(
    (
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.InputMethod,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    )
)


class QuickStart(QObject):
    """Has the rest built in the turn of the event loop after the first look was painted.

    Whatever the user does before that has it built at once, and reaches the finished window.

    Parameters
    ----------
    painted
        Tells that the first look can be seen.
    finish
        Builds the rest; called once.
    parent
        Owns it.
    """

    def __init__(self, painted: SignalInstance, finish: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._finish: Callable[[], None] | None = finish
        painted.connect(self.finish, Qt.ConnectionType.QueuedConnection)
        QTimer.singleShot(LATEST, self, self.finish)
        self._application = QCoreApplication.instance()
        assert self._application is not None
        self._application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Build the rest before the first thing that the user does gets anywhere."""
        if event.type() in _INPUT:
            self.finish()
        return False

    def finish(self) -> None:
        """Build the rest, unless that was done."""
        finish, self._finish = self._finish, None
        if finish is not None:
            assert self._application is not None
            self._application.removeEventFilter(self)
            finish()
