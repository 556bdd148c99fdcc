"""The arrows point one way: main → gui → core.scenes → the rest of core."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

BLOCKED_IMPORTS = """
import importlib, pkgutil, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "pyqtgraph", "contourpy", "ziamath", "gui", "main"}:
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Blocker())
import core
for module in pkgutil.walk_packages(core.__path__, "core."):
    importlib.import_module(module.name)
"""


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Give the dotted name of every module that a file imports, anywhere in it."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            for alias in node.names:
                # "from core import scenes" imports a module, "from core import parse" a name
                whole = f"{module}.{alias.name}"
                yield whole if is_module(whole) else module


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_core_works_where_there_is_no_qt() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BLOCKED_IMPORTS], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", modules("core"), ids=lambda path: str(path.relative_to(ROOT)))
def test_core_imports_numpy_the_standard_library_and_nothing_above_itself(path: Path) -> None:
    in_scenes = (ROOT / "core" / "scenes") in path.parents
    for name in imports(path):
        assert within(name, "core", "numpy") or name.partition(".")[0] in sys.stdlib_module_names, name
        assert in_scenes or not within(name, "core.scenes"), name


@pytest.mark.parametrize("path", modules("gui"), ids=lambda path: str(path.relative_to(ROOT)))
def test_gui_reaches_core_through_its_scenes_and_its_front(path: Path) -> None:
    for name in imports(path):
        assert not within(name, "main", "tests"), name
        assert name == "core" or within(name, "core.scenes") or not within(name, "core"), name


def test_main_knows_only_the_application() -> None:
    for name in imports(ROOT / "main.py"):
        assert name == "gui.app" or name.partition(".")[0] in sys.stdlib_module_names, name


@pytest.mark.parametrize("path", [*modules("core", "gui"), ROOT / "main.py"], ids=str)
def test_nothing_evaluates_typed_text(path: Path) -> None:
    """Python's own evaluators are allowed only in the module that compiles our own trees."""
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    if path != ROOT / "core" / "generated.py":
        assert not called & {"eval", "exec", "compile", "__import__"}
