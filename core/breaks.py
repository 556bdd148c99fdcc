"""Where a function of one variable leaps or ends, and what it is on both sides.

A sampled function shows only that two neighbours are far apart. Whether there is a steep piece, a jump or a
pole between them is decided by looking closer; its place is then found as exactly as doubles can tell it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.expression import Apply, Constant, Expression
from core.primitives import FloatArray

Function = Callable[[FloatArray], Any]
"""Values of a function at an array of places; NaN outside its domain."""

HIGHEST = 4e299
"""Heights beyond this are not asked of a plot."""

HALVINGS = 30
"""How often an interval with a sudden rise is halved to tell a steep piece from a jump."""

FIRST_HALVINGS, LOST = 8, 0.05
"""After so many halvings, a rise of which less than this part is left is that of a smooth curve."""

FURTHER_HALVINGS = 34
"""How often it is halved after that, until its ends are neighbouring doubles."""

ROUND_PLACES = 100
"""At least so many round numbers are looked at: a hole at one of them falls between the samples."""

SUDDEN = 0.002
"""A rise between neighbours, as a part of the usual heights, that is looked at more closely."""

FEW_DIGITS = 14
"""A place written in fewer characters was meant; others come from rounding, and the right one is taken."""

MOST = 80
"""More breaks than this between two edges cannot be told apart, and none are given."""

NEARER = 10.0 ** -np.linspace(0.5, 8.0, 12)
"""Distances from which a limit is approached, as parts of the width of the interval."""

DISTINCT = 16.0
"""The nearest of them is at least so many steps of the doubles there."""

STEPS = 5
"""The last so many steps towards a limit must become smaller, which those of an oscillation don't."""

CLOSING = 0.95
"""By what factor at least; at a pole they grow, and for the logarithm they stay."""

ARRIVED = 0.1
"""The last step is at most this part of the longest one."""

ROUNDING = 1e-12
"""Relative error under which two values count as equal."""


CONTINUOUS = frozenset({
    "add", "subtract", "multiply", "negative", "exp", "expm1", "sin", "cos", "sinh", "cosh", "tanh", "sech",
    "atan", "asinh", "hypot", "cbrt", "logaddexp", "abs", "max", "min", "sigmoid", "softplus", "relu",
    "leaky_relu", "elu", "silu", "mish", "selu", "gelu", "erf", "erfc", "erfi", "sinc",
})  # fmt: skip
"""Rows that are defined and continuous everywhere; so are powers of a whole exponent from 0 on."""


@dataclass(frozen=True)
class Break:
    """A jump, a hole, or an end of the curve.

    Attributes
    ----------
    x
        Where.
    value
        f there; NaN where it is not defined.
    left, right
        The limits from both sides, equal to `value` where f is continuous from that side; NaN where there
        is none, as outside the domain or at a pole.
    """

    x: float
    value: float
    left: float
    right: float


def is_continuous(expression: Expression) -> bool:
    """Tell whether a formula is defined and continuous everywhere, because every operation in it is.

    False means that nobody knows.

    Examples
    --------
    >>> from core.parser import parse
    >>> [is_continuous(parse(text)) for text in ("x^2 - |sin(x)|", "1/x", "x^x", "floor(x)", "3")]
    [True, False, False, False, True]
    """
    return all(not isinstance(node, Apply) or _is_continuous_row(node) for node in expression.nodes)


def _is_continuous_row(node: Apply) -> bool:
    if node.primitive.name != "power":
        return node.primitive.name in CONTINUOUS
    exponent = node.operands[1]
    return isinstance(exponent, Constant) and exponent.value >= 0.0 and exponent.value.is_integer()


def usual_heights(y: FloatArray) -> tuple[float, float] | None:
    """Tell between which heights most of a sampled function lies; None where there is none of it."""
    known = y[np.isfinite(y)]
    if not known.size:
        return None
    low, high = np.percentile(np.clip(known, -HIGHEST, HIGHEST), (5.0, 95.0))
    return float(low), float(high)


