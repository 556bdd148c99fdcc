"""States: frozen choices of a user, which survive JSON and back."""

from __future__ import annotations

import json
import typing
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from core.expression import Expression
from core.parser import parse
from core.printing import name_latex
from core.tokens import ParseError

Numbers = tuple[tuple[str, float], ...]
"""Numbers by name, hashable: ``(("a", 1.2), ("b", 0.0))``."""

View = tuple[float, float, float, float]
"""A rectangle of data coordinates: left, right, bottom, top."""

LARGEST_NUMBER = 1e300
"""Numbers in a saved state beyond this, infinities among them, are refused."""

Range = tuple[float, float]
"""Lower and upper end of a slider."""

Ranges = tuple[tuple[str, float, float], ...]
"""The ends that a user chose for some letters: ``(("a", -1.0, 1.0),)``."""

USUAL_ENDS = (3.0, 10.0, 30.0, 100.0, 1e3, 1e4, 1e6, 1e9, 1e12, LARGEST_NUMBER)
"""Without a chosen range a slider goes from minus to plus the first of these that holds its value."""

DEFAULT_PARAMETER = 1.0
"""Value of a letter that was typed just now."""


class StateError(ValueError):
    """Saved text that is no state; the message says which field is wrong."""


@dataclass(frozen=True)
class State:
    """Base of the tabs' states: strings, numbers, booleans and tuples of them, named ones included.

    Attributes
    ----------
    version
        Number of the saved form; raised when a field changes its meaning.
    """

    version: ClassVar[int] = 1

    def check(self) -> None:
        """Refuse a combination of values that no user can choose.

        Raises
        ------
        StateError
            The message says what is wrong.
        """


@dataclass(frozen=True)
class LetterState(State):
    """Base of the states with letters that have sliders.

    Attributes
    ----------
    ranges
        Ends of the sliders, where the user chose them.
    """

    ranges: Ranges = ()

    def check(self) -> None:
        """Refuse sliders whose ends are not in order."""
        for name, lower, upper in self.ranges:
            if not lower < upper:
                raise StateError(f"ranges has a wrong value: the ends of {name[:40]} are not in order")


@dataclass(frozen=True)
class FormulaState(LetterState):
    """Base of the states whose formula has free letters.

    Attributes
    ----------
    text, formula
        What stands in the field, and the last text that was a valid formula.
    parameters
        Values of the free letters.
    """

    text: str = ""
    formula: str = ""
    parameters: Numbers = ()


AnyState = TypeVar("AnyState", bound=State)
AnyLetterState = TypeVar("AnyLetterState", bound=LetterState)
AnyFormulaState = TypeVar("AnyFormulaState", bound=FormulaState)


def to_json(state: State) -> str:
    """Write a state as JSON with its version."""
    content: dict[str, Any] = {field.name: getattr(state, field.name) for field in fields(state)}
    return json.dumps({"version": state.version, **content}, ensure_ascii=False, allow_nan=False)


def from_json(kind: type[AnyState], text: str) -> AnyState:
    """Read a state that :func:`to_json` wrote.

    Raises
    ------
    StateError
        If the text is no JSON, of another version, or a field is missing, unknown or of a wrong type, or
        if the fields do not go together.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StateError("this is no saved state: the text is not valid JSON") from error
    if not isinstance(content, dict) or content.pop("version", None) != kind.version:
        raise StateError(f"this state was not saved by version {kind.version} of the program")
    hints = typing.get_type_hints(kind)
    names = {field.name for field in fields(kind)}
    if names != content.keys():
        odd = ", ".join(sorted(names.symmetric_difference(content)))
        raise StateError(f"missing or unknown: {odd}")
    state = kind(**{name: _checked(name, hints[name], value) for name, value in content.items()})
    state.check()
    return state


def _checked(name: str, hint: Any, value: Any) -> Any:
    """Make the value that `hint` asks for out of what JSON has for it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and isinstance(value, list):
        if arguments[-1] is Ellipsis:
            return tuple(_checked(name, arguments[0], item) for item in value)
        if len(arguments) == len(value):
            return tuple(_checked(name, part, item) for part, item in zip(arguments, value, strict=True))
    if isinstance(hint, type) and issubclass(hint, tuple) and isinstance(value, list):  # a named tuple
        parts = typing.get_type_hints(hint)
        if len(parts) == len(value):
            return hint(
                *(_checked(name, part, item) for part, item in zip(parts.values(), value, strict=True))
            )
    if hint is float and type(value) in (int, float) and abs(value) <= LARGEST_NUMBER:
        return float(value)
    if hint in (int, bool, str) and type(value) is hint:
        return value
    raise StateError(f"{name} has a wrong value: {str(value)[:40]}")


