"""What lies on the surface, and its handles, where there is OpenGL; see `on_screen.py`."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from core.scenes.gradient_direction import turned_to
from core.scenes.gradient_state import EXTRAS, GradientState
from core.scenes.race_forks import with_changed
from gui.tabs.gradient import GradientTab
from gui.tabs.gradient_surface_view import GradientSurface
from gui.theme import LIGHT, THEMES
from gui.window import Window
from tests.gui.gradient.on_screen import drag, pixel_of, send, surface
from tests.gui.gradient.test_gradient_bad_input import SURFACES, VIEW, assert_sane
from tests.gui.tabs import Key, key, settle, show, undo

ALT = Qt.KeyboardModifier.AltModifier
MOVE = QMouseEvent.Type.MouseMove
SHARES = np.linspace(0.0, 1.0, 150)
ASLANT = (-62.0, 40.0, 1.0)


def tip_of_u(tab: GradientTab) -> np.ndarray:
    direction = tab.scene.surface.direction
    assert direction is not None
    return direction.tip


def end_of_u(view: GradientSurface, tab: GradientTab, angle: float | None = None) -> QPointF:
    """Give the pixel where u ends, or would end at an angle."""
    if angle is None:
        tip = tip_of_u(tab)
    else:
        part = tab.compute(turned_to(tab.state, angle)).surface
        assert part is not None and part.direction is not None
        tip = part.direction.tip
    return QPointF(*view.camera.to_pixels(tip)[:2].tolist())


def pictured(view: GradientSurface) -> QImage:
    return view.grab().toImage()


def colours_around(image: QImage, at: QPointF, reach: int) -> set[str]:
    ways = range(-reach, reach + 1)
    middle = at.toPoint()
    return {image.pixelColor(middle.x() + x, middle.y() + y).name() for x in ways for y in ways}


def has_colour(image: QImage, at: QPointF, colour: str, reach: int = 4) -> bool:
    return QColor(colour).name() in colours_around(image, at, reach)


# u


def test_u_is_dragged_around_p_and_undone_in_one(tab: GradientTab) -> None:
    view = surface(tab, "x^2-y^2", point=(-1.0, -1.5))
    grip = QPointF(3.0, -2.0)
    for angle in (70.0, 160.0, -100.0):
        before = tab.state.direction
        wanted = end_of_u(view, tab, angle)
        drag(view, end_of_u(view, tab) + grip, wanted + grip, modifiers=ALT)
        assert tab.state.direction == pytest.approx(angle, abs=0.2)
        assert math.dist(end_of_u(view, tab).toTuple(), wanted.toTuple()) < 1.0
        undo(tab)
        assert tab.state.direction == before
        tab.edited(direction=angle)
        settle()
    assert tab.state.point == (-1.0, -1.5)
    assert tab.state.camera == ASLANT


def test_u_snaps_to_the_gradient_unless_alt_is_held(tab: GradientTab) -> None:
    view = surface(tab, "x^2-y^2", point=(-1.0, -1.5))
    uphill = math.degrees(math.atan2(3.0, -2.0))
    near = end_of_u(view, tab, uphill) + QPointF(2.0, 2.0)
    drag(view, end_of_u(view, tab), near)
    assert tab.state.direction == pytest.approx(uphill, abs=1e-9)
    drag(view, end_of_u(view, tab), near + QPointF(0.0, 1.0), modifiers=ALT)
    assert tab.state.direction != pytest.approx(uphill, abs=0.1)


def test_esc_takes_a_turn_of_u_back(tab: GradientTab) -> None:
    view = surface(tab, "x^2-y^2", point=(-1.0, -1.5))
    drag(view, end_of_u(view, tab), end_of_u(view, tab, 150.0), drop=False)
    assert tab.state.direction == pytest.approx(150.0, abs=2.0)
    QTest.keyClick(view, Key.Key_Escape)
    settle()
    assert tab.state.direction == 20.0
    assert not view.u.held


def test_the_pointer_lights_what_it_could_take(tab: GradientTab) -> None:
    view = surface(tab, "x^2-y^2", point=(-1.0, -1.5))
    here = pixel_of(view, tab, -1.0, -1.5, -1.25)
    for at, lit in (
        (here, (True, False)),
        (end_of_u(view, tab), (False, True)),
        (QPointF(9, 9), (False, False)),
    ):
        send(view, MOVE, at, held=False)
        assert (view.point.lit, view.u.lit) == lit


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_u_is_drawn_from_p_to_its_open_circle(window: Window, theme: str) -> None:
    window.set_theme(theme)
    settle()
    tab = window.current
    assert isinstance(tab, GradientTab)
    view = surface(tab, "x+y/2", point=(-1.0, -1.5), camera=(-90.0, 90.0, 1.0), direction=90.0)
    image, ink = pictured(view), THEMES[theme].data.mark
    end, here = end_of_u(view, tab), pixel_of(view, tab, -1.0, -1.5, -1.75)
    assert image.pixelColor(end.toPoint()) == QColor(THEMES[theme].plot)
    assert has_colour(image, end + QPointF(5.0, 0.0), ink, 2)
    assert has_colour(image, here + (end - here) * 0.6, ink, 3)
    window.set_theme("light")


# Critical points


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_critical_points_have_the_marks_of_the_map(window: Window, theme: str) -> None:
    window.set_theme(theme)
    settle()
    tab = window.current
    assert isinstance(tab, GradientTab)
    view = surface(tab, camera=(-90.0, 80.0, 1.0), step=0, point=(-4.0, 4.5))
    image, colours = pictured(view), THEMES[theme]
    points = tab.scene.surface.critical.points
    assert len(points) == 9
    for point in points:
        at = pixel_of(view, tab, point.x, point.y, point.value)
        colour = colours.optimum.mark if point.kind.value == "minimum" else colours.second
        assert has_colour(image, at, colour, 3), point
    window.set_theme("light")


def test_what_the_hill_hides_of_them_is_faint(tab: GradientTab) -> None:
    view = surface(tab, "x^2+y^2", point=(4.0, 4.0), step=0, camera=(-90.0, 5.0, 1.0))
    at = pixel_of(view, tab, 0.0, 0.0, 0.0)
    assert not view.marks.visible(tab.scene.surface.critical.places)[0]
    image = pictured(view)
    assert not has_colour(image, at, LIGHT.optimum.mark)
    bare, starred = (each.pixelColor(at.toPoint()) for each in (view.picture.surface, image))
    assert starred.red() > bare.red() + 20


def test_p_snaps_on_a_critical_point_unless_alt_is_held(tab: GradientTab) -> None:
    view = surface(tab, "x^2+y^2/2", point=(2.0, -2.0), step=0)
    goal = pixel_of(view, tab, 0.0, 0.0, 0.0)
    start = pixel_of(view, tab, 2.0, -2.0, 6.0)
    drag(view, start, goal + QPointF(4.0, -3.0), modifiers=ALT)
    assert tab.state.point != pytest.approx((0.0, 0.0), abs=1e-3)
    undo(tab)
    drag(view, start, goal + QPointF(4.0, -3.0))
    assert tab.state.point == pytest.approx((0.0, 0.0), abs=1e-9)
    assert tab.scene.surface.tangent.uphill is None
    drag(view, goal, goal + QPointF(30.0, 10.0))
    assert tab.state.point != pytest.approx((0.0, 0.0), abs=0.1)


def test_a_pointer_that_rests_is_told_what_it_is_on(tab: GradientTab) -> None:
    view = surface(tab, "x^2+y^2", point=(2.0, -2.0), step=0)
    at = pixel_of(view, tab, 0.0, 0.0, 0.0)
    assert view.tip_at(at + QPointF(5.0, 5.0)) == "Minimum at (0.0000, 0.0000), f = 0.0000"
    uphill = QPointF(*view.camera.to_pixels(tab.scene.surface.tangent.uphill)[:2].tolist())
    assert view.tip_at(uphill) == "∇f, of length 5.66."
    assert view.tip_at(QPointF(9.0, 9.0)) == ""
    whole = at.toPoint()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, whole, view.mapToGlobal(whole))
    QApplication.sendEvent(view, event)
    assert QToolTip.text() == "Minimum at (0.0000, 0.0000), f = 0.0000"
    QToolTip.hideText()


# Ghosts


def test_the_ghost_of_a_changed_run_is_dashed_and_ends_in_an_open_marker(tab: GradientTab) -> None:
    first = GradientState()
    fast, slow = (first.racer._replace(settings=(("learning_rate", rate),)) for rate in (0.5, 0.001))
    racers, forks = with_changed((fast,), (), slow, 2)
    view = surface(tab, "x/4+y", point=(1.0, 4.0), racers=racers, forks=forks, step=9)
    (ghost,) = tab.scene.surface.ghosts
    assert len(ghost.steps) == 10
    end = QPointF(*view.camera.to_pixels(ghost.steps[-1])[:2].tolist())
    image = pictured(view)
    assert image.pixelColor(end.toPoint()) == QColor(LIGHT.plot)
    assert has_colour(image, end + QPointF(3.5, 0.0), LIGHT.descent.mark, 2)
    way = QLineF(*(view.camera.to_pixels(ghost.steps[step])[part] for step in (4, 8) for part in (0, 1)))
    around = [colours_around(image, way.pointAt(share), 1) for share in SHARES]
    drawn = np.array([min(QColor(each).blue() for each in colours) for colours in around]) < 215
    assert 0.3 < drawn.mean() < 0.9  # what is below is bluer
    assert np.count_nonzero(drawn[1:] != drawn[:-1]) >= 6
    tab.edited(forks=())
    settle()
    assert tab.scene.surface.ghosts == ()
    assert pictured(view).pixelColor(end.toPoint()) != QColor(LIGHT.plot)


# Whatever is typed


def test_everything_is_drawn_on_every_surface(tab: GradientTab, window: Window) -> None:
    window.resize(960, 640)
    for text, point in SURFACES.values():
        view = surface(tab, text, point=point, shown=EXTRAS, view=VIEW, step=0, camera=(100.0, 0.0, 8.0))
        view.repaint()
        show(tab, replace(tab.state, camera=ASLANT))
        for handle in (view.point, view.u):
            if handle.place is None:
                continue
            start = QPointF(*view.camera.to_pixels(handle.place)[:2].tolist())
            drag(view, start, QPointF(view.width() * 0.4, view.height() * 0.55))
            assert not handle.held, text
        assert_sane(tab)
        assert view.trouble == ""


# Keys


def test_the_focus_has_its_frame_and_its_keys(tab: GradientTab) -> None:
    view = surface(tab)
    tab.map.planes.setFocus()
    key(tab, Key.Key_Tab)
    assert view.hasFocus()
    frame = QPointF(view.width() / 2.0, 2.0)
    assert has_colour(pictured(view), frame, LIGHT.ink, 1)
    before = tab.state.camera
    key(tab, Key.Key_Left)
    key(tab, Key.Key_Plus)
    assert tab.state.camera[0] > before[0]
    assert tab.state.camera[2] > before[2]
    key(tab, Key.Key_Tab)
    assert not view.hasFocus()
    assert not has_colour(pictured(view), frame, LIGHT.ink, 1)
