from __future__ import annotations

import doctest
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def without_packages(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run main.py with a Python that sees no installed packages."""
    return subprocess.run(
        [sys.executable, "-S", str(ROOT / "main.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_help_needs_nothing_installed() -> None:
    done = without_packages("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for option in ("--export", "--tab", "--theme", "--size", "--plane"):
        assert option in done.stdout


def test_without_its_packages_it_names_the_command_that_installs_them() -> None:
    done = without_packages()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "PySide6, pyqtgraph, numpy, contourpy, ziamath" in done.stderr
    assert (main.INSTALL_WINDOWS if sys.platform == "win32" else main.INSTALL) in done.stderr


@pytest.mark.parametrize("command", [main.INSTALL, main.INSTALL_WINDOWS])
def test_that_command_is_the_one_of_the_readme(command: str) -> None:
    assert command in README


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--size", "big"], "main.py: argument --size: 'big' is not a size from 960x640 to 7680x4320"),
        (["--size", "10x10"], "main.py: argument --size: '10x10' is not a size"),
        (["--size", "1280x99999"], "main.py: argument --size: '1280x99999' is not a size"),
        (["--size", "१२८०x800"], "main.py: argument --size: "),
        (["--theme", "pink"], "main.py: argument --theme: invalid choice: 'pink'"),
        (["--plane", "sphere"], "main.py: argument --plane: invalid choice: 'sphere'"),
        (["--export"], "main.py: argument --export: expected one argument"),
        (["--colour"], "main.py: unrecognized arguments: --colour"),
        (["picture.png"], "main.py: unrecognized arguments: picture.png"),
    ],
)
def test_a_wrong_argument_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        main.main(arguments)
    error = capsys.readouterr().err
    assert leaving.value.code == 2
    assert error.startswith(message)
    assert error.count("\n") == 1


@pytest.mark.parametrize("text", ["1280x800", "1280×800"])
def test_a_size_is_read(text: str) -> None:
    assert main.size(text) == (1280, 800)


@pytest.mark.parametrize(
    ("environment", "exporting", "platform", "fine"),
    [
        ({"DISPLAY": ":0"}, False, None, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True, None, True),
        ({"QT_QPA_PLATFORM": "vnc"}, True, "vnc", True),
        ({}, True, "offscreen", True),
        ({}, False, None, False),
    ],
)
def test_a_picture_needs_no_display_and_a_window_does(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    exporting: bool,
    platform: str | None,
    fine: bool,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(main.os, "environ", environment)
    assert (main.prepare_display(exporting) is None) == fine
    assert environment.get("QT_QPA_PLATFORM") == platform


def test_every_dependency_is_looked_for_and_explained() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    names = list(dict.fromkeys(re.match(r"[\w-]+", each)[0] for each in project["dependencies"]))  # type: ignore[index]
    needed = [name.removesuffix("-Essentials") for name in names if name != "PyOpenGL"]  # the surface says so
    assert needed == list(main.PACKAGES)
    for name in names:
        assert f"| {name} |" in README


def test_the_readme_shows_pictures_that_exist() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture


def test_what_the_readme_says_of_the_library_is_so() -> None:
    options = doctest.IGNORE_EXCEPTION_DETAIL
    result = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, encoding="utf-8", optionflags=options
    )
    assert result.attempted > 0
    assert result.failed == 0
