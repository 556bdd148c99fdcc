"""The table that finds equal objects again and keeps none of them alive."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

from core.interning import Interned


class Thing:
    """Something that weak references can point to."""

    def __init__(self, other: Thing | None = None) -> None:
        self.other = other


def test_the_first_object_of_a_key_is_the_one() -> None:
    table: Interned[Thing] = Interned()
    first, second = Thing(), Thing()
    assert table.get("key") is None
    assert table.add("key", first) is first
    assert table.add("key", second) is first
    assert table.get("key") is first
    assert table.add("other key", second) is second


def test_an_object_is_forgotten_when_nobody_holds_it() -> None:
    table: Interned[Thing] = Interned()
    held = [table.add(number, Thing()) for number in range(10)]
    del held[3:]
    assert [number for number in range(10) if table.get(number)] == [0, 1, 2]
    assert not table._references.keys() - {0, 1, 2}


def test_garbage_is_forgotten() -> None:
    table: Interned[Thing] = Interned()
    thing = table.add("key", Thing())
    thing.other = thing
    del thing
    gc.collect()
    assert table.get("key") is None


def test_an_object_that_dies_does_not_take_its_successor_along() -> None:
    table: Interned[Thing] = Interned()
    first = table.add("key", Thing())
    successors: list[Thing] = []
    # Of two callbacks the later one is called first: before the table hears that `first` is dead.
    watcher = weakref.ref(first, lambda _: successors.append(table.add("key", Thing())))
    del first
    assert watcher() is None
    assert table.get("key") is successors[0]


def test_threads_that_add_at_once_agree() -> None:
    table: Interned[Thing] = Interned()
    barrier = threading.Barrier(8)

    def work(_: int) -> list[Thing]:
        barrier.wait()
        kept = []
        for number in range(2_000):
            table.add(("for a moment", number % 5), Thing())
            kept.append(table.add(number, Thing()))
        return kept

    with ThreadPoolExecutor(max_workers=8) as pool:
        results = list(pool.map(work, range(8)))
    assert all(one is other for each in results for one, other in zip(each, results[0], strict=True))
    assert [table.get(number) for number in range(2_000)] == results[0]
