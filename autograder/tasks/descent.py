"""3.2 `gradient_descent` and `newton`: step by step to the minimum of a function.

Wherever a run ends by its tolerance, the last steps lie clearly on either side of it, so that no order of arithmetic
can change the number of updates.
"""

import itertools
import math

import numpy as np

from autograder.tasks import Case, Task
from autograder.tasks.minimum import f as polynomial

gradient_descent = Task("gradient_descent", points={"weights": 1, "count": 1, "vectors": 1})
newton = Task("newton", points={"weights": 1, "count": 1})

MARGIN = 1.03  # a step this many times above or below the tolerance can't be taken for the other


# --- gradient_descent --------------------------------------------------------------------------------------


@gradient_descent.reference
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, n_iter, size = np.array(w_0, dtype=float), 0, math.inf
    while size >= tolerance and n_iter < max_iter:
        step = learning_rate * np.asarray(gradient(w if w.ndim else float(w)))
        w, n_iter, size = w - step, n_iter + 1, np.abs(step).sum()
    return w, n_iter


BOWL = "lambda w: 2 * (w - c)"
STEEP_BOWL = "lambda w: a * (w - c)"
SLOPE = "lambda w: c + 0 * w"
BENT = "lambda w: np.tanh(w - c) + 0.3 * (w - c)"


def _is_clear(slope, w, learning_rate, tolerance):
    """True when no step of the run lies near the tolerance."""
    size = math.inf
    while size >= tolerance:
        step = learning_rate * slope(w)
        w, size = w - step, np.abs(step).sum()
        if tolerance / MARGIN < size < tolerance * MARGIN:
            return False
    return True


def _drawn(rng, slope_of, bounds, size, learning_rate, tolerance, both_sides=False):
    """A start and a centre whose run is clear: numbers with `size` None, else arrays. both_sides: signs alternate."""
    while True:
        w_0, c = rng.uniform(*bounds[0], size=size), rng.uniform(*bounds[1], size=size)
        if both_sides:
            w_0 = w_0 * (-1.0) ** np.arange(size)
        w_0, c = np.round(w_0, 1), np.round(c, 1)
        if _is_clear(slope_of(c), w_0, learning_rate, tolerance):
            return (float(w_0), float(c)) if size is None else (w_0, c)


def _bowl(c):
    return lambda w: 2 * (w - c)


def _bent(c):
    return lambda w: np.tanh(w - c) + 0.3 * (w - c)


RIGHT_OF_IT, LEFT_OF_IT, NEAR_ZERO = (6, 14), (-14, -6), (-4, 4)


@gradient_descent.cases
def _(rng, fresh):
    calls = []  # (call, inputs, about)
    if fresh:
        w_0, c = _drawn(rng, _bowl, (RIGHT_OF_IT, NEAR_ZERO), None, 0.1, 1e-6)
    else:
        w_0, c = 10.0, 3.0
    calls.append((f"gradient_descent({BOWL}, w_0)", {"w_0": w_0, "c": c}, "from the right, all settings as given"))

    given = f"gradient_descent({BOWL}, w_0, 0.2, 0.01, 200)"
    w_0, c = _drawn(rng, _bowl, (LEFT_OF_IT, NEAR_ZERO), None, 0.2, 0.01)
    calls.append((given, {"w_0": w_0, "c": c}, "from the left, learning rate 0.2, tolerance 0.01"))
    w_0, c = _drawn(rng, _bowl, (RIGHT_OF_IT, NEAR_ZERO), None, 0.2, 0.01)
    calls.append((given, {"w_0": w_0, "c": c}, "from the right, learning rate 0.2, tolerance 0.01"))

    w_0, c = round(float(rng.uniform(*RIGHT_OF_IT)), 1), round(float(rng.uniform(*NEAR_ZERO)), 1)
    given = f"gradient_descent({BOWL}, w_0, 0.01, 1e-6, 7)"
    calls.append((given, {"w_0": w_0, "c": c}, "at most 7 updates"))

    # Here the styles of wrong versions part ways, and tolerances above 1 would catch loops that begin with "step = 1".
    silent = []
    w_0, c = _drawn(rng, _bowl, (RIGHT_OF_IT, NEAR_ZERO), None, 0.01, 0.5)
    given = f"gradient_descent({BOWL}, w_0, 0.01, 0.5, 200)"
    silent.append((given, {"w_0": w_0, "c": c}, "the first step is below the tolerance already"))
    w_0, c = _drawn(rng, _bent, (LEFT_OF_IT, NEAR_ZERO), None, 0.5, 1e-4)
    given = f"gradient_descent({BENT}, w_0, 0.5, 0.0001, 200)"
    silent.append((given, {"w_0": w_0, "c": c}, "another function, tolerance 0.0001"))
    silent.append(
        (f"gradient_descent({SLOPE}, w_0)", {"w_0": 60.0, "c": 0.5}, "a slope without end, all settings as given")
    )
    for position, part, what in ((0, "weights", "w"), (1, "count", "n_iter")):
        for call, inputs, about in [*calls, *silent, (*calls[0][:2], "the first call once more")]:
            case = f"{what}: {about}"
            is_silent = (call, inputs, about) in silent
            yield Case(f"{call}[{position}]", inputs, part, case, rtol=1e-9, atol=1e-9, silent=is_silent)

    yield from _vector_cases(rng, fresh)


