"""The cards of the Derivative tab: formula, readouts, numerical derivative, derivation."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF

from core.scenes.derivative import (
    FUNCTIONS,
    LARGEST_H,
    SMALLEST_H,
    DerivativeScene,
    DerivativeState,
    Estimate,
    Verdict,
)
from core.scenes.state import Problem
from gui.controls import (
    Button,
    Card,
    Cell,
    Column,
    ExpressionField,
    Inspector,
    Notice,
    NumberTable,
    ReadoutRow,
    SliderRow,
)
from gui.controls.number_field import REFUSAL
from gui.formula import FormulaLabel
from gui.numbers import format_error, format_number, parse_number
from gui.tabs.formula_card import FormulaCard
from gui.tabs.letter_sliders import LetterSliders
from gui.theme import Theme, ui_font

FIELD = 72
"""Width of the field for h: 1.66e−16 fits in."""

FLAT = r"\textstyle "
"""Makes fractions low enough for one line."""

NUMBER_COLUMN = 23
"""Width of the column of step numbers."""


class FunctionCard(FormulaCard):
    """The typed function, its preview, and a slider for each free letter.

    Attributes
    ----------
    letters : LetterSliders
        The free letters.
    preview : FormulaLabel
        The function, typeset.
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
        self.preview = FormulaLabel("", 18, theme.function.text, Qt.AlignmentFlag.AlignHCenter)
        self.letters = LetterSliders(theme, 6)
        self.body.addWidget(self.preview)
        self.body.addWidget(self.letters)
        self.body.setSpacing(6)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show text, fault, preview and sliders."""
        self.show_typed(scene.text, scene.problem)
        self.preview.show_formula(scene.latex, dimmed=scene.problem is not None)
        self.letters.show_letters(scene.parameters)


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
                format_number(scene.x, scene.x_decimals),
                format_number(scene.slope.value),
                format_number(scene.slope.derivative),
            )
        )
        self.row.show_reason(scene.reason or None)


class NumericalCard(Card):
    """The step h with its way to 0, and what each numerical derivative makes of it.

    Attributes
    ----------
    step : SliderRow
        For h.
    play : Button
        Lets h shrink.
    table : NumberTable
        Exact value and estimates with their errors.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Numerical derivative", collapsible=True)
        self._theme = theme
        self.play = Button(theme, latex=r"h \to 0", icon="play", height=24)
        self.step = SliderRow(
            theme,
            "h",
            SMALLEST_H,
            LARGEST_H,
            default=DerivativeState.h,
            logarithmic=True,
            decimals=3,
            significant=True,
            colour=theme.numerical.text,
            trailing=self.play,
        )
        self.step.field.setFixedWidth(FIELD)
        columns = (
            Column("method", align="left", right=0.4),
            Column("value", right=0.69),
            Column("error", right=1.0),
        )
        self.table = NumberTable(theme, columns, name="Numerical derivatives")
        self._colours = {
            "exact": theme.ink,
            "forward": theme.numerical.text,
            "central": theme.central.text,
            "complex_step": theme.numerical.text,
        }
        self.body.addWidget(self.step)
        self.body.addWidget(self.table)

    def show_scene(self, scene: DerivativeScene, playing: bool) -> None:
        """Show h, whether it shrinks by itself, and the table."""
        self.step.show_value(scene.h)
        self.play.show_icon("pause" if playing else "play")
        self.table.show_rows([self._row(row) for row in scene.estimates])

    def _row(self, row: Estimate) -> tuple[Cell, ...]:
        exact = row.key == "exact"
        return (
            Cell(row.title, colour=self._colours[row.key]),
            Cell(format_number(row.value, 8), colour=self._theme.derivative.text if exact else ""),
            Cell("–", colour=self._theme.muted) if exact else Cell(format_error(row.error)),
        )


class StepsCard(Card):
    """The derivation, line by line, and its result."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Step by step", collapsible=True)
        self._theme = theme
        self.table = NumberTable(theme, _step_columns(0.0), row_height=29, head=False, name="Derivation")
        self.result = FormulaLabel("", 16, theme.derivative.text, Qt.AlignmentFlag.AlignHCenter)
        self.body.addWidget(self.table)
        self.body.addWidget(self.result)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show the rules and the result."""
        metrics = QFontMetricsF(ui_font(12.5))
        widest = max((metrics.horizontalAdvance(step.rule) for step in scene.steps), default=0.0)
        self.table.show_columns(_step_columns(widest))
        second = self._theme.second
        self.table.show_rows(
            [
                (
                    Cell(str(step.number), colour=second),
                    Cell(step.rule, colour=second),
                    Cell(latex=FLAT + step.latex),
                )
                for step in scene.steps
            ],
            selected=scene.marked_step - 1 if scene.marked_step else None,
        )
        self.result.show_formula(FLAT + scene.derivative_latex)


class ClaimCard(Card):
    """The user's own derivative, and the verdict on it.

    Attributes
    ----------
    step_asked : Signal
        int; the step that the verdict speaks of is to be shown.
    field : ExpressionField
        Where it is typed.
    notice : Notice
        The verdict.
    """

    step_asked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Check my derivative")
        self.field = ExpressionField(theme, placeholder="type your own derivative", name="My derivative")
        self.notice = Notice(theme)
        self.notice.activated.connect(lambda step: self.step_asked.emit(int(step)))
        self.body.addWidget(self.field)
        self.body.addWidget(self.notice)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show the text and the verdict."""
        self.field.show_text(scene.claim)
        verdict = scene.verdict
        if isinstance(verdict, Problem):
            self.field.show_error(verdict.message, verdict.position, verdict.partner, verdict.suggestion)
        else:
            self.field.show_ok()
        if isinstance(verdict, Verdict):
            self.notice.show_notice(_verdict_text(verdict), "correct" if verdict.agrees else "wrong")
        else:
            self.notice.show_notice("")


def _verdict_text(verdict: Verdict) -> str:
    text = f"{verdict.sentence} {verdict.explanation}".rstrip()
    link = f" [Show step {verdict.step}, {verdict.rule.lower()}]({verdict.step})" if verdict.step else ""
    return text + link


WIDTH = 298
"""Width of a card's content, in pixels."""


def _step_columns(widest_rule: float) -> tuple[Column, ...]:
    formula_at = NUMBER_COLUMN + max(84.0, math.ceil(widest_rule) + 12.0)
    return (
        Column(align="left", right=NUMBER_COLUMN / WIDTH),
        Column(align="left", right=formula_at / WIDTH),
        Column(align="left", right=1.0),
    )


class DerivativeInspector(Inspector):
    """All cards, from the top.

    Attributes
    ----------
    formula, readouts, numerical, steps, claim : Card
        The five cards.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.formula = FunctionCard(theme)
        self.readouts = ReadoutCard(theme)
        self.numerical = NumericalCard(theme)
        self.steps = StepsCard(theme)
        self.claim = ClaimCard(theme)
        for card in (self.formula, self.readouts, self.numerical, self.steps, self.claim):
            self.add(card)

    def show_scene(self, scene: DerivativeScene, playing: bool) -> None:
        """Show a scene in all cards."""
        self.formula.show_scene(scene)
        self.readouts.show_scene(scene)
        self.numerical.show_scene(scene, playing)
        self.steps.show_scene(scene)
        self.claim.show_scene(scene)
