"""Sliders, number fields, buttons, tables and the transport bar: what they show and propose."""

from __future__ import annotations

import itertools
import math

import pytest
from PySide6.QtCore import QLocale, QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.controls import (
    Button,
    Card,
    Cell,
    CheckBox,
    Choice,
    Column,
    FocusRing,
    IconButton,
    Inspector,
    LegendEntry,
    Notice,
    NumberField,
    NumberTable,
    PaneHeader,
    ReadoutRow,
    Segmented,
    Slider,
    SliderRow,
    TransportBar,
)
from gui.icons import icon, names
from gui.theme import INSPECTOR_WIDTH, LIGHT

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, widget: QWidget, width: int = 300, height: int | None = None) -> None:
    """Show `widget` in a window of its own."""
    qtbot.addWidget(widget)
    widget.resize(width, height or max(widget.sizeHint().height(), 24))
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)


def focus_by_keyboard(widget: QWidget) -> None:
    widget.clearFocus()
    widget.setFocus(Qt.FocusReason.TabFocusReason)


def at(x: float, y: float) -> QPoint:
    return QPoint(round(x), round(y))


class Log:
    """Records signals in their order."""

    def __init__(self, source: QWidget, *signals: str) -> None:
        self.events: list[tuple[object, ...]] = []
        for name in signals:
            getattr(source, name).connect(lambda *values, name=name: self.events.append((name, *values)))

    def names(self) -> list[object]:
        return [event[0] for event in self.events]


# Number fields


def number_field(qtbot: QtBot, value: float = 1.2, decimals: int = 2) -> tuple[NumberField, Log]:
    field = NumberField(LIGHT, decimals=decimals, name="a")
    shown(qtbot, field, 62, 24)
    field.show_value(value)
    field.setFocus()
    return field, Log(field, "committed")


@pytest.mark.parametrize("decimals", [0, 2, 4])
@pytest.mark.parametrize(
    ("width", "value"),
    [
        *itertools.product((62, 72), (1.2e-12, -1.2e-12, -1e300, 5e-324)),
        *itertools.product((46, 50, 62, 72), (0.0, 1.2, -0.06, 1473.6085, -1234.5678, 123456.0, math.inf)),
    ],
)
def test_a_number_is_never_cut_off(qtbot: QtBot, value: float, decimals: int, width: int) -> None:
    field = NumberField(LIGHT, decimals=decimals, width=width, name="a")
    shown(qtbot, field, width, 24)
    field.show_value(value)
    margins = field.textMargins()
    room = width - 14 - margins.left() - margins.right()
    assert field.fontMetrics().horizontalAdvance(field.text()) <= room <= width - 8


@pytest.mark.parametrize(
    ("value", "decimals", "text", "tooltip"),
    [
        (1.2e-12, 2, "1.2e−12", ""),
        (1473.6085, 4, "1473.61", "1473.6085"),
        (-1234.5678, 4, "−1234.6", "−1234.5678"),
        (123456789.0, 2, "1.23e8", "123456789.00"),
    ],
)
def test_a_long_number_loses_digits(
    qtbot: QtBot, value: float, decimals: int, text: str, tooltip: str
) -> None:
    field, _ = number_field(qtbot, value, decimals)
    assert (field.text(), field.toolTip()) == (text, tooltip)
    field.setFixedWidth(140)
    QApplication.processEvents()
    assert field.text() == (tooltip or text)
    assert field.toolTip() == ""


def typed(field: QLineEdit, text: str) -> None:
    """Replace the text; QTest aborts on non-ASCII keys, so those are inserted."""
    field.selectAll()
    if text.isascii():
        QTest.keyClicks(field, text)
    else:
        field.insert(text)


