"""What the Derivative tab draws on demand: normal, osculating circle, Taylor polynomial, f″."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from core.scenes.derivative import DerivativeScene
from core.scenes.derivative_extras import LegendRow
from gui.controls import LegendEntry
from gui.formula import formula, plain_text
from gui.label_places import Crowd, along, around, formula_size, put
from gui.plot_axes import Projection
from gui.plot_item import PlotItem, make_pen
from gui.plot_labels import Label
from gui.plot_lines import Curve, Line
from gui.plot_marks import Marker
from gui.plots import Plot
from gui.theme import Theme, mixed, ui_font

ROW = 19.0
SWATCH = 18.0
WORDS, FORMULA = 12, 13
INSET = 8.0
"""Pixels between the legend and the edges of the plot."""

PADDING = 6.0

NAME = 15

FAINT = 0.62
"""How much of the colour of f′ the one of f″ has."""

SHARES = (0.62, 0.75, 0.5, 0.88, 0.38, 0.25, 0.12, 0.95)
"""Where along f″ its name is tried."""

CORNERS = ((False, False), (True, False), (False, True), (True, True))
"""Of the plot: whether at its right, and whether at its lower edge."""

Lines = dict[str, tuple[str, str]]
"""Colour and style of each line by its key."""


class Legend(PlotItem):
    """What thin lines on a plot mean, in a corner over a backing in the colour of the plot.

    Attributes
    ----------
    rows : tuple of LegendRow
        What it says.
    box : QRectF
        Where it stands, in pixels; empty for no rows.
    """

    level = 8.5

    def __init__(self, theme: Theme, lines: Lines) -> None:
        super().__init__()
        self.rows: tuple[LegendRow, ...] = ()
        self.box = QRectF()
        self._ink, self._muted = theme.second, theme.muted
        self._pens = {key: make_pen(colour, 1.75, style) for key, (colour, style) in lines.items()}
        self._font = ui_font(WORDS)
        self._right = self._low = False

    def show(self, rows: tuple[LegendRow, ...], right: bool = False, low: bool = False) -> None:
        """Say this from now on, in this corner."""
        if (rows, right, low) != (self.rows, self._right, self._low):
            self.rows, self._right, self._low = rows, right, low
            self.reproject()

    @property
    def text(self) -> str:
        """All rows in plain words."""
        return "; ".join(row.text or plain_text(row.latex) for row in self.rows)

    def place(self, projection: Projection, right: bool, low: bool) -> QRectF:
        """Give the box that it would need in a corner."""
        width = max((SWATCH + 8.0 + self._width(row) for row in self.rows), default=0.0) + 2 * PADDING
        height = ROW * len(self.rows) + 2 * PADDING
        left = projection.right - INSET - width if right else projection.left + INSET
        top = projection.bottom - INSET - height if low else projection.top + INSET
        return QRectF(max(left, projection.left + 2.0), top, width, height)

    def row_boxes(self) -> list[QRectF]:
        """Give the place of each row, in pixels."""
        left, top = self.box.left(), self.box.top() + PADDING
        widths = [SWATCH + 8.0 + self._width(row) + 2 * PADDING for row in self.rows]
        return [QRectF(left, top + ROW * index, width, ROW) for index, width in enumerate(widths)]

    def _width(self, row: LegendRow) -> float:
        if row.latex:
            return formula(row.latex, FORMULA, self._ink).width
        return QFontMetricsF(self._font).horizontalAdvance(row.text)

    def _lay_out(self, projection: Projection) -> None:
        self.box = self.place(projection, self._right, self._low) if self.rows else QRectF()
        self.set_bounds(self.box)

    def _draw(self, painter: QPainter) -> None:
        backing = QColor(self.plot_colour)
        backing.setAlphaF(0.86)
        left = self.box.left() + PADDING
        for index, row in enumerate(self.rows):
            middle = self.box.top() + PADDING + ROW * (index + 0.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(backing)
            painter.drawRect(self.row_boxes()[index])
            if row.drawn:
                painter.setPen(self._pens[row.key])
                painter.drawLine(QPointF(left, middle), QPointF(left + SWATCH, middle))
            start = left + SWATCH + 8.0
            if row.latex:
                shown = formula(row.latex, FORMULA, self._ink)
                shown.paint(painter, start, round(middle + 0.32 * FORMULA))
            else:
                painter.setFont(self._font)
                painter.setPen(QColor(self._ink if row.drawn else self._muted))
                baseline = middle + QFontMetricsF(self._font).capHeight() / 2
                painter.drawText(QPointF(start, round(baseline)), row.text)


class ExtrasOnPlot:
    """Normal, osculating circle with its centre, and Taylor polynomial, on the function's plot.

    Attributes
    ----------
    legend : Legend
        Names them, or says why one is not drawn.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._plot = plot
        self._corner = CORNERS[0]
        lines = {
            "normal": (theme.second, "solid"),
            "circle": (theme.muted, "solid"),
            "taylor": (theme.derivative.mark, "dashed"),
        }
        self._normal = plot.add(Line(theme.second, 1.25), level=2.9)
        self._circle = plot.add(Curve(theme.muted, 1.5, still=False), level=2.8)
        self._taylor = plot.add(Curve(theme.derivative.mark, 1.75, style="dashed", still=False), level=3.2)
        self._centre = plot.add(Marker(theme.muted, size=3.0, ring=1.0), level=6.4)
        self.legend = plot.add(Legend(theme, lines))

    def show_scene(self, scene: DerivativeScene) -> None:
        """Draw what is asked for and exists."""
        extras = scene.extras
        if extras.normal is None:
            self._normal.clear()
        else:
            self._normal.show((scene.x, scene.slope.value), extras.normal)
        if extras.circle is None:
            self._circle.clear()
            self._centre.clear()
        else:
            self._circle.show(extras.circle.outline.x, extras.circle.outline.y)
            self._centre.show(*extras.circle.centre)
        if extras.taylor is None:
            self._taylor.clear()
        else:
            self._taylor.show(extras.taylor.curve.x, extras.taylor.curve.y)
        self._place_legend(scene)

    def _place_legend(self, scene: DerivativeScene) -> None:
        """Stay in the corner while it is free of the curve and the point, else take the freest."""
        self.legend.show(scene.extras.legend, *self._corner)
        if not scene.extras.legend:
            return
        crowd = Crowd(self._plot.projection)
        crowd.add_points(scene.curve.x[::2], scene.curve.y[::2])
        crowd.add_disc(scene.x, scene.slope.value, 10)
        for corner in scene.triangle or ():
            crowd.add_disc(*corner, 6)
        corners = sorted(CORNERS, key=lambda corner: corner != self._corner)
        boxes = [self.legend.place(self._plot.projection, *corner) for corner in corners]
        best = crowd.freest(boxes)
        if best is not None:
            self._corner = corners[boxes.index(best)]
            self.legend.show(scene.extras.legend, *self._corner)

    def covers(self, box: QRectF) -> bool:
        """Tell whether the legend would lie over a box, or close to it."""
        near = box.adjusted(-PADDING, -ROW / 2, PADDING, ROW / 2)
        return any(row.intersects(near) for row in self.legend.row_boxes())

    def crowd_in(self, scene: DerivativeScene, crowd: Crowd) -> None:
        """Keep the labels of the plot away from it all."""
        extras = scene.extras
        for box in self.legend.row_boxes():
            crowd.add_box(box)
        if extras.circle is not None:
            crowd.add_points(extras.circle.outline.x, extras.circle.outline.y)
        if extras.taylor is not None:
            crowd.add_points(extras.taylor.curve.x[::4], extras.taylor.curve.y[::4])
        if extras.normal is not None and extras.normal[0] != 0.0:
            crowd.add_line((scene.x, scene.slope.value), extras.normal[1] / extras.normal[0])


