"""The ruler in the corner of the map tells how long the gradient's arrow is for a magnitude."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QColor, QImage

from core.scenes.gradient_state import GradientState, type_formula
from gui.tabs.gradient import GradientTab
from gui.theme import LIGHT
from gui.window import Window
from tests.gui.tabs import settle, show


def shown(tab: GradientTab, text: str) -> QImage:
    """Show a function with nobody running, and take a picture of the map."""
    start = type_formula(GradientState(), text)
    racers = tuple(racer._replace(runs=False) for racer in start.racers)
    show(tab, replace(start, racers=racers, point=(0.0, 1.0), direction=90.0))
    return tab.map.plot.viewport().grab().toImage()


def run_of(image: QImage, row: int, colour: str, near: int = 0) -> tuple[int, int]:
    """Give the first and the last pixel in a row whose colour differs in no part by more than `near`."""
    wanted = QColor(colour).getRgb()[:3]
    parts = (image.pixelColor(x, row).getRgb()[:3] for x in range(image.width()))
    off = [max(abs(a - b) for a, b in zip(each, wanted, strict=True)) for each in parts]
    found = [x for x, most in enumerate(off) if most <= near]
    return found[0], found[-1]


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)])
def test_the_arrow_is_as_long_as_the_ruler_says(
    tab: GradientTab, window: Window, size: tuple[int, int]
) -> None:
    window.resize(*size)
    settle()
    for text, order in (("0.000001*x", -6), ("x", 0), ("1000000*x", 6)):
        image = shown(tab, text)
        ruler = tab.map.arrow_scale
        start, end = run_of(image, int(ruler.box.bottom() - 3.0), LIGHT.second)
        assert dict(ruler.marks)[6] == pytest.approx(end - start, abs=1.5)
        here = tab.map.plot.to_pixels(*tab.state.point)
        tip = run_of(image, int(here.y()), LIGHT.derivative.mark, near=20)[1] + 1
        assert tip - here.x() == pytest.approx(dict(ruler.marks)[order], abs=4.0)


def test_the_ruler_hides_where_there_is_no_arrow(tab: GradientTab) -> None:
    for text, there in (
        ("x", True),
        ("3", False),
        ("log(x-1)", False),
        ("x*y", True),
        ("x^2+(y-1)^2", False),
    ):
        shown(tab, text)
        assert bool(tab.map.arrow_scale.marks) is there
        assert tab.map.arrow_scale.box.isEmpty() is not there


def test_names_and_formulas_keep_off_the_ruler(tab: GradientTab) -> None:
    shown(tab, "x^2+y^2")
    plot = tab.map.plot
    corner = tab.map.arrow_scale.box.center() - plot.to_pixels(0.0, 0.0)
    unit = plot.to_pixels(1.0, 0.0).x() - plot.to_pixels(0.0, 0.0).x()
    show(tab, replace(tab.state, point=(corner.x() / unit + 0.6, -corner.y() / unit + 0.4)))
    box = tab.map.arrow_scale.box
    labels = (tab.map._point_label, tab.map._uphill_label, tab.map._downhill_label, tab.map._level_label)
    written = [label for label in labels if label.text]
    assert len(written) >= 3
    assert not any(label.boundingRect().adjusted(4, 4, -4, -4).intersects(box) for label in written)
