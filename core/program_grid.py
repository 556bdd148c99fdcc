r"""Less work on a grid: what can be said by a function of x and a function of y is said so.

On a grid of a million points what depends on x alone is a row of a thousand numbers, and what depends on y
alone a column: both cost next to nothing. So a sum like ``(x⁴ + y⁴) - 16x²`` is put in order, until one
addition for each point is left, and the addition theorems turn costly functions of a sum into products:

.. math::
    e^{u+v} = e^u e^v \qquad \sin(u+v) = \sin u \cos v + \cos u \sin v \qquad
    \cos(u+v) = \cos u \cos v - \sin u \sin v

They round otherwise, by no more than rounding did before. What decides where a value jumps, or where there is
none, is left to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from core import primitives as rows
from core.primitives import FloatArray
from core.program_bounds import Interval, interval
from core.program_plan import recording_spans
from core.recorder import Instruction, Recorder, Recording, Register, is_power_of_two

LARGEST_EXPONENT = 128.0
"""The rounding error of a larger exponent would be felt in the power; and far larger ones overflow."""

LARGEST_ANGLE = 1024.0
"""Of the sum of larger angles, the rounding error would be felt next to functions that take it as it is."""

GENTLE = frozenset({rows.add, rows.subtract, rows.multiply, rows.negative, rows.exp, rows.sin, rows.cos})
"""Operations that take a rounding error for what it is: they neither jump nor have an end of the domain."""

Term = tuple[float, int]
"""A factor and the place of a value that does not change along all axes."""


class Theorem(NamedTuple):
    """An addition theorem: a function of ``u + v`` by functions of u and of v, and where it is precise."""

    expand: Callable[[Any, Any], Any]
    holds: Callable[[Interval, Interval], bool]


def _are_moderate(u: Interval, v: Interval) -> bool:
    return all([-LARGEST_EXPONENT <= low <= high <= LARGEST_EXPONENT for low, high in (u, v)])


def _have_one_sign(u: Interval, v: Interval) -> bool:
    """Tell whether nothing cancels in ``u + v``; else its sine is more precise than a sum of products."""
    return any(
        [
            all([low <= side[0] <= side[1] <= high for side in (u, v)])
            for low, high in ((0.0, LARGEST_ANGLE), (-LARGEST_ANGLE, 0.0))
        ]
    )


THEOREMS = {
    rows.exp: Theorem(lambda u, v: rows.exp(u) * rows.exp(v), _are_moderate),
    rows.sin: Theorem(lambda u, v: rows.sin(u) * rows.cos(v) + rows.cos(u) * rows.sin(v), _have_one_sign),
    rows.cos: Theorem(lambda u, v: rows.cos(u) * rows.cos(v) - rows.sin(u) * rows.sin(v), _have_one_sign),
}
"""Every addition theorem by the row of its function; a new one is one new row."""


class Guard(NamedTuple):
    """The places of u and v, and what must hold for their bounds."""

    holds: Callable[[Interval, Interval], bool]
    left: int
    right: int

    def allows(self, values: Sequence[FloatArray]) -> bool:
        """Tell whether the rewritten recording is precise for these values."""
        return self.holds(interval(values[self.left]), interval(values[self.right]))


class Separated(NamedTuple):
    """A recording written anew, and what must hold for it."""

    recording: Recording
    guards: tuple[Guard, ...]


def separate(recording: Recording, spans: Sequence[int], whole: int) -> Separated | None:
    """Write a recording anew with less work for each point of a grid, or return None if there is no way.

    Parameters
    ----------
    spans
        The axes along which each variable changes, one bit for each axis.
    whole
        The axes of the grid.
    """
    return _Separation(recording, spans, whole).separated()


class _Separation:
    def __init__(self, recording: Recording, spans: Sequence[int], whole: int) -> None:
        self._recording = recording
        self._variables = len(spans)
        self._first = len(spans) + len(recording.constants)
        self._spans = recording_spans(recording, spans)
        self._whole = whole
        self._recorder = Recorder([str(place) for place in range(self._variables)], {})
        self._values = [self._recorder.variable(str(place)) for place in range(self._variables)]
        self._values += map(self._recorder.number, recording.constants)
        self._uses = [0] * len(self._spans)
        for instruction in recording.instructions:
            for operand in instruction.operands:
                self._uses[operand] += 1
        for result in recording.results:
            self._uses[result] += 1

    def separated(self) -> Separated | None:
        decisive = self._decisive()
        parts: list[tuple[Theorem, Register, Register]] = []
        changed = False
        for place, (primitive, operands) in enumerate(self._recording.instructions, self._first):
            if self._is_late(place) and place not in decisive:
                theorem = THEOREMS.get(primitive)
                sides = self._sides_of_sum(operands[0] if theorem else place, bool(theorem))
                if sides is not None:
                    changed = True
                    if theorem:
                        parts.append((theorem, *sides))
                    self._values.append((theorem.expand if theorem else rows.add)(*sides))
                    continue
            self._values.append(self._recorder.emit(primitive, *[self._values[place] for place in operands]))
        if not changed:
            return None
        results = [self._values[place] for place in self._recording.results]
        recorded = self._recorder.recording(results + [side for _, *sides in parts for side in sides])
        places = recorded.results[len(results) :]
        guards = zip(parts, places[::2], places[1::2], strict=True)
        return Separated(
            recorded._replace(results=recorded.results[: len(results)]),
            tuple([Guard(theorem.holds, left, right) for (theorem, *_), left, right in guards]),
        )

    def _decisive(self) -> set[int]:
        """Return the places whose rounding could decide on more than the last digits of a result."""
        decisive: set[int] = set()
        for place in range(len(self._spans) - 1, self._first - 1, -1):
            primitive, operands = self._instruction(place)
            if place in decisive or (primitive not in GENTLE and primitive is not rows.divide):
                decisive.update(operands)
            elif primitive is rows.divide:
                decisive.add(operands[1])
        # A sine and a cosine of the same angle are computed in the same way, or sin² + cos² would not be 1.
        to_the_letter = {
            self._instruction(place).operands[0]
            for place in decisive
            if place >= self._first and self._instruction(place).primitive in THEOREMS
        }
        for place, (primitive, operands) in enumerate(self._recording.instructions, self._first):
            if primitive in THEOREMS and operands[0] in to_the_letter:
                decisive.add(place)
        return decisive

    def _is_late(self, place: int) -> bool:
        return self._spans[place] == self._whole

    def _instruction(self, place: int) -> Instruction:
        return self._recording.instructions[place - self._first]

    def _sides_of_sum(self, place: int, guarded: bool) -> tuple[Register, Register] | None:
        """Return u and v, neither of which spans the grid, if a value is ``u + v``.

        Unless the caller is on guard against the loss of digits, only what is rounded already is brought
        together, so that the exact zeros of differences like ``x - y`` stay.
        """
        terms = self._terms(place, 1.0, guarded)
        if terms is None or (not guarded and not any(map(self._is_late, self._instruction(place).operands))):
            return None
        sides: dict[int, list[Term]] = {}
        for factor, operand in terms:
            sides.setdefault(self._spans[operand], []).append((factor, operand))
        constants = sides.pop(0, [])
        if len(sides) != 2 or not (guarded or all(map(self._may_be_summed, sides.values()))):
            return None
        left, right = sides.values()
        if constants:
            side = next((side for side in (left, right) if guarded or self._is_rounded(side[0][1])), None)
            if side is None:
                return None
            side += constants
        return self._sum(left), self._sum(right)

    def _terms(self, place: int, factor: float, shared: bool) -> list[Term] | None:
        """Return the terms of a sum; None if one of them spans the grid, or is needed elsewhere as well."""
        if not self._is_late(place):
            return [(factor, place)]
        if place < self._first:
            return None
        primitive, operands = self._instruction(place)
        factors = self._factors(primitive, operands)
        if factors is None:
            return None
        terms: list[Term] = []
        for own_factor, operand in factors:
            if self._is_late(operand) and not shared and self._uses[operand] > 1:
                return None
            further = self._terms(operand, factor * own_factor, shared)
            if further is None:
                return None
            terms += further
        return terms

    def _factors(self, primitive: rows.Primitive, operands: tuple[int, ...]) -> list[Term] | None:
        """Write an operation as a sum of multiples of its operands."""
        if primitive is rows.add:
            return [(1.0, operands[0]), (1.0, operands[1])]
        if primitive is rows.subtract:
            return [(1.0, operands[0]), (-1.0, operands[1])]
        if primitive is rows.negative:
            return [(-1.0, operands[0])]
        if primitive is rows.multiply:
            for constant, other in (operands, operands[::-1]):
                if self._variables <= constant < self._first:
                    return [(self._recording.constants[constant - self._variables], other)]
        return None

    def _may_be_summed(self, side: list[Term]) -> bool:
        if len(side) == 1 and is_power_of_two(side[0][0]):
            return True
        return all(self._is_rounded(place) for _, place in side)

    def _is_rounded(self, place: int) -> bool:
        """Tell whether a value has a rounding error of its own already."""
        if place < self._first:
            return False
        primitive, operands = self._instruction(place)
        terms = self._factors(primitive, operands)
        if terms is None or not all(is_power_of_two(factor) for factor, _ in terms):
            return True
        return any(self._is_rounded(operand) for _, operand in terms)

    def _sum(self, terms: Iterable[Term]) -> Register:
        total: Any = None
        for factor, place in terms:
            size = abs(factor)
            term: Any = self._values[place] if size == 1.0 else size * self._values[place]
            if total is None:
                total = -term if factor < 0.0 else term
            else:
                total = total - term if factor < 0.0 else total + term
        return self._recorder.register(total)
