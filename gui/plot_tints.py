"""Regions of the plane on a plot: a tint for each, thin borders between them, hatching over faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from contourpy import FillType, contour_generator
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainterPath, QPen

from gui.plot_axes import Projection
from gui.plot_fields import GridImage, contour_lines
from gui.plot_item import CACHED, PathItem, make_pen
from gui.plot_paths import polyline

Array = NDArray[np.float64]


class Tints(GridImage):
    """Whole numbers as colours, one for each; negative ones are transparent."""

    level = 0.5

    def __init__(self) -> None:
        super().__init__(smooth=False)
        self._tints: tuple[str, ...] = ()

    def show_tints(
        self, labels: ArrayLike, tints: Sequence[str], rect: tuple[float, float, float, float]
    ) -> None:
        """Show the regions; the very same labels as before are not coloured again.

        Parameters
        ----------
        labels : array of int, shape (rows, columns)
            Which tint each cell has.
        tints : sequence of str
            Their colours.
        rect : (float, float, float, float)
            As `GridImage.show` takes it.
        """
        self._tints = tuple(tints)
        self.show(labels, rect)

    def _palette(self) -> NDArray[np.uint32]:
        return np.array([*(QColor(tint).rgba() for tint in self._tints), 0], dtype=np.uint32)

    def _colour_index(self, values: NDArray[Any]) -> NDArray[np.intp]:
        return np.where(values < 0, len(self._tints), values).astype(np.intp)


def region(x: Array, y: Array, inside: NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Make a surface that is above 1/2 inside a region of cells; its edge is smooth and omits single cells.

    The outermost cells are repeated once, so that regions reach beyond the edge of the view.
    """
    height = np.pad(inside.astype(np.float64), 2, mode="edge")
    for axis in (0, 1):
        rows = np.swapaxes(height, 0, axis)
        height = np.swapaxes(0.25 * rows[:-2] + 0.5 * rows[1:-1] + 0.25 * rows[2:], 0, axis)
    return (
        np.concatenate(([2 * x[0] - x[1]], x, [2 * x[-1] - x[-2]])),
        np.concatenate(([2 * y[0] - y[1]], y, [2 * y[-1] - y[-2]])),
        height,
    )


class Borders(PathItem):
    """Thin lines between regions."""

    level = 0.8

    def __init__(self, colour: str, width: float = 0.8, opacity: float = 0.55) -> None:
        super().__init__(make_pen(colour, width, opacity=opacity))
        self._x = self._y = np.empty(0)
        self.setCacheMode(CACHED)

    def show(self, x: Array, y: Array, labels: NDArray[Any], which: Iterable[int]) -> None:
        """Outline the regions with these labels, on a grid with these columns and rows."""
        lines = [contour_lines(*region(x, y, labels == label), (0.5,)) for label in which]
        self._x = np.concatenate([line.x for line in lines] or [np.empty(0)])
        self._y = np.concatenate([line.y for line in lines] or [np.empty(0)])
        self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self._x = self._y = np.empty(0)
        self.reproject()

    def _lay_out(self, projection: Projection) -> None:
        path = (
            polyline(*projection.to_pixels(self._x, self._y), projection) if self._x.size else QPainterPath()
        )
        self.set_path(path, projection)


def hatch(colour: str, opacity: float = 0.4) -> QBrush:
    """Give the brush of slanting lines."""
    tint = QColor(colour)
    tint.setAlphaF(opacity)
    return QBrush(tint, Qt.BrushStyle.BDiagPattern)


class Hatching(PathItem):
    """Slanting lines over some regions."""

    level = 0.6

    def __init__(self, colour: str) -> None:
        super().__init__(QPen(Qt.PenStyle.NoPen), hatch(colour))
        self._outlines: list[Array] = []
        self.setCacheMode(CACHED)

    def show(self, x: Array, y: Array, marked: NDArray[np.bool_]) -> None:
        """Hatch the marked cells of a grid with these columns and rows."""
        self._outlines = []
        if marked.any():
            generator = contour_generator(*region(x, y, marked), fill_type=FillType.OuterOffset)
            for points, offsets in zip(*generator.filled(0.5, 2.0), strict=True):
                self._outlines += np.split(points, offsets[1:-1].astype(np.intp))
        self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self._outlines = []
        self.reproject()

    def _lay_out(self, projection: Projection) -> None:
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.OddEvenFill)
        for outline in self._outlines:
            path.addPath(polyline(*projection.to_pixels(outline[:, 0], outline[:, 1]), projection))
        self.set_path(path, projection)
