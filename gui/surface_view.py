"""A surface in its box: drawn with axes, turned and zoomed by hand, and what lies on it drawn over it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.scenes.surface_mesh import HEIGHT, SurfaceMesh
from gui.controls.focus import Ringed
from gui.surface_box import paint_axes, paint_walls
from gui.surface_camera import Array, SurfaceCamera
from gui.surface_marks import SurfaceMarks
from gui.surface_opengl import NoSurfaceError, reason, surface_stage
from gui.theme import FOCUS_RING, Theme, ui_font

if TYPE_CHECKING:
    from gui.surface_stage import SurfaceStage

TURN = 0.45
"""Degrees for each pixel that the pointer moves."""

KEY_TURN, KEY_ZOOM = 3.0, 1.15
"""Degrees, and factor, for each key; with Shift five times as many degrees."""

NOTCH_ZOOM = 1 / 0.85
"""Factor for one notch of the wheel, as on a plot."""

REFINE = 140
"""Milliseconds without movement after which edges are smoothed."""

GRIP = 12.0
"""Pixels from the point within which it is taken."""

NOTHING_DRAWN = np.ones((1, 1), np.float32)
"""Depth of a picture in which nothing is."""

KEYS = "← → ↑ ↓ turn   + − zoom   Home first view"
"""Shown while the keyboard is here."""

TURNS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Ways of the eye; the box turns as if it were dragged in the direction of the arrow."""

ZOOMS = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_Underscore: -1}


