"""Record the iterates of torch.optim that tests/core/test_optimizers_torch.py compares with.

Run it with torch installed: ``python tests/core/data/record_torch_iterates.py`` writes torch_iterates.json
beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

STEPS = (1, 2, 3, 10, 50, 200)

FUNCTIONS: dict[str, tuple[Callable[[Any, Any], Any], tuple[float, float]]] = {
    "(1 - x)^2 + 5 (y - x^2)^2": (lambda x, y: (1 - x) ** 2 + 5 * (y - x**2) ** 2, (-1.2, 1.0)),
    "0.5 (x^2 + 10 y^2) + x y": (lambda x, y: 0.5 * (x**2 + 10 * y**2) + x * y, (3.0, -2.0)),
    "(x^2 + y - 11)^2 + (x + y^2 - 7)^2": (
        lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
        (0.5, -0.5),
    ),
}

OPTIMIZERS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, Any], float]] = {
    "gradient_descent": (torch.optim.SGD, {}, 0.005),
    "momentum": (torch.optim.SGD, {"momentum": 0.9}, 0.002),
    "nesterov": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}, 0.002),
    "adagrad": (torch.optim.Adagrad, {}, 0.5),
    "adadelta": (torch.optim.Adadelta, {}, 3.0),
    "rmsprop": (torch.optim.RMSprop, {}, 0.02),
    "adam": (torch.optim.Adam, {}, 0.05),
    "amsgrad": (torch.optim.Adam, {"amsgrad": True}, 0.05),
    "adamax": (torch.optim.Adamax, {}, 0.05),
    "nadam": (torch.optim.NAdam, {}, 0.05),
    "radam": (torch.optim.RAdam, {}, 0.05),
    "adamw": (torch.optim.AdamW, {}, 0.05),
}


def iterates(name: str, formula: str, learning_rate: float | None, steps: int) -> list[list[float]]:
    """Let torch descend in float64; without a learning rate with torch's own default."""
    kind, options, _ = OPTIMIZERS[name]
    function, start = FUNCTIONS[formula]
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # NAdam keeps its product of momenta in the default type
    try:
        point = torch.tensor(start, requires_grad=True)
        optimizer = kind([point], **options, **({} if learning_rate is None else {"lr": learning_rate}))
        path = []
        for _ in range(steps):
            optimizer.zero_grad()
            function(point[0], point[1]).backward()
            optimizer.step()
            path.append(point.tolist())
    finally:
        torch.set_default_dtype(usual)
    return path


def record() -> dict[str, Any]:
    """Every optimiser on every function, with the default and with a faster learning rate."""
    rows = []
    for name, (_, _, faster) in OPTIMIZERS.items():
        for formula, (_, start) in FUNCTIONS.items():
            for learning_rate in (None, faster):
                path = iterates(name, formula, learning_rate, max(STEPS))
                rows.append(
                    {
                        "optimizer": name,
                        "formula": formula,
                        "start": start,
                        "learning_rate": learning_rate,
                        "points": [path[step - 1] for step in STEPS],
                    }
                )
    return {"torch": torch.__version__, "steps": STEPS, "rows": rows}


if __name__ == "__main__":
    recorded = record()
    lines = ",\n".join(json.dumps(row) for row in recorded.pop("rows"))
    head = json.dumps(recorded)[:-1]
    Path(__file__).with_name("torch_iterates.json").write_text(f'{head}, "rows": [\n{lines}\n]}}\n')
