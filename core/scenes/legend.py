"""Lines of a legend on a plot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LegendRow:
    """One line of the legend: what is drawn, or why it is not.

    Attributes
    ----------
    key
        Which of the things that a tab shows on demand.
    text, latex
        Words, or a formula.
    drawn
        Whether it has a line on the plot to show; not so where it does not exist, and for the second line
        of a formula.
    """

    key: str
    text: str = ""
    latex: str = ""
    drawn: bool = True
