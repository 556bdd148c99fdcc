"""Putting stable forms in the place of patterns, anywhere in a formula, innermost first.

Most formulas have no pattern in them. So each pattern is filed under a *mark*, a function that a formula must
have in the right place to match it, and compared only with what has all of its marks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from core.expression import Apply, Constant, Expression, Variable
from core.matching import (
    PRODUCTS,
    SUMS,
    Bound,
    Product,
    Term,
    argument_of_exp,
    factors_of,
    match,
    match_factors,
    match_terms,
    opposite,
    product_of,
    terms_of,
)
from core.parser import parse
from core.primitive import Primitive
from core.primitives import (
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    exp,
    expm1,
    log,
    log1p,
    negative,
    power,
    sigmoid,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

LONGEST_SUM = 4
"""Sums of more terms are not compared with the table."""

LETTERS = ("u", "v", "w", "z", "a")
"""The letters of patterns, in the order in which stable forms are made of what they stand for."""


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Attributes
    ----------
    name
        What it is about.
    pattern
        The typed formula, in which u, v, w, z and a stand for any formula; also with its terms or factors in
        another order, with the opposite sign, and as a part of a longer product.
    stable
        Makes the stable form from what the letters stand for.
    hole
        Where the pattern has no value although a limit exists, and the stable form has none either.
    """

    name: str
    pattern: str
    stable: Callable[..., Any]
    hole: str = ""

    @cached_property
    def functions(self) -> frozenset[str]:
        """Names of the functions in the pattern; ``power`` for one whose exponent is a letter."""
        names = re.findall(r"([a-z]\w*)\(", self.pattern)
        return frozenset([*names, "power"] if "**v" in self.pattern or "**(v" in self.pattern else names)


def decisive_nodes(expression: Expression) -> set[Expression]:
    """Return the nodes from which a jump or kink is computed, or whether an exponent is whole."""
    decisive: set[Expression] = set()
    for node in reversed(expression.nodes):
        if not isinstance(node, Apply):
            continue
        row = node.primitive
        if row.jumps is not None or row.kinks is not None or node in decisive:
            decisive.update(node.operands)
        elif row is power and not isinstance(node.operands[0], Constant):
            decisive.add(node.operands[1])
    return decisive


def trigger(node: Expression) -> str:
    """Name the function for the sake of which a pattern may be at this operation or above it, or none."""
    if not isinstance(node, Apply):
        return ""
    row = node.primitive
    if row is not power:
        return row.name if row in TRIGGERS else ""
    if argument_of_exp(node) is not None:
        return exp.name
    return power.name if node.operands[1].varies else ""


TRIGGERS = frozenset(
    (exp, expm1, log, log1p, sqrt, sin, cos, tan, asin, atan, sinh, cosh, tanh, asinh, atanh, sigmoid)
)
"""A formula with none of these has no row of the table in it."""


class Entry(NamedTuple):
    """A row ready to be compared.

    Attributes
    ----------
    place
        Of the row in the table.
    rule
        The row.
    pattern
        Its pattern, the inner parts in the stable form of the rows above it, for so are those of a formula by
        the time it is compared.
    product, terms
        The pattern as a product, and as a sum; of a function, what it is applied to as a sum.
    needs
        Marks that a sum must have.
    needs_over, needs_under
        Marks that a product must have above and below its fraction bar.
    has_rest
        Whether a letter stands for any number of terms.
    """

    place: int
    rule: Rule
    pattern: Apply
    product: Product
    terms: list[Term]
    needs: frozenset[object]
    needs_over: frozenset[object]
    needs_under: frozenset[object]
    has_rest: bool

    @classmethod
    def of(cls, place: int, rule: Rule, pattern: Apply) -> Entry:
        """Prepare a pattern."""
        is_function = pattern.primitive not in SUMS and pattern.primitive not in PRODUCTS
        product, terms = product_of(pattern), terms_of(pattern.operands[0] if is_function else pattern)
        return cls(
            place,
            rule,
            pattern,
            product,
            terms,
            _marks_of_terms(terms),
            _marks_of_factors(product.over),
            _marks_of_factors(product.under),
            any(isinstance(term, Variable) for _, term in terms),
        )

    def fits_sum(self, terms: Sequence[Term], marks: frozenset[object]) -> bool:
        """Tell quickly whether a sum may match."""
        missing = len(terms) - len(self.terms)
        return (missing == 0 or (missing > 0 and self.has_rest)) and self.needs <= marks

    def fits_product(self, product: Product, over: frozenset[object], under: frozenset[object]) -> bool:
        """Tell quickly whether a product may have the pattern in it."""
        if (self.product.over and not product.over) or (self.product.under and not product.under):
            return False
        return self.needs_over <= over and self.needs_under <= under

    @property
    def turns_round(self) -> bool:
        """Whether the reciprocal of the pattern is looked for too."""
        return any(isinstance(base, Variable) for base in (*self.product.over, *self.product.under))


