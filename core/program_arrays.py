"""Programs on arrays: NumPy's universal functions in place, over blocks that fit the cache.

Whole-array code is bound by memory: each operation writes a temporary array that the next one reads
back. Here a block of all arrays goes through all instructions before the next block is touched, with
scratch memory that is used again as soon as its value is no longer needed.

On a grid x comes as a row and y as a column. What depends on one of them alone is computed before the
blocks, on that row or column; only where the formula brings them together is there work for each point.
"""

from __future__ import annotations

import contextvars
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from core import memory
from core.generated import generated_function
from core.primitives import FloatArray
from core.program_bounds import can_be_bounded, interval, stay_finite
from core.program_grid import separate
from core.program_plan import Plan, Step
from core.recorder import Recording

BLOCK = 16_384
"""Elements of one block: a few of them fit the second-level cache."""

SMALLEST_GRID = 1_024
"""On grids of fewer points it doesn't pay to look for less work."""

SINGLE_THREAD = 8_192
"""A dot product of so many elements stays on one thread; BLAS wakes others above 10,000."""


class _QuietContext(threading.local):
    """A context of this thread in which NumPy does not warn.

    To enter :class:`numpy.errstate` for each run would cost more than a small run itself.
    """

    def __init__(self) -> None:
        self.context = contextvars.copy_context()
        self.context.run(np.seterr, all="ignore")


quiet = _QuietContext()
"""``quiet.context.run(function)`` calls a function that may overflow in silence."""


class ArrayRun:
    """A program made ready for operands of certain shapes.

    Parameters
    ----------
    recording
        The instructions.
    shape
        Shape of the results.
    shapes
        Shape of each variable.
    """

    def __init__(
        self, recording: Recording, shape: tuple[int, ...], shapes: Sequence[tuple[int, ...]]
    ) -> None:
        padded = [(1,) * (len(shape) - len(given)) + given for given in shapes]
        self._reshaped = [full if full != given else None for full, given in zip(padded, shapes, strict=True)]
        self._needs_reshape = any(self._reshaped)
        self._recording = recording
        self._shape = shape
        self._spans = [_span(given) for given in padded]
        whole = _span(shape)
        is_grid = math.prod(shape) >= SMALLEST_GRID and any(span != whole for span in self._spans)
        separated = separate(recording, self._spans, whole) if is_grid else None
        self._guards = separated.guards if separated else ()
        self._steps = self._prepared(separated.recording if separated else recording)

    def __call__(self, values: Sequence[FloatArray]) -> tuple[tuple[FloatArray, ...], bool]:
        """Return the results, and whether all may be finite."""
        if self._needs_reshape:
            values = [
                value if shape is None else value.reshape(shape)
                for value, shape in zip(values, self._reshaped, strict=True)
            ]
        slots = self._steps.begin(values)
        if self._guards and not all([guard.allows(slots) for guard in self._guards]):
            return self._to_the_letter.finish(self._to_the_letter.begin(values))
        return self._steps.finish(slots)

    @cached_property
    def _to_the_letter(self) -> _Steps:
        """The steps of the recording as it is, for values at which a rewritten one is not precise."""
        return self._prepared(self._recording)

    def _prepared(self, recording: Recording) -> _Steps:
        kind = _Steps if math.prod(self._shape) <= BLOCK else _BlockSteps
        return kind(recording, self._spans, self._shape)


