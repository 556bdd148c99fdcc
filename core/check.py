"""Check a claimed derivative, and if it is wrong, find the slip that explains it.

The claim is compared with the exact derivative at many points. Where it is wrong, the derivation is
done again with one, and then two, classic slips (:mod:`core.slips`) at each of its steps; a slip whose
result equals the claim everywhere is the diagnosis.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.autodiff import value_and_grad
from core.differentiate import Derivation, differentiate
from core.expression import Apply, Expression, as_expression, real_values
from core.parser import parse
from core.primitives import BoolArray, FloatArray, divide, power
from core.slips import SLIPS, Piece, Slip
from core.tape import forward_pass

POINTS = 200
DIAGNOSIS_POINTS = 48
RELATIVE_TOLERANCE = 1e-7
"""Relative difference at which two forms of one derivative count as equal; rounding is allowed on top."""

GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0

STRIDES = tuple(math.sqrt(prime) for prime in (2.0, 3.0, 7.0, 11.0, 13.0))
"""Irrational steps, no multiples of one another or of `GOLDEN`, that scatter further coordinates."""


@dataclass(frozen=True)
class Finding:
    """One slip at one step.

    Attributes
    ----------
    key
        Of the slip, or ``"sign"`` or ``"factor"`` for the whole result.
    step
        Number of the step in ``derivation.explained()``, from 1; 0 where the whole result is meant.
    piece
        The subexpression of that step.
    sentence
        What went wrong there.
    inner
        The inner derivative that the sentence speaks of, if it does.

    Examples
    --------
    >>> finding = check_gradient("x^3", "3x^3").diagnosis.findings[0]
    >>> finding.key, finding.step, str(finding.piece)
    ('power_not_reduced', 1, 'x**3')
    >>> finding.sentence
    'the exponent is not reduced by 1 in step 1'
    """

    key: str
    step: int
    piece: Expression
    sentence: str
    inner: Expression | None = None


@dataclass(frozen=True)
class Diagnosis:
    """The slips that together lead to what was claimed.

    Attributes
    ----------
    findings
        One or two of them.

    Examples
    --------
    >>> check_gradient("x sin(x)", "cos(x)").diagnosis.sentence
    'This is what one gets when the product is differentiated as u′v′ in step 1.'
    """

    findings: tuple[Finding, ...]

    @property
    def sentence(self) -> str:
        """One sentence for the person who slipped."""
        return f"This is what one gets when {' and '.join(finding.sentence for finding in self.findings)}."


@dataclass(frozen=True)
class Check:
    """The verdict on a claimed derivative.

    Attributes
    ----------
    agrees
        Whether it equals the derivative wherever both are defined; False where nothing could be compared.
    compared
        At how many points both are defined.
    worst
        The point of the largest difference: a number for each name.
    claimed_there, exact_there
        Both derivatives at that point.
    largest_difference
        Absolute difference there.
    undefined
        Values of the letter at which the claim is undefined although the derivative exists.
    diagnosis
        Which slip explains a wrong claim, or None.

    Examples
    --------
    >>> check = check_gradient("x^2", "2x + 1", domain=(0.0, 1.0))
    >>> check.agrees, check.compared, check.largest_difference, check.undefined
    (False, 200, 1.0, ())
    """

    agrees: bool
    compared: int
    worst: dict[str, float]
    claimed_there: float
    exact_there: float
    largest_difference: float
    undefined: tuple[float, ...]
    diagnosis: Diagnosis | None


def check_gradient(
    function: Expression | str,
    claimed: Expression | str,
    name: str = "x",
    *,
    domain: tuple[float, float] = (-5.0, 5.0),
    values: Mapping[str, float] | None = None,
    points: int = POINTS,
    region: Mapping[str, tuple[float, float]] | None = None,
    explained: bool = True,
) -> Check:
    """Compare a claimed partial derivative with the exact one over a domain.

    Parameters
    ----------
    function, claimed
        The function, and what somebody says its derivative for `name` is; as expressions or text.
    name
        The letter that is differentiated for.
    domain
        Interval of that letter.
    values
        Numbers of the other letters. They are varied a little as well, so that a forgotten factor shows
        even where it happens to be 1; a letter without a number starts from 1.
    points
        How many points to compare at.
    region
        Intervals of further coordinates, over which they are scattered as `name` is over its domain. That
        they are constant for this partial derivative is what a slip may have forgotten.
    explained
        Whether to look for the slip behind a wrong claim, which takes much longer than to compare.

    Raises
    ------
    ParseError
        If a text is no formula.
    TypeError
        If `function` or `claimed` is neither an expression nor text, or `name` is no text.
    ValueError
        If the domain is no interval, the claim has a letter that the function has not, a letter has no
        single real number, or `points` is no whole number above 0.

    Examples
    --------
    >>> check_gradient("sin(x^2)", "2x cos(x^2)").agrees
    True
    >>> check_gradient("sin(x^2)", "cos(x^2)").diagnosis.sentence
    'This is what one gets when the inner derivative 2*x of step 1 is left out.'
    >>> check_gradient("x^2 + y^2", "2x + 2y", region={"y": (-5.0, 5.0)}).diagnosis.sentence
    'This is what one gets when y is not taken as a constant in step 1.'
    """
    function, claimed = _formula("the function", function), _formula("the claim", claimed)
    if not isinstance(name, str):
        raise TypeError(f"the name must be that of a letter, as 'x', not {name!r}")
    if isinstance(points, bool) or not isinstance(points, (int, np.integer)) or points < 1:
        raise ValueError(f"points must be a whole number above 0, not {points!r}")
    others = {letter: _interval(ends) for letter, ends in (region or {}).items() if letter != name}
    strange = [letter for letter in claimed.names if letter not in (*function.names, name, *others)]
    if strange:
        raise ValueError(f"the claim has the letter {strange[0]}, which the function has not")
    sample = _sample(function, name, _interval(domain), _numbers(function, values or {}), int(points))
    sample |= _scattered(others, int(points))
    exact, given = _exact(function, name, sample), claimed.evaluate(sample)
    comparable = np.isfinite(exact) & np.isfinite(given)
    with np.errstate(invalid="ignore"):
        difference = np.where(comparable, np.abs(given - exact), -1.0)
    wrong = comparable & ~_equal(exact, given, _noise(function, claimed, name, sample))
    position = int(np.argmax(np.where(wrong, difference, -1.0) if wrong.any() else difference))
    agrees = bool(comparable.any()) and not wrong.any()
    missing = np.isfinite(exact) & ~np.isfinite(given)
    return Check(
        agrees=agrees,
        compared=int(comparable.sum()),
        worst={letter: float(column[position]) for letter, column in sample.items()},
        claimed_there=float(given[position]),
        exact_there=float(exact[position]),
        largest_difference=float(max(difference[position], 0.0)) if comparable.any() else math.nan,
        undefined=tuple(float(x) for x in np.sort(sample[name][missing])),
        diagnosis=None
        if agrees or not explained
        else diagnose(function, claimed, name, sample, tuple(others)),
    )


def _formula(what: str, given: Expression | str) -> Expression:
    if isinstance(given, str):
        return parse(given)
    if not isinstance(given, Expression):
        raise TypeError(f"{what} must be an expression or text, not {type(given).__name__}")
    return given


def _interval(domain: tuple[float, float]) -> tuple[float, float]:
    try:
        low, high = map(float, domain)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"the domain {domain} is no interval: give two finite numbers, the smaller first")
    return low, high


def _numbers(function: Expression, values: Mapping[str, float]) -> dict[str, float]:
    """Numbers of the function's letters, as far as they are given."""
    numbers = real_values({name: values[name] for name in function.names if name in values}, ())
    for name, number in numbers.items():
        if np.ndim(number):
            raise ValueError(f"{name} must be one number, not an array")
    return {name: float(number) for name, number in numbers.items()}


