"""What every test of the window gets."""

from __future__ import annotations

from typing import Any

import pytest
from pyqtgraph import GraphicsScene


@pytest.fixture(autouse=True)
def quick_drags(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a simulated drag for one however quick it is; pyqtgraph waits half a second for short ones."""
    initialise = GraphicsScene.__init__

    def without_delay(self: Any, *args: Any, **options: Any) -> None:
        initialise(self, *args, **options)
        self.minDragTime = 0

    monkeypatch.setattr(GraphicsScene, "__init__", without_delay)
