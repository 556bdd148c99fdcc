"""The race under real mouse and keys: changes on the way, who runs and how, noise, and tuning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.optimizers import OPTIMIZERS, SCHEDULES
from core.scenes.gradient_state import GradientState
from core.scenes.race import Run
from gui.controls import Slider, SliderRow
from gui.tabs.gradient import GradientTab
from gui.tabs.gradient_race_card import RaceCard
from gui.window import Window
from tests.gui.mouse import drag
from tests.gui.tabs import LEFT, NONE, Key, key, redo, settle, show, undo

START = GradientState()


@pytest.fixture
def setup(tab: GradientTab) -> RaceCard:
    """Give the card of settings, opened by a click on its title and scrolled to."""
    card = tab.inspector.setup
    header = next(part for part in card.findChildren(QWidget) if part.accessibleName() == "Race settings")
    click(tab, header)
    assert not card.folded
    return card


def click(tab: GradientTab, widget: QWidget, place: QPoint | None = None) -> None:
    """Scroll to a widget and click on it."""
    tab.inspector.ensureWidgetVisible(widget)
    settle()
    QTest.mouseClick(widget, LEFT, NONE, place or widget.rect().center())
    settle()


def slide(tab: GradientTab, row: SliderRow, value: float, *, drop: bool = True, moves: int = 6) -> None:
    """Drag a slider from where its knob is to a value, in several moves."""
    tab.inspector.ensureWidgetVisible(row)
    settle()
    slider = row.slider
    start, end = slider.x_of(slider._value), slider.x_of(value)
    middle = slider.height() / 2
    QTest.mousePress(slider, LEFT, NONE, QPoint(round(start), round(middle)))
    for step in range(1, moves + 1):
        move(slider, QPointF(start + (end - start) * step / moves, middle))
        settle()
    if drop:
        QTest.mouseRelease(slider, LEFT, NONE, QPoint(round(end), round(middle)))
        settle()


def move(slider: Slider, at: QPointF) -> None:
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, at, slider.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, NONE
    )
    QApplication.sendEvent(slider, event)


def run(tab: GradientTab, name: str = "gradient_descent") -> Run:
    found = tab.scene.race.run(name)
    assert found is not None
    return found


def drawn_ghosts(tab: GradientTab) -> list[str]:
    """Name the optimisers whose ghost is on the map."""
    lanes = tab.map.race.lanes
    return [name for name, lane in lanes.items() if np.size(lane.ghost._x)]


def select(tab: GradientTab, name: str) -> None:
    """Click on the row of an optimiser in the table."""
    table = tab.inspector.descent.table
    place = [each.key for each in tab.scene.race.standings].index(name)
    click(tab, table, table.row_rect(place).center().toPoint())
    assert tab.state.selected == name


# Changes on the way


def test_one_drag_of_the_rate_in_the_middle_is_one_ghost_and_one_entry(tab: GradientTab) -> None:
    before = run(tab).points.copy()
    assert drawn_ghosts(tab) == []
    slide(tab, tab.inspector.descent.rate, 0.002, moves=12)
    assert len(tab.state.forks) == 1
    assert drawn_ghosts(tab) == ["gradient_descent"]
    assert np.array_equal(run(tab).points, before)
    key(tab, Key.Key_Period, times=3)
    (ghost,) = tab.scene.race.ghosts
    assert np.array_equal(ghost.points[:10], run(tab).points[:10])
    assert not np.allclose(ghost.points[10:], run(tab).points[10:])
    key(tab, Key.Key_Comma, times=3)
    undo(tab)
    while tab.state.step != 9 or tab.state.forks:
        undo(tab)
    assert tab.state.learning_rate == START.learning_rate
    assert drawn_ghosts(tab) == []


def test_each_further_change_forks_again_and_the_ghost_is_of_the_last(tab: GradientTab) -> None:
    for count, rate in enumerate((0.004, 0.02, 0.001), start=1):
        slide(tab, tab.inspector.descent.rate, rate)
        assert len(tab.state.forks) == count
        assert len(tab.scene.race.ghosts) == 1
        key(tab, Key.Key_Period, times=2)


@pytest.mark.parametrize("way", ["reset", "P moved", "P typed"])
def test_ghosts_go_when_the_race_begins_anew(tab: GradientTab, way: str) -> None:
    slide(tab, tab.inspector.descent.rate, 0.002)
    assert drawn_ghosts(tab)
    if way == "reset":
        key(tab, Key.Key_R)
    elif way == "P moved":
        drag(tab.map.plot, tab.state.point, (1.0, -2.0))
    else:
        tab.inspector.point.point_committed.emit(1.0, 1.0)
    settle()
    assert (tab.state.forks, drawn_ghosts(tab)) == ((), [])


def test_a_slider_held_while_the_race_plays_is_one_change_and_the_race_goes_on(
    tab: GradientTab, qtbot: QtBot
) -> None:
    tab.playback.set_speed(60.0)
    key(tab, Key.Key_Space)
    qtbot.waitUntil(lambda: tab.state.step >= 12)
    slide(tab, tab.inspector.descent.rate, 0.002, drop=False)
    held = tab.state.step
    qtbot.wait(100)
    assert tab.state.step == held
    assert [fork.step for fork in tab.state.forks] == [held]
    QTest.mouseRelease(tab.inspector.descent.rate.slider, LEFT)
    qtbot.waitUntil(lambda: tab.state.step > held + 3)
    assert tab.playing
    key(tab, Key.Key_Space)
    assert len(tab.scene.race.ghosts) == 1


def test_another_setting_than_the_rate_forks_as_well(tab: GradientTab, setup: RaceCard) -> None:
    select(tab, "momentum")
    slide(tab, setup.settings.rows["beta"], 0.5)
    assert dict(tab.state.racer.settings)["beta"] == pytest.approx(0.5, abs=0.02)
    assert [(fork.step, fork.racer.optimizer) for fork in tab.state.forks] == [(9, "momentum")]
    assert drawn_ghosts(tab) == ["momentum"]
    undo(tab)
    assert dict(tab.state.racer.settings)["beta"] == 0.9


# Transport


@pytest.mark.parametrize("step", [0, 1, 1234, 20_000])
def test_any_step_is_reached_and_left_by_typing(tab: GradientTab, step: int) -> None:
    field = tab.transport._step
    for wanted in (step, 5):
        QTest.mouseClick(field, LEFT)
        field.selectAll()
        QTest.keyClicks(field, str(wanted))
        QTest.keyClick(field, Key.Key_Return)
        settle()
        assert tab.state.step == wanted
        assert run(tab, "adam").step == min(wanted, tab.scene.race.step)


def test_thousands_of_steps_a_second_take_a_frame_for_many(
    window: Window, tab: GradientTab, qtbot: QtBot
) -> None:
    slow = tuple(
        racer._replace(settings=(("learning_rate", 1e-5), *racer.settings[1:])) for racer in START.racers
    )
    show(tab, replace(START, racers=slow, step=0))
    tab.playback.set_speed(4000.0)
    frames: list[int] = []
    window.store.changed.connect(lambda _: frames.append(tab.state.step))
    key(tab, Key.Key_Space)
    qtbot.waitUntil(lambda: tab.state.step >= 2000)
    key(tab, Key.Key_Space)
    assert len(frames) < 200
    assert {each.step for each in tab.scene.race.runs} == {tab.state.step}


# Who runs


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimiser_can_be_added_runs_and_leaves(tab: GradientTab, setup: RaceCard, name: str) -> None:
    if any(racer.optimizer == name for racer in tab.state.racers):
        select(tab, name)
        click(tab, setup.remove)
        assert tab.scene.race.run(name) is None
    keys = [racer.optimizer for racer in tab.state.racers]
    click(tab, setup.add)
    action = next(each for each in setup.menu.actions() if each.text() == OPTIMIZERS[name].title)
    QTest.mouseClick(setup.menu, LEFT, NONE, setup.menu.actionGeometry(action).center())
    settle()
    assert [racer.optimizer for racer in tab.state.racers] == [*keys, name]
    assert tab.state.selected == name
    assert run(tab, name).step > 0
    assert tab.map.race.lanes[name].path.isVisible()
    assert tab.inspector.descent.table.texts()[-1][0] == OPTIMIZERS[name].title
    for setting, row in setup.settings.rows.items():
        middle = row.slider.value_at(row.slider.width() / 2)
        slide(tab, row, middle)
        assert dict(tab.state.racer.settings)[setting] == pytest.approx(row.slider._value)
    click(tab, setup.remove)
    assert [racer.optimizer for racer in tab.state.racers] == keys
    undo(tab)
    assert tab.state.selected == name


def test_the_last_racer_stays(tab: GradientTab, setup: RaceCard) -> None:
    for _ in range(4):
        click(tab, setup.remove)
    assert len(tab.state.racers) == 1
    assert not setup.remove.isEnabled()


def test_the_box_of_a_row_lets_a_racer_rest(tab: GradientTab) -> None:
    table = tab.inspector.descent.table
    click(tab, table, table.check_rect(4).center().toPoint())
    assert tab.scene.race.run("adam") is None
    assert table.texts()[4][2] == ""
    undo(tab)
    assert run(tab, "adam").step == 9


def test_space_after_a_click_in_the_table_plays(tab: GradientTab) -> None:
    table = tab.inspector.descent.table
    click(tab, table, table.row_rect(1).center().toPoint())
    key(tab, Key.Key_Space)
    assert tab.playing
    assert run(tab, "momentum") is not None


def test_a_typed_rate_is_played_at_once(tab: GradientTab) -> None:
    field = tab.inspector.descent.rate.field
    click(tab, field)
    field.selectAll()
    QTest.keyClicks(field, "0.011")
    for code in (Key.Key_Return, Key.Key_Period, Key.Key_Period):
        QTest.keyClick(QApplication.focusWidget() or tab.window(), code)
        settle()
    assert tab.state.learning_rate == 0.011
    assert tab.state.step == 11


def test_the_table_is_used_by_keyboard(tab: GradientTab) -> None:
    table = tab.inspector.descent.table
    table.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(2):
        key(tab, Key.Key_Down)
    assert tab.state.selected == "nesterov"
    key(tab, Key.Key_Space)
    assert (tab.scene.race.run("nesterov"), tab.playing) == (None, False)


# Schedules and noise


def test_every_schedule_is_chosen_and_set(tab: GradientTab, setup: RaceCard) -> None:
    for schedule, kind in SCHEDULES.items():
        show(tab, START)
        click(tab, setup.schedule)
        menu = setup.schedule._menu
        action = next(each for each in menu.actions() if each.text() == kind.title)
        QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
        settle()
        assert tab.state.racer.schedule == schedule
        for name, row in setup.schedule_settings.rows.items():
            slide(tab, row, row.slider.value_at(0.3 * row.slider.width()))
            assert dict(tab.state.racer.schedule_settings)[name] == pytest.approx(row.slider._value)
        assert run(tab).step == 9


def test_noise_is_switched_on_made_louder_and_seeded(tab: GradientTab, setup: RaceCard) -> None:
    exact = run(tab).points.copy()
    assert not setup.noise.isVisible()
    click(tab, setup.noisy)
    assert 0.1 * tab.scene.magnitude < tab.state.noise < 0.2 * tab.scene.magnitude
    assert setup.noise.isVisible() and setup.seed.isVisible()
    noisy = run(tab).points.copy()
    assert not np.allclose(noisy[1:], exact[1:])
    slide(tab, setup.noise, 100.0)
    assert tab.state.noise == pytest.approx(100.0, rel=0.1)
    undo(tab)
    assert np.array_equal(run(tab).points, noisy)
    tab.inspector.ensureWidgetVisible(setup.seed)
    QTest.mouseClick(setup.seed, LEFT)
    setup.seed.selectAll()
    QTest.keyClicks(setup.seed, "7")
    QTest.keyClick(setup.seed, Key.Key_Return)
    settle()
    assert tab.state.seed == 7
    assert not np.allclose(run(tab).points[1:], noisy[1:])
    click(tab, setup.noisy)
    assert np.array_equal(run(tab).points, exact)


# Tune


def turns_until_tuned(setup: RaceCard) -> int:
    """Let the search run to its end, and count how often the window could answer meanwhile."""
    turns = 0
    while setup.tune.text() == "Cancel":
        QApplication.processEvents()
        turns += 1
    return turns


def test_tune_finds_better_rates_in_one_entry_and_the_window_answers(
    tab: GradientTab, setup: RaceCard
) -> None:
    before = tab.state
    click(tab, setup.tune)
    assert setup.tune.text() == "Cancel"
    assert setup.progress.isVisible() and "%" in setup.progress.text
    assert turns_until_tuned(setup) > 2
    settle()
    assert setup.tune.text() == "Tune"
    changed = [
        old.optimizer
        for old, new in zip(before.racers, tab.state.racers, strict=True)
        if old.learning_rate != new.learning_rate
    ]
    assert changed
    tuned = tab.state
    undo(tab)
    assert tab.state.racers == before.racers
    redo(tab)
    assert tab.state.racers == tuned.racers
    show(tab, replace(tab.state, forks=(), step=500))
    for each in tab.scene.race.runs:
        assert each.losses[450:].max() < 1e-4 * each.losses[0]


@pytest.mark.parametrize("way", ["button", "P moved"])
def test_a_search_is_cancelled(tab: GradientTab, setup: RaceCard, way: str) -> None:
    click(tab, setup.tune)
    if way == "button":
        click(tab, setup.tune)
    else:
        drag(tab.map.plot, tab.state.point, (1.0, -2.0))
        settle()
    assert setup.tune.text() == "Tune"
    assert [racer.learning_rate for racer in tab.state.racers] == [
        racer.learning_rate for racer in START.racers
    ]
    assert setup.progress.isVisible() == (way == "P moved")
