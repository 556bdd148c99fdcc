"""The table of stable forms: what is typed, and what is computed in its place.

``(1 - cos(x))/x**2`` is right as mathematics and wrong as arithmetic: near 0 the difference cancels and
nothing is left. ``log(1 + exp(x))`` overflows at 1000 although its value is 1000. A row of `TABLE` names such
a formula and a form of the same value in which nothing cancels or overflows, its derivatives included.

:func:`stable` looks for the rows anywhere in a formula, innermost first, and whatever stands for u and v. The
values, gradients and second derivatives that Nabla computes are those of the stable form. What it writes and
explains, the steps of a derivation and the tape of the Backprop tab, is the formula as it was typed.

Where the typed formula has a value, the stable form has the same, up to rounding; where it has none, the
stable form has none: a quotient such as sin(x)/x keeps its hole at 0. (The slopes of powers alone have their
limit at a base of 0, where what they are the slopes of is smooth.) What decides on which side of a kink or
a jump a point lies is left alone.
"""

from __future__ import annotations

import math
from functools import lru_cache

from core import differences
from core.expression import Apply, Constant, Expression
from core.matching import opposite
from core.primitives import (
    LN_2,
    asinh,
    atanh,
    cos,
    cosh,
    expm1,
    log1p,
    logaddexp,
    root_of_one_plus_square,
    sech,
    sigmoid,
    sin,
    sinh,
    softplus,
    tanh,
)
from core.remainders import (
    ASIN,
    ASINH,
    ATAN,
    ATANH,
    COS,
    COSH,
    EXP,
    LOG1P,
    SIN,
    SINH,
    SQRT1P,
    TAN,
    TANH,
    Expanded,
    remainder,
)
from core.rewriting import Entry, Index, Rule, rewritten, trigger
from core.simplify import simplify


def _rests(of: Expanded, text: str, taken: int, powers: int) -> list[Rule]:
    """Rows for a rest of a series, if it is one that cancels, and for its quotients by the powers of u."""
    cancels = text != f"{of.name}(u)"
    rules = [Rule(f"rest of {of.name}", text, remainder(of, taken))] if cancels else []
    for over in range(powers, 0, -1):
        quotient = f"({text})/u" if over == 1 else f"({text})/u**{over}"
        rules.append(Rule(f"rest of {of.name} over u^{over}", quotient, remainder(of, taken, over), "u = 0"))
    for over in range(2, powers + 1):
        again = f"(({text})/u)/u" if over == 2 else f"(({text})/u**{over - 1})/u"
        rules.append(
            Rule(f"rest of {of.name} over u^{over - 1} and u", again, remainder(of, taken, over), "u = 0")
        )
    return rules


def _difference(name: str, u: Expression, v: Expression) -> Expression:
    """Make the difference of a function of u and of v, which knows u − v as algebra has it."""
    gap = simplify(u - v)
    apart = set(gap.names) & set(v.names)
    row = getattr(differences, f"{name}_difference_apart" if apart else f"{name}_difference")
    return Apply(row, u, v, gap)


def _power(name: str, u: Expression, v: Expression) -> Expression | None:
    """Make a slope of a power whose exponent varies; with a fixed one, a zero factor was typed as such."""
    return Apply(getattr(differences, name), u, v) if v.varies else None


def _root_less_itself(u: Expression, a: Expression) -> Expression | None:
    if not isinstance(a, Constant) or not a.value > 0.0:
        return None
    return Apply(differences.root_less_itself, u, Constant(math.sqrt(a.value)))


