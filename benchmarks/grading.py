"""Grading the same submissions by `autograder grade` and by stock `nbgrader autograde`, in turn, on this machine.

Run: python benchmarks/grading.py [SUBMISSIONS]. Both sides get the same right notebooks of assignment 2.3, run one at
a time, and end with the same scores in a gradebook; prints seconds a submission and the ratio.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from autograder import grade, gradebook, sample_class

A = sample_class.ASSIGNMENT


def make_course(folder, count):
    """`count` submissions, the four right styles in turn."""
    right = [student for student in sample_class.STUDENTS if student.honest and not student.lost]
    students = [replace(right[i % len(right)], name=f"student{i:03d}") for i in range(count)]
    sample_class.make(folder, students)
    for lesson in folder.glob("submitted/*/*/2.[12]*.ipynb"):
        lesson.unlink()
    gradebook.prepare(folder, [A])


def total(folder):
    return sum(row["score"] for row in gradebook.rows(folder))


def main(count):
    with tempfile.TemporaryDirectory() as scratch:
        ours, stock = Path(scratch, "ours"), Path(scratch, "stock")
        for folder in (ours, stock):
            make_course(folder, count)
        start = time.perf_counter()
        grade.grade_course(ours, workers=1)
        own = (time.perf_counter() - start) / count
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        start = time.perf_counter()
        subprocess.run(
            ["nbgrader", "autograde", A], cwd=stock, env={**os.environ, "PATH": path}, check=True, capture_output=True
        )
        theirs = (time.perf_counter() - start) / count
        start = time.perf_counter()
        grade.grade_course(ours, workers=1)
        again = (time.perf_counter() - start) / count
        assert total(ours) == total(stock) == 10 * count
    print(f"autograder grade: {own:.2f} s a submission; nbgrader autograde: {theirs:.2f} s; ratio {theirs / own:.1f}")
    print(f"a second run with nothing changed: {own / again:.0f} times faster than the first")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
