"""Which minimum a method reaches from each start in view: basins of attraction, refined stage by stage."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.autodiff import value_and_grad
from core.optimizers import Arrivals, Constant, Ending, FirstOrder, descend_in_blocks
from core.optimizers.objective import of_formula
from core.primitives import FloatArray
from core.scenes.destination import FLAT, Minimum, minimum_below
from core.scenes.downhill import Point
from core.scenes.gradient_critical import critical_marks
from core.scenes.gradient_state import GradientState
from core.scenes.level_map import COORDINATES, surface
from core.scenes.race_paths import Racer, optimizer_of
from core.scenes.state import Numbers, View

SIZES = (32, 64, 128, 256)
"""Starts along each side of the view, from stage to stage."""

STEPS = 200
"""So many steps each start has."""

REACH = 0.02
"""A descent that ends so near to a minimum, as a part of the view's shorter side, has reached it."""

AT_REST = 1e-8
"""A gradient shorter than the usual one by this factor is zero."""

TRIES = 256
"""In so many places of a block of ends a minimum is looked for."""

Labels = NDArray[np.int16]


class BasinRequest(NamedTuple):
    """What decides the basins: equal requests have equal basins.

    Attributes
    ----------
    formula, parameters
        The function.
    racer
        The method with its hyperparameters and schedule.
    view
        The starts.
    """

    formula: str
    parameters: Numbers
    racer: Racer
    view: View

    @property
    def refusal(self) -> str:
        """Why there are no basins to compute, or empty."""
        optimizer = optimizer_of(self.racer)
        if isinstance(optimizer, FirstOrder):
            return ""
        return f"Basins are computed for first-order methods; {optimizer.title} is none."


class End(NamedTuple):
    """Where descents end.

    Attributes
    ----------
    kind
        "minimum", "settles" (at a saddle, or in a valley of minima), "going" (not at rest after all steps),
        "diverges", "falls" (without end) or "leaves" (the domain).
    point
        The minimum; None for the others.
    """

    kind: str
    point: Point | None = None

    @property
    def is_fault(self) -> bool:
        """Whether descent fails this way."""
        return self.kind in ("diverges", "falls", "leaves")


OTHERS = tuple(End(kind) for kind in ("settles", "going", "diverges", "falls", "leaves"))
"""All ends but the minima."""


@dataclass(frozen=True, eq=False)
class BasinMap:
    """The basins at one fineness.

    Attributes
    ----------
    request
        What they are the basins of.
    x, y
        Coordinates of the columns and rows of starts.
    labels
        For each start the index of its end, first row lowest; −1 where the function is not defined.
    ends
        The ends that occur, minima first; a minimum keeps its index from stage to stage.
    shares
        Part of all starts that each end gets.
    places
        Of each minimum its place among those in view, from left to right, whatever method is asked; those
        outside the view come behind.
    """

    request: BasinRequest
    x: FloatArray
    y: FloatArray
    labels: Labels
    ends: tuple[End, ...]
    shares: tuple[float, ...]
    places: tuple[int, ...]

    @property
    def title(self) -> str:
        """Whose basins they are."""
        return f"Basins of {optimizer_of(self.request.racer).title}"

    @property
    def size(self) -> int:
        """Starts along each side."""
        return len(self.x)


class Progress(NamedTuple):
    """How far a survey is, from 0 to 1, and the basins when a stage is complete."""

    share: float
    basins: BasinMap | None = None


def basins(state: GradientState) -> BasinRequest | None:
    """Tell which basins the map shows; None while they are off."""
    if "basins" not in state.shown or state.plane != "map":
        return None
    return BasinRequest(state.formula, state.parameters, state.racer, state.view)


