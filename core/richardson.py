r"""Richardson's extrapolation to step 0, as Ridders organised it.

The error of a central difference is a series in even powers of the step,
:math:`D(h) = f'(x) + a_3 h^2 + a_5 h^4 + \dots`, so two of them with different steps, combined with the right
weights, are rid of the first power; three of them of two powers, and so on. Unlike with one difference, a
*large* first step is best: then rounding has not much to say, and the extrapolation takes care of the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

SHRINK = 1.4
"""What the step is divided by from one central difference to the next."""

STEPS = 10
"""How many central differences are taken."""

_LEADING = (-1.0) ** (STEPS - 1) * SHRINK ** float(-STEPS * (STEPS - 1))
_SQUARES = math.fsum(SHRINK ** (-2.0 * step) for step in range(STEPS))

RICHARDSON_AMPLIFICATION = (SHRINK**3 + 1.0) / (SHRINK**2 - 1.0)
"""What rounding errors are multiplied by, times h: that of one extrapolation, from two steps.

Where rounding is all there is, entries further on change more from one to the next and are not taken.
"""

RICHARDSON_TERMS = ((2 * STEPS + 1, _LEADING), (2 * STEPS + 3, _LEADING * _SQUARES))
r"""First terms of the truncation error if all steps are used, as pairs of k and the weight of a_k h^{k−1}.

Extrapolation takes the polynomial in h² through the values :math:`D(h_i)` at 0. Its error for the monomial
:math:`z^n` with n nodes :math:`z_i = h_i^2` is :math:`(-1)^{n-1} z_1 z_2 \cdots z_n`, and for the next
monomial that times the sum of the nodes.
"""


def ridders(function: Callable[[Any], Any], x: Any, h: Any) -> tuple[Any, Any]:
    """Extrapolate central differences with the steps h, h/1.4, h/1.4², … to step 0.

    Parameters
    ----------
    function
        Function of numbers or arrays, element by element.
    x, h
        The point and the largest step; numbers or arrays that broadcast. The step should be large: a length
        over which f changes substantially.

    Returns
    -------
    slope, error
        The entry of the extrapolation table that changed least against its two neighbours of lower order, and
        an estimate of its error: the third smallest of these changes, for one or two can be small by chance,
        but no less than rounding the values of f can do, ε|f|/h. It tells how large the error is, but is no
        bound. Where the table has too few values to compare, both are NaN.

    Notes
    -----
    Ridders, *Accurate computation of F′(x) and F′(x)F″(x)*, Advances in Engineering Software 4 (1982), with
    the steps of Press et al., *Numerical Recipes*, 3rd edition, section 5.7. Their extrapolation stops early,
    when a higher order is worse by a factor of 2, and names the smallest change as the error. With a large
    first step it stops too early, and where rounding rules the smallest change says too little, so here the
    table is always completed.

    Examples
    --------
    >>> slope, error = ridders(np.exp, 0.0, 0.5)
    >>> bool(abs(slope - 1.0) < 1e-13), bool(error < 1e-12)
    (True, True)
    """
    with np.errstate(all="ignore"):
        row, size = _central(function, x, h)
        best = np.full_like(row[0], np.nan)
        least, second, third = (np.full_like(row[0], np.inf) for _ in range(3))
        for step in range(1, STEPS):
            earlier = row
            row, next_size = _central(function, x, np.divide(h, SHRINK**step))
            size = np.fmax(size, next_size)
            for column in range(step):
                factor = SHRINK ** (2.0 * (column + 1))
                row.append((factor * row[column] - earlier[column]) / (factor - 1.0))
                change = np.maximum(np.abs(row[-1] - row[column]), np.abs(row[-1] - earlier[column]))
                change = np.fmin(change, np.inf)
                best = np.where(change <= least, row[-1], best)
                least, change = np.fmin(least, change), np.fmax(least, change)
                second, change = np.fmin(second, change), np.fmax(second, change)
                third = np.fmin(third, change)
        error = np.maximum(third, np.finfo(best.dtype).eps * np.divide(size, h))
        known = np.isfinite(third)
        return np.where(known, best, np.nan)[()], np.where(known, error, np.nan)[()]


def _central(function: Callable[[Any], Any], x: Any, h: Any) -> tuple[list[Any], Any]:
    """Take the central difference, first entry of a row of the table, and the size of the values in it."""
    right, left = function(np.add(x, h)), function(np.subtract(x, h))
    return [np.divide(right - left, np.multiply(2.0, h))], np.fmax(np.abs(right), np.abs(left))
