"""The switch of the Gradient tab between its map and the surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.scenes import gradient_camera as camera
from core.scenes import gradient_state as choices
from core.scenes.gradient import GradientScene
from gui.controls import Segmented
from gui.tabs.gradient_surface_view import GradientSurface
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.tabs.gradient import GradientTab
    from gui.tabs.pane import Pane

TITLES = {"map": "Level map", "surface": "Surface"}


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
    tab.follow(view, lambda x, y: tab.become(choices.with_point(tab.state, x, y)), tab.gesture_began)