def survey(request: BasinRequest) -> Iterator[Progress]:
    """Compute basins, coarse ones first, and tell after each block of starts how far it is.

    Whoever reads it can show the progress, and stop by reading no further. A minimum counts as reached by
    the descents that end near it, unless the method's learning rate is too large to come to rest there.
    """
    if request.refusal:
        return
    sorter = _Sorter(request)
    total, done = sum(size * size for size in SIZES), 0
    for size in SIZES:
        x, y = _cells(*request.view[:2], size), _cells(*request.view[2:], size)
        starts = np.column_stack([side.ravel() for side in np.meshgrid(x, y)])
        labels = np.empty(len(starts), dtype=np.int16)
        for rows, ends in sorter.descend(starts):
            labels[rows] = sorter.sort(starts[rows], ends)
            done += rows.stop - rows.start
            if rows.stop < len(starts):
                yield Progress(done / total)
        yield Progress(done / total, sorter.drawn(x, y, labels.reshape(size, size)))


def _cells(low: float, high: float, count: int) -> FloatArray:
    """Middles of equal cells."""
    return low + (high - low) * (np.arange(count) + 0.5) / count


class _Sorter:
    """Tells descents apart by where they end, and learns the minima on the way.

    While at work a minimum has its index, and other ends have negative labels: −1 − their place in `OTHERS`.
    """

    def __init__(self, request: BasinRequest) -> None:
        self._request = request
        self._expression = surface(request.formula, request.parameters)
        optimizer = optimizer_of(request.racer)
        assert isinstance(optimizer, FirstOrder)
        self._optimizer = optimizer
        self._minima: list[Point] = []
        self._searched: set[Point] = set()
        left, right, bottom, top = request.view
        self._reach = REACH * min(right - left, top - bottom)
        self._rest = 0.0
        self._objective = of_formula(self._expression, COORDINATES)
        self._never_rests = self._is_too_fast()

    def _is_too_fast(self) -> bool:
        """Tell whether the rate is above the limit of a quadratic, on which it then diverges everywhere."""
        objective = self._objective
        if not objective.is_quadratic or not isinstance(self._optimizer.schedule, Constant):
            return False
        curvature = objective.curvature(np.zeros(len(COORDINATES)))
        limit = None if curvature is None else self._optimizer.learning_rate_limit(curvature)
        return limit is not None and self._optimizer.learning_rate > limit * (1.0 + 1e-12)

    def descend(self, starts: FloatArray) -> Iterator[tuple[slice, Arrivals]]:
        """Descend from all starts, block by block."""
        slopes = self._slopes(starts)
        known = slopes[np.isfinite(slopes)]
        self._rest = AT_REST * float(np.median(known)) if known.size else 0.0
        yield from descend_in_blocks(
            self._expression, starts, self._optimizer, STEPS, names=COORDINATES, tolerance=self._rest
        )

    def _slopes(self, points: FloatArray) -> FloatArray:
        """Length of the gradient at each point."""
        with np.errstate(all="ignore"):
            _, gradient = value_and_grad(
                self._expression,
                {name: points[:, COORDINATES.index(name)] for name in self._expression.names},
            )
            total = np.zeros(len(points))
            for slope in gradient.values():
                total = np.hypot(total, slope)
        return total

    def _values(self, points: FloatArray) -> FloatArray:
        x, y = points.T
        values = self._expression.evaluate(dict(zip(COORDINATES, (x, y), strict=True)))
        return np.broadcast_to(np.asarray(values, dtype=np.float64), len(points))

    def sort(self, starts: FloatArray, ends: Arrivals) -> Labels:
        """Label the starts of a block by their ends."""
        first = self._values(starts)
        labels = np.full(len(starts), self._other("going"), dtype=np.int16)
        for ending, kind in (
            (Ending.DIVERGED, "diverges"),
            (Ending.FALLS_WITHOUT_END, "falls"),
            (Ending.LEFT_DOMAIN, "leaves"),
        ):
            labels[ends.endings == ending] = self._other(kind)
        stays = np.isin(ends.endings, (Ending.OUT_OF_STEPS, Ending.CONVERGED))
        if self._never_rests:
            labels[stays] = self._other("diverges")
        else:
            labels[stays] = self._sort_staying(ends.points[stays])
        labels[~np.isfinite(first)] = UNDEFINED
        return labels

    def _sort_staying(self, points: FloatArray) -> Labels:
        """Label descents that ended at finite places."""
        slopes = self._slopes(points)
        labels = np.full(len(points), self._other("going"), dtype=np.int16)
        labels[slopes <= self._rest] = self._other("settles")
        nearest, distance = self._nearest(points)
        self._search(points[distance > self._reach], slopes[distance > self._reach])
        nearest, distance = self._nearest(points)
        near = distance <= self._reach
        labels[near] = nearest[near]
        return labels

    def _nearest(self, points: FloatArray) -> tuple[Labels, FloatArray]:
        """Index of the nearest minimum that is known, and how far it is."""
        nearest, distance = np.zeros(len(points), dtype=np.int16), np.full(len(points), np.inf)
        for index, minimum in enumerate(self._minima):
            away = np.hypot(points[:, 0] - minimum[0], points[:, 1] - minimum[1])
            closer = away < distance
            nearest[closer], distance[closer] = index, away[closer]
        return nearest, distance

    def _search(self, points: FloatArray, slopes: FloatArray) -> None:
        """Look for minima where descents ended, where f is flattest first, each neighbourhood once."""
        tries = 0
        cells = np.floor(points / self._reach)
        for place in np.argsort(slopes):
            cell = (float(cells[place, 0]), float(cells[place, 1]))
            if cell in self._searched:
                continue
            self._searched.add(cell)
            tries += 1
            if tries > TRIES:
                return
            point = (float(points[place, 0]), float(points[place, 1]))
            if self._may_be_near(point):
                self._learn(point, minimum_below(self._request.formula, self._request.parameters, point))

    def _may_be_near(self, point: Point) -> bool:
        """Tell whether a Newton step from here is short and leads down; that is quickly found out."""
        at = np.array(point)
        with np.errstate(all="ignore"):
            matrix = self._objective.hessian(at) if self._objective.hessian else None
            if matrix is None or not np.isfinite(matrix).all():
                return False
            smaller, larger = np.linalg.eigvalsh(matrix)
            if not smaller > FLAT * larger:
                return False
            step = np.linalg.solve(matrix, self._objective.value_and_grad(at)[1])
        return bool(np.hypot(*step) <= 3.0 * self._reach)

    def _learn(self, point: Point, found: Minimum | None) -> None:
        """Remember a new minimum near to where a descent ended, if it is one to come to rest at."""
        if found is None or not found.is_isolated or math.dist(found.point, point) > self._reach:
            return
        limit = self._optimizer.learning_rate_limit(found.curvatures[1])
        if limit is not None and float(self._optimizer.rate(STEPS)) > limit:
            return
        if not self._is_among(found.point, self._minima):
            self._minima.append(found.point)

    @staticmethod
    def _other(kind: str) -> int:
        return -1 - next(place for place, end in enumerate(OTHERS) if end.kind == kind)

    def drawn(self, x: FloatArray, y: FloatArray, labels: Labels) -> BasinMap:
        """Make the picture of a stage: ends that occur get indices from 0 on."""
        ends = [End("minimum", point) for point in self._minima]
        indices = np.full(labels.shape, -1, dtype=np.int16)
        indices[labels >= 0] = labels[labels >= 0]
        for place, end in enumerate(OTHERS):
            here = labels == -1 - place
            if here.any():
                indices[here] = len(ends)
                ends.append(end)
        counts = np.bincount(indices[indices >= 0].ravel(), minlength=len(ends))
        for array in (x, y, indices):
            array.flags.writeable = False
        shares = tuple(float(count) / labels.size for count in counts)
        return BasinMap(self._request, x, y, indices, tuple(ends), shares, self._places())

    def _places(self) -> tuple[int, ...]:
        """Give each minimum its number in view, which is the same for every method."""
        request = self._request
        marked = critical_marks(request.formula, request.parameters, request.view).minima.T
        order = sorted((float(x), float(y)) for x, y in marked)
        order += sorted(point for point in self._minima if not self._is_among(point, order))
        distances = [[math.dist(point, other) for other in order] for point in self._minima]
        return tuple(away.index(min(away)) for away in distances)

    def _is_among(self, point: Point, others: Sequence[Point]) -> bool:
        return any(math.dist(point, other) <= 0.1 * self._reach for other in others)


UNDEFINED = -1 - len(OTHERS)
"""Label of a start at which the function is not defined, while at work."""
