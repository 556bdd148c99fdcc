"""How each optimiser is told from the others: a green of its own, and a marker."""

from __future__ import annotations

from dataclasses import dataclass

from gui.theme import Theme

SHAPES = {
    "gradient_descent": "disc",
    "momentum": "triangle",
    "nesterov": "diamond",
    "adagrad": "triangle_left",
    "adadelta": "triangle_right",
    "rmsprop": "square",
    "adam": "triangle_down",
    "amsgrad": "pentagon",
    "adamax": "hexagon",
    "nadam": "plus",
    "radam": "cross",
    "adamw": "hourglass",
    "newton": "bar",
    "damped_newton": "beam",
    "lbfgs": "star_4",
}
"""Marker of each optimiser on plots."""


@dataclass(frozen=True)
class RacerSign:
    """The sign of one optimiser.

    Attributes
    ----------
    colour : str
        Of its path and markers.
    shape : str
        Its marker on a plot.
    """

    colour: str
    shape: str

    @property
    def icon(self) -> str:
        """Its sign in a table."""
        return "circle" if self.shape == "disc" else self.shape


def sign_of(key: str, theme: Theme) -> RacerSign:
    """Give the sign of an optimiser."""
    return RacerSign(theme.optimiser(key), SHAPES[key])
