"""Where the numbers of each edge stand, so that they cover neither each other nor the nodes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF

PILL_HEIGHT = 19.0
_SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
_LABEL_HEIGHT = 15.0
_WIDTHS = {2: (36.0, 44.0), 4: (52.0, 58.0)}
"""Usual widths of a number and of a pill, by decimals."""

Rect = tuple[float, float, float, float]
"""Left, top, right and bottom."""

Spot = tuple[QPointF, QPointF]
"""The middle of the pill, and the unit vector from there to the forward value."""


def clearance(normal: QPointF, half_width: float, pill: QRectF) -> float:
    """Give how far from the edge a number stands, so that it touches neither arrows nor pill."""
    across, up = abs(normal.x()), abs(normal.y())
    from_line = across * half_width + up * 8 + 14
    from_pill = min(
        (pill.width() / 2 + half_width + 4) / max(across, 1e-6), (pill.height() / 2 + 12) / max(up, 1e-6)
    )
    return max(from_line, from_pill)


class LabelPlaces:
    """Gives each edge a spot for its numbers, the best that the earlier ones have left.

    Parameters
    ----------
    boxes
        The nodes.
    spacing
        Distance of two columns; only what is nearer than that is looked at.
    decimals
        Of the numbers.
    """

    def __init__(self, boxes: Sequence[QRectF], spacing: float, decimals: int) -> None:
        self._spacing = spacing
        self._decimals = decimals
        self._taken: dict[int, list[Rect]] = {}
        for box in boxes:
            self._take((box.left(), box.top(), box.right(), box.bottom()))

    def spot(self, way: Sequence[Spot]) -> Spot:
        """Choose a spot on a way, given as points with the direction of the forward value at each."""
        best, least = way[len(way) // 2], float("inf")
        for share in _SHARES:
            place, normal = _at(way, share)
            rects = self._rects(place, normal)
            cost = sum(self._covered(rect) for rect in rects) + 60 * abs(share - 0.5)
            if cost < least:
                best, least = (place, normal), cost
            if least <= 60 * abs(share - 0.5):
                break
        for rect in self._rects(*best):
            self._take(rect)
        return best

    def _rects(self, place: QPointF, normal: QPointF) -> tuple[Rect, Rect, Rect]:
        label, pill_width = _WIDTHS[self._decimals]
        away = normal * clearance(normal, label / 2, QRectF(0, 0, pill_width, PILL_HEIGHT))
        pill = _about(place, pill_width, PILL_HEIGHT)
        return pill, _about(place + away, label, _LABEL_HEIGHT), _about(place - away, label, _LABEL_HEIGHT)

    def _column(self, rect: Rect) -> int:
        return int((rect[0] + rect[2]) / 2 // self._spacing)

    def _take(self, rect: Rect) -> None:
        self._taken.setdefault(self._column(rect), []).append(rect)

    def _covered(self, rect: Rect) -> float:
        left, top, right, bottom = rect
        column = self._column(rect)
        total = 0.0
        for near in (column - 1, column, column + 1):
            for x0, y0, x1, y1 in self._taken.get(near, ()):
                if x0 < right and left < x1 and y0 < bottom and top < y1:
                    total += (min(x1, right) - max(x0, left)) * (min(y1, bottom) - max(y0, top))
        return total


def _about(centre: QPointF, width: float, height: float) -> Rect:
    x, y = centre.x(), centre.y()
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _at(way: Sequence[Spot], share: float) -> Spot:
    """Interpolate between the two points of a straight way; else take the nearest of many."""
    if len(way) == 2:
        return way[0][0] + (way[1][0] - way[0][0]) * share, way[0][1]
    return way[round((len(way) - 1) * share)]
