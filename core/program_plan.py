"""The plan of an array program: where each value is kept, and what is computed before the blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.primitives import Primitive
from core.recorder import Recording

Step = tuple[Callable[..., Any], int, int, tuple[int, ...], int]
"""Function, first operand, second operand or −1, further operands, and the slot of the result."""


class Plan:
    """Decides in which slot each result goes, and which instructions can be carried out early.

    Attributes
    ----------
    early, late
        Steps for what spans a part of the axes only, and for the rest.
    outputs
        Slot of each result of the program.
    copies
        Pairs of an output slot and the slot that its value is copied from: variables, constants, early
        results, and results that are returned twice.
    scratch
        Slots of the values in between.
    read_spans
        Axes that the values handed to the late steps span, by their slots.
    size
        Number of slots.
    """

    def __init__(self, recording: Recording, spans: Sequence[frozenset[int]], whole: frozenset[int]) -> None:
        self._recording = recording
        self._spans = [*spans, *(frozenset[int]() for _ in recording.constants)]
        self._first = len(self._spans)
        for instruction in recording.instructions:
            self._spans.append(frozenset().union(*(self._spans[place] for place in instruction.operands)))
        self._is_late = [span == whole for span in self._spans]
        self.size = len(self._spans)
        self._slot_of = list(range(self.size))
        self.outputs: list[int] = []
        self.copies: list[tuple[int, int]] = []
        self.scratch: list[int] = []
        self._place_outputs()
        self._share_scratch()
        steps = self._steps()
        self.early = [step for place, step in steps if not self._is_late[place]]
        self.late = [step for place, step in steps if self._is_late[place]]
        self.read_spans = self._spans_of_what_is_read()

    def _place_outputs(self) -> None:
        for place in self._recording.results:
            if place >= self._first and self._is_late[place] and place not in self.outputs:
                self.outputs.append(place)
                continue
            self.copies.append((self.size, place))
            self.outputs.append(self.size)
            self.size += 1

    def _share_scratch(self) -> None:
        """Give values that are not needed at the same time the same slot."""
        last_use = {
            operand: self._first + position
            for position, instruction in enumerate(self._recording.instructions)
            if self._is_late[self._first + position]
            for operand in instruction.operands
        }
        free: list[int] = []
        for position, instruction in enumerate(self._recording.instructions):
            place = self._first + position
            if not self._is_late[place]:
                continue
            free += [
                self._slot_of[operand]
                for operand in dict.fromkeys(instruction.operands)
                if last_use[operand] == place and self._slot_of[operand] in self.scratch
            ]
            if place in self.outputs:
                continue
            if not free:
                free.append(self.size)
                self.scratch.append(self.size)
                self.size += 1
            self._slot_of[place] = free.pop()

    def _steps(self) -> list[tuple[int, Step]]:
        steps = []
        for position, instruction in enumerate(self._recording.instructions):
            slots = [self._slot_of[place] for place in instruction.operands]
            second = slots[1] if len(slots) > 1 else -1
            target = self._slot_of[self._first + position]
            step = (_in_place(instruction.primitive), slots[0], second, tuple(slots[2:]), target)
            steps.append((self._first + position, step))
        return steps

    def _spans_of_what_is_read(self) -> dict[int, frozenset[int]]:
        read = {source for _, source in self.copies}
        for position, instruction in enumerate(self._recording.instructions):
            if self._is_late[self._first + position]:
                read.update(instruction.operands)
        return {
            place: self._spans[place] for place in read if place < self._first or not self._is_late[place]
        }


def _in_place(primitive: Primitive) -> Callable[..., Any]:
    """Return a row's function with an `out` parameter, as universal functions have."""
    if isinstance(primitive.compute, np.ufunc):
        return primitive.compute

    def compute(*operands: Any, out: Any = None) -> Any:
        result = primitive.compute(*operands)
        if out is None:
            return np.asarray(result, dtype=np.float64)
        out[...] = result
        return out

    return compute
