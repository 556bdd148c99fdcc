"""Goal 7: a frame of a drag, against the same picture in pyqtgraph, and of the whole Derivative tab.

A frame is what happens from a new position of the mouse to the painted window. It is measured on the platform
that Qt chooses; without a display that is the offscreen one.
"""

from __future__ import annotations

import gc
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np

from tests.benchmarks.measure import Row, ratio

FRAME = 0.0167
"""Seconds between two pictures of a usual screen."""

WARM_FRAMES, FRAMES = 100, 600

SIZE = (640, 420)

ROUNDS = 41

X = np.linspace(-5.0, 5.0, 1201)

Frame = Callable[[], None]


def f(x: Any, a: float) -> Any:
    return np.sin(a * x) * np.exp(-x * x / 8.0)


def slope(x: float, a: float) -> float:
    return (a * math.cos(a * x) - x / 4.0 * math.sin(a * x)) * math.exp(-x * x / 8.0)


def positions() -> Iterator[tuple[float, float]]:
    """Yield place and letter of one frame after another, none like the one before."""
    for k in count():
        yield 2.5 * math.sin(0.05 * k) + 1e-4 * k, 1.2 + 0.3 * math.sin(0.03 * k)


class Ours:
    """Curve, tangent, secant, two points and three labels on a plot of Nabla."""

    def __init__(self, *, grid: bool = True) -> None:
        from gui.handles import DragHandle, DragLine
        from gui.plot_labels import Label
        from gui.plot_lines import Curve, Line
        from gui.plots import Plot
        from gui.theme import LIGHT

        self.plot = Plot(LIGHT, grid=grid)
        self.plot.resize(*SIZE)
        self.plot.show_view((-5.0, 5.0, -1.2, 1.4))
        self._curve = self.plot.add(Curve(LIGHT.function.mark))
        self._secant = self.plot.add(Line(LIGHT.numerical.mark, style="dashed"))
        self._tangent = self.plot.add(DragLine(LIGHT, LIGHT.derivative.mark))
        self._beyond = self.plot.add(DragHandle(LIGHT, LIGHT.numerical.mark, hollow=True))
        self._point = self.plot.add(DragHandle(LIGHT, LIGHT.function.mark))
        self._labels = [self.plot.add(Label(LIGHT.ink, 14, typeset=False)) for _ in range(3)]
        self._heights = f(X, 1.2)
        self._curve.show(X, self._heights)
        self.plot.show()

    def show(self, x: float, a: float, heights: Any) -> None:
        """Show the point, and the curve as it is or as it moved: a tab renders all of a scene."""
        y, beyond, rise = float(f(x, a)), float(f(x + 0.5, a)), slope(x, a)
        self._heights = self._heights if heights is None else heights
        with self.plot.layout_of_items:
            self._curve.show(X, self._heights)
            self._tangent.place(x, y, 1.0, rise)
            self._secant.show((x, y), (0.5, beyond - y))
            self._point.place(x, y)
            self._beyond.place(x + 0.5, beyond)
            for label, height, text in zip(
                self._labels, (y, beyond, 1.2), ("P", f"{rise:.4f}", f"x = {x:.2f}"), strict=True
            ):
                label.show(x, height, text, (12.0, -12.0))


class Theirs:
    """The same on a plot of pyqtgraph as it comes, without the grid that would slow it down."""

    def __init__(self) -> None:
        import pyqtgraph

        self.plot = pyqtgraph.PlotWidget(background="w")
        self.plot.resize(*SIZE)
        self.plot.setXRange(-5.0, 5.0, padding=0)
        self.plot.setYRange(-1.2, 1.4, padding=0)

        def line(colour: str, width: float, **pen: Any) -> Any:
            return self.plot.plot(pen=pyqtgraph.mkPen(colour, width=width, **pen), antialias=True)

        from PySide6.QtCore import Qt

        self._curve = line("#0072B2", 2.5)
        self._secant = line("#CC79A7", 1.75, style=Qt.PenStyle.DashLine)
        self._tangent = line("#D55E00", 2.25)
        self._points = pyqtgraph.ScatterPlotItem(size=13, brush="#0072B2", antialias=True)
        self.plot.addItem(self._points)
        self._labels = [pyqtgraph.TextItem(color="#1D2129") for _ in range(3)]
        for label in self._labels:
            self.plot.addItem(label)
        self._curve.setData(X, f(X, 1.2))
        self.plot.show()

    def show(self, x: float, a: float, heights: Any) -> None:
        """Show the point, and the curve if it moved."""
        y, beyond, rise = float(f(x, a)), float(f(x + 0.5, a)), slope(x, a)
        ends = np.array((-5.0, 5.0))
        if heights is not None:
            self._curve.setData(X, heights)
        self._tangent.setData(ends, y + rise * (ends - x))
        self._secant.setData(ends, y + (beyond - y) / 0.5 * (ends - x))
        self._points.setData([x, x + 0.5], [y, beyond])
        for label, height, text in zip(
            self._labels, (y, beyond, 1.2), ("P", f"{rise:.4f}", f"x = {x:.2f}"), strict=True
        ):
            label.setText(text)
            label.setPos(x, height)


