"""The search for the best learning rates, in slices between which the window stays alive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from core.scenes.gradient_state import GradientState
from core.scenes.race_edits import with_rates
from core.scenes.race_tuning import RaceTuning, race_tuning

if TYPE_CHECKING:
    from gui.tabs.gradient import GradientTab

SLICE = 0.012
"""Seconds of work in one turn of the event loop; a single trial may take a little longer."""


class TuneSearch(QObject):
    """Runs the search while the race stays as it is, and takes over the rates that it found.

    Attributes
    ----------
    running : bool
        Whether it searches.
    """

    def __init__(self, tab: GradientTab) -> None:
        super().__init__(tab)
        self._tab = tab
        self._search: Iterator[RaceTuning] = iter(())
        self._last: RaceTuning | None = None
        self._of: GradientState | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._work)

    @property
    def running(self) -> bool:
        """Whether it searches."""
        return self._timer.isActive()

    def toggle(self) -> None:
        """Begin the search, or cancel it."""
        if self.running:
            self.cancel()
            return
        self._tab.playback.pause()
        self._of, self._last = self._tab.state, None
        self._search = race_tuning(self._tab.state)
        self._timer.start()

    def cancel(self, outcome: str = "") -> None:
        """Give the search up."""
        self._timer.stop()
        self._search = iter(())
        self._tab.inspector.setup.show_searching(None, outcome=outcome)

    def _work(self) -> None:
        state = self._tab.state
        if not self._tab.isVisible():
            self.cancel()
            return
        if self._of is None or (state.ground, state.racers) != (self._of.ground, self._of.racers):
            self.cancel("Stopped: the race is another one now.")
            return
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end:
            last = next(self._search, None)
            if last is None:
                self._finish()
                return
            self._last = last
        if self._last is not None:
            self._tab.inspector.setup.show_searching(self._last.share, self._last.title)

    def _finish(self) -> None:
        found = self._last.rates if self._last is not None else {}
        titles = {row.key: row.title for row in self._tab.scene.race.standings if row.runs}
        missed = [title for key, title in titles.items() if key not in found]
        self.cancel(f"No rate leads to a minimum: {', '.join(missed)}." if missed else "")
        self._tab.become(with_rates(self._tab.state, found))
