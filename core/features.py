"""Zeros, extrema and inflections of a function of one variable between two edges.

They are where f, f′ and f″ change sign. Each is sampled; between two samples of unlike sign the place is
closed in on by interpolation, as exactly as doubles can tell it. What only looks like a change of sign, at a
pole or a jump, is told from the real thing by the limits on both sides. Zeros that only touch the axis are
extrema at which f is 0 but for rounding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np

from core.autodiff import value_and_grad
from core.breaks import Break, Function, find_breaks, one_sided_limits
from core.differentiate import differentiate
from core.expression import Apply, Expression
from core.primitives import FloatArray

SAMPLES = 1201
"""Samples between the edges."""

MOST = 120
"""More features of one kind than this cannot be told apart, and none of them are given."""

ROUNDS = 12
"""So many times intervals are made smaller by interpolation, which is enough where functions are smooth."""

SECTION_ROUNDS = 50
"""So many times at most those that are still too wide are cut into sections."""

MOST_SECTIONS, AT_ONCE = 64, 2048
"""So many sections at most, and so many samples at once: few passes through a long formula are quick."""

LONG = 500
"""Pieces of a derivative up to which its own changes are looked at."""

EPSILON = float(np.finfo(np.float64).eps)

SHRUNK = 0.02
"""Beside a zero the function is at most this part of what it was at the samples around it."""

BESIDE = 1e-9
"""How far beside, as a part of the distance between samples."""

ROUNDING = 4.0
"""A result may be wrong by so many times the first-order estimate of its rounding error."""

ROUND_DIGITS = 12
"""A place is rounded to so many decimals if that makes it no worse."""

NEIGHBOURS = 4.0
"""Places so many steps of the doubles apart are the same."""


class Kind(Enum):
    """What is at a feature, by the word that names it."""

    ZERO = "zero"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    INFLECTION = "inflection"
    LEVEL_INFLECTION = "level inflection"


@dataclass(frozen=True)
class Feature:
    """One of them, with its place on the curve."""

    kind: Kind
    x: float
    y: float


@dataclass(frozen=True, eq=False)
class _Sampled:
    """A function of x and its samples."""

    function: Function
    x: FloatArray
    y: FloatArray

    def with_places(self, places: FloatArray) -> _Sampled:
        """Sample at these places too."""
        if not places.size:
            return self
        x = np.union1d(self.x, places)
        return _Sampled(self.function, x, np.asarray(self.function(x), dtype=np.float64))


@dataclass(frozen=True, eq=False)
class _Roots:
    """Changes of sign: their places, the signs before them, and width and height of what is around them."""

    x: FloatArray
    before: FloatArray
    widths: FloatArray
    heights: FloatArray

    def where(self, chosen: Any) -> _Roots:
        return _Roots(*(column[chosen] for column in (self.x, self.before, self.widths, self.heights)))


def find_features(
    expression: Expression, values: Mapping[str, Any], name: str, left: float, right: float
) -> tuple[Feature, ...]:
    """Find what is worth a mark on the graph of a function.

    Parameters
    ----------
    expression
        The function.
    values
        A number for each other letter.
    name
        The letter that varies.
    left, right
        Between which edges, both included.

    Returns
    -------
    tuple of Feature
        In ascending order of x. None of a kind of which there are more than :data:`MOST`, nor where a whole
        stretch is zero or level; corners and cusps count as extrema, poles and jumps as nothing. No
        inflections where the derivative has more than :data:`LONG` pieces, because they take too long.

    Raises
    ------
    ValueError
        If a letter has no value.

    Examples
    --------
    >>> from core.parser import parse
    >>> for feature in find_features(parse("x^3 - 3x"), {}, "x", -1.5, 1.5):
    ...     print(feature.kind.value, feature.x, feature.y)
    maximum -1.0 2.0
    zero 0.0 0.0
    inflection 0.0 0.0
    minimum 1.0 -2.0
    """
    derivative = _derivative(expression, name)
    numbers = {each: value for each, value in values.items() if each != name}

    def height(x: FloatArray) -> Any:
        return _finite(expression.evaluate({**numbers, name: x}))

    def slope(x: FloatArray) -> Any:
        return np.where(np.isnan(height(x)), np.nan, _finite(derivative.evaluate({**numbers, name: x})))

    def bend(x: FloatArray) -> Any:
        if len(derivative.nodes) > LONG:
            return np.full(x.shape, np.nan)
        slopes, gradient = value_and_grad(derivative, {**numbers, name: x})
        return _finite(np.where(np.isnan(slopes), np.nan, gradient.get(name, 0.0)))

    def noise(of: Expression, x: FloatArray) -> FloatArray:
        return _rounding(of, {**numbers, name: x})

    grid = np.linspace(left, right, SAMPLES)
    with np.errstate(all="ignore"):
        heights, slopes, bends = (_Sampled(each, grid, each(grid)) for each in (height, slope, bend))
        ends = _zero_ends(height, find_breaks(height, grid, heights.y), right - left)
        bent = _roots(bends)
        slopes = slopes.with_places(bent.x)
        turns = _roots(slopes)
        turns = turns.where(turns.heights > noise(derivative, turns.x))
        turns = turns.where(_continuous(height, turns))
        heights = heights.with_places(turns.x)
        crossings = _roots(heights)
        crossings = crossings.where(crossings.heights > noise(expression, crossings.x))
        crossings = crossings.where(_closes_in(height, crossings))
        touching = turns.where(_touches(height, turns.x, noise(expression, turns.x)))
        bent = bent.where(_bends_smoothly(height, slope, bent))
        bent = bent.where(_turns(slope, bent, lambda x: noise(derivative, x)))
        level = _touches(slope, bent.x, noise(derivative, bent.x))
    found = [
        *_listed(Kind.ZERO, _without_repeats(crossings.x, ends, touching.x), height),
        *_listed(Kind.MAXIMUM, turns.x[turns.before > 0], height),
        *_listed(Kind.MINIMUM, turns.x[turns.before < 0], height),
        *_listed(Kind.INFLECTION, bent.x[~level], height),
        *_listed(Kind.LEVEL_INFLECTION, bent.x[level], height),
    ]
    return tuple(sorted(found, key=lambda feature: feature.x))


@lru_cache(maxsize=32)
def _derivative(expression: Expression, name: str) -> Expression:
    return differentiate(expression, name).derivative


def _finite(y: Any) -> Any:
    return np.where(np.isfinite(y), y, np.nan)


def _listed(kind: Kind, places: FloatArray, height: Function) -> list[Feature]:
    if not 0 < places.size <= MOST:
        return []
    heights = height(places).tolist()
    return [
        Feature(kind, x, y + 0.0) for x, y in zip(places.tolist(), heights, strict=True) if math.isfinite(y)
    ]


# Changes of sign ---------------------------------------------------------------------------------


def sign_changes(function: Function, x: FloatArray, y: FloatArray) -> FloatArray:
    """Find where a sampled function changes its sign, at zeros, jumps and poles alike.

    Parameters
    ----------
    function
        The function that was sampled.
    x, y
        Places in ascending order, and the values there; NaN where it is not defined.

    Returns
    -------
    ndarray
        The places, in ascending order.

    Examples
    --------
    >>> x = np.linspace(1.0, 4.0, 7)
    >>> sign_changes(np.cos, x, np.cos(x)).tolist()
    [1.5707963267948966]
    """
    return _roots(_Sampled(function, x, y)).x


def _roots(sampled: _Sampled) -> _Roots:
    """Find where a sampled function changes its sign, perhaps at a sample that is itself 0 or undefined."""
    x, y = sampled.x, sampled.y
    signs = np.sign(y)
    crossing = np.flatnonzero(signs[:-1] * signs[1:] < 0.0)
    single = 1 + np.flatnonzero(~(np.abs(signs[1:-1]) > 0.0) & (signs[:-2] * signs[2:] < 0.0))
    left, right = x[crossing], x[crossing + 1]
    places = _close_in(sampled.function, left, right, y[crossing], y[crossing + 1]) if crossing.size else left
    roots = np.concatenate((places, x[single]))
    order = np.argsort(roots)
    return _Roots(
        roots[order],
        np.concatenate((signs[crossing], signs[single - 1]))[order],
        np.concatenate((right - left, x[single + 1] - x[single - 1]))[order],
        np.concatenate(
            (
                np.maximum(np.abs(y[crossing]), np.abs(y[crossing + 1])),
                np.maximum(np.abs(y[single - 1]), np.abs(y[single + 1])),
            )
        )[order],
    )


def _close_in(function: Function, a: Any, b: Any, low: Any, high: Any) -> FloatArray:
    r"""Close in on a change of sign in each of many intervals.

    Chandrupatla's method: inverse quadratic interpolation where three points lie on a curve that it suits,
    else the middle of the interval (*Advances in Engineering Software* 28, 1997, 145–149).
    """
    smallest = EPSILON * 1e-3 * np.abs(b - a)
    third, at_third = a, low
    share = np.full(a.shape, 0.5)
    for _ in range(ROUNDS):
        place = a + share * (b - a)
        height = np.asarray(function(place), dtype=np.float64)
        same = np.sign(height) == np.sign(low)
        third, at_third = np.where(same, a, b), np.where(same, low, high)
        b, high = np.where(same, b, a), np.where(same, high, low)
        a, low = place, np.where(np.isnan(height), low, height)
        tolerance = smallest + EPSILON * np.maximum(np.abs(a), np.abs(b))
        width = np.abs(b - a)
        if ((width <= 2.0 * tolerance) | (low == 0.0)).all():
            break
        xi, phi = (a - b) / (third - b), (low - high) / (at_third - high)
        suits = (phi**2 < xi) & ((1.0 - phi) ** 2 < 1.0 - xi)
        inverse = low / (high - low) * at_third / (high - at_third)
        inverse += (third - a) / (b - a) * low / (at_third - low) * high / (at_third - high)
        least = np.minimum(tolerance / width, 0.5)
        share = np.clip(np.where(suits & np.isfinite(inverse), inverse, 0.5), least, 1.0 - least)
    best = np.where(np.abs(low) <= np.abs(high), a, b)
    wide = ~((np.abs(b - a) <= 2.0 * (smallest + EPSILON * np.abs(best))) | (low == 0.0))
    if wide.any():
        best[wide] = _cut_down(function, a[wide], b[wide], low[wide], high[wide], smallest[wide])
    return _rounded(function, best, smallest)


def _cut_down(
    function: Function, a: FloatArray, b: FloatArray, low: FloatArray, high: FloatArray, smallest: FloatArray
) -> FloatArray:
    """Close in on changes of sign by cutting each interval into many sections, again and again."""
    rows = np.arange(a.size)
    sections = int(np.clip(AT_ONCE // a.size, 2, MOST_SECTIONS))
    shares = np.arange(1, sections) / sections
    for _ in range(SECTION_ROUNDS):
        inner = a[:, None] + shares * (b - a)[:, None]
        values = np.asarray(function(inner.ravel()), dtype=np.float64).reshape(inner.shape)
        places = np.concatenate((a[:, None], inner, b[:, None]), axis=1)
        heights = np.concatenate((low[:, None], values, high[:, None]), axis=1)
        crossed = np.sign(heights) != np.sign(low)[:, None]
        crossed[:, -1] = True
        first = crossed.argmax(axis=1)
        a, b, low, high = (
            places[rows, first - 1],
            places[rows, first],
            heights[rows, first - 1],
            heights[rows, first],
        )
        tolerance = smallest + EPSILON * np.maximum(np.abs(a), np.abs(b))
        if ((np.abs(b - a) <= 2.0 * tolerance) | (high == 0.0)).all():
            break
    return np.where(np.abs(low) < np.abs(high), a, b)


def _rounded(function: Function, x: FloatArray, reach: FloatArray) -> FloatArray:
    """Take a round number that is as near to the change of sign as can be told."""
    places = np.round(x, ROUND_DIGITS) + 0.0
    near = np.abs(places - x) <= NEIGHBOURS * np.spacing(np.abs(x)) + 1e3 * reach
    if near.any():
        here, there = (np.abs(np.asarray(function(each), dtype=np.float64)) for each in (x, places))
        return np.where(near & ~(there > here), places, x)
    return x


# Real and apparent ones --------------------------------------------------------------------------


def _rounding(expression: Expression, values: Mapping[str, Any]) -> FloatArray:
    """Give how far rounding can take the value: the error of each step, times what later steps make of it."""
    form = expression.stable_form
    arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
    primals = form.primals(arrays)
    errors: list[Any] = []
    for node, places, primal in zip(form.nodes, form.operand_places, primals, strict=True):
        error: Any = 0.0
        if isinstance(node, Apply):
            operands = [primals[place] for place in places]
            error = np.where(np.isfinite(primal), EPSILON * np.abs(primal), 0.0)
            for partial, place in zip(node.primitive.partials, places, strict=True):
                share = np.abs(partial(primal, *operands)) * errors[place]
                error = error + np.where(np.isfinite(share), share, 0.0)
        errors.append(error)
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    return ROUNDING * np.broadcast_to(np.asarray(errors[-1], dtype=np.float64), shape)


def _continuous(function: Function, roots: _Roots) -> Any:
    if not roots.x.size:
        return np.zeros(0, dtype=bool)
    left, right = one_sided_limits(function, roots.x, 0.5 * roots.widths)
    values = np.asarray(function(roots.x), dtype=np.float64)
    return (left == values) & (right == values)


def _closes_in(function: Function, roots: _Roots) -> Any:
    """Tell at which changes of sign the function comes near to 0, as it does not at a pole or a jump."""
    offsets = np.maximum(8.0 * np.spacing(np.abs(roots.x)), BESIDE * roots.widths)
    sides = [np.abs(np.asarray(function(roots.x + side * offsets), dtype=np.float64)) for side in (-1.0, 1.0)]
    return np.maximum(*sides) <= SHRUNK * roots.heights


def _touches(function: Function, x: FloatArray, noise: FloatArray) -> Any:
    """Tell where a function is 0 but for the rounding of its value and of the place."""
    if not x.size:
        return np.zeros(0, dtype=bool)
    step = 2.0 * np.spacing(np.abs(x))
    here, before, after = (
        np.asarray(function(x + side * step), dtype=np.float64) for side in (0.0, -1.0, 1.0)
    )
    change = np.fmax(np.abs(before - here), np.abs(after - here))
    return np.abs(here) <= np.fmax(noise, change)


def _bends_smoothly(height: Function, slope: Function, roots: _Roots) -> Any:
    """Tell at which changes of sign of f″ the graph runs on: f is continuous, and its direction too."""
    if not roots.x.size:
        return np.zeros(0, dtype=bool)
    left, right = one_sided_limits(slope, roots.x, 0.5 * roots.widths)
    offsets = np.maximum(16.0 * np.spacing(np.abs(roots.x)), BESIDE * roots.widths)
    before, after = (np.asarray(slope(roots.x + side * offsets), dtype=np.float64) for side in (-1.0, 1.0))
    upright = np.isnan(left) & np.isnan(right) & (np.sign(before) * np.sign(after) > 0.0)
    return ((left == right) | upright) & _continuous(height, roots)


def _turns(slope: Function, roots: _Roots, noise: Function) -> Any:
    """Tell at which changes of sign of f″ the slope really turns, by more than rounding; or is upright."""
    places = np.concatenate((roots.x, roots.x - roots.widths, roots.x + roots.widths))
    here, *sides = np.split(np.asarray(slope(places), dtype=np.float64), 3)
    unsure, *unsure_sides = np.split(noise(places), 3)
    result = np.ones(roots.x.shape, dtype=bool)
    for beside, more in zip(sides, unsure_sides, strict=True):
        result &= ~(np.abs(beside - here) <= unsure + more)
    return result


def _zero_ends(height: Function, breaks: tuple[Break, ...], width: float) -> FloatArray:
    """Give the ends of the curve that lie on the axis, unless a whole stretch does."""
    ends = np.array([each.x for each in breaks if each.value == 0.0 and 0.0 in (each.left, each.right)])
    beside = np.array([np.asarray(height(ends + side * BESIDE * width)) for side in (-1.0, 1.0)])
    alone: FloatArray = ends[~(beside == 0.0).any(axis=0)]
    return alone


def _without_repeats(*groups: FloatArray) -> FloatArray:
    """Join places, leaving out those that are in an earlier group too but for rounding."""
    kept: FloatArray = np.empty(0)
    for places in groups:
        apart = np.abs(places[:, None] - kept[None, :]) > 1e-7 * np.maximum(1e-300, np.abs(places[:, None]))
        apart &= np.abs(places[:, None] - kept[None, :]) > 1e-12
        kept = np.concatenate((kept, places[apart.all(axis=1)]))
    return np.sort(kept)
