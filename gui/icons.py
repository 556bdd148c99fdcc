"""Small drawn signs: one colour, any size, sharp on every screen."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from gui.marker_shapes import SHAPES

_Draw = Callable[[QPainter, QColor], None]


def _stroke(colour: QColor, width: float = 1.7) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin)


def _polygon(*points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


def star(radius: float) -> QPolygonF:
    """Give a five-pointed star about the origin."""
    sides = [(radius if k % 2 == 0 else radius * 0.42, -pi / 2 + k * pi / 5) for k in range(10)]
    return QPolygonF([QPointF(r * cos(angle), r * sin(angle)) for r, angle in sides])


def _fill(*shapes: QPolygonF) -> _Draw:
    def draw(painter: QPainter, colour: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for shape in shapes:
            painter.drawPolygon(shape)

    return draw


def _lines(width: float, *lines: QPolygonF) -> _Draw:
    def draw(painter: QPainter, colour: QColor) -> None:
        painter.setPen(_stroke(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in lines:
            painter.drawPolyline(line)

    return draw


def _reset(painter: QPainter, colour: QColor) -> None:
    painter.setPen(_stroke(colour, 1.8))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(-5.6, -5.2, 11.2, 11.2), 185 * 16, 300 * 16)
    painter.drawPolyline(_polygon((-6, -7), (-6, -3), (-2, -3)))


def _knocked_out(outline: QPainterPath, inner: Callable[[QPainter, QColor], None]) -> _Draw:
    """Draw a filled outline with a sign cut out of it, so that it reads on any background."""

    def draw(painter: QPainter, colour: QColor) -> None:
        painter.fillPath(outline, colour)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
        inner(painter, QColor(Qt.GlobalColor.black))

    return draw


def _disc() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), 8, 8)
    return path


def _rounded_triangle() -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(_polygon((0, -5.4), (5.8, 5), (-5.8, 5), (0, -5.4)))
    return path


def _exclamation(painter: QPainter, colour: QColor) -> None:
    painter.setPen(_stroke(colour, 1.5))
    painter.drawLine(QPointF(0, -2.2), QPointF(0, 1.4))
    painter.drawLine(QPointF(0, 2.5), QPointF(0, 4))


_TICK = _lines(2.0, _polygon((-3.4, 0.2), (-1.1, 2.5), (3.3, -2.3)))
_CROSS = _lines(2.2, _polygon((-2.9, -2.9), (2.9, 2.9)), _polygon((2.9, -2.9), (-2.9, 2.9)))

_ICONS: dict[str, _Draw] = {
    "reset": _reset,
    "back": _fill(_polygon((-5, -5), (-3, -5), (-3, 5), (-5, 5)), _polygon((5, -5), (5, 5), (-2, 0))),
    "forward": _fill(_polygon((5, -5), (3, -5), (3, 5), (5, 5)), _polygon((-5, -5), (-5, 5), (2, 0))),
    "play": _fill(_polygon((-4, -5.5), (-4, 5.5), (5, 0))),
    "pause": _fill(
        _polygon((-4, -5.5), (-1.2, -5.5), (-1.2, 5.5), (-4, 5.5)),
        _polygon((1.2, -5.5), (4, -5.5), (4, 5.5), (1.2, 5.5)),
    ),
    "chevron": _lines(2.0, _polygon((-4.2, -2.1), (0, 2.1), (4.2, -2.1))),
    "chevron-right": _lines(2.0, _polygon((-2.1, -4.2), (2.1, 0), (-2.1, 4.2))),
    "expand": _lines(
        1.5,
        *(
            _polygon((sx * 5.5, sy * 2), (sx * 5.5, sy * 5.5), (sx * 2, sy * 5.5))
            for sx in (-1, 1)
            for sy in (-1, 1)
        ),
    ),
    "tick": _TICK,
    "close": _lines(1.5, _polygon((-3.6, -3.6), (3.6, 3.6)), _polygon((3.6, -3.6), (-3.6, 3.6))),
    "caret": _fill(_polygon((0, -3), (4.5, 3), (-4.5, 3))),
    "star": _fill(star(6.5)),
    "warning": _knocked_out(_rounded_triangle(), _exclamation),
    "correct": _knocked_out(_disc(), _TICK),
    "wrong": _knocked_out(_disc(), _CROSS),
    "circle": lambda painter, colour: painter.fillPath(_disc_of(4.5), colour),
    "triangle_down": _fill(_polygon((0, 5), (5, -4), (-5, -4))),
    "triangle": _fill(_polygon((0, -5), (5, 4), (-5, 4))),
    "diamond": _fill(_polygon((0, -5.5), (5.5, 0), (0, 5.5), (-5.5, 0))),
    "square": _fill(_polygon((-4.2, -4.2), (4.2, -4.2), (4.2, 4.2), (-4.2, 4.2))),
}
_ICONS |= {
    shape: _fill(_polygon(*((5.2 * x, 5.2 * y) for x, y in corners)))
    for shape, corners in SHAPES.items()
    if shape not in _ICONS
}


def _disc_of(radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), radius, radius)
    return path


def paint_icon(painter: QPainter, name: str, centre: QPointF, colour: str, scale: float = 1.0) -> None:
    """Draw the icon `name` about `centre`; at scale 1 it is 10 to 16 pixels large."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if name in ("warning", "correct", "wrong"):  # the cut-out must not reach what lies beneath
        painter.drawPixmap(
            centre - QPointF(10, 10), _picture(name, colour, 20, scale, painter.device().devicePixelRatioF())
        )
    else:
        painter.translate(centre)
        painter.scale(scale, scale)
        _ICONS[name](painter, QColor(colour))
    painter.restore()


def _picture(name: str, colour: str, size: int, scale: float, ratio: float) -> QPixmap:
    picture = QPixmap(QSize(size, size) * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(size / 2, size / 2)
    painter.scale(scale, scale)
    _ICONS[name](painter, QColor(colour))
    painter.end()
    return picture


def icon(name: str, colour: str, size: int = 20) -> QIcon:
    """Give the icon `name` for a menu or a button of Qt's own."""
    result = QIcon()
    for ratio in (1.0, 2.0, 3.0):
        result.addPixmap(_picture(name, colour, size, 1.0, ratio))
    return result


def names() -> tuple[str, ...]:
    """Give the names of all icons."""
    return tuple(_ICONS)
