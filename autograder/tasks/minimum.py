"""3.2 `f`, `grid_minimum`, `gradient` and `hessian`: a polynomial, its minimum on a grid, and its derivatives."""

import math
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import pandas as pd

from autograder.tasks import DIAGNOSIS, Case, Task

f = Task("f", points={"values": 1})
gradient = Task("gradient", points={"values": 2})
hessian = Task("hessian", points={"values": 2})


def _polynomial(x):
    return 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7


def _slope(x):
    return 0.012 * (3 * x - 1) ** 3 + 6 * (2 * x - 4) + 5


def _curvature(x):
    return 0.108 * (3 * x - 1) ** 2 + 12 + 0 * x


def _cases_of(name, first, rtol=1e-7):
    """Questions for a function of one number that also takes arrays; `first` is a number that reads well."""

    def draw(rng, fresh):
        call = f"{name}(x)"
        yield Case(call, {"x": first}, about=f"x = {first:g}", rtol=rtol)
        yield Case(call, {"x": 0.0}, about="x = 0", rtol=rtol)
        yield Case(call, {"x": -2}, about="a whole number", rtol=rtol)
        for _ in range(4 if fresh else 2):
            yield Case(call, {"x": round(float(rng.uniform(-9, 9)), 2)}, about="one number", rtol=rtol)
        for size in (2, 5, 1) + ((50, 1000) if fresh else ()):
            points = rng.uniform(-10, 10, size=size).round(2)
            about = f"an array of {size} number{'s' * (size > 1)}"
            yield Case(call, {"x": points}, about=about, rtol=rtol, silent=size == 1)
        yield Case(call, {"x": first}, about="the first call once more", rtol=rtol)

    return draw


f.reference(_polynomial)
f.cases(_cases_of("f", 1.0))
gradient.reference(_slope)
gradient.cases(_cases_of("gradient", 2.0, rtol=1e-6))
hessian.reference(_curvature)
hessian.cases(_cases_of("hessian", 2.0, rtol=1e-6))


def _add_mistakes(task, mistakes):
    """Each mistake of `mistakes`: its name, likely cause, next step and then its versions."""
    for name, cause, next_step, *versions in mistakes:
        for version in versions:
            task.mistake(name, cause, next_step)(version)


def _only_numbers(function):
    """Versions of `function` that work for one number and break on arrays, as students write them."""

    def by_float(x):
        return function(float(x))

    def by_if(x):
        if x == 0:
            return function(0.0)
        return function(x)

    def by_power(x):
        return math.pow(3 * x - 1, 1) * 0 + function(x)

    return by_float, by_if, by_power


SCALAR_ONLY = (
    "scalar only",
    "Your function works for one number and breaks on an array: `float(x)`, a function of `math`, or an `if` on x.",
    "Use +, -, * and ** directly on x; they work element by element on arrays.",
)
CARET = (
    "^ for **",
    "In Python `^` is not a power but an operation on bits.",
    "Write powers with two stars: `x ** 2`.",
)
SIGN = ("sign", "Every value has the wrong sign.", "Look for a minus in front of the whole expression.")


def _first(x):
    """The first number of an array, or the number itself."""
    return np.ravel(x)[0]


# --- f -----------------------------------------------------------------------------------------------------

