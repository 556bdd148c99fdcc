"""Tables of numbers, in the inspector."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.controls.card import BLEED
from gui.controls.figures import draw_figures, figures_width
from gui.controls.focus import Ringed
from gui.formula import formula, plain_text
from gui.icons import paint_icon
from gui.theme import FOCUS_RING, RADIUS, Theme, kept_font, text_width, ui_font

_HEAD = 17
_CHECK = 15
_HEAD_GAP, _SMALLEST_HEAD = 8.0, 10
"""Room between heads, and how small the letters of a formula in a head get before it runs into the next."""

_FORMULA, _SMALLEST = 14, 11
"""Size of letters in a formula, and how small they get before the formula is cut off."""

_CUT = "\N{HORIZONTAL ELLIPSIS}"


class Column(NamedTuple):
    """One column.

    Attributes
    ----------
    title, latex : str
        Head, as text or typeset.
    align : str
        "left", "right" or "centre".
    right : float or None
        Where the column ends, as a share of the table's width; None spreads the columns evenly.
    """

    title: str = ""
    latex: str = ""
    align: str = "right"
    right: float | None = None


class Cell(NamedTuple):
    """What stands in one place of the table.

    Attributes
    ----------
    text, latex : str
        Content, as text or typeset.
    colour : str
        ``#RRGGBB``; "" for ink.
    bold : bool
        Semibold text.
    icon, icon_colour : str
        A sign before the text.
    line : bool
        Draw a piece of line through the sign, as in a legend.
    lead : str
        Bold letters in ink before the text, as the name of a vector.
    """

    text: str = ""
    latex: str = ""
    colour: str = ""
    bold: bool = False
    icon: str = ""
    icon_colour: str = ""
    line: bool = False
    lead: str = ""

    @property
    def plain(self) -> str:
        """The content as plain text."""
        return f"{self.lead} {self.text}".strip() or plain_text(self.latex)


Row = Sequence[Cell | str]

_EMPTY = Cell()


class NumberTable(Ringed):
    """Rows of numbers between hairlines; with `selectable`, rows that can be picked and ticked.

    It is opaque, in the colour of a card or of what `ground` says, so that what lies below need not be
    painted when numbers change. A selectable table goes into a card with `Card.add_wide`, because its
    selection reaches beyond the text.

    Attributes
    ----------
    row_chosen : Signal
        int; the person picked this row (click, or arrow keys).
    row_checked : Signal
        int, bool; the person ticked or cleared this row (click, or Space).
    """

    row_chosen = Signal(int)
    row_checked = Signal(int, bool)

    def __init__(
        self,
        theme: Theme,
        columns: Sequence[Column],
        *,
        row_height: int = 21,
        head: bool = True,
        selectable: bool = False,
        checkable: bool = False,
        name: str = "",
        ground: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ground = QColor(ground or theme.card)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._columns = tuple(columns)
        self._row_height = row_height
        self._head = _HEAD if head else 0
        self._selectable = selectable
        self._inset = BLEED if selectable else 0
        self._checkable = checkable
        self._rows: tuple[tuple[Cell, ...], ...] = ()
        self._selected: int | None = None
        self._aim: int | None = None
        self._forgetting = QTimer(self, singleShot=True, interval=0)
        self._forgetting.timeout.connect(self._forget_aim)
        self.row_chosen.connect(self._aim_at)
        self._checked: tuple[bool, ...] = ()
        self.setFont(ui_font(12.5))
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if selectable else Qt.FocusPolicy.NoFocus)

    def show_columns(self, columns: Sequence[Column]) -> None:
        """Change the heads, as for "f at step 9"."""
        before, self._columns = self._columns, tuple(columns)
        if [(each.align, each.right) for each in columns] != [(each.align, each.right) for each in before]:
            self.update()
        elif before != self._columns:
            self.update() if self._spread else self.update(0, 0, self.width(), self._head)

    def show_rows(
        self, rows: Sequence[Row], *, selected: int | None = None, checked: Sequence[bool] = ()
    ) -> None:
        """Show these rows; emits nothing."""
        cells = tuple(tuple(Cell(cell) if isinstance(cell, str) else cell for cell in row) for row in rows)
        shown = (cells, selected, tuple(checked))
        self._aim = selected
        if shown == (self._rows, self._selected, self._checked):
            return
        before = (self._rows, self._selected, self._checked)
        self._rows, self._selected, self._checked = shown
        self.setAccessibleDescription("; ".join(" ".join(cell.plain for cell in row) for row in cells))
        if len(cells) != len(before[0]):
            self.updateGeometry()
        if not self.isVisible():
            return  # all of it is painted when it is shown
        if before[1:] != shown[1:] or list(map(len, cells)) != list(map(len, before[0])) or self._spread:
            self.update()
        else:
            self._update_cells(before[0])

    def _update_cells(self, before: tuple[tuple[Cell, ...], ...]) -> None:
        """Repaint the cells that are others than before; in a frame of a drag most are the same."""
        boxes = self._boxes()
        for k, (row, old) in enumerate(zip(self._rows, before, strict=True)):
            for cell, gone, column, span in zip(row, old, self._columns, boxes, strict=False):
                if cell != gone:
                    places = (self._extent(each, column.align, k, span) for each in (cell, gone))
                    self.update(next(places).united(next(places)))

    def _extent(self, cell: Cell, align: str, row: int, span: tuple[float, float]) -> QRect:
        """Give the pixels that a cell may touch: text that is too long reaches beyond its column."""
        left, width = _reach(cell, self._colour(cell), align, span)
        return QRect(left, self._head + row * self._row_height, width, self._row_height)

    def texts(self) -> list[list[str]]:
        """Give what a person reads, row by row."""
        return [[cell.plain for cell in row] for row in self._rows]

    def row_rect(self, row: int) -> QRectF:
        """Give the place of a row."""
        return QRectF(0, self._head + row * self._row_height, self.width(), self._row_height)

    def check_rect(self, row: int) -> QRectF:
        """Give the place of a row's check box."""
        box = self.row_rect(row)
        return QRectF(self._inset, box.center().y() - _CHECK / 2, _CHECK, _CHECK)

    def sizeHint(self) -> QSize:
        """Give the height of all rows."""
        return QSize(200, self._head + len(self._rows) * self._row_height)

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(100, self.sizeHint().height())

    def _cell_width(self, cell: Cell) -> float:
        return _width_of(cell, self._colour(cell))

    def _colour(self, cell: Cell) -> str:
        return cell.colour or self._theme.ink

    @property
    def _spread(self) -> bool:
        """Whether the places of the columns depend on what stands in them."""
        return len(self._columns) > 2 and all(column.right is None for column in self._columns[1:-1])

    def _boxes(self) -> list[tuple[float, float]]:
        """Give the left and right of each column."""
        left: float = self._inset + (_CHECK + 8 if self._checkable else 0)
        width = self.width() - self._inset
        if not self._spread:
            ends = [
                self._inset + (width - self._inset) * column.right if column.right else 0.0
                for column in self._columns
            ]
            ends[-1] = ends[-1] or float(width)
        else:
            ends = self._even_ends(left)
        boxes = []
        for end in ends:
            boxes.append((left, end or width))
            left = end or left
        return boxes

    def _even_ends(self, left: float) -> list[float]:
        widths = []
        for k, column in enumerate(self._columns):
            cells = [self._cell_width(row[k]) for row in self._rows if k < len(row)]
            head = text_width(column.title, 11.5)
            widths.append(max([head, *cells]))
        gap = max(4.0, (self.width() - self._inset - left - sum(widths)) / max(len(widths) - 1, 1))
        ends, x = [], left
        for width in widths:
            x += width
            ends.append(min(x, float(self.width() - self._inset)))
            x += gap
        return ends

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw head, hairlines and cells."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        boxes, dirty = self._boxes(), event.region()
        if self._head and event.rect().top() < self._head:
            for column, (left, right) in zip(self._columns, boxes, strict=True):
                box = QRectF(left, -1, right - left, self._head - 1)
                if column.align == "left" and self._checkable:
                    box.setLeft(self._inset)
                self._paint_head(painter, column, box)
        hairline = QColor(self._theme.hairline)
        for k, row in enumerate(self._rows):
            box = self.row_rect(k)
            if not box.intersects(event.rect()):
                continue
            self._paint_selection(painter, k, box)
            if not self._selectable and (k or self._head):
                painter.fillRect(QRectF(0, box.top(), self.width(), 1), hairline)
            if (
                self._checkable
                and k < len(self._checked)
                and dirty.intersects(self.check_rect(k).toAlignedRect())
            ):
                self._paint_check(painter, k)
            for cell, column, span in zip(row, self._columns, boxes, strict=False):
                if cell != _EMPTY and dirty.intersects(self._extent(cell, column.align, k, span)):
                    place = QRectF(span[0], box.top(), span[1] - span[0], box.height())
                    self._paint_cell(painter, cell, column.align, place)

    def _paint_head(self, painter: QPainter, column: Column, box: QRectF) -> None:
        if column.latex:
            shown = formula(column.latex, 13, self._theme.muted)
            scale = min(max((box.width() - _HEAD_GAP) / shown.width, _SMALLEST_HEAD / 13), 1.0)
            start = _aligned(column.align, box.left(), box.right(), shown.width * scale)
            shown.paint(painter, start, 10, scale)
            return
        painter.setFont(kept_font(11.5))
        painter.setPen(QColor(self._theme.muted))
        painter.drawText(box, _FLAGS[column.align] | Qt.AlignmentFlag.AlignVCenter, column.title)

    def _paint_selection(self, painter: QPainter, row: int, box: QRectF) -> None:
        if row != self._selected:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.selected))
        if self.ringed:
            painter.setPen(QPen(QColor(self._theme.ink), FOCUS_RING))
            box = box.adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, RADIUS, RADIUS)

    def _paint_check(self, painter: QPainter, row: int) -> None:
        box = self.check_rect(row).adjusted(0.5, 0.5, -0.5, -0.5)
        colour = QColor(self._theme.second)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(colour if self._checked[row] else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3.5, 3.5)
        if self._checked[row]:
            paint_icon(painter, "tick", box.center(), self._theme.card)

    def _paint_cell(self, painter: QPainter, cell: Cell, align: str, box: QRectF) -> None:
        colour = self._colour(cell)
        x = _aligned(align, box.left(), box.right(), self._cell_width(cell))
        middle = int(box.center().y())  # round() would alternate from row to row
        if cell.icon:
            sign = QPointF(x + (11 if cell.line else 6), middle)
            if cell.line:
                painter.setPen(
                    QPen(QColor(cell.icon_colour), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
                )
                painter.drawLine(QPointF(x, middle), QPointF(x + 5, middle))
                painter.drawLine(QPointF(x + 17, middle), QPointF(x + 22, middle))
            paint_icon(painter, cell.icon, sign, cell.icon_colour, 0.85)
            x += 30 if cell.line else 18
        if cell.latex:
            self._paint_formula(painter, cell, QRectF(x, box.top(), box.right() - x, box.height()))
            return
        if cell.lead:
            painter.setPen(QColor(self._theme.ink))
            draw_figures(painter, x, middle + 4, cell.lead, kept_font(12.5, QFont.Weight.Bold))
            x += _lead_width(cell)
        painter.setPen(QColor(colour))
        draw_figures(painter, x, middle + 4, cell.text, _font_of(cell))

    def _paint_formula(self, painter: QPainter, cell: Cell, box: QRectF) -> None:
        """Draw a formula from the left of `box`, smaller if it is too long, and cut off at the least size."""
        shown = formula(cell.latex, _FORMULA, self._colour(cell))
        scale = min(max(box.width() / shown.width, _SMALLEST / _FORMULA), box.height() / shown.height, 1.0)
        middle = int(box.center().y())
        y = middle - shown.height * scale / 2 + shown.baseline * scale
        painter.save()
        if shown.width * scale > box.width() + 1:
            painter.setFont(self.font())
            painter.setPen(QColor(self._colour(cell)))
            box.setRight(box.right() - QFontMetricsF(self.font()).horizontalAdvance(_CUT))
            painter.drawText(QPointF(box.right(), middle + 4), _CUT)
            painter.setClipRect(box)
        shown.paint(painter, round(box.left()), round(y), scale)
        painter.restore()

    def _row_at(self, y: float) -> int | None:
        row = int((y - self._head) // self._row_height)
        return row if 0 <= row < len(self._rows) else None

    def _aim_at(self, row: int) -> None:
        """Let another key go on from a row that was proposed just now, until it is shown or turned down."""
        self._aim = row
        self._forgetting.start()

    def _forget_aim(self) -> None:
        self._aim = self._selected

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tick the box or pick the row under the pointer."""
        row = self._row_at(event.position().y())
        if row is None or not self._selectable:
            return
        if self._checkable and event.position().x() < self._inset + _CHECK + 4:
            self.row_checked.emit(row, not self._checked[row])
        else:
            self.row_chosen.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pick with the arrow keys; tick with Space, which after a click goes on to play or pause."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        current = self._aim or 0
        if step is not None and self._rows:
            self.ringed = True
            self.row_chosen.emit(min(max(current + step, 0), len(self._rows) - 1))
        elif event.key() == Qt.Key.Key_Space and self.ringed and self._checkable and self._checked:
            self.row_checked.emit(current, not self._checked[current])
        else:
            super().keyPressEvent(event)


_FLAGS = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "centre": Qt.AlignmentFlag.AlignHCenter,
}


def _aligned(align: str, left: float, right: float, width: float) -> float:
    if align == "left":
        return left
    if align == "right":
        return right - width
    return (left + right - width) / 2


@lru_cache(maxsize=2048)
def _width_of(cell: Cell, colour: str) -> float:
    """Give the width of what stands in a cell."""
    if cell.latex:
        width = formula(cell.latex, _FORMULA, colour).width
    else:
        width = figures_width(cell.text, _font_of(cell)) + _lead_width(cell)
    return width + (30 if cell.line else 18 if cell.icon else 0)


@lru_cache(maxsize=2048)
def _reach(cell: Cell, colour: str, align: str, span: tuple[float, float]) -> tuple[int, int]:
    """Give left and width of the pixels that a cell in a column from here to there may touch."""
    width = _width_of(cell, colour)
    start = _aligned(align, *span, width)
    left, right = floor(min(start, span[0])) - 1, ceil(max(start + width, span[1])) + 1
    return left, right - left


def _lead_width(cell: Cell) -> float:
    return text_width(cell.lead, 12.5, QFont.Weight.Bold) + 4 if cell.lead else 0.0


def _font_of(cell: Cell) -> QFont:
    return kept_font(12.5, QFont.Weight.DemiBold if cell.bold else QFont.Weight.Normal)
