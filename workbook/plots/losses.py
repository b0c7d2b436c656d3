"""Figures of lesson 1.1 and assignment 1.3: losses, how training lowers them, and accuracy against the threshold."""

import numpy as np
from matplotlib.ticker import PercentFormatter

from workbook.plots.picture import BLUE, GREY, INK, RED, Picture, dark, dress, new_axes, number, steady


def log_loss_curves():
    """Log loss of one example against the predicted probability, a curve for each label."""
    from scipy.stats import bernoulli

    axes = new_axes(7.2, 4.0)
    p = np.linspace(0.003, 0.997, 498)
    for label, color, line in ((1, BLUE, "-"), (0, RED, "--")):
        axes.plot(p, -bernoulli.logpmf(label, p), line, color=color, linewidth=2.4)
    at = {"xycoords": "data", "textcoords": "offset points", "fontsize": 11}
    axes.annotate("label y = 1", (0.1, -np.log(0.1)), (10, 4), color=dark(BLUE), **at)
    axes.annotate("label y = 0", (0.9, -np.log(0.1)), (-10, 4), ha="right", color=dark(RED), **at)
    axes.plot(0.5, np.log(2), "o", color=INK, markersize=7)
    axes.annotate(f"p = 0.5 costs {np.log(2):.2f}", (0.5, np.log(2)), (0, 24), ha="center", color=INK, **at)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 6)
    dress(
        axes,
        "Being confident and wrong costs without bound",
        "predicted probability p of class 1",
        "log loss of the example",
    )
    low = -np.log(0.9)
    return Picture(
        axes,
        f"Two mirrored curves of log loss against p: for label 1 it falls from above {-np.log(p[0]):.1f} near p = 0 "
        f"through {np.log(2):.2f} at 0.5 to {low:.2f} at 0.9 and towards 0, for label 0 it rises the same way.",
    )


def squared_error_curve(truth=3.0):
    """Squared error of one example against the prediction."""
    axes = new_axes(6.8, 3.8)
    prediction = np.linspace(truth - 3, truth + 3, 241)
    axes.plot(prediction, (prediction - truth) ** 2, color=BLUE, linewidth=2.4)
    axes.plot(truth, 0, "o", color=RED, markersize=9, clip_on=False, zorder=5)
    axes.annotate(
        f"0 at the truth, {number(truth)}",
        (truth, 1.9),
        (0, 0),
        textcoords="offset points",
        ha="center",
        fontsize=11,
        color=dark(RED),
    )
    for far, text in ((1, "off by 1: 1"), (2, "off by 2: 4")):
        axes.plot(truth + far, far**2, "s", color=INK, markersize=6)
        axes.annotate(text, (truth + far, far**2), (10, -8), textcoords="offset points", fontsize=10.5, color=INK)
    axes.set_xlim(prediction[0], prediction[-1])
    axes.set_ylim(0, 9)
    dress(
        axes,
        "Twice as far off costs four times as much",
        "prediction ŷ (units of the label)",
        "squared error (squared units)",
    )
    return Picture(
        axes,
        f"A parabola of squared error against the prediction: 0 at the truth {number(truth)}, 1 when it is off by 1, "
        f"4 when it is off by 2 and 9 when it is off by 3.",
    )


def training_loss(X, y, n_passes=40):
    """Log loss on X (n, k) and y (n,) after each pass of a training that starts from weights of zero."""
    from sklearn.linear_model import SGDClassifier
    from sklearn.metrics import log_loss
    from sklearn.preprocessing import scale

    features = scale(np.asarray(X, dtype=float))
    model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=2e-4, alpha=0.0, random_state=0)
    losses = [np.log(2)]  # weights of zero give every row 0.5
    for _ in range(n_passes):
        model.partial_fit(features, y, classes=[0, 1])
        losses.append(log_loss(y, model.predict_proba(features)))
    axes = new_axes(7.2, 3.9)
    axes.plot(losses, ".-", color=BLUE, linewidth=2, markersize=7)
    axes.axhline(losses[-1], color=GREY, linewidth=1, linestyle="--")
    total = losses[0] - losses[-1]
    settled = next(i for i, loss in enumerate(losses) if loss - losses[-1] < 0.05 * total)
    axes.annotate(
        f"start: {losses[0]:.3f}", (0, losses[0]), (12, -2), textcoords="offset points", fontsize=11, color=dark(BLUE)
    )
    axes.annotate(
        f"end: {losses[-1]:.3f}",
        (n_passes, losses[-1]),
        (0, 8),
        textcoords="offset points",
        ha="right",
        fontsize=11,
        color=dark(BLUE),
    )
    axes.set_xlim(-0.5, n_passes + 0.5)
    axes.set_ylim(losses[-1] - 0.1 * total, losses[0] + 0.08 * total)
    title = f"The loss falls fast, then flattens: 95 % of the way after {settled} passes"
    dress(axes, title, "passes over the data (iterations)", "mean log loss on the training rows")
    return Picture(
        axes,
        f"Mean log loss against the number of passes: it falls from {losses[0]:.3f} to {losses[-1]:.3f}, 95 % of the "
        f"way within {settled} of {n_passes} passes, and then hardly changes.",
    )


