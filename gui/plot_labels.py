"""Words and formulas on a plot: labels at points, the pill on the x axis, a message over all."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPaintEngine, QPainter, QPixmap

from gui.drawn_pieces import AROUND, HALO
from gui.formula import formula
from gui.plot_axes import Projection
from gui.plot_item import PlotItem, area_of
from gui.theme import Theme, kept_font, text_width, ui_font

PILL_HEIGHT = 17.0
PILL_FONT = (11, QFont.Weight.DemiBold)
_BETWEEN = [(dx / 2, dy / 2) for dx, dy in AROUND[::3]]
"""What fills the ring around a thin stroke or a dot."""


@lru_cache(maxsize=512)
def _words_halo(
    text: str, size: float, weight: QFont.Weight, halo: str, ratio: float
) -> tuple[QPixmap, QPointF]:
    """Draw the halo of words; also give the place of their baseline's start in the picture."""
    font = ui_font(size, weight)
    metrics = QFontMetricsF(font)
    edge = HALO + 1
    width, height = text_width(text, size, weight) + 2 * edge, metrics.height() + 2 * edge
    start = QPointF(edge, math.ceil(edge + metrics.ascent()))
    letters = QPixmap(math.ceil(width * ratio), math.ceil(height * ratio))
    letters.setDevicePixelRatio(ratio)
    letters.fill(Qt.GlobalColor.transparent)
    painter = QPainter(letters)
    painter.setFont(font)
    painter.setPen(QColor(halo))
    painter.drawText(start, text)
    painter.end()
    picture = QPixmap(letters)
    painter = QPainter(picture)
    for dx, dy in (*AROUND, *_BETWEEN):
        painter.drawPixmap(QPointF(dx, dy), letters)
    painter.end()
    return picture, start


@lru_cache(maxsize=512)
def _words_on_halo(
    text: str, size: float, weight: QFont.Weight, colour: str, halo: str, ratio: float
) -> tuple[QPixmap, QPointF]:
    """Draw words over their halo; also give the place of their baseline's start in the picture."""
    picture, start = _words_halo(text, size, weight, halo, ratio)
    picture = QPixmap(picture)
    painter = QPainter(picture)
    _write(painter, start, text, size, weight, colour)
    painter.end()
    return picture, start


def _write(
    painter: QPainter, origin: QPointF, words: str, size: float, weight: QFont.Weight, colour: str
) -> None:
    painter.setPen(QColor(colour))
    painter.setFont(kept_font(size, weight))
    painter.drawText(origin, words)


def paint_formula_haloed(
    painter: QPainter, origin: QPointF, latex: str, size: float, colour: str, halo: str
) -> None:
    """Draw a formula over a halo, with its left end and baseline at `origin`."""
    formula(latex, size, colour).paint_haloed(painter, origin.x(), origin.y(), halo)


def paint_words_haloed(
    painter: QPainter, origin: QPointF, words: str, size: float, colour: str, halo: str, weight: QFont.Weight
) -> None:
    """Draw words over a halo, with their left end and baseline at `origin`."""
    ratio = painter.device().devicePixelRatioF()
    if painter.paintEngine().type() == QPaintEngine.Type.Raster and ratio == int(ratio):
        picture, start = _words_on_halo(words, size, weight, colour, halo, ratio)
        painter.drawPixmap(origin - start, picture)
        return
    picture, start = _words_halo(words, size, weight, halo, ratio)
    painter.drawPixmap(origin - start, picture)
    _write(painter, origin, words, size, weight, colour)


