"""What a tab keeps when it is built anew for another theme: all that the person arranged, but no state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QTimer

from gui.controls import Card, Inspector
from gui.tab import Tab


@dataclass(frozen=True)
class Arrangement:
    """How a tab was arranged.

    Attributes
    ----------
    speed : float
        Of its clock, in steps a second.
    panes : mapping of str to bool
        Which panes were asked for, or hidden.
    folded : mapping of str to bool
        Which cards show their titles only.
    scrolled : int
        Pixels of the inspector above what is seen.
    """

    speed: float
    panes: Mapping[str, bool]
    folded: Mapping[str, bool]
    scrolled: int

    @classmethod
    def of(cls, page: Tab) -> Arrangement:
        """See how a tab is arranged."""
        folded = {card.accessibleName(): card.folded for card in page.findChildren(Card)}
        inspector = page.findChild(Inspector)
        scrolled = 0 if inspector is None else inspector.verticalScrollBar().value()
        return cls(page.kept_speed, dict(page.pane_switch.choices), folded, scrolled)

    def prepare(self, page: Tab) -> None:
        """Arrange a new tab before it is shown."""
        page.playback.set_speed(self.speed)
        page.pane_switch.choices.update(self.panes)

    def restore(self, page: Tab) -> None:
        """Arrange what a new tab shows, once it shows its state."""
        for card in page.findChildren(Card):
            if card.folded != self.folded.get(card.accessibleName(), card.folded):
                card.toggle()
        inspector = page.findChild(Inspector)
        if inspector is not None and self.scrolled:
            bar = inspector.verticalScrollBar()
            QTimer.singleShot(0, inspector, lambda: bar.setValue(self.scrolled))
