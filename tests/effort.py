"""How much work something takes, counted, so that a busy machine changes nothing."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TooMuchWorkError(BaseException):
    """More was done than the test allows; nothing that catches an `Exception` keeps it."""


@contextmanager
def work_within(calls: int, megabytes: float | None = None) -> Iterator[None]:
    """Stop what is done inside after so many calls of functions; check what memory it took at its peak.

    Parameters
    ----------
    calls
        Python functions and functions of extensions, in this thread.
    megabytes
        Largest memory of Python and NumPy at one time, beyond what was there before; None for any.

    Raises
    ------
    TooMuchWorkError
        If it takes more.
    """
    done = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal done
        done += event in ("call", "c_call")
        if done > calls:
            raise TooMuchWorkError(f"more than {calls} calls")

    before = sys.getprofile()
    if megabytes is not None:
        tracemalloc.start()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    if done > calls:
        raise TooMuchWorkError(f"more than {calls} calls")
    if megabytes is not None and peak > megabytes * 1e6:
        raise TooMuchWorkError(f"{peak / 1e6:.0f} MB")
