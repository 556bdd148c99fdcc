"""What an optimiser did in its last step: a caption, a formula and its numbers for each sub-step."""

from __future__ import annotations

import math
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from core.scenes.race_internals import Internals, Line
from gui.controls import PaneHeader, text_label
from gui.formula import formula
from gui.numbers import format_number
from gui.tabs.layout import column
from gui.theme import Theme, ui_font

CAPTION, FORMULA, FILLED = 11.5, 13.0, 11.0
"""Sizes of the letters."""

ROW, RESULT_GAP = 17.0, 6.0
"""Height of a caption, and pixels between it and its result; where both do not fit they stand on two rows."""

MARGIN, GAP = 14.0, 5.0
"""Pixels at both sides, and below each sub-step."""

COMPASS, LOW_COMPASS = 84, 56
"""Height of the arrows in pixels, and in a low column."""

EDGE, LOW_EDGE = 8.0, 4.0
"""Pixels above and below the arrows."""

SCROLL_BAR = 8.0
"""Pixels at the right that the scroll bar needs."""

HEAD = 8.0
"""Length of an arrow's head."""


class SubStepList(QWidget):
    """The sub-steps below one another; filled-in numbers wrap where the column is narrow.

    Attributes
    ----------
    lines : tuple of Line
        What is shown.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.lines: tuple[Line, ...] = ()
        self._tops: list[float] = []
        self._height = 0.0

    def show_lines(self, lines: tuple[Line, ...]) -> None:
        """Show these sub-steps."""
        if lines != self.lines:
            self.lines = lines
            self.setAccessibleName("; ".join(f"{line.title} {line.result}" for line in lines))
            self._lay_out()
            self.update()

    def _lay_out(self) -> None:
        top, self._tops = 0.0, []
        for line in self.lines:
            self._tops.append(top)
            top += self._head_height(line) + self._formula_height(line) + self._filled_height(line) + GAP
        if top != self._height:
            self._height = top
            self.setFixedHeight(math.ceil(top) + 4)
            self.updateGeometry()

    def _head_height(self, line: Line) -> float:
        """Give the height of a caption with its result."""
        metrics = QFontMetricsF(ui_font(CAPTION))
        number = f"{len(self.lines)}  "
        needed = sum(map(metrics.horizontalAdvance, (number, line.title, line.result)))
        fits = not line.result or needed + RESULT_GAP <= self.width() - 2 * MARGIN
        return ROW if fits else 2 * ROW

    def _formula_height(self, line: Line) -> float:
        return formula(line.latex, FORMULA, self._theme.ink).height * self._scale(line) + 3.0

    def _scale(self, line: Line) -> float:
        width = formula(line.latex, FORMULA, self._theme.ink).width
        return min(1.0, (self.width() - 2 * MARGIN) / width) if width > 0 else 1.0

    def _filled_height(self, line: Line) -> float:
        return self._filled_box(line, 0.0).height() if line.filled else 0.0

    def _filled_box(self, line: Line, top: float) -> QRectF:
        metrics = QFontMetricsF(ui_font(FILLED))
        room = QRectF(MARGIN, top, max(self.width() - 2 * MARGIN, 40.0), 1000.0)
        return metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), line.filled)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew."""
        super().resizeEvent(event)
        self._lay_out()

    def sizeHint(self) -> QSize:
        """Return as much height as all sub-steps need."""
        return QSize(200, math.ceil(self._height) + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sub-steps that are in sight."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edges = pairwise((*self._tops, self._height))
        for number, (line, (top, end)) in enumerate(zip(self.lines, edges, strict=True), start=1):
            if end >= event.rect().top() and top <= event.rect().bottom():
                self._draw(painter, number, line, top)

    def _draw(self, painter: QPainter, number: int, line: Line, top: float) -> None:
        theme, head = self._theme, self._head_height(line)
        row = QRectF(MARGIN, top, self.width() - 2 * MARGIN, ROW)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(ui_font(CAPTION))
        painter.setPen(QColor(theme.second))
        painter.drawText(row, middle | Qt.AlignmentFlag.AlignLeft, f"{number}  {line.title}")
        painter.setPen(QColor(theme.ink))
        row.moveBottom(top + head)
        painter.drawText(row, middle | Qt.AlignmentFlag.AlignRight, line.result)
        shown, scale = formula(line.latex, FORMULA, theme.ink), self._scale(line)
        shown.paint(painter, MARGIN, round(top + head + 1.0 + shown.baseline * scale), scale)
        if line.filled:
            painter.setFont(ui_font(FILLED))
            painter.setPen(QColor(theme.muted))
            box = self._filled_box(line, top + head + self._formula_height(line))
            painter.drawText(box, int(Qt.TextFlag.TextWordWrap), line.filled)


class Compass(QWidget):
    """The last step as arrows from one point: the gradient, what was made of it, and the step that was taken.

    They are equally long, for the step may be a thousand times shorter; lengths are written beside them.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._internals: Internals | None = None
        self._edge = EDGE
        self.setFixedHeight(COMPASS)

    def show_low(self, low: bool) -> None:
        """Take less height from now on, or as much as usual."""
        self._edge = LOW_EDGE if low else EDGE
        self.setFixedHeight(LOW_COMPASS if low else COMPASS)

    def show_internals(self, internals: Internals) -> None:
        """Show this step, or nothing while there is none."""
        if internals != self._internals:
            self._internals = internals
            self.setVisible(bool(internals.arrows))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arrows and their names."""
        shown = self._internals
        if shown is None:
            return
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = self.height() / 2.0
        reach = half - self._edge
        middle = QPointF(MARGIN + reach + 2.0, half)
        painter.setFont(ui_font(FILLED))
        metrics = painter.fontMetrics()
        left = middle.x() + reach + 14.0
        top = half - 9.0 * len(shown.arrows)
        for place, (name, vector) in enumerate(shown.arrows):
            mark, ink = self._colours(name)
            length = math.hypot(*vector)
            if 0.0 < length < math.inf:
                x, y = (part / length * reach for part in vector)
                _draw_arrow(painter, middle, QPointF(middle.x() + x, middle.y() - y), mark)
            row = QRectF(left, top + 18.0 * place, self.width() - left, 18.0)
            painter.setPen(QColor(ink))
            words = (f"{name} {format_number(length, digits)}" for digits in (3, 2, 1))
            fitting = (each for each in words if metrics.horizontalAdvance(each) <= row.width() - SCROLL_BAR)
            text = next(fitting, f"{name} {format_number(length, 1)}")
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.function.mark))
        painter.drawEllipse(middle, 3.0, 3.0)

    def _colours(self, name: str) -> tuple[str, str]:
        theme = self._theme
        pair = {"gradient": theme.derivative, "step": theme.descent}.get(name)
        return (pair.mark, pair.text) if pair is not None else (theme.ink, theme.ink)


