"""Recording a formula as a list of instructions in which nothing is computed twice.

A :class:`Register` is an operand, like an expression or a dual number: whoever computes with registers
instead of numbers, be it a formula or the local derivatives of the table, leaves behind the instructions
that compute the same. An operation that was recorded before is not recorded again (*value numbering*), so
a derivative shares what it can with its function; and the rules of :mod:`core.peephole` turn costly
operations into cheap ones of the same value on the way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, final

import numpy as np

from core import primitives as rows
from core.primitives import Operand, Primitive

NUMBER = -1
"""Place of the number 1, of which every constant is a multiple."""


@final
class Register(Operand):
    """A value to be computed: a factor times a recorded result.

    The factor waits outside, so that factors meet and are multiplied once, while recording: the 3·2 of
    ``3 (x²+1)² · 2x``, or the minus signs.

    Attributes
    ----------
    recorder
        Where it is recorded.
    factor
        A number that is still to be multiplied.
    place
        Index of the recorded result, or `NUMBER` for a constant.
    is_number
        Whether it is a constant.
    """

    __slots__ = ("factor", "is_number", "place", "recorder")

    def __init__(self, recorder: Recorder, factor: float, place: int) -> None:
        self.recorder = recorder
        self.factor = factor
        self.place = place
        self.is_number = place == NUMBER

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Register:
        """Record `primitive` applied to `operands`, numbers among them made registers."""
        recorder = self.recorder
        registers = [value if type(value) is Register else recorder.number(value) for value in operands]
        return recorder.apply(primitive, registers)

    def __bool__(self) -> bool:
        raise TypeError("a value that is only being recorded is neither true nor false")

    @property
    def core(self) -> Register:
        """The result without its factor."""
        return self if self.factor == 1.0 else Register(self.recorder, 1.0, self.place)

    def times(self, factor: float) -> Register:
        """Return a multiple."""
        return self if factor == 1.0 else Register(self.recorder, factor * self.factor, self.place)


Rule = Callable[..., Register]


class Instruction(NamedTuple):
    """Apply a row of the table to earlier results.

    Attributes
    ----------
    primitive
        The operation.
    operands
        Indices of values: variables first, then constants, then the results of the instructions.
    """

    primitive: Primitive
    operands: tuple[int, ...]


class Recording(NamedTuple):
    """What is needed to compute the results, and nothing else.

    Attributes
    ----------
    constants
        Numbers that the instructions read.
    instructions
        The operations in an order in which they can be carried out.
    results
        Indices of the results, as in :class:`Instruction`; behind them those of the witnesses.
    """

    constants: tuple[float, ...]
    instructions: tuple[Instruction, ...]
    results: tuple[int, ...]


class Recorder:
    """Collects instructions; the same operation on the same values is one instruction.

    Parameters
    ----------
    names
        The variables, in the order in which a program takes them.
    rules
        By the name of a row, a function of registers that records the same value in a cheaper way.
    finite
        Variables that are never infinite or NaN, so that 0 times one of them is 0.

    Attributes
    ----------
    finite
        Their places.
    witnesses
        Places of results that must be finite for the others to count.
    """

    def __init__(self, names: Sequence[str], rules: Mapping[str, Rule], finite: Sequence[str] = ()) -> None:
        self._rules = rules
        self.finite = frozenset(names.index(name) for name in finite)
        self.witnesses: list[int] = []
        self._names = {name: place for place, name in enumerate(names)}
        self._depends = [1 << place for place in self._names.values()]  # a bit for each variable
        self._numbers: dict[int, float] = {}  # by place
        self._instructions: dict[int, Instruction] = {}  # by place
        self._place_of_number: dict[str, int] = {}
        self._place_of_instruction: dict[tuple[Primitive, tuple[int, ...]], int] = {}

    def variable(self, name: str) -> Register:
        """Register of a variable."""
        return Register(self, 1.0, self._names[name])

    def number(self, value: float) -> Register:
        """Register of a constant."""
        return Register(self, float(value), NUMBER)

    def register(self, value: Any) -> Register:
        """Make a register of a number; leave a register as it is."""
        return value if isinstance(value, Register) else self.number(value)

    def apply(self, primitive: Primitive, operands: Iterable[Register]) -> Register:
        """Record an operation, or a cheaper one of the same value."""
        rule = self._rules.get(primitive.name)
        return self.emit(primitive, *operands) if rule is None else rule(*operands)

    def emit(self, primitive: Primitive, *operands: Register) -> Register:
        """Record an operation as it is; on constants it is carried out."""
        for operand in operands:
            if not operand.is_number:
                places = tuple([self.place(operand) for operand in operands])
                return Register(self, 1.0, self._entry(primitive, places))
        numbers = [np.float64(operand.factor) for operand in operands]
        return self.number(float(primitive(*numbers)))

    def require_finite(self, register: Register) -> None:
        """Make a result a *witness*: where it is infinite or NaN, no result of the recording counts.

        A rule says so if an overflow on its way could pass unseen, as the one in 1/∞ = 0 does.
        """
        if not register.is_number and register.place not in self.witnesses:
            self.witnesses.append(register.place)

    def recorded(self, primitive: Primitive, *operands: Register) -> Register | None:
        """Return the result of an operation that was recorded before, or None; records nothing."""
        place = self._known_entry(primitive, operands)
        return None if place is None else Register(self, 1.0, place)

    def instruction(self, register: Register) -> Instruction | None:
        """Return how a result is computed; None for constants, variables and multiples."""
        return self._instructions.get(register.place) if register.factor == 1.0 else None

    def place(self, register: Register) -> int:
        """Index where the value is found, after multiplying by its factor if it has one."""
        if register.is_number:
            return self._constant(register.factor)
        if register.factor == 1.0:
            return register.place
        primitive, operands = self._multiplied(register)
        return self._entry(primitive, tuple([self.place(operand) for operand in operands]))

    def _known_place(self, register: Register) -> int | None:
        if register.is_number:
            return self._place_of_number.get(register.factor.hex())
        if register.factor == 1.0:
            return register.place
        return self._known_entry(*self._multiplied(register))

    def _multiplied(self, register: Register) -> tuple[Primitive, tuple[Register, ...]]:
        """Write a multiple as an operation, so that the factor costs as little as can be.

        A difference is negated by turning it round. On a grid, where what depends on x alone is a row, the
        factor goes to the operand that depends on fewer variables; but a factor of 0 would hide that the
        product of both is infinite.
        """
        core, factor = register.core, register.factor
        made_by = self.instruction(core)
        if made_by is not None and factor != 0.0:
            if made_by.primitive is rows.subtract and factor == -1.0:
                left, right = made_by.operands
                return rows.subtract, (Register(self, 1.0, right), Register(self, 1.0, left))
            parts = self.unequal_operands(core)
            if parts is not None:
                fewer, more = parts
                if made_by.primitive is rows.multiply:
                    return rows.multiply, (fewer.times(factor), more)
                if made_by.primitive is rows.add and factor == -1.0:
                    return rows.subtract, (fewer.times(-1.0), more)
        if factor == -1.0:
            return rows.negative, (core,)
        return rows.multiply, (self.number(factor), core)

    def unequal_operands(self, register: Register) -> tuple[Register, Register] | None:
        """Return the two operands of a result, first the one that depends on fewer variables than the result.

        None if there is no such operand.
        """
        made_by = self.instruction(register)
        if made_by is None or len(made_by.operands) != 2:
            return None
        counts = [self._depends[place].bit_count() for place in made_by.operands]
        fewer, more = made_by.operands if counts[0] <= counts[1] else made_by.operands[::-1]
        if not 0 < min(counts) < self._depends[register.place].bit_count():
            return None
        return self._without_constant(fewer), Register(self, 1.0, more)

    def _without_constant(self, place: int) -> Register:
        """Return a result as a multiple again, if it was made by multiplying by a constant."""
        made_by = self._instructions.get(place)
        if made_by is not None and made_by.primitive is rows.multiply:
            for constant, other in (made_by.operands, made_by.operands[::-1]):
                if constant in self._numbers:
                    return Register(self, self._numbers[constant], other)
        return Register(self, 1.0, place)

    def _constant(self, value: float) -> int:
        key = value.hex()
        place = self._place_of_number.get(key)
        if place is None:
            place = self._place_of_number[key] = len(self._depends)
            self._numbers[place] = value
            self._depends.append(0)
        return place

    def _entry(self, primitive: Primitive, places: tuple[int, ...]) -> int:
        places = _ordered(primitive, places)
        place = self._place_of_instruction.get((primitive, places))
        if place is None:
            instruction = Instruction(primitive, places)
            place = self._place_of_instruction[instruction] = len(self._depends)
            self._instructions[place] = instruction
            depends = 0
            for operand in places:
                depends |= self._depends[operand]
            self._depends.append(depends)
        return place

    def _known_entry(self, primitive: Primitive, operands: Iterable[Register]) -> int | None:
        places: list[int] = []
        for operand in operands:
            place = self._known_place(operand)
            if place is None:
                return None
            places.append(place)
        return self._place_of_instruction.get((primitive, _ordered(primitive, tuple(places))))

    def recording(self, results: Sequence[Register]) -> Recording:
        """Keep what the results and witnesses need and number it: variables, constants, instructions."""
        places = [self.place(result) for result in results]
        places += [witness for witness in self.witnesses if witness not in places]
        needed = set(places)
        for place, instruction in reversed(self._instructions.items()):
            if place in needed:
                needed.update(instruction.operands)
        constants = [place for place in self._numbers if place in needed]
        computed = [place for place in self._instructions if place in needed]
        order = [*self._names.values(), *constants, *computed]
        index = {place: position for position, place in enumerate(order)}
        values = tuple([self._numbers[place] for place in constants])
        instructions = tuple([_renumbered(self._instructions[place], index) for place in computed])
        return Recording(values, instructions, tuple([index[place] for place in places]))


def _renumbered(instruction: Instruction, index: Mapping[int, int]) -> Instruction:
    primitive, operands = instruction
    return Instruction(primitive, tuple([index[operand] for operand in operands]))


def _ordered(primitive: Primitive, places: tuple[int, ...]) -> tuple[int, ...]:
    """Write the operands of a sum or product, whose order is no matter, always in the same order."""
    if (primitive is rows.add or primitive is rows.multiply) and places[0] > places[1]:
        return places[::-1]
    return places


def is_power_of_two(value: float) -> bool:
    """Tell whether multiplying by a number rounds nothing."""
    return math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5
