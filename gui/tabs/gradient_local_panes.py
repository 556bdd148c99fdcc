"""The panes of the direction u: f along it, and the slope in every direction."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSizeF

from core.scenes.gradient import GradientScene
from gui.controls import LegendEntry, PaneHeader
from gui.handles import DragHandle
from gui.label_places import Crowd, around, formula_size, put
from gui.plot_axes import Projection
from gui.plot_labels import Label
from gui.plot_lines import Curve, Segment
from gui.plot_marks import Arrow, Marker
from gui.tabs.gradient_local import VALUE, U, slope_latex
from gui.tabs.gradient_panes import write_slope
from gui.tabs.pane import FixedPlot, Pane
from gui.theme import Theme

LEFT, RIGHT = 38, 12
"""Room beside the plots in pixels, as in the slices."""

CORNER = 5.0
"""Pixels between a label in a corner and the edges of the plot."""


class AlongPane(Pane):
    """f on the way through P along u, with its tangent."""

    def __init__(self, theme: Theme) -> None:
        plot = FixedPlot(theme, left=LEFT, right=RIGHT, x_latex="t")
        super().__init__(PaneHeader(theme, "Along u"), plot)
        self._theme = theme
        self._curve = plot.add(Curve(theme.function.mark, still=False))
        self._tangent = plot.add(Segment(theme.derivative.mark, 2.25, halo=1.0))
        self._point = plot.add(Marker(theme.function.mark, size=6.5, ring=2.0), level=7.5)
        self._label = plot.add(Label(theme.derivative.text, VALUE))

    def show_scene(self, scene: GradientScene) -> None:
        """Place all items, or hide while it is not asked for."""
        part, plot, colour = scene.local.along_u, self.plot, self._theme.derivative.text
        self.setVisible(part is not None)
        if part is None:
            return
        self.header.show_note(latex=rf"f(P + t \, {U})", colour=self._theme.function.text)
        plot.show_view(part.view)
        self._curve.show(part.curve.x, part.curve.y)
        self._point.show(0.0, scene.value)
        if part.tangent is None:
            self._tangent.clear()
        else:
            self._tangent.show(part.tangent.start, part.tangent.end)
        latex = slope_latex(scene.local.direction)
        write_slope(self._label, latex, colour, plot, part.curve, (0.0, scene.value), part.tangent)


class PolarPane(Pane):
    """How long D_u f is in every direction: two circles where f is differentiable.

    Attributes
    ----------
    u : DragHandle
        Turns u on a ring as far out as the longest slope.
    """

    def __init__(self, theme: Theme) -> None:
        legend = (
            LegendEntry(theme.derivative.mark, "f rises"),
            LegendEntry(theme.descent.mark, "f falls"),
        )
        plot = FixedPlot(theme, equal=True, left=LEFT, right=RIGHT)
        super().__init__(PaneHeader(theme, "Every direction", legend), plot)
        self._theme = theme
        self._ring = plot.add(Curve(theme.ink, 1.0, opacity=0.45, still=False), level=2.0)
        self._rising = plot.add(Curve(theme.derivative.mark, 2.0, still=False))
        self._falling = plot.add(Curve(theme.descent.mark, 2.0, still=False))
        self._way = plot.add(Segment(theme.data.mark, 1.0, opacity=0.6))
        self._arrow = plot.add(Arrow(theme.data.mark, 1.75, 10.0))
        self.u = plot.add(DragHandle(theme, theme.data.mark, hollow=True, name="Direction u"))
        self._label = plot.add(Label(theme.derivative.text, VALUE))

    def show_scene(self, scene: GradientScene) -> None:
        """Place all items, or hide while it is not asked for."""
        part, plot = scene.local.polar, self.plot
        self.setVisible(part is not None)
        if part is None:
            return
        direction = scene.local.direction
        plot.show_view(part.view)
        plot.show_message(part.notice or None)
        self._ring.show(part.ring.x, part.ring.y)
        self._rising.show(part.rising.x, part.rising.y)
        self._falling.show(part.falling.x, part.falling.y)
        along, up = direction.vector
        handle = part.radius * along, part.radius * up
        self.u.place(*handle)
        self._way.show((0.0, 0.0), handle)
        if part.tip is None:
            self._arrow.clear()
        else:
            self._arrow.show((0.0, 0.0), part.tip)
        self._write_slope(scene)

    def _write_slope(self, scene: GradientScene) -> None:
        part, direction, projection = scene.local.polar, scene.local.direction, self.plot.projection
        assert part is not None
        colour = self._theme.derivative.text
        box, latex = None, slope_latex(direction)
        if part.tip is not None and not part.notice:
            crowd = Crowd(projection)
            for curve in (part.rising, part.falling, part.ring):
                known = np.isfinite(curve.x)
                crowd.add_points(curve.x[known], curve.y[known])
            shares = np.linspace(0.0, part.radius, 40)
            crowd.add_points(shares * direction.vector[0], shares * direction.vector[1])
            crowd.add_disc(part.radius * direction.vector[0], part.radius * direction.vector[1], 9)
            size = formula_size(latex, VALUE, colour)
            x, y = projection.to_pixels(*part.tip)
            at_the_tip = around(float(x), float(y), size)
            box = crowd.free(at_the_tip) or crowd.freest(_corners(projection, size))
        put(self._label, latex, VALUE, colour, box, projection)


def _corners(projection: Projection, size: QSizeF) -> list[QRectF]:
    """Give boxes in the corners of a plot, where a circle in the middle leaves room."""
    left, top = projection.left + CORNER, projection.top + CORNER
    right, bottom = projection.right - CORNER - size.width(), projection.bottom - CORNER - size.height()
    return [QRectF(x, y, size.width(), size.height()) for x in (right, left) for y in (top, bottom)]
