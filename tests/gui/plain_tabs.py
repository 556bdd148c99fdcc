"""Two small tabs for the tests of what surrounds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout

from gui.controls import Button
from gui.tab import ExampleGroup, Tab


@dataclass(frozen=True)
class Count:
    """A number, the name of an example, and how often each pass ran."""

    value: int = 0
    example: str = ""
    passes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scene:
    text: str


def count_scene(state: Count) -> Scene:
    return Scene(f"{state.value} {state.example} {' '.join(state.passes)}".strip())


class CountingTab(Tab):
    """Steps count up to a hundred."""

    key = "counting"
    title = "Counting"
    initial = Count()
    compute = staticmethod(count_scene)
    hint = "Drag <b>P</b>, or press <kbd>←</kbd>."
    keys = "<kbd>.</kbd> step"
    speed = 60.0

    def build(self) -> None:
        self.renders: list[Scene] = []
        self.label = QLabel()
        self.field = QLineEdit()
        self.button = Button(self.theme, "Press")
        self.presses = 0
        self.button.clicked.connect(self._pressed)
        column = QVBoxLayout(self)
        for widget in (self.label, self.field, self.button):
            column.addWidget(widget)

    def render(self, scene: Any) -> None:
        self.renders.append(scene)
        self.label.setText(scene.text)

    def step_forward(self, count: int = 1) -> bool:
        self.edited(value=min(self.state.value + count, 100))
        return bool(self.state.value < 100)

    def step_back(self, count: int = 1) -> None:
        self.edited(value=max(self.state.value - count, 0))

    def reset(self) -> None:
        self.edited(value=0)

    def examples(self) -> Sequence[ExampleGroup]:
        return (("Small", (("one", "R & D"),)), ("Large", (("two", "x²"),)))

    def choose_example(self, key: str) -> None:
        self.store.replace_state(self.key, replace(self.initial, example=key))

    def _pressed(self) -> None:
        self.presses += 1


class StillTab(CountingTab):
    """Has passes, and nothing that plays."""

    key = "still"
    title = "Still"
    hint = "Nothing moves here."
    keys = ""
    step_forward = Tab.step_forward
    step_back = Tab.step_back
    reset = Tab.reset
    examples = Tab.examples

    def forward_pass(self) -> None:
        self.edited(passes=(*self.state.passes, "forward"))

    def backward_pass(self) -> None:
        self.edited(passes=(*self.state.passes, "backward"))
