"""The three plots of the Gradient tab: the level map, and the slices along x and y through P."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QTimer

from core.scenes.curves import Curve as Sampled
from core.scenes.gradient import GradientScene
from core.scenes.gradient_extras import TITLES
from core.scenes.gradient_slices import Segment as TangentPiece
from core.scenes.gradient_slices import Slice
from core.scenes.gradient_state import Point
from gui.controls import LegendEntry, PaneHeader, ShowButton
from gui.handles import DragHandle
from gui.label_places import Crowd, around, formula_size, put
from gui.numbers import MINUS, latex_number
from gui.plot_fields import HeatMap, Isolines
from gui.plot_labels import Label
from gui.plot_lines import Curve, Segment
from gui.plot_marks import Arrow
from gui.plots import Plot
from gui.tabs.gradient_arrow_scale import ArrowScale
from gui.tabs.gradient_basins import BasinsLayer
from gui.tabs.gradient_extras import ExtrasOnMap
from gui.tabs.gradient_local import LocalOnMap
from gui.tabs.gradient_race import RaceLayer
from gui.tabs.gradient_surface import PlaneSwitch
from gui.tabs.pane import Pane
from gui.theme import NARROW_WINDOW, Theme

LABEL = 15
VALUE = 14
GAP = 10.0
"""Pixels between a mark and the label beside it."""

USUAL_WIDTH = 619.0
"""Pixels of a map in which the arrows are as long as the scene says."""

REST = 150
"""Milliseconds without a change after which the numbers of the isolines go where nothing covers them."""

FIRST_SCENES = 3
"""So many scenes in a new size do not wait for that."""

DIGITS, MOST_DIGITS = 6, 15
"""Digits of a coordinate that are always shown, and the most that are."""

PARTIALS = (r"\frac{{\partial} f}{{\partial} x}", r"\frac{{\partial} f}{{\partial} y}")


def coordinate(value: float, decimals: int) -> str:
    """Write a coordinate with as many digits as it needs: six, or more where the view tells more apart."""
    if not value:
        return "0"
    before = math.floor(math.log10(abs(value))) + 1
    digits = min(max(DIGITS, before + decimals if decimals else 0), MOST_DIGITS)
    mantissa, e, power = f"{value:.{digits}g}".partition("e")
    return (f"{mantissa}e{int(power)}" if e else mantissa).replace("-", MINUS)


class PointPane(Pane):
    """A pane on which P can be dragged.

    Attributes
    ----------
    point : DragHandle
        P.
    """

    def __init__(self, theme: Theme, header: PaneHeader, plot: Plot, name: str) -> None:
        super().__init__(header, plot)
        self._theme = theme
        self.point = plot.add(DragHandle(theme, theme.function.mark, name=name))


class MapPane(PointPane):
    """f from above: heat map and isolines, P with its arrows and level curve, and the descent from it."""

    def __init__(self, theme: Theme) -> None:
        function, derivative, descent = theme.function, theme.derivative, theme.descent
        legend = (
            LegendEntry(derivative.mark, "gradient"),
            LegendEntry(descent.mark, "descent"),
            LegendEntry(theme.data.mark, "direction u"),
            LegendEntry(function.mark, "level curve through P"),
        )
        plot = Plot(theme, equal=True, grid=False, x_latex="x", y_latex="y", left=34, right=10)
        super().__init__(theme, PaneHeader(theme, "Level map", legend, expandable=True), plot, "Point P")
        self.planes = PlaneSwitch(theme, self)
        self.local = LocalOnMap(plot, theme)
        self.extras = ExtrasOnMap(plot, theme)
        self.show_button = ShowButton(theme, TITLES)
        self.header.add(self.show_button)
        self._heat = plot.add(HeatMap(theme.function_ramp))
        self.basins = BasinsLayer(plot, theme)
        self._isolines = plot.add(Isolines(function.mark, label_colour=function.text))
        self._level = plot.add(Isolines(function.mark, 2.25, 1.0, still=False), level=2.5)
        self._corner = plot.add(Curve(derivative.mark, 1.5, still=False))
        self.race = RaceLayer(plot, theme)
        self._uphill = plot.add(Arrow(derivative.mark))
        self._downhill = plot.add(Arrow(descent.mark))
        self.arrow_scale = plot.add(ArrowScale(theme))
        self._point_label = plot.add(Label(theme.ink, LABEL))
        self._uphill_label = plot.add(Label(derivative.text, LABEL))
        self._downhill_label = plot.add(Label(descent.text, LABEL))
        self._level_label = plot.add(Label(function.text, LABEL))
        self.header.lead_focus_to(plot)
        self._crowd_shown = Crowd(plot.projection)
        self._first_scenes = FIRST_SCENES
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._free_numbers)
        plot.resized.connect(self._take_size)

    def show_scene(self, scene: GradientScene) -> None:
        """Place all items."""
        plan, plot = scene.map, self.plot
        plot.show_view(scene.view)
        self.planes.show_scene(scene)
        self.show_button.list.show_choices(scene.local.extras.shown)
        if scene.surface is not None:
            return  # nobody sees the map
        plot.show_message(scene.notice or None)
        edges = (float(plan.x[0]), float(plan.x[-1]), float(plan.y[0]), float(plan.y[-1]))
        self._heat.show(plan.shares, edges)
        self._isolines.show(plan.x, plan.y, plan.heights, plan.levels, plan.labels)
        self._level.show(plan.x, plan.y, plan.heights, (scene.level,), ("",))
        self.point.place(*scene.point)
        self._show_arrows(scene)
        self.race.show_scene(scene)
        self.basins.show_scene(scene)
        self.local.show_scene(scene)
        self.extras.show_scene(scene)
        self._place_labels(scene)

    def let_lines_move(self, moving: bool) -> None:
        """Expect other isolines in each frame, while the surface changes, or the same again."""
        self._isolines.let_move(moving)

    def _show_arrows(self, scene: GradientScene) -> None:
        for arrow, tip in ((self._uphill, scene.uphill), (self._downhill, scene.downhill)):
            if tip is None:
                arrow.clear()
            else:
                arrow.show(scene.point, self._sized(scene.point, tip))
        corner = np.array([self._sized(scene.point, each) for each in scene.corner or ()]).reshape(-1, 2)
        self._corner.show(corner[:, 0], corner[:, 1])
        self.arrow_scale.show(tuple((order, part * USUAL_WIDTH) for order, part in scene.arrow_scale))

    def _sized(self, point: Point, end: Point) -> Point:
        """Let what begins at P be as long, in pixels, as it is in a map of the usual width."""
        growth = USUAL_WIDTH / self.plot.projection.width
        return point[0] + growth * (end[0] - point[0]), point[1] + growth * (end[1] - point[1])

    # Labels.

    def _place_labels(self, scene: GradientScene) -> None:
        crowd = self._crowd(scene)
        projection, theme = self.plot.projection, self._theme
        self.race.place_names(crowd, scene, shown=self.window().width() >= NARROW_WINDOW)
        at = self._pixels(scene.point)
        boxes = around(*at, formula_size("P", LABEL, theme.ink), 12) if all(map(math.isfinite, at)) else []
        box = crowd.freest([*boxes[2:], *boxes[:2]])
        put(self._point_label, "P", LABEL, theme.ink, box, projection)
        if box is not None:
            crowd.add_box(box)
        self.local.write_labels(crowd, scene)
        self.extras.write_labels(crowd, scene)
        for label, latex, colour, tip in (
            (self._uphill_label, r"{\nabla} f", theme.derivative.text, scene.uphill),
            (self._downhill_label, r"{-\nabla} f", theme.descent.text, scene.downhill),
        ):
            end = None if tip is None else self._sized(scene.point, tip)
            self._write_beside(label, latex, colour, end, crowd)
        level = rf"f = {latex_number(scene.level, 2)}"
        self._write_beside(self._level_label, level, theme.function.text, scene.level_label, crowd)
        self._crowd_shown = crowd
        if self._first_scenes:
            self._first_scenes -= 1
            self._free_numbers()
        else:
            self._rest.start()

    def _take_size(self) -> None:
        self._first_scenes = FIRST_SCENES

    def _free_numbers(self) -> None:
        """Write the values of the isolines beside all else, which draws all lines anew and so takes long."""
        crowd = self._crowd_shown
        self._isolines.keep_labels_off(lambda box: crowd.free((box,)) is not None)

    def _crowd(self, scene: GradientScene) -> Crowd:
        crowd = Crowd(self.plot.projection)
        self.race.cover(crowd, scene)
        crowd.add_points(*scene.map.crossings(scene.level))
        crowd.add_disc(*scene.point, 13)
        crowd.add_box(self.arrow_scale.box)
        self.basins.cover(crowd)
        self.local.cover(crowd, scene)
        if scene.corner is not None:
            a = self._pixels(scene.point)
            b = self._pixels(self._sized(scene.point, scene.corner[1]))
            crowd.add_box(QRectF(QPointF(*a), QPointF(*b)).normalized())
        for tip in (scene.uphill, scene.downhill):
            if tip is not None:
                crowd.add_segment(scene.point, self._sized(scene.point, tip), 30)
        self.extras.cover(crowd, scene)
        return crowd

    def _write_beside(self, label: Label, latex: str, colour: str, place: Point | None, crowd: Crowd) -> None:
        """Write a formula to the left or right of a place, or wherever there is room around it."""
        box = None
        if place is not None:
            x, y = self._pixels(place)
            size = formula_size(latex, LABEL, colour)
            width, height = size.width(), size.height()
            sides = [QRectF(x - GAP - width, y - height / 2, width, height)]
            sides.append(QRectF(x + GAP, y - height / 2, width, height))
            if label is self._level_label:
                sides.reverse()
            box = crowd.freest([*sides, *around(x, y, size)])
        put(label, latex, LABEL, colour, box, self.plot.projection)
        if box is not None:
            crowd.add_box(box)

    def _pixels(self, place: Point) -> tuple[float, float]:
        x, y = map(float, self.plot.projection.to_pixels(*place))
        return x, y


class SlicePane(PointPane):
    """What one sees walking through P along one axis: the curve, and its tangent.

    Attributes
    ----------
    axis : int
        0 along x, 1 along y.
    """

    def __init__(self, theme: Theme, axis: int) -> None:
        self.axis = axis
        letter = "xy"[axis]
        plot = Plot(theme, left=38, right=12)
        super().__init__(theme, PaneHeader(theme, f"Along {letter}"), plot, f"Point P along {letter}")
        self._curve = plot.add(Curve(theme.function.mark, still=False))
        self._tangent = plot.add(Segment(theme.derivative.mark, 2.25, halo=1.0))
        self._value_label = plot.add(Label(theme.derivative.text, VALUE))

    def show_scene(self, scene: GradientScene) -> None:
        """Place all items, while the slices are beside the map."""
        if scene.slices is not None:
            with self.plot.layout_of_items:
                self._show_slice(scene, scene.slices[self.axis])

    def _show_slice(self, scene: GradientScene, part: Slice) -> None:
        plot, here = self.plot, scene.point[self.axis]
        other = coordinate(scene.point[1 - self.axis], scene.decimals).replace("−", "-")
        other = f"{{{other}}}" if other.startswith("-") else other
        note = (f"f(x, {other})", f"f({other}, y)")[self.axis]
        self.header.show_note(latex=note, colour=self._theme.function.text)
        plot.show_view(part.view)
        plot.show_x_pill(here, coordinate(here, scene.decimals))
        self._curve.show(part.curve.x, part.curve.y)
        self.point.place(here, scene.value)
        if part.tangent is None:
            self._tangent.clear()
        else:
            self._tangent.show(part.tangent.start, part.tangent.end)
        latex = f"{PARTIALS[self.axis]} = {latex_number(part.derivative, 2)}"
        colour, point = self._theme.derivative.text, (here, scene.value)
        write_slope(self._value_label, latex, colour, plot, part.curve, point, part.tangent)


def write_slope(
    label: Label,
    latex: str,
    colour: str,
    plot: Plot,
    curve: Sampled,
    point: Point,
    tangent: TangentPiece | None,
) -> None:
    """Write the slope of a curve into an upper corner, or wherever the curve leaves room."""
    projection = plot.projection
    size = formula_size(latex, VALUE, colour)
    crowd = Crowd(projection)
    crowd.add_points(curve.x, curve.y)
    crowd.add_disc(*point, 10)
    if tangent is not None:
        crowd.add_segment(tangent.start, tangent.end)
    width, height = size.width(), size.height()
    lefts = (
        projection.right - 10 - width,
        projection.left + 10,
        projection.left + 0.3 * projection.width,
    )
    tops = [projection.top + share * (projection.height - height) for share in (0.15, 0.03, 0.35, 0.95, 0.6)]
    boxes = (QRectF(left, top, width, height) for top in tops for left in lefts)
    put(label, latex, VALUE, colour, crowd.freest(boxes), projection)