def check_formula(formula: str, coordinates: tuple[str, ...], numbers: Numbers) -> None:
    """Refuse a saved formula that cannot be read, or whose letters have no numbers.

    Raises
    ------
    StateError
        The message says what is wrong.
    """
    expression = read_formula(formula)
    if isinstance(expression, Problem):
        raise StateError(f"formula has a wrong value: {expression.message}")
    missing = set(free_letters(expression, coordinates)) - {name for name, _ in numbers}
    if missing:
        raise StateError(f"no number for {', '.join(sorted(missing))}")


def check_view(view: View) -> None:
    """Refuse a rectangle without width or height.

    Raises
    ------
    StateError
        The message says what is wrong.
    """
    if not (view[0] < view[1] and view[2] < view[3]):
        raise StateError("view has a wrong value: its edges are not in order")


# Typed formulas ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """Why typed text is no formula for this tab, as shown under the field.

    Attributes
    ----------
    message
        One sentence, the hint included.
    position
        Index of the faulty character in the text.
    partner
        Index of a character that belongs to the fault, or None.
    suggestion
        ``(start, end, text)``: what to put in the place of a part of the text, or None.
    """

    message: str
    position: int
    partner: int | None = None
    suggestion: tuple[int, int, str] | None = None


@dataclass(frozen=True)
class Parameter:
    """A free letter of a formula: how it is typeset, its present value, and the ends of its slider."""

    name: str
    latex: str
    value: float
    range: Range


@lru_cache(maxsize=256)
def read_formula(text: str) -> Expression | Problem:
    """Parse typed text; what is wrong with it is a value, not an exception."""
    try:
        return parse(text)
    except ParseError as error:
        return Problem(str(error), error.position, error.partner, error.suggestion)


def expression_of(formula: str) -> Expression:
    """Expression of a text that is known to be valid."""
    expression = read_formula(formula)
    if isinstance(expression, Problem):
        raise ValueError(f"not a valid formula: {formula!r}")
    return expression


def free_letters(expression: Expression, coordinates: tuple[str, ...]) -> tuple[str, ...]:
    """Names that are not coordinates of the plot: they become sliders."""
    return tuple(name for name in expression.names if name not in coordinates)


def with_letters(numbers: Numbers, names: tuple[str, ...], default: float = DEFAULT_PARAMETER) -> Numbers:
    """Give each name a number, keeping those that it has already, also of letters that went away.

    A letter that disappears while its formula is retyped thus finds its value again.
    """
    kept = dict(numbers)
    return tuple((name, kept[name]) for name in kept) + tuple(
        (name, default) for name in names if name not in kept
    )


def with_number(numbers: Numbers, name: str, value: float) -> Numbers:
    """Change one number."""
    return tuple((other, value if other == name else old) for other, old in numbers)


def with_range_of(ranges: Ranges, name: str, chosen: Range) -> Ranges:
    """Choose the ends of one slider."""
    return (*(row for row in ranges if row[0] != name), (name, *chosen))


def range_of(ranges: Ranges, name: str, value: float) -> Range:
    """Give the ends of a letter's slider: those that were chosen, else some that hold the value."""
    for other, lower, upper in ranges:
        if other == name:
            return lower, upper
    end = next((end for end in USUAL_ENDS if abs(value) <= end), USUAL_ENDS[-1])
    return -end, end


def parameters_of(
    expression: Expression, coordinates: tuple[str, ...], numbers: Numbers, ranges: Ranges = ()
) -> tuple[Parameter, ...]:
    """List the free letters of a formula with their values, in order of appearance."""
    known = dict(numbers)
    values = {name: known.get(name, DEFAULT_PARAMETER) for name in free_letters(expression, coordinates)}
    return tuple(
        Parameter(name, name_latex(name), value, range_of(ranges, name, value))
        for name, value in values.items()
    )


def type_text(state: AnyFormulaState, text: str, coordinates: tuple[str, ...]) -> AnyFormulaState:
    """Take in what the user typed: always the text, and the formula if it is a valid one."""
    expression = read_formula(text)
    if isinstance(expression, Problem):
        return replace(state, text=text)
    letters = free_letters(expression, coordinates)
    numbers = with_letters(state.parameters, letters)
    return replace(state, text=text, formula=text, parameters=numbers)
