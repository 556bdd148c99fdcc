"""The source of a descent as one loop of plain floats, for one kind of optimiser.

Formulas that differ in their numbers only share a loop: as the hyperparameters, the constants of the
formula are among its variables.
"""

from __future__ import annotations

import copy
import dataclasses
import struct
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType
from typing import Any, Protocol

from core.primitives import multiply
from core.program import ProgramShape
from core.program_floats import compiled, constant_names, float_lines
from core.recorder import Instruction, Recorder, Recording, Register, Rule


class ElementwiseRule(Protocol):
    """An optimiser that moves each coordinate by the same arithmetic, without branches on numbers.

    It is a dataclass; its fields that are floats are hyperparameters.
    """

    def update(
        self, point: Any, gradient: Any, memory: dict[str, Any], step: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the next point and the memory after this step; the first step is 1."""
        ...


class DescentLoop:
    """A loop for formulas of one shape and one kind of optimiser.

    Parameters
    ----------
    shape
        What computes the formula's value and gradient.
    names
        The letters that move, in the order of a point's coordinates; all free letters are among them.
    rule
        The optimiser. The numbers of its hyperparameters don't matter, only which it has.
    memory_names
        What it remembers.

    Attributes
    ----------
    coordinates
        How many letters move.
    memory_names
        The parameter.
    hyperparameters
        Names of the optimiser's numbers.
    pack
        Makes bytes of what is kept of a step: point, gradient, memory, loss.
    is_autonomous
        Whether steps do not depend on their number, so that what was there before brings the same again.

    Raises
    ------
    TypeError, AttributeError
        If the optimiser's step is more than arithmetic and functions of the table.
    """

    def __init__(
        self, shape: ProgramShape, names: Sequence[str], rule: ElementwiseRule, memory_names: Sequence[str]
    ) -> None:
        self.coordinates = len(names)
        self.memory_names = tuple(memory_names)
        self.hyperparameters = hyperparameter_names(rule)
        self._shape = shape
        self._moving = [names.index(name) for name in shape.names]
        self._update = self._record(rule)
        self.pack = struct.Struct(f"{(2 + len(self.memory_names)) * self.coordinates + 1}d").pack
        self.is_autonomous = not self._reads_step()
        self._functions: dict[tuple[bool, bool], FunctionType] = {}

    def _reads_step(self) -> bool:
        step = len(self._variables()) - 1
        read = {operand for instruction in self._update.instructions for operand in instruction.operands}
        return step in read or step in self._update.results

    def function(self, ends_at_limit: bool, noisy: bool, constants: tuple[float, ...]) -> Callable[..., Any]:
        """Return the loop for a formula with these constants."""
        kind = ends_at_limit, noisy
        if kind not in self._functions:
            instructions = self._update.instructions + self._shape.recording.instructions
            self._functions[kind] = compiled(self._source(*kind), Recording((), instructions, ()))
        loop = self._functions[kind]
        return FunctionType(loop.__code__, loop.__globals__, "run", constants)

    # Variables of the loop are the point, the gradient, the memory, the hyperparameters and the step

    def _variables(self) -> list[str]:
        count = (2 + len(self.memory_names)) * self.coordinates + len(self.hyperparameters) + 1
        return [f"v{place}" for place in range(count)]

    def _record(self, rule: ElementwiseRule) -> Recording:
        """Record the step; its results are the new point and the memory."""
        k = self.coordinates
        recorder = Recorder(self._variables(), EXACT_RULES, finite=self._variables()[-1:])
        variables = [recorder.variable(name) for name in self._variables()]
        traced = copy.copy(rule)
        for name, register in zip(
            self.hyperparameters, variables[-1 - len(self.hyperparameters) :], strict=False
        ):
            object.__setattr__(traced, name, register)
        moved: list[Register] = []
        remembered: list[dict[str, Any]] = []
        for coordinate in range(k):
            memory = {
                name: variables[(2 + place) * k + coordinate] for place, name in enumerate(self.memory_names)
            }
            point, memory = traced.update(
                variables[coordinate], variables[k + coordinate], memory, variables[-1]
            )
            moved.append(recorder.register(point))
            remembered.append(memory)
        memories = [recorder.register(each[name]) for name in self.memory_names for each in remembered]
        return recorder.recording([*moved, *memories])

    def _source(self, ends_at_limit: bool, noisy: bool) -> str:
        k, variables = self.coordinates, self._variables()
        step = variables[-1]
        parameters = variables[-1 - len(self.hyperparameters) : -1]
        state = variables[: -1 - len(self.hyperparameters)]
        before, inside = hoisted(self._update, variables, {variables.index(name) for name in parameters})
        lines_before, found = float_lines(variables, before)
        constants = [f"h{place}" for place in range(len(found))]
        lines_before += [f"{name} = {term}" for name, term in zip(constants, found, strict=True)]
        lines, moved = float_lines(variables + constants, inside)
        lines += _assignments(state[:k] + state[2 * k :], moved)
        moving, numbers = [state[place] for place in self._moving], constant_names(self._shape.recording)
        value_lines, results = float_lines(moving, self._shape.recording, numbers)
        lines += value_lines
        for witness in results[self._shape.returned :]:
            lines.append(f"if {witness} - {witness} != 0.0: return None")
        slopes = ["0.0"] * k
        for place, slope in zip(self._moving, results[1 : self._shape.returned], strict=True):
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
