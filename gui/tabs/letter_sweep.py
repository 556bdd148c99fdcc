"""Letters that run to and fro over their ranges, in any tab with sliders for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.scenes.letters import sweep_step, swept, with_range
from core.scenes.state import Parameter, range_of
from gui.playback import FRAMES_PER_SECOND
from gui.players import Player, Players
from gui.tab import Tab
from gui.tabs.letter_sliders import LetterSliders

PREFIX = "letter "
"""Before the name of a letter in the key of its player."""


class LetterSweep:
    """Plays a letter on the clock of a tab, and takes in the ranges that are typed.

    Parameters
    ----------
    tab
        Its state is a `LetterState`.
    sliders
        The letters.
    players
        Where the letter takes its place when its Animate button is pressed.
    values
        Gives the numbers of the letters from the tab's present state.
    put
        Gives a letter a number.
    """

    def __init__(
        self,
        tab: Tab,
        sliders: LetterSliders,
        players: Players,
        values: Callable[[], dict[str, float]],
        put: Callable[[str, float], None],
    ) -> None:
        self._tab, self._sliders, self._players = tab, sliders, players
        self._values, self._put = values, put
        self._step = 0
        self._before = 0.0
        sliders.range_chosen.connect(self._choose_range)
        sliders.animate_clicked.connect(self._toggle)

    def show(self, letters: Sequence[Parameter]) -> None:
        """Show which letter runs; one that is in the formula no more stops."""
        name = self._name
        if name and name not in [letter.name for letter in letters]:
            self._players.remove(PREFIX + name)
            name = ""
        self._sliders.show_animating(name if name and self._players.playing(PREFIX + name) else "")

    @property
    def _name(self) -> str:
        chosen = self._players.chosen
        return chosen.removeprefix(PREFIX) if chosen.startswith(PREFIX) else ""

    def _choose_range(self, name: str, lower: float, upper: float) -> None:
        self._tab.playback.pause()
        self._tab.become(with_range(self._tab.state, name, lower, upper))

    def _toggle(self, name: str) -> None:
        key = PREFIX + name
        if self._players.chosen != key:
            self._players.add(key, self._player(name))
        self._players.toggle(key)

    def _player(self, name: str) -> Player:
        return Player(
            lambda count: self._run(name, count),
            lambda count: self._go(name, -count),
            lambda: self._put(name, self._before),
            lambda: self._begin(name),
            FRAMES_PER_SECOND,
        )

    def _begin(self, name: str) -> None:
        self._before = self._values()[name]
        self._find_step(name)

    def _find_step(self, name: str) -> None:
        """Go on from the present value, upwards unless the letter was just on its way down."""
        value = self._values()[name]
        if value != swept(self._range(name), self._step):
            self._step = sweep_step(self._range(name), value)

    def _run(self, name: str, count: int) -> bool:
        self._go(name, count)
        return True

    def _go(self, name: str, count: int) -> None:
        self._find_step(name)
        self._step += count
        self._put(name, swept(self._range(name), self._step))

    def _range(self, name: str) -> tuple[float, float]:
        return range_of(self._tab.state.ranges, name, self._values()[name])
