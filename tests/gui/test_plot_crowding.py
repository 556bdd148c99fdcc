"""Curves that turn more often than pixels can show."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gui.plot_crowding import TURNS, pieces
from gui.plot_lines import Curve
from gui.plots import Plot
from gui.theme import LIGHT

RED = "#ff0000"


@pytest.fixture
def plot(qtbot: QtBot) -> Plot:
    plot = Plot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(600, 400)
    plot.show()
    plot.show_view((-5.0, 5.0, -2.0, 2.0))
    return plot


def drawn(plot: Plot, y: np.ndarray, x: np.ndarray, **options: object) -> Curve:
    curve = plot.add(Curve(RED, **options))
    curve.show(x, y)
    return curve


def red_share(plot: Plot, low: tuple[float, float], high: tuple[float, float]) -> float:
    """Tell which part of a rectangle of the plot is red."""
    image = plot.grab().toImage()
    start, end = plot.to_pixels(low[0], high[1]).toPoint(), plot.to_pixels(high[0], low[1]).toPoint()
    colours = [
        image.pixelColor(x, y)
        for x in range(start.x(), end.x() + 1)
        for y in range(start.y(), end.y() + 1, 3)
    ]
    return float(np.mean([colour.red() > 200 and colour.green() < 60 for colour in colours]))


@pytest.mark.parametrize("waves", [300.0, 1000.0, 12345.6])
@pytest.mark.parametrize("options", [{}, {"style": "dashed"}, {"opacity": 0.5}])
def test_what_cannot_be_told_apart_is_one_bar_a_column(
    plot: Plot, waves: float, options: dict[str, object]
) -> None:
    x = np.sort(np.random.default_rng(0).uniform(-5.0, 5.0, 40_000))
    curve = drawn(plot, np.sin(waves * x), x, **options)
    assert 500 <= curve.elements <= 1.1 * plot.projection.width


def test_bars_reach_from_the_lowest_to_the_highest_point_and_no_farther(plot: Plot) -> None:
    x = np.linspace(-5.0, 5.0, 40_001)
    drawn(plot, np.sin(1000.0 * x), x)
    assert red_share(plot, (-4.9, -0.97), (4.9, 0.97)) > 0.999
    assert red_share(plot, (-4.9, 1.06), (4.9, 1.9)) == red_share(plot, (-4.9, -1.9), (4.9, -1.06)) == 0.0


def test_only_the_crowded_part_becomes_bars(plot: Plot) -> None:
    x = np.concatenate((np.linspace(-5.0, 0.0, 500), np.linspace(0.0, 5.0, 20_000)[1:]))
    drawn(plot, np.where(x < 0.0, 0.5, np.sin(2000.0 * x)), x)
    assert red_share(plot, (-4.9, 0.49), (-0.1, 0.51)) > 0.5
    assert red_share(plot, (-4.9, -1.0), (-0.1, 0.4)) == 0.0
    assert red_share(plot, (0.1, -0.9), (4.9, 0.9)) > 0.999


def test_a_pole_in_a_crowd_is_cut_at_the_edges(plot: Plot) -> None:
    x = np.linspace(-5.0, 5.0, 30_000)
    curve = drawn(plot, np.tan(1000.0 * x), x)
    assert curve.elements <= 1.1 * plot.projection.width
    bounds = curve.boundingRect()
    assert bounds.top() >= plot.projection.top - 25 and bounds.bottom() <= plot.projection.bottom + 25


@pytest.mark.parametrize("gaps", [False, True])
def test_a_few_poles_or_steps_stay_open(plot: Plot, gaps: bool) -> None:
    x = np.linspace(-5.0, 5.0, 1201)
    y = np.where(x < 0.0, -1.0, 1.0)
    if gaps:
        y[600] = np.nan
    drawn(plot, y, x)
    assert (red_share(plot, (-0.02, -0.8), (0.02, 0.8)) < 0.01) == gaps


def test_a_line_that_runs_back_is_drawn_as_it_is(plot: Plot) -> None:
    angle = np.linspace(0.0, 200.0 * np.pi, 20_000)
    curve = drawn(plot, np.sin(angle), np.cos(angle))
    assert curve.elements > 5_000
    assert red_share(plot, (-0.5, -0.5), (0.5, 0.5)) == 0.0


def test_pieces_cover_the_curve_and_turn_seldom() -> None:
    y = np.sin(np.linspace(0.0, 200.0, 5_000))
    y[100:110] = np.nan
    parts = pieces(y)
    assert parts[0].start == 0 and parts[-1].stop == y.size
    assert all(before.stop == after.start + 1 for before, after in pairwise(parts))
    for part in parts:
        signs = np.sign(np.diff(y[part]))
        assert np.count_nonzero(signs[:-1] * signs[1:] < 0.0) <= TURNS
