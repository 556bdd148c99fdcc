"""The inspector: a column of cards."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.controls.focus import FocusRing
from gui.icons import paint_icon
from gui.theme import CARD_GAP, CARD_PADDING_X, CARD_PADDING_Y, INSPECTOR_WIDTH, Theme, mixed, ui_font

_HEADER_HEIGHT = 16
_HEADER_GAP = 7
BLEED = 6
"""How far a selected row or a focus ring may reach into the padding of a card."""


def text_label(
    text: str, colour: str, size: float = 12.5, weight: QFont.Weight = QFont.Weight.Normal
) -> QLabel:
    """Give a label in one colour and size."""
    label = QLabel(text)
    label.setFont(ui_font(size, weight))
    label.setStyleSheet(f"color: {colour}; background: transparent")
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


class _Header(QWidget):
    """The title line of a card; a click or Return folds a collapsible card."""

    toggled = Signal()

    def __init__(self, theme: Theme, title: str, note: str, icon: str, collapsible: bool) -> None:
        super().__init__()
        self._theme = theme
        self._icon = icon
        self._collapsible = collapsible
        self.folded = False
        self.note = text_label(note, theme.muted, 12.5)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(20 if icon else 0, 0, 0, 0)
        layout.setSpacing(7)
        layout.addWidget(text_label(title, theme.ink, 12, QFont.Weight.DemiBold))
        layout.addWidget(self.note)
        layout.addStretch(1)
        self.setFixedHeight(_HEADER_HEIGHT)
        self.setAccessibleName(title)
        if collapsible:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            FocusRing(self, theme.ink, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold."""
        if self._collapsible and event.button() == Qt.MouseButton.LeftButton:
            self.toggled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold or unfold with Return and Space."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if self._collapsible and event.key() in keys:
            self.toggled.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the sign before the title, and the chevron."""
        theme = self._theme
        painter = QPainter(self)
        if self._icon:
            paint_icon(painter, self._icon, QPointF(6, 8.5), theme.optimum.mark, 0.92)
        if self._collapsible:
            sign = "chevron-right" if self.folded else "chevron"
            paint_icon(painter, sign, QPointF(self.width() - 6, 8), mixed(theme.muted, theme.card, 0.8), 0.66)


class Card(QFrame):
    """A rounded card of the inspector.

    Attributes
    ----------
    body : QVBoxLayout
        Where the content goes; 5 px between the parts.
    folded : bool
        Whether only the title shows.
    fold_toggled : Signal
        bool; the person folded or unfolded the card.
    """

    fold_toggled = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        title: str = "",
        *,
        note: str = "",
        icon: str = "",
        collapsible: bool = False,
        header_widget: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.folded = False
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._header = _Header(theme, title, note, icon, collapsible) if title else None
        self._content = QWidget(self)
        side = CARD_PADDING_X - BLEED
        self._wide = QVBoxLayout(self._content)
        self._wide.setContentsMargins(side, _HEADER_GAP if title else CARD_PADDING_Y, side, CARD_PADDING_Y)
        self._wide.setSpacing(5)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(BLEED, 0, BLEED, 0)
        self.body.setSpacing(5)
        self._wide.addLayout(self.body)
        if self._header is not None:
            self._header_row = QVBoxLayout()
            self._header_row.setContentsMargins(CARD_PADDING_X, CARD_PADDING_Y, CARD_PADDING_X, 0)
            self._header_row.addWidget(self._header)
            column.addLayout(self._header_row)
            if header_widget is not None:
                layout = self._header.layout()
                assert layout is not None
                layout.addWidget(header_widget)
            self._header.toggled.connect(self.toggle)
        column.addWidget(self._content)

    def add_wide(self, widget: QWidget) -> None:
        """Put a widget below the body that reaches `BLEED` pixels into the padding on both sides."""
        self._wide.addWidget(widget)

    def show_note(self, note: str) -> None:
        """Show a muted remark after the title."""
        if self._header is not None and self._header.note.text() != note:
            self._header.note.setText(note)

    def show_folded(self, folded: bool) -> None:
        """Show only the title, or all; emits nothing."""
        if folded == self.folded and self._header is not None and self._header.accessibleDescription():
            return
        self.folded = folded
        self._content.setVisible(not folded)
        if self._header is not None:
            below = CARD_PADDING_Y if folded else 0
            self._header_row.setContentsMargins(CARD_PADDING_X, CARD_PADDING_Y, CARD_PADDING_X, below)
        if self._header is not None:
            self._header.folded = folded
            self._header.setAccessibleDescription("folded" if folded else "unfolded")
            self._header.update()

    def toggle(self) -> None:
        """Fold or unfold, as the person does."""
        self.show_folded(not self.folded)
        self.fold_toggled.emit(self.folded)


class Inspector(QScrollArea):
    """The column of cards at the right of a tab; it scrolls when the window is too short.

    Attributes
    ----------
    cards : QVBoxLayout
        Cards from the top; use `add`.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedWidth(INSPECTOR_WIDTH)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QWidget()
        column.setObjectName("cards")
        self.cards = QVBoxLayout(column)
        self.cards.setContentsMargins(8, 8, 8, 8)
        self.cards.setSpacing(CARD_GAP)
        self.cards.addStretch(1)
        self.setWidget(column)
        self.verticalScrollBar().rangeChanged.connect(self._keep_width)

    def add(self, card: QWidget) -> None:
        """Put a card below the others."""
        self.cards.insertWidget(self.cards.count() - 1, card)

    def reveal(self, widget: QWidget) -> None:
        """Scroll to a widget once all that is still to be shown and laid out has found its place."""

        def scroll() -> None:
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            self.ensureWidgetVisible(widget, 0, 12)

        QTimer.singleShot(0, widget, scroll)

    def _keep_width(self, _minimum: int, maximum: int) -> None:
        """Let the scroll bar stand in the margin, so that cards keep their width."""
        self.cards.setContentsMargins(8, 8, 0 if maximum > 0 else 8, 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave ← and → that no control wanted to the tab: nothing scrolls sideways here."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Bring the control that gets the focus into view."""
        moved = super().focusNextPrevChild(forward)
        focused = self.focusWidget()
        if moved and focused is not None and self.isAncestorOf(focused):
            self.ensureWidgetVisible(focused, 0, 12)
        return moved
