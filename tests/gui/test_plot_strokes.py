"""Arrays become the paths and outlines that Qt would have made."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from gui.array_paths import path_through, polygon_through
from gui.plot_strokes import stroke_outline

X = np.linspace(10.0, 390.0, 500)
LINES = {
    "smooth": 100 + 60 * np.sin(X / 30),
    "corner": 40 + np.abs(X - 200) / 2,
    "gap": np.where(np.abs(X - 200) < 30, np.nan, X / 4 + 20),
    "spikes": 100 + 60 * ((X // 20) % 2),
    "stairs": np.repeat(X[::5], 5) / 4 + 30,
}


def drawn(paint) -> np.ndarray:
    picture = QImage(400, 200, QImage.Format.Format_Grayscale8)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter)
    painter.end()
    return np.array(picture.constBits(), dtype=np.uint8).reshape(200, 400).astype(int)


@pytest.mark.parametrize("width", [1.5, 2.5, 4.0])
@pytest.mark.parametrize("line", LINES)
def test_an_outline_looks_as_the_line_does(line: str, width: float) -> None:
    y = LINES[line]
    outline = stroke_outline(X, y, width)
    assert outline is not None
    path = QPainterPath()
    for place, (a, b) in enumerate(zip(X.tolist(), y.tolist(), strict=True)):
        if np.isnan(b):
            continue
        if place == 0 or np.isnan(y[place - 1]):
            path.moveTo(a, b)
        else:
            path.lineTo(a, b)
    pen = QPen(QColor("black"), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    apart = np.abs(
        drawn(lambda p: p.fillPath(outline, QColor("black"))) - drawn(lambda p: p.strokePath(path, pen))
    )
    assert apart.mean() < 0.3
    assert np.count_nonzero(apart > 130) == 0


def test_lines_that_a_pen_draws_better_have_no_outline() -> None:
    assert stroke_outline(X[:20], X[:20], 2.0) is None
    assert stroke_outline(X, X * 1e6, 2.0) is None
    assert stroke_outline(X, np.where(np.arange(X.size) % 3, X, np.nan), 2.0) is None


def test_paths_and_polygons_have_the_points_of_the_arrays() -> None:
    x, y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, 6.0, 5.0, 7.0])
    points = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    assert polygon_through(x, y) == QPolygonF(points)
    whole, parted = QPainterPath(points[0]), QPainterPath(points[0])
    for point in points[1:]:
        whole.lineTo(point)
    parted.lineTo(points[1])
    parted.moveTo(points[2])
    parted.lineTo(points[3])
    assert path_through(x, y) == whole
    assert path_through(x, y, np.array([1, 0, 1, 0])) == parted
    assert path_through(x[:0], y[:0], np.array([])).isEmpty()