class SecondOnPlot:
    """f″ as a thin curve in the derivative's plot, with its name."""

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._plot = plot
        self._text = theme.derivative.text
        colour = mixed(theme.derivative.mark, theme.plot, FAINT)
        self._curve = plot.add(Curve(colour, 1.5), level=2.8)
        self._label = plot.add(Label(theme.derivative.text, NAME))
        self._entry = LegendEntry(colour, latex="f''(x)")

    def legend_of(self, scene: DerivativeScene, usual: tuple[LegendEntry, ...]) -> tuple[LegendEntry, ...]:
        """Add f″ to the legend while it is shown."""
        return usual if scene.extras.second is None else (usual[0], self._entry, *usual[1:])

    def show_scene(self, scene: DerivativeScene) -> None:
        """Draw it, if it is asked for."""
        second = scene.extras.second
        if second is None:
            self._curve.clear()
            self._label.clear()
        else:
            self._curve.show(second.x, second.y)

    def crowd_in(self, scene: DerivativeScene, crowd: Crowd) -> None:
        """Keep the labels of the plot away from it."""
        if scene.extras.second is not None:
            crowd.add_points(scene.extras.second.x[::2], scene.extras.second.y[::2])

    def write_name(self, scene: DerivativeScene, crowd: Crowd) -> None:
        """Name it where there is room."""
        second = scene.extras.second
        if second is None:
            return
        projection = self._plot.projection
        size = formula_size("f''", NAME, self._text)
        known = np.flatnonzero(np.isfinite(second.y))
        places = along(second.x[known], second.y[known], SHARES, projection) if known.size else []
        box = crowd.freest(box for x, y in places for box in around(x, y, size))
        put(self._label, "f''", NAME, self._text, box, projection)
