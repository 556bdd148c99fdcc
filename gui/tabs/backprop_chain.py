"""The chain rule of one input, its factors standing under the nodes of the graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.scenes.backprop import BackpropScene
from core.scenes.backprop_chain import Factor, Way
from gui.controls import Choice, Segmented, text_label
from gui.controls.figures import draw_figures, figures_width
from gui.formula import formula
from gui.graph_items import short_number, tight_number
from gui.tabs.backprop_narration import factor_latex, spoken
from gui.theme import NARROW_WINDOW, PANE_HEADER_HEIGHT, Theme, mixed, ui_font

_MOST_SEGMENTS = 7
_ROWS = (0.163, 0.398, 0.588, 0.702, 0.823)
"""Heights of fraction, rule, number, rule line and running product, as shares of the pane."""


class ChainHeader(QWidget):
    """The title line: chain rule for [w | b | x | y], and how to read it.

    Attributes
    ----------
    chosen : Signal
        str; the input that the person picked.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedHeight(PANE_HEADER_HEIGHT)
        self._for = text_label("for", theme.muted, 12)
        self.segments = Segmented(theme, (("", ""),), name="Input of the chain rule")
        self.choice = Choice(theme, (), name="Input of the chain rule")
        self.remark = text_label("", theme.muted, 12)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 16, 0)
        row.setSpacing(9)
        row.addWidget(text_label("Chain rule", theme.ink, 12, QFont.Weight.DemiBold))
        row.addWidget(self._for)
        row.addWidget(self.segments)
        row.addWidget(self.choice)
        row.addStretch(1)
        self.remark.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.remark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.remark, 1000)
        self.segments.chosen.connect(self.chosen)
        self.choice.chosen.connect(self.chosen)

    def show_scene(self, scene: BackpropScene) -> None:
        """Show the choices and which is chosen; emits nothing."""
        inputs = scene.inputs
        few = 0 < len(inputs) <= _MOST_SEGMENTS
        self.segments.setVisible(few)
        self.choice.setVisible(len(inputs) > _MOST_SEGMENTS)
        if few:
            self.segments.show_options([(each.name, each.latex) for each in inputs])
            self.segments.show_choice(scene.chain.chosen)
        else:
            self.choice.show_options([(each.name, each.name) for each in inputs])
            self.choice.show_choice(scene.chain.chosen)
        self.remark.setText(scene.chain.remark)
        self._hide_words()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out words that a narrow window has no room for."""
        self._hide_words()

    def _hide_words(self) -> None:
        wide = self.window().width() >= NARROW_WINDOW
        self._for.setVisible(wide)
        self.remark.setVisible(wide or "stands under" not in self.remark.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill the background."""
        QPainter(self).fillRect(self.rect(), QColor(self._theme.plot))


