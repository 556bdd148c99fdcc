"""The rectangle of numbers that a plot shows: kept finite, mapped to pixels, divided by ticks.

Everything here is plain arithmetic on the picture; nothing needs Qt.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

View = tuple[float, float, float, float]
"""What is visible: x from, x to, y from, y to."""

LARGEST = 1e300
"""No edge of a view goes beyond this, so that spans and mid-points never overflow."""

SMALLEST_SPAN = 1e-300
SMALLEST_RELATIVE_SPAN = 1e-12
SMALLEST_LOG_SPAN = 1e-9
FINE = 1e100
"""Numbers below this, in views that are no wider and no narrower than its inverse, cannot overflow."""

FAR = 1e305
"""Pixels beyond this are all equally far away; nearer ones keep their direction exactly."""


_LARGEST_OF = np.maximum.reduce
"""As ``max`` of an array, without its detours."""


def sane_range(lower: float, upper: float, *, log: bool = False) -> tuple[float, float]:
    """Give the nearest range that can be drawn: ordered, finite, neither empty nor boundless.

    Parameters
    ----------
    lower, upper : float
        Any two numbers, also infinite ones; with NaN a default range comes back.
    log : bool
        Whether the axis is logarithmic, and so needs positive numbers.
    """
    if math.isnan(lower) or math.isnan(upper):
        return (0.1, 10.0) if log else (-1.0, 1.0)
    lower, upper = min(lower, upper), max(lower, upper)
    if log:
        if upper <= 0:
            return 0.1, 10.0
        return _sane_log_range(max(lower, 1 / LARGEST), min(max(upper, 1 / LARGEST), LARGEST))
    lower, upper = max(-LARGEST, min(lower, LARGEST)), max(-LARGEST, min(upper, LARGEST))
    smallest = max(SMALLEST_SPAN, SMALLEST_RELATIVE_SPAN * max(abs(lower), abs(upper)))
    if upper - lower >= smallest:
        return lower, upper
    middle = max(-LARGEST + smallest, min(lower / 2 + upper / 2, LARGEST - smallest))
    return middle - smallest, middle + smallest


def _sane_log_range(lower: float, upper: float) -> tuple[float, float]:
    low, high = math.log10(lower), math.log10(upper)
    if high - low >= SMALLEST_LOG_SPAN:
        return lower, upper
    middle = max(-299.0, min((low + high) / 2, 299.0))
    return 10 ** (middle - SMALLEST_LOG_SPAN), 10 ** (middle + SMALLEST_LOG_SPAN)


def equal_view(view: View, width: float, height: float) -> View:
    """Widen one side of `view` so that one unit is equally long on both axes."""
    x0, x1, y0, y1 = view
    unit = max((x1 - x0) / width, (y1 - y0) / height)
    x, y = x0 / 2 + x1 / 2, y0 / 2 + y1 / 2
    half_width, half_height = unit * width / 2, unit * height / 2
    return x - half_width, x + half_width, y - half_height, y + half_height


@dataclass(frozen=True)
class Projection:
    """Maps numbers to the pixels of one plot and back.

    Attributes
    ----------
    view : View
        The numbers at the edges.
    left, top, width, height : float
        The drawing area in pixels of the widget.
    log_x, log_y : bool
        Which axes are logarithmic.
    """

    view: View
    left: float
    top: float
    width: float
    height: float
    log_x: bool = False
    log_y: bool = False

    @cached_property
    def right(self) -> float:
        """Right edge of the area, in pixels."""
        return self.left + self.width

    @cached_property
    def bottom(self) -> float:
        """Lower edge of the area, in pixels."""
        return self.top + self.height

    @overload
    def to_pixels(self, x: float, y: float) -> tuple[float, float]: ...

    @overload
    def to_pixels(self, x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...

    def to_pixels(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Map numbers, or arrays of them, to pixels; what has no place (infinite, log of ≤ 0) is NaN."""
        x0, x1, y0, y1 = self.view
        if isinstance(x, (float, int)) and isinstance(y, (float, int)):  # without NumPy, which is for arrays
            x, y = float(x), float(y)
            if not (self.log_x or self.log_y):
                right = self.left + (x - x0) / (x1 - x0) * self.width
                down = self.bottom - (y - y0) / (y1 - y0) * self.height
                if -FAR < right < FAR and -FAR < down < FAR:  # as are nearly all
                    return right, down
            across = _fraction(x, x0, x1, self.log_x)
            up = _fraction(y, y0, y1, self.log_y)
            return _clipped(self.left + across * self.width), _clipped(self.bottom - up * self.height)
        return (
            _on_axis(x, x0, x1, self.left, self.width, self.log_x),
            _on_axis(y, y0, y1, self.bottom, -self.height, self.log_y),
        )

    def from_pixels(self, x: float, y: float) -> tuple[float, float]:
        """Give the numbers at a pixel, also outside the area."""
        x0, x1, y0, y1 = self.view
        across, up = (x - self.left) / self.width, (self.bottom - y) / self.height
        return _between(x0, x1, across, self.log_x), _between(y0, y1, up, self.log_y)

    def contains(self, x: float, y: float, margin: float = 1.0) -> bool:
        """Tell whether a pixel is in the area; False for NaN."""
        return (
            self.left - margin <= x <= self.right + margin and self.top - margin <= y <= self.bottom + margin
        )

    def panned(self, dx: float, dy: float) -> View:
        """Give the view after the paper was pushed by `dx`, `dy` pixels."""
        x0, y1 = self.from_pixels(self.left - dx, self.top - dy)
        x1, y0 = self.from_pixels(self.right - dx, self.bottom - dy)
        return x0, x1, y0, y1

    def zoomed(self, factor: float, x: float, y: float) -> View:
        """Give the view `factor` times as wide and high in which the pixel (`x`, `y`) keeps its numbers."""
        x0, y1 = self.from_pixels(x + (self.left - x) * factor, y + (self.top - y) * factor)
        x1, y0 = self.from_pixels(x + (self.right - x) * factor, y + (self.bottom - y) * factor)
        return x0, x1, y0, y1


