"""A typeset sum that goes on in a further line where it is too long for one."""

from __future__ import annotations

import re

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.formula import Formula, formula, plain_text
from gui.tabs.long_formula import CUT, FLAT, LETTERS, lines_of

INDENT = 22
"""Pixels by which further lines are set in."""

MOST_LINES = 6
"""A longer formula is drawn smaller instead, and cut off after so many lines."""

SMALLEST = 0.6
"""A line is drawn smaller by this factor at most."""

SPACING = 3
DIMMED = 0.35

_TOKEN = re.compile(r"\\left|\\right|\\[{}]|[{}()]| [+-] ")
_DEPTH = {r"\left": 1, r"\right": -1, "{": 1, "}": -1, "(": 1, ")": -1}


def terms(latex: str) -> list[str]:
    """Split a formula before each plus and minus sign outside all brackets."""
    parts, start, depth = [], 0, 0
    for token in _TOKEN.finditer(latex):
        depth += _DEPTH.get(token[0], 0)
        if depth == 0 and token[0] in (" + ", " - "):
            parts.append(latex[start : token.start()])
            start = token.start() + 1
    return [*parts, latex[start:]]


class SumLabel(QWidget):
    """A formula as a widget, at most so wide: a long sum goes on below, what cannot be split shrinks.

    One of too many lines, or with a part that is much too long, is smaller and ends with an ellipsis.

    Parameters
    ----------
    colour : str
        Of the letters.
    pixel_size : float
        Of one line.
    most : int
        The width that there is.

    Attributes
    ----------
    latex : str
        The formula that is shown.
    dimmed : bool
        Whether it is drawn pale, because it is not up to date.
    """

    def __init__(self, colour: str, pixel_size: float, most: int) -> None:
        super().__init__()
        self.latex = ""
        self.dimmed = False
        self._colour = colour
        self._pixel_size = pixel_size
        self._most = most
        self._lines: list[Formula] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_formula(self, latex: str, *, dimmed: bool = False) -> None:
        """Show `latex` from now on."""
        if (latex, dimmed) == (self.latex, self.dimmed):
            return
        if latex != self.latex:
            self.latex = latex
            self._lines = self._broken(latex)
            self.setAccessibleName(plain_text(latex))
            self.setToolTip(plain_text(latex) if self._is_cut else "")
            self.updateGeometry()
        self.dimmed = dimmed
        self.update()

    @property
    def _is_cut(self) -> bool:
        return any(CUT in line.latex for line in self._lines)

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self._lines)

    def _broken(self, latex: str) -> list[Formula]:
        lines = [""]
        for term in terms(latex):
            longer = f"{lines[-1]} {term}".strip()
            if lines[-1] and self._set(longer).width > self._room(len(lines) - 1):
                lines.append(term)
            else:
                lines[-1] = longer
        if len(lines) <= MOST_LINES:
            made = [self._set(line) for line in lines]
            if all(line.width * SMALLEST <= self._room(k) for k, line in enumerate(made)):
                return made
        small = lines_of([latex], self._room(1), MOST_LINES)
        return [formula(FLAT + line, min(LETTERS, self._pixel_size), self._colour) for line in small]

    def _set(self, latex: str) -> Formula:
        return formula(latex, self._pixel_size, self._colour)

    def _room(self, line: int) -> int:
        return self._most - (INDENT if line else 0)

    def _scale(self, line: int) -> float:
        return min(1.0, self._room(line) / max(self._lines[line].width, 1.0))

    def sizeHint(self) -> QSize:
        """Give the room that all lines take."""
        if not self._lines:
            return QSize(0, int(self._pixel_size * 1.3))
        widths = [
            self._most - self._room(k) + line.width * self._scale(k) for k, line in enumerate(self._lines)
        ]
        heights = [line.height * self._scale(k) for k, line in enumerate(self._lines)]
        height = sum(heights) + SPACING * (len(heights) - 1)
        return QSize(min(int(max(widths) + 1.999), self._most), int(height + 1.999))

    def minimumSizeHint(self) -> QSize:
        """Give the same size."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines below one another."""
        painter = QPainter(self)
        painter.setOpacity(DIMMED if self.dimmed else 1.0)
        top = 0.0
        for k, line in enumerate(self._lines):
            scale = self._scale(k)
            line.paint(painter, self._most - self._room(k), round(top + line.baseline * scale), scale)
            top += line.height * scale + SPACING