@pytest.mark.parametrize("locale", ["C", "de", "fr", "sv", "ar"])
@pytest.mark.parametrize(
    ("text", "value"), [("1.5", 1.5), ("1,5", 1.5), ("1e-3", 1e-3), ("-2", -2.0), ("+4", 4.0)]
)
def test_typed_numbers_mean_the_same_everywhere(qtbot: QtBot, locale: str, text: str, value: float) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(locale))
    try:
        field, log = number_field(qtbot)
        typed(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert log.events == [("committed", value)]
    finally:
        QLocale.setDefault(before)


def test_a_pasted_true_minus_is_read(qtbot: QtBot) -> None:
    field, log = number_field(qtbot)
    typed(field, "−2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert log.events == [("committed", -2.0)]


@pytest.mark.parametrize("text", ["abc", "1.2.3", "1,500", "nan", "1e999", ""])
def test_other_text_is_refused_and_kept(qtbot: QtBot, text: str) -> None:
    field, log = number_field(qtbot)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert log.events == []
    assert field.text() == text
    assert "1e-3" in field.toolTip()
    QTest.keyClicks(field, "0")
    assert field.toolTip() == ""


def test_looking_without_typing_commits_nothing(qtbot: QtBot) -> None:
    field, log = number_field(qtbot, 0.123456)
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.clearFocus()
    assert log.events == []
    assert field.text() == "0.12"


def test_leaving_the_field_commits_once(qtbot: QtBot) -> None:
    field, log = number_field(qtbot)
    typed(field, "3")
    field.clearFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert log.events == [("committed", 3.0)]


def test_escape_leaves_with_the_old_number(qtbot: QtBot) -> None:
    field, log = number_field(qtbot)
    typed(field, "99")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.hasFocus(), log.events) == ("1.20", False, [])


def test_typing_is_not_disturbed(qtbot: QtBot) -> None:
    field, _ = number_field(qtbot)
    typed(field, "7")
    field.show_value(2.0)
    assert field.text() == "7"


def test_refused_text_gives_way_to_the_number_when_it_is_left(qtbot: QtBot) -> None:
    field, log = number_field(qtbot)
    typed(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.show_value(1.2)
    assert (field.text(), field.fault) == ("abc", True)
    assert field.accessibleDescription() == field.toolTip() != ""
    field.clearFocus()
    assert (field.text(), field.fault, field.toolTip()) == ("1.20", False, "")
    assert log.events == []


# Sliders


def slider(qtbot: QtBot, **options: object) -> tuple[Slider, Log]:
    control = Slider(LIGHT, **options)  # type: ignore[arg-type]
    shown(qtbot, control, 218)
    return control, Log(control, "pressed", "moved", "released", "reset")


def test_a_drag_is_one_gesture_and_its_last_move_arrives(qtbot: QtBot) -> None:
    control, log = slider(qtbot, lower=0.0, upper=10.0)
    start, end = at(control.x_of(2), 12), at(control.x_of(7), 12)
    QTest.mousePress(control, LEFT, pos=start)
    for k in range(1, 6):
        QTest.mouseMove(control, start + (end - start) * k / 5)
    QTest.mouseRelease(control, LEFT, pos=end)
    assert log.names()[0] == "pressed"
    assert log.names()[-1] == "released"
    assert log.names().count("pressed") == log.names().count("released") == 1
    assert log.events[-2][1] == pytest.approx(7, abs=0.06)


def test_a_slider_proposes_and_stays(qtbot: QtBot) -> None:
    control, log = slider(qtbot, lower=0.0, upper=1.0)
    control.show_value(0.25)
    before = control.grab().toImage()
    QTest.mouseClick(control, LEFT, pos=at(control.x_of(0.75), 12))
    assert ("moved", 0.75) in log.events
    control.show_value(0.25)
    assert control.x_of(0.25) == pytest.approx(9 + 50)
    assert before.size() == control.grab().toImage().size()


def test_showing_a_value_emits_nothing(qtbot: QtBot) -> None:
    control, log = slider(qtbot)
    control.show_value(0.4)
    control.show_range(0.0, 4.0)
    control.show_limit(2.0)
    assert log.events == []
    assert control.accessibleDescription() == "0.40"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (Qt.Key.Key_Right, 5.1),
        (Qt.Key.Key_Up, 5.1),
        (Qt.Key.Key_Left, 4.9),
        (Qt.Key.Key_Down, 4.9),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_End, 10.0),
    ],
)
def test_keys_move_a_slider(qtbot: QtBot, key: Qt.Key, value: float) -> None:
    control, log = slider(qtbot, lower=0.0, upper=10.0)
    control.show_value(5.0)
    QTest.keyClick(control, key)
    assert log.events == [("pressed",), ("moved", pytest.approx(value)), ("released",)]


