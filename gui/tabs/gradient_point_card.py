"""The cards that tell of P: value, gradient and slope along u, and the curvature."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent

from core.scenes.gradient import Comparison, GradientScene
from core.scenes.gradient_critical import CriticalPoint
from core.scenes.gradient_direction import Direction
from gui.controls import Card, Cell, Column, Notice, NumberTable, ReadoutRow, TypedInPlace
from gui.numbers import MINUS, format_error, format_narrow, format_number, parse_number, parse_numbers
from gui.tabs.gradient_panes import coordinate
from gui.theme import Theme

REFUSAL = "Write two numbers such as (3, 4)."
"""Said of text that is no place."""

REFUSED_ANGLE = "Write an angle in degrees such as 20, or in radians such as 0.35 rad."
"""Said of text that is no angle."""

NAMES = {"x": r"{\partial} f / {\partial} x", "y": r"{\partial} f / {\partial} y"}

DIRECTION_ROW = 2
ANGLE_FROM = 0.72
"""Where the cell of the angle begins, as a part of the table's width."""

LARGE = 1e4
"""Numbers from here on have room for two decimals."""

FARTHEST_PLAIN = 999.0
"""Places farther out are too long for the first column."""


class AngleCell(TypedInPlace):
    """Lies over the angle of u in the table and lets it be typed."""

    def __init__(self, theme: Theme, parent: NumberTable) -> None:
        super().__init__(parent)
        self._muted = QColor(theme.muted)
        self.make_editable(theme.ink, "Angle of u in degrees", "Click to type an angle in degrees")

    def show_angle(self, text: str) -> None:
        """Know what is written below."""
        self.text = text
        self.setAccessibleName(f"u at {text}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the line in the cell."""
        self.place_line(QRect(0, 1, self.width(), self.height() - 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Offer to edit the angle by a line under it."""
        if self.line is None and self.underMouse():
            painter = QPainter(self)
            painter.fillRect(QRectF(self.width() - 40, self.height() - 5, 40, 1), self._muted)


class PointTable(NumberTable):
    """The table with the angle of u in its last row.

    Attributes
    ----------
    angle : AngleCell
        Over that angle.
    """

    def __init__(self, theme: Theme) -> None:
        columns = (
            Column(align="left", right=0.2),
            Column("exact", right=0.432),
            Column("central", right=0.716),
            Column("error", right=1.0),
        )
        super().__init__(theme, columns, row_height=27, name="Partial derivatives")
        self.angle = AngleCell(theme, self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cell over its place."""
        row = self.row_rect(DIRECTION_ROW)
        left = ANGLE_FROM * row.width()
        self.angle.setGeometry(round(left), round(row.top()) + 1, round(row.width() - left), 26)


class PointCard(Card):
    """P, f(P) and ‖∇f‖; the partial derivatives exactly and by central differences; the slope along u.

    Attributes
    ----------
    readouts : ReadoutRow
        The three numbers, with the reason where one does not exist.
    table : PointTable
        The comparison, and the slope along u.
    point_committed : Signal
        float, float; a place for P was typed.
    angle_committed : Signal
        float; an angle of u in degrees was typed.
    """

    point_committed = Signal(float, float)
    angle_committed = Signal(float)

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
        self.table = PointTable(theme)
        self.table.angle.committed.connect(self._commit_angle)
        self.body.addWidget(self.readouts)
        self.body.addWidget(self.table)

    def _commit(self, place: int, text: str) -> None:
        point = parse_numbers(text, 2)
        if point is None:
            self.readouts.readouts[place].refuse(REFUSAL)
        else:
            self.point_committed.emit(*point)

    def _commit_angle(self, text: str) -> None:
        angle = parse_angle(text)
        if angle is None:
            self.table.angle.refuse(REFUSED_ANGLE)
        else:
            self.angle_committed.emit(angle)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the numbers at P."""
        x, y = (coordinate(part, scene.decimals) for part in scene.point)
        self.readouts.show_texts(
            (f"({x}, {y})", format_number(scene.value, 2), format_number(scene.magnitude, 2))
        )
        self.readouts.show_reason(scene.reason or None)
        direction = scene.local.direction
        rows = [self._row(row) for row in scene.comparisons]
        self.table.show_rows([*rows, self._direction_row(direction)])
        self.table.angle.show_angle(angle_text(direction.angle))

    def _row(self, row: Comparison) -> tuple[Cell, ...]:
        theme = self._theme
        return (
            Cell(latex=NAMES[row.key], colour=theme.derivative.text),
            Cell(_short(row.exact), colour=theme.derivative.text),
            Cell(_short(row.central), colour=theme.numerical.text),
            Cell(format_error(row.error)),
        )

    def _direction_row(self, direction: Direction) -> tuple[Cell, ...]:
        theme = self._theme
        sign = "^{+}" if direction.one_sided else ""
        return (
            Cell(latex=rf"D_{{\mathbf{{u}}}}{sign} f", colour=theme.derivative.text),
            Cell(_short(direction.derivative), colour=theme.derivative.text),
            Cell(),
            Cell(f"at {angle_text(direction.angle)}", colour=theme.muted, lead="u"),
        )


def angle_text(angle: float) -> str:
    """Write an angle in degrees with one decimal where it needs it."""
    return f"{round(angle, 1) + 0.0:g}°".replace("-", MINUS)


def parse_angle(text: str) -> float | None:
    """Read an angle typed in degrees, or in radians where the text says so; None if it is none."""
    plain = text.strip().removesuffix("°").removesuffix("degrees").strip()
    radians = plain.removesuffix("rad")
    value = parse_number(radians.strip())
    if value is None or plain == radians:
        return value
    return math.degrees(value)


def _short(value: float) -> str:
    """Write a number for a narrow column: four decimals, two of a large number, or a short power of ten."""
    text = format_number(value)
    return format_number(value, 2) if "×" in text or abs(value) >= LARGE else text


class CurvatureCard(Card):
    """The eigenvalues of the Hessian at P and at the minimum ahead, and what they mean in words.

    Attributes
    ----------
    table : NumberTable
        Both.
    note : Notice
        Why some critical points are not marked.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Curvature", collapsible=True)
        self._theme = theme
        columns = (
            Column("Hessian", align="left", right=0.2),
            Column(latex=r"\lambda_1", right=0.43),
            Column(latex=r"\lambda_2", right=0.66),
            Column("shape", right=1.0),
        )
        self.table = NumberTable(theme, columns, name="Curvature")
        self.note = Notice(theme)
        self.body.addWidget(self.table)
        self.body.addWidget(self.note)

    def show_scene(self, scene: GradientScene) -> None:
        """Show the curvature at P, and where the selected descent arrives."""
        at, ahead = scene.curvature, scene.local.heading
        rows: list[tuple[Cell | str, ...]] = [
            ("at P", format_narrow(at.smaller), format_narrow(at.larger), at.shape)
        ]
        if ahead is not None:
            star = Cell("minimum", icon="star", icon_colour=self._theme.optimum.mark)
            numbers = format_narrow(ahead.smaller), format_narrow(ahead.larger)
            rows.append((_place(ahead, scene), *numbers, star))
        self.table.show_rows(rows)
        self.note.show_notice(scene.local.marks.note, "plain")


def _place(point: CriticalPoint, scene: GradientScene) -> str:
    """Write where a point is with two decimals, if they say enough and fit."""
    fine = scene.view[1] - scene.view[0] < 0.5
    if fine or max(abs(point.x), abs(point.y)) > FARTHEST_PLAIN:
        return "ahead"
    return f"({format_plain(point.x)}, {format_plain(point.y)})"


def format_plain(value: float) -> str:
    """Write a coordinate with two decimals."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", MINUS)
