"""The cards of the Gradient tab: formula, gradient at P, curvature, descent."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from core.scenes.gradient import GradientScene
from core.scenes.gradient_state import PRESETS
from gui.controls import (
    Inspector,
)
from gui.tabs.formula_card import FormulaCard
from gui.tabs.gradient_descent_card import DescentCard
from gui.tabs.gradient_formula import SumLabel
from gui.tabs.gradient_panes import PARTIALS
from gui.tabs.gradient_point_card import CurvatureCard, PointCard
from gui.tabs.gradient_race_card import RaceCard
from gui.tabs.gradient_rules import GradientClaimCard, RulesCard
from gui.tabs.gradient_stability import StabilityCard
from gui.tabs.letter_sliders import LetterSliders
from gui.theme import Theme

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


class GradientInspector(Inspector):
    """All cards, from the top.

    Attributes
    ----------
    formula, point, curvature, descent, setup : Card
        The function, the gradient at P, curvature, descent, and how each optimiser is set up.
    stability : Card
        What the learning rate is going to do.
    rules, claims : Card
        Partial derivatives step by step, and those of the user.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.formula = SurfaceCard(theme)
        self.point = PointCard(theme)
        self.curvature = CurvatureCard(theme)
        self.descent = DescentCard(theme)
        self.setup = RaceCard(theme)
        self.stability = StabilityCard(theme)
        self.rules, self.claims = RulesCard(theme), GradientClaimCard(theme)
        for card in (
            self.formula,
            self.point,
            self.curvature,
            self.descent,
            self.setup,
            self.stability,
            self.rules,
            self.claims,
        ):
            self.add(card)

    def show_scene(self, scene: GradientScene) -> None:
        """Show a scene in all cards."""
        self.formula.show_scene(scene)
        self.point.show_scene(scene)
        self.curvature.show_scene(scene)
        self.descent.show_scene(scene)
        self.rules.show_scene(scene)
        self.claims.show_scene(scene)
        self.setup.show_scene(scene)
        self.stability.show_scene(scene)