def test_shift_moves_ten_times_as_far(qtbot: QtBot) -> None:
    control, log = slider(qtbot, lower=0.0, upper=10.0)
    control.show_value(5.0)
    QTest.keyClick(control, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert log.events[1] == ("moved", pytest.approx(6.0))


@pytest.mark.parametrize("value", [1e-16, 1e-8, 0.5, 1.0])
def test_a_logarithmic_slider_maps_back(qtbot: QtBot, value: float) -> None:
    control, _ = slider(qtbot, lower=1e-16, upper=1.0, logarithmic=True)
    assert control.value_at(control.x_of(value)) == pytest.approx(value, rel=0.01)


@pytest.mark.parametrize("value", [-1e308, 1e308, float("inf"), float("nan"), 0.0, -1.0])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_any_value_stands_on_the_track(qtbot: QtBot, value: float, logarithmic: bool) -> None:
    control, _ = slider(qtbot, lower=0.1, upper=10.0, logarithmic=logarithmic)
    control.show_value(value)
    control.show_limit(value)
    control.grab()
    assert 9 <= control.x_of(value) <= control.width() - 9


def test_an_empty_range_is_harmless(qtbot: QtBot) -> None:
    control, _ = slider(qtbot, lower=1.0, upper=1.0)
    QTest.mouseClick(control, LEFT, pos=QPoint(50, 12))
    control.grab()


def test_the_forbidden_part_is_crimson(qtbot: QtBot) -> None:
    control, _ = slider(qtbot, lower=0.0, upper=1.0)
    control.show_limit(0.5)
    image = control.grab().toImage()
    x = round(control.x_of(0.5))
    assert image.pixelColor(x, 6).name() == LIGHT.fault.mark.lower()
    control.show_limit(None)
    assert control.grab().toImage().pixelColor(x, 6).name() != LIGHT.fault.mark.lower()


def test_a_hidden_slider_ends_its_drag(qtbot: QtBot) -> None:
    control, log = slider(qtbot)
    QTest.mousePress(control, LEFT, pos=QPoint(50, 12))
    control.hide()
    assert log.names()[-1] == "released"


def slider_row(qtbot: QtBot, **options: object) -> tuple[SliderRow, Log]:
    row = SliderRow(LIGHT, "a", -3, 3, default=1.2, **options)  # type: ignore[arg-type]
    shown(qtbot, row)
    return row, Log(row, "pressed", "moved", "released", "committed", "range_chosen")


def test_a_row_shows_one_value_twice(qtbot: QtBot) -> None:
    row, log = slider_row(qtbot)
    row.show_value(-0.5)
    assert row.field.text() == "−0.50"
    assert row.slider.accessibleDescription() == "−0.50"
    assert log.events == []


def test_a_number_outside_the_range_is_allowed(qtbot: QtBot) -> None:
    row, log = slider_row(qtbot)
    row.field.setFocus()
    typed(row.field, "100")
    QTest.keyClick(row.field, Qt.Key.Key_Return)
    assert log.events == [("committed", 100.0)]
    row.show_value(100.0)
    assert row.field.text() == "100.00"
    assert row.slider.x_of(100.0) == row.slider.x_of(3.0)


def test_double_click_brings_the_default_back(qtbot: QtBot) -> None:
    row, log = slider_row(qtbot)
    QTest.mouseDClick(row.slider, LEFT, pos=QPoint(40, 12))
    assert log.events[-1] == ("committed", 1.2)


def test_the_letter_opens_the_range(qtbot: QtBot) -> None:
    row, log = slider_row(qtbot, adjustable=True)
    fields = [field for field in row.findChildren(NumberField) if field is not row.field]
    assert not any(field.isVisible() for field in fields)
    QTest.mouseClick(row, LEFT, pos=QPoint(8, 12))
    letter = row.childAt(QPoint(8, 12))
    assert letter is not None
    QTest.mouseClick(letter, LEFT)
    assert [field.text() for field in fields if field.isVisible()] == ["−3.00", "3.00"]
    fields[1].setFocus()
    typed(fields[1], "5")
    QTest.keyClick(fields[1], Qt.Key.Key_Return)
    assert log.events == [("range_chosen", -3.0, 5.0)]
    fields[1].setFocus()
    typed(fields[1], "-9")
    QTest.keyClick(fields[1], Qt.Key.Key_Return)
    assert len(log.events) == 1


def test_a_warning_takes_the_place_of_the_limit(qtbot: QtBot) -> None:
    row, _ = slider_row(qtbot)
    plain = row.sizeHint().height()
    row.show_limit(2.0, r"2/\lambda = 2")
    with_caption = row.sizeHint().height()
    row.show_warning(r"Above $2/\lambda$ the loss grows.")
    notice = row.findChild(Notice)
    assert notice is not None
    assert with_caption > plain
    assert notice.isVisible()
    assert notice.text == "Above 2/λ the loss grows."
    row.show_warning(None)
    assert not notice.isVisible()
    row.grab()


# Buttons and choices


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_buttons_answer_keys(qtbot: QtBot, key: Qt.Key) -> None:
    button = Button(LIGHT, "Paste", primary=True)
    shown(qtbot, button, 80)
    focus_by_keyboard(button)
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, key)


