"""What an optimiser does within one step, in the order in which it does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Quantities = Mapping[str, Any]
"""What one step computes with, by name: see `core.optimizers.base.Optimizer.quantities`."""


@dataclass(frozen=True)
class SubStep:
    r"""One line of the update formula.

    Attributes
    ----------
    title
        What it computes, in a word or two.
    latex
        The line, typeset.
    value
        Which quantity it gives: its name, or a function of all quantities.
    filled
        The right side with ``{name}`` for each number, in signs that people write: · for products, √ and ².
        Empty where that would take more room than it explains.

    Examples
    --------
    >>> from core.optimizers import Momentum
    >>> [line.title for line in Momentum.substeps]
    ['gradient', 'velocity', 'new point']
    >>> Momentum.substeps[1].latex, Momentum.substeps[1].filled
    ('v \\leftarrow \\beta v + g', '{beta} · {velocity_before} + {gradient}')
    """

    title: str
    latex: str
    value: str | Callable[[Quantities], Any]
    filled: str = ""

    def result(self, quantities: Quantities) -> Any:
        """Give its number, or its numbers in x and y.

        Examples
        --------
        >>> double = SubStep("double", r"d = 2 g", lambda known: 2.0 * known["gradient"])
        >>> double.result({"gradient": 3.0})
        6.0
        """
        return quantities[self.value] if isinstance(self.value, str) else self.value(quantities)


GRADIENT = SubStep("gradient", r"g = {\nabla} f(\theta)", "gradient")
"""Where every step begins."""


def new_point(latex: str, filled: str) -> SubStep:
    """Give the line with which a step ends."""
    return SubStep("new point", latex, "new_point", filled)


FIRST_MOMENT = SubStep(
    "mean of gradients",
    r"m \leftarrow \beta_1 m + (1 - \beta_1)\, g",
    "first_moment",
    "{beta1} · {first_moment_before} + (1 − {beta1}) · {gradient}",
)
SECOND_MOMENT = SubStep(
    "mean of squares",
    r"v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2",
    "second_moment",
    "{beta2} · {second_moment_before} + (1 − {beta2}) · {gradient}²",
)
CORRECTED_FIRST = SubStep(
    "corrected mean",
    r"\hat m = m / (1 - \beta_1^t)",
    "corrected_first_moment",
    "{first_moment} / (1 − {beta1}^{t})",
)
CORRECTED_SECOND = SubStep(
    "corrected squares",
    r"\hat v = v / (1 - \beta_2^t)",
    "corrected_second_moment",
    "{second_moment} / (1 − {beta2}^{t})",
)
ADAPTED_RATE = SubStep(
    "step factors",
    r"\alpha = \eta / (\sqrt{\hat v} + \varepsilon)",
    "effective_step",
    "{rate} / (√{corrected_second_moment} + {epsilon})",
)
ADAPTED_MOVE = new_point(
    r"\theta \leftarrow \theta - \alpha\, \hat m",
    "{point} − {effective_step} · {corrected_first_moment}",
)
SCALED_MOVE = new_point(r"\theta \leftarrow \theta - \alpha\, g", "{point} − {effective_step} · {gradient}")