def _draw_arrow(painter: QPainter, tail: QPointF, tip: QPointF, colour: str) -> None:
    across, down = tip.x() - tail.x(), tip.y() - tail.y()
    length = math.hypot(across, down)
    if length < 1.0:
        return
    across, down = across / length, down / length
    head = min(HEAD, length)
    neck = QPointF(tip.x() - across * head, tip.y() - down * head)
    painter.setPen(QPen(QColor(colour), 2.25))
    painter.drawLine(tail, neck)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    side = 0.45 * head
    painter.drawPolygon(
        QPolygonF(
            [
                tip,
                QPointF(neck.x() - down * side, neck.y() + across * side),
                QPointF(neck.x() + down * side, neck.y() - across * side),
            ]
        )
    )


class SubStepPane(QWidget):
    """The last step of the selected racer.

    Attributes
    ----------
    header : PaneHeader
        Name of the optimiser, and which step is told.
    compass : Compass
        The step as arrows.
    list : SubStepList
        What it did, in order.
    note : QLabel
        Why there is nothing to tell.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.header = PaneHeader(theme, "Inside a step")
        self.compass, self.list = Compass(theme), SubStepList(theme)
        self.note = text_label("", theme.muted, CAPTION)
        self.note.setWordWrap(True)
        self.note.setContentsMargins(int(MARGIN), 0, int(MARGIN), 6)
        inner = QWidget()
        body = column(self.note, self.compass, self.list)
        body.addStretch(1)
        inner.setLayout(body)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        for ground in (scroll.viewport(), inner):  # which the scroll area has just made opaque
            ground.setAutoFillBackground(False)
        outer = column(self.header, scroll)
        outer.setStretch(1, 1)
        self.setLayout(outer)

    def show_internals(self, internals: Internals) -> None:
        """Show this step, or why there is none."""
        self.header.show_title(internals.title)
        self.header.show_note("" if internals.note else f"step {internals.step}")
        self.note.setText(internals.note)
        self.note.setVisible(bool(internals.note))
        self.compass.show_internals(internals)
        self.list.show_lines(internals.lines)
