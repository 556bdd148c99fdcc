"""Basins of attraction under the isolines of the map: tints that sharpen while they are computed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.scenes.basins import STEPS, BasinMap, BasinRequest, End, Progress, survey
from core.scenes.gradient import GradientScene
from core.scenes.rate_limits import place as place_of
from gui.background import Background
from gui.controls import IconButton, text_label
from gui.label_places import Crowd
from gui.plot_axes import Projection
from gui.plot_item import PlotItem
from gui.plot_tints import Borders, Hatching, Tints, hatch
from gui.tabs.gradient_arrow_scale import HEIGHT as HEIGHT_OF_RULER
from gui.tabs.gradient_arrow_scale import INSET as INSET_OF_RULER
from gui.theme import Theme, mixed, text_width, ui_font

if TYPE_CHECKING:
    from gui.plots import Plot
    from gui.tabs.gradient import GradientTab

PAUSE = 120
"""Milliseconds without a change before basins are computed."""

KEPT = 6
"""So many finished maps are kept, to come back at once."""

MOST_BORDERS = 40
"""With more ends than this, borders would hide the tints."""

ROW, SWATCH, INSET, FONT = 18.0, 11.0, 8.0, 11.0
"""Height of a row of the key, side of a swatch, distance from the edges, and size of letters, in pixels."""

RULER = INSET_OF_RULER + HEIGHT_OF_RULER
"""Height of the ruler of the gradient's arrow, in the lower left corner."""

MOST_ROWS = 7
"""So many ends stand in the key, those with the largest basins."""

WORDS = {
    "settles": "rests elsewhere",
    "going": f"no rest in {STEPS} steps",
    "diverges": "diverges",
    "falls": "falls without end",
    "leaves": "leaves the domain",
}


def tint(theme: Theme, end: End, place: int) -> str:
    """Give the colour of an end; minima take turns by their places."""
    if end.kind == "minimum":
        return theme.basins[place % len(theme.basins)]
    if end.is_fault:
        return mixed(theme.fault.mark, theme.hairline, 0.12)
    return theme.hairline


class BasinKey(PlotItem):
    """What the tints mean: a swatch, the end and its share of the view, in a corner that is free.

    Attributes
    ----------
    rows : tuple of (End or None, str, str)
        What stands in it: the end whose tint is shown, words, and its share.
    """

    level = 7.5

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: tuple[tuple[str, End | None, str, str], ...] = ()
        self._box = QRectF()

    def show(self, rows: tuple[tuple[str, End | None, str, str], ...]) -> None:
        """Show rows of colour, end, words and share; none hides the key."""
        if rows != self.rows:
            self.rows = rows
            self._box = QRectF()
            self.reproject()

    def find_place(self, crowd: Crowd) -> None:
        """Go to a corner where nothing else is, but stay if there is room here."""
        if self.rows and self.projection is not None:
            here = [self._box] if not self._box.isEmpty() else []
            found = crowd.freest([*here, *self._corners(self.projection)])
            if found is not None and found != self._box:
                self._box = found
                self.set_bounds(found)
                self.update()

    @property
    def box(self) -> QRectF:
        """The pixels that it covers."""
        return self._bounds

    def _corners(self, projection: Projection) -> list[QRectF]:
        width = max(text_width(words, FONT) + text_width(share, FONT) for _, _, words, share in self.rows)
        width, height = width + SWATCH + 36.0, ROW * len(self.rows) + 8.0
        left, right = projection.left + INSET, projection.right - INSET - width
        top, bottom = projection.top + INSET + 18.0, projection.bottom - INSET - height
        above_the_ruler = bottom - RULER
        return [
            QRectF(x, y, width, height)
            for x, y in ((left, above_the_ruler), (left, top), (right, bottom), (right, top))
        ]

    def _lay_out(self, projection: Projection) -> None:
        if self.rows and self._box.isEmpty():
            self._box = self._corners(projection)[0]
        elif self.rows:
            corners = self._corners(projection)
            self._box = min(
                corners, key=lambda corner: (corner.center() - self._box.center()).manhattanLength()
            )
        self.set_bounds(self._box if self.rows else QRectF())

    def _draw(self, painter: QPainter) -> None:
        theme = self._theme
        painter.setPen(QPen(QColor(theme.border), 1.0))
        painter.setBrush(QColor(theme.plot))
        painter.drawRoundedRect(self._box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(ui_font(FONT))
        for number, (colour, end, words, share) in enumerate(self.rows):
            row = QRectF(
                self._box.left() + 9.0, self._box.top() + 4.0 + ROW * number, self._box.width() - 18.0, ROW
            )
            if end is not None:
                self._draw_swatch(painter, QPointF(row.left(), row.center().y() - SWATCH / 2.0), colour, end)
                row.setLeft(row.left() + SWATCH + 7.0)
            painter.setPen(QColor(theme.ink))
            painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            painter.setPen(QColor(theme.muted))
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, share)

    def _draw_swatch(self, painter: QPainter, corner: QPointF, colour: str, end: End) -> None:
        box = QRectF(corner.x() + 0.5, corner.y() + 0.5, SWATCH - 1.0, SWATCH - 1.0)
        painter.setPen(QPen(QColor(self._theme.muted), 1.0))
        painter.setBrush(QColor(colour))
        painter.drawRect(box)
        if end.is_fault:
            painter.fillRect(box, hatch(self._theme.fault.mark))


