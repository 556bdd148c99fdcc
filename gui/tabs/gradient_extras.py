"""What the level map draws on demand: the field, the curvature, the quadratic model, Newton's step."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from core.scenes.gradient import GradientScene
from core.scenes.gradient_extras import Axis
from gui.label_places import Crowd, around, formula_size, put
from gui.numbers import latex_number
from gui.plot_fields import Isolines
from gui.plot_item import area_of
from gui.plot_labels import Label
from gui.plot_legend import Legend
from gui.plot_lines import Curve, Segment
from gui.plot_marks import Arrow, Marker
from gui.plot_quiver import Quiver
from gui.plots import Plot
from gui.theme import Theme

VALUE = 13
LETTER = 22.0
"""Room of the letter of an axis, in pixels."""


class ExtrasOnMap:
    """All of it, and a legend that names it or says why something is not drawn.

    Attributes
    ----------
    legend : Legend
        In a corner of the map.
    field : Quiver
        The field of gradients.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._plot = plot
        self._ink = theme.ink
        derivative, ink, newton = theme.derivative.mark, theme.ink, theme.second
        model = theme.numerical.mark
        lines = {
            "field": (derivative, "solid"),
            "ellipse": (ink, "solid"),
            "model": (model, "dashed"),
            "newton": (newton, "solid"),
        }
        self.field = plot.add(Quiver(derivative))
        self._model = plot.add(Isolines(model, 1.25, 0.85, style="dashed", still=False), level=2.4)
        self._outline = plot.add(Curve(ink, 1.5, still=False), level=4.6)
        self._axes = [
            {style: plot.add(Segment(ink, 1.25, style=style), level=4.6) for style in ("solid", "dashed")}
            for _ in range(2)
        ]
        self._values = [plot.add(Label(ink, VALUE)) for _ in range(2)]
        self._newton = plot.add(Arrow(newton, 2.0, 10.0), level=5.6)
        self._target = plot.add(Marker(newton, "diamond", 5.0, hollow=True, ring=1.0), level=5.7)
        self.legend = plot.add(Legend(theme, lines))

    def show_scene(self, scene: GradientScene) -> None:
        """Draw what is asked for and exists."""
        extras = scene.local.extras
        if extras.field is None:
            self.field.clear()
        else:
            self.field.show(extras.field.ends, extras.field.shares)
        model = extras.model
        if model is None:
            self._model.clear()
        else:
            self._model.show(model.x, model.y, model.heights, model.levels, ("",) * len(model.levels))
        axes = extras.ellipse.axes if extras.ellipse is not None else (None, None)
        for segments, axis in zip(self._axes, axes, strict=True):
            self._show_axis(segments, axis)
        if extras.ellipse is None or extras.ellipse.outline is None:
            self._outline.clear()
        else:
            self._outline.show(extras.ellipse.outline.x, extras.ellipse.outline.y)
        if extras.newton is None:
            self._newton.clear()
            self._target.clear()
        else:
            self._newton.show(scene.point, extras.newton)
            self._target.show(*extras.newton)

    @staticmethod
    def _show_axis(segments: dict[str, Segment], axis: Axis | None) -> None:
        for style, segment in segments.items():
            if axis is not None and style == ("dashed" if axis.eigenvalue < 0.0 else "solid"):
                segment.show(axis.start, axis.end)
            else:
                segment.clear()

    def cover(self, crowd: Crowd, scene: GradientScene) -> None:
        """Keep labels away from ellipse and legend, once the legend has found its corner."""
        extras = scene.local.extras
        for axis in extras.ellipse.axes if extras.ellipse is not None else ():
            crowd.add_segment(axis.start, axis.end)
        if extras.newton is not None:
            crowd.add_segment(scene.point, extras.newton)
        area = area_of(self._plot.projection)
        crowd.add_box(QRectF(area.left(), area.top(), LETTER, LETTER))
        crowd.add_box(QRectF(area.right() - LETTER, area.bottom() - LETTER, LETTER, LETTER))
        self.legend.show_where_free(extras.legend, crowd)
        for box in self.legend.row_boxes():
            crowd.add_box(box)

    def write_labels(self, crowd: Crowd, scene: GradientScene) -> None:
        """Write the eigenvalues beside the ends of their axes."""
        ellipse, projection = scene.local.extras.ellipse, self._plot.projection
        axes = ellipse.axes if ellipse is not None else (None, None)
        for number, (label, axis) in enumerate(zip(self._values, axes, strict=True), start=1):
            if axis is None:
                label.clear()
                continue
            latex = rf"\lambda_{number} = {latex_number(axis.eigenvalue, 2)}"
            size = formula_size(latex, VALUE, self._ink)
            boxes: list[QRectF] = []
            for end in (axis.end, axis.start):
                x, y = map(float, projection.to_pixels(*end))
                boxes += around(x, y, size)
            box = crowd.freest(boxes)
            put(label, latex, VALUE, self._ink, box, projection)
            if box is not None:
                crowd.add_box(box)
