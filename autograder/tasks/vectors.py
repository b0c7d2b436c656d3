"""2.1 `dot_loop` and `dot_vectorized`: the dot product, by hand and by NumPy (practice)."""

import math

import numpy as np

from autograder.tasks import Case, Task

dot_loop = Task("dot_loop", points={"values": 1}, graded=False)
dot_loop.remark_without_loop = (
    "The value is right without a Python loop. This task is about seeing the loop inside the dot product: try it once."
)
dot_vectorized = Task("dot_vectorized", points={"values": 1}, graded=False)
dot_vectorized.pace = (
    "lambda n: (np.linspace(-1.0, 1.0, n), np.linspace(0.0, 2.0, n))",
    "lambda a, b: np.maximum(a, b).max()",
)
dot_vectorized.remark_with_loop = "A Python loop was seen. It is right; this task is about NumPy's way without one."


def _cases(call):
    def draw(rng, fresh):
        yield Case(call, {"a": np.array([1.0, 2.0, 3.0]), "b": np.array([4.0, -5.0, 6.0])}, about="3 elements")
        for n in (1, 2, 6) + ((50, 1000) if fresh else ()):
            a, b = rng.normal(size=(2, n)).round(2)
            yield Case(call, {"a": a, "b": b}, about=f"{n} element{'s' * (n > 1)}", atol=1e-9)
        yield Case(call, {"a": np.zeros(0), "b": np.zeros(0)}, about="empty vectors", edge=True)
        yield Case(
            call,
            {"a": np.array([1.0, 2.0, 3.0]), "b": np.array([4.0, -5.0, 6.0])},
            about="the first call again",
        )

    return draw


for _task in (dot_loop, dot_vectorized):
    _task.reference(lambda a, b: math.fsum(np.asarray(a) * np.asarray(b)))
    _task.cases(_cases(f"{_task.name}(a, b)"))

    _task.mistake(
        "elementwise product returned",
        "You returned one product per element.",
        "Add the products up: the dot product is one number.",
    )(lambda a, b: a * b)
    _task.mistake(
        "last product only",
        "Only the last product is left: the total is overwritten in each round.",
        "Start the total at 0 before the loop and add to it inside.",
    )(lambda a, b: a[-1] * b[-1])
    _task.mistake(
        "first product only",
        "Only the first product is there: the function returns inside the loop.",
        "Move `return` out of the loop.",
    )(lambda a, b: a[0] * b[0])
    _task.mistake(
        "sum of both vectors",
        "The elements were added, not multiplied.",
        "Multiply the two elements of a position, then add.",
    )(lambda a, b: a.sum() + b.sum())
    _task.mistake(
        "product of the sums",
        "Each vector was summed first and the sums multiplied.",
        "Multiply position by position, then sum.",
    )(lambda a, b: a.sum() * b.sum())
    _task.mistake(
        "mean for sum",
        "This is the mean of the products.",
        "The dot product is their sum.",
    )(lambda a, b: (a * b).mean())
    _task.mistake(
        "last element left out",
        "The last pair is missing: the range ends one early.",
        "`range(len(a))` already stops after the last position.",
    )(lambda a, b: (a * b)[:-1].sum())
    _task.mistake(
        "first element left out",
        "The first pair is missing: positions start at 0.",
        "Let the loop start at position 0.",
    )(lambda a, b: (a * b)[1:].sum())
    _task.mistake(
        "outer product returned",
        "You returned a table of all products.",
        "Pair the elements position by position.",
    )(lambda a, b: np.outer(a, b))
    _task.mistake(
        "cosine returned",
        "The product was divided by the lengths of the vectors.",
        "Leave out the division.",
    )(lambda a, b: a @ b / (np.linalg.norm(a) * np.linalg.norm(b)) if len(a) else 0.0)

    @_task.right("a loop over positions")
    def _(a, b):
        total = 0
        for i in range(len(a)):
            total += a[i] * b[i]
        return total

    @_task.right("a generator")
    def _(a, b):
        return sum(x * y for x, y in zip(a, b, strict=True))

    @_task.right("multiply and sum")
    def _(a, b):
        return (a * b).sum()

    @_task.right("while")
    def _(first, second):
        total, i = 0.0, 0
        while i < len(first):
            total = total + float(first[i]) * float(second[i])
            i += 1
        return total

    _task.right("the @ sign")(lambda a, b: a @ b)
    _task.right("np.dot")(np.dot)
    _task.right("einsum")(lambda a, b: np.einsum("i,i", a, b))
