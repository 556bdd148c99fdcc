"""Gradients with noise, as mini-batches give them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from core.expression import Expression
from core.optimizers.objective import Objective, ValueAndGrad, of_formula
from core.primitives import FloatArray


def noisy(objective: Expression | Objective | ValueAndGrad, scale: float, seed: int = 0) -> Objective:
    r"""Add Gaussian noise to the gradient of an objective: :math:`g_t = \nabla L(\theta_t) + \sigma \xi_t`.

    The gradient of a random mini-batch is right on average only; this is the simplest model of it. At a
    constant learning rate descent then ends in a cloud around the minimum, and only a rate that falls
    brings it to rest. Losses stay exact.

    The noise of a step depends on the seed and the number of the step alone. So a run can be repeated,
    runners in a race meet the same noise, and a path moves smoothly when its start or learning rate does.

    Parameters
    ----------
    objective
        What is minimised; of an expression, its letters in the order of ``expression.names``.
    scale
        Standard deviation σ of the noise in each coordinate.
    seed
        A whole number; another one makes other noise.

    Raises
    ------
    ValueError
        If the scale or the seed is negative or no number.
    TypeError
        If the objective is nothing that can be minimised.

    Notes
    -----
    Robbins and Monro, *A Stochastic Approximation Method* (1951). The Hessian, which tells whether a learning
    rate is stable, remains that of the exact loss.

    Examples
    --------
    >>> from core.parser import parse
    >>> from core.optimizers import GradientDescent, minimize
    >>> rough = noisy(parse("x^2 + y^2"), scale=1.0, seed=7)
    >>> path = minimize(rough, {"x": 3.0, "y": 4.0}, GradientDescent(0.1), steps=50)
    >>> again = minimize(rough, {"x": 3.0, "y": 4.0}, GradientDescent(0.1), steps=50)
    >>> bool(path.losses[-1] < 1.0), np.array_equal(path.points, again.points)
    (True, True)
    """
    if isinstance(scale, bool) or not isinstance(scale, (int, float, np.integer, np.floating)):
        raise ValueError(f"scale must be a number that is not negative, not {scale!r}")
    if not 0.0 <= scale < math.inf:
        raise ValueError(f"scale must be a number that is not negative, not {scale!r}")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed must be a whole number that is not negative, not {seed!r}")
    exact = _objective(objective)

    def noise(step: int, shape: tuple[int, ...]) -> FloatArray:
        return float(scale) * _standard(int(seed), step, shape)

    def draw(step: int) -> ValueAndGrad:
        value_and_grad = exact.at_step(step).value_and_grad

        def value_and_noisy_grad(point: FloatArray) -> tuple[Any, Any]:
            loss, gradient = value_and_grad(point)
            return loss, np.asarray(gradient) + noise(step, point.shape)

        return value_and_noisy_grad

    return replace(exact, draw=draw, noise=noise if exact.draw is None else None)


@lru_cache(maxsize=2**15)
def _standard(seed: int, step: int, shape: tuple[int, ...]) -> FloatArray:
    """Draw the noise of a step, once for all who meet it."""
    drawn = np.random.default_rng((seed, step)).standard_normal(shape)
    drawn.flags.writeable = False
    return drawn


def _objective(objective: Any) -> Objective:
    if isinstance(objective, Expression):
        return of_formula(objective, objective.names)
    if isinstance(objective, Objective):
        return objective
    if not callable(objective):
        raise TypeError(f"{objective!r} cannot be minimised: give an expression, an Objective or a function")
    return Objective(objective)
