"""Colours by meaning, type and spacing, in light and dark.

The chrome is monochrome: a colour in the window always means mathematics (or, in crimson, a fault).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from string import Template

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication

MENU_HEIGHT = 28
TAB_HEIGHT = 36
PANE_HEADER_HEIGHT = 32
TRANSPORT_HEIGHT = 44
STATUS_HEIGHT = 24
INSPECTOR_WIDTH = 340
FIELD_HEIGHT = 30
BUTTON_HEIGHT = 28
RADIUS = 6
CARD_RADIUS = 8
CARD_PADDING_X = 11
CARD_PADDING_Y = 9
CARD_GAP = 7
FOCUS_RING = 2.0
NARROW_WINDOW = 1100
"""Below this window width, header keys, right-hand hints and the speed text hide."""


@dataclass(frozen=True)
class Hue:
    """One meaning's pair of colours.

    Attributes
    ----------
    mark : str
        For lines and points, as ``#RRGGBB``.
    text : str
        For words and formulas: at least 4.5 : 1 on cards and plots.
    """

    mark: str
    text: str


@dataclass(frozen=True)
class Theme:
    """All colours of the window, named by what they mean.

    Attributes
    ----------
    function, derivative, descent, numerical, loss, data, optimum, fault : Hue
        Colours of the mathematics.
    central, five_point, richardson : Hue
        Further numerical approximations.
    optimisers : tuple of (str, str)
        Mark of each other optimiser by its key; `optimiser` finds it.
    window, panel, card, plot, hairline, border, grid, zero_axis, ink, second, muted : str
        Neutrals; `ink`, `second` and `muted` are text from strongest to weakest.
    field, button, selected, track : str
        Fills of text fields, plain buttons, the selected row or segment, and the empty part of a slider.
    function_ramp, loss_ramp : tuple of str
        Heat map colours at the minimum and at the maximum.
    basins : tuple of str
        Tints of the basins of attraction; the first four are farthest apart.
    """

    name: str
    function: Hue
    derivative: Hue
    descent: Hue
    numerical: Hue
    central: Hue
    five_point: Hue
    richardson: Hue
    loss: Hue
    data: Hue
    optimum: Hue
    fault: Hue
    optimisers: tuple[tuple[str, str], ...]
    window: str
    panel: str
    card: str
    plot: str
    hairline: str
    border: str
    grid: str
    zero_axis: str
    ink: str
    second: str
    muted: str
    field: str
    button: str
    selected: str
    track: str
    function_ramp: tuple[str, str]
    loss_ramp: tuple[str, str]
    basins: tuple[str, ...]

    def optimiser(self, key: str) -> str:
        """Give the mark of an optimiser, a green of its own."""
        return dict(self.optimisers).get(key, self.descent.mark)


LIGHT = Theme(
    name="light",
    function=Hue("#0072B2", "#00609A"),
    derivative=Hue("#D55E00", "#B34E00"),
    descent=Hue("#009E73", "#00755A"),
    numerical=Hue("#CC79A7", "#9C4378"),
    central=Hue("#742F62", "#742F62"),
    five_point=Hue("#9B5DE0", "#7A3CC2"),
    richardson=Hue("#B5309B", "#A3218B"),
    loss=Hue("#3F2F8F", "#3F2F8F"),
    data=Hue("#1D2129", "#1D2129"),
    optimum=Hue("#E69F00", "#1D2129"),
    fault=Hue("#B4163A", "#B4163A"),
    optimisers=(
        ("momentum", "#5F8F00"),
        ("nesterov", "#8CC63F"),
        ("rmsprop", "#0E4F46"),
        ("adam", "#19B5A5"),
        ("adagrad", "#2E7D32"),
        ("adadelta", "#6B8E5A"),
        ("amsgrad", "#0B7A75"),
        ("adamax", "#3FA34D"),
        ("nadam", "#1F5F2E"),
        ("radam", "#4FA083"),
        ("adamw", "#00806A"),
        ("newton", "#37470F"),
        ("damped_newton", "#7A8B2B"),
        ("lbfgs", "#2DB35D"),
    ),
    window="#F2F3F6",
    panel="#F5F6F8",
    card="#FFFFFF",
    plot="#FFFFFF",
    hairline="#E1E4EA",
    border="#CDD2DB",
    grid="#EEF0F4",
    zero_axis="#B4BAC6",
    ink="#1D2129",
    second="#454C59",
    muted="#676E7B",
    field="#FFFFFF",
    button="#FFFFFF",
    selected="#E8EAEF",
    track="#DADEE6",
    function_ramp=("#FFFFFF", "#9BC4DF"),
    loss_ramp=("#FFFFFF", "#9A8CCB"),
    basins=("#ACC9F4", "#DEBF9A", "#D4F8D9", "#B6CAB6", "#AFE6FD", "#F7DEB7"),
)

DARK = Theme(
    name="dark",
    function=Hue("#63C4F7", "#7FCDF8"),
    derivative=Hue("#E97B24", "#F3975A"),
    descent=Hue("#3DB287", "#55C79C"),
    numerical=Hue("#C793BC", "#D6A9CC"),
    central=Hue("#E7C9E0", "#E7C9E0"),
    five_point=Hue("#A874E8", "#BE97F2"),
    richardson=Hue("#E05FC8", "#EE86DA"),
    loss=Hue("#8273FF", "#A79DFF"),
    data=Hue("#E8EAEE", "#E8EAEE"),
    optimum=Hue("#FFC845", "#E8EAEE"),
    fault=Hue("#FF7D92", "#FF7D92"),
    optimisers=(
        ("momentum", "#9BBF3B"),
        ("nesterov", "#D3E58A"),
        ("rmsprop", "#7FA39A"),
        ("adam", "#36D6C8"),
        ("adagrad", "#7BCB80"),
        ("adadelta", "#A9C79A"),
        ("amsgrad", "#4FB8B1"),
        ("adamax", "#8FE39B"),
        ("nadam", "#5FA872"),
        ("radam", "#93D9C2"),
        ("adamw", "#2FBF93"),
        ("newton", "#B9CB7A"),
        ("damped_newton", "#8F9F4A"),
        ("lbfgs", "#6FF0A0"),
    ),
    window="#1B1E24",
    panel="#1B1E24",
    card="#22262E",
    plot="#14171C",
    hairline="#2D323B",
    border="#414853",
    grid="#20242B",
    zero_axis="#4B5360",
    ink="#E8EAEE",
    second="#BEC4CE",
    muted="#98A0AD",
    field="#1B1E24",
    button="#2A2F38",
    selected="#2A2F38",
    track="#3A404B",
    function_ramp=("#14171C", "#21587B"),
    loss_ramp=("#14171C", "#4A3F96"),
    basins=("#3A698B", "#795E3E", "#213E5F", "#542E1D", "#596973", "#696458"),
)

THEMES = {"light": LIGHT, "dark": DARK}


_STYLE = """
QMainWindow, QDialog { background: $window; }
QToolTip { background: $ink; color: $card; border: 0; padding: 4px 7px; }

