"""What a frame of a drag does in the Gradient tab: no more than what changed, and all of that."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.presets import SURFACES
from core.scenes.gradient_state import EXTRAS, GradientState, choose_preset, type_formula, with_point
from gui.drawn_pieces import _picture
from gui.formula import formula
from gui.plot_axes import Projection
from gui.plot_fields import Isolines
from gui.plot_item import PlotItem
from gui.plot_marks import Marker
from gui.plots import Plot
from gui.tabs.gradient import GradientTab
from gui.theme import LIGHT
from gui.window import Window
from tests.gui.tabs import settle, show

START = GradientState()
RASTRIGIN = choose_preset(START, next(each for each in SURFACES if each.key == "rastrigin"))
SLIDING = replace(type_formula(START, "(x^2+a y-11)^2+(x+y^2-7)^2"), parameters=(("a", 1.0),))

PLACES = [(3.0 * math.sin(0.4 * k), 2.5 * math.cos(0.3 * k)) for k in range(12)]


class Painted(QObject):
    """Records the region that is painted of each widget it watches."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.regions: dict[QWidget, QRegion] = {}
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            before = self.regions.get(watched, QRegion())
            self.regions[watched] = before | QRegion(event.region())  # type: ignore[attr-defined]
        return False


def numbers(image: QImage) -> np.ndarray:
    picture = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(picture.constBits(), dtype=np.uint8)
    return flat.reshape(picture.height(), picture.width(), 4)[:, :, :3].astype(np.int16)


@pytest.mark.parametrize("start", [START, RASTRIGIN, replace(START, column="descent")])
def test_after_a_drag_the_screen_shows_what_a_whole_painting_would(
    window: Window, tab: GradientTab, start: GradientState
) -> None:
    show(tab, start)
    for place in PLACES:
        tab.become(with_point(tab.state, *place))
        window.store.flush()
        QApplication.processEvents()
    settle()
    screen = QApplication.primaryScreen().grabWindow(window.winId()).toImage()
    assert np.abs(numbers(screen) - numbers(window.grab().toImage())).max() <= 1


def test_after_a_letter_was_dragged_too(window: Window, tab: GradientTab) -> None:
    show(tab, SLIDING)
    tab.inspector.formula.letters.pressed.emit()
    for k in range(12):
        tab.edited(parameters=(("a", 1.0 + 0.05 * k),))
        window.store.flush()
        QApplication.processEvents()
    settle()
    screen = QApplication.primaryScreen().grabWindow(window.winId()).toImage()
    assert np.abs(numbers(screen) - numbers(window.grab().toImage())).max() <= 1
    tab.inspector.formula.letters.released.emit()


def test_names_ticks_and_cards_are_not_painted_while_numbers_change(tab: GradientTab) -> None:
    table, card = tab.inspector.descent.table, tab.inspector.descent
    painted = Painted(table, card)
    show(tab, with_point(START, 1.0, -1.0))
    region = painted.regions[table]
    assert region.boundingRect().left() > 0.6 * table.width()
    assert not region.intersects(QRect(0, 0, table.width(), int(table.row_rect(0).top())))
    below = QRect(table.mapTo(card, table.rect().topLeft()), table.size())
    assert not painted.regions.get(card, QRegion()).intersects(below)


def test_items_that_touch_no_pixel_are_hidden(tab: GradientTab) -> None:
    show(tab, replace(START, shown=EXTRAS))
    show(tab, with_point(START, 1.0, -1.0))
    for pane in (tab.map, *tab.slices):
        items = [item for item in pane.plot.scene().items() if isinstance(item, PlotItem)]
        assert all(item.isVisible() != item.boundingRect().isEmpty() for item in items)
        assert any(not item.isVisible() for item in items)


def test_critical_points_are_marked_once(tab: GradientTab, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out: list[Marker] = []
    whole = Marker._lay_out

    def counted(marker: Marker, projection: Projection) -> None:
        laid_out.append(marker)
        whole(marker, projection)

    monkeypatch.setattr(Marker, "_lay_out", counted)
    show(tab, with_point(tab.state, 1.25, -0.75))
    assert laid_out
    assert not {*laid_out} & {*tab.map.local._marks.values()}


@pytest.mark.parametrize("latex", ["f(x, {-0.91})", r"\frac{{\partial} f}{{\partial} x} = {-20.03}"])
def test_copied_digits_look_like_drawn_ones(latex: str, qapp: QApplication) -> None:
    shown = formula(latex, 14, LIGHT.ink)
    for x in (10.0, 10.4):
        pictures = []
        for copied in (True, False):
            picture = QImage(160, 50, QImage.Format.Format_RGB32)
            picture.fill(0xFFFFFFFF)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if copied:
                shown.paint(painter, x, 30.0)
            for drawing, place in () if copied else shown._placed(x, 1.0):
                drawing.draw(painter, place, 30.0, 1.0)
            painter.end()
            pictures.append(numbers(picture))
        assert np.abs(pictures[0] - pictures[1]).max() <= 16
        assert pictures[0].min() < 100


def test_digits_are_drawn_once_for_many_numbers(tab: GradientTab) -> None:
    def drag() -> int:
        before = _picture.cache_info().misses
        for place in PLACES:
            show(tab, with_point(tab.state, *place))
        return _picture.cache_info().misses - before

    drag()
    assert drag() == 0


def test_values_follow_their_isolines_while_these_move(qtbot: QtBot) -> None:
    axis = np.linspace(-2.0, 2.0, 161)
    plot = Plot(LIGHT)
    qtbot.addWidget(plot)
    plot.resize(420, 420)
    plot.show_view((-2.0, 2.0, -2.0, 2.0))
    lines = plot.add(Isolines(LIGHT.function.mark, label_colour=LIGHT.function.text))
    plot.show()
    assert lines._labels is not None

    def middle(shift: float) -> tuple[float, float]:
        values = np.hypot(axis[None, :] - shift, axis[:, None])
        lines.show(axis, axis, values, (1.0,), ("1",))
        [box] = lines._labels.boxes
        x, y = plot.from_pixels(box.center())
        assert math.hypot(x - shift, y) == pytest.approx(1.0, abs=0.02)
        return box.center().x(), box.center().y()

    lines.let_move(True)
    first = middle(0.0)
    for k in range(1, 8):
        second = middle(0.02 * k)
        assert math.dist(first, second) < 6.0
        first = second


def test_a_folded_card_shows_the_present_prediction_once_it_is_unfolded(tab: GradientTab) -> None:
    card = tab.inspector.stability
    show(tab, with_point(START, 1.0, -1.0))
    card.toggle()
    first = card.bounds.texts()
    card.toggle()
    show(tab, with_point(START, -2.0, 2.0))
    assert card.bounds.texts() == first
    card.toggle()
    assert card.bounds.texts() != first
