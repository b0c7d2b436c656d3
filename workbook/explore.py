"""Sliders to play with. Nothing waits for them: without a screen, the notebook runs on past them."""

import ipywidgets as widgets

from workbook import plots


def _with_sliders(draw, **sliders):
    """Sliders above the picture that `draw`, called with their values by name, makes of them."""
    picture = widgets.HTML()

    def update(change=None):
        picture.value = draw(**{name: slider.value for name, slider in sliders.items()}).html()

    for slider in sliders.values():
        slider.observe(update, names="value")
    update()
    return widgets.VBox([*sliders.values(), picture])


def s_curve(weight=1.0, intercept=0.0):
    """Sliders for the weight and the intercept of one feature, and the S-curve they make."""
    options = {"step": 0.25, "continuous_update": True, "readout_format": ".2f"}
    return _with_sliders(
        plots.s_curve,
        weight=widgets.FloatSlider(weight, min=-5, max=5, description="weight", **options),
        intercept=widgets.FloatSlider(intercept, min=-10, max=10, description="intercept", **options),
    )


def learning_rate(f, slope, start=0.0, n_updates=8):
    """A slider for the learning rate, and the path of gradient descent that it makes on `f`."""

    def draw(rate):
        return plots.descent_path(f, slope, start, rate, n_updates)

    options = {"min": 0.005, "max": 0.45, "step": 0.005, "description": "rate", "readout_format": ".3f"}
    return _with_sliders(draw, rate=widgets.FloatSlider(0.1, **options))


def penalty(X, y, names):
    """A slider for log10 C, and the weights that L1 and L2 leave at that C; X holds standardised features."""

    def draw(exponent):
        return plots.weights_at_C(X, y, names, exponent)

    options = {"min": -3.5, "max": 2, "step": 0.25, "description": "log10 C", "readout_format": ".2f"}
    return _with_sliders(draw, exponent=widgets.FloatSlider(-1.5, **options))


def threshold(p, y):
    """A slider for the threshold, and the labels that probabilities p, shape (n,), get by it; y holds the truth."""

    def draw(threshold):
        return plots.labels_at(p, y, threshold)

    options = {"min": 0.05, "max": 0.95, "step": 0.01, "description": "threshold", "readout_format": ".2f"}
    return _with_sliders(draw, threshold=widgets.FloatSlider(0.5, **options))
