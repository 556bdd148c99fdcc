"""The Backprop tab: one backward pass finds the derivative for every input."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from core.scenes import backprop_state as choices
from core.scenes.backprop import BackpropScene, compute
from core.scenes.backprop_state import BackpropState
from core.scenes.backprop_step import take_gradient_step
from core.scenes.ready import in_menu
from gui.controls import LegendEntry, PaneHeader, TransportBar
from gui.graph_view import GraphView
from gui.players import Player, Players
from gui.tab import ExampleGroup, Tab
from gui.tabs.backprop_chain import ChainPane
from gui.tabs.backprop_dots import PassDots
from gui.tabs.backprop_inspector import BackpropInspector
from gui.tabs.backprop_narration import NarrationStrip
from gui.tabs.layout import BELOW, column, lay_out, splitter
from gui.tabs.letter_sweep import LetterSweep

HEIGHTS = (415, 253)
"""Proportions of the graph with its strip and of the chain rule."""

SPEEDS = (0.5, 60.0)

PASSES = "passes"
"""What the clock plays at first."""


class BackpropTab(Tab):
    """A formula's computation graph, and both passes through it, a step at a time.

    Attributes
    ----------
    graph : GraphView
        The graph.
    narration : NarrationStrip
        What the step did.
    chain : ChainPane
        The chain rule for one input.
    dots : PassDots
        The steps, in the transport bar.
    transport : TransportBar
        Reset, back, play, forward and speed.
    inspector : BackpropInspector
        The cards.
    """

    key = "backprop"
    title = "Backprop"
    initial = BackpropState()
    compute = staticmethod(compute)
    hint = "Select a node to see its rule. Drag a slider to change an input; both passes are recomputed."
    keys = "<kbd>.</kbd> next <kbd>,</kbd> previous <kbd>F</kbd> forward pass <kbd>B</kbd> backward pass"
    speed = 2.0

    def build(self) -> None:
        """Make graph, strip, chain rule, transport and cards."""
        self.graph = GraphView(self.theme)
        self.narration = NarrationStrip(self.theme)
        self.chain = ChainPane(self.theme, self.graph.x_of)
        self.dots = PassDots(self.theme)
        self.transport = TransportBar(self.theme, speeds=SPEEDS, default_speed=self.speed, middle=self.dots)
        self.inspector = BackpropInspector(self.theme)
        passing = Player(self._pass, self._pass_back, self._start_over, self._begin_anew, self.speed)
        self.players = Players(self.playback, PASSES, passing)
        self._lay_out()
        self._connect_panes()
        self._connect_inspector()

    def _lay_out(self) -> None:
        theme = self.theme
        self.header = PaneHeader(
            theme,
            "Computation graph",
            (
                LegendEntry(theme.function.mark, "forward value"),
                LegendEntry(theme.derivative.mark, "gradient of L"),
                LegendEntry(theme.second, "local derivative", style="pill"),
            ),
            expandable=True,
        )
        upper = QWidget()
        upper.setLayout(column(self.header, self.graph, self.narration))
        panes = splitter(BELOW, (upper, self.chain), HEIGHTS)
        panes.setStyleSheet(f"QSplitter::handle {{ background: {theme.hairline} }}")
        lay_out(self, panes, self.inspector, self.transport)
        self.pane_switch.add("graph", upper)
        self.pane_switch.add("chain", self.chain, "Chain rule")
        self.header.expand_toggled.connect(partial(self.pane_switch.enlarge, "graph"))

    def _connect_panes(self) -> None:
        self.graph.node_chosen.connect(lambda node: self.become(choices.select(self.state, node)))
        self.graph.moved.connect(self._align)
        self.chain.header.chosen.connect(lambda name: self.edited(chosen=name))
        self.dots.step_chosen.connect(self._go_to)
        self.players.obey(self.transport)
        self.obey(self.transport)

    def _connect_inspector(self) -> None:
        formula, inputs, step = self.inspector.formula, self.inspector.inputs.sliders, self.inspector.step
        formula.field.edited.connect(self._type)
        formula.field.chosen.connect(self.choose_example)
        inputs.moved.connect(self._put_input)
        inputs.committed.connect(self._put_input)
        self.sweep = LetterSweep(self, inputs, self.players, self._numbers, self._put_input)
        inputs.learning_chosen.connect(
            lambda name, learns: self.become(choices.with_learning(self.state, name, learns))
        )
        for source in (inputs, step.rate):
            source.pressed.connect(self.gesture_began)
            source.released.connect(self.gesture_ended)
        step.rate.moved.connect(self._set_rate)
        step.rate.committed.connect(self._set_rate)
        step.button.clicked.connect(lambda: self.become(take_gradient_step(self.state)))

    # Showing.

    @property
    def kept_speed(self) -> float:
        """The speed of what is played at first."""
        return self.players.speed(PASSES)

    def render(self, scene: BackpropScene) -> None:
        """Show all of the scene."""
        progress = scene.progress
        self.graph.show_scene(scene)
        self.narration.show_narration(scene.narration)
        self.chain.header.show_scene(scene)
        self.inspector.show_scene(scene)
        self.sweep.show(scene.inputs)
        self.dots.show_step(progress.step, progress.last)
        self.transport.show_state(
            step=progress.step,
            playing=self.players.playing(PASSES),
            can_back=progress.step > 0,
            can_forward=progress.step < progress.last,
            speed=self.players.speed(PASSES),
        )
        self.transport.button("play").setEnabled(progress.last > 0)
        self._align()

    def _align(self) -> None:
        """Put the factors of the chain rule under the nodes of the graph."""
        if self.scene is not None:
            self.chain.view.show_scene(self.scene, self.graph.decimals, self.graph.spacing)

    # Gestures.

    def _type(self, text: str) -> None:
        self.playback.pause()
        self.become(choices.type_formula(self.state, text), merge="typing")

    def _put_input(self, name: str, value: float) -> None:
        self.become(choices.with_value(self.state, name, value))

    def _numbers(self) -> dict[str, float]:
        return dict(self.state.values)

    def _set_rate(self, rate: float) -> None:
        self.edited(learning_rate=rate)

    def _go_to(self, step: int) -> None:
        self.playback.pause()
        self.become(choices.at_step(self.state, step))

    # Commands.

    @property
    def _last(self) -> int:
        return choices.last_step_of(self.state)

    def step_forward(self, count: int = 1) -> bool:
        """Take steps of what is played, the passes or a letter; False when there are no more."""
        return self.players.present.forward(count)

    def step_back(self, count: int = 1) -> None:
        """Take steps back with it."""
        self.players.present.back(count)

    def reset(self) -> None:
        """Take it back to its start."""
        self.players.present.reset()

    def _pass(self, count: int) -> bool:
        """Compute, or hand back, one operation more."""
        self.become(choices.at_step(self.state, self.state.step + count))
        return bool(self.state.step < self._last)

    def _pass_back(self, count: int) -> None:
        self.become(choices.at_step(self.state, self.state.step - count))

    def _start_over(self) -> None:
        """Go back to before the first operation."""
        self.become(choices.at_step(self.state, 0))

    def _begin_anew(self) -> None:
        """Play from the beginning where both passes are complete."""
        if self.state.step >= self._last:
            self._start_over()

    def forward_pass(self) -> None:
        """Run the whole forward pass."""
        self.become(choices.at_step(self.state, self._last // 2))

    def backward_pass(self) -> None:
        """Run the whole backward pass."""
        self.become(choices.at_step(self.state, self._last))

    def fit_view(self) -> None:
        """Show the whole graph."""
        self.graph.fit()

    def examples(self) -> Sequence[ExampleGroup]:
        """List the ready graphs."""
        return in_menu(choices.PRESETS)

    def choose_example(self, key: str) -> None:
        """Load a ready graph, with both passes done."""
        self.playback.pause()
        self.store.replace_state(self.key, choices.preset(key))

    def take_focus(self) -> None:
        """Give the keyboard to the graph."""
        self.graph.setFocus(Qt.FocusReason.OtherFocusReason)
