"""What can be taken by hand on a surface: points that propose the pixels where they should go."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, Signal

from core.scenes.surface_camera import SurfaceCamera
from gui.array_paths import Array

GRIP = 12.0
"""Pixels from a handle within which it is taken."""


class SurfaceHandle(QObject):
    """A point on a surface that can be dragged; as a `gui.handles.Draggable` it never moves itself.

    Attributes
    ----------
    place : array, shape (3,), or None
        Where it is in the box; None while it is not there.
    held, hovered : bool
        Whether it is being dragged, and whether the pointer could take it.

    Signals
    -------
    pressed()
        The pointer took it.
    moved(x: float, y: float, alt: bool)
        The pixel of the picture where the pointer wants it. With Alt held down nothing should snap.
    released()
        The drag is over.
    cancelled()
        Esc ended it: all should be as it was when it was pressed. No `released` follows.
    """

    pressed = Signal()
    moved = Signal(float, float, bool)
    released = Signal()
    cancelled = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.place: Array | None = None
        self.held = False
        self.hovered = False

    @property
    def lit(self) -> bool:
        """Whether it has a halo."""
        return self.held or self.hovered


def handle_near(
    handles: Sequence[SurfaceHandle], camera: SurfaceCamera, pixel: QPointF
) -> tuple[SurfaceHandle, QPointF] | None:
    """Give the handle that is seen nearest to a pixel, if within reach, and how far away it is."""
    near = None
    least = math.nextafter(GRIP, math.inf)
    for handle in handles:
        if handle.place is None:
            continue
        away = QPointF(*camera.to_pixels(handle.place)[:2].tolist()) - pixel
        distance = math.hypot(away.x(), away.y())
        if distance < least:
            near, least = (handle, away), distance
    return near
