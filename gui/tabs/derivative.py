"""The Derivative tab: what the slope is here, and how one knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter

from core.scenes import derivative as core
from core.scenes.derivative import FUNCTIONS, DerivativeScene, DerivativeState
from core.scenes.state import with_number
from core.scenes.zoom import zoom_at_point
from gui.handles import Draggable
from gui.tab import ExampleGroup, Tab
from gui.tabs.derivative_inspector import DerivativeInspector
from gui.tabs.derivative_panes import FunctionPane, Pane, SlopePane
from gui.tabs.derivative_side_panes import ErrorPane, ZoomPane
from gui.theme import NARROW_WINDOW, Theme

WIDTHS = (639, 300)
HEIGHTS = (441, 270)
"""Proportions of the panes."""

ARROWS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}

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
    initial = DerivativeState()
    compute = staticmethod(core.compute)  # type: ignore[assignment]
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
        self._enlarged: Pane | None = None
        self._lay_out()
        self._connect_plots()
        self._connect_inspector()
        self.playback.started.connect(self._begin_shrinking)

    def _lay_out(self) -> None:
        self._left = _column(self.function, self.slope)
        self._right = _column(self.zoom, self.errors)
        self._left.splitterMoved.connect(lambda: self._right.setSizes(self._left.sizes()))
        self._right.splitterMoved.connect(lambda: self._left.setSizes(self._right.sizes()))
        plots = QSplitter(Qt.Orientation.Horizontal)
        for index, column in enumerate((self._left, self._right)):
            plots.addWidget(column)
            plots.setCollapsible(index, False)
            plots.setStretchFactor(index, WIDTHS[index])
        plots.setHandleWidth(1)
        plots.setSizes(list(WIDTHS))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(plots, 1)
        row.addWidget(_hairline(self.theme))
        row.addWidget(self.inspector)

    def _connect_plots(self) -> None:
        for pane in self._panes:
            pane.header.expand_toggled.connect(lambda pane=pane: self._enlarge(pane))
            pane.plot.resized.connect(self._lay_labels_soon)
        self._labels_timer = QTimer(self, singleShot=True, interval=0)
        self._labels_timer.timeout.connect(self._render_again)
        self.function.plot.view_changed.connect(lambda view: self.edited(recorded=False, view=view))
        self.slope.plot.view_changed.connect(self._move_slope_view)
        for handle in (self.function.point, self.function.lost_point, self.function.tangent):
            self._obey(handle, lambda x: core.with_x(self.state, x))
            handle.nudged.connect(lambda dx, _dy, shift: self._nudge(dx, shift))
        self._obey(self.function.beyond, lambda x: core.with_point_beyond(self.state, x))
        self._obey(self.errors.step, lambda h: core.with_h(self.state, h))
        for handle in (self.function.beyond, self.errors.step):
            handle.nudged.connect(self._nudge_h)

    def _connect_inspector(self) -> None:
        formula, step = self.inspector.formula, self.inspector.numerical.step
        formula.edited.connect(self._type)
        formula.example_chosen.connect(self.choose_example)
        formula.letter_pressed.connect(self._take_hold)
        formula.letter_released.connect(self.gesture_ended)
        formula.letter_moved.connect(self._set_letter)
        formula.letter_committed.connect(self._set_letter)
        step.pressed.connect(self._take_hold)
        step.released.connect(self.gesture_ended)
        step.moved.connect(lambda h: self._become(core.with_h(self.state, h)))
        step.committed.connect(self._commit_h)
        self.inspector.numerical.play.clicked.connect(lambda: self.run("play_or_pause"))

    @property
    def _panes(self) -> tuple[Pane, ...]:
        return self.function, self.slope, self.zoom, self.errors

    # Showing.

    def render(self, scene: DerivativeScene) -> None:
        """Show all of the scene."""
        self.function.show_scene(scene)
        self.slope.show_scene(scene)
        self.inspector.show_scene(scene, self.playing)
        if not self._right.isHidden():
            around, here = self.function.plot.projection, self.zoom.plot.projection
            shape = (here.width / around.width, here.height / around.height)
            self.zoom.show_zoom(scene, zoom_at_point(scene, shape))
            self.errors.show_scene(scene)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up the small plots in a small window."""
        super().resizeEvent(event)
        self._show_panes()

    def _show_panes(self) -> None:
        """Show the enlarged pane alone, or all for which there is room."""
        roomy = self.window().width() >= NARROW_WINDOW
        enlarged = self._enlarged
        for pane in self._panes:
            pane.setVisible(enlarged in (None, pane))
        self._left.setVisible(enlarged in (None, self.function, self.slope))
        self._right.setVisible(enlarged in (self.zoom, self.errors) or (enlarged is None and roomy))
        self._lay_labels_soon()

    def _enlarge(self, pane: Pane) -> None:
        self._enlarged = None if self._enlarged is pane else pane
        self._show_panes()

    def _lay_labels_soon(self) -> None:
        self._labels_timer.start()

    # Gestures.

    def _become(self, state: DerivativeState, merge: str | None = None) -> None:
        """Hand all that is new in `state` to the store."""
        self.edited(merge=merge, **{each.name: getattr(state, each.name) for each in fields(state)})

    def _obey(self, handle: Draggable, place: Callable[[float], DerivativeState]) -> None:
        """Let a handle propose x, and take over the state that follows from it."""
        handle.pressed.connect(self._take_hold)
        handle.moved.connect(lambda x, _y, _alt: self._become(place(x)))
        handle.released.connect(self.gesture_ended)
        handle.cancelled.connect(self.gesture_cancelled)

    def _take_hold(self) -> None:
        self.playback.pause()
        self.gesture_began()

    def _move_slope_view(self, view: tuple[float, float, float, float]) -> None:
        self.edited(recorded=False, view=(*view[:2], *self.state.view[2:]), slope_range=view[2:])

    def _nudge(self, steps: int, shift: bool) -> None:
        self._become(core.nudged(self.state, steps * (10 if shift else 1)), "x")

    def _nudge_h(self, dx: int, dy: int, shift: bool) -> None:
        self.playback.pause()
        self._become(core.with_h(self.state, self.state.h * (COARSE if shift else FINE) ** (dx + dy)), "h")

    def _type(self, text: str) -> None:
        self.playback.pause()
        self._become(core.type_formula(self.state, text), "typing")

    def _set_letter(self, name: str, value: float) -> None:
        self.playback.pause()
        self.edited(parameters=with_number(self.state.parameters, name, value))

    def _commit_h(self, h: float) -> None:
        self.playback.pause()
        self._become(core.with_h(self.state, h))
        self._render_again()  # a refused number gives way to the present one

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the point with the arrow keys that nothing else wanted."""
        steps = ARROWS.get(event.key(), 0)
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if steps and not held:
            self._nudge(steps, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    # Commands.

    def _begin_shrinking(self) -> None:
        """Start from the usual h where there is no way left to go."""
        if self.state.h <= core.SHRUNK_H:
            self.edited(h=self.initial.h)

    def step_forward(self, count: int = 1) -> bool:
        """Take h nearer to 0."""
        self._become(core.shrunk(self.state, count))
        return bool(self.state.h > core.SHRUNK_H)

    def step_back(self, count: int = 1) -> None:
        """Take h away from 0."""
        self._become(core.shrunk(self.state, -count))

    def reset(self) -> None:
        """Give h its first value."""
        self.edited(h=self.initial.h)

    def fit_view(self) -> None:
        """Show the function, its derivative, and the point."""
        fitted = core.fit_view(self.state)
        self.edited(recorded=False, view=fitted.view, slope_range=fitted.slope_range)

    def examples(self) -> Sequence[ExampleGroup]:
        """List the ready functions."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for preset in FUNCTIONS:
            groups.setdefault(preset.group, []).append((preset.key, preset.title))
        return tuple(groups.items())

    def choose_example(self, key: str) -> None:
        """Load a ready function."""
        self.playback.pause()
        preset = next(preset for preset in FUNCTIONS if preset.key == key)
        self._become(core.choose_preset(self.state, preset))


def _column(upper: Pane, lower: Pane) -> QSplitter:
    column = QSplitter(Qt.Orientation.Vertical)
    for index, pane in enumerate((upper, lower)):
        column.addWidget(pane)
        column.setCollapsible(index, False)
        column.setStretchFactor(index, HEIGHTS[index])
    column.setHandleWidth(1)
    column.setSizes(list(HEIGHTS))
    return column


def _hairline(theme: Theme) -> QFrame:
    line = QFrame()
    line.setFixedWidth(1)
    line.setStyleSheet(f"background: {theme.border}")
    return line