def _vector_cases(rng, fresh):
    for size in (2, 3) + ((5, 40) if fresh else ()):
        w_0, c = _drawn(rng, _bowl, (RIGHT_OF_IT, NEAR_ZERO), size, 0.1, 0.001, both_sides=True)
        call = f"gradient_descent({BOWL}, w_0, 0.1, 0.001, 200)"
        yield from _both(call, {"w_0": w_0, "c": c}, f"{size} weights")
    for _ in range(2 if fresh else 0):
        a = rng.uniform(0.4, 3, size=3).round(2)
        w_0, c = _drawn(rng, lambda c, a=a: lambda w: a * (w - c), ((-9, 9), NEAR_ZERO), 3, 0.25, 0.01)
        call = f"gradient_descent({STEEP_BOWL}, w_0, 0.25, 0.01, 200)"
        yield from _both(call, {"w_0": w_0, "c": c, "a": a}, "3 weights, each with its own slope")
    if fresh:
        w_0, c = _drawn(rng, _bowl, (LEFT_OF_IT, NEAR_ZERO), 1, 0.1, 0.001)
        call = f"gradient_descent({BOWL}, w_0, 0.1, 0.001, 200)"
        yield from _both(call, {"w_0": w_0, "c": c}, "an array of one weight", silent=True)
    w_0, c = _drawn(rng, _bowl, (RIGHT_OF_IT, NEAR_ZERO), 4, 0.1, 0.001)
    yield from _both(
        f"gradient_descent({BOWL}, w_0, 0.1, 0.001, 5)", {"w_0": w_0, "c": c}, "4 weights, 5 updates", results="w"
    )

    start = int(rng.integers(6, 12))
    yield from _both(
        f"gradient_descent({BOWL}, w_0, 0.1, 1e-6, 3)",
        {"w_0": start, "c": 1.5},
        "a whole number to start from, 3 updates",
        silent=True,
        faults=WHOLE_NUMBERS,
        results="w",
    )
    yield from _both(
        f"gradient_descent({BOWL}, w_0, 0.1, 1e-6, 3)",
        {"w_0": np.array([start, -start]), "c": 1.5},
        "an array of whole numbers, 3 updates",
        silent=True,
        faults=WHOLE_NUMBERS,
        results="w",
    )
    yield from _both(
        f"gradient_descent({BOWL}, w_0, 0.1, 1e-6, 0)",
        {"w_0": 5.5, "c": 1.5},
        "no update at all: max_iter is 0",
        silent=True,
        faults=NO_UPDATE,
    )


def _both(call, inputs, about, silent=False, faults=None, results=("w", "n_iter")):
    """The weights and the count of one call, in the last part."""
    for position, what in enumerate(results):
        given = {"silent": silent, "faults": faults or {}, "rtol": 1e-9, "atol": 1e-9}
        yield Case(f"{call}[{position}]", inputs, "vectors", f"{what}: {about}", **given)


WHOLE_NUMBERS = dict.fromkeys(("values", "runs:UFuncTypeError", "runs:_UFuncOutputCastingError"), "whole numbers kept")
NO_UPDATE = dict.fromkeys(("values", "runs:UnboundLocalError", "runs:NameError"), "max_iter of 0")

gradient_descent.tell(
    "whole numbers kept",
    "An array of whole numbers can't hold fractions, and yours is written into.",
    "Make the weights floats at the start, or make a new array in each update: `w = w - ...`.",
)
gradient_descent.tell(
    "max_iter of 0",
    "With max_iter=0 no update is made, and names that are first set inside the loop don't exist then.",
    "Set w and n_iter before the loop: w_0 and 0 are right when the loop never runs.",
)


def _f(x):
    return polynomial.model(x)


def _size(step):
    return abs(step) if isinstance(step, float) else np.sum(np.abs(step))


def _descend(
    gradient,
    w_0,
    learning_rate=0.1,
    tolerance=1e-6,
    max_iter=1000,
    change=lambda rate, slope: rate * slope,
    small=lambda w, new, step, slope, tolerance: _size(step) < tolerance,
    start=0,
    last=True,
    back=False,
):
    """A descent with something to spoil. change: the step. small: the test. last: count the last update.
    back: return the weights before it."""
    w, n_iter = np.array(w_0, dtype=float) if np.ndim(w_0) else float(w_0), start
    before = w
    for _ in range(max_iter):
        slope = gradient(w)
        step = change(learning_rate, slope)
        before, w = w, w - step
        stop = small(before, w, step, slope, tolerance)
        n_iter += int(last or not stop)
        if stop:
            break
    return (before if back else w), n_iter


