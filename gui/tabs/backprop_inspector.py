"""The cards of the Backprop tab: formula, inputs, gradients, gradient step."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QWidget

from core.scenes.backprop import BackpropScene, Input
from core.scenes.backprop_state import PRESETS, BackpropState
from core.scenes.backprop_step import GradientStep
from core.scenes.state import DEFAULT_PARAMETER, Parameter
from gui.controls import (
    Button,
    Card,
    Cell,
    CheckBox,
    Column,
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
from gui.tabs.formula_card import FormulaCard
from gui.tabs.letter_sliders import LetterSliders
from gui.theme import Theme, ui_font

SLOWEST_LEARNING, FASTEST_LEARNING = 0.01, 100.0

MOST_TYPESET = 16

_ROW = 25

_PREVIEW, _SMALLEST_PREVIEW = 19.0, 11.0
"""Size of the letters in the preview, and the least for a long formula."""


class _PreviewSheet(QScrollArea):
    """Shows a preview as large as there is room for, and lets one scroll that would be too small to read."""

    def __init__(self, theme: Theme, preview: FormulaLabel) -> None:
        super().__init__()
        self._preview = preview
        self.setWidget(preview)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setStyleSheet(f"QScrollArea, FormulaLabel {{ background: {theme.card} }}")

    def make_room(self) -> None:
        """Be as high as the preview, with a scroll bar where it needs one."""
        size = self._preview.sizeHint()
        self._preview.setMinimumWidth(math.ceil(size.width() * _SMALLEST_PREVIEW / _PREVIEW))
        scrolls = self._preview.minimumWidth() > self.width()
        self.setFixedHeight(
            size.height() + (self.horizontalScrollBar().sizeHint().height() if scrolls else 0)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the room for the scroll bar, which depends on the width."""
        super().resizeEvent(event)
        self.make_room()


class OutputCard(FormulaCard):
    """The typed formula with its preview, and why it has no value where it has none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(
            theme,
            "L =",
            PRESETS,
            name="Formula of L",
            placeholder="for example (w*x - y)^2",
            hint="Type a formula, or open the arrow for examples.",
        )
        self.preview = FormulaLabel("", _PREVIEW, theme.loss.text, Qt.AlignmentFlag.AlignHCenter)
        self._sheet = _PreviewSheet(theme, self.preview)
        self.remark = Notice(theme)
        self.body.setSpacing(8)
        self.body.setContentsMargins(BLEED, 0, BLEED, 7)
        self.body.addWidget(self._sheet)
        self.body.addWidget(self.remark)

    def show_scene(self, scene: BackpropScene) -> None:
        """Show text, fault, preview and remark."""
        self.show_typed(scene.text, scene.problem)
        self.field.show_prefix(f"{scene.graph.letter} =")
        self.preview.show_formula(scene.latex, dimmed=scene.problem is not None)
        self._sheet.make_room()
        self.remark.show_notice(scene.remark, "plain")


class InputSliders(LetterSliders):
    """A slider, a number and a check box for each letter.

    Attributes
    ----------
    boxes : dict of CheckBox
        By letter.

    Signals
    -------
    learning_chosen(name: str, learns: bool)
        A letter is to learn, or not.
    """

    learning_chosen = Signal(str, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, 4)
        self.boxes: dict[str, CheckBox] = {}

    def show_inputs(self, inputs: Sequence[Input]) -> None:
        """Show a row for each letter, in this order; emits nothing."""
        self.show_letters(inputs)
        for each in inputs:
            self.boxes[each.name].show_checked(each.learns)

    def default_of(self, name: str) -> float:
        """Give the number with which a letter of the first formula begins."""
        return dict(BackpropState().values).get(name, DEFAULT_PARAMETER)

    def beside(self, letter: Parameter) -> QWidget:
        """Make the check box of a letter."""
        name = letter.name
        box = CheckBox(self._theme, f"learn {plain_text(letter.latex)}")
        box.setToolTip("Let the gradient step change it")
        box.chosen.connect(lambda learns: self.learning_chosen.emit(name, learns))
        self.boxes[name] = box
        room = QWidget()
        layout = QHBoxLayout(room)
        layout.setContentsMargins(6, 0, 5, 0)
        layout.addWidget(box)
        return room


class InputsCard(Card):
    """The letters of the formula, or that it has none.

    Attributes
    ----------
    sliders : InputSliders
        A row for each.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Inputs", header_widget=text_label("learn", theme.muted, 12))
        self.sliders = InputSliders(theme)
        self._empty = text_label("The formula has no letters.", theme.muted)
        self.body.addWidget(self.sliders)
        self.body.addWidget(self._empty)

    def show_inputs(self, inputs: Sequence[Input]) -> None:
        """Show a row for each letter, in this order."""
        self.sliders.show_inputs(inputs)
        self._empty.setVisible(not inputs)


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
        self.body.addWidget(self.rate)
        self.body.addSpacing(4)
        for widget in (self.updates, self.obstacle, self.button):
            self.body.addWidget(widget)

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
        self.formula = OutputCard(theme)
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
