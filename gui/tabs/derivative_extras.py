"""What the Derivative tab draws on demand: normal, osculating circle, Taylor polynomial, f″."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF

from core.scenes.derivative import DerivativeScene
from gui.controls import LegendEntry
from gui.label_places import Crowd, along, around, formula_size, put
from gui.plot_labels import Label
from gui.plot_legend import PADDING, ROW, Legend
from gui.plot_lines import Curve, Line
from gui.plot_marks import Marker
from gui.plots import Plot
from gui.theme import Theme, mixed

NAME = 15

FAINT = 0.62
"""How much of the colour of f′ the one of f″ has."""

SHARES = (0.62, 0.75, 0.5, 0.88, 0.38, 0.25, 0.12, 0.95)
"""Where along f″ its name is tried."""


class ExtrasOnPlot:
    """Normal, osculating circle with its centre, and Taylor polynomial, on the function's plot.

    Attributes
    ----------
    legend : Legend
        Names them, or says why one is not drawn.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._plot = plot
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
        """Keep the legend away from the curve and the point."""
        crowd = Crowd(self._plot.projection)
        if scene.extras.legend:
            crowd.add_points(scene.curve.x[::2], scene.curve.y[::2])
            crowd.add_disc(scene.x, scene.slope.value, 10)
            for corner in scene.triangle or ():
                crowd.add_disc(*corner, 6)
        self.legend.show_where_free(scene.extras.legend, crowd)

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
