"""The Regression tab: a line through points, its loss landscape, and the way down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from itertools import groupby
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core.scenes.regression import (
    PRESETS,
    RegressionScene,
    RegressionState,
    compute,
    fitted,
    present,
    stepped,
    with_intercept,
    with_intercept_through,
    with_learning_rate,
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
from gui.tabs.regression_inspector import RegressionInspector
from gui.tabs.regression_panes import DataPane, LandscapePane, LossPane, Pane, listen


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
    compute = staticmethod(compute)  # type: ignore[assignment]
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
        self.inspector = RegressionInspector(
            self.theme, self.initial.start, self.initial.learning_rate, self.examples()
        )
        self._anchor = 0.0
        self._lay_out()
        self._connect_plots()
        self._connect_controls()

    def _lay_out(self) -> None:
        self._upper = QSplitter(Qt.Orientation.Horizontal)
        self._whole = QSplitter(Qt.Orientation.Vertical)
        for splitter, parts, shares in (
            (self._upper, (self.data, self.landscape), (470, 470)),
            (self._whole, (self._upper, self.losses), (454, 214)),
        ):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
            for index, (part, share) in enumerate(zip(parts, shares, strict=True)):
                splitter.addWidget(part)
                splitter.setStretchFactor(index, share)
            splitter.setSizes(list(shares))
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._whole, 1)
        column.addWidget(self.transport)
        edge = QWidget()
        edge.setFixedWidth(1)
        edge.setStyleSheet(f"background: {self.theme.border}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
        row.addWidget(edge)
        row.addWidget(self.inspector)

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
            pane.header.expand_toggled.connect(partial(self._toggle_pane, pane))
        self.data.handle_added.connect(self._listen_to_point)
        self.data.plot.double_clicked.connect(self._point_added)
        gesture = {"released": self.gesture_ended, "cancelled": self.gesture_cancelled}
        self._gesture = gesture
        listen(
            self.data.intercept,
            pressed=partial(self._line_pressed, "intercept_handle"),
            moved=self._intercept_moved,
            nudged=self._intercept_nudged,
            **gesture,
        )
        listen(
            self.data.slope,
            pressed=self._pressed,
            moved=self._slope_moved,
            nudged=self._slope_nudged,
            **gesture,
        )
        listen(
            self.landscape.point,
            pressed=self._pressed,
            moved=self._start_moved,
            nudged=self._start_nudged,
            **gesture,
        )
        listen(
            self.losses.now,
            pressed=self._pressed,
            moved=self._step_moved,
            nudged=self._step_nudged,
            **gesture,
        )

    def _connect_controls(self) -> None:
        self.losses.scale.chosen.connect(lambda key: self.edited(loss_scale=key))
        cards = self.inspector
        for row, change in (
            (cards.formula.slope, with_slope),
            (cards.formula.intercept, with_intercept),
            (cards.descent.rate, with_learning_rate),
        ):
            self._connect_slider(row, change)
        cards.descent.optimizer.chosen.connect(lambda key: self.edited(optimizer=key))
        cards.data.chosen.connect(self.choose_example)
        bar = self.transport
        bar.reset.connect(lambda: self.run("reset"))
        bar.back.connect(lambda: self.run("step_back"))
        bar.forward.connect(lambda: self.run("step_forward"))
        bar.play_toggled.connect(lambda: self.run("play_or_pause"))
        bar.step_chosen.connect(self._step_chosen)
        bar.speed_changed.connect(self.playback.set_speed)

    def _connect_slider(self, row: SliderRow, change: Any) -> None:
        def propose(value: float) -> None:
            self._take(change(self.state, value))

        def commit(value: float) -> None:
            self.playback.pause()
            propose(value)

        row.pressed.connect(self._pressed)
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
        self._take(after, merge="step")
        return after.step == before.step + count

    def step_back(self, count: int = 1) -> None:
        """Take ``count`` steps back."""
        self._take(stepped(self.state, -count), merge="step")

    def reset(self) -> None:
        """Go back to the start."""
        self._take(with_step(self.state, 0))

    def fit_view(self) -> None:
        """Show all points, the optimum with the start, and all steps."""
        self._take(fitted(self.state, self.landscape.aspect), recorded=False)

    def examples(self) -> Sequence[ExampleGroup]:
        """Return the data sets by group."""
        return tuple(
            (group, tuple((preset.key, f"{preset.title}: {preset.remark}") for preset in presets))
            for group, presets in groupby(PRESETS, key=lambda preset: preset.group)
        )

    def choose_example(self, key: str) -> None:
        """Load the data set ``key``."""
        self.playback.pause()
        preset = next(preset for preset in PRESETS if preset.key == key)
        self._take(with_preset(self.state, preset, self.landscape.aspect))

    def take_focus(self) -> None:
        """Give the keyboard to the data."""
        self.data.plot.setFocus(Qt.FocusReason.OtherFocusReason)

    # Gestures.

    def _take(self, state: RegressionState, *, recorded: bool = True, merge: str | None = None) -> None:
        """Hand the fields that differ to the store."""
        changes = {field.name: getattr(state, field.name) for field in fields(state)}
        self.edited(recorded=recorded, merge=merge, **changes)

    def _pressed(self) -> None:
        self.playback.pause()
        self.gesture_began()

    def _view_changed(self, field: str, view: tuple[float, ...]) -> None:
        if self.scene is None:  # a plot that finds its size before the first scene has nothing to tell
            return
        changes: dict[str, Any] = {field: tuple(view)}
        self.edited(recorded=False, **changes)

    def _listen_to_point(self, handle: DragHandle, index: int) -> None:
        listen(
            handle,
            pressed=self._pressed,
            moved=partial(self._point_moved, index),
            nudged=partial(self._point_nudged, index),
            **self._gesture,
        )
        handle.removed.connect(partial(self._point_removed, index))

    def _point_moved(self, index: int, x: float, y: float) -> None:
        self._take(with_point_moved(self.state, index, x, y))

    def _point_nudged(self, index: int, dx: int, dy: int, shift: bool) -> None:
        if index < len(self.state.points):
            x, y = self.state.points[index]
            right, up = self.data.plot.nudge_step(dx, dy, shift)
            self._take(with_point_moved(self.state, index, x + right, y + up), merge=f"nudge {index}")

    def _point_added(self, x: float, y: float) -> None:
        self._take(with_point(self.state, x, y))

    def _point_removed(self, index: int) -> None:
        self._take(without_point(self.state, index))

    def _line_pressed(self, handle: str) -> None:
        self._anchor = getattr(compute(self.state), handle)[0]
        self._pressed()

    def _intercept_moved(self, _x: float, y: float) -> None:
        self._take(with_intercept_through(self.state, self._anchor, y))

    def _intercept_nudged(self, _dx: int, dy: int, shift: bool) -> None:
        up = self.data.plot.nudge_step(0, dy, shift)[1]
        self._take(with_intercept(self.state, present(self.state)[1] + up), merge="nudge b")

    def _slope_moved(self, x: float, y: float) -> None:
        self._take(with_slope_through(self.state, x, y))

    def _slope_nudged(self, _dx: int, dy: int, shift: bool) -> None:
        x, y = compute(self.state).slope_handle
        up = self.data.plot.nudge_step(0, dy, shift)[1]
        self._take(with_slope_through(self.state, x, y + up), merge="nudge w")

    def _start_moved(self, w: float, b: float) -> None:
        self._take(with_start(self.state, w, b))

    def _start_nudged(self, dx: int, dy: int, shift: bool) -> None:
        w, b = present(self.state)
        right, up = self.landscape.plot.nudge_step(dx, dy, shift)
        self._take(with_start(self.state, w + right, b + up), merge="nudge start")

    def _step_moved(self, x: float, _y: float) -> None:
        furthest = compute(self.state).descent.last_step
        self._take(with_step(self.state, round(min(max(x, 0.0), float(furthest)))))

    def _step_nudged(self, dx: int, _dy: int, shift: bool) -> None:
        self._take(stepped(self.state, dx * (10 if shift else 1)), merge="step")

    def _step_chosen(self, step: int) -> None:
        self.playback.pause()
        self._take(with_step(self.state, step))

    def _toggle_pane(self, pane: Pane) -> None:
        """Give all the room to one plot, or share it again."""
        others = [other for other in (self.data, self.landscape, self.losses) if other is not pane]
        shared = all(other.isHidden() for other in others)
        for other in others:
            other.setVisible(shared)
        self._upper.setVisible(shared or pane is not self.losses)
