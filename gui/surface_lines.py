"""Lines over the picture of a surface, in pieces: those that the surface hides, and the others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gui.array_paths import Array, path_through

GRAIN = 2.5
"""Points of a line that are so few pixels apart are one."""

FAR = 1e5
"""No pixel farther away than this reaches Qt."""

MOST_JOINED = 1500
"""So many pieces of a line are dashed at most, for each dash costs as much as a line; the rest is solid."""


class Pieces:
    """Some of the pieces of a line through pixels, which may be NaN where none of them is.

    They are drawn one by one, with ends that leave no seam and cost a third of round ones; but as one path
    where dashes go on from piece to piece, or where a seam would shine through.
    """

    def __init__(self, pixels: Array, drawn: NDArray[np.bool_]) -> None:
        self._pixels, self._drawn = pixels, drawn
        self._empty = not drawn.any()

    @cached_property
    def _lines(self) -> list[QLineF]:
        ends = np.hstack((self._pixels[:-1], self._pixels[1:]))[self._drawn]
        return [QLineF(*each) for each in ends.tolist()]

    @cached_property
    def _path(self) -> QPainterPath:
        """The first pieces, joined."""
        x, y = np.nan_to_num(self._pixels).T
        return path_through(x, y, np.append(self._drawn & (np.cumsum(self._drawn) <= MOST_JOINED), False))

    def draw(self, painter: QPainter, pens: Sequence[QPen], ends: Qt.PenCapStyle) -> None:
        """Draw them with each pen in turn, those that are drawn one by one with these ends."""
        for pen in pens if not self._empty else ():
            lines = self._lines
            if pen.dashPattern() or pen.color().alpha() < 255:
                painter.strokePath(self._path, pen)
                lines = lines[MOST_JOINED:]
            pen = QPen(pen)
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setCapStyle(ends)
            painter.setPen(pen)
            painter.drawLines(lines)


def pieces(pixels: Array, seen: NDArray[np.bool_]) -> tuple[Pieces, Pieces]:
    """Divide a line through pixels, given which of them are seen, into what is hidden and what is not."""
    kept = _told_apart(pixels, seen)
    pixels, seen = pixels[kept], seen[kept]
    known, shown = ~np.isnan(pixels[:-1] + pixels[1:]).any(axis=1), seen[:-1] | seen[1:]
    pixels = np.clip(pixels, -FAR, FAR)
    return Pieces(pixels, known & ~shown), Pieces(pixels, known & shown)


def _told_apart(pixels: Array, seen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Leave out points that are a few pixels from the one before; gaps, ends and changes of sight stay."""
    cells = np.floor(np.nan_to_num(pixels, nan=-1e7, posinf=1e7, neginf=-1e7) / GRAIN)
    kept = np.ones(len(pixels), dtype=bool)
    kept[1:-1] = (
        (cells[1:-1] != cells[:-2]).any(axis=1) | (seen[1:-1] != seen[:-2]) | (seen[1:-1] != seen[2:])
    )
    return np.flatnonzero(kept)
