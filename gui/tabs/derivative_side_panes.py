"""The two small plots of the Derivative tab: the point magnified, and the errors over the step size."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QMouseEvent, QWheelEvent

from core.scenes.derivative import LARGEST_H, SMALLEST_H, DerivativeScene
from core.scenes.zoom import Zoom
from gui.controls import PaneHeader
from gui.handles import DragLine
from gui.label_places import Crowd, along, formula_size, put, put_words, words_size
from gui.numbers import format_error, format_number, latex_number
from gui.plot_labels import Label
from gui.plot_lines import Curve, Guide, Line, Segment
from gui.plot_marks import Marker
from gui.plots import Plot
from gui.tabs.pane import Pane
from gui.theme import Theme

LEFT, RIGHT = 40, 12
"""Room beside the small plots, in pixels."""

NAME, VALUE, WORDS = 15, 14, 12
"""Sizes of letters: of names, of numbers, of words."""

SMALLEST_PLAIN, LARGEST_PLAIN = 1e-3, 1e4
"""Gaps between these are written without a power of ten."""

ROOM = 16.0
"""How many times the largest h the right edge of the error plot is."""

PLACES = {
    "forward": ((0.68, 0.62, 0.74, 0.56), True),
    "central": ((0.82, 0.78, 0.86, 0.74), False),
    "complex_step": ((0.16, 0.24, 0.32, 0.4), True),
}
"""Where along its curve the name of a method may stand, and whether above it."""


class FixedPlot(Plot):
    """A plot whose view follows from something else: the paper can be neither moved nor zoomed."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take handles only."""
        if self.handle_at(event.position()) is None:
            event.ignore()
        else:
            super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()


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


def _short(step: float) -> str:
    """Write a step size into a pill."""
    return f"{step:.2g}" if step >= 1e-3 else format_number(step, 1)


def _three_digits(value: float) -> str:
    """Write a gap as LaTeX."""
    return latex_number(value, max(0, 2 - math.floor(math.log10(value))))


def _power(value: float) -> str:
    """Write a gap that is very small or large; words, for each new formula would cost a frame."""
    return "0" if value == 0 else format_error(value)


class ErrorPane(Pane):
    """Error of each numerical derivative over the step size, on logarithmic axes.

    Attributes
    ----------
    step : DragLine
        The upright line at h.
    """

    def __init__(self, theme: Theme) -> None:
        plot = FixedPlot(theme, log_x=True, log_y=True, left=LEFT, right=RIGHT)
        super().__init__(PaneHeader(theme, "Error versus h", expandable=True), plot)
        self._theme = theme
        numerical, central = theme.numerical, theme.central
        self._curves = {
            "complex_step": plot.add(Curve(numerical.mark, 4.0, opacity=0.5), level=3.0),
            "forward": plot.add(Curve(numerical.mark, 1.5), level=3.1),
            "central": plot.add(Curve(central.mark, 1.5), level=3.2),
        }
        self.step = plot.add(DragLine(theme, numerical.text, 2.0, name="Step h"))
        self._points = {
            "forward": plot.add(Marker(numerical.mark, size=4.5, ring=1)),
            "central": plot.add(Marker(central.mark, size=4.5, ring=1)),
        }
        self._labels = {
            key: plot.add(Label(hue.text, WORDS, typeset=False))
            for key, hue in (("forward", numerical), ("central", central), ("complex_step", numerical))
        }

    def show_scene(self, scene: DerivativeScene) -> None:
        """Place all items."""
        plot = self.plot
        low, high = scene.error_range
        plot.show_view((SMALLEST_H, ROOM * LARGEST_H, low, high))
        exists = math.isfinite(scene.slope.derivative)
        plot.show_message(None if exists else "No derivative here, so no error.")
        plot.show_x_pill(scene.h, _short(scene.h), self._theme.numerical.text, guide="none")
        self.step.place(scene.h, math.sqrt(low) * math.sqrt(high), 0.0, 1.0)
        for key, steps, error in scene.error_curves:
            self._curves[key].show(steps, error)
        for key, height in scene.error_points:
            if key in self._points:
                self._points[key].show(scene.h, height)
        self._place_labels(scene)

    def _place_labels(self, scene: DerivativeScene) -> None:
        projection = self.plot.projection
        crowd = Crowd(projection)
        for _, steps, error in scene.error_curves:
            crowd.add_points(steps, error)
        crowd.add_points(np.full(100, scene.h), np.geomspace(*scene.error_range, 100))
        titles = {row.key: row.title for row in scene.estimates}
        for key, steps, error in scene.error_curves:
            shares, above = PLACES[key]
            size = words_size(titles[key], WORDS)
            gap = 9.0
            boxes = (
                QRectF(x + dx, y - gap - size.height() if above else y + gap, size.width(), size.height())
                for x, y in along(steps, error, shares, projection)
                for dx in ((-size.width(), -size.width() / 2, 0.0) if above else (4.0, -size.width() / 2))
            )
            box = crowd.freest(boxes)
            put_words(self._labels[key], titles[key], WORDS, box, projection)
            if box is not None:
                crowd.add_box(box)
