"""Print the table of goals."""

from __future__ import annotations

import platform
import sys

import numpy as np

from tests.benchmarks import curves, descent, first_arrays, grids, isolines, network, tape

MODULES = (curves, first_arrays, grids, isolines, descent, network, tape)


def main() -> None:
    """Measure everything, or the goals whose numbers are given as arguments."""
    machine = platform.processor() or platform.machine()
    print(f"{machine}, Python {platform.python_version()}, NumPy {np.__version__}")
    chosen = set(sys.argv[1:])
    for module in MODULES:
        if not chosen or module.__name__.rsplit(".", 1)[-1] in chosen:
            for row in module.measure():
                print(row.text(), flush=True)


if __name__ == "__main__":
    main()
