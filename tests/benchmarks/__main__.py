"""Print the table of goals."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib import import_module

import numpy as np

MODULES = (
    "curves",
    "first_arrays",
    "grids",
    "isolines",
    "descent",
    "network",
    "tape",
    "frames",
    "surface_frames",
    "start",
)


def main() -> None:
    """Measure everything, or the modules that are named as arguments.

    Each module runs in a process of its own: the heap and the threads that one leaves behind would decide
    the ratios of the next.
    """
    if len(sys.argv) == 2:
        for row in import_module(f"tests.benchmarks.{sys.argv[1]}").measure():
            print(row.text(), flush=True)
        return
    machine = platform.processor() or platform.machine()
    print(f"{machine}, Python {platform.python_version()}, NumPy {np.__version__}", flush=True)
    for name in sys.argv[1:] or MODULES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks", name], check=True)


if __name__ == "__main__":
    main()
