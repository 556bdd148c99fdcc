"""Goal 7 for the Gradient tab: a moving arrow over isolines, a surface that changes, and the whole tab.

A frame is what happens from a new position of the mouse to the painted window, as in `frames`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np

from core.scenes.level_map import LevelMap, level_map
from tests.benchmarks.frames import FRAME, Frame, running_application, settled, unsettle
from tests.benchmarks.isolines import LEVELS
from tests.benchmarks.measure import Row, ratio
from tests.benchmarks.optional import load

SIZE = (620, 620)
VIEW = (-5.0, 5.0, -5.0, 5.0)
FORMULA = "(x^2+y-11)^2+(x+y^2-7)^2"
SLIDING = "(x^2+a y-11)^2+(x+y^2-7)^2"
ROUNDS, SLOW_ROUNDS = 41, 15
WARM_FRAMES, FRAMES = 60, 400


def place(k: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give the point of a frame, and the end of its arrow."""
    x, y = 3.0 * math.sin(0.05 * k) + 1e-4 * k, 3.0 * math.cos(0.037 * k)
    return (x, y), (x + math.cos(0.1 * k), y + math.sin(0.1 * k))


def levels_of(plan: LevelMap) -> list[float]:
    """Choose as many levels as goal 4 has, with as many points between two of them as anywhere."""
    shares = (np.arange(LEVELS) + 0.5) / LEVELS
    return [float(level) for level in np.quantile(plan.heights, shares)]


class Ours:
    """Heat map, isolines, and over them a point with an arrow and its name."""

    def __init__(self) -> None:
        from gui.handles import DragHandle
        from gui.plot_fields import HeatMap, Isolines
        from gui.plot_labels import Label
        from gui.plot_marks import Arrow
        from gui.plots import Plot
        from gui.theme import LIGHT

        self.plot = Plot(LIGHT, grid=False)
        self.plot.resize(*SIZE)
        self.plot.show_view(VIEW)
        self._heat = self.plot.add(HeatMap(LIGHT.function_ramp))
        self._lines = self.plot.add(Isolines(LIGHT.function.mark, label_colour=LIGHT.function.text))
        self._arrow = self.plot.add(Arrow(LIGHT.derivative.mark))
        self._point = self.plot.add(DragHandle(LIGHT, LIGHT.function.mark))
        self._label = self.plot.add(Label(LIGHT.ink, 14, typeset=False))
        plan = level_map(FORMULA, (), VIEW)
        self._show_map(plan, levels_of(plan))
        self.plot.show()

    def show_surface(self, formula: str, parameters: tuple[tuple[str, float], ...]) -> None:
        """Compute the map and hand it over."""
        plan = level_map(formula, parameters, VIEW)
        self._show_map(plan, plan.levels)

    def _show_map(self, plan: LevelMap, levels: Sequence[float]) -> None:
        with self.plot.layout_of_items:
            self._heat.show(plan.shares, (plan.x[0], plan.x[-1], plan.y[0], plan.y[-1]))
            self._lines.show(plan.x, plan.y, plan.heights, levels)

    def show(self, point: tuple[float, float], tip: tuple[float, float]) -> None:
        """Move point, arrow and name."""
        with self.plot.layout_of_items:
            self._point.place(*point)
            self._arrow.show(point, tip)
            self._label.show(*point, "P", (12.0, -12.0))


class Theirs:
    """The same on a plot of pyqtgraph, whose lines are smooth as ours are."""

    def __init__(self) -> None:
        import pyqtgraph

        plan = level_map(FORMULA, (), VIEW)
        self.plot = pyqtgraph.PlotWidget(background="w")
        self.plot.setAntialiasing(True)
        self.plot.resize(*SIZE)
        image = pyqtgraph.ImageItem(plan.shares.T)
        image.setRect(VIEW[0], VIEW[2], VIEW[1] - VIEW[0], VIEW[3] - VIEW[2])
        self.plot.addItem(image)
        for level in levels_of(plan):
            line = pyqtgraph.IsocurveItem(plan.heights.T, level, pen=pyqtgraph.mkPen("#0072B2", width=0.8))
            line.setParentItem(image)
        self._arrow = pyqtgraph.ArrowItem(tailLen=40, brush="#D55E00")
        self._point = pyqtgraph.ScatterPlotItem(size=13, brush="#0072B2", antialias=True)
        self._label = pyqtgraph.TextItem("P", color="#1D2129")
        for item in (self._arrow, self._point, self._label):
            self.plot.addItem(item)
        self.plot.setXRange(*VIEW[:2], padding=0)
        self.plot.setYRange(*VIEW[2:], padding=0)
        self.plot.show()

    def show(self, point: tuple[float, float], tip: tuple[float, float]) -> None:
        """Move point, arrow and name."""
        self._point.setData([point[0]], [point[1]])
        self._arrow.setPos(*tip)
        self._arrow.setStyle(angle=math.degrees(math.atan2(tip[1] - point[1], tip[0] - point[0])) + 180.0)
        self._label.setPos(*point)


