"""The two linked plots of the Derivative tab: the function, and its derivative below."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF

from core.scenes.derivative import DerivativeScene
from gui.controls import LegendEntry, PaneHeader
from gui.handles import HIT_RADIUS, DragHandle, DragLine
from gui.label_places import Crowd, along, around, formula_size, put
from gui.numbers import format_place, latex_number
from gui.plot_labels import Label
from gui.plot_lines import Curve, Line, Polygon, Segment
from gui.plot_marks import Marker
from gui.plots import Plot
from gui.tabs.derivative_claim import ClaimOnPlot
from gui.tabs.derivative_extras import ExtrasOnPlot, SecondOnPlot
from gui.tabs.derivative_marks import MarksOnPlot
from gui.tabs.derivative_piece import PieceOnPlot
from gui.tabs.derivative_show import ExtrasButton
from gui.tabs.derivative_walk import WalkOnPlot
from gui.tabs.pane import Pane
from gui.theme import Theme

NAME, VALUE, QUOTIENT = 15, 14, 13
"""Sizes of letters: of names, of numbers, of the fraction that is the secant's slope."""

BRACKET_UP = 14
"""Pixels of the bracket for h over the lower edge."""

P_GAP = 9.0
"""Pixels from the middle of P to its name."""

EDGE = 70
"""Labels that would be nearer to an edge than this stand on the other side of their point."""


def _clamped(plot: Plot, y: float, margin: float = 0.0) -> float:
    """Give the height in view, `margin` pixels from the edges, that is nearest to `y`."""
    bottom = plot.from_pixels(QPointF(0, plot.projection.bottom - margin))[1]
    top = plot.from_pixels(QPointF(0, plot.projection.top + margin))[1]
    return min(max(y, bottom), top)


HIDDEN, OUT_OF_REACH = 0.1, -1.0
"""A handle within so many pixels of P is behind it, where only the arrow keys reach it."""


