"""The rule steps of the Gradient tab: how ∂f/∂x or ∂f/∂y is found, with the numbers of P."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from core.scenes.gradient_state import GradientState
from core.scenes.level_map import COORDINATES
from core.scenes.rule_steps import (
    ChosenStep,
    RuleStep,
    chosen_step,
    derivation_of,
    marked_latex,
    rule_steps,
    toggled,
)
from core.scenes.state import expression_of

PARTIAL_LATEX = {name: rf"\frac{{{{\partial}} f}}{{{{\partial}} {name}}}" for name in COORDINATES}
"""The sign of each partial derivative."""


@dataclass(frozen=True, eq=False)
class RulesScene:
    """The derivation of one partial derivative.

    Attributes
    ----------
    name
        The coordinate that is differentiated for.
    steps
        The list; the same object as long as formula and coordinate stay.
    chosen
        The step that is open, or None.
    notice
        What the primes in it mean and what is constant, or empty.
    marked_latex
        ``f = …`` with each occurrence of the open step's piece between marks; empty where there is none, or
        where it is f itself.
    result_latex
        The result on one level, which can be broken into lines.
    """

    name: str
    steps: tuple[RuleStep, ...]
    chosen: ChosenStep | None
    notice: str
    marked_latex: str
    result_latex: str


def rules_scene(state: GradientState) -> RulesScene:
    """Compute what the card of the rule steps shows."""
    formula, name = state.formula, state.partial
    steps = rule_steps(formula, name)
    number = state.rule_step if state.rule_step <= len(steps) else 0
    chosen, notice, marked = None, "", ""
    if number:
        values = {**dict(state.parameters), **dict(zip(COORDINATES, state.point, strict=True))}
        still = other(name)
        chosen = chosen_step(formula, number, values, state.rule_parts, name, (still,))
        piece = derivation_of(formula, name).explained()[number - 1].piece
        notice = f"A prime stands for ∂/∂{name}" + (
            f": {still} is a constant here." if still in piece.names else "."
        )
        marked = "" if piece is expression_of(formula) else marked_latex(formula, str(piece), "f")
    return RulesScene(name, steps, chosen, notice, marked, _result(formula, name))


@lru_cache(maxsize=64)
def _result(formula: str, name: str) -> str:
    return f"{PARTIAL_LATEX[name]} = {derivation_of(formula, name).derivative.latex(inline=True)}"


def other(name: str) -> str:
    """Give the other coordinate."""
    return COORDINATES[1 - COORDINATES.index(name)]


def choose_partial(state: GradientState, name: str) -> GradientState:
    """Show the steps of another partial derivative."""
    return replace(state, partial=name, rule_step=0, rule_parts=())


def choose_rule(state: GradientState, number: int) -> GradientState:
    """Open a step of the list, or close it if it is open."""
    return replace(state, rule_step=0 if number == state.rule_step else number, rule_parts=())


def show_rule(state: GradientState, name: str, number: int) -> GradientState:
    """Open a step that something speaks of."""
    return replace(state, partial=name, rule_step=number, rule_parts=())


def toggle_rule_part(state: GradientState, path: str) -> GradientState:
    """Open or close a line of the tree."""
    return replace(state, rule_parts=toggled(state.rule_parts, path))
