"""A very long function of x and y is shown in lines that can be read, the last of them cut off."""

from __future__ import annotations

import pytest

from core.scenes.gradient_state import GradientState, type_formula
from gui.tabs.gradient import GradientTab
from gui.tabs.gradient_formula import MOST_LINES, SMALLEST
from tests.gui.tabs import show

SUM = "+".join(f"sin({k}x)*cos(y/{k})" for k in range(1, 22))
PRODUCT = "*".join(f"(x^2+{k}y)" for k in range(1, 22))


@pytest.mark.parametrize("text", [SUM, PRODUCT])
def test_no_line_is_too_small_or_too_wide(tab: GradientTab, text: str) -> None:
    show(tab, type_formula(GradientState(), text))
    inspector = tab.inspector
    label = inspector.formula.preview
    assert inspector.formula.width() <= inspector.viewport().width()
    assert label.sizeHint().width() <= 296
    assert label.lines <= MOST_LINES
    assert all(label._scale(k) >= SMALLEST for k in range(label.lines))
    assert ("cos" in label.toolTip()) is (text == SUM)  # which alone is cut off
    show(tab, GradientState())
    assert label.lines == 1 and label.toolTip() == ""