_add_mistakes(
    f,
    [
        (*SCALAR_ONLY, *_only_numbers(_polynomial)),
        (
            *CARET,
            lambda x: 0.001 * (3 * x - 1) ^ 4 + 1.5 * (2 * x - 4) ^ 2 + 5 * x + 7,
            lambda x: 0.001 * ((3 * x - 1) ^ 4) + 1.5 * ((2 * x - 4) ^ 2) + 5 * x + 7,
        ),
        (*SIGN, lambda x: -_polynomial(x)),
        (
            "first term without .001",
            "The factor 0.001 of the fourth power is missing.",
            "Multiply the first term by 0.001.",
            lambda x: (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
        ),
        (
            ".01 or .0001 for .001",
            "The factor of the fourth power is off by a factor of ten.",
            "The first factor is 0.001, one thousandth.",
            lambda x: 0.01 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
            lambda x: 0.0001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
        ),
        (
            "wrong power",
            "One of the two powers is not the one of the formula.",
            "The first bracket is raised to the fourth power, the second one is squared.",
            lambda x: 0.001 * (3 * x - 1) ** 3 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 2 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) * 4 + 1.5 * (2 * x - 4) * 2 + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) * 2 + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 4 + 5 * x + 7,
        ),
        (
            "power before the bracket",
            "The power was taken of x alone and not of the whole bracket.",
            "Keep the brackets: first 3x - 1, then the power of it.",
            lambda x: 0.001 * (3 * x**4 - 1) + 1.5 * (2 * x**2 - 4) + 5 * x + 7,
            lambda x: 0.001 * 3 * x - 1**4 + 1.5 * 2 * x - 4**2 + 5 * x + 7,
        ),
        (
            "factor inside the power",
            "The factor in front of a bracket was raised to the power, too.",
            "Powers come first: take the power of the bracket alone and multiply it by the factor.",
            lambda x: (0.001 * (3 * x - 1)) ** 4 + (1.5 * (2 * x - 4)) ** 2 + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + (1.5 * (2 * x - 4)) ** 2 + 5 * x + 7,
        ),
        (
            "sign inside a bracket",
            "A minus inside one of the brackets became a plus.",
            "The brackets are 3x - 1 and 2x - 4.",
            lambda x: 0.001 * (3 * x + 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x + 4) ** 2 + 5 * x + 7,
            lambda x: 0.001 * (3 * x + 1) ** 4 + 1.5 * (2 * x + 4) ** 2 + 5 * x + 7,
        ),
        (
            "sign of a term",
            "One of the terms is subtracted.",
            "All four terms are added.",
            lambda x: 0.001 * (3 * x - 1) ** 4 - 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 - 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x - 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 - 5 * x - 7,
        ),
        (
            "a term missing",
            "One of the four terms is missing.",
            "Count them: a fourth power, a square, 5x and 7.",
            lambda x: 0.001 * (3 * x - 1) ** 4 + 5 * x + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 7,
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x,
        ),
        (
            "first term next to nothing",
            "The fourth power adds next to nothing: it is missing, or the factor 0.001 was raised to the power, too.",
            "Take the power of the bracket alone, then multiply it by 0.001.",
            lambda x: 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
            lambda x: (0.001 * (3 * x - 1)) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7,
        ),
        (
            "5 for 5x",
            "The third term lost its x.",
            "The third term is 5 times x.",
            lambda x: 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 + 7,
        ),
        ("the slope returned", "These are values of the derivative.", "f is the polynomial itself.", _slope),
        (
            "one value for all x",
            "An array of x was reduced to one value.",
            "Return one value of f for each element of x.",
            lambda x: np.sum(_polynomial(x)),
            lambda x: np.mean(_polynomial(x)),
            lambda x: np.min(_polynomial(x)),
            lambda x: _polynomial(_first(x)),
        ),
    ],
)


@f.right("expanded, np.polyval")
def _(x):
    return np.polyval([0.081, -0.108, 6.054, -19.012, 31.001], x)


@f.right("Polynomial objects of NumPy")
def _(x, show=False):
    t = np.polynomial.Polynomial([0, 1])
    return (0.001 * (3 * t - 1) ** 4 + 1.5 * (2 * t - 4) ** 2 + 5 * t + 7)(x)


@f.right("a loop for arrays")
def _(x):
    def of_one(value):
        return 0.001 * math.pow(3 * value - 1, 4) + 1.5 * math.pow(2 * value - 4, 2) + 5 * value + 7

    return [of_one(value) for value in x] if isinstance(x, np.ndarray) else of_one(x)


@f.right("np.vectorize")
def _(x):
    return np.vectorize(lambda v: (3 * v - 1) ** 4 / 1000 + 3 / 2 * (2 * v - 4) ** 2 + 5 * v + 7)(x)


@f.right("np.power and helpers")
def _(position):
    first = np.power(np.subtract(np.multiply(3, position), 1), 4)
    second = np.square(np.asarray(position, dtype=float) * 2 - 4)
    return np.add(first * 1e-3, second * 1.5) + 5 * np.asarray(position) + 7.0


@f.right("multiplied out by hand")
def _(x):
    a, b = 3 * x - 1, 2 * x - 4
    return a * a * a * a / 1000 + b * b + b * b / 2 + x + x + x + x + x + 7


@f.right("a Series")
def _(x):
    values = 0.001 * (3 * x - 1) ** 4 + 6 * (x - 2) ** 2 + 5 * x + 7
    return pd.Series(values) if np.ndim(x) else values


# --- gradient ----------------------------------------------------------------------------------------------


def _quotient(h):
    return lambda x: (_polynomial(x + h) - _polynomial(x)) / h


