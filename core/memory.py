"""Memory for large results, used again as soon as nobody holds the result any more.

A fresh large array costs more than most formulas that fill it: the operating system hands out its pages
one by one while it is written for the first time. Who computes again and again, as a plot does while a
slider is dragged, drops the last result and asks for another of the same size. So memory is kept for a
while after its array is gone. Nothing is shared: an array, and every view of it, holds its memory.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from core.primitives import FloatArray

SMALLEST = 2**13
"""Arrays of fewer elements come cheaply from NumPy itself."""

GRAIN = 2**14
"""Memory is for a multiple of so many elements, so that arrays of similar sizes can share it in turn."""

KEPT_BYTES = 2**25
"""No more than this is kept for later of one size."""

KEPT_SIZES = 4
"""Of so many sizes at a time memory is kept."""

_DOUBLE = np.dtype(np.float64)

_kept: dict[int, list[bytearray]] = {}
"""Memory that nobody holds, by its size in grains."""


class _Lease(np.ndarray[Any, np.dtype[np.float64]]):
    """Stands between memory and the array that uses it, and gives the memory back when it is dropped."""

    __slots__ = ("kept", "memory")

    memory: bytearray
    kept: list[bytearray]

    def __del__(self) -> None:
        if len(self.kept) < KEPT_BYTES // len(self.memory):
            self.kept.append(self.memory)


def empty(shape: tuple[int, ...]) -> FloatArray:
    """Return an uninitialised float64 array, as :func:`numpy.empty` does."""
    size = math.prod(shape)
    if size < SMALLEST:
        return np.empty(shape)
    grains = -(-size // GRAIN)
    kept = _kept.get(grains)
    if kept is None:
        if len(_kept) >= KEPT_SIZES:
            _kept.clear()
        kept = _kept.setdefault(grains, [])
    try:
        memory = kept.pop()
    except IndexError:
        memory = bytearray(grains * GRAIN * _DOUBLE.itemsize)
    lease = _Lease(shape, _DOUBLE, memory)
    lease.memory, lease.kept = memory, kept
    return lease.view(np.ndarray)
