"""Functions of two variables on a plot: a heat map and the isolines over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from contourpy import ContourGenerator, LineType, contour_generator
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import (
    QColor,
    QImage,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPolygonF,
)

from gui.isoline_labels import IsolineLabels
from gui.plot_axes import Projection
from gui.plot_item import CACHED, NOT_CACHED, PlotItem, area_of, make_pen
from gui.plot_paths import polyline

Array = NDArray[np.float64]

_STEPS = 1024
LONG, CROWDED, EVERYWHERE = 60, 600, 10_000
"""Points from which on lines wider than a pixel are drawn by fine strokes side by side: on usual screens
those that look the same, and others; and all of them anywhere.

They cost a quarter of a wide stroke; along the lines of a wild function, which are everywhere, that takes
Qt more than a second.
"""

FILLED = 2.5
"""Fine strokes leave no gap inside an opaque line that is at most so many pixels wide."""


class GridImage(PlotItem):
    """A picture of a grid of values, one colour for each; what the colours mean is up to its kinds.

    Parameters
    ----------
    smooth : bool
        Whether colours blend from one cell to the next.
    """

    level = 0.0

    def __init__(self, *, smooth: bool) -> None:
        super().__init__()
        self._smooth = smooth
        self._values: ArrayLike | None = None
        self._rect: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)
        self._image = QImage()
        self._target = QRectF()
        self._source = QRectF()
        self.setCacheMode(CACHED)

    def show(self, values: ArrayLike, rect: tuple[float, float, float, float]) -> None:
        """Show a grid of values.

        Parameters
        ----------
        values : array, shape (rows, columns)
            The first row is the lowest y, the first column the lowest x. The very same array as before is not
            coloured again.
        rect : (float, float, float, float)
            x of the first and last column, y of the first and last row.
        """
        same = values is self._values
        if same != (self.cacheMode() == CACHED):
            self.setCacheMode(CACHED if same else NOT_CACHED)
        if same and rect == self._rect:
            return
        if values is not self._values:
            self._values = values
            self._image = self._coloured(np.atleast_2d(np.asarray(values)))
        self._rect = rect
        self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show(np.empty((0, 0)), self._rect)

    def _coloured(self, values: NDArray[Any]) -> QImage:
        """Make the picture."""
        index = self._colour_index(values)
        if not index.size:
            return QImage()
        pixels = self._palette().take(index[::-1])
        rows, columns = pixels.shape
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied)
        return image.copy()  # the array goes away, the picture stays

    def _colour_index(self, values: NDArray[Any]) -> NDArray[np.intp]:
        """Tell for each value which colour of the palette it has."""
        raise NotImplementedError

    def _palette(self) -> NDArray[np.uint32]:
        """Give the colours, premultiplied."""
        raise NotImplementedError

    def _lay_out(self, projection: Projection) -> None:
        area = area_of(projection)
        self._target = QRectF()
        x0, x1, y0, y1 = self._rect
        x, y = projection.to_pixels((x0, x1), (y0, y1))
        columns, rows = self._image.width(), self._image.height()
        if columns > 1 and rows > 1 and np.isfinite(x).all() and np.isfinite(y).all():
            # The values stand at the middle of their cells, so the picture is half a cell wider all round.
            cell_x, cell_y = (x[1] - x[0]) / (columns - 1), (y[0] - y[1]) / (rows - 1)
            whole = QRectF(x[0] - cell_x / 2, y[1] - cell_y / 2, cell_x * columns, cell_y * rows)
            self._target = whole & area
            if cell_x > 0 and cell_y > 0:
                self._source = QRectF(
                    (self._target.left() - whole.left()) / cell_x,
                    (self._target.top() - whole.top()) / cell_y,
                    self._target.width() / cell_x,
                    self._target.height() / cell_y,
                )
        self.set_bounds(self._target)

    def _draw(self, painter: QPainter) -> None:
        if not self._target.isEmpty() and not self._source.isEmpty():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
            painter.drawImage(self._target, self._image, self._source)


class HeatMap(GridImage):
    """Values from 0 to 1 as colours between two; NaN is transparent.

    Parameters
    ----------
    ramp : (str, str)
        Colours of 0 and of 1.
    """

    def __init__(self, ramp: tuple[str, str]) -> None:
        super().__init__(smooth=True)
        low, high = (np.array([c.red(), c.green(), c.blue()], float) for c in map(QColor, ramp))
        shares = np.linspace(0, 1, _STEPS)[:, None]
        red, green, blue = np.rint(low + shares * (high - low)).astype(np.uint32).T
        self._colours = np.append(0xFF000000 | red << 16 | green << 8 | blue, 0).astype(np.uint32)

    def _palette(self) -> NDArray[np.uint32]:
        return self._colours

    def _colour_index(self, values: NDArray[Any]) -> NDArray[np.intp]:
        places = np.clip(values, 0, 1) * float(_STEPS - 1)
        if np.isnan(places.max(initial=0.0)):
            places[np.isnan(places)] = _STEPS
        return places.astype(np.intp)


@dataclass(frozen=True)
class ContourLines:
    """Isolines as points in a row.

    Attributes
    ----------
    x, y : array
        All points; NaN stands between two lines.
    ends : tuple of int
        Where each level's points end.
    """

    x: Array
    y: Array
    ends: tuple[int, ...]


def contour_lines(x: ArrayLike, y: ArrayLike, values: ArrayLike, levels: Sequence[float]) -> ContourLines:
    """Trace where a function on a grid takes each of `levels`.

    Parameters
    ----------
    x, y : array
        Coordinates of the columns and rows.
    values : array, shape (len(y), len(x))
        Lines keep away from NaN and infinity.
    levels : sequence of float
        Values to trace; those not finite give no line.
    """
    return _traced(_tracer(x, y, values), levels)


def _tracer(x: ArrayLike, y: ArrayLike, values: ArrayLike) -> ContourGenerator | None:
    """Prepare a grid; None where there is nothing to trace on it."""
    grid = np.asarray(values, dtype=np.float64)
    if grid.ndim != 2 or min(grid.shape) < 2 or not np.isfinite(grid).any():
        return None
    across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return contour_generator(across, up, grid, line_type=LineType.ChunkCombinedNan)


_prepared: list[tuple[tuple[ArrayLike, ArrayLike, ArrayLike], ContourGenerator | None]] = []


def _last_tracer(x: ArrayLike, y: ArrayLike, values: ArrayLike) -> ContourGenerator | None:
    """Prepare a grid, once for all lines that are traced on the same one in turn."""
    arrays = (x, y, values)
    if not _prepared or any(old is not new for old, new in zip(_prepared[0][0], arrays, strict=True)):
        _prepared[:] = [(arrays, _tracer(*arrays))]
    return _prepared[0][1]


def _traced(tracer: ContourGenerator | None, levels: Sequence[float]) -> ContourLines:
    empty = ContourLines(np.empty(0), np.empty(0), (0,) * len(levels))
    if tracer is None:
        return empty
    parts: list[Array] = []
    ends: list[int] = []
    total = 0
    gap = np.full((1, 2), np.nan)
    for level in levels:
        traced = tracer.lines(level)[0][0] if np.isfinite(level) else None
        if traced is not None and len(traced):
            parts += [traced, gap]
            total += len(traced) + 1
        ends.append(total)
    if not parts:
        return empty
    points = np.concatenate(parts)
    return ContourLines(points[:, 0], points[:, 1], tuple(ends))


class Isolines(PlotItem):
    """All isolines of a function in one painter path, on demand with the value written on each.

    Parameters
    ----------
    colour : str
        Line colour.
    width, opacity : float
        Of the lines; the level curve through a point is wider and opaque.
    style : {"solid", "dashed", "dotted"}
        How the lines are drawn.
    label_colour : str or None
        Colour of the values written on the lines; None writes none.
    still : bool
        Whether the lines stay the same in most frames; their drawing is then kept.
    """

    level = 1.0

    def __init__(
        self,
        colour: str,
        width: float = 0.8,
        opacity: float = 0.4,
        *,
        style: str = "solid",
        label_colour: str | None = None,
        still: bool = True,
    ) -> None:
        super().__init__()
        self._pen = make_pen(colour, width, style, opacity)
        self._enough = LONG if style == "solid" and opacity == 1.0 and width <= FILLED else CROWDED
        self._fine_pen = make_pen(colour, min(width, 1.0), style, opacity)
        self._labels = IsolineLabels(label_colour) if label_colour else None
        self._lines = contour_lines((), (), np.empty((0, 0)), ())
        self._arrays: tuple[ArrayLike | None, ...] = (None, None, None)
        self._levels: tuple[float, ...] = ()
        self._moving = False
        self._tracer: ContourGenerator | None = None
        self._words: tuple[object, ...] = ()
        self._texts: tuple[str, ...] = ()
        self._path = QPainterPath()
        self._apart: list[QPolygonF] = []
        self._still = still
        if still:
            self.setCacheMode(CACHED)

    def show(
        self,
        x: ArrayLike,
        y: ArrayLike,
        values: ArrayLike,
        levels: Sequence[float],
        texts: Sequence[str] | None = None,
    ) -> None:
        """Trace and draw the lines; the very same arrays and levels as before cost nothing.

        Parameters
        ----------
        x, y, values, levels
            As `contour_lines` takes them.
        texts : sequence of str, optional
            What to write on each level; an empty text writes nothing. By default the number itself.
        """
        arrays, words = (x, y, values), (tuple(levels), None if texts is None else tuple(texts))
        same_arrays = all(old is new for old, new in zip(self._arrays, arrays, strict=True))
        if same_arrays and words == self._words:
            return
        self._arrays, self._words, self._levels = arrays, words, tuple(levels)
        if not same_arrays:
            self._tracer = _last_tracer(x, y, values)
        self._lines = _traced(self._tracer, self._levels)
        written = texts if texts is not None else [f"{level:g}" for level in levels]
        self._texts = tuple(text.replace("-", "\N{MINUS SIGN}") for text in written)
        self.reproject()

    def clear(self) -> None:
        """Draw nothing."""
        self.show((), (), np.empty((0, 0)), ())

    def let_move(self, moving: bool) -> None:
        """Expect other lines in each frame: values follow theirs, and no drawing is kept."""
        self._moving = moving
        if self._still:
            self.setCacheMode(NOT_CACHED if moving else CACHED)

    def keep_labels_off(self, is_free: Callable[[QRectF], bool]) -> None:
        """Write values where a box of pixels is free, or not at all; until the lines or the view change."""
        if self.projection is None or self._labels is None:
            return
        before = self.label_boxes
        x, y = self.projection.to_pixels(self._lines.x, self._lines.y)
        self._labels.place(x, y, self._lines.ends, self._texts, self.projection, is_free=is_free)
        if self.label_boxes != before:
            self._bound(self.projection)
            self.update()

    @property
    def label_boxes(self) -> list[QRectF]:
        """Where the values are written, in pixels."""
        return self._labels.boxes if self._labels is not None else []

    def _lay_out(self, projection: Projection) -> None:
        x, y = projection.to_pixels(self._lines.x, self._lines.y)
        self._path = polyline(x, y, projection)
        self._apart = [] if self._still else self._path.toSubpathPolygons()
        if self._labels is not None:
            self._labels.place(x, y, self._lines.ends, self._texts, projection, following=self._moving)
        self._bound(projection)

    def _bound(self, projection: Projection) -> None:
        """Say what lines and values cover."""
        bounds = self._path.controlPointRect()
        for box in self.label_boxes:
            bounds |= box
        margin = self._pen.widthF() + 1
        covered = bounds.adjusted(-margin, -margin, margin, margin) & area_of(projection)
        self.set_bounds(QRectF() if self._path.isEmpty() else covered)

    def _draw(self, painter: QPainter) -> None:
        painter.save()
        if self._labels is not None:
            self._labels.cut_out_of(painter, self._bounds)
        if self._is_fine(painter):
            self._draw_fine(painter)
        else:
            self._draw_wide(painter)
        painter.restore()
        if self._labels is not None:
            self._labels.draw(painter, self.plot_colour)

    def _is_fine(self, painter: QPainter) -> bool:
        """Tell whether fine strokes stand for a wide one; in vector graphics only if Qt would hang."""
        if self._pen.widthF() <= 1.0 or self._path.elementCount() <= self._enough:
            return False
        pixels = painter.paintEngine().type() == QPaintEngine.Type.Raster
        usual = pixels and painter.device().devicePixelRatioF() == 1.0
        return usual or self._path.elementCount() > EVERYWHERE

    def _draw_wide(self, painter: QPainter) -> None:
        painter.setPen(self._pen)
        if self._still:
            painter.drawPath(self._path)
        for line in self._apart:  # one by one: in a single path Qt would look for every crossing
            painter.drawPolyline(line)

    def _draw_fine(self, painter: QPainter) -> None:
        painter.setPen(self._fine_pen)
        away = (self._pen.widthF() - 1.0) / 2.0
        for across, down in ((away, 0.0), (-away, 0.0), (0.0, away), (0.0, -away)):
            painter.drawPath(self._path.translated(across, down))
