"""What a magnifying glass over the point shows: the curve turns into its tangent as h shrinks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.primitives import FloatArray
from core.scenes.curves import Curve, curve_through, read_only
from core.scenes.derivative import DerivativeScene, Point
from core.scenes.derivative_features import Ends
from core.scenes.state import View, expression_of

ZOOM_SAMPLES = 401

WIDTH_IN_H = 3.0
"""Width of the window, in steps h."""

PLACE = 0.415
"""Where in the width of the window the point stands."""

HEIGHT_USED = 0.8
"""How much of the window's height the tangent and the secant may need."""

HIGHEST_PLACE = 0.4
"""How far from the middle of the window, in its heights, the point may stand."""

CLOSE = 0.01
"""Below this width, relative to the coordinates, the window counts in steps h from the point."""


@dataclass(frozen=True, eq=False)
class Zoom:
    """The window at the point.

    Attributes
    ----------
    view
        What is visible.
    magnification
        How many times longer everything looks than in the function's plot.
    in_steps
        Whether both axes count steps h from the point, because coordinates would need too many digits.
    curve
        f in the window.
    point, beyond, on_tangent
        The point; the curve and the tangent at x + h. NaN where not defined.
    """

    view: View
    magnification: float
    in_steps: bool
    curve: Curve
    point: Point
    beyond: Point
    on_tangent: Point


def zoom_at_point(scene: DerivativeScene, shape: tuple[float, float]) -> Zoom:
    """Magnify the surroundings of the point so that it keeps the slopes of the function's plot.

    It never makes smaller: where h is long in the function's plot, x + h may be outside.

    Parameters
    ----------
    scene
        What the tab shows.
    shape
        Width and height of the window, as parts of those of the function's plot.
    """
    left, right, bottom, top = scene.view
    width, height = (right - left) * shape[0], (top - bottom) * shape[1]
    value = scene.slope.value if math.isfinite(scene.slope.value) else (bottom + top) / 2.0
    rises = [slope * scene.h for slope in (scene.slope.derivative, scene.secant_slope)]
    rises = [rise for rise in rises if math.isfinite(rise)]
    low, high = min([0.0, *rises]), max([0.0, *rises])
    needed = min(max(WIDTH_IN_H * scene.h / width, (high - low) / (HEIGHT_USED * height)), 1.0)
    shown_width, shown_height = width * needed, height * needed
    used = min((high - low) / (HEIGHT_USED * shown_height), 1.0)
    lowest, highest = -HIGHEST_PLACE * shown_height, HIGHEST_PLACE * shown_height
    middle = min(max((low + high) / 2.0 * used**2, lowest), highest)
    window = (
        -PLACE * shown_width,
        (1.0 - PLACE) * shown_width,
        middle - 0.5 * shown_height,
        middle + 0.5 * shown_height,
    )
    in_steps = shown_width < CLOSE * max(1.0, abs(scene.x), abs(value))
    unit, origin = (scene.h, (0.0, 0.0)) if in_steps else (1.0, (scene.x, value))
    beyond = origin[0] + scene.h / unit
    return Zoom(
        view=(
            origin[0] + window[0] / unit,
            origin[0] + window[1] / unit,
            origin[1] + window[2] / unit,
            origin[1] + window[3] / unit,
        ),
        magnification=1.0 / needed,
        in_steps=in_steps,
        curve=_curve(scene, window, unit, origin),
        point=(origin[0], origin[1] + (scene.slope.value - value) / unit),
        beyond=(beyond, origin[1] + scene.secant_slope * scene.h / unit),
        on_tangent=(beyond, origin[1] + scene.slope.derivative * scene.h / unit),
    )


def _curve(scene: DerivativeScene, window: View, unit: float, origin: Point) -> Curve:
    """Sample f in the window; where every single step of x may be seen, none counts as a jump."""
    expression, numbers = expression_of(scene.formula), dict(scene.numbers)
    base = scene.slope.value if math.isfinite(scene.slope.value) else origin[1]

    def heights(offsets: FloatArray) -> FloatArray:
        y = expression.evaluate({**numbers, "x": scene.x + offsets})
        with np.errstate(all="ignore"):
            rise: FloatArray = origin[1] + (y - base) / unit
        return rise

    offsets: FloatArray = np.linspace(window[0], window[1], ZOOM_SAMPLES)
    x, y = origin[0] + offsets / unit, heights(offsets)
    if unit == 1.0:
        return _reaching_ends(curve_through(lambda x: heights(x - origin[0]), x, y), scene.features.ends)
    return Curve(*read_only(x, np.where(np.isfinite(y), y, np.nan)))


def _reaching_ends(curve: Curve, ends: Ends) -> Curve:
    """Continue a curve to its ends, which lie between the last sample that is defined and the next one."""
    places = np.concatenate((ends.filled_x, ends.open_x))
    heights = np.concatenate((ends.filled_y, ends.open_y))
    after = np.searchsorted(curve.x, places)
    inside = (after > 0) & (after < curve.x.size)
    places, heights, after = places[inside], heights[inside], after[inside]
    known = np.isfinite(curve.y)
    last = known[after - 1] != known[after]
    x, y = (
        np.insert(samples, after[last], added[last])
        for samples, added in ((curve.x, places), (curve.y, heights))
    )
    return Curve(*read_only(x, y))
