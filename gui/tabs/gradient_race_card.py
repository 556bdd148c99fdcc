"""The card that sets a race up: who takes part, with which settings, on which noise."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from core.scenes.gradient import GradientScene
from core.scenes.race_edits import usual_noise
from gui.controls import Button, Card, CheckBox, Choice, Notice, NumberField, SliderRow, text_label
from gui.tabs.setting_sliders import SettingSliders
from gui.theme import Theme

QUIETEST, LOUDEST = 0.001, 1000.0
"""Ends of the slider of the noise; other numbers can be typed."""


class RaceCard(Card):
    """Who takes part, the settings of the selected racer, the search for the best rates, and noise.

    Attributes
    ----------
    add, remove, tune : Button
        Open the menu of optimisers, take the selected one out, search or cancel the search.
    menu : QMenu
        The optimisers that are not set up.
    settings, schedule_settings : SettingSliders
        Hyperparameters of the selected racer, and of its schedule.
    schedule : Choice
        The schedule of its learning rate.
    noisy : CheckBox
        Whether gradients are noisy.
    noise, seed : SliderRow, NumberField
        Standard deviation of the noise, and its seed.
    progress : Notice
        How far the search is.
    added, removed : Signal
        str, None; an optimiser was chosen to take part, the selected one to be taken out.
    """

    added = Signal(str)
    removed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Race settings", collapsible=True)
        self._theme = theme
        self._offered: tuple[tuple[str, str], ...] = ()
        self.menu = QMenu(self)
        self.add = Button(theme, "Add", chevron=True, height=26)
        self.remove = Button(theme, "Remove", height=26)
        self.tune = Button(theme, "Tune", height=26)
        self.tune.setToolTip("Find the best learning rate of every runner from this start")
        self.progress = Notice(theme)
        self.title = text_label("", theme.ink, 12, QFont.Weight.DemiBold)
        self.settings = SettingSliders(theme)
        self.schedule = Choice(theme, (), caption="Schedule", name="Schedule")
        self.schedule_settings = SettingSliders(theme)
        self.noisy = CheckBox(theme, "Noise in the gradient")
        self.seed = NumberField(theme, decimals=0, name="Seed")
        self.noise = SliderRow(theme, r"\sigma", QUIETEST, LOUDEST, default=10.0, logarithmic=True)
        self._build()
        self.add.clicked.connect(lambda: self.menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft())))
        self.remove.clicked.connect(self.removed)
        self.show_searching(None)
        self.show_folded(True)

    def _build(self) -> None:
        theme = self._theme
        self._seed_row = _in_a_row(text_label("seed", theme.muted), self.seed)
        for part in (
            _in_a_row(self.add, self.remove, None, self.tune),
            self.progress,
            self.title,
            self.settings,
            self.schedule,
            self.schedule_settings,
            _in_a_row(self.noisy, text_label("Noise in the gradient", theme.ink), None, self._seed_row),
            self.noise,
        ):
            self.body.addWidget(part)

    def show_scene(self, scene: GradientScene) -> None:
        """Show all settings."""
        setup = scene.race.setup
        self._offer(setup.missing)
        self.add.setEnabled(bool(setup.missing))
        self.remove.setEnabled(setup.can_leave)
        self.title.setText(setup.title)
        self.settings.show_settings(setup.settings)
        self.schedule.show_options(setup.schedules)
        self.schedule.show_choice(setup.schedule)
        self.schedule_settings.show_settings(setup.schedule_settings)
        noise = scene.race.noise
        self.noisy.show_checked(noise > 0.0)
        for part in (self.noise, self._seed_row):
            part.setVisible(noise > 0.0)
        if noise:
            self.noise.show_value(noise)
            self.noise.show_default(usual_noise(scene.magnitude))
            self.seed.show_value(scene.race.seed)

    def _offer(self, missing: tuple[tuple[str, str], ...]) -> None:
        if missing == self._offered:
            return
        self._offered = missing
        self.menu.clear()
        for key, title in missing:
            self.menu.addAction(title).triggered.connect(partial(self._choose, key))

    def _choose(self, key: str, _checked: bool = False) -> None:
        self.added.emit(key)

    def show_searching(self, share: float | None, title: str = "", outcome: str = "") -> None:
        """Show how far the search for the best rates is, None when there is none; and what came of it."""
        searching = share is not None
        self.tune.setText("Cancel" if searching else "Tune")
        self.tune.setAccessibleName(self.tune.text())
        words = f"Tuning {title}: {100 * (share or 0.0):.0f} %" if searching else outcome
        self.progress.show_notice(words)


def _in_a_row(*parts: QWidget | None) -> QWidget:
    """Put widgets side by side; None is room that grows."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        else:
            layout.addWidget(part)
    return row
