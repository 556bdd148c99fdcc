"""The row of tabs, with the examples of the current one at its right end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QTabBar, QWidget

from gui.theme import FOCUS_RING, RADIUS, TAB_HEIGHT, Theme, ui_font

if TYPE_CHECKING:
    from gui.tab import ExampleGroup

_PADDING = 14
_UNDERLINE_OVERHANG = 4
_UNDERLINE_HEIGHT = 2


def _draw_focus_ring(painter: QPainter, rect: QRect, theme: Theme) -> None:
    painter.setPen(QPen(QColor(theme.ink), FOCUS_RING))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), RADIUS, RADIUS)


class _TextTabs(QTabBar):
    """Tabs that are words, with a line under the current one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._hovered = -1
        self.setAccessibleName("Tabs")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setFixedHeight(TAB_HEIGHT)

    def tabSizeHint(self, index: int) -> QSize:
        """Qt: every tab is as wide as it is when current, so that none moves."""
        width = QFontMetrics(ui_font(13, QFont.Weight.DemiBold)).horizontalAdvance(self.tabText(index))
        return QSize(width + 2 * _PADDING, TAB_HEIGHT)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Qt: a tab is never narrower than its word."""
        return self.tabSizeHint(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: light up the tab under the pointer."""
        super().mouseMoveEvent(event)
        self._hover(self.tabAt(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: no tab is under the pointer any more."""
        super().leaveEvent(event)
        self._hover(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the words, the underline and the focus ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self.count()):
            self._paint_tab(painter, index)

    def _hover(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.update()

    def _paint_tab(self, painter: QPainter, index: int) -> None:
        theme, rect = self._theme, self.tabRect(index)
        current = index == self.currentIndex()
        painter.setFont(ui_font(13, QFont.Weight.DemiBold if current else QFont.Weight.Medium))
        painter.setPen(QColor(theme.ink if current or index == self._hovered else theme.muted))
        painter.drawText(rect.adjusted(0, 0, 0, -2), Qt.AlignmentFlag.AlignCenter, self.tabText(index))
        if not current:
            return
        inset = _PADDING - _UNDERLINE_OVERHANG
        top = TAB_HEIGHT - _UNDERLINE_HEIGHT
        painter.fillRect(
            QRect(rect.x() + inset, top, rect.width() - 2 * inset, _UNDERLINE_HEIGHT), QColor(theme.ink)
        )
        if self.hasFocus():
            _draw_focus_ring(painter, rect.adjusted(2, 3, -2, -5), theme)


class _MenuButton(QPushButton):
    """A word and a chevron that opens a menu."""

    def __init__(self, text: str, theme: Theme) -> None:
        super().__init__(text)
        self._theme = theme
        self.setFont(ui_font(13, QFont.Weight.Medium))
        self.setFlat(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        width = QFontMetrics(self.font()).horizontalAdvance(text)
        self.setFixedSize(width + 33, TAB_HEIGHT - 6)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Qt: light up."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: dim again."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the word, the chevron and the focus ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self._theme.ink if self.underMouse() or self.isDown() else self._theme.second)
        painter.setPen(colour)
        words = self.rect().adjusted(8, 0, 0, -3)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        centre = QPointF(self.width() - 14, self.height() / 2 - 0.5)
        pen = QPen(colour, 1.75)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(
            [centre + QPointF(-3.5, -1.75), centre + QPointF(0, 1.75), centre + QPointF(3.5, -1.75)]
        )
        if self.hasFocus():
            _draw_focus_ring(painter, self.rect(), self._theme)


class TabRow(QWidget):
    """The tabs and the examples menu; shows what it is told and says what was picked.

    Signals
    -------
    chosen : str
        The key of the tab that the user picked.
    example_chosen : str
        The key of the example that the user picked.
    """

    chosen = Signal(str)
    example_chosen = Signal(str)

    def __init__(self, titles: Sequence[tuple[str, str]], theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._keys = [key for key, _ in titles]
        self._tabs = _TextTabs(theme)
        for _, title in titles:
            self._tabs.addTab(title)
        self._tabs.currentChanged.connect(lambda index: self.chosen.emit(self._keys[index]))
        self._examples = _MenuButton("Examples", theme)
        self._menu = QMenu(self)
        self._examples.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 11, 0)
        row.setSpacing(0)
        row.addWidget(self._tabs)
        row.addStretch()
        row.addWidget(self._examples)
        self.setFixedHeight(TAB_HEIGHT)

    @property
    def has_tab_focus(self) -> bool:
        """Whether the keyboard moves along the tabs just now."""
        return self._tabs.hasFocus()

    def show_current(self, key: str, examples: Sequence[ExampleGroup]) -> None:
        """Mark the tab ``key`` and offer its examples."""
        self._tabs.setCurrentIndex(self._keys.index(key))
        self._menu.clear()
        for title, entries in examples:
            if not self._menu.isEmpty():
                self._menu.addSeparator()
            self._menu.addAction(title).setEnabled(False)
            for example, text in entries:
                action = self._menu.addAction(text.replace("&", "&&"))
                action.triggered.connect(lambda _=False, example=example: self.example_chosen.emit(example))
        self._examples.setVisible(bool(examples))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the line that the tabs stand on."""
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(self._theme.border))
