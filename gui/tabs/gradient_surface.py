"""The function of the Gradient tab as a surface: P, its tangent plane and arrows, and the descents on it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from core.scenes import gradient_camera as camera
from core.scenes import gradient_state as choices
from core.scenes.gradient import GradientScene
from core.scenes.gradient_surface import SurfacePath, SurfaceScene, Tangent
from core.scenes.surface_mesh import HEIGHT, SurfaceMesh
from gui.controls import Segmented
from gui.formula import formula
from gui.handles import HALO_OPACITY, HALO_RADIUS
from gui.label_places import Crowd, around, formula_size, words_size
from gui.plot_axes import Projection
from gui.plot_fields import ContourLines, contour_lines
from gui.plot_item import halo_pen, make_pen
from gui.plot_labels import paint_formula_haloed, paint_words_haloed
from gui.plot_marks import marker_path
from gui.surface_camera import Array
from gui.surface_view import HIDDEN, SurfaceView
from gui.theme import NARROW_WINDOW, Theme, mixed

if TYPE_CHECKING:
    from gui.tabs.gradient import GradientTab
    from gui.tabs.pane import Pane

PLANES = (("map", "Map"), ("surface", "Surface"))

LABEL = 15
NAME = 12
"""Sizes of the letters at arrows, and of the optimisers' names."""

HEAD = 12.0
"""Length of an arrow's head in pixels."""

BURIED = 0.75
"""Opacity of an arrow inside the hill; what else is hidden is fainter."""

RIM = 0.7
"""Share of the function's colour in the line at the edges of the surface."""

SAME_PLACE = 12.0
"""Ends so few pixels apart get one name."""

PIECES = 24
"""The tangent plane is divided so often, each way, to tell what is in front of the surface."""

DOT = 2.4
MOST_DOTS = 300
"""Steps of a longer path have no dots."""

SHAPES = {
    "gradient_descent": "disc",
    "momentum": "triangle",
    "nesterov": "diamond",
    "rmsprop": "square",
    "adam": "triangle_down",
}


def colour_of(key: str, theme: Theme) -> str:
    """Give the mark colour of an optimiser."""
    others = {
        "momentum": theme.momentum,
        "nesterov": theme.nesterov,
        "rmsprop": theme.rmsprop,
        "adam": theme.adam,
    }
    return others.get(key, theme.descent.mark)


