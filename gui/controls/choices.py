"""Check boxes, menus of options and exclusive segments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from gui.controls.buttons import Button
from gui.controls.focus import FocusRing, Ringed
from gui.formula import formula, paint_formula_centred, plain_text
from gui.icons import paint_icon
from gui.theme import FOCUS_RING, RADIUS, Theme, mixed, ui_font

_GAP = 7


class CheckBox(QAbstractButton):
    """A 15-pixel check box without text.

    Attributes
    ----------
    chosen : Signal
        bool; the person ticked or cleared it. `show_checked` emits nothing.
    """

    chosen = Signal(bool)

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setCheckable(True)
        self.setFixedSize(15, 15)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self.chosen)
        FocusRing(self, theme.ink, 4)

    def show_checked(self, checked: bool) -> None:
        """Show the state; emits nothing."""
        self.setChecked(checked)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box and its tick."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self._theme.second if self.isEnabled() else self._theme.muted)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(colour if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(0.5, 0.5, 14, 14), 3.5, 3.5)
        if self.isChecked():
            paint_icon(painter, "tick", QPointF(7.5, 7.4), self._theme.card)


class Choice(Button):
    """A field that opens a menu of options: "Gradient descent ⌄".

    Attributes
    ----------
    chosen : Signal
        str; the key of the option that the person picked. `show_choice` emits nothing.
    """

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        options: Sequence[tuple[str, str]],
        *,
        caption: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, chevron=True, parent=parent)
        self.setFont(ui_font(12.5))
        self._caption = caption
        self._name = name or caption
        self._texts: dict[str, str] = {}
        self._key = ""
        self._menu = QMenu(self)
        self.clicked.connect(self._open)
        self.show_options(options)

    def show_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer these (key, text) pairs; the choice stays if it is still offered."""
        texts = dict(options)
        if texts == self._texts:
            return
        self._texts = texts
        self._menu.clear()
        for key, text in texts.items():
            self._menu.addAction(text).triggered.connect(partial(self._choose, key))
        self.show_choice(self._key if self._key in texts else next(iter(texts), ""))

    def show_choice(self, key: str) -> None:
        """Show the option `key` as the chosen one; emits nothing."""
        self._key = key
        self.setText(self._texts.get(key, ""))
        self.setAccessibleName(f"{self._name} {self.text()}".strip())
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Give room for the longest option."""
        metrics = QFontMetricsF(self.font())
        longest = max((metrics.horizontalAdvance(text) for text in self._texts.values()), default=0.0)
        caption = metrics.horizontalAdvance(self._caption) + _GAP if self._caption else 0.0
        return QSize(round(longest + caption + 2 * 10 + 24), self._height)

    def minimumSizeHint(self) -> QSize:
        """Give a width at which the text is cut with an ellipsis."""
        return QSize(60, self._height)

    def _choose(self, key: str, _checked: bool = False) -> None:
        self.chosen.emit(key)

    def _open(self) -> None:
        self._menu.setMinimumWidth(self.width())
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with the arrow keys as well."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._open()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw like a field, with the text on the left and the chevron on the right."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.border), 1))
        share = 0.05 if self.underMouse() and self.isEnabled() else 0.0
        painter.setBrush(QColor(mixed(theme.ink, theme.field, share)))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setFont(self.font())
        metrics = QFontMetricsF(self.font())
        box = QRectF(11, -1, self.width() - 11 - 24, self.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        if self._caption:
            painter.setPen(QColor(theme.muted))
            painter.drawText(box, flags, self._caption)
            box.setLeft(box.left() + metrics.horizontalAdvance(self._caption) + _GAP)
        painter.setPen(QColor(theme.ink if self.isEnabled() else theme.muted))
        painter.drawText(
            box, flags, metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        )
        centre = QPointF(self.width() - 14, self.height() / 2)
        paint_icon(painter, "chevron", centre, theme.muted, 0.7)


class Segmented(Ringed):
    """A few options side by side, of which one is chosen; arrow keys move the choice.

    Attributes
    ----------
    chosen : Signal
        str; the key of the segment that the person picked. `show_choice` emits nothing.
    """

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        options: Sequence[tuple[str, str]],
        *,
        latex: bool = True,
        name: str = "",
        height: int = 24,
        padding: int = 13,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._latex = latex
        self._padding = padding
        self._options: tuple[tuple[str, str], ...] = ()
        self._key = self._shown = ""
        self.setFont(ui_font(12))
        self.setFixedHeight(height)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_options(options)

    def show_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Offer these (key, LaTeX or text) pairs."""
        if tuple(options) == self._options:
            return
        self._options = tuple(options)
        keys = [key for key, _ in self._options]
        self.show_choice(self._key if self._key in keys else keys[0] if keys else "")
        self.updateGeometry()
        self.update()

    def show_choice(self, key: str) -> None:
        """Show the segment `key` as the chosen one; emits nothing."""
        shown = dict(self._options).get(key, "")
        if (key, shown) != (self._key, self._shown):
            self._key, self._shown = key, shown
            self.setAccessibleDescription(plain_text(shown) if self._latex else shown)
            self.update()

    def _content_width(self, text: str) -> float:
        if self._latex:
            return formula(text, 13.5, self._theme.second).width
        return QFontMetricsF(self.font()).horizontalAdvance(text)

    def _widths(self) -> list[float]:
        return [max(32.0, round(self._content_width(text) + 2 * self._padding)) for _, text in self._options]

    def sizeHint(self) -> QSize:
        """Give the room for all segments."""
        return QSize(round(sum(self._widths())) + 2, self.height())

    def minimumSizeHint(self) -> QSize:
        """Give the same: segments do not shrink."""
        return self.sizeHint()

    def segment_centre(self, key: str) -> QPointF:
        """Give the middle of the segment `key`, where a click chooses it."""
        x = 1.0
        for (each, _), width in zip(self._options, self._widths(), strict=True):
            if each == key:
                return QPointF(x + width / 2, self.height() / 2)
            x += width
        raise KeyError(key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the segment under the pointer."""
        x = 1.0
        for (key, _), width in zip(self._options, self._widths(), strict=True):
            if x <= event.position().x() < x + width:
                self._choose(key)
            x += width

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the choice with the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key())
        )
        if step is None or not self._options:
            super().keyPressEvent(event)
            return
        keys = [key for key, _ in self._options]
        self._choose(keys[min(max(keys.index(self._key) + step, 0), len(keys) - 1)])

    def _choose(self, key: str) -> None:
        if key != self._key:
            self.show_choice(key)
            self.chosen.emit(key)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame, the chosen segment's fill and the labels."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(frame, RADIUS, RADIUS)
        x = 1.0
        for (key, text), width in zip(self._options, self._widths(), strict=True):
            segment = QRectF(x, 0, width, self.height())
            if key == self._key:
                painter.save()
                painter.setClipPath(outline)
                painter.fillRect(segment.adjusted(-1, 0, 1, 0), QColor(theme.selected))
                painter.restore()
            if self._latex:
                paint_formula_centred(painter, formula(text, 13.5, theme.second), segment.center())
            else:
                painter.setFont(self.font())
                painter.setPen(QColor(theme.ink if key == self._key else theme.second))
                painter.drawText(segment, Qt.AlignmentFlag.AlignCenter, text)
            x += width
        width = FOCUS_RING if self.ringed else 1.0
        painter.setPen(QPen(QColor(theme.ink if self.ringed else theme.border), width))
        inset = width / 2 - 0.5
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame.adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
