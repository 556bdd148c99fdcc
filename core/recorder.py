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
    """

    __slots__ = ("factor", "place", "recorder")

    def __init__(self, recorder: Recorder, factor: float, place: int) -> None:
        self.recorder = recorder
        self.factor = factor
        self.place = place

    def apply(self, primitive: Primitive, operands: tuple[Any, ...]) -> Register:
        """Record `primitive` applied to `operands`."""
        return self.recorder.apply(primitive, operands)

    def __bool__(self) -> bool:
        raise TypeError("a value that is only being recorded is neither true nor false")

    @property
    def is_number(self) -> bool:
        """Whether it is a constant."""
        return self.place == NUMBER

    @property
    def core(self) -> Register:
        """The result without its factor."""
        return Register(self.recorder, 1.0, self.place)

    def times(self, factor: float) -> Register:
        """Return a multiple."""
        return Register(self.recorder, factor * self.factor, self.place)


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
        self._entries: list[float | Instruction | None] = [None] * len(self._names)
        self._depends: list[int] = [1 << place for place in self._names.values()]  # a bit for each variable
        self._places: dict[Any, int] = {}

    def variable(self, name: str) -> Register:
        """Register of a variable."""
        return Register(self, 1.0, self._names[name])

    def number(self, value: float) -> Register:
        """Register of a constant."""
        return Register(self, float(value), NUMBER)

    def register(self, value: Any) -> Register:
        """Make a register of a number; leave a register as it is."""
        return value if isinstance(value, Register) else self.number(value)

    def apply(self, primitive: Primitive, operands: Iterable[Any]) -> Register:
        """Record an operation, or a cheaper one of the same value."""
        registers = [self.register(operand) for operand in operands]
        rule = self._rules.get(primitive.name)
        return self.emit(primitive, *registers) if rule is None else rule(*registers)

    def emit(self, primitive: Primitive, *operands: Register) -> Register:
        """Record an operation as it is."""
        if all(operand.is_number for operand in operands):
            numbers = (np.float64(operand.factor) for operand in operands)
            return self.number(float(primitive(*numbers)))
        places = [self.place(operand) for operand in operands]
        return Register(self, 1.0, self._entry(primitive, places))

    def require_finite(self, register: Register) -> None:
        """Make a result a *witness*: where it is infinite or NaN, no result of the recording counts.

        A rule says so if an overflow on its way could pass unseen, as the one in 1/∞ = 0 does.
        """
        if not register.is_number and register.place not in self.witnesses:
            self.witnesses.append(register.place)

    def recorded(self, primitive: Primitive, *operands: Register) -> Register | None:
        """Return the result of an operation that was recorded before, or None; records nothing."""
        places = [self._known_place(operand) for operand in operands]
        place = None if None in places else self._places.get(_key(primitive, places))
        return None if place is None else Register(self, 1.0, place)

    def instruction(self, register: Register) -> Instruction | None:
        """Return how a result is computed; None for constants, variables and multiples."""
        entry = None if register.is_number or register.factor != 1.0 else self._entries[register.place]
        return entry if isinstance(entry, Instruction) else None

    def place(self, register: Register) -> int:
        """Index where the value is found, after multiplying by its factor if it has one."""
        known = self._known_place(register)
        if known is not None:
            return known
        if register.is_number:
            return self._constant(register.factor)
        spread = self._spread(register)
        if spread is not None:
            primitive, left, right = spread
            return self._entry(primitive, [self.place(left), self.place(right)])
        if register.factor == -1.0:
            return self._entry(rows.negative, [register.place])
        return self._entry(rows.multiply, [self._constant(register.factor), register.place])

    def _spread(self, register: Register) -> tuple[Primitive, Register, Register] | None:
        """Write a multiple so that the factor costs less, or nothing, than a pass over all points.

        A difference is negated by turning it round. On a grid, where what depends on x alone is a row, the
        factor goes to the operand that depends on fewer variables; but a factor of 0 would hide that the
        product of both is infinite.
        """
        made_by = self.instruction(register.core)
        if made_by is None or register.factor == 0.0:
            return None
        if made_by.primitive is rows.subtract and register.factor == -1.0:
            left, right = (Register(self, 1.0, place) for place in made_by.operands)
            return rows.subtract, right, left
        parts = self.unequal_operands(register.core)
        if parts is None:
            return None
        fewer, more = parts
        if made_by.primitive is rows.multiply:
            return rows.multiply, fewer.times(register.factor), more
        if made_by.primitive is rows.add and register.factor == -1.0:
            return rows.subtract, fewer.times(-1.0), more
        return None

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
        entry = self._entries[place]
        if isinstance(entry, Instruction) and entry.primitive is rows.multiply:
            for constant, other in (entry.operands, entry.operands[::-1]):
                value = self._entries[constant]
                if isinstance(value, float):
                    return Register(self, value, other)
        return Register(self, 1.0, place)

    def _known_place(self, register: Register) -> int | None:
        if register.is_number:
            return self._places.get(register.factor.hex())
        if register.factor == 1.0:
            return register.place
        spread = self._spread(register)
        if spread is not None:
            primitive, left, right = spread
            places = [self._known_place(left), self._known_place(right)]
            return None if None in places else self._places.get(_key(primitive, places))
        if register.factor == -1.0:
            return self._places.get(_key(rows.negative, [register.place]))
        constant = self._places.get(register.factor.hex())
        return None if constant is None else self._places.get(_key(rows.multiply, [constant, register.place]))

    def _constant(self, value: float) -> int:
        key = value.hex()
        if key not in self._places:
            self._places[key] = len(self._entries)
            self._entries.append(value)
            self._depends.append(0)
        return self._places[key]

    def _entry(self, primitive: Primitive, places: list[int]) -> int:
        key = _key(primitive, places)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = len(self._entries)
            self._entries.append(Instruction(primitive, tuple(places)))
            depends = 0
            for place in places:
                depends |= self._depends[place]
            self._depends.append(depends)
        return found

    def recording(self, results: Sequence[Register]) -> Recording:
        """Keep what the results and witnesses need and number it: variables, constants, instructions."""
        places = [self.place(result) for result in results]
        places += [witness for witness in self.witnesses if witness not in places]
        needed = [False] * len(self._entries)
        for place in places:
            needed[place] = True
        for place in range(len(self._entries) - 1, -1, -1):
            entry = self._entries[place]
            if needed[place] and isinstance(entry, Instruction):
                for operand in entry.operands:
                    needed[operand] = True
        kept = [place for place, is_needed in enumerate(needed) if is_needed]
        constants = [place for place in kept if isinstance(self._entries[place], float)]
        computed = [place for place in kept if isinstance(self._entries[place], Instruction)]
        order = [*self._names.values(), *constants, *computed]
        index = {place: position for position, place in enumerate(order)}
        values = [entry for place in constants if isinstance(entry := self._entries[place], float)]
        instructions = [
            Instruction(entry.primitive, tuple(index[operand] for operand in entry.operands))
            for place in computed
            if isinstance(entry := self._entries[place], Instruction)
        ]
        return Recording(tuple(values), tuple(instructions), tuple(index[place] for place in places))


def _key(primitive: Primitive, places: Sequence[int | None]) -> Any:
    """Identify an operation; the order of the operands of a sum or product is no matter."""
    if primitive is rows.add or primitive is rows.multiply:
        left, right = places
        assert left is not None and right is not None
        return (primitive.name, left, right) if left <= right else (primitive.name, right, left)
    return (primitive.name, *places)


def is_power_of_two(value: float) -> bool:
    """Tell whether multiplying by a number rounds nothing."""
    return math.isfinite(value) and abs(math.frexp(value)[0]) == 0.5
