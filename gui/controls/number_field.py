"""A field for one number, the same under every locale."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QMargins, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.controls.line_edit import LineEdit
from gui.numbers import MINUS, format_field, format_significant, parse_number
from gui.theme import Theme, ui_font

REFUSAL = "Write a number such as 1.5, 1,5, 1e-3 or −2."
"""Said of text that is no number."""

_PADDING = 14
"""Pixels beside the text."""

_ROUGHLY = 0.005
"""Decimals may be left out that change a number by less than this part of it."""

_SPARE = 3
"""So many of them a long number may use on each side."""


class NumberField(LineEdit):
    """A right-aligned number that is edited as text.

    A number that is too long for the field is written with fewer digits; the tooltip has all of them. With
    `significant`, a small number has more decimals, so that it keeps its significant digits.

    Attributes
    ----------
    committed : Signal
        float; the person changed the text to a number and pressed Return or left the field.
    """

    committed = Signal(float)

    def __init__(
        self,
        theme: Theme,
        *,
        decimals: int = 2,
        significant: bool = False,
        width: int = 62,
        height: int = 24,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._decimals = decimals
        self._written = format_significant if significant else format_field
        self._value: float | None = None
        self._shortened = ""
        self._shown = ""
        self.setFont(ui_font(12.5))
        self.setFixedSize(QSize(width, height))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setMaxLength(64)
        self.setAccessibleName(name)
        self.editingFinished.connect(self._commit)
        self.textEdited.connect(self._clear_fault)

    def show_value(self, value: float) -> None:
        """Show `value`, unless the person is typing; emits nothing."""
        if self.isModified() and self.hasFocus():
            return
        if value == self._value and self.text() == self._shown and not (self.isModified() or self.fault):
            return
        self._value = value
        self.setModified(False)
        self._write(value)
        self.mark_fault(False)

    def _write(self, value: float) -> None:
        text, spare = self._fitting(value)
        whole = self._written(value, self._decimals)
        self._shortened = whole if text != whole else ""
        margins = QMargins(-spare, 0, -spare, 0)
        if margins != self.textMargins():
            self.setTextMargins(margins)
        self._shown = text
        if text != self.text():
            self.setText(text)
        if self.cursorPosition():
            self.setCursorPosition(0)
        self._explain()

    def _fitting(self, value: float) -> tuple[str, int]:
        """Choose digits that fit, and how far they reach into the padding on each side."""
        metrics = QFontMetricsF(self.font())
        room = self.width() - _PADDING
        text, spare = "", 0
        for text in (self._written(value, self._decimals), *_ever_shorter(value, self._decimals)):
            width = metrics.horizontalAdvance(text)
            spare = 0 if width <= room else _SPARE
            if width <= room + 2 * spare:
                break
        return text, spare

    def _commit(self) -> None:
        if not self.isModified():
            return
        value = parse_number(self.text())
        self.mark_fault(value is None)
        if value is None:
            return
        self.setModified(False)
        self._value = value
        self.committed.emit(value)

    def _clear_fault(self) -> None:
        self.mark_fault(False)

    def mark_fault(self, fault: bool) -> None:
        """Mark the text as refused and say why, or take the mark away."""
        super().mark_fault(fault)
        self._explain()

    def _explain(self) -> None:
        """Say below the pointer what is wrong, or the digits for which there is no room."""
        words = REFUSAL if self.fault else self._shortened
        if words != self.toolTip():
            self.setToolTip(words)
            self.setAccessibleDescription(words)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select all, so that typing replaces the number."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the text as the number; text that was refused gives way to the present number."""
        super().focusOutEvent(event)
        if self.fault and self._value is not None:
            self.show_value(self._value)

    def leave(self) -> None:
        """Give the focus away, with the number as it was."""
        self.setModified(False)
        if self._value is not None:
            self.show_value(self._value)
        super().leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write as many digits as there is room for now."""
        super().resizeEvent(event)
        if self._value is not None and not self.isModified():
            self._write(self._value)


def _ever_shorter(value: float, decimals: int) -> Iterator[str]:
    """Write a number with fewer and fewer decimals, and then as a power of ten."""
    yield format_field(value, decimals)
    if not math.isfinite(value):
        return
    for fewer in range(decimals - 1, -1, -1):
        if abs(round(value, fewer) - value) <= _ROUGHLY * abs(value):
            yield format_field(value, fewer)
    for digits in range(max(decimals, 1), -1, -1):
        mantissa, exponent = f"{value:.{digits}e}".split("e")
        yield f"{mantissa}e{int(exponent)}".replace("-", MINUS)
