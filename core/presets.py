"""Named functions, surfaces, data sets and computation graphs, each with a line on why to look at it.

A new preset is one new row. The tests hold every row to what it claims: its formula is read, its start
lies in its window, and its minima have a zero gradient.
"""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[float, float]
Window = tuple[float, float, float, float]


@dataclass(frozen=True)
class FunctionPreset:
    """A function of x.

    Attributes
    ----------
    key, group, title
        Its identity, the heading that it stands under, and its name.
    formula
        What a person would type.
    x
        Where the point starts.
    view
        Visible part of the plane: left, right, bottom, top.
    remark
        Why it is worth looking at, in one line.
    parameters
        Values of its free letters.
    """

    key: str
    group: str
    title: str
    formula: str
    x: float
    view: Window
    remark: str
    parameters: tuple[tuple[str, float], ...] = ()


BASICS, ACTIVATIONS, FAILURES = "Basics", "Activations", "Where a derivative fails"

FUNCTIONS: tuple[FunctionPreset, ...] = (
    FunctionPreset("parabola", BASICS, "parabola", "x^2", 3.0, (-5, 5, -3, 14), "at 3 the slope is 6"),
    FunctionPreset("power", BASICS, "power rule", "x^3", 2.0, (-4, 4, -15, 20), "at 2 the slope is 12"),
    FunctionPreset("cubic", BASICS, "cubic", "x^3 - 3x", 1.5, (-4, 4, -6, 6), "the slope is 0 at −1 and 1"),
    FunctionPreset(
        "chain", BASICS, "chain rule", "(x^2+1)^3", 2.0, (-3, 3, -40, 260), "at 2 the slope is 300"
    ),
    FunctionPreset(
        "product",
        BASICS,
        "product rule",
        "sin(a*x)*exp(-x^2/8)",
        0.8,
        (-5.0, 5.0, -1.12, 1.42),
        "the free letter a becomes a slider",
        (("a", 1.2),),
    ),
    FunctionPreset(
        "quotient", BASICS, "quotient rule", "x/(1+x^2)", 0.5, (-6, 6, -0.8, 0.9), "flat at −1 and 1"
    ),
    FunctionPreset(
        "logarithm", BASICS, "logarithm", "ln(1+x^2)", 1.0, (-5, 5, -1, 4), "steepest at −1 and 1"
    ),
    FunctionPreset(
        "wiggle", BASICS, "wiggle", "e^(sin x)", 1.3, (-7, 7, -0.5, 3.5), "good for the error curves"
    ),
    FunctionPreset("sigmoid", ACTIVATIONS, "sigmoid", "sigmoid(x)", 0.0, (-8, 8, -0.3, 1.3), "saturates"),
    FunctionPreset("tanh", ACTIVATIONS, "tanh", "tanh(x)", 0.5, (-5, 5, -1.4, 1.4), "saturates at −1 and 1"),
    FunctionPreset("relu", ACTIVATIONS, "ReLU", "relu(x)", 1.0, (-4, 4, -1, 4), "a corner at 0"),
    FunctionPreset("softplus", ACTIVATIONS, "softplus", "softplus(x)", 0.0, (-6, 6, -1, 6), "a smooth ReLU"),
    FunctionPreset("gelu", ACTIVATIONS, "GELU", "gelu(x)", -0.5, (-4, 4, -1, 4), "not monotone"),
    FunctionPreset("silu", ACTIVATIONS, "SiLU", "silu(x)", -1.0, (-6, 6, -1, 6), "not monotone"),
    FunctionPreset("corner", FAILURES, "corner", "|x|", 0.0, (-4, 4, -1.5, 4), "two slopes at 0"),
    FunctionPreset("cusp", FAILURES, "cusp", "cbrt(x^2)", 0.0, (-4, 4, -1, 3), "upright and back at 0"),
    FunctionPreset("vertical", FAILURES, "vertical tangent", "cbrt(x)", 0.0, (-4, 4, -2, 2), "no slope at 0"),
    FunctionPreset("jump", FAILURES, "jump", "sign(x)", 0.0, (-4, 4, -2, 2), "the value leaps at 0"),
    FunctionPreset("pole", FAILURES, "pole", "tan(x)", 0.7, (-5, 5, -6, 6), "no value at π/2"),
    FunctionPreset(
        "cancellation",
        FAILURES,
        "cancellation",
        "(1 - cos x)/x^2",
        1.0,
        (-8, 8, -0.2, 0.7),
        "computed as typed, it fails near 0",
    ),
)


