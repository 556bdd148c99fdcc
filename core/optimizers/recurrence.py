"""Noticing that a descent is where it has been before."""

from __future__ import annotations


class Recurrence:
    """Compares the states of a descent with one of the earlier ones, which is replaced ever more rarely.

    That finds every cycle, a point at rest being the shortest, soon after it has been gone round (Brent's
    method), and keeps one state only.

    Examples
    --------
    >>> recurrence = Recurrence()
    >>> [recurrence.period(state) for state in (b"a", b"b", b"c", b"d", b"c", b"d", b"c")]
    [0, 0, 0, 0, 2, 0, 4]
    """

    def __init__(self) -> None:
        self._kept = b""
        self._age = 0
        self._longest = 1

    def period(self, state: bytes) -> int:
        """Give the number of steps since the state was the same, or 0 if it is not known to have been."""
        self._age += 1
        if state == self._kept:
            return self._age
        if self._age == self._longest:
            self._kept, self._age, self._longest = state, 0, 2 * self._longest
        return 0
