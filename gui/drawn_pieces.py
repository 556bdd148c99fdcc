"""Drawn pieces of formulas, painted from small pictures that are kept.

Drawing glyphs from their outlines takes tens of microseconds each time. In a frame of a drag the same digits
are drawn at new places, so each is drawn once for a few fractions of a pixel, and then only copied.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer

HALO = 2
"""Pixels by which a halo is wider than the letters on each side."""

AROUND = [(math.cos(k * math.pi / 6) * HALO, math.sin(k * math.pi / 6) * HALO) for k in range(12)]
"""Where letters are drawn to make their halo."""

_FRACTIONS = 16
"""A piece is drawn at the nearest of so many places within a pixel."""

_EDGE = HALO + 2


@dataclass(frozen=True)
class Piece:
    """Drawn glyphs as SVG, their box about the baseline, and where the next glyph begins."""

    markup: str
    left: float
    top: float
    right: float
    bottom: float
    advance: float


class Drawing:
    """A piece that can be painted; reading its markup takes as long as painting it several times."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        width, height = piece.right - piece.left, piece.bottom - piece.top
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" '
            f'width="{width:.3f}" height="{height:.3f}" '
            f'viewBox="{piece.left:.3f} {piece.top:.3f} {width:.3f} {height:.3f}">'
            f"{piece.markup}</svg>"
        )
        self._renderer = QSvgRenderer(QByteArray(svg.encode()))

    def draw(self, painter: QPainter, x: float, y_baseline: float, scale: float) -> None:
        """Draw the outlines with the piece's origin at a place."""
        piece = self.piece
        left, top = x + piece.left * scale, y_baseline + piece.top * scale
        width, height = piece.right - piece.left, piece.bottom - piece.top
        self._renderer.render(painter, QRectF(left, top, width * scale, height * scale))


def paint_pieces(
    painter: QPainter,
    parts: Sequence[tuple[Drawing, float]],
    y_baseline: float,
    scale: float,
    halo: str = "",
    *,
    moving: bool = False,
) -> None:
    """Draw pieces on one baseline.

    Parameters
    ----------
    painter : QPainter
        Where to draw.
    parts : sequence of (Drawing, float)
        Each with the place of its origin.
    y_baseline : float
        Place of the baseline.
    scale : float
        How much larger than they are.
    halo : str
        A colour to draw the halo of the pieces in, instead of the pieces.
    moving : bool
        Whether a piece alone is copied too; what stays where it is needs no kept picture.
    """
    to_device = painter.deviceTransform()
    ratio = to_device.m11()
    pixels = painter.paintEngine().type() == QPaintEngine.Type.Raster
    if not pixels or ratio <= 0.0 or ratio != to_device.m22() or to_device.isRotating():
        pixels, to_device, ratio = False, QTransform(), 1.0
    dx, dy = to_device.dx(), to_device.dy()
    down, beyond_down = _divided(ratio * y_baseline + dy)
    copied = bool(halo) or (pixels and (moving or len(parts) > 1))
    for drawing, x in parts:
        if copied:
            right, beyond_right = _divided(ratio * x + dx)
            picture, left, top = _picture(drawing, beyond_right, beyond_down, scale, ratio, halo)
            painter.drawPixmap(QPointF((right + left - dx) / ratio, (down + top - dy) / ratio), picture)
        else:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            drawing.draw(painter, x, y_baseline, scale)
            painter.restore()


def _divided(pixel: float) -> tuple[int, float]:
    """Divide into whole pixels and the nearest kept fraction of one."""
    parts = round(pixel * _FRACTIONS)
    return parts // _FRACTIONS, parts % _FRACTIONS / _FRACTIONS


@lru_cache(maxsize=1024)
def _picture(
    drawing: Drawing, right: float, down: float, scale: float, ratio: float, halo: str
) -> tuple[QPixmap, int, int]:
    """Draw a piece, or its halo, a part of a pixel beside its place; also give where the picture begins."""
    piece, grown, edge = drawing.piece, scale * ratio, math.ceil(_EDGE * ratio)
    left, top = math.floor(piece.left * grown) - edge, math.floor(piece.top * grown) - edge
    width, height = math.ceil(piece.right * grown) + edge - left, math.ceil(piece.bottom * grown) + edge - top
    picture = _empty(width + 1, height + 1)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing.draw(painter, right - left, down - top, grown)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return (_halo_of(picture, halo) if halo else picture), left, top


def _halo_of(letters: QPixmap, colour: str) -> QPixmap:
    """Draw the shadow of letters all around their place."""
    ratio = letters.devicePixelRatioF()
    shadow = QPixmap(letters)
    painter = QPainter(shadow)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(shadow.rect(), QColor(colour))
    painter.end()
    picture = _empty(letters.width(), letters.height())
    picture.setDevicePixelRatio(ratio)
    painter = QPainter(picture)
    for dx, dy in AROUND:
        painter.drawPixmap(QPointF(dx, dy), shadow)
    painter.end()
    return picture


def _empty(width: int, height: int) -> QPixmap:
    picture = QPixmap(width, height)
    picture.fill(Qt.GlobalColor.transparent)
    return picture
