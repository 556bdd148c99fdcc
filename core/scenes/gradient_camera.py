"""From where the surface of the Gradient tab is looked at, and how that changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.scenes.state import StateError

if TYPE_CHECKING:
    from core.scenes.gradient_state import GradientState

Camera = tuple[float, float, float]
"""Azimuth and elevation of the eye in degrees, and the zoom: 1 shows the whole box."""

FIRST_CAMERA: Camera = (-62.0, 40.0, 1.0)
"""The eye in front of the surface, a little to the right, so that x grows to the right and y to the back."""

LOWEST, HIGHEST = 0.0, 90.0
"""Elevations: from the side to straight from above, which is how the map looks."""

LEAST_ZOOM, MOST_ZOOM = 0.4, 8.0


def check_camera(camera: Camera) -> None:
    """Refuse an eye where no gesture can put it.

    Raises
    ------
    StateError
        The message says what is wrong.
    """
    azimuth, elevation, zoom = camera
    if not (
        -180.0 <= azimuth <= 180.0 and LOWEST <= elevation <= HIGHEST and LEAST_ZOOM <= zoom <= MOST_ZOOM
    ):
        raise StateError("camera has a wrong value: azimuth, elevation and zoom are out of range")


def turned(state: GradientState, around: float, up: float) -> GradientState:
    """Walk around the surface and up, by angles in degrees."""
    azimuth, elevation, zoom = state.camera
    azimuth = (azimuth + around + 180.0) % 360.0 - 180.0
    return replace(state, camera=(azimuth, min(max(elevation + up, LOWEST), HIGHEST), zoom))


def zoomed(state: GradientState, factor: float) -> GradientState:
    """Come nearer by a factor."""
    azimuth, elevation, zoom = state.camera
    return replace(state, camera=(azimuth, elevation, min(max(zoom * factor, LEAST_ZOOM), MOST_ZOOM)))


def looked_at_first(state: GradientState) -> GradientState:
    """Look as at first."""
    return replace(state, camera=FIRST_CAMERA)
