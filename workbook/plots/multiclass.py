"""Figures of lesson 3.7: softmax shares and the regions of three classes."""

import numpy as np
from matplotlib.colors import ListedColormap

from workbook.plots.picture import BLUE, GREEN, INK, RED, Picture, dark, dress, head, label_right, new_axes, number

CLASS_COLORS = (BLUE, RED, GREEN)
CLASS_MARKERS = ("o", "^", "s")
PALE_CLASSES = ListedColormap(["#cfe5f3", "#fbdcc4", "#c4e8dc"])


def softmax_shares(others=(0.0, 1.0)):
    """Softmax of three classes while the z of the third runs; the z of the first two stay at `others`."""
    from scipy.special import softmax

    z = np.linspace(-4, 6, 201)
    Z = np.column_stack([np.full_like(z, others[0]), np.full_like(z, others[1]), z])
    shares = softmax(Z, axis=1)
    axes = new_axes(7.4, 4.0)
    labels = []
    for c, (color, line) in enumerate(zip(CLASS_COLORS, ("-", "--", "-."), strict=True)):
        axes.plot(z, shares[:, c], line, color=color, linewidth=2.3)
        name = f"class {c}, z = {number(others[c])}" if c < 2 else "class 2, z runs"
        labels.append((shares[-1, c] + (0.08 if c == 1 else 0), name, color))  # two lines end close together
    dress(axes, "What one class gains, the others lose", "z of class 2 (log-odds scale)", "probability")
    axes.set_xlim(z[0], z[-1])
    axes.set_ylim(-0.03, 1.03)
    label_right(axes, labels)
    equal = float(z[np.argmin(np.abs(shares[:, 2] - shares[:, 1]))])
    return Picture(
        axes,
        f"Softmax probabilities of three classes: while the z of class 2 rises from {number(z[0])} to {number(z[-1])}, "
        f"its share rises from {shares[0, 2]:.2f} to {shares[-1, 2]:.2f}, passing class 1 at {number(equal)}, and the "
        f"others fall.",
    )


def class_regions(models, X, y):
    """Where each model predicts which of three classes, one panel a model, with the points X (n, 2), classes y (n,)."""
    X, y = np.asarray(X), np.asarray(y)
    low, high = X.min(axis=0) - 0.5, X.max(axis=0) + 0.5
    first, second = np.meshgrid(np.linspace(low[0], high[0], 220), np.linspace(low[1], high[1], 220))
    places = np.column_stack([first.ravel(), second.ravel()])
    axes = np.atleast_1d(new_axes(4.7 * len(models), 4.3, columns=len(models), sharex=True, sharey=True))
    findings = []
    for place, (name, model) in zip(axes, models.items(), strict=True):
        regions = np.asarray(model.predict(places)).reshape(first.shape)
        place.pcolormesh(first, second, regions, cmap=PALE_CLASSES, vmin=-0.5, vmax=2.5, rasterized=True)
        place.contour(first, second, regions, levels=[0.5, 1.5], colors=INK, linewidths=1)
        for c, (color, marker) in enumerate(zip(CLASS_COLORS, CLASS_MARKERS, strict=True)):
            place.plot(*X[y == c].T, marker, color=color, markersize=5)
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
            middle = X[y == c, 0].mean()
            place.text(middle, high[1] - 0.3, f"class {c}", ha="center", fontsize=10, color=dark(color), bbox=box)
        right = float(np.mean(model.predict(X) == y))
        room = float(np.mean(regions == 1))
        findings.append((name, right, room))
        dress(place, f"{name}: {right:.0%} right", "feature 1 (no unit)", "feature 2 (no unit)")
        place.grid(visible=False)
    head(axes, "Straight borders; the middle class gets " + " or ".join(f"{room:.0%}" for *_, room in findings))
    words = "; ".join(
        f"{name} is right for {right:.0%} and gives class 1 {room:.0%} of the area" for name, right, room in findings
    )
    return Picture(tuple(axes), f"Regions of three classes with straight borders: {words}.")


__all__ = ["class_regions", "softmax_shares"]
