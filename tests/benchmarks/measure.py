"""Ratios of run times, measured in interleaved rounds.

Machines are noisy, and noise comes in waves. Both candidates run in turn within each round, so a wave
hits both, and the median of the rounds' ratios forgets the rounds in which it hit only one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

ROUNDS = 101
ROUND_SECONDS = 0.001

"""Shorter than the time slice that the system gives to another process."""

WARM_RUNS, WARM_SECONDS = 40, 0.3

Candidate = Callable[[], Any]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, the ratio, and the ratio to reach (None: no goal)."""

    goal: str
    what: str
    ratio: float | None
    limit: float | None = None
    at_most: bool = True
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal is met."""
        if self.ratio is None or self.limit is None:
            return ""
        met = self.ratio <= self.limit if self.at_most else self.ratio >= self.limit
        return "met" if met else "NOT MET"

    def text(self) -> str:
        """Return the line of the table."""
        number = "skipped" if self.ratio is None else f"{self.ratio:.2f}"
        sign = "≤" if self.at_most else "≥"
        limit = "" if self.limit is None else f"{sign} {self.limit:g}"
        return f"{self.goal:<4} {self.what:<62} {number:>8}  {limit:<8} {self.verdict:<8}{self.note}"


def ratio(ours: Candidate, theirs: Candidate, rounds: int = ROUNDS) -> float:
    """Time of `ours` over time of `theirs`, both after they have run warm."""
    deadline = time.perf_counter() + WARM_SECONDS
    for _ in range(WARM_RUNS):
        ours()
        theirs()
        if time.perf_counter() > deadline:
            break
    our_repeats, their_repeats = _repeats(ours), _repeats(theirs)
    return median(_seconds(ours, our_repeats) / _seconds(theirs, their_repeats) for _ in range(rounds))


def geometric_mean(ratios: Sequence[float]) -> float:
    """Mean of ratios."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def _repeats(candidate: Candidate) -> int:
    once = _seconds(candidate, 1)
    return max(1, min(10_000, int(ROUND_SECONDS / max(once, 1e-7))))


def _seconds(candidate: Candidate, repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        candidate()
    return (time.perf_counter() - start) / repeats
