"""The Derivative tab: what the slope is here, and how one knows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent, Qt

from core.scenes import derivative as core
from core.scenes.derivative import FUNCTIONS, DerivativeScene
from core.scenes.derivative_features import at_next_extremum
from core.scenes.derivative_steps import show_step
from core.scenes.ready import in_menu
from core.scenes.state import with_number
from core.scenes.zoom import zoom_at_point
from gui.players import Player, Players
from gui.plots import together
from gui.tab import ExampleGroup, Tab
from gui.tabs.derivative_first import HEIGHTS, WIDTHS, FirstLook
from gui.tabs.derivative_inspector import SHRINKING, DerivativeInspector
from gui.tabs.derivative_marks import connect_point
from gui.tabs.derivative_methods import ErrorPane, connect_methods
from gui.tabs.derivative_panes import FunctionPane, SlopePane
from gui.tabs.derivative_show import connect_show
from gui.tabs.derivative_side_panes import ZoomPane
from gui.tabs.derivative_steps import connect_steps
from gui.tabs.derivative_walk import connect_walk
from gui.tabs.layout import BELOW, BESIDE, lay_out, splitter
from gui.tabs.letter_sweep import LetterSweep
from gui.tabs.pane import Pane
from gui.theme import NARROW_WINDOW

HIDEABLE = {"zoom": "Zoom at the point", "errors": "Error versus h"}
"""Panes that a small window leaves out, and that the View menu hides and brings back."""

ARROWS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}

EXTREMA: dict[int, int] = {Qt.Key.Key_Home: -1, Qt.Key.Key_End: 1}
"""Keys that put the point on the next extremum, and in which direction."""

FINE, COARSE = 1.1, 10.0
"""What an arrow key multiplies h by, without and with Shift."""


class DerivativeTab(Tab):
    """A function of x with its tangent, its derivative, and the ways to find that numerically.

    Attributes
    ----------
    function, slope, zoom, errors : Pane
        The four plots.
    inspector : DerivativeInspector
        The cards.
    """

    key = "derivative"
    title = "Derivative"
    initial = FirstLook.initial
    compute = staticmethod(core.compute)
    hint = "Drag the blue point, or press <kbd>←</kbd> <kbd>→</kbd>. Drag the open circle to change h."
    keys = "Scroll to zoom · drag the background to pan"
    speed = 60.0

    def build(self) -> None:
        """Make the four plots and the cards."""
        self.function = FunctionPane(self.theme)
        self.slope = SlopePane(self.theme)
        self.zoom = ZoomPane(self.theme)
        self.errors = ErrorPane(self.theme)
        self.inspector = DerivativeInspector(self.theme)
        self.slope.plot.link_x(self.function.plot)
        self._labels_timer = QTimer(self, singleShot=True, interval=0)
        self._labels_timer.timeout.connect(self._render_again)
        shrinking = Player(self._shrink, self._grow, self._reset_h, self._begin_shrinking, self.speed)
        self.players = Players(self.playback, SHRINKING, shrinking)
        self._lay_out()
        self._connect_plots()
        self._connect_inspector()

    def _lay_out(self) -> None:
        left = splitter(BELOW, (self.function, self.slope), HEIGHTS)
        right = splitter(BELOW, (self.zoom, self.errors), HEIGHTS)
        left.splitterMoved.connect(lambda: right.setSizes(left.sizes()))
        right.splitterMoved.connect(lambda: left.setSizes(right.sizes()))
        lay_out(self, splitter(BESIDE, (left, right), WIDTHS), self.inspector)
        for key, pane in self._panes.items():
            self.pane_switch.add(key, pane, HIDEABLE.get(key, ""))
            pane.header.expand_toggled.connect(partial(self.pane_switch.enlarge, key))
        self.pane_switch.hide_empty(left, right)
        self.pane_switch.changed.connect(self._lay_labels_soon)

    def _connect_plots(self) -> None:
        for pane in self._panes.values():
            pane.plot.resized.connect(self._lay_labels_soon)
        self.function.plot.view_changed.connect(lambda view: self.edited(recorded=False, view=view))
        self.slope.plot.view_changed.connect(self._move_slope_view)
        movers = (self.function.point, self.function.lost_point, self.function.tangent)
        connect_point(self, self.function.plot, movers)
        connect_show(self.function.show_button, self)
        for handle in movers:
            handle.nudged.connect(lambda dx, _dy, shift: self._nudge(dx, shift))
        self.follow(self.function.beyond, lambda x, _y: self.become(core.with_point_beyond(self.state, x)))
        connect_methods(self.inspector.numerical, self.errors, self)
        for handle in (self.function.beyond, self.errors.step):
            handle.nudged.connect(self._nudge_h)

    def _connect_inspector(self) -> None:
        formula, step = self.inspector.formula, self.inspector.numerical.step
        formula.field.edited.connect(self._type)
        formula.field.chosen.connect(self.choose_example)
        formula.letters.pressed.connect(self.take_hold)
        formula.letters.released.connect(self.gesture_ended)
        formula.letters.moved.connect(self._set_letter)
        formula.letters.committed.connect(self._set_letter)
        step.pressed.connect(self.take_hold)
        step.released.connect(self.gesture_ended)
        step.moved.connect(lambda h: self.become(core.with_h(self.state, h)))
        step.committed.connect(self._commit_h)
        self.inspector.readouts.x_committed.connect(lambda x: self.become(core.at_exactly(self.state, x)))
        claim = self.inspector.claim.claim
        claim.field.edited.connect(lambda text: self.become(core.with_claim(self.state, text), merge="claim"))
        claim.step_asked.connect(self._show_step)
        connect_steps(self.inspector.steps, self)
        connect_walk(self.inspector.walk, self, self.players, self.inspector)
        self.sweep = LetterSweep(self, formula.letters, self.players, self._numbers, self._put_letter)
        self.inspector.numerical.play.clicked.connect(lambda: self.players.toggle(SHRINKING))

    @property
    def _panes(self) -> dict[str, Pane]:
        return {"function": self.function, "slope": self.slope, "zoom": self.zoom, "errors": self.errors}

    # Showing.

    @property
    def kept_speed(self) -> float:
        """The speed of what is played at first."""
        return self.players.speed(SHRINKING)

    def render(self, scene: DerivativeScene) -> None:
        """Show all of the scene."""
        with together(pane.plot for pane in self._panes.values()):
            self._show_plots(scene)
        self.inspector.show_scene(scene, self.players.chosen if self.playing else "")
        self.sweep.show(scene.parameters)

    def _show_plots(self, scene: DerivativeScene) -> None:
        self.function.show_scene(scene)
        self.slope.show_scene(scene)
        if self.pane_shown("zoom"):
            around, here = self.function.plot.projection, self.zoom.plot.projection
            shape = (here.width / around.width, here.height / around.height)
            self.zoom.show_zoom(scene, zoom_at_point(scene, shape))
        if self.pane_shown("errors"):
            self.errors.show_scene(scene)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up the small plots in a small window."""
        super().resizeEvent(event)
        roomy = self.window().width() >= NARROW_WINDOW
        self.pane_switch.leave_out(() if roomy else tuple(HIDEABLE))

    def _lay_labels_soon(self) -> None:
        self._labels_timer.start()

    # Gestures.

    def _move_slope_view(self, view: tuple[float, float, float, float]) -> None:
        self.edited(recorded=False, view=(*view[:2], *self.state.view[2:]), slope_range=view[2:])

    def _nudge(self, steps: int, shift: bool) -> None:
        self.become(core.nudged(self.state, steps * (10 if shift else 1)), merge="x")

    def _nudge_h(self, dx: int, dy: int, shift: bool) -> None:
        self.playback.pause()
        self.become(
            core.with_h(self.state, self.state.h * (COARSE if shift else FINE) ** (dx + dy)), merge="h"
        )

    def _type(self, text: str) -> None:
        self.playback.pause()
        self.become(core.type_formula(self.state, text), merge="typing")

    def _set_letter(self, name: str, value: float) -> None:
        self.playback.pause()
        self._put_letter(name, value)

    def _put_letter(self, name: str, value: float) -> None:
        self.edited(parameters=with_number(self.state.parameters, name, value))

    def _numbers(self) -> dict[str, float]:
        return dict(self.state.parameters)

    def _show_step(self, step: int) -> None:
        self.inspector.steps.show_folded(False)
        self.inspector.ensureWidgetVisible(self.inspector.steps.table, 0, 12)
        self.become(show_step(self.state, step))

    def _commit_h(self, h: float) -> None:
        self.playback.pause()
        self.become(core.with_h(self.state, h))
        self._render_again()  # a number beyond the ends gives way to the end

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the point with the arrow keys that nothing else wanted, and with Home and End to extrema."""
        steps = ARROWS.get(event.key(), 0)
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if steps and not held:
            self._nudge(steps, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif not held and event.key() in EXTREMA:
            self.become(at_next_extremum(self.state, EXTREMA[event.key()]), merge="x")
        else:
            super().keyPressEvent(event)

    # Commands.

    def _begin_shrinking(self) -> None:
        """Start from the usual h where there is no way left to go."""
        if self.state.h <= core.shrunk_end(self.state):
            self.edited(h=self.initial.h)

    def step_forward(self, count: int = 1) -> bool:
        """Take steps with what is played: h towards 0, the walk downhill, or a letter."""
        return self.players.present.forward(count)

    def step_back(self, count: int = 1) -> None:
        """Take steps back with it."""
        self.players.present.back(count)

    def reset(self) -> None:
        """Take it back to its start."""
        self.players.present.reset()

    def _shrink(self, count: int) -> bool:
        self.become(core.shrunk(self.state, count))
        return bool(self.state.h > core.shrunk_end(self.state))

    def _grow(self, count: int) -> None:
        self.become(core.shrunk(self.state, -count))

    def _reset_h(self) -> None:
        self.edited(h=self.initial.h)

    def fit_view(self) -> None:
        """Show the function, its derivative, and the point."""
        fitted = core.fit_view(self.state)
        self.edited(recorded=False, view=fitted.view, slope_range=fitted.slope_range)

    def examples(self) -> Sequence[ExampleGroup]:
        """List the ready functions, each with its line."""
        return in_menu(FUNCTIONS, lambda preset: f"{preset.title}: {preset.remark}")

    def choose_example(self, key: str) -> None:
        """Load a ready function."""
        self.playback.pause()
        preset = next(preset for preset in FUNCTIONS if preset.key == key)
        self.become(core.choose_preset(self.state, preset))
