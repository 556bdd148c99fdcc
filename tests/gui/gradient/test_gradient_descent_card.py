"""The card of the race: its table keeps its place and takes quick keys, and each ending has its own tone."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.optimizers import OPTIMIZERS
from core.scenes.gradient_state import GradientState, type_formula, with_learning_rate, with_step
from core.scenes.race_paths import Racer
from gui.tabs.gradient import GradientTab
from gui.theme import LIGHT
from tests.gui.tabs import Key, settle, show


def test_the_table_keeps_its_place_whoever_is_selected(tab: GradientTab) -> None:
    racers = tuple(Racer(key, False, (("learning_rate", 1e-4),)) for key in OPTIMIZERS)
    table = tab.inspector.descent.table
    tops, limited = set(), set()
    for key in OPTIMIZERS:
        show(tab, replace(GradientState(), racers=racers, selected=key))
        assert tab.scene.stability.warning == ""
        limited.add(bool(tab.scene.stability.caption))
        tops.add(table.mapTo(tab.inspector.descent, QPoint(0, 0)).y())
    assert limited == {True, False}
    assert len(tops) == 1


def test_warnings_do_not_move_the_rows_that_are_clicked(tab: GradientTab) -> None:
    state = with_step(with_learning_rate(GradientState(), 0.1), 30)
    show(tab, state)
    tab.inspector.verticalScrollBar().setValue(150)
    settle()
    table, keys = tab.inspector.descent.table, [racer.optimizer for racer in state.racers]
    rows = [table.mapTo(tab, table.row_rect(row).center().toPoint()) for row in range(len(keys))]
    warned = set()
    for row in (3, 0, 4, 1, 0, 2):
        QTest.mouseClick(table, Qt.MouseButton.LeftButton, pos=table.mapFrom(tab, rows[row]))
        settle()
        assert tab.state.selected == keys[row]
        warned.add(bool(tab.scene.stability.warning))
        assert tab.inspector.descent.limit.isVisible() is bool(tab.scene.stability.warning)
    assert warned == {True, False}


def test_keys_that_come_before_the_next_picture_all_count(tab: GradientTab) -> None:
    table = tab.inspector.descent.table
    table.setFocus(Qt.FocusReason.TabFocusReason)
    for keys, wanted in ((("Down",) * 3, "rmsprop"), (("Up", "Up"), "momentum"), (("Down",) * 9, "adam")):
        for each in keys:
            QTest.keyClick(table, Key[f"Key_{each}"])
        settle()
        assert tab.state.selected == wanted
    QTest.keyClick(table, Key.Key_Up)
    QTest.keyClick(table, Key.Key_Space)
    settle()
    assert [racer.optimizer for racer in tab.state.racers if not racer.runs] == ["rmsprop"]


def reds(widget: QWidget) -> int:
    """Count the pixels of a widget that are crimson, as words of a fault and the sign before them are."""
    image: QImage = widget.grab().toImage()
    fault = QColor(LIGHT.fault.text)
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return sum(
        abs(each.red() - fault.red()) + abs(each.green() - fault.green()) + abs(each.blue() - fault.blue())
        < 12
        for each in pixels
    )


def test_who_converged_is_not_coloured_by_another_who_diverged(tab: GradientTab) -> None:
    good, bad = (("learning_rate", 0.5),), (("learning_rate", 5.0), ("beta", 0.9))
    racers = (Racer("gradient_descent", True, good), Racer("momentum", True, bad))
    bowl = replace(type_formula(GradientState(), "x^2+y^2"), point=(1.0, 0.5), step=2000, racers=racers)
    card = tab.inspector.descent
    for selected, texts, faults in (
        ("gradient_descent", ("Converged", "Momentum diverged"), (False, True)),
        ("momentum", ("Diverged", ""), (True, False)),
    ):
        show(tab, replace(bowl, selected=selected))
        tab.inspector.ensureWidgetVisible(card.others)
        settle()
        for notice, text, fault in zip((card.ended, card.others), texts, faults, strict=True):
            assert notice.text.startswith(text)
            assert (notice.isVisible() and reds(notice) > 0) is fault
