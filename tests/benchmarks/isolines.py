"""Goal 4: isolines of a grid to one painter path, against contourpy alone and against others' whole way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from core import parse
from tests.benchmarks.measure import Row, geometric_mean, ratio
from tests.benchmarks.optional import load

SIDE, LEVELS = 256, 20
TEXTS = ("(1-x)^2+100(y-x^2)^2", "(x^2+y-11)^2+(x+y^2-7)^2", "sin(x)cos(y)", "x^2-y^2")
VIEW = (-3.0, 3.0, -3.0, 3.0)
LIMIT = 1.25


class Surface:
    """A surface on a grid with the levels to trace, as many points between two of them as anywhere."""

    def __init__(self, text: str) -> None:
        self.axis = np.linspace(-3.0, 3.0, SIDE)
        self.values = parse(text).evaluate({"x": self.axis[None, :], "y": self.axis[:, None]})
        shares = (np.arange(LEVELS) + 0.5) / LEVELS
        self.levels = np.quantile(self.values, shares).tolist()

    def ours(self) -> Any:
        """Trace, move to pixels and build the path, as `Isolines` does when the surface changes."""
        from gui.plot_axes import Projection
        from gui.plot_fields import contour_lines
        from gui.plot_paths import polyline

        projection = Projection(VIEW, 0.0, 0.0, 600.0, 600.0)
        lines = contour_lines(self.axis, self.axis, self.values, self.levels)
        return polyline(*projection.to_pixels(lines.x, lines.y), projection)

    def by_contourpy(self) -> Any:
        """Trace only."""
        from contourpy import contour_generator

        return contour_generator(self.axis, self.axis, self.values).multi_lines(self.levels)

    def by_isocurve(self) -> list[Any]:
        """Trace and build one path a level with pyqtgraph."""
        from pyqtgraph.functions import isocurve

        return [isocurve(self.values, level, connected=True, path=True) for level in self.levels]

    def by_matplotlib(self, axes: Any) -> Any:
        """Trace and build the paths of a contour plot, which is not drawn."""
        axes.clear()
        return axes.contour(self.axis, self.axis, self.values, self.levels)


def _has_all_points(surface: Surface) -> bool:
    """Tell whether our path has every point that contourpy traces."""
    traced = sum(len(line) for level in surface.by_contourpy() for line in level)
    path = surface.ours()
    return bool(path.elementCount() >= traced and path.boundingRect().width() <= 601.0)


def measure() -> Iterator[Row]:
    """Yield the rows of goal 4."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    what = f"{LEVELS} isolines of {SIDE}² to a path"
    surfaces = {text: Surface(text) for text in TEXTS}
    ratios = []
    for text, surface in surfaces.items():
        assert _has_all_points(surface), text
        ratios.append(ratio(surface.ours, surface.by_contourpy))
        yield Row("4", f"{what}: {text} / contourpy", ratios[-1])
    yield Row("4", f"{what}: geometric mean / contourpy", geometric_mean(ratios), LIMIT)
    slower = [1.0 / ratio(surface.ours, surface.by_isocurve, rounds=3) for surface in surfaces.values()]
    yield Row("4", f"{what}: times faster than pyqtgraph's isocurve", geometric_mean(slower))
    matplotlib = load("matplotlib.figure")
    if not matplotlib:
        yield Row(
            "4",
            f"{what}: times faster than matplotlib",
            None,
            note="matplotlib is not installed (pip install nabla[bench])",
        )
        return
    axes = matplotlib.Figure().subplots()
    slower = [
        1.0 / ratio(surface.ours, partial(surface.by_matplotlib, axes), rounds=15)
        for surface in surfaces.values()
    ]
    yield Row("4", f"{what}: times faster than matplotlib", geometric_mean(slower))
