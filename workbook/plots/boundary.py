"""Figures of lessons 1.1 and 1.2: boundaries between two classes, the sigmoid, and S-curves over points."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from workbook.plots.picture import BLUE, GREY, INK, RED, Picture, dark, dress, expit, head, new_axes, number

SHADES = LinearSegmentedColormap.from_list("stay-leave", ["#6fb1dd", "#eaf3fa", "#ffffff", "#fdeee2", "#f0a06a"])


def _points(axes, x, z, y, size=22, labels=("class 0", "class 1")):
    for value, color, marker in ((0, BLUE, "o"), (1, RED, "^")):
        here = y == value
        style = {"color": color, "marker": marker, "edgecolors": "white", "linewidths": 0.5}
        axes.scatter(x[here], z[here], s=size, label=labels[value], zorder=3, **style)


def linear_and_not(n=120):
    """Two classes that a line splits, and a cluster inside a ring, which no line splits but a parabola nearly does."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(11)
    axes = new_axes(9.2, 4.3, columns=2)
    y = np.repeat([0, 1], n // 2)
    blobs = rng.normal(size=(n, 2)) * 0.75 + np.where(y == 1, 1.5, -1.5)[:, None] * [1, 0.7]
    angle = np.pi / 2 + rng.beta(1.5, 1.5, size=n) * 2 * np.pi  # fewer points at the top, where a parabola is open
    radius = np.where(y == 1, rng.uniform(0, 0.8, n), rng.uniform(1.8, 2.7, n))
    ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    found = []
    x = np.linspace(-4, 4, 161)
    for place, points in zip(axes, (blobs, ring), strict=True):
        model = LogisticRegression(C=10).fit(points, y)
        found.append(model.score(points, y))
        _points(place, *points.T, y)
        slope, height = -model.coef_[0, 0] / model.coef_[0, 1], -model.intercept_[0] / model.coef_[0, 1]
        place.plot(x, height + slope * x, color=INK, linewidth=2)
        place.set_xlim(-3.6, 3.6)
        place.set_ylim(-3.3, 3.9)
    squared = np.column_stack([ring, ring[:, 0] ** 2])
    bent = LogisticRegression(C=10).fit(squared, y)
    (one, two, square), start = bent.coef_[0], bent.intercept_[0]
    axes[1].plot(x, -(start + one * x + square * x**2) / two, "--", color=INK, linewidth=2)
    found.append(bent.score(squared, y))
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}
    note = {"fontsize": 10.5, "color": INK, "bbox": box, "zorder": 5}
    text = f"line y = a + x b: {found[0]:.0%} right"
    axes[0].text(0.03, 0.97, text, transform=axes[0].transAxes, va="top", **note)
    text = f"solid, a line: {found[1]:.0%} right\ndashed, a parabola: {found[2]:.0%} right"
    axes[1].text(0.03, 0.97, text, transform=axes[1].transAxes, va="top", **note)
    dress(axes[0], "Two clusters: a line will do", "feature 1 (no unit)", "feature 2 (no unit)")
    dress(axes[1], "A cluster in a ring: no line will do", "feature 1 (no unit)", "feature 2 (no unit)")
    axes[0].legend(loc="lower right", fontsize=10, frameon=True, framealpha=0.9)
    return Picture(
        tuple(axes),
        f"Left, two clusters with a straight boundary that is right for {found[0]:.0%} of {n} points; right, a cluster "
        f"inside a ring, where the best line is right for {found[1]:.0%} and a parabola for {found[2]:.0%}.",
    )


