"""A tab that is imported only when it is wanted, for a start should not wait for tabs that nobody sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gui.store import Store
    from gui.tab import Tab
    from gui.theme import Theme


@dataclass(frozen=True)
class LateTab:
    """Stands for a kind of `Tab`: called as the class is, it makes one.

    Attributes
    ----------
    key, title : str
        As those of the class.
    place : str
        Where the class is: ``"module:name"``.
    first_look_place : str
        Where there is a widget to be seen until the tab is built, if there is one. It is made from a theme
        and a state, has the tab's first state as ``initial``, and a signal ``painted``.
    """

    key: str
    title: str
    place: str
    first_look_place: str = ""

    def load(self) -> type[Tab]:
        """Import the class."""
        kind: type[Tab] = _at(self.place)
        return kind

    def first_look(self) -> Any:
        """Import the class of the first look; None if there is none."""
        return _at(self.first_look_place) if self.first_look_place else None

    @property
    def initial(self) -> Any:
        """The state at first."""
        return (self.first_look() or self.load()).initial

    def __call__(self, store: Store, theme: Theme) -> Tab:
        """Make a tab."""
        return self.load()(store, theme)


def _at(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


class InitialStates(Mapping[str, Any]):
    """The first state of each tab, by its key, looked up when it is asked for."""

    def __init__(self, kinds: Sequence[type[Tab] | LateTab]) -> None:
        self._kinds = {kind.key: kind for kind in kinds}

    def __getitem__(self, key: str) -> Any:
        return self._kinds[key].initial

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)
