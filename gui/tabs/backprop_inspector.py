"""The cards of the Backprop tab: formula, inputs, gradients, gradient step."""

from __future__ import annotations

from itertools import groupby

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from core.scenes.backprop import BackpropScene, BackpropState, GradientStep, Input, examples
from gui.controls import (
    Button,
    Card,
    Cell,
    CheckBox,
    Column,
    ExpressionField,
    Inspector,
    NumberTable,
    SliderRow,
    text_label,
)
from gui.controls.card import BLEED
from gui.controls.figures import draw_figures, figures_width
from gui.controls.notice import Notice
from gui.formula import FormulaLabel, formula, plain_text
from gui.numbers import format_error, format_number
from gui.tabs.backprop_narration import spoken
from gui.theme import Theme, ui_font

SLIDER_ENDS = (3.0, 10.0, 30.0, 100.0, 1e3, 1e4, 1e6, 1e9, 1e12, 1e300)
"""A slider goes from minus to plus the first of these that holds its value."""

SLOWEST_LEARNING, FASTEST_LEARNING = 0.01, 100.0

MOST_TYPESET = 16

_ROW = 25


class FormulaCard(Card):
    """The typed formula with its preview, and why it has no value where it has none.

    Attributes
    ----------
    edited : Signal
        str; the person changed the text.
    example_chosen : Signal
        str; a ready graph was picked.
    """

    edited = Signal(str)
    example_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        groups = [
            (group, [(each.key, each.latex, each.title) for each in rows])
            for group, rows in groupby(examples(), key=lambda each: each.group)
        ]
        self.field = ExpressionField(
            theme, "L =", placeholder="for example (w*x - y)^2", examples=groups, name="Formula of L"
        )
        self.note = text_label("Type a formula, or open the arrow for examples.", theme.muted)
        self.note.setWordWrap(True)
        self.preview = FormulaLabel("", 19, theme.loss.text, Qt.AlignmentFlag.AlignHCenter)
        self.preview.setMinimumWidth(1)  # a long formula is drawn small rather than widening the column
        self.remark = Notice(theme)
        self.body.setSpacing(8)
        self.body.setContentsMargins(BLEED, 0, BLEED, 7)
        for widget in (self.field, self.note, self.preview, self.remark):
            self.body.addWidget(widget)
        self.field.edited.connect(self.edited)
        self.field.chosen.connect(self.example_chosen)

    def show_scene(self, scene: BackpropScene) -> None:
        """Show text, fault, preview and remark."""
        self.field.show_text(scene.text)
        empty, problem = not scene.text.strip(), scene.problem
        if problem is None or empty:
            self.field.show_ok()
        else:
            self.field.show_error(problem.message, problem.position, problem.partner, problem.suggestion)
        self.note.setVisible(empty)
        self.preview.show_formula(scene.latex, dimmed=problem is not None)
        self.remark.show_notice(scene.remark, "plain")


class InputsCard(Card):
    """A slider, a number and a check box for each letter.

    Attributes
    ----------
    pressed, released : Signal
        A slider was taken, let go.
    moved : Signal
        str, float; a slider proposes a value.
    committed : Signal
        str, float; a value was typed.
    learning_chosen : Signal
        str, bool; a letter is to learn, or not.
    rows : dict of SliderRow
        By letter.
    boxes : dict of CheckBox
        By letter.
    """

    pressed = Signal()
    released = Signal()
    moved = Signal(str, float)
    committed = Signal(str, float)
    learning_chosen = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Inputs", header_widget=text_label("learn", theme.muted, 12))
        self._theme = theme
        self._taken = ""
        self.rows: dict[str, SliderRow] = {}
        self.boxes: dict[str, CheckBox] = {}
        self._empty = text_label("The formula has no letters.", theme.muted)
        self.body.setSpacing(4)
        self.body.addWidget(self._empty)

    def show_inputs(self, inputs: tuple[Input, ...]) -> None:
        """Show a row for each letter, in this order."""
        names = {each.name for each in inputs}
        for name in [name for name in self.rows if name not in names]:
            row = self.rows.pop(name)
            self.body.removeWidget(row)
            row.hide()
            row.deleteLater()
            del self.boxes[name]
        self._empty.setVisible(not inputs)
        for place, each in enumerate(inputs):
            row = self.rows.get(each.name) or self._new_row(each)
            if self.body.indexOf(row) != place:
                self.body.removeWidget(row)
                self.body.insertWidget(place, row)
            if each.name != self._taken:
                end = next(end for end in SLIDER_ENDS if abs(each.value) <= end)
                row.show_range(-end, end)
            row.show_value(each.value)
            self.boxes[each.name].show_checked(each.learns)

    def _new_row(self, each: Input) -> SliderRow:
        name = each.name
        box = CheckBox(self._theme, f"learn {plain_text(each.latex)}")
        box.setToolTip("Let the gradient step change it")
        room = QWidget()
        layout = QHBoxLayout(room)
        layout.setContentsMargins(6, 0, 5, 0)
        layout.addWidget(box)
        row = SliderRow(
            self._theme, each.latex, -SLIDER_ENDS[0], SLIDER_ENDS[0], default=_default(name), trailing=room
        )
        row.pressed.connect(lambda: self._take(name))
        row.released.connect(self._let_go)
        row.moved.connect(lambda value: self.moved.emit(name, value))
        row.committed.connect(lambda value: self.committed.emit(name, value))
        box.chosen.connect(lambda learns: self.learning_chosen.emit(name, learns))
        self.rows[name], self.boxes[name] = row, box
        return row

    def _take(self, name: str) -> None:
        self._taken = name
        self.pressed.emit()

    def _let_go(self) -> None:
        self._taken = ""
        self.released.emit()


