"""A race as a NumPy script: every runner's step written out, with its settings and what was changed."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import numpy as np

from core.descent_loop import hyperparameter_names
from core.expression import Apply, Expression, Variable
from core.optimizers import OPTIMIZERS, Constant, FirstOrder, Optimizer
from core.scenes.race import course_of
from core.scenes.race_paths import Course, Fork, Ground, Racer, optimizer_of

POINT, GRADIENT, RATE, STEP = (Variable(name) for name in ("point", "gradient", "rate", "step"))


def race_script(ground: Ground, racers: Sequence[Racer], forks: tuple[Fork, ...], steps: int) -> str:
    """Write the race of a state, for a script that has defined ``f``, ``gradient`` and ``point``.

    A racer whose step is more than arithmetic (a Hessian, a line search) is named, but not written out.
    """
    runners = [racer for racer in racers if racer.runs]
    written = [racer for racer in runners if issubclass(OPTIMIZERS[racer.optimizer], FirstOrder)]
    left_out = [OPTIMIZERS[racer.optimizer].title for racer in runners if racer not in written]
    courses = [course_of(ground, racer, forks) for racer in written]
    functions = "".join(f"\n\n{_function(course)}" for course in courses)
    rows = "".join(f"    {_row(course)},\n" for course in courses)
    note = f"\n# Not written out, for their steps need a Hessian or a line search: {', '.join(left_out)}.\n"
    return f"{functions}{note if left_out else ''}\n\nracers = [\n{rows}]\n{_loop(ground, steps)}"


def _function(course: Course) -> str:
    """Write the step of one racer, its settings first."""
    optimizer = optimizer_of(course.racer)
    lines = [f"def {course.racer.optimizer}(point, gradient, memory, step):"]
    began = 0
    for fork in course.own_forks:
        lines += _settings(optimizer_of(fork.racer), began)
        began = fork.step
    lines += _settings(optimizer, began)
    point, memory = _step(optimizer)
    read = _read(optimizer)
    lines += [f"    {name} = memory[{name!r}]" for name in read]
    lines += [
        f"    {_new(name, read)} = {expression.python()}"
        for name, expression in memory.items()
        if name in read or _is_used(name, point, memory)
    ]
    kept = ", ".join(f"{name!r}: {_new(name, read)}" for name in read)
    return "\n".join([*lines, f"    return {point.python()}, {{{kept}}}"]) + "\n"


def _new(name: str, read: Sequence[str]) -> str:
    """Give what is remembered after a step another name, if it is computed from what was before."""
    return f"new_{name}" if name in read else name


def _is_used(name: str, point: Expression, memory: Mapping[str, Expression]) -> bool:
    return any(expression.depends_on(name) for expression in (point, *memory.values()))


def _read(optimizer: Optimizer) -> list[str]:
    """List what a step reads of its memory; the rest of it is there to be looked at."""
    point, memory = _traced(optimizer)
    return [name for name in memory if _is_used(name, point, memory)]


def _settings(optimizer: Optimizer, began: int) -> list[str]:
    """Write the settings that hold after a step."""
    rate = repr(optimizer.learning_rate)
    if not isinstance(optimizer.schedule, Constant):
        rate = (Variable("eta") * optimizer.schedule.factor(STEP)).python().replace("eta", rate, 1)
    names = hyperparameter_names(optimizer)[1:]
    numbers = [f"{name} = {getattr(optimizer, name)!r}" for name in names]
    lines = [f"rate = {rate}", *numbers]
    if not began:
        return [f"    {line}" for line in lines]
    return [f"    if step > {began}:", *(f"        {line}" for line in lines)]


def _traced(optimizer: Optimizer) -> tuple[Expression, dict[str, Expression]]:
    """Record the step as formulas of the point, the gradient, the rate, the step and the memory."""
    assert isinstance(optimizer, FirstOrder)
    traced = copy.copy(optimizer)
    for name in hyperparameter_names(optimizer):
        object.__setattr__(traced, name, Variable(name))
    object.__setattr__(traced, "rate", lambda step: RATE)
    names = list(optimizer.init(np.zeros(1)))
    return traced.update(POINT, GRADIENT, {name: Variable(name) for name in names}, STEP)


def _step(optimizer: Optimizer) -> tuple[Expression, dict[str, Expression]]:
    """Record the step, in which what was computed before has a name."""
    point, memory = _traced(optimizer)
    read = _read(optimizer)
    known: dict[Expression, Expression] = {}
    shortened = {}
    for name, expression in memory.items():
        shortened[name] = _with_names(expression, known)
        if expression.operands:
            known[expression] = Variable(_new(name, read))
    return _with_names(point, known), shortened


def _with_names(expression: Expression, known: dict[Expression, Expression]) -> Expression:
    def visit(node: Expression, operands: tuple[Expression, ...]) -> Expression:
        if node in known:
            return known[node]
        return Apply(node.primitive, *operands) if isinstance(node, Apply) else node

    return expression.fold(visit)


def _row(course: Course) -> str:
    optimizer = optimizer_of(course.racer)
    fresh = optimizer.init(np.zeros(1))
    memory = ", ".join(f"{name!r}: np.full(2, {float(fresh[name][0])!r})" for name in _read(optimizer))
    return f"({optimizer.title!r}, {course.racer.optimizer}, {{{memory}}})"


def _loop(ground: Ground, steps: int) -> str:
    noise = ""
    if ground.noise:
        noise = f" + {ground.noise!r} * np.random.default_rng(({ground.seed}, step - 1)).standard_normal(2)"
    return (
        "for name, advance, memory in racers:\n"
        "    at, taken = np.array(point, dtype=float), 0\n"
        "    with np.errstate(all='ignore'):\n"
        f"        for step in range(1, {steps} + 1):\n"
        f"            there, kept = advance(at, gradient(*at){noise}, memory, step)\n"
        "            numbers = (f(*there), gradient(*there), *kept.values())\n"
        "            if not all(np.isfinite(each).all() for each in numbers):\n"
        "                break  # it diverged, or left the domain\n"
        "            at, memory, taken = there, kept, step\n"
        "    print(f'{name}: step {taken}, ({float(at[0])!r}, {float(at[1])!r}), f = {float(f(*at))!r}')\n"
    )
