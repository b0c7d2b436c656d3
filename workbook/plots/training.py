"""Figures of module 3: the way to a minimum, the training of a logistic regression, penalties.

scikit-learn is imported where it is used, so that the other figures need not wait for it.
"""

import warnings
from functools import lru_cache
from inspect import signature
from itertools import accumulate, pairwise, repeat, takewhile

import numpy as np
import pandas as pd

from workbook.plots.picture import (
    BLUE,
    COLORS,
    GREEN,
    GREY,
    LINES,
    MARKERS,
    PURPLE,
    RED,
    Picture,
    dark,
    dress,
    expit,
    head,
    label_right,
    new_axes,
    number,
    steady,
)

# --- 3.1 the way to a minimum ------------------------------------------------------------------------------


def _path(slope, start, learning_rate, n_updates):
    """The weights of gradient descent, (n_updates + 1,), however far they go."""
    with np.errstate(over="ignore", invalid="ignore"):
        moves = accumulate(repeat(float(start), n_updates + 1), lambda w, _: w - learning_rate * slope(w))
        return np.array([np.clip(w, -1e9, 1e9) for w in moves])


def descent_path(f, slope, start=0.0, learning_rate=0.1, n_updates=8, window=(-1.0, 7.0)):
    """The function `f` over a window, and the points that gradient descent visits, the first few numbered."""
    axes = new_axes(7.0, 4.2)
    steady(axes, left=0.11, right=0.97, top=0.9, bottom=0.14)
    path = _path(slope, start, learning_rate, n_updates)
    _draw_path(axes, f, path, window)
    dress(axes, _path_title(path, learning_rate), "weight w (no unit)", "f(w)")
    places = ", ".join(number(w) for w in path[:4])
    return Picture(
        axes,
        f"Gradient descent with learning rate {number(learning_rate)} from w = {number(path[0])}: the first places are "
        f"{places}, and after {n_updates} updates w = {number(path[-1])}.",
    )


def _draw_path(axes, f, path, window):
    w = np.linspace(*window, 301)
    heights = f(w)
    top = 1.08 * heights.max()
    axes.plot(w, heights, color=GREY, linewidth=2)
    inside = takewhile(lambda place: window[0] <= place <= window[1] and f(place) <= top, path)
    shown = [(place, f(place)) for place in inside]
    for (x, y), (x_next, y_next) in pairwise(shown):
        arrow = {"arrowstyle": "-|>", "color": BLUE, "linewidth": 1.3, "shrinkA": 3, "shrinkB": 3}
        axes.annotate("", (x_next, y_next), (x, y), arrowprops=arrow)
    if shown:
        axes.plot(*np.array(shown).T, "o", color=BLUE, markersize=6)
        axes.plot(*shown[0], "s", color=RED, markersize=9)
        axes.annotate("start", shown[0], (10, 2), textcoords="offset points", fontsize=10.5, color=dark(RED))
    if len(shown) > 1:
        axes.plot(*shown[-1], "D", color=GREEN, markersize=8)
    axes.set_xlim(*window)
    axes.set_ylim(heights.min() - 0.05 * top, top)


def _path_title(path, learning_rate):
    steps = np.abs(np.diff(path))
    head_words = f"Learning rate {number(learning_rate)}"
    if steps[-1] > 1.05 * steps[0]:
        return f"{head_words}: each step is longer than the one before"
    if steps[-1] > 0.75 * steps[0]:
        turns = np.any(np.diff(np.sign(np.diff(path))))
        return f"{head_words}: " + ("it jumps to and fro" if turns else "it creeps")
    return f"{head_words}: steps shrink from {number(steps[0])} to {number(steps[-1])}"


