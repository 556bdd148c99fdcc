"""Optimisers, learning-rate schedules, and descent with every internal kept.

Each optimiser is one class: its hyperparameters are fields, `init` makes its memory for a start, and
`advance` takes one step. The first-order ones have `update`, the arithmetic of the step alone; their
formulas and defaults are those that PyTorch documents.

>>> from core.parser import parse
>>> path = minimize(parse("(1-x)^2 + 5(y-x^2)^2"), {"x": -1.0, "y": 1.0}, LBFGS(), 100, tolerance=1e-8)
>>> path.points[-1].round(6).tolist(), path.converged
([1.0, 1.0], True)
"""

from core.optimizers.adaptive import AdaDelta, AdaGrad, Adam, AdaMax, AdamW, AMSGrad, NAdam, RAdam, RMSProp
from core.optimizers.base import FirstOrder, Memory, NoStep, Optimizer
from core.optimizers.descent import Trajectory, minimize, race
from core.optimizers.endings import Ending
from core.optimizers.first_order import GradientDescent, Momentum, Nesterov
from core.optimizers.hyperparameters import Hyperparameter
from core.optimizers.many_starts import Arrivals, descend_all, descend_in_blocks
from core.optimizers.noise import noisy
from core.optimizers.objective import Evaluation, Objective
from core.optimizers.rate_search import Trial
from core.optimizers.resuming import resume
from core.optimizers.schedules import (
    SCHEDULES,
    Constant,
    CosineDecay,
    ExponentialDecay,
    Schedule,
    StepDecay,
    WarmUp,
)
from core.optimizers.second_order import LBFGS, DampedNewton, Newton
from core.optimizers.stability import Divergence
from core.optimizers.tuning import Tuning, tune, tuning

OPTIMIZERS: dict[str, type[Optimizer]] = {
    "gradient_descent": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "adadelta": AdaDelta,
    "rmsprop": RMSProp,
    "adam": Adam,
    "amsgrad": AMSGrad,
    "adamax": AdaMax,
    "nadam": NAdam,
    "radam": RAdam,
    "adamw": AdamW,
    "newton": Newton,
    "damped_newton": DampedNewton,
    "lbfgs": LBFGS,
}
"""Every optimiser by the name that states and files use."""

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SCHEDULES",
    "AMSGrad",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "Arrivals",
    "Constant",
    "CosineDecay",
    "DampedNewton",
    "Divergence",
    "Ending",
    "Evaluation",
    "ExponentialDecay",
    "FirstOrder",
    "GradientDescent",
    "Hyperparameter",
    "Memory",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Newton",
    "NoStep",
    "Objective",
    "Optimizer",
    "RAdam",
    "RMSProp",
    "Schedule",
    "StepDecay",
    "Trajectory",
    "Trial",
    "Tuning",
    "WarmUp",
    "descend_all",
    "descend_in_blocks",
    "minimize",
    "noisy",
    "race",
    "resume",
    "tune",
    "tuning",
]
