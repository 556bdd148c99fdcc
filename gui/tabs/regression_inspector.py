"""The inspector of the Regression tab: formula, gradient, closed form, descent, data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QWidget

from core.scenes.regression import RegressionScene
from core.scenes.regression_state import LARGEST_MOMENTUM, OPTIMIZER_TITLES
from gui.controls import (
    Button,
    Card,
    Cell,
    Choice,
    Column,
    Inspector,
    Notice,
    NumberTable,
    SliderRow,
    text_label,
)
from gui.formula import FormulaLabel
from gui.numbers import format_number
from gui.tab import ExampleGroup
from gui.tabs.regression_items import FormulaRow
from gui.theme import CARD_PADDING_X, INSPECTOR_WIDTH, Theme

BESIDE = 8
CARD_ROOM = INSPECTOR_WIDTH - 2 * (8 + 1 + CARD_PADDING_X)
"""Width of what is in a card."""

SHOWN_POINTS = 6
"""Points that have room in the table."""


class Hairline(QWidget):
    """A thin line across a card, with a little room around it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._colour = QColor(theme.hairline)
        self.setFixedHeight(7)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line in the middle."""
        QPainter(self).fillRect(0, 3, self.width(), 1, self._colour)


def _beside(left: QWidget, right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(BESIDE)
    row.addWidget(left, 1)
    row.addWidget(right, 0, Qt.AlignmentFlag.AlignVCenter)
    return row


def _show(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)


class FormulaCard(Card):
    """The line with its two sliders, and the loss.

    Attributes
    ----------
    slope, intercept : SliderRow
        w and b.
    loss : QLabel
        The number L.
    """

    def __init__(self, theme: Theme, start: tuple[float, float]) -> None:
        super().__init__(theme)
        self.slope = SliderRow(theme, "w", -1.0, 2.0, default=start[0], decimals=4)
        self.intercept = SliderRow(theme, "b", -1.0, 5.0, default=start[1], decimals=4)
        self.loss = text_label("", theme.loss.text, 18, QFont.Weight.Medium)
        middle = Qt.AlignmentFlag.AlignHCenter
        self.body.setSpacing(2)
        self.body.addSpacing(1)
        self.body.addWidget(FormulaLabel(r"\hat{y} = wx + b", 19, theme.function.text, middle))
        self.body.addSpacing(4)
        self.body.addWidget(self.slope)
        self.body.addWidget(self.intercept)
        self.body.addSpacing(3)
        self.body.addWidget(Hairline(theme))
        loss = FormulaLabel(r"L = \frac{1}{n} \sum (\hat{y}_i - y_i)^2", 14, theme.loss.text)
        self.body.addLayout(_beside(loss, self.loss))

    def render(self, scene: RegressionScene) -> None:
        """Show slope, intercept and loss of a scene."""
        self.slope.show_range(*scene.slope_range)
        self.slope.show_value(scene.w)
        self.intercept.show_range(*scene.intercept_range)
        self.intercept.show_value(scene.b)
        _show(self.loss, format_number(scene.loss))


class GradientCard(Card):
    """Both partial derivatives: formula, number, and the sum written out.

    Attributes
    ----------
    numbers : list of QLabel
        ∂L/∂w and ∂L/∂b.
    sums : list of FormulaRow
        The sums with the errors filled in.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Gradient", collapsible=True)
        colour = theme.derivative.text
        self.numbers = [text_label("", colour, 15, QFont.Weight.Medium) for _ in "wb"]
        self.sums = [FormulaRow(theme.second, 12.5) for _ in "wb"]
        self.body.setSpacing(2)
        for letter, factor, number, total in zip(
            "wb", (r" \, x_i", ""), self.numbers, self.sums, strict=True
        ):
            left = rf"\textcolor{{{colour}}}{{\frac{{{{\partial}} L}}{{{{\partial}} {letter}}}}}"
            latex = rf"{left} = \frac{{2}}{{n}} \sum (\hat{{y}}_i - y_i){factor}"
            self.body.addLayout(_beside(FormulaLabel(latex, 14, theme.ink), number))
            total.setContentsMargins(5, 0, 0, 0)
            self.body.addWidget(total)
            if letter == "w":
                self.body.addWidget(Hairline(theme))

    def render(self, scene: RegressionScene) -> None:
        """Show the gradient of a scene."""
        for number, value in zip(self.numbers, scene.gradient, strict=True):
            _show(number, format_number(value))
        for total, pieces in zip(self.sums, scene.sums, strict=True):
            total.show_pieces(pieces)


