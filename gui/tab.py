"""What every tab is: built once, rendered often, edited through the store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from gui.controls import TransportBar
from gui.pane_switch import PaneSwitch
from gui.playback import Playback
from gui.store import Store
from gui.theme import Theme

ExampleGroup = tuple[str, Sequence[tuple[str, str]]]


class Dragged(Protocol):
    """Something with the signals of a `gui.handles.Draggable`."""

    pressed: Any
    moved: Any
    released: Any
    cancelled: Any


class Tab(QWidget):
    """One page of the window: a view of one state in the store.

    A tab of its own names its state and its ``compute``, makes its widgets in `build`, and moves them in
    `render`. Its commands (`step_forward`, `reset`, …) are reached through `run` by the keys, the Tools menu
    and its own buttons alike; one that a tab does not override is unavailable there.

    Attributes
    ----------
    key, title : str
        The name in the store and on the command line, and the one on the screen.
    initial : State
        The state at first.
    compute : State -> Scene
        A pure function from `core.scenes`, as a static method.
    hint, keys : str
        What the status bar says, left and right: plain text with ``<b>`` and ``<kbd>``.
    speed : float
        Steps per second at first.
    store, theme
        As given.
    pane_switch : PaneSwitch
        Which panes are in sight; `build` tells it of them.
    playback : Playback
        The clock behind `play_or_pause`; it is one gesture in the history from play to pause.
    scene : Scene or None
        What was rendered last.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    initial: ClassVar[Any]
    hint: ClassVar[str] = ""
    keys: ClassVar[str] = ""
    speed: ClassVar[float] = 8.0

    def __init__(self, store: Store, theme: Theme) -> None:
        super().__init__()
        self.store = store
        self.theme = theme
        self.scene: Any = None
        self._rendered: Any = None
        self.pane_switch = PaneSwitch(self)
        self.playback = Playback(self.step_forward, self.speed, self)
        self.playback.started.connect(self.gesture_began)
        self.playback.stopped.connect(self.gesture_ended)
        self.playback.changed.connect(self._render_again)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.build()
        store.changed.connect(self._store_changed)

    # What a tab of its own defines.

    @staticmethod
    def compute(state: Any) -> Any:
        """Compute the scene of a state."""
        raise NotImplementedError

    def build(self) -> None:
        """Make every widget and item, once."""
        raise NotImplementedError

    def render(self, scene: Any) -> None:
        """Show all of ``scene``, and `playing` and the playback's speed; read nothing from a widget."""
        raise NotImplementedError

    # State.

    @property
    def state(self) -> Any:
        """The present state."""
        return self.store.state(self.key)

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self.playback.playing

    @property
    def kept_speed(self) -> float:
        """The speed that the tab keeps when it is built anew: that of what it plays at first."""
        return self.playback.speed

    def edited(self, *, recorded: bool = True, merge: str | None = None, **changes: Any) -> None:
        """Hand what the user changed to the store (see `Store.edit`)."""
        self.store.edit(self.key, recorded=recorded, merge=merge, **changes)

    def become(self, state: Any, *, recorded: bool = True, merge: str | None = None) -> None:
        """Hand all that is new in ``state`` to the store."""
        changes = {each.name: getattr(state, each.name) for each in fields(state)}
        self.edited(recorded=recorded, merge=merge, **changes)

    def gesture_began(self) -> None:
        """Make the edits until `gesture_ended` one entry of the history."""
        self.store.begin(self.key)

    def gesture_ended(self) -> None:
        """Close what `gesture_began` opened."""
        self.store.end(self.key)

    def gesture_cancelled(self) -> None:
        """Take back the edits since `gesture_began`."""
        self.store.cancel(self.key)

    def take_hold(self) -> None:
        """Begin a gesture by hand, which stops the clock."""
        self.playback.pause()
        self.gesture_began()

    def follow(
        self,
        handle: Dragged,
        moved: Callable[[float, float], None],
        pressed: Callable[[], None] | None = None,
    ) -> None:
        """Make each drag of a handle a gesture whose proposals go to ``moved``; ``pressed`` begins it."""
        handle.pressed.connect(pressed or self.take_hold)
        handle.moved.connect(lambda x, y, _alt: moved(x, y))
        handle.released.connect(self.gesture_ended)
        handle.cancelled.connect(self.gesture_cancelled)

    def obey(self, bar: TransportBar) -> None:
        """Let the buttons and the speed slider of a transport bar run the commands."""
        for signal, command in (
            (bar.reset, "reset"),
            (bar.back, "step_back"),
            (bar.play_toggled, "play_or_pause"),
            (bar.forward, "step_forward"),
        ):
            signal.connect(lambda command=command: self.run(command))
        bar.speed_changed.connect(self.playback.set_speed)

    def refresh(self) -> None:
        """Compute the scene of the present state and render it, where it is new and can be seen."""
        state = self.state
        if not self.isVisible() or state is self._rendered:
            return
        scene = self.scene_of(state)
        self._rendered = state
        if scene is not self.scene:
            self.scene = scene
            self.render(scene)

    def scene_of(self, state: Any) -> Any:
        """Compute what to show of a state; a tab may ask for less detail while much is moving."""
        return type(self).compute(state)

    def outdate(self) -> None:
        """Compute the scene at the next refresh, though the state may be the one that is shown."""
        self._rendered = None

    def retire(self) -> None:
        """Stop the clock and listen to the store no more; the tab is about to go."""
        self.playback.pause()
        self.store.changed.disconnect(self._store_changed)

    # Commands.

    @classmethod
    def offers(cls, command: str) -> bool:
        """Tell whether this tab does something of its own for ``command``."""
        if command in ("play_or_pause", "faster", "slower"):
            command = "step_forward"
        return getattr(cls, command) is not getattr(Tab, command)

    def run(self, command: str, count: int = 1) -> None:
        """Do ``command``, ``count`` steps of it where it counts; whatever moves by hand stops the clock."""
        if not self.offers(command):
            return
        if command not in ("play_or_pause", "faster", "slower"):
            self.playback.pause()
        if command in ("step_forward", "step_back"):
            getattr(self, command)(count)
        else:
            getattr(self, command)()

    def play_or_pause(self) -> None:
        """Start or stop the clock."""
        self.playback.toggle()

    def faster(self) -> None:
        """Double the speed."""
        self.playback.faster()

    def slower(self) -> None:
        """Halve the speed."""
        self.playback.slower()

    def step_forward(self, count: int = 1) -> bool:
        """Take ``count`` steps; return False when there are no more to take."""
        return False

    def step_back(self, count: int = 1) -> None:
        """Take ``count`` steps back."""

    def reset(self) -> None:
        """Go back to the start."""

    def forward_pass(self) -> None:
        """Run the whole forward pass."""

    def backward_pass(self) -> None:
        """Run the whole backward pass."""

    def fit_view(self) -> None:
        """Show all that matters in the plots."""

    def examples(self) -> Sequence[ExampleGroup]:
        """Return the ready examples: for each group its title and (key, text) pairs."""
        return ()

    def choose_example(self, key: str) -> None:
        """Load the example ``key``."""

    def panes(self) -> Sequence[tuple[str, str]]:
        """Return key and title of each pane that may be hidden."""
        return self.pane_switch.offered()

    def pane_shown(self, key: str) -> bool:
        """Tell whether the pane ``key`` is in sight."""
        return self.pane_switch.shown(key)

    def show_pane(self, key: str, shown: bool) -> None:
        """Bring the pane ``key`` into sight, or hide it."""
        self.pane_switch.show(key, shown)

    def take_focus(self) -> None:
        """Give the keyboard to the thing that is moved most, by default to the page itself."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Qt.

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while the tab was hidden."""
        super().showEvent(event)
        try:
            self.refresh()
        except Exception:  # an exception that leaves an override while show() runs is lost, and Qt may crash
            sys.excepthook(*sys.exc_info())

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop the clock: nobody is looking."""
        self.playback.pause()
        super().hideEvent(event)

    def _store_changed(self, key: str) -> None:
        if key == self.key:
            self.refresh()

    def _render_again(self) -> None:
        if self.scene is not None and self.isVisible():
            self.render(self.scene)