Rates = tuple[tuple[str, float], ...]
"""Learning rates by the optimiser's key in `core.optimizers.OPTIMIZERS`."""


@dataclass(frozen=True)
class SurfacePreset:
    """A function of x and y to descend on.

    Attributes
    ----------
    key, group, title
        Its identity, the heading that it stands under, and its name.
    formula
        What a person would type.
    view
        Visible part of the plane: left, right, bottom, top.
    start
        Where descent starts.
    rates
        Learning rates that show what the remark says.
    remark
        Why it is worth looking at, in one line.
    minima
        Points where the gradient is zero and the surface curves up, the lowest first.
    parameters
        Values of its free letters.
    """

    key: str
    group: str
    title: str
    formula: str
    view: Window
    start: Pair
    rates: Rates
    remark: str
    minima: tuple[Pair, ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()


def _rates(gradient_descent: float, momentum: float, adam: float) -> Rates:
    """Name the rates of a surface; Nesterov's is that of momentum, for both carry 0.9 of the last step on."""
    return (
        ("gradient_descent", gradient_descent),
        ("momentum", momentum),
        ("nesterov", momentum),
        ("adam", adam),
    )


QUADRATICS, VALLEYS, MANY = "Bowls and saddles", "Curved valleys", "Many minima"

HIMMELBLAU_MINIMA: tuple[Pair, ...] = (
    (3.0, 2.0),
    (-2.805118086952745, 3.131312518250573),
    (-3.779310253377747, -3.283185991286170),
    (3.584428340330492, -1.848126526964404),
)

_DEEP, _SHALLOW = -2.9035340277711770, 2.746802770990837
"""Minima of the Styblinski–Tang function along one axis."""

SURFACES: tuple[SurfacePreset, ...] = (
    SurfacePreset(
        "bowl",
        QUADRATICS,
        "bowl",
        "x^2 + y^2",
        (-2, 2, -2, 2),
        (-1.5, 1.2),
        _rates(0.1, 0.005, 0.1),
        "every way leads straight down",
        ((0.0, 0.0),),
    ),
    SurfacePreset(
        "tilted",
        QUADRATICS,
        "tilted saddle",
        "x^2 + 3xy + y^2",
        (-3, 3, -3, 3),
        (2, 3),
        _rates(0.05, 0.005, 0.1),
        "the gradient is 0 at the origin, and yet all leave it",
    ),
    SurfacePreset(
        "valley",
        QUADRATICS,
        "valley",
        "(x^2 + k y^2)/2",
        (-5, 5, -5, 5),
        (-4, 1.5),
        _rates(0.1, 0.01, 0.1),
        "steep across, slow along; k makes it narrower",
        ((0.0, 0.0),),
        (("k", 10.0),),
    ),
    SurfacePreset(
        "saddle",
        QUADRATICS,
        "saddle",
        "x^2 - y^2",
        (-3, 3, -3, 3),
        (-1.5, 0.01),
        _rates(0.1, 0.01, 0.1),
        "there is no minimum: the way down never ends",
    ),
    SurfacePreset(
        "booth",
        QUADRATICS,
        "Booth",
        "(x + 2y - 7)^2 + (2x + y - 5)^2",
        (-10, 10, -10, 10),
        (-8, 7),
        _rates(0.05, 0.01, 0.3),
        "a bowl that lies askew",
        ((1.0, 3.0),),
    ),
    SurfacePreset(
        "matyas",
        QUADRATICS,
        "Matyas",
        "0.26(x^2 + y^2) - 0.48xy",
        (-10, 10, -10, 10),
        (-9.08, -7.83),
        _rates(0.2, 0.05, 0.3),
        "nearly flat along the diagonal: Adam takes an eighth of the steps",
        ((0.0, 0.0),),
    ),
    SurfacePreset(
        "rosenbrock",
        VALLEYS,
        "Rosenbrock",
        "(1 - x)^2 + 100(y - x^2)^2",
        (-2, 2, -1, 3),
        (-1.2, 1),
        _rates(0.001, 0.001, 0.3),
        "gradient descent takes thousands of steps along the valley",
        ((1.0, 1.0),),
    ),
    SurfacePreset(
        "mild_rosenbrock",
        VALLEYS,
        "mild Rosenbrock",
        "(1 - x)^2 + 10(y - x^2)^2",
        (-2, 2, -1, 3),
        (-1.2, 1),
        _rates(0.01, 0.01, 0.1),
        "ten times milder: momentum takes a ninth of the steps",
        ((1.0, 1.0),),
    ),
    SurfacePreset(
        "beale",
        VALLEYS,
        "Beale",
        "(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
        (-4.5, 4.5, -4.5, 4.5),
        (1, 1),
        _rates(0.01, 0.01, 0.1),
        "flat far out, steep at the corners",
        ((3.0, 0.5),),
    ),
    SurfacePreset(
        "himmelblau",
        MANY,
        "Himmelblau",
        "(x^2+y-11)^2+(x+y^2-7)^2",
        (-6, 6, -6, 6),
        (0, 0),
        _rates(0.01, 0.005, 0.1),
        "momentum goes to another of four minima; at rate 0.1 descent diverges",
        HIMMELBLAU_MINIMA,
    ),
    SurfacePreset(
        "camel",
        MANY,
        "three-hump camel",
        "2x^2 - 1.05x^4 + x^6/6 + xy + y^2",
        (-2.5, 2.5, -2.5, 2.5),
        (1, 0.5),
        _rates(0.1, 0.005, 0.1),
        "three minima, the lowest between the others",
        ((0.0, 0.0), (1.7475523458302888, -0.8737761729151444), (-1.7475523458302888, 0.8737761729151444)),
    ),
    SurfacePreset(
        "rastrigin",
        MANY,
        "Rastrigin",
        "20 + x^2 - 10cos(2 pi x) + y^2 - 10cos(2 pi y)",
        (-5.12, 5.12, -5.12, 5.12),
        (-2, 3.5),
        _rates(0.004, 0.001, 0.1),
        "all are trapped in the nearest of a hundred minima",
        ((0.0, 0.0), (-1.9899122337085495, 2.984855701039481)),
    ),
    SurfacePreset(
        "styblinski_tang",
        MANY,
        "Styblinski–Tang",
        "(x^4 - 16x^2 + 5x + y^4 - 16y^2 + 5y)/2",
        (-5, 5, -5, 5),
        (4.5, -0.5),
        _rates(0.01, 0.01, 0.1),
        "only momentum rolls on to the deepest minimum",
        ((_DEEP, _DEEP), (_SHALLOW, _DEEP), (_DEEP, _SHALLOW), (_SHALLOW, _SHALLOW)),
    ),
    SurfacePreset(
        "mccormick",
        MANY,
        "McCormick",
        "sin(x + y) + (x - y)^2 - 1.5x + 2.5y + 1",
        (-1.5, 4, -3, 4),
        (2, 2),
        _rates(0.1, 0.01, 0.1),
        "all end in the higher of two minima",
        ((-0.5471975511965977, -1.5471975511965977), (2.5943951023931953, 1.5943951023931953)),
    ),
    SurfacePreset(
        "two_wells",
        MANY,
        "two wells",
        "x^2 + y^2 - 2e^(-((x-1)^2+y^2)/0.2) - 3e^(-((x+1)^2+y^2)/0.2)",
        (-2, 2, -2, 2),
        (0.75, 1),
        _rates(0.01, 0.01, 0.05),
        "momentum and Adam leave the shallower well for the deeper one",
        ((-0.9363006340109187, 0.0), (0.905317899160115, 0.0)),
    ),
)


@dataclass(frozen=True)
class DataPreset:
    """Points to fit a line to.

    Attributes
    ----------
    key, group, title
        Its identity, the heading that it stands under, and its name.
    points
        Pairs (x, y).
    start
        Slope and intercept that descent starts from.
    learning_rate
        A rate below the limit of these data.
    remark
        Why it is worth looking at, in one line.
    """

    key: str
    group: str
    title: str
    points: tuple[Pair, ...]
    start: Pair
    learning_rate: float
    remark: str


TEXTBOOK, ANSCOMBE, AWKWARD = "Textbook", "Anscombe’s quartet", "Awkward"

_ANSCOMBE_X = (10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0)
_ANSCOMBE_Y = (
    (8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68),
    (9.14, 8.14, 8.74, 8.77, 9.26, 8.10, 6.13, 3.10, 9.13, 7.26, 4.74),
    (7.46, 6.77, 12.74, 7.11, 7.81, 8.84, 6.08, 5.39, 8.15, 6.42, 5.73),
    (6.58, 5.76, 7.71, 8.84, 8.47, 7.04, 5.25, 12.50, 5.56, 7.91, 6.89),
)
_ANSCOMBE_FOURTH_X = (8.0,) * 7 + (19.0,) + (8.0,) * 3


def _pairs(xs: tuple[float, ...], ys: tuple[float, ...]) -> tuple[Pair, ...]:
    return tuple(zip(xs, ys, strict=True))


DATA_SETS: tuple[DataPreset, ...] = (
    DataPreset(
        "five",
        TEXTBOOK,
        "five points",
        ((1, 2), (2, 4), (3, 5), (4, 4), (5, 5)),
        (0.5, 1.0),
        0.06,
        "optimum w = 0.6, b = 2.2",
    ),
    DataPreset(
        "exact",
        TEXTBOOK,
        "exact line",
        ((-2, -3), (-1, -1), (0, 1), (1, 3), (2, 5)),
        (0.0, 0.0),
        0.1,
        "the least loss is 0",
    ),
    DataPreset(
        "anscombe_1",
        ANSCOMBE,
        "first: a line",
        _pairs(_ANSCOMBE_X, _ANSCOMBE_Y[0]),
        (0.0, 0.0),
        0.01,
        "same line, honest data",
    ),
    DataPreset(
        "anscombe_2",
        ANSCOMBE,
        "second: a curve",
        _pairs(_ANSCOMBE_X, _ANSCOMBE_Y[1]),
        (0.0, 0.0),
        0.01,
        "same line, a parabola",
    ),
    DataPreset(
        "anscombe_3",
        ANSCOMBE,
        "third: an outlier",
        _pairs(_ANSCOMBE_X, _ANSCOMBE_Y[2]),
        (0.0, 0.0),
        0.01,
        "same line, pulled by one point",
    ),
    DataPreset(
        "anscombe_4",
        ANSCOMBE,
        "fourth: one lever",
        _pairs(_ANSCOMBE_FOURTH_X, _ANSCOMBE_Y[3]),
        (0.0, 0.0),
        0.01,
        "same line, made by one point",
    ),
    DataPreset(
        "outlier",
        AWKWARD,
        "one outlier",
        ((1, 1.1), (2, 1.9), (3, 3.2), (4, 3.9), (5, 9.5)),
        (0.0, 0.0),
        0.06,
        "squares give the far point much weight",
    ),
    DataPreset(
        "years",
        AWKWARD,
        "calendar years",
        ((2019, 1.2), (2020, 1.9), (2021, 2.7), (2022, 4.1), (2023, 4.6), (2024, 6.0)),
        (0.0, 0.0),
        2e-7,
        "descent crawls: why one standardises",
    ),
)


@dataclass(frozen=True)
class GraphPreset:
    """A formula to send gradients back through.

    Attributes
    ----------
    key, group, title
        Its identity, the heading that it stands under, and its name.
    formula
        What a person would type.
    values
        A number for each letter.
    learn
        The letters that a gradient step changes.
    remark
        Why it is worth looking at, in one line.
    """

    key: str
    group: str
    title: str
    formula: str
    values: tuple[tuple[str, float], ...]
    learn: tuple[str, ...]
    remark: str


NEURONS, SHAPES = "Neurons", "Shapes of graphs"

GRAPHS: tuple[GraphPreset, ...] = (
    GraphPreset(
        "neuron",
        NEURONS,
        "one neuron",
        "(sigmoid(w*x+b) - y)^2",
        (("w", 0.5), ("x", 2.0), ("b", 0.1), ("y", 1.0)),
        ("w", "b"),
        "squared error of a sigmoid",
    ),
    GraphPreset(
        "cross_entropy",
        NEURONS,
        "cross-entropy",
        "softplus(w*x+b) - y*(w*x+b)",
        (("w", 0.5), ("x", 2.0), ("b", 0.1), ("y", 1.0)),
        ("w", "b"),
        "does not saturate as the squared error does",
    ),
    GraphPreset(
        "two_layers",
        NEURONS,
        "two layers",
        "(v*tanh(w*x+b) + c - y)^2",
        (("v", 0.8), ("w", 0.5), ("x", 2.0), ("b", 0.1), ("c", 0.0), ("y", 1.0)),
        ("v", "w", "b", "c"),
        "one neuron feeds another",
    ),
    GraphPreset("fork", SHAPES, "fork", "x*x + x", (("x", 3.0),), ("x",), "the gradient sums where x forks"),
    GraphPreset(
        "softplus", SHAPES, "softplus", "ln(1 + exp(x))", (("x", 0.5),), ("x",), "its slope is the sigmoid"
    ),
    GraphPreset(
        "deep",
        SHAPES,
        "deep chain",
        "sigmoid(sigmoid(sigmoid(sigmoid(w*x))))",
        (("w", 1.0), ("x", 1.0)),
        ("w",),
        "the gradient vanishes on its way back",
    ),
)
