"""The two kinds of thing in a drawn graph: nodes, and edges with their numbers."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from core.scenes.backprop import EdgeState, NodeState
from core.scenes.backprop_graph import CONSTANT, INPUT, GraphEdge, GraphNode
from gui.controls.figures import draw_figures, figures_width
from gui.formula import formula
from gui.graph_geometry import MARGIN, Route, sum_rect
from gui.graph_labels import PILL_HEIGHT, clearance
from gui.numbers import MINUS, format_number, latex_number
from gui.theme import FOCUS_RING, Theme, mixed, ui_font

_HALO = 5.0
READABLE = 0.62
"""Below this scale, only the numbers of the present step are shown, and are drawn larger than the rest."""
_LARGEST_NUMBERS = 1.6


def tight_number(value: float, digits: int = 4) -> str:
    """Write a number with so many decimals; with two, powers of ten are short too: 3e−30."""
    text = format_number(value, digits)
    return f"{value:.0e}".replace("-", MINUS) if "×" in text and digits < 4 else text


def short_number(value: float, digits: int = 4) -> str:
    """Write a number without zeros at its end: 2, 0.5, −0.4995."""
    text = tight_number(value, digits)
    mantissa, times, power = text.partition(" ×")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + times + power


class NodeItem(QGraphicsItem):
    """An input (round), a constant (small) or an operation (a box with symbol and letter).

    Attributes
    ----------
    node : GraphNode
        What it stands for.
    """

    def __init__(self, theme: Theme, node: GraphNode, is_output: bool, letter: str) -> None:
        super().__init__()
        self.node = node
        self._theme = theme
        self._is_output = is_output
        self._letter = letter
        self._size = QRectF(-28, -25, 56, 50)
        self._sum_side = -1
        self._shown: tuple[Any, ...] = (None, False, "", False, False, 4)
        self.setZValue(2)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def place(self, box: QRectF, sum_side: int) -> None:
        """Stand in this rectangle, with a sum of gradients above (−1), below (1) or nowhere (0)."""
        self.prepareGeometryChange()
        self._sum_side = sum_side
        self.setPos(box.center())
        self._size = box.translated(-box.center())

    def show_state(
        self, state: NodeState, *, seed: bool, current: str, selected: bool, focused: bool, decimals: int
    ) -> None:
        """Show the numbers at the node; `current` is the pass that is at it, or empty."""
        shown = (state, seed, current, selected, focused, decimals)
        if shown != self._shown:
            self._shown = shown
            self.setToolTip(self.node.rule)
            self.update()

    def boundingRect(self) -> QRectF:
        """Give the box, with room for halo and labels."""
        if self._is_output or self.node.kind != CONSTANT:
            return self._size.adjusted(-190, -50, 190, 54)
        return self._size.adjusted(-8, -8, 8, 8)

    def shape(self) -> QPainterPath:
        """Only the box itself takes clicks."""
        path = QPainterPath()
        path.addRect(self._size)
        return path

    def labels(self) -> tuple[str, str]:
        """Give the texts above and below the node, as they read."""
        state, seed = self._shown[0], self._shown[1]
        if state is None:
            return "", ""
        above = format_number(state.value) if self._is_output and state.value is not None else ""
        if self._is_output:
            return above, "1" if seed else ""
        return above, self._sum(state)

    def _sum(self, state: NodeState) -> str:
        if not state.shares:
            return ""
        if state.gradient is not None and math.isnan(state.gradient):
            return "none"
        terms = " + ".join(short_number(share, self._shown[5]) for share in state.shares[:4])
        terms = terms.replace("+ −", "− ")
        if state.gradient is None:
            return f"{terms} + …"
        total = short_number(state.gradient, self._shown[5])
        return f"{terms} = {total}" if len(state.shares) <= 4 else f"sum of {len(state.shares)}: {total}"

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw halo, box, symbol, letter and the labels above and below."""
        _, _, current, selected, focused, _ = self._shown
        theme, box = self._theme, self._size
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = box.height() / 2 if self.node.kind != "operation" else 9.0
        hue = theme.derivative.mark if current == "backward" else theme.function.mark
        painter.setPen(Qt.PenStyle.NoPen)
        if current:
            painter.setBrush(QColor(mixed(hue, theme.plot, 0.2)))
            halo = box.adjusted(-_HALO, -_HALO, _HALO, _HALO)
            painter.drawRoundedRect(halo, radius + _HALO, radius + _HALO)
        border, width = theme.border, 1.5
        if current:
            border, width = hue, 2.5
        elif self._is_output:
            border, width = theme.loss.mark, 2.0
        painter.setPen(QPen(QColor(border), width))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(box, radius, radius)
        if selected:
            reach = 3.5 if not current else 5.5
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.ink), FOCUS_RING if focused else 1.25))
            ring = box.adjusted(-reach, -reach, reach, reach)
            painter.drawRoundedRect(ring, radius + reach, radius + reach)
        self._paint_name(painter)
        zoom = painter.worldTransform().m11() / painter.device().devicePixelRatio()
        if zoom >= READABLE or current or self._is_output:
            self._paint_labels(painter)

    def _paint_name(self, painter: QPainter) -> None:
        theme, box, node = self._theme, self._size, self.node
        if node.kind == INPUT:
            _paint_letter(painter, node.latex, 20 if box.height() > 45 else 18, theme.ink)
        elif node.kind == CONSTANT:
            _centred(painter, node.latex, 14, theme.muted, QPointF(0, 0), box.width() - 10)
        else:
            small = box.height() < 55
            above, below = (-9.0, 12.5) if small else (-9.5, 15.0)
            _centred(
                painter, node.symbol, 17 if small else 19, theme.ink, QPointF(0, above), box.width() - 10
            )
            colour = theme.loss.text if self._is_output else theme.second
            _paint_letter(painter, node.latex, 15.5, colour, below + 5)

    def _paint_labels(self, painter: QPainter) -> None:
        theme, box = self._theme, self._size
        state, seed = self._shown[:2]
        if state is None:
            return
        if self._is_output and state.value is not None:
            value = latex_number(state.value, 4)
            _centred(
                painter, f"{self._letter} = {value}", 15, theme.loss.text, QPointF(0, box.top() - 19), 200
            )
        letter = self.node.latex if self.node.kind != CONSTANT else self._letter
        derivative = rf"\frac{{{{\partial}} {self._letter}}}{{{{\partial}} {letter}}}"
        if self._is_output:
            if seed:
                one = rf"\frac{{{{\partial}} {self._letter}}}{{{{\partial}} {self._letter}}} = 1"
                _centred(painter, one, 14, theme.derivative.text, QPointF(0, box.bottom() + 26), 120)
        elif (text := self._sum(state)) and self._sum_side:
            shown = formula(derivative, 13.5, theme.derivative.text)
            font = ui_font(12.5, QFont.Weight.DemiBold)
            text = f"= {text}"
            width = shown.width + 6 + figures_width(text, font)
            place = sum_rect(box, self._sum_side, width, MARGIN - self.pos().x())
            left, middle = place.left(), place.center().y()
            shown.paint(painter, left, middle - shown.height / 2 + shown.baseline)
            painter.setPen(QColor(theme.derivative.text))
            draw_figures(painter, left + shown.width + 6, middle + 4.5, text, font)


