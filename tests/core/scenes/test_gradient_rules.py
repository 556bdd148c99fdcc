"""The rule steps of partial derivatives."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from core.presets import SURFACES
from core.scenes.gradient import compute
from core.scenes.gradient_rules import (
    choose_partial,
    choose_rule,
    rules_scene,
    show_rule,
    toggle_rule_part,
)
from core.scenes.gradient_state import GradientState, choose_preset, type_formula
from core.scenes.rule_steps import END_OF_MARK, MARK
from core.scenes.state import StateError, from_json, to_json

QUADRATIC = replace(type_formula(GradientState(), "x^2+3xy+y^2"), point=(2.0, 3.0))


def test_both_partial_derivatives_are_explained() -> None:
    rows = (
        ("x", "2 x + 3 y", ["Sum rule", "Sum rule", "Power rule"]),
        ("y", "3 x + 2 y", ["Sum rule", "Power rule"]),
    )
    for name, result, names in rows:
        scene = compute(choose_partial(QUADRATIC, name)).rules
        assert scene.name == name
        assert scene.result_latex.endswith(f"= {result}")
        assert [step.rule for step in scene.steps] == names


def test_a_step_has_the_numbers_of_p() -> None:
    chosen = rules_scene(choose_rule(QUADRATIC, 1)).chosen
    assert chosen is not None
    assert chosen.filled == ("f' = u' + v'", "= 13 + 0", "= 13")
    moved = rules_scene(replace(choose_rule(QUADRATIC, 1), point=(0.0, 1.0))).chosen
    assert moved is not None and moved.filled[-1] == "= 3"


def test_what_is_constant_is_said() -> None:
    scene = rules_scene(choose_rule(QUADRATIC, 1))
    assert scene.notice == "A prime stands for ∂/∂x: y is a constant here."
    assert scene.chosen is not None
    assert scene.chosen.parts[1].rule == "Constant rule: y is a constant here"
    other = rules_scene(choose_rule(choose_partial(type_formula(GradientState(), "x^2+y^3"), "y"), 1))
    assert other.chosen is not None
    assert [part.rule for part in other.chosen.parts] == ["Constant rule: x is a constant here", "Power rule"]
    assert rules_scene(choose_rule(QUADRATIC, 3)).notice == "A prime stands for ∂/∂x."


def test_the_piece_is_marked_in_the_formula() -> None:
    marked = rules_scene(choose_rule(QUADRATIC, 3)).marked_latex
    assert marked == f"f = {MARK}{{x}}^{{2}}{END_OF_MARK} + 3 x y + {{y}}^{{2}}"
    assert rules_scene(choose_rule(QUADRATIC, 1)).marked_latex == ""


@pytest.mark.parametrize("preset", SURFACES, ids=lambda preset: preset.key)
@pytest.mark.parametrize("name", ["x", "y"])
def test_every_step_ends_with_the_slope_of_its_piece_at_p(preset, name) -> None:
    state = choose_partial(choose_preset(GradientState(), preset), name)
    scene = compute(state)
    assert scene.rules.steps
    first = rules_scene(choose_rule(state, 1)).chosen
    assert first is not None
    written = re.sub(
        r" \\cdot \{10\}\^\{(-?\d+)\}", r"e\1", first.filled[-1].removeprefix("f' ").removeprefix("= ")
    )
    assert float(written) == pytest.approx(scene.gradient[name == "y"], rel=1e-3, abs=1e-4)


def test_a_step_is_chosen_closed_and_left() -> None:
    state = choose_rule(QUADRATIC, 2)
    assert toggle_rule_part(state, "1").rule_parts == ("1",)
    assert toggle_rule_part(toggle_rule_part(state, "1"), "1").rule_parts == ()
    assert choose_rule(state, 2).rule_step == 0
    assert choose_partial(state, "y").rule_step == 0
    assert type_formula(state, "x y").rule_step == 0
    assert choose_preset(state, SURFACES[0]).rule_step == 0
    shown = show_rule(state, "y", 2)
    assert (shown.partial, shown.rule_step) == ("y", 2)


def test_a_step_that_does_not_exist_is_not_opened() -> None:
    assert rules_scene(replace(QUADRATIC, rule_step=99)).chosen is None


def test_steps_and_parts_of_the_tree_keep_what_they_were() -> None:
    assert rules_scene(QUADRATIC).steps is rules_scene(replace(QUADRATIC, point=(0.0, 0.0))).steps
    opened = toggle_rule_part(choose_rule(QUADRATIC, 2), "1")
    chosen = rules_scene(opened).chosen
    assert chosen is not None
    assert [(part.path, part.depth) for part in chosen.parts] == [("0", 0), ("1", 0), ("1.0", 1), ("1.1", 1)]


@pytest.mark.parametrize("text", ["3", "y", "abs(x)+abs(y)", "where(x>y, x, y^2)", "max(x, y)", "floor(x)+y"])
def test_functions_of_any_kind_have_steps(text) -> None:
    for name in "xy":
        state = choose_partial(type_formula(GradientState(), text), name)
        steps = rules_scene(state).steps
        for number in range(1, len(steps) + 1):
            assert rules_scene(choose_rule(state, number)).chosen is not None


@pytest.mark.parametrize(("field", "value"), [("partial", "z"), ("rule_step", -1)])
def test_states_survive_json_and_strange_choices_are_refused(field, value) -> None:
    state = toggle_rule_part(choose_rule(choose_partial(QUADRATIC, "y"), 1), "0")
    assert from_json(GradientState, to_json(state)) == state
    with pytest.raises(StateError, match=field):
        from_json(GradientState, to_json(replace(state, **{field: value})))
