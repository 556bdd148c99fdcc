"""What lies on a surface: lines, arrows, points and pieces of planes, faint where the surface hides them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from core.scenes.surface_camera import SurfaceCamera
from gui.array_paths import Array
from gui.handles import HALO_OPACITY, HALO_RADIUS
from gui.plot_item import halo_pen, make_pen
from gui.plot_marks import marker_path
from gui.surface_lines import Pieces, pieces

LIFT = 0.012
"""So far in front of the surface is what lies on it, or it would sink in by rounding."""

HIDDEN, FAINT, BURIED = 0.22, 0.38, 0.75
"""Opacity of lines behind the surface, of marks there, and of an arrow or a handle inside the hill."""

ARROW, HEAD = 2.75, 12.0
"""Width of an arrow and length of its head, in pixels."""

DOT, END, POINT, HANDLE = 2.4, 6.0, 6.5, 6.0
"""Radius of a step's dot, of a marker, of the point and of an open circle, in pixels."""

MOST_KEPT = 32
"""So many lines are kept as they are seen, for those that stay while others move."""

PIECES = 24
"""A piece of a plane is divided so often, each way, to tell what of it is in front of the surface."""

PLANE, HIDDEN_PLANE = 0.30, 0.09
"""Opacity of a piece of a plane, in front of the surface and behind it."""


