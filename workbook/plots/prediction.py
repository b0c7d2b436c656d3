"""Figures of lesson 2.2: the S-curve, customers on it, and predicted probabilities."""

from itertools import pairwise

import numpy as np
from matplotlib.ticker import PercentFormatter

from workbook.plots.picture import (
    BLUE,
    COLORS,
    GREY,
    INK,
    LINES,
    RED,
    Picture,
    dark,
    dress,
    expit,
    label_right,
    new_axes,
    number,
    ratio,
    steady,
)


def _dress_probability(axes, title, x_label):
    dress(axes, title, x_label, "probability, P(y = 1)")
    axes.set_ylim(-0.04, 1.04)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])


def s_curves(weights=(4, 1, 0.25, -1), intercepts=(-3, 0, 3)):
    """Inverse logit curves of one feature: for several weights, and for several intercepts; up to four."""
    axes = new_axes(9.0, 3.7, columns=2)
    x = np.linspace(-6, 6, 241)
    curves = [
        (axes[0], "The weight sets the slope", "weight", [(w, 0) for w in weights], weights),
        (axes[1], "The intercept shifts the curve", "intercept", [(1, a) for a in intercepts], intercepts),
    ]
    for place, title, word, pairs, values in curves:
        labels = []
        for (weight, intercept), value, color, line in zip(pairs, values, COLORS, LINES, strict=False):
            p = expit(weight * x + intercept)
            place.plot(x, p, line, color=color, linewidth=2.2)
            labels.append((p[-1], f"{word} {number(value)}", color))
        place.axhline(0.5, color=GREY, linewidth=0.8)
        _dress_probability(place, title, "feature x (no unit)")
        place.set_xlim(x[0], x[-1])
        label_right(place, labels)
    return Picture(
        tuple(axes),
        f"S-curves of one feature: left for the weights {_list(weights)}, steeper for larger ones, falling "
        f"for a negative one; right for the intercepts {_list(intercepts)}, the curve moved sideways.",
    )


def _list(values):
    return ", ".join(number(value) for value in values)


def s_curve(weight=1.0, intercept=0.0):
    """One inverse logit curve over a single feature, beside the plain one with weight 1 and intercept 0."""
    axes = new_axes(6.4, 3.8)
    steady(axes, left=0.12, right=0.97, top=0.89, bottom=0.25)
    x = np.linspace(-6, 6, 241)
    axes.plot(x, expit(x), "--", color=GREY, linewidth=1.5, label="weight 1, intercept 0")
    p = expit(weight * x + intercept)
    axes.plot(x, p, color=BLUE, linewidth=2.5, label="your curve")
    axes.axhline(0.5, color=GREY, linewidth=0.8)
    crossing = -intercept / weight if weight else np.inf
    crosses = abs(crossing) <= x[-1]
    if crosses:
        axes.plot(crossing, 0.5, "o", color=RED, markersize=8)
    where = f"P = 0.5 at x = {crossing + 0.0:.2f}" if crosses else "P = 0.5 isn't reached here"
    _dress_probability(axes, f"weight {weight:.2f}, intercept {intercept:.2f}: {where}", "feature x (no unit)")
    axes.set_xlim(x[0], x[-1])
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2, frameon=False, fontsize=10)
    return Picture(
        axes,
        f"With weight {weight:.2f} and intercept {intercept:.2f} the probability goes from {p[0]:.2f} at "
        f"x = -6 to {p[-1]:.2f} at x = 6; {where}.",
    )