class SurfaceView(Ringed):
    """A surface that can be looked at from all sides.

    A subclass draws what lies on it in `draw_marks` and its edges in `draw_rim`, and says in `point_at` where
    its point is.

    Parameters
    ----------
    theme : Theme
        Colours.

    Attributes
    ----------
    marks : SurfaceMarks
        Draws over the picture; another object with each new picture.
    trouble : str
        Why there is no surface to be seen, and what to try; or empty.

    Signals
    -------
    turned(around: float, up: float)
        The eye should move by these angles in degrees.
    zoomed(factor: float)
        It should come nearer.
    home()
        It should look as at first.
    pressed(), moved(x: float, y: float, alt: bool), released(), cancelled()
        The point is dragged, as of a `gui.handles.Draggable`.
    """

    turned = Signal(float, float)
    zoomed = Signal(float)
    home = Signal()
    pressed = Signal()
    moved = Signal(float, float, bool)
    released = Signal()
    cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.trouble = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Surface")
        self.setAccessibleDescription("Arrow keys turn it, plus and minus zoom, Home looks as at first.")
        self._stage: SurfaceStage | None = None
        self._mesh: SurfaceMesh | None = None
        self._eye = (0.0, 0.0, 1.0)
        self._looked = (*self._eye, 1.0, 1.0)
        self._camera = SurfaceCamera(*self._looked, HEIGHT)
        self._image = QImage()
        self._paper = QPixmap()
        self.marks = SurfaceMarks(self._camera, NOTHING_DRAWN, theme.plot)
        self._drawn: tuple[object, ...] = ()
        self._pointer: QPointF | None = None
        self._grip: QPointF | None = None
        self._hovered = False
        self._refine = QTimer(self, singleShot=True, interval=REFINE)
        self._refine.timeout.connect(self.update)
        self._begin()

    def _begin(self) -> None:
        """Get OpenGL ready, or say why not and what to try."""
        try:
            stage = self._stage = surface_stage(self.theme)
        except NoSurfaceError as error:
            self.trouble = str(error)
        else:
            self.destroyed.connect(lambda: stage.close())  # which keeps the stage until then

    # Showing.

    def show_surface(self, mesh: SurfaceMesh, camera: tuple[float, float, float]) -> None:
        """Look at a surface from a place: azimuth and elevation in degrees, and zoom."""
        self._mesh, self._eye = mesh, camera
        self.update()

    @property
    def camera(self) -> SurfaceCamera:
        """The eye."""
        size = float(max(self.width(), 1)), float(max(self.height(), 1))
        if (*self._eye, *size) != self._looked:
            self._looked = (*self._eye, *size)
            self._camera = SurfaceCamera(*self._looked, HEIGHT)
        return self._camera

    @property
    def picture_shown(self) -> QImage:
        """The surface alone, as OpenGL drew it last."""
        return self._image

    def draw_rim(self, painter: QPainter) -> None:
        """Draw what belongs to the surface itself, whatever lies on it."""

    def draw_marks(self, painter: QPainter) -> None:
        """Draw what lies on the surface."""

    def point_at(self) -> Array | None:
        """Give the place of the point that can be dragged, or None."""
        return None

    @property
    def holds_point(self) -> bool:
        """Whether the point is being dragged."""
        return self._grip is not None

    @property
    def hovers_point(self) -> bool:
        """Whether the pointer could take the point."""
        return self._hovered

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, the surface and what lies on it; or why there is none."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self.theme.plot))
        if not self.trouble and self._mesh is not None:
            self._draw_surface()
        if self.trouble:
            self._say(painter, self.trouble)
        elif self._mesh is not None:
            painter.drawPixmap(0, 0, self._paper)
            self.draw_marks(painter)
            if self._mesh.plan.is_empty:
                self._say(painter, "Not defined anywhere in view.")
        if self.ringed:
            if not self.trouble:
                painter.setFont(ui_font(11))
                painter.setPen(QColor(self.theme.muted))
                painter.drawText(QPointF(14, 20), KEYS)
            painter.setPen(QPen(QColor(self.theme.ink), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 4, 4)

    def _draw_surface(self) -> None:
        """Have OpenGL draw, if anything but what lies on the surface has changed."""
        assert self._mesh is not None and self._stage is not None
        ratio = self.devicePixelRatioF()
        wanted = (self._mesh, self.camera, ratio)
        if self._drawn[:3] == wanted and (self._drawn[3] or self._refine.isActive()):
            return
        fine = self._drawn[:3] == wanted or not self._drawn
        try:
            self._stage.show_mesh(self._mesh)
            self._image, depth = self._stage.picture(self.camera, ratio, fine=fine)
        except Exception as error:  # the driver may be restarted under us
            self._stage, self.trouble = None, reason(error)
            return
        self._drawn = (*wanted, fine)
        self.marks = SurfaceMarks(self.camera, depth, self.theme.plot)
        self._draw_paper(ratio)
        if not fine:
            self._refine.start()

    def _draw_paper(self, ratio: float) -> None:
        """Keep all that stays while only what lies on the surface moves."""
        assert self._mesh is not None
        self._paper = QPixmap(self._image.size())
        self._paper.setDevicePixelRatio(ratio)
        self._paper.fill(QColor(self.theme.plot))
        painter = QPainter(self._paper)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_walls(painter, self.theme, self.camera, self._mesh.box)
        painter.drawImage(QPointF(), self._image)
        self.draw_rim(painter)
        paint_axes(painter, self.theme, self.camera, self._mesh.box)
        painter.end()

    def _say(self, painter: QPainter, sentence: str) -> None:
        painter.setFont(ui_font(13))
        painter.setPen(QColor(self.theme.muted))
        inside = QRectF(self.rect()).adjusted(40, 16, -40, -16)
        room = max(0.0, inside.width() - 420.0) / 2.0
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(inside.adjusted(room, 0, -room, 0), flags, sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw anew in the new size."""
        super().resizeEvent(event)
        self.update()

    # The hand.

    def _near_point(self, pixel: QPointF) -> QPointF | None:
        """Give how far the point is from a pixel, if within reach."""
        place = self.point_at()
        if place is None or self.trouble:
            return None
        x, y = self.camera.to_pixels(place)[:2].tolist()
        away = QPointF(x, y) - pixel
        return away if math.hypot(away.x(), away.y()) <= GRIP else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the point, or the box."""
        if event.button() != Qt.MouseButton.LeftButton or self.trouble:
            event.ignore()
            return
        self._grip = self._near_point(event.position())
        self._pointer = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._grip is not None:
            self.pressed.emit()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the point over the surface, or turn the box."""
        if self._pointer is None:
            hovered = self._near_point(event.position()) is not None
            if hovered != self._hovered:
                self._hovered = hovered
                self.update()
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            return
        moved, self._pointer = event.position() - self._pointer, event.position()
        if self._grip is not None:
            self._propose(event.position() + self._grip, event)
        elif moved.manhattanLength():
            self.turned.emit(-TURN * moved.x(), TURN * moved.y())

    def _propose(self, target: QPointF, event: QMouseEvent) -> None:
        """Propose the point of the surface that is seen at a pixel, else the one in the point's own plane."""
        place, mesh = self.point_at(), self._mesh
        if mesh is None:
            return
        eye, sight = self.camera.eye, self.camera.sight(target.x(), target.y())
        at = mesh.seen(eye, sight)
        if at is None and place is not None and abs(sight[2]) > 1e-6:
            way = (place[2] - eye[2]) / sight[2]
            at = mesh.box.point(*(eye + way * sight)[:2].tolist()) if way > 0.0 else None
        if at is not None:
            self.moved.emit(*at, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton and self._pointer is not None:
            self._let_go(cancel=False)

    def _let_go(self, *, cancel: bool) -> None:
        held, self._grip, self._pointer = self._grip is not None, None, None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if held:
            (self.cancelled if cancel else self.released).emit()
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        """End a drag that can no longer be seen, and keep no picture."""
        if self._pointer is not None:
            self._let_go(cancel=False)
        self._image, self._paper, self._drawn = QImage(), QPixmap(), ()
        self.marks = SurfaceMarks(self._camera, NOTHING_DRAWN, self.theme.plot)
        super().hideEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        turned = event.angleDelta().y()
        if turned and not self.trouble:
            self.zoomed.emit(NOTCH_ZOOM ** max(-4.0, min(turned / 120, 4.0)))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn and zoom; Esc takes a drag back; other keys are left to the tab."""
        key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = held == Qt.KeyboardModifier.ShiftModifier
        if key == Qt.Key.Key_Escape and self._grip is not None:
            self._let_go(cancel=True)
        elif self.trouble or not (shift or held == Qt.KeyboardModifier.NoModifier):
            super().keyPressEvent(event)
        elif key in TURNS:
            pace = KEY_TURN * (5 if shift else 1)
            self.turned.emit(*(pace * way for way in TURNS[key]))
        elif key in ZOOMS:
            self.zoomed.emit(KEY_ZOOM ** ZOOMS[key])
        elif key == Qt.Key.Key_Home:
            self.home.emit()
        else:
            super().keyPressEvent(event)
            return
        self.ringed = True
