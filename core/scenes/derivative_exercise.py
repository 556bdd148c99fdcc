"""You choose the rule: an exercise over the steps of a derivation, with hints and explained mistakes.

All that the user did is one tuple of moves, each the key of a rule of `RULES` or `HINT`. Whatever is shown
follows from the formula and the moves, so that taking back the last move takes back its consequences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.differentiate import (
    CHAIN_RULE,
    CONSTANT_MULTIPLE_RULE,
    CONSTANT_RULE,
    EXPONENTIAL_RULE,
    GENERAL_POWER_RULE,
    POWER_RULE,
    VARIABLE_RULE,
    Step,
)
from core.expression import Apply, Expression
from core.primitives import PRIMITIVES, Primitive, divide, exp, multiply, power, subtract
from core.scenes.rule_steps import derivation_of

HINT = "hint"
"""The move that asks for a hint."""

HINTS_PER_STEP = 3
"""The outermost operation, the pattern of the rule, the answer."""

MOST_MOVES = 500
"""So many moves are kept; more are not needed to try every rule at every step."""


@dataclass(frozen=True)
class Rule:
    """One rule that can be chosen.

    Attributes
    ----------
    key
        Its name in a saved state.
    title
        Its textbook name.
    names
        The names that :mod:`core.differentiate` gives to the steps that follow it.
    needs
        What it is for, to follow 'The product rule is for'.
    here
        Says of a step that follows it what there is to see in its piece, to follow 'here'.
    pattern
        The rule in letters, as LaTeX.
    """

    key: str
    title: str
    names: tuple[str, ...]
    needs: str
    here: Callable[[Step], str]
    pattern: str


def _operands(step: Step) -> tuple[Expression, ...]:
    return step.piece.operands


def _typeset(expression: Expression) -> str:
    return f"${expression.latex(inline=True)}$"


def _constant_multiple(step: Step) -> str:
    piece = step.piece
    if isinstance(piece, Apply) and piece.primitive is divide:
        return f"something is divided by the constant {_typeset(piece.operands[1])}"
    if isinstance(piece, Apply) and piece.primitive is multiply:
        constant = next(operand for operand in piece.operands if not operand.depends_on(step.name))
        return f"one factor is the constant {_typeset(constant)}"
    return f"there is only a minus sign before {_typeset(_operands(step)[0])}"


def _chain(step: Step) -> str:
    inner = next(part.piece for part in step.parts if part.piece.depends_on(step.name))
    return f"something is done to {_typeset(inner)}, which is more than ${step.name}$ itself"


def _power(step: Step) -> str:
    if step.piece.operands and isinstance(step.piece, Apply) and step.piece.primitive is power:
        return f"${step.name}$ is raised to the constant power {_typeset(_operands(step)[1])}"
    return f"a power of ${step.name}$ is multiplied by a constant"


def _joined(words: str) -> Callable[[Step], str]:
    """Describe a piece by its first two operands."""
    return lambda step: words.format(*map(_typeset, _operands(step)[:2]))


def _plain(words: str) -> Callable[[Step], str]:
    """Describe a piece in words that hold for each of its kind."""
    return lambda step: words.replace("@", f"${step.name}$")


KNOWN = tuple(sorted({row.rule for row in PRIMITIVES.values() if row.rule.startswith("Derivative of ")}))
"""Names of the rules that are single entries of the table of derivatives."""

RULES: tuple[Rule, ...] = (
    Rule(
        "constant",
        "Constant rule",
        (CONSTANT_RULE,),
        "what does not contain x at all",
        _plain("there is no @ at all"),
        r"c' = 0",
    ),
    Rule(
        "variable",
        "Derivative of the variable",
        (VARIABLE_RULE,),
        "x standing alone",
        _plain("there is @ alone"),
        r"x' = 1",
    ),
    Rule(
        "constant_multiple",
        "Constant multiple rule",
        (CONSTANT_MULTIPLE_RULE,),
        "a constant times something, or something over a constant",
        _constant_multiple,
        r"(c \, u)' = c \, u'",
    ),
    Rule(
        "sum",
        "Sum rule",
        ("Sum rule",),
        "two terms with a plus between them",
        _joined("what is done last is to add {} and {}"),
        r"(u + v)' = u' + v'",
    ),
    Rule(
        "difference",
        "Difference rule",
        ("Difference rule",),
        "two terms with a minus between them",
        _joined("what is done last is to subtract {1} from {0}"),
        r"(u - v)' = u' - v'",
    ),
    Rule(
        "product",
        "Product rule",
        ("Product rule",),
        "two factors that both contain x",
        _joined("both factors contain x, {} and {}"),
        r"(u \, v)' = u' v + u \, v'",
    ),
    Rule(
        "quotient",
        "Quotient rule",
        ("Quotient rule",),
        "a fraction with x in its denominator",
        _joined("what is done last is to divide {} by {}"),
        r"{\left(\frac{u}{v}\right)}' = \frac{u' v - u \, v'}{{v}^{2}}",
    ),
    Rule(
        "chain",
        "Chain rule",
        (CHAIN_RULE,),
        "a function of something more than x",
        _chain,
        r"h(u)' = h'(u) \cdot u'",
    ),
    Rule(
        "power",
        "Power rule",
        (POWER_RULE,),
        "x itself with a constant exponent",
        _power,
        r"({x}^{n})' = n \, {x}^{n-1}",
    ),
    Rule(
        "root",
        "Root rule",
        ("Root rule",),
        "a root of x itself",
        _plain("a root is taken of @"),
        r"(\sqrt{x})' = \frac{1}{2 \sqrt{x}}",
    ),
    Rule(
        "exponential",
        "Exponential rule",
        (EXPONENTIAL_RULE,),
        "x in the exponent, over a constant base",
        _plain("the base is constant and @ stands in the exponent"),
        r"({a}^{u})' = {a}^{u} \, \ln(a) \cdot u'",
    ),
    Rule(
        "general_power",
        "General power rule",
        (GENERAL_POWER_RULE,),
        "powers with x both in the base and in the exponent",
        _joined("both the base {} and the exponent {} contain x"),
        r"({u}^{v})' = v \, {u}^{v-1} \, u' + {u}^{v} \, \ln(u) \, v'",
    ),
    Rule(
        "logarithm",
        "Logarithm rule",
        ("Logarithm rule",),
        "a logarithm of x itself",
        _plain("a logarithm is taken of @"),
        r"(\ln x)' = 1 / x",
    ),
    Rule(
        "known",
        "Derivative from the table",
        KNOWN,
        "a function of x itself, such as sin x, whose derivative one knows by heart",
        _plain("a known function is taken of @ itself"),
        r"(\sin x)' = \cos x",
    ),
    Rule(
        "corner",
        "Absolute value, larger, smaller",
        ("Absolute value", "Larger of two", "Smaller of two"),
        "what takes one of two branches, such as |x| or max",
        _plain("one of two branches is taken, with a corner where they meet"),
        r"(\left|x\right|)' = \operatorname{sign}(x)",
    ),
    Rule(
        "pieces",
        "Piece by piece",
        ("Piece by piece",),
        "functions that are defined by cases",
        _plain("there are cases, and each is differentiated on its own"),
        r"{\{u , v\}}' = \{u' , v'\}",
    ),
    Rule(
        "steps",
        "Step function",
        ("Step function",),
        "what is constant between its jumps",
        _plain("the value is constant between jumps"),
        r"\lfloor x \rfloor' = 0",
    ),
    Rule(
        "remainder",
        "Remainder rule",
        ("Remainder rule",),
        "remainders of a division",
        _plain("the remainder of a division is taken"),
        r"(u \bmod c)' = u'",
    ),
)
"""Every rule that can be chosen, in the order of the menu."""

BY_KEY = {rule.key: rule for rule in RULES}
MOVES = (*BY_KEY, HINT)
_BY_NAME = {name: rule for rule in RULES for name in rule.names}


@dataclass(frozen=True)
class Objection:
    """Why a rule is not the one of a step.

    Attributes
    ----------
    sentence
        The reason; LaTeX stands between dollar signs.
    works
        Whether it would lead to the result all the same, by a detour: then it counts as no mistake.
    """

    sentence: str
    works: bool = False


def _is_reciprocal(step: Step) -> bool:
    """Tell whether a quotient is a constant over a power of the letter."""
    over, under = _operands(step)
    return not over.depends_on(step.name) and all(
        node.primitive is power for node in under.nodes if isinstance(node, Apply)
    )


def _written_with(*primitives: Primitive) -> Callable[[Step], bool]:
    return lambda step: isinstance(step.piece, Apply) and step.piece.primitive in primitives


@dataclass(frozen=True)
class SpecialCase:
    """A wrong choice that has a better answer than 'this rule is for …'.

    Attributes
    ----------
    chosen, right
        Keys of the rule that was chosen and of the one that the step follows.
    applies
        To which steps.
    sentence
        The answer; ``{here}`` says what there is to see in the piece.
    works
        See :class:`Objection`.
    """

    chosen: str
    right: str
    applies: Callable[[Step], bool]
    sentence: str
    works: bool = False


SPECIAL_CASES: tuple[SpecialCase, ...] = (
    SpecialCase(
        "quotient",
        "constant_multiple",
        _written_with(divide),
        "The quotient rule would work, but here {here}: the constant multiple rule is shorter.",
        works=True,
    ),
    SpecialCase(
        "product",
        "constant_multiple",
        _written_with(multiply),
        "The product rule is for two factors that both contain x; here {here}, so there is less to do.",
    ),
    SpecialCase(
        "sum",
        "difference",
        _written_with(subtract),
        "The sum rule would do, with the second term taken as negative; another rule says it at once.",
        works=True,
    ),
    SpecialCase(
        "power",
        "quotient",
        _is_reciprocal,
        "The power rule would do if it were written with a negative exponent; as it stands, {here}.",
        works=True,
    ),
    SpecialCase(
        "power",
        "chain",
        _written_with(power),
        "The power rule alone is for x itself; here {here}. Its derivative must be multiplied on.",
    ),
    SpecialCase(
        "exponential",
        "chain",
        _written_with(exp),
        "The outer function is an exponential, but {here}. Its derivative must be multiplied on.",
    ),
    SpecialCase(
        "power",
        "exponential",
        _written_with(power, exp),
        "The power rule is for x over which a constant exponent stands; here {here}.",
    ),
    SpecialCase(
        "exponential",
        "power",
        _written_with(power),
        "The exponential rule is for x in the exponent; here {here}.",
    ),
    SpecialCase(
        "chain",
        "product",
        _written_with(multiply),
        "The chain rule is for one function inside another; here two are multiplied, and {here}.",
    ),
)
"""The wrong choices that are almost right, or that are made most."""


def rule_of(step: Step) -> Rule:
    """Return the rule that a step follows."""
    return _BY_NAME[step.rule]


def fitting(step: Step) -> tuple[str, ...]:
    """List the keys of the rules that are right for a step, the one of the textbook first.

    A multiple of a power is one step by the power rule; to see the constant factor first is as right. An
    exponential of something more than the letter may as well be called an instance of the chain rule.
    """
    keys = [rule_of(step).key]
    piece = step.piece
    if not isinstance(piece, Apply):
        return tuple(keys)
    if keys[0] == "power" and piece.primitive is not power:
        keys.append("constant_multiple")
    if keys[0] == "exponential" and isinstance(piece.operands[-1], Apply):
        keys.append("chain")
    return tuple(keys)


def objection(key: str, step: Step) -> Objection | None:
    """Say why a rule is not the one for a step; None if it is.

    Parameters
    ----------
    key
        Of the chosen rule.
    step
        The step of the derivation whose rule is asked for.
    """
    right = fitting(step)
    if key in right:
        return None
    chosen, actual = BY_KEY[key], rule_of(step)
    here = actual.here(step)
    for case in SPECIAL_CASES:
        if (case.chosen, case.right) == (key, actual.key) and case.applies(step):
            return Objection(case.sentence.format(here=here), case.works)
    return Objection(f"{_subject(chosen)} is for {chosen.needs}; here {here}.")


def _subject(rule: Rule) -> str:
    if rule.key in ("corner", "pieces", "steps"):
        return f"“{rule.title}”"
    return f"The {rule.title[0].lower()}{rule.title[1:]}"


def _hint(number: int, step: Step) -> str:
    rule = rule_of(step)
    if number == 1:
        return f"Look at what is done last when one computes it: {rule.here(step)}."
    if number == 2:
        return f"The rule reads ${rule.pattern}$."
    return f"It is “{rule.title}”."


@dataclass(frozen=True)
class Exercise:
    """How far the exercise has come.

    Attributes
    ----------
    done, total
        Steps whose rule was found, and all steps.
    question
        LaTeX of the present question, ``(piece)' = ?``; empty at the end.
    message, kind
        What is said of the last move, with LaTeX between dollar signs, and whether it was "correct", "wrong"
        or neither ("plain").
    wrong, hints
        Mistakes and hints so far.
    hints_left
        How many more hints there are for the present step.
    """

    done: int
    total: int
    question: str
    message: str
    kind: str
    wrong: int
    hints: int
    hints_left: int

    @property
    def finished(self) -> bool:
        """Whether every rule was found."""
        return self.done == self.total


def exercise_of(formula: str, moves: tuple[str, ...]) -> Exercise:
    """Play all moves over the steps of a formula's derivation, outermost first.

    Examples
    --------
    >>> exercise_of("2 sin(x)", ("product",)).message.split("; ")[1]
    'here one factor is the constant $2$, so there is less to do.'
    >>> exercise_of("2 sin(x)", ("constant_multiple", "known")).finished
    True
    """
    steps = derivation_of(formula).explained()
    done = wrong = hints = hinted = 0
    message, kind = "", "plain"
    for move in moves:
        if done == len(steps):
            break
        if move == HINT:
            hinted, hints = hinted + 1, hints + 1
            message, kind = _hint(hinted, steps[done]), "plain"
            continue
        refusal = objection(move, steps[done])
        if refusal is None:
            message, kind = f"Right: {BY_KEY[move].title.lower()}.", "correct"
            done, hinted = done + 1, 0
        else:
            message, kind = refusal.sentence, "plain" if refusal.works else "wrong"
            wrong += not refusal.works
    if done == len(steps):
        message, kind = _summary(done, wrong, hints), "correct"
    return Exercise(
        done=done,
        total=len(steps),
        question=_question(steps[done]) if done < len(steps) else "",
        message=message,
        kind=kind,
        wrong=wrong,
        hints=hints,
        hints_left=HINTS_PER_STEP - hinted,
    )


def _question(step: Step) -> str:
    written = step.piece.latex(inline=True)
    return rf"{{\left({written}\right)}}' = \;?" if isinstance(step.piece, Apply) else f"{written}' = ?"


def _summary(steps: int, wrong: int, hints: int) -> str:
    found = "The one step is found" if steps == 1 else f"All {steps} steps are found"
    return f"{found}: {_counted(wrong, 'wrong choice')}, {_counted(hints, 'hint')}."


def _counted(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
