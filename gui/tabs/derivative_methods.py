"""The numerical derivatives of the Derivative tab: their card, and the plot of their errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QResizeEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from core.scenes import derivative_methods as core
from core.scenes.derivative import LARGEST_H, SMALLEST_H, DerivativeScene, DerivativeState, with_h
from core.scenes.derivative_methods import BestStep, ErrorPlot, Estimate, MethodsScene
from core.scenes.error_curves import COMPARED, ErrorCurve
from gui.controls import Button, Card, Cell, Column, Notice, NumberTable, PaneHeader, Segmented, SliderRow
from gui.controls.card import BLEED
from gui.handles import DragLine
from gui.label_places import Crowd, along, around, put_words, words_size
from gui.numbers import format_error, format_number
from gui.plot_labels import Label
from gui.plot_lines import Curve, Zigzag
from gui.plot_marks import Marker
from gui.tab import Tab
from gui.tabs.derivative_side_panes import LEFT, RIGHT, WORDS
from gui.tabs.derivative_steps import HeaderLink
from gui.tabs.pane import FixedPlot, Pane
from gui.theme import Hue, Theme, mixed

FIELD = 72
"""Width of the field for h: 1.66e−16 fits in."""

DECIMALS, DIGITS = 8, 9
"""Most decimals of a value, and most digits where a fourth column leaves less room."""

ALL_DIGITS = 17.0
"""An estimate with so many correct digits is the exact derivative itself."""

ROOM = 16.0
"""How many times the largest h the right edge of the error plot is."""

PLACES = {
    "forward": ((0.68, 0.62, 0.74, 0.56), True),
    "central": ((0.82, 0.78, 0.86, 0.74), False),
    "complex_step": ((0.16, 0.24, 0.32, 0.4), True),
}
"""Where along its curve the name of a method may stand, and whether above it."""

SHARES = tuple(share / 100 for share in range(96, 3, -5))
"""Where the names are tried if there are more of them, from the right."""

APART = 12.0
"""A curve stands alone where all others are so many pixels above or below it."""

SNAP = 6.0
"""Within so many pixels the line at h jumps to a step that is marked as the best."""

REACH = 8.0
"""So far from a curve it can still be clicked."""

AWAY = tuple((right, down) for down in (0, 14, -14, 30, -30, 46) for right in (0, -24, 24, -56, 56))
"""Pixels from the usual places of the words at a best step to others, where those are taken."""

SLOPE_SHARES = (0.25, 0.4, 0.6, 0.75, 0.85)
"""Where along a line of theory its slope may be named."""

SLOPE = 11
"""Size of the letters that name the slopes of the lines of theory."""

SIGNS = {"five_point": "diamond", "richardson": "square", "complex_step": "triangle"}
"""Marker of each method; that of the others is a disc."""

TITLES = {method.key: method.title for method in COMPARED}

PRECISIONS = (("float64", "float64"), ("float32", "float32"))
SHORT_PRECISIONS = (("float64", "64"), ("float32", "32"))
"""What can be chosen, as words in a pane at least `WIDE`, and as numbers in one at least `NARROW`."""

WIDE, NARROW = 281, 231

SINGLE = "Computed in float32: each number keeps 24 bits, about 7 digits."

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def hue_of(key: str, theme: Theme) -> Hue:
    """Give the colours of a method; those of no role of their own are numerical."""
    hues = {"central": theme.central, "five_point": theme.five_point, "richardson": theme.richardson}
    return hues.get(key, theme.numerical)


def _short(step: float) -> str:
    """Write a step size into a pill or a sentence."""
    return f"{step:.2g}" if step >= 1e-3 else format_number(step, 1)


def sentence(best: BestStep, own_error: float = math.nan) -> str:
    """Say what error a method has and which step is best for it."""
    if best.problem:
        return f"{best.title}: {best.problem}"
    power = "" if best.order == 1 else str(best.order).translate(_SUPERSCRIPTS)
    measured = f"measured {_short(best.measured)}"
    digits = f"{math.floor(best.digits)} digits"
    if math.isinf(best.predicted):
        said = f"exact but for rounding, which costs ε/h; best with a large h ({measured}), {digits}"
    elif not best.predicted > 0.0:
        said = f"best near h = {_short(best.measured)}, as measured, {digits}"
    elif not best.cancels:
        good = f"good up to h = {_short(best.predicted)}"
        said = f"error C·h{power}, nothing cancels; {good} ({measured}), {digits}"
    else:
        where = "best with a large h, near" if best.predicted > LARGEST_H else "best near h ="
        said = f"error C·h{power} + ε/h; {where} {_short(best.predicted)} ({measured}), {digits}"
    own = "" if math.isnan(own_error) else f" Here it estimates its own error as {format_error(own_error)}."
    return f"{best.title}: {said}.{own}"


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
    switch : HeaderLink
        Compares all methods, or the usual three again.
    methods : NumberTable
        Takes the table's place while all are compared; a row can be chosen.
    theory, single : Notice
        What is to be said of the chosen method, and that all is computed in single precision.
    """

    def __init__(self, theme: Theme) -> None:
        self.switch = HeaderLink(theme, "All methods")
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 22, 0)
        row.addWidget(self.switch)
        super().__init__(theme, "Numerical derivative", collapsible=True, header_widget=holder)
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
        four = (
            Column("method", align="left", right=0.37),
            Column("value", right=0.645),
            Column("error", right=0.882),
            Column("digits", right=1.0),
        )
        self.methods = NumberTable(theme, four, selectable=True, name="All numerical derivatives")
        self.theory, self.single = Notice(theme), Notice(theme)
        self.body.addWidget(self.step)
        self.body.addWidget(self.table)
        self._below = QWidget()
        column = QVBoxLayout(self._below)
        column.setContentsMargins(BLEED, 0, BLEED, 0)
        column.setSpacing(5)
        column.addWidget(self.theory)
        column.addWidget(self.single)
        self.add_wide(self.methods)
        self.add_wide(self._below)
        self._scene: MethodsScene | None = None
        self.fold_toggled.connect(self._show_theory)

    def show_scene(self, scene: DerivativeScene, playing: bool) -> None:
        """Show h, whether it shrinks by itself, the table, and the theory of the chosen method."""
        methods = scene.methods
        self._scene = methods
        self.step.show_value(scene.h)
        self.play.show_icon("pause" if playing else "play")
        self.switch.show_text("Fewer methods" if methods.every else "All methods")
        self.table.setVisible(not methods.every)
        self.methods.setVisible(methods.every)
        if methods.every:
            keys = [row.key for row in methods.estimates]
            selected = keys.index(methods.method) if methods.method in keys else None
            self.methods.show_rows([self._long_row(row) for row in methods.estimates], selected=selected)
        else:
            self.table.show_rows([self._row(row) for row in methods.estimates])
        self._show_theory()

    def _show_theory(self) -> None:
        """Say what is to be said; while the card is folded it costs nothing."""
        scene = self._scene
        if scene is None or self.folded:
            return
        said = ""
        if scene.every:
            own_error = {row.key: row.own_error for row in scene.estimates}
            said = sentence(core.best_step(scene), own_error.get(scene.method, math.nan))
        self.theory.show_notice(said)
        self.single.show_notice(SINGLE if scene.precision == "float32" else "")
        self._below.setVisible(bool(self.theory.text or self.single.text))

    def _row(self, row: Estimate) -> tuple[Cell, ...]:
        exact = row.key == "exact"
        return (
            Cell(row.title, colour=self._colour(row)),
            Cell(format_number(row.value, DECIMALS), colour=self._theme.derivative.text if exact else ""),
            Cell("–", colour=self._theme.muted) if exact else Cell(format_error(row.error)),
        )

    def _long_row(self, row: Estimate) -> tuple[Cell, ...]:
        hue = hue_of(row.key, self._theme)
        before_point = len(f"{abs(row.value):.0f}") if math.isfinite(row.value) else 1
        value = format_number(row.value, min(max(DIGITS - before_point, 2), DECIMALS))
        if row.key == "exact":
            none = Cell("–", colour=self._theme.muted)
            name = Cell(row.title, colour=self._colour(row))
            return name, Cell(value, colour=self._theme.derivative.text), none, none
        sign = SIGNS.get(row.key, "circle")
        return (
            Cell(row.title, colour=self._colour(row), icon=sign, icon_colour=hue.mark),
            Cell(value),
            Cell(format_error(row.error)),
            Cell(_digits(row.digits)),
        )

    def _colour(self, row: Estimate) -> str:
        return self._theme.ink if row.key == "exact" else hue_of(row.key, self._theme).text


