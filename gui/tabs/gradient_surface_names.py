"""What is written on the surface of the Gradient tab: P, the arrows and the optimisers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QFont, QPainter

from core.scenes.gradient_direction import Direction
from core.scenes.gradient_surface import SurfaceScene
from gui.array_paths import Array
from gui.formula import formula
from gui.label_places import Crowd, around, formula_size, words_size
from gui.plot_axes import Projection
from gui.plot_labels import paint_formula_haloed, paint_words_haloed
from gui.surface_marks import SurfaceMarks
from gui.tabs.gradient_local import LABEL, VALUE, U, slope_latex
from gui.theme import Theme

NAME = 12
"""Size of the optimisers' names."""

NAME_DOWNS, VALUE_DOWNS = (-5.0, -16.0, 12.0), (14.0, -24.0, 26.0, -5.0)
"""How much lower than the end of u its name stands, and the slope along it, in pixels."""

SAME_PLACE = 12.0
"""Ends so few pixels apart get one name."""

GAP = 12.0
"""Pixels between a mark and its name."""

NOTE_MARGIN, NOTE_SPACING = 14.0, 17.0
"""Pixels from the edges to the sentences in the corner, and from line to line."""

STAR = 9.0
"""Pixels around a critical point that names keep away from."""

MOST_STARS = 60
"""From more critical points than these nothing can keep away."""


class _Name(NamedTuple):
    """What is to be written beside a place.

    It stands so many pixels lower than the place, one of `downs`. It is typeset, unless it is the name of an
    optimiser, and `needed`, or it is left out where something is in the way.
    """

    place: Array
    text: str
    colour: str
    size: int
    downs: tuple[float, ...] = (0.0,)
    typeset: bool = True
    needed: bool = True


class SurfaceNames:
    """Writes the names, each where nothing is in the way.

    Parameters
    ----------
    theme : Theme
        Colours.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def write(
        self,
        painter: QPainter,
        marks: SurfaceMarks,
        part: SurfaceScene,
        direction: Direction,
        *,
        narrow: bool,
    ) -> None:
        """Write all of them; in a small window only those of P and its arrows."""
        names = self._names(marks, part, direction, narrow)
        crowd = _crowd(marks, part, names)
        for name in names:
            self._write(painter, marks, crowd, name, part.point)

    def write_note(self, painter: QPainter, note: str, width: float, height: float) -> None:
        """Write sentences into the lower left corner, in as many lines as they need."""
        lines = _broken(note, width - 2.0 * NOTE_MARGIN)
        look = (NAME, self._theme.second, self._theme.plot, QFont.Weight.Normal)
        for above, line in enumerate(reversed(lines)):
            place = QPointF(NOTE_MARGIN, height - NOTE_MARGIN - above * NOTE_SPACING)
            paint_words_haloed(painter, place, line, *look)

    def _names(
        self, marks: SurfaceMarks, part: SurfaceScene, direction: Direction, narrow: bool
    ) -> list[_Name]:
        theme = self._theme
        names = []
        if part.point is not None:
            names.append(_Name(part.point, "P", theme.ink, LABEL))
        if part.tangent is not None and part.tangent.uphill is not None:
            names.append(_Name(part.tangent.uphill, r"{\nabla} f", theme.derivative.text, LABEL))
        if part.tangent is not None and part.tangent.downhill is not None:
            names.append(_Name(part.tangent.downhill, r"{-\nabla} f", theme.descent.text, LABEL))
        if part.direction is not None:
            names.append(_Name(part.direction.tip, U, theme.ink, LABEL, NAME_DOWNS))
            if not narrow and math.isfinite(direction.derivative):
                latex = slope_latex(direction)
                colour = theme.derivative.text
                names.append(_Name(part.direction.tip, latex, colour, VALUE, VALUE_DOWNS, needed=False))
        for path in part.paths if not narrow else ():
            if path.has_end and _is_apart(marks, path.steps[-1], names):
                colour = theme.descent.text if path.key == part.selected else theme.ink
                names.append(_Name(path.steps[-1], path.title, colour, NAME, typeset=False))
        return names

    def _write(
        self, painter: QPainter, marks: SurfaceMarks, crowd: Crowd, name: _Name, point: Array | None
    ) -> None:
        text, colour, paper = name.text, name.colour, self._theme.plot
        size = formula_size(text, name.size, colour) if name.typeset else words_size(text, name.size)
        boxes = _boxes(marks, name, size, point)
        box = crowd.freest(boxes) if name.needed else crowd.free(boxes)
        if box is None:
            return
        crowd.add_box(box)
        if name.typeset:
            start = QPointF(box.left(), box.top() + formula(text, name.size, colour).baseline)
            paint_formula_haloed(painter, start, text, name.size, colour, paper)
        else:
            paint_words_haloed(painter, box.bottomLeft(), text, name.size, colour, paper, QFont.Weight.Medium)


def _broken(note: str, room: float) -> list[str]:
    """Break sentences into lines that are no wider than the room."""
    lines: list[str] = []
    for word in note.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and words_size(longer, NAME).width() <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _boxes(marks: SurfaceMarks, name: _Name, size: QSizeF, point: Array | None) -> list[QRectF]:
    """Give boxes beside the place of a name, those on the side away from P first, and around it."""
    at, width, height = marks.pixel(name.place), size.width(), size.height()
    lefts = [at.x() + GAP, at.x() - GAP - width]
    if point is not None and at.x() < marks.pixel(point).x():
        lefts.reverse()
    middle = at.y() - height / 2.0
    sides = [QRectF(left, middle + down, width, height) for down in name.downs for left in lefts]
    return [*sides, *around(at.x(), at.y(), size, GAP)] if name.needed else sides


def _crowd(marks: SurfaceMarks, part: SurfaceScene, names: list[_Name]) -> Crowd:
    """Tell where names would be in the way."""
    width, height = marks.camera.width, marks.camera.height
    crowd = Crowd(Projection((0.0, width, 0.0, height), 0.0, 0.0, width, height))
    for path in part.paths:
        crowd.add_points(*_flat(marks, path.points))
    if len(part.critical.points) < MOST_STARS:
        for x, y in _flat(marks, part.critical.places).T.tolist():
            crowd.add_disc(x, y, STAR)
    for name in names:
        x, y = _flat(marks, name.place[None])[:, 0].tolist()
        crowd.add_disc(x, y, GAP if name.text == "P" else 6.0)
        if part.point is not None and name.typeset:
            crowd.add_points(*_flat(marks, np.linspace(part.point, name.place, 20)))
    return crowd


def _is_apart(marks: SurfaceMarks, place: Array, names: list[_Name]) -> bool:
    """Tell whether a place is seen well beside all that have a name."""
    here = marks.pixel(place)
    ways = [marks.pixel(name.place) - here for name in names]
    return all(math.hypot(way.x(), way.y()) > SAME_PLACE for way in ways)


def _flat(marks: SurfaceMarks, points: Array) -> Array:
    """Give pixels right and up, as the crowd of labels wants them."""
    x, y = marks.camera.to_pixels(points)[:, :2].T
    return np.array((x, marks.camera.height - y))
