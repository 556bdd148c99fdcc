"""The cards of the Gradient tab: formula, gradient at P, curvature, descent."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from core.scenes.gradient import Comparison, GradientScene
from core.scenes.gradient_state import PRESETS
from gui.controls import (
    Card,
    Cell,
    Column,
    Inspector,
    NumberTable,
    ReadoutRow,
)
from gui.numbers import format_error, format_number, parse_numbers
from gui.tabs.formula_card import FormulaCard
from gui.tabs.gradient_descent_card import DescentCard
from gui.tabs.gradient_formula import SumLabel
from gui.tabs.gradient_panes import PARTIALS, coordinate
from gui.tabs.gradient_race_card import RaceCard
from gui.tabs.gradient_rules import GradientClaimCard, RulesCard
from gui.tabs.gradient_stability import StabilityCard
from gui.tabs.letter_sliders import LetterSliders
from gui.theme import Theme

WIDTH = 296
"""Width of a card's content, in pixels."""

REFUSAL = "Write two numbers such as (3, 4)."
"""Said of text that is no place."""

NAMES = {
    "x": r"{\partial} f / {\partial} x",
    "y": r"{\partial} f / {\partial} y",
    "magnitude": r"\left\| {\nabla} f \right\|",
}


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


class PointCard(Card):
    """P, f(P) and ‖∇f‖, and the partial derivatives exactly and by central differences.

    Attributes
    ----------
    readouts : ReadoutRow
        The three numbers, with the reason where one does not exist.
    table : NumberTable
        The comparison.
    point_committed : Signal
        float, float; a place for P was typed.
    """

    point_committed = Signal(float, float)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self.readouts = ReadoutRow(
            theme,
            (
                ("P", theme.ink),
                ("f(P)", theme.function.text),
                (r"\left\| {\nabla} f \right\|", theme.derivative.text),
            ),
            stretch=(116, 92, 92),
            editable=(0,),
        )
        self.readouts.committed.connect(self._commit)
        columns = (
            Column(align="left", right=0.2),
            Column("exact", right=0.432),
            Column("central", right=0.716),
            Column("error", right=1.0),
        )
        self.table = NumberTable(theme, columns, row_height=27, name="Partial derivatives")
        self.body.addWidget(self.readouts)
        self.body.addWidget(self.table)

    def _commit(self, place: int, text: str) -> None:
        point = parse_numbers(text, 2)
        if point is None:
            self.readouts.readouts[place].refuse(REFUSAL)
        else:
            self.point_committed.emit(*point)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the numbers at P."""
        x, y = (coordinate(part, scene.decimals) for part in scene.point)
        self.readouts.show_texts(
            (f"({x}, {y})", format_number(scene.value, 2), format_number(scene.magnitude, 2))
        )
        self.readouts.show_reason(scene.reason or None)
        self.table.show_rows([self._row(row) for row in scene.comparisons])

    def _row(self, row: Comparison) -> tuple[Cell, ...]:
        theme = self._theme
        return (
            Cell(latex=NAMES[row.key], colour=theme.derivative.text),
            Cell(_short(row.exact), colour=theme.derivative.text),
            Cell(_short(row.central), colour=theme.numerical.text),
            Cell(format_error(row.error)),
        )


def _short(value: float) -> str:
    """Write a number for a narrow column: four decimals, or a short power of ten."""
    text = format_number(value)
    return format_number(value, 2) if "×" in text else text


class CurvatureCard(Card):
    """The eigenvalues of the Hessian at P, and what they mean in words."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Curvature", collapsible=True)
        columns = (
            Column("Hessian", align="left", right=0.2),
            Column(latex=r"\lambda_1", right=0.43),
            Column(latex=r"\lambda_2", right=0.66),
            Column("shape", right=1.0),
        )
        self.table = NumberTable(theme, columns, name="Curvature")
        self.body.addWidget(self.table)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the curvature at P."""
        at = scene.curvature
        self.table.show_rows([("at P", format_number(at.smaller, 2), format_number(at.larger, 2), at.shape)])


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
