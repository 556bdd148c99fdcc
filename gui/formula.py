"""Typeset mathematics: LaTeX in, a cached vector picture out.

Typesetting takes milliseconds, so formulas are cached by text, size and colour. One with numbers is
typeset once with a 0 in the place of each; then digits are put there, so that numbers which change in every
frame of a drag cost microseconds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import cycle

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.drawn_pieces import Drawing, Piece, paint_pieces
from gui.latex_cutting import shortened
from gui.theme import ui_font
from gui.typesetter import typesetter

_MOST_SIGNS = 150
"""A formula is cut off after so many, which take some hundredths of a second."""
_DIMMED = 0.35
_PART = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_SYMBOLS = {
    rf"\{name}" for name in ("cdot", "times", "to", "approx", "le", "ge", ",", ";", ":", "!", " ", "quad")
}
"""Commands without operands: what follows them stands in the row."""
_SIGN = re.compile(r"((?:^|[=≈(,]|\\cdot|\\to)\s*)-(?!\})")
"""A minus that begins a number or a term; ziamath sets it with the gaps of a subtraction."""
_GAP = re.compile(r"\\,\s*(?=\\(?:arc)?(?:sin|cos|tan|sec|csc|cot|ln|log|max|min)h?(?![A-Za-z]))")
"""The gap before a function's name, which ziamath makes by itself."""
_TALL = re.compile(r"\\frac|\\begin|\\sum|\\sqrt")
_DIGIT = re.compile(r"\d")
_FIRST_X = re.compile(r'<path d="M ([-0-9.e]+)')
_PATH = re.compile(r'<path d="([^"]*)"[^>]*/>')
_ROUNDING = 0.003
"""Outlines of one glyph at two places differ by this much: their coordinates have three decimals."""
_ANY_COLOUR = "#a1b2c3"
"""Stands in kept markup for the colour of a formula."""
_SVG = re.compile(r'<svg[^>]*viewBox="([^"]*)"[^>]*>(.*)</svg>', re.DOTALL)