def _digits(digits: float) -> str:
    if math.isnan(digits):
        return "none"
    return "all" if digits >= ALL_DIGITS else str(math.floor(digits))


class _ErrorPaper(FixedPlot):
    """The paper of the error plot; a press on it beside all handles is told of.

    Signals
    -------
    pressed_beside(pixel: QPointF)
        In pixels of the viewport.
    """

    pressed_beside = Signal(QPointF)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take handles, and tell of other presses."""
        if event.button() == Qt.MouseButton.LeftButton and self.handle_at(event.position()) is None:
            self.pressed_beside.emit(event.position())
        super().mousePressEvent(event)


class ErrorPane(Pane):
    """Error of each numerical derivative over the step size, on logarithmic axes.

    Attributes
    ----------
    step : DragLine
        The upright line at h.
    precision : Segmented
        In which the estimates are computed.
    markers : dict of str to Marker
        For each method the one on its curve, at h.
    plot_shown : ErrorPlot or None
        What is drawn.
    method_picked : Signal
        str; the person clicked the curve of this method while all are compared.
    """

    method_picked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        plot = _ErrorPaper(theme, log_x=True, log_y=True, left=LEFT, right=RIGHT)
        super().__init__(PaneHeader(theme, "Error versus h", expandable=True), plot)
        self._theme = theme
        self.precision = Segmented(
            theme, PRECISIONS, latex=False, name="Precision of the estimates", height=22
        )
        self.header.add(self.precision)
        self._truncation = plot.add(Curve(theme.second, 1.0, style="dotted"), level=2.5)
        self._rounding = plot.add(Curve(theme.second, 1.0, style="dotted"), level=2.5)
        hues = {method.key: hue_of(method.key, theme) for method in COMPARED}
        self._curves = {
            "complex_step": plot.add(
                Zigzag(mixed(hues["complex_step"].mark, theme.plot, 0.5), 4.0), level=3.0
            )
        }
        for key, hue in hues.items():
            if key not in self._curves:
                level = {"forward": 3.1, "central": 3.2}.get(key, 3.15)
                self._curves[key] = plot.add(Zigzag(hue.mark, 1.5), level=level)
        self._strong = {key: plot.add(Zigzag(hue.mark, 2.0), level=3.3) for key, hue in hues.items()}
        self.step = plot.add(DragLine(theme, theme.numerical.text, 2.0, name="Step h"))
        self.markers = {
            key: plot.add(Marker(hue.mark, SIGNS.get(key, "disc"), size=4.5, ring=1))
            for key, hue in hues.items()
        }
        self._measured = {
            key: plot.add(Marker(hue.text, size=5.0, hollow=True, ring=1), level=7.2)
            for key, hue in hues.items()
        }
        self._predicted = plot.add(Marker(theme.second, "diamond", size=5.5, hollow=True, ring=1), level=7.1)
        self._labels = {key: plot.add(Label(hue.text, WORDS, typeset=False)) for key, hue in hues.items()}
        self._measured_labels = {
            key: plot.add(Label(hue.text, SLOPE, typeset=False)) for key, hue in hues.items()
        }
        self._predicted_label = plot.add(Label(theme.second, SLOPE, typeset=False))
        self._slope_labels = [plot.add(Label(theme.muted, SLOPE, typeset=False)) for _ in range(2)]
        self.plot_shown: ErrorPlot | None = None
        self._names = TITLES
        self._placed: tuple[object, ...] = (None, None, None)
        self._pickable = False
        plot.pressed_beside.connect(self._pick)
        plot.viewport().installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten the words of the switch in a narrow pane, and leave it out of a very narrow one."""
        super().resizeEvent(event)
        self.precision.show_options(PRECISIONS if self.width() >= WIDE else SHORT_PRECISIONS)
        self.precision.setVisible(self.width() >= NARROW)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Place all items."""
        plot, shown = self.plot, core.error_plot(scene.methods)
        low, high = shown.range
        plot.show_view((SMALLEST_H, ROOM * LARGEST_H, low, high))
        exists = math.isfinite(scene.slope.derivative)
        plot.show_message(shown.note or None if exists else "No derivative here, so no error.")
        plot.show_x_pill(scene.h, _short(scene.h), self._theme.numerical.text, guide="none")
        self.precision.show_choice(scene.methods.precision)
        self.step.place(scene.h, math.sqrt(low) * math.sqrt(high), 0.0, 1.0)
        self.plot_shown, self._pickable = shown, scene.methods.every
        self._show_curves(scene.methods, shown)
        self._show_theory(shown.best)
        self._place_labels(scene.methods, shown)

    def _show_curves(self, scene: MethodsScene, shown: ErrorPlot) -> None:
        errors = {key: (steps, error) for key, steps, error in shown.curves}
        heights = dict(shown.points)
        for key, curve in self._curves.items():
            strong = scene.every and key == scene.method
            for item, wanted in ((curve, not strong), (self._strong[key], strong)):
                if wanted and key in errors:
                    item.show(*errors[key])
                else:
                    item.clear()
            if key in heights and (scene.every or key not in SIGNS):
                self.markers[key].show(scene.h, heights[key])
            else:
                self.markers[key].clear()

    def _show_theory(self, best: BestStep | None) -> None:
        """Draw the two lines of theory and the best steps of the chosen method."""
        for marker in self._measured.values():
            marker.clear()
        self._predicted.clear()
        if best is None or best.problem:
            self._truncation.clear()
            self._rounding.clear()
            return
        self._truncation.show(best.h, best.truncation)
        self._rounding.show(best.h, best.rounding)
        self._measured[best.key].show(best.measured, best.measured_error)
        if best.predicted in best.places:
            self._predicted.show(best.predicted, best.predicted_error)

    def _place_labels(self, scene: MethodsScene, shown: ErrorPlot) -> None:
        """Find places for all words; among many curves they stay while only h moves."""
        placed = (shown.curves, shown.best, self.plot.projection)
        if scene.every and all(now is then for now, then in zip(placed, self._placed, strict=True)):
            return
        self._placed = placed
        for label in (*self._labels.values(), *self._measured_labels.values(), *self._slope_labels):
            label.clear()
        self._predicted_label.clear()
        some = () if shown.note else shown.exact
        self._names = {key: f"{title}: exact" if key in some else title for key, title in TITLES.items()}
        crowd = Crowd(self.plot.projection)
        for _, steps, error in shown.curves:
            crowd.add_points(steps, error)
        if scene.every:
            self._label_many(shown, crowd)
        else:
            crowd.add_points(np.full(100, scene.h), np.geomspace(*shown.range, 100))
            for curve in shown.curves:
                self._name(curve[0], self._at_home(curve), crowd)

    def _label_many(self, shown: ErrorPlot, crowd: Crowd) -> None:
        """Write the words among many curves where nothing is in their way, the chosen method's first.

        A pointer that rests on a curve is told its name.
        """
        on_floor = [curve for curve in shown.curves if curve[0] == "complex_step"]
        falling = [curve for curve in shown.curves if curve[0] != "complex_step"]
        best = shown.best if shown.best is not None and not shown.best.problem else None
        if best is not None:
            crowd.add_disc(best.measured, best.measured_error, 7)
            crowd.add_disc(best.predicted, best.predicted_error, 7)
        named = [(curve, self._at_home(curve)) for curve in on_floor]
        for curve in falling:
            others = [other for other in shown.curves if other is not curve]
            named.append((curve, self._beside(curve, others)))
        chosen = "" if best is None else best.key
        named.sort(key=lambda each: (each[0][0] != chosen, each[0] not in on_floor))
        first = [each for each in named if each[0][0] == chosen or each[0] in on_floor]
        for curve, boxes in first:
            self._name(curve[0], boxes, crowd, forced=curve[0] == chosen)
        if best is not None:
            self._label_best(best, crowd)
        for curve, boxes in named[len(first) :]:
            self._name(curve[0], boxes, crowd, forced=False)
        if best is not None:
            self._label_slopes(best, crowd)

    def _name(self, key: str, boxes: Iterable[QRectF], crowd: Crowd, *, forced: bool = True) -> None:
        """Write the name of a method into the first free box, or else into the freest if it is forced."""
        box = crowd.freest(boxes) if forced else crowd.free(boxes)
        put_words(self._labels[key], self._names[key], WORDS, box, self.plot.projection)
        if box is not None:
            crowd.add_box(box)

    def _at_home(self, curve: ErrorCurve) -> Iterable[QRectF]:
        """Give the places of the name of one of the three usual methods."""
        key, steps, error = curve
        shares, usual = PLACES[key]
        size, gap = words_size(self._names[key], WORDS), 9.0
        return (
            QRectF(x + dx, y - gap - size.height() if above else y + gap, size.width(), size.height())
            for above in (usual, not usual)
            for x, y in along(steps, error, shares, self.plot.projection)
            for dx in ((-size.width(), -size.width() / 2, 0.0) if above else (4.0, -size.width() / 2))
        )

    def _beside(self, curve: ErrorCurve, others: Sequence[ErrorCurve]) -> Iterable[QRectF]:
        """Give places along a curve, at first where no other curve is near."""
        key, steps, error = curve
        heights = self.plot.projection.to_pixels(steps, error)[1]
        with np.errstate(all="ignore"):
            away = [np.abs(self.plot.projection.to_pixels(steps, each[2])[1] - heights) for each in others]
        apart = np.nan_to_num(np.min(away, axis=0, initial=math.inf), nan=math.inf) >= APART
        alone = [bool(apart[round(share * (apart.size - 1))]) for share in SHARES]
        shares = sorted(SHARES, key=lambda share: not alone[SHARES.index(share)])
        size = words_size(self._names[key], WORDS)
        return (
            box
            for x, y in along(steps, error, shares, self.plot.projection)
            for box in _around_a_line(x, y, size)
        )

    def _label_best(self, best: BestStep, crowd: Crowd) -> None:
        """Name the marks of the best steps."""
        projection = self.plot.projection
        marks = [(self._measured_labels[best.key], "measured", best.measured, best.measured_error)]
        if best.predicted in best.places:
            marks.insert(0, (self._predicted_label, "best h", best.predicted, best.predicted_error))
        for label, name, step, error in marks:
            text = f"{name} {_short(step)}"
            x, y = map(float, projection.to_pixels(step, error))
            size = words_size(text, SLOPE)
            boxes = [
                box.translated(right, down) for right, down in AWAY for box in around(x, y, size, 10.0)[:4]
            ]
            box = crowd.free(boxes)
            put_words(label, text, SLOPE, box, projection)
            if box is not None:
                crowd.add_box(box)

    def _label_slopes(self, best: BestStep, crowd: Crowd) -> None:
        """Name the slopes of the lines of theory where there is room."""
        projection = self.plot.projection
        lines = [(best.truncation, f"slope {best.order}")]
        if best.cancels:
            lines.append((best.rounding, "slope −1"))
        for label, (error, text) in zip(self._slope_labels, lines, strict=False):
            size = words_size(text, SLOPE)
            boxes = [
                box
                for x, y in along(best.h, error, SLOPE_SHARES, projection)
                for box in around(x, y, size, 6.0)[:3]
            ]
            box = crowd.free(boxes)
            put_words(label, text, SLOPE, box, projection)
            if box is not None:
                crowd.add_box(box)

    def _pick(self, pixel: QPointF) -> None:
        """Choose the method whose curve passes next to a pixel."""
        key = self._near(pixel)
        if key and self._pickable:
            self.method_picked.emit(key)

    def _near(self, pixel: QPointF) -> str:
        """Tell which method's curve passes next to a pixel; empty for none."""
        near = {}
        for key, steps, error in self.plot_shown.curves if self.plot_shown is not None else ():
            x, y = self.plot.projection.to_pixels(steps, error)
            near[key] = _distance(pixel, np.asarray(x), np.asarray(y))
        nearest = min(near, key=lambda each: near[each], default="")
        return nearest if near.get(nearest, math.inf) <= REACH else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Name the curve on which the pointer rests."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            key = self._near(QPointF(event.pos()))
            if key:
                QToolTip.showText(event.globalPos(), TITLES[key], self.plot.viewport())
                return True
            QToolTip.hideText()
        return super().eventFilter(watched, event)


