"""The numbered list of rule steps, and what unfolds below the chosen one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from core.scenes.rule_steps import ChosenStep, Part, RuleStep
from gui.controls import Cell, Column, Notice, NumberTable
from gui.controls.card import BLEED
from gui.controls.focus import Ringed
from gui.formula import formula, plain_text
from gui.icons import paint_icon
from gui.latex_cutting import shortened
from gui.tabs.long_formula import FLAT, LETTERS, MOST_LINES, WIDTH, line_height, lines_of, paint_fitted
from gui.theme import FOCUS_RING, RADIUS, Theme, ui_font

NUMBER_COLUMN = 23
"""Width of the column of step numbers."""

ROW = 29
"""Height of a row of the list."""

MEASURED = 10
"""So many rows are as high as their formulas need; later ones draw high formulas smaller, so that a long list
is typeset only where it is seen."""

MOST_SIGNS = 60
"""Longer formulas are cut off, for the row has no room for more."""

INDENT = 15
"""How far the parts of a part are set in."""

ROOM = WIDTH - NUMBER_COLUMN
"""Width of the lines below a step."""

RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
ARROWS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class StepDetails(Ringed):
    """What unfolds below a step: before and after, its tree, its numbers.

    Attributes
    ----------
    part_toggled : Signal
        str; the person opened or closed the part at this path (click, or Return).
    step_asked : Signal
        int; the person went to another step of the list.
    """

    part_toggled = Signal(str)
    step_asked = Signal(int)

    PART, LINE, BASELINE, RULE = 41, 23, 17, 33

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._step: ChosenStep | None = None
        self._lines: list[str] = []
        self._before: list[str] = []
        self._current = 0
        self.notice = Notice(theme, self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Parts of the step")
        self.hide()

    def show_step(self, step: ChosenStep | None, notice: str) -> None:
        """Show a step, or nothing."""
        if step != self._step:
            if step is None or self._step is None or step.number != self._step.number:
                self._current = 0
            self._step = step
            self._before = lines_of((step.before, rf"\to \; {step.after}"), ROOM, MOST_LINES) if step else []
            filled = step.filled if step else ()  # a line for each, lest they jump when the point moves
            self._lines = [line for each in filled for line in lines_of((each,), ROOM, MOST_LINES)]
            self.setAccessibleDescription("; ".join(self.texts()))
            self.update()
        self.notice.show_notice(notice if step else "", colour=self._theme.second)
        self.setVisible(step is not None)

    def texts(self) -> list[str]:
        """Give what a person reads, line by line."""
        if self._step is None:
            return []
        parts = [
            " ".join(filter(None, (plain_text(part.latex), plain_text(part.derivative_latex), _rule(part))))
            for part in self._step.parts
        ]
        lines = [plain_text(line) for line in (*self._before, *parts, *self._lines)]
        return [*lines, self.notice.text] if self.notice.text else lines

    @property
    def _parts(self) -> tuple[Part, ...]:
        return self._step.parts if self._step else ()

    def needed_height(self) -> int:
        """Give the height of all that is shown."""
        if self._step is None:
            return 0
        lines = sum(line_height(line, self.LINE) for line in (*self._before, *self._lines))
        notice = self.notice.heightForWidth(ROOM) + 4 if self.notice.text else 0
        return lines + len(self._parts) * self.PART + notice + 8

    @property
    def _tree_top(self) -> int:
        return sum(line_height(line, self.LINE) for line in self._before)

    def part_rect(self, place: int) -> QRectF:
        """Give the place of a part of the tree."""
        top = self._tree_top + place * self.PART
        return QRectF(0, top, self.width() - BLEED, self.PART)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the sentence at the foot."""
        super().resizeEvent(event)
        self._place_notice()

    def _place_notice(self) -> None:
        height = self.notice.heightForWidth(ROOM)
        self.notice.setGeometry(NUMBER_COLUMN + BLEED, self.height() - height - 6, ROOM, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw all lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_lines(painter, self._before, 0, self._theme.ink)
        for place, part in enumerate(self._parts):
            self._paint_part(painter, part, self.part_rect(place))
            if self.ringed and place == self._current:
                painter.setPen(QPen(QColor(self._theme.ink), FOCUS_RING))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.part_rect(place).adjusted(BLEED, 1, -1, -1), RADIUS, RADIUS)
        below = self._tree_top + len(self._parts) * self.PART
        self._paint_lines(painter, self._lines, below, self._theme.derivative.text)

    def _paint_lines(self, painter: QPainter, lines: list[str], top: int, colour: str) -> None:
        for latex in lines:
            height = line_height(latex, self.LINE)
            box = QRectF(NUMBER_COLUMN + BLEED, top, ROOM, height)
            paint_fitted(painter, FLAT + latex, colour, box)
            top += height

    def _paint_part(self, painter: QPainter, part: Part, box: QRectF) -> None:
        theme = self._theme
        left = NUMBER_COLUMN + BLEED + part.depth * INDENT
        if part.openable:
            sign = "chevron" if part.opened else "chevron-right"
            paint_icon(painter, sign, QPointF(left - 10, box.top() + 12), theme.second, 0.6)
        room = box.right() - left
        rule = _rule(part)
        font = ui_font(11.5)
        font.setUnderline(bool(part.step))
        painter.setFont(font)
        painter.setPen(QColor(theme.ink if part.step else theme.second))
        painter.drawText(QPointF(left, box.top() + self.RULE), rule)
        line, base = QRectF(left, box.top(), room, 24), box.top() + self.BASELINE
        paint_fitted(painter, part.latex, theme.ink, line, baseline=base)
        if not part.derivative_latex:
            return
        own, derivative = (
            formula(each, LETTERS, theme.ink).width for each in (part.latex, part.derivative_latex)
        )
        if own + derivative + 14 > room:  # it goes beside the name of the rule
            width = QFontMetricsF(font).horizontalAdvance(rule) + 10
            line, base = QRectF(left + width, box.top() + 18, room - width, 20), box.top() + self.RULE
        paint_fitted(painter, part.derivative_latex, theme.ink, line, right=True, baseline=base)

    def _part_at(self, position: QPointF) -> int | None:
        place = int((position.y() - self._tree_top) // self.PART)
        return place if 0 <= place < len(self._parts) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over what can be pressed."""
        place = self._part_at(event.position())
        live = place is not None and (self._parts[place].openable or self._parts[place].step)
        self.setCursor(Qt.CursorShape.PointingHandCursor if live else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open or close a part, or go to its step."""
        place = self._part_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = place
            self._act(self._parts[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, act with Return."""
        step = ARROWS.get(event.key())
        if step is not None and self._parts:
            self.ringed = True
            self._current = min(max(self._current + step, 0), len(self._parts) - 1)
            self.update()
        elif event.key() in RETURN and self._current < len(self._parts):
            self._act(self._parts[self._current])
        else:
            super().keyPressEvent(event)

    def _act(self, part: Part) -> None:
        if part.step:
            self.step_asked.emit(part.step)
        elif part.openable:
            self.part_toggled.emit(part.path)


def _rule(part: Part) -> str:
    return f"Step {part.step}, {part.rule[0].lower()}{part.rule[1:]}" if part.step else part.rule


class StepTable(NumberTable):
    """The numbered list of steps, with room under the chosen one for its details.

    Attributes
    ----------
    details : StepDetails
        Unfolds below the chosen row.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, _columns(0.0), row_height=ROW, head=False, selectable=True, name="Derivation")
        self.details = StepDetails(theme, self)
        self._gap = 0
        self._tops = [0]
        self._current = 0
        self._live = True
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.details.setCursor(Qt.CursorShape.ArrowCursor)

    def show_steps(
        self, steps: Sequence[RuleStep], chosen: ChosenStep | None, notice: str, *, live: bool = True
    ) -> None:
        """Show steps, and the details of the chosen one with a sentence; ``live`` ones can be chosen."""
        second, count = self._theme.second, len(steps)
        metrics = QFontMetricsF(ui_font(12.5))
        widest = max((metrics.horizontalAdvance(step.rule) for step in steps), default=0.0)
        self._live = live
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if live and count else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if live else Qt.CursorShape.ArrowCursor)
        self.details.show_step(chosen, notice)
        self.show_columns(_columns(widest))
        formulas = [shortened(step.latex, MOST_SIGNS) for step in steps]
        self.show_rows(
            [
                (
                    Cell(str(step.number), colour=second),
                    Cell(step.rule, colour=second),
                    Cell(latex=FLAT + latex),
                )
                for step, latex in zip(steps, formulas, strict=True)
            ],
            selected=chosen.number - 1 if chosen else None,
        )
        heights = [line_height(latex, ROW) for latex in formulas[:MEASURED]]
        heights += [ROW] * (count - len(heights))
        self._tops = list(accumulate(heights, initial=0))
        self._current = chosen.number - 1 if chosen else min(self._current, max(count - 1, 0))
        self._make_room()

    def _make_room(self) -> None:
        before = self.sizeHint()
        self._gap = self.details.needed_height()
        if self.sizeHint() != before or self.height() != before.height():
            self.updateGeometry()
            self.update()
        self._place_details()

    def _place_details(self) -> None:
        if self._selected is not None:
            top = self._tops[self._selected + 1]
            self.details.setGeometry(0, top, self.width(), self._gap)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the details as wide as the list."""
        super().resizeEvent(event)
        self._place_details()

    def row_rect(self, row: int) -> QRectF:
        """Give the place of a row, those after the chosen one below its details."""
        shift = self._gap if self._selected is not None and row > self._selected else 0
        top, end = self._tops[row : row + 2]
        return QRectF(0, top + shift, self.width(), end - top)

    def sizeHint(self) -> QSize:
        """Give the height of all rows and of the details."""
        return QSize(super().sizeHint().width(), self._tops[-1] + self._gap)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the hairlines between the rows, then the rows."""
        painter = QPainter(self)
        for row in range(1, len(self._rows)):
            line = QRectF(BLEED, self.row_rect(row).top(), self.width() - 2 * BLEED, 1)
            painter.fillRect(line, QColor(self._theme.hairline))
        painter.end()
        super().paintEvent(event)

    def _paint_selection(self, painter: QPainter, row: int, box: QRectF) -> None:
        if row == self._selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.selected))
            painter.drawRoundedRect(box.adjusted(0, 0, 0, self._gap), RADIUS, RADIUS)
        if row == self._current and self.ringed:
            painter.setPen(QPen(QColor(self._theme.ink), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the row under the pointer."""
        rows = range(len(self._rows))
        row = next((row for row in rows if self.row_rect(row).contains(event.position())), None)
        if self._live and row is not None and event.button() == Qt.MouseButton.LeftButton:
            self._current = row
            self.row_chosen.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, choose with Return."""
        step = ARROWS.get(event.key())
        if step is not None and self._rows:
            self.ringed = True
            self._current = min(max(self._current + step, 0), len(self._rows) - 1)
            self.update()
        elif event.key() in RETURN and self._live and self._current < len(self._rows):
            self.row_chosen.emit(self._current)
        else:
            QWidget.keyPressEvent(self, event)


def _columns(widest_rule: float) -> tuple[Column, ...]:
    formula_at = NUMBER_COLUMN + max(84.0, math.ceil(widest_rule) + 12.0)
    return (
        Column(align="left", right=NUMBER_COLUMN / WIDTH),
        Column(align="left", right=formula_at / WIDTH),
        Column(align="left", right=1.0),
    )
