"""Descent as one loop of plain floats: the optimiser's step and the gradient written out together.

The step of a first-order optimiser is plain arithmetic on each coordinate, so it can be recorded like any
formula, by calling its `update` once with registers. Behind it come the value and the gradient at the new
point, which are the very instructions of the expression's own program. The whole loop is then one
straight-line piece of Python, as a person would type it for this one function and this one optimiser, and
costs as little.

The step is recorded to the letter and the gradient is that of the program, so the loop computes the same
bits as the optimiser and the program one after the other.

Hyperparameters are variables of the loop, so moving a slider compiles nothing; what depends on them alone
is computed before the loop.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from core.descent_loop import DescentLoop, ElementwiseRule
from core.expression import Expression
from core.primitives import FloatArray
from core.program import Program, ProgramShape

WORTH_COMPILING = 64
"""From so many steps on, a compiled loop saves more time than it takes to compile."""

FIRST_CHUNK = 256
"""After so many steps, and then whenever their number has doubled, it is checked that all is finite."""

LONGEST_CYCLE = 64
"""In so many steps at the end of a block it is looked for one that was taken before."""

LARGEST = 1e300
"""Numbers beyond are for the careful code, which knows what overflows."""


class DescentSteps(NamedTuple):
    """What was kept of some steps: one entry for each.

    Attributes
    ----------
    points, losses, gradients
        Shapes ``(steps, k)``, ``(steps,)``, ``(steps, k)``: after each step.
    memories
        For each name in the optimiser's memory its values after each step, of shape ``(steps, k)``.
    """

    points: FloatArray
    losses: FloatArray
    gradients: FloatArray
    memories: dict[str, FloatArray]

    @property
    def after_the_first(self) -> DescentSteps:
        """All steps but the first."""
        memories = {name: kept[1:] for name, kept in self.memories.items()}
        return DescentSteps(self.points[1:], self.losses[1:], self.gradients[1:], memories)


class DescentProgram:
    """A loop for one formula and one kind of optimiser.

    Parameters
    ----------
    loop
        The loop for formulas of its shape.
    constants
        The numbers in the formula's program.
    """

    def __init__(self, loop: DescentLoop, constants: tuple[float, ...]) -> None:
        self._loop = loop
        self._constants = constants

    def run(
        self,
        rule: ElementwiseRule,
        point: Iterable[float],
        gradient: Iterable[float],
        memory: Mapping[str, Iterable[float]],
        first_step: int,
        steps: int,
        tolerance: float | None = None,
        noise: Callable[[int], Sequence[float]] | None = None,
    ) -> DescentSteps:
        """Take up to so many steps; `noise` gives what is added to the gradient after a step.

        The loop ends early before a step whose point, loss, gradient or memory is not finite, which is for
        the careful code to take and to explain, and after a step whose gradient is, but for rounding, not
        longer than `tolerance`. Where it rests or goes round, the rest is copied.
        """
        remembered = [float(value) for name in self._loop.memory_names for value in memory[name]]
        numbers = [getattr(rule, name) for name in self._loop.hyperparameters]
        limit = None if tolerance is None else tolerance * tolerance * (1.0 + 1e-9)
        loop = self._loop.function(limit is not None, noise is not None, self._constants)
        state = [*map(float, point), *map(float, gradient), *remembered]
        tables = []
        done, goes_on = 0, True
        while goes_on and done < steps:
            count = min(max(done, FIRST_CHUNK), steps - done)
            first, kept = first_step + done, bytearray()
            rows = [] if noise is None else [(step, noise(step)) for step in range(first, first + count)]
            with suppress(ArithmeticError, ValueError):  # the step that raises has kept nothing
                goes_on = (
                    loop(*state, *numbers, first, first + count, limit, kept, self._loop.pack, rows)
                    is not None
                )
            table = _usable(np.frombuffer(kept, dtype=np.float64).reshape(-1, len(state) + 1))
            goes_on = goes_on and len(table) == count
            done += len(table)
            tables.append(table)
            if goes_on:
                state = table[-1, :-1].tolist()
            if goes_on and done < steps and self._loop.is_autonomous and noise is None:
                again = _repeated(table, steps - done)
                tables.append(again)
                done += len(again)
        return self._taken_apart(tables[0] if len(tables) == 1 else _joined(tables, len(state) + 1))

    def _taken_apart(self, table: FloatArray) -> DescentSteps:
        k = self._loop.coordinates
        memories = {
            name: table[:, start : start + k]
            for name, start in zip(self._loop.memory_names, range(2 * k, table.shape[1] - 1, k), strict=True)
        }
        return DescentSteps(table[:, :k], table[:, -1], table[:, k : 2 * k], memories)


def _joined(tables: Sequence[FloatArray], width: int) -> FloatArray:
    return np.concatenate(tables) if tables else np.empty((0, width))


def _repeated(table: FloatArray, steps: int) -> FloatArray:
    """Give the steps to come if the last one was there a few steps before; none if it was not."""
    bits = table[-LONGEST_CYCLE:].view(np.int64)
    same = np.flatnonzero((bits[:-1] == bits[-1]).all(axis=1))
    if not same.size:
        return table[:0]
    period = len(bits) - 1 - int(same[-1])
    result: FloatArray = table[len(table) - period + np.arange(steps) % period]
    return result


def _usable(table: FloatArray) -> FloatArray:
    """Rows before the first one with a number that is not finite."""
    usable = (np.abs(table) <= LARGEST).all(axis=1)
    return table if usable.all() else table[: np.argmin(usable)]


@dataclasses.dataclass(frozen=True, eq=False)
class _Kind:
    """An optimiser seen without the numbers of its hyperparameters; two of one kind share programs."""

    rule: ElementwiseRule

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What makes a difference: the class, and the fields that are no hyperparameters."""
        rule: Any = self.rule
        fields = [getattr(rule, field.name) for field in dataclasses.fields(rule)]
        return (type(rule), *(type(value) if type(value) is float else value for value in fields))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kind) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class _Demand:
    """How many steps were wanted of a loop so far, and the loop once it was made."""

    def __init__(self, shape: ProgramShape, names: tuple[str, ...], memory_names: tuple[str, ...]) -> None:
        self._asked = shape, names, memory_names
        self._is_made = False
        self._loop: DescentLoop | None = None
        self.steps = 0

    def loop(self, rule: ElementwiseRule) -> DescentLoop | None:
        """Make the loop when it is first needed; None if there is none for such an optimiser."""
        if not self._is_made:
            shape, names, memory_names = self._asked
            with suppress(AttributeError, TypeError):
                self._loop = DescentLoop(shape, names, rule, memory_names)
            self._is_made = True  # last, for another thread may ask meanwhile
        return self._loop


