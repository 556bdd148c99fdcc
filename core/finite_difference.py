"""Numerical derivatives from values alone: the witnesses against which exact ones are checked.

Every method is a row of `METHODS`, so tables and plots that compare them pick a new one up. Each can be
computed in double precision or in single precision throughout. How far they are from the truth, and why, is
the subject of :mod:`core.difference_error`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from core.expression import Apply, Expression, Variable, real_values
from core.primitives import quiet
from core.richardson import RICHARDSON_AMPLIFICATION, RICHARDSON_TERMS, ridders
from core.step_size import suggested_step

Function = Callable[[Any], Any]

Precision = Literal["float64", "float32"]
"""Double precision, with 53 bits or almost 16 digits, and single precision, with 24 bits or 7 digits."""

PRECISIONS: tuple[Precision, ...] = get_args(Precision)


def forward_difference(function: Function, x: Any, h: Any) -> Any:
    r"""Slope of the secant, :math:`(f(x+h) - f(x))/h`, whose error is of the order of h.

    Examples
    --------
    The slope of x² at 1 is wrong by h:

    >>> [round(float(forward_difference(lambda x: x**2, 1.0, h)), 6) for h in (0.1, 0.01, 0.001)]
    [2.1, 2.01, 2.001]
    """
    with np.errstate(all="ignore"):
        return np.divide(function(np.add(x, h)) - function(x), h)


def backward_difference(function: Function, x: Any, h: Any) -> Any:
    r"""Slope of the secant on the other side, :math:`(f(x) - f(x-h))/h`; its error is of the order of h.

    Examples
    --------
    The slope of x² at 1 is wrong by −h:

    >>> [round(float(backward_difference(lambda x: x**2, 1.0, h)), 6) for h in (0.1, 0.01, 0.001)]
    [1.9, 1.99, 1.999]
    """
    with np.errstate(all="ignore"):
        return np.divide(function(x) - function(np.subtract(x, h)), h)


def central_difference(function: Function, x: Any, h: Any) -> Any:
    r"""Symmetric slope :math:`(f(x+h) - f(x-h))/(2h)`, whose error is of the order of h².

    Examples
    --------
    It is right for parabolas, and the slope of x³ at 1 is wrong by h²:

    >>> [round(float(central_difference(lambda x: x**3, 1.0, h)), 6) for h in (0.1, 0.01, 0.001)]
    [3.01, 3.0001, 3.000001]
    """
    with np.errstate(all="ignore"):
        return np.divide(function(np.add(x, h)) - function(np.subtract(x, h)), np.multiply(2.0, h))


def five_point(function: Function, x: Any, h: Any) -> Any:
    r"""Five-point stencil :math:`(f(x-2h) - 8f(x-h) + 8f(x+h) - f(x+2h))/(12h)`.

    It is the slope of the polynomial through five points, whose middle one has the weight 0; its error is
    of the order of h⁴.

    Notes
    -----
    Abramowitz and Stegun, *Handbook of Mathematical Functions* (1964), table 25.2.

    Examples
    --------
    It is right up to the fourth power, and the slope of x⁵ at 1 is wrong by −4h⁴:

    >>> [round(float(five_point(lambda x: x**5, 1.0, h)), 8) for h in (0.1, 0.01)]
    [4.9996, 4.99999996]
    """
    with np.errstate(all="ignore"):
        double = np.multiply(2.0, h)
        near = function(np.add(x, h)) - function(np.subtract(x, h))
        far = function(np.add(x, double)) - function(np.subtract(x, double))
        return np.divide(8.0 * near - far, np.multiply(12.0, h))


def richardson(function: Function, x: Any, h: Any) -> Any:
    """Richardson extrapolation of central differences with ever smaller steps, from h downwards, to step 0.

    See :func:`core.richardson.ridders`, which estimates its error as well.

    Examples
    --------
    Ten digits or more from steps of which even the smallest is not small:

    >>> abs(float(richardson(np.exp, 0.0, 0.5)) - 1.0) < 1e-10
    True
    """
    return ridders(function, x, h)[0]


def complex_step(function: Function, x: Any, h: Any) -> Any:
    r"""Complex step :math:`\operatorname{Im} f(x+ih)/h`: no difference is taken, so nothing cancels.

    Its error is of the order of h² and reaches machine precision at any small h.

    Notes
    -----
    Squire and Trapp, *Using complex variables to estimate derivatives of real functions*, SIAM Review
    40 (1998). The function must be computed in complex arithmetic.

    Examples
    --------
    No step is too small, for nothing cancels:

    >>> float(complex_step(np.exp, 0.0, 1e-200)), float(forward_difference(np.exp, 0.0, 1e-200))
    (1.0, 0.0)
    """
    with np.errstate(all="ignore"):
        return np.divide(np.imag(function(np.add(x, np.multiply(1j, h)))), h)


@dataclass(frozen=True)
class DifferenceMethod:
    r"""One way to a numerical derivative.

    Attributes
    ----------
    key, title
        Its name in code and on the screen.
    latex
        The formula.
    estimate
        Function of ``(function, x, h)``.
    truncation
        The first terms of the error that it has in exact arithmetic: pairs ``(k, weight)`` stand for
        :math:`w\,a_k h^{k-1}`, where :math:`a_k = f^{(k)}(x)/k!` are the coefficients of Taylor's series.
    amplification
        The sum of the magnitudes of the weights with which it adds values of f up, times h. As much as all of
        these values are wrong, its estimate is wrong by this many times over h. It is 0 if it takes no
        difference.
    evaluations
        How many values of the function it needs.
    is_complex
        Whether it needs the function in complex arithmetic.

    Examples
    --------
    >>> central = method_named("central")
    >>> float(central.estimate(np.square, 3.0, 0.5)), central.order, central.evaluations
    (6.0, 2, 2)
    """

    key: str
    title: str
    latex: str
    estimate: Callable[[Function, Any, Any], Any]
    truncation: tuple[tuple[int, float], ...]
    amplification: float
    evaluations: int
    is_complex: bool = False

    @property
    def order(self) -> int:
        """The error shrinks like h to this power, as long as rounding is no matter."""
        return self.truncation[0][0] - 1


METHODS: tuple[DifferenceMethod, ...] = (
    DifferenceMethod(
        "forward",
        "forward",
        r"\frac{f(x+h)-f(x)}{h}",
        forward_difference,
        truncation=((2, 1.0), (3, 1.0), (4, 1.0)),
        amplification=2.0,
        evaluations=2,
    ),
    DifferenceMethod(
        "backward",
        "backward",
        r"\frac{f(x)-f(x-h)}{h}",
        backward_difference,
        truncation=((2, -1.0), (3, 1.0), (4, -1.0)),
        amplification=2.0,
        evaluations=2,
    ),
    DifferenceMethod(
        "central",
        "central",
        r"\frac{f(x+h)-f(x-h)}{2h}",
        central_difference,
        truncation=((3, 1.0), (5, 1.0), (7, 1.0)),
        amplification=1.0,
        evaluations=2,
    ),
    DifferenceMethod(
        "five_point",
        "five-point",
        r"\frac{f(x-2h)-8f(x-h)+8f(x+h)-f(x+2h)}{12h}",
        five_point,
        truncation=((5, -4.0), (7, -20.0)),
        amplification=1.5,
        evaluations=4,
    ),
    DifferenceMethod(
        "richardson",
        "Richardson",
        r"\lim_{h \to 0} \frac{f(x+h)-f(x-h)}{2h}",
        richardson,
        truncation=RICHARDSON_TERMS,
        amplification=RICHARDSON_AMPLIFICATION,
        evaluations=20,
    ),
    DifferenceMethod(
        "complex_step",
        "complex step",
        r"\frac{\operatorname{Im} f(x+ih)}{h}",
        complex_step,
        truncation=((3, -1.0), (5, 1.0), (7, -1.0)),
        amplification=0.0,
        evaluations=1,
        is_complex=True,
    ),
)


def method_named(key: str) -> DifferenceMethod:
    """Give the row of `METHODS` with this key.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> method_named("five_point").title
    'five-point'
    """
    for method in METHODS:
        if method.key == key:
            return method
    raise ValueError(f"there is no method {key!r}: choose one of {', '.join(row.key for row in METHODS)}")


def along(
    expression: Expression, values: Mapping[str, Any], name: str, precision: Precision = "float64"
) -> Function:
    """Return the real function of the one letter `name`, all other letters kept at `values`.

    In single precision the letters, the constants and the result of every operation are rounded to float32.
    What NumPy has no float32 loop for (the error and gamma functions, steps inside activations) is computed
    in double precision within that one operation, so it is at least as good as in a real float32 program.

    Examples
    --------
    >>> from core.parser import parse
    >>> along(parse("a x^2"), {"a": 3.0}, "x")(np.array([1.0, 2.0])).tolist()
    [3.0, 12.0]

    Single precision has 7 digits, so that 1 + 1e-8 is 1:

    >>> float(along(parse("x + a"), {"a": 1e-8}, "x", "float32")(1.0))
    1.0
    """
    if checked_precision(precision) == "float32":
        return _node_by_node(expression, values, name, frozenset(), to_single)

    def function(x: Any) -> Any:
        return expression.evaluate({**values, name: x})

    return function


def along_complex(
    expression: Expression, values: Mapping[str, Any], name: str, precision: Precision = "float64"
) -> Function | None:
    """Return the same function in complex arithmetic, or None where an operation has no complex form.

    Single precision is complex64: a float32 for each part.

    Examples
    --------
    >>> from core.parser import parse
    >>> complex(along_complex(parse("a x^2"), {"a": 3.0}, "x")(1 + 1j))
    6j
    >>> along_complex(parse("erf(x)"), {}, "x") is None
    True
    """
    to_precision = to_single if checked_precision(precision) == "float32" else _as_it_is
    varying: set[Expression] = set()
    for node in expression.nodes:
        if node is Variable(name) or any(operand in varying for operand in node.operands):
            varying.add(node)
            if isinstance(node, Apply) and node.primitive.analytic is None:
                return None
    return _node_by_node(expression, values, name, frozenset(varying), to_precision)


def _node_by_node(
    expression: Expression,
    values: Mapping[str, Any],
    name: str,
    in_complex: frozenset[Expression],
    to_precision: Callable[[Any], Any],
) -> Function:
    """Return the function that rounds the result of every operation to a precision."""
    others = real_values(values, (other for other in expression.names if other != name))
    fixed = {other: to_precision(value) for other, value in others.items()}

    def function(x: Any) -> Any:
        def visit(node: Expression, operands: tuple[Any, ...]) -> Any:
            if isinstance(node, Apply):
                row = node.primitive
                return to_precision(row.analytic(*operands) if node in in_complex else row(*operands))  # type: ignore[misc]
            if isinstance(node, Variable):
                return to_precision(x if node.name == name else fixed[node.name])
            return to_precision(node.evaluate_constant())

        with quiet():
            return expression.fold(visit)

    return function


def to_single(value: Any) -> Any:
    """Round numbers or arrays to single precision: float32, or complex64.

    Examples
    --------
    >>> float(to_single(0.1)), to_single(np.array([1 + 2j])).dtype.name, float(to_single(1e60))
    (0.10000000149011612, 'complex64', inf)
    """
    with quiet():
        return np.asarray(value).astype(np.complex64 if np.iscomplexobj(value) else np.float32)[()]


def _as_it_is(value: Any) -> Any:
    return value


def checked_precision(precision: str) -> str:
    """Give the precision back, or raise ValueError if there is none of this name.

    Examples
    --------
    >>> checked_precision("float32")
    'float32'
    >>> checked_precision("float16")
    Traceback (most recent call last):
        ...
    ValueError: there is no precision 'float16': choose float64 or float32
    """
    if precision not in PRECISIONS:
        raise ValueError(f"there is no precision {precision!r}: choose {' or '.join(PRECISIONS)}")
    return precision


def checked_steps(h: Any) -> Any:
    """Make float64 of one step size or an array of them, or raise ValueError if one is not above 0.

    Examples
    --------
    >>> checked_steps([1, 0.5]).tolist()
    [1.0, 0.5]
    >>> checked_steps(0.0)
    Traceback (most recent call last):
        ...
    ValueError: the step size h must be a finite number above 0, or an array of them, not 0.0
    """
    steps = np.asarray(h)
    if steps.dtype.kind not in "fiu" or not np.all((steps > 0) & np.isfinite(steps)):
        raise ValueError(f"the step size h must be a finite number above 0, or an array of them, not {h!r}")
    return steps.astype(np.float64)[()]


def estimate(
    method: DifferenceMethod | str,
    expression: Expression,
    values: Mapping[str, Any],
    name: str,
    h: Any,
    precision: Precision = "float64",
) -> Any:
    """Numerical partial derivative for `name` at `values`.

    Parameters
    ----------
    method
        A row of `METHODS` or its key.
    expression
        The function.
    values
        A real number or array for each letter; arrays broadcast, also with `h`.
    name
        The letter it is differentiated for; one that does not occur gives 0.
    h
        The step size, or an array of them.
    precision
        In which everything is computed: x, h, and each operation.

    Returns
    -------
    float or ndarray
        float64 also where it was computed in float32. NaN where the function is not defined, or where the
        method needs complex arithmetic that an operation of the formula does not have.

    Raises
    ------
    ValueError
        If there is no such method or precision, a letter has no value, or a step is not above 0.

    Examples
    --------
    The derivative of x² at 3 with a tiny step. In single precision 3 + h is 3, so f seems to stand still:

    >>> from core.parser import parse
    >>> f = parse("x^2")
    >>> print(f"{estimate('forward', f, {'x': 3.0}, 'x', 1e-8):.6f}")
    6.000000
    >>> print(f"{estimate('forward', f, {'x': 3.0}, 'x', 1e-8, 'float32'):.6f}")
    0.000000
    """
    method = method_named(method) if isinstance(method, str) else method
    return _computed(method, method.estimate, expression, values, name, h, precision)


def estimate_with_error(
    expression: Expression,
    values: Mapping[str, Any],
    name: str,
    h: Any,
    precision: Precision = "float64",
) -> tuple[Any, Any]:
    """Richardson's extrapolation, and its own estimate of how wrong it is.

    Parameters and errors are those of :func:`estimate`; h is the largest of the steps, and should be large.

    Examples
    --------
    >>> import math
    >>> from core.parser import parse
    >>> slope, error = estimate_with_error(parse("sin(x)"), {"x": 1.0}, "x", 0.5)
    >>> abs(slope - math.cos(1.0)) < 1e-13, error < 1e-13
    (True, True)
    """

    def both(function: Function, x: Any, h: Any) -> Any:
        return np.stack(ridders(function, x, h))

    method = method_named("richardson")
    slope, error = _computed(method, both, expression, values, name, h, precision)
    return (float(slope), float(error)) if np.ndim(slope) == 0 else (slope, error)


def _computed(
    method: DifferenceMethod,
    formula: Callable[[Function, Any, Any], Any],
    expression: Expression,
    values: Mapping[str, Any],
    name: str,
    h: Any,
    precision: Precision,
) -> Any:
    """Apply a formula to the function along one letter; NaN where the function has no value."""
    x = real_values(values, expression.names).get(name, np.float64(0.0))
    steps = checked_steps(h)
    function = (along_complex if method.is_complex else along)(expression, values, name, precision)
    if function is None:
        return np.full(np.broadcast_shapes(np.shape(x), np.shape(h)), np.nan)[()]
    if precision == "float32":
        x, steps = to_single(x), to_single(steps)
    slope = formula(function, x, steps)
    value = expression.evaluate(values)
    if isinstance(value, float) and isinstance(slope, float):
        return math.nan if math.isnan(value) else float(slope)
    return np.where(np.isnan(value), np.nan, slope).astype(np.float64)[()]


def gradient(
    expression: Expression,
    values: Mapping[str, Any],
    method: DifferenceMethod | str = "central",
    h: Any = None,
    precision: Precision = "float64",
) -> dict[str, Any]:
    """All partial derivatives by differences: the numerical counterpart of :func:`core.grad`.

    Parameters
    ----------
    expression
        The function.
    values
        A real number or array for each letter; arrays broadcast.
    method
        A row of `METHODS` or its key.
    h
        The step size, a number or an array. Without it each letter gets a step near the best one, found from
        the higher derivatives at the point (:func:`core.step_size.suggested_step`). That is for the best
        result, not for speed: a program that has no exact derivatives takes a rule of thumb there.
    precision
        In which everything is computed: "float64" or "float32".

    Returns
    -------
    dict
        The derivative for each letter of the expression; NaN where the function is not defined.

    Raises
    ------
    ValueError
        If there is no such method or precision, a letter has no value, or a step is not above 0.

    Examples
    --------
    >>> from core.parser import parse
    >>> f = parse("x^2 + 3 x y + y^2")
    >>> {name: round(slope, 6) for name, slope in gradient(f, {"x": 2.0, "y": 3.0}).items()}
    {'x': 13.0, 'y': 12.0}
    >>> {name: round(slope, 6) for name, slope in gradient(f, {"x": 2.0, "y": 3.0}, "forward", 0.1).items()}
    {'x': 13.1, 'y': 12.1}
    """
    method = method_named(method) if isinstance(method, str) else method
    checked_precision(precision)
    partials: dict[str, Any] = {}
    for name in expression.names:
        step = suggested_step(method, expression, values, name, precision) if h is None else h
        partials[name] = estimate(method, expression, values, name, step, precision)
    return partials
