"""Reverse mode, forward mode and the symbolic derivative against mpmath on 5,000 random expressions.

Every row of the table gets its share of expressions that it occurs in, to six operations deep, with one to
three letters and random constants, at random points. ``NABLA_LONG=10`` makes ten times as many, anew at each
run; without it they are the same every time.

mpmath knows nothing of the table's derivatives: it evaluates at 50 digits, and differentiates each
operation by a central difference of step 1e-20, whose error is about the square of that.

**Which points are left out.** The formula is computed again with every intermediate result and slope moved
by about 1e-12 of its size, at random and the opposite way. Where that changes the value or a derivative by
more than a millionth, a point lies within rounding of a kink, a jump, a pole or the edge of a domain, or the
formula cancels: there doubles and many digits rightly differ. So they do where a value or a slope on the way
exceeds a million. Elsewhere nothing is forgiven: what is defined must come out, to 1e-9 of its size and a
thousandth of that change, and what is not must be NaN.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from mpmath import mpf

from core.autodiff import hessian, jvp, value_and_grad, vjp
from core.check import check_gradient
from core.differentiate import differentiate
from core.expression import Apply, Constant, Expression, Variable
from core.primitives import PRIMITIVES, Primitive
from tests.core.witnesses import WITNESSES

LONG = int(os.environ.get("NABLA_LONG", "1"))
EXPRESSIONS = 5_000
EACH = -(-EXPRESSIONS // len(PRIMITIVES))
DIGITS = 50
STEP = mpf("1e-20")
NOISE = 1e-12
LARGEST = 1e6

LETTERS = ("x", "y", "t")


# What is right ------------------------------------------------------------------------------------


class Extreme(ArithmeticError):
    """A pole, or a value or slope that is too large to compare."""


class Exact(NamedTuple):
    """A value with its derivative for each letter, at many digits; NaN where it is undefined."""

    value: Any
    slopes: tuple[Any, ...]


def real(function: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
    """Apply a witness; NaN where its result is not real."""
    try:
        result = mpmath.mpmathify(function(*operands))
    except (ZeroDivisionError, ValueError) as pole:
        raise Extreme from pole
    if isinstance(result, mpmath.mpc):
        return result.real if result.imag == 0 else mpmath.nan
    if not abs(result) <= LARGEST:
        raise Extreme
    return result


def derivative(function: Callable[..., Any], operands: tuple[Any, ...], place: int, result: Any) -> Any:
    """Central difference; refused at a jump, a kink, a vertical slope and the edge of the domain."""
    sides = [
        real(function, (*operands[:place], operands[place] + side, *operands[place + 1 :]))
        for side in (STEP, -STEP)
    ]
    bend = abs(sides[0] - 2 * result + sides[1])
    if not (abs(sides[0] - sides[1]) <= 2 * LARGEST * STEP and bend <= STEP * mpf("1e-8")):
        raise Extreme
    return (sides[0] - sides[1]) / (2 * STEP)


def applied(node: Apply, operands: tuple[Exact, ...]) -> Exact:
    """Compute one operation and its chain rule; only `where` does without an operand that is undefined."""
    name = node.primitive.name
    values = tuple(operand.value for operand in operands)
    if name == "where" and not mpmath.isnan(values[0]):
        return operands[1] if values[0] else operands[2]
    if any(map(mpmath.isnan, values)):
        if name == "power" and (values[0] == 1 or values[1] == 0):
            raise Extreme  # for IEEE 754 the powers 1**NaN and NaN**0 are 1
        return Exact(mpmath.nan, (mpmath.nan,) * len(operands[0].slopes))
    if name in ("equal", "not_equal") and abs(values[0] - values[1]) < NOISE * max(map(abs, values)):
        raise Extreme
    function = WITNESSES[name].function
    result = real(function, values)
    slopes = [mpf(0)] * len(operands[0].slopes)
    for place, operand in enumerate(operands):
        if node.operands[place].names and not mpmath.isnan(result):
            local = derivative(function, values, place, result)
            slopes = [slope + local * tangent for slope, tangent in zip(slopes, operand.slopes, strict=True)]
    return Exact(result, tuple(slopes))


def exact(expression: Expression, at: Mapping[str, float], relative: Callable[[], float]) -> Exact:
    """Forward mode at many digits, each result and slope moved by a relative amount."""
    names = expression.names

    def visit(node: Expression, operands: tuple[Exact, ...]) -> Exact:
        if isinstance(node, Apply):
            result = applied(node, operands)
            moved = relative()
            slopes = tuple(slope * (1 + relative()) for slope in result.slopes)
            return Exact(result.value * (1 + moved) + moved / 100, slopes)
        if isinstance(node, Variable):
            return Exact(mpf(at[node.name]), tuple(mpf(name == node.name) for name in names))
        assert isinstance(node, Constant)
        return Exact(mpf(float(node.value)), (mpf(0),) * len(names))

    return expression.fold(visit)


def noise(size: float) -> Callable[[], float]:
    """Return the same random numbers each time, up to a size and of either sign."""
    random = Random(0)
    return lambda: size * random.choice((-1.0, 1.0)) * random.uniform(0.5, 1.0)


def exact_with_room(expression: Expression, at: Mapping[str, float]) -> tuple[Exact, list[float]] | None:
    """Value and derivatives with the room that rounding needs for each; None for what is left out."""
    with mpmath.workdps(DIGITS):
        try:
            right = exact(expression, at, lambda: 0.0)
            moved = [exact(expression, at, noise(NOISE)), exact(expression, at, noise(-NOISE))]
        except Extreme:
            return None
        rooms = []
        for place, number in enumerate((right.value, *right.slopes)):
            others = [(other.value, *other.slopes)[place] for other in moved]
            if mpmath.isnan(number) and all(map(mpmath.isnan, others)):
                rooms.append(0.0)
                continue
            farthest = max(abs(other - number) for other in others)
            if not farthest <= 1e-6 * max(1, abs(number)):
                return None
            rooms.append(1e-9 * float(abs(number)) + 1e-3 * float(farthest) + 1e-25)
    return right, rooms


# Random expressions -------------------------------------------------------------------------------

ROWS = list(PRIMITIVES.values())
ORDERED = ("polygamma", "spherical_jn")
"""Rows whose first operand is a whole number."""
NUMBERS = (-2.0, -1.0, 0.5, 1.0, 2.0, 3.0)


def leaf(random: Random) -> Expression:
    if random.random() < 0.7:
        return Variable(random.choice(LETTERS))
    return Constant(random.choice(NUMBERS) if random.random() < 0.5 else random.uniform(-4.0, 4.0))


def tree(random: Random, depth: int) -> Expression:
    """Build an expression of at most so many operations inside one another."""
    if depth == 0 or random.random() < 0.25:
        return leaf(random)
    row = random.choice(ROWS)
    return node(random, row, [tree(random, depth - 1) for _ in range(row.arity)])


def node(random: Random, row: Primitive, operands: list[Expression]) -> Expression:
    """Apply a row; an order is a whole number, and some operand has a letter."""
    if row.name in ORDERED:
        operands[0] = Constant(float(random.randint(0, 2)))
    if not any(operand.names for operand in operands):
        operands[-1] = Variable(random.choice(LETTERS))
    return Apply(row, *operands)


def expression_with(random: Random, row: Primitive) -> Expression:
    """Build an expression with a row at its heart: up to three operations around it, two below."""
    expression = node(random, row, [tree(random, random.randint(0, 2)) for _ in range(row.arity)])
    for _ in range(random.randint(0, 3)):
        outer = random.choice(ROWS)
        operands = [tree(random, 1) for _ in range(outer.arity)]
        operands[random.randrange(outer.arity) if outer.name not in ORDERED else 1] = expression
        expression = node(random, outer, operands)
    return expression


def random_case(row: Primitive, seed: int) -> tuple[Expression, dict[str, float]]:
    random = Random(f"{row.name} {seed}")
    expression = expression_with(random, row)
    return expression, {name: random.uniform(-3.0, 3.0) for name in expression.names}


# Ours ---------------------------------------------------------------------------------------------


def ways(expression: Expression, at: Mapping[str, float]) -> dict[str, tuple[Any, ...]]:
    """Value and derivatives by each way that we have."""
    value, gradient = value_and_grad(expression, at)
    taped, pullback = vjp(expression, at)
    numbers = {name: np.float64(number) for name, number in at.items()}
    derivations = [differentiate(expression, name) for name in expression.names]
    return {
        "compiled": (value, *gradient.values()),
        "reverse": (taped, *pullback(1.0).values()),
        "forward": (taped, *(jvp(expression, at, {name: 1.0})[1] for name in expression.names)),
        "symbolic": (value, *(each.derivative.evaluate(at) for each in derivations)),
        "untidied": (value, *(each.raw.evaluate_carefully(numbers) for each in derivations)),
    }


def assert_ways_agree(
    expression: Expression, at: Mapping[str, float], right: Exact, rooms: list[float]
) -> None:
    wanted = (right.value, *right.slopes)
    for way, numbers in ways(expression, at).items():
        for what, number, exact_number, room in zip(
            ("value", *expression.names), numbers, wanted, rooms, strict=True
        ):
            if mpmath.isnan(right.value):
                assert way in ("symbolic", "untidied") or math.isnan(number), (
                    f"{way}: {what} of {expression} at {at} is {number}, but it is undefined there"
                )
                continue
            assert abs(number - float(exact_number)) <= room, (
                f"{way}: {what} of {expression} at {at} is {number}, not {float(exact_number)}"
            )


def innermost_failure(expression: Expression, at: Mapping[str, float]) -> AssertionError | None:
    """Find the smallest part of an expression that the ways disagree on."""
    for part in expression.nodes:
        inside = {name: at[name] for name in part.names}
        answer = exact_with_room(part, inside) if inside else None
        if answer is not None:
            try:
                assert_ways_agree(part, inside, *answer)
            except AssertionError as failure:
                return failure
    return None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_all_ways_agree_with_mpmath(row: Primitive) -> None:
    @settings(
        max_examples=EACH * LONG,
        derandomize=LONG == 1,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**63))
    def agree(seed: int) -> None:
        expression, at = random_case(row, seed)
        answer = exact_with_room(expression, at)
        assume(answer is not None)
        assert answer is not None
        counted.add(expression)
        try:
            assert_ways_agree(expression, at, *answer)
        except AssertionError as failure:
            raise innermost_failure(expression, at) or failure from None

    counted: set[Expression] = set()
    agree()
    assert len(counted) > EACH // 2


# Second derivatives -------------------------------------------------------------------------------

SECOND_STEP = mpf("1e-10")


def exact_hessian(
    expression: Expression, at: Mapping[str, float], relative: Callable[[], Callable[[], float]]
) -> list[Any]:
    """Central differences of the exact slopes, column by column."""
    entries: list[Any] = []
    for name in expression.names:
        sides = [
            exact(expression, {**at, name: at[name] + side}, relative()).slopes
            for side in (SECOND_STEP, -SECOND_STEP)
        ]
        entries += [(above - below) / (2 * SECOND_STEP) for above, below in zip(*sides, strict=True)]
    return entries


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_hessian_agrees_with_mpmath(row: Primitive) -> None:
    checked = 0
    for seed in range(1000):
        expression, at = random_case(row, seed)
        answer = exact_with_room(expression, at)
        if answer is None or mpmath.isnan(answer[0].value):
            continue
        try:
            with mpmath.workdps(DIGITS):
                right = exact_hessian(expression, at, lambda: lambda: 0.0)
                moved = exact_hessian(expression, at, lambda: noise(NOISE))
                farthest = [float(abs(one - other)) for one, other in zip(right, moved, strict=True)]
        except Extreme:
            continue
        if not all(
            abs(number) < LARGEST and far <= 1e-6 * max(1, abs(number))
            for far, number in zip(farthest, right, strict=True)
        ):
            continue
        jumping = Apply(PRIMITIVES["add"], expression, Apply(PRIMITIVES["floor"], Variable("u")))
        compiled, taped = hessian(expression, at), hessian(jumping, {**at, "u": 0.5})
        k = len(at)
        assert not taped[k, :].any() and not taped[:, k].any()
        for way in (compiled, taped[:k, :k]):
            np.testing.assert_allclose(way, way.T, rtol=1e-12, atol=1e-12, equal_nan=False)
            for number, exact_number, far in zip(way.T.ravel(), right, farthest, strict=True):
                assert abs(number - float(exact_number)) <= (
                    1e-9 * float(abs(exact_number)) + 1e-3 * far + 1e-11
                ), f"∇² of {expression} at {at} is {number} for {float(exact_number)}"
        checked += 1
        if checked == EACH // 10 * LONG:
            return
    raise AssertionError("too few expressions can be compared")


# The checkers are checked -------------------------------------------------------------------------

WRONG_BY = 0.0005


def partials_of_all_rows() -> list[Any]:
    return [
        pytest.param(row, place, id=f"{row.name}-{place}")
        for row in ROWS
        for place in range(row.arity)
        if not (row.name in ORDERED and place == 0)
    ]


def off_by_a_little(right: Callable[..., Any]) -> Callable[..., Any]:
    def wrong(*numbers: Any) -> Any:
        slope = right(*numbers)
        return WRONG_BY if isinstance(slope, float) and slope == 0.0 else slope * (1.0 + WRONG_BY)

    return wrong


@pytest.mark.parametrize(("row", "place"), partials_of_all_rows())
def test_a_rule_that_is_off_by_a_two_thousandth_is_found_out(
    row: Primitive, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    partials = list(row.partials)
    partials[place] = off_by_a_little(partials[place])
    wrong = replace(row, name=f"wrong_{row.name}", partials=tuple(partials), symbol="", precedence=6)
    monkeypatch.setitem(WITNESSES, wrong.name, WITNESSES[row.name])
    letters = [Variable(name) for name in ("x", "y", "t")[: row.arity]]
    if row.name in ORDERED:
        letters[0] = Constant(1.0)
    found = 0
    for point in WITNESSES[row.name].points:
        if max(map(abs, point)) > LARGEST:
            continue
        at = {letter.name: number for letter, number in zip(letters, point, strict=True) if letter.names}
        expression = Apply(row, *letters)
        answer = exact_with_room(expression, at)
        if answer is None or mpmath.isnan(answer[0].value):
            continue
        assert_ways_agree(expression, at, *answer)
        try:
            assert_ways_agree(Apply(wrong, *letters), at, *answer)
        except AssertionError:
            found += 1
    assert found > 0


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.arity == 1 and not row.jumps], ids=lambda row: row.name
)
def test_a_claim_that_is_off_by_a_two_thousandth_is_refused(row: Primitive) -> None:
    low, high = (1.1, 3.0) if row.name in ("acosh", "acoth", "asec", "acsc") else (0.1, 0.9)
    function = Apply(row, Variable("x"))
    claim = differentiate(function, "x").derivative
    assert check_gradient(function, claim, domain=(low, high)).agrees
    check = check_gradient(function, claim * (1.0 + WRONG_BY), domain=(low, high))
    assert not check.agrees and check.largest_difference > 0.0
