"""Finds free places for labels, so that no label lies on a curve, a line, a point or another label."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF

from gui.formula import formula
from gui.plot_axes import Projection
from gui.plot_labels import Label
from gui.theme import ui_font

LINE_SPACING = 3.0
"""Pixels between the points by which a straight line keeps labels away."""

MARGIN = 3.0
"""Room that a label keeps around it."""

BASELINE = 0.32
"""How far below the place of a label its baseline is, as a part of the size of its letters."""


class Crowd:
    """What is already drawn on a plot, as pixels that labels keep away from."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._area = (
            projection.left + 4,
            projection.top + 4,
            projection.right - 4,
            projection.bottom - 4,
        )
        self._x: list[NDArray[np.float64]] = []
        self._y: list[NDArray[np.float64]] = []
        self._sorted: tuple[list[float], NDArray[np.float64]] | None = None
        self._boxes: list[tuple[float, float, float, float]] = []

    def add_points(self, x: ArrayLike, y: ArrayLike) -> None:
        """Keep away from points, given in the plot's numbers."""
        across, down = self._projection.to_pixels(x, y)
        self._x.append(np.atleast_1d(across))
        self._y.append(np.atleast_1d(down))
        self._sorted = None

    def add_segment(self, start: tuple[float, float], end: tuple[float, float], points: int = 40) -> None:
        """Keep away from so many points on the straight line between two."""
        shares, (x, y) = _shares(points), start
        self.add_points(x + shares * (end[0] - x), y + shares * (end[1] - y))

    def add_line(self, point: tuple[float, float], slope: float) -> None:
        """Keep away from the straight line through `point`."""
        if math.isfinite(slope):
            left, right = self._projection.view[:2]
            x = np.linspace(left, right, max(2, int(self._projection.width / LINE_SPACING)))
            with np.errstate(all="ignore"):
                self.add_points(x, point[1] + slope * (x - point[0]))

    def add_box(self, box: QRectF) -> None:
        """Keep away from a rectangle of pixels."""
        self._boxes.append(_edges(box))

    def add_disc(self, x: float, y: float, radius: float) -> None:
        """Keep away from a marker."""
        across, down = self._projection.to_pixels(float(x), float(y))
        if math.isfinite(across) and math.isfinite(down):
            self._boxes.append((across - radius, down - radius, across + radius, down + radius))

    def freest(self, boxes: Iterable[QRectF]) -> QRectF | None:
        """Choose the first free box, else the one with the least in it; None if none fits in the area."""
        best, least = None, math.inf
        for box in boxes:
            crowding = self._crowding(box, least)
            if crowding < least:
                best, least = box, crowding
            if crowding == 0:
                break
        return best

    def free(self, boxes: Iterable[QRectF]) -> QRectF | None:
        """Choose the first box in the area that nothing is in; None if there is none."""
        box = self.freest(boxes)
        return box if box is not None and self._crowding(box) == 0 else None

    def _crowding(self, box: QRectF, enough: float = math.inf) -> float:
        """Tell how much is in a box and the margin around it; infinite where it does not fit in the area.

        What is at least ``enough`` need not be told exactly.
        """
        left, top, right, bottom = _edges(box)
        area_left, area_top, area_right, area_bottom = self._area
        if left < area_left or top < area_top or right > area_right or bottom > area_bottom:
            return math.inf
        left, top, right, bottom = left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN
        count = 0.0
        for other_left, other_top, other_right, other_bottom in self._boxes:
            if other_left < right and other_right > left and other_top < bottom and other_bottom > top:
                width = min(right, other_right) - max(left, other_left)
                count += width * (min(bottom, other_bottom) - max(top, other_top))
        if count >= enough:
            return count
        across, y = self._points()
        first, last = bisect_right(across, left), bisect_left(across, right)
        if first < last:
            between = y[first:last]
            count += np.count_nonzero((between > top) & (between < bottom))
        return count

    def _points(self) -> tuple[list[float], NDArray[np.float64]]:
        """Give the pixels of all points, from left to right."""
        if self._sorted is None:
            x, y = (np.concatenate(pixels) if pixels else np.empty(0) for pixels in (self._x, self._y))
            order = x.argsort(kind="stable")
            self._sorted = x[order].tolist(), y[order]
        return self._sorted


@lru_cache(maxsize=64)
def _shares(points: int) -> NDArray[np.float64]:
    shares = np.linspace(0.0, 1.0, points)
    shares.setflags(write=False)
    return shares


def _edges(box: QRectF) -> tuple[float, float, float, float]:
    edges: tuple[float, float, float, float] = box.getCoords()  # type: ignore[assignment]  # the stub errs
    return edges


def formula_size(latex: str, size: float, colour: str) -> QSizeF:
    """Give the room that a typeset label takes."""
    letters = formula(latex, size, colour)
    return QSizeF(letters.width, letters.height)


@lru_cache(maxsize=256)
def words_size(words: str, size: float) -> QSizeF:
    """Give the room that a label of words takes, from the height of its capitals to its baseline."""
    metrics = QFontMetricsF(ui_font(size, QFont.Weight.Medium))
    return QSizeF(metrics.horizontalAdvance(words), metrics.capHeight())


def around(x: float, y: float, size: QSizeF, gap: float = 8.0) -> list[QRectF]:
    """Give boxes around a pixel: upper right, lower right, upper left, lower left, above, below."""
    width, height = size.width(), size.height()
    corners = [
        (x + gap, y - height - gap / 2),
        (x + gap, y + gap / 2),
        (x - gap - width, y - height - gap / 2),
        (x - gap - width, y + gap / 2),
        (x - width / 2, y - height - gap),
        (x - width / 2, y + gap),
    ]
    return [QRectF(left, top, width, height) for left, top in corners]


def put(
    label: Label, latex: str, size: float, colour: str, box: QRectF | None, projection: Projection
) -> None:
    """Write a typeset label into a box, or nowhere."""
    if box is None:
        label.clear()
    else:
        _pin(label, latex, size, box.left(), box.top() + formula(latex, size, colour).baseline, projection)


def put_words(label: Label, words: str, size: float, box: QRectF | None, projection: Projection) -> None:
    """Write a label of words into a box, or nowhere."""
    if box is None:
        label.clear()
    else:
        _pin(label, words, size, box.left(), box.bottom(), projection)


def _pin(label: Label, text: str, size: float, left: float, baseline: float, projection: Projection) -> None:
    across = (left - projection.left) / projection.width
    down = (baseline - BASELINE * size - projection.top) / projection.height
    label.pin(across, down, text)


def along(
    x: NDArray[np.float64], y: NDArray[np.float64], shares: Iterable[float], projection: Projection
) -> list[tuple[float, float]]:
    """Give the pixels of a curve at parts of its length in x, where it is drawn and in view."""
    places = []
    for share in shares:
        index = round(share * (x.size - 1))
        across, down = map(float, projection.to_pixels(x[index], y[index]))
        if projection.contains(across, down):
            places.append((across, down))
    return places
