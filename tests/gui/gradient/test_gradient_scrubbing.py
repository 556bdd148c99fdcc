"""Scrubbing by the cursor of the loss plot: the axis stays, and reaches as far as was played."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.scenes.gradient_state import (
    PRESETS,
    GradientState,
    choose_preset,
    with_column,
    with_learning_rate,
    with_step,
)
from gui.plots import Plot
from gui.tabs.gradient import GradientTab
from tests.gui.mouse import move, press, release
from tests.gui.tabs import LEFT, SHIFT, Key, key, settle, show, undo


def race_on(preset: str, step: int) -> GradientState:
    chosen = next(each for each in PRESETS if each.key == preset)
    return with_step(with_column(choose_preset(GradientState(), chosen), "descent"), step)


class Hand:
    """Holds the cursor, and tells after each move how many pixels it stands from the pointer."""

    def __init__(self, tab: GradientTab) -> None:
        self.tab, self.plot = tab, tab.descent.loss.plot
        self.at = self.cursor()
        press(self.plot, self.aim())
        settle()

    def cursor(self) -> QPoint:
        return self.plot.to_pixels(self.tab.scene.progress.step, self.plot.view[2]).toPoint() - QPoint(0, 60)

    def aim(self) -> tuple[float, float]:
        return self.plot.from_pixels(QPointF(self.at))

    def go(self, pixels: int) -> int:
        self.at += QPoint(pixels, 0)
        move(self.plot, self.aim(), buttons=LEFT)
        settle()
        return abs(self.cursor().x() - self.at.x())

    def let_go(self) -> None:
        release(self.plot, self.aim())
        settle()


def x_axis(plot: Plot) -> tuple[float, float]:
    return plot.view[:2]


@pytest.mark.parametrize("step", [80, 1500, 20_000])
def test_the_axis_stays_while_the_cursor_is_held(tab: GradientTab, step: int) -> None:
    show(tab, race_on("rosenbrock", step))
    hand = Hand(tab)
    axis, pixels_a_step = x_axis(hand.plot), hand.plot.to_pixels(1, 1).x() - hand.plot.to_pixels(0, 1).x()
    for way in (-9, -30, -60, 45, -33):
        assert hand.go(way) <= 1 + pixels_a_step / 2
        assert x_axis(hand.plot) == axis
    there = tab.state.step
    assert there < step
    hand.let_go()
    assert x_axis(hand.plot) == axis and tab.state.step == there
    undo(tab)
    assert tab.state.step == step and x_axis(hand.plot) == axis


def test_one_drags_back_to_the_start_and_forward_to_where_one_was(tab: GradientTab) -> None:
    show(tab, race_on("two_wells", 80))
    for wanted in (2, 80, 11):
        hand = Hand(tab)
        goal = hand.plot.to_pixels(wanted, 1.0).toPoint().x()
        for _ in range(7):
            hand.go((goal - hand.at.x()) // 2)
        hand.go(goal - hand.at.x())
        hand.let_go()
        assert tab.state.step == wanted
        assert x_axis(hand.plot)[1] > 80
        line = next(line for line in tab.scene.progress.lines if line.key == tab.state.selected)
        assert len(line.steps) > 80, "what was played is still drawn ahead"


def test_at_the_right_edge_it_stops_and_on_release_one_can_go_on(tab: GradientTab) -> None:
    show(tab, race_on("rosenbrock", 9))
    hand = Hand(tab)
    axis = x_axis(hand.plot)
    for _ in range(6):
        hand.go(60)
        assert x_axis(hand.plot) == axis
    assert tab.state.step == 16
    hand.let_go()
    assert tab.state.step == 16 and x_axis(hand.plot)[1] > 32
    undo(tab)
    assert tab.state.step == 9 and x_axis(hand.plot) == axis


def test_escape_puts_the_cursor_back(tab: GradientTab) -> None:
    show(tab, race_on("two_wells", 80))
    hand = Hand(tab)
    hand.go(-50)
    assert tab.state.step < 80
    QTest.keyClick(hand.plot, Key.Key_Escape)
    settle()
    assert tab.state.step == 80
    hand.let_go()
    assert tab.state.step == 80


def test_pressing_it_stops_what_plays_and_scrubs(tab: GradientTab, qtbot: QtBot) -> None:
    show(tab, race_on("rosenbrock", 200))
    tab.playback.set_speed(60.0)  # so slow that the cursor is still below the pointer when it is pressed
    key(tab, Key.Key_Space)
    qtbot.waitUntil(lambda: tab.state.step > 205)
    hand = Hand(tab)
    assert not tab.playing
    hand.at = hand.cursor()
    played, axis = tab.state.step, x_axis(hand.plot)
    assert played > 200
    assert hand.go(-40) <= 1 and x_axis(hand.plot) == axis
    hand.let_go()
    assert tab.state.step < played and x_axis(hand.plot) == axis


def test_a_race_that_is_set_up_otherwise_is_followed_only_as_far_as_it_is_shown(tab: GradientTab) -> None:
    played = with_step(race_on("rosenbrock", 900), 5)
    assert played.reach == 900
    for changed in (
        with_learning_rate(played, 2e-4),
        choose_preset(played, PRESETS[0]),
        replace(played, reach=0),
    ):
        show(tab, changed)
        assert x_axis(tab.descent.loss.plot)[1] < 17
    show(tab, played)
    assert x_axis(tab.descent.loss.plot)[1] > 900
    key(tab, Key.Key_R)
    assert x_axis(tab.descent.loss.plot)[1] < 17
    undo(tab)
    assert x_axis(tab.descent.loss.plot)[1] > 900 and tab.state.step == 5


def test_the_arrow_keys_move_the_cursor_on_the_same_axis(tab: GradientTab) -> None:
    show(tab, race_on("two_wells", 80))
    hand = Hand(tab)
    hand.let_go()
    axis = x_axis(hand.plot)
    for _ in range(7):
        QTest.keyClick(hand.plot, Key.Key_Left, SHIFT)
    settle()
    assert tab.state.step == 10 and x_axis(hand.plot) == axis
