"""The cards of the Derivative tab: formula, readouts, numerical derivative, derivation."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from core.scenes.derivative import (
    FUNCTIONS,
    DerivativeScene,
)
from gui.controls import (
    Card,
    Inspector,
    ReadoutRow,
)
from gui.controls.number_field import REFUSAL
from gui.formula import FormulaLabel
from gui.numbers import format_number, format_place, parse_number
from gui.tabs.claim_field import ClaimField
from gui.tabs.derivative_methods import NumericalCard
from gui.tabs.derivative_piece import preview
from gui.tabs.derivative_steps import StepsCard
from gui.tabs.derivative_walk import KEY as WALKING
from gui.tabs.derivative_walk import WalkCard
from gui.tabs.formula_card import FormulaCard
from gui.tabs.letter_sliders import LetterSliders
from gui.tabs.long_formula import WIDTH, LongFormula, is_long
from gui.theme import Theme

SHRINKING = "h"
"""What the clock plays when h shrinks."""

PREVIEW = 18
"""Size of the letters of the typeset function."""

MOST_DIGITS = 5
"""So many digits of a very large or small x have room in the card; the pill on the axis shows the others."""


class FunctionCard(FormulaCard):
    """The typed function, its preview, and a slider for each free letter.

    Attributes
    ----------
    letters : LetterSliders
        The free letters.
    preview, long_preview : FormulaLabel, LongFormula
        The function, typeset in one line or, where that could not be read, over several.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme,
            "f(x) =",
            FUNCTIONS,
            name="Function of x",
            placeholder="for example sin(x)/x",
            hint="Type a function of x, or open the arrow for examples.",
        )
        self._theme = theme
        self.preview = FormulaLabel("", PREVIEW, theme.function.text, Qt.AlignmentFlag.AlignHCenter)
        self.long_preview = LongFormula(theme.function.text)
        self._measured, self._long = "", False
        self.letters = LetterSliders(theme, 6)
        self.body.addWidget(self.preview)
        self.body.addWidget(self.long_preview)
        self.body.addWidget(self.letters)
        self.body.setSpacing(6)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show text, fault, preview and sliders."""
        self.show_typed(scene.text, scene.problem)
        self._show_preview(*preview(scene, self._theme), dimmed=scene.problem is not None)
        self.letters.show_letters(scene.parameters)

    def _show_preview(self, latex: str, colour: str, *, dimmed: bool) -> None:
        if latex != self._measured:
            self._measured, self._long = latex, is_long(latex, PREVIEW, WIDTH)
        for label, here in ((self.preview, not self._long), (self.long_preview, self._long)):
            label.show_formula(latex if here else "", colour, dimmed=dimmed)
            label.setVisible(here)


class ReadoutCard(Card):
    """x, f(x) and f′(x), with the reason where one does not exist.

    Attributes
    ----------
    x_committed : Signal
        float; an x was typed.
    """

    x_committed = Signal(float)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        labels = [("x", theme.ink), ("f(x)", theme.function.text), ("f'(x)", theme.derivative.text)]
        self.row = ReadoutRow(theme, labels, editable=(0,))
        self.row.committed.connect(self._commit)
        self.body.addWidget(self.row)

    def _commit(self, place: int, text: str) -> None:
        x = parse_number(text)
        if x is None:
            self.row.readouts[place].refuse(REFUSAL)
        else:
            self.x_committed.emit(x)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show the three numbers and the reason."""
        self.row.show_texts(
            (
                format_place(scene.x, scene.x_decimals, scene.view[1] - scene.view[0], MOST_DIGITS),
                format_number(scene.slope.value),
                format_number(scene.slope.derivative),
            )
        )
        self.row.show_reason(scene.reason or None)


class ClaimCard(Card):
    """The user's own derivative, and the verdict on it.

    Attributes
    ----------
    claim : ClaimField
        Where it is typed, and the verdict.
    field, notice : ExpressionField, Notice
        Its parts.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Check my derivative")
        self.claim = ClaimField(theme, placeholder="type your own derivative", name="My derivative")
        self.field, self.notice = self.claim.field, self.claim.notice
        self.body.addWidget(self.claim)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show the text and the verdict."""
        self.claim.show_claim(scene.claim, scene.verdict)


class DerivativeInspector(Inspector):
    """All cards, from the top.

    Attributes
    ----------
    formula, readouts, numerical, steps, claim, walk : Card
        The six cards.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.formula = FunctionCard(theme)
        self.readouts = ReadoutCard(theme)
        self.numerical = NumericalCard(theme)
        self.steps = StepsCard(theme)
        self.claim = ClaimCard(theme)
        self.walk = WalkCard(theme)
        for card in (self.formula, self.readouts, self.numerical, self.steps, self.claim, self.walk):
            self.add(card)

    def show_scene(self, scene: DerivativeScene, playing: str) -> None:
        """Show a scene in all cards, and what the clock plays."""
        self.formula.show_scene(scene)
        self.readouts.show_scene(scene)
        self.numerical.show_scene(scene, playing == SHRINKING)
        self.steps.show_scene(scene)
        self.claim.show_scene(scene)
        self.walk.show_walk(scene.walk, playing == WALKING)