def leaps(function: Function, x: FloatArray, y: FloatArray) -> Any:
    """Tell for each pair of neighbouring samples whether the function leaps between them.

    A sudden rise is followed into the interval, always into the half that has more of it. A steep but
    continuous piece loses its rise on the way, a jump keeps it, and a pole gains.

    Parameters
    ----------
    function
        The function that was sampled.
    x, y
        Places in ascending order, and the values there; NaN where it is not defined.

    Returns
    -------
    ndarray of bool
        Shape ``(len(x) - 1,)``.

    Examples
    --------
    >>> x = np.linspace(-0.9, 1.1, 5)
    >>> leaps(np.floor, x, np.floor(x)).tolist()
    [False, True, False, True]
    >>> leaps(np.sin, x, np.sin(x)).any()
    np.False_
    """
    broken = np.zeros(max(x.size - 1, 0), dtype=bool)
    broken[_leaping(function, x, y)[0]] = True
    return broken


def _leaping(function: Function, x: FloatArray, y: FloatArray) -> tuple[Any, FloatArray, FloatArray]:
    """Give the intervals in which the function leaps, and both ends of what is left after halving them."""
    usual = usual_heights(y)
    nowhere: FloatArray = np.empty(0)
    if usual is None:
        return np.empty(0, dtype=np.intp), nowhere, nowhere
    with np.errstate(all="ignore"):
        rises = np.abs(np.diff(y))
        sudden = np.flatnonzero(rises > max(SUDDEN * (usual[1] - usual[0]), np.finfo(float).tiny))
        sudden = sudden[~_explained(rises, sudden)]
        left, right = x[sudden], x[sudden + 1]
        if not sudden.size:
            return sudden, nowhere, nowhere
        left, right, low, high = _follow(function, left, right, y[sudden], y[sudden + 1], FIRST_HALVINGS)
        unsure = ~(np.abs(high - low) < LOST * rises[sudden])
        sudden, left, right, low, high = (part[unsure] for part in (sudden, left, right, low, high))
        if sudden.size:
            rest = HALVINGS - FIRST_HALVINGS
            left, right, low, high = _follow(function, left, right, low, high, rest)
        kept = ~(np.abs(high - low) < 0.5 * rises[sudden])
    return sudden[kept], left[kept], right[kept]


def _explained(rises: FloatArray, sudden: Any) -> Any:
    """Tell which sudden rises are much like those of both neighbours, as on a smooth steep curve."""
    padded = np.concatenate(([np.nan], rises, [np.nan]))
    before, here, after = padded[sudden], padded[sudden + 1], padded[sudden + 2]
    return (before > 0.6 * here) & (after > 0.6 * here)


def _follow(
    function: Function, left: Any, right: Any, low: Any, high: Any, halvings: int
) -> tuple[Any, Any, Any, Any]:
    """Halve intervals, always keeping the half with more of the rise, or with the end of the domain."""
    edge = np.isfinite(low) != np.isfinite(high)
    for _ in range(halvings):
        middle = 0.5 * (left + right)
        if ((middle <= left) | (middle >= right)).all():
            break
        height = np.asarray(function(middle), dtype=np.float64)
        rising = ~(np.abs(height - low) < np.abs(high - height))
        first = np.where(edge, np.isfinite(height) != np.isfinite(low), rising)
        left, right = np.where(first, left, middle), np.where(first, middle, right)
        low, high = np.where(first, low, height), np.where(first, height, high)
    return left, right, low, high


