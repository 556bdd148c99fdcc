"""A plot under its header, and a plot that stays as it is."""

from __future__ import annotations

from PySide6.QtGui import QMouseEvent, QWheelEvent
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


class FixedPlot(Plot):
    """A plot whose view follows from something else: the paper can be neither moved nor zoomed."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take handles only."""
        if self.handle_at(event.position()) is None:
            event.ignore()
        else:
            super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the wheel pass."""
        event.ignore()
