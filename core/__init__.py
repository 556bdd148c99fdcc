"""Nabla's core: derivatives, gradients and descent on NumPy and the standard library alone.

>>> from core import parse, value_and_grad
>>> f = parse("x^2 + 3 x y + y^2")
>>> value_and_grad(f, {"x": 2.0, "y": 3.0})
(31.0, {'x': 13.0, 'y': 12.0})
"""

from core import finite_difference
from core.autodiff import grad, hessian, jacobian, jvp, value_and_grad, vjp
from core.check import check_gradient
from core.difference_error import correct_digits, error_curve
from core.differentiate import Derivation, differentiate
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
