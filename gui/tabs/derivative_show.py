"""What the function's plot of the Derivative tab can show besides, in its "Show" list."""

from __future__ import annotations

from core.scenes.derivative import DerivativeScene
from core.scenes.derivative_extras import (
    EXTRAS,
    LARGEST_DEGREE,
    SMALLEST_DEGREE,
    with_degree,
    with_shown,
)
from gui.controls import Segmented, ShowButton
from gui.tab import Tab
from gui.theme import Theme


class ExtrasButton(ShowButton):
    """The button that opens the list.

    Attributes
    ----------
    degree : Segmented
        Below the Taylor polynomial.
    """

    def __init__(self, theme: Theme) -> None:
        degrees = [(str(each), str(each)) for each in range(SMALLEST_DEGREE, LARGEST_DEGREE + 1)]
        self.degree = Segmented(theme, degrees, latex=False, name="Degree of the Taylor polynomial")
        super().__init__(theme, EXTRAS, {"taylor": self.degree})

    def show_scene(self, scene: DerivativeScene) -> None:
        """Show what is chosen; emits nothing."""
        self.list.show_choices(scene.extras.shown)
        self.degree.show_choice(str(scene.extras.degree))


def connect_show(button: ExtrasButton, tab: Tab) -> None:
    """Let the choices in the list change the state of the tab."""
    button.list.chosen.connect(lambda key, shown: tab.become(with_shown(tab.state, key, shown)))
    button.degree.chosen.connect(
        lambda degree: tab.become(with_shown(with_degree(tab.state, int(degree)), "taylor", True))
    )
