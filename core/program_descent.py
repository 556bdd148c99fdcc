"""Descent as one loop of plain floats: the optimiser's step and the gradient written out together.

The step of a first-order optimiser is plain arithmetic on each coordinate, so it can be recorded like any
formula, by calling its `update` once with registers. Behind it come the value and the gradient at the new
point. The whole loop is then one straight-line piece of Python, as a person would type it for this one
function and this one optimiser, and costs as little.

Hyperparameters are variables of the loop, so moving a slider compiles nothing; what depends on them alone
is computed before the loop.
"""

from __future__ import annotations

import copy
import dataclasses
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import numpy as np

from core.expression import Expression, Variable
from core.peephole import RULES
from core.primitives import FloatArray
from core.program import record_gradient, record_values
from core.program_floats import compiled, float_lines
from core.recorder import Instruction, Recorder, Recording, Register


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
    """What one run of the loop kept: one entry for each step that was taken.

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
    expression
        What is minimised.
    names
        The letters that move, in the order of a point's coordinates; all free letters are among them.
    rule
        The optimiser. The numbers of its hyperparameters don't matter, only which it has.
    memory_names
        What it remembers, in the order of ``DescentSteps.memories``.

    Raises
    ------
    ValueError
        If the gradient passes through an operation whose value jumps.
    TypeError
        If the optimiser's step is more than arithmetic and functions of the table.
    """

    def __init__(
        self, expression: Expression, names: Sequence[str], rule: ElementwiseRule, memory_names: Sequence[str]
    ) -> None:
        self._coordinates = len(names)
        self._memory_names = tuple(memory_names)
        self._hyperparameters = hyperparameter_names(rule)
        recording = self._record(expression, names, rule)
        self._run = compiled(self._source(recording), recording)

    def run(
        self,
        rule: ElementwiseRule,
        point: Iterable[float],
        gradient: Iterable[float],
        memory: Mapping[str, Iterable[float]],
        first_step: int,
        steps: int,
        tolerance: float = -1.0,
    ) -> DescentSteps:
        """Take up to so many steps.

        The loop ends early before a step whose point, loss, gradient or memory is not finite, which is for
        the careful code to take and to explain, and after a step whose gradient is not longer than
        `tolerance`.
        """
        remembered = [float(value) for name in self._memory_names for value in memory[name]]
        numbers = [getattr(rule, name) for name in self._hyperparameters]
        kept = array("d")
        limit = tolerance * abs(tolerance)
        state = [*map(float, point), *map(float, gradient), *remembered]
        with suppress(ArithmeticError, ValueError):  # the step that raises has kept nothing
            self._run(*state, *numbers, first_step, first_step + steps, limit, kept.extend)
        return self._taken_apart(kept)

    def _taken_apart(self, kept: array[float]) -> DescentSteps:
        k = self._coordinates
        table = np.frombuffer(kept, dtype=np.float64) if kept else np.empty(0)
        table = table.reshape(-1, 1 + (2 + len(self._memory_names)) * k)
        finite = np.isfinite(table).all(axis=1)
        if not finite.all():  # the loop itself looks at the loss alone
            table = table[: np.argmin(finite)]
        memories = {
            name: table[:, start : start + k]
            for name, start in zip(self._memory_names, range(2 * k + 1, table.shape[1], k), strict=True)
        }
        return DescentSteps(table[:, :k], table[:, 2 * k], table[:, k : 2 * k], memories)

    # Recording: variables are the point, the gradient, the memory, the hyperparameters and the step

    def _variables(self) -> list[str]:
        count = (2 + len(self._memory_names)) * self._coordinates + len(self._hyperparameters) + 1
        return [f"v{place}" for place in range(count)]

    def _record(self, expression: Expression, names: Sequence[str], rule: ElementwiseRule) -> Recording:
        k = self._coordinates
        recorder = Recorder(self._variables(), RULES, finite=self._variables()[-1:])
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
        values = record_values(recorder, expression, dict(zip(names, moved, strict=True)))
        cotangents = record_gradient(recorder, expression, values)
        if cotangents is None:
            raise ValueError("the derivative passes through a jump")
        gradient = [cotangents.get(Variable(name), recorder.number(0.0)) for name in names]
        memories = [recorder.register(each[name]) for name in self._memory_names for each in remembered]
        return recorder.recording([*moved, *gradient, values[expression], *memories])

    def _source(self, recording: Recording) -> str:
        """Write the loop; its results are the point, gradient, loss, memory, and witnesses."""
        variables = self._variables()
        step = variables[-1]
        parameters = variables[-1 - len(self._hyperparameters) : -1]
        state = variables[: -1 - len(self._hyperparameters)]
        before, inside = hoisted(recording, variables, {variables.index(name) for name in parameters})
        lines_before, found = float_lines(variables, before)
        names = [f"h{place}" for place in range(len(found))]
        lines_before += [f"{name} = {term}" for name, term in zip(names, found, strict=True)]
        lines, results = float_lines(variables + names, inside)
        k = self._coordinates
        loss, state_results = results[2 * k], results[: 2 * k] + results[2 * k + 1 : len(state) + 1]
        kept = [*state[: 2 * k], "loss", *state[2 * k :]]
        squares = " + ".join(f"{name} * {name}" for name in state[k : 2 * k])
        return "\n".join(
            [
                f"def run({', '.join([*state, *parameters, 'first', 'last', 'limit', 'keep'])}):",
                *(f"    {line}" for line in lines_before),
                "    for step in range(first, last):",
                *([f"        {step} = float(step)"] if any(step in line for line in lines) else []),
                *(f"        {line}" for line in lines),
                f"        total = {' + '.join([loss, *results[len(state) + 1 :]])}",
                "        if total - total != 0.0: return",
                f"        {', '.join(['loss', *state])} = {', '.join([loss, *state_results])}",
                f"        keep(({', '.join(kept)}))",
                f"        if limit >= 0.0 and {squares} <= limit: return",
                "",
            ]
        )


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


@lru_cache(maxsize=64)
def _program(
    expression: Expression, names: tuple[str, ...], kind: _Kind, memory_names: tuple[str, ...]
) -> DescentProgram:
    return DescentProgram(expression, names, kind.rule, memory_names)


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
    expression: Expression, names: Sequence[str], rule: ElementwiseRule, memory_names: Sequence[str]
) -> DescentProgram | None:
    """Return the loop for a formula and an optimiser, compiled once for all hyperparameters.

    Returns
    -------
    DescentProgram or None
        None where there is no such loop: the formula jumps, or the optimiser branches.
    """
    try:
        return _program(expression, tuple(names), _Kind(rule), tuple(memory_names))
    except (TypeError, ValueError):
        return None
