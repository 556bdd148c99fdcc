"""Draws a surface with OpenGL into a picture, out of sight; only this module imports OpenGL.

The picture is an ordinary one: the window needs no OpenGL of its own, so that its plots stay as fast as they
are, it can be grabbed like any other, and nothing is drawn anew while only what lies on the surface moves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from OpenGL import GL
from pyqtgraph.opengl import GLMeshItem, MeshData, shaders
from pyqtgraph.opengl.GLViewWidget import GLViewMixin
from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QColor, QImage, QMatrix4x4, QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from PySide6.QtOpenGL import QOpenGLFramebufferObject, QOpenGLFramebufferObjectFormat
from shiboken6 import delete, isValid

from core.scenes.surface_camera import SurfaceCamera
from core.scenes.surface_mesh import SurfaceMesh
from gui.theme import Theme

SAMPLES = 4
"""Samples a pixel, for smooth edges."""

MOST_LEVELS = 24
"""Isolines that the shader can draw; what is not needed lies far outside."""

NOWHERE = 1e6

LIGHT_LOOK = (0.64, 0.36, 0.05)
DARK_LOOK = (0.62, 0.85, 0.10)
"""Light from everywhere, light from the lamp, and gloss."""

ISOLINE, ISOLINE_WIDTH = 0.45, 1.2
"""Opacity and width of the isolines."""

VERTEX = """#version 120
uniform mat4 u_mvp;
uniform mat3 u_normal;
attribute vec4 a_position;
attribute vec3 a_normal;
attribute vec4 a_color;
varying vec3 v_color;
varying vec3 v_normal;
varying float v_height;
void main() {
    v_color = a_color.rgb;
    v_normal = u_normal * a_normal;
    v_height = a_position.z;
    gl_Position = u_mvp * a_position;
}
"""

FRAGMENT = """#version 120
uniform float u_levels[24];
uniform float u_line[5];
uniform float u_look[3];
uniform float u_top;
varying vec3 v_color;
varying vec3 v_normal;
varying float v_height;
void main() {
    float pixel = max(fwidth(v_height), 1e-6);
    float room = min(u_top - v_height, v_height) / pixel;
    float inside = clamp(room + 1.5, 0.0, 1.0);
    if (inside <= 0.0) discard;
    vec3 normal = normalize(v_normal);
    if (!gl_FrontFacing) normal = -normal;
    vec3 lamp = normalize(vec3(-0.55, 0.75, 0.6));
    float lit = max(dot(normal, lamp), 0.0);
    float gloss = pow(max(dot(normal, normalize(lamp + vec3(0.0, 0.0, 1.0))), 0.0), 28.0);
    vec3 ink = vec3(u_line[0], u_line[1], u_line[2]);
    float light = u_look[0] + u_look[1] * lit;
    vec3 colour = v_color * (light + max(1.0 - light, 0.0) * 0.5 * ink) + u_look[2] * gloss;
    float line = 0.0;
    for (int i = 0; i < 24; i++) line = max(line, u_line[4] - abs(v_height - u_levels[i]) / pixel);
    colour = mix(colour, ink, u_line[3] * clamp(line, 0.0, 1.0));
    gl_FragColor = vec4(colour, inside);
}
"""


class StageError(Exception):
    """OpenGL cannot draw here; the message says what it lacks."""


class _Mesh(MeshData):
    """A mesh that knows its normals already."""

    def __init__(self, mesh: SurfaceMesh, colours: NDArray[np.float32]) -> None:
        super().__init__(vertexes=mesh.vertices, faces=mesh.faces, vertexColors=colours)
        self._given = mesh.normals

    def vertexNormals(self, indexed: object = None) -> NDArray[np.float32]:
        """Give the normals of the corners."""
        return self._given


class SurfaceStage(GLViewMixin, QObject):
    """A surface, drawn out of sight.

    Parameters
    ----------
    theme : Theme
        Colours of the ramp and the isolines.

    Raises
    ------
    StageError
        Where OpenGL cannot draw.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.opts["bgcolor"] = (0.0, 0.0, 0.0, 0.0)
        low, high = (np.array(QColor(colour).getRgbF(), np.float32) for colour in theme.function_ramp)
        self._ramp = low, high - low
        line = QColor(theme.function.mark)
        self._line = line.redF(), line.greenF(), line.blueF(), ISOLINE
        self._shader = shaders.ShaderProgram(
            "surface",
            [shaders.VertexShader(VERTEX), shaders.FragmentShader(FRAGMENT)],
            uniforms={
                "u_look": LIGHT_LOOK if theme.name == "light" else DARK_LOOK,
                "u_line": (*self._line, 1.0),
                "u_levels": (NOWHERE,) * MOST_LEVELS,
                "u_top": (1.0,),
            },
        )
        self._item = GLMeshItem(shader=self._shader, glOptions="translucent")
        self._mesh: SurfaceMesh | None = None
        self._camera: SurfaceCamera | None = None
        self._frames: dict[int, QOpenGLFramebufferObject] = {}
        self._begin()

    def _begin(self) -> None:
        wanted = QSurfaceFormat()
        wanted.setDepthBufferSize(24)
        self._context = QOpenGLContext(self)
        self._context.setFormat(wanted)
        if not self._context.create():
            raise StageError("no OpenGL context can be made")
        self._surface = QOffscreenSurface(None, self)
        self._surface.setFormat(self._context.format())
        self._surface.create()
        if not self._context.makeCurrent(self._surface):
            raise StageError("the OpenGL context cannot be used")
        try:
            self.initializeGL()
            self._shader.program()
        finally:
            self._context.doneCurrent()
        self.addItem(self._item)

    def close(self) -> None:
        """Give back what OpenGL holds, unless the program ends and the context has gone; draw no more."""
        if isValid(self._context) and self._context.makeCurrent(self._surface):
            item = self._item
            for buffer in (item.m_vbo_position, item.m_vbo_normal, item.m_vbo_color, item.m_ibo_faces):
                buffer.destroy()
            self._frames.clear()
            self._context.doneCurrent()
            delete(self._context)
        self.clear()

    # What the mixin asks for.

    def isValid(self) -> bool:
        """Tell that items need no beginning of their own."""
        return False

    def context(self) -> QOpenGLContext:
        """Give the context."""
        return self._context

    def update(self) -> None:
        """Nothing: the view asks for the next picture."""

    def projectionMatrix(self, region: object, viewport: object) -> QMatrix4x4:
        """Give the matrix of the camera."""
        assert self._camera is not None
        return QMatrix4x4(*self._camera.projection.ravel().tolist())

    def viewMatrix(self) -> QMatrix4x4:
        """Give the matrix of the camera."""
        assert self._camera is not None
        return QMatrix4x4(*self._camera.modelview.ravel().tolist())

    def drawItemTree(self, item: object = None, useItemNames: bool = False) -> None:
        """Draw the surface, the only item; the mixin's own way would print and swallow what goes wrong."""
        self._item.paint()

    # Drawing.

    def show_mesh(self, mesh: SurfaceMesh) -> None:
        """Draw this surface from now on; the very same one as before costs nothing."""
        if mesh is self._mesh:
            return
        self._mesh = mesh
        low, reach = self._ramp
        colours = low + mesh.shares[:, None] * reach
        self._item.setMeshData(meshdata=_Mesh(mesh, colours))
        levels = [float(mesh.box.up(level)) for level in mesh.plan.levels[:MOST_LEVELS]]
        self._shader["u_levels"] = (*levels, *(NOWHERE,) * (MOST_LEVELS - len(levels)))

    def picture(
        self, camera: SurfaceCamera, ratio: float, *, fine: bool
    ) -> tuple[QImage, NDArray[np.float32]]:
        """Draw.

        Parameters
        ----------
        camera : SurfaceCamera
            The eye, and the size of the picture in pixels of the window.
        ratio : float
            Pixels of the screen for one of the window.
        fine : bool
            Whether edges are smoothed, which takes three times as long where there is no graphics card.

        Returns
        -------
        QImage
            The surface; transparent where it is not.
        array, shape (height, width)
            Depth of what is seen, from 0 at the front to 1 where there is nothing.

        Raises
        ------
        StageError
            Where OpenGL no longer works.
        """
        if not self._context.makeCurrent(self._surface):
            raise StageError("the OpenGL context was lost")
        try:
            self._camera = camera
            self._shader["u_top"] = (camera.top,)
            self._shader["u_line"] = (*self._line, 0.5 + ISOLINE_WIDTH / 2.0 * ratio)
            width, height = max(round(camera.width * ratio), 1), max(round(camera.height * ratio), 1)
            frame = self._frame(width, height, SAMPLES if fine else 0)
            frame.bind()
            GL.glViewport(0, 0, width, height)
            whole = (0, 0, width, height)
            self.paint(region=whole, viewport=whole)
            depth = self._depth(frame)
            image = frame.toImage()
        finally:
            self._context.doneCurrent()
        image.setDevicePixelRatio(ratio)
        return image, depth

    def _frame(self, width: int, height: int, samples: int) -> QOpenGLFramebufferObject:
        """Give what is drawn on; the one with one sample a pixel is also what depth is read from."""
        frame = self._frames.get(samples)
        if frame is None or frame.width() != width or frame.height() != height:
            kind = QOpenGLFramebufferObjectFormat()
            kind.setAttachment(QOpenGLFramebufferObject.Attachment.CombinedDepthStencil)
            kind.setSamples(samples)
            frame = self._frames[samples] = QOpenGLFramebufferObject(width, height, kind)
            if not frame.isValid():
                raise StageError("OpenGL has no room for the picture")
        return frame

    def _depth(self, frame: QOpenGLFramebufferObject) -> NDArray[np.float32]:
        width, height = frame.width(), frame.height()
        flat = self._frame(width, height, 0)
        if flat is not frame:
            whole = QRect(0, 0, width, height)
            QOpenGLFramebufferObject.blitFramebuffer(
                flat, whole, frame, whole, GL.GL_DEPTH_BUFFER_BIT, GL.GL_NEAREST
            )
        flat.bind()
        read = GL.glReadPixels(0, 0, width, height, GL.GL_DEPTH_COMPONENT, GL.GL_FLOAT)
        return np.asarray(read, dtype=np.float32).reshape(height, width)[::-1]