class OptimumCard(Card):
    """The best line in closed form, or why there is none.

    Attributes
    ----------
    slope, intercept : FormulaRow
        How w* and b* come about.
    loss, loss_above : FormulaLabel
        L*: beside b*, or in the title line where b* needs the room.
    reason : Notice
        Why there is not one best line.
    """

    def __init__(self, theme: Theme) -> None:
        self.loss, self.loss_above = (FormulaLabel("", 14, theme.loss.text) for _ in range(2))
        corner = QWidget()
        beside_chevron = QHBoxLayout(corner)
        beside_chevron.setContentsMargins(0, 0, 20, 0)
        beside_chevron.addWidget(self.loss_above)
        super().__init__(theme, "Closed-form optimum", icon="star", collapsible=True, header_widget=corner)
        self.slope = FormulaRow(theme.ink, 14)
        self.intercept = FormulaRow(theme.ink, 14)
        self.reason = Notice(theme)
        self.body.addWidget(self.slope)
        self.body.addLayout(_beside(self.intercept, self.loss))
        self.body.addWidget(self.reason)

    def render(self, scene: RegressionScene) -> None:
        """Show the closed form for the data of a scene."""
        optimum = scene.optimum
        none = r"\text{none}"
        self.slope.show_pieces(optimum.w_pieces or (r"w^{\star}", "=", none))
        self.intercept.show_pieces(optimum.b_pieces or (r"b^{\star}", "=", none))
        self.loss.show_formula(optimum.loss_latex)
        self.loss_above.show_formula(optimum.loss_latex)
        crowded = self.intercept.sizeHint().width() + self.loss.sizeHint().width() + BESIDE > CARD_ROOM
        self.loss.setVisible(not crowded)
        self.loss_above.setVisible(crowded)
        self.reason.show_notice(optimum.reason)


class DescentCard(Card):
    """Learning rate with its limit, the optimiser, and the momentum of one that has it.

    Attributes
    ----------
    rate : SliderRow
        The learning rate.
    optimizer : Choice
        The optimiser by the name that states use.
    momentum : SliderRow
        The share β of the velocity that is kept.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Descent")
        self.rate = SliderRow(theme, r"\eta", 0.0, 0.1, default=0.0, decimals=4)
        self.optimizer = Choice(theme, tuple(OPTIMIZER_TITLES.items()), name="Optimiser")
        self.body.addWidget(self.rate)
        self.momentum = SliderRow(theme, r"\beta", 0.0, LARGEST_MOMENTUM, default=0.9, decimals=3)
        self.body.addWidget(self.optimizer)
        self.body.addWidget(self.momentum)

    def render(self, scene: RegressionScene) -> None:
        """Show how the descent of a scene goes."""
        self.rate.show_range(*scene.rate_range)
        self.rate.show_default(scene.usual_rate)
        self.rate.show_value(scene.learning_rate)
        known = scene.limit == scene.limit
        self.rate.show_limit(scene.limit if known else None, scene.limit_latex)
        self.rate.show_warning(scene.warning or None)
        self.optimizer.show_choice(scene.optimizer)
        self.momentum.setVisible(scene.momentum is not None)
        if scene.momentum is not None:
            self.momentum.show_value(scene.momentum)


class DataCard(Card):
    """The points as a table, and ready data sets.

    Attributes
    ----------
    table : NumberTable
        The first points.
    gallery : Button
        Opens the menu of data sets.
    chosen : Signal
        str; the key of the data set that the person picked.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, examples: Sequence[ExampleGroup]) -> None:
        super().__init__(theme, "Data", note=" ")
        self.table = NumberTable(theme, self._columns(5), head=False, name="Points")
        self.gallery = Button(theme, "Gallery", chevron=True)
        self.gallery.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.gallery.setMinimumWidth(96)
        self.menu = QMenu(self)
        for title, entries in examples:
            if not self.menu.isEmpty():
                self.menu.addSeparator()
            self.menu.addAction(title).setEnabled(False)
            for key, text in entries:
                self.menu.addAction(text).triggered.connect(partial(self._choose, key))
        self.gallery.clicked.connect(self._open)
        self.body.addWidget(self.table)
        self.body.addWidget(self.gallery)

    def _choose(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)

    def _open(self) -> None:
        self.menu.popup(self.gallery.mapToGlobal(self.gallery.rect().bottomLeft()))

    @staticmethod
    def _columns(count: int) -> list[Column]:
        letter, width = 0.09, 0.91 / max(count, 5)
        numbers = [Column(align="centre", right=letter + width * (k + 1)) for k in range(max(count, 5))]
        return [Column(align="left", right=letter), *numbers]

    def render(self, scene: RegressionScene) -> None:
        """Show the points of a scene."""
        count = len(scene.points)
        self.show_note(f"{count:,} point{'' if count == 1 else 's'}")
        more = ["…"] if count > SHOWN_POINTS else []
        shown = scene.points[:SHOWN_POINTS]
        self.table.show_columns(self._columns(len(shown) + len(more)))
        self.table.show_rows(
            [
                [Cell(latex="x"), *(_brief(x) for x, _ in shown), *more],
                [Cell(latex="y"), *(_brief(y) for _, y in shown), *more],
            ]
        )


def _brief(value: float) -> str:
    text = format_number(value, 2)
    return text.rstrip("0").rstrip(".") if "." in text and "×" not in text else text


class RegressionInspector(Inspector):
    """All cards.

    Attributes
    ----------
    formula, gradient, optimum, descent, data : Card
        From the top.
    """

    def __init__(self, theme: Theme, start: tuple[float, float], examples: Sequence[ExampleGroup]) -> None:
        super().__init__(theme)
        self.formula = FormulaCard(theme, start)
        self.gradient = GradientCard(theme)
        self.optimum = OptimumCard(theme)
        self.descent = DescentCard(theme)
        self.data = DataCard(theme, examples)
        self._cards = (self.formula, self.gradient, self.optimum, self.descent, self.data)
        for card in self._cards:
            self.add(card)

    def render(self, scene: RegressionScene) -> None:
        """Show a scene in all cards."""
        for card in self._cards:
            card.render(scene)
