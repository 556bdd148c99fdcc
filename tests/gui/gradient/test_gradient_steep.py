"""Steep functions: each slice shows how its curve bends, and numbers keep apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.scenes.gradient_state import GradientState, type_formula
from gui.tabs.gradient import GradientTab
from tests.gui.mouse import drag, wheel
from tests.gui.tabs import settle, show


def share_of_height(tab: GradientTab, axis: int) -> float:
    """Tell how much of the height of a slice's plot its curve takes."""
    pane = tab.slices[axis]
    bottom, top = pane.plot.view[2:]
    heights = np.clip(tab.scene.slices[axis].curve.y, bottom, top)
    return float(np.ptp(heights[np.isfinite(heights)]) / (top - bottom))


@pytest.mark.parametrize(
    ("text", "own"),
    [("(1000x)^2+y^2", 1), ("x^2+(1000y)^2", 0), ("x+10^9*y", 0), ("x^2+y^2", None), ("exp(20x)+y", 1)],
)
def test_no_slice_looks_level(tab: GradientTab, text: str, own: int | None) -> None:
    show(tab, replace(type_formula(GradientState(), text), point=(0.2, 0.9), step=0))
    assert min(share_of_height(tab, axis) for axis in (0, 1)) > 0.4
    views = [pane.plot.view[2:] for pane in tab.slices]
    assert (views[0] == views[1]) is (own is None)
    for axis, pane in enumerate(tab.slices):
        bottom, top = pane.plot.view[2:]
        assert bottom < tab.scene.value < top
        pixel = pane.plot.to_pixels(tab.state.point[axis], tab.scene.value)
        assert pane.plot.projection.contains(pixel.x(), pixel.y())


def test_a_slice_with_heights_of_its_own_drags_and_zooms(tab: GradientTab) -> None:
    show(tab, replace(type_formula(GradientState(), "(1000x)^2+y^2"), point=(0.0, 0.9), step=0))
    along_x, along_y = tab.slices
    drag(along_y.plot, (0.9, tab.scene.value), (-1.5, tab.scene.value))
    settle()
    assert tab.state.point == pytest.approx((0.0, -1.5), abs=0.05)
    heights, width = along_x.plot.view[2:], tab.state.view[3] - tab.state.view[2]
    wheel(along_y.plot, (-1.5, tab.scene.value), 2)
    settle()
    assert tab.state.view[3] - tab.state.view[2] < width
    assert tab.state.value_range == ()
    assert share_of_height(tab, 1) > 0.5
    assert along_x.plot.view[3] < heights[1]  # of a map that is smaller
    drag(along_x.plot, (0.0, tab.scene.value), (0.3, tab.scene.value))
    settle()
    assert along_y.plot.view[2] > 8e4
    assert share_of_height(tab, 1) > 0.5


@pytest.mark.parametrize("slope", [40.0, 4567.0, 99999.95, 400000.0, 999999.0, 1e7])
def test_numbers_of_a_steep_function_keep_apart(tab: GradientTab, slope: float) -> None:
    show(tab, replace(type_formula(GradientState(), f"-{slope!r}*x+y"), step=0))
    table = tab.inspector.point.table
    ends = [end for _, end in table._boxes()]
    for row in table._rows[:2]:
        before = table._cell_width(row[0])
        for cell, end in zip(row[1:3], ends[1:3], strict=True):
            assert end - table._cell_width(cell) >= before + 4, cell.plain
            before = end
