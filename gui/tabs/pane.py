"""A plot under its header."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.controls import PaneHeader
from gui.plots import Plot


class Pane(QWidget):
    """A plot under its header.

    Attributes
    ----------
    header : PaneHeader
        Title, legend, and the button that enlarges the pane.
    plot : Plot
        Below it.
    body : QVBoxLayout
        What stands below one another.
    """

    def __init__(self, header: PaneHeader, plot: Plot) -> None:
        super().__init__()
        self.header = header
        self.plot = plot
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addWidget(header)
        self.body.addWidget(plot, 1)
