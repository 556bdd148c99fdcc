"""What every test gets: no screen, and no log line that goes unnoticed."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Iterator

import hypothesis
import pytest
from pytestqt.qtbot import QtBot

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
hypothesis.settings.register_profile("nabla", deadline=None)
hypothesis.settings.load_profile("nabla")


@pytest.fixture(autouse=True)
def no_log_records(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs a warning; one that expects it reads ``caplog`` and calls ``caplog.clear()``."""
    yield
    records = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not records, [f"{record.name}: {record.getMessage()}" for record in records]


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Wait long for what will come, so that a busy machine fails no test."""
    qtbot.waitUntil = functools.partial(qtbot.waitUntil, timeout=60_000)
    return qtbot
