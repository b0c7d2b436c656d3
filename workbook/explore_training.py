"""Sliders of module 3: the learning rate on a path downhill, and C on the weights. Nothing waits for them."""

import ipywidgets as widgets

from workbook.plots import training


def _with_slider(draw, slider):
    """A slider above the picture that `draw`, called with its value, makes of it."""
    picture = widgets.HTML()

    def update(change=None):
        picture.value = draw(slider.value).html()

    slider.observe(update, names="value")
    update()
    return widgets.VBox([slider, picture])


def learning_rate(f, slope, start=0.0, n_updates=8):
    """A slider for the learning rate, and the path of gradient descent that it makes on `f`."""
    slider = widgets.FloatSlider(0.1, min=0.005, max=0.45, step=0.005, description="rate", readout_format=".3f")
    return _with_slider(lambda rate: training.descent_path(f, slope, start, rate, n_updates), slider)


def penalty(X, y, names):
    """A slider for log10 C, and the weights that L1 and L2 leave at that C; X holds standardised features."""
    slider = widgets.FloatSlider(-1.5, min=-3.5, max=2, step=0.25, description="log10 C", readout_format=".2f")
    return _with_slider(lambda exponent: training.weights_at_C(X, y, names, exponent), slider)