class FunctionPane(Pane):
    """f with its point, tangent, slope triangle and secant.

    Attributes
    ----------
    point : DragHandle
        P on the curve.
    lost_point : DragHandle
        Stands in for P where the curve has no place in view, so that it can be dragged back.
    tangent : DragLine
        Through P.
    beyond : DragHandle
        The point of the curve at x + h.
    """

    def __init__(self, theme: Theme) -> None:
        numerical, derivative = theme.numerical, theme.derivative
        legend = (
            LegendEntry(theme.function.mark, latex="f(x)"),
            LegendEntry(derivative.mark, "tangent"),
            LegendEntry(numerical.mark, "secant", style="dash"),
        )
        plot = Plot(theme)
        super().__init__(PaneHeader(theme, "Function", legend, expandable=True), plot)
        self._theme = theme
        self._triangle = plot.add(Polygon(derivative.mark))
        self._curve = plot.add(Curve(theme.function.mark))
        self._secant = plot.add(Line(numerical.mark, style="dashed"))
        self._drop = plot.add(Segment(numerical.mark, 1.0, style="dotted"), level=2.0)
        self._bracket = plot.add(Segment(numerical.text, 1.25, caps=7))
        self.tangent = plot.add(DragLine(theme, derivative.mark, name="Tangent"))
        self.lost_point = plot.add(DragHandle(theme, theme.muted, hollow=True, name="Point"))
        self.beyond = plot.add(DragHandle(theme, numerical.mark, hollow=True, name="Point at x + h"))
        self.point = plot.add(DragHandle(theme, theme.function.mark, name="Point P"), level=21.0)
        self._p_label = plot.add(Label(theme.function.text, NAME))
        self._h_label = plot.add(Label(numerical.text, NAME, align="centre", offset=(0, -11)))
        self._run_label = plot.add(Label(derivative.text, VALUE, align="centre"))
        self._tangent_label = plot.add(Label(derivative.text, VALUE))
        self._secant_label = plot.add(Label(numerical.text, QUOTIENT))
        self._curve_label = plot.add(Label(theme.function.text, 17))
        self.piece = PieceOnPlot(plot, theme.function, derivative.mark)
        self.extras = ExtrasOnPlot(plot, theme)
        self.marks = MarksOnPlot(plot, theme)
        self.show_button = ExtrasButton(theme)
        self.header.add(self.show_button)
        self.walk = WalkOnPlot(plot, theme)
        self._legend = legend

    def show_scene(self, scene: DerivativeScene) -> None:
        """Place all items."""
        plot, slope = self.plot, scene.slope
        plot.show_view(scene.view)
        plot.show_message(scene.notice or None)
        plot.show_x_pill(scene.x, format_place(scene.x, scene.x_decimals, scene.view[1] - scene.view[0]))
        self._curve.show(scene.curve.x, scene.curve.y)
        self._place_point(scene)
        self.tangent.place(scene.x, slope.value, 1.0, slope.derivative)
        self._secant.show((scene.x, slope.value), (1.0, scene.secant_slope))
        if scene.triangle is None:
            self._triangle.clear()
        else:
            corners = list(zip(*scene.triangle, strict=True))
            self._triangle.show(corners[0], corners[1])
        self._place_step(scene)
        self.piece.show_value(scene)
        self.extras.show_scene(scene)
        self.marks.show_scene(scene)
        self.show_button.show_scene(scene)
        self.walk.show(scene.walk)
        self.header.show_legend((*self._legend, *(self.walk.legend if scene.walk is not None else ())))
        self._place_labels(scene)

    def _place_point(self, scene: DerivativeScene) -> None:
        height = scene.slope.value
        bottom, top = scene.view[2:]
        if math.isfinite(height) and bottom <= height <= top:
            self.point.place(scene.x, height)
            self.lost_point.clear()
        else:
            self.point.clear()
            self.lost_point.place(scene.x, _clamped(self.plot, 0.0 if math.isnan(height) else height))

    def _place_step(self, scene: DerivativeScene) -> None:
        """Place what shows h: the handle at x + h, the line down from it, and the bracket."""
        plot, x = self.plot, scene.x + scene.h
        height = _clamped(plot, scene.secant_point[1] if scene.secant_point else 0.0)
        self.beyond.place(x, height)
        apart = plot.to_pixels(x, height) - plot.to_pixels(scene.x, scene.slope.value)
        self.beyond.hit_radius = OUT_OF_REACH if math.hypot(apart.x(), apart.y()) < HIDDEN else HIT_RADIUS
        self._drop.show((x, height), (x, scene.view[2]))
        level = plot.from_pixels(QPointF(0, plot.projection.bottom - BRACKET_UP))[1]
        self._bracket.show((scene.x, level), (x, level))
        self._h_label.show(scene.x + scene.h / 2, level, "h")

    def _place_labels(self, scene: DerivativeScene) -> None:
        crowd = self._crowd(scene)
        self._label_triangle(scene, crowd)
        self._label_point(scene, crowd)
        self._label_secant(scene, crowd)
        self._label_curve(scene, crowd)
        self.piece.write_name(crowd, scene.derivation.piece)
        self.walk.write_step(crowd)

    def _crowd(self, scene: DerivativeScene) -> Crowd:
        crowd = Crowd(self.plot.projection)
        crowd.add_points(scene.curve.x[::2], scene.curve.y[::2])
        if math.isfinite(scene.slope.value):
            point = (scene.x, scene.slope.value)
            crowd.add_line(point, scene.slope.derivative)
            crowd.add_line(point, scene.secant_slope)
            crowd.add_disc(*point, 8)
        if scene.secant_point is not None:
            crowd.add_disc(*scene.secant_point, 10)
        self._keep_bracket_free(scene, crowd)
        self.extras.crowd_in(scene, crowd)
        self.piece.crowd_in(crowd)
        self.walk.crowd_in(crowd)
        return crowd

    def _keep_bracket_free(self, scene: DerivativeScene, crowd: Crowd) -> None:
        projection = self.plot.projection
        (left, right), _ = projection.to_pixels((scene.x, scene.x + scene.h), (0.0, 0.0))
        if math.isfinite(left) and math.isfinite(right):
            top = projection.bottom - BRACKET_UP - 20
            crowd.add_box(QRectF(left - 8, top, right - left + 16, projection.bottom - top))

    def _label_triangle(self, scene: DerivativeScene, crowd: Crowd) -> None:
        """Write the run on the side that the triangle leaves free, the slope beside its end."""
        if scene.triangle is None:
            self._run_label.clear()
            self._tangent_label.clear()
            return
        start, corner, end = scene.triangle
        falling = end[1] < corner[1]
        middle = (start[0] + corner[0]) / 2
        self._run_label.show(middle, corner[1], _run_latex(scene.run), (0, -12 if falling else 12))
        latex = f"f'(x) = {latex_number(scene.slope.derivative)}"
        size = formula_size(latex, VALUE, self._theme.derivative.text)
        projection = self.plot.projection
        x, _ = map(float, projection.to_pixels(end[0], end[1]))
        y = float(projection.to_pixels(end[0], _clamped(self.plot, end[1], 8))[1])
        corner_y = float(projection.to_pixels(end[0], _clamped(self.plot, corner[1], 8))[1])
        width, height = size.width(), size.height()
        beside = y - height - 4 if falling else y + 4
        tops = [beside, (y + corner_y - height) / 2, y - height - 6, y + 6]
        boxes = [QRectF(x + 10, top, width, height) for top in tops]
        boxes += [QRectF(x - 12 - width, top, width, height) for top in (y - height - 6, y + 6, *tops[:2])]
        box = crowd.freest(boxes)
        put(self._tangent_label, latex, VALUE, self._theme.derivative.text, box, projection)
        if box is not None:
            crowd.add_box(box)
        left, _ = map(float, projection.to_pixels(start[0], start[1]))
        if all(map(math.isfinite, (left, x, y, corner_y))):
            crowd.add_box(QRectF(QPointF(left, corner_y), QPointF(x, y)).normalized())

    def _label_point(self, scene: DerivativeScene, crowd: Crowd) -> None:
        """Write P on the side that curve and tangent leave free."""
        colour = self._theme.function.text
        x, y = map(float, self.plot.projection.to_pixels(scene.x, scene.slope.value))
        box = None
        if math.isfinite(x) and math.isfinite(y):
            boxes = around(x, y, formula_size("P", NAME, colour), P_GAP)
            rising = not scene.slope.derivative < 0
            box = crowd.freest([boxes[place] for place in ((2, 1, 0, 3) if rising else (0, 3, 2, 1))])
        put(self._p_label, "P", NAME, colour, box, self.plot.projection)
        if box is not None:
            crowd.add_box(box)

    def _label_secant(self, scene: DerivativeScene, crowd: Crowd) -> None:
        if not math.isfinite(scene.secant_slope):
            self._secant_label.clear()
            return
        colour = self._theme.numerical.text
        latex = rf"\frac{{f(x+h)-f(x)}}{{h}} = {latex_number(scene.secant_slope)}"
        size = formula_size(latex, QUOTIENT, colour)
        projection = self.plot.projection
        width, height = size.width(), size.height()
        rightmost, lowest = projection.right - 6 - width, projection.bottom - 6 - height
        boxes = []
        for share in (0.03, 0.97, 0.12, 0.88, 0.22, 0.78, 0.35, 0.65):
            left = projection.left + share * projection.width - (width if share > 0.5 else 0)
            left = min(max(left, projection.left + 6), rightmost)
            ends = [self._secant_height(scene, x) for x in (left, left + width)]
            for top in (min(ends) - 12 - height, max(ends) + 12):
                boxes.append(QRectF(left, min(max(top, projection.top + 6), lowest), width, height))
        sides, ends_of_area = (projection.left + 6, rightmost), (projection.top + 6, lowest)
        boxes += [QRectF(left, top, width, height) for left in sides for top in ends_of_area]
        box = crowd.freest(box for box in boxes if not self.extras.covers(box))
        put(self._secant_label, latex, QUOTIENT, colour, box, projection)
        if box is not None:
            crowd.add_box(box)

    def _secant_height(self, scene: DerivativeScene, pixel: float) -> float:
        """Give the pixel height of the secant over a pixel of the x axis."""
        projection = self.plot.projection
        x = projection.from_pixels(pixel, 0.0)[0]
        bottom, top = projection.view[2:]
        share = (scene.slope.value + scene.secant_slope * (x - scene.x) - bottom) / (top - bottom)
        share = min(max(share, -1.0), 2.0) if math.isfinite(share) else 0.5
        return projection.bottom - share * projection.height

    def _label_curve(self, scene: DerivativeScene, crowd: Crowd) -> None:
        colour = self._theme.function.text
        projection = self.plot.projection
        shares = (0.72, 0.8, 0.62, 0.88, 0.28, 0.2, 0.38, 0.12, 0.5, 0.95)
        places = along(scene.curve.x, scene.curve.y, shares, projection)
        size = formula_size("f", 17, colour)
        box = crowd.freest(box for x, y in places for box in around(x, y, size))
        put(self._curve_label, "f", 17, colour, box, projection)
        if box is not None:
            crowd.add_box(box)


