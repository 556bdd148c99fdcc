"""One sentence under a control: what is wrong, or that all is right, with a link to act on."""

from __future__ import annotations

import html
import re

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui.controls.figures import figures_html
from gui.formula import formula, plain_text
from gui.icons import paint_icon
from gui.theme import Theme, ui_font

_MARKUP = re.compile(r"\$(?P<latex>[^$]+)\$|\[(?P<link>[^\]]+)\]\((?P<key>[^)]*)\)")
_KINDS = {"warning": (14, 0.95), "correct": (16, 1.0), "wrong": (16, 1.0), "plain": (0, 1.0)}

_SIGN_HEIGHT = 17


class _Sign(QWidget):
    """The icon at the first line of the sentence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.icon, self.colour, self.scale = "", "", 1.0

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon in the first line's middle."""
        if self.icon:
            middle = QPointF(self.width() / 2, 8.5)
            paint_icon(QPainter(self), self.icon, middle, self.colour, self.scale)


class _Sentence(QLabel):
    """A wrapped text as high as its present width makes it; a plain label asks for more."""

    def sizeHint(self) -> QSize:
        """Return the height that the text has at this width."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Return the height that the text has at this width."""
        return QSize(super().minimumSizeHint().width(), self.heightForWidth(self.width()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for another height at another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


def _words_html(words: str) -> str:
    """Write words as HTML in which no line breaks inside of f′(x), beside an equals sign or in a number."""
    return figures_html(html.escape(words).replace("′(", "′\u2060(").replace(" = ", "\u00a0=\u00a0"))


class Notice(QWidget):
    """An icon and a wrapped sentence; hidden while there is nothing to say.

    The sentence may contain ``$LaTeX$`` and ``[links](key)``.

    Attributes
    ----------
    activated : Signal
        str; the key of the link that was clicked.
    text : str
        The sentence as it reads, without markup.
    """

    activated = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown = ("", "")
        self.text = ""
        self._sign = _Sign(self)
        self._label = _Sentence(self)
        self._label.setFont(ui_font(12.5))
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._label.linkActivated.connect(self.activated)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._sign, 0)
        layout.addWidget(self._label, 1)
        self.hide()

    def show_notice(self, sentence: str, kind: str = "plain", colour: str = "") -> None:
        """Show `sentence` with the sign of `kind`: warning, correct, wrong or plain; "" hides it."""
        if (sentence, kind + colour) == self._shown:
            return
        self._shown = (sentence, kind + colour)
        theme = self._theme
        width, self._sign.scale = _KINDS[kind]
        self._sign.icon = "" if kind == "plain" else kind
        self._sign.colour = theme.ink if kind == "correct" else theme.fault.mark
        self._sign.setFixedWidth(width)
        self._sign.setMinimumHeight(_SIGN_HEIGHT if width else 0)
        self._sign.setVisible(bool(width))
        colour = colour or {"warning": theme.fault.text, "plain": theme.muted}.get(kind, theme.second)
        self.text = _MARKUP.sub(lambda part: part["link"] or plain_text(part["latex"]), sentence)
        self._label.setText(f'<span style="color:{colour}">{self._html(sentence, colour)}</span>')
        self._label.setAccessibleName(self.text)
        has_link = any(part["link"] for part in _MARKUP.finditer(sentence))
        if not has_link:
            self._label.clearFocus()  # Qt would hand the keyboard on to the next widget, as if by Tab
        focus = Qt.FocusPolicy.StrongFocus if has_link else Qt.FocusPolicy.NoFocus
        self._label.setFocusPolicy(focus)
        self.setVisible(bool(sentence))

    def _html(self, sentence: str, colour: str) -> str:
        parts, end = [], 0
        for part in _MARKUP.finditer(sentence):
            parts.append(_words_html(sentence[end : part.start()]))
            parts.append(self._picture(part["latex"], colour) if part["latex"] else self._link(part))
            end = part.end()
        return "".join([*parts, _words_html(sentence[end:])])

    def _link(self, part: re.Match[str]) -> str:
        style = f"color:{self._theme.ink}; font-weight:600; text-decoration:underline"
        return f'<a href="{html.escape(part["key"])}" style="{style}">{html.escape(part["link"])}</a>'

    def _picture(self, latex: str, colour: str) -> str:
        shown = formula(latex, 13.5, colour)
        picture = shown.pixmap(self.devicePixelRatioF())
        size = picture.deviceIndependentSize()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")
        data = bytes(buffer.data().toBase64().data()).decode()
        return (
            f'<img src="data:image/png;base64,{data}" width="{size.width():.0f}" '
            f'height="{size.height():.0f}" style="vertical-align:middle">'
        )


def paint_caption(painter: QPainter, theme: Theme, latex: str, centre: float, box: QRectF) -> None:
    """Draw a crimson formula centred at x = `centre`, but inside `box`."""
    shown = formula(latex, 12.5, theme.fault.text)
    x = min(max(centre - shown.width / 2, box.left()), box.right() - shown.width)
    shown.paint(painter, round(x), round(box.center().y() - shown.height / 2 + shown.baseline))
