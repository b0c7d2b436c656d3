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
