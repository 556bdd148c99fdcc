"""The surface where there is OpenGL: `test_surface.py` runs these tests on a screen that nobody sees."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.scenes.gradient_state import GradientState, type_formula
from core.scenes.surface_box import HEIGHT
from gui.export import picture
from gui.surface_handle import GRIP
from gui.tabs.gradient import GradientTab
from gui.tabs.gradient_surface_view import GradientSurface
from gui.theme import LIGHT
from gui.window import Window
from tests.gui.tabs import LEFT, NONE, Key, key, settle, show, undo


def surface(tab: GradientTab, text: str = "", **choices: object) -> GradientSurface:
    """Show a surface and have it drawn to the end."""
    state = type_formula(GradientState(), text) if text else GradientState()
    show(tab, replace(state, plane="surface", **choices))
    view = tab.map.planes.view
    assert view is not None
    assert view.trouble == ""
    view.repaint()
    return view


def opaque(view: GradientSurface) -> np.ndarray:
    """Tell which pixels of the surface's picture are drawn."""
    image = view.picture.surface.convertToFormat(QImage.Format.Format_ARGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return pixels[..., 3] > 127


def pixel_of(view: GradientSurface, tab: GradientTab, x: float, y: float, value: float) -> QPointF:
    place = tab.scene.surface.mesh.box.place(x, y, value)
    across, down = view.camera.to_pixels(place)[:2].tolist()
    return QPointF(across, down)


def send(
    view: GradientSurface,
    kind: QMouseEvent.Type,
    at: QPointF,
    held: bool,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    button = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else LEFT
    buttons = LEFT if held else Qt.MouseButton.NoButton
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), button, buttons, modifiers))


def drag(
    view: GradientSurface,
    start: QPointF,
    end: QPointF,
    *,
    drop: bool = True,
    modifiers: Qt.KeyboardModifier = NONE,
) -> None:
    send(view, QMouseEvent.Type.MouseButtonPress, start, True, modifiers)
    for step in range(1, 9):
        send(view, QMouseEvent.Type.MouseMove, start + (end - start) * (step / 8), True, modifiers)
    settle()
    if drop:
        send(view, QMouseEvent.Type.MouseButtonRelease, end, False, modifiers)
        settle()


def test_the_surface_is_drawn_where_the_function_is(tab: GradientTab) -> None:
    view = surface(tab, "x^2-y^2")
    drawn = opaque(view)
    assert 0.15 < drawn.mean() < 0.7
    for x, y in ((0.0, 0.0), (2.0, -3.0), (-3.0, -2.0)):
        at = pixel_of(view, tab, x, y, x * x - y * y)
        assert drawn[int(at.y()), int(at.x())]
    assert not drawn[5, 5]


def test_a_hole_is_a_hole(tab: GradientTab) -> None:
    view = surface(tab, "sqrt(4-x^2-y^2)", point=(0.5, 0.5), camera=(-90.0, 89.0, 1.0))
    drawn = opaque(view)
    inside, outside = pixel_of(view, tab, 1.0, 0.5, 1.5), pixel_of(view, tab, 3.0, 3.0, 0.0)
    assert drawn[int(inside.y()), int(inside.x())]
    assert not drawn[int(outside.y()), int(outside.x())]
    surface(tab, "log(-1-x^2)")
    assert not opaque(view).any()


def test_what_is_under_the_hill_is_hidden(tab: GradientTab) -> None:
    view = surface(tab, "exp(-x^2-y^2)", camera=(-90.0, 20.0, 1.0))
    box = tab.scene.surface.mesh.box
    places = np.array([box.place(0.0, 0.0, value) for value in (1.0, 0.5)] + [box.place(0.0, 3.0, 0.0001)])
    assert view.marks.visible(places).tolist() == [True, False, False]
    assert view.marks.visible(np.array([box.place(0.0, -3.0, 0.0001)])).tolist() == [True]


def test_what_is_cut_off_at_the_top_hides_nothing(tab: GradientTab) -> None:
    view = surface(tab, "1/(x^2+y^2)", camera=(-90.0, 0.0, 0.5))
    box = tab.scene.surface.mesh.box
    behind = np.array([box.place(0.0, 5.0, box.value(height * HEIGHT)) for height in (0.7, 1.5)])
    assert view.marks.visible(behind).tolist() == [False, True]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_low_is_drawn_in_the_first_colour_of_the_ramp_and_high_in_the_last(
    window: Window, theme: str
) -> None:
    window.set_theme(theme)
    settle()
    tab = window.current
    assert isinstance(tab, GradientTab)
    view = surface(tab, "x", camera=(-90.0, 80.0, 1.0))
    image = view.picture.surface
    hues = []
    for x in (-4.9, 4.9):
        at = pixel_of(view, tab, x, 2.3, x).toPoint()
        hues.append(image.pixelColor(at))
    strongest = QColor(tab.theme.function_ramp[1])
    blue = strongest.blue() - strongest.red()
    assert hues[0].blue() - hues[0].red() < 0.4 * blue
    assert hues[1].blue() - hues[1].red() > 0.6 * blue


def test_dragging_p_over_the_surface_is_one_edit(tab: GradientTab) -> None:
    view = surface(tab, "x^2+y^2", point=(1.0, -1.0))
    drag(
        view,
        pixel_of(view, tab, 1.0, -1.0, 2.0) + QPointF(3, 2),
        pixel_of(view, tab, -2.0, 1.0, 5.0) + QPointF(3, 2),
    )
    assert tab.state.point == pytest.approx((-2.0, 1.0), abs=0.05)
    undo(tab)
    assert tab.state.point == (1.0, -1.0)