@lru_cache(maxsize=64)
def _demand(
    shape: ProgramShape, names: tuple[str, ...], kind: _Kind, memory_names: tuple[str, ...]
) -> _Demand:
    return _Demand(shape, names, memory_names)


@lru_cache(maxsize=64)
def _program(loop: DescentLoop, program: Program) -> DescentProgram:
    return DescentProgram(loop, program.recording.constants)


def descent_program(
    expression: Expression,
    names: Sequence[str],
    rule: ElementwiseRule,
    memory_names: Sequence[str],
    *,
    steps: int = WORTH_COMPILING,
) -> DescentProgram | None:
    """Return the loop for a formula and an optimiser, compiled once for all hyperparameters.

    Parameters
    ----------
    steps
        How many steps it is wanted for. To compile it pays for many only, in one descent or in several.

    Returns
    -------
    DescentProgram or None
        None where there is no such loop, because the formula jumps or the optimiser branches, and where too
        few steps were wanted so far.
    """
    program = expression.gradient_program
    if program is None:
        return None
    demand = _demand(program.shape, tuple(names), _Kind(rule), tuple(memory_names))
    demand.steps += steps
    if demand.steps < WORTH_COMPILING:
        return None
    loop = demand.loop(rule)
    return None if loop is None else _program(loop, program)
