"""How the tabs put their parts beside and below one another: 1-pixel splitters and no gaps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

BESIDE, BELOW = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


def splitter(orientation: Qt.Orientation, parts: Sequence[QWidget], shares: Sequence[int]) -> QSplitter:
    """Give a splitter whose parts keep their shares when the window grows."""
    made = QSplitter(orientation)
    made.setHandleWidth(1)
    made.setChildrenCollapsible(False)
    for index, (part, share) in enumerate(zip(parts, shares, strict=True)):
        made.addWidget(part)
        made.setStretchFactor(index, share)
    made.setSizes(list(shares))
    return made


def column(*parts: QWidget) -> QVBoxLayout:
    """Put parts below one another without gaps."""
    layout = QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for part in parts:
        layout.addWidget(part)
    return layout


def lay_out(tab: QWidget, plots: QSplitter, inspector: QWidget, *below: QWidget) -> None:
    """Fill a tab: the plots with what belongs below them, and the inspector at the right."""
    row = QHBoxLayout(tab)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    left = column(plots, *below)
    left.setStretch(0, 1)
    row.addLayout(left, 1)
    row.addWidget(inspector)
