"""Labels left of a plot keep out of it: what they have in common is written once."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from gui.plot_axes import Tick, ticks
from gui.plot_paper import SIZE
from gui.plot_tick_fitting import fitted
from gui.plots import Plot
from gui.theme import LIGHT, text_width
from tests.gui.tabs import settle

ROOM = 35.0
VIEWS = {
    "usual": (-1.2, 1.4, []),
    "large": (-3e12, 2.8e13, [("×10", "13")]),
    "small": (-1.3e-9, 1.5e-9, [("×10", "−9")]),
    "far": (1e12 - 1.5, 1e12 + 1.5, [("+10", "12")]),
    "far below": (-3e9 - 20.0, -3e9 + 20.0, [("−3×10", "9")]),
    "near one": (1.0 - 2e-7, 1.0 + 3e-7, [("+1", ""), ("×10", "−7")]),
    "ten thousands": (12345.0 - 0.002, 12345.0 + 0.001, [("+12345", ""), ("×10", "−3")]),
    "five digits": (8.5e11, 1.25e12, [("×10", "12")]),
    "extreme": (-1.7e300, 1.7e300, [("×10", "300")]),
}


def width(tick: Tick) -> float:
    return text_width(tick.text, SIZE) + text_width(tick.exponent, 8)


def number(tick: Tick) -> float:
    """Read what a label says."""
    text = tick.text.replace("−", "-").replace("×10", "e" + tick.exponent.replace("−", "-"))
    return float(text) if tick.exponent == "" or "e" in text else float(f"{text[:-2] or ''}1e{tick.exponent}")


@pytest.mark.parametrize("view", VIEWS)
def test_labels_fit_and_say_the_same(qtbot: QtBot, view: str) -> None:
    lower, upper, notes = VIEWS[view]
    found = fitted(ticks(lower, upper, 380), ROOM, width)
    assert [(note.text, note.exponent) for note in found.notes] == notes
    factor, base = 1.0, 0.0
    for note in found.notes:
        if note.text == "×10":
            factor = 10.0 ** float(note.exponent.replace("−", "-"))
        else:
            base = number(note)
    assert all(width(tick) <= ROOM for tick in found.ticks)
    said = [float(tick.text.replace("−", "-")) * factor + base for tick in found.ticks]
    assert said == pytest.approx(
        [tick.value for tick in found.ticks], abs=1e-6 * (upper - lower) + 3e-16 * abs(base)
    )
    assert len({tick.text for tick in found.ticks}) == len(found.ticks)


@pytest.mark.parametrize("view", VIEWS)
def test_no_label_reaches_into_the_plot(qtbot: QtBot, view: str) -> None:
    plot = Plot(LIGHT, grid=False, left=44)
    qtbot.addWidget(plot)
    plot.resize(300, 400)
    lower, upper, _ = VIEWS[view]
    plot.show_view((1.0, 2.0, lower, upper))
    plot.show()
    settle()
    image = plot.viewport().grab().toImage()
    paper = QColor(LIGHT.plot).rgb()
    inside = np.array([[image.pixel(x, y) != paper for x in range(46, 60)] for y in range(4, 370)])
    rows = np.flatnonzero(inside.any(axis=1))
    assert rows.size <= 1  # the zero axis
    beside = sum(image.pixel(x, y) != paper for x in range(2, 37) for y in range(4, 370))
    assert beside > 20
