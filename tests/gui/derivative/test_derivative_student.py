"""Ten functions of a calculus book with the derivatives a student types, and some with a slip."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest

from core.scenes.claim import Verdict
from gui.tabs.derivative import DerivativeTab
from tests.gui.tabs import CTRL, LEFT, Key, settle, type_in

RIGHT = (
    ("x^3 - 3x", "3x^2 - 3"),
    ("x^2*exp(-x)", "x*(2 - x)*exp(-x)"),
    ("ln(x)/x", "(1 - ln(x))/x^2"),
    ("sqrt(1 - x^2)", "-x/sqrt(1 - x^2)"),
    ("tan(x)", "1 + tan(x)^2"),
    ("x^x", "x^x*(1 + ln(x))"),
    ("arctan(x)", "1/(1 + x^2)"),
)
"""Written otherwise than the tidied result, as books do."""

WRONG = (
    (
        "sin(x^2)",
        "cos(x^2)",
        "the inner derivative 2 x of step 1 is left out",
        "chain rule",
    ),
    (
        "x^2*sin(x)",
        "2x*cos(x)",
        "the product is differentiated as u′v′ in step 1",
        "product rule",
    ),
    (
        "x/(x^2 + 1)",
        "(x^2 - 1)/(x^2 + 1)^2",
        "the terms of the quotient rule are swapped (uv′ − u′v) in step 1",
        "quotient rule",
    ),
    (
        "x^x",
        "x*x^(x-1)",
        "the power rule is used although the exponent varies too, so uᵛ ln(u) v′ is missing in step 1",
        "general power rule",
    ),
)
"""With what the card says of the slip, and the rule of the step that it offers to show."""


def claim_in(tab: DerivativeTab, text: str) -> None:
    """Type a derivative over the one in the field, key by key, and leave the field."""
    edit = tab.inspector.claim.field.edit
    tab.inspector.ensureWidgetVisible(edit)
    settle()
    QTest.mouseClick(edit, LEFT)
    QTest.keyClick(edit, Key.Key_A, CTRL)
    QTest.keyClicks(edit, text)
    settle()
    assert edit.text() == text


def card(tab: DerivativeTab) -> str:
    """Read what stands under the field."""
    notice = tab.inspector.claim.notice
    assert notice.isVisible()
    return notice.text


@pytest.mark.parametrize(("function", "derivative"), RIGHT)
def test_a_right_derivative_is_accepted(tab: DerivativeTab, function: str, derivative: str) -> None:
    type_in(tab, function)
    claim_in(tab, derivative)
    assert card(tab).startswith("Correct.")
    assert tab.scene.claimed is not None and tab.scene.claimed.worst is None


@pytest.mark.parametrize(("function", "derivative", "slip", "rule"), WRONG)
def test_a_wrong_derivative_is_explained_with_the_step(
    tab: DerivativeTab, function: str, derivative: str, slip: str, rule: str
) -> None:
    type_in(tab, function)
    claim_in(tab, derivative)
    text = card(tab)
    assert text.startswith("Not equal.")
    assert f"This is what one gets when {slip}." in text
    assert text.endswith(f"Show step 1, {rule}")
    assert isinstance(tab.scene.verdict, Verdict)
    tab.inspector.claim.notice.activated.emit(str(tab.scene.verdict.step))
    settle()
    assert tab.state.marked_step == tab.scene.verdict.step
