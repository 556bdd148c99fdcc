"""Walking downhill in the Derivative tab, letters that run by themselves, and one clock for all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.scenes.derivative import DerivativeState, type_formula
from gui.controls import Button, NumberField, SliderRow
from gui.plots import Plot
from gui.tabs.derivative import DerivativeTab
from gui.theme import Hue
from gui.window import Window
from tests.gui.mouse import drag
from tests.gui.tabs import LEFT, NONE, SHIFT, Key, key, open_window, redo, settle, show, type_in, undo

OPEN = replace(DerivativeState(), walk_open=True)


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    window = open_window(qtbot, DerivativeTab, OPEN)
    yield window
    window.current.playback.pause()


def state(tab: DerivativeTab) -> DerivativeState:
    return tab.state


def press(tab: DerivativeTab, name: str) -> None:
    """Press a button of the walk."""
    QTest.mouseClick(tab.inspector.walk.transport.buttons[name], LEFT)
    settle()


def ink_at(plot: Plot, x: float, y: float, hue: Hue, reach: int = 3) -> int:
    """Count the pixels of a hue around a place of the plot."""
    settle()
    picture = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    colour, middle = QColor(hue.mark), plot.viewport().mapTo(plot, plot.to_pixels(x, y).toPoint())
    count = 0
    for right in range(-reach, reach + 1):
        for down in range(-reach, reach + 1):
            here = QColor(picture.pixel(middle.x() + right, middle.y() + down))
            distance = max(abs(a - b) for a, b in zip(here.getRgb()[:3], colour.getRgb()[:3], strict=True))
            count += distance < 24
    return count


# The card


def test_the_card_unfolds_and_folds(qtbot: QtBot) -> None:
    window = open_window(qtbot, DerivativeTab)
    tab = window.current
    assert isinstance(tab, DerivativeTab)
    card = tab.inspector.walk
    header = card.childAt(QPoint(60, 15))
    assert header is not None
    assert not card.method.isVisible()
    QTest.mouseClick(header, LEFT)
    settle()
    assert state(tab).walk_open
    assert card.method.isVisible()
    assert "it comes nearer from one side" in card.prediction.text
    qtbot.waitUntil(lambda: card.visibleRegion().boundingRect().bottom() >= card.height() - 2)
    assert not tab.store.can_undo(tab.key)
    QTest.mouseClick(header, LEFT)
    settle()
    assert not state(tab).walk_open
    assert tab.scene.walk is None


def test_each_step_is_seen_on_the_curve_and_along_its_tangent(tab: DerivativeTab) -> None:
    press(tab, "forward")
    press(tab, "forward")
    assert state(tab).walk_step == 2
    walk, plot, hue = tab.scene.walk, tab.function.plot, tab.theme.descent
    for x, y in zip(walk.path.x[1:], walk.path.y[1:], strict=True):
        assert ink_at(plot, x, y, hue) > 8
    middle = [float(np.nanmean(part)) for part in (walk.last_model.x, walk.last_model.y)]
    assert ink_at(plot, *middle, hue) > 4
    press(tab, "back")
    assert state(tab).walk_step == 1
    assert ink_at(plot, *middle, hue) == 0
    press(tab, "reset")
    assert state(tab).walk_step == 0


def test_newton_shows_its_parabola(tab: DerivativeTab) -> None:
    card = tab.inspector.walk
    show(tab, replace(type_formula(OPEN, "x^2/4 + cos(x)"), x=2.2, view=(-5.0, 5.0, -2.0, 4.0)))
    QTest.mouseClick(card.method, LEFT, NONE, card.method.segment_centre("newton").toPoint())
    settle()
    assert state(tab).walk_method == "newton"
    assert not card.rate.isVisible()
    assert "the parabola opens upwards" in card.prediction.text
    parabola = tab.scene.walk.parabola
    shown = sum(
        ink_at(tab.function.plot, parabola.x[place], parabola.y[place], tab.theme.descent, 1) > 0
        for place in range(130, 178, 4)
    )
    assert shown > 4
    undo(tab)
    assert card.rate.isVisible()


def test_step_is_typed(tab: DerivativeTab) -> None:
    field = tab.inspector.walk.transport.step
    for typed, step in (("12", 12), ("1e9", 54), ("-3", 0)):
        enter(field, typed)
        assert state(tab).walk_step == step
        assert field.text() == str(step)


def enter(field: NumberField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Key.Key_Return)
    settle()


def test_rate_is_dragged_beyond_its_limit_and_the_safe_one_is_taken(tab: DerivativeTab) -> None:
    card = tab.inspector.walk
    slider = card.rate.slider
    start, end = (QPoint(round(slider.x_of(rate)), 12) for rate in (0.3, 5.0))
    QTest.mousePress(slider, LEFT, NONE, start)
    QTest.mouseMove(slider, end)
    QTest.mouseRelease(slider, LEFT, NONE, end)
    settle()
    assert state(tab).walk_rate == pytest.approx(5.0, rel=0.05)
    assert "ever farther" in card.prediction.text
    undo(tab)
    assert state(tab).walk_rate == 0.3
    show(tab, replace(OPEN, walk_rate=1.5, walk_step=60))
    assert card.outcome.text.endswith("Take η = 0.7")
    card.outcome.activated.emit("0.7")
    settle()
    assert state(tab).walk_rate == 0.7
    assert card.outcome.text.startswith("Converged")


def test_dragging_the_point_takes_the_walk_along(tab: DerivativeTab) -> None:
    show(tab, replace(OPEN, walk_step=4))
    drag(tab.function.plot, (0.8, 0.7562), (0.3, 0.4))
    settle()
    walk = tab.scene.walk
    assert (walk.step, walk.path.x[0]) == (4, state(tab).x)
    assert ink_at(tab.function.plot, walk.path.x[-1], walk.path.y[-1], tab.theme.descent) > 8


# Playing


def test_walk_plays_to_its_end_as_one_entry(qtbot: QtBot, tab: DerivativeTab) -> None:
    press(tab, "play")
    assert tab.playing
    tab.playback.set_speed(480.0)
    qtbot.waitUntil(lambda: not tab.playing)
    settle()
    assert state(tab).walk_step == 54
    assert state(tab).h == 0.5
    assert tab.inspector.walk.outcome.text.startswith("Converged after 54 steps at x = −1.118")
    undo(tab)
    assert state(tab) == OPEN
    redo(tab)
    assert state(tab).walk_step == 54


def test_playing_a_finished_walk_begins_anew(qtbot: QtBot, tab: DerivativeTab) -> None:
    show(tab, replace(OPEN, walk_step=54))
    press(tab, "play")
    assert state(tab).walk_step == 1
    assert tab.playing


def test_keys_go_to_what_was_played_last(tab: DerivativeTab) -> None:
    tab.setFocus()
    key(tab, Key.Key_Period)
    assert state(tab).h < 0.5
    assert state(tab).walk_step == 0
    key(tab, Key.Key_R)
    press(tab, "play")
    press(tab, "play")
    taken = state(tab).walk_step
    tab.setFocus()
    key(tab, Key.Key_Period)
    key(tab, Key.Key_Period, SHIFT)
    assert state(tab).walk_step == taken + 11
    key(tab, Key.Key_Comma)
    assert state(tab).walk_step == taken + 10
    key(tab, Key.Key_R)
    assert (state(tab).walk_step, state(tab).h) == (0, 0.5)
    key(tab, Key.Key_Space)
    assert tab.players.playing("walk")
    QTest.mouseClick(tab.inspector.numerical.play, LEFT)
    settle()
    assert tab.players.playing("h")
    tab.setFocus()
    key(tab, Key.Key_Space)
    assert not tab.playing
    assert state(tab).h < 0.5


def test_each_thing_keeps_its_own_speed(tab: DerivativeTab) -> None:
    fast = tab.playback.speed
    press(tab, "forward")
    slow = tab.playback.speed
    assert slow < fast
    tab.faster()
    QTest.mouseClick(tab.inspector.numerical.play, LEFT)
    assert tab.playback.speed == fast
    press(tab, "forward")
    assert tab.playback.speed == 2 * slow


def test_a_folded_walk_is_played_no_more(tab: DerivativeTab) -> None:
    press(tab, "play")
    header = tab.inspector.walk.childAt(QPoint(60, 15))
    assert header is not None
    QTest.mouseClick(header, LEFT)
    settle()
    assert not tab.playing
    tab.setFocus()
    key(tab, Key.Key_Period)
    assert state(tab).h < 0.5


# Letters


def letter_row(tab: DerivativeTab) -> SliderRow:
    row = tab.inspector.formula.letters.rows["a"]
    assert isinstance(row, SliderRow)
    return row


def open_range(row: SliderRow) -> tuple[list[NumberField], Button]:
    """Click on the letter and give the two fields and the Animate button that appear."""
    letter = row.childAt(QPoint(8, 12))
    assert letter is not None
    QTest.mouseClick(letter, LEFT)
    settle()
    fields = [each for each in row.findChildren(NumberField) if each is not row.field and each.isVisible()]
    (animate,) = [each for each in row.findChildren(Button) if each.isVisible()]
    assert len(fields) == 2
    return fields, animate


def test_range_of_a_letter_is_typed_and_undone(tab: DerivativeTab) -> None:
    row = letter_row(tab)
    fields, _ = open_range(row)
    assert [field.text() for field in fields] == ["−3.00", "3.00"]
    enter(fields[0], "1")
    assert state(tab).ranges == (("a", 1.0, 3.0),)
    assert row.slider.value_at(row.slider.x_of(-9.0)) == 1.0
    enter(fields[1], "0.5")
    assert state(tab).ranges == (("a", 1.0, 3.0),)
    assert "must be the smaller one" in words_of(row)
    undo(tab)
    assert state(tab).ranges == ()
    assert [field.text() for field in fields] == ["−3.00", "3.00"]
    assert "must be the smaller one" not in words_of(row)


def words_of(row: SliderRow) -> str:
    """Accessible names of all that is visible below a row."""
    return " ".join(each.accessibleName() for each in row.findChildren(QWidget) if each.isVisible())


def test_letter_runs_to_and_fro_as_one_entry(qtbot: QtBot, tab: DerivativeTab) -> None:
    row = letter_row(tab)
    fields, animate = open_range(row)
    enter(fields[0], "1")
    enter(fields[1], "1.4")
    before = state(tab)
    seen: list[float] = []
    tab.store.changed.connect(lambda _key: seen.append(dict(state(tab).parameters)["a"]))
    QTest.mouseClick(animate, LEFT)
    assert tab.players.playing("letter a")
    tab.playback.set_speed(960.0)
    qtbot.waitUntil(lambda: bool(seen) and min(seen) < 1.01 and max(seen) > 1.39)
    QTest.mouseClick(animate, LEFT)
    settle()
    assert not tab.playing
    assert 1.0 <= min(seen) <= max(seen) <= 1.4
    a = dict(state(tab).parameters)["a"]
    assert row.field.text() == f"{a:.2f}"
    y = float(np.sin(a * 2.0) * np.exp(-0.5))
    assert ink_at(tab.function.plot, 2.0, y, tab.theme.function) > 4
    tab.setFocus()
    key(tab, Key.Key_R)
    assert dict(state(tab).parameters)["a"] == 1.2
    undo(tab)
    undo(tab)
    assert state(tab) == before


def test_dragging_a_letter_stops_it(tab: DerivativeTab) -> None:
    row = letter_row(tab)
    _, animate = open_range(row)
    QTest.mouseClick(animate, LEFT)
    QTest.mouseClick(row.slider, LEFT, NONE, QPoint(round(row.slider.x_of(2.0)), 12))
    settle()
    assert not tab.playing
    assert dict(state(tab).parameters)["a"] == pytest.approx(2.0, abs=0.05)


def test_a_letter_that_goes_away_is_played_no_more(tab: DerivativeTab) -> None:
    _, animate = open_range(letter_row(tab))
    QTest.mouseClick(animate, LEFT)
    type_in(tab, "x^2")
    assert not tab.playing
    QTest.keyClick(tab.inspector.formula.field.edit, Qt.Key.Key_Escape)
    key(tab, Key.Key_Period)
    assert state(tab).h < 0.5


# The claim


def test_my_own_derivative_is_drawn_over_the_right_one(tab: DerivativeTab) -> None:
    plot, ink = tab.slope.plot, tab.theme.data
    assert ink_at(plot, -2.0, -0.65, ink, 8) == 0
    show(tab, replace(OPEN, claim="exp(-x^2/8)*(cos(a*x)-x/4*sin(a*x))"))
    claimed = tab.scene.claimed
    dashes = sum(
        ink_at(plot, claimed.curve.x[place], claimed.curve.y[place], ink, 1) > 0
        for place in range(300, 420, 6)
    )
    assert dashes > 6
    assert ink_at(plot, 0.0, 1.1, tab.theme.fault) > 4
    assert any(entry.text == "yours" for entry in tab.slope.header._legend)
    show(tab, replace(OPEN, claim="cos("))
    assert not any(entry.text == "yours" for entry in tab.slope.header._legend)
    assert ink_at(plot, 0.0, 1.1, tab.theme.fault) == 0
