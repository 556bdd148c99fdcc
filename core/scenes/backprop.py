"""The Backprop tab asks how one backward pass finds the derivative for every input at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.finite_difference import METHODS
from core.primitives import FloatArray
from core.printing import name_latex
from core.scenes.backprop_chain import Chain, chain_of
from core.scenes.backprop_graph import Graph, graph_of
from core.scenes.backprop_passes import Passes, Progress, passes_of, progress_of
from core.scenes.backprop_state import BackpropState, numbers_of
from core.scenes.backprop_step import GradientStep, gradient_step_of
from core.scenes.backprop_words import Narration, narrate_node, narrate_step
from core.scenes.state import (
    Numbers,
    Parameter,
    Problem,
    expression_of,
    range_of,
    read_formula,
)

STEP_OF_DIFFERENCE = 1e-5
"""Step of the central difference, where its error is least; ten times as much for inputs above 10."""

CENTRAL = next(method for method in METHODS if method.key == "central")


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
class Input(Parameter):
    """A letter, and whether a gradient step changes it."""

    learns: bool


@dataclass(frozen=True)
class GradientRow:
    """A line of the table: LaTeX of the letter, both derivatives and their distance."""

    latex: str
    backprop: float
    difference: float
    error: float


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
    numbers = numbers_of(state)
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
        inputs=tuple(
            Input(name, name_latex(name), value, range_of(state.ranges, name, value), name in state.learn)
            for name, value in numbers
        ),
        gradients=_gradient_rows(state, graph, passes, numbers),
        gradient_step=gradient_step_of(state, graph, passes, numbers),
    )


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


def to_python(state: BackpropState) -> str:
    """Script that computes value and gradient with this package, and takes a gradient step."""
    numbers = dict(numbers_of(state))
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
