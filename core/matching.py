"""Comparing a formula with a pattern: order, signs and how a product is written are no matter.

A *pattern* is a formula whose letters stand for any formula. Sums are compared as sets of signed terms,
products as sets of repeated factors, everything else operand by operand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from core.expression import Apply, Constant, Expression, Variable, is_whole
from core.primitives import NamedFloat, add, divide, exp, multiply, negative, power, subtract

LARGEST_EXPONENT = 64
"""Whole powers up to this are seen as repeated factors."""

Bound = Mapping[str, Expression]
"""What the letters of a pattern stand for."""

Term = tuple[int, Expression]
"""A term of a sum, and its sign."""

Factors = dict[Expression, int]
"""Factors, and how often they are repeated."""

SUMS, PRODUCTS = frozenset((add, subtract)), frozenset((multiply, divide, negative))


class Product(NamedTuple):
    """A number times factors over factors. Nothing is cancelled, for x/x is not 1 at 0."""

    number: float
    over: Factors
    under: Factors

    def side(self, sign: int) -> Factors:
        """Return the factors above (1) or below (−1) the fraction bar."""
        return self.over if sign > 0 else self.under

    def times(self, other: Product, sign: int = 1) -> Product:
        """Multiply by another product, or divide by it."""
        over, under = dict(self.over), dict(self.under)
        for factors, added in ((over, other.side(sign)), (under, other.side(-sign))):
            for factor, count in added.items():
                factors[factor] = factors.get(factor, 0) + count
        number = self.number * other.number if sign > 0 else self.number / other.number
        return Product(number, over, under)

    def expression(self) -> Expression:
        """Write it as a formula."""
        size = abs(self.number)
        over = ([] if size == 1.0 and self.over else [Constant(size)]) + _powers(self.over)
        top = _chain(over)
        written = Apply(divide, top, _chain(_powers(self.under))) if self.under else top
        return Apply(negative, written) if self.number < 0.0 else written


def _powers(factors: Factors) -> list[Expression]:
    return [
        base if count == 1 else Apply(power, base, Constant(float(count))) for base, count in factors.items()
    ]


def _chain(factors: Sequence[Expression]) -> Expression:
    product = factors[0]
    for factor in factors[1:]:
        product = Apply(multiply, product, factor)
    return product


def product_of(node: Expression) -> Product:
    """Take a formula apart into a number and factors."""
    number = 1.0
    over: Factors = {}
    under: Factors = {}
    stack = [(node, 1)]
    while stack:
        part, exponent = stack.pop()
        if isinstance(part, Apply):
            row = part.primitive
            if row is multiply:
                stack += [(part.operands[1], exponent), (part.operands[0], exponent)]
                continue
            if row is divide:
                stack += [(part.operands[1], -exponent), (part.operands[0], exponent)]
                continue
            if row is negative:
                number = -number if exponent % 2 else number
                stack.append((part.operands[0], exponent))
                continue
            if row is power and (count := _repetitions(part.operands[1])):
                stack.append((part.operands[0], exponent * count))
                continue
        elif isinstance(part, Constant) and part.value and not isinstance(part.value, NamedFloat):
            number *= part.value**exponent if exponent > 0 else 1.0 / part.value**-exponent
            continue
        side = over if exponent > 0 else under
        side[part] = side.get(part, 0) + abs(exponent)
    return Product(number, over, under)


def factors_of(node: Expression) -> list[Expression]:
    """Take a formula apart into the factors above and below its fraction bar, numbers among them."""
    factors: list[Expression] = []
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, Apply):
            row = part.primitive
            if row in PRODUCTS:
                stack += part.operands
                continue
            if row is power and _repetitions(part.operands[1]):
                stack.append(part.operands[0])
                continue
        factors.append(part)
    return factors


def _repetitions(exponent: Expression) -> int:
    """Return a whole exponent that is no 0, or 0."""
    sign = 1
    if isinstance(exponent, Apply) and exponent.primitive is negative:
        sign, exponent = -1, exponent.operands[0]
    value = exponent.value if isinstance(exponent, Constant) else math.nan
    return sign * int(value) if abs(value) <= LARGEST_EXPONENT and is_whole(value) else 0


def terms_of(node: Expression) -> list[Term]:
    """Take a formula apart into signed terms, in the order in which they are written."""
    terms: list[Term] = []
    stack = [(1, node)]
    while stack:
        sign, part = stack.pop()
        if isinstance(part, Apply) and part.primitive in SUMS:
            last = sign if part.primitive is add else -sign
            stack += [(last, part.operands[1]), (sign, part.operands[0])]
        elif isinstance(part, Apply) and part.primitive is negative:
            stack.append((-sign, part.operands[0]))
        elif isinstance(part, Constant) and part.value < 0.0:
            terms.append((-sign, Constant(-part.value)))
        else:
            terms.append((sign, part))
    return terms


def sum_of(terms: Sequence[Term]) -> Expression:
    """Add signed terms up."""
    sign, total = terms[0]
    if sign < 0:
        total = opposite(total)
    for sign, term in terms[1:]:
        total = Apply(add if sign > 0 else subtract, total, term)
    return total


def opposite(node: Expression) -> Expression:
    """Negate a formula, without two minus signs in a row."""
    if isinstance(node, Constant) and not isinstance(node.value, NamedFloat):
        return Constant(-node.value)
    if isinstance(node, Apply):
        if node.primitive is negative:
            return node.operands[0]
        if node.primitive is subtract:
            return Apply(subtract, *reversed(node.operands))
        if node.primitive in (multiply, divide) and _begins_with_minus(node.operands[0]):
            return Apply(node.primitive, opposite(node.operands[0]), node.operands[1])
    return Apply(negative, node)


def _begins_with_minus(node: Expression) -> bool:
    while isinstance(node, Apply) and node.primitive in (multiply, divide):
        node = node.operands[0]
    if isinstance(node, Constant):
        return node.value < 0.0
    return isinstance(node, Apply) and node.primitive is negative


def linear_form(terms: Sequence[Term], factor: float = 1.0) -> dict[object, float]:
    """Collect the coefficient of each product; equal forms are equal sums."""
    form: dict[object, float] = {}
    for sign, term in terms:
        product = product_of(term)
        key = (frozenset(product.over.items()), frozenset(product.under.items()))
        form[key] = form.get(key, 0.0) + factor * sign * product.number
    return {key: number for key, number in form.items() if number}


def argument_of_exp(node: Expression) -> Expression | None:
    """Return w of exp(w), or of e**w, and None of anything else."""
    if isinstance(node, Apply):
        if node.primitive is exp:
            return node.operands[0]
        base = node.operands[0]
        if node.primitive is power and isinstance(base, Constant) and base.value == math.e:
            return node.operands[1]
    return None


_pattern_terms, _pattern_product = cache(terms_of), cache(product_of)
"""Patterns are few, and compared again and again."""


def match(pattern: Expression, node: Expression, bound: Bound) -> Iterator[Bound]:
    """Yield every way to put formulas in the place of letters so that the pattern becomes the formula."""
    if isinstance(pattern, Variable):
        known = bound.get(pattern.name)
        if known is None:
            yield {**bound, pattern.name: node}
        elif known is node or linear_form(terms_of(known)) == linear_form(terms_of(node)):
            yield bound
    elif isinstance(pattern, Constant):
        if isinstance(node, Constant) and node.value == pattern.value:
            yield bound
    elif isinstance(pattern, Apply):
        yield from _match_operation(pattern, node, bound)


def _match_operation(pattern: Apply, node: Expression, bound: Bound) -> Iterator[Bound]:
    row = pattern.primitive
    if row is exp:
        argument = argument_of_exp(node)
        if argument is not None:
            yield from match(pattern.operands[0], argument, bound)
    elif row in SUMS:
        terms = terms_of(node)
        if len(terms) > 1:
            yield from match_terms(_pattern_terms(pattern), terms, bound)
    elif row in PRODUCTS or (row is power and _repetitions(pattern.operands[1])):
        yield from _match_whole_product(_pattern_product(pattern), node, bound)
    elif isinstance(node, Apply) and node.primitive is row:
        ways: list[Bound] = [bound]
        for part, operand in zip(pattern.operands, node.operands, strict=True):
            ways = [further for way in ways for further in match(part, operand, way)]
        yield from ways


def _match_whole_product(pattern: Product, node: Expression, bound: Bound) -> Iterator[Bound]:
    letter = next(iter(pattern.over), None)
    if isinstance(letter, Variable) and pattern.over == {letter: 1} and not pattern.under:
        known = bound.get(letter.name)
        if known is None:
            yield {
                **bound,
                letter.name: product_of(node).times(Product(pattern.number, {}, {}), -1).expression(),
            }
        elif linear_form(terms_of(known), pattern.number) == linear_form(terms_of(node)):
            yield bound
        return
    for way, rest in match_factors(pattern, product_of(node), bound, 1):
        if rest.number == 1.0 and not rest.over and not rest.under:
            yield way


def match_terms(pattern: Sequence[Term], terms: Sequence[Term], bound: Bound) -> Iterator[Bound]:
    """Compare sums. A letter that is a term by itself stands for all terms that are left."""
    if not pattern:
        if not terms:
            yield bound
        return
    place = next((i for i, (_, term) in enumerate(pattern) if not isinstance(term, Variable)), 0)
    sign, wanted = pattern[place]
    if isinstance(wanted, Variable):
        if len(pattern) == 1 and terms:
            yield from _match_rest(sign, wanted, terms, bound)
        return
    others = [*pattern[:place], *pattern[place + 1 :]]
    for index, (own, term) in enumerate(terms):
        if own == sign:
            for way in match(wanted, term, bound):
                yield from match_terms(others, [*terms[:index], *terms[index + 1 :]], way)


def _match_rest(sign: int, letter: Variable, terms: Sequence[Term], bound: Bound) -> Iterator[Bound]:
    known = bound.get(letter.name)
    if known is None:
        if len(terms) > 1 and any(isinstance(term, Constant) for _, term in terms):
            return  # 1 + x − 1 is no 1 + u, for u = x − 1 would round what x alone does not
        yield {**bound, letter.name: sum_of([(sign * own, term) for own, term in terms])}
    elif linear_form(terms_of(known), sign) == linear_form(terms):
        yield bound


def match_factors(
    pattern: Product, product: Product, bound: Bound, sign: int
) -> Iterator[tuple[Bound, Product]]:
    """Find the factors of a pattern (or with the sign −1, of its reciprocal) among others.

    Yields
    ------
    bound, rest
        What the letters stand for, and by what the pattern is to be multiplied.
    """
    wanted = [(base, count, sign) for base, count in pattern.over.items()]
    wanted += [(base, count, -sign) for base, count in pattern.under.items()]
    wanted.sort(key=lambda factor: isinstance(factor[0], Variable))
    number = pattern.number if sign > 0 else 1.0 / pattern.number
    yield from _match_wanted(wanted, product._replace(number=product.number / number), bound)


def _match_wanted(
    wanted: Sequence[tuple[Expression, int, int]], product: Product, bound: Bound
) -> Iterator[tuple[Bound, Product]]:
    if not wanted:
        yield bound, product
        return
    (base, count, side), rest = wanted[0], wanted[1:]
    if isinstance(base, Variable) and base.name in bound:
        taken = _without(product, product_of(bound[base.name]), count, side)
        if taken is not None:
            yield from _match_wanted(rest, taken, bound)
        return
    for factor, available in product.side(side).items():
        if available >= count:
            for way in match(base, factor, bound):
                left = _without(product, Product(1.0, {factor: 1}, {}), count, side)
                assert left is not None
                yield from _match_wanted(rest, left, way)


def _without(product: Product, taken: Product, count: int, side: int) -> Product | None:
    """Take a power of a product away from a side, or None where it is not there."""
    if not taken.over and not taken.under:
        return None
    sides = {1: dict(product.over), -1: dict(product.under)}
    for own, factors in ((side, taken.over), (-side, taken.under)):
        for factor, repeated in factors.items():
            left = sides[own].get(factor, 0) - repeated * count
            if left < 0:
                return None
            sides[own][factor] = left
            if not left:
                del sides[own][factor]
    number = taken.number ** (side * count)
    return Product(product.number / number, sides[1], sides[-1])
