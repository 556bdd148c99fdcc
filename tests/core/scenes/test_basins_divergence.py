"""Only what leaves the finite numbers is said to diverge; what swings about a minimum is not at rest."""

from __future__ import annotations

import numpy as np

from core.optimizers import minimize
from core.parser import parse
from core.scenes.basins import BasinMap, BasinRequest, survey
from core.scenes.race import RACERS, optimizer_of

HIMMELBLAU = "(x^2+y-11)^2+(x+y^2-7)^2"
TOO_FAST = RACERS[0]._replace(settings=(("learning_rate", 0.021),))
"""Above the limit of the minimum at (3.58, −1.85), about which it then swings for ever."""


def coarse(view: tuple[float, float, float, float]) -> BasinMap:
    request = BasinRequest(HIMMELBLAU, (), TOO_FAST, view)
    return next(piece.basins for piece in survey(request) if piece.basins is not None)


def test_swinging_about_a_minimum_is_no_divergence() -> None:
    found = coarse((3.3, 3.9, -2.1, -1.5))
    assert [end.kind for end in found.ends] == ["going"]
    for x, y in ((found.x[3], found.y[5]), (found.x[20], found.y[30])):
        path = minimize(parse(HIMMELBLAU), {"x": x, "y": y}, optimizer_of(TOO_FAST), 2000)
        assert path.steps == 2000
        assert np.hypot(*(path.points[-1] - (3.584, -1.848))) < 1.5


def test_starts_on_the_steep_walls_diverge() -> None:
    found = coarse((9.0, 10.0, 9.0, 10.0))
    assert [end.kind for end in found.ends] == ["diverges"]
