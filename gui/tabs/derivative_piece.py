"""The piece of a chosen step: coloured in the formula, and drawn thin in both plots of the Derivative tab."""

from __future__ import annotations

import math

from core.scenes.curves import Curve as CurvePoints
from core.scenes.derivative import DerivativeScene
from core.scenes.derivative_steps import Piece
from core.scenes.rule_steps import END_OF_MARK, MARK
from gui.label_places import Crowd, along, around, formula_size, put
from gui.plot_labels import Label
from gui.plot_lines import Curve, Line
from gui.plot_marks import Marker
from gui.plots import Plot
from gui.theme import Hue, Theme

WIDTH = 1.5
"""Pixels of the piece's lines: thinner than those of f and f′."""

NAME = 15

LONGEST_NAME = 130.0
"""A label with what the piece is may be so many pixels long, else it is only its letter."""

SHARES = (0.6, 0.75, 0.25, 0.4, 0.88, 0.12, 0.5, 0.95, 0.05)
"""Where along the curve its name is tried."""


def preview(scene: DerivativeScene, theme: Theme) -> tuple[str, str]:
    """Give f(x) = … and its colour; where a piece is chosen, the rest is grey."""
    colour = theme.function.text
    piece = scene.derivation.piece
    if piece is None or piece.is_whole or MARK not in piece.marked_latex:
        return scene.latex, colour
    start = rf"\textcolor{{{colour}}}{{"
    return piece.marked_latex.replace(MARK, start).replace(END_OF_MARK, "}"), theme.muted


class PieceOnPlot:
    """One curve of the piece with its name and its point, and with the tangent there.

    Parameters
    ----------
    plot
        Where it is drawn.
    hue
        Of the curve.
    tangent
        Colour of the tangent; none without one.
    """

    def __init__(self, plot: Plot, hue: Hue, tangent: str = "") -> None:
        self._plot = plot
        self._text = hue.text
        self._curve = plot.add(Curve(hue.mark, WIDTH), level=2.8)
        self._tangent = plot.add(Line(tangent, WIDTH, opacity=0.7), level=2.7) if tangent else None
        self._point = plot.add(Marker(hue.mark, size=4.0, ring=1), level=7.0)
        self._label = plot.add(Label(hue.text, NAME))
        self._points: CurvePoints | None = None
        self._slope = (math.nan, math.nan), math.nan

    def show_value(self, scene: DerivativeScene) -> None:
        """Draw the piece itself."""
        piece = scene.derivation.piece
        if piece is None or piece.is_whole:
            self._clear()
            return
        self._draw(piece.curve, scene.x, piece.slope.value)
        if self._tangent is not None:
            self._slope = (scene.x, piece.slope.value), piece.slope.derivative
            self._tangent.show(self._slope[0], (1.0, self._slope[1]))

    def show_derivative(self, scene: DerivativeScene) -> None:
        """Draw the derivative of the piece."""
        piece = scene.derivation.piece
        if piece is None or piece.is_whole:
            self._clear()
        else:
            self._draw(piece.slope_curve, scene.x, piece.slope.derivative)

    def _draw(self, points: CurvePoints, x: float, height: float) -> None:
        self._points = points
        self._curve.show(points.x, points.y)
        if math.isfinite(height):
            self._point.show(x, height)
        else:
            self._point.clear()

    def _clear(self) -> None:
        self._points = None
        self._curve.clear()
        self._point.clear()
        self._label.clear()
        if self._tangent is not None:
            self._tangent.clear()

    def crowd_in(self, crowd: Crowd) -> None:
        """Keep the labels of the plot away from the curve and its tangent."""
        if self._points is not None:
            crowd.add_points(self._points.x[::2], self._points.y[::2])
            if self._tangent is not None and math.isfinite(self._slope[1]):
                crowd.add_line(*self._slope)

    def write_name(self, crowd: Crowd, piece: Piece | None, *, primed: bool = False) -> None:
        """Name the curve where there is room, once everything else on the plot has its place."""
        if self._points is None or piece is None:
            return
        projection = self._plot.projection
        letter = f"{piece.name}'" if primed else piece.name
        latex = letter if primed else rf"{letter} = {piece.latex}"
        if formula_size(latex, NAME, self._text).width() > LONGEST_NAME:
            latex = letter
        size = formula_size(latex, NAME, self._text)
        places = along(self._points.x, self._points.y, SHARES, projection)
        box = crowd.freest(box for x, y in places for box in around(x, y, size))
        put(self._label, latex, NAME, self._text, box, projection)
