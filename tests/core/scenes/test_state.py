"""States survive JSON, and nothing else gets in."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import NamedTuple

import pytest

from core.scenes.state import (
    Numbers,
    Problem,
    State,
    StateError,
    View,
    expression_of,
    free_letters,
    from_json,
    parameters_of,
    read_formula,
    to_json,
    type_text,
    with_letters,
    with_number,
)


class Runner(NamedTuple):
    name: str
    runs: bool
    settings: Numbers = ()


@dataclass(frozen=True)
class Sample(State):
    text: str = "a*x"
    formula: str = "a*x"
    parameters: Numbers = (("a", 1.5),)
    count: int = 3
    shown: bool = True
    view: View = (-1.0, 1.0, -2.0, 2.0)
    path: tuple[float, ...] = ()
    runners: tuple[Runner, ...] = ()


STATES = [
    Sample(),
    Sample(text='tricky "quotes" \\ π − ½\n\t\x00', path=(1e-300, -0.1, 1e300)),
    Sample(parameters=(), shown=False, count=-(10**30), view=(0.1, 0.2, 1 / 3, 2 / 3)),
    Sample(runners=(Runner("Adam", True, (("beta1", 0.9),)), Runner("Newton", False))),
]


@pytest.mark.parametrize("state", STATES)
def test_state_survives_json(state):
    read = from_json(Sample, to_json(state))
    assert read == state
    assert all(type(runner) is Runner for runner in read.runners)


def test_whole_numbers_are_read_as_floats():
    content = json.loads(to_json(Sample())) | {"view": [0, 1, 2, 3]}
    view = from_json(Sample, json.dumps(content)).view
    assert view == (0.0, 1.0, 2.0, 3.0)
    assert all(type(edge) is float for edge in view)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"text": 3},
        {"text": None},
        {"count": 1.0},
        {"count": True},
        {"shown": 1},
        {"view": [0, 1, 2]},
        {"view": "0123"},
        {"view": [0, 1, 2, float("nan")]},
        {"view": [0, 1, 2, float("inf")]},
        {"view": [0, 1, 2, 1e301]},
        {"view": [0, 1, 2, 10**400]},
        {"view": [0, 1, 2, True]},
        {"path": {"0": 1}},
        {"parameters": [["a", 1], ["b"]]},
        {"parameters": [["a", "1"]]},
        {"runners": [["Adam", 1, []]]},
        {"runners": [["Adam", True]]},
        {"runners": [{"name": "Adam"}]},
        {"unknown": 1},
    ],
)
def test_wrong_values_are_refused(changes):
    content = json.loads(to_json(Sample())) | changes
    with pytest.raises(StateError):
        from_json(Sample, json.dumps(content))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '"x"', "{}", "[" * 100_000, '{"version": 1}'])
def test_text_that_is_no_state_is_refused(text):
    with pytest.raises(StateError):
        from_json(Sample, text)


def test_missing_field_is_named():
    content = json.loads(to_json(Sample()))
    del content["count"]
    with pytest.raises(StateError, match="count"):
        from_json(Sample, json.dumps(content))


def test_typing_keeps_the_last_valid_formula():
    state = type_text(Sample(), "sin(b x", ("x",))
    assert (state.text, state.formula, state.parameters) == ("sin(b x", "a*x", (("a", 1.5),))
    state = type_text(state, "sin(b x)", ("x",))
    assert (state.formula, state.parameters) == ("sin(b x)", (("a", 1.5), ("b", 1.0)))


def test_a_letter_that_comes_back_has_its_old_number():
    state = replace(Sample(), parameters=(("a", 2.5),))
    for text in ("x", "a x"):
        state = type_text(state, text, ("x",))
    assert dict(state.parameters)["a"] == 2.5


def test_faulty_text_is_a_value():
    problem = read_formula("epx(x)")
    assert isinstance(problem, Problem)
    assert (problem.position, problem.suggestion) == (0, (0, 3, "exp"))
    with pytest.raises(ValueError, match="not a valid formula"):
        expression_of("epx(x)")


def test_letters():
    expression = expression_of("alpha x + b y")
    assert free_letters(expression, ("x", "y")) == ("alpha", "b")
    assert with_letters((("b", 2.0),), ("alpha", "b")) == (("b", 2.0), ("alpha", 1.0))
    assert with_number((("a", 1.0), ("b", 2.0)), "a", 3.0) == (("a", 3.0), ("b", 2.0))
    letters = parameters_of(expression, ("x", "y"), (("b", 2.0),))
    assert [(letter.name, letter.latex, letter.value) for letter in letters] == [
        ("alpha", r"\alpha", 1.0),
        ("b", "b", 2.0),
    ]
