"""How the Regression tab writes its sums and fractions, with the numbers of the data filled in.

All is written in pieces of LaTeX, so that a drag typesets only those that change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.printing import number_latex
from core.regression import LinearRegression

Piece = str | tuple[str, str]
"""LaTeX, or a fraction as numerator and denominator."""

Pieces = tuple[Piece, ...]

TERMS = 6
"""Up to so many points the sums of the gradient are written out."""

LONGEST_SUM = 46
"""Characters that the terms of a sum may take; a longer one gets an ellipsis."""


def gradient_sums(errors: Sequence[float], places: Sequence[float]) -> tuple[Pieces, Pieces]:
    """Write out both partial derivatives as sums over the errors, as many terms as there is room for."""
    front: Pieces = ("=", ("2", str(len(errors))), "(")
    sizes = [(error < 0, (_error(error),)) for error in errors]
    weighted = [
        (negative, (*size, r"\cdot", _factor(place)))
        for (negative, size), place in zip(sizes, places, strict=True)
    ]
    return (*front, *_added(weighted), ")"), (*front, *_added(sizes), ")")


def closed_form(fit: LinearRegression) -> tuple[Pieces, Pieces]:
    """Write how the best slope and intercept come about."""
    w, b = fit.solution
    squares = fit.feature_variance * fit.features.size
    slope = r"w^{\star} = \frac{\sum (x_i - \bar{x})(y_i - \bar{y})}{\sum (x_i - \bar{x})^2}"
    product = ("+" if w < 0 else "-", short(abs(w)), r"\cdot", _factor(fit.feature_mean))
    return (
        (slope, "=", (short(w * squares), short(squares)), *_equals(w)),
        (r"b^{\star} = \bar{y} - w^{\star} \bar{x}", "=", short(fit.target_mean), *product, *_equals(b)),
    )


def short(value: float, digits: int = 4) -> str:
    """Write significant digits without trailing zeros, in braces if negative."""
    latex = number_latex(float(f"{value:.{digits}g}"))
    return f"{{{latex}}}" if latex.startswith("-") else latex


def decimals(value: float) -> str:
    """Write four decimals, or significant digits where these tell more."""
    return f"{value:.4f}" if 1e-3 <= value < 1e4 else short(value)


def _error(error: float) -> str:
    """Write the size of an error with two decimals, or with significant digits where these tell more."""
    size = abs(error)
    if size == 0.0 or 0.095 <= size < 1e4:
        return f"{size:.2f}"
    if 1e-3 <= size < 1e4 or not math.isfinite(size):
        return short(size, 3)
    mantissa, exponent = f"{size:.2e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def _factor(value: float) -> str:
    return f"({short(value)})" if value < 0 else short(value)


def _equals(value: float) -> tuple[str, str]:
    """Write the value after an equals sign that does not lie about rounding."""
    exact = math.isclose(float(f"{value:.4g}"), value, rel_tol=1e-12, abs_tol=1e-300)
    return ("=" if exact else r"\approx"), short(value)


def _added(terms: Sequence[tuple[bool, tuple[str, ...]]]) -> tuple[str, ...]:
    """Add up terms that are each a sign and a size, leaving out those in the middle if there are many."""
    written = [("-" if negative else "+", *size) for negative, size in terms]
    kept = len(terms)
    if kept > TERMS or _length(written) > LONGEST_SUM:
        kept = 2 if _length([*written[:2], *written[-1:]]) <= LONGEST_SUM else 1
    if len(terms) > kept + 1:
        written = [*written[:kept], ("+", r"\cdots"), written[-1]]
    first, *others = written
    front = first[1:] if first[0] == "+" else (f"{{-{first[1]}}}", *first[2:])
    return (*front, *(piece for term in others for piece in term))


def _length(terms: Sequence[tuple[str, ...]]) -> int:
    return sum(1 if piece.startswith("\\") else len(piece) for term in terms for piece in term)
