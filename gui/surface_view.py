"""A surface in its box: turned and zoomed by hand, with points on it that can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.scenes.surface_box import HEIGHT
from core.scenes.surface_camera import SurfaceCamera
from core.scenes.surface_mesh import SurfaceMesh
from gui.controls.focus import Ringed
from gui.surface_handle import SurfaceHandle, handle_near
from gui.surface_marks import SurfaceMarks
from gui.surface_picture import SurfacePicture
from gui.theme import FOCUS_RING, Theme, ui_font

TURN = 0.45
"""Degrees for each pixel that the pointer moves."""

KEY_TURN, KEY_ZOOM = 3.0, 1.15
"""Degrees, and factor, for each key; with Shift five times as many degrees."""

NOTCH_ZOOM = 1 / 0.85
"""Factor for one notch of the wheel, as on a plot."""

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

    A subclass draws what lies on it in `draw_marks` and its edges in `draw_rim`, and places its handles.

    Parameters
    ----------
    theme : Theme
        Colours.

    Attributes
    ----------
    picture : SurfacePicture
        The surface in its box.
    handles : list of SurfaceHandle
        What can be dragged; of two at one place the first is taken.

    Signals
    -------
    turned(around: float, up: float)
        The eye should move by these angles in degrees.
    zoomed(factor: float)
        It should come nearer.
    home()
        It should look as at first.
    """

    turned = Signal(float, float)
    zoomed = Signal(float)
    home = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Surface")
        self.setAccessibleDescription("Arrow keys turn it, plus and minus zoom, Home looks as at first.")
        self.picture = SurfacePicture(theme, self.draw_rim, self)
        self.picture.rough.connect(self.update)
        self.handles: list[SurfaceHandle] = []
        self._mesh: SurfaceMesh | None = None
        self._eye = (0.0, 0.0, 1.0)
        self._looked = (*self._eye, 1.0, 1.0)
        self._camera = SurfaceCamera(*self._looked, HEIGHT)
        self._pointer: QPointF | None = None
        self._grip = QPointF()

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
    def trouble(self) -> str:
        """Why there is no surface to be seen, and what to try; or empty."""
        return self.picture.trouble

    @property
    def marks(self) -> SurfaceMarks:
        """Draws over the picture."""
        return self.picture.marks

    def draw_rim(self, painter: QPainter, marks: SurfaceMarks) -> None:
        """Draw what belongs to the surface itself, whatever lies on it."""

    def draw_marks(self, painter: QPainter) -> None:
        """Draw what lies on the surface."""

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box, the surface and what lies on it; or why there is none."""
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()  # or Qt would crash on what went wrong, before anyone could be told

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self.theme.plot))
        mesh, ratio = self._mesh, self.devicePixelRatioF()
        if mesh is not None and self.picture.paint(painter, mesh, self.camera, ratio):
            self.draw_marks(painter)
            if mesh.plan.is_empty:
                self._say(painter, "Not defined anywhere in view.")
        elif self.trouble:
            self._say(painter, self.trouble)
        if self.ringed:
            self._draw_ring(painter)

    def _draw_ring(self, painter: QPainter) -> None:
        """Show that the keyboard is here, and what its keys do."""
        if not self.trouble:
            painter.setFont(ui_font(11))
            painter.setPen(QColor(self.theme.muted))
            painter.drawText(QPointF(14, 20), KEYS)
        painter.setPen(QPen(QColor(self.theme.ink), FOCUS_RING))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 4, 4)

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

    @property
    def _held(self) -> SurfaceHandle | None:
        return next((handle for handle in self.handles if handle.held), None)

    def _handle_near(self, pixel: QPointF) -> tuple[SurfaceHandle, QPointF] | None:
        return None if self.trouble else handle_near(self.handles, self.camera, pixel)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a handle, or the box."""
        if event.button() != Qt.MouseButton.LeftButton or self.trouble:
            event.ignore()
            return
        self._pointer = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)
        near = self._handle_near(event.position())
        if near is not None:
            handle, self._grip = near
            handle.held = True
            handle.pressed.emit()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag a handle over the surface, or turn the box."""
        if self._pointer is None:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            near = self._handle_near(event.position())
            self._hover(near[0] if near is not None else None)
            return
        moved, self._pointer = event.position() - self._pointer, event.position()
        held = self._held
        if held is not None:
            wanted = event.position() + self._grip
            alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            held.moved.emit(wanted.x(), wanted.y(), alt)
        elif moved.manhattanLength():
            self.turned.emit(-TURN * moved.x(), TURN * moved.y())

    def _hover(self, handle: SurfaceHandle | None) -> None:
        for each in self.handles:
            if each.hovered != (each is handle):
                each.hovered = not each.hovered
                self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if event.button() == Qt.MouseButton.LeftButton and self._pointer is not None:
            self._let_go(cancel=False)

    def _let_go(self, *, cancel: bool) -> None:
        held, self._pointer = self._held, None
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if held is not None:
            held.held = False
            (held.cancelled if cancel else held.released).emit()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Put out the halo of what the pointer was on."""
        super().leaveEvent(event)
        self._hover(None)

    def hideEvent(self, event: QHideEvent) -> None:
        """End a drag that can no longer be seen, and keep no picture."""
        if self._pointer is not None:
            self._let_go(cancel=False)
        self.picture.forget()
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
        if key == Qt.Key.Key_Escape and self._held is not None:
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