TABLE: tuple[Rule, ...] = (
    # Exponentials
    Rule("expm1", "exp(u) - 1", lambda u: expm1(u)),
    Rule("rest of exp over u^1", "(exp(u) - 1)/u", remainder(EXP, 1, 1), "u = 0"),
    *_rests(EXP, "exp(u) - 1 - u", 2, 2),
    Rule("rest of exp, 1 last", "exp(u) - u - 1", remainder(EXP, 2)),
    Rule("sum of like exponentials", "exp(u) + exp(-u)", lambda u: 2.0 * cosh(u)),
    Rule("difference of like exponentials", "exp(u) - exp(-u)", lambda u: 2.0 * sinh(u)),
    Rule("difference of exponentials", "exp(u) - exp(v)", lambda u, v: _difference("exp", u, v)),
    Rule("logistic function", "1/(1 + exp(u))", lambda u: sigmoid(opposite(u))),
    Rule("logistic function of a quotient", "exp(u)*sigmoid(-u)", lambda u: sigmoid(u)),
    Rule("tanh by expm1", "(exp(u) - 1)*sigmoid(-u)", lambda u: tanh(u / 2.0)),
    Rule("softmax of two", "exp(u)/(exp(u) + exp(v))", lambda u, v: sigmoid(u - v)),
    Rule(
        "softmax of three",
        "exp(u)/(exp(u) + exp(v) + exp(w))",
        lambda u, v, w: sigmoid(-logaddexp(v - u, w - u)),
    ),
    Rule(
        "softmax of four",
        "exp(u)/(exp(u) + exp(v) + exp(w) + exp(z))",
        lambda u, v, w, z: sigmoid(-logaddexp(v - u, logaddexp(w - u, z - u))),
    ),
    Rule("exp over cosh", "exp(u)/cosh(u)", lambda u: 2.0 * sigmoid(2.0 * u)),
    Rule("tanh by sinh and cosh", "sinh(u)/cosh(u)", lambda u: tanh(u)),
    Rule("reciprocal of cosh", "1/cosh(u)", lambda u: sech(u)),
    # Activations
    Rule("one less the logistic function", "1 - sigmoid(u)", lambda u: sigmoid(opposite(u))),
    Rule("centred logistic function", "2*sigmoid(u) - 1", lambda u: tanh(u / 2.0)),
    Rule("one less tanh", "1 - tanh(u)", lambda u: 2.0 * sigmoid(-2.0 * u)),
    Rule("one more than tanh", "1 + tanh(u)", lambda u: 2.0 * sigmoid(2.0 * u)),
    Rule("one less tanh squared", "1 - tanh(u)**2", lambda u: sech(u) ** 2.0),
    # Logarithms
    Rule("softplus", "log(1 + exp(u))", lambda u: softplus(u)),
    Rule("softplus by log1p", "log1p(exp(u))", lambda u: softplus(u)),
    Rule("log-sum-exp of two", "log(exp(u) + exp(v))", lambda u, v: logaddexp(u, v)),
    Rule(
        "log-sum-exp of three",
        "log(exp(u) + exp(v) + exp(w))",
        lambda u, v, w: logaddexp(u, logaddexp(v, w)),
    ),
    Rule(
        "log-sum-exp of four",
        "log(exp(u) + exp(v) + exp(w) + exp(z))",
        lambda u, v, w, z: logaddexp(logaddexp(u, v), logaddexp(w, z)),
    ),
    Rule("log-sum-exp with 1", "log(1 + exp(u) + exp(v))", lambda u, v: logaddexp(0.0, logaddexp(u, v))),
    Rule("logarithm of like exponentials", "log(2*cosh(u))", lambda u: LN_2 + differences.log_cosh(u)),
    Rule("log-cosh", "log(cosh(u))", lambda u: differences.log_cosh(u)),
    Rule("logarithm of an exponential", "log(exp(u))", lambda u: u),
    Rule("logarithm of the logistic function", "log(sigmoid(u))", lambda u: -softplus(opposite(u))),
    Rule("logarithm of 1 less exp", "log(1 - exp(u))", lambda u: differences.log_of_one_minus_exp(u)),
    Rule("log1p of an exponential", "log1p(-exp(u))", lambda u: differences.log_of_one_minus_exp(u)),
    Rule(
        "logarithm of exp less 1",
        "log(exp(u) - 1)",
        lambda u: u + differences.log_of_one_minus_exp(opposite(u)),
    ),
    Rule("root less itself", "sqrt(u**2 + a) - u", lambda u, a: _root_less_itself(u, a)),
    Rule("root and itself", "sqrt(u**2 + a) + u", lambda u, a: _root_less_itself(opposite(u), a)),
    Rule("area sine", "log(u + sqrt(u**2 + 1))", lambda u: asinh(u)),
    Rule("area tangent", "log((1 + u)/(1 - u))", lambda u: 2.0 * atanh(u)),
    Rule("log1p", "log(1 + u)", lambda u: log1p(u)),
    Rule("difference of like logarithms", "log(1 + u) - log(1 - u)", lambda u: 2.0 * atanh(u)),
    Rule(
        "difference of a logarithm and log1p",
        "log(1 + u) - log(v)",
        lambda u, v: _difference("log", u + 1.0, v),
    ),
    Rule("difference of logarithms", "log(u) - log(v)", lambda u, v: _difference("log", u, v)),
    Rule("log1p over u", "log(1 + u)/u", remainder(LOG1P, 1, 1), "u = 0"),
    *_rests(LOG1P, "log(1 + u) - u", 2, 2),
    # Slopes of powers, from derivatives
    Rule("slope of a power for its exponent", "u**v*log(u)", lambda u, v: _power("power_times_log", u, v)),
    Rule("slope of a power for its base", "v*u**(v - 1)", lambda u, v: _power("power_slope", u, v)),
    # Roots
    *_rests(SQRT1P, "sqrt(1 + u) - 1", 1, 1),
    Rule("difference of square roots", "sqrt(u) - sqrt(v)", lambda u, v: _difference("sqrt", u, v)),
    Rule("reciprocal of a long root", "1/sqrt(1 + u**2)", lambda u: 1.0 / root_of_one_plus_square(u)),
    # Trigonometric and hyperbolic functions
    *_rests(COS, "cos(u) - 1", 2, 2),
    Rule("one less cos squared", "1 - cos(u)**2", lambda u: sin(u) ** 2.0),
    Rule("one less sin squared", "1 - sin(u)**2", lambda u: cos(u) ** 2.0),
    *_rests(COSH, "cosh(u) - 1", 2, 2),
    *(
        rule
        for of in (SIN, SINH, TAN, TANH, ASIN, ASINH, ATAN, ATANH)
        for rule in (*_rests(of, f"{of.name}(u)", 1, 1), *_rests(of, f"{of.name}(u) - u", 3, 3))
    ),
)
"""Every stable form. Those that another one is made of stand above it."""


