"""What the clock of a tab plays: one of several things, the one whose play button was pressed last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gui.controls import TransportBar
from gui.playback import Playback


@dataclass(frozen=True)
class Player:
    """One thing that can be played.

    Attributes
    ----------
    forward
        Takes a number of steps; returns False when there are no more.
    back
        Takes a number of steps back.
    reset
        Goes back to the start.
    begin
        Called when the clock starts, to go where there are steps to take.
    speed
        Steps per second at first.
    """

    forward: Callable[[int], bool]
    back: Callable[[int], None]
    reset: Callable[[], None]
    begin: Callable[[], None]
    speed: float


class Players:
    """The things that one clock can play, each at its own speed.

    A tab's commands go to the one that is chosen: to step, back and reset, and to start and stop the clock.

    Parameters
    ----------
    playback
        The clock.
    key, player
        What it plays at first, and whenever what it played goes away.

    Attributes
    ----------
    chosen : str
        The key of what the commands go to.
    """

    def __init__(self, playback: Playback, key: str, player: Player) -> None:
        self._playback = playback
        self._first = self.chosen = key
        self._players = {key: player}
        self._speeds: dict[str, float] = {}
        playback.set_speed(player.speed)
        playback.started.connect(lambda: self.present.begin())

    @property
    def present(self) -> Player:
        """What the commands go to."""
        return self._players[self.chosen]

    def add(self, key: str, player: Player) -> None:
        """Offer one more thing to play."""
        self._players[key] = player

    def remove(self, key: str) -> None:
        """Offer it no more."""
        self.leave(key)
        self._players.pop(key, None)

    def choose(self, key: str) -> None:
        """Let the commands go to `key`; what plays is paused if it is another."""
        if key == self.chosen:
            return
        self._playback.pause()
        self._speeds[self.chosen] = self._playback.speed
        self.chosen = key
        self._playback.set_speed(self._speeds.get(key, self.present.speed))

    def obey(self, bar: TransportBar) -> None:
        """Let whatever is done with a transport bar choose what was played at first, to which it belongs.

        This comes before the connections that make the bar run the commands.
        """
        for signal in (bar.reset, bar.back, bar.play_toggled, bar.forward, bar.speed_changed):
            signal.connect(lambda *_: self.choose(self._first))

    def speed(self, key: str) -> float:
        """Give the steps per second at which `key` is played."""
        if key == self.chosen:
            return self._playback.speed
        return self._speeds.get(key, self._players[key].speed)

    def leave(self, key: str) -> None:
        """Go back to what was played at first, if `key` is chosen."""
        if key == self.chosen:
            self.choose(self._first)

    def toggle(self, key: str) -> None:
        """Play `key`, or pause if it plays already."""
        self.choose(key)
        self._playback.toggle()

    def playing(self, key: str) -> bool:
        """Tell whether the clock runs and plays `key`."""
        return self._playback.playing and self.chosen == key