def customers_on_sigmoid(log_odds, names):
    """The inverse logit curve and a handful of examples on it: `log_odds` is their z, (n,)."""
    log_odds = np.asarray(log_odds, dtype=float)
    p = expit(log_odds)
    axes = new_axes(7.4, 4.2)
    reach = max(6.0, 1.9 * np.abs(log_odds).max())  # leaves room for the labels
    z = np.linspace(-reach, reach, 301)
    axes.plot(z, expit(z), color=BLUE, linewidth=2.2)
    axes.vlines(log_odds, 0, p, color=RED, linewidth=1, linestyle=":")
    axes.plot(log_odds, p, "s", color=RED, markersize=7)
    axes.axhline(0.5, color=GREY, linewidth=0.8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    for place, probability, height, name in zip(log_odds, p, _apart(p, 0.065), names, strict=True):
        left = probability < 0.5  # labels stand on the empty side of the curve
        axes.annotate(
            f"{name}: {probability:.2f}",
            (place, height),
            (-10, 4) if left else (10, -4),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=10,
            color=dark(RED),
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
    low, high = p.min(), p.max()
    _dress_probability(
        axes, f"z runs over all numbers, P only from 0 to 1: here {low:.2f} to {high:.2f}", "z, the log-odds"
    )
    places = ", ".join(f"{name} at z = {v:.2f}, P = {q:.2f}" for name, v, q in zip(names, log_odds, p, strict=True))
    return Picture(axes, f"An S-shaped curve from 0 to 1 through P = 0.5 at z = 0, with {places}.")


def _apart(p, gap):
    """Heights for labels of the probabilities p, (n,): moved away, up below 0.5 and down above, where crowded."""
    heights = np.array(p, dtype=float)
    rising = np.argsort(p)
    low = [i for i in rising if p[i] < 0.5]
    high = [i for i in rising[::-1] if p[i] >= 0.5]
    for before, i in pairwise(low):
        heights[i] = max(heights[i], heights[before] + gap)
    for before, i in pairwise(high):
        heights[i] = min(heights[i], heights[before] - gap)
    return heights


def probability_by_class(p, y, names=("stayed", "left")):
    """Histograms of predicted probabilities p (n,), one for each of the labels y (n,), which are 0 and 1."""
    p, y = np.asarray(p), np.asarray(y)
    axes = new_axes(7.4, 3.9)
    edges = np.linspace(0, 1, 26)
    medians = []
    for label, color, line in ((0, BLUE, "-"), (1, RED, "--")):
        group = p[y == label]
        shares = np.histogram(group, edges)[0] / len(group)
        axes.stairs(shares, edges, color=color, linewidth=2.2, linestyle=line)
        medians.append(np.median(group))
        axes.axvline(medians[-1], color=color, linewidth=1.2, linestyle=line)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0, top=1.16 * axes.get_ylim()[1])
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    order = np.argsort(medians)
    for label, side in zip(order, ("right", "left"), strict=True):
        axes.annotate(
            f"customers who {names[label]}\nmedian {medians[label]:.2f}",
            (medians[label], 0.97),
            (-7 if side == "right" else 7, 0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha=side,
            va="top",
            fontsize=10.5,
            color=dark((BLUE, RED)[label]),
        )
    words = [f"{median:.2f} of those who {name}" for median, name in zip(medians, names, strict=True)]
    title = f"Median probability: {words[1]}, {words[0]}"
    dress(axes, title, "predicted probability of churn", "share of the group (%)")
    return Picture(
        axes,
        f"Histograms of predicted probability: median {medians[1]:.2f} among {np.sum(y == 1):,} customers "
        f"who {names[1]}, {medians[0]:.2f} among {np.sum(y == 0):,} who {names[0]}.",
    )


def speed_bars(seconds):
    """Milliseconds per call of a few ways to do the same; `seconds` maps a name to seconds, measured."""
    names = sorted(seconds, key=seconds.get)
    milliseconds = [1000 * seconds[name] for name in names]
    axes = new_axes(7.2, 1.4 + 0.55 * len(names))
    bars = axes.barh(names, milliseconds, color=COLORS[: len(names)], height=0.55)
    for bar, hatch in zip(bars, ("", "//", "..", "xx"), strict=False):
        bar.set(hatch=hatch, edgecolor="white")
    axes.bar_label(bars, [f"{value:.3g} ms" for value in milliseconds], padding=6, fontsize=10.5, color=INK)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.18 * milliseconds[-1])
    finding = f"{names[-1]} takes {ratio(milliseconds[-1] / milliseconds[0])} times as long as {names[0]}"
    dress(axes, finding[0].upper() + finding[1:], "time per call (milliseconds)", "way to compute")
    axes.grid(visible=False, axis="y")
    times = ", ".join(f"{name} {value:.3g} ms" for name, value in zip(names, milliseconds, strict=True))
    return Picture(axes, f"Bars of the time per call: {times}.")
