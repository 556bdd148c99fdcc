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

SMALLEST = 2**16
"""Arrays of fewer elements come cheaply from NumPy itself."""

KEPT_BYTES = 2**25
"""No more than this is kept for later of one size."""

KEPT_SIZES = 4
"""Of so many sizes at a time memory is kept."""

_kept: dict[int, list[FloatArray]] = {}
"""Memory that nobody holds, by its number of elements."""


class _Lease:
    """Stands between memory and the array that uses it, and gives the memory back when it is dropped."""

    def __init__(self, memory: FloatArray, kept: list[FloatArray]) -> None:
        self._memory = memory
        self._kept = kept
        self._most = KEPT_BYTES // memory.nbytes

    @property
    def __array_interface__(self) -> dict[str, Any]:
        return self._memory.__array_interface__

    def __del__(self) -> None:
        if len(self._kept) < self._most:
            self._kept.append(self._memory)


def empty(shape: tuple[int, ...]) -> FloatArray:
    """Return an uninitialised float64 array, as :func:`numpy.empty` does."""
    size = math.prod(shape)
    if size < SMALLEST:
        return np.empty(shape)
    if size not in _kept and len(_kept) >= KEPT_SIZES:
        _kept.clear()
    kept = _kept.setdefault(size, [])
    try:
        memory = kept.pop()
    except IndexError:
        memory = np.empty(size)
    return np.asarray(_Lease(memory, kept)).reshape(shape)