_add_mistakes(
    gradient,
    [
        (*SCALAR_ONLY, *_only_numbers(_slope)),
        (
            *CARET,
            lambda x: 0.012 * (3 * x - 1) ^ 3 + 6 * (2 * x - 4) + 5,
            lambda x: 0.012 * ((3 * x - 1) ^ 3) + 6 * (2 * x - 4) + 5,
            lambda x: 0.001 * 4 * (3 * x - 1) ^ 3 * 3 + 1.5 * 2 * (2 * x - 4) * 2 + 5,
        ),
        (*SIGN, lambda x: -_slope(x)),
        (
            "inner derivative forgotten",
            "The chain rule is incomplete: the derivative of a bracket, 3 or 2, is missing.",
            "Multiply each term by the derivative of what stands inside its bracket.",
            lambda x: 0.004 * (3 * x - 1) ** 3 + 3 * (2 * x - 4) + 5,
            lambda x: 0.004 * (3 * x - 1) ** 3 + 6 * (2 * x - 4) + 5,
        ),
        (
            "exponent not brought down",
            "The old exponent is missing as a factor.",
            "The derivative of u to the 4 is 4 times u to the 3, times the derivative of u.",
            lambda x: 0.003 * (3 * x - 1) ** 3 + 3 * (2 * x - 4) + 5,
            lambda x: 0.003 * (3 * x - 1) ** 3 + 6 * (2 * x - 4) + 5,
        ),
        (
            "exponent and inner derivative forgotten",
            "Neither the old exponent nor the derivative of the bracket was multiplied in.",
            "The derivative of u to the 4 is 4 times u to the 3, times the derivative of u.",
            lambda x: 0.001 * (3 * x - 1) ** 3 + 1.5 * (2 * x - 4) + 5,
        ),
        (
            "a factor 2 missing in the second term",
            "The derivative of the square lacks a factor of 2: that of the exponent or that of 2x.",
            "1.5 times 2 (the exponent) times 2 (from 2x) stands before the bracket.",
            lambda x: 0.012 * (3 * x - 1) ** 3 + 3 * (2 * x - 4) + 5,
        ),
        (
            "exponent not lowered",
            "An exponent stayed as it was.",
            "A fourth power becomes a third power, and a square becomes the bracket itself.",
            lambda x: 0.012 * (3 * x - 1) ** 4 + 6 * (2 * x - 4) ** 2 + 5,
            lambda x: 0.012 * (3 * x - 1) ** 4 + 6 * (2 * x - 4) + 5,
            lambda x: 0.012 * (3 * x - 1) ** 3 + 6 * (2 * x - 4) ** 2 + 5,
        ),
        (
            "inner derivative raised, too",
            "The derivative of the inside went into the power.",
            "The factor 3 stands outside of the bracket: it is not raised to a power.",
            lambda x: 0.004 * (3 * (3 * x - 1)) ** 3 + 3 * (2 * (2 * x - 4)) + 5,
        ),
        (
            "5x kept",
            "The term 5x is still there.",
            "The slope of 5x is 5, whatever x is.",
            lambda x: 0.012 * (3 * x - 1) ** 3 + 6 * (2 * x - 4) + 5 * x,
        ),
        (
            "5 missing",
            "The slope of 5x is missing.",
            "The derivative of 5x is 5.",
            lambda x: 0.012 * (3 * x - 1) ** 3 + 6 * (2 * x - 4),
        ),
        (
            "the constant kept",
            "The 7 is still there.",
            "A constant has slope 0 and vanishes.",
            lambda x: 0.012 * (3 * x - 1) ** 3 + 6 * (2 * x - 4) + 5 + 7,
        ),
        (
            "first term missing",
            "The slope of the fourth power is missing.",
            "The first term counts as well: 0.001 times 4 times 3 times the bracket to the third.",
            lambda x: 6 * (2 * x - 4) + 5,
        ),
        ("f returned", "These are values of f.", "Return the slope, the derivative of f.", _polynomial),
        (
            "second derivative returned",
            "These are values of the second derivative.",
            "The gradient is the first derivative.",
            _curvature,
        ),
        (
            "a rough difference quotient",
            "You estimated the slope from two points of f that lie too far apart on one side.",
            "Differentiate by hand; or take the two points on both sides of x, which is far more exact.",
            *(_quotient(h) for h in (1, 0.1, 0.01, 1e-3, 1e-4, 1e-5)),
        ),
        (
            "one value for all x",
            "An array of x was reduced to one value.",
            "Return one slope for each element of x.",
            lambda x: np.sum(_slope(x)),
            lambda x: np.mean(_slope(x)),
            lambda x: _slope(_first(x)),
        ),
    ],
)


@gradient.right("expanded, np.polyval")
def _(x):
    return np.polyval([0.324, -0.324, 12.108, -19.012], x)


