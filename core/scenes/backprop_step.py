"""One step of gradient descent on the letters that learn."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.autodiff import value_and_grad
from core.printing import name_latex
from core.scenes.backprop_graph import Graph, graph_of
from core.scenes.backprop_passes import Passes, passes_of
from core.scenes.backprop_state import BackpropState, numbers_of, with_value
from core.scenes.state import LARGEST_NUMBER, Numbers, expression_of


@dataclass(frozen=True)
class Update:
    """A letter before and after the gradient step."""

    name: str
    latex: str
    old: float
    new: float


@dataclass(frozen=True)
class GradientStep:
    """What a gradient step would do.

    Attributes
    ----------
    learning_rate
        η.
    updates
        One for each letter that learns.
    old, new
        The output before and after.
    obstacle
        Why no step can be taken, in one sentence, or empty.
    """

    learning_rate: float
    updates: tuple[Update, ...]
    old: float
    new: float
    obstacle: str


def gradient_step_of(state: BackpropState, graph: Graph, passes: Passes, numbers: Numbers) -> GradientStep:
    """Tell what a gradient step would do, or why none can be taken."""
    updates = []
    for name, value in numbers:
        if name in state.learn:
            slope = passes.gradients[graph.index_of(name)]
            latex = rf"{name_latex(name)} - {{\eta}} \, "
            latex += rf"{{\partial}} {graph.letter}/{{\partial}} {name_latex(name)}"
            updates.append(Update(name, latex, value, value - state.learning_rate * slope))
    after = {**dict(numbers), **{update.name: update.new for update in updates}}
    obstacle = ""
    if not updates:
        obstacle = "Tick the letters that are to learn."
    elif not all(math.isfinite(passes.gradients[graph.index_of(update.name)]) for update in updates):
        obstacle = f"There is no step: {graph.letter} has no finite gradient here."
    elif not all(abs(update.new) <= LARGEST_NUMBER for update in updates):
        obstacle = "The numbers would overflow. Try a smaller learning rate."
    new = math.nan if obstacle else value_and_grad(expression_of(state.formula), after)[0]
    return GradientStep(state.learning_rate, tuple(updates), passes.values[-1], new, obstacle)


def take_gradient_step(state: BackpropState) -> BackpropState:
    """Move every letter that learns against its gradient."""
    numbers = numbers_of(state)
    step = gradient_step_of(state, graph_of(state.formula), passes_of(state.formula, numbers), numbers)
    if not step.obstacle:
        for update in step.updates:
            state = with_value(state, update.name, update.new)
    return state
