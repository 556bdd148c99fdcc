"""The local picture on the level map: the direction u on its ring, and the critical points."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from core.scenes.gradient import GradientScene
from core.scenes.gradient_critical import CriticalMarks, CriticalPoint, snapped
from core.scenes.gradient_direction import Direction, pointed, turned, turned_to
from core.scenes.gradient_extras import with_shown
from core.scenes.gradient_state import Point
from gui.handles import DragHandle
from gui.label_places import Crowd, formula_size, put
from gui.numbers import MINUS, format_number, latex_number
from gui.plot_item import CACHED
from gui.plot_labels import Label
from gui.plot_marks import Arrow, Marker, Ring
from gui.plots import Plot
from gui.tab import Tab
from gui.theme import NARROW_WINDOW, Theme

RING = 62.0
"""Radius in pixels of the ring on which u is turned."""

HANDLE = 7.25
"""Pixels from the middle of its handle to the edge."""

SNAP = 6.0
"""Pixels within which P and u snap."""

NEAR = 12.0
"""Pixels from the pointer to what a tooltip tells of."""

STAR, SMALL = 9.0, 4.5
LABEL, VALUE = 15, 14

U = r"\mathbf{u}"


class LocalOnMap(QObject):
    """What belongs to P besides its arrows.

    Attributes
    ----------
    u : DragHandle
        The end of u, on the ring.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        super().__init__(plot)
        self._plot = plot
        self._theme = theme
        self._scene: GradientScene | None = None
        self._marked: CriticalMarks | None = None
        self._ring = plot.add(Ring(theme.ink, RING))
        self._marks = {
            "degenerate": plot.add(Marker(theme.second, "square", 3.5, ring=1.0), level=5.4),
            "saddles": plot.add(Marker(theme.second, "cross", SMALL, ring=1.0), level=5.4),
            "maxima": plot.add(Marker(theme.second, "triangle", SMALL, ring=1.0), level=5.4),
            "minima": plot.add(
                Marker(theme.optimum.mark, "star", STAR, ring=0.0, outline=theme.ink), level=5.5
            ),
        }
        for mark in self._marks.values():
            mark.setCacheMode(CACHED)
        self._arrow = plot.add(Arrow(theme.data.mark, 1.75, 10.0), level=5.8)
        self.u = plot.add(DragHandle(theme, theme.data.mark, hollow=True, name="Direction u"))
        self._name = plot.add(Label(theme.ink, LABEL))
        self._slope = plot.add(Label(theme.derivative.text, VALUE))
        plot.viewport().installEventFilter(self)

    def show_scene(self, scene: GradientScene) -> None:
        """Place ring, handle and marks."""
        self._scene = scene
        self._ring.show(*scene.point)
        place = self.place_of(scene)
        self.u.place(*place)
        self._arrow.show(scene.point, self._along(scene, RING - HANDLE))
        if scene.local.marks is not self._marked:
            self._marked = scene.local.marks
            for name, mark in self._marks.items():
                x, y = getattr(self._marked, name)
                mark.show(x, y)

    def place_of(self, scene: GradientScene) -> Point:
        """Where the handle stands on the ring, in the plot's numbers."""
        return self._along(scene, RING)

    def _along(self, scene: GradientScene, pixels: float) -> Point:
        """Go from P so many pixels along u."""
        projection, (x, y), (along, up) = self._plot.projection, scene.point, scene.local.direction.vector
        across, down = map(float, projection.to_pixels(x, y))
        return projection.from_pixels(across + pixels * along, down - pixels * up)

    # Labels.

    def cover(self, crowd: Crowd, scene: GradientScene) -> None:
        """Keep labels away from handle, arrow and marks."""
        place = self.place_of(scene)
        crowd.add_segment(scene.point, place, 24)
        crowd.add_disc(*place, 9)
        marks = scene.local.marks
        for point in marks.points if len(marks.points) < 60 else ():
            crowd.add_disc(point.x, point.y, STAR)

    def write_labels(self, crowd: Crowd, scene: GradientScene) -> None:
        """Name u beside its handle, and write the slope along it below."""
        narrow = self._plot.window().width() < NARROW_WINDOW
        direction, projection = scene.local.direction, self._plot.projection
        x, y = map(float, projection.to_pixels(*self.place_of(scene)))
        colour, ink = self._theme.derivative.text, self._theme.ink
        latex = slope_latex(direction)
        name, slope = formula_size(U, LABEL, ink), formula_size(latex, VALUE, colour)
        sides = [(x + 13, 1.0), (x - 13, -1.0)]
        if direction.vector[0] < 0.0:
            sides.reverse()
        box = crowd.freest(
            QRectF(left if sign > 0 else left - name.width(), y + down - name.height() / 2, *_size(name))
            for down in (-5.0, -16.0, 12.0)
            for left, sign in sides
        )
        put(self._name, U, LABEL, ink, box, projection)
        if box is not None:
            crowd.add_box(box)
        below = crowd.freest(
            QRectF(left if sign > 0 else left - slope.width(), y + down - slope.height() / 2, *_size(slope))
            for down in (14.0, -24.0, 26.0, -5.0, 40.0, -40.0, 56.0)
            for left, sign in sides
        )
        below = None if narrow or not math.isfinite(direction.derivative) else below
        put(self._slope, latex, VALUE, colour, below, projection)
        if below is not None:
            crowd.add_box(below)

    # Tooltips.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell what is under the pointer when it rests."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.tip_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self._plot.viewport())
                return True
            QToolTip.hideText()
        return False

    def tip_at(self, pixel: QPointF) -> str:
        """Say what is at a pixel, or an empty text."""
        scene = self._scene
        if scene is None:
            return ""
        ways = [(_way(self._plot, (point.x, point.y), pixel), point) for point in scene.local.marks.points]
        near = min(ways, key=lambda way: way[0], default=None)
        if near is not None and near[0] <= NEAR:
            return describe(near[1])
        for tip, sign in ((scene.uphill, ""), (scene.downhill, MINUS)):
            if tip is not None and _way(self._plot, tip, pixel) <= NEAR:
                return f"{sign}∇f, of length {format_number(scene.magnitude, 2)}. {SCALE}"
        return ""


