from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from gui.store import HISTORY_LIMIT, Store


@dataclass(frozen=True)
class State:
    text: str = "x"
    x: float = 0.0
    y: float = 0.0
    view: tuple[float, float] = (-5.0, 5.0)


@pytest.fixture
def store(qapp: object) -> Store:
    return Store({"a": State(), "b": State()})


def xs_while_undoing(store: Store) -> list[float]:
    values = []
    while store.can_undo("a"):
        store.undo("a")
        values.append(store.state("a").x)
    return values


def test_an_edit_counts_at_once_and_in_its_tab_alone(store: Store) -> None:
    store.edit("a", x=1.0)
    assert store.state("a") == State(x=1.0)
    assert store.state("b") == State()
    assert not store.can_undo("b")


def test_undo_and_redo_walk_through_the_edits(store: Store) -> None:
    for x in (1.0, 2.0, 3.0):
        store.edit("a", x=x)
    assert xs_while_undoing(store) == [2.0, 1.0, 0.0]
    while store.can_redo("a"):
        store.redo("a")
    assert store.state("a").x == 3.0


def test_an_edit_that_changes_nothing_leaves_no_entry(store: Store) -> None:
    store.edit("a", x=0.0, text="x")
    assert not store.can_undo("a")


def test_a_new_edit_forgets_what_was_undone(store: Store) -> None:
    store.edit("a", x=1.0)
    store.undo("a")
    store.edit("a", y=2.0)
    assert not store.can_redo("a")
    store.redo("a")
    assert store.state("a") == State(y=2.0)


def test_undo_keeps_a_later_change_of_the_view(store: Store) -> None:
    store.edit("a", x=1.0)
    store.edit("a", recorded=False, view=(0.0, 1.0))
    store.undo("a")
    assert store.state("a") == State(view=(0.0, 1.0))
    store.edit("a", recorded=False, view=(0.0, 2.0))
    store.redo("a")
    assert store.state("a") == State(x=1.0, view=(0.0, 2.0))


def test_a_gesture_is_one_entry(store: Store) -> None:
    store.begin("a")
    for step in range(1, 21):
        store.edit("a", x=float(step), y=-float(step))
    store.end("a")
    store.undo("a")
    assert store.state("a") == State()
    assert not store.can_undo("a")
    store.redo("a")
    assert store.state("a") == State(x=20.0, y=-20.0)


def test_a_gesture_that_comes_back_leaves_no_entry(store: Store) -> None:
    store.begin("a")
    store.edit("a", x=1.0)
    store.edit("a", x=0.0)
    store.end("a")
    assert not store.can_undo("a")


def test_gestures_nest(store: Store) -> None:
    store.begin("a")
    store.edit("a", x=1.0)
    store.begin("a")
    store.edit("a", x=2.0, y=2.0)
    store.end("a")
    store.edit("a", x=3.0)
    store.end("a")
    store.undo("a")
    assert store.state("a") == State()
    assert not store.can_undo("a")


def test_cancelling_takes_back_the_innermost_gesture_and_keeps_what_could_be_redone(store: Store) -> None:
    store.edit("a", y=9.0)
    store.undo("a")
    store.begin("a")
    store.edit("a", x=1.0)
    store.begin("a")
    store.edit("a", x=2.0)
    store.cancel("a")
    assert store.state("a") == State(x=1.0)
    store.cancel("a")
    assert store.state("a") == State()
    store.redo("a")
    assert store.state("a") == State(y=9.0)


def test_an_end_or_cancel_without_a_beginning_does_nothing(store: Store) -> None:
    store.edit("a", x=1.0)
    store.end("a")
    store.cancel("a")
    assert store.state("a") == State(x=1.0)


def test_undo_in_the_middle_of_a_drag_takes_back_the_drag_so_far(store: Store) -> None:
    store.edit("a", x=1.0)
    store.begin("a")
    store.edit("a", x=2.0)
    store.undo("a")
    assert store.state("a").x == 1.0
    store.edit("a", x=3.0)
    store.end("a")
    assert xs_while_undoing(store) == [1.0, 0.0]


def test_typing_is_one_entry_until_something_else_happens(store: Store) -> None:
    for text in ("s", "si", "sin"):
        store.edit("a", merge="typing", text=text)
    store.edit("a", x=1.0)
    for text in ("sin(", "sin(x"):
        store.edit("a", merge="typing", text=text)
    seen = []
    while store.can_undo("a"):
        store.undo("a")
        seen.append((store.state("a").text, store.state("a").x))
    assert seen == [("sin", 1.0), ("sin", 0.0), ("x", 0.0)]


def test_typing_after_an_undo_begins_a_new_entry(store: Store) -> None:
    store.edit("a", merge="typing", text="xy")
    store.edit("a", x=1.0)
    store.undo("a")
    store.edit("a", merge="typing", text="xyz")
    store.undo("a")
    assert store.state("a").text == "xy"


def test_a_whole_new_state_is_one_entry(store: Store) -> None:
    store.replace_state("a", State("x**2", 1.0, 2.0))
    store.undo("a")
    assert store.state("a") == State()
    with pytest.raises(TypeError):
        store.replace_state("a", ("x", 1.0))


def test_the_history_is_bounded(store: Store) -> None:
    for step in range(HISTORY_LIMIT + 10):
        store.edit("a", x=float(step + 1))
    assert len(xs_while_undoing(store)) == HISTORY_LIMIT


def test_many_edits_are_announced_once(store: Store, qtbot: QtBot) -> None:
    heard: list[str] = []
    store.changed.connect(heard.append)
    for step in range(200):
        store.edit("a", x=step + 1.0)
    store.edit("b", x=1.0)
    assert heard == []
    qtbot.waitUntil(lambda: len(heard) > 0)
    assert heard == ["a", "b"]


def test_the_end_of_a_gesture_is_announced_at_once_and_not_again(store: Store, qtbot: QtBot) -> None:
    heard: list[str] = []
    store.changed.connect(heard.append)
    store.begin("a")
    store.edit("a", x=1.0)
    store.end("a")
    assert heard == ["a"]
    qtbot.wait(10)
    assert heard == ["a"]


def test_an_edit_made_while_one_is_announced_is_announced_too(store: Store, qtbot: QtBot) -> None:
    heard: list[float] = []

    def answer(key: str) -> None:
        heard.append(store.state(key).x)
        if store.state(key).x < 3:
            store.edit(key, x=store.state(key).x + 1)

    store.changed.connect(answer)
    store.edit("a", x=1.0)
    qtbot.waitUntil(lambda: heard == [1.0, 2.0, 3.0])


@pytest.mark.parametrize("seed", range(20))
def test_undoing_everything_gives_the_first_state_and_redoing_the_last(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        chance.choice(
            (
                lambda: store.edit("a", x=float(chance.randrange(3))),
                lambda: store.edit("a", y=float(chance.randrange(3)), x=1.0),
                lambda: store.edit("a", merge="typing", text=chance.choice("xyz")),
                lambda: store.begin("a"),
                lambda: store.end("a"),
                lambda: store.cancel("a"),
                lambda: store.undo("a"),
                lambda: store.redo("a"),
            )
        )()
    for _ in range(60):
        store.end("a")
    while store.can_redo("a"):
        store.redo("a")
    last = store.state("a")
    xs_while_undoing(store)
    assert store.state("a") == State()
    while store.can_redo("a"):
        store.redo("a")
    assert store.state("a") == last
