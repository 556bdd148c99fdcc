"""The plan of an array program: where each value is kept, and what is computed before the blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from core.primitives import Primitive
from core.recorder import Recording

Step = tuple[Callable[..., Any], int, int, tuple[int, ...], int]
"""Function, first operand, second operand or −1, further operands, and the slot of the result."""


class Plan:
    """Decides in which slot each result goes, and which instructions can be carried out early.

    Parameters
    ----------
    recording
        The instructions.
    spans
        The axes along which each variable changes, one bit for each axis.
    whole
        The axes along which the results change. What spans less is computed early.

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

    def __init__(self, recording: Recording, spans: Sequence[int], whole: int) -> None:
        self._spans = recording_spans(recording, spans)
        self._is_late = [span == whole for span in self._spans]
        self._first = len(spans) + len(recording.constants)
        self.size = len(self._spans)
        self.outputs: list[int] = []
        self.copies: list[tuple[int, int]] = []
        self.scratch: list[int] = []
        self.early: list[Step] = []
        self.late: list[Step] = []
        self._place_outputs(recording)
        self.read_spans = self._place_steps(recording)

    def _place_outputs(self, recording: Recording) -> None:
        for place in recording.results:
            if place >= self._first and self._is_late[place] and place not in self.outputs:
                self.outputs.append(place)
                continue
            self.copies.append((self.size, place))
            self.outputs.append(self.size)
            self.size += 1

    def _place_steps(self, recording: Recording) -> dict[int, int]:
        """Give each result a slot; late values that are not needed at the same time share one.

        Returns the axes of what the late steps read from elsewhere.
        """
        first, spans, is_late = self._first, self._spans, self._is_late
        last_use: dict[int, int] = {}
        for place, instruction in enumerate(recording.instructions, first):
            if is_late[place]:
                for operand in instruction.operands:
                    last_use[operand] = place
        slot_of = list(range(len(spans)))
        outputs = frozenset(self.outputs)
        read = {source: spans[source] for _, source in self.copies if source not in outputs}
        free: list[int] = []
        for place, (primitive, operands) in enumerate(recording.instructions, first):
            slots = [slot_of[operand] for operand in operands]
            if is_late[place]:
                for operand in operands:
                    if operand < first or not is_late[operand]:
                        read[operand] = spans[operand]
                    elif last_use[operand] == place and operand not in outputs:
                        last_use[operand] = -1
                        free.append(slot_of[operand])
                if place not in outputs:
                    slot_of[place] = free.pop() if free else self._new_scratch()
            second = slots[1] if len(slots) > 1 else -1
            step = (_in_place(primitive), slots[0], second, tuple(slots[2:]), slot_of[place])
            (self.late if is_late[place] else self.early).append(step)
        return read

    def _new_scratch(self) -> int:
        self.scratch.append(self.size)
        self.size += 1
        return self.scratch[-1]


def recording_spans(recording: Recording, spans: Sequence[int]) -> list[int]:
    """Return the axes along which each value changes, one bit for each axis, from those of the variables."""
    spanned = [*spans, *[0] * len(recording.constants)]
    if len(set(spans)) == 1:  # every instruction reads a variable, for the others are carried out at once
        return spanned + [spans[0]] * len(recording.instructions)
    for instruction in recording.instructions:
        span = 0
        for operand in instruction.operands:
            span |= spanned[operand]
        spanned.append(span)
    return spanned


@cache
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
