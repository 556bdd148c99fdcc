"""Descents from many starts at once, and where each of them ends.

Coloured by where they end, the starts of a plane show the basins of attraction of its minima. A first-order
optimiser moves every coordinate by the same arithmetic, so its `update` steps from all starts together when
it is given arrays. The starts go in blocks that fit the cache; within a block those that have ended retire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.autodiff import value_and_grad
from core.expression import Expression
from core.optimizers.base import FirstOrder, Memory
from core.optimizers.descent import require_run
from core.optimizers.endings import Ending, ending_at
from core.optimizers.objective import with_fixed
from core.primitives import FloatArray

BLOCK = 8192
"""So many starts descend together."""

RETIRING_SHARE = 1 / 8
"""When such a share of a block has ended, it is left out of the steps to come."""


@dataclass(frozen=True)
class Arrivals:
    """Where descents ended, one entry for each start.

    Attributes
    ----------
    points
        Shape ``(n, k)``: the last point of each. All are finite, except for starts that are not.
    losses
        Shape ``(n,)``: the loss there; NaN only if it is not defined at the start.
    steps
        Shape ``(n,)``: how many steps each took.
    endings
        Shape ``(n,)``: how each ended, as a number of `Ending`.

    Examples
    --------
    >>> from core.optimizers import GradientDescent
    >>> from core.parser import parse
    >>> ends = descend_all(parse("x^2"), [[1.0], [0.0]], GradientDescent(0.25), 100, tolerance=1e-3)
    >>> ends.steps.tolist(), ends.converged.tolist(), ends.losses.round(6).tolist()
    ([11, 0], [True, True], [0.0, 0.0])
    """

    points: FloatArray
    losses: FloatArray
    steps: NDArray[np.int64]
    endings: NDArray[np.int8]

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Whether each ended with a gradient within the tolerance."""
        return np.equal(self.endings, Ending.CONVERGED)

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Whether each left the finite numbers."""
        return np.equal(self.endings, Ending.DIVERGED)


def descend_all(
    expression: Expression,
    starts: Any,
    optimizer: FirstOrder,
    steps: int,
    *,
    names: Sequence[str] | None = None,
    fixed: Mapping[str, float] | None = None,
    tolerance: float | None = None,
) -> Arrivals:
    """Descend from many starts.

    Each descent is the one that `core.optimizers.minimize` makes from that start, up to rounding in the
    last digits of functions such as sin, which NumPy computes in another way for arrays.

    Parameters
    ----------
    expression
        What is minimised.
    starts
        Shape ``(n, k)``: a start in each row.
    optimizer
        One of first order.
    steps
        How many steps each takes at most.
    names
        The letters that the columns stand for; ``expression.names`` without the fixed ones unless given.
        Letters that do not occur rest.
    fixed
        Numbers for the letters that stay as they are.
    tolerance
        A descent ends as soon as the Euclidean norm of its gradient is at most this.

    Raises
    ------
    ValueError
        If the starts are no such array of numbers, a letter has no column or two, the optimiser is not one of
        first order, or `steps` or `tolerance` is out of range.

    Examples
    --------
    Two wells, the ridge between them, and a start where the walls are too steep for the learning rate:

    >>> from core.parser import parse
    >>> from core.optimizers import GradientDescent
    >>> starts = [[-2.0], [-0.1], [0.0], [0.1], [9.0]]
    >>> ends = descend_all(parse("(x^2 - 1)^2"), starts, GradientDescent(0.05), 200, tolerance=1e-9)
    >>> ends.points[:4, 0].round(6).tolist()
    [-1.0, -1.0, 0.0, 1.0]
    >>> [Ending(ending).name for ending in ends.endings]
    ['CONVERGED', 'CONVERGED', 'CONVERGED', 'CONVERGED', 'DIVERGED']
    """
    parts = [
        part
        for _, part in descend_in_blocks(
            expression, starts, optimizer, steps, names=names, fixed=fixed, tolerance=tolerance
        )
    ]
    return Arrivals(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.losses for part in parts]),
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.endings for part in parts]),
    )


def descend_in_blocks(
    expression: Expression,
    starts: Any,
    optimizer: FirstOrder,
    steps: int,
    *,
    names: Sequence[str] | None = None,
    fixed: Mapping[str, float] | None = None,
    tolerance: float | None = None,
) -> Iterator[tuple[slice, Arrivals]]:
    """Descend as `descend_all` does, and hand over each block of starts when it is done.

    Whoever reads the blocks can show how far it is, and stop by reading no further.

    Returns
    -------
    iterator
        Yields the rows of `starts` that a block covers, in order, and where their descents ended. There is at
        least one block, though it may be empty.

    Raises
    ------
    ValueError
        As `descend_all`, at once.

    Examples
    --------
    >>> from core.parser import parse
    >>> from core.optimizers import GradientDescent
    >>> starts = np.random.default_rng(0).normal(size=(10_000, 2))
    >>> blocks = descend_in_blocks(parse("x^2 + y^2"), starts, GradientDescent(0.1), 100)
    >>> [(rows.stop, bool(ends.losses.max() < 1e-6)) for rows, ends in blocks]
    [(8192, True), (10000, True)]
    """
    if not isinstance(expression, Expression):
        raise ValueError(f"many starts descend on an expression, which {expression!r} is not")
    require_run(optimizer, steps, tolerance)
    if not isinstance(optimizer, FirstOrder) or type(optimizer).advance is not FirstOrder.advance:
        raise ValueError(f"{optimizer.title} is no optimiser of first order; those descend one by one")
    moving = tuple(name for name in expression.names if name not in (fixed or {})) if names is None else names
    formula = with_fixed(expression, fixed, moving)
    columns = _columns(starts, formula, tuple(moving))
    rows = [slice(first, min(first + BLOCK, columns.shape[1])) for first in range(0, columns.shape[1], BLOCK)]

    def blocks() -> Iterator[tuple[slice, Arrivals]]:
        for part in rows or [slice(0, 0)]:
            block = _Block(formula, tuple(moving), columns[:, part], optimizer)
            with np.errstate(all="ignore"):
                block.run(int(steps), tolerance)
            yield part, Arrivals(block.points.T, block.losses, block.steps, block.endings)

    return blocks()


def _columns(starts: Any, formula: Expression, names: tuple[str, ...]) -> FloatArray:
    """Return the starts as one contiguous row for each letter."""
    missing = [name for name in formula.names if name not in names]
    if missing or len(set(names)) < len(names):
        raise ValueError(
            f"each letter that moves needs one column, and the columns stand for {', '.join(names)}: "
            f"{'no column for ' + ', '.join(missing) if missing else 'one letter has two'}"
        )
    try:
        rows = np.array(starts)
    except (TypeError, ValueError):
        rows = np.array("ragged")
    if rows.dtype.kind not in "fiu" or rows.ndim != 2 or rows.shape[1] != len(names):
        raise ValueError(
            f"starts must be numbers in the shape (n, {len(names)}), a column for each of "
            f"{', '.join(names)}; they are {rows.dtype} in the shape {rows.shape}"
        )
    return np.ascontiguousarray(rows.T, dtype=np.float64)


class _Block:
    """Some descents together. Arrays have a row for each letter, and a column for each descent."""

    def __init__(
        self, formula: Expression, names: tuple[str, ...], starts: FloatArray, optimizer: FirstOrder
    ) -> None:
        self._formula = formula
        self._places = [names.index(name) for name in formula.names]
        self._optimizer = optimizer
        self.points = starts.copy()
        self.losses, self._gradients = self._evaluate(self.points)
        self._first_losses = self.losses.copy()
        self.steps = np.zeros(starts.shape[1], dtype=np.int64)
        self.endings = np.full(starts.shape[1], Ending.OUT_OF_STEPS, dtype=np.int8)

    def _evaluate(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        gradients = np.zeros(points.shape)
        rows = {name: points[place] for name, place in zip(self._formula.names, self._places, strict=True)}
        value, slopes = value_and_grad(self._formula, rows)
        for name, place in zip(self._formula.names, self._places, strict=True):
            gradients[place] = slopes[name]
        return (value if np.ndim(value) else np.full(points.shape[1], value)), gradients

    def run(self, steps: int, tolerance: float | None) -> None:
        """Take up to so many steps."""
        going = _Going(self.points, self.losses, self._gradients, self._optimizer.init(self.points))
        self._retire(going, ~going.is_finite, 0, Ending.LEFT_DOMAIN)
        going = going.thinned(0.0)
        for step in range(steps + 1):
            if tolerance is not None:
                within = going.norms <= tolerance
                if within.any():
                    self._retire(going, within, step, Ending.CONVERGED)
            going = going.thinned(RETIRING_SHARE)
            if step == steps or not going.alive.any():
                break
            points, memory = self._optimizer.update(going.points, going.gradients, going.memory, step + 1)
            losses, gradients = self._evaluate(points)
            there = _Going(points, losses, gradients, memory, going.places, going.alive)
            leaving = ~there.is_finite
            if leaving.any():
                self._retire(going, leaving, step, self._ending(going, there))
                there = there.thinned(0.0)
            going = there
        self._retire(going, going.alive, step, Ending.OUT_OF_STEPS)

    def _ending(self, here: _Going, there: _Going) -> NDArray[np.int8]:
        """Tell why each next point cannot be kept; if it could, it was the memory that overflowed."""
        reach = np.abs(there.points).max(axis=0, initial=0.0)
        endings = ending_at(self._first_losses[here.places], here.losses, reach, there.losses)
        return np.where(there.is_finite_point, np.int8(Ending.DIVERGED), endings)

    def _retire(self, going: _Going, which: NDArray[np.bool_], step: int, endings: Any) -> None:
        """Write down where some of those that still go on are; they take no more steps."""
        which = which & going.alive
        places = going.places[which]
        self.points[:, places] = going.points[:, which]
        self.losses[places] = going.losses[which]
        self.steps[places] = step
        self.endings[places] = np.broadcast_to(endings, which.shape)[which]
        going.alive &= ~which


class _Going:
    """The descents of a block that still go on, and some that have ended but are not worth leaving out.

    Attributes
    ----------
    places
        Which descent of the block each column is.
    alive
        Whether it still goes on.
    """

    def __init__(
        self,
        points: FloatArray,
        losses: FloatArray,
        gradients: FloatArray,
        memory: Memory,
        places: NDArray[np.intp] | None = None,
        alive: NDArray[np.bool_] | None = None,
    ) -> None:
        self.points = points
        self.losses = losses
        self.gradients = gradients
        self.memory = memory
        self.places = np.arange(len(losses)) if places is None else places
        self.alive = np.ones(len(losses), dtype=np.bool_) if alive is None else alive

    @property
    def norms(self) -> FloatArray:
        """Length of each gradient."""
        lengths: FloatArray = np.sqrt(np.einsum("ij,ij->j", self.gradients, self.gradients))
        return lengths

    @property
    def is_finite_point(self) -> NDArray[np.bool_]:
        """Whether point, loss and gradient are finite."""
        return _finite_columns(self.points, self.losses[None], self.gradients)

    @property
    def is_finite(self) -> NDArray[np.bool_]:
        """Whether point, loss, gradient and memory are finite."""
        return _finite_columns(self.points, self.losses[None], self.gradients, *self.memory.values())

    def thinned(self, share: float) -> _Going:
        """Leave out those that have ended, if they are more than a share of all."""
        if np.count_nonzero(~self.alive) <= share * self.alive.size:
            return self
        chosen = np.flatnonzero(self.alive)
        return _Going(
            self.points[:, chosen],
            self.losses[chosen],
            self.gradients[:, chosen],
            {name: kept[:, chosen] for name, kept in self.memory.items()},
            self.places[chosen],
            self.alive[chosen],
        )


def _finite_columns(*arrays: FloatArray) -> NDArray[np.bool_]:
    """Tell in which columns all arrays are finite; they all are if the sums are."""
    finite = np.ones(arrays[0].shape[1], dtype=np.bool_)
    for array in arrays:
        if not np.isfinite(array.sum()):
            finite &= np.isfinite(array).all(axis=0)
    return finite