class SurfaceMarks:
    """Draws over the picture of a surface.

    Parameters
    ----------
    camera : SurfaceCamera
        The eye.
    depth : array, shape (height, width)
        Depth of what is seen in the picture, from 0 at the front to 1 where there is nothing.
    paper : str
        Colour of halos.
    """

    def __init__(self, camera: SurfaceCamera, depth: NDArray[np.float32], paper: str) -> None:
        self.camera = camera
        self._depth = depth
        self._paper = QColor(paper)
        self._lines: dict[int, tuple[Array, Pieces, Pieces]] = {}

    def pixel(self, place: Array) -> QPointF:
        """Give where a place is seen."""
        return QPointF(*self.camera.to_pixels(place)[:2].tolist())

    def visible(self, points: Array) -> NDArray[np.bool_]:
        """Tell which points, of shape (n, 3), are in front of the surface."""
        return self._in_front(self.camera.to_pixels(points))

    def _in_front(self, seen: Array) -> NDArray[np.bool_]:
        x, y, distance = seen.T
        rows, columns = self._depth.shape
        with np.errstate(all="ignore"):
            column, row = x * (columns / self.camera.width), y * (rows / self.camera.height)
            inside = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
            at = np.where(inside, row, 0).astype(np.intp), np.where(inside, column, 0).astype(np.intp)
            return ~inside | (distance - LIFT <= self.camera.before_eye(self._depth[at]))

    def line(self, painter: QPainter, points: Array, *pens: QPen, hidden: float = HIDDEN) -> None:
        """Draw a line with each pen in turn, what is hidden with the last alone; NaN makes a gap.

        Parameters
        ----------
        painter : QPainter
            Draws on the picture.
        points : array, shape (n, 3)
            Places in the box; the very same array as before costs little.
        *pens : QPen
            From the lowest to the highest.
        hidden : float
            Opacity of what the surface hides.
        """
        if len(points) < 2:
            return
        kept = self._lines.get(id(points))
        if kept is None or kept[0] is not points:
            if len(self._lines) >= MOST_KEPT:
                self._lines.clear()
            places = self.camera.to_pixels(points)
            kept = self._lines[id(points)] = (points, *pieces(places[:, :2], self._in_front(places)))
        painter.setOpacity(hidden)
        kept[1].draw(painter, pens[-1:], Qt.PenCapStyle.FlatCap)
        painter.setOpacity(1.0)
        kept[2].draw(painter, pens, Qt.PenCapStyle.SquareCap)

    def path(self, painter: QPainter, points: Array, colour: str, width: float) -> None:
        """Draw a line over a halo."""
        pen = make_pen(colour, width)
        self.line(painter, points, halo_pen(pen, self._paper, 1.0), pen)

    def dots(self, painter: QPainter, points: Array, colour: str) -> None:
        """Draw a small dot at each point."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        for place in self._each(painter, points, HIDDEN):
            painter.drawEllipse(place, DOT, DOT)

    def markers(
        self,
        painter: QPainter,
        points: Array,
        shape: str,
        colour: str,
        size: float = END,
        *,
        hollow: bool = False,
        ring: float = 1.5,
        outline: str | None = None,
    ) -> None:
        """Draw a marker of constant size at each point; the look is that of a `gui.plot_marks.Marker`."""
        ratio = painter.device().devicePixelRatioF()
        stamp = _stamp(shape, colour, size, hollow, ring, outline, self._paper.name(), ratio)
        half = stamp.width() / (2.0 * ratio)
        for place in self._each(painter, points, FAINT):
            painter.drawImage(place - QPointF(half, half), stamp)

    def _each(self, painter: QPainter, points: Array, hidden: float) -> Iterator[QPointF]:
        """Give the pixels of points one by one, the painter so opaque as what the surface hides should be."""
        places = self.camera.to_pixels(points)
        for (x, y, _), shown in zip(places.tolist(), self._in_front(places).tolist(), strict=True):
            painter.setOpacity(1.0 if shown else hidden)
            yield QPointF(x, y)
        painter.setOpacity(1.0)

    def point(self, painter: QPainter, place: Array, colour: str, *, lit: bool, hollow: bool = False) -> None:
        """Draw a point that can be dragged, or an open circle; `lit` while the pointer is on it."""
        at, fill = self.pixel(place), QColor(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        if lit:
            halo = QColor(colour)
            halo.setAlphaF(HALO_OPACITY)
            painter.setBrush(halo)
            painter.drawEllipse(at, HALO_RADIUS, HALO_RADIUS)
        painter.setOpacity(1.0 if self.visible(place[None])[0] else BURIED)
        painter.setBrush(self._paper)
        if hollow:
            painter.drawEllipse(at, HANDLE + 1.25, HANDLE + 1.25)
            painter.setPen(QPen(fill, 2.0))
            painter.drawEllipse(at, HANDLE - 0.75, HANDLE - 0.75)
        else:
            painter.drawEllipse(at, POINT + 2.0, POINT + 2.0)
            painter.setBrush(fill)
            painter.drawEllipse(at, POINT, POINT)
        painter.setOpacity(1.0)

    def arrow(
        self,
        painter: QPainter,
        tail: Array,
        tip: Array,
        colour: str,
        width: float = ARROW,
        head: float = HEAD,
        *,
        hidden: float = BURIED,
    ) -> None:
        """Draw an arrow with a head of constant size, over a halo; so strong if the surface hides it."""
        start, end = self.pixel(tail), self.pixel(tip)
        way = end - start
        length = math.hypot(way.x(), way.y())
        if not length >= 1.0:
            return
        way /= length
        head = min(head, length)
        neck, half = end - way * head, QPointF(-way.y(), way.x()) * (head / 2.0)
        shape = QPolygonF([end, neck + half, neck - half])
        shown = self.visible(np.linspace(tail, tip, 9)[4:]).mean() > 0.5
        painter.setOpacity(1.0 if shown else hidden)
        pen = make_pen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        for line, edge in (
            (halo_pen(pen, self._paper, 1.0), QPen(self._paper, 2.0)),
            (pen, QPen(Qt.PenStyle.NoPen)),
        ):
            painter.setBrush(QColor(colour))
            painter.setPen(line)
            painter.drawLine(start, neck)
            painter.setPen(edge)
            painter.drawPolygon(shape)
        painter.setOpacity(1.0)

    def plane(self, painter: QPainter, corners: Array, colour: str) -> None:
        """Draw a square piece of a plane, given its four corners in turn, and its edge."""
        shares = np.linspace(0.0, 1.0, PIECES + 1)
        a, b, c, d = corners
        grid = a + shares[:, None, None] * (b - a) + shares[None, :, None] * (d - a)
        pixels = self.camera.to_pixels(grid)[..., :2]
        centres = (grid[1:, 1:] + grid[:-1, :-1]) / 2.0
        seen = self.visible(centres.reshape(-1, 3)).reshape(centres.shape[:2])
        fill = QColor(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # or seams would be seen
        for row, line in enumerate(seen):
            changes = [0, *(np.flatnonzero(line[1:] != line[:-1]) + 1).tolist(), PIECES]
            for start, end in pairwise(changes):
                fill.setAlphaF(PLANE if line[start] else HIDDEN_PLANE)
                painter.setBrush(fill)
                part = pixels[[row, row, row + 1, row + 1], [start, end, end, start]].tolist()
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in part]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = np.concatenate([np.linspace(p, q, PIECES) for p, q in ((a, b), (b, c), (c, d), (d, a))])
        self.line(painter, edge, make_pen(colour, 1.0, opacity=0.8))


@lru_cache(maxsize=64)
def _stamp(
    shape: str,
    colour: str,
    size: float,
    hollow: bool,
    ring: float,
    outline: str | None,
    paper: str,
    ratio: float,
) -> QImage:
    """Draw a marker once, in the middle of a picture, for there may be hundreds of it."""
    side = 2 * math.ceil((size + ring + 2.0) * ratio)
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    path = marker_path(shape, size - 1.0 if hollow else size)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(side / (2.0 * ratio), side / (2.0 * ratio))
    if ring:
        around = QPen(QColor(paper), 2.0 * ring + (2.0 if hollow else 0.0))
        around.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, around)
    line = QPen(QColor(outline), 1.0) if outline else QPen(Qt.PenStyle.NoPen)
    painter.setPen(QPen(QColor(colour), 2.0) if hollow else line)
    painter.setBrush(QColor(paper if hollow else colour))
    painter.drawPath(path)
    painter.end()
    return image