def descent_runs(slope, rates=(0.001, 0.05, 0.1, 0.4), start=0.0, minimum=3.0, n_updates=50):
    """The weight against the number of updates for up to four learning rates."""
    axes = new_axes(8.0, 4.3)
    labels, words = [], []
    for rate, color, line, marker in zip(rates, COLORS, LINES, MARKERS, strict=False):
        path = _path(slope, start, rate, n_updates)
        wild = np.any(np.diff(np.sign(np.diff(path))))  # to and fro: a thin line leaves the others legible
        look = {"marker": marker, "markersize": 3.5, "linewidth": 0.8 if wild else 2.0, "zorder": 1 if wild else 3}
        axes.plot(path, line, color=color, **look)
        labels.append((float(np.clip(path[-1], start - 5, 2 * minimum)), f"rate {number(rate)}", color))
        words.append(f"{number(path[-1])} with {number(rate)}")
    axes.axhline(minimum, color=GREY, linewidth=1)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    axes.annotate("minimum", (n_updates * 0.6, minimum), (0, 9), textcoords="offset points", fontsize=10, bbox=box)
    dress(axes, _runs_title(slope, rates, start, minimum, n_updates), "updates made (count)", "weight w (no unit)")
    axes.set_xlim(0, n_updates)
    label_right(axes, labels)
    return Picture(
        axes, f"Weight against updates, minimum at {number(minimum)}; after {n_updates} updates: {', '.join(words)}."
    )


def _runs_title(slope, rates, start, minimum, n_updates):
    arrived = [r for r in rates if abs(_path(slope, start, r, n_updates)[-1] - minimum) < 0.01]
    if not arrived:
        return f"None of these rates arrives within {n_updates} updates"
    lost = [number(r) for r in rates if r not in arrived]
    return f"{' and '.join(number(r) for r in arrived)} arrive, {' and '.join(lost)} " + (
        "don't" if len(lost) > 1 else "doesn't"
    )


def updates_to_tolerance(move, starts, tolerance=1e-6, limit=2_000):
    """How many updates it takes from each start until a move is shorter than `tolerance`; `limit` if it never is.

    move: a function from a weight to the next one.
    """
    counts = []
    for start in starts:
        path = np.array(list(accumulate(repeat(float(start), limit + 1), lambda w, _: move(w))))
        short = np.flatnonzero(np.abs(np.diff(path)) < tolerance)
        counts.append(int(short[0]) + 1 if len(short) else limit)
    return np.array(counts)


def updates_against_start(starts, counts):
    """Updates to tolerance against the starting point; `counts` maps a way to its counts, one per start."""
    axes = new_axes(7.8, 4.0)
    labels = []
    for (name, values), color, marker, line in zip(counts.items(), COLORS, MARKERS, LINES, strict=False):
        axes.plot(starts, values, line, marker=marker, color=color, markersize=5, linewidth=1.8)
        labels.append((values[-1], name, color))
    medians = {name: float(np.median(values)) for name, values in counts.items()}
    slow, quick = max(medians, key=medians.get), min(medians, key=medians.get)
    axes.set_ylim(0, 1.12 * max(max(values) for values in counts.values()))
    title = f"{quick}: {medians[slow] / medians[quick]:.1f} times fewer updates, from nearly everywhere"
    dress(axes, title, "starting point w (no unit)", "updates until the step is tiny (count)")
    label_right(axes, labels)
    spans = ", ".join(f"{name} {min(values)} to {max(values)}" for name, values in counts.items())
    return Picture(axes, f"Updates needed from {len(starts)} starting points: {spans}.")


# --- 3.3 training ------------------------------------------------------------------------------------------