class Index:
    """Patterns by what a formula must have in it to be compared with them.

    Parameters
    ----------
    rules
        Rows of the table with their places, in order.
    prepared
        Rows that were compared before, by their patterns; those that are new are added.
    """

    def __init__(self, rules: Iterable[tuple[int, Rule]], prepared: dict[str, Entry]) -> None:
        self.sums: dict[object, list[Entry]] = {}
        self.products: dict[object, list[Entry]] = {}
        self.functions: dict[object, list[Entry]] = {}
        for place, rule in rules:
            entry = prepared.get(rule.pattern)
            if entry is None:
                typed = parse(rule.pattern)
                assert isinstance(typed, Apply)
                pattern = Apply(typed.primitive, *(rewritten(operand, self) for operand in typed.operands))
                entry = prepared[rule.pattern] = Entry.of(place, rule, pattern)
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        row = entry.pattern.primitive
        group, marks = self.functions, list[object]([(row, _kind(entry.pattern.operands[0]))])
        if row in SUMS:
            group, marks = self.sums, [mark for mark in entry.needs if not isinstance(mark, float)][:1]
        elif row in PRODUCTS:
            group = self.products
            marks = [*entry.needs_over, *entry.needs_under][:1]
        group.setdefault(marks[0], []).append(entry)


def _candidates(group: Mapping[object, list[Entry]], marks: Iterable[object]) -> list[Entry]:
    found = [entry for mark in marks if mark in group for entry in group[mark]]
    if len(found) > 1:
        found.sort(key=attrgetter("place"))
    return found


def _head(node: Expression) -> Primitive | None:
    if not isinstance(node, Apply):
        return None
    return exp if node.primitive is power and argument_of_exp(node) is not None else node.primitive


def _kind(node: Expression) -> object:
    """Return what all ways to write a formula have in common: a sum, a product, or the function it is."""
    head = _head(node)
    if head in SUMS or (head is negative and len(terms_of(node)) > 1):
        return "sum"
    return "product" if head in PRODUCTS else head


def _marks_of_terms(terms: Sequence[Term]) -> frozenset[object]:
    """Return the functions and numbers that are terms, and the functions in terms that are products."""
    marks: set[object] = set()
    for _, term in terms:
        head = _head(term)
        if head in PRODUCTS or head is power:
            marks.update([("product", _head(base)) for base in factors_of(term)])
        elif head is not None:
            marks.add(head)
        elif isinstance(term, Constant):
            marks.add(float(term.value))
    marks.discard(("product", None))
    return frozenset(marks)


def _marks_of_factors(factors: Iterable[Expression]) -> frozenset[object]:
    """Return the functions that are factors, and those in the terms of factors that are sums."""
    marks: set[object] = set()
    for base in factors:
        head = _head(base)
        if head in SUMS:
            marks.update([("sum", mark) for mark in _marks_of_terms(terms_of(base))])
        elif head is not None:
            marks.add(head)
    return frozenset(marks)


def rewritten(expression: Expression, index: Index) -> Expression:
    """Put the stable forms of an index in the place of what is typed; what decides a kink or jump is kept."""
    kept = decisive_nodes(expression)
    forms: dict[Expression, Expression] = {}
    live: set[Expression] = set()
    for node in expression.nodes:
        forms[node] = node
        if not isinstance(node, Apply):
            continue
        if trigger(node) or not live.isdisjoint(node.operands):
            live.add(node)
            if node not in kept:
                operands = [forms[operand] for operand in node.operands]
                same = all([form is operand for form, operand in zip(operands, node.operands, strict=True)])
                forms[node] = _rewritten_operation(node if same else Apply(node.primitive, *operands), index)
    return forms[expression]


def _rewritten_operation(node: Apply, index: Index) -> Expression:
    row = node.primitive
    if row in SUMS:
        return _rewritten_sum(node, index)
    if row in PRODUCTS or (row is power and product_of(node).under):
        return _rewritten_product(node, index)
    kind = _kind(node.operands[0])
    entries = index.functions.get((row, kind))
    if entries and kind == "sum":
        terms = terms_of(node.operands[0])
        marks = _marks_of_terms(terms)
        entries = [entry for entry in entries if entry.fits_sum(terms, marks)]
    for entry in entries or ():
        for bound in match(entry.pattern, node, {}):
            form = _form(entry.rule, bound)
            if form is not None:
                return form
    return node


def _form(rule: Rule, bound: Bound) -> Expression | None:
    form: Expression | None = rule.stable(*(bound[letter] for letter in LETTERS if letter in bound))
    return form


def _rewritten_sum(node: Apply, index: Index) -> Expression:
    terms = terms_of(node)
    if len(terms) > LONGEST_SUM:
        return node
    marks = _marks_of_terms(terms)
    for entry in _candidates(index.sums, marks):
        if entry.fits_sum(terms, marks):
            for sign in (1, -1):
                for bound in match_terms(entry.terms, [(sign * own, term) for own, term in terms], {}):
                    form = _form(entry.rule, bound)
                    if form is not None:
                        return form if sign > 0 else opposite(form)
    return node


def _rewritten_product(node: Apply, index: Index) -> Expression:
    product = product_of(node)
    changed = False
    while (found := _first_in_product(product, index)) is not None:
        product, changed = found, True
    usable = math.isfinite(product.number) and product.number
    return product.expression() if changed and usable else node


def _first_in_product(product: Product, index: Index) -> Product | None:
    """Put the stable form in the place of the first pattern that is a part of a product."""
    over, under = _marks_of_factors(product.over), _marks_of_factors(product.under)
    upside_down = Product(product.number, product.under, product.over)
    for entry in _candidates(index.products, over | under):
        for sign in (1, -1) if entry.turns_round else (1,):
            fits = (
                entry.fits_product(product, over, under)
                if sign > 0
                else entry.fits_product(upside_down, under, over)
            )
            for bound, rest in match_factors(entry.product, product, {}, sign) if fits else ():
                form = _form(entry.rule, bound)
                if form is not None:
                    return rest.times(product_of(form), sign)
    return None
