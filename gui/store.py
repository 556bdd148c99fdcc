"""What the user chose in every tab, with a history for each: the one place where states change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

HISTORY_LIMIT = 500


@dataclass
class _Entry:
    """One step of undo: the fields it touched, and the tag under which it may still grow."""

    before: dict[str, Any]
    after: dict[str, Any]
    merge: str | None = None


@dataclass
class _History:
    """The past and future of one state; ``gestures`` holds, for each open one, the values it found."""

    undo: list[_Entry] = field(default_factory=list)
    redo: list[_Entry] = field(default_factory=list)
    gestures: list[dict[str, Any]] = field(default_factory=list)

    def add(self, before: dict[str, Any], after: dict[str, Any], merge: str | None = None) -> None:
        """Record a change; one with the tag of the last entry becomes part of it."""
        last = self.undo[-1] if self.undo else None
        if last is not None and merge is not None and last.merge == merge and not self.redo:
            before = before | last.before
            after = last.after | after
            self.undo.pop()
        before = {name: value for name, value in before.items() if value != after[name]}
        self.redo.clear()
        if before:
            self.undo.append(_Entry(before, {name: after[name] for name in before}, merge))
            del self.undo[:-HISTORY_LIMIT]

    def close(self) -> None:
        """Let nothing more grow into the last entry."""
        if self.undo:
            self.undo[-1].merge = None


class Store(QObject):
    """The states of all tabs.

    An edit is applied at once; who draws is told once per turn of the event loop. An entry of the history
    holds only the fields that an edit changed, so undoing it keeps whatever else changed later without being
    recorded, such as the view.

    Parameters
    ----------
    states
        A frozen dataclass for each key, looked up when it is first asked for.

    Signals
    -------
    changed : str
        The key of a tab whose state or history changed.
    """

    changed = Signal(str)

    def __init__(self, states: Mapping[str, Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._first = states
        self._states: dict[str, Any] = {}
        self._histories = {key: _History() for key in states}
        self._waiting: dict[str, None] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.flush)

    def state(self, key: str) -> Any:
        """Return the present state of the tab ``key``."""
        if key not in self._states:
            self._states[key] = self._first[key]
        return self._states[key]

    def edit(self, key: str, *, recorded: bool = True, merge: str | None = None, **changes: Any) -> None:
        """Change fields of a state.

        Parameters
        ----------
        key
            The tab whose state changes.
        recorded
            False for what undo should leave alone: panning, zooming.
        merge
            A tag such as ``"typing"``: edits in a row with the same tag are one entry of the history.
        **changes
            New values by field name. Values equal to the present ones change nothing.
        """
        state = self.state(key)
        before = {name: getattr(state, name) for name in changes if getattr(state, name) != changes[name]}
        if not before:
            return
        self._states[key] = replace(state, **changes)
        if recorded:
            history = self._histories[key]
            if history.gestures:
                history.gestures[-1] = before | history.gestures[-1]
            else:
                history.add(before, self._values(key, before), merge)
        self._announce(key)

    def replace_state(self, key: str, state: Any) -> None:
        """Put a whole other state in place, as one entry of the history."""
        if type(state) is not type(self.state(key)):
            raise TypeError(
                f"{key!r} holds a {type(self._states[key]).__name__}, not a {type(state).__name__}"
            )
        self._histories[key].close()
        self.edit(key, **{each.name: getattr(state, each.name) for each in fields(state)})

    def begin(self, key: str) -> None:
        """Open a gesture: all edits until its end are one entry. Gestures may nest."""
        self._histories[key].gestures.append({})

    def end(self, key: str) -> None:
        """Close the innermost open gesture, and let the result be drawn at once."""
        history = self._histories[key]
        if not history.gestures:
            return
        before = history.gestures.pop()
        if history.gestures:
            history.gestures[-1] = before | history.gestures[-1]
        elif before:
            history.add(before, self._values(key, before))
        self._announce(key)
        self.flush()

    def cancel(self, key: str) -> None:
        """Close the innermost open gesture and take back what it did."""
        history = self._histories[key]
        if not history.gestures:
            return
        before = history.gestures.pop()
        self._states[key] = replace(self.state(key), **before)
        self._announce(key)
        self.flush()

    def can_undo(self, key: str) -> bool:
        """Tell whether there is something to undo."""
        history = self._histories[key]
        return bool(history.undo) or any(history.gestures)

    def can_redo(self, key: str) -> bool:
        """Tell whether there is something to redo."""
        history = self._histories[key]
        return bool(history.redo) and not any(history.gestures)

    def undo(self, key: str) -> None:
        """Take back the last entry; in the middle of a gesture, what the gesture did so far."""
        history = self._histories[key]
        if any(history.gestures):
            for index in reversed(range(len(history.gestures))):
                self._states[key] = replace(self._states[key], **history.gestures[index])
                history.gestures[index] = {}
        elif history.undo:
            entry = history.undo.pop()
            history.close()
            history.redo.append(entry)
            self._states[key] = replace(self._states[key], **entry.before)
        self._announce(key)

    def redo(self, key: str) -> None:
        """Do again what was undone last."""
        if not self.can_redo(key):
            return
        history = self._histories[key]
        entry = history.redo.pop()
        entry.merge = None
        history.undo.append(entry)
        self._states[key] = replace(self._states[key], **entry.after)
        self._announce(key)

    def flush(self) -> None:
        """Announce at once what is still to be announced."""
        self._timer.stop()
        waiting, self._waiting = self._waiting, {}
        for key in waiting:
            self.changed.emit(key)

    def _announce(self, key: str) -> None:
        self._waiting[key] = None
        if not self._timer.isActive():
            self._timer.start()

    def _values(self, key: str, names: Mapping[str, Any]) -> dict[str, Any]:
        return {name: getattr(self._states[key], name) for name in names}