@pytest.mark.parametrize(
    "options", [{"text": "Paste"}, {"latex": r"h \to 0", "icon": "play"}, {"chevron": True}]
)
def test_buttons_have_room_for_their_content(qtbot: QtBot, options: dict[str, object]) -> None:
    button = Button(LIGHT, **options)  # type: ignore[arg-type]
    shown(qtbot, button, 120)
    assert button.sizeHint().height() == 28
    assert button.sizeHint().width() >= 30
    button.setEnabled(False)
    button.grab()


def test_icon_buttons_say_what_they_do(qtbot: QtBot) -> None:
    button = IconButton(LIGHT, "play", "Play (Space)")
    shown(qtbot, button, 40)
    button.show_icon("pause", "Pause (Space)")
    assert button.accessibleName() == button.toolTip() == "Pause (Space)"


def test_a_check_box_emits_only_for_people(qtbot: QtBot) -> None:
    box = CheckBox(LIGHT, "learn w")
    shown(qtbot, box, 15)
    log = Log(box, "chosen")
    box.show_checked(True)
    assert log.events == []
    QTest.mouseClick(box, LEFT)
    focus_by_keyboard(box)
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert log.events == [("chosen", False), ("chosen", True)]


def test_segments(qtbot: QtBot) -> None:
    control = Segmented(LIGHT, [("loss", "L"), ("gap", r"L - L^\star"), ("w", "w")])
    shown(qtbot, control, 200)
    log = Log(control, "chosen")
    control.show_choice("loss")
    QTest.mouseClick(control, LEFT, pos=control.segment_centre("gap").toPoint())
    QTest.mouseClick(control, LEFT, pos=control.segment_centre("gap").toPoint())
    QTest.keyClick(control, Qt.Key.Key_Right)
    QTest.keyClick(control, Qt.Key.Key_Right)
    QTest.keyClick(control, Qt.Key.Key_Left)
    assert [event[1] for event in log.events] == ["gap", "w", "gap"]
    assert control.accessibleDescription() == "L - L^★"


def test_segments_may_have_no_options(qtbot: QtBot) -> None:
    control = Segmented(LIGHT, [])
    shown(qtbot, control, 60)
    QTest.keyClick(control, Qt.Key.Key_Right)
    control.grab()
    control.show_options([("w", "w")])
    assert control.accessibleDescription() == "w"


def test_a_choice_opens_a_menu(qtbot: QtBot) -> None:
    control = Choice(LIGHT, [("gd", "Gradient descent"), ("adam", "Adam")], name="optimiser")
    shown(qtbot, control, 190)
    log = Log(control, "chosen")
    control.show_choice("adam")
    assert control.accessibleName() == "optimiser Adam"
    QTest.keyClick(control, Qt.Key.Key_Down)
    menu = control._menu
    assert menu.isVisible()
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert log.events == [("chosen", "gd")]
    assert control.text() == "Adam"  # it proposes, and is placed by show_choice


def test_the_focus_ring_is_for_the_keyboard(qtbot: QtBot) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    button = Button(LIGHT, "Paste")
    layout.addWidget(button)
    shown(qtbot, window, 200, 80)
    ring = window.findChild(FocusRing)
    assert ring is not None
    button.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not ring.isVisible()
    button.clearFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert ring.isVisible()
    assert ring.geometry() == button.geometry().adjusted(-4, -4, 4, 4)
    button.clearFocus()
    assert not ring.isVisible()


