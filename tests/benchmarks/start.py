"""Goal 8: from the start of Python to the first painted plot, and the memory that it took.

Both programs run in processes of their own, in turn.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import Row

ROOT = Path(__file__).resolve().parents[2]

ROUNDS = 9

TOLD = """
import os, resource

def tell():
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    os.write(1, f"{kilobytes}\\n".encode())
    os._exit(0)
"""

OURS = """
from PySide6.QtWidgets import QGraphicsView
from gui import app
from gui.plots import Plot

def painted(self, event):
    QGraphicsView.paintEvent(self, event)
    tell()

Plot.paintEvent = painted
app.run(app.Options(theme="light"))
"""

MINIMAL = """
import numpy as np
import pyqtgraph

class Plot(pyqtgraph.PlotWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        tell()

application = pyqtgraph.mkQApp()
x = np.linspace(-5.0, 5.0, 1201)
plot = Plot()
plot.plot(x, np.sin(x))
plot.resize(1280, 800)
plot.show()
application.exec()
"""


def measure() -> Iterator[Row]:
    """Yield the rows of goal 8, offscreen and, where there is one, on an X display."""
    platforms = ["offscreen"] + (["xcb"] if os.environ.get("DISPLAY") else [])
    for platform in platforms:
        _run(OURS, platform), _run(MINIMAL, platform)  # for the files that Python and Linux keep
        rounds = [(_run(OURS, platform), _run(MINIMAL, platform)) for _ in range(ROUNDS)]
        ours, theirs = (median(each[k][0] for each in rounds) for k in (0, 1))
        times = median(our[0] / their[0] for our, their in rounds)
        memory = median(our[1] / their[1] for our, their in rounds)
        note = f" {platform}: {1e3 * ours:.0f} against {1e3 * theirs:.0f} ms"
        yield Row("8", "first painted plot / minimal pyqtgraph program", times, 1.1, note=note)
        our_peak, their_peak = (median(each[k][1] for each in rounds) / 1024 for k in (0, 1))
        note = f" {platform}: {our_peak:.0f} against {their_peak:.0f} MB"
        yield Row("8", "peak memory / minimal pyqtgraph program", memory, 1.2, note=note)


def _run(program: str, platform: str) -> tuple[float, int]:
    """Give the seconds to the first painted plot, and the most memory used until then, in kilobytes."""
    environment = {**os.environ, "QT_QPA_PLATFORM": platform}
    start = time.perf_counter()
    finished = subprocess.run(
        [sys.executable, "-c", TOLD + program],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )
    return time.perf_counter() - start, int(finished.stdout)
