"""LaTeX cut short stays LaTeX."""

from __future__ import annotations

import re

import pytest
from PySide6.QtWidgets import QApplication

from core import differentiate, parse
from core.presets import FUNCTIONS
from gui import formula as formula_module
from gui.latex_cutting import CUT, DEEPEST, shortened

FORMULAS = [
    "+".join(f"{k}*sin({k}*x)" for k in range(1, 51)),
    "sin(" * 40 + "x" + ")" * 40,
    "exp(" * 40 + "x" + ")" * 40,
    "1/(1+" * 40 + "x" + ")" * 40,
    "sqrt(1+" * 40 + "x" + ")" * 40,
    "^".join(["x"] * 40),
    "((x^2+1)/(x-1))^3*abs(x)*where(x > 0, x^2, sin(x)/x)",
    *(preset.formula for preset in FUNCTIONS),
]
LATEX = [
    text
    for typed in FORMULAS
    for text in (parse(typed).latex(), differentiate(parse(typed), "x").derivative.latex())
]


def depth(latex: str) -> int:
    """Measure the deepest nesting, and check that every bracket closes the one before it."""
    opened: list[str] = []
    deepest = 0
    for sign in re.findall(r"\\[{}]|\\left|\\right|[{}]", latex):
        if sign in ("{", r"\left"):
            opened.append(sign)
            deepest = max(deepest, len(opened))
        elif sign in ("}", r"\right"):
            assert opened.pop() == ("{" if sign == "}" else r"\left")
    assert not opened
    return deepest


@pytest.mark.parametrize("latex", LATEX)
def test_every_cut_is_balanced_short_and_shallow(latex: str, qapp: QApplication) -> None:
    for most in (1, 2, 3, 5, 8, 13, 40, 120):
        cut = shortened(latex, most)
        assert depth(cut) <= DEEPEST + 2
        assert len(cut) < 30 * most + 40 * DEEPEST
    assert "<text" not in formula_module._typeset(shortened(latex, 40), 14, "#000000").markup


def test_what_is_short_stays_the_same() -> None:
    assert all(shortened(latex, 1000) == latex for latex in LATEX if len(latex) < 1000 and depth(latex) < 10)


@pytest.mark.parametrize(
    ("latex", "most", "cut"),
    [
        ("a + b + c", 4, f"a + b + {CUT}"),
        (r"\frac{a + b}{c}", 2, rf"\frac{{a + {CUT}}}{{{CUT}}}"),
        (r"\frac{a}{b + c}", 2, rf"\frac{{a}}{{b {CUT}}}"),
        ("{x}^{2} + 1", 1, f"{{x}}^{{{CUT}}}"),
        (r"\sin\left(x + 1\right)", 3, rf"\sin\left(x {CUT}\right."),
        (r"\textcolor{#123456}{x y z}", 2, rf"\textcolor{{#123456}}{{x y {CUT}}}"),
    ],
)
def test_the_beginning_stays(latex: str, most: int, cut: str) -> None:
    assert shortened(latex, most).replace(" ", "") == cut.replace(" ", "")
