"""The Backprop tab's scene: both passes a step at a time, in numbers and in words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from core.presets import GRAPHS
from core.scenes.backprop import compute, to_python
from core.scenes.backprop_state import (
    BackpropState,
    at_step,
    last_step_of,
    preset,
    select,
    type_formula,
    with_learning,
    with_value,
)
from core.scenes.backprop_step import take_gradient_step
from core.scenes.backprop_words import Line
from core.scenes.state import from_json, to_json

NEURON = BackpropState()
FORK = preset("fork")


def typed(text: str, **values: float) -> BackpropState:
    state = type_formula(NEURON, text)
    for name, value in values.items():
        state = with_value(state, name, value)
    return state


def words(line: Line) -> str:
    return " ".join(term.latex if term.number is None else f"{term.number:.4f}" for term in line)


def test_the_numbers_of_the_neuron() -> None:
    scene = compute(NEURON)
    values = {node.name: state for node, state in zip(scene.graph.nodes, scene.nodes, strict=True)}
    assert [values[name].value for name in "uzpe"] == pytest.approx([1.0, 1.1, 0.7502601, -0.2497399])
    assert f"{values['z'].value:.4f} {values['p'].value:.4f} {scene.output:.4f}" == "1.1000 0.7503 0.0624"
    assert f"{values['w'].gradient:.4f} {values['b'].gradient:.4f}" == "-0.1872 -0.0936"
    assert [row.backprop for row in scene.gradients] == pytest.approx(
        [-0.187175, -0.093587, -0.046794, 0.499480], abs=1e-6
    )
    assert all(row.error < 1e-9 for row in scene.gradients)


def test_the_graph_of_the_neuron_has_letters_and_symbols() -> None:
    graph = compute(NEURON).graph
    assert [node.name for node in graph.nodes] == ["w", "x", "u", "b", "z", "p", "y", "e", "L"]
    assert [graph.nodes[index].symbol for index in graph.operations] == [
        r"\times", "+", r"\sigma", "-", r"{(\,\cdot\,)}^{2}",
    ]  # fmt: skip
    assert [edge.rule for edge in graph.edges] == [
        "x", "w", "1", "1", r"p \left(1 - p\right)", "1", "-1", "2 e",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "title", "first"),
    [
        (0, "The inputs have their values", "w = 0.5000"),
        (1, "Node × computes its value", r"u = w x = 0.5 \cdot 2 = 1.0000"),
        (3, "Node σ computes its value", r"p = \sigma\left(z\right) = \sigma\left(1.1\right) = 0.7503"),
        (
            6,
            "Node ( · )² passes the gradient back",
            r"\frac{{\partial} L}{{\partial} e} = \frac{{\partial} L}{{\partial} L} \cdot 2 e"
            r" = 1.0000 \cdot -0.4995 = -0.4995",
        ),
        (
            10,
            "Node × passes the gradient back",
            r"\frac{{\partial} L}{{\partial} w} = \frac{{\partial} L}{{\partial} u} \cdot x"
            r" = -0.0936 \cdot 2.0000 = -0.1872",
        ),
    ],
)
def test_each_step_is_told(step: int, title: str, first: str) -> None:
    narration = compute(at_step(NEURON, step)).narration
    assert narration.title == title
    assert words(narration.lines[0]) == first


def test_nothing_is_shown_before_a_pass_has_reached_it() -> None:
    start = compute(at_step(NEURON, 0))
    known = {
        node.name
        for node, state in zip(start.graph.nodes, start.nodes, strict=True)
        if state.value is not None
    }
    assert known == {"w", "x", "b", "y"}
    assert start.output is None and not start.seed_shown
    assert all(edge.local is None and edge.gradient is None for edge in start.edges)
    assert all(state.gradient is None for state in start.nodes)
    third = compute(at_step(NEURON, 3))
    assert [edge.local is not None for edge in third.edges] == [True] * 5 + [False] * 3
    seventh = compute(at_step(NEURON, 7))
    assert [edge.gradient is not None for edge in seventh.edges] == [False] * 5 + [True] * 3
    assert seventh.seed_shown and seventh.output is not None


def test_forward_follows_the_tape_and_backward_the_reverse() -> None:
    graph = compute(NEURON).graph
    visited = [graph.nodes[compute(at_step(NEURON, step)).progress.current].name for step in range(1, 11)]
    assert visited == ["u", "z", "p", "e", "L", "L", "e", "p", "z", "u"]


def test_the_chain_rule_stands_factor_by_factor() -> None:
    chain = compute(NEURON).chain
    assert [factor.rule for factor in chain.factors] == ["x", "1", r"p \left(1 - p\right)", "1", "2 e"]
    assert [factor.local for factor in chain.factors] == pytest.approx([2, 1, 0.18737, 1, -0.49948], abs=1e-5)
    running = [-0.187175, -0.093587, -0.093587, -0.499480, -0.499480]
    assert [factor.running for factor in chain.factors] == pytest.approx(running, abs=1e-6)
    assert chain.total == chain.factors[0].running
    early = compute(at_step(NEURON, 7)).chain
    assert [factor.running is None for factor in early.factors] == [True, True, True, False, False]
    assert early.total is None


def test_a_fork_sums_what_comes_back_on_each_way() -> None:
    scene = compute(FORK)
    x = scene.nodes[scene.graph.index_of("x")]
    assert x.shares == (3.0, 3.0, 1.0) and x.gradient == 7.0
    assert scene.chain.factors == () and scene.chain.count == 3
    assert [way.product for way in scene.chain.ways] == [3.0, 3.0, 1.0]
    assert scene.chain.total == 7.0
    assert scene.chain.remark == "3 ways from x to L: the gradient is the sum"
    halfway = compute(at_step(FORK, 3))
    x = halfway.nodes[halfway.graph.index_of("x")]
    assert x.shares == (1.0,) and x.gradient is None
    line = words(compute(FORK).narration.lines[0])
    assert "{+}{=}" in line


def test_an_operation_that_forks_is_summed_too() -> None:
    scene = compute(preset("cross_entropy"))
    z = next(index for index, node in enumerate(scene.graph.nodes) if node.name == "z")
    assert sum(scene.nodes[z].shares) == pytest.approx(scene.nodes[z].gradient)
    assert scene.chain.remark == "2 ways from w to L: the gradient is the sum"


def test_more_ways_than_anyone_can_read_are_counted() -> None:
    text = "x"
    for _ in range(30):
        text = f"({text})*({text})" if len(text) < 400 else text
    chain = compute(typed(text, x=1.0)).chain
    assert chain.count > 6 and len(chain.ways) == 6


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("x^2", ["input", "operation"]),
        ("2x", ["constant", "input", "operation"]),
        ("x^sqrt(2) + 3", ["input", "operation", "constant", "operation"]),
        ("e^x", ["input", "operation"]),
        ("sqrt(2) + 1", ["constant"]),
        ("x", ["input"]),
        ("2x + 2y", ["constant", "input", "operation", "constant", "input", "operation", "operation"]),
    ],
)
def test_constants_are_small_nodes_and_exponents_belong_to_the_symbol(text: str, kinds: list[str]) -> None:
    scene = compute(typed(text))
    assert sorted(node.kind for node in scene.graph.nodes) == sorted(kinds)
    assert scene.output is not None


def test_letters_of_the_formula_are_not_used_twice() -> None:
    for text in ("u*z + p", "L*J^2", "e^x*sin(x) - exp(y)", "+".join(f"sin(a{k})" for k in range(30))):
        names = [node.name for node in compute(typed(text)).graph.nodes if node.name]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("text", "values", "remark"),
    [
        ("log(x)", {"x": -2.0}, "L is not defined here: the logarithm needs a number above 0."),
        (
            "sqrt(x)*y",
            {"x": -1.0},
            "L is not defined here: the square root needs a number that is not negative.",
        ),
        ("1/x", {"x": 0.0}, "L is infinite here."),
        ("relu(x)", {"x": 0.0}, "A corner: the slope of ReLU at 0 is taken as 0, as PyTorch does."),
        ("x^2", {"x": 3.0}, ""),
    ],
)
def test_what_does_not_exist_is_said_with_the_reason(
    text: str, values: dict[str, float], remark: str
) -> None:
    scene = compute(typed(text, **values))
    assert scene.remark == remark


def test_an_undefined_value_has_no_gradients_and_no_step() -> None:
    state = replace(typed("log(x) + x", x=-2.0), learn=("x",))
    scene = compute(state)
    assert scene.output is not None and math.isnan(scene.output)
    assert math.isnan(scene.gradients[0].backprop)
    assert scene.gradient_step.obstacle == "There is no step: L has no finite gradient here."
    assert take_gradient_step(state) == state
    for step in range(1, last_step_of(state) + 1):
        scene = compute(at_step(state, step))
        assert scene.narration.title.endswith(" is not defined: the logarithm needs a number above 0")
        assert scene.narration.lines == ()
        assert scene.chain.remark == "L is not defined here: the logarithm needs a number above 0."
        assert scene.chain.total is None


def test_a_branch_that_was_not_taken_does_not_spoil_the_gradient() -> None:
    scene = compute(typed("where(x > 0, log(x), x^2)", x=-3.0))
    assert scene.gradients[0].backprop == -6.0


def test_a_gradient_step_goes_downhill() -> None:
    step = compute(NEURON).gradient_step
    assert [(update.name, f"{update.old:.4f}", f"{update.new:.4f}") for update in step.updates] == [
        ("w", "0.5000", "0.6872"),
        ("b", "0.1000", "0.1936"),
    ]
    assert f"{step.old:.4f} {step.new:.4f}" == "0.0624 0.0298"
    after = take_gradient_step(NEURON)
    assert compute(after).output == step.new
    assert dict(after.values)["x"] == 2.0


def test_a_step_needs_letters_that_learn_and_room_for_the_numbers() -> None:
    nobody = with_learning(with_learning(NEURON, "w", False), "b", False)
    assert compute(nobody).gradient_step.obstacle == "Tick the letters that are to learn."
    huge = replace(typed("x^4", x=1e90), learn=("x",), learning_rate=1e60)
    assert "overflow" in compute(huge).gradient_step.obstacle


def test_a_new_formula_keeps_numbers_and_shows_everything() -> None:
    state = type_formula(NEURON, "w*x + c")
    assert dict(state.values) == {"w": 0.5, "x": 2.0, "c": 1.0, "b": 0.1, "y": 1.0}
    assert state.step == last_step_of(state) == 4
    assert [each.name for each in compute(state).inputs] == ["w", "x", "c"]
    assert [each.learns for each in compute(state).inputs] == [True, False, False]
    early = type_formula(at_step(NEURON, 3), "w*x + c")
    assert early.step == 0
    assert type_formula(state, "c^2").chosen == "c"


def test_new_parameters_learn_where_nothing_else_would() -> None:
    assert type_formula(NEURON, "a*x^2 + k1*t").learn == ("w", "b", "a", "k1")
    assert type_formula(NEURON, "w*x + c").learn == ("w", "b")
    nobody = replace(NEURON, learn=())
    assert type_formula(nobody, "(w*x + b)^2").learn == ()


@pytest.mark.parametrize("text", ["", "(w*x", "w+", "foo(w)", "x =", "\u0000"])
def test_bad_text_stays_and_everything_else_keeps_to_the_last_formula(text: str) -> None:
    state = type_formula(NEURON, text)
    assert state == replace(NEURON, text=text)
    scene = compute(state)
    assert scene.problem is not None and scene.graph is compute(NEURON).graph


def test_a_selected_node_shows_its_rule() -> None:
    p = 5
    narration = compute(select(NEURON, p)).narration
    assert narration.title == "Node σ: derivative of the sigmoid"
    assert [words(line) for line in narration.lines] == [
        r"p = \sigma\left(z\right) = \sigma\left(1.1\right) = 0.7503",
        r"\frac{{\partial} p}{{\partial} z} = p \left(1 - p\right) = 0.1874",
        r"\frac{{\partial} L}{{\partial} p} = -0.4995",
    ]
    unreached = compute(select(at_step(NEURON, 1), p)).narration
    assert words(unreached.lines[0]) == r"p = \sigma\left(z\right)" and len(unreached.lines) == 2
    assert select(NEURON, 1).chosen == "x"
    assert select(NEURON, 99).selected == -1
    assert at_step(select(NEURON, p), 3).selected == -1


@pytest.mark.parametrize("step", [-5, 0, 3, 99])
def test_any_step_is_taken_to_the_nearest_that_exists(step: int) -> None:
    scene = compute(replace(NEURON, step=step))
    assert scene.progress.step == min(max(step, 0), 10)


STATES = [
    *(preset(row.key) for row in GRAPHS),
    NEURON,
    replace(NEURON, step=3, selected=4, chosen="nobody", values=()),
    typed("sin(x)^2 + 1/0"),
    typed("max(a, b) * clip(c, 0, 1)", a=1e-12, b=-1e12),
    typed("where(x > 1, x, 2)"),
    typed("1 + 2"),
]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.formula)
def test_every_state_computes_at_every_step_and_survives_json(state: BackpropState) -> None:
    assert from_json(BackpropState, to_json(state)) == state
    for step in range(last_step_of(state) + 1):
        for selected in (-1, 0, len(compute(state).graph.nodes) - 1):
            compute(replace(state, step=step, selected=selected))
    assert compute(state).graph is compute(state).graph


@pytest.mark.parametrize("row", GRAPHS, ids=lambda row: row.key)
def test_examples_agree_with_finite_differences(row: object) -> None:
    scene = compute(preset(row.key))  # type: ignore[attr-defined]
    assert scene.problem is None and scene.remark == ""
    assert all(each.error < 1e-8 for each in scene.gradients)
    assert scene.chain.total is not None


@pytest.mark.parametrize("state", [NEURON, FORK, typed("1 + 2")], ids=lambda state: state.formula)
def test_the_script_computes_what_the_tab_shows(
    state: BackpropState, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(to_python(state), "script", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    scene = compute(state)
    assert lines[0] == f"L = {scene.output!r}"
    printed = sorted({float(line.split(" = ")[1]) for line in lines[1:-1]})
    assert printed == pytest.approx(sorted({row.backprop for row in scene.gradients}), rel=1e-14)
    if not scene.gradient_step.obstacle:
        assert lines[-1] == f"L after a gradient step = {scene.gradient_step.new!r}"


def test_two_hundred_operations() -> None:
    state = typed("+".join(f"sin(a{k}*x)" for k in range(60)))
    scene = compute(state)
    assert len(scene.graph.operations) == 179
    assert scene.gradients[-1].error < 1e-8
    deep = typed("sigmoid(" * 45 + "x" + ")" * 45)
    assert len(compute(deep).chain.factors) == 45