class Label(PlotItem):
    """A formula or words at a point, over a halo in the colour of the plot; kept inside the area.

    Parameters
    ----------
    colour : str
        Of the letters.
    size : float
        In pixels.
    typeset : bool
        Whether the text is LaTeX; otherwise it is words in the interface font.
    offset : (float, float)
        Pixels from the point, right and down.
    align : {"left", "centre", "right"}
        Which part of the text stands there.
    weight : QFont.Weight
        Of words.

    Attributes
    ----------
    text : str
        What is shown; empty for nothing.
    """

    level = 8.0

    def __init__(
        self,
        colour: str,
        size: float = 15,
        *,
        typeset: bool = True,
        offset: tuple[float, float] = (0.0, 0.0),
        align: str = "left",
        weight: QFont.Weight = QFont.Weight.Medium,
    ) -> None:
        super().__init__()
        self.text = ""
        self._colour = colour
        self._size = size
        self._typeset = typeset
        self._offset = offset
        self._share = {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        self._weight = weight
        self._font = ui_font(size, weight)
        self._metrics = QFontMetricsF(self._font)
        self._x = self._y = math.nan
        self._pinned = False
        self._origin = QPointF()

    def show(self, x: float, y: float, text: str, offset: tuple[float, float] | None = None) -> None:
        """Write `text` beside the point; nothing while the point is out of view."""
        self._show(x, y, text, offset, pinned=False)

    def pin(self, across: float, down: float, text: str, offset: tuple[float, float] | None = None) -> None:
        """Write `text` at a fixed place: fractions of the area from its left and upper edge."""
        self._show(across, down, text, offset, pinned=True)

    def clear(self) -> None:
        """Write nothing."""
        self._show(math.nan, math.nan, "", None, pinned=False)

    def _show(
        self, x: float, y: float, text: str, offset: tuple[float, float] | None, *, pinned: bool
    ) -> None:
        offset = offset or self._offset
        if (x, y, text, offset, pinned) == (self._x, self._y, self.text, self._offset, self._pinned):
            return
        self._x, self._y, self.text, self._offset, self._pinned = x, y, text, offset, pinned
        self.reproject()

    def _lay_out(self, projection: Projection) -> None:
        if self._pinned:
            x = projection.left + self._x * projection.width
            y = projection.top + self._y * projection.height
        else:
            x, y = projection.to_pixels(self._x, self._y)
        if not self.text or not projection.contains(x, y, 2):
            self.set_bounds(QRectF())
            return
        width, above, below = self._extent()
        left = x + self._offset[0] - self._share * width
        baseline = y + self._offset[1] + 0.32 * self._size
        left = max(projection.left + 2, min(left, projection.right - 2 - width))
        baseline = max(projection.top + 2 + above, min(baseline, projection.bottom - 2 - below))
        self._origin = QPointF(round(left), round(baseline))
        edge = HALO + 2
        self.set_bounds(
            QRectF(
                self._origin.x() - edge,
                self._origin.y() - above - edge,
                width + 2 * edge,
                above + below + 2 * edge,
            )
        )

    def _extent(self) -> tuple[float, float, float]:
        if self._typeset:
            letters = formula(self.text, self._size, self._colour)
            return letters.width, letters.baseline, letters.height - letters.baseline
        width = text_width(self.text, self._size, self._weight)
        return width, self._metrics.capHeight(), self._metrics.descent()

    def _draw(self, painter: QPainter) -> None:
        if self._bounds.isEmpty():
            return
        look = (self._origin, self.text, self._size, self._colour, self.plot_colour.name())
        if self._typeset:
            paint_formula_haloed(painter, *look)
        else:
            paint_words_haloed(painter, *look, self._weight)


class AxisPill(PlotItem):
    """The current value in a filled pill on the x axis, over the tick labels that it would touch.

    Attributes
    ----------
    text : str
        The value as it reads; empty when there is no pill in view.
    """

    level = 30.0
    clipped = False

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._paper = QColor(theme.plot)
        self._ink = theme.ink
        self._fill = QColor(theme.ink)
        self._font = ui_font(*PILL_FONT)
        self._value = math.nan
        self._given = ""
        self.text = ""
        self._pill = QRectF()
        self._covered: list[QRectF] = []
        self._tick_boxes: list[QRectF] = []

    def show(self, value: float, text: str, colour: str | None = None) -> None:
        """Put the pill at `value`; NaN, or a value out of view, takes it away."""
        fill = QColor(colour or self._ink)
        if (value, text, fill) != (self._value, self._given, self._fill):
            self._value, self._given, self._fill = value, text, fill
            self.reproject()

    def avoid(self, boxes: list[QRectF]) -> None:
        """Learn where the tick labels are."""
        self._tick_boxes = boxes

    def _lay_out(self, projection: Projection) -> None:
        x = projection.to_pixels(self._value, projection.view[2])[0]
        if not (projection.left - 1 <= x <= projection.right + 1):
            self.text = ""
            self.set_bounds(QRectF())
            return
        self.text = self._given
        width = text_width(self.text, *PILL_FONT) + 16
        left = max(2.0, min(x - width / 2, projection.right + 12 - width))
        self._pill = QRectF(round(left), projection.bottom + 4, round(width), PILL_HEIGHT)
        reach = self._pill.adjusted(-4, -2, 4, 2)
        self._covered = [box for box in self._tick_boxes if box.intersects(reach)]
        bounds = QRectF(reach)
        for box in self._covered:
            bounds |= box
        self.set_bounds(bounds)

    def _draw(self, painter: QPainter) -> None:
        if not self.text:
            return
        for box in self._covered:
            painter.fillRect(box, self._paper)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill)
        painter.drawRoundedRect(self._pill, 4, 4)
        painter.setPen(self._paper)
        painter.setFont(self._font)
        painter.drawText(self._pill, Qt.AlignmentFlag.AlignCenter, self.text)


class Message(PlotItem):
    """One muted sentence in the middle of a plot, saying why it is empty."""

    level = 40.0

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.text = ""
        self._colour = QColor(theme.muted)
        self._font = ui_font(13)

    def show(self, text: str) -> None:
        """Write `text`; an empty one writes nothing."""
        if text != self.text:
            self.text = text
            self.reproject()

    def _lay_out(self, projection: Projection) -> None:
        self.set_bounds(area_of(projection) if self.text else QRectF())

    def _draw(self, painter: QPainter) -> None:
        if not self.text:
            return
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        inside = self._bounds.adjusted(16, 16, -16, -16)
        box = QFontMetricsF(self._font).boundingRect(inside, flags, self.text).adjusted(-8, -4, 8, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.plot_colour)
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(self._colour)
        painter.setFont(self._font)
        painter.drawText(inside, flags, self.text)
