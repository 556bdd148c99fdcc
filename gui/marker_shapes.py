"""Corners of the markers that stand on plots and, as signs, before their names."""

from __future__ import annotations

import math

Corners = list[tuple[float, float]]


def _corners(count: int, start: float, inner: float = 1.0) -> Corners:
    """Corners on the unit circle; with `inner`, every second one at that radius."""
    return [
        (radius * math.cos(angle), radius * math.sin(angle))
        for index in range(count)
        for radius, angle in [
            (inner if index % 2 and inner != 1 else 1.0, start + 2 * math.pi * index / count)
        ]
    ]


def _turned(corners: Corners) -> Corners:
    """Turn by an eighth."""
    part = math.sqrt(0.5)
    return [(part * (x - y), part * (x + y)) for x, y in corners]


_PLUS = [
    (x * sx, y * sy)
    for sx, sy, legs in (
        (1, -1, ((0.34, 1.1), (0.34, 0.34), (1.1, 0.34))),
        (1, 1, ((1.1, 0.34), (0.34, 0.34), (0.34, 1.1))),
        (-1, 1, ((0.34, 1.1), (0.34, 0.34), (1.1, 0.34))),
        (-1, -1, ((1.1, 0.34), (0.34, 0.34), (0.34, 1.1))),
    )
    for x, y in legs
]

SHAPES: dict[str, Corners] = {
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "diamond": _corners(4, 0.0),
    "triangle": _corners(3, -math.pi / 2),
    "triangle_down": _corners(3, math.pi / 2),
    "star": _corners(10, -math.pi / 2, 0.42),
    "triangle_left": _corners(3, math.pi),
    "triangle_right": _corners(3, 0.0),
    "pentagon": _corners(5, -math.pi / 2),
    "hexagon": _corners(6, 0.0),
    "plus": _PLUS,
    "cross": _turned(_PLUS),
    "hourglass": [(-0.9, -1.0), (0.9, -1.0), (-0.9, 1.0), (0.9, 1.0)],
    "bow": [(-1.0, -0.9), (-1.0, 0.9), (1.0, -0.9), (1.0, 0.9)],
    "bar": [(-0.45, -1.1), (0.45, -1.1), (0.45, 1.1), (-0.45, 1.1)],
    "beam": [(-1.1, -0.45), (1.1, -0.45), (1.1, 0.45), (-1.1, 0.45)],
    "star_4": _corners(8, 0.0, 0.45),
}
"""Corners of each marker with radius 1, y downwards; a disc has none."""
