from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gui.playback import FASTEST, FRAMES_PER_SECOND, SLOWEST, Playback


class Steps:
    """Counts the steps taken, up to a limit."""

    def __init__(self, limit: int = 10**9) -> None:
        self.limit = limit
        self.calls: list[int] = []

    def __call__(self, count: int) -> bool:
        self.calls.append(count)
        return sum(self.calls) < self.limit


@pytest.fixture(autouse=True)
def application(qapp: object) -> None:
    pass


def test_playing_steps_at_once_and_goes_on(qtbot: QtBot) -> None:
    steps = Steps()
    playback = Playback(steps, speed=60)
    playback.play()
    assert steps.calls == [1]
    qtbot.waitUntil(lambda: len(steps.calls) >= 3)
    playback.pause()
    taken = len(steps.calls)
    qtbot.wait(60)
    assert len(steps.calls) == taken


def test_it_stops_where_there_are_no_more_steps(qtbot: QtBot) -> None:
    steps = Steps(limit=3)
    playback = Playback(steps, speed=60)
    with qtbot.waitSignal(playback.stopped):
        playback.play()
    assert steps.calls == [1, 1, 1]
    assert not playback.playing


def test_nothing_to_play_ends_before_it_begins() -> None:
    playback = Playback(Steps(limit=1))
    heard: list[str] = []
    playback.started.connect(lambda: heard.append("started"))
    playback.stopped.connect(lambda: heard.append("stopped"))
    playback.play()
    assert heard == ["started", "stopped"]
    assert not playback.playing


def test_above_sixty_steps_a_second_a_frame_takes_several(qtbot: QtBot) -> None:
    steps = Steps()
    playback = Playback(steps, speed=4.5 * FRAMES_PER_SECOND)
    playback.play()
    qtbot.waitUntil(lambda: len(steps.calls) >= 5)
    playback.pause()
    assert steps.calls[:5] == [1, 4, 5, 4, 5]


def test_play_and_pause_are_announced_once(qtbot: QtBot) -> None:
    playback = Playback(Steps(), speed=1)
    heard: list[bool] = []
    playback.changed.connect(lambda: heard.append(playback.playing))
    playback.toggle()
    playback.play()
    playback.toggle()
    playback.pause()
    assert heard == [True, False]


@pytest.mark.parametrize(("asked", "got"), [(10.0, 10.0), (1e9, FASTEST), (0.0, SLOWEST), (-1.0, SLOWEST)])
def test_the_speed_stays_within_its_bounds(asked: float, got: float) -> None:
    playback = Playback(Steps())
    playback.set_speed(asked)
    assert playback.speed == got


def test_faster_and_slower_double_and_halve() -> None:
    playback = Playback(Steps(), speed=8)
    playback.faster()
    assert playback.speed == 16
    playback.slower()
    playback.slower()
    assert playback.speed == 4


def test_a_change_of_speed_counts_while_playing(qtbot: QtBot) -> None:
    steps = Steps()
    playback = Playback(steps, speed=SLOWEST)
    playback.play()
    playback.set_speed(60)
    qtbot.waitUntil(lambda: len(steps.calls) >= 3)
    playback.pause()
