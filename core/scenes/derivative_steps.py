"""One step of the derivation, opened: its piece in the formula and in the plots, its numbers at the point.

The piece is called g (or by another letter that the formula leaves free), the operands of its outermost
operation u and v, as in the rules.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from core.check import check_gradient
from core.differentiate import CONSTANT_RULE, VARIABLE_RULE, Step
from core.expression import Apply, Expression, Variable, as_expression
from core.primitives import PRIMITIVES, FloatArray, add, divide, multiply, power, subtract, where
from core.scenes.claim import derivation_of
from core.scenes.curves import Curve, curve_and_slopes, slope_of
from core.scenes.derivative_exercise import HINT, MOST_MOVES, Exercise, exercise_of
from core.scenes.derivative_state import DerivativeState
from core.scenes.state import Numbers, expression_of
from core.simplify import ONE, ZERO, simplify
from core.smoothness import Slope, slope_at

MARK, END_OF_MARK = "\ue000", "\ue001"
"""Private characters around each occurrence of the piece in the LaTeX of f; no formula contains them."""

_TAG = "\ue002"
"""Private character after each letter of the piece, while its occurrences are looked for."""

NAMES_OF_A_PIECE = ("g", "p", "q", "r", "G")
"""What the piece may be called: the first of them that is no letter of the formula."""

OPERANDS = (("u", "v"), ("s", "t"), ("m", "n"), ("U", "V"))
"""What the operands may be called: the first pair that holds no letter of the formula."""

NAMED = ("Sum rule", "Difference rule", "Product rule", "Quotient rule")
"""Rules in letters, where every operand has its letter, whatever it is."""

UNDEFINED = r"\text{none}"
"""What is written for a number that does not exist."""

LONGEST = 400
"""Characters of LaTeX beyond which a rule with its numbers is not written out."""


@dataclass(frozen=True, eq=False)
class Piece:
    """The piece of a step, as a function of its own.

    Attributes
    ----------
    name
        Its letter; f where the piece is the whole function.
    latex
        The piece itself.
    marked_latex
        ``f(x) = …`` with each occurrence of the piece between `MARK` and `END_OF_MARK`.
    is_whole
        Whether the piece is f itself.
    curve, slope_curve
        The piece and its derivative over the visible x; the same objects as long as those stay.
    slope
        Value and derivative at the point.
    notice
        Why there is nothing, or nothing new, to see of it in the plots, or empty.
    """

    name: str
    latex: str
    marked_latex: str
    is_whole: bool
    curve: Curve
    slope_curve: Curve
    slope: Slope
    notice: str


@dataclass(frozen=True)
class Part:
    r"""One line of the tree below a step: an operand, how it is differentiated, and both values.

    Attributes
    ----------
    path
        Where it is in the tree: the places of the operands on the way to it, as ``"0.1"``.
    rule
        Textbook name of its rule.
    latex, derivative_latex
        The operand and its derivative with their values, as ``u = \sin(ax) = 0.8192`` and ``u' = 0.6884``.
    step
        Number of the step of the list that it is; 0 if it was too trivial for the list.
    openable, opened
        Whether there are parts below it that are not in the list, and whether they are shown.
    """

    path: str
    rule: str
    latex: str
    derivative_latex: str
    step: int
    openable: bool
    opened: bool

    @property
    def depth(self) -> int:
        """How many operands it is below the first ones."""
        return self.path.count(".")


@dataclass(frozen=True)
class ChosenStep:
    """A step of the list, opened.

    Attributes
    ----------
    number
        Its place in the list, from 1.
    before, after
        LaTeX of the piece and of its derivative.
    parts
        The lines of the tree, from the top.
    filled
        The rule in letters, with the numbers of the point in it, and the result; fewer where that is too
        long or says nothing new.
    """

    number: int
    before: str
    after: str
    parts: tuple[Part, ...]
    filled: tuple[str, ...]


@dataclass(frozen=True)
class RawForm:
    """The derivative as the rules give it, and how it was compared with the tidy form."""

    latex: str
    sentence: str


@dataclass(frozen=True, eq=False)
class StepsScene:
    """What the card of the steps shows beyond its list.

    Attributes
    ----------
    piece
        What is marked in the formula and drawn: that of the chosen step, or of the question of the exercise.
    chosen
        The step that is open.
    raw
        The untidied result, where it is asked for.
    exercise
        The exercise, while it is on.
    inline_latex
        The result on one level, ``f'(x) = …`` without fractions, which can be broken into lines.
    """

    piece: Piece | None = None
    chosen: ChosenStep | None = None
    raw: RawForm | None = None
    exercise: Exercise | None = None
    inline_latex: str = ""


def steps_scene(state: DerivativeState) -> StepsScene:
    """Compute what the card of the steps shows."""
    exercise = exercise_of(state.formula, state.exercise_moves) if state.exercise else None
    asked = exercise is not None and not exercise.finished
    steps = derivation_of(state.formula).explained()
    number = exercise.done + 1 if exercise is not None and asked else state.marked_step
    step = steps[number - 1] if 0 < number <= len(steps) else None
    return StepsScene(
        piece=_piece(state, step) if step else None,
        chosen=_chosen(state, number, steps) if step and not asked else None,
        raw=_raw_form(state.formula, state.parameters, state.view[:2])
        if state.show_raw and not asked
        else None,
        exercise=exercise,
        inline_latex=_inline_result(state.formula),
    )


@lru_cache(maxsize=64)
def _inline_result(formula: str) -> str:
    return f"f'(x) = {derivation_of(formula).derivative.latex(inline=True)}"


# What the user does -------------------------------------------------------------------------------


def choose_step(state: DerivativeState, number: int) -> DerivativeState:
    """Open a step of the list, or close it if it is open."""
    return replace(state, marked_step=0 if number == state.marked_step else number, open_parts=())


def show_step(state: DerivativeState, number: int) -> DerivativeState:
    """Open a step that something speaks of; an exercise, which might hide it, is left."""
    return replace(state, marked_step=number, open_parts=(), exercise=False, exercise_moves=())


def toggle_part(state: DerivativeState, path: str) -> DerivativeState:
    """Open or close a line of the tree."""
    others = tuple(each for each in state.open_parts if each != path)
    return replace(state, open_parts=others if path in state.open_parts else (*others, path))


def toggle_raw(state: DerivativeState) -> DerivativeState:
    """Show the derivative as the rules give it below the tidy one, or hide it."""
    return replace(state, show_raw=not state.show_raw)


def toggle_exercise(state: DerivativeState) -> DerivativeState:
    """Begin the exercise from its first step, or leave it."""
    return replace(
        state, exercise=not state.exercise, exercise_moves=(), marked_step=0, open_parts=(), show_raw=False
    )


def restart_exercise(state: DerivativeState) -> DerivativeState:
    """Begin the exercise again."""
    return replace(state, exercise_moves=(), marked_step=0, open_parts=(), show_raw=False)


def move_in_exercise(state: DerivativeState, move: str) -> DerivativeState:
    """Choose a rule by its key, or ask for a hint; nothing happens where that means nothing."""
    exercise = exercise_of(state.formula, state.exercise_moves)
    spent = move == HINT and not exercise.hints_left
    if exercise.finished or spent or len(state.exercise_moves) >= MOST_MOVES:
        return state
    return replace(state, exercise_moves=(*state.exercise_moves, move))


def take_move_back(state: DerivativeState) -> DerivativeState:
    """Take back the last choice or hint of the exercise."""
    return replace(state, exercise_moves=state.exercise_moves[:-1], marked_step=0, open_parts=())


# The piece ----------------------------------------------------------------------------------------


def _piece(state: DerivativeState, step: Step) -> Piece:
    whole = step.piece is expression_of(state.formula)
    name = "f" if whole else _free_name(expression_of(state.formula))
    text = str(step.piece)
    curve, slope_curve = curve_and_slopes(text, state.parameters, *state.view[:2])
    return Piece(
        name=name,
        latex=step.piece.latex(inline=True),
        marked_latex=_marked(state.formula, text),
        is_whole=whole,
        curve=curve,
        slope_curve=slope_curve,
        slope=slope_of(text, state.parameters, state.x),
        notice=_notice(name, whole, (curve, state.view[2:]), (slope_curve, state.slope_range)),
    )


def _free_name(expression: Expression) -> str:
    return next((name for name in NAMES_OF_A_PIECE if name not in expression.names), "h")


def _notice(name: str, whole: bool, *plots: tuple[Curve, tuple[float, float]]) -> str:
    if whole:
        return "This piece is f itself: its curves are drawn already."
    curve = plots[0][0]
    if np.isfinite(curve.y).all() and np.ptp(curve.y) == 0.0:
        return f"{name} is constant in view."
    sentences = [
        sentence
        for letter, (curve, heights) in zip((name, f"{name}′"), plots, strict=True)
        if (sentence := _out_of_sight(letter, curve.y, heights))
    ]
    return " ".join(sentences)


def _out_of_sight(letter: str, y: FloatArray, heights: tuple[float, float]) -> str:
    known = y[np.isfinite(y)]
    if not known.size:
        return f"{letter} is not defined anywhere in view."
    low, high = float(known.min()), float(known.max())
    if low > heights[1] or high < heights[0]:
        return f"{letter} runs {'above' if low > heights[1] else 'below'} its plot."
    return ""


@lru_cache(maxsize=64)
def _marked(formula: str, piece_text: str) -> str:
    """Write f(x) = … with marks around each occurrence of the piece.

    The letters inside the piece are renamed, so that its LaTeX is found there and nowhere else. Where it is
    torn apart, as sin(x) is in sin²(x), both parts are marked.
    """
    whole, piece = expression_of(formula), expression_of(piece_text)
    renamed = {name: f"{name}_in_piece" for name in piece.names}
    inside = piece.substitute({name: Variable(other) for name, other in renamed.items()})

    def put_inside(node: Expression, operands: tuple[Expression, ...]) -> Expression:
        if node is piece:
            return inside
        return Apply(node.primitive, *operands) if isinstance(node, Apply) else node

    tagged = {other: f"{Variable(name).latex()}{_TAG}" for name, other in renamed.items()}
    found = whole.fold(put_inside).latex(tagged)
    parts = {inside.latex(tagged), inside.latex(tagged, inline=True)}
    if (
        found.replace(_TAG, "") != whole.latex()
    ):  # x·x² is written in another way than a product of two letters
        found, parts = whole.latex(), {piece.latex()}
    for part in parts:
        found = _with_marks(found, part)
    return f"f(x) = {found.replace(_TAG, '')}"


def _with_marks(text: str, part: str) -> str:
    """Mark a part wherever it stands, or stands with an exponent after its name."""
    name, bracket, argument = part.partition(r"\left(")
    if name and bracket:
        torn = rf"{re.escape(name)}(\^\{{[^{{}}]*\}}){re.escape(bracket + argument)}"
        ends = f"{{{MARK}{name}{END_OF_MARK}}}", f"{MARK}{bracket}{argument}{END_OF_MARK}"
        text = re.sub(torn, lambda found: ends[0] + found[1] + ends[1], text)
    return text.replace(part, f"{MARK}{part}{END_OF_MARK}")


# The step, opened ---------------------------------------------------------------------------------


def _chosen(state: DerivativeState, number: int, steps: tuple[Step, ...]) -> ChosenStep:
    step = steps[number - 1]
    values = {**dict(state.parameters), "x": state.x}
    numbers = {each.piece: (place, each.rule) for place, each in enumerate(steps, start=1)}
    letters = _letters(step, _free_pair(expression_of(state.formula)))
    return ChosenStep(
        number=number,
        before=step.piece.latex(inline=True),
        after=step.derivative.latex(inline=True),
        parts=tuple(_parts(step, letters, values, numbers, frozenset(state.open_parts))),
        filled=_filled(step, letters, values, _piece_name(state.formula, step)),
    )


def _piece_name(formula: str, step: Step) -> str:
    whole = expression_of(formula)
    return "f" if step.piece is whole else _free_name(whole)


def _free_pair(expression: Expression) -> tuple[str, str]:
    return next((pair for pair in OPERANDS if not set(pair) & set(expression.names)), OPERANDS[-1])


def _letters(step: Step, pair: tuple[str, str]) -> tuple[str, ...]:
    """Give each operand its letter; none for a constant or the variable, which speak for themselves."""
    piece = step.piece
    if not isinstance(piece, Apply):
        return ()
    if step.rule in NAMED:
        return pair
    free = iter(pair)
    first = 1 if piece.primitive is where else 0
    return tuple(
        next(free, "")
        if place >= first and operand.depends_on(step.name) and not isinstance(operand, Variable)
        else ""
        for place, operand in enumerate(piece.operands)
    )


def _parts(
    step: Step,
    letters: tuple[str, ...],
    values: dict[str, float],
    numbers: dict[Expression, tuple[int, str]],
    opened: frozenset[str],
    above: str = "",
) -> Iterator[Part]:
    for place, part in enumerate(step.parts):
        path = f"{above}{place}"
        listed, rule = numbers.get(part.piece, (0, part.rule))
        is_condition = isinstance(step.piece, Apply) and step.piece.primitive is where and place == 0
        hidden = is_condition or listed or part.rule == CONSTANT_RULE
        openable = bool(part.parts) and not hidden
        shown, primed = _written(part, letters[place] if letters else "", values, is_condition)
        yield Part(
            path,
            "Condition" if is_condition else rule,
            shown,
            primed,
            listed,
            openable,
            openable and path in opened,
        )
        if openable and path in opened:
            yield from _parts(part, (), values, numbers, opened, f"{path}.")


def _written(part: Step, letter: str, values: dict[str, float], is_condition: bool) -> tuple[str, str]:
    """Write an operand and its derivative, both with their values."""
    written = part.piece.latex(inline=True)
    value, derivative = _at(part.piece, values)
    if is_condition:
        return rf"{written} \;\text{{{'holds' if value else 'does not hold'}}}", ""
    slope = number_text(derivative)
    head = f"{letter} = {written}" if letter else written
    shown = head if not part.piece.operands and not part.piece.names else f"{head} = {number_text(value)}"
    if letter or not isinstance(part.piece, Apply):
        return shown, f"{letter or written}' = {slope}"
    return shown, rf"{{\left({written}\right)}}' = {slope}"


def _at(expression: Expression, values: dict[str, float]) -> tuple[float, float]:
    """Compute an expression and its derivative at the point; NaN where they do not exist."""
    slope = slope_at(expression, values, "x")
    return slope.value, slope.derivative


def number_text(value: float) -> str:
    r"""Write a number with four decimals, or four digits if it is small, without closing zeros.

    Examples
    --------
    >>> number_text(0.5), number_text(2 / 3), number_text(2 / 3e4)
    ('0.5', '0.6667', '6.667 \\cdot {10}^{-5}')
    """
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    if value == 0.0:
        return "0"
    if not 1e-4 <= abs(value) < 1e6:
        mantissa, exponent = f"{value:.3e}".split("e")
        return rf"{mantissa.rstrip('0').rstrip('.')} \cdot {{10}}^{{{int(exponent)}}}"
    digits = max(4, 3 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def _filled(step: Step, letters: tuple[str, ...], values: dict[str, float], name: str) -> tuple[str, ...]:
    """Write the rule in letters, then with numbers, then its result."""
    result = number_text(_at(step.piece, values)[1])
    if not isinstance(step.piece, Apply) or step.rule in (CONSTANT_RULE, VARIABLE_RULE):
        return (f"{name}' = {result}",)
    rule = _in_letters(step, letters, values)
    symbols = rule.latex(inline=True)
    if step.rule not in NAMED:  # 1/u u' would leave open what is divided
        symbols = re.sub(r"(?<=[\w})]) (?:\\, )?(?=[a-zA-Z]')", r" \\cdot ", symbols)
    if not rule.names:
        return (f"{name}' = {result}",)
    if result == UNDEFINED:
        return f"{name}' = {symbols}", f"= {UNDEFINED}"
    filled = _as_sum_of_numbers(rule.latex(_numbers(step, letters, values), inline=True))
    if len(symbols) + len(filled) > LONGEST:
        return (f"{name}' = {result}",)
    return (f"{name}' = {symbols}", f"= {filled}") + ((f"= {result}",) if filled != result else ())


def _numbers(step: Step, letters: tuple[str, ...], values: dict[str, float]) -> dict[str, str]:
    """Give the number for each letter, its own or that of an operand; negative ones in brackets."""
    known = dict(values)
    for letter, part in zip(letters, step.parts, strict=True):
        if letter:
            known[letter], known[f"{letter}'"] = _at(part.piece, values)
    written = {letter: number_text(value) for letter, value in known.items()}
    return {
        letter: rf"\left({number}\right)" if number.startswith("-") else number
        for letter, number in written.items()
    }


def _as_sum_of_numbers(latex: str) -> str:
    """Write products with dots, negative numbers with brackets where they need them, exponents of e in a row.

    What stands in a row costs little to typeset again when the point moves.
    """
    latex = re.sub(r"\{e\}\^\{([^{}]*)\}", r"\\exp\\left(\1\\right)", latex)
    number = r"\\left\((-[^(){}]*)\\right\)"
    latex = re.sub(rf"\\left\({number}\\right\)", r"\\left(\1\\right)", latex)
    latex = re.sub(rf"\^\{{{number}\}}", r"^{\1}", latex)
    latex = re.sub(rf"^{number}(?!\^)", r"\1", latex)
    return re.sub(r"(?<=[\d})]) (?:\\, )?(?=\{?\\left\(-)", r" \\cdot ", latex)


def _in_letters(step: Step, letters: tuple[str, ...], values: dict[str, float]) -> Expression:
    """Write the derivative of the piece in the letters of its operands and their derivatives."""
    assert isinstance(step.piece, Apply)
    row = step.piece.primitive
    operands = [
        Variable(letter) if letter else operand
        for letter, operand in zip(letters, step.piece.operands, strict=True)
    ]
    primes = [
        Variable(f"{letter}'") if letter else part.derivative
        for letter, part in zip(letters, step.parts, strict=True)
    ]
    if row is where:
        return primes[1] if step.parts[0].piece.evaluate(values) else primes[2]
    if row in (PRIMITIVES["max"], PRIMITIVES["min"]):
        first, second = (part.piece.evaluate(values) for part in step.parts)
        return primes[0] if (first > second) == (row.name == "max") else primes[1]
    if row in (add, subtract):
        return Apply(row, *primes)
    if row is divide:
        constant = not step.parts[1].piece.depends_on(step.name)
        return Apply(divide, primes[0], operands[1]) if constant else _quotient(operands, primes)
    if row is multiply and all(part.piece.depends_on(step.name) for part in step.parts):
        return Apply(add, _product(primes[0], operands[1]), _product(operands[0], primes[1]))
    return _by_chain(Apply(row, *operands), primes, step)


def _quotient(operands: list[Expression], primes: list[Expression]) -> Expression:
    over, under = operands
    difference = Apply(subtract, _product(primes[0], under), _product(over, primes[1]))
    return Apply(divide, difference, Apply(power, under, as_expression(2.0)))


def _by_chain(piece: Apply, primes: list[Expression], step: Step) -> Expression:
    """Sum local derivative times inner derivative over the operands that vary."""
    terms = [
        _product(simplify(as_expression(piece.primitive.partials[place](piece, *piece.operands))), prime)
        for place, prime in enumerate(primes)
        if step.parts[place].derivative is not ZERO
    ]
    total: Expression = terms[0] if terms else ZERO
    for term in terms[1:]:
        total = Apply(add, total, term)
    return total


def _product(left: Expression, right: Expression) -> Expression:
    """Multiply, leaving out a factor 1."""
    if left is ONE or right is ONE:
        return right if left is ONE else left
    return Apply(multiply, left, right)


# Raw and tidy -------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _raw_form(formula: str, parameters: Numbers, domain: tuple[float, float]) -> RawForm:
    """Write the raw derivative and compare it and the tidy one with automatic differentiation."""
    derivation = derivation_of(formula)
    raw, tidy = derivation.raw, derivation.derivative
    latex = f"f'(x) = {raw.latex(inline=True)}"
    if raw is tidy:
        return RawForm(latex, "There was nothing to tidy: both forms are the same.")
    function, values = expression_of(formula), dict(parameters)
    checks = [check_gradient(function, form, domain=domain, values=values) for form in (raw, tidy)]
    compared = min(check.compared for check in checks)
    algebra = simplify(raw) is tidy
    proof = "Algebra turns the first into the second. " if algebra else ""
    if not compared:
        return RawForm(latex, f"Equal to the tidy form. {proof}There is no derivative in view to compare.")
    if not all(check.agrees for check in checks):
        x = next(check.worst["x"] for check in checks if not check.agrees)
        return RawForm(
            latex, f"{proof}In numbers they differ by rounding, most at x = {x:.4g}.".replace("-", "−")
        )
    largest = max(check.largest_difference for check in checks)
    return RawForm(
        latex,
        f"Equal to the tidy form. {proof}Both agree with automatic differentiation at {compared} points "
        f"in view; the largest difference is {_power_of_ten(largest)}.",
    )


def _power_of_ten(value: float) -> str:
    if value == 0.0:
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_RAISED)}"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