@gradient.right("np.polyder")
def _(x, order=1):
    return np.polyval(np.polyder([0.081, -0.108, 6.054, -19.012, 31.001], order), x)


@gradient.right("the chain rule, step by step")
def _(x):
    first = 0.001 * 4 * (3 * x - 1) ** 3 * 3
    second = 1.5 * 2 * (2 * x - 4) * 2
    third, fourth = 5, 0
    return first + second + third + fourth


@gradient.right("a symmetric difference quotient")
def _(x, h=1e-4):
    return (_polynomial(x + h) - _polynomial(x - h)) / (2 * h)


@gradient.right("a loop for arrays")
def _(values):
    if np.ndim(values) == 0:
        return float(_slope(values))
    return [0.012 * math.pow(3 * v - 1, 3) + 12 * v - 19 for v in values]


@gradient.right("a complex step")
def _(x):
    return np.imag(_polynomial(np.asarray(x) + 1e-20j)) / 1e-20


@gradient.right("Polynomial.deriv")
def _(x):
    return np.polynomial.Polynomial([31.001, -19.012, 6.054, -0.108, 0.081]).deriv()(np.asarray(x, dtype=float))


# --- hessian -----------------------------------------------------------------------------------------------

_add_mistakes(
    hessian,
    [
        (*SCALAR_ONLY, *_only_numbers(_curvature)),
        (
            *CARET,
            lambda x: 0.108 * (3 * x - 1) ^ 2 + 12,
            lambda x: 0.108 * ((3 * x - 1) ^ 2) + 12,
        ),
        (*SIGN, lambda x: -_curvature(x)),
        (
            "a factor 3 missing in the first term",
            "The second derivative of the fourth power lacks a factor of 3: an exponent or an inner derivative.",
            "0.001 times 4 times 3 (the exponents) times 3 times 3 (from 3x, twice) stands before the bracket.",
            lambda x: 0.036 * (3 * x - 1) ** 2 + 12,
            lambda x: 0.036 * (3 * x - 1) ** 2 + 6,
        ),
        (
            "inner derivatives forgotten",
            "The chain rule is incomplete: the factors from inside the brackets, 3 and 2, are missing.",
            "Each derivative brings out the inner factor: 3 of the first bracket, 2 of the second one, twice each.",
            lambda x: 0.012 * (3 * x - 1) ** 2 + 3,
            lambda x: 0.012 * (3 * x - 1) ** 2 + 12,
            lambda x: 0.012 * (3 * x - 1) ** 2 + 6,
        ),
        (
            "a factor 2 missing in the second term",
            "The second derivative of the square lacks the factor 2 from inside its bracket.",
            "The derivative of 6 times 2x is 12.",
            lambda x: 0.108 * (3 * x - 1) ** 2 + 6,
        ),
        (
            "exponent not lowered",
            "The third power of the gradient stayed as it was.",
            "Differentiated once more, the third power becomes a square.",
            lambda x: 0.108 * (3 * x - 1) ** 3 + 12,
            lambda x: 0.036 * (3 * x - 1) ** 3 + 12,
        ),
        (
            "exponent lowered too far",
            "The first term became linear.",
            "A fourth power, differentiated twice, is a square.",
            lambda x: 0.108 * (3 * x - 1) + 12,
            lambda x: 0.216 * (3 * x - 1) + 12,
        ),
        (
            "the 12 missing",
            "The second derivative of the square is missing.",
            "The slope of the second term rises by 12 per unit of x.",
            lambda x: 0.108 * (3 * x - 1) ** 2,
        ),
        (
            "first term missing",
            "Only the constant part is there.",
            "The fourth power has a second derivative as well, and it depends on x.",
            lambda x: 12 + 0 * x,
            lambda x: 12,
        ),
        (
            "5 kept",
            "The 5 is still there.",
            "A constant slope has no slope of its own: 5 vanishes.",
            lambda x: 0.108 * (3 * x - 1) ** 2 + 12 + 5,
        ),
        (
            "x kept in the second term",
            "The second term still holds x.",
            "The derivative of 6 (2x - 4) is a plain number.",
            lambda x: 0.108 * (3 * x - 1) ** 2 + 12 * x,
            lambda x: 0.108 * (3 * x - 1) ** 2 + 6 * (2 * x - 4),
            lambda x: 0.108 * (3 * x - 1) ** 2 + 12 * (2 * x - 4),
        ),
        ("gradient returned", "These are first derivatives.", "Differentiate once more.", _slope),
        ("f returned", "These are values of f.", "Return the second derivative of f.", _polynomial),
        (
            "1 over the Hessian",
            "You returned the learning rate that is made of it, 1 divided by the second derivative.",
            "Return the second derivative itself.",
            lambda x: 1 / _curvature(x),
        ),
        (
            "gradient squared",
            "You squared the slope.",
            "The second derivative is the slope of the slope.",
            lambda x: _slope(x) ** 2,
        ),
        (
            "one value for all x",
            "An array of x was reduced to one value.",
            "Return one value for each element of x.",
            lambda x: np.sum(_curvature(x)),
            lambda x: np.mean(_curvature(x)),
            lambda x: _curvature(_first(x)),
        ),
    ],
)


