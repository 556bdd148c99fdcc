"""Colours, fonts and the style sheet."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QApplication, QLineEdit

from gui.theme import DARK, LIGHT, THEMES, Hue, Theme, apply_theme, code_font, mixed, style_sheet, ui_font

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    rgb = QColor(colour)
    return 0.2126 * linear(rgb.redF()) + 0.7152 * linear(rgb.greenF()) + 0.0722 * linear(rgb.blueF())


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def hues(theme: Theme) -> dict[str, Hue]:
    values = {field.name: getattr(theme, field.name) for field in fields(theme)}
    return {name: value for name, value in values.items() if isinstance(value, Hue)}


@BOTH
@pytest.mark.parametrize("background", ["card", "plot"])
def test_words_are_readable(theme: Theme, background: str) -> None:
    behind = getattr(theme, background)
    words = {name: hue.text for name, hue in hues(theme).items()}
    words |= {name: getattr(theme, name) for name in ("ink", "second", "muted")}
    too_weak = {name: contrast(colour, behind) for name, colour in words.items()}
    assert {name: ratio for name, ratio in too_weak.items() if ratio < 4.5} == {}


@BOTH
@pytest.mark.parametrize("background", ["window", "panel", "field", "button", "selected"])
def test_the_chrome_is_readable(theme: Theme, background: str) -> None:
    behind = getattr(theme, background)
    names = ("ink", "second") if background == "selected" else ("ink", "second", "muted")
    assert all(contrast(getattr(theme, name), behind) >= 4.5 for name in names)


@BOTH
def test_marks_stand_out_from_the_plot(theme: Theme) -> None:
    marks = [hue.mark for name, hue in hues(theme).items() if name not in ("numerical", "optimum")]
    assert all(contrast(mark, theme.plot) >= 3 for mark in marks)


@BOTH
def test_the_chrome_is_monochrome(theme: Theme) -> None:
    for name in ("window", "panel", "card", "plot", "hairline", "border", "ink", "second", "muted", "track"):
        colour = QColor(getattr(theme, name))
        assert (
            max(colour.red(), colour.green(), colour.blue())
            - min(colour.red(), colour.green(), colour.blue())
            <= 24
        ), name


@BOTH
def test_heat_maps_begin_in_the_plot_colour(theme: Theme) -> None:
    assert theme.function_ramp[0] == theme.loss_ramp[0] == theme.plot


def test_both_themes_have_names() -> None:
    assert {name: theme.name for name, theme in THEMES.items()} == {"light": "light", "dark": "dark"}


@BOTH
def test_the_style_sheet_names_only_colours_of_the_theme(theme: Theme) -> None:
    known = {value for value in vars(theme).values() if isinstance(value, str)} | {theme.fault.mark}
    text = style_sheet(theme)
    assert set(re.findall(r"#[0-9A-Fa-f]{6}\b", text)) <= known
    assert "$" not in text


@BOTH
def test_the_application_wears_the_theme(theme: Theme, qapp: QApplication) -> None:
    apply_theme(qapp, theme)
    palette = qapp.palette()
    assert palette.color(palette.ColorRole.Window) == QColor(theme.window)
    edit = QLineEdit()
    edit.resize(60, 24)
    assert edit.grab().toImage().pixelColor(30, 12) == QColor(theme.field)


def test_figures_have_one_width(qapp: QApplication) -> None:
    metrics = QFontMetricsF(ui_font(13))
    assert len({round(metrics.horizontalAdvance(figure * 10), 3) for figure in "0123456789"}) == 1


@pytest.mark.parametrize("size", [11, 12, 12.5, 13, 18])
def test_sizes_grow_evenly_with_half_pixels(size: float, qapp: QApplication) -> None:
    per_pixel = QFontMetricsF(ui_font(20)).horizontalAdvance("Numerical derivative") / 20
    width = QFontMetricsF(ui_font(size)).horizontalAdvance("Numerical derivative")
    assert width == pytest.approx(size * per_pixel, rel=0.02)


def test_code_is_monospaced(qapp: QApplication) -> None:
    assert QFontInfo(code_font()).fixedPitch()
    metrics = QFontMetricsF(code_font())
    assert metrics.horizontalAdvance("iiii") == metrics.horizontalAdvance("WWWW")


def test_mixed_colours() -> None:
    assert mixed("#000000", "#ffffff", 0.0) == "#ffffff"
    assert mixed("#000000", "#ffffff", 1.0) == "#000000"
    assert mixed("#ff0000", "#0000ff", 0.5) == "#800080"
