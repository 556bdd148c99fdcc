"""Descent that goes on from a step of an earlier one, with all that the optimiser remembers there."""

from __future__ import annotations

import numpy as np

from core.expression import Expression
from core.optimizers.base import Optimizer
from core.optimizers.descent import Descent, Trajectory, require_run
from core.optimizers.objective import Objective, ValueAndGrad, of_formula
from core.optimizers.record import Record
from core.primitives import FloatArray
from core.program_descent import DescentSteps


def resume(
    objective: Expression | Objective | ValueAndGrad,
    path: Trajectory,
    optimizer: Optimizer,
    steps: int,
    *,
    step: int | None = None,
    tolerance: float | None = None,
) -> Trajectory:
    """Go on with a descent from one of its steps, as if it had never been interrupted.

    With the settings and the objective of before, the result is to the last bit that of one longer descent.
    With others it forks: up to that step it is the old path, and from there on what the new settings make
    of the same point, memory and number of the step.

    Parameters
    ----------
    objective
        What is minimised, as for `minimize`; of an expression, its letters in the order of
        ``expression.names``.
    path
        The descent so far.
    optimizer
        The same kind of optimiser, perhaps with other hyperparameters.
    steps
        Number of steps of the whole, those before the fork included.
    step
        From which step to go on; from the last one if it is not given.
    tolerance
        As for `minimize`.

    Raises
    ------
    ValueError
        If the path has no such step, the optimiser remembers other things than the path has, or `steps` is
        less than `step`.

    Examples
    --------
    >>> from core.optimizers import Momentum, minimize
    >>> from core.parser import parse
    >>> bowl, rule = parse("x^2 + 9y^2"), Momentum(0.02)
    >>> whole = minimize(bowl, {"x": 3.0, "y": 1.0}, rule, steps=200)
    >>> half = minimize(bowl, {"x": 3.0, "y": 1.0}, rule, steps=100)
    >>> np.array_equal(resume(bowl, half, rule, steps=200).points, whole.points)
    True

    The velocity outlives a change of the learning rate:

    >>> fork = resume(bowl, whole, Momentum(0.0001), steps=12, step=10)
    >>> fork.learning_rates[9:].tolist(), np.array_equal(fork.points[:11], whole.points[:11])
    ([0.02, 0.0001, 0.0001], True)
    """
    last = path.steps if step is None else step
    require_run(optimizer, steps, tolerance)
    if not 0 <= last <= path.steps:
        raise ValueError(f"the path has the steps 0 to {path.steps}, not {last}")
    if steps < last:
        raise ValueError(f"steps counts from the start, so it must be at least {last}, not {steps}")
    function = _objective(objective)
    with np.errstate(all="ignore"):
        descent = Descent(function, Record.of(_kept(path, optimizer, last)), optimizer)
        descent.past_rates = path.learning_rates[:last]
        descent.run(int(steps), tolerance)
        return descent.trajectory()


def _objective(objective: Expression | Objective | ValueAndGrad) -> Objective:
    if isinstance(objective, Expression):
        return of_formula(objective, objective.names)
    return objective if isinstance(objective, Objective) else Objective(objective)


def _kept(path: Trajectory, optimizer: Optimizer, last: int) -> DescentSteps:
    """Take the path up to a step, with memory of the shape that the optimiser has now."""
    fresh = optimizer.init(path.points[0])
    if fresh.keys() != path.internals.keys():
        raise ValueError(f"{optimizer.title} cannot go on from the memory of another optimiser")
    memories = {
        name: _fitted(path.internals[name][: last + 1], np.shape(value)) for name, value in fresh.items()
    }
    return DescentSteps(
        path.points[: last + 1], path.losses[: last + 1], path.gradients[: last + 1], memories
    )


def _fitted(kept: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Keep the newest rows of a history that got shorter; put zeros before one that got longer."""
    if kept.shape[1:] == shape:
        return kept
    rows = min(kept.shape[1], shape[0])
    fitted = np.zeros((len(kept), *shape))
    fitted[:, shape[0] - rows :] = kept[:, kept.shape[1] - rows :]
    return fitted