def _run_latex(run: float) -> str:
    """Write 1, 2 or 5 times a power of ten."""
    if 1e-3 <= run < 1e5:
        return f"{run:g}"
    exponent = math.floor(math.log10(run) + 1e-9)
    return rf"{{{round(run / 10.0**exponent)} \times 10^{{{exponent}}}}}"


class SlopePane(Pane):
    """f′ with its value at the point, and the slope of the secant beside it."""

    def __init__(self, theme: Theme) -> None:
        numerical, derivative = theme.numerical, theme.derivative
        legend = (
            LegendEntry(derivative.mark, latex="f'(x)"),
            LegendEntry(numerical.mark, "secant slope", style="square"),
        )
        plot = Plot(theme)
        super().__init__(PaneHeader(theme, "Derivative", legend, expandable=True), plot)
        self._theme = theme
        self._curve = plot.add(Curve(derivative.mark, 2.0))
        self._bar = plot.add(Segment(numerical.mark, 1.5))
        self._square = plot.add(Marker(numerical.mark, "square", 5.5, hollow=True))
        self._point = plot.add(Marker(derivative.mark, size=6), level=7.5)
        self._value_label = plot.add(Label(derivative.text, VALUE))
        self._secant_label = plot.add(Label(numerical.text, VALUE))
        self._curve_label = plot.add(Label(derivative.text, 17))
        self.piece = PieceOnPlot(plot, derivative)
        self.second = SecondOnPlot(plot, theme)
        self.claim = ClaimOnPlot(plot, theme)
        self._legend = legend

    def show_scene(self, scene: DerivativeScene) -> None:
        """Place all items."""
        plot, x, slope = self.plot, scene.x, scene.slope.derivative
        plot.show_view((*scene.view[:2], *scene.slope_range))
        plot.show_message(scene.slope_notice or None)
        plot.show_x_pill(x, format_place(x, scene.x_decimals, scene.view[1] - scene.view[0]))
        self._curve.show(scene.slope_curve.x, scene.slope_curve.y)
        self._point.show(x, slope)
        self._square.show(x, scene.secant_slope)
        self._bar.show((x, slope), (x, scene.secant_slope))
        self.piece.show_derivative(scene)
        self.second.show_scene(scene)
        self.claim.show(scene.claimed)
        legend = (*self._legend, *(self.claim.legend if scene.claimed is not None else ()))
        self.header.show_legend(self.second.legend_of(scene, legend))
        self._place_labels(scene)

    def _place_labels(self, scene: DerivativeScene) -> None:
        projection, x = self.plot.projection, scene.x
        slope, secant = scene.slope.derivative, scene.secant_slope
        crowd = Crowd(projection)
        crowd.add_points(scene.slope_curve.x[::2], scene.slope_curve.y[::2])
        self.piece.crowd_in(crowd)
        self.second.crowd_in(scene, crowd)
        self.claim.crowd_in(crowd)
        across = float(projection.to_pixels(x, 0.0)[0])
        right = across < projection.right - EDGE
        self._write_value(self._value_label, x, slope, self._theme.derivative.text, right, crowd)
        left = across > projection.left + EDGE
        self._write_value(self._secant_label, x, secant, self._theme.numerical.text, not left, crowd)
        crowd.add_disc(x, slope, 10)
        crowd.add_disc(x, secant, 10)
        colour = self._theme.derivative.text
        shares = (0.34, 0.27, 0.42, 0.66, 0.74, 0.18, 0.85, 0.5, 0.1, 0.92)
        places = along(scene.slope_curve.x, scene.slope_curve.y, shares, projection)
        size = formula_size("f'", 17, colour)
        box = crowd.freest(
            box for px, py in places for box in sorted(around(px, py, size), key=lambda box: box.left())
        )
        put(self._curve_label, "f'", 17, colour, box, projection)
        if box is not None:
            crowd.add_box(box)
        self.claim.write_worst(crowd)
        self.piece.write_name(crowd, scene.derivation.piece, primed=True)
        self.second.write_name(scene, crowd)

    def _write_value(
        self, label: Label, x: float, value: float, colour: str, right: bool, crowd: Crowd
    ) -> None:
        """Write a value beside its marker, a little above it where nothing is in the way."""
        projection = self.plot.projection
        px, py = map(float, projection.to_pixels(x, value))
        if not projection.contains(px, py):
            label.clear()
            return
        latex = latex_number(value)
        size = formula_size(latex, VALUE, colour)
        width, height = size.width(), size.height()
        lefts = [px + 12, px - 12 - width]
        tops = [py - 6 - height / 2, py + 6 - height / 2, py - 18 - height / 2, py + 18 - height / 2]
        sides = lefts if right else lefts[::-1]
        box = crowd.freest(QRectF(side, top, width, height) for side in sides for top in tops)
        put(label, latex, VALUE, colour, box, projection)
        if box is not None:
            crowd.add_box(box)
