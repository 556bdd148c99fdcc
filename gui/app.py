"""From a command line that made sense to a running program: application, hooks, window."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import PySide6
from PySide6.QtCore import (
    QMessageLogContext,
    QSize,
    QStandardPaths,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from gui.collection import Collection, leave_out_the_start
from gui.export import ExportError, picture
from gui.late_tab import LateTab
from gui.tabs import TABS
from gui.window import INITIAL_SIZE, Window

if TYPE_CHECKING:
    from gui.tab import Tab

log = logging.getLogger("nabla")

LOG_BYTES = 1_000_000

SETTLED = 1000
"""Milliseconds after which all that was imported leaves the garbage collector's rounds.

Otherwise it looks through 200,000 objects once in a while, which is several frames long.
"""

WITH_PLANES = "gradient"
"""Key of the tab whose function is a map or a surface."""

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@dataclass(frozen=True)
class Options:
    """What the command line asked for.

    Attributes
    ----------
    export
        Write a picture here and leave.
    tab
        The key of the tab to show first.
    theme
        ``"system"``, ``"light"`` or ``"dark"``.
    size
        Width and height of the window.
    plane
        ``"map"`` or ``"surface"``: how the Gradient tab, which is then the first one to show, draws.
    """

    export: str | None = None
    tab: str | None = None
    theme: str = "system"
    size: tuple[int, int] | None = None
    plane: str | None = None


def unsound_versions(pyside: tuple[int, int, int], python: tuple[int, int]) -> str | None:
    """Return why these versions crash together and what to install instead, or None."""
    if pyside >= (6, 12, 0) and python < (3, 12):
        what = f"crashes on Python {python[0]}.{python[1]}"
    elif pyside == (6, 12, 0):
        what = "is unsound"
    elif pyside in ((6, 9, 1), (6, 9, 2)):
        what = "does not work with pyqtgraph"
    else:
        return None
    found = ".".join(str(part) for part in pyside)
    return (
        f"PySide6 {found} {what}. Install another: python -m pip install 'PySide6-Essentials>=6.10.2,<6.12'"
    )


class FaultReport:
    """An exception hook that tells the user once and goes on.

    A fault that comes back at the same place, as one in a timer does, is not reported again.

    Parameters
    ----------
    window
        Whose status bar says that something failed.
    log_file
        Where the details go, or None where no such file can be written.
    """

    def __init__(self, window: Window, log_file: Path | None) -> None:
        self._window = window
        self._log_file = log_file
        self._seen: set[tuple[type[BaseException], str, int]] = set()

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Report one exception."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        place = _place(kind, trace)
        if place in self._seen:
            return
        self._seen.add(place)
        log.error("Uncaught exception", exc_info=(kind, error, trace))
        details = f" The details are in {self._log_file}" if self._log_file else ""
        self._window.report(f"Something failed inside Nabla ({kind.__name__}).{details}", fault=True)


def log_folder() -> Path:
    """Return the folder for the user's data."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation))


def open_log() -> Path | None:
    """Send warnings and worse to a file in `log_folder`; return it, or None where that fails."""
    path = log_folder() / "nabla.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        return None
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    return path


NO_NEWS = "This plugin does not support propagateSizeHints()"
"""What Qt says wherever a window's least size is set and there is no screen, as for a picture."""


def log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    """Pass what Qt says on to logging."""
    if message != NO_NEWS:
        logging.getLogger("qt").log(_LEVELS[kind], "%s", message)


def run(options: Options, tabs: Sequence[type[Tab] | LateTab] | None = None) -> int:
    """Start Nabla and return its exit code.

    With ``options.export`` the window is drawn without being shown, written to that file, and left.

    Raises
    ------
    SystemExit
        With one sentence, when what was asked for cannot be done.
    """
    if problem := unsound_versions(PySide6.__version_info__[:3], sys.version_info[:2]):
        sys.exit(f"nabla: {problem}")
    if tabs is None:
        tabs = TABS
    keys = [tab.key for tab in tabs]
    if options.tab is not None and options.tab not in keys:
        sys.exit(f"nabla: There is no tab {options.tab!r}; the tabs are {', '.join(keys)}.")
    qInstallMessageHandler(log_qt_message)
    application = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(application, QApplication)
    application.setApplicationName("Nabla")
    key = options.tab or (WITH_PLANES if options.plane is not None else None)
    window = Window(tabs, options.theme, key=key, quick=options.export is None)
    if options.plane is not None:
        window.store.edit(WITH_PLANES, recorded=False, plane=options.plane)
    if options.export is not None:
        window.resize(*(options.size or INITIAL_SIZE))
        _export(application, window, options.export)
        return 0
    sys.excepthook = FaultReport(window, open_log())
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal, which Qt's loop would not notice
    window.resize(_fitting(window, options.size))
    window.show()
    QTimer.singleShot(SETTLED, leave_out_the_start)
    Collection(window.store)
    return application.exec()


def _export(application: QApplication, window: Window, path: str) -> None:
    faults: list[BaseException] = []
    sys.excepthook = lambda kind, error, trace: faults.append(error)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.show()
    application.processEvents()
    window.store.flush()
    application.processEvents()
    try:
        picture(window, path)
    except ExportError as error:
        sys.exit(f"nabla: {error}")
    finally:
        window.close()
    if faults:
        log.error("Drawing failed", exc_info=faults[0])
        sys.exit("nabla: The picture is not as it should be, for drawing it failed.")


def _fitting(window: Window, size: tuple[int, int] | None) -> QSize:
    """Return the size asked for, or else one that the screen has room for."""
    if size is not None:
        return QSize(*size)
    return window.size().boundedTo(window.screen().availableSize()).expandedTo(window.minimumSize())


def _place(kind: type[BaseException], trace: TracebackType | None) -> tuple[type[BaseException], str, int]:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (kind, trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace else (kind, "", 0)
