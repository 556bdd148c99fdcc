"""The card of the rule steps: the list, the result in both forms, and the exercise."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from core.scenes import derivative_steps as core
from core.scenes.derivative import DerivativeScene, DerivativeState
from core.scenes.derivative_exercise import HINT, RULES, Exercise
from core.scenes.derivative_steps import RawForm
from gui.controls import Button, Card, Choice, FocusRing, IconButton, Notice
from gui.controls.card import BLEED
from gui.formula import FormulaLabel, formula
from gui.tab import Tab
from gui.tabs.long_formula import FLAT, LEAST, WIDTH, LongFormula
from gui.tabs.step_list import StepTable
from gui.theme import Theme, ui_font

LONG = 400
"""LaTeX of so many characters is too long for one line, without being measured."""


class HeaderLink(QAbstractButton):
    """A word in the title line of a card that can be pressed."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__()
        self._theme = theme
        self.setText(text)
        self.setFont(ui_font(12))
        self.setFixedHeight(16)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        FocusRing(self, theme.ink, 3)

    def show_text(self, text: str) -> None:
        """Change the word."""
        if text != self.text():
            self.setText(text)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Give the room for the word."""
        return QSize(math.ceil(QFontMetricsF(self.font()).horizontalAdvance(self.text())) + 2, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the word, underlined under the pointer."""
        painter = QPainter(self)
        font = QFont(self.font())
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(QColor(self._theme.ink if self.underMouse() else self._theme.second))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return press it too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class ResultArea(QWidget):
    """The derivative, and when it is asked for, the form in which the rules give it.

    Attributes
    ----------
    raw_toggled : Signal
        The person wants to see the untidied form, or no longer.
    """

    raw_toggled = Signal()

    SIZE, SIDE = 16, 18

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.result = FormulaLabel("", self.SIZE, theme.derivative.text, Qt.AlignmentFlag.AlignHCenter)
        self.disclosure = IconButton(
            theme, "chevron-right", "", size=(self.SIDE, self.SIDE), scale=0.66, colour=theme.muted
        )
        self.disclosure.clicked.connect(self.raw_toggled)
        self.long_result = LongFormula(theme.derivative.text, WIDTH - self.SIDE)
        self.raw = LongFormula(theme.derivative.text)
        self.sentence = Notice(theme)
        self._title = Notice(theme)
        self._title.show_notice("As the rules give it:")
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._margin = QWidget()
        self._margin.setFixedWidth(self.SIDE)
        row.addWidget(self._margin)
        row.addWidget(self.result, 1)
        row.addWidget(self.long_result, 1)
        row.addWidget(self.disclosure)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        for widget in (self._title, self.raw, self.sentence):
            column.addWidget(widget)

    def show_result(self, latex: str, inline: str, raw: RawForm | None) -> None:
        """Show the tidy form, over several lines if it is too long for one, and perhaps the raw one."""
        room = (WIDTH - 2 * self.SIDE) * self.SIZE
        long = len(latex) > LONG or formula(FLAT + latex, self.SIZE, "#000000").width * LEAST > room
        self.result.show_formula("" if long else FLAT + latex)
        self.long_result.show_formula(inline if long else "")
        self.result.setVisible(not long)
        self._margin.setVisible(not long)
        self.long_result.setVisible(long)
        name = "Hide the untidied form" if raw else "Show the derivative as the rules give it"
        if name != self.disclosure.accessibleName():
            self.disclosure.show_icon("chevron" if raw else "chevron-right", name)
        for widget in (self._title, self.raw):
            widget.setVisible(raw is not None)
        if raw is not None:
            self.raw.show_formula(raw.latex)
        self.sentence.show_notice(raw.sentence if raw else "")


