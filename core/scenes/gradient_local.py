"""The local picture at P: the direction u, the critical points around, and what is shown on demand."""

from __future__ import annotations

from dataclasses import dataclass

from core.critical_points import CriticalPoint
from core.scenes.gradient_critical import CriticalMarks, critical_marks, heading, point_here
from core.scenes.gradient_curvature import Curvature
from core.scenes.gradient_direction import (
    Direction,
    PolarPlot,
    SliceAlongU,
    direction_at,
    polar_plot,
    slice_along_u,
)
from core.scenes.gradient_extras import ExtrasScene, extras_scene
from core.scenes.gradient_state import GradientState
from core.scenes.level_map import LevelMap
from core.smoothness import Slope


@dataclass(frozen=True, eq=False)
class LocalPicture:
    """What is to be seen around P.

    Attributes
    ----------
    direction
        u, and the slope along it.
    marks
        Critical points in view.
    here
        The one on which P stands, or None.
    heading
        The minimum that the selected descent heads for, or None.
    extras
        What is shown on demand on the map.
    along_u, polar
        The panes that are shown on demand, or None.
    """

    direction: Direction
    marks: CriticalMarks
    here: CriticalPoint | None
    heading: CriticalPoint | None
    extras: ExtrasScene
    along_u: SliceAlongU | None
    polar: PolarPlot | None


def local_picture(
    state: GradientState, plan: LevelMap, slopes: tuple[Slope, Slope], bend: Curvature
) -> LocalPicture:
    """Compute it from the state, the map, and the slopes and the curvature at P."""
    value, gradient = slopes[0].value, (slopes[0].derivative, slopes[1].derivative)
    direction = direction_at(state, slopes)
    marks = critical_marks(state.formula, state.parameters, state.view)
    return LocalPicture(
        direction,
        marks,
        point_here(state, marks),
        heading(state),
        extras_scene(state, plan, value, gradient, bend),
        slice_along_u(state, direction, plan, value) if "along_u" in state.shown else None,
        polar_plot(state, direction, slopes) if "polar" in state.shown else None,
    )