class _Steps:
    """The steps of a recording for operands of certain shapes.

    Values live in numbered slots: those of the recording, and behind them scratch slots for results that
    are needed for a while only.
    """

    def __init__(self, recording: Recording, spans: Sequence[int], shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._plan = Plan(recording, spans, _span(shape))
        self._pairs = pairs(self._plan.outputs)
        self._variables = len(spans)
        self._slots: list[Any] = [None] * self._plan.size
        self._slots[len(spans) : len(spans) + len(recording.constants)] = map(np.array, recording.constants)

    def begin(self, values: Sequence[FloatArray]) -> list[Any]:
        """Carry out the early steps and return the slots."""
        slots = self._slots.copy()
        slots[: self._variables] = values
        _carry_out(self._plan.early, slots)
        return slots

    def finish(self, slots: list[Any]) -> tuple[tuple[FloatArray, ...], bool]:
        """Carry out the late steps and return the results, and whether all may be finite."""
        _carry_out(self._plan.late, slots)
        for output, source in self._plan.copies:
            slots[output] = np.empty(self._shape)
            slots[output][...] = slots[source]
        return tuple([slots[output] for output in self._plan.outputs]), self._is_finite(slots)

    def _is_finite(self, slots: Sequence[Any]) -> bool:
        """Tell whether no result is infinite or NaN: the dot product of two is finite only then."""
        for left, right in self._pairs:
            first, second = slots[left], slots[right]
            if first.ndim == 1 and first.size <= SINGLE_THREAD:
                total = first.dot(second)
            else:
                total = sum(a.dot(b) for a, b in zip(_flat_pieces(first), _flat_pieces(second), strict=True))
            if not math.isfinite(total):
                return False
        return True


class _BlockSteps(_Steps):
    """Steps that are carried out for one block along the first axis after the other."""

    def __init__(self, recording: Recording, spans: Sequence[int], shape: tuple[int, ...]) -> None:
        super().__init__(recording, spans, shape)
        plan, whole = self._plan, _span(shape)
        self._axis = next(axis for axis, length in enumerate(shape) if length > 1)
        self._length = shape[self._axis]
        self._rows = max(1, BLOCK * self._length // math.prod(shape))
        self._block_shape = (*shape[: self._axis], self._rows, *shape[self._axis + 1 :])
        read = {slot: span for slot, span in plan.read_spans.items() if span}
        self._sliced = [slot for slot, span in read.items() if span >> self._axis & 1]
        self._repeated = [slot for slot, span in read.items() if not span >> self._axis & 1]
        times_read = Counter([slot for step in plan.late for slot in (step[1], step[2], *step[3])])
        self._spread = [slot for slot in self._sliced if read[slot] != whole and times_read[slot] > 1]
        self._constants = {
            slot: interval(value) for slot, value in enumerate(self._slots) if value is not None
        }
        self._has_bounds = whole not in read.values() and can_be_bounded(plan.late)

    def finish(self, slots: list[Any]) -> tuple[tuple[FloatArray, ...], bool]:
        """Carry out the late steps and return the results, and whether all may be finite."""
        results = [memory.empty(self._shape) for _ in self._plan.outputs]
        sure = self._stays_finite(slots)
        finite = True
        for _ in self._blocks(slots, results):
            _carry_out(self._plan.late, slots)
            for output, source in self._plan.copies:
                slots[output][...] = slots[source]
            finite = (sure or self._is_finite(slots)) and finite
        return tuple(results), finite

    def _stays_finite(self, slots: Sequence[Any]) -> bool:
        """Tell whether all results are finite, if that can be told from a row and a column."""
        if not self._has_bounds:
            return False
        read = {slot: interval(slots[slot]) for slot in self._plan.read_spans if slot not in self._constants}
        return stay_finite(self._plan.late, read | self._constants)

    def _blocks(self, slots: list[Any], results: Sequence[FloatArray]) -> Iterator[None]:
        """Put the parts of one block after the other into the slots.

        NumPy is twice as fast on two whole blocks as on a block and one row or column for all of it, so
        rows are repeated once for all blocks, and columns for each block in which they are read twice.
        """
        whole = [(slot, slots[slot]) for slot in self._sliced]
        whole += zip(self._plan.outputs, results, strict=True)
        own = (*self._plan.scratch, *self._repeated, *self._spread)
        blocks = {slot: memory.empty(self._block_shape) for slot in own}
        for slot in self._repeated:
            blocks[slot][...] = slots[slot]
        before = (slice(None),) * self._axis
        for start in range(0, self._length, self._rows):
            part = (*before, slice(start, start + self._rows))
            for slot, array in whole:
                slots[slot] = array[part]
            if start + self._rows > self._length:
                rest = (*before, slice(0, self._length - start))
                blocks = {slot: block[rest] for slot, block in blocks.items()}
            for slot in self._spread:
                blocks[slot][...] = slots[slot]
            for slot, block in blocks.items():
                slots[slot] = block
            yield


def _span(shape: Sequence[int]) -> int:
    """Return the axes along which an array of this shape changes, one bit for each axis."""
    return sum(1 << axis for axis, length in enumerate(shape) if length != 1)


def _flat_pieces(array: FloatArray) -> list[FloatArray]:
    """Cut a contiguous array into rows that a dot product takes on one thread."""
    flat = array.reshape(-1)
    return [flat[start : start + SINGLE_THREAD] for start in range(0, flat.size, SINGLE_THREAD)]


def _carry_out(steps: Sequence[Step], slots: list[Any]) -> None:
    """Run steps. A slot that holds an array is written in place; an empty one gets a new array."""
    for function, first, second, others, target in steps:
        if others:
            operands = [slots[first], slots[second], *(slots[other] for other in others)]
            slots[target] = function(*operands, out=slots[target])
        elif second < 0:
            slots[target] = function(slots[first], out=slots[target])
        else:
            slots[target] = function(slots[first], slots[second], out=slots[target])


def straight_line(variables: int, recording: Recording) -> Callable[..., Any]:
    """Write the steps for one-dimensional arrays of equal shape, of one block at most, as Python source.

    On so few elements, what passes between two universal functions is a good part of the time. Compiling
    takes as long as a hundred runs, so this is for programs that have shown to be run often.

    Returns
    -------
    Callable
        Function of the variables that returns the results and a number that is finite if all of them are.
    """
    plan = Plan(recording, [1] * variables, 1)
    space: dict[str, Any] = {"empty_like": np.empty_like, "copyto": np.copyto}
    space |= {f"s{variables + index}": np.array(value) for index, value in enumerate(recording.constants)}
    lines: list[str] = []
    written: set[int] = set()
    for position, (function, first, second, others, target) in enumerate(plan.late):
        space[f"f{position}"] = function
        operands = ", ".join(f"s{slot}" for slot in (first, second, *others) if slot >= 0)
        out = f", out=s{target}" if target in written else ""
        lines.append(f"s{target} = f{position}({operands}{out})")
        written.add(target)
    for output, source in plan.copies:
        lines += [f"s{output} = empty_like(s0)", f"copyto(s{output}, s{source})"]
    results = "".join(f"s{slot}, " for slot in plan.outputs)
    products = " + ".join(f"s{left}.dot(s{right})" for left, right in pairs(plan.outputs))
    lines.append(f"return ({results}), {products}")
    parameters = ", ".join(f"s{slot}" for slot in range(variables))
    return generated_function(f"def run({parameters}):\n    " + "\n    ".join(lines), space)


def pairs(slots: Sequence[int]) -> list[tuple[int, int]]:
    """Pair slots whose arrays are looked at together; an odd one is paired with itself."""
    return [(slot, slots[min(index + 1, len(slots) - 1)]) for index, slot in list(enumerate(slots))[::2]]
