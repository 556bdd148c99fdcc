"""Formulas that may be too long for their place: drawn smaller, broken into lines, and cut off at last."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.formula import formula, plain_text
from gui.latex_cutting import shortened
from gui.theme import ui_font

FLAT = r"\textstyle "
"""Makes fractions low enough for one line."""

WIDTH = 298
"""Width of a card's content, in pixels."""

LETTERS, LEAST = 14, 11
"""Size of the letters of a formula, and how small they get before it is cut off."""

GAP = 8
"""Pixels between two pieces of a formula, or around the sign between two terms."""

MOST_LINES = 7
"""Lines of one formula; what is longer ends with an ellipsis."""

DIMMED = 0.35
"""Opacity of what is not up to date."""

SURELY_LONG = 400
"""A piece of so many characters is longer than a line, without being measured."""

MOST_SIGNS = 66
"""A term, which is never broken, is cut off after so many, more than there is room for."""

CUT = "\N{HORIZONTAL ELLIPSIS}"


def paint_fitted(
    painter: QPainter,
    latex: str,
    colour: str,
    box: QRectF,
    *,
    right: bool = False,
    baseline: float | None = None,
) -> None:
    """Draw a formula in a box, on a baseline or in the middle.

    One that is too long is drawn smaller, and cut off at the least size.
    """
    shown = formula(latex, LETTERS, colour)
    scale = min(max(box.width() / shown.width, LEAST / LETTERS), 1.0)
    fits = shown.width * scale <= box.width() + 1
    left = box.right() - shown.width * scale if right and fits else box.left()
    middle = box.center().y() - shown.height * scale / 2 + shown.baseline * scale
    painter.save()
    if not fits:
        painter.setFont(ui_font(12.5))
        painter.setPen(QColor(colour))
        room = QFontMetricsF(painter.font()).horizontalAdvance(CUT)
        painter.drawText(QPointF(box.right() - room, box.center().y() + 4), CUT)
        painter.setClipRect(box.adjusted(0, 0, -room, 0))
    shown.paint(painter, round(left), round(middle if baseline is None else baseline), scale)
    painter.restore()


_TOKEN = re.compile(r"\\begin|\\end|[{}]| [+-] ")
_DEPTH = {r"\begin": 1, r"\end": -1, "{": 1, "}": -1}


def terms(latex: str) -> list[str]:
    """Split a formula before its plus and minus signs, also those in brackets, which become plain ones.

    Signs in exponents, roots, fractions and cases stay where they are.
    """
    flat = latex.replace(r"\left(", "(").replace(r"\right)", ")")
    parts, start, depth = [], 0, 0
    for token in _TOKEN.finditer(flat):
        depth += _DEPTH.get(token[0], 0)
        if depth == 0 and token[0][0] == " ":
            parts.append(flat[start : token.start()])
            start = token.start() + 1
    return [*parts, flat[start:]]


def lines_of(pieces: Sequence[str], room: float, most: int = 100) -> list[str]:
    """Lay pieces of a formula into lines of at most so many pixels.

    A piece begins a line of its own if it does not fit behind the one before; one that is longer than a line
    is broken before its signs. What is beyond the last line is left out, with an ellipsis for it.
    """
    lines: list[str] = []
    used = room
    for piece in pieces:
        width = _width(piece) if len(piece) < SURELY_LONG else math.inf
        if used + GAP + width <= room:
            lines[-1] = rf"{lines[-1]} \; {piece}"
            used += GAP + width
        elif width <= room:
            lines.append(piece)
            used = width
        else:
            broken, used = _broken(piece, room, most - len(lines))
            lines += broken
        if len(lines) > most:
            break
    return lines if len(lines) <= most else [*lines[: most - 1], rf"{lines[most - 1]} \; \text{{{CUT}}}"]


def _broken(latex: str, room: float, most: int) -> tuple[list[str], float]:
    """Break one piece into lines, one more than asked for if it is too long, and say how full the last is.

    Its terms are measured one by one, because typesetting ever longer lines takes long; those that had to
    be cut off fill a line.
    """
    lines: list[str] = []
    used = room
    for whole in terms(latex):
        term = shortened(whole, MOST_SIGNS)
        width = room if term != whole else _width(term) + GAP
        if lines and used + width <= room:
            lines[-1] = f"{lines[-1]} {term}"
            used += width
        elif len(lines) > most:
            break
        else:  # after something, even nothing, a sign keeps its gaps
            lines.append(f"{{}} {term}" if lines else term)
            used = width
    return lines, used


def _width(latex: str) -> float:
    return formula(FLAT + latex, LETTERS, "#000000").width


def is_long(latex: str, size: float, room: float) -> bool:
    """Whether a formula of letters of this size has no room in a line, even drawn as small as can be read."""
    if len(latex) > SURELY_LONG:
        return True
    return formula(latex, size, "#000000").width * LEAST > room * size


def line_height(latex: str, least: int) -> int:
    """Give the height of a line: that of its formula, and at least `least`."""
    return max(least, math.ceil(formula(FLAT + latex, LETTERS, "#000000").height) + 5)


class LongFormula(QWidget):
    """A formula over several lines, cut off after the last that there is room for."""

    LINE = 23

    def __init__(self, colour: str, room: int = WIDTH) -> None:
        super().__init__()
        self._colour = colour
        self._room = room
        self.latex = ""
        self.dimmed = False
        self.lines: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_formula(self, latex: str, colour: str = "", *, dimmed: bool = False) -> None:
        """Show this formula from now on, in `colour` if one is given; pale while it is not up to date."""
        shown = latex, colour or self._colour, dimmed
        if shown == (self.latex, self._colour, self.dimmed):
            return
        self.latex, self._colour, self.dimmed = shown
        self.lines = lines_of([latex], self._room, MOST_LINES) if latex else []
        self.setAccessibleName(plain_text(latex))
        self.setToolTip(plain_text(latex))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the height of all lines."""
        return QSize(self._room, sum(line_height(line, self.LINE) for line in self.lines))

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines below one another."""
        painter = QPainter(self)
        painter.setOpacity(DIMMED if self.dimmed else 1.0)
        top = 0
        for line in self.lines:
            height = line_height(line, self.LINE)
            paint_fitted(painter, FLAT + line, self._colour, QRectF(0, top, self.width(), height))
            top += height
