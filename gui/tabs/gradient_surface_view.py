"""The function of the Gradient tab as a surface, with P, its tangent plane and arrows, and the descents."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QWidget

from core.scenes.gradient import GradientScene
from core.scenes.gradient_surface import SurfaceScene
from core.scenes.surface_mesh import HEIGHT, SurfaceMesh
from gui.formula import formula
from gui.label_places import Crowd, around, formula_size, words_size
from gui.plot_axes import Projection
from gui.plot_fields import ContourLines, contour_lines
from gui.plot_item import make_pen
from gui.plot_labels import paint_formula_haloed, paint_words_haloed
from gui.surface_camera import Array
from gui.surface_view import SurfaceView
from gui.tabs.racer_signs import sign_of
from gui.theme import NARROW_WINDOW, Theme, mixed

LABEL, NAME = 15, 12
"""Sizes of the letters at arrows, and of the optimisers' names."""

SELECTED, OTHER, LEVEL = 2.5, 1.75, 2.25
"""Width of the selected descent, of the others and of the level curve."""

FOOT = (1.5, 8.0)
"""Width and head of the arrow on the floor."""

RIM = 0.7
"""Share of the function's colour in the line at the edges of the surface."""

MOST_DOTS = 300
"""Steps of a longer path have no dots."""

SAME_PLACE = 12.0
"""Ends so few pixels apart get one name."""

GAP = 12.0
"""Pixels between a mark and its name."""


