"""The Backprop tab asks how one backward pass finds the derivative for every input at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.autodiff import value_and_grad
from core.finite_difference import METHODS
from core.presets import GRAPHS
from core.primitives import FloatArray
from core.printing import name_latex
from core.scenes.backprop_chain import Chain, chain_of
from core.scenes.backprop_graph import Graph, graph_of
from core.scenes.backprop_passes import Passes, Progress, last_step, passes_of, progress_of
from core.scenes.backprop_words import Narration, narrate_node, narrate_step
from core.scenes.state import (
    DEFAULT_PARAMETER,
    LARGEST_NUMBER,
    Numbers,
    Problem,
    State,
    expression_of,
    read_formula,
    with_letters,
    with_number,
)

STEP_OF_DIFFERENCE = 1e-5
"""Step of the central difference, where its error is least; ten times as much for inputs above 10."""

CENTRAL = next(method for method in METHODS if method.key == "central")


@dataclass(frozen=True)
class BackpropState(State):
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


@dataclass(frozen=True)
class NodeState:
    """What is shown at a node.

    Attributes
    ----------
    value
        Its value, or None before the forward pass has reached it.
    gradient
        Its gradient, or None before it is complete.
    shares
        What has arrived so far, where several consumers hand something back.
    """

    value: float | None
    gradient: float | None
    shares: tuple[float, ...]


@dataclass(frozen=True)
class EdgeState:
    """What is shown at an edge; None before a pass has reached it.

    Attributes
    ----------
    value
        Value of the operand.
    local
        Local derivative, known as soon as the consumer is computed.
    gradient
        What the consumer handed back.
    is_current
        Whether the present step uses the edge.
    """

    value: float | None
    local: float | None
    gradient: float | None
    is_current: bool


@dataclass(frozen=True)
class Input:
    """A slider: name, LaTeX, value, and whether a gradient step changes it."""

    name: str
    latex: str
    value: float
    learns: bool


@dataclass(frozen=True)
class GradientRow:
    """A line of the table: LaTeX of the letter, both derivatives and their distance."""

    latex: str
    backprop: float
    difference: float
    error: float


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


@dataclass(frozen=True, eq=False)
class BackpropScene:
    """All that the tab shows.

    Attributes
    ----------
    text, problem
        The typed text, and what is wrong with it, if anything.
    latex
        The formula, as ``L = …``.
    graph
        Nodes and edges; the same object as long as the formula stays.
    nodes, edges
        What is shown at each.
    output
        Value of the output, or None before it is computed.
    seed_shown
        Whether the backward pass has begun, with ∂L/∂L = 1.
    remark
        Sentence on an undefined value or a kink, or empty.
    progress
        The step.
    selected
        Index of the selected node, or −1.
    narration
        The strip under the graph.
    chain
        The chain rule for the chosen input.
    inputs, gradients, gradient_step
        The inspector.
    """

    text: str
    problem: Problem | None
    latex: str
    graph: Graph
    nodes: tuple[NodeState, ...]
    edges: tuple[EdgeState, ...]
    output: float | None
    seed_shown: bool
    remark: str
    progress: Progress
    selected: int
    narration: Narration
    chain: Chain
    inputs: tuple[Input, ...]
    gradients: tuple[GradientRow, ...]
    gradient_step: GradientStep


def compute(state: BackpropState) -> BackpropScene:
    """Compute the whole scene from the state."""
    typed = read_formula(state.text)
    graph = graph_of(state.formula)
    numbers = _numbers(state)
    passes = passes_of(state.formula, numbers)
    progress = progress_of(graph, state.step)
    selected = state.selected if 0 <= state.selected < len(graph.nodes) else -1
    narration = (
        narrate_step(state.formula, graph, passes, progress)
        if selected < 0
        else narrate_node(state.formula, graph, passes, progress, selected)
    )
    return BackpropScene(
        text=state.text,
        problem=typed if isinstance(typed, Problem) else None,
        latex=f"{graph.letter} = {expression_of(state.formula).latex()}",
        graph=graph,
        nodes=_node_states(graph, passes, progress),
        edges=_edge_states(graph, passes, progress),
        output=passes.values[-1] if progress.computed[-1] else None,
        seed_shown=progress.step > progress.last // 2,
        remark=passes.remark,
        progress=progress,
        selected=selected,
        narration=narration,
        chain=chain_of(graph, passes, progress, state.chosen),
        inputs=tuple(Input(name, name_latex(name), value, name in state.learn) for name, value in numbers),
        gradients=_gradient_rows(state, graph, passes, numbers),
        gradient_step=_gradient_step(state, graph, passes, numbers),
    )


def _numbers(state: BackpropState) -> Numbers:
    """Give the letters of the formula with their values, in the order of the state."""
    names = expression_of(state.formula).names
    return tuple((name, value) for name, value in with_letters(state.values, names) if name in names)


def _node_states(graph: Graph, passes: Passes, progress: Progress) -> tuple[NodeState, ...]:
    states = []
    for index in range(len(graph.nodes)):
        out = [edge for edge in graph.outgoing[index] if graph.edges[edge].active]
        arrived = [passes.shares[edge] for edge in out if progress.handed_back[graph.edges[edge].target]]
        states.append(
            NodeState(
                passes.values[index] if progress.computed[index] else None,
                passes.gradients[index] if progress.complete[index] else None,
                tuple(arrived) if len(out) > 1 else (),
            )
        )
    return tuple(states)


def _edge_states(graph: Graph, passes: Passes, progress: Progress) -> tuple[EdgeState, ...]:
    states = []
    for index, edge in enumerate(graph.edges):
        known = edge.active and progress.computed[edge.target]
        back = edge.active and progress.handed_back[edge.target]
        states.append(
            EdgeState(
                passes.values[edge.source] if progress.computed[edge.source] else None,
                passes.locals[index] if known else None,
                passes.shares[index] if back else None,
                edge.target == progress.current,
            )
        )
    return tuple(states)


def _gradient_rows(
    state: BackpropState, graph: Graph, passes: Passes, numbers: Numbers
) -> tuple[GradientRow, ...]:
    rows = []
    for (name, _), difference in zip(numbers, _central_differences(state.formula, numbers), strict=True):
        exact = passes.gradients[graph.index_of(name)]
        error = abs(difference - exact) if math.isfinite(difference) else math.nan
        latex = rf"{{\partial}} {graph.letter}/{{\partial}} {name_latex(name)}"
        rows.append(GradientRow(latex, exact, difference, error))
    return tuple(rows)


@lru_cache(maxsize=32)
def _central_differences(formula: str, numbers: Numbers) -> tuple[float, ...]:
    """Estimate the derivative for every letter at once: each takes its step in a place of its own."""
    base = np.array([value for _, value in numbers])
    h = STEP_OF_DIFFERENCE * 10.0 ** np.floor(np.log10(np.maximum(1.0, np.abs(base))))

    def function(offset: FloatArray) -> FloatArray:
        moved = base[:, np.newaxis] + np.diag(offset)
        values = {name: moved[index] for index, (name, _) in enumerate(numbers)}
        return np.asarray(expression_of(formula).evaluate(values))

    return tuple(CENTRAL.estimate(function, np.zeros_like(base), h).tolist()) if numbers else ()


def _gradient_step(state: BackpropState, graph: Graph, passes: Passes, numbers: Numbers) -> GradientStep:
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


# Edits -------------------------------------------------------------------------------------------


def type_formula(state: BackpropState, text: str) -> BackpropState:
    """Take in typed text; everything else keeps to the last valid formula."""
    expression = read_formula(text)
    if isinstance(expression, Problem):
        return replace(state, text=text)
    if text == state.formula:
        return replace(state, text=text)
    finished = state.step >= last_step_of(state)
    last = last_step(graph_of(text))
    return replace(
        state,
        text=text,
        formula=text,
        values=_in_order(state, expression.names),
        step=last if finished else min(state.step, last),
        chosen=state.chosen if state.chosen in expression.names else next(iter(expression.names), ""),
        selected=-1,
    )


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


def take_gradient_step(state: BackpropState) -> BackpropState:
    """Move every letter that learns against its gradient."""
    numbers = _numbers(state)
    step = _gradient_step(state, graph_of(state.formula), passes_of(state.formula, numbers), numbers)
    if not step.obstacle:
        for update in step.updates:
            state = with_value(state, update.name, update.new)
    return state


def preset(key: str) -> BackpropState:
    """State that a ready example starts from, with both passes done."""
    chosen = next(row for row in GRAPHS if row.key == key)
    return BackpropState(
        text=chosen.formula,
        formula=chosen.formula,
        values=chosen.values,
        learn=chosen.learn,
        step=last_step(graph_of(chosen.formula)),
        chosen=(*chosen.learn, *expression_of(chosen.formula).names, "")[0],
    )


@dataclass(frozen=True)
class Example:
    """A ready graph as it is offered: key, heading, name, LaTeX, and why it is worth looking at."""

    key: str
    group: str
    title: str
    latex: str
    remark: str


def examples() -> tuple[Example, ...]:
    """List the ready graphs."""
    return tuple(
        Example(row.key, row.group, row.title, expression_of(row.formula).latex(), row.remark)
        for row in GRAPHS
    )


def to_python(state: BackpropState) -> str:
    """Script that computes value and gradient with this package, and takes a gradient step."""
    numbers = dict(_numbers(state))
    learned = tuple(name for name in numbers if name in state.learn)
    return (
        "from core import parse, value_and_grad\n\n"
        f"formula = parse({state.formula!r})\n"
        f"values = {numbers!r}\nlearning_rate = {state.learning_rate!r}\n\n"
        "loss, gradient = value_and_grad(formula, values)\n"
        "print('L =', loss)\n"
        "for name, slope in gradient.items():\n    print(f'dL/d{name} =', slope)\n\n"
        f"for name in {learned!r}:\n    values[name] -= learning_rate * gradient[name]\n"
        "print('L after a gradient step =', formula.evaluate(values))\n"
    )
