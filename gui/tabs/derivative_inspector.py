"""The cards of the Derivative tab: formula, readouts, numerical derivative, derivation."""

from __future__ import annotations

import math
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF

from core.scenes.derivative import (
    FUNCTIONS,
    LARGEST_H,
    SMALLEST_H,
    DerivativeScene,
    DerivativeState,
    Estimate,
)
from core.scenes.state import Parameter, expression_of
from gui.controls import (
    Button,
    Card,
    Cell,
    Column,
    ExpressionField,
    Inspector,
    NumberTable,
    ReadoutRow,
    SliderRow,
    text_label,
)
from gui.formula import FormulaLabel
from gui.numbers import format_error, format_number
from gui.theme import Theme, ui_font

SLIDER_ENDS = (3.0, 10.0, 30.0, 100.0, 1e3, 1e4, 1e6, 1e9, 1e12, 1e300)
"""A slider goes from minus to plus the first of these that holds its value."""

EXAMPLE_OF = {preset.formula: preset.key for preset in FUNCTIONS}

FIELD = 72
"""Width of the field for h: 1.66e−16 fits in."""

FLAT = r"\textstyle "
"""Makes fractions low enough for one line."""

NUMBER_COLUMN = 23
"""Width of the column of step numbers."""


def example_groups() -> tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]:
    """Give the ready functions as the field's list shows them: key, LaTeX, remark."""
    groups = []
    for title, presets in groupby(FUNCTIONS, key=lambda preset: preset.group):
        rows = ((preset.key, expression_of(preset.formula).latex(), preset.title) for preset in presets)
        groups.append((title, tuple(rows)))
    return tuple(groups)


class FormulaCard(Card):
    """The typed function, its preview, and a slider for each free letter.

    Signals
    -------
    edited(text: str)
        The person changed the text.
    example_chosen(key: str)
        A ready function was picked.
    letter_pressed(), letter_released()
        A slider was taken, let go.
    letter_moved(name: str, value: float)
        A slider proposes a value.
    letter_committed(name: str, value: float)
        A value was typed.
    """

    edited = Signal(str)
    example_chosen = Signal(str)
    letter_pressed = Signal()
    letter_released = Signal()
    letter_moved = Signal(str, float)
    letter_committed = Signal(str, float)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self.field = ExpressionField(
            theme,
            "f(x) =",
            placeholder="for example sin(x)/x",
            examples=example_groups(),
            name="Function of x",
        )
        self.note = text_label("Type a function of x, or open the arrow for examples.", theme.muted)
        self.note.setWordWrap(True)
        self.preview = FormulaLabel("", 18, theme.function.text, Qt.AlignmentFlag.AlignHCenter)
        self.rows: dict[str, SliderRow] = {}
        self._taken = ""
        for widget in (self.field, self.note, self.preview):
            self.body.addWidget(widget)
        self.body.setSpacing(6)
        self.field.edited.connect(self.edited)
        self.field.chosen.connect(self.example_chosen)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show text, fault, preview and sliders."""
        self.field.show_text(scene.text)
        self.field.show_current(EXAMPLE_OF.get(scene.text, ""))
        empty = not scene.text.strip()
        problem = scene.problem
        if problem is None or empty:
            self.field.show_ok()
        else:
            self.field.show_error(problem.message, problem.position, problem.partner, problem.suggestion)
        self.note.setVisible(empty)
        self.preview.show_formula(scene.latex, dimmed=problem is not None)
        self._show_letters(scene.parameters)

    def _show_letters(self, letters: tuple[Parameter, ...]) -> None:
        names = {letter.name for letter in letters}
        for name, row in self.rows.items():
            row.setVisible(name in names)
        for place, letter in enumerate(letters):
            row = self.rows.get(letter.name) or self._new_row(letter)
            self._move_to(row, place)
            if letter.name != self._taken:
                end = next(end for end in SLIDER_ENDS if abs(letter.value) <= end)
                row.show_range(-end, end)
            row.show_value(letter.value)

    def _move_to(self, row: SliderRow, place: int) -> None:
        """Keep the sliders in the order in which their letters appear."""
        wanted = self.body.indexOf(self.preview) + 1 + place
        if self.body.indexOf(row) != wanted:
            self.body.removeWidget(row)
            self.body.insertWidget(wanted, row)

    def _new_row(self, letter: Parameter) -> SliderRow:
        row = SliderRow(self._theme, letter.latex, -SLIDER_ENDS[0], SLIDER_ENDS[0], default=1.0)
        name = letter.name
        row.pressed.connect(lambda: self._take(name))
        row.released.connect(self._let_go)
        row.moved.connect(lambda value: self.letter_moved.emit(name, value))
        row.committed.connect(lambda value: self.letter_committed.emit(name, value))
        self.rows[name] = row
        return row

    def _take(self, name: str) -> None:
        self._taken = name
        self.letter_pressed.emit()

    def _let_go(self) -> None:
        self._taken = ""
        self.letter_released.emit()


class ReadoutCard(Card):
    """x, f(x) and f′(x), with the reason where one does not exist."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        labels = [("x", theme.ink), ("f(x)", theme.function.text), ("f'(x)", theme.derivative.text)]
        self.row = ReadoutRow(theme, labels)
        self.body.addWidget(self.row)

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
            ]
        )
        self.result.show_formula(FLAT + scene.derivative_latex)


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
    formula, readouts, numerical, steps : Card
        The four cards.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.formula = FormulaCard(theme)
        self.readouts = ReadoutCard(theme)
        self.numerical = NumericalCard(theme)
        self.steps = StepsCard(theme)
        for card in (self.formula, self.readouts, self.numerical, self.steps):
            self.add(card)

    def show_scene(self, scene: DerivativeScene, playing: bool) -> None:
        """Show a scene in all cards."""
        self.formula.show_scene(scene)
        self.readouts.show_scene(scene)
        self.numerical.show_scene(scene, playing)
        self.steps.show_scene(scene)
