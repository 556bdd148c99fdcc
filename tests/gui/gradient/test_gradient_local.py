"""The direction u, snapping, and what the level map shows on demand, under real mouse and keys."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.scenes.gradient_extras import with_shown
from core.scenes.gradient_state import EXTRAS, GradientState, type_formula
from gui.tabs.gradient import GradientTab
from tests.gui.mouse import drag
from tests.gui.tabs import LEFT, SHIFT, Key, key, settle, show, undo

ALT = Qt.KeyboardModifier.AltModifier


def handle(tab: GradientTab) -> tuple[float, float]:
    return tab.map.local.place_of(tab.scene)


def at_angle(tab: GradientTab, degrees: float) -> tuple[float, float]:
    """Give a place in this direction, as far from P as the ring."""
    (x, y), (a, b) = tab.state.point, handle(tab)
    radius, angle = math.hypot(a - x, b - y), math.radians(degrees)
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


def test_u_is_dragged_around_p_and_undone_in_one(tab: GradientTab) -> None:
    drag(tab.map.plot, handle(tab), at_angle(tab, 95.0))
    settle()
    assert tab.state.direction == pytest.approx(95.0, abs=1.5)
    angle = math.radians(tab.state.direction)
    slope = -20.028 * math.cos(angle) - 41.684 * math.sin(angle)
    assert tab.inspector.point.table.texts()[2][1] == f"{slope:.4f}".replace("-", "−")
    assert tab.state.point == (0.2, 0.9)
    undo(tab)
    assert tab.state.direction == 20.0


def test_u_snaps_to_the_gradient_and_the_level_tangent_unless_alt_is_held(tab: GradientTab) -> None:
    uphill = math.degrees(math.atan2(-41.684, -20.028))
    for quarter in range(4):
        wanted = uphill + 90.0 * quarter
        drag(tab.map.plot, handle(tab), at_angle(tab, wanted + 3.0))
        settle()
        assert math.cos(math.radians(tab.state.direction - wanted)) == pytest.approx(1.0, abs=1e-12)
    drag(tab.map.plot, handle(tab), at_angle(tab, uphill + 3.0), modifiers=ALT)
    settle()
    assert abs(math.remainder(tab.state.direction - uphill - 3.0, 360.0)) < 1.5


def test_arrow_keys_turn_u(tab: GradientTab) -> None:
    drag(tab.map.plot, handle(tab), at_angle(tab, 30.0), modifiers=ALT)
    settle()
    start = tab.state.direction
    for code, modifiers, change in (
        (Key.Key_Up, Qt.KeyboardModifier.NoModifier, 1.0),
        (Key.Key_Right, Qt.KeyboardModifier.NoModifier, 0.0),
        (Key.Key_Left, SHIFT, 15.0),
    ):
        key(tab, code, modifiers)
        assert tab.state.direction == pytest.approx(start + change)


@pytest.mark.parametrize(("typed", "angle"), [("-40", -40.0), ("90°", 90.0), ("400", 40.0)])
def test_an_angle_is_typed(tab: GradientTab, typed: str, angle: float) -> None:
    cell = tab.inspector.point.table.angle
    QTest.mouseClick(cell, LEFT)
    assert cell.line is not None
    QTest.keyClicks(cell.line, typed)
    QTest.keyClick(cell.line, Key.Key_Return)
    settle()
    assert tab.state.direction == pytest.approx(angle)


def test_p_snaps_to_a_star_unless_alt_is_held(tab: GradientTab) -> None:
    drag(tab.map.plot, (0.2, 0.9), (3.05, 2.04))
    settle()
    assert tab.state.point == (3.0, 2.0)
    assert tab.scene.uphill is None
    drag(tab.map.plot, (3.0, 2.0), (3.05, 2.04), modifiers=ALT)
    settle()
    assert tab.state.point != (3.0, 2.0)


@pytest.mark.parametrize("name", EXTRAS)
def test_the_list_shows_and_hides_each(tab: GradientTab, name: str) -> None:
    QTest.mouseClick(tab.map.show_button, LEFT)
    box = tab.map.show_button.list.boxes[name]
    for shown in ((name,), ()):
        box.click()
        settle()
        assert tab.state.shown == shown
        assert (tab.map.extras.field.count > 0) == ("field" in shown)
        assert tab.along_u.isVisible() == ("along_u" in shown)
        assert tab.polar.isVisible() == ("polar" in shown)
    tab.map.show_button.list.close()


def test_the_legend_says_why_something_is_missing(tab: GradientTab) -> None:
    show(tab, replace(type_formula(GradientState(), "x + y"), shown=("ellipse", "newton")))
    assert tab.map.extras.legend.text == (
        "No curvature here: the Hessian is zero; No Newton step: Hessian singular"
    )


def test_every_choice_is_drawn_in_awkward_states(tab: GradientTab) -> None:
    for text, point in (
        ("sqrt(x^2+y^2)", (0.0, 0.0)),
        ("1/(x^2+y^2)", (0.0, 0.0)),
        ("ln(x)+y", (-1.0, 1.0)),
        ("7", (0.2, 0.9)),
        ("x", (0.2, 0.9)),
    ):
        for view in ((-5.0, 5.0, -5.0, 5.0), (-1e9, 1e9, -1e9, 1e9)):
            state = replace(type_formula(GradientState(), text), point=point, view=view, shown=EXTRAS)
            show(tab, state)
            assert tab.scene.local.direction.angle == 20.0


@pytest.mark.parametrize("name", ["along_u", "polar"])
def test_what_stands_below_the_slices_brings_them_back(tab: GradientTab, name: str) -> None:
    show(tab, replace(tab.state, column="descent"))
    pane = {"along_u": tab.along_u, "polar": tab.polar}[name]
    QTest.mouseClick(tab.map.show_button, LEFT)
    QTest.mouseClick(tab.map.show_button.list.boxes[name], LEFT)
    settle()
    assert pane.isVisible() and tab.slices[0].isVisible()
    QTest.mouseClick(tab.map.show_button.list.boxes["field"], LEFT)
    tab.map.show_button.list.close()
    undo(tab)
    undo(tab)
    assert tab.state.column == "descent" and tab.state.shown == ()


def test_what_is_drawn_on_the_map_leaves_the_race_beside_it(tab: GradientTab) -> None:
    show(tab, replace(tab.state, column="descent"))
    for name in ("field", "ellipse", "model", "newton"):
        tab.become(with_shown(tab.state, name, True))
    tab.become(with_shown(replace(tab.state, shown=("polar",)), "polar", False))
    assert tab.state.column == "descent"
