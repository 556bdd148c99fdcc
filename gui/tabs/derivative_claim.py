"""The user's own derivative in the plot of f′: dashed, and marked where it is farthest off."""

from __future__ import annotations

from core.scenes.claim import ClaimedCurve
from gui.controls import LegendEntry
from gui.label_places import Crowd, around, put_words, words_size
from gui.numbers import format_number
from gui.plot_labels import Label
from gui.plot_lines import Curve, Segment
from gui.plots import Plot
from gui.theme import Theme

WORST_LABEL = 12.0


class ClaimOnPlot:
    """The claim as a thin dashed curve over that of f′, with a bar between both where they differ most.

    Parameters
    ----------
    plot
        That of the derivative.
    """

    def __init__(self, plot: Plot, theme: Theme) -> None:
        self._plot = plot
        self.legend = (LegendEntry(theme.data.mark, "yours", style="dash"),)
        self._curve = plot.add(Curve(theme.data.mark, 1.5, style="dashed"), level=4.6)
        self._bar = plot.add(Segment(theme.fault.mark, 1.75, caps=7, halo=1.0), level=4.8)
        self._label = plot.add(Label(theme.fault.text, WORST_LABEL, typeset=False))
        self._claimed: ClaimedCurve | None = None

    def show(self, claimed: ClaimedCurve | None) -> None:
        """Draw a claim, or none."""
        self._claimed = claimed
        if claimed is None:
            self._curve.clear()
        else:
            self._curve.show(claimed.curve.x, claimed.curve.y)
        worst = None if claimed is None else claimed.worst
        if worst is None:
            self._bar.clear()
            self._label.clear()
        else:
            self._bar.show((worst.x, worst.exact), (worst.x, worst.claimed))

    def crowd_in(self, crowd: Crowd) -> None:
        """Keep the labels of the plot away from the claim."""
        if self._claimed is not None:
            crowd.add_points(self._claimed.curve.x[::2], self._claimed.curve.y[::2])

    def write_worst(self, crowd: Crowd) -> None:
        """Write how far off the claim is beside the bar, where there is room."""
        if self._claimed is None or self._claimed.worst is None:
            return
        worst, projection = self._claimed.worst, self._plot.projection
        words = f"off by {format_number(worst.apart)}"
        x = float(projection.to_pixels(worst.x, 0.0)[0])
        ends = (float(projection.to_pixels(worst.x, y)[1]) for y in (worst.exact, worst.claimed))
        upper, lower = sorted(min(max(end, projection.top), projection.bottom) for end in ends)
        size = words_size(words, WORST_LABEL)
        places = ((x, (upper + lower) / 2.0 + size.height() / 2.0), (x, upper), (x, lower))
        box = crowd.freest(box for place in places for box in around(*place, size, 9.0))
        put_words(self._label, words, WORST_LABEL, box, projection)
        if box is not None:
            crowd.add_box(box)