# Readouts, tables, notices


def test_readouts(qtbot: QtBot) -> None:
    row = ReadoutRow(
        LIGHT, [("x", LIGHT.ink), ("f(x)", LIGHT.function.text), ("f'(x)", LIGHT.derivative.text)]
    )
    shown(qtbot, row)
    row.show_texts(["0.00", "0.0000", "none"])
    row.show_reason("Corner: slope −1 on the left, 1 on the right.")
    assert [readout.text for readout in row.readouts] == ["0.00", "0.0000", "none"]
    assert row.readouts[2].accessibleName() == "f'(x) none"
    assert row.reason == "Corner: slope −1 on the left, 1 on the right."
    row.show_reason(None)
    assert row.reason == ""
    row.grab()


def editable_row(qtbot: QtBot) -> tuple[ReadoutRow, Log]:
    row = ReadoutRow(LIGHT, [("x", LIGHT.ink), ("f(x)", LIGHT.function.text)], editable=(0,))
    shown(qtbot, row)
    row.show_texts(["0.80", "0.7562"])
    return row, Log(row, "committed")


def open_line(row: ReadoutRow) -> QLineEdit:
    QTest.mouseClick(row.readouts[0], LEFT)
    line = row.readouts[0].line
    assert line is not None
    return line


def test_a_readout_is_typed_into(qtbot: QtBot) -> None:
    row, log = editable_row(qtbot)
    first = row.readouts[0]
    line = open_line(row)
    assert line.selectedText() == "0.80"
    QTest.keyClicks(line, "1,25")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert log.events == [("committed", 0, "1,25")]
    assert first.line is None and first.hasFocus()
    assert first.text == "0.80"  # it proposes, and is placed by show_texts
    QTest.keyClick(first, Qt.Key.Key_Return)
    assert first.line is not None
    QTest.keyClicks(first.line, "7")
    first.line.clearFocus()
    assert log.events[1:] == [("committed", 0, "7")]
    assert first.line is None


@pytest.mark.parametrize("way", ["Esc", "Return", "away"])
def test_a_readout_is_left_as_it_was(qtbot: QtBot, way: str) -> None:
    row, log = editable_row(qtbot)
    line = open_line(row)
    if way == "Esc":
        QTest.keyClicks(line, "9")
        QTest.keyClick(line, Qt.Key.Key_Escape)
    elif way == "Return":
        QTest.keyClick(line, Qt.Key.Key_Return)
    else:
        line.clearFocus()
    assert row.readouts[0].line is None
    assert log.events == []


def test_a_readout_refuses_until_it_is_left(qtbot: QtBot) -> None:
    row, log = editable_row(qtbot)
    row.committed.connect(lambda place, _text: row.readouts[place].refuse("Write a number."))
    line = open_line(row)
    QTest.keyClicks(line, "abc")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (row.readouts[0].line, line.text()) == (line, "abc")
    assert line.property("fault")
    assert line.toolTip() == line.accessibleDescription() == "Write a number."
    QTest.keyClicks(line, "d")
    assert not line.property("fault")
    line.clearFocus()
    assert row.readouts[0].line is None
    assert len(log.events) == 2


def test_only_editable_readouts_are_typed_into(qtbot: QtBot) -> None:
    row, _ = editable_row(qtbot)
    row.grab()
    QTest.mouseClick(row.readouts[1], LEFT)
    assert row.readouts[1].line is None
    assert row.readouts[1].focusPolicy() == Qt.FocusPolicy.NoFocus


def table(qtbot: QtBot, **options: object) -> NumberTable:
    control = NumberTable(
        LIGHT,
        [Column("method", align="left"), Column("value", right=0.7), Column("error")],
        **options,  # type: ignore[arg-type]
    )
    shown(qtbot, control)
    return control


def test_tables_show_rows(qtbot: QtBot) -> None:
    control = table(qtbot)
    control.show_rows([["exact", "0.4841", "–"], [Cell(latex=r"{\partial}f"), "1", "3.8 × 10⁻¹"]])
    assert control.texts() == [["exact", "0.4841", "–"], ["∂f", "1", "3.8 × 10⁻¹"]]
    assert "exact 0.4841" in control.accessibleDescription()
    assert control.sizeHint().height() == 17 + 2 * 21
    control.resize(control.sizeHint())
    control.grab()
    control.show_rows([])
    control.grab()