def _sample(
    function: Expression,
    name: str,
    domain: tuple[float, float],
    values: Mapping[str, float],
    points: int,
) -> dict[str, FloatArray]:
    """Evenly scattered points: half of them at the given numbers of the other letters, half around them."""
    counter = np.arange(points, dtype=np.float64)
    scattered = (GOLDEN**3 + GOLDEN * counter) % 1.0
    sample: dict[str, FloatArray] = {name: domain[0] + (domain[1] - domain[0]) * scattered}
    for index, letter in enumerate(function.names):
        if letter != name:
            spread = 0.4 * np.sin((index + 2.0) * counter + 1.0) * (counter % 2)
            centre = values.get(letter, 1.0)
            sample[letter] = centre * (1.0 + spread) + (spread if centre == 0.0 else 0.0)
    return sample


def _scattered(region: Mapping[str, tuple[float, float]], points: int) -> dict[str, FloatArray]:
    """Scatter further coordinates evenly, each in an order of its own."""
    counter = np.arange(points, dtype=np.float64)
    return {
        letter: low + (high - low) * ((0.5 + step * counter) % 1.0)
        for step, (letter, (low, high)) in zip(itertools.cycle(STRIDES), region.items())
    }


def _exact(function: Expression, name: str, sample: Mapping[str, Any]) -> FloatArray:
    value, gradient = value_and_grad(function, sample)
    derivative = np.asarray(gradient.get(name, np.zeros_like(value)))
    exact: FloatArray = np.where(np.isfinite(value), derivative, np.nan)
    return exact