def stable(expression: Expression) -> Expression:
    """Return the stable form of a formula, which is the formula itself if no row of the table is in it.

    :attr:`core.expression.Expression.stable_form` keeps the answer.

    Examples
    --------
    >>> from core.parser import parse
    >>> print(stable(parse("y*log(1 + exp(-3*x))")))
    y*softplus(-3*x)
    >>> stable(parse("x**2 + x")) is parse("x**2 + x")
    True
    """
    functions = frozenset([name for node in expression.nodes if (name := trigger(node))])
    return rewritten(expression, _index_of(functions)) if functions else expression


ARISING: dict[str, tuple[str, ...]] = {
    "exp": ("expm1", "sigmoid", "cosh", "sinh", "tanh"),
    "log": ("log1p",),
    "sigmoid": ("tanh",),
    "tanh": ("sigmoid",),
}
"""By what is typed, functions that may come into a formula when rows of the table are put in."""

_prepared: dict[str, Entry] = {}


@lru_cache(maxsize=256)
def _index_of(functions: frozenset[str]) -> Index:
    """Return the rows that a formula with these functions may have in it; few are needed, and soon ready."""
    possible = functions.union(*(ARISING.get(name, ()) for name in functions))
    return Index([(place, rule) for place, rule in enumerate(TABLE) if rule.functions <= possible], _prepared)