def test_a_formula_too_long_for_its_row_is_cut_off(qtbot: QtBot) -> None:
    control = NumberTable(LIGHT, [Column(align="left")], head=False)
    shown(qtbot, control, 200, 21)

    def left_part(latex: str) -> QImage:
        control.show_rows([[Cell(latex=latex)]])
        return control.grab(QRect(0, 0, 150, 21)).toImage()

    long = "+".join(["x^2"] * 12)
    assert left_part(long) == left_part(f"{long}+{long}")  # no smaller
    assert left_part(long) != left_part("+".join(["x^2"] * 4))


def test_rows_are_picked_and_ticked(qtbot: QtBot) -> None:
    control = table(qtbot, selectable=True, checkable=True)
    rows = [[Cell(name, icon="circle", icon_colour="#009E73", line=True), "1", "2"] for name in "abc"]
    control.show_rows(rows, selected=0, checked=[True, False, True])
    control.resize(300, control.sizeHint().height())
    log = Log(control, "row_chosen", "row_checked")
    QTest.mouseClick(control, LEFT, pos=control.row_rect(2).center().toPoint())
    QTest.mouseClick(control, LEFT, pos=control.check_rect(1).center().toPoint())
    QTest.keyClick(control, Qt.Key.Key_Up)
    QTest.keyClick(control, Qt.Key.Key_Space)
    assert log.events == [
        ("row_chosen", 2),
        ("row_checked", 1, True),
        ("row_chosen", 1),
        ("row_checked", 1, True),
    ]
    control.grab()


@pytest.mark.parametrize("kind", ["warning", "correct", "wrong", "plain"])
def test_notices(qtbot: QtBot, kind: str) -> None:
    notice = Notice(LIGHT)
    shown(qtbot, notice)
    log = Log(notice, "activated")
    notice.show_notice("Not <equal> by 3.8 × 10⁻¹. [Show step 2](step-2)", kind)
    assert notice.isVisible()
    assert notice.text == "Not <equal> by 3.8 × 10⁻¹. Show step 2"
    notice._label.linkActivated.emit("step-2")
    assert log.events == [("activated", "step-2")]
    notice.show_notice("")
    assert not notice.isVisible()


def test_a_link_that_goes_away_hands_the_keyboard_to_nobody(qtbot: QtBot) -> None:
    window = QWidget()
    notice, button = Notice(LIGHT, window), Button(LIGHT, "Next", parent=window)
    column = QVBoxLayout(window)
    column.addWidget(notice)
    column.addWidget(button)
    notice.show_notice("It diverged. [Use 0.003](safe)", "warning")
    shown(qtbot, window)
    notice._label.setFocus(Qt.FocusReason.MouseFocusReason)
    notice.show_notice("")
    assert QApplication.focusWidget() is None


# Cards and headers


def test_cards_fold(qtbot: QtBot) -> None:
    card = Card(LIGHT, "Curvature", collapsible=True)
    content = Button(LIGHT, "Paste")
    card.body.addWidget(content)
    shown(qtbot, card, 323)
    log = Log(card, "fold_toggled")
    QTest.mouseClick(card._header, LEFT)
    assert not content.isVisible()
    QTest.keyClick(card._header, Qt.Key.Key_Return)
    assert content.isVisible()
    card.show_folded(True)
    assert not content.isVisible()
    assert log.events == [("fold_toggled", True), ("fold_toggled", False)]


def test_the_inspector_scrolls_to_the_focus(qtbot: QtBot) -> None:
    inspector = Inspector(LIGHT)
    buttons = [Button(LIGHT, str(k)) for k in range(20)]
    for button in buttons:
        card = Card(LIGHT, "Card")
        card.body.addWidget(button)
        inspector.add(card)
    shown(qtbot, inspector, INSPECTOR_WIDTH, 400)
    assert inspector.width() == INSPECTOR_WIDTH
    buttons[0].setFocus()
    for _ in range(15):
        QTest.keyClick(inspector.window().focusWidget(), Qt.Key.Key_Tab)
    focused = inspector.window().focusWidget()
    assert focused is buttons[15]
    top = focused.mapTo(inspector, QPoint(0, 0)).y()
    assert 0 <= top <= 400 - focused.height()