QMenuBar { background: $window; color: $ink; padding: 0 1px; spacing: 2px; border: 0; }
QMenuBar::item { background: transparent; padding: 6px 8px; margin: 0; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $selected; border-radius: 5px; }
QMenu { background: $card; color: $ink; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 6px 34px 6px 12px; border-radius: 5px; background: transparent; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $hairline; margin: 5px 8px; }
QStatusBar { background: $window; color: $muted; border-top: 1px solid $border; }
QStatusBar::item { border: 0; }

Card { background: $card; border: 1px solid $hairline; border-radius: 8px; }
TransportBar { background: $plot; border: 0; border-top: 1px solid $border; }
PaneHeader { background: $plot; }

QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }

QLineEdit {
    background: $field; color: $ink; border: 1px solid $border; border-radius: 6px;
    padding: 0 5px 1px 5px; selection-background-color: $second; selection-color: $card;
}
QLineEdit:focus { border: 2px solid $ink; padding: 0 4px 1px 4px; }
QLineEdit[fault="true"] { border: 2px solid $fault_mark; padding: 0 4px 1px 4px; }
QLineEdit:disabled { color: $muted; }

QScrollArea { border: 0; background: transparent; }
Inspector { background: $panel; border: 0; border-left: 1px solid $border; }
Inspector QWidget#cards { background: $panel; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 2px; }
QScrollBar::handle:vertical { min-height: 24px; margin: 0 2px; }
QScrollBar::handle:horizontal { min-width: 24px; margin: 2px 0; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {
    background: none; border: 0; width: 0; height: 0;
}
"""


@cache
def _families(kind: QFontDatabase.SystemFont, preferred: str) -> tuple[str, ...]:
    system = QFontDatabase.systemFont(kind).family()
    return (preferred, system) if preferred in QFontDatabase.families() else (system,)


def _font(families: tuple[str, ...], pixel_size: float, weight: QFont.Weight) -> QFont:
    font = QFont(list(families))
    font.setPixelSize(int(pixel_size))
    if pixel_size % 1:  # Qt rounds a font to whole pixels: the rest is given as space
        font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 100 * pixel_size / int(pixel_size))
    font.setWeight(weight)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def ui_font(pixel_size: float = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Give the interface font, with figures of one width so that changing numbers do not jitter.

    Parameters
    ----------
    pixel_size : float
        Height in pixels; 12.5 is allowed.
    weight : QFont.Weight
        Stroke weight.
    """
    return QFont(kept_font(pixel_size, weight))


@cache
def kept_font(pixel_size: float = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Give the interface font to draw with: always the same object, which nobody may change."""
    font = _font(_families(QFontDatabase.SystemFont.GeneralFont, "Inter"), pixel_size, weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@lru_cache(maxsize=1024)
def text_width(text: str, pixel_size: float, weight: QFont.Weight = QFont.Weight.Normal) -> float:
    """Give how many pixels `text` is wide in the interface font."""
    return QFontMetricsF(kept_font(pixel_size, weight)).horizontalAdvance(text)


def code_font(pixel_size: float = 12) -> QFont:
    """Give the font in which people type formulas: every character equally wide."""
    families = _families(QFontDatabase.SystemFont.FixedFont, "DejaVu Sans Mono")
    font = _font(families, pixel_size, QFont.Weight.Normal)
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def mixed(colour: str, background: str, share: float) -> str:
    """Mix `share` of `colour` into `background`: a translucent colour, flattened."""
    above, below = QColor(colour), QColor(background)
    pairs = (
        (above.red(), below.red()),
        (above.green(), below.green()),
        (above.blue(), below.blue()),
    )
    return QColor(*(round(share * a + (1 - share) * b) for a, b in pairs)).name()


def palette(theme: Theme) -> QPalette:
    """Give the palette, for the parts of a widget that a style sheet does not reach."""
    colours = QPalette()
    role = QPalette.ColorRole
    for target, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.ink),
        (role.Base, theme.field),
        (role.AlternateBase, theme.panel),
        (role.Text, theme.ink),
        (role.PlaceholderText, theme.muted),
        (role.Button, theme.button),
        (role.ButtonText, theme.ink),
        (role.BrightText, theme.card),
        (role.ToolTipBase, theme.ink),
        (role.ToolTipText, theme.card),
        (role.Highlight, theme.second),
        (role.HighlightedText, theme.card),
        (role.Link, theme.ink),
        (role.LinkVisited, theme.ink),
        (role.Accent, theme.ink),
    ):
        colours.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        colours.setColor(QPalette.ColorGroup.Disabled, target, QColor(theme.muted))
    return colours


def style_sheet(theme: Theme) -> str:
    """Give the application's style sheet in the colours of `theme`."""
    values: dict[str, str] = {k: value for k, value in vars(theme).items() if isinstance(value, str)}
    values["fault_mark"] = theme.fault.mark
    return Template(_STYLE).substitute(values)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Dress the whole application: style, palette, font and style sheet."""
    application.setStyle("Fusion")
    application.setFont(ui_font())
    application.setPalette(palette(theme))
    application.setStyleSheet(style_sheet(theme))
