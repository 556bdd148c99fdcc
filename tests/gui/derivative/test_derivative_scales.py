"""Tiny and huge places stay readable, and the point drags there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.scenes.derivative import DerivativeState, at_exactly, type_formula
from gui.numbers import parse_number
from gui.tabs.derivative import DerivativeTab
from tests.gui.mouse import drag
from tests.gui.tabs import settle, show

TINY = replace(
    type_formula(DerivativeState(), "sin(1e12*x)"),
    x=1.2e-12,
    view=(-5e-12, 5e-12, -1.2, 1.5),
    slope_range=(-1.3e12, 1.4e12),
    h=1e-12,
)
HUGE = replace(
    type_formula(DerivativeState(), "sin(x/1e12)"),
    x=1.2e12,
    view=(-5e12, 5e12, -1.2, 1.5),
    slope_range=(-1.3e-12, 1.4e-12),
)
FAR = at_exactly(type_formula(DerivativeState(), "sqrt(x)"), 1e12)
NARROW = replace(FAR, x=1e12 + 0.5, view=(1e12 - 5.0, 1e12 + 5.0, 999999.999997, 1000000.000003))
CASES = {
    "tiny": (TINY, "1.20 × 10⁻¹²"),
    "huge": (HUGE, "1.20 × 10¹²"),
    "far": (FAR, "1.000000000 × 10¹²"),
    "narrow": (NARROW, "1.00000000000050 × 10¹²"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_place_is_readable_and_drags(tab: DerivativeTab, case: str) -> None:
    state, written = CASES[case]
    show(tab, state)
    plot, readouts = tab.function.plot, tab.inspector.readouts.row.readouts
    assert plot.pill == written
    assert parse_number(readouts[0].text) == pytest.approx(parse_number(written), rel=1e-5)
    assert len(readouts[0].text) <= len("1.00000 × 10⁻¹²")
    assert all(readout.text.strip("−0.") for readout in readouts)
    start = tab.scene.x, tab.scene.slope.value
    width = state.view[1] - state.view[0]
    drag(plot, start, (start[0] + 0.13 * width, start[1]))
    settle()
    assert tab.scene.x == pytest.approx(start[0] + 0.13 * width, abs=0.02 * width)
    read = parse_number(plot.pill)
    assert read is not None and read != parse_number(written)
    assert read == pytest.approx(tab.scene.x, abs=width / 500.0, rel=0.0)


@pytest.mark.parametrize("case", CASES)
def test_ticks_tell_places_apart(tab: DerivativeTab, case: str) -> None:
    show(tab, CASES[case][0])
    for pane in (tab.function, tab.slope):
        labels = [(tick.text, tick.exponent) for tick in pane.plot._paper.x_ticks]
        assert len(labels) >= 2 and len(set(labels)) == len(labels)
