"""Labels of an upright axis that are too wide for the margin: what they have in common is written once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gui.plot_axes import Measure, Tick

MINUS = "\N{MINUS SIGN}"

MOST_DECIMALS = 12
DIGITS = 15
"""Significant digits of a number that is left out of all labels."""

PLAIN = (1e-3, 1e6)
"""Numbers between these are written without a power of ten."""


@dataclass(frozen=True)
class FittedTicks:
    """Ticks with labels that fit, and what has to be added to and multiplied with them all.

    Attributes
    ----------
    ticks : tuple of Tick
        Values as before, with short labels.
    notes : tuple of Tick
        What they have in common, from the top: "+3×10" with a raised 12, "×10" with a raised −6; mostly none.
    """

    ticks: tuple[Tick, ...]
    notes: tuple[Tick, ...] = ()


def fitted(ticks: Sequence[Tick], room: float, width: Measure) -> FittedTicks:
    """Shorten the labels of evenly spaced ticks that are wider than `room`.

    First by a common power of ten; and where they would still have too many digits, by telling only how far
    each is from a round number.
    """
    ticks = tuple(ticks)
    if len(ticks) < 2 or max(map(width, ticks)) <= room:
        return FittedTicks(ticks)
    values = [tick.value for tick in ticks]
    shorter = _with_power(ticks, values)
    if max(map(width, shorter.ticks)) <= room:
        return shorter
    base = _round_number(values)
    offsets = [value - base for value in values]
    if base == 0.0 or not all(map(math.isfinite, offsets)):
        return shorter
    beyond = _with_power(ticks, offsets)
    if max(map(width, beyond.ticks)) > room:
        beyond = _with_power(ticks, offsets, always=True)
    sign = MINUS if base < 0.0 else "+"
    number = _written(abs(base))
    return replace(beyond, notes=(replace(number, text=sign + number.text), *beyond.notes))


def _with_power(ticks: tuple[Tick, ...], numbers: Sequence[float], *, always: bool = False) -> FittedTicks:
    """Write these numbers at the ticks, in units of a power of ten unless they are of a usual size."""
    largest = max(map(abs, numbers))
    usual = PLAIN[0] <= largest < PLAIN[1] and not always
    power = 0 if usual else math.floor(math.log10(largest))
    step = abs(numbers[1] - numbers[0])
    decimals = min(max(0, power - math.floor(math.log10(step) + 1e-9)), MOST_DECIMALS)
    short = tuple(
        Tick(tick.value, _plain(number / 10.0**power, decimals))
        for tick, number in zip(ticks, numbers, strict=True)
    )
    notes = (Tick(math.nan, "×10", str(power).replace("-", MINUS)),) if power else ()
    return FittedTicks(short, notes)


def _round_number(values: Sequence[float]) -> float:
    """Give the roundest number near to all of these."""
    middle, span = values[len(values) // 2], abs(values[-1] - values[0])
    unit = 10.0 ** math.ceil(math.log10(span))
    return float(f"{round(middle / unit) * unit:.{DIGITS}g}")


def _written(number: float) -> Tick:
    if PLAIN[0] <= number < PLAIN[1]:
        return Tick(math.nan, f"{number:.{DIGITS}g}")
    mantissa, exponent = f"{number:.{DIGITS - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    return Tick(
        math.nan, "10" if mantissa == "1" else f"{mantissa}×10", str(int(exponent)).replace("-", MINUS)
    )


def _plain(number: float, decimals: int) -> str:
    text = f"{number:.{decimals}f}"
    if not text.strip("-0."):
        return "0"
    return text.replace("-", MINUS)
