"""An opened step: its marks in the formula, its curves, its tree, its numbers; and the raw result."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from core.presets import FUNCTIONS
from core.scenes.derivative import DerivativeState, choose_preset, compute, type_formula, with_claim
from core.scenes.derivative_exercise import HINT, MOST_MOVES
from core.scenes.derivative_steps import (
    choose_step,
    move_in_exercise,
    restart_exercise,
    show_step,
    steps_scene,
    take_move_back,
    toggle_exercise,
    toggle_part,
    toggle_raw,
)
from core.scenes.rule_numbers import number_text
from core.scenes.rule_steps import END_OF_MARK, MARK
from core.scenes.state import StateError, from_json, to_json

FORMULAS = [
    "sin(a*x)*exp(-x^2/8)",
    "(x^2+1)^3",
    "1/(1+exp(-x))",
    "(x+2)^x",
    "2^(x^2)",
    "abs(x - 3) x",
    "where(x>0, x^2, sin(x))",
    "-sin(x)/2",
    "sin(x)/(x - 5)",
    "sin(x)^2 + sin(x)",
    "x*x^2",
    "max(x, x^2)",
    "5x^2 - 3x",
    "sqrt(x^2+1)",
    "tanh(x^3) - 4",
    "hypot(x, 2)",
]


def opened(formula: str, number: int = 1, x: float = 0.8, **changes: object) -> DerivativeState:
    state = replace(type_formula(DerivativeState(), formula), x=x, **changes)
    return choose_step(state, number)


def marked(formula: str, number: int) -> str:
    piece = steps_scene(opened(formula, number)).piece
    assert piece is not None
    return piece.marked_latex.replace(MARK, "<").replace(END_OF_MARK, ">")


def count(formula: str) -> int:
    return len(compute(type_formula(DerivativeState(), formula)).steps)


# The piece


@pytest.mark.parametrize(
    ("formula", "number", "latex"),
    [
        ("sin(a*x)*exp(-x^2/8)", 2, r"f(x) = <\sin\left(a x\right)> \, {e}^{-{x}^{2}/8}"),
        ("sin(a*x)*exp(-x^2/8)", 4, r"f(x) = \sin\left(a x\right) \, {e}^{<-{x}^{2}/8>}"),
        ("x^2 + sin(x^2)", 2, r"f(x) = <{x}^{2}> + \sin\left(<{x}^{2}>\right)"),
        ("sin(x)^2 + sin(x)", 3, r"f(x) = {<\sin>}^{2}<\left(x\right)> + <\sin\left(x\right)>"),
        (
            "(a*sin(x) + 1)(sin(x) + 1)",
            5,
            r"f(x) = \left(a \, \sin\left(x\right) + 1\right) \left(<\sin\left(x\right) + 1>\right)",
        ),
        ("x*x^2", 2, r"f(x) = x \cdot <{x}^{2}>"),
        ("1/(1+exp(-x))", 2, r"f(x) = \frac{1}{<1 + {e}^{-x}>}"),
        (
            "exp(sin(x)/2)/(sin(x)/2)",
            3,
            r"f(x) = \frac{{e}^{<\sin\left(x\right)/2>}}{<\frac{\sin\left(x\right)}{2}>}",
        ),
    ],
)
def test_each_occurrence_of_the_piece_is_marked(formula, number, latex):
    assert marked(formula, number) == latex


@pytest.mark.parametrize("formula", [*FORMULAS, *(preset.formula for preset in FUNCTIONS)])
def test_marks_are_balanced_and_change_nothing_else(formula):
    whole = compute(type_formula(DerivativeState(), formula)).latex
    for number in range(1, count(formula) + 1):
        text = marked(formula, number)
        assert text.count("<") - whole.count("<") == text.count(">") - whole.count(">") > 0
        bare = steps_scene(opened(formula, number)).piece.marked_latex
        bare = re.sub(f"{{{MARK}([^{END_OF_MARK}]*){END_OF_MARK}}}\\^", r"\1^", bare)
        assert bare.replace(MARK, "").replace(END_OF_MARK, "") == whole


def test_the_curves_are_those_of_the_piece():
    piece = steps_scene(opened("sin(a*x)*exp(-x^2/8)", 2)).piece
    assert np.allclose(piece.curve.y, np.sin(1.2 * piece.curve.x))
    assert np.allclose(piece.slope_curve.y, 1.2 * np.cos(1.2 * piece.slope_curve.x))
    assert piece.slope.value == pytest.approx(math.sin(0.96))
    assert piece.slope.derivative == pytest.approx(1.2 * math.cos(0.96))
    assert (piece.name, piece.is_whole, piece.notice) == ("g", False, "")


def test_curves_stay_the_same_objects_while_the_point_moves():
    first, second = (steps_scene(opened("x^2 sin(x)", 2, x)).piece for x in (0.5, 0.7))
    assert first.curve is second.curve
    assert first.slope_curve is second.slope_curve


@pytest.mark.parametrize(("formula", "name"), [("g*sin(x^2)", "p"), ("g*p*sin(x^2)", "q"), ("sin(x^2)", "g")])
def test_the_piece_gets_a_letter_that_the_formula_leaves_free(formula, name):
    assert steps_scene(opened(formula, 2)).piece.name == name


@pytest.mark.parametrize(
    ("formula", "number", "view", "notice"),
    [
        ("x^2 + 1", 1, (-5.0, 5.0, -1.0, 2.0), "This piece is f itself: its curves are drawn already."),
        ("sin(x^2 + 9)", 2, (-5.0, 5.0, -1.0, 2.0), "g runs above its plot."),
        ("sin(-9 - x^2)", 2, (-5.0, 5.0, -1.0, 2.0), "g runs below its plot."),
        ("sin(x^2)", 2, (-1.0, 1.0, -1.0, 2.0), ""),
        ("exp(b*sin(x))", 2, (0.1, 0.9, -1.0, 2.0), "g is constant in view."),
        ("max(1, ln(x))", 2, (-5.0, -1.0, -1.0, 2.0), "g is not defined anywhere in view."),
    ],
)
def test_what_cannot_be_seen_is_said(formula, number, view, notice):
    state = replace(type_formula(DerivativeState(), formula), view=view, slope_range=(-20.0, 20.0))
    state = replace(state, parameters=(("b", 0.0),), x=view[0] + 0.1, marked_step=number)
    scene = steps_scene(state)
    assert scene.piece.notice.startswith(notice)
    assert bool(scene.piece.notice) == bool(notice)


# The step, opened


def test_the_default_product_with_its_numbers():
    chosen = steps_scene(choose_step(DerivativeState(), 1)).chosen
    assert chosen.before == r"\sin\left(a x\right) \, {e}^{-{x}^{2}/8}"
    assert [(part.latex, part.derivative_latex, part.step) for part in chosen.parts] == [
        (r"u = \sin\left(a x\right) = 0.8192", "u' = 0.6882", 2),
        (r"v = {e}^{-{x}^{2}/8} = 0.9231", "v' = -0.1846", 3),
    ]
    assert chosen.filled == (
        "f' = u' v + u v'",
        r"= 0.6882 \cdot 0.9231 + 0.8192 \cdot \left(-0.1846\right)",
        "= 0.4841",
    )


PYTHON = [
    (r"\\(\w+)\^\{(\d)\}\\left\(([^()]*)\\right\)", r"\1(\3)**\2"),
    (r"\\operatorname\{(\w+)\}", r"\1"),
    (r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)"),
    (r"\{([^{}]*)\}\^\{([^{}]*)\}", r"(\1)**(\2)"),
    (r"\\ln", "log"),
    (r"\\left\(", "("),
    (r"\\right\)", ")"),
    (r"\\cdot", "*"),
    (r"(?<=[\d)]) ?\\, ?\\?(?=[a-z])", "*"),
    (r"\\,|\\", ""),
]


def computed(latex: str) -> float:
    """Work out a line of numbers, independently of the engine."""
    text = latex.removeprefix("= ")
    for pattern, replacement in PYTHON:
        text = re.sub(pattern, replacement, text)
    names = {**vars(math), "sign": np.sign, "hypot": math.hypot}
    return float(eval(text, {"__builtins__": {}}, names))


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("x", [0.8, -0.6])
def test_the_numbers_filled_in_give_the_slope_of_the_piece(formula, x):
    for number in range(1, count(formula) + 1):
        scene = steps_scene(opened(formula, number, x))
        steps = 1e-6
        ahead, behind = (
            steps_scene(opened(formula, number, x + side)).piece.slope.value for side in (steps, -steps)
        )
        slope = (ahead - behind) / (2 * steps)
        assert scene.piece.slope.derivative == pytest.approx(slope, abs=1e-5, rel=1e-5)
        for line in scene.chosen.filled[1:]:
            assert computed(line) == pytest.approx(slope, abs=4e-3, rel=4e-3), (number, line)


def test_letters_of_the_formula_are_not_used_for_its_operands():
    chosen = steps_scene(opened("u*sin(x) + v", 1)).chosen
    assert [part.latex for part in chosen.parts] == [r"s = u \, \sin\left(x\right) = 0.7174", "t = v = 1"]
    assert chosen.filled[0] == "f' = s' + t'"


def test_what_is_too_trivial_for_the_list_is_opened_in_the_tree():
    state = choose_step(DerivativeState(), 2)
    closed = steps_scene(state).chosen.parts
    assert [(part.rule, part.openable, part.opened) for part in closed] == [
        ("Constant multiple rule", True, False)
    ]
    parts = steps_scene(toggle_part(state, "0")).chosen.parts
    assert [(part.path, part.depth, part.rule, part.latex, part.derivative_latex) for part in parts] == [
        ("0", 0, "Constant multiple rule", "u = a x = 0.96", "u' = 1.2"),
        ("0.0", 1, "Constant rule", "a = 1.2", "a' = 0"),
        ("0.1", 1, "Derivative of the variable", "x = 0.8", "x' = 1"),
    ]
    assert toggle_part(toggle_part(state, "0"), "0") == state


def test_a_part_in_the_list_is_called_as_it_is_there():
    scene = compute(choose_step(DerivativeState(), 3))
    part = scene.derivation.chosen.parts[0]
    assert (part.step, part.rule) == (4, "Power rule") == (4, scene.steps[3].rule)


@pytest.mark.parametrize(
    ("formula", "rule"),
    [
        ("ln(1+x^2)", r"f' = 1/u \cdot u'"),
        ("(x^2+1)^3", r"f' = 3 {u}^{2} \cdot u'"),
        ("x sin(x)", "f' = u' v + u v'"),
        ("-sin(x)/2", "f' = u'/2"),
    ],
)
def test_the_rule_in_letters(formula, rule):
    assert steps_scene(opened(formula)).chosen.filled[0] == rule


def test_a_case_says_which_condition_holds():
    left, right = (steps_scene(opened("where(x>0, x^2, sin(x))", 1, x)).chosen for x in (-1.0, 1.0))
    assert left.parts[0].latex.endswith(r"\text{does not hold}")
    assert right.parts[0].latex.endswith(r"\text{holds}")
    assert [part.openable for part in left.parts] == [False, False, False]
    assert left.filled == ("f' = v'", "= 0.5403")
    assert right.filled == ("f' = u'", "= 2")


@pytest.mark.parametrize(("formula", "x"), [("|x| + x", 0.0), ("floor(x) x", 1.0), ("ln(x) + x", -1.0)])
def test_where_there_is_no_slope_the_numbers_say_none(formula, x):
    filled = steps_scene(opened(formula, 1, x)).chosen.filled
    assert filled[-1] == r"= \text{none}"
    assert len(filled) == 2


@pytest.mark.parametrize(("formula", "filled"), [("3", ("f' = 0",)), ("x", ("f' = 1",)), ("b", ("f' = 0",))])
def test_constant_and_variable_have_nothing_to_fill_in(formula, filled):
    assert steps_scene(opened(formula)).chosen.filled == filled


def test_a_very_long_rule_is_given_by_its_result_alone():
    chosen = steps_scene(opened("polygamma(1, x) gamma(x)^x", 1)).chosen
    assert chosen.filled[-1].startswith(("=", "f' ="))
    assert sum(map(len, chosen.filled)) < 600


@pytest.mark.parametrize("number", [0, 5, -3, 10**9])
def test_a_step_that_does_not_exist_is_not_opened(number):
    scene = steps_scene(replace(DerivativeState(), marked_step=number))
    assert scene.piece is None
    assert scene.chosen is None


def test_thirty_steps():
    formula = "sin(" * 30 + "x^2" + ")" * 30
    state = opened(formula, 30)
    assert len(compute(state).steps) == 31
    assert steps_scene(state).chosen.parts[0].step == 31


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (2.0, "2"),
        (0.48406898, "0.4841"),
        (-1234.5, "-1234.5"),
        (0.00123456, "0.001235"),
        (1.5e-9, r"1.5 \cdot {10}^{-9}"),
        (-2e20, r"-2 \cdot {10}^{20}"),
        (math.nan, r"\text{none}"),
        (-math.inf, r"-\infty"),
    ],
)
def test_numbers_as_text(value, text):
    assert number_text(value) == text


# Raw and tidy


def test_the_raw_form_is_shown_only_where_it_is_asked_for():
    state = type_formula(DerivativeState(), "x^3 + 2x")
    assert steps_scene(state).raw is None
    raw = steps_scene(toggle_raw(state)).raw
    assert raw.latex == r"f'(x) = 3 {x}^{3 - 1} \cdot 1 + 2 \cdot 1"
    assert raw.sentence == (
        "Equal to the tidy form. Algebra turns the first into the second. Both agree with automatic "
        "differentiation at 200 points in view; the largest difference is 0."
    )
    assert toggle_raw(toggle_raw(state)) == state


@pytest.mark.parametrize("preset", FUNCTIONS, ids=lambda preset: preset.key)
def test_both_forms_of_every_example_are_found_equal(preset):
    sentence = steps_scene(toggle_raw(choose_preset(DerivativeState(), preset))).raw.sentence
    assert sentence.startswith(("Equal to the tidy form.", "There was nothing to tidy"))


def test_nothing_to_compare_is_said():
    state = replace(type_formula(DerivativeState(), "sqrt(x)"), view=(-5.0, -1.0, -1.0, 1.0), x=-2.0)
    assert "There is no derivative in view to compare." in steps_scene(toggle_raw(state)).raw.sentence


# What the user does


def test_a_step_is_chosen_and_closed_again():
    state = choose_step(DerivativeState(), 2)
    assert state.marked_step == 2
    assert choose_step(toggle_part(state, "0"), 3) == replace(DerivativeState(), marked_step=3)
    assert choose_step(state, 2) == DerivativeState()


def test_another_function_closes_what_was_open():
    state = toggle_part(choose_step(DerivativeState(), 2), "0")
    for after in (type_formula(state, "x^3"), choose_preset(state, FUNCTIONS[0])):
        assert (after.marked_step, after.open_parts, after.exercise_moves) == (0, (), ())
    assert type_formula(state, "sin(").marked_step == 2
    assert with_claim(state, "2x").marked_step == 0


def test_the_exercise_asks_for_one_piece_after_another():
    state = toggle_exercise(toggle_raw(choose_step(DerivativeState(), 3)))
    scene = steps_scene(state)
    assert (scene.chosen, scene.raw, scene.exercise.done) == (None, None, 0)
    assert scene.piece.is_whole
    state = move_in_exercise(move_in_exercise(state, "sum"), "product")
    scene = steps_scene(state)
    assert (scene.exercise.done, scene.exercise.wrong) == (1, 1)
    assert scene.piece.latex == r"\sin\left(a x\right)"
    assert steps_scene(take_move_back(state)).exercise.done == 0
    assert restart_exercise(state) == toggle_exercise(DerivativeState())
    assert toggle_exercise(state) == DerivativeState()


def test_after_the_exercise_its_steps_can_be_opened():
    state = toggle_exercise(type_formula(DerivativeState(), "x^2"))
    assert steps_scene(replace(state, marked_step=1)).chosen is None
    done = move_in_exercise(state, "power")
    assert steps_scene(done).piece is None
    assert steps_scene(choose_step(done, 1)).chosen.number == 1


def test_moves_without_meaning_are_not_kept():
    state = toggle_exercise(type_formula(DerivativeState(), "x^2"))
    for _ in range(5):
        state = move_in_exercise(state, HINT)
    assert state.exercise_moves == (HINT,) * 3
    done = move_in_exercise(state, "power")
    assert move_in_exercise(done, "sum") == done
    full = replace(state, exercise_moves=("sum",) * MOST_MOVES)
    assert move_in_exercise(full, "sum") == full


def test_a_step_that_is_spoken_of_ends_the_exercise():
    state = move_in_exercise(toggle_exercise(DerivativeState()), "product")
    assert show_step(state, 2) == replace(DerivativeState(), marked_step=2)


def test_states_survive_json_and_strange_moves_are_refused():
    state = toggle_part(move_in_exercise(toggle_exercise(DerivativeState()), "product"), "0.1")
    assert from_json(DerivativeState, to_json(state)) == state
    with pytest.raises(StateError, match="exercise_moves has a wrong value"):
        from_json(DerivativeState, to_json(replace(state, exercise_moves=("magic",))))
