"""When Python looks for objects that only hold one another: while nothing moves.

Looking through all that lives takes as long as several frames. So what was there at the start is left out
for good, and what outlives its first frames in a drag is looked through once that has ended.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gui.store import Store

LIMITS = (700, 300, 10)
"""So many new objects are looked through at a time, which takes less than a millisecond. What is left of
them is not looked through after ten times, as Python does by itself, which takes half a frame, but after
so many that this comes in long gestures only.
"""

QUIET = 1000
"""Milliseconds after the last change in which no other one came."""

FEW = 5_000
"""So many new objects are not worth looking."""


def leave_out_the_start() -> None:
    """Look through what lives now no more, and seldom through what outlives its first frames."""
    gc.freeze()
    gc.set_threshold(*LIMITS)


class Collection(QObject):
    """Collects what only holds one another once the states have not changed for a while.

    Parameters
    ----------
    store
        Whose changes are the sign that something moves.
    quiet
        Milliseconds without a change.
    """

    def __init__(self, store: Store, quiet: int = QUIET) -> None:
        super().__init__(store)
        self._timer = QTimer(self, singleShot=True, interval=quiet)
        self._timer.timeout.connect(self._collect)
        store.changed.connect(lambda _key: self._timer.start())

    def _collect(self) -> None:
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._timer.start()  # a hand that rests goes on in a moment
            return
        young, middle, old = gc.get_count()
        if young > FEW or middle or old:
            gc.collect()
