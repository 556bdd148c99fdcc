"""The line at the foot of the window: what can be done here, or what went wrong."""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from gui.theme import NARROW_WINDOW, STATUS_HEIGHT, Theme, ui_font

MESSAGE_SECONDS = 10
_MARKUP = re.compile(r"<(kbd|b)>(.*?)</\1>")
_CAP_PADDING = 6
_CAP_HEIGHT = 17


@dataclass(frozen=True)
class Run:
    """A piece of a hint: ``kind`` is ``"text"``, ``"b"`` or ``"kbd"``."""

    kind: str
    text: str


def parse_hint(markup: str) -> tuple[Run, ...]:
    """Split text with ``<b>`` and ``<kbd>`` into its runs."""
    runs, end = [], 0
    for match in _MARKUP.finditer(markup):
        runs.append(Run("text", markup[end : match.start()]))
        runs.append(Run(match[1], match[2]))
        end = match.end()
    runs.append(Run("text", markup[end:]))
    return tuple(Run(run.kind, html.unescape(run.text)) for run in runs if run.text)


class HintText(QWidget):
    """One line of small text in which keys are drawn as caps."""

    def __init__(self, theme: Theme, pixel_size: float = 12) -> None:
        super().__init__()
        self._theme = theme
        self._runs: tuple[Run, ...] = ()
        self._colour = theme.muted
        self._fonts = {
            "text": ui_font(pixel_size),
            "b": ui_font(pixel_size, QFont.Weight.DemiBold),
            "kbd": ui_font(11),
        }
        self.setFixedHeight(STATUS_HEIGHT - 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """The words without markup."""
        return "".join(run.text for run in self._runs)

    def show_hint(self, markup: str) -> None:
        """Show text with ``<b>`` and ``<kbd>``."""
        self._show(parse_hint(markup), self._theme.muted)

    def show_plain(self, text: str, *, fault: bool = False) -> None:
        """Show text just as it is, in crimson where it tells of a fault."""
        self._show((Run("text", text),) if text else (), self._theme.fault.text if fault else self._theme.ink)

    def sizeHint(self) -> QSize:
        """Qt: as wide as the text."""
        return QSize(math.ceil(sum(self._width(run) for run in self._runs)), self.height())

    def minimumSizeHint(self) -> QSize:
        """Qt: the text gives way, it never widens the window."""
        return QSize(0, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw run after run, and … where the line is too short."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = 0.0
        for run in self._runs:
            width, left = self._width(run), self.width() - x
            if run.kind != "kbd":
                self._paint_words(painter, run, x, left)
            elif width <= left:
                self._paint_cap(painter, run, x, width)
            if width > left:
                break
            x += width

    def _show(self, runs: tuple[Run, ...], colour: str) -> None:
        self._runs, self._colour = runs, colour
        self.setAccessibleName(self.text)
        self.updateGeometry()
        self.update()

    def _width(self, run: Run) -> float:
        width = QFontMetricsF(self._fonts[run.kind]).horizontalAdvance(run.text)
        return max(width + 2 * _CAP_PADDING, _CAP_HEIGHT - 2) if run.kind == "kbd" else width

    def _paint_words(self, painter: QPainter, run: Run, x: float, left: float) -> None:
        metrics = QFontMetricsF(self._fonts[run.kind])
        text = run.text
        if metrics.horizontalAdvance(text) > left:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, left)
        painter.setFont(self._fonts[run.kind])
        painter.setPen(QColor(self._theme.second if run.kind == "b" else self._colour))
        baseline = (self.height() + metrics.capHeight()) / 2
        painter.drawText(QPointF(x, round(baseline)), text)

    def _paint_cap(self, painter: QPainter, run: Run, x: float, width: float) -> None:
        top = (self.height() - _CAP_HEIGHT) // 2
        cap = QRectF(round(x) + 0.5, top + 0.5, round(width) - 1, _CAP_HEIGHT - 1)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.setBrush(QColor(self._theme.button))
        painter.drawRoundedRect(cap, 4, 4)
        painter.setFont(self._fonts["kbd"])
        painter.setPen(QColor(self._theme.second))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, run.text)


class StatusBar(QWidget):
    """The hint at the left, the keys at the right; for some seconds a message in place of both."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._hint = ""
        self._left = HintText(theme)
        self._right = HintText(theme)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 12, 0)
        row.setSpacing(24)
        row.addWidget(self._left, 1)
        row.addWidget(self._right)
        self.setFixedHeight(STATUS_HEIGHT)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(1000 * MESSAGE_SECONDS)
        self._timer.timeout.connect(self._show_hint)

    @property
    def text(self) -> str:
        """What stands at the left: the message, or else the hint, without markup."""
        return self._left.text

    def show_hints(self, hint: str, keys: str) -> None:
        """Show a tab's hint and keys; a message that stood there goes."""
        self._hint = hint
        self._right.show_hint(keys)
        self._timer.stop()
        self._show_hint()

    def show_message(self, text: str, *, fault: bool = False) -> None:
        """Show ``text`` for some seconds."""
        self._left.show_plain(text, fault=fault)
        self._right.hide()
        self._timer.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the line above the text."""
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, QColor(self._theme.border))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: hide the keys in a narrow window."""
        super().resizeEvent(event)
        self._place_keys()

    def _show_hint(self) -> None:
        self._left.show_hint(self._hint)
        self._place_keys()

    def _place_keys(self) -> None:
        self._right.setVisible(self.window().width() >= NARROW_WINDOW and not self._timer.isActive())
