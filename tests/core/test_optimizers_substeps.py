"""Every optimiser says what it does within a step, and each line is true arithmetic."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core import minimize, parse
from core.optimizers import OPTIMIZERS, Objective
from core.optimizers.objective import of_formula

VALLEY = parse("(1-x)^2 + 10(y-x^2)^2 + x*y")
START = {"x": -1.2, "y": 1.1}
RATES = {"newton": 1.0, "damped_newton": 1.0, "lbfgs": 1.0}


def run(key, steps=7):
    return minimize(VALLEY, START, OPTIMIZERS[key](RATES.get(key, 0.01)), steps)


def known_at(path, key, step):
    optimizer = OPTIMIZERS[key](RATES.get(key, 0.01))
    before = {"point": path.points[step - 1], "gradient": path.gradients[step - 1]}
    return optimizer, optimizer.quantities(before, {"point": path.points[step]}, path.internals, step)


def evaluated(text, known):
    """Read a filled line as NumPy, whole numbers of the optimiser in the places of the names."""
    text = text.replace("·", "*").replace("−", "-").replace("²", "**2").replace("^", "**")
    text = re.sub(r"√(\{\w+\})", r"sqrt(\1)", text).replace("√(", "sqrt(").replace("max(", "maximum(")
    text = re.sub(r"\|(\{\w+\})\|", r"abs(\1)", text)
    text = re.sub(r"\{(\w+)\}", r"known['\1']", text)
    return eval(text, {"known": known, "sqrt": np.sqrt, "maximum": np.maximum, "abs": np.abs})


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_each_line_computes_what_it_says(key):
    path = run(key)
    for step in (1, 2, path.steps):
        optimizer, known = known_at(path, key, step)
        assert [line.title for line in optimizer.substeps][0 :: len(optimizer.substeps) - 1] == [
            "gradient",
            "new point",
        ]
        for line in optimizer.substeps:
            result = np.asarray(line.result(known))
            assert np.isfinite(result).all(), line.title
            if line.filled:
                assert evaluated(line.filled, known) == pytest.approx(result, rel=1e-9, abs=1e-13), line.title


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_the_last_line_gives_the_next_point(key):
    path = run(key)
    for step in range(1, path.steps + 1):
        optimizer, known = known_at(path, key, step)
        assert evaluated(optimizer.substeps[-1].filled, known) == pytest.approx(path.points[step], rel=1e-9)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_evaluations_are_those_that_were_made(key):
    exact, calls = of_formula(VALLEY, ("x", "y")), 0

    def value_and_grad(point):
        nonlocal calls
        calls += 1
        return exact.value_and_grad(point)

    optimizer = OPTIMIZERS[key](RATES.get(key, 0.01))
    path = minimize(Objective(value_and_grad, exact.hessian), [-1.2, 1.1], optimizer, 6)
    assert path.divergence is None
    spent = optimizer.evaluations(path.internals, path.steps)
    assert spent.shape == (path.steps + 1,) and spent[0] == 0.0 and (np.diff(spent) >= 1.0).all()
    for_hessians = 2 * path.steps if "eigenvalues" in path.internals else 0
    assert spent[-1] == calls - 1 + for_hessians  # the evaluation at the start belongs to the first step
