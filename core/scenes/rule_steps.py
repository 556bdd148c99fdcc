"""The steps of a derivation as a list, and one of them opened: its tree, its place in the formula.

A step's piece is called g (or by another letter that the formula leaves free).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from core.differentiate import CONSTANT_RULE, Derivation, Step, differentiate
from core.expression import Apply, Expression, Variable
from core.primitives import where
from core.scenes.rule_numbers import at_point, filled_in, free_pair, number_text, operand_letters
from core.scenes.state import expression_of
from core.simplify import Tidied

MARK, END_OF_MARK = "\ue000", "\ue001"
"""Private characters around each occurrence of the piece in the LaTeX of f; no formula contains them."""

_TAG = "\ue002"
"""Private character after each letter of the piece, while its occurrences are looked for."""

NAMES_OF_A_PIECE = ("g", "p", "q", "r", "G")
"""What the piece may be called: the first of them that is no letter of the formula."""


@dataclass(frozen=True)
class RuleStep:
    """One line of the derivation: number, textbook name, LaTeX."""

    number: int
    rule: str
    latex: str


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


@lru_cache(maxsize=64)
def derivation_of(formula: str, name: str = "x") -> Derivation:
    """Differentiate a formula for a letter; the derivation of one formula is made once."""
    return differentiate(expression_of(formula), name)


@lru_cache(maxsize=64)
def rule_steps(formula: str, name: str = "x") -> tuple[RuleStep, ...]:
    """List the steps of a derivation; equal arguments give the very same object."""
    steps = derivation_of(formula, name).explained()
    tidied: Tidied = {}
    return tuple(
        RuleStep(number, step.rule, step.latex(tidied)) for number, step in enumerate(steps, start=1)
    )


def chosen_step(
    formula: str,
    number: int,
    values: Mapping[str, float],
    opened: Iterable[str] = (),
    name: str = "x",
    constants: Collection[str] = (),
) -> ChosenStep:
    """Open a step of a derivation.

    Parameters
    ----------
    number
        Its place in the list, from 1.
    values
        The point: a number for each letter of the formula.
    opened
        Paths of the parts that are open.
    name
        The letter that is differentiated for.
    constants
        Coordinates that do not vary here: where a part is constant because of them, that is said.
    """
    steps = derivation_of(formula, name).explained()
    step, whole = steps[number - 1], expression_of(formula)
    numbers = {each.piece: (place, each.rule) for place, each in enumerate(steps, start=1)}
    letters = operand_letters(step, free_pair(whole))
    return ChosenStep(
        number=number,
        before=step.piece.latex(inline=True),
        after=step.derivative.latex(inline=True),
        parts=tuple(_parts(step, letters, values, numbers, frozenset(opened), frozenset(constants))),
        filled=filled_in(step, letters, values, piece_name(whole, step.piece)),
    )


def toggled(paths: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Add a path to those that are open, or take it away if it is there."""
    others = tuple(each for each in paths if each != path)
    return others if path in paths else (*others, path)


def piece_name(whole: Expression, piece: Expression) -> str:
    """Name a piece by a letter that the formula leaves free; f where it is the whole function."""
    if piece is whole:
        return "f"
    return next((name for name in NAMES_OF_A_PIECE if name not in whole.names), "h")


@lru_cache(maxsize=64)
def marked_latex(formula: str, piece_text: str, head: str = "f(x)") -> str:
    """Write ``f(x) = …`` with marks around each occurrence of a piece; both are texts that can be read.

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
    return f"{head} = {found.replace(_TAG, '')}"


def _with_marks(text: str, part: str) -> str:
    """Mark a part wherever it stands, or stands with an exponent after its name."""
    name, bracket, argument = part.partition(r"\left(")
    if name and bracket:
        torn = rf"{re.escape(name)}(\^\{{[^{{}}]*\}}){re.escape(bracket + argument)}"
        ends = f"{{{MARK}{name}{END_OF_MARK}}}", f"{MARK}{bracket}{argument}{END_OF_MARK}"
        text = re.sub(torn, lambda found: ends[0] + found[1] + ends[1], text)
    return text.replace(part, f"{MARK}{part}{END_OF_MARK}")


def _parts(
    step: Step,
    letters: tuple[str, ...],
    values: Mapping[str, float],
    numbers: dict[Expression, tuple[int, str]],
    opened: frozenset[str],
    constants: frozenset[str],
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
            "Condition" if is_condition else _with_reason(rule, part, constants),
            shown,
            primed,
            listed,
            openable,
            openable and path in opened,
        )
        if openable and path in opened:
            yield from _parts(part, (), values, numbers, opened, constants, f"{path}.")


def _with_reason(rule: str, part: Step, constants: frozenset[str]) -> str:
    """Name a rule, and say which coordinates are why something is constant."""
    still = " and ".join(name for name in part.piece.names if name in constants)
    if rule != CONSTANT_RULE or not still:
        return rule
    return f"{rule}: {still} {'are constants' if ' ' in still else 'is a constant'} here"


def _written(part: Step, letter: str, values: Mapping[str, float], is_condition: bool) -> tuple[str, str]:
    """Write an operand and its derivative, both with their values."""
    written = part.piece.latex(inline=True)
    value, derivative = at_point(part.piece, values, part.name)
    if is_condition:
        return rf"{written} \;\text{{{'holds' if value else 'does not hold'}}}", ""
    slope = number_text(derivative)
    head = f"{letter} = {written}" if letter else written
    shown = head if not part.piece.operands and not part.piece.names else f"{head} = {number_text(value)}"
    if letter or not isinstance(part.piece, Apply):
        return shown, f"{letter or written}' = {slope}"
    return shown, rf"{{\left({written}\right)}}' = {slope}"
