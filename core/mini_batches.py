"""Stochastic descent: each step sees a few of the points only.

A batch's gradient is the full gradient plus noise. It costs as little as the batch is small, and on the
way to the optimum the noise hardly matters. Near it, a constant learning rate keeps the point trembling,
and one that decays lets it settle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.optimizers import FirstOrder, Objective, Optimizer, Trajectory, minimize
from core.optimizers.objective import ValueAndGrad
from core.primitives import FloatArray


class SampledFit(Protocol):
    """A loss that is a mean over points, as of `LinearRegression`, `LineFit` and `ModelFit`.

    Examples
    --------
    What a fit says on each point alone is right on average, but the pulls differ:

    >>> from core.regression import LinearRegression
    >>> fit: SampledFit = LinearRegression([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
    >>> point = np.array([0.0, 1.0])
    >>> [fit.batch_gradient(point, [place]).tolist() for place in range(3)]
    [[0.0, 0.0], [-4.0, -4.0], [-16.0, -8.0]]
    >>> fit.batch_gradient(point, [0, 1, 2]).round(6).tolist()
    [-6.666667, -4.0]
    """

    @property
    def targets(self) -> FloatArray:
        """One number for each point."""
        ...

    @property
    def objective(self) -> Objective:
        """The loss over all points."""
        ...

    def loss_at(self, point: FloatArray) -> float:
        """Loss over all points."""
        ...

    def batch_gradient(self, point: FloatArray, indices: Any) -> FloatArray:
        """Gradient of the loss over the chosen points alone."""
        ...


@dataclass(frozen=True)
class MiniBatches:
    """Descent on a fit by small batches of its points, drawn without replacement.

    In every epoch the points are shuffled anew and dealt out in batches, so that each takes part once; the
    last batch has what is left.

    Attributes
    ----------
    fit
        A `LinearRegression`, `LineFit` or `ModelFit`.
    size
        Number of points in a batch.
    seed
        The same seed gives the same batches.

    Raises
    ------
    ValueError
        If the size is no whole number from 1 to the number of points.

    Examples
    --------
    >>> from core.optimizers import Adam
    >>> from core.regression import LinearRegression
    >>> x = np.linspace(0.0, 1.0, 100)
    >>> batches = MiniBatches(LinearRegression(x, 2.0 * x + 1.0), size=16, seed=3)
    >>> batches.steps_per_epoch, [len(batches.indices(step)) for step in range(8)]
    (7, [16, 16, 16, 16, 16, 16, 4, 16])
    >>> path = batches.minimize([0.0, 0.0], Adam(0.1), steps=60 * batches.steps_per_epoch)
    >>> path.points[-1].round(3).tolist()
    [2.0, 1.0]
    """

    fit: SampledFit
    size: int
    seed: int = 0

    def __post_init__(self) -> None:
        points = len(self.fit.targets)
        kinds = (int, np.integer)
        if isinstance(self.size, bool) or not isinstance(self.size, kinds) or not 1 <= self.size <= points:
            raise ValueError(
                f"size must be a whole number from 1 to {points}, the number of points, not {self.size!r}"
            )
        if isinstance(self.seed, bool) or not isinstance(self.seed, kinds) or self.seed < 0:
            raise ValueError(f"seed must be a whole number that is not negative, not {self.seed!r}")

    @property
    def steps_per_epoch(self) -> int:
        """So many steps see every point once."""
        return -(-len(self.fit.targets) // self.size)

    def indices(self, step: int) -> npt.NDArray[np.intp]:
        """Which points the gradient after `step` steps is made of; 0 is the start, where the first begins."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = _shuffled(len(self.fit.targets), int(self.seed), epoch)
        return order[place * self.size : (place + 1) * self.size]

    @property
    def objective(self) -> Objective:
        """What :func:`core.optimizers.minimize` and `race` want, for optimisers of first order.

        The loss at each point is that of all data, the gradient that of one batch. Which batch depends on
        the seed and the number of the step alone, so the runners of a race meet the same ones.
        """
        return replace(self.fit.objective, draw=self._draw)

    def _draw(self, step: int) -> ValueAndGrad:
        batch = self.indices(step)
        return lambda point: (self.fit.loss_at(point), self.fit.batch_gradient(point, batch))

    def minimize(self, start: Any, optimizer: Optimizer, steps: int) -> Trajectory:
        """Descend from a start, one batch a step.

        Parameters
        ----------
        start
            The first point: one number for each parameter (of a `ModelFit`, ``fit.point({"a": 1.0, …})``).
        optimizer
            One of first order.
        steps
            How many steps to take; see `steps_per_epoch`.

        Returns
        -------
        Trajectory
            Its `losses` are those over all points; its `gradients` those of the batches. The same call
            returns the same path again.

        Raises
        ------
        ValueError
            If the optimiser is not of first order, or as :func:`core.optimizers.minimize` says.
        """
        if isinstance(optimizer, Optimizer) and not isinstance(optimizer, FirstOrder):
            raise ValueError(
                f"{optimizer.title} compares gradients or losses of neighbouring points, which differ from "
                "batch to batch by chance: take an optimiser of first order, such as Adam, or all points at "
                "once with core.optimizers.minimize"
            )
        return minimize(self.objective, start, optimizer, steps)


@lru_cache(maxsize=4)
def _shuffled(count: int, seed: int, epoch: int) -> npt.NDArray[np.intp]:
    """Order of the points in an epoch."""
    order = np.random.default_rng((seed, epoch)).permutation(count)
    order.setflags(write=False)
    return order
