"""Basins of attraction against single descents, and against what is known of each function."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.optimizers import OPTIMIZERS, FirstOrder, minimize
from core.parser import parse
from core.scenes import basins as module
from core.scenes.basins import STEPS, BasinMap, BasinRequest, basins, survey
from core.scenes.gradient_state import GradientState
from core.scenes.race_paths import Racer, optimizer_of

HIMMELBLAU = "(x^2+y-11)^2+(x+y^2-7)^2"
MINIMA = ((3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126))
TWO_WELLS = "(x^2-1)^2+y^2"
VIEW = (-5.0, 5.0, -5.0, 5.0)
SMALL = (8, 16, 32)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Survey few starts."""
    monkeypatch.setattr(module, "SIZES", SMALL)


def racer(key: str = "gradient_descent", rate: float = 0.01) -> Racer:
    return Racer(key, True, (("learning_rate", rate),))


def surveyed(formula: str, runner: Racer, view: tuple[float, ...] = VIEW) -> BasinMap:
    """Survey to the end, and give the last map."""
    request = BasinRequest(formula, (), runner, view)
    found = [each.basins for each in survey(request) if each.basins is not None]
    return found[-1]


def kinds(found: BasinMap) -> list[str]:
    return [end.kind for end in found.ends]


def assert_like_single_runs(found: BasinMap, tried: int = 60) -> None:
    """Compare the labels of some starts with where `minimize` gets from them."""
    expression, optimizer = parse(found.request.formula), optimizer_of(found.request.racer)
    side = min(found.x[-1] - found.x[0], found.y[-1] - found.y[0])
    random = np.random.default_rng(1)
    for row, column in random.integers(0, found.size, (tried, 2)).tolist():
        start = {"x": float(found.x[column]), "y": float(found.y[row])}
        path = minimize(expression, start, optimizer, STEPS)
        end = found.ends[found.labels[row, column]]
        if end.point is not None:
            assert math.dist(path.points[-1], end.point) < 0.03 * side, start
        elif end.kind == "diverges":
            assert path.divergence is not None or path.losses[-1] > path.losses[0], start
        else:
            near = [each.point for each in found.ends if each.point is not None]
            assert all(math.dist(path.points[-1], point) > 0.01 * side for point in near), start


@pytest.mark.parametrize(
    ("key", "rate"),
    [("gradient_descent", 0.01), ("momentum", 0.004), ("adam", 0.3)],
)
def test_himmelblaus_four_basins_are_those_of_single_runs(key: str, rate: float) -> None:
    found = surveyed(HIMMELBLAU, racer(key, rate))
    points = [end.point for end in found.ends if end.point is not None]
    assert len(points) == 4
    for minimum in MINIMA:
        assert min(math.dist(minimum, point) for point in points) < 1e-5
    assert_like_single_runs(found)


def test_a_minimum_has_the_same_place_for_every_method() -> None:
    """With the larger rate two of the four are not reached."""
    for runner in (racer(rate=0.01), racer(rate=0.022), racer("adam", 0.3), racer("momentum", 0.004)):
        found = surveyed(HIMMELBLAU, runner)
        for end, place in zip(found.ends, found.places, strict=False):
            assert end.point == pytest.approx(sorted(MINIMA)[place], abs=1e-5)
    beyond = surveyed(HIMMELBLAU, racer(), (2.0, 5.0, 1.0, 4.0))
    assert beyond.ends[beyond.places.index(0)].point == pytest.approx((3.0, 2.0), abs=1e-5)


def test_minima_too_sharp_for_the_rate_have_no_basin() -> None:
    found = surveyed(HIMMELBLAU, racer(rate=0.022))
    points = [end.point for end in found.ends if end.point is not None]
    assert sorted(map(tuple, np.round(points, 2).tolist())) == [(-2.81, 3.13), (3.0, 2.0)]
    assert_like_single_runs(found)


def test_each_of_two_wells_has_its_side() -> None:
    found = surveyed(TWO_WELLS, racer(rate=0.02), (-2.0, 2.0, -1.5, 1.5))
    assert kinds(found) == ["minimum", "minimum"]
    for row, column in np.ndindex(found.labels.shape):
        well = found.ends[found.labels[row, column]].point
        assert well is not None
        assert well == pytest.approx((math.copysign(1.0, found.x[column]), 0.0), abs=1e-6)
    assert found.shares == (0.5, 0.5)


@pytest.mark.parametrize(("rate", "kind"), [(0.099, "minimum"), (0.101, "diverges"), (0.5, "diverges")])
def test_above_its_limit_a_quadratic_diverges_from_everywhere(rate: float, kind: str) -> None:
    found = surveyed("x^2+10y^2", racer(rate=rate))
    assert kinds(found) == [kind]
    assert found.shares == (1.0,)


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("-x^2-y^2", "falls"),
        ("x+y", "going"),
        ("sqrt(x+6)", "leaves"),
        ("x^2", "settles"),
        ("x^2+y^2", "minimum"),
    ],
)
def test_ends_that_are_no_minimum_have_a_name(formula: str, kind: str) -> None:
    assert kind in kinds(surveyed(formula, racer(rate=0.3 if kind != "falls" else 10.0)))


def test_starts_where_f_is_not_defined_have_no_end() -> None:
    found = surveyed("(x-2)^2+y^2+0*log(x)", racer(rate=0.1))
    assert (found.labels[:, found.x <= 0.0] == -1).all()
    assert (found.labels[:, found.x > 0.0] >= 0).all()
    assert sum(found.shares) == pytest.approx(0.5)


def test_stages_refine_and_progress_never_goes_back() -> None:
    request = BasinRequest(HIMMELBLAU, (), racer(), VIEW)
    pieces = list(survey(request))
    shares = [piece.share for piece in pieces]
    maps = [piece.basins for piece in pieces if piece.basins is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [each.size for each in maps] == list(SMALL)
    for coarse, fine in pairwise(maps):
        known = [end for end in coarse.ends if end.kind == "minimum"]
        assert list(fine.ends[: len(known)]) == known
        place = [np.abs(fine.x - x).argmin() for x in coarse.x]
        same = fine.labels[np.ix_(place, place)] == coarse.labels
        assert same.mean() > 0.8
    assert all(not array.flags.writeable for each in maps for array in (each.x, each.y, each.labels))


def test_many_starts_are_told_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SIZES", (256,))
    pieces = survey(BasinRequest("x^2+y^2", (), racer(rate=0.3), VIEW))
    first = next(pieces)
    assert 0.0 < first.share < 1.0
    assert first.basins is None


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_first_order_methods_have_basins_and_others_say_why_not(key: str) -> None:
    request = BasinRequest(TWO_WELLS, (), racer(key, 0.05), VIEW)
    pieces = list(survey(request))
    if issubclass(OPTIMIZERS[key], FirstOrder):
        assert request.refusal == ""
        assert pieces[-1].share == 1.0
    else:
        assert OPTIMIZERS[key].title in request.refusal
        assert pieces == []


def test_a_state_asks_for_basins_of_the_selected_racer_on_the_map_only() -> None:
    off = GradientState()
    on = replace(off, shown=("basins",))
    request = basins(on)
    assert basins(off) is None
    assert basins(replace(on, plane="surface")) is None
    assert request == BasinRequest(on.formula, (), on.racer, on.view)
    assert basins(replace(on, point=(1.0, 1.0), step=3, direction=90.0)) == request
    assert basins(replace(on, selected="adam")) != request
    assert basins(replace(on, view=VIEW)) != request
