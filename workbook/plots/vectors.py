"""Figures of lesson 2.1: vectors, matrices, and what speed they are worth."""

from time import perf_counter

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullFormatter
from threadpoolctl import threadpool_limits

from workbook.plots.picture import (
    BLUE,
    COLORS,
    GREEN,
    GREY,
    INK,
    LINES,
    MARKERS,
    RED,
    Picture,
    dark,
    dress,
    head,
    label_right,
    new_axes,
    number,
    ratio,
)


def vectors_in_plane(vectors, x_label="first number", y_label="second number"):
    """Vectors of two numbers as points, each with the arrow that leads to it.

    `vectors` maps a name to its two numbers; at most four.
    """
    axes = new_axes(5.6, 4.4)
    for (name, (x, y)), color, marker in zip(vectors.items(), COLORS, MARKERS, strict=False):
        arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 2, "shrinkA": 0, "shrinkB": 4}
        axes.annotate("", (x, y), (0, 0), arrowprops=arrow)
        axes.plot(x, y, marker, color=color, markersize=8)
        text = f"{name} = [{number(x)}, {number(y)}]"
        axes.annotate(text, (x, y), (9, 6), textcoords="offset points", fontsize=10.5, color=dark(color))
    points = np.array(list(vectors.values()), dtype=float)
    low, high = np.minimum(points.min(axis=0), 0), np.maximum(points.max(axis=0), 0)
    axes.set_xlim(low[0], high[0] + 0.45 * (high[0] - low[0]))
    axes.set_ylim(low[1], high[1] + 0.18 * (high[1] - low[1]))
    dress(axes, "Two numbers make a point, and an arrow to it", x_label, y_label)
    places = ", ".join(f"{name} at ({number(x)}, {number(y)})" for name, (x, y) in vectors.items())
    return Picture(axes, f"Arrows from the origin to the points of {len(vectors)} vectors: {places}.")


def seconds_per_call(ways, lengths, make_input):
    """Measure functions at several sizes; a table of seconds per call, one row a length, one column a way.

    `ways` maps a name to a function; `make_input(length)` gives the tuple of its arguments. The best of many
    rounds counts, because a computer can be disturbed but never hurried, and one thread, so that ratios compare
    the ways and not the number of processors. A way that can't be called yet, for example because the task is
    still open, is left out and named.
    """
    table = pd.DataFrame(index=pd.Index(lengths, name="length"))
    with threadpool_limits(1):
        for name, function in ways.items():
            try:
                table[name] = [_best_time(function, make_input(length)) for length in lengths]
            except NotImplementedError:
                print(f"Left out: {name} isn't written yet.")
            except Exception as error:  # a student's first draft may fail in any way
                print(f"Left out: {name} stopped with {type(error).__name__}: {error}")
    return table


def _best_time(function, arguments, seconds_in_all=0.04, seconds_per_round=0.002):
    """Seconds of one call: the quickest of some rounds, each long enough to be measured well."""
    best = max(_round_time(function, arguments, 1), 1e-9)
    calls = int(np.clip(seconds_per_round / best, 1, 2_000))
    n_rounds = int(np.clip(seconds_in_all / (best * calls), 3, 20))
    return min([best] + [_round_time(function, arguments, calls) for _ in range(n_rounds)])


def _round_time(function, arguments, calls):
    start = perf_counter()
    for _ in range(calls):
        function(*arguments)
    return (perf_counter() - start) / calls


def speed_against_length(seconds, reference):
    """How many times as long as the column `reference` each other way takes, against the length of the input.

    `seconds` is the table of `seconds_per_call`.
    """
    axes = new_axes(7.4, 4.1)
    ratios = seconds.div(seconds[reference], axis=0)
    others = [name for name in ratios.columns if name != reference]
    labels = [(1.0, reference, INK)]
    axes.axhline(1, color=INK, linewidth=1.5)
    for name, color, marker, line in zip(others, COLORS, MARKERS, LINES, strict=False):
        axes.plot(ratios.index, ratios[name], marker + line, color=color, linewidth=2, markersize=6)
        labels.append((ratios[name].iloc[-1], name, color))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, position: f"{value:,.10g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_major_formatter(lambda value, position: f"{value:,.0f}")
    longest = ratios.index[-1]
    slowest = ratios.iloc[-1].idxmax()
    finding = f"At length {longest:,}, {slowest} takes {ratio(ratios.iloc[-1].max())} times as long as {reference}"
    dress(axes, finding, "length of the vectors (numbers)", f"time (multiples of {reference})")
    axes.set_xlim(right=longest * 1.2)
    axes.set_ylim(0.4 * ratios.to_numpy().min(), 1.5 * max(10, ratios.to_numpy().max()))
    label_right(axes, labels)
    return Picture(axes, f"Time against vector length from {ratios.index[0]:,} numbers on; at the end: {finding}.")