def _around_a_line(x: float, y: float, size: QSizeF, gap: float = 5.0) -> list[QRectF]:
    """Give boxes at a pixel of a line: upper left and lower right for a rising one, then the others."""
    width, height = size.width(), size.height()
    corners = [
        (x - gap - width, y - gap - height),
        (x + gap, y + gap),
        (x + gap, y - gap - height),
        (x - gap - width, y + gap),
        (x + 2 * gap, y - height / 2),
        (x - 2 * gap - width, y - height / 2),
    ]
    return [QRectF(left, top, width, height) for left, top in corners]


def _distance(pixel: QPointF, x: np.ndarray, y: np.ndarray) -> float:
    """Give the distance of a pixel from a line through points; infinite where there is none."""
    along_x, along_y = np.diff(x), np.diff(y)
    away_x, away_y = pixel.x() - x[:-1], pixel.y() - y[:-1]
    with np.errstate(all="ignore"):
        share = np.clip((away_x * along_x + away_y * along_y) / (along_x**2 + along_y**2), 0.0, 1.0)
        apart = np.hypot(away_x - share * along_x, away_y - share * along_y)
    return float(np.min(apart[np.isfinite(apart)], initial=math.inf))


def connect_methods(card: NumericalCard, pane: ErrorPane, tab: Tab) -> None:
    """Let the gestures of the card and of the plot of the errors change the state of the tab."""

    def drag_step(h: float, _error: float, alt: bool) -> None:
        left, right = pane.plot.view[:2]
        reach = (right / left) ** (SNAP / pane.plot.projection.width)
        tab.become(with_h(tab.state, h) if alt else core.with_h_near(tab.state, h, reach))

    def choose_row(row: int) -> None:
        tab.become(core.choose_method(tab.state, tab.scene.methods.estimates[row].key))

    card.switch.clicked.connect(lambda: tab.become(core.toggle_all_methods(tab.state)))
    card.methods.row_chosen.connect(choose_row)
    pane.method_picked.connect(lambda key: tab.become(core.choose_method(tab.state, key)))
    pane.precision.chosen.connect(lambda key: tab.become(core.with_precision(tab.state, key)))
    pane.step.pressed.connect(tab.take_hold)
    pane.step.moved.connect(drag_step)
    pane.step.released.connect(tab.gesture_ended)
    pane.step.cancelled.connect(tab.gesture_cancelled)
