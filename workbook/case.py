"""The case that a card shows: the inputs of one question row by row, with what was found and what was expected."""

from dataclasses import dataclass

import numpy as np

from workbook import plain

ROWS, COLUMNS = 8, 6  # the largest case that is shown whole
FEW = 5  # rows of a larger one


@dataclass(frozen=True)
class Case:
    """asked: the call and those inputs that are not rows. header, rows: texts; caption: which rows these are."""

    asked: str
    caption: str = ""
    header: tuple = ()
    rows: tuple = ()


def case_of(probe, answer):
    """The Case of a question and its Answer, or None when it has no inputs or is no plain call."""
    if not probe["inputs"] or "np." in probe["expression"] or len(probe["expression"]) > 100:
        return None
    values = {name: plain.numbers(value) for name, value in probe["inputs"].items()}
    n = _row_count(values)
    columns = {name: _columns(name, value) for name, value in values.items() if _is_rows(name, value, n)}
    if not n or not columns or sum(map(len, columns.values())) > COLUMNS:
        return Case(_call(probe, probe["inputs"]))
    found, expected = (_result(value, n) for value in (answer.value, probe["expected"]))
    differs = np.zeros(n, bool)
    if found is not None and expected is not None:
        differs = ~np.isclose(found, expected, probe.get("rtol", 1e-7), probe.get("atol", 1e-10))
    which = np.arange(n) if n <= ROWS else (np.flatnonzero(differs) if differs.any() else np.arange(n))[:FEW]
    header = ["row", *(title for named in columns.values() for title in named)]
    cells = [which, *(column[which] for named in columns.values() for column in named.values())]
    for title, result in (("found", found), ("expected", expected)):
        if result is not None:
            header.append(title)
            cells.append(result[which])
    rows = [[plain.short(float(value)) for value in row] for row in zip(*cells, strict=True)]
    if found is not None and expected is not None:
        header.append("compared")
        rows = [[*row, "✗ differs" if differs[i] else "✓ same"] for row, i in zip(rows, which, strict=True)]
    others = {name: value for name, value in probe["inputs"].items() if name not in columns}
    return Case(_call(probe, others), _caption(n, len(which), differs), tuple(header), tuple(map(tuple, rows)))


def _row_count(values):
    """How many examples there are: the length of the inputs that hold one row an example."""
    lengths = [
        len(value) for name, value in values.items() if value is not None and value.ndim and not _is_weight(name)
    ]
    return lengths[0] if lengths and len(set(lengths)) == 1 else 0


def _is_rows(name, value, n):
    return value is not None and value.ndim in (1, 2) and not _is_weight(name) and len(value) == n


def _is_weight(name):
    """By the unit's conventions w, w1 and w_0 hold a number per feature, whatever its length."""
    return name.startswith("w")


def _columns(name, value):
    if value.ndim == 1:
        return {name: value}
    return {f"{name}[:, {j}]": value[:, j] for j in range(value.shape[1])}


def _result(value, n):
    """A result with one number per row, or None."""
    numbers = plain.numbers(value)
    return numbers if numbers is not None and numbers.shape == (n,) else None


def _call(probe, inputs):
    return "; ".join([probe["expression"], *(f"{name} = {plain.describe(value)}" for name, value in inputs.items())])


def _caption(n, shown, differs):
    if differs.any():
        wrong = f"{differs.sum()} of {n} row{'s differ' if n > 1 else ' differs'}"
        return wrong if shown == n else f"{wrong}; the first {shown} of them"
    return "The inputs, row by row" if shown == n else f"The first {shown} of {n} rows"
