"""Handles propose and never move themselves; the last place of a drag always comes."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from gui.handles import Draggable, DragHandle, DragLine
from gui.plot_lines import Curve
from gui.plots import Plot
from gui.theme import LIGHT
from tests.gui.mouse import LEFT, click, drag, move, press, release

BLUE = LIGHT.function.mark
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Log:
    """Writes down what a handle emits."""

    def __init__(self, handle: Draggable) -> None:
        self.entries: list[tuple] = []
        handle.pressed.connect(lambda: self.entries.append(("pressed",)))
        handle.moved.connect(lambda x, y, alt: self.entries.append(("moved", x, y, alt)))
        handle.released.connect(lambda: self.entries.append(("released",)))
        handle.cancelled.connect(lambda: self.entries.append(("cancelled",)))
        handle.nudged.connect(lambda dx, dy, shift: self.entries.append(("nudged", dx, dy, shift)))
        handle.removed.connect(lambda: self.entries.append(("removed",)))

    @property
    def kinds(self) -> list[str]:
        return [entry[0] for entry in self.entries]

    @property
    def last_move(self) -> tuple[float, float]:
        return next(entry[1:3] for entry in reversed(self.entries) if entry[0] == "moved")


@pytest.fixture
def plot(qtbot):
    plot = Plot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(658, 433)  # 600 × 400 pixels of drawing area
    plot.show_view((-3, 3, -2, 2))
    plot.show()
    return plot


def point(plot: Plot, x: float, y: float, name: str = "P") -> DragHandle:
    handle = plot.add(DragHandle(LIGHT, BLUE, name=name))
    handle.place(x, y)
    return handle


def following(handle: DragHandle) -> DragHandle:
    handle.moved.connect(lambda x, y, alt: handle.place(x, y))
    return handle


def test_a_drag_emits_press_moves_release_and_the_last_place(plot):
    log = Log(following(point(plot, 0, 0)))
    drag(plot, (0, 0), (1.5, -1))
    assert log.kinds == ["pressed"] + ["moved"] * 8 + ["released"]
    assert log.last_move == pytest.approx((1.5, -1), abs=0.01)


def test_the_place_of_release_comes_even_without_a_move_to_it(plot):
    log = Log(point(plot, 0, 0))
    press(plot, (0, 0))
    release(plot, (2, 1))
    assert log.kinds == ["pressed", "moved", "released"]
    assert log.last_move == pytest.approx((2, 1), abs=0.01)


def test_a_handle_never_moves_itself(plot):
    handle = point(plot, 0, 0)
    drag(plot, (0, 0), (1, 1))
    assert handle.distance(plot.to_pixels(0, 0)) == 0


def test_placing_emits_nothing(plot):
    handle = point(plot, 0, 0)
    log = Log(handle)
    handle.place(1, 1)
    assert log.entries == []


def test_taken_beside_its_middle_it_does_not_jump(plot):
    log = Log(point(plot, 0, 0))
    press(plot, (0.08, 0.05))
    move(plot, (1.08, 0.05), buttons=LEFT)
    assert log.last_move == pytest.approx((1, 0), abs=0.011)


def test_a_drag_goes_on_while_curves_change_under_it(plot):
    handle, curve = following(point(plot, 0, 0)), plot.add(Curve(BLUE))
    handle.moved.connect(lambda x, y, alt: curve.show([-3, x, 3], [0, y, 0]))
    log = Log(handle)
    drag(plot, (0, 0), (2, 1.5), steps=30)
    assert log.kinds.count("moved") == 30
    assert log.last_move == pytest.approx((2, 1.5), abs=0.01)


def test_a_drag_goes_on_outside_the_area_and_while_the_handle_is_out_of_view(plot):
    log = Log(following(point(plot, 0, 0)))
    drag(plot, (0, 0), (5, 3), steps=10)
    assert log.last_move == pytest.approx((5, 3), abs=0.01)
    assert log.kinds[-1] == "released"


def test_alt_is_told_so_that_nothing_snaps(plot):
    log = Log(point(plot, 0, 0))
    drag(plot, (0, 0), (1, 1), modifiers=ALT)
    assert all(entry[3] for entry in log.entries if entry[0] == "moved")


def test_escape_cancels_and_the_rest_of_the_drag_is_silent(plot):
    handle = point(plot, 0, 0)
    log = Log(handle)
    drag(plot, (0, 0), (1, 1), drop=False)
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    count = len(log.entries)
    assert log.kinds[-1] == "cancelled"
    move(plot, (2, 2), buttons=LEFT)
    release(plot, (2, 2))
    assert len(log.entries) == count
    assert not handle.dragging


def test_a_plot_that_disappears_ends_the_drag(plot):
    log = Log(point(plot, 0, 0))
    drag(plot, (0, 0), (1, 1), drop=False)
    plot.hide()
    assert log.kinds[-1] == "released"


@pytest.mark.parametrize(
    ("key", "modifiers", "nudge"),
    [
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, (-1, 0, False)),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, (1, 0, False)),
        (Qt.Key.Key_Up, SHIFT, (0, 1, True)),
        (Qt.Key.Key_Down, SHIFT, (0, -1, True)),
    ],
)
def test_arrow_keys_nudge_the_clicked_handle(plot, key, modifiers, nudge):
    log, other = Log(point(plot, 0, 0)), Log(point(plot, 2, 0))
    click(plot, (0, 0))
    QTest.keyClick(plot, key, modifiers)
    assert log.entries == [("pressed",), ("released",), ("nudged", *nudge)]
    assert other.entries == []


def test_delete_asks_to_remove(plot):
    log = Log(point(plot, 0, 0))
    click(plot, (0, 0))
    QTest.keyClick(plot, Qt.Key.Key_Delete)
    assert log.kinds[-1] == "removed"


def test_a_nudge_is_a_two_hundredth_of_the_view_and_shift_ten_times_that(plot):
    assert plot.nudge_step(1, -1, False) == pytest.approx((0.03, -0.02))
    assert plot.nudge_step(-1, 0, True) == pytest.approx((-0.3, 0))


def test_keys_that_no_handle_wants_reach_the_window(qtbot):
    class Window(QWidget):
        def keyPressEvent(self, event):
            seen.append(event.key())

    seen: list[int] = []
    window = Window()
    qtbot.addWidget(window)
    plot = Plot(LIGHT, parent=window)
    point(plot, 0, 0)
    click(plot, (0, 0))
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_Escape):
        QTest.keyClick(plot, key)
    assert seen == [Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_Escape]


@pytest.mark.parametrize(
    ("offset", "taken"), [(11, True), (14, False)], ids=["within the hit radius", "beyond it"]
)
def test_hit_radius_of_a_point(plot, offset, taken):
    handle = point(plot, 0, 0)
    pixel = plot.to_pixels(0, 0)
    pixel.setX(pixel.x() + offset)
    assert (plot.handle_at(pixel) is handle) == taken


def test_of_two_handles_the_nearer_one_is_taken(plot):
    left, right = point(plot, 0, 0), point(plot, 0.1, 0)
    assert plot.handle_at(plot.to_pixels(0.02, 0)) is left
    assert plot.handle_at(plot.to_pixels(0.09, 0)) is right


def test_hovering_shows_halo_and_open_hand_and_leaving_takes_them_away(plot):
    handle = point(plot, 0, 0)
    move(plot, (0, 0))
    assert handle.hovered
    assert plot.viewport().cursor().shape() is Qt.CursorShape.OpenHandCursor
    press(plot, (0, 0))
    assert plot.viewport().cursor().shape() is Qt.CursorShape.ClosedHandCursor
    release(plot, (0, 0))
    move(plot, (2, 1))
    assert not handle.hovered
    assert plot.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor


def test_tab_goes_through_the_handles_and_on_to_the_next_widget(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    plot, before, after = Plot(LIGHT), QLineEdit(), QLineEdit()
    layout = QVBoxLayout(window)
    for widget in (before, plot, after):
        layout.addWidget(widget)
    first, second, hidden = point(plot, 0, 0), point(plot, 0.5, 0), point(plot, 50, 0)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    before.setFocus()

    def ringed() -> list[bool]:
        return [handle.ringed for handle in (first, second, hidden)]

    QTest.keyClick(before, Qt.Key.Key_Tab)
    assert plot.focused_handle is first
    assert ringed() == [True, False, False]
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    assert ringed() == [False, True, False]
    QTest.keyClick(plot, Qt.Key.Key_Tab)
    assert after.hasFocus()
    assert ringed() == [False, False, False]
    QTest.keyClick(after, Qt.Key.Key_Tab, SHIFT)
    assert ringed() == [False, True, False]


class TestLine:
    """A line is taken anywhere along its length."""

    def test_dragging_proposes_where_its_point_goes(self, plot):
        line = plot.add(DragLine(LIGHT, LIGHT.derivative.mark))
        line.place(0, 0, 1, 0.5)
        log = Log(line)
        drag(plot, (2, 1), (2.5, 1))
        assert log.last_move == pytest.approx((0.5, 0), abs=0.011)
        assert log.kinds[0] == "pressed"
        assert log.kinds[-1] == "released"

    @pytest.mark.parametrize(("pixels", "taken"), [(5, True), (8, False)])
    def test_hit_distance_is_measured_in_pixels(self, plot, pixels, taken):
        line = plot.add(DragLine(LIGHT, BLUE))
        line.place(0, 0, 0, 1)
        pixel = plot.to_pixels(0, 1)
        pixel.setX(pixel.x() + pixels)
        assert (plot.handle_at(pixel) is line) == taken

    def test_a_point_on_the_line_comes_first(self, plot):
        line, handle = plot.add(DragLine(LIGHT, BLUE)), point(plot, 0, 0)
        line.place(0, 0, 1, 1)
        assert plot.handle_at(plot.to_pixels(0, 0)) is handle

    @pytest.mark.parametrize(("slope", "shown"), [(math.nan, False), (math.inf, True), (-1e308, True)])
    def test_a_slope_that_does_not_exist_gives_no_line_and_an_infinite_one_an_upright_one(
        self, plot, slope, shown
    ):
        line = plot.add(DragLine(LIGHT, BLUE))
        line.place(1, 0, 1, slope)
        assert (plot.handle_at(plot.to_pixels(1, 1.5)) is line) == shown
        line.clear()
        assert plot.handle_at(plot.to_pixels(1, 1.5)) is None
