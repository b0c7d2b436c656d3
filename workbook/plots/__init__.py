"""The workbook's figures, one small function each.

Every function returns a `Picture`: the matplotlib axes, to change or to read from, and one sentence that says
what was drawn, which becomes the figure's alt text. End a cell with the call and the figure appears.
"""

from workbook.plots.boundary import fitted_boundary, linear_and_not, s_curves_over_points, sigmoid
from workbook.plots.losses import (
    accuracy_by_threshold,
    labels_at,
    log_loss_curves,
    squared_error_curve,
    training_loss,
)
from workbook.plots.multiclass import class_regions, softmax_shares
from workbook.plots.picture import Picture
from workbook.plots.prediction import customers_on_sigmoid, probability_by_class, s_curve, s_curves, speed_bars
from workbook.plots.regression import (
    boundary_and_line,
    fitted_plane,
    newton_steps,
    predicted_against_true,
    salary_line,
    squared_errors,
    training_times,
    two_groups,
    weights_side_by_side,
)
from workbook.plots.training import (
    batches,
    descent_path,
    descent_runs,
    overfitting,
    penalty_shapes,
    three_rates,
    two_costs,
    updates_against_start,
    updates_to_tolerance,
    weights_at_C,
    weights_by_iteration,
    weights_over_C,
    weights_over_steps,
)
from workbook.plots.vectors import (
    matrix_product,
    seconds_per_call,
    speed_against_length,
    vector_added,
    vectors_in_plane,
)

__all__ = [
    "Picture",
    "accuracy_by_threshold",
    "batches",
    "boundary_and_line",
    "class_regions",
    "customers_on_sigmoid",
    "descent_path",
    "descent_runs",
    "fitted_boundary",
    "fitted_plane",
    "labels_at",
    "linear_and_not",
    "log_loss_curves",
    "matrix_product",
    "newton_steps",
    "overfitting",
    "penalty_shapes",
    "predicted_against_true",
    "probability_by_class",
    "s_curve",
    "s_curves",
    "s_curves_over_points",
    "salary_line",
    "seconds_per_call",
    "sigmoid",
    "softmax_shares",
    "speed_against_length",
    "speed_bars",
    "squared_error_curve",
    "squared_errors",
    "three_rates",
    "training_loss",
    "training_times",
    "two_costs",
    "two_groups",
    "updates_against_start",
    "updates_to_tolerance",
    "vector_added",
    "vectors_in_plane",
    "weights_at_C",
    "weights_by_iteration",
    "weights_over_C",
    "weights_over_steps",
    "weights_side_by_side",
]
