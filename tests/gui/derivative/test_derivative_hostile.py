"""Functions that once froze the window: bounded work, counted and not timed."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.parser import parse
from core.scenes import derivative_features
from gui import formula as formula_module
from gui.tabs.derivative import DerivativeTab
from tests.gui.mouse import drag, move, wheel
from tests.gui.tabs import settle, type_in

CASES = Path(__file__).parents[4] / "shared" / "cases" / "hostile_expressions.jsonl"
LONG_RUN = "NABLA_LONG" in os.environ

PATHOLOGICAL = (
    "tan(1000x)",
    "1/sin(500x)",
    "sin(1/x)",
    "1/(x-x)",
    "1/(1-1)",
    "floor(1000x)",
    "x^x",
    "exp(exp(x))",
    "log(log(x))",
    "1e300*x^2",
    "sqrt(-1-x^2)",
    "x^171",
    "abs(abs(abs(x)-1)-1)",
)

LONG = (
    "+".join(f"{k}*sin({k}*x)" for k in range(1, 51)),
    "sin(" * 45 + "x" + ")" * 45,
    "abs(" * 40 + "x" + "-1)" * 40,
    "log(" * 30 + "x^2+2" + ")" * 30,
)

MOST_TYPESET = 100
"""Formulas that one new function may make Nabla typeset."""


def put(tab: DerivativeTab, text: str) -> None:
    """Paste a text over the whole field."""
    edit = tab.inspector.formula.field.edit
    edit.selectAll()
    edit.insert(text)
    edit.textEdited.emit(text)
    settle()
    tab.grab()


@pytest.mark.parametrize("text", PATHOLOGICAL)
def test_a_pathological_function_is_drawn_and_dragged_in(tab: DerivativeTab, text: str) -> None:
    put(tab, text)
    assert tab.state.formula == text
    assert tab.scene.curve.x.size < 20_000 and tab.scene.slope_curve.x.size < 20_000
    for pane in (tab.function, tab.slope):
        assert pane._curve.elements < 10 * pane.plot.projection.width
    start = tab.scene.x, tab.scene.slope.value
    if all(math.isfinite(each) for each in start) and tab.scene.slope.failure is None:
        drag(tab.function.plot, start, (start[0] + 0.5, start[1]))
        settle()
    assert np.isfinite(tab.state.view).all() and np.isfinite(tab.state.slope_range).all()


@pytest.mark.parametrize("text", ["1/(x-x)", "1/(1-1)", "sqrt(-1-x^2)"])
def test_what_is_defined_nowhere_says_so(tab: DerivativeTab, text: str) -> None:
    put(tab, text)
    assert tab.scene.notice == "Not defined anywhere in view."
    assert tab.function.plot.message == tab.scene.notice


@pytest.mark.parametrize("text", LONG)
def test_a_long_function_needs_few_formulas_typeset(tab: DerivativeTab, text: str) -> None:
    before = formula_module._typeset_once.cache_info().misses
    put(tab, text)
    assert tab.state.formula == text
    assert formula_module._typeset_once.cache_info().misses - before < MOST_TYPESET


def test_a_wrong_text_keeps_the_last_function(tab: DerivativeTab) -> None:
    type_in(tab, "x^2")
    type_in(tab, "x^2+")
    assert tab.state.formula == "x^2" and tab.inspector.formula.field.error


@pytest.mark.skipif(not CASES.exists(), reason="the folder of shared cases is not there")
def test_hostile_texts_raise_nothing_and_keep_the_last_function(
    tab: DerivativeTab, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    for row in rows if LONG_RUN else rows[::13]:
        put(tab, "x^2")
        put(tab, row["text"][:2000])
        field = tab.inspector.formula.field
        assert (tab.state.formula == "x^2") or not field.error, row
        if row["want"] == "reject" and row["text"].strip():
            assert field.error, row
    assert capfd.readouterr().err == ""


def test_a_hundred_zooms_each_way_stay_finite(tab: DerivativeTab) -> None:
    for pane in (tab.function, tab.slope, tab.zoom, tab.errors):
        left, right, bottom, top = pane.plot.projection.view
        for notches in (1, -1, -1, 1):
            for _ in range(100):
                wheel(pane.plot, ((left + right) / 2, (bottom + top) / 2), notches)
            settle()
            assert np.isfinite(pane.plot.projection.view).all()


def test_a_new_function_under_a_resting_pointer_is_not_searched_while_one_types(
    tab: DerivativeTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab.function.marks._soon.setInterval(60_000)
    move(tab.function.plot, (1.0, 0.2))
    settle()
    searched: list[str] = []
    find = derivative_features.find_features

    def counted(expression: Any, *rest: Any) -> Any:
        searched.append(str(expression))
        return find(expression, *rest)

    monkeypatch.setattr(derivative_features, "find_features", counted)
    type_in(tab, "cos(x) + x/7")
    assert not searched
    move(tab.function.plot, (1.1, 0.2))
    settle()
    assert searched == [str(parse("cos(x) + x/7"))]
