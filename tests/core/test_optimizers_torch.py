"""The first-order optimisers against torch.optim: recorded, and live where torch is installed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core import parse
from core.optimizers import (
    OPTIMIZERS,
    Constant,
    CosineDecay,
    ExponentialDecay,
    FirstOrder,
    StepDecay,
    WarmUp,
    minimize,
)

RECORDED = json.loads((Path(__file__).parent / "data" / "torch_iterates.json").read_text())
LIVE_SCHEDULES = [
    (StepDecay(period=7, gamma=0.3), "StepLR", {"step_size": 7, "gamma": 0.3}),
    (ExponentialDecay(gamma=0.9), "ExponentialLR", {"gamma": 0.9}),
    (CosineDecay(period=30, floor=0.1), "CosineAnnealingLR", {"T_max": 30, "eta_min": 0.1}),
    (WarmUp(period=8), "LinearLR", {"start_factor": 1 / 8, "total_iters": 7}),
    (Constant(), "ConstantLR", {"factor": 1.0}),
]


def row_name(row):
    return f"{row['optimizer']}-{row['learning_rate']}-{row['formula']}"


def our_path(row, steps):
    options = {} if row["learning_rate"] is None else {"learning_rate": row["learning_rate"]}
    start = dict(zip("xy", row["start"], strict=True))
    path = minimize(parse(row["formula"]), start, OPTIMIZERS[row["optimizer"]](**options), steps)
    assert path.stopped is None
    return path.points[1:]


def test_every_first_order_optimizer_is_recorded():
    first_order = {name for name, kind in OPTIMIZERS.items() if issubclass(kind, FirstOrder)}
    assert {row["optimizer"] for row in RECORDED["rows"]} == first_order


@pytest.mark.parametrize("row", RECORDED["rows"], ids=row_name)
def test_iterates_equal_the_recorded_ones(row):
    kept = np.array(RECORDED["steps"]) - 1
    np.testing.assert_allclose(our_path(row, 200)[kept], row["points"], rtol=0.0, atol=1e-10)


@pytest.mark.parametrize("row", RECORDED["rows"], ids=row_name)
def test_iterates_equal_those_of_torch_at_every_step(row):
    pytest.importorskip("torch")
    from tests.core.data.record_torch_iterates import iterates

    theirs = iterates(row["optimizer"], row["formula"], row["learning_rate"], 200)
    np.testing.assert_allclose(our_path(row, 200), theirs, rtol=0.0, atol=1e-10)


@pytest.mark.parametrize(("schedule", "name", "options"), LIVE_SCHEDULES)
def test_schedules_equal_those_of_torch(schedule, name, options):
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
    theirs = []
    for _ in range(30):
        theirs.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(schedule.factor(np.arange(1, 31)), theirs, rtol=1e-12)
