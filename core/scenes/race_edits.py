"""Every way in which a race is set up otherwise."""

from __future__ import annotations

from dataclasses import replace

from core.scenes.gradient_state import GradientState


def selected(state: GradientState, key: str) -> GradientState:
    """Choose whose settings are shown."""
    return replace(state, selected=key)


def with_runner(state: GradientState, key: str, runs: bool) -> GradientState:
    """Let a racer take part or not."""
    racers = tuple(racer._replace(runs=runs) if racer.optimizer == key else racer for racer in state.racers)
    return replace(state, racers=racers)
