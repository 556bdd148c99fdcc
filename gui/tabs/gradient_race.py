"""The race on the map: every runner's path from P with its marker, and the ghosts of changed ones."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFont

from core.scenes.gradient import GradientScene
from core.scenes.race import Race, Run
from gui.label_places import Crowd, put_words
from gui.plot_labels import Label
from gui.plot_marks import Marker, PathWithDots
from gui.plots import Plot
from gui.tabs.racer_signs import SHAPES, sign_of
from gui.theme import Theme, text_width

SELECTED, OTHER = (2.5, 2.75), (1.75, 2.5)
"""Width of a path and radius of its dots."""

BEHIND, BEFORE = 4.6, 5.2
"""Levels of the other paths and of the selected one."""

END_BEHIND, END_BEFORE = 7.0, 7.1
"""Levels of the markers at their ends."""

GHOST = 0.45
"""Opacity of a ghost."""

NAME = 12
"""Size of the names at the ends."""

GAP = 11.0
"""Pixels between an end and its name."""

SAME_PLACE = 12.0
"""Ends that are so many pixels apart get one name."""

ALONG_PATH = 150
"""Points of a path that labels keep away from."""


class _Lane:
    """The items of one optimiser."""

    def __init__(self, plot: Plot, theme: Theme, key: str) -> None:
        sign = sign_of(key, theme)
        self.path = plot.add(PathWithDots(sign.colour, *OTHER, shape=sign.shape), level=BEHIND)
        self.end = plot.add(Marker(sign.colour, sign.shape, 6.0))
        self.ghost = plot.add(
            PathWithDots(sign.colour, 1.5, 0.0, 0.0, style="dashed", opacity=GHOST), level=BEHIND
        )
        self.ghost_end = plot.add(Marker(sign.colour, sign.shape, 5.0, hollow=True))
        self.name = plot.add(Label(theme.ink, NAME, typeset=False))
        self._shown: Run | None = None
        self._haunting: Run | None = None

    def show_run(self, run: Run | None, *, selected: bool) -> None:
        """Draw a run, or nothing."""
        if run is None and self._shown is None:
            return
        self.path.show_weight(*(SELECTED if selected else OTHER))
        self.path.setZValue(BEFORE if selected else BEHIND)
        self.end.setZValue(END_BEFORE if selected else END_BEHIND)
        if run is not self._shown:
            self._shown = run
            _draw(run, self.path, self.end)

    def show_ghost(self, run: Run | None) -> None:
        """Draw where it would be without the last change, or nothing."""
        if run is not self._haunting:
            self._haunting = run
            _draw(run, self.ghost, self.ghost_end)


def _draw(run: Run | None, path: PathWithDots, end: Marker) -> None:
    if run is None or not run.step:
        path.clear()
        end.clear()
        return
    x, y = run.points.T
    path.show(x, y)
    end.show(x[-1], y[-1])


class RaceLayer:
    """All runners on the map.

    Attributes
    ----------
    lanes : dict of str to _Lane
        For each optimiser its items.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._plot = plot
        self.lanes = {key: _Lane(plot, theme, key) for key in SHAPES}
        self._selected_name = plot.add(
            Label(theme.descent.text, NAME, typeset=False, weight=QFont.Weight.DemiBold)
        )

    def show_scene(self, scene: GradientScene) -> None:
        """Place all items but the names."""
        race = scene.race
        ghosts = {ghost.key: ghost for ghost in race.ghosts}
        for key, lane in self.lanes.items():
            lane.show_run(race.run(key), selected=key == race.selected)
            lane.show_ghost(ghosts.get(key))

    def cover(self, crowd: Crowd, scene: GradientScene) -> None:
        """Tell where paths and markers are."""
        runs = [run for run in scene.race.runs if run.step]
        if runs:
            crowd.add_points(*np.concatenate([_spread(run.points) for run in runs]).T)
        for run in runs:
            crowd.add_disc(float(run.points[-1, 0]), float(run.points[-1, 1]), 8)

    def place_names(self, crowd: Crowd, scene: GradientScene, *, shown: bool) -> None:
        """Write the names beside the ends, the selected one first; ends at one place share one name."""
        unnamed = {self._selected_name, *(lane.name for lane in self.lanes.values())}
        named: list[tuple[float, float]] = []
        for run in _selected_first(scene.race) if shown else ():
            x, y = map(float, self._plot.projection.to_pixels(*run.points[-1]))
            near = any(math.hypot(x - left, y - top) < SAME_PLACE for left, top in named)
            if not run.step or near or not self._plot.projection.contains(x, y):
                continue
            named.append((x, y))
            selected = run.key == scene.race.selected
            label = self._selected_name if selected else self.lanes[run.key].name
            weight = QFont.Weight.DemiBold if selected else QFont.Weight.Medium
            size = QSizeF(text_width(run.title, NAME, weight), 9.0)
            box = crowd.freest(_beside(x, y, size))
            put_words(label, run.title, NAME, box, self._plot.projection)
            unnamed.remove(label)
            if box is not None:
                crowd.add_box(box)
        for label in unnamed:
            label.clear()


def _spread(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Choose some points of a path, or points between them, evenly from step to step."""
    count = len(points)
    if count > ALONG_PATH:
        return points[np.linspace(0.0, count - 1.0, ALONG_PATH).round().astype(int)]
    parts = points[:-1, None] + _between(max(1, ALONG_PATH // count)) * (points[1:] - points[:-1])[:, None]
    spread: NDArray[np.float64] = parts.reshape(-1, 2)
    return spread


@lru_cache(maxsize=ALONG_PATH)
def _between(count: int) -> NDArray[np.float64]:
    """Give shares from the start of a step to the last place before its end, one a row."""
    shares = np.linspace(0.0, 1.0, count, endpoint=False)[:, None]
    shares.setflags(write=False)
    return shares


def _selected_first(race: Race) -> list[Run]:
    return sorted(race.runs, key=lambda run: run.key != race.selected)


def _beside(x: float, y: float, size: QSizeF) -> list[QRectF]:
    """Give boxes beside a pixel: right of it, higher, lower, left of it, and above and below."""
    width, height = size.width(), size.height()
    corners = [
        (x + GAP, y - height - 4),
        (x + GAP, y - height / 2),
        (x + GAP, y + 5),
        (x - width / 2, y + GAP),
        (x - width / 2, y - GAP - height),
        (x - GAP - width, y - height - 4),
        (x - GAP - width, y - height / 2),
        (x - GAP - width, y + 5),
    ]
    return [QRectF(left, top, width, height) for left, top in corners]