def moving(scene: Ours | Theirs, application: Any) -> Frame:
    """Make a function that draws the next frame of a drag over a still surface."""
    numbers = count()

    def draw() -> None:
        scene.show(*place(next(numbers)))
        application.processEvents()

    return draw


def letters() -> Iterator[float]:
    """Yield values of a slider, none like one before."""
    return (1.0 + 0.5 * math.sin(0.05 * k) + 1e-6 * k for k in count())


def sliding(scene: Ours, application: Any) -> Frame:
    """Make a function that draws the surface of the next value of a slider."""
    values = letters()

    def draw() -> None:
        scene.show_surface(SLIDING, (("a", next(values)),))
        application.processEvents()

    return draw


def sliding_in_matplotlib(figures: Any, canvases: Any) -> Frame:
    """Make a function that does it in matplotlib: image and contours of the same grid, drawn by Agg."""
    figure = figures.Figure(figsize=(SIZE[0] / 100.0, SIZE[1] / 100.0), dpi=100)
    canvas = canvases.FigureCanvasAgg(figure)
    axes = figure.subplots()
    side = level_map(FORMULA, (), VIEW).x.size
    x = np.linspace(*VIEW[:2], side)
    values = letters()

    def draw() -> None:
        a, y = next(values), x[:, None]
        z = (x * x + a * y - 11) ** 2 + (x + y * y - 7) ** 2
        axes.clear()
        axes.imshow(np.log1p(z), origin="lower", extent=VIEW, cmap="Blues")
        lines = axes.contour(x, x, z, levels=12, linewidths=0.8)
        axes.clabel(lines)
        canvas.draw()

    return draw


def measure() -> Iterator[Row]:
    """Yield the rows of goal 7 for the Gradient tab."""
    application = running_application()
    note = f" {application.platformName()}"
    yield from whole_tab(application, note)  # first, before pyqtgraph and matplotlib are in the process
    ours, theirs = Ours(), Theirs()
    frames = (moving(scene, application) for scene in (ours, theirs))
    what = "contour scene with moving arrow and point / pyqtgraph"
    yield Row("7", what, ratio(*frames, ROUNDS), 0.25, note=note)
    theirs.plot.close()
    what = "slider that changes the surface / matplotlib"
    if (figures := load("matplotlib.figure")) and (canvases := load("matplotlib.backends.backend_agg")):
        pair = sliding(ours, application), sliding_in_matplotlib(figures, canvases)
        yield Row("7", what, ratio(*pair, SLOW_ROUNDS), 0.25, note=note)
    else:
        yield Row("7", what, None, note="matplotlib is not installed (pip install nabla[bench])")
    ours.plot.close()


def whole_tab(application: Any, note: str) -> Iterator[Row]:
    """Yield the frames of the Gradient tab while each of its handles is moved, and while a race is played."""
    from dataclasses import replace

    from core.presets import SURFACES
    from core.scenes.gradient_state import GradientState, choose_preset, type_formula, with_point, with_step
    from gui.tabs.gradient import GradientTab
    from gui.window import Window

    window = Window([GradientTab], "light")
    window.resize(1280, 800)
    window.show()
    tab = window.current
    application.processEvents()
    limits = settled()
    rastrigin = choose_preset(GradientState(), next(each for each in SURFACES if each.key == "rastrigin"))
    slider = type_formula(GradientState(), SLIDING)
    gestures: tuple[tuple[str, GradientState, Callable[[int], GradientState]], ...] = (
        ("P dragged", GradientState(), lambda k: with_point(tab.state, *place(k)[0])),
        ("P dragged on Rastrigin's", rastrigin, lambda k: with_point(tab.state, *place(k)[0])),
        ("u turned", GradientState(), lambda k: replace(tab.state, direction=k % 360.0)),
        ("race played", replace(GradientState(), step=0), lambda k: with_step(tab.state, k)),
        (
            "letter dragged",
            slider,
            lambda k: replace(tab.state, parameters=(("a", 1.0 + 0.5 * math.sin(0.05 * k) + 1e-6 * k),)),
        ),
    )
    for name, start, step in gestures:
        tab.become(start)
        window.store.flush()
        hand = tab.inspector.formula.letters if start is slider else tab.map.point
        hand.pressed.emit()
        seconds = _frames(window, tab, application, step)
        hand.released.emit()
        worst, late = float(np.percentile(seconds, 99)), float(np.mean(np.array(seconds) > FRAME))
        what = f"whole Gradient tab, {name}"
        yield Row("7", f"{what}: median frame in ms", 1e3 * float(np.median(seconds)), note=note)
        yield Row("7", f"{what}: 99th percentile in ms", 1e3 * worst, 1e3 * FRAME, note=note)
        yield Row("7", f"{what}: frames over 16.7 ms, in %", 100 * late, 1.0, note=note)
    unsettle(limits)
    window.close()


def _frames(window: Any, tab: Any, application: Any, step: Callable[[int], Any]) -> list[float]:
    seconds = []
    for k in range(WARM_FRAMES + FRAMES):
        start = time.perf_counter()
        tab.become(step(k))
        window.store.flush()
        application.processEvents()
        if k >= WARM_FRAMES:
            seconds.append(time.perf_counter() - start)
    return seconds
