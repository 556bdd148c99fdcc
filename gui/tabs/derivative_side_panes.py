"""The point of the Derivative tab under a magnifying glass, in a small plot that stays where it is."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF

from core.scenes.derivative import DerivativeScene
from core.scenes.zoom import Zoom
from gui.controls import PaneHeader
from gui.label_places import Crowd, formula_size, put, put_words, words_size
from gui.numbers import format_error, latex_number
from gui.plot_labels import Label
from gui.plot_lines import Curve, Guide, Line, Segment
from gui.plot_marks import Marker
from gui.tabs.pane import FixedPlot, Pane
from gui.theme import Theme

LEFT, RIGHT = 40, 12
"""Room beside the small plots, in pixels."""

NAME, VALUE, WORDS = 15, 14, 12
"""Sizes of letters: of names, of numbers, of words."""

SMALLEST_PLAIN, LARGEST_PLAIN = 1e-3, 1e4
"""Gaps between these are written without a power of ten."""


class ZoomPane(Pane):
    """The point under a magnifying glass, with the gap from the curve to its tangent."""

    def __init__(self, theme: Theme) -> None:
        plot = FixedPlot(theme, left=LEFT, right=RIGHT)
        super().__init__(PaneHeader(theme, "Zoom at the point", expandable=True), plot)
        numerical, derivative = theme.numerical, theme.derivative
        self._x_guide = plot.add(Guide(theme.ink))
        self._beyond_guide = plot.add(Guide(numerical.mark, opacity=0.9))
        self._curve = plot.add(Curve(theme.function.mark, still=False))
        self._secant = plot.add(Line(numerical.mark, style="dashed"))
        self._tangent = plot.add(Line(derivative.mark, 2.25), level=4.2)
        self._bar = plot.add(Segment(numerical.text, 1.75), level=4.5)
        self._on_tangent = plot.add(Marker(derivative.mark, size=4, ring=1))
        self._beyond = plot.add(Marker(numerical.mark, size=6, hollow=True))
        self._point = plot.add(Marker(theme.function.mark, size=6.5, ring=2), level=7.5)
        self._ink, self._purple = theme.ink, numerical.text
        self._gap_label = plot.add(Label(numerical.text, VALUE))
        self._small_gap_label = plot.add(Label(numerical.text, WORDS, typeset=False))
        self._x_label = plot.add(Label(theme.ink, NAME))
        self._beyond_label = plot.add(Label(numerical.text, NAME))

    def show_zoom(self, scene: DerivativeScene, zoom: Zoom) -> None:
        """Place all items."""
        plot = self.plot
        plot.show_view(zoom.view)
        plot.show_message(None if math.isfinite(scene.slope.value) else "Not defined here.")
        unit = ", unit h" if zoom.in_steps else ""
        self.header.show_note(f"{_times(zoom.magnification)}{unit}")
        self._curve.show(zoom.curve.x, zoom.curve.y)
        self._tangent.show(zoom.point, (1.0, scene.slope.derivative))
        self._secant.show(zoom.point, (1.0, scene.secant_slope))
        self._point.show(*zoom.point)
        self._beyond.show(*zoom.beyond)
        self._on_tangent.show(*zoom.on_tangent)
        self._bar.show(zoom.beyond, zoom.on_tangent)
        self._x_guide.show(zoom.point[0])
        self._beyond_guide.show(zoom.beyond[0])
        crowd = self._crowd(scene, zoom)
        self._label_gap(scene, zoom, crowd)
        self._name(self._x_label, "x", zoom.point[0], self._ink, crowd)
        self._name(self._beyond_label, "x + h", zoom.beyond[0], self._purple, crowd)

    def _crowd(self, scene: DerivativeScene, zoom: Zoom) -> Crowd:
        crowd = Crowd(self.plot.projection)
        crowd.add_points(zoom.curve.x, zoom.curve.y)
        for slope in (scene.slope.derivative, scene.secant_slope):
            crowd.add_line(zoom.point, slope)
        for point in (zoom.point, zoom.beyond, zoom.on_tangent):
            crowd.add_disc(*point, 8)
        return crowd

    def _name(self, label: Label, latex: str, x: float, colour: str, crowd: Crowd) -> None:
        """Name an upright line at its foot, or at its head where the foot is taken."""
        projection = self.plot.projection
        across = float(projection.to_pixels(x, 0.0)[0])
        size = formula_size(latex, NAME, colour)
        width, height = size.width(), size.height()
        boxes = [
            QRectF(left, top, width, height)
            for top in (projection.bottom - 7 - height, projection.top + 7)
            for left in (across + 8, across - 8 - width)
        ]
        box = crowd.freest(boxes)
        put(label, latex, NAME, colour, box, projection)
        if box is not None:
            crowd.add_box(box)

    def _label_gap(self, scene: DerivativeScene, zoom: Zoom, crowd: Crowd) -> None:
        """Write the gap beside its bar, where no line goes through the number."""
        projection = self.plot.projection
        plain = SMALLEST_PLAIN <= scene.gap < LARGEST_PLAIN
        text = _three_digits(scene.gap) if plain else _power(scene.gap)
        size = formula_size(text, VALUE, self._purple) if plain else words_size(text, WORDS)
        width, height = size.width(), size.height()
        x, y = map(float, projection.to_pixels(zoom.beyond[0], (zoom.beyond[1] + zoom.on_tangent[1]) / 2))
        boxes = [
            QRectF(left, y + down - height / 2, width, height)
            for down in (0, 16, -16, 32, -32, 48, -48)
            for left in (x + 10, x - 10 - width)
        ]
        box = crowd.freest(boxes) if math.isfinite(scene.gap) else None
        put(self._gap_label, text, VALUE, self._purple, box if plain else None, projection)
        put_words(self._small_gap_label, text, WORDS, None if plain else box, projection)
        if box is not None:
            crowd.add_box(box)


def _times(magnification: float) -> str:
    if not math.isfinite(magnification):
        return ""
    if 0.1 <= magnification < 10:
        return f"{magnification:.1f}×"
    if 10 <= magnification < 1e4:
        return f"{magnification:.0f}×"
    return f"{format_error(magnification)} ×"


def _three_digits(value: float) -> str:
    """Write a gap as LaTeX."""
    return latex_number(value, max(0, 2 - math.floor(math.log10(value))))


def _power(value: float) -> str:
    """Write a gap that is very small or large; words, for each new formula would cost a frame."""
    return "0" if value == 0 else format_error(value)
