"""What is done with the card of the race: who runs, who is selected, and with which settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.scenes import gradient_state as choices
from core.scenes import race_edits as edits
from gui.tabs.gradient_tuning import TuneSearch

if TYPE_CHECKING:
    from gui.tabs.gradient import GradientTab


class _Hold:
    """Stops the clock while a slider of the race is held, so that one drag is one change on the way.

    All that is proposed meanwhile changes the race as it was when the slider was taken: a run that was dead
    begins anew with each number, and is not forked where it has come to with the number before.
    """

    def __init__(self, tab: GradientTab) -> None:
        self._tab = tab
        self._was_playing = False
        self._before: choices.GradientState | None = None

    @property
    def before(self) -> choices.GradientState:
        """The state that a number changes: that of the first moment, or the present one."""
        return self._tab.state if self._before is None else self._before

    def begin(self) -> None:
        """Hold on, in one gesture."""
        self._was_playing = self._tab.playing
        self._tab.take_hold()
        self._before = self._tab.state

    def end(self) -> None:
        """Close the gesture, and go on."""
        self._before = None
        self._tab.gesture_ended()
        if self._was_playing:
            self._tab.playback.play()


def connect_race(tab: GradientTab) -> None:
    """Let the card change the state."""
    card = tab.inspector.descent
    hold = _Hold(tab)
    card.rate.pressed.connect(lambda: hold.begin())
    card.rate.released.connect(lambda: hold.end())
    card.rate.moved.connect(lambda value: tab.become(choices.with_learning_rate(hold.before, value)))
    card.rate.committed.connect(lambda value: _commit(tab, choices.with_learning_rate(tab.state, value)))
    for sliders, change in (
        (tab.inspector.setup.settings, edits.with_setting),
        (tab.inspector.setup.schedule_settings, edits.with_schedule_setting),
    ):
        sliders.pressed.connect(lambda: hold.begin())
        sliders.released.connect(lambda: hold.end())
        sliders.moved.connect(lambda name, value, change=change: tab.become(change(hold.before, name, value)))
        sliders.committed.connect(
            lambda name, value, change=change: _commit(tab, change(tab.state, name, value))
        )
    _connect_setup(tab)
    card.selected.connect(lambda key: tab.become(edits.selected(tab.state, key)))
    card.checked.connect(lambda key, runs: tab.become(edits.with_runner(tab.state, key, runs)))


def _commit(tab: GradientTab, state: choices.GradientState) -> None:
    """Take a typed number; one that was refused gives way to the present one."""
    tab.become(state)
    tab.render_soon()


def _connect_setup(tab: GradientTab) -> None:
    """Let the card of settings change who takes part, schedules and noise, and search for rates."""
    card = tab.inspector.setup
    card.added.connect(lambda key: tab.become(edits.added(tab.state, key)))
    card.removed.connect(lambda: tab.become(edits.removed(tab.state, tab.state.selected)))
    card.schedule.chosen.connect(lambda key: tab.become(edits.with_schedule(tab.state, key)))
    card.noisy.chosen.connect(partial(_choose_noise, tab))
    card.noise.pressed.connect(tab.gesture_began)
    card.noise.released.connect(tab.gesture_ended)
    card.noise.moved.connect(lambda value: tab.become(edits.with_noise(tab.state, value)))
    card.noise.committed.connect(lambda value: _commit(tab, edits.with_noise(tab.state, value)))
    card.seed.committed.connect(lambda value: _commit(tab, edits.with_seed(tab.state, value)))
    search = TuneSearch(tab)
    card.tune.clicked.connect(search.toggle)


def _choose_noise(tab: GradientTab, noisy: bool) -> None:
    usual = edits.usual_noise(tab.scene.magnitude)
    tab.become(edits.with_noise(tab.state, usual if noisy else 0.0))