def slope_latex(direction: Direction) -> str:
    """Write the slope along u as an equation."""
    sign = "^{+}" if direction.one_sided else ""
    return rf"D_{{{U}}}{sign} f = {latex_number(direction.derivative, 2)}"


SCALE = "Its arrow grows evenly with each power of ten, from 10⁻⁶ to 10⁶."
"""The length rule of the arrows."""


def _size(size: object) -> tuple[float, float]:
    return size.width(), size.height()  # type: ignore[attr-defined]


def _way(plot: Plot, place: Point, pixel: QPointF) -> float:
    way = plot.to_pixels(*place) - pixel
    return math.hypot(way.x(), way.y())


def describe(point: CriticalPoint) -> str:
    """Name a critical point with place and value."""
    numbers = (format_number(number, 4) for number in (point.x, point.y, point.value))
    x, y, value = numbers
    kind = "saddle point" if point.kind.value == "saddle" else point.kind.value
    return f"{kind.capitalize()} at ({x}, {y}), f = {value}"


def connect_local(tab: Tab) -> None:
    """Let handles move P, which snaps to critical points, and turn u; Alt suspends snapping."""
    pane, polar = tab.map, tab.polar  # type: ignore[attr-defined]
    plot, card = pane.plot, tab.inspector.point  # type: ignore[attr-defined]

    def move(x: float, y: float, alt: bool) -> None:
        reach = 0.0 if alt else SNAP * (plot.view[1] - plot.view[0]) / plot.projection.width
        tab.become(snapped(tab.state, x, y, reach))

    def turn(across: float, up: float, alt: bool) -> None:
        tab.become(pointed(tab.state, across, up, 0.0 if alt else math.degrees(SNAP / RING)))

    def turn_on_map(x: float, y: float, alt: bool) -> None:
        turn(x - tab.state.point[0], y - tab.state.point[1], alt)

    for handle, moved in ((pane.point, move), (pane.local.u, turn_on_map), (polar.u, turn)):
        handle.pressed.connect(tab.gesture_began)  # a race goes on while its start is moved
        handle.moved.connect(moved)
        handle.released.connect(tab.gesture_ended)
        handle.cancelled.connect(tab.gesture_cancelled)
    for handle in (pane.local.u, polar.u):
        handle.nudged.connect(
            lambda right, up, shift: tab.become(turned(tab.state, up - right, shift), merge="turn")
        )
    card.angle_committed.connect(lambda angle: tab.become(turned_to(tab.state, angle)))
    pane.show_button.list.chosen.connect(lambda key, shown: tab.become(with_shown(tab.state, key, shown)))
