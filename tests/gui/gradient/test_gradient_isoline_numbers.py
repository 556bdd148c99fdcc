"""Nothing on the map covers the numbers of its isolines once it is at rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from core.presets import SURFACES
from core.scenes.gradient_state import GradientState, choose_preset
from gui.tabs.gradient import GradientTab
from gui.window import Window
from tests.gui.mouse import drag, release
from tests.gui.tabs import settle, show, undo


def at_rest(tab: GradientTab, qtbot: QtBot) -> list[QRectF]:
    """Wait until nothing has changed for a while, and tell where the numbers are."""
    settle()
    qtbot.waitUntil(lambda: not tab.map._rest.isActive())
    return tab.map._isolines.label_boxes


def covered(tab: GradientTab, boxes: list[QRectF]) -> list[QRectF]:
    """Find the numbers that lie under P, its arrows, a path, a marker, a star or the ruler."""
    scene, to_pixels = tab.scene, tab.map.plot.projection.to_pixels
    shares = np.linspace(0.0, 1.0, 200)[:, None, None]
    paths = [run.points for run in scene.race.runs if run.step]
    paths += [np.array((scene.point, tip)) for tip in (scene.uphill, scene.downhill) if tip is not None]
    along = np.concatenate([(each[:-1] + shares * (each[1:] - each[:-1])).reshape(-1, 2) for each in paths])
    discs = [scene.point, *((run.points[-1, 0], run.points[-1, 1]) for run in scene.race.runs)]
    discs += [(point.x, point.y) for point in scene.local.marks.points]
    x, y = to_pixels(along[:, 0], along[:, 1])
    found = []
    for box in boxes:
        hit = bool(((x > box.left()) & (x < box.right()) & (y > box.top()) & (y < box.bottom())).any())
        for place in discs:
            across, down = to_pixels(float(place[0]), float(place[1]))
            hit = hit or box.intersects(QRectF(across - 6, down - 6, 12, 12))
        if hit or box.intersects(tab.map.arrow_scale.box):
            found.append(box)
    return found


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)])
def test_nothing_covers_the_numbers(
    tab: GradientTab, window: Window, qtbot: QtBot, size: tuple[int, int]
) -> None:
    window.resize(*size)
    for preset in SURFACES[:6]:
        show(tab, replace(choose_preset(GradientState(), preset), step=25))
        boxes = at_rest(tab, qtbot)
        assert len(boxes) >= 2, preset.key
        assert covered(tab, boxes) == [], preset.key


def test_numbers_stay_while_p_is_dragged_and_give_way_when_it_is_dropped(
    tab: GradientTab, qtbot: QtBot
) -> None:
    plot, start = tab.map.plot, tab.state.point
    before = at_rest(tab, qtbot)
    x, y = plot.projection.from_pixels(before[-1].center().x(), before[-1].center().y())
    drag(plot, start, (x, y), drop=False)
    assert tab.map._isolines.label_boxes == before
    release(plot, (x, y))
    moved = at_rest(tab, qtbot)
    assert tab.state.point == pytest.approx((x, y), abs=0.02)
    assert moved != before
    assert covered(tab, moved) == []
    undo(tab)
    assert at_rest(tab, qtbot) == before