def _spoilt(**what):
    def version(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
        return _descend(gradient, w_0, learning_rate, tolerance, max_iter, **what)

    return version


def _fixed(**fixed):
    """A version that ignores some settings and uses fixed ones."""

    def version(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
        given = {"learning_rate": learning_rate, "tolerance": tolerance, "max_iter": max_iter}
        return _descend(gradient, w_0, **(given | fixed))

    return version


gradient_descent.mistake(
    "ascends",
    "Your steps go up the slope, away from the minimum.",
    "The slope points uphill: subtract the step.",
)(_spoilt(change=lambda rate, slope: -rate * slope))
gradient_descent.mistake(
    "learning rate squared",
    "The learning rate was multiplied in twice.",
    "step = learning rate times gradient, once; then subtract that step as it is.",
)(_spoilt(change=lambda rate, slope: rate**2 * slope))


@gradient_descent.mistake("learning rate squared")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, n_iter, step = w_0, 0, math.inf
    while _size(step) >= tolerance and n_iter < max_iter:
        step = learning_rate * gradient(w)
        w, n_iter = w - learning_rate * step, n_iter + 1
    return w, n_iter


gradient_descent.mistake(
    "learning rate not used",
    "The whole slope is subtracted, without the learning rate.",
    "Multiply the gradient by the learning rate.",
)(_spoilt(change=lambda rate, slope: slope))
gradient_descent.mistake(
    "divides by the learning rate",
    "The slope was divided by the learning rate.",
    "Multiply by it: a small learning rate makes small steps.",
)(_spoilt(change=lambda rate, slope: slope / rate))
for _rate in (0.1, 0.01):
    gradient_descent.mistake(
        "learning rate fixed",
        "Your learning rate is a number written into the function.",
        "Use the argument `learning_rate`.",
    )(_fixed(learning_rate=_rate))
gradient_descent.mistake(
    "only the sign of the slope",
    "All steps have the same length: only the sign of the gradient is used.",
    "The step is the learning rate times the gradient itself.",
)(_spoilt(change=lambda rate, slope: rate * np.sign(slope)))

gradient_descent.mistake(
    "ignores tolerance",
    "Your loop always makes max_iter updates.",
    "Leave the loop, for example with `break`, as soon as the step is smaller than the tolerance.",
)(_fixed(tolerance=-1.0))
for _tolerance in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8):
    gradient_descent.mistake(
        "tolerance fixed",
        "The tolerance is a number written into the function.",
        "Use the argument `tolerance`.",
    )(_fixed(tolerance=_tolerance))
gradient_descent.mistake(
    "ignores max_iter",
    "Your loop goes on after max_iter updates.",
    "Stop when the tolerance is reached or when max_iter updates are made, whichever comes first.",
)(_fixed(max_iter=10_000))
for _number in (100, 1000):
    gradient_descent.mistake("ignores max_iter")(_fixed(max_iter=_number))


def _stops(name, cause, next_step, *tests):
    """Wrong tests of the end."""
    for test in tests:
        gradient_descent.mistake(name, cause, next_step)(_spoilt(small=test))


_stops(
    "uses the gradient and not the step",
    "The gradient was compared with the tolerance.",
    "Compare what changes w with it: the learning rate times the gradient.",
    lambda w, new, step, slope, tolerance: _size(slope) < tolerance,
)
_stops(
    "uses the loss and not the step",
    "The loop ends by a change of f, a function of the notebook, and not by the step.",
    "Compare the size of the step with the tolerance. The function knows its gradient only.",
    lambda w, new, step, slope, tolerance: _size(_f(new) - _f(w)) < tolerance,
    lambda w, new, step, slope, tolerance: np.all(_f(w) - _f(new) < tolerance),
    lambda w, new, step, slope, tolerance: np.all(_f(new) > _f(w)) or _size(_f(new) - _f(w)) < tolerance,
)
_stops(
    "absolute value forgotten",
    "A negative step counts as small, so the loop ends at once on one side of the minimum.",
    "Compare `abs(step)` with the tolerance.",
    lambda w, new, step, slope, tolerance: np.sum(step) < tolerance,
    lambda w, new, step, slope, tolerance: np.sum(new - w) < tolerance,
)
_stops(
    "relative step",
    "The step was divided by the weights before it was compared.",
    "Compare the plain size of the step.",
    lambda w, new, step, slope, tolerance: _size(step) < tolerance * _size(new),
    lambda w, new, step, slope, tolerance: _size(step) < tolerance * _size(w),
)
_stops(
    "step squared",
    "The square of the step was compared with the tolerance.",
    "Use the absolute value; a square is far smaller near the end.",
    lambda w, new, step, slope, tolerance: np.sum(np.square(step)) < tolerance,
)


@gradient_descent.mistake(
    "uses the gradient and not the step",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, n_iter = w_0, 0
    while _size(gradient(w)) >= tolerance and n_iter < max_iter:
        w = w - learning_rate * gradient(w)
        n_iter += 1
    return w, n_iter


PREVIOUS = (
    "returns the previous w",
    "The last update is missing: w is returned as it was before it.",
    "First subtract the step, then decide whether to stop, and return the new w.",
)
gradient_descent.mistake(*PREVIOUS)(_spoilt(back=True))
gradient_descent.mistake(*PREVIOUS)(_spoilt(back=True, last=False))


@gradient_descent.mistake(*PREVIOUS)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w = w_0
    for n_iter in range(max_iter):  # noqa: B007
        step = learning_rate * gradient(w)
        if _size(step) < tolerance:
            break
        w = w - step
    return w, n_iter


@gradient_descent.mistake(
    "always the slope at w_0",
    "Every step uses the slope at the starting point.",
    "Compute the gradient anew at the present w, inside the loop.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    slope = gradient(w_0)
    return _descend(lambda w: slope, w_0, learning_rate, tolerance, max_iter)


def _to_the_end(extra):
    """Right by tolerance, and one update too many or too few when the iterations run out."""

    def version(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
        return _descend(gradient, w_0, learning_rate, tolerance, max_iter + extra)

    return version


for _extra in (-1, 1):
    gradient_descent.mistake(
        "one update too many or too few",
        "When the iterations run out, you have made one update more or less than max_iter.",
        "Count the rounds for max_iter=2: `range(max_iter)` has max_iter rounds, as has `while n < max_iter`.",
    )(_to_the_end(_extra))

for _what in ({"start": 1}, {"start": -1}, {"last": False}):
    gradient_descent.mistake(
        "counts off by one",
        "n_iter is one more or one less than the number of updates made.",
        "Start at 0 and add 1 for each update, the last one included. A `range` counts from 0.",
    )(_spoilt(**_what))


@gradient_descent.mistake("counts off by one")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, n_iter = w_0, 0
    for n_iter in range(1, max_iter + 1):
        step = learning_rate * gradient(w)
        w = w - step
        if _size(step) < tolerance:
            return w, n_iter + 1
    return w, n_iter


@gradient_descent.mistake(
    "starts at 0",
    "The descent starts at 0 and not at the w_0 that it was given.",
    "Begin with `w = w_0`.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    return _descend(gradient, 0.0, learning_rate, tolerance, max_iter)


@gradient_descent.mistake(
    "the loop never starts",
    "No update is made: the condition of the loop is false before the first round.",
    "Let the step begin as something large, such as `math.inf`, so that the first round is made.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    return w_0, 0


@gradient_descent.mistake(
    "max_iter returned as the count",
    "You return max_iter, however many updates were made.",
    "Count the updates and return that number.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    return _descend(gradient, w_0, learning_rate, tolerance, max_iter)[0], max_iter


@gradient_descent.mistake(
    "the last step for the count",
    "The second value is the last step and not the number of updates.",
    "Return the weights and the number of updates.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    before, _ = _descend(gradient, w_0, learning_rate, tolerance, max_iter, back=True)
    w, _ = _descend(gradient, w_0, learning_rate, tolerance, max_iter)
    return w, np.abs(w - before)


for _form in (float, np.float64, np.array):

    @gradient_descent.mistake(
        "only the weights returned",
        "The number of updates is missing from what you return.",
        "Return both, with a comma between them: the weights, then the count.",
    )
    def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000, form=_form):
        return form(_descend(gradient, w_0, learning_rate, tolerance, max_iter)[0])


@gradient_descent.mistake(
    "nothing returned",
    "The function ends without `return`.",
    "Return the weights and the number of updates, after the loop.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    _descend(gradient, w_0, learning_rate, tolerance, max_iter)


def _with_defaults(**defaults):
    def version(gradient, w_0, learning_rate=None, tolerance=None, max_iter=None):
        given = {"learning_rate": learning_rate, "tolerance": tolerance, "max_iter": max_iter}
        given = {name: value for name, value in given.items() if value is not None}
        return _descend(gradient, w_0, **(defaults | given))

    return version


for _defaults in (
    *({"learning_rate": rate} for rate in (0.01, 0.001, 0.5)),
    *({"tolerance": tolerance} for tolerance in (1e-3, 1e-4, 1e-5, 1e-8)),
):
    gradient_descent.mistake(
        "another default",
        "With all settings given your answers are right; a default in the first line differs from the one asked for.",
        "The first line reads `learning_rate=0.1, tolerance=1e-6, max_iter=1000`.",
    )(_with_defaults(**_defaults))


@gradient_descent.mistake(
    "weights and count exchanged",
    "The two results come in the wrong order.",
    "Return the weights first, then the number of updates.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    return _descend(gradient, w_0, learning_rate, tolerance, max_iter)[::-1]


@gradient_descent.mistake(
    "all weights returned",
    "You return the whole path of weights.",
    "Return only the last one.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    path = [w_0]
    n_iter = _descend(gradient, w_0, learning_rate, tolerance, max_iter)[1]
    for _ in range(n_iter):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return path, n_iter


# Vectors: what works for numbers and fails for arrays.

SAME_ARRAY = (
    "stops after one step",
    "The loop ends after its first round. `return` or `break` comes too early, or the comparison with the tolerance is "
    "the wrong way round, or the old weights are the same array as the new ones (`old = w` makes no copy; then "
    "`w -= step` changes both, and their difference is 0).",
    "Return after the loop. Make a new array in each update, `w = w - change`, or keep `w.copy()`.",
)


@gradient_descent.mistake(*SAME_ARRAY)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    return w_0 - learning_rate * gradient(w_0), 1


gradient_descent.mistake(*SAME_ARRAY)(_spoilt(small=lambda w, new, step, slope, tolerance: _size(step) > tolerance))


def _in_place(copy):
    def version(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
        w, n_iter = copy(w_0), 0
        for _ in range(max_iter):
            old = w
            w -= learning_rate * gradient(w)
            n_iter += 1
            if _size(w - old) < tolerance:
                break
        return w, n_iter

    return version


gradient_descent.mistake(*SAME_ARRAY)(_in_place(lambda w_0: w_0))
gradient_descent.mistake(*SAME_ARRAY)(_in_place(lambda w_0: w_0.copy() if isinstance(w_0, np.ndarray) else w_0))
gradient_descent.mistake(*SAME_ARRAY)(_in_place(lambda w_0: np.array(w_0, dtype=float)))
gradient_descent.mistake(*SAME_ARRAY)(_in_place(lambda w_0: np.asarray(w_0, dtype=float)))


@gradient_descent.mistake(
    "changes w_0",
    "`w -= step` writes into the array that was given as w_0.",
    "Start from a copy, `w_0.copy()`, or make a new array in each update: `w = w - change`.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, n_iter = w_0, 0
    for _ in range(max_iter):
        step = learning_rate * gradient(w)
        w -= step
        n_iter += 1
        if _size(step) < tolerance:
            break
    return w, n_iter


def _vector_test(test):
    """A version whose test of the end suits numbers only."""

    def version(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
        w, n_iter = w_0, 0
        for _ in range(max_iter):
            step = learning_rate * gradient(w)
            w = w - step
            n_iter += 1
            if test(step, tolerance):
                break
        return w, n_iter

    return version


for _test in (
    lambda step, tolerance: abs(step) < tolerance,
    lambda step, tolerance: math.fabs(step) < tolerance,
    lambda step, tolerance: -tolerance < step < tolerance,
    lambda step, tolerance: abs(float(step)) < tolerance,
):
    gradient_descent.mistake(
        "scalar only",
        "With several weights, `abs(step) < tolerance` has several answers, and `if` needs one.",
        "Add up the absolute values of the step first: `np.sum` and `np.abs` work for numbers and arrays alike.",
    )(_vector_test(_test))
for _test in (
    lambda step, tolerance: np.linalg.norm(step) < tolerance,
    lambda step, tolerance: np.max(np.abs(step)) < tolerance,
    lambda step, tolerance: np.mean(np.abs(step)) < tolerance,
    lambda step, tolerance: np.any(np.abs(step) < tolerance),
    lambda step, tolerance: abs(np.sum(step)) < tolerance,
    lambda step, tolerance: abs(np.mean(step)) < tolerance,
    lambda step, tolerance: abs(np.max(step)) < tolerance,
    lambda step, tolerance: abs(np.ravel(step)[0]) < tolerance,
):
    gradient_descent.mistake(
        "not the sum of absolute differences",
        "The steps of the weights are combined in another way: by a norm, maximum, mean, or a sum with signs.",
        "Here the size of a step is the sum of its absolute values, `np.sum(np.abs(step))`.",
    )(_vector_test(_test))


@gradient_descent.mistake(
    "weights added up",
    "For several weights, you return one number.",
    "Return all weights, in the shape of w_0.",
)
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, n_iter = _descend(gradient, w_0, learning_rate, tolerance, max_iter)
    return np.sum(w), n_iter


@gradient_descent.right("for with break, step computed first")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, n_iter = w_0, 0
    for _ in range(max_iter):
        step = learning_rate * gradient(w)
        w = w - step
        n_iter += 1
        if np.sum(np.abs(step)) < tolerance:
            break
    return w, n_iter


@gradient_descent.right("while, differences of weights")
def _(slope, start, eta=0.1, eps=1e-6, limit=1000):
    new, count, size = np.asarray(start, dtype=float), 0, eps + 1
    while size >= eps and count < limit:
        old = new.copy()
        new = old - slope(old) * eta
        count = count + 1
        size = np.linalg.norm(np.ravel(new - old), 1)
    return [new, count]


@gradient_descent.right("enumerate from 1, return from inside")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000, verbose=False):
    w = w_0
    for n_iter in range(1, max_iter + 1):
        new = w + -learning_rate * gradient(w)
        if np.abs(new - w).sum() <= tolerance:
            return new, n_iter
        w = new
    return w, max_iter


@gradient_descent.right("copy and in place")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w = np.array(w_0, dtype=np.float64)
    n_iter = 0
    while n_iter < max_iter:
        step = np.multiply(learning_rate, gradient(w))
        w -= step
        n_iter += 1
        if sum(abs(value) for value in np.atleast_1d(step)) < tolerance:
            break
    return w, float(n_iter)


@gradient_descent.right("recursion for whole paths")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    path = [w_0]
    sizes = [math.inf]
    while len(path) <= max_iter and sizes[-1] >= tolerance:
        path.append(path[-1] - learning_rate * gradient(path[-1]))
        sizes.append(float(np.abs(np.subtract(path[-1], path[-2])).sum()))
    return path[-1], len(path) - 1


@gradient_descent.right("itertools")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    def update(state, _):
        step = learning_rate * gradient(state[0])
        return state[0] - step, np.abs(step).sum() if np.ndim(step) else abs(step)

    states = itertools.accumulate(range(max_iter), update, initial=(w_0, math.inf))
    n_iter = -1
    for w, size in states:  # noqa: B007
        n_iter += 1
        if size < tolerance:
            break
    return w, n_iter


@gradient_descent.right("isinstance, two measures")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, done, n_iter = w_0, False, 0
    while not done and n_iter != max_iter:
        previous, w = w, w - learning_rate * gradient(w)
        n_iter += 1
        difference = w - previous
        distance = float(np.abs(difference).sum()) if isinstance(w, np.ndarray) else math.fabs(difference)
        done = distance < tolerance
    return (w, n_iter)


@gradient_descent.right("whole numbers and strings of NumPy types")
def _(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    w, n_iter = np.longdouble(w_0) if np.ndim(w_0) == 0 else w_0.astype("longdouble"), np.int64(0)
    step = np.inf
    while n_iter < max_iter and np.sum(np.abs(step)) >= tolerance:
        step = learning_rate * gradient(w)
        w, n_iter = w - step, n_iter + np.int64(1)
    return np.asarray(w, dtype=float), n_iter


# --- newton ------------------------------------------------------------------------------------------------


@newton.reference
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    w, n_iter, step = float(w_0), 0, math.inf
    while abs(step) >= tolerance and n_iter < max_iter:
        step = gradient(w) / hessian(w)
        w, n_iter = w - step, n_iter + 1
    return w, n_iter


PAIRS = {
    "bowl": ("lambda w: 2 * (w - c)", "lambda w: 2.0"),
    "bent": ("lambda w: w - c + np.tanh(w - c)", "lambda w: 2 - np.tanh(w - c) ** 2"),
    "cubic": ("lambda w: (w - c) ** 3 + w - c", "lambda w: 3 * (w - c) ** 2 + 1"),
    "exponential": ("lambda w: np.exp(w) - c", "lambda w: np.exp(w)"),
    "steep": ("lambda w: 100 * (np.exp(w) - c)", "lambda w: 100 * np.exp(w)"),
}
CALLABLE = {
    "bowl": (lambda w, c: 2 * (w - c), lambda w, c: 2.0),
    "bent": (lambda w, c: w - c + np.tanh(w - c), lambda w, c: 2 - np.tanh(w - c) ** 2),
    "cubic": (lambda w, c: (w - c) ** 3 + w - c, lambda w, c: 3 * (w - c) ** 2 + 1),
    "exponential": (lambda w, c: np.exp(w) - c, lambda w, c: np.exp(w)),
    "steep": (lambda w, c: 100 * (np.exp(w) - c), lambda w, c: 100 * np.exp(w)),
}


def _newton_start(rng, kind, starts, centres, tolerance):
    """A start and a centre from which all steps lie at least a factor of three away from the tolerance."""
    slope, curvature = CALLABLE[kind]
    while True:
        w_0, c = round(float(rng.uniform(*starts)), 1), round(float(rng.uniform(*centres)), 1)
        w, steps, slopes = w_0, [], []
        while len(steps) < 50 and (not steps or steps[-1] >= tolerance):
            slopes.append(abs(slope(w, c)))
            step = slope(w, c) / curvature(w, c)
            w, steps = w - step, [*steps, abs(step)]
        clear = all(s > 3 * tolerance or s < tolerance / 3 for s in steps)
        long = steps[0] > 30 * tolerance and 3 <= len(steps) < 20
        # At the end the slope itself is above the tolerance, or (exponential) below it as well: who compares the
        # slope, and who compares nothing, can be told apart.
        slope_fits = {"steep": slopes[-1] > 3 * tolerance, "exponential": slopes[-1] < tolerance / 3}
        if clear and long and slope_fits.get(kind, True):
            return {"w_0": w_0, "c": c}


@newton.cases
def _(rng, fresh):
    calls = []

    def ask(kind, inputs, settings, about, silent=False):
        slope, curvature = PAIRS[kind]
        calls.append((f"newton({slope}, {curvature}, w_0{settings})", inputs, about, silent))

    tiny = {"w_0": 10.0, "c": 3.0}
    if fresh:
        tiny = {"w_0": round(float(rng.uniform(5, 12)), 1), "c": round(float(rng.uniform(-3, 3)), 1)}
    ask("bowl", tiny, "", "a parabola: one step arrives, the second one is 0")
    for starts in ((2, 4), (-4, -2)):
        if fresh:
            inputs = _newton_start(rng, "cubic", starts, (-1, 1), 0.02)
            ask("cubic", inputs, ", 0.02", "tolerance 0.02", silent=True)
        inputs = _newton_start(rng, "bent", starts, (-1, 1), 0.02)
        ask("bent", inputs, ", 0.02, 3", "tolerance 0.02, at most 3 updates")
    # From there the last step but one is above 0.16: its square is not below the tolerance.
    inputs = _newton_start(rng, "bent", (2.5, 4), (-1, 0), 0.02)
    ask("bent", inputs, ", 0.02", "another bent function, tolerance 0.02")
    inputs = _newton_start(rng, "exponential", (2.5, 4), (2, 6), 0.02)
    ask("exponential", inputs, ", 0.02", "an exponential function, tolerance 0.02")
    ask(
        "exponential",
        _newton_start(rng, "exponential", (2.5, 4), (2, 6), 1e-6),
        "",
        "all settings as given",
        silent=True,
    )
    ask("exponential", _newton_start(rng, "exponential", (3, 5), (2, 6), 1e-6), ", 1e-6, 2", "at most 2 updates")
    ask("bent", _newton_start(rng, "bent", (2, 4), (-1, 1), 1e-6), ", 1e-6, 1", "at most 1 update")
    ask("steep", _newton_start(rng, "steep", (2.5, 4), (2, 6), 0.02), ", 0.02", "a steep function, tolerance 0.02")
    about = "the first step is below the tolerance already"
    ask("exponential", {"w_0": 3.0, "c": 4.0}, ", 0.9", about, silent=True)
    if fresh:
        for starts in ((2, 6), (-6, -2)):
            ask("cubic", _newton_start(rng, "cubic", starts, (-1, 1), 1e-6), "", "all settings as given", silent=True)
    # Far from 0 a step that is divided by w falls below the tolerance one update too early.
    far = _newton_start(rng, "bent", (2, 4), (25, 40), 0.02)
    ask("bent", far, ", 0.02", "a minimum far from 0, tolerance 0.02")
    ask("bowl", tiny, "", "the first call once more")

    endless = f"newton({SLOPE}, lambda w: 2 + 0 * w, w_0)"
    calls.append((endless, {"w_0": 60.0, "c": 1.0}, "a slope without end, all settings as given", True))
    for position, part, what in ((0, "weights", "w"), (1, "count", "n_iter")):
        for call, inputs, about, silent in calls:
            yield Case(f"{call}[{position}]", inputs, part, f"{what}: {about}", rtol=1e-9, atol=1e-9, silent=silent)
    slope, curvature = PAIRS["bowl"]
    for position in (0, 1):
        about = f"{('w', 'n_iter')[position]}: a whole number to start from"
        yield Case(f"newton({slope}, {curvature}, w_0)[{position}]", {"w_0": 7, "c": 2.5}, "count", about, silent=True)
        about = f"{('w', 'n_iter')[position]}: no update at all, max_iter is 0"
        call = f"newton({slope}, {curvature}, w_0, 1e-6, 0)[{position}]"
        yield Case(call, {"w_0": 7.5, "c": 2.5}, "count", about, silent=True, faults=NO_UPDATE)


newton.tell("max_iter of 0", *gradient_descent.told["max_iter of 0"].values())


def _newton(gradient, hessian, w_0, tolerance=1e-6, max_iter=100, change=lambda g, h: g / h, **what):
    """Newton's method with something to spoil, as `_descend` has it."""
    return _descend(
        lambda w: change(gradient(w), hessian(w)), w_0, 1.0, tolerance, max_iter, change=lambda _, step: step, **what
    )


def _spoilt_newton(**what):
    def version(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
        return _newton(gradient, hessian, w_0, tolerance, max_iter, **what)

    return version


def _fixed_newton(**fixed):
    def version(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
        return _newton(gradient, hessian, w_0, **({"tolerance": tolerance, "max_iter": max_iter} | fixed))

    return version


def _add_newton(name, *versions):
    """A mistake that descent has as well, with the same words."""
    told = gradient_descent.told[name]
    for version in versions:
        newton.mistake(name, told["cause"], told["next"])(version)


for _name, _cause, _next_step, *_changes in [
    (
        "multiplies by the Hessian",
        "The gradient was multiplied by the second derivative.",
        "The learning rate is 1 / hessian(w): divide by it. Where the slope bends sharply, steps must be short.",
        lambda g, h: g * h,
    ),
    (
        "Hessian not used",
        "The steps don't depend on the second derivative.",
        "Replace the constant learning rate by 1 / hessian(w).",
        *(lambda g, h, rate=rate: rate * g for rate in (0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0)),
    ),
    (
        "a learning rate besides the Hessian",
        "The step was shortened by a learning rate, too.",
        "1 / hessian(w) is the learning rate; nothing else is needed.",
        *(lambda g, h, rate=rate: rate * g / h for rate in (0.01, 0.05, 0.1, 0.2, 0.3, 0.5)),
    ),
    (
        "Hessian over gradient",
        "The fraction is upside down.",
        "The step is the gradient divided by the Hessian.",
        lambda g, h: h / g if g else 0.0,
    ),
    (
        "learning rate squared",
        "1 / hessian(w) was multiplied in twice.",
        "The step is the gradient over the Hessian, once; then subtract that step as it is.",
        lambda g, h: g / h**2,
    ),
    ("ascends", *gradient_descent.told["ascends"].values(), lambda g, h: -g / h),
]:
    for _change in _changes:
        newton.mistake(_name, _cause, _next_step)(_spoilt_newton(change=_change))


@newton.mistake(
    "Hessian at w_0 only",
    "The second derivative was computed once, at the starting point.",
    "Compute it anew at the present w, inside the loop.",
)
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    curvature = hessian(w_0)
    return _newton(gradient, lambda w: curvature, w_0, tolerance, max_iter)


@newton.mistake(
    "always the slope at w_0",
    *gradient_descent.told["always the slope at w_0"].values(),
)
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    slope = gradient(w_0)
    return _newton(lambda w: slope, hessian, w_0, tolerance, max_iter)


_add_newton("returns the previous w", _spoilt_newton(back=True), _spoilt_newton(back=True, last=False))
for _tolerance in (-1.0, 1e-3, 1e-6, 1e-8):
    newton.mistake(
        "ignores tolerance",
        "The tolerance that was given doesn't decide when your loop ends.",
        "Leave the loop as soon as the step is smaller than the argument `tolerance`.",
    )(_fixed_newton(tolerance=_tolerance))
_add_newton("ignores max_iter", *(_fixed_newton(max_iter=number) for number in (1000, 100)))


def _until_flat(before):
    """Stops by the slope at the weights before the update, or after it."""

    def version(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
        w, n_iter = w_0, 0
        while n_iter < max_iter:
            old, w, n_iter = w, w - gradient(w) / hessian(w), n_iter + 1
            if abs(gradient(old if before else w)) < tolerance:
                break
        return w, n_iter

    return version


_add_newton("uses the gradient and not the step", _until_flat(before=True), _until_flat(before=False))
_add_newton(
    "absolute value forgotten",
    _spoilt_newton(small=lambda w, new, step, slope, tolerance: step < tolerance),
    _spoilt_newton(small=lambda w, new, step, slope, tolerance: new - w < tolerance),
)
_add_newton(
    "relative step",
    _spoilt_newton(small=lambda w, new, step, slope, tolerance: _size(step) < tolerance * _size(new)),
    _spoilt_newton(small=lambda w, new, step, slope, tolerance: _size(step) < tolerance * _size(w)),
)
newton.mistake("step squared", *gradient_descent.told["step squared"].values())(
    _spoilt_newton(small=lambda w, new, step, slope, tolerance: step**2 < tolerance)
)


@newton.mistake("learning rate squared")
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    w, n_iter, step = w_0, 0, math.inf
    while abs(step) >= tolerance and n_iter < max_iter:
        step = gradient(w) / hessian(w)
        w, n_iter = w - step / hessian(w), n_iter + 1
    return w, n_iter


@newton.mistake(
    "starts at 0",
    "The descent starts at 0 and not at the w_0 that it was given.",
    "Begin with `w = w_0`.",
)
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    return _newton(gradient, hessian, 0.0, tolerance, max_iter)


_add_newton("counts off by one", *(_spoilt_newton(**what) for what in ({"start": 1}, {"start": -1}, {"last": False})))


@newton.mistake("stops after one step", *gradient_descent.told["stops after one step"].values())
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    return w_0 - gradient(w_0) / hessian(w_0), 1


@newton.mistake("one update too many or too few", *gradient_descent.told["one update too many or too few"].values())
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    return _newton(gradient, hessian, w_0, tolerance, max_iter + 1)


@newton.mistake("one update too many or too few")
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    return _newton(gradient, hessian, w_0, tolerance, max_iter - 1)


@newton.mistake("max_iter returned as the count", *gradient_descent.told["max_iter returned as the count"].values())
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    return _newton(gradient, hessian, w_0, tolerance, max_iter)[0], max_iter


for _form in (lambda w: w, float, np.float64, np.array):

    @newton.mistake("only the weights returned", *gradient_descent.told["only the weights returned"].values())
    def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100, form=_form):
        return form(_newton(gradient, hessian, w_0, tolerance, max_iter)[0])


@newton.mistake("nothing returned", *gradient_descent.told["nothing returned"].values())
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    _newton(gradient, hessian, w_0, tolerance, max_iter)


@newton.mistake("returns the previous w")
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    w, n_iter = w_0, 0
    while n_iter < max_iter and abs(gradient(w) / hessian(w)) >= tolerance:
        w, n_iter = w - gradient(w) / hessian(w), n_iter + 1
    return w, n_iter


@newton.mistake("weights and count exchanged", *gradient_descent.told["weights and count exchanged"].values())
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    return _newton(gradient, hessian, w_0, tolerance, max_iter)[::-1]


@newton.right("for with break")
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    w, n_iter = w_0, 0
    for _ in range(max_iter):
        learning_rate = 1 / hessian(w)
        step = learning_rate * gradient(w)
        w -= step
        n_iter += 1
        if abs(step) < tolerance:
            break
    return w, n_iter


@newton.right("while, differences of weights")
def _(slope, curvature, start, eps=1e-6, limit=100, trace=None):
    new, count, done = np.float64(start), 0, False
    while count < limit and not done:
        old, new = new, new - slope(new) / curvature(new)
        count += 1
        done = np.abs(old - new) <= eps
    return np.array([new, count])


@newton.right("return from inside, 0-d arrays")
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    w = np.array(w_0, dtype=float)
    for n_iter in range(max_iter):
        new = w - np.divide(gradient(w), hessian(w))
        if np.max(np.abs(new - w)) < tolerance:
            return np.asarray(new), n_iter + 1
        w = new
    return w, max_iter


@newton.right("the general method with a matrix of one element")
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    path = [float(w_0)]
    while len(path) <= max_iter:
        w = path[-1]
        path.append(w - float(np.linalg.solve(np.array([[hessian(w)]]), np.array([gradient(w)]))[0]))
        if abs(path[-1] - w) < tolerance:
            break
    return [path[-1], len(path) - 1]


@newton.right("gradient descent with a scaled slope")
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    return gradient_descent.model(lambda w: gradient(w) / hessian(w), w_0, 1.0, tolerance, max_iter)


@newton.right("itertools")
def _(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    w, n_iter = w_0, 0
    for n_iter in itertools.islice(itertools.count(1), max_iter):  # noqa: B007
        step = gradient(w) / hessian(w)
        w = w - step
        if not abs(step) >= tolerance:
            break
    return w, n_iter
