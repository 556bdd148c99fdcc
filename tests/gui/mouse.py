"""The hand of the tests: real mouse events, aimed in the numbers of a plot."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.plots import Plot

Place = tuple[float, float]

LEFT = Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


def pixel(plot: Plot, place: Place) -> QPoint:
    """Give the whole pixel of the viewport that is nearest to a point."""
    return plot.to_pixels(*place).toPoint()


def press(plot: Plot, place: Place, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
    QTest.mousePress(plot.viewport(), LEFT, modifiers, pixel(plot, place))


def release(plot: Plot, place: Place, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
    QTest.mouseRelease(plot.viewport(), LEFT, modifiers, pixel(plot, place))


def move(
    plot: Plot,
    place: Place,
    modifiers: Qt.KeyboardModifier = NO_KEYS,
    buttons: Qt.MouseButton = Qt.MouseButton.NoButton,
) -> None:
    """Move the pointer; `QTest.mouseMove` could not hold a button down."""
    _move_to(plot, pixel(plot, place), modifiers, buttons)


def _move_to(plot: Plot, aim: QPoint, modifiers: Qt.KeyboardModifier, buttons: Qt.MouseButton) -> None:
    position = QPointF(aim)
    globally = plot.viewport().mapToGlobal(position)
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, position, globally, Qt.MouseButton.NoButton, buttons, modifiers
    )
    QApplication.sendEvent(plot.viewport(), event)


def drag(
    plot: Plot,
    start: Place,
    end: Place,
    *,
    steps: int = 8,
    modifiers: Qt.KeyboardModifier = NO_KEYS,
    drop: bool = True,
) -> None:
    """Press at `start`, move to `end` in `steps` moves, and release there unless `drop` is false.

    All is aimed at the view as it is before the drag, which may pan it.
    """
    way = plot.to_pixels(*end) - plot.to_pixels(*start)
    aims = [(plot.to_pixels(*start) + way * (step / steps)).toPoint() for step in range(1, steps + 1)]
    move(plot, start)
    press(plot, start, modifiers)
    for aim in aims:
        _move_to(plot, aim, modifiers, LEFT)
    if drop:
        QTest.mouseRelease(plot.viewport(), LEFT, modifiers, aims[-1])


def click(plot: Plot, place: Place, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
    move(plot, place)
    QTest.mouseClick(plot.viewport(), LEFT, modifiers, pixel(plot, place))


def double_click(plot: Plot, place: Place) -> None:
    click(plot, place)
    QTest.mouseDClick(plot.viewport(), LEFT, NO_KEYS, pixel(plot, place))


def wheel(plot: Plot, place: Place, notches: int) -> None:
    """Turn the wheel; positive notches zoom in."""
    position = QPointF(pixel(plot, place))
    event = QWheelEvent(
        position,
        plot.viewport().mapToGlobal(position),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NO_KEYS,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)
