"""A very long formula never makes the inspector wider, and what is shown of it can be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.scenes.derivative import DerivativeState, type_formula
from gui.tabs.derivative import DerivativeTab
from gui.tabs.long_formula import MOST_LINES
from gui.window import Window
from tests.gui.tabs import settle, show

SUM = "+".join(f"sin({k}x)*cos(x/{k})" for k in range(1, 22))
PRODUCT = "*".join(f"(x^2+{k})" for k in range(1, 30))
NESTED = "sin(" * 20 + "x" + ")" * 20


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)])
@pytest.mark.parametrize("text", [SUM, PRODUCT, NESTED])
def test_a_long_formula_is_broken_into_lines(
    tab: DerivativeTab, window: Window, text: str, size: tuple[int, int]
) -> None:
    window.resize(*size)
    show(tab, replace(type_formula(DerivativeState(), text), x=0.3))
    assert tab.scene.problem is None
    card, inspector = tab.inspector.formula, tab.inspector
    assert card.width() <= inspector.viewport().width()
    assert card.long_preview.isVisible() and not card.preview.isVisible()
    assert 1 <= len(card.long_preview.lines) <= MOST_LINES
    assert card.long_preview.geometry().right() <= card.width()
    show(tab, DerivativeState())
    settle()
    assert card.preview.isVisible() and not card.long_preview.isVisible()


def test_a_long_formula_is_pale_while_what_is_typed_is_wrong(tab: DerivativeTab) -> None:
    show(tab, type_formula(DerivativeState(), SUM))
    label = tab.inspector.formula.long_preview
    before = label.grab().toImage()
    show(tab, replace(tab.state, text=SUM + "+"))
    assert label.dimmed
    assert label.grab().toImage() != before
