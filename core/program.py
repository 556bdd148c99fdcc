"""Expressions compiled once to straight-line programs that are run many times.

A :class:`Program` computes several expressions together, such as a value and its derivatives, and
computes each shared piece once. One list of instructions serves two machines: arrays go through NumPy's
universal functions in place, in blocks that fit the processor's cache (:mod:`core.program_arrays`), and
single points through plain Python floats (:mod:`core.program_floats`), many times faster than NumPy on
one number.

Programs are fast because they don't look left or right. The conventions about points where a value or a
derivative is not finite belong to the careful code, the tape of :mod:`core.autodiff`: a program *tells*
where one of its results is infinite or NaN, and :meth:`Program.compute` has them computed
again there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from core.expression import Apply, Constant, Expression, Variable, broadcast_result, real_values
from core.peephole import RULES
from core.primitives import FloatArray, add, multiply
from core.program_arrays import SINGLE_THREAD, ArrayRun, quiet, straight_line
from core.program_floats import FloatFunction, float_function
from core.recorder import Recorder, Recording, Register
from core.rewriting import decisive_nodes

REMEMBERED_SHAPES = 16
"""For so many combinations of shapes a program remembers how it runs."""

OFTEN = 32
"""After so many runs on few elements it pays to compile for them."""

DOUBLE = np.dtype(np.float64)


class ProgramShape(NamedTuple):
    """All of a program but the numbers of its constants.

    Attributes
    ----------
    names, returned
        As in `Program`.
    recording
        The instructions; its constants are NaN.
    """

    names: tuple[str, ...]
    recording: Recording
    returned: int


Careful = Callable[[Mapping[str, Any]], Sequence[Any]]
"""A function of float64 numbers or arrays, one for each name, that computes the same results with every
convention."""


class Program:
    """Straight-line program for several results.

    Parameters
    ----------
    names
        The variables, in the order in which values are passed.
    recording
        Its instructions.
    returned
        How many results are returned. Those behind are *witnesses*: where one of them is not finite, the
        results don't count either.
    carefully
        Computes the same results where they are not all finite.

    Attributes
    ----------
    names, recording, returned
        The parameters.
    """

    def __init__(self, names: Sequence[str], recording: Recording, returned: int, carefully: Careful) -> None:
        self.names = tuple(names)
        self.recording = recording
        self.returned = returned
        self._carefully = carefully
        self._runs: dict[tuple[tuple[int, ...], ...], ArrayRun] = {}
        self._small_runs = 0
        self._small: Callable[..., tuple[tuple[FloatArray, ...], float]] | None = None

    @cached_property
    def shape(self) -> ProgramShape:
        """All of it but its numbers; programs that differ in nothing else have equal ones."""
        nowhere = (math.nan,) * len(self.recording.constants)
        return ProgramShape(self.names, self.recording._replace(constants=nowhere), self.returned)

    @cached_property
    def floats(self) -> FloatFunction:
        """The program as a function of plain floats.

        It returns a tuple of floats, witnesses included, or raises an `ArithmeticError` or `ValueError`
        where the standard library does.
        """
        return float_function(len(self.names), self.recording)

    def at(self, *values: float) -> tuple[float, ...] | None:
        """Compute the results at one point, or None where one of them is not a finite number."""
        try:
            results = self.floats(*values)
        except (ArithmeticError, ValueError):
            return None
        total = sum(results)
        return results[: self.returned] if total - total == 0.0 else None

    def arrays(self, *values: FloatArray) -> tuple[tuple[FloatArray, ...], bool]:
        """Compute the results for float64 arrays that broadcast, and tell whether all may be finite.

        Every result, witnesses included, has the common shape, in memory of its own. The answer is False if
        any number is infinite or NaN, and in rare cases if their squares overflow.

        Raises
        ------
        ValueError
            If the shapes don't broadcast.
        """
        shape = values[0].shape
        if len(shape) == 1 and shape[0] <= SINGLE_THREAD:
            for value in values:
                if value.shape != shape:
                    break
            else:
                if self._small is not None:
                    results, total = quiet.context.run(self._small, *values)
                    return results, math.isfinite(total)
                self._count_small_run()
        shapes = tuple([value.shape for value in values])
        run = self._runs.get(shapes)
        if run is None:
            if len(self._runs) >= REMEMBERED_SHAPES:
                self._runs.clear()
            run = self._runs[shapes] = ArrayRun(self.recording, self._broadcast_shape(shapes), shapes)
        return quiet.context.run(run, values)

    def _broadcast_shape(self, shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
        try:
            return np.broadcast_shapes(*shapes)
        except ValueError:
            told = " and ".join(f"{name} of {shape}" for name, shape in zip(self.names, shapes, strict=True))
            raise ValueError(f"arrays of these shapes could not be broadcast together: {told}") from None

    def _count_small_run(self) -> None:
        self._small_runs += 1
        if self._small_runs >= OFTEN:
            self._small = straight_line(len(self.names), self.recording)

    def compute(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run the program, and compute again, carefully, what did not come out finite.

        Parameters
        ----------
        values
            A real number or array for each name; arrays broadcast. Further names only take part in the
            broadcasting.

        Returns
        -------
        tuple
            Floats, or float64 arrays of the broadcast shape.

        Raises
        ------
        ValueError
            If a name has no value, a value is not made of real numbers, or the shapes don't broadcast.
        """
        if len(values) != len(self.names):
            return self._compute_converted(values)
        given: list[Any] = []
        has_arrays = has_floats = False
        for name in self.names:
            value: Any = values.get(name)
            kind = type(value)
            if kind is np.ndarray and value.dtype is DOUBLE and value.ndim:
                has_arrays = True
            elif kind is not float:
                return self._compute_converted(values)
            else:
                has_floats = True
            given.append(value)
        if not has_arrays:
            return self._compute_floats(given)
        return self._compute_arrays(list(map(np.asarray, given)) if has_floats else given)

    def _compute_converted(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Compute with numbers of other types, or with further names that broadcast."""
        arrays = real_values(values, self.names)
        needed = [np.asarray(arrays[name]) for name in self.names]
        results = (
            self._compute_arrays(needed)
            if any(array.ndim for array in needed)
            else self._compute_floats([float(array) for array in needed])
        )
        if len(arrays) > len(needed):
            return tuple([broadcast_result(result, arrays.values()) for result in results])
        return results

    def _compute_floats(self, numbers: Sequence[float]) -> tuple[float, ...]:
        results = self.at(*numbers)
        if results is not None:
            return results
        doubles = dict(zip(self.names, map(np.float64, numbers), strict=True))
        return tuple(map(float, self._carefully(doubles)))

    def _compute_arrays(self, arrays: Sequence[FloatArray]) -> tuple[Any, ...]:
        results, finite = self.arrays(*arrays)
        if not finite:
            self._mend(arrays, results)
        return results[: self.returned]

    def _mend(self, arrays: Sequence[FloatArray], results: Sequence[FloatArray]) -> None:
        """Compute again, in place, the elements of which a result or witness is not finite."""
        broken = np.zeros(results[0].shape, dtype=np.bool_)
        for result in results:
            broken |= ~np.isfinite(result)
        if not broken.any():
            return
        chosen = {
            name: np.broadcast_to(array, broken.shape)[broken]
            for name, array in zip(self.names, arrays, strict=True)
        }
        for result, mended in zip(results[: self.returned], self._carefully(chosen), strict=True):
            result[broken] = mended


def value_program(expression: Expression) -> Program:
    """Compile the value of an expression, by its stable form."""
    recorder, form = Recorder(expression.names, RULES), expression.stable_form
    values = record_values(recorder, form, variables_of(recorder, expression.names))
    recording = recorder.recording([values[form]])
    return Program(expression.names, recording, 1, lambda chosen: (expression.evaluate_carefully(chosen),))


def gradient_program(
    expression: Expression, carefully: Careful, moving: Sequence[str] | None = None
) -> Program | None:
    """Compile the value and the partial derivative for each name, by the stable form.

    Parameters
    ----------
    carefully
        Computes value and partial derivatives by the tape.
    moving
        The letters that are differentiated for, if it is not all of them.

    Returns
    -------
    Program or None
        None where the derivative passes through an operation whose value jumps: at the jumps there is no
        derivative, which the tape looks after.
    """
    recorder, form = Recorder(expression.names, RULES), expression.stable_form
    values = record_values(recorder, form, variables_of(recorder, expression.names))
    cotangents = record_gradient(recorder, form, values)
    if cotangents is None:
        return None
    zero = recorder.number(0.0)
    names = expression.names if moving is None else moving
    gradient = [cotangents.get(Variable(name), zero) for name in names]
    recording = recorder.recording([values[form], *gradient])
    return Program(expression.names, recording, 1 + len(gradient), carefully)


def variables_of(recorder: Recorder, names: Iterable[str]) -> dict[str, Register]:
    """Return the register of each variable."""
    return {name: recorder.variable(name) for name in names}


def record_values(
    recorder: Recorder, expression: Expression, variables: Mapping[str, Register]
) -> dict[Expression, Register]:
    """Record the forward pass: a register for each node, from one for each name.

    What decides on which side of a jump or kink a point lies is recorded to the letter, so that rounding
    puts it on the same side as the careful code does.
    """
    values: dict[Expression, Register] = {}
    decisive = decisive_nodes(expression)
    for node in expression.nodes:
        if isinstance(node, Apply):
            operands = [values[operand] for operand in node.operands]
            values[node] = (
                recorder.emit(node.primitive, *operands)
                if node in decisive
                else recorder.apply(node.primitive, operands)
            )
        elif isinstance(node, Variable):
            values[node] = variables[node.name]
        elif isinstance(node, Constant):
            values[node] = recorder.number(node.value)
    return values


def record_gradient(
    recorder: Recorder, expression: Expression, values: Mapping[Expression, Register]
) -> dict[Expression, Register] | None:
    """Record the backward pass, which is carried out on registers instead of numbers.

    Cotangents that are multiplied by a local derivative of 0 are dropped and become witnesses: 0 is the
    product only while they are finite.

    Returns
    -------
    dict or None
        The derivative of the expression for each node that it depends on; None where the pass meets an
        operation whose value jumps.
    """
    cotangents: dict[Expression, Register] = {expression: recorder.number(1.0)}
    for node in reversed(expression.nodes):
        cotangent = cotangents.get(node)
        if cotangent is None or not isinstance(node, Apply):
            continue
        if node.primitive.jumps is not None:
            return None
        operands = [values[operand] for operand in node.operands]
        for partial, operand in zip(node.primitive.partials, node.operands, strict=True):
            if not operand.varies:
                continue
            local = recorder.register(partial(values[node], *operands))
            if local.is_number and local.factor == 0.0:
                recorder.require_finite(cotangent)
                continue
            share = recorder.apply(multiply, (cotangent, local))
            others = cotangents.get(operand)
            cotangents[operand] = share if others is None else recorder.apply(add, (others, share))
    return cotangents
