"""Nabla's core: derivatives, gradients and descent on NumPy and the standard library alone.

>>> from core import parse, value_and_grad
>>> f = parse("x^2 + 3 x y + y^2")
>>> value_and_grad(f, {"x": 2.0, "y": 3.0})
(31.0, {'x': 13.0, 'y': 12.0})
"""

from core.autodiff import grad, hessian, jvp, value_and_grad, vjp
from core.check import check_gradient
from core.differentiate import Derivation, differentiate
from core.expression import Expression, trace
from core.optimizers import minimize
from core.parser import parse
from core.tokens import ParseError

__all__ = [
    "Derivation",
    "Expression",
    "ParseError",
    "check_gradient",
    "differentiate",
    "grad",
    "hessian",
    "jvp",
    "minimize",
    "parse",
    "trace",
    "value_and_grad",
    "vjp",
]
