"""Start Nabla: read the command line, check that all is installed, open the window."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NoReturn

PACKAGES = ("PySide6", "pyqtgraph", "numpy", "contourpy", "ziamath")
INSTALL = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/python main.py"
INSTALL_WINDOWS = r"py -m venv .venv && .venv\Scripts\pip install -e . && .venv\Scripts\python main.py"
SMALLEST, LARGEST = (960, 640), (7680, 4320)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def size(text: str) -> tuple[int, int]:
    """Read ``1280x800``."""
    match = re.fullmatch(r"([0-9]{1,5})[x×]([0-9]{1,5})", text)
    width, height = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (SMALLEST[0] <= width <= LARGEST[0] and SMALLEST[1] <= height <= LARGEST[1]):
        lower, upper = "{}x{}".format(*SMALLEST), "{}x{}".format(*LARGEST)
        raise argparse.ArgumentTypeError(f"{text!r} is not a size from {lower} to {upper}, such as 1280x800")
    return width, height


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; a mistake in it is one line on standard error and exit code 2."""
    parser = _Parser(
        prog="main.py",
        description="A desktop explorer of derivatives, gradients, gradient descent and backpropagation.",
    )
    parser.add_argument("--tab", metavar="NAME", help="show this tab first: derivative, gradient, …")
    parser.add_argument(
        "--plane", choices=("map", "surface"), help="how the Gradient tab, shown first, draws its function"
    )
    parser.add_argument("--theme", choices=("system", "light", "dark"), default="system")
    parser.add_argument("--size", type=size, metavar="WxH", help="size of the window, such as 1280x800")
    parser.add_argument("--export", metavar="FILE.png", help="write a picture of the window, and leave")
    return parser.parse_args(arguments)


def missing_packages() -> list[str]:
    """Return the packages that Nabla needs and that are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]


def prepare_display(exporting: bool) -> str | None:
    """Draw pictures offscreen where there is no display; return what is wrong, or None."""
    has_display = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if has_display or not sys.platform.startswith("linux"):
        return None
    if not exporting:
        return "There is no display. `python main.py --export nabla.png` writes a picture without one."
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Start Nabla and return its exit code; what prevents that is one line on standard error."""
    options = parse_arguments(arguments)
    if missing := missing_packages():
        command = INSTALL_WINDOWS if sys.platform == "win32" else INSTALL
        names = ", ".join(missing)
        sys.exit(
            f"nabla: {names} must be installed. In Nabla's folder, this does so and starts it: {command}"
        )
    if problem := prepare_display(options.export is not None):
        sys.exit(f"nabla: {problem}")
    try:
        from gui import app
    except ImportError as error:
        sys.exit(f"nabla: Qt cannot be loaded ({error}). README.md names the system libraries it needs.")
    return app.run(app.Options(options.export, options.tab, options.theme, options.size, options.plane))


if __name__ == "__main__":
    sys.exit(main())
