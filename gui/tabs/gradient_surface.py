"""The switch of the Gradient tab between its map and the surface."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.scenes import gradient_camera as camera
from core.scenes.gradient import GradientScene
from core.scenes.gradient_state import GradientState
from core.scenes.gradient_surface import SurfaceScene
from core.scenes.surface_camera import SurfaceCamera
from core.scenes.surface_hand import direction_turned, point_moved
from gui.controls import Segmented
from gui.tabs.gradient_local import SCALE, SNAP
from gui.tabs.gradient_surface_view import GradientSurface
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.tabs.gradient import GradientTab
    from gui.tabs.pane import Pane

Hand = Callable[[GradientState, SurfaceScene, SurfaceCamera, tuple[float, float], float], GradientState]
"""What becomes of a state when a handle is dragged to a pixel, with so many pixels in which it snaps."""

TITLES = {"map": "Level map", "surface": "Surface"}
TIPS = {
    "map": f"The gradient’s arrow: {SCALE}",
    "surface": "The arrows lie on the tangent plane, all of one length: how steep it is, the plane shows.",
}


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
        planes = (("map", "Map"), ("surface", "Surface"))
        super().__init__(theme, planes, latex=False, name="Map or surface", height=22, padding=7)
        self.view: GradientSurface | None = None
        self._pane = pane
        pane.header.add(self)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the map, or the surface where the scene has one."""
        surface = scene.surface is not None
        plane = "surface" if surface else "map"
        self.show_choice(plane)
        self._pane.header.show_title(TITLES[plane])
        self._pane.header.setToolTip(TIPS[plane])
        if not surface:
            if self.view is not None:
                self.view.hide()  # first, or the map would have half of the room, which changes its view
            self._pane.plot.show()
            return
        self._pane.plot.hide()
        if self.view is None:
            self.view = GradientSurface(self._theme)
            self._pane.body.addWidget(self.view, 1)
            QWidget.setTabOrder(self, self.view)
            self.made.emit()
        self.view.show()
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
    for handle, hand in ((view.point, point_moved), (view.u, direction_turned)):
        handle.pressed.connect(tab.gesture_began)  # a race goes on while its start is moved
        handle.moved.connect(partial(_propose, tab, view, hand))
        handle.released.connect(tab.gesture_ended)
        handle.cancelled.connect(tab.gesture_cancelled)


def _propose(tab: GradientTab, view: GradientSurface, hand: Hand, x: float, y: float, alt: bool) -> None:
    part = tab.scene.surface
    if part is not None:
        tab.become(hand(tab.state, part, view.camera, (x, y), 0.0 if alt else SNAP))
