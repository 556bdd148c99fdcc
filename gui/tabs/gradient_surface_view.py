"""The function of the Gradient tab as a surface, with all that the map shows around P, and the descents."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from core.scenes.gradient import GradientScene
from core.scenes.gradient_surface import SurfaceScene
from core.scenes.surface_box import HEIGHT
from core.scenes.surface_mesh import SurfaceMesh
from core.scenes.surface_paths import SurfacePath
from gui.array_paths import Array
from gui.numbers import MINUS, format_number
from gui.plot_fields import contour_lines
from gui.plot_item import make_pen
from gui.surface_handle import SurfaceHandle
from gui.surface_marks import FAINT, HANDLE, SurfaceMarks
from gui.surface_view import SurfaceView
from gui.tabs.gradient_local import NEAR, SMALL, STAR, describe
from gui.tabs.gradient_race import GHOST
from gui.tabs.gradient_surface_names import SurfaceNames
from gui.tabs.racer_signs import sign_of
from gui.theme import NARROW_WINDOW, Theme, mixed

SELECTED, OTHER, LEVEL = 2.5, 1.75, 2.25
"""Width of the selected descent, of the others and of the level curve."""

GHOST_WIDTH, GHOST_END = 1.5, 5.0
"""Width of a ghost, and radius of the marker at its end."""

FOOT = (1.5, 8.0)
"""Width and head of the arrow on the floor."""

U_ARROW = (1.75, 10.0)
"""Width and head of u."""

RING = 0.45
"""Opacity of the ring on which u is turned."""

RIM = 0.7
"""Share of the function's colour in the line at the edges of the surface."""

MOST_DOTS = 300
"""Steps of a longer path have no dots."""


