"""The cards of the Gradient tab: formula, gradient at P, curvature, descent."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from core.scenes.gradient import GradientScene
from core.scenes.gradient_state import PRESETS, GradientState
from gui.controls import (
    Card,
    Cell,
    Column,
    Inspector,
    Notice,
    NumberTable,
    SliderRow,
)
from gui.numbers import format_number
from gui.tabs.formula_card import FormulaCard
from gui.tabs.gradient_formula import SumLabel
from gui.tabs.gradient_panes import PARTIALS
from gui.tabs.gradient_point_card import CurvatureCard, PointCard
from gui.tabs.letter_sliders import LetterSliders
from gui.theme import Theme

SLOWEST, FASTEST = 1e-5, 1.0
"""Ends of the learning rate's slider; other rates can be typed."""

WIDTH = 296
"""Width of a card's content, in pixels."""


class SurfaceCard(FormulaCard):
    """The typed function, its preview with both partial derivatives, and a slider for each free letter.

    Attributes
    ----------
    preview, partials : SumLabel, tuple of SumLabel
        The function and its derivatives.
    letters : LetterSliders
        The free letters.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme,
            "f(x, y) =",
            PRESETS,
            name="Function of x and y",
            placeholder="for example x^2 + y^2",
            hint="Type a function of x and y, or open the arrow for examples.",
        )
        self._colour = theme.derivative.text
        self.preview = SumLabel(theme.function.text, 18, WIDTH)
        self.partials = (SumLabel(theme.ink, 14, WIDTH), SumLabel(theme.ink, 14, WIDTH))
        self.letters = LetterSliders(theme)
        self.body.addLayout(self._formulas())
        self.body.addWidget(self.letters)

    def _formulas(self) -> QHBoxLayout:
        """Stack the formulas on one left edge, in the middle of the card."""
        column = QVBoxLayout()
        column.setSpacing(4)
        for label in (self.preview, *self.partials):
            column.addWidget(label)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 2)
        row.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)
        return row

    def show_scene(self, scene: GradientScene) -> None:
        """Show text, fault, formulas and sliders."""
        self.show_typed(scene.text, scene.problem)
        dimmed = scene.problem is not None
        self.preview.show_formula(scene.latex, dimmed=dimmed)
        for label, name, latex in zip(self.partials, PARTIALS, scene.partials_latex, strict=True):
            label.show_formula(rf"\textcolor{{{self._colour}}}{{{name}}} = {latex}", dimmed=dimmed)
        self.letters.show_letters(scene.parameters)


class DescentCard(Card):
    """The learning rate, where descent has come, and why it ended.

    Attributes
    ----------
    rate : SliderRow
        The learning rate.
    table : NumberTable
        Value and slope at the present step.
    ended : Notice
        Why there is no further step, or that descent has arrived.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Descent")
        self._theme = theme
        self.rate = SliderRow(
            theme,
            r"\eta",
            SLOWEST,
            FASTEST,
            default=GradientState().learning_rate,
            logarithmic=True,
            decimals=4,
        )
        self.table = NumberTable(theme, _descent_columns(0), row_height=25, name="Descent")
        self.ended = Notice(theme)
        for widget in (self.rate, self.table, self.ended):
            self.body.addWidget(widget)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the rate and the present step."""
        path = scene.descent
        self.rate.show_value(scene.learning_rate)
        self.table.show_columns(_descent_columns(path.step))
        name = Cell("Gradient descent", icon="circle", icon_colour=self._theme.descent.mark, line=True)
        self.table.show_rows([(name, format_number(path.value, 2), format_number(path.slope, 2))])
        self.ended.show_notice(path.stopped or path.note, "warning" if path.stopped else "plain")


def _descent_columns(step: int) -> tuple[Column, ...]:
    return (
        Column("optimiser", align="left", right=0.46),
        Column(f"f at step {step}", right=0.72),
        Column(latex=r"\left\| {\nabla} f \right\|", right=1.0),
    )


class GradientInspector(Inspector):
    """All cards, from the top.

    Attributes
    ----------
    formula, point, curvature, descent : Card
        The four cards.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.formula = SurfaceCard(theme)
        self.point = PointCard(theme)
        self.curvature = CurvatureCard(theme)
        self.descent = DescentCard(theme)
        for card in (self.formula, self.point, self.curvature, self.descent):
            self.add(card)

    def show_scene(self, scene: GradientScene) -> None:
        """Show a scene in all cards."""
        self.formula.show_scene(scene)
        self.point.show_scene(scene)
        self.curvature.show_scene(scene)
        self.descent.show_scene(scene)
