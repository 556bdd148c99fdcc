from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.export import ExportError, picture, write_atomically

OLD = b"what was there before"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "old.png"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def widget(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(64, 48)
    widget.setStyleSheet("background: #0072B2")
    return widget


def test_a_picture_shows_the_widget(widget: QWidget, target: Path) -> None:
    picture(widget, target)
    shot = QImage(str(target))
    assert (shot.width(), shot.height()) == (64, 48)
    assert shot.pixelColor(30, 20) == QColor("#0072B2")
    assert os.listdir(target.parent) == [target.name]


@pytest.mark.parametrize("name", ["out", "out.jpg", "out.png.txt", ".png", ""])
def test_a_picture_has_the_name_of_a_png_file(widget: QWidget, tmp_path: Path, name: str) -> None:
    with pytest.raises(ExportError, match=r"must end in \.png"):
        picture(widget, tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_picture_without_extent_is_refused(qtbot: QtBot, target: Path) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(0, 0)
    with pytest.raises(ExportError, match="could not be drawn"):
        picture(widget, target)
    assert target.read_bytes() == OLD


@pytest.mark.parametrize("name", ["plain.png", "größe ∇ 勾配.png", "a b;'c.png", "-o.png"])
def test_any_sensible_name_will_do(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, b"new")
    assert (tmp_path / name).read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/out.png", "there is no such folder"),
        ("old.png/out.png", "Not a directory"),
        (".", "this is a folder, not a file"),
        ("x" * 300 + ".png", "File name too long"),
        ("nul\0.png", "null"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="the reasons are worded by the system")
def test_what_cannot_be_written_is_explained(target: Path, name: str, reason: str) -> None:
    with pytest.raises(ExportError, match=reason):
        write_atomically(f"{target.parent}/{name}", b"new")
    assert os.listdir(target.parent) == ["old.png"]
    assert target.read_bytes() == OLD


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no devices here")
def test_a_device_is_not_replaced() -> None:
    with pytest.raises(ExportError, match="not a regular file"):
        write_atomically("/dev/null", b"new")
    assert not os.path.isfile("/dev/null")


@pytest.mark.parametrize(
    ("function", "number", "reason"),
    [
        ("fsync", errno.ENOSPC, "No space left on device"),
        ("replace", errno.EACCES, "Permission denied"),
    ],
)
def test_a_failure_halfway_leaves_the_old_file_and_no_other(
    target: Path, monkeypatch: pytest.MonkeyPatch, function: str, number: int, reason: str
) -> None:
    def fail(*arguments: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(ExportError, match=reason):
        write_atomically(target, b"new")
    assert os.listdir(target.parent) == ["old.png"]
    assert target.read_bytes() == OLD


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and modes")
def test_a_link_and_the_mode_of_the_old_file_are_kept(target: Path) -> None:
    target.chmod(0o640)
    link = target.with_name("link.png")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
