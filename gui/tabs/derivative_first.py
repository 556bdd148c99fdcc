"""The first look of the Derivative tab: f, P and the tangent, where they will be once the tab is built."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFont, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from core.scenes.curves import slope_of
from core.scenes.derivative_state import DerivativeState, x_decimals
from core.scenes.fine_curves import fine_curves
from gui.numbers import format_place
from gui.plot_lines import Curve, Line
from gui.plot_marks import Marker
from gui.plots import Plot
from gui.tabs.layout import BELOW, BESIDE, column, lay_out, splitter
from gui.theme import INSPECTOR_WIDTH, NARROW_WINDOW, PANE_HEADER_HEIGHT, Theme, ui_font

WIDTHS = (639, 300)
HEIGHTS = (441, 270)
"""Proportions of the panes."""

TITLE = "Function"


class _FirstPlot(Plot):
    """A plot that tells when it has been painted."""

    painted = Signal()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell."""
        super().paintEvent(event)
        self.painted.emit()


class FirstLook(QWidget):
    """A page that is ready long before the tab, with the tab's main plot and room for all else.

    Parameters
    ----------
    theme
        Colours.
    state
        What is shown.

    Attributes
    ----------
    initial : DerivativeState
        The tab's first state.
    plot : Plot
        The function's plot.
    painted : Signal
        The plot can be seen.
    """

    initial = DerivativeState()

    def __init__(self, theme: Theme, state: DerivativeState) -> None:
        super().__init__()
        self.plot = _FirstPlot(theme)
        self.painted = self.plot.painted
        function = QWidget()
        function.setLayout(column(_title_strip(theme), self.plot))
        left = splitter(BELOW, (function, _blank(theme.plot)), HEIGHTS)
        self._right = splitter(BELOW, (_blank(theme.plot), _blank(theme.plot)), HEIGHTS)
        inspector = _blank(theme.panel)
        inspector.setFixedWidth(INSPECTOR_WIDTH)
        lay_out(self, splitter(BESIDE, (left, self._right), WIDTHS), inspector)
        self._draw(theme, state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out in a small window what the tab will leave out."""
        super().resizeEvent(event)
        self._right.setVisible(self.window().width() >= NARROW_WINDOW)

    def _draw(self, theme: Theme, state: DerivativeState) -> None:
        curve = fine_curves(state.formula, state.parameters, *state.view[:2]).curve
        slope = slope_of(state.formula, state.parameters, state.x)
        point = (state.x, slope.value)
        self.plot.show_view(state.view)
        self.plot.show_x_pill(
            state.x, format_place(state.x, x_decimals(state.view, state.x), state.view[1] - state.view[0])
        )
        self.plot.add(Curve(theme.function.mark)).show(curve.x, curve.y)
        self.plot.add(Line(theme.derivative.mark, 2.25), level=4.5).show(point, (1.0, slope.derivative))
        self.plot.add(Marker(theme.function.mark, size=6.5, ring=2.0), level=21.0).show(*point)


def _blank(colour: str) -> QWidget:
    """Give room for what is to come."""
    blank = QWidget()
    blank.setAutoFillBackground(True)
    colours = QPalette(blank.palette())
    colours.setColor(QPalette.ColorRole.Window, QColor(colour))
    blank.setPalette(colours)
    return blank


def _title_strip(theme: Theme) -> QWidget:
    """Give a header without its legend, which would have to be typeset."""
    title = QLabel(TITLE)
    title.setFont(ui_font(12, QFont.Weight.DemiBold))
    title.setFixedHeight(PANE_HEADER_HEIGHT)
    title.setContentsMargins(14, 0, 0, 2)
    title.setStyleSheet(f"background: {theme.plot}; color: {theme.ink}")
    return title
