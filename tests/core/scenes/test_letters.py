"""Ranges of free letters, and sweeping a letter over its range."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.scenes import backprop, derivative, gradient
from core.scenes.backprop_state import BackpropState
from core.scenes.derivative import DerivativeState
from core.scenes.gradient_state import GradientState, type_formula
from core.scenes.letters import SWEEP_STEPS, sweep_step, swept, with_range
from core.scenes.state import LetterState, from_json, range_of, to_json


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        (0.0, (-3.0, 3.0)),
        (-3.0, (-3.0, 3.0)),
        (3.1, (-10.0, 10.0)),
        (-2e4, (-1e6, 1e6)),
        (1e300, (-1e300, 1e300)),
    ],
)
def test_usual_range_holds_the_value(value: float, ends: tuple[float, float]) -> None:
    assert range_of((), "a", value) == ends


def test_chosen_range_stays_whatever_the_value() -> None:
    state = with_range(with_range(DerivativeState(), "a", 0.0, 2.0), "a", 0.5, 1.5)
    assert range_of(state.ranges, "a", 7.0) == (0.5, 1.5)
    assert range_of(state.ranges, "b", 7.0) == (-10.0, 10.0)
    (letter,) = derivative.compute(state).parameters
    assert letter.range == (0.5, 1.5)
    assert from_json(DerivativeState, to_json(state)) == state


def test_ends_out_of_order_change_nothing() -> None:
    state = DerivativeState()
    assert with_range(state, "a", 2.0, 1.0) is state
    assert with_range(state, "a", 1.0, 1.0) is state


def test_every_tab_with_letters_has_ranges() -> None:
    surface = with_range(type_formula(GradientState(), "a x^2 + y^2"), "a", 0.0, 2.0)
    assert gradient.compute(surface).parameters[0].range == (0.0, 2.0)
    neuron = with_range(BackpropState(), "x", 0.0, 2.0)
    ranges = {letter.name: letter.range for letter in backprop.compute(neuron).inputs}
    assert ranges == {"w": (-3.0, 3.0), "b": (-3.0, 3.0), "x": (0.0, 2.0), "y": (-3.0, 3.0)}
    for state in (surface, neuron):
        assert isinstance(state, LetterState)
        assert from_json(type(state), to_json(state)) == state


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_sweep_touches_both_ends_and_stays_between(lower: float, width: float) -> None:
    ends = (lower, lower + width)
    values = [swept(ends, step) for step in range(2 * SWEEP_STEPS + 1)]
    assert min(values) == pytest.approx(lower, abs=1e-4 * width)
    assert max(values) == pytest.approx(lower + width, abs=1e-4 * width)
    assert values[0] == values[-1]
    assert values[: SWEEP_STEPS + 1] == sorted(values[: SWEEP_STEPS + 1])


@given(st.floats(-3.0, 3.0))
def test_a_sweep_goes_on_from_the_value(value: float) -> None:
    assert swept((-3.0, 3.0), sweep_step((-3.0, 3.0), value)) == pytest.approx(value, abs=0.021)


def test_a_value_beyond_the_range_begins_at_the_nearest_end() -> None:
    assert sweep_step((0.0, 1.0), -5.0) == 0
    assert sweep_step((0.0, 1.0), 5.0) == SWEEP_STEPS


def test_parameters_out_of_the_formula_do_not_matter() -> None:
    state = replace(DerivativeState(), ranges=(("q", 0.0, 1.0),))
    assert [letter.name for letter in derivative.compute(state).parameters] == ["a"]