class Formula:
    """One typeset formula: a piece, or the parts that it is put together from, each with its place.

    Attributes
    ----------
    latex : str
        What it was made from.
    width, height, baseline : float
        Size in pixels, and the distance of the baseline from the top.
    """

    def __init__(self, latex: str, piece: Piece, parts: Sequence[tuple[Drawing, float]] = ()) -> None:
        self.latex = latex
        self.width = piece.right - piece.left
        self.height = piece.bottom - piece.top
        self.baseline = -piece.top
        self._left = piece.left
        self._parts = tuple(parts) or ((Drawing(piece), 0.0),)

    def paint(self, painter: QPainter, x: float, y_baseline: float, scale: float = 1.0) -> None:
        """Draw with the left edge at `x` and the baseline at `y_baseline`."""
        paint_pieces(painter, self._placed(x, scale), y_baseline, scale)

    def paint_haloed(self, painter: QPainter, x: float, y_baseline: float, halo: str) -> None:
        """Draw over a halo of this colour."""
        placed = self._placed(x, 1.0)
        paint_pieces(painter, placed, y_baseline, 1.0, halo)
        paint_pieces(painter, placed, y_baseline, 1.0, moving=True)

    def _placed(self, x: float, scale: float) -> list[tuple[Drawing, float]]:
        return [(drawing, x + (place - self._left) * scale) for drawing, place in self._parts]

    def pixmap(self, device_pixel_ratio: float = 1.0) -> QPixmap:
        """Draw into a transparent picture, sharp on a screen of that ratio."""
        size = QSize(-int(-self.width // 1) + 1, -int(-self.height // 1) + 1)
        picture = QPixmap(size * device_pixel_ratio)
        picture.setDevicePixelRatio(device_pixel_ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for drawing, x in self._placed(0.0, 1.0):
            drawing.draw(painter, x, self.baseline, 1.0)
        painter.end()
        return picture


@lru_cache(maxsize=1024)
def formula(latex: str, pixel_size: float, colour: str) -> Formula:
    r"""Typeset `latex`.

    Text that cannot be typeset comes back as plain text instead; nothing is ever raised.

    Parameters
    ----------
    latex : str
        Without dollar signs. Parts may have their own ``\\textcolor{#RRGGBB}{...}``.
    pixel_size : float
        Size of the letters.
    colour : str
        ``#RRGGBB`` of everything without a colour of its own.
    """
    latex = shortened(latex, _MOST_SIGNS)
    latex = _with_small_brackets(_GAP.sub("", _SIGN.sub(r"\1{-}", latex)))
    template, numbers = _template(latex)
    if any(numbers) and _frame(template, pixel_size, colour) is not None:
        return _with_numbers(latex, template, numbers, pixel_size, colour)
    return Formula(latex, _typeset(latex, pixel_size, colour))


@lru_cache(maxsize=512)
def plain_text(latex: str) -> str:
    """Give a readable one-line text of `latex`, for screen readers and as a last resort."""
    text = re.sub(r"\\(?:text|mathrm|operatorname|mathbf)\{([^{}]*)\}", r"\1", latex)
    text = re.sub(r"\\(?:textcolor|color)\{[^{}]*\}", "", text)
    text = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1)/(\2)", text)
    for command, symbol in (
        (r"\partial", "∂"), (r"\nabla", "∇"), (r"\cdot", "·"), (r"\times", "×"), (r"\eta", "η"),
        (r"\lambda", "λ"), (r"\sigma", "σ"), (r"\star", "★"), (r"\to", "→"), (r"\infty", "∞"), (r"\sum", "Σ"),
    ):  # fmt: skip
        if command in text:
            text = re.sub(re.escape(command) + r"(?![A-Za-z])", symbol, text)
    text = re.sub(r"\\(?:left|right|big|Big|[,;:! ])", "", text)
    return re.sub(r"\s+", " ", text.replace("\\", "").replace("{", "").replace("}", "")).strip()


def _with_small_brackets(latex: str) -> str:
    """Write plain brackets around what is no taller than a letter with an exponent."""
    opened: list[int] = []
    parts: list[str] = re.split(r"(\\left\(|\\right\))", latex)
    for place, part in enumerate(parts):
        if part == r"\left(":
            opened.append(place)
        elif part == r"\right)" and opened:
            start = opened.pop()
            if not _TALL.search("".join(parts[start + 1 : place])):
                parts[start], parts[place] = "(", ")"
    return "".join(parts)


@lru_cache(maxsize=1024)
def _typeset(latex: str, pixel_size: float, colour: str) -> Piece:
    """Typeset in any colour, which takes no time once it was done in another one."""
    piece = _typeset_once(latex, pixel_size)
    return replace(piece, markup=piece.markup.replace(_ANY_COLOUR, colour))


@lru_cache(maxsize=1024)
def _typeset_once(latex: str, pixel_size: float) -> Piece:
    try:
        typeset = typesetter().Latex(latex, size=pixel_size, color=_ANY_COLOUR)
        found = _SVG.fullmatch(typeset.svg())
        advance = typeset.getsize()[0]
    except Exception:  # ziamath and latex2mathml have no common error for text they do not understand
        return _as_text(latex, pixel_size)
    if found is None or not latex.strip():
        return _as_text(latex, pixel_size)
    left, top, width, height = map(float, found[1].split())
    return Piece(found[2], left, top, left + width, top + height, advance)


def _as_text(latex: str, pixel_size: float) -> Piece:
    font = ui_font(pixel_size)
    metrics = QFontMetricsF(font)
    text = "".join(character for character in plain_text(latex) if character.isprintable())
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(60 * pixel_size))
    width = max(metrics.horizontalAdvance(text), 1.0)
    markup = (
        f'<text x="0" y="0" font-family="{html.escape(font.family())}" font-size="{pixel_size}" '
        f'fill="{_ANY_COLOUR}">{html.escape(text)}</text>'
    )
    return Piece(markup, 0.0, -metrics.ascent(), width, metrics.descent(), width)


@lru_cache(maxsize=2048)
def _template(latex: str) -> tuple[str, tuple[str, ...]]:
    """Take the numbers that stand in the row out of `latex`, and leave a 0 in the place of each.

    What stands in fractions, roots and exponents stays, and so does a base with an exponent; a 0 of such a
    base is listed as an empty text.
    """
    kept: list[str] = []
    numbers: list[str] = []
    opened = [True]
    before = ""
    parts = _PART.findall(latex)
    for place, part in enumerate(parts):
        in_row = before not in ("^", "_", "}", "]") and (before[:1] != "\\" or before in _SYMBOLS)
        if part == "{":
            opened.append(opened[-1] and in_row)
        elif part == "}" and len(opened) > 1:
            opened.pop()
        elif part[0].isdigit() and opened[-1] and before not in ("^", "_"):
            if parts[place + 1 : place + 2] == ["^"]:
                numbers += [""] * part.count("0")
            else:
                numbers.append(part)
                part = "0"
        kept.append(part)
        before = before if part.isspace() else part
    return "".join(kept), tuple(numbers)


@dataclass(frozen=True)
class _Frame:
    """What is typeset around the numbers in a row: the whole, the drawings between, and the zeros' places."""

    whole: Piece
    between: tuple[str, ...]
    places: tuple[float, ...]


@lru_cache(maxsize=512)
def _frame(template: str, pixel_size: float, colour: str) -> _Frame | None:
    """Typeset a template and find the zeros in its row; None if they are not all there is on the baseline."""
    whole = _typeset(template, pixel_size, colour)
    zero = _outline(_typeset("0", pixel_size, colour).markup)
    between: list[str] = []
    places: list[float] = []
    end = 0
    for path in _PATH.finditer(whole.markup):
        shift = _shift(zero, _outline(path[0]))
        if shift is not None:
            between.append(whole.markup[end : path.start()])
            places.append(shift)
            end = path.end()
    if len(places) != len(_template(template)[1]):
        return None
    return _Frame(whole, (*between, whole.markup[end:]), tuple(places))


def _outline(markup: str) -> tuple[str, list[float]]:
    """Give the commands of a glyph's outline, and their coordinates."""
    path = _PATH.match(markup)
    words = path[1].split() if path else []
    return "".join(filter(str.isalpha, words)), [float(word) for word in words if not word.isalpha()]


def _shift(glyph: tuple[str, list[float]], other: tuple[str, list[float]]) -> float | None:
    """Tell how far to the right of a glyph the same one stands, or None if it is another."""
    if glyph[0] != other[0] or len(glyph[1]) != len(other[1]) or not glyph[1]:
        return None
    shift = other[1][0] - glyph[1][0]
    shifts = (there - here for here, there in zip(glyph[1], other[1], strict=True))
    wanted = cycle((shift, 0.0))  # x and y in turn
    return shift if all(abs(a - b) < _ROUNDING for a, b in zip(shifts, wanted, strict=False)) else None


@lru_cache(maxsize=64)
def _digit_advances(pixel_size: float) -> tuple[float, float]:
    """Give the room that a digit and a decimal point take."""
    digit, with_point = (
        _first_x(text[text.rfind("<path") :]) - _first_x(text)
        for text in (_typeset(zeros, pixel_size, "#000000").markup for zeros in ("00", "0.0"))
    )
    return digit, with_point - digit


def _first_x(markup: str) -> float:
    found = _FIRST_X.match(markup)
    return float(found[1]) if found else 0.0


@lru_cache(maxsize=256)
def _drawing(text: str, pixel_size: float, colour: str) -> Drawing:
    return Drawing(_typeset(text, pixel_size, colour))


@dataclass(frozen=True)
class _Gaps:
    """A drawing with gaps for digits: where they belong, and how much room all numbers take beyond a 0."""

    drawing: Drawing | None
    places: tuple[float, ...]
    shift: float


@lru_cache(maxsize=512)
def _gaps(template: str, lengths: tuple[str, ...], pixel_size: float, colour: str) -> _Gaps:
    """Move what stands between the numbers apart; of the numbers only the lengths and points matter."""
    frame = _frame(template, pixel_size, colour)
    assert frame is not None
    digit_advance, point_advance = _digit_advances(pixel_size)
    point = _typeset(".", pixel_size, colour)
    markup, places, shift = [frame.between[0]], list[float](), 0.0
    for length, place, after in zip(lengths, frame.places, frame.between[1:], strict=True):
        x = place + shift
        for character in length:
            if character == ".":
                markup.append(f'<g transform="translate({x:.3f} 0)">{point.markup}</g>')
                x += point_advance
            else:
                places.append(x)
                x += digit_advance
        shift = x - place - digit_advance
        markup.append(f'<g transform="translate({shift:.3f} 0)">{after}</g>' if after else "")
    whole = frame.whole
    drawn = "".join(markup)
    piece = Piece(drawn, whole.left, whole.top, whole.right + shift, whole.bottom, whole.advance + shift)
    return _Gaps(Drawing(piece) if drawn else None, tuple(places), shift)


def _with_numbers(
    latex: str, template: str, numbers: tuple[str, ...], pixel_size: float, colour: str
) -> Formula:
    """Put digits in the places of the zeros, and move what follows by the room that they take."""
    frame = _frame(template, pixel_size, colour)
    assert frame is not None
    shown = [number or "0" for number in numbers]
    gaps = _gaps(template, tuple(_DIGIT.sub("0", number) for number in shown), pixel_size, colour)
    digits = [_drawing(digit, pixel_size, colour) for digit in "".join(shown) if digit != "."]
    parts = [] if gaps.drawing is None else [(gaps.drawing, 0.0)]
    parts += zip(digits, gaps.places, strict=True)
    whole, left = frame.whole, frame.whole.left
    if not frame.between[0] and any(frame.between):  # a lone number keeps its place while it changes
        left += digits[0].piece.left - _typeset("0", pixel_size, colour).left
    top = min(whole.top, *(digit.piece.top for digit in digits))
    bottom = max(whole.bottom, *(digit.piece.bottom for digit in digits))
    right, advance = whole.right + gaps.shift, whole.advance + gaps.shift
    return Formula(latex, Piece("", left, top, right, bottom, advance), parts)


class FormulaLabel(QWidget):
    """A formula as a widget; one that is too wide for its place is drawn smaller, never cut.

    Attributes
    ----------
    latex : str
        The formula that is shown.
    dimmed : bool
        Whether it is drawn pale, because it is not up to date.
    """

    def __init__(
        self,
        latex: str = "",
        pixel_size: float = 14,
        colour: str = "#000000",
        alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._pixel_size = pixel_size
        self._colour = colour
        self._alignment = alignment
        self.latex = ""
        self.dimmed = False
        self._formula: Formula | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_formula(latex)

    def show_formula(self, latex: str, colour: str | None = None, *, dimmed: bool = False) -> None:
        """Show `latex`, from now on in `colour` if one is given; an empty text shows nothing."""
        colour = colour or self._colour
        if (latex, colour, dimmed) == (self.latex, self._colour, self.dimmed):
            return
        self.latex, self._colour, self.dimmed = latex, colour, dimmed
        before = self.sizeHint()
        self._formula = formula(latex, self._pixel_size, colour) if latex else None
        self.setAccessibleName(plain_text(latex))
        if self.sizeHint() != before:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Give the size of the formula, in whole pixels."""
        if self._formula is None:
            return QSize(0, int(self._pixel_size * 1.3))
        return QSize(int(self._formula.width + 1.999), int(self._formula.height + 1.999))

    def minimumSizeHint(self) -> QSize:
        """Give a third of the width: below it the formula would be hard to read."""
        hint = self.sizeHint()
        return QSize(hint.width() // 3, hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the formula, at most as wide as the widget."""
        if self._formula is None:
            return
        shown = self._formula
        scale = min(1.0, self.width() / shown.width, self.height() / shown.height)
        spare = self.width() - shown.width * scale
        x = 0.0
        if self._alignment & Qt.AlignmentFlag.AlignHCenter:
            x = spare / 2
        elif self._alignment & Qt.AlignmentFlag.AlignRight:
            x = spare
        top = (self.height() - shown.height * scale) / 2
        painter = QPainter(self)
        painter.setOpacity(_DIMMED if self.dimmed else 1.0)
        shown.paint(painter, round(x), round(top + shown.baseline * scale), scale)


def paint_formula_centred(painter: QPainter, shown: Formula, centre: QPointF) -> None:
    """Draw `shown` with its middle at `centre`, on whole pixels."""
    x = round(centre.x() - shown.width / 2)
    shown.paint(painter, x, round(centre.y() - shown.height / 2 + shown.baseline))
