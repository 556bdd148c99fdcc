"""The cases of ../shared/cases, and the copy of them that is always at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[2].parent / "shared" / "cases"


def rows(name: str, folder: Path = DATA) -> list[dict[str, Any]]:
    """Read a JSON Lines file, one row a line."""
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def shared_rows(name: str) -> list[dict[str, Any]]:
    """Read the same from the shared folder, or skip the test where that is absent."""
    if not (SHARED / name).exists():
        pytest.skip(f"{SHARED / name} is absent; the copy in {DATA} is tested all the same")
    return rows(name, SHARED)


def number(written: Any) -> float:
    """Read a number of a case, in which "inf" and "nan" are strings and what does not exist is null."""
    return float("nan") if written is None else float(written)
