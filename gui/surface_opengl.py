"""Whether there is OpenGL to draw a surface with, and what to say where there is none."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

from gui.theme import Theme

if TYPE_CHECKING:
    from gui.surface_stage import SurfaceStage

log = logging.getLogger(__name__)

WITHOUT_SCREEN = ("offscreen", "minimal", "vnc", "linuxfb")
"""Platforms of Qt that have no OpenGL."""

NO_SCREEN = (
    "The surface needs OpenGL, and without a screen there is none. "
    "The map shows the same function; start Nabla on a desktop to see the surface."
)

PLATFORM = "PYOPENGL_PLATFORM"
"""The variable that PyOpenGL reads when it is imported."""

LONGEST = 120
"""Characters of what a driver says that are passed on."""


class NoSurfaceError(Exception):
    """No surface can be drawn; the message says why and what to try, in whole sentences."""


def surface_stage(theme: Theme) -> SurfaceStage:
    """Make what draws surfaces; only now is OpenGL imported.

    Raises
    ------
    NoSurfaceError
        Where that fails.
    """
    if QGuiApplication.platformName() in WITHOUT_SCREEN:
        raise NoSurfaceError(NO_SCREEN)
    try:
        _agree_on_library()
        from gui.surface_stage import SurfaceStage

        return SurfaceStage(theme)
    except Exception as error:  # drivers fail in every way there is
        raise NoSurfaceError(reason(error)) from error


def _agree_on_library() -> None:
    """Have PyOpenGL ask the library by which Qt reaches OpenGL; by itself it guesses from the session."""
    if not sys.platform.startswith("linux") or PLATFORM in os.environ:
        return
    context, surface = QOpenGLContext(), QOffscreenSurface()
    if not context.create():
        return
    surface.setFormat(context.format())
    surface.create()
    if context.makeCurrent(surface):
        os.environ[PLATFORM] = "egl" if _has_egl_context() else "glx"
        context.doneCurrent()


def _has_egl_context() -> bool:
    try:
        current = ctypes.CDLL("libEGL.so.1").eglGetCurrentContext
    except (OSError, AttributeError):
        return False
    current.restype = ctypes.c_void_p
    return bool(current())


def reason(error: Exception) -> str:
    """Say that OpenGL failed, and what to try."""
    log.info("No surface can be drawn", exc_info=error)
    said = str(error).strip().partition("\n")[0].rstrip(".")[:LONGEST] or type(error).__name__
    return (
        f"The surface needs OpenGL, which does not work here ({said}). Install your graphics card’s driver, "
        "or Mesa (libgl1-mesa-dri), and start again. The map shows the same function."
    )