class GradientSurface(SurfaceView):
    """The surface with all that the map shows on the plane."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._scene: GradientScene | None = None
        self._traced: tuple[object, float] = (None, math.nan)
        self._level: ContourLines = contour_lines((), (), np.empty((0, 0)), ())
        self._rimmed: SurfaceMesh | None = None
        self._rim: Array = np.empty((0, 3))

    def show_scene(self, scene: GradientScene) -> None:
        """Show what stands on the surface."""
        assert scene.surface is not None
        self._scene = scene
        if (scene.map, scene.level) != self._traced:
            self._traced = (scene.map, scene.level)
            plan = scene.map
            self._level = contour_lines(plan.x, plan.y, plan.heights, (scene.level,))
        if scene.surface.mesh is not self._rimmed:
            self._rimmed = scene.surface.mesh
            self._rim = _rim(scene.surface.mesh)
        self.show_surface(scene.surface.mesh, scene.surface.camera)

    def point_at(self) -> Array | None:
        """Give the place of P."""
        return (
            self._scene.surface.point if self._scene is not None and self._scene.surface is not None else None
        )

    def draw_rim(self, painter: QPainter) -> None:
        """Draw the edges of the surface."""
        colour = mixed(self.theme.function.mark, self.theme.plot, RIM)
        self.draw_line(painter, self._rim, (make_pen(colour, 1.0),))

    def draw_marks(self, painter: QPainter) -> None:
        """Draw the level curve, the descents, the tangent plane, the arrows and P."""
        scene = self._scene
        if scene is None or scene.surface is None:
            return
        part = scene.surface
        self._draw_level(painter, scene)
        self._draw_foot(painter, scene, part)
        if part.tangent is not None:
            self._draw_plane(painter, part.tangent)
        paths = sorted(part.paths, key=lambda path: path.key == part.selected)
        for path in paths:
            self._draw_path(painter, path, selected=path.key == part.selected)
        for path in paths:
            self._draw_end(painter, path)
        if part.point is not None:
            if part.tangent is not None:
                self._draw_arrow(painter, part.point, part.tangent.downhill, self.theme.descent.mark)
                self._draw_arrow(painter, part.point, part.tangent.uphill, self.theme.derivative.mark)
            self._draw_point(painter, part.point)
        self._write_labels(painter, part)
        if part.note:
            paint_words_haloed(
                painter,
                QPointF(14, self.height() - 14),
                part.note,
                NAME,
                self.theme.second,
                self.theme.plot,
                QFont.Weight.Normal,
            )

    # The parts.

    def _draw_level(self, painter: QPainter, scene: GradientScene) -> None:
        if not math.isfinite(scene.level) or scene.surface is None or not self._level.x.size:
            return
        box = scene.surface.mesh.box
        if box.holds(scene.level):
            points = box.place(self._level.x, self._level.y, scene.level)
            self.draw_line(painter, points, (make_pen(self.theme.function.mark, 2.25),))

    def _draw_foot(self, painter: QPainter, scene: GradientScene, part: SurfaceScene) -> None:
        """Draw P and the gradient on the floor, and the height of P over it."""
        guide = make_pen(self.theme.ink, 1, "dotted", 0.32)
        if part.point is not None:
            self.draw_line(painter, np.linspace(part.foot, part.point, 40), (guide,))
        if scene.uphill is not None:
            box = part.mesh.box
            tip = box.place(*scene.uphill, box.low)
            look = {"width": 1.5, "head": 8.0, "buried": 2 * HIDDEN}
            self._draw_arrow(painter, part.foot, tip, self.theme.derivative.mark, **look)

    def _draw_plane(self, painter: QPainter, tangent: Tangent) -> None:
        """Draw the tangent plane in small pieces, each in front of the surface or behind it."""
        shares = np.linspace(0.0, 1.0, PIECES + 1)
        a, b, c, d = tangent.corners
        grid = a + shares[:, None, None] * (b - a) + shares[None, :, None] * (d - a)
        pixels = self.camera.to_pixels(grid)[..., :2]
        centres = (grid[1:, 1:] + grid[:-1, :-1]) / 2.0
        seen = self.visible(centres.reshape(-1, 3)).reshape(centres.shape[:2])
        colour = QColor(self.theme.derivative.mark)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for row, line in enumerate(seen):
            changes = [0, *(np.flatnonzero(line[1:] != line[:-1]) + 1).tolist(), PIECES]
            for start, end in pairwise(changes):
                colour.setAlphaF(0.30 if line[start] else 0.09)
                painter.setBrush(colour)
                corners = pixels[[row, row, row + 1, row + 1], [start, end, end, start]].tolist()
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = np.concatenate([np.linspace(p, q, 24) for p, q in ((a, b), (b, c), (c, d), (d, a))])
        self.draw_line(painter, edge, (make_pen(self.theme.derivative.mark, 1.0, opacity=0.8),))

    def _draw_path(self, painter: QPainter, path: SurfacePath, *, selected: bool) -> None:
        colour = colour_of(path.key, self.theme)
        pen = make_pen(colour, 2.5 if selected else 1.75)
        self.draw_line(painter, path.points, (halo_pen(pen, QColor(self.theme.plot), 1.0), pen))
        steps = path.steps[~np.isnan(path.steps[:, 0])]
        if not 0 < len(steps) <= MOST_DOTS:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        for (x, y, _), seen in zip(
            self.camera.to_pixels(steps).tolist(), self.visible(steps).tolist(), strict=True
        ):
            painter.setOpacity(1.0 if seen else HIDDEN)
            painter.drawEllipse(QPointF(x, y), DOT, DOT)
        painter.setOpacity(1.0)

    def _draw_end(self, painter: QPainter, path: SurfacePath) -> None:
        end = path.steps[-1]
        if len(path.steps) < 2 or np.isnan(end[0]):
            return
        x, y = self.camera.to_pixels(end)[:2].tolist()
        painter.setOpacity(1.0 if self.visible(end[None])[0] else 2 * HIDDEN)
        painter.translate(x, y)
        painter.setPen(QPen(QColor(self.theme.plot), 1.5))
        painter.setBrush(QColor(colour_of(path.key, self.theme)))
        painter.drawPath(marker_path(SHAPES.get(path.key, "disc"), 6.0))
        painter.resetTransform()
        painter.setOpacity(1.0)

    def _draw_arrow(
        self,
        painter: QPainter,
        tail: Array,
        tip: Array | None,
        colour: str,
        *,
        width: float = 2.75,
        head: float = HEAD,
        buried: float = BURIED,
    ) -> None:
        if tip is None:
            return
        (x, y), (end_x, end_y) = self.camera.to_pixels(np.array((tail, tip)))[:, :2].tolist()
        length = math.hypot(end_x - x, end_y - y)
        if length < 1.0:
            return
        along, down = (end_x - x) / length, (end_y - y) / length
        head = min(head, length)
        neck = QPointF(end_x - head * along, end_y - head * down)
        half = head / 2.0
        shape = QPolygonF(
            [
                QPointF(end_x, end_y),
                QPointF(neck.x() - half * down, neck.y() + half * along),
                QPointF(neck.x() + half * down, neck.y() - half * along),
            ]
        )
        seen = self.visible(np.linspace(tail, tip, 9)[4:]).mean() > 0.5
        painter.setOpacity(1.0 if seen else buried)
        pen = make_pen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        start = QPointF(x, y)
        painter.setBrush(QBrush(QColor(colour)))
        painter.setPen(halo_pen(pen, QColor(self.theme.plot), 1.0))
        painter.drawLine(start, neck)
        painter.setPen(QPen(QColor(self.theme.plot), 2.0))
        painter.drawPolygon(shape)
        painter.setPen(pen)
        painter.drawLine(start, neck)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(shape)
        painter.setOpacity(1.0)

    def _draw_point(self, painter: QPainter, place: Array) -> None:
        x, y = self.camera.to_pixels(place)[:2].tolist()
        at, colour = QPointF(x, y), QColor(self.theme.function.mark)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.hovers_point or self.holds_point:
            halo = QColor(colour)
            halo.setAlphaF(HALO_OPACITY)
            painter.setBrush(halo)
            painter.drawEllipse(at, HALO_RADIUS, HALO_RADIUS)
        painter.setOpacity(1.0 if self.visible(place[None])[0] else 0.55)
        painter.setBrush(QColor(self.theme.plot))
        painter.drawEllipse(at, 8.5, 8.5)
        painter.setBrush(colour)
        painter.drawEllipse(at, 6.5, 6.5)
        painter.setOpacity(1.0)

    # Labels.

    def _write_labels(self, painter: QPainter, part: SurfaceScene) -> None:
        """Write what the arrows and the ends of the descents are, where nothing is in the way."""
        theme, height = self.theme, float(self.height())
        area = Projection((0.0, self.width(), 0.0, height), 0.0, 0.0, float(self.width()), height)
        crowd = Crowd(area)
        for path in part.paths:
            crowd.add_points(*self._flat(path.points))
        wanted: list[tuple[Array | None, str, str, bool]] = []
        if part.point is not None:
            x, y = self._flat(part.point[None])[:, 0].tolist()
            crowd.add_disc(x, y, 12)
            uphill, downhill = (part.tangent.uphill, part.tangent.downhill) if part.tangent else (None, None)
            for tip in (uphill, downhill):
                if tip is not None:
                    crowd.add_points(*self._flat(np.linspace(part.point, tip, 20)))
            wanted.append((part.point, "P", theme.ink, True))
            wanted.append((uphill, r"{\nabla} f", theme.derivative.text, True))
            wanted.append((downhill, r"{-\nabla} f", theme.descent.text, True))
        if self.window().width() >= NARROW_WINDOW:
            for path in part.paths:
                end = path.steps[-1]
                if (
                    len(path.steps) > 1
                    and not np.isnan(end[0])
                    and self._apart(end, (at for at, *_ in wanted))
                ):
                    x, y = self._flat(end[None])[:, 0].tolist()
                    crowd.add_disc(x, y, 6)
                    colour = theme.descent.text if path.key == part.selected else theme.ink
                    wanted.append((end, path.title, colour, False))
        for place, text, colour, typeset in wanted:
            if place is not None and not np.isnan(place[0]):
                self._write(painter, crowd, place, text, colour, typeset=typeset)

    def _apart(self, place: Array, others: Iterable[Array | None]) -> bool:
        """Tell whether a place is seen well beside all others."""
        here = self.camera.to_pixels(place)[:2]
        there = [self.camera.to_pixels(other)[:2] for other in others if other is not None]
        return all(math.hypot(*(here - other)) > SAME_PLACE for other in there)

    def _flat(self, points: Array) -> Array:
        """Give pixels right and up, as the crowd of labels wants them."""
        x, y = self.camera.to_pixels(points)[:, :2].T
        return np.array((x, self.height() - y))

    def _write(
        self, painter: QPainter, crowd: Crowd, place: Array, text: str, colour: str, *, typeset: bool
    ) -> None:
        x, y = self.camera.to_pixels(place)[:2].tolist()
        size = formula_size(text, LABEL, colour) if typeset else words_size(text, NAME)
        left, width = x - 12.0 - size.width(), size.width()
        level = y - size.height() / 2.0
        boxes = [QRectF(x + 12.0, level, width, size.height()), QRectF(left, level, width, size.height())]
        box = crowd.freest([*boxes, *around(x, y, size, 12.0)])
        if box is None:
            return
        crowd.add_box(box)
        if typeset:
            start = QPointF(box.left(), box.top() + formula(text, LABEL, colour).baseline)
            paint_formula_haloed(painter, start, text, LABEL, colour, self.theme.plot)
        else:
            paint_words_haloed(
                painter, box.bottomLeft(), text, NAME, colour, self.theme.plot, QFont.Weight.Medium
            )


def _rim(mesh: SurfaceMesh) -> Array:
    """Trace the edges of a surface: along the walls of the box, and where floor and top cut it."""
    box, z = mesh.box, mesh.heights
    z = np.where((z >= 0.0) & (z <= HEIGHT), z, np.nan)
    xs, ys = box.across(mesh.columns), box.along(mesh.rows)
    gap = np.full((1, 3), np.nan)
    parts = []
    for row in (0, -1):
        parts += [np.column_stack((xs, np.full(xs.size, ys[row]), z[row])), gap]
        parts += [np.column_stack((np.full(ys.size, xs[row]), ys, z[:, row])), gap]
    plan = mesh.plan
    for level in (box.low, box.high):
        cut = contour_lines(plan.x, plan.y, plan.heights, (level,))
        parts += [box.place(cut.x, cut.y, level), gap]
    return np.concatenate(parts)


class PlaneSwitch(Segmented):
    """The switch between map and surface in a pane's header; the surface is made when first asked for.

    Attributes
    ----------
    view : GradientSurface or None
        The surface, once it was shown.

    Signals
    -------
    made()
        The surface was made just now.
    """

    made = Signal()

    def __init__(self, theme: Theme, pane: Pane) -> None:
        super().__init__(theme, PLANES, latex=False, name="Map or surface", height=22)
        self.view: GradientSurface | None = None
        self._pane = pane
        pane.header.add(self)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the map or the surface."""
        surface = scene.surface is not None
        self.show_choice("surface" if surface else "map")
        self._pane.header.show_title("Surface" if surface else "Level map")
        if surface and self.view is None:
            self.view = GradientSurface(self._theme)
            self._pane.body.addWidget(self.view, 1)
            self.made.emit()
        self._pane.plot.setVisible(not surface)
        if self.view is not None:
            self.view.setVisible(surface)
            if surface:
                self.view.show_scene(scene)


def connect_surface(tab: GradientTab) -> None:
    """Let the switch, and the surface once it is made, edit the state of the tab."""
    switch = tab.map.planes
    switch.chosen.connect(lambda plane: tab.edited(plane=plane))
    switch.made.connect(lambda: _connect_view(tab, switch.view))


def _connect_view(tab: GradientTab, view: GradientSurface | None) -> None:
    assert view is not None
    view.turned.connect(lambda around, up: tab.become(camera.turned(tab.state, around, up), recorded=False))
    view.zoomed.connect(lambda factor: tab.become(camera.zoomed(tab.state, factor), recorded=False))
    view.home.connect(lambda: tab.become(camera.looked_at_first(tab.state), recorded=False))
    tab.follow(view, lambda x, y: tab.become(choices.with_point(tab.state, x, y)), tab.gesture_began)