def sigmoid(marked=(-4, -1, 0, 1, 4)):
    """The sigmoid, with some values of z marked on it."""
    axes = new_axes(7.2, 3.9)
    z = np.linspace(-9, 9, 361)
    axes.plot(z, expit(z), color=BLUE, linewidth=2.4)
    axes.axhline(0.5, color=GREY, linewidth=0.8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    for value in marked:
        p = expit(value)
        axes.plot(value, p, "s", color=RED, markersize=7)
        axes.annotate(
            f"z = {number(value)}: {p:.2f}",
            (value, p),
            (-10, 4) if p < 0.5 else (12, -13),
            textcoords="offset points",
            ha="right" if p < 0.5 else "left",
            fontsize=10.5,
            color=dark(RED),
        )
    axes.set_xlim(z[0], z[-1])
    axes.set_ylim(-0.04, 1.04)
    dress(axes, "Any number z becomes a probability between 0 and 1", "z, the linear step", "P(y = 1)")
    places = ", ".join(f"{expit(value):.2f} at z = {number(value)}" for value in marked)
    return Picture(axes, f"An S-shaped curve that rises from 0 to 1 as z grows: {places}.")


def s_curves_over_points(weights=(6, 1.5, 0.1, -1.5), n=90):
    """S-curves of one feature for several weights, each over points whose labels were drawn from it, with jitter."""
    rng = np.random.default_rng(3)
    axes = new_axes(11.0, 3.5, columns=len(weights), sharey=True)
    x = np.linspace(-4, 4, 161)
    shares = []
    for place, weight in zip(axes, weights, strict=True):
        feature = rng.uniform(-4, 4, n)
        y = (rng.uniform(size=n) < expit(weight * feature)).astype(int)
        _points(place, feature, y + rng.uniform(-0.04, 0.04, n), y, size=12)
        place.plot(x, expit(weight * x), color=INK, linewidth=2.2)
        shares.append(y[feature > 0].mean())
        words = {6: "steep", 0.1: "no visible S"}.get(weight, "falling" if weight < 0 else "gentle")
        dress(place, f"weight {number(weight)}: {words}", "feature x (no unit)", "")
        place._left_title.set_fontsize(11)
        place.set_xlim(-4, 4)
        place.set_ylim(-0.1, 1.1)
        place.set_ylabel("P(y = 1), and labels 0/1" if place is axes[0] else "P(y = 1)", fontsize=10, color=INK)
    head(axes, "The weight decides how steeply the probability rises, and whether it falls")
    told = ", ".join(f"{share:.0%} for weight {number(weight)}" for share, weight in zip(shares, weights, strict=True))
    return Picture(
        tuple(axes),
        "S-curves over jittered labels 0 and 1, from steep to flat and one that falls; share of ones where x > 0: "
        f"{told}.",
    )


def fitted_boundary(X, y, model, names=("feature 1", "feature 2"), labels=("class 0", "class 1"), threshold=0.5):
    """Two features (n, 2), regions shaded by the model's probability, and the boundary at the threshold."""
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    axes = new_axes(7.6, 4.8)
    low, high = X.min(axis=0), X.max(axis=0)
    room = 0.06 * (high - low)
    first, second = (np.linspace(low[j] - room[j], high[j] + room[j], 180) for j in (0, 1))
    across, up = np.meshgrid(first, second)
    p = model.predict_proba(np.column_stack([across.ravel(), up.ravel()]))[:, 1].reshape(across.shape)
    shade = axes.pcolormesh(across, up, p, cmap=SHADES, vmin=0, vmax=1, shading="auto", rasterized=True)
    _points(axes, *X.T, y, labels=labels)
    axes.contour(across, up, p, levels=[threshold], colors=[INK], linewidths=2.2)
    bar = axes.figure.colorbar(shade, ax=axes, pad=0.02)
    bar.set_label("P(y = 1)", fontsize=11, color=INK)
    bar.ax.axhline(threshold, color=INK, linewidth=2)
    own = model.predict_proba(X)[:, 1]
    near, deep = np.argmin(np.abs(own - threshold)), np.argmax(own)
    for place, side in ((near, (9, -15)), (deep, (9, -15))):
        axes.scatter(*X[place], s=110, facecolors="none", edgecolors=INK, linewidths=1.8, zorder=4)
        axes.annotate(
            f"P = {own[place]:.2f}",
            X[place],
            side,
            textcoords="offset points",
            fontsize=11,
            color=INK,
            fontweight="bold",
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
        )
    dress(
        axes,
        f"At the boundary P is the threshold, {number(threshold)}; deep inside it nears 1 or 0",
        names[0],
        names[1],
    )
    axes.grid(visible=False)
    axes.set_xlim(first[0], first[-1])
    axes.set_ylim(second[0], second[-1])
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2, frameon=False, fontsize=10)
    return Picture(
        axes,
        f"{len(y):,} points in two features, shaded by probability, a straight boundary at {number(threshold)}; "
        f"the point nearest to it has P = {own[near]:.2f}, the deepest one {own[deep]:.2f}, and {y.mean():.0%} of "
        f"all are {labels[1]}.",
    )
