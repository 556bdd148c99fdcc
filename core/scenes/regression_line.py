"""Where the handles of a line stand in the part of the plane that is seen."""

from __future__ import annotations

import math

from core.scenes.regression_fit import Point
from core.scenes.state import View

NOWHERE: Point = (math.nan, math.nan)


def _inset(view: View) -> View:
    across, up = 0.045 * (view[1] - view[0]), 0.05 * (view[3] - view[2])
    return view[0] + across, view[1] - across, view[2] + up, view[3] - up


def _visible(w: float, b: float, view: View) -> tuple[float, float] | None:
    """Give the range of x in which a line is inside the view, or None."""
    left, right, bottom, top = view
    if not (math.isfinite(w) and math.isfinite(b)):
        return None
    if w == 0.0:
        return (left, right) if bottom <= b <= top else None
    ends = sorted(((bottom - b) / w, (top - b) / w))
    left, right = max(left, ends[0]), min(right, ends[1])
    return (left, right) if left < right else None


def _shows_intercept(b: float, view: View) -> bool:
    return view[0] <= 0.0 <= view[1] and view[2] <= b <= view[3]


def intercept_handle(w: float, b: float, view: View) -> Point:
    """At x = 0, or at the left end of what is seen of the line."""
    if _shows_intercept(b, view):
        return 0.0, b
    seen = _visible(w, b, _inset(view))
    return (seen[0], w * seen[0] + b) if seen else NOWHERE


def intercept_letter(b: float, view: View) -> str:
    """Call the handle b only at x = 0, where its height is b; elsewhere it shifts the line."""
    return "b" if _shows_intercept(b, view) else r"\text{shift}"


def slope_handle(w: float, b: float, view: View) -> Point:
    """At the right end of what is seen of the line, or at the left one if the right one is at x = 0."""
    seen = _visible(w, b, _inset(view))
    if seen is None:
        return NOWHERE
    x = seen[1] if abs(seen[1]) >= 0.02 * (view[1] - view[0]) else seen[0]
    return x, w * x + b


def start_label(start: Point, view: View) -> Point:
    """On the line, most of the way to the right end of what is seen of it."""
    seen = _visible(*start, view)
    if seen is None:
        return NOWHERE
    x = seen[0] + 0.795 * (seen[1] - seen[0])
    return x, start[0] * x + start[1]