def frames(scene: Ours | Theirs, application: Any, *, moving: bool) -> Frame:
    """Make a function that draws the next frame of a drag."""
    places = positions()

    def draw() -> None:
        x, a = next(places)
        scene.show(x, a if moving else 1.2, f(X, a) if moving else None)
        application.processEvents()

    return draw


def measure() -> Iterator[Row]:
    """Yield the rows of goal 7 for the Derivative tab."""
    application = running_application()
    note = f" {application.platformName()}"
    yield from _whole_tab(application, note)  # first, before pyqtgraph is in the process
    ours, plain, theirs = Ours(), Ours(grid=False), Theirs()
    for moving, words, limit in ((False, "still", 0.35), (True, "moving", 0.5)):
        ratios = (frames(scene, application, moving=moving) for scene in (ours, theirs))
        yield Row("7", f"drag frame, curve {words} / pyqtgraph", ratio(*ratios, ROUNDS), limit, note=note)
    with_and_without = (frames(scene, application, moving=False) for scene in (ours, plain))
    yield Row("7", "drag frame with grid / without", ratio(*with_and_without, ROUNDS), 1.2, note=note)
    for scene in (ours, plain, theirs):
        scene.plot.close()


def running_application() -> Any:
    """Start Qt, without a display if there is none."""
    has_display = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform.startswith("linux") and not has_display:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


def _whole_tab(application: Any, note: str) -> Iterator[Row]:
    from core.scenes.derivative import with_h, with_x
    from gui.tabs.derivative import DerivativeTab
    from gui.window import Window

    window = Window([DerivativeTab], "light")
    window.resize(1280, 800)
    window.show()
    tab = window.current
    steps = {
        "x": lambda x: with_x(tab.state, x),
        "h": lambda x: with_h(tab.state, 0.05 + abs(x) / 4.0),
    }
    application.processEvents()
    limits = settled()
    for name, step in steps.items():
        tab.take_hold()
        seconds = []
        for k, (x, _) in zip(range(WARM_FRAMES + FRAMES), positions(), strict=False):
            start = time.perf_counter()
            tab.become(step(x))
            window.store.flush()
            application.processEvents()
            if k >= WARM_FRAMES:
                seconds.append(time.perf_counter() - start)
        tab.gesture_ended()
        worst, late = float(np.percentile(seconds, 99)), float(np.mean(np.array(seconds) > FRAME))
        median = float(np.median(seconds))
        what = f"whole tab, {name} dragged"
        yield Row("7", f"{what}: median frame in ms", 1e3 * median, note=note)
        yield Row("7", f"{what}: 99th percentile in ms", 1e3 * worst, 1e3 * FRAME, note=note)
        yield Row("7", f"{what}: frames over 16.7 ms, in %", 100 * late, 1.0, note=note)
    unsettle(limits)
    window.close()


Limits = tuple[int, int, int]


def settled() -> Limits:
    """Collect garbage as the program does once it has started; gives what `unsettle` takes back."""
    from gui.collection import leave_out_the_start

    gc.collect()
    limits = gc.get_threshold()
    leave_out_the_start()
    return limits


def unsettle(limits: Limits) -> None:
    """Collect garbage as Python does by itself."""
    gc.unfreeze()
    gc.set_threshold(*limits)