def weights_by_iteration(X, y, names, n_steps=6):
    """The weights of Newton's method from zeros, by scikit-learn: a table with one row a step, row 0 the start."""
    from sklearn.linear_model import LogisticRegression

    rows = [np.zeros(X.shape[1] + 1)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the early steps have not converged is the point
        for steps in range(1, n_steps + 1):
            model = LogisticRegression(C=1e12, solver="newton-cholesky", max_iter=steps, tol=1e-12).fit(X, y)
            rows.append(np.append(model.coef_[0], model.intercept_))
    return pd.DataFrame(rows, columns=[*names, "intercept"]).rename_axis("step")


def weights_over_steps(table):
    """Weights against Newton steps; the four that end furthest from zero are labelled."""
    axes = new_axes(8.2, 4.3)
    last = table.iloc[-1]
    far = last.abs().sort_values(ascending=False).index[:4]
    for name in table.columns.difference(far):
        axes.plot(table.index, table[name], color=GREY, linewidth=1, alpha=0.8)
    labels = []
    for name, color, marker, line in zip(far, COLORS, MARKERS, LINES, strict=False):
        axes.plot(table.index, table[name], line, color=color, marker=marker, linewidth=2)
        labels.append((last[name], name, color))
    axes.set_xlim(0, table.index[-1])
    moved = (table.diff().abs().max(axis=1) > 0.001 * last.abs().max())[::-1].idxmax()
    axes.set_xticks(list(table.index))
    title = f"After step {moved} no weight moves visibly any more"
    dress(axes, title, "Newton steps made (count)", "weight (per standard deviation)")
    label_right(axes, labels)
    ends = ", ".join(f"{name} {last[name]:.2f}" for name in far)
    return Picture(axes, f"{len(last)} weights against Newton steps: still after step {moved}; at the end {ends}.")


def two_costs(x, y, window=(-8.0, 8.0)):
    """The log loss and the squared error (Y - y)²/2 of one feature's sigmoid, as functions of its only weight."""
    axes = new_axes(9.4, 3.9, columns=2)
    w = np.linspace(*window, 601)
    p = expit(np.outer(w, x))
    log_costs = np.logaddexp(0, np.where(y == 1, -1, 1) * np.outer(w, x)).mean(axis=1)
    squared = ((p - y) ** 2).mean(axis=1) / 2
    bent_down = []
    for place, costs, color, short, name in (
        (axes[0], log_costs, BLUE, "Log loss", "log loss (nats)"),
        (axes[1], squared, RED, "Squared", "squared error / 2"),
    ):
        place.plot(w, costs, color=color, linewidth=2.2)
        down = np.gradient(np.gradient(costs, w), w) < -1e-9
        down[:3] = down[-3:] = False  # one-sided differences at the ends
        place.plot(np.where(down, w, np.nan), costs, color=PURPLE, linewidth=6, alpha=0.55)
        bent_down.append(down.mean())
        place.plot(w[costs.argmin()], costs.min(), "o", color=GREEN, markersize=8)
        title = f"bends down on {down.mean():.0%} of the range" if down.any() else "bends upwards everywhere"
        dress(place, f"{short}: {title}", "weight w (per unit of x)", f"cost: {name}")
    return Picture(
        tuple(axes),
        f"Two costs of the same {len(x)} examples over one weight: the log loss bends upwards everywhere, the squared "
        f"error bends downwards on {bent_down[1]:.0%} of the range and flattens out towards the sides.",
    )


def batches(X, y, batch_size=50, n_batches=80, learning_rate=0.01):
    """Log loss on all rows while one small random batch after the other moves the weights (stochastic descent)."""
    from sklearn.linear_model import LogisticRegression, SGDClassifier
    from sklearn.metrics import log_loss

    generator = np.random.default_rng(3)
    model = SGDClassifier(loss="log_loss", penalty=None, learning_rate="constant", eta0=learning_rate, random_state=3)
    losses = [np.log(2)]
    for _ in range(n_batches):
        rows = generator.choice(len(y), batch_size, replace=False)
        model.partial_fit(X[rows], y[rows], classes=[0, 1])
        losses.append(log_loss(y, model.predict_proba(X)[:, 1]))
    best = LogisticRegression(C=1e10, solver="newton-cholesky").fit(X, y)
    lowest = log_loss(y, best.predict_proba(X)[:, 1])
    seen = batch_size * np.arange(n_batches + 1)
    axes = new_axes(7.6, 3.9)
    axes.plot(seen, losses, color=BLUE, linewidth=1.8)
    axes.axhline(lowest, color=RED, linestyle="--", linewidth=1.6)
    near = int(seen[np.argmax(np.array(losses) < lowest + 0.01)])
    dress(
        axes,
        f"{near:,} examples, a batch at a time, come within 0.01 of the minimum",
        "examples seen so far (count)",
        "log loss on all rows (nats)",
    )
    axes.set_xlim(0, seen[-1])
    label_right(axes, [(losses[-1], f"batches of {batch_size}", BLUE), (lowest, "minimum", RED)])
    return Picture(
        axes,
        f"The log loss falls from {losses[0]:.3f} to {losses[-1]:.3f} in {n_batches} updates, each on {batch_size} "
        f"random rows, wavering above the minimum of {lowest:.3f}.",
    )


# --- 3.4 learning rate and regularisation ------------------------------------------------------------------


def three_rates(f, slope, rates=(0.02, 0.15, 0.41), start=0.0, n_updates=8, window=(-1.0, 7.0)):
    """Three paths side by side: a low, a good and a high learning rate."""
    axes = new_axes(10.5, 3.7, columns=3, sharey=True)
    ends = []
    for place, rate, word in zip(axes, rates, ("too low", "good", "too high"), strict=True):
        path = _path(slope, start, rate, n_updates)
        _draw_path(place, f, path, window)
        dress(place, f"{word}: {number(rate)}", "weight w (no unit)", "f(w)" if place is axes[0] else "")
        place.set_ylabel("f(w)", fontsize=11)
        ends.append(f"{number(path[-1])} with rate {number(rate)}")
    head(axes, f"After {n_updates} updates: on the way, there, or further off than at the start")
    return Picture(
        tuple(axes), f"Three paths of gradient descent from w = {number(start)}; the ends: {', '.join(ends)}."
    )


@lru_cache
def _overfitting_losses(n_train=60, most=16, n_signal=4):
    """Training and validation log loss of models with 1, 2, ... features, of which only the first few matter."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    generator = np.random.default_rng(11)
    X = generator.normal(size=(n_train + 4_000, most))
    weights = np.zeros(most)
    weights[:n_signal] = (1.0, -0.8, 0.7, 0.6)
    y = (generator.random(len(X)) < expit(X @ weights)).astype(int)
    train, valid = slice(0, n_train), slice(n_train, None)
    losses = []
    for k in range(1, most + 1):
        model = LogisticRegression(C=100.0, max_iter=2_000).fit(X[train, :k], y[train])
        losses.append([log_loss(y[s], model.predict_proba(X[s, :k])[:, 1]) for s in (train, valid)])
    return np.array(losses)


def overfitting():
    """Training and validation loss against the complexity of the model."""
    losses = _overfitting_losses()
    features = np.arange(1, len(losses) + 1)
    best = int(losses[:, 1].argmin()) + 1
    axes = new_axes(7.8, 4.1)
    for column, (color, marker, line) in enumerate(((BLUE, "o", "-"), (RED, "s", "--"))):
        axes.plot(features, losses[:, column], line, marker=marker, color=color, linewidth=2, markersize=4)
    axes.axvline(best, color=GREY, linewidth=1)
    axes.annotate(f"best: {best}", (best, axes.get_ylim()[1]), (5, -12), textcoords="offset points", fontsize=10)
    axes.set_xlim(1, features[-1])
    title = f"Beyond {best} features the model learns the noise of its training rows"
    dress(axes, title, "complexity: features used (count)", "log loss (nats)")
    label_right(axes, [(losses[-1, 0], "training", BLUE), (losses[-1, 1], "validation", RED)])
    return Picture(
        axes,
        f"Training loss falls from {losses[0, 0]:.2f} to {losses[-1, 0]:.2f}; validation loss falls to "
        f"{losses[:, 1].min():.2f} at {best} features and climbs to {losses[-1, 1]:.2f}.",
    )


def penalty_shapes(weight=0.25):
    """|w| and w² on the left, their slopes on the right: the pull towards zero."""
    axes = new_axes(9.6, 3.9, columns=2)
    w = np.linspace(-2, 2, 401)
    axes[0].plot(w, np.abs(w), color=BLUE, linewidth=2.2)
    axes[0].plot(w, np.square(w), "--", color=RED, linewidth=2.2)
    dress(axes[0], "The penalties", "weight w (no unit)", "penalty of one weight (nats)")
    axes[0].set_xlim(-2, 2)
    left, right = w[w < 0], w[w > 0]
    for side in (left, right):
        axes[1].plot(side, np.sign(side), color=BLUE, linewidth=2.2)
    axes[1].plot(w, 2 * w, "--", color=RED, linewidth=2.2)
    axes[1].axhline(0, color=GREY, linewidth=0.8)
    axes[1].plot([weight], [1], "o", color=BLUE)
    axes[1].plot([weight], [2 * weight], "s", color=RED)
    dress(
        axes[1], f"Their slopes: at w = {number(weight)}, 1 against {number(2 * weight)}", "weight w (no unit)", "slope"
    )
    axes[1].set_xlim(-2, 2)
    for place, ends in ((axes[0], (2, 4)), (axes[1], (1, 4))):
        label_right(place, [(ends[0], "L1: |w|", BLUE), (ends[1], "L2: w²", RED)])
    return Picture(
        tuple(axes),
        f"The penalties |w| and w² and their slopes: L1 pulls with a slope of 1 everywhere, L2 with 2w, which is "
        f"{number(2 * weight)} at w = {number(weight)} and fades to nothing at zero.",
    )


_KINDS = {"L1": 1.0, "L2": 0.0}
LIMIT_ROWS = 1_000  # enough for the picture, and quick enough for a slider


def _some_rows(X, y):
    """Every so many rows, at most LIMIT_ROWS: a table may be sorted by its label."""
    apart = -(-len(y) // LIMIT_ROWS)
    return X[::apart], y[::apart]


def _penalised(X, y, C, kind):
    """Weights of scikit-learn's logistic regression with an L1 or L2 penalty; exact zeros where L1 makes them."""
    from sklearn.linear_model import LogisticRegression

    if kind == "L2":
        return LogisticRegression(C=C, solver="newton-cholesky").fit(X, y).coef_[0]
    # From scikit-learn 1.8 on, the kind is said by l1_ratio; before, by penalty.
    old = "deprecated" not in str(signature(LogisticRegression).parameters["penalty"].default)
    how = {"penalty": "l1"} if old else {"l1_ratio": 1.0}
    model = LogisticRegression(C=C, solver="saga", tol=1e-5, max_iter=5_000, random_state=0, **how)
    return model.fit(X, y).coef_[0]


def weights_over_C(X, y, names, exponents=None):
    """The weights of L1 and of L2 against log10 C, for standardised features X, the strongest four labelled."""
    exponents = np.linspace(-3.5, 2, 23) if exponents is None else np.asarray(exponents)
    X, y = _some_rows(X, y)
    axes = new_axes(10.2, 4.3, columns=2, sharey=True)
    zeros = {}
    for place, kind in zip(axes, _KINDS, strict=True):
        weights = np.array([_penalised(X, y, 10.0**e, kind) for e in exponents])
        far = np.argsort(-np.abs(weights[-1]))[:4]
        for j in range(len(names)):
            if j not in far:
                place.plot(exponents, weights[:, j], color=GREY, linewidth=1, alpha=0.8)
        for j, color, marker, line in zip(far, COLORS, MARKERS, LINES, strict=True):
            place.plot(exponents, weights[:, j], line, color=color, marker=marker, markersize=3.5, linewidth=1.8)
        middle = int(np.argmin(np.abs(exponents + 2)))
        zeros[kind] = int(np.sum(weights[middle] == 0))
        title = f"{kind}: {zeros[kind]} of {len(names)} weights are exactly 0 at C = {10.0 ** exponents[middle]:.2g}"
        dress(place, title, "log10 C (weaker penalty to the right)", "weight (per standard deviation)")
        place.set_xlim(exponents[0], exponents[-1])
        label_right(place, [(weights[-1, j], names[j], color) for j, color in zip(far, COLORS, strict=True)])
    C = f"{10.0 ** exponents[middle]:.2g}"
    return Picture(
        tuple(axes),
        f"Weights of {len(names)} features over C: near C = {C}, L1 has {zeros['L1']} weights at exactly "
        f"zero and L2 has {zeros['L2']}; both spread out as C grows.",
    )


def weights_at_C(X, y, names, log10_C=-1.5):
    """Bars of the weights at one C, L1 beside L2; a ring marks weights that are exactly zero."""
    X, y = _some_rows(X, y)
    axes = new_axes(7.4, 4.6)
    steady(axes, left=0.19, right=0.97, top=0.9, bottom=0.22)
    rows = np.arange(len(names))
    zeros = {}
    for kind, shift, color, hatch in (("L1", -0.2, BLUE, ""), ("L2", 0.2, RED, "//")):
        weights = _penalised(X, y, 10.0**log10_C, kind)
        axes.barh(rows + shift, weights, 0.38, color=color, hatch=hatch, edgecolor="white", label=kind)
        at_zero = weights == 0
        zeros[kind] = int(at_zero.sum())
        axes.plot(np.zeros(zeros[kind]), rows[at_zero] + shift, "o", color=color, markerfacecolor="white", markersize=5)
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    axes.set_xlim(-1.1, 1.1)
    axes.axvline(0, color=GREY, linewidth=0.8)
    title = f"C = {10.0**log10_C:.3g}: exactly 0 are {zeros['L1']} weights of L1, {zeros['L2']} of L2"
    dress(axes, title, "weight (per standard deviation)", "feature")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False, fontsize=10)
    return Picture(
        axes, f"Weights at C = {10.0**log10_C:.3g}: {zeros['L1']} of L1 and {zeros['L2']} of L2 are exactly zero."
    )