@hessian.right("expanded, np.polyval")
def _(x):
    return np.polyval([0.972, -0.648, 12.108], x)


@hessian.right("np.polyder, twice")
def _(x):
    return np.polyval(np.polyder([0.081, -0.108, 6.054, -19.012, 31.001], m=2), x)


@hessian.right("the chain rule, step by step")
def _(x, digits=None):
    first = 0.001 * 4 * 3 * 3 * 3 * np.square(3 * np.asarray(x) - 1)
    return first + 1.5 * 2 * 2 * 2


@hessian.right("a symmetric difference of slopes")
def _(x, h=1e-4):
    return (_slope(x + h) - _slope(x - h)) / (2 * h)


@hessian.right("a loop for arrays")
def _(values):
    def of_one(v):
        return 0.108 * (3 * v - 1) ** 2 + 12

    return tuple(of_one(v) for v in values) if isinstance(values, np.ndarray) else of_one(values)


@hessian.right("a Series")
def _(x):
    result = np.full(np.shape(x), 12.0) + 0.108 * (3 * np.asarray(x) - 1) ** 2
    return pd.Series(result) if result.ndim else result


@hessian.right("Polynomial.deriv")
def _(x):
    return np.polynomial.Polynomial([31.001, -19.012, 6.054, -0.108, 0.081]).deriv(2)(np.asarray(x, dtype=float))


# --- grid_minimum ------------------------------------------------------------------------------------------

# What the student made of xs and ys is judged from the student's own xs and ys, which are names of the task and givens
# as well. `f` must give what ys holds: so a wrong f costs its own point and no other, and what decides is numbers that
# this side compares. The Axes is asked for by the expressions and not by `names`: without it, the grid still earns its
# point.
grid_minimum = Task(
    "grid_minimum",
    points={"grid": 1, "plot": 1},
    names=("xs", "ys", "x_min_grid"),
    context=("xs", "ys", "x_min_grid"),
)

XS = np.linspace(-10, 10, 1000)
XS.flags.writeable = False
YS = _polynomial(XS)
YS.flags.writeable = False
ENDS, GAP = 0.0205, 1e-4  # how far ends and gaps may be from those of XS, so that 10 itself may be left out


@grid_minimum.context_example
def _(rng):
    return {}


@grid_minimum.cases
def _(rng, fresh):
    yield Case("np.size(xs)", part="grid", about="the number of points in xs")
    ends = "[float(np.min(xs)), float(np.max(xs))]"
    yield Case(ends, part="grid", about="the smallest and the largest number in xs", atol=ENDS)
    gap = "float(np.abs(np.diff(np.ravel(xs))).max())"
    yield Case(gap, part="grid", about="the widest gap between neighbours in xs", atol=GAP)
    yield Case("np.size(ys)", part="grid", about="the number of values in ys")
    yield from _fresh_cases(rng) if fresh else _visible_cases()


# f is called with single numbers, since an f for single numbers is right as well. Of several lines the one that is
# nearest to ys is shown; whether it is near enough is not decided there.
OWN_F = "[float(np.ravel(f(x))[0]) for x in np.ravel(xs)[{start}::7].tolist()]"
LINES = "[line for line in f_ax.get_lines()[:50] if len(line.get_xdata()) > 1]"
HEIGHTS = "np.interp(at, *np.array(sorted(zip({x}, {y})), dtype=float).T)"
NEAREST = (
    f"min([{HEIGHTS.format(x='line.get_xdata()', y='line.get_ydata()')} for line in {LINES}], "
    f"key=lambda y: np.abs(y - {HEIGHTS.format(x='np.ravel(xs)', y='np.ravel(ys)')}).sum())"
)


