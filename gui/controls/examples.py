"""The list of ready-made formulas that drops from an expression field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from gui.controls.popup import Popup
from gui.formula import formula, plain_text
from gui.theme import RADIUS, Theme, ui_font

ExampleGroups = Sequence[tuple[str, Sequence[tuple[str, str, str]]]]
"""(group title, [(key, LaTeX, remark), ...]) for each group."""

_ROW = 32
_TITLE = 27
_INSET = 5
_TALLEST = 420


@dataclass(frozen=True)
class _Row:
    top: int
    height: int
    key: str
    latex: str
    text: str


class _ExampleRows(QWidget):
    """Paints the rows that are in view, so that a long list opens at once."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, groups: ExampleGroups, lines: Mapping[str, str]) -> None:
        super().__init__()
        self._theme = theme
        self._lines = lines
        self._rows: list[_Row] = []
        self.current = ""
        top = 3
        for title, examples in groups:
            self._rows.append(_Row(top, _TITLE, "", "", title))
            top += _TITLE
            for key, latex, remark in examples:
                self._rows.append(_Row(top, _ROW, key, latex, remark))
                top += _ROW
        self.setFixedHeight(top + 4)
        self.setMouseTracking(True)

    @property
    def keys(self) -> list[str]:
        """The keys of all examples, from the top."""
        return [row.key for row in self._rows if row.key]

    def row_rect(self, key: str) -> QRectF:
        """Give the place of the row `key`."""
        row = next(row for row in self._rows if row.key == key)
        return QRectF(_INSET, row.top, self.width() - 2 * _INSET, row.height)

    def show_current(self, key: str) -> None:
        """Highlight the row `key`."""
        if key != self.current:
            self.current = key
            row = next((row for row in self._rows if row.key == key), None)
            line = self._lines.get(key, "")
            self.setAccessibleName(f"{plain_text(row.latex)} {row.text} {line}".strip() if row else "")
            self.setToolTip(line)
            self.update()

    def _key_at(self, y: float) -> str:
        return next((row.key for row in self._rows if row.top <= y < row.top + row.height), "")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Highlight the row under the pointer."""
        key = self._key_at(event.position().y())
        if key:
            self.show_current(key)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the row under the pointer."""
        key = self._key_at(event.position().y())
        if key:
            self.chosen.emit(key)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows that intersect the dirty part."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(12.5))
        middle = Qt.AlignmentFlag.AlignVCenter
        for row in self._rows:
            box = QRectF(13, row.top, self.width() - 26, row.height)
            if not box.intersects(event.rect()):
                continue
            if not row.key:
                painter.setPen(QColor(theme.muted))
                painter.drawText(box, middle | Qt.AlignmentFlag.AlignLeft, row.text)
                continue
            if row.key == self.current:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.selected))
                painter.drawRoundedRect(self.row_rect(row.key), RADIUS, RADIUS)
            painter.setPen(QColor(theme.muted))
            painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, row.text)
            shown = formula(row.latex, 14.5, theme.ink)
            room = box.width() - painter.fontMetrics().horizontalAdvance(row.text) - 12
            scale = min(1.0, room / shown.width, (_ROW - 2) / shown.height)
            y = box.center().y() - shown.height * scale / 2 + shown.baseline * scale
            shown.paint(painter, box.left(), round(y), scale)


class ExamplesPopup(Popup):
    """The list, as a popup under its field: mouse or arrow keys, Return chooses, Esc closes.

    Parameters
    ----------
    groups
        The examples.
    lines
        What to say of some of them while the pointer rests on them, by key.

    Attributes
    ----------
    chosen : Signal
        str; the key of the chosen example.
    """

    chosen = Signal(str)

    def __init__(
        self, theme: Theme, groups: ExampleGroups, lines: Mapping[str, str], parent: QWidget
    ) -> None:
        super().__init__(theme, parent)
        self.rows = _ExampleRows(theme, groups, lines)
        self.rows.chosen.connect(self._choose)
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(self.rows)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        self.rows.setAutoFillBackground(False)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(self._scroll)

    def open_under(self, field: QWidget, current: str) -> None:
        """Open below `field`, as wide as it, at the example `current`."""
        below = field.mapToGlobal(QPoint(0, field.height() + 3))
        screen = field.screen().availableGeometry()
        height = min(self.rows.height() + 2, _TALLEST, max(160, screen.bottom() - below.y() - 8))
        self.setGeometry(below.x(), below.y(), field.width(), height)
        keys = self.rows.keys
        self.rows.show_current(current if current in keys else keys[0] if keys else "")
        self.show()
        self.setFocus()
        self._reveal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrow keys, choose with Return."""
        keys = self.rows.keys
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(
            Qt.Key(event.key())
        )
        if step is not None and keys:
            at = keys.index(self.rows.current) + step
            self.rows.show_current(keys[min(max(at, 0), len(keys) - 1)])
            self._reveal()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.rows.current:
            self._choose(self.rows.current)
        else:
            super().keyPressEvent(event)

    def _reveal(self) -> None:
        if self.rows.current:
            row = self.rows.row_rect(self.rows.current)
            self._scroll.ensureVisible(0, int(row.center().y()), 0, 40)

    def _choose(self, key: str) -> None:
        self.hide()
        self.chosen.emit(key)

    def sizeHint(self) -> QSize:
        """Give the whole list."""
        return QSize(300, min(self.rows.height() + 2, _TALLEST))
