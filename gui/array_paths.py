"""Arrays of pixels into Qt's paths and polygons, without a loop in Python.

Qt takes a polygon's points from memory, and a path from its own serialised form, which a structured array
can be written in at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath, QPolygonF

Array = NDArray[np.float64]

_ELEMENT = np.dtype([("joined", ">i4"), ("x", ">f8"), ("y", ">f8")])
"""One point of a serialised path: whether a line leads to it, and its place."""

_END = bytes(8)
"""What ends a serialised path: where its last part starts, and how it is filled."""


def polygon_through(x: Array, y: Array) -> QPolygonF:
    """Give the polygon with corners at these pixels, which must be finite."""
    polygon = QPolygonF()
    write_corners(polygon, x, y)
    return polygon


def write_corners(polygon: QPolygonF, x: Array, y: Array) -> None:
    """Give a polygon these corners in place of its own."""
    polygon.resize(x.size)
    if x.size:
        pointer: Any = shiboken6.VoidPtr  # its stub knows neither of the kinds of arguments
        memory = pointer(polygon.data(), 16 * x.size, True)
        corners = np.frombuffer(memory, dtype=np.float64).reshape(-1, 2)
        corners[:, 0], corners[:, 1] = x, y


def path_through(x: Array, y: Array, joined: NDArray[Any] | None = None) -> QPainterPath:
    """Give the path through these pixels, which must be finite.

    Parameters
    ----------
    x, y : array
        Pixels of equal count.
    joined : array, optional
        For each point whether a line leads on to the next; by default one does from all.
    """
    path = QPainterPath()
    if joined is None:
        path.reserve(x.size)
        path.addPolygon(polygon_through(x, y))
    elif x.size:
        elements = np.empty(x.size, dtype=_ELEMENT)
        elements["x"], elements["y"] = x, y
        elements["joined"][0] = 0
        elements["joined"][1:] = joined[:-1] != 0
        serialised = x.size.to_bytes(4, "big") + elements.tobytes() + _END
        stream = QDataStream(QByteArray(serialised))
        stream >> path
    return path
