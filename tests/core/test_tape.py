"""The tape by hand-made values: what each node keeps, and what is handed back along it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from core import autodiff, tape
from core.parser import parse
from core.primitives import sin
from core.tape import Dual, backward_pass, forward_pass, primal_and_tangent, variable_cotangents


def at(**numbers: float) -> dict[str, Any]:
    return {name: np.float64(number) for name, number in numbers.items()}


def test_the_passes_are_in_autodiff_too() -> None:
    assert autodiff.forward_pass is tape.forward_pass and autodiff.backward_pass is tape.backward_pass


def test_tape_and_shares() -> None:
    tape = forward_pass(parse("x*x + x"), {"x": np.float64(3.0)})
    assert [str(node.expression) for node in tape] == ["x", "x*x", "x*x + x"]
    assert [node.operands for node in tape] == [(), (0, 0), (1, 0)]
    assert [float(node.primal) for node in tape] == [3.0, 9.0, 12.0]
    assert [tuple(map(float, node.local_derivatives)) for node in tape] == [(), (3.0, 3.0), (1.0, 1.0)]
    swept = backward_pass(tape)
    assert [float(cotangent) for cotangent in swept.cotangents] == [7.0, 1.0, 1.0]
    assert [
        (share.node, share.place, share.operand, float(share.contribution)) for share in swept.shares
    ] == [
        (2, 0, 1, 1.0),
        (2, 1, 0, 1.0),
        (1, 0, 0, 3.0),
        (1, 1, 0, 3.0),
    ]
    for share in swept.shares:
        assert share.cotangent * share.local_derivative == share.contribution


def test_constants_have_no_local_derivative() -> None:
    tape = forward_pass(parse("x^2 + sin(2)"), {"x": np.float64(3.0)})
    by_text = {str(node.expression): node for node in tape}
    assert by_text["x**2"].local_derivatives == (6.0, None)
    assert by_text["sin(2)"].local_derivatives == (None,)


def test_dual_numbers_carry_their_derivative() -> None:
    moved = sin(Dual(0.5, 1.0)) * 2.0 + 1.0
    assert moved.primal == pytest.approx(2.0 * math.sin(0.5) + 1.0)
    assert moved.tangent == pytest.approx(2.0 * math.cos(0.5))


@pytest.mark.parametrize(
    ("text", "values", "slopes"),
    [
        ("x*x + x", {"x": 3.0}, {"x": 7.0}),
        ("x y + y", {"x": 3.0, "y": 5.0}, {"x": 5.0, "y": 4.0}),
        ("(x + y)*(x + y)", {"x": 1.0, "y": 2.0}, {"x": 6.0, "y": 6.0}),
        ("7", {}, {}),
    ],
)
def test_shares_are_summed_where_the_graph_forks(
    text: str, values: dict[str, float], slopes: dict[str, float]
) -> None:
    forward = forward_pass(parse(text), at(**values))
    assert variable_cotangents(forward) == slopes
    assert variable_cotangents(forward, -2.0) == {name: -2.0 * slope for name, slope in slopes.items()}
    for place, cotangent in enumerate(backward_pass(forward).cotangents[:-1]):
        shares = [share for share in backward_pass(forward).shares if share.operand == place]
        assert cotangent == sum(share.contribution for share in shares)
        assert all(share.operand in forward[share.node].operands for share in shares)


def test_arrays_go_along_the_tape() -> None:
    forward = forward_pass(parse("x^2 y"), {"x": np.array([1.0, 2.0]), "y": np.array([[3.0], [5.0]])})
    np.testing.assert_array_equal(forward[-1].primal, [[3.0, 12.0], [5.0, 20.0]])
    slopes = variable_cotangents(forward)
    np.testing.assert_array_equal(slopes["x"], [[6.0, 12.0], [10.0, 20.0]])
    np.testing.assert_array_equal(np.broadcast_to(slopes["y"], (2, 2)), [[1.0, 4.0], [1.0, 4.0]])


@pytest.mark.parametrize("x", [np.float64(0.0), np.array([0.0])])
def test_what_does_not_reach_the_output_cannot_change_it(x: Any) -> None:
    """Both square roots have an infinite slope at 0, and neither is chosen."""
    for text, slope in (("where(x < 0, sqrt(x), 3x)", 3.0), ("0*sqrt(x) + 2x", 2.0)):
        assert variable_cotangents(forward_pass(parse(text), {"x": x}))["x"] == slope


@pytest.mark.parametrize(("text", "jump"), [("floor(x)", 1.0), ("x^2 + floor(x)", 1.0), ("mod(4, x)", 2.0)])
def test_where_the_value_jumps_there_is_no_slope(text: str, jump: float) -> None:
    expression = parse(text)
    assert math.isnan(variable_cotangents(forward_pass(expression, at(x=jump)))["x"])
    around = {"x": np.array([jump - 0.1, jump, jump + 0.1])}
    assert np.isnan(variable_cotangents(forward_pass(expression, around))["x"]).tolist() == [
        False,
        True,
        False,
    ]
    moving = forward_pass(expression, {"x": Dual(np.float64(jump), 1.0)})
    assert math.isnan(primal_and_tangent(variable_cotangents(moving)["x"])[0])


@pytest.mark.parametrize(
    ("text", "slope", "curvature"),
    [
        ("x^3", 12.0, 12.0),
        ("x*x*x", 12.0, 12.0),
        ("1/x", -0.25, 0.25),
        ("3x", 3.0, 0.0),
        ("x^2 + 5", 4.0, 2.0),
    ],
)
def test_the_backward_pass_on_dual_numbers_gives_the_curvature(
    text: str, slope: float, curvature: float
) -> None:
    forward = forward_pass(parse(text), {"x": Dual(np.float64(2.0), 1.0)})
    assert primal_and_tangent(forward[-1].primal)[1] == slope
    assert primal_and_tangent(variable_cotangents(forward)["x"]) == (slope, curvature)


def test_a_number_that_is_not_dual_stands_still() -> None:
    assert primal_and_tangent(2.5) == (2.5, 0.0) and primal_and_tangent(Dual(2.5, -1.0)) == (2.5, -1.0)
    mixed = Dual(3.0, 1.0) * np.float64(2.0) - Dual(1.0, 0.0)
    assert (mixed.primal, mixed.tangent) == (5.0, 2.0)
