"""ziamath, which turns LaTeX into SVG, with what keeps it from being right or quick put right."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

STYLING = frozenset(
    (
        "mathvariant",
        "displaystyle",
        "display",
        "mathcolor",
        "mathbackground",
        "mathsize",
        "scriptlevel",
        "style",
    )
)
"""Attributes of an element that change its style."""


@cache
def typesetter() -> ModuleType:
    """Import ziamath on first use: it is slow, and not every window shows formulas at once."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it still reads its font the old way
        import ziamath
        from ziamath import operators
        from ziamath.nodes import mnode, mrow

    ziamath.config.svg2 = False  # QtSvg does not draw <symbol> and <use>
    _colour_only_itself(ziamath.drawable.Glyph)
    _measure_once(mrow.Mrow, operators)
    _hand_styles_down(mnode)
    return ziamath


def _colour_only_itself(glyph: Any) -> None:
    """Keep a glyph without an outline, such as a space, from colouring the one before it."""
    draw = glyph.draw

    def draw_only_itself(self: Any, x: float, y: float, svg: Any) -> Any:
        drawn, before = len(svg), svg[-1].get("fill") if len(svg) else None
        end = draw(self, x, y, svg)
        if drawn == len(svg) and before is not None:
            svg[-1].set("fill", before)
        return end

    glyph.draw = draw_only_itself


def _measure_once(row: Any, operators: Any) -> None:
    """Lay rows out once more than needed only where brackets grow with them.

    The height of a row is found by laying it out without such brackets, and each row in it likewise: with
    every level of nesting the work would double. A row inside stretches its own brackets.
    """
    measure = row._get_height_nostretch

    def stretchy(sign: Any) -> bool:
        usual = operators.get_params("".join(sign.itertext()).strip(), sign.get("form", "infix"))
        return bool({**usual, **sign.attrib}.get("stretchy", "false") != "false")

    def measure_once(self: Any, line: Any, **options: Any) -> Any:
        stretches = any(stretchy(sign) for child in line for sign in _own_signs(child))
        return measure(self, line, **options) if stretches and "nostretch" not in options else (0.0, 0.0)

    row._get_height_nostretch = measure_once


def _own_signs(element: Any) -> Iterator[Any]:
    """Find the signs of a row in one of its elements, leaving out those of rows inside."""
    if element.tag == "mo":
        yield element
    elif element.tag != "mrow":
        for child in element:
            yield from _own_signs(child)


def _hand_styles_down(module: Any) -> None:
    """Let elements that say nothing of their style take over a copy of the one around them."""
    parse_style = module.parse_style

    def style_of(element: Any, around: Any = None) -> Any:
        if around is not None and STYLING.isdisjoint(element.attrib) and around.mathvariant.style == "serif":
            return replace(around, mathvariant=copy(around.mathvariant))  # which letters change
        return parse_style(element, around)

    module.parse_style = style_of