def accuracy_by_threshold(p, y):
    """Accuracy of labels cut from the probabilities p (n,) against the threshold; y (n,) holds the true labels."""
    from sklearn.metrics import accuracy_score

    p, y = np.asarray(p), np.asarray(y)
    grid = np.linspace(0, 1, 201)
    accuracies = np.array([accuracy_score(y, p > cut) for cut in grid])
    axes = new_axes(7.2, 3.9)
    axes.plot(grid, accuracies, color=BLUE, linewidth=2.2)
    often = max(np.mean(y), 1 - np.mean(y))
    axes.axhline(often, color=GREY, linewidth=1.2, linestyle="--")
    axes.text(0.5, often, f"always the more frequent label: {often:.1%}", ha="center", va="bottom", color=INK)
    best = int(np.argmax(accuracies))
    axes.plot(grid[best], accuracies[best], "o", color=RED, markersize=8)
    axes.annotate(
        f"highest: {accuracies[best]:.1%} at {grid[best]:.3g}",
        (grid[best], accuracies[best]),
        (0, 9),
        textcoords="offset points",
        ha="center",
        fontsize=11,
        color=dark(RED),
    )
    span = accuracies.max() - accuracies.min()
    axes.set_xlim(0, 1)
    axes.set_ylim(accuracies.min() - 0.08 * span, accuracies.max() + 0.2 * span)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    title = f"The accuracy is highest near {grid[best]:.3g}, and flat around it"
    dress(axes, title, "threshold (probability of leaving)", "accuracy on the test rows (%)")
    return Picture(
        axes,
        f"Accuracy against the threshold rises from {accuracies[0]:.1%} at 0 to {accuracies[best]:.1%} at "
        f"{grid[best]:.3g} and falls to {accuracies[-1]:.1%} at 1; the more frequent label alone gives {often:.1%}.",
    )


def labels_at(p, y, threshold=0.5):
    """The labels that probabilities p (n,) get by a threshold, against the true labels y (n,), point by point."""
    p, y = np.asarray(p, dtype=float), np.asarray(y)
    wrong = (p > threshold) != y
    heights = y + np.random.default_rng(1).uniform(-0.22, 0.22, size=len(y))
    axes = new_axes(7.2, 3.6)
    steady(axes, left=0.08, right=0.8, top=0.8, bottom=0.15)
    axes.scatter(p[~wrong], heights[~wrong], s=26, color=BLUE, marker="o", alpha=0.75, label="label right")
    axes.scatter(p[wrong], heights[wrong], s=38, color=RED, marker="x", linewidth=1.8, label="label wrong")
    axes.axvline(threshold, color=INK, linewidth=1.6, linestyle="--")
    axes.text(threshold, 1.42, f"threshold {threshold:.2f}", ha="center", va="bottom", fontsize=10.5, color=INK)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.4, 1.4)
    axes.set_yticks([0, 1], ["0", "1"])
    missed, alarms = int((wrong & (y == 1)).sum()), int((wrong & (y == 0)).sum())
    accuracy = 1 - wrong.mean()
    dress(
        axes,
        f"{missed} missed, {alarms} false alarms: accuracy {accuracy:.1%}\n",
        "probability of class 1",
        "true label",
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    return Picture(
        axes,
        f"{len(y)} examples by probability and true label; with the threshold {threshold:.2f}, {missed} of class 1 are "
        f"missed and {alarms} of class 0 are false alarms, an accuracy of {accuracy:.1%}.",
    )
