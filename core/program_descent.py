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

import copy
import dataclasses
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np

from core.expression import Expression
from core.primitives import FloatArray, multiply
from core.program import Program
from core.program_floats import compiled, constant_names, float_lines
from core.recorder import Instruction, Recorder, Recording, Register, Rule

WORTH_COMPILING = 64
"""From so many steps on, a compiled loop saves more time than it takes to compile."""

FIRST_CHUNK = 256
"""After so many steps, and then whenever their number has doubled, it is checked that all is finite."""

LARGEST = 1e300
"""Numbers beyond are for the careful code, which knows what overflows."""


class ElementwiseRule(Protocol):
    """An optimiser that moves each coordinate by the same arithmetic, without branches on numbers.

    It is a dataclass; its fields that are floats are hyperparameters.
    """

    def update(
        self, point: Any, gradient: Any, memory: dict[str, Any], step: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the next point and the memory after this step; the first step is 1."""
        ...


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


class DescentProgram:
    """A loop for one formula and one kind of optimiser.

    Parameters
    ----------
    program
        Computes the formula's value and gradient.
    names
        The letters that move, in the order of a point's coordinates; all free letters are among them.
    rule
        The optimiser. The numbers of its hyperparameters don't matter, only which it has.
    memory_names
        What it remembers, in the order of ``DescentSteps.memories``.

    Raises
    ------
    TypeError, AttributeError
        If the optimiser's step is more than arithmetic and functions of the table.
    """

    def __init__(
        self, program: Program, names: Sequence[str], rule: ElementwiseRule, memory_names: Sequence[str]
    ) -> None:
        self._coordinates = len(names)
        self._memory_names = tuple(memory_names)
        self._hyperparameters = hyperparameter_names(rule)
        self._program = program
        self._moving = [names.index(name) for name in program.names]
        self._update = self._record(rule)
        self._pack = struct.Struct(f"{(2 + len(self._memory_names)) * self._coordinates + 1}d").pack
        self._loops: dict[tuple[bool, bool], Callable[..., Any]] = {}

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
        longer than `tolerance`.
        """
        remembered = [float(value) for name in self._memory_names for value in memory[name]]
        numbers = [getattr(rule, name) for name in self._hyperparameters]
        limit = None if tolerance is None else tolerance * tolerance * (1.0 + 1e-9)
        loop = self._loop(limit is not None, noise is not None)
        state = [*map(float, point), *map(float, gradient), *remembered]
        tables = [np.empty((0, len(state) + 1))]
        done, goes_on = 0, True
        while goes_on and done < steps:
            count = min(max(done, FIRST_CHUNK), steps - done)
            first, kept = first_step + done, bytearray()
            rows = [] if noise is None else [(step, noise(step)) for step in range(first, first + count)]
            with suppress(ArithmeticError, ValueError):  # the step that raises has kept nothing
                goes_on = (
                    loop(*state, *numbers, first, first + count, limit, kept, self._pack, rows) is not None
                )
            table = _usable(np.frombuffer(kept, dtype=np.float64).reshape(-1, len(state) + 1))
            goes_on = goes_on and len(table) == count
            done += len(table)
            tables.append(table)
            if goes_on:
                state = table[-1, :-1].tolist()
        return self._taken_apart(np.concatenate(tables))

    def _taken_apart(self, table: FloatArray) -> DescentSteps:
        k = self._coordinates
        memories = {
            name: table[:, start : start + k]
            for name, start in zip(self._memory_names, range(2 * k, table.shape[1] - 1, k), strict=True)
        }
        return DescentSteps(table[:, :k], table[:, -1], table[:, k : 2 * k], memories)

    # Variables of the loop are the point, the gradient, the memory, the hyperparameters and the step

    def _variables(self) -> list[str]:
        count = (2 + len(self._memory_names)) * self._coordinates + len(self._hyperparameters) + 1
        return [f"v{place}" for place in range(count)]

    def _record(self, rule: ElementwiseRule) -> Recording:
        """Record the step; its results are the new point and the memory."""
        k = self._coordinates
        recorder = Recorder(self._variables(), EXACT_RULES, finite=self._variables()[-1:])
        variables = [recorder.variable(name) for name in self._variables()]
        traced = copy.copy(rule)
        for name, register in zip(
            self._hyperparameters, variables[-1 - len(self._hyperparameters) :], strict=False
        ):
            object.__setattr__(traced, name, register)
        moved: list[Register] = []
        remembered: list[dict[str, Any]] = []
        for coordinate in range(k):
            memory = {
                name: variables[(2 + place) * k + coordinate] for place, name in enumerate(self._memory_names)
            }
            point, memory = traced.update(
                variables[coordinate], variables[k + coordinate], memory, variables[-1]
            )
            moved.append(recorder.register(point))
            remembered.append(memory)
        memories = [recorder.register(each[name]) for name in self._memory_names for each in remembered]
        return recorder.recording([*moved, *memories])

    def _loop(self, ends_at_limit: bool, noisy: bool) -> Callable[..., Any]:
        kind = ends_at_limit, noisy
        if kind not in self._loops:
            instructions = self._update.instructions + self._program.recording.instructions
            loop = compiled(self._source(*kind), Recording((), instructions, ()))
            loop.__defaults__ = self._program.recording.constants
            self._loops[kind] = loop
        return self._loops[kind]

    def _source(self, ends_at_limit: bool, noisy: bool) -> str:
        k, variables = self._coordinates, self._variables()
        step = variables[-1]
        parameters = variables[-1 - len(self._hyperparameters) : -1]
        state = variables[: -1 - len(self._hyperparameters)]
        before, inside = hoisted(self._update, variables, {variables.index(name) for name in parameters})
        lines_before, found = float_lines(variables, before)
        constants = [f"h{place}" for place in range(len(found))]
        lines_before += [f"{name} = {term}" for name, term in zip(constants, found, strict=True)]
        lines, moved = float_lines(variables + constants, inside)
        lines += _assignments(state[:k] + state[2 * k :], moved)
        moving, numbers = [state[place] for place in self._moving], constant_names(self._program.recording)
        value_lines, results = float_lines(moving, self._program.recording, numbers)
        lines += value_lines
        for witness in results[self._program.returned :]:
            lines.append(f"if {witness} - {witness} != 0.0: return None")
        slopes = ["0.0"] * k
        for place, slope in zip(self._moving, results[1 : self._program.returned], strict=True):
            slopes[place] = slope
        added = [f"n{coordinate}" for coordinate in range(k)]
        if noisy:
            slopes = [f"{slope} + {noise}" for slope, noise in zip(slopes, added, strict=True)]
        lines += _assignments(state[k : 2 * k], slopes)
        lines.append(f"kept += pack({', '.join([*state, results[0]])})")
        if ends_at_limit:
            squares = " + ".join(f"{name} * {name}" for name in state[k : 2 * k])
            lines.append(f"if {squares} <= limit: return None")
        steps = "step in range(first, last)"
        if noisy:
            steps = f"step, ({''.join(f'{noise}, ' for noise in added)}) in noise"
        if any(step in line for line in lines):
            lines.insert(0, f"{step} = float(step)")
        given = [*state, *parameters, "first", "last", "limit", "kept", "pack", "noise", *numbers]
        return "\n".join(
            [
                f"def run({', '.join(given)}):",
                *(f"    {line}" for line in lines_before),
                f"    for {steps}:",
                *(f"        {line}" for line in lines),
                "    return last",
                "",
            ]
        )


def _assignments(names: Sequence[str], terms: Sequence[str]) -> list[str]:
    """Assign all at once, since terms may be other names."""
    return [f"{', '.join(names)} = {', '.join(terms)}"] if names else []


def _usable(table: FloatArray) -> FloatArray:
    """Rows before the first one with a number that is not finite."""
    usable = (np.abs(table) <= LARGEST).all(axis=1)
    return table if usable.all() else table[: np.argmin(usable)]


def _multiply_exactly(left: Register, right: Register) -> Register:
    """Leave out the factor 1, and know that 0 times what is finite is 0."""
    for number, other in ((left, right), (right, left)):
        if number.is_number and number.factor == 1.0:
            return other
        if number.is_number and number.factor == 0.0 and other.place in other.recorder.finite:
            return other.recorder.number(0.0)
    return left.recorder.emit(multiply, left, right)


EXACT_RULES: dict[str, Rule] = {"multiply": _multiply_exactly}
"""The only short cut while a step is recorded: it changes no bit."""


def hyperparameter_names(rule: Any) -> tuple[str, ...]:
    """Return the fields of an optimiser that are floats."""
    return tuple(field.name for field in dataclasses.fields(rule) if type(getattr(rule, field.name)) is float)


def hoisted(
    recording: Recording, variables: Sequence[str], invariant: set[int]
) -> tuple[Recording, Recording]:
    """Split instructions into those that read `invariant` variables and constants alone, and the rest.

    The results of the first part are further variables of the second, behind `variables`.
    """
    count, first = len(variables), len(variables) + len(recording.constants)
    known = invariant | set(range(count, first))
    for place, instruction in enumerate(recording.instructions, start=first):
        if known.issuperset(instruction.operands):
            known.add(place)
    outside = [place for place in range(first, first + len(recording.instructions)) if place in known]
    inside = [place for place in range(first, first + len(recording.instructions)) if place not in known]
    read = {operand for place in inside for operand in recording.instructions[place - first].operands}
    handed_on = [place for place in outside if place in read or place in recording.results]
    before_index = {place: place for place in range(first)}
    before_index |= {place: first + position for position, place in enumerate(outside)}
    order = [*range(count), *handed_on, *range(count, first), *inside]
    inside_index = {place: position for position, place in enumerate(order)}

    def part(places: Sequence[int], index: Mapping[int, int], results: Sequence[int]) -> Recording:
        instructions = (recording.instructions[place - first] for place in places)
        renumbered = tuple(
            Instruction(each.primitive, tuple(index[operand] for operand in each.operands))
            for each in instructions
        )
        return Recording(recording.constants, renumbered, tuple(index[place] for place in results))

    return part(outside, before_index, handed_on), part(inside, inside_index, recording.results)


class _Demand:
    """How many steps were wanted of a loop so far, and the loop once it was made."""

    def __init__(self, expression: Expression, names: tuple[str, ...], memory_names: tuple[str, ...]) -> None:
        self._asked = expression, names, memory_names
        self._is_made = False
        self._program: DescentProgram | None = None
        self.steps = 0

    def program(self, rule: ElementwiseRule) -> DescentProgram | None:
        """Make the loop when it is first needed."""
        if not self._is_made:
            expression, names, memory_names = self._asked
            program, self._is_made = expression.gradient_program, True
            if program is not None:
                with suppress(AttributeError, TypeError):
                    self._program = DescentProgram(program, names, rule, memory_names)
        return self._program


@lru_cache(maxsize=64)
def _demand(
    expression: Expression, names: tuple[str, ...], kind: _Kind, memory_names: tuple[str, ...]
) -> _Demand:
    return _Demand(expression, names, memory_names)


@dataclasses.dataclass(frozen=True, eq=False)
class _Kind:
    """An optimiser seen without the numbers of its hyperparameters; two of one kind share programs."""

    rule: ElementwiseRule

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes a difference: the class, and the fields that are no hyperparameters."""
        rule: Any = self.rule
        fields = [getattr(rule, field.name) for field in dataclasses.fields(rule)]
        return (type(rule), *(type(value) if type(value) is float else value for value in fields))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kind) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


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
    demand = _demand(expression, tuple(names), _Kind(rule), tuple(memory_names))
    demand.steps += steps
    return demand.program(rule) if demand.steps >= WORTH_COMPILING else None
