"""The three plots of the Regression tab, each with its header."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QFont

from core.scenes.regression import RegressionScene
from gui.controls import LegendEntry, PaneHeader, Segmented
from gui.handles import DragHandle, DragLine
from gui.numbers import latex_number
from gui.plot_fields import HeatMap, Isolines
from gui.plot_labels import Label
from gui.plot_lines import Curve, Line
from gui.plot_marks import Arrow, Marker, PathWithDots
from gui.plots import Plot
from gui.tabs.pane import Pane
from gui.tabs.regression_items import ErrorSquares
from gui.theme import Theme

SAME_VIEW = 1e-9
"""Views that differ by less than this share of their width are one."""


class DataPane(Pane):
    """The points, the line with its handles, and the squares of the errors.

    Attributes
    ----------
    points : list of DragHandle
        One for each point, and spare ones that stand nowhere.
    intercept, slope : DragHandle
        The handles b and w of the line.
    loss_label, start_label, intercept_letter, refusal : Label
        What is written on the plot; `refusal` says why the last gesture changed nothing.
    squares : ErrorSquares
        The squared errors.

    Signals
    -------
    handle_added : DragHandle, int
        A handle for one more point was made; the tab listens to it.
    """

    handle_added = Signal(object, int)

    def __init__(self, theme: Theme) -> None:
        legend = (
            LegendEntry(theme.function.mark, latex=r"\hat{y} = wx + b"),
            LegendEntry(theme.loss.mark, "squared error", style="area"),
        )
        header = PaneHeader(theme, "Data and fit", legend, expandable=True)
        plot = Plot(theme, x_latex="x", left=34)
        plot.setAccessibleName("Data and fit")
        super().__init__(header, plot)
        self._theme = theme
        blue, words = theme.function.mark, theme.function.text
        self.squares = plot.add(ErrorSquares(theme.loss.mark))
        self.errors = plot.add(Curve(theme.loss.mark, 2.0, still=False))
        self.start_line = plot.add(Line(blue, 1.0, opacity=0.55))
        self.line = plot.add(Line(blue, 2.5))
        self.start_label = plot.add(
            Label(words, 12, typeset=False, offset=(0, 18), align="centre", weight=QFont.Weight.DemiBold)
        )
        self.loss_label = plot.add(Label(theme.loss.text, 14.5))
        self.intercept = plot.add(DragHandle(theme, blue, hollow=True, name="Intercept b"))
        self.slope = plot.add(DragHandle(theme, blue, hollow=True, name="Slope w"))
        self.refusal = plot.add(Label(theme.fault.text, 12, typeset=False, offset=(0, 24), align="centre"))
        self.intercept_letter = plot.add(Label(words, 15, offset=(11, 14)))
        self._slope_letter = plot.add(Label(words, 15, offset=(0, 18), align="centre"))
        self.points: list[DragHandle] = []

    def render(self, scene: RegressionScene) -> None:
        """Show the points and the line of a scene."""
        self.plot.show_view(scene.data_view)
        for index in range(len(self.points), len(scene.points)):
            handle = DragHandle(self._theme, self._theme.data.mark, radius=5.5, name=f"Point {index + 1}")
            self.points.append(self.plot.add(handle, 19.0))
            self.handle_added.emit(handle, index)
        for index, handle in enumerate(self.points):
            if index < len(scene.points):
                handle.place(*scene.points[index])
            else:
                handle.clear()
        self.refusal.clear()
        self._render_line(scene)
        self._render_errors(scene)

    def refuse_removal(self, x: float, y: float) -> None:
        """Say beside the last point why it stays, until something changes."""
        self.refusal.show(x, y, "At least one point stays.")

    def _render_line(self, scene: RegressionScene) -> None:
        self.line.show((0.0, scene.b), (1.0, scene.w))
        self.intercept.place(*scene.intercept_handle)
        self.slope.place(*scene.slope_handle)
        self.intercept.name = "Intercept b" if scene.intercept_letter == "b" else "Shift of the line"
        self.intercept_letter.show(*scene.intercept_handle, scene.intercept_letter)
        self._slope_letter.show(*scene.slope_handle, "w")
        if scene.at_start:
            self.start_line.clear()
        else:
            self.start_line.show((0.0, scene.start[1]), (1.0, scene.start[0]))
        self.start_label.show(*scene.start_label, "start")

    def _render_errors(self, scene: RegressionScene) -> None:
        errors = scene.residuals
        gap = np.full_like(errors.x, np.nan)
        self.squares.show(errors.x, errors.y, errors.predicted, errors.rightward)
        self.errors.show(
            np.column_stack((errors.x, errors.x, gap)).ravel(),
            np.column_stack((errors.y, errors.predicted, gap)).ravel(),
        )
        value = latex_number(scene.loss)
        self.loss_label.pin(0.0, 0.0, rf"L = \text{{mean area}} = {value}", (16, 16))


class LandscapePane(Pane):
    """The loss over (w, b), with the way of descent and the optimum.

    Attributes
    ----------
    point : DragHandle
        The present (w, b).
    heat, isolines, level, path, start, arrow, star : PlotItem
        What lies below it.
    start_label, optimum_label, arrow_label, out_of_view : Label
        What is written on the plot.
    """

    def __init__(self, theme: Theme) -> None:
        legend = (LegendEntry(theme.descent.mark, "descent"),)
        header = PaneHeader(theme, "Loss landscape", legend, expandable=True)
        header.show_note(latex=r"L(w, b)", colour=theme.loss.text)
        plot = Plot(theme, equal=True, grid=False, x_latex="w", y_latex="b", left=36)
        plot.setAccessibleName("Loss landscape")
        super().__init__(header, plot)
        green, words = theme.descent.mark, theme.descent.text
        self.heat = plot.add(HeatMap(theme.loss_ramp))
        self.isolines = plot.add(Isolines(theme.loss.mark))
        self.level = plot.add(Curve(theme.loss.mark, 2.25, still=False))
        self.path = plot.add(PathWithDots(green))
        self.start = plot.add(Marker(green, size=6, hollow=True))
        self.star = plot.add(Marker(theme.optimum.mark, "star", 10, ring=0.0, outline=theme.optimum.text))
        self.arrow = plot.add(Arrow(green))
        self.start_label = plot.add(
            Label(words, 12, typeset=False, offset=(0, 15), align="centre", weight=QFont.Weight.DemiBold)
        )
        self.optimum_label = plot.add(Label(theme.ink, 15, offset=(16, -8)))
        self.arrow_label = plot.add(Label(words, 15))
        self.out_of_view = plot.add(Label(theme.muted, 12, typeset=False, align="centre"))
        self.point = plot.add(DragHandle(theme, green, name="Slope and intercept"))

    @property
    def aspect(self) -> float:
        """Width of the drawing area divided by its height."""
        projection = self.plot.projection
        return projection.width / projection.height

    def render(self, scene: RegressionScene) -> None:
        """Show the landscape of a scene."""
        self.plot.show_view(scene.landscape_view)
        land = scene.landscape
        edges = (float(land.w[0]), float(land.w[-1]), float(land.b[0]), float(land.b[-1]))
        self.heat.show(land.shades, edges)
        self.isolines.show(land.w, land.b, land.losses, land.levels)
        self.level.show(*scene.level_curve)
        self.path.show(*scene.trace)
        self.point.place(scene.w, scene.b)
        if scene.at_start:
            self.start.clear()
            self.start_label.clear()
        else:
            self.start.show(*scene.start)
            self.start_label.show(*scene.start, "start")
        self.star.show(scene.optimum.w, scene.optimum.b)
        self.optimum_label.show(scene.optimum.w, scene.optimum.b, r"(w^{\star}, b^{\star})")
        self.out_of_view.pin(0.5, 1.0, scene.out_of_view, (0, -12))
        self._render_arrow(scene)

    def _render_arrow(self, scene: RegressionScene) -> None:
        if scene.downhill is None:
            self.arrow.clear()
            self.arrow_label.clear()
            return
        tail, tip = scene.downhill
        self.arrow.show(tail, tip)
        self.arrow_label.show(*tip, r"{-{\nabla} L}", (22, 4))

    def view_differs(self, scene: RegressionScene) -> bool:
        """Tell whether the plot, whose axes have one scale, shows another part than the scene knows of."""
        left, right, bottom, top = scene.landscape_view
        allowed = SAME_VIEW * max(right - left, top - bottom)
        return any(abs(a - b) > allowed for a, b in zip(self.plot.view, scene.landscape_view, strict=True))


class LossPane(Pane):
    """The loss after each step, past and to come.

    Attributes
    ----------
    scale : Segmented
        Whether L or L − L* is shown.
    now : DragLine
        Stands at the present step.
    past, future : Curve
        The steps taken, and those that would follow.
    least : Line
        The least loss there is.
    value_label, least_label : Label
        What is written on the plot.
    """

    def __init__(self, theme: Theme) -> None:
        header = PaneHeader(theme, "Loss at each step", expandable=True)
        self.scale = Segmented(theme, (("loss", "L"), ("excess", r"L - L^{\star}")), name="What is plotted")
        header.add(self.scale)
        plot = Plot(theme, log_y=True, left=40)
        plot.setAccessibleName("Loss at each step")
        super().__init__(header, plot)
        violet = theme.loss.mark
        self.least = plot.add(Line(theme.optimum.mark, 1.75), 2.5)
        self.future = plot.add(Curve(violet, 2.0, opacity=0.3, still=False))
        self.past = plot.add(Curve(violet, 2.25, still=False))
        self.now = plot.add(DragLine(theme, theme.ink, 1.5, name="Step"))
        self.dot = plot.add(Marker(violet, size=6, ring=2.0))
        self.value_label = plot.add(Label(theme.loss.text, 15, offset=(14, -11)))
        self.least_label = plot.add(Label(theme.optimum.text, 14, offset=(-8, -10), align="right"))

    def render(self, scene: RegressionScene) -> None:
        """Show the losses of a scene."""
        self.plot.show_view(scene.loss_view)
        self.scale.show_choice(scene.loss_scale)
        steps, step = scene.descent.steps, scene.step
        value = float(scene.curve[step])
        self.past.show(steps[: step + 1], scene.curve[: step + 1])
        self.future.show(steps[step:], scene.curve[step:])
        self.now.place(float(step), scene.loss_view[3], 0.0, 1.0)
        self.dot.show(step, value)
        self.plot.show_x_pill(step, f"{step:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"), guide="none")
        letters = "L" if scene.loss_scale == "loss" else r"L - L^{\star}"
        self.value_label.show(step, value, f"{letters} = {latex_number(value)}")
        if scene.loss_scale == "loss":
            self.least.show((0.0, scene.optimum.loss), (1.0, 0.0))
            self.least_label.show(scene.loss_view[1], scene.optimum.loss, scene.optimum.loss_latex)
        else:
            self.least.clear()
            self.least_label.clear()
