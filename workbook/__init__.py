"""The helper module of the workbook "Train a Linear Model": data, figures, sliders and checks."""

from workbook.check import check

__all__ = ["check"]
