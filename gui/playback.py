"""The clock behind play and pause."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

SLOWEST, FASTEST = 0.1, 4096.0
FRAMES_PER_SECOND = 60


class Playback(QObject):
    """Takes steps at a steady speed until paused or until there are no more.

    Up to 60 steps a second each step is drawn; above that, several are taken for each frame.

    Parameters
    ----------
    step
        Called with a number of steps to take; returns False when there are none left.
    speed
        Steps per second at first.

    Attributes
    ----------
    playing : bool
        Whether the clock runs.
    speed : float
        Steps per second, between `SLOWEST` and `FASTEST`.

    Signals
    -------
    started, stopped
        The clock began, and ended, to run.
    changed
        ``playing`` or ``speed`` is another than before.
    """

    started = Signal()
    stopped = Signal()
    changed = Signal()

    def __init__(
        self, step: Callable[[int], bool], speed: float = 8.0, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._step = step
        self._speed = speed
        self._owed = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._set_interval()

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._timer.isActive()

    @property
    def speed(self) -> float:
        """Steps per second."""
        return self._speed

    def play(self) -> None:
        """Take a step now and go on at the present speed."""
        if self.playing:
            return
        self._owed = 0.0
        self._timer.start()
        self.started.emit()
        self.changed.emit()
        if self._timer.isActive() and not self._step(1):
            self.pause()

    def pause(self) -> None:
        """Stop the clock."""
        if not self.playing:
            return
        self._timer.stop()
        self.stopped.emit()
        self.changed.emit()

    def toggle(self) -> None:
        """Play when paused, pause when playing."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def set_speed(self, speed: float) -> None:
        """Set the steps per second, within `SLOWEST` and `FASTEST`."""
        speed = min(max(speed, SLOWEST), FASTEST)
        if speed == self._speed:
            return
        self._speed = speed
        self._set_interval()
        self.changed.emit()

    def faster(self) -> None:
        """Double the speed."""
        self.set_speed(2 * self._speed)

    def slower(self) -> None:
        """Halve the speed."""
        self.set_speed(self._speed / 2)

    def _set_interval(self) -> None:
        self._timer.setInterval(round(1000 / min(self._speed, FRAMES_PER_SECOND)))

    def _tick(self) -> None:
        self._owed += max(1.0, self._speed / FRAMES_PER_SECOND)
        count = int(self._owed)
        self._owed -= count
        if not self._step(count):
            self.pause()