def _noise(function: Expression, claimed: Expression, name: str, sample: Mapping[str, Any]) -> FloatArray:
    """How much both derivatives change when the letter moves by a few units in the last place."""
    total: FloatArray = np.zeros(len(sample[name]))
    for direction in (-1.0, 1.0):
        moved = {
            **sample,
            name: sample[name] * (1.0 + 4.0 * direction * np.finfo(float).eps),
        }
        for derivative in (lambda at: _exact(function, name, at), claimed.evaluate):
            with np.errstate(all="ignore"):
                total += np.nan_to_num(np.abs(derivative(moved) - derivative(sample)), posinf=0.0)
    return total


def _equal(exact: FloatArray, claimed: FloatArray, noise: FloatArray | float = 0.0) -> BoolArray:
    finite = np.abs(exact[np.isfinite(exact)])
    floor = 1e-10 * float(np.median(finite)) if finite.size else 0.0
    with np.errstate(all="ignore"):
        allowed = RELATIVE_TOLERANCE * np.maximum(np.abs(exact), np.abs(claimed)) + floor + 8.0 * noise
        return np.asarray(np.abs(exact - claimed) <= allowed)


# Diagnosis ---------------------------------------------------------------------------------------


def diagnose(
    function: Expression,
    claimed: Expression,
    name: str,
    sample: Mapping[str, FloatArray],
    others: Sequence[str] = (),
) -> Diagnosis | None:
    """Find the slip, or the two slips, that lead to a wrong claim.

    Single slips are tried before the whole result off by a factor, and that before pairs of slips. The
    function is also looked at with quotients and roots written as powers, as many people differentiate.

    Parameters
    ----------
    name
        The letter that is differentiated for.
    sample
        Points to compare at: an array for each letter of the function.
    others
        Further coordinates, which are constant for this derivative.

    Examples
    --------
    >>> sample = {"x": np.linspace(0.1, 2.0, 20)}
    >>> diagnose(parse("e^x"), parse("x e^(x-1)"), "x", sample).findings[0].key
    'exponential_as_power'
    """
    fewer = {letter: column[:DIAGNOSIS_POINTS] for letter, column in sample.items()}
    target = claimed.evaluate(fewer)
    forms = [_Rework(function, name, fewer, others)]
    rewritten = _with_negative_powers(function)
    if rewritten is not function:
        forms.append(_Rework(rewritten, name, fewer, others))
    for form in forms:
        if found := form.explain(target, form.single()):
            return found
    if found := _whole(function, forms[0].exact, target):
        return found
    for form in forms:
        if found := form.explain(target, form.pairs()):
            return found
    return None


def _whole(function: Expression, exact: FloatArray, target: FloatArray) -> Diagnosis | None:
    """Find a wrong sign of the whole result, or a constant factor that it is off by."""
    usable = np.isfinite(exact) & np.isfinite(target) & (exact != 0.0)
    if usable.sum() < 5:
        return None
    with np.errstate(all="ignore"):
        factor = float(np.median(target[usable] / exact[usable]))
        scaled = exact * factor
    if factor == 0.0 or not math.isfinite(factor) or not _matches(scaled, target):
        return None
    if math.isclose(factor, -1.0, rel_tol=1e-9):
        return Diagnosis((Finding("sign", 0, function, "the sign of the whole result is flipped"),))
    shown = f"{1.0 / factor:.6g}" if abs(factor) < 1.0 else f"{factor:.6g}"
    what = (
        f"a factor {shown} is lost" if abs(factor) < 1.0 else f"the whole result is {shown} times too large"
    )
    return Diagnosis((Finding("factor", 0, function, what),))


def _matches(candidate: Any, target: FloatArray) -> bool:
    """Whether a slipped derivative equals the claim wherever both are defined, at enough points."""
    candidate = np.broadcast_to(np.asarray(candidate, dtype=np.float64), target.shape)
    both = np.isfinite(candidate) & np.isfinite(target)
    return int(both.sum()) >= 5 and bool(_equal(candidate[both], target[both]).all())


def _with_negative_powers(function: Expression) -> Expression:
    """Write c/uⁿ as c·u⁻ⁿ."""

    def visit(node: Expression, operands: tuple[Expression, ...]) -> Expression:
        if not isinstance(node, Apply):
            return node
        if node.primitive is divide and operands[1].names:
            under = operands[1]
            base, exponent = (
                under.operands
                if isinstance(under, Apply) and under.primitive is power and not under.operands[1].names
                else (under, as_expression(1.0))
            )
            raised = Apply(power, base, as_expression(-float(exponent.evaluate())))
            return raised if operands[0] is as_expression(1.0) else operands[0] * raised
        return Apply(node.primitive, *operands)

    return function.fold(visit)