class ProgressChip(QWidget):
    """A line over the plot that fills while basins are computed, with a cross that stops it.

    Attributes
    ----------
    cancelled : Signal
        The cross was pressed.
    """

    cancelled = Signal()

    def __init__(self, theme: Theme, plot: Plot) -> None:
        super().__init__(plot)
        self._theme = theme
        self._share = 0.0
        self._plot = plot
        self._words = text_label("Basins 100 %", theme.second, 11.5)
        self._words.setFixedWidth(self._words.sizeHint().width() + 2)
        cross = IconButton(theme, "close", "Stop computing basins (Esc)", size=(20, 20), colour=theme.second)
        cross.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(9, 2, 3, 4)
        row.setSpacing(2)
        row.addWidget(self._words)
        row.addWidget(cross)
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName("Basins are being computed")
        plot.resized.connect(self._place)
        self.hide()

    def show_share(self, share: float | None) -> None:
        """Show how far it is, from 0 to 1; None hides the line."""
        if share is not None:
            self._share = share
            self._words.setText(f"Basins {round(100 * share)} %")
            self._place()
            self.update()
        self.setVisible(share is not None)

    def _place(self) -> None:
        projection = self._plot.projection
        self.move(round(projection.right - INSET - self.width()), round(projection.top + INSET))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground and the line."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.border), 1.0))
        painter.setBrush(QColor(theme.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        track = QRectF(6, self.height() - 4, self.width() - 12, 2)
        painter.fillRect(track, QColor(theme.track))
        track.setWidth(track.width() * self._share)
        painter.fillRect(track, QColor(theme.second))


class BasinsLayer(QObject):
    """The basins on a plot: computes what a scene asks for, in the background, and shows what has arrived.

    Attributes
    ----------
    shown : BasinMap or None
        What is drawn.
    key : BasinKey
        What the tints mean.
    progress : ProgressChip
        How far it is.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        super().__init__(plot)
        self._plot, self._theme = plot, theme
        self.shown: BasinMap | None = None
        self._request: BasinRequest | None = None
        self._scene: GradientScene | None = None
        self._kept: dict[BasinRequest, BasinMap] = {}
        self._tints = plot.add(Tints())
        self._hatching = plot.add(Hatching(theme.fault.mark))
        self._borders = plot.add(Borders(theme.ink))
        self.key = plot.add(BasinKey(theme))
        self.progress = ProgressChip(theme, plot)
        self.progress.cancelled.connect(self.cancel)
        self._background = Background(self)
        self._background.arrived.connect(self._take)
        self._background.finished.connect(self._finish)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE)
        self._pause.timeout.connect(self._begin)
        plot.installEventFilter(self)

    @property
    def computing(self) -> bool:
        """Whether there is more to come."""
        return self._background.running or self._pause.isActive()

    def show_scene(self, scene: GradientScene) -> None:
        """Show the basins that a scene asks for, or begin to compute them."""
        request, self._scene = scene.basins, scene
        if request != self._request:
            before, self._request = self._request, request
            self.cancel()
            if request is None or request.refusal or before is None or request[:2] != before[:2]:
                self._draw(None)
            if request is not None and request.refusal:
                self.key.show((("", None, request.refusal, ""),))
            elif request is not None:
                self._ask(request)
        self.key.find_place(self._crowd(scene))

    def _crowd(self, scene: GradientScene) -> Crowd:
        crowd = Crowd(self._plot.projection)
        crowd.add_disc(*scene.point, 60)
        for end in self.shown.ends if self.shown else ():
            if end.point is not None:
                crowd.add_disc(*end.point, 9)
        for run in scene.race.runs:
            crowd.add_points(run.points[-40:, 0], run.points[-40:, 1])
        return crowd

    def cover(self, crowd: Crowd) -> None:
        """Keep labels away from the key."""
        if self.key.rows:
            crowd.add_box(self.key.box)

    def cancel(self) -> bool:
        """Compute no further; what has arrived stays. Return whether there was anything to cancel."""
        was = self.computing
        self._pause.stop()
        self._background.cancel()
        self.progress.show_share(None)
        return was

    def stop(self) -> None:
        """Cancel, and wait until no thread is left."""
        self.cancel()
        self._background.stop()

    def _ask(self, request: BasinRequest) -> None:
        if request in self._kept:
            self._draw(self._kept[request])
        else:
            self._pause.start()

    def _begin(self) -> None:
        if self._request is not None and self._plot.isVisible():
            self.progress.show_share(0.0)
            self._background.start(partial(survey, self._request))

    def _take(self, progress: Progress) -> None:
        self.progress.show_share(progress.share)
        if progress.basins is not None:
            self._draw(progress.basins)
            if self._scene is not None:
                self.key.find_place(self._crowd(self._scene))

    def _finish(self) -> None:
        self.progress.show_share(None)
        if self.shown is not None:
            self._kept[self.shown.request] = self.shown
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]

    def _draw(self, basins: BasinMap | None) -> None:
        self.shown = basins
        if basins is None:
            for item in (self._tints, self._hatching, self._borders):
                item.clear()
            self.key.show(())
            return
        theme, x, y, labels = self._theme, basins.x, basins.y, basins.labels
        places = dict(enumerate(basins.places))
        tints = [tint(theme, end, places.get(index, 0)) for index, end in enumerate(basins.ends)]
        self._tints.show_tints(labels, tints, (float(x[0]), float(x[-1]), float(y[0]), float(y[-1])))
        faults = [index for index, end in enumerate(basins.ends) if end.is_fault]
        self._hatching.show(x, y, np.isin(labels, faults))
        several = range(len(basins.ends)) if 1 < len(basins.ends) <= MOST_BORDERS else range(0)
        self._borders.show(x, y, labels, several)
        self.key.show(_rows(basins, tints))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Compute nothing while nobody sees it, and go on when the plot comes back."""
        if event.type() == QEvent.Type.Hide:
            if self._plot.window().isVisible():
                self.cancel()
            else:
                self.stop()
        elif event.type() == QEvent.Type.Show and self._is_incomplete():
            self._pause.start()
        return False

    def _is_incomplete(self) -> bool:
        request = self._request
        return request is not None and not request.refusal and request not in self._kept


def _rows(basins: BasinMap, tints: list[str]) -> tuple[tuple[str, End | None, str, str], ...]:
    """Name the method, and list the ends that occur, those of the largest basins if there are too many."""
    occurring = [index for index, share in enumerate(basins.shares) if share > 0.0]
    chosen = sorted(occurring, key=lambda index: -basins.shares[index])[:MOST_ROWS]
    places = dict(enumerate(basins.places))
    chosen.sort(key=lambda index: (places.get(index, len(basins.ends) + len(places) + index), index))
    rows: list[tuple[str, End | None, str, str]] = [("", None, basins.title, "")]
    for index in chosen:
        end = basins.ends[index]
        words = place_of(end.point) if end.point is not None else WORDS[end.kind]
        percent = 100.0 * basins.shares[index]
        rows.append((tints[index], end, words, f"{percent:.0f} %" if percent >= 1.0 else "< 1 %"))
    if len(occurring) > len(chosen):
        rows.append(("", None, f"and {len(occurring) - len(chosen)} more", ""))
    return tuple(rows)


class _Escape(QObject):
    """Lets Esc stop the basins before it does anything else in a tab."""

    def __init__(self, tab: GradientTab) -> None:
        super().__init__(tab)
        self._basins = tab.map.basins
        tab.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take an Esc that no widget of the tab wanted, while basins are computed."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return event.key() == Qt.Key.Key_Escape and self._basins.cancel()
        return False


def connect_basins(tab: GradientTab) -> None:
    """Let Esc stop the computation."""
    _Escape(tab)
