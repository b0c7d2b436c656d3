"""Module 1's figures: labelled, small, nothing cut off, and described by one sentence with numbers of the data."""

import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from workbook.data import load_churn
from workbook.plots import boundary, losses

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(60, 2))
CLASSES = (POINTS.sum(axis=1) + RNG.normal(size=60) > 0).astype(int)
MODEL = LogisticRegression().fit(POINTS, CLASSES)
P = MODEL.predict_proba(POINTS)[:, 1]


def training_loss():
    df = load_churn()
    return losses.training_loss(df.drop(columns="churn"), df["churn"], n_passes=40)


FIGURES = {  # how to draw it, and a number that its alt text must hold
    "log loss": (losses.log_loss_curves, f"{np.log(2):.2f}"),
    "squared error": (lambda: losses.squared_error_curve(truth=3.0), "9 when it is off by 3"),
    "training loss": (training_loss, f"{np.log(2):.3f}"),
    "accuracy": (lambda: losses.accuracy_by_threshold(P, CLASSES), f"{np.mean(CLASSES):.1%}"),
    "linear and not": (boundary.linear_and_not, "120 points"),
    "sigmoid": (boundary.sigmoid, "0.73 at z = 1"),
    "S-curves": (boundary.s_curves_over_points, "weight -1.5"),
    "boundary": (lambda: boundary.fitted_boundary(POINTS, CLASSES, MODEL), f"{P.max():.2f}"),
    "boundary, moved": (lambda: boundary.fitted_boundary(POINTS, CLASSES, MODEL, threshold=0.8), "boundary at 0.8"),
}


@pytest.fixture(params=FIGURES, scope="module")
def figure(request):
    draw, number = FIGURES[request.param]
    return draw(), number


def axes_of(picture):
    return picture.axes if isinstance(picture.axes, tuple) else (picture.axes,)


def test_labels_title_and_alt(figure):
    picture, number = figure
    for axes in axes_of(picture):
        assert axes.get_xlabel() and axes.get_ylabel() and axes.get_title(loc="left")
    assert number in picture.alt
    assert picture.alt.endswith(".") and not re.search(r"\.\s", picture.alt)


def test_small_and_nothing_cut_off(figure):
    picture, _ = figure
    assert len(picture.png()) < 80_000
    frame = picture.figure.bbox
    texts = [text for axes in axes_of(picture) for text in [*axes.texts, axes._left_title] if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    assert [text for text, box in boxes if box.x0 < frame.x0 or box.x1 > frame.x1 or box.y1 > frame.y1] == []


def test_training_loss_falls_to_that_of_a_converged_model():
    df = load_churn()
    shown = training_loss().axes.lines[0].get_ydata()
    assert (np.diff(shown[:10]) < 0).all()
    X, y = df.drop(columns="churn"), df["churn"]
    model = LogisticRegression(solver="newton-cholesky", C=1e6).fit(X, y)
    least = log_loss(y, model.predict_proba(X))
    assert least < shown[-1] < least + 0.002


def test_no_line_splits_the_ring_but_a_parabola_does():
    alt = boundary.linear_and_not().alt
    straight, line, parabola = (int(share) for share in re.findall(r"for (\d+)%", alt))
    assert straight > 95 and line < 80 and parabola > 90