def _fraction(value: float, lower: float, upper: float, log: bool) -> float:
    if not math.isfinite(value) or (log and value <= 0):
        return math.nan
    if log:
        value, lower, upper = math.log10(value), math.log10(lower), math.log10(upper)
    return _clipped((value - lower) / (upper - lower))


def _on_axis(
    values: ArrayLike, lower: float, upper: float, start: float, length: float, log: bool
) -> NDArray[np.float64]:
    """Map numbers to the pixels of one axis."""
    numbers = np.asarray(values, dtype=np.float64)
    usual = not log and numbers.size and -FINE < lower < upper < FINE and upper - lower > 1.0 / FINE
    if usual and _LARGEST_OF(np.abs(numbers), axis=None) < FINE:  # nothing is unknown or can overflow
        pixels: NDArray[np.float64] = (numbers - lower) / (upper - lower) * length + start
        return pixels
    return _all_clipped(start + length * _fractions(numbers, lower, upper, log))


def _fractions(values: ArrayLike, lower: float, upper: float, log: bool) -> NDArray[np.float64]:
    with np.errstate(all="ignore"):
        numbers = np.asarray(values, dtype=np.float64)
        numbers = np.where(np.isfinite(numbers), numbers, np.nan)
        if log:
            numbers = np.log10(np.where(numbers > 0, numbers, np.nan))
            lower, upper = math.log10(lower), math.log10(upper)
        return _all_clipped((numbers - lower) / (upper - lower))


def _clipped(pixel: float) -> float:
    """Keep a number within reach; NaN stays NaN, for no comparison with it holds."""
    return -FAR if pixel < -FAR else FAR if pixel > FAR else pixel