def _default(name: str) -> float:
    return dict(BackpropState().values).get(name, 1.0)


class _UpdateRows(QWidget):
    """A line for each number that a gradient step changes: w − η ∂L/∂w, old → new."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[tuple[str, str, str, str, bool]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_step(self, step: GradientStep, letter: str) -> None:
        """Show what the step would do to each letter and to the output."""
        theme = self._theme
        rows = []
        for each in step.updates:
            head, _, slope = each.latex.partition(r"{\partial}")
            latex = rf"{head}\textcolor{{{theme.derivative.text}}}{{{{\partial}}{slope}}}"
            rows.append((latex, theme.ink, format_number(each.old), format_number(each.new), False))
        after = "–" if step.obstacle else format_number(step.new)
        rows.append((letter, theme.loss.text, format_number(step.old), after, True))
        if rows != self._rows:
            taller = len(rows) != len(self._rows)
            self._rows = rows
            self.setAccessibleDescription("; ".join(" ".join(row) for row in self.texts()))
            if taller:
                self.updateGeometry()
            self.update()

    def texts(self) -> list[list[str]]:
        """Give what a person reads, row by row."""
        return [[spoken(latex), old, "→", new] for latex, _, old, new, _ in self._rows]

    def sizeHint(self) -> QSize:
        """Give the height of all rows."""
        return QSize(200, _ROW * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        """Give the same height."""
        return QSize(100, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows with hairlines between them."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for k, (latex, colour, old, new, bold) in enumerate(self._rows):
            middle = k * _ROW + _ROW / 2
            if k:
                painter.fillRect(QRectF(0, k * _ROW, self.width(), 1), QColor(theme.hairline))
            font = ui_font(12.5, QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
            after = figures_width(new, font)
            before = figures_width(old, font)
            arrow = figures_width("→", font)
            ink = QColor(colour if bold else theme.ink)
            painter.setPen(ink)
            draw_figures(painter, self.width() - after, middle + 4.5, new, font)
            draw_figures(painter, self.width() - after - arrow - 12 - before, middle + 4.5, old, font)
            painter.setPen(QColor(theme.muted))
            draw_figures(painter, self.width() - after - arrow - 6, middle + 4.5, "→", font)
            room = self.width() - after - before - arrow - 24
            shown = formula(latex, 14, colour)
            scale = min(1.0, room / shown.width)
            top = middle - shown.height * scale / 2
            shown.paint(painter, 0, QPointF(0, top + shown.baseline * scale).y(), scale)


class GradientStepCard(Card):
    """The learning rate, what a step would do, and the button that takes it.

    Attributes
    ----------
    rate : SliderRow
        η.
    button : Button
        Takes the step.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Gradient step")
        self._theme = theme
        self.rate = SliderRow(
            theme,
            r"{\eta}",
            SLOWEST_LEARNING,
            FASTEST_LEARNING,
            default=BackpropState.learning_rate,
            logarithmic=True,
        )
        self.updates = _UpdateRows(theme)
        self.obstacle = Notice(theme)
        self.button = Button(theme, "Take a gradient step", primary=True, height=32)
        for widget in (self.rate, self.updates, self.obstacle):
            self.body.addWidget(widget)
        self.body.addSpacing(6)
        self.body.addWidget(self.button)
        self.body.addSpacing(1)

    def show_step(self, step: GradientStep, letter: str) -> None:
        """Show what a step would do, or why none can be taken."""
        self.rate.show_value(step.learning_rate)
        self.updates.show_step(step, letter)
        self.obstacle.show_notice(step.obstacle, "plain")
        self.button.setEnabled(not step.obstacle)


def _letter_cell(latex: str, colour: str, *, typeset: bool) -> Cell:
    """Write ∂L/∂w; as plain text where there are so many that typesetting would take too long."""
    return Cell(latex=latex, colour=colour) if typeset else Cell(spoken(latex), colour=colour)


class BackpropInspector(Inspector):
    """All cards.

    Attributes
    ----------
    formula, inputs, gradients, step : Card
        From the top.
    table : NumberTable
        Backprop against finite difference.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._colours = theme.derivative.text, theme.numerical.text
        self.formula = FormulaCard(theme)
        self.inputs = InputsCard(theme)
        self.gradients = Card(theme, "Gradients", collapsible=True)
        self.table = NumberTable(
            theme,
            (Column("", align="left"), Column("backprop"), Column("finite difference"), Column("error")),
            row_height=27,
            name="Gradients",
        )
        self.gradients.body.addWidget(self.table)
        self.step = GradientStepCard(theme)
        for card in (self.formula, self.inputs, self.gradients, self.step):
            self.add(card)

    def show_scene(self, scene: BackpropScene) -> None:
        """Show all cards."""
        backprop, numerical = self._colours
        self.formula.show_scene(scene)
        self.inputs.show_inputs(scene.inputs)
        self.table.show_rows(
            [
                (
                    _letter_cell(row.latex, backprop, typeset=len(scene.gradients) <= MOST_TYPESET),
                    Cell(format_number(row.backprop, 6), colour=backprop),
                    Cell(format_number(row.difference, 6), colour=numerical),
                    format_error(row.error),
                )
                for row in scene.gradients
            ]
        )
        self.step.show_step(scene.gradient_step, scene.graph.letter)