def _fresh_cases(rng):
    yield Case("np.sort(np.ravel(xs))[::37]", part="grid", about="some points of xs", atol=ENDS, silent=True)
    some = OWN_F.format(start=int(rng.integers(7)))
    about = "f of some points of xs, and what ys holds there"
    yield Case(some, part="grid", about=about, rtol=1e-6, atol=1e-6, silent=True)
    about = "x_min_grid, and the point of xs where ys is smallest"
    yield Case("np.ravel(x_min_grid)", part="grid", about=about, rtol=0, atol=1e-6)

    broken = {"runs": "no Axes kept", "values": "no line kept"}
    about = "the number of lines in `f_ax`"
    yield Case("len(f_ax.get_lines())", part="plot", about=about, compare="at least", expected=1, faults=broken)
    at = {"at": np.sort(rng.uniform(-9.5, 9.5, size=30)).round(2)}
    about = "the heights of the line in `f_ax` at some x"
    # The line needn't go through the points of xs, but be fine enough to show f.
    yield Case(NEAREST, at, "plot", about, rtol=5e-3, atol=1e-2, faults={"runs:ValueError": "no line kept"})
    width = f"float(np.ptp(max({LINES}, key=lambda line: len(line.get_xdata())).get_xdata()))"
    yield Case(width, part=DIAGNOSIS, about="the width of the line", rtol=5e-3)


SOME = "[::25]"
OWN_Y = f"np.array([np.ravel(f(x))[0] for x in np.ravel(xs){SOME}.tolist()], dtype=float)"
SHOWN = "[(np.asarray(line.get_xdata()), np.asarray(line.get_ydata())) for line in f_ax.lines]"
IS_F = (
    "len(x) >= 100 and np.allclose([np.ravel(f(v))[0] for v in x[::25].tolist()], y[::25].astype(float), "
    "rtol=1e-6, atol=1e-6)"
)


def _visible_cases():
    """What the notebook's check asks: it knows no one's own f, so the student's objects are compared where they are."""
    same = f"np.size(ys) == np.size(xs) and bool(np.allclose(np.ravel(ys){SOME}, {OWN_Y}, rtol=1e-6, atol=1e-6))"
    yield Case(same, part="grid", about="ys holds f of every point in xs")
    place = "np.ravel(x_min_grid) - np.ravel(xs)[np.argmin(np.ravel(ys))]"
    yield Case(place, part="grid", about="x_min_grid minus the point of xs where ys is smallest", atol=1e-6)

    yield Case("'f_ax' in globals()", part="plot", about="`f_ax` is defined")
    yield Case("hasattr(f_ax, 'get_xlim')", part="plot", about="`f_ax` holds an Axes")
    yield Case("len(f_ax.lines) > 0", part="plot", about="the Axes in `f_ax` holds a line")
    line = f"any({IS_F} for x, y in {SHOWN})"
    yield Case(line, part="plot", about="a line in `f_ax` shows f, x to the right and f(x) upwards")
    turned = line.replace("for x, y in", "for y, x in")
    yield Case(turned, part=DIAGNOSIS, about="the line is turned")
    counted = f"any(np.array_equal(x, np.arange(len(x))) for x, y in {SHOWN})"
    yield Case(counted, part=DIAGNOSIS, about="the line is drawn over positions")


def _axes():
    from matplotlib.figure import Figure  # here, since only these versions draw

    return Figure().subplots()


def _line(x, y, style="-"):
    ax = _axes()
    ax.plot(x, y, style)
    return ax


@lru_cache(maxsize=32)
def _drawn(how, xs, ys):
    """An Axes as an answer would keep it; xs and ys are bytes, so that equal plots are drawn once."""
    xs, ys = np.frombuffer(xs), np.frombuffer(ys)
    if how == "nothing":
        return _axes()
    if how == "points":
        ax = _axes()
        ax.scatter(xs, ys)
        return ax
    return _line(*{"line": (xs, ys), "turned": (ys, xs), "positions": (np.arange(len(ys)), ys)}[how])


def _answer(xs, ys, x_min=None, how="line", keep=lambda ax: ax, axes=None, f=_polynomial):
    """The variables of one answer. how: what is drawn; keep: what of it is kept in f_ax; axes: makes f_ax otherwise."""
    place = xs[np.argmin(ys)] if x_min is None else x_min
    if axes is None:
        kept = keep(_drawn(how, np.asarray(xs, dtype=float).tobytes(), np.asarray(ys, dtype=float).tobytes()))
    else:
        kept = axes()
    return {"f": f, "xs": xs, "ys": ys, "x_min_grid": place, "f_ax": kept}


def _numbers(value):
    """A given as a line of numbers; empty when it holds something else."""
    try:
        found = np.ravel(np.asarray(value, dtype=float))
    except (TypeError, ValueError):
        return np.empty(0)
    return found if np.isfinite(found).all() else np.empty(0)