class ExerciseArea(QWidget):
    """The question, the menu of rules, and what is said of the answer.

    Attributes
    ----------
    moved : Signal
        str; the key of a chosen rule, or the request for a hint.
    taken_back, restarted : Signal
        The person takes back the last move, or begins again.
    """

    moved = Signal(str)
    taken_back = Signal()
    restarted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.question = LongFormula(theme.ink)
        self.rules = Choice(
            theme, [(rule.key, rule.title) for rule in RULES], caption="Which rule comes now?", name="Rule"
        )
        self.rules.show_choice("")
        self.rules.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hint = Button(theme, "Hint")
        self.back = Button(theme, "Undo")
        self.again = Button(theme, "Again")
        self.answer = Notice(theme)
        self.answer.setMinimumHeight(18)
        self.rules.chosen.connect(self.moved)
        self.hint.clicked.connect(partial(self.moved.emit, HINT))
        self.back.clicked.connect(self.taken_back)
        self.again.clicked.connect(self.restarted)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.rules, 1)
        for button in (self.hint, self.back, self.again):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(7)
        column.addWidget(self.question)
        column.addLayout(row)
        column.addWidget(self.answer)

    def show_exercise(self, exercise: Exercise) -> None:
        """Show how far it has come."""
        finished = exercise.finished
        self.question.show_formula(exercise.question)
        self.question.setVisible(not finished)
        self.rules.setVisible(not finished)
        self.hint.setVisible(not finished)
        self.hint.setEnabled(exercise.hints_left > 0)
        self.back.setEnabled(bool(exercise.done or exercise.wrong or exercise.message))
        self.again.setVisible(finished)
        self.answer.show_notice(exercise.message, exercise.kind)


class StepsCard(Card):
    """The derivation, line by line, and its result; or the exercise in which the user finds the rules.

    Attributes
    ----------
    table : StepTable
        The list.
    result : ResultArea
        Below it.
    exercise : ExerciseArea
        Takes the place of the result while rules are to be found.
    switch : HeaderLink
        Begins and ends the exercise.
    """

    def __init__(self, theme: Theme) -> None:
        self.switch = HeaderLink(theme, "You choose")
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 22, 0)
        row.addWidget(self.switch)
        super().__init__(theme, "Step by step", collapsible=True, header_widget=holder)
        self.table = StepTable(theme)
        self.result = ResultArea(theme)
        self.exercise = ExerciseArea(theme)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(BLEED, 0, BLEED, 0)
        column.setSpacing(5)
        column.addWidget(self.exercise)
        column.addWidget(self.result)
        self.add_wide(self.table)
        self.add_wide(below)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show the steps, the result, and the exercise if it is on."""
        exercise = scene.derivation.exercise
        asking = exercise is not None and not exercise.finished
        self.show_note(f"{exercise.done + 1} of {exercise.total}" if exercise and asking else "")
        self.switch.show_text("Show the steps" if exercise else "You choose")
        count = exercise.done if exercise else len(scene.steps)
        chosen, piece = scene.derivation.chosen, scene.derivation.piece
        notice = piece.notice if piece else ""
        self.table.show_steps(scene.steps[:count], chosen, notice, live=not asking)
        self.table.setVisible(count > 0)
        self.exercise.setVisible(exercise is not None)
        self.result.setVisible(not asking)
        if exercise is not None:
            self.exercise.show_exercise(exercise)
        if not asking:
            self.result.show_result(
                scene.derivative_latex, scene.derivation.inline_latex, scene.derivation.raw
            )


def connect_steps(card: StepsCard, tab: Tab) -> None:
    """Let the card's gestures change the state of the tab."""

    def become(change: Callable[..., DerivativeState], *arguments: object) -> None:
        tab.become(change(tab.state, *arguments))

    table, exercise = card.table, card.exercise
    table.row_chosen.connect(lambda row: become(core.choose_step, row + 1))
    table.details.step_asked.connect(lambda number: become(core.choose_step, number))
    table.details.part_toggled.connect(lambda path: become(core.toggle_part, path))
    card.result.raw_toggled.connect(lambda: become(core.toggle_raw))
    card.switch.clicked.connect(lambda: become(core.toggle_exercise))
    exercise.moved.connect(lambda move: become(core.move_in_exercise, move))
    exercise.taken_back.connect(lambda: become(core.take_move_back))
    exercise.restarted.connect(lambda: become(core.restart_exercise))
