"""Marks on the graph of f: ends of the curve, one-sided tangents, and under the pointer zeros and extrema."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent

from core.scenes.derivative import DerivativeScene
from core.scenes.derivative_features import Ends, Mark, marks_in_view, snapped
from core.scenes.derivative_state import with_x, x_decimals
from core.scenes.state import Numbers
from gui.handles import Draggable
from gui.label_places import Crowd, around, put_words, words_size
from gui.numbers import format_place
from gui.plot_labels import Label
from gui.plot_lines import Segment
from gui.plot_marks import Marker
from gui.plots import Plot
from gui.tab import Tab
from gui.theme import Theme

WORDS = 12

NEAR = 40.0
"""Pixels from the pointer to a mark whose name is shown."""

GAP = 13.0
"""Pixels from a mark to its name."""

POINT = 11.0
"""Radius in pixels that names keep free around P."""

ENDS = 4.0
"""Radius in pixels of the ends of the curve: smaller than any handle."""

MARKS = 3.0

HEIGHTS = 200.0
"""So many heights are told apart over the view."""

PAUSE = 150
"""Milliseconds without a new function after which its marks are looked for under a resting pointer."""

SNAP = 6.0
"""Pixels within which the point snaps."""


class MarksOnPlot(QObject):
    """What belongs to places of the curve.

    Attributes
    ----------
    label : Label
        Name and coordinates of the mark that is nearest to the pointer, or on which P stands in a drag.
    marks : tuple of Mark
        Those that can be seen now.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        super().__init__(plot)
        self._plot = plot
        self._scene: DerivativeScene | None = None
        self._ends: Ends | None = None
        self._pointer: QPointF | None = None
        self._held = False
        self._searched: tuple[str, Numbers, float, float] | None = None
        self._soon = QTimer(self, singleShot=True, interval=PAUSE)
        self._soon.timeout.connect(self._show_marks)
        self.marks: tuple[Mark, ...] = ()
        self._halves = [plot.add(Segment(theme.derivative.mark, 2.25), level=4.4) for _ in range(2)]
        self._filled = plot.add(Marker(theme.function.mark, size=ENDS, ring=1.0), level=6.5)
        self._open = plot.add(Marker(theme.function.mark, size=ENDS + 1, hollow=True, ring=1.0), level=6.6)
        self._dots = plot.add(Marker(theme.second, size=MARKS, ring=1.5), level=6.7)
        self.label = plot.add(Label(theme.ink, WORDS, typeset=False), level=9.0)
        plot.viewport().installEventFilter(self)

    def show_scene(self, scene: DerivativeScene) -> None:
        """Place ends and one-sided tangents, and let the marks follow."""
        self._scene = scene
        ends = scene.features.ends
        if ends is not self._ends:
            self._ends = ends
            self._filled.show(ends.filled_x, ends.filled_y)
            self._open.show(ends.open_x, ends.open_y)
        halves = scene.features.half_tangents
        for index, segment in enumerate(self._halves):
            if index < len(halves):
                segment.show(*halves[index])
            else:
                segment.clear()
        self._show_marks(only_known=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the pointer."""
        if isinstance(event, QMouseEvent) and event.type() in (
            QEvent.Type.MouseMove,
            QEvent.Type.MouseButtonPress,
            QEvent.Type.MouseButtonRelease,
        ):
            self._pointer = event.position()
            self._held = bool(event.buttons() & Qt.MouseButton.LeftButton)
            self._show_marks()
        elif event.type() in (QEvent.Type.Leave, QEvent.Type.Hide):
            self._pointer = None
            self._show_marks()
        return False

    def _show_marks(self, only_known: bool = False) -> None:
        """Show the marks that belong to the pointer; those not looked for yet wait until the hand rests."""
        scene = self._scene
        if scene is None:
            return
        marks, named = scene.features.marks, None
        inside = self._pointer is not None and self._plot.projection.contains(
            self._pointer.x(), self._pointer.y()
        )
        if inside and self._held:
            known = marks_in_view(scene.formula, scene.numbers, *scene.view[:2]) if self._dragging else ()
            named = next((mark for mark in known if mark.x == scene.x), None)
            marks = marks or ((named,) if named else ())
        elif inside and only_known and self._window(scene) != self._searched:
            self._soon.start()
        elif inside:
            self._searched = self._window(scene)
            marks = marks_in_view(*self._searched)
            named = self._nearest(marks)
        if marks is not self.marks:
            self.marks = marks
            self._dots.show([mark.x for mark in marks], [mark.y for mark in marks])
        self._write_name(scene, named)

    @staticmethod
    def _window(scene: DerivativeScene) -> tuple[str, Numbers, float, float]:
        return scene.formula, scene.numbers, *scene.view[:2]

    @property
    def _dragging(self) -> bool:
        handle = self._plot.focused_handle
        return handle is not None and handle.dragging

    def _nearest(self, marks: tuple[Mark, ...]) -> Mark | None:
        assert self._pointer is not None
        pixels = [(self._plot.to_pixels(mark.x, mark.y), mark) for mark in marks]
        ways = [
            (math.hypot(pixel.x() - self._pointer.x(), pixel.y() - self._pointer.y()), index)
            for index, (pixel, _) in enumerate(pixels)
            if self._plot.projection.contains(pixel.x(), pixel.y())
        ]
        distance, index = min(ways, default=(math.inf, 0))
        return marks[index] if distance <= NEAR else None

    def _write_name(self, scene: DerivativeScene, mark: Mark | None) -> None:
        if mark is None:
            self.label.clear()
            return
        words = f"{mark.title} {coordinates(mark, scene)}"
        projection = self._plot.projection
        crowd = Crowd(projection)
        crowd.add_points(scene.curve.x, scene.curve.y)
        crowd.add_disc(scene.x, scene.slope.value, POINT)
        pixel = self._plot.to_pixels(mark.x, mark.y)
        boxes = around(pixel.x(), pixel.y(), words_size(words, WORDS), GAP)
        put_words(self.label, words, WORDS, crowd.freest(boxes), projection)


def connect_point(tab: Tab, plot: Plot, handles: Sequence[Draggable]) -> None:
    """Let handles drag the point, which snaps to what is near unless Alt is held down."""

    def move(x: float, _y: float, alt: bool) -> None:
        left, right = plot.view[:2]
        reach = SNAP * (right - left) / plot.projection.width
        tab.become(with_x(tab.state, x) if alt else snapped(tab.state, x, reach, plot.x_ticks))

    for handle in handles:
        handle.pressed.connect(tab.take_hold)
        handle.moved.connect(move)
        handle.released.connect(tab.gesture_ended)
        handle.cancelled.connect(tab.gesture_cancelled)


def coordinates(mark: Mark, scene: DerivativeScene) -> str:
    """Write where a mark is, with as many decimals as the view tells apart."""
    height = max(scene.view[3] - scene.view[2], 1e-300)
    places = min(max(2, math.ceil(math.log10(HEIGHTS / height))), 300)
    numbers = [(mark.x, x_decimals(scene.view), scene.view[1] - scene.view[0]), (mark.y, places, height)]
    texts = [
        format_place(round(value, decimals) + 0.0, decimals, width) for value, decimals, width in numbers
    ]
    return f"({', '.join(texts)})"
