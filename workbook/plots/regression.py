"""Figures of module 4: least squares in two and three dimensions, Newton's path and compared weights."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from workbook.plots.picture import (
    BLUE,
    COLORS,
    GREEN,
    GREY,
    INK,
    LINES,
    MARKERS,
    PIXELS_PER_INCH,
    PURPLE,
    RED,
    Picture,
    dress,
    head,
    label_right,
    new_axes,
    number,
)
from workbook.plots.prediction import speed_bars


def _line(x, y):
    """Slope and height at 0 of the least-squares line through points."""
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit(np.reshape(x, (-1, 1)), y)
    return float(model.coef_[0]), float(model.intercept_)


def boundary_and_line(n=60, generator_seed=4):
    """Linear models do two jobs: on the left a line parts two classes, on the right a line follows a number."""
    from sklearn.linear_model import LogisticRegression

    generator = np.random.default_rng(generator_seed)
    labels = np.repeat([0, 1], n // 2)
    X = generator.normal(size=(n, 2)) + np.where(labels, 1.1, -1.1)[:, None]
    classifier = LogisticRegression().fit(X, labels)
    right = classifier.score(X, labels)
    (w1, w2), alpha = classifier.coef_[0], classifier.intercept_[0]
    x = generator.uniform(0, 10, size=n)
    y = 3 + 0.8 * x + generator.normal(size=n)
    slope, height = _line(x, y)

    axes = new_axes(9.0, 4.0, columns=2)
    for value, color, marker in ((0, BLUE, "o"), (1, RED, "^")):
        axes[0].plot(*X[labels == value].T, marker, color=color, markersize=6, label=f"class {value}")
    edge = np.array([X[:, 0].min() - 0.3, X[:, 0].max() + 0.3])
    axes[0].plot(edge, -(alpha + w1 * edge) / w2, color=INK, linewidth=2, label="boundary")
    axes[0].set_ylim(X[:, 1].min() - 0.4, X[:, 1].max() + 0.4)
    dress(axes[0], "Classification: the line parts", "feature 1 (no unit)", "feature 2 (no unit)")
    axes[0].legend(frameon=False, fontsize=10, loc="lower left")
    axes[1].plot(x, y, "o", color=GREEN, markersize=6, label="example")
    ends = np.array([0.0, 10.0])
    axes[1].plot(ends, height + slope * ends, color=INK, linewidth=2, label="fitted line")
    dress(axes[1], "Regression: the line follows", "feature (no unit)", "label, a number (no unit)")
    axes[1].legend(frameon=False, fontsize=10, loc="upper left")
    return Picture(
        tuple(axes),
        f"Left, a straight boundary parts two classes of points, {right:.0%} of them rightly; right, a fitted line "
        f"with slope {number(slope)} runs through the middle of points whose label is a number.",
    )


def salary_line(years, salaries, at=20):
    """Salaries against years of experience, the least-squares line, and what it says `at` a number of years."""
    years, salaries = np.asarray(years, dtype=float), np.asarray(salaries, dtype=float)
    slope, height = _line(years, salaries)
    prediction = height + slope * at
    axes = new_axes(7.2, 4.2)
    axes.plot(years, salaries, "o", color=BLUE, markersize=5, alpha=0.6)
    ends = np.array([0, years.max()])
    axes.plot(ends, height + slope * ends, color=RED, linewidth=2.5)
    axes.plot([at, at, 0], [salaries.min(), prediction, prediction], ":", color=INK, linewidth=1.5)
    axes.plot(at, prediction, "s", color=INK, markersize=8)
    axes.annotate(
        f"{at} years: ${prediction:,.0f}",
        (at, prediction),
        (12, -22),
        textcoords="offset points",
        fontsize=11,
        color=INK,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
    )
    axes.yaxis.set_major_formatter(lambda value, position: f"{value:,.0f}")
    dress(axes, f"Each year adds about ${slope:,.0f}", "experience (years)", "salary (US dollars a year)")
    axes.set_xlim(0, None)
    return Picture(
        axes,
        f"{len(years)} salaries against years of experience with the least-squares line, which rises by "
        f"{slope:,.0f} dollars a year and says {prediction:,.0f} dollars at {at} years.",
    )


def squared_errors(x, y, slope=None, intercept=None):
    """Points, a line, and the squares whose areas least squares adds up; without numbers, the best line."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    best_slope, best_intercept = _line(x, y)
    smallest = np.sum((y - best_intercept - best_slope * x) ** 2)
    slope = best_slope if slope is None else slope
    intercept = best_intercept if intercept is None else intercept
    predictions = intercept + slope * x
    total = np.sum((y - predictions) ** 2)
    axes = new_axes(5.8, 4.6)
    for place, value, prediction in zip(x, y, predictions, strict=True):
        side = abs(value - prediction)
        low = min(value, prediction)
        axes.fill([place, place + side, place + side, place], [low, low, low + side, low + side], color=RED, alpha=0.18)
        axes.plot([place, place], [value, prediction], color=RED, linewidth=1.5)
    axes.plot(x, y, "o", color=BLUE, markersize=8)
    ends = np.array([x.min() - 0.5, x.max() + 1.0])
    axes.plot(ends, intercept + slope * ends, color=INK, linewidth=2)
    axes.set_aspect("equal", adjustable="datalim")
    better = f"the least possible is {number(smallest)}"
    words = "the least possible" if np.isclose(total, smallest) else better
    dress(axes, f"Sum of squared errors {number(total)}: {words}", "feature x (no unit)", "label y (no unit)")
    return Picture(
        axes,
        f"{len(x)} points and the line with slope {number(slope)} and intercept {number(intercept)}; the squares on "
        f"its errors have a total area of {number(total)}, {words}.",
    )


