"""Plots show what they are given, follow the hand, and stay finite whatever comes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui.handles import DragHandle, DragLine
from gui.plot_axes import Projection, sane_range, ticks
from gui.plot_fields import HeatMap, Isolines, contour_lines
from gui.plot_labels import Label
from gui.plot_lines import Curve, Guide, Line, Polygon, Segment, Squares, Zigzag
from gui.plot_marks import Arrow, Marker, PathWithDots
from gui.plot_paths import polyline
from gui.plots import Plot
from gui.theme import DARK, LIGHT
from tests.gui.mouse import LEFT, double_click, drag, move, wheel

RED = "#FF0000"
HUGE = 1.8e308 / 1.001
HOSTILE = {
    "empty": ([], []),
    "one point": ([0.0], [0.0]),
    "nan only": ([math.nan] * 5, [math.nan] * 5),
    "nan runs": (np.linspace(-3, 3, 60), np.where(np.arange(60) % 7 < 4, np.nan, 1.0)),
    "infinities": (np.linspace(-3, 3, 6), [0, math.inf, 1, -math.inf, 0, 1]),
    "huge": (np.linspace(-3, 3, 6), [HUGE, -HUGE, HUGE, 0, -HUGE, 1]),
    "huge both ways": ([-HUGE, HUGE, -HUGE, 0], [HUGE, -HUGE, 0, HUGE]),
    "denormal": ([0, 5e-324, 1e-310], [5e-324, -5e-324, 0]),
    "constant": ([1.0] * 50, [1.0] * 50),
}
VIEWS = {
    "normal": (-3, 3, -2, 2),
    "boundless": (-HUGE, HUGE, -HUGE, HUGE),
    "infinite": (-math.inf, math.inf, 0, math.inf),
    "nan": (math.nan, 1, 0, math.nan),
    "empty": (1, 1, 0, 0),
    "backwards": (3, -3, 2, -2),
    "tiny": (1, 1 + 1e-15, 0, 5e-324),
    "positive": (1e-300, 1e300, 1e-5, 1e5),
}


def make(qtbot, theme=LIGHT, size=(658, 433), **options) -> Plot:
    plot = Plot(theme, **options)
    qtbot.addWidget(plot)
    plot.resize(*size)  # by default 600 × 400 pixels of drawing area
    plot.show()
    return plot


@pytest.fixture
def plot(qtbot):
    plot = make(qtbot)
    plot.show_view((-3, 3, -2, 2))
    return plot


def colour_at(plot: Plot, x: float, y: float) -> QColor:
    return plot.grab().toImage().pixelColor(plot.to_pixels(x, y).toPoint())


def is_red(colour: QColor) -> bool:
    return colour.red() > 200 and colour.green() < 120 and colour.blue() < 120


def assert_sane(plot: Plot) -> None:
    x0, x1, y0, y1 = plot.view
    assert all(map(math.isfinite, plot.view))
    assert x1 > x0
    assert y1 > y0
    assert math.isfinite(x1 - x0)


class TestView:
    def test_points_map_to_pixels_and_back(self, plot):
        assert (plot.to_pixels(0, 0).x(), plot.to_pixels(0, 0).y()) == (44 + 300, 6 + 200)
        assert plot.from_pixels(plot.to_pixels(1.25, -0.5)) == pytest.approx((1.25, -0.5))

    def test_log_axes_map_decades_evenly(self, qtbot):
        plot = make(qtbot, log_x=True, log_y=True)
        plot.show_view((1e-3, 1e3, 1e-2, 1e2))
        assert plot.to_pixels(1, 1).x() == pytest.approx(344)
        assert plot.to_pixels(1e-3, 10).x() == pytest.approx(44)
        assert plot.from_pixels(plot.to_pixels(20, 0.3)) == pytest.approx((20, 0.3))

    def test_equal_axes_show_at_least_what_was_asked_for(self, qtbot):
        plot = make(qtbot, equal=True)
        plot.show_view((-1, 1, -1, 1))
        assert plot.view == pytest.approx((-1.5, 1.5, -1, 1))

    def test_equal_axes_do_not_creep_when_the_size_goes_back_and_forth(self, qtbot):
        plot = make(qtbot, equal=True)
        plot.show_view((-1, 1, -1, 1))
        plot.view_changed.connect(plot.show_view)
        before = plot.view
        for size in ((300, 433), (658, 200), (658, 433)):
            plot.resize(*size)
        assert plot.view == pytest.approx(before)

    def test_showing_a_view_emits_nothing(self, qtbot, plot):
        with qtbot.assertNotEmitted(plot.view_changed):
            plot.show_view((0, 1, 0, 1))

    def test_dragging_the_background_pans(self, plot):
        seen = []
        plot.view_changed.connect(seen.append)
        drag(plot, (0, 0), (1, 0.5))
        assert plot.view == pytest.approx((-4, 2, -2.5, 1.5))
        assert seen[-1] == plot.view

    def test_escape_brings_the_paper_back(self, plot):
        drag(plot, (0, 0), (1, 0.5), drop=False)
        QTest.keyClick(plot, Qt.Key.Key_Escape)
        move(plot, (2, 2), buttons=LEFT)
        assert plot.view == (-3, 3, -2, 2)

    def test_the_wheel_zooms_about_the_pointer(self, plot):
        seen = []
        plot.view_changed.connect(seen.append)
        wheel(plot, (1.5, 1), 1)
        x0, x1, y0, y1 = plot.view
        assert x1 - x0 == pytest.approx(6 * 0.85)
        assert y1 - y0 == pytest.approx(4 * 0.85)
        assert (1.5 - x0) / (x1 - x0) == pytest.approx(0.75)
        assert len(seen) == 1

    def test_double_click_on_the_background_tells_where(self, qtbot, plot):
        with qtbot.waitSignal(plot.double_clicked) as caught:
            double_click(plot, (1, -1))
        assert caught.args == pytest.approx([1, -1], abs=0.01)

    def test_double_click_on_a_handle_is_not_one_on_the_background(self, qtbot, plot):
        plot.add(DragHandle(LIGHT, RED)).place(1, 1)
        with qtbot.assertNotEmitted(plot.double_clicked):
            double_click(plot, (1, 1))

    def test_linked_plots_share_x_only_and_only_the_moved_one_speaks(self, qtbot, plot):
        other = make(qtbot, size=(658, 200))
        other.show_view((0, 1, 10, 20))
        other.link_x(plot)
        with qtbot.assertNotEmitted(other.view_changed):
            drag(plot, (0, 0), (1, 0))
        assert other.view == pytest.approx((*plot.view[:2], 10, 20))
        other.show_view((5, 6, 10, 20))
        assert plot.view[:2] == (5, 6)

    @pytest.mark.parametrize("options", [{}, {"equal": True}, {"log_x": True, "log_y": True}], ids=str)
    @pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
    def test_any_view_becomes_one_that_can_be_drawn(self, qtbot, view, options):
        plot = make(qtbot, **options)
        plot.show_view(view)
        plot.show_x_pill(view[0], "x")
        plot.grab()
        assert_sane(plot)

    @pytest.mark.parametrize("options", [{}, {"equal": True}, {"log_x": True, "log_y": True}], ids=str)
    @pytest.mark.parametrize("notches", [1, -1], ids=["in", "out"])
    def test_five_hundred_zooms_stay_finite_and_can_be_undone(self, qtbot, notches, options):
        plot = make(qtbot, **options)
        plot.show_view((1, 7, 1, 5))
        middle = plot.from_pixels(plot.to_pixels(2, 2))
        for turn in range(500):
            wheel(plot, plot.from_pixels(plot.to_pixels(*middle)), 4 * notches)
            if turn % 100 == 0:
                plot.grab()
        plot.grab()
        assert_sane(plot)
        before = plot.view
        wheel(plot, plot.from_pixels(plot.rect().center().toPointF()), -notches)
        assert plot.view != before

    def test_a_plot_without_room_still_works(self, qtbot):
        plot = make(qtbot, size=(1, 1))
        plot.add(Curve(RED)).show([-1, 1], [-1, 1])
        plot.grab()
        assert_sane(plot)


class TestAxes:
    @pytest.mark.parametrize(
        ("lower", "upper", "pixels", "log", "texts"),
        [
            (-5, 5, 581, False, "−5 −4 −3 −2 −1 0 1 2 3 4 5"),
            (-1.115, 1.415, 376, False, "−1.0 −0.5 0.0 0.5 1.0"),
            (0.33, 1.22, 376, False, "0.4 0.5 0.6 0.7 0.8 0.9 1.0 1.1 1.2"),
            (-30, 520, 271, False, "0 100 200 300 400 500"),
            (0.4, 3.7, 153, True, "0.5 1 2 3"),
            (1e-17, 10, 208, True, "10^−16 10^−12 10^−8 10^−4 10^0"),
            (0, 3e9, 200, False, "0 1×10^9 2×10^9 3×10^9"),
            (1, 1.00001, 130, False, "1.000000 1.000005 1.000010"),
        ],
    )
    def test_ticks_are_round_and_read_alike(self, lower, upper, pixels, log, texts):
        chosen = ticks(lower, upper, pixels, log=log)
        assert [
            tick.text + ("^" + tick.exponent if tick.exponent else "") for tick in chosen
        ] == texts.split()

    def test_wide_labels_stand_farther_apart(self):
        chosen = ticks(0, 10, 400, width=lambda tick: 100)
        assert len(chosen) <= 4

    @pytest.mark.parametrize("log", [False, True])
    @pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
    def test_ticks_never_fail_and_are_few(self, view, log):
        lower, upper = sane_range(view[0], view[1], log=log)
        assert len(ticks(lower, upper, 600, log=log, width=lambda tick: 30)) < 40

    def test_pill_says_the_value_and_hides_out_of_view(self, plot):
        plot.show_x_pill(0.8, "0.80")
        assert plot.pill == "0.80"
        image = plot.grab().toImage()
        x, y = plot.to_pixels(0.8, -2).toPoint().toTuple()
        assert image.pixelColor(x - 14, y + 12) == QColor(LIGHT.ink)
        plot.show_x_pill(4, "4.00")
        assert plot.pill == ""
        plot.show_x_pill(None, "")
        assert plot.pill == ""

    def test_a_message_stands_in_the_middle(self, plot):
        before = plot.grab().toImage()
        plot.show_message("not defined anywhere in view")
        assert plot.message == "not defined anywhere in view"
        assert plot.grab().toImage() != before
        plot.show_message(None)
        assert plot.grab().toImage() == before

    def test_repainting_parts_draws_the_same_picture(self, plot):
        before = plot.grab().toImage()
        for _ in range(3):
            plot.viewport().repaint(300, 400, 80, 20)
        assert plot.grab().toImage() == before


def drawn_items():
    return {
        "curve": lambda: (Curve(RED), lambda item, x, y: item.show(x, y)),
        "zigzag": lambda: (Zigzag(RED, 3.0), lambda item, x, y: item.show(x, y)),
        "dashed": lambda: (Curve(RED, style="dashed", still=False), lambda item, x, y: item.show(x, y)),
        "polygon": lambda: (Polygon(RED), lambda item, x, y: item.show(x, y)),
        "marker": lambda: (Marker(RED, "star", outline=RED), lambda item, x, y: item.show(x, y)),
        "path": lambda: (PathWithDots(RED), lambda item, x, y: item.show(x, y)),
        "squares": lambda: (
            Squares(RED),
            lambda item, x, y: item.show(np.column_stack((x, y, np.flip(x), np.flip(y)))),
        ),
        "line": lambda: (Line(RED), lambda item, x, y: item.show((x[0], y[0]), (x[-1], y[-1]))),
        "segment": lambda: (
            Segment(RED, caps=8),
            lambda item, x, y: item.show((x[0], y[0]), (x[-1], y[-1])),
        ),
        "arrow": lambda: (Arrow(RED), lambda item, x, y: item.show((x[0], y[0]), (x[-1], y[-1]))),
        "guide": lambda: (Guide(RED), lambda item, x, y: item.show(x[0])),
        "label": lambda: (Label(RED), lambda item, x, y: item.show(x[0], y[0], "f")),
        "handle": lambda: (DragHandle(LIGHT, RED), lambda item, x, y: item.place(x[0], y[0])),
        "drag line": lambda: (
            DragLine(LIGHT, RED),
            lambda item, x, y: item.place(x[0], y[0], x[-1], y[-1]),
        ),
        "heat map": lambda: (
            HeatMap(LIGHT.function_ramp),
            lambda item, x, y: item.show(np.outer(y, x), (-1, 1, -1, 1)),
        ),
        "isolines": lambda: (
            Isolines(RED, label_colour=RED),
            lambda item, x, y: item.show(np.arange(len(x)), np.arange(len(x)), np.outer(y, x), [0.5, 1]),
        ),
    }


class TestItems:
    @pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning:tests")
    @pytest.mark.parametrize("options", [{}, {"log_x": True, "log_y": True}], ids=str)
    @pytest.mark.parametrize("arrays", HOSTILE.values(), ids=HOSTILE)
    @pytest.mark.parametrize("kind", drawn_items())
    def test_hostile_numbers_raise_nothing(self, qtbot, kind, arrays, options):
        x, y = (np.array(values, dtype=float) for values in arrays)
        if x.size == 0 and kind in ("line", "segment", "arrow", "guide", "label", "handle", "drag line"):
            x = y = np.array([math.nan])
        plot = make(qtbot, size=(200, 150), **options)
        item, show = drawn_items()[kind]()
        plot.add(item)
        with np.errstate(all="ignore"):
            show(item, x, y)
        plot.grab()
        plot.show_view((-1e300, 1e300, -1e-300, 1e-300))
        plot.grab()
        item.clear()
        plot.grab()
        assert_sane(plot)

    @pytest.mark.parametrize("kind", [Curve, Zigzag])
    def test_a_curve_is_drawn_where_its_points_are_with_gaps_for_nan(self, plot, kind):
        plot.add(kind(RED, 3)).show([-2, -1, 0, 1, 2], [1, 1, math.nan, -1, -1])
        assert is_red(colour_at(plot, -1.5, 1))
        assert is_red(colour_at(plot, 1.5, -1))
        assert not is_red(colour_at(plot, -0.5, 0.5))

    @pytest.mark.parametrize("far", [1e3, 1e9, 1e300])
    def test_what_goes_far_out_keeps_its_direction(self, plot, far):
        plot.add(Curve(RED, 3)).show([0, far], [0, far / 3])
        assert is_red(colour_at(plot, 1.5, 0.5))
        assert is_red(colour_at(plot, 2.7, 0.9))

    def test_cut_curves_still_join(self, plot):
        plot.add(Curve(RED, 3)).show([-1e9, -1, 1, 1e9], [0.5, 0.5, 0.5, 0.5])
        assert all(is_red(colour_at(plot, x, 0.5)) for x in (-2.5, -1, 0, 1, 2.5))

    def test_a_line_has_no_ends(self, plot):
        line = plot.add(Line(RED, 3))
        line.show((0.0, 0.0), (1.0, 0.5))
        assert is_red(colour_at(plot, -2.8, -1.4))
        assert is_red(colour_at(plot, 2.8, 1.4))
        line.show((1.0, 0.0), (1.0, 1e308))
        assert is_red(colour_at(plot, 1, 1.5))

    def test_items_follow_the_view(self, plot):
        plot.add(Curve(RED, 3)).show([-10, 10], [1, 1])
        plot.show_view((-3, 3, 0, 4))
        assert is_red(colour_at(plot, 0, 1))
        assert not is_red(colour_at(plot, 0, 2))

    def test_the_same_arrays_cost_nothing(self, plot, monkeypatch):
        curve = plot.add(Curve(RED))
        x, y = np.arange(5.0), np.arange(5.0)
        curve.show(x, y)
        monkeypatch.setattr(curve, "reproject", lambda: pytest.fail("drawn again"))
        curve.show(x, y)

    def test_a_heat_map_is_upright_and_transparent_at_nan(self, qtbot):
        plot = make(qtbot, DARK)
        plot.show_view((-3, 3, -2, 2))
        heat = plot.add(HeatMap(("#000000", "#FF0000")))
        values = np.zeros((40, 40))
        values[20:, 20:] = 1
        values[:10, :10] = math.nan
        heat.show(values, (-3, 3, -2, 2))
        assert is_red(colour_at(plot, 2, 1))
        assert colour_at(plot, 2, -1) == QColor("#000000")
        assert colour_at(plot, -1, 1) == QColor("#000000")
        assert colour_at(plot, -2.9, -1.9) == QColor(DARK.plot)

    def test_a_heat_map_zoomed_far_in_still_shows_its_colour(self, qtbot):
        plot = make(qtbot)
        plot.add(HeatMap(("#000000", "#FF0000"))).show(np.ones((16, 16)), (-3, 3, -2, 2))
        plot.show_view((1, 1 + 1e-9, 1, 1 + 1e-9))
        assert is_red(plot.grab().toImage().pixelColor(300, 200))

    def test_isolines_run_where_the_function_has_the_level(self, plot):
        x = np.linspace(-3, 3, 121)
        values = np.hypot(x[None, :], x[:, None])
        plot.add(Isolines(RED, 3, 1.0)).show(x, x, values, [1.0])
        assert all(is_red(colour_at(plot, math.cos(t), math.sin(t))) for t in np.linspace(0, 6, 12))
        assert not is_red(colour_at(plot, 0, 0))

    def test_dashed_isolines_stay_dashed_where_there_are_many(self, plot):
        x = np.linspace(-3, 3, 161)
        values = np.sin(40 * x)[None, :] + 0 * x[:, None]
        inked = {}
        for style in ("solid", "dashed"):
            lines = plot.add(Isolines(RED, 1.25, 1.0, style=style, still=False))
            lines.show(x, x, values, np.linspace(-0.8, 0.8, 9))
            picture = plot.grab().toImage()
            inked[style] = sum(
                is_red(picture.pixelColor(column, row))
                for column in range(60, 340, 3)
                for row in range(40, 180, 3)
            )
            lines.clear()
        assert 0 < inked["dashed"] < 0.8 * inked["solid"]

    @pytest.mark.parametrize("hole", [math.nan, math.inf, -math.inf])
    def test_contour_lines_keep_away_from_holes_and_tell_levels_apart(self, hole):
        x = np.linspace(-1, 1, 41)
        values = np.broadcast_to(x, (41, 41)).copy()
        values[:20] = hole
        lines = contour_lines(x, x, values, [-0.5, math.nan, 0.5, 7.0])
        assert np.nanmin(lines.y) >= -1e-9
        assert lines.x[: lines.ends[0]][:-1] == pytest.approx(-0.5)
        assert lines.ends[0] == lines.ends[1]
        assert lines.ends[2] == lines.ends[3] == lines.x.size

    def test_an_arrow_ends_at_its_tip(self, plot):
        plot.add(Arrow(RED)).show((0, 0), (2, 0))
        assert is_red(colour_at(plot, 1, 0))
        assert is_red(colour_at(plot, 1.95, 0))
        assert not is_red(colour_at(plot, 2.1, 0))

    def test_markers_stand_at_every_point_and_skip_nan(self, plot):
        plot.add(Marker(RED, "square")).show([-1, 0, 1], [1, math.nan, 1])
        assert is_red(colour_at(plot, -1, 1))
        assert is_red(colour_at(plot, 1, 1))

    def test_a_label_at_the_edge_stays_inside(self, plot):
        label = plot.add(Label(RED))
        label.show(2.99, 1.99, r"f(x) = 0.4841")
        area = plot.sceneRect().adjusted(44, 6, -14, -27)
        assert area.contains(label.boundingRect().adjusted(4, 4, -4, -4))
        label.show(9, 9, "f")
        assert label.boundingRect().isEmpty()

    def test_ten_thousand_steps_are_one_path(self, plot):
        steps = np.linspace(0, 40, 10_001)
        plot.add(PathWithDots(RED)).show(np.cos(steps), np.sin(steps))
        assert is_red(colour_at(plot, math.cos(1), math.sin(1)))


@pytest.mark.parametrize(
    "gaps",
    [
        {7},
        {0, 299},
        {100, 101, 102, 250},
        {0, 2, 297, 299},
        set(range(3, 300, 9)),
        set(range(0, 300, 2)),
        set(range(300)),
    ],
    ids=["one", "at the ends", "in a row", "lone points", "many", "every other", "all"],
)
@pytest.mark.parametrize("which", ["x", "y"])
def test_lines_end_at_gaps_and_keep_every_point(gaps, which):
    x = np.linspace(0, 600, 300)
    y = 200 + 100 * np.sin(x / 40)
    places = np.array(sorted(gaps))
    runs, run = [], []
    for place in range(300):
        if place in gaps:
            runs, run = [*runs, run], []
        else:
            run.append((x[place], y[place]))
    expected = [each for each in (*runs, run) if len(each) > 1]
    (x if which == "x" else y)[places] = math.nan
    path = polyline(x, y, Projection((0, 1, 0, 1), 0, 0, 600, 400))
    drawn = [[(p.x(), p.y()) for p in polygon] for polygon in path.toSubpathPolygons()]
    assert [line for line in drawn if len(line) > 1] == expected


def test_projection_is_nan_for_what_has_no_place():
    projection = Projection((1, 100, 1, 100), 0, 0, 100, 100, log_x=True)
    x, y = projection.to_pixels([0, -1, math.inf, 10], [1, 1, 1, math.nan])
    assert np.isnan(x).tolist() == [True, True, True, False]
    assert math.isnan(y[3])


@pytest.mark.parametrize(("log_x", "log_y"), [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("view", [(1, 100, 1, 100), (1e-300, 1e300, 5, 5 + 1e-11)])
def test_one_number_is_mapped_as_an_array_of_them_is(view, log_x, log_y):
    projection = Projection(view, 44, 6, 600, 400, log_x=log_x, log_y=log_y)
    numbers = [0.0, -1.0, 1, 7.5, 1e300, -1e300, 5e-324, math.inf, -math.inf, math.nan]
    for x in numbers:
        across, down = projection.to_pixels(x, x)
        wanted = projection.to_pixels([x], [x])
        np.testing.assert_allclose([across, down], np.ravel(wanted), rtol=1e-13, equal_nan=True)


class Paints(QObject):
    """Counts how often a plot is painted."""

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self.count = 0
        plot.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False

    def during(self, change) -> int:
        for _ in range(4):
            QApplication.processEvents()
        self.count = 0
        change()
        for _ in range(4):
            QApplication.processEvents()
        return self.count


@pytest.fixture
def crowded(plot):
    """A plot with one of each light item, and the function that shows all at a place."""
    curve, line, segment = plot.add(Curve(RED)), plot.add(Line(RED)), plot.add(Segment(RED, caps=6))
    arrow, label, handle = plot.add(Arrow(RED)), plot.add(Label(RED)), plot.add(DragHandle(LIGHT, RED))
    drag_line, marker = plot.add(DragLine(LIGHT, RED)), plot.add(Marker(RED))
    x, y = np.linspace(-3, 3, 50), np.zeros(50)

    def show(place):
        curve.show(x, y)
        line.show((place, 0.0), (1.0, 0.5))
        segment.show((place, 0.0), (1.0, 1.0))
        arrow.show((place, 0.0), (1.0, 1.0))
        label.show(place, 1.0, "f")
        handle.place(place, 1.0)
        drag_line.place(place, 1.0, 1.0, 0.5)
        marker.show(place, 1.5)
        plot.show_x_pill(place, "1")
        plot.show_message(None)

    show(0.5)
    return plot, show


def test_what_is_shown_again_is_not_painted_again(crowded):
    plot, show = crowded
    paints = Paints(plot)
    place = 0.5
    show(place)
    assert paints.during(lambda: show(place)) == 0
    assert paints.during(lambda: show(0.75)) >= 1


def test_view_and_items_are_painted_in_one_go(crowded):
    plot, show = crowded

    def change():
        plot.show_view((-2, 4, -1, 1))
        show(0.25)

    assert Paints(plot).during(change) == 1


def test_grid_and_ticks_are_sharp_on_fine_screens(plot):
    plot.grab()
    fine = QPixmap(2 * plot.size())
    fine.setDevicePixelRatio(2)
    QWidget.render(plot, fine)
    image = fine.toImage()
    zero = 2 * int(plot.to_pixels(0, 0).x())
    columns = [image.pixelColor(zero + step, 100).name() for step in range(-2, 4)]
    assert columns.count(QColor(LIGHT.zero_axis).name().lower()) == 2