def _is_grid(xs):
    if xs.size != XS.size or np.abs(np.diff(xs)).max() > XS[1] - XS[0] + GAP:
        return False
    return bool(np.allclose(np.sort(xs), XS, rtol=0, atol=ENDS))


def _own(given):
    """The answer's (xs, ys, f) as far as they can be right, the right ones else: the student's ys may be of a wrong f.

    f is known at the points of xs only, which is where it is asked.
    """
    xs, ys = _numbers(given.get("xs")), _numbers(given.get("ys"))
    if not _is_grid(xs):
        return XS, YS, _polynomial
    if ys.size != xs.size or np.ptp(ys) == 0:
        return xs, _polynomial(xs), _polynomial
    order = np.argsort(xs)
    return xs, ys, lambda x: np.interp(x, xs[order], ys[order])


def _place(xs, ys, given):
    """x_min_grid: the student's own where it is one of several lowest points."""
    lowest, own = xs[ys == ys.min()], _numbers(given.get("x_min_grid"))
    return own[0] if own.size == 1 and np.isclose(lowest, own[0], rtol=0, atol=1e-9).any() else lowest[0]


@grid_minimum.reference
def _(**given):
    xs, ys, f = _own(given)
    return _answer(xs, ys, [_place(xs, ys, given)], f=f)


def _wrong(change):
    """A version that changes a right answer: `change` makes options of _answer from xs and ys."""

    def version(**given):
        xs, ys, f = _own(given)
        return _answer(xs, ys, f=f, **change(xs, ys))

    return version


def _keeps(keep):
    return _wrong(lambda xs, ys: {"keep": keep})


def _without_axes(**given):
    found = _wrong(lambda xs, ys: {})(**given)
    del found["f_ax"]
    return found


def _of_grid(xs):
    return _answer(xs, _polynomial(xs))


def _other_grid(xs):
    return lambda **given: _of_grid(xs)


def _kept_grid(is_wrong, otherwise):
    """A version with the student's own grid, where it is wrong in this way, and the student's own values on it."""

    def version(**given):
        xs, ys = _numbers(given.get("xs")), _numbers(given.get("ys"))
        return _answer(xs, ys) if xs.size == ys.size > 0 and is_wrong(xs) else _of_grid(otherwise)

    return version


def _x_min(place):
    return _wrong(lambda xs, ys: {"x_min": place(xs, ys)})


_add_mistakes(
    grid_minimum,
    [
        (
            "the smallest value for its place",
            "x_min_grid holds the smallest value of f.",
            "Look up at which x that value is taken: `np.argmin` gives its position.",
            _x_min(lambda xs, ys: ys.min()),
        ),
        (
            "the position for x",
            "x_min_grid holds a position in the array, not an x.",
            "Take the element of xs at that position.",
            _x_min(lambda xs, ys: int(ys.argmin())),
        ),
        (
            "the place of the maximum",
            "This is the left end of the grid, where f is largest.",
            "Look for the smallest value of ys, then take the x that belongs to it.",
            _x_min(lambda xs, ys: xs[ys.argmax()]),
        ),
        (
            "rounded or read off",
            "x_min_grid lies near the lowest point of the grid, and is no point of it: it was rounded, or read off.",
            "Take the element of xs itself, with all its digits.",
            *(_x_min(lambda xs, ys, n=digits: round(float(xs[ys.argmin()]), n)) for digits in (0, 1, 2, 3, 4)),
            *(lambda number=number, **given: _answer(XS, YS, number) for number in (1.54, 1.536, 1.5363)),
        ),
        (
            "x and y together",
            "x_min_grid holds two numbers.",
            "Keep only x.",
            _x_min(lambda xs, ys: (xs[ys.argmin()], ys.min())),
        ),
        (
            "another number of points",
            "The grid does not have 1,000 points.",
            "`np.linspace(start, stop, number)` takes the number of points.",
            _other_grid(np.linspace(-10, 10)),
            _other_grid(np.linspace(-10, 10, 100)),
            _other_grid(np.linspace(-10, 10, 1001)),
            _other_grid(np.linspace(-10, 10, 2000)),
            _other_grid(np.linspace(-10, 10, 10000)),
            _other_grid(np.arange(-10, 10)),
            _other_grid(np.arange(-10, 11)),
            _other_grid(np.arange(-10, 10, 0.1)),
            _other_grid(np.arange(-10, 10, 0.01)),
            _kept_grid(lambda xs: xs.size != XS.size, np.linspace(-10, 10, 500)),
        ),
        (
            "another range",
            "The grid does not run from -10 to 10.",
            "Both ends belong to the grid: -10 and 10.",
            _other_grid(np.linspace(0, 10, 1000)),
            _other_grid(np.linspace(-5, 5, 1000)),
            _other_grid(np.linspace(-1, 1, 1000)),
            _other_grid(np.linspace(0, 1, 1000)),
            _other_grid(np.arange(1000)),
            _kept_grid(
                lambda xs: xs.size == XS.size and max(abs(xs.min() + 10), abs(xs.max() - 10)) > ENDS,
                np.linspace(-9, 9, 1000),
            ),
        ),
        (
            "no line kept",
            "The Axes in `f_ax` is empty, or holds points in place of a line.",
            "Draw with `plot` on that very Axes, or call `plt.gca()` in the same cell right after drawing.",
            _wrong(lambda xs, ys: {"how": "nothing"}),
            _wrong(lambda xs, ys: {"how": "points"}),
        ),
        (
            "no Axes kept",
            "`f_ax` does not hold an Axes; it may be missing, a Figure, the list that `plt.plot` returns, or None.",
            "`plt.gca()` gives the Axes you have just drawn on; `plt.subplots()` returns a Figure and an Axes.",
            _without_axes,
            _keeps(lambda ax: ax.figure),
            _keeps(lambda ax: list(ax.lines)),
            _keeps(lambda ax: (ax.figure, ax)),
            _keeps(lambda ax: ax.lines[0]),
            _keeps(lambda ax: None),
            _keeps(lambda ax: SimpleNamespace()),
        ),
        (
            "x and y exchanged",
            "The plot has f(x) to the right and x upwards.",
            "`plot` takes the x values first.",
            _wrong(lambda xs, ys: {"how": "turned"}),
        ),
        (
            "plotted without x",
            "Only ys was plotted, so that the horizontal axis counts positions.",
            "Give `plot` both: xs first, then ys.",
            _wrong(lambda xs, ys: {"how": "positions"}),
        ),
    ],
)