def fitted_plane(X, y, names, n_shown=60):
    """Two features and a number in space: the least-squares plane, and each example's error as a bar to the plane."""
    from sklearn.linear_model import LinearRegression

    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    model = LinearRegression().fit(X, y)
    shown = np.linspace(0, len(y) - 1, min(n_shown, len(y))).astype(int)
    points, heights, plane = X[shown], y[shown], model.predict(X[shown])
    figure = Figure(figsize=(7.4, 5.6), dpi=2 * PIXELS_PER_INCH, facecolor="white")
    axes = figure.add_axes((0.02, 0.06, 0.84, 0.84), projection="3d")
    grid = np.meshgrid(*(np.linspace(X[:, j].min(), X[:, j].max(), 9) for j in (0, 1)))
    surface = model.predict(np.column_stack([side.ravel() for side in grid])).reshape(grid[0].shape)
    axes.plot_surface(*grid, surface, color=BLUE, alpha=0.22, linewidth=0)
    axes.plot_wireframe(*grid, surface, color=BLUE, linewidth=0.5, alpha=0.6)
    above = heights >= plane
    for side, color, marker in ((above, RED, "^"), (~above, PURPLE, "o")):
        for (a, b), top, bottom in zip(points[side], heights[side], plane[side], strict=True):
            axes.plot([a, a], [b, b], [bottom, top], color=color, linewidth=1.4)
        axes.scatter(
            points[side, 0], points[side, 1], heights[side], color=color, marker=marker, s=22, depthshade=False
        )
    for set_label, name in zip((axes.set_xlabel, axes.set_ylabel, axes.set_zlabel), names, strict=True):
        set_label(name, fontsize=10, color=INK, labelpad=8)
    axes.tick_params(labelsize=9)
    axes.view_init(elev=18, azim=-60)
    error = float(np.sqrt(np.mean((y - model.predict(X)) ** 2)))
    axes.set_title(f"Two features make a plane; the bars are its errors (RMSE {error:.2f})", fontsize=12, color=INK)
    weights = " and ".join(
        f"{number(weight)} per unit of {name}" for weight, name in zip(model.coef_, names, strict=False)
    )
    return Picture(
        axes,
        f"A plane through {len(shown)} of {len(y)} points in space, rising by {weights}; vertical bars join each point "
        f"to the plane, with a typical length of {error:.2f}.",
    )


def predicted_against_true(y, predictions, unit):
    """Predictions against true values, one panel a model: `predictions` maps a model's name to its numbers."""
    y = np.asarray(y, dtype=float)
    axes = np.atleast_1d(new_axes(4.6 * len(predictions), 4.4, columns=len(predictions), sharex=True, sharey=True))
    every = np.concatenate([y, *map(np.asarray, predictions.values())])
    ends = np.array([every.min(), every.max()])
    errors = []
    for place, (name, values), color, marker in zip(axes, predictions.items(), COLORS, MARKERS, strict=False):
        error = float(np.sqrt(np.mean((y - values) ** 2)))
        errors.append((name, error))
        place.plot(ends, ends, color=GREY, linewidth=1.2)
        place.plot(y, values, marker, color=color, markersize=5, alpha=0.75)
        dress(place, f"{name}: RMSE {error:.2f}", f"true {unit}", f"predicted {unit}")
    best = min(errors, key=lambda pair: pair[1])
    head(axes, f"Nearest to the diagonal: {best[0]}")
    words = ", ".join(f"{name} {error:.2f}" for name, error in errors)
    return Picture(
        tuple(axes), f"Predicted against true {unit} for {len(y)} test rows; root mean squared errors: {words}."
    )


