"""The expression field: typing, faults, suggestions and examples."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.controls import ExamplesPopup, ExpressionField, IconButton, Notice
from gui.theme import LIGHT

EXAMPLES = [
    ("Basics", [("cubic", "x^3 - 3x", "cubic"), ("product", r"\sin(ax)\,e^{-x^2/8}", "product rule")]),
    ("Where a derivative fails", [("corner", "|x|", "corner at 0")]),
]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    QVBoxLayout(window)
    qtbot.addWidget(window)
    window.resize(330, 200)
    return window


@pytest.fixture
def field(qtbot: QtBot, window: QWidget) -> ExpressionField:
    field = ExpressionField(LIGHT, "f(x) =", placeholder="for example sin(x)/x", examples=EXAMPLES)
    layout = window.layout()
    assert layout is not None
    layout.addWidget(field)
    window.show()
    qtbot.waitExposed(window)
    field.edit.setFocus()
    return field


def log(field: ExpressionField) -> list[str]:
    texts: list[str] = []
    field.edited.connect(texts.append)
    return texts


def test_every_key_is_an_edit(field: ExpressionField) -> None:
    texts = log(field)
    QTest.keyClicks(field.edit, "x^2")
    assert texts == ["x", "x^", "x^2"]


def test_showing_text_emits_nothing_and_keeps_the_cursor(field: ExpressionField) -> None:
    texts = log(field)
    field.show_text("sin(x)")
    field.edit.setCursorPosition(3)
    field.show_text("sin(x)")
    assert field.edit.cursorPosition() == 3
    field.show_text("cos(x)")
    assert field.edit.cursorPosition() == 3
    field.show_text("x")
    assert field.edit.cursorPosition() == 1
    assert texts == []


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("x\n+ 1", "x + 1"),
        ("x\r\ny", "x y"),
        ("x\u2028y\tz", "x y z"),
        ("−2·x²", "−2·x²"),
        ("a" * 3000, "a" * 2000),
    ],
)
def test_pasted_text_is_one_line(field: ExpressionField, pasted: str, text: str) -> None:
    texts = log(field)
    QGuiApplication.clipboard().setText(pasted)
    field.edit.paste()
    assert field.edit.text() == text
    assert texts == [text]


def test_undo_belongs_to_the_application(field: ExpressionField, window: QWidget) -> None:
    calls: list[str] = []
    for keys in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo):
        shortcut = QShortcut(keys, window)
        shortcut.activated.connect(lambda name=keys.name: calls.append(name))
    QTest.keyClicks(field.edit, "x^2")
    QTest.keyClick(field.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(field.edit, Qt.Key.Key_Z, both)
    assert calls == ["Undo", "Redo"]
    assert field.edit.text() == "x^2"


def test_undo_without_a_shortcut_changes_nothing(field: ExpressionField) -> None:
    QTest.keyClicks(field.edit, "x^2")
    QTest.keyClick(field.edit, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.edit.text() == "x^2"


def test_escape_leaves(field: ExpressionField) -> None:
    QTest.keyClick(field.edit, Qt.Key.Key_Escape)
    assert not field.edit.hasFocus()


def test_return_leaves_what_was_clicked_unless_it_is_wrong(field: ExpressionField) -> None:
    def after_return() -> bool:
        QTest.keyClick(field.edit, Qt.Key.Key_Return)
        return field.edit.hasFocus()

    def click() -> None:
        QTest.mouseClick(field.edit, Qt.MouseButton.LeftButton)

    field.edit.setFocus(Qt.FocusReason.TabFocusReason)
    assert after_return()
    click()
    field.show_error("This is wrong.", 0)
    assert after_return()
    field.show_ok()
    assert not after_return()
    field.edit.setFocus(Qt.FocusReason.TabFocusReason)
    assert after_return()


@pytest.mark.parametrize("position", [0, 9, 19, 100])
def test_the_caret_stands_under_the_fault(field: ExpressionField, position: int) -> None:
    text = "sin(a*x)*exp(-x^2/8"
    field.show_text(text)
    field.show_error("The bracket after exp is not closed. Add “)”.", position, 12)
    caret = field._caret
    assert caret.isVisible()
    metrics = field.edit.fontMetrics()
    expected = field.edit.x() + field.edit.x_of(0) + metrics.horizontalAdvance(text[:position])
    word = {0: "sin", 9: "exp"}.get(position, "")
    expected += metrics.horizontalAdvance(word) / 2
    assert caret.x_position() == pytest.approx(expected, abs=2)
    assert field.error == "The bracket after exp is not closed. Add “)”."
    image = field.grab().toImage()
    assert image.pixelColor(150, 0).name() == LIGHT.fault.mark.lower()


def test_a_right_text_has_no_fault(field: ExpressionField) -> None:
    field.show_text("x")
    field.show_error("No.", 0)
    field.show_ok()
    assert field.error == ""
    assert not field._caret.isVisible()
    field.edit.clearFocus()
    assert field.grab().toImage().pixelColor(150, 0).name() == LIGHT.border.lower()


@pytest.mark.parametrize(
    "message", ["There is no function “epx”. Did you mean exp?", "There is no function “epx”."]
)
def test_a_suggestion_replaces_the_word(field: ExpressionField, message: str) -> None:
    texts = log(field)
    field.show_text("sin(a*x)*epx(-x^2/8)")
    field.show_error(message, 9, suggestion=(9, 12, "exp"))
    assert field.error == "There is no function “epx”. Did you mean exp?"
    notice = field.findChild(Notice)
    assert notice is not None
    notice.activated.emit("use")
    assert texts == ["sin(a*x)*exp(-x^2/8)"]
    assert field.edit.text() == "sin(a*x)*exp(-x^2/8)"


def test_a_suggestion_without_a_word_is_inserted(field: ExpressionField) -> None:
    field.show_text("(x+1")
    field.show_error("The bracket is not closed. Add “)”.", 4, 0, (4, 4, ")"))
    notice = field.findChild(Notice)
    assert notice is not None
    notice.activated.emit("use")
    assert field.edit.text() == "(x+1)"


@pytest.mark.parametrize(
    ("message", "suggestion", "shown", "link"),
    [
        ("The bracket after exp is not closed. Add “)”.", ")", "Add “)”.", "“)”"),
        ("Two numbers stand side by side. Write * between them.", "*", "Write * between them.", "Write *"),
        ("A decimal number has a point, not a comma.", ".", "not a comma. Write “.”", "Write “.”"),
        ("There is no function “epx”.", "exp", "Did you mean exp?", "exp"),
    ],
)
def test_a_sign_can_be_suggested(
    field: ExpressionField, message: str, suggestion: str, shown: str, link: str
) -> None:
    field.show_text("x")
    field.show_error(message, 0, suggestion=(1, 1, suggestion))
    assert field.error.endswith(shown)
    assert f">{link}</a>" in field.findChild(Notice)._label.text()


def test_a_suggested_link_can_be_clicked(field: ExpressionField, qtbot: QtBot) -> None:
    field.show_text("epx(x)")
    field.show_error("No “epx”.", 0, suggestion=(0, 3, "exp"))
    label = field.findChild(Notice)._label
    qtbot.waitUntil(lambda: label.width() > 100)
    with qtbot.waitSignal(field.edited):
        for x in range(0, label.width(), 6):
            QTest.mouseClick(label, Qt.MouseButton.LeftButton, pos=QPoint(x, 8))
            if field.edit.text() == "exp(x)":
                break
    assert field.edit.text() == "exp(x)"
    assert field.edit.hasFocus()
    assert field.edit.cursorPosition() == 3


def test_examples_open_by_key_and_are_chosen(field: ExpressionField, qtbot: QtBot) -> None:
    QTest.keyClick(field.edit, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    popup = field.findChild(ExamplesPopup)
    assert popup is not None and popup.isVisible()
    assert popup.width() == field.width()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    assert popup.rows.accessibleName().endswith("product rule")
    popup.grab()
    with qtbot.waitSignal(field.chosen) as chosen:
        QTest.keyClick(popup, Qt.Key.Key_Return)
    assert chosen.args == ["product"]
    assert not popup.isVisible()


def test_examples_open_by_mouse_at_the_current_one(field: ExpressionField, qtbot: QtBot) -> None:
    field.show_current("corner")
    QTest.mouseClick(field.findChild(IconButton), Qt.MouseButton.LeftButton)
    popup = field.findChild(ExamplesPopup)
    assert popup is not None and popup.rows.current == "corner"
    with qtbot.waitSignal(field.chosen) as chosen:
        centre = popup.rows.row_rect("cubic").center().toPoint()
        QTest.mouseMove(popup.rows, centre)
        QTest.mouseClick(popup.rows, Qt.MouseButton.LeftButton, pos=centre)
    assert chosen.args == ["cubic"]


def test_escape_closes_the_examples(field: ExpressionField) -> None:
    field.open_examples()
    popup = field.findChild(ExamplesPopup)
    assert popup is not None
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_a_field_without_examples_has_no_arrow(qtbot: QtBot) -> None:
    field = ExpressionField(LIGHT, name="my derivative")
    qtbot.addWidget(field)
    assert field.findChild(IconButton) is None
    field.open_examples()
    assert field.edit.accessibleName() == "my derivative"