class EdgeItem(QGraphicsItem):
    """An operand: forward arrow and value, the local derivative in a pill, backward arrow and gradient.

    Attributes
    ----------
    edge : GraphEdge
        What it stands for.
    """

    def __init__(self, theme: Theme, edge: GraphEdge) -> None:
        super().__init__()
        self.edge = edge
        self._theme = theme
        self._route: Route | None = None
        self._bounds = QRectF()
        self._shown: tuple[EdgeState | None, str, bool, int] = (None, "", False, 4)

    def place(self, route: Route) -> None:
        """Run along this way."""
        self.prepareGeometryChange()
        self._route = route
        bounds = route.forward.boundingRect().united(route.backward.boundingRect())
        self._bounds = bounds.adjusted(-160, -100, 160, 100)

    def show_state(self, state: EdgeState, *, direction: str, computed: bool, decimals: int) -> None:
        """Show the numbers; `computed` says whether the forward pass has been through."""
        shown = (state, direction if state.is_current else "", computed, decimals)
        if shown != self._shown:
            self._shown = shown
            self.setZValue(1 if state.is_current else 0)
            self.update()

    def boundingRect(self) -> QRectF:
        """Give the arrows' rectangle, with room for the labels."""
        return self._bounds

    def labels(self) -> tuple[str, str, str]:
        """Give value, local derivative and gradient as they read; empty where not reached."""
        state, _, _, decimals = self._shown
        if state is None:
            return "", "", ""
        return (
            "" if state.value is None else tight_number(state.value, decimals),
            "" if state.local is None else f"× {short_number(state.local, decimals)}",
            "" if state.gradient is None else tight_number(state.gradient, decimals),
        )

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Draw both arrows, the pill and the two numbers."""
        state, direction, computed, _ = self._shown
        route, theme = self._route, self._theme
        if route is None or state is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        value, local, gradient = self.labels()
        strong = 2.25
        forward = theme.function.mark if computed else theme.border
        if not self.edge.active and computed:
            forward = mixed(theme.function.mark, theme.plot, 0.55)
        _arrow(painter, route.forward, forward, strong if direction == "forward" else 1.6)
        if self.edge.active:
            backward = theme.derivative.mark if gradient else theme.border
            _arrow(painter, route.backward, backward, strong if direction == "backward" else 1.6)
        zoom = painter.worldTransform().m11() / painter.device().devicePixelRatio()
        if zoom < READABLE and direction:
            larger = min(READABLE / zoom, _LARGEST_NUMBERS)
            painter.translate(route.middle * (1 - larger))
            painter.scale(larger, larger)
        if zoom >= READABLE or direction:
            self._paint_texts(painter, route, (value, local, gradient), direction)

    def _paint_texts(
        self, painter: QPainter, route: Route, texts: tuple[str, str, str], direction: str
    ) -> None:
        theme = self._theme
        value, local, gradient = texts
        small, bold = ui_font(11.5), ui_font(13, QFont.Weight.DemiBold)
        pill = QRectF()
        if local:
            width = figures_width(_close(local), small) + 15
            pill = QRectF(-width / 2, -PILL_HEIGHT / 2, width, PILL_HEIGHT).translated(route.middle)
            hue = {"forward": theme.function.mark, "backward": theme.derivative.mark}.get(direction)
            painter.setPen(QPen(QColor(hue or theme.border), 1.5 if hue else 1.0))
            painter.setBrush(QColor(theme.card))
            painter.drawRoundedRect(pill, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
            painter.setPen(QColor(theme.second))
            draw_figures(painter, pill.left() + 7.5, pill.center().y() + 4, _close(local), small)
        for text, side, colour in (
            (value, 1.0, theme.function.text),
            (gradient, -1.0, theme.derivative.text),
        ):
            if text:
                width = figures_width(text, bold)
                centre = route.middle + route.normal * (side * clearance(route.normal, width / 2, pill))
                painter.setPen(QColor(colour))
                draw_figures(painter, centre.x() - width / 2, centre.y() + 4.8, text, bold)


def _close(local: str) -> str:
    return local.replace("× ", "×\N{THIN SPACE}", 1)


def _arrow(painter: QPainter, line: QPolygonF, colour: str, width: float) -> None:
    """Draw a line with an open head at its end."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(
        QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin)
    )
    painter.drawPolyline(line)
    tip = line.at(line.count() - 1)
    back = tip - line.at(max(line.count() - 3, 0))
    length = max((back.x() ** 2 + back.y() ** 2) ** 0.5, 1e-6)
    along = back / length
    aside = QPointF(-along.y(), along.x())
    size = 5.5 + 0.6 * width
    painter.drawPolyline(
        QPolygonF([tip - along * size + aside * size * 0.6, tip, tip - along * size - aside * size * 0.6])
    )


def _centred(painter: QPainter, latex: str, size: float, colour: str, centre: QPointF, room: float) -> None:
    """Draw a formula about a point, smaller if it would be wider than `room`."""
    shown = formula(latex, size, colour)
    scale = min(1.0, room / shown.width)
    x = centre.x() - shown.width * scale / 2
    shown.paint(painter, x, centre.y() + (shown.baseline - shown.height / 2) * scale, scale)


def _paint_letter(
    painter: QPainter, latex: str, size: float, colour: str, baseline: float | None = None
) -> None:
    """Draw a letter about the origin; a subscript is put together from digits, which are cached."""
    letter, _, rest = latex.partition("_{")
    subscript = rest.removesuffix("}")
    if subscript and not subscript.isdigit():
        letter, subscript = latex, ""
    base = formula(letter, size, colour)
    if baseline is None:
        baseline = base.baseline - base.height / 2
    below = formula(subscript, size * 0.7, colour) if subscript else None
    x = -(base.width + (below.width if below else 0.0)) / 2
    base.paint(painter, x, baseline)
    if below:
        below.paint(painter, x + base.width, baseline + size * 0.2)