class ChainView(QWidget):
    """Factors, rules, numbers and the product that runs right to left; or a sum over several ways."""

    def __init__(self, theme: Theme, x_of: Callable[[int], float], parent: QWidget | None = None) -> None:
        """Build; `x_of` tells where a node of the graph stands."""
        super().__init__(parent)
        self._theme = theme
        self._x_of = x_of
        self._scene: BackpropScene | None = None
        self._decimals, self._spacing = 4, 150.0
        self.setMinimumHeight(110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_scene(self, scene: BackpropScene, decimals: int, spacing: float) -> None:
        """Show the chain rule, with as many decimals as the graph, in its columns."""
        self._scene, self._decimals, self._spacing = scene, decimals, spacing
        self.setAccessibleName(spoken(scene.chain.derivative))
        self.setAccessibleDescription("; ".join(" ".join(row) for row in self.texts()))
        self.update()

    def texts(self) -> list[list[str]]:
        """Give what a person reads: for one way its columns, for several one row each and their sum."""
        if self._scene is None:
            return []
        chain = self._scene.chain
        if chain.factors:
            return [
                [
                    spoken(each.derivative),
                    spoken(each.rule),
                    *map(self._short, (each.local, each.running)),
                ]
                for each in chain.factors
            ]
        rows = [
            [spoken(way.latex), " · ".join(map(self._short, way.locals)), self._short(way.product)]
            for way in chain.ways
        ]
        return [*rows, [spoken(chain.derivative), self._short(chain.total)]]

    def _short(self, value: float | None) -> str:
        return "" if value is None else short_number(value, self._decimals)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the product or the sum."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        if self._scene is None:
            return
        if self._scene.chain.factors:
            self._paint_product(painter, self._scene)
        elif self._scene.chain.node >= 0:
            self._paint_sum(painter, self._scene)
        else:
            self._words(painter, 14, 24, self._scene.chain.remark, self._theme.muted)

    # One way.

    def _paint_product(self, painter: QPainter, scene: BackpropScene) -> None:
        theme, chain = self._theme, scene.chain
        height = self.height()
        rows = [height * share for share in _ROWS]
        scale = min(1.0, self._spacing / 100.0)
        columns = [self._x_of(factor.node) for factor in chain.factors]
        start = self._x_of(chain.node)
        self._paint_highlight(painter, scene, columns, scale)
        painter.fillRect(QRectF(20, round(rows[3]), self.width() - 40, 1), QColor(theme.border))
        self._formula(painter, chain.derivative, 18, theme.derivative.text, start, rows[0], scale)
        equals = start + 0.4 * (columns[0] - start)
        for row in rows[:3]:
            self._formula(painter, "=", 16, theme.ink, equals, row, scale)
        for k, (factor, x) in enumerate(zip(chain.factors, columns, strict=True)):
            if k:
                for row in rows[:3]:
                    self._formula(painter, r"\cdot", 16, theme.ink, (columns[k - 1] + x) / 2, row, scale)
            if -80 < x < self.width() + 80:
                self._paint_factor(painter, factor, x, rows, scale)
        self._paint_running(painter, scene, start, columns, rows[4], scale)

    def _paint_highlight(
        self, painter: QPainter, scene: BackpropScene, columns: Sequence[float], scale: float
    ) -> None:
        progress, chain = scene.progress, scene.chain
        hue = self._theme.derivative if progress.direction == "backward" else self._theme.function
        for factor, x in zip(chain.factors, columns, strict=True):
            if factor.node == progress.current:
                half = min(58.0, self._spacing * 0.435) if self._spacing > 90 else 45 * scale
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(mixed(hue.mark, self._theme.plot, 0.08)))
                painter.drawRoundedRect(QRectF(x - half, 4, 2 * half, self.height() - 14), 8, 8)

    def _paint_factor(
        self, painter: QPainter, factor: Factor, x: float, rows: Sequence[float], scale: float
    ) -> None:
        theme = self._theme
        room = self._spacing - 22 * scale
        colour = theme.ink if factor.is_number else theme.function.text
        self._formula(painter, factor.derivative, 18, theme.ink, x, rows[0], scale, room)
        self._formula(painter, factor.rule, 16, colour, x, rows[1], scale, room)
        if factor.local is not None:
            number = factor_latex(factor.local, self._decimals)
            if number.startswith("{-"):
                number = rf"({number})"
            self._formula(painter, number, 16, colour, x, rows[2], scale, room)

    def _paint_running(
        self,
        painter: QPainter,
        scene: BackpropScene,
        start: float,
        columns: Sequence[float],
        y: float,
        scale: float,
    ) -> None:
        """Draw the running product under each column, and arrows from each to the one left of it."""
        chain, colour = scene.chain, self._theme.derivative.text
        big, usual = (ui_font(max(8, round(size * scale)), QFont.Weight.DemiBold) for size in (16, 13))
        if self._decimals < 4:
            big = usual
        numbers = [(start, chain.total, big)]
        numbers += [(x, factor.running, usual) for x, factor in zip(columns, chain.factors, strict=True)]
        edges = []
        for x, value, font in numbers:
            text = "" if value is None else tight_number(value, self._decimals)
            width = figures_width(text, font)
            painter.setPen(QColor(colour))
            draw_figures(painter, x - width / 2, y + 4.8, text, font)
            edges.append((x - width / 2, x + width / 2, bool(text)))
        for k, ((_, left, known), (right, _, _)) in enumerate(pairwise(edges)):
            if known:
                self._paint_arrow(painter, right - 5, left + 6, y, 2.0 if k == 0 else 1.25)
        if edges[-1][2] and edges[-1][1] + 44 < self.width():
            x = min(edges[-1][1] + 37, self.width() - 13.0)
            draw_figures(painter, x - 4, y + 4.8, "1", usual)
            self._paint_arrow(painter, x - 10, edges[-1][1] + 6, y, 1.25)

    def _paint_arrow(self, painter: QPainter, start: float, end: float, y: float, width: float) -> None:
        if start - end < 8:
            return
        painter.setPen(QPen(QColor(self._theme.derivative.mark), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        y = round(y) + 0.5
        painter.drawLine(QPointF(start, y), QPointF(end, y))
        size = 4 + width
        painter.drawPolyline(
            [QPointF(end + size, y - size * 0.7), QPointF(end, y), QPointF(end + size, y + size * 0.7)]
        )

    # Several ways.

    def _paint_sum(self, painter: QPainter, scene: BackpropScene) -> None:
        chain, theme = scene.chain, self._theme
        rows = len(chain.ways) + 1 + (chain.count > len(chain.ways))
        pitch = min(30.0, (self.height() - 22) / max(rows + 0.6, 1))
        scale = min(1.0, pitch / 22)
        widths = [formula(way.latex, 15, theme.ink).width for way in chain.ways]
        indent = 30 + max(widths, default=0) * scale + 26
        y = pitch * 0.8
        for way in chain.ways:
            self._paint_way(painter, way, y, indent, scale)
            y += pitch
        if chain.count > len(chain.ways):
            more = str(chain.count - len(chain.ways)) if chain.count < 1_000_000 else "many"
            self._words(painter, 30, y + 4, f"… and {more} more", theme.muted)
            y += pitch
        painter.fillRect(QRectF(20, round(y - pitch * 0.45), self.width() - 40, 1), QColor(theme.border))
        self._paint_total(painter, scene, y + max(14, pitch * 0.35), scale)

    def _paint_way(self, painter: QPainter, way: Way, y: float, indent: float, scale: float) -> None:
        theme = self._theme
        shown = formula(way.latex, 15, theme.ink)
        shown.paint(painter, 30, y + 5, scale)
        known = [value for value in way.locals if value is not None]
        text = " · ".join(_bracketed(self._short(value)) for value in known[:6])
        if len(known) > 6:
            text = f"{text} · …"
        font = ui_font(13)
        x = indent
        painter.setPen(QColor(theme.function.text))
        draw_figures(painter, x, y + 5, text, font)
        x += figures_width(text, font) + 10
        if way.product is not None:
            painter.setPen(QColor(theme.derivative.text))
            text = f"= {self._short(way.product)}"
            draw_figures(painter, x, y + 5, text, ui_font(13, QFont.Weight.DemiBold))

    def _paint_total(self, painter: QPainter, scene: BackpropScene, y: float, scale: float) -> None:
        chain, theme = scene.chain, self._theme
        left = formula(chain.derivative, 16, theme.derivative.text)
        left.paint(painter, 30, y - left.height * scale / 2 + left.baseline * scale, scale)
        if chain.total is None:
            return
        parts = [way.product for way in chain.ways if way.product is not None]
        text = f"= {tight_number(chain.total, self._decimals)}"
        if 1 < len(parts) == chain.count and not math.isnan(chain.total):
            terms = " + ".join(self._short(part) for part in parts).replace("+ −", "− ")
            text = f"= {terms} {text}"
        painter.setPen(QColor(theme.derivative.text))
        draw_figures(painter, 40 + left.width * scale, y + 5, text, ui_font(14, QFont.Weight.DemiBold))

    def _formula(
        self,
        painter: QPainter,
        latex: str,
        size: float,
        colour: str,
        x: float,
        y: float,
        scale: float,
        room: float = 1e9,
    ) -> None:
        shown = formula(latex, size, colour)
        scale = min(scale, room / shown.width)
        top = y - shown.height * scale / 2
        shown.paint(painter, x - shown.width * scale / 2, top + shown.baseline * scale, scale)

    def _words(self, painter: QPainter, x: float, y: float, text: str, colour: str) -> None:
        painter.setPen(QColor(colour))
        draw_figures(painter, x, y, text, ui_font(12.5))


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("−") else text


class ChainPane(QWidget):
    """Header and strip.

    Attributes
    ----------
    header : ChainHeader
        The choice of the input.
    view : ChainView
        The rule itself.
    """

    def __init__(self, theme: Theme, x_of: Callable[[int], float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.header = ChainHeader(theme)
        self.view = ChainView(theme, x_of)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.view, 1)