def newton_steps(steps):
    """Weights by step of Newton's method: `steps` has a row a step and a column a weight."""
    axes = new_axes(8.2, 4.4)
    labels = []
    last = steps.iloc[-1]
    for i, name in enumerate(steps.columns):
        color, line, marker = COLORS[i % 4], LINES[i // 4 % 4], MARKERS[i % 4]
        axes.plot(steps.index, steps[name], line, marker=marker, color=color, linewidth=1.8, markersize=5)
        labels.append((last[name], name.removeprefix("review_scores_"), color))
    settled = int(np.argmax((np.abs(steps - last) < 0.01).all(axis=1).to_numpy()))
    dress(axes, f"From step {settled} on no weight is more than 0.01 off", "step (count)", "weight (log-odds)")
    axes.axvline(settled, color=GREY, linewidth=1)
    axes.set_xlim(0, len(steps) - 1)
    label_right(axes, labels, gap=0.075)
    return Picture(
        axes,
        f"{len(steps.columns)} weights over {len(steps) - 1} steps of Newton's method: from step {settled} on all are "
        f"within 0.01 of where they end.",
    )


def weights_side_by_side(table):
    """Bars of the same weights from two sources: `table` has a row a weight and two columns."""
    axes = new_axes(7.6, 1.2 + 0.5 * len(table))
    places = np.arange(len(table))
    for shift, (name, values), color, hatch in zip((-0.19, 0.19), table.items(), (BLUE, RED), ("", "///"), strict=True):
        axes.barh(places + shift, values, 0.36, color=color, hatch=hatch, edgecolor="white", label=name)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(places, table.index)
    axes.invert_yaxis()
    one, two = table.columns
    gap = float(np.abs(table[one] - table[two]).max())
    dress(axes, f"The weights differ by about {gap:.1g} at most", "weight (log-odds per standard deviation)", "feature")
    axes.grid(visible=False, axis="y")
    axes.legend(frameon=False, fontsize=10)
    largest = table[one].drop("intercept", errors="ignore").abs().idxmax()
    return Picture(
        axes,
        f"Bars of {len(table)} weights, {one} beside {two}: they differ by at most {gap:.1g}, and the largest weight "
        f"is that of {largest}, {table[one][largest]:.2f}.",
    )


def training_times(seconds):
    """Bars of the time that ways to train take: `seconds` is the table of `seconds_per_call`, of one length."""
    picture = speed_bars(seconds.iloc[0].to_dict())
    picture.axes.set_ylabel("way to train")
    return picture


def two_groups(p, labels, names):
    """Shares of predicted probabilities p (n,) in two groups, with labels (n,) of 0 and 1, called `names`."""
    p, labels = np.asarray(p), np.asarray(labels)
    axes = new_axes(7.2, 3.9)
    medians = []
    for value, color, line in ((0, BLUE, "-"), (1, RED, "--")):
        counts, edges = np.histogram(p[labels == value], bins=25, range=(0, 1))
        medians.append(float(np.median(p[labels == value])))
        axes.stairs(counts / counts.sum(), edges, color=color, linestyle=line, linewidth=2.2, label=names[value])
        axes.axvline(medians[-1], color=color, linestyle=line, linewidth=1)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_xlim(0, 1)
    title = f"Medians {medians[1]:.2f} and {medians[0]:.2f}: the groups overlap"
    dress(axes, title, "predicted probability", "share of the group (%)")
    axes.legend(frameon=False, fontsize=10.5)
    return Picture(
        axes,
        f"Histograms of predicted probability: median {medians[1]:.2f} among {int((labels == 1).sum()):,} "
        f"{names[1]}, {medians[0]:.2f} among {int((labels == 0).sum()):,} {names[0]}.",
    )


__all__ = [
    "boundary_and_line",
    "fitted_plane",
    "newton_steps",
    "predicted_against_true",
    "salary_line",
    "squared_errors",
    "training_times",
    "two_groups",
    "weights_side_by_side",
]
