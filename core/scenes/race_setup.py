"""What can be set on the selected racer of a race, with its present numbers and the ends of its sliders."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from core.optimizers import OPTIMIZERS, SCHEDULES, Hyperparameter
from core.optimizers.hyperparameters import Adjustable
from core.scenes.race_paths import Racer
from core.scenes.state import Numbers

JUST_BELOW = 0.9999
"""Upper end of the slider of a number that must stay below 1."""

DECADES = 3
"""A slider of a number without an upper limit reaches so many powers of ten to both sides of the default."""

MOST_WHOLE = {"history": 50.0, "period": 10_000.0}
"""Largest whole numbers."""

LARGEST = 1e9
"""Largest number of the others."""


class Setting(NamedTuple):
    """One number that can be set, and its slider.

    Attributes
    ----------
    name, title, symbol, meaning
        As in `core.optimizers.Hyperparameter`.
    value, default
        Its number, and the one that it has by itself.
    lower, upper, logarithmic
        Ends and scale of the slider.
    is_whole
        Whether it must be a whole number.
    """

    name: str
    title: str
    symbol: str
    meaning: str
    value: float
    default: float
    lower: float
    upper: float
    logarithmic: bool
    is_whole: bool


@dataclass(frozen=True)
class Setup:
    """The selected racer and what can be set on it.

    Attributes
    ----------
    key, title, latex
        Key, name and formula of its optimiser.
    settings
        Its hyperparameters but for the learning rate.
    schedule, schedule_latex, schedule_settings
        Key, formula and hyperparameters of its learning-rate schedule.
    schedules
        Key and name of every schedule.
    missing
        Key and name of every optimiser that is not set up.
    can_leave
        Whether it can be removed, which the last one cannot.
    """

    key: str
    title: str
    latex: str
    settings: tuple[Setting, ...]
    schedule: str
    schedule_latex: str
    schedule_settings: tuple[Setting, ...]
    schedules: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str], ...]
    can_leave: bool


@lru_cache(maxsize=16)
def setup_of(racers: tuple[Racer, ...], selected: str) -> Setup:
    """List what can be set on a racer; equal arguments give the very same object."""
    racer = next(racer for racer in racers if racer.optimizer == selected)
    kind, schedule = OPTIMIZERS[racer.optimizer], SCHEDULES[racer.schedule]
    present = {racer.optimizer for racer in racers}
    return Setup(
        key=racer.optimizer,
        title=kind.title,
        latex=kind.latex,
        settings=_settings(kind, racer.settings)[1:],
        schedule=racer.schedule,
        schedule_latex=schedule.latex,
        schedule_settings=_settings(schedule, racer.schedule_settings),
        schedules=tuple((key, each.title) for key, each in SCHEDULES.items()),
        missing=tuple((key, each.title) for key, each in OPTIMIZERS.items() if key not in present),
        can_leave=len(racers) > 1,
    )


def _settings(kind: type[Adjustable], numbers: Numbers) -> tuple[Setting, ...]:
    known = dict(numbers)
    return tuple(_setting(each, known.get(each.name, each.default)) for each in kind.hyperparameters())


def _setting(described: Hyperparameter, value: float) -> Setting:
    lower, upper, logarithmic = slider_ends(described)
    return Setting(
        described.name,
        described.title,
        described.symbol,
        described.meaning,
        float(value),
        float(described.default),
        lower,
        upper,
        logarithmic,
        described.is_whole,
    )


def slider_ends(described: Hyperparameter) -> tuple[float, float, bool]:
    """Give ends for a slider within what is allowed, and whether it is logarithmic."""
    if described.is_whole:
        return max(described.minimum, 1.0), MOST_WHOLE[described.name], True
    highest = min(described.maximum, described.below)
    if (math.isfinite(highest) and described.default >= 0.01 * highest) or described.default == 0.0:
        return (
            described.minimum,
            described.maximum if described.maximum < highest + 1.0 else JUST_BELOW,
            False,
        )
    return described.default * 10.0**-DECADES, min(described.default * 10.0**DECADES, JUST_BELOW), True


def allowed(described: Hyperparameter, value: float) -> float:
    """Give the nearest number that is allowed."""
    highest = min(described.maximum, math.nextafter(described.below, -math.inf), LARGEST)
    if described.is_whole:
        value, highest = float(round(value)), MOST_WHOLE[described.name]
    return min(max(value, described.minimum), highest)


def has_allowed_settings(racer: Racer) -> bool:
    """Tell whether every number of a racer could have been set with these sliders and fields."""
    kinds = (
        (OPTIMIZERS[racer.optimizer], racer.settings),
        (SCHEDULES[racer.schedule], racer.schedule_settings),
    )
    return all(
        allowed(described, value) == value
        for kind, numbers in kinds
        for described in kind.hyperparameters()
        for name, value in numbers
        if name == described.name
    )
