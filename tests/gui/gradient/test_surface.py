"""Map or surface: the switch, what it says where there is no OpenGL, and the surface on a real screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

import gui.surface_opengl
from core.scenes.gradient_state import GradientState
from core.scenes.state import from_json, to_json
from gui.tabs.gradient import GradientTab
from gui.theme import LIGHT
from gui.window import Window
from tests.gui.tabs import CTRL, LEFT, NONE, SHIFT, Key, key, settle, show, undo

ROOT = Path(__file__).parents[3]

SCREEN = "-screen 0 1280x800x24"

CLOSED_AT_ONCE = """
import os, sys, threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from gui import app
from gui.window import Window

def go_on():
    window = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, Window))
    tab = window.current
    if tab.state.plane == "map":
        tab.edited(plane="surface")
    elif not tab.playing:
        assert not tab.map.planes.view.trouble or "anyway" in sys.argv, tab.map.planes.view.trouble
        tab.run("play_or_pause")
    else:
        window.close()

application = QApplication([])
timer = QTimer(interval=300)
timer.timeout.connect(go_on)
timer.start()
limit = threading.Timer(60, os._exit, (9,))
limit.daemon = True
limit.start()
sys.exit(app.run(app.Options(tab="gradient", theme="dark")))
"""

needs_screen = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("xvfb-run") is None, reason="needs xvfb-run"
)


def on_screen(*arguments: str, home: Path, server: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python on a screen that nobody sees, in a home of its own."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "LIBGL_ALWAYS_SOFTWARE": "1", "HOME": str(home)}
    environment["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        ["xvfb-run", "--auto-servernum", f"--server-args={SCREEN}{server}", sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


def click_plane(tab: GradientTab, plane: str) -> None:
    planes = tab.map.planes
    QTest.mouseClick(planes, LEFT, NONE, planes.segment_centre(plane).toPoint())
    settle()


# The switch


def test_the_switch_shows_the_map_at_first_and_no_surface_is_computed(tab: GradientTab) -> None:
    assert tab.map.plot.isVisible()
    assert tab.map.planes.view is None
    assert tab.scene.surface is None


def test_the_switch_changes_planes_and_is_undone(tab: GradientTab) -> None:
    click_plane(tab, "surface")
    view = tab.map.planes.view
    assert view is not None
    assert (tab.state.plane, view.isVisible(), tab.map.plot.isVisible()) == ("surface", True, False)
    assert tab.scene.surface is not None
    assert "tangent plane" in tab.map.header.toolTip()
    click_plane(tab, "map")
    assert "power of ten" in tab.map.header.toolTip()
    assert (tab.state.plane, view.isVisible(), tab.map.plot.isVisible()) == ("map", False, True)
    assert tab.scene.surface is None
    undo(tab)
    assert (tab.state.plane, view.isVisible()) == ("surface", True)
    assert tab.map.planes.view is view


def test_the_switch_is_reached_and_used_by_keyboard(tab: GradientTab) -> None:
    for _ in range(40):
        if tab.map.planes.hasFocus():
            break
        key(tab, Key.Key_Tab)
    assert tab.map.planes.hasFocus()
    key(tab, Key.Key_Right)
    assert tab.state.plane == "surface"
    key(tab, Key.Key_Tab)
    view = tab.map.planes.view
    assert view is not None
    assert view.hasFocus()
    key(tab, Key.Key_Backtab)
    key(tab, Key.Key_Left)
    assert tab.state.plane == "map"


def test_a_kept_state_comes_back_with_its_surface(tab: GradientTab) -> None:
    kept = replace(GradientState(), plane="surface", camera=(12.5, 45.0, 1.5))
    show(tab, from_json(GradientState, to_json(kept)))
    view = tab.map.planes.view
    assert view is not None
    assert view.isVisible()
    assert (view.camera.azimuth, view.camera.elevation, view.camera.zoom) == kept.camera


def test_going_to_and_fro_leaves_the_map_as_it_was(tab: GradientTab) -> None:
    before = tab.map.plot.view
    for plane in ("surface", "map") * 3:
        click_plane(tab, plane)
    assert tab.map.plot.view == before
    assert tab.state.view == before


def test_what_changed_behind_the_surface_is_on_the_map_afterwards(tab: GradientTab) -> None:
    click_plane(tab, "surface")
    tab.edited(point=(-2.0, 3.0), view=(-4.0, 4.0, -4.0, 4.0))
    settle()
    click_plane(tab, "map")
    plot = tab.map.plot
    assert plot.handle_at(plot.to_pixels(-2.0, 3.0)) is tab.map.point
    left, right, bottom, top = plot.view
    assert min(right - left, top - bottom) == pytest.approx(8.0)


def test_the_list_of_what_is_shown_keeps_its_marks_beside_the_surface(tab: GradientTab) -> None:
    click_plane(tab, "surface")
    for name, shown in (("field", True), ("polar", True), ("field", False)):
        QTest.mouseClick(tab.map.show_button, LEFT)
        box = tab.map.show_button.list.boxes[name]
        QTest.mouseClick(box, LEFT)
        settle()
        assert (name in tab.state.shown) == shown
        assert box.isChecked() == shown
        tab.map.show_button.list.close()
    assert tab.polar.isVisible()
    undo(tab)
    boxes = tab.map.show_button.list.boxes
    assert (boxes["field"].isChecked(), boxes["polar"].isChecked()) == (True, True)


# Without OpenGL


def test_without_a_screen_it_says_so_and_all_else_works(tab: GradientTab, window: Window) -> None:
    click_plane(tab, "surface")
    view = tab.map.planes.view
    assert view is not None
    assert view.trouble == (
        "The surface needs OpenGL, and without a screen there is none. "
        "The map shows the same function; start Nabla on a desktop to see the surface."
    )
    tab.setFocus()
    key(tab, Key.Key_Period, times=2)
    assert tab.state.step == 11
    before = tab.state.point
    key(tab, Key.Key_Right)
    assert tab.state.point[0] > before[0]
    picture = window.grab().toImage()
    middle = view.mapTo(window, view.rect().center())
    words = {picture.pixel(middle.x() + x, middle.y() + y) for x in range(-150, 150) for y in range(-20, 20)}
    assert len(words) > 20
    window.set_theme("dark")
    settle()
    window.set_theme("light")
    settle()


@pytest.mark.parametrize(
    ("reason", "words"),
    [(None, "OpenGL"), (RuntimeError("no context\nmore"), "does not work here (no context)")],
)
def test_where_opengl_fails_it_says_what_to_try(
    tab: GradientTab, monkeypatch: pytest.MonkeyPatch, reason: Exception | None, words: str
) -> None:
    class Failing:
        def __init__(self, theme: object) -> None:
            assert reason is not None
            raise reason

    monkeypatch.setattr(gui.surface_opengl, "WITHOUT_SCREEN", ())
    if reason is None:
        monkeypatch.setitem(sys.modules, "gui.surface_stage", None)
    else:
        monkeypatch.setitem(sys.modules, "gui.surface_stage", type(sys)("stage"))
        monkeypatch.setattr(sys.modules["gui.surface_stage"], "SurfaceStage", Failing, raising=False)
    click_plane(tab, "surface")
    view = tab.map.planes.view
    assert view is not None
    assert words in view.trouble
    assert "driver" in view.trouble
    key(tab, Key.Key_Left)
    QTest.mouseClick(view, LEFT, NONE, view.rect().center())
    settle()
    click_plane(tab, "map")
    assert tab.map.plot.isVisible()


def test_a_picture_of_the_surface_says_so_where_there_is_no_screen(tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    command = [sys.executable, "main.py", "--export", str(target), "--plane", "surface"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    image = QImage(str(target))
    assert (image.width(), image.height()) == (1280, 800)
    paper, middle = QColor(LIGHT.plot), (332, 416)  # of the plane, where the sentence stands
    assert {image.pixelColor(100, y).name() for y in range(120, 700)} == {paper.name()}
    words = [image.pixelColor(middle[0] + x, middle[1] + y) for x in range(-150, 150) for y in range(-20, 20)]
    assert any(word != paper for word in words)


# Hand


def test_keys_turn_and_zoom_the_eye_and_home_brings_it_back(
    tab: GradientTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    click_plane(tab, "surface")
    view = tab.map.planes.view
    assert view is not None
    monkeypatch.setattr(view.picture, "trouble", "")
    monkeypatch.setattr(view.picture, "_draw", lambda *_: None)
    first, point = tab.state.camera, tab.state.point
    view.setFocus()
    for code, modifiers, index, sign in [
        (Key.Key_Left, NONE, 0, 1),
        (Key.Key_Right, SHIFT, 0, -1),
        (Key.Key_Up, NONE, 1, -1),
        (Key.Key_Down, SHIFT, 1, 1),
        (Key.Key_Plus, NONE, 2, 1),
        (Key.Key_Minus, NONE, 2, -1),
    ]:
        before = tab.state.camera
        key(tab, code, modifiers)
        assert (tab.state.camera[index] - before[index]) * sign > 0, code
    key(tab, Key.Key_Home)
    assert tab.state.camera == first
    assert tab.state.point == point
    assert view.ringed
    key(tab, Key.Key_Period)
    assert tab.state.step == 10
    key(tab, Key.Key_Z, CTRL)
    assert tab.state.plane == "surface"  # the step was undone, not the turning, which is no edit
    assert tab.state.step == 9


# On a real screen


def test_the_start_imports_no_opengl() -> None:
    loaded = (
        "import sys, gui.app, gui.tabs; sys.exit(bool({'OpenGL', 'gui.surface_stage'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, timeout=600).returncode == 0


@needs_screen
@pytest.mark.parametrize("module", ["on_screen.py", "on_screen_marks.py"])
def test_on_a_screen(module: str, tmp_path: Path) -> None:
    """Run the tests of a module that needs OpenGL."""
    tests = str(Path(__file__).with_name(module))
    done = on_screen("-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", tests, home=tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@needs_screen
def test_a_picture_of_the_surface_holds_it_where_there_is_a_screen(tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    options = ("--export", str(target), "--plane", "surface", "--theme", "dark", "--size", "960x640")
    done = on_screen("main.py", *options, home=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    image = QImage(str(target))
    assert (image.width(), image.height()) == (960, 640)
    colours = [image.pixelColor(x, y) for x in range(60, 360, 4) for y in range(200, 480, 4)]
    blue = [colour for colour in colours if colour.blue() > colour.red() + 40]
    assert len(blue) > len(colours) / 3


@needs_screen
@pytest.mark.parametrize(("server", "more"), [("", ()), (" -extension GLX", ("anyway",))], ids=["GLX", "EGL"])
def test_closing_while_the_surface_plays_is_silent(
    tmp_path: Path, server: str, more: tuple[str, ...]
) -> None:
    done = on_screen("-W", "error", "-c", CLOSED_AT_ONCE, *more, home=tmp_path, server=server)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