class GradientSurface(SurfaceView):
    """The surface with all that the map shows on the plane.

    Attributes
    ----------
    point, u : SurfaceHandle
        P, and the end of u.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.point, self.u = SurfaceHandle(self), SurfaceHandle(self)
        self.handles = [self.point, self.u]
        self._scene: GradientScene | None = None
        self._traced: tuple[object, float] = (None, math.nan)
        self._level: Array = np.empty((0, 3))
        self._rimmed: SurfaceMesh | None = None
        self._rim: Array = np.empty((0, 3))
        self._names = SurfaceNames(theme)

    def show_scene(self, scene: GradientScene) -> None:
        """Show what stands on the surface, which the scene must have."""
        part = scene.surface
        assert part is not None
        self._scene = scene
        self.point.place = part.point
        self.u.place = None if part.direction is None else part.direction.tip
        if (scene.map, scene.level) != self._traced:
            self._traced = (scene.map, scene.level)
            self._level = _level_curve(part.mesh, scene.level)
        if part.mesh is not self._rimmed:
            self._rimmed = part.mesh
            self._rim = _rim(part.mesh)
        self.show_surface(part.mesh, part.camera)

    def draw_rim(self, painter: QPainter, marks: SurfaceMarks) -> None:
        """Draw the edges of the surface."""
        colour = mixed(self.theme.function.mark, self.theme.plot, RIM)
        marks.line(painter, self._rim, make_pen(colour, 1.0))

    def draw_marks(self, painter: QPainter) -> None:
        """Draw the level curve, the descents, the critical points, the tangent plane, the arrows and P."""
        scene = self._scene
        part = scene.surface if scene is not None else None
        if scene is None or part is None:
            return
        self.marks.line(painter, self._level, make_pen(self.theme.function.mark, LEVEL))
        self._draw_foot(painter, scene, part)
        self._draw_plane(painter, part)
        self._draw_descents(painter, part)
        self._draw_critical(painter, part)
        self._draw_ends(painter, part)
        self._draw_point(painter, part)
        narrow = self.window().width() < NARROW_WINDOW
        self._names.write(painter, self.marks, part, scene.local.direction, narrow=narrow)
        self._names.write_note(painter, part.note, self.width(), self.height())

    # Its parts.

    def _draw_foot(self, painter: QPainter, scene: GradientScene, part: SurfaceScene) -> None:
        """Draw P and the gradient on the floor, and the height of P over it."""
        if part.point is not None:
            guide = make_pen(self.theme.ink, 1, "dotted", 0.32)
            self.marks.line(painter, np.linspace(part.foot, part.point, 40), guide)
        if scene.uphill is not None:
            box = part.mesh.box
            tip = box.place(*scene.uphill, box.low)
            colour = self.theme.derivative.mark
            self.marks.arrow(painter, part.foot, tip, colour, *FOOT, hidden=FAINT)
        self.marks.dots(painter, part.foot[None], self.theme.function.mark)

    def _draw_plane(self, painter: QPainter, part: SurfaceScene) -> None:
        """Draw the tangent plane, and the ring on which u is turned."""
        if part.tangent is not None:
            self.marks.plane(painter, part.tangent.corners, self.theme.derivative.mark)
        if part.direction is not None:
            ring = make_pen(self.theme.ink, 1.0, opacity=RING)
            self.marks.line(painter, part.direction.ring, ring, hidden=FAINT)

    def _draw_descents(self, painter: QPainter, part: SurfaceScene) -> None:
        for ghost in part.ghosts:
            sign = sign_of(ghost.key, self.theme)
            dashes = make_pen(sign.colour, GHOST_WIDTH, "dashed", GHOST)
            self.marks.line(painter, ghost.points, dashes, hidden=FAINT)
        for path in _selected_last(part):
            colour = sign_of(path.key, self.theme).colour
            width = SELECTED if path.key == part.selected else OTHER
            self.marks.path(painter, path.points, colour, width)
            steps = path.steps[~np.isnan(path.steps[:, 0])]
            if len(steps) <= MOST_DOTS:
                self.marks.dots(painter, steps, colour)

    def _draw_critical(self, painter: QPainter, part: SurfaceScene) -> None:
        theme, of_kind = self.theme, part.critical.of_kind
        for kind, shape, size in (
            ("degenerate", "square", 3.5),
            ("saddle", "cross", SMALL),
            ("maximum", "triangle", SMALL),
        ):
            self.marks.markers(painter, of_kind[kind], shape, theme.second, size, ring=1.0)
        minima = of_kind["minimum"]
        self.marks.markers(painter, minima, "star", theme.optimum.mark, STAR, ring=0.0, outline=theme.ink)

    def _draw_ends(self, painter: QPainter, part: SurfaceScene) -> None:
        """Draw the markers at the ends of ghosts and descents."""
        for ghost in part.ghosts:
            if ghost.has_end:
                sign = sign_of(ghost.key, self.theme)
                self.marks.markers(painter, ghost.steps[-1:], sign.shape, sign.colour, GHOST_END, hollow=True)
        for path in _selected_last(part):
            if path.has_end:
                sign = sign_of(path.key, self.theme)
                self.marks.markers(painter, path.steps[-1:], sign.shape, sign.colour)

    def _draw_point(self, painter: QPainter, part: SurfaceScene) -> None:
        """Draw P with its arrows, and u."""
        if part.point is None:
            return
        theme = self.theme
        if part.direction is not None:
            end = self._before_handle(part.point, part.direction.tip)
            self.marks.arrow(painter, part.point, end, theme.data.mark, *U_ARROW)
        uphill, downhill = (
            (part.tangent.uphill, part.tangent.downhill) if part.tangent is not None else (None, None)
        )
        for tip, colour in ((downhill, theme.descent.mark), (uphill, theme.derivative.mark)):
            if tip is not None:
                self.marks.arrow(painter, part.point, tip, colour)
        if part.direction is not None:
            tip = part.direction.tip
            self.marks.point(painter, tip, theme.data.mark, lit=self.u.lit, hollow=True)
        self.marks.point(painter, part.point, theme.function.mark, lit=self.point.lit)

    def _before_handle(self, start: Array, end: Array) -> Array:
        """Stop a way where the open circle at its end begins."""
        way = self.marks.pixel(end) - self.marks.pixel(start)
        length = math.hypot(way.x(), way.y())
        part = max(0.0, 1.0 - (HANDLE + 1.25) / length) if length > 0.0 else 0.0
        return start + part * (end - start)

    # Tooltips.

    def event(self, event: QEvent) -> bool:
        """Tell what is under the pointer when it rests."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self.tip_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip_at(self, pixel: QPointF) -> str:
        """Say which critical point or arrow is seen at a pixel, or an empty text."""
        scene = self._scene
        part = scene.surface if scene is not None else None
        if scene is None or part is None or self.trouble:
            return ""
        critical, tangent = part.critical, part.tangent
        ways = self._ways(critical.places, pixel)
        ways[~self.marks.visible(critical.places)] = math.inf
        if np.min(ways, initial=math.inf) <= NEAR:
            return describe(critical.points[int(np.argmin(ways))])
        tips = (tangent.uphill, tangent.downhill) if tangent is not None else (None, None)
        for tip, sign in zip(tips, ("", MINUS), strict=True):
            if tip is not None and self._ways(tip[None], pixel)[0] <= NEAR:
                return f"{sign}∇f, of length {format_number(scene.magnitude, 2)}."
        return ""

    def _ways(self, places: Array, pixel: QPointF) -> Array:
        """Give how many pixels places are seen from a pixel."""
        x, y = self.camera.to_pixels(places)[:, :2].T
        ways: Array = np.hypot(x - pixel.x(), y - pixel.y())
        return ways


def _selected_last(part: SurfaceScene) -> list[SurfacePath]:
    return sorted(part.paths, key=lambda path: path.key == part.selected)


def _level_curve(mesh: SurfaceMesh, level: float) -> Array:
    """Trace where the surface is as high as P; empty where that is not in the box."""
    plan = mesh.plan
    if not mesh.box.holds(level):
        return np.empty((0, 3))
    cut = contour_lines(plan.x, plan.y, plan.heights, (level,))
    return mesh.box.place(cut.x, cut.y, level)


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
    for level in (box.low, box.high):
        parts += [_level_curve(mesh, level), gap]
    return np.concatenate(parts)
