"""Buttons, in ink and grey."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gui.controls.focus import FocusRing
from gui.formula import formula, paint_formula_centred, plain_text
from gui.icons import paint_icon
from gui.theme import BUTTON_HEIGHT, RADIUS, Theme, mixed, ui_font

_PADDING = 12
_GAP = 7


class Button(QAbstractButton):
    """A push button with text or a formula, perhaps with an icon before and a chevron after it.

    Attributes
    ----------
    clicked : Signal
        The button was pressed, by mouse or keyboard (Space or Return).
    """

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        latex: str = "",
        icon: str = "",
        chevron: bool = False,
        primary: bool = False,
        height: int = BUTTON_HEIGHT,
        padding: int = _PADDING,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._padding = padding
        self._icon = icon
        self._chevron = chevron
        self._primary = primary
        self._height = height
        self._latex = latex
        self.setText(text)
        self.setFont(ui_font(12.5, QFont.Weight.Medium if not latex else QFont.Weight.Normal))
        self.setAccessibleName(text or plain_text(latex))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        FocusRing(self, theme.ink)

    def show_icon(self, icon: str) -> None:
        """Change the icon, as from play to pause."""
        if icon != self._icon:
            self._icon = icon
            self.update()

    def sizeHint(self) -> QSize:
        """Give the room for the content and its padding."""
        return QSize(round(self._content_width() + 2 * self._padding), self._height)

    def _ink(self) -> str:
        if not self.isEnabled():
            return mixed(self._theme.muted, self._theme.card, 0.6)
        return self._theme.card if self._primary else self._theme.ink

    def _text_width(self) -> float:
        if self._latex:
            return formula(self._latex, 14, self._ink()).width
        return QFontMetricsF(self.font()).horizontalAdvance(self.text())

    def _content_width(self) -> float:
        width = self._text_width()
        if self._icon:
            width += 8 + (_GAP if width else 0)
        return width + (10 + _GAP if self._chevron else 0)

    def _fill(self) -> QColor:
        theme = self._theme
        if self._primary and self.isEnabled():
            share = 0.3 if self.isDown() else 0.14 if self.underMouse() else 0.0
            return QColor(mixed(theme.card, theme.ink, share))
        share = 0.12 if self.isDown() else 0.05 if self.underMouse() and self.isEnabled() else 0.0
        return QColor(mixed(theme.ink, theme.button, share))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the face and its content in the middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        filled = self._primary and self.isEnabled()
        painter.setPen(Qt.PenStyle.NoPen if filled else QPen(QColor(self._theme.border), 1))
        painter.setBrush(self._fill())
        inset = 0.0 if filled else 0.5
        face = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(face, RADIUS, RADIUS)
        middle = self.height() / 2
        x = (self.width() - self._content_width()) / 2
        if self._icon:
            small = 1.0 if not (self.text() or self._latex) else 0.75
            paint_icon(painter, self._icon, QPointF(x + 4, middle), self._ink(), small)
            x += 8 + _GAP
        width = self._text_width()
        if self._latex:
            shown = formula(self._latex, 14, self._ink())
            paint_formula_centred(painter, shown, QPointF(x + width / 2, middle))
        else:
            painter.setPen(QColor(self._ink()))
            painter.setFont(self.font())
            box = QRectF(x, -0.5, width + 1, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self._chevron:
            paint_icon(painter, "chevron", QPointF(x + width + _GAP + 5, middle), self._ink(), 0.8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Return press the button too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class IconButton(QAbstractButton):
    """A sign that can be pressed, with a quiet background under the pointer.

    Attributes
    ----------
    clicked : Signal
        The button was pressed.
    """

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        size: tuple[int, int] = (28, 28),
        scale: float = 1.0,
        colour: str = "",
        primary: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._scale = scale
        self._primary = primary
        self._colour = colour or (theme.card if primary else theme.ink)
        self.setFixedSize(*size)
        self.show_icon(icon, name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        FocusRing(self, theme.ink)

    def show_icon(self, icon: str, name: str) -> None:
        """Change the icon and the name that a screen reader and the tooltip say."""
        if (icon, name) != (self._icon, self.toolTip()):
            self._icon = icon
            self.setAccessibleName(name)
            self.setToolTip(name)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sign, filled behind when primary or under the pointer."""
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        hovered = self.underMouse() and self.isEnabled()
        colour = self._colour
        if self._primary:
            share = 0.3 if self.isDown() else 0.14 if hovered else 0.0
            background = theme.ink if self.isEnabled() else theme.track
            painter.setBrush(QColor(mixed(theme.card, background, share)))
            painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        elif hovered or self.isDown():
            painter.setBrush(QColor(mixed(theme.ink, theme.card, 0.14 if self.isDown() else 0.07)))
            painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        if not self.isEnabled():
            colour = mixed(theme.muted, theme.card, 0.5)
        paint_icon(painter, self._icon, QRectF(self.rect()).center(), colour, self._scale)
