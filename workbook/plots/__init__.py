"""The workbook's figures, one small function each.

Every function returns a `Picture`: the matplotlib axes, to change or to read from, and one sentence that says
what was drawn, which becomes the figure's alt text. End a cell with the call and the figure appears.
"""

from workbook.plots.picture import Picture
from workbook.plots.prediction import customers_on_sigmoid, probability_by_class, s_curve, s_curves, speed_bars
from workbook.plots.vectors import (
    matrix_product,
    seconds_per_call,
    speed_against_length,
    vector_added,
    vectors_in_plane,
)

__all__ = [
    "Picture",
    "customers_on_sigmoid",
    "matrix_product",
    "probability_by_class",
    "s_curve",
    "s_curves",
    "seconds_per_call",
    "speed_against_length",
    "speed_bars",
    "vector_added",
    "vectors_in_plane",
]
