"""Nabla's core: derivatives, gradients and descent on NumPy and the standard library alone.

>>> from core import parse, value_and_grad
>>> f = parse("x^2 + 3 x y + y^2")
>>> value_and_grad(f, {"x": 2.0, "y": 3.0})
(31.0, {'x': 13.0, 'y': 12.0})
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.differentiate import Derivation, differentiate

if TYPE_CHECKING:
    from core import finite_difference
    from core.autodiff import grad, hessian, jacobian, jvp, value_and_grad, vjp
    from core.check import check_gradient
    from core.difference_error import correct_digits, error_curve
    from core.expression import Expression, trace
    from core.optimizers import minimize, race
    from core.parser import parse
    from core.taylor import taylor_coefficients
    from core.tokens import ParseError

__all__ = [
    "Derivation",
    "Expression",
    "ParseError",
    "check_gradient",
    "correct_digits",
    "differentiate",
    "error_curve",
    "finite_difference",
    "grad",
    "hessian",
    "jacobian",
    "jvp",
    "minimize",
    "parse",
    "race",
    "taylor_coefficients",
    "trace",
    "value_and_grad",
    "vjp",
]

_PLACES = {
    "autodiff": ("grad", "hessian", "jacobian", "jvp", "value_and_grad", "vjp"),
    "check": ("check_gradient",),
    "difference_error": ("correct_digits", "error_curve"),
    "expression": ("Expression", "trace"),
    "finite_difference": ("finite_difference",),
    "optimizers": ("minimize", "race"),
    "parser": ("parse",),
    "taylor": ("taylor_coefficients",),
    "tokens": ("ParseError",),
}
"""The module of each public name. All but `differentiate`, whose module has its name, come when asked for."""


def __getattr__(name: str) -> Any:
    """Import a public name on first use: whoever needs only one need not wait for all."""
    place = next((module for module, names in _PLACES.items() if name in names), None)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{place}")
    value = module if name == place else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
