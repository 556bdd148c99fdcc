"""A surface in its box as a picture, drawn anew only when surface, eye or size have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from core.scenes.surface_camera import SurfaceCamera
from core.scenes.surface_mesh import SurfaceMesh
from gui.surface_box import paint_axes, paint_walls
from gui.surface_marks import SurfaceMarks
from gui.surface_opengl import NoSurfaceError, reason, surface_stage
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.surface_stage import SurfaceStage

REFINE = 140
"""Milliseconds without movement after which edges are smoothed."""

NOTHING_DRAWN = np.ones((1, 1), np.float32)
"""Depth of a picture in which nothing is."""

Rim = Callable[[QPainter, SurfaceMarks], None]


class SurfacePicture(QObject):
    """The surface before the walls of its box, with its edges and the numbers of the axes.

    Parameters
    ----------
    theme : Theme
        Colours.
    draw_rim : callable
        Draws what belongs to the surface itself, whatever lies on it.
    parent : QObject
        Owns it.

    Attributes
    ----------
    trouble : str
        Why there is no surface to be seen, and what to try; or empty.
    surface : QImage
        The surface alone, as OpenGL drew it last.
    marks : SurfaceMarks
        Draws over the picture; another object with each new picture.

    Signals
    -------
    rough()
        It has stayed the same for a while and can be drawn with smoother edges.
    """

    rough = Signal()

    def __init__(self, theme: Theme, draw_rim: Rim, parent: QObject) -> None:
        super().__init__(parent)
        self.trouble = ""
        self._theme = theme
        self._draw_rim = draw_rim
        self._stage: SurfaceStage | None = None
        self._refine = QTimer(self, singleShot=True, interval=REFINE)
        self._refine.timeout.connect(self.rough)
        self.forget()
        self._begin()

    def _begin(self) -> None:
        """Get OpenGL ready, or say why not and what to try."""
        try:
            stage = self._stage = surface_stage(self._theme)
        except NoSurfaceError as error:
            self.trouble = str(error)
        else:
            self.destroyed.connect(lambda: stage.close())  # which keeps the stage until then

    def forget(self) -> None:
        """Keep no picture."""
        self.surface = QImage()
        self.marks = SurfaceMarks(
            SurfaceCamera(0.0, 0.0, 1.0, 1.0, 1.0, 1.0), NOTHING_DRAWN, self._theme.plot
        )
        self._paper = QPixmap()
        self._drawn: tuple[object, ...] = ()

    def paint(self, painter: QPainter, mesh: SurfaceMesh, camera: SurfaceCamera, ratio: float) -> bool:
        """Draw it; False where OpenGL fails, and `trouble` says why.

        Parameters
        ----------
        painter : QPainter
            Draws on the widget.
        mesh, camera : SurfaceMesh, SurfaceCamera
            The surface and the eye.
        ratio : float
            Pixels of the screen for one of the window.
        """
        if not self.trouble:
            self._draw(mesh, camera, ratio)
        if not self.trouble:
            painter.drawPixmap(0, 0, self._paper)
        return not self.trouble

    def _draw(self, mesh: SurfaceMesh, camera: SurfaceCamera, ratio: float) -> None:
        """Have OpenGL draw, if anything but what lies on the surface has changed."""
        assert self._stage is not None
        wanted = (mesh, camera, ratio)
        same = self._drawn[:3] == wanted
        if same and (self._drawn[3] or self._refine.isActive()):
            return
        fine = same or not self._drawn
        try:
            self._stage.show_mesh(mesh)
            self.surface, depth = self._stage.picture(camera, ratio, fine=fine)
        except Exception as error:  # the driver may be restarted under us
            self._stage, self.trouble = None, reason(error)
            return
        self._drawn = (*wanted, fine)
        self.marks = SurfaceMarks(camera, depth, self._theme.plot)
        self._draw_paper(mesh, camera, ratio)
        if not fine:
            self._refine.start()

    def _draw_paper(self, mesh: SurfaceMesh, camera: SurfaceCamera, ratio: float) -> None:
        """Keep all that stays while only what lies on the surface moves."""
        self._paper = QPixmap(self.surface.size())
        self._paper.setDevicePixelRatio(ratio)
        self._paper.fill(QColor(self._theme.plot))
        painter = QPainter(self._paper)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_walls(painter, self._theme, camera, mesh.box)
            painter.drawImage(QPointF(), self.surface)
            self._draw_rim(painter, self.marks)
            paint_axes(painter, self._theme, camera, mesh.box)
        finally:
            painter.end()
