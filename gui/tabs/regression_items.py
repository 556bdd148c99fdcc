"""What only the Regression tab draws: squared errors, and formulas made of pieces that change apart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.formula import formula, plain_text
from gui.plot_axes import Projection
from gui.plot_lines import Squares

Piece = str | tuple[str, str]

_FRACTION_GAP = 3.0


class ErrorSquares(Squares):
    """A square on each error: as wide in pixels as the error is high, whatever the scales of the axes."""

    def __init__(self, colour: str) -> None:
        super().__init__(colour)
        self._rightward: ArrayLike = ()

    def show(self, x: ArrayLike, y: ArrayLike, predicted: ArrayLike, rightward: ArrayLike) -> None:
        """Put a square between `y` and `predicted` at each `x`, to its right or to its left."""
        self._corners = np.column_stack((x, y, x, predicted))
        self._rightward = rightward
        self.reproject()

    def _lay_out(self, projection: Projection) -> None:
        corners = np.asarray(self._corners, dtype=np.float64).reshape(-1, 4)
        x, y = projection.to_pixels(corners[:, 0::2], corners[:, 1::2])
        boxes = []
        sides = np.where(self._rightward, 1.0, -1.0)
        pixels = np.clip(np.column_stack((x[:, 0], y)), -5000, 5000)
        for (across, top, bottom), side in zip(pixels.tolist(), sides.tolist(), strict=True):
            if np.isfinite([across, top, bottom]).all():
                corner = QPointF(across + side * abs(bottom - top), bottom)
                boxes.append(QRectF(QPointF(across, top), corner).normalized())
        self.set_boxes(boxes, projection)


@lru_cache(maxsize=512)
def _words(piece: Piece) -> str:
    return plain_text(piece if isinstance(piece, str) else "/".join(piece))


class FormulaRow(QWidget):
    """A formula in pieces side by side, each typeset by itself, so that only those that change cost time.

    What does not fit is drawn smaller, never cut.

    Attributes
    ----------
    text : str
        The formula in one line of plain text.
    """

    def __init__(self, colour: str, pixel_size: float = 14, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = colour
        self._size = pixel_size
        self._pieces: tuple[Piece, ...] = ()
        self.text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_pieces(self, pieces: Sequence[Piece]) -> None:
        """Show pieces of LaTeX; a pair is a fraction."""
        if tuple(pieces) == self._pieces:
            return
        before = self._extent()
        self._pieces = tuple(pieces)
        self.text = " ".join(map(_words, pieces))
        self.setAccessibleName(self.text)
        if self._extent()[1:] != before[1:]:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the room for all pieces."""
        width, above, below = self._extent()
        return QSize(round(width) + 2, round(above + below) + 2)

    def minimumSizeHint(self) -> QSize:
        """Give a third of the width."""
        hint = self.sizeHint()
        return QSize(hint.width() // 3, hint.height())

    def _parts(self, piece: tuple[str, str]) -> tuple[QSize, float]:
        """Give the size of a fraction's letters, and the width of its line."""
        upper, lower = (formula(part, self._fraction_size(), self._colour) for part in piece)
        width = max(upper.width, lower.width) + 2 * _FRACTION_GAP
        return QSize(round(upper.height), round(lower.height)), width

    def _fraction_size(self) -> float:
        return self._size if self._size >= 14 else 0.72 * self._size

    def _gap(self, before: Piece | None, after: Piece) -> float:
        if before is None or before == "(" or after == ")":
            return 0.0
        return (0.16 if r"\cdot" in (before, after) else 0.27) * self._size

    def _extent(self) -> tuple[float, float, float]:
        """Give the width, and how far the row reaches above and below its baseline."""
        width, above, below = 0.0, self._size, 0.3 * self._size
        last: Piece | None = None
        for piece in self._pieces:
            width += self._gap(last, piece)
            last = piece
            if isinstance(piece, str):
                shown = formula(piece, self._size, self._colour)
                width += shown.width
                above, below = max(above, shown.baseline), max(below, shown.height - shown.baseline)
            else:
                sizes, line = self._parts(piece)
                width += line
                above = max(above, self._axis() + 2 + sizes.width())
                below = max(below, sizes.height() + 2 - self._axis())
        return width, above, below

    def _axis(self) -> float:
        """How far the line of a fraction is above the baseline."""
        return 0.26 * self._size

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pieces, at most as wide as the widget."""
        width, above, _ = self._extent()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.contentsRect()
        scale = min(1.0, room.width() / width) if width else 1.0
        painter.translate(room.left(), 1.0 + above)
        painter.scale(scale, scale)
        x = 0.0
        last: Piece | None = None
        for piece in self._pieces:
            x += self._gap(last, piece)
            last = piece
            if isinstance(piece, str):
                shown = formula(piece, self._size, self._colour)
                shown.paint(painter, x, 0.0)
                x += shown.width
            else:
                x = self._draw_fraction(painter, x, piece)

    def _draw_fraction(self, painter: QPainter, x: float, piece: tuple[str, str]) -> float:
        upper, lower = (formula(part, self._fraction_size(), self._colour) for part in piece)
        width = self._parts(piece)[1]
        middle, line = x + width / 2, -self._axis()
        upper.paint(painter, middle - upper.width / 2, line - 2 - upper.height + upper.baseline)
        lower.paint(painter, middle - lower.width / 2, line + 2 + lower.baseline)
        painter.setPen(QPen(QColor(self._colour), 0.8))
        painter.drawLine(QPointF(x + 1, line), QPointF(x + width - 1, line))
        return x + width