class _Name(NamedTuple):
    """What is to be written beside a place."""

    place: Array
    text: str
    colour: str
    typeset: bool


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
        """Show what stands on the surface, which the scene must have."""
        part = scene.surface
        assert part is not None
        self._scene = scene
        if (scene.map, scene.level) != self._traced:
            self._traced = (scene.map, scene.level)
            plan = scene.map
            self._level = contour_lines(plan.x, plan.y, plan.heights, (scene.level,))
        if part.mesh is not self._rimmed:
            self._rimmed = part.mesh
            self._rim = _rim(part.mesh)
        self.show_surface(part.mesh, part.camera)

    def point_at(self) -> Array | None:
        """Give the place of P."""
        part = self._scene.surface if self._scene is not None else None
        return part.point if part is not None else None

    def draw_rim(self, painter: QPainter) -> None:
        """Draw the edges of the surface."""
        colour = mixed(self.theme.function.mark, self.theme.plot, RIM)
        self.marks.line(painter, self._rim, make_pen(colour, 1.0))

    def draw_marks(self, painter: QPainter) -> None:
        """Draw the level curve, the descents, the tangent plane, the arrows and P."""
        scene = self._scene
        part = scene.surface if scene is not None else None
        if scene is None or part is None:
            return
        self._draw_level(painter, scene, part)
        self._draw_foot(painter, scene, part)
        if part.tangent is not None:
            self.marks.plane(painter, part.tangent.corners, self.theme.derivative.mark)
        self._draw_descents(painter, part)
        self._draw_point(painter, part)
        self._write_names(painter, part)
        if part.note:
            look = (NAME, self.theme.second, self.theme.plot, QFont.Weight.Normal)
            paint_words_haloed(painter, QPointF(14.0, self.height() - 14.0), part.note, *look)

    # Its parts.

    def _draw_level(self, painter: QPainter, scene: GradientScene, part: SurfaceScene) -> None:
        box = part.mesh.box
        if box.holds(scene.level):
            points = box.place(self._level.x, self._level.y, scene.level)
            self.marks.line(painter, points, make_pen(self.theme.function.mark, LEVEL))

    def _draw_foot(self, painter: QPainter, scene: GradientScene, part: SurfaceScene) -> None:
        """Draw P and the gradient on the floor, and the height of P over it."""
        if part.point is not None:
            guide = make_pen(self.theme.ink, 1, "dotted", 0.32)
            self.marks.line(painter, np.linspace(part.foot, part.point, 40), guide)
        if scene.uphill is not None:
            box = part.mesh.box
            tip = box.place(*scene.uphill, box.low)
            self.marks.arrow(painter, part.foot, tip, self.theme.derivative.mark, *FOOT)
        self.marks.dots(painter, part.foot[None], self.theme.function.mark)

    def _draw_descents(self, painter: QPainter, part: SurfaceScene) -> None:
        paths = sorted(part.paths, key=lambda path: path.key == part.selected)
        for path in paths:
            colour = sign_of(path.key, self.theme).colour
            width = SELECTED if path.key == part.selected else OTHER
            self.marks.path(painter, path.points, colour, width)
            steps = path.steps[~np.isnan(path.steps[:, 0])]
            if len(steps) <= MOST_DOTS:
                self.marks.dots(painter, steps, colour)
        for path in paths:
            if path.has_end:
                sign = sign_of(path.key, self.theme)
                self.marks.marker(painter, path.steps[-1], sign.shape, sign.colour)

    def _draw_point(self, painter: QPainter, part: SurfaceScene) -> None:
        if part.point is None:
            return
        uphill, downhill = _tips(part)
        for tip, colour in ((downhill, self.theme.descent.mark), (uphill, self.theme.derivative.mark)):
            if tip is not None:
                self.marks.arrow(painter, part.point, tip, colour)
        lit = self.hovers_point or self.holds_point
        self.marks.point(painter, part.point, self.theme.function.mark, lit=lit)

    # Names.

    def _write_names(self, painter: QPainter, part: SurfaceScene) -> None:
        """Write what the arrows and the ends of the descents are, where nothing is in the way."""
        width, height = float(self.width()), float(self.height())
        crowd = Crowd(Projection((0.0, width, 0.0, height), 0.0, 0.0, width, height))
        for path in part.paths:
            crowd.add_points(*self._flat(path.points))
        names = self._names(part)
        for name in names:
            x, y = self._flat(name.place[None])[:, 0].tolist()
            crowd.add_disc(x, y, GAP if name.text == "P" else 6.0)
            if part.point is not None and name.typeset:
                crowd.add_points(*self._flat(np.linspace(part.point, name.place, 20)))
        for name in names:
            self._write(painter, crowd, name)

    def _names(self, part: SurfaceScene) -> list[_Name]:
        theme = self.theme
        names = []
        if part.point is not None:
            uphill, downhill = _tips(part)
            names.append(_Name(part.point, "P", theme.ink, True))
            if uphill is not None and downhill is not None:
                names.append(_Name(uphill, r"{\nabla} f", theme.derivative.text, True))
                names.append(_Name(downhill, r"{-\nabla} f", theme.descent.text, True))
        if self.window().width() >= NARROW_WINDOW:
            for path in part.paths:
                if path.has_end and self._is_apart(path.steps[-1], names):
                    colour = theme.descent.text if path.key == part.selected else theme.ink
                    names.append(_Name(path.steps[-1], path.title, colour, False))
        return names

    def _is_apart(self, place: Array, names: list[_Name]) -> bool:
        """Tell whether a place is seen well beside all that have a name."""
        here = self.marks.pixel(place)
        ways = [self.marks.pixel(name.place) - here for name in names]
        return all(math.hypot(way.x(), way.y()) > SAME_PLACE for way in ways)

    def _flat(self, points: Array) -> Array:
        """Give pixels right and up, as the crowd of labels wants them."""
        x, y = self.camera.to_pixels(points)[:, :2].T
        return np.array((x, self.height() - y))

    def _write(self, painter: QPainter, crowd: Crowd, name: _Name) -> None:
        at = self.marks.pixel(name.place)
        text, colour, paper = name.text, name.colour, self.theme.plot
        size = formula_size(text, LABEL, colour) if name.typeset else words_size(text, NAME)
        width, height = size.width(), size.height()
        lefts, top = (at.x() + GAP, at.x() - GAP - width), at.y() - height / 2.0
        sides = [QRectF(left, top, width, height) for left in lefts]
        box = crowd.freest([*sides, *around(at.x(), at.y(), size, GAP)])
        if box is None:
            return
        crowd.add_box(box)
        if name.typeset:
            start = QPointF(box.left(), box.top() + formula(text, LABEL, colour).baseline)
            paint_formula_haloed(painter, start, text, LABEL, colour, paper)
        else:
            paint_words_haloed(painter, box.bottomLeft(), text, NAME, colour, paper, QFont.Weight.Medium)


def _tips(part: SurfaceScene) -> tuple[Array | None, Array | None]:
    """Give the ends of the arrows uphill and downhill, as far as there are."""
    return (part.tangent.uphill, part.tangent.downhill) if part.tangent is not None else (None, None)


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
