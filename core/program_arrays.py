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
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core import memory
from core.generated import generated_function
from core.primitives import FloatArray
from core.program_plan import Plan, Step
from core.recorder import Recording

BLOCK = 16_384
"""Elements of one block: a few of them fit the second-level cache."""

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

    Values live in numbered slots: those of the recording, and behind them scratch slots for results that
    are needed for a while only.

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
        self._shape = shape
        variables = len(shapes)
        padded = [(1,) * (len(shape) - len(given)) + given for given in shapes]
        self._reshaped = [full if full != given else None for full, given in zip(padded, shapes, strict=True)]
        self._needs_reshape = any(self._reshaped)
        spans = [frozenset(axis for axis, length in enumerate(shape) if length != 1) for shape in padded]
        plan = Plan(recording, spans, frozenset(a for a, length in enumerate(self._shape) if length != 1))
        self._early, self._late, self._outputs, self._copies = (
            plan.early,
            plan.late,
            plan.outputs,
            plan.copies,
        )
        self._steps = plan.early + plan.late
        self._scratch = plan.scratch
        self._pairs = pairs(plan.outputs)
        self._slots: list[Any] = [None] * plan.size
        self._slots[variables : variables + len(recording.constants)] = map(np.array, recording.constants)
        self._variables = variables
        self._axis = next((axis for axis, length in enumerate(self._shape) if length > 1), 0)
        self._sliced = [slot for slot, span in plan.read_spans.items() if self._axis in span]
        self._repeated = [slot for slot, span in plan.read_spans.items() if span and self._axis not in span]
        self._length = self._shape[self._axis] if self._shape else 1
        size = math.prod(self._shape)
        self._rows = self._length if size <= BLOCK else max(1, BLOCK * self._length // size)

    def __call__(self, values: Sequence[FloatArray]) -> tuple[tuple[FloatArray, ...], bool]:
        """Return the results, and whether all may be finite."""
        slots = self._slots.copy()
        slots[: self._variables] = values
        if self._needs_reshape:
            for slot, shape in enumerate(self._reshaped):
                slots[slot] = slots[slot] if shape is None else slots[slot].reshape(shape)
        if self._rows < self._length:
            return self._run_blocks(slots)
        _carry_out(self._steps, slots)
        for output, source in self._copies:
            slots[output] = np.empty(self._shape)
            slots[output][...] = slots[source]
        results = tuple([slots[output] for output in self._outputs])
        return results, self._is_finite(slots)

    def _run_blocks(self, slots: list[Any]) -> tuple[tuple[FloatArray, ...], bool]:
        _carry_out(self._early, slots)
        results = [memory.empty(self._shape) for _ in self._outputs]
        before = (slice(None),) * self._axis
        whole = [(slot, slots[slot]) for slot in self._sliced]
        whole += zip(self._outputs, results, strict=True)
        block_shape = (*self._shape[: self._axis], self._rows, *self._shape[self._axis + 1 :])
        for slot in self._scratch:
            slots[slot] = np.empty(block_shape)
        for slot in self._repeated:  # NumPy is twice as fast on whole blocks as on one row for all
            slots[slot] = np.broadcast_to(slots[slot], block_shape).copy()
        finite = True
        for start in range(0, self._length, self._rows):
            part = (*before, slice(start, start + self._rows))
            for slot, array in whole:
                slots[slot] = array[part]
            if start + self._rows > self._length:
                rest = (*before, slice(0, self._length - start))
                for slot in (*self._scratch, *self._repeated):
                    slots[slot] = slots[slot][rest]
            _carry_out(self._late, slots)
            for output, source in self._copies:
                slots[output][...] = slots[source]
            finite = self._is_finite(slots) and finite
        return tuple(results), finite

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
    whole = frozenset({0})
    plan = Plan(recording, [whole] * variables, whole)
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
