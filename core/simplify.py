"""Tidy form of an expression: constants folded, like terms and equal factors collected.

A product is seen as a rational coefficient times powers of bases, a sum as coefficients times
products. Fractions stay fractions: coefficients are exact, and turn into decimals only where the
formula had decimals from the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from core.expression import Apply, Constant, Expression, Variable, is_whole
from core.primitives import (
    NamedFloat,
    add,
    divide,
    exp,
    less,
    multiply,
    negative,
    power,
    subtract,
    where,
)

ZERO, ONE = Constant(0.0), Constant(1.0)
LARGEST_FOLDED = 10**9
"""Numerators and denominators beyond this are left as they were typed."""


Tidied = dict[tuple[bool, Expression], Expression]
"""Tidy forms found so far, by whether decimals are written and the formula."""


def simplify(expression: Expression, tidied: Tidied | None = None) -> Expression:
    """Return the tidy form, never longer than `expression` itself.

    The tidy form has the same value wherever `expression` has one.

    Parameters
    ----------
    expression
        Any formula.
    tidied
        Where calls for formulas that share pieces keep what they found.
    """
    tidied = {} if tidied is None else tidied
    decimals = any(
        isinstance(node, Constant) and not isinstance(node.value, NamedFloat) and not is_whole(node.value)
        for node in expression.nodes
    )
    tidier = _Tidier(decimals)

    def visit(node: Expression, operands: tuple[Expression, ...]) -> Expression:
        if (decimals, node) not in tidied:
            tidied[decimals, node] = tidier.visit(node, operands)
        return tidied[decimals, node]

    tidy = expression.fold(visit)
    return tidy if size(tidy) <= size(expression) else expression


def size(expression: Expression) -> int:
    """Count constants, letters and operations as they are written out."""
    return expression.fold(lambda node, operands: 1 + sum(operands))


@dataclass(frozen=True)
class _Product:
    """A coefficient times bases raised to whole or symbolic powers."""

    coefficient: Fraction
    factors: dict[Expression, Fraction]


@dataclass(frozen=True)
class _Tidier:
    decimals: bool

    def visit(self, node: Expression, operands: tuple[Expression, ...]) -> Expression:
        """Tidy one node whose operands are tidy already."""
        if not isinstance(node, Apply):
            return node
        row = node.primitive
        tidy = Apply(row, *operands)
        try:
            if row in (add, subtract):
                return self.sum(tidy)
            if row in (multiply, divide, negative, power):
                return self.build(_product_of(tidy))
        except OverflowError:  # an exact coefficient that is no double stays as it was typed
            return tidy
        return _fold_function(tidy)

    def build(self, product: _Product) -> Expression:
        """Write a product: sign, then numerator over denominator, short factors first; x/4 sin x."""
        coefficient = product.coefficient
        if coefficient == 0:
            return ZERO
        top: list[Expression] = []
        bottom: list[Expression] = []
        for base, exponent in sorted(product.factors.items(), key=_factor_order):
            if exponent:
                (top if exponent > 0 else bottom).append(_as_power(base, abs(exponent)))
        written = self._fraction(abs(coefficient), top, bottom)
        return _negated(written) if coefficient < 0 else written

    def _fraction(self, coefficient: Fraction, top: list[Expression], bottom: list[Expression]) -> Expression:
        if self.decimals and not is_whole(float(coefficient)):
            over, under = Constant(float(coefficient)), ONE
        else:
            over, under = Constant(float(coefficient.numerator)), Constant(float(coefficient.denominator))
        functions = [factor for factor in top if _is_function(factor)]
        letters = [factor for factor in top if not _is_function(factor)]
        if functions and letters and not bottom and under is not ONE:
            return _chain([self._fraction(coefficient, letters, []), *functions])
        numerator = _chain(([] if over is ONE and top else [over]) + top)
        denominator = _chain(([] if under is ONE else [under]) + bottom)
        return numerator if denominator is ONE else Apply(divide, numerator, denominator)

    # Sums

    def sum(self, node: Expression) -> Expression:
        """Collect like terms; draw out a common function where that makes the sum shorter."""
        terms: dict[Expression, Fraction] = {}
        self._collect(node, Fraction(1), terms)
        terms = {base: coefficient for base, coefficient in terms.items() if coefficient}
        expanded = self._write_sum(terms)
        factored = self._factored(terms)
        return factored if factored is not None and size(factored) < size(expanded) else expanded

    def _collect(self, node: Expression, sign: Fraction, terms: dict[Expression, Fraction]) -> None:
        stack = [(node, sign)]
        while stack:
            part, factor = stack.pop()
            if isinstance(part, Apply) and part.primitive in (add, subtract):
                left, right = part.operands
                stack.append((right, factor if part.primitive is add else -factor))
                stack.append((left, factor))
                continue
            product = _product_of(part)
            base = self.build(_Product(Fraction(1), product.factors))
            terms[base] = terms.get(base, Fraction(0)) + factor * product.coefficient

    def _write_sum(self, terms: dict[Expression, Fraction]) -> Expression:
        if not terms:
            return ZERO
        ordered = (
            sorted(terms.items(), key=lambda item: item[1] < 0)
            if _first_is_negative(terms)
            else terms.items()
        )
        total: Expression | None = None
        for base, coefficient in ordered:
            term = self.build(_times(_Product(abs(coefficient), {}), _product_of(base), 1))
            if total is None:
                total = _negated(term) if coefficient < 0 else term
            else:
                total = Apply(subtract if coefficient < 0 else add, total, term)
        assert total is not None
        return total

    def _factored(self, terms: dict[Expression, Fraction]) -> Expression | None:
        if len(terms) < 2:
            return None
        products = [_Product(coefficient, _product_of(base).factors) for base, coefficient in terms.items()]
        common: dict[Expression, Fraction] = {
            base: min(product.factors[base] for product in products)
            for base in products[0].factors
            if isinstance(base, Apply) and all(product.factors.get(base, 0) > 0 for product in products)
        }
        if not common:
            return None
        rest: dict[Expression, Fraction] = {}
        for product in products:
            base = self.build(
                _times(_Product(Fraction(1), product.factors), _Product(Fraction(1), common), -1)
            )
            inner = _product_of(base)
            key = self.build(_Product(Fraction(1), inner.factors))
            rest[key] = rest.get(key, Fraction(0)) + product.coefficient * inner.coefficient
        factors = _times(_Product(Fraction(1), common), _product_of(self._write_sum(rest)), 1)
        return self.build(factors)


@lru_cache(maxsize=4096)
def _product_of(node: Expression) -> _Product:
    """Take a tidy expression apart into a coefficient and powers; the same nodes come again and again."""
    number = _rational(node)
    if number is not None:
        return _Product(number, {})
    if isinstance(node, Apply):
        row, operands = node.primitive, node.operands
        if row is negative:
            inner = _product_of(operands[0])
            return _Product(-inner.coefficient, inner.factors)
        if row is multiply:
            return _joined(_times(_product_of(operands[0]), _product_of(operands[1]), 1))
        if row is divide and _rational(operands[1]) != 0:
            return _times(_product_of(operands[0]), _product_of(operands[1]), -1)
        if row is power:
            return _power_of(node)
    return _Product(Fraction(1), {node: Fraction(1)})


def _power_of(node: Apply) -> _Product:
    base, exponent = node.operands
    number = _rational(exponent)
    whole = number is not None and number.denominator == 1
    if number == 0:
        return _Product(Fraction(1), {})
    if number == 1 or (whole and number is not None and abs(number) <= 64 and _rational(base) != 0):
        assert number is not None
        inner = _product_of(base)
        raised = _raise(inner.coefficient, int(number))
        if raised is not None:
            return _Product(raised, {factor: own * number for factor, own in inner.factors.items()})
    return _Product(Fraction(1), {node: Fraction(1)})


def _times(left: _Product, right: _Product, sign: int) -> _Product:
    """Multiply (sign 1) or divide (sign −1) two products."""
    factors = dict(left.factors)
    for base, exponent in right.factors.items():
        factors[base] = factors.get(base, Fraction(0)) + sign * exponent
    coefficient = left.coefficient * right.coefficient if sign > 0 else left.coefficient / right.coefficient
    return _Product(coefficient, factors)


def _joined(product: _Product) -> _Product:
    """Write x·xᵘ⁻¹ as xᵘ, which has a value at 0 too."""
    factors = dict(product.factors)
    for power_of, count in product.factors.items():
        if count == 1 and isinstance(power_of, Apply) and power_of.primitive is power:
            base, exponent = power_of.operands
            reduced = isinstance(exponent, Apply) and exponent.primitive is subtract
            if reduced and exponent.operands[1] is ONE and factors.get(base, 0) >= 1:
                factors[base] -= 1
                del factors[power_of]
                whole = Apply(power, base, exponent.operands[0])
                factors[whole] = factors.get(whole, Fraction(0)) + 1
    return _Product(product.coefficient, factors)


def _raise(coefficient: Fraction, exponent: int) -> Fraction | None:
    """Raise a coefficient, unless the result would be too long to read."""
    if coefficient in (1, -1):
        return coefficient if exponent % 2 else Fraction(1)
    if abs(exponent) > 16 or coefficient == 0:
        return None
    raised = coefficient**exponent
    return raised if max(abs(raised.numerator), raised.denominator) <= LARGEST_FOLDED else None


def _rational(node: Expression) -> Fraction | None:
    """Exact value of a constant as it is written (0.1 is 1/10), or None."""
    if not isinstance(node, Constant) or isinstance(node.value, NamedFloat):
        return None
    if is_whole(node.value):
        return Fraction(int(node.value))
    written = Fraction(repr(node.value)) if abs(node.value) < float("inf") else None
    return written if written is not None and written.denominator <= LARGEST_FOLDED else None


def _as_power(base: Expression, exponent: Fraction) -> Expression:
    return base if exponent == 1 else Apply(power, base, Constant(float(exponent)))


def _negated(node: Expression) -> Expression:
    return Constant(-node.value) if isinstance(node, Constant) else Apply(negative, node)


def _chain(factors: list[Expression]) -> Expression:
    """Multiply from the left; an empty product is 1."""
    if not factors:
        return ONE
    total = factors[0]
    for factor in factors[1:]:
        total = Apply(multiply, total, factor)
    return total


def _is_function(factor: Expression) -> bool:
    return isinstance(factor, Apply) and not factor.primitive.symbol and factor.primitive is not exp


def _factor_order(item: tuple[Expression, Fraction]) -> tuple[int, str]:
    """Named constants, then letters by the alphabet, then exponentials, then all else as it came."""
    base = item[0]
    if isinstance(base, Constant):
        return 0, ""
    if isinstance(base, Variable):
        return 1, base.name
    return (2 if isinstance(base, Apply) and base.primitive is exp else 3), ""


def _first_is_negative(terms: dict[Expression, Fraction]) -> bool:
    """Tell whether a sum would begin with a minus sign although it has a positive term."""
    coefficients = list(terms.values())
    return coefficients[0] < 0 and any(coefficient > 0 for coefficient in coefficients)


def _fold_function(node: Apply) -> Expression:
    """Fold functions of 0, ±1 and named constants whose value is a whole number: cos 0, ln e."""
    if node.primitive is where and node.operands[1] is node.operands[2]:
        return node.operands[1]
    values = [operand.value for operand in node.operands if isinstance(operand, Constant)]
    if len(values) < len(node.operands) or node.primitive.precedence == less.precedence:
        return node
    if not all(isinstance(value, NamedFloat) or value in (0.0, 1.0, -1.0) for value in values):
        return node
    result = float(node.primitive(*values))
    return Constant(result) if is_whole(result) and abs(result) <= 1.0 and result == result else node
