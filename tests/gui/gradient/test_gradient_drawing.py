"""How isolines are drawn where they are many, and while the surface changes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.scenes.gradient_state import GradientState, type_formula
from core.scenes.level_map import COARSE_COLUMNS, COLUMNS
from gui.plot_fields import CROWDED, Isolines
from gui.plots import Plot
from gui.tabs.gradient import GradientTab
from gui.theme import LIGHT
from tests.gui.tabs import LEFT, NONE, settle, show

AXIS = np.linspace(-3.0, 3.0, 241)


def shown_lines(qtbot: QtBot, values: np.ndarray, level: float, width: float) -> tuple[Plot, Isolines]:
    plot = Plot(LIGHT, grid=False)
    qtbot.addWidget(plot)
    plot.resize(420, 420)
    plot.show_view((-3.0, 3.0, -3.0, 3.0))
    lines = plot.add(Isolines(LIGHT.function.mark, width, 1.0, still=False))
    lines.show(AXIS, AXIS, values, (level,), ("",))
    plot.show()
    settle()
    return plot, lines


def ink(plot: Plot) -> float:
    """Add up how dark the picture is, in pixels."""
    picture = plot.viewport().grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    grey = np.array(picture.constBits(), copy=True).reshape(picture.height(), picture.bytesPerLine())
    return float((255.0 - grey[:, : picture.width()]).sum() / 255.0)


def test_a_wide_line_is_as_wide_by_fine_strokes(qtbot: QtBot) -> None:
    values = AXIS[None, :] ** 2 + AXIS[:, None] ** 2
    plot, lines = shown_lines(qtbot, values, 4.0, 2.25)
    assert lines._path.elementCount() > CROWDED
    fine = ink(plot)
    lines._is_fine = lambda painter: False  # type: ignore[method-assign]
    plot.viewport().update()
    wide = ink(plot)
    lines.clear()
    empty = ink(plot)
    assert fine - empty == pytest.approx(wide - empty, rel=0.15)


def test_lines_that_are_everywhere_are_stroked_finely_in_vector_graphics_too(
    qtbot: QtBot, tmp_path: Path
) -> None:
    def widths(level: float, values: np.ndarray) -> set[str]:
        _, lines = shown_lines(qtbot, values, level, 2.25)
        drawing = QSvgGenerator()
        drawing.setFileName(str(tmp_path / "lines.svg"))
        drawing.setSize(QSize(420, 420))
        painter = QPainter(drawing)
        lines._draw(painter)
        painter.end()
        return set(re.findall(r'stroke-width="([\d.]+)"', (tmp_path / "lines.svg").read_text()))

    assert "2.25" in widths(4.0, AXIS[None, :] ** 2 + AXIS[:, None] ** 2)
    assert "2.25" not in widths(0.0, np.random.default_rng(1).normal(size=(241, 241)))


def test_isolines_are_coarse_only_while_a_letter_is_held(tab: GradientTab) -> None:
    show(tab, type_formula(GradientState(), "x^2+a y^2"))
    lines = tab.map._isolines
    slider = tab.inspector.formula.letters.rows["a"].slider
    middle = QPoint(slider.width() // 2, slider.height() // 2)
    QTest.mousePress(slider, LEFT, NONE, middle)
    settle()
    held = lines._lines.x.size
    assert tab.scene.map.x.size == COARSE_COLUMNS
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, NONE, middle)
    settle()
    assert tab.scene.map.x.size == COLUMNS
    assert held < 0.7 * lines._lines.x.size