class _Rework:
    """The derivation of a function at sample points, to be done again with slips."""

    def __init__(
        self,
        function: Expression,
        name: str,
        sample: Mapping[str, FloatArray],
        others: Sequence[str] = (),
    ) -> None:
        self.derivation: Derivation = differentiate(function, name)
        self.nodes = function.nodes
        self.varying = {node for node in self.nodes if node.depends_on(name)}
        self.tape = dict(zip(self.nodes, forward_pass(function, sample), strict=True))
        self.letter = name
        self.others = tuple(others)
        self.for_others = self._derivatives_for_others()
        self.right = self._derivatives({})
        self.exact = np.broadcast_to(self.right.get(function, 0.0), next(iter(sample.values())).shape)
        self.numbers = {
            step.piece: number for number, step in enumerate(self.derivation.explained(), start=1)
        }

    def _derivatives(self, slips: Mapping[Expression, Slip]) -> dict[Expression, Any]:
        """Differentiate from the letters up, with a slip at some pieces."""
        derivatives: dict[Expression, Any] = {}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                if node not in self.varying:
                    continue
                if not isinstance(node, Apply):
                    derivatives[node] = 1.0
                    continue
                piece = self._piece(node, derivatives)
                slip = slips.get(node)
                derivatives[node] = slip.wrong(piece) if slip is not None else piece.derivative()
        return derivatives

    def _derivatives_for_others(self) -> dict[Expression, Any]:
        """Differentiate for the other coordinates together, as if they varied instead."""
        found: dict[Expression, Any] = {}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                if not any(node.depends_on(letter) for letter in self.others):
                    continue
                if not isinstance(node, Apply):
                    found[node] = 1.0
                    continue
                local = self.tape[node].local_derivatives
                found[node] = sum(
                    part * found[operand]
                    for part, operand in zip(local, node.operands, strict=True)
                    if operand in found
                )
        return found

    def _piece(self, node: Apply, derivatives: Mapping[Expression, Any]) -> Piece:
        line = self.tape[node]
        return Piece(
            node,
            line.primal,
            tuple(self.tape[operand].primal for operand in node.operands),
            tuple(derivatives.get(operand) for operand in node.operands),
            line.local_derivatives,
            tuple(self.for_others.get(operand) for operand in node.operands) if self.others else (),
        )

    def _possible(self) -> list[tuple[Slip, Apply]]:
        """Every slip at every piece where it can happen, the likelier first."""
        pieces = [
            self._piece(node, self.right)
            for node in reversed(self.nodes)
            if isinstance(node, Apply) and node in self.varying
        ]
        return [(slip, piece.node) for slip in SLIPS for piece in pieces if slip.applies(piece)]

    def single(self) -> Iterator[Sequence[tuple[Slip, Apply]]]:
        """One slip at one piece; then the same slip wherever it is possible."""
        possible = self._possible()
        yield from ([choice] for choice in possible)
        for slip in SLIPS:
            everywhere = [choice for choice in possible if choice[0] is slip]
            if len(everywhere) > 1:
                yield everywhere

    def pairs(self) -> Iterator[Sequence[tuple[Slip, Apply]]]:
        """Two slips at two different pieces."""
        for first, second in itertools.combinations(self._possible(), 2):
            if first[1] is not second[1]:
                yield [first, second]

    def explain(
        self, target: FloatArray, attempts: Iterator[Sequence[tuple[Slip, Apply]]]
    ) -> Diagnosis | None:
        """Return the first attempt whose result is the claim and not the right derivative."""
        for attempt in attempts:
            result = self._derivatives({node: slip for slip, node in attempt}).get(self.nodes[-1], 0.0)
            if _matches(result, target) and not _matches(result, self.exact):
                return Diagnosis(tuple(self._finding(slip, node) for slip, node in attempt))
        return None

    def _finding(self, slip: Slip, node: Apply) -> Finding:
        number = self.numbers.get(node) or self._enclosing(node)
        inner = next((operand for operand in node.operands if operand in self.varying), node)
        derivative = differentiate(inner, self.letter).derivative
        sentence = slip.sentence.format(
            inner=f"{derivative} of step {number}", letter=self.letter, other=" and ".join(self.others)
        )
        if "{inner}" in slip.sentence:
            return Finding(slip.key, number, node, sentence, derivative)
        return Finding(slip.key, number, node, f"{sentence} in step {number}")

    def _enclosing(self, node: Expression) -> int:
        """Find the number of the innermost explained step that the piece belongs to."""
        return max(
            (number for piece, number in self.numbers.items() if node in piece.nodes),
            default=1,
        )
