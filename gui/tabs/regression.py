"""The Regression tab: a line through points, its loss landscape, and the way down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt

from core.scenes.ready import in_menu
from core.scenes.regression import RegressionScene, compute
from core.scenes.regression_state import (
    PRESETS,
    RegressionState,
    fitted,
    present,
    stepped,
    with_intercept,
    with_intercept_through,
    with_learning_rate,
    with_momentum,
    with_optimizer,
    with_point,
    with_point_moved,
    with_preset,
    with_slope,
    with_slope_through,
    with_start,
    with_step,
    without_point,
)
from gui.controls import SliderRow, TransportBar
from gui.handles import DragHandle
from gui.tab import ExampleGroup, Tab
from gui.tabs.layout import BELOW, BESIDE, lay_out, splitter
from gui.tabs.pane import Pane
from gui.tabs.regression_inspector import RegressionInspector
from gui.tabs.regression_panes import DataPane, LandscapePane, LossPane


class RegressionTab(Tab):
    """Which line fits the points best, and how descent finds it.

    Attributes
    ----------
    data, landscape, losses : Pane
        The three plots.
    inspector : RegressionInspector
        The cards at the right.
    transport : TransportBar
        The bar that runs the steps.
    """

    key = "regression"
    title = "Regression"
    initial = RegressionState()
    compute = staticmethod(compute)
    hint = (
        "Drag a data point, a line handle, or the point in the landscape. "
        "Double-click to add a point, <kbd>Del</kbd> to remove one."
    )
    keys = "<kbd>Space</kbd> play <kbd>.</kbd> step <kbd>,</kbd> back"

    def build(self) -> None:
        """Make every widget and item, once."""
        self.data = DataPane(self.theme)
        self.landscape = LandscapePane(self.theme)
        self.losses = LossPane(self.theme)
        self.transport = TransportBar(self.theme)
        self.inspector = RegressionInspector(self.theme, self.initial.start, self.examples())
        self._anchor = 0.0
        self._lay_out()
        self._connect_plots()
        self._connect_controls()

    def _lay_out(self) -> None:
        upper = splitter(BESIDE, (self.data, self.landscape), (470, 470))
        whole = splitter(BELOW, (upper, self.losses), (454, 214))
        lay_out(self, whole, self.inspector, self.transport)
        for key, pane, title in (
            ("data", self.data, ""),
            ("landscape", self.landscape, "Loss landscape"),
            ("losses", self.losses, "Loss at each step"),
        ):
            self.pane_switch.add(key, pane, title)
            pane.header.expand_toggled.connect(partial(self.pane_switch.enlarge, key))
        self.pane_switch.hide_empty(upper)

    def _connect_plots(self) -> None:
        state = self.state
        self.data.plot.show_view(state.data_view)
        self.landscape.plot.show_view(state.landscape_view)
        panes: dict[str, Pane] = {
            "data_view": self.data,
            "landscape_view": self.landscape,
            "loss_view": self.losses,
        }
        for field, pane in panes.items():
            pane.plot.view_changed.connect(partial(self._view_changed, field))
        self.data.handle_added.connect(self._listen_to_point)
        self.data.plot.double_clicked.connect(self._point_added)
        for handle, moved, nudged in (
            (self.data.slope, self._slope_moved, self._slope_nudged),
            (self.landscape.point, self._start_moved, self._start_nudged),
            (self.losses.now, self._step_moved, self._step_nudged),
        ):
            self.follow(handle, moved)
            handle.nudged.connect(nudged)
        self.follow(self.data.intercept, self._intercept_moved, self._intercept_pressed)
        self.data.intercept.nudged.connect(self._intercept_nudged)

    def _connect_controls(self) -> None:
        self.losses.scale.chosen.connect(lambda key: self.edited(loss_scale=key))
        cards = self.inspector
        for row, change in (
            (cards.formula.slope, with_slope),
            (cards.formula.intercept, with_intercept),
            (cards.descent.rate, with_learning_rate),
            (cards.descent.momentum, with_momentum),
        ):
            self._connect_slider(row, change)
        cards.descent.optimizer.chosen.connect(lambda key: self.become(with_optimizer(self.state, key)))
        cards.data.chosen.connect(self.choose_example)
        self.obey(self.transport)
        self.transport.step_chosen.connect(self._step_chosen)

    def _connect_slider(self, row: SliderRow, change: Any) -> None:
        def propose(value: float) -> None:
            self.become(change(self.state, value))

        def commit(value: float) -> None:
            self.playback.pause()
            propose(value)

        row.pressed.connect(self.take_hold)
        row.moved.connect(propose)
        row.released.connect(self.gesture_ended)
        row.committed.connect(commit)

    def render(self, scene: RegressionScene) -> None:
        """Show all of a scene."""
        self.data.render(scene)
        self.landscape.render(scene)
        self.losses.render(scene)
        self.inspector.render(scene)
        self.transport.show_state(
            step=scene.step,
            playing=self.playing,
            can_back=scene.step > 0,
            can_forward=scene.can_go_on,
            speed=self.playback.speed,
        )
        if self.landscape.view_differs(scene):
            self._view_changed("landscape_view", self.landscape.plot.view)

    # Commands.

    def step_forward(self, count: int = 1) -> bool:
        """Take ``count`` steps; return False when descent has ended."""
        before = with_step(self.state, self.state.step)
        after = stepped(before, count)
        self.become(after, merge="step")
        return after.step == before.step + count

    def step_back(self, count: int = 1) -> None:
        """Take ``count`` steps back."""
        self.become(stepped(self.state, -count), merge="step")

    def reset(self) -> None:
        """Go back to the start."""
        self.become(with_step(self.state, 0))

    def fit_view(self) -> None:
        """Show all points, the optimum with the start, and all steps."""
        self.become(fitted(self.state, self.landscape.aspect), recorded=False)

    def examples(self) -> Sequence[ExampleGroup]:
        """Return the data sets by group."""
        return in_menu(PRESETS, lambda preset: f"{preset.title}: {preset.remark}")

    def choose_example(self, key: str) -> None:
        """Load the data set ``key``."""
        self.playback.pause()
        preset = next(preset for preset in PRESETS if preset.key == key)
        self.become(with_preset(self.state, preset, self.landscape.aspect))

    def take_focus(self) -> None:
        """Give the keyboard to the data."""
        self.data.plot.setFocus(Qt.FocusReason.OtherFocusReason)

    # Gestures.

    def _view_changed(self, field: str, view: tuple[float, ...]) -> None:
        if self.scene is None:  # a plot that finds its size before the first scene has nothing to tell
            return
        changes: dict[str, Any] = {field: tuple(view)}
        self.edited(recorded=False, **changes)

    def _listen_to_point(self, handle: DragHandle, index: int) -> None:
        self.follow(handle, partial(self._point_moved, index))
        handle.nudged.connect(partial(self._point_nudged, index))
        handle.removed.connect(partial(self._point_removed, index))

    def _point_moved(self, index: int, x: float, y: float) -> None:
        self.become(with_point_moved(self.state, index, x, y))

    def _point_nudged(self, index: int, dx: int, dy: int, shift: bool) -> None:
        if index < len(self.state.points):
            x, y = self.state.points[index]
            right, up = self.data.plot.nudge_step(dx, dy, shift)
            self.become(with_point_moved(self.state, index, x + right, y + up), merge=f"nudge {index}")

    def _point_added(self, x: float, y: float) -> None:
        self.become(with_point(self.state, x, y))

    def _point_removed(self, index: int) -> None:
        points = self.state.points
        if len(points) == 1 and index == 0:
            self.data.refuse_removal(*points[0])
        else:
            self.become(without_point(self.state, index))

    def _intercept_pressed(self) -> None:
        self._anchor = compute(self.state).intercept_handle[0]
        self.take_hold()

    def _intercept_moved(self, _x: float, y: float) -> None:
        self.become(with_intercept_through(self.state, self._anchor, y))

    def _intercept_nudged(self, _dx: int, dy: int, shift: bool) -> None:
        up = self.data.plot.nudge_step(0, dy, shift)[1]
        self.become(with_intercept(self.state, present(self.state)[1] + up), merge="nudge b")

    def _slope_moved(self, x: float, y: float) -> None:
        self.become(with_slope_through(self.state, x, y))

    def _slope_nudged(self, _dx: int, dy: int, shift: bool) -> None:
        x, y = compute(self.state).slope_handle
        up = self.data.plot.nudge_step(0, dy, shift)[1]
        self.become(with_slope_through(self.state, x, y + up), merge="nudge w")

    def _start_moved(self, w: float, b: float) -> None:
        self.become(with_start(self.state, w, b))

    def _start_nudged(self, dx: int, dy: int, shift: bool) -> None:
        w, b = present(self.state)
        right, up = self.landscape.plot.nudge_step(dx, dy, shift)
        self.become(with_start(self.state, w + right, b + up), merge="nudge start")

    def _step_moved(self, x: float, _y: float) -> None:
        furthest = compute(self.state).descent.last_step
        self.become(with_step(self.state, round(min(max(x, 0.0), float(furthest)))))

    def _step_nudged(self, dx: int, _dy: int, shift: bool) -> None:
        self.become(stepped(self.state, dx * (10 if shift else 1)), merge="step")

    def _step_chosen(self, step: int) -> None:
        self.playback.pause()
        self.become(with_step(self.state, step))
