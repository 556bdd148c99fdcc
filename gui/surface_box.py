"""The box around a surface: its walls with grid lines, and its axes with their numbers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from core.scenes.surface_box import HEIGHT, Box
from core.scenes.surface_camera import SurfaceCamera
from gui.array_paths import Array
from gui.formula import formula
from gui.plot_axes import Tick, ticks
from gui.theme import Theme, text_width, ui_font

FONT = 11
EXPONENT = 9
LETTER = 15

SPACING = 52.0
"""Pixels between two numbers of an axis, at least."""

OUT = 0.055
"""How far beside the box numbers stand, where its floor is 1 wide."""

LETTER_OUT = 0.15
"""How far beside it the letters of the axes stand."""

MARGIN = 4.0
"""No number begins nearer to the left edge, in pixels."""

SHORTEST = 40.0
"""Axes that are seen so short, in pixels, have no numbers."""


def paint_walls(painter: QPainter, theme: Theme, camera: SurfaceCamera, box: Box) -> None:
    """Draw the floor and the walls behind the surface, with a grid at the numbers of the axes."""
    grid, edge = QPen(QColor(theme.hairline), 1), QPen(QColor(theme.border), 1)
    marks = _marks(camera, box)
    halves = (box.sides[0] / 2.0, box.sides[1] / 2.0)
    back = [-half if towards > 0 else half for half, towards in zip(halves, camera.towards, strict=False)]
    sides = [
        # which coordinate stays, where, and which two vary
        (0, back[0], (1, 2)),
        (1, back[1], (0, 2)),
        (2, 0.0, (0, 1)),
    ]
    ranges = ((-halves[0], halves[0]), (-halves[1], halves[1]), (0.0, HEIGHT))
    for fixed, at, (first, second) in sides:
        corners = _square(fixed, at, first, ranges[first], second, ranges[second])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.panel if theme.name == "light" else theme.window))
        painter.drawPolygon(_polygon(camera, corners))
        painter.setPen(grid)
        for along, across in ((first, second), (second, first)):
            for place, _ in marks[along]:
                ends = np.zeros((2, 3))
                ends[:, fixed], ends[:, along], ends[:, across] = at, place, ranges[across]
                painter.drawLine(_line(camera, ends))
        painter.setPen(edge)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(_polygon(camera, corners))


def paint_axes(painter: QPainter, theme: Theme, camera: SurfaceCamera, box: Box) -> None:
    """Write the numbers and letters of the axes beside the edges that face the eye."""
    marks = _marks(camera, box)
    width, depth = box.sides
    to_x, to_y = camera.towards[0] >= 0, camera.towards[1] >= 0
    near_x, near_y = (width / 2.0 if to_x else -width / 2.0), (depth / 2.0 if to_y else -depth / 2.0)
    out_x, out_y = (1.0 if to_x else -1.0), (1.0 if to_y else -1.0)
    painter.setFont(ui_font(FONT))
    for axis, letter in ((0, "x"), (1, "y")):
        outwards = np.array((0.0, out_y, 0.0) if axis == 0 else (out_x, 0.0, 0.0))
        start = np.array((0.0, near_y, 0.0) if axis == 0 else (near_x, 0.0, 0.0))
        unit = np.eye(3)[axis]
        if _length(camera, start, unit) < SHORTEST:
            continue
        for place, tick in marks[axis]:
            _write(painter, theme, camera.to_pixels(start + place * unit + OUT * outwards), tick)
        _write_letter(painter, theme, camera.to_pixels(start + LETTER_OUT * outwards), letter)
    corner = _left_edge(camera, width, depth)
    if _length(camera, corner, np.array((0.0, 0.0, HEIGHT))) >= SHORTEST:
        for place, tick in marks[2]:
            x, y = camera.to_pixels(corner + np.array((0.0, 0.0, place)))[:2].tolist()
            _write(painter, theme, np.array((x - 8.0, y)), tick, right=True)
        x, y = camera.to_pixels(corner + np.array((0.0, 0.0, HEIGHT)))[:2].tolist()
        _write_letter(painter, theme, np.array((x, y - 14.0)), "f")


def _marks(camera: SurfaceCamera, box: Box) -> list[list[tuple[float, Tick]]]:
    """Give the places of the numbers on each axis, in the box, and the numbers."""
    left, right, bottom, top = box.view
    unit = camera.height * camera.zoom * 0.62
    flat = ((left, right, box.across, box.sides[0]), (bottom, top, box.along, box.sides[1]))
    marks = [
        [(float(place(tick.value)), tick) for tick in ticks(low, high, unit * side, spacing=SPACING)]
        for low, high, place, side in flat
    ]
    values = ticks(box.low, box.high, unit * HEIGHT, spacing=SPACING * 0.75)
    marks.append([(float(box.up(tick.value)), tick) for tick in values])
    return marks


def _left_edge(camera: SurfaceCamera, width: float, depth: float) -> Array:
    """Give the foot of the upright edge that is farthest to the left on the screen."""
    feet = np.array([(x * width / 2.0, y * depth / 2.0, 0.0) for x in (-1, 1) for y in (-1, 1)])
    return feet[int(np.argmin(camera.to_pixels(feet)[:, 0]))]


def _length(camera: SurfaceCamera, start: Array, way: Array) -> float:
    a, b = camera.to_pixels(np.array((start, start + way)))[:, :2]
    return float(np.hypot(*(b - a)))


def _square(
    fixed: int, at: float, first: int, a: tuple[float, float], second: int, b: tuple[float, float]
) -> Array:
    corners = np.zeros((4, 3))
    corners[:, fixed] = at
    corners[:, first] = (a[0], a[1], a[1], a[0])
    corners[:, second] = (b[0], b[0], b[1], b[1])
    return corners


def _polygon(camera: SurfaceCamera, corners: Array) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in camera.to_pixels(corners)[:, :2].tolist()])


def _line(camera: SurfaceCamera, ends: Array) -> QLineF:
    (a, b), (c, d) = camera.to_pixels(ends)[:, :2].tolist()
    return QLineF(a, b, c, d)


def _write(painter: QPainter, theme: Theme, place: Array, tick: Tick, *, right: bool = False) -> None:
    """Write a number centred on a pixel, or ending there."""
    x, y = place[:2].tolist()
    words, power = text_width(tick.text, FONT), text_width(tick.exponent, EXPONENT)
    left = max(x - words - power, MARGIN) if right else x - (words + power) / 2.0
    painter.setPen(QColor(theme.muted))
    painter.setFont(ui_font(FONT))
    box = QRectF(left, y - 8.0, words + 1.0, 16.0)
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, tick.text)
    if tick.exponent:
        painter.setFont(ui_font(EXPONENT))
        box = QRectF(left + words, y - 13.0, power + 1.0, 14.0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, tick.exponent)


def _write_letter(painter: QPainter, theme: Theme, place: Array, letter: str) -> None:
    x, y = place[:2].tolist()
    shape = formula(letter, LETTER, theme.ink)
    shape.paint(painter, x - shape.width / 2.0, y - shape.height / 2.0 + shape.baseline)
