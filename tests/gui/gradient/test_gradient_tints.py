"""The tints of the basins, to eyes of every kind, and the regions that are drawn around them."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from PySide6.QtGui import QColor

from core.scenes.basins import End
from gui.plot_tints import region
from gui.tabs.gradient_basins import tint
from gui.theme import DARK, LIGHT, Theme

EYES = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""What remains of linear red, green and blue (Machado, Oliveira and Fernandes 2009)."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(colour: str, eye: str) -> np.ndarray:
    """Give L*a*b* of a colour as an eye sees it."""
    shown = QColor(colour)
    parts = np.array([shown.redF(), shown.greenF(), shown.blueF()])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(TO_XYZ @ np.clip(np.array(EYES[eye]) @ linear, 0.0, 1.0) / WHITE)
    return np.array([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_tints_stay_apart(theme: Theme, eye: str) -> None:
    others = [tint(theme, End(kind), 0) for kind in ("diverges", "going")]  # one is hatched, the other plain
    pairs = [*combinations(theme.basins, 2), *product(theme.basins, others)]
    apart = {(a, b): float(np.linalg.norm(lab(a, eye) - lab(b, eye))) for a, b in pairs}
    assert {pair: distance for pair, distance in apart.items() if distance < 10.0} == {}


def test_a_region_has_its_edge_between_cells_and_no_single_cells() -> None:
    x, y = np.arange(8.0), np.arange(6.0)
    inside = np.zeros((6, 8), dtype=bool)
    inside[:, :4] = True
    inside[2, 6] = True
    across, up, height = region(x, y, inside)
    assert (across[0], across[-1], up[0], up[-1]) == (-1.0, 8.0, -1.0, 6.0)
    assert (height[:, across <= 3.0] > 0.5).all()
    assert (height[:, across >= 4.0] < 0.5).all()
    assert height[1, 4] + height[1, 5] == pytest.approx(1.0)  # so that the line at 1/2 runs half way