def _all_clipped(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped: NDArray[np.float64] = np.minimum(np.maximum(pixels, -FAR), FAR)
    return clipped


def _between(lower: float, upper: float, fraction: float, log: bool) -> float:
    if not log:
        return lower + fraction * (upper - lower)
    low, high = math.log10(lower), math.log10(upper)
    return 10 ** max(-305.0, min(low + fraction * (high - low), 305.0))


@dataclass(frozen=True)
class Tick:
    """One labelled place on an axis: `text`, and an `exponent` to be raised after it (often empty)."""

    value: float
    text: str
    exponent: str = ""


Measure = Callable[[Tick], float]


def ticks(
    lower: float,
    upper: float,
    pixels: float,
    *,
    log: bool = False,
    spacing: float = 40,
    width: Measure | None = None,
) -> tuple[Tick, ...]:
    """Choose round numbers between `lower` and `upper`, at least `spacing` pixels apart.

    Parameters
    ----------
    lower, upper : float
        The ends of the axis.
    pixels : float
        Its length.
    log : bool
        Whether it is logarithmic.
    spacing : float
        Smallest distance between two ticks.
    width : callable, optional
        How wide a label is; given for horizontal axes, where labels must not touch.
    """
    if pixels < 1:
        return ()
    choose = _log_ticks if log else _linear_ticks
    chosen = choose(lower, upper, pixels, spacing)
    if width is not None and len(chosen) > 1:
        needed = max(map(width, chosen)) + 12
        if needed > spacing:
            chosen = choose(lower, upper, pixels, needed)
    return chosen


def _linear_ticks(lower: float, upper: float, pixels: float, spacing: float) -> tuple[Tick, ...]:
    raw = (upper - lower) * (spacing / pixels)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((m * power for m in (1, 2, 5) if m * power >= raw * (1 - 1e-9)), 10 * power)
    first, last = math.ceil(lower / step - 1e-9), math.floor(upper / step + 1e-9)
    values = [index * step for index in range(first, min(last, first + 100) + 1)]
    largest = max(map(abs, values), default=0.0)
    if largest >= 1e6 or 0 < largest < 1e-3:
        return tuple(_scientific(value, step) for value in values)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple(Tick(value, _plain(value, decimals)) for value in values)


def _log_ticks(lower: float, upper: float, pixels: float, spacing: float) -> tuple[Tick, ...]:
    low, high = math.log10(lower), math.log10(upper)
    decade = pixels / (high - low)
    if high - low < 2:
        return _mantissa_ticks(lower, upper, decade)
    stride = next((n for n in (1, 2, 4, 10, 20, 40, 100, 200) if n * decade >= spacing), 400)
    first, last = math.ceil(low / stride - 1e-9), math.floor(high / stride + 1e-9)
    exponents = [index * stride for index in range(first, last + 1)]
    return tuple(Tick(10.0**exponent, "10", _plain(exponent, 0)) for exponent in exponents)


def _mantissa_ticks(lower: float, upper: float, decade: float) -> tuple[Tick, ...]:
    """Ticks at 1, 2, 3 and 5 of each decade; evenly spaced ones where not even two of these are in view."""
    first, last = math.floor(math.log10(lower)), math.floor(math.log10(upper))
    mantissas = (1, 2, 3, 5) if decade * math.log10(1.5) >= 20 else (1, 2, 5) if decade * 0.3 >= 20 else (1,)
    values = [m * 10.0**power for power in range(first, last + 1) for m in mantissas]
    values = [value for value in values if lower <= value <= upper]
    if len(values) < 2:
        return _linear_ticks(lower, upper, decade * math.log10(upper / lower), 60)
    return tuple(_shortest(value) for value in values)


def _shortest(value: float) -> Tick:
    if 1e-3 <= value < 1e6:
        return Tick(value, f"{value:.6g}")
    return _scientific(value, value)


def _plain(value: float, decimals: int) -> str:
    text = f"{value:.{min(decimals, 12)}f}"
    negative = text.startswith("-") and any(digit in text for digit in "123456789")
    return ("\N{MINUS SIGN}" if negative else "") + text.lstrip("-")


def _scientific(value: float, step: float) -> Tick:
    if value == 0:
        return Tick(value, "0")
    digits = max(0, min(12, math.floor(math.log10(abs(value)) + 1e-9) - math.floor(math.log10(step) + 1e-9)))
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return Tick(value, f"{mantissa}×10".replace("-", "\N{MINUS SIGN}"), _plain(int(exponent), 0))