_SHADES = ListedColormap(["white", "#cfe5f3", "#fbdcc4", "#c4e8dc", "#f1dbe7"])


def _draw_matrix(axes, texts, shades, title):
    """A matrix as a grid of texts, shaded by number (0 is white); rows and columns are counted from 0."""
    n_rows, n_columns = shades.shape
    axes.imshow(shades, cmap=_SHADES, vmin=-0.5, vmax=4.5, aspect="equal")
    for i in range(n_rows):
        for j in range(n_columns):
            weight = "bold" if shades[i, j] else "normal"
            cell = axes.text(j, i, texts[i][j], ha="center", va="center", fontsize=11, color=INK, weight=weight)
            cell.set_in_layout(False)  # it lies inside the axes: a much quicker layout
    dress(axes, "", "column", "row")
    axes.set_title(title, fontsize=12, color=INK, pad=8)
    axes.grid(visible=False)
    axes.set_xticks(range(n_columns))
    axes.set_yticks(range(n_rows))
    edges = {"colors": GREY, "linewidth": 0.8, "clip_on": False}
    axes.vlines(np.arange(n_columns + 1) - 0.5, -0.5, n_rows - 0.5, **edges)
    axes.hlines(np.arange(n_rows + 1) - 0.5, -0.5, n_columns - 0.5, **edges)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _frame(axes, row, column, width, height, color):
    """A thick frame around cells, from the cell (row, column) on."""
    box = Rectangle((column - 0.5, row - 0.5), width, height, fill=False, edgecolor=color, linewidth=2.5)
    box.set_clip_on(False)
    axes.add_patch(box)


def _text_axes(axes, text):
    """Turn axes into a place for a sign between two matrices."""
    axes.axis("off")
    axes.text(0.5, 0.5, text, ha="center", va="center", fontsize=18, color=INK, transform=axes.transAxes)


def matrix_product(left, right, row=0, column=0):
    """The product of two small matrices, with the row and the column that make one element of it framed.

    `left` is (n, m), `right` is (m, k); `row` and `column` name the element of the (n, k) product.
    """
    left, right = np.asarray(left), np.asarray(right)
    product = left @ right
    sizes = [left.shape[1], 0.5, right.shape[1], 0.5, product.shape[1]]
    all_axes = new_axes(8.2, 3.4, columns=5, width_ratios=sizes)
    shades = [np.zeros(matrix.shape, dtype=int) for matrix in (left, right, product)]
    shades[0][row, :], shades[1][:, column], shades[2][row, column] = 1, 2, 3
    axes = tuple(all_axes[::2])
    titles = [f"left: row {row}", f"right: column {column}", f"product: $c_{{{row}{column}}}$"]
    for place, matrix, shade, title in zip(axes, (left, right, product), shades, titles, strict=True):
        _draw_matrix(place, [[number(value) for value in line] for line in matrix], shade, title)
    _frame(axes[0], row, 0, left.shape[1], 1, BLUE)
    _frame(axes[1], 0, column, 1, right.shape[0], RED)
    _frame(axes[2], row, column, 1, 1, GREEN)
    _text_axes(all_axes[1], "@")
    _text_axes(all_axes[3], "=")
    pairs = zip(left[row], right[:, column], strict=True)
    terms = " + ".join(f"{number(one)}·{number(other)}" for one, other in pairs)
    value = number(product[row, column])
    head(axes, f"$c_{{{row}{column}}}$ = {terms} = {value}")
    return Picture(
        axes,
        f"Row {row} of the left matrix and column {column} of the right one are framed; their dot product "
        f"{terms} = {value} is the framed element in row {row}, column {column} of the product.",
    )


def vector_added(matrix, vector):
    """A vector of four added to a (4, 4) matrix: as it is, and after `reshape(4, 1)`."""
    matrix, vector = np.asarray(matrix), np.asarray(vector)
    axes = new_axes(8.2, 4.3, columns=2)
    places = np.arange(1, 1 + len(vector))
    pictures = [
        (axes[0], "M + v: every row gets v", vector, places),
        (axes[1], "M + v.reshape(4, 1): every column gets v", vector.reshape(-1, 1), places.reshape(-1, 1)),
    ]
    for place, title, addend, shade in pictures:
        added = np.broadcast_to(addend, matrix.shape)
        cells = zip(matrix, added, strict=True)
        texts = [[f"{number(m)}+{number(a)}" for m, a in zip(*lines, strict=True)] for lines in cells]
        _draw_matrix(place, texts, np.broadcast_to(shade, matrix.shape), title)
    head(axes, "The shape of v decides where it is added")
    numbers = ", ".join(number(value) for value in vector)
    return Picture(
        tuple(axes),
        f"The vector {numbers} added to a 4 by 4 matrix: on the left its first number, {number(vector[0])}, "
        f"is added throughout column 0, on the right throughout row 0.",
    )
