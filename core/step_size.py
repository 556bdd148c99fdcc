r"""Which step size is best for a numerical derivative: truncation against rounding.

A difference quotient is wrong for two reasons. The formula ends Taylor's series early, which costs
:math:`C h^p`: the *truncation error*, where p is the order of the method. And the values that it subtracts
are rounded, each by about :math:`\varepsilon |f|`, which the division by h turns into :math:`R/h`: the
*rounding error*. A small step makes the second error large, a large step the first one. So there is a best
step in between, and it is never as small as possible.

>>> from core.finite_difference import METHODS
>>> from core.parser import parse
>>> for method in METHODS:
...     law = error_law(method, parse("exp(sin(x))"), {"x": 1.3}, "x")
...     print(f"{method.title:12}  order {law.order:2}  h {law.best_step:.0e}  error {law.least_error:.0e}")
forward       order  1  h 3e-08  error 8e-08
backward      order  1  h 3e-08  error 8e-08
central       order  2  h 9e-06  error 1e-10
five-point    order  4  h 8e-04  error 2e-12
Richardson    order 20  h 2e+00  error 2e-15
complex step  order  2  h 3e-08  error 6e-16
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.expression import Expression, Variable, real_values
from core.primitives import quiet
from core.tape import Dual, backward_pass, forward_pass
from core.taylor import taylor_coefficients

if TYPE_CHECKING:
    from core.finite_difference import DifferenceMethod, Precision


def unit_roundoff(precision: Precision) -> float:
    """Give the largest relative error of rounding: 1.1e-16 in double, 6.0e-8 in single precision.

    Examples
    --------
    >>> unit_roundoff("float64") == 2.0**-53, unit_roundoff("float32") == 2.0**-24
    (True, True)
    """
    return float(np.finfo(precision).eps) / 2.0


@dataclass(frozen=True, eq=False)
class ErrorLaw:
    r"""What theory says about the error of one method at one point: :math:`C h^p + R/h + F`.

    Attributes
    ----------
    order
        The power p of the truncation error. It is the method's, or a higher one where the derivative that
        belongs to it is 0 or so small that a later term of Taylor's series takes over first (forward
        differences have the order 2 at inflection points).
    truncation_factor
        C, from the exact higher derivative.
    rounding_factor
        R, from the rounding error of the function; 0 for methods that take no difference.
    floor
        F, the rounding error of the derivative itself, below which no method comes, and what it costs to
        round the point to single precision.

    Examples
    --------
    Central differences of a function whose values are right to 1e-16:

    >>> law = ErrorLaw(order=2, truncation_factor=1.0 / 6.0, rounding_factor=1e-16, floor=0.0)
    >>> f"{law.best_step:.0e} {law.least_error:.0e} {law.truncation(0.1):.0e} {law.rounding(1e-12):.0e}"
    '7e-06 2e-11 2e-03 1e-04'
    """

    order: Any
    truncation_factor: Any
    rounding_factor: Any
    floor: Any

    def truncation(self, h: Any) -> Any:
        """Give the truncation error with the step h: a line of slope p on logarithmic axes."""
        with np.errstate(all="ignore"):
            return self.truncation_factor * np.power(h, np.asarray(self.order, dtype=np.float64))

    def rounding(self, h: Any) -> Any:
        """Give the rounding error with the step h: a line of slope −1 there, down to the floor."""
        with np.errstate(all="ignore"):
            return self.rounding_factor / np.asarray(h, dtype=np.float64) + self.floor

    @property
    def best_step(self) -> Any:
        r"""The step at which the two errors balance.

        The sum :math:`C h^p + R/h` is least where its derivative is 0, at
        :math:`h = \left(\frac{R}{pC}\right)^{1/(p+1)}`. Where the floor is reached first, a larger step does
        no harm up to :math:`h = (F/C)^{1/p}`, so the larger of the two counts. It is infinite where C is 0
        (then the larger the better), and 0 where nothing is rounded (then the smaller the better).

        Notes
        -----
        Press et al., *Numerical Recipes*, 3rd edition, section 5.7; Nocedal and Wright, *Numerical
        Optimization*, 2nd edition, section 8.1.
        """
        with np.errstate(all="ignore"):
            balanced = (self.rounding_factor / (self.order * self.truncation_factor)) ** (
                1.0 / (self.order + 1)
            )
            tolerable = (self.floor / self.truncation_factor) ** (1.0 / self.order)
            step = np.maximum(balanced, tolerable)
            return np.where(np.equal(self.truncation_factor, 0.0), np.inf, step)[()]

    @property
    def least_error(self) -> Any:
        """Error that is expected with the best step."""
        h = self.best_step
        with np.errstate(all="ignore"):
            truncation = np.where(np.equal(self.truncation_factor, 0.0), 0.0, self.truncation(h))
            rounding = np.where(np.equal(self.rounding_factor, 0.0), self.floor, self.rounding(h))
            return (truncation + rounding)[()]


def error_law(
    method: DifferenceMethod,
    expression: Expression,
    values: Mapping[str, Any],
    name: str,
    precision: Precision = "float64",
) -> ErrorLaw:
    """Predict the error of a method at a point from the exact derivatives there.

    Parameters
    ----------
    method
        A row of :data:`core.finite_difference.METHODS`.
    expression, values, name
        The function, a number or array for each letter, and the letter it is differentiated for.
    precision
        In which the function is computed.

    Returns
    -------
    ErrorLaw
        Numbers, or arrays of the common shape of the values; NaN where a derivative does not exist.

    Examples
    --------
    The error of forward differences is half of the second derivative times h; here that is 3h:

    >>> from core.finite_difference import method_named
    >>> from core.parser import parse
    >>> law = error_law(method_named("forward"), parse("x^3"), {"x": 1.0}, "x")
    >>> int(law.order), round(float(law.truncation_factor), 6), f"{law.best_step:.0e}"
    (1, 3.0, '2e-08')
    """
    arrays = real_values(values, expression.names)
    x = arrays.get(name, np.float64(0.0))
    unit = unit_roundoff(precision)
    coefficients = taylor_coefficients(expression, arrays, name, method.truncation[-1][0])
    of_function, of_derivative = rounding_noise(expression, arrays, name)
    with quiet():
        shift = np.abs(np.subtract(x, np.asarray(x).astype(precision), dtype=np.float64))
    rounding = _size(unit * method.amplification, of_function)
    floor = unit * of_derivative + _size(shift, 2.0 * coefficients[2])
    laws = [
        ErrorLaw(k - 1, np.abs(weight * coefficients[k]), rounding, floor) for k, weight in method.truncation
    ]
    first = np.argmin(np.stack([np.broadcast_to(law.best_step, floor.shape) for law in laws]), axis=0)
    order = np.array([law.order for law in laws])[first]
    factor = np.take_along_axis(np.stack([law.truncation_factor for law in laws]), first[None], axis=0)[0]
    return ErrorLaw(order, factor, rounding, floor)


def rounding_noise(expression: Expression, values: Mapping[str, Any], name: str) -> tuple[Any, Any]:
    r"""How far computed values of the function and of its derivative are off, in units of the roundoff.

    Each operation is rounded, and an error of its result v reaches the output multiplied by the derivative of
    the output for v, which is the cotangent :math:`\bar v` of v in a backward pass. So the function is wrong
    by about :math:`\sum_v |\bar v\, v|`, and its derivative, if every operation has the same relative error
    on both sides, by :math:`\sum_v |\bar v'\, v| + |\bar v\, v'|`. The last term of the first sum is the
    textbooks' :math:`|f|`; the others matter where large terms cancel, or where the argument is large, for
    x + h is rounded as well. Subexpressions without the letter are wrong by the same amount in every value,
    which a difference takes away.

    Returns
    -------
    of_function, of_derivative
        Both sums, at each point. The derivative is that at the point as it stands, so of the letter itself
        the second sum has the last term only, for the division by h.

    Notes
    -----
    Linnainmaa, *Taylor expansion of the accumulated rounding error*, BIT 16 (1976).

    Examples
    --------
    Two forms of one function at a point where it is 0:

    >>> from core.parser import parse
    >>> [float(noise) for noise in rounding_noise(parse("(x-1)^2"), {"x": 1.0}, "x")]
    [0.0, 0.0]
    >>> [float(noise) for noise in rounding_noise(parse("x^2 - 2x + 1"), {"x": 1.0}, "x")]
    [4.0, 4.0]
    """
    arrays = real_values(values, expression.names)
    shape = np.broadcast_shapes(*map(np.shape, arrays.values()))
    moving = {other: Dual(value, 1.0) if other == name else value for other, value in arrays.items()}
    tape = forward_pass(expression, moving)
    of_function, of_derivative = np.zeros(shape), np.zeros(shape)
    cotangents = backward_pass(tape, Dual(1.0, 0.0)).cotangents
    for node, cotangent in zip(tape, cotangents, strict=True):
        if isinstance(node.primal, Dual) and isinstance(cotangent, Dual):
            of_function = of_function + _size(cotangent.primal, node.primal.primal)
            of_derivative = of_derivative + _size(cotangent.primal, node.primal.tangent)
            if not isinstance(node.expression, Variable):
                of_derivative = of_derivative + _size(cotangent.tangent, node.primal.primal)
    return of_function[()], of_derivative[()]


def _size(left: Any, right: Any) -> Any:
    """Magnitude of a product in which a zero wins: what does not reach the output cannot harm it."""
    with quiet():
        zero = np.equal(left, 0.0) | np.equal(right, 0.0)
        return np.where(zero, 0.0, np.abs(np.multiply(left, right)))


def suggested_step(
    method: DifferenceMethod,
    expression: Expression,
    values: Mapping[str, Any],
    name: str,
    precision: Precision = "float64",
) -> Any:
    r"""Step that is both near the best one and safe to take.

    It is the predicted best step, at least the distance to the next number and at most :math:`\max(1, |x|)`.
    Where there is no prediction, because a derivative is 0 or does not exist, it is the usual
    :math:`u^{1/(p+1)} \max(1, |x|)` with the unit roundoff u, which is right for a function whose derivatives
    are all about as large as itself. Methods that take no difference get a tiny step,
    :math:`u^2 \max(1, |x|)`.

    Examples
    --------
    Powers of ten of the steps that suit exp at 0, the method of order 4 far larger than that of order 1:

    >>> from core.finite_difference import METHODS
    >>> from core.parser import parse
    >>> f = parse("exp(x)")
    >>> for method in METHODS:
    ...     print(method.key, round(np.log10(suggested_step(method, f, {"x": 0.0}, "x"))))
    forward -8
    backward -8
    central -5
    five_point -3
    richardson 0
    complex_step -32
    """
    arrays = real_values(values, expression.names)
    shape = np.broadcast_shapes(*map(np.shape, arrays.values()))
    scale = np.broadcast_to(np.maximum(1.0, np.abs(arrays.get(name, np.float64(0.0)))), shape)
    unit = unit_roundoff(precision)
    if not method.amplification:
        return (unit**2 * scale)[()]
    step = error_law(method, expression, values, name, precision).best_step
    usual = unit ** (1.0 / (method.order + 1)) * scale
    return np.clip(np.where(np.isfinite(step), step, usual), 2.0 * unit * scale, scale)[()]
