"""3.4 `l1_penalty` and `l2_penalty`: what regularisation adds to the loss (practice)."""

import math

import numpy as np
import pandas as pd

from autograder.tasks import Case, Task

l1_penalty = Task("l1_penalty", points={"values": 1}, graded=False)
l2_penalty = Task("l2_penalty", points={"values": 1}, graded=False)


def _l1(w):
    return np.abs(w).sum()


def _l2(w):
    return (np.asarray(w) ** 2).sum()


def _cases(call):
    def draw(rng, fresh):
        tiny = {"w": np.array([3.0, -4.0]), "C": 2.0}
        yield Case(call, tiny, about="2 weights, C = 2")
        for size, C in [(4, 0.1), (1, 5.0), (7, 100.0)] + ([(3, 0.002), (50, 3.0), (1000, 20.0)] if fresh else []):
            w = (rng.normal(size=size) * 3).round(2)
            w[0] = -abs(w[0]) - 0.5
            yield Case(call, {"w": w, "C": C}, about=f"{size} weight{'s' * (size > 1)}, C = {C:g}")
        yield Case(call, {"w": rng.uniform(0.5, 2, size=3).round(2), "C": 4.0}, about="positive weights, C = 4")
        yield Case(call, {"w": np.array([0.0, -2.5, 0.0]), "C": 10}, about="some weights are 0, C = 10")
        yield Case(call, {"w": np.zeros(3), "C": 0.5}, about="all weights are 0")
        yield Case(call, tiny, about="the first call once more")

    return draw


for _task, _sum, _other, _names in (
    (l1_penalty, _l1, _l2, ("absolute weights", "L2 for L1", "squares")),
    (l2_penalty, _l2, _l1, ("squared weights", "L1 for L2", "absolute values")),
):
    _task.reference(lambda w, C, total=_sum: total(w) / C)
    _task.cases(_cases(f"{_task.name}(w, C)"))
    for _name, _cause, _next_step, *_versions in [
        (
            "times C for over C",
            "The sum was multiplied by C.",
            "Divide by C: a large C means a weak penalty.",
            lambda w, C, total=_sum: total(w) * C,
        ),
        (
            "C ignored",
            "C has no influence on the result.",
            "Divide the sum by C.",
            lambda w, C, total=_sum: total(w),
        ),
        (
            "1/2 put in",
            "Your result is half of the right one.",
            "Some books put 1/2 in front of the penalty; the formula of this unit has none.",
            lambda w, C, total=_sum: total(w) / (2 * C),
        ),
        (
            "C passed as log10 C",
            "C was taken for its logarithm, or its logarithm for C.",
            "Divide by C as it comes.",
            lambda w, C, total=_sum: total(w) / 10.0**C if C < 300 else 0.0,
            lambda w, C, total=_sum: total(w) / np.log10(C),
        ),
        (
            "C squared",
            "The sum was divided by the square of C.",
            "Divide by C once, after adding up.",
            lambda w, C, total=_sum: total(w) / C**2,
        ),
        (
            _names[1],
            f"You added up {_names[2]}.",
            f"This penalty adds up the {_names[0]}.",
            lambda w, C, other=_other: other(w) / C,
        ),
        (
            "mean for sum",
            "The sum was divided by the number of weights.",
            "Add up, and divide by C only.",
            lambda w, C, total=_sum: total(w) / len(w) / C,
        ),
        (
            "root taken",
            "This is the length of the weight vector: a root was taken.",
            f"Add up the {_names[0]}, without a root.",
            lambda w, C: np.sqrt(_l2(w)) / C,
        ),
        (
            "a value per weight",
            "You returned one value per weight.",
            "Add them up to one number.",
            lambda w, C: np.abs(w) / C,
            lambda w, C: w**2 / C,
        ),
        (
            "number of weights that are not 0",
            "You counted the weights that are not zero.",
            f"The penalty adds up the {_names[0]}.",
            lambda w, C: np.count_nonzero(w) / C,
        ),
        (
            "largest weight only",
            "Only the largest weight counts.",
            "Add up over all weights.",
            lambda w, C: np.max(np.abs(w)) / C,
            lambda w, C: np.max(w**2) / C,
        ),
        (
            "last weight left out",
            "The last weight is missing.",
            "w holds the weights of the features, without the intercept: use all of them.",
            lambda w, C, total=_sum: total(w[:-1]) / C,
        ),
        (
            "sign",
            "The penalty is negative.",
            "A penalty is added to the loss: it is never below zero.",
            lambda w, C, total=_sum: -total(w) / C,
        ),
    ]:
        for _version in _versions:
            _task.mistake(_name, _cause, _next_step)(_version)

    @_task.mistake("input changed in place")
    def _(w, C, total=_sum):
        result = total(w) / C
        w *= w
        return result


l1_penalty.mistake(
    "absolute value forgotten",
    "Positive and negative weights cancel.",
    "Take the absolute value of each weight before you add.",
)(lambda w, C: w.sum() / C)
l1_penalty.mistake(
    "absolute value of the sum",
    "The weights were added first, and the absolute value was taken afterwards.",
    "Take the absolute value of each weight before you add.",
)(lambda w, C: abs(w.sum()) / C)
l2_penalty.mistake(
    "(sum w)**2",
    "The weights were added first and the sum was squared.",
    "Square each weight, then add.",
)(lambda w, C: w.sum() ** 2 / C)
l2_penalty.mistake(
    "square forgotten",
    "The weights were added up as they are.",
    "Square each weight before you add.",
)(lambda w, C: w.sum() / C)

l1_penalty.right("np.abs and sum")(lambda w, C: np.sum(np.abs(w)) / C)
l1_penalty.right("norm")(lambda w, C: np.linalg.norm(w, ord=1) / C)
l1_penalty.right("generator")(lambda weights, strength=1.0: sum(abs(value) for value in weights) / strength)
l1_penalty.right("sign times weight")(lambda w, C: np.sign(w) @ w * (1 / C))
l1_penalty.right("Series")(lambda w, C: pd.Series(w).abs().sum() / C)
l1_penalty.right("where")(lambda w, C: float(np.where(w < 0, -w, w).sum() / C))
l1_penalty.right("square roots of squares")(lambda w, C: math.fsum(math.sqrt(v * v) for v in w) / C)

l2_penalty.right("squares and sum")(lambda w, C: (w**2).sum() / C)
l2_penalty.right("dot product")(lambda w, C: w @ w / C)
l2_penalty.right("norm squared")(lambda w, C: np.linalg.norm(w) ** 2 / C)
l2_penalty.right("generator")(lambda weights, strength=1.0: sum(value * value for value in weights) / strength)
l2_penalty.right("einsum")(lambda w, C: np.einsum("i,i", w, w) * C**-1)
l2_penalty.right("Series")(lambda w, C: float(pd.Series(w).pow(2).sum()) / C)
l2_penalty.right("np.square")(lambda w, C: np.asarray(np.sum(np.square(w)) / C))
