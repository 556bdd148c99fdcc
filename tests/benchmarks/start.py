"""Goal 8: from the start of Python to the first painted plot, and the memory that it took.

Both programs run in processes of their own, in turn. The clock stops when the event that painted the plot
with its curve is over, for by then the picture has been handed to the screen. Memory is the peak of the
process itself, as Linux keeps it.
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

ROUNDS = 15

WHOLE_MILLISECONDS = 3000
"""Long after the start, when all of the window has been built."""

TOLD = """
import os, sys, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

painted = []

def peak():
    lines = open("/proc/self/status")
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

def tell():
    os.write(1, f"{time.time()} {peak()}\\n".encode())
    os._exit(0)

class Application(QApplication):
    depth = 0

    def notify(self, receiver, event):
        self.depth += 1
        done = super().notify(receiver, event)
        self.depth -= 1
        if painted and not self.depth and not WAIT:
            tell()
        return done

application = Application(["nabla"])
if WAIT:
    QTimer.singleShot(WAIT, tell)
"""

OURS = """
from gui import app
from gui.plot_lines import Curve

draw = Curve._draw

def drawn(self, painter):
    draw(self, painter)
    painted.append(self)

Curve._draw = drawn
app.run(app.Options(theme="light"))
"""

MINIMAL = """
import numpy as np
import pyqtgraph

class Curve(pyqtgraph.PlotCurveItem):
    def paint(self, *arguments):
        super().paint(*arguments)
        painted.append(self)

x = np.linspace(-5.0, 5.0, 1201)
plot = pyqtgraph.PlotWidget()
plot.addItem(Curve(x, np.sin(x)))
plot.resize(1280, 800)
plot.show()
application.exec()
"""


def measure() -> Iterator[Row]:
    """Yield the rows of goal 8, offscreen and, where there is one, on an X display."""
    platforms = ["offscreen"] + (["xcb"] if os.environ.get("DISPLAY") else [])
    for platform in platforms:
        both = (OURS, MINIMAL)
        for program in both:
            _run(program, platform)  # for the files that Python and Linux keep
        rounds = [[_run(program, platform) for program in both] for _ in range(ROUNDS)]
        ours, theirs = (1e3 * median(each[k][0] for each in rounds) for k in (0, 1))
        times = median(our[0] / their[0] for our, their in rounds)
        note = f" {platform}: {ours:.0f} against {theirs:.0f} ms"
        yield Row("8", "first painted plot / minimal pyqtgraph program", times, 1.1, note=note)
        peaks = [median(each[k][1] for each in rounds) for k in (0, 1)]
        yield _memory("peak memory at the first painted plot / minimal", peaks, platform)
        peaks = [_run(program, platform, WHOLE_MILLISECONDS)[1] for program in both]
        yield _memory("peak memory of the whole window / minimal", peaks, platform)


def _memory(what: str, peaks: list[float], platform: str) -> Row:
    note = f" {platform}: {peaks[0] / 1024:.0f} against {peaks[1] / 1024:.0f} MB"
    return Row("8", what, peaks[0] / peaks[1], 1.2, note=note)


def _run(program: str, platform: str, wait: int = 0) -> tuple[float, int]:
    """Give the seconds to the first painted plot, and the most memory used until then, in kilobytes.

    With ``wait``, both are read so many milliseconds after the start.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": platform}
    environment.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # a user's Python compiles a module once, not at each start
    start = time.time()
    finished = subprocess.run(
        [sys.executable, "-c", f"WAIT = {wait}\n{TOLD}{program}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=600,
        check=True,
    )
    end, memory = finished.stdout.split()
    return float(end) - start, int(memory)
