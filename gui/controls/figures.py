"""Text with raised exponents, drawn larger than the font's own tiny superscript figures."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from gui.theme import kept_font

_RAISED = re.compile("([⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]+)")
_LEVEL = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789−+")
_RAISE = 0.36
_NARROW = "\N{THIN SPACE}×\N{THIN SPACE}"
_UNBROKEN = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"


def _parts(text: str, font: QFont) -> list[tuple[str, QFont, float]]:
    """Split into (text, font, how far to raise it)."""
    if not _RAISED.search(text):
        return [(text, font, 0.0)]
    size = font.pixelSize()
    raised = kept_font(max(round(size * 0.72), 8), font.weight())
    return [
        (part.translate(_LEVEL), raised, size * _RAISE)
        if _RAISED.fullmatch(part)
        else (part.replace(" × ", _NARROW), font, 0.0)
        for part in _RAISED.split(text)
        if part
    ]


def figures_width(text: str, font: QFont) -> float:
    """Give the width of `text` as `draw_figures` draws it."""
    return sum(QFontMetricsF(each).horizontalAdvance(part) for part, each, _ in _parts(text, font))


def draw_figures(painter: QPainter, x: float, baseline: float, text: str, font: QFont) -> None:
    """Draw `text` from `x`, with superscript figures raised."""
    parts = _parts(text, font)
    for part, each, raised in parts:
        painter.setFont(each)
        painter.drawText(QPointF(x, baseline - raised), part)
        if len(parts) > 1:
            x += QFontMetricsF(each).horizontalAdvance(part)


def figures_html(text: str) -> str:
    """Write superscript figures as HTML; the text is already escaped."""
    return _RAISED.sub(lambda part: f"<sup>{part[1].translate(_LEVEL)}</sup>", text).replace(" × ", _UNBROKEN)
