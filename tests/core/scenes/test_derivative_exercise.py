"""The exercise: which rules are right, what is said of the others, and how moves are played."""

from __future__ import annotations

from importlib import import_module

import pytest

from core.differentiate import Step
from core.primitives import PRIMITIVES
from core.scenes.derivative_exercise import (
    HINT,
    HINTS_PER_STEP,
    RULES,
    SPECIAL_CASES,
    exercise_of,
    fitting,
    objection,
    rule_of,
)
from core.scenes.rule_steps import derivation_of

SAMPLES = {
    "constant": "3",
    "variable": "x",
    "constant_multiple": "2 sin(x)",
    "sum": "sin(x) + x^2",
    "difference": "sin(x) - x^2",
    "product": "x sin(x)",
    "quotient": "sin(x)/x",
    "chain": "sin(x^2)",
    "power": "x^3",
    "root": "sqrt(x)",
    "exponential": "2^x",
    "general_power": "x^x",
    "logarithm": "ln(x)",
    "known": "tanh(x)",
    "corner": "max(x, 1)",
    "pieces": "where(x > 0, x^2, 1)",
    "steps": "floor(x)",
    "remainder": "x mod 3",
}
DEFAULT = "sin(a*x)*exp(-x^2/8)"


def first(formula: str) -> Step:
    return derivation_of(formula).explained()[0]


def said(key: str, formula: str) -> str:
    answer = objection(key, first(formula))
    assert answer is not None
    return answer.sentence


def test_every_rule_of_the_engine_is_in_one_row():
    names = [name for rule in RULES for name in rule.names]
    engine = vars(import_module("core.differentiate"))
    constants = {value for name, value in engine.items() if name.endswith("_RULE")}
    assert sorted(names) == sorted({row.rule for row in PRIMITIVES.values()} | constants)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_one_rule_is_right_and_every_other_is_objected_to(rule):
    step = first(SAMPLES[rule.key])
    assert rule_of(step) is rule
    assert objection(rule.key, step) is None
    for other in RULES:
        if other.key not in fitting(step):
            sentence = said(other.key, SAMPLES[rule.key])
            assert sentence.endswith(".")
            assert sentence.count("$") % 2 == 0
            assert "{" not in "".join(sentence.split("$")[::2])


@pytest.mark.parametrize(
    ("key", "formula", "sentence"),
    [
        (
            "product",
            "2 sin(x)",
            "The product rule is for two factors that both contain x; here one factor is the constant $2$, "
            "so there is less to do.",
        ),
        (
            "chain",
            "x + sin(x)",
            "The chain rule is for a function of something more than x; here what is done last is to add $x$ "
            r"and $\sin\left(x\right)$.",
        ),
        (
            "power",
            "(x^2+1)^3",
            "The power rule alone is for x itself; here something is done to ${x}^{2} + 1$, which is more "
            "than $x$ itself. Its derivative must be multiplied on.",
        ),
        (
            "pieces",
            "floor(x)",
            "“Piece by piece” is for functions that are defined by cases; here the value is constant between "
            "jumps.",
        ),
        (
            "sum",
            "-sin(x)",
            "The sum rule is for two terms with a plus between them; here there is only a minus sign before "
            r"$\sin\left(x\right)$.",
        ),
        (
            "difference",
            "x^2 - x",
            "",
        ),
    ],
)
def test_what_is_said(key, formula, sentence):
    answer = objection(key, first(formula))
    assert (answer.sentence if answer else "") == sentence


@pytest.mark.parametrize(
    ("formula", "keys"),
    [
        ("5x^2", ("power", "constant_multiple")),
        ("2^(x^2)", ("exponential", "chain")),
        ("2^x", ("exponential",)),
    ],
)
def test_more_than_one_name_may_be_right(formula, keys):
    assert fitting(first(formula)) == keys


@pytest.mark.parametrize(
    ("key", "formula"), [("quotient", "sin(x)/5"), ("sum", "x^2 - x"), ("power", "3/x^2"), ("power", "1/x")]
)
def test_a_detour_is_no_mistake(key, formula):
    assert objection(key, first(formula)).works
    played = exercise_of(formula, (key,))
    assert (played.done, played.wrong, played.kind) == (0, 0, "plain")


def test_a_quotient_of_two_powers_is_no_negative_power():
    assert not objection("power", first("(x+1)^2/x^2")).works


def test_every_special_case_can_happen():
    formulas = [*SAMPLES.values(), "sin(x)/5", "1/x", "(x^2+1)^3", "exp(2x)"]
    for case in SPECIAL_CASES:
        steps = [first(formula) for formula in formulas]
        assert any(rule_of(step).key == case.right and case.applies(step) for step in steps), case


def test_playing_to_the_end():
    moves = ("product", "sum", "chain", HINT, "chain", "constant", "power")
    seen = [exercise_of(DEFAULT, moves[:count]) for count in range(len(moves) + 1)]
    assert [(each.done, each.wrong, each.hints) for each in seen] == [
        (0, 0, 0),
        (1, 0, 0),
        (1, 1, 0),
        (2, 1, 0),
        (2, 1, 1),
        (3, 1, 1),
        (3, 2, 1),
        (4, 2, 1),
    ]
    assert [each.kind for each in seen[1:]] == [
        "correct",
        "wrong",
        "correct",
        "plain",
        "correct",
        "wrong",
        "correct",
    ]
    assert {each.total for each in seen} == {4}
    assert seen[0].question == r"{\left(\sin\left(a x\right) \, {e}^{-{x}^{2}/8}\right)}' = \;?"
    assert seen[-1].finished
    assert seen[-1].question == ""
    assert seen[-1].message == "All 4 steps are found: 2 wrong choices, 1 hint."


def test_moves_after_the_end_change_nothing():
    assert exercise_of("x^2", ("power", "sum", HINT)) == exercise_of("x^2", ("power",))
    assert exercise_of("x^2", ("power",)).message == "The one step is found: no wrong choices, no hints."


def test_hints_come_one_after_another_and_start_again_with_each_step():
    hints = [exercise_of(DEFAULT, (HINT,) * count) for count in range(1, HINTS_PER_STEP + 1)]
    assert [each.message for each in hints] == [
        "Look at what is done last when one computes it: both factors contain x, "
        r"$\sin\left(a x\right)$ and ${e}^{-{x}^{2}/8}$.",
        r"The rule reads $(u \, v)' = u' v + u \, v'$.",
        "It is “Product rule”.",
    ]
    assert [each.hints_left for each in hints] == [2, 1, 0]
    assert exercise_of(DEFAULT, (HINT, HINT, "product")).hints_left == HINTS_PER_STEP
