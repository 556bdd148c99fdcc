"""What a user can choose in the Backprop tab, and every way in which it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.presets import GRAPHS
from core.printing import split_name
from core.scenes.backprop_graph import graph_of
from core.scenes.backprop_passes import last_step
from core.scenes.state import (
    DEFAULT_PARAMETER,
    LARGEST_NUMBER,
    LetterState,
    Numbers,
    Problem,
    expression_of,
    read_formula,
    with_letters,
    with_number,
)

PRESETS = GRAPHS
"""The ready graphs that the tab offers."""


DATA = frozenset(("x", "y", "z", "t"))
"""Letters, also with a subscript, that usually stand for data rather than for a parameter."""


@dataclass(frozen=True)
class BackpropState(LetterState):
    """What the user chose.

    Attributes
    ----------
    text, formula
        What stands in the field, and the last text that was a valid formula.
    values
        Values of the letters, in the order in which they are listed.
    learn
        Letters that a gradient step changes.
    step
        How far the passes have come: 0 is before the first operation.
    chosen
        The input that the chain rule is written for.
    selected
        Index of the node whose rule is shown, or −1.
    learning_rate
        η of the gradient step.
    """

    text: str = "(sigmoid(w*x+b) - y)^2"
    formula: str = "(sigmoid(w*x+b) - y)^2"
    values: Numbers = (("w", 0.5), ("b", 0.1), ("x", 2.0), ("y", 1.0))
    learn: tuple[str, ...] = ("w", "b")
    step: int = 10
    chosen: str = "w"
    selected: int = -1
    learning_rate: float = 1.0


def numbers_of(state: BackpropState) -> Numbers:
    """Give the letters of the formula with their values, in the order of the state."""
    names = expression_of(state.formula).names
    return tuple((name, value) for name, value in with_letters(state.values, names) if name in names)


def type_formula(state: BackpropState, text: str) -> BackpropState:
    """Take in typed text; everything else keeps to the last valid formula."""
    expression = read_formula(text)
    if isinstance(expression, Problem):
        return replace(state, text=text)
    if text == state.formula:
        return replace(state, text=text)
    finished = state.step >= last_step_of(state)
    return replace(
        state,
        text=text,
        formula=text,
        values=_in_order(state, expression.names),
        step=last_step(graph_of(text)) if finished else 0,
        chosen=state.chosen if state.chosen in expression.names else next(iter(expression.names), ""),
        selected=-1,
        learn=_learning(state, expression.names),
    )


def _learning(state: BackpropState, names: tuple[str, ...]) -> tuple[str, ...]:
    """Let the new parameters of a formula learn where nothing else in it would."""
    if set(names) & set(state.learn):
        return state.learn
    before = expression_of(state.formula).names
    new = (name for name in names if name not in before and split_name(name)[0] not in DATA)
    return (*state.learn, *new)


def _in_order(state: BackpropState, names: tuple[str, ...]) -> Numbers:
    """Give every letter a number; the letters of a new formula come first, as they appear in it."""
    values = with_letters(state.values, names)
    if set(names) == set(expression_of(state.formula).names):
        return values
    known = dict(values)
    return tuple((name, known[name]) for name in dict.fromkeys((*names, *known)))


def with_value(state: BackpropState, name: str, value: float) -> BackpropState:
    """Set a letter."""
    values = with_letters(state.values, (name,), DEFAULT_PARAMETER)
    return replace(state, values=with_number(values, name, min(max(value, -LARGEST_NUMBER), LARGEST_NUMBER)))


def with_learning(state: BackpropState, name: str, learns: bool) -> BackpropState:
    """Let a gradient step change a letter, or leave it alone."""
    others = tuple(other for other in state.learn if other != name)
    return replace(state, learn=(*others, name) if learns else others)


def at_step(state: BackpropState, step: int) -> BackpropState:
    """Go to a step; the strip tells of it again rather than of a selected node."""
    return replace(state, step=min(max(step, 0), last_step_of(state)), selected=-1)


def last_step_of(state: BackpropState) -> int:
    """Step at which both passes are complete."""
    return last_step(graph_of(state.formula))


def select(state: BackpropState, index: int) -> BackpropState:
    """Select a node, or none with −1; an input becomes the one that the chain rule is written for."""
    graph = graph_of(state.formula)
    if not 0 <= index < len(graph.nodes):
        return replace(state, selected=-1)
    node = graph.nodes[index]
    return replace(state, selected=index, chosen=node.name if node.kind == "input" else state.chosen)


def preset(key: str) -> BackpropState:
    """State that a ready example starts from, with both passes done."""
    chosen = next(row for row in PRESETS if row.key == key)
    return BackpropState(
        text=chosen.formula,
        formula=chosen.formula,
        values=chosen.values,
        learn=chosen.learn,
        step=last_step(graph_of(chosen.formula)),
        chosen=(*chosen.learn, *expression_of(chosen.formula).names, "")[0],
    )
