"""How a descent can end."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

FAR = 1e100
"""A coordinate beyond is on its way to infinity."""


class Ending(IntEnum):
    """How a descent ended.

    Examples
    --------
    A bowl, a wall too steep for the learning rate, a slope without end, and one that ends at 0:

    >>> from core.optimizers import GradientDescent, descend_all
    >>> from core.parser import parse
    >>> for text in ("x^2", "x^4", "-x^2", "sqrt(x)"):
    ...     ends = descend_all(parse(text), [[4.0]], GradientDescent(0.5), 1000, tolerance=1e-9)
    ...     print(text, Ending(ends.endings[0]).name)
    x^2 CONVERGED
    x^4 DIVERGED
    -x^2 FALLS_WITHOUT_END
    sqrt(x) LEFT_DOMAIN
    """

    OUT_OF_STEPS = 0
    """All steps were taken."""
    CONVERGED = 1
    """The gradient is within the tolerance."""
    DIVERGED = 2
    """The next step, or what the optimiser remembers, leaves the finite numbers, or it climbed until then."""
    FALLS_WITHOUT_END = 3
    """The next step leaves the finite numbers because the loss has no minimum that way."""
    LEFT_DOMAIN = 4
    """The loss or its gradient is not defined at the next point."""


def ending_at(first_loss: Any, last_loss: Any, reach: Any, loss: Any) -> NDArray[np.int8]:
    """Tell why the next point of a descent cannot be kept.

    Parameters
    ----------
    first_loss, last_loss
        Loss at the start and at the last point that is kept.
    reach, loss
        Largest size of a coordinate of the next point, and the loss there.

    Returns
    -------
    ndarray
        Numbers of endings, of the common shape of the arguments.
    """
    far = ~np.less_equal(reach, FAR)
    falls = np.equal(loss, -np.inf) | (far & np.less(last_loss, np.minimum(first_loss, 0.0)))
    diverged = far | np.isinf(loss) | np.greater(last_loss, first_loss)
    why = np.where(diverged, Ending.DIVERGED, Ending.LEFT_DOMAIN)
    return np.where(falls, Ending.FALLS_WITHOUT_END, why).astype(np.int8)
