"""The ready examples of a tab, by the headings under which they are offered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TypeVar

from core.presets import DataPreset, FunctionPreset, GraphPreset, SurfacePreset
from core.scenes.state import expression_of

FormulaPreset = FunctionPreset | SurfacePreset | GraphPreset
"""A ready example that is a formula."""

AnyPreset = TypeVar("AnyPreset", bound=FormulaPreset | DataPreset)


def _by_group(presets: Iterable[AnyPreset]) -> list[tuple[str, list[AnyPreset]]]:
    return [(title, list(group)) for title, group in groupby(presets, key=lambda preset: preset.group)]


def in_menu(
    presets: Iterable[AnyPreset], text: Callable[[AnyPreset], str] = lambda preset: preset.title
) -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    """Give the examples as a menu shows them: for each heading, key and text."""
    return tuple((title, [(each.key, text(each)) for each in group]) for title, group in _by_group(presets))


def in_list(
    presets: Iterable[FormulaPreset],
) -> tuple[tuple[str, list[tuple[str, str, str]]], ...]:
    """Give the examples as the list under a field shows them: for each heading, key, LaTeX and name."""
    return tuple(
        (title, [(each.key, expression_of(each.formula).latex(), each.title) for each in group])
        for title, group in _by_group(presets)
    )
