"""Surfaces with holes, poles, kinks and absurd sizes in the Gradient tab, and text that is no surface."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.scenes.gradient import GradientScene, compute
from core.scenes.gradient_state import COLUMNS, EXTRAS, PLANES, GradientState, fit_view, type_formula
from gui.tabs.gradient import GradientTab
from tests.effort import work_within
from tests.gui.mouse import drag, wheel
from tests.gui.tabs import CTRL, Key, key, settle, show

VIEW = (-5.0, 5.0, -5.0, 5.0)

SURFACES = {
    "hole of a logarithm": ("ln(x)+ln(y)", (1.0, 1.0)),
    "hole of a root, P outside": ("sqrt(x y)", (-1.0, 2.0)),
    "P on the edge of the domain": ("sqrt(x)+y", (0.0, 1.0)),
    "defined nowhere": ("sqrt(-1-x^2-y^2)", (0.0, 0.0)),
    "defined at one point only": ("sqrt(-x^2-y^2)", (0.0, 0.0)),
    "P on a pole": ("1/(x^2+y^2)", (0.0, 0.0)),
    "a line of poles": ("1/(x+y)", (1.0, -1.0)),
    "infinite to one side": ("exp(1000(x+y))", (1.0, 1.0)),
    "infinite everywhere": ("1/0+x y", (1.0, 1.0)),
    "flat inside": ("max(x^2+y^2-4, 0)", (0.5, 0.5)),
    "no critical point": ("x+2y", (1.0, 1.0)),
    "a saddle without bound": ("x^2-y^2", (0.0, 0.01)),
    "a degenerate critical point": ("x^3-3x y^2", (0.0, 0.0)),
    "of x only": ("x^2", (1.0, 1.0)),
    "of y only": ("sin(y)", (1.0, 1.0)),
    "constant": ("7", (1.0, 1.0)),
    "P on two corners": ("abs(x)+abs(y)", (0.0, 0.0)),
    "P on a kink": ("max(x, y)", (1.0, 1.0)),
    "a cone": ("sqrt(x^2+y^2)", (0.0, 0.0)),
    "huge": ("1e300*x*y", (1.0, 1.0)),
    "beyond the largest number": ("1e300*x^9*y^9", (3.0, 3.0)),
    "tiny": ("1e-300*(x^2+y^2)", (1.0, 1.0)),
    "twice exponential": ("exp(exp(x*y))", (1.0, 1.0)),
    "wild poles": ("tan(x*y*50)", (1.0, 1.0)),
    "staircase": ("floor(x)+floor(y)", (1.0, 0.5)),
    "power of negatives": ("x^y", (-1.0, 0.5)),
    "0/0 at P": ("sin(x*y)/(x*y)", (0.0, 0.0)),
    "a jump": ("sign(x*y)", (0.0, 1.0)),
    "cases": ("where(x>y, x^2, ln(y))", (1.0, 1.0)),
    "a million to one": ("1e12 x^2+y^2", (1.0, 1.0)),
    "a letter": ("a ln(b x)+y^2", (1.0, 1.0)),
}

VIEWS = {
    "1e-9 wide": (1.0 - 5e-10, 1.0 + 5e-10, 1.0 - 5e-10, 1.0 + 5e-10),
    "1e9 wide": (-5e8, 5e8, -5e8, 5e8),
    "far from the origin": (1e6, 1e6 + 1.0, -1e6 - 1.0, -1e6),
    "as wide as numbers go": (-1e299, 1e299, -1e299, 1e299),
    "a strip": (-5.0, 5.0, 0.0, 1e-6),
}

MODES = list(itertools.product(COLUMNS, PLANES))

MOST_CALLS, MOST_MEGABYTES = 2_000_000, 60.0
"""Work that no scene takes."""


def state_of(text: str, point: tuple[float, float]) -> GradientState:
    everything = replace(GradientState(), shown=EXTRAS, view=VIEW, step=0)
    return replace(type_formula(everything, text), point=point)


def assert_sane(tab: GradientTab) -> None:
    """All edges are finite and in order, and a number that does not exist reads so, with its reason."""
    settle()
    scene = tab.scene
    assert isinstance(scene, GradientScene)
    for view in (tab.state.view, tab.map.plot.view, *(pane.plot.view for pane in tab.slices)):
        assert np.isfinite(view).all()
        assert view[0] < view[1] and view[2] < view[3]
    assert np.isfinite(tab.state.point).all()
    _, value, size = (readout.text for readout in tab.inspector.point.readouts.readouts)
    assert "nan" not in f"{value} {size}".lower()
    if math.isnan(scene.value):
        assert value == "none"
    if not math.isfinite(scene.magnitude):
        assert scene.reason or not math.isnan(scene.magnitude)
    for row in tab.inspector.point.table.texts():
        assert "nan" not in " ".join(row).lower()


def treat(tab: GradientTab, qtbot: QtBot) -> None:
    """Drag P across the view, take steps, play, zoom far in and far out, and come back."""
    plot = tab.map.plot
    left, right, bottom, top = plot.view
    middle = ((left + right) / 2.0, (bottom + top) / 2.0)
    for end in ((0.15, 0.15), (0.85, 0.8), (0.5, 0.5), (0.5, 0.2)):
        place = (left + end[0] * (right - left), bottom + end[1] * (top - bottom))
        drag(plot, tab.state.point, place, steps=5)
        assert_sane(tab)
        assert tab.state.point == pytest.approx(place, rel=0.0, abs=0.03 * (right - left))
    for pane in tab.slices:
        here = tab.state.point[pane.axis]
        wide = pane.plot.view[1] - pane.plot.view[0]
        height = tab.scene.value if math.isfinite(tab.scene.value) else 0.0
        drag(pane.plot, (here, height), (here + 0.2 * wide, height), steps=3)
        assert_sane(tab)
    tab.setFocus()
    key(tab, Key.Key_Period, times=3)
    key(tab, Key.Key_Comma)
    assert_sane(tab)
    key(tab, Key.Key_Space)
    qtbot.wait(40)
    tab.playback.pause()
    assert_sane(tab)
    for notches in (20, -40, 20):
        for turn in range(0, abs(notches), 4):
            wheel(plot, middle, 4 if notches > 0 else -4)
            if not turn % 8:
                settle()
        assert_sane(tab)
    key(tab, Key.Key_0, CTRL)
    assert_sane(tab)


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface_is_drawn_and_survives_the_hand(name: str, tab: GradientTab, qtbot: QtBot) -> None:
    text, point = SURFACES[name]
    show(tab, state_of(text, point))
    assert_sane(tab)
    treat(tab, qtbot)


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_is_drawn_and_survives_the_hand(name: str, tab: GradientTab, qtbot: QtBot) -> None:
    view = VIEWS[name]
    middle = (view[0] / 2.0 + view[1] / 2.0, view[2] / 2.0 + view[3] / 2.0)
    for text in ("x^2+y^2", "(x^2+y-11)^2+(x+y^2-7)^2", "sin(x)cos(y)"):
        show(tab, replace(state_of(text, middle), view=view))
        assert_sane(tab)
    treat(tab, qtbot)


def test_every_surface_is_drawn_in_every_mode(tab: GradientTab) -> None:
    tab.inspector.rules.unfold()
    tab.inspector.claims.show_folded(False)
    for (text, point), (column, plane) in zip(SURFACES.values(), itertools.cycle(MODES), strict=False):
        typed = {"claims": ("x", "sqrt(y)"), "rule_step": 1}
        show(tab, replace(state_of(text, point), column=column, plane=plane, **typed))
        assert_sane(tab)
        tab.step_forward(2)
        assert_sane(tab)
    for column, plane in MODES:
        show(tab, replace(tab.state, column=column, plane=plane, shown=()))
        assert_sane(tab)


@pytest.mark.parametrize("name", SURFACES)
def test_scenes_take_bounded_work(name: str) -> None:
    text, point = SURFACES[name]
    state = replace(state_of(text, point), claims=("x", "y"), rule_step=1)
    for step in (0, 40, 200):
        with work_within(MOST_CALLS, MOST_MEGABYTES):
            compute(replace(state, step=step))


@pytest.mark.parametrize("half", [1e-300, 1e-12, 1e-3, 1e6, 1e100, 1e200, 1e299])
def test_scenes_of_any_width_are_computed_without_a_warning(half: float) -> None:
    for text, point in SURFACES.values():
        state = replace(state_of(text, point), claims=("x", "y+1"), step=20)
        view = (-half, 1.02 * half, -0.97 * half, half)
        scene = compute(replace(state, view=view, point=(0.3 * half, 0.2 * half)))
        assert np.isfinite(fit_view(state).view).all()
        assert all(np.isfinite(part.view).all() for part in scene.slices)


@pytest.mark.parametrize(
    ("text", "point", "reason"),
    [
        ("ln(x)+y", (-1.0, 1.0), "Not defined here"),
        ("1/(x^2+y^2)", (0.0, 0.0), "infinite here"),
        ("abs(x)+y", (0.0, 1.0), "∂f/∂x does not exist: a corner"),
        ("max(x, y)", (1.0, 1.0), "does not exist: a corner"),
        ("floor(x)+y", (1.0, 0.5), "∂f/∂x does not exist: the value leaps"),
        ("x^2+y^2", (0.0, 0.0), "A critical point"),
        ("7", (1.0, 1.0), "A critical point"),
    ],
)
def test_what_is_not_defined_is_said(
    tab: GradientTab, text: str, point: tuple[float, float], reason: str
) -> None:
    show(tab, state_of(text, point))
    assert reason in tab.scene.reason
    assert reason in tab.inspector.point.readouts.reason


# Text


def hostile_texts() -> list[str]:
    path = Path(__file__).parents[2] / "core" / "data" / "hostile_expressions.jsonl"
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_hostile_text_is_refused_or_drawn_with_its_fault_below_the_field(tab: GradientTab) -> None:
    field = tab.inspector.formula.field
    for text in hostile_texts()[::5]:
        with work_within(MOST_CALLS):
            field.edit.selectAll()
            field.edit.insert(text)
            settle()
        problem = tab.scene.problem
        assert field.error == (problem.message if problem and tab.state.text.strip() else ""), text
        if problem is not None:
            assert 0 <= problem.position <= len(tab.state.text)
            assert tab.state.formula != tab.state.text
        assert_sane(tab)


@pytest.mark.parametrize(
    ("text", "message", "position", "suggestion"),
    [
        ("x^2+(y", "The bracket is not closed. Add “)”.", 6, ")"),
        ("x^2+y^", None, 6, None),
        ("sinn(x)+y", None, 0, "sin"),
        ("x^2+=y", None, 4, None),
    ],
)
def test_a_typed_fault_has_caret_sentence_and_suggestion(
    tab: GradientTab, text: str, message: str | None, position: int, suggestion: str | None
) -> None:
    before = tab.state.formula
    edit = tab.inspector.formula.field.edit
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    settle()
    problem = tab.scene.problem
    assert problem is not None
    assert problem.position == position
    assert message is None or problem.message == message
    assert (problem.suggestion[2] if problem.suggestion else None) == suggestion
    field = tab.inspector.formula.field
    assert field.error == problem.message
    assert tab.scene.map is compute(replace(tab.state, text=before, formula=tab.state.formula)).map