def test_beside_the_surface_p_stays_in_view_and_esc_takes_the_drag_back(tab: GradientTab) -> None:
    view = surface(tab, "x^2+y^2", point=(1.0, -1.0))
    drag(
        view,
        pixel_of(view, tab, 1.0, -1.0, 2.0),
        QPointF(view.width() - 2.0, view.height() - 2.0),
        drop=False,
    )
    left, right, bottom, top = tab.state.view
    x, y = tab.state.point
    assert (x, y) != (1.0, -1.0)
    assert left <= x <= right
    assert bottom <= y <= top
    QTest.keyClick(view, Qt.Key.Key_Escape)
    settle()
    assert tab.state.point == (1.0, -1.0)
    assert not view.point.held


def test_dragging_beside_p_turns_the_box_and_leaves_no_trace_in_the_history(
    tab: GradientTab, window: Window
) -> None:
    view = surface(tab)
    window.store._histories["gradient"].undo.clear()
    before, start = tab.state.camera, QPointF(40.0, 60.0)
    assert (view.camera.to_pixels(tab.scene.surface.point)[0] - 40.0) > 2 * GRIP
    drag(view, start, start + QPointF(60, 20))
    azimuth, elevation, zoom = tab.state.camera
    assert azimuth < before[0]
    assert elevation > before[1]
    assert zoom == before[2]
    assert not window.store.can_undo("gradient")


def test_only_turning_has_opengl_draw_again(tab: GradientTab, monkeypatch: pytest.MonkeyPatch) -> None:
    view = surface(tab)
    QTest.qWait(300)
    calls = []
    stage = view.picture._stage
    drawing = stage.picture
    monkeypatch.setattr(stage, "picture", lambda *each, **more: calls.append(1) or drawing(*each, **more))
    for step in range(1, 6):
        tab.edited(step=step)
        settle()
        view.repaint()
    tab.edited(point=(1.0, 2.0))
    settle()
    view.repaint()
    assert not calls
    view.setFocus()
    key(tab, Key.Key_Left)
    view.repaint()
    assert len(calls) == 1
    QTest.qWait(300)
    assert len(calls) == 2  # once more with smooth edges


def test_p_moves_in_the_picture_when_the_state_does(tab: GradientTab) -> None:
    view = surface(tab, "x^2+y^2", point=(1.0, -1.0))

    def colour_at(x: float, y: float) -> QColor:
        at = pixel_of(view, tab, x, y, x * x + y * y).toPoint()
        return view.grab().toImage().pixelColor(at)

    assert colour_at(1.0, -1.0) == QColor(LIGHT.function.mark)
    tab.edited(point=(-1.5, -1.0))
    settle()
    assert colour_at(-1.5, -1.0) == QColor(LIGHT.function.mark)
    assert colour_at(1.0, -1.0) != QColor(LIGHT.function.mark)


def test_pictures_of_the_window_hold_the_surface(tab: GradientTab, window: Window, tmp_path: Path) -> None:
    view = surface(tab, "x^2-y^2", point=(-3.0, -3.0))
    picture(window, tmp_path / "out.png")
    at = view.mapTo(window, pixel_of(view, tab, 3.0, -3.0, 0.0).toPoint())
    assert QImage(str(tmp_path / "out.png")).pixelColor(at) != QColor(LIGHT.plot)
    window.copy_picture()
    assert QApplication.clipboard().image().pixelColor(at) != QColor(LIGHT.plot)


@pytest.mark.parametrize("text", ["3", "1/(x^2+y^2)", "1e300*x", "log(x*y)", "floor(x)*y", "1/x", "x*0/0"])
def test_whatever_is_typed_is_drawn(tab: GradientTab, text: str) -> None:
    for camera in ((-62.0, 40.0, 1.0), (100.0, 0.0, 8.0), (0.0, 90.0, 0.4)):
        view = surface(tab, text, camera=camera)
        assert not view.grab().isNull()
        assert view.trouble == ""


def test_a_window_without_room_and_an_enlarged_pane_draw_too(tab: GradientTab, window: Window) -> None:
    view = surface(tab)
    for size in ((960, 640), (1280, 800)):
        window.resize(*size)
        settle()
        view.repaint()
        assert abs(view.picture.surface.width() - view.width()) <= 1
    tab.pane_switch.enlarge("map")
    settle()
    view.repaint()
    assert opaque(view).any()


def test_another_theme_draws_with_a_stage_of_its_own(tab: GradientTab, window: Window) -> None:
    for theme in ("dark", "light", "dark"):
        surface(window.current)
        window.set_theme(theme)
        settle()
        QTest.qWait(20)
    view = surface(window.current)
    assert opaque(view).any()
    window.set_theme("light")


def test_hiding_the_surface_ends_a_drag(tab: GradientTab) -> None:
    view = surface(tab, "x^2+y^2", point=(1.0, -1.0))
    drag(view, pixel_of(view, tab, 1.0, -1.0, 2.0), pixel_of(view, tab, 0.0, 1.0, 1.0), drop=False)
    assert view.point.held
    tab.edited(recorded=False, plane="map")
    settle()
    assert not view.point.held
    assert tab.state.point == pytest.approx((0.0, 1.0), abs=0.05)
