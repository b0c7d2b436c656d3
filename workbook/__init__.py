"""The helper module of the workbook "Train a Linear Model": data, figures, sliders and checks."""

from workbook.doctor import doctor

__all__ = ["check", "doctor", "progress", "submit"]

try:
    from workbook.check import check
    from workbook.progress import progress
    from workbook.submit import submit
except Exception as problem:  # a library is missing, broken or too old: the doctor says which
    _problem = f"{type(problem).__name__}: {problem}"

    def check(*_):
        """Stands in where the real ones can't be loaded."""
        print(f"The workbook can't work in this Python ({_problem}).\nFor help run: python -m workbook doctor")

    progress = submit = check