def find_breaks(function: Function, x: FloatArray, y: FloatArray) -> tuple[Break, ...]:
    """Find jumps, holes and ends of a sampled function that has a limit on at least one of their sides.

    Parameters
    ----------
    function
        The function that was sampled.
    x, y
        Places in ascending order, and the values there; not finite where it is not defined.

    Returns
    -------
    tuple of Break
        In ascending order; none where there are too many to be told apart.

    Examples
    --------
    >>> x = np.linspace(-0.9, 0.9, 8)
    >>> find_breaks(np.sign, x, np.sign(x))
    (Break(x=0.0, value=0.0, left=-1.0, right=1.0),)
    """
    with np.errstate(all="ignore"):
        known = np.isfinite(y)
        index, left, right = _leaping(function, x, np.where(known, y, np.nan))
        edges = np.flatnonzero(known[:-1] != known[1:])
        holes, around = _holes(function, x, known)
        if not 0 < index.size + edges.size + holes.size <= 2 * MOST:
            return ()
        ends = _follow(function, x[edges], x[edges + 1], y[edges], y[edges + 1], HALVINGS)
        index = np.concatenate((index, edges, around))
        left = np.concatenate((left, ends[0], holes))
        right = np.concatenate((right, ends[1], holes))
        unsure = np.flatnonzero((left < right) & ~((left <= 0.0) & (right >= 0.0)))
        pair = left[unsure], right[unsure]
        low, high = (np.asarray(function(side), dtype=np.float64) for side in pair)
        left[unsure], right[unsure], _, _ = _follow(function, *pair, low, high, FURTHER_HALVINGS)
    widths = x[index + 1] - x[index]
    found = {_roundest(*ends): width for *ends, width in zip(*_lists(left, right, widths), strict=True)}
    places, widths = np.array(sorted(found.items())).T
    values = np.asarray(function(places), dtype=np.float64)
    columns = (
        places,
        np.where(np.isfinite(values), values, np.nan),
        *one_sided_limits(function, places, widths),
    )
    breaks = [Break(*row) for row in zip(*_lists(*columns), strict=True)]
    kept = [each for each in breaks if _is_seen(each)]
    return tuple(kept) if len(kept) <= MOST else ()


def _holes(function: Function, x: FloatArray, known: Any) -> tuple[FloatArray, Any]:
    """Find round numbers between samples at which alone nothing is defined, and the samples before them."""
    step = 10.0 ** math.floor(math.log10(max((x[-1] - x[0]) / ROUND_PLACES, 1e-300)))
    places = step * np.arange(math.ceil(x[0] / step), math.floor(x[-1] / step) + 1)
    missing = places[~np.isfinite(np.asarray(function(places), dtype=np.float64))]
    before = np.searchsorted(x, missing, side="left") - 1
    inside = (before >= 0) & (before < x.size - 1)
    missing, before = missing[inside], before[inside]
    alone = known[before] & known[before + 1]
    return missing[alone], before[alone]


def _lists(*columns: FloatArray) -> list[list[float]]:
    return [column.tolist() for column in columns]


def _roundest(left: float, right: float) -> float:
    """Choose 0 if it is between two neighbouring places, else the one that is written in few digits."""
    if left <= 0.0 <= right:
        return 0.0
    return left if len(repr(left)) < min(FEW_DIGITS, len(repr(right))) else right


def _is_seen(found: Break) -> bool:
    """Tell whether there is an end to draw: a limit on some side, but not the value on both."""
    if math.isnan(found.left) and math.isnan(found.right):
        return False
    return not found.left == found.value == found.right


def one_sided_limits(function: Function, x: FloatArray, widths: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Look for the limits of a function from the left and from the right.

    Parameters
    ----------
    function
        Any function.
    x
        Places of which the limits are wanted.
    widths
        For each, from how far away to begin.

    Returns
    -------
    tuple of ndarray
        The limits from the left and from the right: exactly f(x) where f is continuous from that side, NaN
        where the values run away, oscillate, or don't exist.

    Examples
    --------
    >>> left, right = one_sided_limits(np.floor, np.array([1.0]), np.array([0.1]))
    >>> left, right
    (array([0.]), array([1.]))
    """
    nearest = DISTINCT * np.spacing(np.abs(x))
    distances = np.maximum(widths[:, None] * NEARER, nearest[:, None])
    with np.errstate(all="ignore"):
        places = np.stack((x[:, None] - distances, x[:, None] + distances))
        heights = np.asarray(function(places.ravel()), dtype=np.float64).reshape(places.shape)
        values = np.asarray(function(x), dtype=np.float64)
        steps = np.abs(np.diff(heights))
        rounding = ROUNDING * np.abs(heights).max(axis=-1, initial=0.0)
        last, longest = steps[..., -1], steps.max(axis=-1)
        tail = steps[..., -STEPS:]
        closing = (tail[..., 1:] <= np.maximum(CLOSING * tail[..., :-1], rounding[..., None])).all(axis=-1)
        limit = heights[..., -1]
        exists = closing & (last <= np.maximum(ARRIVED * longest, rounding)) & (np.abs(limit) < HIGHEST)
        continuous = np.abs(limit - values) <= 3.0 * last + rounding
    result = np.where(exists, np.where(continuous, values, limit), np.nan)
    return result[0], result[1]
