"""Programs on single points: a straight-line Python function of plain floats.

Source is written from the instructions, with names and numbers of our own and never with typed text, and
compiled once. One call then costs what the same lines typed by hand would.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import FunctionType
from typing import Any

import numpy as np

from core.generated import generated_function
from core.primitives import Primitive
from core.recorder import Instruction, Recording

FloatFunction = Callable[..., tuple[float, ...]]

DEEPEST_NESTING = 12
"""So many operations are written into one another before a line is broken."""

FLOAT_SOURCES: dict[str, str] = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} * {1}",
    "divide": "{0} / {1}",
    "negative": "-{0}",
    "power": "pow({0}, {1})",
    "abs": "fabs({0})",
    "sign": "1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else {0} + 0.0",
    "max": "{0} if {0} > {1} or {0} != {0} else {1}",
    "min": "{0} if {0} < {1} or {0} != {0} else {1}",
    "less": "1.0 if {0} < {1} else 0.0 if {0} >= {1} else nan",
    "less_equal": "1.0 if {0} <= {1} else 0.0 if {0} > {1} else nan",
    "greater": "1.0 if {0} > {1} else 0.0 if {0} <= {1} else nan",
    "greater_equal": "1.0 if {0} >= {1} else 0.0 if {0} < {1} else nan",
    "equal": "1.0 if {0} == {1} else 0.0 if {0} < {1} or {0} > {1} else nan",
    "not_equal": "0.0 if {0} == {1} else 1.0 if {0} < {1} or {0} > {1} else nan",
    "where": "{2} if {0} == 0.0 else {1} if {0} == {0} else nan",
}
"""Plain-float source of rows; NaN stays NaN."""

MATH_NAMES = frozenset({
    "exp", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "asin",
    "acos", "atan", "atan2", "hypot", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc",
    "gamma", "lgamma",
})  # fmt: skip
"""Rows that :mod:`math` has under the same name. It raises an error where the row gives infinity or NaN."""


def float_function(variables: int, recording: Recording) -> FloatFunction:
    """Compile instructions to a function of `variables` floats that returns the results as a tuple.

    Its constants are parameters with a default, which are as fast as numbers in the source, so that formulas
    that differ in their constants only, as while a letter is moved, are compiled once.
    """
    code = _compiled_without_constants(
        variables, len(recording.constants), recording.instructions, recording.results
    )
    return FunctionType(code.__code__, code.__globals__, "run", recording.constants)


@lru_cache(maxsize=128)
def _compiled_without_constants(
    variables: int, constants: int, instructions: tuple[Instruction, ...], results: tuple[int, ...]
) -> FunctionType:
    recording = Recording((math.nan,) * constants, instructions, results)
    names, numbers = [f"v{place}" for place in range(variables)], constant_names(recording)
    lines, terms = float_lines(names, recording, numbers)
    lines.append(f"return ({''.join(f'{term}, ' for term in terms)})")
    body = "".join(f"    {line}\n" for line in lines)
    function: FunctionType = compiled(f"def run({', '.join(names + numbers)}):\n{body}", recording)
    return function


def constant_names(recording: Recording) -> list[str]:
    """Return a name for each constant."""
    return [f"c{place}" for place in range(len(recording.constants))]


def compiled(source: str, recording: Recording) -> Any:
    """Compile source that we wrote from a recording, and return its function ``run``."""
    space = dict(_namespace())
    for row in {instruction.primitive for instruction in recording.instructions}:
        space[f"row_{row.name}"] = _row_of_floats(row)
    return generated_function(source, space)


@lru_cache(maxsize=1)
def _namespace() -> dict[str, Any]:
    """Return the names that generated source may use."""
    space: dict[str, Any] = {
        "__builtins__": {"range": range, "float": float},
        "inf": math.inf,
        "nan": math.nan,
    }
    space |= {name: getattr(math, name) for name in ("pow", "fabs", *MATH_NAMES)}
    return space


def float_lines(
    variables: Sequence[str], recording: Recording, constants: Sequence[str] | None = None
) -> tuple[list[str], list[str]]:
    """Write instructions as assignments.

    Parameters
    ----------
    variables
        What the variables are called: v0, v1, …
    constants
        What the constants are called, where they are not written as numbers.

    Returns
    -------
    lines, results
        The assignments to t0, t1, …, and an atom of source for each result.
    """
    terms = [*variables, *(constants or map(_written, recording.constants))]
    depths = [0] * len(terms)
    reads = Counter(place for instruction in recording.instructions for place in instruction.operands)
    reads.update(dict.fromkeys(recording.results, 2))
    lines = []
    for instruction in recording.instructions:
        template = _template(instruction.primitive)
        place = len(terms)
        depth = 1 + max(depths[operand] for operand in instruction.operands)
        repeats = any(template.count(f"{{{index}}}") > 1 for index in range(instruction.primitive.arity))
        operands = [terms[operand] for operand in instruction.operands]
        if repeats:
            for index, operand in enumerate(operands):
                if operand.startswith("("):
                    lines.append(f"t{place}_{index} = {operand}")
                    operands[index] = f"t{place}_{index}"
        written = template.format(*operands)
        if reads[place] == 1 and depth < DEEPEST_NESTING:
            terms.append(f"({written})")
            depths.append(depth)
            continue
        lines.append(f"t{place} = {written}")
        terms.append(f"t{place}")
        depths.append(0)
    return lines, [terms[result] for result in recording.results]


def _written(constant: float) -> str:
    return f"({constant!r})" if constant < 0.0 or constant != constant else repr(constant)


def _template(row: Primitive) -> str:
    places = ", ".join(f"{{{place}}}" for place in range(row.arity))
    return FLOAT_SOURCES.get(
        row.name, f"{row.name if row.name in MATH_NAMES else f'row_{row.name}'}({places})"
    )


def _row_of_floats(row: Primitive) -> Callable[..., float]:
    def compute(*operands: float) -> float:
        return float(row(*map(np.float64, operands)))

    return compute