@grid_minimum.right("lists and a loop")
def _(**given):
    xs = [-10 + 20 * i / 999 for i in range(1000)]
    ys = [_polynomial(x) for x in xs]
    best = 0
    for i, y in enumerate(ys):
        if y < ys[best]:
            best = i
    return {"f": _polynomial, "xs": xs, "ys": ys, "x_min_grid": xs[best], "f_ax": _line(xs, ys)}


@grid_minimum.right("np.arange without the last point")
def _(**given):
    return _of_grid(np.arange(-10, 10, 0.02)[:1000])


@grid_minimum.right("Series, idxmin and its own plot")
def _(**given):
    ys = pd.Series(_polynomial(XS), index=XS)
    return _answer(pd.Series(XS), ys, ys.idxmin(), axes=lambda: ys.plot(ax=_axes()))


@grid_minimum.right("a DataFrame and its plot method")
def _(**given):
    table = pd.DataFrame({"x": XS, "f": YS})
    place = table.loc[table["f"].idxmin(), "x"]
    return _answer(table["x"], table["f"], place, axes=lambda: table.plot(x="x", y="f", ax=_axes()))


@grid_minimum.right("boolean mask, an array of one element")
def _(**given):
    return _answer(XS, YS, XS[YS.min() == YS])


@grid_minimum.right("the minimum marked in the plot")
def _(**given):
    def mark():
        ax = _line(XS, YS)
        ax.axvline(XS[YS.argmin()], linestyle=":")
        ax.plot(XS[YS.argmin()], YS.min(), "o")
        ax.set(xlabel="x", ylabel="f(x)", title="A valley")
        return ax

    return _answer(XS, YS, float(XS[YS.argmin()]), axes=mark)


@grid_minimum.right("a finer line of its own")
def _(**given):
    x = np.linspace(-10, 10, 3001)
    return _answer(XS, YS, axes=lambda: _line(x, _polynomial(x), "--"))


@grid_minimum.right("a wrong f, which costs its own point only")
def _(**given):
    def other(x):
        return (x - 3) ** 2

    return _answer(XS, other(XS), f=other, axes=lambda: _line(XS, other(XS)))


@grid_minimum.right("f for single numbers only")
def _(**given):
    def single(x):
        return 0.001 * math.pow(3 * x - 1, 4) + 1.5 * math.pow(2 * x - 4, 2) + 5 * x + 7

    return _answer(XS, np.array([single(x) for x in XS]), f=single)


@grid_minimum.right("rows and columns")
def _(**given):
    return _answer(XS, YS) | {"xs": XS.reshape(-1, 1), "ys": YS.reshape(-1, 1), "x_min_grid": [XS[YS.argmin()]]}
