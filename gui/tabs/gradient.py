"""The Gradient tab: which way is up, how steep, and where one gets by going down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from core.scenes import gradient as core
from core.scenes import gradient_state as choices
from core.scenes.gradient import GradientScene
from core.scenes.gradient_slices import with_slice_moved
from core.scenes.gradient_state import GradientState
from core.scenes.level_map import COARSE_COLUMNS, COLUMNS
from core.scenes.ready import in_menu
from core.scenes.state import View, with_number
from gui.controls import TransportBar
from gui.players import Player, Players
from gui.plot_hand import ARROWS
from gui.tab import ExampleGroup, Tab
from gui.tabs.gradient_basins import connect_basins
from gui.tabs.gradient_descent_column import ColumnSwitch, DescentColumn, connect_column
from gui.tabs.gradient_inspector import GradientInspector
from gui.tabs.gradient_local import connect_local
from gui.tabs.gradient_local_panes import AlongPane, PolarPane
from gui.tabs.gradient_panes import MapPane, SlicePane
from gui.tabs.gradient_race_controls import connect_race
from gui.tabs.gradient_rules import connect_rules
from gui.tabs.gradient_stability import connect_stability
from gui.tabs.gradient_surface import connect_surface
from gui.tabs.layout import BELOW, BESIDE, column, lay_out, splitter
from gui.tabs.letter_sweep import LetterSweep
from gui.theme import NARROW_WINDOW

DESCENT = "descent"
"""What the clock plays at first."""

SPEEDS = (0.1, 4000.0)
"""Ends of the slider of the speed, in steps per second."""

SLICES, NARROW_SLICES = 276, 196
"""Width of the slices, in a usual window and in a small one."""


class GradientTab(Tab):
    """A function of x and y from above, its gradient at a point, and descent from there.

    Attributes
    ----------
    map : MapPane
        The function from above.
    slices : tuple of SlicePane
        Along x and along y.
    along_u, polar : AlongPane, PolarPane
        Along u, and the slope in every direction; shown on demand.
    descent : DescentColumn
        The race, in the place of the slices.
    columns : ColumnSwitch
        Chooses between the two.
    inspector : GradientInspector
        The cards at the right.
    transport : TransportBar
        The bar that runs the steps.
    """

    key = "gradient"
    title = "Gradient"
    initial = GradientState()
    compute = staticmethod(core.compute)
    hint = "Drag <b>P</b> anywhere; drag the ring handle to turn the direction <b>u</b>."
    keys = "<kbd>Space</kbd> play <kbd>.</kbd> step <kbd>,</kbd> back"

    def build(self) -> None:
        """Make every widget and item, once."""
        self.map = MapPane(self.theme)
        self.slices = (SlicePane(self.theme, 0), SlicePane(self.theme, 1))
        self.transport = TransportBar(self.theme, speeds=SPEEDS, default_speed=self.speed)
        self.along_u, self.polar = AlongPane(self.theme), PolarPane(self.theme)
        self.descent = DescentColumn(self.theme)
        self.inspector = GradientInspector(self.theme)
        self._labels_timer = QTimer(self, singleShot=True, interval=0)
        self._labels_timer.timeout.connect(self._write_labels_anew)
        self._narrow: bool | None = None
        self._coarse = False
        self._known_view: View | None = None
        descending = Player(self._descend, self._climb, self._return, lambda: None, self.speed)
        self.players = Players(self.playback, DESCENT, descending)
        self._lay_out()
        self._connect_plots()
        self._connect_cards()
        connect_basins(self)
        connect_stability(self)
        self._connect_transport()
        connect_surface(self)

    def _lay_out(self) -> None:
        slices = splitter(BELOW, (*self.slices, self.along_u, self.polar), (1, 1, 1, 1))
        beside = QWidget()
        beside.setLayout(column(slices, self.descent))
        self.columns = ColumnSwitch(self.theme, {"slices": slices, "descent": self.descent})
        self.transport.add(self.columns)
        self._plots = splitter(BESIDE, (self.map, beside), (1, 0))
        lay_out(self, self._plots, self.inspector, self.transport)
        self.pane_switch.add("map", self.map)
        self.pane_switch.add("slices", beside, "Slices and descent")
        self.map.header.expand_toggled.connect(partial(self.pane_switch.enlarge, "map"))

    def _connect_plots(self) -> None:
        self.map.plot.view_changed.connect(self._move_map)
        along_x, along_y = self.slices
        connect_local(self)
        for pane, moved in (
            (along_x, lambda x, _value: self._put(x, self.state.point[1])),
            (along_y, lambda y, _value: self._put(self.state.point[0], y)),
        ):
            self.follow(pane.point, moved, self.gesture_began)  # a race goes on while its start is moved
        self.map.point.nudged.connect(self._nudge)
        along_x.point.nudged.connect(lambda dx, dy, shift: self._nudge(dx, 0, shift))
        along_y.point.nudged.connect(lambda dx, dy, shift: self._nudge(0, dx, shift))
        for pane in self.slices:
            pane.plot.view_changed.connect(lambda view, axis=pane.axis: self._move_slice(axis, view))
        self._labelled = [pane.plot for pane in (self.map, *self.slices, self.along_u, self.polar)]
        for plot in self._labelled:
            plot.resized.connect(self._labels_timer.start)

    def _connect_cards(self) -> None:
        formula = self.inspector.formula
        formula.field.edited.connect(self._type)
        formula.field.chosen.connect(self.choose_example)
        formula.letters.pressed.connect(self.gesture_began)
        formula.letters.pressed.connect(partial(self._show_coarsely, True))
        formula.letters.released.connect(partial(self._show_coarsely, False))
        formula.letters.released.connect(self.gesture_ended)
        formula.letters.moved.connect(self._set_letter)
        formula.letters.committed.connect(self._set_letter)
        self.sweep = LetterSweep(self, formula.letters, self.players, self._numbers, self._set_letter)
        connect_race(self)
        self.inspector.point.point_committed.connect(
            lambda x, y: self.become(choices.at_exactly(self.state, x, y))
        )

        connect_rules(self.inspector.rules, self.inspector.claims, self.inspector, self)

    def _connect_transport(self) -> None:
        self.players.obey(self.transport)
        self.obey(self.transport)
        self.transport.step_chosen.connect(self._choose_step)
        connect_column(self.columns, self.descent.loss, self)

    # Showing.

    @property
    def kept_speed(self) -> float:
        """The speed of what is played at first."""
        return self.players.speed(DESCENT)

    def scene_of(self, state: GradientState) -> GradientScene:
        """Compute the scene, with a coarse map while a letter is dragged."""
        coarse = self._coarse and state.plane == "map"
        return core.compute(state, COARSE_COLUMNS if coarse else COLUMNS)

    def _show_coarsely(self, coarse: bool) -> None:
        self._coarse = coarse
        self.map.let_lines_move(coarse)
        self.outdate()

    def render(self, scene: GradientScene) -> None:
        """Show all of the scene."""
        self.map.show_scene(scene)
        self.columns.show_column("slices" if scene.progress is None else "descent")
        for pane in (*self.slices, self.along_u, self.polar, self.descent):
            pane.show_scene(scene)
        self.inspector.show_scene(scene)
        self.sweep.show(scene.parameters)
        step = scene.race.step
        self.transport.show_state(
            step=step,
            playing=self.players.playing(DESCENT),
            can_back=step > 0,
            can_forward=scene.race.can_go_on,
            speed=self.players.speed(DESCENT),
        )
        self._known_view = scene.view
        self._move_map(self.map.plot.view)  # equal axes may show more than was asked for: map that too

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the slices in a small window."""
        super().resizeEvent(event)
        narrow = self.window().width() < NARROW_WINDOW
        if narrow != self._narrow:
            self._narrow = narrow
            width = NARROW_SLICES if narrow else SLICES
            self._plots.setSizes([max(self._plots.width() - width - 1, 1), width])

    def _write_labels_anew(self) -> None:
        """Find places for the labels in plots of another size."""
        self._render_again()
        for plot in self._labelled:  # Qt may be painting a part already, and then forgets where labels were
            plot.viewport().update()

    # Gestures.

    def render_soon(self) -> None:
        """Show the scene again: a number in a field that was refused gives way to the present one."""
        self._labels_timer.start()

    def _put(self, x: float, y: float) -> None:
        self.become(choices.with_point(self.state, x, y))

    def _nudge(self, right: int, up: int, shift: bool) -> None:
        pace = 10 if shift else 1
        self.become(choices.nudged(self.state, right * pace, up * pace), merge="nudge")

    def _move_map(self, view: View) -> None:
        """Take over what the map shows, unless the state asks for another view that is still to be shown."""
        if self.state.view == self._known_view:
            self._known_view = view
            self.edited(recorded=False, view=view)

    def _move_slice(self, axis: int, view: View) -> None:
        self.become(with_slice_moved(self.state, axis, view), recorded=False)

    def _type(self, text: str) -> None:
        self.playback.pause()
        self.become(choices.type_formula(self.state, text), merge="typing")

    def _set_letter(self, name: str, value: float) -> None:
        self.edited(parameters=with_number(self.state.parameters, name, value), reach=0)

    def _numbers(self) -> dict[str, float]:
        return dict(self.state.parameters)

    def _choose_step(self, step: int) -> None:
        self.playback.pause()
        self.become(choices.with_step(self.state, step))
        self._labels_timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move P with the arrow keys that nothing else wanted."""
        way = ARROWS.get(Qt.Key(event.key()))
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if way is not None and not held:
            self._nudge(*way, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    # Commands.

    def step_forward(self, count: int = 1) -> bool:
        """Take steps of what is played, descent or a letter; False when there are no more."""
        return self.players.present.forward(count)

    def step_back(self, count: int = 1) -> None:
        """Take steps back with it."""
        self.players.present.back(count)

    def reset(self) -> None:
        """Take it back to its start."""
        self.players.present.reset()

    def _descend(self, count: int) -> bool:
        self.become(choices.stepped(self.state, count))
        return choices.race_of(self.state).can_go_on

    def _climb(self, count: int) -> None:
        self.become(choices.stepped(self.state, -count))

    def _return(self) -> None:
        self.become(choices.restarted(self.state))

    def fit_view(self) -> None:
        """Show the function and P."""
        self.become(choices.fit_view(self.state), recorded=False)

    def examples(self) -> Sequence[ExampleGroup]:
        """List the ready surfaces, each with its line."""
        return in_menu(choices.PRESETS, lambda preset: f"{preset.title}: {preset.remark}")

    def choose_example(self, key: str) -> None:
        """Load a ready surface."""
        self.playback.pause()
        preset = next(preset for preset in choices.PRESETS if preset.key == key)
        self.become(choices.choose_preset(self.state, preset))
