from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from types import TracebackType

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gui import app
from gui.app import FaultReport, log_qt_message, open_log, unsound_versions
from gui.status_bar import StatusBar
from gui.theme import DARK
from gui.window import Window
from tests.gui.plain_tabs import CountingTab, StillTab

ROOT = Path(__file__).parents[2]


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window((CountingTab, StillTab), "light")
    qtbot.addWidget(window)
    return window


def run_program(tmp_path: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Run statements in a process of their own, with ``run(**options)`` at hand and a home that is ours."""
    prelude = """
        import logging, sys, os
        from PySide6.QtCore import QTimer, qWarning
        from PySide6.QtWidgets import QApplication
        from gui import app
        from tests.gui.plain_tabs import CountingTab, StillTab
        application = QApplication(["nabla"])
        def run(**options):
            return app.run(app.Options(**options), (CountingTab, StillTab))
    """
    script = textwrap.dedent(prelude) + textwrap.dedent(body)
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "PATH": "",
    }
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600
    )


@pytest.mark.parametrize(
    ("pyside", "python", "sound"),
    [
        ((6, 10, 2), (3, 11), True),
        ((6, 11, 3), (3, 11), True),
        ((6, 12, 0), (3, 11), False),
        ((6, 12, 0), (3, 13), False),
        ((6, 12, 1), (3, 11), False),
        ((6, 12, 1), (3, 12), True),
        ((6, 9, 1), (3, 12), False),
        ((6, 9, 2), (3, 11), False),
        ((6, 9, 3), (3, 11), True),
        ((7, 0, 0), (3, 11), False),
    ],
)
def test_versions_that_crash_are_refused(
    pyside: tuple[int, ...], python: tuple[int, int], sound: bool
) -> None:
    problem = unsound_versions(pyside, python)
    assert (problem is None) == sound
    if problem is not None:
        assert ".".join(map(str, pyside)) in problem
        assert "pip install 'PySide6-Essentials>=6.10.2,<6.12'" in problem


def test_an_unsound_version_ends_the_program_with_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app.PySide6, "__version_info__", (6, 9, 1))
    with pytest.raises(SystemExit, match=r"nabla: PySide6 6\.9\.1 does not work with pyqtgraph\."):
        app.run(app.Options())


def fault() -> tuple[type[ValueError], ValueError, TracebackType | None]:
    try:
        raise ValueError("seven")
    except ValueError as error:
        return ValueError, error, error.__traceback__


def test_a_fault_is_reported_once(window: Window, caplog: pytest.LogCaptureFixture) -> None:
    report = FaultReport(window, Path("/somewhere/nabla.log"))
    report(*fault())
    bar = window.centralWidget().findChild(StatusBar)
    assert bar.text == "Something failed inside Nabla (ValueError). The details are in /somewhere/nabla.log"
    assert "ValueError: seven" in caplog.text
    report(*fault())
    assert len(caplog.records) == 1
    caplog.clear()


def test_qt_messages_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    log_qt_message(QtMsgType.QtWarningMsg, QMessageLogContext(), "a %s of Qt's")
    assert [(record.name, record.levelno, record.getMessage()) for record in caplog.records] == [
        ("qt", logging.WARNING, "a %s of Qt's")
    ]
    caplog.clear()


def test_without_a_place_for_a_log_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    obstacle = tmp_path / "file"
    obstacle.write_text("")
    monkeypatch.setattr(app, "log_folder", lambda: obstacle / "folder")
    handlers = list(logging.getLogger().handlers)
    assert open_log() is None
    assert logging.getLogger().handlers == handlers


def test_a_fault_in_a_slot_leaves_the_program_running(tmp_path: Path) -> None:
    done = run_program(
        tmp_path,
        """
        def fail():
            raise ZeroDivisionError("in a timer")
        timer = QTimer(interval=5)
        timer.timeout.connect(fail)
        timer.start()
        QTimer.singleShot(100, lambda: qWarning("from Qt"))
        QTimer.singleShot(200, application.quit)
        sys.exit(run())
        """,
    )
    assert (done.returncode, done.stdout) == (0, "")
    [log] = (tmp_path / "data").rglob("nabla.log")
    text = log.read_text(encoding="utf-8")
    assert text.count("ZeroDivisionError: in a timer") == 1
    assert "WARNING qt: from Qt" in text


def test_an_export_writes_the_tab_theme_and_size_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    done = run_program(
        tmp_path, f"sys.exit(run(export={str(target)!r}, tab='still', theme='dark', size=(1000, 700)))"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    shot = QImage(str(target))
    assert (shot.width(), shot.height()) == (1000, 700)
    assert shot.pixelColor(500, 10) == QColor(DARK.window)
    assert shot.pixelColor(130, 62) == QColor(DARK.ink)
    assert not (tmp_path / "data").exists()


def test_an_export_whose_drawing_fails_says_so(tmp_path: Path) -> None:
    done = run_program(
        tmp_path,
        f"""
        def fail(self, scene):
            raise ZeroDivisionError("in render")
        CountingTab.render = fail
        run(export={str(tmp_path / "out.png")!r})
        """,
    )
    assert done.returncode == 1
    assert "ZeroDivisionError: in render" in done.stderr
    assert done.stderr.endswith("nabla: The picture is not as it should be, for drawing it failed.\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("export='/missing/out.png'", "nabla: /missing/out.png: there is no such folder.\n"),
        ("tab='sums'", "nabla: There is no tab 'sums'; the tabs are counting, still.\n"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, options: str, message: str) -> None:
    done = run_program(tmp_path, f"sys.exit(run({options}))")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)


def test_the_first_tab_is_exported_in_silence(tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    command = [sys.executable, str(ROOT / "main.py"), "--export", str(target), "--size", "960x640"]
    environment = {
        name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert QImage(str(target)).width() == 960