@pytest.mark.parametrize(("width", "visible"), [(1200, True), (960, False)])
def test_the_legend_hides_in_a_narrow_window(qtbot: QtBot, width: int, visible: bool) -> None:
    styles = ["line", "dash", "arrow", "square", "dot", "area"]
    header = PaneHeader(LIGHT, "Function", [LegendEntry("#0072B2", style, style=style) for style in styles])
    header.show_note("2.8×")
    shown(qtbot, header, width, 32)
    assert len(header.legend_shown()) == (len(styles) if visible else 0)
    header.grab()


def test_the_last_entries_of_the_legend_give_way_one_by_one(qtbot: QtBot) -> None:
    header = PaneHeader(LIGHT, "Level map", [LegendEntry("#0072B2", f"entry {k}") for k in range(4)])
    window = QWidget()
    header.setParent(window)
    shown(qtbot, window, 1200, 32)
    counts = []
    for width in range(420, 60, -1):
        header.resize(width, 32)
        counts.append(len(header.legend_shown()))
    assert counts == sorted(counts, reverse=True)
    assert set(counts) == {4, 3, 2, 1, 0}


def test_a_header_has_controls(qtbot: QtBot) -> None:
    header = PaneHeader(LIGHT, "Loss", expandable=True)
    header.add(Segmented(LIGHT, [("L", "L")]))
    header.show_note(latex="f(x)", colour="#0072B2")
    header.show_legend([LegendEntry("#0072B2", latex="f(x)")])
    shown(qtbot, header, 1200, 32)
    log = Log(header, "expand_toggled")
    QTest.mouseClick(header.findChild(IconButton), LEFT)
    assert log.events == [("expand_toggled",)]
    assert header.accessibleDescription() == "f(x)"
    header.grab()


# The transport bar


def test_the_transport_bar_proposes(qtbot: QtBot) -> None:
    bar = TransportBar(LIGHT)
    shown(qtbot, bar, 1200, 44)
    bar.show_state(step=3, playing=False, can_back=True, can_forward=True, speed=8)
    log = Log(bar, "reset", "back", "play_toggled", "forward", "step_chosen", "speed_changed")
    for name in ("reset", "back", "play", "forward"):
        QTest.mouseClick(bar.button(name), LEFT)
    assert log.names() == ["reset", "back", "play_toggled", "forward"]
    field = bar.findChild(NumberField)
    assert field.text() == "3"
    field.setFocus()
    typed(field, "12")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert log.events[-1] == ("step_chosen", 12)
    speed = bar.findChild(Slider)
    QTest.mouseDClick(speed, LEFT)
    assert log.events[-1] == ("speed_changed", 8.0)


def test_the_transport_bar_shows_what_can_be_done(qtbot: QtBot) -> None:
    bar = TransportBar(LIGHT)
    shown(qtbot, bar, 1200, 44)
    bar.show_state(step=0, playing=False, can_back=False, can_forward=True, speed=2.5)
    assert [bar.button(name).isEnabled() for name in ("reset", "back", "play", "forward")] == [
        False,
        False,
        True,
        True,
    ]
    assert bar.speed_text.text() == "2.5 steps / s"
    bar.show_state(step=9, playing=True, can_back=True, can_forward=False, speed=1)
    assert bar.button("play").accessibleName() == "Pause (Space)"
    assert bar.speed_text.text() == "1 step / s"
    bar.grab()


def test_a_narrow_bar_hides_the_speed_text(qtbot: QtBot) -> None:
    bar = TransportBar(LIGHT, middle=QWidget())
    shown(qtbot, bar, 1200, 44)
    assert bar.speed_text.isVisible()
    bar.resize(620, 44)
    assert not bar.speed_text.isVisible()


@pytest.mark.parametrize("name", names())
def test_icons_are_drawn(qtbot: QtBot, name: str) -> None:
    image = icon(name, "#B4163A").pixmap(20, 20).toImage()
    alphas = [image.pixelColor(x, y).alpha() for x in range(20) for y in range(20)]
    assert sum(alpha > 200 for alpha in alphas) > 10
