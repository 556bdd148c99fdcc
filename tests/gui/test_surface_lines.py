"""Lines over the picture of a surface."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from gui.surface_lines import MOST_JOINED, pieces


def test_a_dashed_line_of_very_many_pieces_is_drawn_to_its_end(qapp: QApplication) -> None:
    steps = np.arange(4000)
    bouncing = 150.0 + 145.0 * (2.0 * np.abs((steps / 100.0) % 2.0 - 1.0) - 1.0)
    _, seen = pieces(np.column_stack((20.0 + 0.15 * steps, bouncing)), np.ones(steps.size, dtype=bool))
    assert len(seen._pixels) > MOST_JOINED
    picture = QImage(660, 300, QImage.Format.Format_Grayscale8)
    picture.fill(Qt.GlobalColor.white)
    pen = QPen(QColor("black"), 1.5)
    pen.setDashPattern([4.0, 3.0])
    painter = QPainter(picture)
    seen.draw(painter, [pen], Qt.PenCapStyle.FlatCap)
    painter.end()
    ink = np.array(picture.constBits(), copy=True).reshape(300, -1)[:, :660] < 200
    assert np.flatnonzero(ink.any(axis=0)).max() >= 617
