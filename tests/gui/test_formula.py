"""Typeset formulas."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from gui.formula import FormulaLabel, formula, plain_text
from tests.effort import work_within

BLUE = "#00609A"


def colours(image: QImage) -> set[str]:
    inside = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {colour.name() for colour in inside if colour.alpha() == 255}


def ink_columns(image: QImage) -> list[int]:
    return [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y).alpha() > 100 for y in range(image.height()))
    ]


@pytest.mark.parametrize(
    "latex",
    [
        r"f(x) = \sin(ax)\,e^{-x^2/8}",
        r"\frac{f(x+h)-f(x)}{h}",
        r"{\partial}L/{\partial}w",
        r"L = \frac{1}{n}\sum(\hat{y}_i - y_i)^2",
        r"\sqrt[3]{x}",
        r"2/\lambda_{\mathrm{max}} = 0.0845",
    ],
)
def test_formulas_are_drawn(latex: str, qapp: QApplication) -> None:
    shown = formula(latex, 18, BLUE)
    assert 0 < shown.baseline <= shown.height
    assert BLUE.lower() in colours(shown.pixmap().toImage())


def test_parts_have_colours_of_their_own(qapp: QApplication) -> None:
    shown = formula(r"w - \textcolor{#B34E00}{{\partial}L/{\partial}w}", 40, "#1D2129")
    assert {"#b34e00", "#1d2129"} <= colours(shown.pixmap().toImage())


@pytest.mark.parametrize(
    "latex",
    [
        "",
        " ",
        r"\bad{",
        r"\frac{",
        "x^",
        "}",
        r"\left(",
        "\\",
        "a" * 5000,
        "\x00",
        "\ud800",
        "∞ ★ é",
        r"\left(" * 300,
    ],
)
def test_what_cannot_be_typeset_is_plain_text(latex: str, qapp: QApplication) -> None:
    shown = formula(latex, 14, BLUE)
    assert shown.width > 0 and shown.height > 0
    assert not shown.pixmap().isNull()


def test_deep_nesting_does_not_freeze_the_window(qapp: QApplication) -> None:
    formula("x", 14, BLUE)  # the import is not part of it
    for deep in (
        r"\sin\left(" * 40 + "x" + r"\right)" * 40,
        r"\frac{1}{1+" * 40 + "x" + "}" * 40,
        "x^{" * 40 + "x" + "}" * 40,
        "+".join(r"\sin\left(x^{2}\right)" for _ in range(60)),
    ):
        with work_within(500_000):  # it took hours, not milliseconds, before the guard
            formula(deep, 14, BLUE)


def test_deep_brackets_stay_typeset(qapp: QApplication) -> None:
    latex = r"\sin\left(" * 12 + "x" + r"\right)" * 12
    assert "<text" not in _svg(latex)


def _svg(latex: str) -> str:
    from gui import formula as module

    return module._typeset(latex, 14, BLUE).markup


@pytest.mark.parametrize("before", ["f'(x) = ", "", r"\frac{f(x+h)-f(x)}{h} = ", "L = "])
@pytest.mark.parametrize("number", ["0.4841", "{-0.5381}", "7", "123.45"])
def test_a_number_at_the_end_looks_as_if_typeset_whole(before: str, number: str, qapp: QApplication) -> None:
    from gui import formula as module

    quick = formula(before + number, 18, BLUE)
    whole = module.Formula("", module._typeset(before + number, 18, BLUE))
    assert quick.baseline == pytest.approx(whole.baseline, abs=0.5)
    one, other = (ink_columns(each.pixmap().toImage()) for each in (quick, whole))
    assert one[0] == pytest.approx(other[0], abs=1)
    assert one[-1] - one[0] == pytest.approx(other[-1] - other[0], abs=1)


@pytest.mark.parametrize(
    "latex",
    [
        "f(x, 0.58)",
        "f({-0.9}, y)",
        "({-0.2}, 0.91)",
        r"5.71 \cdot 10^{-4}",
        r"{-3.8 \times 10^{-10}}",
        "0.5 + 12.34 = {-7.1}",
        r"w = 0.5 - 0.1 \cdot ({-2.3}) = 0.73",
        "3x^2 + 20x - 17",
        r"(1 - 0.7616^2) \cdot 4",
        r"\frac{1}{20} + 0.3",
        "x_{0} = 3.2",
        r"\sqrt{10} \cdot 0.3",
        r"\text{10 steps} = 0.3",
        r"\textcolor{#B34E00}{0.5} + 3",
        "x^20 + 1.5",
        "10^{5} + 100",
    ],
)
def test_numbers_anywhere_look_as_if_typeset_whole(latex: str, qapp: QApplication) -> None:
    from gui import formula as module

    braced = module._SIGN.sub(r"\1{-}", latex)
    quick, whole = (
        each.pixmap().toImage()
        for each in (formula(latex, 18, BLUE), module.Formula("", module._typeset(braced, 18, BLUE)))
    )
    assert quick.size() == whole.size()
    for x, y in itertools.product(range(whole.width()), range(whole.height())):
        assert abs(quick.pixelColor(x, y).alpha() - whole.pixelColor(x, y).alpha()) < 16


@pytest.mark.parametrize("text", ["f(x, {})", r"\frac{{a}}{{2}} = {}", "{} + {}", r"{} \cdot 10^{{-3}}"])
def test_other_numbers_need_no_typesetting(text: str, qapp: QApplication) -> None:
    from gui import formula as module

    formula("0123456789.", 18, BLUE)
    formula(text.format("0.5", "0.25"), 18, BLUE)
    before = module._typeset.cache_info().misses
    for number in ("1.75", "23.75", "7"):
        shown = formula(text.format(number, number), 18, BLUE)
        assert BLUE.lower() in colours(shown.pixmap().toImage())
    assert module._typeset.cache_info().misses == before


def test_the_same_formula_is_made_once(qapp: QApplication) -> None:
    assert formula("x^2", 14, BLUE) is formula("x^2", 14, BLUE)


def test_pictures_are_sharp_on_fine_screens(qapp: QApplication) -> None:
    one, two = (formula("x", 14, BLUE).pixmap(ratio) for ratio in (1.0, 2.0))
    assert two.width() == 2 * one.width()
    assert two.deviceIndependentSize() == one.deviceIndependentSize()


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\partial}L/{\partial}w", "∂L/∂w"),
        (r"2/\lambda_{\mathrm{max}}", "2/λ_max"),
        (r"\frac{1}{n}", "(1)/(n)"),
        (r"\text{none}", "none"),
        (r"w - \eta\,\textcolor{#B34E00}{g}", "w - ηg"),
        (r"\left(x\right)", "(x)"),
    ],
)
def test_plain_text(latex: str, text: str) -> None:
    assert plain_text(latex) == text


def test_a_label_tells_its_formula(qtbot) -> None:
    label = FormulaLabel(r"{\partial}L/{\partial}w", 15, BLUE)
    qtbot.addWidget(label)
    assert label.accessibleName() == "∂L/∂w"
    before = label.sizeHint()
    label.show_formula("x", "#B34E00")
    assert label.accessibleName() == "x"
    assert label.sizeHint().width() < before.width()
    assert "#b34e00" in colours(label.grab().toImage())


@pytest.mark.parametrize(
    "alignment", [Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight]
)
@pytest.mark.parametrize("width", [300, 60])
def test_a_label_never_cuts_its_formula(qtbot, alignment: Qt.AlignmentFlag, width: int) -> None:
    label = FormulaLabel(r"f(x) = \sin(ax)\,e^{-x^2/8}", 19, BLUE, alignment)
    qtbot.addWidget(label)
    label.resize(width, 30)
    image = label.grab().toImage()
    background = image.pixelColor(0, 0)
    inked = [
        x for x in range(width) if any(image.pixelColor(x, y) != background for y in range(image.height()))
    ]
    drawn = inked[-1] - inked[0]
    assert drawn == pytest.approx(min(label.sizeHint().width(), width), abs=5)


def test_a_dimmed_label_is_pale(qtbot) -> None:
    label = FormulaLabel("x", 30, "#FF0000")
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    assert "#ff0000" in colours(label.grab().toImage())
    label.show_formula("x", dimmed=True)
    assert label.dimmed
    assert "#ff0000" not in colours(label.grab().toImage())


def test_an_empty_label_keeps_its_line(qtbot) -> None:
    label = FormulaLabel("", 14, BLUE)
    qtbot.addWidget(label)
    assert label.sizeHint().height() > 10
    label.grab()
