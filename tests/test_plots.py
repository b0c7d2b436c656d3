"""Every figure is labelled, says what it shows, and comes with that sentence as alt text; sliders work alone."""

import base64
import re
import time
from dataclasses import FrozenInstanceError
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from workbook import explore, plots
from workbook.plots import prediction

LEFT = np.array([[1, 2, 0, 3], [0, 1, 4, 1], [2, 0, 1, 1], [3, 1, 0, 2]])
RIGHT = np.array([[2, 0, 1], [1, 3, 0], [0, 1, 2], [1, 0, 1]])
LENGTHS = pd.Index([10, 1_000, 100_000], name="length")
SECONDS = pd.DataFrame({"loop": [3e-6, 2e-4, 2e-2], "sum": [2e-6, 3e-6, 5e-5], "dot": [1e-6] * 3}, LENGTHS)
GENERATOR = np.random.default_rng(7)

# A figure's name: how to draw it, and a number of its data that the alt text must mention.
FIGURES = {
    "vectors": (lambda: plots.vectors_in_plane({"Ada": [2, 5], "Ben": [6, 2.5]}), "2.5"),
    "speed": (lambda: plots.speed_against_length(SECONDS, "dot"), "20,000 times"),
    "speed without a loop": (lambda: plots.speed_against_length(SECONDS[["sum", "dot"]], "dot"), "50 times"),
    "product": (lambda: plots.matrix_product(LEFT, RIGHT), "1·2 + 2·1 + 0·0 + 3·1 = 7"),
    "product, elsewhere": (lambda: plots.matrix_product(LEFT, RIGHT, row=3, column=2), "= 5"),
    "matrix times column": (lambda: plots.matrix_product(LEFT, RIGHT[:, :1]), "= 7"),
    "added vector": (lambda: plots.vector_added(LEFT, [10, 20, 30, 40]), "10, 20, 30, 40"),
    "S-curves": (plots.s_curves, "0.25"),
    "S-curve": (lambda: plots.s_curve(2, 1), "x = -0.50"),
    "flat S-curve": (lambda: plots.s_curve(0, 1), "0.73"),
    "customers": (lambda: plots.customers_on_sigmoid([-2, 0.1, 0.2, 3], list("abcd")), "P = 0.95"),
    "by class": (lambda: plots.probability_by_class([0.2, 0.4, 0.7, 0.9], [0, 0, 1, 1]), "0.80"),
    "bars": (lambda: plots.speed_bars({"scikit-learn": 0.0005, "from scratch": 0.0001}), "0.5 ms"),
}


@pytest.fixture(params=FIGURES, scope="module")
def figure(request):
    """A picture and the number its alt text must mention."""
    draw, number = FIGURES[request.param]
    return draw(), number


def axes_of(picture):
    return picture.axes if isinstance(picture.axes, tuple) else (picture.axes,)


def test_axes_are_labelled(figure):
    picture, _ = figure
    for axes in axes_of(picture):
        assert axes.get_xlabel() and axes.get_ylabel()
        assert axes.get_title() or axes.get_title(loc="left")


def test_alt_is_one_sentence_with_a_number_of_the_data(figure):
    picture, number = figure
    assert number in picture.alt
    assert picture.alt.endswith(".") and not re.search(r"\.\s", picture.alt)


def test_notebook_gets_image_and_alt(figure):
    picture, _ = figure
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"image/png", "text/html", "text/plain"}
    assert bundle["text/plain"] == picture.alt
    assert re.search(r'<img alt="[^"]{20,}" width="\d+"', bundle["text/html"])
    assert bundle["image/png"] in bundle["text/html"]


def test_image_is_fine_small_and_white(figure):
    picture, _ = figure
    png = base64.b64decode(picture._repr_mimebundle_()["image/png"])
    image = Image.open(BytesIO(png))
    assert image.width == pytest.approx(2 * 96 * picture.figure.get_figwidth(), abs=2)
    assert len(png) < 80_000
    assert image.convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def texts_outside(picture):
    """Texts that stick out of the figure."""
    picture.png()
    frame = picture.figure.bbox
    texts = [t for axes in axes_of(picture) for t in [*axes.texts, axes.title, axes._left_title] if t.get_text()]
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts]
    return [text for text, box in boxes if box.x0 < frame.x0 or box.x1 > frame.x1 or box.y1 > frame.y1]


def test_no_text_is_cut_off(figure):
    picture, _ = figure
    assert texts_outside(picture) == []


def test_alt_is_escaped():
    picture = plots.vectors_in_plane({'<b>"x"</b>': [1, 2]})
    assert 'alt="Arrows from the origin to the points of 1 vectors: &lt;b&gt;&quot;x&quot;' in picture.html()


def test_picture_is_frozen():
    with pytest.raises(FrozenInstanceError):
        plots.s_curves().alt = "something else"


def test_framed_element_is_the_dot_product():
    title = plots.matrix_product(LEFT, RIGHT, row=1, column=1).figure.get_suptitle()
    assert title.endswith(f"= {LEFT[1] @ RIGHT[:, 1]}")


def test_crowded_customers_keep_their_labels_apart():
    heights = prediction._apart(np.array([0.47, 0.48, 0.49, 0.51, 0.52]), 0.06)
    assert np.diff(heights[:3]).min() >= 0.06 - 1e-12 and np.diff(heights[3:]).min() >= 0.06 - 1e-12


def test_open_and_broken_tasks_are_left_out_by_name(capsys):
    def still_open(a):
        raise NotImplementedError

    def broken(a):
        return a.no_such_thing

    seconds = plots.seconds_per_call(
        {"open": still_open, "broken": broken, "sum": np.sum}, [5, 50], lambda length: (np.ones(length),)
    )
    assert list(seconds.columns) == ["sum"] and (seconds["sum"] > 0).all()
    said = capsys.readouterr().out
    assert "open isn't written yet" in said and "broken stopped with AttributeError" in said


def test_slower_function_takes_longer():
    ways = {"short": lambda n: time.sleep(0.001), "long": lambda n: time.sleep(0.004)}
    seconds = plots.seconds_per_call(ways, [1], lambda length: (length,))
    assert seconds.loc[1, "long"] > 2 * seconds.loc[1, "short"]


def test_sliders_work_without_a_screen():
    weight, intercept, picture = explore.s_curve(weight=1.0, intercept=0.0).children
    assert "With weight 1.00 and intercept 0.00" in picture.value
    weight.value = 2.0
    intercept.value = -1.0
    assert "With weight 2.00 and intercept -1.00" in picture.value
    assert "P = 0.5 at x = 0.50" in picture.value
