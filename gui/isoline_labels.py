"""The values written on isolines: where there is room for them, and how they are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QRegion

from gui.plot_axes import Projection
from gui.theme import text_width, ui_font

Array = NDArray[np.float64]

SMALLEST_RING = 56.0
"""A line whose extent is smaller, in pixels, has no room for its value."""

QUIET = 0.5
"""Squared distance of a value from other lines and values, in parts of its width and height, at least."""

FARTHEST = 24.0
"""While lines move in each frame, a value follows its line by at most so many pixels."""

FONT = 10
PADDING, HEIGHT = 3, 12
HALO, EDGE = 4.0, 3
"""Width of the stroke around the letters, and what a picture of them needs on each side."""


@dataclass(frozen=True)
class _Written:
    text: str
    box: QRectF


class IsolineLabels:
    """The values of the levels of one item.

    Parameters
    ----------
    colour : str
        Of the letters.
    """

    def __init__(self, colour: str) -> None:
        self._ink = QColor(colour)
        self._ink.setAlphaF(0.85)
        self._written: list[_Written] = []

    @property
    def boxes(self) -> list[QRectF]:
        """What the lines leave free for the values."""
        return [each.box for each in self._written]

    def place(
        self,
        x: Array,
        y: Array,
        ends: Sequence[int],
        texts: Sequence[str],
        projection: Projection,
        *,
        following: bool = False,
        is_free: Callable[[QRectF], bool] = lambda _box: True,
    ) -> None:
        """Write each value once, where its line has most room.

        Parameters
        ----------
        x, y : array
            All lines, in pixels; NaN stands between two.
        ends : sequence of int
            Where each level's points end.
        texts : sequence of str
            What to write on each level; an empty text writes nothing.
        projection : Projection
            Says where the area is.
        following : bool
            Whether a value may stay where its line is still near, for the lines are going to move again.
        is_free : callable
            Tells of a box of pixels whether nothing else is there; a value without a free place is left out.
        """
        before = {each.text: each.box.center() for each in self._written} if following else {}
        self._written = []
        near = _some_inside(x, y, projection)
        start = 0
        for text, end in zip(texts, ends, strict=False):
            if text and end > start:
                line = slice(start, end)
                box = QRectF(0, 0, text_width(text, FONT) + 2 * PADDING, HEIGHT)
                there = self._followed(before.get(text), x[line], y[line], box, projection)
                if there is None:
                    others = self._others(x, y, near[(near < start) | (near >= end)])
                    quiet = _quiet_places(x[line], y[line], others, box, projection)
                    there = next(filter(is_free, (_around(middle, box) for middle in quiet)), None)
                if there is not None:
                    self._written.append(_Written(text, there))
            start = end

    def _others(self, x: Array, y: Array, foreign: NDArray[np.intp]) -> tuple[Array, Array]:
        """Give what a value keeps away from: points of other lines, and the values so far."""
        middles = [each.box.center() for each in self._written]
        return (
            np.append(x[foreign], [middle.x() for middle in middles]),
            np.append(y[foreign], [middle.y() for middle in middles]),
        )

    def _followed(
        self, before: QPointF | None, x: Array, y: Array, box: QRectF, projection: Projection
    ) -> QRectF | None:
        """Give the box around the point of a line nearest to where its value was, if it can go there."""
        if before is None:
            return None
        way = (x - before.x()) ** 2 + (y - before.y()) ** 2
        way[np.isnan(way)] = np.inf
        nearest = int(way.argmin())
        if way[nearest] > FARTHEST**2 or not _well_inside(x[nearest], y[nearest], box, projection):
            return None
        there = _around(QPointF(x[nearest], y[nearest]), box)
        return None if any(there.intersects(each.box) for each in self._written) else there

    def cut_out_of(self, painter: QPainter, bounds: QRectF) -> None:
        """Let nothing be drawn where the values stand."""
        if self._written:
            free = QRegion(bounds.toAlignedRect())
            for box in self.boxes:
                free -= QRegion(box.toAlignedRect())
            painter.setClipRegion(free, Qt.ClipOperation.IntersectClip)

    def draw(self, painter: QPainter, ground: QColor) -> None:
        """Draw the values over a halo in the colour of the plot."""
        ratio = painter.device().devicePixelRatioF()
        for each in self._written:
            picture = _picture(each.text, self._ink.rgba(), ground.rgb(), ratio)
            painter.drawPixmap(each.box.topLeft() - QPointF(EDGE, EDGE), picture)


def _around(middle: QPointF, box: QRectF) -> QRectF:
    """Give a box of this size around a point, on whole pixels."""
    left, top = round(middle.x() - box.width() / 2), round(middle.y() - box.height() / 2)
    return QRectF(left, top, box.width(), box.height())


@lru_cache(maxsize=256)
def _picture(text: str, ink: int, ground: int, ratio: float) -> QPixmap:
    font = ui_font(FONT)
    width, height = text_width(text, FONT) + 2 * (PADDING + EDGE), HEIGHT + 2 * EDGE
    picture = QPixmap(math.ceil(width * ratio), math.ceil(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    letters = QPainterPath()
    baseline = EDGE + round(HEIGHT / 2 + QFontMetricsF(font).capHeight() / 2)
    letters.addText(EDGE + PADDING, baseline, font, text)
    halo = QColor.fromRgb(ground)
    halo.setAlphaF(0.4)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(halo, HALO)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(letters, pen)
    painter.fillPath(letters, QColor.fromRgba(ink))
    painter.end()
    return picture


def _some_inside(x: Array, y: Array, projection: Projection) -> NDArray[np.intp]:
    """Give the indices of some points in the area: enough to see where lines are."""
    inside = (x > projection.left) & (x < projection.right)
    inside &= (y > projection.top) & (y < projection.bottom)
    near = np.flatnonzero(inside)
    return near[:: 1 + near.size // 600]


def _well_inside(x: float, y: float, box: QRectF, projection: Projection) -> bool:
    across, down = box.width() / 2 + 8, box.height() / 2 + 8
    in_width = projection.left + across < x < projection.right - across
    return in_width and projection.top + down < y < projection.bottom - down


def _quiet_places(
    x: Array, y: Array, others: tuple[Array, Array], box: QRectF, projection: Projection
) -> Iterator[QPointF]:
    """Give points of a line, well inside the area, by their distance from all other lines and labels."""
    margin_x, margin_y = box.width() / 2 + 8, box.height() / 2 + 8
    inside = (x > projection.left + margin_x) & (x < projection.right - margin_x)
    inside &= (y > projection.top + margin_y) & (y < projection.bottom - margin_y)
    candidates = np.flatnonzero(inside & _roomy(x, y))
    if candidates.size < 12:
        return
    candidates = candidates[:: 1 + candidates.size // 30]
    across = np.subtract.outer(x[candidates], others[0]) / box.width()
    down = np.subtract.outer(y[candidates], others[1]) / box.height()
    room = np.min(across**2 + down**2, axis=1, initial=9.0)
    for index in np.argsort(-room, kind="stable"):
        if room[index] <= QUIET:
            return
        yield QPointF(x[candidates[index]], y[candidates[index]])


def _roomy(x: Array, y: Array) -> NDArray[np.bool_]:
    """Tell which points belong to a line that is long enough to be written on; NaN stands between lines."""
    gaps = np.flatnonzero(np.isnan(x))
    starts = np.append(0, gaps[:-1] + 1) if gaps.size else np.zeros(1, dtype=np.intp)
    extent = np.zeros(starts.size)
    for pixels in (x, y):
        extent = np.maximum(
            extent,
            np.fmax.reduceat(pixels, starts) - np.fmin.reduceat(pixels, starts),
        )
    lengths = np.diff(np.append(starts, x.size))
    return np.repeat(extent >= SMALLEST_RING, lengths)
