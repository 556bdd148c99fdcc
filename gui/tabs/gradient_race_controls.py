"""What is done with the card of the race: who runs, who is selected, and with which settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.scenes import gradient_state as choices
from core.scenes import race_edits as edits

if TYPE_CHECKING:
    from gui.tabs.gradient import GradientTab


class _Hold:
    """Stops the clock while a slider of the race is held, so that one drag is one change on the way."""

    def __init__(self, tab: GradientTab) -> None:
        self._tab = tab
        self._was_playing = False

    def begin(self) -> None:
        """Hold on, in one gesture."""
        self._was_playing = self._tab.playing
        self._tab.take_hold()

    def end(self) -> None:
        """Close the gesture, and go on."""
        self._tab.gesture_ended()
        if self._was_playing:
            self._tab.playback.play()


def connect_race(tab: GradientTab) -> None:
    """Let the card change the state."""
    card = tab.inspector.descent
    hold = _Hold(tab)
    card.rate.pressed.connect(lambda: hold.begin())
    card.rate.released.connect(lambda: hold.end())
    card.rate.moved.connect(lambda value: tab.become(choices.with_learning_rate(tab.state, value)))
    card.rate.committed.connect(lambda value: _commit(tab, choices.with_learning_rate(tab.state, value)))
    card.selected.connect(lambda key: tab.become(edits.selected(tab.state, key)))
    card.checked.connect(lambda key, runs: tab.become(edits.with_runner(tab.state, key, runs)))


def _commit(tab: GradientTab, state: choices.GradientState) -> None:
    """Take a typed number; one that was refused gives way to the present one."""
    tab.become(state)
    tab.render_soon()
